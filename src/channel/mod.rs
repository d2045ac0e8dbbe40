//! The one way to talk to a chip: protection, lengths, command chaining, GET RESPONSE, budgets.
//!
//! Every exchange with a card passes [`Channel::send`]. It fires the caller's event, counts, protects, sends, collects
//! the parts of a long answer (61xx is transport, 7816-4 §5.3.4), and unprotects. After an error of the protection the
//! channel is dead until access is opened anew; a protected command is never sent twice. What files hold, and what a
//! status means for them, is the business of `channel/files.rs`.

mod files;
mod limits;

pub use files::Outcome;
pub use limits::{Budget, Limits};

use crate::bounds::BOUNDS;
use crate::error::{Broken, Error, Place, Step, TransportError};
use crate::event::{Event, Phase, Show};
use crate::iso7816::command::SHORT_LC;
use crate::iso7816::{Command, Form, Response, StatusWord};
use crate::lds::FileId;
use crate::secure_messaging::SecureMessaging;
use crate::tlv;
use crate::transport::Transport;
use std::time::{Duration, Instant};

/// The bit of the class byte that tells of more links (7816-4 §5.4.1).
const CHAINED: u8 = 0x10;
/// The instructions by which a reader shows that it knows the password (7816-4 §11.5).
const EXTERNAL_AUTHENTICATE: u8 = 0x82;
const GENERAL_AUTHENTICATE: u8 = 0x86;
/// Bytes that protection adds to a command at the most: padding, DO'87' with its header, DO'97', DO'8E'.
const PROTECTION: usize = 40;

/// Whether exchanges are protected.
enum Protection {
    /// Not yet, or the chip has none.
    Plain,
    /// By secure messaging.
    Open(Box<SecureMessaging>),
    /// It was, and an error ended it.
    Dead,
}

/// A line to a chip, with its protection, lengths and budgets.
pub struct Channel {
    link: Box<dyn Transport>,
    protection: Protection,
    limits: Limits,
    budget: Budget,
    started: Instant,
    exchanges: u32,
    /// Exchanges of them that were sent before the budget in force.
    before: u32,
    /// The step that the last command was of.
    during: Option<Step>,
    bytes: usize,
    /// The plain bytes to ask for in one READ BINARY, where a refusal has taught us less than the limits say.
    read_cap: Option<usize>,
    /// The longest answer that has come whole over this line, in plain bytes.
    proven: usize,
    /// The plain bytes that the last READ BINARY asked for.
    asked: usize,
    /// Short file identifiers are refused: select by FID.
    by_fid: bool,
    /// Nothing beyond the end of a file is given: the header is read first.
    header_first: bool,
    /// The last answer came in parts, by GET RESPONSE.
    in_parts: bool,
    /// The status by which the last file's short identifier was refused.
    short_id_status: Option<StatusWord>,
    /// The last answer under secure messaging was cut in the middle of a data object.
    cut: bool,
    /// An authentic answer came under the keys in use.
    answered: bool,
    /// Only the odd READ BINARY works.
    odd_only: bool,
    /// What was held of a file when the line was lost in it.
    partial: Option<(FileId, Vec<u8>)>,
}

impl Channel {
    /// A plain channel over this line; short lengths until told otherwise.
    pub fn new(link: Box<dyn Transport>) -> Self {
        Self {
            link,
            protection: Protection::Plain,
            limits: Limits::SHORT,
            budget: Budget::default(),
            started: Instant::now(),
            exchanges: 0,
            before: 0,
            during: None,
            bytes: 0,
            read_cap: None,
            proven: 0,
            asked: 0,
            by_fid: false,
            header_first: false,
            in_parts: false,
            short_id_status: None,
            cut: false,
            answered: false,
            odd_only: false,
            partial: None,
        }
    }

    /// The line, to be used for another purpose; the session ends.
    pub fn into_link(self) -> Box<dyn Transport> {
        self.link
    }

    /// The line.
    pub fn link(&self) -> &dyn Transport {
        self.link.as_ref()
    }

