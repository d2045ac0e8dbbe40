//! Does any fault, of the line or of the card, ever earn a better verdict than the truth, hang, panic, or tell a secret?
//!
//! A matrix of faults over simulated cards with seven oracles (`oracles.rs`), in one process and without randomness of the
//! machine's; what fails shrinks to a text script, and `scripts/` holds those that must never fail again. Beside it the
//! suites X-SM (`sm.rs`) and X-PCSC (`pcsc.rs`), a named test for each item.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::result_large_err, reason = "a test's own shorthand")]

mod cards;
mod case;
mod catalogue;
mod matrix;
mod oracles;
#[cfg(all(target_os = "linux", feature = "pcsc"))]
mod pcsc;
#[path = "../support/reading.rs"]
mod reading;
mod scripts;
mod shrink;
mod sm;
mod suites;
#[cfg(all(target_os = "linux", feature = "pcsc"))]
#[path = "../support/mod.rs"]
mod support;
mod wire;
