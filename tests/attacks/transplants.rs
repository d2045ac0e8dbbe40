//! CH-2a: a clone with the victim's files, and with the key and the EF.CardSecurity of another chip of the product.
//!
//! The issuer signed every file of the clone, and the clone holds the key that it proves in PACE: only DG14 ties that key to
//! the document. Each situation is judged from the line, from a stored folder, from unsigned evidence and from evidence
//! signed by a trusted reader, and has the genuine card as its control. "Old" proofs and evidence are those of a reader that
//! left chip authentication out whenever the mapping had succeeded.

use crate::forge::seeded;
use crate::reading::{Issued, go_on, lines, now};
use crate::trust_changes::AddTrust as _;
use chipid::chip::ChipAuthentication;
use chipid::document::EvidenceSignature;
use chipid::evidence::{EvidenceSigner, EvidenceSigningError};
use chipid::internals::crypto::{Cipher, CurveId, DigestAlgorithm, GroupId};
use chipid::internals::iso7816::StatusWord;
use chipid::internals::issuer::{AgreementKey, CurveForm, Issuer, IssuerPlan};
use chipid::internals::oid;
use chipid::internals::tlv::{self, Tag};
use chipid::lds::{DataGroup, FileId};
use chipid::sim::profile::{self, CardSecurityPlan, ChipAuthenticationPlan, Sizes};
use chipid::sim::{File, Folder, PlantedDefect, Profile, ReadRule, SimulatedCard};
use chipid::trust::TrustStore;
use chipid::{
    Card, CheckId, Clock, Document, Evidence, EvidencePolicy, Outcome, Policy, Proofs, ReadPlan, Reason, Report, State,
    Verdict, Warning,
};
use serde_json::{Value, json};

const CAM: CheckId = CheckId::ChipPaceCam;
const CHIP: CheckId = CheckId::ChipChipAuthentication;
const CURVE: CurveId = CurveId::BrainpoolP256r1;
const DG14: FileId = FileId::DataGroup(DataGroup::DG14);

/// Which keys the DG14 of the document holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keys {
    /// The key of the mapping.
    Same,
    /// The key of the mapping, and another one.
    OneOfTwo,
    /// Another key.
    Other,
    /// None.
    None,
    /// EF.SOD does not list DG14.
    NoDg14,
}

impl Keys {
    /// Those with which a clone is told from the card.
    const BINDING: [Self; 3] = [Self::Same, Self::OneOfTwo, Self::Other];
    /// Those with which it is not.
    const UNBOUND: [Self; 2] = [Self::None, Self::NoDg14];

    /// A card of the product.
    fn card(self) -> Issued {
        let other = ChipAuthenticationPlan {
            group: GroupId::Curve(CURVE),
            cipher: Cipher::Aes128,
            key_id: Some(1),
            form: CurveForm::Named,
        };
        let keys_in_dg14 = matches!(self, Self::Same | Self::OneOfTwo);
        Issued::new(Profile {
            card_security: Some(CardSecurityPlan { keys_in_dg14, ..CardSecurityPlan::new() }),
            chip_authentication: if matches!(self, Self::OneOfTwo | Self::Other) { vec![other] } else { Vec::new() },
            defect: (self == Self::NoDg14).then_some(PlantedDefect::Dg14WithoutInfos),
            sizes: Sizes::default(),
            ..profile::cam()
        })
    }
}

/// The card's files on another chip of the product, with that chip's EF.CardSecurity and its key of the mapping.
fn clone(victim: &Issued) -> SimulatedCard {
    let other_chip = Profile { card_security: Some(CardSecurityPlan::new()), ..victim.profile.clone() };
    let blank = Profile { chip_authentication: Vec::new(), ..other_chip.clone() };
    let mut card = blank.card_with(victim.profile.contents().unwrap()).unwrap();
    card.set_mapping_key(CURVE, AgreementKey::of(GroupId::Curve(CURVE), "another").unwrap().private);
    let card_security = other_chip.with_defect(PlantedDefect::CardSecurityOtherKey).card_security().unwrap().unwrap();
    change(&mut card, Folder::Master, 0x011D, |file| file.content = card_security);
    card
}

fn change(card: &mut SimulatedCard, folder: Folder, fid: u16, change: impl FnOnce(&mut File)) {
    let mut files = card.files_mut().iter_mut();
    change(files.find(|file| (file.folder, file.fid) == (folder, fid)).unwrap());
}

