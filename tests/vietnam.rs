//! Is the Vietnamese card read as observed: EF.DG13 in both forms, the QR code, the number, and their comparison?
//!
//! All persons are invented; 999 is no issued province code.

#[path = "support/shared.rs"]
mod support;

use chipid::CheckId;
use chipid::internals::tlv::{self, Tag};
use chipid::lds::{FileDefect, Mrz, MrzInformation, PartialDate, Sex};
use chipid::vietnam::{
    Comparison, CrossCheck, CrossWarning, Dg13, Dg13Field, NumberWarning, PersonalNumber, Qr, QrError, Sources,
    cross_checks, province_of_residence, td1_number,
};
use proptest::prelude::*;

/// The invented DG13 of form A, 391 bytes.
const DG13: &str = "6d8201833082017f020101060628d316010008318201703011020101130c39393931393930303030303130190201020c144e677579e1bb856e20\
5468e1bb8b204de1baab75300f020103130a30312f30312f3139393930090201040c044ee1bbaf300f0201050c0a5669e1bb8774204e616d3009\
0201060c044b696e68300b0201070c064b68c3b46e67302b0201080c2658c3a3204de1baab752c20487579e1bb876e204de1baab752c2054e1bb\
896e68204de1baab75304b0201090c4653e1bb9120312c205068e1bb91204de1baab752c205068c6b0e1bb9d6e67204de1baab752c205175e1ba\
ad6e204de1baab752c205468c3a06e68207068e1bb91204de1baab75300f02010a0c0a4b68c3b46e672063c3b3300f02010b130a30312f30372f\
32303233300f02010c0c0a30312f30312f32303339302d02010d30130c114e677579e1bb856e2056c4836e2043686130130c115472e1baa76e20\
5468e1bb8b204de1bab9300302010e300302010f3015020110131030313233343536373839414243444546";

/// The MRZ of the same invented person.
const MRZ: &str = "IDVNM1990000014999199000001<<39901018F3901016VNM<<<<<<<<<<<0NGUYEN<<THI<MAU<<<<<<<<<<<<<<<";

const QR: &str = "999199000001||Nguyễn Thị Mẫu|01011999|Nữ|Số 1, Phố Mẫu, Phường Mẫu, Quận Mẫu, Thành phố Mẫu|01072023";

fn dg13() -> Dg13 {
    Dg13::parse(&hex::decode(DG13).unwrap()).unwrap()
}

fn codes(dg13: &Dg13) -> String {
    dg13.findings().iter().map(|finding| finding.defect.as_str()).collect::<Vec<_>>().join(" ")
}

fn number(text: &str) -> PersonalNumber {
    PersonalNumber::parse(text).unwrap()
}

#[test]
fn reads_the_invented_vector() {
    let dg13 = dg13();
    assert_eq!(codes(&dg13), "");
    assert_eq!(dg13.fields().len(), 16);
    let due = [
        "999199000001",
        "Nguyễn Thị Mẫu",
        "01/01/1999",
        "Nữ",
        "Việt Nam",
        "Kinh",
        "Không",
        "Xã Mẫu, Huyện Mẫu, Tỉnh Mẫu",
        "Số 1, Phố Mẫu, Phường Mẫu, Quận Mẫu, Thành phố Mẫu",
        "Không có",
        "01/07/2023",
        "01/01/2039",
        "Nguyễn Văn Cha",
        "",
        "",
        "0123456789ABCDEF",
    ];
    for (field, due) in Dg13Field::ALL.into_iter().zip(due) {
        assert_eq!(dg13.text(field).unwrap_or_default(), due, "{field:?}");
    }
    assert_eq!((dg13.father(), dg13.mother()), (Some("Nguyễn Văn Cha"), Some("Trần Thị Mẹ")));
    assert_eq!(dg13.personal_number(), Some(number("999199000001")));
    assert_eq!(dg13.birth_date(), Some(PartialDate::new(1999, 1, 1)));
    assert_eq!(dg13.issue_date(), Some(PartialDate::new(2023, 7, 1)));
    assert_eq!(dg13.expiry_date(), Some(PartialDate::new(2039, 1, 1)));
    assert_eq!(dg13.sex(), Some(Sex::Female));
    let residence = dg13.text(Dg13Field::PlaceOfResidence).unwrap();
    assert_eq!(province_of_residence(residence), Some("Thành phố Mẫu"));
    // Empty is not absent: the spouse's field is there and holds nothing.
    assert!(dg13.field(Dg13Field::Spouse).is_some_and(|field| field.texts.is_empty()));
    assert_eq!(dg13.text(Dg13Field::Spouse), None);
}

