//! A proof of the chip whose key file was not read.

use super::context::Context;
use crate::checks::{Check, CheckId, Reason, State};
use crate::document::FileState;
use crate::lds::{DataGroup, FileId};

/// The check of a due proof whose key could not be had: hashed but absent or refused is the chip's failure, cut off is not.
/// `failure`: how the proof is recorded to have failed; it stays failed where the file with its key was taken away.
pub(super) fn unread(context: &Context<'_>, id: CheckId, group: DataGroup, failure: Option<Reason>) -> Check {
    let missing = |other| Check::undetermined(id, context.missing(group).unwrap_or(other));
    let check = match context.values.files.state(FileId::DataGroup(group)) {
        FileState::Absent(_) | FileState::Refused(_) => Check::failed(id, Reason::Missing),
        FileState::CutOff => Check::new(id, State::Aborted, Some(Reason::CutOff)),
        FileState::Removed(_) => missing(Reason::Removed),
        _ => missing(Reason::NotRead),
    };
    let check = check.comparing(format!("EF.{group}"));
    match failure {
        Some(reason) if check.state != State::Failed => Check { state: State::Failed, reason: Some(reason), ..check },
        _ => check,
    }
}
