//! What the operator supplies to be compared with the chip.

use crate::checks::CheckId;
use crate::lds::{Mrz, MrzInformation, PartialDate};
use crate::national::{PersonalNumber, Qr};
use zeroize::Zeroizing;

/// What the operator knows of the person who was asked for. It is compared with the chip; see
/// [`Report::claims`](crate::Report::claims).
///
/// Opening a chip with a number, a QR code or an MRZ supplies them as claims too. For a stored document, supply them with
/// [`Document::with_claims`](crate::Document::with_claims).
///
/// ```
/// use chipid::Claims;
/// use chipid::vietnam::PersonalNumber;
///
/// let claims = Claims { number: Some(PersonalNumber::parse("999199000001")?), ..Claims::default() };
/// assert!(!claims.is_empty());
/// # Ok::<(), chipid::vietnam::NumberError>(())
/// ```
#[derive(Default)]
pub struct Claims {
    /// The personal number of a Vietnamese ID card.
    pub number: Option<PersonalNumber>,
    /// The QR code of a Vietnamese ID card.
    pub qr: Option<Qr>,
    /// The machine-readable zone that is printed on the document.
    pub mrz: Option<Mrz>,
    /// Document number, date of birth and date of expiry of the printed MRZ, where no more of it was supplied.
    pub mrz_key: Option<MrzInformation>,
    /// The document number of a record.
    pub document_number: Option<Zeroizing<String>>,
    /// The full name of a record, surname and given names in the order in which the document's state writes them.
    pub name: Option<Zeroizing<String>>,
    /// The date of birth of a record.
    pub birth_date: Option<PartialDate>,
}

impl Claims {
    /// Whether nothing was supplied.
    pub fn is_empty(&self) -> bool {
        let Self { number, qr, mrz, mrz_key, document_number, name, birth_date } = self;
        number.is_none()
            && qr.is_none()
            && mrz.is_none()
            && mrz_key.is_none()
            && document_number.is_none()
            && name.is_none()
            && birth_date.is_none()
    }

    /// Both together: what this lacks, the other gives.
    pub fn or(self, other: Self) -> Self {
        let has_mrz = self.mrz.is_some() || self.mrz_key.is_some();
        let (other_mrz, other_key) = if has_mrz { (None, None) } else { (other.mrz, other.mrz_key) };
        Self {
            number: self.number.or(other.number),
            qr: self.qr.or(other.qr),
            mrz: self.mrz.or(other_mrz),
            mrz_key: self.mrz_key.or(other_key),
            document_number: self.document_number.or(other.document_number),
            name: self.name.or(other.name),
            birth_date: self.birth_date.or(other.birth_date),
        }
    }

    /// Whether this check compares something that was supplied now.
    pub(crate) fn make(&self, id: CheckId) -> bool {
        match id {
            CheckId::VnNumberGiven => self.number.is_some(),
            CheckId::VnQrNumber | CheckId::VnQrName | CheckId::VnQrBirthDate | CheckId::VnQrOther => self.qr.is_some(),
            CheckId::LdsDg1Printed => self.mrz.is_some() || self.mrz_key.is_some(),
            _ => false,
        }
    }
}

/// Omits the contents.
impl core::fmt::Debug for Claims {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(if self.is_empty() { "Claims(none)" } else { "Claims(..)" })
    }
}
