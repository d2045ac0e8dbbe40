//! Private keys and signatures, for the simulated card and its issuer only (feature `sim`).
//!
//! The reader has no private RSA key, so that the timing of RSA's private operation (RUSTSEC-2023-0071) never matters to
//! it; here it only serves demonstrations and tests.

use super::algorithm_identifier::AlgorithmIdentifier;
use super::public_key::ec_parameters;
use super::rsa::{Null, Pss, fixed, pkcs1_block};
use super::signature::join_x962;
use super::{CryptoError, CurveId, DigestAlgorithm, PublicKey, Random, RsaPublicKey, Secret, SeededRandom};
use super::{SignatureAlgorithm, iso9796};
use crate::oid::{self, Oid};
use crate::tlv::{Reader, Tag, encode, encode_all, small_integer};
use rsa::pkcs1::{DecodeRsaPrivateKey, EncodeRsaPrivateKey};
use rsa::rand_core::{TryCryptoRng, TryRng};
use rsa::traits::PublicKeyParts;
use rsa::{BoxedUint, hazmat};
use std::convert::Infallible;

/// An RSA private key.
pub struct RsaPrivateKey(Box<rsa::PrivateKey>);

impl RsaPrivateKey {
    /// Reads an RSAPrivateKey (RFC 8017 §A.1.2).
    ///
    /// # Errors
    /// [`CryptoError::BadKey`] for a malformed key or one outside the limits of the public key.
    pub fn from_pkcs1(der: &[u8]) -> Result<Self, CryptoError> {
        let key = rsa::PrivateKey::from_pkcs1_der(der).map_err(|_| CryptoError::BadKey)?;
        Self(Box::new(key)).checked()
    }

    /// Makes a new key with a modulus of `bits` bits and the exponent 65537.
    ///
    /// # Errors
    /// [`CryptoError::Random`] if the source fails, [`CryptoError::BadKey`] for a length outside the limits.
    pub fn generate(bits: usize, rng: &mut dyn Random) -> Result<Self, CryptoError> {
        let mut seed = [0; 32];
        rng.fill(&mut seed)?;
        let mut rng = Expanded(SeededRandom::new(seed));
        let key = rsa::PrivateKey::new(&mut rng, bits).map_err(|_| CryptoError::BadKey)?;
        Self(Box::new(key)).checked()
    }

    fn checked(self) -> Result<Self, CryptoError> {
        RsaPublicKey::new(&self.0.n_bytes(), &self.0.e_bytes())?;
        Ok(self)
    }

    /// The public key to it.
    pub fn public_key(&self) -> RsaPublicKey {
        RsaPublicKey::new(&self.0.n_bytes(), &self.0.e_bytes()).expect("checked when the private key was made")
    }

    /// m^d mod n, as many octets as the modulus has (RSASP1, RFC 8017 §5.2.1).
    ///
    /// # Errors
    /// [`CryptoError::BadLength`] for a block of another length than the modulus, or not below it.
    pub fn raw(&self, block: &[u8]) -> Result<Vec<u8>, CryptoError> {
        if block.len() != self.0.size() {
            return Err(CryptoError::BadLength);
        }
        let m = BoxedUint::from_be_slice(block, self.0.n_bits_precision()).map_err(|_| CryptoError::BadLength)?;
        let s = hazmat::rsa_decrypt_and_check(self.0.as_ref(), None::<&mut Expanded>, &m)
            .map_err(|_| CryptoError::BadLength)?;
        fixed(&s, self.0.size()).ok_or(CryptoError::BadLength)
    }

    /// Signs a challenge as ISO/IEC 9796-2 scheme 1 does (9303-11 §6.1); `explicit` chooses the trailer 33CC rather than
    /// BC for SHA-1.
    ///
    /// # Errors
    /// [`CryptoError::BadKey`] if the modulus is too short for the digest, [`CryptoError::Random`] if the source fails.
    pub fn sign_iso9796_2(
        &self,
        digest: DigestAlgorithm,
        explicit: bool,
        challenge: &[u8],
        rng: &mut dyn Random,
    ) -> Result<Vec<u8>, CryptoError> {
        let block = iso9796::block(digest, explicit, challenge, self.0.size(), &mut |m1| rng.fill(m1))?;
        self.raw(&block)
    }
}

