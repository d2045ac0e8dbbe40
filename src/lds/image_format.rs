//! Images as they stand in the files: borrowed, named by their first bytes, never decoded (9303-10 §4.7.2 to §4.7.7).
//!
//! Of the header of an image only width and height are read, where a short walk reaches them: JPEG (ISO/IEC 10918-1 §B.2.2),
//! JPEG 2000 (ISO/IEC 15444-1 §A.5.1, §I.5.3.1), PNG, WSQ and Netpbm. They are claims of the file like all else: who decodes
//! checks them against limits of its own first.

use crate::lds::findings::{FileDefect, Findings};

/// What an image is, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImageFormat {
    /// JPEG: `FF D8 FF`.
    Jpeg,
    /// JPEG 2000 in its box format, JP2: `0000000C 6A502020`.
    Jp2,
    /// A raw JPEG 2000 codestream: `FF4F FF51`.
    Jpeg2000Codestream,
    /// PNG: `89504E47`.
    Png,
    /// WSQ, the compression of fingerprints: `FFA0`.
    Wsq,
    /// Netpbm in its binary forms, PGM and PPM: `P5` or `P6`.
    Netpbm,
    /// Pixels without a header, as the record around them states: the bytes never show it.
    Raw,
    /// None of these.
    Unknown,
}

impl ImageFormat {
    /// JPEG 2000 in both its forms.
    pub(super) const JPEG_2000: &'static [Self] = &[Self::Jp2, Self::Jpeg2000Codestream];
    /// The formats of displayed images.
    pub(super) const JPEG_OR_JPEG_2000: &'static [Self] = &[Self::Jpeg, Self::Jp2, Self::Jpeg2000Codestream];

    /// The format of an image, by its first bytes.
    pub fn sniff(image: &[u8]) -> Self {
        match image {
            [0xFF, 0xD8, 0xFF, ..] => Self::Jpeg,
            [0x00, 0x00, 0x00, 0x0C, 0x6A, 0x50, 0x20, 0x20, ..] => Self::Jp2,
            [0xFF, 0x4F, 0xFF, 0x51, ..] => Self::Jpeg2000Codestream,
            [0x89, 0x50, 0x4E, 0x47, ..] => Self::Png,
            [0xFF, 0xA0, 0xFF, ..] => Self::Wsq,
            [b'P', b'5' | b'6', b' ' | b'\t' | b'\r' | b'\n', ..] => Self::Netpbm,
            _ => Self::Unknown,
        }
    }

    /// The media type.
    pub fn mime(self) -> &'static str {
        self.names().0
    }

    /// The usual ending of a file name, without the dot.
    pub fn extension(self) -> &'static str {
        self.names().1
    }

    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Jpeg => ("image/jpeg", "jpg"),
            Self::Jp2 => ("image/jp2", "jp2"),
            Self::Jpeg2000Codestream => ("image/j2c", "j2c"),
            Self::Png => ("image/png", "png"),
            Self::Wsq => ("image/x-wsq", "wsq"),
            Self::Netpbm => ("image/x-portable-anymap", "pnm"),
            Self::Raw => ("application/octet-stream", "raw"),
            Self::Unknown => ("application/octet-stream", "bin"),
        }
    }
}

/// Width and height in pixels; neither is zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dimensions {
    /// Pixels in a line.
    pub width: u32,
    /// Lines.
    pub height: u32,
}

impl Dimensions {
    pub(super) fn new(width: u32, height: u32) -> Option<Self> {
        (width != 0 && height != 0).then_some(Self { width, height })
    }

