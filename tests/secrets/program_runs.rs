//! Does the program say anything of the holder or of a key where it must not? On standard error never, in any language or
//! form, quiet or not; on standard output only what was asked for, and never a key, a CAN or an image.

use crate::canaries::{self, CAN, Canary, NUMBER, find};
use crate::leaks::all;
use crate::program::{Folder, Run, run, run_with};
use crate::reading;
use chipid::{Clock, Document, EvidencePolicy};
use std::fs;

/// The forms of its output.
const FORMS: &[&[&str]] =
    &[&[], &["--lang", "vi"], &["--format", "json"], &["--quiet"], &["--format", "json", "--quiet"]];

struct Stored {
    folder: Folder,
    document: String,
    trust: String,
    evidence: String,
}

/// The document of the card full of canaries, as the program itself stores it.
fn stored(name: &str) -> (Stored, Document) {
    let profile = canaries::vn();
    let folder = Folder::new(name);
    let document = reading::read_over(
        Box::new(profile.card().unwrap()),
        &chipid::Password::can(CAN).unwrap(),
        &chipid::ReadPlan::full(),
        None,
    )
    .unwrap();
    let place = folder.at("document");
    fs::create_dir_all(&place).unwrap();
    for (file, bytes) in document.files() {
        fs::write(format!("{place}/{}", file.file_name()), bytes).unwrap();
    }
    fs::write(format!("{place}/proofs.json"), serde_json::to_vec(&document.proofs()).unwrap()).unwrap();
    let (trust, evidence) = (folder.at("csca.der"), folder.at("a.chipid.json"));
    fs::write(&trust, profile.csca().unwrap()).unwrap();
    let clock = Clock { read_at: reading::now(), source: "a test".into() };
    let store = reading::trust(&profile);
    let made = document.to_evidence(&store, reading::now(), &EvidencePolicy::all(), &clock).unwrap();
    fs::write(&evidence, made.encode()).unwrap();
    (Stored { folder, document: place, trust, evidence }, document)
}

/// What is never on standard output either: CAN, keys, the portrait.
fn never() -> Vec<&'static Canary> {
    let holder = ["surname", "given", "document number", "personal number", "a field", "date", "EF.DG1", "full_name"];
    all().iter().filter(|canary| !holder.iter().any(|start| canary.name.starts_with(start))).collect()
}

fn check(run: &Run, arguments: &[&str], is_asked_for: bool) {
    let found = find(all(), &run.err);
    assert!(found.is_empty(), "{arguments:?}, standard error: {found:?}\n{}", run.err);
    let found = find(all(), &run.out);
    // A CAN is the end of a personal number and of a document number, and so stands in them.
    let out = run.out.replace(NUMBER, "").replace(&NUMBER[3..], "");
    let of_nobody: Vec<Canary> = never()
        .into_iter()
        .map(|canary| Canary { name: canary.name.clone(), bytes: canary.bytes.clone() })
        .filter(|canary| !["a line of", "MRZ_information"].iter().any(|start| canary.name.starts_with(start)))
        .collect();
    let secret = find(&of_nobody, &out);
    assert!(secret.is_empty(), "{arguments:?}, standard output: {secret:?}\n{}", run.out);
    assert!(is_asked_for || found.is_empty(), "{arguments:?} ended with {}: {found:?}\n{}", run.code, run.out);
}

#[test]
fn the_program_says_no_secret_of_a_stored_document() {
    let (stored, _) = stored("secrets");
    let (document, trust, evidence) = (stored.document.as_str(), stored.trust.as_str(), stored.evidence.as_str());
    let (png, html) = (stored.folder.at("p.png"), stored.folder.at("r.html"));
    let at = "2026-01-01T00:00:00Z";
    let mut seen = 0;
    for form in FORMS {
        for arguments in [
            vec!["verify", document, "--trust", trust, "--at", at, "--no-portrait"],
            vec!["verify", document, "--at", at, "--no-portrait"],
            vec!["verify", evidence, "--trust", trust, "--at", at, "--no-portrait"],
            vec!["image", document, "--out", &png, "--force"],
            vec!["report", document, "--trust", trust, "--at", at, "--out", &html, "--force"],
        ] {
            let arguments = [&arguments[..], form].concat();
            let run = run(&arguments);
            seen += usize::from(!find(all(), &run.out).is_empty());
            check(&run, &arguments, true);
        }
    }
    // The control: the fields were there to be seen.
    assert!(seen >= 6, "{seen}");
}

