//! The operator's statements about a reading, from the command line.

use crate::arguments::{Face, StatementArguments};
use crate::failure::Failure;
use chipid::document::StatementError;
use chipid::{Consent, FaceComparison, FaceResult, Identification, Statements};
use std::time::SystemTime;

/// The statements of the command line, made at this moment.
pub fn of(arguments: &StatementArguments, at: SystemTime) -> Result<Statements, Failure> {
    let StatementArguments { consent, identified_by, face, face_vendor, face_threshold } = arguments;
    let refused = |option: &'static str| {
        // The moment is now: only the text can be wrong.
        move |_: StatementError| Failure::usage("usage.statement", &[("option", &option)])
    };
    let consent = consent.as_deref().map(|purpose| Consent::new(at, purpose).map_err(refused("--consent")));
    let scheme = identified_by.as_deref();
    let identification = scheme.map(|scheme| Identification::new(at, scheme).map_err(refused("--identified-by")));
    let face = face.map(|result| {
        let result = match result {
            Face::Match => FaceResult::Match,
            Face::NoMatch => FaceResult::NoMatch,
            Face::NotConcluded => FaceResult::NotConcluded,
        };
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        FaceComparison::new(at, result, &text(face_vendor), &text(face_threshold)).map_err(refused("--face"))
    });
    Ok(Statements {
        consent: consent.transpose()?,
        face: face.transpose()?,
        identification: identification.transpose()?,
    })
}
