//! Errors of card-verifiable certificates.

use crate::crypto::CryptoError;
use crate::tlv::TlvError;
use thiserror::Error;

/// Why a card-verifiable certificate cannot be read or does not verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CvcError {
    /// A data object is missing or does not conform to the standard; its offset counts from the first byte given.
    #[error("the card-verifiable certificate is malformed {0}")]
    Malformed(#[from] TlvError),
    /// More octets than any card-verifiable certificate has.
    #[error("longer than any card-verifiable certificate")]
    TooLong,
    /// The public key's algorithm is not one of terminal authentication.
    #[error("the public key is of an unknown algorithm of terminal authentication")]
    UnknownAlgorithm,
    /// The public key cannot be used.
    #[error("the public key of the card-verifiable certificate: {0}")]
    Key(CryptoError),
    /// Only a country verifying certification authority's certificate holds domain parameters.
    #[error("domain parameters in a certificate that must take over those of its issuer")]
    UnexpectedDomainParameters,
    /// The key lacks domain parameters, and no issuer's key lends them.
    #[error("the public key lacks domain parameters, and its issuer's are not known")]
    NoDomainParameters,
    /// The certificate ends before it begins.
    #[error("the certificate expires before it becomes effective")]
    Validity,
    /// The signature is not the issuer's.
    #[error("the certificate's signature: {0}")]
    Signature(CryptoError),
}
