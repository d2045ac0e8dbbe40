//! Online verification: somebody else is asked whether a document signer's certificate belongs to a card, and his signed
//! answer is kept and judged as a check of its own, `online.confirmation`.
//!
//! In Vietnam a ministry answers this for the operators that it has a contract with; the library holds no client for it,
//! no key and no address. The operator implements [`OnlineVerifier`]: it receives the personal number, the document
//! signer's certificate and the province of residence, and nothing else of the card. The library does no I/O.
//!
//! The answer is bound to what was asked and signed by one whom the caller named
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
//! *undetermined*. Whatever else comes of it, no answer, one that nobody signed, one by somebody unknown, to another
//! question, or a confirmation from another time than the question, leaves the check undetermined and the verdict as it is; a policy may demand more. Where
//! nobody was asked there is no such check. An answer that was kept stays what it was; it tells its day, and a warning says
//! when that is not the day judged for.
//!
//! ```
//! use chipid::inspection::online::{OnlineAnswer, OnlineError, OnlineQuestion, OnlineVerdict, OnlineVerifier};
//!
//! /// Asks the operator's own gateway, which has the contract and signs what it was told.
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

mod check;
mod record;

pub(super) use check::check;
pub(super) use record::{Kept, OnlineRecord};

use super::attestation::Attested;
use super::document::Document;
use super::file_checks::{self, Values};
use super::holder;
use crate::checks::Tolerances;
use crate::crypto::{DigestAlgorithm, OsRandom, Random};
use crate::passive_authentication::{PassiveAuthentication, passive_authentication};
use crate::trust::TrustStore;
use crate::vietnam::province_of_residence;
use std::time::SystemTime;
use thiserror::Error;
use time::OffsetDateTime;
use zeroize::Zeroizing;

/// Octets of a nonce and of a binding.
const LENGTH: usize = 32;

/// Whom the operator asks.
pub trait OnlineVerifier {
    /// Asks, and gives the answer as it was signed.
    ///
    /// # Errors
    /// [`OnlineError`] where there is no answer.
    fn ask(&mut self, question: &OnlineQuestion<'_>) -> Result<OnlineAnswer, OnlineError>;
}

/// What is asked: whether this certificate belongs to this person's card. All that leaves is here.
pub struct OnlineQuestion<'a> {
    fields: &'a Fields,
    nonce: [u8; LENGTH],
}

impl OnlineQuestion<'_> {
    /// The personal number.
    pub fn personal_number(&self) -> &str {
        &self.fields.personal_number
    }

    /// The document signer's certificate, DER.
    pub fn ds_certificate(&self) -> &[u8] {
        &self.fields.ds_certificate
    }

    /// The province of residence, where the document names one.
    pub fn province(&self) -> Option<&str> {
        self.fields.province.as_ref().map(|province| province.as_str())
    }

    /// Random octets of this question alone: with them whoever answers can compute the binding again.
    pub fn nonce(&self) -> [u8; LENGTH] {
        self.nonce
    }

    /// The hash that the answer must be over.
    pub fn binding(&self) -> [u8; LENGTH] {
        self.fields.binding(&self.nonce)
    }
}

/// Says nothing of its content.
impl core::fmt::Debug for OnlineQuestion<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("OnlineQuestion(..)")
    }
}

/// What was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnlineVerdict {
    /// The certificate belongs to the card.
    Confirmed,
    /// It does not.
    Denied,
}

/// An answer, as it was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnlineAnswer {
    /// The binding that it is over: of the question, if it is the answer to it.
    pub binding: [u8; LENGTH],
    /// What it says.
    pub verdict: OnlineVerdict,
    /// When, in seconds since 1970 UTC.
    pub answered_at: u64,
    /// The signature; an answer without one is kept, and counts for nothing.
    pub signature: Option<OnlineSignature>,
}

/// A signature over an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnlineSignature {
    /// The AlgorithmIdentifier of the signature, DER; never with SHA-1.
    pub algorithm: Vec<u8>,
    /// The signer's certificate, DER.
    pub certificate: Vec<u8>,
    /// The signature over [`OnlineAnswer::message`].
    pub signature: Vec<u8>,
}

