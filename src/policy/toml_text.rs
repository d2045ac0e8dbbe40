//! A policy as text: TOML with everything said and nothing inherited. It is what the hash is over, and it can be read back.

use super::claims_line::ClaimsLine;
use super::decision::Outcome;
use super::lines::{Condition, Line};
use super::policy::Policy;
use std::fmt::Write as _;

/// The name and version of the form.
pub(super) const SCHEMA: &str = "chipid.policy/1";

impl Policy {
    /// The whole policy as a file: each check with its line, in the order of the documentation. The same policy always
    /// gives the same text.
    pub fn to_toml(&self) -> String {
        self.to_toml_with(|_| None)
    }

    /// The same with comments: `comment` is asked for a text to stand above `verdict`, `warnings`, `tolerances`, `claims`, each
    /// warning by its code and each check by its id.
    pub fn to_toml_with(&self, comment: impl Fn(&str) -> Option<String>) -> String {
        let mut out = format!("schema = \"{SCHEMA}\"\nname = \"{}\"\n", self.name);
        let comment = |out: &mut String, about: &str| {
            for line in comment(about).iter().flat_map(|text| text.lines()) {
                let _ = writeln!(out, "# {line}");
            }
        };
        comment(&mut out, "tolerances");
        let _ = writeln!(out, "tolerances = {}\n", list(self.tolerances.iter().map(|one| one.as_str().to_owned())));
        comment(&mut out, "verdict");
        let (accept, refer) = (self.accept.as_str(), self.refer.as_str());
        let _ = writeln!(out, "[verdict]\naccept = \"{accept}\"\nrefer = \"{refer}\"\n");
        comment(&mut out, "warnings");
        let _ = writeln!(out, "[warnings]");
        for (warning, outcome) in &self.warnings {
            comment(&mut out, warning.as_str());
            let _ = writeln!(out, "{warning} = \"{outcome}\"");
        }
        let _ = writeln!(out);
        comment(&mut out, "checks");
        let _ = writeln!(out, "[checks]");
        for (id, line) in &self.lines {
            comment(&mut out, id.as_str());
            let _ = writeln!(out, "\"{id}\" = {}", written(line));
        }
        // The built-in line is not written, at most as a comment: the hash of a policy that was written before there were
        // claims stays the same.
        let is_built_in = self.claims == ClaimsLine::built_in(&self.lines);
        let mut about = String::new();
        comment(&mut about, "claims");
        if !is_built_in || !about.is_empty() {
            let mark = if is_built_in { "# " } else { "" };
            let _ = writeln!(out, "\n{about}{mark}[claims]");
            for (key, outcome) in self.claims.entries() {
                let _ = writeln!(out, "{mark}{key} = \"{outcome}\"");
            }
        }
        out
    }
}

/// The line of a check as an inline table.
fn written(line: &Line) -> String {
    let of = |outcome: Outcome| line.rules().filter(move |(_, own)| *own == outcome).map(|(condition, _)| condition);
    let words = |outcome| of(outcome).map(|condition: Condition| condition.to_string());
    let parts = Outcome::ALL.iter().rev().filter(|outcome| of(**outcome).next().is_some());
    let parts: Vec<String> = parts.map(|outcome| format!("{outcome} = {}", list(words(*outcome)))).collect();
    if parts.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", parts.join(", ")) }
}

fn list(words: impl Iterator<Item = String>) -> String {
    format!("[{}]", words.map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", "))
}
