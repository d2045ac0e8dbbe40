//! `chipid csca show --country`: in words, what of a country's documents these files cover, and what they do not.

use crate::console_text;
use crate::csca;
use crate::csca_bundle;
use crate::failure::EXIT_UNDETERMINED;
use crate::messages::Messages;
use crate::output::Output;
use chipid::trust::TrustStore;
use chipid::trust::{Certificate, Currency};
use serde_json::{Value, json};
use time::OffsetDateTime;

/// Words in the names of authorities that say for which documents they are.
const PASSPORTS: [&str; 3] = ["passport", "mrtd", "travel"];
const CARDS: [&str; 7] = ["identity", "id card", "idcard", "eid", "nid", "cccd", "citizen"];

/// Which documents an authority is for, as far as its name says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Passports,
    Cards,
    NotSaid,
}

impl Kind {
    fn of(certificate: &Certificate) -> Self {
        let name = certificate.subject().to_string().to_lowercase();
        let mut words = name.split(|c: char| !c.is_alphanumeric() && c != ' ');
        if PASSPORTS.iter().any(|word| name.contains(word)) {
            Self::Passports
        } else if words.any(|part| CARDS.iter().any(|word| format!(" {part} ").contains(&format!(" {word}")))) {
            Self::Cards
        } else {
            Self::NotSaid
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Passports => "passports",
            Self::Cards => "identity_cards",
            Self::NotSaid => "not_said",
        }
    }
}

/// Tells the coverage of a country; the exit code.
pub fn run(output: &Output, store: &TrustStore, country: &str, at: OffsetDateTime) -> u8 {
    let country = country.to_uppercase();
    let authorities: Vec<&Certificate> = store
        .anchors()
        .iter()
        .chain(store.links())
        .filter(|anchor| anchor.subject().country().as_deref() == Some(country.as_str()))
        .collect();
    if output.is_json() {
        output.json(&object(store, &authorities, &country, at));
    } else {
        output.text(&told(store, &authorities, &country, at, &output.messages));
    }
    let is_covered = authorities.iter().any(|one| one.validity().contains(at)) || !pinned(store, &country).is_empty();
    if is_covered { 0 } else { EXIT_UNDETERMINED }
}

fn pinned<'s>(store: &'s TrustStore, country: &str) -> Vec<&'s Certificate> {
    store.pinned_signers().iter().filter(|one| one.issuer().country().as_deref() == Some(country)).collect()
}

/// Whether a document signer may sign identity cards, as far as its certificate says.
fn signs_cards(signer: &Certificate) -> bool {
    signer.extensions().document_types.as_ref().is_none_or(|types| types.iter().any(|code| code.starts_with('I')))
}

fn told(
    store: &TrustStore,
    authorities: &[&Certificate],
    country: &str,
    at: OffsetDateTime,
    messages: &Messages,
) -> String {
    let day = at.date().to_string();
    let mut out = String::new();
    let mut say = |indent: usize, key: &str, values: &[(&str, &str)]| {
        out.push_str(&console_text::paragraph(&console_text::plain(&messages.fill(key, values)), indent));
    };
    if authorities.is_empty() {
        say(0, "csca.cover.nothing", &[("country", country)]);
    }
    let current = authorities.iter().filter(|one| one.validity().contains(at)).count().to_string();
    let all = authorities.len().to_string();
    if !authorities.is_empty() {
        say(0, "csca.cover.count", &[("country", country), ("all", &all), ("current", &current), ("day", &day)]);
    }
    for kind in [Kind::Passports, Kind::Cards, Kind::NotSaid] {
        let of: Vec<&&Certificate> = authorities.iter().filter(|one| Kind::of(one) == kind).collect();
        let key = match (kind, of.is_empty()) {
            (Kind::Passports, false) => "csca.cover.passports",
            (Kind::Cards, false) => "csca.cover.cards",
            (Kind::NotSaid, false) => "csca.cover.not_said",
            // Named by its document codes: I for cards, P for passports (9303-12 §7.1.1.6).
            (Kind::Cards, true) if pinned(store, country).into_iter().any(signs_cards) => continue,
            // The ID card of this country is what the program was written for: its authority stands in no public list.
            (Kind::Cards, true) if country == "VN" => "csca.cover.no_card.vn",
            (Kind::Cards, true) if !authorities.is_empty() => "csca.cover.no_card",
            _ => continue,
        };
        say(0, key, &[("country", country)]);
        for one in of {
            let validity = one.validity();
            let state = match (at < validity.not_before, at > validity.not_after) {
                (true, _) => "csca.cover.early",
                (_, true) => "csca.cover.lapsed",
                _ => "csca.cover.current",
            };
            let (subject, key) = (one.subject().to_string(), csca::key(one));
            let (from, to) = (validity.not_before.date().to_string(), validity.not_after.date().to_string());
            let issuer = if one.is_self_issued() { "" } else { messages.get("csca.cover.link") };
            let values = [
                ("subject", subject.as_str()),
                ("from", &from),
                ("to", &to),
                ("key", &key),
                ("state", messages.get(state)),
                ("link", issuer),
            ];
            say(2, "csca.cover.authority", &values);
        }
    }
    for one in pinned(store, country) {
        let types = one.extensions().document_types.as_ref().map(|types| types.join(", "));
        let types = types.unwrap_or_else(|| messages.get("csca.cover.any_document").to_owned());
        say(0, "csca.cover.pinned", &[("subject", &one.subject().to_string()), ("types", &types)]);
    }
    let revocation = csca::revocation_lines(store, Some(country), at, messages);
    match revocation.is_empty() {
        true => say(0, "csca.cover.no_revocation", &[]),
        false => {
            revocation.iter().for_each(|line| out.push_str(&console_text::paragraph(&console_text::plain(line), 0)))
        }
    }
    let defects = csca::defect_lines(store, Some(country), messages);
    match defects.is_empty() {
        true => out.push_str(&console_text::paragraph(messages.get("csca.cover.no_defects"), 0)),
        false => defects.iter().for_each(|line| out.push_str(&console_text::paragraph(&console_text::plain(line), 0))),
    }
    for line in csca_bundle::age_lines(store, at, messages) {
        out.push_str(&console_text::paragraph(&console_text::plain(&line), 0));
    }
    out
}

fn object(store: &TrustStore, authorities: &[&Certificate], country: &str, at: OffsetDateTime) -> Value {
    let of = |kind| authorities.iter().filter(|one| Kind::of(one) == kind).count();
    let with_kind = |one: &&Certificate| {
        let mut object = csca::object(one);
        object["documents"] = json!(Kind::of(one).word());
        object["in_force"] = json!(one.validity().contains(at));
        object
    };
    let lists = csca::lists(store, Some(country), at);
    let revocation = store.revocation_lists().iter().any(|one| {
        one.authority().is_ok_and(|authority| authority.subject().country().as_deref() == Some(country))
            && one.list().currency(at) == Currency::Current
    });
    json!({
        "schema": "chipid.csca_country/1",
        "country": country,
        "authorities": authorities.iter().map(with_kind).collect::<Vec<_>>(),
        "in_force": authorities.iter().filter(|one| one.validity().contains(at)).count(),
        "covers": {
            "passports": of(Kind::Passports), "identity_cards": of(Kind::Cards), "not_said": of(Kind::NotSaid),
            "revocation": revocation,
        },
        "pinned": pinned(store, country).into_iter().map(csca::object).collect::<Vec<_>>(),
        "lists": lists,
        "bundles": csca_bundle::ages(store, at),
    })
}
