//! The biometric header template of a record (9303-10 Tables 44, 47, 54).

use super::modality::Modality;
use crate::lds::findings::{FileDefect, Findings};
use crate::lds::{DateTime, PartialDate};
use crate::tlv::{Tag, Tlv};

/// The format owner of all records: ISO/IEC JTC 1/SC 37.
const FORMAT_OWNER: u16 = 0x0101;

/// The format of a biometric record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordFormat {
    /// ISO/IEC 19794, the edition of 2005.
    Iso19794,
    /// ISO/IEC 39794, the edition of 2019.
    Iso39794,
}

/// The biometric header template of one record; each field only where it is there and can be so.
///
/// ```text
/// A1 L  80 02  81 01..03  82 01  83 07  85 08  86 04  87 02  88 02
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BiometricHeader {
    /// 80: the version of the patron header format, 1.1.
    pub header_version: Option<(u8, u8)>,
    /// 81: the biometric type: 02 face, 08 finger, 10 iris.
    pub biometric_type: Option<u32>,
    /// 82: the biometric subtype: which finger, which eye.
    pub biometric_subtype: Option<u8>,
    /// 83: date and time of creation.
    pub creation: Option<DateTime>,
    /// 85: the period of validity, from and through.
    pub validity: Option<(PartialDate, PartialDate)>,
    /// 86: the creator of the biometric reference data (PID).
    pub creator: Option<u32>,
    /// 87: the format owner: 0101.
    pub format_owner: Option<u16>,
    /// 88: the format type: which standard of record.
    pub format_type: Option<u16>,
}

/// Where the fields stand that are judged by the data group.
#[derive(Default)]
struct Places {
    subtype: Option<usize>,
    format_owner: Option<usize>,
    format_type: Option<usize>,
}

/// Reads the biometric header template.
pub(super) fn read_header(modality: &Modality, header: &Tlv<'_>, findings: &mut Findings) -> BiometricHeader {
    let mut read = BiometricHeader::default();
    let mut places = Places::default();
    let mut inside = header.children();
    while let Some(object) = findings.next(&mut inside) {
        let Tlv { at, value, .. } = object;
        let two = <[u8; 2]>::try_from(value).ok();
        let is_read = match object.tag {
            Tag(0x80) => keep(&mut read.header_version, two.map(|[major, minor]| (major, minor))),
            Tag(0x81) => {
                if value != [modality.biometric_type] {
                    findings.add(at, modality.defects.biometric_type);
                }
                read.biometric_type = number(value, 1..=3);
                true
            }
            Tag(0x82) => {
                places.subtype = Some(at);
                keep(&mut read.biometric_subtype, <[u8; 1]>::try_from(value).ok().map(|[subtype]| subtype))
            }
            Tag(0x83) => keep(&mut read.creation, DateTime::from_field(value).map(|(moment, _)| moment)),
            Tag(0x84) => true,
            Tag(0x85) => keep(&mut read.validity, period(value)),
            Tag(0x86) => keep(&mut read.creator, number(value, 4..=4)),
            Tag(0x87) => {
                places.format_owner = Some(at);
                read.format_owner = two.map(u16::from_be_bytes);
                true
            }
            Tag(0x88) => {
                places.format_type = Some(at);
                read.format_type = two.map(u16::from_be_bytes);
                true
            }
            _ => {
                findings.add(at, FileDefect::UnknownObject);
                true
            }
        };
        if !is_read {
            findings.add(at, FileDefect::BiometricHeaderField);
        }
    }
    examine(modality, header.at, &read, &places, findings);
    read
}

/// Adds a finding for each required field that is missing or has a value of another data group.
fn examine(modality: &Modality, at: usize, read: &BiometricHeader, places: &Places, findings: &mut Findings) {
    let defects = &modality.defects;
    let is_type = modality.format_types.iter().any(|known| read.format_type == Some(*known));
    let is_owner = read.format_owner == Some(FORMAT_OWNER);
    let rows = [
        (places.format_owner, is_owner, defects.format_owner_missing, defects.format_owner),
        (places.format_type, is_type, defects.format_type_missing, defects.format_type),
    ];
    let is_subtype = |is_known: fn(u8) -> bool| {
        // One that cannot be read has its finding.
        let is_known = read.biometric_subtype.is_none_or(is_known);
        (places.subtype, is_known, FileDefect::BiometricSubtypeMissing, FileDefect::BiometricSubtype)
    };
    for (place, is_due, missing, other) in rows.into_iter().chain(modality.subtypes.map(is_subtype)) {
        match place {
            None => findings.add(at, missing),
            Some(place) if !is_due => findings.add(place, other),
            Some(_) => {}
        }
    }
}

/// Keeps what was read; says whether anything was.
fn keep<T>(slot: &mut Option<T>, read: Option<T>) -> bool {
    *slot = read;
    slot.is_some()
}

/// A number of so many octets.
fn number(octets: &[u8], lengths: core::ops::RangeInclusive<usize>) -> Option<u32> {
    lengths.contains(&octets.len()).then(|| octets.iter().fold(0, |value, &octet| (value << 8) | u32::from(octet)))
}

/// Two dates of four octets of BCD each.
fn period(value: &[u8]) -> Option<(PartialDate, PartialDate)> {
    let value: &[u8; 8] = value.try_into().ok()?;
    let (from, through) = value.split_at_checked(4)?;
    Some((PartialDate::from_field(from)?.0, PartialDate::from_field(through)?.0))
}
