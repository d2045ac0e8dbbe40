//! SecurityInfos, the SET OF SecurityInfo that a file holds: how it is read and searched.

use super::info::{
    ActiveAuthenticationInfo, ChipAuthenticationInfo, ChipAuthenticationPublicKeyInfo, KeyId, PaceDomainParameterInfo,
    PaceInfo, SecurityInfo, SecurityInfoKind, TerminalAuthenticationInfo, is_standardized,
};
use super::suites::{self, Agreement, PaceSuite};
use crate::bounds::BOUNDS;
use crate::crypto::Cipher;
use crate::lds::FileId;
use crate::lds::findings::{FileDefect, Finding, Findings};
use crate::oid::{ID_ICAO_AA_PROTOCOL_OBJECT, ID_PACE, ID_TA, Oid};
use crate::tlv::{Problem, Reader, Tag, Tlv, TlvError, small_integer};

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
    /// Defects and remarks of the file.
    pub findings: Vec<Finding>,
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

    /// The infos of one kind, in the order of the file.
    fn of_kind<'s, T: 's>(
        &'s self,
        pick: fn(&SecurityInfoKind) -> Option<&T>,
    ) -> impl Iterator<Item = (&'s SecurityInfo, &'s T)> {
        self.infos.iter().filter_map(move |info| Some((info, pick(&info.kind)?)))
    }

    /// The PACEInfos, in the order of the file.
    pub fn pace(&self) -> impl Iterator<Item = (&SecurityInfo, &PaceInfo)> {
        self.of_kind(|kind| if let SecurityInfoKind::Pace(pace) = kind { Some(pace) } else { None })
    }

    /// The explicit domain parameters of PACE.
    pub fn pace_domain_parameters(&self) -> impl Iterator<Item = &PaceDomainParameterInfo> {
        let parameters =
            self.of_kind(|kind| if let SecurityInfoKind::PaceDomainParameter(own) = kind { Some(own) } else { None });
        parameters.map(|(_, parameters)| parameters)
    }

    /// Whether the chip offers PACE at all, also in a form that this library does not know: BAC is then not tried.
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
        self.of_kind(|kind| if let SecurityInfoKind::ChipAuthentication(chip) = kind { Some(chip) } else { None })
    }

    /// The chip authentication keys, in the order of the file.
    pub fn chip_authentication_keys(&self) -> impl Iterator<Item = (&SecurityInfo, &ChipAuthenticationPublicKeyInfo)> {
        self.of_kind(
            |kind| if let SecurityInfoKind::ChipAuthenticationPublicKey(key) = kind { Some(key) } else { None },
        )
    }

    /// The TerminalAuthenticationInfo, if there is one.
    pub fn terminal_authentication(&self) -> Option<&TerminalAuthenticationInfo> {
        let mut infos = self
            .of_kind(|kind| if let SecurityInfoKind::TerminalAuthentication(own) = kind { Some(own) } else { None });
        infos.next().map(|(_, terminal)| terminal)
    }

    /// The ActiveAuthenticationInfo, if there is one.
    pub fn active_authentication(&self) -> Option<&ActiveAuthenticationInfo> {
        let mut infos =
            self.of_kind(
                |kind| if let SecurityInfoKind::ActiveAuthentication(active) = kind { Some(active) } else { None },
            );
        infos.next().map(|(_, active)| active)
    }

    /// Whether an info with exactly these bytes is among them.
    pub fn contains(&self, raw: &[u8]) -> bool {
        self.infos.iter().any(|info| info.raw == raw)
    }
}

