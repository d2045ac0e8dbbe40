//! The chip's proofs as they are kept beside the files of a document: `proofs.json`.
//!
//! Never in it: passwords, keys, nonces. What a file cannot prove again is marked as attested by the reader.

use super::chip_proofs::{ChipProofs, MappingRecord};
use super::claims::{ClaimsRecord, KeptClaims};
use super::document::{Document, Origin};
use super::files::FileState;
use super::online_record::KeptOnline;
use super::opening::Opening;
use super::statements::KeptStatements;
use crate::access::{AccessProtocol, AccessRecord};
use crate::chip::{ActiveAuthentication, ChallengeSource, ChipAuthentication};
use crate::iso7816::StatusWord;
use crate::lds::FileId;
use thiserror::Error;

/// The name of the form that is written.
const SCHEMA: &str = "chipid.proofs/2";
/// The form before it: without claims and statements. It is read and never written.
#[cfg(feature = "serde")]
const FIRST: &str = "chipid.proofs/1";

/// The proofs of a document.
#[derive(Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Proofs {
    /// `chipid.proofs/2`; `chipid.proofs/1` is read too.
    schema: String,
    /// What became of active authentication.
    active_authentication: Option<StoredActive>,
    /// What became of chip authentication: attested by the reader, no file proves it again.
    chip_authentication: Option<AttestedOutcome>,
    /// What became of chip authentication mapping: attested by the reader, no file proves it again.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pace_cam: Option<AttestedOutcome>,
    /// The access protocol: attested by the reader.
    access: Option<StoredAccess>,
    /// What was asked online, and the signed answer.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    online: Option<KeptOnline>,
    /// The outcome of comparing the operator's claims with the chip: the reader's statement.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    claims: Option<KeptClaims>,
    /// What the operator states of the reading.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    statements: Option<KeptStatements>,
}

/// `Debug` output omits challenge and signature: they identify the chip.
impl core::fmt::Debug for Proofs {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let made = [&self.chip_authentication, &self.pace_cam].into_iter().flatten().count();
        write!(f, "Proofs({} attested, active authentication: {})", made, self.active_authentication.is_some())
    }
}

/// Why a text is not a valid proofs file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("proofs: {0}")]
pub struct ProofsError(String);

#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
struct StoredActive {
    /// `answered`, `refused`, `session_lost`, `bad_key`.
    outcome: String,
    /// Eight bytes, in hexadecimal digits.
    challenge: Option<String>,
    chosen_by: Option<ChallengeSource>,
    /// In hexadecimal digits.
    signature: Option<String>,
    /// The status word of a refusal, in hexadecimal digits.
    status: Option<String>,
}

#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
struct AttestedOutcome {
    /// `proven`, `not_offered`, `impossible`, `refused`, `session_lost`, `not_under_new_keys`.
    outcome: String,
}

#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
struct StoredAccess {
    /// `pace`, `bac`, `none`.
    protocol: String,
    /// BAC after PACE had failed.
    downgraded: bool,
}

impl Proofs {
    /// The proofs of a document, and the record of its claims.
    pub(crate) fn of(document: &Document, claims: Option<&ClaimsRecord>) -> Self {
        Self {
            schema: SCHEMA.into(),
            active_authentication: StoredActive::of(document.proofs.active()),
            chip_authentication: AttestedOutcome::of(document.proofs.chip()),
            pace_cam: AttestedOutcome::of_mapping(document),
            access: document.access().map(StoredAccess::of),
            online: document.online.as_deref().map(KeptOnline::of),
            claims: claims.map(KeptClaims::of),
            statements: KeptStatements::of(&document.statements()),
        }
    }

    /// The proofs of this text.
    ///
    /// # Errors
    /// [`ProofsError`] with line and column, or the schema that is not known.
    #[cfg(feature = "serde")]
    pub fn check(self) -> Result<Self, ProofsError> {
        if ![SCHEMA, FIRST].contains(&self.schema.as_str()) {
            return Err(ProofsError(format!("schema is not {SCHEMA}")));
        }
        for (member, is_there) in [("claims", self.claims.is_some()), ("statements", self.statements.is_some())] {
            if self.schema == FIRST && is_there {
                return Err(ProofsError(format!("{member}: {FIRST} does not have this member")));
            }
        }
        if self.statements.as_ref().is_some_and(|statements| statements.read().is_none()) {
            return Err(ProofsError("statements: not statements that can be kept".into()));
        }
        if self.claims.as_ref().is_some_and(|claims| claims.read().is_none()) {
            return Err(ProofsError("claims: not a record of claims".into()));
        }
        if self.online.as_ref().is_some_and(|online| online.read().is_none()) {
            return Err(ProofsError("online: not a value that is known".into()));
        }
        Ok(self)
    }

