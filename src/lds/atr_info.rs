//! What lengths a chip takes: EF.ATR/INFO (9303-10 §3.11.1, 9303-11 §9.3.1.2) and the card capabilities in the historical bytes of
//! its answer to reset (7816-4 §8.1.1.2.7, §12.1.1).
//!
//! Both are read in the clear and signed by nothing: they may cost an exchange, never a verdict.

use crate::lds::FileId;
use crate::lds::findings::{FileDefect, Finding, Findings};
use crate::tlv::{Reader, Tag, Tlv, small_integer};

/// The least that extended length information may state: what short commands do anyway.
const LEAST: u32 = 256;

/// The greatest lengths that a chip takes, in octets of the whole APDU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtendedLength {
    /// The most octets of a command APDU, header and length fields included.
    pub max_command: u32,
    /// The most octets of a response APDU, status word included.
    pub max_response: u32,
}

/// EF.ATR/INFO as a value.
#[derive(Clone, Debug)]
pub struct AtrInfo {
    /// The extended length information; `None` where it is absent or malformed: then short lengths are due.
    pub extended_length: Option<ExtendedLength>,
    /// The card capabilities, where they stand here too.
    pub capabilities: Option<CardCapabilities>,
    /// Defects and remarks of the file.
    pub findings: Vec<Finding>,
}

impl AtrInfo {
    /// Reads an EF.ATR/INFO, a row of data objects of which only the length information is kept:
    ///
    /// ```text
    /// 7F66 L  02 L max_command  02 L max_response
    /// ```
    ///
    /// A file that is malformed only says nothing: there is no error.
    pub fn parse(file: &[u8]) -> Self {
        let mut findings = Findings::of(FileId::AtrInfo);
        let mut extended_length = None;
        let mut capabilities = None;
        let mut objects = Reader::new(file);
        let mut is_found = false;
        while !objects.is_empty() && !objects.rest().iter().all(|&octet| octet == 0) {
            let Ok(object) = objects.next() else {
                findings.rest(&objects);
                break;
            };
            if object.tag == Tag(0x47) {
                capabilities = CardCapabilities::from_tables(object.value);
            }
            if object.tag == Tag(0x7F66) {
                is_found = true;
                extended_length = lengths(&object);
                if extended_length.is_none() {
                    findings.add(object.at, FileDefect::LengthInfoMalformed);
                }
            }
        }
        if !is_found {
            findings.add(0, FileDefect::LengthInfoMissing);
        }
        Self { extended_length, capabilities, findings: findings.into_list() }
    }
}

fn lengths(object: &Tlv<'_>) -> Option<ExtendedLength> {
    let mut inside = object.children();
    let mut length = || {
        let length = inside.expect(Tag::INTEGER, "a length, an INTEGER").ok()?;
        small_integer(length.value).filter(|&length| length >= LEAST)
    };
    let both = ExtendedLength { max_command: length()?, max_response: length()? };
    inside.finish().is_ok().then_some(both)
}

/// What the third software function table of the card capabilities says (7816-4 Table 119).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CardCapabilities {
    /// Command chaining.
    pub command_chaining: bool,
    /// Extended Lc and Le.
    pub extended_length: bool,
    /// EF.ATR/INFO holds extended length information.
    pub extended_length_info: bool,
}

impl CardCapabilities {
    /// Reads the historical bytes of an answer to reset; `None` where they say nothing of it, or are garbage.
    pub fn from_atr(atr: &[u8]) -> Option<Self> {
        Self::from_historical_bytes(historical_bytes(atr)?)
    }

    /// Reads historical bytes; `None` where they say nothing of it.
    pub fn from_historical_bytes(historical: &[u8]) -> Option<Self> {
        let (category, rest) = historical.split_first()?;
        let mut objects = match category {
            // A status indicator of three octets stands at the end.
            0x00 => rest.get(..rest.len().checked_sub(3)?)?,
            0x80 => rest,
            _ => return None,
        };
        // COMPACT-TLV: one octet of tag and length  (7816-4 §8.1.1.2)
        while let Some((header, tail)) = objects.split_first() {
            let (value, rest) = tail.split_at_checked(usize::from(header & 0x0F))?;
            if header & 0xF0 == 0x70 {
                return Self::from_tables(value);
            }
            objects = rest;
        }
        None
    }

