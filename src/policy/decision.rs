//! A decision: the outcome, and every reason for it with the rule that gave it.

use crate::checks::{Check, CheckId, Reason, State, Tolerance, Warning};
use crate::document::{ClaimsOutcome, ClaimsWarning};
use crate::report::{UsedTolerance, Verdict};

/// What is to be done with a document, from worst to best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Outcome {
    /// Turn it away.
    Reject,
    /// A person decides.
    Refer,
    /// Take it.
    Accept,
}

impl Outcome {
    /// All of them, from worst to best.
    pub const ALL: [Self; 3] = [Self::Reject, Self::Refer, Self::Accept];

    /// The code in policies and in the JSON output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reject => "reject",
            Self::Refer => "refer",
            Self::Accept => "accept",
        }
    }
}

impl core::fmt::Display for Outcome {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a reason rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Basis {
    /// The verdict of the report.
    Verdict,
    /// The claims: whether the document belongs to the person who was asked for.
    Claims,
    /// The check's line names its state.
    Rule,
    /// The check's line does not name its state.
    NotListed,
    /// The policy names the check, and the report does not have it.
    Missing,
    /// The report has the check, and the policy does not name it.
    UnknownCheck,
    /// A warning of the check.
    Warning,
    /// A warning that the policy does not name.
    UnknownWarning,
    /// A tolerance that the policy allows was needed.
    Tolerance,
    /// A tolerance was needed that the policy does not allow.
    ToleranceNotAllowed,
}

impl Basis {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Verdict,
        Self::Claims,
        Self::Rule,
        Self::NotListed,
        Self::Missing,
        Self::UnknownCheck,
        Self::Warning,
        Self::UnknownWarning,
        Self::Tolerance,
        Self::ToleranceNotAllowed,
    ];

    /// The code in the JSON output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Verdict => "verdict",
            Self::Claims => "claims",
            Self::Rule => "rule",
            Self::NotListed => "not_listed",
            Self::Missing => "missing",
            Self::UnknownCheck => "unknown_check",
            Self::Warning => "warning",
            Self::UnknownWarning => "unknown_warning",
            Self::Tolerance => "tolerance",
            Self::ToleranceNotAllowed => "tolerance_not_allowed",
        }
    }
}

/// What a policy makes of a report. Serde output (feature `serde`) is the object `decision` of `chipid.result/1`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Decision {
    outcome: Outcome,
    policy: String,
    /// In hexadecimal digits.
    policy_sha256: String,
    tolerances: Vec<UsedTolerance>,
    reasons: Vec<DecisionReason>,
}

/// One reason of a decision: what was found, and the rule that says what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct DecisionReason {
    /// What the rule says.
    pub outcome: Outcome,
    /// What it rests on.
    pub basis: Basis,
    /// The verdict, where it is about that.
    pub verdict: Option<Verdict>,
    /// The outcome of the claims, where it is about that.
    pub claims: Option<ClaimsOutcome>,
    /// The warning of the claims that decided, where one did.
    pub claims_warning: Option<ClaimsWarning>,
    /// The check.
    pub check: Option<CheckId>,
    /// Its state; `None` where the report does not have the check.
    pub state: Option<State>,
    /// Its reason.
    pub reason: Option<Reason>,
    /// The warning, where it is about one.
    pub warning: Option<Warning>,
    /// The tolerance, where it is about one.
    pub tolerance: Option<Tolerance>,
    /// The rule, by its place in the text of the policy: `checks."pa.chain".refer: undetermined`.
    pub rule: String,
}

impl Decision {
    /// The worst that the rules say, with the reasons that are worth telling: worst first, then in the order of the report.
    pub(super) fn of(
        policy: &str,
        policy_sha256: String,
        reasons: Vec<DecisionReason>,
        used: &[UsedTolerance],
    ) -> Self {
        // There is always one: the verdict's.
        let outcome = reasons.iter().map(|reason| reason.outcome).min().unwrap_or(Outcome::Reject);
        let mut reasons: Vec<_> = reasons.into_iter().filter(DecisionReason::is_telling).collect();
        reasons.sort_by_key(|reason| reason.outcome);
        Self { outcome, policy: policy.to_owned(), policy_sha256, tolerances: used.to_vec(), reasons }
    }

    /// The decision.
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// The name of the policy.
    pub fn policy(&self) -> &str {
        &self.policy
    }

    /// The hash of the policy, in hexadecimal digits: [`Policy::sha256`](crate::Policy::sha256).
    pub fn policy_sha256(&self) -> &str {
        &self.policy_sha256
    }

    /// The tolerances that the report needed.
    pub fn tolerances(&self) -> &[UsedTolerance] {
        &self.tolerances
    }

    /// Why: the verdict, all that is not accepted, and what is accepted although a check did not succeed or has a warning.
    pub fn reasons(&self) -> &[DecisionReason] {
        &self.reasons
    }
}

impl DecisionReason {
    pub(super) fn new(basis: Basis, outcome: Outcome, rule: impl Into<String>) -> Self {
        Self {
            outcome,
            basis,
            verdict: None,
            claims: None,
            claims_warning: None,
            check: None,
            state: None,
            reason: None,
            warning: None,
            tolerance: None,
            rule: rule.into(),
        }
    }

    /// About a check of the report.
    pub(super) fn of(check: &Check, basis: Basis, outcome: Outcome, rule: impl Into<String>) -> Self {
        Self {
            check: Some(check.id),
            state: Some(check.state),
            reason: check.reason,
            ..Self::new(basis, outcome, rule)
        }
    }

    /// Whether it says more than that all is as it should be.
    fn is_telling(&self) -> bool {
        let is_plain = matches!(self.state, None | Some(State::Successful | State::NotSupported));
        self.outcome != Outcome::Accept || self.verdict.is_some() || self.warning.is_some() || !is_plain
    }
}
