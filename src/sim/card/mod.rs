//! The chip as a state machine: what it holds, where it stands, what it answers.
//!
//! The outer half of [`SimulatedCard`] is the line's: lengths, command chaining, GET RESPONSE, secure messaging; the
//! inner half carries out plain commands (7816-4 §11, 9303-11 §4, §6). Any error of secure messaging ends its session
//! with a plain status word, as on real chips; any other error is answered inside the session.

mod commands;

use super::access::{Bac, CamKey, Pace, PaceSuite, Passwords};
use super::chip::{ActiveAuthentication, ChipAuthentication, ChipKey};
use super::faults::Deviation;
use super::files::{Access, File, QUIRKY_CAPACITY};
use super::quirks::{Quirk, Quirks};
use super::secure_messaging::Session;
use super::terminal::{TerminalAuthentication, Trust};
use crate::crypto::{CurveId, Random, Secret};
use crate::error::TransportError;
use crate::iso7816::command::{Command, SHORT_LE};
use crate::iso7816::{Response, StatusWord};
use crate::tlv::{self, Reader, Tag};
use crate::transport::Transport;

const CLASS_NOT_SUPPORTED: StatusWord = StatusWord(0x6E00);
const CHAIN_BROKEN: StatusWord = StatusWord(0x6883);
const CHAINING_NOT_SUPPORTED: StatusWord = StatusWord(0x6884);
/// The most data that a chain of commands may bring.
const MAX_CHAIN: usize = 65_535;
/// The most data of an answer that any stack carries: with its status word 65 535 bytes.
const MAX_ON_THE_LINE: usize = 65_533;

/// All that a card is made of; a profile fills it.
pub(super) struct Equipment {
    pub(super) atr: Vec<u8>,
    pub(super) files: Vec<File>,
    pub(super) bac: bool,
    pub(super) pace: Vec<PaceSuite>,
    pub(super) passwords: Passwords,
    pub(super) cam_keys: Vec<CamKey>,
    pub(super) chip_keys: Vec<ChipKey>,
    pub(super) active: Option<ActiveAuthentication>,
    /// What active authentication answers in the place of a signature.
    pub(super) replayed: Option<Vec<u8>>,
    pub(super) trust: Option<Trust>,
    pub(super) max_command: usize,
    pub(super) max_answer: usize,
    pub(super) quirks: Quirks,
    pub(super) random: Box<dyn Random>,
}

/// A chip ID card in a reader of its own: a [`Transport`].
pub struct SimulatedCard {
    equipment: Equipment,
    contact: Contact,
    exchanges: usize,
    failures: u32,
    /// From which exchange on, whether only there, and how.
    deviation: Option<(usize, bool, Deviation)>,
}

/// What a reset wipes.
#[derive(Default)]
struct Contact {
    application: bool,
    current: Option<usize>,
    session: Option<Session>,
    access: Access,
    /// What stands for the chip in terminal authentication.
    id_ic: Vec<u8>,
    /// Comp(PK_IFD) of the chip's authentication, once it was made.
    terminal: Option<Vec<u8>>,
    bac: Bac,
    pace: Pace,
    ca: ChipAuthentication,
    ta: TerminalAuthentication,
    chain: Option<Command>,
    protected_chain: Option<Command>,
    waiting: Vec<u8>,
    waiting_in_session: bool,
    locked: Option<StatusWord>,
}

/// What a plain command comes to: an answer, and perhaps the keys that hold after it.
struct Outcome {
    answer: Response,
    keys: Option<Session>,
}

impl Outcome {
    fn data(data: Vec<u8>) -> Result<Self, StatusWord> {
        Ok(Self { answer: Response { data, status: StatusWord::SUCCESS }, keys: None })
    }

    fn done() -> Result<Self, StatusWord> {
        Self::data(Vec::new())
    }

