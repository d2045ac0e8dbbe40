//! Comparing names, dates and numbers: the order of the two sides and the composition of a text do not matter, a value
//! agrees with itself, and no text makes the comparison panic.

use chipid::compare::{
    DateMatch, DateToCompare, HolderNames, NameMatch, dates, mrz_names, name_with_mrz, names, numbers, texts,
    transliterate,
};
use chipid::lds::{MrzName, PartialDate};
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

/// Names of syllables and letters that the levels treat in their own ways, and any other text.
fn name() -> impl Strategy<Value = String> {
    let syllable = "Nguyễn|Hòa|Hoà|Hoa|Lý|Lí|Ly|Thuý|Thúy|Thúi|Đỗ|Mẫu|Mẩu|Müller|Mueller|Straße|Ñuñez|O'Neill|Æ-Ø|Иван|李|A1|\u{301}|y";
    prop_oneof![
        4 => proptest::collection::vec(syllable, 0..5).prop_map(|syllables| syllables.join(" ")),
        1 => "\\PC{0,20}",
        1 => "[A-Za-zà-ỹ' -]{0,20}",
    ]
}

fn mrz_name() -> impl Strategy<Value = MrzName> {
    ("[A-Z]{0,4}( [A-Z]{1,3}){0,2}", "[A-Z]{0,4}( [A-Z]{1,3}){0,2}|[A-Z?0-9]{0,6}", any::<bool>())
        .prop_map(|(primary, secondary, may_be_cut)| MrzName { primary, secondary, may_be_cut })
}

fn partial() -> impl Strategy<Value = PartialDate> {
    let part = |last: u8| proptest::option::of(1..=last);
    (proptest::option::of(1900u16..2100), part(12), part(31)).prop_map(|(year, month, day)| PartialDate {
        year,
        month,
        day,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn names_do_not_depend_on_their_order(a in name(), b in name()) {
        prop_assert_eq!(names(&a, &b), names(&b, &a));
        prop_assert_eq!(numbers(&a, &b), numbers(&b, &a));
        prop_assert_eq!(texts(&a, &b), texts(&b, &a));
    }

    #[test]
    fn a_name_is_equal_to_itself(a in name()) {
        prop_assert!(names(&a, &a).is_none_or(|level| level == NameMatch::Equal));
        prop_assert_eq!(names(&a, &a).is_some(), a.chars().any(char::is_alphabetic));
        prop_assert!(numbers(&a, &a) != Some(false) && texts(&a, &a) != Some(false));
    }

    #[test]
    fn composed_and_decomposed_names_are_the_same_name(a in "[A-Za-zà-ỹ ]{0,20}", b in name(), mrz in mrz_name()) {
        let apart: String = a.nfd().collect();
        prop_assert_eq!(names(&apart, &b), names(&a, &b));
        prop_assert_eq!(name_with_mrz(&apart, &mrz), name_with_mrz(&a, &mrz));
    }

    #[test]
    fn a_name_without_its_marks_is_never_another_name(a in "[A-ZĐÀÁÂẤỄỘ][a-zà-ãè-êò-õđạ-ỹ]{1,6}( [a-zà-ãè-êò-õđạ-ỹ]{1,6}){0,3}") {
        let plain = transliterate(&a);
        prop_assert!(names(&a, &plain).is_some_and(|level| level <= NameMatch::WithoutMarks));
        let mrz = MrzName { primary: plain, secondary: String::new(), may_be_cut: false };
        prop_assert!(name_with_mrz(&a, &mrz).is_some_and(|level| level <= NameMatch::Transliterated));
    }

    #[test]
    fn a_name_cut_at_the_end_of_a_full_field_agrees_and_otherwise_differs(
        surname in "[A-Z]{2,10}", given in "[B-H]{2,8}( [B-H]{2,8}){0,3}", keep in 1usize..8,
    ) {
        let written = format!("{surname} {given}");
        let kept: String = given.chars().take(keep.min(given.len() - 1)).collect();
        let cut = MrzName { primary: surname, secondary: kept.trim_end().to_owned(), may_be_cut: true };
        prop_assert_eq!(name_with_mrz(&written, &cut), Some(NameMatch::Truncated));
        let whole = MrzName { may_be_cut: false, ..cut };
        prop_assert_eq!(name_with_mrz(&written, &whole), Some(NameMatch::Different));
    }

    #[test]
    fn mrz_names_do_not_depend_on_their_order(a in mrz_name(), b in mrz_name()) {
        prop_assert_eq!(mrz_names(&a, &b), mrz_names(&b, &a));
        prop_assert!(mrz_names(&a, &a).is_none_or(|level| level == NameMatch::Equal));
    }

    #[test]
    fn no_text_panics(a in "\\PC{0,60}", b in "\\PC{0,60}", mrz in mrz_name()) {
        let _ = (names(&a, &b), HolderNames { written: vec![&b], others: Vec::new(), mrz: Some(&mrz) }.compare(&a), name_with_mrz(&a, &mrz));
        let national = MrzName { primary: a.clone(), secondary: b.clone(), may_be_cut: true };
        let _ = (name_with_mrz(&b, &national), mrz_names(&national, &mrz));
        let _ = (transliterate(&a), DateToCompare::from_yymmdd(&a));
    }

    #[test]
    fn dates_do_not_depend_on_their_order_or_their_century(a in partial(), b in partial()) {
        prop_assert_eq!(dates(a, b), dates(b, a));
        prop_assert!(dates(a, a) != Some(DateMatch::Different));
        let pair = |part: Option<u16>| part.map_or("<<".to_owned(), |part| format!("{:02}", part % 100));
        let text = pair(a.year) + &pair(a.month.map(u16::from)) + &pair(a.day.map(u16::from));
        let short = DateToCompare::from_yymmdd(&text).unwrap();
        prop_assert_eq!(dates(short, a), dates(a, a), "{}", text);
        // Without the century two dates agree at least as often.
        prop_assert!(dates(short, b) != Some(DateMatch::Different) || dates(a, b) == Some(DateMatch::Different));
    }
}
