//! Compares what the operator supplied with the files as they were read.
//!
//! A field that the chip holds twice is compared with the copy of the like form: a printed MRZ with DG1, a written name or
//! date with DG13 or DG11, each falling back to the other.

use super::values::Values;
use crate::compare::{self, DateMatch, DateToCompare, HolderNames, NameMatch};
use crate::document::{ClaimField, Claims, ClaimsRecord};
use crate::lds::{Mrz, MrzField, MrzFormat, MrzInformation, PartialDate, Sex};
use crate::vietnam::{Dg13, Dg13Field, PersonalNumber, Qr, is_vietnamese, td1_number, with_names};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// Compares all claims; `None` where nothing was supplied.
pub(crate) fn compare(claims: &Claims, values: &Values<'_>) -> Option<ClaimsRecord> {
    if claims.is_empty() {
        return None;
    }
    let mut fields = Fields { chip: Chip { values }, found: BTreeMap::new() };
    if let Some(number) = &claims.number {
        fields.number(number);
    }
    if let Some(qr) = &claims.qr {
        fields.qr(qr);
    }
    match (&claims.mrz, &claims.mrz_key) {
        (Some(mrz), _) => fields.mrz(mrz),
        (None, Some(key)) => fields.mrz_key(key),
        (None, None) => {}
    }
    if let Some(number) = &claims.document_number {
        fields.document_number(number);
    }
    if let Some(name) = &claims.name {
        fields.written_name(name);
    }
    if let Some(date) = claims.birth_date {
        fields.written_birth_date(date);
    }
    Some(fields.finish())
}

/// How a field compares, from best to worst: of several claims about one field the worst counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Found {
    Equal,
    NotExact,
    Different,
}

impl From<bool> for Found {
    fn from(equal: bool) -> Self {
        if equal { Self::Equal } else { Self::Different }
    }
}

impl From<DateMatch> for Found {
    fn from(level: DateMatch) -> Self {
        (!level.is_different()).into()
    }
}

impl From<NameMatch> for Found {
    fn from(level: NameMatch) -> Self {
        match level {
            NameMatch::Equal => Self::Equal,
            level if level.is_different() => Self::Different,
            _ => Self::NotExact,
        }
    }
}

struct Fields<'a> {
    chip: Chip<'a>,
    found: BTreeMap<ClaimField, Found>,
}

