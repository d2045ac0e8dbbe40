//! `chipid evidence`, and evidence as a file: written for its owner alone, shown, and parts of it removed.

use crate::arguments::{EvidenceAction, RemoveArguments};
use crate::console_text::{plain, table};
use crate::failure::Failure;
use crate::files::{create_private, fill, read_up_to, unreadable, unwritable};
use crate::output::{Output, print};
use chipid::Evidence;
use chipid::lds::{DataGroup, FileId};
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// The largest file that is read, in bytes: the library takes no more.
const MOST: usize = 32 << 20;

/// Lines of the summary that are there under a policy only.
const BY_POLICY: [&str; 3] = ["evidence.policy", "evidence.policy_sha256", "evidence.decision"];

pub fn run(output: &Output, action: EvidenceAction) -> Result<u8, Failure> {
    match action {
        EvidenceAction::Show { file } => show(output, &load(&file)?),
        EvidenceAction::Remove(arguments) => remove(output, &arguments)?,
    }
    Ok(0)
}

/// Reads evidence.
pub fn load(path: &Path) -> Result<Evidence, Failure> {
    let bytes = read_up_to(path, MOST).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Failure::usage("usage.document", &[("path", &path.display())]),
        _ => unreadable(path, &error),
    })?;
    Evidence::decode(&bytes)
        .map_err(|error| Failure::other("no_evidence", &[("path", &path.display()), ("why", &error)]))
}

/// A place that evidence will be written to: created before the card is read, removed where nothing is written.
pub enum EvidenceTarget {
    Standard,
    File { path: PathBuf, file: Option<File> },
}

impl EvidenceTarget {
    /// `-` is standard output; another name must be that of a new file.
    pub fn prepare(path: &Path) -> Result<Self, Failure> {
        if path == Path::new("-") {
            return Ok(Self::Standard);
        }
        let file = create_private(path).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => Failure::usage("usage.taken", &[("path", &path.display())]),
            _ => unwritable(path, &error),
        })?;
        Ok(Self::File { path: path.to_owned(), file: Some(file) })
    }

    pub fn write(mut self, evidence: &Evidence) -> Result<(), Failure> {
        let bytes = evidence.encode();
        match &mut self {
            Self::Standard => print(&String::from_utf8_lossy(&bytes)),
            Self::File { path, file } => {
                let written = file.take().map_or(Ok(()), |file| fill(file, &bytes));
                written.inspect_err(|_| drop(fs::remove_file(&*path))).map_err(|error| unwritable(path, &error))?;
            }
        }
        Ok(())
    }
}

impl Drop for EvidenceTarget {
    fn drop(&mut self) {
        if let Self::File { path, file: Some(_) } = self {
            let _ = fs::remove_file(path);
        }
    }
}

fn show(output: &Output, evidence: &Evidence) {
    let names = |files: Vec<FileId>| files.iter().map(|file| file.name()).collect::<Vec<_>>();
    let (kept, removed) = (names(evidence.files().collect()), names(evidence.removed().collect()));
    let manifest: Value = serde_json::from_slice(&evidence.manifest()).unwrap_or(Value::Null);
    if output.is_json() {
        output.json(&json!({
            "schema": "chipid.evidence_summary/1", "sha256": hex::encode(evidence.digest()), "files": kept,
            "removed": removed, "signatures": evidence.signatures().len(), "manifest": manifest,
        }));
        return;
    }
    let word = |pointer: &str| manifest.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    // Version 1 does not record them.
    let claims = manifest.pointer("/claims/outcome").and_then(Value::as_str).unwrap_or("not_recorded");
    let claims = output.messages.word("claims.recorded", claims).to_owned();
    let rows = [
        ("evidence.sha256", hex::encode(evidence.digest())),
        ("evidence.read_at", word("/times/read_at")),
        ("evidence.verified_at", word("/times/verified_at")),
        ("evidence.source", word("/times/source")),
        ("evidence.verdict", word("/verdict")),
        ("evidence.claims", claims),
        ("evidence.policy", word("/policy/name")),
        ("evidence.policy_sha256", word("/policy/sha256")),
        ("evidence.decision", word("/policy/decision")),
        ("evidence.library", format!("{} {}", word("/library/name"), word("/library/version"))),
        ("evidence.trust", word("/trust/fingerprint")),
        ("evidence.lists", evidence.lists().iter().map(|list| list.name.as_str()).collect::<Vec<_>>().join(", ")),
        ("evidence.files", kept.join(", ")),
        ("evidence.removed", removed.join(", ")),
        ("evidence.signatures", evidence.signatures().len().to_string()),
    ];
    // Not every reading was judged under a policy.
    let is_shown = |(key, value): &&(&str, String)| {
        !value.is_empty() || !word("/policy/name").is_empty() || !BY_POLICY.contains(key)
    };
    let row = |(key, value): &(&str, String)| vec![output.messages.get(key).to_owned(), plain(value)];
    let rows: Vec<Vec<String>> = rows.iter().filter(is_shown).map(row).collect();
    output.text(&table(&rows, 1, 0));
}

fn remove(output: &Output, arguments: &RemoveArguments) -> Result<(), Failure> {
    let mut evidence = load(&arguments.file)?;
    for number in &arguments.group {
        let file = DataGroup::new(*number).map(FileId::DataGroup);
        evidence = file
            .and_then(|file| evidence.without(file))
            .ok_or_else(|| Failure::usage("usage.group", &[("path", &arguments.file.display()), ("group", number)]))?;
    }
    EvidenceTarget::prepare(&arguments.out)?.write(&evidence)?;
    output.hint_message("label.evidence", &[("file", &arguments.out.display())]);
    Ok(())
}
