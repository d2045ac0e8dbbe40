//! What cards there are: a profile is a value with a knob for everything, and makes the files and the card.
//!
//! [`vn`] is the Vietnamese chip ID card as far as it is known, [`passport`] an older passport (BAC, TD3), [`hardened`] a
//! card with PACE only and the longest keys, [`plain`] one without access control, [`reference()`] the one that exchanges
//! are counted on; [`cam`], [`im`] and [`dh`] have the other mappings and groups, [`eac`] guards biometrics. A profile makes the same files each time; the card's own nonces and keys are random.

mod defect;
mod plan;
mod named;
mod keys;
mod infos;
mod data_groups;
mod card_security;
mod contents;

pub use contents::Contents;
pub use defect::PlantedDefect;
pub use named::{cam, dh, eac, hardened, im, passport, plain, reference, vn};
pub use plan::{
    ActiveAuthenticationPlan, CardSecurityPlan, ChipAuthenticationPlan, LengthInfo, Profile, Sizes, TerminalPlan,
};
