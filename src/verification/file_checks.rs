//! The checks `lds.*`: each file as a value, EF.COM against EF.SOD, expiry.

use super::attested::Attested;
use super::values::{Value, Values};
use crate::checks::{Check, CheckId, Reason, State, Tolerance, Tolerances, Warning};
use crate::document::{FileState, Files, LengthRecord, Opening};
use crate::iso7816::StatusWord;
use crate::lds::{AtrInfo, FileDefect, FileId, Finding, FindingKind};
use crate::national::Expiry;
use crate::passive_authentication::PassiveAuthentication;

/// The checks `lds.*`.
pub(super) fn all(values: &Values<'_>, pa: &PassiveAuthentication<'_>, allowed: &Tolerances) -> Vec<Check> {
    let mut checks = vec![com(values, pa, allowed)];
    checks.extend(conformity(CheckId::LdsDg1, &values.mrz, allowed, |mrz| mrz.findings()));
    checks.extend(conformity(CheckId::LdsDg2, &values.dg2, allowed, |dg2| &dg2.findings));
    checks.extend(conformity(CheckId::LdsDg3, &values.dg3, allowed, |dg3| &dg3.findings));
    checks.extend(conformity(CheckId::LdsDg4, &values.dg4, allowed, |dg4| &dg4.findings));
    checks.extend(conformity(CheckId::LdsDg5, &values.dg5, allowed, |dg5| &dg5.findings));
    checks.extend(conformity(CheckId::LdsDg7, &values.dg7, allowed, |dg7| &dg7.findings));
    checks.extend(conformity(CheckId::LdsDg11, &values.dg11, allowed, |dg11| &dg11.findings));
    checks.extend(conformity(CheckId::LdsDg12, &values.dg12, allowed, |dg12| &dg12.findings));
    checks.extend(conformity(CheckId::LdsDg13, &values.dg13, allowed, |dg13| dg13.findings()));
    checks.extend(conformity(CheckId::LdsDg14, &values.dg14, allowed, |dg14| dg14.findings()));
    checks.extend(conformity(CheckId::LdsDg15, &values.dg15, allowed, |dg15| &dg15.findings));
    checks.extend(conformity(CheckId::LdsDg16, &values.dg16, allowed, |dg16| &dg16.findings));
    checks.push(expiry(values));
    checks
}

/// EF.ATR/INFO as a value, where it was read or is announced. Nothing signs it: it may cost an exchange, never a verdict.
pub(super) fn atr_info(
    files: &Files,
    opening: &Opening,
    attested: &Attested<'_>,
    allowed: &Tolerances,
) -> Option<Check> {
    let id = CheckId::LdsAtrInfo;
    if let Some(recorded) = attested.of_reader(id) {
        return Some(recorded);
    }
    let record = match (opening.lengths(), files.bytes(FileId::AtrInfo)) {
        (Some(record), _) => record.clone(),
        (None, Some(bytes)) => LengthRecord { announced: false, file: Ok(AtrInfo::parse(bytes)) },
        (None, None) => return None,
    };
    let missing = Check::failed(id, Reason::Missing).comparing("extended length information, tag 7F66");
    let file = match record.file {
        Ok(file) => file,
        // Only where it is announced: most chips have none.
        Err(_) if !record.announced => return None,
        Err(StatusWord::NOT_FOUND | StatusWord::REFERENCE_NOT_FOUND) => return Some(missing),
        Err(status) => {
            return Some(Check::undetermined(id, Reason::Refused).comparing(format!("EF.ATR/INFO, status {status}")));
        }
    };
    let check = of_findings(id, &file.findings, allowed);
    let announced = record.announced || file.capabilities.is_some_and(|can| can.extended_length_info);
    let has_no_lengths = check.is_successful() && file.extended_length.is_none();
    if has_no_lengths && announced {
        Some(missing.warnings(check.warnings))
    } else if has_no_lengths && file.capabilities.is_none() {
        // Bytes that state nothing of lengths, or no bytes at all: nothing was judged.
        None
    } else {
        Some(check)
    }
}

