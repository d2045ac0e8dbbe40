//! SignedData of the cryptographic message syntax, as EF.SOD, EF.CardSecurity and lists use it (RFC 5652 §5, 9303-10 §4.6.2.2).
//!
//! The outer structure is parsed leniently (BER with indefinite lengths occurs in the field) and nothing is copied: the
//! octets received are hashed and verified. The caller chooses the key to verify with; revocation lists inside are ignored.

use super::asn1_time::moment;
use super::certificate::Certificate;
use super::name::Name;
use super::signature::{SignatureBudget, odd_parameters, verify};
use crate::bounds::BOUNDS;
use crate::crypto::{CryptoError, DigestAlgorithm, PublicKey, SignatureAlgorithm};
use crate::oid::{self, Oid};
use crate::tlv::{self, Reader, Tag, Tlv, TlvError};
use std::borrow::Cow;
use thiserror::Error;
use time::OffsetDateTime;

/// [0], constructed.
const CONTEXT_0: Tag = Tag(0xA0);
/// [1], constructed.
const CONTEXT_1: Tag = Tag(0xA1);
/// [0], primitive.
const KEY_ID: Tag = Tag(0x80);
/// A constructed OCTET STRING (X.690 §8.7.3).
const JOINED_OCTETS: Tag = Tag(0x24);

/// Why a SignedData cannot be read or does not verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CmsError {
    /// A data object is missing or malformed.
    #[error("SignedData {0}")]
    Tlv(#[from] TlvError),
    /// More certificates, signers or attributes than any real document has.
    #[error("more than 32 certificates, signers, digest algorithms or attributes")]
    TooMany,
    /// The version is not 3 (9303-10 §4.6.2.2).
    #[error("the version of the SignedData is not 3")]
    Version,
    /// The version of the SignerInfo is not the one of its kind of signer identifier (RFC 5652 §5.3).
    #[error("the version of the SignerInfo does not fit its signer identifier")]
    SignerVersion,
    /// Not exactly one signer.
    #[error("not exactly one signer")]
    SignerCount,
    /// The signer's digest algorithm is not among those of the SignedData.
    #[error("the signer's digest algorithm is not among the digest algorithms of the SignedData")]
    DigestNotListed,
    /// A digest algorithm that is never accepted.
    #[error("the digest algorithm is not allowed")]
    ForbiddenDigest,
    /// A digest algorithm that this library does not know.
    #[error("the digest algorithm is not known")]
    UnsupportedDigest,
    /// There are no signed attributes.
    #[error("there are no signed attributes")]
    NoSignedAttributes,
    /// contentType or messageDigest is missing or stands twice among the signed attributes (RFC 5652 §11).
    #[error("the signed attributes hold not exactly one content type and one message digest")]
    Attributes,
    /// The signed content type is not the one of the content.
    #[error("the signed content type is not the one of the content")]
    ContentTypeMismatch,
    /// The signed message digest is not the one of the content.
    #[error("the signed message digest is not the one of the content")]
    MessageDigestMismatch,
    /// The signature algorithm names another hash than the signer's digest algorithm.
    #[error("the signature algorithm names another hash than the digest algorithm")]
    DigestsDiffer,
    /// The signature does not verify, or its key or algorithm is not supported.
    #[error("{0}")]
    Crypto(#[from] CryptoError),
    /// The budget of signatures is used up.
    #[error("the budget of signatures to try is used up")]
    Budget,
}

/// A parsed SignedData.
///
/// ```asn1
/// SignedData ::= SEQUENCE {
///     version           CMSVersion,
///     digestAlgorithms  SET OF DigestAlgorithmIdentifier,
///     encapContentInfo  SEQUENCE { eContentType OBJECT IDENTIFIER, eContent [0] EXPLICIT OCTET STRING OPTIONAL },
///     certificates  [0] IMPLICIT CertificateSet OPTIONAL,
///     crls          [1] IMPLICIT RevocationInfoChoices OPTIONAL,
///     signerInfos       SET OF SignerInfo }
/// ```
#[derive(Clone)]
pub struct SignedData<'a> {
    version: u32,
    digest_algorithms: Vec<Oid>,
    content_type: Oid,
    content: Cow<'a, [u8]>,
    certificates: Vec<&'a [u8]>,
    signers: Vec<SignerInfo<'a>>,
    laxities: Laxities,
}