#[test]
fn the_program_says_nothing_of_damaged_files() {
    let (stored, document) = stored("damaged");
    let places: Vec<(String, Vec<u8>)> = document
        .files()
        .map(|(file, bytes)| (format!("{}/{}", stored.document, file.file_name()), bytes.to_vec()))
        .collect();
    let proofs = format!("{}/proofs.json", stored.document);
    let good_proofs = fs::read(&proofs).unwrap();
    for (number, form) in FORMS.iter().enumerate() {
        for (place, good) in &places {
            let mut bad = good.clone();
            match number % 3 {
                0 => bad.truncate(good.len() / 2),
                1 => bad[good.len() / 2] ^= 1,
                _ => bad.insert(2, 0x41),
            }
            fs::write(place, &bad).unwrap();
            let arguments =
                [&["verify", stored.document.as_str(), "--trust", &stored.trust, "--no-portrait"], *form].concat();
            check(&run(&arguments), &arguments, true);
            fs::write(place, good).unwrap();
        }
        let whole = String::from_utf8(good_proofs.clone()).unwrap();
        for bad in [
            format!("{{\"schema\":\"ZYQXWVOLAND {NUMBER}\"}}"),
            format!("\"Kanarienweg {CAN}\""),
            whole.replacen("\"outcome\"", &format!("\"{NUMBER}\":\"Kanarglaube\",\"outcome\""), 1),
            whole.replacen("answered", "Kanarglaube", 1),
        ] {
            fs::write(&proofs, &bad).unwrap();
            let arguments =
                [&["verify", stored.document.as_str(), "--trust", &stored.trust, "--no-portrait"], *form].concat();
            let told = run(&arguments);
            let is_verdict = ![2, 7].contains(&told.code) && told.out.contains("Kanari");
            check(&told, &arguments, is_verdict);
        }
        fs::write(&proofs, &good_proofs).unwrap();
        let evidence = fs::read_to_string(&stored.evidence).unwrap();
        for bad in [
            evidence.replacen("\"schema\"", "\"ZYQXWVOLAND\"", 1),
            evidence.replacen("\"parts\":{", &format!("\"parts\":{{\"{NUMBER}\":\"Kanarglaube\","), 1),
            evidence[..evidence.len() / 2].to_owned(),
        ] {
            let place = stored.folder.at("bad.chipid.json");
            fs::write(&place, bad).unwrap();
            let arguments = [&["verify", place.as_str(), "--trust", &stored.trust], *form].concat();
            check(&run(&arguments), &arguments, false);
        }
    }
}

/// What a person types wrongly is his own all the same.
#[test]
fn the_program_does_not_repeat_what_was_mistyped() {
    let profile = canaries::vn();
    let mrz = profile.mrz_lines().concat();
    let misread = mrz.replacen(NUMBER, "999171739165", 1);
    let qr = profile.qr_text().unwrap().replace('|', ";");
    for form in FORMS {
        for (option, text) in [("--can", "7391645"), ("--number", "99917173916"), ("--mrz", &misread), ("--qr", &qr)] {
            for (arguments, input) in [(["read", option, text], ""), (["read", option, "-"], text)] {
                let arguments = [&arguments[..], form].concat();
                let run = run_with(&arguments, input);
                assert_ne!(run.code, 0);
                check(&run, &arguments, false);
                assert!(!run.err.contains(text) && !run.out.contains(text), "{arguments:?}: {} {}", run.out, run.err);
            }
        }
        for (command, text) in [("qr", &qr), ("mrz", &mrz[1..].to_owned())] {
            let arguments = [&[command, "-"], *form].concat();
            let run = run_with(&arguments, text);
            assert_ne!(run.code, 0, "{arguments:?}: {}", run.out);
            check(&run, &arguments, false);
        }
    }
}
