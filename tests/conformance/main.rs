//! Does the library do what the test plans for readers ask of one?
//!
//! Every id of `plan.txt` has its row in one of the rooms: a case, run on the simulated card with the duties of a correct
//! reader asserted, or the reason why it does not apply. An id without a row fails, as does a row without an id, a row of
//! a case that the plan has deleted, and any difference from the committed `conformance.json` and `STATEMENT.md`.
//!
//! `CHIPID_WRITE=1` writes both anew; `CHIPID_FULL=1` runs all variants of the rows that have many; `CHIPID_ROWS=LDS_H`
//! runs the rows whose ids begin so, and compares nothing.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[path = "../support/trust.rs"]
mod trust_changes;
mod case;
mod claims;
#[path = "../support/desk.rs"]
mod desk;
#[path = "../support/outcome.rs"]
mod outcome;
#[path = "../support/paper.rs"]
mod paper;
mod plan;
#[path = "../support/protocols.rs"]
mod protocols;
#[path = "../support/reading.rs"]
mod reading;
mod record;
#[path = "../support/shared.rs"]
mod shared;

mod access;
mod active;
mod basic;
mod biometrics;
mod card_files;
mod chip;
mod com;
mod files;
mod issue;
mod keys;
mod frame;
mod guarded;
mod mapping;
mod mrz;
mod pace;
mod session;
mod signatures;
mod sod;
mod terminal;

use case::{Case, Got, Row, Run};
use plan::{Entry, Expectation};
use record::Told;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// The rooms and their rows.
#[rustfmt::skip]
const ROOMS: &[&[Row]] = &[
    access::ROWS,
    basic::ROWS,
    files::ROWS,
    chip::ROWS,
    terminal::ROWS,
    guarded::ROWS,
    active::ROWS,
    pace::ROWS,
    mapping::ROWS,
    com::ROWS,
    mrz::ROWS,
    biometrics::ROWS,
    keys::ROWS,
    sod::ROWS,
    signatures::ROWS,
    card_files::ROWS,
];

const PLAN: &str = include_str!("plan.txt");
const COLLECTION: &str = "../conformance-ids.md";

fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some()
}

fn beside(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/conformance").join(name)
}

#[test]
fn the_plan_is_the_one_that_was_collected() {
    let held = plan::held(PLAN);
    let ids: BTreeSet<&str> = held.iter().map(|entry| entry.id.as_str()).collect();
    assert_eq!(ids.len(), held.len(), "an id stands twice in plan.txt");
    let deleted = held.iter().filter(|entry| entry.expectation == Expectation::Deleted).count();
    assert_eq!((held.len(), deleted), (338, 8));
    let Some(path) = shared::shared_data(COLLECTION) else { return };
    let collected = plan::collected(&std::fs::read_to_string(path).unwrap());
    if is_set("CHIPID_WRITE") {
        std::fs::write(beside("plan.txt"), plan::text(&collected)).unwrap();
    } else {
        let of = |entries: &[Entry]| entries.iter().map(|entry| (entry.id.clone(), entry.clone())).collect();
        let (held, collected): (BTreeMap<_, _>, BTreeMap<_, _>) = (of(&held), of(&collected));
        for id in held.keys().chain(collected.keys()) {
            assert_eq!(held.get(id), collected.get(id), "{id}: plan.txt and the collection differ");
        }
    }
}

#[test]
fn every_id_has_its_row_and_every_row_its_id() {
    let plan = plan::held(PLAN);
    let rows = rows();
    let known: BTreeMap<&str, &Entry> = plan.iter().map(|entry| (entry.id.as_str(), entry)).collect();
    for (id, times) in &rows {
        assert_eq!(times.len(), 1, "{id} has several rows");
        let entry = known.get(id).unwrap_or_else(|| panic!("{id} is not in the plan"));
        assert_ne!(entry.expectation, Expectation::Deleted, "{id} is deleted in the plan");
    }
    let lacks = |entry: &&Entry| entry.expectation != Expectation::Deleted && !rows.contains_key(entry.id.as_str());
    let missing: Vec<&str> = plan.iter().filter(lacks).map(|entry| entry.id.as_str()).collect();
    assert!(missing.is_empty(), "neither run nor explained: {missing:?}");
}

/// The rows of all rooms by their ids.
fn rows() -> BTreeMap<&'static str, Vec<&'static Row>> {
    let mut rows: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    ROOMS.iter().flat_map(|room| room.iter()).for_each(|row| rows.entry(row.id).or_default().push(row));
    rows
}