/// `Debug` output omits the content: the hashes of an EF.SOD identify the document.
impl core::fmt::Debug for SignedData<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let (certificates, signers) = (self.certificates.len(), self.signers.len());
        write!(f, "SignedData({}, {certificates} certificates, {signers} signers)", self.content_type)
    }
}

/// Lossless deviations from the encoding that is due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Laxities {
    /// A length not in its shortest form.
    pub long_length: bool,
    /// An indefinite length, or a string in parts.
    pub indefinite_length: bool,
}

impl Laxities {
    fn note(&mut self, tlv: &Tlv<'_>) {
        let indefinite = tlv.raw.get(tlv.tag.to_bytes().len()) == Some(&0x80);
        self.indefinite_length |= indefinite || tlv.tag == JOINED_OCTETS;
        self.long_length |= tlv.lax_length && !indefinite;
    }
}

/// One signer.
///
/// ```asn1
/// SignerInfo ::= SEQUENCE {
///     version             CMSVersion,
///     sid                 CHOICE { issuerAndSerialNumber, subjectKeyIdentifier [0] },
///     digestAlgorithm     DigestAlgorithmIdentifier,
///     signedAttrs     [0] IMPLICIT SET OF Attribute OPTIONAL,
///     signatureAlgorithm  SignatureAlgorithmIdentifier,
///     signature           OCTET STRING,
///     unsignedAttrs   [1] IMPLICIT SET OF Attribute OPTIONAL }
/// ```
#[derive(Clone)]
pub struct SignerInfo<'a> {
    version: u32,
    sid: SignerId<'a>,
    digest_algorithm: Oid,
    signed_attributes: Option<SignedAttributes<'a>>,
    signature_algorithm: &'a [u8],
    signature: Cow<'a, [u8]>,
}

/// `Debug` output omits the signature.
impl core::fmt::Debug for SignerInfo<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "SignerInfo({:?}, {})", self.sid, self.digest_algorithm)
    }
}

/// How a signer is named.
#[derive(Clone, Debug)]
pub enum SignerId<'a> {
    /// By the issuer and the serial number of its certificate.
    IssuerAndSerial {
        /// The encoded issuer name.
        issuer: &'a [u8],
        /// The content octets of the serial number.
        serial: &'a [u8],
    },
    /// By the subject key identifier of its certificate.
    KeyId(&'a [u8]),
}

impl SignerId<'_> {
    /// Whether this names the certificate by the very octets of its issuer's name, or by key identifier.
    pub fn names_exactly(&self, certificate: &Certificate) -> bool {
        match self {
            Self::KeyId(_) => self.names(certificate),
            Self::IssuerAndSerial { issuer, .. } => *issuer == certificate.issuer().raw() && self.names(certificate),
        }
    }

    /// Whether this names the certificate. The name's order and string types may differ.
    pub fn names(&self, certificate: &Certificate) -> bool {
        match self {
            Self::KeyId(key_id) => certificate.extensions().subject_key_id.as_deref() == Some(*key_id),
            Self::IssuerAndSerial { issuer, serial } => {
                let number = |octets| tlv::unsigned_integer(octets).unwrap_or(octets);
                number(*serial) == number(certificate.serial())
                    && (*issuer == certificate.issuer().raw()
                        || Name::parse(issuer).is_some_and(|issuer| issuer.matches(certificate.issuer())))
            }
        }
    }
}

