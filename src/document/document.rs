//! A document as read: files, how the chip was opened, its proofs. No card, no I/O, no judgement.
//!
//! It can be built without a card, from stored files: verifying is the same call, years later.

use super::attestation::Attestation;
use super::chip_proofs::ChipProofs;
use super::claims::Claims;
use super::cost::Cost;
use super::files::{FileState, Files, NotRead};
use super::online_record::OnlineRecord;
use super::opening::Opening;
use super::operator::{SuppliedClaims, SuppliedStatements};
use super::scope::{KeptGroups, Scope};
use super::statements::Statements;
use crate::access::AccessRecord;
use crate::channel::Limits;
use crate::chip::{ActiveAuthentication, ChipAuthentication, TerminalAuthentication};
use crate::lds::FileId;
use std::time::Duration;

/// Where a document comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A card, in this run of the program.
    Card,
    /// Stored files.
    Files,
    /// Evidence: the files, and what the reader that held the card attests of the rest.
    Evidence,
}

/// A document as read.
pub struct Document {
    origin: Origin,
    pub(crate) files: Files,
    pub(crate) opening: Opening,
    pub(crate) proofs: ChipProofs,
    pub(crate) claims: SuppliedClaims,
    pub(crate) statements: SuppliedStatements,
    pub(crate) scope: Scope,
    pub(crate) cost: Cost,
    /// What was asked online, and the answer.
    pub(crate) online: Option<Box<OnlineRecord>>,
    /// What the reader attests, in a document from evidence.
    pub(crate) attestation: Option<Box<Attestation>>,
}

/// `Debug` output omits the contents of the files.
impl core::fmt::Debug for Document {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Document({:?}, {:?})", self.origin, self.files)
    }
}

impl Document {
    pub(crate) fn empty(origin: Origin) -> Self {
        Self {
            origin,
            files: Files::default(),
            opening: Opening::default(),
            proofs: ChipProofs::none(),
            claims: SuppliedClaims::default(),
            statements: SuppliedStatements::default(),
            scope: Scope::default(),
            cost: Cost::default(),
            online: None,
            attestation: None,
        }
    }

    /// The same document with claims to compare it with: they decide [`Report::claims`](crate::Report::claims), before what
    /// the document records.
    ///
    /// They replace those of the same kind that opened the chip.
    pub fn with_claims(mut self, claims: Claims) -> Self {
        self.claims.give(claims);
        self
    }

    /// The same document with statements of the operator, which are kept with it; they replace those of the same kind.
    pub fn with_statements(mut self, statements: Statements) -> Self {
        self.statements.give(statements);
        self
    }

    /// The statements of the operator: those that were made now, and those that a stored document records.
    pub fn statements(&self) -> Statements {
        self.statements.all()
    }

    /// The same, from an archive that keeps these data groups: of a stored document or of evidence, a missing data group
    /// outside this set is reported as *not kept* and does not limit the verdict; one inside it limits it to
    /// *undetermined*. Without DG1 the issuing country stays open, which limits the verdict to *undetermined* as well.
    ///
    /// It changes nothing for DG3 and DG4, nor for a document that was read from a card by this process.
    pub fn with_kept(mut self, kept: KeptGroups) -> Self {
        self.scope.keep(kept);
        self
    }

    /// What is known of a file.
    pub fn file(&self, file: FileId) -> &FileState {
        self.files.state(file)
    }

    /// The files that were read, with their bytes.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &[u8])> {
        self.files.known().filter_map(|(file, state)| Some((file, state.bytes()?)))
    }

    /// The files that were removed from the evidence that the document comes from.
    pub fn removed_files(&self) -> impl Iterator<Item = FileId> {
        self.files.removed()
    }

    /// The files that were not asked for, and why.
    pub fn not_read(&self) -> impl Iterator<Item = (FileId, NotRead)> {
        self.files.known().filter_map(|(file, state)| match state {
            FileState::NotRead(why) => Some((file, *why)),
            _ => None,
        })
    }

    /// The files that were read in parts, before and after the card was lost; each is judged by its hash as a whole.
    pub fn resumed_files(&self) -> &[FileId] {
        self.files.resumed()
    }

    /// Where it comes from.
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// How the chip was opened, where it was.
    pub fn access(&self) -> Option<&AccessRecord> {
        self.opening.access()
    }

    /// What became of chip authentication.
    pub fn chip_authentication(&self) -> &ChipAuthentication {
        self.proofs.chip()
    }

    /// What became of active authentication.
    pub fn active_authentication(&self) -> &ActiveAuthentication {
        self.proofs.active()
    }

    /// What became of terminal authentication.
    pub fn terminal_authentication(&self) -> &TerminalAuthentication {
        self.proofs.terminal()
    }

    /// Exchanges with the card, first to last.
    pub fn exchanges(&self) -> u32 {
        self.cost.exchanges()
    }

    /// Time of the reading.
    pub fn elapsed(&self) -> Duration {
        self.cost.elapsed()
    }

    /// The lengths that worked, for the next card of this kind in this reader.
    pub fn limits(&self) -> Option<Limits> {
        self.cost.limits()
    }

    /// How often access was opened again because an answer was too long.
    pub fn restarts(&self) -> u32 {
        self.cost.restarts()
    }

    /// How often the card was lost during the reading and came back.
    pub fn resumes(&self) -> u32 {
        self.cost.resumes()
    }
}
