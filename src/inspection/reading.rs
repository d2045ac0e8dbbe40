//! How the files and proofs of an open chip are read.
//!
//! EF.SOD drives the reading, not EF.COM. A file that cannot be read is a result; a broken rule or the caller's "stop"
//! ends the reading and gives back what was held. A lost line does so only after the card was waited for: it is opened
//! anew, must show the EF.SOD already held, and the file goes on at the offset reached; its hash decides.

use super::document::{Document, FileState, MappingRecord, NotRead};
use super::plan::{ReadPlan, reading_order};
use super::session::Session;
use crate::bounds::BOUNDS;
use crate::channel::{Outcome, ends_session};
use crate::chip::{
    ActiveAuthentication, Agreed, ChipAuthentication, KeyChoice, TerminalAuthentication, TerminalInputs, agree, ask,
    authenticate, choose_key,
};
use crate::crypto::PublicKey;
use crate::error::{Broken, Error, Place, Step, TransportError};
use crate::event::{Event, Phase, Show};
use crate::iso7816::StatusWord;
use crate::lds::{Com, Cvca, DataGroup, Dg14, Dg15, FileId, SecurityObject};
use crate::passive_authentication::provisional;

/// Plain bytes that the shortest protected answer surely carries.
const SHORT_ANSWER: usize = 223;
/// The version of terminal authentication that Doc 9303 has (9303-11 §9.2.9).
const TERMINAL_VERSION: u32 = 1;
/// Bytes of EF.CVCA (TR-03110-3 §A.1.2).
const CVCA_LENGTH: usize = 36;

/// A reading in progress.
pub(super) struct Reading {
    session: Session,
    restarts: u32,
    resumes: u32,
    /// Chip authentication was agreed on; the next answer proves it or not.
    chip_unproven: Option<ChipAuthentication>,
    /// Chip authentication was made, or cannot be, with this session.
    chip_settled: bool,
    /// The reader's ephemeral key of chip authentication, or of the mapping that stands for it, in this session.
    ephemeral: Option<Vec<u8>>,
    /// Terminal authentication was made, or cannot be, in this session.
    terminal_settled: bool,
    /// The line was lost over active authentication, with a challenge of the reader's: it may be asked again.
    ask_again: bool,
}

impl Reading {
    pub(super) fn new(session: Session, document: &mut Document) -> Self {
        let restarts = session.opening.restarts;
        let mut reading = Self {
            session,
            restarts,
            resumes: 0,
            chip_unproven: None,
            chip_settled: false,
            ephemeral: None,
            terminal_settled: false,
            ask_again: false,
        };
        reading.take_opening(document);
        reading
    }

    /// What opening the chip gave goes into the document.
    fn take_opening(&mut self, document: &mut Document) {
        let opening = &mut self.session.opening;
        self.ephemeral = None;
        self.terminal_settled = false;
        match opening.chip_mapping.take() {
            Some(mapping) => {
                document.chip_mapping = MappingRecord::Shown(mapping);
                self.ephemeral = opening.ephemeral.take();
            }
            None => document.chip_mapping = MappingRecord::None,
        }
        if let Some(card_security) = opening.card_security.take() {
            document.put(FileId::CardSecurity, card_security);
        }
        // A proof made in an earlier session does not cover the chip of this one. EF.CardSecurity is read once only: the
        // chip must prove the key of the file that is held, whichever file it would give now.
        if document.chip_authentication == ChipAuthentication::ShownByMapping && !document.is_mapping_bound() {
            document.chip_authentication = ChipAuthentication::NotMade;
            self.chip_settled = false;
        }
        let was_downgraded = document.access.as_ref().is_some_and(|access| access.downgraded);
        let mut access = opening.access.clone();
        access.downgraded |= was_downgraded;
        document.access = Some(access);
    }

    /// Where the reading stands.
    pub(super) fn place(&self) -> Place {
        self.session.channel.place()
    }

    /// The end: what the reading cost.
    pub(super) fn leave(self, document: &mut Document) {
        document.exchanges = self.session.channel.exchanges();
        document.elapsed = self.session.elapsed();
        document.limits = Some(self.session.channel.limits());
        document.restarts = self.restarts;
        document.resumes = self.resumes;
    }

    pub(super) fn run(&mut self, plan: &ReadPlan, document: &mut Document, show: &mut Show<'_>) -> Result<(), Error> {
        loop {
            let Err(mut lost) = self.pass(plan, document, show) else { return Ok(()) };
            loop {
                let attempts = self.session.door.options.resume.attempts;
                if !is_lost_card(&lost) || self.resumes >= attempts {
                    return Err(lost);
                }
                self.resumes += 1;
                match self.resume(document, show) {
                    Ok(()) => break,
                    // The card did not come back: what is to be told is that it left.
                    Err(Error::Transport(error)) if !is_lost_card(&Error::Transport(error.clone())) => {
                        return Err(lost);
                    }
                    Err(error) => lost = error,
                }
            }
        }
    }

