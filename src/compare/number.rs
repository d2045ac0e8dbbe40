//! Document numbers and personal numbers.

/// Whether two document numbers or personal numbers are equal; `None` if one of them has no letter and no digit.
///
/// Only letters and digits are compared, in upper case. In an MRZ a filler stands for a space, a hyphen and every other
/// character of a number that an MRZ cannot hold (9303-3 §4.7), and fillers end a number that is shorter than its field.
///
/// ```
/// use chipid::compare::numbers;
///
/// assert_eq!(numbers("AB-123 456", "ab123456<"), Some(true));
/// assert_eq!(numbers("AB123456", "AB123457"), Some(false));
/// assert_eq!(numbers("AB123456", "<<<"), None);
/// ```
pub fn numbers(a: &str, b: &str) -> Option<bool> {
    let (mut a, mut b) = (characters(a).peekable(), characters(b).peekable());
    (a.peek().is_some() && b.peek().is_some()).then(|| a.eq(b))
}

fn characters(number: &str) -> impl Iterator<Item = char> {
    number.chars().filter(|mark| mark.is_alphanumeric()).flat_map(char::to_uppercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_by_their_letters_and_digits() {
        let table = [
            ("999199000001", "999199000001", Some(true)),
            ("999199000001", "999 199 000 001", Some(true)),
            ("999199000001", "999199000002", Some(false)),
            ("999199000001", "99919900000", Some(false)),
            ("L898902C3", "l898902c3", Some(true)),
            ("L898902C<", "L898902C", Some(true)),
            ("AB-12/3", "AB<12<3", Some(true)),
            ("AB-12/3", "AB<12<4", Some(false)),
            ("", "", None),
            ("1", "", None),
            ("1", " <-", None),
        ];
        for (a, b, due) in table {
            assert_eq!(numbers(a, b), due, "{a} {b}");
            assert_eq!(numbers(b, a), due, "{b} {a}");
        }
    }
}
