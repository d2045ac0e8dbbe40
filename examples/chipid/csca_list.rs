//! `chipid csca list` and `chipid csca show`: what each file holds.

use crate::arguments::ListArguments;
use crate::console_text::{plain, plain_paragraph, table};
use crate::failure::Failure;
use crate::messages::Messages;
use crate::output::Output;
use crate::trust::{authorities, builder, files, needs_tolerance, no_certificate};
use crate::{csca_check, interrupt, trust_words};
use chipid::trust::Certificate;
use chipid::trust::{ListSigner, SourceKind, TrustBuilder, TrustStore};
use serde_json::{Value, json};
use std::path::PathBuf;
use time::OffsetDateTime;

/// What one file holds.
pub struct Holding {
    path: PathBuf,
    certificates: Vec<Certificate>,
    refused: Vec<(String, String)>,
    signer: Option<ListSigner>,
    store: TrustStore,
}

impl Holding {
    fn of(path: PathBuf, bytes: &[u8], lists: &ListArguments) -> Result<Self, Failure> {
        let mut builder = builder(lists);
        let _ = builder.add_file(&path.display().to_string(), bytes);
        let store = builder.build();
        let source = store.sources().last().expect("a file is a source");
        if let Some(failure) = needs_tolerance(source.refused.iter()) {
            return Err(failure);
        }
        let refused = source.refused.iter().map(|one| (one.subject.clone(), one.reason.to_string())).collect();
        let mut signer = None;
        let certificates = match &source.kind {
            SourceKind::MasterList(of_list) => {
                signer = Some(of_list.as_ref().clone());
                store.anchors().to_vec()
            }
            SourceKind::Bundle => [authorities(&store), store.pinned_signers().to_vec()].concat(),
            SourceKind::Certificates => {
                // A certificate need not be that of an authority here: a document signer is shown as well.
                let mut any = TrustBuilder::new();
                if any.pin_signer(bytes).is_ok() {
                    let certificates = any.build().pinned_signers().to_vec();
                    return Ok(Self { path, certificates, refused: Vec::new(), signer, store });
                }
                authorities(&store)
            }
            _ => authorities(&store),
        };
        Ok(Self { path, certificates, refused, signer, store })
    }

    fn json(&self) -> Value {
        let now = OffsetDateTime::now_utc();
        json!({
            "schema": "chipid.csca/1",
            "path": self.path.display().to_string(),
            "certificates": self.certificates.iter().map(trust_words::certificate).collect::<Vec<_>>(),
            "refused": trust_words::refusals(self.refused.iter().map(|(subject, why)| (subject, why))),
            "signer": self.signer.as_ref().map(csca_check::signer),
            "lists": trust_words::lists(&self.store, None, now),
            "bundles": trust_words::ages(&self.store, now),
        })
    }

    fn is_empty(&self) -> bool {
        let lists = self.store.revocation_lists().len() + self.store.defect_lists().len();
        self.certificates.is_empty() && lists == 0
    }
}

/// Every file of every path, each on its own, as JSON or as this text.
pub fn run(
    output: &Output,
    paths: &[PathBuf],
    lists: &ListArguments,
    text: fn(&Holding, &Messages) -> String,
) -> Result<u8, Failure> {
    let (mut is_shown, mut last) = (false, None);
    // A missing tolerance ends the command only where nothing else is shown.
    let mut lacking = Vec::new();
    for path in paths {
        for (path, bytes) in files(path, "csca")? {
            interrupt::check()?;
            match Holding::of(path, &bytes, lists) {
                Err(failure) => lacking.push(failure),
                Ok(holding) if holding.is_empty() => last = Some(holding),
                Ok(holding) => {
                    is_shown = true;
                    if output.is_json() {
                        output.json(&holding.json());
                    } else {
                        output.text(&text(&holding, &output.messages));
                    }
                }
            }
        }
    }
    if is_shown {
        for failure in &lacking {
            let (message, remedy) = failure.message_and_remedy(&output.messages);
            output.hint(&format!("{message} {remedy}"));
        }
        return Ok(0);
    }
    if let Some(failure) = lacking.into_iter().next() {
        return Err(failure);
    }
    let path = last.as_ref().map_or_else(|| paths.first().cloned().unwrap_or_default(), |holding| holding.path.clone());
    let why = last.and_then(|holding| holding.refused.into_iter().next()).map_or("-".to_owned(), |(_, why)| why);
    Err(no_certificate(&path, &why))
}

