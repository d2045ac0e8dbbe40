//! The outcome of the claims: what was supplied now decides, otherwise what a stored document records.

use super::attested::Attested;
use crate::checks::{Check, CheckId};
use crate::document::{
    ClaimsBasis, ClaimsOutcome, ClaimsRecord, ClaimsWarning, Origin, SuppliedClaims, is_of_another_person,
    record_of_checks,
};
use crate::report::ClaimsResult;

/// The checks that compare a claim.
pub(super) const CLAIM_CHECKS: [CheckId; 6] = [
    CheckId::LdsDg1Printed,
    CheckId::VnNumberGiven,
    CheckId::VnQrNumber,
    CheckId::VnQrName,
    CheckId::VnQrBirthDate,
    CheckId::VnQrOther,
];

/// The outcome for a report with these checks.
pub(super) fn judge(
    claims: &SuppliedClaims,
    compared: Option<ClaimsRecord>,
    origin: Origin,
    attested: &Attested<'_>,
    made: impl Iterator<Item = CheckId>,
) -> ClaimsResult {
    let recorded = recorded(claims, attested.checks_of_reader());
    let is_recorded_different = recorded.as_ref().is_some_and(|record| record.outcome == ClaimsOutcome::Differs);
    let mut result = match compared {
        // A comparison that found nothing to compare decides nothing against a recorded difference.
        Some(compared) if !(is_recorded_different && compared.outcome == ClaimsOutcome::NotComparable) => {
            let result = ClaimsResult::of(compared, ClaimsBasis::Given);
            if is_recorded_different && result.outcome() != ClaimsOutcome::Differs {
                result.warn(ClaimsWarning::RecordedDiffers)
            } else {
                result
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
pub(super) fn superseded(claims: &SuppliedClaims, compared: Option<&ClaimsRecord>, checks: &[Check]) -> Vec<CheckId> {
    let is_match = compared.is_some_and(|record| record.outcome == ClaimsOutcome::Matches);
    let is_recorded_different =
        || recorded(claims, checks).is_some_and(|record| record.outcome == ClaimsOutcome::Differs);
    if !is_match || !is_recorded_different() {
        return Vec::new();
    }
    checks.iter().filter(|check| is_of_another_person(check)).map(|check| check.id).collect()
}

/// The record to store with a document: of a reading, its comparison; of a stored document, what it records, unless a
/// comparison was made since. A recorded difference stays: a claim that matches later was another one.
pub(super) fn to_record(
    claims: &SuppliedClaims,
    origin: Origin,
    compared: Option<ClaimsRecord>,
    checks: &[Check],
) -> Option<ClaimsRecord> {
    let recorded = recorded(claims, checks);
    let is_different = recorded.as_ref().is_some_and(|record| record.outcome == ClaimsOutcome::Differs);
    match (compared, origin) {
        _ if is_different => recorded,
        (Some(compared), _) if compared.outcome != ClaimsOutcome::NotComparable || recorded.is_none() => Some(compared),
        (None, Origin::Card) => Some(ClaimsRecord::not_given()),
        _ => recorded,
    }
}
