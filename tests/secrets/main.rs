//! Does anything personal or secret get out: into a message, a Debug output, a panic, a file that nobody asked for, or memory
//! that is given back?
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[path = "../support/reading.rs"]
mod reading;

mod allocator;
mod memory;