#[test]
fn every_shared_dg13_gives_what_it_must() {
    let Some(folder) = support::shared_data("malformed/dg13_vn") else { return };
    // File, fields, name, mother, findings.
    let table = [
        ("a_parents_separate_seqs.bin", 16, "Nguyễn Văn A", "Trần Thị C", ""),
        ("b_parents_one_seq.bin", 16, "Nguyễn Văn A", "Trần Thị C", ""),
        ("c_old_id_absent.bin", 16, "Nguyễn Văn A", "Trần Thị C", ""),
        ("d_items_missing.bin", 12, "Nguyễn Văn A", "Trần Thị C", ""),
        ("e_reverse_order.bin", 16, "Nguyễn Văn A", "Trần Thị C", ""),
        ("f_text_contains_pattern.bin", 3, "A0\u{C}\u{2}\u{1}\u{3}B", "", ""),
        ("g_no_oid.bin", 1, "", "", "vn_identifier_missing"),
        ("h_expiry_text.bin", 16, "Nguyễn Văn A", "Trần Thị C", ""),
    ];
    let opaque = "i_non_tlv_sg_5fb0.bin";
    for entry in std::fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(name == opaque || table.iter().any(|row| row.0 == name), "{name} is in no table");
    }
    for (file, fields, name, mother, findings) in table {
        let dg13 = Dg13::parse(&std::fs::read(folder.join(file)).unwrap()).unwrap();
        assert_eq!(dg13.fields().len(), fields, "{file}");
        assert_eq!(dg13.text(Dg13Field::FullName).unwrap_or_default(), name, "{file}");
        assert_eq!(dg13.mother().unwrap_or_default(), mother, "{file}");
        assert_eq!(codes(&dg13), findings, "{file}");
        assert_eq!(dg13.personal_number(), Some(number("001099012345")), "{file}");
    }
    let read = |file: &str| std::fs::read(folder.join(file)).unwrap();
    assert!(Dg13::parse(&read(opaque)).is_err(), "national and of another form: it stays the bytes it is");
    let words = Dg13::parse(&read("h_expiry_text.bin")).unwrap();
    assert_eq!((words.text(Dg13Field::DateOfExpiry), words.expiry_date()), (Some("Không thời hạn"), None));
    let missing = Dg13::parse(&read("d_items_missing.bin")).unwrap();
    assert!(missing.field(Dg13Field::Spouse).is_none(), "absent is not empty");
}

/// A DG13 of these fields, each as the value after its number.
fn build(fields: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let fields: Vec<u8> =
        fields.iter().flat_map(|(number, value)| tlv::encode_all(Tag::SEQUENCE, &[&[2, 1, *number], value])).collect();
    let version = [2, 1, 1];
    let identifier = hex::decode("060628d316010008").unwrap();
    let body = tlv::encode_all(Tag::SEQUENCE, &[&version, &identifier, &tlv::encode(Tag::SET, &fields)]);
    tlv::encode(Tag(0x6D), &body)
}

fn text(text: &str) -> Vec<u8> {
    tlv::encode(Tag::UTF8_STRING, text.as_bytes())
}

