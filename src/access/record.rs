//! What is recorded of opening the chip.

use super::pace::{Offer, Suite};
use super::password::PasswordKind;
use crate::crypto::Cipher;

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
