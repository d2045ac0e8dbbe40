//! A document as read: files, the chip's proofs, how it was opened. No card, no I/O.
//!
//! It can be built without a card, from stored files: verifying is the same call, years later.

use super::attestation::Attestation;
use super::claims::{Claims, ClaimsRecord};
use super::kept::KeptGroups;
use super::online::OnlineRecord;
use super::proofs::Proofs;
use super::report::Report;
use super::statements::Statements;
use super::verdict;
use crate::access::{AccessRecord, ChipMapping};
use crate::channel::Limits;
use crate::checks::Tolerances;
use crate::chip::{ActiveAuthentication, ChipAuthentication, TerminalAuthentication};
use crate::crypto::{DigestAlgorithm, PublicKey};
use crate::iso7816::StatusWord;
use crate::lds::{AtrInfo, CardSecurity, DataGroup, Dg14, FileId};
use crate::trust::TrustStore;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};
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
    /// Nothing is known of it: it is not in what was handed in.
    Unknown,
}

/// Why a file was not asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotRead {
    /// The plan left it out.
    Plan,
    /// It stands behind terminal authentication.
    NeedsTerminalAuthentication,
}

impl NotRead {
    /// The word of the JSON output.
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

    /// Whether it need not be asked for any more.
    pub(crate) fn is_settled(&self) -> bool {
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

/// What a chip says of the lengths it takes.
#[derive(Clone)]
pub(crate) struct LengthRecord {
    /// The historical bytes announce that EF.ATR/INFO states them.
    pub(crate) announced: bool,
    /// EF.ATR/INFO, or how the chip refused it.
    pub(crate) file: Result<AtrInfo, StatusWord>,
}

/// What chip authentication mapping gave.
#[derive(Debug)]
pub(crate) enum MappingRecord {
    /// Another mapping was used, or none.
    None,
    /// What the chip showed; it is judged when the document is verified.
    Shown(ChipMapping),
    /// A stored document says that its reader saw the chip shown; a file cannot prove it again.
    Attested,
    /// A stored document says that its reader saw it fail.
    AttestedFailed,
}

/// A document as read.
pub struct Document {
    pub(crate) origin: Origin,
    files: BTreeMap<FileId, FileState>,
    pub(crate) access: Option<AccessRecord>,
    pub(crate) chip_authentication: ChipAuthentication,
    pub(crate) active_authentication: ActiveAuthentication,
    pub(crate) chip_mapping: MappingRecord,
    pub(crate) terminal_authentication: TerminalAuthentication,
    pub(crate) claims: Claims,
    /// What a stored document records of claims.
    pub(crate) recorded_claims: Option<ClaimsRecord>,
    pub(crate) statements: Statements,
    /// What a stored document records of statements.
    pub(crate) recorded_statements: Statements,
    pub(crate) cut_off: bool,
    pub(crate) exchanges: u32,
    pub(crate) elapsed: Duration,
    pub(crate) limits: Option<Limits>,
    /// What the chip says of lengths, where it was asked.
    pub(crate) lengths: Option<LengthRecord>,
    pub(crate) restarts: u32,
    /// The fields of the holder that the plan hands out; `None`: all.
    pub(crate) fields: Option<BTreeSet<&'static str>>,
    pub(crate) resumed: Vec<FileId>,
    pub(crate) resumes: u32,
    /// A stored document says of itself that BAC was used after PACE had failed.
    pub(crate) downgraded_by_file: bool,
    /// What somebody was asked online, and what he answered.
    pub(crate) online: Option<Box<OnlineRecord>>,
    /// What the reader attests, in a document from evidence.
    pub(crate) attestation: Option<Box<Attestation>>,
    /// What the caller states that the archive keeps.
    pub(crate) kept: KeptGroups,
}

/// Says nothing of the content of a file.
impl core::fmt::Debug for Document {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Document({:?}, {:?})", self.origin, self.files)
    }
}

static UNKNOWN: FileState = FileState::Unknown;

impl Document {
    pub(crate) fn of_card(access: AccessRecord, card_access: Option<Vec<u8>>, claims: Claims) -> Self {
        let mut document = Self::empty(Origin::Card);
        let card_access = match card_access {
            Some(bytes) => FileState::Read(bytes),
            None => FileState::Absent(StatusWord::NOT_FOUND),
        };
        document.put(FileId::CardAccess, card_access);
        document.access = Some(access);
        document.claims = claims;
        document
    }

