//! Moments of the command line and of JSON output, in the form of RFC 3339.

use crate::failure::Failure;
use std::time::SystemTime;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The moment that is given, else now.
pub fn parse(given: Option<&str>) -> Result<SystemTime, Failure> {
    let Some(text) = given else { return Ok(SystemTime::now()) };
    let moment = OffsetDateTime::parse(text, &Rfc3339);
    moment.map(SystemTime::from).map_err(|_| Failure::usage("usage.at", &[("value", &text)]))
}

/// The moment without its fraction of a second.
pub fn whole_second(at: SystemTime) -> OffsetDateTime {
    let at = OffsetDateTime::from(at);
    at.replace_nanosecond(0).unwrap_or(at)
}

/// `2026-01-31T12:00:00Z`.
pub fn text(at: OffsetDateTime) -> Option<String> {
    at.format(&Rfc3339).ok()
}
