//! What is left out: a file that counts against the document is missing from what is stored. Leaving something out never
//! improves the verdict. What a trusted reader's signature changes is shown in `tests/evidence.rs`.

use crate::reading;
use crate::trust_changes::AddTrust as _;
use chipid::checks::{CheckId, Reason, State};
use chipid::internals::crypto::{CurveId, DigestAlgorithm};
use chipid::internals::issuer::{IssuerPlan, KeyPlan};
use chipid::internals::oid;
use chipid::lds::{DataGroup, FileId};
use chipid::sim::{Profile, profile};
use chipid::trust::TrustStore;
use chipid::{Clock, Document, Evidence, EvidencePolicy, KeptGroups, Outcome, Policy, ReadPlan, Report, Verdict};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

const DG1: FileId = FileId::DataGroup(DataGroup::DG1);

/// A Vietnamese card that another country's authority signed, and a store that trusts both.
fn foreign() -> (Profile, TrustStore) {
    let key = KeyPlan::ecdsa(CurveId::Secp256r1, DigestAlgorithm::Sha256);
    let plan = IssuerPlan { label: "foreign".into(), ..IssuerPlan::new("LA", "LAO", "Foreign", key, key) };
    let card = Profile { issuer: plan, ..profile::vn() };
    let mut trust = reading::trust(&profile::vn());
    trust.add_certificate(&card.csca().unwrap()).unwrap();
    (card, trust)
}

fn fails_by_country(report: &Report) {
    let country = report.check(CheckId::PaCountry).unwrap();
    assert_eq!((country.state, country.reason), (State::Failed, Some(Reason::Mismatch)), "{}", reading::lines(report));
    assert_eq!(report.verdict(), Verdict::Failed);
    assert_eq!(report.decide(&Policy::field()).outcome(), Outcome::Reject);
}

#[test]
fn a_foreign_signer_gains_nothing_by_leaving_dg1_out() {
    let (card, trust) = foreign();
    let document = reading::read(&card);
    fails_by_country(&document.verify(&trust, reading::now()));
    let files = |document: &Document| -> Vec<_> {
        document.files().filter(|(file, _)| *file != DG1).map(|(file, bytes)| (file, bytes.to_vec())).collect()
    };
    fails_by_country(&Document::from_files(files(&document), Some(document.proofs())).verify(&trust, reading::now()));
    // The same of an honest card: the country that DG13 suggests does not replace DG1.
    let document = reading::read(&profile::vn());
    let report = Document::from_files(files(&document), Some(document.proofs())).verify(&trust, reading::now());
    assert_eq!(report.verdict(), Verdict::Undetermined, "{}", reading::lines(&report));
    is_open(&report, CheckId::PaCountry, Reason::NothingToCompare);
}

#[test]
fn a_foreign_signer_gains_nothing_by_removing_dg1_from_evidence_that_tells_another_country() {
    let (card, trust) = foreign();
    let clock = || Clock { read_at: reading::now(), source: "test".into() };
    let of = |profile: &Profile, policy: &EvidencePolicy| {
        reading::read(profile).to_evidence(&trust, reading::now(), policy, &clock()).unwrap()
    };
    let json = |evidence: &Evidence| serde_json::from_slice::<serde_json::Value>(&evidence.encode()).unwrap();
    // With DG13, which names the country, and without any data group of the holder's.
    for (policy, expected) in
        [(EvidencePolicy::all(), Verdict::Failed), (EvidencePolicy::only([]), Verdict::Undetermined)]
    {
        let good = of(&profile::vn(), &policy);
        let bad = of(&card, &policy);
        let bad = bad.without(DG1).unwrap_or(bad);
        let mut forged = json(&bad);
        forged["manifest"]["checks"] = json(&good)["manifest"]["checks"].clone();
        let manifest = serde_json::to_vec(&forged["manifest"]).unwrap();
        forged["sha256"] = hex::encode(DigestAlgorithm::Sha256.digest(&[&manifest])).into();
        let forged = Evidence::decode(&serde_json::to_vec(&forged).unwrap()).unwrap();
        let report = Document::from_evidence(&forged).verify(&trust, reading::now());
        assert_eq!(report.verdict(), expected, "{}", reading::lines(&report));
        assert_ne!(report.decide(&Policy::field()).outcome(), Outcome::Accept);
    }
}

