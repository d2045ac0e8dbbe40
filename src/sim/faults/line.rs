//! A line that lies: it can drop, flip, cut, replay and swap what passes, and cannot make a valid checksum.

use crate::error::{Error, TransportError};
use crate::event::Show;
use crate::transport::Transport;
use std::time::Duration;

/// The instruction of GET RESPONSE.
const GET_RESPONSE: u8 = 0xC0;

/// What happens to an exchange on the line.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The command does not reach the card, and this error comes back.
    LostBefore(TransportError),
    /// The card answers, and this error comes back in place of the answer.
    LostAfter(TransportError),
    /// The card is gone from here on.
    RemoveCard,
    /// The card is lifted before the command comes, and lies in the field again when the line is asked to reconnect.
    LeaveAndReturn,
    /// The card loses its power before the command comes: it answers as after a reset.
    PowerLoss,
    /// Only this status word comes back, and the card never sees the command.
    Status(u16),
    /// The card answers, and only this status word comes back.
    StatusAfter(u16),
    /// This answer comes back whatever the card said.
    Answer(Vec<u8>),
    /// One bit of the answer is flipped: octet (modulo its length) and bit.
    Flip(usize, u8),
    /// One bit of the command is flipped: octet (modulo its length) and bit.
    FlipCommand(usize, u8),
    /// The last octets of the answer are cut off.
    Truncate(usize),
    /// These octets are put before the status word.
    Insert(Vec<u8>),
    /// The answer to the exchange before comes again; the card does answer.
    Replay,
    /// The command reaches the card twice; the second answer comes back.
    Twice,
    /// From here on every answer comes one exchange late: first the one before, again.
    Late,
    /// The data field of the answer is lost, its status word comes.
    EmptyBody,
    /// This status word comes in place of the answer's own; its data field comes as it is.
    OtherTrailer(u16),
    /// Half of the answer comes, with 61xx; GET RESPONSE gives the rest. 61xx states so many bytes more than there are.
    InParts(u8),
}

/// A fault and the exchange that it occurs at.
struct Planned {
    at: usize,
    fault: Fault,
    lasting: bool,
}

/// A line that lies at one exchange or several.
pub struct Faulty<T> {
    inner: T,
    planned: Vec<Planned>,
    count: usize,
    last: Vec<u8>,
    /// What waits for GET RESPONSE.
    rest: Option<Vec<u8>>,
    removed: bool,
    lifted: bool,
}

impl<T: Transport> Faulty<T> {
    /// The fault occurs at exchange `at`, counted from 0; resets do not count.
    pub fn new(inner: T, at: usize, fault: Fault) -> Self {
        Self { planned: vec![Planned { at, lasting: fault == Fault::Late, fault }], ..Self::honest(inner) }
    }

    /// A line that does not lie, yet.
    pub fn honest(inner: T) -> Self {
        Self { inner, planned: Vec::new(), count: 0, last: Vec::new(), rest: None, removed: false, lifted: false }
    }

    /// The same from that exchange on.
    pub fn for_ever(mut self) -> Self {
        self.planned.iter_mut().for_each(|planned| planned.lasting = true);
        self
    }

    /// The fault occurs at the next exchange, or with `lasting` every one from there on.
    pub fn inject(&mut self, fault: Fault, lasting: bool) {
        let lasting = lasting || fault == Fault::Late;
        self.planned.push(Planned { at: self.count, fault, lasting });
    }

    /// Exchanges so far.
    pub fn exchanges(&self) -> usize {
        self.count
    }

    /// The line without its faults.
    pub fn into_inner(self) -> T {
        self.inner
    }

    /// The same, where it lies.
    pub fn inner_mut(&mut self) -> &mut T {
        &mut self.inner
    }

    /// The fault of this exchange: one planned for it, before one that lasts.
    fn due(&self, here: usize) -> Option<Fault> {
        let last = |is_due: &dyn Fn(&Planned) -> bool| self.planned.iter().rev().find(|planned| is_due(planned));
        last(&|planned| planned.at == here)
            .or_else(|| last(&|planned| planned.lasting && planned.at < here))
            .map(|planned| planned.fault.clone())
    }

