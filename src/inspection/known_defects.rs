//! Lists of known defects (9303-12 §10, TR-03129-2 §7) against the checks: an entry for the document turns a failure that was to
//! be expected into *undetermined*, never into a success, and a proof by a compromised key into none. It caps the verdict
//! at undetermined wherever the check gates. An entry that the signer was revoked fails the documents that it means.
//!
//! What each kind bears on stands in one table. What a kind does not name stays as it is: a wrong signature of EF.SOD
//! excuses no altered data group, a wrong check digit no wrong hash. `id-Deviation-Chip`, defects for national use and those
//! of other applications bear on nothing: they do not say what fails, and a clone fails too.
//!
//! A list whose signer was revoked, or that needs a tolerance which is not allowed, excuses nothing; what it holds against a
//! document counts all the same.

use super::chip_checks::Due;
use crate::checks::{Check, CheckId, Reason, State, Tolerance, Tolerances, Warning};
use crate::pki::{Age, Certificate, DefectKind, DocumentFacts, KnownDefect, TrustStore};
use time::OffsetDateTime;

/// What a defect does to the checks.
enum Bearing {
    /// These failures, for these reasons, were to be expected.
    Excuses(&'static [(CheckId, &'static [Reason])]),
    /// The files that it names were to fail as values.
    ExcusesFiles,
    /// The hashes of the files that it names were to fail.
    ExcusesHashes,
    /// The proofs that its status names were to fail.
    ExcusesProofs,
    /// The periods that its status names were not to cover the moment.
    ExcusesPeriods,
    /// These proofs prove nothing.
    Voids(&'static [CheckId]),
    /// The document signer was revoked for the documents that the entry means.
    Revokes,
    /// Nothing that is judged here.
    Nothing,
    /// Nobody knows.
    Unknown,
}

fn bearing(kind: DefectKind) -> Bearing {
    use Bearing::{
        Excuses, ExcusesFiles, ExcusesHashes, ExcusesPeriods, ExcusesProofs, Nothing, Revokes, Unknown, Voids,
    };
    match kind {
        DefectKind::SignerSignature => Excuses(&[(CheckId::PaChain, &[Reason::AnchorDoesNotVerify])]),
        DefectKind::SignerEncoding | DefectKind::AuthorityEncoding => {
            Excuses(&[(CheckId::PaCertificates, &[Reason::CertificateProfile])])
        }
        DefectKind::SignerRevoked => Revokes,
        DefectKind::ActiveAuthenticationKey => Voids(&[CheckId::ChipActiveAuthentication]),
        DefectKind::ChipAuthenticationKey => Voids(&[CheckId::ChipChipAuthentication, CheckId::ChipPaceCam]),
        DefectKind::FileMalformed => ExcusesFiles,
        DefectKind::FileHash => ExcusesHashes,
        DefectKind::SecurityObjectSignature => {
            Excuses(&[(CheckId::PaSignature, &[Reason::BadSignature, Reason::MessageDigestMismatch])])
        }
        DefectKind::SecurityObject => Excuses(&[
            (CheckId::PaSecurityObject, &[Reason::Malformed, Reason::Mismatch, Reason::UnknownVersion]),
            (
                CheckId::PaSignature,
                &[Reason::BadSignature, Reason::MessageDigestMismatch, Reason::Malformed, Reason::Mismatch],
            ),
        ]),
        // The signer that it should name is not looked for.
        DefectKind::SignerIdentifier => Excuses(&[(CheckId::PaSignature, &[Reason::Mismatch])]),
        DefectKind::ProtocolFailure => ExcusesProofs,
        DefectKind::ValidityPeriod => ExcusesPeriods,
        DefectKind::IssuingCountry => Excuses(&[(CheckId::PaCountry, &[Reason::Mismatch, Reason::CertificateProfile])]),
        DefectKind::ComInconsistent => Excuses(&[(CheckId::LdsCom, &[Reason::Mismatch])]),
        DefectKind::MrzData => Excuses(&[(CheckId::LdsDg1, &[Reason::Malformed, Reason::Mismatch])]),
        DefectKind::MrzCheckDigit => Excuses(&[(CheckId::LdsDg1, &[Reason::CheckDigit])]),
        DefectKind::CardSecurity => {
            Excuses(&[(CheckId::AccessCardSecurity, &[Reason::Malformed, Reason::BadSignature, Reason::Mismatch])])
        }
        DefectKind::NoBearing => Nothing,
        _ => Unknown,
    }
}

fn excuses(kind: DefectKind) -> bool {
    matches!(
        bearing(kind),
        Bearing::Excuses(_)
            | Bearing::ExcusesFiles
            | Bearing::ExcusesHashes
            | Bearing::ExcusesProofs
            | Bearing::ExcusesPeriods
    )
}

