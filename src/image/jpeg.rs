//! JPEG (ITU-T T.81), baseline, extended and progressive, eight bits a sample.
//!
//! The walk goes over every marker up to the end of the image, so that scans are counted and a cut image is refused. What
//! a picture does not need (EXIF, ICC profiles, comments) is left out of what the decoder gets.

use super::cursor::Cursor;
use super::limits::{ImageError, ImageLimits, check_pixels};
use super::picture::Picture;
use crate::bounds::BOUNDS;
use zeroize::Zeroizing;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

// Markers (T.81 Table B.1).
const SOI: u8 = 0xD8;
const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;
const DNL: u8 = 0xDC;
const JPG: u8 = 0xC8;
const DAC: u8 = 0xCC;
const APP15: u8 = 0xEF;
const COM: u8 = 0xFE;

/// A JPEG that may be decoded: within the limits, and without its metadata.
pub(super) struct Frame {
    width: u16,
    height: u16,
    image: Zeroizing<Vec<u8>>,
}

/// Walks the image.
pub(super) fn examine(image: &[u8], limits: &ImageLimits) -> Result<Frame, ImageError> {
    const MARKER: &str = "a JPEG marker";
    let mut cursor = Cursor::new(image, 0);
    let mut kept = Zeroizing::new(Vec::with_capacity(image.len()));
    let mut size = None;
    let mut scans = 0;
    if cursor.take(MARKER)? != [0xFF, SOI] {
        return Err(ImageError::Malformed { at: 0, expected: "the start of a JPEG" });
    }
    kept.extend([0xFF, SOI]);
    loop {
        let at = cursor.at;
        let marker = marker(&mut cursor)?;
        match marker {
            EOI => break,
            // SOF0 to SOF15, all that are neither baseline, extended nor progressive.
            DNL | DAC | 0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                return Err(ImageError::Unsupported("JPEG with lossless, hierarchical or arithmetic coding"));
            }
            0x00 | 0x01 | 0xD0..=SOI | JPG => return Err(ImageError::Malformed { at, expected: MARKER }),
            _ => {}
        }
        let start = cursor.rest;
        let mut segment = cursor.segment()?;
        let segment_len = segment.rest.len().saturating_add(2);
        match marker {
            0xC0..=0xC2 => {
                let found = frame(&mut segment, limits)?;
                if size.replace(found).is_some() {
                    return Err(ImageError::Malformed { at, expected: "one frame" });
                }
            }
            // Of the application segments APP0 (JFIF) and APP14 (Adobe) tell the colours.
            0xE1..=0xED | APP15 | COM => continue,
            SOS => {
                if size.is_none() {
                    return Err(ImageError::Malformed { at, expected: "a frame before its scan" });
                }
                scans += 1;
                if scans > BOUNDS.image_scans {
                    return Err(ImageError::too_much("scans", BOUNDS.image_scans));
                }
            }
            _ => {}
        }
        kept.extend([0xFF, marker]);
        kept.extend(start.iter().take(segment_len));
        if marker == SOS {
            let coded = entropy_coded(cursor.rest);
            kept.extend(cursor.skip(coded, "coded data")?);
        }
    }
    kept.extend([0xFF, EOI]);
    let (Some((width, height)), true) = (size, scans > 0) else {
        return Err(cursor.malformed("a frame and a scan before the end"));
    };
    Ok(Frame { width, height, image: kept })
}

/// The next marker, after any fill octets (T.81 B.1.1.2).
fn marker(cursor: &mut Cursor<'_>) -> Result<u8, ImageError> {
    const MARKER: &str = "a JPEG marker, and the end of the image at last";
    let malformed = cursor.malformed(MARKER);
    if cursor.u8(MARKER)? != 0xFF {
        return Err(malformed);
    }
    loop {
        match cursor.u8(MARKER)? {
            0xFF => {}
            marker => return Ok(marker),
        }
    }
}

/// The frame header (T.81 B.2.2): precision, height (2), width (2), components, then three octets for each.
fn frame(segment: &mut Cursor<'_>, limits: &ImageLimits) -> Result<(u16, u16), ImageError> {
    const FRAME: &str = "a JPEG frame header";
    let at = segment.at;
    let precision = segment.u8(FRAME)?;
    let (height, width) = (segment.u16(FRAME)?, segment.u16(FRAME)?);
    let components = segment.u8(FRAME)?;
    if width == 0 || height == 0 || components == 0 {
        return Err(ImageError::Malformed { at, expected: "a width, a height and components" });
    }
    check_pixels(width.into(), height.into(), limits.pixels)?;
    if u16::from(components) > limits.components {
        return Err(ImageError::TooMuch { what: "components", most: limits.components.into() });
    }
    if precision != 8 {
        return Err(ImageError::Unsupported("JPEG with other than eight bits a sample"));
    }
    if ![1, 3, 4].contains(&components) {
        return Err(ImageError::Unsupported("JPEG with other than one, three or four components"));
    }
    for _ in 0..components {
        let [_, sampling, _] = segment.take(FRAME)?;
        if ![sampling >> 4, sampling & 0x0F].iter().all(|factor| (1..=4).contains(factor)) {
            return Err(segment.malformed("sampling factors of 1 to 4"));
        }
    }
    if segment.is_empty() { Ok((width, height)) } else { Err(segment.malformed("the end of the frame header")) }
}

/// Octets up to the next marker that is neither a stuffed zero nor a restart.
fn entropy_coded(data: &[u8]) -> usize {
    let mut pairs = data.iter().zip(data.iter().skip(1));
    pairs
        .position(|(&first, &second)| first == 0xFF && !matches!(second, 0x00 | 0xD0..=0xD7 | 0xFF))
        .unwrap_or(data.len())
}

/// Decodes an image that was examined. The decoder gets the same limits and refuses what exceeds them.
pub(super) fn decode(frame: &Frame) -> Result<Picture, ImageError> {
    let options = DecoderOptions::default()
        .jpeg_set_out_colorspace(ColorSpace::RGB)
        .jpeg_set_max_scans(BOUNDS.image_scans)
        .set_max_width(frame.width.into())
        .set_max_height(frame.height.into());
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(frame.image.as_slice()), options);
    let rgb = decoder.decode().map(Zeroizing::new).map_err(|_| ImageError::Undecodable("no JPEG data to its end"))?;
    if decoder.dimensions() != Some((frame.width.into(), frame.height.into())) {
        return Err(ImageError::Undecodable("the picture does not have the size that its headers state"));
    }
    Picture::new(frame.width.into(), frame.height.into(), rgb)
}
