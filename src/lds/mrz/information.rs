//! MRZ_information: what BAC and PACE derive their keys from (9303-11 §4.3.2, §4.4.4.1, App. D.2).
//!
//! It is made from an MRZ, or from the three values alone where only they are at hand. The key derivation itself is the
//! business of the access room.

use super::layout::MrzField;
use super::syntax::{MrzError, ShortDate, check_digit, is_mrz_character};
use super::zone::Mrz;
use crate::crypto::Secret;
use core::fmt::Write as _;
use zeroize::Zeroizing;

/// The longest document number: nine characters and what the optional data of TD1 holds beside a check digit.
const LONGEST_NUMBER: usize = 24;
/// Date of birth and date of expiry with their check digits.
const BIRTH_AND_EXPIRY: usize = 14;

/// Document number, date of birth and date of expiry, each with its check digit, as 24 to 38 ASCII characters.
///
/// It is a secret: whoever has it opens the chip. No `Debug`, no `Clone`; wiped on drop.
pub struct MrzInformation(Secret);

impl Mrz {
    /// What BAC and PACE derive their keys from, with the check digits as they stand; a missing check
    /// digit of the document number is computed.
    pub fn information(&self) -> MrzInformation {
        MrzInformation::of(self)
    }
}

impl MrzInformation {
    /// From the three values without their check digits: the document number as printed, and the dates as `YYMMDD`
    /// (fillers `<` in the unknown parts of a date of birth). Spaces and lower case are tolerated.
    ///
    /// # Errors
    /// A character that no MRZ has, an empty or overlong number, a date of another form.
    pub fn from_parts(document_number: &str, birth_date: &str, expiry_date: &str) -> Result<Self, MrzError> {
        let number = cleaned(document_number)?;
        let number = Zeroizing::new(number.trim_end_matches('<').to_owned());
        if number.is_empty() || number.len() > LONGEST_NUMBER {
            return Err(MrzError::DocumentNumber);
        }
        let birth = cleaned(birth_date)?;
        let expiry = cleaned(expiry_date)?;
        for date in [&birth, &expiry] {
            if date.len() != 6 || ShortDate::read(date).is_none() {
                return Err(MrzError::Date);
            }
        }
        let digit = |field: &str| check_digit(field).expect("every character was found to be one of an MRZ");
        Ok(Self::joined(&number, digit(&number), &birth, digit(&birth), &expiry, digit(&expiry)))
    }

    fn of(mrz: &Mrz) -> Self {
        let number = Zeroizing::new(mrz.document_number());
        let number_digit = match mrz.document_number_check_digit() {
            '<' => check_digit(&number).unwrap_or('<'),
            digit => digit,
        };
        let digit = |field| mrz.raw(field).chars().next().unwrap_or('<');
        Self::joined(
            &number,
            number_digit,
            mrz.raw(MrzField::BirthDate),
            digit(MrzField::BirthDateCheckDigit),
            mrz.raw(MrzField::ExpiryDate),
            digit(MrzField::ExpiryDateCheckDigit),
        )
    }

    // MRZ_information = number ‖ digit ‖ birth ‖ digit ‖ expiry ‖ digit, the number filled to nine  (9303-11 App. D.2)
    fn joined(number: &str, digit: char, birth: &str, birth_digit: char, expiry: &str, expiry_digit: char) -> Self {
        // In one piece, so that nothing of it is left behind while it grows.
        let mut text = String::with_capacity(LONGEST_NUMBER + 2 * birth.len() + 8);
        write!(text, "{number:<<9}{digit}{birth}{birth_digit}{expiry}{expiry_digit}").expect("a text takes every text");
        Self(Secret::new(text.into_bytes()))
    }

    /// A copy, for who opens the chip and compares it too.
    pub(crate) fn duplicate(&self) -> Self {
        Self(Secret::from_slice(self.expose()))
    }

    /// The three values, without their check digits.
    pub(crate) fn parts(&self) -> Option<MrzParts<'_>> {
        let text = core::str::from_utf8(self.expose()).ok()?;
        let (number, dates) = text.split_at_checked(text.len().checked_sub(BIRTH_AND_EXPIRY)?)?;
        let (number, _) = number.split_at_checked(number.len().checked_sub(1)?)?;
        Some(MrzParts {
            document_number: number.trim_end_matches('<'),
            birth: dates.get(..6)?,
            expiry: dates.get(7..13)?,
        })
    }

    /// The ASCII characters.
    pub fn expose(&self) -> &[u8] {
        self.0.expose()
    }
}

/// The values of an [`MrzInformation`].
pub(crate) struct MrzParts<'a> {
    pub(crate) document_number: &'a str,
    /// `YYMMDD`.
    pub(crate) birth: &'a str,
    /// `YYMMDD`.
    pub(crate) expiry: &'a str,
}

fn cleaned(text: &str) -> Result<Zeroizing<String>, MrzError> {
    let mut kept = Zeroizing::new(String::with_capacity(text.len()));
    for (at, character) in text.chars().enumerate() {
        match character.to_ascii_uppercase() {
            mark if mark.is_whitespace() => {}
            mark if is_mrz_character(mark) => kept.push(mark),
            _ => return Err(MrzError::Character { at: at + 1 }),
        }
    }
    Ok(kept)
}
