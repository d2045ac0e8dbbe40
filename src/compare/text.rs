//! Texts in one form: addresses and other fields, and names without their diacritics.

use crate::lds::comparable;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// Whether two texts are equal after normalization (NFC), in lower case and with single spaces; `None` if one is empty.
///
/// ```
/// use chipid::compare::texts;
///
/// assert_eq!(texts("Số 1,  Phố Mẫu", "SỐ 1, PHỐ MẪU "), Some(true));
/// assert_eq!(texts("Số 1, Phố Mẫu", "Số 2, Phố Mẫu"), Some(false));
/// assert_eq!(texts("Số 1, Phố Mẫu", " "), None);
/// ```
pub fn texts(a: &str, b: &str) -> Option<bool> {
    let (a, b) = (comparable(a), comparable(b));
    (!a.is_empty() && !b.is_empty()).then(|| a == b)
}

/// A name without diacritics, as an MRZ holds it: Đ becomes D, letters are in upper case, every character that is not a
/// letter becomes a space, and apostrophes are removed. Letters that are not Latin become spaces as well.
pub fn transliterate(name: &str) -> String {
    let plain: String = name
        .nfd()
        .filter(|mark| canonical_combining_class(*mark) == 0)
        .map(|mark| match mark {
            'Đ' | 'đ' | 'Ð' | 'ð' => 'D',
            mark if mark.is_ascii_alphabetic() => mark.to_ascii_uppercase(),
            '\'' | '’' => '\u{0}',
            _ => ' ',
        })
        .filter(|&mark| mark != '\u{0}')
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_marks_however_they_are_composed() {
        assert_eq!(transliterate("Nguyễn Thị Đào"), "NGUYEN THI DAO");
        assert_eq!(transliterate("Nguye\u{302}\u{303}n  thi\u{323} đa\u{300}o"), "NGUYEN THI DAO");
        assert_eq!(transliterate("H'Mông-Y"), "HMONG Y");
    }

    #[test]
    fn texts_are_equal_in_one_normal_form_only() {
        assert_eq!(texts("Phố Mẫu", "PHÔ\u{301}  MẪU"), Some(true));
        assert_eq!(texts("Phố Mẫu", "Pho Mau"), Some(false));
        assert_eq!(texts("", "Pho Mau"), None);
    }
}