    /// Width and height as the header of an image states them; `None` where it states none.
    pub fn of(image: &[u8]) -> Option<Self> {
        match ImageFormat::sniff(image) {
            ImageFormat::Jpeg => {
                marker_segments(image, |marker| matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC))
                    // SOF: precision (1)  height (2)  width (2)
                    .and_then(|segment| Self::new(u32::from(be16(segment, 3)?), u32::from(be16(segment, 1)?)))
            }
            // SOF: black (1)  white (1)  height (2)  width (2)
            ImageFormat::Wsq => marker_segments(image, |marker| marker == 0xA2)
                .and_then(|segment| Self::new(u32::from(be16(segment, 4)?), u32::from(be16(segment, 2)?))),
            ImageFormat::Jp2 => jp2(image),
            ImageFormat::Jpeg2000Codestream => codestream(image),
            ImageFormat::Png => {
                (image.get(12..16)? == b"IHDR").then_some(())?;
                Self::new(be32(image, 16)?, be32(image, 20)?)
            }
            ImageFormat::Netpbm => netpbm(image),
            ImageFormat::Raw | ImageFormat::Unknown => None,
        }
    }
}

/// An image of a file, borrowed from it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Image<'a> {
    /// The image as it stands in the file.
    pub bytes: &'a [u8],
    /// Its offset in the file.
    pub at: usize,
    /// What it is, by its own first bytes; [`ImageFormat::Raw`] only where the record around it says so.
    pub format: ImageFormat,
    /// Width and height as its own header states them.
    pub dimensions: Option<Dimensions>,
}

impl<'a> Image<'a> {
    /// An image that stands at this offset.
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, format: ImageFormat::sniff(bytes), dimensions: Dimensions::of(bytes) }
    }

    /// Notes its defects: `due` are the formats that are allowed here; `None` for any.
    pub(super) fn examine(&self, due: Option<&[ImageFormat]>, findings: &mut Findings) {
        if self.bytes.is_empty() {
            findings.add(self.at, FileDefect::ImageMissing);
        } else if self.format == ImageFormat::Unknown {
            findings.add(self.at, FileDefect::ImageUnknown);
        } else if due.is_some_and(|due| !due.contains(&self.format)) {
            findings.add(self.at, FileDefect::ImageMislabelled);
        }
    }
}

/// `Debug` output shows the size only.
impl core::fmt::Debug for Image<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Image({:?}, {} bytes at {})", self.format, self.bytes.len(), self.at)
    }
}

fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|octets| u16::from_be_bytes(*octets))
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|octets| u32::from_be_bytes(*octets))
}

/// What follows the length of the first marker segment that is wanted; the walk ends where entropy-coded data begin.
fn marker_segments(image: &[u8], is_wanted: impl Fn(u8) -> bool) -> Option<&[u8]> {
    let mut rest = image.get(2..)?;
    loop {
        let (&mark, tail) = rest.split_first()?;
        if mark != 0xFF {
            return None;
        }
        let (&marker, tail) = tail.split_first()?;
        rest = match marker {
            // A fill octet: the marker follows.
            0xFF => rest.get(1..)?,
            0x01 | 0xD0..=0xD7 => tail,
            // End of image, start of scan; of WSQ end of image and start of block.
            0xD9 | 0xDA | 0xA1 | 0xA3 => return None,
            marker => {
                let length = usize::from(be16(tail, 0)?);
                let segment = tail.get(2..length)?;
                if is_wanted(marker) {
                    return Some(segment);
                }
                tail.get(length..)?
            }
        };
    }
}

/// The image header box of a JP2, or the size of its codestream where it has none.
fn jp2(image: &[u8]) -> Option<Dimensions> {
    let mut boxes = image;
    while let Some((kind, content, rest)) = next_box(boxes) {
        match &kind {
            // jp2h is a superbox and begins with ihdr: height (4)  width (4)
            b"jp2h" => match next_box(content) {
                Some((kind, header, _)) if &kind == b"ihdr" => {
                    return Dimensions::new(be32(header, 4)?, be32(header, 0)?);
                }
                _ => {}
            },
            b"jp2c" => return codestream(content),
            _ => {}
        }
        boxes = rest;
    }
    None
}

