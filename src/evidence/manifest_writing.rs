//! Writing the manifest: a reading and its report, put into the words of the form.

use super::error::EvidenceError;
use super::manifest::{self, DecidedBy, List, Manifest};
use super::manifest_words::{CHOOSERS, READER, moment};
use super::settings::Clock;
use crate::checks::{Check, CheckId, State};
use crate::chip::{ActiveAuthentication, ChipAuthentication};
use crate::crypto::DigestAlgorithm;
use crate::document::AccessSummary;
use crate::document::KeptClaims;
use crate::document::KeptOnline;
use crate::document::KeptStatements;
use crate::document::suite_names;
use crate::document::{ChipProofs, Document, FileState, Files, MappingRecord, NotRead};
use crate::iso7816::StatusWord;
use crate::lds::{FileId, SecurityObject};
use crate::passive_authentication::ConsultedList;
use crate::pki::Certificate;
use crate::policy::{Decision, Policy};
use crate::report::Report;
use crate::trust::TrustStore;
use crate::verification::{Certificates, claims_record};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use std::collections::BTreeMap;
use std::time::SystemTime;

impl Manifest {
    pub(super) fn of(
        document: &Document,
        report: &Report,
        certificates: &Certificates,
        trust: &TrustStore,
        at: SystemTime,
        clock: &Clock,
        policy: Option<&Policy>,
    ) -> Result<Self, EvidenceError> {
        let checks: Vec<manifest::ManifestCheck> = report.checks().iter().map(check).collect();
        let tolerances =
            report.checks().iter().filter(|check| report.tolerances().iter().any(|used| used.check == check.id));
        let der = |certificate: &Certificate| BASE64_STANDARD.encode(certificate.der());
        Ok(Self {
            access: report.access().map(access),
            active_authentication: active_authentication(document.active_authentication()),
            certificates: manifest::ManifestCertificates {
                anchor: certificates.anchor.as_ref().map(der),
                signer: certificates.signer.as_ref().map(der),
            },
            chip_authentication: chip_authentication(document.chip_authentication()),
            claims: claims_record(document, at.into()).as_ref().map(KeptClaims::of),
            crls: certificates.revocation_lists.iter().map(revocation_list).collect::<Result<_, _>>()?,
            cut_off: document.files.is_cut_off(),
            files: files(document),
            library: manifest::ManifestLibrary { name: "chipid".into(), version: env!("CARGO_PKG_VERSION").into() },
            online: document.online.as_deref().map(KeptOnline::of),
            policy: policy.map(|policy| decided_by(&report.decide(policy))),
            pace_cam: chip_mapping(&document.proofs, &document.files, report.check(CheckId::ChipPaceCam)),
            reading: manifest::ManifestReading {
                elapsed_ms: report.elapsed_ms().min(MAX_INTEGER),
                exchanges: report.exchanges(),
                restarts: report.restarts(),
                resumed_files: report.resumed_files().iter().map(|name| (*name).to_owned()).collect(),
                resumes: report.resumes(),
            },
            statements: KeptStatements::of(&document.statements()),
            times: manifest::ManifestTimes {
                read_at: moment(clock.read_at)?,
                source: clock.source.clone(),
                verified_at: moment(at)?,
            },
            tolerances: tolerances
                .map(|check| manifest::ManifestTolerance {
                    check: check.id.as_str().into(),
                    tolerances: check.tolerances.iter().map(|tolerance| tolerance.as_str().into()).collect(),
                    warnings: check.warnings.iter().map(|warning| warning.as_str().into()).collect(),
                })
                .collect(),
            trust: trusted(trust),
            verdict: report.verdict().as_str().into(),
            checks,
        })
    }
}

/// The mapping, where one was used. A failure that a list of known defects explains is still not a proof.
fn chip_mapping(proofs: &ChipProofs, files: &Files, check: Option<&Check>) -> Option<manifest::ManifestChipMapping> {
    if matches!(proofs.mapping(), MappingRecord::None) {
        return None;
    }
    let is_failed = check.is_none_or(|check| check.state == State::Failed);
    let is_proven = !is_failed && proofs.is_shown_by_mapping(files);
    Some(manifest::ManifestChipMapping {
        attested_by: READER.into(),
        key_in_dg14: (is_proven && proofs.is_mapping_bound(files)).then_some(true),
        outcome: if is_proven { "proven" } else { "failed" }.into(),
    })
}

fn decided_by(decision: &Decision) -> DecidedBy {
    DecidedBy {
        decision: decision.outcome().as_str().to_owned(),
        name: decision.policy().to_owned(),
        sha256: decision.policy_sha256().to_owned(),
    }
}

/// The largest integer that every reader of JSON keeps (RFC 8785 §3.2.2.3).
const MAX_INTEGER: u64 = (1 << 53) - 1;

fn access(access: &AccessSummary) -> manifest::ManifestAccess {
    let word = |word: Option<&'static str>| word.map(str::to_owned);
    manifest::ManifestAccess {
        cipher: word(access.cipher),
        downgraded: access.downgraded,
        mapping: word(access.mapping),
        offered: access.offered.clone(),
        parameter: word(access.parameter),
        password: word(access.password),
        protocol: access.protocol.into(),
    }
}

