//! Secrets, random bytes, digests, ciphers, message authentication codes, key derivation, curves, DH groups, RSA, DSA,
//! signatures and their keys. No other module names a cipher crate.
//!
//! Interfaces take and return octets and the types of this module. Input from a card is untrusted: every function
//! returns an error and none panics.

mod error;
mod secret;
mod digest;
mod random;
mod modular;
mod cipher;
mod mac;
mod kdf;
mod algorithm_identifier;
mod curve;
mod dh;
mod group;
mod rsa;
mod dsa;
mod iso9796;
mod public_key;
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
pub use error::CryptoError;
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
