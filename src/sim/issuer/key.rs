//! The issuer's private keys, what they sign, and how their public halves are written (RFC 5280 §4.1.2.7, RFC 8017,
//! TR-03111 §5).
//!
//! The RSA keys are fixed, invented test keys that protect nothing; EC and DSA keys follow from a label. The encodings of RSA
//! signatures are made here from the bare private operation, apart from the code that verifies them.

use super::super::der;
use crate::crypto::{
    CryptoError, CurveId, DigestAlgorithm, DsaPrivateKey, Point, Random, RsaPrivateKey, Secret, SeededRandom,
};
use crate::oid::{self, Oid};
use crate::tlv::{self, Reader, Tag};

/// What a key pair is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// RSA with this many bits: 1024, 1536 (active authentication only), 2048, 3072 or 4096.
    Rsa(u16),
    /// A key on this curve.
    Ec(CurveId),
    /// DSA with this many bits: 1024 (an order of 160) or 2048 (of 256), in the groups of RFC 6979 §A.2; of issuers only.
    Dsa(u16),
}

/// The holder of a key pair: no two share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// The country signing authority.
    Csca,
    /// The document signer.
    DocumentSigner,
    /// The chip.
    Chip,
}

/// A signature algorithm and its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// RSASSA-PKCS1-v1_5 under its own identifier: sha256WithRSAEncryption and the like.
    RsaPkcs1(DigestAlgorithm),
    /// The same, the NULL missing in the DigestInfo (RFC 8017 §A.2.4), as one well-known list has it.
    RsaPkcs1WithoutNull(DigestAlgorithm),
    /// RSASSA-PKCS1-v1_5 under the identifier rsaEncryption, in signer infos; the digest stands elsewhere.
    RsaEncryption(DigestAlgorithm),
    /// RSASSA-PSS.
    RsaPss {
        /// The message's digest.
        digest: DigestAlgorithm,
        /// The digest of the mask generation function.
        mgf: DigestAlgorithm,
        /// Octets of the salt.
        salt: u8,
    },
    /// ECDSA, DER encoded: ecdsa-with-SHA256 and the like.
    Ecdsa(DigestAlgorithm),
    /// ECDSA, r ‖ s: ecdsa-plain-SHA256 and the like (TR-03111 §5.2.1).
    EcdsaPlain(DigestAlgorithm),
    /// DSA, DER encoded: id-dsa-with-sha256 and the like.
    Dsa(DigestAlgorithm),
}

impl Scheme {
    /// The digest over the message.
    pub fn digest(self) -> DigestAlgorithm {
        match self {
            Self::RsaPkcs1(digest) | Self::RsaPkcs1WithoutNull(digest) | Self::RsaEncryption(digest) => digest,
            Self::RsaPss { digest, .. } => digest,
            Self::Ecdsa(digest) | Self::EcdsaPlain(digest) | Self::Dsa(digest) => digest,
        }
    }

    /// Its AlgorithmIdentifier.
    pub fn algorithm_identifier(self) -> Vec<u8> {
        let null = tlv::encode(Tag::NULL, &[]);
        let (identifier, parameters) = match self {
            Self::RsaEncryption(_) => (oid::RSA_ENCRYPTION, null),
            Self::RsaPkcs1(digest) | Self::RsaPkcs1WithoutNull(digest) => (with_digest(digest, &RSA_PKCS1), null),
            Self::RsaPss { digest, mgf, salt } => (oid::ID_RSASSA_PSS, pss_parameters(digest, mgf, salt)),
            Self::Ecdsa(digest) => (with_digest(digest, &ECDSA), Vec::new()),
            Self::EcdsaPlain(digest) => (with_digest(digest, &ECDSA_PLAIN), Vec::new()),
            Self::Dsa(digest) => (with_digest(digest, &DSA), Vec::new()),
        };
        der::sequence(&[&der::oid(identifier), &parameters])
    }
}

/// The identifiers of an algorithm with SHA-1, SHA-224, SHA-256, SHA-384 and SHA-512.
type WithDigests = [Oid; 5];

