//! A policy, and what it decides of a report.

use super::claims_line::ClaimsLine;
use super::decision::{Basis, Decision, DecisionReason, Outcome};
use super::lines::{Condition, Line};
use crate::checks::{Check, CheckId, Tolerances, Warning};
use crate::crypto::DigestAlgorithm;
use crate::document::ClaimsOutcome;
use crate::report::{ClaimsResult, Report, UsedTolerance, Verdict};
use std::collections::BTreeMap;

/// What is made of reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    pub(super) name: String,
    /// The least verdict that is accepted: *data authentic* or *genuine*.
    pub(super) accept: Verdict,
    /// The least verdict that is referred, and not rejected: *undetermined* or better.
    pub(super) refer: Verdict,
    pub(super) lines: BTreeMap<CheckId, Line>,
    pub(super) warnings: BTreeMap<Warning, Outcome>,
    pub(super) tolerances: Tolerances,
    pub(super) claims: ClaimsLine,
}

impl Policy {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The tolerances that it allows: what [`Document::verify_with`](crate::Document::verify_with) is to be called with.
    pub fn tolerances(&self) -> &Tolerances {
        &self.tolerances
    }

    /// SHA-256 of [`Policy::to_toml`]: two policies that say the same under the same name have the same.
    pub fn sha256(&self) -> Vec<u8> {
        DigestAlgorithm::Sha256.digest(&[self.to_toml().as_bytes()])
    }

    /// The checks of this library that it does not name: a report that has one of them is rejected.
    pub fn unnamed_checks(&self) -> impl Iterator<Item = CheckId> {
        CheckId::ALL.iter().copied().filter(|id| !self.lines.contains_key(id))
    }

    /// What it makes of these findings.
    pub(super) fn decide(
        &self,
        verdict: Verdict,
        claims: &ClaimsResult,
        checks: &[Check],
        used: &[UsedTolerance],
    ) -> Decision {
        let mut reasons = vec![self.of_verdict(verdict), self.claims.decide(claims)];
        // Another person's document is the first reason: the verdict may be a good one.
        if claims.outcome() == ClaimsOutcome::Differs {
            reasons.reverse();
        }
        for check in checks {
            match self.lines.get(&check.id) {
                None => reasons.push(DecisionReason::of(check, Basis::UnknownCheck, Outcome::Reject, "checks")),
                Some(line) => {
                    reasons.push(of_state(line, check));
                    reasons.extend(check.warnings.iter().map(|warning| self.of_warning(line, check, *warning)));
                }
            }
        }
        let missing = self.lines.iter().filter(|(id, _)| !checks.iter().any(|check| check.id == **id));
        reasons.extend(missing.map(|(id, line)| of_missing(line, *id)));
        reasons.extend(used.iter().map(|used| self.of_tolerance(used)));
        Decision::of(&self.name, hex::encode(self.sha256()), reasons, used)
    }

    fn of_verdict(&self, verdict: Verdict) -> DecisionReason {
        let (outcome, rule) = match verdict {
            // No policy can say otherwise.
            Verdict::Failed => (Outcome::Reject, "verdict: failed".to_owned()),
            verdict if verdict < self.refer => (Outcome::Reject, format!("verdict.refer = {}", self.refer.as_str())),
            verdict if verdict < self.accept => (Outcome::Refer, format!("verdict.accept = {}", self.accept.as_str())),
            _ => (Outcome::Accept, format!("verdict.accept = {}", self.accept.as_str())),
        };
        DecisionReason { verdict: Some(verdict), ..DecisionReason::new(Basis::Verdict, outcome, rule) }
    }

    fn of_warning(&self, line: &Line, check: &Check, warning: Warning) -> DecisionReason {
        let (basis, outcome, rule) = match (line.get(Condition::Warning(warning)), self.warnings.get(&warning)) {
            (Some(outcome), _) => (Basis::Warning, outcome, rule(check.id, outcome, Condition::Warning(warning))),
            (None, Some(outcome)) => (Basis::Warning, *outcome, format!("warnings.{warning} = {outcome}")),
            (None, None) => (Basis::UnknownWarning, Outcome::Reject, "warnings".to_owned()),
        };
        DecisionReason { warning: Some(warning), ..DecisionReason::of(check, basis, outcome, rule) }
    }

    /// Where a tolerance was needed a person decides, at best.
    fn of_tolerance(&self, used: &UsedTolerance) -> DecisionReason {
        let (basis, outcome) = if self.tolerances.allows(used.tolerance) {
            (Basis::Tolerance, Outcome::Refer)
        } else {
            (Basis::ToleranceNotAllowed, Outcome::Reject)
        };
        DecisionReason {
            check: Some(used.check),
            tolerance: Some(used.tolerance),
            ..DecisionReason::new(basis, outcome, format!("tolerances: {}", used.tolerance))
        }
    }
}

/// What the line says of a check's state: by its reason, else by the state alone.
fn of_state(line: &Line, check: &Check) -> DecisionReason {
    match line.of(check.state, check.reason) {
        Some((condition, outcome)) => {
            DecisionReason::of(check, Basis::Rule, outcome, rule(check.id, outcome, condition))
        }
        None => DecisionReason::of(check, Basis::NotListed, Outcome::Reject, format!("checks.\"{}\"", check.id)),
    }
}

fn of_missing(line: &Line, id: CheckId) -> DecisionReason {
    let (outcome, rule) = match line.get(Condition::Missing) {
        Some(outcome) => (outcome, rule(id, outcome, Condition::Missing)),
        None => (Outcome::Reject, format!("checks.\"{id}\"")),
    };
    DecisionReason { check: Some(id), ..DecisionReason::new(Basis::Missing, outcome, rule) }
}

/// The place of a rule in the text of the policy.
fn rule(id: CheckId, outcome: Outcome, condition: Condition) -> String {
    format!("checks.\"{id}\".{outcome}: {condition}")
}

impl Report {
    /// What this policy makes of it, with every reason. Reports that the policy is to decide upon are made with its
    /// tolerances: `document.verify_with(&trust, at, policy.tolerances())`.
    pub fn decide(&self, policy: &Policy) -> Decision {
        policy.decide(self.verdict(), self.claims(), self.checks(), self.tolerances())
    }
}
