//! How a reading goes on after the card was lost.

use super::progress::{Reading, is_chip_suspect};
use crate::channel::FileOutcome;
use crate::chip::ChipAuthentication;
use crate::document::Document;
use crate::error::{Broken, Error, Step};
use crate::event::{Phase, Show};
use crate::lds::FileId;

impl Reading {
    /// Waits for a lost card and opens it again. It must be the same card: the same password opens it, and it shows the
    /// EF.SOD that is held. What it proved before, it proves again.
    pub(super) fn resume(&mut self, document: &mut Document, show: &mut Show<'_>) -> Result<(), Error> {
        let during = Step::Resume;
        let other_card = || Error::Protocol { during, broken: Broken::OtherCard };
        let channel = &mut self.session.channel;
        channel.phase(Phase::Resume, show)?;
        channel.reconnect(self.session.opener.options.resume.patience, show)?;
        if matches!(document.proofs.chip(), ChipAuthentication::Proven(_)) {
            document.proofs.set_chip(ChipAuthentication::NotMade);
        }
        self.is_chip_done = is_chip_suspect(document);
        match self.enter(document, show) {
            Err(Error::WrongPassword { .. }) => return Err(other_card()),
            other => other?,
        }
        if let Some(held) = document.files.bytes(FileId::Sod) {
            match self.session.channel.read_file(FileId::Sod, during, show)? {
                FileOutcome::Read(shown) if shown == held => {}
                _ => return Err(other_card()),
            }
        }
        Ok(())
    }
}
