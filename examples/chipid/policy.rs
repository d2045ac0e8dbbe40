//! `chipid policy`: shows a policy in full, or checks the file of one; and what `--policy` names.

use crate::arguments::{PolicyAction, PolicyCommand};
use crate::console_text;
use crate::failure::Failure;
use crate::output::Output;
use crate::saved_document::unreadable;
use chipid::Policy;
use serde_json::json;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The most that is read of a file, in bytes: the library takes less.
const MOST: u64 = 1 << 20;

pub fn run(output: &Output, command: PolicyCommand) -> Result<u8, Failure> {
    match command.action {
        PolicyAction::Show(named) => show(output, &load(&named.policy)?),
        PolicyAction::Check(named) => check(output, &named.policy, &load(&named.policy)?),
    }
    Ok(0)
}

/// The policy of this name, or of this file.
pub fn load(named: &str) -> Result<Policy, Failure> {
    if let Some(policy) = Policy::built_in(named) {
        return Ok(policy);
    }
    let path = Path::new(named);
    let file = File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Failure::usage("usage.policy", vec![("value", named.to_owned())]),
        _ => unreadable(path, &error),
    })?;
    let mut bytes = Vec::new();
    file.take(MOST).read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| unreadable(path, &io::Error::new(io::ErrorKind::InvalidData, "not UTF-8")))?;
    Policy::from_toml(&text).map_err(|error| {
        let place = if error.key.is_empty() { String::new() } else { format!(", {}", error.key) };
        let values = vec![
            ("path", named.to_owned()),
            ("line", error.line.to_string()),
            ("place", place),
            ("word", error.fault.word().to_owned()),
            ("choices", error.choices.join(", ")),
        ];
        Failure::usage(error.fault.code(), values)
    })
}

/// The whole policy as a file of its own, each line under the name of what it is about.
fn show(output: &Output, policy: &Policy) {
    let sha256 = hex(policy);
    if output.is_json() {
        output.json(&json!({
            "schema": "chipid.policy_shown/1", "name": policy.name(), "sha256": sha256, "toml": policy.to_toml(),
        }));
        return;
    }
    let messages = &output.messages;
    let comment = |about: &str| {
        let keys = [format!("policy.comment.{about}"), format!("check.{about}"), format!("warning.{about}")];
        keys.iter()
            .find_map(|key| messages.find(key))
            .map(|text| console_text::wrap(text, console_text::COLUMNS - 2).join("\n"))
    };
    let values = [("policy", policy.name()), ("sha256", sha256.as_str())];
    output.text(&format!("# {}\n\n", messages.fill("policy.shown", &values)));
    output.text(&policy.to_toml_with(comment));
}

/// Says that the file is a policy, and which checks of this program it does not name.
fn check(output: &Output, named: &str, policy: &Policy) {
    let unnamed: Vec<&str> = policy.unnamed_checks().map(|id| id.as_str()).collect();
    let sha256 = hex(policy);
    if output.is_json() {
        output.json(&json!({
            "schema": "chipid.policy_checked/1", "name": policy.name(), "sha256": sha256, "unnamed": unnamed,
        }));
        return;
    }
    let messages = &output.messages;
    let named = console_text::plain(named);
    let values = [("path", named.as_str()), ("policy", policy.name()), ("sha256", sha256.as_str())];
    output.text(&console_text::paragraph(&messages.fill("policy.checked", &values), 0));
    if !unnamed.is_empty() {
        let line = messages.fill("policy.unnamed", &[("checks", &unnamed.join(", "))]);
        output.text(&console_text::paragraph(&line, 0));
    }
}

fn hex(policy: &Policy) -> String {
    policy.sha256().iter().map(|octet| format!("{octet:02x}")).collect()
}
