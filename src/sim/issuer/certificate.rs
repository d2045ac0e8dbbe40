//! X.509 certificates as 9303-12 §7 has them, each field open to be bent.
//!
//! [`CertificateFields`] is what gets signed, ready to be changed by a test before [`CertificateFields::sign`]; nothing
//! is checked here.

use super::super::der;
use super::key::{Scheme, SigningKey};
use crate::crypto::{CryptoError, Random};
use crate::oid::{self, Oid};
use crate::tlv::{self, Tag};
use time::{Date, OffsetDateTime};

/// Midnight UTC of a day.
pub fn midnight(date: Date) -> OffsetDateTime {
    date.midnight().assume_utc()
}

/// A distinguished name: attribute, string type and text, one to each relative name, in order.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Name(pub Vec<(Oid, Tag, String)>);

impl Name {
    /// C, O and CN, as 9303-12 §7.1.1 asks for; the country in PrintableString.
    pub fn new(country: &str, organization: &str, common_name: &str) -> Self {
        let utf8 = Tag::UTF8_STRING;
        Self(vec![
            (oid::COUNTRY_NAME, Tag::PRINTABLE_STRING, country.to_owned()),
            (oid::ORGANIZATION_NAME, utf8, organization.to_owned()),
            (oid::COMMON_NAME, utf8, common_name.to_owned()),
        ])
    }

    /// Its DER form.
    pub fn encode(&self) -> Vec<u8> {
        let relative = |(attribute, tag, text): &(Oid, Tag, String)| {
            let pair = [der::oid(*attribute), tlv::encode(*tag, text.as_bytes())].concat();
            tlv::encode(Tag::SET, &tlv::encode(Tag::SEQUENCE, &pair))
        };
        tlv::encode(Tag::SEQUENCE, &self.0.iter().flat_map(relative).collect::<Vec<_>>())
    }
}

/// An extension of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// What it is.
    pub id: Oid,
    /// Whether it is critical.
    pub critical: bool,
    /// Its value, inside the OCTET STRING.
    pub value: Vec<u8>,
}

/// Bits of keyUsage, the first octet of its BIT STRING (RFC 5280 §4.2.1.3).
pub const DIGITAL_SIGNATURE: u8 = 0x80;
/// keyCertSign and cRLSign.
pub const CERTIFICATE_AND_CRL_SIGN: u8 = 0x06;

impl Extension {
    fn new(id: Oid, critical: bool, value: Vec<u8>) -> Self {
        Self { id, critical, value }
    }

    /// authorityKeyIdentifier with a key id.
    pub fn authority_key_id(key_id: &[u8]) -> Self {
        let id = tlv::encode(Tag(0x80), key_id);
        Self::new(oid::AUTHORITY_KEY_IDENTIFIER, false, tlv::encode(Tag::SEQUENCE, &id))
    }

    /// subjectKeyIdentifier.
    pub fn subject_key_id(key_id: &[u8]) -> Self {
        Self::new(oid::SUBJECT_KEY_IDENTIFIER, false, tlv::encode(Tag::OCTET_STRING, key_id))
    }

    /// keyUsage, critical.
    pub fn key_usage(bits: u8) -> Self {
        let unused = u8::try_from(bits.trailing_zeros().min(7)).unwrap_or(7);
        Self::new(oid::KEY_USAGE, true, tlv::encode(Tag::BIT_STRING, &[unused, bits]))
    }

    /// basicConstraints of an authority, critical.
    pub fn authority(path_length: Option<u8>) -> Self {
        let ca = tlv::encode(Tag::BOOLEAN, &[0xFF]);
        let length = path_length.map(|length| tlv::encode(Tag::INTEGER, &[length])).unwrap_or_default();
        Self::new(oid::BASIC_CONSTRAINTS, true, tlv::encode(Tag::SEQUENCE, &[ca, length].concat()))
    }

    /// privateKeyUsagePeriod (RFC 3280 §4.2.1.4).
    pub fn private_key_usage(from: OffsetDateTime, to: OffsetDateTime) -> Self {
        let part = |tag, at| tlv::encode(Tag(tag), generalized(at).as_bytes());
        let value = tlv::encode(Tag::SEQUENCE, &[part(0x80, from), part(0x81, to)].concat());
        Self::new(oid::PRIVATE_KEY_USAGE_PERIOD, false, value)
    }

