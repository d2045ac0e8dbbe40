//! A connected card.

use super::application::read_dir;
use super::card_access::read_card_access;
use super::opening::{AccessGranted, Opener};
use super::options::Options;
use super::session::Session;
use super::stated_lengths::read_limits;
use crate::access::Password;
use crate::channel::{Channel, Limits};
use crate::crypto::{OsRandom, Random};
use crate::error::{Error, Place, TransportError};
use crate::event::{Phase, Show};
use crate::lds::Dir;
use crate::transport::Transport;

/// A card in a reader; no access yet.
pub struct Card {
    channel: Channel,
    random: Box<dyn Random>,
    options: Options,
    hint: Option<Limits>,
    /// An access protocol was begun: the next try starts from a reset.
    used: bool,
}

/// A card that was not opened, and why; the card is still there for another try, without lifting it.
#[derive(thiserror::Error)]
#[error("{error}")]
pub struct OpenError {
    /// Why.
    #[source]
    pub error: Error,
    /// Where.
    pub place: Place,
    /// The card.
    pub card: Box<Card>,
}

impl core::fmt::Debug for OpenError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("OpenError").field("error", &self.error).field("place", &self.place).finish_non_exhaustive()
    }
}

impl From<OpenError> for Error {
    fn from(error: OpenError) -> Self {
        error.error
    }
}

impl Card {
    /// A card over this line.
    ///
    /// # Errors
    /// [`Error::Transport`] where the line is not usable.
    pub fn connect(link: Box<dyn Transport>) -> Result<Self, Error> {
        Ok(Self::with_random(link, Box::new(OsRandom)))
    }

    /// The same with a source of random bytes of the caller's, for worked examples and reproducible tests.
    #[cfg(feature = "sim")]
    pub fn connect_with_random(link: Box<dyn Transport>, random: Box<dyn Random>) -> Self {
        Self::with_random(link, random)
    }

    fn with_random(link: Box<dyn Transport>, random: Box<dyn Random>) -> Self {
        Self { channel: Channel::new(link), random, options: Options::default(), hint: None, used: false }
    }

    /// Lengths that an earlier reading with this reader and this kind of card gave back: one exchange fewer.
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { hint: Some(limits), ..self }
    }

    /// Other options.
    pub fn with_options(self, options: Options) -> Self {
        Self { options, ..self }
    }

    /// The answer to reset of the card.
    pub fn atr(&self) -> &[u8] {
        self.channel.link().atr()
    }

    /// The name of the reader.
    pub fn reader(&self) -> &str {
        self.channel.link().reader()
    }

    /// Opens the chip: PACE where it offers it, else BAC, else plain.
    ///
    /// # Errors
    /// [`OpenError`], which gives the card back; after [`Error::WrongPassword`] another password may be tried.
    pub fn open(mut self, password: &Password, show: &mut Show<'_>) -> Result<Session, OpenError> {
        self.channel.set_budget(self.options.budget);
        match self.try_open(password, show) {
            Ok((opener, granted)) => Ok(Session::new(self.channel, self.random, opener, granted)),
            Err(error) => Err(OpenError { error, place: self.channel.place(), card: Box::new(self) }),
        }
    }

    /// The applications on the chip, as EF.DIR lists them; `None` where the chip has no EF.DIR or does not give it.
    ///
    /// # Errors
    /// The line was lost, or the caller stopped.
    pub fn applications(&mut self, show: &mut Show<'_>) -> Result<Option<Dir>, Error> {
        self.begin()?;
        read_dir(&mut self.channel, show)
    }

    /// From a reset, where a protocol was begun before. That the line is a new one, perhaps to another card, is no matter
    /// before anything is known of the card.
    fn begin(&mut self) -> Result<(), Error> {
        if core::mem::replace(&mut self.used, true)
            && let Err(error) = self.channel.reset()
        {
            match error {
                Error::Transport(TransportError::CardReset) => self.channel.reset()?,
                error => return Err(error),
            }
        }
        Ok(())
    }

    fn try_open(&mut self, password: &Password, show: &mut Show<'_>) -> Result<(Opener, AccessGranted), Error> {
        self.begin()?;
        self.channel.phase(Phase::CardAccess, show)?;
        let card_access = read_card_access(&mut self.channel, show)?;
        let (limits, lengths) = match self.hint {
            Some(hint) => (hint, None),
            None => read_limits(&mut self.channel, show).map(|(limits, lengths)| (limits, Some(lengths)))?,
        };
        self.channel.set_limits(limits);
        self.channel.phase(Phase::AccessControl, show)?;
        let opener = Opener { password: password.duplicate(), options: self.options, card_access, lengths };
        let granted = opener.open(&mut self.channel, self.random.as_mut(), true, show)?;
        Ok((opener, granted))
    }
}