    fn restore(&self, document: &mut Document) {
        let mapping = match self.pace_cam.as_ref().map(|attested| attested.outcome.as_str()) {
            None => MappingRecord::None,
            Some("proven") => MappingRecord::Attested,
            Some(_) => MappingRecord::AttestedFailed,
        };
        let chip = self.chip_authentication.as_ref().map_or(ChipAuthentication::NotMade, AttestedOutcome::restore);
        let active = self.active_authentication.as_ref().map_or(ActiveAuthentication::NotMade, StoredActive::restore);
        document.proofs = ChipProofs::recorded(chip, active, mapping);
        document.claims.record(self.claims.as_ref().and_then(KeptClaims::read));
        document.statements.record(self.statements.as_ref().and_then(KeptStatements::read).unwrap_or_default());
        document.online = self.online.as_ref().and_then(KeptOnline::read).map(Box::new);
        document.opening = Opening::of_file(self.access.as_ref().is_some_and(|access| access.downgraded));
    }
}

impl Document {
    /// A document from stored files and the proofs kept beside them.
    ///
    /// StoredActive authentication is judged again from its challenge and signature; chip authentication cannot be: it stays
    /// *attested by the reader*. A data group that EF.SOD lists and that is not among the files makes the verdict
    /// *undetermined* at best, unless the caller states that the archive does not keep it ([`Document::with_kept`]).
    pub fn from_files(files: impl IntoIterator<Item = (FileId, Vec<u8>)>, proofs: Option<Proofs>) -> Self {
        let mut document = Self::empty(Origin::Files);
        for (file, bytes) in files {
            document.files.put(file, FileState::Read(bytes));
        }
        if let Some(proofs) = proofs {
            proofs.restore(&mut document);
        }
        document
    }
}

impl StoredActive {
    fn of(record: &ActiveAuthentication) -> Option<Self> {
        let bare = |outcome: &str| Self {
            outcome: outcome.into(),
            challenge: None,
            chosen_by: None,
            signature: None,
            status: None,
        };
        match record {
            ActiveAuthentication::NotMade => None,
            ActiveAuthentication::Answered { challenge, chosen_by, signature } => Some(Self {
                challenge: Some(hex::encode(challenge)),
                chosen_by: Some(*chosen_by),
                signature: Some(hex::encode(signature)),
                ..bare("answered")
            }),
            ActiveAuthentication::Refused(status) => Some(Self { status: Some(status.to_string()), ..bare("refused") }),
            ActiveAuthentication::SessionLost => Some(bare("session_lost")),
            ActiveAuthentication::BadKey => Some(bare("bad_key")),
        }
    }

    /// What a file says; an answer that cannot be read is an answer that does not verify.
    fn restore(&self) -> ActiveAuthentication {
        match self.outcome.as_str() {
            "answered" => {
                let decoded = |text: &Option<String>| text.as_deref().and_then(|text| hex::decode(text).ok());
                match (decoded(&self.challenge).and_then(|bytes| bytes.try_into().ok()), decoded(&self.signature)) {
                    (Some(challenge), Some(signature)) => ActiveAuthentication::Answered {
                        challenge,
                        chosen_by: self.chosen_by.unwrap_or(ChallengeSource::Reader),
                        signature,
                    },
                    _ => ActiveAuthentication::BadKey,
                }
            }
            "refused" => {
                let status = self.status.as_deref().and_then(|text| u16::from_str_radix(text, 16).ok());
                ActiveAuthentication::Refused(StatusWord(status.unwrap_or(StatusWord::NO_DIAGNOSIS.0)))
            }
            "session_lost" => ActiveAuthentication::SessionLost,
            _ => ActiveAuthentication::BadKey,
        }
    }
}

impl AttestedOutcome {
    fn of(record: &ChipAuthentication) -> Option<Self> {
        let outcome = match record {
            ChipAuthentication::NotMade | ChipAuthentication::ShownByMapping => return None,
            ChipAuthentication::NotOffered => "not_offered",
            ChipAuthentication::Impossible(_) => "impossible",
            ChipAuthentication::Proven(_) | ChipAuthentication::Attested => "proven",
            ChipAuthentication::Refused(_) => "refused",
            ChipAuthentication::SessionLost => "session_lost",
            ChipAuthentication::NotUnderNewKeys => "not_under_new_keys",
        };
        Some(Self { outcome: outcome.into() })
    }

    fn of_mapping(document: &Document) -> Option<Self> {
        let is_proven = match document.proofs.mapping() {
            MappingRecord::None => return None,
            MappingRecord::Shown(_) => document.proofs.is_shown_by_mapping(&document.files),
            MappingRecord::Attested => true,
            MappingRecord::AttestedFailed => false,
        };
        Some(Self { outcome: if is_proven { "proven" } else { "failed" }.into() })
    }

    fn restore(&self) -> ChipAuthentication {
        match self.outcome.as_str() {
            "proven" => ChipAuthentication::Attested,
            "not_offered" | "impossible" => ChipAuthentication::NotMade,
            "refused" => ChipAuthentication::Refused(StatusWord::NO_DIAGNOSIS),
            "session_lost" => ChipAuthentication::SessionLost,
            _ => ChipAuthentication::NotUnderNewKeys,
        }
    }
}

impl StoredAccess {
    fn of(record: &AccessRecord) -> Self {
        let protocol = match record.protocol {
            AccessProtocol::None => "none",
            AccessProtocol::Bac => "bac",
            AccessProtocol::Pace(_) => "pace",
        };
        Self { protocol: protocol.into(), downgraded: record.downgraded }
    }
}
