//! Who is trusted: files and folders that the command line names, and certificates that it pins.

use crate::arguments::{ListArguments, TrustArguments};
use crate::failure::Failure;
use crate::output::Output;
use crate::saved_document::unreadable;
use chipid::checks::Tolerance;
use chipid::trust::ListError;
use chipid::trust::{Age, AgePolicy, BundleError, Refusal, Refused, TrustBuilder, TrustBundle, TrustStore};
use chipid::{BOUNDS, Policy};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use time::{Duration, OffsetDateTime};

/// The largest file that is read, in bytes.
const MOST: u64 = BOUNDS.bundle_octets as u64;
/// How deep folders are read, one in the other.
const DEEPEST: usize = 4;
/// The text that says of a folder that it holds no file.
const EMPTY: &str = "trust.empty";

/// A builder without trust material, with these tolerances.
pub fn builder(lists: &ListArguments) -> TrustBuilder {
    let mut builder = TrustBuilder::new();
    if lists.tolerates_without_null() {
        builder.tolerate_digest_info_without_null();
    }
    builder
}

/// Signers who are trusted for one purpose, without an authority.
#[derive(Clone, Copy, Default)]
pub struct Signers<'a> {
    /// Readers that sign evidence.
    pub readers: &'a [PathBuf],
    /// Services that answer online questions.
    pub online: &'a [PathBuf],
}

/// A failure that names the option, where something was refused only for want of a tolerance.
pub fn needs_tolerance<'r>(refused: impl Iterator<Item = &'r Refused>) -> Option<Failure> {
    let needs = |one: &&Refused| one.reason == Refusal::List(ListError::NeedsDigestInfoWithoutNull);
    let mut refused = refused;
    refused.find(needs).map(|one| Failure::other("list_tolerance", vec![("path", one.subject.clone())]))
}

/// The store of what the command line trusts, at the moment judged for: a bundle that is then too old is refused. Lists are
/// taken under the tolerances that the command line names, or its policy.
pub fn store(
    arguments: &TrustArguments,
    signers: Signers<'_>,
    policy: Option<&Policy>,
    at: SystemTime,
    output: &Output,
) -> Result<TrustStore, Failure> {
    let mut builder = builder(&arguments.lists);
    if policy.is_some_and(|policy| policy.tolerances().allows(Tolerance::DigestInfoWithoutNull)) {
        builder.tolerate_digest_info_without_null();
    }
    let ages = age_policy(arguments);
    let mut places = Vec::new();
    for path in &arguments.trust {
        let mut of_path = Vec::new();
        for (file, bytes) in files(path, "--trust")? {
            let label = file.display().to_string();
            match TrustBundle::is_bundle(&bytes) {
                true => {
                    let made =
                        builder.add_bundle(&label, &bytes, at.into(), ages).map_err(|error| bad(&label, &error))?;
                    hint_age(made, at, ages, &label, output);
                }
                // A file that cannot be used is reported below, with the others of its path.
                false => drop(builder.add_file(&label, &bytes)),
            }
            of_path.push(builder.source_count() - 1);
        }
        places.push((path, of_path));
    }
    add_each(&arguments.trust_ds, "--trust-ds", |bytes| builder.pin_signer(bytes))?;
    add_each(&arguments.trust_link_as_anchor, "--trust-link-as-anchor", |bytes| builder.add_link_as_anchor(bytes))?;
    add_each(&arguments.trust_lister, "--trust-lister", |bytes| builder.add_list_signer(bytes))?;
    add_each(signers.readers, "--trust-reader", |bytes| builder.add_evidence_signer(bytes))?;
    add_each(signers.online, "--trust-online", |bytes| builder.add_online_signer(bytes))?;
    let store = builder.build();
    for (path, of_path) in places {
        let sources = || of_path.iter().filter_map(|place| store.sources().get(*place));
        let accepted: usize = sources().map(|source| source.accepted).sum();
        let lacking = sources().find_map(|source| needs_tolerance(source.refused.iter()));
        let refused: Vec<String> = sources()
            .flat_map(|source| source.refused.iter().map(|one| format!("{}: {}", one.subject, one.reason)))
            .collect();
        if let Some(failure) = lacking.filter(|_| accepted == 0) {
            return Err(failure);
        }
        let values = |why: String| vec![("path", path.display().to_string()), ("why", why)];
        if accepted == 0 {
            let mut reasons = sources().flat_map(|source| &source.refused).map(|one| one.reason);
            let values = values(refused.join("; "));
            return Err(match reasons.any(|reason| reason == Refusal::NoAnchor) {
                true => Failure::other("link_without_anchor", values),
                false => Failure::other("no_certificate", values),
            });
        }
        if !refused.is_empty() {
            let values = [
                ("path", path.display().to_string()),
                ("refused", refused.len().to_string()),
                ("accepted", accepted.to_string()),
                ("why", refused.first().cloned().unwrap_or_default()),
            ];
            let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
            output.hint(&crate::console_text::plain(&output.messages.fill("trust.refused", &values)));
        }
    }
    let revocation = store.revocation_lists().iter().map(|one| (one.label(), one.authority()));
    let defects = store.defect_lists().iter().map(|one| (one.label(), one.authority()));
    for (label, refusal) in revocation.chain(defects).filter_map(|(label, found)| Some((label, found.err()?))) {
        let why = refusal.to_string();
        let values = [("path", label), ("why", why.as_str())];
        output.hint(&crate::console_text::plain(&output.messages.fill("trust.unvouched", &values)));
    }
    Ok(store)
}

