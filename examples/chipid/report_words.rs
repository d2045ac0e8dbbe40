//! The sentences and words of a report in the language of a catalogue: verdict, claims, decision, checks and statements.

use crate::judged::Judged;
use crate::messages::{Messages, displayed, fill};
use chipid::policy::DecisionReason;
use chipid::report::{Field, Source};
use chipid::{Check, CheckId, ClaimField, ClaimsOutcome, Decision, Outcome, Report, State, Verdict, Warning};
use serde_json::Value;

/// The holder's fields in the order of the printed card; those that are not here come after them.
const FIELDS: [&str; 22] = [
    "personal_number",
    "full_name",
    "surname",
    "given_names",
    "date_of_birth",
    "sex",
    "nationality",
    "place_of_origin",
    "place_of_residence",
    "date_of_expiry",
    "personal_identification",
    "date_of_issue",
    "ethnicity",
    "religion",
    "father_name",
    "mother_name",
    "spouse_name",
    "former_number",
    "document_code",
    "issuing_state",
    "document_number",
    "optional_data",
];

/// The checks that can decide the verdict, in the order in which they are named as its reason.
const DECIDING: [CheckId; 19] = [
    CheckId::EvidenceSignature,
    CheckId::OnlineConfirmation,
    CheckId::PaSecurityObject,
    CheckId::PaSignature,
    CheckId::PaDataGroups,
    CheckId::PaChain,
    CheckId::PaCertificates,
    CheckId::PaValidity,
    CheckId::PaCountry,
    CheckId::PaRevocation,
    CheckId::PaKnownDefects,
    CheckId::ChipPaceCam,
    CheckId::ChipChipAuthentication,
    CheckId::ChipActiveAuthentication,
    CheckId::AccessCardAccess,
    CheckId::AccessCardSecurity,
    CheckId::AccessProtocol,
    CheckId::LdsCom,
    CheckId::VnNumber,
];

/// The verdict in one sentence.
pub fn sentence(report: &Report, messages: &Messages) -> String {
    let (verdict, claims) = (report.verdict(), report.claims().outcome());
    let parts = [
        (report.is_expired(), ".expired"),
        (claims == ClaimsOutcome::Differs, ".differs"),
        (verdict == Verdict::Genuine && is_unbound(report), ".unbound"),
    ];
    let parts: String = parts.iter().filter(|(applies, _)| *applies).map(|(_, part)| *part).collect();
    let decisive = decisive(report);
    let check = decisive.map_or("", |check| check_name(check.id, messages));
    let reason = decisive.map_or("", |check| reason(check, messages));
    let date = report.holder().field("date_of_expiry").map_or("?", |field| &field.value);
    let sentence = messages.fill(
        &format!("verdict.{}{parts}", verdict.as_str()),
        &[("check", &check), ("reason", &reason), ("date", &date), ("fields", &different(report, messages))],
    );
    match claims {
        ClaimsOutcome::NotComparable => format!("{} {sentence}", messages.get("claims.not_comparable")),
        _ => sentence,
    }
}

/// Whether the only proof of the chip is one of a key that nothing ties to this document.
fn is_unbound(report: &Report) -> bool {
    let proofs = report.checks().iter().filter(|check| check.id.is_chip_proof() && check.is_successful());
    let mut unbound = proofs.map(|check| check.warnings.contains(&Warning::UnboundChipKey)).peekable();
    unbound.peek().is_some() && unbound.all(|unbound| unbound)
}

/// The check that decided a verdict that is not a good one.
fn decisive(report: &Report) -> Option<&Check> {
    let verdict = report.verdict();
    let is_bad = |check: &&Check| match verdict {
        Verdict::Failed => check.state == State::Failed,
        // What is not supported or not due decides nothing.
        Verdict::Undetermined => matches!(check.state, State::Undetermined | State::Aborted),
        Verdict::DataAuthentic | Verdict::Genuine => false,
    };
    // That revocation could not be looked up decides nothing; that a certificate is revoked does.
    let decides = |id: CheckId| verdict == Verdict::Failed || id != CheckId::PaRevocation;
    let bad: Vec<&Check> = report.checks().iter().filter(is_bad).collect();
    let named = DECIDING.iter().filter(|id| decides(**id)).find_map(|id| bad.iter().find(|check| check.id == *id));
    let decisive = named.or_else(|| bad.iter().find(|check| check.id != CheckId::PaRevocation))?;
    if decisive.id == CheckId::PaDataGroups && verdict == Verdict::Failed {
        // The file that was altered is more precise than all files together.
        return Some(bad.iter().find(|check| check.id.is_data_group()).unwrap_or(decisive));
    }
    Some(decisive)
}

