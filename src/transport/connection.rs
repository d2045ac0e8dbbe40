//! The interface of every connection to a card.

use crate::error::{Error, TransportError};
use crate::event::Show;
use std::time::Duration;

/// A line to one card in one reader.
pub trait Transport: Send {
    /// Sends a command APDU and returns the response APDU, at least the two bytes of its status word.
    ///
    /// # Errors
    /// [`TransportError`]; the command may or may not have reached the card.
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError>;

    /// Resets the card: no application selected, no session.
    ///
    /// # Errors
    /// [`TransportError`] where the card or the reader is gone.
    fn reset(&mut self) -> Result<(), TransportError>;

    /// Waits, up to `patience`, until a card that was lost is back, and resets it. A line that cannot wait only resets.
    ///
    /// # Errors
    /// [`Error::Transport`] where the card does not come back in time, [`Error::Cancelled`] where `show` asks to stop.
    fn reconnect(&mut self, patience: Duration, show: &mut Show<'_>) -> Result<(), Error> {
        let _ = (patience, show);
        Ok(self.reset()?)
    }

    /// The answer to reset, with the historical bytes.
    fn atr(&self) -> &[u8];

    /// The reader's name.
    fn reader(&self) -> &str;

    /// The longest APDU, in bytes, that the reader and its driver say they carry, where they say so.
    fn max_apdu(&self) -> Option<usize> {
        None
    }
}
