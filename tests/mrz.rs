//! Does the MRZ read as Doc 9303 prints it, and give the keys that App. D.2 prints?

use chipid::lds::{Mrz, MrzError, MrzField, MrzFormat, MrzInformation, Sex};
use time::{Date, Month};

fn day(year: i32) -> Date {
    Date::from_calendar_date(year, Month::June, 15).unwrap()
}

fn codes(mrz: &Mrz) -> String {
    mrz.findings().iter().map(|finding| finding.defect.as_str()).collect::<Vec<_>>().join(" ")
}

/// The specimen of 9303-4 App. B.
const TD3: &str = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10";
/// The specimen of 9303-5 App. B.
const TD1: &str = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<";
/// The specimen of 9303-6 App. B.
const TD2: &str = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6";

#[test]
fn the_specimens_read_in_all_three_formats() {
    for (text, format, number) in
        [(TD3, MrzFormat::Td3, "L898902C3"), (TD1, MrzFormat::Td1, "D23145890"), (TD2, MrzFormat::Td2, "D23145890")]
    {
        let mrz = Mrz::parse(text).unwrap();
        assert_eq!(codes(&mrz), "", "{format:?}");
        assert_eq!(mrz.format(), format);
        assert_eq!(mrz.lines().join("\n"), text);
        assert_eq!(mrz.document_number(), number);
        assert_eq!((mrz.issuing_state(), mrz.nationality()), ("UTO", "UTO"));
        assert_eq!((mrz.name().primary.as_str(), mrz.name().secondary.as_str()), ("ERIKSSON", "ANNA MARIA"));
        assert!(!mrz.name().may_be_cut);
        assert_eq!(mrz.birth_date(day(2020)).unwrap().to_text(), "1974-08-12");
        assert_eq!(mrz.expiry_date().unwrap().to_text(), "2012-04-15");
        assert_eq!(mrz.sex(), Sex::Female);
        assert!(mrz.key_check_digits_hold());
    }
    assert_eq!(Mrz::parse(TD3).unwrap().optional_data(), "ZE184226B<<<<<");
    assert_eq!(Mrz::parse(TD1).unwrap().optional_data_2(), "<<<<<<<<<<<");
}

#[test]
fn what_is_typed_is_tolerated_with_spaces_breaks_and_lower_case() {
    let typed = format!("\u{FEFF}  {}\r\n", TD3.to_lowercase().replace('\n', "\r\n").replace("<<", "< <"));
    assert_eq!(Mrz::parse(&typed).unwrap().lines().join("\n"), TD3);
    assert_eq!(Mrz::parse("P<UTO").unwrap_err(), MrzError::Length { found: 5 });
    assert_eq!(Mrz::parse("P<UTÖ").unwrap_err(), MrzError::Character { at: 5 });
    assert_eq!(Mrz::parse("").unwrap_err(), MrzError::Length { found: 0 });
    assert_eq!(Mrz::parse(&"<".repeat(1_000_000)).unwrap_err(), MrzError::Length { found: 1_000_000 });
}

/// 9303-11 App. D.2.
#[test]
fn the_information_is_that_of_the_standard() {
    let of = |text: &str| String::from_utf8(Mrz::parse(text).unwrap().information().expose().to_vec()).unwrap();
    let long = "D23145890734934071279507122";
    let short = "L898902C<369080619406236";
    assert_eq!(of("I<UTOSTEVENSON<<PETER<<<<<<<<<<<<<<<\nD23145890<UTO3407127M95071227349<<<8"), long);
    assert_eq!(of("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nL898902C<3UTO6908061F9406236<<<<<<<8"), short);
    assert_eq!(of("I<UTOD23145890<7349<<<<<<<<<<<3407127M9507122UTO<<<<<<<<<<<2STEVENSON<<PETER<<<<<<<<<<<<<<"), long);
    assert_eq!(of("I<UTOL898902C<3<<<<<<<<<<<<<<<6908061F9406236UTO<<<<<<<<<<<2ERIKSSON<<ANNA<MARIA<<<<<<<<<<"), short);
    let parts = |number: &str, birth: &str, expiry: &str| {
        MrzInformation::from_parts(number, birth, expiry).map(|info| String::from_utf8(info.expose().to_vec()).unwrap())
    };
    assert_eq!(parts("D23145890734", "340712", "950712"), Ok(long.into()));
    assert_eq!(parts(" l898902c ", "69 08 06", "940623"), Ok(short.into()));
    assert_eq!(parts("L898902C<", "690806", "940623"), Ok(short.into()));
    assert_eq!(parts("", "690806", "940623"), Err(MrzError::DocumentNumber));
    assert_eq!(parts(&"1".repeat(25), "690806", "940623"), Err(MrzError::DocumentNumber));
    assert_eq!(parts("L898902C", "19690806", "940623"), Err(MrzError::Date));
    assert_eq!(parts("L898902C", "690806", "9406A3"), Err(MrzError::Date));
    assert_eq!(parts("L898902C", "690806", "9406é3"), Err(MrzError::Character { at: 5 }));
}

