//! Trust bundles: the same files give the same bytes, everything is verified again, and age is told and refused.

#[path = "support/trust.rs"]
mod trust_changes;
#[path = "support/reading.rs"]
mod reading;
#[path = "support/shared.rs"]
mod support;

use chipid::checks::{CheckId, Reason, State, Tolerance, Tolerances};
use chipid::internals::crypto::DigestAlgorithm;
use chipid::internals::issuer::{
    DeviationFields, Extension, Issuer, IssuerPlan, KeyPlan, RevocationListFields, RevokedEntry, Scheme,
    deviation_list_content,
};
use chipid::internals::oid;
use chipid::internals::pki::{Certificate, RevocationListError};
use chipid::internals::signed_lists::ListError;
use chipid::internals::tlv::Reader;
use chipid::sim::profile;
use chipid::trust::{
    Age, AgePolicy, BundleError, BundlePart, BundleUse, Examination, Refusal, SourceKind, TrustBuilder, TrustBundle,
    TrustStore,
};
use chipid::{Outcome, Policy, Verdict};
use std::time::SystemTime;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use trust_changes::{AddTrust as _, bundle_by_hand};

const MADE: OffsetDateTime = datetime!(2026-01-01 0:00 UTC);

fn issuer() -> Issuer {
    profile::vn().issuer().unwrap()
}

fn part(name: &str, bytes: Vec<u8>) -> BundlePart {
    BundlePart::new(BundleUse::Trust, name, bytes)
}

/// An authority, its master list, a revocation list and a deviation list.
fn parts(issuer: &Issuer) -> Vec<BundlePart> {
    let purpose = Extension::extended_key_usage(oid::ID_ICAO_DEVIATION_LIST_SIGNING_KEY);
    let content = deviation_list_content(&[DeviationFields::default()]);
    let deviations = issuer.list_fields(oid::ID_ICAO_DEVIATION_LIST, content, &[purpose]).unwrap();
    vec![
        part("csca.cer", issuer.csca().to_vec()),
        part("list.ml", issuer.master_list(&[issuer.csca()]).unwrap()),
        part("list.crl", issuer.sign_revocation_list(&issuer.revocation_list_fields(MADE)).unwrap()),
        part("deviations.bin", issuer.sign_list(&deviations).unwrap()),
        BundlePart::new(BundleUse::PinnedSigner, "ds.cer", issuer.ds().to_vec()),
    ]
}

fn bundle(parts: Vec<BundlePart>) -> TrustBundle {
    let (bundle, refused) = TrustBundle::make(MADE, parts).unwrap();
    assert_eq!(refused, []);
    bundle
}

fn load(bytes: &[u8]) -> Result<TrustStore, BundleError> {
    TrustStore::from_bundle(bytes, MADE, AgePolicy::default())
}

#[test]
fn the_same_files_give_the_same_bytes_in_whatever_order() {
    let issuer = issuer();
    let once = bundle(parts(&issuer)).encode();
    let mut backwards = parts(&issuer);
    backwards.reverse();
    backwards.extend(parts(&issuer));
    assert_eq!(bundle(backwards).encode(), once);
    let read = TrustBundle::parse(&once).unwrap();
    assert_eq!((read.made(), read.parts().len(), read.encode()), (MADE, 5, once));
    let signer = |name: &str| read.parts().iter().find(|part| part.name() == name).unwrap().signer().to_owned();
    assert!(signer("list.ml").contains("Master List Signer"));
    assert!(signer("list.crl").contains("CSCA (invented)"));
    assert!(signer("deviations.bin").contains("CSCA (invented)"));
    assert_eq!(signer("csca.cer"), "");
}

#[test]
fn a_bundle_is_what_its_files_are() {
    let issuer = issuer();
    let store = load(&bundle(parts(&issuer)).encode()).unwrap();
    let mut one_by_one = TrustStore::empty();
    for part in parts(&issuer).iter().take(4) {
        one_by_one.add_file(part.name(), part.bytes());
    }
    one_by_one.pin_signer(issuer.ds()).unwrap();
    assert_eq!(store.fingerprint(), one_by_one.fingerprint());
    assert_eq!((store.anchors().len(), store.pinned_signers().len()), (1, 1));
    assert!(store.revocation_lists()[0].authority().is_ok() && store.defect_lists()[0].authority().is_ok());
    let whole = store.sources().last().unwrap();
    assert!(matches!(whole.kind, SourceKind::Bundle));
    assert_eq!((whole.date, whole.accepted), (Some(MADE), 5));
    // Every --trust takes it, too.
    let mut by_file = TrustStore::empty();
    assert_eq!(by_file.add_file("bundle", &bundle(parts(&issuer)).encode()).accepted, 5);
    assert_eq!(by_file.fingerprint(), store.fingerprint());
}

