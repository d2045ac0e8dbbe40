//! From a document signer's certificate to an anchor of the caller, and the profiles of both (9303-12 §4, §7; RFC 5280 §6).
//!
//! A path has one step: every anchor, link certificates among them, is trusted by itself because the caller gave it. Key
//! identifiers and names only say where to try; a signature decides. Several findings stay apart: the chain, the profile,
//! and (elsewhere) the validity and the country.

use super::Budget;
use super::certificate::{Certificate, CertificateError, CertificateSignature};
use super::trust_store::TrustStore;
use crate::oid::{self, Oid};
use thiserror::Error;
use time::OffsetDateTime;

/// Where a document signer's certificate leads.
#[derive(Clone, Debug)]
pub enum Chain<'s> {
    /// An anchor's key verifies it.
    Anchored {
        /// The anchor.
        anchor: &'s Certificate,
        /// What the signature was made with.
        signature: CertificateSignature,
    },
    /// The anchor that it names by key identifier does not verify it.
    DoesNotVerify {
        /// The anchor named.
        anchor: &'s Certificate,
        /// Why it does not verify.
        error: CertificateError,
    },
    /// No anchor verifies it, and none is named by key identifier. A name alone is no proof that an anchor is the right
    /// one: successive authorities of one country bear the same name.
    NotFound,
    /// The budget of signatures ran out.
    OutOfBudget,
}

/// Looks for the anchor that verifies a document signer's certificate: first those with its authority key identifier, then
/// those with its issuer's name. Among anchors with the same key, one that is sound and valid at the moment is preferred.
pub fn find_anchor<'s>(
    signer: &Certificate,
    store: &'s TrustStore,
    at: OffsetDateTime,
    budget: &mut Budget,
) -> Chain<'s> {
    let mut found: Option<(&Certificate, CertificateSignature)> = None;
    let mut named: Option<(&Certificate, CertificateError)> = None;
    for anchor in store.candidates(signer) {
        // The same key again: only a better certificate for it is of interest.
        if found.as_ref().is_none_or(|(earlier, _)| earlier.spki() != anchor.spki()) {
            if found.is_some() {
                continue;
            }
            if budget.take().is_none() {
                return Chain::OutOfBudget;
            }
            match anchor.public_key().map_err(CertificateError::from).and_then(|key| signer.verify_signed_by(&key)) {
                Ok(signature) => found = Some((anchor, signature)),
                Err(error) => {
                    let by_key_id = signer.extensions().authority_key_id.is_some()
                        && signer.extensions().authority_key_id == anchor.extensions().subject_key_id;
                    if by_key_id && named.is_none() {
                        named = Some((anchor, error));
                    }
                    continue;
                }
            }
        }
        let sound = |anchor: &Certificate| csca_defects(anchor).is_empty() && anchor.validity().contains(at);
        match &mut found {
            Some((chosen, _)) if sound(chosen) => break,
            Some((chosen, _)) if sound(anchor) => *chosen = anchor,
            _ => {}
        }
    }
    match (found, named) {
        (Some((anchor, signature)), _) => Chain::Anchored { anchor, signature },
        (None, Some((anchor, error))) => Chain::DoesNotVerify { anchor, error },
        (None, None) => Chain::NotFound,
    }
}

/// What is wrong with a certificate, against its profile in 9303-12 §7.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Defect {
    /// Not of version 3.
    #[error("it is not of version 3")]
    Version,
    /// A serial number that is not positive.
    #[error("its serial number is not positive")]
    Serial,
    /// Inner and outer signature algorithm differ.
    #[error("its inner and outer signature algorithm differ")]
    AlgorithmsDiffer,
    /// A date before 2050 in GeneralizedTime.
    #[error("a date before 2050 is not in UTCTime")]
    GeneralizedTime,
    /// The authority key identifier is missing or holds no key identifier.
    #[error("it has no authority key identifier")]
    NoAuthorityKeyId,
    /// keyUsage is missing.
    #[error("it has no keyUsage")]
    NoKeyUsage,
    /// keyUsage is not critical.
    #[error("its keyUsage is not critical")]
    KeyUsageNotCritical,
    /// keyUsage lacks digitalSignature.
    #[error("its keyUsage lacks digitalSignature")]
    NoDigitalSignature,
    /// keyUsage lacks keyCertSign.
    #[error("its keyUsage lacks keyCertSign")]
    NoKeyCertSign,
    /// A document signer that is a certification authority.
    #[error("it is a certification authority")]
    IsCa,
    /// A certification authority that is none.
    #[error("it is no certification authority")]
    NotCa,
    /// A document signer that names itself as its issuer.
    #[error("it names itself as its issuer")]
    SelfIssued,
    /// A key for another purpose than signing documents.
    #[error("its key serves another purpose ({0})")]
    OtherPurpose(Oid),
    /// A critical extension that is not known.
    #[error("its critical extension {0} is not known")]
    UnknownCritical(Oid),
    /// An extension that is not well formed.
    #[error("its extension {0} is malformed")]
    MalformedExtension(Oid),
    /// An extension that stands twice.
    #[error("its extension {0} stands twice")]
    DuplicateExtension(Oid),
}

