//! Signed lists: master lists, deviation lists and defect lists: bytes in, values out.
//!
//! A list is parsed, the signatures over it are verified, and the certificates of its signers are checked for their purpose.
//! Whether a signer is trusted is decided in `trust`.

mod signer;
mod master_list;
mod defects;

pub use defects::{Criterion, DefectKind, DefectList, DefectListForm, DocumentDefect, DocumentFacts, KnownDefect};
pub use master_list::MasterList;
pub use signer::ListError;
pub(crate) use signer::{ListKind, Signature};