    /// All that is to be read and asked, as far as it is not done yet.
    fn pass(&mut self, plan: &ReadPlan, document: &mut Document, show: &mut Show<'_>) -> Result<(), Error> {
        let mut listed = self.listed(document, show)?;
        let has_terminal = self.session.terminal.is_some();
        for group in &listed {
            let file = FileId::DataGroup(*group);
            let why = match is_biometric(*group) {
                true if !has_terminal => NotRead::NeedsTerminalAuthentication,
                _ if !plan.wants(*group) => NotRead::Plan,
                _ => continue,
            };
            document.put(file, FileState::NotRead(why));
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
            document.chip_authentication = ChipAuthentication::NotMade;
        }
        Ok(())
    }

    /// DG3 or DG4: terminal authentication first. What the chip does not give then is a normal result, not a fault.
    fn fetch_biometric(&mut self, group: DataGroup, document: &mut Document, show: &mut Show<'_>) -> Result<(), Error> {
        let file = FileId::DataGroup(group);
        if document.file(file).is_settled() {
            return Ok(());
        }
        self.terminal_authentication(document, show)?;
        let may_read = match &document.terminal_authentication {
            TerminalAuthentication::Done { rights, .. } if group == DataGroup::DG3 => rights.dg3(),
            TerminalAuthentication::Done { rights, .. } => rights.dg4(),
            _ => false,
        };
        if may_read {
            self.fetch(file, document, show)?;
        }
        if !may_read || matches!(document.file(file), FileState::Refused(_)) {
            document.put(file, FileState::NotRead(NotRead::NeedsTerminalAuthentication));
        }
        Ok(())
    }

    /// EF.SOD, and the data groups that it lists.
    fn listed(&mut self, document: &mut Document, show: &mut Show<'_>) -> Result<Vec<DataGroup>, Error> {
        self.session.channel.phase(Phase::SecurityObject, show)?;
        self.fetch(FileId::Sod, document, show)?;
        let listed: Vec<DataGroup> = match document.file(FileId::Sod).bytes().map(SecurityObject::parse) {
            Some(Ok(sod)) => sod.data_groups().collect(),
            _ => Vec::new(),
        };
        if !listed.is_empty() {
            return Ok(listed);
        }
        // No list that could be believed: what the chip says it has is read all the same, and judged as not covered.
        self.fetch(FileId::Com, document, show)?;
        Ok(match document.file(FileId::Com).bytes().map(Com::parse) {
            Some(Ok(com)) => com.data_groups.unwrap_or_default(),
            _ => Vec::new(),
        })
    }

