//! The whole: [`Card`] → [`Session`] → [`Document`] → [`Report`].

mod attestation;
mod card;
mod chip_checks;
mod claims;
mod cross_checks;
mod document;
#[cfg(feature = "evidence")]
mod evidence;
#[cfg(feature = "json")]
pub mod fhir;
mod file_checks;
mod holder;
mod kept;
mod known_defects;
pub mod online;
mod plan;
pub mod policy;
mod proofs;
mod reading;
mod report;
#[cfg(feature = "json")]
mod schema;
mod session;
mod statements;
mod verdict;

#[cfg(feature = "evidence")]
pub use attestation::EvidenceSignature;
pub use card::{Card, OpenError, Options, Resume};
pub use claims::{ClaimField, Claims, ClaimsBasis, ClaimsOutcome, ClaimsResult, ClaimsWarning};
pub use document::{Document, FileState, NotRead, Origin};
#[cfg(feature = "evidence")]
pub use evidence::{
    Clock, DecidedBy, Evidence, EvidenceError, EvidencePolicy, EvidenceSigner, EvidenceSigningError, List,
};
pub use holder::{FIELD_NAMES, Field, Holder, Portrait, Source};
pub use kept::KeptGroups;
pub use plan::ReadPlan;
pub use proofs::{Proofs, ProofsError};
pub use report::{Access, DataGroupCount, NotReadFile, OnlineCheck, PathEntry, Report, UsedTolerance};
pub use session::{ReadError, Session};
pub use statements::{
    Consent, FaceAnswer, FaceComparison, FaceError, FaceMatcher, FaceQuestion, FaceResult, Identification,
    ReportedStatements, StatementError, Statements,
};
pub use verdict::Verdict;
