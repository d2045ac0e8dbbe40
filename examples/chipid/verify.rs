//! `chipid verify`: documents that were saved, and evidence, verified again without a card; many at once.
//!
//! One document gives its whole report and its verdict as the exit code. Several give a line each and a summary, in the
//! order in which they were named; a broken file is reported and counted, and the others go on.

use crate::arguments::{TrustArguments, VerifyArguments};
use crate::console_text::{plain, plain_paragraph};
use crate::evidence;
use crate::failure::{
    EXIT_EXPIRED, EXIT_FAILED, EXIT_NOT_COMPARABLE, EXIT_NOT_PROVEN, EXIT_REFERRED, EXIT_REJECTED, EXIT_SEVERAL,
    EXIT_UNDETERMINED, Failure,
};
use crate::files::unreadable;
use crate::judged::{self, Judge, Judged};
use crate::messages::displayed;
use crate::output::Output;
use crate::trust::{self, Signers};
use crate::{console_image, interrupt, progress, report_text, report_words, saved_document};
use chipid::trust::TrustStore;
use chipid::{ClaimsOutcome, Document, Outcome, Verdict};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

/// What the name of evidence ends with in a folder.
const ENDING: &str = ".chipid.json";

pub fn run(output: &Output, arguments: VerifyArguments) -> Result<u8, Failure> {
    let at = arguments.at.as_deref();
    let judge = Judge::new(arguments.claims, &arguments.trust, at, &arguments.judge, output)?;
    let then = if arguments.trust_then.is_empty() {
        None
    } else {
        // What was trusted then is old by nature.
        let paths = TrustArguments {
            trust: arguments.trust_then,
            trust_warn_after: Some(u32::MAX),
            trust_refuse_after: Some(u32::MAX),
            lists: arguments.trust.lists.clone(),
            ..TrustArguments::default()
        };
        Some(trust::store(&paths, Signers::of(&arguments.judge), judge.policy(), judge.at(), output)?)
    };
    let verifier = Verifier { judge, then };
    let mut paths = Vec::new();
    for path in &arguments.paths {
        collect(path, &mut paths)?;
    }
    match (paths.as_slice(), arguments.paths.as_slice()) {
        ([path], [named]) if path == named => {
            let verified = verifier.verify(path)?;
            if output.is_json() {
                output.json(&verified.json());
            } else {
                output.text(&report_text::text(&verified.judged, verified.portrait.as_deref(), &output.messages));
                if !arguments.no_portrait {
                    console_image::show_portrait(output, &verified.judged.report);
                }
            }
            Ok(verified.judged.exit())
        }
        _ => several(output, &verifier, &paths, arguments.jobs),
    }
}

/// A document that was verified.
struct Verified {
    judged: Judged,
    /// The file of its portrait, in the folder of a saved document.
    portrait: Option<PathBuf>,
    /// What evidence is worth under the trust of then.
    then: Option<Value>,
}

impl Verified {
    fn json(&self) -> Value {
        let mut value = self.judged.json(self.portrait.as_deref());
        if let Some(then) = &self.then {
            value["then"] = then.clone();
        }
        value
    }
}

/// Verifies documents by their paths.
struct Verifier {
    judge: Judge,
    /// What was trusted when the card was read, where the caller has it still.
    then: Option<TrustStore>,
}

impl Verifier {
    fn verify(&self, path: &Path) -> Result<Verified, Failure> {
        if path.is_dir() {
            let judged = self.judge.judge(judged::document(path)?)?;
            let portrait = judged.report.portrait().and_then(|portrait| saved_document::portrait(path, portrait));
            return Ok(Verified { judged, portrait, then: None });
        }
        let evidence = evidence::load(path)?;
        let then = self.then.as_ref().map(|then| {
            let report = Document::from_evidence(&evidence).verify(then, evidence.verified_at());
            json!({
                "verdict": report.verdict(), "expired": report.is_expired(),
                "same_lists": evidence.has_trust_of(then),
            })
        });
        Ok(Verified { judged: self.judge.judge(Document::from_evidence(&evidence))?, portrait: None, then })
    }
}

/// The documents that a path names: itself, or all evidence in a folder that is not a saved document.
fn collect(path: &Path, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    if !path.is_dir() || saved_document::is_document(path) {
        found.push(path.to_owned());
        return Ok(());
    }
    let before = found.len();
    collect_below(path, found)?;
    // An empty folder is reported as a document that cannot be read.
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
        if is_folder {
            if !name.starts_with('.') {
                collect_below(&path, found)?;
            }
        } else if name.ends_with(ENDING) {
            found.push(path);
        }
    }
    Ok(())
}

/// How several documents came out.
#[derive(Default)]
struct Summary {
    /// By verdict.
    counts: BTreeMap<Verdict, usize>,
    /// Documents that could not be read.
    broken: usize,
    /// Where there is a policy.
    decisions: BTreeMap<Outcome, usize>,
    /// Documents of another person than the one who was asked for.
    differs: usize,
    /// Documents that could not be compared with the claims.
    not_comparable: usize,
    worst: u8,
    is_bad: bool,
}

