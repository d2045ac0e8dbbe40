//! The trust store of the command line: files and folders that it names, and certificates that it trusts directly.

use crate::arguments::{JudgeArguments, ListArguments, TrustArguments};
use crate::failure::Failure;
use crate::files::{read_up_to, unreadable};
use crate::interrupt;
use crate::output::Output;
use chipid::checks::Tolerance;
use chipid::trust::{Age, AgePolicy, BundleError, Refusal, Refused, Source, TrustBuilder, TrustBundle, TrustStore};
use chipid::trust::{Certificate, ListError};
use chipid::{BOUNDS, Policy};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use time::{Duration, OffsetDateTime};

/// The largest file that is read, in bytes.
const MOST: usize = BOUNDS.bundle_octets;
/// How deep folders are read, one in the other.
const DEEPEST: usize = 4;

/// A builder without trust material, with these tolerances.
pub fn builder(lists: &ListArguments) -> TrustBuilder {
    let mut builder = TrustBuilder::new();
    if lists.tolerates_without_null() {
        builder.tolerate_digest_info_without_null();
    }
    builder
}

/// Signers that are trusted for one purpose, without an authority.
#[derive(Clone, Copy, Default)]
pub struct Signers<'a> {
    /// Readers that sign evidence.
    pub readers: &'a [PathBuf],
    /// Services that answer online questions.
    pub online: &'a [PathBuf],
}

impl<'a> Signers<'a> {
    pub fn of(arguments: &'a JudgeArguments) -> Self {
        Self { readers: &arguments.trust_reader, online: &arguments.trust_online }
    }
}

/// A failure that names the option, where something was refused only because a tolerance is missing.
pub fn needs_tolerance<'r>(mut refused: impl Iterator<Item = &'r Refused>) -> Option<Failure> {
    let needs = |one: &&Refused| one.reason == Refusal::List(ListError::NeedsDigestInfoWithoutNull);
    refused.find(needs).map(|one| Failure::other("list_tolerance", &[("path", &one.subject)]))
}

/// A path without a certificate that can be used.
pub fn no_certificate(path: &Path, why: &str) -> Failure {
    Failure::other("no_certificate", &[("path", &path.display()), ("why", &why)])
}

/// The store of what the command line trusts, at the moment of verification: a bundle that is then too old is refused.
/// Lists are accepted under the tolerances that the command line names, or its policy.
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
            if TrustBundle::is_bundle(&bytes) {
                let added = builder.add_bundle(&label, &bytes, at.into(), ages);
                hint_age(added.map_err(|error| unusable_bundle(&label, &error))?, at, ages, &label, output);
            } else {
                // A file that cannot be used is reported below, with the others of its path.
                let _ = builder.add_file(&label, &bytes);
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
        let sources: Vec<&Source> = of_path.iter().filter_map(|place| store.sources().get(*place)).collect();
        check_path(path, &sources, output)?;
    }
    let revocation = store.revocation_lists().iter().map(|one| (one.label(), one.authority()));
    let defects = store.defect_lists().iter().map(|one| (one.label(), one.authority()));
    for (label, refusal) in revocation.chain(defects).filter_map(|(label, found)| Some((label, found.err()?))) {
        output.hint_message("trust.unvouched", &[("path", &label), ("why", &refusal)]);
    }
    Ok(store)
}

/// An error where nothing of a path can be used, a hint where a part of it cannot.
fn check_path(path: &Path, sources: &[&Source], output: &Output) -> Result<(), Failure> {
    let accepted: usize = sources.iter().map(|source| source.accepted).sum();
    let refused: Vec<&Refused> = sources.iter().flat_map(|source| &source.refused).collect();
    let reasons: Vec<String> = refused.iter().map(|one| format!("{}: {}", one.subject, one.reason)).collect();
    if accepted == 0 {
        if let Some(failure) = needs_tolerance(refused.iter().copied()) {
            return Err(failure);
        }
        let why = reasons.join("; ");
        if refused.iter().any(|one| one.reason == Refusal::NoAnchor) {
            return Err(Failure::other("link_without_anchor", &[("path", &path.display()), ("why", &why)]));
        }
        return Err(no_certificate(path, &why));
    }
    if let Some(why) = reasons.first() {
        output.hint_message(
            "trust.refused",
            &[("path", &path.display()), ("refused", &reasons.len()), ("accepted", &accepted), ("why", why)],
        );
    }
    Ok(())
}

