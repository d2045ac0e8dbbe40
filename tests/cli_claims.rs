//! Is this the person who was asked for, as a script and a clerk see it: exit codes of every situation without a policy and
//! with each of the two, the first sentence in both languages, and the six outputs.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[path = "support/program.rs"]
#[allow(dead_code, reason = "each test program uses a part of it")]
mod program;
#[path = "support/reading.rs"]
mod reading;

use boon::{Compiler, Schemas};
use chipid::sim::Profile;
use chipid::sim::person::{Layout, Person};
use chipid::sim::profile::{passport, vn};
use program::{Folder, Run, run, run_with};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// The built-in card's number, and that of another person with the same last six digits.
const OWN: &str = "999199000001";
const OTHER: &str = "001199000001";

/// The first words of the sentence about another person.
const DIFFERS: [(&str, &str); 2] = [
    ("en", "NOT THE PERSON ASKED FOR: the number differs"),
    ("vi", "KHÔNG PHẢI CỦA NGƯỜI CẦN KIỂM TRA: số định danh không khớp"),
];

fn qr(digits: &str) -> String {
    vn().qr_text().unwrap().replace(OWN, digits)
}

fn mrz(digits: &str) -> String {
    Person { optional: digits.into(), ..vn().person }.mrz_lines(Layout::Td1Vietnam).concat()
}

fn passport_mrz(change: impl FnOnce(&mut Person)) -> String {
    let mut person = passport().person;
    change(&mut person);
    person.mrz_lines(Layout::Td3).concat()
}

/// The options that name this number's person, each with its value.
fn ways(digits: &str) -> [[String; 2]; 3] {
    [["--number".into(), digits.into()], ["--qr".into(), qr(digits)], ["--mrz".into(), mrz(digits)]]
}

fn strs<'a>(parts: impl IntoIterator<Item = &'a String>) -> Vec<&'a str> {
    parts.into_iter().map(String::as_str).collect()
}

/// The exit codes without a policy, with `strict` and with `field`; the outcome is this one each time.
#[track_caller]
fn gives(arguments: &[&str], codes: [i32; 3], outcome: &str) {
    for (policy, code) in [&[][..], &["--policy", "strict"], &["--policy", "field"]].into_iter().zip(codes) {
        let run = run(&[arguments, policy, &["--format", "json", "--quiet"]].concat());
        assert_eq!(run.code, code, "{arguments:?} {policy:?}: {} {}", run.out, run.err);
        assert_eq!(run.json()["claims"]["outcome"], outcome, "{arguments:?} {policy:?}");
    }
}

/// The certificate of the issuer of a built-in card.
fn csca(folder: &Folder, profile: &Profile) -> String {
    let file = folder.at(&format!("{}.der", profile.name));
    fs::write(&file, profile.csca().unwrap()).unwrap();
    file
}

/// Saves a built-in card that was read with these claims.
fn saved(folder: &Folder, name: &str, arguments: &[&str]) -> String {
    let place = folder.at(name);
    let read = run(&[&["read", "--quiet", "--save", &place][..], arguments].concat());
    assert!([0, 11, 16, 17].contains(&read.code), "{} {}", read.out, read.err);
    place
}

fn evidence(folder: &Folder, name: &str, arguments: &[&str], csca: &str) -> String {
    let place = folder.at(name);
    let read = run(&[&["read", "--quiet", "--evidence", &place, "--trust", csca][..], arguments].concat());
    assert!([0, 16, 17].contains(&read.code), "{} {}", read.out, read.err);
    place
}

/// The text without its line breaks.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What the first paragraph says, and with a policy the second one.
fn first_sentences(run: &Run) -> String {
    flat(run.out.split("\n\n").next().unwrap())
}

#[test]
fn row_1_a_card_without_a_claim_is_as_before() {
    gives(&["read", "--demo"], [0, 14, 0], "not_given");
    gives(&["read", "--demo", "passport"], [0, 14, 0], "not_given");
}

#[test]
fn row_2_a_claim_that_is_equal_matches() {
    for way in ways(OWN) {
        gives(&["read", "--demo", &way[0], &way[1]], [0, 14, 0], "matches");
    }
    let text = run(&["read", "--demo", "--number", OWN]);
    assert!(text.out.starts_with("GENUINE:"), "{}", text.out);
    assert!(flat(&text.out).contains("This is the person asked for: what was given matches the chip (number)."));
}

#[test]
fn row_3_another_number_with_the_same_last_six_digits_is_not_the_person_asked_for() {
    for way in ways(OTHER) {
        gives(&["read", "--demo", &way[0], &way[1]], [16, 15, 16], "differs");
    }
}

#[test]
fn row_4_a_plan_that_hides_the_number_compares_it() {
    for plan in ["number", "age", "residence", "fastest"] {
        let read = ["read", "--demo", "--plan", plan, "--number"];
        gives(&[&read[..], &[OWN]].concat(), [0, 14, 0], "matches");
        gives(&[&read[..], &[OTHER]].concat(), [16, 15, 16], "differs");
    }
    let read = run(&["read", "--demo", "--plan", "age", "--number", OWN, "--format", "json"]);
    assert!(read.json()["holder"].get("personal_number").is_none() && !read.out.contains(OWN), "{}", read.out);
}

#[test]
fn row_5_what_cannot_be_compared_is_code_17() {
    for digits in [OWN, OTHER] {
        gives(&["read", "--demo", "passport", "--number", digits], [17, 14, 14], "not_comparable");
        gives(&["read", "--demo", "passport", "--qr", &qr(digits)], [17, 14, 14], "not_comparable");
    }
    let own = passport_mrz(|_| {});
    gives(&["read", "--demo", "passport", "--plan", "residence", "--mrz", &own], [17, 14, 14], "not_comparable");
    gives(&["read", "--demo", "passport", "--mrz", &own], [0, 14, 0], "matches");
    for (language, words) in [("en", "NOT COMPARED:"), ("vi", "CHƯA ĐỐI CHIẾU:")] {
        let text = run(&["read", "--demo", "passport", "--number", OWN, "--lang", language]);
        assert!(text.out.starts_with(words), "{}", text.out);
    }
}

