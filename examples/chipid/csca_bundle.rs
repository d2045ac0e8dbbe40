//! `chipid csca bundle`: all trust material in one file, for use without a network. What is left out is reported, and
//! shows in the exit code too.

use crate::arguments::BundleArguments;
use crate::console_text::plain_paragraph;
use crate::failure::{EXIT_UNDETERMINED, Failure};
use crate::files::write_file;
use crate::messages::Messages;
use crate::output::Output;
use crate::{moment, trust, trust_words};
use chipid::trust::{BundlePart, BundleUse, Refused, TrustBundle};
use serde_json::{Value, json};
use std::path::Path;

pub fn run(output: &Output, arguments: BundleArguments) -> Result<u8, Failure> {
    let made = moment::whole_second(moment::parse(arguments.made.as_deref())?);
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
        .map_err(|error| Failure::other("bundle", &[("why", &error)]))?;
    let lacking = trust::needs_tolerance(refused.iter());
    if bundle.parts().is_empty() {
        let why = refused.first().map_or("-".to_owned(), |one| format!("{}: {}", one.subject, one.reason));
        return Err(lacking.unwrap_or_else(|| Failure::other("bundle", &[("why", &why)])));
    }
    write_file(&arguments.out, &bundle.encode(), arguments.force)?;
    if let Some((message, remedy)) = lacking.map(|failure| failure.message_and_remedy(&output.messages)) {
        output.hint(&format!("{message} {remedy}"));
    }
    if output.is_json() {
        output.json(&json(&bundle, &refused, &arguments.out));
    } else {
        output.text(&text(&bundle, &refused, &arguments.out, &output.messages));
    }
    Ok(if refused.is_empty() { 0 } else { EXIT_UNDETERMINED })
}

fn json(bundle: &TrustBundle, refused: &[Refused], path: &Path) -> Value {
    json!({
        "schema": "chipid.bundle/1",
        "path": path.display().to_string(),
        // Bundles among the files make it as old as they are.
        "made": moment::text(bundle.made()).unwrap_or_default(),
        "parts": bundle.parts().iter().map(|part| json!({
            "purpose": part.purpose().as_str(),
            "name": part.name(),
            "signer": part.signer(),
            "sha256": hex::encode(part.sha256()),
            "bytes": part.bytes().len(),
        })).collect::<Vec<_>>(),
        "refused": trust_words::refusals(refused.iter().map(|one| (&one.subject, one.reason))),
    })
}

fn text(bundle: &TrustBundle, refused: &[Refused], path: &Path, messages: &Messages) -> String {
    let made = moment::text(bundle.made()).unwrap_or_default();
    let (count, path) = (bundle.parts().len(), path.display());
    let first = messages.fill("csca.bundle.made", &[("path", &path), ("count", &count), ("made", &made)]);
    let parts = bundle.parts().iter().map(|part| match part.signer() {
        "" => part.name().to_owned(),
        signer => format!("{} ({signer})", part.name()),
    });
    let left_out = refused
        .iter()
        .map(|one| messages.fill("csca.bundle.left_out", &[("name", &one.subject), ("why", &one.reason)]));
    let lines = parts.chain(left_out).map(|line| plain_paragraph(&line, 2));
    [plain_paragraph(&first, 0)].into_iter().chain(lines).collect()
}
