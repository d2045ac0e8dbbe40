//! The statements as values.

use crate::bounds::BOUNDS;
use crate::checks::codes;
use std::time::SystemTime;
use thiserror::Error;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// What the operator states of a reading. The library verifies none of it, and it changes no verdict, claim or decision.
///
/// ```
/// use chipid::{Consent, Identification, Statements};
/// use std::time::SystemTime;
///
/// # fn run(document: chipid::Document) -> Result<chipid::Document, chipid::document::StatementError> {
/// let now = SystemTime::now();
/// let statements = Statements {
///     consent: Some(Consent::new(now, "opening an account")?),
///     identification: Some(Identification::new(now, "VNeID")?),
///     ..Statements::default()
/// };
/// let document = document.with_statements(statements);
/// # Ok(document)
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statements {
    /// The holder's consent to the reading.
    pub consent: Option<Consent>,
    /// A comparison of the bearer's face with the portrait of the chip.
    pub face: Option<FaceComparison>,
    /// Identification of the bearer by another scheme.
    pub identification: Option<Identification>,
}

impl Statements {
    /// Whether nothing is stated.
    pub fn is_empty(&self) -> bool {
        self.consent.is_none() && self.face.is_none() && self.identification.is_none()
    }

    /// Both together: what this lacks, the other gives.
    pub fn or(self, other: Self) -> Self {
        Self {
            consent: self.consent.or(other.consent),
            face: self.face.or(other.face),
            identification: self.identification.or(other.identification),
        }
    }
}

/// Why a statement cannot be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum StatementError {
    /// An empty text, one that is too long, or one with control characters.
    #[error("the text of a statement has 1 to {} characters and no control characters", BOUNDS.statement_characters)]
    Text,
    /// A moment before the year 0 or after the year 9999.
    #[error("a moment that cannot be written")]
    Moment,
}

/// The holder's consent to the reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    given_at: SystemTime,
    purpose: String,
}

impl Consent {
    /// Consent that was given at this moment for this purpose, in the operator's words.
    ///
    /// # Errors
    /// [`StatementError`].
    pub fn new(given_at: SystemTime, purpose: &str) -> Result<Self, StatementError> {
        Ok(Self { given_at: writable(given_at)?, purpose: text(purpose)? })
    }

    /// When it was given, to the second.
    pub fn given_at(&self) -> SystemTime {
        self.given_at
    }

    /// For what.
    pub fn purpose(&self) -> &str {
        &self.purpose
    }
}

codes! {
    /// What a face comparison gave.
    FaceResult {
        /// The faces are of one person, by the vendor's threshold.
        Match = "match",
        /// They are not.
        NoMatch = "no_match",
        /// The vendor's program came to no result: no face was found, or the image was too poor.
        NotConcluded = "not_concluded",
    }
}

/// A comparison of the bearer's face with the portrait of the chip, made by a program of the operator's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaceComparison {
    compared_at: SystemTime,
    result: FaceResult,
    vendor: String,
    threshold: String,
}

impl FaceComparison {
    /// A comparison that was made at this moment by this vendor's program, with its threshold in the vendor's own
    /// notation: `0.80`, `FMR 1:1000000`.
    ///
    /// # Errors
    /// [`StatementError`].
    pub fn new(
        compared_at: SystemTime,
        result: FaceResult,
        vendor: &str,
        threshold: &str,
    ) -> Result<Self, StatementError> {
        let compared_at = writable(compared_at)?;
        Ok(Self { compared_at, result, vendor: text(vendor)?, threshold: text(threshold)? })
    }

    /// When it was made, to the second.
    pub fn compared_at(&self) -> SystemTime {
        self.compared_at
    }

    /// The result.
    pub fn result(&self) -> FaceResult {
        self.result
    }

    /// Whose program made it.
    pub fn vendor(&self) -> &str {
        &self.vendor
    }

    /// The threshold of a match.
    pub fn threshold(&self) -> &str {
        &self.threshold
    }
}

/// Identification of the bearer by another scheme: VNeID, a video call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identification {
    identified_at: SystemTime,
    scheme: String,
}

impl Identification {
    /// Identification at this moment by this scheme.
    ///
    /// # Errors
    /// [`StatementError`].
    pub fn new(identified_at: SystemTime, scheme: &str) -> Result<Self, StatementError> {
        Ok(Self { identified_at: writable(identified_at)?, scheme: text(scheme)? })
    }

    /// When, to the second.
    pub fn identified_at(&self) -> SystemTime {
        self.identified_at
    }

    /// By which scheme.
    pub fn scheme(&self) -> &str {
        &self.scheme
    }
}

/// A text that can be kept: not empty, bounded, without control characters.
fn text(text: &str) -> Result<String, StatementError> {
    let text = text.trim();
    let length = text.chars().count();
    let is_kept = (1..=BOUNDS.statement_characters).contains(&length) && !text.chars().any(char::is_control);
    if is_kept { Ok(text.to_owned()) } else { Err(StatementError::Text) }
}

/// A moment, to the second, where it can be written: `time` panics on conversion of a moment that it cannot hold.
fn writable(at: SystemTime) -> Result<SystemTime, StatementError> {
    let seconds = match at.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_secs()),
        Err(before) => i64::try_from(before.duration().as_secs()).map(|seconds| -seconds),
    };
    let at = seconds.ok().and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
    let at = at.ok_or(StatementError::Moment)?;
    at.format(&Rfc3339).map(|_| at.into()).map_err(|_| StatementError::Moment)
}
