//! The finger record of ISO/IEC 39794-4:2019, as far as its images and which fingers they are of.
//!
//! Segmentation, annotation, quality scores, capture devices and presentation attack data are left unread.

use super::{Finger, FingerDetails, FingerPosition, push_image};
use crate::lds::biometric::record_39794::{self as record, Fields};
use crate::lds::biometric::{BiometricHeader, RecordFormat, RecordVersion};
use crate::lds::findings::{Defect, Findings};
use crate::lds::{DateTime, Image, ImageFormat};
use crate::tlv::{Tag, Tlv};

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

/// Reads the images of the record in this data block.
pub(super) fn read<'a>(
    block: &Tlv<'a>,
    header: &BiometricHeader,
    fingers: &mut Vec<Finger<'a>>,
    findings: &mut Findings,
) {
    record::read(block, findings, |version, fields: &Fields<'a>, findings| {
        let Some(image) = fields.get(Tag(0x83)) else {
            return findings.add(fields.block.at, Defect::ImageMissing);
        };
        let details = FingerRepresentation {
            version,
            impression: fields.code(Tag(0xA1)),
            image_data_format: fields.code(Tag(0xA2)),
            capture_date_time: fields.date_time(Tag(0xA4)),
        };
        let due: Option<&[ImageFormat]> = match details.image_data_format {
            Some(0) => Some(&[ImageFormat::Netpbm]),
            Some(1) => Some(&[ImageFormat::Wsq]),
            Some(2 | 3) => Some(ImageFormat::JPEG_2000),
            Some(4) => Some(&[ImageFormat::Png]),
            _ => {
                findings.add(fields.block.at, Defect::RecordImageCoding);
                None
            }
        };
        let finger = Finger {
            image: Image::new(image.value, image.value_at),
            position: fields.code(Tag(0xA0)).map(FingerPosition::from_code),
            size: None,
            record: RecordFormat::Iso39794,
            header: header.clone(),
            details: FingerDetails::Iso39794(details),
        };
        push_image(finger, due, fingers, findings);
    });
}
