//! Compares what the operator supplied with the files as they were read.
//!
//! A field that the chip holds twice is compared with the copy of the like form: a printed MRZ with DG1, a written name or
//! date with DG13 or DG11, each falling back to the other.

use super::values::Values;
use crate::compare::{self, DateMatch, DateToCompare, HolderNames, NameMatch};
use crate::document::{ClaimField, Claims, ClaimsRecord};
use crate::lds::{Mrz, MrzField, MrzInformation, PartialDate, Sex};
use crate::national::{Files, PersonalNumber, Qr, StatedDetails};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// Compares all claims; `None` where nothing was supplied.
pub(crate) fn compare(claims: &Claims, values: &Values<'_>) -> Option<ClaimsRecord> {
    if claims.is_empty() {
        return None;
    }
    let mut fields = Fields { chip: Chip { files: values.national_files() }, found: BTreeMap::new() };
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

    /// The personal number of a country that has a profile; on any other document it is not comparable.
    fn number(&mut self, claimed: &PersonalNumber) {
        self.note(ClaimField::PersonalNumber, self.chip.files.is_personal_number(claimed));
    }

    fn qr(&mut self, qr: &Qr) {
        if self.chip.files.country().is_none() {
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
        let stated = self.chip.stated();
        let same = |claimed: &Option<String>, field, compare: fn(&str, &str) -> Option<bool>| {
            let signed = stated.text(field);
            claimed.as_deref().zip(signed).and_then(|(claimed, signed)| compare(claimed, signed))
        };
        let residence = same(&qr.residence, "place_of_residence", compare::texts);
        let former = same(&qr.former_number, "former_number", compare::numbers);
        let issued = qr.issue_date.zip(stated.issue_date).and_then(|(a, b)| compare::dates(a, b));
        self.note(ClaimField::PlaceOfResidence, residence);
        self.note(ClaimField::FormerNumber, former);
        self.note(ClaimField::DateOfIssue, issued);
    }

    fn mrz(&mut self, claimed: &Mrz) {
        self.document_number(&Zeroizing::new(claimed.document_number()));
        if let Some(number) = self.chip.files.personal_number_in_claim(claimed) {
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

    /// The number of a document. A record may hold the personal number instead, where the ID card prints it as its number.
    fn document_number(&mut self, claimed: &str) {
        match PersonalNumber::parse(claimed) {
            Ok(number) if self.chip.files.is_id_card() => self.number(&number),
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
    files: Files<'a>,
}

impl<'a> Chip<'a> {
    fn mrz(&self) -> Option<&'a Mrz> {
        self.files.mrz
    }

    /// What DG13 states; nothing where there is none.
    fn stated(&self) -> StatedDetails<'a> {
        self.files.stated().unwrap_or_default()
    }

    fn is_document_number(&self, claimed: &str) -> Option<bool> {
        compare::numbers(claimed, &self.files.document_number()?)
    }

    /// The date of birth of DG13 and that of DG11, which have a century.
    fn full_birth_dates(&self) -> impl Iterator<Item = DateToCompare> {
        let of_dg13 = self.stated().birth_date;
        let of_dg11 = self.files.dg11.and_then(|dg11| dg11.full_date_of_birth);
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
        let of_dg13 = self.stated().expiry_date().map(Into::into);
        first_comparable(claimed, of_dg1.into_iter().chain(of_dg13))
    }

    fn is_sex(&self, claimed: Sex) -> Option<bool> {
        let of_dg1 = || self.mrz().map(Mrz::sex);
        let sex = self.stated().sex.or_else(of_dg1);
        sex.filter(|sex| *sex != Sex::Unspecified).map(|sex| sex == claimed)
    }

    /// Compares a name with all names of the holder.
    fn compare_name(&self, compare: impl Fn(&HolderNames<'_>) -> Option<NameMatch>) -> Option<NameMatch> {
        self.files.with_names(compare)
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
