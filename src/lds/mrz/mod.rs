//! The machine-readable zone as a value: TD1, TD2 and TD3 (9303-3 §4, 9303-4, 9303-5, 9303-6), from what a person types
//! or scans, and from EF.DG1.
//!
//! A wrong check digit loses no field: it is a [`Finding`]. What is typed is tolerated with spaces, line breaks and
//! lower case. What a state keeps in the optional data is the business of its own room. Printing an [`Mrz`] with
//! `{:?}` shows its format and nothing of its content.

mod layout;
mod syntax;
mod zone;
mod examine;
mod parse;
mod information;

pub use information::MrzInformation;
pub use layout::{MrzField, MrzFormat};
pub(crate) use syntax::ShortDate;
pub use syntax::{MrzError, check_digit};
pub use zone::{Mrz, MrzName};