#[test]
fn row_6_the_name_of_a_qr_code_against_the_name_of_dg1_matches_with_a_warning() {
    gives(&["read", "--demo", "--plan", "number", "--qr", &qr(OWN)], [0, 14, 0], "matches");
    let read = run(&["read", "--demo", "--plan", "number", "--qr", &qr(OWN), "--format", "json"]);
    assert_eq!(read.json()["claims"]["warnings"], json!(["name_not_exact"]));
    let other = qr(OWN).replace("Mẫu|", "Hoa|");
    gives(&["read", "--demo", "--plan", "number", "--qr", &other], [16, 15, 16], "differs");
}

#[test]
fn row_7_an_mrz_with_another_date_of_expiry_matches_with_a_warning() {
    let later = passport_mrz(|person| person.expiry = "391231".into());
    let read = ["read", "--demo", "passport", "--mrz", &later];
    // The check `lds.dg1_printed` is decided upon as before there were claims.
    gives(&read, [0, 15, 14], "matches");
    let json = run(&[&read[..], &["--format", "json"]].concat()).json();
    assert_eq!(json["claims"]["warnings"], json!(["other_field_differs"]));
    assert_eq!(json["claims"]["different"], json!(["date_of_expiry"]));
    // The fields that identify a person.
    for other in [
        passport_mrz(|person| person.document_number = "X00000018".into()),
        passport_mrz(|person| person.birth = "850413".into()),
        passport_mrz(|person| person.primary = "PROBE".into()),
    ] {
        gives(&["read", "--demo", "passport", "--mrz", &other], [16, 15, 16], "differs");
    }
}

#[test]
fn row_8_a_saved_folder_and_evidence_are_compared_with_what_is_given_now() {
    let folder = Folder::new("claims-stored");
    let csca = csca(&folder, &vn());
    let stored = [saved(&folder, "folder", &["--demo"]), evidence(&folder, "a.chipid.json", &["--demo"], &csca)];
    for place in stored {
        let verify = ["verify", &place, "--trust", &csca];
        gives(&verify, [0, 14, 0], "not_given");
        for way in ways(OWN) {
            gives(&[&verify[..], &strs(&way)].concat(), [0, 14, 0], "matches");
        }
        for way in ways(OTHER) {
            gives(&[&verify[..], &strs(&way)].concat(), [16, 15, 16], "differs");
        }
    }
    let passport = passport();
    let csca = self::csca(&folder, &passport);
    let place = saved(&folder, "passport", &["--demo", "passport"]);
    gives(&["verify", &place, "--trust", &csca, "--number", OWN], [17, 14, 14], "not_comparable");
    gives(&["verify", &place, "--trust", &csca, "--mrz", &passport_mrz(|_| {})], [0, 14, 0], "matches");
}

#[test]
fn row_9_a_folder_without_a_record_is_not_recorded() {
    let folder = Folder::new("claims-no-record");
    let csca = csca(&folder, &vn());
    let place = saved(&folder, "folder", &["--demo", "--number", OTHER]);
    let proofs = Path::new(&place).join("proofs.json");
    let mut value: Value = serde_json::from_slice(&fs::read(&proofs).unwrap()).unwrap();
    assert_eq!(value["schema"], "chipid.proofs/2");
    assert!(value.as_object_mut().unwrap().remove("claims").is_some());
    fs::write(&proofs, value.to_string()).unwrap();
    // What `SECURITY.md` states: nothing shows that an unsigned record was deleted, and `strict` refers it.
    gives(&["verify", &place, "--trust", &csca], [0, 14, 0], "not_recorded");
    let reasons = run(&["verify", &place, "--trust", &csca, "--policy", "strict", "--format", "json"]).json();
    let reasons = reasons["decision"]["reasons"].as_array().unwrap().clone();
    assert!(reasons.iter().any(|reason| reason["claims"] == "not_recorded" && reason["outcome"] == "refer"));
    for (language, words) in
        [("en", "was not recorded when the document was stored"), ("vi", "không ghi lại việc đối chiếu")]
    {
        let text = run(&["verify", &place, "--trust", &csca, "--lang", language]);
        assert!(flat(&text.out).contains(words), "{}", text.out);
    }
    gives(&["verify", &place, "--trust", &csca, "--number", OTHER], [16, 15, 16], "differs");
}

#[test]
fn row_10_a_recorded_difference_is_code_16_until_the_right_person_is_given() {
    let folder = Folder::new("claims-recorded-differs");
    let csca = csca(&folder, &vn());
    let arguments = ["--demo", "--number", OTHER];
    for place in [saved(&folder, "folder", &arguments), evidence(&folder, "a.chipid.json", &arguments, &csca)] {
        let verify = ["verify", &place, "--trust", &csca];
        gives(&verify, [16, 15, 16], "differs");
        for way in ways(OWN) {
            gives(&[&verify[..], &strs(&way)].concat(), [0, 14, 0], "matches");
        }
        let text = run(&[&verify[..], &["--number", OWN]].concat());
        assert!(flat(&text.out).contains("records a comparison that found another person"), "{}", text.out);
        let report = run(&[&verify[..], &["--number", OWN, "--policy", "strict", "--format", "json"]].concat()).json();
        let reasons = report["decision"]["reasons"].as_array().unwrap().clone();
        assert!(reasons.iter().any(|reason| reason["claims"] == "matches" && reason["outcome"] == "refer"));
        let text = run(&verify);
        assert!(
            flat(&text.out).contains("was recorded when the document was stored; the file is not signed"),
            "{}",
            text.out
        );
    }
}

