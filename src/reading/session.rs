//! An open chip: access granted, secure messaging on.
//!
//! How its files and proofs are read is the business of `reading.rs`.

use super::opening::{AccessGranted, Opener};
use crate::access::AccessRecord;
use crate::channel::{Channel, Limits};
use crate::chip::Terminal;
use crate::crypto::Random;
use crate::document::Document;
use crate::error::{Error, Place};
use std::time::Instant;

/// An open chip: access granted, secure messaging on (where the chip has it).
pub struct Session {
    pub(super) channel: Channel,
    pub(super) random: Box<dyn Random>,
    pub(super) opener: Opener,
    pub(super) granted: AccessGranted,
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
    pub(crate) fn new(channel: Channel, random: Box<dyn Random>, opener: Opener, granted: AccessGranted) -> Self {
        Self { channel, random, opener, granted, terminal: None, started: Instant::now() }
    }

    /// The same with a terminal that may read DG3 and DG4: its certificates, and what signs for it. Without one both are
    /// never asked for.
    pub fn with_terminal(self, terminal: Terminal) -> Self {
        Self { terminal: Some(terminal), ..self }
    }

    /// How the chip was opened.
    pub fn access(&self) -> &AccessRecord {
        &self.granted.access
    }

    /// The lengths in use.
    pub fn limits(&self) -> Limits {
        self.channel.limits()
    }

    /// Time since the chip was opened.
    pub(super) fn elapsed(&self) -> core::time::Duration {
        self.started.elapsed()
    }
}
