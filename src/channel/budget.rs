//! What one card may cost, and what it has cost so far.

use crate::bounds::BOUNDS;
use std::time::{Duration, Instant};

/// What one card may cost before the library stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Exchanges with the card.
    pub exchanges: u32,
    /// Bytes of answers in all.
    pub bytes: usize,
    /// Bytes of one file or one answer.
    pub file_bytes: usize,
    /// Wall clock, from the connection on.
    pub time: Duration,
}

impl Default for Budget {
    /// 4 096 exchanges, 4 MiB in all, 1 MiB a file, five minutes.
    fn default() -> Self {
        Self {
            exchanges: BOUNDS.exchanges,
            bytes: BOUNDS.total_bytes,
            file_bytes: BOUNDS.file_bytes,
            time: BOUNDS.reading_time,
        }
    }
}

/// What a card has cost, held against its budget.
pub(super) struct Spending {
    budget: Budget,
    started: Instant,
    exchanges: u32,
    /// The exchanges that were made before the budget in force.
    before: u32,
    bytes: usize,
}

impl Spending {
    pub(super) fn new() -> Self {
        Self { budget: Budget::default(), started: Instant::now(), exchanges: 0, before: 0, bytes: 0 }
    }

    /// Sets the budget from here on: the clock and the counts start now.
    pub(super) fn restart(&mut self, budget: Budget) {
        *self = Self { budget, before: self.exchanges, exchanges: self.exchanges, ..Self::new() };
    }

    pub(super) fn is_spent(&self) -> bool {
        self.exchanges.saturating_sub(self.before) >= self.budget.exchanges
            || self.bytes >= self.budget.bytes
            || self.started.elapsed() >= self.budget.time
    }

    /// Bytes that one file or one answer may have.
    pub(super) fn file_bytes(&self) -> usize {
        self.budget.file_bytes
    }

    /// Exchanges so far.
    pub(super) fn exchanges(&self) -> u32 {
        self.exchanges
    }

    /// Counts an exchange that begins.
    pub(super) fn count_exchange(&mut self) {
        self.exchanges = self.exchanges.saturating_add(1);
    }

    /// Counts the bytes of an answer.
    pub(super) fn count_answer(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_add(bytes);
    }
}
