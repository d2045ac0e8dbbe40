//! One evidence: made of a reading, signed, written, read, judged again.

use super::encoding::{self, Bytes, Version, Wire};
use super::error::EvidenceError;
use super::manifest::{DecidedBy, List, Manifest};
use super::manifest_reading::{ReadManifest, RecordedFile, RecordedMapping};
use super::manifest_words::file_of;
use super::settings::{Clock, EvidencePolicy};
use super::signer::{EvidenceSigner, EvidenceSigningError, message};
use crate::bounds::BOUNDS;
use crate::crypto::DigestAlgorithm;
use crate::document::{Attestation, ChipProofs, Cost, Document, EvidenceSignature, FileState, MappingRecord, Origin};
use crate::lds::FileId;
use crate::trust::TrustStore;
use crate::verification::{judge, verify_evidence_signature};
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

/// Evidence of one reading.
#[derive(Clone)]
pub struct Evidence {
    version: Version,
    manifest: Manifest,
    parts: BTreeMap<FileId, Bytes>,
    signatures: Vec<EvidenceSignature>,
    /// What the manifest says, in the types of the library.
    recorded: ReadManifest,
}

/// `Debug` output omits the contents.
impl core::fmt::Debug for Evidence {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Evidence({} parts, {} signatures)", self.parts.len(), self.signatures.len())
    }
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
        let Evidence { version, manifest, parts, signatures, recorded } = evidence;
        let mut document = Self::empty(Origin::Evidence);
        for (file, state) in &recorded.files {
            let state = match (state, parts.get(file)) {
                (RecordedFile::Read { .. }, Some(Bytes(bytes))) => FileState::Read(bytes.clone()),
                (RecordedFile::Read { hashes, .. }, None) => FileState::Removed(hashes.clone()),
                (RecordedFile::Absent(status), _) => FileState::Absent(*status),
                (RecordedFile::Refused(status), _) => FileState::Refused(*status),
                (RecordedFile::CutOff, _) => FileState::CutOff,
                (RecordedFile::NotRead(why), _) => FileState::NotRead(*why),
            };
            document.files.put(*file, state);
        }
        let mapping = match recorded.chip_mapping {
            None => MappingRecord::None,
            Some(RecordedMapping::Proven { .. }) => MappingRecord::Attested,
            Some(RecordedMapping::Failed) => MappingRecord::AttestedFailed,
        };
        let (chip, active) = (recorded.chip_authentication.clone(), recorded.active_authentication.clone());
        document.proofs = ChipProofs::recorded(chip, active, mapping);
        if manifest.cut_off {
            document.files.cut_off();
        }
        document.files.add_resumed(recorded.resumed_files.iter().copied());
        let reading = &manifest.reading;
        let elapsed = Duration::from_millis(reading.elapsed_ms);
        document.cost = Cost::new(reading.exchanges, elapsed, reading.restarts, reading.resumes);
        document.claims.record(recorded.claims.clone());
        document.statements.record(recorded.statements.clone());
        document.online = recorded.online.clone().map(Box::new);
        let message = message(*version, &encoding::encode(manifest));
        let attestation = Attestation::new(message, signatures.clone(), recorded.verified_at, recorded.checks.clone());
        let is_mapping_bound = recorded.chip_mapping == Some(RecordedMapping::Proven { is_in_dg14: true });
        let attestation =
            attestation.opened(recorded.access.clone()).proven(recorded.chip_suite.clone(), is_mapping_bound);
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
        let recorded = ReadManifest::of(&manifest)?;
        Ok(Self { version, manifest, parts, signatures, recorded })
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
            let Some(RecordedFile::Read { length, hashes }) = self.recorded.files.get(file) else {
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

    /// The signatures and time stamps; the report shows what they are worth.
    pub fn signatures(&self) -> &[EvidenceSignature] {
        &self.signatures
    }

    /// The files that are in it.
    pub fn files(&self) -> impl Iterator<Item = FileId> {
        self.parts.keys().copied()
    }

    /// The files that were read and are not in it, or not any more.
    pub fn removed(&self) -> impl Iterator<Item = FileId> {
        let read = self.recorded.files.iter().filter(|(_, file)| matches!(file, RecordedFile::Read { .. }));
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

    /// When the card was read, as the reader recorded it.
    pub fn read_at(&self) -> SystemTime {
        self.recorded.read_at.into()
    }

    /// For which moment the reader judged: with the trust of then, this moment gives the checks of then.
    pub fn verified_at(&self) -> SystemTime {
        self.recorded.verified_at.into()
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
