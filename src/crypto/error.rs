//! Errors of the cryptographic functions.

use thiserror::Error;

/// Why a cryptographic function fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CryptoError {
    /// A key is malformed, of a wrong length, or outside its limits.
    #[error("the key is malformed or outside its limits")]
    BadKey,
    /// A point is not on its curve, or is the identity.
    #[error("the point is not a point of the curve")]
    BadPoint,
    /// A signature does not verify.
    #[error("the signature does not verify")]
    BadSignature,
    /// Data has a wrong length.
    #[error("the data has a wrong length")]
    BadLength,
    /// Padding is not as it must be.
    #[error("the padding is not as it must be")]
    BadPadding,
    /// A key or an algorithm identifier is malformed.
    #[error("the encoding of a key or an algorithm is malformed")]
    Malformed,
    /// An algorithm, curve or parameter that this library does not know.
    #[error("the algorithm or its parameters are not supported")]
    Unsupported,
    /// An algorithm that is broken and must never be accepted.
    #[error("the algorithm is broken and never accepted")]
    Forbidden,
    /// The source of random bytes failed.
    #[error("the source of random bytes failed")]
    Random,
}
