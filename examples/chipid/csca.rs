//! `chipid csca`: what certificates and master lists hold, and whether their signatures are right.

use crate::arguments::{CscaAction, CscaArguments};
use crate::failure::{EXIT_FAILED, EXIT_UNDETERMINED, Failure};
use crate::messages::Messages;
use crate::output::Output;
use crate::{interrupt, text, trust};
use chipid::pki::{Certificate, Collection, ListSigner, SourceKind, TrustStore};
use serde_json::{Value, json};
use std::path::PathBuf;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

pub fn run(output: &Output, arguments: CscaArguments) -> Result<u8, Failure> {
    match arguments.action {
        CscaAction::List(paths) => tell(output, &paths.paths, list),
        CscaAction::Show(paths) => tell(output, &paths.paths, show),
        CscaAction::Check(paths) => check(output, &paths.paths),
    }
}

/// What one file holds.
struct Holding {
    path: PathBuf,
    certificates: Vec<Certificate>,
    refused: Vec<(String, String)>,
    signer: Option<ListSigner>,
}

impl Holding {
    fn of(path: PathBuf, bytes: &[u8]) -> Self {
        let mut store = TrustStore::new();
        let source = store.add_file(&path.display().to_string(), bytes);
        let refused = source.refused.iter().map(|one| (one.subject.clone(), one.reason.to_string())).collect();
        match source.kind.clone() {
            SourceKind::MasterList(signer) => {
                Self { path, certificates: store.anchors().to_vec(), refused, signer: Some(*signer) }
            }
            kind => {
                // Here a certificate need not be an authority's: a document signer is shown as well.
                let mut any = TrustStore::new();
                let all = matches!(kind, SourceKind::Certificates) && any.add_pinned_signer(bytes).is_ok();
                let certificates = if all { any.pinned_signers() } else { store.anchors() };
                Self {
                    path,
                    certificates: certificates.to_vec(),
                    refused: if all { Vec::new() } else { refused },
                    signer: None,
                }
            }
        }
    }
}

/// Every file of every path, each told on its own.
fn tell(output: &Output, paths: &[PathBuf], text: fn(&Holding, &Messages) -> String) -> Result<u8, Failure> {
    let mut any = false;
    let mut last = None;
    for path in paths {
        for (path, bytes) in trust::files(path, "csca")? {
            interrupt::check()?;
            let holding = Holding::of(path, &bytes);
            if holding.certificates.is_empty() {
                last = Some(holding);
                continue;
            }
            any = true;
            if output.is_json() {
                output.json(&json!({
                    "schema": "chipid.csca/1",
                    "path": holding.path.display().to_string(),
                    "certificates": holding.certificates.iter().map(object).collect::<Vec<_>>(),
                    "refused": pairs(&holding.refused),
                    "signer": holding.signer.as_ref().map(signer),
                }));
            } else {
                output.text(&text(&holding, &output.messages));
            }
        }
    }
    if any {
        return Ok(0);
    }
    let path = last.as_ref().map_or_else(|| paths.first().cloned().unwrap_or_default(), |holding| holding.path.clone());
    let why = last.and_then(|holding| holding.refused.into_iter().next()).map_or("-".to_owned(), |(_, why)| why);
    Err(Failure::other("no_certificate", vec![("path", path.display().to_string()), ("why", why)]))
}

/// One line a certificate: country, validity, key, subject.
fn list(holding: &Holding, messages: &Messages) -> String {
    let mut rows: Vec<Vec<String>> = vec![
        ["csca.country", "csca.valid", "csca.key", "csca.subject"].map(|key| messages.get(key).to_owned()).to_vec(),
    ];
    for certificate in &holding.certificates {
        let validity = certificate.validity();
        let country = certificate.subject().country().unwrap_or_default();
        let years = format!("{}–{}", validity.not_before.year(), validity.not_after.year());
        let subject = certificate.subject().to_string();
        rows.push(vec![text::plain(&country), years, key(certificate), text::plain(&subject)]);
    }
    format!("{}\n{}\n", head(holding, messages), text::table(&rows, 3, 0))
}

/// Everything about each certificate.
fn show(holding: &Holding, messages: &Messages) -> String {
    let mut out = format!("{}\n", head(holding, messages));
    for certificate in &holding.certificates {
        let validity = certificate.validity();
        let valid = format!("{} – {}", validity.not_before.date(), validity.not_after.date());
        let rows = [
            ("csca.subject", certificate.subject().to_string()),
            ("csca.issuer", certificate.issuer().to_string()),
            ("csca.serial", hex::encode_upper(certificate.serial())),
            ("csca.valid", valid),
            ("csca.key", key(certificate)),
            ("csca.fingerprint", hex::encode_upper(certificate.fingerprint())),
        ];
        let rows: Vec<Vec<String>> =
            rows.into_iter().map(|(key, value)| vec![messages.get(key).to_owned(), text::plain(&value)]).collect();
        out.push_str(&text::table(&rows, 1, 0));
        out.push('\n');
    }
    out
}

