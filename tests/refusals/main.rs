//! Is each misbehaviour of a card in PACE and in the proofs of the chip refused at its step, and nothing but that?
//!
//! A test for each row of the conformance tables, its name beginning with the row's id: G for PACE, D for chip, F for
//! active, E for terminal authentication (TR-03105-5.1), R and TS for the plans of TR-03105-5.2 and 5.3, AC and CH for
//! attacks. Each refusal has its accept: the untouched card, on the same reader, is genuine.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod access_attacks;
mod active;
mod chip;
mod chip_attacks;
mod pace;
#[path = "../support/desk.rs"]
mod desk;
#[path = "../support/outcome.rs"]
mod outcome;
#[path = "../support/reading.rs"]
mod reading;
mod terminal;

use chipid::error::Step;
use chipid::sim::{Deviation, Folder, Profile, SimulatedCard};
use chipid::tlv::{self, Tag};
use chipid::{Card, CheckId, Document, Error, Password, ReadPlan, Reason, Report, State, Verdict};
use desk::*;
use outcome::step_of;
use reading::{go_on, lines};
use std::sync::{Arc, Mutex};

/// The ids of the rows that are shown here.
fn rows() -> Vec<String> {
    let of = |letter: &str, last: u32, deleted: &[u32]| -> Vec<String> {
        let live = (1..=last).filter(|number| !deleted.contains(number));
        live.map(|number| format!("{letter}_{number:02}_")).collect()
    };
    let named = [
        "r_pace_3_1_",
        "r_pace_3_2_",
        "r_pace_3_4_",
        "r_pace_3_5_",
        "r_pace_3_6_",
        "r_pace_4_x_",
        "ts_pace_1_9_",
        "ts_pace_3_4_",
        "ts_pace_4_x_",
        "r_ca_3_1_to_3_4_",
    ];
    [of("g", 41, &[37]), of("d", 15, &[]), of("f", 9, &[3]), named.map(str::to_owned).to_vec()].concat()
}

#[test]
fn every_row_has_its_test_and_every_test_its_row() {
    let sources = [include_str!("pace.rs"), include_str!("chip.rs"), include_str!("active.rs")];
    let tests: Vec<&str> = sources
        .iter()
        .flat_map(|source| source.split("#[test]\nfn ").skip(1))
        .map(|test| test.split('(').next().unwrap())
        .collect();
    let rows = rows();
    let missing: Vec<_> = rows.iter().filter(|row| !tests.iter().any(|test| test.starts_with(*row))).collect();
    assert!(missing.is_empty(), "rows without a test: {missing:?}");
    let stray: Vec<_> = tests.iter().filter(|test| !rows.iter().any(|row| test.starts_with(row))).collect();
    assert!(stray.is_empty(), "tests without a row: {stray:?}");
    println!("{} rows, {} tests", rows.len(), tests.len());
}
