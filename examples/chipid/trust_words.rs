//! What a trust store holds, in words and as JSON: certificates, revocation lists, lists of known defects and bundles.

use crate::messages::Messages;
use crate::moment;
use chipid::trust::{AgePolicy, Listed, Refusal, SourceKind, TrustStore};
use chipid::trust::{Certificate, Currency, DefectList, DefectListForm, RevocationList};
use serde_json::{Value, json};
use time::OffsetDateTime;

/// A certificate as a JSON object.
pub fn certificate(certificate: &Certificate) -> Value {
    json!({
        "subject": certificate.subject().to_string(),
        "issuer": certificate.issuer().to_string(),
        "country": certificate.subject().country(),
        "serial": hex::encode_upper(certificate.serial()),
        "not_before": moment::text(certificate.validity().not_before),
        "not_after": moment::text(certificate.validity().not_after),
        "key": key(certificate),
        "ca": certificate.is_ca(),
        "self_issued": certificate.is_self_issued(),
        "sha256": hex::encode(certificate.fingerprint()),
    })
}

/// Algorithm and size of a certificate's key.
pub fn key(certificate: &Certificate) -> String {
    certificate.public_key().map_or_else(|error| error.to_string(), |key| key.describe())
}

/// Subjects and reasons as JSON objects.
pub fn refusals<S: ToString, R: ToString>(refused: impl Iterator<Item = (S, R)>) -> Vec<Value> {
    refused.map(|(subject, reason)| json!({ "subject": subject.to_string(), "reason": reason.to_string() })).collect()
}

/// A revocation list in a line, with its state where it is judged.
pub fn revocation_line(list: &RevocationList, state: Option<String>, messages: &Messages) -> String {
    let line = messages.fill(
        "csca.revocation_list",
        &[
            ("number", &list.number_text().unwrap_or_default()),
            ("issuer", &list.issuer()),
            ("this", &list.this_update().date()),
            ("next", &list.next_update().date()),
            ("count", &list.len()),
        ],
    );
    with_state(line, state)
}

/// A list of known defects in a line, with its state where it is judged.
pub fn defect_line(list: &DefectList, state: Option<String>, messages: &Messages) -> String {
    let kind = match list.form() {
        DefectListForm::Deviation => "csca.deviation_list",
        DefectListForm::Defect => "csca.defect_list",
    };
    let date = list.signing_time().map_or_else(|| "?".to_owned(), |at| at.date().to_string());
    let defects: Vec<String> = list.defects().iter().map(|defect| defect.name()).collect();
    let line = messages.fill(
        "csca.defects",
        &[
            ("kind", &messages.get(kind)),
            ("date", &date),
            ("entries", &list.len()),
            ("numbers", &list.numbers()),
            ("defects", &defects.join(", ")),
        ],
    );
    with_state(line, state)
}

fn with_state(line: String, state: Option<String>) -> String {
    match state {
        Some(state) => format!("{line} – {state}"),
        None => line,
    }
}

/// The revocation lists of a store, or those of one country's authorities, each with its state at a moment.
pub fn revocation_lines(
    store: &TrustStore,
    country: Option<&str>,
    at: OffsetDateTime,
    messages: &Messages,
) -> Vec<String> {
    let line = |one: &Listed<RevocationList>| {
        let state = match (one.authority(), one.list().currency(at)) {
            (Err(refusal), _) => unvouched(refusal, messages),
            (Ok(_), Currency::Current) => messages.get("csca.state.current").to_owned(),
            (Ok(_), Currency::Stale) => messages.get("csca.state.stale").to_owned(),
            (Ok(_), Currency::NotYetValid) => messages.get("csca.state.early").to_owned(),
        };
        revocation_line(one.list(), Some(state), messages)
    };
    revocation_lists(store, country).map(line).collect()
}