#[test]
fn a_bundle_gives_no_trust_beyond_what_its_files_verify() {
    let issuer = issuer();
    let (namesake, plan) = (issuer.plan().clone(), "namesake".to_owned());
    let namesake = Issuer::new(IssuerPlan { label: plan, ..namesake }).unwrap();
    let forged = namesake.sign_revocation_list(&issuer.revocation_list_fields(MADE)).unwrap();
    let mut list = issuer.master_list(&[issuer.csca()]).unwrap();
    *list.last_mut().unwrap() ^= 1;
    // The maker leaves out what does not verify, and says so …
    let all = [part("a.crl", forged.clone()), part("b.ml", list.clone()), part("c.txt", b"hello".to_vec())];
    let all = all.into_iter().chain([part("csca.cer", issuer.csca().to_vec())]);
    let (made, refused) = TrustBundle::make(MADE, all).unwrap();
    assert_eq!(made.parts().iter().map(BundlePart::name).collect::<Vec<_>>(), ["csca.cer"]);
    let mut names: Vec<_> = refused.iter().map(|one| (one.subject.as_str(), one.reason)).collect();
    names.sort_by_key(|(name, _)| *name);
    assert!(matches!(names[0], ("a.crl", Refusal::RevocationList(RevocationListError::OtherKey(_)))), "{names:?}");
    assert!(matches!(names[1], ("b.ml", Refusal::List(ListError::Cms(_)))), "{names:?}");
    assert_eq!(names[2], ("c.txt", Refusal::Unknown));
    // … and who puts it in all the same gains nothing.
    let mut whole = TrustStore::empty();
    let written = bundle_by_hand("chipid.trust/1", &[("trust", "a.crl", &forged), ("trust", "b.ml", &list)]);
    let source = whole.add_file("bundle", &written);
    assert_eq!((source.accepted, source.refused.len()), (1, 1));
    assert!(whole.is_empty() && whole.revocation_lists()[0].authority().is_err());
}

#[test]
fn damage_is_told_clearly_and_gives_no_anchors() {
    let issuer = issuer();
    let whole = bundle(parts(&issuer)).encode();
    for at in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] ^= 1;
        assert!(load(&damaged).is_err(), "byte {at}");
    }
    let middle = whole.len() / 2;
    let mut damaged = whole.clone();
    damaged[middle] ^= 1;
    assert_eq!(load(&damaged).unwrap_err(), BundleError::Damaged);
    for end in 0..whole.len() {
        assert!(TrustBundle::parse(&whole[..end]).is_err(), "cut to {end}");
    }
    let mut store = TrustStore::empty();
    let source = store.add_file("bundle", &damaged);
    assert_eq!((source.accepted, source.refused[0].reason), (0, Refusal::Bundle(BundleError::Damaged)));
    assert!(store.is_empty());
}

#[test]
fn refuses_another_form() {
    let csca = issuer().csca().to_vec();
    assert!(load(&bundle_by_hand("chipid.trust/1", &[("trust", "csca", &csca)])).is_ok());
    assert_eq!(load(&bundle_by_hand("chipid.trust/2", &[("trust", "csca", &csca)])).unwrap_err(), BundleError::Schema);
    assert_eq!(load(&bundle_by_hand("chipid.trust/1", &[("all", "csca", &csca)])).unwrap_err(), BundleError::Purpose);
    let twice = [("trust", "csca", csca.as_slice()), ("trust", "again", &csca)];
    assert_eq!(load(&bundle_by_hand("chipid.trust/1", &twice)).unwrap_err(), BundleError::NotCanonical);
    // A length that is not in its shortest form.
    let whole = bundle_by_hand("chipid.trust/1", &[("trust", "csca", &csca)]);
    let content = Reader::new(&whole).next().unwrap().value.to_vec();
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    let lax = [&[0x30, 0x84], &length[..], &content].concat();
    assert_eq!(load(&lax).unwrap_err(), BundleError::NotCanonical);
    assert!(matches!(load(b"hello").unwrap_err(), BundleError::Tlv(_)));
    assert_eq!(TrustBundle::make(MADE + Duration::MILLISECOND, []).unwrap_err(), BundleError::Moment);
}

