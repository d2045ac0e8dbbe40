//! The logical data structure: files as values (9303-10).
//!
//! Each parser takes a file as it was read and gives back what it says, with [`Finding`]s for what is not as it should
//! be; it fails only where nothing can be said. What is hashed or compared are always the bytes, never these values.

mod file_id;
mod findings;
mod date;
mod image_format;
mod mrz;
mod dg1;
mod com;
mod cvca;
mod biometric;
mod dg2_face;
mod dg3_finger;
mod dg4_iris;
mod dg5_dg7_displayed;
mod opaque_group;
mod details;
mod security_infos;
mod chip_key;
mod dg14;
mod dg15;
mod atr_info;
mod dir;
mod sod;
mod card_security;

pub use atr_info::{AtrInfo, CardCapabilities, ExtendedLength};
pub use biometric::{BiometricHeader, RecordFormat, RecordVersion};
pub use card_security::{CardSecurity, CardSecurityError};
pub use chip_key::ChipKey;
pub use com::Com;
pub use cvca::Cvca;
pub use date::{DateTime, PartialDate, Sex};
pub use details::{Dg11, Dg12, Dg16, PersonToNotify, Text, comparable};
pub use dg2_face::{Angle, Dg2, Face, FaceDetails, FaceRepresentation, FacialInformation, FeaturePoint};
pub use dg3_finger::{Dg3, Finger, FingerDetails, FingerImageRecord, FingerPosition, FingerRepresentation};
pub use dg4_iris::{Dg4, Eye, Iris, IrisDetails, IrisImageRecord, IrisRepresentation};
pub use dg5_dg7_displayed::{Dg5, Dg7};
pub use dg14::Dg14;
pub use dg15::Dg15;
pub use dir::Dir;
pub use file_id::{DataGroup, FileId};
pub(crate) use findings::Findings;
pub use findings::{FileDefect, Finding, FindingKind};
pub use image_format::{Dimensions, Image, ImageFormat};
pub(crate) use mrz::ShortDate;
pub use mrz::{Mrz, MrzError, MrzField, MrzFormat, MrzInformation, MrzName, check_digit};
pub use opaque_group::{OpaqueGroup, RawObject};
pub use security_infos::{
    ActiveAuthenticationInfo, Agreement, ChipAuthenticationInfo, ChipAuthenticationPublicKeyInfo, KeyId, Mapping,
    PaceDomainParameterInfo, PaceInfo, PaceSuite, SecurityInfo, SecurityInfoKind, SecurityInfos,
    TerminalAuthenticationInfo,
};
pub use sod::{LdsSecurityObject, SecurityObject, SodDefect, SodError};
