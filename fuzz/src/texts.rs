//! What people read: the MRZ and EF.DG1, EF.DG11, EF.DG12, EF.DG13, EF.DG16, the groups without a form, the QR code of
//! Vietnam's card, the passwords that a person types, and how names, dates and numbers are compared.

use chipid::BOUNDS;
use chipid::Password;
use chipid::compare::{DateToCompare, mrz_names, name_with_mrz, names, numbers, texts};
use chipid::lds::{DataGroup, Dg11, Dg12, Dg16, Finding, Mrz, MrzName, OpaqueGroup, Text, check_digit, comparable};
use chipid::national::OptionalDetails;
use chipid::vietnam::{Dg13, PersonalNumber, Qr};

pub fn all(bytes: &[u8]) {
    dg1(bytes);
    dg11(bytes);
    dg12(bytes);
    dg13(bytes);
    dg16(bytes);
    opaque(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        mrz(text);
        qr(text);
        number(text);
        password(text);
        compared(text);
        assert_eq!(comparable(&comparable(text)), comparable(text), "one form of a text is its own");
    }
}

fn findings(file: &[u8], findings: &[Finding]) {
    assert!(findings.iter().all(|finding| finding.at <= file.len()));
}

fn text(text: &Text<'_>) {
    let _ = (text.text(), text.parts(), text.name(), text.comparable());
    assert!(!text.is_empty() || text.text().is_empty());
}

/// An MRZ printed again is the same MRZ.
fn again(mrz: &Mrz) {
    let lines = mrz.lines().concat();
    assert!(mrz.lines().iter().all(|line| line.len() == mrz.format().line_length()));
    if lines.contains('?') {
        return;
    }
    let read = Mrz::parse(&lines).expect("an MRZ prints what is one");
    assert_eq!(read.lines(), mrz.lines());
    assert_eq!(read.document_number(), mrz.document_number());
    assert_eq!(read.information().expose(), mrz.information().expose());
    assert_eq!(read.key_check_digits_hold(), mrz.key_check_digits_hold());
    let _ = (mrz.name().full(), mrz.expiry_date().map(|date| date.to_text()), mrz.optional_data_2());
}

fn dg1(bytes: &[u8]) {
    let Ok(mrz) = Mrz::from_dg1(bytes) else { return };
    findings(bytes, mrz.findings());
    again(&mrz);
}

fn mrz(text: &str) {
    let _ = check_digit(text);
    if let Ok(mrz) = Mrz::parse(text) {
        again(&mrz);
    }
}

fn dg11(bytes: &[u8]) {
    let Ok(dg11) = Dg11::parse(bytes) else { return };
    assert!(dg11.other_names.len() <= BOUNDS.names && dg11.others.len() <= BOUNDS.other_objects);
    findings(bytes, &dg11.findings);
    dg11.other_names.iter().for_each(text);
    [dg11.full_name, dg11.place_of_birth, dg11.permanent_address, dg11.title].iter().flatten().for_each(text);
    let _ = format!("{dg11:?}");
}

fn dg12(bytes: &[u8]) {
    let Ok(dg12) = Dg12::parse(bytes) else { return };
    assert!(dg12.other_persons.len() <= BOUNDS.names);
    findings(bytes, &dg12.findings);
    dg12.other_persons.iter().for_each(text);
    let _ = (format!("{dg12:?}"), dg12.personalization_time.map(|time| time.to_text()));
}

fn dg13(bytes: &[u8]) {
    if let Ok(dg13) = Dg13::parse(bytes) {
        findings(bytes, dg13.findings());
        assert!(dg13.personal_number().is_none_or(|number| number.as_str().len() == 12));
        let _ = (dg13.birth_date(), dg13.sex(), dg13.issue_date(), dg13.expiry_date(), dg13.father(), dg13.mother());
    }
    for state in [None, Some("VNM"), Some("UTO")] {
        let details = OptionalDetails::parse(bytes, state);
        findings(bytes, details.findings());
    }
}

fn dg16(bytes: &[u8]) {
    let Ok(dg16) = Dg16::parse(bytes) else { return };
    assert!(dg16.persons.len() <= BOUNDS.persons);
    findings(bytes, &dg16.findings);
    for person in &dg16.persons {
        [person.name_of_person, person.telephone, person.address].iter().flatten().for_each(text);
    }
}

fn opaque(bytes: &[u8]) {
    for group in DataGroup::all() {
        let Ok(group) = OpaqueGroup::parse(group, bytes) else { continue };
        for object in group.objects.iter().flatten() {
            assert!(object.at < bytes.len() && object.value.len() < bytes.len());
        }
        findings(bytes, &group.findings);
    }
}

fn qr(text: &str) {
    let Ok(qr) = Qr::parse(text) else { return };
    let squeezed: String = text.split_whitespace().collect();
    assert!(squeezed.contains(qr.number.as_str()));
    assert!(Password::qr(text).is_ok());
}

fn number(text: &str) {
    let Ok(number) = PersonalNumber::parse(text) else { return };
    assert_eq!(number.as_str(), text.split_whitespace().collect::<String>());
    assert_eq!((number.can().len(), number.document_number().len()), (6, 9));
    let _ = (number.province(), number.sex(), number.birth_year(), number.warnings(None, None));
}

fn password(text: &str) {
    let _ = (Password::can(text).is_ok(), Password::number(text).is_ok(), Password::mrz(text).is_ok());
    let parts: Vec<&str> = text.split('\n').collect();
    if let [number, birth, expiry] = parts[..] {
        let _ = Password::mrz_parts(number, birth, expiry).is_ok();
    }
}

/// The two halves of a text: the order of the sides does not matter, and a text agrees with itself.
fn compared(text: &str) {
    let (a, b) = text.split_once('\n').unwrap_or((text, ""));
    assert_eq!(names(a, b), names(b, a));
    assert!(names(a, a).is_none_or(|level| level.as_str() == "equal"));
    assert_eq!((numbers(a, b), texts(a, b)), (numbers(b, a), texts(b, a)));
    let (primary, secondary) = b.split_once("<<").unwrap_or((b, ""));
    let mrz =
        MrzName { primary: primary.into(), secondary: secondary.into(), may_be_cut: text.len().is_multiple_of(2) };
    let _ = (name_with_mrz(a, &mrz), mrz_names(&mrz, &mrz), DateToCompare::from_yymmdd(a));
}
