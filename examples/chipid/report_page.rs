//! A report for people as one HTML page: no script, nothing from outside, one A4 page when printed; every text in
//! Vietnamese and English, from the catalogues.
//!
//! It is made from the same JSON value as the other reports. What stands in it came from a card: it is written as text,
//! never as markup.

use crate::console_text;
use crate::messages::{Language, Messages};
use crate::report_text::{self, FIELDS, list, name, reason, sentence, state_word, word};
use serde_json::Value;
use std::fmt::Write as _;

/// An image that a browser shows: its media type and its bytes in Base64.
pub struct Picture {
    pub mime: &'static str,
    pub base64: String,
}

/// The most reasons of a decision that one page tells.
const MAX_REASONS: usize = 8;

/// What the page says beside the report.
pub struct Beside<'a> {
    /// The portrait, where it can be shown.
    pub picture: Option<Picture>,
    /// When the document was judged, in words.
    pub at: &'a str,
    /// What was trusted: lists and certificates, with their dates.
    pub trusted: &'a [String],
}

/// Both catalogues: Vietnamese first.
struct Both(Messages, Messages);

impl Both {
    fn new() -> Self {
        Self(Messages::new(Language::Vi), Messages::new(Language::En))
    }

    /// A text in both languages.
    fn get(&self, key: &str) -> String {
        self.with(|messages| messages.get(key).to_owned())
    }

    fn with(&self, text: impl Fn(&Messages) -> String) -> String {
        let (vi, en) = (text(&self.0), text(&self.1));
        if vi == en { vi } else { format!("{vi} / {en}") }
    }
}

/// The page.
pub fn html(report: &Value, beside: &Beside<'_>) -> String {
    let both = Both::new();
    let mut out = String::from("<!DOCTYPE html>\n<html lang=\"vi\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.push_str(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">\n",
    );
    let _ = writeln!(out, "<title>{}</title>", escape(&both.get("page.title")));
    let _ = writeln!(out, "<style>\n{}</style>\n</head>\n<body>", include_str!("report_page.css"));
    decision(&mut out, report, &both);
    verdict(&mut out, report, &both);
    holder(&mut out, report, beside, &both);
    checks(&mut out, report, &both);
    remedies(&mut out, report, &both);
    foot(&mut out, report, beside, &both);
    out.push_str("</body>\n</html>\n");
    out
}

/// The text as HTML: what could steer the page or turn the reading direction is written out.
fn escape(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    for c in console_text::plain(raw).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

fn heading(out: &mut String, key: &str, both: &Both) {
    let _ = writeln!(out, "<h2>{}</h2>", escape(&both.get(key)));
}

/// What a policy decides, before all else, with the reasons that stand against acceptance.
fn decision(out: &mut String, report: &Value, both: &Both) {
    let (Some(first), Some(second)) = (report_text::decision(report, &both.0), report_text::decision(report, &both.1))
    else {
        return;
    };
    let outcome = report.get("decision").map_or("", |decision| word(decision, "outcome"));
    // The word is the library's own, one of three.
    let _ = writeln!(out, "<div class=\"decision {}\">", escape(outcome));
    let _ = writeln!(out, "<h1>{}</h1>", escape(&first));
    let _ = writeln!(out, "<p>{}</p>", escape(&second));
    let reasons = report_text::reasons(report, &both.1, false);
    for reason in reasons.iter().take(MAX_REASONS) {
        let _ = writeln!(out, "<p class=\"small\">• {}</p>", escape(reason));
    }
    if let Some(more) = reasons.len().checked_sub(MAX_REASONS).filter(|more| *more > 0) {
        let line = both.with(|messages| messages.fill("page.more_reasons", &[("count", &more.to_string())]));
        let _ = writeln!(out, "<p class=\"small\">{}</p>", escape(&line));
    }
    out.push_str("</div>\n");
}

/// The verdict, a sentence in each language.
fn verdict(out: &mut String, report: &Value, both: &Both) {
    // The word is the library's own, one of four. Another person's document is never shown in a calm colour.
    let colour = match (report.get("claims").map_or("", |claims| word(claims, "outcome")), word(report, "verdict")) {
        ("differs", _) | (_, "failed") => "failed",
        ("not_comparable", _) => "undetermined",
        (_, verdict) => verdict,
    };
    let _ = writeln!(out, "<div class=\"verdict {}\">", escape(colour));
    let _ = writeln!(out, "<h1>{}</h1>", escape(&sentence(report, &both.0)));
    let _ = writeln!(out, "<p>{}</p>", escape(&sentence(report, &both.1)));
    for (vi, en) in report_text::claims(report, &both.0).iter().zip(report_text::claims(report, &both.1)) {
        let _ = writeln!(out, "<p class=\"small\">{} / {}</p>", escape(vi), escape(&en));
    }
    out.push_str("</div>\n");
}

fn holder(out: &mut String, report: &Value, beside: &Beside<'_>, both: &Both) {
    heading(out, "heading.holder", both);
    out.push_str("<div class=\"who\">\n");
    if let Some(picture) = &beside.picture {
        let alt = escape(&both.get("page.portrait"));
        let _ = writeln!(out, "<img alt=\"{alt}\" src=\"data:{};base64,{}\">", picture.mime, picture.base64);
    }
    out.push_str("<dl class=\"fields\">\n");
    let empty = serde_json::Map::new();
    let fields = report.get("holder").and_then(Value::as_object).unwrap_or(&empty);
    let known = FIELDS.iter().filter_map(|name| fields.get_key_value(*name));
    let others = fields.iter().filter(|(name, _)| !FIELDS.contains(&name.as_str()));
    for (name, field) in known.chain(others) {
        let Some(value) = field.get("value").and_then(Value::as_str) else { continue };
        let label = both.with(|messages| messages.find(&format!("field.{name}")).unwrap_or(name).to_owned());
        let value = match (name.as_str(), both.0.find(&format!("sex.{value}"))) {
            ("sex", Some(_)) => both.get(&format!("sex.{value}")),
            _ => value.to_owned(),
        };
        let state = word(field, "state");
        let doubt = match state {
            "successful" => String::new(),
            state => format!(" ({})", both.with(|messages| state_word(state, messages).to_owned())),
        };
        let class = if doubt.is_empty() { "" } else { " class=\"bad\"" };
        let source = word(field, "source").to_uppercase();
        let _ = writeln!(
            out,
            "<div><dt>{} · {}</dt><dd{class}>{}{}</dd></div>",
            escape(&label),
            escape(&source),
            escape(&value),
            escape(&doubt)
        );
    }
    out.push_str("</dl>\n</div>\n");
}

fn mark(state: &str) -> &'static str {
    match state {
        "successful" => "✓",
        "failed" => "✗",
        "not_supported" => "–",
        _ => "?",
    }
}

