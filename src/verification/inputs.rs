//! The inputs of passive authentication, and what EF.CardSecurity is worth.

use super::attested::Attested;
use super::values::Values;
use crate::checks::{Check, CheckId, Reason, State, Tolerances};
use crate::document::{FileState, Files, NotRead, Origin, Scope};
use crate::lds::{DataGroup, FileId, Mrz};
use crate::passive_authentication::{self as pa, Inputs};
use crate::trust::TrustStore;
use std::collections::BTreeMap;
use time::OffsetDateTime;

/// What passive authentication judges of the document, and with what.
pub(super) fn inputs<'a>(
    origin: Origin,
    scope: &Scope,
    values: &'a Values<'a>,
    attested: &Attested<'_>,
    trust: &'a TrustStore,
    at: OffsetDateTime,
    tolerances: &Tolerances,
) -> Inputs<'a> {
    let files: BTreeMap<_, _> = DataGroup::all()
        .filter_map(|group| Some((group, group_state(values.files, origin, scope, attested, group)?)))
        .collect();
    let sod = match (values.files.state(FileId::Sod), origin) {
        (FileState::Unknown, Origin::Files | Origin::Evidence) => pa::InputFile::NotHeld(&[]),
        (file, _) => state(file).unwrap_or(pa::InputFile::NotRead),
    };
    Inputs {
        sod,
        files,
        trust,
        at,
        issued: values.issued(),
        issuing_state: values.mrz().map(Mrz::issuing_state),
        presumed_state: values.national_files().presumed_state(),
        document_code: values.mrz().map(Mrz::document_code),
        tolerances: *tolerances,
    }
}

/// What EF.CardSecurity is worth.
pub(super) fn card_security(values: &Values<'_>, inputs: &Inputs<'_>) -> Check {
    let id = CheckId::AccessCardSecurity;
    match &values.card_security {
        Some(Ok(file)) => pa::card_security(file, inputs),
        Some(Err(error)) => Check::failed(id, Reason::Malformed).comparing(error.to_string()),
        None => match values.files.state(FileId::CardSecurity) {
            FileState::Absent(_) => Check::new(id, State::NotSupported, Some(Reason::NotPresent)),
            FileState::Refused(_) => Check::undetermined(id, Reason::Refused),
            FileState::CutOff => Check::new(id, State::Aborted, Some(Reason::CutOff)),
            _ => Check::new(id, State::NotSupported, Some(Reason::NotRead)),
        },
    }
}

/// What became of a data group. In a stored document a file may be missing because it was never read, was not saved, or
/// was taken away by whoever can write the document. That it was read and matched, or left out by a plan, counts only where
/// a reader that the caller trusts attests it; that the archive does not keep it, only where the caller states it.
///
/// DG3 and DG4 can be read by authorities alone: that they are missing is expected.
fn group_state<'a>(
    files: &'a Files,
    origin: Origin,
    scope: &Scope,
    attested: &Attested<'_>,
    group: DataGroup,
) -> Option<pa::InputFile<'a>> {
    let file = files.state(FileId::DataGroup(group));
    if origin == Origin::Card || [DataGroup::DG3, DataGroup::DG4].contains(&group) {
        return state(file);
    }
    let hashes: &[_] = match file {
        FileState::Removed(_) if attested.saw_match(group) => return state(file),
        FileState::NotRead(_) if attested.is_trusted() => return state(file),
        FileState::Removed(hashes) => hashes,
        FileState::NotRead(_) | FileState::Unknown => &[],
        _ => return state(file),
    };
    let is_kept = scope.kept().contains(group);
    Some(if is_kept { pa::InputFile::NotHeld(hashes) } else { pa::InputFile::NotKept(hashes) })
}

fn state(file: &FileState) -> Option<pa::InputFile<'_>> {
    Some(match file {
        FileState::Read(bytes) => pa::InputFile::Read(bytes),
        FileState::Absent(_) => pa::InputFile::Absent,
        FileState::Refused(_) => pa::InputFile::Refused,
        FileState::CutOff => pa::InputFile::CutOff,
        FileState::NotRead(NotRead::Plan) => pa::InputFile::NotRead,
        FileState::NotRead(NotRead::NeedsTerminalAuthentication) => pa::InputFile::NeedsTerminalAuthentication,
        FileState::Removed(hashes) => pa::InputFile::Removed(hashes),
        FileState::Unknown => return None,
    })
}
