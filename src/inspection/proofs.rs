//! The chip's proofs as they are kept beside the files of a document: `proofs.json`.
//!
//! Never in it: passwords, keys, nonces. What a file cannot prove again is marked as attested by the reader.

use super::claims::{self, KeptClaims};
use super::document::{Document, MappingRecord};
use super::file_checks::Values;
use super::online::Kept;
use super::statements::KeptStatements;
use crate::access::{AccessProtocol, AccessRecord};
use crate::chip::{ActiveAuthentication, ChallengeSource, ChipAuthentication};
use crate::iso7816::StatusWord;
use thiserror::Error;
use time::OffsetDateTime;

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
    active_authentication: Option<Active>,
    /// What became of chip authentication: attested by the reader, no file proves it again.
    chip_authentication: Option<Attested>,
    /// What became of chip authentication mapping: attested by the reader, no file proves it again.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pace_cam: Option<Attested>,
    /// The access protocol: attested by the reader.
    access: Option<Access>,
    /// What somebody was asked online, and his signed answer.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    online: Option<Kept>,
    /// The outcome of comparing the operator's claims with the chip: the reader's statement.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    claims: Option<KeptClaims>,
    /// What the operator states of the reading.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    statements: Option<KeptStatements>,
}

/// Says nothing of challenge and signature: they tell one chip from all others.
impl core::fmt::Debug for Proofs {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let made = [&self.chip_authentication, &self.pace_cam].into_iter().flatten().count();
        write!(f, "Proofs({} attested, active authentication: {})", made, self.active_authentication.is_some())
    }
}

/// Why text is no proofs file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("proofs: {0}")]
pub struct ProofsError(String);

#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
struct Active {
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
struct Attested {
    /// `proven`, `not_offered`, `impossible`, `refused`, `session_lost`, `not_under_new_keys`.
    outcome: String,
}

#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
struct Access {
    /// `pace`, `bac`, `none`.
    protocol: String,
    /// BAC after PACE had failed.
    downgraded: bool,
}

impl Proofs {
    pub(crate) fn of(document: &Document) -> Self {
        Self {
            schema: SCHEMA.into(),
            active_authentication: Active::of(document.active_authentication()),
            chip_authentication: Attested::of(document.chip_authentication()),
            pace_cam: Attested::of_mapping(document),
            access: document.access().map(Access::of),
            online: document.online.as_deref().map(Kept::of),
            claims: claims::to_record(document, &Values::of(document, OffsetDateTime::UNIX_EPOCH))
                .as_ref()
                .map(KeptClaims::of),
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
        match self.online.as_ref().is_some_and(|online| online.read().is_none()) {
            true => Err(ProofsError("online: not a value that is known".into())),
            false => Ok(self),
        }
    }

    pub(crate) fn restore(&self, document: &mut Document) {
        if let Some(active) = &self.active_authentication {
            document.active_authentication = active.restore();
        }
        if let Some(attested) = &self.chip_authentication {
            document.chip_authentication = attested.restore();
        }
        if let Some(attested) = &self.pace_cam {
            document.chip_mapping = match attested.outcome.as_str() {
                "proven" => MappingRecord::Attested,
                _ => MappingRecord::AttestedFailed,
            };
        }
        document.recorded_claims = self.claims.as_ref().and_then(KeptClaims::read);
        document.recorded_statements = self.statements.as_ref().and_then(KeptStatements::read).unwrap_or_default();
        document.online = self.online.as_ref().and_then(Kept::read).map(Box::new);
        document.downgraded_by_file = self.access.as_ref().is_some_and(|access| access.downgraded);
    }
}

impl Active {
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

impl Attested {
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
        let is_proven = match &document.chip_mapping {
            MappingRecord::None => return None,
            MappingRecord::Shown(_) => document.is_shown_by_mapping(),
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

impl Access {
    fn of(record: &AccessRecord) -> Self {
        let protocol = match record.protocol {
            AccessProtocol::None => "none",
            AccessProtocol::Bac => "bac",
            AccessProtocol::Pace(_) => "pace",
        };
        Self { protocol: protocol.into(), downgraded: record.downgraded }
    }
}
