//! How Vietnamese texts are read: dates, the sex, addresses.
//!
//! Texts are handed out as they were signed; the forms made here serve comparing only.

pub use crate::compare::transliterate;
pub use crate::lds::comparable;
use crate::lds::{PartialDate, Sex};

/// A date as `dd/MM/yyyy`, `MM/yyyy` or `yyyy`, with `/`, `-` or `.` between the parts, or as 8, 6 or 4 digits in the
/// same order; `None` for anything else, and for what no calendar has. Zeros stand for unknown parts.
pub fn parse_date(text: &str) -> Option<PartialDate> {
    let text = text.trim();
    let parts: Vec<&str> = if text.bytes().all(|byte| byte.is_ascii_digit()) {
        match text.len() {
            4 => vec![text],
            6 => vec![text.get(..2)?, text.get(2..)?],
            8 => vec![text.get(..2)?, text.get(2..4)?, text.get(4..)?],
            _ => return None,
        }
    } else {
        text.split(['/', '-', '.']).map(str::trim).collect()
    };
    let (year, rest) = parts.split_last()?;
    let year = digits(year, 4..=4)?;
    let mut known = rest.iter().rev().map(|part| digits(part, 1..=2).and_then(|part| u8::try_from(part).ok()));
    // A part that is there must be digits; of a missing one nothing is known.
    let month = known.next().map_or(Some(0), |part| part)?;
    let day = known.next().map_or(Some(0), |part| part)?;
    if known.next().is_some() {
        return None;
    }
    let known = |part: u8| (part != 0).then_some(part);
    let date = PartialDate { year: Some(year), month: known(month), day: known(day) };
    date.is_plausible().then_some(date)
}

fn digits(text: &str, lengths: core::ops::RangeInclusive<usize>) -> Option<u16> {
    let is_digits = lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_digits.then(|| text.parse().ok()).flatten()
}

/// The sex of the words `Nam` and `Nữ`; `None` for anything else.
pub fn parse_sex(text: &str) -> Option<Sex> {
    match comparable(text).as_str() {
        "nam" => Some(Sex::Male),
        "nữ" => Some(Sex::Female),
        _ => None,
    }
}

/// Whether a date of expiry states that the document does not expire: "Không thời hạn", with or without its marks.
pub(crate) fn is_without_term(text: &str) -> bool {
    transliterate(text) == "KHONG THOI HAN"
}

/// The province of a place of residence: its last part after a comma, as the online check of the Ministry takes it.
pub fn province_of_residence(residence: &str) -> Option<&str> {
    residence.rsplit(',').map(str::trim).next().filter(|province| !province.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_may_lack_day_or_month() {
        let date = |year, month, day| Some(PartialDate { year: Some(year), month, day });
        assert_eq!(parse_date("01/02/1990"), date(1990, Some(2), Some(1)));
        assert_eq!(parse_date("1/2/1990"), date(1990, Some(2), Some(1)));
        assert_eq!(parse_date("01021990"), date(1990, Some(2), Some(1)));
        assert_eq!(parse_date("02/1990"), date(1990, Some(2), None));
        assert_eq!(parse_date("021990"), date(1990, Some(2), None));
        assert_eq!(parse_date(" 1990 "), date(1990, None, None));
        assert_eq!(parse_date("00/00/1990"), date(1990, None, None));
        for none in
            ["", "Không thời hạn", "31/02/1990", "1/2/3/1990", "90", "12345", "a1/02/1990", "01//1990", "+1/02/1990"]
        {
            assert_eq!(parse_date(none), None, "{none}");
        }
    }

    #[test]
    fn the_sex_is_read_however_it_is_composed() {
        assert_eq!(comparable("Nữ"), comparable(" N\u{1B0}\u{303} "));
        assert_eq!(parse_sex("nữ"), Some(Sex::Female));
        assert_eq!(parse_sex("x"), None);
    }

    #[test]
    fn the_province_stands_after_the_last_comma() {
        assert_eq!(province_of_residence("Số 1, phố Mẫu, thành phố Mẫu"), Some("thành phố Mẫu"));
        assert_eq!(province_of_residence("Hà Nội"), Some("Hà Nội"));
        assert_eq!(province_of_residence("Số 1, "), None);
    }
}
