//! Names, in levels from equal to different.

use super::letters::{Letter, MOST_LETTERS, can_be_transliterated, is_spelled, words};
use super::vietnamese::{with_i_for_y, with_tones_last};
use crate::lds::{Dg11, Mrz, MrzName, Text, comparable};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// How far two names agree, from strong to weak. Where two names deviate in several ways, the weakest one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum NameMatch {
    /// Equal after normalization (NFC), in one case and with single spaces.
    Equal,
    /// Equal but for the vowel that carries the tone mark: `Hòa`, `Hoà`.
    TonePlacement,
    /// Equal but for `i` and `y` where they stand for one sound: `Lý`, `Lí`.
    IAndY,
    /// Equal without diacritics and punctuation: `Mẫu`, `Mẩu`, `Mau`; Đ counts as D.
    WithoutMarks,
    /// One name is the other in the letters of an MRZ: `Müller`, `MUELLER` (9303-3 §6).
    Transliterated,
    /// The same words, with those from the beginning moved to the end: `Anna Maria Eriksson`, `ERIKSSON<<ANNA<MARIA`.
    OrderDiffers,
    /// The MRZ holds only a part of the name because its field is full: the name is cut at the end, or words are
    /// shortened or left out (9303-4 §4.2.3).
    Truncated,
    /// The name is the other name of the holder, not the main one.
    MainAndOtherName,
    /// Different names.
    Different,
}

impl NameMatch {
    /// The stable code: `equal`, `equal_tone_placement`, `equal_i_y`, `equal_without_marks`, `transliterated`,
    /// `order_differs`, `truncated`, `main_and_other_name`, `different`.
    pub fn as_str(self) -> &'static str {
        match self {
            NameMatch::Equal => "equal",
            NameMatch::TonePlacement => "equal_tone_placement",
            NameMatch::IAndY => "equal_i_y",
            NameMatch::WithoutMarks => "equal_without_marks",
            NameMatch::Transliterated => "transliterated",
            NameMatch::OrderDiffers => "order_differs",
            NameMatch::Truncated => "truncated",
            NameMatch::MainAndOtherName => "main_and_other_name",
            NameMatch::Different => "different",
        }
    }

    /// Whether the names are different: every other level is a match of some strength.
    pub fn is_different(self) -> bool {
        self == NameMatch::Different
    }
}

/// Compares two written names; `None` if one of them has no letter, or if they differ and only one of them contains
/// letters of another script than Latin.
///
/// The result does not depend on the order of the arguments. A transliteration is found in names of up to 127 letters.
///
/// ```
/// use chipid::compare::{NameMatch, names};
///
/// assert_eq!(names("Nguyễn Thị Mẫu", "NGUYỄN  THỊ MẪU"), Some(NameMatch::Equal));
/// assert_eq!(names("Lý Hòa", "Lí Hoà"), Some(NameMatch::IAndY));
/// assert_eq!(names("Nguyễn Thị Mẫu", "Nguyen Thi Mau"), Some(NameMatch::WithoutMarks));
/// assert_eq!(names("Jürgen Müller", "Juergen Mueller"), Some(NameMatch::Transliterated));
/// assert_eq!(names("Nguyễn Thị Mẫu", "Nguyễn Thị Mai"), Some(NameMatch::Different));
/// ```
pub fn names(a: &str, b: &str) -> Option<NameMatch> {
    let (a, b) = (comparable(a), comparable(b));
    if !has_letter(&a) || !has_letter(&b) {
        return None;
    }
    if a == b {
        return Some(NameMatch::Equal);
    }
    let (placed_a, placed_b) = (with_tones_last(&a), with_tones_last(&b));
    if placed_a == placed_b {
        return Some(NameMatch::TonePlacement);
    }
    let (a, b) = (with_i_for_y(&placed_a), with_i_for_y(&placed_b));
    if a == b {
        return Some(NameMatch::IAndY);
    }
    let (a, b) = (Words::of(&a), Words::of(&b));
    if a.plain == b.plain {
        return Some(NameMatch::WithoutMarks);
    }
    if a.other_script != b.other_script {
        return None;
    }
    if a.is_spelled_as(&b) || b.is_spelled_as(&a) {
        return Some(NameMatch::Transliterated);
    }
    // Word borders are written in several ways: H'Hen, H Hen.
    if a.plain.replace(' ', "") == b.plain.replace(' ', "") {
        return Some(NameMatch::WithoutMarks);
    }
    let is_turned = || a.is_turned(&b) || b.is_turned(&a);
    Some(if is_turned() { NameMatch::OrderDiffers } else { NameMatch::Different })
}

