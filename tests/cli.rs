//! Does the program keep its contract? Every command with right and wrong input: exit codes, JSON, text in both
//! languages, saved documents. No reader is needed: the built-in card is read.

mod support {
    pub mod program;
}

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use support::program::{Folder, command, run, run_with};

/// Saves the built-in card of this profile and the certificate of its issuer; their places.
fn saved(folder: &Folder, profile: &str) -> (String, String) {
    let document = folder.at(&format!("{profile}-document"));
    let read = run(&["read", "--demo", profile, "--save", &document, "--quiet"]);
    assert!([0, 11].contains(&read.code), "{} {}", read.out, read.err);
    (document, csca(folder, profile))
}

fn csca(folder: &Folder, profile: &str) -> String {
    let file = folder.at(&format!("{profile}.der"));
    // Nobody listens at port 1: the certificate is written all the same.
    let run =
        run(&["simulate", "--profile", profile, "--csca-out", &file, "--vpcd", "127.0.0.1:1", "--format", "json"]);
    assert_eq!(run.code, 9, "{} {}", run.out, run.err);
    assert!(Path::new(&file).exists());
    file
}

#[test]
fn the_built_in_card_is_genuine() {
    let run = run(&["read", "--demo", "--format", "json"]);
    assert_eq!(run.code, 0, "{} {}", run.out, run.err);
    assert_eq!(run.lines().len(), 1);
    let result = run.json();
    assert_eq!(result["schema"], "chipid.result/1");
    assert_eq!(result["verdict"], "genuine");
    assert_eq!(result["expired"], false);
    let states = ["successful", "failed", "undetermined", "not_supported", "aborted"];
    let groups = ["access.", "pa.", "chip.", "lds.", "vn."];
    let checks = result["checks"].as_array().unwrap();
    for check in checks {
        assert!(states.contains(&check["state"].as_str().unwrap()), "{check}");
        assert!(groups.iter().any(|group| check["id"].as_str().unwrap().starts_with(group)), "{check}");
        assert!(check["reason"].is_null() || check["reason"].is_string(), "{check}");
        assert!(check["warnings"].is_array(), "{check}");
    }
    for group in groups {
        assert!(checks.iter().any(|check| check["id"].as_str().unwrap().starts_with(group)), "{group}");
    }
    for name in ["personal_number", "full_name", "date_of_birth", "place_of_residence", "date_of_expiry"] {
        let field = &result["holder"][name];
        assert!(field["value"].is_string() && field["source"] == "dg13", "{name}: {field}");
        assert_eq!(field["state"], "successful", "{name}");
    }
    assert_eq!(result["portrait"]["mime"], "image/jpeg");
    assert!(result["portrait"]["bytes"].as_u64().unwrap() > 1000);
    assert!(result["portrait"]["file"].is_null());
    assert_eq!(result["access"]["protocol"], "pace");
    assert_eq!(result["access"]["mapping"], "gm");
    assert_eq!(result["access"]["password"], "can");
    assert_eq!(result["access"]["parameter"], "brainpoolP256r1");
    assert_eq!(result["access"]["cipher"], "aes-128");
    let online = &result["online_check"];
    assert_eq!(online["personal_number"], result["holder"]["personal_number"]["value"]);
    assert!(online["ds_certificate"].as_str().unwrap().starts_with("MII"));
    assert!(online["province"].is_string());
    assert!(result["exchanges"].as_u64().unwrap() >= 16);
    assert!(result["elapsed_ms"].is_u64());
    assert!(result["limits"].is_object());
}

#[test]
fn the_other_profiles_are_read_as_well() {
    let passport = run(&["read", "--demo", "passport", "--format", "json"]).json();
    assert_eq!(passport["access"]["protocol"], "bac");
    assert_eq!(passport["holder"]["document_number"]["source"], "dg1");
    let hardened = run(&["read", "--demo=hardened", "--format", "json"]);
    assert_eq!(hardened.json()["access"]["parameter"], "brainpoolP512r1");
    assert_eq!(hardened.json()["access"]["cipher"], "aes-256");
    for profile in ["vn", "passport", "hardened"] {
        let run = run(&["read", "--demo", profile]);
        assert!([0, 11].contains(&run.code), "{profile}: {} {}", run.out, run.err);
        let fastest = self::run(&["read", "--demo", profile, "--plan", "fastest"]);
        assert_eq!(fastest.code, run.code, "{profile}");
    }
}

