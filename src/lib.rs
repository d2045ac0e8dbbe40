//! Reads the chip of a citizen's ID card over a PC/SC reader and says, with reasons, whether it is genuine.
//!
//! Four nouns: `Card` (connected) → `Session` (access granted, secure messaging on) → `Document` (files as
//! read and the chip's proofs; no card, no I/O) → `Report` (verdicts). Each step consumes the one before, except
//! that verifying borrows.
//!
//! The modules stand in one order: **a module imports only from modules declared above it, and a file only from files declared
//! above it in its `mod.rs`** (`tests/order.rs` checks both).
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
pub mod bounds; // Every limit on sizes, counts and times.
pub mod checks; // Ids, states, reasons, warnings and tolerances of checks.
mod oid; // Object identifiers by name.
mod tlv; // The only BER-TLV decoder and encoder.
mod crypto; // Ciphers, digests, signatures, curves: the only module that names cipher crates.

// Structures: bytes in, values out.
mod iso7816; // Command and response APDUs, status words.
mod pki; // Certificates, signed data (CMS), revocation lists, PEM and DER files of them.
mod signed_lists; // Master lists, lists of known defects, and what their signers may sign.
mod cvc; // Card-verifiable certificates of terminals.
pub mod lds; // The files of the chip: EF.COM, EF.SOD, MRZ, data groups, EF.CardAccess.
pub mod compare; // Names, dates, numbers and texts of two sources, compared by levels.
pub mod vietnam; // DG13, personal number, QR code and cross checks of Vietnam's ID card.
pub mod national; // The one table of countries: which profile a document has.

// Errors and progress.
pub mod error; // The one public error, by what a caller can do about it.
pub mod event; // Progress, and data that arrives while the card is read.

// What is trusted.
pub mod trust; // Trust anchors, certification paths, lists, bundles; the store and its builder.
mod passive_authentication; // EF.SOD against its certificate chain, data groups against EF.SOD.

// To a card and back.
pub mod transport; // PC/SC readers, transcripts, and the trait of a connection.
#[cfg(feature = "sim")]
pub mod sim; // The simulated card and its issuer; it shares no protocol code with the reader.
mod secure_messaging; // Protected commands and responses.
mod channel; // Commands to a card: lengths, chaining, file selection, budget, deadline.

// Protocols.
pub mod access; // Passwords, BAC and PACE.
pub mod chip; // Active, chip and terminal authentication: what the reader does.

// What was read, and how.
pub mod document; // What was read, as plain data: files, opening, proofs, claims, statements, cost.
pub mod reading; // From a connected card to a document: plan, opening, files, lost cards.

// What it is worth.
pub mod report; // The result as values: verdict, checks, claims, holder, portrait.
mod verification; // Makes the report: every check, and the verdict that follows from them.

// What is done with it.
pub mod online; // The question to an online service, and its signed answer.
pub mod policy; // Accept, refer or reject: rules over a report.
#[cfg(feature = "evidence")]
pub mod evidence; // One signed file that shows a reading to others later.
#[cfg(feature = "json")]
pub mod export; // A report as FHIR patient, and the JSON schema of a report.
#[cfg(feature = "image")]
pub mod image; // JPEG and JPEG 2000 images decoded within limits.

// For the library's own tests only: unstable.
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
