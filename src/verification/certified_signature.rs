//! Signatures over evidence and online answers, by the key of a certificate that is stored beside them.

use crate::checks::Reason;
use crate::crypto::{CryptoError, DigestAlgorithm, SignatureAlgorithm};
use crate::document::EvidenceSignature;
use crate::pki::{Certificate, CertificateError};

/// Verifies a signature over evidence; the signer's certificate, `None` for a time stamp. Who that is, and when, is not
/// judged here.
pub(crate) fn verify_evidence_signature(
    signature: &EvidenceSignature,
    message: &[u8],
) -> Result<Option<Certificate>, Reason> {
    let EvidenceSignature::Certificate { algorithm, certificate, signature } = signature else { return Ok(None) };
    verify_certified(algorithm, certificate, signature, message).map(Some)
}

/// Verifies a signature by the key of a certificate that comes along; the certificate. Who that is, and when, is not judged
/// here.
pub(super) fn verify_certified(
    algorithm: &[u8],
    certificate: &[u8],
    signature: &[u8],
    message: &[u8],
) -> Result<Certificate, Reason> {
    let (algorithm, _) = SignatureAlgorithm::from_algorithm_identifier(algorithm).map_err(reason)?;
    let certificate = Certificate::parse(certificate).map_err(|error| match error {
        CertificateError::Crypto(error) => reason(error),
        _ => Reason::Malformed,
    })?;
    // The forms are new: nothing old needs a digest that can be made to collide.
    if matches!(algorithm.digest(), None | Some(DigestAlgorithm::Sha1)) {
        return Err(Reason::ForbiddenAlgorithm);
    }
    if certificate.extensions().key_usage.is_some_and(|usage| !usage.digital_signature) {
        return Err(Reason::CertificateProfile);
    }
    let key = certificate.public_key().map_err(reason)?;
    algorithm.verify(&key, message, signature, None).map_err(reason)?;
    Ok(certificate)
}

fn reason(error: CryptoError) -> Reason {
    match error {
        CryptoError::Unsupported => Reason::UnsupportedAlgorithm,
        CryptoError::Forbidden => Reason::ForbiddenAlgorithm,
        CryptoError::BadKey | CryptoError::BadPoint => Reason::BadKey,
        CryptoError::Malformed => Reason::Malformed,
        _ => Reason::BadSignature,
    }
}
