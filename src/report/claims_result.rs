//! The outcome of comparing claims, as a report shows it.

use crate::checks::CheckId;
use crate::document::{ClaimField, ClaimsBasis, ClaimsOutcome, ClaimsRecord, ClaimsWarning};

/// Whether the document belongs to the person who was asked for; see [`Report::claims`](crate::Report::claims).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ClaimsResult {
    outcome: ClaimsOutcome,
    basis: ClaimsBasis,
    compared: Vec<ClaimField>,
    different: Vec<ClaimField>,
    warnings: Vec<ClaimsWarning>,
    pub(crate) checks: Vec<CheckId>,
}

impl ClaimsResult {
    /// The outcome.
    pub fn outcome(&self) -> ClaimsOutcome {
        self.outcome
    }

    /// What the outcome rests on.
    pub fn basis(&self) -> ClaimsBasis {
        self.basis
    }

    /// The fields that were compared.
    pub fn compared(&self) -> &[ClaimField] {
        &self.compared
    }

    /// Those of the compared fields that differ. Where none of them [identifies](ClaimField::identifies) a person, the
    /// outcome does not change.
    pub fn different(&self) -> &[ClaimField] {
        &self.different
    }

    /// What is worth knowing beside the outcome.
    pub fn warnings(&self) -> &[ClaimsWarning] {
        &self.warnings
    }

    /// The checks of the report that show the same comparison in detail.
    pub fn checks(&self) -> &[CheckId] {
        &self.checks
    }

    pub(crate) fn of(record: ClaimsRecord, basis: ClaimsBasis) -> Self {
        let ClaimsRecord { outcome, compared, different, not_exact } = record;
        let mut warnings = Vec::new();
        if !not_exact.is_empty() {
            warnings.push(ClaimsWarning::NameNotExact);
        }
        if different.iter().any(|field| !field.identifies()) {
            warnings.push(ClaimsWarning::OtherFieldDiffers);
        }
        Self { outcome, basis, compared, different, warnings, checks: Vec::new() }
    }

    pub(crate) fn none(outcome: ClaimsOutcome, basis: ClaimsBasis) -> Self {
        Self::of(ClaimsRecord { outcome, ..ClaimsRecord::not_given() }, basis)
    }

    /// A result with just this outcome.
    #[cfg(test)]
    pub(crate) fn of_outcome(outcome: ClaimsOutcome) -> Self {
        Self::none(outcome, ClaimsBasis::Nothing)
    }

    pub(crate) fn warn(mut self, warning: ClaimsWarning) -> Self {
        self.warnings.push(warning);
        self
    }
}
