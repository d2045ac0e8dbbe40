//! Does the program decide by a policy as a script and a clerk expect: exit codes, first words, JSON, the page, evidence;
//! and does it tell what is wrong with a policy's file?
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "support/program.rs"]
#[allow(dead_code, reason = "each test program uses a part of it")]
mod program;

#[path = "support/online.rs"]
#[allow(dead_code, reason = "each test program uses a part of it")]
mod online;
#[path = "support/reading.rs"]
mod reading;

use chipid::Policy;
use chipid::sim::profile::vn;
use online::Desk;
use program::{Folder, run};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// A saved document of the built-in card and the certificate of its issuer.
fn saved(folder: &Folder, profile: &str) -> (String, String) {
    let (document, csca) = (folder.at(&format!("{profile}-document")), folder.at(&format!("{profile}.der")));
    let read = run(&["read", "--demo", profile, "--save", &document, "--quiet"]);
    assert!([0, 11].contains(&read.code), "{} {}", read.out, read.err);
    // Nobody listens at port 1: the certificate is written all the same.
    run(&["simulate", "--profile", profile, "--csca-out", &csca, "--vpcd", "127.0.0.1:1"]);
    (document, csca)
}

fn policy_file(folder: &Folder, name: &str, rest: &str) -> String {
    let path = folder.at(name);
    fs::write(&path, format!("schema = \"chipid.policy/1\"\nname = \"counter\"\nextends = \"field\"\n{rest}")).unwrap();
    path
}

#[test]
fn the_exit_code_is_the_decision() {
    let folder = Folder::new("decision");
    let (document, csca) = saved(&folder, "vn");
    let verify = |more: &[&str]| run(&[&["verify", &document, "--format", "json"][..], more].concat());
    let trusting = ["--trust", &csca];
    // Without a policy it is the verdict, as ever.
    assert_eq!(verify(&trusting).code, 0);
    assert_eq!(verify(&[]).code, 4);
    assert!(verify(&trusting).json().get("decision").is_none());
    for (more, code, outcome, policy) in [
        (&[&trusting[..], &["--policy", "field"]].concat()[..], 0, "accept", "field"),
        (&[&trusting[..], &["--policy", "strict"]].concat(), 14, "refer", "strict"),
        (&["--policy", "field"], 14, "refer", "field"),
        (&[&trusting[..], &["--policy", "strict", "--at", "2039-06-01T00:00:00Z"]].concat(), 15, "reject", "strict"),
        (&[&trusting[..], &["--policy", "field", "--at", "2039-06-01T00:00:00Z"]].concat(), 14, "refer", "field"),
    ] {
        let run = verify(more);
        let decision = &run.json()["decision"];
        assert_eq!((run.code, decision["outcome"].as_str()), (code, Some(outcome)), "{more:?} {}", run.out);
        assert_eq!(decision["policy"], policy);
        let own = Policy::built_in(policy).unwrap();
        assert_eq!(decision["policy_sha256"], hex::encode(own.sha256()));
        let rules = decision["reasons"].as_array().unwrap();
        assert!(rules.iter().all(|reason| reason["rule"].as_str().is_some_and(|rule| !rule.is_empty())));
    }
    // What failed is rejected, whatever the policy.
    let path = Path::new(&document).join("EF_DG2.bin");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).unwrap();
    for policy in ["strict", "field"] {
        let run = verify(&["--trust", &csca, "--policy", policy]);
        assert_eq!((run.code, run.json()["decision"]["outcome"].as_str()), (15, Some("reject")));
    }
}

#[test]
fn the_card_on_the_reader_is_decided_upon_too() {
    let folder = Folder::new("read");
    assert_eq!(run(&["read", "--demo", "--policy", "field"]).code, 0);
    let strict = run(&["read", "--demo", "--policy", "strict", "--format", "json"]);
    assert_eq!((strict.code, strict.json()["decision"]["outcome"].as_str()), (14, Some("refer")));
    // A passport without a proof of its chip is authentic data: the file says who decides about that.
    let data = run(&["read", "--demo", "passport", "--format", "json"]);
    let own = policy_file(&folder, "genuine.toml", "[verdict]\naccept = \"genuine\"\n");
    let decided = run(&["read", "--demo", "passport", "--policy", &own, "--format", "json"]);
    let due = if data.json()["verdict"] == "genuine" { 0 } else { 14 };
    assert_eq!(decided.code, due, "{}", decided.out);
    assert_eq!(decided.json()["decision"]["policy"], "counter");
}

