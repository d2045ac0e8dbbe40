//! The passwords that open a chip: MRZ, CAN, both together, or none (9303-11 §4.3.2, §4.4.3.1).
//!
//! A [`Password`] is a secret: it has no `Debug`, is never cloned by a caller, and is wiped on drop.

use crate::crypto::{DigestAlgorithm, Secret};
use crate::iso7816::StatusWord;
use crate::lds::{Mrz, MrzError, MrzInformation};
use crate::national::{NumberError, PersonalNumber, Qr, QrError, personal_number_of_mrz};
use thiserror::Error;

/// Digits of a CAN (9303-11 §2.1).
const CAN_DIGITS: usize = 6;
/// Date of birth and date of expiry with their check digits: what ends the MRZ_information (9303-11 §4.3.2).
const BIRTH_AND_EXPIRY: usize = 14;
/// Bytes of `K_seed` (9303-11 §9.7.2).
const SEED: usize = 16;

/// Why a text is no password.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PasswordError {
    /// A CAN has six digits.
    #[error("a CAN has exactly six digits")]
    Can,
    /// The text is no personal number.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// The text is no MRZ.
    #[error(transparent)]
    Mrz(#[from] MrzError),
    /// A check digit over document number, birth or expiry is wrong: the text was misread.
    #[error("a check digit of the machine readable zone is wrong: compare it with the card, letter by letter")]
    CheckDigit,
    /// The text is no QR code of a Vietnamese ID card.
    #[error(transparent)]
    Qr(#[from] QrError),
}

/// A kind of password, as PACE numbers them (9303-11 §4.4.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PasswordKind {
    /// The machine readable zone.
    Mrz,
    /// The card access number.
    Can,
}

impl PasswordKind {
    /// The reference of MSE:Set AT, DO'83'.
    pub(crate) fn reference(self) -> u8 {
        match self {
            Self::Mrz => 0x01,
            Self::Can => 0x02,
        }
    }

    /// The code in the JSON output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mrz => "mrz",
            Self::Can => "can",
        }
    }

    /// The name for people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Mrz => "MRZ",
            Self::Can => "CAN",
        }
    }
}

/// What opens a chip: a CAN, MRZ data, both, or nothing.
#[derive(Default)]
pub struct Password {
    can: Option<Secret>,
    mrz: Option<MrzInformation>,
    /// The MRZ opens the chip, and is not compared with it.
    mrz_is_key_only: bool,
    printed: Option<Mrz>,
    number: Option<PersonalNumber>,
    qr: Option<Qr>,
}

/// The claims that a password makes beside opening the chip.
pub(crate) struct Given {
    pub(crate) number: Option<PersonalNumber>,
    pub(crate) qr: Option<Qr>,
    pub(crate) mrz: Option<Mrz>,
    pub(crate) mrz_key: Option<MrzInformation>,
}

impl Password {
    /// No password, for a chip without access control.
    pub fn none() -> Self {
        Self::default()
    }

    /// A card access number: six digits, as printed on the card.
    ///
    /// # Errors
    /// [`PasswordError::Can`].
    pub fn can(digits: &str) -> Result<Self, PasswordError> {
        let digits = digits.trim();
        let is_can = digits.len() == CAN_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !is_can {
            return Err(PasswordError::Can);
        }
        Ok(Self { can: Some(Secret::from_slice(digits.as_bytes())), ..Self::none() })
    }

    /// A machine readable zone, its lines with or without line breaks; it is then compared with the chip's. A Vietnamese
    /// one also gives the CAN, which is tried first: the last six digits of its personal number.
    ///
    /// # Errors
    /// [`PasswordError::Mrz`], or [`PasswordError::CheckDigit`] for a misread one.
    pub fn mrz(text: &str) -> Result<Self, PasswordError> {
        let mrz = Mrz::parse(text)?;
        if !mrz.key_check_digits_hold() {
            return Err(PasswordError::CheckDigit);
        }
        let can = personal_number_of_mrz(&mrz).map(|number| Secret::from_slice(number.can().as_bytes()));
        Ok(Self { can, mrz: Some(mrz.information()), printed: Some(mrz), ..Self::none() })
    }

    /// The three values of the MRZ that make the key: document number, and birth and expiry as `YYMMDD`; they are then
    /// compared with the chip's.
    ///
    /// # Errors
    /// [`PasswordError::Mrz`].
    pub fn mrz_parts(document_number: &str, birth_date: &str, expiry_date: &str) -> Result<Self, PasswordError> {
        let information = MrzInformation::from_parts(document_number, birth_date, expiry_date)?;
        Ok(Self { mrz: Some(information), ..Self::none() })
    }