#[test]
fn unknown_and_doubled_fields_are_kept_and_reported() {
    let file = build(&[
        (2, text("Nguyễn Thị Mẫu")),
        (2, text("Nguyễn Thị Khác")),
        (17, text("O+")),
        (5, tlv::encode(Tag::OCTET_STRING, b"Vi\xFFt")),
        (6, vec![1, 1, 0]),
        (7, tlv::encode(Tag::IA5_STRING, b"Khong")),
    ]);
    let dg13 = Dg13::parse(&file).unwrap();
    assert_eq!(codes(&dg13), "vn_field_duplicate vn_field_unknown vn_text_malformed unknown_object");
    assert_eq!(dg13.text(Dg13Field::FullName), Some("Nguyễn Thị Mẫu"), "of duplicates the first");
    assert_eq!(dg13.fields()[2].texts, ["O+"]);
    assert!(file.windows(dg13.fields()[2].raw.len()).any(|window| window == dg13.fields()[2].raw));
    assert_eq!(dg13.text(Dg13Field::Religion), Some("Khong"));
    assert_eq!(dg13.findings()[0].at, dg13.fields()[1].at);
    assert_eq!(dg13.findings()[0].defect, FileDefect::VnFieldDuplicate);
}

#[test]
fn refuses_a_dg13_of_another_form_and_bombs() {
    let good = build(&[(1, text("999199000001"))]);
    assert!(Dg13::parse(&good).is_ok());
    for broken in [&good[..good.len() - 1], &[0x6E, 0x00], &[0x6D, 0x00], &[0x6D, 0x02, 0x30, 0x00], &[]] {
        assert!(Dg13::parse(broken).is_err());
    }
    let deep = (0..40).fold(text("x"), |inside, _| tlv::encode(Tag::SEQUENCE, &inside));
    assert!(Dg13::parse(&build(&[(13, deep)])).is_err(), "nested too deep");
    let many: Vec<(u8, Vec<u8>)> = (0..5_000).map(|_| (17, text("x"))).collect();
    assert!(Dg13::parse(&build(&many)).unwrap().fields().len() <= 64);
}

#[test]
fn the_number_has_twelve_digits_and_nothing_else_is_a_rule() {
    let known = number(" 001 203 004567 ");
    assert_eq!((known.province_code(), known.province()), ("001", Some("Hà Nội")));
    assert_eq!((known.sex(), known.birth_year()), (Sex::Male, 2003));
    assert_eq!((known.can(), known.document_number()), ("004567", "203004567"));
    assert_eq!(known.as_str(), "001203004567");
    let century = |digit: u8| number(&format!("001{digit}50000000"));
    assert_eq!((century(1).sex(), century(1).birth_year()), (Sex::Female, 1950));
    assert_eq!((century(9).sex(), century(9).birth_year()), (Sex::Female, 2350));
    for broken in ["", "00120300456", "0012030045678", "00120300456a", "00120300456٧", "-01203004567"] {
        assert!(PersonalNumber::parse(broken).is_err(), "{broken}");
    }
    let born = Some(PartialDate::new(2003, 1, 1));
    assert_eq!(known.warnings(born, Some(Sex::Male)), []);
    assert_eq!(known.warnings(None, None), []);
    assert_eq!(
        number("999199000001").warnings(born, Some(Sex::Male)),
        [NumberWarning::Province, NumberWarning::Sex, NumberWarning::Year]
    );
}

