//! Does any forgery ever earn a better verdict than the truth, and is it the check that must catch it that fails?
//!
//! The suites X-DOWN, X-CLONE, X-PA and X-BOMB of the conformance tables, a room each: every item of a suite's line has its
//! tests here, named after it. A forger builds real documents and real cards with the tools of the issuer (`forge`); each
//! is read over the line, judged from its stored files and from evidence, under every kind of trust. Each refusal has its
//! accept: the same document unforged is genuine. `pitfalls` says where each known pitfall of a reader is shown.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[path = "../support/trust.rs"]
mod trust_changes;
mod bombs;
mod certificates;
mod clones;
mod counting;
mod cube_root;
mod downgrades;
mod forge;
mod messaging;
mod omissions;
mod pitfalls;
#[path = "../support/reading.rs"]
mod reading;
mod revocation;
#[path = "../support/shared.rs"]
mod shared;
mod signatures;
mod transplants;

use std::collections::BTreeSet;
use std::path::Path;

/// The items of a suite: each as it stands in its line, up to its semicolon, and the tests that show it.
type Items = &'static [(&'static str, &'static [&'static str])];

const SUITES: &[(&str, Items)] = &[
    ("X-DOWN", downgrades::ITEMS),
    ("X-CLONE", clones::ITEMS),
    ("X-PA", certificates::ITEMS),
    ("X-BOMB", bombs::ITEMS),
];

/// The sources of the tests here.
const SOURCES: [&str; 8] = [
    include_str!("bombs.rs"),
    include_str!("certificates.rs"),
    include_str!("clones.rs"),
    include_str!("downgrades.rs"),
    include_str!("messaging.rs"),
    include_str!("revocation.rs"),
    include_str!("signatures.rs"),
    include_str!("transplants.rs"),
];

/// The names of the tests in a source.
fn tests_in(source: &str) -> Vec<&str> {
    let tests = source.split("#[test]\n").skip(1).filter_map(|test| test.trim_start().strip_prefix("fn "));
    tests.map(|test| test.split('(').next().unwrap()).collect()
}

#[test]
fn every_item_of_each_suite_has_its_test_and_every_test_its_item() {
    let tests: BTreeSet<&str> = SOURCES.iter().flat_map(|source| tests_in(source)).collect();
    let mut named = BTreeSet::new();
    for (suite, items) in SUITES {
        for (item, shown_by) in *items {
            assert!(!shown_by.is_empty(), "{suite}: {item}: no test");
            for test in *shown_by {
                assert!(tests.contains(test), "{suite}: {item}: there is no test {test}");
                named.insert(*test);
            }
        }
        println!("{suite}: {} items", items.len());
    }
    let stray: Vec<_> = tests.iter().filter(|test| test.starts_with("x_") && !named.contains(*test)).collect();
    assert!(stray.is_empty(), "tests without an item: {stray:?}");
}

#[test]
fn the_items_are_those_of_the_conformance_tables() {
    let Some(tables) = shared::shared_data("../conformance.md") else { return };
    let tables = std::fs::read_to_string(tables).unwrap();
    for (suite, items) in SUITES {
        let line = tables.lines().find(|line| line.starts_with(&format!("| {suite} |"))).unwrap();
        let content = line.trim_matches('|').split_once('|').unwrap().1.trim();
        let listed: Vec<&str> = content.split(';').map(str::trim).collect();
        let shown: Vec<&str> = items.iter().map(|(item, _)| *item).collect();
        assert_eq!(listed, shown, "{suite}");
    }
}

/// The root of the repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