#[test]
fn fewer_exchanges_with_the_fastest_plan() {
    let exchanges = |plan| run(&["read", "--demo", "--plan", plan, "--format", "json"]).json()["exchanges"].as_u64();
    assert_eq!(exchanges("full").unwrap(), exchanges("fastest").unwrap() + 1);
}

#[test]
fn the_text_tells_the_verdict_first_and_what_was_not_checked() {
    let english = run(&["read", "--demo", "--lang", "en"]);
    assert!(english.out.starts_with("GENUINE"), "{}", english.out);
    let not_checked = english.out.find("NOT checked").unwrap();
    for words in ["revoked", "lost or stolen", "person in the portrait"] {
        assert!(english.out.find(words).unwrap() > not_checked, "{words}");
    }
    assert!(english.out.find("Checks").unwrap() > not_checked);
    let vietnamese = run(&["read", "--demo", "--lang", "vi"]);
    assert!(vietnamese.out.starts_with("THẺ THẬT"), "{}", vietnamese.out);
    for words in ["bị thu hồi", "bị trộm", "người trong ảnh", "Họ và tên", "Số định danh cá nhân"]
    {
        assert!(vietnamese.out.contains(words), "{words}");
    }
    for text in [english.out, vietnamese.out] {
        for line in text.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}

#[test]
fn the_locale_chooses_the_language() {
    let output = command(&["read", "--demo"]).env("LANG", "vi_VN.UTF-8").output().unwrap();
    assert!(String::from_utf8(output.stdout).unwrap().starts_with("THẺ THẬT"));
    assert!(run(&["read", "--demo"]).out.starts_with("GENUINE"));
}

#[test]
fn progress_goes_to_standard_error_and_quiet_silences_it() {
    let loud = run(&["read", "--demo", "--format", "json"]);
    assert!(loud.err.contains("EF.DG2 read"), "{}", loud.err);
    assert!(!loud.err.contains('\u{1b}'), "a bar without a terminal");
    let quiet = run(&["read", "--demo", "--format", "json", "--quiet"]);
    assert_eq!(quiet.err, "");
    assert_eq!(quiet.json()["verdict"], "genuine");
}

#[test]
fn a_saved_document_gives_the_same_verdict() {
    let folder = Folder::new("saved");
    for profile in ["vn", "passport", "hardened"] {
        let (document, csca) = saved(&folder, profile);
        let read = run(&["read", "--demo", profile, "--format", "json"]);
        let verified = run(&["verify", &document, "--trust", &csca, "--format", "json"]);
        let (before, after) = (read.json(), verified.json());
        assert_eq!(after["schema"], "chipid.result/1");
        assert_eq!(after["holder"], before["holder"], "{profile}");
        // Only what a file cannot prove is judged otherwise.
        let checks = |result: &Value| result["checks"].as_array().unwrap().clone();
        let other = checks(&after).into_iter().filter(|check| !checks(&before).contains(check));
        let other: Vec<_> = other.map(|check| check["id"].as_str().unwrap().to_owned()).collect();
        let may = ["access.protocol", "access.card_access", "chip.chip_authentication"];
        assert!(other.iter().all(|id| may.contains(&id.as_str())), "{profile}: {other:?}");
        assert!([0, 11].contains(&verified.code), "{profile}: {} {}", verified.out, verified.err);
        let portrait = after["portrait"]["file"].as_str().unwrap().to_owned();
        assert!(portrait.ends_with("portrait.jpg"), "{portrait}");
        assert_eq!(fs::read(portrait).unwrap().get(..3), Some(&[0xFF, 0xD8, 0xFF][..]));
        let untrusted = run(&["verify", &document, "--format", "json"]);
        assert_eq!((untrusted.code, untrusted.json()["verdict"].as_str()), (4, Some("undetermined")), "{profile}");
    }
    // The ID card's active authentication is verified again from its file.
    let (document, csca) = saved(&folder, "vn");
    assert_eq!(run(&["verify", &document, "--trust", &csca]).code, 0);
    assert!(Path::new(&document).join("proofs.json").exists());
    for name in ["EF_COM.bin", "EF_SOD.bin", "EF_CardAccess.bin", "EF_DG1.bin", "EF_DG2.bin", "EF_DG13.bin"] {
        assert!(Path::new(&document).join(name).exists(), "{name}");
    }
}

#[cfg(unix)]
#[test]
fn a_saved_document_is_readable_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("mode");
    let (document, _) = saved(&folder, "vn");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(Path::new(&document)), 0o700);
    for entry in fs::read_dir(&document).unwrap() {
        assert_eq!(mode(&entry.unwrap().path()), 0o600);
    }
    // A folder that is there already is made private too.
    let empty = folder.at("empty");
    fs::create_dir(&empty).unwrap();
    fs::set_permissions(&empty, fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(run(&["read", "--demo", "--save", &empty]).code, 0);
    assert_eq!(mode(Path::new(&empty)), 0o700);
}

