//! Revocation in passive authentication: what the revocation lists say of the certificates that a document rests on.

#[path = "support/trust.rs"]
mod trust_changes;
#[path = "support/reading.rs"]
mod reading;

use chipid::checks::{Check, CheckId, Reason, State, Tolerance, Tolerances};
use chipid::internals::crypto::DigestAlgorithm;
use chipid::internals::issuer::{Extension, Issuer, IssuerPlan, KeyPlan, RevocationListFields, RevokedEntry, Scheme};
use chipid::internals::oid;
use chipid::internals::pki::Certificate;
use chipid::sim::profile;
use chipid::trust::TrustStore;
use chipid::{Clock, Document, EvidencePolicy, Outcome, Policy, Report, Verdict};
use std::time::SystemTime;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use trust_changes::AddTrust as _;

const AT: OffsetDateTime = datetime!(2026-06-01 12:00 UTC);
const ISSUED: OffsetDateTime = datetime!(2026-05-01 0:00 UTC);

/// The document of a card that is genuine, and its issuer.
struct Case {
    issuer: Issuer,
    document: Document,
}

impl Case {
    fn new() -> Self {
        let profile = profile::vn();
        Self { issuer: profile.issuer().unwrap(), document: reading::read(&profile) }
    }

    fn list(&self, change: impl FnOnce(RevocationListFields) -> RevocationListFields) -> Vec<u8> {
        self.issuer.sign_revocation_list(&change(self.issuer.revocation_list_fields(ISSUED))).unwrap()
    }

    fn revoking(&self, certificate: &[u8], since: OffsetDateTime) -> Vec<u8> {
        let serial = Certificate::parse(certificate).unwrap().serial().to_vec();
        self.list(|fields| RevocationListFields { revoked: vec![RevokedEntry::new(&serial, since)], ..fields })
    }

    fn store(&self, lists: &[Vec<u8>]) -> TrustStore {
        let mut store = TrustStore::empty();
        store.add_certificate(self.issuer.csca()).unwrap();
        lists.iter().for_each(|list| assert_eq!(store.add_file("list", list).accepted, 1));
        store
    }

    fn verify(&self, lists: &[Vec<u8>]) -> Report {
        self.verify_at(lists, AT)
    }

    fn verify_at(&self, lists: &[Vec<u8>], at: OffsetDateTime) -> Report {
        self.document.verify(&self.store(lists), SystemTime::from(at))
    }
}

/// The check, which must be so; the verdict, which must be this one.
#[track_caller]
fn told(report: &Report, state: State, reason: Option<Reason>, verdict: Verdict) -> Check {
    let check = report.check(CheckId::PaRevocation).unwrap();
    assert_eq!((check.state, check.reason), (state, reason), "{}", check.compared);
    assert_eq!(report.verdict(), verdict);
    check.clone()
}

#[test]
fn without_a_list_revocation_is_not_checked_and_caps_nothing() {
    let check =
        told(&Case::new().verify(&[]), State::Undetermined, Some(Reason::RevocationNotChecked), Verdict::Genuine);
    assert_eq!(check.compared, "");
}

#[test]
fn a_current_list_without_the_signer_is_a_success_that_names_the_list() {
    let case = Case::new();
    let others = case.list(|fields| RevocationListFields { revoked: vec![RevokedEntry::new(&[9], ISSUED)], ..fields });
    let check = told(&case.verify(&[others]), State::Successful, None, Verdict::Genuine);
    for part in ["not on revocation list 1 of C=VN", "CSCA (invented)", "of 2026-05-01, next 2026-07-30"] {
        assert!(check.compared.contains(part), "{part}: {}", check.compared);
    }
}

// Conformance B_10 (P4 LDS_D_32).
#[test]
fn a_revoked_document_signer_fails_the_document() {
    let case = Case::new();
    let list = case.revoking(case.issuer.ds(), datetime!(2026-04-01 0:00 UTC));
    let report = case.verify(&[list]);
    let check = told(&report, State::Failed, Some(Reason::Revoked), Verdict::Failed);
    assert!(
        check.compared.starts_with("document signer revoked since 2026-04-01 (keyCompromise), by revocation list 1")
    );
    // What such a signer signed authenticates no key of the chip.
    let proofs = [CheckId::ChipActiveAuthentication, CheckId::ChipChipAuthentication];
    assert!(proofs.iter().all(|id| !report.check(*id).is_some_and(Check::is_successful)));
}