/// The infos of the SET that stands next.
pub(crate) fn read_set(reader: &mut Reader<'_>, findings: &mut Findings) -> Result<Vec<SecurityInfo>, TlvError> {
    let set = reader.next()?;
    match set.tag {
        Tag::SET => {}
        Tag::SEQUENCE => findings.add(set.at, FileDefect::InfosNotASet),
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
        let is_known_version = match &info.kind {
            SecurityInfoKind::Pace(pace) => pace.version == 2,
            SecurityInfoKind::ChipAuthentication(chip) => chip.version == 1,
            SecurityInfoKind::ActiveAuthentication(active) => active.version == 1,
            SecurityInfoKind::TerminalAuthentication(terminal) => (1..=2).contains(&terminal.version),
            _ => true,
        };
        match info.kind {
            SecurityInfoKind::Malformed => findings.add(info.at, FileDefect::InfoMalformed),
            SecurityInfoKind::Unknown => findings.add(info.at, FileDefect::InfoUnknown),
            _ if !is_known_version => findings.add(info.at, FileDefect::InfoVersion),
            _ => {}
        }
        infos.push(info);
    }
    if infos.is_empty() {
        findings.add(set.at, FileDefect::InfosEmpty);
    }
    examine_parameters(&infos, findings);
    Ok(infos)
}

/// Whether each PACEInfo says in which group: by a standardized number, or by one that an explicit group has.
fn examine_parameters(infos: &[SecurityInfo], findings: &mut Findings) {
    for info in infos {
        let SecurityInfoKind::Pace(PaceInfo { parameter_id, .. }) = &info.kind else { continue };
        let is_explicit = infos.iter().any(|other| match &other.kind {
            SecurityInfoKind::PaceDomainParameter(explicit) => explicit.parameter_id == *parameter_id,
            _ => false,
        });
        match parameter_id {
            _ if is_explicit => {}
            None => findings.add(info.at, FileDefect::PaceParameterMissing),
            Some(id) if !is_standardized(*id) => findings.add(info.at, FileDefect::PaceParameterUnknown),
            Some(_) => {}
        }
    }
}

/// Why an info of a known protocol has no value.
enum NoValue {
    /// Its fields do not fit the protocol: the info is kept as malformed.
    Fields,
    /// Its data objects do not fit each other: the file is malformed.
    Objects(TlvError),
}

impl From<TlvError> for NoValue {
    fn from(error: TlvError) -> Self {
        Self::Objects(error)
    }
}

type Value = Result<SecurityInfoKind, NoValue>;

/// One info. Data objects that do not fit each other are an error; fields that do not fit the protocol are not.
fn read_info(sequence: &Tlv<'_>) -> Result<SecurityInfo, TlvError> {
    let mut fields = sequence.children();
    let protocol = fields.expect(Tag::OID, "the protocol, an OBJECT IDENTIFIER")?;
    let oid = Oid::from_der(protocol.value).ok_or(protocol.expected("the protocol, an OBJECT IDENTIFIER"))?;
    let mut objects = Vec::new();
    while !fields.is_empty() {
        objects.push(fields.next()?);
    }
    let value = if let Some(suite) = PaceSuite::from_oid(&oid) {
        pace(suite, &objects)
    } else if PaceSuite::is_domain_parameter(&oid) {
        pace_domain_parameter(&objects)
    } else if let Some((agreement, cipher)) = suites::chip_suite(&oid) {
        chip(agreement, cipher, &objects)
    } else if let Some(agreement) = suites::chip_key(&oid) {
        chip_key(agreement, &objects)
    } else if oid == ID_TA {
        terminal(&objects)
    } else if oid == ID_ICAO_AA_PROTOCOL_OBJECT {
        active(&objects)
    } else {
        Ok(SecurityInfoKind::Unknown)
    };
    let kind = match value {
        Ok(kind) => kind,
        Err(NoValue::Fields) => SecurityInfoKind::Malformed,
        Err(NoValue::Objects(error)) => return Err(error),
    };
    Ok(SecurityInfo { raw: sequence.raw.to_vec(), at: sequence.at, protocol: oid, kind })
}

fn tagged<'o, 'a>(object: &'o Tlv<'a>, tag: Tag) -> Result<&'o Tlv<'a>, NoValue> {
    if object.tag == tag { Ok(object) } else { Err(NoValue::Fields) }
}