fn read(card: SimulatedCard, issued: &Issued) -> Document {
    let session = Card::connect(Box::new(card)).unwrap().open(&issued.password(), &mut go_on).unwrap();
    session.read(&ReadPlan::full(), &mut go_on).unwrap()
}

/// A reader whose evidence its verifiers trust.
struct Reader(Issuer);

impl Reader {
    fn new() -> Self {
        let plan = IssuerPlan::new("UT", "UTO", "Invented bank", crate::forge::P256, crate::forge::P256);
        Self(Issuer::new(IssuerPlan { label: "bank".into(), ..plan }).unwrap())
    }

    fn trusted_too(&self, issued: &Issued) -> TrustStore {
        let mut trust = issued.trust().clone();
        trust.add_evidence_signer(self.0.ds()).unwrap();
        trust
    }
}

impl EvidenceSigner for Reader {
    fn sign(&mut self, data: &[u8]) -> Result<EvidenceSignature, EvidenceSigningError> {
        let scheme = crate::forge::P256.scheme;
        Ok(EvidenceSignature::Certificate {
            algorithm: scheme.algorithm_identifier(),
            certificate: self.0.ds().to_vec(),
            signature: self.0.ds_key().sign(scheme, data, &mut seeded(data)).unwrap(),
        })
    }
}

/// How what was read is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kept {
    Folder,
    Unsigned,
    Signed,
}

impl Kept {
    const ALL: [Self; 3] = [Self::Folder, Self::Unsigned, Self::Signed];
}

fn files(document: &Document) -> Vec<(FileId, Vec<u8>)> {
    document.files().map(|(file, bytes)| (file, bytes.to_vec())).collect()
}

fn evidence(document: &Document, issued: &Issued) -> Evidence {
    let clock = Clock { read_at: now(), source: "the test".into() };
    document.to_evidence(issued.trust(), now(), &EvidencePolicy::all(), &clock).unwrap()
}

/// The proofs as an old reader kept them: the mapping alone.
fn old_proofs(document: &Document) -> Proofs {
    let mut proofs = serde_json::to_value(document.proofs()).unwrap();
    proofs["pace_cam"] = json!({"outcome": "proven"});
    proofs["chip_authentication"] = Value::Null;
    serde_json::from_value::<Proofs>(proofs).unwrap().check().unwrap()
}

/// The evidence with another manifest, and the right hash of it.
fn with_manifest(evidence: &Evidence, change: impl FnOnce(&mut Value)) -> Evidence {
    let mut value: Value = serde_json::from_slice(&evidence.encode()).unwrap();
    change(&mut value["manifest"]);
    let manifest = serde_json::to_vec(&value["manifest"]).unwrap();
    value["sha256"] = json!(hex::encode(DigestAlgorithm::Sha256.digest(&[&manifest])));
    Evidence::decode(&serde_json::to_vec(&value).unwrap()).unwrap()
}

/// The evidence as an old reader wrote it.
fn old_evidence(evidence: &Evidence) -> Evidence {
    with_manifest(evidence, |manifest| {
        manifest["pace_cam"] = json!({"attested_by": "reader", "outcome": "proven"});
        manifest["chip_authentication"] = json!({"attested_by": "reader", "outcome": "shown_by_mapping"});
        manifest["verdict"] = json!("genuine");
        for check in manifest["checks"].as_array_mut().unwrap() {
            let (state, reason) = match check["id"].as_str().unwrap() {
                "chip.pace_cam" => ("successful", None),
                "chip.chip_authentication" => ("not_supported", Some("shown_by_mapping")),
                _ => continue,
            };
            let check = check.as_object_mut().unwrap();
            check.insert("state".into(), json!(state));
            check.remove("reason");
            check.extend(reason.map(|reason| ("reason".to_owned(), json!(reason))));
        }
    })
}

/// What was kept, judged by someone who trusts the issuer and the reader.
fn judge(kept: Kept, files: Vec<(FileId, Vec<u8>)>, proofs: Proofs, evidence: &Evidence, issued: &Issued) -> Report {
    let mut reader = Reader::new();
    let document = match kept {
        Kept::Folder => Document::from_files(files, Some(proofs)),
        Kept::Unsigned => Document::from_evidence(evidence),
        Kept::Signed => {
            let mut evidence = evidence.clone();
            evidence.sign(&mut reader).unwrap();
            Document::from_evidence(&Evidence::decode(&evidence.encode()).unwrap())
        }
    };
    document.verify(&reader.trusted_too(issued), now())
}

/// The reading as it is kept now.
fn judge_kept(kept: Kept, document: &Document, issued: &Issued) -> Report {
    judge(kept, files(document), document.proofs(), &evidence(document, issued), issued)
}

