//! The evaluation of trust material does not depend on its order: links that their issuer did not sign, master lists whose
//! signer was revoked, lists whose authority is missing.

#[path = "support/trust.rs"]
mod trust_changes;
#[path = "support/reading.rs"]
mod reading;
#[path = "support/shared.rs"]
mod support;

use chipid::Verdict;
use chipid::checks::Tolerance;
use chipid::internals::crypto::{CurveId, DigestAlgorithm};
use chipid::internals::issuer::{
    CertificateFields, DefectFields, Extension, Issuer, IssuerPlan, KeyPlan, Name, RevocationListFields, RevokedEntry,
    SignerId, defect_list_content, master_list_content,
};
use chipid::internals::oid;
use chipid::internals::pki::Certificate;
use chipid::internals::signed_lists::ListError;
use chipid::sim::profile;
use chipid::trust::{BundlePart, BundleUse, Refusal, SourceKind, TrustBuilder, TrustBundle, TrustStore};
use proptest::prelude::*;
use proptest::sample::subsequence;
use std::fs;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use trust_changes::{AddTrust as _, bundle_by_hand};

const ISSUED: OffsetDateTime = datetime!(2026-05-01 0:00 UTC);

/// An authority of one name, with a key of its own.
fn issuer(label: &str) -> Issuer {
    let key = KeyPlan::ecdsa(CurveId::Secp256r1, DigestAlgorithm::Sha256);
    Issuer::new(IssuerPlan { label: label.to_owned(), ..IssuerPlan::new("VN", "VNM", "Invented", key, key) }).unwrap()
}

/// One of another country.
fn neighbour() -> Issuer {
    let key = KeyPlan::ecdsa(CurveId::Secp256r1, DigestAlgorithm::Sha256);
    Issuer::new(IssuerPlan::new("LA", "LAO", "Neighbour", key, key)).unwrap()
}

/// All orders of a few files.
fn orders<T: Clone>(all: &[T]) -> Vec<Vec<T>> {
    if all.is_empty() {
        return vec![Vec::new()];
    }
    let mut found = Vec::new();
    for index in 0..all.len() {
        let mut rest = all.to_vec();
        let first = rest.remove(index);
        found.extend(orders(&rest).into_iter().map(|order| [vec![first.clone()], order].concat()));
    }
    found
}

/// A store of these files, each by its own name.
fn store(files: &[(&str, Vec<u8>)]) -> TrustStore {
    let mut builder = TrustBuilder::new();
    for (name, bytes) in files {
        // What is refused stands in the source.
        let _ = builder.add_file(name, bytes);
    }
    builder.build()
}

fn refusal(store: &TrustStore, name: &str) -> Option<Refusal> {
    let source = store.sources().iter().find(|source| source.label == name).unwrap();
    assert_eq!(source.accepted == 0, !source.refused.is_empty(), "{name}: {:?}", source.refused);
    source.refused.last().map(|refused| refused.reason)
}

/// Whether this is an anchor, or a link that leads to one.
fn holds(store: &TrustStore, der: &[u8]) -> bool {
    let certificate = Certificate::parse(der).unwrap();
    store.is_anchor(&certificate) || store.is_link(&certificate)
}

/// A store of these files, with a link that the caller trusts as an anchor.
fn trusting_link(files: &[(&str, Vec<u8>)], link: &[u8]) -> TrustStore {
    let mut builder = store(files).to_builder();
    builder.add_link_as_anchor(link).unwrap();
    builder.build()
}

#[test]
fn a_link_that_its_issuer_disowns_is_no_anchor_in_whatever_order() {
    let (old, new, stranger) = (issuer("old"), issuer("new"), issuer("stranger"));
    let good = new.link(&old).unwrap();
    // It names the old key as its issuer's, and bears the signature of another.
    let forged = stranger.sign_with_csca(&stranger.link_fields(&old)).unwrap();
    let files = [
        ("old", old.csca().to_vec()),
        ("good", good.clone()),
        ("forged", forged.clone()),
        // What the forger's key signed counts in no order either.
        ("forger's list", stranger.sign_revocation_list(&revoking(&stranger, &[old.csca()])).unwrap()),
    ];
    for files in orders(&files) {
        let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
        let store = store(&files);
        assert!(holds(&store, old.csca()) && holds(&store, &good) && !holds(&store, &forged), "{names:?}");
        assert!(matches!(refusal(&store, "forged"), Some(Refusal::IssuerSignature(_))), "{names:?}");
        assert_eq!((refusal(&store, "old"), refusal(&store, "good")), (None, None), "{names:?}");
        assert!(store.revocation_lists()[0].authority().is_err(), "{names:?}");
        assert!(!store.is_revoked(&Certificate::parse(old.csca()).unwrap()), "{names:?}");
    }
    // Alone it leads to no anchor, as the good one does not, unless the caller trusts it whoever signed it.
    for link in [&good, &forged] {
        let alone = store(&[("link", link.clone())]);
        assert!(alone.is_empty() && !holds(&alone, link));
        assert_eq!(refusal(&alone, "link"), Some(Refusal::NoAnchor));
        assert_eq!(alone.unused(), [("link", Refusal::NoAnchor)]);
        assert!(trusting_link(&[], link).is_anchor(&Certificate::parse(link).unwrap()));
    }
    // One by one it is the same.
    let mut one_by_one = TrustStore::empty();
    one_by_one.add_certificate(old.csca()).unwrap();
    one_by_one.add_certificate(&forged).unwrap();
    assert!(matches!(one_by_one.unused()[0].1, Refusal::IssuerSignature(_)));
    one_by_one.add_certificate(&good).unwrap();
    assert_eq!((one_by_one.anchors().len(), one_by_one.links().len()), (1, 1));
    assert_eq!(one_by_one.refused().len(), 1);
    let mut backwards = TrustStore::empty();
    backwards.add_certificate(&forged).unwrap();
    backwards.add_certificate(old.csca()).unwrap();
    assert_eq!((backwards.anchors().len(), backwards.links().len()), (1, 0));
    // The signature of a master list covers its entries.
    let list = neighbour().master_list(&[neighbour().csca(), &forged]).unwrap();
    assert!(holds(&store(&[("old", old.csca().to_vec()), ("list", list)]), &forged));
}

