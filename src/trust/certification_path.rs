//! From a signer's certificate to an anchor of the caller, over link certificates where need be (9303-12 §4, §7.1;
//! RFC 5280 §6).
//!
//! Every anchor is trusted by itself, a link certificate of a trusted list among them. Any other link certificate, of the
//! caller or from the document, is used only where signatures lead from it to an anchor. The search is wide, not deep: the
//! shortest path is found first, each link is used once, and links and signatures are bounded.

use super::issuer_candidates::{AnchorSet, Hint, hint, preference};
use crate::bounds::BOUNDS;
use crate::pki::{Certificate, CertificateError, CertificateSignature, Role, SignatureBudget, csca_defects};
use thiserror::Error;
use time::OffsetDateTime;

/// Where a signer's certificate leads.
#[derive(Clone, Debug)]
pub enum Chain<'s> {
    /// Signatures lead to an anchor.
    Anchored {
        /// The anchor.
        anchor: &'s Certificate,
        /// What the signature of the signer's certificate was made with: by the first link, or by the anchor.
        signature: CertificateSignature,
        /// The link certificates between, from the signer up, each with what its own signature was made with.
        links: Vec<(&'s Certificate, CertificateSignature)>,
    },
    /// The anchor that it names by key identifier does not verify it.
    DoesNotVerify {
        /// The anchor named.
        anchor: &'s Certificate,
        /// Why it does not verify.
        error: CertificateError,
    },
    /// No anchor verifies it, and none is named by key identifier. A name does not prove that an anchor is the right
    /// one: successive authorities of one country bear the same name.
    NotFound,
    /// The budget of signatures ran out.
    OutOfBudget,
}

/// Looks for a path from a signer's certificate to an anchor: at each step first the anchors with its authority key
/// identifier, then those with its issuer's name, then the links of the set and the hints likewise. Among anchors with the
/// same key, one that is sound and valid at the moment is preferred.
///
/// Hints that are not valid as certificates of authorities are ignored, and so are those of an authority below another: they
/// have another name than their issuer and do not state a change of it.
pub(super) fn find_path<'s>(
    signer: &Certificate,
    store: &'s AnchorSet,
    hints: &'s [Certificate],
    at: OffsetDateTime,
    budget: &mut SignatureBudget,
) -> Chain<'s> {
    let named = match under_anchor(signer, store, at, budget) {
        Under::Anchor(anchor, signature) => return Chain::Anchored { anchor, signature, links: Vec::new() },
        Under::OutOfBudget => return Chain::OutOfBudget,
        Under::None(named) => named,
    };
    let mut steps: Vec<PathStep<'s>> = Vec::new();
    let mut done = 0;
    let mut below = None;
    loop {
        let step = below.and_then(|index: usize| steps.get(index));
        let (certificate, depth) = step.map_or((signer, 0), |step| (step.link, step.depth));
        let has_room = depth < BOUNDS.certificate_links;
        for link in has_room.then(|| store.link_issuers(certificate, hints)).into_iter().flatten() {
            if link == certificate || steps.iter().any(|step| step.link == link) {
                continue;
            }
            if budget.take().is_none() {
                return Chain::OutOfBudget;
            }
            let Ok(signature) = verified(certificate, link) else { continue };
            if !csca_defects(link).is_empty() {
                continue;
            }
            let step = PathStep { link, signature, below, depth: depth + 1 };
            match under_anchor(link, store, at, budget) {
                Under::Anchor(anchor, top) => return step.down(&steps, anchor, top),
                Under::OutOfBudget => return Chain::OutOfBudget,
                Under::None(_) => steps.push(step),
            }
        }
        if done == steps.len() {
            break;
        }
        below = Some(done);
        done += 1;
    }
    match named {
        Some((anchor, error)) => Chain::DoesNotVerify { anchor, error },
        None => Chain::NotFound,
    }
}

/// Whether a certification authority signed its certificate itself, or an earlier one of its keys did.
pub fn authority_role(certificate: &Certificate) -> Role {
    if certificate.names_as_issuer(certificate) { Role::Csca } else { Role::Link }
}

