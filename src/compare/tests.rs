//! Does each pair of names get its level, and the pair beside it another one?

use super::NameMatch::{
    Different, Equal, IAndY, MainAndOtherName, OrderDiffers, TonePlacement, Transliterated, Truncated, WithoutMarks,
};
use super::{HolderNames, mrz_names, name_with_mrz, names};
use crate::lds::{Mrz, MrzName};
use std::time::{Duration, Instant};

#[test]
fn each_pair_of_written_names_has_its_level() {
    let table = [
        ("Nguyễn Thị Mẫu", "Nguyễn Thị Mẫu", Some(Equal)),
        ("Nguyễn Thị Mẫu", " NGUYỄN  THỊ\tMẪU ", Some(Equal)),
        ("Nguyễn Thị Mẫu", "Nguye\u{302}\u{303}n Thi\u{323} Ma\u{302}\u{303}u", Some(Equal)),
        ("Nguyễn Thị Mẫu", "Nguyễn Thị Mẩu", Some(WithoutMarks)),
        ("Nguyễn Thị Mẫu", "NGUYEN THI MAU", Some(WithoutMarks)),
        ("Nguyễn Thị Mẫu", "Nguyễn Thị Mai", Some(Different)),
        ("Nguyễn Thị Mẫu", "Nguyễn Thị", Some(Different)),
        ("Nguyễn Thị Mẫu", "Nguyễn Văn Mẫu", Some(Different)),
        ("Lê Hòa", "Lê Hoà", Some(TonePlacement)),
        ("Lê Hòa", "Lê Hóa", Some(WithoutMarks)),
        ("Lê Hòa", "Lê Hoàn", Some(Different)),
        ("Nguyễn Thúy", "Nguyễn Thuý", Some(TonePlacement)),
        ("Nguyễn Thúy", "Nguyễn Thúi", Some(Different)),
        ("Lý Hòa", "Lí Hòa", Some(IAndY)),
        ("Lý Hòa", "Lí Hoà", Some(IAndY)),
        ("Lý Hòa", "Li Hoa", Some(WithoutMarks)),
        ("Lý Hòa", "La Hòa", Some(Different)),
        ("Huỳnh Mỹ", "Huỳnh Mĩ", Some(IAndY)),
        ("Đỗ Đạt", "Do Dat", Some(WithoutMarks)),
        ("Đỗ Đạt", "Zo Zat", Some(Different)),
        ("Anne-Marie", "Anne Marie", Some(WithoutMarks)),
        ("Anne-Marie", "Annemarie", Some(WithoutMarks)),
        ("O'Neill", "O’Neill", Some(WithoutMarks)),
        ("Mẫu\u{200B}", "Mẫu", Some(WithoutMarks)),
        ("Hans Müller", "Hans Muller", Some(WithoutMarks)),
        ("Hans Müller", "HANS MUELLER", Some(Transliterated)),
        ("Hans Müller", "HANS MOELLER", Some(Different)),
        ("Jürgen Müller", "Juergen Müller", Some(Transliterated)),
        ("Strauß", "Strauss", Some(Transliterated)),
        ("Strauß", "Straus", Some(Different)),
        ("Anna Maria Eriksson", "Eriksson Anna Maria", Some(OrderDiffers)),
        ("María García López", "García López María", Some(OrderDiffers)),
        ("Hans Müller", "MUELLER HANS", Some(OrderDiffers)),
        ("Anna Maria Eriksson", "Maria Anna Eriksson", Some(Different)),
        ("Иван Иванов", "Иванов Иван", Some(OrderDiffers)),
        ("Иванов", "ИВАНОВ", Some(Equal)),
        ("Иванов", "Петров", Some(Different)),
        ("Иванов", "IVANOV", None),
        ("Nguyễn Văn 1", "Nguyễn Văn 2", Some(Different)),
        ("", "Mẫu", None),
        ("Mẫu", " ", None),
        ("Mẫu", "123", None),
        ("---", "---", None),
    ];
    for (a, b, due) in table {
        assert_eq!(names(a, b), due, "{a} {b}");
        assert_eq!(names(b, a), due, "{b} {a}");
    }
}

#[test]
fn the_other_name_counts_where_the_main_name_differs() {
    let with_other = |claimed: &str, main, other: Option<&'static str>| {
        HolderNames { written: vec![main], others: other.into_iter().collect(), mrz: None }.compare(claimed)
    };
    let main = "Nguyễn Thị Mẫu";
    let table = [
        ("Nguyễn Thị Mẫu", Some("Nguyễn Thị Lan"), Some(Equal)),
        ("Nguyen Thi Mau", Some("Nguyễn Thị Lan"), Some(WithoutMarks)),
        ("Nguyễn Thị Lan", Some("Nguyễn Thị Lan"), Some(MainAndOtherName)),
        ("Nguyen Thi Lan", Some("Nguyễn Thị Lan"), Some(MainAndOtherName)),
        ("Nguyễn Thị Lan", None, Some(Different)),
        ("Nguyễn Thị Huệ", Some("Nguyễn Thị Lan"), Some(Different)),
        ("Nguyễn Thị Huệ", Some(""), Some(Different)),
        ("", Some("Nguyễn Thị Lan"), None),
    ];
    for (claimed, other, due) in table {
        assert_eq!(with_other(claimed, main, other), due, "{claimed} {other:?}");
    }
    assert_eq!(with_other("Lan", "", Some("Lan")), Some(MainAndOtherName));
    assert_eq!(with_other("Lan", "", Some("Mai")), Some(Different));
    assert_eq!(with_other("Lan", "", None), None);
}

