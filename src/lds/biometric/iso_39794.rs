//! What the records of ISO/IEC 39794-4, -5 and -6 have in common (ISO/IEC 39794-1): ASN.1 with tags given automatically, a
//! version block, a row of representation blocks, codes that may be extended.
//!
//! Representations are read one by one; of each the fields that the data group names, all else is left unread.

use super::modality::Images;
use crate::lds::findings::{FileDefect, Findings};
use crate::lds::{DateTime, ImageFormat, PartialDate};
use crate::tlv::{Tag, Tlv, small_integer};

/// The edition of the standard that a record follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordVersion {
    /// The generation: 3.
    pub generation: u32,
    /// The year of the edition: 2019.
    pub year: u32,
}

/// Reads the data block and hands out its representation blocks, in their order.
///
/// ```text
/// DataBlock    ::= [APPLICATION n] SEQUENCE {
///     versionBlock          [0] VersionBlock,
///     representationBlocks  [1] SEQUENCE OF RepresentationBlock, … }
/// VersionBlock ::= SEQUENCE { generation [0] INTEGER, year [1] INTEGER, … }
/// ```
pub(crate) fn read_representations<'a, T>(
    block: &Tlv<'a>,
    images: &mut Images<T>,
    mut read_representation: impl FnMut(Option<RecordVersion>, &Fields<'a>, &mut Images<T>),
) {
    let fields = Fields::of(block, &mut images.findings);
    let version = fields.get(Tag(0xA0)).and_then(|version| {
        let version = Fields::of(&version, &mut images.findings);
        Some(RecordVersion { generation: version.number(Tag(0x80))?, year: version.number(Tag(0x81))? })
    });
    if version.is_none() {
        images.findings.add(block.at, FileDefect::RecordVersion);
    }
    let Some(representations) = fields.get(Tag(0xA1)) else {
        return images.findings.add(block.at, FileDefect::RecordTruncated);
    };
    let mut inside = representations.children();
    while let Some(representation) = images.findings.next(&mut inside) {
        let fields = Fields::of(&representation, &mut images.findings);
        read_representation(version, &fields, images);
    }
}

/// The formats that a code of imageDataFormat stands for, by a table with a row for each code from 0; `None` where there is
/// none.
pub(crate) fn formats_of(
    code: Option<u32>,
    table: &'static [&'static [ImageFormat]],
) -> Option<&'static [ImageFormat]> {
    let row = table.get(usize::try_from(code?).ok()?).copied();
    row.filter(|formats| !formats.is_empty())
}

/// The fields of a SEQUENCE, by their tags; they are sought, not stored.
pub(crate) struct Fields<'a> {
    /// The SEQUENCE itself.
    pub(crate) block: Tlv<'a>,
}

impl<'a> Fields<'a> {
    /// The fields of this SEQUENCE; a malformed one is noted, and with it what follows is lost.
    pub(crate) fn of(block: &Tlv<'a>, findings: &mut Findings) -> Self {
        let mut inside = block.children();
        // Every field is decoded once for its findings; the values are looked up later.
        while findings.next(&mut inside).is_some() {}
        Self { block: *block }
    }

    /// The first field with this tag.
    pub(crate) fn get(&self, tag: Tag) -> Option<Tlv<'a>> {
        let mut inside = self.block.children();
        while let Ok(object) = inside.next() {
            if object.tag == tag {
                return Some(object);
            }
        }
        None
    }

    /// The field to which these tags lead, each inside the one before.
    pub(crate) fn descend(&self, way: &[Tag]) -> Option<Tlv<'a>> {
        way.iter().try_fold(self.block, |block, tag| Self { block }.get(*tag))
    }

    /// A field that is a small number, or an ENUMERATED.
    pub(crate) fn number(&self, tag: Tag) -> Option<u32> {
        small_integer(self.get(tag)?.value)
    }

    /// A field that is a number of either sign.
    pub(crate) fn signed(&self, tag: Tag) -> Option<i32> {
        let value = self.get(tag)?.value;
        let (first, _) = value.split_first()?;
        let sign = if first & 0x80 == 0 { 0 } else { -1 };
        (value.len() <= 4).then(|| value.iter().fold(sign, |value, &octet| (value << 8) | i32::from(octet)))
    }

    /// A code that may be extended; of an extended one what is to be taken for it.
    ///
    /// ```text
    /// CHOICE { code [0] ENUMERATED, extensionBlock [1] SEQUENCE { fallback [0] ENUMERATED, … } }
    /// ```
    pub(crate) fn code(&self, tag: Tag) -> Option<u32> {
        let choice = Self { block: self.get(tag)? };
        choice.number(Tag(0x80)).or_else(|| Self { block: choice.get(Tag(0xA1))? }.number(Tag(0x80)))
    }

    /// Date and time of capture.
    ///
    /// ```text
    /// SEQUENCE { year [0], month [1], day [2], hour [3], minute [4], second [5], millisecond [6] INTEGER OPTIONAL }
    /// ```
    pub(crate) fn date_time(&self, tag: Tag) -> Option<DateTime> {
        let fields = Self { block: self.get(tag)? };
        let part = |tag| fields.number(tag).and_then(|part| u8::try_from(part).ok());
        let year = fields.number(Tag(0x80)).and_then(|year| u16::try_from(year).ok());
        let date = PartialDate { year, month: part(Tag(0x81)), day: part(Tag(0x82)) };
        let time = DateTime { date, hour: part(Tag(0x83)), minute: part(Tag(0x84)), second: part(Tag(0x85)) };
        date.is_plausible().then_some(time)
    }
}