    /// The same, with a first data object that lies about its length; the answer is as long as before.
    fn of_another_length(mut self, deviation: Deviation) -> Self {
        let data = &self.answer.data;
        let tag = match data.as_slice() {
            [] => return self,
            [first, ..] if first & 0x1F != 0x1F => 1,
            [_, rest @ ..] => rest.iter().take_while(|octet| **octet & 0x80 != 0).count() + 2,
        };
        let (length, octets) = match data.get(tag..) {
            Some([short @ ..=0x7F, ..]) => (usize::from(*short), 1),
            Some([form, rest @ ..]) => {
                let octets = usize::from(form & 0x7F).min(rest.len());
                let number = rest.iter().take(octets).fold(0_usize, |number, octet| {
                    number.checked_mul(256).and_then(|high| high.checked_add(usize::from(*octet))).unwrap_or(usize::MAX)
                });
                (number, octets + 1)
            }
            _ => return self,
        };
        let stated = match deviation {
            Deviation::HugeLength => vec![0x84, 0x7F, 0xFF, 0xFF, 0xFF],
            // Tag and length of an object without its value.
            _ => match u32::try_from(length.saturating_sub(1)).map(u32::to_be_bytes) {
                Ok([0, 0, 0, low @ ..=0x7F]) => vec![low],
                Ok([0, 0, 0, low]) => vec![0x81, low],
                Ok([0, 0, high, low]) => vec![0x82, high, low],
                Ok([a, b, c, d]) => vec![0x84, a, b, c, d],
                Err(_) => return self,
            },
        };
        let rest = data.get(tag.saturating_add(octets)..).unwrap_or_default();
        let mut lied = [data.get(..tag).unwrap_or_default(), &stated, rest].concat();
        lied.resize(data.len(), 0);
        self.answer.data = lied;
        self
    }
}

impl SimulatedCard {
    pub(super) fn new(equipment: Equipment) -> Self {
        let mut card = Self { equipment, contact: Contact::default(), exchanges: 0, failures: 0, deviation: None };
        card.power_on(card.has(Quirk::ApplicationSelected));
        card
    }

    /// Commands that came since the card was made; GET RESPONSE counts, resets do not.
    pub fn exchanges(&self) -> usize {
        self.exchanges
    }

    /// From exchange `at` on, counted from 0, the card deviates from the standard in this way.
    pub fn deviate(&mut self, at: usize, deviation: Deviation) {
        self.deviation = Some((at, false, deviation));
    }

    /// The card deviates in this way at its next exchange, and only there.
    pub fn deviate_once(&mut self, deviation: Deviation) {
        self.deviation = Some((self.exchanges, true, deviation));
    }

    /// Puts this random source in place of the card's.
    pub fn set_random(&mut self, random: Box<dyn Random>) {
        self.equipment.random = random;
    }

    /// Puts this private number in place of the card's key of chip authentication mapping on the curve.
    pub fn set_mapping_key(&mut self, curve: CurveId, private: Secret) {
        self.equipment.cam_keys.retain(|key| key.curve != curve);
        self.equipment.cam_keys.push(CamKey { curve, private });
    }

    /// Active authentication answers with these bytes from now on, whatever is asked: what was once heard of another chip.
    pub fn replay_active(&mut self, answer: Vec<u8>) {
        self.equipment.replayed = Some(answer);
    }

    /// The card's files, to look at or to change.
    pub fn files_mut(&mut self) -> &mut Vec<File> {
        &mut self.equipment.files
    }

    fn has(&self, quirk: Quirk) -> bool {
        self.equipment.quirks.has(quirk)
    }

    fn deviates(&self) -> Option<Deviation> {
        let (at, once, deviation) = self.deviation?;
        let number = at.saturating_add(1);
        (self.exchanges == number || !once && self.exchanges > number).then_some(deviation)
    }

    fn power_on(&mut self, application: bool) {
        self.contact = Contact { application, ..Contact::default() };
        self.end_session();
    }

    /// The keys are forgotten, and what they opened is closed.
    fn end_session(&mut self) {
        self.contact.session = None;
        let opened = !self.equipment.bac && self.equipment.pace.is_empty();
        self.contact.access = Access { opened, ..Access::default() };
        self.contact.id_ic.clear();
        self.contact.terminal = None;
        self.contact.ta = TerminalAuthentication::default();
    }