/// Serves the crate's interface from a seed; it never fails before 2^64 blocks.
struct Expanded(SeededRandom);

impl TryRng for Expanded {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut octets = [0; 4];
        self.try_fill_bytes(&mut octets)?;
        Ok(u32::from_be_bytes(octets))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut octets = [0; 8];
        self.try_fill_bytes(&mut octets)?;
        Ok(u64::from_be_bytes(octets))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(out).expect("2^64 blocks are never used up");
        Ok(())
    }
}

impl TryCryptoRng for Expanded {}

/// A private key that signs.
pub enum PrivateKey {
    /// An RSA key.
    Rsa(RsaPrivateKey),
    /// An elliptic curve key.
    Ec {
        /// The curve.
        curve: CurveId,
        /// The private scalar.
        private: Secret,
    },
}

impl PrivateKey {
    /// Makes a new elliptic curve key.
    ///
    /// # Errors
    /// [`CryptoError::Random`] if the source fails.
    pub fn generate_ec(curve: CurveId, rng: &mut dyn Random) -> Result<Self, CryptoError> {
        Ok(Self::Ec { curve, private: curve.curve().random_scalar(rng)? })
    }

    /// Makes a new RSA key with a modulus of `bits` bits.
    ///
    /// # Errors
    /// As [`RsaPrivateKey::generate`].
    pub fn generate_rsa(bits: usize, rng: &mut dyn Random) -> Result<Self, CryptoError> {
        RsaPrivateKey::generate(bits, rng).map(Self::Rsa)
    }

    /// Reads a PrivateKeyInfo of an RSA or elliptic curve key, the curve by name or by explicit parameters.
    ///
    /// `PrivateKeyInfo ::= SEQUENCE { version INTEGER, algorithm AlgorithmIdentifier, privateKey OCTET STRING, … }`
    /// (RFC 5208 §5), `ECPrivateKey ::= SEQUENCE { version INTEGER (1), privateKey OCTET STRING, … }` (RFC 5915 §3)
    ///
    /// # Errors
    /// [`CryptoError::Malformed`], [`CryptoError::Unsupported`] or [`CryptoError::BadKey`].
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, CryptoError> {
        let mut reader = Reader::new(der);
        let mut fields = reader.expect(Tag::SEQUENCE, "PrivateKeyInfo")?.children();
        reader.finish()?;
        fields.expect(Tag::INTEGER, "version")?;
        let identifier = AlgorithmIdentifier::read(&mut fields)?;
        let key = fields.expect(Tag::OCTET_STRING, "privateKey")?;
        match identifier.algorithm {
            oid::RSA_ENCRYPTION | oid::ID_RSASSA_PSS => RsaPrivateKey::from_pkcs1(key.value).map(Self::Rsa),
            oid::ID_EC_PUBLIC_KEY => {
                let parameters = identifier.parameters.ok_or(CryptoError::Malformed)?;
                let (curve, _) = ec_parameters(parameters)?;
                let mut reader = Reader::new(key.value);
                let mut fields = reader.expect(Tag::SEQUENCE, "ECPrivateKey")?.children();
                let version = fields.expect(Tag::INTEGER, "version")?;
                let private = Secret::from_slice(fields.expect(Tag::OCTET_STRING, "privateKey")?.value);
                if small_integer(version.value) != Some(1) {
                    return Err(CryptoError::Malformed);
                }
                // A scalar outside 1 to n−1 has no public key.
                curve.curve().multiply(&private, &curve.curve().generator())?;
                Ok(Self::Ec { curve, private })
            }
            _ => Err(CryptoError::Unsupported),
        }
    }