#[test]
fn an_altered_file_fails() {
    let folder = Folder::new("altered");
    let (document, csca) = saved(&folder, "vn");
    for name in ["EF_DG1.bin", "EF_DG2.bin", "EF_DG13.bin", "EF_DG15.bin"] {
        let path = Path::new(&document).join(name);
        let bytes = fs::read(&path).unwrap();
        let mut altered = bytes.clone();
        let middle = altered.len() / 2;
        altered[middle] ^= 1;
        fs::write(&path, altered).unwrap();
        let run = run(&["verify", &document, "--trust", &csca, "--format", "json"]);
        assert_eq!((run.code, run.json()["verdict"].as_str()), (3, Some("failed")), "{name}");
        let text = self::run(&["verify", &document, "--trust", &csca]);
        assert!(text.out.starts_with("FAILED") && text.out.contains("What to do"), "{name}: {}", text.out);
        fs::write(&path, bytes).unwrap();
    }
    assert_eq!(run(&["verify", &document, "--trust", &csca]).code, 0);
}

#[test]
fn control_characters_never_reach_the_terminal() {
    let folder = Folder::new("control");
    let (document, csca) = saved(&folder, "vn");
    let path = Path::new(&document).join("EF_DG13.bin");
    let mut bytes = fs::read(&path).unwrap();
    // The name becomes a right-to-left override and an escape.
    let at = bytes.windows(3).position(|window| window == b"Ngu").unwrap();
    bytes[at..at + 3].copy_from_slice("\u{202E}".as_bytes());
    bytes[at + 3] = 0x1B;
    fs::write(&path, bytes).unwrap();
    for format in ["text", "json"] {
        let run = run(&["verify", &document, "--trust", &csca, "--format", format]);
        assert_eq!(run.code, 3);
        assert!(!run.out.contains(['\u{202E}', '\u{1B}']), "{format}");
        assert!(run.out.contains(if format == "text" { "\\u{202e}" } else { "\\u202e" }), "{}", run.out);
    }
    let value = run(&["verify", &document, "--format", "json"]).json()["holder"]["full_name"]["value"].clone();
    assert!(value.as_str().unwrap().starts_with("\u{202E}\u{1B}"), "the value itself is kept");
}

#[test]
fn a_missing_file_is_no_better_than_undetermined() {
    let folder = Folder::new("missing");
    let (document, csca) = saved(&folder, "vn");
    fs::remove_file(Path::new(&document).join("EF_SOD.bin")).unwrap();
    let run = run(&["verify", &document, "--trust", &csca]);
    assert!([3, 4].contains(&run.code), "{}", run.out);
}

