//! What the records of ISO/IEC 19794-4, -5 and -6 have in common: fields of fixed length, the same beginning, and where
//! their images end.

use super::modality::ModalityDefects;
use crate::lds::findings::Findings;

/// Walks fields of fixed length.
pub(crate) struct Cursor<'a> {
    /// What is not read yet.
    pub(crate) rest: &'a [u8],
    /// Its offset in the file.
    pub(crate) at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(rest: &'a [u8], at: usize) -> Self {
        Self { rest, at }
    }

    /// The next octets; `None` where there are fewer.
    pub(crate) fn skip(&mut self, octets: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(octets)?;
        self.rest = rest;
        self.at += octets;
        Some(taken)
    }

    /// The next octets, so many as their reader wants.
    pub(crate) fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.skip(N)?.try_into().ok()
    }

    /// The beginning of every record: its format identifier, its version, its length of so many octets. A length that is
    /// wrong is a finding; `None` where the record is cut off.
    pub(crate) fn begin(
        &mut self,
        identifier: [u8; 4],
        length_octets: usize,
        defects: &ModalityDefects,
        findings: &mut Findings,
    ) -> Option<()> {
        let (start, held) = (self.at, self.rest);
        if self.take()? != identifier {
            findings.add(start, defects.record_identifier);
        }
        if self.take()? != *b"010\0" {
            findings.add(start + 4, defects.record_version);
        }
        let length = self.skip(length_octets)?.iter().fold(0, |length: u64, octet| (length << 8) | u64::from(*octet));
        match usize::try_from(length) {
            Ok(length) if length == held.len() => {}
            Ok(length) if held.get(length..).is_some_and(is_zero) => {
                findings.add(start + length, defects.zeros_after_image);
            }
            _ => findings.add(start + 8, defects.record_length),
        }
        Some(())
    }

    /// The next octet.
    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.take().map(u8::from_be_bytes)
    }

    /// The next two octets, a number.
    pub(crate) fn u16(&mut self) -> Option<u16> {
        self.take().map(u16::from_be_bytes)
    }

    /// The next four octets, a number.
    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.take().map(u32::from_be_bytes)
    }
}

/// The length of an image of which the record states this length (`None` for one that cannot be), in what is held.
///
/// Lengths in the field are short by 1 or by 8: of the last image what is left and is not zeros belongs to it, whatever the
/// length says. The end of the others follows from their length alone.
pub(crate) fn image_length(stated: Option<usize>, held: &[u8], is_last: bool) -> usize {
    match stated {
        Some(stated) if !is_last || stated > held.len() => stated.min(held.len()),
        Some(stated) if held.get(stated..).is_some_and(is_zero) => stated,
        _ => held.iter().rposition(|&octet| octet != 0).map_or(0, |last| last + 1),
    }
}

/// Octets of an image without compression: a whole number for each pixel, or all bits in one row.
pub(crate) fn raw_octets((width, height): (u16, u16), depth: u8, is_packed: bool) -> Option<usize> {
    let (pixels, depth) = (u64::from(width) * u64::from(height), u64::from(depth));
    let octets = if is_packed { (pixels * depth).div_ceil(8) } else { pixels * depth.div_ceil(8) };
    usize::try_from(octets).ok()
}

/// Whether all octets are zero.
fn is_zero(octets: &[u8]) -> bool {
    octets.iter().all(|&octet| octet == 0)
}
