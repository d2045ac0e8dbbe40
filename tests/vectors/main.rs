//! Walks `test-vectors/` and checks every file, each one vector.
//!
//! A file holds lines `key: value`; a line that begins with `#` is a remark. Every vector has `kind` (who checks it, see
//! `KINDS`), `source` (document and section, or how it was made) and `expect` (`accepted` or `refused`); `recipe` may
//! tell the commands that made it. All other keys belong to the kind. An empty folder, an unknown kind, a key that
//! stands twice and a key that nobody reads all fail. The folder `stored-0.1` holds no vectors but what version 0.1.0
//! stored; `tests/stored.rs` reads it.

#[path = "../support/trust.rs"]
mod trust_changes;
mod active;
mod crypto;
mod data_groups;
mod documents;
mod evidence;
mod format;
mod images;
mod protocols;
mod sessions;
mod terminal;

use format::{Check, Vector};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Who checks what: one line a kind.
const KINDS: &[(&str, Check)] = &[
    ("digest", crypto::digest),
    ("kdf", crypto::kdf),
    ("cbc", crypto::cbc),
    ("mac", crypto::mac),
    ("ecdh", crypto::ecdh),
    ("dh", crypto::dh),
    ("dsa", crypto::dsa),
    ("group-element", crypto::group_element),
    ("spki", crypto::spki),
    ("iso9796-2", crypto::iso9796_2),
    ("iso9796-2-block", crypto::iso9796_2_block),
    ("active-authentication", active::active_authentication),
    ("bac", protocols::bac),
    ("pace-gm", protocols::pace_gm),
    ("pace-im", protocols::pace_im),
    ("pace-cam", protocols::pace_cam),
    ("session", sessions::session),
    ("secure-messaging", sessions::secure_messaging),
    ("evidence", evidence::evidence),
    ("mrz", documents::mrz),
    ("mrz-name", documents::mrz_name),
    ("card-access", documents::card_access),
    ("dg11", data_groups::dg11),
    ("dg12", data_groups::dg12),
    ("dg16", data_groups::dg16),
    ("images", data_groups::images),
    ("optional-details", data_groups::optional_details),
    ("dg13-vn", documents::dg13_vn),
    ("qr-vn", documents::qr_vn),
    ("cv-certificate", terminal::cv_certificate),
    ("ef-cvca", terminal::ef_cvca),
    ("terminal-authentication", terminal::terminal_authentication),
    ("image", images::image),
];

/// The folder that `tests/stored.rs` reads.
const STORED: &str = "stored-0.1";

#[test]
fn every_vector_gives_what_it_expects() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("test-vectors");
    let stored = root.join(STORED);
    assert!(stored.join("README.md").is_file(), "{} is not there", stored.display());
    let mut files = files(&root);
    files.retain(|path| !path.starts_with(&stored));
    let mut counts = BTreeMap::<&str, usize>::new();
    let mut failures = Vec::new();
    for path in &files {
        match check(path) {
            Ok(kind) => *counts.entry(kind).or_default() += 1,
            Err(failure) => failures.push(format!("{}: {failure}", path.display())),
        }
    }
    println!("{} vectors: {counts:?}", files.len());
    assert!(failures.is_empty(), "{failures:#?}");
    let unused: Vec<_> = KINDS.iter().map(|(kind, _)| *kind).filter(|kind| !counts.contains_key(kind)).collect();
    assert!(unused.is_empty(), "kinds without a vector: {unused:?}");
}

/// All files below a folder; a folder without any fails.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    assert!(!found.is_empty(), "{} is empty", folder.display());
    found.sort();
    found
}

fn check(path: &Path) -> Result<&'static str, String> {
    let vector = Vector::parse(&std::fs::read_to_string(path).map_err(|error| error.to_string())?)?;
    let kind = vector.text("kind")?;
    let (kind, check) = KINDS.iter().find(|(name, _)| *name == kind).ok_or(format!("unknown kind {kind}"))?;
    vector.text("source")?;
    vector.optional("recipe");
    let outcome = check(&vector);
    match (vector.text("expect")?, outcome) {
        ("accepted", Ok(())) => {}
        ("refused", Err(format::Failure::Refused(_))) => {}
        ("refused", Ok(())) => return Err("accepted, but must be refused".into()),
        ("accepted" | "refused", Err(failure)) => return Err(failure.to_string()),
        (other, _) => return Err(format!("expect is {other}, not accepted or refused")),
    }
    match vector.unread().as_slice() {
        [] => Ok(kind),
        keys => Err(format!("nobody reads {keys:?}")),
    }
}

#[test]
fn the_runner_itself_refuses_what_it_must() {
    let check_text = |text: &str| {
        let path = std::env::temp_dir().join(format!("chipid-vector-{}.txt", std::process::id()));
        std::fs::write(&path, text).unwrap();
        let outcome = check(&path);
        std::fs::remove_file(&path).unwrap();
        outcome.map(|_| ()).map_err(|failure| failure.to_string())
    };
    let abc = "kind: digest\nsource: FIPS 180-4\nexpect: accepted\nalgorithm: SHA-1\nmessage: 616263\n\
               digest: a9993e364706816aba3e25717850c26c9cd0d89d\n";
    check_text(abc).unwrap();
    for (altered, failure) in [
        (abc.replace("digest: a9", "digest: a8"), "digest"),
        (abc.replace("accepted", "refused"), "must be refused"),
        (abc.replace("accepted", "hoped for"), "expect is"),
        (abc.replace("kind: digest", "kind: guess"), "unknown kind"),
        (format!("{abc}surplus: 1\n"), "nobody reads"),
        (format!("{abc}message: 61\n"), "stands twice"),
        (abc.replace("source", "sauce"), "source is missing"),
        (format!("{abc}nonsense\n"), "no key"),
        (abc.replace("616263", "61626"), "no hexadecimal"),
    ] {
        let error = check_text(&altered).unwrap_err();
        assert!(error.contains(failure), "{error}");
    }
}