#[test]
fn a_disowned_link_is_told_by_each_file_that_it_came_in() {
    let (old, stranger) = (issuer("old"), issuer("stranger"));
    let forged = stranger.sign_with_csca(&stranger.link_fields(&old)).unwrap();
    let twice = [forged.clone(), forged.clone()].concat();
    for files in orders(&[("once", forged.clone()), ("twice", twice), ("old", old.csca().to_vec())]) {
        let store = store(&files);
        assert_eq!(store.anchors().len(), 1);
        let told = |name: &str| {
            let source = store.sources().iter().find(|source| source.label == name).unwrap();
            (source.accepted, source.refused.len())
        };
        assert_eq!([told("once"), told("twice"), told("old")], [(0, 1), (0, 2), (1, 0)]);
    }
    // A folder full of them costs no more than one.
    let many = forged.repeat(2000);
    let store = store(&[("old", old.csca().to_vec()), ("many", many)]);
    assert_eq!((store.anchors().len(), store.sources()[1].refused.len()), (1, 2000));
}

#[test]
fn a_link_comes_back_with_the_issuer_that_verifies_it() {
    let (old, new) = (issuer("old"), issuer("new"));
    let good = new.link(&old).unwrap();
    // Another authority claims the old one's key identifier.
    let pretender = issuer("pretender");
    let mut fields = pretender.csca_fields();
    let key_id = Certificate::parse(old.csca()).unwrap().extensions().subject_key_id.clone().unwrap();
    for id in [oid::SUBJECT_KEY_IDENTIFIER, oid::AUTHORITY_KEY_IDENTIFIER] {
        fields = fields.without(id);
    }
    fields = fields.with(Extension::subject_key_id(&key_id));
    let pretender = pretender.sign_with_csca(&fields).unwrap();
    let files = [("good", good.clone()), ("old", old.csca().to_vec()), ("pretender", pretender.clone())];
    assert!(!holds(&store(&[files[0].clone(), files[2].clone()]), &good), "the pretender alone is at hand");
    for files in orders(&files) {
        let store = store(&files);
        assert!([old.csca(), &good, &pretender].iter().all(|der| holds(&store, der)));
        assert_eq!(refusal(&store, "good"), None);
    }
}

#[test]
fn a_disowned_link_is_refused_in_bundles_and_unsigned_lists_too() {
    let (old, stranger) = (issuer("old"), issuer("stranger"));
    let forged = stranger.sign_with_csca(&stranger.link_fields(&old)).unwrap();
    let part = |name: &str, bytes: &[u8]| BundlePart::new(BundleUse::Trust, name, bytes.to_vec());
    let parts = || [part("old", old.csca()), part("forged", &forged)];
    let (bundle, refused) = TrustBundle::make(ISSUED, parts()).unwrap();
    assert_eq!(bundle.parts().iter().map(BundlePart::name).collect::<Vec<_>>(), ["old"]);
    assert!(matches!(refused[0].reason, Refusal::IssuerSignature(_)) && refused[0].subject == "forged", "{refused:?}");
    // A bundle that contains it all the same: the file is refused, and with it the whole.
    let link_alone = bundle_by_hand("chipid.trust/1", &[("trust", "forged", &forged)]);
    for bundle_first in [true, false] {
        let mut files = vec![("bundle", link_alone.clone()), ("old", old.csca().to_vec())];
        if !bundle_first {
            files.reverse();
        }
        let store = store(&files);
        assert_eq!(store.anchors().len(), 1);
        for name in ["bundle", "bundle: forged"] {
            assert!(matches!(refusal(&store, name), Some(Refusal::IssuerSignature(_))), "{name}");
        }
    }
    let mut unsigned = TrustStore::empty();
    let both = master_list_content(&[old.csca(), &forged]);
    unsigned.add_unverified_master_list("unsigned", &both).unwrap();
    let source = &unsigned.sources()[0];
    assert_eq!((source.accepted, unsigned.anchors().len()), (1, 1));
    assert!(matches!(source.refused[0].reason, Refusal::IssuerSignature(_)), "{:?}", source.refused);
}

#[test]
fn the_real_link_that_was_encoded_again_is_refused_beside_its_issuer() {
    let names = ["csca/DE_ML_2026-05-28-08-28-45.ml", "csca/broken/CI_link_good_ef7c66d6.der"];
    let [Some(list), Some(good)] = names.map(|name| support::shared_data(name).map(|path| fs::read(path).unwrap()))
    else {
        return;
    };
    let Some(bad) = support::shared_data("csca/broken/CI_link_badsig_81a46f68.der") else { return };
    let bad = fs::read(bad).unwrap();
    for files in orders(&[("list", list), ("good", good.clone()), ("bad", bad.clone())]) {
        let store = store(&files);
        assert!(holds(&store, &good) && !holds(&store, &bad));
        assert!(matches!(refusal(&store, "bad"), Some(Refusal::IssuerSignature(_))));
        assert_eq!(refusal(&store, "good"), None);
    }
}