    /// documentTypeList: DocumentTypeListSyntax ::= SEQUENCE { version 0, SET OF PrintableString }  (9303-12 §7.1.1).
    pub fn document_types(types: &[&str]) -> Self {
        let listed: Vec<u8> =
            types.iter().flat_map(|code| tlv::encode(Tag::PRINTABLE_STRING, code.as_bytes())).collect();
        let value = [tlv::encode(Tag::INTEGER, &[0]), tlv::encode(Tag::SET, &listed)].concat();
        Self::new(oid::ID_ICAO_DOCUMENT_TYPE_LIST, false, tlv::encode(Tag::SEQUENCE, &value))
    }

    /// extKeyUsage, critical.
    pub fn extended_key_usage(purpose: Oid) -> Self {
        Self::new(oid::EXT_KEY_USAGE, true, tlv::encode(Tag::SEQUENCE, &der::oid(purpose)))
    }

    /// subjectAltName or issuerAltName with the country's three letters as its locality (9303-12 §7.1.1.2).
    pub fn alternative_name(id: Oid, country: &str) -> Self {
        let name = Name(vec![(oid::LOCALITY_NAME, Tag::PRINTABLE_STRING, country.to_owned())]);
        Self::new(id, false, tlv::encode(Tag::SEQUENCE, &tlv::encode(Tag(0xA4), &name.encode())))
    }

    /// cRLDistributionPoints with one address.
    pub fn crl_distribution_point(address: &str) -> Self {
        let uri = tlv::encode(Tag(0x86), address.as_bytes());
        let point = tlv::encode(Tag::SEQUENCE, &tlv::encode(Tag(0xA0), &tlv::encode(Tag(0xA0), &uri)));
        Self::new(oid::CRL_DISTRIBUTION_POINTS, false, tlv::encode(Tag::SEQUENCE, &point))
    }

    /// cRLNumber.
    pub fn crl_number(number: u32) -> Self {
        let number = tlv::integer_content(&number.to_be_bytes());
        Self::new(oid::CRL_NUMBER, false, tlv::encode(Tag::INTEGER, &number))
    }

    /// reasonCode of an entry in a revocation list.
    pub fn crl_reason(reason: u8) -> Self {
        Self::new(oid::CRL_REASONS, false, tlv::encode(Tag::ENUMERATED, &[reason]))
    }

    /// Any extension.
    pub fn other(id: Oid, critical: bool, value: Vec<u8>) -> Self {
        Self::new(id, critical, value)
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let critical = if self.critical { tlv::encode(Tag::BOOLEAN, &[0xFF]) } else { Vec::new() };
        let id = der::oid(self.id);
        der::sequence(&[&id, &critical, &tlv::encode(Tag::OCTET_STRING, &self.value)])
    }
}

/// A certificate before it is signed.
///
/// ```text
/// TBSCertificate ::= SEQUENCE {
///     version [0] INTEGER, serialNumber INTEGER, signature AlgorithmIdentifier, issuer Name,
///     validity SEQUENCE { notBefore Time, notAfter Time }, subject Name,
///     subjectPublicKeyInfo SubjectPublicKeyInfo, subjectUniqueID [2] BIT STRING OPTIONAL,
///     extensions [3] Extensions }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFields {
    /// 2 is version 3; `None` leaves the field out (version 1).
    pub version: Option<u8>,
    /// Content octets of the serial number.
    pub serial: Vec<u8>,
    /// The algorithm that signs.
    pub scheme: Scheme,
    /// The outer AlgorithmIdentifier, where it is to differ from the inner.
    pub outer_algorithm: Option<Vec<u8>>,
    /// The signature, where it is to be another than the key makes: a forger's.
    pub signature: Option<Vec<u8>>,
    /// The issuer.
    pub issuer: Name,
    /// Whose key it is.
    pub subject: Name,
    /// Valid from.
    pub not_before: OffsetDateTime,
    /// Valid until.
    pub not_after: OffsetDateTime,
    /// GeneralizedTime also before 2050, against RFC 5280 §4.1.2.5.
    pub always_generalized_time: bool,
    /// The subject's SubjectPublicKeyInfo.
    pub public_key: Vec<u8>,
    /// The octets of a subjectUniqueID, where there is to be one.
    pub unique_identifier: Option<Vec<u8>>,
    /// The extensions, in order.
    pub extensions: Vec<Extension>,
}

