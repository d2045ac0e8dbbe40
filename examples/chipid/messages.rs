//! The texts for people, in Vietnamese and English.
//!
//! One catalogue a language, `messages/vi.txt` and `messages/en.txt`: lines of `key = text`, read into the program when
//! it is built. A text may hold `{name}` places. The keys are the stable codes of the library (`check.pa.signature`,
//! `reason.no_trust_anchor`, `error.transport.no_card`) and the program's own. A test holds both catalogues complete.

use std::collections::BTreeMap;
use std::fmt::{Display, Write};

/// A language of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Language {
    /// Vietnamese.
    Vi,
    /// English.
    En,
}

impl Language {
    /// The catalogue's text, as it stands in its file.
    pub fn source(self) -> &'static str {
        match self {
            Self::Vi => include_str!("messages/vi.txt"),
            Self::En => include_str!("messages/en.txt"),
        }
    }

    /// The language of the environment: Vietnamese where the locale begins with `vi`, English otherwise.
    pub fn of_environment() -> Self {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
        match locale {
            Some(locale) if locale.starts_with("vi") => Self::Vi,
            _ => Self::En,
        }
    }
}

/// The catalogue of one language.
pub struct Messages {
    language: Language,
    texts: BTreeMap<&'static str, &'static str>,
}

impl Messages {
    /// The catalogue of this language.
    pub fn new(language: Language) -> Self {
        Self { language, texts: entries(language.source()).collect() }
    }

    /// The language of the texts.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The text under this key; the key itself where there is none.
    pub fn get<'a>(&self, key: &'a str) -> &'a str
    where
        'static: 'a,
    {
        self.texts.get(key).copied().unwrap_or(key)
    }

    /// The text under this key, if there is one.
    pub fn find(&self, key: &str) -> Option<&'static str> {
        self.texts.get(key).copied()
    }

    /// The text of a stable code, under `group.code`; the code itself where there is none.
    pub fn word<'a>(&self, group: &str, code: &'a str) -> &'a str
    where
        'static: 'a,
    {
        self.find(&format!("{group}.{code}")).unwrap_or(code)
    }

    /// The text under this key with its places filled in.
    pub fn fill(&self, key: &str, values: &[(&str, &dyn Display)]) -> String {
        fill(self.get(key), values)
    }
}

/// A text with its places filled in; a value is never searched for places again.
pub fn fill(text: &str, values: &[(&str, &dyn Display)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        rest = after;
        match after.split_once('}') {
            Some((name, after)) => {
                if let Some((_, value)) = values.iter().find(|(known, _)| *known == name) {
                    let _ = write!(filled, "{value}");
                }
                rest = after;
            }
            None => filled.push('{'),
        }
    }
    filled.push_str(rest);
    filled
}

/// Values of one type, as [`fill`] takes them.
pub fn displayed<'a>(values: &'a [(&str, String)]) -> Vec<(&'a str, &'a dyn Display)> {
    values.iter().map(|(place, value)| (*place, value as _)).collect()
}

/// The entries of a catalogue: `key = text` lines, without comments and empty lines.
pub fn entries(source: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    source
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .map(|(key, text)| (key.trim(), text.trim()))
}