const RSA_PKCS1: WithDigests =
    [oid::SHA1_WITH_RSA, oid::SHA224_WITH_RSA, oid::SHA256_WITH_RSA, oid::SHA384_WITH_RSA, oid::SHA512_WITH_RSA];
const ECDSA: WithDigests = [
    oid::ECDSA_WITH_SHA1,
    oid::ECDSA_WITH_SHA224,
    oid::ECDSA_WITH_SHA256,
    oid::ECDSA_WITH_SHA384,
    oid::ECDSA_WITH_SHA512,
];
const ECDSA_PLAIN: WithDigests = [
    oid::ECDSA_PLAIN_SHA1,
    oid::ECDSA_PLAIN_SHA224,
    oid::ECDSA_PLAIN_SHA256,
    oid::ECDSA_PLAIN_SHA384,
    oid::ECDSA_PLAIN_SHA512,
];
const DSA: WithDigests = [
    oid::ID_DSA_WITH_SHA1,
    oid::ID_DSA_WITH_SHA224,
    oid::ID_DSA_WITH_SHA256,
    oid::ID_DSA_WITH_SHA384,
    oid::ID_DSA_WITH_SHA512,
];

fn with_digest(digest: DigestAlgorithm, identifiers: &WithDigests) -> Oid {
    let [sha1, sha224, sha256, sha384, sha512] = *identifiers;
    match digest {
        DigestAlgorithm::Sha1 => sha1,
        DigestAlgorithm::Sha224 => sha224,
        DigestAlgorithm::Sha256 => sha256,
        DigestAlgorithm::Sha384 => sha384,
        DigestAlgorithm::Sha512 => sha512,
    }
}

/// RSASSA-PSS-params, defaults (SHA-1, salt of 20) left out as DER has it (RFC 8017 §A.2.3):
///
/// ```text
/// RSASSA-PSS-params ::= SEQUENCE {
///     hashAlgorithm    [0] HashAlgorithm    DEFAULT sha1,
///     maskGenAlgorithm [1] MaskGenAlgorithm DEFAULT mgf1SHA1,
///     saltLength       [2] INTEGER          DEFAULT 20 }
/// ```
fn pss_parameters(digest: DigestAlgorithm, mgf: DigestAlgorithm, salt: u8) -> Vec<u8> {
    let mut parameters = Vec::new();
    if digest != DigestAlgorithm::Sha1 {
        parameters.extend(tlv::encode(Tag(0xA0), &digest_identifier(digest)));
    }
    if mgf != DigestAlgorithm::Sha1 {
        let mgf1 = der::oid(oid::ID_MGF1);
        let mgf1 = der::sequence(&[&mgf1, &digest_identifier(mgf)]);
        parameters.extend(tlv::encode(Tag(0xA1), &mgf1));
    }
    if salt != 20 {
        parameters.extend(tlv::encode(Tag(0xA2), &der::integer(&[salt])));
    }
    tlv::encode(Tag::SEQUENCE, &parameters)
}

/// The AlgorithmIdentifier of a digest, with NULL.
pub fn digest_identifier(digest: DigestAlgorithm) -> Vec<u8> {
    der::sequence(&[&der::oid(digest.oid()), &tlv::encode(Tag::NULL, &[])])
}

/// How a public key on a curve names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CurveForm {
    /// By its object identifier.
    Named,
    /// By its parameters, as 9303-12 §4.1.6.3 has it.
    Explicit,
    /// By its number among the standardized domain parameters (9303-11 §9.5.1); in EF.DG14 only.
    Standardized,
}

/// A private key on a curve.
pub struct EcKey {
    /// The curve.
    pub curve: CurveId,
    /// The private number.
    pub private: Secret,
    /// The public point.
    pub public: Point,
}

