//! `chipid verify`: documents that were saved, and evidence, judged again without a card; many at once.
//!
//! One document gives its whole report and its verdict as the exit code. Several give a line each and a summary, in the
//! order they were named; a broken file is told and counted, and the others go on.

use crate::arguments::{TrustArguments, VerifyArguments};
use crate::evidence;
use crate::failure::{
    EXIT_EXPIRED, EXIT_FAILED, EXIT_NOT_COMPARABLE, EXIT_NOT_PROVEN, EXIT_REFERRED, EXIT_REJECTED, EXIT_SEVERAL,
    EXIT_UNDETERMINED, Failure,
};
use crate::output::Output;
use crate::password::{self, Given};
use crate::saved_document::unreadable;
use crate::{console_image, console_text, interrupt, policy, report_text, saved_document, trust};
use chipid::lds::DataGroup;
use chipid::trust::TrustStore;
use chipid::{ClaimsOutcome, Decision, Document, KeptGroups, Policy, Proofs, Report};
use indicatif::{ProgressBar, ProgressDrawTarget};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::SystemTime;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// What the name of evidence ends with in a folder.
const ENDING: &str = ".chipid.json";

/// What is trusted, and for which moment it is judged.
struct Judge {
    store: TrustStore,
    /// What was trusted when the card was read, where the caller has it still.
    then: Option<TrustStore>,
    at: SystemTime,
    policy: Option<Policy>,
    /// Who was asked for.
    given: Given,
    /// What the archive keeps, as the caller states.
    kept: KeptGroups,
}

/// A judged document.
struct Judged {
    report: Report,
    decision: Option<Decision>,
    value: Value,
}

impl Judged {
    fn new(report: Report, decision: Option<Decision>, mut value: Value) -> Self {
        report_text::decided(&mut value, decision.as_ref());
        Self { report, decision, value }
    }

    fn exit(&self) -> u8 {
        report_text::exit(&self.report, self.decision.as_ref())
    }
}

pub fn run(output: &Output, arguments: VerifyArguments) -> Result<u8, Failure> {
    let at = moment(arguments.at.as_deref())?;
    let kept = kept(arguments.kept.as_deref())?;
    let policy = arguments.policy.as_deref().map(policy::load).transpose()?;
    let signers = trust::Signers { readers: &arguments.trust_reader, online: &arguments.trust_online };
    let store = trust::store(&arguments.trust, signers, policy.as_ref(), at, output)?;
    let then = match arguments.trust_then.is_empty() {
        true => None,
        false => {
            // What was trusted then is old by nature.
            let paths = TrustArguments {
                trust: arguments.trust_then.clone(),
                trust_warn_after: Some(u32::MAX),
                trust_refuse_after: Some(u32::MAX),
                lists: arguments.trust.lists.clone(),
                ..TrustArguments::default()
            };
            let then = trust::store(&paths, signers, policy.as_ref(), at, output)?;
            Some(then)
        }
    };
    let given = password::given(arguments.claims, None)?;
    // What is not of its kind is found before any document is read.
    given.claims()?;
    let judge = Judge { store, then, at, policy, given, kept };
    let mut paths = Vec::new();
    for path in &arguments.paths {
        collect(path, &mut paths)?;
    }
    match (paths.as_slice(), arguments.paths.as_slice()) {
        ([path], [named]) if path == named => {
            let judged = judge.one(path)?;
            if output.is_json() {
                output.json(&judged.value);
            } else {
                output.text(&report_text::text(&judged.value, &output.messages));
                if !arguments.no_portrait {
                    console_image::show_portrait(output, &judged.report);
                }
            }
            Ok(judged.exit())
        }
        _ => several(output, &judge, &paths, arguments.jobs),
    }
}

/// The moment to judge for: the one given, else now.
pub fn moment(given: Option<&str>) -> Result<SystemTime, Failure> {
    match given {
        None => Ok(SystemTime::now()),
        Some(text) => OffsetDateTime::parse(text, &Rfc3339)
            .map(SystemTime::from)
            .map_err(|_| Failure::usage("usage.at", vec![("value", text.to_owned())])),
    }
}

/// What the archive keeps: the data groups that are given, else all.
pub fn kept(given: Option<&str>) -> Result<KeptGroups, Failure> {
    let Some(given) = given else { return Ok(KeptGroups::all()) };
    let mut groups = Vec::new();
    for word in given.split(',').map(str::trim) {
        let wrong = |code| Failure::usage(code, vec![("value", word.to_owned())]);
        let number = word.parse().ok().filter(|_| word.bytes().all(|octet| octet.is_ascii_digit()));
        let group = number.and_then(DataGroup::new).ok_or_else(|| wrong("usage.kept"))?;
        if groups.contains(&group) {
            return Err(wrong("usage.kept_twice"));
        }
        groups.push(group);
    }
    Ok(KeptGroups::only(groups))
}

