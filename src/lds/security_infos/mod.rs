//! SecurityInfos: what EF.CardAccess, EF.DG14 and EF.CardSecurity say that the chip can do (9303-11 §9.2).
//!
//! Each info keeps its bytes as they were read: what is compared between files are those, never a re-encoding. Unknown
//! protocols are kept. A file whose data objects do not fit each other is an error; an info of a known protocol that
//! has not the fields it should is kept as [`SecurityInfoKind::Malformed`], so that nobody takes its absence for a
//! chip without that protocol.

mod suites;

pub use suites::{Agreement, Mapping, PaceSuite};

use crate::bounds::BOUNDS;
use crate::crypto::Cipher;
use crate::lds::FileId;
use crate::lds::finding::{Defect, Finding, Findings};
use crate::oid::{ID_ICAO_AA_PROTOCOL_OBJECT, ID_PACE, ID_TA, Oid};
use crate::tlv::{Problem, Reader, Tag, Tlv, TlvError, small_integer};

/// The standardized domain parameters (9303-11 §9.5.1): DH groups 0–2, curves 8–18.
const STANDARDIZED_PARAMETERS: [core::ops::RangeInclusive<u32>; 2] = [0..=2, 8..=18];

/// The infos of one file, in the order of the file.
///
/// ```text
/// SecurityInfos ::= SET OF SecurityInfo
/// SecurityInfo  ::= SEQUENCE {
///     protocol      OBJECT IDENTIFIER,
///     requiredData  ANY DEFINED BY protocol,
///     optionalData  ANY DEFINED BY protocol OPTIONAL }
/// ```
#[derive(Clone, Debug)]
pub struct SecurityInfos {
    /// The infos, at most [`Bounds::security_infos`](crate::Bounds::security_infos).
    pub infos: Vec<SecurityInfo>,
    /// What was found amiss or unusual.
    pub findings: Vec<Finding>,
}

/// One info, with its bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct SecurityInfo {
    /// The SEQUENCE as it stands in the file, tag and length included.
    pub raw: Vec<u8>,
    /// Its offset in the file.
    pub at: usize,
    /// The protocol.
    pub protocol: Oid,
    /// What it says.
    pub kind: SecurityInfoKind,
}

/// Shows what it says and not its bytes: a chip's own key tells one chip from all others.
impl core::fmt::Debug for SecurityInfo {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "SecurityInfo({} at {}: {:?})", self.protocol, self.at, self.kind)
    }
}

/// What an info says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecurityInfoKind {
    /// PACEInfo (9303-11 §9.2.1).
    Pace(PaceInfo),
    /// PACEDomainParameterInfo (9303-11 §9.2.2).
    PaceDomainParameter(PaceDomainParameterInfo),
    /// ChipAuthenticationInfo (9303-11 §9.2.5).
    ChipAuthentication(ChipAuthenticationInfo),
    /// ChipAuthenticationPublicKeyInfo (9303-11 §9.2.6).
    ChipAuthenticationPublicKey(ChipAuthenticationPublicKeyInfo),
    /// TerminalAuthenticationInfo (9303-11 §9.2.9).
    TerminalAuthentication(TerminalAuthenticationInfo),
    /// ActiveAuthenticationInfo (9303-11 §9.2.10).
    ActiveAuthentication(ActiveAuthenticationInfo),
    /// A known protocol whose fields are not as it has them.
    Malformed,
    /// Another protocol.
    Unknown,
}

/// ```text
/// PACEInfo ::= SEQUENCE {
///     protocol     OBJECT IDENTIFIER,
///     version      INTEGER, -- SHALL be 2
///     parameterId  INTEGER OPTIONAL }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaceInfo {
    /// Mapping, group and cipher.
    pub suite: PaceSuite,
    /// The version; only 2 is known.
    pub version: u32,
    /// The domain parameters, as a number of 9303-11 §9.5.1 or of a PACEDomainParameterInfo.
    pub parameter_id: Option<u32>,
}