#[test]
fn a_data_group_missing_from_a_folder_is_undetermined_unless_the_caller_states_that_it_is_not_kept() {
    let folder = Folder::new("kept");
    let (document, csca) = saved(&folder, "vn");
    let verify = |more: &[&str]| run(&[&["verify", &document, "--trust", &csca][..], more].concat());
    let whole = verify(&[]);
    assert_eq!(whole.code, 0, "{}", whole.out);
    let counts = |json: Value| (json["data_groups"]["listed"].as_u64(), json["data_groups"]["unchanged"].as_u64());
    let (listed, unchanged) = counts(verify(&["--format", "json"]).json());
    fs::remove_file(Path::new(&document).join("EF_DG2.bin")).unwrap();

    let json = verify(&["--format", "json"]);
    assert_eq!((json.code, json.json()["verdict"].as_str()), (4, Some("undetermined")));
    assert_eq!(counts(json.json()), (listed, unchanged.map(|count| count - 1)));
    let not_read = |json: &Value| json["not_read"].as_array().unwrap().clone();
    assert!(not_read(&json.json()).contains(&serde_json::json!({"file": "EF.DG2", "why": "not_held"})));
    for policy in ["strict", "field"] {
        assert_eq!(verify(&["--policy", policy]).code, 14, "{policy}");
    }
    let text = verify(&[]).out;
    assert!(text.contains("Missing from the stored document: EF.DG2") && text.contains("--kept 1,13,14,15"), "{text}");
    assert!(!text.contains("on purpose") && !text.contains("All files"), "{text}");
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let told = format!("{} of {} files that the issuer signed", unchanged.unwrap() - 1, listed.unwrap());
    assert!(words.contains(&told), "{words}");
    let text = verify(&["--lang", "vi"]).out;
    assert!(text.contains("Thiếu trong giấy tờ đã lưu: EF.DG2") && !text.contains("theo lựa chọn"), "{text}");
    assert!(!text.contains("Mọi tệp"), "{text}");

    let json = verify(&["--kept", "1,13,14,15", "--format", "json"]);
    assert_eq!((json.code, json.json()["verdict"].as_str()), (0, Some("genuine")), "{}", json.out);
    assert!(not_read(&json.json()).contains(&serde_json::json!({"file": "EF.DG2", "why": "not_kept"})));
    assert_eq!(verify(&["--kept", "1,13,14,15", "--policy", "field"]).code, 0);
    assert_eq!(verify(&["--kept", "1,13,14,15", "--policy", "strict"]).code, 14);
    assert!(verify(&["--kept", "1, 13,14,15"]).out.contains("Not kept by the archive, as you stated: EF.DG2"));
    let text = verify(&["--kept", "1,13,14,15", "--lang", "vi"]).out;
    assert!(text.contains("Kho lưu trữ không giữ, theo khai báo của bạn: EF.DG2"), "{text}");
    // The refuse: a group that the archive keeps.
    assert_eq!(verify(&["--kept", "1,2,13,14,15"]).code, 4);
    // Without DG1 nothing names the country.
    fs::remove_file(Path::new(&document).join("EF_DG1.bin")).unwrap();
    assert_eq!(verify(&["--kept", "13,14,15"]).code, 4);
}

#[test]
fn a_report_takes_what_the_archive_keeps() {
    let folder = Folder::new("kept-report");
    let (document, csca) = saved(&folder, "vn");
    fs::remove_file(Path::new(&document).join("EF_DG2.bin")).unwrap();
    let report = |form: &str, more: &[&str]| {
        run(&[&["report", &document, "--trust", &csca, "--as", form, "--out", "-"][..], more].concat())
    };
    assert_eq!(report("json", &[]).json()["verdict"], "undetermined");
    let page = report("html", &[]).out;
    assert!(page.contains("Thiếu trong giấy tờ đã lưu: EF.DG2 / Missing from the stored document: EF.DG2"), "{page}");
    assert!(!page.contains("Not read: EF.DG2") && !page.contains("All files"), "{page}");
    assert!(page.contains("files that the issuer signed"), "{page}");
    let kept = ["--kept", "1,13,14,15"];
    assert_eq!(report("json", &kept).json()["verdict"], "genuine");
    let page = report("html", &kept).out;
    assert!(page.contains("Not kept by the archive, as you stated: EF.DG2"), "{page}");
    // The refuse: no patient of a document that is not whole.
    assert_eq!(report("fhir", &[]).code, 1);
    assert_eq!(report("fhir", &kept).code, 0);
}

#[test]
fn what_the_archive_keeps_is_given_as_numbers_of_data_groups() {
    let folder = Folder::new("kept-usage");
    let (document, csca) = saved(&folder, "vn");
    for command in ["verify", "report"] {
        for (value, code, named) in [
            ("0", "usage.kept", "\"0\""),
            ("17", "usage.kept", "\"17\""),
            ("1,,2", "usage.kept", "\"\""),
            ("", "usage.kept", "\"\""),
            ("1,DG2", "usage.kept", "\"DG2\""),
            ("1,+2", "usage.kept", "\"+2\""),
            ("1-4", "usage.kept", "\"1-4\""),
            ("1,13,1", "usage.kept_twice", "1"),
        ] {
            let mut line = vec![command, &document, "--trust", &csca, "--kept", value];
            line.extend((command == "report").then_some(["--out", "-"]).into_iter().flatten());
            let told = run(&[&line[..], &["--format", "json"]].concat());
            assert_eq!((told.code, told.json()["code"].as_str()), (2, Some(code)), "{command} {value}: {}", told.out);
            let message = told.json()["message"].as_str().unwrap().to_owned();
            assert!(message.starts_with("--kept: ") && message.contains(named), "{message}");
            assert!(!told.json()["remedy"].as_str().unwrap().is_empty());
            let text = run(&line);
            assert!(text.err.contains("--kept") && text.err.contains("What to do"), "{}", text.err);
        }
    }
}

