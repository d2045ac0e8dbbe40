//! EF.DG2: the face of the holder, its image handed out whole and never decoded (9303-10 §4.7.2).
//!
//! The file is a biometric information template group around records of ISO/IEC 19794-5:2005 or of ISO/IEC 39794-5:2019.
//! Departures are findings, each at its offset; an image that can be found is handed out all the same: records in the
//! field are short by 1 or by 8, or end in zeros. What an image *is* is read from its own bytes. Of ISO/IEC 39794-5,
//! landmarks, quality scores, capture devices and presentation attack data are left unread.

use crate::bounds::BOUNDS;
use crate::lds::biometric::{
    BiometricHeader, Cursor, Fields, Images, Modality, ModalityDefects, RecordFormat, RecordReaders, RecordVersion,
    formats_of, image_length, read_group, read_representations,
};
use crate::lds::findings::{FileDefect, Finding, Findings};
use crate::lds::{DataGroup, DateTime, Dimensions, Image, ImageFormat};
use crate::tlv::{Tag, Tlv, TlvError};

static FACE: Modality = Modality {
    group: DataGroup::DG2,
    tag: Tag(0x75),
    what: "DG2, tag 75",
    biometric_type: 0x02,
    format_types: [0x0008, 0x002A],
    application: Tag(0x65),
    identifier: *b"FAC\0",
    subtypes: None,
    most: BOUNDS.faces,
    unknown: &[ImageFormat::Wsq, ImageFormat::Unknown],
    defects: ModalityDefects::FACE,
};

/// Octets of the facial record header of ISO/IEC 19794-5.
const HEADER: usize = 14;
/// Octets of the facial information block.
const FACE_INFORMATION: usize = 20;
/// Octets of one feature point.
const FEATURE_POINT: usize = 8;
/// Octets of the image information block.
const IMAGE_INFORMATION: usize = 12;
/// The greatest code of a pose angle and of its uncertainty: 2 degrees a step, 0 for unspecified.
const GREATEST_ANGLE: u8 = 181;

/// The formats that the image data type of ISO/IEC 19794-5 stands for.
const FORMATS_19794: &[&[ImageFormat]] = &[&[ImageFormat::Jpeg], ImageFormat::JPEG_2000];
/// The formats that imageDataFormat of ISO/IEC 39794-5 stands for.
const FORMATS_39794: &[&[ImageFormat]] =
    &[&[], &[], &[ImageFormat::Jpeg], ImageFormat::JPEG_2000, ImageFormat::JPEG_2000, &[ImageFormat::Png]];
/// The way from a representation to its two-dimensional image: imageRepresentation, base, imageRepresentation2DBlock.
const WAY_TO_IMAGE: [Tag; 3] = [Tag(0xA1), Tag(0xA0), Tag(0xA0)];
const IMAGE: Tag = Tag(0x80);
const INFORMATION: Tag = Tag(0xA1);

/// EF.DG2 as a value, borrowed from the file as it was read.
#[derive(Clone, Debug)]
pub struct Dg2<'a> {
    /// The faces, in the order of the file, at most [`Bounds::faces`](crate::Bounds::faces); each has an image.
    pub faces: Vec<Face<'a>>,
    /// Defects and remarks of the file.
    pub findings: Vec<Finding>,
}

/// One image of a face.
#[derive(Clone, PartialEq, Eq)]
pub struct Face<'a> {
    /// The image as it stands in the file.
    pub image: &'a [u8],
    /// Offset of the image in the file.
    pub at: usize,
    /// What the image is, by its own first bytes.
    pub format: ImageFormat,
    /// Width and height in pixels as the header of the image states them.
    pub dimensions: Option<Dimensions>,
    /// Width and height in pixels as the record states them (unverified); `None` where it states none.
    pub size: Option<(u16, u16)>,
    /// The format of the record around it.
    pub record: RecordFormat,
    /// The biometric header template of the record.
    pub header: BiometricHeader,
    /// What the record says of the image.
    pub details: FaceDetails,
}

/// What a face record says of its image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaceDetails {
    /// A record of ISO/IEC 19794-5.
    Iso19794(FacialInformation),
    /// A record of ISO/IEC 39794-5.
    Iso39794(FaceRepresentation),
}

/// What a face record says of its image: the facial and the image information, as their codes.
#[derive(Clone, Default, PartialEq, Eq)]
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

/// `Debug` output shows the size only.
impl core::fmt::Debug for Face<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Face({:?}, {} bytes at {})", self.format, self.image.len(), self.at)
    }
}

