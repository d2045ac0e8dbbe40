//! EF.COM: what the chip says it holds (9303-10 §4.6.1). It is unsigned: the reading follows EF.SOD, not this.

use crate::lds::findings::{FileDefect, Finding, Findings};
use crate::lds::{DataGroup, FileId};
use crate::tlv::{Tag, Tlv, TlvError, tag_list};

/// Versions of the LDS that are known: 1.7 and 1.8.
const LDS_VERSIONS: [&[u8]; 2] = [b"0107", b"0108"];
/// The version of Unicode that is known: 4.0.0.
const UNICODE_VERSION: &[u8] = b"040000";

/// EF.COM as a value.
///
/// ```text
/// EF.COM ::= 60 L  5F01 04 aabb        -- LDS version
///                  5F36 06 aabbcc      -- Unicode version
///                  5C L  tag*          -- the tags of the data groups present
/// ```
#[derive(Clone, Debug)]
pub struct Com {
    /// The LDS version, two digits each: (1, 7).
    pub lds_version: Option<(u8, u8)>,
    /// The Unicode version: (4, 0, 0).
    pub unicode_version: Option<(u8, u8, u8)>,
    /// The data groups listed, each once, in order of their number; `None` without a list.
    pub data_groups: Option<Vec<DataGroup>>,
    /// Defects of the file.
    pub findings: Vec<Finding>,
}

impl Com {
    /// Reads an EF.COM.
    ///
    /// # Errors
    /// No data object 60, or one whose data objects do not fill it.
    pub fn parse(file: &[u8]) -> Result<Self, TlvError> {
        let mut findings = Findings::of(FileId::Com);
        let com = findings.object(file, Tag(0x60), "EF.COM, tag 60")?;
        let (mut lds, mut unicode, mut list) = (None, None, None);
        let mut inside = com.children();
        let mut before = 0;
        while !inside.is_empty() {
            let object = inside.next()?;
            findings.note(&object);
            let (place, slot) = match object.tag {
                Tag(0x5F01) => (1, &mut lds),
                Tag(0x5F36) => (2, &mut unicode),
                Tag(0x5C) => (3, &mut list),
                _ => {
                    findings.add(object.at, FileDefect::UnknownObject);
                    continue;
                }
            };
            if place <= before {
                findings.add(object.at, FileDefect::WrongOrder);
            }
            before = place;
            slot.get_or_insert(object);
        }

        let mut version = |object: Option<Tlv<'_>>, known: &[&[u8]], missing, unknown| match object {
            None => findings.add(com.at, missing),
            Some(object) if !known.contains(&object.value) => findings.add(object.at, unknown),
            Some(_) => {}
        };
        version(lds, &LDS_VERSIONS, FileDefect::ComVersionMissing, FileDefect::ComVersionUnknown);
        version(unicode, &[UNICODE_VERSION], FileDefect::ComUnicodeMissing, FileDefect::ComUnicodeUnknown);

        let mut data_groups = None;
        match list {
            None => findings.add(com.at, FileDefect::ComListMissing),
            Some(list) => {
                let mut groups = Vec::new();
                for (offset, tag) in tag_list(list.value, list.value_at)? {
                    match DataGroup::from_tag(tag) {
                        None => findings.add(offset, FileDefect::ComListUnknown),
                        Some(group) if groups.contains(&group) => findings.add(offset, FileDefect::ComListDuplicate),
                        Some(group) => groups.push(group),
                    }
                }
                groups.sort();
                if ![DataGroup::DG1, DataGroup::DG2].iter().all(|group| groups.contains(group)) {
                    findings.add(list.at, FileDefect::ComListWithoutMandatory);
                }
                data_groups = Some(groups);
            }
        }
        Ok(Self {
            lds_version: lds.and_then(|object| pairs(object.value)).map(|[major, minor]| (major, minor)),
            unicode_version: unicode.and_then(|object| pairs(object.value)).map(|[a, b, c]| (a, b, c)),
            data_groups,
            findings: findings.into_list(),
        })
    }
}

/// `N` numbers of two ASCII digits each.
fn pairs<const N: usize>(value: &[u8]) -> Option<[u8; N]> {
    if value.len() != 2 * N || !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let text = core::str::from_utf8(value).ok()?;
    let mut numbers = [0; N];
    for (index, number) in numbers.iter_mut().enumerate() {
        *number = text.get(2 * index..2 * index + 2)?.parse().ok()?;
    }
    Some(numbers)
}