fn head(holding: &Holding, messages: &Messages) -> String {
    let parsed = holding.certificates.len().to_string();
    let refused = holding.refused.len().to_string();
    let path = holding.path.display().to_string();
    let values = [("path", path.as_str()), ("parsed", parsed.as_str()), ("refused", refused.as_str())];
    let mut out = text::paragraph(&text::plain(&messages.fill("csca.file", &values)), 0);
    if let Some(list_signer) = &holding.signer {
        out.push_str(&signer_line(list_signer, messages));
    }
    for (subject, why) in &holding.refused {
        out.push_str(&text::paragraph(&text::plain(&format!("{subject}: {why}")), 2));
    }
    out
}

/// The signatures of lists and certificates, all files together: an issuer may stand in another file.
fn check(output: &Output, paths: &[PathBuf]) -> Result<u8, Failure> {
    let mut files = Vec::new();
    for path in paths {
        files.extend(trust::files(path, "csca")?.into_iter().map(|(path, bytes)| (path.display().to_string(), bytes)));
    }
    let found = Collection::examine(files.iter().map(|(label, bytes)| (label.as_str(), bytes.as_slice())));
    interrupt::check()?;
    if found.parsed == 0 {
        let (path, why) = found.unverified.first().cloned().unwrap_or_default();
        return Err(Failure::other("no_certificate", vec![("path", path), ("why", why)]));
    }
    if output.is_json() {
        output.json(&json!({
            "schema": "chipid.csca_check/1",
            "certificates": found.certificates,
            "parsed": found.parsed,
            "verified": found.verified,
            "unverified": pairs(&found.unverified),
            "signer": found.signers.first().map(signer),
            "signers": found.signers.iter().map(|one| json!({
                "subject": one.certificate.subject().to_string(),
                "authority": one.authority.subject().to_string(),
                "signer": signer(one),
                "null_missing": one.null_missing,
            })).collect::<Vec<_>>(),
        }));
    } else {
        let number = |number: usize| number.to_string();
        let (all, parsed) = (number(found.certificates), number(found.parsed));
        let (verified, unverified) = (number(found.verified), number(found.unverified.len()));
        let values = [
            ("certificates", all.as_str()),
            ("parsed", parsed.as_str()),
            ("verified", verified.as_str()),
            ("unverified", unverified.as_str()),
        ];
        output.text(&text::paragraph(&output.messages.fill("csca.checked", &values), 0));
        for one in &found.signers {
            output.text(&signer_line(one, &output.messages));
        }
        for (subject, why) in &found.unverified {
            output.text(&text::paragraph(&text::plain(&format!("{subject}: {}", reason(why, &output.messages))), 2));
        }
    }
    Ok(exit(&files, &found))
}

/// A list that verifies may hold certificates whose issuer is not in it. One that does not verify has failed; so has a
/// certificate beside any list that its issuer does not verify.
fn exit(files: &[(String, Vec<u8>)], found: &Collection) -> u8 {
    let list_failed = found.unverified.iter().any(|(subject, _)| files.iter().any(|(label, _)| label == subject));
    let issuer_missing = |why: &String| why == chipid::pki::Unverified::IssuerMissing.to_string().as_str();
    match found.unverified.iter().all(|(_, why)| issuer_missing(why)) {
        _ if list_failed => EXIT_FAILED,
        _ if found.unverified.is_empty() || !found.signers.is_empty() => 0,
        true => EXIT_UNDETERMINED,
        false => EXIT_FAILED,
    }
}

fn reason<'a>(why: &'a str, messages: &Messages) -> &'a str {
    if why == chipid::pki::Unverified::IssuerMissing.to_string() {
        return messages.find("csca.unverified.issuer_missing").unwrap_or(why);
    }
    why
}

fn signer(signer: &ListSigner) -> &'static str {
    if signer.anchored { "anchored" } else { "self-contained" }
}

fn signer_line(list_signer: &ListSigner, messages: &Messages) -> String {
    let key = if list_signer.anchored { "csca.signer.anchored" } else { "csca.signer.self_contained" };
    let subject = list_signer.certificate.subject().to_string();
    let values = [("subject", subject.as_str()), ("signer", messages.get(key))];
    text::paragraph(&text::plain(&messages.fill("csca.signer", &values)), 0)
}

/// A certificate as a JSON object.
fn object(certificate: &Certificate) -> Value {
    let moment = |moment: OffsetDateTime| moment.format(&Rfc3339).ok();
    json!({
        "subject": certificate.subject().to_string(),
        "issuer": certificate.issuer().to_string(),
        "country": certificate.subject().country(),
        "serial": hex::encode_upper(certificate.serial()),
        "not_before": moment(certificate.validity().not_before),
        "not_after": moment(certificate.validity().not_after),
        "key": key(certificate),
        "ca": certificate.is_ca(),
        "self_issued": certificate.is_self_issued(),
        "sha256": hex::encode(certificate.fingerprint()),
    })
}

fn key(certificate: &Certificate) -> String {
    certificate.public_key().map_or_else(|error| error.to_string(), |key| key.describe())
}

fn pairs(pairs: &[(String, String)]) -> Vec<Value> {
    pairs.iter().map(|(subject, reason)| json!({ "subject": subject, "reason": reason })).collect()
}
