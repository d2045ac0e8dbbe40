//! How the files and proofs of an open chip are read.
//!
//! EF.SOD drives the reading, not EF.COM. A file that cannot be read is a result; a broken rule or the caller's "stop"
//! ends the reading and gives back what was held. A lost line does so only after the card was waited for: it is opened
//! anew, must show the EF.SOD already held, and the file goes on at the offset reached; its hash decides.

use super::files::is_biometric;
use super::plan::{ReadPlan, reading_order};
use super::progress::{Reading, is_lost_card};
use super::session::{ReadError, Session};
use crate::access::Given;
use crate::chip::ChipAuthentication;
use crate::document::{Claims, Document, FileState, NotRead, Opening, Origin, Scope};
use crate::error::Error;
use crate::event::{Phase, Show};
use crate::iso7816::StatusWord;
use crate::lds::{DataGroup, FileId};

impl Session {
    /// Reads what the plan names and asks for the chip's proofs; the card may then leave the reader, and is reset.
    ///
    /// A card that is lost on the way is waited for, opened again and read on, as
    /// [`Options::resume`](crate::Options::resume) says.
    ///
    /// # Errors
    /// [`ReadError`], with what was read until then.
    pub fn read(mut self, plan: &ReadPlan, show: &mut Show<'_>) -> Result<Document, ReadError> {
        let Given { number, qr, mrz, mrz_key } = self.opener.password.take_claims();
        let claims = Claims { number, qr, mrz, mrz_key, ..Claims::default() };
        let mut document = Document::empty(Origin::Card);
        let card_access = match &self.opener.card_access {
            Some(bytes) => FileState::Read(bytes.clone()),
            None => FileState::Absent(StatusWord::NOT_FOUND),
        };
        document.files.put(FileId::CardAccess, card_access);
        document.opening = Opening::of_card(self.granted.access.clone(), self.opener.lengths.clone());
        document.claims.give(claims);
        document.scope = Scope::of_fields(plan.fields.clone());
        let mut reading = Reading::new(self, &mut document);
        let result = reading.run(plan, &mut document, show);
        let place = reading.place();
        reading.leave(&mut document);
        match result {
            Ok(()) => Ok(document),
            Err(error) => {
                document.files.cut_off();
                Err(ReadError { error, place, document: Box::new(document) })
            }
        }
    }
}

impl Reading {
    pub(super) fn run(&mut self, plan: &ReadPlan, document: &mut Document, show: &mut Show<'_>) -> Result<(), Error> {
        loop {
            let Err(mut lost) = self.pass(plan, document, show) else { return Ok(()) };
            loop {
                let attempts = self.session.opener.options.resume.attempts;
                if !is_lost_card(&lost) || self.resumes >= attempts {
                    return Err(lost);
                }
                self.resumes += 1;
                match self.resume(document, show) {
                    Ok(()) => break,
                    // The card did not come back: report that it was removed.
                    Err(Error::Transport(error)) if !is_lost_card(&Error::Transport(error.clone())) => {
                        return Err(lost);
                    }
                    Err(error) => lost = error,
                }
            }
        }
    }

    /// All that is to be read and asked, as far as it is not done yet.
    pub(super) fn pass(&mut self, plan: &ReadPlan, document: &mut Document, show: &mut Show<'_>) -> Result<(), Error> {
        let mut listed = self.listed(document, show)?;
        let has_terminal = self.session.terminal.is_some();
        for group in &listed {
            let file = FileId::DataGroup(*group);
            let why = if is_biometric(*group) && !has_terminal {
                NotRead::NeedsTerminalAuthentication
            } else if !plan.wants(*group) {
                NotRead::Plan
            } else {
                continue;
            };
            document.files.put(file, FileState::NotRead(why));
        }
        listed.retain(|group| plan.wants(*group) && (has_terminal || !is_biometric(*group)));

        if listed.contains(&DataGroup::DG14) {
            self.fetch(FileId::DataGroup(DataGroup::DG14), document, show)?;
            if plan.chip_authentication {
                self.chip_authentication(document, show)?;
            }
        }
        self.session.channel.phase(Phase::DataGroups, show)?;
        if plan.com {
            self.fetch(FileId::Com, document, show)?;
        }
        for group in reading_order(&listed) {
            if is_biometric(group) {
                self.fetch_biometric(group, document, show)?;
            } else {
                self.fetch(FileId::DataGroup(group), document, show)?;
            }
        }
        if plan.active_authentication && listed.contains(&DataGroup::DG15) {
            self.active_authentication(plan, document, show)?;
        }
        // No answer came after the agreement: nothing is proven.
        if self.chip_unproven.take().is_some() {
            document.proofs.set_chip(ChipAuthentication::NotMade);
        }
        Ok(())
    }
}