/// The lists of known defects, or those of one country, each with the authority of its signer.
pub fn defect_lines(store: &TrustStore, country: Option<&str>, messages: &Messages) -> Vec<String> {
    let line = |one: &Listed<DefectList>| {
        let state = match one.authority() {
            Err(refusal) => unvouched(refusal, messages),
            Ok(authority) => messages.fill("csca.state.vouched", &[("authority", &authority.subject())]),
        };
        defect_line(one.list(), Some(state), messages)
    };
    defect_lists(store, country).map(line).collect()
}

fn revocation_lists<'s>(
    store: &'s TrustStore,
    country: Option<&str>,
) -> impl Iterator<Item = &'s Listed<RevocationList>> {
    store.revocation_lists().iter().filter(move |one| is_of(one.list().issuer().country(), country))
}

fn defect_lists<'s>(store: &'s TrustStore, country: Option<&str>) -> impl Iterator<Item = &'s Listed<DefectList>> {
    store.defect_lists().iter().filter(move |one| {
        country.is_none() || one.authority().is_ok_and(|authority| is_of(authority.subject().country(), country))
    })
}

fn is_of(found: Option<String>, country: Option<&str>) -> bool {
    country.is_none_or(|country| found.as_deref() == Some(country))
}

fn unvouched(refusal: Refusal, messages: &Messages) -> String {
    messages.fill("csca.state.unvouched", &[("why", &refusal)])
}

/// The lists of a store, or those of one country, as JSON objects.
pub fn lists(store: &TrustStore, country: Option<&str>, at: OffsetDateTime) -> Vec<Value> {
    let with_authority = |mut object: Value, authority: Result<&Certificate, Refusal>| {
        object["authority"] = json!(authority.ok().map(|authority| authority.subject().to_string()));
        object["refused"] = json!(authority.err().map(|refusal| refusal.to_string()));
        object
    };
    let revocation = revocation_lists(store, country).map(|one| {
        let list = one.list();
        let currency = match list.currency(at) {
            Currency::Current => "current",
            Currency::Stale => "stale",
            Currency::NotYetValid => "not_yet_valid",
        };
        let object = json!({
            "kind": "revocation_list", "issuer": list.issuer().to_string(), "number": list.number_text(),
            "this_update": moment::text(list.this_update()), "next_update": moment::text(list.next_update()),
            "revoked": list.len(), "currency": currency, "sha256": hex::encode(list.fingerprint()),
        });
        with_authority(object, one.authority())
    });
    let defects = defect_lists(store, country).map(|one| {
        let list = one.list();
        let object = json!({
            "kind": list.form().as_str(), "signed": list.signing_time().and_then(moment::text), "entries": list.len(),
            "numbers": list.numbers(), "sha256": hex::encode(list.fingerprint()),
            "defects": list.defects().iter().map(|defect| defect.name()).collect::<Vec<_>>(),
        });
        with_authority(object, one.authority())
    });
    revocation.chain(defects).collect()
}

/// The bundles that a store accepted, by their paths, and when each was made.
fn bundles(store: &TrustStore) -> impl Iterator<Item = (&str, OffsetDateTime)> {
    let of = store.sources().iter().filter(|source| matches!(source.kind, SourceKind::Bundle));
    of.filter_map(|source| Some((source.label.as_str(), source.date?)))
}

/// In a line each, how old the bundles of a store are at a moment, by the usual policy.
pub fn age_lines(store: &TrustStore, at: OffsetDateTime, messages: &Messages) -> Vec<String> {
    let line = |(path, made): (&str, OffsetDateTime)| {
        let key = format!("csca.age.{}", AgePolicy::default().judge(made, at).as_str());
        let days = (at - made).whole_days();
        messages.fill(&key, &[("path", &path), ("day", &made.date()), ("days", &days), ("at", &at.date())])
    };
    bundles(store).map(line).collect()
}

/// The same as JSON objects.
pub fn ages(store: &TrustStore, at: OffsetDateTime) -> Vec<Value> {
    let object = |(path, made): (&str, OffsetDateTime)| {
        let age = AgePolicy::default().judge(made, at).as_str();
        json!({ "path": path, "made": moment::text(made), "age": age })
    };
    bundles(store).map(object).collect()
}
