//! Judges a document: every check, then the verdict.

use super::access_checks;
use super::attested::Attested;
use super::chip_checks::{self, Due};
use super::claim_checks;
use super::claims_result;
use super::file_checks;
use super::holder;
use super::inputs;
use super::known_defects;
use super::online_check::{self, OnlineFields};
use super::report::Report;
use super::trust_age;
use super::values::Values;
use super::verdict::{Gate, Verdict, gate};
use crate::checks::{Check, CheckId, Reason, State, Tolerances};
use crate::document::{ClaimsRecord, Document, FileState, Origin, Proofs, ReportedStatements};
use crate::lds::{DataGroup, FileId, Mrz};
use crate::passive_authentication::{ConsultedList, passive_authentication};
use crate::pki::{Certificate, alpha_2};
use crate::signed_lists::DocumentFacts;
use crate::trust::TrustStore;
use std::time::SystemTime;
use time::OffsetDateTime;
use zeroize::Zeroizing;

impl Document {
    /// Judges the document against what the caller trusts, at this time, without any tolerance. Never an error: a failed
    /// check is a finding.
    pub fn verify(&self, trust: &TrustStore, at: SystemTime) -> Report {
        self.verify_with(trust, at, &Tolerances::none())
    }

    /// The same with these tolerances: what they allow is undetermined instead of failed, and stands in
    /// [`Report::tolerances`].
    pub fn verify_with(&self, trust: &TrustStore, at: SystemTime, tolerances: &Tolerances) -> Report {
        judge(self, trust, at, tolerances).0
    }

    /// The proofs to keep beside the files.
    pub fn proofs(&self) -> Proofs {
        Proofs::of(self, claims_record(self, OffsetDateTime::UNIX_EPOCH).as_ref())
    }
}

/// The record of claims to store with a document.
pub(crate) fn claims_record(document: &Document, at: OffsetDateTime) -> Option<ClaimsRecord> {
    let values = Values::of(&document.files, at);
    let checks = document.attestation.as_ref().map(|attestation| attestation.checks()).unwrap_or_default();
    claims_result::to_record(&document.claims, document.origin(), &values, checks)
}

/// The values of an online question about a document.
pub(crate) fn online_fields(document: &Document, at: OffsetDateTime) -> Option<OnlineFields> {
    let nobody = TrustStore::empty();
    let values = Values::of(&document.files, at);
    let attested = Attested::of(document.attestation.as_deref(), &document.files, &nobody);
    let tolerances = Tolerances::none();
    let inputs = inputs::inputs(document.origin(), &document.scope, &values, &attested, &nobody, at, &tolerances);
    OnlineFields::of(&values, &passive_authentication(&inputs))
}

/// The report, with the certificates that the judgement rests on.
pub(crate) fn judge(
    document: &Document,
    trust: &TrustStore,
    at: SystemTime,
    allowed: &Tolerances,
) -> (Report, Certificates) {
    let at = OffsetDateTime::from(at);
    let files = Values::of(&document.files, at);
    let attested = Attested::of(document.attestation.as_deref(), &document.files, trust);
    let superseded = claims_result::superseded(&document.claims, &files, attested.checks_of_reader());
    let attested = attested.without(superseded);
    let inputs = inputs::inputs(document.origin(), &document.scope, &files, &attested, trust, at, allowed);
    let pa = passive_authentication(&inputs);
    let card_security = inputs::card_security(&files, &inputs);
    let mut checks = attested.checks.clone();
    checks.push(access_checks::access_protocol(&document.opening, &attested));
    checks.push(access_checks::card_access(document.origin(), &files, &pa, &card_security));
    checks.push(access_checks::terminal(&document.proofs, &attested));
    checks.push(card_security.clone());
    checks.extend(pa.checks().iter().cloned());
    let (chip, due) =
        chip_checks::all(&document.proofs, document.origin(), &files, &pa, &card_security, &attested, allowed);
    checks.extend(chip);
    checks.extend(file_checks::atr_info(&document.files, &document.opening, &attested, allowed));
    checks.extend(file_checks::all(&files, &pa, allowed));
    checks.extend(claim_checks::printed(document.claims.given(), &files, &attested));
    checks.extend(claim_checks::national(document.claims.given(), &files, &attested));
    checks.extend(trust_age::trust_age(trust, at));
    checks.extend(online_check::check(document.online.as_deref(), &files, &pa, trust, &attested, at));
    attested.keep_failures(&mut checks, document.claims.given());
    let state = inputs.issuing_state.or(inputs.presumed_state);
    let countries: Vec<String> = state.map(alpha_2).unwrap_or_default().into_iter().map(str::to_owned).collect();
    let number = files.mrz().map(Mrz::document_number).map(Zeroizing::new);
    let facts = DocumentFacts {
        signer: pa.document_signer(),
        countries: &countries,
        document_code: inputs.document_code,
        number: number.as_ref().map(|number| number.as_str()),
        issued: inputs.issued,
        signed: pa.signing_time(),
    };
    let (due, excused_proof) = known_defects::apply(&mut checks, due, &facts, pa.path(), trust, allowed, at);
    let verdict = conclude(&checks, due, excused_proof, document, &attested, allowed);
    let expired = checks.iter().any(|check| check.id == CheckId::LdsExpiry && check.reason == Some(Reason::Expired));
    let claims = claims_result::judge(
        &document.claims,
        document.origin(),
        &files,
        &attested,
        checks.iter().map(|check| check.id),
    );
    let statements =
        ReportedStatements::of(document.statements.given(), document.statements.recorded(), attested.is_trusted());
    let (holder, portrait) = holder::of(&document.scope, &files, &pa);
    let certificates = Certificates {
        signer: pa.document_signer().cloned(),
        anchor: pa.anchor().cloned(),
        revocation_lists: pa.consulted_lists().to_vec(),
    };
    (
        Report::new(document, verdict, expired, claims, statements, checks, holder, portrait, &pa, allowed, trust),
        certificates,
    )
}