#[derive(Clone)]
struct SignedAttributes<'a> {
    /// The whole [0] as it was received.
    raw: Tlv<'a>,
    attributes: Vec<Attribute<'a>>,
}

/// `Attribute ::= SEQUENCE { attrType OBJECT IDENTIFIER, attrValues SET OF AttributeValue }`
#[derive(Clone, Debug)]
struct Attribute<'a> {
    kind: Oid,
    /// The whole attribute as it was received.
    raw: &'a [u8],
    values: Vec<Tlv<'a>>,
}

/// The algorithms of a verified signature, and how its encoding deviates from the standard.
#[derive(Clone, Debug)]
pub struct VerifiedSignature {
    /// The signature algorithm.
    pub algorithm: SignatureAlgorithm,
    /// The hash of the content and of the signed attributes.
    pub digest: DigestAlgorithm,
    /// The signed attributes verify only when sorted: a tolerance of trust, for they are not the bytes received.
    pub attributes_sorted: bool,
    /// The DigestInfo lacks its NULL (RFC 8017 §A.2.4): a laxity, for the whole block was compared.
    pub null_missing: bool,
    /// The algorithm's NULL is missing, or stands against the rule: a laxity.
    pub odd_parameters: bool,
}

impl<'a> SignedData<'a> {
    /// Parses a ContentInfo that holds a SignedData; it must be all of `bytes`.
    ///
    /// # Errors
    /// Another content, a malformed data object, or more entries than any real document has.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, CmsError> {
        let mut reader = Reader::ber(bytes);
        let signed = Self::read(&mut reader)?;
        reader.finish()?;
        Ok(signed)
    }

    /// Reads a ContentInfo that holds a SignedData where `reader` stands.
    ///
    /// # Errors
    /// As [`SignedData::parse`].
    pub fn read(reader: &mut Reader<'a>) -> Result<Self, CmsError> {
        let mut laxities = Laxities::default();
        let mut expect = |reader: &mut Reader<'a>, tag, what| -> Result<Tlv<'a>, TlvError> {
            reader.expect(tag, what).inspect(|tlv| laxities.note(tlv))
        };
        let mut info = expect(reader, Tag::SEQUENCE, "a ContentInfo")?.children();
        let kind = expect(&mut info, Tag::OID, "a contentType")?;
        if kind.value != oid::ID_SIGNED_DATA.as_der() {
            return Err(kind.expected("the identifier of SignedData").into());
        }
        let mut wrapped = expect(&mut info, CONTEXT_0, "the content of a ContentInfo")?.children();
        info.finish()?;
        let mut data = expect(&mut wrapped, Tag::SEQUENCE, "a SignedData")?.children();
        wrapped.finish()?;

        let version = version(expect(&mut data, Tag::INTEGER, "the version of a SignedData")?)?;
        let mut digests = expect(&mut data, Tag::SET, "digestAlgorithms")?.children();
        let mut digest_algorithms = Vec::new();
        while !digests.is_empty() {
            digest_algorithms.push(algorithm_id(&expect(&mut digests, Tag::SEQUENCE, "a digest algorithm")?)?);
            limit(digest_algorithms.len(), BOUNDS.signed_data_entries)?;
        }

        let mut encapsulated = expect(&mut data, Tag::SEQUENCE, "an encapContentInfo")?.children();
        let content_type = object_id(&expect(&mut encapsulated, Tag::OID, "an eContentType")?)?;
        let mut explicit = expect(&mut encapsulated, CONTEXT_0, "an eContent")?.children();
        encapsulated.finish()?;
        let content = octets(explicit.next()?, &mut laxities)?;
        explicit.finish()?;

        let mut certificates = Vec::new();
        if let Some(set) = data.optional(CONTEXT_0)? {
            laxities.note(&set);
            let mut set = set.children();
            while !set.is_empty() {
                let entry = set.next()?;
                // Only Certificate stands under a plain SEQUENCE tag; the other choices are obsolete or of no use.
                if entry.tag == Tag::SEQUENCE {
                    certificates.push(entry.raw);
                    limit(certificates.len(), BOUNDS.signed_data_certificates)?;
                }
            }
        }
        data.optional(CONTEXT_1)?;
        let infos = data.expect(Tag::SET, "signerInfos")?;
        data.finish()?;
        laxities.note(&infos);
        let mut infos = infos.children();
        let mut signers = Vec::new();
        while !infos.is_empty() {
            let info = infos.expect(Tag::SEQUENCE, "a SignerInfo")?;
            laxities.note(&info);
            signers.push(SignerInfo::parse(&info, &mut laxities)?);
            limit(signers.len(), BOUNDS.signed_data_entries)?;
        }
        Ok(Self { version, digest_algorithms, content_type, content, certificates, signers, laxities })
    }

    /// The version.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// What kind of content is signed.
    pub fn content_type(&self) -> Oid {
        self.content_type
    }

    /// The octets of the content, joined if they came in parts.
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    /// The certificates that came along, each as it stands: hints, never trust.
    pub fn certificates(&self) -> &[&'a [u8]] {
        &self.certificates
    }

    /// The signers.
    pub fn signers(&self) -> &[SignerInfo<'a>] {
        &self.signers
    }

    /// The only signer.
    ///
    /// # Errors
    /// [`CmsError::SignerCount`] if there is none, or more than one.
    pub fn only_signer(&self) -> Result<&SignerInfo<'a>, CmsError> {
        match self.signers.as_slice() {
            [only] => Ok(only),
            _ => Err(CmsError::SignerCount),
        }
    }

    /// Lossless deviations from DER that were met.
    pub fn laxities(&self) -> Laxities {
        self.laxities
    }

    /// Verifies one signer's signature over the content, with this key (RFC 5652 §5.4, §5.6).
    ///
    /// # Errors
    /// The rule that is broken: versions, digest algorithms, signed attributes, the message digest, the signature.
    pub fn verify(
        &self,
        signer: &SignerInfo<'_>,
        key: &PublicKey,
        budget: &mut SignatureBudget,
    ) -> Result<VerifiedSignature, CmsError> {
        let digest = self.check(signer)?;
        let attributes = signer.signed_attributes.as_ref().ok_or(CmsError::NoSignedAttributes)?;
        let (algorithm, notes) = SignatureAlgorithm::from_algorithm_identifier(signer.signature_algorithm)?;
        if algorithm.digest().is_some_and(|named| named != digest) {
            return Err(CmsError::DigestsDiffer);
        }
        let mut failure = CmsError::Crypto(CryptoError::BadSignature);
        for (message, attributes_sorted) in attributes.candidates() {
            budget.take().ok_or(CmsError::Budget)?;
            let null_missing = match verify(&algorithm, key, &message, &signer.signature, Some(digest)) {
                Ok(null_missing) => null_missing,
                Err(error) => {
                    failure = error.into();
                    continue;
                }
            };
            let odd_parameters = odd_parameters(&notes);
            return Ok(VerifiedSignature { algorithm, digest, attributes_sorted, null_missing, odd_parameters });
        }
        Err(failure)
    }

    /// Checks all rules that need no key, and gives the signer's digest algorithm.
    ///
    /// # Errors
    /// As [`SignedData::verify`].
    pub fn check(&self, signer: &SignerInfo<'_>) -> Result<DigestAlgorithm, CmsError> {
        // SignedData is version 3 wherever the content is not id-data (RFC 5652 §5.1).
        if self.version != 3 && !(self.version == 1 && self.content_type == oid::ID_DATA) {
            return Err(CmsError::Version);
        }
        let version = match signer.sid {
            SignerId::IssuerAndSerial { .. } => 1,
            SignerId::KeyId(_) => 3,
        };
        if signer.version != version {
            return Err(CmsError::SignerVersion);
        }
        if self.digest_algorithms.contains(&oid::MD5) || signer.digest_algorithm == oid::MD5 {
            return Err(CmsError::ForbiddenDigest);
        }
        if !self.digest_algorithms.contains(&signer.digest_algorithm) {
            return Err(CmsError::DigestNotListed);
        }
        let digest = DigestAlgorithm::from_oid(signer.digest_algorithm).ok_or(CmsError::UnsupportedDigest)?;
        let attributes = signer.signed_attributes.as_ref().ok_or(CmsError::NoSignedAttributes)?;
        if attributes.only(oid::ID_CONTENT_TYPE, Tag::OID)? != self.content_type.as_der() {
            return Err(CmsError::ContentTypeMismatch);
        }
        if attributes.only(oid::ID_MESSAGE_DIGEST, Tag::OCTET_STRING)? != digest.digest(&[&self.content]) {
            return Err(CmsError::MessageDigestMismatch);
        }
        Ok(digest)
    }
}