#[test]
fn a_signing_time_to_come_leaves_the_periods_open() {
    let vn = profile::vn();
    let issued = OffsetDateTime::from(reading::now()) + Duration::days(3000);
    let profile = Profile { issuer: IssuerPlan { states_signing_time: true, issued, ..vn.issuer.clone() }, ..vn };
    let issuer = profile.issuer().unwrap();
    let signer = issuer.sign_with_csca(&issuer.ds_fields().without(oid::PRIVATE_KEY_USAGE_PERIOD)).unwrap();
    let groups = profile.groups().unwrap();
    let held: Vec<(u8, &[u8])> = groups.iter().map(|(number, file)| (*number, file.as_slice())).collect();
    let mut sod = issuer.sod_fields(&held);
    sod.certificates = vec![signer];
    let card = profile.card_with(profile.contents_with(groups.clone(), issuer.sign_sod(&sod).unwrap())).unwrap();
    let plan = chipid::ReadPlan::full();
    let document = reading::read_over(Box::new(card), &reading::password(&profile), &plan, None).unwrap();
    let report = document.verify(&reading::trust(&profile), reading::now());
    let validity = report.check(CheckId::PaValidity).unwrap();
    assert_eq!((validity.state, validity.reason), (State::Undetermined, Some(Reason::NotYetValid)));
    assert_eq!(report.verdict(), Verdict::Undetermined, "{}", reading::lines(&report));
}

fn group(number: u8) -> FileId {
    FileId::DataGroup(DataGroup::new(number).unwrap())
}

fn kept(numbers: &[u8]) -> KeptGroups {
    KeptGroups::only(numbers.iter().map(|number| DataGroup::new(*number).unwrap()))
}

/// The folder that holds the files of a reading but these.
fn folder_without(document: &Document, missing: &[FileId]) -> Document {
    let files = document.files().filter(|(file, _)| !missing.contains(file));
    Document::from_files(files.map(|(file, bytes)| (file, bytes.to_vec())), Some(document.proofs()))
}

/// Unsigned evidence of a reading, as the value of its JSON.
fn unsigned(document: &Document, trust: &TrustStore) -> Evidence {
    let clock = Clock { read_at: reading::now(), source: "test".into() };
    document.to_evidence(trust, reading::now(), &EvidencePolicy::all(), &clock).unwrap()
}

/// The evidence with its manifest and parts altered by one who puts the hash right.
fn altered(evidence: &Evidence, alter: impl FnOnce(&mut Value)) -> Evidence {
    let mut value: Value = serde_json::from_slice(&evidence.encode()).unwrap();
    alter(&mut value);
    let manifest = serde_json::to_vec(&value["manifest"]).unwrap();
    value["sha256"] = hex::encode(DigestAlgorithm::Sha256.digest(&[&manifest])).into();
    Evidence::decode(&serde_json::to_vec(&value).unwrap()).unwrap()
}

fn is_open(report: &Report, id: CheckId, reason: Reason) {
    let check = report.check(id).unwrap();
    assert_eq!((check.state, check.reason), (State::Undetermined, Some(reason)), "{id}\n{}", reading::lines(report));
}

