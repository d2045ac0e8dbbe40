//! EF.DG13 of Vietnam's ID card: the holder's data with diacritics, which EF.DG1 cannot hold.
//!
//! The structure is walked, never scanned: the version looks like field 1, and a name may hold any bytes. Both forms of
//! the parents' field are read, any order of the fields, and unknown fields are kept as bytes. A field that is
//! absent differs from one that is empty. Texts are given as they were signed.

use crate::bounds::BOUNDS;
use crate::lds::{DataGroup, FileDefect, FileId, Finding, Findings, PartialDate, Sex};
use crate::oid::{ID_VN_DG13, Oid};
use crate::tlv::{Tag, Tlv, TlvError, small_integer};
use crate::vietnam::PersonalNumber;
use crate::vietnam::text::{parse_date, parse_sex};
use zeroize::Zeroize;

/// EF.DG13 as a value.
///
/// ```text
/// EF.DG13 ::= 6D L  SEQUENCE {
///     version  INTEGER (1),
///     oid      OBJECT IDENTIFIER (1.0.10646.1.0.8),
///     fields   SET OF Field }
/// Field   ::= SEQUENCE {
///     number   INTEGER,
///     value    text, or SEQUENCEs of texts, OPTIONAL }
/// ```
#[derive(Clone)]
pub struct Dg13 {
    fields: Vec<VnField>,
    findings: Vec<Finding>,
}

/// One field, with its bytes.
#[derive(Clone)]
pub struct VnField {
    /// Its number: 1 to 16 are known.
    pub number: u32,
    /// Its offset in the file.
    pub at: usize,
    /// The texts in it, as they were signed; none where the field is empty.
    pub texts: Vec<String>,
    /// The field as it stands in the file, tag and length included.
    pub raw: Vec<u8>,
}

/// A field by what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dg13Field {
    /// The personal number, twelve digits.
    PersonalNumber,
    /// The full name.
    FullName,
    /// The date of birth.
    DateOfBirth,
    /// The sex: `Nam` or `Nữ`.
    Sex,
    /// The nationality.
    Nationality,
    /// The ethnic group.
    EthnicGroup,
    /// The religion.
    Religion,
    /// The place of origin.
    PlaceOfOrigin,
    /// The place of residence; its last comma part is the province.
    PlaceOfResidence,
    /// Personal identification marks.
    IdentificationMarks,
    /// The date of issue.
    DateOfIssue,
    /// The date of expiry; may be words.
    DateOfExpiry,
    /// Father and mother.
    Parents,
    /// The spouse.
    Spouse,
    /// The former number of nine digits.
    FormerNumber,
    /// Sixteen characters of unknown meaning.
    Unknown16,
}

impl Dg13Field {
    /// All of them, in order of their numbers from 1.
    pub const ALL: [Self; 16] = [
        Self::PersonalNumber,
        Self::FullName,
        Self::DateOfBirth,
        Self::Sex,
        Self::Nationality,
        Self::EthnicGroup,
        Self::Religion,
        Self::PlaceOfOrigin,
        Self::PlaceOfResidence,
        Self::IdentificationMarks,
        Self::DateOfIssue,
        Self::DateOfExpiry,
        Self::Parents,
        Self::Spouse,
        Self::FormerNumber,
        Self::Unknown16,
    ];

    /// The number of the field, 1 to 16.
    pub fn number(self) -> u32 {
        (1..).zip(Self::ALL).find(|(_, field)| *field == self).map_or(0, |(number, _)| number)
    }
}

impl Dg13 {
    /// Reads an EF.DG13.
    ///
    /// # Errors
    /// A file of another form: DG13 is national, and then stays the bytes it is.
    pub fn parse(file: &[u8]) -> Result<Self, TlvError> {
        let mut findings = Findings::of(FileId::DataGroup(DataGroup::DG13));
        let dg13 = findings.object(file, Tag(0x6D), "DG13, tag 6D")?;
        let mut inside = dg13.children();
        let body = inside.expect(Tag::SEQUENCE, "the body of DG13, a SEQUENCE")?;
        findings.note(&body);
        findings.rest(&inside);

        let mut parts = body.children();
        let version = parts.optional(Tag::INTEGER)?;
        if version.and_then(|version| small_integer(version.value)) != Some(1) {
            findings.add(body.value_at, FileDefect::VnVersion);
        }
        let identifier_at = parts.at();
        let identifier = parts.optional(Tag::OID)?;
        if identifier.and_then(|identifier| Oid::from_der(identifier.value)) != Some(ID_VN_DG13) {
            findings.add(identifier_at, FileDefect::VnIdentifierMissing);
        }
        let set = parts.expect(Tag::SET, "the fields of DG13, a SET")?;
        findings.note(&set);
        findings.rest(&parts);

        let mut fields: Vec<VnField> = Vec::new();
        let mut entries = set.children();
        while !entries.is_empty() && fields.len() < BOUNDS.dg13_fields {
            let entry = entries.next()?;
            findings.note(&entry);
            let Some(field) = read_field(&entry, &mut findings)? else {
                findings.add(entry.at, FileDefect::VnFieldMalformed);
                continue;
            };
            if !(1..=16).contains(&field.number) {
                findings.add(field.at, FileDefect::VnFieldUnknown);
            }
            if fields.iter().any(|other| other.number == field.number) {
                findings.add(field.at, FileDefect::VnFieldDuplicate);
            }
            fields.push(field);
        }
        findings.rest(&entries);
        Ok(Self { fields, findings: findings.into_list() })
    }