/// One line a certificate: country, validity, key, subject.
pub fn list(holding: &Holding, messages: &Messages) -> String {
    let mut rows: Vec<Vec<String>> = vec![
        ["csca.country", "csca.valid", "csca.key", "csca.subject"].map(|key| messages.get(key).to_owned()).to_vec(),
    ];
    for certificate in &holding.certificates {
        let validity = certificate.validity();
        let country = certificate.subject().country().unwrap_or_default();
        let years = format!("{}–{}", validity.not_before.year(), validity.not_after.year());
        let subject = certificate.subject().to_string();
        rows.push(vec![plain(&country), years, trust_words::key(certificate), plain(&subject)]);
    }
    let table = if holding.certificates.is_empty() { String::new() } else { table(&rows, 3, 0) };
    format!("{}\n{table}{}\n", head(holding, messages), lists(&holding.store, messages))
}

/// Everything about each certificate.
pub fn show(holding: &Holding, messages: &Messages) -> String {
    let mut out = format!("{}\n", head(holding, messages));
    for certificate in &holding.certificates {
        let validity = certificate.validity();
        let valid = format!("{} – {}", validity.not_before.date(), validity.not_after.date());
        let rows = [
            ("csca.subject", certificate.subject().to_string()),
            ("csca.issuer", certificate.issuer().to_string()),
            ("csca.serial", hex::encode_upper(certificate.serial())),
            ("csca.valid", valid),
            ("csca.key", trust_words::key(certificate)),
            ("csca.fingerprint", hex::encode_upper(certificate.fingerprint())),
        ];
        let rows = rows.map(|(key, value)| vec![messages.get(key).to_owned(), plain(&value)]);
        out.push_str(&table(&rows, 1, 0));
        out.push('\n');
    }
    out.push_str(&lists(&holding.store, messages));
    for one in holding.store.revocation_lists() {
        let rows: Vec<Vec<String>> = one
            .list()
            .entries()
            .into_iter()
            .map(|(serial, entry)| {
                let reason = entry.reason.map(|reason| reason.as_str()).unwrap_or_default();
                vec![hex::encode_upper(serial), entry.since.date().to_string(), reason.to_owned()]
            })
            .collect();
        if !rows.is_empty() {
            out.push_str(&table(&rows, 2, 2));
        }
    }
    out
}

/// The lists of one file: alone it does not show whether their signers are trusted.
fn lists(store: &TrustStore, messages: &Messages) -> String {
    let revocation = store.revocation_lists().iter().map(|one| one.list());
    let revocation = revocation.map(|list| trust_words::revocation_line(list, None, messages));
    let defects = store.defect_lists().iter().map(|one| trust_words::defect_line(one.list(), None, messages));
    revocation.chain(defects).map(|line| plain_paragraph(&line, 0)).collect()
}

fn head(holding: &Holding, messages: &Messages) -> String {
    let (parsed, refused) = (holding.certificates.len(), holding.refused.len());
    let line =
        messages.fill("csca.file", &[("path", &holding.path.display()), ("parsed", &parsed), ("refused", &refused)]);
    let signer = holding.signer.iter().map(|signer| csca_check::signer_line(signer, messages));
    let ages = trust_words::age_lines(&holding.store, OffsetDateTime::now_utc(), messages);
    let lines = [line].into_iter().chain(signer).chain(ages).map(|line| plain_paragraph(&line, 0));
    let refused = holding.refused.iter().map(|(subject, why)| plain_paragraph(&format!("{subject}: {why}"), 2));
    lines.chain(refused).collect()
}
