//! `chipid csca check`: whether the signatures of certificates and lists are right.

use crate::arguments::ListArguments;
use crate::console_text::plain_paragraph;
use crate::failure::{EXIT_FAILED, EXIT_UNDETERMINED, Failure};
use crate::messages::Messages;
use crate::output::Output;
use crate::trust::{self, needs_tolerance, no_certificate};
use crate::{interrupt, trust_words};
use chipid::trust::{Examination, ExaminationReason, ListSigner, Listed, Unverified};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use time::OffsetDateTime;

/// Examines all files together: an issuer may be in another file.
pub fn run(output: &Output, paths: &[PathBuf], lists: &ListArguments) -> Result<u8, Failure> {
    let mut files = Vec::new();
    for path in paths {
        files.extend(trust::files(path, "csca")?.into_iter().map(|(path, bytes)| (path.display().to_string(), bytes)));
    }
    let labelled = files.iter().map(|(label, bytes)| (label.as_str(), bytes.as_slice()));
    let found = Examination::examine_with(trust::builder(lists), labelled);
    interrupt::check()?;
    if found.store.anchors().is_empty() {
        let mut sources = found.store.sources().iter();
        if let Some(failure) = sources.find_map(|one| needs_tolerance(one.refused.iter())) {
            return Err(failure);
        }
    }
    let held = found.store.revocation_lists().len() + found.store.defect_lists().len();
    if found.parsed == 0 && held == 0 {
        return Err(match found.findings.first() {
            Some(finding) => no_certificate(Path::new(&finding.subject), &finding.reason.to_string()),
            // An empty bundle holds nothing that could give a reason.
            None => no_certificate(paths.first().map_or(Path::new(""), |path| path), "-"),
        });
    }
    if output.is_json() {
        output.json(&json(&found));
    } else {
        output.text(&text(&found, &output.messages));
    }
    Ok(exit(&found))
}

fn json(found: &Examination) -> Value {
    let now = OffsetDateTime::now_utc();
    json!({
        "schema": "chipid.csca_check/1",
        "certificates": found.certificates,
        "parsed": found.parsed,
        "verified": found.verified,
        "unverified": trust_words::refusals(found.findings.iter().map(|one| (&one.subject, one.reason))),
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
    let others = found.findings.iter().filter(|one| !labels.contains(&one.subject.as_str()));
    let others = others.map(|one| plain_paragraph(&format!("{}: {}", one.subject, reason(one.reason, messages)), 2));
    lines.iter().map(|line| plain_paragraph(line, 0)).chain(others).collect()
}

/// A list that verifies may hold certificates whose issuer is not in it. A list whose signature is wrong has failed, a
/// list whose issuer is not among the files is open; so is a certificate beside any list, by the same rule.
fn exit(found: &Examination) -> u8 {
    let reasons = || found.findings.iter().map(|finding| finding.reason);
    let lists = || reasons().filter(|reason| reason.is_of_list());
    if lists().any(|reason| !reason.is_issuer_missing()) {
        EXIT_FAILED
    } else if lists().next().is_some() {
        EXIT_UNDETERMINED
    } else if found.findings.is_empty() || !found.signers.is_empty() {
        0
    } else if reasons().all(ExaminationReason::is_issuer_missing) {
        EXIT_UNDETERMINED
    } else {
        EXIT_FAILED
    }
}

/// The reason of a finding, from the catalogue where it has one.
fn reason(reason: ExaminationReason, messages: &Messages) -> String {
    match reason {
        ExaminationReason::Unverified(Unverified::IssuerMissing) => {
            messages.get("csca.unverified.issuer_missing").to_owned()
        }
        reason => reason.to_string(),
    }
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
