//! What the run leaves behind: `conformance.json` for programs, `STATEMENT.md` for people. Both are committed, and say the
//! same after every run.

use crate::case::Got;
use crate::claims::claims;
use crate::plan::{Entry, Expectation};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What is told of a row.
pub enum Told {
    Run(Got),
    NotApplicable(&'static str),
    Deleted,
    /// Left out of this run, by the caller's wish (`CHIPID_ROWS`).
    LeftOut,
}

impl Told {
    fn state(&self) -> &'static str {
        match self {
            Self::Run(_) => "run",
            Self::NotApplicable(_) => "not_applicable",
            Self::Deleted => "deleted",
            Self::LeftOut => "left_out",
        }
    }

    /// `fail: error: protocol.wrong_token, …`, the kinds parted by bars.
    fn got(&self) -> Option<String> {
        let Self::Run(got) = self else { return None };
        let word = match got.is_ok {
            Some(true) => "ok",
            Some(false) => "fail",
            None => "ok and fail",
        };
        Some(format!("{word}: {}", got.texts.join(" | ")))
    }

    fn why(&self) -> Option<&'static str> {
        match self {
            Self::Run(_) => None,
            Self::NotApplicable(why) => Some(why),
            Self::Deleted => Some("the plan has deleted it"),
            Self::LeftOut => Some("left out of this run"),
        }
    }

    /// Whether it is what is expected of it.
    pub fn is_as_expected(&self, entry: &Entry) -> bool {
        match (self, entry.expectation) {
            (Self::Deleted, expected) => expected == Expectation::Deleted,
            (_, Expectation::Deleted) => false,
            (Self::Run(got), Expectation::Ok) => got.is_ok == Some(true),
            (Self::Run(got), Expectation::Fail) => got.is_ok == Some(false),
            (Self::Run(_), Expectation::Either) | (Self::NotApplicable(_) | Self::LeftOut, _) => true,
        }
    }
}

/// `conformance.json`: a row a line.
pub fn json(rows: &[(Entry, Told)]) -> String {
    let rows: Vec<String> = rows.iter().map(|(entry, told)| format!("    {}", line(entry, told))).collect();
    format!("{{\n  \"schema\": \"chipid.conformance/1\",\n  \"rows\": [\n{}\n  ]\n}}\n", rows.join(",\n"))
}

/// A row of it.
pub fn line(entry: &Entry, told: &Told) -> String {
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    let or_null = |text: Option<&str>| text.map_or_else(|| "null".to_owned(), quoted);
    let inspections = match told {
        Told::Run(got) => got.inspections,
        _ => 0,
    };
    format!(
        "{{\"id\": {}, \"expected\": {}, \"got\": {}, \"inspections\": {inspections}, \"state\": {}, \"why\": {}}}",
        quoted(&entry.id),
        quoted(&entry.expected()),
        or_null(told.got().as_deref()),
        quoted(told.state()),
        or_null(told.why()),
    )
}

const HEAD: &str = "# Conformance statement

The test cases are those of BSI TR-03105 Part 5.1 (v1.5), by their ids; the second column has the id of the case in ICAO's
*RF & Protocol Testing Part 4*. Each is run on the simulated card by `cargo test --test conformance`, which compares this
page and `conformance.json` with what it finds and fails on any difference; `CHIPID_WRITE=1` writes both anew.

**Expected** is the plan's result of the inspection; a tilde marks what the plan's own text does not say and was inferred.
**Failed** means: the reading ended with an error, or a check failed, or the verdict is less than `data_authentic`; **ok**
means the rest. Every case that alters a card has its control: the same card unaltered is then read and found genuine by
the same reader. What else a correct reader must do (abort before a step, never fall back, wipe its keys) the cases assert
and this page does not show. The plans do not test security: attacks, faults and hostile cards have tests of their own.
";

/// `STATEMENT.md`.
pub fn statement(rows: &[(Entry, Told)]) -> String {
    let mut page = HEAD.to_owned();
    write!(page, "\n## What is claimed\n\n{}", claims()).unwrap();
    page += "\n## Counts\n\n| unit | ids | run | not applicable | deleted |\n|---|---|---|---|---|\n";
    let mut units: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    for (entry, told) in rows {
        let column = match told {
            Told::Run(_) => 1,
            Told::NotApplicable(_) => 2,
            Told::Deleted => 3,
            Told::LeftOut => continue,
        };
        for counts in [entry.unit(), "all"].map(|unit| if unit == "all" { "~all" } else { unit }) {
            let counts = units.entry(counts).or_default();
            counts[0] += 1;
            counts[column] += 1;
        }
    }
    for (unit, counts) in &units {
        let cells: Vec<String> = counts.iter().map(usize::to_string).collect();
        writeln!(page, "| {} | {} |", unit.trim_start_matches('~'), cells.join(" | ")).unwrap();
    }
    let mut unit = "";
    for (entry, told) in rows {
        if entry.unit() != unit {
            unit = entry.unit();
            write!(page, "\n## {unit}\n\n| id | ICAO | expected | got | inspections |\n|---|---|---|---|---|\n")
                .unwrap();
        }
        let (got, inspections) = match told {
            Told::Run(run) => (told.got().unwrap_or_default(), run.inspections.to_string()),
            other => (format!("{}: {}", other.state().replace('_', " "), other.why().unwrap_or_default()), "-".into()),
        };
        let got = got.replace('|', "\\|");
        writeln!(page, "| {} | {} | {} | {got} | {inspections} |", entry.id, entry.icao, entry.expected()).unwrap();
    }
    page
}
