//! EF.DG4: the irises of the holder, their images handed out and never decoded (9303-10 §4.7.4).
//!
//! The file stands behind terminal authentication. It is a biometric information template group around records of
//! ISO/IEC 19794-6:2005 or of ISO/IEC 39794-6:2021; one without any instance is legal. Departures are findings, each at its
//! offset: lengths that are wrong as well, and the image is still handed out whole. Pixels without compression have no
//! first bytes that identify them: there the record is believed. Images in polar coordinates (format type 000B) are not
//! for documents. Of ISO/IEC 39794-6, range, roll angle, localisation, quality scores, capture devices and presentation
//! attack data are left unread.

use crate::bounds::BOUNDS;
use crate::lds::biometric::{
    BiometricHeader, Cursor, Images, Modality, ModalityDefects, RecordFormat, RecordReaders, RecordVersion, formats_of,
    image_length, raw_octets, read_group, read_representations,
};
use crate::lds::findings::{FileDefect, Finding, Findings};
use crate::lds::{DataGroup, DateTime, Image, ImageFormat};
use crate::tlv::{Tag, Tlv, TlvError};

static IRIS: Modality = Modality {
    group: DataGroup::DG4,
    tag: Tag(0x76),
    what: "DG4, tag 76",
    biometric_type: 0x10,
    format_types: [0x0009, 0x002C],
    application: Tag(0x66),
    identifier: *b"IIR\0",
    subtypes: Some(|subtype| subtype <= 2),
    most: BOUNDS.irises,
    unknown: &[ImageFormat::Unknown],
    defects: ModalityDefects::FINGER_AND_IRIS,
};

/// Octets of the record header of ISO/IEC 19794-6.
const HEADER: u16 = 45;
/// The formats that imageDataFormat of ISO/IEC 39794-6 stands for.
const FORMATS: &[&[ImageFormat]] = &[
    &[ImageFormat::Netpbm],
    &[ImageFormat::Netpbm],
    &[ImageFormat::Png],
    ImageFormat::JPEG_2000,
    ImageFormat::JPEG_2000,
];

/// EF.DG4 as a value, borrowed from the file as it was read.
#[derive(Clone, Debug)]
pub struct Dg4<'a> {
    /// The number of instances that the file states; 0 where the holder has no iris that could be taken.
    pub instances: Option<u32>,
    /// The images, in the order of the file, at most [`Bounds::irises`](crate::Bounds::irises).
    pub irises: Vec<Iris<'a>>,
    /// Defects and remarks of the file.
    pub findings: Vec<Finding>,
}

/// One image of an iris.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Iris<'a> {
    /// The image.
    pub image: Image<'a>,
    /// Which eye, as the record says; `None` where it says neither.
    pub eye: Option<Eye>,
    /// Width and height in pixels as the record states them (unverified); `None` where it states none.
    pub size: Option<(u16, u16)>,
    /// The format of the record around it.
    pub record: RecordFormat,
    /// The biometric header template of the record.
    pub header: BiometricHeader,
    /// What the record says of the image.
    pub details: IrisDetails,
}

/// What an iris record says of its image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IrisDetails {
    /// A record of ISO/IEC 19794-6.
    Iso19794(IrisImageRecord),
    /// A record of ISO/IEC 39794-6.
    Iso39794(IrisRepresentation),
}

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

/// What a representation says of its image; each field only where it is there.
///
/// ```text
/// RepresentationBlock ::= SEQUENCE {
///     eyeLabel              [0] ENUMERATED,
///     irisImageKind         [1] IrisImageKind,
///     bitDepth              [2] INTEGER,
///     imageDataFormat       [3] ImageDataFormat,
///     horizontalOrientation [4] ENUMERATED,
///     verticalOrientation   [5] ENUMERATED,
///     compressionHistory    [6] ENUMERATED,
///     range                 [7] RangeOrError,
///     captureDateTimeBlock  [8] CaptureDateTimeBlock,
///     irisImageData         [9] OCTET STRING, … }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IrisRepresentation {
    /// The edition of the standard.
    pub version: Option<RecordVersion>,
    /// irisImageKind: 1 uncropped, 2 VGA, 3 cropped, 7 cropped and masked.
    pub iris_image_kind: Option<u32>,
    /// bitDepth: bits of a pixel of one colour.
    pub bit_depth: Option<u32>,
    /// imageDataFormat: 0 PGM, 1 PPM, 2 PNG, 3 JPEG 2000 without losses, 4 with losses.
    pub image_data_format: Option<u32>,
    /// captureDateTimeBlock.
    pub capture_date_time: Option<DateTime>,
}

/// Which eye it is; the code is the same in both records and in the biometric subtype (9303-10 Table 56).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Eye {
    /// The right eye.
    Right,
    /// The left eye.
    Left,
}

impl Eye {
    /// The eye with this code: 1 right, 2 left.
    pub fn from_code(code: u32) -> Option<Self> {
        match code {
            1 => Some(Self::Right),
            2 => Some(Self::Left),
            _ => None,
        }
    }
}

