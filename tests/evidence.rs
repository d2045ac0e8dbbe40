//! Does evidence give the same checks again, and does nothing done to it ever give a better verdict?
//!
//! Every test has its control: the untouched evidence. A forger here is diligent: he writes canonical JSON, and puts the
//! hashes of what he altered right.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[path = "support/trust.rs"]
mod trust_changes;
#[path = "support/paper.rs"]
#[allow(dead_code)]
mod paper;
#[path = "support/reading.rs"]
mod reading;

use chipid::document::{EvidenceSignature, Origin};
use chipid::evidence::{EvidenceSigner, EvidenceSigningError};
use chipid::internals::crypto::DigestAlgorithm;
use chipid::lds::{DataGroup, FileId};
use chipid::sim::profile::PlantedDefect;
use chipid::sim::{Profile, Quirk, profile};
use chipid::trust::TrustStore;
use chipid::{
    Check, CheckId, Clock, Document, Evidence, EvidenceError, EvidencePolicy, Password, ReadPlan, Reason, Report,
    State, Verdict,
};
use reading::{lines, link, now, password, read, read_over, trust};
use serde_json::{Value, json};
use std::time::Duration;
use trust_changes::AddTrust as _;

const PROFILES: [&str; 9] = ["vn", "passport", "hardened", "plain", "reference", "cam", "im", "dh", "eac"];

fn clock() -> Clock {
    Clock { read_at: now() - Duration::from_secs(60), source: "the test".into() }
}

fn evidence_of(document: &Document, trust: &TrustStore) -> Evidence {
    document.to_evidence(trust, now(), &EvidencePolicy::all(), &clock()).unwrap()
}

fn evidence(profile: &Profile) -> Evidence {
    evidence_of(&read(profile), &trust(profile))
}

fn judge(evidence: &Evidence, trust: &TrustStore) -> Report {
    Document::from_evidence(evidence).verify(trust, now())
}

/// A bank's key, with its certificate.
struct Bank {
    certificate: Vec<u8>,
    key: paper::Key,
    digest: DigestAlgorithm,
}

impl Bank {
    fn new() -> Self {
        let document = paper::Document::new();
        Self { certificate: document.ds_der(), key: document.ds.key, digest: DigestAlgorithm::Sha256 }
    }

    /// Another bank, whose certificate bears the same names.
    fn other() -> Self {
        let mut document = paper::Document::new();
        document.ds.key = paper::Key::new(chipid::internals::crypto::CurveId::Secp256r1, 0x77);
        document.ds.spki = document.ds.key.spki();
        Self { certificate: document.ds_der(), key: document.ds.key, digest: DigestAlgorithm::Sha256 }
    }

    fn trusted_too(&self, mut trust: TrustStore) -> TrustStore {
        trust.add_evidence_signer(&self.certificate).unwrap();
        trust
    }
}

impl EvidenceSigner for Bank {
    fn sign(&mut self, data: &[u8]) -> Result<EvidenceSignature, EvidenceSigningError> {
        assert!(data.starts_with(b"chipid.evidence/2 manifest\0{"));
        Ok(EvidenceSignature::Certificate {
            algorithm: paper::algorithm(paper::ecdsa(self.digest)),
            certificate: self.certificate.clone(),
            signature: self.key.sign(self.digest, data),
        })
    }
}

fn signed(mut evidence: Evidence, bank: &mut Bank) -> Evidence {
    evidence.sign(bank).unwrap();
    evidence
}

fn value(evidence: &Evidence) -> Value {
    serde_json::from_slice(&evidence.encode()).unwrap()
}

/// Canonical bytes with the hash of the manifest put right, as a forger would.
fn forge(mut value: Value) -> Result<Evidence, EvidenceError> {
    let manifest = serde_json::to_vec(&value["manifest"]).unwrap();
    value["sha256"] = json!(hex::encode(DigestAlgorithm::Sha256.digest(&[&manifest])));
    Evidence::decode(&serde_json::to_vec(&value).unwrap())
}

/// The verdict of forged evidence; bytes that are refused give none.
fn verdict(forged: Result<Evidence, EvidenceError>, trust: &TrustStore) -> Option<Verdict> {
    forged.ok().map(|evidence| judge(&evidence, trust).verdict())
}

/// Checks that a file cannot make again.
fn is_of_the_reader(id: CheckId) -> bool {
    matches!(
        id,
        CheckId::AccessProtocol
            | CheckId::AccessTerminal
            | CheckId::ChipChipAuthentication
            | CheckId::ChipPaceCam
            | CheckId::LdsAtrInfo
            | CheckId::LdsDg1Printed
            | CheckId::VnNumberGiven
            | CheckId::VnQrNumber
            | CheckId::VnQrName
            | CheckId::VnQrBirthDate
            | CheckId::VnQrOther
    )
}

fn is_of_the_evidence(check: &&Check) -> bool {
    matches!(check.id, CheckId::EvidenceSignature | CheckId::EvidenceTimestamp)
}

