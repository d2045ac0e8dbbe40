//! Evidence: one self-contained file that shows later, to others, what a reading found: `chipid.evidence/2`.
//!
//! It holds the files of the chip that the caller's policy keeps, and a manifest of them and of all that was found. The
//! chip's active authentication is judged again from it; what no file can show again is marked as attested by the reader,
//! and counts only where a signer that the verifier trusts has signed. A data group can be removed later: its hashes stay in the
//! manifest, the signatures stand, the rest still verifies, and the report says what is missing.
//!
//! Version 1, without claims and statements, is read as before, to the very octet, and never written for a new reading.
//! Members that were added to a version later (of a policy, of an online answer) are written only where they have a value.
//! A program refuses a version or a member that it does not know.
//!
//! Whoever can write an unsigned file can change everything in it except what the issuer and the chip signed.

mod error;
mod settings;
mod manifest;
mod encoding;
mod manifest_words;
mod manifest_writing;
mod manifest_reading;
mod signer;
#[expect(clippy::module_inception, reason = "the room is named after the type")]
mod evidence;

pub use error::EvidenceError;
pub use evidence::Evidence;
pub use manifest::{DecidedBy, List};
pub use settings::{Clock, EvidencePolicy};
pub use signer::{EvidenceSigner, EvidenceSigningError};