    /// Vietnam: the twelve-digit personal number, whose last six digits are the CAN.
    ///
    /// # Errors
    /// [`PasswordError::Number`].
    pub fn number(digits: &str) -> Result<Self, PasswordError> {
        let number = PersonalNumber::parse(digits)?;
        let can = Some(Secret::from_slice(number.can().as_bytes()));
        Ok(Self { can, number: Some(number), ..Self::none() })
    }

    /// Vietnam: the text of the QR code, whose number gives the CAN; its fields are then compared with the chip's.
    ///
    /// # Errors
    /// [`PasswordError::Qr`].
    pub fn qr(text: &str) -> Result<Self, PasswordError> {
        let qr = Qr::parse(text)?;
        let can = Some(Secret::from_slice(qr.number.can().as_bytes()));
        Ok(Self { can, qr: Some(qr), ..Self::none() })
    }

    /// The same key without the values that would be compared with the chip: for a key that does not come from the person
    /// who was asked for, such as one that was stored with the card.
    pub fn without_claims(self) -> Self {
        Self { mrz_is_key_only: true, printed: None, number: None, qr: None, ..self }
    }

    /// Both together: what this one lacks, the other gives.
    pub fn or(self, other: Password) -> Self {
        let (mrz, mrz_is_key_only) = match self.mrz {
            Some(mrz) => (Some(mrz), self.mrz_is_key_only),
            None => (other.mrz, other.mrz_is_key_only),
        };
        Self {
            can: self.can.or(other.can),
            mrz,
            mrz_is_key_only,
            printed: self.printed.or(other.printed),
            number: self.number.or(other.number),
            qr: self.qr.or(other.qr),
        }
    }

    /// The kinds to try with PACE, in turn: the CAN has more entropy than the MRZ, and is never mistaken for another's.
    pub(crate) fn pace_kinds(&self) -> impl Iterator<Item = PasswordKind> {
        let can = self.can.as_ref().map(|_| PasswordKind::Can);
        let mrz = self.mrz.as_ref().map(|_| PasswordKind::Mrz);
        can.into_iter().chain(mrz)
    }

    /// `f(π)`: the CAN as it is; `SHA-1(MRZ_information)`, all of it (9303-11 §9.7.3).
    pub(crate) fn pace_secret(&self, kind: PasswordKind) -> Option<Secret> {
        match kind {
            PasswordKind::Can => self.can.as_ref().map(|can| Secret::from_slice(can.expose())),
            PasswordKind::Mrz => {
                self.mrz.as_ref().map(|mrz| Secret::new(DigestAlgorithm::Sha1.digest(&[mrz.expose()])))
            }
        }
    }

    /// `K_seed`: the first sixteen bytes of `SHA-1(MRZ_information)` (9303-11 §9.7.2).
    pub(crate) fn bac_seed(&self) -> Option<Secret> {
        let digest = self.pace_secret(PasswordKind::Mrz)?;
        digest.expose().get(..SEED).map(Secret::from_slice)
    }

    /// The document number with its check digit, as BAC's key has it: how terminal authentication then names the chip
    /// (9303-11 §7.1.1).
    pub(crate) fn document_number(&self) -> Option<Vec<u8>> {
        let information = self.mrz.as_ref()?.expose();
        information.len().checked_sub(BIRTH_AND_EXPIRY).and_then(|end| information.get(..end)).map(<[u8]>::to_vec)
    }

    /// A copy, for opening the chip again in the same reading.
    pub(crate) fn duplicate(&self) -> Self {
        let copy = |secret: &Option<Secret>| secret.as_ref().map(|secret| Secret::from_slice(secret.expose()));
        Self {
            can: copy(&self.can),
            mrz: self.mrz.as_ref().map(MrzInformation::duplicate),
            mrz_is_key_only: self.mrz_is_key_only,
            printed: self.printed.clone(),
            number: self.number.clone(),
            qr: self.qr.clone(),
        }
    }

    /// What the person at the counter gave, the key included: it is compared with what the chip holds.
    pub(crate) fn take_claims(&mut self) -> Given {
        let mrz_key = if self.mrz_is_key_only { None } else { self.mrz.as_ref().map(MrzInformation::duplicate) };
        Given { number: self.number.take(), qr: self.qr.take(), mrz: self.printed.take(), mrz_key }
    }
}

/// Statuses by which chips refuse what was made from another password: the cryptogram of BAC, the reader's token of
/// PACE. The standard has 6300 (9303-11 §4.3.3); real chips answer with each of these.
pub(super) fn is_wrong_password(status: StatusWord) -> bool {
    matches!(status.0, 0x6300 | 0x63C0..=0x63CF | 0x6982 | 0x6985 | 0x6988 | 0x6A80)
}