#[test]
fn age_is_fresh_then_stale_then_refused() {
    let policy = AgePolicy::default();
    let at = |days| MADE + Duration::days(days);
    let second = Duration::SECOND;
    for (moment, age) in [
        (at(-5), Age::Early),
        (at(-1) - second, Age::Early),
        (at(-1), Age::Fresh),
        (at(0), Age::Fresh),
        (at(28), Age::Fresh),
        (at(28) + second, Age::Stale),
        (at(90), Age::Stale),
        (at(90) + second, Age::TooOld),
    ] {
        assert_eq!(policy.judge(MADE, moment), age, "{moment}");
    }
    let bytes = bundle(parts(&issuer())).encode();
    assert!(TrustStore::from_bundle(&bytes, at(90), policy).is_ok());
    let error = TrustStore::from_bundle(&bytes, at(100), policy).unwrap_err();
    assert_eq!(error, BundleError::TooOld { days: 100, most: 90 });
    assert_eq!(error.to_string(), "the trust bundle is 100 days old, more than the 90 that are allowed");
    let patient = AgePolicy { refuse_after: Duration::days(365), ..policy };
    assert!(TrustStore::from_bundle(&bytes, at(100), patient).is_ok());
    let mut builder = TrustBuilder::new();
    assert!(builder.add_bundle("old", &bytes, at(100), policy).is_err());
    let store = builder.build();
    assert!(store.is_empty() && store.sources().is_empty());
}

#[test]
fn the_report_tells_the_age_and_gates_nothing_by_it() {
    let profile = profile::vn();
    let document = reading::read(&profile);
    let bytes = bundle(parts(&profile.issuer().unwrap())).encode();
    let store = load(&bytes).unwrap();
    for (days, state, reason) in [
        (-5, State::Undetermined, Some(Reason::NotYetValid)),
        (1, State::Successful, None),
        (30, State::Undetermined, Some(Reason::TrustStale)),
        (100, State::Failed, Some(Reason::TrustTooOld)),
    ] {
        let report = document.verify(&store, SystemTime::from(MADE + Duration::days(days)));
        let check = report.check(CheckId::TrustAge).unwrap();
        assert_eq!((check.state, check.reason), (state, reason));
        assert_eq!(check.compared, format!("trust bundle of 2026-01-01, {days} days old"));
        assert_eq!(report.verdict(), Verdict::Genuine);
        let told = |policy: &Policy| {
            let decision = report.decide(policy);
            let mut against = decision.reasons().iter().filter(|reason| reason.outcome != Outcome::Accept);
            against.any(|reason| reason.check == Some(CheckId::TrustAge))
        };
        assert_eq!(told(&Policy::strict()), state != State::Successful, "{days}");
        assert_eq!(told(&Policy::field()), !matches!(reason, None | Some(Reason::TrustStale)), "{days}");
    }
    let without = document.verify(&reading::trust(&profile), reading::now());
    assert!(without.check(CheckId::TrustAge).is_none());
}

/// A revocation list that revokes the issuer's document signer.
fn revoking_its_signer(issuer: &Issuer) -> Vec<u8> {
    let serial = Certificate::parse(issuer.ds()).unwrap().serial().to_vec();
    let fields = issuer.revocation_list_fields(MADE);
    let fields = RevocationListFields { revoked: vec![RevokedEntry::new(&serial, MADE)], ..fields };
    issuer.sign_revocation_list(&fields).unwrap()
}

#[test]
fn a_revocation_in_a_bundle_counts() {
    let profile = profile::vn();
    let issuer = profile.issuer().unwrap();
    let list = revoking_its_signer(&issuer);
    let bytes = bundle(vec![part("csca", issuer.csca().to_vec()), part("crl", list)]).encode();
    let report = reading::read(&profile).verify(&load(&bytes).unwrap(), MADE.into());
    assert_eq!(report.verdict(), Verdict::Failed);
}