/// The proofs that a status of id-AuthenticationProtocolFailure names (TR-03129-2 §7.3.1.5).
fn failing_proofs(status: Option<u8>) -> &'static [CheckId] {
    const CA: CheckId = CheckId::ChipChipAuthentication;
    const AA: CheckId = CheckId::ChipActiveAuthentication;
    const CAM: CheckId = CheckId::ChipPaceCam;
    match status {
        Some(0) => &[CA],
        Some(1) => &[AA],
        Some(2) => &[CA, AA],
        Some(3) => &[CAM],
        Some(4) => &[CA, CAM],
        Some(5) => &[AA, CAM],
        Some(6) => &[CA, AA, CAM],
        _ => &[],
    }
}

/// Whether a status of id-ValidityPeriodIncorrect (TR-03129-2 §7.3.1.6) explains that the periods do not fit: the certificate
/// that it does not name must be in force.
fn explains_periods(status: Option<u8>, document: &DocumentFacts<'_>, at: OffsetDateTime) -> bool {
    let in_force = |one: Option<&Certificate>| one.is_some_and(|one| one.validity().contains(at));
    match status {
        Some(0) => in_force(document.signer),
        Some(1) => in_force(document.authority),
        Some(2) => true,
        _ => false,
    }
}

/// Adds the check `pa.known_defects` and turns what the entries for the document bear on; gives what is left of the proofs,
/// and whether one that failed was excused: then another proof does not make the document genuine. Nothing is added where
/// there is no such list.
pub(super) fn apply(
    checks: &mut Vec<Check>,
    due: Due,
    document: &DocumentFacts<'_>,
    trust: &TrustStore,
    allowed: &Tolerances,
    at: OffsetDateTime,
) -> (Due, bool) {
    let lists = trust.defect_lists();
    if lists.is_empty() {
        return (due, false);
    }
    let mut found: Vec<(&KnownDefect, String)> = Vec::new();
    let mut needed: Vec<Option<Tolerance>> = Vec::new();
    let mut ignored = Vec::new();
    let mut consulted = 0;
    for one in lists {
        let Ok(authority) = one.authority() else { continue };
        consulted += 1;
        let by = authority.subject().to_string();
        let tolerance = trust.needed_tolerance(one);
        let without_effect = without_effect(trust.is_by_revoked(one), one.list().is_covered(at), tolerance, allowed);
        for defect in one.list().of_document(authority, document) {
            match &without_effect {
                Some(why) if excuses(defect.kind) => ignored.push(format!("{} by {by}: {why}", defect.name())),
                _ => {
                    needed.push(tolerance.filter(|_| excuses(defect.kind)));
                    found.push((defect, by.clone()));
                }
            }
        }
    }
    let mut turned = Vec::new();
    let mut used = Vec::new();
    let mut excused_proof = false;
    for ((defect, by), needed) in found.iter().zip(needed) {
        let before = turned.len();
        turn(checks, defect, by, explains_periods(defect.status, document, at), &mut turned);
        used.extend(needed.filter(|_| turned.len() > before));
        excused_proof |= turned.len() > before && matches!(bearing(defect.kind), Bearing::ExcusesProofs);
    }
    excuse_all_groups(checks);
    let own = match found.is_empty() && !ignored.is_empty() {
        true => Check::undetermined(CheckId::PaKnownDefects, Reason::NotVerified).comparing(ignored.join("; ")),
        false => own_check(&found, consulted, lists.len()).needing(used),
    };
    let after = checks.iter().position(|check| check.id == CheckId::PaRevocation).map_or(checks.len(), |at| at + 1);
    checks.insert(after.min(checks.len()), own);
    let is_proof = |id: &CheckId| PROOFS.contains(id);
    let is_proven = checks.iter().any(|check| PROOFS.contains(&check.id) && check.is_successful());
    let due = if turned.iter().any(is_proof) && !is_proven { Due::Open } else { due };
    (due, excused_proof)
}

/// Why what a list excuses does not count.
fn without_effect(
    is_by_revoked: bool,
    is_covered: bool,
    tolerance: Option<Tolerance>,
    allowed: &Tolerances,
) -> Option<String> {
    if is_by_revoked {
        return Some("the list's signer was revoked".to_owned());
    }
    // A list that does not say when it was signed excuses nothing once its signer has lapsed; what it warns of stands.
    if !is_covered {
        return Some("the list does not say when it was signed, and its signer has lapsed".to_owned());
    }
    let tolerance = tolerance.filter(|tolerance| !allowed.allows(*tolerance))?;
    Some(format!("the list needs the tolerance {tolerance}"))
}

const PROOFS: [CheckId; 3] = [CheckId::ChipPaceCam, CheckId::ChipActiveAuthentication, CheckId::ChipChipAuthentication];

