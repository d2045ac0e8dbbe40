//! A template of optional fields, as DG11, DG12 and each person of DG16 are: a tag list, fields, other names, what is left.
//!
//! Which tags are known is a row of each data group; what a field holds is asked for by its tag.

use super::text::Text;
use crate::bounds::BOUNDS;
use crate::lds::findings::{FileDefect, Findings};
use crate::lds::opaque_group::RawObject;
use crate::lds::{DateTime, Image, ImageFormat, PartialDate};
use crate::tlv::{Tag, Tlv, tag_list};

const TAG_LIST: Tag = Tag(0x5C);
const NAMES: Tag = Tag(0xA0);

/// The fields of one template while it is read.
pub(super) struct Template<'a> {
    fields: Vec<Tlv<'a>>,
    /// The template of the other names is there.
    has_names: bool,
    pub(super) tag_list: Option<Vec<Tag>>,
    /// The other names, in the template A0 or loose.
    pub(super) names: Vec<Text<'a>>,
    /// What no row knows.
    pub(super) others: Vec<RawObject<'a>>,
}

impl<'a> Template<'a> {
    /// Reads the fields of a template: `known` are the tags of its fields, `name` that of its other names, where it has them.
    pub(super) fn read(outer: &Tlv<'a>, known: &[Tag], name: Option<Tag>, findings: &mut Findings) -> Self {
        let mut template =
            Self { fields: Vec::new(), has_names: false, tag_list: None, names: Vec::new(), others: Vec::new() };
        let mut inside = outer.children();
        while let Some(object) = findings.next(&mut inside) {
            match object.tag {
                TAG_LIST if object.value.len() > BOUNDS.tag_list_octets => {
                    findings.add(object.at, FileDefect::ObjectsTooMany)
                }
                TAG_LIST if name.is_some() => match tag_list(object.value, object.value_at) {
                    Ok(_) if template.tag_list.is_some() => findings.add(object.at, FileDefect::DetailsDuplicate),
                    Ok(list) => template.tag_list = Some(list.into_iter().map(|(_, tag)| tag).collect()),
                    Err(error) => findings.add(error.at, FileDefect::DetailsListMalformed),
                },
                NAMES if name.is_some() => {
                    if template.has_names {
                        findings.add(object.at, FileDefect::DetailsDuplicate);
                    }
                    template.has_names = true;
                    template.read_names(&object, name, findings);
                }
                tag if Some(tag) == name => {
                    findings.add_first(object.at, FileDefect::DetailsNamesLoose);
                    template.push_name(&object, findings);
                }
                tag if known.contains(&tag) => {
                    if template.field(tag).is_some() {
                        findings.add(object.at, FileDefect::DetailsDuplicate);
                    } else {
                        template.fields.push(object);
                    }
                }
                _ => {
                    findings.add(object.at, FileDefect::UnknownObject);
                    if template.others.len() < BOUNDS.other_objects {
                        template.others.push(RawObject::from(object));
                    }
                }
            }
        }
        if name.is_some() {
            template.compare_list(outer, name, findings);
        }
        template
    }

    /// The other names, with their number before them.
    ///
    /// ```text
    /// A0 L  02 01 n  { 5F0F | 5F1A L name }*
    /// ```
    fn read_names(&mut self, names: &Tlv<'a>, name: Option<Tag>, findings: &mut Findings) {
        let mut count = None;
        let mut found = 0;
        let mut inside = names.children();
        while let Some(object) = findings.next(&mut inside) {
            match object.tag {
                Tag::INTEGER if count.is_none() => count = Some(object),
                tag if Some(tag) == name => {
                    found += 1;
                    self.push_name(&object, findings);
                }
                _ => findings.add(object.at, FileDefect::UnknownObject),
            }
        }
        findings.count(count, found, names.at, Findings::COUNT);
    }

    fn push_name(&mut self, name: &Tlv<'a>, findings: &mut Findings) {
        if self.names.len() >= BOUNDS.names {
            findings.add_first(name.at, FileDefect::ObjectsTooMany);
        } else {
            self.names.push(text(name, findings));
        }
    }

