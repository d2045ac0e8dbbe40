//! The test plan: which ids there are, and what is expected of each (TR-03105-5.1; ICAO RF & Protocol Part 4 numbers).
//!
//! `plan.txt` holds it: an id, its number in ICAO's plan or `-`, and the expectation. Where the collection of ids that it
//! was drawn from is there, both must say the same.

use std::fmt;

/// What is expected of an inspection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// It is successful.
    Ok,
    /// It fails.
    Fail,
    /// Either is right, as long as the reader stays in working order.
    Either,
    /// The plan has no such case any more.
    Deleted,
}

/// One case of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub id: String,
    /// The id of ICAO's plan, or `-`.
    pub icao: String,
    pub expectation: Expectation,
    /// The plan's own text does not say it: the case moved to ICAO's plan, and the expectation is inferred.
    pub is_inferred: bool,
}

impl Entry {
    /// `ok`, `~fail`, `deleted`; a tilde marks what is inferred.
    pub fn expected(&self) -> String {
        let tilde = if self.is_inferred { "~" } else { "" };
        format!("{tilde}{}", self.expectation)
    }

    /// `ISO7816_A`.
    pub fn unit(&self) -> &str {
        unit(&self.id)
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ok => "ok",
            Self::Fail => "fail",
            Self::Either => "either",
            Self::Deleted => "deleted",
        })
    }
}

/// The unit of an id: `LDS_H` of `LDS_H_43`.
pub fn unit(id: &str) -> &str {
    id.rsplit_once('_').map_or(id, |(unit, _)| unit)
}

/// The plan as it is held here.
pub fn held(text: &str) -> Vec<Entry> {
    let entry = |line: &str| {
        let mut words = line.split_whitespace();
        let mut word = || words.next().unwrap_or_else(|| panic!("plan.txt: {line:?}"));
        let (id, icao, expected) = (word().to_owned(), word().to_owned(), word());
        assert_eq!(words.next(), None, "plan.txt: {line:?}");
        let (is_inferred, expected) = match expected.strip_prefix('~') {
            Some(rest) => (true, rest),
            None => (false, expected),
        };
        let expectation = match expected {
            "ok" => Expectation::Ok,
            "fail" => Expectation::Fail,
            "either" => Expectation::Either,
            "deleted" => Expectation::Deleted,
            other => panic!("plan.txt: {other:?}"),
        };
        Entry { id, icao, expectation, is_inferred }
    };
    text.lines().map(entry).collect()
}

/// The plan as the collection of ids has it: a table of id, ICAO's id, title and expectation.
pub fn collected(table: &str) -> Vec<Entry> {
    table.lines().filter_map(row).collect()
}

fn row(line: &str) -> Option<Entry> {
    let cells: Vec<&str> = line.split('|').map(str::trim).collect();
    let [_, id, icao, _title, said, ..] = cells.as_slice() else { return None };
    if !(id.starts_with("ISO7816_") || id.starts_with("LDS_")) {
        return None;
    }
    let (is_inferred, said) = match said.strip_prefix('~') {
        Some(rest) => (true, rest),
        None => (false, *said),
    };
    let expectation = match said {
        said if said.starts_with("deleted") => Expectation::Deleted,
        said if said.starts_with("ok") => Expectation::Ok,
        said if said.starts_with("fail or warn") => Expectation::Either,
        said if said.starts_with("fail") => Expectation::Fail,
        // "either", "no crash", "see the other plan": what matters is a duty, and that the reader stays in working order.
        _ => Expectation::Either,
    };
    Some(Entry { id: (*id).to_owned(), icao: (*icao).to_owned(), expectation, is_inferred })
}

/// `plan.txt` of these entries.
pub fn text(entries: &[Entry]) -> String {
    entries.iter().map(|entry| format!("{} {} {}\n", entry.id, entry.icao, entry.expected())).collect()
}
