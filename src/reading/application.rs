//! Selects the eMRTD application, and reads EF.DIR where the chip has none.

use crate::channel::{Channel, FileOutcome, is_selected};
use crate::error::{Error, Step};
use crate::event::{Phase, Show};
use crate::iso7816::instruction::EMRTD_AID;
use crate::iso7816::{Command, StatusWord};
use crate::lds::{Dir, FileId};

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
        Ok(FileOutcome::Read(bytes)) => Ok(Some(Dir::parse(&bytes))),
        Err(error @ (Error::Transport(_) | Error::Cancelled)) => Err(error),
        _ => Ok(None),
    }
}
