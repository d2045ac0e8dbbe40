//! Certificate revocation lists of a country signing certification authority (RFC 5280 §5, 9303-12 §7).
//!
//! The signed part is kept as received. A list counts only after an anchor with its issuer's name has verified it, and then
//! for every certificate of that issuer. Refused: delta lists, indirect lists, lists that cover only a part of the
//! certificates, and lists with an unknown critical extension.

use super::asn1_time::moment;
use super::certificate::{Certificate, authority_key_id};
use super::name::Name;
use super::signature::{SignatureBudget, Signed};
use crate::bounds::BOUNDS;
use crate::crypto::CryptoError;
use crate::oid::{self, Oid};
use crate::tlv::{self, Reader, Tag, Tlv, TlvError};
use core::fmt;
use std::collections::HashMap;
use thiserror::Error;
use time::{Duration, OffsetDateTime};

/// [0], constructed: crlExtensions.
const EXTENSIONS: Tag = Tag(0xA0);

/// Why a revocation list is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RevocationListError {
    /// A data object is missing or malformed.
    #[error("revocation list {0}")]
    Tlv(#[from] TlvError),
    /// Longer than 16 MiB, or with more than 262 144 entries or 32 extensions.
    #[error("the revocation list is longer than 16 MiB, or has more than 262144 entries or 32 extensions")]
    TooLong,
    /// Not of version 2 (9303-12 §7).
    #[error("the revocation list is not of version 2")]
    Version,
    /// The signature algorithm inside the signed part is not the one beside the signature (RFC 5280 §5.1.1.2).
    #[error("the inner and the outer signature algorithm of the revocation list differ")]
    AlgorithmsDiffer,
    /// It has no nextUpdate (9303-12 §7).
    #[error("the revocation list does not say when the next one comes")]
    NoNextUpdate,
    /// Its nextUpdate is before its thisUpdate.
    #[error("the revocation list ends before it begins")]
    Dates,
    /// It lists only what changed since another list (RFC 5280 §5.2.4).
    #[error("the revocation list is a delta list")]
    Delta,
    /// It covers other issuers too, or only a part of the certificates (RFC 5280 §5.2.5, §5.3.3).
    #[error("the revocation list is indirect, or covers only a part of the certificates")]
    Indirect,
    /// A critical extension of the list or of an entry is not known.
    #[error("the critical extension {0} of the revocation list is not known")]
    UnknownCritical(Oid),
    /// An extension stands twice.
    #[error("the extension {0} of the revocation list stands twice")]
    DuplicateExtension(Oid),
    /// No anchor bears the issuer's name and key identifier.
    #[error("no anchor is the issuer of the revocation list")]
    IssuerUnknown,
    /// The anchor that it names as its issuer does not verify it.
    #[error("the issuer of the revocation list does not verify it: {0}")]
    OtherKey(CryptoError),
    /// An anchor verifies it that bears another name than the list's issuer.
    #[error("the revocation list is signed by another issuer than the one it names")]
    OtherIssuer,
    /// The key of the anchor that verifies it is not meant to sign revocation lists (RFC 5280 §4.2.1.3).
    #[error("the key that signed the revocation list is not meant to sign revocation lists")]
    NotForRevocationLists,
    /// The list was issued outside the validity of the certificate of the anchor that verifies it.
    #[error("the revocation list was issued outside the validity of its issuer's certificate")]
    IssuerLapsed,
    /// The budget of signatures is used up.
    #[error("the budget of signatures to try is used up")]
    Budget,
}

/// A parsed revocation list.
///
/// ```asn1
/// CertificateList ::= SEQUENCE { tbsCertList TBSCertList, signatureAlgorithm AlgorithmIdentifier, signatureValue BIT STRING }
/// TBSCertList ::= SEQUENCE {
///     version             INTEGER { v2(1) } OPTIONAL,
///     signature           AlgorithmIdentifier,
///     issuer              Name,
///     thisUpdate          Time,
///     nextUpdate          Time OPTIONAL,
///     revokedCertificates SEQUENCE OF SEQUENCE {
///         userCertificate INTEGER, revocationDate Time, crlEntryExtensions Extensions OPTIONAL } OPTIONAL,
///     crlExtensions   [0] EXPLICIT Extensions OPTIONAL }
/// ```
#[derive(Clone)]
pub struct RevocationList {
    signed: Signed,
    issuer: Name,
    this_update: OffsetDateTime,
    next_update: OffsetDateTime,
    number: Option<Vec<u8>>,
    authority_key_id: Option<Vec<u8>>,
    revoked: HashMap<Vec<u8>, Revoked>,
}

