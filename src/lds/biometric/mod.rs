//! What DG2, DG3 and DG4 have in common: the biometric information template group around their records (9303-10 §4.7.2.1,
//! §4.7.3.1, §4.7.4.1; ISO/IEC 7816-11), and the header of each template.
//!
//! A template that is malformed loses only itself. Which standard a record follows is told by its own first tag, not by
//! the tag around it: both tags are met around both (9303-10 §4.5.6).

mod cursor;
pub(super) mod record_39794;

pub(super) use cursor::{Cursor, image_length, is_zero};
pub use record_39794::RecordVersion;

use crate::lds::findings::{Defect, Findings};
use crate::lds::{DataGroup, DateTime, FileId, PartialDate};
use crate::tlv::{Reader, Tag, Tlv, TlvError, small_integer};

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

/// What one kind of biometric data group has otherwise than the others.
pub(super) struct Modality {
    pub(super) group: DataGroup,
    pub(super) tag: Tag,
    /// The tag in words, for the error.
    pub(super) what: &'static str,
    pub(super) biometric_type: u8,
    /// The format types of ISO/IEC 19794 and of ISO/IEC 39794.
    pub(super) format_types: [u16; 2],
    /// What the data block of ISO/IEC 39794 begins with, `[APPLICATION n]`.
    pub(super) application: Tag,
    /// Which subtypes there are, where one is required.
    pub(super) subtypes: Option<fn(u8) -> bool>,
    /// The most templates that are read.
    pub(super) most: usize,
    pub(super) defects: GroupDefects,
}

/// The defects of the group, under the names of the data group.
pub(super) struct GroupDefects {
    pub(super) count_missing: Defect,
    pub(super) count_wrong: Defect,
    pub(super) too_many: Defect,
    pub(super) header_missing: Defect,
    pub(super) format_owner: Defect,
    pub(super) format_owner_missing: Defect,
    pub(super) format_type: Defect,
    pub(super) format_type_missing: Defect,
    pub(super) biometric_type: Defect,
    pub(super) no_image: Defect,
}

impl GroupDefects {
    /// The names that DG3 and DG4 share.
    pub(super) const BIOMETRIC: Self = Self {
        count_missing: Defect::CountMissing,
        count_wrong: Defect::CountWrong,
        too_many: Defect::ObjectsTooMany,
        header_missing: Defect::BiometricHeaderMissing,
        format_owner: Defect::BiometricFormatOwner,
        format_owner_missing: Defect::BiometricFormatOwnerMissing,
        format_type: Defect::BiometricFormatType,
        format_type_missing: Defect::BiometricFormatTypeMissing,
        biometric_type: Defect::BiometricType,
        no_image: Defect::ImageMissing,
    };
}

/// A record as it stands in its data block.
pub(super) enum Record<'a> {
    /// ISO/IEC 19794: fields of fixed length, and their offset.
    Iso19794(&'a [u8], usize),
    /// ISO/IEC 39794: the data block in its own tag.
    Iso39794(Tlv<'a>),
}

/// Reads the group and hands out each record with its header; gives the number of instances that the group states and
/// the offset of the group.
///
/// ```text
/// DGn ::= tag L  7F61 L  02 01 n            -- number of instances
///                        7F60 L  A1 L …     -- biometric header template
///                                5F2E L …   -- biometric data block of ISO/IEC 19794
///                                7F2E L …   -- or of ISO/IEC 39794: A1 L { 64 | 65 | 66 L … }
///                53 L …                     -- where there is no instance: chance, so that no two hashes are alike
/// ```
pub(super) fn read_group<'a>(
    modality: &Modality,
    file: &'a [u8],
    findings: &mut Findings,
    mut read_record: impl FnMut(&BiometricHeader, Record<'a>, &mut Findings),
) -> Result<(Option<u32>, usize), TlvError> {
    let defects = &modality.defects;
    let outer = findings.object(file, modality.tag, modality.what)?;
    let mut inside = outer.children();
    let group = inside.expect(Tag(0x7F61), "the biometric information group template, tag 7F61")?;
    findings.note(&group);
    while let Some(object) = findings.next(&mut inside) {
        if object.tag != Tag(0x53) {
            findings.add_first(object.at, Defect::TrailingBytes);
        }
    }

    let mut templates = group.children();
    let mut count = None;
    let mut found = 0;
    while let Some(object) = findings.next(&mut templates) {
        match object.tag {
            Tag::INTEGER if count.is_none() && found == 0 => count = Some(object),
            Tag(0x53) => {}
            Tag(0x7F60) => {
                found += 1;
                if usize::try_from(found).is_ok_and(|found| found > modality.most) {
                    findings.add(object.at, defects.too_many);
                    break;
                }
                read_template(modality, &object, findings, &mut read_record);
            }
            _ => findings.add(object.at, Defect::UnknownObject),
        }
    }
    let stated = count.and_then(|count| small_integer(count.value));
    match count {
        None => findings.add(group.value_at, defects.count_missing),
        Some(count) if stated != Some(found) => findings.add(count.at, defects.count_wrong),
        Some(_) => {}
    }
    Ok((stated, group.at))
}

/// One template: its header, then its data block.
fn read_template<'a>(
    modality: &Modality,
    template: &Tlv<'a>,
    findings: &mut Findings,
    read_record: &mut impl FnMut(&BiometricHeader, Record<'a>, &mut Findings),
) {
    let mut inside = template.children();
    let mut header = BiometricHeader::default();
    let mut next = findings.next(&mut inside);
    match next.filter(|object| object.tag == Tag(0xA1)) {
        Some(object) => {
            header = read_header(modality, &object, findings);
            next = findings.next(&mut inside);
        }
        None => findings.add(template.value_at, modality.defects.header_missing),
    }
    let mut has_block = false;
    while let Some(block) = next {
        match block.tag {
            Tag(0x5F2E | 0x7F2E) if !has_block => {
                has_block = true;
                read_record(&header, record(modality, &block), findings);
            }
            _ => findings.add(block.at, Defect::UnknownObject),
        }
        next = findings.next(&mut inside);
    }
    if !has_block {
        findings.add(template.at, modality.defects.no_image);
    }
}

/// Which standard the record follows, by the tags that it begins with; a 5F2E within the 7F2E is looked through.
fn record<'a>(modality: &Modality, block: &Tlv<'a>) -> Record<'a> {
    let mut value = Record::Iso19794(block.value, block.value_at);
    let mut inside: Reader<'a> = block.children();
    for _ in 0..2 {
        match inside.next() {
            Ok(object) if object.tag == modality.application => return Record::Iso39794(object),
            Ok(object) if object.tag == Tag(0xA1) => inside = object.children(),
            Ok(object) if object.tag == Tag(0x5F2E) => {
                value = Record::Iso19794(object.value, object.value_at);
                inside = object.children();
            }
            _ => break,
        }
    }
    value
}

