//! A certificate as passive authentication needs it (RFC 5280 §4, 9303-12 §7).
//!
//! The outer structure is parsed leniently, as real certificates need it; the signed part is kept as received and never
//! encoded again. A key of an unknown kind does not make a certificate unreadable: it fails where it is used. Whether a
//! certificate may be used for its purpose is decided by its profile and its path, not here.

use super::asn1_time::moment;
use super::name::Name;
use super::signature::{CertificateSignature, Signed, range_of};
use crate::bounds::BOUNDS;
use crate::crypto::{CryptoError, PublicKey};
use crate::oid::{self, Oid};
use crate::tlv::{self, Reader, Tag, Tlv, TlvError};
use core::fmt;
use core::ops::Range;
use thiserror::Error;
use time::{Date, OffsetDateTime};
use x509_parser::certificate::{X509Certificate, X509CertificateParser};
use x509_parser::nom::Parser;

/// Why a certificate cannot be read or does not verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// Not a certificate of X.509.
    #[error("not an X.509 certificate")]
    Malformed,
    /// A data object in it is not well formed.
    #[error("certificate {0}")]
    Tlv(#[from] TlvError),
    /// Longer than 32 768 octets, or with more than 64 extensions.
    #[error("the certificate is longer than 32768 bytes or has more than 64 extensions")]
    TooLong,
    /// The signature algorithm inside the signed part is not the one beside the signature (RFC 5280 §4.1.1.2).
    #[error("the inner and the outer signature algorithm differ")]
    AlgorithmsDiffer,
    /// The signature does not verify, or its key or algorithm is not one that this library takes.
    #[error("{0}")]
    Crypto(#[from] CryptoError),
}

/// A certificate, with its bytes.
///
/// ```asn1
/// Certificate ::= SEQUENCE {
///     tbsCertificate      TBSCertificate,
///     signatureAlgorithm  AlgorithmIdentifier,
///     signatureValue      BIT STRING }
/// ```
#[derive(Clone)]
pub struct Certificate {
    signed: Signed,
    inner_algorithm: Range<usize>,
    spki: Range<usize>,
    version: u32,
    serial: Vec<u8>,
    issuer: Name,
    subject: Name,
    validity: Validity,
    extensions: Extensions,
    unique_identifier: bool,
}

/// From when to when a certificate is valid, both inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// The first moment.
    pub not_before: OffsetDateTime,
    /// The last moment.
    pub not_after: OffsetDateTime,
    /// A moment before 2050 stands as GeneralizedTime, against RFC 5280 §4.1.2.5.
    pub generalized_before_2050: bool,
}

impl Validity {
    /// Whether the moment lies within.
    pub fn contains(&self, moment: OffsetDateTime) -> bool {
        (self.not_before..=self.not_after).contains(&moment)
    }

    /// Whether it covers the day of a moment, a day more at both ends: dates of issue have no hour.
    pub(crate) fn covers_day(&self, moment: OffsetDateTime) -> bool {
        let first = self.not_before.date().previous_day().unwrap_or(Date::MIN);
        let last = self.not_after.date().next_day().unwrap_or(Date::MAX);
        (first..=last).contains(&moment.date())
    }
}

