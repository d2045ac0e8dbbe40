//! A revocation as evidence records it: the check `pa.revocation`, whose text names what was revoked.

use crate::checks::{Check, CheckId, Reason};

/// What a recorded revocation names. The text is written and read here only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RecordedRevocation {
    /// A certificate: a revocation list, or an entry of a list of known defects that asks for the signer alone.
    Certificate,
    /// The document: an entry of a list of known defects that asks for more than the signer.
    Document,
}

/// The beginning of the text for a document.
const OF_DOCUMENT: &str = "document: ";

impl RecordedRevocation {
    /// What the check compares where an entry of a list of known defects revokes the document.
    pub(crate) fn of_document(entry: &str) -> String {
        format!("{OF_DOCUMENT}{entry}")
    }

    /// The revocation among recorded checks, where there is one.
    pub(crate) fn among(checks: &[Check]) -> Option<Self> {
        let is_revoked = |check: &&Check| (check.id, check.reason) == (CheckId::PaRevocation, Some(Reason::Revoked));
        let is_of_document = checks.iter().find(is_revoked)?.compared.starts_with(OF_DOCUMENT);
        Some(if is_of_document { Self::Document } else { Self::Certificate })
    }
}
