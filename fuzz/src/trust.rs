//! What an operator brings: revocation lists, lists of deviations and of defects, trust bundles, policy files.

use super::now;
use chipid::internals::pki::{Certificate, Currency, RevocationList, SignatureBudget};
use chipid::internals::signed_lists::DefectList;
use chipid::sim::profile;
use chipid::trust::{AgePolicy, TrustBuilder, TrustBundle, TrustStore};
use chipid::{Document, Outcome, Policy, Report, Verdict};
use std::sync::OnceLock;

/// Entries that a run looks at.
const MAX_LOOKED_AT: usize = 8;

pub fn all(bytes: &[u8]) {
    revocation_list(bytes);
    defect_list(bytes);
    bundle(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        policy(text);
    }
}

fn revocation_list(bytes: &[u8]) {
    let Ok(list) = RevocationList::parse(bytes) else { return };
    assert_eq!(list.der(), bytes);
    assert_eq!((list.len(), list.is_empty()), (list.entries().len(), list.entries().is_empty()));
    assert!(list.this_update() <= list.next_update());
    assert_eq!(list.currency(list.this_update()), Currency::Current);
    let none: [&Certificate; 0] = [];
    assert!(list.verify(none, &mut SignatureBudget::new(4)).is_err(), "nobody vouches for it");
    // In a store without its issuer it says nothing of anybody.
    let mut store = TrustBuilder::new();
    let _ = store.add_file("a list", bytes);
    let store = store.build();
    assert!(store.revocation_lists().iter().all(|list| list.authority().is_err()));
}

fn defect_list(bytes: &[u8]) {
    let Ok(list) = DefectList::parse(bytes) else { return };
    assert!(list.len() >= list.defects().len() || !list.is_empty());
    for defect in list.defects().into_iter().take(MAX_LOOKED_AT) {
        assert!(!format!("{defect:?}").is_empty());
    }
    let mut store = TrustBuilder::new();
    let _ = store.add_file("a list", bytes);
    let store = store.build();
    assert!(store.defect_lists().iter().all(|list| list.authority().is_err()), "nobody vouches for it");
}

/// A bundle has one form; what it holds is trusted as its files are, no more.
fn bundle(bytes: &[u8]) {
    let Ok(bundle) = TrustBundle::parse(bytes) else { return };
    assert_eq!(bundle.encode(), bytes, "a bundle has one form");
    assert!(TrustBundle::is_bundle(bytes));
    let at = bundle.made();
    if let Ok(store) = TrustStore::from_bundle(bytes, at, AgePolicy::default()) {
        assert!(store.anchors().len() <= bytes.len());
        assert_eq!(store.worst_bundle(at).map(|(made, _)| made), Some(at));
        let later = at + time_of_days(91);
        assert!(TrustStore::from_bundle(bytes, later, AgePolicy::default()).is_err(), "it is too old by then");
    }
}

fn time_of_days(days: u64) -> std::time::Duration {
    std::time::Duration::from_secs(days * 86_400)
}

/// A policy writes itself so that it reads the same; none accepts a document that failed, or one that nobody vouches for.
fn policy(text: &str) {
    let Ok(policy) = Policy::from_toml(text) else { return };
    let written = policy.to_toml();
    let again = Policy::from_toml(&written).expect("a policy reads what it writes");
    assert_eq!((again.to_toml(), again.sha256()), (written, policy.sha256()));
    for report in reports() {
        let decision = report.decide(&policy);
        assert_eq!(decision.policy(), policy.name());
        if report.verdict() <= Verdict::Undetermined {
            assert_ne!(decision.outcome(), Outcome::Accept, "{:?} is accepted", report.verdict());
        }
    }
}

/// Of one plain document: authentic, nobody's, altered.
fn reports() -> &'static [Report] {
    static REPORTS: OnceLock<Vec<Report>> = OnceLock::new();
    REPORTS.get_or_init(|| {
        let profile = profile::plain();
        let contents = profile.contents().expect("an issuer");
        let sod = contents.file(chipid::sim::Folder::Application, 0x011D).expect("EF.SOD").to_vec();
        let group = |number: u8| chipid::lds::FileId::DataGroup(chipid::lds::DataGroup::new(number).expect("1 to 16"));
        let mut files: Vec<_> = contents.groups.iter().map(|(number, file)| (group(*number), file.clone())).collect();
        files.push((chipid::lds::FileId::Sod, sod));
        let mut trust = TrustBuilder::new();
        trust.add_certificate(&profile.csca().expect("an issuer")).expect("an anchor");
        let trust = trust.build();
        let good = Document::from_files(files.clone(), None);
        if let Some((_, bytes)) = files.first_mut() {
            bytes.push(0);
        }
        let altered = Document::from_files(files, None);
        [(&good, &trust), (&good, &TrustStore::empty()), (&altered, &trust)]
            .map(|(document, trust)| document.verify(trust, now()))
            .into()
    })
}
