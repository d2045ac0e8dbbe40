//! A report for people and for programs. Both are made from the same JSON value, `chipid.result/1`, so that neither says
//! what the other does not.

use crate::console_text;
use crate::failure::{
    EXIT_DIFFERS, EXIT_EXPIRED, EXIT_FAILED, EXIT_NOT_COMPARABLE, EXIT_NOT_PROVEN, EXIT_REFERRED, EXIT_REJECTED,
    EXIT_UNDETERMINED,
};
use crate::messages::{Language, Messages};
use chipid::{ClaimField, ClaimsOutcome, Decision, Outcome, Report, Verdict};
use serde_json::{Value, json};
use std::path::Path;

/// The holder's fields in the order of the printed card; those that are not here come after them.
pub const FIELDS: [&str; 22] = [
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
const DECIDING: [&str; 19] = [
    "evidence.signature",
    "online.confirmation",
    "pa.security_object",
    "pa.signature",
    "pa.data_groups",
    "pa.chain",
    "pa.certificates",
    "pa.validity",
    "pa.country",
    "pa.revocation",
    "pa.known_defects",
    "chip.pace_cam",
    "chip.chip_authentication",
    "chip.active_authentication",
    "access.card_access",
    "access.card_security",
    "access.protocol",
    "lds.com",
    "vn.number",
];

/// The exit code of a report: of a decision where there is a policy, else of verdict, claims and expiry, the worst first.
pub fn exit(report: &Report, decision: Option<&Decision>) -> u8 {
    let differs = report.claims().outcome() == ClaimsOutcome::Differs;
    let is_comparable = report.claims().outcome() != ClaimsOutcome::NotComparable;
    match (decision.map(Decision::outcome), report.verdict()) {
        (Some(Outcome::Reject), _) => EXIT_REJECTED,
        (Some(_), _) if differs => EXIT_DIFFERS,
        (Some(Outcome::Refer), _) => EXIT_REFERRED,
        (Some(Outcome::Accept), _) => 0,
        (None, Verdict::Failed) => EXIT_FAILED,
        (None, _) if differs => EXIT_DIFFERS,
        (None, Verdict::Undetermined) => EXIT_UNDETERMINED,
        (None, _) if !is_comparable => EXIT_NOT_COMPARABLE,
        (None, _) if report.is_expired() => EXIT_EXPIRED,
        (None, Verdict::DataAuthentic) => EXIT_NOT_PROVEN,
        (None, Verdict::Genuine) => 0,
    }
}

/// Puts what a policy decides into a report's value.
pub fn decided(value: &mut Value, decision: Option<&Decision>) {
    if let Some(decision) = decision {
        value["decision"] = serde_json::to_value(decision).unwrap_or(Value::Null);
    }
}

/// The report as a JSON value, with the place where its portrait is saved.
pub fn value(report: &Report, portrait: Option<&Path>) -> Value {
    let mut value = serde_json::to_value(report).unwrap_or(Value::Null);
    if let Some(Value::Object(fields)) = value.get_mut("portrait") {
        fields.insert("file".into(), json!(portrait.map(|path| path.display().to_string())));
    }
    value
}

/// The report for people.
pub fn text(report: &Value, messages: &Messages) -> String {
    let mut out = String::new();
    if let Some(sentence) = decision(report, messages) {
        out.push_str(&console_text::paragraph(&sentence, 0));
        out.push('\n');
    }
    out.push_str(&console_text::paragraph(&sentence(report, messages), 0));
    for sentence in claims(report, messages) {
        out.push_str(&console_text::paragraph(&console_text::plain(&sentence), 0));
    }
    out.push('\n');
    let reasons = reasons(report, messages, true);
    if !reasons.is_empty() {
        out.push_str(messages.get("heading.decision"));
        out.push('\n');
        out.extend(reasons.iter().map(|reason| item(&console_text::plain(reason))));
        out.push('\n');
    }
    out.push_str(&not_checked(report, messages));
    out.push_str(&heading("heading.checks", messages));
    out.push_str(&checks(report, messages));
    out.push_str(&heading("heading.holder", messages));
    out.push_str(&holder(report, messages));
    out.push('\n');
    out.push_str(&portrait(report, messages));
    out.push_str(&remedies(report, messages));
    out.push_str(&stated(report, messages));
    out.push_str(&access(report, messages));
    out.push_str(&trust(report, messages));
    out
}

/// The verdict in one sentence.
pub fn sentence(report: &Value, messages: &Messages) -> String {
    let verdict = word(report, "verdict");
    let expired = report.get("expired").and_then(Value::as_bool).unwrap_or(false);
    let differs = claims_outcome(report) == "differs";
    let (expired, differs) = (if expired { ".expired" } else { "" }, if differs { ".differs" } else { "" });
    let unbound = if verdict == "genuine" && is_unbound(report) { ".unbound" } else { "" };
    let key = format!("verdict.{verdict}{expired}{differs}{unbound}");
    let decisive = decisive(report, verdict);
    let check = decisive.map_or("", |check| name(check, messages));
    let reason = decisive.map_or("", |check| reason(check, messages));
    let date = report.pointer("/holder/date_of_expiry/value").and_then(Value::as_str).unwrap_or("?");
    let fields = different(report, messages);
    let values =
        [("check", check), ("reason", reason), ("date", &console_text::plain(date)), ("fields", fields.as_str())];
    let sentence = messages.fill(&key, &values);
    match claims_outcome(report) {
        "not_comparable" => format!("{} {sentence}", messages.get("claims.not_comparable")),
        _ => sentence,
    }
}

/// Whether the only proof of the chip is one of a key that nothing ties to this document.
fn is_unbound(report: &Value) -> bool {
    let proven = list(report, "checks")
        .iter()
        .filter(|check| word(check, "id").starts_with("chip.") && word(check, "state") == "successful");
    let warned = |check: &Value| list(check, "warnings").iter().any(|warning| warning == "unbound_chip_key");
    let mut proven = proven.peekable();
    proven.peek().is_some() && proven.all(warned)
}

fn claims_outcome(report: &Value) -> &str {
    report.get("claims").map_or("", |claims| word(claims, "outcome"))
}

/// Which identifying fields differ, in words.
fn different(report: &Value, messages: &Messages) -> String {
    let fields = report.get("claims").map_or(&[][..], |claims| list(claims, "different")).iter();
    let names: Vec<&str> = fields
        .filter_map(Value::as_str)
        .filter(|code| ClaimField::from_code(code).is_some_and(ClaimField::identifies))
        .map(|code| messages.find(&format!("claims.field.{code}")).unwrap_or(code))
        .collect();
    let key = if names.len() > 1 { "claims.differ" } else { "claims.differs" };
    messages.fill(key, &[("fields", &names.join(", "))])
}

/// What is known of the person who was asked for, in a sentence each; empty where nothing is worth saying.
pub fn claims(report: &Value, messages: &Messages) -> Vec<String> {
    let Some(claims) = report.get("claims") else { return Vec::new() };
    let (outcome, basis) = (word(claims, "outcome"), word(claims, "basis"));
    let codes = |member: &str| list(claims, member).iter().filter_map(Value::as_str).collect::<Vec<_>>();
    let named = |codes: Vec<&str>| {
        let name = |code: &str| messages.find(&format!("claims.field.{code}")).unwrap_or(code).to_owned();
        codes.into_iter().map(name).collect::<Vec<_>>().join(", ")
    };
    let different = codes("different");
    let equal = codes("compared").into_iter().filter(|code| !different.contains(code)).collect();
    // Files that are not authentic do not identify a person.
    let is_authentic = ["genuine", "data_authentic"].contains(&word(report, "verdict"));
    let mut out = Vec::new();
    match outcome {
        "matches" => {
            let key = if is_authentic { "claims.matches" } else { "claims.equal" };
            out.push(messages.fill(key, &[("fields", &named(equal))]));
        }
        "not_recorded" => out.push(messages.get("claims.not_recorded").to_owned()),
        _ => {}
    }
    // Claims that were supplied now need no source; a record that decides nothing is not named either.
    if ["matches", "differs", "not_comparable"].contains(&outcome)
        && let Some(text) = messages.find(&format!("claims.basis.{basis}"))
    {
        out.push(text.to_owned());
    }
    let others =
        different.into_iter().filter(|code| ClaimField::from_code(code).is_some_and(|field| !field.identifies()));
    let others = named(others.collect());
    out.extend(codes("warnings").into_iter().map(|code| {
        let key = format!("claims.warning.{code}");
        if messages.find(&key).is_some() {
            messages.fill(&key, &[("fields", others.as_str())])
        } else {
            code.to_owned()
        }
    }));
    out
}

/// What the policy decides, in one sentence; `None` where there is no policy.
pub fn decision(report: &Value, messages: &Messages) -> Option<String> {
    let decision = report.get("decision")?;
    let first = list(decision, "reasons").first();
    let why = first.map(|reason| told(reason, messages)).unwrap_or_default();
    let values = [("policy", word(decision, "policy")), ("reason", why.as_str())];
    Some(console_text::plain(&messages.fill(&format!("decision.{}", word(decision, "outcome")), &values)))
}

/// Why the policy decides so: each reason with its rule; those that something is accepted for only where asked.
pub fn reasons(report: &Value, messages: &Messages, accepted: bool) -> Vec<String> {
    let reasons = report.get("decision").map_or(&[][..], |decision| list(decision, "reasons"));
    let line = |reason: &Value| {
        let outcome = word(reason, "outcome");
        let outcome = messages.find(&format!("decision.word.{outcome}")).unwrap_or(outcome);
        let what = told(reason, messages);
        messages.fill("decision.reason", &[("decision", outcome), ("what", &what), ("rule", word(reason, "rule"))])
    };
    reasons.iter().filter(|reason| accepted || word(reason, "outcome") != "accept").map(line).collect()
}

/// What a reason of a decision is about.
fn told(about: &Value, messages: &Messages) -> String {
    let named = |place: &str, key: &str| {
        let code = word(about, place);
        messages.find(&format!("{key}.{code}")).unwrap_or(code).to_owned()
    };
    let why = match named("reason", "reason") {
        why if why.is_empty() => why,
        why => format!(", {why}"),
    };
    let values = [
        ("check", named("check", "check")),
        ("state", named("state", "state")),
        ("why", why),
        ("verdict", named("verdict", "verdict.word")),
        (
            "claims",
            match named("claims_warning", "claims.decision") {
                doubt if doubt.is_empty() => named("claims", "claims.outcome"),
                doubt => doubt,
            },
        ),
        ("warning", named("warning", "warning")),
        ("tolerance", named("tolerance", "tolerance")),
    ];
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    messages.fill(&format!("decision.basis.{}", word(about, "basis")), &values)
}

/// The check that decided a verdict that is not a good one.
fn decisive<'a>(report: &'a Value, verdict: &str) -> Option<&'a Value> {
    let is_bad = |check: &&Value| match verdict {
        "failed" => word(check, "state") == "failed",
        // What is not supported or not due decides nothing.
        "undetermined" => ["undetermined", "aborted"].contains(&word(check, "state")),
        _ => false,
    };
    let bad = || list(report, "checks").iter().filter(is_bad);
    let of_group = |id: &str| id == "pa.data_groups" && verdict == "failed";
    // That revocation could not be looked up decides nothing; that a certificate is revoked does.
    let decides = |id: &&&str| verdict == "failed" || **id != "pa.revocation";
    let listed = DECIDING.iter().filter(decides).find_map(|id| {
        let found = bad().find(|check| word(check, "id") == *id)?;
        // The file that was altered says more than all files together.
        let group = bad().find(|check| of_group(id) && word(check, "id").starts_with("pa.dg"));
        Some(group.unwrap_or(found))
    });
    listed.or_else(|| bad().find(|check| word(check, "id") != "pa.revocation"))
}