#[test]
fn the_qr_code_reads_in_all_its_forms() {
    let qr = Qr::parse(QR).unwrap();
    assert_eq!(qr.number, number("999199000001"));
    assert_eq!((qr.former_number.as_deref(), qr.name.as_deref()), (None, Some("Nguyễn Thị Mẫu")));
    assert_eq!((qr.birth_date, qr.sex), (Some(PartialDate::new(1999, 1, 1)), Some(Sex::Female)));
    assert_eq!(qr.issue_date, Some(PartialDate::new(2023, 7, 1)));
    assert!(qr.rest.is_empty());

    let former = Qr::parse("\u{FEFF}999199000001|012345678|Nguyễn Thị Mẫu|1999|Nữ|Số 1|072023\r\n").unwrap();
    assert_eq!(former.former_number.as_deref(), Some("012345678"));
    assert_eq!(former.birth_date, Some(PartialDate { year: Some(1999), ..Default::default() }));
    assert_eq!(former.issue_date.unwrap().to_text(), "2023-07-XX");

    let six = Qr::parse("999199000001|Nguyễn Thị Mẫu|01/01/1999|Nữ|Số 1, Phố Mẫu|01/07/2023").unwrap();
    assert_eq!((six.former_number.as_deref(), six.name.as_deref()), (None, Some("Nguyễn Thị Mẫu")));
    assert_eq!(six.issue_date, Some(PartialDate::new(2023, 7, 1)));
    assert_eq!(six.residence.as_deref(), Some("Số 1, Phố Mẫu"));

    let long = Qr::parse(&format!("{QR}|||Nguyễn Văn Cha|Trần Thị Mẹ|")).unwrap();
    assert_eq!(long.rest, ["", "", "Nguyễn Văn Cha", "Trần Thị Mẹ", ""]);
    assert_eq!(long.issue_date, Some(PartialDate::new(2023, 7, 1)));
}

#[test]
fn refuses_what_is_no_qr_code_of_the_card() {
    let error = |text: &str| Qr::parse(text).map(drop).unwrap_err();
    assert_eq!(error(""), QrError::TooFewFields { found: 1 });
    assert_eq!(error("999199000001|Nguyễn Thị Mẫu|01011999|Nữ|Số 1"), QrError::TooFewFields { found: 5 });
    assert_eq!(error("99919900001||Nguyễn Thị Mẫu|01011999|Nữ|Số 1|01072023"), QrError::Number);
    assert_eq!(error(&"|".repeat(5_000)), QrError::TooLong);
}

#[test]
fn the_td1_gives_the_number_the_can_and_the_key_of_bac() {
    let mrz = Mrz::parse(MRZ).unwrap();
    assert!(mrz.findings().is_empty());
    let found = td1_number(&mrz).unwrap();
    assert_eq!(found.number, number("999199000001"));
    assert_eq!((found.check_digit_holds, found.matches_document_number), (Some(true), true));
    assert_eq!(found.number.can(), "000001");
    assert_eq!(mrz.information().expose(), b"199000001499010183901016");
    let parts = MrzInformation::from_parts(found.number.document_number(), "990101", "390101").unwrap();
    assert_eq!(parts.expose(), mrz.information().expose());

    let wrong = Mrz::parse(&MRZ.replacen("<<3", "<<4", 1)).unwrap();
    assert_eq!(td1_number(&wrong).unwrap().check_digit_holds, Some(false));
    let none = Mrz::parse(&MRZ.replacen("<<3", "<<<", 1)).unwrap();
    assert_eq!(td1_number(&none).unwrap().check_digit_holds, None);
    let other =
        Mrz::parse("I<UTOD231458907<<<<<<<<<<<<<<<7408122F1204159UTO<<<<<<<<<<<6ERIKSSON<<ANNA<MARIA<<<<<<<<<<")
            .unwrap();
    assert_eq!(td1_number(&other), None);
}

fn find(checks: &[CrossCheck], id: CheckId) -> (Comparison, Vec<CrossWarning>) {
    let check = checks.iter().find(|check| check.id == id).unwrap();
    (check.comparison, check.warnings.clone())
}