/// Which identifying fields differ, in words.
fn different(report: &Report, messages: &Messages) -> String {
    let fields: Vec<ClaimField> = report.claims().different().iter().copied().filter(|f| f.identifies()).collect();
    let key = if fields.len() > 1 { "claims.differ" } else { "claims.differs" };
    messages.fill(key, &[("fields", &claim_fields(fields, messages))])
}

fn claim_fields(fields: impl IntoIterator<Item = ClaimField>, messages: &Messages) -> String {
    let names = fields.into_iter().map(|field| messages.word("claims.field", field.as_str()));
    names.collect::<Vec<_>>().join(", ")
}

/// What is known of the person who was asked for, in a sentence each; empty where there is nothing to report.
pub fn claims(report: &Report, messages: &Messages) -> Vec<String> {
    let claims = report.claims();
    let outcome = claims.outcome();
    let mut out = Vec::new();
    match outcome {
        ClaimsOutcome::Matches => {
            // Files that are not authentic do not identify a person.
            let is_authentic = matches!(report.verdict(), Verdict::Genuine | Verdict::DataAuthentic);
            let key = if is_authentic { "claims.matches" } else { "claims.equal" };
            let equal = claims.compared().iter().copied().filter(|field| !claims.different().contains(field));
            out.push(messages.fill(key, &[("fields", &claim_fields(equal, messages))]));
        }
        ClaimsOutcome::NotRecorded => out.push(messages.get("claims.not_recorded").to_owned()),
        _ => {}
    }
    // Claims that were supplied now need no source; a record that decides nothing is not named either.
    let is_decided = [ClaimsOutcome::Matches, ClaimsOutcome::Differs, ClaimsOutcome::NotComparable].contains(&outcome);
    if is_decided && let Some(text) = messages.find(&format!("claims.basis.{}", claims.basis())) {
        out.push(text.to_owned());
    }
    let others = claims.different().iter().copied().filter(|field| !field.identifies());
    let others = claim_fields(others, messages);
    let warning = |code: &str| match messages.find(&format!("claims.warning.{code}")) {
        Some(text) => fill(text, &[("fields", &others)]),
        None => code.to_owned(),
    };
    out.extend(claims.warnings().iter().map(|one| warning(one.as_str())));
    out
}

/// The decision, the verdict and the claims, in a sentence each.
pub fn summary(judged: &Judged, messages: &Messages) -> Vec<String> {
    let decision = judged.decision.iter().map(|decided| decision(decided, messages));
    decision.chain([sentence(&judged.report, messages)]).chain(claims(&judged.report, messages)).collect()
}

/// What the policy decides, in one sentence.
pub fn decision(decision: &Decision, messages: &Messages) -> String {
    let why = decision.reasons().first().map(|reason| basis(reason, messages)).unwrap_or_default();
    let key = format!("decision.{}", decision.outcome());
    messages.fill(&key, &[("policy", &decision.policy()), ("reason", &why)])
}

/// Why the policy decides so: each reason with its rule.
pub fn reasons(decision: &Decision, messages: &Messages) -> Vec<(Outcome, String)> {
    let line = |reason: &DecisionReason| {
        let (word, what) = (messages.word("decision.word", reason.outcome.as_str()), basis(reason, messages));
        messages.fill("decision.reason", &[("decision", &word), ("what", &what), ("rule", &reason.rule)])
    };
    decision.reasons().iter().map(|reason| (reason.outcome, line(reason))).collect()
}

