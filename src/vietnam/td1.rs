//! The MRZ of Vietnam's ID card: where the personal number stands in a TD1.
//!
//! ```text
//! ID VNM ddddddddd c nnnnnnnnnnnn << k      d: the last nine digits of n   c: check digit of d
//!                                           n: the personal number         k: check digit over positions 16 to 29
//! ```
//!
//! The check digit k inside the optional data is a habit of this country; other rooms know nothing of it.

use crate::lds::{Mrz, MrzField, MrzFormat, check_digit};
use crate::vietnam::PersonalNumber;
use zeroize::Zeroizing;

/// The personal number of an MRZ, and whether what guards it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Td1Number {
    /// The personal number.
    pub number: PersonalNumber,
    /// Whether the check digit k holds; `None` where there is none.
    pub check_digit_holds: Option<bool>,
    /// Whether the document number is the last nine digits.
    pub matches_document_number: bool,
}

/// Whether the MRZ is that of a Vietnamese ID card: TD1, issued by VNM.
pub fn is_vietnamese(mrz: &Mrz) -> bool {
    mrz.format() == MrzFormat::Td1 && mrz.issuing_state() == "VNM"
}

/// The twelve digits that the optional data begin with, whatever issuing State the MRZ names.
pub(crate) fn number_in_optional_data(mrz: &Mrz) -> Option<PersonalNumber> {
    PersonalNumber::parse(mrz.raw(MrzField::OptionalData).get(..12)?).ok()
}

/// The personal number of a Vietnamese TD1; `None` for any other MRZ, and where the optional data hold none.
pub fn td1_number(mrz: &Mrz) -> Option<Td1Number> {
    if !is_vietnamese(mrz) {
        return None;
    }
    let number = number_in_optional_data(mrz)?;
    let optional = mrz.raw(MrzField::OptionalData);
    let matches_document_number = *Zeroizing::new(mrz.document_number()) == number.document_number();
    let digit = optional.chars().nth(14)?;
    let covered = optional.get(..14)?;
    let check_digit_holds = (digit != '<').then(|| check_digit(covered) == Some(digit));
    Some(Td1Number { number, check_digit_holds, matches_document_number })
}
