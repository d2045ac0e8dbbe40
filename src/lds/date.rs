//! A date of which parts may be unknown, as documents hold them (9303-3 §4.8, 9303-5 §4.2.2.1), and the sex.
//!
//! Which century a two-digit year belongs to is decided by those who read it, from a date that the caller gives.

use time::{Date, Month};

/// A date of which year, month or day may be unknown; checked against no calendar.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct PartialDate {
    /// The year, four digits.
    pub year: Option<u16>,
    /// The month, 1 to 12.
    pub month: Option<u8>,
    /// The day, 1 to 31.
    pub day: Option<u8>,
}

impl PartialDate {
    /// The date of which all three parts are known.
    pub fn new(year: u16, month: u8, day: u8) -> Self {
        Self { year: Some(year), month: Some(month), day: Some(day) }
    }

    /// The date of a field that holds it as `YYYYMMDD`, in 8 digits or in 4 octets of BCD, and whether it is BCD; zeros or
    /// fillers stand for what is unknown (9303-10 §4.7.11.1). `None` for anything else, and for what no calendar has.
    pub(super) fn from_field(value: &[u8]) -> Option<(Self, bool)> {
        let (pairs, is_bcd) = pairs::<4>(value)?;
        Some((Self::from_pairs(pairs)?, is_bcd))
    }

    fn from_pairs([century, year, month, day]: [Option<u8>; 4]) -> Option<Self> {
        let year = century.zip(year).map(|(century, year)| 100 * u16::from(century) + u16::from(year));
        let known = |part: Option<u8>| part.filter(|&part| part != 0);
        let date = Self { year: year.filter(|&year| year != 0), month: known(month), day: known(day) };
        date.is_plausible().then_some(date)
    }

    /// The day of the calendar, where all three parts are known and the calendar has it.
    pub fn date(&self) -> Option<Date> {
        let month = Month::try_from(self.month?).ok()?;
        Date::from_calendar_date(i32::from(self.year?), month, self.day?).ok()
    }

    /// The last day that the known parts allow: a document that expires "2039" is valid to its end.
    pub fn latest(&self) -> Option<Date> {
        let year = i32::from(self.year?);
        let month = Month::try_from(self.month.unwrap_or(12)).ok()?;
        Date::from_calendar_date(year, month, self.day.unwrap_or(month.length(year))).ok()
    }

    /// Whether the calendar has a day with these parts.
    pub fn is_plausible(&self) -> bool {
        // A leap year stands for an unknown one, a month of 31 days for an unknown one.
        let filled = Self::new(self.year.unwrap_or(2000), self.month.unwrap_or(1), self.day.unwrap_or(1));
        filled.date().is_some()
    }

    /// Whether all three parts are known.
    pub fn is_complete(&self) -> bool {
        self.year.is_some() && self.month.is_some() && self.day.is_some()
    }

    /// The date as `1990-01-31`; unknown parts as `X`: `1990-XX-XX`.
    pub fn to_text(&self) -> String {
        let year = self.year.map_or("XXXX".into(), |year| format!("{year:04}"));
        let two = |part: Option<u8>| part.map_or("XX".into(), |part| format!("{part:02}"));
        format!("{year}-{}-{}", two(self.month), two(self.day))
    }
}

impl From<Date> for PartialDate {
    fn from(date: Date) -> Self {
        Self { year: u16::try_from(date.year()).ok(), month: Some(u8::from(date.month())), day: Some(date.day()) }
    }
}

/// `Debug` output omits the date: a date of birth is personal.
impl core::fmt::Debug for PartialDate {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("PartialDate(..)")
    }
}

/// A date with the time of day, which may be unknown.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct DateTime {
    /// The date.
    pub date: PartialDate,
    /// The hour, 0 to 23.
    pub hour: Option<u8>,
    /// The minute, 0 to 59.
    pub minute: Option<u8>,
    /// The second, 0 to 60.
    pub second: Option<u8>,
}

impl DateTime {
    /// The moment of a field that holds it as `YYYYMMDDhhmmss`, in 14 digits or in 7 octets of BCD, or as a date alone, and
    /// whether it is BCD. `None` for anything else, and for what no calendar or clock has.
    pub(super) fn from_field(value: &[u8]) -> Option<(Self, bool)> {
        if let Some((date, is_bcd)) = PartialDate::from_field(value) {
            return Some((Self { date, ..Self::default() }, is_bcd));
        }
        let ([c, y, m, d, hour, minute, second], is_bcd) = pairs::<7>(value)?;
        let date = PartialDate::from_pairs([c, y, m, d])?;
        let moment = Self { date, hour, minute, second };
        let is_at_most = |part: Option<u8>, most| part.is_none_or(|part| part <= most);
        (is_at_most(hour, 23) && is_at_most(minute, 59) && is_at_most(second, 60)).then_some((moment, is_bcd))
    }

