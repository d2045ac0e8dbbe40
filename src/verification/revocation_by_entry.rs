//! A revocation that an entry of a defect list states of one document, in the check `pa.revocation`.

use crate::checks::{Check, CheckId, Reason};

/// Before the entry for which a document counts as revoked.
pub(super) const OF_DOCUMENT: &str = "document: ";

/// Whether a revocation that was found was told of a document by an entry that asks for more than its signer.
pub(super) fn is_revoked_by_entry(check: &Check) -> bool {
    let is_revoked = (check.id, check.reason) == (CheckId::PaRevocation, Some(Reason::Revoked));
    is_revoked && check.compared.starts_with(OF_DOCUMENT)
}
