//! SecurityInfos, the SET OF SecurityInfo that a file holds: how it is read and searched.

use super::info::{
    ActiveAuthenticationInfo, ChipAuthenticationInfo, ChipAuthenticationPublicKeyInfo, KeyId, PaceDomainParameterInfo,
    PaceInfo, STANDARDIZED_PARAMETERS, SecurityInfo, SecurityInfoKind, TerminalAuthenticationInfo,
};
use super::suites::{self, Agreement, PaceSuite};
use crate::bounds::BOUNDS;
use crate::crypto::Cipher;
use crate::lds::FileId;
use crate::lds::findings::{Defect, Finding, Findings};
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
    /// What was found amiss or unusual.
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
pub(crate) fn read_set(reader: &mut Reader<'_>, findings: &mut Findings) -> Result<Vec<SecurityInfo>, TlvError> {
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
