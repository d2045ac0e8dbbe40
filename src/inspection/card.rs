//! A connected card, and how it is opened.

use super::document::{FileState, LengthRecord};
use super::session::Session;
use crate::access::{
    AccessProtocol, AccessRecord, ChipMapping, Offer, Opened, Password, PasswordKind, Suite, basic_access_control,
    choose, password_authenticated_connection_establishment,
};
use crate::bounds::BOUNDS;
use crate::channel::{Budget, Channel, Limits, Outcome, ends_session, is_selected};
use crate::crypto::{Cipher, OsRandom, Random};
use crate::error::{Broken, Error, Place, Step, TransportError};
use crate::event::{Phase, Show};
use crate::iso7816::instruction::EMRTD_AID;
use crate::iso7816::{Command, StatusWord};
use crate::lds::{AtrInfo, CardCapabilities, Dir, FileId, Mapping, SecurityInfos};
use crate::transport::Transport;
use std::time::Duration;

/// A card in a reader; no access yet.
pub struct Card {
    channel: Channel,
    random: Box<dyn Random>,
    options: Options,
    hint: Option<Limits>,
    /// An access protocol was begun: the next try starts from a reset.
    used: bool,
}

/// What a caller may change about opening a card.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// Try BAC, after a reset, where PACE was offered and failed. It stands in the report. Default: no.
    pub allow_bac_after_pace: bool,
    /// What a card may cost.
    pub budget: Budget,
    /// What is done when the card is lost in the middle of a reading.
    pub resume: Resume,
    /// Read EF.CardSecurity after PACE also where no chip authentication mapping asks for it: EF.CardAccess can then be
    /// compared with it where DG14 holds no PACEInfo. Default: no, it costs an exchange or more.
    pub card_security: bool,
}

/// What is done when the card is lost in the middle of a reading: it is waited for, opened anew, and read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resume {
    /// How often, in one reading; 0 ends the reading at once.
    pub attempts: u32,
    /// How long the card may stay away, each time.
    pub patience: Duration,
}

impl Default for Resume {
    /// Twice, ten seconds each.
    fn default() -> Self {
        Self { attempts: BOUNDS.resumes, patience: Duration::from_secs(10) }
    }
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
            Ok((door, opening)) => Ok(Session::new(self.channel, self.random, door, opening)),
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

    fn try_open(&mut self, password: &Password, show: &mut Show<'_>) -> Result<(Door, Opening), Error> {
        self.begin()?;
        self.channel.phase(Phase::CardAccess, show)?;
        let card_access = read_card_access(&mut self.channel, show)?;
        let (limits, lengths) = match self.hint {
            Some(hint) => (hint, None),
            None => read_limits(&mut self.channel, show).map(|(limits, lengths)| (limits, Some(lengths)))?,
        };
        self.channel.set_limits(limits);
        self.channel.phase(Phase::AccessControl, show)?;
        let door = Door { password: password.duplicate(), options: self.options, card_access, lengths };
        let opening = door.open(&mut self.channel, self.random.as_mut(), true, show)?;
        Ok((door, opening))
    }
}

/// What opening the chip gave.
pub(crate) struct Opening {
    pub(crate) access: AccessRecord,
    /// How terminal authentication names the chip: its ephemeral key of PACE, or the document number of BAC.
    pub(crate) id_ic: Option<Vec<u8>>,
    /// The reader's ephemeral key of PACE, compressed.
    pub(crate) ephemeral: Option<Vec<u8>>,
    /// What the chip showed of itself in PACE.
    pub(crate) chip_mapping: Option<ChipMapping>,
    /// EF.CardSecurity, where it was asked for.
    pub(crate) card_security: Option<FileState>,
    /// How often access was opened anew because of too long an answer.
    pub(crate) restarts: u32,
}

/// What opening the chip needs, kept so that a lost session can be opened again.
pub(crate) struct Door {
    pub(crate) password: Password,
    pub(crate) options: Options,
    /// EF.CardAccess as it was read; `None` where the chip says that it has none.
    pub(crate) card_access: Option<Vec<u8>>,
    /// What the chip says of lengths, where it was asked.
    pub(crate) lengths: Option<LengthRecord>,
}

impl Door {
    /// From a plain channel to an application that can be read. `first`: EF.CardSecurity is not held yet.
    pub(crate) fn open(
        &self,
        channel: &mut Channel,
        random: &mut dyn Random,
        first: bool,
        show: &mut Show<'_>,
    ) -> Result<Opening, Error> {
        let infos = match &self.card_access {
            Some(bytes) => {
                let file = FileId::CardAccess;
                Some(SecurityInfos::parse(file, bytes).map_err(|error| Error::malformed(file, error))?)
            }
            None => None,
        };
        let (offered, suite) = infos.as_ref().map(choose).unwrap_or_default();
        if !infos.as_ref().is_some_and(SecurityInfos::offers_pace) {
            return self.open_without_pace(channel, offered, false, random, show);
        }
        let failure = match suite {
            Some(suite) => match self.open_with_pace(channel, &suite, &offered, random, first, show) {
                Err(error @ (Error::Refused { .. } | Error::Protocol { .. })) => error,
                other => return other,
            },
            None => Error::Unsupported("every PACE suite that the chip offers"),
        };
        // Fail-closed: BAC after PACE only by the caller's own word, after a reset, and on record (9303-11 §4.2).
        if self.options.allow_bac_after_pace && self.password.bac_seed().is_some() {
            channel.reset()?;
            let opening = self.open_without_pace(channel, offered, true, random, show)?;
            // The word was for BAC, not for no access control at all.
            if opening.access.protocol == AccessProtocol::Bac {
                return Ok(opening);
            }
        }
        Err(failure)
    }

