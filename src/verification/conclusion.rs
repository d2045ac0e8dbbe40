//! From checks to a verdict.

use super::chip_checks::DueProofs;
use super::context::Context;
use super::gate::{Gate, gate};
use crate::checks::{Check, CheckId, Reason, State};
use crate::document::{FileState, Origin};
use crate::lds::{DataGroup, FileId};
use crate::report::Verdict;

/// The verdict that follows from these checks. `due`: what the due proofs came to; `excused_proof`: one that failed was
/// explained by a list of known defects.
pub(super) fn conclude(checks: &[Check], due: DueProofs, excused_proof: bool, context: &Context<'_>) -> Verdict {
    let Context { origin, values, attested, allowed, .. } = context;
    let failed = checks.iter().any(|check| check.state == State::Failed && gate(check.id) != Gate::None);
    // A tolerance caps the verdict wherever it stands, and one that is not allowed fails it: also in a check that does not
    // gate by itself. Else allowing one could lower a verdict, and a guess about DG14 could pass for genuine.
    let mut needed = checks.iter().flat_map(|check| &check.tolerances).peekable();
    let is_tolerated = needed.peek().is_some();
    if failed || needed.any(|tolerance| !allowed.allows(*tolerance)) {
        return Verdict::Failed;
    }
    let concluded = checks.iter().filter(|check| gate(check.id) == Gate::MustSucceed).all(Check::is_successful);
    // DG1 names the country. It may be left open only where a plan of this process, or of a reader that the caller trusts,
    // leaves DG1 out; where DG1 was removed later, only if such a reader recorded that the country was right.
    let may_be_open = match values.files.state(FileId::DataGroup(DataGroup::DG1)) {
        FileState::Removed(_) => {
            attested.is_trusted() && attested.recorded(CheckId::PaCountry).is_some_and(Check::is_successful)
        }
        FileState::NotRead(_) => *origin == Origin::Card || attested.is_trusted(),
        _ => false,
    };
    let country = checks.iter().find(|check| check.id == CheckId::PaCountry);
    let country_is_open = !may_be_open && !country.is_some_and(Check::is_successful);
    // What a list of known defects explains, or leaves open, is no better than undetermined.
    let is_known = |check: &Check| matches!(check.reason, Some(Reason::KnownDefect | Reason::UnknownDefect));
    let gates = |check: &Check| matches!(gate(check.id), Gate::MustSucceed | Gate::MustNotFail);
    let is_excused = excused_proof
        || checks.iter().any(|check| check.state == State::Undetermined && is_known(check) && gates(check));
    if !concluded || country_is_open || is_excused || values.files.is_cut_off() || is_tolerated {
        return Verdict::Undetermined;
    }
    match (due, *origin) {
        (DueProofs::Proven, _) => Verdict::Genuine,
        (DueProofs::Unbound, _) => Verdict::Undetermined,
        (DueProofs::None | DueProofs::Past, _) | (DueProofs::Open, Origin::Files) => Verdict::DataAuthentic,
        (DueProofs::Open, Origin::Card | Origin::Evidence) => Verdict::Undetermined,
    }
}