fn not_checked(report: &Value, messages: &Messages) -> String {
    let revocation = list(report, "checks")
        .iter()
        .any(|check| word(check, "id") == "pa.revocation" && ["successful", "failed"].contains(&word(check, "state")));
    let mut out = format!("{}\n", messages.get("unchecked.heading"));
    let keys = ["unchecked.revocation", "unchecked.loss", "unchecked.face"];
    for key in keys.into_iter().skip(usize::from(revocation)) {
        out.push_str(&item(messages.get(key)));
    }
    out
}

/// The checks as a table: state, check, why.
fn checks(report: &Value, messages: &Messages) -> String {
    let rows = list(report, "checks").iter().map(|check| {
        let state = word(check, "state");
        let mut why = vec![reason(check, messages).to_owned()];
        // What was compared stands in the library's words, which are English.
        match files(report, check, messages) {
            Some(files) => why.push(files),
            None if state != "successful" && messages.language() == Language::En => {
                why.push(word(check, "compared").to_owned());
            }
            None => {}
        }
        let warnings = list(check, "warnings").iter().filter_map(Value::as_str);
        why.extend(warnings.map(|code| {
            let warning = messages.find(&format!("warning.{code}")).unwrap_or(code);
            messages.fill("label.warning", &[("warning", warning)])
        }));
        why.retain(|part| !part.is_empty());
        vec![
            state_word(state, messages).to_owned(),
            console_text::plain(name(check, messages)),
            console_text::plain(&why.join("; ")),
        ]
    });
    console_text::table(&rows.collect::<Vec<_>>(), 2, 2)
}