/// Compares a written name with the name of an MRZ; `None` if one of them has no letter, or if the written name has
/// letters or digits that an MRZ cannot hold.
///
/// Every spelling of a letter that Doc 9303 permits is accepted: `Ü` as `UE`, `UXX` or `U`. The written name may have the
/// primary identifier first, as in Vietnam, or last. An MRZ name is taken as shortened only if it fills its field.
///
/// ```
/// use chipid::compare::{NameMatch, name_with_mrz};
/// use chipid::lds::MrzName;
///
/// let mrz = MrzName { primary: "NGUYEN".into(), secondary: "THI MAU".into(), may_be_cut: false };
/// assert_eq!(name_with_mrz("Nguyễn Thị Mẫu", &mrz), Some(NameMatch::Transliterated));
/// assert_eq!(name_with_mrz("Nguyễn Thị Mẫu Nhi", &mrz), Some(NameMatch::Different));
/// ```
pub fn name_with_mrz(written: &str, mrz: &MrzName) -> Option<NameMatch> {
    let text = comparable(written);
    if !has_letter(&text) || !has_letter(&mrz.primary) && !has_letter(&mrz.secondary) {
        return None;
    }
    if text == comparable(&mrz.full()) {
        return Some(NameMatch::Equal);
    }
    let parts = Identifiers::of(mrz, str::to_owned);
    if parts.letters() > MOST_LETTERS || !mrz.full().is_ascii() {
        // Not the name of an MRZ but one of DG11, which has the same form and neither its alphabet nor its length.
        return names(written, &mrz.full());
    }
    let words = Words::of(&text);
    if !can_be_transliterated(words.letters()) {
        return None;
    }
    let level = parts.compared_with(&words);
    if !level.is_different() {
        return Some(level);
    }
    let words = Words::of(&with_i_for_y(&with_tones_last(&text)));
    Some(Identifiers::of(mrz, with_i_for_y).compared_with(&words))
}

/// Compares the names of two MRZs; one of them may be shortened, if it fills its field. `None` if one of them is empty.
///
/// ```
/// use chipid::compare::{NameMatch, mrz_names};
/// use chipid::lds::MrzName;
///
/// let whole = MrzName { primary: "NGUYEN".into(), secondary: "THI MAU RAT DAI".into(), may_be_cut: false };
/// let cut = MrzName { primary: "NGUYEN".into(), secondary: "THI MAU R".into(), may_be_cut: true };
/// assert_eq!(mrz_names(&whole, &cut), Some(NameMatch::Truncated));
/// assert_eq!(mrz_names(&whole, &MrzName { may_be_cut: false, ..cut }), Some(NameMatch::Different));
/// ```
pub fn mrz_names(a: &MrzName, b: &MrzName) -> Option<NameMatch> {
    let levels = [name_with_mrz(&a.full(), b), name_with_mrz(&b.full(), a)];
    levels.into_iter().flatten().min()
}

/// The names of a holder as the files of a chip have them.
///
/// ```
/// use chipid::compare::{HolderNames, NameMatch};
///
/// let names = HolderNames { written: vec!["Nguyễn Thị Mẫu"], others: vec!["Nguyễn Thị Lan"], mrz: None };
/// assert_eq!(names.compare("Nguyễn Thị Mẫu"), Some(NameMatch::Equal));
/// assert_eq!(names.compare("Nguyễn Thị Lan"), Some(NameMatch::MainAndOtherName));
/// assert_eq!(names.compare("Nguyễn Thị Mẫu (Nguyễn Thị Lan)"), Some(NameMatch::MainAndOtherName));
/// assert_eq!(names.compare("Nguyễn Thị Huệ"), Some(NameMatch::Different));
/// ```
#[derive(Clone, Default)]
pub struct HolderNames<'a> {
    /// The full name, in each file that writes it with its marks.
    pub written: Vec<&'a str>,
    /// Other names of the holder.
    pub others: Vec<&'a str>,
    /// The name of the MRZ.
    pub mrz: Option<&'a MrzName>,
}

