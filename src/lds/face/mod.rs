//! EF.DG2: the face of the holder, its image handed out whole and never decoded (9303-10 §4.7.2).
//!
//! The file is a biometric information group template (ISO/IEC 7816-11) around records of ISO/IEC 19794-5, or of
//! ISO/IEC 39794-5, of which only the image is found here. Departures are findings, each at its offset; an image that
//! can be found is handed out all the same. What it *is* is read from its own bytes.

mod record_19794;
mod record_39794;

use crate::lds::finding::{Defect, Finding, Findings};
use crate::lds::{DataGroup, FileId};
use crate::tlv::{Tag, Tlv, TlvError, small_integer};

/// The most faces read from one file.
pub const MAX_FACES: usize = 16;

/// EF.DG2 as a value, borrowed from the file as it was read.
#[derive(Clone, Debug)]
pub struct Dg2<'a> {
    /// The faces, in the order of the file, at most [`MAX_FACES`]; each has an image.
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
    /// Width and height in pixels as the record states them (unverified); `None` where it states none.
    pub size: Option<(u16, u16)>,
    /// The format of the record around it.
    pub record: RecordFormat,
}

/// Says nothing of the image but its size.
impl core::fmt::Debug for Face<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Face({:?}, {} bytes at {})", self.format, self.image.len(), self.at)
    }
}

/// The format of a face record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordFormat {
    /// ISO/IEC 19794-5.
    Iso19794,
    /// ISO/IEC 39794-5.
    Iso39794,
}

/// What an image is, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImageFormat {
    /// JPEG: `FF D8 FF`.
    Jpeg,
    /// JPEG 2000 in its box format, JP2: `0000000C 6A502020`.
    Jp2,
    /// A raw JPEG 2000 codestream: `FF4F FF51`.
    Jpeg2000Codestream,
    /// PNG: `89504E47`.
    Png,
    /// WSQ, of fingerprints: `FFA0 FF`.
    Wsq,
    /// None of these.
    Unknown,
}

impl ImageFormat {
    /// The format of an image, by its first bytes.
    pub fn sniff(image: &[u8]) -> Self {
        match image {
            [0xFF, 0xD8, 0xFF, ..] => Self::Jpeg,
            [0x00, 0x00, 0x00, 0x0C, 0x6A, 0x50, 0x20, 0x20, ..] => Self::Jp2,
            [0xFF, 0x4F, 0xFF, 0x51, ..] => Self::Jpeg2000Codestream,
            [0x89, 0x50, 0x4E, 0x47, ..] => Self::Png,
            [0xFF, 0xA0, 0xFF, ..] => Self::Wsq,
            _ => Self::Unknown,
        }
    }

    /// The media type.
    pub fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Jp2 => "image/jp2",
            Self::Jpeg2000Codestream => "image/j2c",
            Self::Png => "image/png",
            Self::Wsq => "image/x-wsq",
            Self::Unknown => "application/octet-stream",
        }
    }

    /// The usual ending of a file name, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Jp2 => "jp2",
            Self::Jpeg2000Codestream => "j2c",
            Self::Png => "png",
            Self::Wsq => "wsq",
            Self::Unknown => "bin",
        }
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
    /// No data object 75 with a 7F61 in it, or data objects that do not fill the ones around them.
    pub fn parse(file: &'a [u8]) -> Result<Self, TlvError> {
        let mut findings = Findings::of(FileId::DataGroup(DataGroup::DG2));
        let mut faces = Vec::new();
        let dg2 = findings.object(file, Tag(0x75), "DG2, tag 75")?;
        let mut inside = dg2.children();
        let group = inside.expect(Tag(0x7F61), "the biometric information group template, tag 7F61")?;
        findings.note(&group);
        findings.rest(&inside);

        let mut templates = group.children();
        let count = templates.optional(Tag::INTEGER)?;
        if count.is_none() {
            findings.add(group.value_at, Defect::FaceCountMissing);
        }
        let mut found = 0;
        while !templates.is_empty() {
            let template = templates.next()?;
            if template.tag != Tag(0x7F60) {
                findings.add(template.at, Defect::UnknownObject);
                continue;
            }
            found += 1;
            if faces.len() >= MAX_FACES {
                findings.add(template.at, Defect::FaceTooMany);
                break;
            }
            read_template(&template, &mut faces, &mut findings)?;
        }
        if let Some(count) = count.filter(|count| small_integer(count.value) != Some(found)) {
            findings.add(count.at, Defect::FaceCountWrong);
        }
        if faces.is_empty() {
            findings.add(group.at, Defect::FaceNoImage);
        }
        Ok(Self { faces, findings: findings.into_list() })
    }
}

/// One biometric information template: its header, then its data block.
fn read_template<'a>(template: &Tlv<'a>, faces: &mut Vec<Face<'a>>, findings: &mut Findings) -> Result<(), TlvError> {
    let mut inside = template.children();
    let header = inside.optional(Tag(0xA1))?;
    match &header {
        Some(header) => examine_header(header, findings)?,
        None => findings.add(template.value_at, Defect::FaceHeaderMissing),
    }
    let mut has_block = false;
    while !inside.is_empty() {
        let block = inside.next()?;
        match block.tag {
            Tag(0x5F2E | 0x7F2E) if !has_block => {
                has_block = true;
                findings.note(&block);
                if block.tag == Tag(0x7F2E) && block.value.starts_with(&[0xA1]) {
                    record_39794::read(&block, faces, findings)?;
                } else {
                    record_19794::read(block.value, block.value_at, faces, findings);
                }
            }
            _ => findings.add(block.at, Defect::UnknownObject),
        }
    }
    if !has_block {
        findings.add(template.at, Defect::FaceNoImage);
    }
    Ok(())
}

/// The biometric header template (9303-10 Table 45): format owner 0101, format type 0008 (19794-5) or 002A (39794-5).
fn examine_header(header: &Tlv<'_>, findings: &mut Findings) -> Result<(), TlvError> {
    let (mut owner, mut kind) = (None, None);
    let mut inside = header.children();
    while !inside.is_empty() {
        let object = inside.next()?;
        match object.tag {
            Tag(0x81) if object.value != [0x02] => findings.add(object.at, Defect::FaceBiometricType),
            Tag(0x87) => owner = Some(object),
            Tag(0x88) => kind = Some(object),
            Tag(0x80..=0x86) => {}
            _ => findings.add(object.at, Defect::UnknownObject),
        }
    }
    match owner {
        None => findings.add(header.at, Defect::FaceFormatOwnerMissing),
        Some(owner) if owner.value != [0x01, 0x01] => findings.add(owner.at, Defect::FaceFormatOwner),
        Some(_) => {}
    }
    match kind {
        None => findings.add(header.at, Defect::FaceFormatTypeMissing),
        Some(kind) if ![[0x00, 0x08], [0x00, 0x2A]].iter().any(|known| kind.value == known) => {
            findings.add(kind.at, Defect::FaceFormatType);
        }
        Some(_) => {}
    }
    Ok(())
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
    } else if faces.len() >= MAX_FACES {
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