    /// A PrivateKeyInfo of this key; a curve by its name.
    ///
    /// # Errors
    /// [`CryptoError::BadKey`] if the key cannot be encoded.
    pub fn to_pkcs8(&self) -> Result<Secret, CryptoError> {
        let info = |algorithm: Oid, parameters: &[u8], key: &[u8]| {
            let identifier = encode_all(Tag::SEQUENCE, &[&encode(Tag::OID, algorithm.as_der()), parameters]);
            let key = encode(Tag::OCTET_STRING, key);
            Secret::new(encode_all(Tag::SEQUENCE, &[&encode(Tag::INTEGER, &[0]), &identifier, &key]))
        };
        match self {
            Self::Rsa(RsaPrivateKey(key)) => {
                let key = key.to_pkcs1_der().map_err(|_| CryptoError::BadKey)?;
                Ok(info(oid::RSA_ENCRYPTION, &encode(Tag::NULL, &[]), key.as_bytes()))
            }
            Self::Ec { curve, private } => {
                let parts = [encode(Tag::INTEGER, &[1]), encode(Tag::OCTET_STRING, private.expose())];
                let key = encode(Tag::SEQUENCE, &parts.concat());
                Ok(info(oid::ID_EC_PUBLIC_KEY, &encode(Tag::OID, curve.oid().as_der()), &key))
            }
        }
    }

    /// The public key to it.
    pub fn public_key(&self) -> PublicKey {
        match self {
            Self::Rsa(key) => PublicKey::Rsa(key.public_key()),
            Self::Ec { curve, private } => {
                let point = curve.curve().multiply(private, &curve.curve().generator());
                PublicKey::Ec { curve: *curve, point: point.expect("checked when the private key was made") }
            }
        }
    }