    /// Defects and remarks of the file.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// All fields, known or not, in the order of the file.
    pub fn fields(&self) -> &[VnField] {
        &self.fields
    }

    /// The field, if it is there (it may be empty); of duplicates the first.
    pub fn field(&self, field: Dg13Field) -> Option<&VnField> {
        self.fields.iter().find(|one| one.number == field.number())
    }

    /// The text of the field as it was signed; `None` where the field is absent or empty.
    pub fn text(&self, field: Dg13Field) -> Option<&str> {
        self.nth_text(field, 0)
    }

    /// The personal number; `None` where it is absent or not twelve digits.
    pub fn personal_number(&self) -> Option<PersonalNumber> {
        PersonalNumber::parse(self.text(Dg13Field::PersonalNumber)?).ok()
    }

    /// The date of birth; `None` where it is absent or no date.
    pub fn birth_date(&self) -> Option<PartialDate> {
        parse_date(self.text(Dg13Field::DateOfBirth)?)
    }

    /// The sex; `None` where it is absent or neither word.
    pub fn sex(&self) -> Option<Sex> {
        parse_sex(self.text(Dg13Field::Sex)?)
    }

    /// The date of issue; `None` where it is absent or no date.
    pub fn issue_date(&self) -> Option<PartialDate> {
        parse_date(self.text(Dg13Field::DateOfIssue)?)
    }

    /// The date of expiry; `None` where it is absent or words, as for cards that do not expire.
    pub fn expiry_date(&self) -> Option<PartialDate> {
        parse_date(self.text(Dg13Field::DateOfExpiry)?)
    }

    /// The father's name.
    pub fn father(&self) -> Option<&str> {
        self.nth_text(Dg13Field::Parents, 0)
    }

    /// The other name of the holder, where the field of the full name holds a second text.
    pub fn other_name(&self) -> Option<&str> {
        self.nth_text(Dg13Field::FullName, 1)
    }

    /// The mother's name.
    pub fn mother(&self) -> Option<&str> {
        self.nth_text(Dg13Field::Parents, 1)
    }

    /// The texts that are there, each with the name of its field of the holder.
    pub(crate) fn holder_fields(&self) -> Vec<(&'static str, &str)> {
        let fields = [
            ("personal_number", self.text(Dg13Field::PersonalNumber)),
            ("full_name", self.text(Dg13Field::FullName)),
            ("date_of_birth", self.text(Dg13Field::DateOfBirth)),
            ("sex", self.text(Dg13Field::Sex)),
            ("nationality", self.text(Dg13Field::Nationality)),
            ("ethnicity", self.text(Dg13Field::EthnicGroup)),
            ("religion", self.text(Dg13Field::Religion)),
            ("place_of_origin", self.text(Dg13Field::PlaceOfOrigin)),
            ("place_of_residence", self.text(Dg13Field::PlaceOfResidence)),
            ("personal_identification", self.text(Dg13Field::IdentificationMarks)),
            ("date_of_issue", self.text(Dg13Field::DateOfIssue)),
            ("date_of_expiry", self.text(Dg13Field::DateOfExpiry)),
            ("father_name", self.father()),
            ("mother_name", self.mother()),
            ("spouse_name", self.text(Dg13Field::Spouse)),
            ("former_number", self.text(Dg13Field::FormerNumber)),
        ];
        fields.into_iter().filter_map(|(name, text)| Some((name, text?))).collect()
    }

    fn nth_text(&self, field: Dg13Field, index: usize) -> Option<&str> {
        self.field(field)?.texts.get(index).map(String::as_str).filter(|text| !text.trim().is_empty())
    }
}

/// `Debug` output omits the contents.
impl core::fmt::Debug for Dg13 {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Dg13({} fields, {} findings)", self.fields.len(), self.findings.len())
    }
}

impl Drop for VnField {
    fn drop(&mut self) {
        self.texts.zeroize();
        self.raw.zeroize();
    }
}

/// `Debug` output shows the number of the field only.
impl core::fmt::Debug for VnField {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "VnField({}, {} texts)", self.number, self.texts.len())
    }
}

/// One field; `None` for an entry that has no number.
fn read_field(entry: &Tlv<'_>, findings: &mut Findings) -> Result<Option<VnField>, TlvError> {
    if entry.tag != Tag::SEQUENCE {
        return Ok(None);
    }
    let mut values = entry.children();
    let Some(number) = values.optional(Tag::INTEGER)?.and_then(|number| small_integer(number.value)) else {
        return Ok(None);
    };
    // All texts after the number, however they are nested: the way back up stands on a stack, bounded by the nesting.
    let mut texts = Vec::new();
    let mut open = vec![values];
    while let Some(reader) = open.last_mut() {
        if reader.is_empty() {
            open.pop();
            continue;
        }
        let value = reader.next()?;
        match value.tag {
            Tag::UTF8_STRING | Tag::PRINTABLE_STRING | Tag::IA5_STRING | Tag::OCTET_STRING => {
                if core::str::from_utf8(value.value).is_err() {
                    findings.add(value.at, FileDefect::VnTextMalformed);
                }
                if texts.len() < BOUNDS.dg13_texts {
                    texts.push(String::from_utf8_lossy(value.value).into_owned());
                } else {
                    findings.add(value.at, FileDefect::ObjectsTooMany);
                }
            }
            tag if tag.is_constructed() => open.push(value.children()),
            _ => findings.add(value.at, FileDefect::UnknownObject),
        }
    }
    Ok(Some(VnField { number, at: entry.at, texts, raw: entry.raw.to_vec() }))
}
