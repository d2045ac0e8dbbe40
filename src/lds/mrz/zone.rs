//! The machine-readable zone as a value: its fields, and the name in its two identifiers.

use super::layout::{MrzField, MrzFormat};
use super::syntax::{ShortDate, is_no_expiry};
use crate::lds::findings::{FileDefect, Finding};
use crate::lds::{PartialDate, Sex};
use time::Date;
use zeroize::Zeroizing;

/// A machine-readable zone, with its defects and remarks.
#[derive(Clone)]
pub struct Mrz {
    /// 90, 72 or 88 characters of `A–Z`, `0–9`, `<`; `?` stands for a byte that no MRZ has.
    pub(super) text: Zeroizing<String>,
    /// For each character its offset in the file, or in the text that was typed.
    pub(super) places: Vec<usize>,
    pub(super) format: MrzFormat,
    pub(super) findings: Vec<Finding>,
}

impl Mrz {
    /// The format.
    pub fn format(&self) -> MrzFormat {
        self.format
    }

    /// Defects and remarks of the file.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The lines, as they are printed on the document.
    pub fn lines(&self) -> Vec<&str> {
        let length = self.format.line_length();
        let starts = (0..self.text.len()).step_by(length);
        starts.filter_map(|start| self.text.get(start..start + length)).collect()
    }

    /// The characters of a field as they stand, fillers included; empty if the format lacks it.
    pub fn raw(&self, field: MrzField) -> &str {
        self.format.position(field).and_then(|range| self.text.get(range)).unwrap_or_default()
    }

    /// Where a field begins: the offset in EF.DG1, or the place in the text that was typed.
    pub fn offset(&self, field: MrzField) -> usize {
        let start = self.format.position(field).map_or(0, |range| range.start);
        self.places.get(start).copied().unwrap_or_default()
    }

    /// The document type without fillers: `P`, `I`, `ID`.
    pub fn document_code(&self) -> &str {
        self.trimmed(MrzField::DocumentCode)
    }

    /// The issuing state or organization without fillers: `VNM`, `D`.
    pub fn issuing_state(&self) -> &str {
        self.trimmed(MrzField::IssuingState)
    }

    /// The nationality without fillers.
    pub fn nationality(&self) -> &str {
        self.trimmed(MrzField::Nationality)
    }

    /// The name, parted into its two identifiers.
    pub fn name(&self) -> MrzName {
        let field = self.raw(MrzField::Name);
        let mut parts = field.trim_end_matches('<').splitn(2, "<<");
        let mut part = || spaced(parts.next().unwrap_or_default());
        MrzName { primary: part(), secondary: part(), may_be_cut: !field.ends_with('<') }
    }

    /// The whole document number, also where it goes on in the optional data (9303-5 §4.2.2.1), without fillers at its end.
    pub fn document_number(&self) -> String {
        let principal = self.raw(MrzField::DocumentNumber);
        match self.overflow() {
            Some((rest, _)) => format!("{principal}{rest}"),
            None => principal.trim_end_matches('<').to_owned(),
        }
    }

    /// The check digit of the document number, wherever it stands; a filler where it is missing.
    pub fn document_number_check_digit(&self) -> char {
        let at_its_place = self.raw(MrzField::DocumentNumberCheckDigit).chars().next().unwrap_or('<');
        self.overflow().map_or(at_its_place, |(_, digit)| digit)
    }

    /// The date of birth; of two-digit years the one of the century before `at` or of its own, so that nobody is born
    /// after `at`. `None` if it is no date; unknown parts are `None` in it.
    pub fn birth_date(&self, at: Date) -> Option<PartialDate> {
        let short = ShortDate::read(self.raw(MrzField::BirthDate))?;
        let this_century = short.in_century(2000);
        let now = PartialDate::from(at);
        let known = (this_century.year, this_century.month.unwrap_or(1), this_century.day.unwrap_or(1));
        let is_after = known.0.is_some() && known > (now.year, at.month().into(), at.day());
        Some(if is_after { short.in_century(1900) } else { this_century })
    }

