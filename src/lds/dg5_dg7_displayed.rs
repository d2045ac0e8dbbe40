//! EF.DG5 and EF.DG7: the portrait and the signature or usual mark as they are displayed (9303-10 §4.7.5, §4.7.7).
//!
//! Images handed out whole and never decoded. Of both groups the same holds, but for their tags.

use crate::bounds::BOUNDS;
use crate::lds::findings::{FileDefect, Finding, Findings};
use crate::lds::{DataGroup, FileId, Image, ImageFormat};
use crate::tlv::{Tag, TlvError};

/// EF.DG5 as a value, borrowed from the file as it was read.
#[derive(Clone, Debug)]
pub struct Dg5<'a> {
    /// The number of images that the file states.
    pub instances: Option<u32>,
    /// The displayed portraits, at most [`Bounds::displayed_images`](crate::Bounds::displayed_images).
    pub displayed_portraits: Vec<Image<'a>>,
    /// Defects and remarks of the file.
    pub findings: Vec<Finding>,
}

/// EF.DG7 as a value, borrowed from the file as it was read.
#[derive(Clone, Debug)]
pub struct Dg7<'a> {
    /// The number of images that the file states.
    pub instances: Option<u32>,
    /// The displayed signatures or usual marks, at most [`Bounds::displayed_images`](crate::Bounds::displayed_images).
    pub displayed_signatures: Vec<Image<'a>>,
    /// Defects and remarks of the file.
    pub findings: Vec<Finding>,
}

impl<'a> Dg5<'a> {
    /// Reads an EF.DG5.
    ///
    /// ```text
    /// DG5 ::= 65 L  02 01 n           -- number of instances
    ///               { 5F40 L image }*
    /// ```
    ///
    /// # Errors
    /// No data object 65.
    pub fn parse(file: &'a [u8]) -> Result<Self, TlvError> {
        let mut findings = Findings::of(FileId::DataGroup(DataGroup::DG5));
        let (instances, displayed_portraits) = read(file, Tag(0x65), "DG5, tag 65", Tag(0x5F40), &mut findings)?;
        Ok(Self { instances, displayed_portraits, findings: findings.into_list() })
    }
}

impl<'a> Dg7<'a> {
    /// Reads an EF.DG7.
    ///
    /// ```text
    /// DG7 ::= 67 L  02 01 n           -- number of instances
    ///               { 5F43 L image }*
    /// ```
    ///
    /// # Errors
    /// No data object 67.
    pub fn parse(file: &'a [u8]) -> Result<Self, TlvError> {
        let mut findings = Findings::of(FileId::DataGroup(DataGroup::DG7));
        let (instances, displayed_signatures) = read(file, Tag(0x67), "DG7, tag 67", Tag(0x5F43), &mut findings)?;
        Ok(Self { instances, displayed_signatures, findings: findings.into_list() })
    }
}

fn read<'a>(
    file: &'a [u8],
    tag: Tag,
    what: &'static str,
    image_tag: Tag,
    findings: &mut Findings,
) -> Result<(Option<u32>, Vec<Image<'a>>), TlvError> {
    let group = findings.object(file, tag, what)?;
    let mut inside = group.children();
    let mut count = None;
    let mut found = 0;
    let mut images = Vec::new();
    while let Some(object) = findings.next(&mut inside) {
        if object.tag == Tag::INTEGER && count.is_none() {
            if found > 0 {
                findings.add(object.at, FileDefect::WrongOrder);
            }
            count = Some(object);
        } else if object.tag == image_tag {
            found += 1;
            if images.len() >= BOUNDS.displayed_images {
                findings.add(object.at, FileDefect::ObjectsTooMany);
                break;
            }
            let image = Image::new(object.value, object.value_at);
            image.examine(Some(ImageFormat::JPEG_OR_JPEG_2000), findings);
            if !image.bytes.is_empty() {
                images.push(image);
            }
        } else {
            findings.add(object.at, FileDefect::UnknownObject);
        }
    }
    let instances = findings.count(count, found, group.value_at, Findings::COUNT);
    if found == 0 {
        findings.add(group.at, FileDefect::ImageMissing);
    }
    Ok((instances, images))
}
