//! `chipid csca diff`: what came, what went and what changed between two sets of certificates and lists, by country.

use crate::arguments::DiffArguments;
use crate::console_text;
use crate::csca;
use crate::failure::Failure;
use crate::messages::Messages;
use crate::output::Output;
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
    let (before, after) =
        (csca::store(&[arguments.before], &arguments.lists)?, csca::store(&[arguments.after], &arguments.lists)?);
    let (old, new) = (csca::authorities(&before), csca::authorities(&after));
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
    let (old, new) = (old.len().to_string(), new.len().to_string());
    let sum = |of: fn(&Difference<'_>) -> usize| differences.values().map(of).sum::<usize>().to_string();
    let (in_all, out_all) = (sum(|one| one.came.len()), sum(|one| one.went.len()));
    let changed = sum(|one| one.changed.len());
    let values = [
        ("before", old.as_str()),
        ("after", new.as_str()),
        ("came", in_all.as_str()),
        ("went", out_all.as_str()),
        ("changed", changed.as_str()),
    ];
    let mut out = console_text::paragraph(&messages.fill("csca.diff.sum", &values), 0);
    for (country, difference) in &differences {
        out.push_str(&console_text::paragraph(&console_text::plain(country), 0));
        told(difference, messages, &mut out);
    }
    for (sign, names) in [("+", came), ("-", went)] {
        names.iter().for_each(|name| {
            out.push_str(&console_text::paragraph(&console_text::plain(&format!("{sign} {name}")), 0))
        });
    }
    if differences.is_empty() && lists.0 == lists.1 {
        out.push_str(&console_text::paragraph(messages.get("csca.diff.nothing"), 0));
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

fn told(difference: &Difference<'_>, messages: &Messages, out: &mut String) {
    let line = |one: &Certificate| {
        let validity = one.validity();
        format!("{}, {} – {}, {}", one.subject(), validity.not_before.date(), validity.not_after.date(), csca::key(one))
    };
    let mut say = |text: String| out.push_str(&console_text::paragraph(&console_text::plain(&text), 2));
    difference.came.iter().for_each(|one| say(format!("+ {}", line(one))));
    difference.went.iter().for_each(|one| say(format!("- {}", line(one))));
    for (old, new) in &difference.changed {
        say(format!("~ {}: {}", line(new), messages.fill("csca.diff.changed", &[("what", &what(old, new))])));
    }
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
    let all = |list: &[&Certificate]| list.iter().map(|one| csca::object(one)).collect::<Vec<_>>();
    let changed = difference
        .changed
        .iter()
        .map(|(old, new)| json!({ "before": csca::object(old), "after": csca::object(new), "what": what(old, new) }));
    json!({
        "came": all(&difference.came), "went": all(&difference.went), "changed": changed.collect::<Vec<_>>(),
    })
}

/// The lists beside the certificates, each in a line that tells its edition.
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