    /// One exchange on the line.
    fn exchange(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.exchanges += 1;
        let plain = |status: StatusWord| status.0.to_be_bytes().to_vec();
        let Ok(command) = Command::decode(bytes) else {
            return plain(StatusWord::WRONG_LENGTH);
        };
        // The first length byte of an extended command is zero and is not the last byte.
        let extended = bytes.get(4) == Some(&0) && bytes.len() > 5;
        let too_long = command.data.len() > self.equipment.max_command;
        if extended && (self.has(Quirk::ExtendedLengthRefused) || self.equipment.max_answer <= 256) || too_long {
            self.end_session();
            return plain(StatusWord::WRONG_LENGTH);
        }
        if let Some(status) = self.contact.locked {
            return plain(status);
        }
        let outer_ne = usize::try_from(command.ne.unwrap_or(SHORT_LE)).unwrap_or(usize::MAX);
        let line = if self.has(Quirk::AnswersOf65533) { usize::MAX } else { MAX_ON_THE_LINE };
        let limit = outer_ne.min(self.equipment.max_answer).min(line);
        if command.ins == 0xC0 && command.cla & 0x0C == 0 {
            return self.get_response(limit);
        }
        self.contact.waiting.clear();
        let secured = command.cla & 0x0C == 0x0C;
        let answer = if secured {
            match self.assembled(command).map(|whole| whole.map(|command| self.secured(&command, limit))) {
                Ok(None) => return plain(StatusWord::SUCCESS),
                Ok(Some(Ok(answer))) => answer,
                Ok(Some(Err(status))) | Err(status) => {
                    self.end_session();
                    return plain(status);
                }
            }
        } else if command.cla & !0x10 == 0 {
            // A plain command ends an open session  (9303-11 §9.8.1).
            if self.contact.session.is_some() {
                self.end_session();
            }
            let outcome = self.carry_out(&command, limit);
            self.take_keys(outcome.keys);
            outcome.answer.encode()
        } else {
            return plain(CLASS_NOT_SUPPORTED);
        };
        self.offer(answer, limit, secured)
    }

    /// A protected command whole: as it came, or put together from links that are pieces of one protected command. Links
    /// may as well be protected one by one; then each holds whole data objects (7816-4 §5.3.3).
    fn assembled(&mut self, command: Command) -> Result<Option<Command>, StatusWord> {
        let linked = command.cla & 0x10 != 0;
        let whole = match self.contact.protected_chain.take() {
            None if !linked || self.has(Quirk::ChainsLinkByLink) || is_protected(&command.data) => {
                return Ok(Some(command));
            }
            None => command,
            Some(mut chain) => {
                let fits = (chain.ins, chain.p1, chain.p2) == (command.ins, command.p1, command.p2);
                if !fits || chain.data.len() + command.data.len() > MAX_CHAIN {
                    return Err(CHAIN_BROKEN);
                }
                chain.data.extend_from_slice(&command.data);
                Command { cla: command.cla, ne: command.ne, ..chain }
            }
        };
        if self.has(Quirk::ChainingRefused) {
            return Err(CHAINING_NOT_SUPPORTED);
        }
        if linked {
            self.contact.protected_chain = Some(whole);
            return Ok(None);
        }
        Ok(Some(whole))
    }

    /// A protected command, its answer sealed; an error ends the session.
    fn secured(&mut self, command: &Command, limit: usize) -> Result<Vec<u8>, StatusWord> {
        let mut session = self.contact.session.take().ok_or(StatusWord::SM_INCORRECT)?;
        let plain = session.open(command)?;
        let room = session.room(limit);
        let outcome = self.carry_out(&plain, room);
        let deviation = self.deviates();
        let failed = !outcome.answer.status.is_success_or_warning();
        let large = self.has(Quirk::LargeLe6700Naked) && outcome.answer.status == StatusWord::WRONG_LENGTH;
        let naked_ca = self.has(Quirk::CaRefusedNaked) && matches!((plain.ins, plain.p1), (0x22, 0x41) | (0x86, _));
        if failed && (self.has(Quirk::NakedErrors) || large || naked_ca) {
            return Err(outcome.answer.status);
        }
        if deviation == Some(Deviation::Unprotected) {
            self.contact.session = Some(session);
            return Ok(outcome.answer.encode());
        }
        let sealed = session.seal(&outcome.answer, command.ins & 1 == 1, deviation);
        self.contact.session = Some(session);
        self.take_keys(outcome.keys);
        let asked = plain.ne.unwrap_or(0);
        let large = usize::try_from(asked).is_ok_and(|ne| ne > QUIRKY_CAPACITY);
        if self.has(Quirk::LargeLeTruncated) && large && sealed.len() > QUIRKY_CAPACITY {
            let cut = sealed.get(..QUIRKY_CAPACITY).unwrap_or_default();
            return Ok([cut, &[0x90, 0x00]].concat());
        }
        Ok(sealed)
    }

    fn take_keys(&mut self, keys: Option<Session>) {
        if let Some(keys) = keys {
            self.contact.session = Some(keys);
            self.contact.access.opened = true;
        }
    }

