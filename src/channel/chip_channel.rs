//! A channel to a chip, put together from its parts.

use super::addressing::Addressing;
use super::budget::Budget;
use super::lengths::Lengths;
use super::limits::Limits;
use super::link::{CardLink, tell};
use super::protection::Protection;
use crate::error::{Broken, Error, Place, Step, TransportError};
use crate::event::{Event, Phase, Show};
use crate::iso7816::{Command, Response, StatusWord};
use crate::lds::FileId;
use crate::secure_messaging::SecureMessaging;
use crate::transport::Transport;
use std::time::Duration;

/// A line to a chip, with its protection, lengths and budgets.
pub struct Channel {
    pub(super) link: CardLink,
    pub(super) protection: Protection,
    pub(super) lengths: Lengths,
    pub(super) addressing: Addressing,
    /// The bytes read of a file before the line was lost in it.
    pub(super) partial: Option<(FileId, Vec<u8>)>,
}

impl Channel {
    /// A plain channel over this line, with short lengths until others are set.
    pub fn new(link: Box<dyn Transport>) -> Self {
        Self {
            link: CardLink::new(link),
            protection: Protection::none(),
            lengths: Lengths::short(),
            addressing: Addressing::default(),
            partial: None,
        }
    }

    /// The line, to be used for another purpose; the session ends.
    pub fn into_link(self) -> Box<dyn Transport> {
        self.link.into_transport()
    }

    /// The line.
    pub fn link(&self) -> &dyn Transport {
        self.link.transport()
    }

    /// Exchanges sent so far.
    pub fn exchanges(&self) -> u32 {
        self.link.spending().exchanges()
    }

    /// The step and the exchange that the work has reached, for the report of an error.
    pub fn place(&self) -> Place {
        self.link.place()
    }

    /// The lengths in use, lowered where the chip or the reader did not keep them.
    pub fn limits(&self) -> Limits {
        self.lengths.limits()
    }

    /// Sets the lengths that chip and reader take.
    pub fn set_limits(&mut self, limits: Limits) {
        let reader = self.link().max_apdu();
        self.lengths.set_limits(reader.map_or(limits, |reader| limits.within(reader)));
    }

    /// Sets what the card may cost from here on: the clock and the counts start now.
    pub fn set_budget(&mut self, budget: Budget) {
        self.link.set_budget(budget);
    }

    /// Whether secure messaging is open.
    pub fn is_protected(&self) -> bool {
        self.protection.is_open()
    }

    /// Opens secure messaging, or changes its keys: at once and as a whole.
    pub fn protect(&mut self, session: SecureMessaging) {
        self.protection.open(session);
    }

    /// Resets the card and forgets the session.
    ///
    /// # Errors
    /// [`Error::Transport`].
    pub fn reset(&mut self) -> Result<(), Error> {
        self.protection.close();
        self.link.reset()?;
        self.begin_again();
        Ok(())
    }

    /// Waits until a lost card is back; then no session is open and nothing is selected.
    ///
    /// # Errors
    /// [`Error::Transport`] where it does not come back in time, [`Error::Cancelled`].
    pub(crate) fn reconnect(&mut self, patience: Duration, show: &mut Show<'_>) -> Result<(), Error> {
        self.protection.close();
        self.link.reconnect(patience, show)?;
        self.begin_again();
        Ok(())
    }

    fn begin_again(&mut self) {
        self.protection.restart();
        self.addressing.restart();
    }

    /// Another folder is selected: what was learnt of short identifiers and of READ BINARY no longer holds.
    pub(crate) fn forget_folder(&mut self) {
        self.addressing.forget_folder();
    }

    /// Reports to the caller that a phase begins.
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
            Error::Protocol { broken: Broken::BadResponse, .. } => self.protection.last_answer_was_cut(),
            Error::Transport(TransportError::TooLong | TransportError::Communication) => self.limits().is_extended(),
            _ => false,
        };
        known && self.lengths.is_unproven()
    }

    /// Lowers the length of READ BINARY to the next shorter one, or with `last` to the first that every line takes; `false`
    /// where there is none.
    pub(crate) fn lower_read_length(&mut self, last: bool) -> bool {
        self.lengths.lower(&self.protection, last)
    }

    /// Whether an authentic answer has come under the keys in use, or under those that were last.
    pub(crate) fn has_answered_under_its_keys(&self) -> bool {
        self.protection.has_answered()
    }

    /// Whether the last answer came in parts.
    pub(crate) fn answer_came_in_parts(&self) -> bool {
        self.link.answer_came_in_parts()
    }

    /// The status by which the last file's short identifier was refused, where it was tried and refused.
    pub(crate) fn short_id_status(&self) -> Option<StatusWord> {
        self.addressing.short_id_status()
    }

    /// Sends a command and returns its plain response, whatever its status.
    ///
    /// # Errors
    /// Cancelled, budget spent, line lost, or an answer that is not authentic, which ends the session.
    pub fn send(&mut self, command: &Command, during: Step, show: &mut Show<'_>) -> Result<Response, Error> {
        self.link.begin(during);
        self.protection.send(&mut self.link, self.lengths.limits(), command, during, show)
    }
}
