//! The card's side of access control: BAC (9303-11 §4.3) and PACE with every mapping and group (9303-11 §4.4).
//!
//! Each is a small machine of its own that answers one step at a time and forgets all on the first error. What a nonce
//! becomes is the matter of `mapping`; nothing else depends on it.

mod suite;
mod password;
mod bac;
mod mapping;
mod pace;

pub(super) use bac::Bac;
pub(super) use pace::{CamKey, Pace, PaceCard, PaceStep};
pub(super) use password::Passwords;
pub(super) use suite::suite;
pub use suite::{Mapping, PaceSuite};