/// The data group is missing, and the verdict undetermined because of it.
fn is_not_held(report: &Report, file: FileId) {
    let FileId::DataGroup(group) = file else { panic!("{file} is not a data group") };
    is_open(report, CheckId::data_group(group.number()).unwrap(), Reason::NotHeld);
    is_open(report, CheckId::PaDataGroups, Reason::NotHeld);
    assert_eq!(report.verdict(), Verdict::Undetermined, "without {file}\n{}", reading::lines(report));
    assert!(report.not_read().iter().any(|one| (one.file, one.why) == (file.name(), "not_held")), "{file}");
    for policy in [Policy::strict(), Policy::field()] {
        assert_ne!(report.decide(&policy).outcome(), Outcome::Accept, "{} without {file}", policy.name());
    }
}

/// The data groups that a document holds, without DG3 and DG4.
fn held(document: &Document) -> Vec<FileId> {
    let is_group = |file: &FileId| matches!(file, FileId::DataGroup(_)) && ![group(3), group(4)].contains(file);
    document.files().map(|(file, _)| file).filter(is_group).collect()
}

#[test]
fn a_listed_data_group_that_is_missing_from_a_folder_makes_the_verdict_undetermined() {
    for profile in [profile::vn(), profile::passport(), profile::hardened(), profile::cam(), profile::plain()] {
        let (document, trust) = (reading::read(&profile), reading::trust(&profile));
        let judge = |missing: &[FileId]| folder_without(&document, missing).verify(&trust, reading::now());
        let whole = judge(&[]);
        assert!(whole.verdict() >= Verdict::DataAuthentic, "{}", reading::lines(&whole));
        assert!(!whole.not_read().iter().any(|one| one.why == "not_held"));
        for file in held(&document) {
            is_not_held(&judge(&[file]), file);
        }
        // The control: files that EF.SOD does not hash are missing as before.
        for file in [FileId::Com, FileId::CardAccess, FileId::CardSecurity] {
            assert!(judge(&[file]).check(CheckId::PaDataGroups).unwrap().is_successful(), "{file}");
        }
        assert_eq!(judge(&[FileId::Com, FileId::CardAccess]).verdict(), whole.verdict(), "{}", profile.name);
    }
}

#[test]
fn without_ef_sod_a_folder_is_undetermined_and_no_plan_is_named_as_the_reason() {
    let (document, trust) = (reading::read(&profile::vn()), reading::trust(&profile::vn()));
    let report = folder_without(&document, &[FileId::Sod]).verify(&trust, reading::now());
    is_open(&report, CheckId::PaSecurityObject, Reason::NotHeld);
    assert_eq!(report.verdict(), Verdict::Undetermined);
    assert_eq!((report.data_groups().listed, report.data_groups().unchanged), (0, 0));
}

#[test]
fn a_listed_data_group_that_is_missing_from_unsigned_evidence_makes_the_verdict_undetermined() {
    for profile in [profile::vn(), profile::passport(), profile::hardened()] {
        let (document, trust) = (reading::read(&profile), reading::trust(&profile));
        let whole = unsigned(&document, &trust);
        let judge = |evidence: &Evidence| Document::from_evidence(evidence).verify(&trust, reading::now());
        assert!(judge(&whole).verdict() >= Verdict::DataAuthentic);
        for file in held(&document) {
            is_not_held(&judge(&whole.without(file).unwrap()), file);
            // Whoever can write the file can state any reason, or none.
            for state in ["not_read", "needs_terminal_authentication"] {
                let claimed = altered(&whole, |value| {
                    value["parts"].as_object_mut().unwrap().remove(file.name());
                    value["manifest"]["files"][file.name()] = json!({"state": state});
                });
                is_not_held(&judge(&claimed), file);
            }
            let silent = altered(&whole, |value| {
                value["parts"].as_object_mut().unwrap().remove(file.name());
                value["manifest"]["files"].as_object_mut().unwrap().remove(file.name());
            });
            is_not_held(&judge(&silent), file);
        }
    }
}

