//! What an image may cost, and why there is no picture.

use crate::bounds::BOUNDS;
use crate::lds::ImageFormat;
use std::time::Duration;

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
    /// More than this limit allows.
    pub(super) fn too_much(what: &'static str, most: usize) -> Self {
        Self::TooMuch { what, most: u64::try_from(most).unwrap_or(u64::MAX) }
    }

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

/// Refuses a picture of more pixels than the limit.
pub(super) fn check_pixels(width: u32, height: u32, most: u64) -> Result<(), ImageError> {
    // Two factors of 32 bits fit in 64.
    let pixels = u64::from(width) * u64::from(height);
    if pixels > most { Err(ImageError::TooMuch { what: "pixels", most }) } else { Ok(()) }
}