#[test]
fn row_11_an_unsigned_match_is_not_given_and_says_so() {
    let folder = Folder::new("claims-recorded-match");
    let csca = csca(&folder, &vn());
    let arguments = ["--demo", "--number", OWN];
    for place in [saved(&folder, "folder", &arguments), evidence(&folder, "a.chipid.json", &arguments, &csca)] {
        let verify = ["verify", &place, "--trust", &csca];
        gives(&verify, [0, 14, 0], "not_given");
        let report = run(&[&verify[..], &["--policy", "strict", "--format", "json"]].concat()).json();
        assert_eq!(report["claims"]["warnings"], json!(["recorded_match_not_signed"]));
        let reasons = report["decision"]["reasons"].as_array().unwrap().clone();
        assert!(reasons.iter().any(|reason| reason["claims"] == "not_given" && reason["outcome"] == "refer"));
        for (language, words) in [
            ("en", "The file states a match; it is not signed by a trusted reader."),
            ("vi", "Tệp ghi là khớp, nhưng không có chữ ký của đầu đọc được tin cậy."),
        ] {
            let text = run(&[&verify[..], &["--lang", language]].concat());
            assert!(flat(&text.out).contains(words), "{}", text.out);
            assert!(!text.out.contains("person asked for: what was given"), "{}", text.out);
        }
    }
}

/// A file that version 0.1.0 stored.
fn golden(path: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("test-vectors/stored-0.1").join(path).display().to_string()
}

#[test]
fn row_12_a_match_that_a_trusted_reader_signed_is_a_match() {
    let [csca, crl, reader] = ["certificates/csca-vn.der", "bundles/crl.bundle", "certificates/reader.der"].map(golden);
    let at = ["--at", "2026-12-01T12:00:00Z"];
    // Of the second one EF.DG2 and EF.DG13 were not read, which only a trusted reader accounts for.
    for (name, untrusted) in [("vn-qr-matches-signed", [0, 14, 0]), ("vn-plan-number-matches-signed", [4, 14, 14])] {
        let file = golden(&format!("evidence/{name}.chipid.json"));
        let verify = [&["verify", &file, "--trust", &csca][..], &at].concat();
        gives(&[&verify[..], &["--trust", &crl, "--trust-reader", &reader]].concat(), [0, 0, 0], "matches");
        // The control: the signature of a reader that is not trusted.
        gives(&[&verify[..], &["--trust", &crl]].concat(), untrusted, "not_given");
        let text = run(&[&verify[..], &["--trust-reader", &reader]].concat());
        assert!(flat(&text.out).contains("was recorded and signed by a trusted reader"), "{}", text.out);
    }
    let file = golden("evidence/vn-number-of-another-person-signed.chipid.json");
    let verify = [&["verify", &file, "--trust", &csca, "--trust-reader", &reader][..], &at].concat();
    gives(&verify, [16, 15, 16], "differs");
}

#[test]
fn row_13_a_difference_beside_another_verdict() {
    let folder = Folder::new("claims-verdicts");
    let csca = csca(&folder, &vn());
    let place = saved(&folder, "folder", &["--demo"]);
    let verify = ["verify", &place, "--number", OTHER];
    let trusting = [&verify[..], &["--trust", &csca]].concat();
    gives(&verify, [16, 15, 16], "differs");
    let expired = [&trusting[..], &["--at", "2039-06-01T00:00:00Z"]].concat();
    gives(&expired, [16, 15, 16], "differs");
    assert!(run(&expired).out.starts_with("GENUINE CARD, EXPIRED since 01/01/2039, AND NOT THE PERSON"));
    assert!(run(&verify).out.starts_with("UNDETERMINED, AND NOT THE PERSON"));
    let dg2 = Path::new(&place).join("EF_DG2.bin");
    let mut bytes = fs::read(&dg2).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&dg2, bytes).unwrap();
    gives(&trusting, [3, 15, 15], "differs");
    assert!(run(&trusting).out.starts_with("FAILED, AND NOT THE PERSON"));
}

#[test]
fn of_the_codes_the_worst_is_given() {
    let folder = Folder::new("claims-order");
    let passport = passport();
    let csca = csca(&folder, &passport);
    let place = saved(&folder, "passport", &["--demo", "passport"]);
    let code = |more: &[&str]| run(&[&["verify", &place, "--quiet"][..], more].concat()).code;
    let (trust, late, number) = (["--trust", &csca], ["--at", "2034-06-01T00:00:00Z"], ["--number", OWN]);
    let other = passport_mrz(|person| person.primary = "PROBE".into());
    // 16 before 4, 4 before 17, 17 before 12, and 12 alone.
    assert_eq!(code(&["--mrz", &other]), 16);
    assert_eq!(code(&number), 4);
    assert_eq!(code(&[&trust[..], &late, &number].concat()), 17);
    assert_eq!(code(&[&trust[..], &late].concat()), 12);
    // 17 before 11, and 11 alone.
    let plain = saved(&folder, "plain", &["--demo", "plain"]);
    assert_eq!(run(&["verify", &plain, "--trust", &csca]).code, 11);
    assert_eq!(run(&["verify", &plain, "--trust", &csca, "--number", OWN]).code, 17);
    assert_eq!(run(&["verify", &plain, "--trust", &csca, "--mrz", &other]).code, 16);
    // With a policy: 15 before 16 before 14 before 0.
    let policy = |name: &str, rest: &str| {
        let file = folder.at(name);
        let text = format!("schema = \"chipid.policy/1\"\nname = \"own\"\nextends = \"field\"\n{rest}");
        fs::write(&file, text).unwrap();
        file
    };
    let reject = policy("reject.toml", "[claims]\ndiffers = \"reject\"\n");
    let accept = policy("accept.toml", "[claims]\nnot_comparable = \"accept\"\n");
    assert_eq!(code(&[&trust[..], &["--mrz", &other, "--policy", &reject]].concat()), 15);
    assert_eq!(code(&[&trust[..], &["--mrz", &other, "--policy", &accept]].concat()), 16);
    assert_eq!(code(&[&trust[..], &number, &["--policy", &reject]].concat()), 14);
    assert_eq!(code(&[&trust[..], &number, &["--policy", &accept]].concat()), 0);
    // No policy file accepts another person.
    let lax = policy("lax.toml", "[claims]\ndiffers = \"accept\"\n");
    for language in ["en", "vi"] {
        let refused = run(&["verify", &place, "--policy", &lax, "--lang", language, "--format", "json"]);
        assert_eq!((refused.code, refused.json()["code"].as_str()), (2, Some("policy.accepts_other_person")));
        assert!(refused.json()["message"].as_str().unwrap().contains("claims.differs"), "{}", refused.out);
    }
}

