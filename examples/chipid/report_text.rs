//! A report as text for a terminal.

use crate::console_text::{item, plain, plain_paragraph, table};
use crate::judged::Judged;
use crate::messages::{Language, Messages};
use crate::report_words::{self as words, check_name};
use chipid::{CheckId, Reason, Report, State};
use std::fmt::Display;
use std::path::Path;

/// The report, with the place where its portrait is saved.
pub fn text(judged: &Judged, portrait_file: Option<&Path>, messages: &Messages) -> String {
    let report = &judged.report;
    let mut out = String::new();
    if let Some(decision) = &judged.decision {
        out.push_str(&plain_paragraph(&words::decision(decision, messages), 0));
        out.push('\n');
    }
    out.push_str(&plain_paragraph(&words::sentence(report, messages), 0));
    out.extend(words::claims(report, messages).iter().map(|sentence| plain_paragraph(sentence, 0)));
    out.push('\n');
    let reasons = judged.decision.iter().flat_map(|decision| words::reasons(decision, messages));
    out.extend(list("heading.decision", reasons.map(|(_, reason)| reason), messages).map(|list| format!("{list}\n")));
    out.push_str(&not_checked(report, messages));
    out.push_str(&format!("\n{}\n{}", messages.get("heading.checks"), checks(report, messages)));
    out.push_str(&format!("\n{}\n{}\n", messages.get("heading.holder"), holder(report, messages)));
    out.push_str(&portrait(report, portrait_file, messages));
    let remedies = list("heading.remedies", remedies(report, messages), messages);
    let statements = list("heading.statements", words::statements(report, messages), messages);
    let parts = [remedies, statements, access(report, messages), trust(report, messages)];
    out.extend(parts.into_iter().flatten().map(|part| format!("\n{part}")));
    out
}

/// A heading with items below it; `None` where there are none.
fn list(key: &str, items: impl IntoIterator<Item = String>, messages: &Messages) -> Option<String> {
    let items: String = items.into_iter().map(|one| item(&one)).collect();
    (!items.is_empty()).then(|| format!("{}\n{items}", messages.get(key)))
}

fn not_checked(report: &Report, messages: &Messages) -> String {
    let revocation = report.check(CheckId::PaRevocation).map(|check| check.state);
    let is_made = matches!(revocation, Some(State::Successful | State::Failed));
    let keys = ["unchecked.revocation", "unchecked.loss", "unchecked.face"];
    let items = keys.into_iter().skip(usize::from(is_made)).map(|key| item(messages.get(key)));
    format!("{}\n{}", messages.get("unchecked.heading"), items.collect::<String>())
}

/// The checks as a table: state, check, why.
fn checks(report: &Report, messages: &Messages) -> String {
    let rows = report.checks().iter().map(|check| {
        let mut why = vec![words::reason(check, messages).to_owned()];
        // What was compared is in the library's words, which are English.
        match words::files(report, check, messages) {
            Some(files) => why.push(files),
            None if !check.is_successful() && messages.language() == Language::En => why.push(check.compared.clone()),
            None => {}
        }
        why.extend(check.warnings.iter().map(|warning| {
            messages.fill("label.warning", &[("warning", &messages.word("warning", warning.as_str()))])
        }));
        why.retain(|part| !part.is_empty());
        let state = words::state(check.state, messages).to_owned();
        vec![state, plain(check_name(check.id, messages)), plain(&why.join("; "))]
    });
    table(&rows.collect::<Vec<_>>(), 2, 2)
}

/// The holder's fields as a table: field, value, state with source.
fn holder(report: &Report, messages: &Messages) -> String {
    let rows = words::fields(report).into_iter().map(|(name, field)| {
        let (state, source) = (words::state(field.state, messages), words::source(field.source));
        let state = messages.fill("label.source", &[("state", &state), ("source", &source)]);
        let value = words::field_value(name, field, messages);
        vec![plain(messages.word("field", name)), plain(value), plain(&state)]
    });
    table(&rows.collect::<Vec<_>>(), 1, 2)
}

