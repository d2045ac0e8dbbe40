//! The format of a vector file, and how a kind reads it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Why a vector does not stand.
#[derive(Debug)]
pub enum Failure {
    /// The library refused it: what `expect: refused` wants.
    Refused(String),
    /// The library computed another value than the vector's.
    Differs(String),
    /// The file itself is wrong.
    Malformed(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(why) => write!(f, "refused: {why}"),
            Self::Differs(what) => write!(f, "another value: {what}"),
            Self::Malformed(what) => f.write_str(what),
        }
    }
}

impl From<Failure> for String {
    fn from(failure: Failure) -> Self {
        failure.to_string()
    }
}

impl From<chipid::internals::crypto::CryptoError> for Failure {
    fn from(error: chipid::internals::crypto::CryptoError) -> Self {
        Self::Refused(error.to_string())
    }
}

/// Checks the vectors of one kind; reads all its keys before the library can refuse.
pub type Check = fn(&Vector) -> Result<(), Failure>;

/// A file of `key: value` lines.
pub struct Vector {
    values: BTreeMap<String, String>,
    read: RefCell<BTreeSet<String>>,
}

impl Vector {
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut values = BTreeMap::new();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (key, value) = line.split_once(':').ok_or(format!("no key: {line}"))?;
            if values.insert(key.trim().to_owned(), value.trim().to_owned()).is_some() {
                return Err(format!("{key} stands twice"));
            }
        }
        Ok(Self { values, read: RefCell::default() })
    }

    /// The value of a key that must be there.
    pub fn text(&self, key: &str) -> Result<&str, Failure> {
        self.optional(key).ok_or_else(|| Failure::Malformed(format!("{key} is missing")))
    }

    /// The value of a key that may be there.
    pub fn optional(&self, key: &str) -> Option<&str> {
        self.read.borrow_mut().insert(key.to_owned());
        self.values.get(key).map(String::as_str)
    }

    /// The octets of a value in hexadecimal digits.
    pub fn hex(&self, key: &str) -> Result<Vec<u8>, Failure> {
        let digits = self.text(key)?;
        hex::decode(digits).map_err(|_| Failure::Malformed(format!("{key} holds no hexadecimal octets")))
    }

    /// The one of `all` that a key names.
    pub fn named<T: Copy>(&self, key: &str, all: &[T], name: impl Fn(T) -> &'static str) -> Result<T, Failure> {
        let wanted = self.text(key)?;
        let found = all.iter().copied().find(|&value| name(value) == wanted);
        found.ok_or_else(|| Failure::Malformed(format!("{key} names the unknown {wanted}")))
    }

    /// Keys that nobody has asked for.
    pub fn unread(&self) -> Vec<&str> {
        let read = self.read.borrow();
        self.values.keys().map(String::as_str).filter(|key| !read.contains(*key)).collect()
    }
}

/// Compares what the library computed with what the vector says.
pub fn same(what: &str, computed: &[u8], expected: &[u8]) -> Result<(), Failure> {
    if computed == expected {
        Ok(())
    } else {
        Err(Failure::Differs(format!("{what} is {}, not {}", hex::encode(computed), hex::encode(expected))))
    }
}