#[test]
fn every_profile_gives_the_same_checks_again() {
    let mut bank = Bank::new();
    for name in PROFILES {
        let profile = Profile::by_name(name).unwrap();
        let trust = trust(&profile);
        let document = read(&profile);
        let before = document.verify(&trust, now());
        let plain = evidence_of(&document, &trust);
        let bytes = plain.encode();
        let again = Evidence::decode(&bytes).unwrap();
        assert_eq!(again.encode(), bytes, "{name}");
        assert_eq!(bytes, evidence_of(&document, &trust).encode(), "{name}: the same evidence, the same bytes");
        let canonical = serde_json::to_vec(&serde_json::from_slice::<Value>(&bytes).unwrap()).unwrap();
        assert_eq!(bytes, canonical, "{name}: keys in order, no spaces");

        // Without a signature: what only the reader saw is open.
        let after = judge(&again, &trust);
        let made: Vec<&Check> = after.checks().iter().filter(|check| !is_of_the_evidence(check)).collect();
        assert_eq!(made.len(), before.checks().len(), "{name}");
        for check in before.checks() {
            let other = after.check(check.id).unwrap();
            let is_open = other.reason == Some(Reason::AttestedByReader) && other.state == State::Undetermined;
            assert!(check == other || (is_of_the_reader(check.id) && is_open), "{name}: {check:?} {other:?}");
        }
        let unsigned = after.check(CheckId::EvidenceSignature).unwrap();
        assert_eq!((unsigned.state, unsigned.reason), (State::NotSupported, Some(Reason::NotSigned)));
        let is_active = before.check(CheckId::ChipActiveAuthentication).unwrap().is_successful();
        let due = if is_active { Verdict::Genuine } else { Verdict::DataAuthentic };
        assert_eq!(after.verdict(), due.min(before.verdict()), "{name}\n{}", lines(&after));
        assert_eq!(after.access(), before.access(), "{name}");
        assert_eq!(after.holder(), before.holder(), "{name}");
        assert_eq!(after.exchanges(), before.exchanges(), "{name}");

        // Signed by one who is trusted: everything stands, and says on whose word.
        let signed = Evidence::decode(&signed(again, &mut bank).encode()).unwrap();
        let after = judge(&signed, &bank.trusted_too(trust.clone()));
        assert_eq!(after.verdict(), before.verdict(), "{name}\n{}", lines(&after));
        for check in before.checks() {
            let other = after.check(check.id).unwrap();
            let vouched = Check { reason: Some(Reason::AttestedByTrustedReader), ..check.clone() };
            assert!(check == other || (check.is_successful() && *other == vouched), "{name}: {check:?} {other:?}");
        }
        // Signed by one who is not: as if nobody had.
        let after = judge(&signed, &trust);
        assert_eq!(after.verdict(), due.min(before.verdict()), "{name}");
        let check = after.check(CheckId::EvidenceSignature).unwrap();
        assert_eq!((check.state, check.reason), (State::Undetermined, Some(Reason::SignerNotTrusted)));
    }
}

#[test]
fn what_was_claimed_at_the_counter_is_the_readers_word() {
    let profile = profile::vn();
    let mut bank = Bank::new();
    let trust = bank.trusted_too(trust(&profile));
    for password in [Password::qr(&profile.qr_text().unwrap()), Password::number("001199000001")] {
        let document = read_over(link(&profile), &password.unwrap(), &ReadPlan::full(), None).unwrap();
        let before = document.verify(&trust, now());
        let after = judge(&signed(evidence_of(&document, &trust), &mut bank), &trust);
        for check in before.checks() {
            assert_eq!(after.check(check.id).map(|other| other.state), Some(check.state), "{}", check.id);
        }
    }
}

#[test]
fn evidence_of_a_bad_card_is_no_better() {
    let mut bank = Bank::new();
    let mut seen = 0;
    for (document, trust) in bad_documents() {
        let trust = bank.trusted_too(trust);
        let control = document.verify(&trust, now());
        let evidence = evidence_of(&document, &trust);
        let retold = judge(&evidence, &trust).verdict();
        assert!(retold <= control.verdict(), "{retold:?}\n{}", lines(&control));
        let vouched = judge(&signed(evidence, &mut bank), &trust);
        assert_eq!(vouched.verdict(), control.verdict(), "{}\n{}", lines(&control), lines(&vouched));
        for check in control.checks() {
            assert_eq!(vouched.check(check.id).map(|other| other.state), Some(check.state), "{}", check.id);
        }
        seen += 1;
    }
    println!("{seen} bad documents");
}

/// What cards with defects and quirks give, as far as they can be read, each with its trust.
fn bad_documents() -> Vec<(Document, TrustStore)> {
    let quirks = [
        Quirk::CaKeepsOldKeys,
        Quirk::CaRefused,
        Quirk::CaRefusedNaked,
        Quirk::CaWithoutInfo,
        Quirk::AaRefused,
        Quirk::AaDerSignature,
        Quirk::LastGroupUnreadable,
        Quirk::Dg13Unreadable,
        Quirk::CardAccessWithoutPace,
    ];
    let mut found = Vec::new();
    for base in [profile::vn(), profile::hardened()] {
        for quirk in quirks {
            let profile = base.clone().with_quirk(quirk);
            let password =
                if profile.bac { Password::mrz(&profile.mrz_lines().concat()).unwrap() } else { password(&profile) };
            if let Ok(document) = read_over(link(&profile), &password, &ReadPlan::full(), None) {
                found.push((document, trust(&profile)));
            }
        }
        for defect in PlantedDefect::ALL {
            let profile = base.clone().with_defect(defect);
            let Ok(card) = profile.card() else { continue };
            if let Ok(document) = read_over(Box::new(card), &password(&profile), &ReadPlan::full(), None) {
                found.push((document, trust(&profile)));
            }
        }
    }
    found
}