#[test]
fn one_of_several_that_is_another_persons_makes_it_13() {
    let folder = Folder::new("claims-several");
    let csca = csca(&folder, &vn());
    let (none, differs, matches) = (
        saved(&folder, "none", &["--demo"]),
        saved(&folder, "differs", &["--demo", "--number", OTHER]),
        saved(&folder, "matches", &["--demo", "--number", OWN]),
    );
    let verify = |paths: &[&str], more: &[&str]| {
        run(&[&["verify", "--trust", &csca, "--format", "json"][..], paths, more].concat())
    };
    for policy in [&[][..], &["--policy", "field"], &["--policy", "strict"]] {
        let several = verify(&[&none, &differs, &matches], policy);
        assert_eq!((several.code, &several.lines()[3]["differs"]), (13, &json!(1)), "{policy:?} {}", several.out);
        let good = verify(&[&none, &matches], policy);
        let due = if policy == ["--policy", "strict"] { 14 } else { 0 };
        assert_eq!((good.code, &good.lines()[2]["differs"]), (due, &json!(0)), "{policy:?} {}", good.out);
        let both = verify(&[&none, &matches], &[&["--number", OTHER][..], policy].concat());
        assert_eq!((both.code, &both.lines()[2]["differs"]), (13, &json!(2)), "{policy:?} {}", both.out);
    }
    for (language, words) in DIFFERS {
        let text = run(&["verify", &none, &differs, "--trust", &csca, "--lang", language]);
        let line = text.out.lines().find(|line| line.starts_with(&differs)).unwrap();
        assert!(line.contains(words), "{line}");
    }
    // What cannot be compared is told by its code.
    let passport = self::csca(&folder, &passport());
    let foreign = saved(&folder, "passport", &["--demo", "passport"]);
    assert_eq!(verify(&[&none, &foreign], &["--trust", &passport, "--number", OWN]).code, 17);
    // A folder of evidence.
    let archive = folder.at("archive");
    fs::create_dir(&archive).unwrap();
    for (name, number) in [("a", OWN), ("b", OTHER)] {
        evidence(&folder, &format!("archive/{name}.chipid.json"), &["--demo", "--number", number], &csca);
    }
    assert_eq!(verify(&[&archive], &[]).code, 13);
    let own = verify(&[&archive], &["--number", OWN]);
    assert_eq!((own.code, &own.lines()[2]["differs"]), (0, &json!(0)), "{}", own.out);
}

#[test]
fn the_first_sentence_says_that_it_is_not_the_person_asked_for_in_both_languages() {
    let folder = Folder::new("claims-sentence");
    let csca = csca(&folder, &vn());
    let place = saved(&folder, "folder", &["--demo"]);
    for (language, words) in DIFFERS {
        for arguments in [
            &["read", "--demo", "--number", OTHER][..],
            &["verify", &place, "--trust", &csca, "--number", OTHER],
            &["verify", &place, "--number", OTHER],
        ] {
            let text = run(&[arguments, &["--lang", language]].concat());
            assert_eq!(text.code, 16);
            let first = first_sentences(&text);
            let sentence = first.split_once(". ").unwrap().0;
            assert!(sentence.contains(words), "{}", text.out);
            assert!(text.out.lines().all(|line| line.chars().count() <= 80), "{}", text.out);
        }
        let both = qr(OTHER).replace("Nguyễn", "Trần");
        let text = run(&["read", "--demo", "--qr", &both, "--lang", language]);
        let words =
            if language == "en" { "these differ: number, name" } else { "không khớp: số định danh, họ tên" };
        assert!(first_sentences(&text).contains(words), "{}", text.out);
    }
    // With a policy it is the reason in the decision's sentence, which stands first.
    for (language, policy, words) in [
        ("en", "strict", "REJECT, by the policy \"strict\": not the person asked for."),
        ("en", "field", "REFER TO A PERSON, by the policy \"field\": not the person asked for."),
        ("vi", "strict", "TỪ CHỐI, theo chính sách \"strict\": không phải người cần kiểm tra."),
        ("vi", "field", "CHUYỂN NGƯỜI XEM XÉT, theo chính sách \"field\": không phải người cần kiểm tra."),
    ] {
        let text = run(&["read", "--demo", "--number", OTHER, "--policy", policy, "--lang", language]);
        assert!(first_sentences(&text).starts_with(words), "{}", text.out);
        let own = run(&["read", "--demo", "--number", OWN, "--policy", policy, "--lang", language]);
        assert!(
            !first_sentences(&own).contains("asked for") && !first_sentences(&own).contains("cần kiểm tra"),
            "{}",
            own.out
        );
    }
}

/// A folder of the built-in card, and the certificate of its issuer.
fn document(folder: &Folder) -> (String, String) {
    (saved(folder, "document", &["--demo"]), csca(folder, &vn()))
}