/// The fields of a list that revokes these certificates.
fn revoking(issuer: &Issuer, certificates: &[&[u8]]) -> RevocationListFields {
    let serials = certificates.iter().map(|der| Certificate::parse(der).unwrap().serial().to_vec());
    let revoked = serials.map(|serial| RevokedEntry::new(&serial, ISSUED)).collect();
    RevocationListFields { revoked, ..issuer.revocation_list_fields(ISSUED) }
}

/// A master list, and its signer's certificate.
fn master_list(issuer: &Issuer, certificates: &[&[u8]]) -> (Vec<u8>, Vec<u8>) {
    let list = issuer.master_list(certificates).unwrap();
    let store = TrustStore::from_trusted_master_list(&list).unwrap();
    let SourceKind::MasterList(signer) = &store.sources()[0].kind else { panic!("a master list") };
    (list, signer.certificate.der().to_vec())
}

#[test]
fn the_list_of_a_signer_who_was_revoked_counts_in_no_order() {
    let (own, other) = (issuer("own"), neighbour());
    let (list, signer) = master_list(&own, &[own.csca(), other.csca()]);
    let crl = |certificates: &[&[u8]]| own.sign_revocation_list(&revoking(&own, certificates)).unwrap();
    for revoked in [signer.as_slice(), own.csca()] {
        let files = [("list", list.clone()), ("crl", crl(&[revoked])), ("own", own.csca().to_vec())];
        for files in orders(&files) {
            let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
            let store = store(&files);
            assert!(holds(&store, own.csca()) && !holds(&store, other.csca()), "{names:?}");
            assert_eq!(refusal(&store, "list"), Some(ListError::SignerRevoked.into()), "{names:?}");
            assert_eq!((refusal(&store, "crl"), refusal(&store, "own")), (None, None));
            // The anchor that the caller gave stays, and with it what it says.
            assert!(store.is_revoked(&Certificate::parse(revoked).unwrap()), "{names:?}");
        }
        // What only the list brought is gone with it. What its authority revoked stays revoked: whoever stole the signer's
        // key would else take that back by the same act.
        for files in orders(&[("list", list.clone()), ("crl", crl(&[revoked]))]) {
            let store = store(&files);
            assert!(store.is_empty());
            assert!(store.is_revoked(&Certificate::parse(revoked).unwrap()));
        }
        // What another list brings as well stays.
        let (second, _) = master_list(&other, &[other.csca()]);
        for files in orders(&[files[0].clone(), files[1].clone(), files[2].clone(), ("second", second)]) {
            let store = store(&files);
            assert!(holds(&store, other.csca()));
            assert_eq!((refusal(&store, "second"), store.anchors().len()), (None, 2));
        }
    }
    // A list that revokes others takes nothing.
    let store = store(&[("list", list.clone()), ("crl", crl(&[own.ds()]))]);
    assert!(holds(&store, own.csca()) && holds(&store, other.csca()));
    // A bundle's maker leaves such a list out.
    let part = |name: &str, bytes: Vec<u8>| BundlePart::new(BundleUse::Trust, name, bytes);
    let all = [part("list", list), part("crl", crl(&[&signer])), part("own", own.csca().to_vec())];
    let (bundle, refused) = TrustBundle::make(ISSUED, all).unwrap();
    let mut names: Vec<&str> = bundle.parts().iter().map(BundlePart::name).collect();
    names.sort_unstable();
    assert_eq!((names, refused.len()), (vec!["crl", "own"], 1));
    assert_eq!((refused[0].subject.as_str(), refused[0].reason), ("list", ListError::SignerRevoked.into()));
}

#[test]
fn a_list_falls_with_the_list_that_brought_its_authority() {
    let (own, other) = (issuer("own"), neighbour());
    let (list, signer) = master_list(&own, &[own.csca(), other.csca()]);
    // The second does not hold its own authority.
    let third = issuer("third");
    let second = other.master_list(&[third.csca()]).unwrap();
    let crl = own.sign_revocation_list(&revoking(&own, &[&signer])).unwrap();
    let before = store(&[("list", list.clone()), ("second", second.clone())]);
    assert!(holds(&before, third.csca()));
    let after = store(&[("list", list), ("second", second), ("own", own.csca().to_vec()), ("crl", crl)]);
    assert_eq!(after.anchors().len(), 1);
    assert_eq!(refusal(&after, "list"), Some(ListError::SignerRevoked.into()));
    assert_eq!(refusal(&after, "second"), Some(ListError::SignerUnanchored.into()));
}

/// The verdict over the genuine Vietnamese card, which holds all its proofs.
fn verdict(store: &TrustStore) -> Verdict {
    reading::read(&profile::vn()).verify(store, reading::now()).verdict()
}

/// The authority of the Vietnamese card.
fn vietnam() -> Issuer {
    profile::vn().issuer().unwrap()
}

#[test]
fn a_list_waits_for_its_authority_and_is_left_out_of_no_bundle_for_its_order() {
    let (own, other) = (neighbour(), vietnam());
    // It does not hold its own authority.
    let list = own.master_list(&[other.csca()]).unwrap();
    assert_eq!(refusal(&store(&[("list", list.clone())]), "list"), Some(ListError::SignerUnanchored.into()));
    for files in orders(&[("list", list.clone()), ("own", own.csca().to_vec())]) {
        let store = store(&files);
        assert_eq!((refusal(&store, "list"), store.anchors().len()), (None, 2));
        assert_eq!(verdict(&store), Verdict::Genuine);
        let kind = &store.sources().iter().find(|source| source.label == "list").unwrap().kind;
        assert!(matches!(kind, SourceKind::MasterList(signer) if signer.anchored));
    }
    let part = |name: &str, bytes: &[u8]| BundlePart::new(BundleUse::Trust, name, bytes.to_vec());
    let (bundle, refused) = TrustBundle::make(ISSUED, [part("list", &list), part("own", own.csca())]).unwrap();
    assert_eq!((bundle.parts().len(), refused), (2, Vec::new()));
    assert_eq!(verdict(&store(&[("bundle", bundle.encode())])), Verdict::Genuine);
}