/// The extensions that matter here; the others only by whether they are critical.
#[derive(Clone, Debug, Default)]
pub struct Extensions {
    /// subjectKeyIdentifier, if it is one; malformed ones are known in the field.
    pub subject_key_id: Option<Vec<u8>>,
    /// The keyIdentifier of authorityKeyIdentifier.
    pub authority_key_id: Option<Vec<u8>>,
    /// keyUsage.
    pub key_usage: Option<KeyUsage>,
    /// basicConstraints.
    pub basic_constraints: Option<BasicConstraints>,
    /// extKeyUsage.
    pub extended_key_usage: Vec<Oid>,
    /// Whether extKeyUsage is critical.
    pub extended_key_usage_critical: bool,
    /// privateKeyUsagePeriod: first and last moment.
    pub private_key_usage: (Option<OffsetDateTime>, Option<OffsetDateTime>),
    /// documentTypeList: the document codes that the signer may sign for.
    pub document_types: Option<Vec<String>>,
    /// Critical extensions that this library does not know.
    pub unknown_critical: Vec<Oid>,
    /// Extensions that are not as their standard has them.
    pub malformed: Vec<Oid>,
    /// Extensions that stand twice.
    pub duplicate: Vec<Oid>,
    /// subjectAltName.
    pub subject_alt_name: Option<AlternativeName>,
    /// issuerAltName.
    pub issuer_alt_name: Option<AlternativeName>,
    /// documentTypeList stands without its version and set, as two real signers of twelve have it.
    pub bare_document_types: bool,
    /// Every extension whose identifier can be read, and whether it is critical.
    pub present: Vec<(Oid, bool)>,
}

/// subjectAltName or issuerAltName: what of it says whose certificate it is (9303-12 §7.1.1.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlternativeName {
    /// The localityNames of its directory names: the state's code as a machine readable zone has it.
    pub localities: Vec<String>,
}

/// keyUsage (RFC 5280 §4.2.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyUsage {
    /// digitalSignature.
    pub digital_signature: bool,
    /// keyCertSign.
    pub key_cert_sign: bool,
    /// cRLSign.
    pub crl_sign: bool,
    /// Any other bit.
    pub others: bool,
    /// Whether the extension is critical.
    pub critical: bool,
}

/// basicConstraints (RFC 5280 §4.2.1.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BasicConstraints {
    /// cA.
    pub ca: bool,
    /// pathLenConstraint.
    pub path_len: Option<u32>,
    /// Whether the extension is critical.
    pub critical: bool,
}

impl Certificate {
    /// A certificate from its encoding, which must be all of `der`.
    ///
    /// # Errors
    /// No certificate, bytes behind it, or longer than 32 768 octets.
    pub fn parse(der: &[u8]) -> Result<Self, CertificateError> {
        if der.len() > BOUNDS.certificate_octets {
            return Err(CertificateError::TooLong);
        }
        let mut parser = X509CertificateParser::new().with_deep_parse_extensions(false);
        let (rest, x509) = parser.parse(der).map_err(|_| CertificateError::Malformed)?;
        if !rest.is_empty() {
            return Err(CertificateError::Malformed);
        }
        let (signed, tbs) = Signed::parse(der, ["a Certificate", "a TBSCertificate"])?;
        let [inner_algorithm, spki] = raw_parts(&tbs)?;
        if signed.body() != x509.tbs_certificate.as_ref() {
            return Err(CertificateError::Malformed);
        }
        if x509.extensions().len() > BOUNDS.certificate_extensions {
            return Err(CertificateError::TooLong);
        }
        let (issuer, subject) = (Name::from_x509(x509.issuer()), Name::from_x509(x509.subject()));
        if !issuer.is_whole() || !subject.is_whole() {
            return Err(CertificateError::Malformed);
        }
        Ok(Self {
            version: x509.version().0,
            serial: x509.raw_serial().to_vec(),
            issuer,
            subject,
            validity: validity(&x509),
            extensions: Extensions::collect(&x509),
            unique_identifier: x509.issuer_uid.is_some() || x509.subject_uid.is_some(),
            signed,
            inner_algorithm,
            spki,
        })
    }

    /// The encoding.
    pub fn der(&self) -> &[u8] {
        self.signed.der()
    }

    /// SHA-256 of the encoding: how a report names the certificate.
    pub fn fingerprint(&self) -> Vec<u8> {
        self.signed.fingerprint()
    }

    /// Whether it is of X.509 version 3.
    pub fn is_version_3(&self) -> bool {
        self.version == 2
    }

    /// The serial number's content octets, as they stand.
    pub fn serial(&self) -> &[u8] {
        &self.serial
    }

    /// The issuer's name.
    pub fn issuer(&self) -> &Name {
        &self.issuer
    }

    /// The subject's name.
    pub fn subject(&self) -> &Name {
        &self.subject
    }