/// How many of the files that the issuer signed were there and are unchanged, beside the check of all files.
pub fn files(report: &Value, check: &Value, messages: &Messages) -> Option<String> {
    let count = |name: &str| report.pointer(&format!("/data_groups/{name}")).and_then(Value::as_u64);
    let listed = count("listed").filter(|listed| *listed > 0 && word(check, "id") == "pa.data_groups")?;
    let (listed, unchanged) = (listed.to_string(), count("unchanged")?.to_string());
    Some(messages.fill("label.files", &[("unchanged", &unchanged), ("listed", &listed)]))
}

/// The holder's fields as a table: field, value, state with source.
fn holder(report: &Value, messages: &Messages) -> String {
    let Some(holder) = report.get("holder").and_then(Value::as_object) else { return String::new() };
    let known = FIELDS.iter().filter_map(|name| holder.get_key_value(*name));
    let others = holder.iter().filter(|(name, _)| !FIELDS.contains(&name.as_str()));
    let mut rows = Vec::new();
    for (name, field) in known.map(|(name, field)| (name.as_str(), field)).chain(others.map(|(n, f)| (n.as_str(), f))) {
        let value = match field.get("value") {
            Some(Value::String(value)) => value.clone(),
            None | Some(Value::Null) => continue,
            Some(other) => other.to_string(),
        };
        // The machine readable zone has a letter for the sex; the library gives its word.
        let value = match name {
            "sex" => messages.find(&format!("sex.{value}")).map_or(value, str::to_owned),
            _ => value,
        };
        let label = messages.find(&format!("field.{name}")).unwrap_or(name);
        let state = state_word(word(field, "state"), messages);
        let source = word(field, "source").to_uppercase();
        let state = messages.fill("label.source", &[("state", state), ("source", &source)]);
        rows.push(vec![console_text::plain(label), console_text::plain(&value), console_text::plain(&state)]);
    }
    console_text::table(&rows, 1, 2)
}