/// Judges a document, with the tolerances of a policy and what it decides where there is one.
pub fn judge(
    document: &Document,
    store: &TrustStore,
    at: SystemTime,
    policy: Option<&Policy>,
) -> (Report, Option<Decision>) {
    match policy {
        None => (document.verify(store, at), None),
        Some(policy) => {
            let report = document.verify_with(store, at, policy.tolerances());
            let decision = report.decide(policy);
            (report, Some(decision))
        }
    }
}

/// A document that was saved, or that evidence holds.
pub fn document(path: &Path) -> Result<Document, Failure> {
    if path.is_file() {
        return Ok(Document::from_evidence(&evidence::load(path)?));
    }
    let saved = saved_document::load(path)?;
    let proofs = saved.proofs.as_deref().map(|text| proofs(path, text)).transpose()?;
    Ok(Document::from_files(saved.files, proofs))
}

/// The documents that a path names: itself, or all evidence in a folder that is no saved document.
fn collect(path: &Path, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    if !path.is_dir() || saved_document::is_document(path) {
        found.push(path.to_owned());
        return Ok(());
    }
    let before = found.len();
    collect_below(path, found)?;
    // An empty folder is told as what it was taken for.
    if found.len() == before {
        found.push(path.to_owned());
    }
    Ok(())
}

fn collect_below(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, &error))? {
        let entry = entry.map_err(|error| unreadable(folder, &error))?;
        let kind = entry.file_type().map_err(|error| unreadable(folder, &error))?;
        entries.push((entry.path(), kind.is_dir()));
    }
    entries.sort();
    for (path, is_folder) in entries {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        match is_folder {
            true if !name.starts_with('.') => collect_below(&path, found)?,
            false if name.ends_with(ENDING) => found.push(path),
            _ => {}
        }
    }
    Ok(())
}

impl Judge {
    fn one(&self, path: &Path) -> Result<Judged, Failure> {
        if path.is_dir() {
            let document = document(path)?.with_claims(self.given.claims()?).with_kept(self.kept.clone());
            let (report, decision) = judge(&document, &self.store, self.at, self.policy.as_ref());
            let portrait = report.portrait().and_then(|portrait| saved_document::portrait(path, portrait));
            let value = report_text::value(&report, portrait.as_deref());
            return Ok(Judged::new(report, decision, value));
        }
        let evidence = evidence::load(path)?;
        let document = Document::from_evidence(&evidence);
        let document = document.with_claims(self.given.claims()?).with_kept(self.kept.clone());
        let (report, decision) = judge(&document, &self.store, self.at, self.policy.as_ref());
        let mut value = report_text::value(&report, None);
        if let Some(then) = &self.then {
            let of_then = document.verify(then, evidence.verified_at());
            value["then"] = json!({
                "verdict": of_then.verdict(), "expired": of_then.is_expired(),
                "same_lists": evidence.has_trust_of(then),
            });
        }
        Ok(Judged::new(report, decision, value))
    }
}

/// How several documents came out.
#[derive(Default)]
struct Summary {
    counts: BTreeMap<&'static str, usize>,
    /// Where there is a policy.
    decisions: BTreeMap<&'static str, usize>,
    /// Documents of another person than the one who was asked for.
    differs: usize,
    /// Documents that what was given could not be compared with.
    not_comparable: usize,
    worst: u8,
    is_bad: bool,
}

impl Summary {
    fn count(&mut self, judged: &Result<Judged, Failure>) {
        let (word, exit) = match judged {
            Ok(judged) => (judged.report.verdict().as_str(), judged.exit()),
            Err(_) => ("broken", EXIT_SEVERAL),
        };
        *self.counts.entry(word).or_default() += 1;
        if let Ok(Judged { decision: Some(decision), .. }) = judged {
            *self.decisions.entry(decision.outcome().as_str()).or_default() += 1;
        }
        match judged.as_ref().map(|judged| judged.report.claims().outcome()) {
            Ok(ClaimsOutcome::Differs) => {
                self.differs += 1;
                self.is_bad = true;
            }
            Ok(ClaimsOutcome::NotComparable) => self.not_comparable += 1,
            _ => {}
        }
        match exit {
            EXIT_FAILED | EXIT_UNDETERMINED | EXIT_SEVERAL => self.is_bad = true,
            EXIT_REFERRED | EXIT_REJECTED => self.worst = self.worst.max(exit),
            EXIT_NOT_COMPARABLE => self.worst = EXIT_NOT_COMPARABLE,
            EXIT_NOT_PROVEN if self.worst != EXIT_NOT_COMPARABLE => self.worst = EXIT_NOT_PROVEN,
            EXIT_EXPIRED if self.worst == 0 => self.worst = EXIT_EXPIRED,
            _ => {}
        }
    }

