//! What "the inspection failed" means, for every test that compares an inspection with what is expected of it.
//!
//! An inspection is a reading and its judgement under the verdict's own gates (`Document::verify`). It **failed** where the
//! reading ended with an error, where any check failed (also one that does not gate the verdict: a biometric file that is
//! not as the standard has it, terminal authentication), or where the verdict is less than `data_authentic`. Else it is
//! **ok**.

use chipid::error::Step;
use chipid::{Error, Report, State, Verdict};

/// What came of an inspection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub is_ok: bool,
    /// The verdict with the checks that made it; or the error and its step. It never changes from run to run.
    pub text: String,
}

impl Outcome {
    /// Of a reading that came to its end.
    pub fn of(report: &Report) -> Self {
        let verdict = report.verdict();
        let failed = checks(report, State::Failed);
        let is_ok = failed.is_empty() && verdict >= Verdict::DataAuthentic;
        let text = match verdict {
            _ if is_ok => verdict.as_str().to_owned(),
            Verdict::Failed if !failed.is_empty() => failed,
            _ if !failed.is_empty() => format!("{failed} (verdict {})", verdict.as_str()),
            _ => format!("{}: {}", verdict.as_str(), checks(report, State::Undetermined)),
        };
        Self { is_ok, text }
    }

    /// Of a reading that ended with an error.
    pub fn of_error(error: &Error) -> Self {
        let step = step_of(error).map(|step| format!(", {step}")).unwrap_or_default();
        Self { is_ok: false, text: format!("error {}{step}", error.code()) }
    }
}

/// The checks in this state, each with its reason. That nobody looked for a revocation is no matter of the card.
fn checks(report: &Report, state: State) -> String {
    let checks = report.checks().iter().filter(|check| check.state == state);
    let told = checks.filter(|check| state == State::Failed || check.id.as_str() != "pa.revocation");
    let text = told.map(|check| match check.reason {
        Some(reason) => format!("{} {reason}", check.id),
        None => check.id.to_string(),
    });
    text.collect::<Vec<_>>().join(", ")
}

/// The step that an error names.
pub fn step_of(error: &Error) -> Option<Step> {
    match error {
        Error::Refused { during, .. } | Error::Protocol { during, .. } => Some(*during),
        _ => None,
    }
}