#[test]
fn removing_groups_never_helps_and_leaves_the_rest() {
    let mut bank = Bank::new();
    for name in PROFILES {
        let profile = Profile::by_name(name).unwrap();
        let trusted = bank.trusted_too(trust(&profile));
        let whole = signed(evidence(&profile), &mut bank);
        let control = judge(&whole, &trusted);
        for file in whole.files().collect::<Vec<_>>() {
            let FileId::DataGroup(group) = file else {
                assert!(whole.without(file).is_none(), "{file}");
                continue;
            };
            let less = whole.without(file).unwrap();
            assert!(less.without(file).is_none());
            assert_eq!(less.digest(), whole.digest(), "the signature stands");
            let less = Evidence::decode(&less.encode()).unwrap();
            assert_eq!(less.removed().collect::<Vec<_>>(), [file]);
            let report = judge(&less, &trusted);
            assert!(report.verdict() <= control.verdict(), "{name} without {file}");
            assert!(report.verdict() >= Verdict::DataAuthentic, "{name} without {file}\n{}", lines(&report));
            let is_key = [DataGroup::DG14, DataGroup::DG15].contains(&group);
            if !is_key {
                assert_eq!(report.verdict(), control.verdict(), "{name} without {file}\n{}", lines(&report));
            }
            let check = report.check(CheckId::data_group(group.number()).unwrap()).unwrap();
            assert_eq!((check.state, check.reason), (State::Undetermined, Some(Reason::Removed)), "{name} {file}");
            assert!(report.not_read().iter().any(|one| (one.file, one.why) == (file.name(), "removed")), "{file}");
            assert!(report.check(CheckId::EvidenceSignature).unwrap().is_successful());
            assert!(report.check(CheckId::PaDataGroups).unwrap().is_successful());
        }
    }
}

#[test]
fn removing_what_had_failed_never_hides_it() {
    let mut bank = Bank::new();
    for (document, trust) in bad_documents() {
        let trust = bank.trusted_too(trust);
        // With the trust of now, and where nothing was trusted when the card was read.
        for then in [&trust, &TrustStore::empty()] {
            for whole in [evidence_of(&document, then), signed(evidence_of(&document, then), &mut bank)] {
                let control = judge(&whole, &trust);
                let groups: Vec<FileId> = whole.files().filter(|file| matches!(file, FileId::DataGroup(_))).collect();
                let mut cases: Vec<Evidence> = groups.iter().map(|file| whole.without(*file).unwrap()).collect();
                cases.push(groups.iter().fold(whole.clone(), |less, file| less.without(*file).unwrap()));
                for less in cases {
                    let report = judge(&less, &trust);
                    let removed: Vec<_> = less.removed().collect();
                    assert!(
                        report.verdict() <= control.verdict(),
                        "without {removed:?}: {:?}\n{}\n{}",
                        report.verdict(),
                        lines(&control),
                        lines(&report)
                    );
                }
            }
        }
    }
}

#[test]
fn the_policy_keeps_what_it_names() {
    let profile = profile::vn();
    let trust = trust(&profile);
    let document = read(&profile);
    let keep = |policy: &EvidencePolicy| document.to_evidence(&trust, now(), policy, &clock()).unwrap();
    let all = keep(&EvidencePolicy::all());
    let less = keep(&EvidencePolicy::without_biometrics());
    assert_eq!(less.removed().collect::<Vec<_>>(), [FileId::DataGroup(DataGroup::DG2)]);
    assert_eq!(less.encode(), all.without(FileId::DataGroup(DataGroup::DG2)).unwrap().encode());
    // That DG2 was read and matched counts only where a reader attests it that the verifier trusts.
    assert_eq!(judge(&less, &trust).verdict(), Verdict::Undetermined);
    let least = keep(&EvidencePolicy::only([]));
    assert_eq!(judge(&least, &trust).verdict(), Verdict::Undetermined);
    let mut bank = Bank::new();
    let trusting = bank.trusted_too(trust.clone());
    assert_eq!(judge(&signed(less, &mut bank), &trusting).verdict(), Verdict::Genuine);
    let least = signed(least, &mut bank);
    assert_eq!(judge(&least, &trusting).verdict(), Verdict::Genuine);
    assert!(judge(&least, &trusting).holder().fields().next().is_none());
    // Of stored files, and of evidence itself, nobody can attest anything.
    let stored = Document::from_evidence(&all);
    assert_eq!(stored.origin(), Origin::Evidence);
    let files: Vec<_> = document.files().map(|(file, bytes)| (file, bytes.to_vec())).collect();
    for stored in [stored, Document::from_files(files, Some(document.proofs()))] {
        let error = stored.to_evidence(&trust, now(), &EvidencePolicy::all(), &clock()).unwrap_err();
        assert_eq!(error, EvidenceError::NotFromCard);
    }
}