#[test]
fn of_several_documents_each_is_told_on_a_line_and_all_are_counted() {
    let folder = Folder::new("several");
    let (good, csca) = saved(&folder, "vn");
    let bad = folder.at("bad");
    fs::create_dir(&bad).unwrap();
    for entry in fs::read_dir(&good).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, Path::new(&bad).join(path.file_name().unwrap())).unwrap();
    }
    let dg1 = Path::new(&bad).join("EF_DG1.bin");
    let mut bytes = fs::read(&dg1).unwrap();
    bytes[20] ^= 1;
    fs::write(&dg1, bytes).unwrap();
    let nothing = folder.at("nothing");
    let run = run(&["verify", &good, &bad, &nothing, "--trust", &csca, "--format", "json"]);
    assert_eq!(run.code, 13);
    let lines = run.lines();
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[0]["verdict"], "genuine");
    assert_eq!(lines[1]["verdict"], "failed");
    assert_eq!(lines[2]["schema"], "chipid.error/1");
    assert_eq!(lines[3]["schema"], "chipid.summary/1");
    for (word, count) in [("documents", 3), ("genuine", 1), ("failed", 1), ("broken", 1), ("undetermined", 0)] {
        assert_eq!(lines[3][word], count, "{word}");
    }
}

#[test]
fn evidence_is_written_verified_shown_and_lessened() {
    let folder = Folder::new("evidence");
    let csca = csca(&folder, "vn");
    let files = folder.at("files");
    fs::create_dir_all(Path::new(&files).join("below")).unwrap();
    let whole = Path::new(&files).join("a.chipid.json").display().to_string();
    let read = run(&["read", "--demo", "--evidence", &whole, "--trust", &csca]);
    assert_eq!(read.code, 0, "{} {}", read.out, read.err);
    assert!(read.out.contains("Evidence written"), "{}", read.out);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&whole).unwrap().permissions().mode() & 0o777, 0o600);
    }
    // Never over another file.
    let again = run(&["read", "--demo", "--evidence", &whole, "--format", "json"]);
    assert_eq!((again.code, again.json()["code"].as_str()), (2, Some("usage.taken")));
    let verified = run(&["verify", &whole, "--trust", &csca, "--trust-then", &csca, "--format", "json"]);
    assert_eq!(verified.code, 0, "{} {}", verified.out, verified.err);
    assert_eq!(verified.json()["verdict"], "genuine");
    // `read --demo` trusts the issuer that it is given, and so does the one who verifies.
    assert_eq!(
        verified.json()["then"],
        serde_json::json!({"verdict": "genuine", "expired": false, "same_lists": true})
    );
    assert_eq!(run(&["verify", &whole]).code, 4);

    let less = Path::new(&files).join("below/b.chipid.json").display().to_string();
    let removed = run(&["evidence", "remove", &whole, "--group", "2", "--out", &less]);
    assert_eq!(removed.code, 0, "{}", removed.err);
    let shown = run(&["evidence", "show", &less, "--format", "json"]).json();
    assert_eq!(shown["removed"], serde_json::json!(["EF.DG2"]));
    assert_eq!(shown["manifest"]["verdict"], "genuine");
    assert!(run(&["evidence", "show", &less]).out.contains("EF.DG2"));
    // That the removed file was read and matched counts only where a trusted reader signed; this evidence is unsigned.
    let verified = run(&["verify", &less, "--trust", &csca, "--format", "json"]);
    assert_eq!(verified.code, 4, "{}", verified.out);
    let missing = serde_json::json!({"file": "EF.DG2", "why": "not_held"});
    assert!(verified.json()["not_read"].as_array().unwrap().contains(&missing), "{}", verified.out);
    assert!(run(&["verify", &less, "--trust", &csca]).out.contains("Missing from the stored document: EF.DG2"));
    let verified = run(&["verify", &less, "--trust", &csca, "--kept", "1,13,14,15", "--format", "json"]);
    assert_eq!((verified.code, verified.json()["verdict"].as_str()), (0, Some("genuine")), "{}", verified.out);
    assert!(verified.json()["portrait"].is_null());
    let wrong = run(&["evidence", "remove", &less, "--group", "2", "--out", &folder.at("c"), "--format", "json"]);
    assert_eq!((wrong.code, wrong.json()["code"].as_str()), (2, Some("usage.group")));
    assert!(!Path::new(&folder.at("c")).exists());

    // A whole folder, on one core and on several: the same lines.
    let all = run(&["verify", &files, "--trust", &csca, "--format", "json"]);
    assert_eq!(all.code, 13, "{} {}", all.out, all.err);
    assert_eq!((&all.lines()[2]["genuine"], &all.lines()[2]["undetermined"]), (&1.into(), &1.into()));
    let keeping = ["verify", &files, "--trust", &csca, "--kept", "1,13,14,15", "--format", "json"];
    let all = run(&keeping);
    assert_eq!(all.code, 0, "{} {}", all.out, all.err);
    assert_eq!(all.lines().len(), 3);
    assert_eq!(all.lines()[0]["path"], whole);
    assert_eq!(all.lines()[2]["genuine"], 2);
    assert_eq!(run(&[&keeping[..], &["--jobs", "1"]].concat()).out, all.out);
    // A broken one is told by its name and place, and the others go on.
    let broken = Path::new(&files).join("aa.chipid.json");
    fs::write(&broken, &fs::read(&whole).unwrap()[1..]).unwrap();
    let all = run(&keeping);
    assert_eq!(all.code, 13);
    let message = all.lines()[1]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("aa.chipid.json") && message.contains("byte 1"), "{message}");
    assert_eq!((&all.lines()[3]["genuine"], &all.lines()[3]["broken"]), (&2.into(), &1.into()));
    let text = run(&keeping[..6]);
    assert_eq!(text.code, 13);
    assert!(text.out.contains("2 genuine") && text.out.contains("1 broken"), "{}", text.out);

    // Only `-` is standard output; then nothing else is.
    let piped = run(&["read", "--demo", "--evidence", "-", "--keep", "no-biometrics", "--format", "json"]);
    assert_eq!(piped.code, 0, "{}", piped.err);
    assert_eq!(piped.json()["schema"], "chipid.evidence/2");
    assert!(piped.json()["parts"]["EF.DG2"].is_null());
    let file = folder.at("piped");
    fs::write(&file, piped.out).unwrap();
    assert_eq!(run(&["verify", &file, "--trust", &csca]).code, 4);
    assert_eq!(run(&["verify", &file, "--trust", &csca, "--kept", "1,13,14,15"]).code, 0);
}

