//! What is left out: a file that would tell against the document is not handed in, or removed from evidence.

use crate::reading;
use chipid::checks::{CheckId, Reason, State};
use chipid::crypto::{CurveId, DigestAlgorithm};
use chipid::lds::{DataGroup, FileId};
use chipid::oid;
use chipid::pki::TrustStore;
use chipid::sim::issuer::{IssuerPlan, KeyPlan};
use chipid::sim::{Profile, profile};
use chipid::{Clock, Document, Evidence, EvidencePolicy, Outcome, Policy, Report, Verdict};
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
    // The same of an honest card: DG13 says whose it is.
    let document = reading::read(&profile::vn());
    let report = Document::from_files(files(&document), Some(document.proofs())).verify(&trust, reading::now());
    assert_eq!(report.verdict(), Verdict::Genuine, "{}", reading::lines(&report));
    assert!(report.check(CheckId::PaCountry).unwrap().is_successful());
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
