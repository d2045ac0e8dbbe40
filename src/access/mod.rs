//! Access control: how the chip is opened (9303-11 §4).
//!
//! PACE first and fail-closed: where EF.CardAccess offers PACE, BAC is never tried after PACE failed, unless the caller
//! opted in. Each protocol takes a plain channel and leaves it protected, or returns an error.

mod bac;
mod chip_mapping;
mod mapping;
mod pace;
mod password;

pub(crate) use bac::basic_access_control;
pub use chip_mapping::ChipMapping;
pub use pace::{Offer, Suite};
pub(crate) use pace::{Opened, choose, password_authenticated_connection_establishment};
pub(crate) use password::Given;
pub use password::{Password, PasswordError, PasswordKind};

use crate::crypto::Cipher;
use crate::iso7816::StatusWord;

/// How the chip was opened; it holds no secret and nothing personal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessRecord {
    /// The protocol.
    pub protocol: AccessProtocol,
    /// The kind of password that opened it.
    pub password: Option<PasswordKind>,
    /// The suite of secure messaging.
    pub cipher: Option<Cipher>,
    /// PACE was offered and failed, and the caller had allowed BAC after it.
    pub downgraded: bool,
    /// The chip took MSE:Set AT only in another form than the standard's.
    pub other_set_at_form: bool,
    /// Every suite that EF.CardAccess offered.
    pub offered: Vec<Offer>,
}

/// An access protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AccessProtocol {
    /// The chip has no access control.
    None,
    /// Basic access control (9303-11 §4.3).
    Bac,
    /// PACE (9303-11 §4.4), with the suite used.
    Pace(Suite),
}

/// Statuses by which chips refuse what was made from another password: the cryptogram of BAC, the reader's token of PACE
/// (field note §2).
fn is_wrong_password(status: StatusWord) -> bool {
    matches!(status.0, 0x6300 | 0x63C0..=0x63CF | 0x6982 | 0x6985 | 0x6988 | 0x6A80)
}
