//! `chipid report`: a saved document as a page for people, as JSON, or as a FHIR patient. `chipid schema`: the JSON's schema.

use crate::arguments::{Form, ReportArguments};
use crate::failure::Failure;
use crate::output::Output;
use crate::report_page::{Beside, Picture};
use crate::{output, password, policy, report_page, report_text, saved_document, trust, verify};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chipid::Report;
use chipid::export::fhir::{self, FhirError};
use chipid::image::{self, ImageLimits};
use std::path::Path;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

pub fn run(output: &Output, arguments: ReportArguments) -> Result<u8, Failure> {
    let at = verify::moment(arguments.at.as_deref())?;
    let policy = arguments.policy.as_deref().map(policy::load).transpose()?;
    let signers = trust::Signers {
        online: &arguments.trust_online,
        readers: &arguments.trust_reader,
        ..trust::Signers::default()
    };
    let store = trust::store(&arguments.trust, signers, policy.as_ref(), at, output)?;
    let claims = password::given(arguments.claims, None)?.claims()?;
    let kept = verify::kept(arguments.kept.as_deref())?;
    let document = verify::document(&arguments.path)?.with_claims(claims).with_kept(kept);
    let (judged, decision) = verify::judge(&document, &store, at, policy.as_ref());
    let mut value = report_text::value(&judged, None);
    report_text::decided(&mut value, decision.as_ref());
    let text = match arguments.form {
        Form::Html => {
            let at = OffsetDateTime::from(at);
            let at = at.replace_nanosecond(0).unwrap_or(at).format(&Rfc3339).unwrap_or_default();
            let trusted = trust::names(&arguments.trust);
            report_page::html(&value, &Beside { picture: picture(&judged), at: &at, trusted: &trusted })
        }
        Form::Json => format!("{value}\n"),
        Form::Fhir => {
            let patient = fhir::patient(&judged, arguments.photo).map_err(|error| match error {
                FhirError::ClaimDiffers => {
                    let exit = report_text::exit(&judged, decision.as_ref());
                    Failure::Own { code: "claim_differs", exit, values: Vec::new() }
                }
                error => Failure::other("not_authentic", vec![("why", error.to_string())]),
            })?;
            format!("{patient}\n")
        }
    };
    write(&arguments.out, &text, arguments.force)?;
    Ok(report_text::exit(&judged, decision.as_ref()))
}

/// The schema of `chipid.result/1`.
pub fn schema(output: &Output) -> Result<u8, Failure> {
    output.json(&Report::json_schema());
    Ok(0)
}

/// To a file of its owner's alone, or to standard output for `-`.
fn write(out: &Path, text: &str, may_replace: bool) -> Result<(), Failure> {
    if out == Path::new("-") {
        output::print(text);
        return Ok(());
    }
    saved_document::write_file(out, text.as_bytes(), may_replace)
}

/// The portrait as a browser shows it: JPEG and PNG as they are, JPEG 2000 decoded, under limits.
fn picture(report: &Report) -> Option<Picture> {
    let portrait = report.portrait()?;
    if let Some(mime) = ["image/jpeg", "image/png"].into_iter().find(|mime| *mime == portrait.mime) {
        return Some(Picture { mime, base64: BASE64_STANDARD.encode(&portrait.image) });
    }
    let decoded = image::decode(&portrait.image, &ImageLimits::default()).ok()?;
    Some(Picture { mime: "image/png", base64: BASE64_STANDARD.encode(decoded.to_png()) })
}