/// EF.COM lists what EF.SOD lists, no more and no less (conformance H_90 to H_92).
fn com(values: &Values<'_>, pa: &PassiveAuthentication<'_>, allowed: &Tolerances) -> Check {
    let id = CheckId::LdsCom;
    let com = match &values.com {
        Some(Ok(com)) => com,
        Some(Err(error)) => return Check::failed(id, Reason::Malformed).comparing(format!("EF.COM {error}")),
        None => {
            let reason = match values.files.state(FileId::Com) {
                FileState::Absent(_) => Reason::NotPresent,
                FileState::Refused(_) => Reason::Refused,
                FileState::CutOff => return Check::new(id, State::Aborted, Some(Reason::CutOff)),
                _ => Reason::NotRead,
            };
            return Check::undetermined(id, reason).comparing("EF.COM");
        }
    };
    let judged = of_findings(id, &com.findings, allowed);
    // Without a list, only by a tolerance, there is nothing to compare.
    let listed = match &com.data_groups {
        Some(listed) if judged.state != State::Failed => listed,
        _ => return judged,
    };
    let mut signed = pa.data_groups().to_vec();
    signed.sort();
    signed.dedup();
    let check = if pa.data_groups().is_empty() {
        Check::undetermined(id, Reason::NothingToCompare)
    } else if *listed == signed {
        Check::new(id, judged.state, judged.reason)
    } else {
        Check::failed(id, Reason::Mismatch)
    };
    let separator = if judged.compared.is_empty() { "" } else { "; " };
    let compared = format!("data groups of EF.COM and EF.SOD{separator}{}", judged.compared);
    check.warnings(judged.warnings).needing(judged.tolerances).comparing(compared)
}

/// A file as a value: successful, or its first fault with its place.
fn conformity<T>(
    id: CheckId,
    value: &Value<T>,
    allowed: &Tolerances,
    findings: impl Fn(&T) -> &[Finding],
) -> Option<Check> {
    Some(match value.as_ref()? {
        Err(error) => Check::failed(id, Reason::Malformed).comparing(error.to_string()),
        Ok(value) => of_findings(id, findings(value), allowed),
    })
}

/// The check that follows from the findings of a file. A defect that a tolerance covers is a fault where the tolerance is not
/// allowed, and undetermined where it is.
fn of_findings(id: CheckId, findings: &[Finding], allowed: &Tolerances) -> Check {
    let needed = |finding: &&Finding| tolerance(finding.defect);
    let is_tolerated = |finding: &&Finding| needed(finding).is_some_and(|tolerance| allowed.allows(tolerance));
    let is_fault = |finding: &&Finding| finding.kind().is_fault() || needed(finding).is_some();
    let (tolerated, faults): (Vec<&Finding>, Vec<&Finding>) = findings.iter().filter(is_fault).partition(is_tolerated);
    let check = match faults.first() {
        Some(fault) => Check::failed(id, reason(fault.kind())).comparing(sentences(&faults)),
        None if !tolerated.is_empty() => Check::undetermined(id, Reason::Tolerance).comparing(sentences(&tolerated)),
        None => Check::successful(id),
    };
    let lesser = findings.iter().filter(|finding| !finding.kind().is_fault());
    check.warnings(lesser.map(|finding| warning(finding.kind()))).needing(findings.iter().filter_map(|f| needed(&f)))
}

/// The tolerance that a defect of a file may be allowed by.
fn tolerance(defect: FileDefect) -> Option<Tolerance> {
    match defect {
        FileDefect::ComUnicodeMissing => Some(Tolerance::MissingUnicodeVersion),
        FileDefect::ComListMissing => Some(Tolerance::MissingDataGroupList),
        FileDefect::ChipInfoMissing => Some(Tolerance::MissingChipAuthenticationInfo),
        _ => None,
    }
}

/// The most findings that are reported of one file.
const MOST: usize = 8;

fn sentences(findings: &[&Finding]) -> String {
    findings.iter().take(MOST).map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn reason(kind: FindingKind) -> Reason {
    match kind {
        FindingKind::CheckDigit => Reason::CheckDigit,
        FindingKind::UnknownVersion => Reason::UnknownVersion,
        FindingKind::NoImage => Reason::NoImage,
        FindingKind::BadKey => Reason::BadKey,
        _ => Reason::Malformed,
    }
}

fn warning(kind: FindingKind) -> Warning {
    match kind {
        FindingKind::LaxEncoding => Warning::LaxEncoding,
        FindingKind::TrailingBytes => Warning::TrailingBytes,
        FindingKind::UnknownEntries => Warning::UnknownEntries,
        FindingKind::OddCharacters => Warning::OddCharacters,
        FindingKind::PartialDate => Warning::PartialDate,
        FindingKind::DuplicateField => Warning::DuplicateField,
        FindingKind::MissingChipAuthenticationInfo => Warning::MissingChipAuthenticationInfo,
        _ => Warning::Unusual,
    }
}

/// The document's expiry against the date of checking (UTC); the day of expiry itself is still good.
fn expiry(values: &Values<'_>) -> Check {
    let id = CheckId::LdsExpiry;
    let last_day = match values.expiry() {
        Some(Expiry::Never) => return Check::successful(id).comparing("does not expire"),
        Some(Expiry::On(date)) => date.latest(),
        None => None,
    };
    match last_day {
        Some(date) if date < values.at => Check::failed(id, Reason::Expired).comparing(format!("expired after {date}")),
        Some(date) => Check::successful(id).comparing(format!("valid until {date}")),
        None => Check::undetermined(id, Reason::DateUnknown),
    }
}
