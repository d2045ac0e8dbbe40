//! Lists of known defects (9303-12 §10, TR-03129-2 §7) against the checks: an entry for the document turns a failure that was to
//! be expected into *undetermined*, never into a success, and a proof by a compromised key into none. It caps the verdict
//! at undetermined wherever the check gates. An entry that the signer was revoked fails the documents that it means.
//!
//! An entry excuses only a document that it certainly means. What counts against a document — its signer revoked, its keys
//! compromised, an unknown kind — and could mean it, were more known of it, leaves `pa.known_defects` undetermined:
//! that DG1 was not read, or taken away, hides no number from a list.
//!
//! One table lists what each kind bears on. What a kind does not name stays as it is: a wrong signature of EF.SOD
//! excuses no altered data group, a wrong check digit no wrong hash, a signer's certificate not its authority's, a period of
//! validity not that of a private key, a malformed file no algorithm that is never allowed. `id-Deviation-Chip`, defects for
//! national use and those of other applications bear on nothing: they do not say what fails, and a clone fails too.
//!
//! A list whose signer was revoked, or that needs a tolerance which is not allowed, excuses nothing; what it holds against a
//! document counts all the same.

use super::chip_checks::DueProofs;
use crate::checks::{Check, CheckId, Reason, State, Tolerance, Tolerances, Warning};
use crate::document::RecordedRevocation;
use crate::passive_authentication::PathCertificate;
use crate::pki::{ProfileFinding, Role};
use crate::signed_lists::{Criterion, DefectKind, DocumentFacts, KnownDefect};
use crate::trust::TrustStore;
use time::OffsetDateTime;

/// What a defect does to the checks.
enum Bearing {
    /// These failures, for these reasons, were to be expected.
    Excuses(&'static [(CheckId, &'static [Reason])]),
    /// The certificates of these roles were to be void.
    ExcusesCertificates(&'static [Role]),
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
        Excuses, ExcusesCertificates, ExcusesFiles, ExcusesHashes, ExcusesPeriods, ExcusesProofs, Nothing, Revokes,
        Unknown, Voids,
    };
    match kind {
        DefectKind::SignerSignature => Excuses(&[(CheckId::PaChain, &[Reason::AnchorDoesNotVerify])]),
        DefectKind::SignerEncoding => ExcusesCertificates(&[Role::DocumentSigner]),
        DefectKind::AuthorityEncoding => ExcusesCertificates(AUTHORITIES),
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

/// The certificates of an authority.
const AUTHORITIES: &[Role] = &[Role::Csca, Role::Link];

/// Why a file that is malformed fails; an algorithm that is never allowed is no matter of form, nor is a file that is missing.
const AS_MALFORMED: &[Reason] =
    &[Reason::Malformed, Reason::Mismatch, Reason::UnknownVersion, Reason::CheckDigit, Reason::BadKey, Reason::NoImage];

fn excuses(kind: DefectKind) -> bool {
    matches!(
        bearing(kind),
        Bearing::Excuses(_)
            | Bearing::ExcusesCertificates(_)
            | Bearing::ExcusesFiles
            | Bearing::ExcusesHashes
            | Bearing::ExcusesProofs
            | Bearing::ExcusesPeriods
    )
}

/// Whether a document is worse for it, and would be by an entry that could mean it.
fn counts_against(kind: DefectKind) -> bool {
    matches!(bearing(kind), Bearing::Voids(_) | Bearing::Revokes | Bearing::Unknown)
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

/// Whether a status of id-ValidityPeriodIncorrect (TR-03129-2 §7.3.1.6) explains that the periods do not fit: the certificates
/// that it does not name must be in force, and the document signer's also when it signed.
fn explains_periods(
    status: Option<u8>,
    path: &[PathCertificate],
    signed: Option<OffsetDateTime>,
    at: OffsetDateTime,
) -> bool {
    let is_in_force = |one: &PathCertificate| {
        let period = one.certificate.validity();
        let covers_signing = signed.is_none_or(|signed| period.covers_day(signed));
        period.contains(at) && (one.role != Role::DocumentSigner || covers_signing)
    };
    let are_in_force = |roles: &[Role]| {
        let mut all = path.iter().filter(|one| roles.contains(&one.role)).peekable();
        all.peek().is_some() && all.all(is_in_force)
    };
    match status {
        Some(0) => are_in_force(&[Role::DocumentSigner]),
        Some(1) => are_in_force(AUTHORITIES),
        Some(2) => true,
        _ => false,
    }
}

/// What on the path is void, and whether the entries name all of it: what they leave out is not excused.
struct VoidCertificates {
    roles: Vec<Role>,
    are_all_named: bool,
}

impl VoidCertificates {
    fn of(path: &[PathCertificate], said: &Said<'_>) -> Self {
        let is_void = |one: &&PathCertificate| one.findings.iter().any(ProfileFinding::is_void);
        let roles: Vec<Role> = path.iter().filter(is_void).map(|one| one.role).collect();
        let names = |entry: &Entry<'_>, role: &Role| match bearing(entry.defect.kind) {
            Bearing::ExcusesCertificates(named) => named.contains(role),
            _ => false,
        };
        let are_all_named = roles.iter().all(|role| said.certain.iter().any(|entry| names(entry, role)));
        Self { roles, are_all_named }
    }

    /// Whether an entry for these roles excuses that certificates are void.
    fn are_excused(&self, named: &[Role]) -> bool {
        self.are_all_named && self.roles.iter().any(|role| named.contains(role))
    }
}

/// Adds the check `pa.known_defects` and turns what the entries for the document bear on; gives what is left of the proofs,
/// and whether one that failed was excused: then another proof does not make the document genuine. Nothing is added where
/// there is no such list.
pub(super) fn apply(
    checks: &mut Vec<Check>,
    due: DueProofs,
    document: &DocumentFacts<'_>,
    path: &[PathCertificate],
    trust: &TrustStore,
    allowed: &Tolerances,
    at: OffsetDateTime,
) -> (DueProofs, bool) {
    let all = trust.defect_lists().len();
    if all == 0 {
        return (due, false);
    }
    let said = said(document, trust, allowed, at);
    let void = VoidCertificates::of(path, &said);
    let mut turned = Vec::new();
    let mut used = Vec::new();
    let mut excused_proof = false;
    for entry in &said.certain {
        let before = turned.len();
        let explains_periods = explains_periods(entry.defect.status, path, document.signed, at);
        turn(checks, entry, &void, explains_periods, &mut turned);
        if turned.len() > before {
            used.extend(entry.needed);
        }
        excused_proof |= turned.len() > before && matches!(bearing(entry.defect.kind), Bearing::ExcusesProofs);
    }
    excuse_all_groups(checks);
    let own = own_check(&said, all).needing(used);
    let after = checks.iter().position(|check| check.id == CheckId::PaRevocation).map_or(checks.len(), |at| at + 1);
    checks.insert(after.min(checks.len()), own);
    let is_proof = |id: &CheckId| PROOFS.contains(id);
    let is_proven = checks.iter().any(|check| PROOFS.contains(&check.id) && check.is_successful());
    let is_turned = turned.iter().any(is_proof) && !is_proven && due != DueProofs::Unbound;
    let due = if is_turned { DueProofs::Open } else { due };
    (due, excused_proof)
}

/// What an entry says, whose list it is in, and the tolerance that an excuse needs.
struct Entry<'t> {
    defect: &'t KnownDefect,
    by: String,
    needed: Option<Tolerance>,
}

