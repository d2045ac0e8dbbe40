//! Evidence: one self-contained file that shows later, to others, what a reading found: `chipid.evidence/2`.
//!
//! It holds the files of the chip that the caller's policy keeps, and a manifest of them and of all that was found. The
//! chip's active authentication is judged again from it; what no file can show again is marked as attested by the reader,
//! and counts only where one whom the verifier trusts has signed. A data group can be removed later: its hashes stay in the
//! manifest, the signatures stand, the rest still verifies, and the report says what is missing.
//!
//! Version 1, without claims and statements, is read as before, to the very octet, and never written for a new reading.
//! Members that were added to a version later (of a policy, of an online answer) are written only where they have a value.
//! A program refuses a version or a member that it does not know.
//!
//! Whoever can write an unsigned file can write what he likes into it but the issuer's and the chip's own signatures.

mod encoding;
mod manifest;
mod signature;
mod told;
mod writing;

pub use manifest::{DecidedBy, List};
pub use signature::{EvidenceSigner, EvidenceSigningError};

use crate::bounds::BOUNDS;
use crate::checks::Tolerances;
use crate::crypto::DigestAlgorithm;
use crate::document::{Attestation, ChipProofs, Cost, Document, EvidenceSignature, FileState, MappingRecord, Origin};
use crate::lds::{DataGroup, FileId};
use crate::policy::Policy;
use crate::trust::TrustStore;
use crate::verification::{judge, verify_evidence_signature};
use encoding::{Bytes, Version, Wire};
use manifest::Manifest;
use signature::message;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};
use thiserror::Error;
use told::{Told, ToldFile, ToldMapping, file_of};

/// Evidence of one reading.
#[derive(Clone)]
pub struct Evidence {
    version: Version,
    manifest: Manifest,
    parts: BTreeMap<FileId, Bytes>,
    signatures: Vec<EvidenceSignature>,
    /// What the manifest says, in the types of the library.
    told: Told,
}

/// Says nothing of the content.
impl core::fmt::Debug for Evidence {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Evidence({} parts, {} signatures)", self.parts.len(), self.signatures.len())
    }
}

/// Which files of a document evidence keeps, of the others only the hashes; and how the reading is judged for it.
///
/// That a file was read and matched before it was removed counts only where a trusted reader attests it. Evidence with
/// fewer files than EF.SOD lists is therefore *undetermined* at best, unless a reader that the verifier trusts signs it or the
/// verifier states what its archive keeps ([`Document::with_kept`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidencePolicy {
    /// `None`: all.
    groups: Option<BTreeSet<DataGroup>>,
    tolerances: Tolerances,
    decided_by: Option<Policy>,
}

impl EvidencePolicy {
    /// Every file that was read.
    pub fn all() -> Self {
        Self { groups: None, tolerances: Tolerances::none(), decided_by: None }
    }

    /// No portrait, no fingers, no irises, no signature's image: DG2 to DG10 are left out.
    pub fn without_biometrics() -> Self {
        Self::only(DataGroup::all().filter(|group| !(2..=10).contains(&group.number())))
    }

    /// These data groups, and DG14 and DG15, which hold the chip's keys and nothing of the holder's.
    pub fn only(groups: impl IntoIterator<Item = DataGroup>) -> Self {
        Self {
            groups: Some(groups.into_iter().chain([DataGroup::DG14, DataGroup::DG15]).collect()),
            tolerances: Tolerances::none(),
            decided_by: None,
        }
    }

    /// The same, the reading judged with these tolerances; those that were used stand in the manifest.
    pub fn tolerating(self, tolerances: Tolerances) -> Self {
        Self { tolerances, ..self }
    }

    /// The same, the reading judged with the tolerances of this policy; its name, its hash and what it decides stand in the
    /// manifest.
    pub fn under(self, policy: &Policy) -> Self {
        Self { tolerances: *policy.tolerances(), decided_by: Some(policy.clone()), ..self }
    }

    fn keeps(&self, group: DataGroup) -> bool {
        self.groups.as_ref().is_none_or(|groups| groups.contains(&group))
    }
}

/// When the card was read, and whose word that is. The library has no clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clock {
    /// When the card was read.
    pub read_at: SystemTime,
    /// Where the caller has his times from: `system clock`, `NTP ntp.example`, with its quality where that is known.
    pub source: String,
}

