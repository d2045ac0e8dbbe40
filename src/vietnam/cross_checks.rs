//! Comparisons between EF.DG1, EF.DG13, the QR code and the number that opened the card, each for one check.
//!
//! Which of them counts for the verdict is decided in verification. No result holds what was compared.

use crate::checks::{Check, CheckId, Reason, Warning};
use crate::compare::{self, DateMatch, DateToCompare, HolderNames, NameMatch, numbers, texts};
use crate::lds::{Dg11, Mrz, PartialDate, Sex};
use crate::vietnam::{Dg13, Dg13Field, NumberWarning, PersonalNumber, Qr, is_vietnamese, td1_number};

/// What there is to compare.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sources<'a> {
    /// The MRZ of EF.DG1.
    pub mrz: Option<&'a Mrz>,
    /// EF.DG11.
    pub dg11: Option<&'a Dg11<'a>>,
    /// EF.DG13.
    pub dg13: Option<&'a Dg13>,
    /// The QR code on the face of the card.
    pub qr: Option<&'a Qr>,
    /// The personal number that opened the card.
    pub given: Option<&'a PersonalNumber>,
}

/// The result of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// Equal, as far as both sides say something.
    Equal,
    /// Different.
    Differs,
    /// One of the sides is missing, or they share nothing.
    NothingToCompare,
}

impl From<Option<bool>> for Comparison {
    fn from(equal: Option<bool>) -> Self {
        match equal {
            Some(true) => Comparison::Equal,
            Some(false) => Comparison::Differs,
            None => Comparison::NothingToCompare,
        }
    }
}

/// What is worth knowing about a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CrossWarning {
    /// The province of the number is not known.
    NumberProvince,
    /// The sex of the number is not the one of the document.
    NumberSex,
    /// The year of birth of the number is not the one of the document.
    NumberYear,
    /// The document number is not the last nine digits of the personal number.
    DocumentNumber,
    /// The check digit inside the optional data is wrong.
    CheckDigit,
    /// The MRZ holds only the last nine digits; they were compared.
    OnlyDocumentNumber,
    /// A date is incomplete; the parts that both sides have were compared.
    PartialDate,
    /// The MRZ cuts the name; what it has was compared.
    NameCut,
    /// The names agree, but are not equal: marks, spelling or the order of words differ, the name was compared with the
    /// one of the MRZ, or it is the other name of the holder ([`NameMatch`]).
    NameDiffersSlightly,
}

/// One comparison with its result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrossCheck {
    /// The check that it becomes.
    pub id: CheckId,
    /// Its result.
    pub comparison: Comparison,
    /// What is worth knowing.
    pub warnings: Vec<CrossWarning>,
}

impl CrossCheck {
    fn new(id: CheckId, equal: Option<bool>) -> Self {
        Self { id, comparison: equal.into(), warnings: Vec::new() }
    }

    fn warning_if(mut self, holds: bool, warning: CrossWarning) -> Self {
        if holds {
            self.warnings.push(warning);
        }
        self
    }
}

impl From<CrossCheck> for Check {
    fn from(cross: CrossCheck) -> Self {
        let check = match cross.comparison {
            Comparison::Equal => Check::successful(cross.id),
            Comparison::Differs => Check::failed(cross.id, Reason::Mismatch),
            Comparison::NothingToCompare => Check::undetermined(cross.id, Reason::NothingToCompare),
        };
        check.warnings(cross.warnings.into_iter().map(|warning| match warning {
            CrossWarning::NumberProvince => Warning::NumberProvince,
            CrossWarning::NumberSex => Warning::NumberSex,
            CrossWarning::NumberYear => Warning::NumberYear,
            CrossWarning::PartialDate => Warning::PartialDate,
            _ => Warning::Unusual,
        }))
    }
}

