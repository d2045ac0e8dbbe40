//! Judges a document: every check, then the verdict.

use super::access_checks;
use super::attested::Attested;
use super::chip_checks::{self, DueProofs};
use super::claim_checks;
use super::claims_comparison::compare;
use super::claims_outcome;
use super::conclusion::conclude;
use super::context::Context;
use super::file_checks;
use super::holder;
use super::inputs;
use super::known_defects;
use super::online_check::{self, OnlineFields};
use super::report_parts;
use super::trust_age;
use super::values::Values;
use crate::checks::{Check, CheckId, Reason, Tolerances};
use crate::document::{AccessSummary, ClaimsRecord, Document, Proofs, ReportedStatements};
use crate::lds::Mrz;
use crate::passive_authentication::{ConsultedList, PassiveAuthentication, passive_authentication};
use crate::pki::{Certificate, alpha_2};
use crate::report::{ClaimsResult, Report, SCHEMA, Verdict};
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
    let compared = compare(document.claims.given(), &Values::of(&document.files, at));
    let checks = document.attestation.as_ref().map(|attestation| attestation.checks()).unwrap_or_default();
    claims_outcome::to_record(&document.claims, document.origin(), compared, checks)
}

/// The values of an online question about a document.
pub(crate) fn online_fields(document: &Document, at: OffsetDateTime) -> Option<OnlineFields> {
    let no_trust = TrustStore::empty();
    let values = Values::of(&document.files, at);
    let attested = Attested::of(document.attestation.as_deref(), &document.files, &no_trust);
    let tolerances = Tolerances::none();
    let inputs = inputs::inputs(document.origin(), &document.scope, &values, &attested, &no_trust, at, &tolerances);
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
    let values = Values::of(&document.files, at);
    let origin = document.origin();
    let compared = compare(document.claims.given(), &values);
    let attested = Attested::of(document.attestation.as_deref(), &document.files, trust);
    let superseded = claims_outcome::superseded(&document.claims, compared.as_ref(), attested.checks_of_reader());
    let attested = attested.without(superseded);
    let inputs = inputs::inputs(origin, &document.scope, &values, &attested, trust, at, allowed);
    let pa = passive_authentication(&inputs);
    let card_security = inputs::card_security(&values, &inputs);
    let context = Context { origin, values: &values, attested: &attested, pa: &pa, allowed };

    let (mut checks, due) = checks(document, trust, at, &context, &card_security);
    attested.keep_failures(&mut checks, document.claims.given());
    let state = inputs.issuing_state.or(inputs.presumed_state);
    let countries: Vec<String> = state.map(alpha_2).unwrap_or_default().into_iter().map(str::to_owned).collect();
    let number = values.mrz().map(Mrz::document_number).map(Zeroizing::new);
    let facts = DocumentFacts {
        signer: pa.document_signer(),
        countries: &countries,
        document_code: inputs.document_code,
        number: number.as_ref().map(|number| number.as_str()),
        issued: inputs.issued,
        signed: pa.signing_time(),
    };
    let (due, excused_proof) = known_defects::apply(&mut checks, due, &facts, pa.path(), trust, allowed, at);
    let verdict = conclude(&checks, due, excused_proof, &context);
    let made = checks.iter().map(|check| check.id);
    let claims = claims_outcome::judge(&document.claims, compared, origin, &attested, made);
    (report(document, trust, &context, claims, checks, verdict), Certificates::of(&pa))
}

/// Every check in its order, before what was removed and what lists of known defects state bears on them; and what the due
/// proofs came to.
fn checks(
    document: &Document,
    trust: &TrustStore,
    at: OffsetDateTime,
    context: &Context<'_>,
    card_security: &Check,
) -> (Vec<Check>, DueProofs) {
    let Context { origin, values, attested, pa, allowed } = context;
    let mut checks = attested.checks.clone();
    checks.push(access_checks::access_protocol(&document.opening, attested));
    checks.push(access_checks::card_access(*origin, values, pa, card_security));
    checks.push(access_checks::terminal(&document.proofs, attested));
    checks.push(card_security.clone());
    checks.extend(pa.checks().iter().cloned());
    let (chip, due) = chip_checks::all(&document.proofs, context, card_security);
    checks.extend(chip);
    checks.extend(file_checks::atr_info(&document.files, &document.opening, attested, allowed));
    checks.extend(file_checks::all(values, pa, allowed));
    checks.extend(claim_checks::printed(document.claims.given(), values, attested));
    checks.extend(claim_checks::national(document.claims.given(), values, attested));
    checks.extend(trust_age::trust_age(trust, at));
    checks.extend(online_check::check(document.online.as_deref(), values, pa, trust, attested, at));
    (checks, due)
}

fn report(
    document: &Document,
    trust: &TrustStore,
    context: &Context<'_>,
    claims: ClaimsResult,
    checks: Vec<Check>,
    verdict: Verdict,
) -> Report {
    let Context { values, attested, pa, allowed, .. } = context;
    let (holder, portrait) = holder::of(&document.scope, values, pa);
    let (statements, cost) = (&document.statements, &document.cost);
    let attested_access = || document.attestation.as_ref()?.access().cloned();
    Report {
        schema: SCHEMA,
        verdict,
        expired: checks.iter().any(|check| check.id == CheckId::LdsExpiry && check.reason == Some(Reason::Expired)),
        claims,
        statements: ReportedStatements::of(statements.given(), statements.recorded(), attested.is_trusted()),
        online_check: report_parts::online_check(&holder, pa),
        holder,
        portrait,
        access: document.access().map(AccessSummary::of).or_else(attested_access),
        exchanges: cost.exchanges(),
        elapsed_ms: u64::try_from(cost.elapsed().as_millis()).unwrap_or(u64::MAX),
        limits: cost.limits(),
        restarts: cost.restarts(),
        resumes: cost.resumes(),
        resumed_files: document.files.resumed().iter().map(|file| file.name()).collect(),
        not_read: report_parts::not_read(&document.files, &checks),
        data_groups: report_parts::data_groups(pa, &checks),
        tolerances: report_parts::used_tolerances(&checks, allowed),
        certificate_path: pa.path().iter().map(report_parts::path_entry).collect(),
        unused_trust: report_parts::unused_trust(trust),
        checks,
    }
}

/// The certificates that a judgement rests on, and the revocation lists.
#[cfg_attr(not(feature = "evidence"), expect(dead_code, reason = "only evidence names them"))]
pub(crate) struct Certificates {
    pub(crate) signer: Option<Certificate>,
    pub(crate) anchor: Option<Certificate>,
    pub(crate) revocation_lists: Vec<ConsultedList>,
}

impl Certificates {
    fn of(pa: &PassiveAuthentication<'_>) -> Self {
        Self {
            signer: pa.document_signer().cloned(),
            anchor: pa.anchor().cloned(),
            revocation_lists: pa.consulted_lists().to_vec(),
        }
    }
}
