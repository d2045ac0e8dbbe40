//! `chipid evidence`, and evidence as a file: written for its owner alone, shown, and parts of it removed.

use crate::arguments::{EvidenceAction, EvidenceArguments, RemoveArguments};
use crate::console_text;
use crate::failure::Failure;
use crate::output::{self, Output};
use crate::saved_document::{private_file, unreadable, unwritable};
use chipid::Evidence;
use chipid::lds::{DataGroup, FileId};
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// The largest file that is read, in bytes: the library takes no more.
const MOST: u64 = 32 << 20;

/// Lines of the summary that are there under a policy only.
const BY_POLICY: [&str; 3] = ["evidence.policy", "evidence.policy_sha256", "evidence.decision"];

pub fn run(output: &Output, arguments: EvidenceArguments) -> Result<u8, Failure> {
    match arguments.action {
        EvidenceAction::Show(arguments) => show(output, &arguments.file),
        EvidenceAction::Remove(arguments) => remove(output, &arguments),
    }
    .map(|()| 0)
}

/// Reads evidence.
pub fn load(path: &Path) -> Result<Evidence, Failure> {
    let file = File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Failure::usage("usage.document", vec![("path", path.display().to_string())]),
        _ => unreadable(path, &error),
    })?;
    let mut bytes = Vec::new();
    file.take(MOST + 1).read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
    Evidence::decode(&bytes).map_err(|error| {
        Failure::other("no_evidence", vec![("path", path.display().to_string()), ("why", error.to_string())])
    })
}

/// A place that evidence will be written to; taken before the card is read, given back where nothing comes of it.
pub enum Target {
    Standard,
    File { path: PathBuf, file: Option<File> },
}

impl Target {
    /// `-` is standard output; another name must be a new file's.
    pub fn prepare(path: &Path) -> Result<Self, Failure> {
        if path == Path::new("-") {
            return Ok(Self::Standard);
        }
        let file = private_file().open(path).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => Failure::usage("usage.taken", vec![("path", path.display().to_string())]),
            _ => unwritable(path, &error),
        })?;
        Ok(Self::File { path: path.to_owned(), file: Some(file) })
    }

    pub fn write(mut self, evidence: &Evidence) -> Result<(), Failure> {
        let bytes = evidence.encode();
        match &mut self {
            Self::Standard => output::print(&String::from_utf8_lossy(&bytes)),
            Self::File { path, file: place } => {
                let Some(mut file) = place.take() else { return Ok(()) };
                if let Err(error) = file.write_all(&bytes).and_then(|()| file.sync_all()) {
                    let _ = fs::remove_file(&*path);
                    return Err(unwritable(path, &error));
                }
            }
        }
        Ok(())
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if let Self::File { path, file: Some(_) } = self {
            let _ = fs::remove_file(path);
        }
    }
}

fn show(output: &Output, path: &Path) -> Result<(), Failure> {
    let evidence = load(path)?;
    let names = |files: Vec<FileId>| files.iter().map(|file| file.name()).collect::<Vec<_>>();
    let (kept, removed) = (names(evidence.files().collect()), names(evidence.removed().collect()));
    let manifest: Value = serde_json::from_slice(&evidence.manifest()).unwrap_or(Value::Null);
    if output.is_json() {
        output.json(&json!({
            "schema": "chipid.evidence_summary/1", "sha256": hex::encode(evidence.digest()), "files": kept,
            "removed": removed, "signatures": evidence.signatures().len(), "manifest": manifest,
        }));
        return Ok(());
    }
    let word = |pointer: &str| manifest.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    // Version 1 does not record them.
    let claims = match word("/claims/outcome") {
        code if code.is_empty() => "not_recorded".to_owned(),
        code => code,
    };
    let claims = output.messages.find(&format!("claims.recorded.{claims}")).unwrap_or(&claims).to_owned();
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
    let is_told = |(key, value): &&(&str, String)| {
        !value.is_empty() || !word("/policy/name").is_empty() || !BY_POLICY.contains(key)
    };
    let rows: Vec<Vec<String>> = rows
        .iter()
        .filter(is_told)
        .map(|(key, value)| vec![output.messages.get(key).to_owned(), console_text::plain(value)])
        .collect();
    output.text(&console_text::table(&rows, 1, 0));
    Ok(())
}

fn remove(output: &Output, arguments: &RemoveArguments) -> Result<(), Failure> {
    let mut evidence = load(&arguments.file)?;
    for number in &arguments.group {
        let file = DataGroup::new(*number).map(FileId::DataGroup);
        evidence = file.and_then(|file| evidence.without(file)).ok_or_else(|| {
            let values = vec![("path", arguments.file.display().to_string()), ("group", number.to_string())];
            Failure::usage("usage.group", values)
        })?;
    }
    Target::prepare(&arguments.out)?.write(&evidence)?;
    let values = [("file", console_text::plain(&arguments.out.display().to_string()))];
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    output.hint(&output.messages.fill("label.evidence", &values));
    Ok(())
}
