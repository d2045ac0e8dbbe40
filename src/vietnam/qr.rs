//! The QR code on the face of the card: fields parted by `|`, in UTF-8.
//!
//! Of 2021: `number|former number or nothing|name|birth|sex|residence|issue`, dates as digits. A form of six fields lacks
//! the former number and has `/` in its dates; longer ones have more fields, in an order that is not published.
//! What is not known is kept as it is. Nothing signs a QR code: it gives the key, and is then compared with the chip.

use crate::bounds::BOUNDS;
use crate::lds::{PartialDate, Sex};
use crate::vietnam::PersonalNumber;
use crate::vietnam::text::{parse_date, parse_sex};
use thiserror::Error;
use zeroize::Zeroize;

/// The fewest fields of a QR code of this card.
const FEWEST: usize = 6;

/// The QR code as a value.
#[derive(Clone)]
pub struct Qr {
    /// The personal number.
    pub number: PersonalNumber,
    /// The former number of nine digits, where there is one.
    pub former_number: Option<String>,
    /// The full name with diacritics.
    pub name: Option<String>,
    /// The date of birth.
    pub birth_date: Option<PartialDate>,
    /// The sex.
    pub sex: Option<Sex>,
    /// The place of residence.
    pub residence: Option<String>,
    /// The date of issue.
    pub issue_date: Option<PartialDate>,
    /// Fields after these, as they stand.
    pub rest: Vec<String>,
}

/// Why a text is no QR code of this card; it never holds the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum QrError {
    /// Fewer than six fields.
    #[error("the QR code has {found} fields; the one of an ID card has six or more")]
    TooFewFields {
        /// Fields found.
        found: usize,
    },
    /// The first field is no personal number.
    #[error("the first field of the QR code is not a number of twelve digits")]
    Number,
    /// Longer than any QR code.
    #[error("the text is longer than a QR code")]
    TooLong,
}

impl Qr {
    /// Reads what a scanner gives; a byte order mark and line ends around it are tolerated.
    ///
    /// # Errors
    /// Fewer than six fields, or a first one that is not twelve digits.
    pub fn parse(text: &str) -> Result<Self, QrError> {
        if text.len() > BOUNDS.qr_octets {
            return Err(QrError::TooLong);
        }
        let text = text.trim_start_matches('\u{FEFF}').trim();
        let mut fields = text.split('|').map(str::trim).peekable();
        let found = text.split('|').count();
        if found < FEWEST {
            return Err(QrError::TooFewFields { found });
        }
        let number = PersonalNumber::parse(fields.next().unwrap_or_default()).map_err(|_| QrError::Number)?;
        // A name is never empty and never all digits: that is the place of the former number.
        let former = fields.next_if(|field| field.bytes().all(|byte| byte.is_ascii_digit()));
        let mut next = || fields.next().filter(|field| !field.is_empty());
        let name = next().map(str::to_owned);
        let birth_date = next().and_then(parse_date);
        let sex = next().and_then(parse_sex);
        let residence = next().map(str::to_owned);
        let issue_date = next().and_then(parse_date);
        Ok(Self {
            number,
            former_number: former.filter(|former| !former.is_empty()).map(str::to_owned),
            name,
            birth_date,
            sex,
            residence,
            issue_date,
            rest: fields.map(str::to_owned).collect(),
        })
    }
}

impl Drop for Qr {
    fn drop(&mut self) {
        self.former_number.zeroize();
        self.name.zeroize();
        self.residence.zeroize();
        self.rest.zeroize();
    }
}

/// `Debug` output omits the contents.
impl core::fmt::Debug for Qr {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Qr({} fields more)", self.rest.len())
    }
}
