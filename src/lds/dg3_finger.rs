//! The finger record of ISO/IEC 19794-4:2005: a general header, then for each view of each finger its header and image.
//!
//! Lengths that are wrong are findings, and the image is still handed out whole. Pixels without compression have no first
//! bytes to be told by: there the record is believed.

use super::{Finger, FingerDetails, FingerPosition, push_image};
use crate::lds::biometric::{BiometricHeader, Cursor, RecordFormat, image_length, is_zero};
use crate::lds::findings::{Defect, Findings};
use crate::lds::{Image, ImageFormat};

/// Octets of the header of a finger image.
const IMAGE_HEADER: usize = 14;

/// What a finger record says of its image: the general header, then that of the image, as their codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FingerImageRecord {
    /// The vendor's number of the capture device.
    pub capture_device_id: u16,
    /// The level of the settings of acquisition: 31 for documents.
    pub image_acquisition_level: u16,
    /// 1 pixels per inch, 2 pixels per centimetre.
    pub scale_units: u8,
    /// Horizontal and vertical resolution of the scan.
    pub scan_resolution: (u16, u16),
    /// Horizontal and vertical resolution of the image.
    pub image_resolution: (u16, u16),
    /// Bits of a pixel.
    pub pixel_depth: u8,
    /// 0 none, 1 none with packed bits, 2 WSQ, 3 JPEG, 4 JPEG 2000, 5 PNG.
    pub image_compression_algorithm: u8,
    /// How many views of this finger there are.
    pub count_of_views: u8,
    /// Which of them this is, from 1.
    pub view_number: u8,
    /// The quality of the image, 0 to 100; of 2005 no scale is defined.
    pub image_quality: u8,
    /// 0 live plain, 1 live rolled, 2 and 3 from paper, 8 swipe.
    pub impression_type: u8,
}

/// Reads the record that fills this biometric data block.
///
/// ```text
/// GeneralRecordHeader     "FIR" 00  "010" 00  length (6)  capture device (2)  acquisition level (2)
///                         number of fingers  scale units  scan resolution (2, 2)  image resolution (2, 2)
///                         pixel depth  compression algorithm  reserved (2)
/// then for each view of each finger
/// FingerImageHeader       length (4)  position  count of views  view number  quality  impression type
///                         horizontal line length (2)  vertical line length (2)  reserved
/// Image
/// ```
pub(super) fn read<'a>(
    block: &'a [u8],
    at: usize,
    header: &BiometricHeader,
    fingers: &mut Vec<Finger<'a>>,
    findings: &mut Findings,
) {
    let mut cursor = Cursor::new(block, at);
    let Some((count, general)) = read_general(&mut cursor, findings) else {
        return findings.add(at, Defect::RecordTruncated);
    };
    if count == 0 {
        return findings.add(at, Defect::ImageMissing);
    }
    for number in 1..=count {
        // The header of a view says how many there are.
        let mut view = 1;
        loop {
            let start = cursor.at;
            let Some(read) = read_view(&mut cursor, (number == count, view), general, header, findings) else {
                return findings.add(start, Defect::RecordTruncated);
            };
            let (finger, due, views) = read;
            if !push_image(finger, due, fingers, findings) {
                return;
            }
            if view >= views {
                break;
            }
            view += 1;
        }
    }
    if !cursor.rest.is_empty() {
        findings.add(cursor.at, Defect::RecordZerosAfterImage);
    }
}