fn portrait(report: &Report, file: Option<&Path>, messages: &Messages) -> String {
    let Some(portrait) = report.portrait() else {
        return plain_paragraph(messages.get("label.portrait.none"), 0);
    };
    let values: [(&str, &dyn Display); 2] = [("mime", &portrait.mime), ("bytes", &portrait.bytes)];
    let line = match file {
        None => messages.fill("label.portrait.unsaved", &values),
        Some(file) => messages.fill("label.portrait.saved", &[&[("file", &file.display() as _)], &values[..]].concat()),
    };
    plain_paragraph(&line, 0)
}

/// What to do about each check that is not successful; each remedy once.
fn remedies(report: &Report, messages: &Messages) -> Vec<String> {
    let mut all: Vec<(&str, Vec<&str>)> = Vec::new();
    for check in report.checks() {
        let Some(remedy) = words::remedy(check, messages) else { continue };
        match all.iter_mut().find(|(known, _)| *known == remedy) {
            Some((_, names)) => names.push(check_name(check.id, messages)),
            None => all.push((remedy, vec![check_name(check.id, messages)])),
        }
    }
    all.into_iter().map(|(remedy, names)| format!("{}: {remedy}", names.join(", "))).collect()
}

/// How the chip was opened, the files that were not read, and the cost of the reading.
fn access(report: &Report, messages: &Messages) -> Option<String> {
    let mut out = String::new();
    let mut line = |key: &str, values: &[(&str, &dyn Display)]| {
        out.push_str(&plain_paragraph(&messages.fill(key, values), 0));
    };
    if report.checks().iter().any(|check| check.reason == Some(Reason::PinnedSigner)) {
        line("label.anchor.pinned", &[]);
    }
    if let Some(access) = report.access() {
        let upper = |word: Option<&str>| word.unwrap_or_default().to_uppercase();
        line(
            &format!("label.access.{}", access.protocol),
            &[
                ("mapping", &upper(access.mapping)),
                ("password", &upper(access.password)),
                ("parameter", &access.parameter.unwrap_or_default()),
                ("cipher", &access.cipher.unwrap_or_default()),
            ],
        );
    }
    for (why, key) in [
        ("plan", "label.not_read"),
        ("removed", "label.removed"),
        ("not_held", "label.not_held"),
        ("not_kept", "label.not_kept"),
    ] {
        if let Some(files) = words::files_not_read(report, &[why]) {
            line(key, &[("files", &files)]);
        }
    }
    if report.exchanges() > 0 {
        line("label.figures", &[("exchanges", &report.exchanges()), ("elapsed", &report.elapsed_ms())]);
    }
    (!out.is_empty()).then_some(out)
}

/// The certificates from the signer up, the tolerances that were used, and the trust material that was not.
fn trust(report: &Report, messages: &Messages) -> Option<String> {
    let mut out = String::new();
    let mut line = |key: &str, indent: usize, values: &[(&str, &dyn Display)]| {
        out.push_str(&plain_paragraph(&messages.fill(key, values), indent));
    };
    if !report.certificate_path().is_empty() {
        line("label.path", 0, &[]);
    }
    for one in report.certificate_path() {
        let role = messages.word("role", one.role);
        let (from, to) = (&one.not_before, &one.not_after);
        let values: [(&str, &dyn Display); 4] =
            [("role", &role), ("subject", &one.subject), ("not_before", from), ("not_after", to)];
        line("label.path.one", 2, &values);
    }
    for one in report.tolerances() {
        let tolerance = messages.word("tolerance", one.tolerance.as_str());
        line("label.tolerated", 0, &[("check", &check_name(one.check, messages)), ("tolerance", &tolerance)]);
    }
    for one in report.unused_trust() {
        line("label.unused_trust", 0, &[("source", &one.source), ("why", &one.why)]);
    }
    (!out.is_empty()).then_some(out)
}
