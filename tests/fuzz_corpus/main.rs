//! Does every fuzz target stand over its committed inputs, and over seeds made of vectors, invented cards and shared data?
//!
//! The targets themselves are those of `fuzz/src`; no fuzzer and no nightly compiler is needed here. `CHIPID_FULL=1` alters
//! each seed more often. `CHIPID_FUZZ_SEEDS=folder` writes the seeds there, a folder to each target, for `cargo fuzz run`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[path = "../support/shared.rs"]
mod shared;
#[path = "../../fuzz/src/lib.rs"]
#[allow(dead_code, reason = "what only the fuzzers call")]
mod targets;

mod seeds;

use chipid::Verdict;
use std::path::{Path, PathBuf};
use targets::{TARGETS, session_bytes, session_faults};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(name)
}

/// The inputs of a folder, by name.
fn inputs(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut found: Vec<_> = entries
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap()))
        .collect();
    found.sort();
    found
}

#[test]
fn every_target_stands_over_its_committed_inputs() {
    let mut counts = Vec::new();
    for (name, run) in TARGETS {
        let inputs = inputs(&folder("seeds").join(name));
        assert!(!inputs.is_empty(), "{name} has no input");
        for (input, bytes) in &inputs {
            println!("{name}/{input}");
            run(bytes);
        }
        counts.push(format!("{name} {}", inputs.len()));
    }
    println!("{}", counts.join(", "));
    let known: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
    for entry in std::fs::read_dir(folder("seeds")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(known.contains(&name.as_str()), "inputs of no target: {name}");
    }
}

#[test]
fn every_target_stands_over_the_seeds_and_over_altered_ones() {
    let written = std::env::var_os("CHIPID_FUZZ_SEEDS").map(PathBuf::from);
    let rounds = if std::env::var_os("CHIPID_FULL").is_some() { 200 } else { 2 };
    let (mut counts, mut failures) = (Vec::new(), Vec::new());
    for (name, run) in TARGETS {
        let seeds = seeds::of(name);
        assert!(seeds.len() >= 4, "{name} has {} seeds", seeds.len());
        for (number, bytes) in (0..).zip(&seeds) {
            if let Some(written) = &written {
                let folder = written.join(name);
                std::fs::create_dir_all(&folder).unwrap();
                std::fs::write(folder.join(format!("seed-{number:04}")), bytes).unwrap();
            }
            let rounds = (0..rounds).map(|round| altered(bytes, number * 1_000 + round));
            for bytes in std::iter::once(bytes.clone()).chain(rounds) {
                if std::panic::catch_unwind(|| run(&bytes)).is_err() {
                    failures.push(format!("{name} {}", hex::encode(&bytes[..bytes.len().min(2_000)])));
                }
            }
        }
        counts.push(format!("{name} {}", seeds.len()));
    }
    println!("{}", counts.join(", "));
    assert!(
        failures.is_empty(),
        "{} inputs fail, among them\n{}",
        failures.len(),
        failures[..failures.len().min(9)].join("\n")
    );
}

/// One to four alterations that follow from the number: a flipped bit, a piece cut out, doubled, or a length spoiled.
fn altered(bytes: &[u8], number: u64) -> Vec<u8> {
    let mut state = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(below.max(1)).unwrap()).unwrap()
    };
    let mut altered = bytes.to_vec();
    for _ in 0..1 + next(4) {
        if altered.is_empty() {
            return altered;
        }
        let at = next(altered.len());
        match next(5) {
            0 => altered[at] ^= 1 << next(8),
            1 => altered.truncate(at),
            2 => drop(altered.drain(at..(at + 1 + next(8)).min(bytes.len()).min(altered.len()).max(at))),
            3 => altered[at] = [0, 0x7F, 0x80, 0x81, 0x84, 0xFF][next(6)],
            _ => {
                let piece = altered[at..(at + 1 + next(16)).min(altered.len())].to_vec();
                drop(altered.splice(at..at, piece));
            }
        }
    }
    altered
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(2_000))]

    #[test]
    fn secure_messaging_takes_what_was_protected_and_nothing_else(
        head in proptest::prelude::any::<[u8; 4]>(),
        data in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..256),
        alterations in proptest::collection::vec(proptest::prelude::any::<[u8; 3]>(), 0..3),
    ) {
        let length = u8::try_from(data.len()).unwrap();
        targets::secure_messaging::all(&[head.as_slice(), &[length], &data, &alterations.concat()].concat());
    }
}

/// The control of the oracles: untouched, the sessions are worth what they are.
#[test]
fn untouched_sessions_reach_their_verdict() {
    let recorded = seeds::of("session_bytes");
    let reached: Vec<_> = recorded.iter().filter_map(|bytes| session_bytes::verdict(bytes)).collect();
    assert!(reached.contains(&Verdict::DataAuthentic), "{reached:?}");
    assert!(reached.iter().filter(|verdict| **verdict == Verdict::Undetermined).count() >= 2, "{reached:?}");
    for (mode, due) in [
        (0, Verdict::DataAuthentic),
        (2, Verdict::Genuine),
        (5, Verdict::Genuine),
        (2 | 16, Verdict::Undetermined),
        (2 | 8, Verdict::Failed),
        (5 | 8, Verdict::Failed),
    ] {
        assert_eq!(session_faults::verdict(&[mode]), Some(due), "mode {mode}");
    }
}

/// `fuzz/Cargo.toml`, `fuzz/fuzz_targets` and the table name the same targets.
#[test]
fn every_target_has_its_binary() {
    let manifest = std::fs::read_to_string(folder("Cargo.toml")).unwrap();
    let bins = manifest.split("[[bin]]").skip(1);
    let bins: Vec<&str> = bins.map(|bin| bin.split('"').nth(1).unwrap()).collect();
    let table: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
    assert_eq!(bins, table);
    let mut files: Vec<String> = inputs(&folder("fuzz_targets")).into_iter().map(|(name, _)| name).collect();
    let mut due: Vec<String> = table.iter().map(|name| format!("{name}.rs")).collect();
    files.sort();
    due.sort();
    assert_eq!(files, due);
}
