//! EF.DG2: the face of the holder, its image handed out whole and never decoded (9303-10 §4.7.2).
//!
//! The file is a biometric information group template around records of ISO/IEC 19794-5, or of ISO/IEC 39794-5.
//! Departures are findings, each at its offset; an image that can be found is handed out all the same. What it *is* is
//! read from its own bytes.

mod record_19794;
mod record_39794;

pub use record_19794::{FacialInformation, FeaturePoint};
pub use record_39794::{Angle, FaceRepresentation};

use crate::bounds::BOUNDS;
use crate::lds::biometric::{BiometricHeader, GroupDefects, Modality, Record, RecordFormat, findings_of, read_group};
use crate::lds::findings::{Defect, Finding, Findings};
use crate::lds::{DataGroup, Dimensions, ImageFormat};
use crate::tlv::{Tag, TlvError};

const FACE: Modality = Modality {
    group: DataGroup::DG2,
    tag: Tag(0x75),
    what: "DG2, tag 75",
    biometric_type: 0x02,
    format_types: [0x0008, 0x002A],
    application: Tag(0x65),
    subtypes: None,
    most: BOUNDS.faces,
    defects: GroupDefects {
        count_missing: Defect::FaceCountMissing,
        count_wrong: Defect::FaceCountWrong,
        too_many: Defect::FaceTooMany,
        header_missing: Defect::FaceHeaderMissing,
        format_owner: Defect::FaceFormatOwner,
        format_owner_missing: Defect::FaceFormatOwnerMissing,
        format_type: Defect::FaceFormatType,
        format_type_missing: Defect::FaceFormatTypeMissing,
        biometric_type: Defect::FaceBiometricType,
        no_image: Defect::FaceNoImage,
    },
};

/// EF.DG2 as a value, borrowed from the file as it was read.
#[derive(Clone, Debug)]
pub struct Dg2<'a> {
    /// The faces, in the order of the file, at most [`Bounds::faces`](crate::Bounds::faces); each has an image.
    pub faces: Vec<Face<'a>>,
    /// What was found amiss or unusual.
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

/// Says nothing of the image but its size.
impl core::fmt::Debug for Face<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Face({:?}, {} bytes at {})", self.format, self.image.len(), self.at)
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
        let mut findings = findings_of(&FACE);
        let mut faces = Vec::new();
        let (_, at) = read_group(&FACE, file, &mut findings, |header, record, findings| match record {
            Record::Iso39794(block) => record_39794::read(&block, header, &mut faces, findings),
            Record::Iso19794(record, at) => record_19794::read(record, at, header, &mut faces, findings),
        })?;
        if faces.is_empty() {
            findings.add(at, Defect::FaceNoImage);
        }
        Ok(Self { faces, findings: findings.into_list() })
    }
}

/// Hands out an image that was found, or says that there is none.
fn push_image<'a>(
    face: Face<'a>,
    declared: Option<&[ImageFormat]>,
    faces: &mut Vec<Face<'a>>,
    findings: &mut Findings,
) {
    if face.image.is_empty() {
        findings.add(face.at, Defect::FaceNoImage);
    } else if faces.len() >= BOUNDS.faces {
        findings.add(face.at, Defect::FaceTooMany);
    } else {
        if matches!(face.format, ImageFormat::Wsq | ImageFormat::Unknown) {
            findings.add(face.at, Defect::FaceImageUnknown);
        } else if declared.is_some_and(|declared| !declared.contains(&face.format)) {
            findings.add(face.at, Defect::FaceImageMislabelled);
        }
        faces.push(face);
    }
}
