//! `chipid csca`: what certificates, lists and bundles hold, and whether their signatures are right.

use crate::arguments::{CscaAction, CscaArguments, ListArguments, ShowArguments};
use crate::failure::{EXIT_FAILED, EXIT_UNDETERMINED, Failure};
use crate::messages::Messages;
use crate::output::Output;
use crate::{console_text, csca_bundle, csca_country, csca_diff, interrupt, trust, verify};
use chipid::trust::{Certificate, Currency, RevocationList};
use chipid::trust::{Examination, ListSigner, Listed, Refusal, Source, SourceKind, TrustBuilder, TrustStore};
use serde_json::{Value, json};
use std::path::PathBuf;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

pub fn run(output: &Output, arguments: CscaArguments) -> Result<u8, Failure> {
    match arguments.action {
        CscaAction::List(paths) => tell(output, &paths.paths, &paths.lists, list),
        CscaAction::Show(arguments) => match arguments.country.clone() {
            Some(country) => show_country(output, &arguments, &country),
            None => tell(output, &arguments.paths, &arguments.lists, show),
        },
        CscaAction::Check(paths) => check(output, &paths.paths, &paths.lists),
        CscaAction::Diff(arguments) => csca_diff::run(output, arguments),
        CscaAction::Bundle(arguments) => csca_bundle::run(output, arguments),
    }
}

/// All files of these paths in one store; an error where nothing of a path can be used.
pub fn store(paths: &[PathBuf], lists: &ListArguments) -> Result<TrustStore, Failure> {
    let mut builder = trust::builder(lists);
    let mut places = Vec::new();
    for path in paths {
        let first = builder.source_count();
        for (file, bytes) in trust::files(path, "csca")? {
            interrupt::check()?;
            // A file that cannot be used is reported below, with the others of its path.
            let _ = builder.add_file(&file.display().to_string(), &bytes);
        }
        places.push((path, first..builder.source_count()));
    }
    let store = builder.build();
    for (path, of_path) in places {
        let sources = store.sources().get(of_path).unwrap_or_default();
        let is_read = |source: &Source| source.accepted > 0 || source.refused.iter().any(|one| one.reason.is_of_link());
        if !sources.iter().any(is_read) {
            let mut refused = sources.iter().flat_map(|source| &source.refused);
            if let Some(failure) = trust::needs_tolerance(refused.clone()) {
                return Err(failure);
            }
            let why = refused.next().map_or_else(|| "-".to_owned(), |one| one.reason.to_string());
            return Err(Failure::other("no_certificate", vec![("path", path.display().to_string()), ("why", why)]));
        }
    }
    Ok(store)
}

/// The certificates of authorities that were read, whether they lead to an anchor or not.
pub fn authorities(store: &TrustStore) -> Vec<Certificate> {
    [store.anchors(), store.links(), store.unanchored_links()].concat()
}

fn show_country(output: &Output, arguments: &ShowArguments, country: &str) -> Result<u8, Failure> {
    if country.len() != 2 || !country.bytes().all(|letter| letter.is_ascii_alphabetic()) {
        return Err(Failure::usage("usage.country", vec![("value", country.to_owned())]));
    }
    let at = verify::moment(arguments.at.as_deref())?;
    Ok(csca_country::run(output, &store(&arguments.paths, &arguments.lists)?, country, at.into()))
}

/// What one file holds.
struct Holding {
    path: PathBuf,
    certificates: Vec<Certificate>,
    refused: Vec<(String, String)>,
    signer: Option<ListSigner>,
    store: TrustStore,
}

impl Holding {
    fn of(path: PathBuf, bytes: &[u8], lists: &ListArguments) -> Result<Self, Failure> {
        let mut builder = trust::builder(lists);
        let _ = builder.add_file(&path.display().to_string(), bytes);
        let store = builder.build();
        let source = store.sources().last().expect("a file is a source");
        if let Some(failure) = trust::needs_tolerance(source.refused.iter()) {
            return Err(failure);
        }
        let refused = source.refused.iter().map(|one| (one.subject.clone(), one.reason.to_string())).collect();
        Ok(match source.kind.clone() {
            SourceKind::MasterList(signer) => {
                Self { path, certificates: store.anchors().to_vec(), refused, signer: Some(*signer), store }
            }
            SourceKind::Bundle => {
                let certificates = [authorities(&store), store.pinned_signers().to_vec()].concat();
                Self { path, certificates, refused, signer: None, store }
            }
            kind => {
                // Here a certificate need not be an authority's: a document signer is shown as well.
                let mut any = TrustBuilder::new();
                let all = matches!(kind, SourceKind::Certificates) && any.pin_signer(bytes).is_ok();
                let any = any.build();
                let certificates = if all { any.pinned_signers().to_vec() } else { authorities(&store) };
                Self { path, certificates, refused: if all { Vec::new() } else { refused }, signer: None, store }
            }
        })
    }