#[test]
fn no_password_and_nothing_personal_stands_in_the_manifest() {
    let mut profile = profile::vn();
    profile.can = Some("739164".into());
    let evidence = evidence(&profile);
    let manifest = String::from_utf8(evidence.manifest()).unwrap();
    for word in ["739164", &profile.person.primary, &profile.person.document_number, profile.number(), "Mẫu"] {
        assert!(!manifest.contains(word), "{word}");
    }
    assert!(!String::from_utf8(evidence.encode()).unwrap().contains("739164"));
    assert_eq!(format!("{evidence:?}"), format!("Evidence({} parts, 0 signatures)", evidence.files().count()));
}

#[test]
fn no_altered_byte_is_taken_for_better() {
    let mut bank = Bank::new();
    for profile in [
        Profile { sizes: Default::default(), ..profile::vn() },
        Profile { sizes: Default::default(), ..profile::cam() },
    ] {
        let trusted = bank.trusted_too(trust(&profile));
        let evidence = signed(evidence(&profile), &mut bank);
        let control = judge(&evidence, &trusted).verdict();
        assert_eq!(control, Verdict::Genuine);
        let mut bytes = evidence.encode();
        let begin = bytes.windows(14).position(|window| window == b"\"signatures\":[").unwrap();
        let mut taken = 0;
        let masks: &[u8] =
            if std::env::var_os("CHIPID_FULL").is_some() { &[1, 2, 4, 8, 16, 32, 64, 128] } else { &[1] };
        for at in 0..bytes.len() {
            for mask in masks {
                bytes[at] ^= mask;
                if let Ok(altered) = Evidence::decode(&bytes) {
                    // Only what is beside the manifest and the parts can be altered and still be read.
                    assert!(at > begin, "byte {at}");
                    let report = judge(&altered, &trusted);
                    assert!(report.verdict() <= control, "byte {at}\n{}", lines(&report));
                    assert!(!report.check(CheckId::EvidenceSignature).unwrap().is_successful(), "byte {at}");
                    taken += 1;
                }
                bytes[at] ^= mask;
            }
        }
        println!("{}: {} bytes altered, {taken} of them read", profile.name, bytes.len());
        assert!(Evidence::decode(&bytes).is_ok());
    }
}

#[test]
fn parts_of_two_persons_do_not_mix() {
    let mut bank = Bank::new();
    let mut other = profile::vn();
    other.person.primary = "TRAN".into();
    other.person.document_number = "199000002".into();
    let trust = bank.trusted_too(trust(&profile::vn()));
    let (a, b) = (evidence(&profile::vn()), evidence(&other));
    let (a, b) = (signed(a, &mut bank), signed(b, &mut bank));
    let control = judge(&a, &trust).verdict();
    let (a, b) = (value(&a), value(&b));
    for (name, part) in b["parts"].as_object().unwrap() {
        if a["parts"][name] == *part {
            continue;
        }
        let mut swapped = a.clone();
        swapped["parts"][name] = part.clone();
        assert!(matches!(forge(swapped.clone()), Err(EvidenceError::PartDiffers(_))), "{name}");
        // With its description: the signature no longer stands; without a signature the issuer's tells.
        swapped["manifest"]["files"][name] = b["manifest"]["files"][name].clone();
        assert_eq!(verdict(forge(swapped.clone()), &trust), Some(Verdict::Failed), "{name}");
        swapped["signatures"] = json!([]);
        let verdict = verdict(forge(swapped), &trust).unwrap();
        assert!(verdict < control, "{name}: {verdict:?}");
        if name.starts_with("EF.DG") || name == "EF.SOD" {
            assert_eq!(verdict, Verdict::Failed, "{name}");
        }
    }
    // The proofs, the signatures and the manifest of the other person.
    for place in ["manifest", "signatures"] {
        let mut swapped = a.clone();
        swapped[place] = b[place].clone();
        assert!(verdict(forge(swapped), &trust).is_none_or(|verdict| verdict == Verdict::Failed), "{place}");
    }
    let mut swapped = a.clone();
    swapped["manifest"]["active_authentication"] = b["manifest"]["active_authentication"].clone();
    swapped["signatures"] = json!([]);
    // Both invented persons' cards have the same key: what differs is the challenge alone.
    assert!(verdict(forge(swapped), &trust) <= Some(control));
}