    /// The moment as `2024-01-31 12:30:59`; unknown parts as `X`.
    pub fn to_text(&self) -> String {
        let two = |part: Option<u8>| part.map_or("XX".into(), |part| format!("{part:02}"));
        format!("{} {}:{}:{}", self.date.to_text(), two(self.hour), two(self.minute), two(self.second))
    }
}

/// `Debug` output omits the contents.
impl core::fmt::Debug for DateTime {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("DateTime(..)")
    }
}

/// `N` numbers of two digits each, in ASCII or in BCD, and whether it is BCD; fillers for a number give `None` there.
fn pairs<const N: usize>(value: &[u8]) -> Option<([Option<u8>; N], bool)> {
    let digit = |octet: u8| octet.checked_sub(b'0').filter(|digit| *digit <= 9);
    let mut numbers = [None; N];
    if let Ok(octets) = <&[u8; N]>::try_from(value) {
        for (number, octet) in numbers.iter_mut().zip(octets) {
            let (high, low) = (octet >> 4, octet & 0x0F);
            *number = (high <= 9 && low <= 9).then_some(Some(10 * high + low))?;
        }
        return Some((numbers, true));
    }
    let (chunks, rest) = value.as_chunks::<2>();
    if chunks.len() != N || !rest.is_empty() {
        return None;
    }
    for (number, [high, low]) in numbers.iter_mut().zip(chunks) {
        *number = if [*high, *low] == *b"<<" { None } else { Some(10 * digit(*high)? + digit(*low)?) };
    }
    Some((numbers, false))
}

/// The sex as a document holds it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    /// Male.
    Male,
    /// Female.
    Female,
    /// Unspecified.
    Unspecified,
}

impl Sex {
    /// The code in the JSON output.
    pub fn as_str(self) -> &'static str {
        match self {
            Sex::Male => "male",
            Sex::Female => "female",
            Sex::Unspecified => "unspecified",
        }
    }
}

/// `Debug` output omits the contents.
impl core::fmt::Debug for Sex {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Sex(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_parts_are_written_as_x() {
        let year = PartialDate { year: Some(1990), ..Default::default() };
        assert_eq!((year.to_text(), year.is_complete()), ("1990-XX-XX".into(), false));
        let whole = PartialDate::new(1990, 2, 28);
        assert_eq!((whole.to_text(), whole.is_complete()), ("1990-02-28".into(), true));
    }

    #[test]
    fn plausible_is_what_some_calendar_has() {
        assert!(PartialDate { year: None, month: Some(2), day: Some(29) }.is_plausible());
        assert!(PartialDate::default().is_plausible());
        assert!(!PartialDate::new(2023, 2, 29).is_plausible());
        assert!(!PartialDate { year: None, month: Some(13), day: None }.is_plausible());
        assert!(!PartialDate { year: None, month: None, day: Some(0) }.is_plausible());
    }

    #[test]
    fn dates_of_fields_are_digits_or_bcd() {
        let read = |value: &[u8]| PartialDate::from_field(value).map(|(date, is_bcd)| (date.to_text(), is_bcd));
        assert_eq!(read(b"19700131"), Some(("1970-01-31".into(), false)));
        assert_eq!(read(&[0x19, 0x70, 0x01, 0x31]), Some(("1970-01-31".into(), true)));
        assert_eq!(read(b"19700000"), Some(("1970-XX-XX".into(), false)));
        assert_eq!(read(b"0000<<<<"), Some(("XXXX-XX-XX".into(), false)));
        for none in
            [&b""[..], b"1970", b"1970013", b"19701301", b"19700230", b"197001+1", b"1970-1-1", &[0x19, 0x7A, 1, 1]]
        {
            assert_eq!(read(none), None, "{none:?}");
        }
        let read = |value: &[u8]| DateTime::from_field(value).map(|(moment, is_bcd)| (moment.to_text(), is_bcd));
        assert_eq!(read(b"20240101123059"), Some(("2024-01-01 12:30:59".into(), false)));
        assert_eq!(read(&[0x20, 0x24, 1, 1, 0x12, 0x30, 0x59]), Some(("2024-01-01 12:30:59".into(), true)));
        assert_eq!(read(b"20240101"), Some(("2024-01-01 XX:XX:XX".into(), false)));
        for none in [&b"20240101246059"[..], b"2024010112305", &[0x20, 0x24, 1, 1, 0x12, 0x30, 0x6A]] {
            assert_eq!(read(none), None, "{none:?}");
        }
    }

    #[test]
    fn the_latest_day_closes_what_is_open() {
        let latest = |year, month, day| PartialDate { year, month, day }.latest();
        assert_eq!(latest(Some(2039), None, None), Date::from_calendar_date(2039, Month::December, 31).ok());
        assert_eq!(latest(Some(2039), Some(2), None), Date::from_calendar_date(2039, Month::February, 28).ok());
        assert_eq!(latest(None, Some(2), Some(3)), None);
    }
}
