//! What holds for every input, tried on random ones: what is written reads again, and no document is worth more than the
//! verdict's definition says.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[path = "../support/trust.rs"]
mod trust_changes;
#[path = "../support/reading.rs"]
mod reading;

mod claims;
mod documents;
mod names;
mod round_trips;