    /// The answer if it fits; else its first part and 61xx, the rest waiting for GET RESPONSE (7816-4 §11.7).
    fn offer(&mut self, mut answer: Vec<u8>, limit: usize, secured: bool) -> Vec<u8> {
        if self.has(Quirk::AnswersOf65533) && answer.len() > MAX_ON_THE_LINE + 2 {
            answer = [answer.get(..MAX_ON_THE_LINE).unwrap_or_default(), &[0x90, 0x00]].concat();
        }
        let limit = if self.has(Quirk::ChopsAnswers) { limit.min(200) } else { limit };
        if answer.len().saturating_sub(2) <= limit {
            return answer;
        }
        self.contact.waiting_in_session = secured;
        self.contact.waiting = answer;
        self.part(limit)
    }

    fn get_response(&mut self, limit: usize) -> Vec<u8> {
        if self.contact.waiting.is_empty() {
            return StatusWord::CONDITIONS_OF_USE.0.to_be_bytes().to_vec();
        }
        if self.has(Quirk::GetResponseAborts) && self.contact.waiting_in_session {
            self.contact.waiting.clear();
            self.end_session();
            return StatusWord::SECURITY_STATUS.0.to_be_bytes().to_vec();
        }
        self.part(if self.has(Quirk::ChopsAnswers) { limit.min(200) } else { limit })
    }

    /// The next part of what waits; its last two bytes are the status word.
    fn part(&mut self, limit: usize) -> Vec<u8> {
        let data = self.contact.waiting.len().saturating_sub(2);
        if data <= limit {
            return core::mem::take(&mut self.contact.waiting);
        }
        let rest = self.contact.waiting.split_off(limit);
        let part = core::mem::replace(&mut self.contact.waiting, rest);
        if self.has(Quirk::GetResponseCut) {
            self.contact.waiting.clear();
            return [part, vec![0x90, 0x00]].concat();
        }
        let left = u8::try_from(data - limit).unwrap_or(0);
        [part, vec![0x61, left]].concat()
    }

    /// A plain command, chained ones put together first (7816-4 §5.3.3). The steps of PACE are linked too, each a whole
    /// DO'7C': a link is a part only while that object is not whole (9303-11 §4.4.4.2).
    fn carry_out(&mut self, command: &Command, room: usize) -> Outcome {
        let refused = |status| Outcome { answer: Response { data: Vec::new(), status }, keys: None };
        let linked = command.cla & 0x10 != 0;
        let mut whole = command.clone();
        let held = self.contact.chain.take();
        let is_part_of = |chain: &Command| {
            (chain.ins, chain.p1, chain.p2) == (command.ins, command.p1, command.p2)
                && chain.data.len() + command.data.len() <= MAX_CHAIN
        };
        match held {
            Some(chain) if is_part_of(&chain) => whole.data = [chain.data.as_slice(), &command.data].concat(),
            Some(_) => return refused(CHAIN_BROKEN),
            None => {}
        }
        let is_step = command.ins == 0x86 && (self.contact.pace.is_open() || !self.contact.ca.is_open());
        let is_whole = tlv::total_length(&whole.data).is_none_or(|length| length <= whole.data.len());
        let is_part = linked && !(is_step && is_whole);
        if is_part && self.has(Quirk::ChainingRefused) {
            return refused(CHAINING_NOT_SUPPORTED);
        }
        if is_part {
            self.contact.chain = Some(whole);
            return Outcome::done().unwrap_or_else(refused);
        }
        if let Some(Deviation::Status(status)) = self.deviates() {
            return refused(StatusWord(status));
        }
        let outcome = self.dispatch(&whole, !linked, room).unwrap_or_else(refused);
        match self.deviates() {
            Some(deviation @ (Deviation::HugeLength | Deviation::SmallLength)) => outcome.of_another_length(deviation),
            _ => outcome,
        }
    }
}

/// Whether these are whole data objects that end with a checksum, DO'8E'.
fn is_protected(data: &[u8]) -> bool {
    let mut objects = Reader::new(data);
    let mut last = None;
    while !objects.is_empty() {
        match objects.next() {
            Ok(object) => last = Some(object.tag),
            Err(_) => return false,
        }
    }
    last == Some(Tag(0x8E))
}

impl Transport for SimulatedCard {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        Ok(self.exchange(command))
    }

    fn reset(&mut self) -> Result<(), TransportError> {
        self.power_on(false);
        Ok(())
    }

    fn atr(&self) -> &[u8] {
        &self.equipment.atr
    }

    fn reader(&self) -> &str {
        "Simulated reader"
    }
}