#[test]
fn the_same_person_agrees_everywhere() {
    let (mrz, dg13, qr, given) = (Mrz::parse(MRZ).unwrap(), dg13(), Qr::parse(QR).unwrap(), number("999199000001"));
    let sources = Sources { mrz: Some(&mrz), dg11: None, dg13: Some(&dg13), qr: Some(&qr), given: Some(&given) };
    for check in cross_checks(&sources) {
        assert_eq!(check.comparison, Comparison::Equal, "{:?}", check.id);
        let due: &[CrossWarning] =
            if check.id == CheckId::VnNumberStructure { &[CrossWarning::NumberProvince] } else { &[] };
        assert_eq!(check.warnings, due, "{:?}", check.id);
        assert!(check.id.as_str().starts_with("vn."), "{:?}", check.id);
    }
    for check in cross_checks(&Sources::default()) {
        assert_eq!(check.comparison, Comparison::NothingToCompare, "{:?}", check.id);
    }
}

#[test]
fn each_difference_shows_in_its_own_comparison_and_no_other() {
    let (mrz, dg13, qr, given) = (Mrz::parse(MRZ).unwrap(), dg13(), Qr::parse(QR).unwrap(), number("999199000001"));
    let differing = |mrz: &Mrz, dg13: &Dg13, qr: &Qr, given: &PersonalNumber| -> Vec<&'static str> {
        cross_checks(&Sources { mrz: Some(mrz), dg11: None, dg13: Some(dg13), qr: Some(qr), given: Some(given) })
            .iter()
            .filter(|check| check.comparison == Comparison::Differs)
            .map(|check| check.id.as_str())
            .collect()
    };
    let with_mrz =
        |from: &str, to: &str| differing(&Mrz::parse(&MRZ.replacen(from, to, 1)).unwrap(), &dg13, &qr, &given);
    assert_eq!(with_mrz("999199000001", "999199000002"), ["vn.number"]);
    assert_eq!(with_mrz("NGUYEN<<THI<MAU", "NGUYEN<<THI<MAI"), ["vn.name"]);
    assert_eq!(with_mrz("NGUYEN<<THI<MAU", "NGUYEN<<THI<<<<"), ["vn.name"]);
    assert_eq!(with_mrz("9901018F", "9901028F"), ["vn.birth_date"]);
    assert_eq!(with_mrz("8F390", "8M390"), ["vn.sex"]);
    assert_eq!(with_mrz("3901016", "3902016"), ["vn.expiry"]);
    let with_qr = |from: &str, to: &str| differing(&mrz, &dg13, &Qr::parse(&QR.replacen(from, to, 1)).unwrap(), &given);
    assert_eq!(with_qr("999199000001", "999199000002"), ["vn.qr_number"]);
    assert_eq!(with_qr("Thị Mẫu", "Thị Mai"), ["vn.qr_name"]);
    assert_eq!(with_qr("01011999", "01021999"), ["vn.qr_birth_date"]);
    assert_eq!(with_qr("Nữ", "Nam"), ["vn.qr_other"]);
    assert_eq!(with_qr("Số 1", "Số 2"), ["vn.qr_other"]);
    assert_eq!(with_qr("01072023", "02072023"), ["vn.qr_other"]);
    assert_eq!(differing(&mrz, &dg13, &qr, &number("999199000002")), ["vn.number_given"]);
    let broken = Dg13::parse(&build(&[(1, text("99919900000"))])).unwrap();
    assert_eq!(differing(&mrz, &broken, &qr, &given), ["vn.number"], "a number that is none does not agree");
}

#[test]
fn cut_names_and_partial_dates_agree_with_a_warning() {
    let cut = MRZ.replacen("NGUYEN<<THI<MAU<<<<<<<<<<<<<<<", "NGUYEN<<THI<MAU<RAT<DAI<VA<DAI", 1);
    let mrz = Mrz::parse(&cut).unwrap();
    let long = build(&[
        (2, text("Nguye\u{302}\u{303}n Thị Mẫu Rất Đài Và Đài Nữa")),
        (3, text("1999")),
        (12, text("01/2039")),
    ]);
    let dg13 = Dg13::parse(&long).unwrap();
    let checks = cross_checks(&Sources { mrz: Some(&mrz), dg13: Some(&dg13), ..Default::default() });
    assert_eq!(find(&checks, CheckId::VnName), (Comparison::Equal, vec![CrossWarning::NameCut]));
    assert_eq!(find(&checks, CheckId::VnBirthDate), (Comparison::Equal, vec![CrossWarning::PartialDate]));
    assert_eq!(find(&checks, CheckId::VnExpiry), (Comparison::Equal, vec![CrossWarning::PartialDate]));
    assert_eq!(find(&checks, CheckId::VnNumber).0, Comparison::NothingToCompare);
    // Where the MRZ is not full, a longer name is another name.
    let mrz = Mrz::parse(MRZ).unwrap();
    let checks = cross_checks(&Sources { mrz: Some(&mrz), dg13: Some(&dg13), ..Default::default() });
    assert_eq!(find(&checks, CheckId::VnName).0, Comparison::Differs);
}