#[test]
fn the_decision_is_the_first_word_in_both_languages() {
    for (language, policy, word, heading) in [
        ("en", "field", "ACCEPT, by the policy \"field\"", "Why the policy decides so"),
        ("en", "strict", "REFER TO A PERSON, by the policy \"strict\"", "Why the policy decides so"),
        ("vi", "field", "CHẤP NHẬN, theo chính sách \"field\"", "Vì sao chính sách quyết định như vậy"),
        ("vi", "strict", "CHUYỂN NGƯỜI XEM XÉT, theo chính sách \"strict\"", "Vì sao chính sách quyết định như vậy"),
    ] {
        let run = run(&["read", "--demo", "--policy", policy, "--lang", language]);
        assert!(run.out.starts_with(word), "{}", run.out);
        assert!(run.out.contains(heading) && run.out.contains("checks.\"pa.revocation\""), "{}", run.out);
        assert!(run.out.lines().all(|line| line.chars().count() <= 80), "{}", run.out);
    }
    let without = run(&["read", "--demo", "--lang", "en"]);
    assert!(without.out.starts_with("GENUINE") && !without.out.contains("policy"), "{}", without.out);
}

#[test]
fn several_documents_are_counted_by_decision() {
    let folder = Folder::new("several-decisions");
    let (good, csca) = saved(&folder, "vn");
    let bad = folder.at("bad");
    fs::create_dir(&bad).unwrap();
    for entry in fs::read_dir(&good).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, Path::new(&bad).join(path.file_name().unwrap())).unwrap();
    }
    let decide = |paths: &[&str], policy: &str| {
        run(&[&["verify"][..], paths, &["--trust", &csca, "--policy", policy, "--format", "json"]].concat())
    };
    let all = decide(&[&good, &bad], "field");
    assert_eq!(all.code, 0, "{}", all.out);
    assert_eq!(all.lines()[2]["decisions"], json!({"accept": 2, "refer": 0, "reject": 0}));
    let all = decide(&[&good, &bad], "strict");
    assert_eq!((all.code, &all.lines()[2]["decisions"]["refer"]), (14, &json!(2)));
    fs::write(Path::new(&bad).join("EF_DG1.bin"), "no DG1").unwrap();
    let all = decide(&[&good, &bad], "field");
    assert_eq!((all.code, &all.lines()[2]["decisions"]), (15, &json!({"accept": 1, "refer": 0, "reject": 1})));
    // A broken one could not be decided upon at all.
    let all = decide(&[&good, &bad, &folder.at("nothing")], "field");
    assert_eq!((all.code, &all.lines()[3]["broken"]), (13, &json!(1)));
    let text = run(&["verify", &good, &bad, "--trust", &csca, "--policy", "field"]);
    assert!(text.out.contains("ACCEPT, by") && text.out.contains("1 accepted"), "{}", text.out);
}

#[test]
fn the_page_says_the_decision_first_and_why() {
    let folder = Folder::new("page-decision");
    let (document, csca) = saved(&folder, "vn");
    let out = folder.at("page.html");
    let run = |policy: &str| {
        program::run(&["report", &document, "--trust", &csca, "--policy", policy, "--out", &out, "--force"])
    };
    assert_eq!(run("strict").code, 14);
    let page = fs::read_to_string(&out).unwrap();
    let (decision, verdict) =
        (page.find("class=\"decision refer\"").unwrap(), page.find("class=\"verdict genuine\"").unwrap());
    assert!(decision < verdict && page.contains("REFER TO A PERSON") && page.contains("CHUYỂN NGƯỜI XEM XÉT"));
    assert!(page.contains("checks.&quot;pa.revocation&quot;.refer: undetermined"));
    assert_eq!(run("field").code, 0);
    assert!(fs::read_to_string(&out).unwrap().contains("class=\"decision accept\""));
    assert_eq!(program::run(&["report", &document, "--trust", &csca, "--out", &out, "--force"]).code, 0);
    assert!(!fs::read_to_string(&out).unwrap().contains("class=\"decision"));
}

#[test]
fn evidence_shows_the_policy_that_it_was_made_under() {
    let folder = Folder::new("evidence-policy");
    let (_, csca) = saved(&folder, "vn");
    let file = folder.at("a.chipid.json");
    let read = run(&["read", "--demo", "--evidence", &file, "--policy", "field", "--trust", &csca]);
    assert_eq!(read.code, 0, "{} {}", read.out, read.err);
    let shown = run(&["evidence", "show", &file, "--format", "json"]).json();
    let due = json!({"decision": "accept", "name": "field", "sha256": hex::encode(Policy::field().sha256())});
    assert_eq!(shown["manifest"]["policy"], due);
    let text = run(&["evidence", "show", &file]).out;
    assert!(text.contains("Policy then") && text.contains("Decision then"), "{text}");
    assert_eq!(run(&["verify", &file, "--trust", &csca, "--policy", "field"]).code, 0);
    let plain = folder.at("b.chipid.json");
    assert_eq!(run(&["read", "--demo", "--evidence", &plain]).code, 0);
    assert!(!run(&["evidence", "show", &plain]).out.contains("Policy then"));
    // Standard output holds the evidence alone; the decision is the exit code and a hint.
    let piped = run(&["read", "--demo", "--evidence", "-", "--policy", "strict"]);
    assert_eq!(piped.code, 14);
    assert!(piped.err.contains("REFER TO A PERSON"), "{}", piped.err);
    assert_eq!(serde_json::from_str::<Value>(&piped.out).unwrap()["manifest"]["policy"]["decision"], "refer");
}