#[test]
fn a_list_needs_the_tolerance_of_the_authority_that_it_leans_on() {
    let (own, other) = (neighbour(), vietnam());
    let list = own.master_list(&[other.csca()]).unwrap();
    let bare = master_list_content(&[own.csca()]);
    for list_first in [true, false] {
        let mut store = TrustStore::empty();
        let mut steps: [&dyn Fn(&mut TrustStore); 2] = [
            &|store| {
                store.add_file("list", &list);
            },
            &|store| {
                store.add_unverified_master_list("bare", &bare).unwrap();
            },
        ];
        if !list_first {
            steps.reverse();
        }
        steps.iter().for_each(|step| step(&mut store));
        let anchor = Certificate::parse(other.csca()).unwrap();
        assert_eq!(store.tolerance_of(&anchor), Some(Tolerance::UnverifiedList));
        assert_eq!(verdict(&store), Verdict::Undetermined);
        // With the authority by itself it needs none.
        store.add_certificate(own.csca()).unwrap();
        assert_eq!((store.tolerance_of(&anchor), verdict(&store)), (None, Verdict::Genuine));
    }
    // One that holds its authority leans on nobody: giving it is the act of trust.
    let mut store = TrustStore::empty();
    store.add_unverified_master_list("bare", &bare).unwrap();
    store.add_file("list", &own.master_list(&[own.csca(), other.csca()]).unwrap());
    assert_eq!(verdict(&store), Verdict::Genuine);
}

#[test]
fn the_list_of_a_revoked_signer_helps_no_link_in_any_order() {
    let (own, old) = (neighbour(), vietnam());
    // A stranger's certificate with the real authority's key identifier, and a link that only it verifies.
    let pretender = issuer("pretender");
    let key_id = Certificate::parse(old.csca()).unwrap().extensions().subject_key_id.clone().unwrap();
    let fields = pretender.csca_fields().without(oid::SUBJECT_KEY_IDENTIFIER).without(oid::AUTHORITY_KEY_IDENTIFIER);
    let false_root = pretender.sign_with_csca(&fields.with(Extension::subject_key_id(&key_id))).unwrap();
    let forged = pretender.sign_with_csca(&issuer("next").link_fields(&old)).unwrap();
    let (list, signer) = master_list(&own, &[own.csca(), &false_root]);
    let crl = own.sign_revocation_list(&revoking(&own, &[&signer])).unwrap();
    let files = [
        ("own", own.csca().to_vec()),
        ("crl", crl),
        ("old", old.csca().to_vec()),
        ("forged", forged.clone()),
        ("list", list),
    ];
    let mut tried = 0;
    for files in orders(&files) {
        let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
        let store = store(&files);
        assert!(!holds(&store, &forged) && !holds(&store, &false_root), "{names:?}");
        assert_eq!(store.anchors().len(), 2, "{names:?}");
        tried += 1;
    }
    assert_eq!(tried, 120);
}

#[test]
fn lists_that_are_gone_do_not_hold_each_other_up() {
    let old = vietnam();
    // A forged link is the authority of one list, which holds that of another, which holds the link.
    let (stranger, second) = (issuer("stranger"), neighbour());
    let link = stranger.sign_with_csca(&stranger.link_fields(&old)).unwrap();
    let one = stranger.master_list(&[second.csca()]).unwrap();
    let two = second.master_list(&[&link]).unwrap();
    let files = [("link", link.clone()), ("one", one), ("two", two)];
    // Only a caller who trusts the link itself trusts what rests on it.
    assert!(!holds(&store(&files), second.csca()));
    assert!(holds(&trusting_link(&files, &link), second.csca()));
    for files in orders(&[files[0].clone(), files[1].clone(), files[2].clone(), ("old", old.csca().to_vec())]) {
        let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
        let store = store(&files);
        assert!(!holds(&store, &link) && !holds(&store, second.csca()), "{names:?}");
        assert_eq!(store.anchors().len(), 1, "{names:?}");
    }
}

#[test]
fn a_link_is_not_verified_by_what_rests_on_it() {
    let old = vietnam();
    let forger = issuer("forger");
    let link = forger.sign_with_csca(&issuer("next").link_fields(&old)).unwrap();
    // The list leads to the link's key and holds a root with the real authority's key identifier, which verifies the link.
    let key_id = Certificate::parse(old.csca()).unwrap().extensions().subject_key_id.clone().unwrap();
    let fields = forger.csca_fields().without(oid::SUBJECT_KEY_IDENTIFIER).without(oid::AUTHORITY_KEY_IDENTIFIER);
    let false_root = forger.sign_with_csca(&fields.with(Extension::subject_key_id(&key_id))).unwrap();
    let list = issuer("next").master_list(&[&false_root]).unwrap();
    let files = [("link", link.clone()), ("list", list), ("old", old.csca().to_vec())];
    assert_eq!(store(&files[..2]).anchors().len(), 0, "the link leads to no anchor");
    assert_eq!(trusting_link(&files[1..2], &link).anchors().len(), 2, "the caller trusts it");
    for files in orders(&files) {
        let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
        assert_eq!(store(&files).anchors().len(), 1, "{names:?}");
    }
}

