//! The line to one card through a PC/SC reader.
//!
//! Held for this program alone from the first exchange to the last (`SCARD_SHARE_EXCLUSIVE`): no other program can put
//! its commands between ours. Kept warm while idle, because Windows resets a card that is held and hears nothing for
//! five seconds. Left with a reset, also on drop and after an error, so that the next program finds a clean card. Each
//! line has a context of its own: a wait for a card elsewhere does not hold it up.

use super::binding::call;
use super::features::{SHORT, max_apdu};
use super::reader_names::{is_memory_card_atr, is_short_only};
use crate::error::{Error, TransportError};
use crate::event::{Event, Show};
use crate::transport::Transport;
use ::pcsc::{Card, Context, Disposition, Protocol, Protocols, Scope, ShareMode, Status};
use std::ffi::CString;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle, sleep};
use std::time::{Duration, Instant};
use zeroize::Zeroize;

/// The longest command: header, three bytes of Lc, 65 535 bytes, two of Le (7816-4 §5.1).
const LONGEST_COMMAND: usize = 65_544;
/// The longest response: 65 536 bytes and the status word.
const LONGEST_RESPONSE: usize = 65_538;
/// Idleness after which the service is asked for the card's state; each 3 s at most keep a card on Windows.
const IDLE: Duration = Duration::from_millis(2_500);
/// How long a driver may take to notice that the card has gone, after an exchange broke.
const NOTICE: Duration = Duration::from_millis(800);
const NOTICE_STEP: Duration = Duration::from_millis(40);
/// Between two looks for a card that left.
const WAIT_STEP: Duration = Duration::from_millis(200);

fn protocols() -> Protocols {
    Protocols::T0 | Protocols::T1
}

/// An open line; see the room's head.
pub(super) struct Link {
    held: Arc<Mutex<Held>>,
    name: CString,
    reader: String,
    atr: Vec<u8>,
    max_apdu: Option<usize>,
    buffer: Vec<u8>,
    keeper: Option<Keeper>,
}

/// The card, as the line and its keeper share it: one at a time.
struct Held {
    card: Option<Card>,
    used: Instant,
}

impl Link {
    /// Connects to the card in a reader, for this program alone.
    pub(super) fn open(name: CString) -> Result<Self, TransportError> {
        let reader = name.to_string_lossy().into_owned();
        let (card, atr, protocol) = connect(&name)?;
        let max_apdu =
            if protocol == Some(Protocol::T0) || is_short_only(&reader) { Some(SHORT) } else { max_apdu(&card) };
        let held = Arc::new(Mutex::new(Held { card: Some(card), used: Instant::now() }));
        let keeper = Keeper::start(Arc::clone(&held));
        Ok(Self { held, name, reader, atr, max_apdu, buffer: vec![0; LONGEST_RESPONSE], keeper })
    }
}

fn connect(name: &CString) -> Result<(Card, Vec<u8>, Option<Protocol>), TransportError> {
    let context = call(|| Context::establish(Scope::User))?;
    let mut card = call(|| context.connect(name, ShareMode::Exclusive, protocols()))?;
    // Another program may have left an application selected: EF.CardAccess would then seem to be absent. A reset is no
    // exchange with the card.
    call(|| card.reconnect(ShareMode::Exclusive, protocols(), Disposition::ResetCard))?;
    let status = call(|| card.status2_owned())?;
    if is_memory_card_atr(status.atr()) {
        return Err(TransportError::NotSmartCard);
    }
    Ok((card, status.atr().to_vec(), status.protocol2()))
}

