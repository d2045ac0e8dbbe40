//! Two spellings of one Vietnamese syllable: where the tone mark stands (`hòa`, `hoà`), and `i` for `y` (`Lí`, `Lý`).
//!
//! Both functions take a text in the form of [`comparable`](crate::lds::comparable).

use unicode_normalization::UnicodeNormalization;

/// Grave, acute, tilde, hook above, dot below: the tone marks. Circumflex, breve and horn make another letter.
fn is_tone(mark: char) -> bool {
    matches!(mark, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}')
}

fn is_vowel(mark: char) -> bool {
    matches!(mark, 'a' | 'e' | 'i' | 'o' | 'u' | 'y')
}

/// The text in decomposed form, with the tone mark of each row of vowels moved to the end of that row.
///
/// A mark does not move past a consonant: `hòa` and `hoà` become equal, `José` and `Jóse` do not.
pub(super) fn with_tones_last(text: &str) -> String {
    let mut moved = String::with_capacity(text.len() + text.len() / 2);
    let mut tones = String::new();
    let mut in_vowels = false;
    for mark in text.nfd() {
        if in_vowels && is_tone(mark) {
            tones.push(mark);
            continue;
        }
        if !(is_vowel(mark) || in_vowels && is_quality(mark)) {
            moved.push_str(&tones);
            tones.clear();
            in_vowels = false;
        } else {
            in_vowels = true;
        }
        moved.push(mark);
    }
    moved.push_str(&tones);
    moved
}

/// Circumflex, breve, horn.
fn is_quality(mark: char) -> bool {
    matches!(mark, '\u{302}' | '\u{306}' | '\u{31B}')
}

/// The text with `i` for each `y` that is the only vowel of a syllable and ends it, where both letters stand for one
/// sound: `ly`, `mỹ`, `quý`. `Thúy` and `Thúi`, `Hảy` and `Hải` are different syllables and stay different.
///
/// Tone marks must stand at the end of the syllable, as [`with_tones_last`] leaves them, or be absent.
pub(super) fn with_i_for_y(text: &str) -> String {
    let mut changed = String::with_capacity(text.len());
    for piece in text.split_inclusive(|mark: char| !mark.is_alphabetic() && !is_tone(mark) && !is_quality(mark)) {
        let syllable = piece.trim_end_matches(|mark: char| !mark.is_alphabetic());
        let head = syllable.strip_suffix('y').filter(|head| *head == "qu" || !head.contains(is_vowel));
        match head {
            Some(head) => {
                changed.push_str(head);
                changed.push('i');
                changed.push_str(piece.strip_prefix(syllable).unwrap_or_default());
            }
            None => changed.push_str(piece),
        }
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lds::comparable;

    #[test]
    fn a_tone_mark_may_stand_on_any_vowel_of_its_syllable() {
        let placed = |text: &str| with_tones_last(&comparable(text));
        for (a, b) in [
            ("Hòa", "Hoà"),
            ("Hóa", "Hoá"),
            ("Thủy", "Thuỷ"),
            ("khỏe", "khoẻ"),
            ("Úy", "Uý"),
            ("Tòan", "Toàn"),
            ("Lọan", "Loạn"),
            ("Nguyễn", "NGUYÊ\u{303}N"),
            ("Hòa-Thủy", "Hoà-Thuỷ"),
        ] {
            assert_eq!(placed(a), placed(b), "{a} {b}");
        }
        for (a, b) in [
            ("Hòa", "Hóa"),
            ("Hòa", "Hoa"),
            ("Hoà", "Hoâ"),
            ("Mẫu", "Mẩu"),
            ("Mẫu", "Mãu"),
            ("Đoàn", "Doàn"),
            ("José", "Jóse"),
            ("Nuñez", "Ñunez"),
            ("Hà Hoa", "Ha Hoà"),
        ] {
            assert_ne!(placed(a), placed(b), "{a} {b}");
        }
    }

    #[test]
    fn i_stands_for_y_only_where_it_is_the_same_sound() {
        let form = |text: &str| with_i_for_y(&with_tones_last(&comparable(text)));
        for (a, b) in [("Lý", "Lí"), ("Mỹ", "Mĩ"), ("Thy", "Thi"), ("Vy", "Vi"), ("Quý", "Quí"), ("Ý Lan", "Í Lan")]
        {
            assert_eq!(form(a), form(b), "{a} {b}");
        }
        assert_eq!(form("Qúy"), form("Quí"), "with the tone mark moved");
        assert_eq!(form("Mỹ-Linh"), form("Mĩ-Linh"));
        for (a, b) in [("Thúy", "Thúi"), ("Hảy", "Hải"), ("Huy", "Hui"), ("Lý", "Lì"), ("Yến", "Iến"), ("Mary", "Mari")]
        {
            assert_ne!(form(a), form(b), "{a} {b}");
        }
    }
}