/// One certificate that was revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revoked {
    /// The revocation date.
    pub since: OffsetDateTime,
    /// The reason, if the issuer states it.
    pub reason: Option<RevocationReason>,
}

/// Why a certificate was revoked (RFC 5280 §5.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RevocationReason(u8);

impl RevocationReason {
    /// The number of the standard.
    pub fn number(self) -> u8 {
        self.0
    }

    /// The word of the standard.
    pub fn as_str(self) -> &'static str {
        match self.0 {
            0 => "unspecified",
            1 => "keyCompromise",
            2 => "cACompromise",
            3 => "affiliationChanged",
            4 => "superseded",
            5 => "cessationOfOperation",
            6 => "certificateHold",
            8 => "removeFromCRL",
            9 => "privilegeWithdrawn",
            10 => "aACompromise",
            _ => "unknown",
        }
    }
}

/// Whether a list is in force at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Currency {
    /// It is in force.
    Current,
    /// It begins later.
    NotYetValid,
    /// The next one is due, by its nextUpdate or by the duty to issue one every 90 days.
    Stale,
}

impl RevocationList {
    /// A list is issued every 90 days at least (9303-12 §4): an older one is stale whatever its nextUpdate.
    pub const MOST_DAYS: i64 = 90;

    /// A list from its encoding, which must be all of `der`; nothing is verified yet.
    ///
    /// # Errors
    /// No revocation list, or of a kind that is not taken.
    pub fn parse(der: &[u8]) -> Result<Self, RevocationListError> {
        if der.len() > BOUNDS.revocation_list_octets {
            return Err(RevocationListError::TooLong);
        }
        let (signed, tbs) = Signed::parse(der, ["a CertificateList", "a TBSCertList"])?;
        let mut fields = tbs.children();
        if !matches!(fields.optional(Tag::INTEGER)?, Some(version) if version.value == [1]) {
            return Err(RevocationListError::Version);
        }
        let inner_algorithm = fields.expect(Tag::SEQUENCE, "a signature AlgorithmIdentifier")?;
        if inner_algorithm.raw != signed.algorithm() {
            return Err(RevocationListError::AlgorithmsDiffer);
        }
        let issuer = fields.expect(Tag::SEQUENCE, "an issuer")?;
        let issuer = Name::parse(issuer.raw).ok_or(issuer.expected("a Name"))?;
        let this_update = time_of(&fields.next()?)?;
        let next_update = match fields.peek() {
            Some(Tag::UTC_TIME | Tag::GENERALIZED_TIME) => time_of(&fields.next()?)?,
            _ => return Err(RevocationListError::NoNextUpdate),
        };
        if next_update < this_update {
            return Err(RevocationListError::Dates);
        }
        let revoked = match fields.optional(Tag::SEQUENCE)? {
            Some(entries) => entries_of(&entries)?,
            None => HashMap::new(),
        };
        let extensions = match fields.optional(EXTENSIONS)? {
            Some(explicit) => ListExtensions::of(&explicit)?,
            None => ListExtensions::default(),
        };
        fields.finish()?;
        Ok(Self {
            signed,
            issuer,
            this_update,
            next_update,
            number: extensions.number,
            authority_key_id: extensions.authority_key_id,
            revoked,
        })
    }

    /// The encoding.
    pub fn der(&self) -> &[u8] {
        self.signed.der()
    }

    /// SHA-256 of the encoding: how a report names the list.
    pub fn fingerprint(&self) -> Vec<u8> {
        self.signed.fingerprint()
    }

    /// The issuer's name.
    pub fn issuer(&self) -> &Name {
        &self.issuer
    }

    /// When it was issued.
    pub fn this_update(&self) -> OffsetDateTime {
        self.this_update
    }

    /// When the next one comes at the latest.
    pub fn next_update(&self) -> OffsetDateTime {
        self.next_update
    }

    /// The list's number, big-endian octets without leading zeros.
    pub fn number(&self) -> Option<&[u8]> {
        self.number.as_deref()
    }

    /// The list's number as people write it: decimal, or `0x` and hexadecimal digits where it is longer than 64 bits.
    pub fn number_text(&self) -> Option<String> {
        let octets = self.number.as_deref()?;
        Some(match octets.len() {
            ..=8 => octets.iter().fold(0_u64, |number, octet| number << 8 | u64::from(*octet)).to_string(),
            _ => format!("0x{}", hex::encode_upper(octets)),
        })
    }