#[test]
fn word_borders_may_be_written_in_several_ways() {
    for (a, b, due) in [
        ("H'Hen Niê", "H Hen Niê", WithoutMarks),
        ("H'Hen Niê", "HHen Niê", Equal),
        ("NguyễnThị Mẫu", "Nguyễn Thị Mẫu", WithoutMarks),
        ("H'Hen Niê", "H Hơn Niê", Different),
    ] {
        let found = names(a, b).unwrap();
        assert_eq!(found.is_different(), due == Different, "{a} {b} {found:?}");
    }
}

/// The name of a TD1 with this third line.
fn td1(line: &str) -> MrzName {
    let line = format!("{line:<<30}");
    Mrz::parse(&format!("IDVNM1990000014999199000001<<39901018F3901016VNM<<<<<<<<<<<0{line}")).unwrap().name()
}

#[test]
fn each_written_name_has_its_level_against_an_mrz() {
    let table = [
        ("NGUYEN THI MAU", "NGUYEN<<THI<MAU", Some(Equal)),
        ("Nguyễn Thị Mẫu", "NGUYEN<<THI<MAU", Some(Transliterated)),
        ("Nguye\u{302}\u{303}n Thị Mẫu", "NGUYEN<<THI<MAU", Some(Transliterated)),
        ("Nguyễn Thị Mẫu", "NGUYEN<<THI<MAI", Some(Different)),
        ("Nguyễn Thị Mẫu", "NGUYEN<<THI", Some(Different)),
        ("Nguyễn Thị", "NGUYEN<<THI<MAU", Some(Different)),
        ("Nguyễn Thị Mẫu", "NGUYEN<THI<MAU", Some(Transliterated)),
        ("Đỗ Thị Mẫu", "DO<<THI<MAU", Some(Transliterated)),
        ("Lí Thị Mẫu", "LY<<THI<MAU", Some(Transliterated)),
        ("La Thị Mẫu", "LY<<THI<MAU", Some(Different)),
        ("Müller Jörg", "MUELLER<<JOERG", Some(Transliterated)),
        ("Müller Jörg", "MULLER<<JORG", Some(Transliterated)),
        ("Müller Jörg", "MUXXLLER<<JOERG", Some(Transliterated)),
        ("Müller Jörg", "MOLLER<<JOERG", Some(Different)),
        ("O'Connor Seán", "OCONNOR<<SEAN", Some(Transliterated)),
        ("O'Connor Seán", "O<CONNOR<<SEAN", Some(Transliterated)),
        ("Anna Maria Eriksson", "ERIKSSON<<ANNA<MARIA", Some(OrderDiffers)),
        ("Jörg Müller", "MUELLER<<JOERG", Some(OrderDiffers)),
        ("Maria Anna Eriksson", "ERIKSSON<<ANNA<MARIA", Some(Different)),
        ("Иванов", "IVANOV<<IVAN", None),
        ("Nguyễn 李", "NGUYEN<<LI", None),
        ("Henry 8", "HENRY<<VIII", None),
        ("", "NGUYEN<<THI<MAU", None),
        ("Mẫu", "", None),
    ];
    for (written, line, due) in table {
        assert_eq!(name_with_mrz(written, &td1(line)), due, "{written} {line}");
    }
}