/// All comparisons, each once, also those with nothing to compare.
pub fn cross_checks(sources: &Sources<'_>) -> Vec<CrossCheck> {
    let chip = Chip::of(sources);
    vec![
        number(sources),
        name(sources),
        birth_date(sources),
        sex(sources),
        expiry(sources),
        number_structure(&chip),
        CrossCheck::new(CheckId::VnNumberGiven, both(sources.given, chip.number.as_ref(), |given, chip| given == chip)),
        CrossCheck::new(CheckId::VnQrNumber, both(sources.qr, chip.number.as_ref(), |qr, number| qr.number == *number)),
        qr_name(sources),
        qr_birth_date(sources, &chip),
        qr_other(sources, &chip),
    ]
}

/// What the chip says, DG13 before DG1.
struct Chip {
    number: Option<PersonalNumber>,
    birth: Option<PartialDate>,
    sex: Option<Sex>,
}

impl Chip {
    fn of(sources: &Sources<'_>) -> Self {
        let dg13 = sources.dg13;
        let mrz = sources.mrz.filter(|mrz| is_vietnamese(mrz));
        let number = dg13.and_then(Dg13::personal_number);
        let sex = dg13.and_then(Dg13::sex).or(mrz.map(Mrz::sex));
        Self {
            number: number.or_else(|| mrz.and_then(td1_number).map(|found| found.number)),
            // DG1 holds no century.
            birth: dg13.and_then(Dg13::birth_date),
            sex,
        }
    }
}

fn both<A, B>(a: Option<A>, b: Option<B>, equal: impl FnOnce(A, B) -> bool) -> Option<bool> {
    a.zip(b).map(|(a, b)| equal(a, b))
}

fn number(sources: &Sources<'_>) -> CrossCheck {
    let nothing = CrossCheck::new(CheckId::VnNumber, None);
    let Some(mrz) = sources.mrz.filter(|mrz| is_vietnamese(mrz)) else { return nothing };
    let Some(text) = sources.dg13.and_then(|dg13| dg13.text(Dg13Field::PersonalNumber)) else { return nothing };
    let Ok(number) = PersonalNumber::parse(text) else { return CrossCheck::new(CheckId::VnNumber, Some(false)) };
    match td1_number(mrz) {
        Some(found) => CrossCheck::new(CheckId::VnNumber, Some(found.number == number))
            .warning_if(!found.matches_document_number, CrossWarning::DocumentNumber)
            .warning_if(found.check_digit_holds == Some(false), CrossWarning::CheckDigit),
        None => CrossCheck::new(CheckId::VnNumber, Some(mrz.document_number() == number.document_number()))
            .warning_if(true, CrossWarning::OnlyDocumentNumber),
    }
}

/// Names that agree on any level are equal; a level weaker than the expected one adds a warning.
fn names(id: CheckId, level: Option<NameMatch>, expected: NameMatch) -> CrossCheck {
    CrossCheck::new(id, level.map(|level| !level.is_different())).warning_if(
        level.is_some_and(|level| level > expected && !level.is_different()),
        if level == Some(NameMatch::Truncated) { CrossWarning::NameCut } else { CrossWarning::NameDiffersSlightly },
    )
}

fn name(sources: &Sources<'_>) -> CrossCheck {
    let signed = sources.dg13.and_then(|dg13| dg13.text(Dg13Field::FullName));
    let level = sources.mrz.zip(signed).and_then(|(mrz, signed)| {
        HolderNames { written: vec![signed], ..HolderNames::default() }.compare_mrz(&mrz.name())
    });
    names(CheckId::VnName, level, NameMatch::Transliterated)
}

fn dates(id: CheckId, a: Option<DateToCompare>, b: Option<DateToCompare>) -> CrossCheck {
    let level = a.zip(b).and_then(|(a, b)| compare::dates(a, b));
    CrossCheck::new(id, level.map(|level| !level.is_different()))
        .warning_if(level == Some(DateMatch::Partial), CrossWarning::PartialDate)
}

