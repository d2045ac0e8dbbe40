//! A connected card, and how it is opened.

use super::application::select_application;
use super::options::Options;
use crate::access::{
    AccessProtocol, AccessRecord, ChipMapping, Offer, Opened, Password, PasswordKind, Suite, basic_access_control,
    choose, password_authenticated_connection_establishment,
};
use crate::bounds::BOUNDS;
use crate::channel::{Channel, ends_session};
use crate::crypto::{Cipher, Random};
use crate::document::{FileState, LengthRecord};
use crate::error::{Broken, Error, NeededPassword, Step};
use crate::event::Show;
use crate::iso7816::StatusWord;
use crate::lds::{FileId, Mapping, SecurityInfos};

/// What opening the chip gave.
pub(crate) struct AccessGranted {
    pub(crate) access: AccessRecord,
    /// How terminal authentication names the chip: its ephemeral key of PACE, or the document number of BAC.
    pub(crate) id_ic: Option<Vec<u8>>,
    /// The reader's ephemeral key of PACE, compressed.
    pub(crate) ephemeral: Option<Vec<u8>>,
    /// What the chip showed of itself in PACE.
    pub(crate) chip_mapping: Option<ChipMapping>,
    /// EF.CardSecurity, where it was asked for.
    pub(crate) card_security: Option<FileState>,
    /// How often access was opened again because an answer was too long.
    pub(crate) restarts: u32,
}

/// What opening the chip needs, kept so that a lost session can be opened again.
pub(crate) struct Opener {
    pub(crate) password: Password,
    pub(crate) options: Options,
    /// EF.CardAccess as it was read; `None` where the chip says that it has none.
    pub(crate) card_access: Option<Vec<u8>>,
    /// What the chip says of lengths, where it was asked.
    pub(crate) lengths: Option<LengthRecord>,
}

impl Opener {
    /// From a plain channel to an application that can be read. `first`: EF.CardSecurity is not held yet.
    pub(crate) fn open(
        &self,
        channel: &mut Channel,
        random: &mut dyn Random,
        first: bool,
        show: &mut Show<'_>,
    ) -> Result<AccessGranted, Error> {
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
    ) -> Result<AccessGranted, Error> {
        let mut kinds = self.password.pace_kinds().peekable();
        if kinds.peek().is_none() {
            return Err(Error::PasswordNeeded(NeededPassword::CanOrMrz));
        }
        while let Some(kind) = kinds.next() {
            let pace =
                password_authenticated_connection_establishment(channel, suite, kind, &self.password, random, show);
            match pace {
                Ok(opened) => {
                    // Where the mapping shows the chip, what it shows is judged by EF.CardSecurity (9303-11 §4.4.3.5).
                    let is_wanted = suite.mapping == Mapping::ChipAuthentication || self.options.card_security;
                    let (opened, card_security, restarts) = if first && is_wanted {
                        self.read_card_security(channel, suite, kind, opened, random, show)?
                    } else {
                        (opened, None, 0)
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
                    return Ok(AccessGranted {
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
        Err(Error::PasswordNeeded(NeededPassword::CanOrMrz))
    }

    /// EF.CardSecurity, in the master file, before the application is selected. A chip that ends the session over it is
    /// opened again: for a shorter answer where the length may be at fault, else without the file.
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
    ) -> Result<AccessGranted, Error> {
        select_application(channel, show)?;
        let opening = |protocol, password, cipher, id_ic| AccessGranted {
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
            _ => Err(Error::PasswordNeeded(NeededPassword::Mrz)),
        }
    }
}
