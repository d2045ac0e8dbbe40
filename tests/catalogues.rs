//! Are the message catalogues of the program complete? Every stable code has its text in Vietnamese and in English, and
//! no text stands there that nothing uses.
#![expect(dead_code, reason = "the test uses a part of the program's files")]

#[path = "../examples/chipid/arguments.rs"]
mod arguments;
#[path = "../examples/chipid/messages.rs"]
mod messages;

use chipid::checks::{CheckId, Reason, State, Tolerance, Warning};
use chipid::policy::{Basis, Outcome, PolicyFault};
use chipid::{ClaimField, ClaimsBasis, ClaimsOutcome, ClaimsWarning, FaceResult};
use messages::{Language, Messages, entries};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use unicode_normalization::UnicodeNormalization;

const LANGUAGES: [Language; 2] = [Language::Vi, Language::En];
/// Keys that the program puts together: these beginnings, each with a word that stands in its sources.
const COMPOSED: [&str; 3] = ["watch.", "error.", "remedy."];
/// The same with words that come from the library.
const COMPOSED_WITH: [(&str, &[&str]); 7] = [
    ("csca.age.", &["early", "fresh", "stale", "too_old"]),
    ("role.", &["document_signer", "link", "csca", "link_as_anchor"]),
    ("label.access.", &["pace", "bac", "none"]),
    ("policy.comment.", &["verdict", "warnings", "tolerances", "checks", "claims"]),
    ("sex.", &["male", "female", "unspecified"]),
    ("kind.", &["can", "mrz", "number", "qr"]),
    ("hint.", &["can", "mrz", "number", "qr"]),
];

fn catalogue(language: Language) -> BTreeMap<&'static str, &'static str> {
    entries(language.source()).collect()
}

/// The sources of the program, all in one.
fn sources() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/chipid");
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
    text
}

/// The string literal that stands first after each of these beginnings.
fn literals_after(text: &str, beginning: &str) -> BTreeSet<String> {
    text.match_indices(beginning)
        .filter_map(|(at, _)| {
            let rest = text[at + beginning.len()..].trim_start();
            rest.strip_prefix('"').and_then(|rest| rest.split_once('"')).map(|(literal, _)| literal.to_owned())
        })
        .collect()
}

/// The stable codes of the library's errors, as its source has them.
fn error_codes() -> BTreeSet<String> {
    let source = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/error.rs")).unwrap();
    let arms = |begins: &str| -> Vec<String> {
        source
            .lines()
            .filter(|line| line.trim_start().starts_with(begins) && !line.contains('#'))
            .filter_map(|line| line.split_once("=> \"")?.1.split_once("\",").map(|(code, _)| code.to_owned()))
            .filter(|code| code.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
            .collect()
    };
    let transport = arms("Self::").into_iter().map(|code| format!("transport.{code}"));
    let broken = arms("Broken::").into_iter().map(|code| format!("protocol.{code}"));
    let own = source
        .lines()
        .filter(|line| line.trim_start().starts_with("Error::") && line.contains(".into(),"))
        .filter_map(|line| line.split_once("=> \"")?.1.split_once('"').map(|(code, _)| code.to_owned()))
        .filter(|code| code != "cancelled")
        .chain(["interrupted".to_owned()]);
    transport.chain(broken).chain(own).collect()
}

/// Every help text that the command line asks for.
fn help_keys(command: &clap::Command, path: &str, keys: &mut BTreeSet<String>) {
    keys.insert(format!("help.{path}about"));
    for argument in command.get_arguments() {
        let id = argument.get_id().as_str();
        let common = ["format", "lang", "quiet", "help", "version"].contains(&id);
        keys.insert(if common { format!("help.common.{id}") } else { format!("help.{path}{id}") });
    }
    for below in command.get_subcommands() {
        help_keys(below, &format!("{path}{}.", below.get_name()), keys);
    }
}

/// The keys that must be there.
fn required() -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    keys.extend(CheckId::ALL.iter().map(|id| format!("check.{id}")));
    keys.extend(Reason::ALL.iter().flat_map(|code| [format!("reason.{code}"), format!("remedy.reason.{code}")]));
    keys.extend(Warning::ALL.iter().map(|code| format!("warning.{code}")));
    let states =
        [State::Successful, State::Failed, State::Undetermined, State::NotSupported, State::Aborted].map(State::as_str);
    keys.extend(states.map(|state| format!("state.{state}")));
    for verdict in ["genuine", "data_authentic", "undetermined", "failed"] {
        let words = ["", ".expired", ".differs", ".expired.differs"].map(|more| format!("verdict.{verdict}{more}"));
        keys.extend(words.into_iter().chain([format!("verdict.word.{verdict}")]));
    }
    let unbound = ["", ".expired", ".differs", ".expired.differs"].map(|more| format!("verdict.genuine{more}.unbound"));
    keys.extend(unbound);
    let doubts = [ClaimsWarning::RecordedDiffers, ClaimsWarning::RecordedMatchNotSigned];
    keys.extend(doubts.map(|code| format!("claims.decision.{code}")));
    keys.extend(Tolerance::ALL.iter().map(|code| format!("tolerance.{code}")));
    let outcomes = ClaimsOutcome::ALL.iter();
    keys.extend(outcomes.flat_map(|code| [format!("claims.outcome.{code}"), format!("claims.recorded.{code}")]));
    keys.extend(ClaimField::ALL.iter().map(|code| format!("claims.field.{code}")));
    keys.extend(ClaimsWarning::ALL.iter().map(|code| format!("claims.warning.{code}")));
    let recorded = [ClaimsBasis::Record, ClaimsBasis::SignedRecord];
    keys.extend(recorded.iter().flat_map(|code| [format!("claims.basis.{code}"), format!("statement.basis.{code}")]));
    keys.extend(FaceResult::ALL.iter().map(|code| format!("statement.face.{code}")));
    keys.extend(["consent", "face", "identification"].map(|kind| format!("statement.{kind}")));
    let outcomes = Outcome::ALL.iter().map(|outcome| outcome.as_str());
    keys.extend(outcomes.flat_map(|word| [format!("decision.{word}"), format!("decision.word.{word}")]));
    keys.extend(Basis::ALL.iter().map(|basis| format!("decision.basis.{}", basis.as_str())));
    keys.extend(PolicyFault::CODES.iter().flat_map(|code| [format!("error.{code}"), format!("remedy.{code}")]));
    for code in error_codes() {
        let remedy =
            if code.starts_with("protocol.") { "remedy.protocol".to_owned() } else { format!("remedy.{code}") };
        keys.extend([format!("error.{code}"), remedy]);
    }
    let sources = sources();
    for code in
        literals_after(&sources, "Failure::usage(").into_iter().chain(literals_after(&sources, "Failure::other("))
    {
        keys.extend([format!("error.{code}"), format!("remedy.{code}")]);
    }
    for beginning in ["messages.get(", "messages.fill(", "messages.find(", "output.message(", "output.hint_message("] {
        keys.extend(literals_after(&sources, beginning).into_iter().filter(|key| !key.contains('{')));
    }
    keys.extend(chipid::report::FIELD_NAMES.iter().map(|name| format!("field.{name}")));
    help_keys(&arguments::command(&Messages::new(Language::En)), "", &mut keys);
    keys
}

