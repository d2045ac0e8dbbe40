//! A whole session with a card whose answers are the bytes: each `length (2) ‖ answer`; at their end the card is gone.
//!
//! Whatever it says, the reader stops within its budget and finds nothing authentic.

use super::{Bytes, now};
use chipid::internals::crypto::{Random, SeededRandom};
use chipid::lds::FileId;
use chipid::sim::profile;
use chipid::transport::Transport;
use chipid::trust::{TrustBuilder, TrustStore};
use chipid::{Budget, Card, Document, Event, Limits, Password, ReadPlan, TransportError, Verdict};
use std::ops::ControlFlow;
use std::sync::OnceLock;

/// The first byte: which password and which lengths. The bytes then are the answers.
pub fn all(bytes: &[u8]) {
    let _ = verdict(bytes);
}

/// What the reading is worth to one who trusts the issuer of [`profile::plain`]; `None` where none came about.
pub fn verdict(bytes: &[u8]) -> Option<Verdict> {
    let mut input = Bytes(bytes);
    let mode = input.u8().unwrap_or(0);
    let line = Line { answers: input.0.to_vec(), at: 0, exchanges: 0 };
    let card = Card::connect_with_random(Box::new(line), random());
    let card = if mode & 4 == 0 { card } else { card.with_limits(Limits::EXTENDED) };
    let mut show = |_: Event<'_>| ControlFlow::Continue(());
    let read = match card.open(&password(mode), &mut show) {
        Ok(session) => session.read(&ReadPlan::full(), &mut show),
        Err(error) => {
            assert!(!error.error.code().is_empty() && !error.to_string().is_empty());
            return None;
        }
    };
    Some(match read {
        Ok(document) => judge(&document, false),
        Err(error) => {
            assert!(!error.error.code().is_empty());
            judge(&error.document, true)
        }
    })
}

/// What opens the card, by the mode.
pub fn password(mode: u8) -> Password {
    match mode & 3 {
        0 => Password::none(),
        1 => Password::can("000001").expect("a CAN"),
        2 => Password::mrz_parts("X00000017", "850412", "331231").expect("MRZ data"),
        _ => Password::number("999199000001").expect("a number"),
    }
}

/// The reader's random bytes: always the same, so that a recorded session replays.
pub fn random() -> Box<dyn Random> {
    Box::new(SeededRandom::new([7; 32]))
}

fn trust() -> &'static TrustStore {
    static TRUST: OnceLock<TrustStore> = OnceLock::new();
    TRUST.get_or_init(|| {
        let mut trust = TrustBuilder::new();
        trust.add_certificate(&profile::plain().csca().expect("an issuer")).expect("an anchor");
        trust.build()
    })
}

/// Only the whole files of the one card without access control, whose recorded answers are a seed, are authentic.
fn judge(document: &Document, is_cut: bool) -> Verdict {
    let verdict = document.verify(trust(), now()).verdict();
    if verdict <= Verdict::Undetermined {
        return verdict;
    }
    assert_eq!((verdict, is_cut), (Verdict::DataAuthentic, false));
    static GROUPS: OnceLock<Vec<(u8, Vec<u8>)>> = OnceLock::new();
    let groups = GROUPS.get_or_init(|| profile::plain().contents().expect("an issuer").groups);
    for (file, bytes) in document.files() {
        if let FileId::DataGroup(group) = file {
            let issued = groups.iter().find(|(number, _)| *number == group.number());
            assert!(issued.is_some_and(|(_, issued)| issued == bytes), "{file} is not the one that was signed");
        }
    }
    assert!(document.verify(&TrustStore::empty(), now()).verdict() <= Verdict::Undetermined);
    verdict
}

struct Line {
    answers: Vec<u8>,
    at: usize,
    exchanges: u32,
}

impl Transport for Line {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.exchanges += 1;
        assert!(self.exchanges <= Budget::default().exchanges, "more exchanges than the budget");
        assert!(command.len() >= 4 && command.len() <= 65_544);
        let mut rest = Bytes(&self.answers[self.at..]);
        let length = usize::from(rest.u16().ok_or(TransportError::CardRemoved)?);
        let answer = rest.take(length).to_vec();
        self.at += 2 + answer.len();
        Ok(answer)
    }

    fn reset(&mut self) -> Result<(), TransportError> {
        if self.at < self.answers.len() { Ok(()) } else { Err(TransportError::CardRemoved) }
    }

    fn atr(&self) -> &[u8] {
        &[0x3B, 0x80, 0x80, 0x01, 0x01]
    }

    fn reader(&self) -> &str {
        "bytes"
    }
}
