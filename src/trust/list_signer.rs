//! The certification authority that a list's signer chains to.

use super::path::{Chain, find_anchor};
use super::trust_store::TrustStore;
use crate::pki::{Budget, Certificate, ListError, MasterList, Signature, csca_defects};
use time::Duration;

/// Who signed a list.
#[derive(Clone, Debug)]
pub struct ListSigner {
    /// The signer's certificate.
    pub certificate: Certificate,
    /// Its certification authority.
    pub authority: Certificate,
    /// Whether that authority is an anchor of the caller; else it stands in the list itself (self-contained).
    pub anchored: bool,
    /// The link certificates between, from the signer up.
    pub links: Vec<Certificate>,
    /// The list's signature lacks the NULL in its DigestInfo (RFC 8017 §A.2.4), as the ICAO list's does.
    pub null_missing: bool,
}

impl ListSigner {
    pub(super) fn new(signature: &Signature, path: AuthorityPath, anchored: bool) -> Self {
        Self {
            certificate: signature.certificate.clone(),
            authority: path.authority,
            anchored,
            links: path.links,
            null_missing: signature.null_missing,
        }
    }
}

/// Where a list's signer leads.
#[derive(Clone, Debug)]
pub(super) struct AuthorityPath {
    pub(super) authority: Certificate,
    /// From the signer up.
    pub(super) links: Vec<Certificate>,
}

/// The authority that a list's signer leads to, among these anchors. It and the links between must be authorities by their
/// profiles, and have stood when they certified the one below.
///
/// # Errors
/// There is none, or one that may not vouch for him.
pub(super) fn authority(
    signer: &Certificate,
    anchors: &TrustStore,
    budget: &mut Budget,
) -> Result<AuthorityPath, ListError> {
    let begun = |certificate: &Certificate| certificate.validity().not_before;
    let Chain::Anchored { anchor, links, .. } = find_anchor(signer, anchors, begun(signer), budget) else {
        return Err(ListError::SignerUnanchored);
    };
    let links: Vec<Certificate> = links.into_iter().map(|(link, _)| link.clone()).collect();
    let mut below = signer;
    for issuer in links.iter().chain([anchor]) {
        if !csca_defects(issuer).is_empty() {
            return Err(ListError::AuthorityVoid);
        }
        let period = issuer.validity();
        if !(period.not_before - Duration::DAY..=period.not_after + Duration::DAY).contains(&begun(below)) {
            return Err(ListError::AuthorityLapsed);
        }
        below = issuer;
    }
    Ok(AuthorityPath { authority: anchor.clone(), links })
}

impl MasterList<'_> {
    /// Verifies the list's signature and looks for the authority of its signer: among the caller's anchors first, then in
    /// the list itself. Of several signers one that verifies is enough (9303-12 §9).
    ///
    /// # Errors
    /// Why the last signer tried does not verify.
    pub fn verify(&self, anchors: &TrustStore, own: &TrustStore) -> Result<ListSigner, ListError> {
        let mut budget = Budget::new(Budget::DOCUMENT);
        let mut failure = ListError::SignerUnanchored;
        for signature in self.signatures(&mut budget)? {
            for (store, anchored) in [(anchors, true), (own, false)] {
                match authority(&signature.certificate, store, &mut budget) {
                    Ok(path) => return Ok(ListSigner::new(&signature, path, anchored)),
                    Err(ListError::SignerUnanchored) => {}
                    Err(error) => failure = error,
                }
            }
        }
        Err(failure)
    }
}
