//! Reads EF.CardAccess, and decides whether the chip has it.

use crate::channel::{Channel, FileOutcome};
use crate::error::{Error, Step};
use crate::event::Show;
use crate::iso7816::{Command, StatusWord};
use crate::lds::FileId;

/// EF.CardAccess, or `None` where the chip says, to the short identifier and to SELECT by FID, that it has none: 6A82 or
/// 6A88 to both, and nothing else.
///
/// 6982 means that the application is selected: reset, and once more. The master file is selected only where nothing
/// else works, and its refusal means nothing.
pub(super) fn read_card_access(channel: &mut Channel, show: &mut Show<'_>) -> Result<Option<Vec<u8>>, Error> {
    let during = Step::ReadCardAccess;
    let file = FileId::CardAccess;
    let mut outcome = read_or_refused(channel, show)?;
    if outcome == FileOutcome::Refused(StatusWord::SECURITY_STATUS) {
        channel.reset()?;
        outcome = read_or_refused(channel, show)?;
    }
    if matches!(outcome, FileOutcome::Refused(_)) {
        channel.send(&Command::select_master_file(), during, show)?;
        outcome = match channel.read_file(file, during, show)? {
            // What the chip said before SELECT of the master file still stands.
            FileOutcome::Absent(_) => outcome,
            other => other,
        };
    }
    match outcome {
        FileOutcome::Read(bytes) => Ok(Some(bytes)),
        FileOutcome::Absent(_) => Ok(None),
        FileOutcome::Refused(status) => Err(Error::Refused { during, status }),
    }
}

/// Reads EF.CardAccess; its absence is believed only where the short identifier was not found either.
fn read_or_refused(channel: &mut Channel, show: &mut Show<'_>) -> Result<FileOutcome, Error> {
    let outcome = channel.read_file(FileId::CardAccess, Step::ReadCardAccess, show)?;
    let is_not_found = |status| matches!(status, StatusWord::NOT_FOUND | StatusWord::REFERENCE_NOT_FOUND);
    match (&outcome, channel.short_id_status()) {
        (FileOutcome::Absent(_), Some(status)) if !is_not_found(status) => Ok(FileOutcome::Refused(status)),
        (FileOutcome::Refused(_), Some(StatusWord::SECURITY_STATUS)) => {
            Ok(FileOutcome::Refused(StatusWord::SECURITY_STATUS))
        }
        _ => Ok(outcome),
    }
}
