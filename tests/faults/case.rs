//! One case: a card, the faults that befall its reading, and what came of it.

use crate::cards::{Bench, Seeds, successful};
use crate::reading::go_on;
use crate::wire::{Desk, Planned, Seen};
use chipid::{Card, CheckId, Document, Error, OpenError, Place, ReadError, ReadPlan, Verdict};
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// What is read: everything.
pub fn plan() -> ReadPlan {
    ReadPlan::full()
}

/// A card and the faults that befall its reading.
#[derive(Clone)]
pub struct Case {
    pub bench: &'static Bench,
    pub faults: Vec<Planned>,
}

/// An error, as a caller sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub code: String,
    pub text: String,
    pub remedy: &'static str,
    pub place: Place,
    pub is_transport: bool,
    pub is_retryable: bool,
    pub is_password: bool,
}

/// What came of a case.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    pub panic: Option<String>,
    pub error: Option<Told>,
    /// Of what was read, whole or in part; `None` where the chip was not opened.
    pub verdict: Option<Verdict>,
    pub successful: BTreeSet<CheckId>,
    /// Whether the reading came to its end.
    pub is_whole: bool,
    pub seen: Vec<Seen>,
    /// Which of the faults befell.
    pub befell: Vec<bool>,
    /// Over a real line.
    pub clock: Duration,
    /// In this process.
    pub elapsed: Duration,
    /// All that could reach a log: messages, `Debug` forms, checks.
    pub texts: Vec<String>,
    /// What a good card on the same reader comes to afterwards, where it was tried.
    pub retry: Option<Result<Verdict, String>>,
}

impl core::fmt::Display for Case {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        writeln!(f, "profile: {}", self.bench.name)?;
        self.faults.iter().try_for_each(|Planned { at, row }| writeln!(f, "at {at}: {}", row.name))
    }
}

impl Case {
    /// Runs it; with `retry` a good card is read on the same reader afterwards.
    pub fn run(&self, retry: bool) -> Outcome {
        let began = Instant::now();
        let desk = Desk::faulty(self.bench, &self.faults);
        let mut outcome = Outcome::default();
        let ended = catch_unwind(AssertUnwindSafe(|| self.read(&desk, &mut outcome)));
        {
            let wire = desk.wire();
            outcome.seen.clone_from(&wire.seen);
            outcome.befell.clone_from(&wire.befell);
            outcome.clock = wire.clock;
        }
        match ended {
            Ok(held) if retry && outcome.error.is_some() => {
                desk.heal(self.bench);
                outcome.retry = Some(self.read_again(&desk, held));
            }
            Ok(_) => {}
            Err(panic) => {
                let text = panic.downcast_ref::<String>().cloned();
                let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
                outcome.panic = Some(text.unwrap_or_else(|| "a panic without a text".to_owned()));
            }
        }
        outcome.elapsed = began.elapsed();
        outcome
    }

    /// Opens and reads; gives back the card that could not be opened.
    fn read(&self, desk: &Desk, outcome: &mut Outcome) -> Option<Card> {
        let bench = self.bench;
        match desk.connect(bench, Seeds::Now).open(&bench.password(), &mut go_on) {
            Err(error) => {
                outcome.texts.push(format!("{error} {error:?}"));
                let OpenError { error, place, card } = error;
                outcome.error = Some(told(&error, place));
                Some(*card)
            }
            Ok(session) => {
                match bench.with_terminal(session).read(&plan(), &mut go_on) {
                    Ok(document) => {
                        outcome.is_whole = true;
                        self.judge(&document, outcome);
                    }
                    Err(error) => {
                        outcome.texts.push(format!("{error} {error:?}"));
                        let ReadError { error, place, document } = error;
                        outcome.error = Some(told(&error, place));
                        self.judge(&document, outcome);
                    }
                }
                None
            }
        }
    }

    fn judge(&self, document: &Document, outcome: &mut Outcome) {
        let report = self.bench.report(document);
        outcome.texts.push(format!("{document:?} {:?}", document.access()));
        outcome.texts.push(report.checks().iter().map(|check| format!("{check:?}")).collect());
        outcome.verdict = Some(report.verdict());
        outcome.successful = successful(&report);
    }

    /// A good card, on the same reader and where possible by the same object.
    fn read_again(&self, desk: &Desk, held: Option<Card>) -> Result<Verdict, String> {
        let bench = self.bench;
        let card = held.unwrap_or_else(|| desk.connect(bench, Seeds::Now));
        let session = card.open(&bench.password(), &mut go_on).map_err(|error| format!("{error} ({})", error.place))?;
        let document = bench.with_terminal(session).read(&plan(), &mut go_on);
        let document = document.map_err(|error| format!("{error} ({})", error.place))?;
        Ok(bench.report(&document).verdict())
    }
}

fn told(error: &Error, place: Place) -> Told {
    Told {
        code: error.code(),
        text: error.to_string(),
        remedy: error.remedy(),
        place,
        is_transport: matches!(error, Error::Transport(_)),
        is_retryable: error.is_retryable(),
        is_password: matches!(error, Error::WrongPassword { .. } | Error::PasswordBlocked(_)),
    }
}