#[test]
fn a_revoked_signer_of_card_security_proves_no_chip() {
    let profile = profile::cam();
    let case = Case { issuer: profile.issuer().unwrap(), document: reading::read(&profile) };
    assert_eq!(case.verify(&[]).verdict(), Verdict::Genuine);
    let report = case.verify(&[case.revoking(case.issuer.ds(), ISSUED)]);
    let check = report.check(CheckId::AccessCardSecurity).unwrap();
    assert_eq!((check.state, check.reason), (State::Failed, Some(Reason::Revoked)), "{}", check.compared);
    assert!(!report.check(CheckId::ChipPaceCam).unwrap().is_successful());
}

#[test]
fn a_revoked_authority_fails_the_document() {
    let case = Case::new();
    let list = case.revoking(case.issuer.csca(), datetime!(2026-04-01 0:00 UTC));
    let check = told(&case.verify(&[list]), State::Failed, Some(Reason::Revoked), Verdict::Failed);
    assert!(check.compared.starts_with("authority revoked since 2026-04-01"), "{}", check.compared);
}

#[test]
fn a_revoked_authority_fails_the_document_also_under_another_certificate_of_its_key() {
    let case = Case::new();
    let older = Issuer::new(IssuerPlan { label: "older".to_owned(), ..case.issuer.plan().clone() }).unwrap();
    let mut root = older.csca_fields();
    root.serial = vec![0x77];
    let root = older.sign_with_csca(&root).unwrap();
    let link = case.issuer.link(&older).unwrap();
    let serial = Certificate::parse(case.issuer.csca()).unwrap().serial().to_vec();
    assert_ne!(Certificate::parse(&link).unwrap().serial(), serial);
    let list = |revoked| {
        let fields = older.revocation_list_fields(ISSUED);
        older.sign_revocation_list(&RevocationListFields { revoked, ..fields }).unwrap()
    };
    let verify = |anchors: &[&[u8]], links: &[&[u8]], list: &[u8]| {
        let mut store = TrustStore::empty();
        anchors.iter().for_each(|anchor| store.add_certificate(anchor).unwrap());
        links.iter().for_each(|link| store.add_links(link).unwrap());
        assert_eq!(store.add_file("list", list).accepted, 1);
        case.document.verify(&store, SystemTime::from(AT))
    };
    let (csca, revoking) = (case.issuer.csca(), list(vec![RevokedEntry::new(&serial, ISSUED)]));
    for anchors in [[&root, csca, &link[..]], [&root, &link[..], csca]] {
        let check = told(&verify(&anchors, &[], &revoking), State::Failed, Some(Reason::Revoked), Verdict::Failed);
        assert!(check.compared.starts_with("authority revoked since 2026-05-01"), "{}", check.compared);
        told(&verify(&anchors, &[], &list(Vec::new())), State::Successful, None, Verdict::Genuine);
    }
    // The link that is no anchor, revoked under its own serial number.
    let by_link = list(vec![RevokedEntry::new(Certificate::parse(&link).unwrap().serial(), ISSUED)]);
    let report = verify(&[&root, csca], &[&link], &by_link);
    told(&report, State::Failed, Some(Reason::Revoked), Verdict::Failed);
}

#[test]
fn revoked_means_all_whatever_the_signing_time_says() {
    let mut case = Case::new();
    // Signed on 1 July 2023, by its own word; revoked long after.
    let profile = profile::vn();
    let plan = IssuerPlan { states_signing_time: true, ..profile.issuer.clone() };
    let stating = profile::Profile { issuer: plan, ..profile };
    case.document = reading::read(&stating);
    case.issuer = stating.issuer().unwrap();
    for since in [datetime!(2026-04-01 0:00 UTC), datetime!(2030-01-01 0:00 UTC)] {
        let list = case.revoking(case.issuer.ds(), since);
        let check = told(&case.verify(&[list]), State::Failed, Some(Reason::Revoked), Verdict::Failed);
        assert!(check.compared.ends_with("that the document says it was signed before does not count"));
    }
}

#[test]
fn a_list_that_is_not_in_force_says_nothing_good() {
    let case = Case::new();
    let list = case.list(|fields| fields);
    let stale = case.verify_at(std::slice::from_ref(&list), ISSUED + Duration::days(91));
    told(&stale, State::Undetermined, Some(Reason::RevocationListStale), Verdict::Genuine);
    let early = case.verify_at(&[list], ISSUED - Duration::DAY);
    told(&early, State::Undetermined, Some(Reason::RevocationListNotYetValid), Verdict::Genuine);
}

