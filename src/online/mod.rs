//! Online verification: a service is asked whether a document signer's certificate belongs to a card, and its signed
//! answer is kept and judged as a check of its own, `online.confirmation`.
//!
//! In Vietnam a ministry answers this for the operators that it has a contract with; the library holds no client for it,
//! no key and no address. The operator implements [`OnlineVerifier`]: it receives the personal number, the document
//! signer's certificate and the province of residence, and nothing else of the card. The library does no I/O.
//!
//! The answer is bound to what was asked and signed by a signer that the caller named
//! ([`TrustBuilder::add_online_signer`](crate::trust::TrustBuilder::add_online_signer)), so that it can be kept with the document and judged again, by others
//! and offline. What is signed, octet by octet (lengths and times big-endian):
//!
//! ```text
//! binding = SHA-256("chipid.online/1 question" 00 ‖ field(number) ‖ field(certificate) ‖ field(province) ‖ nonce)
//! field   = 01 ‖ length (4) ‖ value, or 00 where there is none;  nonce = 32 random octets of the asker
//! message = "chipid.online/1 answer" 00 ‖ binding (32) ‖ 01 confirmed, 00 denied ‖ seconds since 1970 UTC (8)
//! ```
//!
//! A trusted signer's denial fails the verdict. A confirmation raises nothing: without an anchor the verdict stays
//! *undetermined*. Every other outcome leaves the check undetermined and the verdict as it is: no answer, an unsigned one,
//! one by an unknown signer, one to another question, a confirmation from another time than the question. A policy may
//! require more. Where nothing was asked there is no such check. A kept answer stays as it was; its day is reported, with a
//! warning when that is not the day judged for.
//!
//! ```
//! use chipid::online::{OnlineAnswer, OnlineError, OnlineQuestion, OnlineVerdict, OnlineVerifier};
//!
//! /// Asks the operator's own gateway, which has the contract and signs the answer that it received.
//! struct Gateway;
//!
//! impl OnlineVerifier for Gateway {
//!     fn ask(&mut self, question: &OnlineQuestion<'_>) -> Result<OnlineAnswer, OnlineError> {
//!         let (number, certificate) = (question.personal_number(), question.ds_certificate());
//!         let province = question.province().unwrap_or_default();
//!         // Send these three, the nonce and the binding; give back what was signed.
//!         # let _ = (number, certificate, province, question.nonce(), question.binding());
//!         # let send = |_: &str| None::<()>;
//!         send("…").ok_or(OnlineError::Unreachable)?;
//!         Ok(OnlineAnswer {
//!             binding: question.binding(),
//!             verdict: OnlineVerdict::Confirmed,
//!             answered_at: 1_767_225_600,
//!             signature: None,
//!         })
//!     }
//! }
//!
//! # fn run(document: &mut chipid::Document, trust: &chipid::trust::TrustStore, now: std::time::SystemTime) {
//! // Between reading and verifying; whether it was answered or not, verifying goes on.
//! let asked = document.confirm_online(&mut Gateway, now);
//! let report = document.verify(trust, now);
//! # let _ = (asked, report);
//! # }
//! ```

mod question;

pub use crate::document::{OnlineAnswer, OnlineSignature, OnlineVerdict};
pub use question::{OnlineError, OnlineQuestion, OnlineVerifier};