#[test]
fn every_code_has_its_text_in_both_languages() {
    for language in LANGUAGES {
        let catalogue = catalogue(language);
        let missing: Vec<_> = required().into_iter().filter(|key| !catalogue.contains_key(key.as_str())).collect();
        assert!(missing.is_empty(), "{language:?} lacks {missing:#?}");
    }
}

#[test]
fn no_text_stands_there_that_nothing_uses() {
    let (required, sources) = (required(), sources());
    let is_used = |key: &str| {
        required.contains(key)
            || sources.contains(&format!("\"{key}\""))
            || COMPOSED
                .iter()
                .any(|begins| key.strip_prefix(begins).is_some_and(|rest| sources.contains(&format!("\"{rest}\""))))
            || COMPOSED_WITH
                .iter()
                .any(|(begins, words)| key.strip_prefix(begins).is_some_and(|rest| words.contains(&rest)))
    };
    for language in LANGUAGES {
        let unknown: Vec<_> = catalogue(language).into_keys().filter(|key| !is_used(key)).collect();
        assert!(unknown.is_empty(), "{language:?} has {unknown:#?}");
    }
}

#[test]
fn no_key_stands_twice_and_no_line_is_lost() {
    for language in LANGUAGES {
        let lines = language.source().lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')).count();
        assert_eq!(lines, catalogue(language).len(), "{language:?}");
    }
}

#[test]
fn both_languages_fill_in_the_same_places() {
    let places = |text: &str| -> BTreeSet<String> {
        text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.to_owned()).collect()
    };
    let english = catalogue(Language::En);
    for (key, text) in catalogue(Language::Vi) {
        let other = english.get(key).unwrap_or_else(|| panic!("{key} is not in English"));
        assert_eq!(places(text), places(other), "{key}");
    }
}

#[test]
fn the_texts_are_in_one_normal_form_and_only_remedies_are_empty() {
    for language in LANGUAGES {
        assert!(language.source().nfc().eq(language.source().chars()), "{language:?}");
        for (key, text) in catalogue(language) {
            assert!(!text.is_empty() || key.starts_with("remedy.reason."), "{language:?}: {key} is empty");
        }
    }
}

#[test]
fn a_value_is_never_searched_for_places() {
    assert_eq!(messages::fill("{a} {b} {c", &[("a", &"{b}"), ("b", &"x")]), "{b} x {c");
}
