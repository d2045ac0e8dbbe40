//! Does a hostile card, or a line that lies, ever earn a better verdict than the truth? Does each lie end the session?
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[path = "support/reading.rs"]
mod reading;

use chipid::error::Broken;
use chipid::inspection::Options;
use chipid::iso7816::StatusWord;
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
fn a_hostile_card_ends_the_session_at_every_protected_exchange() {
    let mut cases = 0;
    for issued in profiles() {
        let profile = &issued.profile;
        let (exchanges, truth) = control(&issued);
        for deviation in Deviation::ALL.into_iter().filter(|deviation| deviation.is_of_secure_messaging()) {
            for at in positions(exchanges) {
                let mut card = issued.card();
                card.deviate(at, deviation);
                let name = format!("{deviation:?} at {at} of {} ({})", profile.name, profile.max_answer);
                let outcome = read_or_part(Box::new(card), &issued.password());
                judge(&name, &outcome, &issued, truth);
                if let Err((error, _)) = &outcome {
                    assert!(matches!(error, Error::Protocol { .. } | Error::Refused { .. }), "{name}: {error}");
                }
                cases += 1;
            }
        }
    }
    println!("{cases} cases");
}

#[test]
fn a_hostile_card_fails_access_and_proofs() {
    for issued in profiles() {
        let profile = &issued.profile;
        let (exchanges, truth) = control(&issued);
        for deviation in Deviation::ALL.into_iter().filter(|deviation| !deviation.is_of_secure_messaging()) {
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

/// The lies of a line, and whether an exchange under secure messaging must end with each.
fn faults() -> Vec<Fault> {
    let mut faults = vec![
        Fault::LostBefore(TransportError::CardRemoved),
        Fault::LostAfter(TransportError::CardRemoved),
        Fault::LostBefore(TransportError::ReaderGone),
        Fault::LostAfter(TransportError::CardReset),
        Fault::LostBefore(TransportError::Communication),
        Fault::LostBefore(TransportError::NoService),
        Fault::LostBefore(TransportError::Busy),
        Fault::RemoveCard,
        Fault::PowerLoss,
        Fault::Flip(0, 0),
        Fault::Flip(5, 3),
        Fault::Flip(usize::MAX / 2, 7),
        Fault::FlipCommand(0, 2),
        Fault::FlipCommand(5, 0),
        Fault::Truncate(1),
        Fault::Truncate(2),
        Fault::Truncate(10),
        Fault::Insert(vec![0]),
        Fault::Answer(vec![]),
        Fault::Answer(vec![0x90]),
        Fault::Answer(vec![0x90, 0x00]),
        Fault::Answer(vec![0; 65_538]),
        Fault::Replay,
        Fault::Twice,
        Fault::Late,
    ];
    for status in
        [0x6985, 0x6982, 0x6988, 0x6987, 0x6A82, 0x6700, 0x6F00, 0x9000, 0x6300, 0x6282, 0x63C0, 0x6100, 0x6C00]
    {
        faults.push(Fault::Status(status));
        faults.push(Fault::StatusAfter(status));
    }
    faults
}

#[test]
fn a_lying_line_never_earns_a_better_verdict() {
    let mut cases = 0;
    for issued in profiles() {
        let profile = &issued.profile;
        let (exchanges, truth) = control(&issued);
        for (row, fault) in faults().into_iter().enumerate() {
            for at in positions(exchanges) {
                // By default each fault meets a third of the exchanges, each exchange a third of the faults.
                if !is_full() && (row + at) % 3 != 0 {
                    continue;
                }
                for for_ever in [false, true] {
                    if for_ever && !is_full() && (row + at) % 2 != 0 {
                        continue;
                    }
                    let line = Faulty::new(issued.card(), at, fault.clone());
                    let line = if for_ever { line.for_ever() } else { line };
                    let name = format!("{fault:?} at {at} of {} for ever {for_ever}", profile.name);
                    let link: Box<dyn Transport> = Box::new(line);
                    let outcome = read_or_part(link, &issued.password());
                    judge(&name, &outcome, &issued, truth);
                    if let Err((error, _)) = &outcome {
                        let is_of_the_line = matches!(error, Error::Transport(_));
                        assert!(!is_of_the_line || error.is_retryable(), "{name}: {error}");
                    }
                    cases += 1;
                }
            }
        }
    }
    println!("{cases} cases");
}

#[test]
fn a_session_that_ended_sends_nothing_more() {
    // A naked status in the middle of the reading: the next file must not be asked for.
    let issued = Issued::new(profile::vn());
    let at = usize::try_from(control(&issued).0).unwrap() - 3;
    let line = Faulty::new(issued.card(), at, Fault::Status(0x6985));
    let (error, document) = read_or_part(Box::new(line), &issued.password()).err().unwrap();
    assert!(matches!(error, Error::Protocol { broken: Broken::Unprotected(_), .. }), "{error}");
    assert_eq!(usize::try_from(document.unwrap().exchanges()).unwrap(), at + 1);
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
