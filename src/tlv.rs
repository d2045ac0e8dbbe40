//! The only decoder and encoder of BER-TLV (X.690 §8.1, 7816-4 §5.2.2).
//!
//! A [`Reader`] walks data objects in order, without copying, recursion or allocation; every error carries the offset
//! in the outermost buffer. A length that is longer than it needs be is accepted and marked; the indefinite length only
//! where the reader was made for it ([`Reader::ber`], the framing of CMS).

use crate::bounds::BOUNDS;
use thiserror::Error;

/// A tag, as its octets read big-endian: `0x30`, `0x5F1F`, `0x7F2E`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(pub u32);

impl Tag {
    /// BOOLEAN.
    pub const BOOLEAN: Tag = Tag(0x01);
    /// INTEGER.
    pub const INTEGER: Tag = Tag(0x02);
    /// BIT STRING.
    pub const BIT_STRING: Tag = Tag(0x03);
    /// OCTET STRING.
    pub const OCTET_STRING: Tag = Tag(0x04);
    /// NULL.
    pub const NULL: Tag = Tag(0x05);
    /// OBJECT IDENTIFIER.
    pub const OID: Tag = Tag(0x06);
    /// ENUMERATED.
    pub const ENUMERATED: Tag = Tag(0x0A);
    /// UTF8String.
    pub const UTF8_STRING: Tag = Tag(0x0C);
    /// PrintableString.
    pub const PRINTABLE_STRING: Tag = Tag(0x13);
    /// IA5String.
    pub const IA5_STRING: Tag = Tag(0x16);
    /// UTCTime.
    pub const UTC_TIME: Tag = Tag(0x17);
    /// GeneralizedTime.
    pub const GENERALIZED_TIME: Tag = Tag(0x18);
    /// SEQUENCE.
    pub const SEQUENCE: Tag = Tag(0x30);
    /// SET.
    pub const SET: Tag = Tag(0x31);

    /// The octets, one to four.
    fn octets(self) -> ([u8; 4], usize) {
        let octets = self.0.to_be_bytes();
        (octets, octets.iter().position(|&octet| octet != 0).unwrap_or(3))
    }

    /// Whether the value is itself a row of data objects (bit 6 of the first octet).
    pub fn is_constructed(self) -> bool {
        let (octets, first) = self.octets();
        octets.get(first).is_some_and(|octet| octet & 0x20 != 0)
    }

    /// The tag in octets, as it is encoded.
    pub fn to_bytes(self) -> Vec<u8> {
        let (octets, first) = self.octets();
        octets.get(first..).unwrap_or_default().to_vec()
    }
}

impl core::fmt::Display for Tag {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:02X}", self.0)
    }
}

impl core::fmt::Debug for Tag {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        core::fmt::Display::fmt(self, f)
    }
}

/// What is wrong, and where: `at` counts octets from the start of the outermost buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("at byte {at}: {problem}")]
pub struct TlvError {
    /// Offset in the outermost buffer.
    pub at: usize,
    /// What is wrong there.
    pub problem: Problem,
}

/// What can be wrong with a data object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Problem {
    /// The buffer ends before the data object does.
    #[error("the data ends before the data object does")]
    Truncated,
    /// A tag of more than four octets, or with a leading zero.
    #[error("a tag of more than four octets, or with leading zeros")]
    BadTag,
    /// A length octet that X.690 reserves, or a length beyond 32 bits.
    #[error("a reserved length, or one beyond 32 bits")]
    BadLength,
    /// The indefinite length where it is not allowed.
    #[error("an indefinite length where a definite one is due")]
    Indefinite,
    /// Deeper than [`Bounds::tlv_depth`](crate::Bounds::tlv_depth).
    #[error("nested deeper than 16 levels")]
    TooDeep,
    /// Another thing is due here.
    #[error("expected {0}")]
    Expected(&'static str),
    /// Bytes are left after the last data object.
    #[error("unexpected bytes after the last data object")]
    Trailing,
}

