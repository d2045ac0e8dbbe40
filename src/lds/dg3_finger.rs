//! EF.DG3: the fingers of the holder, their images handed out and never decoded (9303-10 §4.7.3).
//!
//! The file stands behind terminal authentication. It is a biometric information template group around records of
//! ISO/IEC 19794-4:2005 or of ISO/IEC 39794-4:2019; one without any instance is legal. Departures are findings, each at its
//! offset: lengths that are wrong as well, and the image is still handed out whole. Pixels without compression have no
//! first bytes that identify them: there the record is believed. Of ISO/IEC 39794-4, segmentation, annotation, quality
//! scores, capture devices and presentation attack data are left unread.

use crate::bounds::BOUNDS;
use crate::lds::biometric::{
    BiometricHeader, Cursor, Images, Modality, ModalityDefects, RecordFormat, RecordReaders, RecordVersion, formats_of,
    image_length, raw_octets, read_group, read_representations,
};
use crate::lds::findings::{FileDefect, Finding, Findings};
use crate::lds::{DataGroup, DateTime, Image, ImageFormat};
use crate::tlv::{Tag, Tlv, TlvError};

static FINGER: Modality = Modality {
    group: DataGroup::DG3,
    tag: Tag(0x63),
    what: "DG3, tag 63",
    biometric_type: 0x08,
    format_types: [0x0007, 0x0028],
    application: Tag(0x64),
    identifier: *b"FIR\0",
    subtypes: Some(is_subtype),
    most: BOUNDS.fingers,
    unknown: &[ImageFormat::Unknown],
    defects: ModalityDefects::FINGER_AND_IRIS,
};

/// Octets of the header of a finger image of ISO/IEC 19794-4.
const IMAGE_HEADER: usize = 14;
/// The formats that the compression algorithm of ISO/IEC 19794-4 stands for; 0 and 1 are pixels without compression.
const FORMATS_19794: &[&[ImageFormat]] =
    &[&[], &[], &[ImageFormat::Wsq], &[ImageFormat::Jpeg], ImageFormat::JPEG_2000, &[ImageFormat::Png]];
/// The formats that imageDataFormat of ISO/IEC 39794-4 stands for.
const FORMATS_39794: &[&[ImageFormat]] =
    &[&[ImageFormat::Netpbm], &[ImageFormat::Wsq], ImageFormat::JPEG_2000, ImageFormat::JPEG_2000, &[ImageFormat::Png]];

/// EF.DG3 as a value, borrowed from the file as it was read.
#[derive(Clone, Debug)]
pub struct Dg3<'a> {
    /// The number of instances that the file states; 0 where the holder has no finger that could be taken.
    pub instances: Option<u32>,
    /// The images, in the order of the file, at most [`Bounds::fingers`](crate::Bounds::fingers).
    pub fingers: Vec<Finger<'a>>,
    /// Defects and remarks of the file.
    pub findings: Vec<Finding>,
}

/// One image of a finger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finger<'a> {
    /// The image.
    pub image: Image<'a>,
    /// Which finger, as the record says.
    pub position: Option<FingerPosition>,
    /// Width and height in pixels as the record states them (unverified); `None` where it states none.
    pub size: Option<(u16, u16)>,
    /// The format of the record around it.
    pub record: RecordFormat,
    /// The biometric header template of the record.
    pub header: BiometricHeader,
    /// What the record says of the image.
    pub details: FingerDetails,
}

/// What a finger record says of its image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FingerDetails {
    /// A record of ISO/IEC 19794-4.
    Iso19794(FingerImageRecord),
    /// A record of ISO/IEC 39794-4.
    Iso39794(FingerRepresentation),
}

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

/// What a representation says of its image; each field only where it is there.
///
/// ```text
/// RepresentationBlock ::= SEQUENCE {
///     position              [0] Position,
///     impression            [1] Impression,
///     imageDataFormat       [2] ImageDataFormat,
///     imageData             [3] OCTET STRING,
///     captureDateTimeBlock  [4] OPTIONAL, … }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FingerRepresentation {
    /// The edition of the standard.
    pub version: Option<RecordVersion>,
    /// impression: 0 plain contact, 1 rolled contact, and so on.
    pub impression: Option<u32>,
    /// imageDataFormat: 0 PGM, 1 WSQ, 2 JPEG 2000 with losses, 3 without, 4 PNG.
    pub image_data_format: Option<u32>,
    /// captureDateTimeBlock.
    pub capture_date_time: Option<DateTime>,
}

