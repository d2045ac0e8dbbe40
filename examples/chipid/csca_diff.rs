//! `chipid csca diff`: what was added, removed and changed between two sets of certificates and lists, by country.

use crate::arguments::DiffArguments;
use crate::console_text::plain_paragraph;
use crate::failure::Failure;
use crate::messages::Messages;
use crate::output::Output;
use crate::trust::{authorities, store_of_paths};
use crate::trust_words;
use chipid::trust::Certificate;
use chipid::trust::TrustStore;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};

/// What differs in one country.
#[derive(Default)]
struct Difference<'s> {
    came: Vec<&'s Certificate>,
    went: Vec<&'s Certificate>,
    /// The same name and key in another certificate: another validity, another issuer, another extension.
    changed: Vec<(&'s Certificate, &'s Certificate)>,
}

pub fn run(output: &Output, arguments: DiffArguments) -> Result<u8, Failure> {
    let before = store_of_paths(&[arguments.before], &arguments.lists)?;
    let after = store_of_paths(&[arguments.after], &arguments.lists)?;
    let (old, new) = (authorities(&before), authorities(&after));
    let differences = compare(&old, &new);
    let lists = (names(&before), names(&after));
    let came: Vec<&String> = lists.1.iter().filter(|name| !lists.0.contains(name)).collect();
    let went: Vec<&String> = lists.0.iter().filter(|name| !lists.1.contains(name)).collect();
    if output.is_json() {
        let countries = differences.iter().map(|(country, difference)| (country.clone(), object(difference)));
        output.json(&json!({
            "schema": "chipid.csca_diff/1",
            "before": old.len(),
            "after": new.len(),
            "countries": countries.collect::<serde_json::Map<_, _>>(),
            "lists": { "came": came, "went": went },
        }));
        return Ok(0);
    }
    let messages = &output.messages;
    let sum = |of: fn(&Difference<'_>) -> usize| differences.values().map(of).sum::<usize>();
    output.message(
        "csca.diff.sum",
        &[
            ("before", &old.len()),
            ("after", &new.len()),
            ("came", &sum(|one| one.came.len())),
            ("went", &sum(|one| one.went.len())),
            ("changed", &sum(|one| one.changed.len())),
        ],
    );
    let mut out = String::new();
    for (country, difference) in &differences {
        out.push_str(&plain_paragraph(country, 0));
        out.extend(lines(difference, messages).iter().map(|line| plain_paragraph(line, 2)));
    }
    for (sign, names) in [("+", came), ("-", went)] {
        out.extend(names.iter().map(|name| plain_paragraph(&format!("{sign} {name}"), 0)));
    }
    if differences.is_empty() && lists.0 == lists.1 {
        out.push_str(&plain_paragraph(messages.get("csca.diff.nothing"), 0));
    }
    output.text(&out);
    Ok(0)
}

fn compare<'s>(before: &'s [Certificate], after: &'s [Certificate]) -> BTreeMap<String, Difference<'s>> {
    let mut all: BTreeMap<String, Difference<'s>> = BTreeMap::new();
    let country = |one: &Certificate| one.subject().country().unwrap_or_else(|| "-".to_owned());
    let fingerprints = |all: &[Certificate]| all.iter().map(Certificate::fingerprint).collect::<HashSet<_>>();
    let (known, kept) = (fingerprints(before), fingerprints(after));
    for one in after.iter().filter(|one| !known.contains(&one.fingerprint())) {
        all.entry(country(one)).or_default().came.push(one);
    }
    for one in before.iter().filter(|one| !kept.contains(&one.fingerprint())) {
        all.entry(country(one)).or_default().went.push(one);
    }
    for difference in all.values_mut() {
        let mut left = Vec::new();
        for old in std::mem::take(&mut difference.went) {
            let same = |new: &&Certificate| new.spki() == old.spki() && new.subject().matches(old.subject());
            match difference.came.iter().position(same) {
                Some(at) => difference.changed.push((old, difference.came.remove(at))),
                None => left.push(old),
            }
        }
        difference.went = left;
    }
    all
}

fn lines(difference: &Difference<'_>, messages: &Messages) -> Vec<String> {
    let line = |one: &Certificate| {
        let (validity, key) = (one.validity(), trust_words::key(one));
        format!("{}, {} – {}, {key}", one.subject(), validity.not_before.date(), validity.not_after.date())
    };
    let came = difference.came.iter().map(|one| format!("+ {}", line(one)));
    let went = difference.went.iter().map(|one| format!("- {}", line(one)));
    let changed = difference.changed.iter().map(|(old, new)| {
        let what = messages.fill("csca.diff.changed", &[("what", &what(old, new))]);
        format!("~ {}: {what}", line(new))
    });
    came.chain(went).chain(changed).collect()
}

/// In which fields two certificates of one key differ.
fn what(old: &Certificate, new: &Certificate) -> String {
    let (before, after) = (old.validity(), new.validity());
    let differs = [
        ("serialNumber", old.serial() != new.serial()),
        ("issuer", !old.issuer().matches(new.issuer())),
        ("validity", (before.not_before, before.not_after) != (after.not_before, after.not_after)),
        ("signature", old.signature_algorithm() != new.signature_algorithm()),
    ];
    let names: Vec<&str> = differs.iter().filter(|(_, differs)| *differs).map(|(name, _)| *name).collect();
    if names.is_empty() { "extensions".to_owned() } else { names.join(", ") }
}

fn object(difference: &Difference<'_>) -> Value {
    let all = |list: &[&Certificate]| list.iter().map(|one| trust_words::certificate(one)).collect::<Vec<_>>();
    let changed = difference
        .changed
        .iter()
        .map(|(old, new)| json!({ "before": trust_words::certificate(old), "after": trust_words::certificate(new), "what": what(old, new) }));
    json!({
        "came": all(&difference.came), "went": all(&difference.went), "changed": changed.collect::<Vec<_>>(),
    })
}

/// The lists beside the certificates, each in a line with its edition.
fn names(store: &TrustStore) -> Vec<String> {
    let revocation = store.revocation_lists().iter().map(|one| {
        let list = one.list();
        let number = list.number_text().unwrap_or_default();
        format!("revocation list {number} of {}, {}", list.issuer(), list.this_update().date())
    });
    let defects = store.defect_lists().iter().map(|one| {
        let list = one.list();
        let date = list.signing_time().map(|at| at.date().to_string()).unwrap_or_default();
        format!("{} {date}, SHA-256 {}", list.form().as_str(), hex::encode(list.fingerprint()))
    });
    let mut all: Vec<String> = revocation.chain(defects).collect();
    all.sort();
    all
}