/// One data object, borrowed from the buffer it stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Tlv<'a> {
    /// The tag.
    pub tag: Tag,
    /// The value; of an indefinite length without its end-of-contents octets.
    pub value: &'a [u8],
    /// Tag, length and value as they stand in the buffer.
    pub raw: &'a [u8],
    /// Offset of the tag in the outermost buffer.
    pub at: usize,
    /// Offset of the value in the outermost buffer.
    pub value_at: usize,
    /// The length is not in its shortest form (a lossless laxity), or is indefinite.
    pub lax_length: bool,
    depth: u8,
    ber: bool,
}

/// `Debug` output omits the contents.
impl core::fmt::Debug for Tlv<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Tlv({} at {}, {} bytes)", self.tag, self.at, self.value.len())
    }
}

impl<'a> Tlv<'a> {
    /// A reader of the data objects inside this one.
    pub fn children(&self) -> Reader<'a> {
        Reader { rest: self.value, at: self.value_at, depth: self.depth.saturating_add(1), ber: self.ber }
    }

    /// The error that another thing was due in the place of this data object.
    pub fn expected(&self, what: &'static str) -> TlvError {
        TlvError { at: self.at, problem: Problem::Expected(what) }
    }
}

/// Walks a row of data objects.
#[derive(Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
    at: usize,
    depth: u8,
    ber: bool,
}

/// `Debug` output omits the contents.
impl core::fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Reader(at {}, {} bytes left)", self.at, self.rest.len())
    }
}

impl<'a> Reader<'a> {
    /// A reader of definite lengths.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, at: 0, depth: 0, ber: false }
    }

    /// A reader that also accepts indefinite lengths of constructed data objects.
    pub fn ber(bytes: &'a [u8]) -> Self {
        Self { ber: true, ..Self::new(bytes) }
    }

    /// The offset of the next data object in the outermost buffer.
    pub fn at(&self) -> usize {
        self.at
    }

    /// The bytes not yet read.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Whether all data objects are read.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The tag of the next data object, if there is one.
    pub fn peek(&self) -> Option<Tag> {
        header(self.rest).ok().map(|header| header.tag)
    }

    /// The next data object.
    ///
    /// # Errors
    /// A malformed or truncated header, a value beyond the buffer, too deep a nesting.
    #[expect(clippy::should_implement_trait, reason = "an error ends the walk; an iterator would go on")]
    pub fn next(&mut self) -> Result<Tlv<'a>, TlvError> {
        let fail = |problem| TlvError { at: self.at, problem };
        if self.depth >= BOUNDS.tlv_depth {
            return Err(fail(Problem::TooDeep));
        }
        let header = header(self.rest).map_err(fail)?;
        let (value_len, raw_len) = match header.length {
            Some(length) => (length, header.len.checked_add(length).ok_or(fail(Problem::BadLength))?),
            None if self.ber && header.tag.is_constructed() => {
                let content = self.rest.get(header.len..).unwrap_or_default();
                let length = indefinite_length(content, self.depth)
                    .map_err(|error| TlvError { at: self.at + header.len + error.at, ..error })?;
                (length, header.len + length + 2)
            }
            None => return Err(fail(Problem::Indefinite)),
        };
        let (raw, rest) = self.rest.split_at_checked(raw_len).ok_or(fail(Problem::Truncated))?;
        let value = raw.get(header.len..header.len + value_len).ok_or(fail(Problem::Truncated))?;
        let tlv = Tlv {
            tag: header.tag,
            value,
            raw,
            at: self.at,
            value_at: self.at + header.len,
            lax_length: header.lax,
            depth: self.depth,
            ber: self.ber,
        };
        self.rest = rest;
        self.at += raw_len;
        Ok(tlv)
    }

    /// The next data object, which must have this tag; `what` names it in the error.
    ///
    /// # Errors
    /// As [`Reader::next`], or another tag, or none.
    pub fn expect(&mut self, tag: Tag, what: &'static str) -> Result<Tlv<'a>, TlvError> {
        match self.peek() {
            Some(found) if found == tag => self.next(),
            _ => Err(TlvError { at: self.at, problem: Problem::Expected(what) }),
        }
    }

    /// The next data object if it has this tag.
    ///
    /// # Errors
    /// As [`Reader::next`].
    pub fn optional(&mut self, tag: Tag) -> Result<Option<Tlv<'a>>, TlvError> {
        if self.peek() == Some(tag) { self.next().map(Some) } else { Ok(None) }
    }

    /// The end: no byte may be left.
    ///
    /// # Errors
    /// [`Problem::Trailing`] with the offset of the first byte left.
    pub fn finish(&self) -> Result<(), TlvError> {
        if self.rest.is_empty() { Ok(()) } else { Err(TlvError { at: self.at, problem: Problem::Trailing }) }
    }
}