/// A private RSA key and its public numbers.
pub struct RsaKey {
    private: RsaPrivateKey,
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

/// A private key.
pub enum SigningKey {
    /// RSA.
    Rsa(RsaKey),
    /// On a curve.
    Ec(EcKey),
    /// DSA.
    Dsa(DsaPrivateKey),
}

impl SigningKey {
    /// The key of this kind and holder; `label` makes EC and DSA keys differ, RSA keys are fixed.
    ///
    /// # Errors
    /// [`CryptoError::Unsupported`] where there is no RSA key of that size for that holder, or no DSA group of that size.
    pub fn of(kind: KeyKind, holder: Holder, label: &str) -> Result<Self, CryptoError> {
        match kind {
            KeyKind::Rsa(bits) => Self::rsa(rsa_pkcs8(holder, bits).ok_or(CryptoError::Unsupported)?),
            KeyKind::Ec(curve) => {
                let mut random = seeded(&format!("{holder:?} {} {label}", curve.name()));
                let private = curve.curve().random_scalar(&mut random)?;
                Self::ec(curve, private)
            }
            KeyKind::Dsa(bits) => {
                let group = DSA_GROUPS.iter().find(|group| group.0 == bits).ok_or(CryptoError::Unsupported)?;
                let domain = group.1.map(|digits| hex::decode(digits).expect("the table holds hexadecimal digits"));
                let mut random = seeded(&format!("{holder:?} DSA {bits} {label}"));
                Ok(Self::Dsa(DsaPrivateKey::generate(domain.each_ref().map(Vec::as_slice), &mut random)?))
            }
        }
    }

    /// The key with this private number on a curve.
    ///
    /// # Errors
    /// [`CryptoError::BadKey`] unless it is from 1 to n−1.
    pub fn ec(curve: CurveId, private: Secret) -> Result<Self, CryptoError> {
        let public = curve.curve().multiply(&private, &curve.curve().generator())?;
        Ok(Self::Ec(EcKey { curve, private, public }))
    }

    /// An RSA key from its PKCS #8 form.
    ///
    /// # Errors
    /// [`CryptoError::BadKey`] unless it is one.
    pub fn rsa(pkcs8: &[u8]) -> Result<Self, CryptoError> {
        let bad = |_| CryptoError::BadKey;
        // PrivateKeyInfo { version, algorithm, OCTET STRING { RSAPrivateKey { version, n, e, … } } }
        let mut info = Reader::new(pkcs8).expect(Tag::SEQUENCE, "PrivateKeyInfo").map_err(bad)?.children();
        info.expect(Tag::INTEGER, "version").map_err(bad)?;
        info.expect(Tag::SEQUENCE, "algorithm").map_err(bad)?;
        let mut key = info.expect(Tag::OCTET_STRING, "privateKey").map_err(bad)?.children();
        let key = key.expect(Tag::SEQUENCE, "RSAPrivateKey").map_err(bad)?;
        let mut numbers = key.children();
        numbers.expect(Tag::INTEGER, "version").map_err(bad)?;
        let modulus = numbers.expect(Tag::INTEGER, "modulus").map_err(bad)?.value.to_vec();
        let exponent = numbers.expect(Tag::INTEGER, "publicExponent").map_err(bad)?.value.to_vec();
        Ok(Self::Rsa(RsaKey { private: RsaPrivateKey::from_pkcs1(key.raw)?, modulus, exponent }))
    }

    /// The SubjectPublicKeyInfo.
    pub fn spki(&self, form: CurveForm) -> Vec<u8> {
        let (algorithm, key) = match self {
            Self::Rsa(key) => {
                let algorithm = [der::oid(oid::RSA_ENCRYPTION), tlv::encode(Tag::NULL, &[])];
                let modulus = tlv::encode(Tag::INTEGER, &key.modulus);
                let exponent = tlv::encode(Tag::INTEGER, &key.exponent);
                (algorithm.concat(), der::sequence(&[&modulus, &exponent]))
            }
            Self::Ec(key) => (ec_algorithm(key.curve, form), key.curve.curve().encode_point(&key.public)),
            Self::Dsa(key) => {
                // Dss-Parms ::= SEQUENCE { p INTEGER, q INTEGER, g INTEGER }  (RFC 3279 §2.3.2)
                let parameters = tlv::encode(Tag::SEQUENCE, &key.public_key().domain().map(der::integer).concat());
                let algorithm = [der::oid(oid::ID_DSA), parameters];
                (algorithm.concat(), der::integer(key.public_key().public()))
            }
        };
        let algorithm = tlv::encode(Tag::SEQUENCE, &algorithm);
        let key = tlv::encode_all(Tag::BIT_STRING, &[&[0], &key]);
        der::sequence(&[&algorithm, &key])
    }