impl PaceInfo {
    /// Whether the version is known and the domain parameters are standardized.
    pub fn is_standard(&self) -> bool {
        self.version == 2
            && self.parameter_id.is_some_and(|id| STANDARDIZED_PARAMETERS.iter().any(|range| range.contains(&id)))
    }
}

/// ```text
/// PACEDomainParameterInfo ::= SEQUENCE {
///     protocol         OBJECT IDENTIFIER,
///     domainParameter  AlgorithmIdentifier,
///     parameterId      INTEGER OPTIONAL }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaceDomainParameterInfo {
    /// The AlgorithmIdentifier, tag and length included.
    pub domain_parameter: Vec<u8>,
    /// The number that a PACEInfo refers to it by.
    pub parameter_id: Option<u32>,
}

/// ```text
/// ChipAuthenticationInfo ::= SEQUENCE {
///     protocol  OBJECT IDENTIFIER,
///     version   INTEGER, -- SHALL be 1
///     keyId     INTEGER OPTIONAL }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChipAuthenticationInfo {
    /// The group.
    pub agreement: Agreement,
    /// The cipher of the channel after it.
    pub cipher: Cipher,
    /// The version; 1 is known.
    pub version: u32,
    /// The key that it belongs to.
    pub key_id: Option<KeyId>,
}

/// ```text
/// ChipAuthenticationPublicKeyInfo ::= SEQUENCE {
///     protocol                       OBJECT IDENTIFIER,
///     chipAuthenticationPublicKey    SubjectPublicKeyInfo,
///     keyId                          INTEGER OPTIONAL }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ChipAuthenticationPublicKeyInfo {
    /// The group.
    pub agreement: Agreement,
    /// The SubjectPublicKeyInfo, tag and length included.
    pub spki: Vec<u8>,
    /// Its number.
    pub key_id: Option<KeyId>,
}

/// Shows nothing of the key.
impl core::fmt::Debug for ChipAuthenticationPublicKeyInfo {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "ChipAuthenticationPublicKeyInfo({:?}, {:?})", self.agreement, self.key_id)
    }
}

/// ```text
/// TerminalAuthenticationInfo ::= SEQUENCE {
///     protocol  OBJECT IDENTIFIER,
///     version   INTEGER, -- SHALL be 1
///     efCVCA    FileID OPTIONAL }
/// FileID ::= SEQUENCE { fid OCTET STRING (SIZE(2)), sfid OCTET STRING (SIZE(1)) OPTIONAL }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TerminalAuthenticationInfo {
    /// The version.
    pub version: u32,
    /// The file identifier of EF.CVCA, where it is stated.
    pub cvca_fid: Option<u16>,
    /// The short file identifier of EF.CVCA, where it is stated.
    pub cvca_sfi: Option<u8>,
}

/// ```text
/// ActiveAuthenticationInfo ::= SEQUENCE {
///     protocol            OBJECT IDENTIFIER,
///     version             INTEGER, -- SHALL be 1
///     signatureAlgorithm  OBJECT IDENTIFIER }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActiveAuthenticationInfo {
    /// The version; 1 is known.
    pub version: u32,
    /// The algorithm of the chip's signature.
    pub signature_algorithm: Oid,
}

/// The number of a key: the octets of an INTEGER of any size, equal where the integers are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyId(Vec<u8>);

impl KeyId {
    fn from_integer(content: &[u8]) -> Option<Self> {
        let mut octets = content;
        // The shortest two's complement: an octet that only repeats the sign goes.
        while let [0x00, 0x00..=0x7F, ..] | [0xFF, 0x80..=0xFF, ..] = octets {
            octets = octets.get(1..)?;
        }
        (!octets.is_empty()).then(|| Self(octets.to_vec()))
    }

    /// The octets that DO'84' of MSE:Set AT takes as the reference of the key: without a leading zero.
    pub fn reference(&self) -> &[u8] {
        match self.0.as_slice() {
            [0, rest @ ..] if !rest.is_empty() => rest,
            whole => whole,
        }
    }
}

