//! The characters of an MRZ, its dates of six characters and its check digits (9303-3 §4.3, §4.8, §4.9).

use crate::lds::PartialDate;
use thiserror::Error;

/// Why a text is no MRZ; it never holds the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MrzError {
    /// A character that no MRZ has.
    #[error("the character at place {at} belongs in no MRZ")]
    Character {
        /// Its place, counted in characters from 1.
        at: usize,
    },
    /// Not 90 (TD1), 72 (TD2) or 88 (TD3) characters.
    #[error("an MRZ has 90, 72 or 88 characters, not {found}")]
    Length {
        /// Characters found, without spaces and line breaks.
        found: usize,
    },
    /// A document number that is empty, or longer than 24 characters.
    #[error("the document number is empty or longer than 24 characters")]
    DocumentNumber,
    /// A date that is not six digits, year, month, day, in the order of the MRZ.
    #[error("the date is not six digits in the order YYMMDD")]
    Date,
}

pub(super) fn is_mrz_character(mark: char) -> bool {
    mark.is_ascii_uppercase() || mark.is_ascii_digit() || mark == '<'
}

/// A date of expiry that says there is none.
pub(super) fn is_no_expiry(raw: &str) -> bool {
    raw == "999999" || raw == "<<<<<<"
}

/// `YYMMDD`, each pair two digits or two fillers.
#[derive(Clone, Copy)]
pub(crate) struct ShortDate(pub(crate) [Option<u8>; 3]);

impl ShortDate {
    pub(crate) fn read(raw: &str) -> Option<Self> {
        let mut parts = [None; 3];
        for (index, part) in parts.iter_mut().enumerate() {
            let pair = raw.get(2 * index..2 * index + 2)?;
            *part = match pair {
                "<<" => None,
                _ if pair.bytes().all(|byte| byte.is_ascii_digit()) => Some(pair.parse().ok()?),
                _ => return None,
            };
        }
        Some(Self(parts))
    }

    pub(super) fn in_century(self, century: u16) -> PartialDate {
        let [year, month, day] = self.0;
        PartialDate { year: year.map(|year| century + u16::from(year)), month, day }
    }
}

/// The check digit of these characters in a row: weights 7, 3, 1; `0–9` count 0–9, `A–Z` 10–35, `<` 0 (9303-3 §4.9).
/// `None` if there is another character among them.
pub fn check_digit(characters: &str) -> Option<char> {
    let mut sum = 0;
    for (mark, weight) in characters.chars().zip([7, 3, 1].into_iter().cycle()) {
        let value = match mark {
            '<' => 0,
            mark if is_mrz_character(mark) => mark.to_digit(36)?,
            _ => return None,
        };
        sum = (sum + value * weight) % 10;
    }
    char::from_digit(sum, 10)
}
