//! What a reading cost.

use crate::channel::Limits;
use std::time::Duration;

/// Exchanges, time, and the lengths that worked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cost {
    exchanges: u32,
    elapsed: Duration,
    limits: Option<Limits>,
    restarts: u32,
    resumes: u32,
}

impl Cost {
    pub(crate) fn new(exchanges: u32, elapsed: Duration, restarts: u32, resumes: u32) -> Self {
        Self { exchanges, elapsed, limits: None, restarts, resumes }
    }

    pub(crate) fn with_limits(self, limits: Limits) -> Self {
        Self { limits: Some(limits), ..self }
    }

    /// Exchanges with the card, first to last.
    pub(crate) fn exchanges(&self) -> u32 {
        self.exchanges
    }

    /// Time of the reading.
    pub(crate) fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// The lengths that worked, for the next card of this kind in this reader.
    pub(crate) fn limits(&self) -> Option<Limits> {
        self.limits
    }

    /// How often access was opened again because an answer was too long.
    pub(crate) fn restarts(&self) -> u32 {
        self.restarts
    }

    /// How often the card was lost during the reading and came back.
    pub(crate) fn resumes(&self) -> u32 {
        self.resumes
    }
}
