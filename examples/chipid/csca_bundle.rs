//! `chipid csca bundle`: all that is trusted in one file, for use without a network. What is left out is told, and by the
//! exit code too.

use crate::arguments::BundleArguments;
use crate::failure::{EXIT_UNDETERMINED, Failure};
use crate::messages::Messages;
use crate::output::Output;
use crate::saved_document;
use crate::verify;
use crate::{console_text, trust};
use chipid::trust::{AgePolicy, BundlePart, BundleUse, SourceKind, TrustBundle, TrustStore};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

pub fn run(output: &Output, arguments: BundleArguments) -> Result<u8, Failure> {
    let made = OffsetDateTime::from(verify::moment(arguments.made.as_deref())?);
    let made = made.replace_nanosecond(0).unwrap_or(made);
    let mut parts = Vec::new();
    let named = [
        (BundleUse::Trust, &arguments.paths),
        (BundleUse::PinnedSigner, &arguments.pin),
        (BundleUse::ListSigner, &arguments.lister),
    ];
    for (purpose, paths) in named {
        for path in paths {
            for (file, bytes) in trust::files(path, "csca bundle")? {
                let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                parts.push(BundlePart::new(purpose, &name, bytes));
            }
        }
    }
    let (bundle, refused) = TrustBundle::make_with(trust::builder(&arguments.lists), made, parts)
        .map_err(|error| Failure::other("bundle", vec![("why", error.to_string())]))?;
    let lacking = trust::needs_tolerance(refused.iter());
    if bundle.parts().is_empty() {
        if let Some(failure) = lacking {
            return Err(failure);
        }
        let why = refused.first().map_or("-".to_owned(), |one| format!("{}: {}", one.subject, one.reason));
        return Err(Failure::other("bundle", vec![("why", why)]));
    }
    saved_document::write_file(&arguments.out, &bundle.encode(), arguments.force)?;
    if let Some((message, remedy)) = lacking.map(|failure| failure.tell(&output.messages)) {
        output.hint(&format!("{message} {remedy}"));
    }
    // Bundles among the files make it as old as they are.
    let made = bundle.made().format(&Rfc3339).unwrap_or_default();
    let exit = if refused.is_empty() { 0 } else { EXIT_UNDETERMINED };
    if output.is_json() {
        output.json(&json!({
            "schema": "chipid.bundle/1",
            "path": arguments.out.display().to_string(),
            "made": made,
            "parts": bundle.parts().iter().map(|part| json!({
                "purpose": part.purpose().as_str(),
                "name": part.name(),
                "signer": part.signer(),
                "sha256": hex::encode(part.sha256()),
                "bytes": part.bytes().len(),
            })).collect::<Vec<_>>(),
            "refused": refused.iter().map(|one| json!({
                "subject": one.subject, "reason": one.reason.to_string(),
            })).collect::<Vec<_>>(),
        }));
        return Ok(exit);
    }
    let (count, path) = (bundle.parts().len().to_string(), arguments.out.display().to_string());
    let values = [("path", path.as_str()), ("count", count.as_str()), ("made", made.as_str())];
    let mut out = console_text::paragraph(&console_text::plain(&output.messages.fill("csca.bundle.made", &values)), 0);
    for part in bundle.parts() {
        let signer = match part.signer() {
            "" => String::new(),
            signer => format!(" ({signer})"),
        };
        out.push_str(&console_text::paragraph(&console_text::plain(&format!("{}{signer}", part.name())), 2));
    }
    for one in &refused {
        let why = one.reason.to_string();
        let values = [("name", one.subject.as_str()), ("why", why.as_str())];
        out.push_str(&console_text::paragraph(
            &console_text::plain(&output.messages.fill("csca.bundle.left_out", &values)),
            2,
        ));
    }
    output.text(&out);
    Ok(exit)
}

/// The bundles that a store took, by their paths, and when each was made.
fn bundles(store: &TrustStore) -> impl Iterator<Item = (&str, OffsetDateTime)> {
    let of = store.sources().iter().filter(|source| matches!(source.kind, SourceKind::Bundle));
    of.filter_map(|source| Some((source.label.as_str(), source.date?)))
}

/// In a line each, how old the bundles of a store are at a moment, by the usual policy.
pub fn age_lines(store: &TrustStore, at: OffsetDateTime, messages: &Messages) -> Vec<String> {
    let line = |(path, made): (&str, OffsetDateTime)| {
        let key = format!("csca.age.{}", AgePolicy::default().judge(made, at).as_str());
        let (day, today) = (made.date().to_string(), at.date().to_string());
        let days = (at - made).whole_days().to_string();
        messages.fill(&key, &[("path", path), ("day", &day), ("days", &days), ("at", &today)])
    };
    bundles(store).map(line).collect()
}

/// The same as JSON objects.
pub fn ages(store: &TrustStore, at: OffsetDateTime) -> Vec<Value> {
    let object = |(path, made): (&str, OffsetDateTime)| {
        let age = AgePolicy::default().judge(made, at).as_str();
        json!({ "path": path, "made": made.format(&Rfc3339).ok(), "age": age })
    };
    bundles(store).map(object).collect()
}