    fn is_empty(&self) -> bool {
        let lists = self.store.revocation_lists().len() + self.store.defect_lists().len();
        self.certificates.is_empty() && lists == 0
    }
}

/// Every file of every path, each told on its own.
fn tell(
    output: &Output,
    paths: &[PathBuf],
    lists: &ListArguments,
    text: fn(&Holding, &Messages) -> String,
) -> Result<u8, Failure> {
    let mut any = false;
    let mut last = None;
    // What needs a tolerance ends the command only where nothing else is shown.
    let (mut lacking, mut told) = (None, Vec::new());
    for path in paths {
        for (path, bytes) in trust::files(path, "csca")? {
            interrupt::check()?;
            let holding = match Holding::of(path, &bytes, lists) {
                Ok(holding) => holding,
                Err(failure) => {
                    let (message, remedy) = failure.tell(&output.messages);
                    told.push(format!("{message} {remedy}"));
                    lacking = lacking.or(Some(failure));
                    continue;
                }
            };
            if holding.is_empty() {
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
                    "lists": self::lists(&holding.store, None, OffsetDateTime::now_utc()),
                    "bundles": csca_bundle::ages(&holding.store, OffsetDateTime::now_utc()),
                }));
            } else {
                output.text(&text(&holding, &output.messages));
            }
        }
    }
    if any {
        told.iter().for_each(|line| output.hint(line));
        return Ok(0);
    }
    if let Some(failure) = lacking {
        return Err(failure);
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
        rows.push(vec![console_text::plain(&country), years, key(certificate), console_text::plain(&subject)]);
    }
    let table = if holding.certificates.is_empty() { String::new() } else { console_text::table(&rows, 3, 0) };
    format!("{}\n{table}{}\n", head(holding, messages), list_paragraphs(&holding.store, messages))
}

/// The lists of one file: alone it cannot tell who vouches for them.
fn list_paragraphs(store: &TrustStore, messages: &Messages) -> String {
    let revocation = store.revocation_lists().iter().map(|one| revocation_line(one.list(), None, messages));
    let defects = store.defect_lists().iter().map(|one| defect_line(one, None, messages));
    revocation.chain(defects).map(|line| console_text::paragraph(&console_text::plain(&line), 0)).collect()
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
        let rows: Vec<Vec<String>> = rows
            .into_iter()
            .map(|(key, value)| vec![messages.get(key).to_owned(), console_text::plain(&value)])
            .collect();
        out.push_str(&console_text::table(&rows, 1, 0));
        out.push('\n');
    }
    out.push_str(&list_paragraphs(&holding.store, messages));
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
            out.push_str(&console_text::table(&rows, 2, 2));
        }
    }
    out
}

/// A revocation list in a line, with its state where it is judged.
fn revocation_line(list: &RevocationList, state: Option<&str>, messages: &Messages) -> String {
    let (number, issuer) = (list.number_text().unwrap_or_default(), list.issuer().to_string());
    let (this, next) = (list.this_update().date().to_string(), list.next_update().date().to_string());
    let count = list.len().to_string();
    let values = [
        ("number", number.as_str()),
        ("issuer", issuer.as_str()),
        ("this", this.as_str()),
        ("next", next.as_str()),
        ("count", count.as_str()),
    ];
    stated(messages.fill("csca.revocation_list", &values), state)
}

fn defect_line(one: &Listed<chipid::trust::DefectList>, state: Option<&str>, messages: &Messages) -> String {
    let list = one.list();
    let kind = match list.form() {
        chipid::trust::DefectListForm::Deviation => "csca.deviation_list",
        chipid::trust::DefectListForm::Defect => "csca.defect_list",
    };
    let date = list.signing_time().map_or_else(|| "?".to_owned(), |at| at.date().to_string());
    let (entries, numbers) = (list.len().to_string(), list.numbers().to_string());
    let defects: Vec<String> = list.defects().iter().map(|defect| defect.name()).collect();
    let defects = defects.join(", ");
    let values = [
        ("kind", messages.get(kind)),
        ("date", date.as_str()),
        ("entries", entries.as_str()),
        ("numbers", numbers.as_str()),
        ("defects", defects.as_str()),
    ];
    stated(messages.fill("csca.defects", &values), state)
}