#[test]
fn an_entry_counts_also_in_a_list_that_is_not_in_force() {
    let case = Case::new();
    let list = case.revoking(case.issuer.ds(), ISSUED);
    for at in [ISSUED + Duration::days(400), ISSUED - Duration::days(30)] {
        told(&case.verify_at(std::slice::from_ref(&list), at), State::Failed, Some(Reason::Revoked), Verdict::Failed);
    }
}

#[test]
fn a_list_that_does_not_verify_is_never_consulted() {
    let case = Case::new();
    let other = Issuer::new(IssuerPlan { label: "other".to_owned(), ..case.issuer.plan().clone() }).unwrap();
    let fields = case.issuer.revocation_list_fields(ISSUED);
    let serial = Certificate::parse(case.issuer.ds()).unwrap().serial().to_vec();
    let revoking = RevocationListFields { revoked: vec![RevokedEntry::new(&serial, ISSUED)], ..fields.clone() };
    // Neither what it revokes nor what it does not.
    for fields in [fields, revoking] {
        let report = case.verify(&[other.sign_revocation_list(&fields).unwrap()]);
        let check = told(&report, State::Undetermined, Some(Reason::RevocationListNotVerified), Verdict::Genuine);
        assert!(check.compared.starts_with("not consulted: revocation list 1"), "{}", check.compared);
    }
}

#[test]
fn a_list_of_another_issuer_says_nothing() {
    let case = Case::new();
    let plan = IssuerPlan { organization: "Elsewhere".to_owned(), label: "b".to_owned(), ..case.issuer.plan().clone() };
    let other = Issuer::new(plan).unwrap();
    let serial = Certificate::parse(case.issuer.ds()).unwrap().serial().to_vec();
    let fields = other.revocation_list_fields(ISSUED);
    let list = other
        .sign_revocation_list(&RevocationListFields { revoked: vec![RevokedEntry::new(&serial, ISSUED)], ..fields })
        .unwrap();
    let mut store = case.store(&[list]);
    store.add_certificate(other.csca()).unwrap();
    assert!(store.revocation_lists()[0].authority().is_ok());
    let report = case.document.verify(&store, SystemTime::from(AT));
    told(&report, State::Undetermined, Some(Reason::RevocationNotChecked), Verdict::Genuine);
}

#[test]
fn a_later_key_of_the_same_authority_speaks_for_what_an_earlier_one_signed() {
    let case = Case::new();
    let later = Issuer::new(IssuerPlan { label: "later".to_owned(), ..case.issuer.plan().clone() }).unwrap();
    let serial = Certificate::parse(case.issuer.ds()).unwrap().serial().to_vec();
    let fields = later.revocation_list_fields(ISSUED);
    let silent = later.sign_revocation_list(&fields).unwrap();
    let revoking = later
        .sign_revocation_list(&RevocationListFields { revoked: vec![RevokedEntry::new(&serial, ISSUED)], ..fields })
        .unwrap();
    let verify = |lists: &[Vec<u8>]| {
        let mut store = case.store(lists);
        store.add_certificate(later.csca()).unwrap();
        case.document.verify(&store, SystemTime::from(AT))
    };
    let check = told(&verify(&[silent]), State::Successful, None, Verdict::Genuine);
    assert!(check.compared.ends_with("signed with another key of that authority"));
    // One list that has an entry outweighs one that has none.
    let both = [case.list(|fields| fields), revoking];
    told(&verify(&both), State::Failed, Some(Reason::Revoked), Verdict::Failed);
}

