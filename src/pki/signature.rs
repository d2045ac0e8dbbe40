//! Verification of the signature of a certificate, a list or a signed object with the encodings that real issuers use, and
//! the number of signatures that may be tried.

use crate::bounds::BOUNDS;
use crate::crypto::{CryptoError, DigestAlgorithm, EncodingNote, PublicKey, SignatureAlgorithm};

/// Verifies a signature; gives whether its DigestInfo lacks its NULL (RFC 8017 §A.2.4). That is a laxity, met in a public
/// list, and no weakness: the whole block is compared either way.
pub(super) fn verify(
    algorithm: &SignatureAlgorithm,
    key: &PublicKey,
    message: &[u8],
    signature: &[u8],
    digest: Option<DigestAlgorithm>,
) -> Result<bool, CryptoError> {
    match algorithm.verify(key, message, signature, digest) {
        Ok(()) => Ok(false),
        Err(error) => match algorithm.verify_without_null(key, message, signature, digest) {
            Ok(()) => Ok(true),
            Err(_) => Err(error),
        },
    }
}

/// Whether an algorithm's NULL is missing, or present against the rule.
pub(super) fn odd_parameters(notes: &[EncodingNote]) -> bool {
    notes.iter().any(|note| matches!(note, EncodingNote::ParametersMissing | EncodingNote::ParametersPresent))
}

/// How many signatures may still be tried: a card can name many certificates, and each costs a computation.
#[derive(Debug)]
pub struct Budget {
    left: u32,
}

impl Budget {
    /// Signatures tried for one document at most.
    pub const DOCUMENT: u32 = BOUNDS.signatures;

    /// A budget of this many signatures.
    pub fn new(signatures: u32) -> Self {
        Self { left: signatures }
    }

    /// Takes one signature; `None` if none is left.
    pub fn take(&mut self) -> Option<()> {
        self.left = self.left.checked_sub(1)?;
        Some(())
    }
}