#[test]
fn a_qr_name_on_a_weaker_level_agrees_with_a_warning() {
    let mrz = Mrz::parse(MRZ).unwrap();
    let with_other = build(&[(2, [text("Nguyễn Thị Mẫu"), text("Nguyễn Thúy Lý")].concat())]);
    let dg13 = Dg13::parse(&with_other).unwrap();
    assert_eq!(dg13.other_name(), Some("Nguyễn Thúy Lý"));
    let compared = |name: &str, dg13: Option<&Dg13>| {
        let qr = Qr::parse(&QR.replacen("Nguyễn Thị Mẫu", name, 1)).unwrap();
        find(
            &cross_checks(&Sources { mrz: Some(&mrz), dg11: None, dg13, qr: Some(&qr), given: None }),
            CheckId::VnQrName,
        )
    };
    let slightly = (Comparison::Equal, vec![CrossWarning::NameDiffersSlightly]);
    // Of the QR code against DG13.
    for same in ["Nguyễn Thị Mẫu", "NGUYỄN THỊ  MẪU", "Nguye\u{302}\u{303}n Thị Mẫu"] {
        assert_eq!(compared(same, Some(&dg13)), (Comparison::Equal, vec![]), "{same}");
    }
    for weaker in ["Nguyen Thi Mau", "Nguyễn Thị Mẩu", "Nguyễn Thúy Lý", "Nguyễn Thuý Lí", "Thị Mẫu Nguyễn"]
    {
        assert_eq!(compared(weaker, Some(&dg13)), slightly, "{weaker}");
    }
    for other in ["Nguyễn Thị Mai", "Nguyễn Thị", "Nguyễn Thúi Lý", "Thị Nguyễn Mẫu"] {
        assert_eq!(compared(other, Some(&dg13)), (Comparison::Differs, vec![]), "{other}");
    }
    // Against DG1 alone, which has neither marks nor the other name.
    assert_eq!(compared("NGUYEN THI MAU", None), (Comparison::Equal, vec![]));
    assert_eq!(compared("Nguyễn Thị Mẫu", None), slightly);
    assert_eq!(compared("Nguyễn Thị Mai", None), (Comparison::Differs, vec![]));
    assert_eq!(compared("Nguyễn Thúy Lý", None), (Comparison::Differs, vec![]));
    assert_eq!(compared("Нгуен", None), (Comparison::NothingToCompare, vec![]));
}

#[test]
fn a_qr_name_is_compared_with_a_cut_mrz_name_only_as_far_as_the_field_goes() {
    let cut = Mrz::parse(&MRZ.replacen("NGUYEN<<THI<MAU<<<<<<<<<<<<<<<", "NGUYEN<<THI<MAU<RAT<DAI<VA<DAI", 1)).unwrap();
    let compared = |name: &str, mrz: &Mrz| {
        let qr = Qr::parse(&QR.replacen("Nguyễn Thị Mẫu", name, 1)).unwrap();
        find(&cross_checks(&Sources { mrz: Some(mrz), qr: Some(&qr), ..Default::default() }), CheckId::VnQrName)
    };
    let name_cut = (Comparison::Equal, vec![CrossWarning::NameCut]);
    assert_eq!(compared("Nguyễn Thị Mẫu Rất Dài Và Dài Nữa", &cut), name_cut);
    assert_eq!(compared("Nguyễn Thị Mẫu Rất Dài Và Dư", &cut), (Comparison::Differs, vec![]));
    let whole = Mrz::parse(MRZ).unwrap();
    assert_eq!(compared("Nguyễn Thị Mẫu Rất", &whole), (Comparison::Differs, vec![]));
}