    /// Compares the fields with the tag list. Other names stand in some lists by their own tag, in some by that of their
    /// template, in some not at all.
    fn compare_list(&self, outer: &Tlv<'_>, name: Option<Tag>, findings: &mut Findings) {
        let Some(list) = &self.tag_list else {
            return findings.add(outer.value_at, FileDefect::DetailsListMissing);
        };
        let is_name = |tag: Tag| tag == NAMES || Some(tag) == name;
        let is_there = |tag: Tag| {
            if is_name(tag) {
                self.has_names || !self.names.is_empty()
            } else {
                self.field(tag).is_some() || self.others.iter().any(|other| other.tag == tag)
            }
        };
        if !list.iter().all(|tag| is_there(*tag)) {
            findings.add(outer.value_at, FileDefect::DetailsListedAbsent);
        }
        for field in self.fields.iter().filter(|field| !list.contains(&field.tag)) {
            findings.add_first(field.at, FileDefect::DetailsUnlisted);
        }
    }

    fn field(&self, tag: Tag) -> Option<&Tlv<'a>> {
        self.fields.iter().find(|field| field.tag == tag)
    }

    /// The text of a field.
    pub(super) fn text(&self, tag: Tag, findings: &mut Findings) -> Option<Text<'a>> {
        self.field(tag).map(|field| text(field, findings))
    }

    /// The date of a field; `None` also where it is none.
    pub(super) fn date(&self, tag: Tag, findings: &mut Findings) -> Option<PartialDate> {
        let field = self.field(tag)?;
        let read = PartialDate::from_field(field.value);
        examine_date(field, read.map(|(date, is_bcd)| (date.is_complete(), is_bcd)), findings);
        read.map(|(date, _)| date)
    }

    /// The date and time of a field; `None` also where it is none.
    pub(super) fn date_time(&self, tag: Tag, findings: &mut Findings) -> Option<DateTime> {
        let field = self.field(tag)?;
        let read = DateTime::from_field(field.value);
        let is_complete = |moment: DateTime| moment.date.is_complete() && moment.second.is_some();
        examine_date(field, read.map(|(moment, is_bcd)| (is_complete(moment), is_bcd)), findings);
        read.map(|(moment, _)| moment)
    }

    /// The image of a field; an empty one is none.
    pub(super) fn image(&self, tag: Tag, findings: &mut Findings) -> Option<Image<'a>> {
        let field = self.field(tag)?;
        let image = Image::new(field.value, field.value_at);
        // 9303-10 §4.7.11.1 note 1, §4.7.12.1 note 2
        image.examine(Some(ImageFormat::JPEG_OR_JPEG_2000), findings);
        Some(image).filter(|image| !image.bytes.is_empty())
    }
}

/// The text of a data object, with its defects.
fn text<'a>(object: &Tlv<'a>, findings: &mut Findings) -> Text<'a> {
    match core::str::from_utf8(object.value) {
        Err(error) => findings.add(object.value_at + error.valid_up_to(), FileDefect::DetailsText),
        Ok("") => findings.add(object.at, FileDefect::DetailsEmpty),
        Ok(text) => {
            if let Some((at, _)) = text.char_indices().find(|(_, character)| character.is_control()) {
                findings.add(object.value_at + at, FileDefect::DetailsCharacter);
            }
        }
    }
    Text { signed: object.value, at: object.value_at }
}

/// Notes the defects of a date, read or not: whether it is complete, whether it is BCD.
fn examine_date(field: &Tlv<'_>, read: Option<(bool, bool)>, findings: &mut Findings) {
    match read {
        None if field.value.is_empty() => findings.add(field.at, FileDefect::DetailsEmpty),
        None => findings.add(field.value_at, FileDefect::DetailsDate),
        Some((is_complete, is_bcd)) => {
            if !is_complete {
                findings.add(field.value_at, FileDefect::DetailsDatePartial);
            }
            if is_bcd {
                findings.add(field.value_at, FileDefect::DetailsDateBcd);
            }
        }
    }
}