/// What a comparison with the names of a holder gives: the names of an MRZ and of DG11, and the full name and the other
/// name that a national file states.
pub(crate) fn with_names<R>(
    mrz: Option<&Mrz>,
    dg11: Option<&Dg11<'_>>,
    [full_name, other_name]: [Option<&str>; 2],
    compare: impl FnOnce(&HolderNames<'_>) -> R,
) -> R {
    let full = |name: &Text<'_>| Zeroizing::new(name.name().full());
    let main: Vec<_> = dg11.iter().flat_map(|dg11| &dg11.full_name).map(full).collect();
    let others: Vec<_> = dg11.iter().flat_map(|dg11| &dg11.other_names).map(full).collect();
    let mrz = mrz.map(Mrz::name);
    compare(&HolderNames {
        written: full_name.into_iter().chain(main.iter().map(|name| name.as_str())).collect(),
        others: other_name.into_iter().chain(others.iter().map(|name| name.as_str())).collect(),
        mrz: mrz.as_ref(),
    })
}

/// `Debug` output omits the contents.
impl core::fmt::Debug for HolderNames<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("HolderNames(..)")
    }
}

impl HolderNames<'_> {
    /// Compares a written name; `None` where there is nothing to compare. A second name in parentheses is another name; of
    /// the claimed one it counts for nothing by itself.
    pub fn compare(&self, claimed: &str) -> Option<NameMatch> {
        // A name that is equal to the MRZ alone lacks its marks.
        let least = if self.written.is_empty() { NameMatch::Equal } else { NameMatch::Transliterated };
        let with_mrz = |claimed: &str, mrz: &MrzName| name_with_mrz(claimed, mrz).map(|level| level.max(least));
        let of = |claimed: &str| self.best(|own| names(claimed, own), |mrz| with_mrz(claimed, mrz));
        let whole = of(claimed);
        match in_parts(claimed) {
            Some((main, _)) if whole.is_none_or(NameMatch::is_different) => of(main).map(weakened).or(whole),
            _ => whole,
        }
    }

    /// Compares the name of another MRZ; `None` where there is nothing to compare.
    pub fn compare_mrz(&self, claimed: &MrzName) -> Option<NameMatch> {
        self.best(|own| name_with_mrz(own, claimed), |mrz| mrz_names(claimed, mrz))
    }

    /// The best result counts: one person's name stands on a chip in several spellings. A name that the MRZ cuts never
    /// outweighs the whole names: what differs may be what was cut.
    fn best(
        &self,
        with_written: impl Fn(&str) -> Option<NameMatch>,
        with_mrz: impl Fn(&MrzName) -> Option<NameMatch>,
    ) -> Option<NameMatch> {
        let of_mrz = self.mrz.and_then(with_mrz);
        let own = self.written.iter().filter_map(|name| by_parts(name, &with_written)).min();
        let others = self.others.iter().filter_map(|name| by_parts(name, &with_written)).min();
        let others = others.map(weakened);
        let of_mrz = match (of_mrz, own) {
            (Some(NameMatch::Truncated), Some(NameMatch::Different)) => None,
            _ => of_mrz,
        };
        of_mrz.into_iter().chain(own).chain(others).min()
    }
}

/// The result for a name; where it is not equal and has a second name in parentheses, the better one of both.
fn by_parts(name: &str, compare: impl Fn(&str) -> Option<NameMatch>) -> Option<NameMatch> {
    let whole = compare(name);
    match in_parts(name) {
        Some((main, other)) if whole.is_none_or(NameMatch::is_different) => {
            [main, other].into_iter().filter_map(compare).min().map(weakened).or(whole)
        }
        _ => whole,
    }
}

/// A name and the second name in parentheses at its end.
fn in_parts(name: &str) -> Option<(&str, &str)> {
    name.trim_end().strip_suffix(')')?.split_once('(')
}

/// A match by a part of a name.
fn weakened(level: NameMatch) -> NameMatch {
    if level.is_different() { level } else { level.max(NameMatch::MainAndOtherName) }
}

fn has_letter(text: &str) -> bool {
    text.chars().any(char::is_alphabetic)
}

/// A written name by its words.
struct Words {
    words: Vec<Vec<Letter>>,
    /// The words without marks, parted by single spaces.
    plain: String,
    /// Some letters have no spelling in basic Latin letters.
    other_script: bool,
}