    fn lie(&mut self, fault: Fault, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        match fault {
            Fault::LostBefore(error) => Err(error),
            Fault::LostAfter(error) => self.inner.transmit(command).and(Err(error)),
            Fault::RemoveCard => {
                self.removed = true;
                Err(TransportError::CardRemoved)
            }
            Fault::LeaveAndReturn => {
                self.lifted = true;
                Err(TransportError::CardRemoved)
            }
            Fault::PowerLoss => {
                self.inner.reset()?;
                self.inner.transmit(command)
            }
            Fault::Status(status) => Ok(status.to_be_bytes().to_vec()),
            Fault::StatusAfter(status) => self.inner.transmit(command).map(|_| status.to_be_bytes().to_vec()),
            Fault::Answer(answer) => Ok(answer),
            Fault::Flip(octet, bit) => self.inner.transmit(command).map(|answer| flipped(answer, octet, bit)),
            Fault::FlipCommand(octet, bit) => self.inner.transmit(&flipped(command.to_vec(), octet, bit)),
            Fault::Truncate(octets) => self.inner.transmit(command).map(|mut answer| {
                answer.truncate(answer.len().saturating_sub(octets));
                answer
            }),
            Fault::Insert(octets) => self.inner.transmit(command).map(|answer| {
                let (data, status) = parted(answer);
                [data, octets, status].concat()
            }),
            Fault::Replay | Fault::Late => {
                let before = self.last.clone();
                let answer = self.inner.transmit(command)?;
                self.last.clone_from(&answer);
                Ok(if before.is_empty() { answer } else { before })
            }
            Fault::Twice => self.inner.transmit(command).and_then(|_| self.inner.transmit(command)),
            Fault::EmptyBody => self.inner.transmit(command).map(|answer| parted(answer).1),
            Fault::OtherTrailer(status) => {
                self.inner.transmit(command).map(|answer| [parted(answer).0, status.to_be_bytes().to_vec()].concat())
            }
            Fault::InParts(more) => self.inner.transmit(command).map(|answer| {
                let (mut part, status) = parted(answer);
                let rest = part.split_off(part.len() / 2);
                let says = u8::try_from(rest.len()).unwrap_or(0).saturating_add(more);
                self.rest = Some([rest, status].concat());
                [part, vec![0x61, says]].concat()
            }),
        }
    }
}

/// Data field and status word.
fn parted(mut answer: Vec<u8>) -> (Vec<u8>, Vec<u8>) {
    let status = answer.split_off(answer.len().saturating_sub(2));
    (answer, status)
}

/// The bytes with one bit changed.
fn flipped(mut bytes: Vec<u8>, octet: usize, bit: u8) -> Vec<u8> {
    let at = octet.checked_rem(bytes.len()).unwrap_or(0);
    if let Some(octet) = bytes.get_mut(at) {
        *octet ^= 1 << (bit & 7);
    }
    bytes
}

impl<T: Transport> Transport for Faulty<T> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        if self.removed || self.lifted {
            return Err(TransportError::CardRemoved);
        }
        let here = self.count;
        self.count += 1;
        let held = self.rest.take();
        let waiting = if command.get(1) == Some(&GET_RESPONSE) { held } else { None };
        let answer = match (self.due(here), waiting) {
            (Some(fault), _) => self.lie(fault, command)?,
            (None, Some(rest)) => rest,
            (None, None) => {
                let answer = self.inner.transmit(command)?;
                self.last.clone_from(&answer);
                answer
            }
        };
        if answer.len() < 2 { Err(TransportError::Communication) } else { Ok(answer) }
    }

    fn reset(&mut self) -> Result<(), TransportError> {
        if self.removed || self.lifted { Err(TransportError::CardRemoved) } else { self.inner.reset() }
    }

    fn reconnect(&mut self, patience: Duration, show: &mut Show<'_>) -> Result<(), Error> {
        if self.removed {
            return Err(TransportError::CardRemoved.into());
        }
        self.lifted = false;
        self.inner.reconnect(patience, show)
    }

    fn atr(&self) -> &[u8] {
        self.inner.atr()
    }

    fn reader(&self) -> &str {
        self.inner.reader()
    }

    fn max_apdu(&self) -> Option<usize> {
        self.inner.max_apdu()
    }
}