macro_rules! positions {
    ($($variant:ident = $code:literal, $subtype:literal, $words:literal;)*) => {
        /// Which finger it is (ISO/IEC 19794-4 Table 6; the same codes in ISO/IEC 39794-4).
        #[derive(Clone, Copy, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum FingerPosition {
            $(#[doc = concat!("The ", $words, ".")] $variant,)*
            /// Another position: several fingers, or a palm, by its code.
            Other(u32),
        }

        impl FingerPosition {
            /// The position with this code.
            pub fn from_code(code: u32) -> Self {
                match code { $($code => Self::$variant,)* other => Self::Other(other) }
            }

            /// The position that a biometric subtype names (9303-10 Table 49); `None` where it names no single finger.
            pub fn from_subtype(subtype: u8) -> Option<Self> {
                match subtype { $($subtype if $code != 0 => Some(Self::$variant),)* _ => None }
            }

            /// The code of the position.
            pub fn code(self) -> u32 {
                match self { $(Self::$variant => $code,)* Self::Other(code) => code }
            }

            /// The position in words.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $words,)* Self::Other(_) => "other position" }
            }
        }
    };
}

positions! {
    Unknown = 0, 0x00, "unknown finger";
    RightThumb = 1, 0x05, "right thumb";
    RightIndex = 2, 0x09, "right index finger";
    RightMiddle = 3, 0x0D, "right middle finger";
    RightRing = 4, 0x11, "right ring finger";
    RightLittle = 5, 0x15, "right little finger";
    LeftThumb = 6, 0x06, "left thumb";
    LeftIndex = 7, 0x0A, "left index finger";
    LeftMiddle = 8, 0x0E, "left middle finger";
    LeftRing = 9, 0x12, "left ring finger";
    LeftLittle = 10, 0x16, "left little finger";
}

/// `Debug` output omits what describes the holder.
impl core::fmt::Debug for FingerPosition {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("FingerPosition(..)")
    }
}

/// Bits 2-1 right or left, bits 5-3 which finger, both may be 0; bits 8-6 are reserved (9303-10 Table 49).
fn is_subtype(subtype: u8) -> bool {
    subtype & 0xE0 == 0 && (subtype >> 2) & 0x07 <= 5 && subtype & 0x03 != 3
}

impl<'a> Dg3<'a> {
    /// Reads an EF.DG3.
    ///
    /// ```text
    /// DG3 ::= 63 L  7F61 L  02 01 n           -- number of instances
    ///                       7F60 L  A1 L …    -- biometric header template, its subtype 82 required
    ///                               5F2E L …  -- biometric data block; 7F2E where it is itself constructed
    ///               53 L …                    -- where n is 0
    /// ```
    ///
    /// # Errors
    /// No data object 63 with a 7F61 in it; a template that is malformed loses only itself.
    pub fn parse(file: &'a [u8]) -> Result<Self, TlvError> {
        let mut images = Images::of(&FINGER);
        let readers = RecordReaders { iso_19794: read_19794, iso_39794: read_39794 };
        let (instances, at) = read_group(file, &mut images, &readers)?;
        if images.list.is_empty() && instances != Some(0) {
            images.findings.add(at, FileDefect::ImageMissing);
        }
        Ok(Self { instances, fingers: images.list, findings: images.findings.into_list() })
    }
}

impl<'a> Images<Finger<'a>> {
    /// Adds an image that was found; false where no more are read.
    fn push_finger(&mut self, finger: Finger<'a>, due: Option<&[ImageFormat]>) -> bool {
        let Finger { image, position, .. } = finger;
        let named = finger.header.biometric_subtype.and_then(FingerPosition::from_subtype);
        let said = position.filter(|said| *said != FingerPosition::Unknown);
        let is_other = named.zip(said).is_some_and(|(named, said)| named != said);
        self.push(&image, due, is_other, finger)
    }
}

