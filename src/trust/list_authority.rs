//! Revocation lists and lists of known defects beside the anchors, and under whose authority each counts.
//!
//! A list without an authority is kept and reported, and never consulted.

use super::certification_path::{Chain, find_path};
use super::issuer_candidates::AnchorSet;
use super::material::{Labelled, Material};
use super::source::Refusal;
use crate::pki::{Certificate, RevocationList, RevocationListError, SignatureBudget, csca_defects};
use crate::signed_lists::{DefectList, DefectListForm, ListError, ListKind, Signature};
use std::sync::Arc;
use time::Duration;

/// A list, and the certificate under whose authority it counts.
#[derive(Debug)]
pub struct Listed<T> {
    list: Arc<T>,
    label: String,
    authority: Result<Certificate, Refusal>,
    /// Who signed it, if it has an authority.
    signer: Option<Signature>,
    /// The link certificates from the signer to the authority.
    links: Vec<Certificate>,
}

impl<T> Clone for Listed<T> {
    fn clone(&self) -> Self {
        Self {
            list: Arc::clone(&self.list),
            label: self.label.clone(),
            authority: self.authority.clone(),
            signer: self.signer.clone(),
            links: self.links.clone(),
        }
    }
}

impl<T> Listed<T> {
    fn new(listed: &Labelled<T>, authority: Result<Certificate, Refusal>) -> Self {
        let (list, label) = (Arc::clone(&listed.list), listed.label.clone());
        Self { list, label, authority, signer: None, links: Vec::new() }
    }

    /// The list.
    pub fn list(&self) -> &T {
        &self.list
    }

    /// The list, shared.
    pub(super) fn shared(&self) -> Arc<T> {
        Arc::clone(&self.list)
    }

    /// The caller's name for the file that it came in.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The certificate under whose authority it counts.
    ///
    /// # Errors
    /// Why there is none; the list is then never consulted.
    pub fn authority(&self) -> Result<&Certificate, Refusal> {
        self.authority.as_ref().map_err(|refusal| *refusal)
    }
}

impl Listed<RevocationList> {
    /// Replaces an authority that does not stand by one of these, if one of these verifies the list too.
    pub(super) fn prefer(&mut self, standing: &AnchorSet) {
        let stands = |one: &Certificate| standing.is_anchor(one) || standing.is_link(one);
        if self.authority.as_ref().is_ok_and(|one| !stands(one))
            && let Ok(found) = issuer(&self.list, standing)
        {
            self.authority = Ok(found);
        }
    }
}

impl Listed<DefectList> {
    /// Who signed it, if it has an authority.
    pub fn signer(&self) -> Option<&Certificate> {
        self.signer.as_ref().map(|signer| &signer.certificate)
    }

    /// The link certificates from the signer up to the authority.
    pub(super) fn links(&self) -> &[Certificate] {
        &self.links
    }

    /// Whether its signature lacks the NULL in its DigestInfo: it needs the tolerance `digest_info_without_null`.
    pub(super) fn lacks_null(&self) -> bool {
        self.signer.as_ref().is_some_and(|signer| signer.null_missing)
    }
}

/// A revocation list with the known certificate that issued it.
pub(super) fn revocation_list(listed: &Labelled<RevocationList>, known: &AnchorSet) -> Listed<RevocationList> {
    Listed::new(listed, issuer(&listed.list, known))
}

fn issuer(list: &RevocationList, known: &AnchorSet) -> Result<Certificate, Refusal> {
    let candidates = known.list_issuers(list.authority_key_id(), list.issuer());
    match list.verify(candidates, &mut SignatureBudget::new(SignatureBudget::DOCUMENT)) {
        Ok(issuer) => Ok(issuer.clone()),
        Err(RevocationListError::Budget) => Err(RevocationListError::IssuerUnknown.into()),
        Err(error) => Err(error.into()),
    }
}

/// A list of known defects with the authority of its signer among the certificates that stand. Where it has none there, one
/// that was only known is enough for what the list holds against documents; such a list excuses nothing.
pub(super) fn defect_list(
    listed: &Labelled<DefectList>,
    standing: &AnchorSet,
    known: &AnchorSet,
    material: &Material,
) -> Listed<DefectList> {
    let found = authorised(&listed.list, standing, material);
    match found.or_else(|error| authorised(&listed.list, known, material).map_err(|_| error)) {
        Ok((path, signer)) => {
            Listed { signer: Some(signer), links: path.links, ..Listed::new(listed, Ok(path.authority)) }
        }
        Err(error) => Listed::new(listed, Err(error.into())),
    }
}

/// The anchor that a list's signer chains to, or the signer itself where the caller named it; and the signer. One whose
/// signature needs no tolerance comes first.
fn authorised(
    list: &DefectList,
    set: &AnchorSet,
    material: &Material,
) -> Result<(AuthorityPath, Signature), ListError> {
    let mut failure = ListError::SignerUnanchored;
    let mut budget = SignatureBudget::new(SignatureBudget::DOCUMENT);
    let mut signers: Vec<&Signature> = list.signers().iter().collect();
    signers.sort_by_key(|signature| signature.null_missing);
    for signature in signers {
        let signer = &signature.certificate;
        if signature.null_missing && !material.without_null {
            failure = ListError::NeedsDigestInfoWithoutNull;
            continue;
        }
        if material.named.list_signers.contains(signer) {
            return Ok((AuthorityPath { authority: signer.clone(), links: Vec::new() }, signature.clone()));
        }
        // TR-03129-2 §7.2 recommends the purpose and announces it as a duty: without it a signer has to be named.
        if list.form() == DefectListForm::Defect && !ListKind::Defect.is_purpose_of(signer) {
            failure = ListError::SignerPurpose;
            continue;
        }
        match authority(signer, set, &mut budget) {
            Ok(path) => return Ok((path, signature.clone())),
            Err(ListError::SignerUnanchored) => {}
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

/// The certification path of a list's signer.
#[derive(Clone, Debug)]
struct AuthorityPath {
    authority: Certificate,
    /// From the signer up.
    links: Vec<Certificate>,
}

/// The authority among these anchors that a list's signer chains to. It and the links between must be authorities by their
/// profiles, and must have been in force when they certified the one below.
///
/// # Errors
/// There is none, or one that may not certify the signer.
fn authority(
    signer: &Certificate,
    anchors: &AnchorSet,
    budget: &mut SignatureBudget,
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