impl Entry<'_> {
    fn told(&self) -> String {
        format!("{} by {}", self.defect.name(), self.by)
    }
}

/// What the lists say of a document.
#[derive(Default)]
struct Said<'t> {
    /// How many lists were asked.
    consulted: usize,
    /// What certainly holds of it.
    certain: Vec<Entry<'t>>,
    /// What counts against it, if an entry means it.
    possible: Vec<DefectKind>,
    /// The entries that could mean it, with what is not known of it.
    uncertain: Vec<String>,
    /// The excuses that do not count, and why.
    ignored: Vec<String>,
}

fn said<'t>(document: &DocumentFacts<'_>, trust: &'t TrustStore, allowed: &Tolerances, at: OffsetDateTime) -> Said<'t> {
    let mut said = Said::default();
    for one in trust.defect_lists() {
        let Ok(authority) = one.authority() else { continue };
        said.consulted += 1;
        let tolerance = trust.needed_tolerance(one);
        let without_effect = without_effect(trust.is_by_revoked(one), one.list().is_covered(at), tolerance, allowed);
        for found in one.list().of_document(authority, document) {
            let kind = found.defect.kind;
            let needed = if excuses(kind) { tolerance } else { None };
            let entry = Entry { defect: found.defect, by: authority.subject().to_string(), needed };
            match &without_effect {
                Some(why) if excuses(kind) => said.ignored.push(format!("{}: {why}", entry.told())),
                _ if found.is_certain() => said.certain.push(entry),
                _ if matches!(bearing(kind), Bearing::Nothing) => {}
                _ => {
                    said.possible.extend(counts_against(kind).then_some(kind));
                    said.uncertain.push(uncertain(&entry, &found.unknown));
                }
            }
        }
    }
    said
}

