//! An open chip, and how its files and proofs are read.
//!
//! EF.SOD drives the reading, not EF.COM. A file that cannot be read is a result; a lost line, a broken rule or the
//! caller's "stop" ends the reading and gives back what was held.

use super::card::Door;
use super::document::{Claims, Document, FileState, NotRead};
use super::plan::{ReadPlan, reading_order};
use crate::access::AccessRecord;
use crate::channel::{Channel, Limits, Outcome};
use crate::chip::{ActiveAuthentication, ChipAuthentication, KeyChoice, agree, ask, choose_key};
use crate::crypto::{PublicKey, Random};
use crate::error::{Broken, Error, Step, TransportError};
use crate::event::{Event, Phase, Show};
use crate::iso7816::StatusWord;
use crate::lds::{Com, DataGroup, Dg14, Dg15, FileId, SecurityObject};
use crate::passive_authentication::provisional;
use std::time::Instant;

/// Plain bytes that the shortest protected answer surely carries.
const SHORT_ANSWER: usize = 223;
/// Restarts of access control that too long an answer may cost in one reading.
const MAX_RESTARTS: u32 = 2;

/// An open chip: access granted, secure messaging on (where the chip has it).
pub struct Session {
    channel: Channel,
    random: Box<dyn Random>,
    door: Door,
    access: AccessRecord,
    started: Instant,
}

/// A reading that was cut off, and what was held by then.
#[derive(thiserror::Error)]
#[error("{error}")]
pub struct ReadError {
    /// Why.
    #[source]
    pub error: Error,
    /// What was read until then; it can be verified, and is never better than undetermined for what is lacking.
    pub document: Box<Document>,
}

impl core::fmt::Debug for ReadError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("ReadError").field("error", &self.error).finish_non_exhaustive()
    }
}

impl From<ReadError> for Error {
    fn from(error: ReadError) -> Self {
        error.error
    }
}

impl Session {
    pub(crate) fn new(channel: Channel, random: Box<dyn Random>, door: Door, access: AccessRecord) -> Self {
        Self { channel, random, door, access, started: Instant::now() }
    }

    /// How the chip was opened.
    pub fn access(&self) -> &AccessRecord {
        &self.access
    }

    /// The lengths in use.
    pub fn limits(&self) -> Limits {
        self.channel.limits()
    }

    /// Reads what the plan names and asks for the chip's proofs; the card may then leave the reader, and is reset.
    ///
    /// # Errors
    /// [`ReadError`], with what was read until then.
    pub fn read(mut self, plan: &ReadPlan, show: &mut Show<'_>) -> Result<Document, ReadError> {
        let (number, qr) = self.door.password.take_claims();
        let claims = Claims { number, qr };
        let mut document = Document::of_card(self.access.clone(), self.door.card_access.clone(), claims);
        let mut reading = Reading { session: self, restarts: 0, chip_unproven: None };
        let result = reading.run(plan, &mut document, show);
        let session = reading.session;
        document.exchanges = session.channel.exchanges();
        document.elapsed = session.started.elapsed();
        document.limits = Some(session.channel.limits());
        document.restarts = reading.restarts;
        match result {
            Ok(()) => Ok(document),
            Err(error) => {
                document.cut_off = true;
                Err(ReadError { error, document: Box::new(document) })
            }
        }
    }
}

/// A reading in progress.
struct Reading {
    session: Session,
    restarts: u32,
    /// Chip authentication was agreed on; the next answer proves it or not.
    chip_unproven: Option<ChipAuthentication>,
}