impl SecurityInfos {
    /// Reads the SecurityInfos that a file is: EF.CardAccess, or the signed content of EF.CardSecurity.
    ///
    /// # Errors
    /// No SET (nor SEQUENCE) of data objects that fill it, an info without a protocol, or more than [`Bounds::security_infos`](crate::Bounds::security_infos).
    pub fn parse(file: FileId, bytes: &[u8]) -> Result<Self, TlvError> {
        let mut findings = Findings::of(file);
        let mut reader = Reader::new(bytes);
        let infos = read_set(&mut reader, &mut findings)?;
        findings.rest(&reader);
        Ok(Self { infos, findings: findings.into_list() })
    }

    /// The PACEInfos, in the order of the file.
    pub fn pace(&self) -> impl Iterator<Item = (&SecurityInfo, &PaceInfo)> {
        self.infos.iter().filter_map(|info| match &info.kind {
            SecurityInfoKind::Pace(pace) => Some((info, pace)),
            _ => None,
        })
    }

    /// The explicit domain parameters of PACE.
    pub fn pace_domain_parameters(&self) -> impl Iterator<Item = &PaceDomainParameterInfo> {
        self.infos.iter().filter_map(|info| match &info.kind {
            SecurityInfoKind::PaceDomainParameter(parameters) => Some(parameters),
            _ => None,
        })
    }

    /// Whether the chip offers PACE at all, also in a form that this library does not know: then BAC is no way in.
    pub fn offers_pace(&self) -> bool {
        self.infos.iter().any(|info| info.protocol.is_under(&ID_PACE))
    }

    /// The PACEInfos as bytes, also those of unknown suites: what EF.CardAccess is compared by (9303-11 §9.2.11).
    pub fn pace_raw(&self) -> impl Iterator<Item = &SecurityInfo> {
        self.infos.iter().filter(|info| {
            info.protocol.is_under(&ID_PACE) && !matches!(info.kind, SecurityInfoKind::PaceDomainParameter(_))
        })
    }

    /// The ChipAuthenticationInfos, in the order of the file.
    pub fn chip_authentication(&self) -> impl Iterator<Item = (&SecurityInfo, &ChipAuthenticationInfo)> {
        self.infos.iter().filter_map(|info| match &info.kind {
            SecurityInfoKind::ChipAuthentication(chip) => Some((info, chip)),
            _ => None,
        })
    }

    /// The chip authentication keys, in the order of the file.
    pub fn chip_authentication_keys(&self) -> impl Iterator<Item = (&SecurityInfo, &ChipAuthenticationPublicKeyInfo)> {
        self.infos.iter().filter_map(|info| match &info.kind {
            SecurityInfoKind::ChipAuthenticationPublicKey(key) => Some((info, key)),
            _ => None,
        })
    }

    /// The TerminalAuthenticationInfo, if there is one.
    pub fn terminal_authentication(&self) -> Option<&TerminalAuthenticationInfo> {
        self.infos.iter().find_map(|info| match &info.kind {
            SecurityInfoKind::TerminalAuthentication(terminal) => Some(terminal),
            _ => None,
        })
    }

    /// The ActiveAuthenticationInfo, if there is one.
    pub fn active_authentication(&self) -> Option<&ActiveAuthenticationInfo> {
        self.infos.iter().find_map(|info| match &info.kind {
            SecurityInfoKind::ActiveAuthentication(active) => Some(active),
            _ => None,
        })
    }

    /// Whether an info with exactly these bytes is among them.
    pub fn contains(&self, raw: &[u8]) -> bool {
        self.infos.iter().any(|info| info.raw == raw)
    }
}