    pub(crate) fn empty(origin: Origin) -> Self {
        Self {
            origin,
            files: BTreeMap::new(),
            access: None,
            chip_authentication: ChipAuthentication::NotMade,
            active_authentication: ActiveAuthentication::NotMade,
            chip_mapping: MappingRecord::None,
            terminal_authentication: TerminalAuthentication::NotMade,
            claims: Claims::default(),
            recorded_claims: None,
            statements: Statements::default(),
            recorded_statements: Statements::default(),
            cut_off: false,
            exchanges: 0,
            elapsed: Duration::ZERO,
            limits: None,
            lengths: None,
            restarts: 0,
            fields: None,
            resumed: Vec::new(),
            resumes: 0,
            downgraded_by_file: false,
            online: None,
            attestation: None,
            kept: KeptGroups::all(),
        }
    }

    /// A document from stored files and the proofs kept beside them.
    ///
    /// Active authentication is judged again from its challenge and signature; chip authentication cannot be: it stays
    /// *attested by the reader*. A data group that EF.SOD lists and that is not among the files makes the verdict
    /// *undetermined* at best, unless the caller states that the archive does not keep it ([`Document::with_kept`]).
    pub fn from_files(files: impl IntoIterator<Item = (FileId, Vec<u8>)>, proofs: Option<Proofs>) -> Self {
        let mut document = Self::empty(Origin::Files);
        for (file, bytes) in files {
            document.put(file, FileState::Read(bytes));
        }
        if let Some(proofs) = proofs {
            proofs.restore(&mut document);
        }
        document
    }

    /// The same document with claims to compare it with: they decide [`Report::claims`], before what the document
    /// records.
    ///
    /// They replace those of the same kind that opened the chip.
    pub fn with_claims(mut self, claims: Claims) -> Self {
        self.claims = claims.or(core::mem::take(&mut self.claims));
        self
    }

    /// The same document with statements of the operator, which are kept with it; they replace those of the same kind.
    pub fn with_statements(mut self, statements: Statements) -> Self {
        self.statements = statements.or(core::mem::take(&mut self.statements));
        self
    }

    /// The statements of the operator: those that were made now, and those that a stored document records.
    pub fn statements(&self) -> Statements {
        self.statements.clone().or(self.recorded_statements.clone())
    }

    /// The same, from an archive that keeps these data groups: of a stored document or of evidence, a missing data group
    /// outside this set is reported as *not kept* and does not limit the verdict; one inside it limits it to
    /// *undetermined*. Without DG1 the issuing country stays open, which limits the verdict to *undetermined* as well.
    ///
    /// It changes nothing for DG3 and DG4, nor for a document that was read from a card by this process.
    pub fn with_kept(mut self, kept: KeptGroups) -> Self {
        self.kept = kept;
        self
    }

    /// What is known of a file.
    pub fn file(&self, file: FileId) -> &FileState {
        self.files.get(&file).unwrap_or(&UNKNOWN)
    }

    /// The files that were read, with their bytes.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &[u8])> {
        self.files.iter().filter_map(|(file, state)| state.bytes().map(|bytes| (*file, bytes)))
    }

    /// The files of which something is known.
    #[cfg(feature = "evidence")]
    pub(crate) fn known_files(&self) -> impl Iterator<Item = (FileId, &FileState)> {
        self.files.iter().map(|(file, state)| (*file, state))
    }