/// The same MRZ with these characters at this field.
fn with(text: &str, field: MrzField, value: &str) -> Mrz {
    let mut flat = text.replace('\n', "");
    let format = Mrz::parse(&flat).unwrap().format();
    flat.replace_range(format.position(field).unwrap(), value);
    Mrz::parse(&flat).unwrap()
}

/// LDS_B_08 to LDS_B_23: each departure is named, and loses no field.
#[test]
fn each_departure_is_named_beside_the_check_digits_it_breaks() {
    let composite = " mrz_composite_check_digit";
    let birth = "mrz_birth_check_digit";
    let expiry = "mrz_expiry_check_digit";
    let rows = [
        (MrzField::DocumentCode, "X<", "mrz_document_code".into()),
        (MrzField::IssuingState, "U7O", "mrz_issuing_state".into()),
        (MrzField::IssuingState, "DE<", "mrz_issuing_state".into()),
        (MrzField::Nationality, "UT<", "mrz_nationality".into()),
        (MrzField::Name, &"<".repeat(39), "mrz_name_void".into()),
        (MrzField::Name, "<ERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<", "mrz_name_syntax".into()),
        (MrzField::Name, "ER1KSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "mrz_name_syntax".into()),
        (MrzField::DocumentNumberCheckDigit, "7", format!("mrz_document_number_check_digit{composite}")),
        (MrzField::DocumentNumberCheckDigit, "<", format!("mrz_document_number{composite}")),
        (MrzField::BirthDate, "7A0812", format!("mrz_birth_syntax {birth}{composite}")),
        (MrzField::BirthDate, "741312", format!("mrz_birth_date {birth}{composite}")),
        (MrzField::BirthDate, "740800", format!("mrz_birth_date {birth}{composite}")),
        (MrzField::BirthDateCheckDigit, "3", format!("{birth}{composite}")),
        (MrzField::Sex, "W", "mrz_sex".into()),
        (MrzField::ExpiryDate, "12<<15", format!("mrz_expiry_syntax {expiry}{composite}")),
        (MrzField::ExpiryDate, "120431", format!("mrz_expiry_date {expiry}{composite}")),
        (MrzField::ExpiryDateCheckDigit, "8", format!("{expiry}{composite}")),
        (MrzField::OptionalDataCheckDigit, "2", format!("mrz_optional_check_digit{composite}")),
        (MrzField::CompositeCheckDigit, "1", "mrz_composite_check_digit".into()),
    ];
    for (field, value, due) in rows {
        let mrz = with(TD3, field, value);
        assert_eq!(codes(&mrz), due, "{field:?} {value}");
        let guards_key = ["mrz_document_number", birth, expiry].iter().any(|code| due.contains(code));
        assert_eq!(mrz.key_check_digits_hold(), !guards_key, "{field:?}");
        assert_eq!(mrz.raw(field), value);
    }
}

/// LDS_B_01 to LDS_B_04, LDS_B_25 to LDS_B_28.
#[test]
fn legal_oddities_are_no_fault() {
    for (birth, text) in
        [("7408<<", "1974-08-XX"), ("74<<12", "1974-XX-12"), ("<<0812", "XXXX-08-12"), ("<<<<<<", "XXXX-XX-XX")]
    {
        let mrz = with(TD3, MrzField::BirthDate, birth);
        assert!(mrz.findings().iter().any(|finding| finding.defect.as_str() == "mrz_birth_partial"));
        assert!(mrz.findings().iter().all(|finding| finding.defect.as_str() != "mrz_birth_syntax"));
        assert_eq!(mrz.birth_date(day(2020)).unwrap().to_text(), text);
    }
    let alone = with(TD3, MrzField::Name, "ARKFREITH<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<");
    assert_eq!((codes(&alone).as_str(), alone.name().full().as_str()), ("", "ARKFREITH"));
    let cut = with(TD3, MrzField::Name, "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K");
    assert_eq!(codes(&cut), "");
    assert!(cut.name().may_be_cut);
}

#[test]
fn nobody_is_born_after_the_day_of_reading_and_all_expire_in_this_century() {
    let born = |birth: &str, at| with(TD3, MrzField::BirthDate, birth).birth_date(at).unwrap().year;
    assert_eq!(born("200615", day(2020)), Some(2020));
    assert_eq!(born("200616", day(2020)), Some(1920));
    assert_eq!(born("20<<<<", day(2020)), Some(2020));
    assert_eq!(born("21<<<<", day(2020)), Some(1921));
    let expires = |expiry| with(TD3, MrzField::ExpiryDate, expiry).expiry_date().map(|date| date.to_text());
    assert_eq!(expires("991231"), Some("2099-12-31".into()));
    assert_eq!(expires("999999"), None);
    assert_eq!(expires("<<<<<<"), None);
}

#[test]
fn a_long_number_leaves_what_follows_it_in_the_optional_data() {
    let text = "IDUTO123456789<07<REST<<<<<<<<7408122F1204159UTO<<<<<<<<<<<4ERIKSSON<<ANNA<MARIA<<<<<<<<<<";
    let mrz = Mrz::parse(text).unwrap();
    assert_eq!((mrz.document_number().as_str(), mrz.document_number_check_digit()), ("1234567890", '7'));
    assert_eq!(mrz.optional_data(), "REST<<<<<<<<");
}
