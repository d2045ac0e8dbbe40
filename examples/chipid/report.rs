//! `chipid report`: a saved document as a page for people, as JSON, or as a FHIR patient. `chipid schema`: the schema of
//! the JSON.

use crate::arguments::{Form, ReportArguments};
use crate::failure::Failure;
use crate::files::write_file;
use crate::judged::{self, Judge};
use crate::output::{Output, print};
use crate::report_page::{self, Beside, Picture};
use crate::{moment, trust};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chipid::Report;
use chipid::export::fhir::{self, FhirError};
use chipid::image::{self, ImageLimits};
use std::path::Path;

pub fn run(output: &Output, arguments: ReportArguments) -> Result<u8, Failure> {
    let at = arguments.at.as_deref();
    let judge = Judge::new(arguments.claims, &arguments.trust, at, &arguments.judge, output)?;
    let judged = judge.judge(judged::document(&arguments.path)?)?;
    let text = match arguments.form {
        Form::Html => {
            let trusted = trust::names(&arguments.trust);
            let at = moment::text(moment::whole_second(judge.at())).unwrap_or_default();
            report_page::html(&judged, &Beside { picture: picture(&judged.report), at: &at, trusted: &trusted })
        }
        Form::Json => format!("{}\n", judged.json(None)),
        Form::Fhir => {
            let patient = fhir::patient(&judged.report, arguments.photo).map_err(|error| match error {
                FhirError::ClaimDiffers => Failure::with_exit(judged.exit(), "claim_differs", &[]),
                error => Failure::other("not_authentic", &[("why", &error)]),
            })?;
            format!("{patient}\n")
        }
    };
    write(&arguments.out, &text, arguments.force)?;
    Ok(judged.exit())
}

/// The schema of `chipid.result/1`.
pub fn schema(output: &Output) -> Result<u8, Failure> {
    output.json(&Report::json_schema());
    Ok(0)
}

/// To a file for its owner alone, or to standard output for `-`.
fn write(out: &Path, text: &str, may_replace: bool) -> Result<(), Failure> {
    if out == Path::new("-") {
        print(text);
        return Ok(());
    }
    write_file(out, text.as_bytes(), may_replace)
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