/// What a reason of a decision rests on.
fn basis(reason: &DecisionReason, messages: &Messages) -> String {
    let word = |group: &str, code: Option<&'static str>| code.map_or("", |code| messages.word(group, code));
    let why = reason.reason.map(|code| format!(", {}", messages.word("reason", code.as_str()))).unwrap_or_default();
    let claims = match reason.claims_warning {
        Some(warning) => messages.word("claims.decision", warning.as_str()),
        None => word("claims.outcome", reason.claims.map(|outcome| outcome.as_str())),
    };
    messages.fill(
        &format!("decision.basis.{}", reason.basis.as_str()),
        &[
            ("check", &word("check", reason.check.map(|check| check.as_str()))),
            ("state", &word("state", reason.state.map(State::as_str))),
            ("why", &why),
            ("verdict", &word("verdict.word", reason.verdict.map(Verdict::as_str))),
            ("claims", &claims),
            ("warning", &word("warning", reason.warning.map(|warning| warning.as_str()))),
            ("tolerance", &word("tolerance", reason.tolerance.map(|tolerance| tolerance.as_str()))),
        ],
    )
}

/// The operator's statements, a line each.
pub fn statements(report: &Report, messages: &Messages) -> Vec<String> {
    let statements = serde_json::to_value(report.statements()).unwrap_or(Value::Null);
    let mut out = Vec::new();
    for (kind, places) in [
        ("consent", &["given_at", "purpose"][..]),
        ("face", &["compared_at", "threshold", "vendor"]),
        ("identification", &["identified_at", "scheme"]),
    ] {
        let Some(statement) = statements.get(kind).filter(|statement| !statement.is_null()) else { continue };
        let member = |name: &str| statement.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut values: Vec<(&str, String)> = places.iter().map(|place| (*place, member(place))).collect();
        values.push(("result", messages.word("statement.face", &member("result")).to_owned()));
        let line = messages.fill(&format!("statement.{kind}"), &displayed(&values));
        let source = messages.find(&format!("statement.basis.{}", member("basis")));
        out.push(source.map_or_else(|| line.clone(), |source| format!("{line} ({source})")));
    }
    out
}

/// How many of the files that the issuer signed were there and are unchanged, beside the check of all files.
pub fn files(report: &Report, check: &Check, messages: &Messages) -> Option<String> {
    let count = report.data_groups();
    let is_counted = check.id == CheckId::PaDataGroups && count.listed > 0;
    is_counted.then(|| messages.fill("label.files", &[("unchanged", &count.unchanged), ("listed", &count.listed)]))
}

/// The files that were not read for one of these reasons, by name.
pub fn files_not_read(report: &Report, why: &[&str]) -> Option<String> {
    let files: Vec<&str> = report.not_read().iter().filter(|one| why.contains(&one.why)).map(|one| one.file).collect();
    (!files.is_empty()).then(|| files.join(", "))
}

/// The holder's fields in the order of the printed card, the others in the order of their names.
pub fn fields(report: &Report) -> Vec<(&'static str, &Field)> {
    let mut fields: Vec<_> = report.holder().fields().collect();
    let place = |name: &str| FIELDS.iter().position(|field| *field == name).unwrap_or(FIELDS.len());
    fields.sort_by_key(|(name, _)| (place(name), *name));
    fields
}

/// The value of a field. Of the sex, the library gives a word of its own.
pub fn field_value<'a>(name: &str, field: &'a Field, messages: &Messages) -> &'a str {
    if name == "sex" { messages.word("sex", &field.value) } else { &field.value }
}

/// The file of a field.
pub fn source(source: Source) -> &'static str {
    match source {
        Source::Dg1 => "DG1",
        Source::Dg11 => "DG11",
        Source::Dg12 => "DG12",
        Source::Dg13 => "DG13",
    }
}

/// The check in words.
pub fn check_name(id: CheckId, messages: &Messages) -> &'static str {
    messages.word("check", id.as_str())
}

/// The reason of a check in words.
pub fn reason(check: &Check, messages: &Messages) -> &'static str {
    check.reason.map_or("", |reason| messages.word("reason", reason.as_str()))
}

/// A state in words.
pub fn state(state: State, messages: &Messages) -> &'static str {
    messages.word("state", state.as_str())
}

/// What to do about a check that failed or is open; `None` where there is nothing to do.
pub fn remedy(check: &Check, messages: &Messages) -> Option<&'static str> {
    let is_open = matches!(check.state, State::Failed | State::Undetermined | State::Aborted);
    if !is_open {
        return None;
    }
    messages.find(&format!("remedy.reason.{}", check.reason?)).filter(|remedy| !remedy.is_empty())
}
