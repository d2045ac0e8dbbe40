//! Pictures out of JPEG and JPEG 2000, for showing a portrait (feature `image`).
//!
//! No other room imports this one: it stands beside the verdict, never in its path. An image comes from a card that may
//! be hostile, so its headers are walked here first, with checked arithmetic: sizes, components, tiles, scans and all
//! that multiplies a decoder's work are bounded before a decoder sees a byte. Then the decoder runs on a thread of its
//! own until a deadline. A thread cannot be cancelled: one that is late runs on, unheard, to an end that those bounds set.
//! At the default limits the most laborious images that `tests/image.rs` could make take 5 s of a small virtual machine and
//! 100 MiB, so that hardly more than one late thread lives at a time for each that calls.
//!
//! Colours are taken as sRGB: no ICC profile is applied, and an alpha channel is left out. What the decoders allocate
//! within is not wiped; a [`Picture`] is.

mod jpeg;
mod jpeg2000;

use crate::bounds::BOUNDS;
use crate::lds::ImageFormat;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread::Builder;
use std::time::Duration;
use zeroize::Zeroizing;

/// What an image may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageLimits {
    /// Pixels: width × height, for JPEG 2000 on its reference grid.
    pub pixels: u64,
    /// Components: channels, an alpha channel and those of a palette among them.
    pub components: u16,
    /// Bytes of the encoded image.
    pub bytes: usize,
    /// Wall clock of the decoder.
    pub time: Duration,
}

impl Default for ImageLimits {
    /// 2 Mi pixels, 4 components, 1 MiB, five seconds.
    ///
    /// A portrait of a passport has 0.2 million pixels at 300 dpi, the largest that the guidelines speak of 1 200 × 1 600;
    /// four components are RGB and alpha, or CMYK; a chip's file has at most 64 KiB, and 1 MiB is what a reading takes of
    /// any file. A portrait decodes in milliseconds: five seconds are for the slowest machine.
    fn default() -> Self {
        Self {
            pixels: BOUNDS.image_pixels,
            components: BOUNDS.image_components,
            bytes: BOUNDS.image_bytes,
            time: BOUNDS.image_time,
        }
    }
}

/// Why there is no picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImageError {
    /// A format that is not decoded here, WSQ or an unknown one: the caller has its bytes.
    #[error("{} is not decoded here: the image is handed out as it is", .0.mime())]
    NotDecoded(ImageFormat),
    /// More than a limit allows, by the image's own headers; nothing was decoded.
    #[error("the image has more {what} than the {most} that are allowed")]
    TooMuch {
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        most: u64,
    },
    /// Not as the format has it.
    #[error("the image is malformed at byte {at}: expected {expected}")]
    Malformed {
        /// Offset in the image, in bytes.
        at: usize,
        /// What was expected there.
        expected: &'static str,
    },
    /// The decoder gave up on what the headers promise.
    #[error("the image cannot be decoded: {0}")]
    Undecodable(&'static str),
    /// A part of the format that is not decoded here.
    #[error("not decoded here: {0}")]
    Unsupported(&'static str),
    /// The deadline passed.
    #[error("the image took longer to decode than is allowed")]
    TooSlow,
    /// No thread could be started for the decoder.
    #[error("no thread could be started")]
    NoThread,
}

impl ImageError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotDecoded(_) => "not_decoded",
            Self::TooMuch { .. } => "too_much",
            Self::Malformed { .. } => "malformed",
            Self::Undecodable(_) => "undecodable",
            Self::Unsupported(_) => "unsupported",
            Self::TooSlow => "too_slow",
            Self::NoThread => "no_thread",
        }
    }
}

/// A decoded picture, wiped on drop.
pub struct Picture {
    width: u32,
    height: u32,
    rgb: Zeroizing<Vec<u8>>,
}

/// Says nothing of the picture but its size.
impl core::fmt::Debug for Picture {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Picture({} × {})", self.width, self.height)
    }
}

impl Picture {
    /// A picture of these bytes, if they are as many as its size asks for, and it has a size.
    fn new(width: u32, height: u32, rgb: Zeroizing<Vec<u8>>) -> Result<Self, ImageError> {
        let bytes = u64::from(width).checked_mul(u64::from(height)).and_then(|pixels| pixels.checked_mul(3));
        match bytes {
            Some(bytes) if bytes > 0 && u64::try_from(rgb.len()) == Ok(bytes) => Ok(Self { width, height, rgb }),
            _ => Err(ImageError::Undecodable("the picture does not have the size that its headers state")),
        }
    }