/// Why there is no evidence, or why bytes are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EvidenceError {
    /// Only a card in the reader gives evidence: of a stored document nobody can attest anything.
    #[error("the document does not come from a card")]
    NotFromCard,
    /// A moment before the year 0 or after the year 9999.
    #[error("a moment that cannot be written")]
    Moment,
    /// Longer than is read.
    #[error("longer than 32 MiB")]
    TooLong,
    /// Another form, or another version of it.
    #[error("the form is not chipid.evidence/2 or chipid.evidence/1")]
    Schema,
    /// Not JSON, or not with the fields of this form.
    #[error("byte {at}: not JSON of this form")]
    Json {
        /// The place.
        at: usize,
    },
    /// JSON, but not in its one canonical form.
    #[error("byte {at}: not in canonical form")]
    NotCanonical {
        /// The place.
        at: usize,
    },
    /// The manifest is not the one that was written.
    #[error("the manifest does not have the hash that is written beside it")]
    ManifestDiffers,
    /// A word, number or moment that has no meaning there.
    #[error("manifest, {0}: not a value that is known")]
    Value(&'static str),
    /// A part is not the one that the manifest describes.
    #[error("part {0}: not the file that the manifest describes")]
    PartDiffers(FileId),
    /// A part is missing that is never removed.
    #[error("part {0} is missing, which cannot be removed")]
    PartMissing(FileId),
    /// A part that the manifest does not describe.
    #[error("a part that the manifest does not describe")]
    PartUnknown,
}

impl Document {
    /// Evidence of this reading, judged now against what the caller trusts. It can then be signed.
    ///
    /// # Errors
    /// The document does not come from a card, or a moment cannot be written.
    pub fn to_evidence(
        &self,
        trust: &TrustStore,
        at: SystemTime,
        policy: &EvidencePolicy,
        clock: &Clock,
    ) -> Result<Evidence, EvidenceError> {
        if self.origin() != Origin::Card {
            return Err(EvidenceError::NotFromCard);
        }
        let (report, certificates) = judge(self, trust, at, &policy.tolerances);
        let manifest = Manifest::of(self, &report, &certificates, trust, at, clock, policy.decided_by.as_ref())?;
        let kept = self.files().filter(|(file, _)| match file {
            FileId::DataGroup(group) => policy.keeps(*group),
            _ => true,
        });
        let parts = kept.map(|(file, bytes)| (file, Bytes(bytes.to_vec()))).collect();
        Evidence::new(Version::Two, manifest, parts, Vec::new())
    }

    /// The document that evidence holds, to be judged again: with the trust of then, or of now.
    pub fn from_evidence(evidence: &Evidence) -> Self {
        let Evidence { version, manifest, parts, signatures, told } = evidence;
        let mut document = Self::empty(Origin::Evidence);
        for (file, state) in &told.files {
            let state = match (state, parts.get(file)) {
                (ToldFile::Read { .. }, Some(Bytes(bytes))) => FileState::Read(bytes.clone()),
                (ToldFile::Read { hashes, .. }, None) => FileState::Removed(hashes.clone()),
                (ToldFile::Absent(status), _) => FileState::Absent(*status),
                (ToldFile::Refused(status), _) => FileState::Refused(*status),
                (ToldFile::CutOff, _) => FileState::CutOff,
                (ToldFile::NotRead(why), _) => FileState::NotRead(*why),
            };
            document.files.put(*file, state);
        }
        let mapping = match told.chip_mapping {
            None => MappingRecord::None,
            Some(ToldMapping::Proven { .. }) => MappingRecord::Attested,
            Some(ToldMapping::Failed) => MappingRecord::AttestedFailed,
        };
        let (chip, active) = (told.chip_authentication.clone(), told.active_authentication.clone());
        document.proofs = ChipProofs::recorded(chip, active, mapping);
        if manifest.cut_off {
            document.files.cut_off();
        }
        document.files.add_resumed(told.resumed_files.iter().copied());
        let reading = &manifest.reading;
        let elapsed = Duration::from_millis(reading.elapsed_ms);
        document.cost = Cost::new(reading.exchanges, elapsed, reading.restarts, reading.resumes);
        document.claims.record(told.claims.clone());
        document.statements.record(told.statements.clone());
        document.online = told.online.clone().map(Box::new);
        let message = message(*version, &encoding::encode(manifest));
        let attestation = Attestation::new(message, signatures.clone(), told.verified_at, told.checks.clone());
        let is_mapping_bound = told.chip_mapping == Some(ToldMapping::Proven { is_in_dg14: true });
        let attestation = attestation.opened(told.access.clone()).proven(told.chip_suite.clone(), is_mapping_bound);
        document.attestation = Some(Box::new(attestation));
        document
    }
}

impl Evidence {
    fn new(
        version: Version,
        manifest: Manifest,
        parts: BTreeMap<FileId, Bytes>,
        signatures: Vec<EvidenceSignature>,
    ) -> Result<Self, EvidenceError> {
        let names_key = manifest.pace_cam.as_ref().is_some_and(|mapping| mapping.key_in_dg14.is_some());
        for (member, is_there) in [
            ("claims", manifest.claims.is_some()),
            ("statements", manifest.statements.is_some()),
            ("pace_cam", names_key),
        ] {
            if version == Version::One && is_there {
                return Err(EvidenceError::Value(member));
            }
        }
        let told = Told::of(&manifest)?;
        Ok(Self { version, manifest, parts, signatures, told })
    }

    /// The canonical bytes: the same evidence always gives the same.
    pub fn encode(&self) -> Vec<u8> {
        encoding::encode(&Wire {
            manifest: self.manifest.clone(),
            parts: self.parts.iter().map(|(file, bytes)| (file.name().to_owned(), bytes.clone())).collect(),
            schema: self.version.schema().to_owned(),
            sha256: hex::encode(self.digest()),
            signatures: self.signatures.iter().map(Into::into).collect(),
        })
    }