/// What is wrong with a document signer's certificate.
pub fn document_signer_defects(certificate: &Certificate) -> Vec<Defect> {
    let extensions = certificate.extensions();
    let mut defects = common_defects(certificate);
    let mut note = |wrong, defect| defects.extend(Some(defect).filter(|_| wrong));
    note(matches!(certificate.serial(), [] | [0] | [0x80..=0xFF, ..]), Defect::Serial);
    note(certificate.validity().generalized_before_2050, Defect::GeneralizedTime);
    note(extensions.authority_key_id.is_none(), Defect::NoAuthorityKeyId);
    note(extensions.key_usage.is_none(), Defect::NoKeyUsage);
    note(extensions.key_usage.is_some_and(|usage| !usage.critical), Defect::KeyUsageNotCritical);
    note(extensions.key_usage.is_some_and(|usage| !usage.digital_signature), Defect::NoDigitalSignature);
    note(extensions.key_usage.is_some_and(|usage| usage.key_cert_sign) || certificate.is_ca(), Defect::IsCa);
    note(certificate.is_self_issued(), Defect::SelfIssued);
    for purpose in &extensions.extended_key_usage {
        note(
            extensions.extended_key_usage_critical || OTHER_PURPOSES.contains(purpose),
            Defect::OtherPurpose(*purpose),
        );
    }
    defects
}

/// What is wrong with the certificate of a country signing certification authority. The caller gave it, so only what would
/// make its signatures void counts: real authorities have negative serial numbers, no keyUsage, basicConstraints not critical.
pub fn csca_defects(certificate: &Certificate) -> Vec<Defect> {
    let usage = certificate.extensions().key_usage;
    let mut defects = common_defects(certificate);
    let mut note = |wrong, defect| defects.extend(Some(defect).filter(|_| wrong));
    note(!certificate.is_ca(), Defect::NotCa);
    note(usage.is_some_and(|usage| !usage.key_cert_sign), Defect::NoKeyCertSign);
    defects
}

fn common_defects(certificate: &Certificate) -> Vec<Defect> {
    let extensions = certificate.extensions();
    let mut defects = Vec::new();
    let mut note = |wrong, defect| defects.extend(Some(defect).filter(|_| wrong));
    note(!certificate.is_version_3(), Defect::Version);
    note(!certificate.algorithms_agree(), Defect::AlgorithmsDiffer);
    defects.extend(extensions.unknown_critical.iter().copied().map(Defect::UnknownCritical));
    // Malformed subject key identifiers are known in the field; they only make the certificate harder to find.
    let malformed = extensions.malformed.iter().filter(|id| **id != oid::SUBJECT_KEY_IDENTIFIER);
    defects.extend(malformed.copied().map(Defect::MalformedExtension));
    defects.extend(extensions.duplicate.iter().copied().map(Defect::DuplicateExtension));
    defects
}

/// Purposes under the same authorities whose keys must not sign documents (9303-12 §7.1.1).
const OTHER_PURPOSES: &[Oid] = &[oid::ID_ICAO_CSCA_MASTER_LIST_SIGNING_KEY, oid::ID_ICAO_DEVIATION_LIST_SIGNING_KEY];

/// How a certificate among others stands: verified under one of them, or why not.
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

/// Whether a certificate verifies under itself or under one of the anchors of the store.
///
/// # Errors
/// Why it does not.
pub fn verify_among(certificate: &Certificate, store: &TrustStore, budget: &mut Budget) -> Result<(), Unverified> {
    let mut failure = Unverified::IssuerMissing;
    let itself = Some(certificate).filter(|_| certificate.names_as_issuer(certificate));
    for issuer in itself.into_iter().chain(store.candidates(certificate)) {
        budget.take().ok_or(Unverified::OutOfBudget)?;
        match issuer.public_key().map_err(CertificateError::from).and_then(|key| certificate.verify_signed_by(&key)) {
            Ok(_) => return Ok(()),
            // Others of the same name are tried, but that they do not verify it says nothing.
            Err(error) if certificate.names_as_issuer(issuer) => failure = Unverified::Signature(error),
            Err(_) => {}
        }
    }
    Err(failure)
}