    /// The files that were removed from the evidence that the document comes from.
    pub fn removed_files(&self) -> impl Iterator<Item = FileId> {
        self.files.iter().filter(|(_, state)| matches!(state, FileState::Removed(_))).map(|(file, _)| *file)
    }

    /// The files that were not asked for, and why.
    pub fn not_read(&self) -> impl Iterator<Item = (FileId, NotRead)> {
        self.files.iter().filter_map(|(file, state)| match state {
            FileState::NotRead(why) => Some((*file, *why)),
            _ => None,
        })
    }

    pub(crate) fn put(&mut self, file: FileId, state: FileState) {
        self.files.insert(file, state);
    }

    /// The key of EF.CardSecurity that the chip proved in PACE. What the proof is worth is decided by passive authentication.
    fn key_shown_by_mapping(&self) -> Option<PublicKey> {
        let MappingRecord::Shown(mapping) = &self.chip_mapping else { return None };
        let file = CardSecurity::parse(self.file(FileId::CardSecurity).bytes()?).ok()?;
        file.chip_keys.into_iter().filter_map(|key| key.key.ok()).find(|key| mapping.proves(key))
    }

    /// Whether the chip proved a key of EF.CardSecurity in PACE.
    pub(crate) fn is_shown_by_mapping(&self) -> bool {
        self.key_shown_by_mapping().is_some()
    }

    /// Whether DG14 holds the key that the chip proved in PACE. Otherwise the proof is one of some chip of the issuer, and
    /// nothing ties that chip to the EF.SOD of this document.
    pub(crate) fn is_mapping_bound(&self) -> bool {
        let dg14 = self.file(FileId::DataGroup(DataGroup::DG14)).bytes().map(Dg14::parse);
        matches!((self.key_shown_by_mapping(), dg14), (Some(key), Some(Ok(dg14))) if dg14.holds(&key))
    }

    /// Where it comes from.
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// How the chip was opened, where it was.
    pub fn access(&self) -> Option<&AccessRecord> {
        self.access.as_ref()
    }

    /// What became of chip authentication.
    pub fn chip_authentication(&self) -> &ChipAuthentication {
        &self.chip_authentication
    }

    /// What became of active authentication.
    pub fn active_authentication(&self) -> &ActiveAuthentication {
        &self.active_authentication
    }

    /// What became of terminal authentication.
    pub fn terminal_authentication(&self) -> &TerminalAuthentication {
        &self.terminal_authentication
    }

    /// The proofs to keep beside the files.
    pub fn proofs(&self) -> Proofs {
        Proofs::of(self)
    }

    /// Exchanges with the card, first to last.
    pub fn exchanges(&self) -> u32 {
        self.exchanges
    }

    /// Time of the reading.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// The lengths that worked, for the next card of this kind in this reader.
    pub fn limits(&self) -> Option<Limits> {
        self.limits
    }

    /// How often access was opened anew because of too long an answer.
    pub fn restarts(&self) -> u32 {
        self.restarts
    }

    /// How often the card was lost in the middle of the reading and came back.
    pub fn resumes(&self) -> u32 {
        self.resumes
    }

    /// The files that were read in parts, before and after the card was lost; each is judged by its hash as a whole.
    pub fn resumed_files(&self) -> &[FileId] {
        &self.resumed
    }

    /// Judges the document against what the caller trusts, at this time, without any tolerance. Never an error: a failed
    /// check is a finding.
    pub fn verify(&self, trust: &TrustStore, at: SystemTime) -> Report {
        self.verify_with(trust, at, &Tolerances::none())
    }

    /// The same with these tolerances: what they allow is undetermined instead of failed, and stands in
    /// [`Report::tolerances`].
    pub fn verify_with(&self, trust: &TrustStore, at: SystemTime, tolerances: &Tolerances) -> Report {
        verdict::verify(self, trust, at, tolerances)
    }
}