/// A header as it was read; a `length` of `None` is indefinite.
struct Header {
    tag: Tag,
    len: usize,
    length: Option<usize>,
    lax: bool,
}

fn header(bytes: &[u8]) -> Result<Header, Problem> {
    let mut octets = bytes.iter().copied();
    let mut octet = || octets.next().ok_or(Problem::Truncated);
    let mut len = 2;
    let first = octet()?;
    let (tag, tag_len) = tag_octets(first, || octet().ok())?;
    len += tag_len - 1;
    let (length, lax) = match octet()? {
        short @ 0..=0x7F => (Some(usize::from(short)), false),
        0x80 => (None, true),
        0xFF => return Err(Problem::BadLength),
        long => {
            let mut length: u64 = 0;
            let mut minimal = true;
            for index in 0..long & 0x7F {
                let next = octet()?;
                minimal &= index != 0 || next != 0;
                length = (length << 8) | u64::from(next);
                if length > u64::from(u32::MAX) {
                    return Err(Problem::BadLength);
                }
                len += 1;
            }
            (Some(usize::try_from(length).map_err(|_| Problem::BadLength)?), !minimal || length < 0x80)
        }
    };
    Ok(Header { tag, len, length, lax })
}

/// The tag that begins with this octet, and how many octets it has.
fn tag_octets(first: u8, mut next: impl FnMut() -> Option<u8>) -> Result<(Tag, usize), Problem> {
    let mut tag = u32::from(first);
    let mut len = 1;
    if first & 0x1F == 0x1F {
        loop {
            let octet = next().ok_or(Problem::Truncated)?;
            if len >= BOUNDS.tag_octets || (len == 1 && octet == 0x80) {
                return Err(Problem::BadTag);
            }
            tag = (tag << 8) | u32::from(octet);
            len += 1;
            if octet & 0x80 == 0 {
                break;
            }
        }
    }
    Ok((Tag(tag), len))
}

/// Octets of the content of an indefinite length, up to its end-of-contents octets: one walk, no recursion.
fn indefinite_length(content: &[u8], depth: u8) -> Result<usize, TlvError> {
    let mut open = 1;
    let mut at = 0;
    loop {
        let rest = content.get(at..).unwrap_or_default();
        let here = at;
        let fail = |problem| TlvError { at: here, problem };
        if rest.starts_with(&[0, 0]) {
            open -= 1;
            if open == 0 {
                return Ok(at);
            }
            at += 2;
            continue;
        }
        let header = header(rest).map_err(fail)?;
        at += header.len;
        match header.length {
            Some(length) if length <= content.len().saturating_sub(at) => at += length,
            Some(_) => return Err(fail(Problem::Truncated)),
            None if !header.tag.is_constructed() => return Err(fail(Problem::Indefinite)),
            None if depth.saturating_add(open) >= BOUNDS.tlv_depth => return Err(fail(Problem::TooDeep)),
            None => open += 1,
        }
    }
}

/// Octets of the data object that begins here, header and value, from its header alone; `None` where the bytes held do
/// not yet show it. This is what cuts a file: its true length stands in its first bytes (9303-10 §3.6).
pub fn total_length(start: &[u8]) -> Option<usize> {
    let header = header(start).ok()?;
    header.len.checked_add(header.length?)
}