/// `Debug` output omits what describes the holder.
impl core::fmt::Debug for FacialInformation {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "FacialInformation({} feature points)", self.feature_points.len())
    }
}

/// `Debug` output omits what describes the holder.
impl core::fmt::Debug for FeaturePoint {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("FeaturePoint(..)")
    }
}

/// `Debug` output omits what describes the holder.
impl core::fmt::Debug for FaceRepresentation {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "FaceRepresentation({:?})", self.version)
    }
}

/// `Debug` output omits what describes the holder.
impl core::fmt::Debug for Angle {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Angle(..)")
    }
}

impl<'a> Dg2<'a> {
    /// Reads an EF.DG2.
    ///
    /// ```text
    /// DG2 ::= 75 L  7F61 L  02 01 n           -- number of instances
    ///                       7F60 L  A1 L …    -- biometric header template
    ///                               5F2E L …  -- biometric data block; 7F2E where it is itself constructed
    /// ```
    ///
    /// # Errors
    /// No data object 75 with a 7F61 in it; a template that is malformed loses only itself.
    pub fn parse(file: &'a [u8]) -> Result<Self, TlvError> {
        let mut images = Images::of(&FACE);
        let readers = RecordReaders { iso_19794: read_19794, iso_39794: read_39794 };
        let (_, at) = read_group(file, &mut images, &readers)?;
        if images.list.is_empty() {
            images.findings.add(at, FileDefect::FaceNoImage);
        }
        Ok(Self { faces: images.list, findings: images.findings.into_list() })
    }
}

impl<'a> Face<'a> {
    fn of(
        image: Image<'a>,
        size: Option<(u16, u16)>,
        record: RecordFormat,
        header: &BiometricHeader,
        details: FaceDetails,
    ) -> Self {
        let Image { bytes, at, format, dimensions } = image;
        Self { image: bytes, at, format, dimensions, size, record, header: header.clone(), details }
    }
}

/// Reads the record of ISO/IEC 19794-5 that fills this biometric data block.
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
fn read_19794<'a>(block: &'a [u8], at: usize, header: &BiometricHeader, images: &mut Images<Face<'a>>) {
    let mut cursor = Cursor::new(block, at);
    let Some(count) = read_record_header(&mut cursor, &mut images.findings) else {
        return images.findings.add(at, FileDefect::FaceRecordTruncated);
    };
    if count == 0 {
        images.findings.add(at + 12, FileDefect::FaceNoImage);
    }
    if count > BOUNDS.faces {
        images.findings.add(at + 12, FileDefect::FaceTooMany);
    }
    for number in 1..=count.min(BOUNDS.faces) {
        let start = cursor.at;
        if read_face(&mut cursor, number == count, header, images).is_none() {
            return images.findings.add(start, FileDefect::FaceRecordTruncated);
        }
    }
}

/// The record header: the number of faces; `None` where it is cut off.
fn read_record_header(cursor: &mut Cursor<'_>, findings: &mut Findings) -> Option<usize> {
    if cursor.rest.len() < HEADER {
        return None;
    }
    cursor.begin(FACE.identifier, 4, &FACE.defects, findings)?;
    cursor.u16().map(usize::from)
}

/// One face; `None` where the record ends within its headers.
fn read_face<'a>(
    cursor: &mut Cursor<'a>,
    is_last: bool,
    header: &BiometricHeader,
    images: &mut Images<Face<'a>>,
) -> Option<()> {
    let start = cursor.at;
    let (length, points) = (usize::try_from(cursor.u32()?).ok()?, usize::from(cursor.u16()?));
    let mut details = facial_information(cursor, start, &mut images.findings)?;
    let (feature_points, _) = cursor.skip(points * FEATURE_POINT)?.as_chunks::<FEATURE_POINT>();
    details.feature_points = feature_points.iter().map(feature_point).collect();
    let size = image_information(cursor, &mut details, &mut images.findings)?;

    // The image is what the length leaves after the blocks before it.
    let stated = length.checked_sub(FACE_INFORMATION + points * FEATURE_POINT + IMAGE_INFORMATION);
    let image_len = image_length(stated, cursor.rest, is_last);
    if stated != Some(image_len) {
        images.findings.add(start, FileDefect::FaceDataLength);
    }
    let at = cursor.at;
    let image = Image::new(cursor.skip(image_len)?, at);
    if is_last && !cursor.rest.is_empty() {
        images.findings.add(cursor.at, FileDefect::FaceZerosAfterImage);
    }
    let due = formats_of(Some(details.image_data_type.into()), FORMATS_19794);
    let details = FaceDetails::Iso19794(details);
    images.push(&image, due, false, Face::of(image, Some(size), RecordFormat::Iso19794, header, details));
    Some(())
}