#[test]
fn a_document_signer_can_be_pinned() {
    let folder = Folder::new("pinned");
    let (document, _) = saved(&folder, "vn");
    let report = run(&["verify", &document, "--format", "json"]).json();
    let certificate = report["online_check"]["ds_certificate"].as_str().unwrap().to_owned();
    let pem = format!("-----BEGIN CERTIFICATE-----\n{certificate}\n-----END CERTIFICATE-----\n");
    let file = folder.at("ds.pem");
    fs::write(&file, pem).unwrap();
    let run = run(&["verify", &document, "--trust-ds", &file, "--format", "json"]);
    assert_eq!(run.code, 0, "{} {}", run.out, run.err);
    let pinned = run.json()["checks"].as_array().unwrap().iter().any(|check| check["reason"] == "pinned_signer");
    assert!(pinned, "{}", run.out);
}

#[test]
fn judges_as_of_the_time_given() {
    let folder = Folder::new("time");
    let (document, csca) = saved(&folder, "vn");
    let later = run(&["verify", &document, "--trust", &csca, "--at", "2099-01-01T00:00:00Z", "--format", "json"]);
    assert_eq!(later.json()["expired"], true);
    assert_ne!(later.code, 0);
    assert!(run(&["verify", &document, "--trust", &csca, "--at", "2099-01-01T00:00:00Z"]).out.contains("EXPIRED"));
    // The certificates outlive the card: genuine, but expired.
    let expired = run(&["verify", &document, "--trust", &csca, "--at", "2039-06-01T00:00:00Z"]);
    assert_eq!(expired.code, 12, "{}", expired.out);
    assert!(expired.out.starts_with("GENUINE, BUT EXPIRED since 01/01/2039"), "{}", expired.out);
    let wrong = run(&["verify", &document, "--at", "yesterday", "--format", "json"]);
    assert_eq!((wrong.code, wrong.json()["code"].as_str()), (2, Some("usage.at")));
}