fn checks(out: &mut String, report: &Value, both: &Both) {
    heading(out, "heading.checks", both);
    out.push_str("<div class=\"checks\">\n");
    for check in list(report, "checks") {
        let state = word(check, "state");
        let named = both.with(|messages| name(check, messages).to_owned());
        let _ = write!(out, "<div class=\"state-{}\"><span class=\"mark\">{}</span>", escape(state), mark(state));
        let _ = write!(out, "{}", escape(&named));
        let mut why = vec![both.with(|messages| reason(check, messages).to_owned())];
        let warnings = list(check, "warnings").iter().filter_map(Value::as_str);
        why.extend(
            warnings
                .map(|code| both.with(|messages| messages.find(&format!("warning.{code}")).unwrap_or(code).to_owned())),
        );
        if report_text::files(report, check, &both.0).is_some() {
            why.push(both.with(|messages| report_text::files(report, check, messages).unwrap_or_default()));
        }
        why.retain(|part| !part.is_empty());
        // What is not due needs no explanation on one page.
        if state != "successful" && state != "not_supported" || !why.is_empty() && state == "successful" {
            let state = both.with(|messages| state_word(state, messages).to_owned());
            let _ = write!(out, "<div class=\"why\">{}: {}</div>", escape(&state), escape(&why.join("; ")));
        }
        out.push_str("</div>\n");
    }
    out.push_str("</div>\n");
}

/// What to do about each check that failed or is open; each remedy once.
fn remedies(out: &mut String, report: &Value, both: &Both) {
    let mut told: Vec<String> = Vec::new();
    for check in list(report, "checks") {
        let key = format!("remedy.reason.{}", word(check, "reason"));
        let is_open = ["failed", "undetermined", "aborted"].contains(&word(check, "state"));
        if is_open && both.0.find(&key).is_some_and(|remedy| !remedy.is_empty()) {
            let remedy = both.get(&key);
            if !told.contains(&remedy) {
                told.push(remedy);
            }
        }
    }
    if told.is_empty() {
        return;
    }
    heading(out, "heading.remedies", both);
    for remedy in told {
        let _ = writeln!(out, "<p class=\"small\">• {}</p>", escape(&remedy));
    }
}

fn foot(out: &mut String, report: &Value, beside: &Beside<'_>, both: &Both) {
    let stated = report_text::statements(report, &both.0).into_iter().zip(report_text::statements(report, &both.1));
    for (at, (vi, en)) in stated.enumerate() {
        if at == 0 {
            heading(out, "heading.statements", both);
        }
        let _ = writeln!(out, "<p class=\"small\">{} / {}</p>", escape(&vi), escape(&en));
    }
    heading(out, "unchecked.heading", both);
    let unchecked = ["unchecked.revocation", "unchecked.loss", "unchecked.face"].map(|key| both.get(key));
    let _ = writeln!(out, "<p class=\"small\">{}</p>", escape(&unchecked.join(" · ")));
    for (why, key) in [
        (&["plan", "needs_terminal_authentication"][..], "page.not_read"),
        (&["removed"], "label.removed"),
        (&["not_held"], "label.not_held"),
        (&["not_kept"], "label.not_kept"),
    ] {
        let files = list(report, "not_read").iter().filter(|one| why.contains(&word(one, "why")));
        let files: Vec<&str> = files.map(|one| word(one, "file")).collect();
        if !files.is_empty() {
            let line = both.with(|messages| messages.fill(key, &[("files", &files.join(", "))]));
            let _ = writeln!(out, "<p class=\"small\">{}</p>", escape(&line));
        }
    }
    let trusted = if beside.trusted.is_empty() { both.get("page.nothing_trusted") } else { beside.trusted.join("; ") };
    let line = both.with(|messages| messages.get("page.trusted").to_owned());
    let _ = writeln!(out, "<p class=\"small\">{}: {}</p>", escape(&line), escape(&trusted));
    let line = both.with(|messages| messages.fill("page.judged", &[("at", beside.at)]));
    let version = env!("CARGO_PKG_VERSION");
    let _ = writeln!(out, "<p class=\"small\">{} · chipid {version}</p>", escape(&line));
}