#[test]
fn links_that_disown_each_other_are_both_refused() {
    let (one, two) = (issuer("one"), issuer("two"));
    let forger = issuer("forger");
    let link = |of: &Issuer, under: &Issuer| forger.sign_with_csca(&of.link_fields(under)).unwrap();
    let store = store(&[("one", link(&one, &two)), ("two", link(&two, &one))]);
    assert!(store.is_empty());
}

#[test]
fn what_a_list_revoked_stays_revoked_when_the_list_that_brought_its_authority_falls() {
    let (own, other) = (neighbour(), vietnam());
    let (list, signer) = master_list(&own, &[own.csca(), other.csca()]);
    let revokes_document_signer = other.sign_revocation_list(&revoking(&other, &[other.ds()])).unwrap();
    let revokes_list_signer = own.sign_revocation_list(&revoking(&own, &[&signer])).unwrap();
    let files = [("list", list), ("of other", revokes_document_signer), ("of own", revokes_list_signer)];
    for files in orders(&files) {
        let mut store = store(&files);
        store.pin_signer(other.ds()).unwrap();
        assert_eq!(verdict(&store), Verdict::Failed);
    }
}

#[test]
fn a_list_signer_is_certified_by_an_authority_that_stands() {
    let other = vietnam();
    let years = |fields: CertificateFields, from: i32, to: i32| CertificateFields {
        not_before: datetime!(2000-01-01 0:00 UTC).replace_year(from).unwrap(),
        not_after: datetime!(2000-01-01 0:00 UTC).replace_year(to).unwrap(),
        ..fields
    };
    let own = neighbour();
    let lapsed = own.sign_with_csca(&years(own.csca_fields(), 2010, 2015)).unwrap();
    let void = own.csca_fields().without(oid::BASIC_CONSTRAINTS);
    let void = own.sign_with_csca(&void).unwrap();
    let list = own.master_list(&[other.csca()]).unwrap();
    for (authority, error) in [(lapsed, ListError::AuthorityLapsed), (void, ListError::AuthorityVoid)] {
        for files in orders(&[("list", list.clone()), ("authority", authority.clone())]) {
            let store = store(&files);
            assert_eq!(refusal(&store, "list"), Some(error.into()));
            assert_eq!(verdict(&store), Verdict::Undetermined);
        }
        // A sound certificate of the same key is found all the same.
        let all = [("list", list.clone()), ("authority", authority), ("own", own.csca().to_vec())];
        for files in orders(&all) {
            assert_eq!(verdict(&store(&files)), Verdict::Genuine);
        }
    }
}

#[test]
fn a_list_over_a_revoked_link_is_withdrawn() {
    let key = KeyPlan::ecdsa(CurveId::Secp256r1, DigestAlgorithm::Sha256);
    let next = IssuerPlan { label: "next".to_owned(), ..IssuerPlan::new("LA", "LAO", "Neighbour", key, key) };
    let (old, next, other) = (neighbour(), Issuer::new(next).unwrap(), vietnam());
    let link = next.link(&old).unwrap();
    let list = next.master_list(&[other.csca()]).unwrap();
    let crl = old.sign_revocation_list(&revoking(&old, &[&link])).unwrap();
    let with = |files: &[(&str, Vec<u8>)]| {
        let mut store = store(files);
        store.add_links(&link).unwrap();
        store
    };
    let (old, list) = (("old", old.csca().to_vec()), ("list", list));
    assert_eq!(verdict(&with(&[old.clone(), list.clone()])), Verdict::Genuine);
    for files in orders(&[old, list, ("crl", crl)]) {
        let store = with(&files);
        assert_eq!(refusal(&store, "list"), Some(ListError::SignerRevoked.into()));
        assert_eq!(verdict(&store), Verdict::Undetermined);
    }
}

#[test]
fn a_link_without_a_key_identifier_is_asked_for_by_name() {
    let old = vietnam();
    let stranger = issuer("stranger");
    let fields = stranger.link_fields(&old).without(oid::AUTHORITY_KEY_IDENTIFIER);
    let forged = stranger.sign_with_csca(&fields).unwrap();
    let good = old.sign_with_csca(&fields).unwrap();
    for files in orders(&[("old", old.csca().to_vec()), ("forged", forged.clone()), ("good", good.clone())]) {
        let store = store(&files);
        assert!(holds(&store, &good) && !holds(&store, &forged));
    }
}

#[test]
fn one_key_under_two_names_loses_no_revocation_list_and_no_document() {
    let own = vietnam();
    // Another certificate of the authority's key, under another name: a crosslink.
    let other_name = CertificateFields { subject: Name::new("VN", "Invented", "Crosslink"), ..own.csca_fields() };
    let crosslink = own.sign_with_csca(&other_name).unwrap();
    let lapsed = CertificateFields { not_after: ISSUED - Duration::days(900), ..other_name };
    let lapsed = own.sign_with_csca(&lapsed).unwrap();
    let revoking = own.sign_revocation_list(&revoking(&own, &[own.ds()])).unwrap();
    for cross in [crosslink, lapsed] {
        for files in orders(&[("cross", cross.clone()), ("own", own.csca().to_vec())]) {
            assert_eq!(verdict(&store(&files)), Verdict::Genuine);
        }
        for files in orders(&[("cross", cross.clone()), ("own", own.csca().to_vec()), ("crl", revoking.clone())]) {
            let store = store(&files);
            assert!(store.revocation_lists()[0].authority().is_ok());
            assert_eq!(verdict(&store), Verdict::Failed);
        }
    }
}

