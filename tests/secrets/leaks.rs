//! Do errors, events, Debug outputs and panics of whole runs hold anything of the holder or of the keys? Good runs, faulty
//! lines, hostile cards, odd ones, wrong passwords, damaged files.
//!
//! What a caller asks for (the fields of a report, its JSON, evidence, a transcript) holds the holder on purpose and is
//! not searched; what is written down about it (checks, Debug) is.

use crate::canaries::{self, CAN, Canary, NUMBER, find};
use crate::reading;
use crate::shown::file_values;
use chipid::sim::faults::{Fault, Faulty};
use chipid::sim::{Deviation, Profile, Quirk, SimulatedCard};
use chipid::transport::Transport;
use chipid::transport::transcript::Recorder;
use chipid::{Card, Clock, Document, Error, Event, Evidence, EvidencePolicy, Password, ReadPlan, TransportError};
use std::collections::BTreeSet;
use std::fmt::{Debug, Write as _};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, OnceLock};

pub fn all() -> &'static [Canary] {
    static CANARIES: OnceLock<Vec<Canary>> = OnceLock::new();
    CANARIES.get_or_init(canaries::all)
}

/// What was said, each line once.
#[derive(Default)]
struct Said(BTreeSet<String>);

impl Said {
    fn debug(&mut self, value: &dyn Debug) {
        self.text(&format!("{value:?}\n"));
        // Over several lines a list of bytes is still a list.
        self.0.insert(format!("{value:#?}"));
    }

    fn text(&mut self, text: &str) {
        self.0.extend(text.lines().map(str::to_owned));
    }

    fn error(&mut self, error: &Error) {
        self.debug(error);
        self.text(&format!("{error}\n{}\n{}", error.code(), error.remedy()));
    }

    fn document(&mut self, profile: &Profile, document: &Document) {
        self.debug(document);
        self.debug(&document.proofs());
        self.debug(document.active_authentication());
        self.debug(document.chip_authentication());
        self.debug(&document.access());
        for trust in [reading::trust(profile), chipid::trust::TrustStore::empty()] {
            let report = document.verify(&trust, reading::now());
            self.debug(&(report.verdict(), report.holder(), report.portrait(), report.access(), report.online_check()));
            self.debug(&(report.not_read(), report.resumed_files(), report.limits()));
            report.checks().iter().for_each(|check| self.debug(check));
            self.text(&serde_json::to_string(report.checks()).unwrap());
            report.holder().fields().for_each(|(_, field)| self.debug(field));
        }
    }

    /// Nothing of a holder, nothing of a key.
    fn assert_clean(&self, what: &str) {
        let text: String = self.0.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
        println!("{what}: {} lines, {} bytes", self.0.len(), text.len());
        assert!(self.0.len() > 10, "{what}: nothing was said");
        let found = find(all(), &text);
        if !found.is_empty() {
            let mut lines = String::new();
            for line in &self.0 {
                let here = find(all(), line);
                if !here.is_empty() {
                    writeln!(lines, "{here:?}: {}", line.chars().take(300).collect::<String>()).unwrap();
                }
            }
            panic!("{what} holds {found:#?}\n{lines}");
        }
    }
}

fn password(profile: &Profile) -> Password {
    match profile.can() {
        Some(can) => Password::can(can).unwrap(),
        None => Password::mrz(&profile.mrz_lines().concat()).unwrap(),
    }
}

/// Reads over this line, writing down what is said.
fn run(said: &mut Said, profile: &Profile, line: Box<dyn Transport>, password: &Password) -> Option<Document> {
    let mut events = BTreeSet::new();
    let mut show = |event: Event<'_>| {
        match event {
            Event::Phase(phase) => events.insert(format!("{phase:?}")),
            Event::Reading { file, done, total } => events.insert(format!("{file} {done} {total}")),
            _ => false,
        };
        ControlFlow::Continue(())
    };
    let opened = Card::connect(line).unwrap().open(password, &mut show);
    let document = match opened {
        Err(error) => {
            said.debug(&error);
            said.error(&error.error);
            None
        }
        Ok(session) => match session.read(&ReadPlan::full(), &mut show) {
            Ok(document) => Some(document),
            Err(error) => {
                said.debug(&error);
                said.error(&error.error);
                Some(*error.document)
            }
        },
    };
    said.0.extend(events);
    if let Some(document) = &document {
        said.document(profile, document);
    }
    document
}

