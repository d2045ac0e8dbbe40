//! EF.DG16: persons to notify in an emergency (9303-10 §4.7.16).

use super::template::Template;
use super::text::Text;
use crate::bounds::BOUNDS;
use crate::lds::findings::{FileDefect, Finding, Findings};
use crate::lds::{DataGroup, FileId, PartialDate};
use crate::tlv::{Tag, TlvError};

const KNOWN: &[Tag] = &[Tag(0x5F50), Tag(0x5F51), Tag(0x5F52), Tag(0x5F53)];

/// EF.DG16 as a value, borrowed from the file as it was read.
///
/// ```text
/// DG16 ::= 70 L  02 01 n                            -- number of templates
///                A1 L { 5F50 08 date data recorded   5F51 L name   5F52 L telephone   5F53 L address }
///                A2 L { … }
/// ```
#[derive(Clone, Debug)]
pub struct Dg16<'a> {
    /// The number of templates that the file states.
    pub instances: Option<u32>,
    /// The persons, at most [`Bounds::persons`](crate::Bounds::persons).
    pub persons: Vec<PersonToNotify<'a>>,
    /// Defects and remarks of the file.
    pub findings: Vec<Finding>,
}

/// A person to notify; a field is `None` where it is absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonToNotify<'a> {
    /// 5F50: when the data were recorded; `None` also where it is no date.
    pub date_data_recorded: Option<PartialDate>,
    /// 5F51: the name; [`Text::name`] parts it.
    pub name_of_person: Option<Text<'a>>,
    /// 5F52: telephone.
    pub telephone: Option<Text<'a>>,
    /// 5F53: address; [`Text::parts`] parts it.
    pub address: Option<Text<'a>>,
}

impl<'a> Dg16<'a> {
    /// Reads an EF.DG16.
    ///
    /// # Errors
    /// No data object 70.
    pub fn parse(file: &'a [u8]) -> Result<Self, TlvError> {
        let mut findings = Findings::of(FileId::DataGroup(DataGroup::DG16));
        let outer = findings.object(file, Tag(0x70), "DG16, tag 70")?;
        let mut count = None;
        let mut found = 0;
        let mut before = Tag(0xA0);
        let mut persons = Vec::new();
        let mut inside = outer.children();
        while let Some(object) = findings.next(&mut inside) {
            match object.tag {
                Tag::INTEGER if count.is_none() => count = Some(object),
                Tag(0xA1..=0xAF) => {
                    found += 1;
                    if persons.len() >= BOUNDS.persons {
                        findings.add(object.at, FileDefect::ObjectsTooMany);
                        break;
                    }
                    if object.tag <= before {
                        findings.add(object.at, FileDefect::WrongOrder);
                    }
                    before = object.tag;
                    let template = Template::read(&object, KNOWN, None, &mut findings);
                    persons.push(PersonToNotify {
                        date_data_recorded: template.date(Tag(0x5F50), &mut findings),
                        name_of_person: template.text(Tag(0x5F51), &mut findings),
                        telephone: template.text(Tag(0x5F52), &mut findings),
                        address: template.text(Tag(0x5F53), &mut findings),
                    });
                }
                _ => findings.add(object.at, FileDefect::UnknownObject),
            }
        }
        let instances = findings.count(count, found, outer.value_at, Findings::COUNT);
        Ok(Self { instances, persons, findings: findings.into_list() })
    }
}