/// The reading as an old reader kept it.
fn judge_old(kept: Kept, document: &Document, issued: &Issued) -> Report {
    let evidence = old_evidence(&evidence(document, issued));
    judge(kept, files(document), old_proofs(document), &evidence, issued)
}

#[track_caller]
fn is(report: &Report, id: CheckId, state: State, reason: Option<Reason>) {
    let check = report.check(id).unwrap();
    assert_eq!((check.state, check.reason), (state, reason), "{id}\n{}", lines(report));
}

#[track_caller]
fn worth(report: &Report, verdict: Verdict) {
    assert_eq!(report.verdict(), verdict, "{}", lines(report));
}

fn is_warned(report: &Report) -> bool {
    report.check(CAM).unwrap().warnings.contains(&Warning::UnboundChipKey)
}

/// What a genuine card is worth, once kept.
fn genuine(kept: Kept) -> Verdict {
    if kept == Kept::Signed { Verdict::Genuine } else { Verdict::DataAuthentic }
}

#[test]
fn ch_2a_a_transplanted_mapping_fails_where_dg14_holds_a_key() {
    for keys in Keys::BINDING {
        println!("{keys:?}");
        let issued = keys.card();
        // The control: with its own key in DG14 chip authentication is left out, with another one it is made.
        let document = read(issued.card(), &issued);
        let report = issued.report(&document);
        worth(&report, Verdict::Genuine);
        is(&report, CAM, State::Successful, None);
        match keys {
            Keys::Other => is(&report, CHIP, State::Successful, None),
            _ => is(&report, CHIP, State::NotSupported, Some(Reason::ShownByMapping)),
        }
        assert!(!is_warned(&report));
        for kept in Kept::ALL {
            let report = judge_kept(kept, &document, &issued);
            worth(&report, genuine(kept));
            assert!(!is_warned(&report));
        }
        // The clone proves the key of its EF.CardSecurity, which the issuer signed, and not one of DG14.
        let document = read(clone(&issued), &issued);
        assert!(matches!(document.chip_authentication(), ChipAuthentication::Refused(_)));
        let report = issued.report(&document);
        worth(&report, Verdict::Failed);
        is(&report, CheckId::AccessCardSecurity, State::Successful, None);
        is(&report, CAM, State::Undetermined, Some(Reason::KeyNotBound));
        is(&report, CHIP, State::Failed, Some(Reason::Refused));
        for kept in Kept::ALL {
            worth(&judge_kept(kept, &document, &issued), Verdict::Failed);
        }
    }
}

#[test]
fn ch_2a_a_stored_mapping_without_chip_authentication_is_undetermined_where_dg14_holds_other_keys() {
    for keys in Keys::BINDING {
        println!("{keys:?}");
        let issued = keys.card();
        let (card, clone) = (read(issued.card(), &issued), read(clone(&issued), &issued));
        for kept in Kept::ALL {
            // The control: DG14 holds the key, so that the mapping is enough.
            let report = judge_old(kept, &card, &issued);
            let is_bound = keys != Keys::Other;
            worth(&report, if is_bound { genuine(kept) } else { Verdict::Undetermined });
            if !is_bound {
                is(&report, CHIP, State::Undetermined, Some(Reason::NotMade));
                is(&report, CAM, State::Undetermined, Some(Reason::KeyNotBound));
            }
            let report = judge_old(kept, &clone, &issued);
            worth(&report, Verdict::Undetermined);
            is(&report, CHIP, State::Undetermined, Some(Reason::NotMade));
            is(&report, CAM, State::Undetermined, Some(Reason::KeyNotBound));
            assert_ne!(report.decide(&Policy::field()).outcome(), Outcome::Accept);
        }
        // Leaving EF.CardSecurity out, which shows the other key, does not help.
        let mut less = files(&clone);
        less.retain(|(file, _)| *file != FileId::CardSecurity);
        let report = Document::from_files(less, Some(old_proofs(&clone))).verify(issued.trust(), now());
        worth(&report, Verdict::Undetermined);
    }
}