/// All files of these paths in one store; an error where nothing of a path can be used.
pub fn store_of_paths(paths: &[PathBuf], lists: &ListArguments) -> Result<TrustStore, Failure> {
    let mut builder = builder(lists);
    let mut places = Vec::new();
    for path in paths {
        let first = builder.source_count();
        for (file, bytes) in files(path, "csca")? {
            interrupt::check()?;
            // A file that cannot be used is reported below, with the others of its path.
            let _ = builder.add_file(&file.display().to_string(), &bytes);
        }
        places.push((path, first..builder.source_count()));
    }
    let store = builder.build();
    for (path, of_path) in places {
        let sources = store.sources().get(of_path).unwrap_or_default();
        let is_read = |source: &Source| source.accepted > 0 || source.refused.iter().any(|one| one.reason.is_of_link());
        if !sources.iter().any(is_read) {
            let mut refused = sources.iter().flat_map(|source| &source.refused);
            if let Some(failure) = needs_tolerance(refused.clone()) {
                return Err(failure);
            }
            let why = refused.next().map_or_else(|| "-".to_owned(), |one| one.reason.to_string());
            return Err(no_certificate(path, &why));
        }
    }
    Ok(store)
}

/// The certificates of authorities that were read, whether signatures lead from them to an anchor or not.
pub fn authorities(store: &TrustStore) -> Vec<Certificate> {
    [store.anchors(), store.links(), store.unanchored_links()].concat()
}

fn age_policy(arguments: &TrustArguments) -> AgePolicy {
    let usual = AgePolicy::default();
    let days = |given: Option<u32>| given.map(|days| Duration::days(days.into()));
    let refuse_after = days(arguments.trust_refuse_after).unwrap_or(usual.refuse_after);
    AgePolicy { warn_after: days(arguments.trust_warn_after).unwrap_or(usual.warn_after), refuse_after }
}

fn unusable_bundle(path: &str, error: &BundleError) -> Failure {
    match error {
        BundleError::TooOld { days, most } => {
            Failure::other("bundle_too_old", &[("path", &path), ("days", days), ("most", most)])
        }
        error => Failure::other("bundle_damaged", &[("path", &path), ("why", error)]),
    }
}

fn hint_age(made: OffsetDateTime, at: SystemTime, policy: AgePolicy, path: &str, output: &Output) {
    let key = match policy.judge(made, at.into()) {
        Age::Early => "trust.early",
        Age::Fresh => return,
        Age::Stale | Age::TooOld => "trust.stale",
    };
    let days = (OffsetDateTime::from(at) - made).whole_days();
    output.hint_message(key, &[("path", &path), ("day", &made.date()), ("days", &days)]);
}

/// Adds the certificates of these paths, each file whole.
fn add_each(paths: &[PathBuf], option: &str, mut add: impl FnMut(&[u8]) -> Result<(), Refusal>) -> Result<(), Failure> {
    for path in paths {
        for (file, bytes) in files(path, option)? {
            add(&bytes).map_err(|refusal| no_certificate(&file, &refusal.to_string()))?;
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
        let day = changed.map(|changed| format!(" ({})", OffsetDateTime::from(changed).date()));
        let name = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into());
        format!("{name}{}", day.unwrap_or_default())
    });
    dated.collect()
}

/// The files that a path names: itself, or those of a folder and of the folders in it, in the order of their names. There
/// is at least one.
pub fn files(path: &Path, option: &str) -> Result<Vec<(PathBuf, Vec<u8>)>, Failure> {
    let meta = fs::metadata(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Failure::usage("usage.path", &[("path", &path.display()), ("option", &option)]),
        _ => unreadable(path, &error),
    })?;
    if !meta.is_dir() {
        return Ok(vec![(path.to_owned(), bytes(path)?)]);
    }
    let mut paths = Vec::new();
    descend(path, DEEPEST, &mut paths)?;
    if paths.is_empty() {
        let failure = Failure::other("no_certificate", &[("path", &path.display())]);
        return Err(failure.naming("why", "trust.empty".to_owned()));
    }
    paths.sort();
    paths.into_iter().map(|path| Ok((path.clone(), bytes(&path)?))).collect()
}

/// Adds the files of a folder and of the folders in it, without hidden ones.
fn descend(folder: &Path, left: usize, paths: &mut Vec<PathBuf>) -> Result<(), Failure> {
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, &error))? {
        let path = entry.map_err(|error| unreadable(folder, &error))?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')) {
            continue;
        }
        let meta = fs::metadata(&path).map_err(|error| unreadable(&path, &error))?;
        if meta.is_file() {
            paths.push(path);
        } else if meta.is_dir() {
            let too_deep = || Failure::other("too_deep", &[("path", &path.display()), ("most", &DEEPEST)]);
            descend(&path, left.checked_sub(1).ok_or_else(too_deep)?, paths)?;
        }
    }
    Ok(())
}

fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let bytes = read_up_to(path, MOST).map_err(|error| unreadable(path, &error))?;
    // Never a part of it: what follows could be the list that revokes.
    if bytes.len() > MOST { Err(no_certificate(path, &format!("more than {MOST} bytes"))) } else { Ok(bytes) }
}