#[test]
fn a_removed_data_group_that_was_not_the_signed_one_still_fails() {
    let (document, trust) = (reading::read(&profile::vn()), reading::trust(&profile::vn()));
    let other = altered(&unsigned(&document, &trust).without(group(2)).unwrap(), |value| {
        let file = &mut value["manifest"]["files"]["EF.DG2"];
        for place in ["/sha256", "/lds_hash/value"] {
            if let Some(hash) = file.pointer_mut(place) {
                *hash = "00".repeat(hash.as_str().unwrap().len() / 2).into();
            }
        }
    });
    for document in [Document::from_evidence(&other), Document::from_evidence(&other).with_kept(kept(&[1, 13, 14, 15]))]
    {
        let report = document.verify(&trust, reading::now());
        let check = report.check(CheckId::PaDg2).unwrap();
        assert_eq!((check.state, check.reason), (State::Failed, Some(Reason::Mismatch)));
        assert_eq!(report.verdict(), Verdict::Failed);
    }
}

#[test]
fn a_plan_of_this_process_may_leave_a_group_out_and_what_is_saved_of_it_may_not() {
    let trust = reading::trust(&profile::vn());
    for (plan, kept, stored) in [
        (ReadPlan::number(), kept(&[1, 14, 15]), Verdict::Genuine),
        (ReadPlan::age_and_portrait(), kept(&[1, 2, 14, 15]), Verdict::Genuine),
        // Without DG1 the country stays open where it is not this process that left it out.
        (ReadPlan::residence(), kept(&[13, 14, 15]), Verdict::Undetermined),
    ] {
        let (link, password) = (reading::link(&profile::vn()), reading::password(&profile::vn()));
        let document = reading::read_over(link, &password, &plan, None).unwrap();
        let report = document.verify(&trust, reading::now());
        assert_eq!(report.verdict(), Verdict::Genuine, "{}", reading::lines(&report));
        assert!(report.not_read().iter().any(|one| one.why == "plan"), "{:?}", report.not_read());
        for document in [folder_without(&document, &[]), Document::from_evidence(&unsigned(&document, &trust))] {
            let report = document.verify(&trust, reading::now());
            is_open(&report, CheckId::PaDataGroups, Reason::NotHeld);
            assert_eq!(report.verdict(), Verdict::Undetermined, "{}", reading::lines(&report));
            assert!(report.not_read().iter().all(|one| one.why != "plan"), "{:?}", report.not_read());
            let report = document.with_kept(kept.clone()).verify(&trust, reading::now());
            assert_eq!(report.verdict(), stored, "{}", reading::lines(&report));
        }
    }
}

#[test]
fn a_group_that_the_archive_does_not_keep_limits_nothing_and_a_missing_one_that_it_keeps_does() {
    let (document, trust) = (reading::read(&profile::vn()), reading::trust(&profile::vn()));
    let evidence = unsigned(&document, &trust);
    let folder = |missing: &[FileId]| folder_without(&document, missing);
    let evidence = |missing: &[FileId]| {
        Document::from_evidence(&missing.iter().fold(evidence.clone(), |less, file| less.without(*file).unwrap()))
    };
    for stored in [&folder as &dyn Fn(&[FileId]) -> Document, &evidence] {
        let judge =
            |missing: &[FileId], keeps: &[u8]| stored(missing).with_kept(kept(keeps)).verify(&trust, reading::now());
        let report = judge(&[group(2)], &[1, 13, 14, 15]);
        assert_eq!(report.verdict(), Verdict::Genuine, "{}", reading::lines(&report));
        is_open(&report, CheckId::PaDg2, Reason::NotKept);
        assert!(report.check(CheckId::PaDataGroups).unwrap().is_successful());
        assert!(report.not_read().iter().any(|one| (one.file, one.why) == ("EF.DG2", "not_kept")));
        assert_eq!(
            report.decide(&Policy::field()).outcome(),
            Outcome::Accept,
            "{:#?}",
            report.decide(&Policy::field())
        );
        assert_eq!(report.decide(&Policy::strict()).outcome(), Outcome::Refer);
        // The refuse: inside the set, or without a statement.
        is_not_held(&judge(&[group(2)], &[1, 2, 13, 14, 15]), group(2));
        is_not_held(&judge(&[group(2), group(13)], &[1, 13, 14, 15]), group(13));
        is_not_held(&stored(&[group(2)]).with_kept(KeptGroups::all()).verify(&trust, reading::now()), group(2));
        // What is there counts, whatever the statement: it changes nothing for a whole document.
        assert_eq!(judge(&[], &[1]).verdict(), Verdict::Genuine);
    }
    // The statement is for archives: it changes nothing for a document that this process read.
    let report = reading::read(&profile::vn()).with_kept(kept(&[1])).verify(&trust, reading::now());
    assert_eq!(report.verdict(), Verdict::Genuine);
}