impl OnlineAnswer {
    /// What is signed: the name of the form, the binding, the answer, the time.
    pub fn message(&self) -> Vec<u8> {
        let verdict = match self.verdict {
            OnlineVerdict::Confirmed => 1,
            OnlineVerdict::Denied => 0,
        };
        [b"chipid.online/1 answer\0", &self.binding[..], &[verdict], &self.answered_at.to_be_bytes()].concat()
    }
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OnlineError {
    /// No personal number or no document signer's certificate was read.
    #[error("the document has no personal number or no signer's certificate to ask about")]
    NothingToAsk,
    /// There is an answer already: nobody asks until he likes it.
    #[error("the question was answered already")]
    Answered,
    /// Whoever is asked cannot be reached.
    #[error("whoever is asked cannot be reached")]
    Unreachable,
    /// He refuses: no contract, too many questions.
    #[error("whoever is asked refuses to answer")]
    Refused,
    /// What came is no answer.
    #[error("what came is no answer")]
    NoAnswer,
    /// The system gives no random bytes.
    #[error("the system gives no random bytes")]
    Random,
    /// A moment before 1970.
    #[error("a moment before 1970")]
    Moment,
}

impl Document {
    /// Asks whether the document signer's certificate belongs to this card, and keeps the answer: verifying judges it, and
    /// it is saved with the document. `at`: when it is asked.
    ///
    /// # Errors
    /// [`OnlineError`]; where somebody was asked and did not answer, that stands in the report.
    pub fn confirm_online(&mut self, verifier: &mut dyn OnlineVerifier, at: SystemTime) -> Result<(), OnlineError> {
        if self.online.as_ref().is_some_and(|record| record.answer.is_some()) {
            return Err(OnlineError::Answered);
        }
        let asked_at = at.duration_since(SystemTime::UNIX_EPOCH).map_err(|_| OnlineError::Moment)?.as_secs();
        let mut nonce = [0; LENGTH];
        OsRandom.fill(&mut nonce).map_err(|_| OnlineError::Random)?;
        let fields = Fields::of_document(self, at.into()).ok_or(OnlineError::NothingToAsk)?;
        let question = OnlineQuestion { fields: &fields, nonce };
        let answer = verifier.ask(&question);
        let (answer, done) = match answer {
            Ok(answer) => (Some(answer), Ok(())),
            Err(error) => (None, Err(error)),
        };
        self.online = Some(Box::new(OnlineRecord { nonce, asked_at, binding: question.binding(), answer }));
        done
    }
}

/// The three values of a question.
struct Fields {
    personal_number: Zeroizing<String>,
    ds_certificate: Vec<u8>,
    province: Option<Zeroizing<String>>,
}

impl Fields {
    fn of_document(document: &Document, at: OffsetDateTime) -> Option<Self> {
        let values = Values::of(document, at);
        let nobody = TrustStore::empty();
        let attested = Attested::of(document, &nobody);
        let inputs = file_checks::inputs(document, &values, &attested, &nobody, at, &Tolerances::none());
        Self::of(&values, &passive_authentication(&inputs))
    }

    fn of(values: &Values<'_>, pa: &PassiveAuthentication<'_>) -> Option<Self> {
        let residence = holder::place_of_residence(values);
        Some(Self {
            personal_number: Zeroizing::new(holder::personal_number(values)?),
            ds_certificate: pa.document_signer()?.der().to_vec(),
            province: residence.and_then(province_of_residence).map(|province| Zeroizing::new(province.to_owned())),
        })
    }

    fn binding(&self, nonce: &[u8; LENGTH]) -> [u8; LENGTH] {
        let mut message = Zeroizing::new(b"chipid.online/1 question\0".to_vec());
        let province = self.province.as_ref().map(|province| province.as_bytes());
        for field in [Some(self.personal_number.as_bytes()), Some(&self.ds_certificate), province] {
            match field {
                Some(value) => {
                    message.push(1);
                    message.extend(u32::try_from(value.len()).unwrap_or(u32::MAX).to_be_bytes());
                    message.extend(value);
                }
                None => message.push(0),
            }
        }
        message.extend(nonce);
        let digest = DigestAlgorithm::Sha256.digest(&[&message]);
        digest.try_into().expect("a SHA-256 digest has 32 octets")
    }
}
