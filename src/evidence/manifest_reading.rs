//! Reading the manifest: its words into the types of the library; a word that is not known is refused.

use super::error::EvidenceError;
use super::manifest::{self, Manifest};
use super::manifest_words::{CHOOSERS, READER, file_of, read_moment};
use crate::access::PasswordKind;
use crate::checks::{Check, CheckId, Reason, State, Warning};
use crate::chip::{ActiveAuthentication, ChipAuthentication};
use crate::crypto::{Cipher, DigestAlgorithm, GroupId};
use crate::document::AccessSummary;
use crate::document::ClaimsRecord;
use crate::document::NotRead;
use crate::document::OnlineRecord;
use crate::document::Statements;
use crate::document::SuiteNames;
use crate::iso7816::StatusWord;
use crate::lds::{FileId, Mapping};
use crate::policy::Outcome;
use std::collections::BTreeMap;
use time::OffsetDateTime;

/// The manifest in the types of the library.
#[derive(Clone)]
pub(super) struct ReadManifest {
    pub(super) files: BTreeMap<FileId, RecordedFile>,
    pub(super) access: Option<AccessSummary>,
    pub(super) active_authentication: ActiveAuthentication,
    pub(super) chip_authentication: ChipAuthentication,
    pub(super) chip_suite: Option<SuiteNames>,
    pub(super) chip_mapping: Option<RecordedMapping>,
    pub(super) checks: Vec<Check>,
    pub(super) claims: Option<ClaimsRecord>,
    pub(super) online: Option<OnlineRecord>,
    pub(super) statements: Statements,
    pub(super) resumed_files: Vec<FileId>,
    pub(super) read_at: OffsetDateTime,
    pub(super) verified_at: OffsetDateTime,
}

/// What became of chip authentication mapping.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum RecordedMapping {
    Failed,
    Proven { is_in_dg14: bool },
}

/// What the manifest says of a file.
#[derive(Clone)]
pub(super) enum RecordedFile {
    Read { length: u64, hashes: Vec<(DigestAlgorithm, Vec<u8>)> },
    Absent(StatusWord),
    Refused(StatusWord),
    CutOff,
    NotRead(NotRead),
}

impl ReadManifest {
    pub(super) fn of(manifest: &Manifest) -> Result<Self, EvidenceError> {
        let mut files = BTreeMap::new();
        for (name, file) in &manifest.files {
            files.insert(file_of(name).ok_or(EvidenceError::Value("files"))?, RecordedFile::of(file)?);
        }
        if let Some(policy) = &manifest.policy {
            let is_known = Outcome::ALL.iter().any(|outcome| outcome.as_str() == policy.decision);
            if !is_known || digits(Some(&policy.sha256), "policy")?.len() != DigestAlgorithm::Sha256.len() {
                return Err(EvidenceError::Value("policy"));
            }
        }
        let online = manifest.online.as_ref().map(|kept| kept.read().ok_or(EvidenceError::Value("online")));
        let claims = manifest.claims.as_ref().map(|kept| kept.read().ok_or(EvidenceError::Value("claims")));
        let statements = manifest.statements.as_ref();
        let statements = statements.map(|kept| kept.read().ok_or(EvidenceError::Value("statements")));
        let resumed = manifest.reading.resumed_files.iter().map(|name| file_of(name));
        let (chip_authentication, chip_suite) = read_chip_authentication(&manifest.chip_authentication)?;
        Ok(Self {
            files,
            access: manifest.access.as_ref().map(read_access).transpose()?,
            active_authentication: read_active_authentication(manifest.active_authentication.as_ref())?,
            chip_authentication,
            chip_suite,
            chip_mapping: manifest.pace_cam.as_ref().map(read_chip_mapping).transpose()?,
            checks: manifest.checks.iter().map(read_check).collect::<Result<_, _>>()?,
            claims: claims.transpose()?,
            online: online.transpose()?,
            statements: statements.transpose()?.unwrap_or_default(),
            resumed_files: resumed.collect::<Option<_>>().ok_or(EvidenceError::Value("resumed_files"))?,
            read_at: read_moment(&manifest.times.read_at, "read_at")?,
            verified_at: read_moment(&manifest.times.verified_at, "verified_at")?,
        })
    }
}

