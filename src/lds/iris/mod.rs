//! EF.DG4: the irises of the holder, their images handed out and never decoded (9303-10 §4.7.4).
//!
//! The file stands behind terminal authentication. It is a biometric information template group around records of
//! ISO/IEC 19794-6, or of ISO/IEC 39794-6; one without any instance is legal. Departures are findings, each at its offset.

mod record_19794;
mod record_39794;

pub use record_19794::IrisImageRecord;
pub use record_39794::IrisRepresentation;

use crate::bounds::BOUNDS;
use crate::lds::biometric::{BiometricHeader, GroupDefects, Modality, Record, RecordFormat, findings_of, read_group};
use crate::lds::findings::{Defect, Finding, Findings};
use crate::lds::{DataGroup, Image, ImageFormat};
use crate::tlv::{Tag, TlvError};

const IRIS: Modality = Modality {
    group: DataGroup::DG4,
    tag: Tag(0x76),
    what: "DG4, tag 76",
    biometric_type: 0x10,
    format_types: [0x0009, 0x002C],
    application: Tag(0x66),
    subtypes: Some(|subtype| subtype <= 2),
    most: BOUNDS.irises,
    defects: GroupDefects::BIOMETRIC,
};

/// EF.DG4 as a value, borrowed from the file as it was read.
#[derive(Clone, Debug)]
pub struct Dg4<'a> {
    /// The number of instances that the file states; 0 where the holder has no iris that could be taken.
    pub instances: Option<u32>,
    /// The images, in the order of the file, at most [`Bounds::irises`](crate::Bounds::irises).
    pub irises: Vec<Iris<'a>>,
    /// What was found amiss or unusual.
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
        let mut findings = findings_of(&IRIS);
        let mut irises = Vec::new();
        let (instances, at) = read_group(&IRIS, file, &mut findings, |header, record, findings| match record {
            Record::Iso39794(block) => record_39794::read(&block, header, &mut irises, findings),
            Record::Iso19794(record, at) => record_19794::read(record, at, header, &mut irises, findings),
        })?;
        if irises.is_empty() && instances != Some(0) {
            findings.add(at, Defect::ImageMissing);
        }
        Ok(Self { instances, irises, findings: findings.into_list() })
    }
}

/// Hands out an image that was found, or says that there is none; false where no more are read.
fn push_image<'a>(
    iris: Iris<'a>,
    due: Option<&[ImageFormat]>,
    irises: &mut Vec<Iris<'a>>,
    findings: &mut Findings,
) -> bool {
    let at = iris.image.at;
    if iris.image.bytes.is_empty() {
        findings.add(at, Defect::ImageMissing);
        return true;
    }
    if irises.len() >= BOUNDS.irises {
        findings.add(at, Defect::ObjectsTooMany);
        return false;
    }
    iris.image.examine(due, findings);
    let named = iris.header.biometric_subtype.and_then(|subtype| Eye::from_code(u32::from(subtype)));
    if named.zip(iris.eye).is_some_and(|(named, said)| named != said) {
        findings.add(at, Defect::BiometricSubtypeDiffers);
    }
    irises.push(iris);
    true
}
