//! The iris record of ISO/IEC 39794-6:2021, as far as its images and which eye they are of.
//!
//! Range, roll angle, localisation, quality scores, capture devices and presentation attack data are left unread.

use super::{Eye, Iris, IrisDetails, push_image};
use crate::lds::biometric::record_39794::{self as record, Fields};
use crate::lds::biometric::{BiometricHeader, RecordFormat, RecordVersion};
use crate::lds::findings::{Defect, Findings};
use crate::lds::{DateTime, Image, ImageFormat};
use crate::tlv::{Tag, Tlv};

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

/// Reads the images of the record in this data block.
pub(super) fn read<'a>(block: &Tlv<'a>, header: &BiometricHeader, irises: &mut Vec<Iris<'a>>, findings: &mut Findings) {
    record::read(block, findings, |version, fields: &Fields<'a>, findings| {
        let Some(image) = fields.get(Tag(0x89)) else {
            return findings.add(fields.block.at, Defect::ImageMissing);
        };
        let details = IrisRepresentation {
            version,
            iris_image_kind: fields.code(Tag(0xA1)),
            bit_depth: fields.number(Tag(0x82)),
            image_data_format: fields.code(Tag(0xA3)),
            capture_date_time: fields.date_time(Tag(0xA8)),
        };
        let due: Option<&[ImageFormat]> = match details.image_data_format {
            Some(0 | 1) => Some(&[ImageFormat::Netpbm]),
            Some(2) => Some(&[ImageFormat::Png]),
            Some(3 | 4) => Some(ImageFormat::JPEG_2000),
            _ => {
                findings.add(fields.block.at, Defect::RecordImageCoding);
                None
            }
        };
        let iris = Iris {
            image: Image::new(image.value, image.value_at),
            eye: fields.number(Tag(0x80)).and_then(Eye::from_code),
            size: None,
            record: RecordFormat::Iso39794,
            header: header.clone(),
            details: IrisDetails::Iso39794(details),
        };
        push_image(iris, due, irises, findings);
    });
}