    /// The keyIdentifier of authorityKeyIdentifier.
    pub fn authority_key_id(&self) -> Option<&[u8]> {
        self.authority_key_id.as_deref()
    }

    /// How many certificates it lists.
    pub fn len(&self) -> usize {
        self.revoked.len()
    }

    /// Whether it lists none.
    pub fn is_empty(&self) -> bool {
        self.revoked.is_empty()
    }

    /// Every serial number that it lists (octets without redundant zeros), with its entry, in the order of the numbers.
    pub fn entries(&self) -> Vec<(&[u8], &Revoked)> {
        let mut all: Vec<(&[u8], &Revoked)> =
            self.revoked.iter().map(|(serial, entry)| (serial.as_slice(), entry)).collect();
        all.sort_by_key(|(serial, _)| (serial.len(), *serial));
        all
    }

    /// Whether it covers this certificate: the list's issuer is the certificate's.
    pub fn speaks_for(&self, certificate: &Certificate) -> bool {
        self.issuer.matches(certificate.issuer())
    }

    /// The entry of this certificate, where the list covers it and contains it.
    pub fn entry(&self, certificate: &Certificate) -> Option<&Revoked> {
        if self.speaks_for(certificate) { self.revoked.get(significant(certificate.serial())) } else { None }
    }

    /// Whether the list is in force at this moment.
    pub fn currency(&self, at: OffsetDateTime) -> Currency {
        if at < self.this_update {
            Currency::NotYetValid
        } else if at > self.next_update || at - self.this_update > Duration::days(Self::MOST_DAYS) {
            Currency::Stale
        } else {
            Currency::Current
        }
    }

    /// Finds the anchor that signed the list; candidates with its authority key identifier come first, then those with its
    /// issuer's name. Several anchors may have the same name: only the signature decides.
    ///
    /// # Errors
    /// Why no candidate verifies the list.
    pub fn verify<'c>(
        &self,
        candidates: impl IntoIterator<Item = &'c Certificate>,
        budget: &mut SignatureBudget,
    ) -> Result<&'c Certificate, RevocationListError> {
        let mut failure = RevocationListError::IssuerUnknown;
        let mut tried: Vec<&[u8]> = Vec::new();
        for anchor in candidates {
            if tried.contains(&anchor.spki()) {
                continue;
            }
            budget.take().ok_or(RevocationListError::Budget)?;
            match anchor.public_key().and_then(|key| self.signed.verify(&key)) {
                // Another certificate of the key may bear the name.
                Ok(_) if !self.issuer.matches(anchor.subject()) => failure = RevocationListError::OtherIssuer,
                Ok(_) if anchor.extensions().key_usage.is_some_and(|usage| !usage.crl_sign) => {
                    failure = RevocationListError::NotForRevocationLists;
                }
                Ok(_) if !anchor.validity().contains(self.this_update) => failure = RevocationListError::IssuerLapsed,
                Ok(_) => return Ok(anchor),
                Err(error) => {
                    let named =
                        self.authority_key_id.is_none() || self.authority_key_id == anchor.extensions().subject_key_id;
                    if named && failure == RevocationListError::IssuerUnknown {
                        failure = RevocationListError::OtherKey(error);
                    }
                    tried.push(anchor.spki());
                }
            }
        }
        Err(failure)
    }
}

impl fmt::Debug for RevocationList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.number_text().unwrap_or_default();
        write!(f, "RevocationList({}, {number}, {}, {} entries)", self.issuer, self.this_update, self.revoked.len())
    }
}

/// A serial number's octets without redundant zeros; a negative one, which real authorities have given, as it stands.
fn significant(serial: &[u8]) -> &[u8] {
    tlv::unsigned_integer(serial).unwrap_or(serial)
}

fn time_of(tlv: &Tlv<'_>) -> Result<OffsetDateTime, TlvError> {
    match tlv.tag {
        Tag::UTC_TIME | Tag::GENERALIZED_TIME => moment(tlv).ok_or(tlv.expected("a moment in UTC")),
        _ => Err(tlv.expected("a UTCTime or GeneralizedTime")),
    }
}