impl Reading {
    fn run(&mut self, plan: &ReadPlan, document: &mut Document, show: &mut Show<'_>) -> Result<(), Error> {
        self.session.channel.phase(Phase::SecurityObject, show)?;
        self.fetch(FileId::Sod, document, show)?;
        let mut listed = match document.file(FileId::Sod).bytes().map(SecurityObject::parse) {
            Some(Ok(sod)) => sod.data_groups().collect(),
            _ => Vec::new(),
        };
        if listed.is_empty() {
            // No list that could be believed: what the chip says it has is read all the same, and judged as not covered.
            self.fetch(FileId::Com, document, show)?;
            if let Some(Ok(com)) = document.file(FileId::Com).bytes().map(Com::parse) {
                listed = com.data_groups.unwrap_or_default();
            }
        }
        for group in listed.iter().filter(|group| [DataGroup::DG3, DataGroup::DG4].contains(group)) {
            document.put(FileId::DataGroup(*group), FileState::NotRead(NotRead::NeedsTerminalAuthentication));
        }
        listed.retain(|group| ![DataGroup::DG3, DataGroup::DG4].contains(group));
        for group in listed.iter().filter(|group| !plan.wants(**group)) {
            document.put(FileId::DataGroup(*group), FileState::NotRead(NotRead::Plan));
        }
        listed.retain(|group| plan.wants(*group));

        if listed.contains(&DataGroup::DG14) {
            self.fetch(FileId::DataGroup(DataGroup::DG14), document, show)?;
            if plan.chip_authentication {
                self.chip_authentication(document, show)?;
            }
        }
        self.session.channel.phase(Phase::DataGroups, show)?;
        if plan.com && !document.file(FileId::Com).is_known() {
            self.fetch(FileId::Com, document, show)?;
        }
        for group in reading_order(&listed) {
            let file = FileId::DataGroup(group);
            if !document.file(file).is_known() {
                self.fetch(file, document, show)?;
                offer(group, document, show)?;
            }
        }
        self.settle_chip_authentication(document);
        if plan.active_authentication && listed.contains(&DataGroup::DG15) {
            self.active_authentication(plan, document, show)?;
        }
        Ok(())
    }

    /// Reads one file into the document. An answer too long for chip or reader costs a new access with shorter ones;
    /// an answer that is not under the new keys of chip authentication, a new access without it.
    fn fetch(&mut self, file: FileId, document: &mut Document, show: &mut Show<'_>) -> Result<(), Error> {
        loop {
            match self.session.channel.read_file(file, Step::Read(file), show) {
                Ok(outcome) => {
                    if let Some(proven) = self.chip_unproven.take() {
                        document.chip_authentication = proven;
                    }
                    document.put(file, outcome.into());
                    return Ok(());
                }
                Err(error) if self.chip_unproven.is_some() && ends_session(&error) => {
                    self.reopen(document, show)?;
                    document.chip_authentication = ChipAuthentication::NotUnderNewKeys;
                }
                Err(error) if self.restarts < MAX_RESTARTS && self.is_length_fault(&error) => {
                    self.restarts += 1;
                    // The last restart must not be spent on a length that may be refused again.
                    if !self.session.channel.lower_read_length(self.restarts == MAX_RESTARTS) {
                        return Err(error);
                    }
                    self.reopen(document, show)?;
                }
                Err(error) => {
                    document.put(file, FileState::CutOff);
                    return Err(error);
                }
            }
        }
    }

    /// Whether a lost session may be the fault of too long an answer: the statuses that chips are known to drop it with.
    fn is_length_fault(&self, error: &Error) -> bool {
        let known = match error {
            Error::Protocol { broken: Broken::Unprotected(status), .. } => {
                matches!(*status, StatusWord::WRONG_LENGTH | StatusWord::INS_NOT_SUPPORTED)
                    || status.right_length().is_some()
            }
            // An answer cut in the middle, as some drivers cut it; not one that is whole and wrong.
            Error::Protocol { broken: Broken::BadResponse, .. } => self.session.channel.answer_was_cut(),
            Error::Transport(TransportError::TooLong | TransportError::Communication) => {
                self.session.limits().is_extended()
            }
            _ => false,
        };
        known && self.session.channel.length_is_unproven()
    }

    /// Opens the chip anew, from a reset; protected commands are never sent again. What was agreed on and not yet
    /// proven is gone with the old session: an answer under other keys proves nothing.
    fn reopen(&mut self, document: &mut Document, show: &mut Show<'_>) -> Result<(), Error> {
        self.chip_unproven = None;
        let session = &mut self.session;
        session.channel.reset()?;
        let access = session.door.open(&mut session.channel, session.random.as_mut(), show)?;
        let was_downgraded = document.access.as_ref().is_some_and(|access| access.downgraded);
        let downgraded = access.downgraded || was_downgraded;
        document.access = Some(AccessRecord { downgraded, ..access });
        Ok(())
    }

