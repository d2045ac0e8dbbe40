//! Signature algorithms by their AlgorithmIdentifier, and verification over a whole message (9303-12 §4.4).
//!
//! RSA PKCS #1 v1.5, RSASSA-PSS with any digest, mask digest and salt length, ECDSA in the form of X9.62 (a SEQUENCE of r
//! and s) and of TR-03111 (r ‖ s), DSA in the form of X9.62. In that form redundant leading zeros of r and s are accepted,
//! up to two octets more than the order has; negative numbers, other lengths and trailing octets are refused.

use super::algorithm_identifier::{AlgorithmIdentifier, EncodingNote};
use super::rsa::{Null, Pss};
use super::{CryptoError, DigestAlgorithm, PublicKey};
use crate::bounds::BOUNDS;
use crate::oid::{self, Oid};
use crate::tlv::{Reader, Tag, Tlv, encode, encode_all, integer_content, small_integer, unsigned_integer};

/// A signature algorithm with its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignatureAlgorithm {
    /// RSASSA-PKCS1-v1_5; without a digest where the algorithm is given as rsaEncryption.
    RsaPkcs1 {
        /// The message's digest, if the algorithm names one.
        digest: Option<DigestAlgorithm>,
    },
    /// RSASSA-PSS with mask generation function 1 and trailer field 1.
    RsaPss {
        /// The message's digest.
        digest: DigestAlgorithm,
        /// The mask generation function's digest.
        mgf_digest: DigestAlgorithm,
        /// Octets of the salt.
        salt_len: usize,
    },
    /// ECDSA; without a digest where the algorithm is given as id-ecPublicKey.
    Ecdsa {
        /// The message's digest, if the algorithm names one.
        digest: Option<DigestAlgorithm>,
        /// r ‖ s of fixed length (TR-03111 §5.2.1) rather than a SEQUENCE (X9.62).
        plain: bool,
    },
    /// DSA; without a digest where the algorithm is given as id-dsa.
    Dsa {
        /// The message's digest, if the algorithm names one.
        digest: Option<DigestAlgorithm>,
    },
}

/// Algorithms whose identifier says it all. RSA demands a NULL (RFC 4055 §5), the others no parameters (RFC 5758 §3.2).
const TABLE: [(Oid, SignatureAlgorithm); 23] = [
    (oid::RSA_ENCRYPTION, SignatureAlgorithm::RsaPkcs1 { digest: None }),
    (oid::SHA1_WITH_RSA, pkcs1(DigestAlgorithm::Sha1)),
    (oid::SHA224_WITH_RSA, pkcs1(DigestAlgorithm::Sha224)),
    (oid::SHA256_WITH_RSA, pkcs1(DigestAlgorithm::Sha256)),
    (oid::SHA384_WITH_RSA, pkcs1(DigestAlgorithm::Sha384)),
    (oid::SHA512_WITH_RSA, pkcs1(DigestAlgorithm::Sha512)),
    (oid::ID_EC_PUBLIC_KEY, SignatureAlgorithm::Ecdsa { digest: None, plain: false }),
    (oid::ECDSA_WITH_SHA1, ecdsa(DigestAlgorithm::Sha1, false)),
    (oid::ECDSA_WITH_SHA224, ecdsa(DigestAlgorithm::Sha224, false)),
    (oid::ECDSA_WITH_SHA256, ecdsa(DigestAlgorithm::Sha256, false)),
    (oid::ECDSA_WITH_SHA384, ecdsa(DigestAlgorithm::Sha384, false)),
    (oid::ECDSA_WITH_SHA512, ecdsa(DigestAlgorithm::Sha512, false)),
    (oid::ECDSA_PLAIN_SHA1, ecdsa(DigestAlgorithm::Sha1, true)),
    (oid::ECDSA_PLAIN_SHA224, ecdsa(DigestAlgorithm::Sha224, true)),
    (oid::ECDSA_PLAIN_SHA256, ecdsa(DigestAlgorithm::Sha256, true)),
    (oid::ECDSA_PLAIN_SHA384, ecdsa(DigestAlgorithm::Sha384, true)),
    (oid::ECDSA_PLAIN_SHA512, ecdsa(DigestAlgorithm::Sha512, true)),
    (oid::ID_DSA, SignatureAlgorithm::Dsa { digest: None }),
    (oid::ID_DSA_WITH_SHA1, dsa(DigestAlgorithm::Sha1)),
    (oid::ID_DSA_WITH_SHA224, dsa(DigestAlgorithm::Sha224)),
    (oid::ID_DSA_WITH_SHA256, dsa(DigestAlgorithm::Sha256)),
    (oid::ID_DSA_WITH_SHA384, dsa(DigestAlgorithm::Sha384)),
    (oid::ID_DSA_WITH_SHA512, dsa(DigestAlgorithm::Sha512)),
];

