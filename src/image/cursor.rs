//! Walks the fields of a header, with the offset of each for an error.

use super::limits::ImageError;

/// The fields of a header that are not read yet.
pub(super) struct Cursor<'a> {
    /// What is not read yet.
    pub(super) rest: &'a [u8],
    /// Its offset in the image.
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { rest: bytes, at }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn malformed(&self, expected: &'static str) -> ImageError {
        ImageError::Malformed { at: self.at, expected }
    }

    pub(super) fn skip(&mut self, octets: usize, expected: &'static str) -> Result<&'a [u8], ImageError> {
        let (taken, rest) = self.rest.split_at_checked(octets).ok_or(self.malformed(expected))?;
        self.rest = rest;
        self.at += octets;
        Ok(taken)
    }

    pub(super) fn take<const N: usize>(&mut self, expected: &'static str) -> Result<[u8; N], ImageError> {
        let malformed = self.malformed(expected);
        self.skip(N, expected)?.try_into().map_err(|_| malformed)
    }

    pub(super) fn u8(&mut self, expected: &'static str) -> Result<u8, ImageError> {
        self.take(expected).map(|[octet]| octet)
    }

    pub(super) fn u16(&mut self, expected: &'static str) -> Result<u16, ImageError> {
        self.take(expected).map(u16::from_be_bytes)
    }

    pub(super) fn u32(&mut self, expected: &'static str) -> Result<u32, ImageError> {
        self.take(expected).map(u32::from_be_bytes)
    }

    /// The content of a marker segment: a length of two octets that counts itself, then so many.
    pub(super) fn segment(&mut self) -> Result<Cursor<'a>, ImageError> {
        const SEGMENT: &str = "a marker segment within the image";
        let malformed = self.malformed(SEGMENT);
        let length = usize::from(self.u16(SEGMENT)?).checked_sub(2).ok_or(malformed)?;
        let at = self.at;
        Ok(Cursor::new(self.skip(length, SEGMENT)?, at))
    }
}
