//! Access control: how the chip is opened (9303-11 §4).
//!
//! PACE first and fail-closed: where EF.CardAccess offers PACE, BAC is never tried after PACE failed, unless the caller
//! opted in. Each protocol takes a plain channel and leaves it protected, or returns an error.

mod chip_mapping;
mod mapping;
mod password;
mod bac;
mod pace;
mod record;

pub(crate) use bac::basic_access_control;
pub use chip_mapping::ChipMapping;
pub use pace::{Offer, Suite};
pub(crate) use pace::{Opened, choose, password_authenticated_connection_establishment};
pub(crate) use password::Given;
pub use password::{Password, PasswordError, PasswordKind};
pub use record::{AccessProtocol, AccessRecord};