/// The tags of a tag list (tag 5C), each with its offset; `at` is the offset of the list in the outermost buffer.
///
/// # Errors
/// A tag that is malformed or cut off.
pub fn tag_list(list: &[u8], at: usize) -> Result<Vec<(usize, Tag)>, TlvError> {
    let mut tags = Vec::new();
    let mut octets = list.iter().copied();
    while let Some(first) = octets.next() {
        let here = at + (list.len() - octets.len() - 1);
        let (tag, _) = tag_octets(first, || octets.next()).map_err(|problem| TlvError { at: here, problem })?;
        tags.push((here, tag));
    }
    Ok(tags)
}

/// Octets of a definite length in its shortest form.
fn length_octets(length: usize) -> Vec<u8> {
    let octets = length.to_be_bytes();
    let significant: Vec<u8> = octets.iter().copied().skip_while(|&octet| octet == 0).collect();
    match (significant.as_slice(), u8::try_from(significant.len())) {
        ([], _) => vec![0],
        ([short @ 0..=0x7F], _) => vec![*short],
        (_, Ok(count)) => [&[0x80 | count], significant.as_slice()].concat(),
        (_, Err(_)) => Vec::new(),
    }
}

/// A data object with its length in the shortest form.
pub fn encode(tag: Tag, value: &[u8]) -> Vec<u8> {
    [tag.to_bytes().as_slice(), length_octets(value.len()).as_slice(), value].concat()
}

/// A constructed data object around these parts, each already encoded.
pub fn encode_all(tag: Tag, parts: &[&[u8]]) -> Vec<u8> {
    encode(tag, &parts.concat())
}

/// The content octets of a non-negative INTEGER without leading zeros; `None` for a negative or empty one.
///
/// A redundant leading zero is accepted (a lossless laxity).
pub fn unsigned_integer(content: &[u8]) -> Option<&[u8]> {
    match content {
        [] | [0x80..=0xFF, ..] => None,
        _ => {
            let zeros = content.iter().take_while(|&&octet| octet == 0).count();
            content.get(zeros.min(content.len() - 1)..)
        }
    }
}

/// A small non-negative INTEGER.
pub fn small_integer(content: &[u8]) -> Option<u32> {
    let octets = unsigned_integer(content)?;
    (octets.len() <= 4).then(|| octets.iter().fold(0, |value, &octet| (value << 8) | u32::from(octet)))
}

/// The content octets of an INTEGER that holds this unsigned big-endian number.
pub fn integer_content(unsigned: &[u8]) -> Vec<u8> {
    let significant: Vec<u8> = unsigned.iter().copied().skip_while(|&octet| octet == 0).collect();
    match significant.first() {
        None => vec![0],
        Some(0x80..=0xFF) => [&[0], significant.as_slice()].concat(),
        Some(_) => significant,
    }
}

