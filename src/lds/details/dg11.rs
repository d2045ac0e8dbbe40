//! EF.DG11: additional personal details (9303-10 §4.7.11).

use super::template::Template;
use super::text::Text;
use crate::lds::findings::{Finding, Findings};
use crate::lds::{DataGroup, FileId, Image, PartialDate, RawObject};
use crate::tlv::{Tag, TlvError};

/// The fields, but for the other names.
const KNOWN: &[Tag] = &[
    Tag(0x5F0E),
    Tag(0x5F10),
    Tag(0x5F11),
    Tag(0x5F12),
    Tag(0x5F13),
    Tag(0x5F14),
    Tag(0x5F15),
    Tag(0x5F16),
    Tag(0x5F17),
    Tag(0x5F18),
    Tag(0x5F2B),
    Tag(0x5F42),
];

/// EF.DG11 as a value, borrowed from the file as it was read; a field is `None` where it is absent.
///
/// ```text
/// DG11 ::= 6B L  5C L tag*                         -- tag list
///                5F0E L name                       -- full name in national characters
///                A0 L { 02 01 n  { 5F0F L name }* }  -- other names
///                5F10 personal number   5F2B 08 date of birth   5F11 place of birth   5F42 permanent address
///                5F12 telephone   5F13 profession   5F14 title   5F15 personal summary
///                5F16 image of a proof of citizenship   5F17 other valid TD numbers   5F18 custody information
/// ```
#[derive(Clone, Debug)]
pub struct Dg11<'a> {
    /// 5C: the tags of the fields that the file says are there.
    pub tag_list: Option<Vec<Tag>>,
    /// 5F0E: full name in national characters; [`Text::name`] parts it.
    pub full_name: Option<Text<'a>>,
    /// 5F0F: other names, at most [`Bounds::names`](crate::Bounds::names).
    pub other_names: Vec<Text<'a>>,
    /// 5F10: personal number.
    pub personal_number: Option<Text<'a>>,
    /// 5F2B: full date of birth; `None` also where it is no date.
    pub full_date_of_birth: Option<PartialDate>,
    /// 5F11: place of birth; [`Text::parts`] parts it.
    pub place_of_birth: Option<Text<'a>>,
    /// 5F42: permanent address; [`Text::parts`] parts it.
    pub permanent_address: Option<Text<'a>>,
    /// 5F12: telephone.
    pub telephone: Option<Text<'a>>,
    /// 5F13: profession.
    pub profession: Option<Text<'a>>,
    /// 5F14: title.
    pub title: Option<Text<'a>>,
    /// 5F15: personal summary.
    pub personal_summary: Option<Text<'a>>,
    /// 5F16: the image of a proof of citizenship.
    pub proof_of_citizenship: Option<Image<'a>>,
    /// 5F17: numbers of other valid travel documents; [`Text::parts`] parts them.
    pub other_valid_td_numbers: Option<Text<'a>>,
    /// 5F18: custody information.
    pub custody_information: Option<Text<'a>>,
    /// Data objects that the standard does not have here, at most [`Bounds::other_objects`](crate::Bounds::other_objects).
    pub others: Vec<RawObject<'a>>,
    /// Defects and remarks of the file.
    pub findings: Vec<Finding>,
}

impl<'a> Dg11<'a> {
    /// Reads an EF.DG11.
    ///
    /// # Errors
    /// No data object 6B.
    pub fn parse(file: &'a [u8]) -> Result<Self, TlvError> {
        let mut findings = Findings::of(FileId::DataGroup(DataGroup::DG11));
        let outer = findings.object(file, Tag(0x6B), "DG11, tag 6B")?;
        let template = Template::read(&outer, KNOWN, Some(Tag(0x5F0F)), &mut findings);
        let mut text = |tag| template.text(tag, &mut findings);
        Ok(Self {
            full_name: text(Tag(0x5F0E)),
            personal_number: text(Tag(0x5F10)),
            place_of_birth: text(Tag(0x5F11)),
            permanent_address: text(Tag(0x5F42)),
            telephone: text(Tag(0x5F12)),
            profession: text(Tag(0x5F13)),
            title: text(Tag(0x5F14)),
            personal_summary: text(Tag(0x5F15)),
            other_valid_td_numbers: text(Tag(0x5F17)),
            custody_information: text(Tag(0x5F18)),
            full_date_of_birth: template.date(Tag(0x5F2B), &mut findings),
            proof_of_citizenship: template.image(Tag(0x5F16), &mut findings),
            tag_list: template.tag_list,
            other_names: template.names,
            others: template.others,
            findings: findings.into_list(),
        })
    }
}
