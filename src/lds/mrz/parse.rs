//! Reads an MRZ: the text that a person types or a scanner gives, and the value of data object 5F1F.

use super::examine::examine;
use super::layout::MrzFormat;
use super::syntax::{MrzError, is_mrz_character};
use super::zone::Mrz;
use crate::lds::findings::{FileDefect, Findings};
use crate::lds::{DataGroup, FileId};
use zeroize::Zeroizing;

impl Mrz {
    /// The MRZ of a text that a person typed or a scanner read; spaces, line breaks and lower case are tolerated.
    ///
    /// It is as good as the eye that read it: nothing signs it.
    ///
    /// # Errors
    /// A character that no MRZ has, or another number of characters than the three formats have.
    pub fn parse(text: &str) -> Result<Self, MrzError> {
        let mut kept = Zeroizing::new(String::with_capacity(90));
        let mut places = Vec::with_capacity(90);
        for (at, character) in text.chars().enumerate() {
            match character.to_ascii_uppercase() {
                mark if mark.is_whitespace() || mark == '\u{FEFF}' => {}
                mark if is_mrz_character(mark) => {
                    if places.len() < 90 {
                        kept.push(mark);
                    }
                    places.push(at);
                }
                _ => return Err(MrzError::Character { at: at + 1 }),
            }
        }
        let found = places.len();
        let format = MrzFormat::of_length(found).ok_or(MrzError::Length { found })?;
        Ok(Self::examined(kept, places, format, Findings::of(FileId::DataGroup(DataGroup::DG1))))
    }

    /// The MRZ of the value of data object 5F1F, which stands at this offset in its file; `None` if it has another
    /// number of characters than the three formats have.
    pub(crate) fn from_value(value: &[u8], value_at: usize, mut findings: Findings) -> Option<Self> {
        let mut kept = Zeroizing::new(String::with_capacity(90));
        let mut places = Vec::with_capacity(90);
        for (at, &byte) in (value_at..).zip(value) {
            let mark = char::from(byte);
            if mark == '\r' || mark == '\n' {
                findings.add_first(at, FileDefect::MrzLineBreaks);
                continue;
            }
            if mark.is_ascii_lowercase() {
                findings.add_first(at, FileDefect::MrzLowerCase);
            } else if !is_mrz_character(mark) {
                findings.add_first(at, FileDefect::MrzCharacter);
            }
            if places.len() < 90 {
                let mark = mark.to_ascii_uppercase();
                kept.push(if is_mrz_character(mark) { mark } else { '?' });
            }
            places.push(at);
        }
        let format = MrzFormat::of_length(places.len())?;
        Some(Self::examined(kept, places, format, findings))
    }

    fn examined(text: Zeroizing<String>, places: Vec<usize>, format: MrzFormat, mut findings: Findings) -> Self {
        let mrz = Self { text, places, format, findings: Vec::new() };
        examine(&mrz, &mut findings);
        Self { findings: findings.into_list(), ..mrz }
    }
}