#[test]
fn what_cannot_be_read_in_a_file_is_told_and_hides_nothing_behind_it() {
    use base64::Engine as _;
    let profile = profile::vn();
    let issuer = profile.issuer().unwrap();
    let list = revoking_its_signer(&issuer);
    let refused = |bytes: &[u8]| {
        let mut store = TrustStore::empty();
        let source = store.add_file("all", bytes);
        let reasons: Vec<Refusal> = source.refused.iter().map(|one| one.reason).collect();
        (source.accepted, reasons, store)
    };
    // DER: what stands behind a stray object cannot be told apart, so the whole rest is refused.
    let (accepted, reasons, _) = refused(&[issuer.csca(), &[4, 0][..], &list].concat());
    assert_eq!((accepted, reasons), (1, vec![Refusal::Unknown]));
    let (accepted, reasons, _) = refused(&[issuer.csca(), &list, b"hello"].concat());
    assert_eq!((accepted, reasons), (2, vec![Refusal::Unknown]));
    let (accepted, reasons, _) = refused(&[issuer.csca(), &list[..list.len() - 1]].concat());
    assert_eq!((accepted, reasons), (1, vec![Refusal::Unknown]));
    for padding in [&b""[..], b"\r\n", &[0; 16]] {
        let (accepted, reasons, _) = refused(&[issuer.csca(), &list, padding].concat());
        assert_eq!((accepted, reasons), (2, vec![]), "{padding:?}");
    }
    // PEM: a bad block is refused, the blocks behind it are taken.
    let base64 = |bytes: &[u8]| base64::prelude::BASE64_STANDARD.encode(bytes);
    let pem = |kind: &str, body: &str| format!("-----BEGIN {kind}-----\n{body}\n-----END {kind}-----\n");
    let [csca, crl] = [pem("CERTIFICATE", &base64(issuer.csca())), pem("X509 CRL", &base64(&list))];
    let (accepted, reasons, store) =
        refused([&csca, &pem("CERTIFICATE", "!!!!"), &crl].map(String::as_str).concat().as_bytes());
    assert_eq!((accepted, reasons), (2, vec![Refusal::Unknown]));
    assert_eq!(reading::read(&profile).verify(&store, MADE.into()).verdict(), Verdict::Failed);
    let (accepted, reasons, _) = refused(format!("{csca}\n\n a note \n").as_bytes());
    assert_eq!((accepted, reasons), (1, vec![]));
    // A file of certificates that are named one by one is taken whole or not at all.
    let mut store = TrustStore::empty();
    assert_eq!(store.pin_signer(&[issuer.ds(), b"hello"].concat()), Err(Refusal::Unknown));
    assert_eq!(store.pinned_signers().len(), 0);
}

#[test]
fn what_only_a_list_under_a_tolerance_vouches_for_is_never_better_than_undetermined() {
    let rsa = KeyPlan::rsa(2048, DigestAlgorithm::Sha256);
    let vn = profile::vn();
    let profile = profile::Profile { issuer: IssuerPlan { csca: rsa, ds: rsa, ..vn.issuer.clone() }, ..vn };
    let issuer = profile.issuer().unwrap();
    let document = reading::read(&profile);
    let mut fields = issuer.master_list_fields(&[issuer.csca()]).unwrap();
    fields.scheme = Scheme::RsaPkcs1WithoutNull(DigestAlgorithm::Sha256);
    let list = issuer.sign_list(&fields).unwrap();
    let needs = ListError::NeedsDigestInfoWithoutNull;
    assert_eq!(TrustStore::from_trusted_master_list(&list).unwrap_err(), needs);

    let mut store = TrustStore::empty();
    store.tolerate_digest_info_without_null();
    assert_eq!(store.add_file("list", &list).accepted, 1);
    let at = reading::now();
    let tolerances = Tolerances::none().with(Tolerance::DigestInfoWithoutNull);
    for (tolerances, reason) in [(tolerances, Reason::Tolerance), (Tolerances::none(), Reason::AnchorNotFound)] {
        let report = document.verify_with(&store, at, &tolerances);
        let chain = report.check(CheckId::PaChain).unwrap();
        assert_eq!((chain.state, chain.reason), (State::Undetermined, Some(reason)), "{}", chain.compared);
        assert!(chain.compared.contains("a list that needs the tolerance digest_info_without_null"));
        assert_eq!(report.verdict(), Verdict::Undetermined);
        let named = report.tolerances().iter().any(|used| used.tolerance == Tolerance::DigestInfoWithoutNull);
        assert_eq!(named, reason == Reason::Tolerance, "a tolerance that was used stands in the report");
    }
    // What the caller hands in himself needs none.
    store.add_certificate(issuer.csca()).unwrap();
    assert_eq!(document.verify(&store, at).verdict(), Verdict::Genuine);

    // A bundle does not hand a tolerance on.
    let mut maker = TrustBuilder::new();
    maker.tolerate_digest_info_without_null();
    let (bundle, refused) = TrustBundle::make_with(maker, MADE, [part("list.ml", list.clone())]).unwrap();
    assert_eq!((bundle.parts().len(), refused.len()), (1, 0));
    let strict = load(&bundle.encode()).unwrap();
    assert!(strict.is_empty());
    assert_eq!(strict.sources().last().unwrap().refused[0].reason, Refusal::List(needs));
    let (empty, refused) = TrustBundle::make(MADE, [part("list.ml", list)]).unwrap();
    assert_eq!((empty.parts().len(), refused[0].reason), (0, Refusal::List(needs)));
}

