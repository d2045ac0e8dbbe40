//! The signer of a list, and the certification authority that its certificate chains to.

use super::anchors::AnchorSet;
use super::path::{Chain, find_path};
use crate::pki::{Budget, Certificate, csca_defects};
use crate::signed_lists::{ListError, Signature};
use time::Duration;

/// Who signed a list.
#[derive(Clone, Debug)]
pub struct ListSigner {
    /// The signer's certificate.
    pub certificate: Certificate,
    /// Its certification authority.
    pub authority: Certificate,
    /// Whether that authority is an anchor by more than this list; else the list is self-contained.
    pub anchored: bool,
    /// The link certificates between, from the signer up.
    pub links: Vec<Certificate>,
    /// The list's signature lacks the NULL in its DigestInfo (RFC 8017 §A.2.4), as the ICAO list's does.
    pub null_missing: bool,
}

impl ListSigner {
    pub(super) fn new(signature: &Signature, authority: Certificate, links: Vec<Certificate>, anchored: bool) -> Self {
        let (certificate, null_missing) = (signature.certificate.clone(), signature.null_missing);
        Self { certificate, authority, anchored, links, null_missing }
    }
}

/// Where a list's signer leads.
#[derive(Clone, Debug)]
pub(super) struct AuthorityPath {
    pub(super) authority: Certificate,
    /// From the signer up.
    pub(super) links: Vec<Certificate>,
}

/// The authority among these anchors that a list's signer chains to. It and the links between must be authorities by their
/// profiles, and must have been in force when they certified the one below.
///
/// # Errors
/// There is none, or one that may not certify the signer.
pub(super) fn authority(
    signer: &Certificate,
    anchors: &AnchorSet,
    budget: &mut Budget,
) -> Result<AuthorityPath, ListError> {
    let begun = |certificate: &Certificate| certificate.validity().not_before;
    let Chain::Anchored { anchor, links, .. } = find_path(signer, anchors, &[], begun(signer), budget) else {
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