    fn open_with_pace(
        &self,
        channel: &mut Channel,
        suite: &Suite,
        offered: &[Offer],
        random: &mut dyn Random,
        first: bool,
        show: &mut Show<'_>,
    ) -> Result<Opening, Error> {
        let mut kinds = self.password.pace_kinds().peekable();
        if kinds.peek().is_none() {
            return Err(Error::PasswordNeeded("the CAN or the MRZ"));
        }
        while let Some(kind) = kinds.next() {
            let pace =
                password_authenticated_connection_establishment(channel, suite, kind, &self.password, random, show);
            match pace {
                Ok(opened) => {
                    // Where the mapping shows the chip, what it shows is judged by EF.CardSecurity (9303-11 §4.4.3.5).
                    let is_wanted = suite.mapping == Mapping::ChipAuthentication || self.options.card_security;
                    let (opened, card_security, restarts) = match first && is_wanted {
                        true => self.read_card_security(channel, suite, kind, opened, random, show)?,
                        false => (opened, None, 0),
                    };
                    select_application(channel, show)?;
                    let access = AccessRecord {
                        protocol: AccessProtocol::Pace(*suite),
                        password: Some(kind),
                        cipher: Some(suite.cipher),
                        downgraded: false,
                        other_set_at_form: opened.form.is_other(),
                        offered: offered.to_vec(),
                    };
                    return Ok(Opening {
                        access,
                        id_ic: Some(opened.id_ic),
                        ephemeral: Some(opened.ephemeral),
                        chip_mapping: opened.chip_mapping,
                        card_security,
                        restarts,
                    });
                }
                // The other password of the two that were given, once, after a reset.
                Err(Error::WrongPassword { .. } | Error::PasswordBlocked(_)) if kinds.peek().is_some() => {
                    channel.reset()?;
                }
                Err(error) => return Err(error),
            }
        }
        Err(Error::PasswordNeeded("the CAN or the MRZ"))
    }

    /// EF.CardSecurity, in the master file, before the application is selected. A chip that ends the session over it is
    /// opened anew: for a shorter answer where the length may be at fault, else without the file.
    fn read_card_security(
        &self,
        channel: &mut Channel,
        suite: &Suite,
        kind: PasswordKind,
        mut opened: Opened,
        random: &mut dyn Random,
        show: &mut Show<'_>,
    ) -> Result<(Opened, Option<FileState>, u32), Error> {
        let file = FileId::CardSecurity;
        let mut restarts = 0;
        loop {
            let error = match channel.read_file(file, Step::Read(file), show) {
                Ok(outcome) => return Ok((opened, Some(outcome.into()), restarts)),
                Err(error) => error,
            };
            let is_length = channel.is_length_fault(&error);
            if restarts == BOUNDS.restarts || !(is_length || ends_session(&error)) {
                return Err(error);
            }
            restarts += 1;
            let shorter = is_length && channel.lower_read_length(restarts == BOUNDS.restarts);
            channel.reset()?;
            opened =
                password_authenticated_connection_establishment(channel, suite, kind, &self.password, random, show)?;
            if !shorter {
                let status = match error {
                    Error::Protocol { broken: Broken::Unprotected(status), .. } => status,
                    _ => StatusWord::NO_DIAGNOSIS,
                };
                return Ok((opened, Some(FileState::Refused(status)), restarts));
            }
        }
    }

    fn open_without_pace(
        &self,
        channel: &mut Channel,
        offered: Vec<Offer>,
        downgraded: bool,
        random: &mut dyn Random,
        show: &mut Show<'_>,
    ) -> Result<Opening, Error> {
        select_application(channel, show)?;
        let opening = |protocol, password, cipher, id_ic| Opening {
            access: AccessRecord { protocol, password, cipher, downgraded, other_set_at_form: false, offered },
            id_ic,
            ephemeral: None,
            chip_mapping: None,
            card_security: None,
            restarts: 0,
        };
        let has_key = self.password.bac_seed().is_some();
        if has_key && basic_access_control(channel, &self.password, random, show)?.is_some() {
            let (kind, cipher) = (Some(PasswordKind::Mrz), Some(Cipher::TripleDes));
            return Ok(opening(AccessProtocol::Bac, kind, cipher, self.password.document_number()));
        }
        // A chip without access control gives EF.COM to anyone (9303-11 §4.1).
        let during = Step::Read(FileId::Com);
        let probe = channel.read_start(FileId::Com, 4, during, show)?;
        match probe.status {
            status if status.is_success_or_warning() => Ok(opening(AccessProtocol::None, None, None, None)),
            StatusWord::NOT_FOUND => Ok(opening(AccessProtocol::None, None, None, None)),
            status if has_key => Err(Error::Refused { during: Step::Bac, status }),
            _ => Err(Error::PasswordNeeded("the MRZ")),
        }
    }
}

