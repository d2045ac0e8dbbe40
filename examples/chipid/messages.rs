//! The texts for people, in Vietnamese and English.
//!
//! One catalogue a language, `messages/vi.txt` and `messages/en.txt`: lines of `key = text`, read into the program when
//! it is built. A text may hold `{name}` places. The keys are the stable codes of the library (`check.pa.signature`,
//! `reason.no_trust_anchor`, `error.transport.no_card`) and the program's own. A test holds both catalogues complete.

use std::collections::BTreeMap;

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

    /// The text under this key with its places filled in.
    pub fn fill(&self, key: &str, values: &[(&str, &str)]) -> String {
        fill(self.get(key), values)
    }
}

/// A text with its places filled in; a value is never searched for places again.
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        match after.split_once('}') {
            Some((name, after)) => {
                filled.push_str(values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value));
                rest = after;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
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
