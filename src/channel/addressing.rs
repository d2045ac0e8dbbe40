//! How the files of the current folder are addressed, as far as the card has shown it.

use crate::iso7816::StatusWord;

/// Which identifiers and which READ BINARY the card takes.
#[derive(Default)]
pub(super) struct Addressing {
    by_fid: bool,
    odd_only: bool,
    header_first: bool,
    short_id_status: Option<StatusWord>,
}

impl Addressing {
    /// The card was reset.
    pub(super) fn restart(&mut self) {
        self.by_fid = false;
    }

    /// Another folder is selected: what was learnt of short identifiers and of READ BINARY no longer holds.
    pub(super) fn forget_folder(&mut self) {
        self.by_fid = false;
        self.odd_only = false;
    }

    /// Short file identifiers are refused: files are selected by their file identifiers.
    pub(super) fn is_by_fid(&self) -> bool {
        self.by_fid
    }

    pub(super) fn set_by_fid(&mut self) {
        self.by_fid = true;
    }

    /// Only the odd READ BINARY works.
    pub(super) fn is_odd_only(&self) -> bool {
        self.odd_only
    }

    pub(super) fn set_odd_only(&mut self) {
        self.odd_only = true;
    }

    /// Nothing beyond the end of a file is given: its header is read first.
    pub(super) fn is_header_first(&self) -> bool {
        self.header_first
    }

    pub(super) fn set_header_first(&mut self) {
        self.header_first = true;
    }

    /// The status by which the last file's short identifier was refused.
    pub(super) fn short_id_status(&self) -> Option<StatusWord> {
        self.short_id_status
    }

    pub(super) fn set_short_id_status(&mut self, status: Option<StatusWord>) {
        self.short_id_status = status;
    }
}