/// The octets of a BIT STRING without unused bits; `None` for any other.
pub fn bit_string_octets(content: &[u8]) -> Option<&[u8]> {
    content.split_first().filter(|(unused, _)| **unused == 0).map(|(_, octets)| octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks_nested_objects_with_offsets() {
        let bytes = [0x30, 0x05, 0x02, 0x01, 0x07, 0x05, 0x00, 0x5F, 0x1F, 0x01, 0x41];
        let mut reader = Reader::new(&bytes);
        let mut inner = reader.expect(Tag::SEQUENCE, "a SEQUENCE").unwrap().children();
        assert_eq!(inner.next().unwrap().value, [7]);
        let null = inner.next().unwrap();
        assert_eq!((null.tag, null.at), (Tag::NULL, 5));
        inner.finish().unwrap();
        let mrz = reader.next().unwrap();
        assert_eq!((mrz.tag, mrz.value_at, mrz.value), (Tag(0x5F1F), 10, &b"A"[..]));
        reader.finish().unwrap();
    }

    #[test]
    fn accepts_and_marks_a_long_form_that_could_be_short() {
        let tlv = Reader::new(&[0x04, 0x82, 0x00, 0x01, 0xAA]).next().unwrap();
        assert!(tlv.lax_length);
        assert_eq!(tlv.value, [0xAA]);
        assert!(!Reader::new(&[0x04, 0x01, 0xAA]).next().unwrap().lax_length);
    }

    #[test]
    fn refuses_malformed_headers() {
        let problem = |bytes: &[u8]| Reader::new(bytes).next().unwrap_err().problem;
        assert_eq!(problem(&[]), Problem::Truncated);
        assert_eq!(problem(&[0x30]), Problem::Truncated);
        assert_eq!(problem(&[0x30, 0x02, 0x00]), Problem::Truncated);
        assert_eq!(problem(&[0x30, 0xFF, 0x00]), Problem::BadLength);
        assert_eq!(problem(&[0x30, 0x88, 255, 255, 255, 255, 255, 255, 255, 255]), Problem::BadLength);
        assert_eq!(problem(&[0x30, 0x80, 0x00, 0x00]), Problem::Indefinite);
        assert_eq!(problem(&[0x1F, 0x80, 0x01, 0x00]), Problem::BadTag);
        assert_eq!(problem(&[0x1F, 0x81, 0x81, 0x81, 0x01, 0x00]), Problem::BadTag);
        let mut trailing = Reader::new(&[0x05, 0x00, 0x00]);
        trailing.next().unwrap();
        assert_eq!(trailing.finish().unwrap_err(), TlvError { at: 2, problem: Problem::Trailing });
    }

    #[test]
    fn indefinite_lengths_only_in_ber_and_only_when_closed() {
        let bytes = [0x30, 0x80, 0x24, 0x80, 0x04, 0x01, 0x09, 0x00, 0x00, 0x00, 0x00, 0x05, 0x00];
        let mut reader = Reader::ber(&bytes);
        let outer = reader.next().unwrap();
        assert_eq!(outer.raw.len(), 11);
        assert_eq!(outer.children().next().unwrap().children().next().unwrap().value, [9]);
        assert_eq!(reader.next().unwrap().tag, Tag::NULL);
        assert_eq!(Reader::ber(&bytes[..9]).next().unwrap_err().problem, Problem::Truncated);
        assert_eq!(Reader::ber(&[0x04, 0x80, 0x00, 0x00]).next().unwrap_err().problem, Problem::Indefinite);
        assert_eq!(Reader::ber(&[0x30, 0x80].repeat(20_000)).next().unwrap_err().problem, Problem::TooDeep);
    }

    #[test]
    fn refuses_to_go_deeper_than_sixteen() {
        let mut bytes = vec![0x05, 0x00];
        for _ in 0..BOUNDS.tlv_depth {
            bytes = encode(Tag::SEQUENCE, &bytes);
        }
        let mut reader = Reader::new(&bytes);
        let error = loop {
            match reader.next() {
                Ok(tlv) => reader = tlv.children(),
                Err(error) => break error,
            }
        };
        assert_eq!(error.problem, Problem::TooDeep);
    }

    #[test]
    fn encodes_lengths_at_every_border() {
        for length in [0, 1, 0x7F, 0x80, 0xFF, 0x100, 0xFFFF, 0x1_0000] {
            let encoded = encode(Tag(0x7F2E), &vec![7; length]);
            let tlv = Reader::new(&encoded).next().unwrap();
            assert_eq!((tlv.tag, tlv.value.len(), tlv.lax_length), (Tag(0x7F2E), length, false));
            assert_eq!(total_length(&encoded[..encoded.len().min(8)]), Some(encoded.len()));
        }
    }

    #[test]
    fn integers_are_unsigned_and_bounded() {
        assert_eq!(unsigned_integer(&[0, 0x80]), Some(&[0x80][..]));
        assert_eq!(unsigned_integer(&[0]), Some(&[0][..]));
        assert_eq!(unsigned_integer(&[0x80]), None);
        assert_eq!(small_integer(&[0, 255, 255, 255, 255]), Some(u32::MAX));
        assert_eq!(small_integer(&[1, 0, 0, 0, 0]), None);
        assert_eq!(integer_content(&[0, 0, 0x80]), [0, 0x80]);
        assert_eq!(integer_content(&[0, 0]), [0]);
    }
}