#[test]
fn output_1_text() {
    let folder = Folder::new("claims-text");
    let (place, csca) = document(&folder);
    let text = run(&["verify", &place, "--trust", &csca, "--number", OTHER]).out;
    assert!(text.starts_with("GENUINE CARD, BUT NOT THE PERSON ASKED FOR: the number differs."), "{text}");
    let own = run(&["verify", &place, "--trust", &csca, "--number", OWN]).out;
    assert!(own.starts_with("GENUINE:") && own.contains("This is the person asked for"), "{own}");
    // What was given stands nowhere, unless the chip holds it.
    assert!(!text.contains(OTHER), "{text}");
}

#[test]
fn output_2_json_fits_the_schema() {
    let folder = Folder::new("claims-json");
    let (place, csca) = document(&folder);
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.add_resource("chipid.json", run(&["schema"]).json()).unwrap();
    let schema = compiler.compile("chipid.json", &mut schemas).unwrap();
    let out = folder.at("report.json");
    for (more, outcome, basis, compared, different) in [
        (&["--number", OTHER][..], "differs", "given", json!(["personal_number"]), json!(["personal_number"])),
        (&["--number", OWN], "matches", "given", json!(["personal_number"]), json!([])),
        (&[], "not_given", "record", json!([]), json!([])),
    ] {
        for policy in [&[][..], &["--policy", "strict"]] {
            let verify = run(&[&["verify", &place, "--trust", &csca, "--format", "json"][..], more, policy].concat());
            let report = ["report", &place, "--trust", &csca, "--as", "json", "--out", &out, "--force"];
            assert_eq!(run(&[&report[..], more, policy].concat()).code, verify.code);
            for value in [verify.json(), serde_json::from_slice(&fs::read(&out).unwrap()).unwrap()] {
                schemas.validate(&value, schema).unwrap_or_else(|error| panic!("{error}"));
                let claims = &value["claims"];
                assert_eq!((&claims["outcome"], &claims["basis"]), (&json!(outcome), &json!(basis)));
                assert_eq!((&claims["compared"], &claims["different"]), (&compared, &different));
                assert_eq!(value["verdict"], "genuine", "the verdict is the other axis");
                if !policy.is_empty() {
                    let first = &value["decision"]["reasons"][0];
                    assert_eq!(first["claims"] == "differs", outcome == "differs", "{first}");
                }
            }
        }
    }
    // An outcome that there is not does not fit.
    let mut value = run(&["verify", &place, "--format", "json"]).json();
    value["claims"]["outcome"] = json!("fine");
    assert!(schemas.validate(&value, schema).is_err());
    value.as_object_mut().unwrap().remove("claims");
    assert!(schemas.validate(&value, schema).is_err());
}

#[test]
fn output_3_the_page() {
    let folder = Folder::new("claims-page");
    let (place, csca) = document(&folder);
    let page = |more: &[&str]| {
        let out = folder.at("page.html");
        let run = run(&[&["report", &place, "--trust", &csca, "--out", &out, "--force"][..], more].concat());
        (run.code, fs::read_to_string(out).unwrap())
    };
    let (code, differs) = page(&["--number", OTHER]);
    assert_eq!(code, 16);
    // In the colour of a failed card, in both languages, in the headline.
    assert!(differs.contains("class=\"verdict failed\"") && !differs.contains("class=\"verdict genuine\""));
    let headline = differs.split("<h1>").nth(1).unwrap().split("</h1>").next().unwrap();
    assert!(headline.contains("KHÔNG PHẢI CỦA NGƯỜI CẦN KIỂM TRA"), "{headline}");
    assert!(differs.contains("GENUINE CARD, BUT NOT THE PERSON ASKED FOR: the number differs"));
    let (code, own) = page(&["--number", OWN]);
    assert_eq!(code, 0);
    assert!(own.contains("class=\"verdict genuine\"") && own.contains("This is the person asked for"));
    let (code, decided) = page(&["--number", OTHER, "--policy", "field"]);
    assert_eq!(code, 16);
    let headline = decided.split("<h1>").nth(1).unwrap().split("</h1>").next().unwrap();
    assert!(headline.contains("không phải người cần kiểm tra"), "{headline}");
}

#[test]
fn output_4_a_fhir_patient_is_not_made_of_another_person() {
    let folder = Folder::new("claims-fhir");
    let (place, csca) = document(&folder);
    let out = folder.at("patient.json");
    let fhir =
        |more: &[&str]| run(&[&["report", &place, "--trust", &csca, "--as", "fhir", "--out", &out][..], more].concat());
    for (more, code) in [
        (&["--number", OTHER][..], 16),
        (&["--number", OTHER, "--policy", "field"], 16),
        (&["--number", OTHER, "--policy", "strict"], 15),
    ] {
        let refused = fhir(&[more, &["--format", "json"]].concat());
        assert_eq!((refused.code, refused.json()["code"].as_str()), (code, Some("claim_differs")), "{}", refused.out);
        assert!(!refused.json()["remedy"].as_str().unwrap().is_empty());
        assert!(!Path::new(&out).exists(), "the file must not be written");
        for (language, words) in
            [("en", "not that of the person asked for"), ("vi", "không phải của người cần kiểm tra")]
        {
            let told = fhir(&[more, &["--lang", language]].concat());
            assert!(flat(&told.err).contains(words), "{}", told.err);
        }
    }
    let piped = run(&["report", &place, "--trust", &csca, "--as", "fhir", "--out", "-", "--number", OTHER]);
    assert_eq!((piped.code, piped.out.as_str()), (16, ""));
    // A file that is there stays as it is, also with --force.
    fs::write(&out, "mine").unwrap();
    assert_eq!(fhir(&["--number", OTHER, "--force"]).code, 16);
    assert_eq!(fs::read_to_string(&out).unwrap(), "mine");
    assert_eq!(fhir(&["--number", OWN, "--force"]).code, 0);
    let patient: Value = serde_json::from_slice(&fs::read(&out).unwrap()).unwrap();
    assert_eq!(patient["resourceType"], "Patient");
    // Of a recorded difference neither.
    let recorded = saved(&folder, "recorded", &["--demo", "--number", OTHER]);
    let refused = run(&["report", &recorded, "--trust", &csca, "--as", "fhir", "--out", "-"]);
    assert_eq!((refused.code, refused.out.as_str()), (16, ""));
}