const fn pkcs1(digest: DigestAlgorithm) -> SignatureAlgorithm {
    SignatureAlgorithm::RsaPkcs1 { digest: Some(digest) }
}

const fn ecdsa(digest: DigestAlgorithm, plain: bool) -> SignatureAlgorithm {
    SignatureAlgorithm::Ecdsa { digest: Some(digest), plain }
}

const fn dsa(digest: DigestAlgorithm) -> SignatureAlgorithm {
    SignatureAlgorithm::Dsa { digest: Some(digest) }
}

impl SignatureAlgorithm {
    /// Reads a whole AlgorithmIdentifier; the notes are its lossless deviations from the standard.
    ///
    /// # Errors
    /// [`CryptoError::Forbidden`] for MD5 and its like, [`CryptoError::Unsupported`] for an unknown algorithm or
    /// parameter, [`CryptoError::Malformed`] for a malformed one.
    pub fn from_algorithm_identifier(der: &[u8]) -> Result<(Self, Vec<EncodingNote>), CryptoError> {
        let identifier = AlgorithmIdentifier::from_der(der)?;
        let mut notes = Vec::new();
        if matches!(identifier.algorithm, oid::MD2_WITH_RSA | oid::MD4_WITH_RSA | oid::MD5_WITH_RSA) {
            return Err(CryptoError::Forbidden);
        }
        if identifier.algorithm == oid::ID_RSASSA_PSS {
            let pss = match identifier.parameters {
                Some(parameters) if parameters.tag == Tag::SEQUENCE => pss_parameters(parameters)?,
                _ => {
                    identifier.has_null()?;
                    notes.push(EncodingNote::ParametersMissing);
                    PSS_DEFAULTS
                }
            };
            let Pss { digest, mgf_digest, salt_len } = pss;
            return Ok((Self::RsaPss { digest, mgf_digest, salt_len }, notes));
        }
        let known = TABLE.into_iter().find(|(oid, _)| *oid == identifier.algorithm);
        let (oid, algorithm) = known.ok_or(CryptoError::Unsupported)?;
        let has_parameters = match identifier.parameters {
            // A key's algorithm in the place of a signature's may have the group as its parameters; those of the key count.
            Some(_) if oid == oid::ID_EC_PUBLIC_KEY || oid == oid::ID_DSA => true,
            _ => identifier.has_null()?,
        };
        match (has_parameters, algorithm) {
            (false, Self::RsaPkcs1 { .. }) => notes.push(EncodingNote::ParametersMissing),
            (true, Self::Ecdsa { .. } | Self::Dsa { .. }) => notes.push(EncodingNote::ParametersPresent),
            _ => {}
        }
        if algorithm.digest().is_none() {
            notes.push(EncodingNote::DigestFromContext);
        }
        Ok((algorithm, notes))
    }

    /// The whole AlgorithmIdentifier, encoded as its standard requires.
    pub fn to_algorithm_identifier(&self) -> Vec<u8> {
        let identifier =
            |oid: Oid, parameters: &[u8]| encode_all(Tag::SEQUENCE, &[&encode(Tag::OID, oid.as_der()), parameters]);
        let null = encode(Tag::NULL, &[]);
        if let Self::RsaPss { digest, mgf_digest, salt_len } = self {
            let hash = |digest: &DigestAlgorithm| identifier(digest.oid(), &null);
            let mgf = identifier(oid::ID_MGF1, &hash(mgf_digest));
            let salt_len = encode(Tag::INTEGER, &integer_content(&salt_len.to_be_bytes()));
            let parts = [encode(PSS_HASH, &hash(digest)), encode(PSS_MGF, &mgf), encode(PSS_SALT_LEN, &salt_len)];
            return identifier(oid::ID_RSASSA_PSS, &encode(Tag::SEQUENCE, &parts.concat()));
        }
        let known = TABLE.iter().find(|(_, algorithm)| algorithm == self);
        let (oid, _) = known.expect("every digest of PKCS #1, ECDSA and DSA stands in the table");
        let parameters = if matches!(self, Self::RsaPkcs1 { .. }) { null } else { Vec::new() };
        identifier(*oid, &parameters)
    }

