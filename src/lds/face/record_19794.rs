//! The face record of ISO/IEC 19794-5:2005: a header, then for each face its information, feature points, image
//! information and image.
//!
//! Lengths that are wrong are findings, and the image is still handed out whole: records in the field are short by 1 or
//! by 8, or end in zeros. Feature points are skipped.

use super::{Face, ImageFormat, MAX_FACES, RecordFormat, push_image};
use crate::lds::finding::{Defect, Findings};

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
pub(super) fn read<'a>(block: &'a [u8], at: usize, faces: &mut Vec<Face<'a>>, findings: &mut Findings) {
    let mut cursor = Cursor { rest: block, at };
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
    if count > MAX_FACES {
        findings.add(at + 12, Defect::FaceTooMany);
    }
    for number in 1..=count.min(MAX_FACES) {
        let start = cursor.at;
        if read_face(&mut cursor, number == count, faces, findings).is_none() {
            return findings.add(start, Defect::FaceRecordTruncated);
        }
    }
}

/// One face; `None` where the record ends within its headers.
fn read_face<'a>(
    cursor: &mut Cursor<'a>,
    is_last: bool,
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
        _,
        _,
        _,
        _,
        _,
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
    cursor.skip(points * FEATURE_POINT)?;

    let information = cursor.at;
    let [image_type, data_type, w0, w1, h0, h1, _, _, _, _, _, _] = cursor.take::<IMAGE_INFORMATION>()?;
    match image_type {
        0 => findings.add(information, Defect::FaceImageTypeBasic),
        1 | 2 => {}
        _ => findings.add(information, Defect::FaceImageType),
    }
    let declared: Option<&[ImageFormat]> = match data_type {
        0 => Some(&[ImageFormat::Jpeg]),
        1 => Some(&[ImageFormat::Jp2, ImageFormat::Jpeg2000Codestream]),
        _ => {
            findings.add(information + 1, Defect::FaceImageDataType);
            None
        }
    };

    // The image is what the length leaves after the blocks before it.
    let stated = length.checked_sub(FACE_INFORMATION + points * FEATURE_POINT + IMAGE_INFORMATION);
    let held = cursor.rest.len();
    let image_len = match stated {
        Some(stated) if !is_last || stated > held => stated.min(held),
        // The last image: what is left and is not zeros belongs to it, whatever the length says.
        Some(stated) if cursor.rest.get(stated..).is_some_and(is_zero) => stated,
        _ => cursor.rest.iter().rposition(|&octet| octet != 0).map_or(0, |last| last + 1),
    };
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
        size: Some((u16::from_be_bytes([w0, w1]), u16::from_be_bytes([h0, h1]))),
        record: RecordFormat::Iso19794,
    };
    push_image(face, declared, faces, findings);
    Some(())
}

fn is_zero(octets: &[u8]) -> bool {
    octets.iter().all(|&octet| octet == 0)
}

/// Walks fields of fixed length.
struct Cursor<'a> {
    rest: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn skip(&mut self, octets: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(octets)?;
        self.rest = rest;
        self.at += octets;
        Some(taken)
    }

    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.skip(N)?.try_into().ok()
    }
}
