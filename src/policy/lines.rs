//! The words of a policy: the conditions of a line, and what no line may say.
//!
//! ```text
//! condition = state | state ":" reason | "missing" | "warning:" warning
//! line      = what is accepted, what is referred; everything else is rejected
//! ```
#![cfg_attr(not(feature = "policy"), expect(dead_code, reason = "what reads and refuses words serves files alone"))]

use super::decision::Outcome;
use crate::checks::{CheckId, Reason, State, Warning};
use crate::verification::{Gate, gate};
use std::collections::BTreeMap;

/// What a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Condition {
    /// The check is in this state.
    State(State),
    /// The check is in this state for this reason; it comes before the state alone.
    Because(State, Reason),
    /// The report does not have the check.
    Missing,
    /// The check has this warning; it comes before what the policy says of the warning everywhere.
    Warning(Warning),
}

/// What of a condition is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UnknownWord {
    State,
    Reason,
    Warning,
}

const MISSING: &str = "missing";
const WARNING: &str = "warning";

impl Condition {
    /// Reads one; else the part of it that is not known.
    pub(super) fn parse(text: &str) -> Result<Self, UnknownWord> {
        match text.split_once(':') {
            Some((WARNING, code)) => Warning::from_code(code).map(Self::Warning).ok_or(UnknownWord::Warning),
            Some((state, code)) => {
                let state = State::from_code(state).ok_or(UnknownWord::State)?;
                Reason::from_code(code).map(|reason| Self::Because(state, reason)).ok_or(UnknownWord::Reason)
            }
            None if text == MISSING => Ok(Self::Missing),
            None => State::from_code(text).map(Self::State).ok_or(UnknownWord::State),
        }
    }

    /// Whether it is about a check that was made and passed.
    fn is_success(self) -> bool {
        matches!(self, Self::State(State::Successful) | Self::Because(State::Successful, _))
    }

    fn is_failure(self) -> bool {
        matches!(self, Self::State(State::Failed) | Self::Because(State::Failed, _))
    }
}

impl core::fmt::Display for Condition {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::State(state) => f.write_str(state.as_str()),
            Self::Because(state, reason) => write!(f, "{}:{reason}", state.as_str()),
            Self::Missing => f.write_str(MISSING),
            Self::Warning(warning) => write!(f, "{WARNING}:{warning}"),
        }
    }
}

/// Why a line cannot stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Breach {
    /// A gating check that failed is always rejected.
    TakesFailure,
    /// Where this check did not succeed the verdict is undetermined at best, which is never accepted.
    AcceptsOpen,
    /// A state of a check stands above its success.
    AboveSuccess,
}

/// The rules for one check.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line(BTreeMap<Condition, Outcome>);

impl Line {
    /// What is accepted and what is referred; everything else is rejected.
    pub(super) fn new(accept: &[Condition], refer: &[Condition]) -> Self {
        let accept = accept.iter().map(|condition| (*condition, Outcome::Accept));
        Self(accept.chain(refer.iter().map(|condition| (*condition, Outcome::Refer))).collect()).in_short()
    }

    /// The same with this rule.
    pub(super) fn with(mut self, condition: Condition, outcome: Outcome) -> Self {
        self.0.insert(condition, outcome);
        self.in_short()
    }

    /// The rules.
    pub(super) fn rules(&self) -> impl Iterator<Item = (Condition, Outcome)> {
        self.0.iter().map(|(condition, outcome)| (*condition, *outcome))
    }

    /// What it says under just this condition.
    pub(super) fn get(&self, condition: Condition) -> Option<Outcome> {
        self.0.get(&condition).copied()
    }

    /// The rule for a state and its reason.
    pub(super) fn of(&self, state: State, reason: Option<Reason>) -> Option<(Condition, Outcome)> {
        let because = reason.map(|reason| Condition::Because(state, reason));
        let found =
            because.into_iter().chain([Condition::State(state)]).find(|condition| self.0.contains_key(condition));
        found.and_then(|condition| Some((condition, self.get(condition)?)))
    }

    /// Without the rules that change nothing: one meaning has one form.
    fn in_short(self) -> Self {
        let general = |condition: Condition| match condition {
            Condition::Because(state, _) => self.get(Condition::State(state)).or(Some(Outcome::Reject)),
            Condition::State(_) | Condition::Missing => Some(Outcome::Reject),
            Condition::Warning(_) => None,
        };
        Self(self.rules().filter(|(condition, outcome)| general(*condition) != Some(*outcome)).collect())
    }

    /// What of it no policy may say, with the condition.
    pub(super) fn breach(&self, id: CheckId) -> Option<(Condition, Breach)> {
        let plain = self.get(Condition::State(State::Successful)).unwrap_or(Outcome::Reject);
        let successes = self.rules().filter(|(condition, _)| condition.is_success()).map(|(_, outcome)| outcome);
        let least = successes.fold(plain, Outcome::min);
        self.rules().find_map(|(condition, outcome)| {
            let is_open = !condition.is_success() && !matches!(condition, Condition::Warning(_));
            let breach = match (gate(id), outcome) {
                (_, Outcome::Reject) => None,
                (Gate::MustSucceed | Gate::MustNotFail | Gate::Proof, _) if condition.is_failure() => {
                    Some(Breach::TakesFailure)
                }
                (Gate::MustSucceed, Outcome::Accept) if is_open => Some(Breach::AcceptsOpen),
                _ if is_open && outcome > least => Some(Breach::AboveSuccess),
                _ => None,
            };
            breach.map(|breach| (condition, breach))
        })
    }
}