#[test]
fn ch_2a_without_a_key_in_dg14_the_clone_is_genuine_with_a_warning_that_strict_refers() {
    for keys in Keys::UNBOUND {
        println!("{keys:?}");
        let issued = keys.card();
        assert_eq!(
            issued.profile.contents().unwrap().groups.iter().any(|(number, _)| *number == 14),
            keys == Keys::None
        );
        for card in [issued.card(), clone(&issued)] {
            let document = read(card, &issued);
            let report = issued.report(&document);
            worth(&report, Verdict::Genuine);
            is(&report, CAM, State::Successful, None);
            is(&report, CHIP, State::NotSupported, Some(Reason::NotDue));
            assert!(is_warned(&report));
            let decided = report.decide(&Policy::strict());
            let by = decided.reasons().iter().find(|reason| reason.check == Some(CAM)).unwrap();
            assert_eq!(
                (decided.outcome(), by.outcome, by.warning),
                (Outcome::Refer, Outcome::Refer, Some(Warning::UnboundChipKey))
            );
            assert_eq!(report.decide(&Policy::field()).outcome(), Outcome::Accept, "{}", lines(&report));
            for kept in Kept::ALL {
                for report in [judge_kept(kept, &document, &issued), judge_old(kept, &document, &issued)] {
                    worth(&report, genuine(kept));
                    assert!(is_warned(&report));
                }
            }
        }
    }
    // The control: with a key in DG14 the policy has nothing to say of the mapping.
    for keys in Keys::BINDING {
        let issued = keys.card();
        let decided = issued.report(&read(issued.card(), &issued)).decide(&Policy::strict());
        assert!(decided.reasons().iter().all(|reason| reason.check != Some(CAM)));
    }
}

#[test]
fn ch_2a_a_key_of_dg14_that_cannot_be_read_is_not_taken_for_none() {
    // ChipAuthenticationPublicKeyInfo with an INTEGER in place of the key.
    let issued = Keys::None.card();
    let mut groups = issued.profile.contents().unwrap().groups;
    let dg14 = &mut groups.iter_mut().find(|(number, _)| *number == 14).unwrap().1;
    let mut infos = tlv::Reader::new(dg14).next().unwrap().children().next().unwrap().value.to_vec();
    let protocol = tlv::encode(Tag::OID, oid::ID_PK_ECDH.as_der());
    infos.extend(tlv::encode_all(Tag::SEQUENCE, &[&protocol, &tlv::encode(Tag::INTEGER, &[1])]));
    *dg14 = tlv::encode(Tag(0x6E), &tlv::encode(Tag::SET, &infos));
    let sod = issued.profile.issuer().unwrap().sod(&crate::forge::listed(&groups)).unwrap();
    let contents = issued.profile.contents_with(groups, sod);
    for mut card in [issued.card(), clone(&issued)] {
        for (folder, fid) in [(Folder::Application, 0x010E), (Folder::Application, 0x011D)] {
            change(&mut card, folder, fid, |file| file.content = contents.file(folder, fid).unwrap().to_vec());
        }
        let report = issued.report(&read(card, &issued));
        worth(&report, Verdict::Undetermined);
        is(&report, CAM, State::Undetermined, Some(Reason::KeyNotBound));
    }
}

#[test]
fn ch_2a_while_dg14_is_not_held_nothing_binds_the_mapping() {
    let keys = [Keys::Same, Keys::OneOfTwo, Keys::Other, Keys::None];
    for keys in keys {
        println!("{keys:?}");
        let issued = keys.card();
        for document in [read(issued.card(), &issued), read(clone(&issued), &issued)] {
            // A folder without it.
            let mut less = files(&document);
            less.retain(|(file, _)| *file != DG14);
            let report = Document::from_files(less.clone(), Some(old_proofs(&document))).verify(issued.trust(), now());
            worth(&report, Verdict::Undetermined);
            is(&report, CAM, State::Undetermined, Some(Reason::KeyNotBound));
            // Evidence of a reading that did not ask for it.
            let mut unread: Value =
                serde_json::from_slice(&old_evidence(&evidence(&document, &issued)).encode()).unwrap();
            unread["parts"].as_object_mut().unwrap().remove("EF.DG14");
            unread["manifest"]["files"]["EF.DG14"] = json!({"state": "not_read"});
            let manifest = serde_json::to_vec(&unread["manifest"]).unwrap();
            unread["sha256"] = json!(hex::encode(DigestAlgorithm::Sha256.digest(&[&manifest])));
            let unread = Evidence::decode(&serde_json::to_vec(&unread).unwrap()).unwrap();
            // Whoever can write unsigned evidence can state that the plan left DG14 out.
            for (kept, reason) in [(Kept::Unsigned, Reason::NotHeld), (Kept::Signed, Reason::NotRead)] {
                let report = judge(kept, Vec::new(), old_proofs(&document), &unread, &issued);
                worth(&report, Verdict::Undetermined);
                is(&report, CAM, State::Undetermined, Some(Reason::KeyNotBound));
                is(&report, CHIP, State::Undetermined, Some(reason));
            }
        }
        // A chip that lists it and does not give it fails the proof that is due.
        for mut card in [issued.card(), clone(&issued)] {
            change(&mut card, Folder::Application, 0x010E, |file| file.rule = ReadRule::Refused(StatusWord::NOT_FOUND));
            let report = issued.report(&read(card, &issued));
            worth(&report, Verdict::Failed);
            is(&report, CHIP, State::Failed, Some(Reason::Missing));
        }
    }
}