/// The general header: the number of fingers and what holds for all; `None` where it is cut off.
fn read_general(cursor: &mut Cursor<'_>, findings: &mut Findings) -> Option<(u8, FingerImageRecord)> {
    let (start, held) = (cursor.at, cursor.rest);
    if cursor.take()? != *b"FIR\0" {
        findings.add(start, Defect::RecordIdentifier);
    }
    if cursor.take()? != *b"010\0" {
        findings.add(start + 4, Defect::RecordVersion);
    }
    let length = (u64::from(cursor.u16()?) << 32) | u64::from(cursor.u32()?);
    match usize::try_from(length) {
        Ok(length) if length == held.len() => {}
        Ok(length) if held.get(length..).is_some_and(is_zero) => {
            findings.add(start + length, Defect::RecordZerosAfterImage);
        }
        _ => findings.add(start + 8, Defect::RecordLength),
    }
    let (capture_device_id, image_acquisition_level) = (cursor.u16()?, cursor.u16()?);
    let (count, scale_units) = (cursor.u8()?, cursor.u8()?);
    let scan_resolution = (cursor.u16()?, cursor.u16()?);
    let image_resolution = (cursor.u16()?, cursor.u16()?);
    let (pixel_depth, image_compression_algorithm) = (cursor.u8()?, cursor.u8()?);
    cursor.skip(2)?;
    if !matches!(scale_units, 1 | 2) {
        findings.add(start + 19, Defect::RecordField);
    }
    if image_compression_algorithm > 5 {
        findings.add(start + 29, Defect::RecordImageCoding);
    }
    let general = FingerImageRecord {
        capture_device_id,
        image_acquisition_level,
        scale_units,
        scan_resolution,
        image_resolution,
        pixel_depth,
        image_compression_algorithm,
        count_of_views: 0,
        view_number: 0,
        image_quality: 0,
        impression_type: 0,
    };
    Some((count, general))
}

type View<'a> = (Finger<'a>, Option<&'static [ImageFormat]>, u8);

/// One view: the image, what formats are due, how many views there are; `None` where it ends within its header.
fn read_view<'a>(
    cursor: &mut Cursor<'a>,
    (is_last_finger, view): (bool, u8),
    general: FingerImageRecord,
    header: &BiometricHeader,
    findings: &mut Findings,
) -> Option<View<'a>> {
    let start = cursor.at;
    let length = usize::try_from(cursor.u32()?).ok()?;
    let [position, views, number, image_quality, impression_type] = cursor.take()?;
    let size = (cursor.u16()?, cursor.u16()?);
    cursor.skip(1)?;
    if views == 0 || number != view {
        findings.add(start + 5, Defect::RecordField);
    }
    let stated = length.checked_sub(IMAGE_HEADER);
    let image_len = image_length(stated, cursor.rest, is_last_finger && view >= views);
    if stated != Some(image_len) {
        findings.add(start, Defect::RecordImageLength);
    }
    let at = cursor.at;
    let mut image = Image::new(cursor.skip(image_len)?, at);
    let due: Option<&[ImageFormat]> = match general.image_compression_algorithm {
        0 | 1 => {
            image = Image { format: ImageFormat::Raw, dimensions: None, ..image };
            if raw_length(size, &general) != Some(image_len) {
                findings.add(at, Defect::RecordImageLength);
            }
            None
        }
        2 => Some(&[ImageFormat::Wsq]),
        3 => Some(&[ImageFormat::Jpeg]),
        4 => Some(ImageFormat::JPEG_2000),
        5 => Some(&[ImageFormat::Png]),
        _ => None,
    };
    let record =
        FingerImageRecord { count_of_views: views, view_number: number, image_quality, impression_type, ..general };
    let finger = Finger {
        image,
        position: Some(FingerPosition::from_code(u32::from(position))),
        size: Some(size),
        record: RecordFormat::Iso19794,
        header: header.clone(),
        details: FingerDetails::Iso19794(record),
    };
    Some((finger, due, views))
}

/// Octets of an image without compression: a whole number for each pixel, or all bits in one row.
fn raw_length((width, height): (u16, u16), general: &FingerImageRecord) -> Option<usize> {
    let (pixels, depth) = (u64::from(width) * u64::from(height), u64::from(general.pixel_depth));
    let octets = if general.image_compression_algorithm == 1 {
        pixels.checked_mul(depth)?.div_ceil(8)
    } else {
        pixels.checked_mul(depth.div_ceil(8))?
    };
    usize::try_from(octets).ok()
}
