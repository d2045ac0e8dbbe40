//! Is each misbehaviour of a card in PACE and in the proofs of the chip refused at its step, and nothing but that?
//!
//! A test for each row, its name beginning with the row's id: R and TS for the plans of TR-03105-5.2 and 5.3, AC and CH for
//! attacks. The plan of TR-03105-5.1 has a program of its own, `tests/conformance`. Each refusal has its accept: the
//! untouched card, on the same reader, is genuine.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod access_attacks;
mod terminal_plans;
mod chip_attacks;
#[path = "../support/desk.rs"]
mod desk;
#[path = "../support/outcome.rs"]
mod outcome;
#[path = "../support/protocols.rs"]
mod protocols;
#[path = "../support/reading.rs"]
mod reading;

use chipid::error::Step;
use chipid::internals::tlv::{self, Tag};
use chipid::sim::{Deviation, Folder, Profile};
use chipid::{Card, CheckId, Document, Error, Password, ReadPlan, Reason, State, Verdict};
use desk::*;
use outcome::step_of;
use protocols::*;
use reading::{go_on, lines};
use std::sync::{Arc, Mutex};

/// The ids of the rows that are shown here.
const ROWS: [&str; 39] = [
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
    "r_ta_4_1_",
    "r_ta_4_2_",
    "r_ta_4_3_",
    "r_ta_4_4_",
    "r_ta_4_5_",
    "ts_ta_4_8_",
    "ac_1_",
    "ac_2_",
    "ac_3_",
    "ac_4_",
    "ac_5_",
    "ac_6_",
    "ac_7_",
    "ac_8_",
    "ac_9_",
    "ac_10_",
    "ac_11_",
    "ch_1_",
    "ch_2_",
    "ch_3_",
    "ch_4_",
    "ch_5_",
    "ch_6_",
    "ch_7_",
    "ch_8_",
    "ch_9_",
    "ch_10_",
    "ch_11_",
    "ch_12_",
];

#[test]
fn every_row_has_its_test_and_every_test_its_row() {
    let sources =
        [include_str!("terminal_plans.rs"), include_str!("access_attacks.rs"), include_str!("chip_attacks.rs")];
    let tests: Vec<&str> = sources
        .iter()
        .flat_map(|source| source.split("#[test]\nfn ").skip(1))
        .map(|test| test.split('(').next().unwrap())
        .collect();
    let missing: Vec<_> = ROWS.iter().filter(|row| !tests.iter().any(|test| test.starts_with(*row))).collect();
    assert!(missing.is_empty(), "rows without a test: {missing:?}");
    let stray: Vec<_> = tests.iter().filter(|test| !ROWS.iter().any(|row| test.starts_with(row))).collect();
    assert!(stray.is_empty(), "tests without a row: {stray:?}");
}
