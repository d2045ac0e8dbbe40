//! Public keys of card-verifiable certificates (TR-03110-3 §D.3): the algorithm of terminal authentication and the key.
//!
//! An elliptic curve key states its domain parameters only in the certificate of a country verifying certification
//! authority; they are matched exactly with the table of curves. All others take over the curve of their issuer's key.

use super::CvcError;
use super::data_objects::object_identifier;
use crate::crypto::{CryptoError, CurveId, DigestAlgorithm, PublicKey, RsaPublicKey, SignatureAlgorithm};
use crate::oid::{self, Oid};
use crate::tlv::{Reader, Tag, Tlv};

/// The algorithms of terminal authentication (TR-03110-3 §A.7): PSS with MGF1 of the same digest and a salt as long as
/// it, ECDSA with the plain signature r ‖ s.
const ALGORITHMS: [(Oid, SignatureAlgorithm); 11] = [
    (oid::ID_TA_RSA_V1_5_SHA1, pkcs1(DigestAlgorithm::Sha1)),
    (oid::ID_TA_RSA_V1_5_SHA256, pkcs1(DigestAlgorithm::Sha256)),
    (oid::ID_TA_RSA_V1_5_SHA512, pkcs1(DigestAlgorithm::Sha512)),
    (oid::ID_TA_RSA_PSS_SHA1, pss(DigestAlgorithm::Sha1, 20)),
    (oid::ID_TA_RSA_PSS_SHA256, pss(DigestAlgorithm::Sha256, 32)),
    (oid::ID_TA_RSA_PSS_SHA512, pss(DigestAlgorithm::Sha512, 64)),
    (oid::ID_TA_ECDSA_SHA1, ecdsa(DigestAlgorithm::Sha1)),
    (oid::ID_TA_ECDSA_SHA224, ecdsa(DigestAlgorithm::Sha224)),
    (oid::ID_TA_ECDSA_SHA256, ecdsa(DigestAlgorithm::Sha256)),
    (oid::ID_TA_ECDSA_SHA384, ecdsa(DigestAlgorithm::Sha384)),
    (oid::ID_TA_ECDSA_SHA512, ecdsa(DigestAlgorithm::Sha512)),
];

const fn pkcs1(digest: DigestAlgorithm) -> SignatureAlgorithm {
    SignatureAlgorithm::RsaPkcs1 { digest: Some(digest) }
}

const fn pss(digest: DigestAlgorithm, salt_len: usize) -> SignatureAlgorithm {
    SignatureAlgorithm::RsaPss { digest, mgf_digest: digest, salt_len }
}

const fn ecdsa(digest: DigestAlgorithm) -> SignatureAlgorithm {
    SignatureAlgorithm::Ecdsa { digest: Some(digest), plain: true }
}

/// The algorithm with this object identifier.
pub(super) fn algorithm_of(protocol: Oid) -> Option<SignatureAlgorithm> {
    ALGORITHMS.into_iter().find(|(known, _)| *known == protocol).map(|(_, algorithm)| algorithm)
}

/// A public key as its certificate states it.
///
/// ```text
/// RSA ::= 7F49 L { 06 L oid, 81 L n, 82 L e }                             (TR-03110-3 §D.3.1)
/// EC  ::= 7F49 L { 06 L oid, 81 L p, 82 L a, 83 L b, 84 L G, 85 L n,
///                  86 L public point, 87 L cofactor }                     (TR-03110-3 §D.3.3)
/// ```
///
/// Of the domain parameters, all but 86, an elliptic curve key has all or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CvPublicKey {
    protocol: Oid,
    algorithm: SignatureAlgorithm,
    material: Material,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Material {
    /// A key that is complete.
    Complete(PublicKey),
    /// A point in uncompressed form, its curve to be taken over.
    Point(Vec<u8>),
}

impl CvPublicKey {
    pub(super) fn read(template: &Tlv<'_>) -> Result<Self, CvcError> {
        let mut fields = template.children();
        let protocol = object_identifier(&mut fields, "the algorithm of terminal authentication, tag 06")?;
        let algorithm = algorithm_of(protocol).ok_or(CvcError::UnknownAlgorithm)?;
        let material = match algorithm {
            SignatureAlgorithm::Ecdsa { .. } => ec_key(&mut fields)?,
            _ => rsa_key(&mut fields)?,
        };
        fields.finish()?;
        Ok(Self { protocol, algorithm, material })
    }

