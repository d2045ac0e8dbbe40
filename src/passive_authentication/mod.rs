//! Passive authentication (9303-11 §5.1): EF.SOD against its country's authority, the data groups against EF.SOD.
//!
//! Needs no card and does no I/O: files as read, trust and the moment are arguments, so that a stored document is judged
//! again years later by the same call. Nothing fails as an error: each finding is a [`Check`] of its own. Only this room
//! can make an [`Authenticated`]: bytes whose hash a security object holds that a trusted signer signed.
//!
//! Not here: EF.COM and EF.CardAccess, and the verdict.

mod inputs;
mod certificates;
mod revocation;
mod signer;
mod card_security;
mod hashes;
mod security_object;
mod authentication;

pub use authentication::{Authenticated, PassiveAuthentication, passive_authentication};
pub use card_security::card_security;
pub use certificates::PathCertificate;
pub use hashes::{HashMatches, provisional};
pub use inputs::{InputFile, Inputs};
pub use revocation::ConsultedList;