impl<'a> SignerInfo<'a> {
    fn parse(info: &Tlv<'a>, laxities: &mut Laxities) -> Result<Self, CmsError> {
        let mut fields = info.children();
        let version = version(fields.expect(Tag::INTEGER, "the version of a SignerInfo")?)?;
        let sid = match fields.next()? {
            key_id if key_id.tag == KEY_ID => SignerId::KeyId(key_id.value),
            pair if pair.tag == Tag::SEQUENCE => {
                let mut pair = pair.children();
                let issuer = pair.expect(Tag::SEQUENCE, "an issuer")?.raw;
                let serial = pair.expect(Tag::INTEGER, "a serialNumber")?.value;
                pair.finish()?;
                SignerId::IssuerAndSerial { issuer, serial }
            }
            other => return Err(other.expected("a signer identifier").into()),
        };
        let digest_algorithm = algorithm_id(&fields.expect(Tag::SEQUENCE, "a digestAlgorithm")?)?;
        let signed_attributes = match fields.optional(CONTEXT_0)? {
            Some(raw) => {
                laxities.note(&raw);
                Some(SignedAttributes::parse(raw)?)
            }
            None => None,
        };
        let signature_algorithm = fields.expect(Tag::SEQUENCE, "a signatureAlgorithm")?.raw;
        let signature = octets(fields.next()?, laxities)?;
        fields.optional(CONTEXT_1)?;
        fields.finish()?;
        Ok(Self { version, sid, digest_algorithm, signed_attributes, signature_algorithm, signature })
    }