    /// The message's digest, if the algorithm names one.
    pub fn digest(&self) -> Option<DigestAlgorithm> {
        match self {
            Self::RsaPkcs1 { digest } | Self::Ecdsa { digest, .. } | Self::Dsa { digest } => *digest,
            Self::RsaPss { digest, .. } => Some(*digest),
        }
    }

    /// Its name: `RSA-PKCS1 SHA-256`, `RSA-PSS SHA-256`, `ECDSA SHA-384`, `ECDSA-plain SHA-224`, `DSA SHA-256`.
    pub fn name(&self) -> String {
        let scheme = match self {
            Self::RsaPkcs1 { .. } => "RSA-PKCS1",
            Self::RsaPss { .. } => "RSA-PSS",
            Self::Ecdsa { plain: false, .. } => "ECDSA",
            Self::Ecdsa { plain: true, .. } => "ECDSA-plain",
            Self::Dsa { .. } => "DSA",
        };
        self.digest().map_or(scheme.to_owned(), |digest| format!("{scheme} {}", digest.name()))
    }

    /// Verifies a signature over a message; `digest_from_context` serves an algorithm that names no digest.
    ///
    /// # Errors
    /// [`CryptoError::BadKey`] for a key of another kind, [`CryptoError::Unsupported`] where no digest is known,
    /// [`CryptoError::BadSignature`] for all else.
    pub fn verify(
        &self,
        key: &PublicKey,
        message: &[u8],
        signature: &[u8],
        digest_from_context: Option<DigestAlgorithm>,
    ) -> Result<(), CryptoError> {
        let digest = self.digest().or(digest_from_context).ok_or(CryptoError::Unsupported)?;
        match (self, key) {
            (Self::RsaPkcs1 { .. }, PublicKey::Rsa(key)) => key.verify_pkcs1(digest, message, signature, Null::Present),
            (&Self::RsaPss { digest, mgf_digest, salt_len }, PublicKey::Rsa(key)) => {
                key.verify_pss(Pss { digest, mgf_digest, salt_len }, message, signature)
            }
            (Self::Ecdsa { plain, .. }, PublicKey::Ec { curve, point }) => {
                let curve = curve.curve();
                let parts = if *plain { split_plain } else { split_x962 };
                let (r, s) = parts(signature, curve.order_len()).ok_or(CryptoError::BadSignature)?;
                curve.verify_ecdsa(point, &digest.digest(&[message]), r, s)
            }
            (Self::Dsa { .. }, PublicKey::Dsa(key)) => {
                let (r, s) = split_x962(signature, key.order_len()).ok_or(CryptoError::BadSignature)?;
                key.verify(&digest.digest(&[message]), r, s)
            }
            _ => Err(CryptoError::BadKey),
        }
    }

    /// Verifies a PKCS #1 v1.5 signature whose DigestInfo lacks its NULL, and no other (RFC 8017 §A.2.4).
    ///
    /// Such a signature does not conform to the standard, and [`SignatureAlgorithm::verify`] refuses it; a caller that
    /// accepts it has to report that.
    ///
    /// # Errors
    /// As [`SignatureAlgorithm::verify`]; [`CryptoError::BadKey`] for another algorithm than PKCS #1 v1.5.
    pub fn verify_without_null(
        &self,
        key: &PublicKey,
        message: &[u8],
        signature: &[u8],
        digest_from_context: Option<DigestAlgorithm>,
    ) -> Result<(), CryptoError> {
        match (self, key) {
            (Self::RsaPkcs1 { digest }, PublicKey::Rsa(key)) => {
                let digest = digest.or(digest_from_context).ok_or(CryptoError::Unsupported)?;
                key.verify_pkcs1(digest, message, signature, Null::Missing)
            }
            _ => Err(CryptoError::BadKey),
        }
    }
}