impl RecordedFile {
    fn of(file: &manifest::ManifestFile) -> Result<Self, EvidenceError> {
        let place = "files";
        let wrong = Err(EvidenceError::Value(place));
        let manifest::ManifestFile { lds_hash, length, sha256, state, status: recorded } = file;
        let is_bare = lds_hash.is_none() && length.is_none() && sha256.is_none();
        Ok(match (state.as_str(), recorded.as_deref()) {
            ("read", None) => {
                let mut hashes = vec![(DigestAlgorithm::Sha256, digits(sha256.as_deref(), place)?)];
                if let Some(hash) = lds_hash {
                    let digest = DigestAlgorithm::ALL.into_iter().find(|digest| digest.name() == hash.algorithm);
                    let digest = digest.filter(|digest| *digest != DigestAlgorithm::Sha256);
                    let digest = digest.ok_or(EvidenceError::Value(place))?;
                    hashes.push((digest, digits(Some(&hash.value), place)?));
                }
                Self::Read { length: length.ok_or(EvidenceError::Value(place))?, hashes }
            }
            _ if !is_bare => return wrong,
            ("absent", recorded) => Self::Absent(status(recorded, place)?),
            ("refused", recorded) => Self::Refused(status(recorded, place)?),
            ("cut_off", None) => Self::CutOff,
            ("not_read", None) => Self::NotRead(NotRead::Plan),
            ("needs_terminal_authentication", None) => Self::NotRead(NotRead::NeedsTerminalAuthentication),
            _ => return wrong,
        })
    }
}

fn read_access(recorded: &manifest::ManifestAccess) -> Result<AccessSummary, EvidenceError> {
    let place = "access";
    let ciphers = CIPHERS.map(|cipher| cipher.name());
    let kinds = [PasswordKind::Can, PasswordKind::Mrz].map(|kind| kind.as_str());
    Ok(AccessSummary {
        protocol: word(["pace", "bac", "none"], Some(&recorded.protocol), place)?.ok_or(EvidenceError::Value(place))?,
        mapping: word(MAPPINGS.map(|mapping| mapping.name()), recorded.mapping.as_deref(), place)?,
        password: word(kinds, recorded.password.as_deref(), place)?,
        parameter: word(GroupId::all().map(|group| group.name()), recorded.parameter.as_deref(), place)?,
        cipher: word(ciphers, recorded.cipher.as_deref(), place)?,
        downgraded: recorded.downgraded,
        offered: recorded.offered.clone(),
    })
}

fn read_active_authentication(
    recorded: Option<&manifest::ManifestActiveAuthentication>,
) -> Result<ActiveAuthentication, EvidenceError> {
    let place = "active_authentication";
    let Some(recorded) = recorded else { return Ok(ActiveAuthentication::NotMade) };
    let manifest::ManifestActiveAuthentication { challenge, chosen_by, outcome, signature, status: code } = recorded;
    Ok(match (outcome.as_str(), challenge, chosen_by, signature, code) {
        ("answered", Some(challenge), Some(chosen_by), Some(signature), None) => ActiveAuthentication::Answered {
            challenge: digits(Some(challenge), place)?.try_into().map_err(|_| EvidenceError::Value(place))?,
            chosen_by: CHOOSERS
                .iter()
                .find(|(word, _)| word == chosen_by)
                .map(|(_, chooser)| *chooser)
                .ok_or(EvidenceError::Value(place))?,
            signature: digits(Some(signature), place)?,
        },
        ("refused", None, None, None, Some(code)) => ActiveAuthentication::Refused(status(Some(code), place)?),
        ("session_lost", None, None, None, None) => ActiveAuthentication::SessionLost,
        ("bad_key", None, None, None, None) => ActiveAuthentication::BadKey,
        _ => return Err(EvidenceError::Value(place)),
    })
}