#[test]
fn without_dg1_the_country_stays_open_whatever_the_archive_keeps() {
    let (document, trust) = (reading::read(&profile::vn()), reading::trust(&profile::vn()));
    let evidence = unsigned(&document, &trust).without(DG1).unwrap();
    for stored in [folder_without(&document, &[DG1]), Document::from_evidence(&evidence)] {
        let report = stored.with_kept(kept(&[2, 13, 14, 15])).verify(&trust, reading::now());
        is_open(&report, CheckId::PaDg1, Reason::NotKept);
        assert!(report.check(CheckId::PaDataGroups).unwrap().is_successful());
        is_open(&report, CheckId::PaCountry, Reason::NothingToCompare);
        assert_eq!(report.verdict(), Verdict::Undetermined, "{}", reading::lines(&report));
    }
    let control = folder_without(&document, &[]).with_kept(kept(&[1, 13, 14, 15]));
    assert_eq!(control.verify(&trust, reading::now()).verdict(), Verdict::Genuine);
    // A foreign signer still fails by what DG13 suggests.
    let (card, trust) = foreign();
    let document = reading::read(&card);
    let stored = folder_without(&document, &[DG1]).with_kept(kept(&[2, 13, 14, 15]));
    fails_by_country(&stored.verify(&trust, reading::now()));
}

#[test]
fn a_country_that_dg13_suggests_is_not_shown_as_the_one_of_dg1() {
    let trust = reading::trust(&profile::vn());
    let country = |plan: &ReadPlan| {
        let (link, password) = (reading::link(&profile::vn()), reading::password(&profile::vn()));
        let report = reading::read_over(link, &password, plan, None).unwrap().verify(&trust, reading::now());
        assert_eq!(report.verdict(), Verdict::Genuine);
        let check = report.check(CheckId::PaCountry).unwrap();
        (check.state, check.compared.clone())
    };
    let (state, compared) = country(&ReadPlan::residence());
    assert_eq!(state, State::Undetermined);
    assert!(compared.contains("DG13 suggests VNM") && !compared.contains("DG1 VNM"), "{compared}");
    let (state, compared) = country(&ReadPlan::number());
    assert_eq!(state, State::Successful);
    assert!(compared.contains("DG1 VNM"), "{compared}");
}

#[test]
fn without_the_file_of_its_key_no_proof_makes_a_stored_document_genuine() {
    for profile in [profile::vn(), profile::hardened()] {
        let (document, trust) = (reading::read(&profile), reading::trust(&profile));
        let all: Vec<u8> = (1..=16).collect();
        for (number, id) in [(14, CheckId::ChipChipAuthentication), (15, CheckId::ChipActiveAuthentication)] {
            if document.file(group(number)).bytes().is_none() {
                continue;
            }
            let others: Vec<u8> = all.iter().copied().filter(|other| *other != number).collect();
            let evidence = unsigned(&document, &trust).without(group(number)).unwrap();
            for stored in [folder_without(&document, &[group(number)]), Document::from_evidence(&evidence)] {
                let report = stored.with_kept(kept(&others)).verify(&trust, reading::now());
                is_open(&report, id, Reason::NotKept);
                assert_eq!(report.verdict(), Verdict::DataAuthentic, "DG{number}\n{}", reading::lines(&report));
                assert_eq!(report.decide(&Policy::field()).outcome(), Outcome::Accept);
            }
        }
        let control = folder_without(&document, &[]).with_kept(kept(&all)).verify(&trust, reading::now());
        assert_eq!(control.verdict(), Verdict::Genuine, "{}", reading::lines(&control));
    }
}