/// The defaults of RSASSA-PSS-params (RFC 8017 §A.2.3).
const PSS_DEFAULTS: Pss = Pss { digest: DigestAlgorithm::Sha1, mgf_digest: DigestAlgorithm::Sha1, salt_len: 20 };

const PSS_HASH: Tag = Tag(0xA0);
const PSS_MGF: Tag = Tag(0xA1);
const PSS_SALT_LEN: Tag = Tag(0xA2);
const PSS_TRAILER: Tag = Tag(0xA3);

/// ```text
/// RSASSA-PSS-params ::= SEQUENCE { hashAlgorithm [0] HashAlgorithm DEFAULT sha1,
///     maskGenAlgorithm [1] MaskGenAlgorithm DEFAULT mgf1SHA1, saltLength [2] INTEGER DEFAULT 20,
///     trailerField [3] TrailerField DEFAULT trailerFieldBC }
/// ```
fn pss_parameters(parameters: Tlv<'_>) -> Result<Pss, CryptoError> {
    let mut fields = parameters.children();
    let mut pss = PSS_DEFAULTS;
    if let Some(hash) = fields.optional(PSS_HASH)? {
        pss.digest = hash_algorithm(hash.value)?;
    }
    if let Some(mgf) = fields.optional(PSS_MGF)? {
        let mgf = AlgorithmIdentifier::from_der(mgf.value)?;
        if mgf.algorithm != oid::ID_MGF1 {
            return Err(CryptoError::Unsupported);
        }
        pss.mgf_digest = hash_algorithm(mgf.parameters.ok_or(CryptoError::Malformed)?.raw)?;
    }
    if let Some(salt_len) = fields.optional(PSS_SALT_LEN)? {
        let salt_len = explicit_integer(salt_len)?.filter(|&len| len <= BOUNDS.pss_salt_octets);
        pss.salt_len = salt_len.and_then(|len| usize::try_from(len).ok()).ok_or(CryptoError::Unsupported)?;
    }
    if let Some(trailer) = fields.optional(PSS_TRAILER)?
        && explicit_integer(trailer)? != Some(1)
    {
        return Err(CryptoError::Unsupported);
    }
    fields.finish()?;
    Ok(pss)
}

fn hash_algorithm(der: &[u8]) -> Result<DigestAlgorithm, CryptoError> {
    DigestAlgorithm::from_algorithm_identifier(der)
}

/// The INTEGER in an explicit tag; `None` where it is negative or beyond 32 bits.
fn explicit_integer(tagged: Tlv<'_>) -> Result<Option<u32>, CryptoError> {
    let mut fields = tagged.children();
    let integer = fields.expect(Tag::INTEGER, "an INTEGER")?;
    fields.finish()?;
    Ok(small_integer(integer.value))
}

/// r ‖ s, each as many octets as the order has (TR-03111 §5.2.1).
fn split_plain(signature: &[u8], order_len: usize) -> Option<(&[u8], &[u8])> {
    if signature.len() != 2 * order_len {
        return None;
    }
    signature.split_at_checked(order_len)
}

/// `ECDSA-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER }`, and so Dss-Sig-Value (RFC 3279 §2.2.2, §2.2.3)
fn split_x962(signature: &[u8], order_len: usize) -> Option<(&[u8], &[u8])> {
    let mut reader = Reader::new(signature);
    let sequence = reader.expect(Tag::SEQUENCE, "ECDSA-Sig-Value").ok()?;
    reader.finish().ok()?;
    let mut fields = sequence.children();
    let r = fields.expect(Tag::INTEGER, "r").ok()?;
    let s = fields.expect(Tag::INTEGER, "s").ok()?;
    fields.finish().ok()?;
    if sequence.lax_length || r.lax_length || s.lax_length {
        return None;
    }
    let number = |integer: Tlv<'_>| integer.value.len() <= order_len + 2;
    if !number(r) || !number(s) {
        return None;
    }
    Some((unsigned_integer(r.value)?, unsigned_integer(s.value)?))
}