#[test]
fn every_case_comes_to_what_is_expected_and_the_record_says_so() {
    let wanted = std::env::var("CHIPID_ROWS").unwrap_or_default();
    let rows = rows();
    let cases = rows.values().flatten().filter(|row| row.id.starts_with(&wanted));
    let cases = cases.filter_map(|row| if let Run::Case(run) = row.run { Some((row.id, run)) } else { None });
    let mut got = run_all(cases.collect());
    let told = |entry: Entry| {
        let told = match rows.get(entry.id.as_str()).map(|rows| &rows[0].run) {
            _ if entry.expectation == Expectation::Deleted => Told::Deleted,
            Some(Run::NotApplicable(why)) => Told::NotApplicable(why),
            Some(Run::Case(_)) => got.remove(entry.id.as_str()).map_or(Told::LeftOut, Told::Run),
            None => Told::LeftOut,
        };
        (entry, told)
    };
    let all: Vec<(Entry, Told)> = plan::held(PLAN).into_iter().map(told).collect();
    let unexpected = all.iter().filter(|(entry, told)| !told.is_as_expected(entry));
    let unexpected: Vec<String> = unexpected.map(|(entry, told)| record::line(entry, told)).collect();
    assert!(unexpected.is_empty(), "not what is expected:\n{}", unexpected.join("\n"));
    if wanted.is_empty() {
        compare("conformance.json", &record::json(&all), &all);
        compare("STATEMENT.md", &record::statement(&all), &all);
    }
}

type CaseFn = fn(&mut Case);

/// Runs the cases on all cores; every failing one is told before the run fails.
fn run_all(cases: Vec<(&'static str, CaseFn)>) -> BTreeMap<&'static str, Got> {
    let is_full = is_set("CHIPID_FULL");
    let count = cases.len();
    let (queue, done) = (Mutex::new(cases.into_iter()), Mutex::new(Vec::new()));
    let began = Instant::now();
    let work = || {
        loop {
            let next = queue.lock().unwrap().next();
            let Some((id, run)) = next else { return };
            let began = Instant::now();
            let got = catch_unwind(AssertUnwindSafe(|| {
                let mut case = Case::new(is_full);
                run(&mut case);
                case.finish()
            }));
            done.lock().unwrap().push((id, got.ok(), began.elapsed()));
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| (0..cores).for_each(|_| drop(scope.spawn(work))));
    let mut done: Vec<(&str, Option<Got>, Duration)> = done.into_inner().unwrap();
    done.sort_by_key(|(.., took)| std::cmp::Reverse(*took));
    println!("{count} cases in {:.1} s on {cores} cores; the slowest:", began.elapsed().as_secs_f32());
    done.iter().take(8).for_each(|(id, _, took)| println!("  {id} {:.1} s", took.as_secs_f32()));
    let failed: BTreeSet<&str> = done.iter().filter(|(_, got, _)| got.is_none()).map(|(id, ..)| *id).collect();
    assert!(failed.is_empty(), "cases that failed, told above: {failed:?}");
    done.into_iter().filter_map(|(id, got, _)| Some((id, got?))).collect()
}

/// The record as it is committed, against the one of this run. A run of all variants counts more inspections.
fn compare(name: &str, text: &str, rows: &[(Entry, Told)]) {
    if is_set("CHIPID_WRITE") {
        return std::fs::write(beside(name), text).unwrap();
    }
    let more = |line: &str| {
        let is_it =
            |(entry, told): &(Entry, Told)| matches!(told, Told::Run(got) if got.has_more) && line.contains(&entry.id);
        is_set("CHIPID_FULL") && rows.iter().any(is_it)
    };
    let committed = std::fs::read_to_string(beside(name)).unwrap_or_default();
    let [committed_lines, lines] = [committed.as_str(), text].map(|text| text.lines().collect::<Vec<_>>());
    let again = "see `git diff` after: CHIPID_WRITE=1 cargo test --test conformance";
    for (committed, line) in committed_lines.iter().zip(&lines) {
        assert!(committed == line || more(line), "{name} is not what this run found; {again}\n- {committed}\n+ {line}");
    }
    assert_eq!(committed_lines.len(), lines.len(), "{name} is not what this run found; {again}");
    assert!(committed.ends_with('\n') && !committed.ends_with("\n\n"), "{name}: {again}");
}