#[test]
fn a_master_list_says_when_it_was_signed() {
    let own = issuer("own");
    let mut fields = own.master_list_fields(&[own.csca()]).unwrap();
    let attributes = fields.signed_attributes.as_mut().unwrap();
    let time = chipid::internals::issuer::signing_time_attribute(own.plan().issued);
    attributes.retain(|attribute| *attribute != time);
    assert_eq!(attributes.len(), 2);
    let undated = own.sign_list(&fields).unwrap();
    assert_eq!(TrustStore::from_trusted_master_list(&undated).err(), Some(ListError::Undated));
    let lapsed = chipid::internals::issuer::signing_time_attribute(own.plan().issued + Duration::days(8_000));
    fields.signed_attributes.as_mut().unwrap().push(lapsed);
    fields.signed_attributes.as_mut().unwrap().sort();
    let lapsed = own.sign_list(&fields).unwrap();
    assert_eq!(TrustStore::from_trusted_master_list(&lapsed).err(), Some(ListError::SignerLapsed));
}

#[test]
fn a_bundle_of_a_bundle_is_unpacked_and_as_old_as_the_oldest() {
    let (own, other) = (issuer("own"), neighbour());
    let part = |name: &str, bytes: &[u8]| BundlePart::new(BundleUse::Trust, name, bytes.to_vec());
    let pin = || BundlePart::new(BundleUse::PinnedSigner, "ds", own.ds().to_vec());
    let (inner, _) = TrustBundle::make(ISSUED, [part("own", own.csca()), pin()]).unwrap();
    let later = ISSUED + Duration::days(40);
    let (outer, refused) =
        TrustBundle::make(later, [part("inner", &inner.encode()), part("other", other.csca())]).unwrap();
    assert_eq!((refused, outer.made()), (Vec::new(), ISSUED));
    let mut names: Vec<(&str, BundleUse)> = outer.parts().iter().map(|part| (part.name(), part.purpose())).collect();
    names.sort_by_key(|(name, _)| *name);
    assert_eq!(names, [("ds", BundleUse::PinnedSigner), ("other", BundleUse::Trust), ("own", BundleUse::Trust)]);
    let store = store(&[("outer", outer.encode())]);
    assert_eq!((store.anchors().len(), store.pinned_signers().len()), (2, 1));
    // A damaged one is left out by its name.
    let mut damaged = inner.encode();
    *damaged.last_mut().unwrap() ^= 1;
    let (rest, refused) = TrustBundle::make(later, [part("inner", &damaged), part("other", other.csca())]).unwrap();
    assert_eq!((rest.made(), rest.parts().len(), refused.len()), (later, 1, 1));
    assert!(matches!((refused[0].subject.as_str(), refused[0].reason), ("inner", Refusal::Bundle(_))), "{refused:?}");
}

/// A certificate by this issuer's key with this key identifier as its own, and no issuer's.
fn root_called(by: &Issuer, key_id: &[u8]) -> Vec<u8> {
    let fields = by.csca_fields().without(oid::SUBJECT_KEY_IDENTIFIER).without(oid::AUTHORITY_KEY_IDENTIFIER);
    by.sign_with_csca(&fields.with(Extension::subject_key_id(key_id))).unwrap()
}

/// The same as a link under an issuer who is not at hand, or another.
fn link_called(by: &Issuer, key_id: &[u8], issuer: &[u8], signer: &Issuer) -> Vec<u8> {
    let fields = by.csca_fields().without(oid::SUBJECT_KEY_IDENTIFIER).without(oid::AUTHORITY_KEY_IDENTIFIER);
    let fields = fields.with(Extension::subject_key_id(key_id)).with(Extension::authority_key_id(issuer));
    signer.sign_with_csca(&fields).unwrap()
}

fn key_id(of: &Issuer) -> Vec<u8> {
    Certificate::parse(of.csca()).unwrap().extensions().subject_key_id.clone().unwrap()
}

#[test]
fn what_needs_a_tolerance_rescues_no_link_and_disowns_none() {
    let (old, forger, next) = (vietnam(), issuer("forger"), issuer("next"));
    let forged = forger.sign_with_csca(&next.link_fields(&old)).unwrap();
    let good = next.link(&old).unwrap();
    let bare = master_list_content(&[&root_called(&forger, &key_id(&old))]);
    for files in orders(&[("old", Some(old.csca().to_vec())), ("link", Some(forged.clone())), ("bare", None)]) {
        let mut store = TrustStore::empty();
        for (name, file) in files {
            match file {
                Some(bytes) => store.add_file(name, &bytes),
                None => store.add_unverified_master_list(name, &bare).unwrap(),
            };
        }
        // Only the root of the unverified list verifies it.
        let forged = Certificate::parse(&forged).unwrap();
        assert!(!store.is_anchor(&forged));
        assert_eq!(store.tolerance_of(&forged), Some(Tolerance::UnverifiedList));
    }
    let mut store = TrustStore::empty();
    store.add_unverified_master_list("bare", &bare).unwrap();
    store.add_certificate(&good).unwrap();
    assert!(matches!(store.unused()[0].1, Refusal::IssuerSignature(_)), "{:?}", store.unused());
    store.add_certificate(old.csca()).unwrap();
    assert!(holds(&store, &good) && store.unused().is_empty());
    assert_eq!(store.tolerance_of(&Certificate::parse(&good).unwrap()), None);
}

#[test]
fn the_callers_word_overrules_no_root() {
    let (old, forger, next) = (vietnam(), issuer("forger"), issuer("next"));
    let forged = forger.sign_with_csca(&next.link_fields(&old)).unwrap();
    // Its issuer is not at hand, and it bears the root's key identifier.
    let word = link_called(&forger, &key_id(&old), &[9; 20], &forger);
    for files in orders(&[("old", old.csca().to_vec()), ("forged", forged.clone()), ("word", word)]) {
        assert!(!holds(&store(&files), &forged));
    }
}