/// A link certificate that verifies the one below it.
struct PathStep<'s> {
    link: &'s Certificate,
    /// Of the certificate below.
    signature: CertificateSignature,
    /// Its place among the steps; `None` for the signer's.
    below: Option<usize>,
    depth: usize,
}

impl<'s> PathStep<'s> {
    /// The path from this link, which an anchor verifies, down to the signer.
    fn down(self, steps: &[PathStep<'s>], anchor: &'s Certificate, top: CertificateSignature) -> Chain<'s> {
        let mut links = vec![(self.link, top)];
        let (mut signature, mut below) = (self.signature, self.below);
        while let Some(step) = below.and_then(|index| steps.get(index)) {
            links.push((step.link, signature));
            signature = step.signature.clone();
            below = step.below;
        }
        links.reverse();
        Chain::Anchored { anchor, signature, links }
    }
}

fn verified(certificate: &Certificate, issuer: &Certificate) -> Result<CertificateSignature, CertificateError> {
    certificate.verify_signed_by(&issuer.public_key()?)
}

/// The result of verifying a certificate against the anchors alone.
enum Under<'s> {
    Anchor(&'s Certificate, CertificateSignature),
    /// None verifies it; the first that it names by key identifier, and why that does not.
    None(Option<(&'s Certificate, CertificateError)>),
    OutOfBudget,
}

fn under_anchor<'s>(
    certificate: &Certificate,
    store: &'s AnchorSet,
    at: OffsetDateTime,
    budget: &mut SignatureBudget,
) -> Under<'s> {
    let mut found: Option<(&Certificate, CertificateSignature)> = None;
    let mut named: Option<(&Certificate, CertificateError)> = None;
    for anchor in store.issuers(certificate) {
        // The same key again: only a better certificate for it is of interest.
        if found.as_ref().is_none_or(|(earlier, _)| earlier.spki() != anchor.spki()) {
            if found.is_some() {
                continue;
            }
            if budget.take().is_none() {
                return Under::OutOfBudget;
            }
            match verified(certificate, anchor) {
                Ok(signature) => found = Some((anchor, signature)),
                Err(error) => {
                    if hint(certificate, anchor) == Some(Hint::KeyIdentifier) && named.is_none() {
                        named = Some((anchor, error));
                    }
                    continue;
                }
            }
        }
        let preference = |anchor| preference(certificate, anchor, at);
        match &mut found {
            Some((chosen, _)) if preference(chosen) == (true, true) => break,
            Some((chosen, _)) if preference(anchor) > preference(chosen) => *chosen = anchor,
            _ => {}
        }
    }
    match found {
        Some((anchor, signature)) => Under::Anchor(anchor, signature),
        None => Under::None(named),
    }
}

/// Why a certificate does not verify under any certificate of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Unverified {
    /// None of the others is called its issuer.
    #[error("its issuer is not among the certificates")]
    IssuerMissing,
    /// The one that is called its issuer does not verify it.
    #[error("the certificate that is called its issuer does not verify it: {0}")]
    Signature(CertificateError),
    /// The budget of signatures ran out.
    #[error("the budget of signatures ran out")]
    OutOfBudget,
}

/// Whether a certificate verifies under itself, or under one of the anchors or of the links that lead to one.
///
/// # Errors
/// Why it does not.
pub(super) fn verify_among(
    certificate: &Certificate,
    store: &AnchorSet,
    budget: &mut SignatureBudget,
) -> Result<(), Unverified> {
    let mut failure = Unverified::IssuerMissing;
    let itself = Some(certificate).filter(|_| certificate.names_as_issuer(certificate));
    for issuer in itself.into_iter().chain(store.issuers(certificate)).chain(store.link_issuers(certificate, &[])) {
        budget.take().ok_or(Unverified::OutOfBudget)?;
        match verified(certificate, issuer) {
            Ok(_) => return Ok(()),
            // Others of the same name are tried, but it is no error if they do not verify it.
            Err(error) if certificate.names_as_issuer(issuer) => failure = Unverified::Signature(error),
            Err(_) => {}
        }
    }
    Err(failure)
}