struct Issued {
    profile: Profile,
    contents: chipid::sim::profile::Contents,
}

impl Issued {
    fn card(&self) -> SimulatedCard {
        self.profile.card_with(self.contents.clone()).unwrap()
    }
}

fn cards() -> [Issued; 4] {
    [canaries::vn(), canaries::passport(), canaries::hardened(), canaries::cam()]
        .map(|profile| Issued { contents: profile.contents().unwrap(), profile })
}

#[test]
fn good_and_faulty_runs_say_nothing() {
    let errors = [TransportError::CardRemoved, TransportError::CardReset, TransportError::Communication];
    for issued in cards() {
        let Issued { profile, .. } = &issued;
        let mut said = Said::default();
        let document = run(&mut said, profile, Box::new(issued.card()), &password(profile)).unwrap();
        let exchanges = usize::try_from(document.exchanges()).unwrap();
        let mut faults: Vec<Fault> = errors.iter().cloned().map(Fault::LostAfter).collect();
        faults.extend([
            Fault::Flip(7, 3),
            Fault::Truncate(3),
            Fault::Status(0x6982),
            Fault::Replay,
            Fault::Answer(vec![0x90]),
        ]);
        for fault in faults {
            for at in (0..exchanges).filter(|at| *at < 8 || at % 6 == 0) {
                let line = Faulty::new(issued.card(), at, fault.clone());
                run(&mut said, profile, Box::new(line), &password(profile));
            }
        }
        said.assert_clean(profile.name);
    }
}

fn is_full() -> bool {
    std::env::var_os("CHIPID_FULL").is_some()
}

#[test]
fn hostile_and_odd_cards_say_nothing() {
    let [vn, passport, _, cam] = cards();
    for issued in [vn, passport, cam] {
        let Issued { profile, .. } = &issued;
        let mut said = Said::default();
        for deviation in Deviation::ALL {
            for at in if is_full() { vec![0, 9] } else { vec![0] } {
                let mut card = issued.card();
                card.deviate(at, deviation);
                run(&mut said, profile, Box::new(card), &password(profile));
            }
        }
        if profile.name == "vn" {
            for quirk in Quirk::ALL.iter().step_by(if is_full() { 1 } else { 4 }) {
                let odd = profile.clone().with_quirk(*quirk);
                run(&mut said, profile, Box::new(odd.card().unwrap()), &password(profile));
            }
        }
        said.assert_clean(profile.name);
    }
}

#[test]
fn wrong_passwords_say_nothing() {
    let mut said = Said::default();
    let [vn, passport, hardened, _] = cards();
    let mrz = |profile: &Profile| Password::mrz(&profile.mrz_lines().concat()).unwrap();
    for (issued, password) in [
        (&hardened, mrz(&passport.profile)),
        (&passport, mrz(&vn.profile)),
        (&vn, Password::number("999171739165").unwrap()),
        (&passport, Password::can(CAN).unwrap()),
        (&hardened, Password::none()),
    ] {
        run(&mut said, &issued.profile, Box::new(issued.card()), &password);
    }
    let lines = vn.profile.mrz_lines();
    let qr = vn.profile.qr_text().unwrap();
    let misread = lines.concat().replacen(NUMBER, "999171739165", 1);
    // Whatever is typed wrongly is itself the holder's.
    let mut refused = |outcome: Result<Password, chipid::PasswordError>| match outcome {
        Ok(_) => 0,
        Err(error) => {
            said.debug(&error);
            said.text(&error.to_string());
            1
        }
    };
    let mut count = 0;
    for text in [NUMBER, CAN, &qr, &lines.join("\n"), "ZYQXWVOLAND", &misread, &format!("{CAN}{CAN}0"), &lines[0]] {
        count += refused(Password::can(&text[..text.len().min(400)]));
        count += refused(Password::number(&format!("{text}x")));
        count += refused(Password::mrz(&format!("{text}é")));
        count += refused(Password::mrz(text));
        count += refused(Password::qr(&text.replace('|', "/")));
        count += refused(Password::qr(&format!("x{text}")));
        count += refused(Password::mrz_parts(text, CAN, "ZYQXWV"));
    }
    assert!(count > 30, "{count}");
    said.assert_clean("wrong passwords");
}