#[test]
fn a_qr_birth_date_is_compared_with_the_two_digits_of_the_mrz() {
    let mrz = Mrz::parse(MRZ).unwrap();
    let compared = |date: &str| {
        let qr = Qr::parse(&QR.replacen("01011999", date, 1)).unwrap();
        find(&cross_checks(&Sources { mrz: Some(&mrz), qr: Some(&qr), ..Default::default() }), CheckId::VnQrBirthDate)
    };
    assert_eq!(compared("01011999"), (Comparison::Equal, vec![]));
    assert_eq!(compared("1999"), (Comparison::Equal, vec![CrossWarning::PartialDate]));
    assert_eq!(compared("01011998"), (Comparison::Differs, vec![]));
    assert_eq!(compared("1998"), (Comparison::Differs, vec![]));
}

#[test]
fn a_birth_in_another_century_is_compared_by_what_the_mrz_has() {
    let old = Mrz::parse(&MRZ.replacen("9901018", "2001012", 1)).unwrap();
    for year in ["1920", "2020"] {
        let dg13 = Dg13::parse(&build(&[(3, text(&format!("01/01/{year}")))])).unwrap();
        let checks = cross_checks(&Sources { mrz: Some(&old), dg13: Some(&dg13), ..Default::default() });
        assert_eq!(find(&checks, CheckId::VnBirthDate).0, Comparison::Equal, "{year}");
    }
}

#[test]
fn debug_shows_nothing_personal() {
    let (dg13, qr, number) = (dg13(), Qr::parse(QR).unwrap(), number("999199000001"));
    let shown = format!("{dg13:?} {:?} {qr:?} {number:?} {:?}", dg13.fields(), Qr::parse("x"));
    for canary in ["999199", "Nguy", "Mẫu", "1999", "000001"] {
        assert!(!shown.contains(canary), "{shown}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_changed_dg13_panics(at in 0usize..391, value in any::<u8>(), cut in 0usize..391) {
        let mut file = hex::decode(DG13).unwrap();
        file[at] = value;
        if let Ok(dg13) = Dg13::parse(&file) {
            let mrz = Mrz::parse(MRZ).unwrap();
            let qr = Qr::parse(QR).unwrap();
            let _ = cross_checks(&Sources { mrz: Some(&mrz), dg11: None, dg13: Some(&dg13), qr: Some(&qr), given: None });
        }
        prop_assert!(Dg13::parse(&file[..cut]).is_err() || cut == 391);
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,80}", fields in proptest::collection::vec("[0-9/]{0,12}|\\PC{0,10}", 0..12)) {
        let _ = Qr::parse(&text);
        let _ = Qr::parse(&fields.join("|"));
        let _ = PersonalNumber::parse(&text);
        let _ = chipid::vietnam::parse_date(&text);
        let _ = chipid::vietnam::transliterate(&text);
    }

    #[test]
    fn what_is_built_reads_back(name in "\\PC{1,40}", order in Just((1u8..=16).collect::<Vec<_>>()).prop_shuffle()) {
        let fields: Vec<(u8, Vec<u8>)> = order.iter().map(|&number| (number, text(&format!("{name}{number}")))).collect();
        let dg13 = Dg13::parse(&build(&fields)).unwrap();
        prop_assert!(dg13.findings().is_empty());
        for field in Dg13Field::ALL {
            let due = format!("{name}{}", field.number());
            prop_assert_eq!(dg13.text(field), Some(due.as_str()));
        }
    }
}