#[test]
fn output_5_evidence() {
    let folder = Folder::new("claims-evidence");
    let csca = csca(&folder, &vn());
    for (number, outcome, different) in [(OTHER, "differs", json!(["personal_number"])), (OWN, "matches", json!([]))] {
        let file = evidence(&folder, &format!("{outcome}.chipid.json"), &["--demo", "--number", number], &csca);
        let shown = run(&["evidence", "show", &file, "--format", "json"]).json();
        let due = json!({"compared": ["personal_number"], "different": different, "outcome": outcome});
        assert_eq!(shown["manifest"]["claims"], due);
        // The outcome is kept, and not what was given.
        assert_eq!(fs::read_to_string(&file).unwrap().matches(number).count(), 0);
        let text = run(&["evidence", "show", &file]).out;
        let words = if outcome == "differs" { "another person, as recorded" } else { "equal, as recorded" };
        assert!(text.contains(words), "{text}");
    }
    // On standard output it is the evidence alone; the sentence goes beside it, and the code is the same.
    let piped = run(&["read", "--demo", "--number", OTHER, "--evidence", "-"]);
    assert_eq!(piped.code, 16);
    assert!(flat(&piped.err).contains("NOT THE PERSON ASKED FOR"), "{}", piped.err);
    assert_eq!(piped.json()["manifest"]["claims"]["outcome"], "differs");
    // A group that is removed takes nothing of it away.
    let (file, less) = (folder.at("differs.chipid.json"), folder.at("less.chipid.json"));
    assert_eq!(run(&["evidence", "remove", &file, "--group", "1", "--group", "13", "--out", &less]).code, 0);
    let report = run(&["verify", &less, "--trust", &csca, "--format", "json"]).json();
    assert_eq!(report["claims"]["outcome"], "differs");
}

#[test]
fn output_6_the_saved_folder() {
    let folder = Folder::new("claims-folder");
    let csca = csca(&folder, &vn());
    for (way, at) in ways(OTHER).iter().zip(0..) {
        let place = saved(&folder, &format!("folder-{at}"), &["--demo", &way[0], &way[1]]);
        let proofs = fs::read_to_string(Path::new(&place).join("proofs.json")).unwrap();
        let value: Value = serde_json::from_str(&proofs).unwrap();
        assert_eq!((&value["schema"], &value["claims"]["outcome"]), (&json!("chipid.proofs/2"), &json!("differs")));
        assert!(!proofs.contains(OTHER) && !proofs.contains(OWN), "{proofs}");
        assert_eq!(run(&["verify", &place, "--trust", &csca]).code, 16, "{way:?}");
        // What the reading gave, the stored form gives too.
        for policy in ["strict", "field"] {
            let read = run(&["read", "--demo", &way[0], &way[1], "--policy", policy]).code;
            assert_eq!(run(&["verify", &place, "--trust", &csca, "--policy", policy]).code, read, "{way:?} {policy}");
        }
        // A record that contradicts itself is refused.
        let forged = proofs.replace("\"differs\"", "\"matches\"");
        fs::write(Path::new(&place).join("proofs.json"), forged).unwrap();
        let refused = run(&["verify", &place, "--trust", &csca, "--format", "json"]);
        assert_eq!((refused.code, refused.json()["code"].as_str()), (1, Some("no_document")), "{}", refused.out);
    }
}

#[test]
fn what_is_given_may_come_from_standard_input_once() {
    let folder = Folder::new("claims-input");
    let (place, csca) = document(&folder);
    let verify = ["verify", &place, "--trust", &csca];
    let report = ["report", &place, "--trust", &csca, "--out", "-", "--as", "json"];
    for (option, own, other) in
        [("--number", OWN.to_owned(), OTHER.to_owned()), ("--qr", qr(OWN), qr(OTHER)), ("--mrz", mrz(OWN), mrz(OTHER))]
    {
        for command in [&["read", "--demo"][..], &verify, &report] {
            let arguments = [command, &[option, "-", "--quiet"]].concat();
            assert_eq!(run_with(&arguments, &format!("{own}\n")).code, 0, "{arguments:?}");
            assert_eq!(run_with(&arguments, &format!("{other}\r\n")).code, 16, "{arguments:?}");
            let empty = run_with(&[&arguments[..], &["--format", "json"]].concat(), "\n");
            assert_eq!((empty.code, empty.json()["code"].as_str()), (2, Some("usage.empty_input")), "{arguments:?}");
        }
    }
    // An MRZ in its lines.
    let lines = Person { optional: OTHER.into(), ..vn().person }.mrz_lines(Layout::Td1Vietnam).join("\n");
    assert_eq!(run_with(&[&verify[..], &["--mrz", "-"]].concat(), &lines).code, 16);
    for two in [["--number", "--qr"], ["--number", "--mrz"], ["--qr", "--mrz"]] {
        for command in [&["read", "--demo"][..], &verify, &report] {
            let refused =
                run_with(&[command, &[two[0], "-", two[1], "-", "--format", "json"]].concat(), &format!("{OWN}\n"));
            assert_eq!((refused.code, refused.json()["code"].as_str()), (2, Some("usage.one_input")), "{two:?}");
            assert!(!refused.json()["remedy"].as_str().unwrap().is_empty());
        }
    }
    let refused = run_with(&["read", "--can", "-", "--number", "-", "--format", "json"], "000001\n");
    assert_eq!((refused.code, refused.json()["code"].as_str()), (2, Some("usage.one_input")));
    // One from standard input beside another one.
    assert_eq!(run_with(&["read", "--demo", "--number", "-", "--qr", &qr(OWN)], OTHER).code, 16);
    assert_eq!(run_with(&["read", "--demo", "--number", "-", "--qr", &qr(OTHER)], OWN).code, 16);
    assert_eq!(run_with(&["read", "--demo", "--number", "-", "--qr", &qr(OWN)], OWN).code, 0);
}