    fn tell(&self, output: &Output, is_decided: bool) {
        let count = |word: &str| self.counts.get(word).copied().unwrap_or_default();
        let decisions = |word: &str| self.decisions.get(word).copied().unwrap_or_default();
        let words = ["genuine", "data_authentic", "undetermined", "failed", "broken"];
        if output.is_json() {
            let mut line = json!({ "schema": "chipid.summary/1", "documents": self.counts.values().sum::<usize>() });
            for word in words {
                line[word] = json!(count(word));
            }
            line["differs"] = json!(self.differs);
            line["not_comparable"] = json!(self.not_comparable);
            if is_decided {
                line["decisions"] = json!({
                    "accept": decisions("accept"), "refer": decisions("refer"), "reject": decisions("reject"),
                });
            }
            return output.json(&line);
        }
        let values = words.map(|word| (word, count(word).to_string()));
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        output.text(&format!("\n{}", console_text::paragraph(&output.messages.fill("summary", &values), 0)));
        for (count, key) in [(self.differs, "summary.differs"), (self.not_comparable, "summary.not_comparable")] {
            if count > 0 {
                output.text(&console_text::paragraph(&output.messages.fill(key, &[("count", &count.to_string())]), 0));
            }
        }
        if is_decided {
            let values = ["accept", "refer", "reject"].map(|word| (word, decisions(word).to_string()));
            let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
            output.text(&console_text::paragraph(&output.messages.fill("summary.decisions", &values), 0));
        }
    }
}

/// Judges all of them on every core, and tells each in its turn.
fn several(output: &Output, judge: &Judge, paths: &[PathBuf], jobs: Option<usize>) -> Result<u8, Failure> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let jobs = jobs.unwrap_or(cores).clamp(1, paths.len().max(1));
    let bar = (!output.quiet && std::io::stderr().is_terminal()).then(|| {
        let length = u64::try_from(paths.len()).unwrap_or(u64::MAX);
        ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr())
    });
    let next = AtomicUsize::new(0);
    let mut summary = Summary::default();
    std::thread::scope(|scope| {
        // A slow terminal holds the workers back, not the memory.
        let (sender, receiver) = mpsc::sync_channel(jobs * 16);
        for _ in 0..jobs {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(path) = paths.get(at).filter(|_| !interrupt::is_asked()) else { return };
                    if sender.send((at, judge.one(path))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut waiting = BTreeMap::new();
        let mut turn = 0;
        for (at, judged) in receiver {
            waiting.insert(at, judged);
            while let Some(judged) = waiting.remove(&turn) {
                summary.count(&judged);
                let show = || tell(output, &paths[turn], &judged);
                match &bar {
                    Some(bar) => bar.suspend(show),
                    None => show(),
                }
                if let Some(bar) = &bar {
                    bar.inc(1);
                }
                turn += 1;
            }
        }
    });
    if let Some(bar) = &bar {
        bar.finish_and_clear();
    }
    interrupt::check()?;
    summary.tell(output, judge.policy.is_some());
    Ok(if summary.is_bad { EXIT_SEVERAL } else { summary.worst })
}

/// One line for a document, and what is wrong with a broken one.
fn tell(output: &Output, path: &Path, judged: &Result<Judged, Failure>) {
    let path = path.display().to_string();
    match judged {
        Ok(judged) if output.is_json() => {
            let mut value = judged.value.clone();
            value["path"] = json!(path);
            output.json(&value);
        }
        Ok(judged) => {
            let sentence = report_text::sentence(&judged.value, &output.messages);
            let decision = report_text::decision(&judged.value, &output.messages);
            let claims = report_text::claims(&judged.value, &output.messages);
            let sentence = decision.into_iter().chain([sentence]).chain(claims).collect::<Vec<_>>().join(" ");
            output.text(&format!("{}: {}\n", console_text::plain(&path), console_text::plain(&sentence)));
        }
        Err(failure) => drop(output.failure(failure)),
    }
}

fn proofs(path: &Path, text: &str) -> Result<Proofs, Failure> {
    let malformed = |why: String| {
        let values = vec![("path", path.join(saved_document::PROOFS).display().to_string()), ("why", why)];
        Failure::other("no_document", values)
    };
    // The parser's own words may hold a piece of the text: only the place is told.
    let place = |error: serde_json::Error| format!("no proofs at line {}, column {}", error.line(), error.column());
    let proofs: Proofs = serde_json::from_str(text).map_err(|error| malformed(place(error)))?;
    proofs.check().map_err(|error| malformed(error.to_string()))
}
