//! How a file is read into the document: EF.SOD first, then what it lists.

use super::progress::{Reading, is_chip_suspect};
use crate::bounds::BOUNDS;
use crate::channel::{FileOutcome, ends_session};
use crate::chip::{ChipAuthentication, TerminalAuthentication};
use crate::document::{Document, FileState, NotRead};
use crate::error::{Error, Step};
use crate::event::{Event, Phase, Show};
use crate::lds::{Com, DataGroup, FileId, SecurityObject};
use crate::passive_authentication::provisional;

impl Reading {
    /// EF.SOD, and the data groups that it lists.
    pub(super) fn listed(&mut self, document: &mut Document, show: &mut Show<'_>) -> Result<Vec<DataGroup>, Error> {
        self.session.channel.phase(Phase::SecurityObject, show)?;
        self.fetch(FileId::Sod, document, show)?;
        let listed: Vec<DataGroup> = match document.files.bytes(FileId::Sod).map(SecurityObject::parse) {
            Some(Ok(sod)) => sod.data_groups().collect(),
            _ => Vec::new(),
        };
        if !listed.is_empty() {
            return Ok(listed);
        }
        // No list that could be believed: what the chip says it has is read all the same, and judged as not covered.
        self.fetch(FileId::Com, document, show)?;
        Ok(match document.files.bytes(FileId::Com).map(Com::parse) {
            Some(Ok(com)) => com.data_groups.unwrap_or_default(),
            _ => Vec::new(),
        })
    }

    /// Reads one file into the document, unless it is known already. An answer too long for chip or reader costs a new
    /// access with shorter ones; an answer that is not under the new keys of chip authentication, a new access without it.
    pub(super) fn fetch(&mut self, file: FileId, document: &mut Document, show: &mut Show<'_>) -> Result<(), Error> {
        if document.files.state(file).is_final() {
            return Ok(());
        }
        loop {
            let read = self.read(file, document, show);
            self.take_chip_proof(document);
            match read {
                Ok(outcome) => {
                    document.files.put(file, outcome.into());
                    return offer(file, document, show);
                }
                // The first answer under the new keys may be too long, as any other: agreed on once more, with shorter ones.
                Err(error)
                    if self.chip_unproven.is_some()
                        && self.restarts < BOUNDS.restarts
                        && self.session.channel.is_length_fault(&error)
                        && self.session.channel.lower_read_length(self.restarts + 1 == BOUNDS.restarts) =>
                {
                    self.restarts += 1;
                    self.reopen(document, show)?;
                    self.is_chip_done = is_chip_suspect(document);
                    self.chip_authentication(document, show)?;
                }
                Err(error) if self.chip_unproven.is_some() && ends_session(&error) => {
                    self.reopen(document, show)?;
                    document.proofs.set_chip(ChipAuthentication::NotUnderNewKeys);
                }
                Err(error) if self.restarts < BOUNDS.restarts && self.session.channel.is_length_fault(&error) => {
                    self.restarts += 1;
                    // The last restart must not be spent on a length that may be refused again.
                    if !self.session.channel.lower_read_length(self.restarts == BOUNDS.restarts) {
                        return Err(error);
                    }
                    self.reopen(document, show)?;
                    // What opened the file is gone with the session.
                    if matches!(file, FileId::DataGroup(group) if is_biometric(group)) {
                        self.is_chip_done = is_chip_suspect(document);
                        self.chip_authentication(document, show)?;
                        self.terminal_authentication(document, show)?;
                    }
                }
                Err(error) => {
                    document.files.put(file, FileState::CutOff);
                    return Err(error);
                }
            }
        }
    }

    /// DG3 or DG4: terminal authentication first. What the chip does not give then is a normal result, not a fault.
    pub(super) fn fetch_biometric(
        &mut self,
        group: DataGroup,
        document: &mut Document,
        show: &mut Show<'_>,
    ) -> Result<(), Error> {
        let file = FileId::DataGroup(group);
        if document.files.state(file).is_final() {
            return Ok(());
        }
        self.terminal_authentication(document, show)?;
        let may_read = match document.proofs.terminal() {
            TerminalAuthentication::Done { rights, .. } if group == DataGroup::DG3 => rights.dg3(),
            TerminalAuthentication::Done { rights, .. } => rights.dg4(),
            _ => false,
        };
        if may_read {
            self.fetch(file, document, show)?;
        }
        if !may_read || matches!(document.files.state(file), FileState::Refused(_)) {
            document.files.put(file, FileState::NotRead(NotRead::NeedsTerminalAuthentication));
        }
        Ok(())
    }

    /// The bytes of a file. One in which the line was lost goes on where it stopped, and is taken only by its hash; else
    /// it is read again from its start.
    pub(super) fn read(
        &mut self,
        file: FileId,
        document: &mut Document,
        show: &mut Show<'_>,
    ) -> Result<FileOutcome, Error> {
        let during = Step::Read(file);
        let channel = &mut self.session.channel;
        let held = channel.take_partial(file).filter(|held| !held.is_empty() && self.resumes > 0);
        if let (FileId::DataGroup(group), Some(held)) = (file, held)
            && let Some(FileOutcome::Read(bytes)) = channel.continue_file(file, held, during, show)?
        {
            let sod = document.files.bytes(FileId::Sod).map(SecurityObject::parse);
            if matches!(sod, Some(Ok(sod)) if sod.content().hash_matches(group, &bytes) == Some(true)) {
                document.files.add_resumed([file]);
                return Ok(FileOutcome::Read(bytes));
            }
        }
        channel.read_file(file, during, show)
    }
}

/// Whether a data group requires terminal authentication.
pub(super) fn is_biometric(group: DataGroup) -> bool {
    matches!(group, DataGroup::DG3 | DataGroup::DG4)
}

/// Hands out what fills a form while the large images are still to come: its hash matches EF.SOD, the issuer is not
/// judged.
fn offer(file: FileId, document: &Document, show: &mut Show<'_>) -> Result<(), Error> {
    let FileId::DataGroup(group) = file else { return Ok(()) };
    let (Some(bytes), Some(sod)) = (document.files.bytes(file), document.files.bytes(FileId::Sod)) else {
        return Ok(());
    };
    let matches = SecurityObject::parse(sod).is_ok_and(|sod| provisional(&sod, group, bytes).is_some());
    if matches && show(Event::Provisional { file, bytes }).is_break() {
        return Err(Error::Cancelled);
    }
    Ok(())
}