#[test]
fn a_list_by_a_revoked_authority_clears_nothing() {
    let case = Case::new();
    let stolen = Issuer::new(IssuerPlan { label: "stolen".to_owned(), ..case.issuer.plan().clone() }).unwrap();
    let mut fields = stolen.csca_fields();
    fields.serial = vec![0x55];
    let stolen_csca = stolen.sign_with_csca(&fields).unwrap();
    let current = stolen.sign_revocation_list(&stolen.revocation_list_fields(ISSUED)).unwrap();
    let verify = |lists: &[Vec<u8>]| {
        let mut store = case.store(lists);
        store.add_certificate(&stolen_csca).unwrap();
        case.document.verify(&store, SystemTime::from(AT))
    };
    // Its entry stands in a list that is no longer in force, and in one that is not yet.
    for (days, reason) in [(-100, Reason::RevocationListStale), (60, Reason::RevocationListNotYetValid)] {
        let list = |revoked| {
            let fields = case.issuer.revocation_list_fields(ISSUED + Duration::days(days));
            case.issuer.sign_revocation_list(&RevocationListFields { revoked, ..fields }).unwrap()
        };
        let other = RevokedEntry::new(&[0x56], ISSUED);
        told(&verify(&[list(vec![other]), current.clone()]), State::Successful, None, Verdict::Genuine);
        let revoking = list(vec![RevokedEntry::new(&[0x55], ISSUED)]);
        told(&verify(&[revoking, current.clone()]), State::Undetermined, Some(reason), Verdict::Genuine);
    }
    // It revokes itself.
    let fields = stolen.revocation_list_fields(ISSUED);
    let revoked = vec![RevokedEntry::new(&[0x55], ISSUED)];
    let own = stolen.sign_revocation_list(&RevocationListFields { revoked, ..fields }).unwrap();
    let refused = Some(Reason::RevocationListNotVerified);
    let check = told(&verify(&[own]), State::Undetermined, refused, Verdict::Genuine);
    assert!(check.compared.ends_with("its authority was revoked"), "{}", check.compared);
}

#[test]
fn a_list_by_an_authority_whose_certificate_is_void_clears_nothing_and_revokes_all_the_same() {
    let case = Case::new();
    let unknown = Extension::other(oid::DELTA_CRL_INDICATOR, true, vec![0x05, 0]);
    let void = case.issuer.sign_with_csca(&case.issuer.csca_fields().with(unknown)).unwrap();
    let mut store = TrustStore::empty();
    store.add_certificate(&void).unwrap();
    store.add_file("list", &case.list(|fields| fields));
    let report = case.document.verify(&store, SystemTime::from(AT));
    let check = told(&report, State::Undetermined, Some(Reason::RevocationListNotVerified), Verdict::Failed);
    assert!(check.compared.contains("its authority's certificate is void"), "{}", check.compared);
    store.add_file("revoking", &case.revoking(case.issuer.ds(), ISSUED));
    told(&case.document.verify(&store, SystemTime::from(AT)), State::Failed, Some(Reason::Revoked), Verdict::Failed);
}

#[test]
fn a_list_by_an_anchor_under_a_tolerance_clears_nothing_and_revokes_all_the_same() {
    let case = Case::new();
    let rsa = KeyPlan::rsa(2048, DigestAlgorithm::Sha256);
    let plan = IssuerPlan { label: "other".to_owned(), csca: rsa, ds: rsa, ..case.issuer.plan().clone() };
    let other = Issuer::new(plan).unwrap();
    let mut fields = other.master_list_fields(&[other.csca()]).unwrap();
    fields.scheme = Scheme::RsaPkcs1WithoutNull(DigestAlgorithm::Sha256);
    let authorities = other.sign_list(&fields).unwrap();
    let store = |revoked| {
        let mut store = case.store(&[]);
        store.tolerate_digest_info_without_null();
        let fields = RevocationListFields { revoked, ..other.revocation_list_fields(ISSUED) };
        for list in [&authorities, &other.sign_revocation_list(&fields).unwrap()] {
            assert_eq!(store.add_file("list", list).accepted, 1);
        }
        assert!(store.revocation_lists()[0].authority().is_ok());
        store
    };
    let verify = |store: &TrustStore, tolerances| case.document.verify_with(store, SystemTime::from(AT), &tolerances);
    let mut silent = store(Vec::new());
    for tolerances in [Tolerances::none(), Tolerances::field()] {
        let report = verify(&silent, tolerances);
        let refused = Some(Reason::RevocationListNotVerified);
        let check = told(&report, State::Undetermined, refused, Verdict::Genuine);
        assert!(check.compared.ends_with("needs the tolerance digest_info_without_null"), "{}", check.compared);
        assert!([Policy::strict(), Policy::field()].iter().all(|one| report.decide(one).outcome() == Outcome::Refer));
    }
    let serial = Certificate::parse(case.issuer.ds()).unwrap().serial().to_vec();
    let revoking = store(vec![RevokedEntry::new(&serial, ISSUED)]);
    told(&verify(&revoking, Tolerances::none()), State::Failed, Some(Reason::Revoked), Verdict::Failed);
    // What the caller hands in himself needs none.
    silent.add_certificate(other.csca()).unwrap();
    told(&verify(&silent, Tolerances::none()), State::Successful, None, Verdict::Genuine);
}

