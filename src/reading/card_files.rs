//! The files that are read before access is granted, and the selection of the application.

use crate::channel::{Channel, Limits, Outcome, is_selected};
use crate::document::LengthRecord;
use crate::error::{Error, Step};
use crate::event::{Phase, Show};
use crate::iso7816::instruction::EMRTD_AID;
use crate::iso7816::{Command, StatusWord};
use crate::lds::{AtrInfo, CardCapabilities, Dir, FileId};

/// SELECT of the eMRTD application, protected where the channel is.
pub(super) fn select_application(channel: &mut Channel, show: &mut Show<'_>) -> Result<(), Error> {
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
pub(super) fn read_dir(channel: &mut Channel, show: &mut Show<'_>) -> Result<Option<Dir>, Error> {
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
pub(super) fn read_card_access(channel: &mut Channel, show: &mut Show<'_>) -> Result<Option<Vec<u8>>, Error> {
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
pub(super) fn read_limits(channel: &mut Channel, show: &mut Show<'_>) -> Result<(Limits, LengthRecord), Error> {
    let file = FileId::AtrInfo;
    let answer = channel.read_start(file, SHORT_ANSWER, Step::ReadAtrInfo, show)?;
    let file =
        if answer.status.is_success_or_warning() { Ok(AtrInfo::parse(&answer.data)) } else { Err(answer.status) };
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
