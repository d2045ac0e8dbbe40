//! The whole: [`Card`] → [`Session`] → [`Document`] → [`Report`].

mod card;
mod chip_checks;
mod cross_checks;
mod document;
#[cfg(feature = "json")]
pub mod fhir;
mod file_checks;
mod holder;
mod plan;
mod proofs;
mod reading;
mod report;
#[cfg(feature = "json")]
mod schema;
mod session;
mod verdict;

pub use card::{Card, OpenError, Options, Resume};
pub use document::{Claims, Document, FileState, NotRead, Origin};
pub use holder::{FIELD_NAMES, Field, Holder, Portrait, Source};
pub use plan::ReadPlan;
pub use proofs::{Proofs, ProofsError};
pub use report::{Access, NotReadFile, OnlineCheck, Report};
pub use session::{ReadError, Session};
pub use verdict::Verdict;