    /// Signs a message; `digest_from_context` serves an algorithm that names no digest.
    ///
    /// # Errors
    /// [`CryptoError::BadKey`] for a key of another kind or too short, [`CryptoError::Unsupported`] where no digest is
    /// known, [`CryptoError::Random`] if the source fails.
    pub fn sign(
        &self,
        algorithm: &SignatureAlgorithm,
        message: &[u8],
        digest_from_context: Option<DigestAlgorithm>,
        rng: &mut dyn Random,
    ) -> Result<Vec<u8>, CryptoError> {
        let digest = algorithm.digest().or(digest_from_context).ok_or(CryptoError::Unsupported)?;
        match (algorithm, self) {
            (SignatureAlgorithm::RsaPkcs1 { .. }, Self::Rsa(key)) => {
                let block = pkcs1_block(digest, message, key.0.size(), Null::Present);
                key.raw(&block.ok_or(CryptoError::BadKey)?)
            }
            (&SignatureAlgorithm::RsaPss { digest, mgf_digest, salt_len }, Self::Rsa(key)) => {
                let mut salt = vec![0; salt_len];
                rng.fill(&mut salt)?;
                let pss = Pss { digest, mgf_digest, salt_len };
                let block = pss.encode(&digest.digest(&[message]), &salt, key.public_key().modulus_bits());
                key.raw(&block.ok_or(CryptoError::BadKey)?)
            }
            (SignatureAlgorithm::Ecdsa { plain, .. }, Self::Ec { curve, private }) => {
                let (r, s) = curve.curve().sign_ecdsa(private, &digest.digest(&[message]), rng)?;
                Ok(if *plain { [r, s].concat() } else { join_x962(&r, &s) })
            }
            _ => Err(CryptoError::BadKey),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_algorithm_signs_and_verifies_and_an_altered_message_does_not() {
        let mut rng = SeededRandom::new([5; 32]);
        let rsa = PrivateKey::generate_rsa(1024, &mut rng).unwrap();
        let ec = PrivateKey::generate_ec(CurveId::BrainpoolP320r1, &mut rng).unwrap();
        for digest in DigestAlgorithm::ALL {
            let pss = SignatureAlgorithm::RsaPss { digest, mgf_digest: DigestAlgorithm::Sha1, salt_len: 17 };
            let digest = Some(digest);
            let cases = [
                (&rsa, SignatureAlgorithm::RsaPkcs1 { digest }),
                (&rsa, pss),
                (&ec, SignatureAlgorithm::Ecdsa { digest, plain: false }),
                (&ec, SignatureAlgorithm::Ecdsa { digest, plain: true }),
            ];
            for (key, algorithm) in cases {
                let signature = key.sign(&algorithm, b"message", None, &mut rng).unwrap();
                let public = key.public_key();
                algorithm.verify(&public, b"message", &signature, None).unwrap();
                let altered = algorithm.verify(&public, b"massage", &signature, None);
                assert_eq!(altered, Err(CryptoError::BadSignature), "{algorithm:?}");
            }
        }
    }

    #[test]
    fn a_signature_without_null_verifies_under_its_name_only() {
        let key = RsaPrivateKey::generate(1024, &mut SeededRandom::new([6; 32])).unwrap();
        let public = PublicKey::Rsa(key.public_key());
        let algorithm = SignatureAlgorithm::RsaPkcs1 { digest: None };
        let context = Some(DigestAlgorithm::Sha256);
        for (null, strict, lax) in [
            (Null::Present, Ok(()), Err(CryptoError::BadSignature)),
            (Null::Missing, Err(CryptoError::BadSignature), Ok(())),
        ] {
            let block = pkcs1_block(DigestAlgorithm::Sha256, b"message", 128, null).unwrap();
            let signature = key.raw(&block).unwrap();
            assert_eq!(algorithm.verify(&public, b"message", &signature, context), strict);
            assert_eq!(algorithm.verify_without_null(&public, b"message", &signature, context), lax);
        }
    }

    #[test]
    fn a_key_named_for_pss_verifies_nothing_else() {
        let mut rng = SeededRandom::new([9; 32]);
        let key = PrivateKey::generate_rsa(1024, &mut rng).unwrap();
        let PublicKey::Rsa(public) = key.public_key() else { panic!("an RSA key has an RSA public key") };
        let public = PublicKey::Rsa(public.restricted_to_pss());
        let digest = DigestAlgorithm::Sha256;
        let pkcs1 = SignatureAlgorithm::RsaPkcs1 { digest: Some(digest) };
        let pss = SignatureAlgorithm::RsaPss { digest, mgf_digest: digest, salt_len: 32 };
        let by_pkcs1 = key.sign(&pkcs1, b"message", None, &mut rng).unwrap();
        let by_pss = key.sign(&pss, b"message", None, &mut rng).unwrap();
        assert_eq!(pss.verify(&public, b"message", &by_pss, None), Ok(()));
        assert_eq!(pkcs1.verify(&public, b"message", &by_pkcs1, None), Err(CryptoError::BadKey));
    }

    #[test]
    fn iso9796_signatures_verify_with_every_trailer() {
        let mut rng = SeededRandom::new([7; 32]);
        let key = RsaPrivateKey::generate(1024, &mut rng).unwrap();
        for digest in DigestAlgorithm::ALL {
            for explicit in [false, true] {
                let signature = key.sign_iso9796_2(digest, explicit, b"challnge", &mut rng).unwrap();
                let public = key.public_key();
                assert_eq!(iso9796::verify_iso9796_2(&public, b"challnge", &signature), Ok(digest));
                let other = iso9796::verify_iso9796_2(&public, b"chbllnge", &signature);
                assert_eq!(other, Err(CryptoError::BadSignature));
            }
        }
    }

    #[test]
    fn keys_survive_their_encoding() {
        let mut rng = SeededRandom::new([8; 32]);
        let rsa = PrivateKey::generate_rsa(1024, &mut rng).unwrap();
        let ec = PrivateKey::generate_ec(CurveId::Secp521r1, &mut rng).unwrap();
        for key in [rsa, ec] {
            let der = key.to_pkcs8().unwrap();
            assert_eq!(PrivateKey::from_pkcs8(der.expose()).unwrap().public_key(), key.public_key());
        }
    }
}
