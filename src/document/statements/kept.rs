//! The statements as text: in reports, beside stored files and in evidence.

use super::values::{Consent, FaceComparison, FaceResult, Identification, Statements};
use crate::document::claims::ClaimsBasis;
use std::time::SystemTime;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The statements as text, the members in the order of their names; moments as `2026-01-31T12:00:00Z`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub(crate) struct KeptStatements {
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    consent: Option<KeptConsent>,
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    face: Option<KeptFace>,
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    identification: Option<KeptIdentification>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
struct KeptConsent {
    given_at: String,
    purpose: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
struct KeptFace {
    compared_at: String,
    /// A code of [`FaceResult`].
    result: String,
    threshold: String,
    vendor: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
struct KeptIdentification {
    identified_at: String,
    scheme: String,
}

impl KeptStatements {
    /// The text; `None` where nothing is stated.
    pub(crate) fn of(statements: &Statements) -> Option<Self> {
        let consent = |of: &Consent| KeptConsent { given_at: written(of.given_at()), purpose: of.purpose().to_owned() };
        let face = |of: &FaceComparison| KeptFace {
            compared_at: written(of.compared_at()),
            result: of.result().as_str().to_owned(),
            threshold: of.threshold().to_owned(),
            vendor: of.vendor().to_owned(),
        };
        let identification = |of: &Identification| KeptIdentification {
            identified_at: written(of.identified_at()),
            scheme: of.scheme().to_owned(),
        };
        (!statements.is_empty()).then(|| Self {
            consent: statements.consent.as_ref().map(consent),
            face: statements.face.as_ref().map(face),
            identification: statements.identification.as_ref().map(identification),
        })
    }

    /// The statements; `None` for an unknown code, moment or text.
    pub(crate) fn read(&self) -> Option<Statements> {
        let consent = |kept: &KeptConsent| Consent::new(moment(&kept.given_at)?, &kept.purpose).ok();
        let face = |kept: &KeptFace| {
            let result = FaceResult::from_code(&kept.result)?;
            FaceComparison::new(moment(&kept.compared_at)?, result, &kept.vendor, &kept.threshold).ok()
        };
        let identification =
            |kept: &KeptIdentification| Identification::new(moment(&kept.identified_at)?, &kept.scheme).ok();
        let read = Statements {
            consent: self.consent.as_ref().map(|kept| consent(kept).ok_or(())).transpose().ok()?,
            face: self.face.as_ref().map(|kept| face(kept).ok_or(())).transpose().ok()?,
            identification: self.identification.as_ref().map(|kept| identification(kept).ok_or(())).transpose().ok()?,
        };
        // One form: what is read is written again as it came.
        (Self::of(&read).as_ref() == Some(self)).then_some(read)
    }
}

/// The statements in a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ReportedStatements {
    consent: Option<Reported<KeptConsent>>,
    face: Option<Reported<KeptFace>>,
    identification: Option<Reported<KeptIdentification>>,
}

/// A statement, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
struct Reported<T> {
    basis: ClaimsBasis,
    #[cfg_attr(feature = "serde", serde(flatten))]
    statement: T,
}

impl ReportedStatements {
    /// What was stated now, and, where it was not, what the stored document records.
    pub(crate) fn of(given: &Statements, recorded: &Statements, is_signed: bool) -> Self {
        let record = if is_signed { ClaimsBasis::SignedRecord } else { ClaimsBasis::Record };
        let (given, recorded) = (KeptStatements::of(given), KeptStatements::of(recorded));
        fn one<T>(
            given: &Option<KeptStatements>,
            recorded: &Option<KeptStatements>,
            record: ClaimsBasis,
            of: impl Fn(&KeptStatements) -> Option<T>,
        ) -> Option<Reported<T>> {
            let now = given.as_ref().and_then(&of).map(|statement| Reported { basis: ClaimsBasis::Given, statement });
            now.or_else(|| Some(Reported { basis: record, statement: of(recorded.as_ref()?)? }))
        }
        Self {
            consent: one(&given, &recorded, record, |kept| kept.consent.clone()),
            face: one(&given, &recorded, record, |kept| kept.face.clone()),
            identification: one(&given, &recorded, record, |kept| kept.identification.clone()),
        }
    }
}

fn written(at: SystemTime) -> String {
    OffsetDateTime::from(at).format(&Rfc3339).expect("a statement's moment was found to be writable")
}

fn moment(text: &str) -> Option<SystemTime> {
    OffsetDateTime::parse(text, &Rfc3339).ok().map(Into::into)
}