#[test]
fn nothing_foreign_is_overwritten() {
    let folder = Folder::new("foreign");
    let mine = folder.at("mine");
    fs::create_dir(&mine).unwrap();
    let letter = Path::new(&mine).join("letter.txt");
    fs::write(&letter, "mine").unwrap();
    let run = run(&["read", "--demo", "--save", &mine, "--format", "json"]);
    assert_eq!((run.code, run.json()["code"].as_str()), (2, Some("usage.foreign_directory")));
    assert_eq!(fs::read_to_string(&letter).unwrap(), "mine");
    assert_eq!(fs::read_dir(&mine).unwrap().count(), 1);
    // Files of our names alone do not make it ours.
    fs::rename(&letter, Path::new(&mine).join("portrait.jpg")).unwrap();
    assert_eq!(self::run(&["read", "--demo", "--save", &mine]).code, 2);
    assert_eq!(fs::read_to_string(Path::new(&mine).join("portrait.jpg")).unwrap(), "mine");
    // A file is no folder.
    let file = folder.at("file");
    fs::write(&file, "mine").unwrap();
    assert_eq!(self::run(&["read", "--demo", "--save", &file]).code, 2);
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
}

#[test]
fn an_earlier_document_gives_way_wholly() {
    let folder = Folder::new("earlier");
    let (document, _) = saved(&folder, "vn");
    assert!(Path::new(&document).join("EF_DG13.bin").exists());
    assert!([0, 11].contains(&run(&["read", "--demo", "passport", "--save", &document]).code));
    assert!(!Path::new(&document).join("EF_DG13.bin").exists());
    let csca = csca(&folder, "passport");
    assert!([0, 11].contains(&run(&["verify", &document, "--trust", &csca]).code));
    let hidden =
        fs::read_dir(&document).unwrap().any(|entry| entry.unwrap().file_name().to_string_lossy().starts_with('.'));
    assert!(!hidden, "something was left behind");
}

#[test]
fn a_failed_reading_leaves_no_folder() {
    let folder = Folder::new("no-folder");
    let place = folder.at("document");
    let run = run(&["read", "--demo", "--trust", &folder.at("nothing"), "--save", &place]);
    assert_eq!(run.code, 2);
    assert!(!Path::new(&place).exists());
}

#[test]
fn wrong_use_is_told_with_its_place_and_remedy() {
    let wrong: [&[&str]; 16] = [
        &[],
        &["frobnicate"],
        &["read"],
        &["read", "--can", "123456", "--demo"],
        &["read", "--can", "12345"],
        &["read", "--can", "12345a"],
        &["read", "--number", "123"],
        &["read", "--mrz", "IDVNM1990000014999199000001<<3"],
        &["read", "--qr", "hello"],
        &["read", "--demo", "moon"],
        &["read", "--demo", "--plan", "slow"],
        &["read", "--demo", "--wait", "soon"],
        &["read", "--demo", "--lang", "de"],
        &["verify"],
        &["simulate", "--quirk", "none-such"],
        &["simulate", "--max-answer", "17"],
    ];
    for arguments in wrong {
        let text = run(arguments);
        assert_eq!(text.code, 2, "{arguments:?}: {} {}", text.out, text.err);
        assert!(text.err.contains("What to do"), "{arguments:?}: {}", text.err);
        assert_eq!(text.out, "", "{arguments:?}");
        let json = run(&[arguments, &["--format", "json"]].concat());
        assert_eq!(json.code, 2, "{arguments:?}");
        let error = json.json();
        assert_eq!(error["schema"], "chipid.error/1", "{arguments:?}");
        for name in ["code", "message", "remedy"] {
            assert!(!error[name].as_str().unwrap().is_empty(), "{arguments:?}: {name}");
        }
    }
    let missing = run(&["read", "--demo", "--trust", "/no/such/file"]);
    assert!(missing.err.contains("/no/such/file"), "{}", missing.err);
    let vietnamese = run(&["read", "--can", "1", "--lang", "vi"]);
    assert!(vietnamese.err.contains("Cách xử lý") && vietnamese.err.contains("--can"), "{}", vietnamese.err);
}

#[test]
fn a_key_never_stands_in_an_error() {
    for arguments in [["read", "--can", "98765"], ["read", "--number", "98765"], ["read", "--qr", "98765"]] {
        let run = run(&arguments);
        assert!(!run.err.contains("98765") && !run.out.contains("98765"), "{}", run.err);
    }
    let run = run_with(&["read", "--can", "-"], "98765\n");
    assert_eq!(run.code, 2);
    assert!(!run.err.contains("98765"), "{}", run.err);
}

#[test]
fn help_is_there_in_both_languages() {
    for arguments in [&["--help"][..], &["read", "--help"], &["csca", "check", "--help"], &["--version"]] {
        assert_eq!(run(arguments).code, 0, "{arguments:?}");
    }
    assert!(run(&["read", "--help"]).out.contains("--ask"));
    assert!(run(&["read", "--help", "--lang", "vi"]).out.contains("Cách dùng"));
}