    /// The validity period.
    pub fn validity(&self) -> &Validity {
        &self.validity
    }

    /// The extensions.
    pub fn extensions(&self) -> &Extensions {
        &self.extensions
    }

    /// Whether it has an issuerUniqueID or subjectUniqueID.
    pub fn has_unique_identifier(&self) -> bool {
        self.unique_identifier
    }

    /// The encoding of the SubjectPublicKeyInfo.
    pub fn spki(&self) -> &[u8] {
        self.signed.part(&self.spki)
    }

    /// The public key.
    ///
    /// # Errors
    /// A key that is not valid, or of a kind or on a curve that this library does not know.
    pub fn public_key(&self) -> Result<PublicKey, CryptoError> {
        PublicKey::from_spki(self.spki())
    }

    /// The encoding of the AlgorithmIdentifier of its signature.
    pub fn signature_algorithm(&self) -> &[u8] {
        self.signed.algorithm()
    }

    /// Whether the algorithm inside the signed part is the one beside the signature (RFC 5280 §4.1.1.2).
    pub fn algorithms_agree(&self) -> bool {
        self.signed.part(&self.inner_algorithm) == self.signed.algorithm()
    }

    /// Whether issuer and subject have the same name; the signature may still be by another key.
    pub fn is_self_issued(&self) -> bool {
        self.issuer.matches(&self.subject)
    }

    /// Whether basicConstraints says that it is a certification authority.
    pub fn is_ca(&self) -> bool {
        self.extensions.basic_constraints.is_some_and(|constraints| constraints.ca)
    }

    /// Whether this certificate names `issuer` by key identifier, or by name where either has no key identifier: a hint
    /// which key to try.
    pub fn names_as_issuer(&self, issuer: &Certificate) -> bool {
        match (&self.extensions.authority_key_id, &issuer.extensions.subject_key_id) {
            (Some(authority), Some(subject)) => authority == subject,
            _ => self.issuer.matches(&issuer.subject),
        }
    }

    /// Verifies the signature under the issuer's key, over the bytes as received.
    ///
    /// # Errors
    /// Unequal inner and outer algorithms, an algorithm that is unknown or forbidden, or a wrong signature.
    pub fn verify_signed_by(&self, issuer: &PublicKey) -> Result<CertificateSignature, CertificateError> {
        if !self.algorithms_agree() {
            return Err(CertificateError::AlgorithmsDiffer);
        }
        Ok(self.signed.verify(issuer)?)
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({}, serial {})", self.subject, hex::encode(&self.serial))
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der() == other.der()
    }
}

impl Eq for Certificate {}

/// Where the inner signature algorithm and the SubjectPublicKeyInfo stand, which are used as raw bytes.
///
/// `TBSCertificate ::= SEQUENCE { version [0], serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo, … }`
/// (RFC 5280 §4.1)
fn raw_parts(tbs: &Tlv<'_>) -> Result<[Range<usize>; 2], TlvError> {
    let mut fields = tbs.children();
    fields.optional(Tag(0xA0))?;
    fields.expect(Tag::INTEGER, "a serialNumber")?;
    let algorithm = fields.expect(Tag::SEQUENCE, "a signature AlgorithmIdentifier")?;
    fields.expect(Tag::SEQUENCE, "an issuer")?;
    fields.expect(Tag::SEQUENCE, "a validity")?;
    fields.expect(Tag::SEQUENCE, "a subject")?;
    let spki = fields.expect(Tag::SEQUENCE, "a subjectPublicKeyInfo")?;
    Ok([range_of(&algorithm), range_of(&spki)])
}

fn validity(x509: &X509Certificate<'_>) -> Validity {
    let (not_before, not_after) = (x509.validity().not_before, x509.validity().not_after);
    let generalized_before_2050 =
        [not_before, not_after].iter().any(|time| time.is_generalizedtime() && time.to_datetime().year() < 2050);
    Validity { not_before: not_before.to_datetime(), not_after: not_after.to_datetime(), generalized_before_2050 }
}

