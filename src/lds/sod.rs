//! EF.SOD: the document security object (9303-10 §4.6.2), a SignedData over the hashes of the data groups.
//!
//! Bytes in, values out: whose signature it is, and whether it counts, is the business of passive authentication. What is
//! wrong with the content but leaves it readable is a [`SodDefect`], so that its list can still drive the reading.

use super::DataGroup;
use crate::crypto::{DigestAlgorithm, equal};
use crate::oid::{self, Oid};
use crate::pki::{CmsError, SignedData};
use crate::tlv::{self, Reader, Tag, Tlv, TlvError};
use thiserror::Error;

/// The tag of EF.SOD.
const DOCUMENT_SECURITY_OBJECT: Tag = Tag(0x77);
/// The LDS version that version 1 of the security object belongs to (9303-10 §4.6.2.3).
const LDS_1_8: &str = "0108";

/// Why bytes are no EF.SOD.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SodError {
    /// A data object is not as it is due; the offset counts from the start of the file.
    #[error("EF.SOD {0}")]
    File(TlvError),
    /// The SignedData is not well formed.
    #[error("EF.SOD, {0}")]
    Cms(#[from] CmsError),
    /// The signed content is no LDS security object.
    #[error("EF.SOD: the signed content is not an LDS security object")]
    OtherContent,
    /// The LDS security object is not well formed; the offset counts from its own start.
    #[error("LDS security object {0}")]
    Content(#[from] TlvError),
}

/// What is wrong with a readable LDS security object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SodDefect {
    /// A version other than 0 and 1.
    #[error("the version is neither 0 nor 1")]
    Version,
    /// Version 1 without LDS version, or version 0 with one.
    #[error("the LDS version is missing in version 1 or present in version 0")]
    VersionInfo,
    /// An LDS version that does not go with version 1.
    #[error("the LDS version does not go with the version of the security object")]
    OldLdsVersion,
    /// A data group number other than 1 to 16.
    #[error("a data group number is not 1 to 16")]
    Number,
    /// A data group stands twice.
    #[error("a data group stands twice")]
    Duplicate,
    /// A hash has another length than its algorithm gives.
    #[error("a hash has not the length of its algorithm")]
    HashLength,
    /// There is no data group at all, or there are more than 16.
    #[error("there are no data groups, or more than 16")]
    Count,
}

/// A parsed EF.SOD.
#[derive(Clone, Debug)]
pub struct SecurityObject<'a> {
    signed: SignedData<'a>,
    legacy_oid: bool,
    content: LdsSecurityObject,
}

/// What EF.SOD signs.
///
/// ```asn1
/// LDSSecurityObject ::= SEQUENCE {
///     version              INTEGER { v0(0), v1(1) },
///     hashAlgorithm        DigestAlgorithmIdentifier,
///     dataGroupHashValues  SEQUENCE SIZE (2..16) OF DataGroupHash,
///     ldsVersionInfo       LDSVersionInfo OPTIONAL  -- if and only if v1 }
/// DataGroupHash ::= SEQUENCE { dataGroupNumber INTEGER (1..16), dataGroupHashValue OCTET STRING }
/// LDSVersionInfo ::= SEQUENCE { ldsVersion PrintableString, unicodeVersion PrintableString }
/// ```
#[derive(Clone)]
pub struct LdsSecurityObject {
    version: u32,
    digest_oid: Oid,
    hashes: Hashes,
    lds_version: Option<(String, String)>,
    defects: Vec<SodDefect>,
}

/// `Debug` output omits the hashes: they identify the document.
impl core::fmt::Debug for LdsSecurityObject {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let groups: Vec<DataGroup> = self.hashes.iter().map(|(group, _)| *group).collect();
        write!(f, "LdsSecurityObject({groups:?}, {}, {:?})", self.digest_oid, self.defects)
    }
}

impl<'a> SecurityObject<'a> {
    /// Parses the file, cut to the length that its tag gives.
    ///
    /// # Errors
    /// Another tag or length, no SignedData, another content, or a malformed data object.
    pub fn parse(file: &'a [u8]) -> Result<Self, SodError> {
        let mut reader = Reader::ber(file);
        let mut inner = reader
            .expect(DOCUMENT_SECURITY_OBJECT, "the tag 77 of a document security object")
            .map_err(SodError::File)?
            .children();
        reader.finish().map_err(SodError::File)?;
        let signed = SignedData::read(&mut inner)?;
        inner.finish().map_err(SodError::File)?;
        let legacy_oid = match signed.content_type() {
            oid::ID_ICAO_LDS_SECURITY_OBJECT => false,
            oid::LEGACY_LDS_SECURITY_OBJECT_ICAO | oid::LEGACY_LDS_SECURITY_OBJECT_NL | oid::ID_DATA => true,
            _ => return Err(SodError::OtherContent),
        };
        let content = LdsSecurityObject::parse(signed.content())?;
        Ok(Self { signed, legacy_oid, content })
    }

    /// The SignedData around the content.
    pub fn signed_data(&self) -> &SignedData<'a> {
        &self.signed
    }

    /// Whether the content goes by an early identifier: a tolerance of trust.
    pub fn has_legacy_oid(&self) -> bool {
        self.legacy_oid
    }

    /// The signed content.
    pub fn content(&self) -> &LdsSecurityObject {
        &self.content
    }

    /// The data groups that have a hash, in the order they stand: what the document consists of.
    pub fn data_groups(&self) -> impl Iterator<Item = DataGroup> {
        self.content.hashes.iter().map(|(group, _)| *group)
    }
}

