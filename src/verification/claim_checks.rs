//! The checks that compare what was typed or scanned, and the sources within the document, with each other.

use super::attested::Attested;
use super::claims_outcome::CLAIM_CHECKS;
use super::values::Values;
use crate::checks::{Check, CheckId, Reason};
use crate::document::Claims;
use crate::lds::{Mrz, MrzField, MrzInformation};
use crate::national::Claimed;

/// The printed machine readable zone against DG1, where it was given; the differing fields are named, their values are not.
pub(super) fn printed(claims: &Claims, values: &Values<'_>, attested: &Attested<'_>) -> Option<Check> {
    let id = CheckId::LdsDg1Printed;
    let Claims { mrz, mrz_key, .. } = claims;
    if mrz.is_none() && mrz_key.is_none() {
        return attested.of_reader(id);
    }
    let Some(chip) = values.mrz() else { return Some(Check::undetermined(id, Reason::NothingToCompare)) };
    let Some(printed) = mrz else { return mrz_key.as_ref().map(|key| printed_key(key, chip)) };
    if printed.format() != chip.format() {
        return Some(Check::failed(id, Reason::Mismatch).comparing("the format"));
    }
    let differ = MrzField::all().filter(|field| printed.raw(*field) != chip.raw(*field)).map(MrzField::name);
    let differ = differ.collect::<Vec<_>>().join(", ");
    Some(if differ.is_empty() {
        Check::successful(id).comparing("every field")
    } else {
        Check::failed(id, Reason::Mismatch).comparing(differ)
    })
}

/// The three values that make the key of BAC against DG1; those that differ are named.
fn printed_key(key: &MrzInformation, chip: &Mrz) -> Check {
    let id = CheckId::LdsDg1Printed;
    let of_chip = chip.information();
    let differ: Vec<&str> = match (key.parts(), of_chip.parts()) {
        (Some(key), Some(chip)) => {
            let equal = [
                (MrzField::DocumentNumber, key.document_number == chip.document_number),
                (MrzField::BirthDate, key.birth == chip.birth),
                (MrzField::ExpiryDate, key.expiry == chip.expiry),
            ];
            equal.iter().filter(|(_, equal)| !equal).map(|(field, _)| field.name()).collect()
        }
        _ => vec![MrzField::DocumentNumber.name()],
    };
    if differ.is_empty() {
        Check::successful(id).comparing("document number, date of birth, date of expiry")
    } else {
        Check::failed(id, Reason::Mismatch).comparing(differ.join(", "))
    }
}

/// The comparisons of the country's profile: those that have something to compare.
///
/// What was typed and scanned at the counter is not in evidence: where it is not supplied again, the checks are the
/// recorded ones.
pub(super) fn national(claims: &Claims, values: &Values<'_>, attested: &Attested<'_>) -> Vec<Check> {
    let claimed = Claimed { personal_number: claims.number.as_ref(), qr: claims.qr.as_ref() };
    let mut checks = values.national_files().cross_checks(&claimed);
    let recorded = CLAIM_CHECKS.iter().filter(|id| **id != CheckId::LdsDg1Printed && !claims.make(**id));
    checks.extend(recorded.filter_map(|id| attested.of_reader(*id)));
    checks
}