    /// The object identifier of its algorithm: id-TA-ECDSA-SHA-256 and the like.
    pub fn protocol(&self) -> Oid {
        self.protocol
    }

    /// Its algorithm: what its holder signs with.
    pub fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// The curve that its own domain parameters state; `None` for an RSA key, and for a key without them.
    pub fn curve(&self) -> Option<CurveId> {
        match self.material {
            Material::Complete(PublicKey::Ec { curve, .. }) => Some(curve),
            _ => None,
        }
    }

    /// The key to verify with; `issuer` lends its curve where the key states none.
    ///
    /// # Errors
    /// [`CvcError::NoDomainParameters`] where no curve is known, [`CvcError::Key`] for a point that is not on it.
    pub fn complete(&self, issuer: Option<&VerificationKey>) -> Result<VerificationKey, CvcError> {
        let key = match &self.material {
            Material::Complete(key) => key.clone(),
            Material::Point(point) => {
                let curve = issuer.and_then(VerificationKey::curve).ok_or(CvcError::NoDomainParameters)?;
                let point = curve.curve().decode_point(point).map_err(CvcError::Key)?;
                PublicKey::Ec { curve, point }
            }
        };
        Ok(VerificationKey { algorithm: self.algorithm, key })
    }
}

/// A public key that is complete, with the one algorithm that it verifies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerificationKey {
    algorithm: SignatureAlgorithm,
    key: PublicKey,
}

impl VerificationKey {
    /// The algorithm.
    pub fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// The key.
    pub fn public_key(&self) -> &PublicKey {
        &self.key
    }

    /// The curve of an elliptic curve key.
    pub fn curve(&self) -> Option<CurveId> {
        match self.key {
            PublicKey::Ec { curve, .. } => Some(curve),
            _ => None,
        }
    }

    /// Verifies a signature: an RSA block, or r ‖ s.
    ///
    /// # Errors
    /// [`CryptoError::BadSignature`].
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
        self.algorithm.verify(&self.key, message, signature, None)
    }
}

fn rsa_key(fields: &mut Reader<'_>) -> Result<Material, CvcError> {
    let n = fields.expect(Tag(0x81), "the modulus, tag 81")?;
    let e = fields.expect(Tag(0x82), "the public exponent, tag 82")?;
    let key = RsaPublicKey::new(n.value, e.value).map_err(CvcError::Key)?;
    Ok(Material::Complete(PublicKey::Rsa(key)))
}

fn ec_key(fields: &mut Reader<'_>) -> Result<Material, CvcError> {
    if fields.peek() == Some(Tag(0x86)) {
        return Ok(Material::Point(public_point(fields)?.to_vec()));
    }
    let mut parameter = |tag, what| fields.expect(tag, what).map(|tlv| tlv.value);
    let p = parameter(Tag(0x81), "the prime p, tag 81, or the public point, tag 86")?;
    let a = parameter(Tag(0x82), "the coefficient a, tag 82")?;
    let b = parameter(Tag(0x83), "the coefficient b, tag 83")?;
    let g = parameter(Tag(0x84), "the base point G, tag 84")?;
    let n = parameter(Tag(0x85), "the order n, tag 85")?;
    let point = public_point(fields)?;
    let h = fields.expect(Tag(0x87), "the cofactor, tag 87")?.value;
    let curve = CurveId::from_explicit(p, a, b, g, n, Some(h)).map_err(CvcError::Key)?;
    let point = curve.curve().decode_point(point).map_err(CvcError::Key)?;
    Ok(Material::Complete(PublicKey::Ec { curve, point }))
}

/// `04 ‖ x ‖ y`: no other form is a public point here (TR-03110-3 §D.2.1).
fn public_point<'a>(fields: &mut Reader<'a>) -> Result<&'a [u8], CvcError> {
    let point = fields.expect(Tag(0x86), "the public point, tag 86")?;
    match point.value {
        [0x04, _, ..] => Ok(point.value),
        _ => Err(point.expected("an uncompressed point, 04").into()),
    }
}
