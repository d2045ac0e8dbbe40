//! What verifying a document gives: the verdict, the checks, the claims, the holder's fields. Values, no judgement.

mod verdict;
mod claims_result;
mod holder;
mod parts;
#[expect(clippy::module_inception, reason = "the room is named after the type")]
mod report;

pub use claims_result::ClaimsResult;
pub use holder::{FIELD_NAMES, Field, Holder, Portrait, Source};
pub use parts::{DataGroupCount, NotReadFile, OnlineCheck, PathEntry, UnusedTrust, UsedTolerance};
pub use report::Report;
pub(crate) use report::SCHEMA;
pub use verdict::Verdict;
