//! BAC from the QR code lacks the date of expiry: what it may be (Law 26/2023 art. 21).
//!
//! A card runs to the holder's birthday at 14, 25, 40 or 60; one issued within the two years before such a birthday runs
//! to the next one, and one issued after the last does not expire. PACE with the CAN needs none of this.

use crate::bounds::BOUNDS;
use time::{Date, Month};

/// The ages at which a card ends.
const MILESTONES: [i32; 4] = [14, 25, 40, 60];
/// A card issued within so many years before a milestone runs to the next.
const GRACE: i32 = 2;

/// Up to three dates of expiry, the likeliest first, for a card of this birth date that was issued on, or is held since,
/// `issued`. Where the day of issue is not known, take the day of reading.
///
/// 31 December 2099 stands for a card that does not expire, as its MRZ is believed to (unconfirmed).
pub fn expiry_candidates(birth: Date, issued: Date) -> Vec<Date> {
    let never = Date::from_calendar_date(2099, Month::December, 31).expect("the last day of a year exists");
    let ahead: Vec<Date> =
        MILESTONES.iter().filter_map(|&age| birthday(birth, age)).filter(|milestone| *milestone > issued).collect();
    let is_near = |milestone: &Date| birthday(*milestone, -GRACE).is_some_and(|start| issued >= start);
    let mut candidates: Vec<Date> = ahead.iter().copied().filter(|milestone| !is_near(milestone)).collect();
    candidates.push(never);
    // Last, the milestone that the rule passes over.
    candidates.truncate(BOUNDS.bac_candidates - 1);
    candidates.extend(ahead.iter().copied().filter(is_near));
    candidates.dedup();
    candidates.truncate(BOUNDS.bac_candidates);
    candidates
}

/// The same day so many years later (or earlier); of 29 February the last of the month.
fn birthday(day: Date, years: i32) -> Option<Date> {
    let year = day.year() + years;
    Date::from_calendar_date(year, day.month(), day.day().min(day.month().length(year))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(year: i32, month: u8, day: u8) -> Date {
        Date::from_calendar_date(year, Month::try_from(month).unwrap(), day).unwrap()
    }

    #[test]
    fn runs_to_the_next_milestone() {
        assert_eq!(expiry_candidates(date(1999, 1, 1), date(2023, 7, 1))[0], date(2039, 1, 1));
        assert_eq!(expiry_candidates(date(1999, 1, 1), date(2021, 7, 1))[0], date(2024, 1, 1));
        assert_eq!(expiry_candidates(date(1983, 5, 6), date(2021, 7, 1))[0], date(2043, 5, 6));
        assert_eq!(expiry_candidates(date(1950, 5, 6), date(2021, 7, 1)), [date(2099, 12, 31)]);
        assert_eq!(expiry_candidates(date(1964, 2, 29), date(2021, 7, 1))[0], date(2024, 2, 29));
        assert_eq!(expiry_candidates(date(2000, 2, 29), date(2021, 7, 1))[0], date(2025, 2, 28));
    }

    #[test]
    fn never_more_than_three() {
        for year in 1900..2020 {
            let candidates = expiry_candidates(date(year, 6, 15), date(2024, 6, 15));
            assert!((1..=3).contains(&candidates.len()), "{year}");
        }
    }
}