fn stated(line: String, state: Option<&str>) -> String {
    match state {
        Some(state) => format!("{line} – {state}"),
        None => line,
    }
}

/// The revocation lists of a store, or those of one country's authorities, with what they are worth now.
pub fn revocation_lines(
    store: &TrustStore,
    country: Option<&str>,
    at: OffsetDateTime,
    messages: &Messages,
) -> Vec<String> {
    let of = store.revocation_lists().iter().filter(|one| is_of(one.list().issuer().country(), country));
    of.map(|one| {
        let state = match (one.authority(), one.list().currency(at)) {
            (Err(refusal), _) => unvouched(refusal, messages),
            (Ok(_), Currency::Current) => messages.get("csca.state.current").to_owned(),
            (Ok(_), Currency::Stale) => messages.get("csca.state.stale").to_owned(),
            (Ok(_), Currency::NotYetValid) => messages.get("csca.state.early").to_owned(),
        };
        revocation_line(one.list(), Some(&state), messages)
    })
    .collect()
}

/// The lists of known defects, or those that speak for one country, with who vouches for them.
pub fn defect_lines(store: &TrustStore, country: Option<&str>, messages: &Messages) -> Vec<String> {
    let of = store.defect_lists().iter().filter(|one| {
        country.is_none() || one.authority().is_ok_and(|authority| is_of(authority.subject().country(), country))
    });
    of.map(|one| {
        let state = match one.authority() {
            Err(refusal) => unvouched(refusal, messages),
            Ok(authority) => {
                let subject = authority.subject().to_string();
                messages.fill("csca.state.vouched", &[("authority", subject.as_str())])
            }
        };
        defect_line(one, Some(&state), messages)
    })
    .collect()
}

fn is_of(found: Option<String>, country: Option<&str>) -> bool {
    country.is_none_or(|country| found.as_deref() == Some(country))
}

fn unvouched(refusal: Refusal, messages: &Messages) -> String {
    messages.fill("csca.state.unvouched", &[("why", refusal.to_string().as_str())])
}

/// The lists of a store, or those of one country, as JSON objects.
pub fn lists(store: &TrustStore, country: Option<&str>, at: OffsetDateTime) -> Vec<Value> {
    let moment = |moment: OffsetDateTime| moment.format(&Rfc3339).ok();
    let revocation = store.revocation_lists().iter().filter(|one| is_of(one.list().issuer().country(), country));
    let revocation = revocation.map(|one| {
        let list = one.list();
        let currency = match list.currency(at) {
            Currency::Current => "current",
            Currency::Stale => "stale",
            Currency::NotYetValid => "not_yet_valid",
        };
        json!({
            "kind": "revocation_list", "issuer": list.issuer().to_string(), "number": list.number_text(),
            "this_update": moment(list.this_update()), "next_update": moment(list.next_update()),
            "revoked": list.len(), "currency": currency, "sha256": hex::encode(list.fingerprint()),
            "authority": one.authority().ok().map(|authority| authority.subject().to_string()),
            "refused": one.authority().err().map(|refusal| refusal.to_string()),
        })
    });
    let defects = store.defect_lists().iter().filter(|one| {
        country.is_none() || one.authority().is_ok_and(|authority| is_of(authority.subject().country(), country))
    });
    let defects = defects.map(|one| {
        let list = one.list();
        json!({
            "kind": list.form().as_str(), "signed": list.signing_time().and_then(moment), "entries": list.len(),
            "numbers": list.numbers(), "sha256": hex::encode(list.fingerprint()),
            "defects": list.defects().iter().map(|defect| defect.name()).collect::<Vec<_>>(),
            "authority": one.authority().ok().map(|authority| authority.subject().to_string()),
            "refused": one.authority().err().map(|refusal| refusal.to_string()),
        })
    });
    revocation.chain(defects).collect()
}