#[test]
fn ch_2a_removing_dg14_from_evidence_never_helps() {
    for keys in [Keys::Same, Keys::OneOfTwo, Keys::Other, Keys::None] {
        println!("{keys:?}");
        let issued = keys.card();
        let (card, clone) = (read(issued.card(), &issued), read(clone(&issued), &issued));
        let judge = |kept, evidence: &Evidence| {
            judge(kept, Vec::new(), old_proofs(&card), &evidence.without(DG14).unwrap(), &issued)
        };
        // The control: a trusted reader's record shows that DG14 held the key, or what chip authentication came to.
        let whole = evidence(&card, &issued);
        worth(&judge(Kept::Signed, &whole), Verdict::DataAuthentic);
        assert!(judge(Kept::Unsigned, &whole).verdict() <= Verdict::DataAuthentic);
        if matches!(keys, Keys::Same | Keys::OneOfTwo) {
            worth(&judge(Kept::Unsigned, &whole), Verdict::Undetermined);
        }
        if keys == Keys::None {
            assert!(is_warned(&judge(Kept::Signed, &whole)));
            continue;
        }
        // The record of the clone's reading shows that its chip authentication failed.
        for kept in [Kept::Unsigned, Kept::Signed] {
            worth(&judge(kept, &evidence(&clone, &issued)), Verdict::Failed);
            // The record of an old reader does not show which key DG14 held, of the clone as of the card.
            for document in [&card, &clone] {
                worth(&judge(kept, &old_evidence(&evidence(document, &issued))), Verdict::Undetermined);
            }
        }
        // Whoever can write unsigned evidence can write that DG14 held the key, and gains nothing by it.
        let forged = with_manifest(&old_evidence(&evidence(&clone, &issued)), |manifest| {
            manifest["pace_cam"]["key_in_dg14"] = json!(true);
        });
        worth(&judge(Kept::Unsigned, &forged), Verdict::Undetermined);
        // Nor by leaving out that the mapping was used, while the record states that it was all that was needed.
        let forged = with_manifest(&old_evidence(&evidence(&clone, &issued)), |manifest| {
            manifest.as_object_mut().unwrap().remove("pace_cam");
        });
        worth(&judge(Kept::Unsigned, &forged), Verdict::Undetermined);
    }
}

#[test]
fn ch_2a_a_dg14_that_nobody_signed_binds_nothing() {
    // The clone puts the key that it proves into its own DG14: chip authentication is left out, and the hash breaks.
    let issued = Keys::Same.card();
    let mut card = clone(&issued);
    let own = AgreementKey::of(GroupId::Curve(CURVE), "another").unwrap();
    let info = {
        let protocol = tlv::encode(Tag::OID, oid::ID_PK_ECDH.as_der());
        let id = tlv::encode(Tag::INTEGER, &[CURVE.parameter_id().unwrap()]);
        tlv::encode_all(Tag::SEQUENCE, &[&protocol, &own.spki(CurveForm::Standardized), &id])
    };
    change(&mut card, Folder::Application, 0x010E, |file| {
        let infos = tlv::Reader::new(&file.content).next().unwrap().children().next().unwrap().value.to_vec();
        file.content = tlv::encode(Tag(0x6E), &tlv::encode(Tag::SET, &[infos, info].concat()));
    });
    let document = read(card, &issued);
    assert_eq!(*document.chip_authentication(), ChipAuthentication::ShownByMapping);
    let report = issued.report(&document);
    worth(&report, Verdict::Failed);
    is(&report, CheckId::PaDg14, State::Failed, Some(Reason::Mismatch));
    is(&report, CAM, State::Undetermined, Some(Reason::KeyNotAuthenticated));
    is(&report, CHIP, State::Undetermined, Some(Reason::NotMade));
    // The same of a genuine card whose issuer is not trusted.
    let document = read(issued.card(), &issued);
    let report = document.verify(&TrustStore::empty(), now());
    worth(&report, Verdict::Undetermined);
    is(&report, CAM, State::Undetermined, Some(Reason::KeyNotAuthenticated));
}
