//! The twelve-digit personal number: `PPP G YY NNNNNN` (Decree 137/2015 art. 13; Law 26/2023 art. 12).
//!
//! Twelve digits are the only hard rule. The province, the century with the sex, and the year are read from it and
//! compared, and a difference is a warning: numbers can be issued again. There is no check digit.

use crate::lds::{PartialDate, Sex};
use thiserror::Error;
use zeroize::Zeroize;

/// A personal number, twelve digits: in a place of its own, so that moving it leaves no copy behind.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonalNumber(Box<[u8; 12]>);

/// Why a text is no personal number; it never holds the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a personal number has twelve digits")]
pub struct NumberError;

/// What is odd about a personal number; none of it makes it wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberWarning {
    /// The first three digits are no code of a province of Vietnam: born abroad, or unknown.
    Province,
    /// The sex is not the one of the document.
    Sex,
    /// The year of birth is not the one of the document.
    Year,
}

impl PersonalNumber {
    /// The number in this text; spaces are tolerated.
    ///
    /// # Errors
    /// Anything but twelve digits.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        // A number that is refused is wiped as well: its digits may be those of a CAN.
        let mut number = Self(Box::new([0; 12]));
        let mut marks = text.chars().filter(|mark| !mark.is_whitespace());
        for digit in number.0.iter_mut() {
            let mark = marks.next().filter(char::is_ascii_digit).ok_or(NumberError)?;
            *digit = u8::try_from(mark).map_err(|_| NumberError)?;
        }
        marks.next().map_or(Ok(number), |_| Err(NumberError))
    }

    /// The twelve digits.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(self.0.as_slice()).expect("only ASCII digits are let in")
    }

    /// The CAN of the card: the last six digits.
    pub fn can(&self) -> &str {
        self.from(6)
    }

    /// The document number in the MRZ: the last nine digits.
    pub fn document_number(&self) -> &str {
        self.from(3)
    }

    /// The code of the province (or country) where the birth was registered, three digits.
    pub fn province_code(&self) -> &str {
        self.as_str().get(..3).expect("twelve ASCII digits have three")
    }

    /// The name of that province; `None` if the code is not in the table.
    pub fn province(&self) -> Option<&'static str> {
        province(self.province_code())
    }

    /// The sex: the digit of century and sex is even for men and odd for women.
    pub fn sex(&self) -> Sex {
        if self.century_digit().is_multiple_of(2) { Sex::Male } else { Sex::Female }
    }

    /// The year of birth, 1900 to 2399.
    pub fn birth_year(&self) -> u16 {
        let year: u16 =
            self.from(4).get(..2).and_then(|year| year.parse().ok()).expect("two ASCII digits are a number");
        // 0/1 = 19xx, 2/3 = 20xx, and so on to 8/9 = 23xx.
        1900 + 100 * u16::from(self.century_digit() / 2) + year
    }

    /// What is odd about it, given the date of birth and the sex of the document, where they are known.
    pub fn warnings(&self, birth: Option<PartialDate>, sex: Option<Sex>) -> Vec<NumberWarning> {
        let mut warnings = Vec::new();
        if self.province().is_none() {
            warnings.push(NumberWarning::Province);
        }
        if sex.is_some_and(|sex| sex != Sex::Unspecified && sex != self.sex()) {
            warnings.push(NumberWarning::Sex);
        }
        if birth.and_then(|birth| birth.year).is_some_and(|year| year != self.birth_year()) {
            warnings.push(NumberWarning::Year);
        }
        warnings
    }

    fn from(&self, digit: usize) -> &str {
        self.as_str().get(digit..).expect("twelve ASCII digits")
    }

    fn century_digit(&self) -> u8 {
        let [_, _, _, century, ..] = *self.0;
        century.saturating_sub(b'0')
    }
}

impl Drop for PersonalNumber {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// `Debug` output omits the digits.
impl core::fmt::Debug for PersonalNumber {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("PersonalNumber(..)")
    }
}

/// The province with this code of three digits, by the names in force when the codes were given.
pub fn province(code: &str) -> Option<&'static str> {
    PROVINCES.iter().find(|row| row.0 == code).map(|row| row.1)
}

#[rustfmt::skip]
static PROVINCES: [(&str, &str); 63] = [
    ("001", "Hà Nội"), ("002", "Hà Giang"), ("004", "Cao Bằng"), ("006", "Bắc Kạn"), ("008", "Tuyên Quang"),
    ("010", "Lào Cai"), ("011", "Điện Biên"), ("012", "Lai Châu"), ("014", "Sơn La"), ("015", "Yên Bái"),
    ("017", "Hòa Bình"), ("019", "Thái Nguyên"), ("020", "Lạng Sơn"), ("022", "Quảng Ninh"), ("024", "Bắc Giang"),
    ("025", "Phú Thọ"), ("026", "Vĩnh Phúc"), ("027", "Bắc Ninh"), ("030", "Hải Dương"), ("031", "Hải Phòng"),
    ("033", "Hưng Yên"), ("034", "Thái Bình"), ("035", "Hà Nam"), ("036", "Nam Định"), ("037", "Ninh Bình"),
    ("038", "Thanh Hóa"), ("040", "Nghệ An"), ("042", "Hà Tĩnh"), ("044", "Quảng Bình"), ("045", "Quảng Trị"),
    ("046", "Thừa Thiên Huế"), ("048", "Đà Nẵng"), ("049", "Quảng Nam"), ("051", "Quảng Ngãi"), ("052", "Bình Định"),
    ("054", "Phú Yên"), ("056", "Khánh Hòa"), ("058", "Ninh Thuận"), ("060", "Bình Thuận"), ("062", "Kon Tum"),
    ("064", "Gia Lai"), ("066", "Đắk Lắk"), ("067", "Đắk Nông"), ("068", "Lâm Đồng"), ("070", "Bình Phước"),
    ("072", "Tây Ninh"), ("074", "Bình Dương"), ("075", "Đồng Nai"), ("077", "Bà Rịa-Vũng Tàu"),
    ("079", "TP. Hồ Chí Minh"), ("080", "Long An"), ("082", "Tiền Giang"), ("083", "Bến Tre"), ("084", "Trà Vinh"),
    ("086", "Vĩnh Long"), ("087", "Đồng Tháp"), ("089", "An Giang"), ("091", "Kiên Giang"), ("092", "Cần Thơ"),
    ("093", "Hậu Giang"), ("094", "Sóc Trăng"), ("095", "Bạc Liêu"), ("096", "Cà Mau"),
];