impl Words {
    /// The words of a text in the form of [`comparable`]; it may be decomposed.
    fn of(text: &str) -> Self {
        let words = words(&text.nfc().collect::<String>());
        let plain = words.iter().map(|word| word.iter().map(|letter| letter.plain).collect::<String>());
        let plain = plain.collect::<Vec<_>>().join(" ");
        let has_no_spelling = |letter: &Letter| letter.spellings.is_empty() && !letter.plain.is_numeric();
        let other_script = words.iter().flatten().any(has_no_spelling);
        Self { words, plain, other_script }
    }

    fn letters(&self) -> impl Iterator<Item = &Letter> {
        self.words.iter().flatten()
    }

    /// The first spelling of each letter, with spaces between the words; `None` if a letter has none.
    fn spelled(&self) -> Option<String> {
        let word = |word: &Vec<Letter>| word.iter().map(|letter| letter.spellings.first().copied()).collect();
        Some(self.words.iter().map(word).collect::<Option<Vec<String>>>()?.join(" "))
    }

    fn is_spelled_as(&self, other: &Self) -> bool {
        other.spelled().is_some_and(|text| is_spelled(spaced(self.words.iter()), &text, false))
    }

    /// Whether the other name begins with the words that end this one, and ends with those that begin it.
    fn is_turned(&self, other: &Self) -> bool {
        if self.words.len() != other.words.len() {
            return false;
        }
        let is_plain = self.plain.len() == other.plain.len()
            && format!(" {0} {0} ", self.plain).contains(&format!(" {} ", other.plain));
        if is_plain || self.letters().count() > MOST_LETTERS {
            return is_plain;
        }
        let Some(text) = other.spelled() else { return false };
        (1..self.words.len()).any(|at| {
            let turned = self.words.iter().cycle().skip(at).take(self.words.len());
            is_spelled(spaced(turned), &text, false)
        })
    }
}

/// The letters of the words, with a space before every word but the first.
fn spaced<'a>(words: impl Iterator<Item = &'a Vec<Letter>>) -> impl Iterator<Item = &'a Letter> {
    const SPACE: &[Letter] = &[Letter { plain: ' ', spellings: &[" "] }];
    words.enumerate().flat_map(|(at, word)| SPACE.iter().take(at.min(1)).chain(word))
}

/// The words of the two identifiers of an MRZ, in lower case.
struct Identifiers {
    primary: Vec<String>,
    secondary: Vec<String>,
    may_be_cut: bool,
}

impl Identifiers {
    fn of(mrz: &MrzName, changed: impl Fn(&str) -> String) -> Self {
        let words = |identifier: &str| {
            let letters = |word: &str| word.chars().filter(char::is_ascii_alphabetic).collect::<String>();
            let words = changed(&identifier.to_ascii_lowercase());
            words.split_whitespace().map(letters).filter(|word| !word.is_empty()).collect()
        };
        Self { primary: words(&mrz.primary), secondary: words(&mrz.secondary), may_be_cut: mrz.may_be_cut }
    }

    fn letters(&self) -> usize {
        self.primary.iter().chain(&self.secondary).map(String::len).sum()
    }

    /// Borders of words count only where words are shortened: states part compound names in different ways.
    fn compared_with(&self, written: &Words) -> NameMatch {
        let (primary, secondary) = (self.primary.concat(), self.secondary.concat());
        let is = |text: &str, may_be_cut| is_spelled(written.letters(), text, may_be_cut);
        let in_order = format!("{primary}{secondary}");
        if is(&in_order, false) {
            return NameMatch::Transliterated;
        }
        if is(&format!("{secondary}{primary}"), false) {
            return NameMatch::OrderDiffers;
        }
        let is_shortened = |first: &[String], then: &[String]| is_shortened(&written.words, first.iter().chain(then));
        let is_cut = self.may_be_cut
            && (is(&in_order, true)
                || is_shortened(&self.primary, &self.secondary)
                || is_shortened(&self.secondary, &self.primary));
        if is_cut { NameMatch::Truncated } else { NameMatch::Different }
    }
}

/// Whether the MRZ has the words of the name in their order, each whole or cut, and some left out, but not the first.
fn is_shortened<'a>(words: &[Vec<Letter>], shortened: impl Iterator<Item = &'a String>) -> bool {
    let mut shortened = shortened.peekable();
    let mut first = true;
    for word in words {
        if let Some(next) = shortened.peek() {
            if is_spelled(word.iter(), next, true) {
                shortened.next();
            } else if first {
                return false;
            }
        }
        first = false;
    }
    shortened.peek().is_none()
}
