//! The hook that lets the caller's key sign evidence, or a time-stamp service stamp it. The key never enters the library.

use super::encoding::Version;
use crate::document::EvidenceSignature;
use thiserror::Error;

/// What signs or stamps evidence: a key of the caller's in a file, a device or a service.
pub trait EvidenceSigner {
    /// Signs these bytes; they begin with the name of the form, so that they can be mistaken for nothing else.
    ///
    /// # Errors
    /// The signer cannot be reached, or refuses.
    fn sign(&mut self, data: &[u8]) -> Result<EvidenceSignature, EvidenceSigningError>;
}

/// Why there is no signature.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EvidenceSigningError {
    /// The signer cannot be reached, or refuses; the text is its own.
    #[error("the signer failed: {0}")]
    Failed(String),
    /// What it gave does not verify under its certificate, or uses an algorithm that is not taken.
    #[error("the signature does not verify under its certificate")]
    BadSignature,
    /// There are as many signatures as are taken.
    #[error("the evidence bears too many signatures")]
    TooMany,
}

/// What is signed: the name of the form, a zero byte, the canonical manifest. It names each part by its hash, and so a
/// part can be removed and the signature still stands.
pub(super) fn message(version: Version, manifest: &[u8]) -> Vec<u8> {
    [version.schema().as_bytes(), b" manifest\0", manifest].concat()
}
