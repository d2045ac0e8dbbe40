//! What was read: the files of the chip, how it was opened, its proofs, and what the operator supplied. Plain data: it is
//! judged by [`Document::verify`].

mod files;
mod opening;
mod chip_proofs;
mod claims;
mod statements;
mod operator;
mod recorded_revocation;
mod attestation;
mod online_record;
mod scope;
mod cost;
#[expect(clippy::module_inception, reason = "the room is named after the type")]
mod document;
mod face_comparison;
mod proofs_file;

pub use attestation::EvidenceSignature;
pub(crate) use attestation::{Attestation, SuiteNames, suite_names};
pub(crate) use chip_proofs::{ChipProofs, MappingRecord};
#[cfg(feature = "evidence")]
pub(crate) use claims::KeptClaims;
pub use claims::{ClaimField, Claims, ClaimsBasis, ClaimsOutcome, ClaimsWarning};
pub(crate) use claims::{ClaimsRecord, is_of_another_person, record_of_checks};
pub(crate) use cost::Cost;
pub use document::{Document, Origin};
pub use face_comparison::{FaceAnswer, FaceError, FaceMatcher, FaceQuestion};
pub(crate) use files::Files;
pub use files::{FileState, NotRead};
#[cfg(feature = "evidence")]
pub(crate) use online_record::KeptOnline;
pub(crate) use online_record::{LENGTH, OnlineRecord};
pub use online_record::{OnlineAnswer, OnlineSignature, OnlineVerdict};
pub use opening::AccessSummary;
pub(crate) use opening::{LengthRecord, Opening};
pub(crate) use operator::SuppliedClaims;
pub use proofs_file::{Proofs, ProofsError};
pub(crate) use recorded_revocation::RecordedRevocation;
pub use scope::KeptGroups;
pub(crate) use scope::Scope;
#[cfg(feature = "evidence")]
pub(crate) use statements::KeptStatements;
pub use statements::{
    Consent, FaceComparison, FaceResult, Identification, ReportedStatements, StatementError, Statements,
};