/// A box: its type, its content, what follows it. A length of 0 reaches to the end, of 1 is given in the 8 octets after.
fn next_box(boxes: &[u8]) -> Option<([u8; 4], &[u8], &[u8])> {
    let length = be32(boxes, 0)?;
    let kind: [u8; 4] = *boxes.get(4..)?.first_chunk()?;
    let (header, length) = match length {
        0 => (8, boxes.len()),
        1 => (16, usize::try_from(u64::from_be_bytes(*boxes.get(8..)?.first_chunk()?)).ok()?),
        length => (8, usize::try_from(length).ok()?),
    };
    // A box that is cut off is read as far as it goes.
    let (this, rest) = boxes.split_at(length.min(boxes.len()));
    Some((kind, this.get(header..)?, rest))
}

/// SIZ: length (2)  capabilities (2)  Xsiz (4)  Ysiz (4)  XOsiz (4)  YOsiz (4), after the two markers.
fn codestream(image: &[u8]) -> Option<Dimensions> {
    (ImageFormat::sniff(image) == ImageFormat::Jpeg2000Codestream).then_some(())?;
    let width = be32(image, 8)?.checked_sub(be32(image, 16)?)?;
    let height = be32(image, 12)?.checked_sub(be32(image, 20)?)?;
    Dimensions::new(width, height)
}

/// The second and third word of the header; no remarks are looked past.
fn netpbm(image: &[u8]) -> Option<Dimensions> {
    let header = image.get(..image.len().min(32))?;
    let mut words = header.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).skip(1);
    let mut number = || core::str::from_utf8(words.next()?).ok()?.parse().ok();
    Dimensions::new(number()?, number()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(hex: &str) -> Option<(u32, u32)> {
        let image = hex::decode(hex.replace(' ', "")).unwrap();
        Dimensions::of(&image).map(|size| (size.width, size.height))
    }

    #[test]
    fn reads_width_and_height_of_every_format() {
        assert_eq!(size("FFD8 FFE0 0004 0000 FF FFC2 000B 08 0046 0094 01 112200"), Some((148, 70)));
        assert_eq!(size("FFA0 FFA8 0003 41 FFA2 000F 00 FF 0100 0080 00000000000000"), Some((128, 256)));
        assert_eq!(size("FF4FFF51 0029 0000 00000110 00000210 00000010 00000010"), Some((256, 512)));
        let ftyp = "0000000C 6A502020 0D0A870A 00000014 66747970 6A703220 00000000 6A703220";
        let ihdr = "0000002D 6A703268 00000016 69686472 00000213 0000019D";
        assert_eq!(size(&format!("{ftyp} {ihdr}")), Some((413, 531)));
        let stream = "FF4FFF51 0029 0000 00000110 00000210 00000010 00000010";
        assert_eq!(size(&format!("{ftyp} 00000000 6A703263 {stream}")), Some((256, 512)));
        assert_eq!(size(&format!("{ftyp} 00000001 6A703263 0000000000000028 {stream}")), Some((256, 512)));
        assert_eq!(size("89504E470D0A1A0A 0000000D 49484452 00000020 00000010 0802"), Some((32, 16)));
        assert_eq!(size("50350A 3132 20 3334 0A 323535 0A 00"), Some((12, 34)));
    }

    #[test]
    fn states_no_size_where_the_header_has_none() {
        for none in [
            "",
            "FFD8FF",
            "FFD8 FFDA 0002",
            "FFD8 FFC0 0001 08",
            "FFD8 FFC0 000B 08 0046",
            "FFD8 FFC0 000B 08 0000 0094 01 112200",
            "FFD8 FFC4 000B 08 0046 0094 01 112200",
            "FFA0 FFA3 0003",
            "FF4FFF51 0029 0000 00000010 00000210 00000110 00000010",
            "0000000C 6A502020 00000007 6A703268",
            "0000000C 6A502020 00000001 6A703268 FFFFFFFFFFFFFFFF",
            "89504E470D0A1A0A 0000000D 49444154 00000020 00000010",
            "50350A 3939393939393939393939 20 33",
            "50350A 2D31 20 33",
        ] {
            assert_eq!(size(none), None, "{none}");
        }
    }
}
