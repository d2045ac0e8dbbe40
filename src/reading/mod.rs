//! From a connected card to a document: access, files, proofs of the chip.

mod plan;
mod options;
mod application;
mod card_access;
mod stated_lengths;
mod opening;
mod session;
mod card;
mod progress;
mod chip_proofs;
mod files;
mod resume;
mod read;

pub use card::{Card, OpenError};
pub use options::{Options, Resume};
pub use plan::ReadPlan;
pub use session::{ReadError, Session};