fn active_authentication(record: &ActiveAuthentication) -> Option<manifest::ManifestActiveAuthentication> {
    let bare = |outcome: &str| manifest::ManifestActiveAuthentication {
        challenge: None,
        chosen_by: None,
        outcome: outcome.into(),
        signature: None,
        status: None,
    };
    Some(match record {
        ActiveAuthentication::NotMade => return None,
        ActiveAuthentication::Answered { challenge, chosen_by, signature } => manifest::ManifestActiveAuthentication {
            challenge: Some(hex::encode(challenge)),
            chosen_by: Some(name_of(&CHOOSERS, *chosen_by).into()),
            signature: Some(hex::encode(signature)),
            ..bare("answered")
        },
        ActiveAuthentication::Refused(status) => {
            manifest::ManifestActiveAuthentication { status: Some(status.to_string()), ..bare("refused") }
        }
        ActiveAuthentication::SessionLost => bare("session_lost"),
        ActiveAuthentication::BadKey => bare("bad_key"),
    })
}

fn chip_authentication(record: &ChipAuthentication) -> manifest::ManifestChipAuthentication {
    let bare = |outcome: &str| manifest::ManifestChipAuthentication {
        attested_by: READER.into(),
        outcome: outcome.into(),
        reason: None,
        status: None,
        suite: None,
    };
    match record {
        ChipAuthentication::NotMade => bare("not_made"),
        ChipAuthentication::ShownByMapping => bare("shown_by_mapping"),
        ChipAuthentication::NotOffered => bare("not_offered"),
        ChipAuthentication::Impossible(reason) => {
            manifest::ManifestChipAuthentication { reason: Some(reason.as_str().into()), ..bare("impossible") }
        }
        ChipAuthentication::Proven(suite) => {
            let (protocol, group, cipher) = suite_names(suite);
            manifest::ManifestChipAuthentication {
                suite: Some(manifest::ManifestSuite { cipher, group, protocol }),
                ..bare("proven")
            }
        }
        ChipAuthentication::Attested => bare("proven"),
        ChipAuthentication::Refused(status) => {
            manifest::ManifestChipAuthentication { status: Some(status.to_string()), ..bare("refused") }
        }
        ChipAuthentication::SessionLost => bare("session_lost"),
        ChipAuthentication::NotUnderNewKeys => bare("not_under_new_keys"),
    }
}

fn check(check: &Check) -> manifest::ManifestCheck {
    manifest::ManifestCheck {
        compared: check.compared.clone(),
        id: check.id.as_str().into(),
        reason: check.reason.map(|reason| reason.as_str().into()),
        state: check.state.as_str().into(),
        warnings: check.warnings.iter().map(|warning| warning.as_str().into()).collect(),
    }
}

fn files(document: &Document) -> BTreeMap<String, manifest::ManifestFile> {
    let sod = document.file(FileId::Sod).bytes().and_then(|bytes| SecurityObject::parse(bytes).ok());
    // A file that is removed later is still compared with EF.SOD, by this hash.
    let digest = sod.and_then(|sod| sod.content().digest());
    let bare = |state: &str| manifest::ManifestFile {
        lds_hash: None,
        length: None,
        sha256: None,
        state: state.into(),
        status: None,
    };
    let refused =
        |state: &str, status: &StatusWord| manifest::ManifestFile { status: Some(status.to_string()), ..bare(state) };
    let file = |(id, state): (FileId, &FileState)| {
        let hash = |digest: DigestAlgorithm, bytes: &[u8]| hex::encode(digest.digest(&[bytes]));
        let file = match state {
            FileState::Read(bytes) => manifest::ManifestFile {
                lds_hash: digest
                    .filter(|digest| matches!(id, FileId::DataGroup(_)) && *digest != DigestAlgorithm::Sha256)
                    .map(|digest| manifest::ManifestHash {
                        algorithm: digest.name().into(),
                        value: hash(digest, bytes),
                    }),
                length: u64::try_from(bytes.len()).ok(),
                sha256: Some(hash(DigestAlgorithm::Sha256, bytes)),
                ..bare("read")
            },
            FileState::Absent(status) => refused("absent", status),
            FileState::Refused(status) => refused("refused", status),
            FileState::CutOff => bare("cut_off"),
            FileState::NotRead(NotRead::Plan) => bare("not_read"),
            FileState::NotRead(NotRead::NeedsTerminalAuthentication) => bare("needs_terminal_authentication"),
            FileState::Removed(_) | FileState::Unknown => return None,
        };
        Some((id.name().to_owned(), file))
    };
    document.files.known().filter_map(file).collect()
}

fn revocation_list(list: &ConsultedList) -> Result<manifest::ManifestRevocationList, EvidenceError> {
    Ok(manifest::ManifestRevocationList {
        issuer: list.issuer.clone(),
        next_update: moment(list.next_update.into())?,
        number: list.number.clone(),
        sha256: hex::encode(&list.sha256),
        this_update: moment(list.this_update.into())?,
    })
}

fn trusted(trust: &TrustStore) -> manifest::ManifestTrust {
    let count = |length: usize| u64::try_from(length).unwrap_or(MAX_INTEGER);
    let lists = trust.sources().iter().filter(|source| source.accepted > 0).map(|source| List {
        date: source.date.and_then(|date| moment(date.into()).ok()),
        kind: source.kind.as_str().into(),
        // The folder on this computer stays private.
        name: source.label.rsplit(['/', '\\']).next().unwrap_or_default().to_owned(),
        sha256: hex::encode(&source.sha256),
    });
    manifest::ManifestTrust {
        anchors: count(trust.anchors().len()),
        fingerprint: hex::encode(trust.fingerprint()),
        lists: lists.collect(),
        pinned: count(trust.pinned_signers().len()),
    }
}

fn name_of<T: PartialEq>(words: &[(&'static str, T)], value: T) -> &'static str {
    words.iter().find(|(_, known)| *known == value).map_or("", |(word, _)| word)
}