#[test]
fn exchanged_lists_never_help() {
    let mut bank = Bank::new();
    let trusts: Vec<(&str, TrustStore)> =
        PROFILES.iter().map(|name| (*name, trust(&Profile::by_name(name).unwrap()))).collect();
    for name in PROFILES {
        let profile = Profile::by_name(name).unwrap();
        let own = bank.trusted_too(trust(&profile));
        let evidence = signed(evidence(&profile), &mut bank);
        assert!(evidence.has_trust_of(&own));
        let control = judge(&evidence, &own).verdict();
        let nobody = judge(&evidence, &bank.trusted_too(TrustStore::empty()));
        assert_eq!(nobody.verdict(), Verdict::Undetermined, "{name}");
        for (other, store) in &trusts {
            let verdict = judge(&evidence, &bank.trusted_too(store.clone())).verdict();
            assert!(verdict <= control, "{name} with the trust of {other}");
            if !evidence.has_trust_of(store) {
                assert!(verdict <= Verdict::Undetermined, "{name} with the trust of {other}");
            }
        }
    }
}

#[test]
fn no_altered_field_of_the_manifest_helps() {
    let mut bank = Bank::new();
    for profile in [profile::vn(), profile::cam()] {
        let trust = bank.trusted_too(trust(&profile));
        let plain = evidence(&profile);
        let unsigned = judge(&plain, &trust).verdict();
        let vouched = signed(plain.clone(), &mut bank);
        let (mut cases, mut read) = (0, 0);
        for (evidence, is_signed) in [(&plain, false), (&vouched, true)] {
            let value = value(evidence);
            for altered in alterations(&value["manifest"]) {
                let forged = forge(Value::Object(
                    [("manifest".to_owned(), altered.clone())]
                        .into_iter()
                        .chain(value.as_object().unwrap().clone().into_iter().filter(|(key, _)| key != "manifest"))
                        .collect(),
                ));
                cases += 1;
                let Some(verdict) = verdict(forged, &trust) else { continue };
                read += 1;
                if is_signed {
                    assert_eq!(verdict, Verdict::Failed, "{altered}");
                } else {
                    assert!(verdict <= unsigned, "{altered}");
                }
            }
        }
        println!("{}: {cases} alterations, {read} of them read", profile.name);
        assert!(read > 50);
    }
}

/// The value with each leaf altered, and with each member taken away.
fn alterations(value: &Value) -> Vec<Value> {
    match value {
        Value::String(text) => {
            ["", "read", "proven", "genuine", "0000"].iter().filter(|new| *new != text).map(|new| json!(new)).collect()
        }
        Value::Number(number) => {
            vec![json!(number.as_u64().unwrap() + 1), json!(0)].into_iter().filter(|new| new != value).collect()
        }
        Value::Bool(yes) => vec![json!(!yes)],
        Value::Array(members) => {
            let mut found = Vec::new();
            for at in 0..members.len() {
                let with = |new: Option<Value>| {
                    let mut members = members.clone();
                    match new {
                        Some(new) => members[at] = new,
                        None => drop(members.remove(at)),
                    }
                    Value::Array(members)
                };
                found.push(with(None));
                found.extend(alterations(&members[at]).into_iter().map(|new| with(Some(new))));
            }
            found
        }
        Value::Object(members) => {
            let mut found = Vec::new();
            for (key, member) in members {
                let mut less = members.clone();
                less.remove(key);
                found.push(Value::Object(less));
                for new in alterations(member) {
                    let mut other = members.clone();
                    other.insert(key.clone(), new);
                    found.push(Value::Object(other));
                }
            }
            found
        }
        Value::Null => Vec::new(),
    }
}

#[test]
fn a_signature_that_was_altered_stripped_or_is_anothers_never_helps() {
    let profile = profile::cam();
    let (mut bank, mut other) = (Bank::new(), Bank::other());
    let trust = bank.trusted_too(trust(&profile));
    let plain = evidence(&profile);
    let whole = signed(plain.clone(), &mut bank);
    assert_eq!(judge(&whole, &trust).verdict(), Verdict::Genuine);
    let check = |evidence: &Evidence| {
        let report = judge(evidence, &trust);
        let check = report.check(CheckId::EvidenceSignature).unwrap();
        (report.verdict(), check.state, check.reason)
    };
    assert_eq!(check(&plain), (Verdict::DataAuthentic, State::NotSupported, Some(Reason::NotSigned)));
    let stranger = signed(plain.clone(), &mut other);
    assert_eq!(check(&stranger), (Verdict::DataAuthentic, State::Undetermined, Some(Reason::SignerNotTrusted)));
    // A second signature by a stranger takes nothing away.
    assert_eq!(check(&signed(whole.clone(), &mut other)).0, Verdict::Genuine);
    // Another's signature under the trusted certificate.
    let mut mixed = value(&whole);
    mixed["signatures"][0]["signature"] = value(&stranger)["signatures"][0]["signature"].clone();
    assert_eq!(check(&forge(mixed).unwrap()), (Verdict::Failed, State::Failed, Some(Reason::BadSignature)));
    // SHA-1 is no digest of a new form.
    bank.digest = DigestAlgorithm::Sha1;
    assert_eq!(plain.clone().sign(&mut bank), Err(EvidenceSigningError::BadSignature));
    bank.digest = DigestAlgorithm::Sha256;
    // The signer's own certificate must have been in force for the moment that was judged.
    let later = now() + Duration::from_secs(12 * 366 * 86_400);
    let late = read(&profile).to_evidence(&trust, later, &EvidencePolicy::all(), &clock()).unwrap();
    assert_eq!(check(&signed(late, &mut bank)).1, State::Undetermined);
}

