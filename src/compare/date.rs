//! Dates of which parts may be unknown, and dates of an MRZ, whose years have two digits.

use crate::lds::{Mrz, MrzField, PartialDate, ShortDate};

/// The result of comparing two dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DateMatch {
    /// Year, month and day are equal. A year of two digits is equal to every year that ends in them.
    Equal,
    /// The parts that both dates have are equal, and at least one part is unknown in one of them.
    Partial,
    /// A part that both dates have is different.
    Different,
}

impl DateMatch {
    /// The stable code: `equal`, `partial`, `different`.
    pub fn as_str(self) -> &'static str {
        match self {
            DateMatch::Equal => "equal",
            DateMatch::Partial => "partial",
            DateMatch::Different => "different",
        }
    }

    /// Whether the dates are different.
    pub fn is_different(self) -> bool {
        self == DateMatch::Different
    }
}

/// A date whose parts may be unknown, and whose year may lack its century.
///
/// A [`PartialDate`] converts into it. `Debug` output omits the contents.
#[derive(Clone, Copy)]
pub struct DateToCompare {
    year: Option<u16>,
    /// The year is known modulo 100 only.
    lacks_century: bool,
    month: Option<u8>,
    day: Option<u8>,
}

impl DateToCompare {
    /// The date of six characters `YYMMDD`, as an MRZ holds it; two fillers or zeros stand for an unknown month or day,
    /// two fillers for an unknown year. `None` for any other text.
    ///
    /// ```
    /// use chipid::compare::{DateMatch, DateToCompare, dates};
    /// use chipid::lds::PartialDate;
    ///
    /// let short = DateToCompare::from_yymmdd("990131").unwrap();
    /// assert_eq!(dates(short, PartialDate::new(1999, 1, 31)), Some(DateMatch::Equal));
    /// assert_eq!(dates(short, PartialDate::new(1998, 1, 31)), Some(DateMatch::Different));
    /// ```
    pub fn from_yymmdd(text: &str) -> Option<Self> {
        if text.len() != 6 {
            return None;
        }
        let ShortDate([year, month, day]) = ShortDate::read(text)?;
        // Zeros stand for an unknown month or day; a year may be 00.
        let known = |part: Option<u8>| part.filter(|part| *part != 0);
        Some(Self { year: year.map(u16::from), lacks_century: true, month: known(month), day: known(day) })
    }

    /// The date of birth of an MRZ; `None` if the field is not a date.
    pub fn birth_of(mrz: &Mrz) -> Option<Self> {
        Self::from_yymmdd(mrz.raw(MrzField::BirthDate))
    }

    fn is_complete(&self) -> bool {
        self.year.is_some() && self.month.is_some() && self.day.is_some()
    }
}

impl From<PartialDate> for DateToCompare {
    fn from(date: PartialDate) -> Self {
        let known = |part: Option<u8>| part.filter(|&part| part != 0);
        Self { year: date.year, lacks_century: false, month: known(date.month), day: known(date.day) }
    }
}

/// `Debug` output omits the contents: a date of birth is personal.
impl core::fmt::Debug for DateToCompare {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("DateToCompare(..)")
    }
}

/// Compares the parts that both dates have; `None` if they share none.
///
/// A year without its century is compared modulo 100, so that a century that is not known never makes two dates
/// different.
///
/// ```
/// use chipid::compare::{DateMatch, dates};
/// use chipid::lds::PartialDate;
///
/// let whole = PartialDate::new(1990, 2, 28);
/// let year = PartialDate { year: Some(1990), ..Default::default() };
/// assert_eq!(dates(whole, whole), Some(DateMatch::Equal));
/// assert_eq!(dates(whole, year), Some(DateMatch::Partial));
/// assert_eq!(dates(whole, PartialDate::new(1990, 2, 27)), Some(DateMatch::Different));
/// assert_eq!(dates(whole, PartialDate::default()), None);
/// ```
pub fn dates(a: impl Into<DateToCompare>, b: impl Into<DateToCompare>) -> Option<DateMatch> {
    let (a, b) = (a.into(), b.into());
    let lacks_century = a.lacks_century || b.lacks_century;
    let year = a.year.zip(b.year).map(|(a, b)| if lacks_century { a % 100 == b % 100 } else { a == b });
    let month = a.month.zip(b.month).map(|(a, b)| a == b);
    let day = a.day.zip(b.day).map(|(a, b)| a == b);
    let shared = [year, month, day];
    if shared.iter().all(Option::is_none) {
        None
    } else if shared.contains(&Some(false)) {
        Some(DateMatch::Different)
    } else if a.is_complete() && b.is_complete() {
        Some(DateMatch::Equal)
    } else {
        Some(DateMatch::Partial)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partial(year: u16, month: u8, day: u8) -> DateToCompare {
        let known = |part: u8| (part != 0).then_some(part);
        PartialDate { year: (year != 0).then_some(year), month: known(month), day: known(day) }.into()
    }

    fn short(text: &str) -> DateToCompare {
        DateToCompare::from_yymmdd(text).unwrap()
    }

    #[test]
    fn dates_are_compared_by_the_parts_that_both_have() {
        use DateMatch::{Different, Equal, Partial};
        let table = [
            (partial(1999, 1, 2), partial(1999, 1, 2), Some(Equal)),
            (partial(1999, 1, 2), partial(1899, 1, 2), Some(Different)),
            (partial(1999, 1, 2), partial(1999, 2, 1), Some(Different)),
            (partial(1999, 0, 0), partial(1999, 1, 2), Some(Partial)),
            (partial(1999, 0, 0), partial(1998, 1, 2), Some(Different)),
            (partial(1999, 0, 0), partial(1999, 0, 0), Some(Partial)),
            (partial(1999, 0, 0), partial(0, 1, 2), None),
            (partial(0, 0, 0), partial(1999, 1, 2), None),
            (short("990102"), partial(1999, 1, 2), Some(Equal)),
            (short("990102"), partial(2099, 1, 2), Some(Equal)),
            (short("990102"), partial(1998, 1, 2), Some(Different)),
            (short("990102"), partial(1999, 1, 3), Some(Different)),
            (short("200101"), partial(1920, 1, 1), Some(Equal)),
            (short("000101"), partial(2000, 1, 1), Some(Equal)),
            (short("99<<<<"), partial(1999, 1, 2), Some(Partial)),
            (short("990000"), partial(1999, 1, 2), Some(Partial)),
            (short("99<<<<"), partial(1998, 1, 2), Some(Different)),
            (short("<<0102"), partial(1999, 1, 2), Some(Partial)),
            (short("<<<<<<"), partial(1999, 1, 2), None),
            (short("990102"), short("990102"), Some(Equal)),
            (short("990102"), short("980102"), Some(Different)),
        ];
        for (index, (a, b, due)) in table.into_iter().enumerate() {
            assert_eq!(dates(a, b), due, "{index}");
            assert_eq!(dates(b, a), due, "{index}");
        }
    }

    #[test]
    fn six_characters_that_are_not_a_date_are_refused() {
        for broken in ["", "99010", "9901022", "9901O2", "9<0102", "+90102", "９９０1", "Ä0102a"] {
            assert!(DateToCompare::from_yymmdd(broken).is_none(), "{broken}");
        }
        assert_eq!(format!("{:?}", short("990102")), "DateToCompare(..)");
    }
}
