//! The fields of fixed length that records of ISO/IEC 19794 are made of, and where their images end.

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
/// length says. Of the others nothing tells where they end but their length.
pub(crate) fn image_length(stated: Option<usize>, held: &[u8], is_last: bool) -> usize {
    match stated {
        Some(stated) if !is_last || stated > held.len() => stated.min(held.len()),
        Some(stated) if held.get(stated..).is_some_and(is_zero) => stated,
        _ => held.iter().rposition(|&octet| octet != 0).map_or(0, |last| last + 1),
    }
}

/// Whether all octets are zero.
pub(crate) fn is_zero(octets: &[u8]) -> bool {
    octets.iter().all(|&octet| octet == 0)
}
