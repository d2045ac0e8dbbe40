//! The files of the chip: what is known of each.

use crate::channel::FileOutcome;
use crate::crypto::DigestAlgorithm;
use crate::iso7816::StatusWord;
use crate::lds::{DataGroup, FileId};
use std::collections::BTreeMap;
use zeroize::Zeroize;

/// What is known of a file.
#[derive(PartialEq, Eq)]
pub enum FileState {
    /// Its bytes, cut by the length in its header.
    Read(Vec<u8>),
    /// The chip says that it does not have it.
    Absent(StatusWord),
    /// The chip refuses it.
    Refused(StatusWord),
    /// The reading was cut off in it.
    CutOff,
    /// It was not asked for.
    NotRead(NotRead),
    /// It was read, and removed from the evidence later; what is left of it are its hashes.
    Removed(Vec<(DigestAlgorithm, Vec<u8>)>),
    /// Nothing is known of it: it is not among the files.
    Unknown,
}

/// Why a file was not asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotRead {
    /// The plan left it out.
    Plan,
    /// It requires terminal authentication.
    NeedsTerminalAuthentication,
}

impl NotRead {
    /// The code in the JSON output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::NeedsTerminalAuthentication => "needs_terminal_authentication",
        }
    }
}

impl FileState {
    /// The bytes, where it was read.
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Read(bytes) => Some(bytes),
            _ => None,
        }
    }

    pub(crate) fn is_known(&self) -> bool {
        !matches!(self, Self::Unknown)
    }

    /// Whether it need not be asked for again.
    pub(crate) fn is_final(&self) -> bool {
        !matches!(self, Self::Unknown | Self::CutOff)
    }
}

impl core::fmt::Debug for FileState {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Read(bytes) => write!(f, "Read({} bytes)", bytes.len()),
            Self::Absent(status) => write!(f, "Absent({status})"),
            Self::Refused(status) => write!(f, "Refused({status})"),
            Self::CutOff => f.write_str("CutOff"),
            Self::NotRead(why) => write!(f, "NotRead({why:?})"),
            Self::Removed(_) => f.write_str("Removed"),
            Self::Unknown => f.write_str("Unknown"),
        }
    }
}

impl Drop for FileState {
    fn drop(&mut self) {
        if let Self::Read(bytes) = self {
            bytes.zeroize();
        }
    }
}

impl From<FileOutcome> for FileState {
    fn from(outcome: FileOutcome) -> Self {
        match outcome {
            FileOutcome::Read(bytes) => Self::Read(bytes),
            FileOutcome::Absent(status) => Self::Absent(status),
            FileOutcome::Refused(status) => Self::Refused(status),
        }
    }
}

/// The files of a document, each with its state.
#[derive(Debug, Default)]
pub(crate) struct Files {
    states: BTreeMap<FileId, FileState>,
    /// Files that were read in two parts, before and after the card was lost.
    resumed: Vec<FileId>,
    is_cut_off: bool,
}

static UNKNOWN: FileState = FileState::Unknown;

impl Files {
    /// What is known of a file.
    pub(crate) fn state(&self, file: FileId) -> &FileState {
        self.states.get(&file).unwrap_or(&UNKNOWN)
    }

    /// The bytes of a file that was read.
    pub(crate) fn bytes(&self, file: FileId) -> Option<&[u8]> {
        self.state(file).bytes()
    }

    /// The bytes of a data group that was read.
    pub(crate) fn group(&self, group: DataGroup) -> Option<&[u8]> {
        self.bytes(FileId::DataGroup(group))
    }

    /// The files of which something is known.
    pub(crate) fn known(&self) -> impl Iterator<Item = (FileId, &FileState)> {
        self.states.iter().map(|(file, state)| (*file, state))
    }

    /// The files that were removed from the evidence that the document comes from.
    pub(crate) fn removed(&self) -> impl Iterator<Item = FileId> {
        self.known().filter(|(_, state)| matches!(state, FileState::Removed(_))).map(|(file, _)| file)
    }

    pub(crate) fn put(&mut self, file: FileId, state: FileState) {
        self.states.insert(file, state);
    }

    /// Files that were read in two parts.
    pub(crate) fn resumed(&self) -> &[FileId] {
        &self.resumed
    }

    pub(crate) fn add_resumed(&mut self, files: impl IntoIterator<Item = FileId>) {
        self.resumed.extend(files);
    }

    /// Whether the reading ended before its plan was carried out.
    pub(crate) fn is_cut_off(&self) -> bool {
        self.is_cut_off
    }

    pub(crate) fn cut_off(&mut self) {
        self.is_cut_off = true;
    }
}