    /// The key identifier: SHA-1 over the key's bits (RFC 5280 §4.2.1.2, method 1).
    pub fn key_id(&self) -> Vec<u8> {
        let key = match self {
            Self::Ec(key) => key.curve.curve().encode_point(&key.public),
            Self::Rsa(key) => {
                der::sequence(&[&tlv::encode(Tag::INTEGER, &key.modulus), &tlv::encode(Tag::INTEGER, &key.exponent)])
            }
            Self::Dsa(key) => der::integer(key.public_key().public()),
        };
        DigestAlgorithm::Sha1.digest(&[&key])
    }

    /// A signature over a message.
    ///
    /// # Errors
    /// [`CryptoError::BadKey`] where key and scheme do not belong together, or the key is too short for it.
    pub fn sign(&self, scheme: Scheme, message: &[u8], random: &mut dyn Random) -> Result<Vec<u8>, CryptoError> {
        let hash = scheme.digest().digest(&[message]);
        match (self, scheme) {
            (Self::Ec(key), Scheme::Ecdsa(_)) => {
                let (r, s) = key.curve.curve().sign_ecdsa(&key.private, &hash, random)?;
                Ok(ecdsa_der(&r, &s))
            }
            (Self::Ec(key), Scheme::EcdsaPlain(_)) => {
                let (r, s) = key.curve.curve().sign_ecdsa(&key.private, &hash, random)?;
                Ok([r, s].concat())
            }
            (Self::Dsa(key), Scheme::Dsa(_)) => {
                let (r, s) = key.sign(&hash, random)?;
                Ok(ecdsa_der(&r, &s))
            }
            (
                Self::Rsa(key),
                Scheme::RsaPkcs1(digest) | Scheme::RsaPkcs1WithoutNull(digest) | Scheme::RsaEncryption(digest),
            ) => {
                let algorithm = match scheme {
                    Scheme::RsaPkcs1WithoutNull(_) => tlv::encode(Tag::SEQUENCE, &der::oid(digest.oid())),
                    _ => digest_identifier(digest),
                };
                // EM = 00 01 FF…FF 00 ‖ DigestInfo  (RFC 8017 §9.2)
                let info = der::sequence(&[&algorithm, &tlv::encode(Tag::OCTET_STRING, &hash)]);
                let fill = key.modulus_len().checked_sub(info.len() + 3).ok_or(CryptoError::BadKey)?;
                key.raw(&[&[0, 1], vec![0xFF; fill].as_slice(), &[0], &info].concat())
            }
            (Self::Rsa(key), Scheme::RsaPss { digest, mgf, salt }) => {
                let mut salt = vec![0; usize::from(salt)];
                random.fill(&mut salt)?;
                key.raw(&pss_encoded(key.modulus_len(), digest, mgf, &hash, &salt)?)
            }
            _ => Err(CryptoError::BadKey),
        }
    }
}

impl RsaKey {
    /// Octets of the modulus.
    pub fn modulus_len(&self) -> usize {
        self.modulus.len() - usize::from(self.modulus.first() == Some(&0))
    }