/// Reads the biometric header template (9303-10 Tables 44, 47, 54).
fn read_header(modality: &Modality, header: &Tlv<'_>, findings: &mut Findings) -> BiometricHeader {
    let defects = &modality.defects;
    let mut read = BiometricHeader::default();
    let (mut owner_at, mut type_at, mut subtype_at) = (None, None, None);
    let mut inside = header.children();
    while let Some(object) = findings.next(&mut inside) {
        let value = object.value;
        let two = <[u8; 2]>::try_from(value).ok();
        let is_read = match object.tag {
            Tag(0x80) => keep(&mut read.header_version, two.map(|[major, minor]| (major, minor))),
            Tag(0x81) => {
                if value != [modality.biometric_type] {
                    findings.add(object.at, defects.biometric_type);
                }
                read.biometric_type = number(value, 1..=3);
                true
            }
            Tag(0x82) => {
                subtype_at = Some(object.at);
                keep(&mut read.biometric_subtype, <[u8; 1]>::try_from(value).ok().map(|[subtype]| subtype))
            }
            Tag(0x83) => keep(&mut read.creation, DateTime::from_field(value).map(|(moment, _)| moment)),
            Tag(0x85) => keep(&mut read.validity, period(value)),
            Tag(0x86) => keep(&mut read.creator, number(value, 4..=4)),
            Tag(0x87) => {
                owner_at = Some(object.at);
                read.format_owner = two.map(u16::from_be_bytes);
                true
            }
            Tag(0x88) => {
                type_at = Some(object.at);
                read.format_type = two.map(u16::from_be_bytes);
                true
            }
            Tag(0x84) => true,
            _ => {
                findings.add(object.at, Defect::UnknownObject);
                true
            }
        };
        if !is_read {
            findings.add(object.at, Defect::BiometricHeaderField);
        }
    }
    match owner_at {
        None => findings.add(header.at, defects.format_owner_missing),
        Some(at) if read.format_owner != Some(FORMAT_OWNER) => findings.add(at, defects.format_owner),
        Some(_) => {}
    }
    match type_at {
        None => findings.add(header.at, defects.format_type_missing),
        Some(at) if !modality.format_types.iter().any(|known| read.format_type == Some(*known)) => {
            findings.add(at, defects.format_type);
        }
        Some(_) => {}
    }
    if let Some(is_known) = modality.subtypes {
        match (subtype_at, read.biometric_subtype) {
            (None, _) => findings.add(header.at, Defect::BiometricSubtypeMissing),
            (Some(at), Some(subtype)) if !is_known(subtype) => findings.add(at, Defect::BiometricSubtype),
            _ => {}
        }
    }
    read
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

/// The findings of the file of a modality.
pub(super) fn findings_of(modality: &Modality) -> Findings {
    Findings::of(FileId::DataGroup(modality.group))
}
