//! The line to the card under a budget: one command out and its whole answer in.
//!
//! A command that is too long is chained, an answer that comes in parts is collected by GET RESPONSE (61xx is transport,
//! 7816-4 §5.3.4). Each APDU fires the caller's event and is counted.

use super::budget::{Budget, Spending};
use super::limits::Limits;
use crate::bounds::BOUNDS;
use crate::error::{Broken, Error, Place, Step, TransportError};
use crate::event::{Event, Show};
use crate::iso7816::command::SHORT_LC;
use crate::iso7816::{Command, Form, Response};
use crate::transport::Transport;
use std::time::Duration;

/// The bit of the class byte that announces more links (7816-4 §5.4.1).
pub(super) const CHAINED: u8 = 0x10;

/// The line to a card, what it has cost, and the step that it is used for.
pub(super) struct CardLink {
    transport: Box<dyn Transport>,
    spending: Spending,
    /// The step that the last command belongs to.
    during: Option<Step>,
    /// The last answer came in parts, by GET RESPONSE.
    in_parts: bool,
}

impl CardLink {
    pub(super) fn new(transport: Box<dyn Transport>) -> Self {
        Self { transport, spending: Spending::new(), during: None, in_parts: false }
    }

    pub(super) fn transport(&self) -> &dyn Transport {
        self.transport.as_ref()
    }

    pub(super) fn into_transport(self) -> Box<dyn Transport> {
        self.transport
    }

    pub(super) fn reset(&mut self) -> Result<(), Error> {
        Ok(self.transport.reset()?)
    }

    pub(super) fn reconnect(&mut self, patience: Duration, show: &mut Show<'_>) -> Result<(), Error> {
        self.transport.reconnect(patience, show)
    }

    pub(super) fn set_budget(&mut self, budget: Budget) {
        self.spending.restart(budget);
    }

    pub(super) fn spending(&self) -> &Spending {
        &self.spending
    }

    /// The commands from here on belong to this step.
    pub(super) fn begin(&mut self, during: Step) {
        self.during = Some(during);
    }

    pub(super) fn place(&self) -> Place {
        Place { during: self.during, exchange: self.spending.exchanges() }
    }

    pub(super) fn answer_came_in_parts(&self) -> bool {
        self.in_parts
    }

    /// One command to the card and its whole response: chained out where it is too long, collected in where it comes
    /// in parts.
    pub(super) fn exchange(
        &mut self,
        command: &Command,
        limits: Limits,
        during: Step,
        show: &mut Show<'_>,
    ) -> Result<Response, Error> {
        let last = match form(command, limits) {
            Some(form) => self.transmit(command, form, during, show)?,
            None => self.chain(command, during, show)?,
        };
        self.collect(last, during, show)
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
            link.ne = if last { command.ne.map(|ne| ne.min(256)) } else { None };
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
            if whole.data.len() > self.spending.file_bytes() {
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
        if self.spending.is_spent() {
            return Err(Error::Protocol { during, broken: Broken::Budget });
        }
        let bytes = command.encode(form).map_err(|_| TransportError::TooLong)?;
        tell(show, Event::Exchange { number: self.spending.exchanges().saturating_add(1) })?;
        self.spending.count_exchange();
        let answer = self.transport.transmit(&bytes)?;
        self.spending.count_answer(answer.len());
        Response::decode(&answer).ok_or(Error::Transport(TransportError::Communication))
    }
}

/// The form of a command within these lengths; `None` where it must be chained.
fn form(command: &Command, limits: Limits) -> Option<Form> {
    match command.form() {
        Form::Short => Some(Form::Short),
        Form::Extended if command.data.len() <= SHORT_LC || limits.takes_command(command.data.len()) => {
            Some(Form::Extended)
        }
        Form::Extended => None,
    }
}

/// Passes an event to the caller, who may stop the work.
pub(super) fn tell(show: &mut Show<'_>, event: Event<'_>) -> Result<(), Error> {
    if show(event).is_break() { Err(Error::Cancelled) } else { Ok(()) }
}
