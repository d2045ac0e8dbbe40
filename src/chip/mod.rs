//! Proofs that the chip is the one that was issued: it holds a private key that no reading gives away (9303-11 §6).
//!
//! What the chip answered is kept as a record; what a record is worth is judged later, and only under passive
//! authentication of the key that it proves.

mod active;
mod chip_authentication;

pub use active::{ActiveAuthentication, ChallengeSource};
pub(crate) use active::{ask, verify};
pub(crate) use chip_authentication::{Agreed, KeyChoice, agree, choose_key};
pub use chip_authentication::{ChipAuthentication, ChipAuthenticationSuite};
