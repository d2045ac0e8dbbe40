//! Moments of ASN.1: UTCTime and GeneralizedTime (X.680 §46, §47), in UTC only.

use crate::tlv::{Tag, Tlv};
use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time};

/// The moment of a UTCTime or GeneralizedTime; `None` for anything that is not a moment in UTC.
///
/// Seconds may be missing and a fraction may follow them: both are met, neither is DER.
pub(crate) fn moment(tlv: &Tlv<'_>) -> Option<OffsetDateTime> {
    let digits = core::str::from_utf8(tlv.value).ok()?.strip_suffix('Z')?;
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    if !whole.bytes().chain(fraction.bytes()).all(|octet| octet.is_ascii_digit()) {
        return None;
    }
    let (year, rest) = match tlv.tag.0 & 0x1F {
        // 00–49 are 2000–2049, 50–99 are 1950–1999  (RFC 5280 §4.1.2.5.1)
        tag if tag == Tag::UTC_TIME.0 => {
            let (year, rest) = whole.split_at_checked(2)?;
            let year: i32 = year.parse().ok()?;
            (if year < 50 { 2000 + year } else { 1900 + year }, rest)
        }
        _ => {
            let (year, rest) = whole.split_at_checked(4)?;
            (year.parse().ok()?, rest)
        }
    };
    let pair = |at: usize| rest.get(at..at + 2).and_then(|pair| pair.parse::<u8>().ok());
    let seconds = match rest.len() {
        8 => 0,
        10 => pair(8)?,
        _ => return None,
    };
    let date = Date::from_calendar_date(year, Month::try_from(pair(0)?).ok()?, pair(2)?).ok()?;
    let time = Time::from_hms(pair(4)?, pair(6)?, seconds).ok()?;
    Some(PrimitiveDateTime::new(date, time).assume_utc())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tlv::Reader;
    use time::macros::datetime;

    fn parsed(tag: u8, text: &str) -> Option<OffsetDateTime> {
        let der = [&[tag, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
        moment(&Reader::new(&der).next().unwrap())
    }

    #[test]
    fn reads_both_forms_also_under_implicit_tags() {
        assert_eq!(parsed(0x17, "260528062845Z"), Some(datetime!(2026-05-28 06:28:45 UTC)));
        assert_eq!(parsed(0x17, "500101000000Z"), Some(datetime!(1950-01-01 00:00:00 UTC)));
        assert_eq!(parsed(0x18, "20501231235959Z"), Some(datetime!(2050-12-31 23:59:59 UTC)));
        assert_eq!(parsed(0x80, "20241001051755Z"), Some(datetime!(2024-10-01 05:17:55 UTC)));
        assert_eq!(parsed(0x18, "202410010517Z"), Some(datetime!(2024-10-01 05:17:00 UTC)));
    }

    #[test]
    fn refuses_what_is_no_moment_in_utc() {
        for text in [
            "",
            "Z",
            "260528062845",
            "2605280628455Z",
            "261328062845Z",
            "260230062845Z",
            "26052806284+Z",
            "2é0528062845Z",
        ] {
            assert_eq!(parsed(0x17, text), None, "{text}");
        }
    }
}