/// Every file of the cards, cut and altered, in every parser: its error, or Debug of its value.
#[test]
fn damaged_files_say_nothing() {
    let mut said = Said::default();
    for issued in cards() {
        for file in &issued.contents.files {
            let bytes = &file.content;
            for step in 0..24 {
                let mut damaged = bytes.clone();
                match step {
                    0 => {}
                    1..8 => damaged.truncate(bytes.len() * step / 8),
                    _ => {
                        let at = (bytes.len().min(120) * (step - 8) / 16) % bytes.len();
                        damaged[at] ^= 0x41;
                    }
                }
                file_values(&damaged, &mut |text| said.text(&text));
            }
        }
    }
    said.assert_clean("damaged files");
}

#[test]
fn evidence_and_transcripts_say_nothing_about_themselves() {
    let mut said = Said::default();
    for issued in cards() {
        let profile = &issued.profile;
        let recorder = Recorder::new(Box::new(issued.card()));
        let recording = recorder.recording();
        let document = run(&mut said, profile, Box::new(recorder), &password(profile)).unwrap();
        said.debug(&recording.transcript());
        let clock = Clock { read_at: reading::now(), source: "a test".into() };
        let trust = reading::trust(profile);
        let evidence = document.to_evidence(&trust, reading::now(), &EvidencePolicy::all(), &clock).unwrap();
        said.debug(&evidence);
        said.debug(&Document::from_evidence(&evidence));
        said.document(profile, &Document::from_evidence(&evidence));
        evidence.signatures().iter().for_each(|signature| said.debug(signature));
        let bytes = evidence.encode();
        for at in (0..bytes.len()).step_by(bytes.len() / 150) {
            let mut damaged = bytes.clone();
            damaged[at] = if damaged[at] == b'"' { b'x' } else { b'"' };
            if let Err(error) = Evidence::decode(&damaged) {
                said.debug(&error);
                said.text(&error.to_string());
            }
        }
    }
    said.assert_clean("evidence and transcripts");
}

/// A caller's closure, and a line, that panic in the midst: what the panic says is theirs alone.
#[test]
fn panics_say_nothing() {
    let heard = Arc::<Mutex<Said>>::default();
    let hook = std::panic::take_hook();
    let ours = Arc::clone(&heard);
    std::panic::set_hook(Box::new(move |panic| {
        let backtrace = std::backtrace::Backtrace::force_capture();
        ours.lock().unwrap().text(&format!("{panic}\n{panic:?}\n{backtrace}"));
    }));
    let mut caught = 0;
    for issued in cards() {
        for at in [1, 2, 5, 8, 10] {
            let (card, password) = (Card::connect(Box::new(issued.card())).unwrap(), password(&issued.profile));
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
                let mut show = |event: Event<'_>| match event {
                    Event::Exchange { number } if number == at => panic!("asked to stop at {number}"),
                    _ => ControlFlow::Continue(()),
                };
                card.open(&password, &mut show).map(|session| session.read(&ReadPlan::full(), &mut show).is_ok())
            }));
            if let Err(payload) = outcome {
                heard.lock().unwrap().text(payload.downcast_ref::<String>().map_or("no text", String::as_str));
                caught += 1;
            }
        }
    }
    std::panic::set_hook(hook);
    assert_eq!(caught, 20);
    heard.lock().unwrap().assert_clean("panics");
}
