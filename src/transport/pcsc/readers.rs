//! The readers that are attached, and waiting for a card in one of them.

use super::reader_names::SlotKind;
use super::scan::{Scan, Slot};
use super::wait::wait;
use crate::error::Error;
use crate::event::Show;
use crate::transport::Transport;
use std::time::Duration;

/// The way to the PC/SC readers.
pub struct Readers {
    _private: (),
}

/// A reader, or one slot of a composite reader.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReaderInfo {
    /// The name that the PC/SC service gives it.
    pub name: String,
    /// The kind of slot that the name indicates.
    pub kind: SlotKind,
    /// Whether a card is there.
    pub card_present: bool,
    /// Whether another program holds the card for itself.
    pub in_use: bool,
    /// The card's answer to reset, at most 33 bytes.
    pub atr: Option<Vec<u8>>,
}

impl From<&Slot> for ReaderInfo {
    fn from(slot: &Slot) -> Self {
        Self {
            name: slot.text(),
            kind: slot.kind(),
            card_present: slot.present,
            in_use: slot.exclusive,
            atr: (!slot.atr.is_empty()).then(|| slot.atr.clone()),
        }
    }
}

impl Readers {
    /// Makes sure that the PC/SC service is there and serves this user.
    ///
    /// # Errors
    /// [`Error::Transport`]: no service, or it refuses this user.
    pub fn connect() -> Result<Self, Error> {
        Scan::default().look(Duration::ZERO)?;
        Ok(Self { _private: () })
    }

    /// The readers that are attached now, and whether a card is in them.
    ///
    /// # Errors
    /// [`Error::Transport`]: the service was stopped.
    pub fn list(&self) -> Result<Vec<ReaderInfo>, Error> {
        Ok(Scan::default().look(Duration::ZERO)?.iter().map(ReaderInfo::from).collect())
    }

    /// Waits for a card in any reader, connects to it, and holds it for this program alone.
    ///
    /// Readers may be attached meanwhile. Slots for the reader's own security modules are never tried, contact slots
    /// only while no reader calls itself contactless. `show` is asked a few times a second. With a `timeout` of zero
    /// only cards that are there now are tried.
    ///
    /// # Errors
    /// [`Error::Cancelled`]; [`Error::Transport`]: no card or no reader in time, a card that is no chip card, that
    /// does not answer or that another program holds for more than two seconds, a service that is away for more than
    /// five.
    pub fn wait_for_card(&self, timeout: Duration, show: &mut Show<'_>) -> Result<Box<dyn Transport>, Error> {
        wait(None, timeout, show)
    }

    /// Waits for a card in the reader of this name: the whole name, or a part of it that only one reader's name has.
    ///
    /// # Errors
    /// As [`Readers::wait_for_card`]; [`TransportError::UnknownReader`](crate::TransportError::UnknownReader) when the time is over without such a reader.
    pub fn wait_for_card_in(
        &self,
        reader: &str,
        timeout: Duration,
        show: &mut Show<'_>,
    ) -> Result<Box<dyn Transport>, Error> {
        wait(Some(reader), timeout, show)
    }
}