/// Reads the record of ISO/IEC 19794-4 that fills this biometric data block.
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
fn read_19794<'a>(block: &'a [u8], at: usize, header: &BiometricHeader, images: &mut Images<Finger<'a>>) {
    let mut cursor = Cursor::new(block, at);
    let Some((count, general)) = read_general(&mut cursor, &mut images.findings) else {
        return images.findings.add(at, FileDefect::RecordTruncated);
    };
    if count == 0 {
        return images.findings.add(at, FileDefect::ImageMissing);
    }
    for number in 1..=count {
        // The header of a view states how many there are.
        let mut view = 1;
        loop {
            let start = cursor.at;
            let findings = &mut images.findings;
            let Some(read) = read_view(&mut cursor, (number == count, view), general, header, findings) else {
                return findings.add(start, FileDefect::RecordTruncated);
            };
            let (finger, due, views) = read;
            if !images.push_finger(finger, due) {
                return;
            }
            if view >= views {
                break;
            }
            view += 1;
        }
    }
    if !cursor.rest.is_empty() {
        images.findings.add(cursor.at, FileDefect::RecordZerosAfterImage);
    }
}

/// The general header: the number of fingers and what holds for all; `None` where it is cut off.
fn read_general(cursor: &mut Cursor<'_>, findings: &mut Findings) -> Option<(u8, FingerImageRecord)> {
    let start = cursor.at;
    cursor.begin(FINGER.identifier, 6, &FINGER.defects, findings)?;
    let (capture_device_id, image_acquisition_level) = (cursor.u16()?, cursor.u16()?);
    let (count, scale_units) = (cursor.u8()?, cursor.u8()?);
    let scan_resolution = (cursor.u16()?, cursor.u16()?);
    let image_resolution = (cursor.u16()?, cursor.u16()?);
    let (pixel_depth, image_compression_algorithm) = (cursor.u8()?, cursor.u8()?);
    cursor.skip(2)?;
    if !matches!(scale_units, 1 | 2) {
        findings.add(start + 19, FileDefect::RecordField);
    }
    if image_compression_algorithm > 5 {
        findings.add(start + 29, FileDefect::RecordImageCoding);
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
        findings.add(start + 5, FileDefect::RecordField);
    }
    let stated = length.checked_sub(IMAGE_HEADER);
    let image_len = image_length(stated, cursor.rest, is_last_finger && view >= views);
    if stated != Some(image_len) {
        findings.add(start, FileDefect::RecordImageLength);
    }
    let at = cursor.at;
    let mut image = Image::new(cursor.skip(image_len)?, at);
    let algorithm = general.image_compression_algorithm;
    if algorithm <= 1 {
        image = Image { format: ImageFormat::Raw, dimensions: None, ..image };
        if raw_octets(size, general.pixel_depth, algorithm == 1) != Some(image_len) {
            findings.add(at, FileDefect::RecordImageLength);
        }
    }
    let due = formats_of(Some(u32::from(algorithm)), FORMATS_19794);
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

/// Reads the images of the record of ISO/IEC 39794-4 in this data block.
fn read_39794<'a>(block: &Tlv<'a>, header: &BiometricHeader, images: &mut Images<Finger<'a>>) {
    read_representations(block, images, |version, fields, images| {
        let Some(image) = fields.get(Tag(0x83)) else {
            return images.findings.add(fields.block.at, FileDefect::ImageMissing);
        };
        let details = FingerRepresentation {
            version,
            impression: fields.code(Tag(0xA1)),
            image_data_format: fields.code(Tag(0xA2)),
            capture_date_time: fields.date_time(Tag(0xA4)),
        };
        let due = formats_of(details.image_data_format, FORMATS_39794);
        if due.is_none() {
            images.findings.add(fields.block.at, FileDefect::RecordImageCoding);
        }
        let finger = Finger {
            image: Image::new(image.value, image.value_at),
            position: fields.code(Tag(0xA0)).map(FingerPosition::from_code),
            size: None,
            record: RecordFormat::Iso39794,
            header: header.clone(),
            details: FingerDetails::Iso39794(details),
        };
        images.push_finger(finger, due);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_subtype_that_names_a_finger_is_one_of_the_standard() {
        let named: Vec<u32> = (0..=255).filter_map(FingerPosition::from_subtype).map(FingerPosition::code).collect();
        assert_eq!(named, [1, 6, 2, 7, 3, 8, 4, 9, 5, 10]);
        assert!((0..=255).filter(|subtype| FingerPosition::from_subtype(*subtype).is_some()).all(is_subtype));
        for refused in [0x03, 0x18, 0x1C, 0x20, 0xFF] {
            assert!(!is_subtype(refused), "{refused:02X}");
        }
        assert_eq!((0..60).map(FingerPosition::from_code).map(FingerPosition::code).max(), Some(59));
    }
}
