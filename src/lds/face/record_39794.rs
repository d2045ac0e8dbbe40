//! The face record of ISO/IEC 39794-5:2019, as far as its images: in ASN.1, with tags given automatically.
//!
//! Everything else in it (landmarks, capture, quality) is left unread.

use super::{Face, ImageFormat, RecordFormat, push_image};
use crate::lds::finding::{Defect, Findings};
use crate::tlv::{Tag, Tlv, TlvError};

/// What stands around an image, from the outside inwards; the last holds the image in its 80.
///
/// ```text
/// 7F2E L  A1 L  65 L                              -- FaceImageDataBlock ::= [APPLICATION 5] SEQUENCE
///               A0 L …                            -- versionBlock
///               A1 L  30 L …                      -- representationBlocks SEQUENCE OF RepresentationBlock
///                           A1 L  A0 L  A0 L  80 L image
/// --                        imageRepresentation, base, imageRepresentation2DBlock, representationData2D
/// ```
const WAY_TO_REPRESENTATIONS: [Tag; 3] = [Tag(0xA1), Tag(0x65), Tag(0xA1)];
const WAY_TO_IMAGE: [Tag; 4] = [Tag(0xA1), Tag(0xA0), Tag(0xA0), Tag(0x80)];

/// Reads the images of the record in this biometric data block.
pub(super) fn read<'a>(block: &Tlv<'a>, faces: &mut Vec<Face<'a>>, findings: &mut Findings) -> Result<(), TlvError> {
    let Some(representations) = descend(block, &WAY_TO_REPRESENTATIONS)? else {
        findings.add(block.at, Defect::FaceNoImage);
        return Ok(());
    };
    let mut inside = representations.children();
    while !inside.is_empty() {
        let representation = inside.next()?;
        let Some(image) = descend(&representation, &WAY_TO_IMAGE)? else {
            findings.add(representation.at, Defect::FaceNoImage);
            continue;
        };
        let face = Face {
            image: image.value,
            at: image.value_at,
            format: ImageFormat::sniff(image.value),
            size: None,
            record: RecordFormat::Iso39794,
        };
        push_image(face, None, faces, findings);
    }
    Ok(())
}

/// The first data object with the first tag, in it the first with the second tag, and so on.
fn descend<'a>(from: &Tlv<'a>, way: &[Tag]) -> Result<Option<Tlv<'a>>, TlvError> {
    let mut here = *from;
    for tag in way {
        let mut inside = here.children();
        here = loop {
            if inside.is_empty() {
                return Ok(None);
            }
            let object = inside.next()?;
            if object.tag == *tag {
                break object;
            }
        };
    }
    Ok(Some(here))
}