/// The certificates that a judgement rests on, and the revocation lists.
#[cfg_attr(not(feature = "evidence"), expect(dead_code, reason = "only evidence names them"))]
pub(crate) struct Certificates {
    pub(crate) signer: Option<Certificate>,
    pub(crate) anchor: Option<Certificate>,
    pub(crate) revocation_lists: Vec<ConsultedList>,
}

fn conclude(
    checks: &[Check],
    due: Due,
    excused_proof: bool,
    document: &Document,
    attested: &Attested<'_>,
    allowed: &Tolerances,
) -> Verdict {
    let failed = checks.iter().any(|check| check.state == State::Failed && gate(check.id) != Gate::None);
    // A tolerance caps the verdict wherever it stands, and one that is not allowed fails it: also in a check that does not
    // gate by itself. Else allowing one could lower a verdict, and a guess about DG14 could pass for genuine.
    let mut needed = checks.iter().flat_map(|check| &check.tolerances).peekable();
    let is_tolerated = needed.peek().is_some();
    if failed || needed.any(|tolerance| !allowed.allows(*tolerance)) {
        return Verdict::Failed;
    }
    let concluded = checks.iter().filter(|check| gate(check.id) == Gate::MustSucceed).all(Check::is_successful);
    // DG1 names the country. It may be left open only where a plan of this process, or of a reader that the caller trusts,
    // leaves DG1 out; where DG1 was removed later, only if such a reader recorded that the country was right.
    let may_be_open = match document.files.state(FileId::DataGroup(DataGroup::DG1)) {
        FileState::Removed(_) => {
            attested.is_trusted() && attested.recorded(CheckId::PaCountry).is_some_and(Check::is_successful)
        }
        FileState::NotRead(_) => document.origin() == Origin::Card || attested.is_trusted(),
        _ => false,
    };
    let country = checks.iter().find(|check| check.id == CheckId::PaCountry);
    let country_is_open = !may_be_open && !country.is_some_and(Check::is_successful);
    // What a list of known defects explains, or leaves in the dark, is no better than undetermined.
    let is_known = |check: &Check| matches!(check.reason, Some(Reason::KnownDefect | Reason::UnknownDefect));
    let gates = |check: &Check| matches!(gate(check.id), Gate::MustSucceed | Gate::MustNotFail);
    let is_excused = excused_proof
        || checks.iter().any(|check| check.state == State::Undetermined && is_known(check) && gates(check));
    if !concluded || country_is_open || is_excused || document.files.is_cut_off() || is_tolerated {
        return Verdict::Undetermined;
    }
    match (due, document.origin()) {
        (Due::Proven, _) => Verdict::Genuine,
        (Due::Unbound, _) => Verdict::Undetermined,
        (Due::None | Due::Past, _) | (Due::Open, Origin::Files) => Verdict::DataAuthentic,
        (Due::Open, Origin::Card | Origin::Evidence) => Verdict::Undetermined,
    }
}
