//! What a document is worth: every check with its reason, the verdict, the holder's fields with their state.
//!
//! [`Document::verify`](crate::Document::verify) is implemented here.

mod gate;
mod values;
mod certified_signature;
mod attested;
mod inputs;
mod context;
mod file_checks;
mod access_checks;
mod claims_comparison;
mod claims_outcome;
mod claim_checks;
mod key_file;
mod pace_cam;
mod chip_authentication;
mod active_authentication;
mod chip_checks;
mod trust_age;
mod known_defects;
mod holder;
mod online_check;
mod report_parts;
mod conclusion;
mod verify;

#[cfg(feature = "evidence")]
pub(crate) use certified_signature::verify_evidence_signature;
pub(crate) use gate::{Gate, gate};
pub(crate) use online_check::OnlineFields;
pub(crate) use verify::online_fields;
#[cfg(feature = "evidence")]
pub(crate) use verify::{Certificates, claims_record, judge};