fn head(holding: &Holding, messages: &Messages) -> String {
    let parsed = holding.certificates.len().to_string();
    let refused = holding.refused.len().to_string();
    let path = holding.path.display().to_string();
    let values = [("path", path.as_str()), ("parsed", parsed.as_str()), ("refused", refused.as_str())];
    let mut out = console_text::paragraph(&console_text::plain(&messages.fill("csca.file", &values)), 0);
    if let Some(list_signer) = &holding.signer {
        out.push_str(&signer_line(list_signer, messages));
    }
    for line in csca_bundle::age_lines(&holding.store, OffsetDateTime::now_utc(), messages) {
        out.push_str(&console_text::paragraph(&console_text::plain(&line), 0));
    }
    for (subject, why) in &holding.refused {
        out.push_str(&console_text::paragraph(&console_text::plain(&format!("{subject}: {why}")), 2));
    }
    out
}

/// The signatures of lists and certificates, all files together: an issuer may stand in another file.
fn check(output: &Output, paths: &[PathBuf], lists: &ListArguments) -> Result<u8, Failure> {
    let mut files = Vec::new();
    for path in paths {
        files.extend(trust::files(path, "csca")?.into_iter().map(|(path, bytes)| (path.display().to_string(), bytes)));
    }
    let found = Examination::examine_with(
        trust::builder(lists),
        files.iter().map(|(label, bytes)| (label.as_str(), bytes.as_slice())),
    );
    interrupt::check()?;
    let lacking = || found.store.sources().iter().find_map(|one| trust::needs_tolerance(one.refused.iter()));
    if let Some(failure) = lacking().filter(|_| found.store.anchors().is_empty()) {
        return Err(failure);
    }
    let held = found.store.revocation_lists().len() + found.store.defect_lists().len();
    if found.parsed == 0 && held == 0 {
        // An empty bundle holds nothing that could say why.
        let named = || paths.first().map(|path| path.display().to_string()).unwrap_or_default();
        let empty = || (named(), "-".to_owned());
        let (path, why) = found.unverified.first().cloned().unwrap_or_else(empty);
        return Err(Failure::other("no_certificate", vec![("path", path), ("why", why)]));
    }
    if output.is_json() {
        output.json(&json!({
            "schema": "chipid.csca_check/1",
            "certificates": found.certificates,
            "parsed": found.parsed,
            "verified": found.verified,
            "unverified": pairs(&found.unverified),
            "lists": self::lists(&found.store, None, OffsetDateTime::now_utc()),
            "bundles": csca_bundle::ages(&found.store, OffsetDateTime::now_utc()),
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
        let (verified, unverified) = (number(found.verified), number(found.certificates - found.verified));
        let values = [
            ("certificates", all.as_str()),
            ("parsed", parsed.as_str()),
            ("verified", verified.as_str()),
            ("unverified", unverified.as_str()),
        ];
        output.text(&console_text::paragraph(&output.messages.fill("csca.checked", &values), 0));
        for one in &found.signers {
            output.text(&signer_line(one, &output.messages));
        }
        let now = OffsetDateTime::now_utc();
        let mut lines = csca_bundle::age_lines(&found.store, now, &output.messages);
        lines.extend(revocation_lines(&found.store, None, now, &output.messages));
        lines.extend(defect_lines(&found.store, None, &output.messages));
        for line in lines {
            output.text(&console_text::paragraph(&console_text::plain(&line), 0));
        }
        let is_told = |label: &str| {
            let revocation = found.store.revocation_lists().iter().map(Listed::label);
            revocation.chain(found.store.defect_lists().iter().map(Listed::label)).any(|told| told == label)
        };
        for (subject, why) in found.unverified.iter().filter(|(subject, _)| !is_told(subject)) {
            output.text(&console_text::paragraph(
                &console_text::plain(&format!("{subject}: {}", reason(why, &output.messages))),
                2,
            ));
        }
    }
    Ok(exit(&files, &found))
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

fn signer(signer: &ListSigner) -> &'static str {
    if signer.anchored { "anchored" } else { "self-contained" }
}

fn signer_line(list_signer: &ListSigner, messages: &Messages) -> String {
    let key = if list_signer.anchored { "csca.signer.anchored" } else { "csca.signer.self_contained" };
    let subject = list_signer.certificate.subject().to_string();
    let values = [("subject", subject.as_str()), ("signer", messages.get(key))];
    console_text::paragraph(&console_text::plain(&messages.fill("csca.signer", &values)), 0)
}

/// A certificate as a JSON object.
pub fn object(certificate: &Certificate) -> Value {
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

pub fn key(certificate: &Certificate) -> String {
    certificate.public_key().map_or_else(|error| error.to_string(), |key| key.describe())
}

fn pairs(pairs: &[(String, String)]) -> Vec<Value> {
    pairs.iter().map(|(subject, reason)| json!({ "subject": subject, "reason": reason })).collect()
}