fn turn(checks: &mut [Check], defect: &KnownDefect, by: &str, explains_periods: bool, turned: &mut Vec<CheckId>) {
    let mut excuse = |id: CheckId, reasons: Option<&[Reason]>| {
        for check in checks.iter_mut().filter(|check| check.id == id && check.state == State::Failed) {
            if reasons.is_none_or(|reasons| check.reason.is_some_and(|reason| reasons.contains(&reason))) {
                *check = open(check, defect, by);
                turned.push(id);
            }
        }
    };
    match bearing(defect.kind) {
        Bearing::Excuses(list) => list.iter().for_each(|(id, reasons)| excuse(*id, Some(reasons))),
        Bearing::ExcusesFiles => defect.files.iter().filter_map(|file| as_value(*file)).for_each(|id| excuse(id, None)),
        Bearing::ExcusesHashes => {
            let groups = defect.files.iter().filter_map(|file| CheckId::data_group(*file));
            groups.for_each(|id| excuse(id, Some(&[Reason::Mismatch])));
        }
        Bearing::ExcusesProofs => failing_proofs(defect.status).iter().for_each(|id| excuse(*id, None)),
        Bearing::ExcusesPeriods if explains_periods => {
            excuse(CheckId::PaValidity, Some(&[Reason::Lapsed, Reason::NotYetValid]));
        }
        Bearing::ExcusesPeriods => {}
        Bearing::Voids(proofs) => {
            for check in checks.iter_mut().filter(|check| proofs.contains(&check.id) && check.is_successful()) {
                *check = open(check, defect, by);
                turned.push(check.id);
            }
        }
        Bearing::Revokes => {
            // Passive authentication asks by the signer alone; an entry may name documents by other criteria as well.
            let id = CheckId::PaRevocation;
            for check in checks.iter_mut().filter(|check| check.id == id && check.state != State::Failed) {
                *check = Check::failed(id, Reason::Revoked).comparing(format!("document: {} by {by}", defect.name()));
            }
        }
        Bearing::Nothing | Bearing::Unknown => {}
    }
}

/// The check of a file as a value, by its number in the lists.
fn as_value(file: u8) -> Option<CheckId> {
    match file {
        20 => Some(CheckId::PaSecurityObject),
        21 => Some(CheckId::LdsCom),
        number => CheckId::from_code(&format!("lds.dg{number}")),
    }
}

/// The check, undetermined, saying what it was.
fn open(check: &Check, defect: &KnownDefect, by: &str) -> Check {
    let was = match (check.state, check.reason) {
        (state, Some(reason)) => format!("{}, {reason}", state.as_str()),
        (state, None) => state.as_str().to_owned(),
    };
    let compared = [check.compared.as_str(), &format!("was {was}; {} by {by}", defect.name())];
    let compared: Vec<&str> = compared.into_iter().filter(|part| !part.is_empty()).collect();
    Check {
        state: State::Undetermined,
        reason: Some(Reason::KnownDefect),
        compared: compared.join("; "),
        ..check.clone()
    }
}

/// The check of all data groups is open where every data group that failed was to fail.
fn excuse_all_groups(checks: &mut [Check]) {
    let is_group = |check: &Check| check.id.as_str().starts_with("pa.dg");
    let excused = checks.iter().any(|check| is_group(check) && check.reason == Some(Reason::KnownDefect));
    let failed = checks.iter().any(|check| is_group(check) && check.state == State::Failed);
    let all = checks.iter_mut().find(|check| check.id == CheckId::PaDataGroups && check.state == State::Failed);
    if let Some(all) = all.filter(|_| excused && !failed) {
        (all.state, all.reason) = (State::Undetermined, Some(Reason::KnownDefect));
    }
}

fn own_check(found: &[(&KnownDefect, String)], consulted: usize, all: usize) -> Check {
    let id = CheckId::PaKnownDefects;
    if consulted == 0 {
        let compared = format!("none of {all} lists of known defects leads to an anchor");
        return Check::undetermined(id, Reason::NotVerified).comparing(compared);
    }
    if found.is_empty() {
        return Check::successful(id).comparing(format!("no entry in {consulted} lists of known defects"));
    }
    let names: Vec<String> = found.iter().map(|(defect, by)| format!("{} by {by}", defect.name())).collect();
    let check = match found.iter().any(|(defect, _)| matches!(bearing(defect.kind), Bearing::Unknown)) {
        true => Check::undetermined(id, Reason::UnknownDefect),
        false => Check::successful(id).warning(Warning::KnownDefect),
    };
    check.comparing(names.join("; "))
}

/// The age of the trust bundle that is worst off, where there is one. A stale one changes nothing of what the document is:
/// it informs.
pub(super) fn trust_age(trust: &TrustStore, at: OffsetDateTime) -> Option<Check> {
    let id = CheckId::TrustAge;
    let (made, age) = trust.worst_bundle(at)?;
    let check = match age {
        Age::Early => Check::undetermined(id, Reason::NotYetValid),
        Age::Fresh => Check::successful(id),
        Age::Stale => Check::undetermined(id, Reason::TrustStale),
        Age::TooOld => Check::failed(id, Reason::TrustTooOld),
    };
    let days = (at - made).whole_days();
    Some(check.comparing(format!("trust bundle of {}, {days} days old", made.date())))
}
