//! The face record of ISO/IEC 19794-5:2005: a header, then for each face its information, feature points, image
//! information and image.
//!
//! Lengths that are wrong are findings, and the image is still handed out whole: records in the field are short by 1 or
//! by 8, or end in zeros.

use super::{Face, FaceDetails, push_image};
use crate::bounds::BOUNDS;
use crate::lds::biometric::{BiometricHeader, Cursor, RecordFormat, image_length, is_zero};
use crate::lds::findings::{Defect, Findings};
use crate::lds::{Dimensions, ImageFormat};

/// Octets of the facial record header.
const HEADER: usize = 14;
/// Octets of the facial information block.
const FACE_INFORMATION: usize = 20;
/// Octets of one feature point.
const FEATURE_POINT: usize = 8;
/// Octets of the image information block.
const IMAGE_INFORMATION: usize = 12;
/// The greatest code of a pose angle and of its uncertainty: 2 degrees a step, 0 for unspecified.
const GREATEST_ANGLE: u8 = 181;

/// What a face record says of its image: the facial and the image information, as their codes.
#[derive(Clone, PartialEq, Eq)]
pub struct FacialInformation {
    /// 0 unspecified, 1 male, 2 female, FF unknown.
    pub gender: u8,
    /// 0 unspecified, 1 black, 2 blue, 3 brown, 4 grey, 5 green, 6 multi-coloured, 7 pink, FF other.
    pub eye_colour: u8,
    /// 0 unspecified, 1 bald, 2 black, 3 blonde, 4 brown, 5 grey, 6 white, 7 red, 8 green, 9 blue, FF other.
    pub hair_colour: u8,
    /// Features that are present, a bit each (24 bits): glasses, moustache, beard and so on.
    pub feature_mask: u32,
    /// 0 unspecified, 1 neutral, and so on.
    pub expression: u16,
    /// Yaw, pitch and roll in codes of 2 degrees; 0 unspecified.
    pub pose_angle: [u8; 3],
    /// The uncertainty of each.
    pub pose_angle_uncertainty: [u8; 3],
    /// The feature points, in the order of the record.
    pub feature_points: Vec<FeaturePoint>,
    /// 0 basic, 1 full frontal, 2 token frontal.
    pub face_image_type: u8,
    /// 0 JPEG, 1 JPEG 2000.
    pub image_data_type: u8,
    /// 0 unspecified, 1 sRGB, 2 YUV422, 3 greyscale, FF other.
    pub image_colour_space: u8,
    /// 0 unspecified, 1 and 2 photograph, 3 and 4 video frame.
    pub source_type: u8,
    /// The vendor's number of the capture device.
    pub device_type: u16,
    /// Reserved; the edition of 2005 has no scale for it.
    pub quality: u16,
}

/// One feature point of a face.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct FeaturePoint {
    /// 1 for points of MPEG-4.
    pub kind: u8,
    /// Major and minor number, four bits each.
    pub code: u8,
    /// Pixels from the left.
    pub x: u16,
    /// Pixels from above.
    pub y: u16,
}

/// Says nothing of the holder.
impl core::fmt::Debug for FacialInformation {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "FacialInformation({} feature points)", self.feature_points.len())
    }
}

/// Says nothing of the holder.
impl core::fmt::Debug for FeaturePoint {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("FeaturePoint(..)")
    }
}

/// Reads the record that fills this biometric data block.
///
/// ```text
/// FacialRecordHeader      "FAC" 00  "010" 00  length (4)  number of faces (2)
/// then for each face
/// FacialInformationBlock  length (4)  feature points (2)  gender  eye colour  hair colour
///                         feature mask (3)  expression (2)  pose: yaw pitch roll  uncertainty: yaw pitch roll
/// FeaturePoint*           8 octets each
/// ImageInformationBlock   face image type  image data type  width (2)  height (2)
///                         colour space  source type  device type (2)  quality (2)
/// Image
/// ```
pub(super) fn read<'a>(
    block: &'a [u8],
    at: usize,
    header: &BiometricHeader,
    faces: &mut Vec<Face<'a>>,
    findings: &mut Findings,
) {
    let mut cursor = Cursor::new(block, at);
    let Some([f, a, c, zero, v0, v1, v2, v3, l0, l1, l2, l3, n0, n1]) = cursor.take::<HEADER>() else {
        return findings.add(at, Defect::FaceRecordTruncated);
    };
    if [f, a, c, zero] != *b"FAC\0" {
        findings.add(at, Defect::FaceFormatIdentifier);
    }
    if [v0, v1, v2, v3] != *b"010\0" {
        findings.add(at + 4, Defect::FaceVersion);
    }
    match usize::try_from(u32::from_be_bytes([l0, l1, l2, l3])) {
        Ok(length) if length == block.len() => {}
        Ok(length) if block.get(length..).is_some_and(is_zero) => {
            findings.add(at + length, Defect::FaceZerosAfterImage)
        }
        _ => findings.add(at + 8, Defect::FaceRecordLength),
    }
    let count = usize::from(u16::from_be_bytes([n0, n1]));
    if count == 0 {
        findings.add(at + 12, Defect::FaceNoImage);
    }
    if count > BOUNDS.faces {
        findings.add(at + 12, Defect::FaceTooMany);
    }
    for number in 1..=count.min(BOUNDS.faces) {
        let start = cursor.at;
        if read_face(&mut cursor, number == count, header, faces, findings).is_none() {
            return findings.add(start, Defect::FaceRecordTruncated);
        }
    }
}

