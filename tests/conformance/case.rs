//! One case of the plan, run: the cards that it lays on the reader, and what came of it.
//!
//! A case cannot say what came of it: that is what the inspections at its desks gave ([`Outcome`] says what "failed"
//! means). What else a correct reader must do the case asserts itself. Each case that alters a card has its control here:
//! the same card unaltered, on the same reader, afterwards.

use crate::desk::Desk;
use crate::outcome::Outcome;
use chipid::sim::Profile;

/// A row of the plan.
pub struct Row {
    pub id: &'static str,
    pub run: Run,
}

/// How a row is shown.
pub enum Run {
    /// On the simulated card.
    Case(fn(&mut Case)),
    /// Not at all, for this reason: what the library does not claim.
    #[allow(dead_code, reason = "no row needs it as long as the library claims all that the plan asks for")]
    NotApplicable(&'static str),
}

/// A row that is run.
pub const fn case(id: &'static str, run: fn(&mut Case)) -> Row {
    Row { id, run: Run::Case(run) }
}

/// A case while it runs.
pub struct Case {
    desks: Vec<Desk>,
    is_full: bool,
    has_more: bool,
}

/// What came of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Got {
    /// `None`: some inspections were ok and some failed.
    pub is_ok: Option<bool>,
    /// What happened, each kind once.
    pub texts: Vec<String>,
    pub inspections: usize,
    /// By default the case makes a selection of its inspections; `CHIPID_FULL=1` makes all.
    pub has_more: bool,
}

impl Case {
    pub fn new(is_full: bool) -> Self {
        Self { desks: Vec::new(), is_full, has_more: false }
    }

    /// A reader with a card of this profile. Each inspection at it counts, until it is healed: then it is a control.
    pub fn desk(&mut self, profile: Profile) -> Desk {
        let desk = Desk::new(profile);
        self.desks.push(desk.clone());
        desk
    }

    /// A reader whose inspections do not count: for what a duty says of another card than the row's. The case itself says
    /// what must come of them.
    #[allow(dead_code, reason = "for rows whose duties speak of another card too")]
    pub fn aside(&self, profile: Profile) -> Desk {
        Desk::new(profile)
    }

    /// Of many variants those that are run: by default those that this says, all of them by `CHIPID_FULL=1`.
    pub fn covering<T>(&mut self, all: Vec<T>, by_default: impl Fn(&T) -> bool) -> Vec<T> {
        self.has_more |= !all.iter().all(&by_default);
        all.into_iter().filter(|one| self.is_full || by_default(one)).collect()
    }

    /// The controls that the case has not made itself, and what came of it.
    pub fn finish(self) -> Got {
        let mut outcomes: Vec<Outcome> = Vec::new();
        for desk in &self.desks {
            let of_desk = desk.outcomes();
            if !desk.is_untouched() && !desk.is_controlled() {
                desk.heal();
                let _ = desk.try_read();
            }
            let has_failed = of_desk.iter().any(|outcome| !outcome.is_ok);
            assert!(!has_failed || desk.is_controlled(), "a failure without its control: {of_desk:?}");
            outcomes.extend(of_desk);
        }
        assert!(!outcomes.is_empty(), "the case inspected no card");
        let mut texts: Vec<String> = Vec::new();
        for outcome in &outcomes {
            if !texts.contains(&outcome.text) {
                texts.push(outcome.text.clone());
            }
        }
        let ok = outcomes.iter().filter(|outcome| outcome.is_ok).count();
        let is_ok = match ok {
            0 => Some(false),
            all if all == outcomes.len() => Some(true),
            _ => None,
        };
        Got { is_ok, texts, inspections: outcomes.len(), has_more: self.has_more }
    }
}