#[test]
fn trust_that_cannot_be_used_is_named() {
    let folder = Folder::new("trust");
    let file = folder.at("nonsense.der");
    fs::write(&file, "nonsense").unwrap();
    let (document, csca) = saved(&folder, "vn");
    let run = run(&["verify", &document, "--trust", &file, "--format", "json"]);
    assert_eq!(run.code, 1, "{}", run.out);
    assert!(run.json()["message"].as_str().unwrap().contains("nonsense.der"));
    // In a folder with a good one it is a hint.
    let several = folder.at("several");
    fs::create_dir(&several).unwrap();
    fs::copy(&file, Path::new(&several).join("nonsense.der")).unwrap();
    fs::copy(&csca, Path::new(&several).join("good.der")).unwrap();
    let run = self::run(&["verify", &document, "--trust", &several]);
    assert_eq!(run.code, 0, "{}", run.out);
    assert!(run.err.contains("nonsense.der"), "{}", run.err);
}

#[test]
fn certificates_are_listed_shown_and_checked() {
    let folder = Folder::new("csca");
    let csca = csca(&folder, "vn");
    for action in ["list", "show"] {
        let run = run(&["csca", action, &csca, "--format", "json"]);
        assert_eq!(run.code, 0, "{}", run.out);
        assert_eq!(run.json()["certificates"].as_array().unwrap().len(), 1);
        assert_eq!(self::run(&["csca", action, &csca]).code, 0);
    }
    let check = run(&["csca", "check", &csca, "--format", "json"]);
    assert_eq!(check.code, 0, "{}", check.out);
    let found = check.json();
    assert_eq!((found["certificates"].as_u64(), found["parsed"].as_u64()), (Some(1), Some(1)));
    assert_eq!((found["verified"].as_u64(), found["unverified"].as_array().unwrap().len()), (Some(1), 0));
    // A forged one: its own signature is wrong.
    let mut bytes = fs::read(&csca).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    let forged = folder.at("forged.der");
    fs::write(&forged, bytes).unwrap();
    let check = run(&["csca", "check", &forged, "--format", "json"]);
    assert_eq!(check.code, 3, "{} {}", check.out, check.err);
    let unverified = &check.json()["unverified"][0];
    assert!(unverified["subject"].is_string() && unverified["reason"].is_string());
    for action in ["list", "show", "check"] {
        assert_eq!(run(&["csca", action, "/no/such/file"]).code, 2, "{action}");
        assert_eq!(run(&["csca", action, &folder.at("vn.der"), "--lang", "vi"]).code, 0, "{action}");
    }
}

#[test]
fn the_german_master_list_is_checked() {
    let Some(data) = std::env::var_os("CHIPID_SHARED_DATA") else {
        println!("skipped: CHIPID_SHARED_DATA is not set");
        return;
    };
    let lists: Vec<PathBuf> = fs::read_dir(Path::new(&data).join("csca"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("DE_ML"))
        .collect();
    let list = lists.last().expect("the German list is there").display().to_string();
    let check = run(&["csca", "check", &list, "--format", "json"]);
    assert_eq!(check.code, 0, "{} {}", check.out, check.err);
    let found = check.json();
    assert_eq!(found["signer"], "self-contained");
    assert_eq!(found["certificates"], found["parsed"]);
    let unverified = found["unverified"].as_array().unwrap().len();
    assert_eq!(found["verified"].as_u64().unwrap() as usize + unverified, found["parsed"].as_u64().unwrap() as usize);
    let list = run(&["csca", "list", &list]);
    // The table breaks long names.
    let words = list.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("CN=CSCA ePassport Vietnam"), "{}", list.out);
    assert!(!list.out.contains('\u{1b}'));
}

#[test]
fn the_simulated_card_tells_its_keys() {
    let text = run(&["simulate", "--vpcd", "127.0.0.1:1"]);
    assert_eq!(text.code, 9, "{} {}", text.out, text.err);
    assert!(text.out.lines().any(|line| line.strip_prefix("CAN ").is_some_and(|can| can.len() == 6)), "{}", text.out);
    assert!(text.out.lines().any(|line| line.starts_with("IDVNM")), "{}", text.out);
    let wrong = run(&["simulate", "--vpcd", "nowhere", "--format", "json"]);
    assert_eq!((wrong.code, wrong.json()["code"].as_str()), (2, Some("usage.vpcd")));
}