#[test]
fn a_refused_link_verifies_no_other() {
    let (f, g) = (issuer("f"), issuer("g"));
    let (k, m) = ([0x4B; 20], [0x4D; 20]);
    let one = link_called(&issuer("one"), &[1; 20], &k, &f);
    let two = link_called(&f, &k, &m, &f);
    let three = link_called(&g, &m, &[9; 20], &g);
    let four = link_called(&g, &k, &[8; 20], &g);
    for files in orders(&[("one", one.clone()), ("two", two.clone()), ("three", three), ("four", four)]) {
        let store = store(&files);
        assert!(!holds(&store, &one) && !holds(&store, &two));
        assert!(store.is_empty() && store.links().is_empty());
    }
}

#[test]
fn what_was_revoked_stays_so_by_twins_leaning_lists_and_defect_lists_that_fall() {
    let (own, old) = (neighbour(), vietnam());
    let key = KeyPlan::ecdsa(CurveId::Secp256r1, DigestAlgorithm::Sha256);
    let old2 = Issuer::new(IssuerPlan { label: "old2".to_owned(), ..old.plan().clone() }).unwrap();
    let mid = Issuer::new(IssuerPlan::new("TH", "THA", "Middle", key, key)).unwrap();
    let crl = |by: &Issuer, revoked: &[&[u8]]| by.sign_revocation_list(&revoking(by, revoked)).unwrap();
    let falls = |certificates: &[&[u8]]| {
        let (list, signer) = master_list(&own, certificates);
        (list, crl(&own, &[&signer]))
    };
    let failed = |files: &[(&str, Vec<u8>)]| {
        for files in orders(files) {
            let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
            assert_eq!(verdict(&store(&files)), Verdict::Failed, "{names:?}");
        }
    };
    let root = || ("old", old.csca().to_vec());
    // A twin of the key in the list that falls.
    let twin = CertificateFields { serial: vec![0x55], ..old.csca_fields() };
    let twin = old.sign_with_csca(&twin).unwrap();
    let (list, fall) = falls(&[own.csca(), &twin]);
    failed(&[root(), ("list", list), ("revokes twin", crl(&old, &[&twin])), ("fall", fall)]);
    // The authority of the revocation list stands in a list that leans on the one that falls.
    let (list, fall) = falls(&[own.csca(), mid.csca()]);
    let leaning = mid.master_list(&[old2.csca()]).unwrap();
    let revokes = crl(&old2, &[old.ds()]);
    failed(&[root(), ("list", list), ("leaning", leaning), ("revokes", revokes), ("fall", fall)]);
    // The word of a defect list.
    let (list, fall) = falls(&[own.csca(), old2.csca()]);
    failed(&[root(), ("list", list), ("defects", defect_list(&old2, &old)), ("fall", fall)]);
}

/// A defect list by one issuer that says the document signer of another was revoked.
fn defect_list(by: &Issuer, of: &Issuer) -> Vec<u8> {
    let ds = Certificate::parse(of.ds()).unwrap();
    let entry = DefectFields {
        signer: SignerId::IssuerAndSerial(ds.issuer().raw().to_vec(), ds.serial().to_vec()),
        certificate_hash: None,
        defects: vec![(oid::ID_CERT_REVOKED, Vec::new())],
    };
    let purpose = Extension::extended_key_usage(oid::ID_DEFECT_LIST_SIGNING_KEY);
    let fields = by.list_fields(oid::ID_DEFECT_LIST, defect_list_content(&[entry]), &[purpose]).unwrap();
    by.sign_list(&fields).unwrap()
}

#[test]
fn a_defect_list_is_asked_for_again_when_its_signer_is_named_or_a_link_comes() {
    let (own, old) = (neighbour(), vietnam());
    let next = Issuer::new(IssuerPlan { label: "next".to_owned(), ..old.plan().clone() }).unwrap();
    let foreign = defect_list(&own, &old);
    let mut store = store(&[("old", old.csca().to_vec()), ("own", own.csca().to_vec()), ("defects", foreign.clone())]);
    assert_eq!(verdict(&store), Verdict::Genuine, "of its own country only");
    let signer = store.defect_lists()[0].signer().unwrap().der().to_vec();
    store.add_list_signer(&signer).unwrap();
    assert_eq!(verdict(&store), Verdict::Failed);
    // Over a link that comes after it.
    let mut linked = TrustStore::empty();
    linked.add_certificate(old.csca()).unwrap();
    linked.add_file("defects", &defect_list(&next, &old));
    assert_eq!(verdict(&linked), Verdict::Genuine, "it leads nowhere");
    linked.add_links(&next.link(&old).unwrap()).unwrap();
    assert_eq!(verdict(&linked), Verdict::Failed);
}

#[test]
fn a_store_is_shared_between_threads_and_a_builder_of_it_leaves_it_as_it_is() {
    fn is_shared<T: Send + Sync + Clone + 'static>() {}
    is_shared::<TrustStore>();
    is_shared::<TrustBuilder>();
    let (own, other) = (issuer("own"), neighbour());
    let first = store(&[("own", own.csca().to_vec())]);
    let mut builder = first.clone().to_builder();
    builder.add_file("other", other.csca()).unwrap();
    builder.pin_signer(own.ds()).unwrap();
    let second = builder.build();
    assert_eq!((first.anchors().len(), first.sources().len(), first.pinned_signers().len()), (1, 1, 0));
    assert_eq!((second.anchors().len(), second.sources().len(), second.pinned_signers().len()), (2, 2, 1));
    assert_ne!(first.fingerprint(), second.fingerprint());
    assert_eq!(TrustBuilder::new().build().fingerprint(), TrustStore::empty().fingerprint());
}

