//! Secure messaging around the exchanges: plain, open, or ended by an error.
//!
//! After an error of the protection nothing is sent any more until access is opened again; a protected command is never
//! sent twice.

use super::limits::Limits;
use super::link::{CHAINED, CardLink};
use crate::error::{Broken, Error, Step};
use crate::event::Show;
use crate::iso7816::command::SHORT_LC;
use crate::iso7816::{Command, Response};
use crate::secure_messaging::SecureMessaging;
use crate::tlv;

/// The instructions by which a reader proves that it knows the password (7816-4 §11.5).
const EXTERNAL_AUTHENTICATE: u8 = 0x82;
const GENERAL_AUTHENTICATE: u8 = 0x86;
/// Bytes that protection adds to a command at the most: padding, DO'87' with its header, DO'97', DO'8E'.
const PROTECTION: usize = 40;

/// Whether exchanges are protected.
enum State {
    /// Not yet, or the chip has no access control.
    Plain,
    /// By secure messaging.
    Open(Box<SecureMessaging>),
    /// An error ended the session.
    Dead,
}

/// The protection of the exchanges, and what its last answers showed.
pub(super) struct Protection {
    state: State,
    /// The last answer under secure messaging was cut in the middle of a data object.
    cut: bool,
    /// An authentic answer came under the keys in use.
    answered: bool,
}

impl Protection {
    pub(super) fn none() -> Self {
        Self { state: State::Plain, cut: false, answered: false }
    }

    pub(super) fn is_open(&self) -> bool {
        matches!(self.state, State::Open(_))
    }

    /// Opens secure messaging, or changes its keys: at once and as a whole.
    pub(super) fn open(&mut self, session: SecureMessaging) {
        self.answered = false;
        self.state = State::Open(Box::new(session));
    }

    /// The keys are wiped, and nothing can be sent before a reset.
    pub(super) fn close(&mut self) {
        self.state = State::Dead;
    }

    /// The card was reset: exchanges are plain again.
    pub(super) fn restart(&mut self) {
        self.state = State::Plain;
    }

    /// Ends an open session for a broken rule: its keys are wiped.
    pub(super) fn end(&mut self, during: Step, broken: Broken) -> Error {
        if self.is_open() {
            self.close();
        }
        Error::Protocol { during, broken }
    }

    pub(super) fn last_answer_was_cut(&self) -> bool {
        self.cut
    }

    pub(super) fn has_answered(&self) -> bool {
        self.answered
    }

    /// The plain bytes that an answer with this many data bytes carries.
    pub(super) fn plain_capacity(&self, answer: usize) -> usize {
        match &self.state {
            State::Open(session) => session.plain_capacity(answer),
            State::Plain | State::Dead => answer,
        }
    }

    /// Sends a command over the line, within these lengths, and returns its plain response.
    pub(super) fn send(
        &mut self,
        link: &mut CardLink,
        limits: Limits,
        command: &Command,
        during: Step,
        show: &mut Show<'_>,
    ) -> Result<Response, Error> {
        match core::mem::replace(&mut self.state, State::Dead) {
            State::Plain => {
                self.state = State::Plain;
                let response = link.exchange(command, limits, during, show)?;
                match response.status.right_length() {
                    Some(ne) if command.ne.is_some_and(|asked| asked != ne) && may_be_sent_again(command) => {
                        link.exchange(&command.clone().expecting(ne), limits, during, show)
                    }
                    _ => Ok(response),
                }
            }
            State::Open(session) => {
                let (session, response) = self.send_protected(*session, link, limits, command, during, show)?;
                self.state = State::Open(Box::new(session));
                self.answered = true;
                Ok(response)
            }
            State::Dead => Err(Error::Protocol { during, broken: Broken::SessionDead }),
        }
    }

    /// A protected command and its plain response. One that the line does not take whole is chained: each link is
    /// protected and answered for itself (7816-4 §5.3.3, 9303-11 §9.8). On any error the session and its keys are gone.
    fn send_protected(
        &mut self,
        mut session: SecureMessaging,
        link: &mut CardLink,
        limits: Limits,
        command: &Command,
        during: Step,
        show: &mut Show<'_>,
    ) -> Result<(SecureMessaging, Response), Error> {
        let broken = |broken| Error::Protocol { during, broken };
        let capacity = session.plain_capacity(SHORT_LC);
        let is_whole =
            command.data.len() <= capacity || limits.takes_command(command.data.len().saturating_add(PROTECTION));
        let part_length = if is_whole { command.data.len() } else { capacity };
        let mut rest = command.data.as_slice();
        loop {
            let (data, left) = rest.split_at_checked(part_length).unwrap_or((rest, &[]));
            rest = left;
            let last = rest.is_empty();
            let cla = if last { command.cla } else { command.cla | CHAINED };
            let mut part = Command::new(cla, command.ins, command.p1, command.p2).with_data(data);
            part.ne = if last { command.ne } else { None };
            let mut protected = session.protect(&part).map_err(|_| broken(Broken::Crypto))?;
            let plain = part.ne.map_or(0, |ne| usize::try_from(ne).unwrap_or(usize::MAX));
            let answer = session.protected_length(plain.min(65_536));
            let extended = limits.is_extended() && (answer > 256 || protected.data.len() > SHORT_LC);
            protected.ne = Some(if extended { 65_536 } else { 256 });
            // Nothing has left yet: a caller who stops here keeps the session's keys out of reach all the same.
            let response = link.exchange(&protected, limits, during, show)?;
            self.cut = is_cut(&response.data);
            let (again, response) = session.unprotect(command.ins, &response).map_err(broken)?;
            if last || !response.status.is_success() {
                return Ok((again, response));
            }
            session = again;
        }
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

/// Whether an error ended the session but left the line.
pub(crate) fn ends_session(error: &Error) -> bool {
    matches!(error, Error::Protocol { broken: Broken::Unprotected(_) | Broken::BadResponse, .. })
}
