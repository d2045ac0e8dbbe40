//! The words, names and moments of the manifest.

use super::error::EvidenceError;
use crate::chip::ChallengeSource;
use crate::lds::FileId;
use std::time::SystemTime;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Who attests.
pub(super) const READER: &str = "reader";

/// A moment, to the second.
pub(super) fn moment(at: SystemTime) -> Result<String, EvidenceError> {
    let at = OffsetDateTime::from(at).replace_nanosecond(0).map_err(|_| EvidenceError::Moment)?;
    at.format(&Rfc3339).map_err(|_| EvidenceError::Moment)
}

/// The words for who chose a challenge.
pub(super) const CHOOSERS: [(&str, ChallengeSource); 2] =
    [("caller", ChallengeSource::Caller), ("reader", ChallengeSource::Reader)];

/// The file with this name.
pub(super) fn file_of(name: &str) -> Option<FileId> {
    FileId::all().find(|file| file.name() == name)
}

/// A moment in its one form.
pub(super) fn read_moment(text: &str, place: &'static str) -> Result<OffsetDateTime, EvidenceError> {
    let at = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| EvidenceError::Value(place))?;
    if moment(at.into())? == text { Ok(at) } else { Err(EvidenceError::Value(place)) }
}