    /// From the software function tables themselves, up to three octets.
    fn from_tables(tables: &[u8]) -> Option<Self> {
        let table = tables.get(2)?;
        Some(Self {
            command_chaining: table & 0x80 != 0,
            extended_length: table & 0x40 != 0,
            extended_length_info: table & 0x20 != 0,
        })
    }
}

/// The historical bytes of an answer to reset (7816-3 §8.2).
fn historical_bytes(atr: &[u8]) -> Option<&[u8]> {
    let [_ts, t0, rest @ ..] = atr else { return None };
    let count = usize::from(t0 & 0x0F);
    let mut rest = rest;
    let mut indicator = *t0;
    // Y says which of TA, TB, TC, TD follow; TD has the next Y.
    loop {
        let others = usize::try_from((indicator & 0x70).count_ones()).ok()?;
        rest = rest.get(others..)?;
        if indicator & 0x80 == 0 {
            return rest.get(..count);
        }
        let (td, tail) = rest.split_first()?;
        indicator = *td;
        rest = tail;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_lengths_of_two_and_of_three_octets() {
        let parse = |file: &str| AtrInfo::parse(&hex::decode(file).unwrap());
        let two = parse("43 01B8 4604 04EC1234 7F66 08 0202 0400 0202 7FFF 9000".replace(' ', "").as_str());
        assert_eq!(two.extended_length, Some(ExtendedLength { max_command: 1024, max_response: 32_767 }));
        let three = parse("7F660A 0203010000 0203010000".replace(' ', "").as_str());
        assert_eq!(three.extended_length, Some(ExtendedLength { max_command: 65_536, max_response: 65_536 }));
        assert!(three.findings.is_empty());
    }

    #[test]
    fn refuses_one_length_another_tag_and_garbage() {
        let found = |file: &str| {
            let info = AtrInfo::parse(&hex::decode(file).unwrap());
            (info.extended_length, info.findings.first().map(|finding| finding.defect))
        };
        assert_eq!(found("7F6604 02020400".replace(' ', "").as_str()), (None, Some(FileDefect::LengthInfoMalformed)));
        assert_eq!(found("7F65080202040002020400"), (None, Some(FileDefect::LengthInfoMissing)));
        assert_eq!(found("7F66080202000002020400"), (None, Some(FileDefect::LengthInfoMalformed)));
        assert_eq!(found(""), (None, Some(FileDefect::LengthInfoMissing)));
        assert_eq!(found("0000000000"), (None, Some(FileDefect::LengthInfoMissing)));
        assert_eq!(found("FFFFFFFF").0, None);
    }

    #[test]
    fn reads_the_capabilities_of_an_answer_to_reset() {
        let read = |atr: &str| CardCapabilities::from_atr(&hex::decode(atr.replace(' ', "")).unwrap());
        let all = CardCapabilities { command_chaining: true, extended_length: true, extended_length_info: true };
        assert_eq!(read("3B 88 80 01 80 31 80 73 F6 21 E0 00 3A"), Some(all));
        assert_eq!(read("3B 87 80 01 80 73 F6 21 C0 31 80 3A").map(|found| found.extended_length_info), Some(false));
        assert_eq!(read("3B 88 80 01 00 73 F6 21 40 05 90 00 3A").map(|found| found.extended_length), Some(true));
        for garbage in
            ["", "3B", "3B 8F", "3BFF", "3B 88 80 01 80 7F", "3B 8F 80 01 80 4F 0C A0 00 00 03 06", "3B0400112233"]
        {
            assert_eq!(read(garbage), None, "{garbage}");
        }
    }
}