impl Extensions {
    fn collect(x509: &X509Certificate<'_>) -> Self {
        let mut all = Self::default();
        let mut seen: Vec<Oid> = Vec::new();
        for extension in x509.extensions() {
            let Some(id) = Oid::from_der(extension.oid.as_bytes()) else {
                // Longer than any identifier known here; the reserved arc 0.0 stands for it.
                if extension.critical {
                    all.unknown_critical.push(UNREADABLE);
                }
                continue;
            };
            if seen.contains(&id) {
                all.duplicate.push(id);
                continue;
            }
            seen.push(id);
            all.present.push((id, extension.critical));
            match all.take(id, extension.critical, extension.value) {
                Ok(true) => {}
                Ok(false) if extension.critical => all.unknown_critical.push(id),
                Ok(false) => {}
                Err(_) => all.malformed.push(id),
            }
        }
        all
    }

    /// Takes one extension; false if it is unknown.
    fn take(&mut self, id: Oid, critical: bool, value: &[u8]) -> Result<bool, TlvError> {
        let mut reader = Reader::new(value);
        match id {
            oid::SUBJECT_KEY_IDENTIFIER => {
                self.subject_key_id = Some(reader.expect(Tag::OCTET_STRING, "a KeyIdentifier")?.value.to_vec());
            }
            oid::AUTHORITY_KEY_IDENTIFIER => self.authority_key_id = authority_key_id(&mut reader)?,
            oid::KEY_USAGE => self.key_usage = Some(KeyUsage::read(&mut reader, critical)?),
            oid::BASIC_CONSTRAINTS => self.basic_constraints = Some(BasicConstraints::read(&mut reader, critical)?),
            oid::EXT_KEY_USAGE => {
                self.extended_key_usage_critical = critical;
                let mut purposes = reader.expect(Tag::SEQUENCE, "an ExtKeyUsageSyntax")?.children();
                while !purposes.is_empty() {
                    let purpose = purposes.expect(Tag::OID, "a KeyPurposeId")?;
                    self.extended_key_usage.extend(Oid::from_der(purpose.value));
                }
            }
            oid::PRIVATE_KEY_USAGE_PERIOD => {
                // PrivateKeyUsagePeriod ::= SEQUENCE { notBefore [0] GeneralizedTime OPTIONAL, notAfter [1] … OPTIONAL }
                let mut fields = reader.expect(Tag::SEQUENCE, "a PrivateKeyUsagePeriod")?.children();
                let mut bound = |tag| match fields.optional(Tag(tag))? {
                    Some(time) => moment(&time).map(Some).ok_or(time.expected("a GeneralizedTime")),
                    None => Ok(None),
                };
                self.private_key_usage = (bound(0x80)?, bound(0x81)?);
            }
            oid::ID_ICAO_DOCUMENT_TYPE_LIST => self.take_document_types(&mut reader)?,
            oid::SUBJECT_ALT_NAME => self.subject_alt_name = Some(AlternativeName::read(&mut reader)?),
            oid::ISSUER_ALT_NAME => self.issuer_alt_name = Some(AlternativeName::read(&mut reader)?),
            _ => return Ok(KNOWN.contains(&id)),
        }
        reader.finish()?;
        Ok(true)
    }

    /// `DocumentTypeListSyntax ::= SEQUENCE { version INTEGER, docTypeList SET OF PrintableString }`; two real signers of
    /// twelve write the strings without version and SET.
    fn take_document_types(&mut self, reader: &mut Reader<'_>) -> Result<(), TlvError> {
        let mut types = reader.expect(Tag::SEQUENCE, "a DocumentTypeListSyntax")?.children();
        if types.optional(Tag::INTEGER)?.is_some() {
            let list = types.expect(Tag::SET, "a docTypeList")?;
            types.finish()?;
            types = list.children();
        } else {
            self.bare_document_types = true;
        }
        let mut found = Vec::new();
        while !types.is_empty() {
            let code = types.expect(Tag::PRINTABLE_STRING, "a document code")?;
            found.push(String::from_utf8_lossy(code.value).into_owned());
        }
        self.document_types = Some(found);
        Ok(())
    }

