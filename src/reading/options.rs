//! What a caller may change about opening and reading a card.

use crate::bounds::BOUNDS;
use crate::channel::Budget;
use std::time::Duration;

/// What a caller may change about opening a card.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// Try BAC, after a reset, where PACE was offered and failed. The report shows it. Default: no.
    pub allow_bac_after_pace: bool,
    /// What a card may cost.
    pub budget: Budget,
    /// What is done when the card is lost in the middle of a reading.
    pub resume: Resume,
    /// Read EF.CardSecurity after PACE also where no chip authentication mapping asks for it: EF.CardAccess can then be
    /// compared with it where DG14 holds no PACEInfo. Default: no, it costs an exchange or more.
    pub card_security: bool,
}

/// What is done when the card is lost in the middle of a reading: it is waited for, opened again, and read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resume {
    /// How often, in one reading; 0 ends the reading at once.
    pub attempts: u32,
    /// How long the card may stay away, each time.
    pub patience: Duration,
}

impl Default for Resume {
    /// Twice, ten seconds each.
    fn default() -> Self {
        Self { attempts: BOUNDS.resumes, patience: Duration::from_secs(10) }
    }
}