fn birth_date(sources: &Sources<'_>) -> CrossCheck {
    let short = sources.mrz.and_then(DateToCompare::birth_of);
    dates(CheckId::VnBirthDate, short, sources.dg13.and_then(Dg13::birth_date).map(Into::into))
}

fn sex(sources: &Sources<'_>) -> CrossCheck {
    let short = sources.mrz.map(Mrz::sex).filter(|sex| *sex != Sex::Unspecified);
    CrossCheck::new(CheckId::VnSex, both(short, sources.dg13.and_then(Dg13::sex), |a, b| a == b))
}

fn expiry(sources: &Sources<'_>) -> CrossCheck {
    let short = sources.mrz.and_then(Mrz::expiry_date);
    dates(CheckId::VnExpiry, short.map(Into::into), sources.dg13.and_then(Dg13::expiry_date).map(Into::into))
}

fn number_structure(chip: &Chip) -> CrossCheck {
    let Some(number) = &chip.number else { return CrossCheck::new(CheckId::VnNumberStructure, None) };
    let warnings = number.warnings(chip.birth, chip.sex);
    let mut check = CrossCheck::new(CheckId::VnNumberStructure, Some(true));
    check.warnings.extend(warnings.into_iter().map(|warning| match warning {
        NumberWarning::Province => CrossWarning::NumberProvince,
        NumberWarning::Sex => CrossWarning::NumberSex,
        NumberWarning::Year => CrossWarning::NumberYear,
    }));
    check
}

/// The name of the QR code against all names of the holder: the same comparison as of any claim.
fn qr_name(sources: &Sources<'_>) -> CrossCheck {
    let printed = sources.qr.and_then(|qr| qr.name.as_deref());
    let level =
        printed.and_then(|printed| with_names(sources.mrz, sources.dg11, sources.dg13, |names| names.compare(printed)));
    names(CheckId::VnQrName, level, NameMatch::Equal)
}

/// What a comparison with the names of the holder in these files gives.
fn with_names<R>(
    mrz: Option<&Mrz>,
    dg11: Option<&Dg11<'_>>,
    dg13: Option<&Dg13>,
    compare: impl FnOnce(&HolderNames<'_>) -> R,
) -> R {
    let stated = [dg13.and_then(|dg13| dg13.text(Dg13Field::FullName)), dg13.and_then(Dg13::other_name)];
    compare::with_names(mrz, dg11, stated, compare)
}

fn qr_birth_date(sources: &Sources<'_>, chip: &Chip) -> CrossCheck {
    let printed = sources.qr.and_then(|qr| qr.birth_date);
    let short = || sources.mrz.and_then(DateToCompare::birth_of);
    dates(CheckId::VnQrBirthDate, printed.map(Into::into), chip.birth.map(Into::into).or_else(short))
}

fn qr_other(sources: &Sources<'_>, chip: &Chip) -> CrossCheck {
    let Some(qr) = sources.qr else { return CrossCheck::new(CheckId::VnQrOther, None) };
    let text = |field| sources.dg13.and_then(|dg13| dg13.text(field));
    let issued = sources.dg13.and_then(Dg13::issue_date);
    let compared = [
        both(qr.sex, chip.sex.filter(|sex| *sex != Sex::Unspecified), |a, b| a == b),
        qr.residence.as_deref().zip(text(Dg13Field::PlaceOfResidence)).and_then(|(a, b)| texts(a, b)),
        qr.former_number.as_deref().zip(text(Dg13Field::FormerNumber)).and_then(|(a, b)| numbers(a, b)),
        qr.issue_date.zip(issued).and_then(|(a, b)| compare::dates(a, b)).map(|level| !level.is_different()),
    ];
    let compared: Vec<bool> = compared.into_iter().flatten().collect();
    CrossCheck::new(CheckId::VnQrOther, (!compared.is_empty()).then(|| compared.iter().all(|&equal| equal)))
}