#[test]
fn a_text_that_is_not_of_its_kind_is_refused_with_its_option_and_a_remedy() {
    let folder = Folder::new("claims-refused");
    let (place, csca) = document(&folder);
    let verify = ["verify", &place, "--trust", &csca];
    let report = ["report", &place, "--trust", &csca, "--out", "-"];
    let wrong_digit = mrz(OWN).replacen("1990000014", "1990000015", 1);
    assert_ne!(wrong_digit, mrz(OWN));
    for (option, text, code) in [
        ("--number", "99919900000", "usage.key"),
        ("--number", "9991990000011", "usage.key"),
        ("--number", "99919900000a", "usage.key"),
        ("--number", "９99199000001", "usage.key"),
        ("--number", "", "usage.key"),
        ("--qr", "999199000001", "usage.key"),
        ("--qr", "99919900000||a|b|c|d|e", "usage.key"),
        ("--mrz", "IDVNM1990000014999199000001<<3", "usage.key"),
        ("--mrz", "ÄÖÜ", "usage.key"),
        ("--mrz", &wrong_digit, "usage.check_digit"),
    ] {
        for command in [&["read", "--demo"][..], &verify, &report] {
            let refused = run(&[command, &[option, text, "--format", "json"]].concat());
            assert_eq!((refused.code, refused.json()["code"].as_str()), (2, Some(code)), "{option} {text} {command:?}");
            let (message, remedy) = (refused.json()["message"].clone(), refused.json()["remedy"].clone());
            assert!(message.as_str().unwrap().starts_with(option) && !remedy.as_str().unwrap().is_empty(), "{message}");
            assert!(text.len() < 5 || !format!("{}{}", refused.out, refused.err).contains(text), "{option} {text}");
            let vietnamese = run(&[command, &[option, text, "--lang", "vi"]].concat());
            assert!(vietnamese.err.contains(option) && vietnamese.err.contains("Cách xử lý"), "{}", vietnamese.err);
        }
    }
    // It is found before a card is asked for, and before a file is opened or written.
    let nowhere = folder.at("nowhere");
    assert_eq!(run(&["read", "--can", "000001", "--number", "1", "--wait", "60"]).code, 2);
    assert_eq!(run(&["verify", &nowhere, "--number", "1", "--format", "json"]).json()["code"], "usage.key");
    assert_eq!(run(&["read", "--demo", "--number", "1", "--save", &nowhere]).code, 2);
    assert!(!Path::new(&nowhere).exists());
}

#[test]
fn keys_and_claims_are_given_together_and_nothing_beside_the_prompt_and_the_built_in_card() {
    let code = |arguments: &[&str]| {
        let run = run(&[arguments, &["--format", "json"]].concat());
        (run.code, run.json()["code"].as_str().unwrap_or_default().to_owned())
    };
    for wrong in [
        &["read", "--number", OWN, "--can", "000001", "--demo"][..],
        &["read", "--ask", "--demo"],
        &["read", "--ask", "--can", "000001"],
        &["read", "--ask", "--can", "000001", "--number", OWN],
        &["read"],
        &["read", "--demo", "--number"],
        &["read", "--demo", "--number", OWN, "--number", OTHER],
    ] {
        let (exit, code) = code(wrong);
        assert_eq!(exit, 2, "{wrong:?} {code}");
    }
    // A CAN that opens the card and a claim beside it are not a wrong use: it is the reader that is missing here.
    for right in [
        &["read", "--can", "000001", "--number", OWN][..],
        &["read", "--can", "000001", "--qr", &qr(OWN)],
        &["read", "--can", "000001", "--mrz", &mrz(OWN)],
        &["read", "--number", OWN, "--qr", &qr(OWN), "--mrz", &mrz(OWN)],
    ] {
        let (exit, code) = code(&[right, &["--reader", "no such reader", "--wait", "0"]].concat());
        assert!(exit != 2 && exit != 0, "{right:?} {exit} {code}");
    }
    // Several claims: one that differs is enough.
    for (more, due) in [
        (["--number", OWN, "--qr", &qr(OWN), "--mrz", &mrz(OWN)], 0),
        (["--number", OTHER, "--qr", &qr(OWN), "--mrz", &mrz(OWN)], 16),
        (["--number", OWN, "--qr", &qr(OTHER), "--mrz", &mrz(OWN)], 16),
        (["--number", OWN, "--qr", &qr(OWN), "--mrz", &mrz(OTHER)], 16),
    ] {
        assert_eq!(run(&[&["read", "--demo"][..], &more].concat()).code, due, "{more:?}");
    }
    for command in ["read", "verify", "report"] {
        for language in ["en", "vi"] {
            let help = run(&[command, "--help", "--lang", language]).out;
            assert!(["--number", "--qr", "--mrz"].iter().all(|option| help.contains(option)), "{help}");
        }
    }
}

