//! `chipid csca show --country`: in words, what of a country's documents these files cover, and what they do not.

use crate::arguments::ShowArguments;
use crate::console_text::plain_paragraph;
use crate::failure::{EXIT_UNDETERMINED, Failure};
use crate::messages::Messages;
use crate::output::Output;
use crate::{moment, trust, trust_words};
use chipid::trust::TrustStore;
use chipid::trust::{Certificate, Currency};
use serde_json::{Value, json};
use std::fmt::Display;
use time::OffsetDateTime;

/// Words in the names of authorities from which the kind of their documents follows.
const PASSPORTS: [&str; 3] = ["passport", "mrtd", "travel"];
const CARDS: [&str; 7] = ["identity", "id card", "idcard", "eid", "nid", "cccd", "citizen"];

/// Which documents an authority is for, as far as its name shows.
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

    fn key(self) -> &'static str {
        match self {
            Self::Passports => "csca.cover.passports",
            Self::Cards => "csca.cover.cards",
            Self::NotSaid => "csca.cover.not_said",
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

/// The coverage of a country.
pub fn run(output: &Output, arguments: &ShowArguments, country: &str) -> Result<u8, Failure> {
    if country.len() != 2 || !country.bytes().all(|letter| letter.is_ascii_alphabetic()) {
        return Err(Failure::usage("usage.country", &[("value", &country)]));
    }
    let at = moment::parse(arguments.at.as_deref())?.into();
    let store = trust::store_of_paths(&arguments.paths, &arguments.lists)?;
    let country = country.to_uppercase();
    let authorities: Vec<&Certificate> = store
        .anchors()
        .iter()
        .chain(store.links())
        .filter(|anchor| anchor.subject().country().as_deref() == Some(country.as_str()))
        .collect();
    if output.is_json() {
        output.json(&object(&store, &authorities, &country, at));
    } else {
        output.text(&text(&store, &authorities, &country, at, &output.messages));
    }
    let is_covered = authorities.iter().any(|one| one.validity().contains(at)) || !pinned(&store, &country).is_empty();
    Ok(if is_covered { 0 } else { EXIT_UNDETERMINED })
}

fn pinned<'s>(store: &'s TrustStore, country: &str) -> Vec<&'s Certificate> {
    store.pinned_signers().iter().filter(|one| one.issuer().country().as_deref() == Some(country)).collect()
}

/// Whether a document signer may sign identity cards, by its certificate.
fn signs_cards(signer: &Certificate) -> bool {
    signer.extensions().document_types.as_ref().is_none_or(|types| types.iter().any(|code| code.starts_with('I')))
}

fn text(
    store: &TrustStore,
    authorities: &[&Certificate],
    country: &str,
    at: OffsetDateTime,
    messages: &Messages,
) -> String {
    let line = |indent: usize, key: &str, values: &[(&str, &dyn Display)]| {
        plain_paragraph(&messages.fill(key, values), indent)
    };
    let mut out = if authorities.is_empty() {
        line(0, "csca.cover.nothing", &[("country", &country)])
    } else {
        let current = authorities.iter().filter(|one| one.validity().contains(at)).count();
        line(
            0,
            "csca.cover.count",
            &[("country", &country), ("all", &authorities.len()), ("current", &current), ("day", &at.date())],
        )
    };
    for kind in [Kind::Passports, Kind::Cards, Kind::NotSaid] {
        let of: Vec<&&Certificate> = authorities.iter().filter(|one| Kind::of(one) == kind).collect();
        if of.is_empty() && kind == Kind::Cards {
            out.extend(no_card(store, authorities, country).map(|key| line(0, key, &[("country", &country)])));
        }
        if !of.is_empty() {
            out.push_str(&line(0, kind.key(), &[("country", &country)]));
        }
        out.extend(of.into_iter().map(|one| plain_paragraph(&authority(one, at, messages), 2)));
    }
    for one in pinned(store, country) {
        let types = one.extensions().document_types.as_ref().map(|types| types.join(", "));
        let types = types.unwrap_or_else(|| messages.get("csca.cover.any_document").to_owned());
        out.push_str(&line(0, "csca.cover.pinned", &[("subject", &one.subject()), ("types", &types)]));
    }
    let or_none = |lines: Vec<String>, key: &str| {
        if lines.is_empty() { vec![messages.get(key).to_owned()] } else { lines }
    };
    let revocation = trust_words::revocation_lines(store, Some(country), at, messages);
    let mut lines = or_none(revocation, "csca.cover.no_revocation");
    lines.extend(or_none(trust_words::defect_lines(store, Some(country), messages), "csca.cover.no_defects"));
    lines.extend(trust_words::age_lines(store, at, messages));
    out.extend(lines.iter().map(|line| plain_paragraph(line, 0)));
    out
}

/// The text for a country without an authority for identity cards.
fn no_card(store: &TrustStore, authorities: &[&Certificate], country: &str) -> Option<&'static str> {
    // Named by its document codes: I for cards, P for passports (9303-12 §7.1.1.6).
    if pinned(store, country).into_iter().any(signs_cards) {
        return None;
    }
    // The authority of Vietnam's ID card, for which the program was written first, is in no public list.
    if country == "VN" {
        return Some("csca.cover.no_card.vn");
    }
    (!authorities.is_empty()).then_some("csca.cover.no_card")
}

fn authority(one: &Certificate, at: OffsetDateTime, messages: &Messages) -> String {
    let validity = one.validity();
    let state = if at < validity.not_before {
        "csca.cover.early"
    } else if at > validity.not_after {
        "csca.cover.lapsed"
    } else {
        "csca.cover.current"
    };
    let link = if one.is_self_issued() { "" } else { messages.get("csca.cover.link") };
    messages.fill(
        "csca.cover.authority",
        &[
            ("subject", &one.subject()),
            ("from", &validity.not_before.date()),
            ("to", &validity.not_after.date()),
            ("key", &trust_words::key(one)),
            ("state", &messages.get(state)),
            ("link", &link),
        ],
    )
}

fn object(store: &TrustStore, authorities: &[&Certificate], country: &str, at: OffsetDateTime) -> Value {
    let of = |kind| authorities.iter().filter(|one| Kind::of(one) == kind).count();
    let with_kind = |one: &&Certificate| {
        let mut object = trust_words::certificate(one);
        object["documents"] = json!(Kind::of(one).word());
        object["in_force"] = json!(one.validity().contains(at));
        object
    };
    let lists = trust_words::lists(store, Some(country), at);
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
        "pinned": pinned(store, country).into_iter().map(trust_words::certificate).collect::<Vec<_>>(),
        "lists": lists,
        "bundles": trust_words::ages(store, at),
    })
}