#[test]
fn a_time_stamp_is_kept_and_not_believed() {
    struct Service;
    impl EvidenceSigner for Service {
        fn sign(&mut self, _: &[u8]) -> Result<EvidenceSignature, EvidenceSigningError> {
            Ok(EvidenceSignature::Timestamp(vec![0x30, 0x00]))
        }
    }
    let profile = profile::vn();
    let mut stamped = evidence(&profile);
    stamped.sign(&mut Service).unwrap();
    let stamped = Evidence::decode(&stamped.encode()).unwrap();
    assert_eq!(stamped.signatures(), [EvidenceSignature::Timestamp(vec![0x30, 0x00])]);
    let report = judge(&stamped, &trust(&profile));
    let check = |id| report.check(id).map(|check| (check.state, check.reason)).unwrap();
    assert_eq!(check(CheckId::EvidenceTimestamp), (State::Undetermined, Some(Reason::NotVerified)));
    assert_eq!(check(CheckId::EvidenceSignature), (State::NotSupported, Some(Reason::NotSigned)));
}

/// Evidence of a reading that left groups out by its plan.
fn planned(plan: &ReadPlan, trust: &TrustStore) -> Evidence {
    let profile = profile::vn();
    evidence_of(&read_over(link(&profile), &password(&profile), plan, None).unwrap(), trust)
}

/// The evidence with its manifest altered, signed by this key alone.
fn signed_again(evidence: &Evidence, bank: &mut Bank, alter: impl FnOnce(&mut Value)) -> Evidence {
    let mut altered = value(evidence);
    alter(&mut altered["manifest"]);
    altered["signatures"] = json!([]);
    signed(forge(altered).unwrap(), bank)
}

/// The recorded check with this id.
fn recorded(manifest: &mut Value, id: CheckId) -> &mut Value {
    let checks = manifest["checks"].as_array_mut().unwrap();
    checks.iter_mut().find(|check| check["id"] == id.as_str()).unwrap()
}

#[test]
fn only_the_signature_of_a_trusted_reader_accounts_for_a_group_that_was_removed_or_left_out_by_plan() {
    let (mut bank, mut other) = (Bank::new(), Bank::other());
    let own = trust(&profile::vn());
    let trusted = bank.trusted_too(own.clone());
    let dg2 = FileId::DataGroup(DataGroup::DG2);
    let removed = evidence_of(&read(&profile::vn()), &own).without(dg2).unwrap();
    let by_plan = planned(&ReadPlan::number(), &own);
    for (evidence, reason, why) in [(removed, Reason::Removed, "removed"), (by_plan, Reason::NotRead, "plan")] {
        let told = |report: &Report| {
            let check = report.check(CheckId::PaDg2).unwrap();
            let why = report.not_read().iter().find(|one| one.file == "EF.DG2").unwrap().why;
            (report.verdict(), check.reason, why)
        };
        let not_held = (Verdict::Undetermined, Some(Reason::NotHeld), "not_held");
        let good = (Verdict::Genuine, Some(reason), why);
        assert_eq!(told(&judge(&signed(evidence.clone(), &mut bank), &trusted)), good);
        assert_eq!(told(&judge(&evidence, &trusted)), not_held);
        assert_eq!(told(&judge(&signed(evidence.clone(), &mut bank), &own)), not_held);
        assert_eq!(told(&judge(&signed(evidence, &mut other), &trusted)), not_held);
    }
}

#[test]
fn a_removed_file_of_which_a_trusted_reader_recorded_no_match_is_not_held() {
    let mut bank = Bank::new();
    let trust = bank.trusted_too(trust(&profile::vn()));
    let dg2 = FileId::DataGroup(DataGroup::DG2);
    let less = evidence(&profile::vn()).without(dg2).unwrap();
    let dg2_is = |evidence: &Evidence| {
        let report = judge(evidence, &trust);
        (report.verdict(), report.check(CheckId::PaDg2).unwrap().reason)
    };
    assert_eq!(dg2_is(&signed_again(&less, &mut bank, |_| ())), (Verdict::Genuine, Some(Reason::Removed)));
    let without_check = signed_again(&less, &mut bank, |manifest| {
        manifest["checks"].as_array_mut().unwrap().retain(|check| check["id"] != "pa.dg2");
    });
    assert_eq!(dg2_is(&without_check), (Verdict::Undetermined, Some(Reason::NotHeld)));
    let open = signed_again(&less, &mut bank, |manifest| {
        let check = recorded(manifest, CheckId::PaDg2);
        check["state"] = json!("undetermined");
        check["reason"] = json!("unsupported_algorithm");
    });
    assert_eq!(dg2_is(&open), (Verdict::Undetermined, Some(Reason::NotHeld)));
    let failed = signed_again(&less, &mut bank, |manifest| {
        let check = recorded(manifest, CheckId::PaDg2);
        check["state"] = json!("failed");
        check["reason"] = json!("mismatch");
    });
    assert_eq!(dg2_is(&failed).0, Verdict::Failed);
    // A file that the manifest does not name at all.
    let silent = signed_again(&less, &mut bank, |manifest| {
        manifest["files"].as_object_mut().unwrap().remove("EF.DG2");
    });
    assert_eq!(dg2_is(&silent), (Verdict::Undetermined, Some(Reason::NotHeld)));
}

