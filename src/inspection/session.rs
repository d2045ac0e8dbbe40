//! An open chip: access granted, secure messaging on.
//!
//! How its files and proofs are read is the business of `reading.rs`.

use super::card::{Door, Opening};
use super::claims::Claims;
use super::document::Document;
use super::plan::ReadPlan;
use super::reading::Reading;
use crate::access::{AccessRecord, Given};
use crate::channel::{Channel, Limits};
use crate::chip::Terminal;
use crate::crypto::Random;
use crate::error::{Error, Place};
use crate::event::Show;
use std::time::Instant;

/// An open chip: access granted, secure messaging on (where the chip has it).
pub struct Session {
    pub(super) channel: Channel,
    pub(super) random: Box<dyn Random>,
    pub(super) door: Door,
    pub(super) opening: Opening,
    pub(super) terminal: Option<Terminal>,
    started: Instant,
}

/// A reading that was cut off, and what was held by then.
#[derive(thiserror::Error)]
#[error("{error}")]
pub struct ReadError {
    /// Why.
    #[source]
    pub error: Error,
    /// Where.
    pub place: Place,
    /// What was read until then; it can be verified, and is never better than undetermined for what is lacking.
    pub document: Box<Document>,
}

impl core::fmt::Debug for ReadError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("ReadError").field("error", &self.error).field("place", &self.place).finish_non_exhaustive()
    }
}

impl From<ReadError> for Error {
    fn from(error: ReadError) -> Self {
        error.error
    }
}

impl Session {
    pub(crate) fn new(channel: Channel, random: Box<dyn Random>, door: Door, opening: Opening) -> Self {
        Self { channel, random, door, opening, terminal: None, started: Instant::now() }
    }

    /// The same with a terminal that may read DG3 and DG4: its certificates, and what signs for it. Without one both are
    /// never asked for.
    pub fn with_terminal(self, terminal: Terminal) -> Self {
        Self { terminal: Some(terminal), ..self }
    }

    /// How the chip was opened.
    pub fn access(&self) -> &AccessRecord {
        &self.opening.access
    }

    /// The lengths in use.
    pub fn limits(&self) -> Limits {
        self.channel.limits()
    }

    /// Reads what the plan names and asks for the chip's proofs; the card may then leave the reader, and is reset.
    ///
    /// A card that is lost on the way is waited for, opened anew and read on, as
    /// [`Options::resume`](crate::inspection::Options::resume) says.
    ///
    /// # Errors
    /// [`ReadError`], with what was read until then.
    pub fn read(mut self, plan: &ReadPlan, show: &mut Show<'_>) -> Result<Document, ReadError> {
        let Given { number, qr, mrz, mrz_key } = self.door.password.take_claims();
        let claims = Claims { number, qr, mrz, mrz_key, ..Claims::default() };
        let mut document = Document::of_card(self.opening.access.clone(), self.door.card_access.clone(), claims);
        document.fields.clone_from(&plan.fields);
        document.lengths.clone_from(&self.door.lengths);
        let mut reading = Reading::new(self, &mut document);
        let result = reading.run(plan, &mut document, show);
        let place = reading.place();
        reading.leave(&mut document);
        match result {
            Ok(()) => Ok(document),
            Err(error) => {
                document.cut_off = true;
                Err(ReadError { error, place, document: Box::new(document) })
            }
        }
    }

    /// Time since the chip was opened.
    pub(super) fn elapsed(&self) -> core::time::Duration {
        self.started.elapsed()
    }
}
