//! The letters of a written name, each with the ways in which an MRZ may spell it (9303-3 §6, table A).

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// The letters of the MRZ spelling that are followed at once: the width of the set of positions in [`is_spelled`]. The
/// name field of an MRZ has at most 39 characters.
pub(super) const MOST_LETTERS: usize = 127;

/// One letter or digit of a name.
#[derive(Clone, Copy)]
pub(super) struct Letter {
    /// The letter without its marks, in lower case.
    pub(super) plain: char,
    /// Its spellings in basic Latin letters, the one without marks first; empty if there is none.
    pub(super) spellings: &'static [&'static str],
}

/// The words of a name in the form of [`comparable`](crate::lds::comparable).
///
/// Apostrophes and invisible characters are removed; every other character that is not a letter or digit ends a word.
pub(super) fn words(comparable: &str) -> Vec<Vec<Letter>> {
    let mut words = Vec::new();
    let mut word = Vec::new();
    for mark in comparable.chars().filter(|mark| !is_ignored(*mark)) {
        match letter(mark) {
            Some(letter) => word.push(letter),
            None if word.is_empty() => {}
            None => words.push(core::mem::take(&mut word)),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Whether every letter has a spelling in an MRZ. A digit has none (9303-3 §4.6).
pub(super) fn can_be_transliterated<'a>(mut letters: impl Iterator<Item = &'a Letter>) -> bool {
    letters.all(|letter| !letter.spellings.is_empty())
}

/// Whether these letters can be spelled as this text of basic Latin letters, of at most [`MOST_LETTERS`] characters.
///
/// `may_be_cut`: whether the text may be the beginning of such a spelling only.
pub(super) fn is_spelled<'a>(letters: impl Iterator<Item = &'a Letter>, text: &str, may_be_cut: bool) -> bool {
    if text.len() > MOST_LETTERS {
        return false;
    }
    // Bit p: the letters so far can be spelled as the first p characters.
    let mut reached: u128 = 1;
    for letter in letters {
        let mut next = 0;
        for at in (0..=text.len()).filter(|at| reached >> at & 1 == 1) {
            let rest = text.get(at..).unwrap_or_default();
            for spelling in letter.spellings {
                if may_be_cut && spelling.starts_with(rest) {
                    return true;
                }
                if rest.starts_with(spelling) {
                    next |= 1 << (at + spelling.len());
                }
            }
        }
        if next == 0 {
            return false;
        }
        reached = next;
    }
    reached >> text.len() & 1 == 1
}

/// Marks within a word that an MRZ leaves out: apostrophes, diacritics that stand alone, characters without width.
fn is_ignored(mark: char) -> bool {
    matches!(
        mark,
        '\'' | '`' | '\u{B4}' | '\u{2B9}'..='\u{2BC}' | '\u{2018}' | '\u{2019}' | '\u{300}'..='\u{36F}'
            | '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}'
    )
}

fn letter(mark: char) -> Option<Letter> {
    if let Some(letter) = of_table(mark) {
        return Some(letter);
    }
    // A letter with marks counts as the letter without them: ệ, ċ, also ǿ, which is of the table then.
    let mut parts = [mark].into_iter().nfd();
    let first = parts.next().unwrap_or(mark);
    let base = if parts.all(|part| matches!(part, '\u{300}'..='\u{36F}')) { first } else { mark };
    of_table(base).or_else(|| {
        let is_of_word = base.is_alphanumeric() || canonical_combining_class(base) != 0;
        is_of_word.then_some(Letter { plain: base, spellings: &[] })
    })
}

fn of_table(mark: char) -> Option<Letter> {
    if mark.is_ascii_lowercase() {
        let index = u32::from(mark).checked_sub(u32::from('a')).and_then(|index| usize::try_from(index).ok())?;
        return Some(Letter { plain: mark, spellings: BASIC.get(index..=index)? });
    }
    let (_, plain, spellings) = TABLE.iter().find(|row| row.0 == mark)?;
    Some(Letter { plain: *plain, spellings })
}

#[rustfmt::skip]
static BASIC: [&str; 26] = [
    "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m",
    "n", "o", "p", "q", "r", "s", "t", "u", "v", "w", "x", "y", "z",
];

/// Letters that are more than a basic letter with marks, or that have several spellings: the letter, the letter without
/// marks, its spellings. All other letters with marks lose them.
static TABLE: [(char, char, &[&str]); 22] = [
    ('ä', 'a', &["a", "ae"]),
    ('å', 'a', &["a", "aa"]),
    ('æ', 'æ', &["ae"]),
    ('ð', 'd', &["d"]),
    ('đ', 'd', &["d"]),
    ('ħ', 'h', &["h"]),
    ('ı', 'i', &["i"]),
    ('ĳ', 'ĳ', &["ij"]),
    ('ĸ', 'ĸ', &["q", "k"]),
    ('ł', 'l', &["l"]),
    ('ŀ', 'l', &["l"]),
    ('ñ', 'n', &["n", "nxx"]),
    ('ŉ', 'n', &["n"]),
    ('ŋ', 'ŋ', &["n"]),
    ('ö', 'o', &["o", "oe"]),
    ('ø', 'o', &["o", "oe"]),
    ('œ', 'œ', &["oe"]),
    ('ß', 'ß', &["ss"]),
    ('ſ', 's', &["s"]),
    ('ŧ', 't', &["t"]),
    ('þ', 'þ', &["th"]),
    ('ü', 'u', &["u", "ue", "uxx"]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lds::comparable;

    fn spelled(name: &str, text: &str, may_be_cut: bool) -> bool {
        let words = words(&comparable(name));
        is_spelled(words.iter().flatten(), text, may_be_cut)
    }

    #[test]
    fn each_letter_has_the_spellings_of_the_table_and_no_other() {
        let table = [
            ("Müller", "muller mueller muxxller", "moeller mller muexxller"),
            ("MU\u{308}LLER", "muller mueller muxxller", "moeller"),
            ("Ångström", "angstrom aangstroem angstroem", "aengstrom angstrm"),
            ("Æther", "aether", "ather ether"),
            ("Øre", "ore oere", "re"),
            ("Ǿre", "ore oere", "re"),
            ("Strauß", "strauss", "straus strausss"),
            ("STRAUẞ", "strauss", "straus"),
            ("Þór", "thor", "tor por"),
            ("Ñuñez", "nunez nxxunxxez nunxxez", "nxunez"),
            ("Đặng", "dang", "dzang"),
            ("Łódź", "lodz", "wodz"),
            ("IŞIK ışık", "isikisik", "isikisk"),
            ("İnan", "inan", "nan"),
            ("Nguyễn", "nguyen", "nguyeen"),
            ("O'Connor", "oconnor", "occonnor"),
        ];
        for (name, accepted, refused) in table {
            for text in accepted.split(' ') {
                assert!(spelled(name, text, false), "{name} {text}");
            }
            for text in refused.split(' ') {
                assert!(!spelled(name, text, false), "{name} {text}");
            }
        }
    }

    #[test]
    fn a_spelling_may_be_cut_also_within_a_letter() {
        assert!(spelled("Strauß", "straus", true));
        assert!(spelled("Strauß", "strau", true));
        assert!(!spelled("Strauß", "stru", true));
        assert!(!spelled("Strauß", "strausss", true), "longer than the name");
    }

    #[test]
    fn letters_of_other_scripts_have_no_spelling() {
        for name in ["Иванов", "Παπάς", "محمد", "ผู้", "Anna1", "李"] {
            let words = words(&comparable(name));
            assert!(!can_be_transliterated(words.iter().flatten()), "{name}");
        }
        assert!(can_be_transliterated(words("đỗ ĳ œ ß").iter().flatten()));
    }

    #[test]
    fn a_text_longer_than_the_set_of_positions_is_refused() {
        let most = "a".repeat(MOST_LETTERS);
        assert!(spelled(&most, &most, false));
        let more = "a".repeat(MOST_LETTERS + 1);
        assert!(!spelled(&more, &more, false));
    }
}
