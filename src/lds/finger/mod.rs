//! EF.DG3: the fingers of the holder, their images handed out and never decoded (9303-10 §4.7.3).
//!
//! The file stands behind terminal authentication. It is a biometric information template group around records of
//! ISO/IEC 19794-4, or of ISO/IEC 39794-4; one without any instance is legal. Departures are findings, each at its offset.

mod record_19794;
mod record_39794;

pub use record_19794::FingerImageRecord;
pub use record_39794::FingerRepresentation;

use crate::bounds::BOUNDS;
use crate::lds::biometric::{BiometricHeader, GroupDefects, Modality, Record, RecordFormat, findings_of, read_group};
use crate::lds::findings::{Defect, Finding, Findings};
use crate::lds::{DataGroup, Image, ImageFormat};
use crate::tlv::{Tag, TlvError};

const FINGER: Modality = Modality {
    group: DataGroup::DG3,
    tag: Tag(0x63),
    what: "DG3, tag 63",
    biometric_type: 0x08,
    format_types: [0x0007, 0x0028],
    application: Tag(0x64),
    subtypes: Some(is_subtype),
    most: BOUNDS.fingers,
    defects: GroupDefects::BIOMETRIC,
};

/// EF.DG3 as a value, borrowed from the file as it was read.
#[derive(Clone, Debug)]
pub struct Dg3<'a> {
    /// The number of instances that the file states; 0 where the holder has no finger that could be taken.
    pub instances: Option<u32>,
    /// The images, in the order of the file, at most [`Bounds::fingers`](crate::Bounds::fingers).
    pub fingers: Vec<Finger<'a>>,
    /// What was found amiss or unusual.
    pub findings: Vec<Finding>,
}

/// One image of a finger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finger<'a> {
    /// The image.
    pub image: Image<'a>,
    /// Which finger, as the record says.
    pub position: Option<FingerPosition>,
    /// Width and height in pixels as the record states them (unverified); `None` where it states none.
    pub size: Option<(u16, u16)>,
    /// The format of the record around it.
    pub record: RecordFormat,
    /// The biometric header template of the record.
    pub header: BiometricHeader,
    /// What the record says of the image.
    pub details: FingerDetails,
}

/// What a finger record says of its image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FingerDetails {
    /// A record of ISO/IEC 19794-4.
    Iso19794(FingerImageRecord),
    /// A record of ISO/IEC 39794-4.
    Iso39794(FingerRepresentation),
}

macro_rules! positions {
    ($($variant:ident = $code:literal, $subtype:literal, $words:literal;)*) => {
        /// Which finger it is (ISO/IEC 19794-4 Table 6; the same codes in ISO/IEC 39794-4).
        #[derive(Clone, Copy, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum FingerPosition {
            $(#[doc = concat!("The ", $words, ".")] $variant,)*
            /// Another position: several fingers, or a palm, by its code.
            Other(u32),
        }

        impl FingerPosition {
            /// The position with this code.
            pub fn from_code(code: u32) -> Self {
                match code { $($code => Self::$variant,)* other => Self::Other(other) }
            }

            /// The position that a biometric subtype names (9303-10 Table 49); `None` where it names no single finger.
            pub fn from_subtype(subtype: u8) -> Option<Self> {
                match subtype { $($subtype if $code != 0 => Some(Self::$variant),)* _ => None }
            }

            /// The code of the position.
            pub fn code(self) -> u32 {
                match self { $(Self::$variant => $code,)* Self::Other(code) => code }
            }

            /// The position in words.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $words,)* Self::Other(_) => "other position" }
            }
        }
    };
}

positions! {
    Unknown = 0, 0x00, "unknown finger";
    RightThumb = 1, 0x05, "right thumb";
    RightIndex = 2, 0x09, "right index finger";
    RightMiddle = 3, 0x0D, "right middle finger";
    RightRing = 4, 0x11, "right ring finger";
    RightLittle = 5, 0x15, "right little finger";
    LeftThumb = 6, 0x06, "left thumb";
    LeftIndex = 7, 0x0A, "left index finger";
    LeftMiddle = 8, 0x0E, "left middle finger";
    LeftRing = 9, 0x12, "left ring finger";
    LeftLittle = 10, 0x16, "left little finger";
}

/// Says nothing of the holder.
impl core::fmt::Debug for FingerPosition {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("FingerPosition(..)")
    }
}

/// Bits 2-1 right or left, bits 5-3 which finger, both may be 0; bits 8-6 are reserved (9303-10 Table 49).
fn is_subtype(subtype: u8) -> bool {
    subtype & 0xE0 == 0 && (subtype >> 2) & 0x07 <= 5 && subtype & 0x03 != 3
}

impl<'a> Dg3<'a> {
    /// Reads an EF.DG3.
    ///
    /// ```text
    /// DG3 ::= 63 L  7F61 L  02 01 n           -- number of instances
    ///                       7F60 L  A1 L …    -- biometric header template, its subtype 82 required
    ///                               5F2E L …  -- biometric data block; 7F2E where it is itself constructed
    ///               53 L …                    -- where n is 0
    /// ```
    ///
    /// # Errors
    /// No data object 63 with a 7F61 in it; a template that is malformed loses only itself.
    pub fn parse(file: &'a [u8]) -> Result<Self, TlvError> {
        let mut findings = findings_of(&FINGER);
        let mut fingers = Vec::new();
        let (instances, at) = read_group(&FINGER, file, &mut findings, |header, record, findings| match record {
            Record::Iso39794(block) => record_39794::read(&block, header, &mut fingers, findings),
            Record::Iso19794(record, at) => record_19794::read(record, at, header, &mut fingers, findings),
        })?;
        if fingers.is_empty() && instances != Some(0) {
            findings.add(at, Defect::ImageMissing);
        }
        Ok(Self { instances, fingers, findings: findings.into_list() })
    }
}

/// Hands out an image that was found, or says that there is none; false where no more are read.
fn push_image<'a>(
    finger: Finger<'a>,
    due: Option<&[ImageFormat]>,
    fingers: &mut Vec<Finger<'a>>,
    findings: &mut Findings,
) -> bool {
    let at = finger.image.at;
    if finger.image.bytes.is_empty() {
        findings.add(at, Defect::ImageMissing);
        return true;
    }
    if fingers.len() >= BOUNDS.fingers {
        findings.add(at, Defect::ObjectsTooMany);
        return false;
    }
    finger.image.examine(due, findings);
    let named = finger.header.biometric_subtype.and_then(FingerPosition::from_subtype);
    if named.zip(finger.position).is_some_and(|(named, said)| said != FingerPosition::Unknown && named != said) {
        findings.add(at, Defect::BiometricSubtypeDiffers);
    }
    fingers.push(finger);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_subtype_that_names_a_finger_is_one_of_the_standard() {
        let named: Vec<u32> = (0..=255).filter_map(FingerPosition::from_subtype).map(FingerPosition::code).collect();
        assert_eq!(named, [1, 6, 2, 7, 3, 8, 4, 9, 5, 10]);
        assert!((0..=255).filter(|subtype| FingerPosition::from_subtype(*subtype).is_some()).all(is_subtype));
        for refused in [0x03, 0x18, 0x1C, 0x20, 0xFF] {
            assert!(!is_subtype(refused), "{refused:02X}");
        }
        assert_eq!((0..60).map(FingerPosition::from_code).map(FingerPosition::code).max(), Some(59));
    }
}