#[test]
fn a_proof_that_is_recorded_as_refused_stays_failed_without_the_file_of_its_key() {
    let (document, trust) = (reading::read(&profile::vn()), reading::trust(&profile::vn()));
    for (place, outcome, number) in [
        ("chip_authentication", json!({"outcome": "refused"}), 14),
        ("chip_authentication", json!({"outcome": "session_lost"}), 14),
        ("chip_authentication", json!({"outcome": "not_under_new_keys"}), 14),
        (
            "active_authentication",
            json!({"outcome": "refused", "challenge": null, "chosen_by": null, "signature": null, "status": "6D00"}),
            15,
        ),
        (
            "active_authentication",
            json!({"outcome": "bad_key", "challenge": null, "chosen_by": null, "signature": null, "status": null}),
            15,
        ),
    ] {
        let mut proofs = serde_json::to_value(document.proofs()).unwrap();
        proofs[place] = outcome.clone();
        let proofs: chipid::Proofs = serde_json::from_value(proofs).unwrap();
        let judge = |missing: Option<FileId>| {
            let files = document.files().filter(|(file, _)| Some(*file) != missing);
            let files: Vec<_> = files.map(|(file, bytes)| (file, bytes.to_vec())).collect();
            let keeps: Vec<u8> = (1..=16).filter(|other| *other != number).collect();
            Document::from_files(files, Some(proofs.clone())).with_kept(kept(&keeps)).verify(&trust, reading::now())
        };
        for missing in [None, Some(group(number))] {
            assert_eq!(judge(missing).verdict(), Verdict::Failed, "{outcome} without {missing:?}");
        }
    }
}

#[test]
fn dg3_and_dg4_are_missing_as_before() {
    let profile = profile::eac();
    let (document, trust) = (reading::read(&profile), reading::trust(&profile));
    let evidence = unsigned(&document, &trust);
    for keeps in [KeptGroups::all(), kept(&(1..=16).collect::<Vec<_>>()), kept(&[1, 2, 13, 14, 15])] {
        for stored in [folder_without(&document, &[]), Document::from_evidence(&evidence)] {
            let report = stored.with_kept(keeps.clone()).verify(&trust, reading::now());
            for id in [CheckId::PaDg3, CheckId::PaDg4] {
                let check = report.check(id).unwrap();
                assert_eq!(check.reason, Some(Reason::NeedsTerminalAuthentication));
            }
            assert!(report.verdict() >= Verdict::DataAuthentic, "{}", reading::lines(&report));
        }
    }
}

#[test]
fn the_report_counts_the_files_that_the_issuer_signed_and_those_that_are_unchanged() {
    let profile = profile::passport();
    let (document, trust) = (reading::read(&profile), reading::trust(&profile));
    let count = |missing: &[FileId]| {
        let report = folder_without(&document, missing).with_kept(kept(&[1, 15])).verify(&trust, reading::now());
        let count = report.data_groups();
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(json["data_groups"], json!({"listed": count.listed, "unchanged": count.unchanged}));
        (count.listed, count.unchanged, report.check(CheckId::PaDataGroups).unwrap().compared.clone())
    };
    let (listed, unchanged, compared) = count(&[]);
    assert_eq!((listed, compared), (unchanged, format!("{listed} of {listed} files match")));
    let (_, fewer, compared) = count(&[group(2)]);
    assert_eq!((fewer, compared), (listed - 1, format!("{fewer} of {listed} files match")));
}
