//! Policies: what a caller makes of a report: accept it, refer it to a person, or reject it, with every reason.
//!
//! The verdict says what is known; a policy says what is done about it. It gives each check a line: which of its states
//! are accepted and which are referred to a person. **What a line does not name is rejected**, and so are a check that the
//! policy does not know, a warning that it does not know, and a check that it names and the report lacks, unless its line
//! names `missing`. The decision is the worst of all that the rules say. A document of another person than the one who was
//! asked for is never accepted.
//!
//! What a policy cannot do, and what is refused when a file is read: accept or refer a document whose verdict is *failed*,
//! or a gating check that failed; accept a document whose verdict is *undetermined*, or one for which a tolerance of trust
//! was needed; put any state of a check above its success. So no decision is better than the verdict, and taking away the
//! success of a check never improves one. A file that is left out is judged as one that was not read, also where it would
//! have failed had it been there: an altered EF.COM or DG13 that is left out fails nothing. What must have been read,
//! a policy's lines say.
//!
//! Two are built in ([`Policy::strict`], [`Policy::field`]); others are read from files (feature `policy`,
//! `Policy::from_toml`).

mod decision;
mod lines;
mod claims_line;
#[expect(clippy::module_inception, reason = "the room is named after the type")]
mod policy;
mod toml_text;
mod built_in;
#[cfg(feature = "policy")]
mod error;
#[cfg(feature = "policy")]
mod toml_file;
#[cfg(test)]
mod tests;

pub use decision::{Basis, Decision, DecisionReason, Outcome};
#[cfg(feature = "policy")]
pub use error::{PolicyError, PolicyFault};
pub use policy::Policy;
