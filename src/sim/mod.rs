//! The simulated card, its issuer and its vpcd client (feature `sim`): for demonstrations and tests.
//!
//! It stands above all reader protocol code and so cannot borrow it: what both sides must agree on is the standard. A
//! [`profile`] describes a card, a [`Quirk`] a habit of real cards, a [`Deviation`] what a hostile card does; [`faults`]
//! holds those of the line too, and an [`Issuer`] makes certificates and signed files, correct or defective.

mod der;
pub mod faults;
mod quirks;
mod files;
mod secure_messaging;
mod access;
pub(crate) mod issuer;
mod active_authentication;
mod chip_authentication;
mod terminal_authentication;
mod card;
pub mod person;
mod biometrics;
pub mod profile;
pub mod vpcd;

pub use access::{Mapping, PaceSuite};
pub use card::SimulatedCard;
pub use faults::Deviation;
pub use files::{File, Folder, ReadRule};
pub use issuer::{CvHolder, Issuer, IssuerPlan, KeyPlan, TerminalAuthority, TerminalAuthorityPlan};
pub use profile::{PlantedDefect, Profile};
pub use quirks::{Quirk, Quirks, UnknownQuirk};
