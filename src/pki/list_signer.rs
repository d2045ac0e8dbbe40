//! Who signed a list: the signature over it and the purpose of the signer's key (9303-12 §7.1.1, §9, §10).
//!
//! A list must verify over the bytes received: the tolerance for unsorted attributes is for cards. The validity of the
//! signer's certificate is judged at the moment that the list says it was signed: lists outlive their signers.

use super::budget::Budget;
use super::certificate::{Certificate, CertificateError};
use super::cms::{CmsError, SignedData};
use super::profile::{Defect, ProfileFinding, Role, profile};
use crate::crypto::CryptoError;
use crate::oid::Oid;
use crate::tlv::TlvError;
use thiserror::Error;

/// Why a signed list is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ListError {
    /// Its SignedData is not well formed or does not verify.
    #[error("{0}")]
    Cms(#[from] CmsError),
    /// Its content is not well formed.
    #[error("signed list {0}")]
    Tlv(#[from] TlvError),
    /// The signed content is no list of this kind.
    #[error("the signed content is no list that is known")]
    OtherContent,
    /// A version other than 0.
    #[error("the version of the list is not known")]
    Version,
    /// More entries than are read.
    #[error("the list has more entries than are read")]
    TooMany,
    /// The signer's certificate is not in the list's SignedData.
    #[error("the signer's certificate does not come with the list")]
    SignerMissing,
    /// The signer's certificate is not one.
    #[error("the signer's certificate: {0}")]
    Signer(CertificateError),
    /// The signer's key is not meant to sign lists of this kind (9303-12 §7.1.1).
    #[error("the signer's key is not meant to sign lists of this kind")]
    SignerPurpose,
    /// The signer's certificate is an authority's, or its keyUsage lacks digitalSignature (9303-12 §7.1.1).
    #[error("the signer's certificate is not a signer's: it is an authority, or its keyUsage lacks digitalSignature")]
    SignerUsage,
    /// The signer's certificate is void by its profile (9303-12 §7.1).
    #[error("the signer's certificate does not fit its profile: {}", .0.sentence())]
    SignerProfile(Defect),
    /// The list was signed outside the validity of the signer's certificate, by its own word.
    #[error("the list was signed outside the validity of its signer's certificate")]
    SignerLapsed,
    /// A master list does not say when it was signed (9303-12 §9), so that its signer's validity cannot be judged.
    #[error("the list does not say when it was signed")]
    Undated,
    /// The signer of a master list, or the authority that certified him, was revoked.
    #[error("the signer of the list, or the authority that certified him, was revoked")]
    SignerRevoked,
    /// The DigestInfo of its signature lacks its NULL (RFC 8017 §A.2.4), and the caller does not tolerate that.
    #[error("its signature lacks the NULL in its DigestInfo: it needs the tolerance digest_info_without_null")]
    NeedsDigestInfoWithoutNull,
    /// An authority on the signer's path is void by its profile (9303-12 §7.1).
    #[error("an authority that the signer's certificate leads to is void by its profile")]
    AuthorityVoid,
    /// An authority on the signer's path was not in force when it certified the one below.
    #[error("an authority that the signer's certificate leads to was not in force when it certified")]
    AuthorityLapsed,
    /// The signer's certificate leads to no certification authority of the caller or of the list.
    #[error("the signer's certificate leads to no certification authority")]
    SignerUnanchored,
}

/// A signer whose signature over the list verifies; where he leads is not judged yet.
#[derive(Clone, Debug)]
pub(crate) struct Signature {
    pub(crate) certificate: Certificate,
    pub(crate) null_missing: bool,
    /// When he signed, by his word; his certificate was valid then.
    pub(crate) signed: Option<time::OffsetDateTime>,
}

/// The signers of a list whose signatures verify and whose certificates are fit to sign lists, with this purpose where
/// one is asked for. Of several signers one is enough (9303-12 §9).
///
/// # Errors
/// Why the last signer tried does not verify, if none does.
pub(super) fn signatures(
    signed: &SignedData<'_>,
    purpose: Option<(Oid, Role)>,
    budget: &mut Budget,
) -> Result<Vec<Signature>, ListError> {
    let mut failure = ListError::SignerMissing;
    let mut found = Vec::new();
    for signer in signed.signers() {
        for der in signed.certificates() {
            let certificate = match Certificate::parse(der) {
                Ok(certificate) if signer.sid().names(&certificate) => certificate,
                Ok(_) => continue,
                Err(error) => {
                    failure = ListError::Signer(error);
                    continue;
                }
            };
            if let Err(error) = may_sign(&certificate, purpose, signer.signing_time()) {
                failure = error;
                continue;
            }
            let key = certificate.public_key().map_err(CmsError::from);
            match key.and_then(|key| signed.verify(signer, &key, budget)) {
                Ok(signature) if signature.attributes_sorted => {
                    failure = CmsError::Crypto(CryptoError::BadSignature).into();
                }
                Ok(signature) => {
                    let (null_missing, signed) = (signature.null_missing, signer.signing_time());
                    found.push(Signature { certificate, null_missing, signed });
                }
                Err(error) => failure = error.into(),
            }
        }
    }
    if found.is_empty() { Err(failure) } else { Ok(found) }
}

fn may_sign(
    certificate: &Certificate,
    purpose: Option<(Oid, Role)>,
    signed: Option<time::OffsetDateTime>,
) -> Result<(), ListError> {
    let extensions = certificate.extensions();
    if purpose.is_some_and(|(purpose, _)| !extensions.extended_key_usage.contains(&purpose)) {
        return Err(ListError::SignerPurpose);
    }
    if certificate.is_ca() || extensions.key_usage.is_none_or(|usage| !usage.digital_signature) {
        return Err(ListError::SignerUsage);
    }
    let findings = purpose.map(|(_, role)| profile(certificate, role)).unwrap_or_default();
    if let Some(void) = findings.iter().find(|finding| ProfileFinding::is_void(finding)) {
        return Err(ListError::SignerProfile(void.defect));
    }
    if signed.is_some_and(|signed| !certificate.validity().contains(signed)) {
        return Err(ListError::SignerLapsed);
    }
    Ok(())
}
