//! Does the program do its job at a real reader? A pcscd of the test's own, the simulated card in its virtual reader.
#![cfg(target_os = "linux")]

mod support {
    #[allow(dead_code, reason = "the tests of the line use the rest")]
    pub mod pcscd;
    #[allow(dead_code, reason = "the tests without a reader use the rest")]
    pub mod program;
}

use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;
use support::pcscd::until;
use support::program::{Folder, command, finish, program, run, run_with};

/// A program that runs until it is interrupted.
struct Running {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Running {
    fn start(arguments: &[&str]) -> Self {
        let mut child = command(arguments).stdin(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Self { child, out }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// Ctrl-C; the exit code.
    fn interrupt(mut self) -> i32 {
        let kill = format!("kill -INT {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
        self.child.wait().unwrap().code().unwrap_or(-1)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A card in the virtual reader, and what it tells of itself.
fn card(arguments: &[&str]) -> (Running, Value) {
    let mut card = Running::start(&[&["simulate", "--format", "json"], arguments].concat());
    let said = serde_json::from_str(&card.line()).unwrap();
    until("the card is seen", || run(&["readers", "--format", "json"]).lines().iter().any(|one| one["card"] == true));
    (card, said)
}

beside_pcscd! {
    fn reads_the_card_with_every_kind_of_key(service) {
        let folder = Folder::new("keys");
        let csca = folder.at("csca.der");
        let (_card, said) = card(&["--csca-out", &csca]);
        let can = said["can"].as_str().unwrap();
        let mrz: String = said["mrz"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
        let read = run(&["read", "--can", can, "--trust", &csca, "--format", "json"]);
        assert_eq!(read.code, 0, "{} {}", read.out, read.err);
        let holder = read.json()["holder"].clone();
        let number = holder["personal_number"]["value"].as_str().unwrap();
        let qr = format!("{number}||{}|01011999|Nữ|x|01072023", holder["full_name"]["value"].as_str().unwrap());
        for (option, key) in [("--mrz", mrz.as_str()), ("--number", number), ("--qr", &qr)] {
            let read = run(&["read", option, key, "--trust", &csca, "--format", "json"]);
            assert_eq!(read.code, 0, "{option}: {} {}", read.out, read.err);
            let input = run_with(&["read", option, "-", "--trust", &csca, "--format", "json"], key);
            assert_eq!(input.code, 0, "{option} -: {} {}", input.out, input.err);
        }
        // Without trust nothing is concluded, and the data is shown all the same.
        let untrusted = run(&["read", "--can", can, "--format", "json"]);
        assert_eq!((untrusted.code, untrusted.json()["verdict"].as_str()), (4, Some("undetermined")));
    }

    fn a_wrong_key_is_told_and_may_be_given_again(service) {
        let (_card, said) = card(&[]);
        let can = said["can"].as_str().unwrap();
        let wrong = run(&["read", "--can", "999999", "--format", "json"]);
        assert_eq!((wrong.code, wrong.json()["code"].as_str()), (5, Some("wrong_password")), "{}", wrong.out);
        // Without a terminal, `--ask` takes a line of standard input for each answer.
        let ask = |answers: &str| {
            let mut detached = Command::new("setsid");
            detached.args(["--wait"]).arg(program()).args(["read", "--ask", "--format", "json"]);
            detached.env("LANG", "C").stdout(Stdio::piped()).stderr(Stdio::piped());
            finish(detached, answers)
        };
        assert_eq!(ask(&format!("999999\n12\n{can}\n")).code, 4);
        assert_eq!(ask("999999\n999998\n999997\n").code, 5);
        assert_eq!(ask("").code, 2);
    }

    fn no_reader_no_card_no_service(service) {
        let unknown = run(&["read", "--can", "000001", "--reader", "Moon"]);
        assert_eq!(unknown.code, 6, "{}", unknown.err);
        let empty = run(&["read", "--can", "000001", "--wait", "1", "--format", "json"]);
        assert_eq!((empty.code, empty.json()["code"].as_str()), (7, Some("transport.no_card")));
        assert_eq!(run(&["readers"]).code, 0);
        service.restart_with(false);
        for arguments in [&["read", "--can", "000001"][..], &["read", "--can", "000001", "--wait", "1"], &["readers"]] {
            assert_eq!(run(arguments).code, 6, "{arguments:?}");
        }
        service.stop();
        for arguments in [&["read", "--can", "000001"][..], &["readers"], &["watch"]] {
            let run = run(arguments);
            assert_eq!(run.code, 9, "{arguments:?}: {}", run.err);
            assert!(run.err.contains("pcscd"), "{}", run.err);
        }
    }

    fn watches_cards_come_and_go(service) {
        let mut watch = Running::start(&["watch", "--format", "json"]);
        let mut next = || -> Value { serde_json::from_str(&watch.line()).unwrap() };
        for _ in 0..2 {
            assert_eq!(next()["event"], "reader_attached");
        }
        let (card, _) = card(&[]);
        let inserted = next();
        assert_eq!(inserted["event"], "card_inserted");
        assert!(inserted["reader"].is_string() && inserted["atr"].is_string());
        assert_eq!(card.interrupt(), 130);
        assert_eq!(next()["event"], "card_removed");
        assert_eq!(watch.interrupt(), 130);
    }

    fn an_interrupt_ends_a_wait_and_leaves_no_folder(service) {
        let folder = Folder::new("interrupt");
        let place = folder.at("document");
        let waiting = Running::start(&["read", "--can", "000001", "--save", &place]);
        sleep(Duration::from_millis(800));
        assert_eq!(waiting.interrupt(), 130);
        assert!(!std::path::Path::new(&place).exists());
    }

    fn a_card_that_is_lifted_is_told(service) {
        let (card, said) = card(&["--max-answer", "256", "--quirk", "short-answers"]);
        let can = said["can"].as_str().unwrap().to_owned();
        let reading = std::thread::spawn(move || run(&["read", "--can", &can, "--format", "json"]));
        // Some two hundred exchanges: long enough to lift the card in their midst.
        sleep(Duration::from_millis(150));
        drop(card);
        let run = reading.join().unwrap();
        assert!([8, 4].contains(&run.code), "{} {}", run.out, run.err);
    }

    fn the_other_profiles_and_quirks_are_read(service) {
        for arguments in [
            &["--profile", "passport"][..],
            &["--profile", "hardened"],
            &["--quirk", "select-mf-6d00", "--quirk", "card-access-after-aid-6982", "--max-answer", "2048"],
        ] {
            let folder = Folder::new("profiles");
            let csca = folder.at("csca.der");
            let (card, said) = card(&[arguments, &["--csca-out", &csca]].concat());
            let mrz: String = said["mrz"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
            let read = run_with(&["read", "--mrz", "-", "--trust", &csca, "--reader", "00 00"], &mrz);
            assert!([0, 11].contains(&read.code), "{arguments:?}: {} {}", read.out, read.err);
            assert_eq!(card.interrupt(), 130);
            until("the card is gone", || {
                run(&["readers", "--format", "json"]).lines().iter().all(|one| one["card"] == false)
            });
        }
    }
}
