//! One exchange on the line: lengths, command chaining, GET RESPONSE and secure messaging around the plain commands.

use super::super::faults::Deviation;
use super::super::files::QUIRKY_CAPACITY;
use super::super::quirks::Quirk;
use super::super::secure_messaging::Session;
use super::reply::Reply;
use super::state::SimulatedCard;
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

impl SimulatedCard {
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
        if let Some(status) = self.volatile.locked {
            return plain(status);
        }
        let outer_ne = usize::try_from(command.ne.unwrap_or(SHORT_LE)).unwrap_or(usize::MAX);
        let line = if self.has(Quirk::AnswersOf65533) { usize::MAX } else { MAX_ON_THE_LINE };
        let limit = outer_ne.min(self.equipment.max_answer).min(line);
        if command.ins == 0xC0 && command.cla & 0x0C == 0 {
            return self.get_response(limit);
        }
        self.volatile.waiting.clear();
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
            if self.volatile.session.is_some() {
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
        let whole = match self.volatile.protected_chain.take() {
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
            self.volatile.protected_chain = Some(whole);
            return Ok(None);
        }
        Ok(Some(whole))
    }

    /// A protected command, its answer sealed; an error ends the session.
    fn secured(&mut self, command: &Command, limit: usize) -> Result<Vec<u8>, StatusWord> {
        let mut session = self.volatile.session.take().ok_or(StatusWord::SM_INCORRECT)?;
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
            self.volatile.session = Some(session);
            return Ok(outcome.answer.encode());
        }
        let sealed = session.seal(&outcome.answer, command.ins & 1 == 1, deviation);
        self.volatile.session = Some(session);
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
            self.volatile.session = Some(keys);
            self.volatile.security_status.opened = true;
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
        self.volatile.waiting_in_session = secured;
        self.volatile.waiting = answer;
        self.part(limit)
    }

    fn get_response(&mut self, limit: usize) -> Vec<u8> {
        if self.volatile.waiting.is_empty() {
            return StatusWord::CONDITIONS_OF_USE.0.to_be_bytes().to_vec();
        }
        if self.has(Quirk::GetResponseAborts) && self.volatile.waiting_in_session {
            self.volatile.waiting.clear();
            self.end_session();
            return StatusWord::SECURITY_STATUS.0.to_be_bytes().to_vec();
        }
        self.part(if self.has(Quirk::ChopsAnswers) { limit.min(200) } else { limit })
    }

    /// The next part of what waits; its last two bytes are the status word.
    fn part(&mut self, limit: usize) -> Vec<u8> {
        let data = self.volatile.waiting.len().saturating_sub(2);
        if data <= limit {
            return core::mem::take(&mut self.volatile.waiting);
        }
        let rest = self.volatile.waiting.split_off(limit);
        let part = core::mem::replace(&mut self.volatile.waiting, rest);
        if self.has(Quirk::GetResponseCut) {
            self.volatile.waiting.clear();
            return [part, vec![0x90, 0x00]].concat();
        }
        let left = u8::try_from(data - limit).unwrap_or(0);
        [part, vec![0x61, left]].concat()
    }

    /// A plain command, chained ones put together first (7816-4 §5.3.3). The steps of PACE are linked too, each a whole
    /// DO'7C': a link is a part only while that object is not whole (9303-11 §4.4.4.2).
    fn carry_out(&mut self, command: &Command, room: usize) -> Reply {
        let refused = |status| Reply { answer: Response { data: Vec::new(), status }, keys: None };
        let linked = command.cla & 0x10 != 0;
        let mut whole = command.clone();
        let held = self.volatile.chain.take();
        let is_part_of = |chain: &Command| {
            (chain.ins, chain.p1, chain.p2) == (command.ins, command.p1, command.p2)
                && chain.data.len() + command.data.len() <= MAX_CHAIN
        };
        match held {
            Some(chain) if is_part_of(&chain) => whole.data = [chain.data.as_slice(), &command.data].concat(),
            Some(_) => return refused(CHAIN_BROKEN),
            None => {}
        }
        let is_step = command.ins == 0x86 && (self.volatile.pace.is_open() || !self.volatile.ca.is_open());
        let is_whole = tlv::total_length(&whole.data).is_none_or(|length| length <= whole.data.len());
        let is_part = linked && !(is_step && is_whole);
        if is_part && self.has(Quirk::ChainingRefused) {
            return refused(CHAINING_NOT_SUPPORTED);
        }
        if is_part {
            self.volatile.chain = Some(whole);
            return Reply::done().unwrap_or_else(refused);
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