    /// How the signer is named.
    pub fn sid(&self) -> &SignerId<'a> {
        &self.sid
    }

    /// The signed signing time, where there is exactly one (RFC 5652 §11.3); only the signer attests it.
    pub fn signing_time(&self) -> Option<OffsetDateTime> {
        match self.signed_attributes.as_ref()?.values(oid::ID_SIGNING_TIME).as_slice() {
            [only] if [Tag::UTC_TIME, Tag::GENERALIZED_TIME].contains(&only.tag) => moment(only),
            _ => None,
        }
    }
}

impl<'a> SignedAttributes<'a> {
    fn parse(raw: Tlv<'a>) -> Result<Self, CmsError> {
        let mut set = raw.children();
        let mut attributes = Vec::new();
        while !set.is_empty() {
            let attribute = set.expect(Tag::SEQUENCE, "an Attribute")?;
            let mut fields = attribute.children();
            let kind = object_id(&fields.expect(Tag::OID, "an attrType")?)?;
            let mut set = fields.expect(Tag::SET, "attrValues")?.children();
            fields.finish()?;
            let mut values = Vec::new();
            while !set.is_empty() {
                values.push(set.next()?);
                limit(values.len(), BOUNDS.signed_data_entries)?;
            }
            attributes.push(Attribute { kind, raw: attribute.raw, values });
            limit(attributes.len(), BOUNDS.signed_data_entries)?;
        }
        Ok(Self { raw, attributes })
    }