fn portrait(report: &Value, messages: &Messages) -> String {
    let line = match report.get("portrait") {
        None | Some(Value::Null) => messages.get("label.portrait.none").to_owned(),
        Some(portrait) => {
            let file = word(portrait, "file");
            let key = if file.is_empty() { "label.portrait.unsaved" } else { "label.portrait.saved" };
            let bytes = portrait.get("bytes").map(Value::to_string).unwrap_or_default();
            messages.fill(key, &[("file", file), ("mime", word(portrait, "mime")), ("bytes", &bytes)])
        }
    };
    console_text::paragraph(&console_text::plain(&line), 0)
}

/// What to do about each check that is not successful; each remedy once.
fn remedies(report: &Value, messages: &Messages) -> String {
    let mut done: Vec<(&str, Vec<&str>)> = Vec::new();
    for check in list(report, "checks") {
        if !["failed", "undetermined", "aborted"].contains(&word(check, "state")) {
            continue;
        }
        let key = format!("remedy.reason.{}", word(check, "reason"));
        let Some(remedy) = messages.find(&key).filter(|remedy| !remedy.is_empty()) else { continue };
        match done.iter_mut().find(|(known, _)| *known == remedy) {
            Some((_, names)) => names.push(name(check, messages)),
            None => done.push((remedy, vec![name(check, messages)])),
        }
    }
    if done.is_empty() {
        return String::new();
    }
    let mut out = heading("heading.remedies", messages);
    for (remedy, names) in done {
        out.push_str(&item(&console_text::plain(&format!("{}: {remedy}", names.join(", ")))));
    }
    out
}

/// What the operator states, a line each.
pub fn statements(report: &Value, messages: &Messages) -> Vec<String> {
    let Some(statements) = report.get("statements") else { return Vec::new() };
    let of = |kind: &str| statements.get(kind).filter(|statement| !statement.is_null());
    let mut out = Vec::new();
    for (kind, places) in [
        ("consent", &["given_at", "purpose"][..]),
        ("face", &["compared_at", "threshold", "vendor"]),
        ("identification", &["identified_at", "scheme"]),
    ] {
        let Some(statement) = of(kind) else { continue };
        let mut values: Vec<(&str, &str)> = places.iter().map(|place| (*place, word(statement, place))).collect();
        let result = word(statement, "result");
        values.push(("result", messages.find(&format!("statement.face.{result}")).unwrap_or(result)));
        let line = messages.fill(&format!("statement.{kind}"), &values);
        let source = messages.find(&format!("statement.basis.{}", word(statement, "basis")));
        out.push(source.map_or_else(|| line.clone(), |source| format!("{line} ({source})")));
    }
    out
}

