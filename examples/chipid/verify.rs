//! `chipid verify`: documents that were saved, judged again without a card.

use crate::arguments::VerifyArguments;
use crate::failure::{EXIT_EXPIRED, EXIT_FAILED, EXIT_NOT_PROVEN, EXIT_UNDETERMINED, Failure};
use crate::output::Output;
use crate::{folder, interrupt, picture, report, text, trust};
use chipid::pki::TrustStore;
use chipid::{Document, Proofs};
use std::path::Path;
use std::time::SystemTime;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

pub fn run(output: &Output, arguments: VerifyArguments) -> Result<u8, Failure> {
    let at = moment(arguments.at.as_deref())?;
    let store = trust::store(&arguments.trust, output)?;
    if let [path] = arguments.paths.as_slice() {
        return one(output, path, &store, at, !arguments.no_portrait);
    }
    let mut worst = 0;
    for path in &arguments.paths {
        interrupt::check()?;
        if !output.is_json() {
            output.text(&format!("{}\n", text::plain(&format!("== {}", path.display()))));
        }
        let exit = match one(output, path, &store, at, !arguments.no_portrait) {
            Ok(exit) => exit,
            Err(failure) => {
                output.failure(&failure);
                failure.exit()
            }
        };
        if !output.is_json() {
            output.text("\n");
        }
        if badness(exit) > badness(worst) {
            worst = exit;
        }
    }
    Ok(worst)
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

/// A document that was saved.
pub fn document(path: &Path) -> Result<Document, Failure> {
    let saved = folder::load(path)?;
    let proofs = saved.proofs.as_deref().map(|text| proofs(path, text)).transpose()?;
    Ok(Document::from_files(saved.files, proofs))
}

/// Judges one document and tells it.
fn one(output: &Output, path: &Path, store: &TrustStore, at: SystemTime, shows_portrait: bool) -> Result<u8, Failure> {
    let report = document(path)?.verify(store, at);
    let portrait = report.portrait().and_then(|portrait| folder::portrait(path, portrait));
    let value = report::value(&report, portrait.as_deref());
    if output.is_json() {
        output.json(&value);
    } else {
        output.text(&report::text(&value, &output.messages));
        if shows_portrait {
            picture::show_portrait(output, &report);
        }
    }
    Ok(report::exit(&report))
}

fn proofs(path: &Path, text: &str) -> Result<Proofs, Failure> {
    let malformed = |why: String| {
        let values = vec![("path", path.join(folder::PROOFS).display().to_string()), ("why", why)];
        Failure::other("no_document", values)
    };
    let proofs: Proofs = serde_json::from_str(text).map_err(|error| malformed(error.to_string()))?;
    proofs.check().map_err(|error| malformed(error.to_string()))
}

/// The order of exit codes: of several documents the worst one is told.
fn badness(exit: u8) -> u8 {
    match exit {
        0 => 0,
        EXIT_EXPIRED => 1,
        EXIT_NOT_PROVEN => 2,
        EXIT_UNDETERMINED => 3,
        EXIT_FAILED => 5,
        _ => 4,
    }
}
