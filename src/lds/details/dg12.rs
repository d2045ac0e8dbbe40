//! EF.DG12: additional document details (9303-10 §4.7.12).

use super::template::Template;
use super::text::Text;
use crate::lds::findings::{Finding, Findings};
use crate::lds::{DataGroup, DateTime, FileId, Image, PartialDate, RawObject};
use crate::tlv::{Tag, TlvError};

/// The fields, but for the other persons.
const KNOWN: &[Tag] =
    &[Tag(0x5F19), Tag(0x5F1B), Tag(0x5F1C), Tag(0x5F1D), Tag(0x5F1E), Tag(0x5F26), Tag(0x5F55), Tag(0x5F56)];

/// EF.DG12 as a value, borrowed from the file as it was read; a field is `None` where it is absent.
///
/// ```text
/// DG12 ::= 6C L  5C L tag*                            -- tag list
///                5F19 L authority   5F26 08 date of issue
///                A0 L { 02 01 n  { 5F1A L name }* }   -- other persons
///                5F1B endorsements, observations   5F1C tax, exit requirements
///                5F1D image of the front   5F1E image of the rear
///                5F55 0E date and time of personalization   5F56 serial number of the personalization system
/// ```
#[derive(Clone, Debug)]
pub struct Dg12<'a> {
    /// 5C: the tags of the fields that the file says are there.
    pub tag_list: Option<Vec<Tag>>,
    /// 5F19: issuing authority.
    pub issuing_authority: Option<Text<'a>>,
    /// 5F26: date of issue; `None` also where it is no date.
    pub date_of_issue: Option<PartialDate>,
    /// 5F1A: names of other persons, at most [`Bounds::names`](crate::Bounds::names).
    pub other_persons: Vec<Text<'a>>,
    /// 5F1B: endorsements, observations.
    pub endorsements: Option<Text<'a>>,
    /// 5F1C: tax and exit requirements.
    pub tax_exit_requirements: Option<Text<'a>>,
    /// 5F1D: the image of the front of the document.
    pub image_of_front: Option<Image<'a>>,
    /// 5F1E: the image of its rear.
    pub image_of_rear: Option<Image<'a>>,
    /// 5F55: date and time of personalization; `None` also where it is none.
    pub personalization_time: Option<DateTime>,
    /// 5F56: serial number of the personalization system.
    pub personalization_serial_number: Option<Text<'a>>,
    /// Data objects that the standard does not have here, at most [`Bounds::other_objects`](crate::Bounds::other_objects).
    pub others: Vec<RawObject<'a>>,
    /// Defects and remarks of the file.
    pub findings: Vec<Finding>,
}

impl<'a> Dg12<'a> {
    /// Reads an EF.DG12.
    ///
    /// # Errors
    /// No data object 6C.
    pub fn parse(file: &'a [u8]) -> Result<Self, TlvError> {
        let mut findings = Findings::of(FileId::DataGroup(DataGroup::DG12));
        let outer = findings.object(file, Tag(0x6C), "DG12, tag 6C")?;
        let template = Template::read(&outer, KNOWN, Some(Tag(0x5F1A)), &mut findings);
        let mut text = |tag| template.text(tag, &mut findings);
        Ok(Self {
            issuing_authority: text(Tag(0x5F19)),
            endorsements: text(Tag(0x5F1B)),
            tax_exit_requirements: text(Tag(0x5F1C)),
            personalization_serial_number: text(Tag(0x5F56)),
            date_of_issue: template.date(Tag(0x5F26), &mut findings),
            image_of_front: template.image(Tag(0x5F1D), &mut findings),
            image_of_rear: template.image(Tag(0x5F1E), &mut findings),
            personalization_time: template.date_time(Tag(0x5F55), &mut findings),
            tag_list: template.tag_list,
            other_persons: template.names,
            others: template.others,
            findings: findings.into_list(),
        })
    }
}