    /// The sex.
    pub fn sex(&self) -> Sex {
        match self.raw(MrzField::Sex) {
            "M" => Sex::Male,
            "F" => Sex::Female,
            _ => Sex::Unspecified,
        }
    }

    /// The date of expiry, in this century; `None` if it is no date or the document does not expire.
    pub fn expiry_date(&self) -> Option<PartialDate> {
        if self.does_not_expire() {
            return None;
        }
        let date = ShortDate::read(self.raw(MrzField::ExpiryDate))?.in_century(2000);
        date.is_complete().then_some(date)
    }

    /// Whether the date of expiry states that the document does not expire: `999999` or fillers alone, as some issuing
    /// states write it.
    pub fn does_not_expire(&self) -> bool {
        is_no_expiry(self.raw(MrzField::ExpiryDate))
    }

    /// The optional data as it stands, fillers included; where a long document number goes on in it, what follows that.
    pub fn optional_data(&self) -> &str {
        let raw = self.raw(MrzField::OptionalData);
        // The rest of the number, its check digit, one filler  (9303-5 §4.2.2.1)
        let used = self.overflow().map_or(0, |(rest, _)| rest.len() + 2);
        raw.get(used.min(raw.len())..).unwrap_or_default()
    }

    /// The optional data of the second line of TD1 as it stands, fillers included; empty in the other formats.
    pub fn optional_data_2(&self) -> &str {
        self.raw(MrzField::OptionalData2)
    }

    /// Whether the three check digits that guard the key hold: document number, date of birth, date of expiry.
    pub fn key_check_digits_hold(&self) -> bool {
        !self.findings.iter().any(|finding| {
            matches!(
                finding.defect,
                FileDefect::MrzDocumentNumber
                    | FileDefect::MrzDocumentNumberCheckDigit
                    | FileDefect::MrzBirthCheckDigit
                    | FileDefect::MrzExpiryCheckDigit
            )
        })
    }

    fn trimmed(&self, field: MrzField) -> &str {
        self.raw(field).trim_end_matches('<')
    }

    /// Where the document number has more than nine characters: the rest of it, and its check digit, which then stands
    /// after that rest (9303-5 §4.2.2.1, 9303-6 §4.2.2.1).
    pub(super) fn overflow(&self) -> Option<(&str, char)> {
        if self.format == MrzFormat::Td3 || self.raw(MrzField::DocumentNumberCheckDigit) != "<" {
            return None;
        }
        let optional = self.raw(MrzField::OptionalData);
        let tail = optional.split('<').next().unwrap_or_default();
        let (rest, digit) = tail.split_at_checked(tail.len().checked_sub(1)?)?;
        (!rest.is_empty()).then_some((rest, digit.chars().next()?))
    }
}

/// `Debug` output omits the contents.
impl core::fmt::Debug for Mrz {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Mrz({:?}, {} findings)", self.format, self.findings.len())
    }
}

/// A name in its two identifiers, with spaces for fillers.
#[derive(Clone, PartialEq, Eq)]
pub struct MrzName {
    /// The primary identifier, as a rule the surname.
    pub primary: String,
    /// The secondary identifier, as a rule the given names; may be empty.
    pub secondary: String,
    /// The field is full: the name may have been cut (9303-4 §4.2.3.2).
    pub may_be_cut: bool,
}

impl MrzName {
    /// Both identifiers, the primary one first.
    pub fn full(&self) -> String {
        // In one piece, so that nothing of it is left behind while it grows.
        let mut both = Zeroizing::new(String::with_capacity(self.primary.len() + 1 + self.secondary.len()));
        [self.primary.as_str(), " ", &self.secondary].iter().for_each(|part| both.push_str(part));
        both.trim().to_owned()
    }
}

/// `Debug` output omits the contents.
impl core::fmt::Debug for MrzName {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("MrzName(..)")
    }
}

fn spaced(identifier: &str) -> String {
    identifier.split('<').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}