    /// Reads one file into the document, unless it is known already. An answer too long for chip or reader costs a new
    /// access with shorter ones; an answer that is not under the new keys of chip authentication, a new access without it.
    fn fetch(&mut self, file: FileId, document: &mut Document, show: &mut Show<'_>) -> Result<(), Error> {
        if document.file(file).is_settled() {
            return Ok(());
        }
        loop {
            let read = self.read(file, document, show);
            self.settle_chip(document);
            match read {
                Ok(outcome) => {
                    document.put(file, outcome.into());
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
                    self.chip_settled = is_chip_suspect(document);
                    self.chip_authentication(document, show)?;
                }
                Err(error) if self.chip_unproven.is_some() && ends_session(&error) => {
                    self.reopen(document, show)?;
                    document.chip_authentication = ChipAuthentication::NotUnderNewKeys;
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
                        self.chip_settled = is_chip_suspect(document);
                        self.chip_authentication(document, show)?;
                        self.terminal_authentication(document, show)?;
                    }
                }
                Err(error) => {
                    document.put(file, FileState::CutOff);
                    return Err(error);
                }
            }
        }
    }

    /// An authentic answer, whatever it says and whatever came after it, is one under the new keys of chip authentication.
    fn settle_chip(&mut self, document: &mut Document) {
        if self.session.channel.has_answered_under_its_keys()
            && let Some(proven) = self.chip_unproven.take()
        {
            document.chip_authentication = proven;
        }
    }

    /// The bytes of a file. One in which the line was lost goes on where it stopped, and is taken only by its hash; else
    /// it is read again from its start.
    fn read(&mut self, file: FileId, document: &mut Document, show: &mut Show<'_>) -> Result<Outcome, Error> {
        let during = Step::Read(file);
        let channel = &mut self.session.channel;
        let held = channel.take_partial(file).filter(|held| !held.is_empty() && self.resumes > 0);
        if let (FileId::DataGroup(group), Some(held)) = (file, held)
            && let Some(Outcome::Read(bytes)) = channel.continue_file(file, held, during, show)?
        {
            let sod = document.file(FileId::Sod).bytes().map(SecurityObject::parse);
            if matches!(sod, Some(Ok(sod)) if sod.content().hash_matches(group, &bytes) == Some(true)) {
                document.resumed.push(file);
                return Ok(Outcome::Read(bytes));
            }
        }
        channel.read_file(file, during, show)
    }

    /// Opens the chip anew, from a reset; protected commands are never sent again. What was agreed on and not yet
    /// proven is gone with the old session: an answer under other keys proves nothing.
    fn reopen(&mut self, document: &mut Document, show: &mut Show<'_>) -> Result<(), Error> {
        self.session.channel.reset()?;
        self.enter(document, show)
    }

    /// From a plain channel to an application that can be read, again.
    fn enter(&mut self, document: &mut Document, show: &mut Show<'_>) -> Result<(), Error> {
        self.chip_unproven = None;
        let first = !document.file(FileId::CardSecurity).is_known();
        let Session { channel, door, random, opening, .. } = &mut self.session;
        *opening = door.open(channel, random.as_mut(), first, show)?;
        self.take_opening(document);
        Ok(())
    }

    /// Waits for a lost card and opens it anew. It must be the same card: the same password opens it, and it shows the
    /// EF.SOD that is held. What it proved before, it proves again.
    fn resume(&mut self, document: &mut Document, show: &mut Show<'_>) -> Result<(), Error> {
        let during = Step::Resume;
        let other_card = || Error::Protocol { during, broken: Broken::OtherCard };
        let channel = &mut self.session.channel;
        channel.phase(Phase::Resume, show)?;
        channel.reconnect(self.session.door.options.resume.patience, show)?;
        if matches!(document.chip_authentication, ChipAuthentication::Proven(_)) {
            document.chip_authentication = ChipAuthentication::NotMade;
        }
        self.chip_settled = is_chip_suspect(document);
        match self.enter(document, show) {
            Err(Error::WrongPassword { .. }) => return Err(other_card()),
            other => other?,
        }
        if let Some(held) = document.file(FileId::Sod).bytes() {
            match self.session.channel.read_file(FileId::Sod, during, show)? {
                Outcome::Read(shown) if shown == held => {}
                _ => return Err(other_card()),
            }
        }
        Ok(())
    }

    fn chip_authentication(&mut self, document: &mut Document, show: &mut Show<'_>) -> Result<(), Error> {
        if self.chip_settled {
            return Ok(());
        }
        self.chip_settled = true;
        // The chip has proven a key in PACE already (9303-11 §4.4.3.5). Only a key that DG14 holds too belongs to this
        // document: with any other, the EF.CardSecurity of another chip could stand beside copied files.
        if self.session.terminal.is_none() && document.is_mapping_bound() {
            document.chip_authentication = ChipAuthentication::ShownByMapping;
            return Ok(());
        }
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
            Ok(Agreed::NewKeys { ephemeral }) => {
                self.chip_unproven = Some(ChipAuthentication::Proven(key.suite()));
                self.ephemeral = Some(ephemeral);
            }
            Ok(Agreed::Refused(status)) => document.chip_authentication = ChipAuthentication::Refused(status),
            Err(error) if ends_session(&error) => {
                document.chip_authentication = ChipAuthentication::SessionLost;
                self.reopen(document, show)?;
            }
            Err(error) => {
                self.chip_settled = false;
                return Err(error);
            }
        }
        Ok(())
    }

    /// Shows the chip the terminal's certificates and signature, once in a session (9303-11 §7.1).
    fn terminal_authentication(&mut self, document: &mut Document, show: &mut Show<'_>) -> Result<(), Error> {
        if core::mem::replace(&mut self.terminal_settled, true) {
            return Ok(());
        }
        document.terminal_authentication = TerminalAuthentication::NotMade;
        let dg14 = document.file(FileId::DataGroup(DataGroup::DG14)).bytes().map(Dg14::parse);
        let Some(Ok(dg14)) = dg14 else { return Ok(()) };
        let info = dg14.security_infos.terminal_authentication().filter(|info| info.version == TERMINAL_VERSION);
        let Some(info) = info else { return Ok(()) };
        // Chip authentication comes first; without it there is nothing to bind the signature to.
        let (Some(id_ic), Some(ephemeral)) = (self.session.opening.id_ic.clone(), self.ephemeral.clone()) else {
            return Ok(());
        };
        self.session.channel.phase(Phase::TerminalAuthentication, show)?;
        let made = self.show_terminal(info.cvca_fid, info.cvca_sfi, &id_ic, &ephemeral, show);
        self.settle_chip(document);
        document.terminal_authentication = match made {
            Ok(made) => made,
            Err(error) if ends_session(&error) => {
                let was_unproven = self.chip_unproven.is_some();
                self.reopen(document, show)?;
                // There is no second try in this reading.
                self.terminal_settled = true;
                if was_unproven {
                    document.chip_authentication = ChipAuthentication::NotUnderNewKeys;
                }
                TerminalAuthentication::SessionLost
            }
            Err(error) => return Err(error),
        };
        Ok(())
    }

    /// EF.CVCA, under the identifiers that DG14 states, and the protocol itself.
    fn show_terminal(
        &mut self,
        fid: Option<u16>,
        sfi: Option<u8>,
        id_ic: &[u8],
        ephemeral: &[u8],
        show: &mut Show<'_>,
    ) -> Result<TerminalAuthentication, Error> {
        let Session { channel, terminal, .. } = &mut self.session;
        let Some(terminal) = terminal else { return Ok(TerminalAuthentication::NotMade) };
        let file = FileId::Cvca;
        let outcome = match (fid, sfi) {
            (None, None) => channel.read_file(file, Step::Read(file), show)?,
            _ => channel.read_stated_file(fid, sfi, CVCA_LENGTH, Step::Read(file), show)?,
        };
        let cvca = match &outcome {
            Outcome::Read(bytes) => Cvca::parse(bytes),
            _ => return Ok(TerminalAuthentication::NoTrustPoints),
        };
        let Ok(cvca) = cvca else { return Ok(TerminalAuthentication::NoTrustPoints) };
        let inputs = TerminalInputs { trust_points: &cvca.references, id_ic, ephemeral };
        authenticate(channel, terminal, &inputs, show)
    }

    fn active_authentication(
        &mut self,
        plan: &ReadPlan,
        document: &mut Document,
        show: &mut Show<'_>,
    ) -> Result<(), Error> {
        let again = core::mem::take(&mut self.ask_again);
        if !again && document.active_authentication != ActiveAuthentication::NotMade {
            return Ok(());
        }
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
        let asked = ask(&mut self.session.channel, &key, challenge, plan.challenge_source(), show);
        self.settle_chip(document);
        if self.chip_unproven.take().is_some() && asked.as_ref().is_err_and(ends_session) {
            document.chip_authentication = ChipAuthentication::NotUnderNewKeys;
        }
        // Over a short-only line a long signature comes in parts, which some chips refuse or cut: it is asked for last,
        // where that does no harm.
        let is_long = matches!(&key, PublicKey::Rsa(key) if key.modulus_len() > SHORT_ANSWER);
        let may_be_cut = is_long && !self.session.limits().is_extended();
        let was_collected = self.session.channel.answer_came_in_parts();
        document.active_authentication = match asked {
            Ok(answer) => answer,
            Err(Error::Protocol { broken: Broken::Unprotected(StatusWord(0x9000 | 0x6700)), .. }) if is_long => {
                ActiveAuthentication::SessionLost
            }
            // A chip that answers a naked refusal has refused: a clone does.
            Err(Error::Protocol { broken: Broken::Unprotected(status), .. }) if !may_be_cut || !was_collected => {
                ActiveAuthentication::Refused(status)
            }
            Err(Error::Protocol { broken: Broken::BadResponse | Broken::Unprotected(_), .. }) if may_be_cut => {
                ActiveAuthentication::SessionLost
            }
            Err(error) => {
                document.active_authentication = ActiveAuthentication::SessionLost;
                // A challenge of the caller's is never used twice: somebody may have the answer to it.
                self.ask_again = is_lost_card(&error) && plan.challenge.is_none();
                return Err(error);
            }
        };
        Ok(())
    }

    fn fresh_challenge(&mut self) -> Result<[u8; 8], Error> {
        let mut challenge = [0; 8];
        let filled = self.session.random.fill(&mut challenge);
        filled.map_err(|_| Error::Protocol { during: Step::ActiveAuthentication, broken: Broken::Crypto })?;
        Ok(challenge)
    }
}

/// Whether a data group stands behind terminal authentication.
fn is_biometric(group: DataGroup) -> bool {
    matches!(group, DataGroup::DG3 | DataGroup::DG4)
}

/// Whether chip authentication was refused, lost or impossible: then it is not made again.
fn is_chip_suspect(document: &Document) -> bool {
    !matches!(document.chip_authentication, ChipAuthentication::NotMade | ChipAuthentication::Proven(_))
}

/// Whether the card, the reader or the service was lost, and may come back.
fn is_lost_card(error: &Error) -> bool {
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

/// Hands out what fills a form while the large images are still to come: its hash matches EF.SOD, the issuer is not
/// judged.
fn offer(file: FileId, document: &Document, show: &mut Show<'_>) -> Result<(), Error> {
    let FileId::DataGroup(group) = file else { return Ok(()) };
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