/// One face; `None` where the record ends within its headers.
fn read_face<'a>(
    cursor: &mut Cursor<'a>,
    is_last: bool,
    header: &BiometricHeader,
    faces: &mut Vec<Face<'a>>,
    findings: &mut Findings,
) -> Option<()> {
    let start = cursor.at;
    let [
        l0,
        l1,
        l2,
        l3,
        p0,
        p1,
        gender,
        eyes,
        hair,
        m0,
        m1,
        m2,
        e0,
        e1,
        yaw,
        pitch,
        roll,
        uncertain_yaw,
        uncertain_pitch,
        uncertain_roll,
    ] = cursor.take::<FACE_INFORMATION>()?;
    let length = usize::try_from(u32::from_be_bytes([l0, l1, l2, l3])).ok()?;
    let points = usize::from(u16::from_be_bytes([p0, p1]));
    let is_angle = |code: u8| code <= GREATEST_ANGLE;
    let rows = [
        (6, matches!(gender, 0..=2 | 0xFF), Defect::FaceGender),
        (7, matches!(eyes, 0..=7 | 0xFF), Defect::FaceEyeColour),
        (8, matches!(hair, 0..=9 | 0xFF), Defect::FaceHairColour),
        (14, is_angle(yaw), Defect::FacePoseYaw),
        (15, is_angle(pitch), Defect::FacePosePitch),
        (16, is_angle(roll), Defect::FacePoseRoll),
        (17, is_angle(uncertain_yaw), Defect::FaceUncertaintyYaw),
        (18, is_angle(uncertain_pitch), Defect::FaceUncertaintyPitch),
        (19, is_angle(uncertain_roll), Defect::FaceUncertaintyRoll),
    ];
    for (offset, _, defect) in rows.into_iter().filter(|row| !row.1) {
        findings.add(start + offset, defect);
    }
    let (feature_points, _) = cursor.skip(points * FEATURE_POINT)?.as_chunks::<FEATURE_POINT>();

    let information = cursor.at;
    let [image_type, data_type, w0, w1, h0, h1, colour_space, source_type, d0, d1, q0, q1] =
        cursor.take::<IMAGE_INFORMATION>()?;
    match image_type {
        0 => findings.add(information, Defect::FaceImageTypeBasic),
        1 | 2 => {}
        _ => findings.add(information, Defect::FaceImageType),
    }
    let declared: Option<&[ImageFormat]> = match data_type {
        0 => Some(&[ImageFormat::Jpeg]),
        1 => Some(ImageFormat::JPEG_2000),
        _ => {
            findings.add(information + 1, Defect::FaceImageDataType);
            None
        }
    };

    // The image is what the length leaves after the blocks before it.
    let stated = length.checked_sub(FACE_INFORMATION + points * FEATURE_POINT + IMAGE_INFORMATION);
    let image_len = image_length(stated, cursor.rest, is_last);
    if stated != Some(image_len) {
        findings.add(start, Defect::FaceDataLength);
    }
    let at = cursor.at;
    let image = cursor.skip(image_len)?;
    if is_last && !cursor.rest.is_empty() {
        findings.add(cursor.at, Defect::FaceZerosAfterImage);
    }
    let face = Face {
        image,
        at,
        format: ImageFormat::sniff(image),
        dimensions: Dimensions::of(image),
        size: Some((u16::from_be_bytes([w0, w1]), u16::from_be_bytes([h0, h1]))),
        record: RecordFormat::Iso19794,
        header: header.clone(),
        details: FaceDetails::Iso19794(FacialInformation {
            gender,
            eye_colour: eyes,
            hair_colour: hair,
            feature_mask: u32::from_be_bytes([0, m0, m1, m2]),
            expression: u16::from_be_bytes([e0, e1]),
            pose_angle: [yaw, pitch, roll],
            pose_angle_uncertainty: [uncertain_yaw, uncertain_pitch, uncertain_roll],
            feature_points: feature_points.iter().map(feature_point).collect(),
            face_image_type: image_type,
            image_data_type: data_type,
            image_colour_space: colour_space,
            source_type,
            device_type: u16::from_be_bytes([d0, d1]),
            quality: u16::from_be_bytes([q0, q1]),
        }),
    };
    push_image(face, declared, faces, findings);
    Some(())
}

/// A feature point: type, code, X (2), Y (2), reserved (2).
fn feature_point([kind, code, x0, x1, y0, y1, _, _]: &[u8; FEATURE_POINT]) -> FeaturePoint {
    FeaturePoint { kind: *kind, code: *code, x: u16::from_be_bytes([*x0, *x1]), y: u16::from_be_bytes([*y0, *y1]) }
}