impl Fields<'_> {
    fn note(&mut self, field: ClaimField, found: Option<impl Into<Found>>) {
        let Some(found) = found.map(Into::into) else { return };
        let worst = self.found.get(&field).copied().map_or(found, |known| known.max(found));
        self.found.insert(field, worst);
    }

    /// The number of a Vietnamese ID card; on any other document it is not comparable.
    fn number(&mut self, claimed: &PersonalNumber) {
        self.note(ClaimField::PersonalNumber, self.chip.is_personal_number(claimed));
    }

    fn qr(&mut self, qr: &Qr) {
        if !self.chip.values.is_vietnamese() {
            return;
        }
        self.number(&qr.number);
        if let Some(name) = &qr.name {
            self.written_name(name);
        }
        if let Some(date) = qr.birth_date {
            self.written_birth_date(date);
        }
        self.note(ClaimField::Sex, qr.sex.and_then(|sex| self.chip.is_sex(sex)));
        let dg13 = self.chip.values.dg13();
        let same = |claimed: &Option<String>, field, compare: fn(&str, &str) -> Option<bool>| {
            let signed = dg13.and_then(|dg13| dg13.text(field));
            claimed.as_deref().zip(signed).and_then(|(claimed, signed)| compare(claimed, signed))
        };
        let residence = same(&qr.residence, Dg13Field::PlaceOfResidence, compare::texts);
        let former = same(&qr.former_number, Dg13Field::FormerNumber, compare::numbers);
        let issued = qr.issue_date.zip(dg13.and_then(Dg13::issue_date)).and_then(|(a, b)| compare::dates(a, b));
        self.note(ClaimField::PlaceOfResidence, residence);
        self.note(ClaimField::FormerNumber, former);
        self.note(ClaimField::DateOfIssue, issued);
    }

    fn mrz(&mut self, claimed: &Mrz) {
        self.document_number(&Zeroizing::new(claimed.document_number()));
        if let Some(number) = self.chip.number_of_card(claimed) {
            self.number(&number);
        }
        self.mrz_dates(claimed.raw(MrzField::BirthDate), claimed.raw(MrzField::ExpiryDate));
        let name = claimed.name();
        self.note(ClaimField::Name, self.chip.compare_name(|names| names.compare_mrz(&name)));
        if claimed.sex() != Sex::Unspecified {
            self.note(ClaimField::Sex, self.chip.is_sex(claimed.sex()));
        }
        let signed = self.chip.mrz();
        let state = signed.map(|mrz| mrz.issuing_state() == claimed.issuing_state());
        let nationality = signed.map(|mrz| mrz.nationality() == claimed.nationality());
        let format = signed.map(|mrz| mrz.format() == claimed.format());
        self.note(ClaimField::IssuingState, state);
        self.note(ClaimField::Nationality, nationality);
        self.note(ClaimField::DocumentFormat, format);
    }

    /// Document number, date of birth and date of expiry alone.
    fn mrz_key(&mut self, key: &MrzInformation) {
        let Some(parts) = key.parts() else { return };
        self.document_number(parts.document_number);
        self.mrz_dates(parts.birth, parts.expiry);
    }

    /// Dates of an MRZ, `YYMMDD`.
    fn mrz_dates(&mut self, birth: &str, expiry: &str) {
        let read = DateToCompare::from_yymmdd;
        self.note(ClaimField::DateOfBirth, read(birth).and_then(|date| self.chip.compare_mrz_birth_date(date)));
        self.note(ClaimField::DateOfExpiry, read(expiry).and_then(|date| self.chip.compare_expiry_date(date)));
    }

    /// The number of a document. On a Vietnamese card the personal number is printed as its number, and a record may hold
    /// that one.
    fn document_number(&mut self, claimed: &str) {
        match PersonalNumber::parse(claimed) {
            Ok(number) if self.chip.is_vietnamese_card() => self.number(&number),
            _ => self.note(ClaimField::DocumentNumber, self.chip.is_document_number(claimed)),
        }
    }

    fn written_name(&mut self, claimed: &str) {
        let level = self.chip.compare_name(|names| names.compare(claimed));
        self.note(ClaimField::Name, level);
    }

    fn written_birth_date(&mut self, claimed: PartialDate) {
        self.note(ClaimField::DateOfBirth, self.chip.compare_birth_date(claimed.into()));
    }

    fn finish(self) -> ClaimsRecord {
        let compared = self.found.keys().copied().collect();
        let is = |wanted: Found| self.found.iter().filter(move |(_, found)| **found == wanted).map(|(field, _)| *field);
        let different: Vec<ClaimField> = is(Found::Different).collect();
        let not_exact = is(Found::NotExact).collect();
        ClaimsRecord { not_exact, ..ClaimsRecord::of_fields(compared, different) }
    }
}

/// The files that claims are compared with.
struct Chip<'a> {
    values: &'a Values<'a>,
}