    /// Width in pixels, at least 1.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels, at least 1.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The pixels, row by row from the top left, each red, green and blue in one byte each.
    pub fn rgb(&self) -> &[u8] {
        &self.rgb
    }

    /// The picture as a PNG file, eight bits a colour.
    pub fn to_png(&self) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header().expect("a picture has a size, and a vector takes every byte");
        writer.write_image_data(&self.rgb).expect("a picture has as many bytes as its size asks for");
        writer.finish().expect("one image was written, and a vector takes every byte");
        file
    }
}

/// Decodes an image within these limits; what it is is read from its own bytes.
///
/// # Errors
/// Another format than JPEG and JPEG 2000, headers that promise more than a limit, a malformed image, a late decoder.
pub fn decode(image: &[u8], limits: &ImageLimits) -> Result<Picture, ImageError> {
    let format = ImageFormat::sniff(image);
    let most = limits.bytes;
    if image.len() > most {
        return Err(ImageError::TooMuch { what: "bytes", most: u64::try_from(most).unwrap_or(u64::MAX) });
    }
    match format {
        ImageFormat::Jpeg => {
            let frame = jpeg::examine(image, limits)?;
            until_deadline(limits.time, move || jpeg::decode(&frame))
        }
        ImageFormat::Jp2 | ImageFormat::Jpeg2000Codestream => {
            jpeg2000::examine(image, limits)?;
            let (image, pixels) = (Zeroizing::new(image.to_vec()), limits.pixels);
            until_deadline(limits.time, move || jpeg2000::decode(&image, pixels))
        }
        other => Err(ImageError::NotDecoded(other)),
    }
}

/// Runs the decoder on a thread of its own; a panic in it is an error here.
fn until_deadline(
    time: Duration,
    decoder: impl FnOnce() -> Result<Picture, ImageError> + Send + 'static,
) -> Result<Picture, ImageError> {
    let (done, result) = sync_channel(1);
    let work = move || {
        // Where nobody listens any more the picture is dropped here, and wiped.
        let _ = done.send(decoder());
    };
    Builder::new().name("chipid-image".into()).spawn(work).map_err(|_| ImageError::NoThread)?;
    match result.recv_timeout(time) {
        Ok(picture) => picture,
        Err(RecvTimeoutError::Timeout) => Err(ImageError::TooSlow),
        Err(RecvTimeoutError::Disconnected) => Err(ImageError::Undecodable("the decoder broke off")),
    }
}

/// Refuses a picture of more pixels than the limit.
fn check_pixels(width: u32, height: u32, most: u64) -> Result<(), ImageError> {
    // Two factors of 32 bits fit in 64.
    let pixels = u64::from(width) * u64::from(height);
    if pixels > most { Err(ImageError::TooMuch { what: "pixels", most }) } else { Ok(()) }
}

/// Walks the fields of a header.
struct Cursor<'a> {
    rest: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { rest: bytes, at }
    }

    fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    fn malformed(&self, expected: &'static str) -> ImageError {
        ImageError::Malformed { at: self.at, expected }
    }

    fn skip(&mut self, octets: usize, expected: &'static str) -> Result<&'a [u8], ImageError> {
        let (taken, rest) = self.rest.split_at_checked(octets).ok_or(self.malformed(expected))?;
        self.rest = rest;
        self.at += octets;
        Ok(taken)
    }

    fn take<const N: usize>(&mut self, expected: &'static str) -> Result<[u8; N], ImageError> {
        let malformed = self.malformed(expected);
        self.skip(N, expected)?.try_into().map_err(|_| malformed)
    }

    fn u8(&mut self, expected: &'static str) -> Result<u8, ImageError> {
        self.take(expected).map(|[octet]| octet)
    }

    fn u16(&mut self, expected: &'static str) -> Result<u16, ImageError> {
        self.take(expected).map(u16::from_be_bytes)
    }

    fn u32(&mut self, expected: &'static str) -> Result<u32, ImageError> {
        self.take(expected).map(u32::from_be_bytes)
    }

    /// The content of a marker segment: a length of two octets that counts itself, then so many.
    fn segment(&mut self) -> Result<Cursor<'a>, ImageError> {
        const SEGMENT: &str = "a marker segment within the image";
        let malformed = self.malformed(SEGMENT);
        let length = usize::from(self.u16(SEGMENT)?).checked_sub(2).ok_or(malformed)?;
        let at = self.at;
        Ok(Cursor::new(self.skip(length, SEGMENT)?, at))
    }
}
