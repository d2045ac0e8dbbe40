//! The logical data structure: files as values (9303-10).

mod files;

pub use files::{DataGroup, FileId};