    /// The bare private operation: m^d mod n, as many octets as the modulus has.
    ///
    /// # Errors
    /// [`CryptoError`] for a number not below the modulus.
    pub fn raw(&self, message: &[u8]) -> Result<Vec<u8>, CryptoError> {
        self.private.raw(message)
    }
}

/// Random bytes that follow from a label.
pub(crate) fn seeded(label: &str) -> SeededRandom {
    let seed = DigestAlgorithm::Sha256.digest(&[label.as_bytes()]);
    SeededRandom::new(seed.try_into().expect("SHA-256 gives 32 octets"))
}

/// EM = maskedDB ‖ H ‖ BC, the modulus one bit longer than EM  (RFC 8017 §9.1.1).
fn pss_encoded(
    length: usize,
    digest: DigestAlgorithm,
    mgf: DigestAlgorithm,
    hash: &[u8],
    salt: &[u8],
) -> Result<Vec<u8>, CryptoError> {
    let h = digest.digest(&[&[0; 8], hash, salt]);
    let fill = length.checked_sub(h.len() + salt.len() + 2).ok_or(CryptoError::BadKey)?;
    let db = [vec![0; fill].as_slice(), &[1], salt].concat();
    let mask = (0_u32..).flat_map(|counter| mgf.digest(&[&h, &counter.to_be_bytes()]));
    let mut masked: Vec<u8> = db.iter().zip(mask).map(|(a, b)| a ^ b).collect();
    masked.iter_mut().take(1).for_each(|octet| *octet &= 0x7F);
    Ok([masked.as_slice(), &h, &[0xBC]].concat())
}

/// Ecdsa-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER }, and so Dss-Sig-Value  (RFC 3279 §2.2.2, §2.2.3).
pub fn ecdsa_der(r: &[u8], s: &[u8]) -> Vec<u8> {
    der::sequence(&[&der::integer(r), &der::integer(s)])
}

/// The content of the AlgorithmIdentifier of a key on a curve.
pub(super) fn ec_algorithm(id: CurveId, form: CurveForm) -> Vec<u8> {
    let ec = der::oid(oid::ID_EC_PUBLIC_KEY);
    match form {
        CurveForm::Named => [ec, der::oid(id.oid())].concat(),
        CurveForm::Explicit => [ec, explicit_parameters(id)].concat(),
        CurveForm::Standardized => [
            der::oid(oid::STANDARDIZED_DOMAIN_PARAMETERS),
            tlv::encode(Tag::INTEGER, &[id.parameter_id().unwrap_or(0)]),
        ]
        .concat(),
    }
}

/// ECParameters ::= SEQUENCE { version 1, fieldID, curve { a, b }, base, order, cofactor 1 }  (TR-03111 §5.1.1).
pub fn explicit_parameters(id: CurveId) -> Vec<u8> {
    let curve = id.curve();
    let octets = |octets: &[u8]| tlv::encode(Tag::OCTET_STRING, octets);
    let field = der::sequence(&[&der::oid(oid::PRIME_FIELD), &der::integer(curve.prime())]);
    let coefficients = der::sequence(&[&octets(curve.a()), &octets(curve.b())]);
    let base = octets(&curve.encode_point(&curve.generator()));
    let one = der::integer(&[1]);
    der::sequence(&[&one, &field, &coefficients, &base, &der::integer(curve.order()), &one])
}

/// The PKCS #8 form of the RSA key of this holder and size, where there is one.
pub(super) fn rsa_pkcs8(holder: Holder, bits: u16) -> Option<&'static [u8]> {
    RSA_KEYS.iter().find(|key| key.0 == holder && key.1 == bits).map(|key| key.2)
}

/// Fixed test keys: holder, bits, PKCS #8.
#[rustfmt::skip]
static RSA_KEYS: [(Holder, u16, &[u8]); 11] = [
    (Holder::Csca, 2048, include_bytes!("../keys/csca-2048.der")),
    (Holder::Csca, 3072, include_bytes!("../keys/csca-3072.der")),
    (Holder::Csca, 4096, include_bytes!("../keys/csca-4096.der")),
    (Holder::DocumentSigner, 2048, include_bytes!("../keys/ds-2048.der")),
    (Holder::DocumentSigner, 3072, include_bytes!("../keys/ds-3072.der")),
    (Holder::DocumentSigner, 4096, include_bytes!("../keys/ds-4096.der")),
    (Holder::Chip, 1024, include_bytes!("../keys/aa-1024.der")),
    (Holder::Chip, 1536, include_bytes!("../keys/aa-1536.der")),
    (Holder::Chip, 2048, include_bytes!("../keys/aa-2048.der")),
    (Holder::Chip, 3072, include_bytes!("../keys/aa-3072.der")),
    (Holder::Chip, 4096, include_bytes!("../keys/aa-4096.der")),
];

