//! Does a hostile card fail access and its proofs, and does no way around them lead to a better verdict than the truth?
//!
//! What the line does, and what a card does to secure messaging and to files, is the question of `tests/faults/`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[path = "support/reading.rs"]
mod reading;

use chipid::internals::iso7816::StatusWord;
use chipid::reading::Options;
use chipid::sim::faults::{Fault, Faulty};
use chipid::sim::{Deviation, Quirk, profile};
use chipid::transport::Transport;
use chipid::{Card, CheckId, Document, Error, Password, TransportError, Verdict};
use reading::{Issued, go_on, lines, read_or_part};

fn profiles() -> [Issued; 4] {
    [
        profile::vn().with_max_answer(65_536),
        profile::vn().with_max_answer(256),
        profile::passport().with_max_answer(65_536),
        profile::hardened().with_max_answer(4_096),
    ]
    .map(Issued::new)
}

fn is_full() -> bool {
    std::env::var_os("CHIPID_FULL").is_some()
}

/// The exchanges at which a case is tried: all of them where they are few, else the first and last and every seventh.
fn positions(exchanges: u32) -> Vec<usize> {
    let all = 0..usize::try_from(exchanges).unwrap();
    let few = is_full() || all.len() <= 40;
    all.clone().filter(|at| few || *at < 24 || *at + 8 >= all.len() || at % 7 == 0).collect()
}

/// The untouched card: how many exchanges it takes, and what it is worth.
fn control(issued: &Issued) -> (u32, Verdict) {
    let document = read_or_part(Box::new(issued.card()), &issued.password()).unwrap();
    let verdict = issued.report(&document).verdict();
    assert_eq!(verdict, Verdict::Genuine, "{}", issued.profile.name);
    (document.exchanges(), verdict)
}

type Outcome = Result<Document, (Error, Option<Document>)>;

/// What holds in every case: no better verdict than the truth, and nothing cut off looks whole. Gives the verdict of what
/// was read, if anything was.
fn judge(name: &str, outcome: &Outcome, issued: &Issued, truth: Verdict) -> Option<Verdict> {
    let (document, is_whole) = match outcome {
        Ok(document) => (Some(document), true),
        Err((_, document)) => (document.as_ref(), false),
    };
    let report = issued.report(document?);
    assert!(report.verdict() <= truth, "{name}\n{}", lines(&report));
    assert!(is_whole || report.verdict() <= Verdict::Undetermined, "{name}\n{}", lines(&report));
    Some(report.verdict())
}

#[test]
fn a_hostile_card_fails_access_and_proofs() {
    for issued in profiles() {
        let profile = &issued.profile;
        let (exchanges, truth) = control(&issued);
        let is_here = |deviation: &Deviation| !deviation.is_of_secure_messaging() && !deviation.is_of_files();
        for deviation in Deviation::ALL.into_iter().filter(is_here) {
            let mut touched = 0;
            for at in positions(exchanges) {
                let mut card = issued.card();
                card.deviate(at, deviation);
                let name = format!("{deviation:?} at {at} of {}", profile.name);
                let outcome = read_or_part(Box::new(card), &issued.password());
                let verdict = judge(&name, &outcome, &issued, truth);
                if outcome.is_err() || verdict != Some(truth) {
                    touched += 1;
                }
            }
            let concerns = match deviation {
                Deviation::BacOtherChallenge | Deviation::BacWrongMac => profile.pace.is_empty(),
                Deviation::AaOtherChallenge | Deviation::AaOtherDigest => true,
                Deviation::AaWrongTrailer => profile.name != "hardened",
                Deviation::CaOtherKeys => !profile.chip_authentication.is_empty(),
                // These belong to protocols that no profile here has.
                Deviation::PaceImMappingData
                | Deviation::CamMissing
                | Deviation::CamEmpty
                | Deviation::CamOddLength
                | Deviation::CamWrapped
                | Deviation::CamDoubled
                | Deviation::CamOtherData
                | Deviation::CamWrongPadding
                | Deviation::CamTag8b
                | Deviation::TaShortChallenge
                | Deviation::TaLongChallenge
                | Deviation::TaOtherDocument => false,
                _ => !profile.pace.is_empty(),
            };
            assert_eq!(
                touched > 0,
                concerns && (profile.active_authentication.is_some() || !format!("{deviation:?}").starts_with("Aa")),
                "{deviation:?} on {}: {touched}",
                profile.name
            );
        }
    }
}

#[test]
fn chip_authentication_is_never_proven_by_a_session_without_it() {
    // A clone that says yes to chip authentication and then drops the line, so that access is opened anew without it.
    let mut cases = 0;
    for quirk in [Quirk::CaKeepsOldKeys] {
        for base in [profile::vn(), profile::hardened()] {
            let issued = Issued::new(base.with_max_answer(65_536).with_quirk(quirk));
            for error in [TransportError::Communication, TransportError::TooLong, TransportError::CardReset] {
                for at in 0..24 {
                    for fault in [Fault::LostBefore(error.clone()), Fault::LostAfter(error.clone())] {
                        let line = Faulty::new(issued.card(), at, fault);
                        let outcome = read_or_part(Box::new(line), &issued.password());
                        let document = match outcome {
                            Ok(document) => document,
                            Err((_, Some(document))) => document,
                            Err((_, None)) => continue,
                        };
                        let report = issued.report(&document);
                        let check = report.check(CheckId::ChipChipAuthentication).unwrap();
                        assert!(!check.is_successful(), "{error:?} at {at} of {}", issued.profile.name);
                        assert!(report.verdict() <= Verdict::Undetermined, "{error:?} at {at}\n{}", lines(&report));
                        cases += 1;
                    }
                }
            }
        }
    }
    println!("{cases} cases");
}

/// A card that fails PACE, knows no BAC, and gives its files to anybody.
struct Open(Box<dyn Transport>);

impl Transport for Open {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        match command {
            [0x00, 0x84, ..] => Ok(vec![0x6D, 0x00]),
            [0x00, 0xB0, 0x9E, ..] => Ok(vec![0x60, 0x02, 0x5F, 0x01, 0x90, 0x00]),
            other => self.0.transmit(other),
        }
    }

    fn reset(&mut self) -> Result<(), TransportError> {
        self.0.reset()
    }

    fn atr(&self) -> &[u8] {
        self.0.atr()
    }

    fn reader(&self) -> &str {
        self.0.reader()
    }
}

#[test]
fn leave_for_bac_after_pace_is_no_leave_for_no_access_control_at_all() {
    let issued = Issued::new(profile::vn().with_quirk(Quirk::PaceOffered6fff));
    let mut options = Options::default();
    options.allow_bac_after_pace = true;
    let password = Password::mrz(&issued.profile.mrz_lines().concat()).unwrap();
    let open = |link: Box<dyn Transport>| {
        Card::connect(link).unwrap().with_options(options).open(&password, &mut go_on).map_err(Error::from)
    };
    assert!(open(Box::new(issued.card())).is_ok(), "the control: BAC by the caller's word");
    let error = open(Box::new(Open(Box::new(issued.card())))).err().unwrap();
    assert!(matches!(error, Error::Refused { status: StatusWord(0x6FFF), .. }), "{error}");
}
