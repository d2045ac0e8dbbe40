//! A reader with a card on it that stays with the test: what passes is written down, faults befall it by a plan, and the
//! card can be changed for a good one.

use crate::cards::{Bench, Seeds};
use crate::catalogue::{How, Row, recorded};
use chipid::event::Show;
use chipid::internals::crypto::SeededRandom;
use chipid::reading::Options;
use chipid::sim::SimulatedCard;
use chipid::sim::faults::{Fault, Faulty};
use chipid::transport::Transport;
use chipid::{Budget, Card, Error, TransportError};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// The turn-around of an exchange.
const TURN_AROUND: Duration = Duration::from_millis(25);
/// Bits in a second over the air.
const BITS: u64 = 424_000;
/// How long a driver waits for a card that does not answer.
const TIMEOUT: Duration = Duration::from_secs(20);
/// Exchanges that a reading may cost, so that a card which gives one byte at a time ends soon.
pub const EXCHANGES: u32 = 1_000;

/// What came over the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    Reset,
    Reconnect,
    Exchange { command: Vec<u8>, answer: Result<Vec<u8>, TransportError> },
}

/// A fault and the exchange that it befalls, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planned {
    pub at: usize,
    pub row: &'static Row,
}

pub struct Wire {
    line: Faulty<SimulatedCard>,
    plan: Vec<Planned>,
    recorded: Vec<Option<Vec<u8>>>,
    count: usize,
    pub seen: Vec<Seen>,
    /// Which faults of the plan befell: a line has not always something to play back.
    pub befell: Vec<bool>,
    /// What all this would have taken over a real line.
    pub clock: Duration,
}

/// The reader.
pub struct Desk {
    wire: Arc<Mutex<Wire>>,
}

/// The card of a bench, all its random numbers from a seed.
fn card(bench: &Bench, seeds: Seeds) -> SimulatedCard {
    let seed = match seeds {
        Seeds::Now => "now",
        Seeds::Old => "long ago",
    };
    let mut card = bench.issued.card();
    card.set_random(Box::new(SeededRandom::new(padded(seed))));
    card
}

fn padded(seed: &str) -> [u8; 32] {
    let mut padded = [0; 32];
    padded[..seed.len()].copy_from_slice(seed.as_bytes());
    padded
}

impl Desk {
    /// An honest card on an honest line.
    pub fn new(bench: &Bench, seeds: Seeds) -> Self {
        let line = Faulty::honest(card(bench, seeds));
        let wire = Wire {
            line,
            plan: Vec::new(),
            recorded: Vec::new(),
            count: 0,
            seen: Vec::new(),
            befell: Vec::new(),
            clock: Duration::ZERO,
        };
        Self { wire: Arc::new(Mutex::new(wire)) }
    }

    /// The same with these faults to come.
    pub fn faulty(bench: &Bench, plan: &[Planned]) -> Self {
        let desk = Self::new(bench, Seeds::Now);
        {
            let mut wire = desk.wire();
            wire.recorded = plan.iter().map(|planned| recorded(bench, planned)).collect();
            wire.plan = plan.to_vec();
            wire.befell = vec![false; plan.len()];
        }
        desk
    }

    pub fn wire(&self) -> MutexGuard<'_, Wire> {
        self.wire.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// A good card lies on the same reader, and nothing befalls it any more.
    pub fn heal(&self, bench: &Bench) {
        let mut wire = self.wire();
        wire.line = Faulty::honest(card(bench, Seeds::Now));
        wire.plan.clear();
        wire.seen.clear();
    }

    pub fn connect(&self, bench: &Bench, seeds: Seeds) -> Card {
        let atr = self.wire().line.atr().to_vec();
        let line = Line { wire: Arc::clone(&self.wire), atr, reader: bench.name };
        let seed = match seeds {
            Seeds::Now => "reader now",
            Seeds::Old => "reader long ago",
        };
        let mut options = Options::default();
        options.budget = Budget { exchanges: EXCHANGES, ..Budget::default() };
        Card::connect_with_random(Box::new(line), Box::new(SeededRandom::new(padded(seed)))).with_options(options)
    }
}

struct Line {
    wire: Arc<Mutex<Wire>>,
    atr: Vec<u8>,
    reader: &'static str,
}

impl Line {
    fn wire(&self) -> MutexGuard<'_, Wire> {
        self.wire.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Wire {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.count += 1;
        for index in 0..self.plan.len() {
            let Planned { at, row } = self.plan[index];
            if at != self.count {
                continue;
            }
            self.befell[index] = !matches!(row.how, How::Recorded(_)) || self.recorded[index].is_some();
            match &row.how {
                How::Line(fault) => self.line.inject(fault(), false),
                How::LineFromHere(fault) => self.line.inject(fault(), true),
                How::Card(deviation) => self.line.inner_mut().deviate_once(*deviation),
                How::CardFromHere(deviation) => {
                    let here = self.line.inner_mut().exchanges();
                    self.line.inner_mut().deviate(here, *deviation);
                }
                How::Recorded(_) => {
                    if let Some(answer) = self.recorded[index].clone() {
                        self.line.inject(Fault::Answer(answer), false);
                    }
                }
            }
        }
        let answer = self.line.transmit(command);
        let octets = command.len() + answer.as_ref().map_or(0, Vec::len);
        self.clock += TURN_AROUND + Duration::from_micros(u64::try_from(octets).unwrap() * 8 * 1_000_000 / BITS);
        if answer == Err(TransportError::CardUnresponsive) {
            self.clock += TIMEOUT;
        }
        self.seen.push(Seen::Exchange { command: command.to_vec(), answer: answer.clone() });
        answer
    }
}

impl Transport for Line {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.wire().transmit(command)
    }

    fn reset(&mut self) -> Result<(), TransportError> {
        let mut wire = self.wire();
        wire.seen.push(Seen::Reset);
        wire.clock += TURN_AROUND;
        wire.line.reset()
    }

    fn reconnect(&mut self, patience: Duration, show: &mut Show<'_>) -> Result<(), Error> {
        let mut wire = self.wire();
        wire.seen.push(Seen::Reconnect);
        let outcome = wire.line.reconnect(patience, show);
        wire.clock += if outcome.is_ok() { TURN_AROUND } else { patience };
        outcome
    }

    fn atr(&self) -> &[u8] {
        &self.atr
    }

    fn reader(&self) -> &str {
        self.reader
    }
}
