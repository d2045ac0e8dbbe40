//! One look after another at the readers and the cards in them, with a context that is made again when the service
//! restarts.
//!
//! Each look lists the readers, then blocks until something changes or its time is over; the pseudo-reader
//! `\\?PnP?\Notification` ends a look early when a reader comes or goes, where the service knows it.

use super::binding::call;
use super::reader_names::{SlotKind, is_contactless_atr};
use crate::error::TransportError;
use ::pcsc::{Context, Error, PNP_NOTIFICATION, ReaderState, Scope, State};
use std::ffi::{CStr, CString};
use std::thread::sleep;
use std::time::Duration;

/// How long one look at the readers lasts: the caller's closure is asked at least this often.
pub(super) const TICK: Duration = Duration::from_millis(200);
/// The least time between two looks that saw no change.
const BREATH: Duration = Duration::from_millis(20);
/// Room for the names of all readers, in bytes.
const NAMES: usize = 65_536;

/// A reader's slot as one look saw it.
pub(super) struct Slot {
    /// The name to connect with.
    pub(super) name: CString,
    /// Whether a card is there.
    pub(super) present: bool,
    /// Whether another program holds the card for itself.
    pub(super) exclusive: bool,
    /// The answer to reset; empty where there is none.
    pub(super) atr: Vec<u8>,
    /// How many times cards came and went, where the service counts.
    pub(super) events: u32,
}

impl Slot {
    /// The name as text.
    pub(super) fn text(&self) -> String {
        self.name.to_string_lossy().into_owned()
    }

    /// The kind of slot that the name indicates.
    pub(super) fn kind(&self) -> SlotKind {
        SlotKind::of(&self.text())
    }

    /// The order in which cards are tried: what is surely contactless first.
    pub(super) fn rank(&self) -> (bool, SlotKind) {
        (!is_contactless_atr(&self.atr), self.kind())
    }
}

/// A row of looks.
#[derive(Default)]
pub(super) struct Scan {
    context: Option<Context>,
    /// The pseudo-reader; `None` before the first look and where the service does not know it.
    arrivals: Option<ReaderState>,
    no_arrivals: bool,
    states: Vec<ReaderState>,
}

impl Scan {
    /// Looks, for `wait` at most; returns at once what was not seen before.
    pub(super) fn look(&mut self, wait: Duration) -> Result<Vec<Slot>, TransportError> {
        let outcome = self.look_once(wait);
        if outcome.is_err() {
            *self = Self { no_arrivals: self.no_arrivals, ..Self::default() };
        }
        match outcome {
            // Windows stops the service with the last reader: no service there is no reader.
            Err(TransportError::NoService) if cfg!(windows) => {
                sleep(wait);
                Ok(Vec::new())
            }
            // No card takes part here: a garbled exchange is one with a service that is going.
            Err(TransportError::Communication) => Err(TransportError::NoService),
            other => other,
        }
    }

    fn look_once(&mut self, wait: Duration) -> Result<Vec<Slot>, TransportError> {
        let context = match &self.context {
            Some(context) => context.clone(),
            None => self.context.insert(call(|| Context::establish(Scope::User))?).clone(),
        };
        let names = list(&context)?;
        self.follow(&names);

        let mut asked: Vec<ReaderState> = self.states.drain(..).chain(self.arrivals.take()).collect();
        let answer = if asked.is_empty() {
            sleep(wait);
            Ok(())
        } else {
            call(|| match context.get_status_change(wait, &mut asked) {
                Err(Error::Timeout | Error::NoReadersAvailable) => Ok(()),
                other => other,
            })
        };
        for state in asked {
            if state.name() == PNP_NOTIFICATION() {
                self.no_arrivals = state.event_state().contains(State::UNKNOWN);
                self.arrivals = (!self.no_arrivals).then_some(state);
            } else {
                self.states.push(state);
            }
        }
        match answer {
            Ok(()) => {}
            // A reader left between the two questions: the next look lists the readers again.
            Err(TransportError::UnknownReader | TransportError::ReaderGone) => self.states.clear(),
            Err(lost) => return Err(lost),
        }
        if !self.states.iter().any(|state| state.event_state().contains(State::CHANGED)) {
            sleep(wait.min(BREATH));
        }
        Ok(self.states.iter_mut().filter_map(seen).collect())
    }

    /// Asks for the readers that are there now.
    fn follow(&mut self, names: &[CString]) {
        self.states.retain(|state| names.iter().any(|name| name.as_c_str() == state.name()));
        for name in names {
            if !self.states.iter().any(|state| state.name() == name.as_c_str()) {
                self.states.push(ReaderState::new(name.clone(), State::UNAWARE));
            }
        }
        if self.arrivals.is_none() && !self.no_arrivals {
            self.arrivals = Some(ReaderState::new(PNP_NOTIFICATION(), State::UNAWARE));
        }
    }
}

/// The readers' names, asked for in one go: between the question for their length and the one for them, one may come.
fn list(context: &Context) -> Result<Vec<CString>, TransportError> {
    let mut buffer = vec![0; NAMES];
    call(|| Ok(context.list_readers(&mut buffer)?.map(CStr::to_owned).collect()))
}

/// The slot that a state describes; the next look then waits for another.
fn seen(state: &mut ReaderState) -> Option<Slot> {
    state.sync_current_state();
    let event = state.event_state();
    (!event.intersects(State::UNKNOWN | State::IGNORE)).then(|| Slot {
        name: state.name().to_owned(),
        present: event.contains(State::PRESENT),
        exclusive: event.contains(State::EXCLUSIVE),
        atr: if event.contains(State::PRESENT) { state.atr().to_vec() } else { Vec::new() },
        events: state.event_count(),
    })
}