#[test]
fn a_tolerance_that_the_chain_of_card_security_needs_stands_in_the_report() {
    let profile = profile::cam();
    let case = Case { issuer: profile.issuer().unwrap(), document: reading::read(&profile) };
    let rsa = KeyPlan::rsa(2048, DigestAlgorithm::Sha256);
    let plan = IssuerPlan { label: "other".to_owned(), csca: rsa, ds: rsa, ..case.issuer.plan().clone() };
    let other = Issuer::new(plan).unwrap();
    let mut fields = other.master_list_fields(&[other.csca(), case.issuer.csca()]).unwrap();
    fields.scheme = Scheme::RsaPkcs1WithoutNull(DigestAlgorithm::Sha256);
    let mut store = TrustStore::empty();
    store.tolerate_digest_info_without_null();
    assert_eq!(store.add_file("list", &other.sign_list(&fields).unwrap()).accepted, 2);
    let report = case.document.verify_with(&store, SystemTime::from(AT), &Tolerances::field());
    let check = report.check(CheckId::AccessCardSecurity).unwrap();
    assert_eq!((check.state, check.reason), (State::Undetermined, Some(Reason::Tolerance)), "{}", check.compared);
    let used: Vec<_> = report.tolerances().iter().map(|used| (used.check, used.tolerance)).collect();
    for id in [CheckId::PaChain, CheckId::AccessCardSecurity] {
        assert!(used.contains(&(id, Tolerance::DigestInfoWithoutNull)), "{id}: {used:?}");
    }
}

#[test]
fn an_entry_counts_whatever_other_lists_of_the_key_there_are() {
    let case = Case::new();
    let revoking = case.revoking(case.issuer.ds(), ISSUED);
    // One that was issued before, one that drops the entry, and one that comes after the moment judged for.
    for days in [-20, 10, 60] {
        let other = case.list(|fields| RevocationListFields {
            this_update: ISSUED + Duration::days(days),
            ..fields.without(oid::CRL_NUMBER).with(Extension::crl_number(2))
        });
        let early = (days > 31).then_some(Reason::RevocationListNotYetValid);
        let state = if early.is_some() { State::Undetermined } else { State::Successful };
        told(&case.verify(std::slice::from_ref(&other)), state, early, Verdict::Genuine);
        for lists in [[other.clone(), revoking.clone()], [revoking.clone(), other]] {
            told(&case.verify(&lists), State::Failed, Some(Reason::Revoked), Verdict::Failed);
        }
    }
}

#[test]
fn a_later_list_does_not_hide_the_one_in_force() {
    let case = Case::new();
    let later = |fields: RevocationListFields| RevocationListFields { this_update: AT + Duration::days(9), ..fields };
    let lists = [case.list(|fields| fields), case.list(later)];
    let check = told(&case.verify(&lists), State::Successful, None, Verdict::Genuine);
    assert!(check.compared.contains("of 2026-05-01"), "{}", check.compared);
}

#[test]
fn evidence_names_the_lists_that_were_consulted() {
    let case = Case::new();
    let list = case.list(|fields| fields);
    let sha256 = hex::encode(DigestAlgorithm::Sha256.digest(&[&list]));
    let clock = Clock { read_at: AT.into(), source: "test".into() };
    let evidence = |lists: &[Vec<u8>]| {
        case.document.to_evidence(&case.store(lists), AT.into(), &EvidencePolicy::all(), &clock).unwrap()
    };
    let manifest: serde_json::Value =
        serde_json::from_slice(&evidence(std::slice::from_ref(&list)).manifest()).unwrap();
    assert_eq!(
        manifest["crls"],
        serde_json::json!([{
            "issuer": case.issuer_name(),
            "next_update": "2026-07-30T00:00:00Z",
            "number": "1",
            "sha256": sha256,
            "this_update": "2026-05-01T00:00:00Z",
        }])
    );
    assert_eq!(manifest["trust"]["lists"][0]["kind"], "revocation_lists");
    let without: serde_json::Value = serde_json::from_slice(&evidence(&[]).manifest()).unwrap();
    assert_eq!(without["crls"], serde_json::json!([]));
    // Another list is another trust: evidence tells them apart, and is read back.
    let read = chipid::Evidence::decode(&evidence(std::slice::from_ref(&list)).encode()).unwrap();
    assert!(read.has_trust_of(&case.store(&[list])) && !read.has_trust_of(&case.store(&[])));
}

impl Case {
    fn issuer_name(&self) -> String {
        Certificate::parse(self.issuer.csca()).unwrap().subject().to_string()
    }
}