#[test]
fn a_shortened_name_matches_only_where_the_field_is_full() {
    let table = [
        // Cut at the last place.
        ("Nguyễn Thị Mẫu Rất Dài Và Dài Nữa", "NGUYEN<<THI<MAU<RAT<DAI<VA<DAI", Truncated),
        ("Nguyễn Thị Mẫu Rất Dài Và Dài Nữa", "NGUYEN<<THI<MAU<RAT<DAI<VA<DAN", Different),
        ("Nguyễn Thị Mẫu Rất Dài Và Dài", "NGUYEN<<THI<MAU<RAT<DAI<VA<DAI", Transliterated),
        ("Nguyễn Thị Mẫu Rất Dài Và", "NGUYEN<<THI<MAU<RAT<DAI<VA<DAI", Different),
        ("Papandropoulous Jonathon Alexander", "PAPANDROPOULOUS<<JONATHON<ALEX", Truncated),
        // Written with the given names first.
        ("Jonathon Alexander Papandropoulous", "PAPANDROPOULOUS<<JONATHON<ALEX", Truncated),
        ("Jonathan Alexander Papandropoulous", "PAPANDROPOULOUS<<JONATHON<ALEX", Different),
        // Words shortened to initials or to some letters, and left out.
        ("Nilavadhanananda Chayapa Dejthamrong Krasuang", "NILAVADHANANANDA<<CHAYAPA<DE<K", Truncated),
        ("Nilavadhanananda Chayapa Dejthamrong Krasuang", "NILAVADHANANANDA<<CHAYAPA<KRAS", Truncated),
        ("Nilavadhanananda Chayapa Dejthamrong Krasuang", "NILAVADHANANANDA<<CHAYAPA<DE<M", Different),
        ("Nilavadhanananda Chayapa Dejthamrong Krasuang", "NILAVADHANANANDA<<CHARLES<DE<K", Different),
        ("Bennelong Wooloomooloo Warrandyte Dingo Potoroo", "BENNELONG<WOOLOOM<W<<DINGO<POT", Truncated),
        ("Bennelong Wooloomooloo Warrandyte Dingo Potoroo", "WOOLOOMOOLOO<WARRAN<<DINGO<POT", Different),
    ];
    for (written, line, due) in table {
        let full = td1(line);
        assert!(full.may_be_cut, "{line}");
        assert_eq!(name_with_mrz(written, &full), Some(due), "{written} {line}");
        let whole = MrzName { may_be_cut: false, ..full };
        let due = if due == Truncated { Different } else { due };
        assert_eq!(name_with_mrz(written, &whole), Some(due), "{written} {line}, not full");
    }
}

#[test]
fn two_mrz_names_are_equal_or_one_is_cut() {
    let table = [
        ("NGUYEN<<THI<MAU", "NGUYEN<<THI<MAU", Some(Equal)),
        ("NGUYEN<<THI<MAU", "NGUYEN<THI<MAU", Some(Equal)),
        ("NGUYEN<<THI<MAU", "NGUYEN<<THIMAU", Some(Transliterated)),
        ("NGUYEN<<THI<MAU", "NGUYEN<<THI<MAI", Some(Different)),
        ("NGUYEN<<THI<MAU", "NGUYEN<<THI", Some(Different)),
        ("ERIKSSON<<ANNA<MARIA", "ANNA<MARIA<<ERIKSSON", Some(OrderDiffers)),
        ("PAPANDROPOULOUS<<JONATHON<ALEX", "PAPANDROPOULOUS<<JONATHON<A", Some(Different)),
        ("PAPANDROPOULOUS<<JONATHON<ALEX", "", None),
        ("", "", None),
    ];
    for (a, b, due) in table {
        assert_eq!(mrz_names(&td1(a), &td1(b)), due, "{a} {b}");
        assert_eq!(mrz_names(&td1(b), &td1(a)), due, "{b} {a}");
    }
    let longer =
        MrzName { primary: "PAPANDROPOULOUS".into(), secondary: "JONATHON ALEXANDER".into(), may_be_cut: false };
    let cut = td1("PAPANDROPOULOUS<<JONATHON<ALEX");
    assert_eq!(mrz_names(&longer, &cut), Some(Truncated));
    assert_eq!(mrz_names(&cut, &longer), Some(Truncated));
    let other = MrzName { secondary: "JONATHON ALBERT".into(), ..longer };
    assert_eq!(mrz_names(&other, &cut), Some(Different));
}

#[test]
fn a_name_of_dg11_has_its_own_alphabet_and_length() {
    let name = MrzName { primary: "Иванов".into(), secondary: "Иван".into(), may_be_cut: false };
    assert_eq!(name_with_mrz("ИВАНОВ ИВАН", &name), Some(Equal));
    assert_eq!(name_with_mrz("Петров Иван", &name), Some(Different));
    let long = "NGUYEN ".repeat(40);
    let name = MrzName { primary: long.clone(), secondary: String::new(), may_be_cut: false };
    assert_eq!(name_with_mrz(&long.replace("NGUYEN", "Nguyễn"), &name), Some(WithoutMarks));
}

#[test]
fn the_levels_are_ordered_and_have_distinct_codes() {
    let levels = [
        Equal,
        TonePlacement,
        IAndY,
        WithoutMarks,
        Transliterated,
        OrderDiffers,
        Truncated,
        MainAndOtherName,
        Different,
    ];
    assert!(levels.is_sorted());
    let mut codes: Vec<&str> = levels.iter().map(|level| level.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), levels.len());
    assert_eq!(levels.iter().filter(|level| level.is_different()).count(), 1);
}

#[test]
fn names_of_a_million_characters_are_compared_in_time() {
    let started = Instant::now();
    let letters = "ü".repeat(1_000_000);
    let words = "y ü ".repeat(250_000);
    let marks = format!("a{}", "\u{301}\u{323}".repeat(250_000));
    let cut = td1("A<A<A<A<A<A<A<A<A<A<A<A<A<A<A");
    for (a, b) in [(&letters, &words), (&words, &marks)] {
        assert_eq!((names(a, b), name_with_mrz(a, &cut)), (Some(Different), Some(Different)));
    }
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}