#[test]
fn a_recorded_failure_of_a_proof_is_not_outvoted_by_the_outcome_beside_it() {
    let mut bank = Bank::new();
    for (profile, id) in [
        (profile::vn(), CheckId::ChipChipAuthentication),
        (profile::vn(), CheckId::ChipActiveAuthentication),
        (profile::cam(), CheckId::ChipPaceCam),
    ] {
        let own = trust(&profile);
        let trusted = bank.trusted_too(own.clone());
        let whole = evidence(&profile);
        let control = signed_again(&whole, &mut bank, |_| ());
        assert_eq!(judge(&control, &trusted).verdict(), Verdict::Genuine, "{id}");
        let failed = signed_again(&whole, &mut bank, |manifest| {
            let check = recorded(manifest, id);
            assert_eq!(check["state"], "successful", "{id}");
            check["state"] = json!("failed");
            check["reason"] = json!("bad_key");
        });
        // A recorded failure counts, whoever signed.
        for store in [&trusted, &own] {
            let report = judge(&failed, store);
            let check = report.check(id).unwrap();
            assert_eq!((check.state, check.reason), (State::Failed, Some(Reason::BadKey)), "{id}");
            assert_eq!(report.verdict(), Verdict::Failed, "{id}\n{}", lines(&report));
        }
    }
}

#[test]
fn a_proof_that_failed_for_want_of_a_tolerance_is_judged_with_the_tolerances_of_now() {
    let profile = profile::hardened().with_quirk(Quirk::AaDerSignature);
    let trust = trust(&profile);
    let evidence = evidence_of(&read(&profile), &trust);
    let judge = |tolerances: &chipid::Tolerances| {
        let report = Document::from_evidence(&evidence).verify_with(&trust, now(), tolerances);
        (report.verdict(), report.check(CheckId::ChipActiveAuthentication).unwrap().reason)
    };
    assert_eq!(judge(&chipid::Tolerances::none()), (Verdict::Failed, Some(Reason::BadSignature)));
    assert_eq!(judge(&chipid::Tolerances::field()), (Verdict::Undetermined, Some(Reason::Tolerance)));
}

/// Writes the vectors of this version: `cargo test --test evidence -- --ignored writes_vectors`. A vector that is there is
/// never written again: it is what an old version wrote.
#[test]
#[ignore = "writes into test-vectors/"]
fn writes_vectors() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("test-vectors/evidence");
    std::fs::create_dir_all(&folder).unwrap();
    let mut bank = Bank::new();
    let dg2 = FileId::DataGroup(DataGroup::DG2);
    for (name, profile, is_signed) in [
        ("vn-1", profile::vn(), false),
        ("vn-1-without-portrait", profile::vn(), false),
        ("cam-1-signed", profile::cam(), true),
        ("passport-1-signed-without-portrait", profile::passport(), true),
    ] {
        let path = folder.join(format!("{name}.txt"));
        if path.exists() {
            continue;
        }
        let trust = bank.trusted_too(trust(&profile));
        let whole = evidence(&profile);
        let whole = if is_signed { signed(whole, &mut bank) } else { whole };
        let whole = if name.ends_with("portrait") { whole.without(dg2).unwrap() } else { whole };
        let report = judge(&whole, &trust);
        let shown = report.checks().iter().filter(|check| {
            !check.is_successful() || ["chip.", "evidence."].iter().any(|group| check.id.as_str().starts_with(group))
        });
        let line = |check: &Check| match check.reason {
            Some(reason) => format!("{} {} {reason}", check.id, check.state.as_str()),
            None => format!("{} {}", check.id, check.state.as_str()),
        };
        let text = format!(
            "# Evidence of the invented person of the profile {}, as this version wrote it; never written again.\n\
             kind: evidence\nsource: chipid {}\nrecipe: cargo test --test evidence -- --ignored writes_vectors\n\
             expect: accepted\nverdict: {}\nchecks: {}\ncsca: {}\n{}evidence: {}\n",
            profile.name,
            env!("CARGO_PKG_VERSION"),
            report.verdict().as_str(),
            shown.map(line).collect::<Vec<_>>().join(", "),
            hex::encode(profile.csca().unwrap()),
            if is_signed { format!("signer: {}\n", hex::encode(&bank.certificate)) } else { String::new() },
            String::from_utf8(whole.encode()).unwrap(),
        );
        std::fs::write(path, text).unwrap();
    }
}

