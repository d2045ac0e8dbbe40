//! The outcome as it stands in a report: what was supplied now decides, else what a stored document records.

use super::attested::Attested;
use super::claims_comparison::compare;
use super::values::Values;
use crate::checks::{Check, CheckId};
use crate::document::{
    ClaimField, ClaimsBasis, ClaimsOutcome, ClaimsRecord, ClaimsWarning, Origin, SuppliedClaims, is_of_another_person,
    record_of_checks,
};

/// Whether the document belongs to the person who was asked for; see [`Report::claims`](crate::Report::claims).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ClaimsResult {
    outcome: ClaimsOutcome,
    basis: ClaimsBasis,
    compared: Vec<ClaimField>,
    different: Vec<ClaimField>,
    warnings: Vec<ClaimsWarning>,
    checks: Vec<CheckId>,
}

impl ClaimsResult {
    /// The outcome.
    pub fn outcome(&self) -> ClaimsOutcome {
        self.outcome
    }

    /// What the outcome rests on.
    pub fn basis(&self) -> ClaimsBasis {
        self.basis
    }

    /// The fields that were compared.
    pub fn compared(&self) -> &[ClaimField] {
        &self.compared
    }

    /// Those of the compared fields that differ. Where none of them [identifies](ClaimField::identifies) a person, the
    /// outcome does not change.
    pub fn different(&self) -> &[ClaimField] {
        &self.different
    }

    /// What is worth knowing beside the outcome.
    pub fn warnings(&self) -> &[ClaimsWarning] {
        &self.warnings
    }

    /// The checks of the report that show the same comparison in detail.
    pub fn checks(&self) -> &[CheckId] {
        &self.checks
    }

    fn of(record: ClaimsRecord, basis: ClaimsBasis) -> Self {
        let ClaimsRecord { outcome, compared, different, not_exact } = record;
        let mut warnings = Vec::new();
        if !not_exact.is_empty() {
            warnings.push(ClaimsWarning::NameNotExact);
        }
        if different.iter().any(|field| !field.identifies()) {
            warnings.push(ClaimsWarning::OtherFieldDiffers);
        }
        Self { outcome, basis, compared, different, warnings, checks: Vec::new() }
    }

    fn none(outcome: ClaimsOutcome, basis: ClaimsBasis) -> Self {
        Self::of(ClaimsRecord { outcome, ..ClaimsRecord::not_given() }, basis)
    }

    /// A result with just this outcome.
    #[cfg(test)]
    pub(crate) fn of_outcome(outcome: ClaimsOutcome) -> Self {
        Self::none(outcome, ClaimsBasis::Nothing)
    }

    fn warn(mut self, warning: ClaimsWarning) -> Self {
        self.warnings.push(warning);
        self
    }
}

/// The checks that compare a claim.
pub(crate) const CLAIM_CHECKS: [CheckId; 6] = [
    CheckId::LdsDg1Printed,
    CheckId::VnNumberGiven,
    CheckId::VnQrNumber,
    CheckId::VnQrName,
    CheckId::VnQrBirthDate,
    CheckId::VnQrOther,
];

/// The outcome for a report with these checks.
pub(crate) fn judge(
    claims: &SuppliedClaims,
    origin: Origin,
    values: &Values<'_>,
    attested: &Attested<'_>,
    made: impl Iterator<Item = CheckId>,
) -> ClaimsResult {
    let recorded = recorded(claims, attested.checks_of_reader());
    let is_recorded_different = recorded.as_ref().is_some_and(|record| record.outcome == ClaimsOutcome::Differs);
    let mut result = match compare(claims.given(), values) {
        // A comparison that found nothing to compare decides nothing against a recorded difference.
        Some(compared) if !(is_recorded_different && compared.outcome == ClaimsOutcome::NotComparable) => {
            let result = ClaimsResult::of(compared, ClaimsBasis::Given);
            match is_recorded_different && result.outcome != ClaimsOutcome::Differs {
                true => result.warn(ClaimsWarning::RecordedDiffers),
                false => result,
            }
        }
        _ => of_record(origin, recorded, attested.is_trusted()),
    };
    result.checks = made.filter(|id| CLAIM_CHECKS.contains(id)).collect();
    result
}

/// The outcome where nothing was supplied now.
fn of_record(origin: Origin, recorded: Option<ClaimsRecord>, is_signed: bool) -> ClaimsResult {
    let basis = if is_signed { ClaimsBasis::SignedRecord } else { ClaimsBasis::Record };
    match recorded {
        None if origin == Origin::Card => ClaimsResult::none(ClaimsOutcome::NotGiven, ClaimsBasis::Nothing),
        None => ClaimsResult::none(ClaimsOutcome::NotRecorded, ClaimsBasis::Nothing),
        // Whoever can write the file could have written this.
        Some(record) if record.outcome == ClaimsOutcome::Matches && !is_signed => {
            ClaimsResult::none(ClaimsOutcome::NotGiven, basis).warn(ClaimsWarning::RecordedMatchNotSigned)
        }
        Some(record) => ClaimsResult::of(record, basis),
    }
}

/// What a stored document records. A failed check of the same file is never outvoted by its record.
fn recorded(claims: &SuppliedClaims, checks: &[Check]) -> Option<ClaimsRecord> {
    let Some(record) = claims.recorded() else { return record_of_checks(checks) };
    if record.outcome == ClaimsOutcome::Differs {
        return Some(record.clone());
    }
    // A printed MRZ is compared there letter by letter: more than what identifies a person.
    let identifying: Vec<Check> = checks.iter().filter(|check| check.id != CheckId::LdsDg1Printed).cloned().collect();
    let denied = record_of_checks(&identifying).filter(|checks| checks.outcome == ClaimsOutcome::Differs);
    Some(denied.unwrap_or_else(|| record.clone()))
}

/// The recorded checks that found another person, where a claim that was supplied now matches: it decides, and
/// [`ClaimsWarning::RecordedDiffers`] keeps what was recorded.
pub(crate) fn superseded(claims: &SuppliedClaims, values: &Values<'_>, checks: &[Check]) -> Vec<CheckId> {
    let is = |record: Option<ClaimsRecord>, outcome| record.is_some_and(|record| record.outcome == outcome);
    let given = compare(claims.given(), values);
    if !is(given, ClaimsOutcome::Matches) || !is(recorded(claims, checks), ClaimsOutcome::Differs) {
        return Vec::new();
    }
    checks.iter().filter(|check| is_of_another_person(check)).map(|check| check.id).collect()
}

/// The record to store with a document: of a reading, its comparison; of a stored document, what it records, unless a
/// comparison was made since. A recorded difference stays: a claim that matches later was another one.
pub(crate) fn to_record(
    claims: &SuppliedClaims,
    origin: Origin,
    values: &Values<'_>,
    checks: &[Check],
) -> Option<ClaimsRecord> {
    let recorded = recorded(claims, checks);
    let is_different = recorded.as_ref().is_some_and(|record| record.outcome == ClaimsOutcome::Differs);
    let compared = compare(claims.given(), values);
    match (compared, origin) {
        _ if is_different => recorded,
        (Some(compared), _) if compared.outcome != ClaimsOutcome::NotComparable || recorded.is_none() => Some(compared),
        (None, Origin::Card) => Some(ClaimsRecord::not_given()),
        _ => recorded,
    }
}