#[test]
fn what_only_an_unsigned_list_vouches_for_is_never_better_than_undetermined() {
    let profile = profile::vn();
    let issuer = profile.issuer().unwrap();
    let document = reading::read(&profile);
    let bare = |certificate: &[u8]| chipid::internals::issuer::master_list_content(&[certificate]);
    let mut store = TrustStore::empty();
    assert_eq!(store.add_unverified_master_list("bare", &bare(issuer.csca())).unwrap().accepted, 1);
    assert_eq!(store.tolerance_of(&store.anchors()[0]), Some(Tolerance::UnverifiedList));
    let since = OffsetDateTime::from(reading::now()) - Duration::DAY;
    store.add_file("crl", &issuer.sign_revocation_list(&issuer.revocation_list_fields(since)).unwrap());
    let allowed = Tolerances::none().with(Tolerance::UnverifiedList);
    for (tolerances, reason) in [(allowed, Reason::Tolerance), (Tolerances::none(), Reason::AnchorNotFound)] {
        let report = document.verify_with(&store, reading::now(), &tolerances);
        let chain = report.check(CheckId::PaChain).unwrap();
        assert_eq!((chain.state, chain.reason), (State::Undetermined, Some(reason)), "{}", chain.compared);
        assert_eq!(report.verdict(), Verdict::Undetermined);
        assert_ne!(report.decide(&Policy::strict()).outcome(), Outcome::Accept);
        let named = report.tolerances().iter().any(|used| used.tolerance == Tolerance::UnverifiedList);
        assert_eq!(named, reason == Reason::Tolerance);
    }
    // What a list that verifies brings too needs no tolerance.
    assert_eq!(store.add_file("list", &issuer.master_list(&[issuer.csca()]).unwrap()).accepted, 1);
    assert_eq!(document.verify(&store, reading::now()).verdict(), Verdict::Genuine);

    // A root that does not verify under its own key does not come in that way.
    let mut forged = issuer.csca().to_vec();
    *forged.last_mut().unwrap() ^= 1;
    let mut store = TrustStore::empty();
    let source = store.add_unverified_master_list("forged", &bare(&forged)).unwrap();
    assert_eq!(source.accepted, 0);
    assert!(matches!(source.refused[0].reason, Refusal::OwnSignature(_)), "{:?}", source.refused);
    assert!(store.is_empty());
}

#[test]
fn the_real_lists_in_one_bundle() {
    let names = [
        "csca/DE_ML_2026-05-28-08-28-45.ml",
        "csca/IT_ML_2023-07-31.ml",
        "csca/EE_erpdeviationlist.bin",
        "crl/COL.crl",
        "crl/IT_CRL_CSCA.crl",
    ];
    let mut parts = Vec::new();
    for name in names {
        let Some(path) = support::shared_data(name) else { return };
        parts.push(part(name, std::fs::read(path).unwrap()));
    }
    let (bundle, refused) = TrustBundle::make(MADE, parts).unwrap();
    assert_eq!(refused, []);
    let bytes = bundle.encode();
    let store = load(&bytes).unwrap();
    println!("{} bytes, {} anchors, {} parts", bytes.len(), store.anchors().len(), bundle.parts().len());
    bundle.parts().iter().for_each(|part| println!("  {}: {}", part.name(), part.signer()));
    assert!(store.revocation_lists().iter().all(|list| list.authority().is_ok()));
    assert!(store.defect_lists().iter().all(|list| list.authority().is_ok()));
}

#[test]
fn bundles_within_bundles_are_not_opened_however_deep_they_stand() {
    let issuer = issuer();
    let once = bundle_by_hand("chipid.trust/1", &[("trust", "csca", issuer.csca())]);
    let twice = bundle_by_hand("chipid.trust/1", &[("trust", "csca", issuer.csca()), ("trust", "inner", &once)]);
    let deep = (0..2000).fold(once, |inner, _| bundle_by_hand("chipid.trust/1", &[("trust", "inner", &inner)]));
    for (bytes, certificates) in [(twice, 1), (deep, 0)] {
        let found = Examination::examine([("bundle", bytes.as_slice())]);
        assert_eq!((found.certificates, found.store.anchors().len()), (certificates, certificates));
        assert!(found.unverified.iter().any(|(subject, _)| subject == "bundle: inner"), "{:?}", found.unverified);
    }
}
