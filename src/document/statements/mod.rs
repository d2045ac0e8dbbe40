//! What the operator states about the reading: consent, a face comparison, identification by another scheme.
//!
//! The law asks banks for consent and for a face comparison. This library verifies none of them: they are kept as the
//! operator's statements in the report, beside stored files and in evidence, and never change a verdict, a claim or a
//! decision. In a stored document they are worth what the signature over the evidence is worth.

mod values;
mod kept;

pub(crate) use kept::KeptStatements;
pub use kept::ReportedStatements;
pub use values::{Consent, FaceComparison, FaceResult, Identification, StatementError, Statements};