    /// Reads what [`Evidence::encode`] wrote. Every part must be the one that the manifest describes; data groups may be
    /// missing, other files may not. Signatures are judged when the document is verified.
    ///
    /// # Errors
    /// [`EvidenceError`], with the place.
    pub fn decode(bytes: &[u8]) -> Result<Self, EvidenceError> {
        let (wire, version) = encoding::decode(bytes)?;
        if wire.signatures.len() > BOUNDS.evidence_signatures {
            return Err(EvidenceError::Value("signatures"));
        }
        let signatures: Option<Vec<_>> = wire.signatures.iter().map(encoding::Signature::read).collect();
        let signatures = signatures.ok_or(EvidenceError::Value("signatures"))?;
        let mut parts = BTreeMap::new();
        for (name, bytes) in wire.parts {
            parts.insert(file_of(&name).ok_or(EvidenceError::PartUnknown)?, bytes);
        }
        let evidence = Self::new(version, wire.manifest, parts, signatures)?;
        if hex::encode(evidence.digest()) != wire.sha256 {
            return Err(EvidenceError::ManifestDiffers);
        }
        evidence.check_parts()?;
        Ok(evidence)
    }

    fn check_parts(&self) -> Result<(), EvidenceError> {
        for (file, Bytes(bytes)) in &self.parts {
            let Some(ToldFile::Read { length, hashes }) = self.told.files.get(file) else {
                return Err(EvidenceError::PartUnknown);
            };
            let is_whole = u64::try_from(bytes.len()) == Ok(*length);
            if !is_whole || !hashes.iter().all(|(digest, value)| digest.digest(&[bytes]) == *value) {
                return Err(EvidenceError::PartDiffers(*file));
            }
        }
        match self.removed().find(|file| !matches!(file, FileId::DataGroup(_))) {
            Some(file) => Err(EvidenceError::PartMissing(file)),
            None => Ok(()),
        }
    }

    /// The same without this data group: its hashes stay, and the signatures with them. `None` for another file, which
    /// holds nothing of the holder's, or one that is not there.
    pub fn without(&self, file: FileId) -> Option<Self> {
        let is_group = matches!(file, FileId::DataGroup(_));
        let mut less = self.clone();
        (is_group && less.parts.remove(&file).is_some()).then_some(less)
    }

    /// Lets the caller's key, or a time-stamp service, sign the whole; what it gives is kept.
    ///
    /// # Errors
    /// [`EvidenceSigningError`]; the evidence is then as it was.
    pub fn sign(&mut self, signer: &mut dyn EvidenceSigner) -> Result<(), EvidenceSigningError> {
        if self.signatures.len() >= BOUNDS.evidence_signatures {
            return Err(EvidenceSigningError::TooMany);
        }
        let message = message(self.version, &encoding::encode(&self.manifest));
        let signature = signer.sign(&message)?;
        if verify_evidence_signature(&signature, &message).is_err() {
            return Err(EvidenceSigningError::BadSignature);
        }
        self.signatures.push(signature);
        Ok(())
    }

    /// The signatures and time stamps; what they are worth stands in the report.
    pub fn signatures(&self) -> &[EvidenceSignature] {
        &self.signatures
    }

    /// The files that are in it.
    pub fn files(&self) -> impl Iterator<Item = FileId> {
        self.parts.keys().copied()
    }

    /// The files that were read and are not in it, or not any more.
    pub fn removed(&self) -> impl Iterator<Item = FileId> {
        let read = self.told.files.iter().filter(|(_, file)| matches!(file, ToldFile::Read { .. }));
        read.map(|(file, _)| *file).filter(|file| !self.parts.contains_key(file))
    }

    /// SHA-256 of the manifest: it names this evidence, with parts or without.
    pub fn digest(&self) -> Vec<u8> {
        DigestAlgorithm::Sha256.digest(&[&encoding::encode(&self.manifest)])
    }

    /// The manifest as canonical JSON, to be shown.
    pub fn manifest(&self) -> Vec<u8> {
        encoding::encode(&self.manifest)
    }

    /// When the card was read, by the reader's word.
    pub fn read_at(&self) -> SystemTime {
        self.told.read_at.into()
    }

    /// For which moment the reader judged: with the trust of then, this moment gives the checks of then.
    pub fn verified_at(&self) -> SystemTime {
        self.told.verified_at.into()
    }

    /// Whether this store trusts for documents what the reader trusted.
    pub fn has_trust_of(&self, store: &TrustStore) -> bool {
        self.manifest.trust.fingerprint == hex::encode(store.fingerprint())
    }

    /// The policy that the reading was judged under, and what it decided then.
    pub fn decided_by(&self) -> Option<&DecidedBy> {
        self.manifest.policy.as_ref()
    }

    /// The lists of certificates that the reader trusted.
    pub fn lists(&self) -> &[List] {
        &self.manifest.trust.lists
    }
}
