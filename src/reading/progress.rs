//! A reading in progress: the session, and what was made in it.

use super::session::Session;
use crate::chip::ChipAuthentication;
use crate::document::{Cost, Document, MappingRecord};
use crate::error::{Error, Place, TransportError};
use crate::event::Show;
use crate::lds::FileId;

/// A reading in progress.
pub(super) struct Reading {
    pub(super) session: Session,
    pub(super) restarts: u32,
    pub(super) resumes: u32,
    /// Chip authentication was agreed on; the next answer proves it or not.
    pub(super) chip_unproven: Option<ChipAuthentication>,
    /// Chip authentication was made, or cannot be, with this session.
    pub(super) is_chip_done: bool,
    /// The reader's ephemeral key of chip authentication, or of the mapping that stands for it, in this session.
    pub(super) ephemeral: Option<Vec<u8>>,
    /// Terminal authentication was made, or cannot be, in this session.
    pub(super) is_terminal_done: bool,
    /// The line was lost over active authentication, with a challenge of the reader's: it may be asked again.
    pub(super) ask_again: bool,
}
impl Reading {
    pub(super) fn new(session: Session, document: &mut Document) -> Self {
        let restarts = session.granted.restarts;
        let mut reading = Self {
            session,
            restarts,
            resumes: 0,
            chip_unproven: None,
            is_chip_done: false,
            ephemeral: None,
            is_terminal_done: false,
            ask_again: false,
        };
        reading.take_opening(document);
        reading
    }

    /// What opening the chip gave goes into the document.
    pub(super) fn take_opening(&mut self, document: &mut Document) {
        let opening = &mut self.session.granted;
        self.ephemeral = None;
        self.is_terminal_done = false;
        match opening.chip_mapping.take() {
            Some(mapping) => {
                document.proofs.set_mapping(MappingRecord::Shown(mapping));
                self.ephemeral = opening.ephemeral.take();
            }
            None => document.proofs.set_mapping(MappingRecord::None),
        }
        if let Some(card_security) = opening.card_security.take() {
            document.files.put(FileId::CardSecurity, card_security);
        }
        // A proof made in an earlier session does not cover the chip of this one. EF.CardSecurity is read once only: the
        // chip must prove the key of the file that is held, whichever file it would give now.
        if *document.proofs.chip() == ChipAuthentication::ShownByMapping
            && !document.proofs.is_mapping_bound(&document.files)
        {
            document.proofs.set_chip(ChipAuthentication::NotMade);
            self.is_chip_done = false;
        }
        document.opening.reopened(opening.access.clone());
    }

    /// Where the reading stands.
    pub(super) fn place(&self) -> Place {
        self.session.channel.place()
    }

    /// The end: what the reading cost.
    pub(super) fn leave(self, document: &mut Document) {
        let channel = &self.session.channel;
        let cost = Cost::new(channel.exchanges(), self.session.elapsed(), self.restarts, self.resumes);
        document.cost = cost.with_limits(channel.limits());
    }

    /// An authentic answer, whatever it says and whatever came after it, is one under the new keys of chip authentication.
    pub(super) fn take_chip_proof(&mut self, document: &mut Document) {
        if self.session.channel.has_answered_under_its_keys()
            && let Some(proven) = self.chip_unproven.take()
        {
            document.proofs.set_chip(proven);
        }
    }

    /// Opens the chip again, from a reset; protected commands are never sent again. What was agreed on and not yet
    /// proven is gone with the old session: an answer under other keys proves nothing.
    pub(super) fn reopen(&mut self, document: &mut Document, show: &mut Show<'_>) -> Result<(), Error> {
        self.session.channel.reset()?;
        self.enter(document, show)
    }

    /// From a plain channel to an application that can be read, again.
    pub(super) fn enter(&mut self, document: &mut Document, show: &mut Show<'_>) -> Result<(), Error> {
        self.chip_unproven = None;
        let first = !document.files.state(FileId::CardSecurity).is_known();
        let Session { channel, opener, random, granted, .. } = &mut self.session;
        *granted = opener.open(channel, random.as_mut(), first, show)?;
        self.take_opening(document);
        Ok(())
    }
}

/// Whether chip authentication was refused, lost or impossible: then it is not made again.
pub(super) fn is_chip_suspect(document: &Document) -> bool {
    !matches!(document.proofs.chip(), ChipAuthentication::NotMade | ChipAuthentication::Proven(_))
}

/// Whether the card, the reader or the service was lost, and may come back.
pub(super) fn is_lost_card(error: &Error) -> bool {
    matches!(
        error,
        Error::Transport(
            TransportError::CardRemoved
                | TransportError::CardReset
                | TransportError::CardUnresponsive
                | TransportError::Communication
                | TransportError::ReaderGone
                | TransportError::NoService
        )
    )
}