/// SELECT of the eMRTD application, protected where the channel is.
fn select_application(channel: &mut Channel, show: &mut Show<'_>) -> Result<(), Error> {
    let during = Step::SelectApplication;
    channel.phase(Phase::SelectApplication, show)?;
    channel.forget_folder();
    let status = channel.send(&Command::select_application(&EMRTD_AID), during, show)?.status;
    match status {
        status if is_selected(status) => Ok(()),
        StatusWord::NOT_FOUND => Err(Error::NoApplication { status, others: read_dir(channel, show)? }),
        status => Err(Error::Refused { during, status }),
    }
}

/// EF.DIR, in the master file; `None` where the chip does not give it.
fn read_dir(channel: &mut Channel, show: &mut Show<'_>) -> Result<Option<Dir>, Error> {
    let file = FileId::Dir;
    match channel.read_file(file, Step::Read(file), show) {
        Ok(Outcome::Read(bytes)) => Ok(Some(Dir::parse(&bytes))),
        Err(error @ (Error::Transport(_) | Error::Cancelled)) => Err(error),
        _ => Ok(None),
    }
}

/// EF.CardAccess, or `None` where the chip says, to the short identifier and to SELECT by FID, that it has none: 6A82 or
/// 6A88 to both, and nothing else.
///
/// 6982 means that the application is selected: reset, and once more. The master file is selected only where nothing
/// else works, and its refusal means nothing.
fn read_card_access(channel: &mut Channel, show: &mut Show<'_>) -> Result<Option<Vec<u8>>, Error> {
    let during = Step::ReadCardAccess;
    let file = FileId::CardAccess;
    let mut outcome = read_or_refused(channel, show)?;
    if outcome == Outcome::Refused(StatusWord::SECURITY_STATUS) {
        channel.reset()?;
        outcome = read_or_refused(channel, show)?;
    }
    if matches!(outcome, Outcome::Refused(_)) {
        channel.send(&Command::select_master_file(), during, show)?;
        outcome = match channel.read_file(file, during, show)? {
            // What the chip said before SELECT of the master file still stands.
            Outcome::Absent(_) => outcome,
            other => other,
        };
    }
    match outcome {
        Outcome::Read(bytes) => Ok(Some(bytes)),
        Outcome::Absent(_) => Ok(None),
        Outcome::Refused(status) => Err(Error::Refused { during, status }),
    }
}

/// Reads EF.CardAccess; its absence is believed only where the short identifier was not found either.
fn read_or_refused(channel: &mut Channel, show: &mut Show<'_>) -> Result<Outcome, Error> {
    let outcome = channel.read_file(FileId::CardAccess, Step::ReadCardAccess, show)?;
    let is_not_found = |status| matches!(status, StatusWord::NOT_FOUND | StatusWord::REFERENCE_NOT_FOUND);
    match (&outcome, channel.short_id_status()) {
        (Outcome::Absent(_), Some(status)) if !is_not_found(status) => Ok(Outcome::Refused(status)),
        (Outcome::Refused(_), Some(StatusWord::SECURITY_STATUS)) => Ok(Outcome::Refused(StatusWord::SECURITY_STATUS)),
        _ => Ok(outcome),
    }
}

/// The lengths of EF.ATR/INFO (one exchange); else what the historical bytes say; else short. Also what was said.
fn read_limits(channel: &mut Channel, show: &mut Show<'_>) -> Result<(Limits, LengthRecord), Error> {
    let file = FileId::AtrInfo;
    let answer = channel.read_start(file, SHORT_ANSWER, Step::ReadAtrInfo, show)?;
    let file = match answer.status.is_success_or_warning() {
        true => Ok(AtrInfo::parse(&answer.data)),
        false => Err(answer.status),
    };
    let historical = CardCapabilities::from_atr(channel.link().atr());
    let limits = match file.as_ref().ok().and_then(|file| file.extended_length) {
        Some(says) => {
            let bytes = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
            Limits::new(bytes(says.max_command), bytes(says.max_response))
        }
        None if historical.is_some_and(|can| can.extended_length) => Limits::new(FIRST_TRY, FIRST_TRY),
        None => Limits::SHORT,
    };
    Ok((limits, LengthRecord { announced: historical.is_some_and(|can| can.extended_length_info), file }))
}

/// The most data bytes of an answer in the short form.
const SHORT_ANSWER: u32 = 256;

/// The length to try first where a chip says that it can, but not how much (design: 4 096, then down the ladder).
const FIRST_TRY: usize = 4096;
