//! How a value that was given or printed is compared with the value on the chip: numbers, dates, texts and names.
//!
//! Each comparison returns `None` where there is nothing to compare: one side is empty, or the two share no part. Names
//! are compared in levels, [`NameMatch`], because a machine-readable zone (MRZ) holds a name without its marks and cut
//! to the length of the field. No result contains the compared values.
//!
//! ```
//! use chipid::compare::{NameMatch, names, numbers};
//!
//! assert_eq!(names("Nguyễn Hòa", "NGUYỄN HOÀ"), Some(NameMatch::TonePlacement));
//! assert_eq!(names("Nguyễn Hòa", "Nguyễn Hải"), Some(NameMatch::Different));
//! assert_eq!(names("Nguyễn Hòa", ""), None);
//! assert_eq!(numbers("C01X00T47", "c01x00t47<<"), Some(true));
//! ```

mod number;
mod date;
mod text;
mod vietnamese;
mod letters;
mod name;
#[cfg(test)]
mod tests;

pub use date::{DateMatch, DateToCompare, dates};
pub(crate) use name::with_names;
pub use name::{HolderNames, NameMatch, mrz_names, name_with_mrz, names};
pub use number::numbers;
pub use text::{texts, transliterate};
