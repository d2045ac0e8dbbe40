//! The only room that names cipher crates: secrets, random bytes, digests, ciphers, codes, key derivation, curves, DH
//! groups, RSA, DSA, signatures and their keys.
//!
//! Everything above speaks in octets and in the types of this room. What a card sends is hostile here as elsewhere:
//! every function returns an error and none panics.

mod algorithm_identifier;
mod cipher;
mod curve;
mod dh;
mod digest;
mod dsa;
mod group;
mod iso9796;
mod kdf;
mod mac;
mod modular;
mod public_key;
mod random;
mod rsa;
mod secret;
mod signature;
#[cfg(feature = "sim")]
mod signing;

pub use self::rsa::RsaPublicKey;
pub use algorithm_identifier::EncodingNote;
pub use cipher::{Cipher, pad, unpad};
pub use curve::{Curve, CurveId, Point};
pub use dh::{DhGroupId, Number};
pub use digest::DigestAlgorithm;
#[cfg(feature = "sim")]
pub use dsa::DsaPrivateKey;
pub use dsa::DsaPublicKey;
pub use group::{Element, GroupId};
pub use iso9796::verify_iso9796_2;
pub use kdf::{KeyUse, kdf};
pub use mac::MAC_LEN;
pub use modular::{Modulus, Residue};
pub use public_key::PublicKey;
pub use random::{OsRandom, Random};
#[cfg(feature = "sim")]
pub use random::{ScriptedRandom, SeededRandom};
pub use secret::{Secret, equal};
pub use signature::SignatureAlgorithm;
#[cfg(feature = "sim")]
pub use signing::{PrivateKey, RsaPrivateKey};

use thiserror::Error;

/// What a cryptographic function can refuse.
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
    /// A key or an algorithm identifier is not encoded as its standard says.
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
