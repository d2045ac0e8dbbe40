//! The passwords that the card accepts.

use crate::crypto::Secret;

/// What the card compares a holder's knowledge with.
pub(crate) struct Passwords {
    /// The MRZ information: document number, birth and expiry, each with its check digit.
    pub(crate) mrz: Secret,
    /// The card access number, where the card has one.
    pub(crate) can: Option<Secret>,
    /// Whether PACE takes the MRZ.
    pub(crate) pace_with_mrz: bool,
}
