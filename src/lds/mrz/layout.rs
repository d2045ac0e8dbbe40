//! Where each field of an MRZ stands: TD1 (9303-5 §4.2), TD2 (9303-6 §4.2), TD3 (9303-4 §4.2), in one table.

use core::ops::Range;

/// The format of an MRZ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MrzFormat {
    /// Cards: three lines of 30 characters.
    Td1,
    /// Larger cards: two lines of 36 characters.
    Td2,
    /// Passports: two lines of 44 characters.
    Td3,
}

impl MrzFormat {
    /// The format with this many characters in all: 90, 72 or 88.
    pub(crate) fn of_length(characters: usize) -> Option<Self> {
        match characters {
            90 => Some(Self::Td1),
            72 => Some(Self::Td2),
            88 => Some(Self::Td3),
            _ => None,
        }
    }

    /// Characters of a line: 30, 36 or 44.
    pub fn line_length(self) -> usize {
        match self {
            Self::Td1 => 30,
            Self::Td2 => 36,
            Self::Td3 => 44,
        }
    }

    /// Where the field stands, counted from the first character of the first line; `None` if the format lacks it.
    pub fn position(self, field: MrzField) -> Option<Range<usize>> {
        let row = POSITIONS.iter().find(|row| row.0 == field)?;
        let range = match self {
            Self::Td1 => &row.1,
            Self::Td2 => &row.2,
            Self::Td3 => &row.3,
        };
        (!range.is_empty()).then(|| range.clone())
    }

    /// What the composite check digit is computed over.
    pub(crate) fn composite(self) -> &'static [Range<usize>] {
        match self {
            Self::Td1 => &[5..30, 30..37, 38..45, 48..59],
            Self::Td2 => &[36..46, 49..56, 57..71],
            Self::Td3 => &[44..54, 57..64, 65..87],
        }
    }
}

/// A field of an MRZ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MrzField {
    /// The document type, two characters.
    DocumentCode,
    /// The issuing state or organization, three characters.
    IssuingState,
    /// The name: 30, 31 or 39 characters.
    Name,
    /// The document number, nine characters; longer ones go on in the optional data of TD1 and TD2.
    DocumentNumber,
    /// Its check digit.
    DocumentNumberCheckDigit,
    /// The nationality, three characters.
    Nationality,
    /// The date of birth, `YYMMDD`.
    BirthDate,
    /// Its check digit.
    BirthDateCheckDigit,
    /// The sex, one character.
    Sex,
    /// The date of expiry, `YYMMDD`.
    ExpiryDate,
    /// Its check digit.
    ExpiryDateCheckDigit,
    /// Optional data: 15 characters (TD1, first line), 7 (TD2) or 14 (TD3, the personal number).
    OptionalData,
    /// The check digit of the optional data (TD3 only).
    OptionalDataCheckDigit,
    /// The optional data of the second line of TD1, 11 characters.
    OptionalData2,
    /// The check digit over all.
    CompositeCheckDigit,
}

impl MrzField {
    /// All fields, as they follow in TD3.
    pub fn all() -> impl Iterator<Item = Self> {
        POSITIONS.iter().map(|row| row.0)
    }

    /// Its name for people: `date of birth`.
    pub fn name(self) -> &'static str {
        POSITIONS.iter().find(|row| row.0 == self).map(|row| row.4).unwrap_or_default()
    }
}

type Row = (MrzField, Range<usize>, Range<usize>, Range<usize>, &'static str);

#[rustfmt::skip]
static POSITIONS: [Row; 15] = [
    //                                    TD1      TD2      TD3
    (MrzField::DocumentCode,             0..2,    0..2,    0..2, "document code"),
    (MrzField::IssuingState,             2..5,    2..5,    2..5, "issuing state"),
    (MrzField::Name,                     60..90,  5..36,   5..44, "name"),
    (MrzField::DocumentNumber,           5..14,   36..45,  44..53, "document number"),
    (MrzField::DocumentNumberCheckDigit, 14..15,  45..46,  53..54, "check digit of the document number"),
    (MrzField::Nationality,              45..48,  46..49,  54..57, "nationality"),
    (MrzField::BirthDate,                30..36,  49..55,  57..63, "date of birth"),
    (MrzField::BirthDateCheckDigit,      36..37,  55..56,  63..64, "check digit of the date of birth"),
    (MrzField::Sex,                      37..38,  56..57,  64..65, "sex"),
    (MrzField::ExpiryDate,               38..44,  57..63,  65..71, "date of expiry"),
    (MrzField::ExpiryDateCheckDigit,     44..45,  63..64,  71..72, "check digit of the date of expiry"),
    (MrzField::OptionalData,             15..30,  64..71,  72..86, "optional data"),
    (MrzField::OptionalDataCheckDigit,   0..0,    0..0,    86..87, "check digit of the optional data"),
    (MrzField::OptionalData2,            48..59,  0..0,    0..0, "optional data of the second line"),
    (MrzField::CompositeCheckDigit,      59..60,  71..72,  87..88, "composite check digit"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_belongs_to_one_field() {
        for (format, length) in [(MrzFormat::Td1, 90), (MrzFormat::Td2, 72), (MrzFormat::Td3, 88)] {
            assert_eq!(MrzFormat::of_length(length), Some(format));
            for at in 0..length {
                let fields =
                    POSITIONS.iter().filter(|row| format.position(row.0).is_some_and(|range| range.contains(&at)));
                assert_eq!(fields.count(), 1, "{format:?} {at}");
            }
        }
    }
}