fn read_chip_authentication(
    recorded: &manifest::ManifestChipAuthentication,
) -> Result<(ChipAuthentication, Option<SuiteNames>), EvidenceError> {
    let place = "chip_authentication";
    let wrong = EvidenceError::Value(place);
    let manifest::ManifestChipAuthentication { attested_by, outcome, reason, status: code, suite } = recorded;
    if attested_by != READER {
        return Err(wrong);
    }
    let record = match (outcome.as_str(), reason, code, suite) {
        ("proven", None, None, Some(suite)) => {
            let names = (suite.protocol.clone(), suite.group.clone(), suite.cipher.clone());
            return Ok((ChipAuthentication::Attested, Some(names)));
        }
        ("not_made", None, None, None) => ChipAuthentication::NotMade,
        ("shown_by_mapping", None, None, None) => ChipAuthentication::ShownByMapping,
        ("not_offered", None, None, None) => ChipAuthentication::NotOffered,
        ("impossible", Some(reason), None, None) => {
            ChipAuthentication::Impossible(Reason::from_code(reason).ok_or(wrong)?)
        }
        ("refused", None, Some(code), None) => ChipAuthentication::Refused(status(Some(code), place)?),
        ("session_lost", None, None, None) => ChipAuthentication::SessionLost,
        ("not_under_new_keys", None, None, None) => ChipAuthentication::NotUnderNewKeys,
        _ => return Err(wrong),
    };
    Ok((record, None))
}

fn read_chip_mapping(recorded: &manifest::ManifestChipMapping) -> Result<RecordedMapping, EvidenceError> {
    match (recorded.attested_by.as_str(), recorded.outcome.as_str(), recorded.key_in_dg14) {
        (READER, "proven", in_dg14 @ (None | Some(true))) => {
            Ok(RecordedMapping::Proven { is_in_dg14: in_dg14.is_some() })
        }
        (READER, "failed", None) => Ok(RecordedMapping::Failed),
        _ => Err(EvidenceError::Value("pace_cam")),
    }
}

fn read_check(recorded: &manifest::ManifestCheck) -> Result<Check, EvidenceError> {
    let wrong = EvidenceError::Value("checks");
    let reason = match &recorded.reason {
        Some(code) => Some(Reason::from_code(code).ok_or(wrong)?),
        None => None,
    };
    let warnings: Option<Vec<Warning>> = recorded.warnings.iter().map(|code| Warning::from_code(code)).collect();
    Ok(Check {
        id: CheckId::from_code(&recorded.id).ok_or(wrong)?,
        state: State::from_code(&recorded.state).ok_or(wrong)?,
        reason,
        compared: recorded.compared.clone(),
        warnings: warnings.ok_or(wrong)?,
        tolerances: Vec::new(),
    })
}

const CIPHERS: [Cipher; 4] = [Cipher::TripleDes, Cipher::Aes128, Cipher::Aes192, Cipher::Aes256];
const MAPPINGS: [Mapping; 3] = [Mapping::Generic, Mapping::Integrated, Mapping::ChipAuthentication];

/// The word, if it is one of these.
fn word(
    words: impl IntoIterator<Item = &'static str>,
    text: Option<&str>,
    place: &'static str,
) -> Result<Option<&'static str>, EvidenceError> {
    let Some(text) = text else { return Ok(None) };
    words.into_iter().find(|word| *word == text).map(Some).ok_or(EvidenceError::Value(place))
}

fn status(text: Option<&str>, place: &'static str) -> Result<StatusWord, EvidenceError> {
    let status = text.and_then(|text| u16::from_str_radix(text, 16).ok()).map(StatusWord);
    status.filter(|status| Some(status.to_string().as_str()) == text).ok_or(EvidenceError::Value(place))
}

fn digits(text: Option<&str>, place: &'static str) -> Result<Vec<u8>, EvidenceError> {
    let bytes = text.and_then(|text| hex::decode(text).ok());
    bytes.filter(|bytes| Some(hex::encode(bytes).as_str()) == text).ok_or(EvidenceError::Value(place))
}
