//! What became of the proofs of the chip, and of terminal authentication.

use super::files::Files;
use crate::access::ChipMapping;
use crate::chip::{ActiveAuthentication, ChipAuthentication, TerminalAuthentication};
use crate::crypto::PublicKey;
use crate::lds::{CardSecurity, DataGroup, Dg14, FileId};

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

/// The proofs of the chip as they were recorded. What they are worth is decided by passive authentication of the keys.
pub(crate) struct ChipProofs {
    chip: ChipAuthentication,
    active: ActiveAuthentication,
    mapping: MappingRecord,
    terminal: TerminalAuthentication,
}

impl ChipProofs {
    /// None was made.
    pub(crate) fn none() -> Self {
        Self::recorded(ChipAuthentication::NotMade, ActiveAuthentication::NotMade, MappingRecord::None)
    }

    /// Those that a stored document records.
    pub(crate) fn recorded(chip: ChipAuthentication, active: ActiveAuthentication, mapping: MappingRecord) -> Self {
        Self { chip, active, mapping, terminal: TerminalAuthentication::NotMade }
    }

    pub(crate) fn chip(&self) -> &ChipAuthentication {
        &self.chip
    }

    pub(crate) fn active(&self) -> &ActiveAuthentication {
        &self.active
    }

    pub(crate) fn mapping(&self) -> &MappingRecord {
        &self.mapping
    }

    pub(crate) fn terminal(&self) -> &TerminalAuthentication {
        &self.terminal
    }

    pub(crate) fn set_chip(&mut self, chip: ChipAuthentication) {
        self.chip = chip;
    }

    pub(crate) fn set_active(&mut self, active: ActiveAuthentication) {
        self.active = active;
    }

    pub(crate) fn set_mapping(&mut self, mapping: MappingRecord) {
        self.mapping = mapping;
    }

    pub(crate) fn set_terminal(&mut self, terminal: TerminalAuthentication) {
        self.terminal = terminal;
    }

    /// The key of EF.CardSecurity that the chip proved in PACE.
    fn key_shown_by_mapping(&self, files: &Files) -> Option<PublicKey> {
        let MappingRecord::Shown(mapping) = &self.mapping else { return None };
        let file = CardSecurity::parse(files.bytes(FileId::CardSecurity)?).ok()?;
        file.chip_keys.into_iter().filter_map(|key| key.key.ok()).find(|key| mapping.proves(key))
    }

    /// Whether the chip proved a key of EF.CardSecurity in PACE.
    pub(crate) fn is_shown_by_mapping(&self, files: &Files) -> bool {
        self.key_shown_by_mapping(files).is_some()
    }

    /// Whether DG14 holds the key that the chip proved in PACE. Otherwise the proof is one of some chip of the issuer, and
    /// nothing ties that chip to the EF.SOD of this document.
    pub(crate) fn is_mapping_bound(&self, files: &Files) -> bool {
        let dg14 = files.group(DataGroup::DG14).map(Dg14::parse);
        matches!((self.key_shown_by_mapping(files), dg14), (Some(key), Some(Ok(dg14))) if dg14.holds(&key))
    }
}
