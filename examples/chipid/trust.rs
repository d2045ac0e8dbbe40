//! Who is trusted: files and folders that the command line names, and certificates that it pins.

use crate::arguments::TrustArguments;
use crate::failure::Failure;
use crate::folder::unreadable;
use crate::output::Output;
use chipid::pki::TrustStore;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The largest file that is read, in bytes.
const MOST: u64 = 64 << 20;

/// The store of what the command line trusts.
pub fn store(arguments: &TrustArguments, output: &Output) -> Result<TrustStore, Failure> {
    let mut store = TrustStore::new();
    for path in &arguments.trust {
        let mut accepted = 0;
        let mut refused = Vec::new();
        for (file, bytes) in files(path, "--trust")? {
            let source = store.add_file(&file.display().to_string(), &bytes);
            accepted += source.accepted;
            refused.extend(source.refused.iter().map(|one| format!("{}: {}", one.subject, one.reason)));
        }
        let values = |why: String| vec![("path", path.display().to_string()), ("why", why)];
        if accepted == 0 {
            return Err(Failure::other("no_certificate", values(refused.join("; "))));
        }
        if !refused.is_empty() {
            let values = [
                ("path", path.display().to_string()),
                ("refused", refused.len().to_string()),
                ("accepted", accepted.to_string()),
                ("why", refused.first().cloned().unwrap_or_default()),
            ];
            let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
            output.hint(&crate::text::plain(&output.messages.fill("trust.refused", &values)));
        }
    }
    for path in &arguments.trust_ds {
        for (file, bytes) in files(path, "--trust-ds")? {
            store.add_pinned_signer(&bytes).map_err(|refusal| {
                let values = vec![("path", file.display().to_string()), ("why", refusal.to_string())];
                Failure::other("no_certificate", values)
            })?;
        }
    }
    Ok(store)
}

/// Trusts these readers' word, where they signed evidence.
pub fn add_readers(store: &mut TrustStore, paths: &[PathBuf]) -> Result<(), Failure> {
    for path in paths {
        for (file, bytes) in files(path, "--trust-reader")? {
            store.add_evidence_signer(&bytes).map_err(|refusal| {
                let values = vec![("path", file.display().to_string()), ("why", refusal.to_string())];
                Failure::other("no_certificate", values)
            })?;
        }
    }
    Ok(())
}

/// Trusts these to answer online questions.
pub fn add_online(store: &mut TrustStore, paths: &[PathBuf]) -> Result<(), Failure> {
    for path in paths {
        for (file, bytes) in files(path, "--trust-online")? {
            store.add_online_signer(&bytes).map_err(|refusal| {
                let values = vec![("path", file.display().to_string()), ("why", refusal.to_string())];
                Failure::other("no_certificate", values)
            })?;
        }
    }
    Ok(())
}

/// What the command line trusts, by name and with the day it was last changed.
pub fn names(arguments: &TrustArguments) -> Vec<String> {
    let paths = arguments.trust.iter().chain(&arguments.trust_ds);
    let dated = paths.map(|path| {
        let changed = fs::metadata(path).and_then(|meta| meta.modified()).ok();
        let day = changed.map(|changed| format!(" ({})", time::OffsetDateTime::from(changed).date()));
        let name = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into());
        format!("{name}{}", day.unwrap_or_default())
    });
    dated.collect()
}

/// The files that a path names: itself, or those of a folder in the order of their names.
pub fn files(path: &Path, option: &str) -> Result<Vec<(PathBuf, Vec<u8>)>, Failure> {
    let meta = fs::metadata(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            let values = vec![("path", path.display().to_string()), ("option", option.to_owned())];
            Failure::usage("usage.path", values)
        }
        _ => unreadable(path, &error),
    })?;
    if !meta.is_dir() {
        return Ok(vec![(path.to_owned(), bytes(path)?)]);
    }
    let mut paths = Vec::new();
    for entry in fs::read_dir(path).map_err(|error| unreadable(path, &error))? {
        let path = entry.map_err(|error| unreadable(path, &error))?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if !hidden && path.is_file() {
            paths.push(path);
        }
    }
    paths.sort();
    paths.into_iter().map(|path| Ok((path.clone(), bytes(&path)?))).collect()
}

fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    use std::io::Read;
    let file = fs::File::open(path).map_err(|error| unreadable(path, &error))?;
    let mut bytes = Vec::new();
    file.take(MOST).read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
    Ok(bytes)
}