fn stated(report: &Value, messages: &Messages) -> String {
    let lines = statements(report, messages);
    if lines.is_empty() {
        return String::new();
    }
    let lines: String = lines.iter().map(|line| item(&console_text::plain(line))).collect();
    format!("{}{lines}", heading("heading.statements", messages))
}

fn access(report: &Value, messages: &Messages) -> String {
    let mut out = String::new();
    let pinned = list(report, "checks").iter().any(|check| word(check, "reason") == "pinned_signer");
    if pinned {
        out.push_str(&console_text::paragraph(messages.get("label.anchor.pinned"), 0));
    }
    if let Some(access) = report.get("access").filter(|access| !access.is_null()) {
        let protocol = word(access, "protocol");
        let values: Vec<(&str, String)> = ["mapping", "password", "parameter", "cipher"]
            .into_iter()
            .map(|name| {
                let value = word(access, name);
                (name, if ["mapping", "password"].contains(&name) { value.to_uppercase() } else { value.to_owned() })
            })
            .collect();
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let key = format!("label.access.{protocol}");
        out.push_str(&console_text::paragraph(&console_text::plain(&messages.fill(&key, &values)), 0));
    }
    for (why, key) in [
        ("plan", "label.not_read"),
        ("removed", "label.removed"),
        ("not_held", "label.not_held"),
        ("not_kept", "label.not_kept"),
    ] {
        let files = list(report, "not_read").iter().filter(|one| word(one, "why") == why);
        let files: Vec<&str> = files.map(|one| word(one, "file")).collect();
        if !files.is_empty() {
            let line = messages.fill(key, &[("files", &files.join(", "))]);
            out.push_str(&console_text::paragraph(&console_text::plain(&line), 0));
        }
    }
    let number = |name: &str| report.get(name).and_then(Value::as_u64).filter(|number| *number > 0);
    if let (Some(exchanges), Some(elapsed)) = (number("exchanges"), report.get("elapsed_ms").and_then(Value::as_u64)) {
        let values = [("exchanges", exchanges.to_string()), ("elapsed", elapsed.to_string())];
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        out.push_str(&console_text::paragraph(&messages.fill("label.figures", &values), 0));
    }
    if out.is_empty() { out } else { format!("\n{out}") }
}

/// What the verdict rests on: the certificates from the signer up, the tolerances used, what was given and not used.
fn trust(report: &Value, messages: &Messages) -> String {
    let mut out = String::new();
    let mut line = |key: &str, indent: usize, values: &[(&str, &str)]| {
        out.push_str(&console_text::paragraph(&console_text::plain(&messages.fill(key, values)), indent));
    };
    let path = list(report, "certificate_path");
    if !path.is_empty() {
        line("label.path", 0, &[]);
    }
    for one in path {
        let role = word(one, "role");
        let role = messages.find(&format!("role.{role}")).unwrap_or(role);
        let values = ["subject", "not_before", "not_after"].map(|name| (name, word(one, name)));
        line("label.path.one", 2, &[&[("role", role)], values.as_slice()].concat());
    }
    for one in list(report, "tolerances") {
        let (check, tolerance) = (word(one, "check"), word(one, "tolerance"));
        let check = messages.find(&format!("check.{check}")).unwrap_or(check);
        let tolerance = messages.find(&format!("tolerance.{tolerance}")).unwrap_or(tolerance);
        line("label.tolerated", 0, &[("check", check), ("tolerance", tolerance)]);
    }
    for one in list(report, "unused_trust") {
        line("label.unused_trust", 0, &[("source", word(one, "source")), ("why", word(one, "why"))]);
    }
    if out.is_empty() { out } else { format!("\n{out}") }
}

fn heading(key: &str, messages: &Messages) -> String {
    format!("\n{}\n", messages.get(key))
}

fn item(text: &str) -> String {
    let lines = console_text::wrap(text, console_text::COLUMNS - 4);
    let mut out = String::new();
    for (at, line) in lines.iter().enumerate() {
        out.push_str(if at == 0 { "  - " } else { "    " });
        out.push_str(line);
        out.push('\n');
    }
    out
}

pub fn name<'a>(check: &'a Value, messages: &Messages) -> &'a str {
    let id = word(check, "id");
    messages.find(&format!("check.{id}")).unwrap_or(id)
}

pub fn reason<'a>(check: &'a Value, messages: &Messages) -> &'a str {
    let code = word(check, "reason");
    messages.find(&format!("reason.{code}")).unwrap_or(code)
}

pub fn state_word<'a>(state: &'a str, messages: &Messages) -> &'a str {
    messages.find(&format!("state.{state}")).unwrap_or(state)
}

pub fn word<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

pub fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