/// The facial information after the number of feature points.
fn facial_information(cursor: &mut Cursor<'_>, start: usize, findings: &mut Findings) -> Option<FacialInformation> {
    let [gender, eye_colour, hair_colour] = cursor.take()?;
    let [mask_high, mask_middle, mask_low] = cursor.take()?;
    let read = FacialInformation {
        gender,
        eye_colour,
        hair_colour,
        feature_mask: u32::from_be_bytes([0, mask_high, mask_middle, mask_low]),
        expression: cursor.u16()?,
        pose_angle: cursor.take()?,
        pose_angle_uncertainty: cursor.take()?,
        ..FacialInformation::default()
    };
    let ([yaw, pitch, roll], uncertainty) = (read.pose_angle, read.pose_angle_uncertainty);
    let [uncertain_yaw, uncertain_pitch, uncertain_roll] = uncertainty;
    let is_angle = |code: u8| code <= GREATEST_ANGLE;
    let rows = [
        (6, matches!(gender, 0..=2 | 0xFF), FileDefect::FaceGender),
        (7, matches!(eye_colour, 0..=7 | 0xFF), FileDefect::FaceEyeColour),
        (8, matches!(hair_colour, 0..=9 | 0xFF), FileDefect::FaceHairColour),
        (14, is_angle(yaw), FileDefect::FacePoseYaw),
        (15, is_angle(pitch), FileDefect::FacePosePitch),
        (16, is_angle(roll), FileDefect::FacePoseRoll),
        (17, is_angle(uncertain_yaw), FileDefect::FaceUncertaintyYaw),
        (18, is_angle(uncertain_pitch), FileDefect::FaceUncertaintyPitch),
        (19, is_angle(uncertain_roll), FileDefect::FaceUncertaintyRoll),
    ];
    for (offset, _, defect) in rows.into_iter().filter(|(_, is_known, _)| !is_known) {
        findings.add(start + offset, defect);
    }
    Some(read)
}

/// The image information: its codes, and width and height.
fn image_information(
    cursor: &mut Cursor<'_>,
    details: &mut FacialInformation,
    findings: &mut Findings,
) -> Option<(u16, u16)> {
    let start = cursor.at;
    [details.face_image_type, details.image_data_type] = cursor.take()?;
    let size = (cursor.u16()?, cursor.u16()?);
    [details.image_colour_space, details.source_type] = cursor.take()?;
    (details.device_type, details.quality) = (cursor.u16()?, cursor.u16()?);
    match details.face_image_type {
        0 => findings.add(start, FileDefect::FaceImageTypeBasic),
        1 | 2 => {}
        _ => findings.add(start, FileDefect::FaceImageType),
    }
    if details.image_data_type > 1 {
        findings.add(start + 1, FileDefect::FaceImageDataType);
    }
    Some(size)
}

/// A feature point: type, code, X (2), Y (2), reserved (2).
fn feature_point([kind, code, x0, x1, y0, y1, _, _]: &[u8; FEATURE_POINT]) -> FeaturePoint {
    FeaturePoint { kind: *kind, code: *code, x: u16::from_be_bytes([*x0, *x1]), y: u16::from_be_bytes([*y0, *y1]) }
}

/// Reads the images of the record of ISO/IEC 39794-5 in this data block.
fn read_39794<'a>(block: &Tlv<'a>, header: &BiometricHeader, images: &mut Images<Face<'a>>) {
    let mut found = 0;
    read_representations(block, images, |version, fields, images| {
        found += 1;
        let image_block = fields.descend(&WAY_TO_IMAGE).map(|block| Fields::of(&block, &mut images.findings));
        let Some(image) = image_block.as_ref().and_then(|block| block.get(IMAGE)) else {
            return images.findings.add(fields.block.at, FileDefect::FaceNoImage);
        };
        let information = image_block.and_then(|block| block.get(INFORMATION));
        let details = representation(version, fields, information, &mut images.findings);
        let due = formats_of(details.image_data_format, FORMATS_39794);
        let pixels = |number: u32| u16::try_from(number).ok();
        let size = details.image_size.and_then(|(width, height)| pixels(width).zip(pixels(height)));
        let image = Image::new(image.value, image.value_at);
        let details = FaceDetails::Iso39794(details);
        images.push(&image, due, false, Face::of(image, size, RecordFormat::Iso39794, header, details));
    });
    if found == 0 {
        images.findings.add(block.at, FileDefect::FaceNoImage);
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