impl Transport for Link {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        if command.len() > LONGEST_COMMAND {
            return Err(TransportError::TooLong);
        }
        let mut held = lock(&self.held);
        let card = held.card.as_ref().ok_or(TransportError::NoService)?;
        let length = match call(|| card.transmit(command, &mut self.buffer).map(<[u8]>::len)) {
            // Fewer bytes than a status word: no response at all.
            Ok(0 | 1) | Err(TransportError::Communication) => Err(why_broken(card)),
            other => other,
        };
        held.used = Instant::now();
        drop(held);
        let response = self.buffer.get_mut(..length?).ok_or(TransportError::TooLong)?;
        let answer = response.to_vec();
        response.zeroize();
        Ok(answer)
    }

    fn reset(&mut self) -> Result<(), TransportError> {
        let mut held = lock(&self.held);
        let again = match held.card.as_mut() {
            Some(card) => call(|| card.reconnect(ShareMode::Exclusive, protocols(), Disposition::ResetCard))
                .map_err(|error| if error == TransportError::Communication { why_broken(card) } else { error }),
            None => Err(TransportError::NoService),
        };
        match again {
            Ok(()) => {
                if let Some(Ok(status)) = held.card.as_ref().map(|card| call(|| card.status2_owned())) {
                    self.atr = status.atr().to_vec();
                }
            }
            // The service or the reader was gone and may be back: a new context, a new connection. What lies there now may be
            // another card, so that this counts as a lost one.
            Err(TransportError::NoService | TransportError::ReaderGone | TransportError::Binding) => {
                held.card = None;
                let (card, atr, _) = connect(&self.name)?;
                held.card = Some(card);
                held.used = Instant::now();
                self.atr = atr;
                return Err(TransportError::CardReset);
            }
            Err(error) => return Err(error),
        }
        held.used = Instant::now();
        Ok(())
    }

    fn reconnect(&mut self, patience: Duration, show: &mut Show<'_>) -> Result<(), Error> {
        let began = Instant::now();
        loop {
            let elapsed = began.elapsed();
            if show(Event::Waiting { elapsed }).is_break() {
                return Err(Error::Cancelled);
            }
            // A connection to a card that left is of no use any more: a new one, to whatever card is there now.
            let mut held = lock(&self.held);
            if let Some(card) = held.card.take() {
                let _ = call(|| card.disconnect(Disposition::ResetCard).map_err(|(_, error)| error));
            }
            match connect(&self.name) {
                Ok((card, atr, _)) => {
                    held.card = Some(card);
                    held.used = Instant::now();
                    self.atr = atr;
                    return Ok(());
                }
                Err(error) if error == TransportError::Denied || elapsed >= patience => return Err(error.into()),
                Err(_) => {}
            }
            drop(held);
            sleep(WAIT_STEP);
        }
    }

    fn atr(&self) -> &[u8] {
        &self.atr
    }

    fn reader(&self) -> &str {
        &self.reader
    }

    fn max_apdu(&self) -> Option<usize> {
        self.max_apdu
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        drop(self.keeper.take());
        if let Some(card) = lock(&self.held).card.take() {
            // A failure cannot be reported any more; the binding then tries once more as it drops the card.
            let _ = call(|| card.disconnect(Disposition::ResetCard).map_err(|(_, error)| error));
        }
        self.buffer.zeroize();
    }
}

/// Why an exchange broke: the card left, the service left, or the line is bad.
fn why_broken(card: &Card) -> TransportError {
    let since = Instant::now();
    loop {
        let status = call(|| card.status2_owned());
        let over = since.elapsed() >= NOTICE;
        match status {
            Ok(status) if status.status().contains(Status::ABSENT) => return TransportError::CardRemoved,
            Ok(_) if over => return TransportError::Communication,
            // The service cannot even be asked: it is going, or is another one by now.
            Err(TransportError::Communication) if over => return TransportError::NoService,
            Ok(_) | Err(TransportError::Communication) => sleep(NOTICE_STEP),
            Err(error) => return error,
        }
    }
}

fn lock(held: &Mutex<Held>) -> MutexGuard<'_, Held> {
    // No code panics while it holds the lock; were it so, the card in it would still be good.
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The thread that keeps an idle line warm, until it is dropped.
struct Keeper {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    /// Starts the thread; without one (no resources) the line works all the same.
    fn start(held: Arc<Mutex<Held>>) -> Option<Self> {
        let (stop, stopped) = channel();
        let thread = Builder::new().name("chipid keep-alive".into()).spawn(move || keep_warm(&held, &stopped)).ok()?;
        Some(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Asks for the card's state whenever the line was idle; an error shows at the next exchange.
fn keep_warm(held: &Mutex<Held>, stopped: &Receiver<()>) {
    let mut wait = IDLE;
    while stopped.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
        let mut held = lock(held);
        let idle = held.used.elapsed();
        wait = if idle < IDLE {
            IDLE.saturating_sub(idle)
        } else {
            if let Some(card) = &held.card {
                let _ = call(|| card.status2_owned());
            }
            held.used = Instant::now();
            IDLE
        };
    }
}