#[test]
fn an_error_of_a_file_is_about_the_file_and_stands_in_its_source_too() {
    let own = issuer("own");
    let mut damaged = own.master_list(&[own.csca()]).unwrap();
    *damaged.last_mut().unwrap() ^= 1;
    let leaning = neighbour().master_list(&[own.csca()]).unwrap();
    let mut builder = TrustBuilder::new();
    assert_eq!(builder.add_file("nonsense", b"hello"), Err(Refusal::Unknown));
    assert_eq!(builder.add_file("signer", own.ds()), Err(Refusal::NotCa));
    assert!(matches!(builder.add_file("damaged", &damaged), Err(Refusal::List(ListError::Cms(_)))));
    // What other files decide is no error of this one.
    for (name, bytes) in [("link", issuer("next").link(&own).unwrap()), ("list", leaning)] {
        assert_eq!(builder.add_file(name, &bytes), Ok(()), "{name}");
    }
    // One part that can be used is enough.
    assert_eq!(builder.add_file("both", &[own.ds(), issuer("other").csca()].concat()), Ok(()));
    let store = builder.build();
    let names: Vec<&str> = store.unused().iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["nonsense", "signer", "damaged", "link", "list"]);
    assert_eq!(store.refused().len(), 6, "{:?}", store.refused());
}

/// Files of every kind that bear on each other: good and forged, of three authorities and a stranger.
fn pool() -> Vec<(&'static str, Vec<u8>)> {
    let (old, own, stranger, next) = (issuer("old"), neighbour(), issuer("stranger"), issuer("next"));
    let key_id = Certificate::parse(old.csca()).unwrap().extensions().subject_key_id.clone().unwrap();
    let fields = stranger.csca_fields().without(oid::SUBJECT_KEY_IDENTIFIER).without(oid::AUTHORITY_KEY_IDENTIFIER);
    let false_root = stranger.sign_with_csca(&fields.with(Extension::subject_key_id(&key_id))).unwrap();
    let good = next.link(&old).unwrap();
    let forged = stranger.sign_with_csca(&next.link_fields(&old)).unwrap();
    let nameless = stranger.sign_with_csca(&next.link_fields(&old).without(oid::AUTHORITY_KEY_IDENTIFIER)).unwrap();
    let (whole, signer) = master_list(&own, &[own.csca(), old.csca(), next.csca()]);
    let crl = |by: &Issuer, revoked: &[&[u8]]| by.sign_revocation_list(&revoking(by, revoked)).unwrap();
    vec![
        ("old", old.csca().to_vec()),
        ("own", own.csca().to_vec()),
        ("false root", false_root.clone()),
        ("good link", good.clone()),
        ("forged link", forged.clone()),
        ("nameless link", nameless),
        ("own's list", whole),
        ("own's leaning list", own.master_list(&[old.csca(), &forged]).unwrap()),
        ("next's list of the false root", next.master_list(&[&false_root]).unwrap()),
        ("old's list of own", old.master_list(&[own.csca()]).unwrap()),
        ("stranger's list", stranger.master_list(&[own.csca(), &good]).unwrap()),
        ("own revokes its signer", crl(&own, &[&signer])),
        ("old revokes the link", crl(&old, &[&good])),
        ("stranger revokes", crl(&stranger, &[old.csca(), old.ds()])),
        ("word", link_called(&stranger, &key_id, &[9; 20], &stranger)),
        ("word under the next", link_called(&stranger, &[7; 20], &self::key_id(&next), &stranger)),
        ("twin", old.sign_with_csca(&CertificateFields { serial: vec![0x55], ..old.csca_fields() }).unwrap()),
        ("defects", defect_list(&next, &old)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    /// The same files give the same anchors, links, tolerances, revocations and outcomes in every order.
    #[test]
    fn the_order_of_files_means_nothing(
        chosen in subsequence(pool(), 2..9).prop_shuffle().prop_flat_map(|files| (Just(files.clone()), Just(files).prop_shuffle())),
    ) {
        let certificates: Vec<Certificate> = pool().iter().filter_map(|(_, der)| Certificate::parse(der).ok()).collect();
        let view = |store: &TrustStore| {
            let sorted = |all: &[Certificate]| {
                let mut all: Vec<_> = all.iter().map(|one| (one.fingerprint(), store.tolerance_of(one))).collect();
                all.sort_by(|one, other| one.0.cmp(&other.0));
                all
            };
            let revoked: Vec<bool> = certificates.iter().map(|one| store.is_revoked(one)).collect();
            (sorted(store.anchors()), sorted(store.links()), sorted(store.unanchored_links()), revoked)
        };
        let names: Vec<[&str; 2]> = chosen.0.iter().zip(&chosen.1).map(|(one, other)| [one.0, other.0]).collect();
        let (one, other) = (store(&chosen.0), store(&chosen.1));
        prop_assert_eq!(view(&one), view(&other), "{:?}", names);
        prop_assert_eq!(one.fingerprint(), other.fingerprint(), "{:?}", names);
        for (name, _) in &chosen.0 {
            let told = |store: &TrustStore| {
                store.sources().iter().find(|one| one.label == *name).map(|one| (one.accepted, one.refused.len()))
            };
            prop_assert_eq!(told(&one), told(&other), "{}: {:?}", name, names);
        }
    }
}