    fn chip_authentication(&mut self, document: &mut Document, show: &mut Show<'_>) -> Result<(), Error> {
        let choice = match document.file(FileId::DataGroup(DataGroup::DG14)).bytes().map(Dg14::parse) {
            Some(Ok(dg14)) => choose_key(&dg14),
            _ => return Ok(()),
        };
        let key = match choice {
            KeyChoice::Key(key) => key,
            KeyChoice::None => {
                document.chip_authentication = ChipAuthentication::NotOffered;
                return Ok(());
            }
            KeyChoice::Impossible(reason) => {
                document.chip_authentication = ChipAuthentication::Impossible(reason);
                return Ok(());
            }
        };
        self.session.channel.phase(Phase::ChipAuthentication, show)?;
        let session = &mut self.session;
        match agree(&mut session.channel, &key, session.random.as_mut(), show) {
            Ok(None) => self.chip_unproven = Some(ChipAuthentication::Proven(key.suite())),
            Ok(Some(status)) => document.chip_authentication = ChipAuthentication::Refused(status),
            Err(error) if ends_session(&error) => {
                document.chip_authentication = ChipAuthentication::NotUnderNewKeys;
                self.reopen(document, show)?;
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// No answer came after the agreement: nothing is proven.
    fn settle_chip_authentication(&mut self, document: &mut Document) {
        if self.chip_unproven.take().is_some() {
            document.chip_authentication = ChipAuthentication::NotMade;
        }
    }

    fn active_authentication(
        &mut self,
        plan: &ReadPlan,
        document: &mut Document,
        show: &mut Show<'_>,
    ) -> Result<(), Error> {
        let key = match document.file(FileId::DataGroup(DataGroup::DG15)).bytes().map(Dg15::parse) {
            Some(Ok(Dg15 { key: Ok(key), .. })) => key,
            Some(_) => {
                document.active_authentication = ActiveAuthentication::BadKey;
                return Ok(());
            }
            None => return Ok(()),
        };
        self.session.channel.phase(Phase::ActiveAuthentication, show)?;
        let challenge = match plan.challenge {
            Some(challenge) => challenge,
            None => self.fresh_challenge()?,
        };
        let asked = self.ask(&key, plan, challenge, show);
        // Over a short-only line a long signature comes in parts, which some chips refuse or cut: it is asked for last,
        // where that does no harm.
        let is_long = matches!(&key, PublicKey::Rsa(key) if key.modulus_len() > SHORT_ANSWER);
        let may_be_cut = is_long && !self.session.limits().is_extended();
        document.active_authentication = match asked {
            Ok(answer) => answer,
            Err(Error::Protocol { broken: Broken::Unprotected(StatusWord(0x9000 | 0x6700)), .. }) if is_long => {
                ActiveAuthentication::SessionLost
            }
            // A chip that answers a naked refusal has refused: a clone does.
            Err(Error::Protocol { broken: Broken::Unprotected(status), .. })
                if !may_be_cut || !self.was_collected() =>
            {
                ActiveAuthentication::Refused(status)
            }
            Err(Error::Protocol { broken: Broken::BadResponse | Broken::Unprotected(_), .. }) if may_be_cut => {
                ActiveAuthentication::SessionLost
            }
            Err(error) => {
                document.active_authentication = ActiveAuthentication::SessionLost;
                return Err(error);
            }
        };
        Ok(())
    }

    /// Whether the last answer came in parts.
    fn was_collected(&self) -> bool {
        self.session.channel.answer_came_in_parts()
    }

    fn ask(
        &mut self,
        key: &PublicKey,
        plan: &ReadPlan,
        challenge: [u8; 8],
        show: &mut Show<'_>,
    ) -> Result<ActiveAuthentication, Error> {
        ask(&mut self.session.channel, key, challenge, plan.challenge_source(), show)
    }

    fn fresh_challenge(&mut self) -> Result<[u8; 8], Error> {
        let mut challenge = [0; 8];
        let filled = self.session.random.fill(&mut challenge);
        filled.map_err(|_| Error::Protocol { during: Step::ActiveAuthentication, broken: Broken::Crypto })?;
        Ok(challenge)
    }
}

/// Whether an error ended the session but left the line.
fn ends_session(error: &Error) -> bool {
    matches!(error, Error::Protocol { broken: Broken::Unprotected(_) | Broken::BadResponse, .. })
}

/// Hands out what fills a form while the large images are still to come: its hash matches EF.SOD, the issuer is not
/// judged.
fn offer(group: DataGroup, document: &Document, show: &mut Show<'_>) -> Result<(), Error> {
    let file = FileId::DataGroup(group);
    let (Some(bytes), Some(sod)) = (document.file(file).bytes(), document.file(FileId::Sod).bytes()) else {
        return Ok(());
    };
    let matches = SecurityObject::parse(sod).is_ok_and(|sod| provisional(&sod, group, bytes).is_some());
    if matches && show(Event::Provisional { file, bytes }).is_break() {
        return Err(Error::Cancelled);
    }
    Ok(())
}

impl From<Outcome> for FileState {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Read(bytes) => FileState::Read(bytes),
            Outcome::Absent(status) => FileState::Absent(status),
            Outcome::Refused(status) => FileState::Refused(status),
        }
    }
}
