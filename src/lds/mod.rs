//! The logical data structure: files as values (9303-10).
//!
//! Each parser takes a file as it was read and gives back what it says, with [`Finding`]s for what is not as it should
//! be; it fails only where nothing can be said. What is hashed or compared are always the bytes, never these values.

mod files;
mod finding;
mod date;
mod mrz;
mod dg1;
mod com;
mod cvca;
mod face;
mod security_infos;
mod keys;
mod atr_info;
mod dir;
mod sod;
mod card_security;

pub use atr_info::{AtrInfo, CardCapabilities, ExtendedLength};
pub use card_security::{CardSecurity, CardSecurityError};
pub use com::Com;
pub use cvca::Cvca;
pub use date::{PartialDate, Sex};
pub use dir::Dir;
pub use face::{Dg2, Face, ImageFormat, MAX_FACES, RecordFormat};
pub use files::{DataGroup, FileId};
pub(crate) use finding::Findings;
pub use finding::{Defect, Finding, Kind};
pub use keys::{ChipKey, Dg14, Dg15};
pub use mrz::{Mrz, MrzError, MrzField, MrzFormat, MrzInformation, MrzName, check_digit};
pub use security_infos::{
    ActiveAuthenticationInfo, Agreement, ChipAuthenticationInfo, ChipAuthenticationPublicKeyInfo, KeyId, MAX_INFOS,
    Mapping, PaceDomainParameterInfo, PaceInfo, PaceSuite, SecurityInfo, SecurityInfoKind, SecurityInfos,
    TerminalAuthenticationInfo,
};
pub use sod::{LdsSecurityObject, SecurityObject, SodDefect, SodError};