    /// Whether the extension stands there.
    pub fn has(&self, id: Oid) -> bool {
        self.present.iter().any(|(present, _)| *present == id)
    }

    /// Whether the extension stands there and is critical.
    pub fn is_critical(&self, id: Oid) -> bool {
        self.present.contains(&(id, true))
    }
}

/// The keyIdentifier of `AuthorityKeyIdentifier ::= SEQUENCE { keyIdentifier [0] OCTET STRING OPTIONAL, … }`.
pub(super) fn authority_key_id(reader: &mut Reader<'_>) -> Result<Option<Vec<u8>>, TlvError> {
    let mut fields = reader.expect(Tag::SEQUENCE, "an AuthorityKeyIdentifier")?.children();
    Ok(fields.optional(Tag(0x80))?.map(|key_id| key_id.value.to_vec()))
}

impl KeyUsage {
    /// `KeyUsage ::= BIT STRING { digitalSignature (0), …, keyCertSign (5), cRLSign (6), … }`
    fn read(reader: &mut Reader<'_>, critical: bool) -> Result<Self, TlvError> {
        let bits = reader.expect(Tag::BIT_STRING, "a KeyUsage")?;
        let first = *bits.value.get(1).ok_or(bits.expected("the bits of a KeyUsage"))?;
        let has = |bit: u8| first & bit != 0;
        let decipher_only = bits.value.get(2..).is_some_and(|rest| rest.iter().any(|octet| *octet != 0));
        Ok(Self {
            digital_signature: has(0x80),
            key_cert_sign: has(0x04),
            crl_sign: has(0x02),
            others: has(0x79) || decipher_only,
            critical,
        })
    }
}

impl BasicConstraints {
    /// `BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER OPTIONAL }`
    fn read(reader: &mut Reader<'_>, critical: bool) -> Result<Self, TlvError> {
        let mut fields = reader.expect(Tag::SEQUENCE, "a BasicConstraints")?.children();
        let ca = fields.optional(Tag::BOOLEAN)?.is_some_and(|ca| ca.value != [0]);
        let path_len = match fields.optional(Tag::INTEGER)? {
            Some(length) => Some(tlv::small_integer(length.value).ok_or(length.expected("a pathLenConstraint"))?),
            None => None,
        };
        fields.finish()?;
        Ok(Self { ca, path_len, critical })
    }
}

impl AlternativeName {
    /// The codes of states among the localities: three capital letters, or the one of Germany.
    pub fn states(&self) -> impl Iterator<Item = &str> {
        let is_code =
            |text: &&str| (text.len() == 3 || *text == "D") && text.bytes().all(|letter| letter.is_ascii_uppercase());
        self.localities.iter().map(|text| text.trim_end_matches('<')).filter(is_code)
    }

    /// GeneralNames ::= SEQUENCE OF GeneralName; GeneralName ::= CHOICE { …, directoryName [4] Name, … }
    fn read(reader: &mut Reader<'_>) -> Result<Self, TlvError> {
        let mut localities = Vec::new();
        let mut names = reader.expect(Tag::SEQUENCE, "a GeneralNames")?.children();
        while !names.is_empty() {
            let name = names.next()?;
            if name.tag == Tag(0xA4) {
                let directory = Name::parse(name.value).ok_or(name.expected("a directoryName"))?;
                localities.extend(directory.values(oid::LOCALITY_NAME).map(str::to_owned));
            }
        }
        Ok(Self { localities })
    }
}

/// Stands for an extension whose identifier is unreadable.
const UNREADABLE: Oid = Oid::of(&[0, 0]);

/// Extensions whose meaning is known and bears on nothing that is judged here.
const KNOWN: &[Oid] = &[oid::CRL_DISTRIBUTION_POINTS, oid::CERTIFICATE_POLICIES, oid::ID_ICAO_NAME_CHANGE];