#[test]
fn a_policy_is_shown_as_a_file_that_is_the_same_policy() {
    let folder = Folder::new("show");
    for name in Policy::BUILT_IN {
        let policy = Policy::built_in(name).unwrap();
        for language in ["en", "vi"] {
            let shown = run(&["policy", "show", name, "--lang", language]);
            assert_eq!(shown.code, 0, "{}", shown.err);
            assert_eq!(Policy::from_toml(&shown.out).unwrap(), policy, "{name} {language}");
            // A comment above every check and every warning.
            let lines: Vec<&str> = shown.out.lines().collect();
            for (at, line) in lines.iter().enumerate() {
                if line.starts_with('"') || line.ends_with("= \"accept\"") || line.ends_with("= \"refer\"") {
                    assert!(
                        lines[at - 1].starts_with("# ") || line.starts_with("accept") || line.starts_with("refer"),
                        "{line}"
                    );
                }
            }
        }
        let json = run(&["policy", "show", name, "--format", "json"]).json();
        assert_eq!(json["sha256"], hex::encode(policy.sha256()));
        assert_eq!(Policy::from_toml(json["toml"].as_str().unwrap()).unwrap(), policy);
        // What is shown is a file that can be checked and used.
        let file = folder.at(&format!("{name}.toml"));
        fs::write(&file, run(&["policy", "show", name]).out).unwrap();
        let checked = run(&["policy", "check", &file, "--format", "json"]);
        assert_eq!((checked.code, &checked.json()["unnamed"]), (0, &json!([])));
        assert_eq!(checked.json()["sha256"], hex::encode(policy.sha256()));
    }
}

#[test]
fn a_checked_file_names_the_checks_that_it_leaves_out() {
    let folder = Folder::new("check");
    let file = folder.at("short.toml");
    let text = "schema = \"chipid.policy/1\"\nname = \"short\"\n[verdict]\naccept = \"genuine\"\nrefer = \"genuine\"\n\
        [checks]\n\"pa.chain\" = { accept = [\"successful\"] }\n";
    fs::write(&file, text).unwrap();
    let checked = run(&["policy", "check", &file]);
    assert_eq!(checked.code, 0, "{}", checked.err);
    assert!(checked.out.contains("pa.signature") && !checked.out.contains("pa.chain,"), "{}", checked.out);
    // And it is as strict as it says.
    assert_eq!(run(&["read", "--demo", "--policy", &file]).code, 15);
}

#[test]
fn a_wrong_policy_is_told_with_line_key_and_remedy_in_both_languages() {
    let folder = Folder::new("wrong-policy");
    let (document, _) = saved(&folder, "vn");
    for (rest, code, place) in [
        ("[checks]\n\"pa.chian\" = {}\n", "policy.unknown_check", "line 5, checks.\"pa.chian\""),
        (
            "[checks]\n\"pa.chain\" = { accept = [\"failed\"] }\n",
            "policy.takes_failure",
            "line 5, checks.\"pa.chain\".accept",
        ),
        ("[warnings]\nsha1 = \"yes\"\n", "policy.unknown_decision", "line 5, warnings.sha1"),
        ("[verdict]\naccept = \"failed\"\n", "policy.verdict_too_low", "line 5, verdict.accept"),
        ("colour = 1\n", "policy.unknown_key", "line 4"),
        ("= 1\n", "policy.syntax", "line 4"),
    ] {
        let file = policy_file(&folder, "wrong.toml", rest);
        for arguments in [
            &["policy", "check", &file][..],
            &["policy", "show", &file],
            &["verify", &document, "--policy", &file],
            &["report", &document, "--out", "-", "--policy", &file],
            &["read", "--demo", "--policy", &file],
        ] {
            let json = run(&[arguments, &["--format", "json"]].concat());
            assert_eq!((json.code, json.json()["code"].as_str()), (2, Some(code)), "{arguments:?} {}", json.out);
            let message = json.json()["message"].as_str().unwrap().to_owned();
            assert!(message.contains(place) && message.contains("wrong.toml"), "{message}");
            assert!(!json.json()["remedy"].as_str().unwrap().is_empty());
        }
        let vietnamese = run(&["policy", "check", &file, "--lang", "vi"]);
        assert_eq!(vietnamese.code, 2);
        assert!(vietnamese.err.contains("Cách xử lý") && vietnamese.err.contains("dòng"), "{}", vietnamese.err);
    }
    let typo = policy_file(&folder, "typo.toml", "[checks]\n\"pa.chian\" = {}\n");
    assert!(run(&["policy", "check", &typo]).err.contains("pa.chain"), "the word that was meant is offered");
    let missing = run(&["verify", &document, "--policy", "lenient", "--format", "json"]);
    assert_eq!((missing.code, missing.json()["code"].as_str()), (2, Some("usage.policy")));
    let binary = folder.at("binary.toml");
    fs::write(&binary, [0xFF, 0xFE]).unwrap();
    assert_eq!(run(&["policy", "check", &binary, "--format", "json"]).json()["code"], "unreadable");
    let long = folder.at("long.toml");
    fs::write(&long, "#".repeat(70_000)).unwrap();
    assert_eq!(run(&["policy", "check", &long, "--format", "json"]).json()["code"], "policy.too_long");
    for arguments in [&["policy"][..], &["policy", "show"], &["policy", "make", "x"]] {
        assert_eq!(run(arguments).code, 2, "{arguments:?}");
    }
}

