//! The age of the trust bundle.

use crate::checks::{Check, CheckId, Reason};
use crate::trust::{Age, TrustStore};
use time::OffsetDateTime;

/// The age of the trust bundle that is worst off, where there is one. A stale one changes nothing of what the document is:
/// it informs.
pub(super) fn trust_age(trust: &TrustStore, at: OffsetDateTime) -> Option<Check> {
    let id = CheckId::TrustAge;
    let (made, age) = trust.worst_bundle(at)?;
    let check = match age {
        Age::Early => Check::undetermined(id, Reason::NotYetValid),
        Age::Fresh => Check::successful(id),
        Age::Stale => Check::undetermined(id, Reason::TrustStale),
        Age::TooOld => Check::failed(id, Reason::TrustTooOld),
    };
    let days = (at - made).whole_days();
    Some(check.comparing(format!("trust bundle of {}, {days} days old", made.date())))
}