#[test]
fn only_the_one_form_is_read() {
    let evidence = evidence(&profile::plain());
    let bytes = evidence.encode();
    let text = String::from_utf8(bytes.clone()).unwrap();
    let refused = |text: String| Evidence::decode(text.as_bytes()).unwrap_err();
    assert!(matches!(refused(format!("{text}\n")), EvidenceError::NotCanonical { .. }));
    assert!(matches!(refused(text.replacen("{", "{ ", 1)), EvidenceError::NotCanonical { .. }));
    assert!(matches!(refused(text.replacen("EF.SOD", "EF\\u002eSOD", 1)), EvidenceError::NotCanonical { .. }));
    let twice = text.replacen("\"parts\":{", "\"parts\":{\"EF.COM\":\"\",", 1);
    assert!(matches!(refused(twice), EvidenceError::NotCanonical { .. }));
    assert!(matches!(refused(text.replacen("\"schema\"", "\"more\":1,\"schema\"", 1)), EvidenceError::Json { .. }));
    assert_eq!(refused(text.replace("chipid.evidence/2", "chipid.evidence/3")), EvidenceError::Schema);
    // Version 1 has no claims.
    assert_eq!(refused(text.replace("chipid.evidence/2", "chipid.evidence/1")), EvidenceError::Value("claims"));
    assert!(matches!(refused(text[..text.len() - 1].to_owned()), EvidenceError::Json { .. }));
    assert!(matches!(refused(String::new()), EvidenceError::Json { .. }));
    for name in ["EF.SOD", "EF.COM"] {
        let mut less = value(&evidence);
        less["parts"].as_object_mut().unwrap().remove(name);
        assert!(matches!(forge(less), Err(EvidenceError::PartMissing(_))), "{name}");
    }
    let mut more = value(&evidence);
    more["parts"]["EF.DG5"] = json!("");
    assert_eq!(forge(more).unwrap_err(), EvidenceError::PartUnknown);
    assert_eq!(Evidence::decode(&vec![b' '; chipid::BOUNDS.evidence_octets + 1]).unwrap_err(), EvidenceError::TooLong);
}

#[test]
fn judges_with_the_trust_of_then_and_of_now() {
    let profile = profile::vn();
    let then = TrustStore::empty();
    let evidence = evidence_of(&read(&profile), &then);
    let of_then = Document::from_evidence(&evidence).verify(&then, evidence.verified_at());
    assert_eq!(of_then.verdict(), Verdict::Undetermined);
    let mut now_known = TrustStore::empty();
    now_known.add_file("/somewhere/on this/computer/csca.der", &profile.csca().unwrap());
    assert_eq!(judge(&evidence, &now_known).verdict(), Verdict::Genuine);
    assert!(evidence.has_trust_of(&then) && !evidence.has_trust_of(&now_known));
    let evidence = evidence_of(&read(&profile), &now_known);
    assert_eq!(evidence.lists()[0].name, "csca.der");
    assert_eq!(evidence.read_at() + Duration::from_secs(60), evidence.verified_at());
}

/// A list that says by the document's number that its signer was revoked for it.
fn revoking_by_number(profile: &Profile) -> Vec<u8> {
    use chipid::internals::issuer::{DeviationFields, Extension, deviation_list_content};
    let issuer = profile.issuer().unwrap();
    let numbers = Some(vec![profile.person.mrz_information().chars().take(9).collect()]);
    let defects = vec![(chipid::internals::oid::ID_CERT_REVOKED, None)];
    let content = deviation_list_content(&[DeviationFields { numbers, defects, ..Default::default() }]);
    let purpose = Extension::extended_key_usage(chipid::internals::oid::ID_ICAO_DEVIATION_LIST_SIGNING_KEY);
    let fields = issuer.list_fields(chipid::internals::oid::ID_ICAO_DEVIATION_LIST, content, &[purpose]).unwrap();
    issuer.sign_list(&fields).unwrap()
}

#[test]
fn removing_the_number_by_which_a_document_was_revoked_never_helps() {
    let profile = profile::vn();
    let mut bank = Bank::new();
    let listed = |mut trust: TrustStore| {
        assert_eq!(trust.add_file("list", &revoking_by_number(&profile)).accepted, 1);
        trust
    };
    let dg1 = FileId::DataGroup(DataGroup::DG1);
    let whole = signed(evidence_of(&read(&profile), &listed(trust(&profile))), &mut bank);
    let less = whole.without(dg1).unwrap();
    let told = |report: &Report| {
        let check = report.check(CheckId::PaRevocation).unwrap();
        (report.verdict(), check.state, check.reason)
    };
    let revoked = (Verdict::Failed, State::Failed, Some(Reason::Revoked));
    let open = State::Undetermined;
    // Who has the list knows that it could mean the document; who trusts the reader, that it did.
    let lists = listed(trust(&profile));
    assert_eq!(told(&judge(&whole, &lists)), revoked);
    assert_eq!(told(&judge(&less, &lists)), (Verdict::Undetermined, open, Some(Reason::RevocationNotChecked)));
    assert_eq!(told(&judge(&less, &bank.trusted_too(lists))), revoked);
    assert_eq!(told(&judge(&less, &bank.trusted_too(trust(&profile)))), revoked);
    // Whose lists count is the caller's choice: what is still there is judged by his own.
    let other = whole.without(FileId::DataGroup(DataGroup::DG2)).unwrap();
    assert_eq!(told(&judge(&other, &bank.trusted_too(trust(&profile)))).1, open);
    assert_eq!(told(&judge(&less, &trust(&profile))).1, open);
}