/// An entry that could mean the document, and what is not known of it.
fn uncertain(entry: &Entry<'_>, unknown: &[Criterion]) -> String {
    let unknown: Vec<&str> = unknown.iter().map(|one| one.as_str()).collect();
    format!("{}, if it means this document: not known is {}", entry.told(), unknown.join(" and "))
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

fn turn(
    checks: &mut [Check],
    entry: &Entry<'_>,
    void: &VoidCertificates,
    explains_periods: bool,
    turned: &mut Vec<CheckId>,
) {
    let defect = entry.defect;
    let mut excuse = |id: CheckId, reasons: Option<&[Reason]>| {
        for check in checks.iter_mut().filter(|check| check.id == id && check.state == State::Failed) {
            if reasons.is_none_or(|reasons| check.reason.is_some_and(|reason| reasons.contains(&reason))) {
                *check = open(check, entry);
                turned.push(id);
            }
        }
    };
    match bearing(defect.kind) {
        Bearing::Excuses(list) => list.iter().for_each(|(id, reasons)| excuse(*id, Some(reasons))),
        Bearing::ExcusesCertificates(roles) if void.are_excused(roles) => {
            excuse(CheckId::PaCertificates, Some(&[Reason::CertificateProfile]));
        }
        Bearing::ExcusesCertificates(_) => {}
        Bearing::ExcusesFiles => {
            defect.files.iter().filter_map(|file| as_value(*file)).for_each(|id| excuse(id, Some(AS_MALFORMED)));
        }
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
                *check = open(check, entry);
                turned.push(check.id);
            }
        }
        Bearing::Revokes => {
            // Passive authentication asks by the signer alone; an entry may name documents by other criteria as well.
            let id = CheckId::PaRevocation;
            for check in checks.iter_mut().filter(|check| check.id == id && check.state != State::Failed) {
                *check = Check::failed(id, Reason::Revoked).comparing(RecordedRevocation::of_document(&entry.told()));
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
fn open(check: &Check, entry: &Entry<'_>) -> Check {
    let was = match (check.state, check.reason) {
        (state, Some(reason)) => format!("{}, {reason}", state.as_str()),
        (state, None) => state.as_str().to_owned(),
    };
    let compared = [check.compared.as_str(), &format!("was {was}; {}", entry.told())];
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
    let is_group = |check: &Check| check.id.is_data_group();
    let excused = checks.iter().any(|check| is_group(check) && check.reason == Some(Reason::KnownDefect));
    let failed = checks.iter().any(|check| is_group(check) && check.state == State::Failed);
    let all = checks.iter_mut().find(|check| check.id == CheckId::PaDataGroups && check.state == State::Failed);
    if let Some(all) = all
        && excused
        && !failed
    {
        (all.state, all.reason) = (State::Undetermined, Some(Reason::KnownDefect));
    }
}

fn own_check(said: &Said<'_>, all: usize) -> Check {
    let id = CheckId::PaKnownDefects;
    if said.consulted == 0 {
        let compared = format!("none of {all} lists of known defects leads to an anchor");
        return Check::undetermined(id, Reason::NotVerified).comparing(compared);
    }
    let is_unknown = |kind| matches!(bearing(kind), Bearing::Unknown);
    let mut against = said.certain.iter().map(|entry| entry.defect.kind).chain(said.possible.iter().copied());
    let check = if against.any(is_unknown) {
        Check::undetermined(id, Reason::UnknownDefect)
    } else if !said.possible.is_empty() {
        Check::undetermined(id, Reason::KnownDefect)
    } else if !said.certain.is_empty() {
        Check::successful(id).warning(Warning::KnownDefect)
    } else if !said.ignored.is_empty() {
        Check::undetermined(id, Reason::NotVerified)
    } else {
        Check::successful(id)
    };
    check.comparing(told(said))
}

/// Every entry that concerns the document; of those that could, and of those that do not count, the first of each.
fn told(said: &Said<'_>) -> String {
    let mut told: Vec<String> = said.certain.iter().map(Entry::told).collect();
    for more in [&said.uncertain, &said.ignored] {
        let mut once = more.clone();
        once.sort_unstable();
        once.dedup();
        told.extend(once.iter().take(MOST).cloned());
        told.extend(once.len().checked_sub(MOST).filter(|more| *more > 0).map(|more| format!("and {more} more")));
    }
    if told.is_empty() { format!("no entry in {} lists of known defects", said.consulted) } else { told.join("; ") }
}

/// The most entries that are reported of a kind.
const MOST: usize = 8;
