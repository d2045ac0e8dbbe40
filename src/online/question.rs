//! The question of an online check, and asking it.

use crate::crypto::{OsRandom, Random};
use crate::document::{Document, LENGTH, OnlineAnswer, OnlineRecord};
use crate::verification::{OnlineFields, online_fields};
use std::time::SystemTime;
use thiserror::Error;

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
    fields: &'a OnlineFields,
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

/// `Debug` output omits the contents.
impl core::fmt::Debug for OnlineQuestion<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("OnlineQuestion(..)")
    }
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OnlineError {
    /// No personal number or no document signer's certificate was read.
    #[error("the document has no personal number or no signer's certificate to ask about")]
    NothingToAsk,
    /// There is an answer already: a question is not repeated until the answer is convenient.
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
    /// [`OnlineError`]; a question without an answer is reported.
    pub fn confirm_online(&mut self, verifier: &mut dyn OnlineVerifier, at: SystemTime) -> Result<(), OnlineError> {
        if self.online.as_ref().is_some_and(|record| record.answer.is_some()) {
            return Err(OnlineError::Answered);
        }
        let asked_at = at.duration_since(SystemTime::UNIX_EPOCH).map_err(|_| OnlineError::Moment)?.as_secs();
        let mut nonce = [0; LENGTH];
        OsRandom.fill(&mut nonce).map_err(|_| OnlineError::Random)?;
        let fields = online_fields(self, at.into()).ok_or(OnlineError::NothingToAsk)?;
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
