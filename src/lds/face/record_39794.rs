//! The face record of ISO/IEC 39794-5:2019, as far as a reader of documents needs it: the image, what it is, when it was
//! taken, and what is said of the holder.
//!
//! Landmarks, quality scores, capture devices and presentation attack data are left unread.

use super::{Face, FaceDetails, push_image};
use crate::lds::biometric::record_39794::{self as record, Fields};
use crate::lds::biometric::{BiometricHeader, RecordFormat, RecordVersion};
use crate::lds::findings::{Defect, Findings};
use crate::lds::{DateTime, Dimensions, ImageFormat};
use crate::tlv::{Tag, Tlv};

/// What a representation says of its image; each field only where it is there.
///
/// ```text
/// RepresentationBlock ::= SEQUENCE {
///     representationId      [0] INTEGER,
///     imageRepresentation   [1] CHOICE { base [0] CHOICE { imageRepresentation2DBlock [0] SEQUENCE {
///         representationData2D     [0] OCTET STRING,
///         imageInformation2DBlock  [1] SEQUENCE {
///             imageDataFormat [0], faceImageKind2D [1], …, imageSizeBlock [7] { width [0], height [1] }, … }, … } } },
///     captureDateTimeBlock  [2] OPTIONAL,
///     …
///     identityMetadataBlock [8] SEQUENCE {
///         gender [0], eyeColour [1], hairColour [2], subjectHeight [3], …,
///         poseAngleBlock [6] { yawAngleBlock [0], pitchAngleBlock [1], rollAngleBlock [2] } } OPTIONAL, … }
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct FaceRepresentation {
    /// The edition of the standard.
    pub version: Option<RecordVersion>,
    /// representationId.
    pub representation_id: Option<u32>,
    /// imageDataFormat: 2 JPEG, 3 JPEG 2000 with losses, 4 without, 5 PNG.
    pub image_data_format: Option<u32>,
    /// faceImageKind2D: 0 as for documents.
    pub face_image_kind: Option<u32>,
    /// imageSizeBlock: width and height in pixels.
    pub image_size: Option<(u32, u32)>,
    /// captureDateTimeBlock.
    pub capture_date_time: Option<DateTime>,
    /// gender: 0 unknown, 1 other, 2 male, 3 female.
    pub gender: Option<u32>,
    /// eyeColour, as its code.
    pub eye_colour: Option<u32>,
    /// hairColour, as its code.
    pub hair_colour: Option<u32>,
    /// subjectHeight in millimetres.
    pub subject_height: Option<u32>,
    /// poseAngleBlock: yaw, pitch and roll.
    pub pose_angle: [Option<Angle>; 3],
}

/// An angle in degrees.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Angle {
    /// angleValue, -180 to 180.
    pub value: i32,
    /// angleUncertainty, 0 to 180.
    pub uncertainty: Option<u32>,
}

/// Says nothing of the holder.
impl core::fmt::Debug for FaceRepresentation {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "FaceRepresentation({:?})", self.version)
    }
}

/// Says nothing of the holder.
impl core::fmt::Debug for Angle {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Angle(..)")
    }
}

/// The way from a representation to its two-dimensional image: imageRepresentation, base, imageRepresentation2DBlock.
const WAY_TO_IMAGE: [Tag; 3] = [Tag(0xA1), Tag(0xA0), Tag(0xA0)];
const IMAGE: Tag = Tag(0x80);
const INFORMATION: Tag = Tag(0xA1);

/// Reads the images of the record in this data block.
pub(super) fn read<'a>(block: &Tlv<'a>, header: &BiometricHeader, faces: &mut Vec<Face<'a>>, findings: &mut Findings) {
    let mut found = 0;
    record::read(block, findings, |version, fields, findings| {
        found += 1;
        let image_block = fields.descend(&WAY_TO_IMAGE).map(|block| Fields::of(&block, findings));
        let Some(image) = image_block.as_ref().and_then(|block| block.get(IMAGE)) else {
            return findings.add(fields.block.at, Defect::FaceNoImage);
        };
        let information = image_block.and_then(|block| block.get(INFORMATION));
        let details = representation(version, fields, information, findings);
        let declared: Option<&[ImageFormat]> = match details.image_data_format {
            Some(2) => Some(&[ImageFormat::Jpeg]),
            Some(3 | 4) => Some(ImageFormat::JPEG_2000),
            Some(5) => Some(&[ImageFormat::Png]),
            _ => None,
        };
        let pixels = |number: u32| u16::try_from(number).ok();
        let face = Face {
            image: image.value,
            at: image.value_at,
            format: ImageFormat::sniff(image.value),
            dimensions: Dimensions::of(image.value),
            size: details.image_size.and_then(|(width, height)| pixels(width).zip(pixels(height))),
            record: RecordFormat::Iso39794,
            header: header.clone(),
            details: FaceDetails::Iso39794(details),
        };
        push_image(face, declared, faces, findings);
    });
    if found == 0 {
        findings.add(block.at, Defect::FaceNoImage);
    }
}

fn representation(
    version: Option<RecordVersion>,
    fields: &Fields<'_>,
    information: Option<Tlv<'_>>,
    findings: &mut Findings,
) -> FaceRepresentation {
    let mut read = FaceRepresentation {
        version,
        representation_id: fields.number(Tag(0x80)),
        capture_date_time: fields.date_time(Tag(0xA2)),
        ..FaceRepresentation::default()
    };
    if let Some(block) = information {
        let information = Fields::of(&block, findings);
        read.image_data_format = information.code(Tag(0xA0));
        read.face_image_kind = information.code(Tag(0xA1));
        read.image_size = information
            .get(Tag(0xA7))
            .map(|block| Fields::of(&block, findings))
            .and_then(|size| size.number(Tag(0x80)).zip(size.number(Tag(0x81))));
    }
    if let Some(block) = fields.get(Tag(0xA8)) {
        let identity = Fields::of(&block, findings);
        read.gender = identity.code(Tag(0xA0));
        read.eye_colour = identity.code(Tag(0xA1));
        read.hair_colour = identity.code(Tag(0xA2));
        read.subject_height = identity.number(Tag(0x83));
        let pose = identity.get(Tag(0xA6)).map(|block| Fields::of(&block, findings));
        let angle = |tag| {
            let angle = Fields { block: pose.as_ref()?.get(tag)? };
            Some(Angle { value: angle.signed(Tag(0x80))?, uncertainty: angle.number(Tag(0x81)) })
        };
        read.pose_angle = [angle(Tag(0xA0)), angle(Tag(0xA1)), angle(Tag(0xA2))];
    }
    read
}