impl Chip<'_> {
    fn mrz(&self) -> Option<&Mrz> {
        self.values.mrz()
    }

    /// Whether it is an ID card of Vietnam: by DG1, or by the form of DG13 where DG1 was not read.
    fn is_vietnamese_card(&self) -> bool {
        self.values.is_vietnamese() && self.mrz().is_none_or(is_vietnamese)
    }

    /// The personal number in an MRZ that is claimed of this card: of a Vietnamese card whatever issuing State it names.
    fn number_of_card(&self, claimed: &Mrz) -> Option<PersonalNumber> {
        let is_of_card = claimed.format() == MrzFormat::Td1 && self.is_vietnamese_card();
        let number = is_of_card.then(|| PersonalNumber::parse(claimed.raw(MrzField::OptionalData).get(..12)?).ok());
        number.flatten().or_else(|| td1_number(claimed).map(|found| found.number))
    }

    /// The personal number of a Vietnamese ID card, of DG13 or DG1.
    fn is_personal_number(&self, claimed: &PersonalNumber) -> Option<bool> {
        if !self.values.is_vietnamese() {
            return None;
        }
        let number = self.values.dg13().and_then(Dg13::personal_number);
        if let Some(number) = number.or_else(|| td1_number(self.mrz()?).map(|found| found.number)) {
            return Some(number == *claimed);
        }
        // The document number holds the last nine digits: they can show a difference, never equality.
        let mrz = self.mrz().filter(|mrz| is_vietnamese(mrz))?;
        let is_equal = *Zeroizing::new(mrz.document_number()) == claimed.document_number();
        (!is_equal).then_some(false)
    }

    /// The number of DG1; without DG1, of a Vietnamese card the last nine digits of the personal number.
    fn is_document_number(&self, claimed: &str) -> Option<bool> {
        let of_dg13 = || self.values.dg13()?.personal_number().map(|number| number.document_number().to_owned());
        let number = self.mrz().map(Mrz::document_number).or_else(of_dg13).map(Zeroizing::new)?;
        compare::numbers(claimed, &number)
    }

    /// The date of birth of DG13 and that of DG11, which have a century.
    fn full_birth_dates(&self) -> impl Iterator<Item = DateToCompare> {
        let of_dg13 = self.values.dg13().and_then(Dg13::birth_date);
        let of_dg11 = self.values.dg11().and_then(|dg11| dg11.full_date_of_birth);
        of_dg13.into_iter().chain(of_dg11).map(Into::into)
    }

    fn short_birth_date(&self) -> Option<DateToCompare> {
        self.mrz().and_then(DateToCompare::birth_of)
    }

    fn compare_birth_date(&self, claimed: DateToCompare) -> Option<DateMatch> {
        first_comparable(claimed, self.full_birth_dates().chain(self.short_birth_date()))
    }

    fn compare_mrz_birth_date(&self, claimed: DateToCompare) -> Option<DateMatch> {
        first_comparable(claimed, self.short_birth_date().into_iter().chain(self.full_birth_dates()))
    }

    fn compare_expiry_date(&self, claimed: DateToCompare) -> Option<DateMatch> {
        let of_dg1 = self.mrz().and_then(|mrz| DateToCompare::from_yymmdd(mrz.raw(MrzField::ExpiryDate)));
        let of_dg13 = self.values.dg13().and_then(Dg13::expiry_date).map(Into::into);
        first_comparable(claimed, of_dg1.into_iter().chain(of_dg13))
    }

    fn is_sex(&self, claimed: Sex) -> Option<bool> {
        let of_dg1 = || self.mrz().map(Mrz::sex);
        let sex = self.values.dg13().and_then(Dg13::sex).or_else(of_dg1);
        sex.filter(|sex| *sex != Sex::Unspecified).map(|sex| sex == claimed)
    }

    /// Compares a name with all names of the holder.
    fn compare_name(&self, compare: impl Fn(&HolderNames<'_>) -> Option<NameMatch>) -> Option<NameMatch> {
        with_names(self.mrz(), self.values.dg11(), self.values.dg13(), compare)
    }
}

/// Compares with these dates in turn until one is as exact as the claimed one; what a partial date leaves open, the next one
/// may tell.
fn first_comparable(claimed: DateToCompare, dates: impl Iterator<Item = DateToCompare>) -> Option<DateMatch> {
    let mut found = None;
    for level in dates.filter_map(|date| compare::dates(claimed, date)) {
        found = Some(level);
        if level != DateMatch::Partial {
            break;
        }
    }
    found
}