/// DSA groups: bits of p; p, q and g.
#[rustfmt::skip]
static DSA_GROUPS: [(u16, [&str; 3]); 2] = [
    // RFC 6979 §A.2.1
    (1024, [
        concat!(
            "86F5CA03DCFEB225063FF830A0C769B9DD9D6153AD91D7CE27F787C43278B447E6533B86B18BED6E8A48B784A14C252C",
            "5BE0DBF60B86D6385BD2F12FB763ED8873ABFD3F5BA2E0A8C0A59082EAC056935E529DAF7C610467899C77ADEDFC846C",
            "881870B7B19B2B58F9BE0521A17002E3BDD6B86685EE90B3D9A1B02B782B1779",
        ),
        "996F967F6C8E388D9E28D01E205FBA957A5698B1",
        concat!(
            "07B0F92546150B62514BB771E2A0C0CE387F03BDA6C56B505209FF25FD3C133D89BBCD97E904E09114D9A7DEFDEADFC9",
            "078EA544D2E401AEECC40BB9FBBF78FD87995A10A1C27CB7789B594BA7EFB5C4326A9FE59A070E136DB77175464ADCA4",
            "17BE5DCE2F40D10A46A3A3943F26AB7FD9C0398FF8C76EE0A56826A8A88F1DBD",
        ),
    ]),
    // RFC 6979 §A.2.2
    (2048, [
        concat!(
            "9DB6FB5951B66BB6FE1E140F1D2CE5502374161FD6538DF1648218642F0B5C48C8F7A41AADFA187324B87674FA1822B0",
            "0F1ECF8136943D7C55757264E5A1A44FFE012E9936E00C1D3E9310B01C7D179805D3058B2A9F4BB6F9716BFE6117C6B5",
            "B3CC4D9BE341104AD4A80AD6C94E005F4B993E14F091EB51743BF33050C38DE235567E1B34C3D6A5C0CEAA1A0F368213",
            "C3D19843D0B4B09DCB9FC72D39C8DE41F1BF14D4BB4563CA28371621CAD3324B6A2D392145BEBFAC748805236F5CA2FE",
            "92B871CD8F9C36D3292B5509CA8CAA77A2ADFC7BFD77DDA6F71125A7456FEA153E433256A2261C6A06ED3693797E7995",
            "FAD5AABBCFBE3EDA2741E375404AE25B",
        ),
        "F2C3119374CE76C9356990B465374A17F23F9ED35089BD969F61C6DDE9998C1F",
        concat!(
            "5C7FF6B06F8F143FE8288433493E4769C4D988ACE5BE25A0E24809670716C613D7B0CEE6932F8FAA7C44D2CB24523DA5",
            "3FBE4F6EC3595892D1AA58C4328A06C46A15662E7EAA703A1DECF8BBB2D05DBE2EB956C142A338661D10461C0D135472",
            "085057F3494309FFA73C611F78B32ADBB5740C361C9F35BE90997DB2014E2EF5AA61782F52ABEB8BD6432C4DD097BC54",
            "23B285DAFB60DC364E8161F4A2A35ACA3A10B1C4D203CC76A470A33AFDCBDD92959859ABD8B56E1725252D78EAC66E71",
            "BA9AE3F1DD2487199874393CD4D832186800654760E1E34C09E4D155179F9EC0DC4473F996BDCE6EED1CABED8B6F116F",
            "7AD9CF505DF0F998E34AB27514B0FFE7",
        ),
    ]),
];