impl<'a> Dg4<'a> {
    /// Reads an EF.DG4.
    ///
    /// ```text
    /// DG4 ::= 76 L  7F61 L  02 01 n           -- number of instances
    ///                       7F60 L  A1 L …    -- biometric header template, its subtype 82 required
    ///                               5F2E L …  -- biometric data block; 7F2E where it is itself constructed
    ///               53 L …                    -- where n is 0
    /// ```
    ///
    /// # Errors
    /// No data object 76 with a 7F61 in it; a template that is malformed loses only itself.
    pub fn parse(file: &'a [u8]) -> Result<Self, TlvError> {
        let mut images = Images::of(&IRIS);
        let readers = RecordReaders { iso_19794: read_19794, iso_39794: read_39794 };
        let (instances, at) = read_group(file, &mut images, &readers)?;
        if images.list.is_empty() && instances != Some(0) {
            images.findings.add(at, FileDefect::ImageMissing);
        }
        Ok(Self { instances, irises: images.list, findings: images.findings.into_list() })
    }
}

impl<'a> Images<Iris<'a>> {
    /// Adds an image that was found; false where no more are read.
    fn push_iris(&mut self, iris: Iris<'a>, due: Option<&[ImageFormat]>) -> bool {
        let Iris { image, eye, .. } = iris;
        let named = iris.header.biometric_subtype.and_then(|subtype| Eye::from_code(u32::from(subtype)));
        let is_other = named.zip(eye).is_some_and(|(named, said)| named != said);
        self.push(&image, due, is_other, iris)
    }
}

/// Reads the record of ISO/IEC 19794-6 that fills this biometric data block.
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
fn read_19794<'a>(block: &'a [u8], at: usize, header: &BiometricHeader, images: &mut Images<Iris<'a>>) {
    let mut cursor = Cursor::new(block, at);
    let Some((eyes, size, record)) = read_record_header(&mut cursor, images) else {
        return images.findings.add(at, FileDefect::RecordTruncated);
    };
    if eyes == 0 {
        return images.findings.add(at, FileDefect::ImageMissing);
    }
    for eye_number in 1..=eyes {
        let start = cursor.at;
        let Some((code, count)) = cursor.u8().zip(cursor.u16()) else {
            return images.findings.add(start, FileDefect::RecordTruncated);
        };
        if code > 2 {
            images.findings.add(start, FileDefect::RecordField);
        }
        if count == 0 {
            images.findings.add(start + 1, FileDefect::ImageMissing);
        }
        let record = IrisImageRecord { number_of_images: count, ..record };
        for number in 1..=count {
            let start = cursor.at;
            let is_last = eye_number == eyes && number == count;
            let Some((record, image)) = read_image(&mut cursor, is_last, record, size, &mut images.findings) else {
                return images.findings.add(start, FileDefect::RecordTruncated);
            };
            let iris = Iris {
                image,
                eye: Eye::from_code(u32::from(code)),
                size: Some(size),
                record: RecordFormat::Iso19794,
                header: header.clone(),
                details: IrisDetails::Iso19794(record),
            };
            if !images.push_iris(iris, due(record.image_format)) {
                return;
            }
        }
    }
    if !cursor.rest.is_empty() {
        images.findings.add(cursor.at, FileDefect::RecordZerosAfterImage);
    }
}

/// The record header: the number of eyes, the size of all images, what holds for all; `None` where it is cut off.
fn read_record_header(
    cursor: &mut Cursor<'_>,
    images: &mut Images<Iris<'_>>,
) -> Option<(u8, (u16, u16), IrisImageRecord)> {
    let start = cursor.at;
    let findings = &mut images.findings;
    cursor.begin(IRIS.identifier, 4, &IRIS.defects, findings)?;
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
        None => findings.add(start + 15, FileDefect::RecordField),
    }
    if !matches!(image_format, 2 | 4 | 6 | 8 | 10 | 12 | 14 | 16) {
        findings.add(start + 21, FileDefect::RecordImageCoding);
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
        findings.add(start + 7, FileDefect::RecordImageLength);
    }
    let at = cursor.at;
    let mut image = Image::new(cursor.skip(length)?, at);
    if matches!(record.image_format, 2 | 4) {
        image = Image { format: ImageFormat::Raw, dimensions: None, ..image };
        if raw_octets(size, record.intensity_depth, false) != Some(length) {
            findings.add(at, FileDefect::RecordImageLength);
        }
    }
    let record = IrisImageRecord { image_number, image_quality, rotation_angle, rotation_uncertainty, ..record };
    Some((record, image))
}

/// Reads the images of the record of ISO/IEC 39794-6 in this data block.
fn read_39794<'a>(block: &Tlv<'a>, header: &BiometricHeader, images: &mut Images<Iris<'a>>) {
    read_representations(block, images, |version, fields, images| {
        let Some(image) = fields.get(Tag(0x89)) else {
            return images.findings.add(fields.block.at, FileDefect::ImageMissing);
        };
        let details = IrisRepresentation {
            version,
            iris_image_kind: fields.code(Tag(0xA1)),
            bit_depth: fields.number(Tag(0x82)),
            image_data_format: fields.code(Tag(0xA3)),
            capture_date_time: fields.date_time(Tag(0xA8)),
        };
        let due = formats_of(details.image_data_format, FORMATS);
        if due.is_none() {
            images.findings.add(fields.block.at, FileDefect::RecordImageCoding);
        }
        let iris = Iris {
            image: Image::new(image.value, image.value_at),
            eye: fields.number(Tag(0x80)).and_then(Eye::from_code),
            size: None,
            record: RecordFormat::Iso39794,
            header: header.clone(),
            details: IrisDetails::Iso39794(details),
        };
        images.push_iris(iris, due);
    });
}
