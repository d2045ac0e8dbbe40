//! The outcome of a comparison as it is stored: the outcome and the names of the fields, never the values.

use super::outcome::{ClaimField, ClaimsOutcome};
use crate::checks::{Check, CheckId, State};
use crate::lds::MrzField;

/// The stored outcome of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClaimsRecord {
    pub(crate) outcome: ClaimsOutcome,
    /// The fields that were compared.
    pub(crate) compared: Vec<ClaimField>,
    /// Those of them that differed.
    pub(crate) different: Vec<ClaimField>,
    /// Those of them that matched on a weaker level only.
    pub(crate) not_exact: Vec<ClaimField>,
}

impl ClaimsRecord {
    /// The outcome that follows from these fields, where claims were supplied.
    pub(crate) fn of_fields(compared: Vec<ClaimField>, different: Vec<ClaimField>) -> Self {
        let outcome = if different.iter().any(|field| field.identifies()) {
            ClaimsOutcome::Differs
        } else if compared.iter().any(|field| field.is_number()) {
            ClaimsOutcome::Matches
        } else {
            ClaimsOutcome::NotComparable
        };
        Self { outcome, compared, different, not_exact: Vec::new() }
    }

    /// The record of a reading without claims.
    pub(crate) fn not_given() -> Self {
        Self { outcome: ClaimsOutcome::NotGiven, compared: Vec::new(), different: Vec::new(), not_exact: Vec::new() }
    }
}

/// The same as text, the members in the order of their names.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub(crate) struct KeptClaims {
    /// Codes of [`ClaimField`].
    compared: Vec<String>,
    /// Codes of [`ClaimField`].
    different: Vec<String>,
    /// Codes of [`ClaimField`]; absent where there are none.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    not_exact: Vec<String>,
    /// A code of [`ClaimsOutcome`].
    outcome: String,
}

impl KeptClaims {
    pub(crate) fn of(record: &ClaimsRecord) -> Self {
        let codes = |fields: &[ClaimField]| fields.iter().map(|field| field.as_str().to_owned()).collect();
        Self {
            compared: codes(&record.compared),
            different: codes(&record.different),
            not_exact: codes(&record.not_exact),
            outcome: record.outcome.as_str().to_owned(),
        }
    }

    /// The record; `None` for an unknown word, and where the outcome contradicts the fields.
    pub(crate) fn read(&self) -> Option<ClaimsRecord> {
        let outcome = ClaimsOutcome::from_code(&self.outcome)?;
        let (compared, different) = (fields(&self.compared)?, fields(&self.different)?);
        let not_exact = fields(&self.not_exact)?;
        let is_part = different.iter().all(|field| compared.contains(field) && !not_exact.contains(field))
            && not_exact.iter().all(|field| compared.contains(field));
        let expected = if compared.is_empty() && outcome == ClaimsOutcome::NotGiven {
            ClaimsRecord::not_given()
        } else {
            ClaimsRecord { not_exact, ..ClaimsRecord::of_fields(compared, different) }
        };
        (is_part && expected.outcome == outcome).then_some(expected)
    }
}

/// Fields in their order, each once.
fn fields(codes: &[String]) -> Option<Vec<ClaimField>> {
    let fields: Vec<ClaimField> = codes.iter().map(|code| ClaimField::from_code(code)).collect::<Option<_>>()?;
    fields.is_sorted_by(|one, next| one < next).then_some(fields)
}

/// What the checks of a stored report state about claims; `None` where none of them compared a claim.
///
/// Evidence of version 1 has no other record.
pub(crate) fn record_of_checks(checks: &[Check]) -> Option<ClaimsRecord> {
    let (mut compared, mut different) = (Vec::new(), Vec::new());
    for check in checks.iter().filter(|check| matches!(check.state, State::Successful | State::Failed)) {
        let fields = fields_of(check);
        if check.state == State::Failed {
            different.extend(fields.iter().filter(|field| differs(check, **field)));
        }
        compared.extend(fields);
    }
    for fields in [&mut compared, &mut different] {
        fields.sort();
        fields.dedup();
    }
    (!compared.is_empty()).then(|| ClaimsRecord::of_fields(compared, different))
}

/// Whether a recorded check found a difference in a field that identifies a person.
pub(crate) fn is_of_another_person(check: &Check) -> bool {
    check.state == State::Failed && fields_of(check).into_iter().any(|field| differs(check, field))
}

/// The identifying fields that a check compares.
fn fields_of(check: &Check) -> Vec<ClaimField> {
    match check.id {
        CheckId::VnNumberGiven | CheckId::VnQrNumber => vec![ClaimField::PersonalNumber],
        CheckId::VnQrName => vec![ClaimField::Name],
        CheckId::VnQrBirthDate => vec![ClaimField::DateOfBirth],
        CheckId::LdsDg1Printed => PRINTED.iter().map(|pair| pair.1).collect(),
        _ => Vec::new(),
    }
}

/// The identifying fields of a printed MRZ.
const PRINTED: [(MrzField, ClaimField); 3] = [
    (MrzField::DocumentNumber, ClaimField::DocumentNumber),
    (MrzField::BirthDate, ClaimField::DateOfBirth),
    (MrzField::Name, ClaimField::Name),
];

/// Whether a failed check found this field different: a comparison with a printed MRZ names the fields.
fn differs(check: &Check, field: ClaimField) -> bool {
    if check.id != CheckId::LdsDg1Printed {
        return true;
    }
    let is_named = |of: MrzField| check.compared.split(", ").any(|name| name == of.name());
    if MrzField::all().any(is_named) {
        PRINTED.iter().any(|(of, own)| *own == field && is_named(*of))
    } else {
        // Another format than the chip's: another document.
        field == ClaimField::DocumentNumber
    }
}
