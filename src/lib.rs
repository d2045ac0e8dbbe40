//! Reads the chip of a citizen's ID card over a PC/SC reader and says, with reasons, whether it is genuine.
//!
//! Four nouns: `Card` (connected) → `Session` (access granted, secure messaging on) → `Document` (files as
//! read and the chip's proofs; no card, no I/O) → `Report` (verdicts). Each step consumes the one before, except
//! that verifying borrows.
//!
//! The modules stand in one order: **a module imports only from modules declared above it**.
#![forbid(unsafe_code)]
#![deny(
    missing_docs,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::unwrap_used,
    clippy::panic,
    clippy::todo,
    clippy::unimplemented,
    clippy::unreachable,
    clippy::dbg_macro,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason
)]

// Words and bytes.
pub mod bounds;
pub mod checks;
mod oid;
mod tlv;
mod crypto;

// Structures: bytes in, values out.
mod iso7816;
mod pki;
mod signed_lists;
mod cvc;
pub mod lds;
pub mod compare;
pub mod vietnam;
pub mod national;

// What a caller is told.
pub mod error;
pub mod event;

// Trust: anchors and chains, then passive authentication.
pub mod trust;
mod passive_authentication;

// To a card and back.
pub mod transport;
#[cfg(feature = "sim")]
pub mod sim;
mod secure_messaging;
mod channel;

// Protocols.
pub mod access;
pub mod chip;

// What was read, and how.
pub mod document;
pub mod reading;

// What it is worth.
pub mod report;
pub mod verification;

// What is done with it.
pub mod online;
pub mod policy;
#[cfg(feature = "evidence")]
pub mod evidence;
#[cfg(feature = "json")]
pub mod export;
#[cfg(feature = "image")]
pub mod image;
#[doc(hidden)]
pub mod internals;

pub use access::{Password, PasswordError};
pub use bounds::{BOUNDS, Bounds};
pub use channel::{Budget, Limits};
pub use checks::{Check, CheckId, Reason, State, Tolerance, Tolerances, Warning};
pub use crypto::{Cipher, DigestAlgorithm, OsRandom, Random};
pub use document::{
    ClaimField, Claims, ClaimsBasis, ClaimsOutcome, ClaimsWarning, Consent, Document, FaceComparison, FaceMatcher,
    FaceResult, Identification, KeptGroups, Proofs, Statements,
};
pub use error::{Error, Place, TransportError};
pub use event::{Event, Phase};
#[cfg(feature = "evidence")]
pub use evidence::{Clock, Evidence, EvidenceError, EvidencePolicy};
pub use iso7816::StatusWord;
pub use policy::{Decision, Outcome, Policy};
pub use reading::{Card, OpenError, Options, ReadError, ReadPlan, Session};
pub use report::{ClaimsResult, Field, Holder, Portrait, Report, Verdict};
#[cfg(feature = "pcsc")]
pub use transport::pcsc;
pub use trust::{TrustBuilder, TrustStore};
