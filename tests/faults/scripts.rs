//! Scripts: a card, faults, and what must come of them; each file in `scripts/` is a test of its own.
//!
//! One line each: `profile: NAME`, `at N: FAULT` (exchanges count from 1; several lines are several faults), then what is
//! expected: `error: CODE` or `none`, `during: STEP` and `exchange: N` where there is an error, `verdict: WORD` or
//! `not opened`; `# …` is a comment. Every key must be known, and every one that is due must be there. All oracles are
//! asked, too. The shrinker prints the first two kinds of line.

use crate::cards::by_name;
use crate::case::{Case, Outcome};
use crate::catalogue;
use crate::oracles::findings;
use crate::wire::Planned;
use std::fs;
use std::path::Path;

/// A case, and what is expected of it, key by key.
pub struct Script {
    pub case: Case,
    expected: Vec<(String, String)>,
}

/// What may be expected.
const EXPECTED: [&str; 4] = ["error", "during", "exchange", "verdict"];

impl Script {
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut bench = None;
        let mut faults = Vec::new();
        let mut expected: Vec<(String, String)> = Vec::new();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (key, value) = line.split_once(": ").ok_or_else(|| format!("no key: {line}"))?;
            let value = value.trim();
            match key {
                "profile" if bench.is_none() => {
                    bench = Some(by_name(value).ok_or_else(|| format!("no card of the name {value}"))?);
                }
                _ if EXPECTED.contains(&key) && expected.iter().all(|(known, _)| known != key) => {
                    expected.push((key.to_owned(), value.to_owned()));
                }
                _ => {
                    let at = key.strip_prefix("at ").and_then(|at| at.parse().ok());
                    let at = at.filter(|at| *at > 0).ok_or_else(|| format!("unknown or doubled key: {key}"))?;
                    let row = catalogue::by_name(value).ok_or_else(|| format!("no fault of the name {value}"))?;
                    faults.push(Planned { at, row });
                }
            }
        }
        let bench = bench.ok_or("no profile")?;
        if faults.is_empty() {
            return Err("no fault".to_owned());
        }
        Ok(Self { case: Case { bench, faults }, expected })
    }

    /// What came, in the words of a script.
    fn told(outcome: &Outcome) -> Vec<(String, String)> {
        let mut told = Vec::new();
        let mut add = |key: &str, value: String| told.push((key.to_owned(), value));
        match &outcome.error {
            Some(error) => {
                add("error", error.code.clone());
                add("during", error.place.during.map(|step| step.to_string()).unwrap_or_default());
                add("exchange", error.place.exchange.to_string());
            }
            None => add("error", "none".to_owned()),
        }
        add("verdict", outcome.verdict.map_or("not opened", |verdict| verdict.as_str()).to_owned());
        told
    }

    /// Runs it: what is otherwise than it says.
    pub fn run(&self) -> Result<(), String> {
        let outcome = self.case.run(true);
        let found = findings(&self.case, &outcome, Some(&self.case.run(false)));
        if !found.is_empty() {
            return Err(found.join("; "));
        }
        let told = Self::told(&outcome);
        if told == self.expected {
            return Ok(());
        }
        let lines: String = told.iter().map(|(key, value)| format!("{key}: {value}\n")).collect();
        Err(format!("it comes to\n{lines}"))
    }
}

#[test]
fn every_script_comes_to_what_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults/scripts");
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "no script");
    let mut groups = std::collections::BTreeSet::new();
    let mut failing = String::new();
    for file in &files {
        assert_eq!(file.extension().and_then(|extension| extension.to_str()), Some("txt"), "{}", file.display());
        let name = file.file_name().unwrap().to_string_lossy();
        match Script::parse(&fs::read_to_string(file).unwrap()) {
            Ok(script) => {
                groups.extend(script.case.faults.iter().map(|planned| planned.row.group));
                if let Err(why) = script.run() {
                    failing += &format!("{name}: {why}\n");
                }
            }
            Err(why) => failing += &format!("{name}: {why}\n"),
        }
    }
    assert!(failing.is_empty(), "{failing}");
    for (group, _) in catalogue::GROUPS {
        assert!(groups.contains(&group), "no script has a fault of the group {group:?}");
    }
    println!("{} scripts", files.len());
}

#[test]
fn refuses_scripts_that_say_what_nobody_knows() {
    let good = "# why\nprofile: plain\nat 2: naked-6f00\nerror: none\nverdict: failed\n";
    assert!(Script::parse(good).is_ok());
    for (bad, why) in [
        (good.replace("error", "errror"), "unknown or doubled key: errror"),
        (good.replace("plain", "plane"), "no card of the name plane"),
        (good.replace("naked-6f00", "naked-6f0f"), "no fault of the name naked-6f0f"),
        (good.replace("at 2", "at 0"), "unknown or doubled key: at 0"),
        (good.replace("at 2: naked-6f00\n", ""), "no fault"),
        (good.replace("profile: plain\n", ""), "no profile"),
        (format!("{good}verdict: failed\n"), "unknown or doubled key: verdict"),
        (format!("{good}nothing\n"), "no key: nothing"),
    ] {
        assert_eq!(Script::parse(&bad).err().as_deref(), Some(why));
    }
}

#[test]
fn a_script_with_another_expectation_fails() {
    let text = "profile: gm-aes128-aa-ec\nat 30: sm-flipped-8e\n";
    let right = Script::parse(text).unwrap().run().unwrap_err();
    let lines = right.strip_prefix("it comes to\n").unwrap();
    Script::parse(&format!("{text}{lines}")).unwrap().run().unwrap();
    for (from, to) in [("undetermined", "genuine"), ("bad_response", "unprotected"), ("exchange: 30", "exchange: 31")] {
        assert!(lines.contains(from), "{lines}");
        assert!(Script::parse(&format!("{text}{}", lines.replace(from, to))).unwrap().run().is_err());
    }
}