/// The infos of the SET that stands next.
pub(super) fn read_set(reader: &mut Reader<'_>, findings: &mut Findings) -> Result<Vec<SecurityInfo>, TlvError> {
    let set = reader.next()?;
    match set.tag {
        Tag::SET => {}
        Tag::SEQUENCE => findings.add(set.at, Defect::InfosNotASet),
        _ => return Err(set.expected("SecurityInfos, a SET OF SecurityInfo")),
    }
    findings.note(&set);
    let mut infos = Vec::new();
    let mut inside = set.children();
    while !inside.is_empty() {
        if infos.len() >= BOUNDS.security_infos {
            return Err(TlvError { at: inside.at(), problem: Problem::Expected("at most 128 security infos") });
        }
        let info = inside.expect(Tag::SEQUENCE, "a SecurityInfo, a SEQUENCE")?;
        findings.note(&info);
        let info = read_info(&info)?;
        match &info.kind {
            SecurityInfoKind::Malformed => findings.add(info.at, Defect::InfoMalformed),
            SecurityInfoKind::Unknown => findings.add(info.at, Defect::InfoUnknown),
            SecurityInfoKind::Pace(PaceInfo { version, .. }) if *version != 2 => {
                findings.add(info.at, Defect::InfoVersion);
            }
            SecurityInfoKind::ChipAuthentication(ChipAuthenticationInfo { version, .. })
            | SecurityInfoKind::ActiveAuthentication(ActiveAuthenticationInfo { version, .. })
                if *version != 1 =>
            {
                findings.add(info.at, Defect::InfoVersion);
            }
            SecurityInfoKind::TerminalAuthentication(TerminalAuthenticationInfo { version, .. })
                if !(1..=2).contains(version) =>
            {
                findings.add(info.at, Defect::InfoVersion);
            }
            _ => {}
        }
        infos.push(info);
    }
    if infos.is_empty() {
        findings.add(set.at, Defect::InfosEmpty);
    }
    examine_parameters(&infos, findings);
    Ok(infos)
}

/// Whether each PACEInfo says in which group: by a standardized number, or by one that an explicit group has.
fn examine_parameters(infos: &[SecurityInfo], findings: &mut Findings) {
    let explicit: Vec<Option<u32>> = infos
        .iter()
        .filter_map(|info| match &info.kind {
            SecurityInfoKind::PaceDomainParameter(parameters) => Some(parameters.parameter_id),
            _ => None,
        })
        .collect();
    for info in infos {
        let SecurityInfoKind::Pace(pace) = &info.kind else { continue };
        let is_explicit = explicit.contains(&pace.parameter_id);
        match pace.parameter_id {
            None if !is_explicit => findings.add(info.at, Defect::PaceParameterMissing),
            Some(id) if !is_explicit && !STANDARDIZED_PARAMETERS.iter().any(|range| range.contains(&id)) => {
                findings.add(info.at, Defect::PaceParameterUnknown);
            }
            _ => {}
        }
    }
}

/// One info. Data objects that do not fit each other are an error; fields that do not fit the protocol are not.
fn read_info(sequence: &Tlv<'_>) -> Result<SecurityInfo, TlvError> {
    let mut fields = sequence.children();
    let protocol = fields.expect(Tag::OID, "the protocol, an OBJECT IDENTIFIER")?;
    let oid = Oid::from_der(protocol.value).ok_or(protocol.expected("the protocol, an OBJECT IDENTIFIER"))?;
    let mut objects = Vec::new();
    while !fields.is_empty() {
        objects.push(fields.next()?);
    }
    let known = if let Some(suite) = PaceSuite::from_oid(&oid) {
        pace(suite, &objects)
    } else if PaceSuite::is_domain_parameter(&oid) {
        pace_domain_parameter(&objects)
    } else if let Some((agreement, cipher)) = suites::chip_suite(&oid) {
        chip(agreement, cipher, &objects)
    } else if let Some(agreement) = suites::chip_key(&oid) {
        chip_key(agreement, &objects)
    } else if oid == ID_TA {
        terminal(&objects)?
    } else if oid == ID_ICAO_AA_PROTOCOL_OBJECT {
        active(&objects)
    } else {
        Some(SecurityInfoKind::Unknown)
    };
    let kind = known.unwrap_or(SecurityInfoKind::Malformed);
    Ok(SecurityInfo { raw: sequence.raw.to_vec(), at: sequence.at, protocol: oid, kind })
}

fn integer(object: &Tlv<'_>) -> Option<u32> {
    if object.tag == Tag::INTEGER { small_integer(object.value) } else { None }
}