fn age_policy(arguments: &TrustArguments) -> AgePolicy {
    let usual = AgePolicy::default();
    let days = |given: Option<u32>| given.map(|days| Duration::days(days.into()));
    let refuse_after = days(arguments.trust_refuse_after).unwrap_or(usual.refuse_after);
    AgePolicy { warn_after: days(arguments.trust_warn_after).unwrap_or(usual.warn_after), refuse_after }
}

fn bad(path: &str, error: &BundleError) -> Failure {
    let path = ("path", path.to_owned());
    match error {
        BundleError::TooOld { days, most } => {
            Failure::other("bundle_too_old", vec![path, ("days", days.to_string()), ("most", most.to_string())])
        }
        error => Failure::other("bundle_damaged", vec![path, ("why", error.to_string())]),
    }
}

fn hint_age(made: OffsetDateTime, at: SystemTime, policy: AgePolicy, path: &str, output: &Output) {
    let key = match policy.judge(made, at.into()) {
        Age::Early => "trust.early",
        Age::Fresh => return,
        Age::Stale | Age::TooOld => "trust.stale",
    };
    let days = (OffsetDateTime::from(at) - made).whole_days().to_string();
    let day = made.date().to_string();
    let values = [("path", path), ("day", day.as_str()), ("days", days.as_str())];
    output.hint(&crate::console_text::plain(&output.messages.fill(key, &values)));
}

/// Adds the certificates of these paths, each file whole.
fn add_each(paths: &[PathBuf], option: &str, mut add: impl FnMut(&[u8]) -> Result<(), Refusal>) -> Result<(), Failure> {
    for path in paths {
        for (file, bytes) in files(path, option)? {
            add(&bytes).map_err(|refusal| {
                let values = vec![("path", file.display().to_string()), ("why", refusal.to_string())];
                Failure::other("no_certificate", values)
            })?;
        }
    }
    Ok(())
}

/// What the command line trusts, by name and with the day it was last changed.
pub fn names(arguments: &TrustArguments) -> Vec<String> {
    let anchors = arguments.trust.iter().chain(&arguments.trust_link_as_anchor);
    let paths = anchors.chain(&arguments.trust_ds).chain(&arguments.trust_lister);
    let dated = paths.map(|path| {
        let changed = fs::metadata(path).and_then(|meta| meta.modified()).ok();
        let day = changed.map(|changed| format!(" ({})", time::OffsetDateTime::from(changed).date()));
        let name = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into());
        format!("{name}{}", day.unwrap_or_default())
    });
    dated.collect()
}

/// The files that a path names: itself, or those of a folder and of the folders in it, in the order of their names. There
/// is at least one.
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
    descend(path, DEEPEST, &mut paths)?;
    if paths.is_empty() {
        let values = vec![("path", path.display().to_string()), ("why", format!("@{EMPTY}"))];
        return Err(Failure::other("no_certificate", values));
    }
    paths.sort();
    paths.into_iter().map(|path| Ok((path.clone(), bytes(&path)?))).collect()
}

/// Adds the files of a folder and of the folders in it, hidden ones left out.
fn descend(folder: &Path, left: usize, paths: &mut Vec<PathBuf>) -> Result<(), Failure> {
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, &error))? {
        let path = entry.map_err(|error| unreadable(folder, &error))?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')) {
            continue;
        }
        let meta = fs::metadata(&path).map_err(|error| unreadable(&path, &error))?;
        match left.checked_sub(1) {
            _ if meta.is_file() => paths.push(path),
            Some(left) if meta.is_dir() => descend(&path, left, paths)?,
            None if meta.is_dir() => {
                let values = vec![("path", path.display().to_string()), ("most", DEEPEST.to_string())];
                return Err(Failure::other("too_deep", values));
            }
            _ => {}
        }
    }
    Ok(())
}

fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    use std::io::Read;
    let file = fs::File::open(path).map_err(|error| unreadable(path, &error))?;
    let mut bytes = Vec::new();
    file.take(MOST + 1).read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
    // Never a part of it: what follows could be the list that revokes.
    if u64::try_from(bytes.len()).is_ok_and(|length| length > MOST) {
        let values = vec![("path", path.display().to_string()), ("why", format!("more than {MOST} bytes"))];
        return Err(Failure::other("no_certificate", values));
    }
    Ok(bytes)
}