impl Summary {
    fn count(&mut self, verified: &Result<Verified, Failure>) {
        let Ok(Verified { judged, .. }) = verified else {
            self.broken += 1;
            self.is_bad = true;
            return;
        };
        *self.counts.entry(judged.report.verdict()).or_default() += 1;
        if let Some(decision) = &judged.decision {
            *self.decisions.entry(decision.outcome()).or_default() += 1;
        }
        match judged.report.claims().outcome() {
            ClaimsOutcome::Differs => {
                self.differs += 1;
                self.is_bad = true;
            }
            ClaimsOutcome::NotComparable => self.not_comparable += 1,
            _ => {}
        }
        match judged.exit() {
            EXIT_FAILED | EXIT_UNDETERMINED => self.is_bad = true,
            exit @ (EXIT_REFERRED | EXIT_REJECTED) => self.worst = self.worst.max(exit),
            EXIT_NOT_COMPARABLE => self.worst = EXIT_NOT_COMPARABLE,
            EXIT_NOT_PROVEN if self.worst != EXIT_NOT_COMPARABLE => self.worst = EXIT_NOT_PROVEN,
            EXIT_EXPIRED if self.worst == 0 => self.worst = EXIT_EXPIRED,
            _ => {}
        }
    }

    fn show(&self, output: &Output, is_decided: bool) {
        let verdicts = [Verdict::Genuine, Verdict::DataAuthentic, Verdict::Undetermined, Verdict::Failed];
        let count = |verdict| self.counts.get(&verdict).copied().unwrap_or_default();
        let mut counts: Vec<(&str, usize)> = verdicts.map(|verdict| (verdict.as_str(), count(verdict))).to_vec();
        counts.push(("broken", self.broken));
        let decided = |outcome| self.decisions.get(&outcome).copied().unwrap_or_default();
        let decisions = [Outcome::Accept, Outcome::Refer, Outcome::Reject].map(|one| (one.as_str(), decided(one)));
        if output.is_json() {
            let documents: usize = counts.iter().map(|(_, count)| count).sum();
            let mut line = json!({ "schema": "chipid.summary/1", "documents": documents });
            counts.extend([("differs", self.differs), ("not_comparable", self.not_comparable)]);
            for (word, count) in counts {
                line[word] = json!(count);
            }
            if is_decided {
                line["decisions"] = decisions.into_iter().collect();
            }
            return output.json(&line);
        }
        let filled = |key: &str, counts: &[(&str, usize)]| {
            let values: Vec<(&str, String)> = counts.iter().map(|(word, count)| (*word, count.to_string())).collect();
            plain_paragraph(&output.messages.fill(key, &displayed(&values)), 0)
        };
        output.text(&format!("\n{}", filled("summary", &counts)));
        for (count, key) in [(self.differs, "summary.differs"), (self.not_comparable, "summary.not_comparable")] {
            if count > 0 {
                output.text(&filled(key, &[("count", count)]));
            }
        }
        if is_decided {
            output.text(&filled("summary.decisions", &decisions));
        }
    }
}

/// Verifies all of them on every core, and shows each in its turn.
fn several(output: &Output, verifier: &Verifier, paths: &[PathBuf], jobs: Option<usize>) -> Result<u8, Failure> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let jobs = jobs.unwrap_or(cores).clamp(1, paths.len().max(1));
    let bar = progress::bar(output, paths.len());
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
                    let Some(path) = paths.get(at) else { return };
                    if interrupt::is_asked() || sender.send((at, verifier.verify(path))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut waiting = BTreeMap::new();
        let mut turn = 0;
        for (at, verified) in receiver {
            waiting.insert(at, verified);
            while let Some(verified) = waiting.remove(&turn) {
                summary.count(&verified);
                let show = || show_line(output, &paths[turn], &verified);
                match &bar {
                    Some(bar) => {
                        bar.suspend(show);
                        bar.inc(1);
                    }
                    None => show(),
                }
                turn += 1;
            }
        }
    });
    if let Some(bar) = &bar {
        bar.finish_and_clear();
    }
    interrupt::check()?;
    summary.show(output, verifier.judge.policy().is_some());
    Ok(if summary.is_bad { EXIT_SEVERAL } else { summary.worst })
}

/// One line for a document, and what is wrong with a broken one.
fn show_line(output: &Output, path: &Path, verified: &Result<Verified, Failure>) {
    let path = path.display().to_string();
    match verified {
        Ok(verified) if output.is_json() => {
            let mut value = verified.json();
            value["path"] = json!(path);
            output.json(&value);
        }
        Ok(verified) => {
            let sentences = report_words::summary(&verified.judged, &output.messages).join(" ");
            output.text(&format!("{}: {}\n", plain(&path), plain(&sentences)));
        }
        Err(failure) => drop(output.failure(failure)),
    }
}
