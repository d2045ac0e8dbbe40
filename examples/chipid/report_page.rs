//! A report as one HTML page: no script, nothing from outside, one A4 page when printed; every text in Vietnamese and
//! English, from the catalogues.
//!
//! Its contents come from a card: they are written as text, never as markup.

use crate::console_text::plain;
use crate::judged::Judged;
use crate::messages::{Language, Messages};
use crate::report_words::{self as words, check_name};
use chipid::{ClaimsOutcome, Outcome, Report, State, Verdict};
use std::fmt::Write as _;

/// An image that a browser shows: its media type and its bytes in Base64.
pub struct Picture {
    pub mime: &'static str,
    pub base64: String,
}

/// The most reasons of a decision on one page.
const MAX_REASONS: usize = 8;

/// What the page shows beside the report.
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
pub fn html(judged: &Judged, beside: &Beside<'_>) -> String {
    let both = Both::new();
    let report = &judged.report;
    let mut out = String::from("<!DOCTYPE html>\n<html lang=\"vi\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.push_str(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">\n",
    );
    let _ = writeln!(out, "<title>{}</title>", escape(&both.get("page.title")));
    let _ = writeln!(out, "<style>\n{}</style>\n</head>\n<body>", include_str!("report_page.css"));
    decision(&mut out, judged, &both);
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
    for c in plain(raw).chars() {
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

fn small(out: &mut String, text: &str) {
    let _ = writeln!(out, "<p class=\"small\">{}</p>", escape(text));
}

/// A box with a sentence in each language; the class rules its colour.
fn open_box(out: &mut String, class: [&str; 2], both: &Both, sentence: impl Fn(&Messages) -> String) {
    let [kind, colour] = class;
    let _ = writeln!(out, "<div class=\"{kind} {colour}\">");
    let _ = writeln!(out, "<h1>{}</h1>", escape(&sentence(&both.0)));
    let _ = writeln!(out, "<p>{}</p>", escape(&sentence(&both.1)));
}

/// What a policy decides, before all else, with the reasons against acceptance.
fn decision(out: &mut String, judged: &Judged, both: &Both) {
    let Some(decision) = &judged.decision else { return };
    open_box(out, ["decision", decision.outcome().as_str()], both, |messages| words::decision(decision, messages));
    let reasons = words::reasons(decision, &both.1);
    let reasons: Vec<_> = reasons.iter().filter(|(outcome, _)| *outcome != Outcome::Accept).collect();
    for (_, reason) in reasons.iter().take(MAX_REASONS) {
        small(out, &format!("• {reason}"));
    }
    if let Some(more) = reasons.len().checked_sub(MAX_REASONS).filter(|more| *more > 0) {
        small(out, &both.with(|messages| messages.fill("page.more_reasons", &[("count", &more)])));
    }
    out.push_str("</div>\n");
}

/// The verdict, a sentence in each language.
fn verdict(out: &mut String, report: &Report, both: &Both) {
    // Another person's document is never shown in a calm colour.
    let colour = match (report.claims().outcome(), report.verdict()) {
        (ClaimsOutcome::Differs, _) => Verdict::Failed,
        (ClaimsOutcome::NotComparable, Verdict::DataAuthentic | Verdict::Genuine) => Verdict::Undetermined,
        (_, verdict) => verdict,
    };
    open_box(out, ["verdict", colour.as_str()], both, |messages| words::sentence(report, messages));
    for (vi, en) in words::claims(report, &both.0).iter().zip(words::claims(report, &both.1)) {
        small(out, &format!("{vi} / {en}"));
    }
    out.push_str("</div>\n");
}

fn holder(out: &mut String, report: &Report, beside: &Beside<'_>, both: &Both) {
    heading(out, "heading.holder", both);
    out.push_str("<div class=\"who\">\n");
    if let Some(picture) = &beside.picture {
        let alt = escape(&both.get("page.portrait"));
        let _ = writeln!(out, "<img alt=\"{alt}\" src=\"data:{};base64,{}\">", picture.mime, picture.base64);
    }
    out.push_str("<dl class=\"fields\">\n");
    for (name, field) in words::fields(report) {
        let label = escape(&both.with(|messages| messages.word("field", name).to_owned()));
        let value = escape(&both.with(|messages| words::field_value(name, field, messages).to_owned()));
        let source = words::source(field.source);
        let (class, doubt) = match field.state {
            State::Successful => ("", String::new()),
            state => {
                let state = both.with(|messages| words::state(state, messages).to_owned());
                (" class=\"bad\"", escape(&format!(" ({state})")))
            }
        };
        let _ = writeln!(out, "<div><dt>{label} · {source}</dt><dd{class}>{value}{doubt}</dd></div>");
    }
    out.push_str("</dl>\n</div>\n");
}

fn mark(state: State) -> &'static str {
    match state {
        State::Successful => "✓",
        State::Failed => "✗",
        State::NotSupported => "–",
        State::Undetermined | State::Aborted => "?",
    }
}

fn checks(out: &mut String, report: &Report, both: &Both) {
    heading(out, "heading.checks", both);
    out.push_str("<div class=\"checks\">\n");
    for check in report.checks() {
        let (code, mark) = (check.state.as_str(), mark(check.state));
        let named = escape(&both.with(|messages| check_name(check.id, messages).to_owned()));
        let _ = write!(out, "<div class=\"state-{code}\"><span class=\"mark\">{mark}</span>{named}");
        let mut why = vec![both.with(|messages| words::reason(check, messages).to_owned())];
        let warning = |code| both.with(|messages| messages.word("warning", code).to_owned());
        why.extend(check.warnings.iter().map(|one| warning(one.as_str())));
        why.push(both.with(|messages| words::files(report, check, messages).unwrap_or_default()));
        why.retain(|part| !part.is_empty());
        let is_explained = match check.state {
            State::Successful => !why.is_empty(),
            // What is not due needs no explanation on one page.
            State::NotSupported => false,
            State::Failed | State::Undetermined | State::Aborted => true,
        };
        if is_explained {
            let state = both.with(|messages| words::state(check.state, messages).to_owned());
            let _ = write!(out, "<div class=\"why\">{}: {}</div>", escape(&state), escape(&why.join("; ")));
        }
        out.push_str("</div>\n");
    }
    out.push_str("</div>\n");
}

/// What to do about each check that failed or is open; each remedy once.
fn remedies(out: &mut String, report: &Report, both: &Both) {
    let mut all: Vec<String> = Vec::new();
    for check in report.checks() {
        let remedy = both.with(|messages| words::remedy(check, messages).unwrap_or_default().to_owned());
        if !remedy.is_empty() && !all.contains(&remedy) {
            all.push(remedy);
        }
    }
    if !all.is_empty() {
        heading(out, "heading.remedies", both);
        all.iter().for_each(|remedy| small(out, &format!("• {remedy}")));
    }
}

fn foot(out: &mut String, report: &Report, beside: &Beside<'_>, both: &Both) {
    let statements = words::statements(report, &both.0).into_iter().zip(words::statements(report, &both.1));
    for (at, (vi, en)) in statements.enumerate() {
        if at == 0 {
            heading(out, "heading.statements", both);
        }
        small(out, &format!("{vi} / {en}"));
    }
    heading(out, "unchecked.heading", both);
    small(out, &["unchecked.revocation", "unchecked.loss", "unchecked.face"].map(|key| both.get(key)).join(" · "));
    for (why, key) in [
        (&["plan", "needs_terminal_authentication"][..], "page.not_read"),
        (&["removed"], "label.removed"),
        (&["not_held"], "label.not_held"),
        (&["not_kept"], "label.not_kept"),
    ] {
        if let Some(files) = words::files_not_read(report, why) {
            small(out, &both.with(|messages| messages.fill(key, &[("files", &files)])));
        }
    }
    let trusted = if beside.trusted.is_empty() { both.get("page.nothing_trusted") } else { beside.trusted.join("; ") };
    small(out, &format!("{}: {trusted}", both.get("page.trusted")));
    let judged = both.with(|messages| messages.fill("page.judged", &[("at", &beside.at)]));
    small(out, &format!("{judged} · chipid {}", env!("CARGO_PKG_VERSION")));
}