/// `ECDSA-Sig-Value` of r and s.
#[cfg(feature = "sim")]
pub(super) fn join_x962(r: &[u8], s: &[u8]) -> Vec<u8> {
    let integer = |number: &[u8]| encode(Tag::INTEGER, &integer_content(number));
    encode_all(Tag::SEQUENCE, &[&integer(r), &integer(s)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(digits: &str) -> Result<(SignatureAlgorithm, Vec<EncodingNote>), CryptoError> {
        SignatureAlgorithm::from_algorithm_identifier(&hex::decode(digits).unwrap())
    }

    #[test]
    fn every_algorithm_is_read_as_it_is_written() {
        let pss = SignatureAlgorithm::RsaPss {
            digest: DigestAlgorithm::Sha512,
            mgf_digest: DigestAlgorithm::Sha256,
            salt_len: 300,
        };
        for (_, algorithm) in TABLE.into_iter().chain([(oid::ID_RSASSA_PSS, pss)]) {
            let notes = if algorithm.digest().is_none() { vec![EncodingNote::DigestFromContext] } else { vec![] };
            let der = algorithm.to_algorithm_identifier();
            assert_eq!(SignatureAlgorithm::from_algorithm_identifier(&der), Ok((algorithm, notes)));
        }
    }

    #[test]
    fn null_missing_or_present_against_the_rule_is_noted() {
        let (_, notes) = read("300b06092a864886f70d01010b").unwrap();
        assert_eq!(notes, [EncodingNote::ParametersMissing]);
        let (_, notes) = read("300b06072a8648ce3804030500").unwrap();
        assert_eq!(notes, [EncodingNote::ParametersPresent]);
        let (_, notes) = read("300c06082a8648ce3d0403020500").unwrap();
        assert_eq!(notes, [EncodingNote::ParametersPresent]);
    }

    #[test]
    fn pss_has_the_defaults_of_the_standard() {
        let defaults = SignatureAlgorithm::RsaPss {
            digest: DigestAlgorithm::Sha1,
            mgf_digest: DigestAlgorithm::Sha1,
            salt_len: 20,
        };
        assert_eq!(read("300d06092a864886f70d01010a3000"), Ok((defaults, vec![])));
        let missing = vec![EncodingNote::ParametersMissing];
        assert_eq!(read("300b06092a864886f70d01010a"), Ok((defaults, missing.clone())));
        assert_eq!(read("300d06092a864886f70d01010a0500"), Ok((defaults, missing)));
        assert_eq!(read("301206092a864886f70d01010a3005a303020101"), Ok((defaults, vec![])));
    }

    #[test]
    fn refuses_broken_algorithms_apart_from_unknown_ones() {
        assert_eq!(read("300d06092a864886f70d0101040500"), Err(CryptoError::Forbidden));
        assert_eq!(read("300b06072a8648ce380409"), Err(CryptoError::Malformed));
        assert_eq!(read("300906072a8648ce380409"), Err(CryptoError::Unsupported));
        // PSS with trailer field 2, with a salt of −1, with MD5.
        assert_eq!(read("301206092a864886f70d01010a3005a303020102"), Err(CryptoError::Unsupported));
        assert_eq!(read("301206092a864886f70d01010a3005a2030201ff"), Err(CryptoError::Unsupported));
        let md5 = "301d06092a864886f70d01010a3010a00e300c06082a864886f70d02050500";
        assert_eq!(read(md5), Err(CryptoError::Forbidden));
        // A parameter that is no NULL.
        assert_eq!(read("300e06092a864886f70d01010b020100"), Err(CryptoError::Malformed));
    }

    #[test]
    fn a_key_of_another_kind_is_refused() {
        let curve = super::super::CurveId::Secp256r1;
        let key = PublicKey::Ec { curve, point: curve.curve().generator() };
        let rsa = pkcs1(DigestAlgorithm::Sha256);
        assert_eq!(rsa.verify(&key, b"", b"", None), Err(CryptoError::BadKey));
        let open = SignatureAlgorithm::Ecdsa { digest: None, plain: true };
        assert_eq!(open.verify(&key, b"", &[1; 64], None), Err(CryptoError::Unsupported));
        assert_eq!(open.verify(&key, b"", &[1; 64], Some(DigestAlgorithm::Sha1)), Err(CryptoError::BadSignature));
    }
}
