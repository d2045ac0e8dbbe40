//! AlgorithmIdentifier: an algorithm's name with its parameters (RFC 5280 §4.1.1.2).
//!
//! Whether the parameters must, may or must not be a NULL depends on the algorithm, and real documents deviate from it; a
//! lossless deviation is accepted and noted.

use super::{CryptoError, DigestAlgorithm};
use crate::oid::{self, Oid};
use crate::tlv::{Reader, Tag, Tlv, TlvError};

/// A lossless difference between an encoding and its standard, accepted and reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum EncodingNote {
    /// The parameters that the algorithm demands (a NULL, or those of PSS) are missing; its defaults hold.
    ParametersMissing,
    /// A NULL stands where the algorithm forbids parameters.
    ParametersPresent,
    /// The curve is given by explicit parameters, which match a named curve exactly.
    ExplicitCurve,
    /// The algorithm names no digest (rsaEncryption, id-ecPublicKey): the digest comes from the context.
    DigestFromContext,
}

/// `AlgorithmIdentifier ::= SEQUENCE { algorithm OBJECT IDENTIFIER, parameters ANY DEFINED BY algorithm OPTIONAL }`
pub(super) struct AlgorithmIdentifier<'a> {
    pub(super) algorithm: Oid,
    pub(super) parameters: Option<Tlv<'a>>,
}

impl<'a> AlgorithmIdentifier<'a> {
    /// Reads a whole AlgorithmIdentifier.
    pub(super) fn from_der(der: &'a [u8]) -> Result<Self, CryptoError> {
        let mut reader = Reader::new(der);
        let identifier = Self::read(&mut reader)?;
        reader.finish()?;
        Ok(identifier)
    }

    /// Reads the next data object as an AlgorithmIdentifier.
    pub(super) fn read(reader: &mut Reader<'a>) -> Result<Self, CryptoError> {
        let mut fields = reader.expect(Tag::SEQUENCE, "an AlgorithmIdentifier")?.children();
        let algorithm = fields.expect(Tag::OID, "the algorithm")?;
        let algorithm = Oid::from_der(algorithm.value).ok_or(CryptoError::Malformed)?;
        let parameters = if fields.is_empty() { None } else { Some(fields.next()?) };
        fields.finish()?;
        Ok(Self { algorithm, parameters })
    }

    /// Whether the parameters are an ASN.1 NULL; anything else but their absence is malformed.
    pub(super) fn has_null(&self) -> Result<bool, CryptoError> {
        match self.parameters {
            None => Ok(false),
            Some(null) if null.tag == Tag::NULL && null.value.is_empty() => Ok(true),
            Some(_) => Err(CryptoError::Malformed),
        }
    }
}

impl DigestAlgorithm {
    /// Reads a whole digest AlgorithmIdentifier, with a NULL or without (RFC 5754 §2).
    ///
    /// # Errors
    /// [`CryptoError::Forbidden`] for MD5 and its like, [`CryptoError::Unsupported`] for an unknown algorithm,
    /// [`CryptoError::Malformed`] for a malformed one.
    pub fn from_algorithm_identifier(der: &[u8]) -> Result<Self, CryptoError> {
        let identifier = AlgorithmIdentifier::from_der(der)?;
        identifier.has_null()?;
        Self::accepted(identifier.algorithm)
    }

    pub(super) fn accepted(algorithm: Oid) -> Result<Self, CryptoError> {
        match algorithm {
            oid::MD2 | oid::MD4 | oid::MD5 => Err(CryptoError::Forbidden),
            _ => Self::from_oid(algorithm).ok_or(CryptoError::Unsupported),
        }
    }
}

impl From<TlvError> for CryptoError {
    fn from(_: TlvError) -> Self {
        Self::Malformed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_read_with_and_without_null() {
        let sha1 = hex::decode("300906052b0e03021a0500").unwrap();
        assert_eq!(DigestAlgorithm::from_algorithm_identifier(&sha1), Ok(DigestAlgorithm::Sha1));
        let sha1 = hex::decode("300706052b0e03021a").unwrap();
        assert_eq!(DigestAlgorithm::from_algorithm_identifier(&sha1), Ok(DigestAlgorithm::Sha1));
    }

    #[test]
    fn refuses_md5_an_unknown_digest_and_other_parameters() {
        let read = |digits: &str| DigestAlgorithm::from_algorithm_identifier(&hex::decode(digits).unwrap());
        assert_eq!(read("300c06082a864886f70d02050500"), Err(CryptoError::Forbidden));
        assert_eq!(read("300906052b0e03021b0500"), Err(CryptoError::Unsupported));
        assert_eq!(read("300a06052b0e03021a020100"), Err(CryptoError::Malformed));
        assert_eq!(read("300906052b0e03021a050000"), Err(CryptoError::Malformed));
    }
}