impl CertificateFields {
    /// Leaves the extension out.
    pub fn without(mut self, id: Oid) -> Self {
        self.extensions.retain(|extension| extension.id != id);
        self
    }

    /// Puts the extension in the place of the one with its id, or at the end.
    pub fn with(mut self, extension: Extension) -> Self {
        match self.extensions.iter_mut().find(|known| known.id == extension.id) {
            Some(known) => *known = extension,
            None => self.extensions.push(extension),
        }
        self
    }

    /// The TBSCertificate.
    pub fn encode(&self) -> Vec<u8> {
        let version = self.version.map(|version| tlv::encode(Tag(0xA0), &tlv::encode(Tag::INTEGER, &[version])));
        let validity = [self.time(self.not_before), self.time(self.not_after)].concat();
        let unique = self.unique_identifier.as_ref().map(|octets| tlv::encode_all(Tag(0x82), &[&[0], octets]));
        let extensions: Vec<u8> = self.extensions.iter().flat_map(Extension::encode).collect();
        let extensions = if extensions.is_empty() {
            Vec::new()
        } else {
            tlv::encode(Tag(0xA3), &tlv::encode(Tag::SEQUENCE, &extensions))
        };
        der::sequence(&[
            &version.unwrap_or_default(),
            &tlv::encode(Tag::INTEGER, &self.serial),
            &self.scheme.algorithm_identifier(),
            &self.issuer.encode(),
            &tlv::encode(Tag::SEQUENCE, &validity),
            &self.subject.encode(),
            &self.public_key,
            &unique.unwrap_or_default(),
            &extensions,
        ])
    }

    /// The certificate, signed with this key.
    ///
    /// # Errors
    /// [`CryptoError`] where key and scheme do not belong together.
    pub fn sign(&self, key: &SigningKey, random: &mut dyn Random) -> Result<Vec<u8>, CryptoError> {
        let tbs = self.encode();
        let signature = match &self.signature {
            Some(signature) => signature.clone(),
            None => key.sign(self.scheme, &tbs, random)?,
        };
        Ok(joined(&tbs, self.scheme, self.outer_algorithm.as_deref(), &signature))
    }

    fn time(&self, at: OffsetDateTime) -> Vec<u8> {
        if self.always_generalized_time {
            return tlv::encode(Tag::GENERALIZED_TIME, generalized(at).as_bytes());
        }
        time(at)
    }
}

/// What is to be signed, the algorithm and the signature: the frame of certificates and of revocation lists.
pub(super) fn signed(
    tbs: &[u8],
    scheme: Scheme,
    outer_algorithm: Option<&[u8]>,
    key: &SigningKey,
    random: &mut dyn Random,
) -> Result<Vec<u8>, CryptoError> {
    Ok(joined(tbs, scheme, outer_algorithm, &key.sign(scheme, tbs, random)?))
}

/// What is signed, the algorithm, and this signature, which is not verified.
fn joined(tbs: &[u8], scheme: Scheme, outer_algorithm: Option<&[u8]>, signature: &[u8]) -> Vec<u8> {
    let algorithm = outer_algorithm.map_or_else(|| scheme.algorithm_identifier(), <[u8]>::to_vec);
    let signature = tlv::encode_all(Tag::BIT_STRING, &[&[0], signature]);
    der::sequence(&[tbs, &algorithm, &signature])
}

/// UTCTime before 2050, the year in two digits, else GeneralizedTime (RFC 5280 §4.1.2.5).
pub(super) fn time(at: OffsetDateTime) -> Vec<u8> {
    match at.year() {
        ..2050 => tlv::encode(Tag::UTC_TIME, generalized(at).chars().skip(2).collect::<String>().as_bytes()),
        _ => tlv::encode(Tag::GENERALIZED_TIME, generalized(at).as_bytes()),
    }
}

/// `YYYYMMDDHHMMSSZ`.
pub(super) fn generalized(at: OffsetDateTime) -> String {
    let (month, day) = (u8::from(at.month()), at.day());
    format!("{:04}{month:02}{day:02}{:02}{:02}{:02}Z", at.year(), at.hour(), at.minute(), at.second())
}
