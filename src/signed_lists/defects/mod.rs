//! Lists of known defects: the deviation lists of issuing states (9303-12 §10) and the defect lists of BSI TR-03129-2
//! (version 1.4.1).
//!
//! A list states that documents of an issuer deviate from the standard, and how. An entry never makes a document better than
//! *undetermined*: it explains a failure, it does not show that the document is genuine. The effect of each kind of defect
//! is decided where the checks are made; this module reads a list, verifies its signature, and matches entries to a document.
//!
//! An entry means the documents that fulfil each of its criteria. A criterion that cannot be evaluated, because the
//! document's value is not known, neither fulfils nor rules out: the entry could mean the document, and the result names the
//! criterion. An entry without any criterion means no document.

mod kind;
mod entry;
mod deviation_list;
mod defect_list;
mod list;

pub use entry::{Criterion, DocumentFacts};
pub use kind::{DefectKind, KnownDefect};
pub use list::{DefectList, DefectListForm, DocumentDefect};
