//! The signers of lists: signatures over a list and the purpose of the signer's key (9303-12 §7.1.1, §9, §10).
//!
//! A list must verify over the bytes received: the tolerance for unsorted attributes is for cards. The signer's certificate
//! must be valid at the signing time that the list states: lists stay in use after the certificates of their signers expire.

use crate::crypto::CryptoError;
use crate::oid::{self, Oid};
use crate::pki::{
    Certificate, CertificateError, CmsError, ProfileDefect, ProfileFinding, Role, SignatureBudget, SignedData, profile,
};
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
    /// The signed content is not a list of this kind.
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
    /// The signer's certificate cannot be read.
    #[error("the signer's certificate: {0}")]
    Signer(CertificateError),
    /// The signer's key is not meant to sign lists of this kind (9303-12 §7.1.1).
    #[error("the signer's key is not meant to sign lists of this kind")]
    SignerPurpose,
    /// The signer's certificate is an authority's, or its keyUsage lacks digitalSignature (9303-12 §7.1.1).
    #[error("the signer's certificate is not a signer's: it is an authority, or its keyUsage lacks digitalSignature")]
    SignerUsage,
    /// The signer's certificate has a void finding in its profile (9303-12 §7.1).
    #[error("the signer's certificate does not fit its profile: {}", .0.sentence())]
    SignerProfile(ProfileDefect),
    /// The signing time that the list states is outside the validity of the signer's certificate.
    #[error("the list was signed outside the validity of its signer's certificate")]
    SignerLapsed,
    /// A master list does not state when it was signed (9303-12 §9), so that its signer's validity cannot be judged.
    #[error("the list does not say when it was signed")]
    Undated,
    /// The signer of a master list, or the authority that certified it, was revoked.
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
    /// The signer's certificate has no chain to a certification authority of the caller or of the list.
    #[error("the signer's certificate leads to no certification authority")]
    SignerUnanchored,
}

/// The kinds of signed lists, and the profiles of their signers' certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ListKind {
    /// A list of certification authorities (9303-12 §9).
    Master,
    /// A deviation list of an issuing state (9303-12 §10).
    Deviation,
    /// A defect list (TR-03129-2 §7).
    Defect,
}

impl ListKind {
    /// By the type of the signed content.
    pub(super) fn of_content(content_type: Oid) -> Option<Self> {
        match content_type {
            oid::ID_ICAO_CSCA_MASTER_LIST => Some(Self::Master),
            oid::ID_ICAO_DEVIATION_LIST => Some(Self::Deviation),
            oid::ID_DEFECT_LIST => Some(Self::Defect),
            _ => None,
        }
    }

    /// The purpose that extKeyUsage of the signer's certificate must contain.
    fn purpose(self) -> Oid {
        self.role().and_then(Role::purpose).unwrap_or(oid::ID_DEFECT_LIST_SIGNING_KEY)
    }

    /// The profile of the signer's certificate. There is none for defect lists: TR-03129-2 §7.2 only recommends the purpose,
    /// and a caller can trust the signer of one without it.
    fn role(self) -> Option<Role> {
        match self {
            Self::Master => Some(Role::MasterListSigner),
            Self::Deviation => Some(Role::DeviationListSigner),
            Self::Defect => None,
        }
    }

    /// Whether this certificate states the purpose.
    pub(crate) fn is_purpose_of(self, signer: &Certificate) -> bool {
        signer.extensions().extended_key_usage.contains(&self.purpose())
    }
}

/// A signer whose signature over the list verifies; whether it chains to an anchor is decided in `trust`.
#[derive(Clone, Debug)]
pub(crate) struct Signature {
    pub(crate) certificate: Certificate,
    pub(crate) null_missing: bool,
    /// The signing time that it states; its certificate was valid then.
    pub(crate) signed: Option<time::OffsetDateTime>,
}

/// The signers of a list whose signatures verify and whose certificates are valid for lists of this kind. Of several signers
/// one is enough (9303-12 §9).
///
/// # Errors
/// Why the last signer tried does not verify, if none does.
pub(super) fn signatures(
    signed: &SignedData<'_>,
    kind: ListKind,
    budget: &mut SignatureBudget,
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
            if let Err(error) = may_sign(&certificate, kind, signer.signing_time()) {
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

fn may_sign(certificate: &Certificate, kind: ListKind, signed: Option<time::OffsetDateTime>) -> Result<(), ListError> {
    let extensions = certificate.extensions();
    if kind.role().is_some() && !kind.is_purpose_of(certificate) {
        return Err(ListError::SignerPurpose);
    }
    if certificate.is_ca() || extensions.key_usage.is_none_or(|usage| !usage.digital_signature) {
        return Err(ListError::SignerUsage);
    }
    let findings = kind.role().map(|role| profile(certificate, role)).unwrap_or_default();
    if let Some(void) = findings.iter().find(|finding| ProfileFinding::is_void(finding)) {
        return Err(ListError::SignerProfile(void.defect));
    }
    if signed.is_some_and(|signed| !certificate.validity().contains(signed)) {
        return Err(ListError::SignerLapsed);
    }
    Ok(())
}
