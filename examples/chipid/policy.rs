//! `chipid policy`: shows a policy in full, or checks a policy file; and the policy of the option `--policy`.

use crate::arguments::PolicyAction;
use crate::console_text::{COLUMNS, wrap};
use crate::failure::Failure;
use crate::files::{read_up_to, unreadable};
use crate::output::Output;
use chipid::Policy;
use serde_json::json;
use std::io;
use std::path::Path;

/// The most that is read of a file, in bytes: the library takes less.
const MOST: usize = 1 << 20;

pub fn run(output: &Output, action: PolicyAction) -> Result<u8, Failure> {
    match action {
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
    let bytes = read_up_to(path, MOST).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Failure::usage("usage.policy", &[("value", &named)]),
        _ => unreadable(path, &error),
    })?;
    let text = String::from_utf8(bytes)
        .map_err(|_| unreadable(path, &io::Error::new(io::ErrorKind::InvalidData, "not UTF-8")))?;
    Policy::from_toml(&text).map_err(|error| {
        let place = if error.key.is_empty() { String::new() } else { format!(", {}", error.key) };
        let (word, choices) = (error.fault.word(), error.choices.join(", "));
        Failure::usage(
            error.fault.code(),
            &[("path", &named), ("line", &error.line), ("place", &place), ("word", &word), ("choices", &choices)],
        )
    })
}

/// The whole policy as a file of its own, each line under the name of what it is about.
fn show(output: &Output, policy: &Policy) {
    let sha256 = hex::encode(policy.sha256());
    if output.is_json() {
        output.json(&json!({
            "schema": "chipid.policy_shown/1", "name": policy.name(), "sha256": sha256, "toml": policy.to_toml(),
        }));
        return;
    }
    let messages = &output.messages;
    let comment = |about: &str| {
        let keys = [format!("policy.comment.{about}"), format!("check.{about}"), format!("warning.{about}")];
        keys.iter().find_map(|key| messages.find(key)).map(|text| wrap(text, COLUMNS - 2).join("\n"))
    };
    let shown = messages.fill("policy.shown", &[("policy", &policy.name()), ("sha256", &sha256)]);
    output.text(&format!("# {shown}\n\n"));
    output.text(&policy.to_toml_with(comment));
}

/// States that the file is a policy, and which checks of this program it does not name.
fn check(output: &Output, named: &str, policy: &Policy) {
    let unnamed: Vec<&str> = policy.unnamed_checks().map(|id| id.as_str()).collect();
    let sha256 = hex::encode(policy.sha256());
    if output.is_json() {
        output.json(&json!({
            "schema": "chipid.policy_checked/1", "name": policy.name(), "sha256": sha256, "unnamed": unnamed,
        }));
        return;
    }
    output.message("policy.checked", &[("path", &named), ("policy", &policy.name()), ("sha256", &sha256)]);
    if !unnamed.is_empty() {
        output.message("policy.unnamed", &[("checks", &unnamed.join(", "))]);
    }
}
