//! The biometric information template group, and the records in it.

use super::header::{BiometricHeader, read_header};
use super::modality::{Images, Modality};
use crate::lds::findings::FileDefect;
use crate::tlv::{Reader, Tag, Tlv, TlvError};

/// A record as it stands in its data block.
enum Record<'a> {
    /// ISO/IEC 19794: fields of fixed length, and their offset.
    Iso19794(&'a [u8], usize),
    /// ISO/IEC 39794: the data block in its own tag.
    Iso39794(Tlv<'a>),
}

/// How the records of one data group are read, by the standard that they follow.
pub(crate) struct RecordReaders<'a, T> {
    /// Reads the record that fills a biometric data block, which stands at this offset.
    pub(crate) iso_19794: fn(&'a [u8], usize, &BiometricHeader, &mut Images<T>),
    /// Reads the record in this data object.
    pub(crate) iso_39794: fn(&Tlv<'a>, &BiometricHeader, &mut Images<T>),
}

/// Reads the group and each record with its header; gives the number of instances that the group states and the offset
/// of the group.
///
/// ```text
/// DGn ::= tag L  7F61 L  02 01 n            -- number of instances
///                        7F60 L  A1 L …     -- biometric header template
///                                5F2E L …   -- biometric data block of ISO/IEC 19794
///                                7F2E L …   -- or of ISO/IEC 39794: A1 L { 64 | 65 | 66 L … }
///                53 L …                     -- where there is no instance: chance, so that no two hashes are alike
/// ```
pub(crate) fn read_group<'a, T>(
    file: &'a [u8],
    images: &mut Images<T>,
    readers: &RecordReaders<'a, T>,
) -> Result<(Option<u32>, usize), TlvError> {
    let modality = images.modality;
    let findings = &mut images.findings;
    let outer = findings.object(file, modality.tag, modality.what)?;
    let mut inside = outer.children();
    let group = inside.expect(Tag(0x7F61), "the biometric information group template, tag 7F61")?;
    findings.note(&group);
    while let Some(object) = findings.next(&mut inside) {
        if object.tag != Tag(0x53) {
            findings.add_first(object.at, FileDefect::TrailingBytes);
        }
    }

    let mut templates = group.children();
    let mut count = None;
    let mut found = 0;
    while let Some(object) = images.findings.next(&mut templates) {
        match object.tag {
            Tag::INTEGER if count.is_none() && found == 0 => count = Some(object),
            Tag(0x53) => {}
            Tag(0x7F60) => {
                found += 1;
                if usize::try_from(found).is_ok_and(|found| found > modality.most) {
                    images.findings.add(object.at, modality.defects.too_many);
                    break;
                }
                read_template(&object, images, readers);
            }
            _ => images.findings.add(object.at, FileDefect::UnknownObject),
        }
    }
    let defects = [modality.defects.count_missing, modality.defects.count_wrong];
    let stated = images.findings.count(count, found, group.value_at, defects);
    Ok((stated, group.at))
}

/// One template: its header, then its data block.
fn read_template<'a, T>(template: &Tlv<'a>, images: &mut Images<T>, readers: &RecordReaders<'a, T>) {
    let modality = images.modality;
    let mut inside = template.children();
    let mut header = BiometricHeader::default();
    let mut next = images.findings.next(&mut inside);
    match next.filter(|object| object.tag == Tag(0xA1)) {
        Some(object) => {
            header = read_header(modality, &object, &mut images.findings);
            next = images.findings.next(&mut inside);
        }
        None => images.findings.add(template.value_at, modality.defects.header_missing),
    }
    let mut has_block = false;
    while let Some(block) = next {
        match block.tag {
            Tag(0x5F2E | 0x7F2E) if !has_block => {
                has_block = true;
                match record(modality, &block) {
                    Record::Iso19794(record, at) => (readers.iso_19794)(record, at, &header, images),
                    Record::Iso39794(record) => (readers.iso_39794)(&record, &header, images),
                }
            }
            _ => images.findings.add(block.at, FileDefect::UnknownObject),
        }
        next = images.findings.next(&mut inside);
    }
    if !has_block {
        images.findings.add(template.at, modality.defects.no_image);
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