    /// Exchanges sent so far.
    pub fn exchanges(&self) -> u32 {
        self.exchanges
    }

    /// Where the work stands: what an error is told with.
    pub fn place(&self) -> Place {
        Place { during: self.during, exchange: self.exchanges }
    }

    /// The lengths in use, lowered where the chip or the reader did not keep them.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Sets the lengths that chip and reader take.
    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = match self.link.max_apdu() {
            Some(reader) => limits.within(reader),
            None => limits,
        };
    }

    /// Sets what the card may cost from here on: the clock and the counts start now.
    pub fn set_budget(&mut self, budget: Budget) {
        self.budget = budget;
        self.started = Instant::now();
        self.before = self.exchanges;
        self.bytes = 0;
    }

    /// Whether secure messaging is open.
    pub fn is_protected(&self) -> bool {
        matches!(self.protection, Protection::Open(_))
    }

    /// Opens secure messaging, or changes its keys: at once and as a whole.
    pub fn protect(&mut self, session: SecureMessaging) {
        self.answered = false;
        self.protection = Protection::Open(Box::new(session));
    }

    /// Resets the card and forgets the session.
    ///
    /// # Errors
    /// [`Error::Transport`].
    pub fn reset(&mut self) -> Result<(), Error> {
        self.protection = Protection::Dead;
        self.link.reset()?;
        self.protection = Protection::Plain;
        self.by_fid = false;
        Ok(())
    }

    /// Waits until a lost card is back, and begins anew with it: no session, nothing selected.
    ///
    /// # Errors
    /// [`Error::Transport`] where it does not come back in time, [`Error::Cancelled`].
    pub(crate) fn reconnect(&mut self, patience: Duration, show: &mut Show<'_>) -> Result<(), Error> {
        self.protection = Protection::Dead;
        self.link.reconnect(patience, show)?;
        self.protection = Protection::Plain;
        self.by_fid = false;
        Ok(())
    }

    /// Another folder is selected: what was learnt of short identifiers and of READ BINARY no longer holds.
    pub(crate) fn forget_folder(&mut self) {
        self.by_fid = false;
        self.odd_only = false;
    }

    /// Tells the caller that a phase begins.
    ///
    /// # Errors
    /// [`Error::Cancelled`].
    pub fn phase(&self, phase: Phase, show: &mut Show<'_>) -> Result<(), Error> {
        tell(show, Event::Phase(phase))
    }

    /// Whether a lost session may be the fault of too long an answer: the statuses that chips are known to drop it with.
    pub(crate) fn is_length_fault(&self, error: &Error) -> bool {
        let known = match error {
            Error::Protocol { broken: Broken::Unprotected(status), .. } => {
                matches!(*status, StatusWord::WRONG_LENGTH | StatusWord::INS_NOT_SUPPORTED)
                    || status.right_length().is_some()
            }
            // An answer cut in the middle of a data object, as some drivers cut it; not one that is whole and wrong.
            Error::Protocol { broken: Broken::BadResponse, .. } => self.cut,
            Error::Transport(TransportError::TooLong | TransportError::Communication) => self.limits.is_extended(),
            _ => false,
        };
        known && self.length_is_unproven()
    }

    /// Whether an authentic answer has come under the keys in use, or under those that were last.
    pub(crate) fn has_answered_under_its_keys(&self) -> bool {
        self.answered
    }

    /// Whether the last answer came in parts.
    pub(crate) fn answer_came_in_parts(&self) -> bool {
        self.in_parts
    }

    /// The status by which the last file's short identifier was refused, where it was tried and refused.
    pub(crate) fn short_id_status(&self) -> Option<StatusWord> {
        self.short_id_status
    }

    /// Ends the session for a broken rule: its keys are wiped.
    fn end(&mut self, during: Step, broken: Broken) -> Error {
        if self.is_protected() {
            self.protection = Protection::Dead;
        }
        Error::Protocol { during, broken }
    }

    /// Sends a command and returns its plain response, whatever its status.
    ///
    /// # Errors
    /// Cancelled, budget spent, line lost, or an answer that is not authentic, which ends the session.
    pub fn send(&mut self, command: &Command, during: Step, show: &mut Show<'_>) -> Result<Response, Error> {
        let broken = |broken| Error::Protocol { during, broken };
        self.during = Some(during);
        match core::mem::replace(&mut self.protection, Protection::Dead) {
            Protection::Plain => {
                self.protection = Protection::Plain;
                let response = self.exchange(command, during, show)?;
                match response.status.right_length() {
                    Some(ne) if command.ne.is_some_and(|asked| asked != ne) && may_be_sent_again(command) => {
                        self.exchange(&command.clone().expecting(ne), during, show)
                    }
                    _ => Ok(response),
                }
            }
            Protection::Open(session) => {
                let (session, response) = self.send_protected(*session, command, during, show)?;
                self.protection = Protection::Open(Box::new(session));
                self.answered = true;
                Ok(response)
            }
            Protection::Dead => Err(broken(Broken::SessionDead)),
        }
    }

    /// A protected command and its plain response. One that the line does not take whole is chained: each link is
    /// protected and answered for itself (7816-4 §5.3.3, 9303-11 §9.8). On any error the session and its keys are gone.
    fn send_protected(
        &mut self,
        mut session: SecureMessaging,
        command: &Command,
        during: Step,
        show: &mut Show<'_>,
    ) -> Result<(SecureMessaging, Response), Error> {
        let broken = |broken| Error::Protocol { during, broken };
        let link = session.plain_capacity(SHORT_LC);
        let whole = command.data.len() <= link || self.takes_protected(command.data.len());
        let mut rest = command.data.as_slice();
        loop {
            let (data, left) = rest.split_at_checked(link).filter(|_| !whole).unwrap_or((rest, &[]));
            rest = left;
            let last = rest.is_empty();
            let cla = if last { command.cla } else { command.cla | CHAINED };
            let mut part = Command::new(cla, command.ins, command.p1, command.p2).with_data(data);
            part.ne = command.ne.filter(|_| last);
            let mut protected = session.protect(&part).map_err(|_| broken(Broken::Crypto))?;
            let plain = part.ne.map_or(0, |ne| usize::try_from(ne).unwrap_or(usize::MAX));
            let answer = session.protected_length(plain.min(65_536));
            let extended = self.limits.is_extended() && (answer > 256 || protected.data.len() > SHORT_LC);
            protected.ne = Some(if extended { 65_536 } else { 256 });
            // Nothing has left yet: a caller who stops here keeps the session's keys out of reach all the same.
            let response = self.exchange(&protected, during, show)?;
            self.cut = is_cut(&response.data);
            let (again, response) = session.unprotect(command.ins, &response).map_err(broken)?;
            if last || !response.status.is_success() {
                return Ok((again, response));
            }
            session = again;
        }
    }

    /// Whether the line takes a protected command with this much plain data in one piece.
    fn takes_protected(&self, plain: usize) -> bool {
        self.limits.takes_command(plain.saturating_add(PROTECTION))
    }

    /// One command to the card and its whole response: chained out where it is too long, collected in where it comes
    /// in parts.
    fn exchange(&mut self, command: &Command, during: Step, show: &mut Show<'_>) -> Result<Response, Error> {
        let last = match self.form(command) {
            Some(form) => self.transmit(command, form, during, show)?,
            None => self.chain(command, during, show)?,
        };
        self.collect(last, during, show)
    }

    /// The form of a command over this line; `None` where it must be chained.
    fn form(&self, command: &Command) -> Option<Form> {
        match command.form() {
            Form::Short => Some(Form::Short),
            Form::Extended if command.data.len() <= SHORT_LC || self.limits.takes_command(command.data.len()) => {
                Some(Form::Extended)
            }
            Form::Extended => None,
        }
    }

    /// Command chaining: all parts but the last with CLA bit 5, each answered 9000 (7816-4 §5.3.3).
    fn chain(&mut self, command: &Command, during: Step, show: &mut Show<'_>) -> Result<Response, Error> {
        let mut parts = command.data.chunks(SHORT_LC).peekable();
        loop {
            let Some(part) = parts.next() else {
                return Err(Error::Protocol { during, broken: Broken::BadAnswer });
            };
            let last = parts.peek().is_none();
            let cla = if last { command.cla } else { command.cla | CHAINED };
            let mut link = Command::new(cla, command.ins, command.p1, command.p2).with_data(part);
            link.ne = command.ne.filter(|_| last).map(|ne| ne.min(256));
            let response = self.transmit(&link, Form::Short, during, show)?;
            if last || !response.status.is_success() {
                return Ok(response);
            }
        }
    }

    /// Collects the parts of an answer by plain GET RESPONSE; each part must bring something.
    fn collect(&mut self, first: Response, during: Step, show: &mut Show<'_>) -> Result<Response, Error> {
        let mut whole = first;
        self.in_parts = whole.status.bytes_waiting().is_some();
        for _ in 0..BOUNDS.answer_parts {
            let Some(waiting) = whole.status.bytes_waiting() else { return Ok(whole) };
            let mut part = self.transmit(&Command::get_response(waiting), Form::Short, during, show)?;
            if let Some(ne) = part.status.right_length() {
                part = self.transmit(&Command::get_response(ne), Form::Short, during, show)?;
            }
            if part.data.is_empty() && part.status.bytes_waiting().is_some() {
                return Err(Error::Protocol { during, broken: Broken::NoProgress });
            }
            whole.data.extend_from_slice(&part.data);
            whole.status = part.status;
            if whole.data.len() > self.budget.file_bytes {
                break;
            }
        }
        Err(Error::Protocol { during, broken: Broken::Budget })
    }

    /// One APDU out, one in.
    fn transmit(
        &mut self,
        command: &Command,
        form: Form,
        during: Step,
        show: &mut Show<'_>,
    ) -> Result<Response, Error> {
        let spent = self.exchanges.saturating_sub(self.before) >= self.budget.exchanges
            || self.bytes >= self.budget.bytes
            || self.started.elapsed() >= self.budget.time;
        if spent {
            return Err(Error::Protocol { during, broken: Broken::Budget });
        }
        let bytes = command.encode(form).map_err(|_| TransportError::TooLong)?;
        tell(show, Event::Exchange { number: self.exchanges.saturating_add(1) })?;
        self.exchanges = self.exchanges.saturating_add(1);
        let answer = self.link.transmit(&bytes)?;
        self.bytes = self.bytes.saturating_add(answer.len());
        Response::decode(&answer).ok_or(Error::Transport(TransportError::Communication))
    }
}

/// Whether a plain command may be sent once more with another `N_e`: none that may count as a try of a password.
fn may_be_sent_again(command: &Command) -> bool {
    !matches!(command.ins, EXTERNAL_AUTHENTICATE | GENERAL_AUTHENTICATE)
}

/// Whether the data of a protected answer end within the cryptogram, DO'85' or DO'87'. A file in the clear is none, however
/// long it is.
fn is_cut(data: &[u8]) -> bool {
    matches!(data, [0x85 | 0x87, ..]) && tlv::total_length(data).is_some_and(|length| length > data.len())
}

/// Tells the caller, and listens for "stop".
fn tell(show: &mut Show<'_>, event: Event<'_>) -> Result<(), Error> {
    if show(event).is_break() { Err(Error::Cancelled) } else { Ok(()) }
}

/// Whether an error ended the session but left the line.
pub(crate) fn ends_session(error: &Error) -> bool {
    matches!(error, Error::Protocol { broken: Broken::Unprotected(_) | Broken::BadResponse, .. })
}

/// SELECT's answers that mean success: 9000, and 6283 for a deactivated file (7816-4 §11.2.2).
pub(crate) fn is_selected(status: StatusWord) -> bool {
    status.is_success() || status == StatusWord::DEACTIVATED
}
