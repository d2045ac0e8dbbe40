//! Whether the document belongs to the person who was asked for: an axis beside verdict and expiry.
//!
//! The operator supplies [`Claims`]: a number, a QR code, an MRZ, or values of a record. They are compared with the files
//! as they were read, whatever fields a reading plan hands out. The result never changes the verdict: a genuine card of
//! another person is genuine, and is still the wrong card. What is stored is the outcome and the names of the compared
//! fields ([`ClaimsRecord`]), never the values.

mod outcome;
mod supplied;
mod record;

pub use outcome::{ClaimField, ClaimsBasis, ClaimsOutcome, ClaimsWarning};
pub(crate) use record::{ClaimsRecord, KeptClaims, is_of_another_person, record_of_checks};
pub use supplied::Claims;
