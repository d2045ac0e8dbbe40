//! What a document is worth: every check with its reason, the verdict, the holder's fields with their state.
//!
//! [`Document::verify`](crate::Document::verify) is implemented here.

mod verdict;
mod values;
mod certified_signature;
mod revocation_by_entry;
mod attested;
mod inputs;
mod file_checks;
mod access_checks;
mod claims_comparison;
mod claims_result;
mod claim_checks;
mod chip_checks;
mod trust_age;
mod known_defects;
mod holder;
mod online_check;
mod report;
mod verify;

#[cfg(feature = "evidence")]
pub(crate) use certified_signature::verify_evidence_signature;
pub use claims_result::ClaimsResult;
pub use holder::{FIELD_NAMES, Field, Holder, Portrait, Source};
pub(crate) use online_check::OnlineFields;
pub use report::{DataGroupCount, NotReadFile, OnlineCheck, PathEntry, Report, UnusedTrust, UsedTolerance};
pub use verdict::Verdict;
pub(crate) use verdict::{Gate, gate};
pub(crate) use verify::online_fields;
#[cfg(feature = "evidence")]
pub(crate) use verify::{Certificates, claims_record, judge};
