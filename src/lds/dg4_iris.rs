//! The iris record of ISO/IEC 19794-6:2005: a header, then for each eye its header, and for each of its images a header and
//! the image.
//!
//! Lengths that are wrong are findings, and the image is still handed out whole. Pixels without compression have no first
//! bytes to be told by: there the record is believed. Images in polar coordinates (format type 000B) are not for documents.

use super::{Eye, Iris, IrisDetails, push_image};
use crate::lds::biometric::{BiometricHeader, Cursor, RecordFormat, image_length, is_zero};
use crate::lds::findings::{Defect, Findings};
use crate::lds::{Image, ImageFormat};

/// Octets of the record header.
const HEADER: u16 = 45;

/// What an iris record says of its image: the record header, then those of the eye and of the image, as their codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IrisImageRecord {
    /// The vendor's number of the capture device.
    pub capture_device_id: u16,
    /// Orientation, scan type, occlusions: two bits or one each.
    pub iris_properties: u16,
    /// The expected diameter of the iris in pixels.
    pub iris_diameter: u16,
    /// 2 and 4 pixels, 6 and 8 JPEG, 10 and 12 JPEG-LS, 14 and 16 JPEG 2000: of each pair grey, then in colour.
    pub image_format: u16,
    /// Bits of a pixel, all its colours together.
    pub intensity_depth: u8,
    /// 0 undefined, 1 standard.
    pub image_transformation: u8,
    /// The number of the very device, or zeros.
    pub device_unique_identifier: [u8; 16],
    /// How many images there are of this eye.
    pub number_of_images: u16,
    /// Which of them this is, from 1.
    pub image_number: u16,
    /// The quality of the image, 0 to 100.
    pub image_quality: u8,
    /// The angle of rotation, in 65536ths of a turn; FFFF undefined.
    pub rotation_angle: u16,
    /// Its uncertainty; FFFF undefined.
    pub rotation_uncertainty: u16,
}

/// Reads the record that fills this biometric data block.
///
/// ```text
/// IrisRecordHeader        "IIR" 00  "010" 00  length (4)  capture device (2)  number of eyes  header length (2)
///                         properties (2)  iris diameter (2)  image format (2)  width (2)  height (2)
///                         intensity depth  image transformation  device unique identifier (16)
/// then for each eye
/// IrisBiometricSubtype    eye  number of images (2)
/// then for each image
/// IrisImageHeader         image number (2)  quality  rotation angle (2)  rotation uncertainty (2)  length (4)
/// Image
/// ```
pub(super) fn read<'a>(
    block: &'a [u8],
    at: usize,
    header: &BiometricHeader,
    irises: &mut Vec<Iris<'a>>,
    findings: &mut Findings,
) {
    let mut cursor = Cursor::new(block, at);
    let Some((eyes, size, record)) = read_header(&mut cursor, findings) else {
        return findings.add(at, Defect::RecordTruncated);
    };
    if eyes == 0 {
        return findings.add(at, Defect::ImageMissing);
    }
    for eye_number in 1..=eyes {
        let start = cursor.at;
        let Some((code, images)) = cursor.u8().zip(cursor.u16()) else {
            return findings.add(start, Defect::RecordTruncated);
        };
        if code > 2 {
            findings.add(start, Defect::RecordField);
        }
        if images == 0 {
            findings.add(start + 1, Defect::ImageMissing);
        }
        let record = IrisImageRecord { number_of_images: images, ..record };
        for number in 1..=images {
            let start = cursor.at;
            let is_last = eye_number == eyes && number == images;
            let Some((record, image)) = read_image(&mut cursor, is_last, record, size, findings) else {
                return findings.add(start, Defect::RecordTruncated);
            };
            let iris = Iris {
                image,
                eye: Eye::from_code(u32::from(code)),
                size: Some(size),
                record: RecordFormat::Iso19794,
                header: header.clone(),
                details: IrisDetails::Iso19794(record),
            };
            if !push_image(iris, due(record.image_format), irises, findings) {
                return;
            }
        }
    }
    if !cursor.rest.is_empty() {
        findings.add(cursor.at, Defect::RecordZerosAfterImage);
    }
}

