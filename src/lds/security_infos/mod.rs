//! SecurityInfos: what EF.CardAccess, EF.DG14 and EF.CardSecurity say that the chip can do (9303-11 §9.2).
//!
//! Each info keeps its bytes as they were read: what is compared between files are those, never a re-encoding. Unknown
//! protocols are kept. A file whose data objects do not fit each other is an error; an info of a known protocol that
//! has not the fields it should is kept as [`SecurityInfoKind::Malformed`], so that nobody takes its absence for a
//! chip without that protocol.

mod suites;
mod info;
mod set;

pub use info::{
    ActiveAuthenticationInfo, ChipAuthenticationInfo, ChipAuthenticationPublicKeyInfo, KeyId, PaceDomainParameterInfo,
    PaceInfo, SecurityInfo, SecurityInfoKind, TerminalAuthenticationInfo,
};
pub use set::SecurityInfos;
pub(crate) use set::read_set;
pub use suites::{Agreement, Mapping, PaceSuite};