#[test]
fn what_a_policy_holds_cannot_steer_the_terminal() {
    let folder = Folder::new("steering");
    let file = policy_file(&folder, "steer.toml", "\"\\u001b[2J\\u202e\" = 1\n");
    for format in ["text", "json"] {
        let run = run(&["policy", "check", &file, "--format", format]);
        assert_eq!(run.code, 2);
        assert!(!format!("{}{}", run.out, run.err).contains(['\u{1b}', '\u{202e}']), "{} {}", run.out, run.err);
    }
}

#[test]
fn a_saved_answer_counts_where_its_signer_is_trusted() {
    let folder = Folder::new("online");
    let (_, csca) = saved(&folder, "vn");
    for (name, denies) in [("confirmed", false), ("denied", true)] {
        let mut desk = Desk::new("online desk", reading::now());
        if denies {
            desk = desk.denying();
        }
        let mut document = reading::read(&vn());
        document.confirm_online(&mut desk, reading::now()).unwrap();
        let place = folder.at(name);
        fs::create_dir(&place).unwrap();
        for (file, bytes) in document.files() {
            fs::write(Path::new(&place).join(file.file_name()), bytes).unwrap();
        }
        let proofs = serde_json::to_vec(&document.proofs()).unwrap();
        fs::write(Path::new(&place).join("proofs.json"), proofs).unwrap();
        let signer = folder.at("desk.der");
        fs::write(&signer, &desk.certificate).unwrap();
        let verify = |more: &[&str]| {
            run(&[&["verify", &place, "--trust", &csca, "--at", "2026-01-01T00:00:00Z", "--format", "json"][..], more]
                .concat())
        };
        let state = |run: &program::Run| {
            let report = run.json();
            let checks = report["checks"].as_array().unwrap();
            let check = checks.iter().find(|check| check["id"] == "online.confirmation").unwrap();
            check["state"].as_str().unwrap().to_owned()
        };
        let stranger = verify(&[]);
        assert_eq!((stranger.code, state(&stranger).as_str()), (0, "undetermined"), "{name}");
        let trusted = verify(&["--trust-online", &signer]);
        let due = if denies { (3, "failed") } else { (0, "successful") };
        assert_eq!((trusted.code, state(&trusted).as_str()), due, "{name}");
        // A policy may demand it.
        let demand = "[checks]\n\"online.confirmation\" = { accept = [\"successful\"] }\n";
        let demand = policy_file(&folder, "demand.toml", demand);
        assert_eq!(verify(&["--policy", &demand]).code, 15, "{name}");
        let due = if denies { 15 } else { 0 };
        assert_eq!(verify(&["--policy", &demand, "--trust-online", &signer]).code, due, "{name}");
    }
    let missing = run(&["verify", &csca, "--trust-online", &folder.at("nobody"), "--format", "json"]);
    assert_eq!((missing.code, missing.json()["code"].as_str()), (2, Some("usage.path")));
    let nonsense = folder.at("nonsense.der");
    fs::write(&nonsense, "nonsense").unwrap();
    let wrong = run(&["verify", &csca, "--trust-online", &nonsense, "--format", "json"]);
    assert_eq!((wrong.code, wrong.json()["code"].as_str()), (1, Some("no_certificate")));
}

#[test]
fn the_help_tells_the_exit_codes() {
    for command in ["read", "verify", "report"] {
        for language in ["en", "vi"] {
            let help = run(&[command, "--help", "--lang", language]).out;
            let words = help.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(words.contains("14") && words.contains("15") && words.contains("--policy"), "{help}");
        }
    }
    assert!(run(&["policy", "--help"]).out.contains("show"));
}