    fn values(&self, kind: Oid) -> Vec<Tlv<'a>> {
        self.attributes.iter().filter(|attribute| attribute.kind == kind).flat_map(|one| one.values.clone()).collect()
    }

    /// The value of the attribute that must stand once, with one value of this tag.
    fn only(&self, kind: Oid, tag: Tag) -> Result<&'a [u8], CmsError> {
        let attributes = self.attributes.iter().filter(|attribute| attribute.kind == kind).count();
        match self.values(kind).as_slice() {
            [value] if attributes == 1 && value.tag == tag => Ok(value.value),
            _ => Err(CmsError::Attributes),
        }
    }

    /// What may have been signed, each made when it is asked for: the octets received under the tag of a SET; where their
    /// length is not in its shortest form, the same with the length that DER has; at last, sorted (true). The digest is
    /// over the DER encoding of the SET OF, not over the IMPLICIT [0]  (RFC 5652 §5.4).
    fn candidates(&self) -> impl Iterator<Item = (Vec<u8>, bool)> {
        let received = match self.raw.raw.split_first() {
            Some((_, rest)) if self.raw.raw.get(1) != Some(&0x80) => Some(rest),
            _ => None,
        };
        let received = received.into_iter().map(|rest| ([&Tag::SET.to_bytes(), rest].concat(), false));
        let shortened = self.raw.lax_length.then_some(self.raw.value);
        let shortened = shortened.into_iter().map(|value| (tlv::encode(Tag::SET, value), false));
        let mut parts: Vec<&[u8]> = self.attributes.iter().map(|attribute| attribute.raw).collect();
        let unsorted = !parts.is_sorted();
        parts.sort_unstable();
        let sorted = unsorted.then_some(parts).into_iter().map(|parts| (tlv::encode_all(Tag::SET, &parts), true));
        received.chain(shortened).chain(sorted)
    }
}

fn limit(count: usize, most: usize) -> Result<(), CmsError> {
    if count > most { Err(CmsError::TooMany) } else { Ok(()) }
}

fn version(tlv: Tlv<'_>) -> Result<u32, TlvError> {
    tlv::small_integer(tlv.value).ok_or(tlv.expected("a small version number"))
}

fn object_id(tlv: &Tlv<'_>) -> Result<Oid, TlvError> {
    Oid::from_der(tlv.value).ok_or(tlv.expected("an object identifier"))
}

/// The identifier of an `AlgorithmIdentifier ::= SEQUENCE { algorithm OBJECT IDENTIFIER, parameters ANY OPTIONAL }`;
/// a digest's parameters are absent or NULL, both in use.
fn algorithm_id(tlv: &Tlv<'_>) -> Result<Oid, TlvError> {
    let mut fields = tlv.children();
    let id = object_id(&fields.expect(Tag::OID, "an algorithm identifier")?)?;
    if let Some(null) = fields.optional(Tag::NULL)?
        && !null.value.is_empty()
    {
        return Err(null.expected("an empty NULL"));
    }
    fields.finish()?;
    Ok(id)
}

/// The octets of an OCTET STRING; of one in parts (X.690 §8.7.3.2), all of them joined.
fn octets<'a>(tlv: Tlv<'a>, laxities: &mut Laxities) -> Result<Cow<'a, [u8]>, TlvError> {
    laxities.note(&tlv);
    match tlv.tag {
        Tag::OCTET_STRING => Ok(Cow::Borrowed(tlv.value)),
        JOINED_OCTETS => {
            let mut joined = Vec::new();
            let mut parts = tlv.children();
            // The reader bounds the depth, hence this recursion.
            while !parts.is_empty() {
                joined.extend_from_slice(&octets(parts.next()?, laxities)?);
            }
            Ok(Cow::Owned(joined))
        }
        _ => Err(tlv.expected("an OCTET STRING")),
    }
}