fn entries_of(list: &Tlv<'_>) -> Result<HashMap<Vec<u8>, Revoked>, RevocationListError> {
    let mut entries = list.children();
    let mut revoked = HashMap::new();
    while !entries.is_empty() {
        let mut fields = entries.expect(Tag::SEQUENCE, "an entry of revokedCertificates")?.children();
        let serial = fields.expect(Tag::INTEGER, "a userCertificate")?;
        let since = time_of(&fields.next()?)?;
        let reason = match fields.optional(Tag::SEQUENCE)? {
            Some(extensions) => entry_reason(&extensions)?,
            None => None,
        };
        fields.finish()?;
        // Of a serial number that stands twice the earlier date counts.
        let entry = Revoked { since, reason };
        let kept = revoked.entry(significant(serial.value).to_vec()).or_insert(entry);
        if entry.since < kept.since {
            *kept = entry;
        }
        if revoked.len() > BOUNDS.revoked_certificates {
            return Err(RevocationListError::TooLong);
        }
    }
    Ok(revoked)
}

/// The reason among the extensions of an entry.
fn entry_reason(extensions: &Tlv<'_>) -> Result<Option<RevocationReason>, RevocationListError> {
    let mut reason = None;
    each_extension(extensions, |id, critical, value| match id {
        oid::CRL_REASONS => {
            let mut reader = Reader::new(value);
            let code = reader.expect(Tag::ENUMERATED, "a CRLReason")?;
            reader.finish()?;
            match code.value {
                [number] => reason = Some(RevocationReason(*number)),
                _ => return Err(code.expected("a CRLReason").into()),
            }
            Ok(())
        }
        oid::CERTIFICATE_ISSUER => Err(RevocationListError::Indirect),
        oid::INVALIDITY_DATE => Ok(()),
        id if critical => Err(RevocationListError::UnknownCritical(id)),
        _ => Ok(()),
    })?;
    Ok(reason)
}

/// The extensions of a list that bear on it.
#[derive(Default)]
struct ListExtensions {
    number: Option<Vec<u8>>,
    authority_key_id: Option<Vec<u8>>,
}

impl ListExtensions {
    fn of(explicit: &Tlv<'_>) -> Result<Self, RevocationListError> {
        let mut inside = explicit.children();
        let extensions = inside.expect(Tag::SEQUENCE, "crlExtensions")?;
        inside.finish()?;
        let mut all = Self::default();
        each_extension(&extensions, |id, critical, value| {
            let mut reader = Reader::new(value);
            match id {
                oid::CRL_NUMBER => {
                    let number = reader.expect(Tag::INTEGER, "a CRLNumber")?;
                    all.number = Some(significant(number.value).to_vec());
                    reader.finish()?;
                }
                oid::AUTHORITY_KEY_IDENTIFIER => {
                    all.authority_key_id = authority_key_id(&mut reader)?;
                    reader.finish()?;
                }
                oid::DELTA_CRL_INDICATOR => return Err(RevocationListError::Delta),
                // Whatever it limits the list to, the rest is not covered.
                oid::ISSUING_DISTRIBUTION_POINT => return Err(RevocationListError::Indirect),
                oid::ISSUER_ALT_NAME => {}
                id if critical => return Err(RevocationListError::UnknownCritical(id)),
                _ => {}
            }
            Ok(())
        })?;
        Ok(all)
    }
}

/// Walks `Extensions ::= SEQUENCE OF SEQUENCE { extnID, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }`.
fn each_extension(
    list: &Tlv<'_>,
    mut take: impl FnMut(Oid, bool, &[u8]) -> Result<(), RevocationListError>,
) -> Result<(), RevocationListError> {
    let mut extensions = list.children();
    let mut seen: Vec<Oid> = Vec::new();
    while !extensions.is_empty() {
        let mut fields = extensions.expect(Tag::SEQUENCE, "an Extension")?.children();
        let id = fields.expect(Tag::OID, "an extnID")?;
        let id = Oid::from_der(id.value).ok_or(id.expected("an object identifier"))?;
        let critical = fields.optional(Tag::BOOLEAN)?.is_some_and(|critical| critical.value != [0]);
        let value = fields.expect(Tag::OCTET_STRING, "an extnValue")?.value;
        fields.finish()?;
        if seen.contains(&id) {
            return Err(RevocationListError::DuplicateExtension(id));
        }
        seen.push(id);
        if seen.len() > BOUNDS.revocation_list_extensions {
            return Err(RevocationListError::TooLong);
        }
        take(id, critical, value)?;
    }
    Ok(())
}