fn integer(object: &Tlv<'_>) -> Result<u32, NoValue> {
    small_integer(tagged(object, Tag::INTEGER)?.value).ok_or(NoValue::Fields)
}

fn key_id(object: &Tlv<'_>) -> Result<KeyId, NoValue> {
    KeyId::from_integer(tagged(object, Tag::INTEGER)?.value).ok_or(NoValue::Fields)
}

/// The fields after the protocol: one that is due, one that is optional, no more.
fn one_or_two<'o, 'a>(objects: &'o [Tlv<'a>]) -> Result<(&'o Tlv<'a>, Option<&'o Tlv<'a>>), NoValue> {
    match objects {
        [first] => Ok((first, None)),
        [first, second] => Ok((first, Some(second))),
        _ => Err(NoValue::Fields),
    }
}

fn pace(suite: PaceSuite, objects: &[Tlv<'_>]) -> Value {
    let (version, parameter) = one_or_two(objects)?;
    let (version, parameter_id) = (integer(version)?, parameter.map(integer).transpose()?);
    Ok(SecurityInfoKind::Pace(PaceInfo { suite, version, parameter_id }))
}

fn pace_domain_parameter(objects: &[Tlv<'_>]) -> Value {
    let (domain, parameter) = one_or_two(objects)?;
    Ok(SecurityInfoKind::PaceDomainParameter(PaceDomainParameterInfo {
        domain_parameter: tagged(domain, Tag::SEQUENCE)?.raw.to_vec(),
        parameter_id: parameter.map(integer).transpose()?,
    }))
}

fn chip(agreement: Agreement, cipher: Cipher, objects: &[Tlv<'_>]) -> Value {
    let (version, id) = one_or_two(objects)?;
    let (version, key_id) = (integer(version)?, id.map(key_id).transpose()?);
    Ok(SecurityInfoKind::ChipAuthentication(ChipAuthenticationInfo { agreement, cipher, version, key_id }))
}

fn chip_key(agreement: Agreement, objects: &[Tlv<'_>]) -> Value {
    let (spki, id) = one_or_two(objects)?;
    let spki = tagged(spki, Tag::SEQUENCE)?.raw.to_vec();
    let key_id = id.map(key_id).transpose()?;
    Ok(SecurityInfoKind::ChipAuthenticationPublicKey(ChipAuthenticationPublicKeyInfo { agreement, spki, key_id }))
}

fn terminal(objects: &[Tlv<'_>]) -> Value {
    let (version, file) = one_or_two(objects)?;
    let version = integer(version)?;
    let (mut cvca_fid, mut cvca_sfi) = (None, None);
    if let Some(file) = file {
        let mut fields = file.children();
        let fid = fields.optional(Tag::OCTET_STRING)?;
        let sfi = fields.optional(Tag::OCTET_STRING)?;
        cvca_fid = fid.and_then(|fid| fid.value.try_into().ok()).map(u16::from_be_bytes);
        cvca_sfi = sfi.and_then(|sfi| sfi.value.try_into().ok()).map(u8::from_be_bytes);
        tagged(file, Tag::SEQUENCE)?;
        if cvca_fid.is_none() || !fields.is_empty() || sfi.is_some() != cvca_sfi.is_some() {
            return Err(NoValue::Fields);
        }
    }
    Ok(SecurityInfoKind::TerminalAuthentication(TerminalAuthenticationInfo { version, cvca_fid, cvca_sfi }))
}

fn active(objects: &[Tlv<'_>]) -> Value {
    let [version, algorithm] = objects else { return Err(NoValue::Fields) };
    let signature_algorithm = Oid::from_der(tagged(algorithm, Tag::OID)?.value).ok_or(NoValue::Fields)?;
    let version = integer(version)?;
    Ok(SecurityInfoKind::ActiveAuthentication(ActiveAuthenticationInfo { version, signature_algorithm }))
}
