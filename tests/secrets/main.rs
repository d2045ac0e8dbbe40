//! Does anything personal or secret get out: into a message, a Debug output, a panic, a file that nobody asked for, or memory
//! that is given back?
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[path = "../support/reading.rs"]
mod reading;

#[path = "../support/program.rs"]
#[allow(dead_code, reason = "a part of it is used")]
mod program;

mod allocator;
mod canaries;
mod leaks;
mod memory;
mod program_runs;
mod shown;
