//! `chipid csca check`: whether the signatures of certificates and lists are right.

use crate::arguments::ListArguments;
use crate::console_text::plain_paragraph;
use crate::failure::{EXIT_FAILED, EXIT_UNDETERMINED, Failure};
use crate::messages::Messages;
use crate::output::Output;
use crate::trust::{self, needs_tolerance, no_certificate};
use crate::{interrupt, trust_words};
use chipid::trust::{Examination, ListSigner, Listed};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use time::OffsetDateTime;

/// Examines all files together: an issuer may be in another file.
pub fn run(output: &Output, paths: &[PathBuf], lists: &ListArguments) -> Result<u8, Failure> {
    let mut files = Vec::new();
    for path in paths {
        files.extend(trust::files(path, "csca")?.into_iter().map(|(path, bytes)| (path.display().to_string(), bytes)));
    }
    let found = Examination::examine_with(
        trust::builder(lists),
        files.iter().map(|(label, bytes)| (label.as_str(), bytes.as_slice())),
    );
    interrupt::check()?;
    if found.store.anchors().is_empty() {
        let mut sources = found.store.sources().iter();
        if let Some(failure) = sources.find_map(|one| needs_tolerance(one.refused.iter())) {
            return Err(failure);
        }
    }
    let held = found.store.revocation_lists().len() + found.store.defect_lists().len();
    if found.parsed == 0 && held == 0 {
        return Err(match found.unverified.first() {
            Some((path, why)) => no_certificate(Path::new(path), why),
            // An empty bundle holds nothing that could give a reason.
            None => no_certificate(paths.first().map_or(Path::new(""), |path| path), "-"),
        });
    }
    if output.is_json() {
        output.json(&json(&found));
    } else {
        output.text(&text(&found, &output.messages));
    }
    Ok(exit(&files, &found))
}

fn json(found: &Examination) -> Value {
    let now = OffsetDateTime::now_utc();
    json!({
        "schema": "chipid.csca_check/1",
        "certificates": found.certificates,
        "parsed": found.parsed,
        "verified": found.verified,
        "unverified": trust_words::refusals(found.unverified.iter().map(|(subject, why)| (subject, why))),
        "lists": trust_words::lists(&found.store, None, now),
        "bundles": trust_words::ages(&found.store, now),
        "signer": found.signers.first().map(signer),
        "signers": found.signers.iter().map(|one| json!({
            "subject": one.certificate.subject().to_string(),
            "authority": one.authority.subject().to_string(),
            "signer": signer(one),
            "null_missing": one.null_missing,
        })).collect::<Vec<_>>(),
    })
}

fn text(found: &Examination, messages: &Messages) -> String {
    let now = OffsetDateTime::now_utc();
    let mut lines = vec![messages.fill(
        "csca.checked",
        &[
            ("certificates", &found.certificates),
            ("parsed", &found.parsed),
            ("verified", &found.verified),
            ("unverified", &(found.certificates - found.verified)),
        ],
    )];
    lines.extend(found.signers.iter().map(|one| signer_line(one, messages)));
    lines.extend(trust_words::age_lines(&found.store, now, messages));
    lines.extend(trust_words::revocation_lines(&found.store, None, now, messages));
    lines.extend(trust_words::defect_lines(&found.store, None, messages));
    // The lists are above.
    let revocation = found.store.revocation_lists().iter().map(Listed::label);
    let labels: Vec<&str> = revocation.chain(found.store.defect_lists().iter().map(Listed::label)).collect();
    let others = found.unverified.iter().filter(|(subject, _)| !labels.contains(&subject.as_str()));
    let others = others.map(|(subject, why)| plain_paragraph(&format!("{subject}: {}", reason(why, messages)), 2));
    lines.iter().map(|line| plain_paragraph(line, 0)).chain(others).collect()
}

/// A list that verifies may hold certificates whose issuer is not in it. One that does not verify has failed, one that
/// nobody among the files vouches for is open; failed has also a
/// certificate beside any list that its issuer does not verify.
fn exit(files: &[(String, Vec<u8>)], found: &Examination) -> u8 {
    let is_list = |subject: &String| files.iter().any(|(label, _)| subject.starts_with(label));
    let open = [
        chipid::trust::Unverified::IssuerMissing.to_string(),
        chipid::trust::RevocationListError::IssuerUnknown.to_string(),
        chipid::trust::ListError::SignerUnanchored.to_string(),
    ];
    let is_open = |why: &String| open.contains(why);
    let mut lists = found.unverified.iter().filter(|(subject, _)| is_list(subject)).peekable();
    let list_open = lists.peek().is_some();
    match found.unverified.iter().all(|(_, why)| is_open(why)) {
        _ if lists.any(|(_, why)| !is_open(why)) => EXIT_FAILED,
        _ if list_open => EXIT_UNDETERMINED,
        _ if found.unverified.is_empty() || !found.signers.is_empty() => 0,
        true => EXIT_UNDETERMINED,
        false => EXIT_FAILED,
    }
}

fn reason<'a>(why: &'a str, messages: &Messages) -> &'a str {
    if why == chipid::trust::Unverified::IssuerMissing.to_string() {
        return messages.find("csca.unverified.issuer_missing").unwrap_or(why);
    }
    why
}

/// Whether the signer of a master list leads to an anchor of another file.
pub fn signer(signer: &ListSigner) -> &'static str {
    if signer.anchored { "anchored" } else { "self-contained" }
}

/// The signer of a master list in a line.
pub fn signer_line(list_signer: &ListSigner, messages: &Messages) -> String {
    let key = if list_signer.anchored { "csca.signer.anchored" } else { "csca.signer.self_contained" };
    let subject = list_signer.certificate.subject();
    messages.fill("csca.signer", &[("subject", &subject), ("signer", &messages.get(key))])
}