/// Persons of Vietnam, each with a card of its own, and of each card claims of others: fifty whole genuine cards.
#[test]
fn of_genuine_cards_and_claims_of_other_persons_none_exits_with_0() {
    let folder = Folder::new("claims-persons");
    let csca = csca(&folder, &vn());
    let digits = |at: usize| format!("{:03}{}{:02}{:06}", 900 + at, at % 4, 60 + 3 * at, 100_000 + 7_919 * at);
    let holder = |number: &str| {
        let mut person = vn().person;
        (person.optional, person.document_number) = (number.into(), number[3..].into());
        Profile { can: Some(number[6..].into()), person, ..vn() }
    };
    let mut pairs = 0;
    for at in 0..10 {
        let own = digits(at);
        let profile = holder(&own);
        let document = reading::read(&profile);
        let report = document.verify(&reading::trust(&profile), reading::now());
        assert_eq!(report.verdict(), chipid::Verdict::Genuine, "{}", reading::lines(&report));
        let place = folder.at(&format!("card-{at}"));
        fs::create_dir(&place).unwrap();
        for (file, bytes) in document.files() {
            fs::write(Path::new(&place).join(file.file_name()), bytes).unwrap();
        }
        let proofs = serde_json::to_vec(&document.proofs()).unwrap();
        fs::write(Path::new(&place).join("proofs.json"), proofs).unwrap();
        let verify = ["verify", &place, "--trust", &csca, "--at", "2026-01-01T00:00:00Z", "--quiet"];
        assert_eq!(run(&[&verify[..], &["--number", &own]].concat()).code, 0);
        // Of each digit before the CAN, one that is another one: three of them leave the document number equal.
        for place in 0..5 {
            let mut other = own.clone().into_bytes();
            other[place] = b'0' + (other[place] - b'0' + 1 + u8::try_from(at).unwrap() % 9) % 10;
            let other = holder(std::str::from_utf8(&other).unwrap());
            let way = match (at + place) % 3 {
                0 => ["--number".to_owned(), other.person.optional.clone()],
                1 => ["--qr".to_owned(), other.qr_text().unwrap()],
                _ => ["--mrz".to_owned(), other.mrz_lines().concat()],
            };
            let policy = [&[][..], &["--policy", "field"], &["--policy", "strict"]][place % 3];
            let run = run(&[&verify[..], &strs(&way), policy].concat());
            let due = if policy == ["--policy", "strict"] { 15 } else { 16 };
            assert_eq!(run.code, due, "{way:?} {policy:?}: {}", run.out);
            pairs += 1;
        }
    }
    assert_eq!(pairs, 50);
}

#[test]
fn files_that_are_not_authentic_show_no_person() {
    let folder = Folder::new("claims-authentic");
    let csca = csca(&folder, &vn());
    let place = saved(&folder, "own", &["--demo"]);
    let shown = |arguments: &[&str]| flat(&run(&[&["verify", &place, "--number", OWN][..], arguments].concat()).out);
    assert!(shown(&["--trust", &csca]).contains("This is the person asked for"));
    // Without an anchor, and altered: only that the values are equal.
    assert!(shown(&[]).contains("equals what the files contain (number)"), "{}", shown(&[]));
    let dg2 = Path::new(&place).join("EF_DG2.bin");
    let mut altered = fs::read(&dg2).unwrap();
    *altered.last_mut().unwrap() ^= 1;
    fs::write(&dg2, altered).unwrap();
    for text in [shown(&[]), shown(&["--trust", &csca])] {
        assert!(!text.contains("This is the person"), "{text}");
    }
}

#[test]
fn a_field_that_differs_is_not_named_among_those_that_match() {
    let folder = Folder::new("claims-fields");
    let csca = csca(&folder, &passport());
    let place = saved(&folder, "own", &["--demo", "passport"]);
    let text = passport_mrz(|person| (person.expiry, person.sex) = ("391231".into(), 'M'));
    let out = flat(&run(&["verify", &place, "--trust", &csca, "--mrz", &text]).out);
    let (_, matches) = out.split_once("matches the chip (").unwrap();
    let (fields, rest) = matches.split_once(')').unwrap();
    assert!(fields.contains("document number") && !fields.contains("expiry"), "{fields}");
    assert!(rest.contains("do not identify a person differ:") && rest.contains("date of expiry"), "{rest}");
}

#[test]
fn a_decision_by_a_record_names_the_record() {
    let folder = Folder::new("claims-decision");
    let csca = csca(&folder, &vn());
    let (other, own) =
        (saved(&folder, "other", &["--demo", "--number", OTHER]), saved(&folder, "own", &["--demo", "--number", OWN]));
    let sentence = |place: &str, arguments: &[&str]| {
        let run = run(&[&["verify", place, "--trust", &csca, "--policy", "strict"][..], arguments].concat());
        assert_eq!(run.code, 14, "{}", run.out);
        flat(&run.out)
    };
    assert!(sentence(&other, &["--number", OWN]).contains("the stored document records another person"));
    assert!(sentence(&own, &[]).contains("the recorded match is not signed by a trusted reader"));
}

#[test]
fn of_several_documents_each_line_has_what_is_known_of_the_person() {
    let folder = Folder::new("claims-several-lines");
    let csca = csca(&folder, &vn());
    let (other, none) = (saved(&folder, "other", &["--demo", "--number", OTHER]), saved(&folder, "none", &["--demo"]));
    let out = run(&["verify", &other, &none, "--trust", &csca, "--number", OWN]).out;
    let line = out.lines().find(|line| line.starts_with(&other)).unwrap();
    assert!(line.contains("records a comparison that found another person"), "{line}");
    let foreign = saved(&folder, "foreign", &["--demo", "passport"]);
    let both = run(&["verify", &none, &foreign, "--trust", &csca, "--number", OWN, "--format", "json"]);
    let summary = both.lines().last().unwrap().clone();
    assert_eq!((&summary["differs"], &summary["not_comparable"]), (&json!(0), &json!(1)), "{summary}");
}

#[test]
fn a_genuine_card_whose_proven_key_is_not_bound_says_that_a_copy_is_not_excluded() {
    let cam = run(&["read", "--demo", "cam", "--quiet"]);
    assert_eq!(cam.code, 0, "{}", cam.out);
    assert!(flat(&cam.out).starts_with("GENUINE, BUT A COPY IS NOT EXCLUDED"), "{}", cam.out);
    let control = run(&["read", "--demo", "hardened", "--quiet"]);
    assert!(flat(&control.out).contains("the chip proved that it is no copy"), "{}", control.out);
}
