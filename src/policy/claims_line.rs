//! What a policy does about claims: one outcome for each result of comparing them.
//!
//! A claim that matches takes nothing away from the verdict. One that differs is never accepted.

use super::decision::{Basis, DecisionReason, Outcome};
use super::lines::Line;
use crate::checks::{CheckId, Reason, State};
use crate::document::{ClaimsOutcome, ClaimsWarning};
use crate::report::ClaimsResult;
use std::collections::BTreeMap;

/// The line of a policy about claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ClaimsLine {
    pub(super) not_given: Outcome,
    pub(super) not_recorded: Outcome,
    pub(super) not_comparable: Outcome,
    pub(super) differs: Outcome,
}

impl ClaimsLine {
    /// The keys of a file, in their order.
    pub(super) const KEYS: [&str; 4] = ["not_given", "not_recorded", "not_comparable", "differs"];
    /// The line of `strict`: a stored document without a record that a trusted reader signed is for a person to decide.
    const STRICT: Self = Self {
        not_given: Outcome::Accept,
        not_recorded: Outcome::Refer,
        not_comparable: Outcome::Refer,
        differs: Outcome::Reject,
    };

    /// The built-in line of a policy that has none of its own: that of `strict`, but for what the policy's line for
    /// `vn.number_given` says of a number that differs, and of a comparison that only a stored file states. So `field` and
    /// policies that were written before there were claims keep their meaning.
    pub(super) fn built_in(lines: &BTreeMap<CheckId, Line>) -> Self {
        let Some(line) = lines.get(&CheckId::VnNumberGiven) else { return Self::STRICT };
        let of = |state, reason| line.of(state, Some(reason)).map_or(Outcome::Reject, |(_, outcome)| outcome);
        Self {
            not_recorded: of(State::Undetermined, Reason::FromFile).max(Outcome::Refer),
            differs: of(State::Failed, Reason::Mismatch).min(Outcome::Refer),
            ..Self::STRICT
        }
    }

    /// The place of the value under this key.
    #[cfg(feature = "policy")]
    pub(super) fn at(&mut self, key: &str) -> Option<&mut Outcome> {
        Some(match key {
            "not_given" => &mut self.not_given,
            "not_recorded" => &mut self.not_recorded,
            "not_comparable" => &mut self.not_comparable,
            "differs" => &mut self.differs,
            _ => return None,
        })
    }

    /// The values with their keys.
    pub(super) fn entries(self) -> [(&'static str, Outcome); 4] {
        let values = [self.not_given, self.not_recorded, self.not_comparable, self.differs];
        let mut values = values.into_iter();
        Self::KEYS.map(|key| (key, values.next().unwrap_or(Outcome::Reject)))
    }

    /// What the line says of this result.
    pub(super) fn decide(self, claims: &ClaimsResult) -> DecisionReason {
        let (mut key, mut outcome) = match claims.outcome() {
            ClaimsOutcome::Matches => ("matches", Outcome::Accept),
            ClaimsOutcome::NotGiven => ("not_given", self.not_given),
            ClaimsOutcome::NotRecorded => ("not_recorded", self.not_recorded),
            ClaimsOutcome::NotComparable => ("not_comparable", self.not_comparable),
            ClaimsOutcome::Differs => ("differs", self.differs),
        };
        // A record that is not signed, or that contradicts the claim, is treated as a missing record.
        let doubts = [ClaimsWarning::RecordedDiffers, ClaimsWarning::RecordedMatchNotSigned];
        let mut doubt = None;
        if self.not_recorded < outcome {
            doubt = doubts.into_iter().find(|doubt| claims.warnings().contains(doubt));
        }
        if doubt.is_some() {
            (key, outcome) = ("not_recorded", self.not_recorded);
        }
        let rule = format!("claims.{key} = {outcome}");
        DecisionReason {
            claims: Some(claims.outcome()),
            claims_warning: doubt,
            ..DecisionReason::new(Basis::Claims, outcome, rule)
        }
    }
}