impl LdsSecurityObject {
    /// Parses the content of EF.SOD.
    ///
    /// # Errors
    /// A data object that is not as it is due. What can be read but is against the rules is in
    /// [`LdsSecurityObject::defects`].
    pub fn parse(bytes: &[u8]) -> Result<Self, TlvError> {
        let mut reader = Reader::ber(bytes);
        let mut fields = reader.expect(Tag::SEQUENCE, "an LDSSecurityObject")?.children();
        reader.finish()?;
        let version = fields.expect(Tag::INTEGER, "the version of an LDSSecurityObject")?;
        let version = tlv::small_integer(version.value).ok_or(version.expected("a small version number"))?;
        let algorithm = fields.expect(Tag::SEQUENCE, "a hashAlgorithm")?;
        let mut parts = algorithm.children();
        let algorithm_oid = parts.expect(Tag::OID, "the identifier of a hash algorithm")?;
        parts.optional(Tag::NULL)?;
        parts.finish()?;
        let digest_oid =
            Oid::from_der(algorithm_oid.value).ok_or(algorithm_oid.expected("the identifier of a hash algorithm"))?;
        let list = fields.expect(Tag::SEQUENCE, "dataGroupHashValues")?;
        let (hashes, mut defects) = read_hashes(&list, DigestAlgorithm::from_oid(digest_oid))?;
        let lds_version = fields.optional(Tag::SEQUENCE)?.map(|info| read_versions(&info)).transpose()?;
        fields.finish()?;
        match (version, &lds_version) {
            (0, None) => {}
            (1, Some((lds, _))) if lds.as_str() < LDS_1_8 => defects.push(SodDefect::OldLdsVersion),
            (1, Some(_)) => {}
            (0 | 1, _) => defects.push(SodDefect::VersionInfo),
            _ => defects.push(SodDefect::Version),
        }
        defects.dedup();
        Ok(Self { version, digest_oid, hashes, lds_version, defects })
    }

    /// The version: 0, or 1 from LDS 1.8 on.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// The LDS version and the Unicode version, as they stand (`0108`, `040000`); only in version 1.
    pub fn lds_version(&self) -> Option<(&str, &str)> {
        self.lds_version.as_ref().map(|(lds, unicode)| (lds.as_str(), unicode.as_str()))
    }

    /// Whether the LDS version is later than this library knows.
    pub fn is_of_the_future(&self) -> bool {
        self.lds_version.as_ref().is_some_and(|(lds, _)| lds.as_str() > LDS_1_8)
    }

    /// The identifier of the hash algorithm.
    pub fn digest_oid(&self) -> Oid {
        self.digest_oid
    }

    /// The hash algorithm; `None` for one that this library does not know or that is never accepted.
    pub fn digest(&self) -> Option<DigestAlgorithm> {
        DigestAlgorithm::from_oid(self.digest_oid)
    }

    /// The hash of a data group; `None` if it is not listed.
    pub fn hash(&self, group: DataGroup) -> Option<&[u8]> {
        self.hashes.iter().find(|(listed, _)| *listed == group).map(|(_, hash)| hash.as_slice())
    }

    /// Whether these bytes have the hash of this data group; `None` if it is not listed or the algorithm is not known.
    pub fn hash_matches(&self, group: DataGroup, file: &[u8]) -> Option<bool> {
        Some(equal(self.hash(group)?, &self.digest()?.digest(&[file])))
    }

    /// What is wrong with it.
    pub fn defects(&self) -> &[SodDefect] {
        &self.defects
    }
}

type Hashes = Vec<(DataGroup, Vec<u8>)>;

/// The hashes of the data groups, each data group once, and what is wrong with their list.
fn read_hashes(list: &Tlv<'_>, digest: Option<DigestAlgorithm>) -> Result<(Hashes, Vec<SodDefect>), TlvError> {
    let mut defects = Vec::new();
    let mut hashes = Hashes::new();
    let mut list = list.children();
    let mut count = 0;
    while !list.is_empty() {
        count += 1;
        if count > 16 {
            break;
        }
        let mut entry = list.expect(Tag::SEQUENCE, "a DataGroupHash")?.children();
        let number = entry.expect(Tag::INTEGER, "a dataGroupNumber")?;
        let hash = entry.expect(Tag::OCTET_STRING, "a dataGroupHashValue")?.value;
        entry.finish()?;
        let number = tlv::small_integer(number.value).and_then(|number| u8::try_from(number).ok());
        match number.and_then(DataGroup::new) {
            None => defects.push(SodDefect::Number),
            Some(group) if hashes.iter().any(|(listed, _)| *listed == group) => defects.push(SodDefect::Duplicate),
            Some(group) => hashes.push((group, hash.to_vec())),
        }
        if digest.is_some_and(|digest| digest.len() != hash.len()) {
            defects.push(SodDefect::HashLength);
        }
    }
    if (1..=16).contains(&count) {
        list.finish()?;
    } else {
        defects.push(SodDefect::Count);
    }
    Ok((hashes, defects))
}

/// LDSVersionInfo: the LDS version and the Unicode version.
fn read_versions(info: &Tlv<'_>) -> Result<(String, String), TlvError> {
    let mut info = info.children();
    let text = |tlv: Tlv<'_>| String::from_utf8_lossy(tlv.value).into_owned();
    let lds = text(info.expect(Tag::PRINTABLE_STRING, "an ldsVersion")?);
    let unicode = text(info.expect(Tag::PRINTABLE_STRING, "a unicodeVersion")?);
    info.finish()?;
    Ok((lds, unicode))
}