/// The record header: the number of eyes, the size of all images, what holds for all; `None` where it is cut off.
fn read_header(cursor: &mut Cursor<'_>, findings: &mut Findings) -> Option<(u8, (u16, u16), IrisImageRecord)> {
    let (start, held) = (cursor.at, cursor.rest);
    if cursor.take()? != *b"IIR\0" {
        findings.add(start, Defect::RecordIdentifier);
    }
    if cursor.take()? != *b"010\0" {
        findings.add(start + 4, Defect::RecordVersion);
    }
    match usize::try_from(cursor.u32()?) {
        Ok(length) if length == held.len() => {}
        Ok(length) if held.get(length..).is_some_and(is_zero) => {
            findings.add(start + length, Defect::RecordZerosAfterImage);
        }
        _ => findings.add(start + 8, Defect::RecordLength),
    }
    let capture_device_id = cursor.u16()?;
    let eyes = cursor.u8()?;
    let header_length = cursor.u16()?;
    let (iris_properties, iris_diameter, image_format) = (cursor.u16()?, cursor.u16()?, cursor.u16()?);
    let size = (cursor.u16()?, cursor.u16()?);
    let (intensity_depth, image_transformation) = (cursor.u8()?, cursor.u8()?);
    let device_unique_identifier = cursor.take()?;
    // A longer header has fields that later editions added.
    match header_length.checked_sub(HEADER) {
        Some(more) => drop(cursor.skip(usize::from(more))?),
        None => findings.add(start + 15, Defect::RecordField),
    }
    if !matches!(image_format, 2 | 4 | 6 | 8 | 10 | 12 | 14 | 16) {
        findings.add(start + 21, Defect::RecordImageCoding);
    }
    let record = IrisImageRecord {
        capture_device_id,
        iris_properties,
        iris_diameter,
        image_format,
        intensity_depth,
        image_transformation,
        device_unique_identifier,
        number_of_images: 0,
        image_number: 0,
        image_quality: 0,
        rotation_angle: 0,
        rotation_uncertainty: 0,
    };
    Some((eyes, size, record))
}

/// The formats that a code of an image format allows.
fn due(image_format: u16) -> Option<&'static [ImageFormat]> {
    match image_format {
        6 | 8 | 10 | 12 => Some(&[ImageFormat::Jpeg]),
        14 | 16 => Some(ImageFormat::JPEG_2000),
        _ => None,
    }
}

/// One image with its header; `None` where it ends within the header.
fn read_image<'a>(
    cursor: &mut Cursor<'a>,
    is_last: bool,
    record: IrisImageRecord,
    size: (u16, u16),
    findings: &mut Findings,
) -> Option<(IrisImageRecord, Image<'a>)> {
    let start = cursor.at;
    let (image_number, image_quality) = (cursor.u16()?, cursor.u8()?);
    let (rotation_angle, rotation_uncertainty) = (cursor.u16()?, cursor.u16()?);
    let stated = usize::try_from(cursor.u32()?).ok();
    let length = image_length(stated, cursor.rest, is_last);
    if stated != Some(length) {
        findings.add(start + 7, Defect::RecordImageLength);
    }
    let at = cursor.at;
    let mut image = Image::new(cursor.skip(length)?, at);
    if matches!(record.image_format, 2 | 4) {
        image = Image { format: ImageFormat::Raw, dimensions: None, ..image };
        let octets = (u64::from(size.0) * u64::from(size.1)).checked_mul(u64::from(record.intensity_depth).div_ceil(8));
        if octets.and_then(|octets| usize::try_from(octets).ok()) != Some(length) {
            findings.add(at, Defect::RecordImageLength);
        }
    }
    let record = IrisImageRecord { image_number, image_quality, rotation_angle, rotation_uncertainty, ..record };
    Some((record, image))
}