/// An optional small INTEGER: absent is `Some(None)`, of another form is `None`.
fn optional_integer(object: Option<&Tlv<'_>>) -> Option<Option<u32>> {
    object.map_or(Some(None), |object| integer(object).map(Some))
}

fn optional_key_id(object: Option<&Tlv<'_>>) -> Option<Option<KeyId>> {
    match object {
        None => Some(None),
        Some(object) if object.tag == Tag::INTEGER => KeyId::from_integer(object.value).map(Some),
        Some(_) => None,
    }
}

/// The fields after the protocol: one that is due, one that is optional, no more.
fn one_or_two<'o, 'a>(objects: &'o [Tlv<'a>]) -> Option<(&'o Tlv<'a>, Option<&'o Tlv<'a>>)> {
    match objects {
        [first] => Some((first, None)),
        [first, second] => Some((first, Some(second))),
        _ => None,
    }
}

fn pace(suite: PaceSuite, objects: &[Tlv<'_>]) -> Option<SecurityInfoKind> {
    let (version, parameter) = one_or_two(objects)?;
    Some(SecurityInfoKind::Pace(PaceInfo {
        suite,
        version: integer(version)?,
        parameter_id: optional_integer(parameter)?,
    }))
}

fn pace_domain_parameter(objects: &[Tlv<'_>]) -> Option<SecurityInfoKind> {
    let (domain, parameter) = one_or_two(objects)?;
    Some(SecurityInfoKind::PaceDomainParameter(PaceDomainParameterInfo {
        domain_parameter: (domain.tag == Tag::SEQUENCE).then(|| domain.raw.to_vec())?,
        parameter_id: optional_integer(parameter)?,
    }))
}

fn chip(agreement: Agreement, cipher: Cipher, objects: &[Tlv<'_>]) -> Option<SecurityInfoKind> {
    let (version, key_id) = one_or_two(objects)?;
    Some(SecurityInfoKind::ChipAuthentication(ChipAuthenticationInfo {
        agreement,
        cipher,
        version: integer(version)?,
        key_id: optional_key_id(key_id)?,
    }))
}

fn chip_key(agreement: Agreement, objects: &[Tlv<'_>]) -> Option<SecurityInfoKind> {
    let (spki, key_id) = one_or_two(objects)?;
    Some(SecurityInfoKind::ChipAuthenticationPublicKey(ChipAuthenticationPublicKeyInfo {
        agreement,
        spki: (spki.tag == Tag::SEQUENCE).then(|| spki.raw.to_vec())?,
        key_id: optional_key_id(key_id)?,
    }))
}

fn terminal(objects: &[Tlv<'_>]) -> Result<Option<SecurityInfoKind>, TlvError> {
    let Some((version, file)) = one_or_two(objects) else { return Ok(None) };
    let Some(version) = integer(version) else { return Ok(None) };
    let (mut cvca_fid, mut cvca_sfi) = (None, None);
    if let Some(file) = file {
        let mut fields = file.children();
        let fid = fields.optional(Tag::OCTET_STRING)?;
        let sfi = fields.optional(Tag::OCTET_STRING)?;
        cvca_fid = fid.and_then(|fid| fid.value.try_into().ok()).map(u16::from_be_bytes);
        cvca_sfi = sfi.and_then(|sfi| sfi.value.try_into().ok()).map(u8::from_be_bytes);
        if file.tag != Tag::SEQUENCE || cvca_fid.is_none() || !fields.is_empty() || sfi.is_some() != cvca_sfi.is_some()
        {
            return Ok(None);
        }
    }
    Ok(Some(SecurityInfoKind::TerminalAuthentication(TerminalAuthenticationInfo { version, cvca_fid, cvca_sfi })))
}

fn active(objects: &[Tlv<'_>]) -> Option<SecurityInfoKind> {
    match objects {
        [version, algorithm] if algorithm.tag == Tag::OID => {
            Some(SecurityInfoKind::ActiveAuthentication(ActiveAuthenticationInfo {
                version: integer(version)?,
                signature_algorithm: Oid::from_der(algorithm.value)?,
            }))
        }
        _ => None,
    }
}
