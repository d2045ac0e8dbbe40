//! Link certificates of files: path elements that are used only if signatures lead from them to an anchor.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/reading.rs"]
mod reading;

use chipid::internals::crypto::{CurveId, DigestAlgorithm};
use chipid::internals::issuer::{
    CertificateFields, Extension, Issuer, IssuerPlan, KeyPlan, Name, RevocationListFields, RevokedEntry,
};
use chipid::internals::oid;
use chipid::internals::pki::{Certificate, SignatureBudget};
use chipid::internals::signed_lists::ListError;
use chipid::sim::profile;
use chipid::trust::{Chain, Refusal, SourceKind, find_anchor};
use chipid::{BOUNDS, TrustBuilder, TrustStore, Verdict};
use time::OffsetDateTime;
use time::macros::datetime;

const ISSUED: OffsetDateTime = datetime!(2026-05-01 0:00 UTC);

/// A generation of one authority: all have one name, each has a key of its own.
fn generation(number: usize) -> Issuer {
    let key = KeyPlan::ecdsa(CurveId::Secp256r1, DigestAlgorithm::Sha256);
    let plan = IssuerPlan::new("VN", "VNM", "Invented", key, key);
    Issuer::new(IssuerPlan { label: format!("generation {number}"), ..plan }).unwrap()
}

/// An authority of another country.
fn neighbour() -> Issuer {
    let key = KeyPlan::ecdsa(CurveId::Secp256r1, DigestAlgorithm::Sha256);
    Issuer::new(IssuerPlan::new("LA", "LAO", "Neighbour", key, key)).unwrap()
}

/// The store of these files, built in this order and in the opposite one; both are the same.
fn store(files: &[&[u8]]) -> TrustStore {
    let build = |files: &mut dyn Iterator<Item = (usize, &&[u8])>| {
        let mut builder = TrustBuilder::new();
        for (index, bytes) in files {
            builder.add_file(&format!("file {index}"), bytes).unwrap();
        }
        builder.build()
    };
    let store = build(&mut files.iter().enumerate());
    let reversed = build(&mut files.iter().enumerate().rev());
    assert_eq!(store.fingerprint(), reversed.fingerprint());
    let outcomes = |store: &TrustStore| {
        let of_source =
            |source: &chipid::trust::Source| (source.label.clone(), source.accepted, source.refused.clone());
        let mut all: Vec<_> = store.sources().iter().map(of_source).collect();
        all.sort_by(|one, other| one.0.cmp(&other.0));
        all
    };
    assert_eq!(outcomes(&store), outcomes(&reversed));
    store
}

fn refusal(store: &TrustStore, index: usize) -> Option<Refusal> {
    store.sources()[index].refused.first().map(|refused| refused.reason)
}

fn is_link(store: &TrustStore, der: &[u8]) -> bool {
    store.is_link(&Certificate::parse(der).unwrap())
}

fn revoking(by: &Issuer, serials: &[&[u8]]) -> Vec<u8> {
    let revoked = serials.iter().map(|serial| RevokedEntry::new(serial, ISSUED)).collect();
    by.sign_revocation_list(&RevocationListFields { revoked, ..by.revocation_list_fields(ISSUED) }).unwrap()
}

/// The anchor that a signer's certificate chains to, and the number of links between.
fn anchor(store: &TrustStore, signer: &[u8]) -> Option<(Vec<u8>, usize)> {
    let signer = Certificate::parse(signer).unwrap();
    match find_anchor(&signer, store, reading::now().into(), &mut SignatureBudget::new(SignatureBudget::DOCUMENT)) {
        Chain::Anchored { anchor, links, .. } => Some((anchor.der().to_vec(), links.len())),
        _ => None,
    }
}

#[test]
fn a_self_issued_certificate_of_another_key_is_a_link_with_and_without_key_identifiers() {
    let (old, new, stranger) = (generation(0), generation(1), generation(2));
    let fields = new.link_fields(&old);
    let cases = [
        fields.clone(),
        fields.clone().without(oid::AUTHORITY_KEY_IDENTIFIER),
        fields.clone().without(oid::SUBJECT_KEY_IDENTIFIER),
        fields.without(oid::AUTHORITY_KEY_IDENTIFIER).without(oid::SUBJECT_KEY_IDENTIFIER),
    ];
    for (index, fields) in cases.into_iter().enumerate() {
        let link = old.sign_with_csca(&fields).unwrap();
        assert!(Certificate::parse(&link).unwrap().is_self_issued());
        let trust = store(&[&link, old.csca()]);
        assert!(is_link(&trust, &link), "case {index}: {:?}", trust.refused());
        assert_eq!(anchor(&trust, new.ds()), Some((old.csca().to_vec(), 1)));
        // Alone it is no anchor, and neither is one that a stranger signed.
        assert!(store(&[&link]).is_empty());
        let forged = stranger.sign_with_csca(&fields).unwrap();
        let trust = store(&[&forged, old.csca()]);
        assert!(!is_link(&trust, &forged) && anchor(&trust, new.ds()).is_none(), "case {index}");
        let names_itself_by_name = index != 0;
        match refusal(&trust, 0) {
            Some(Refusal::OwnSignature(_)) if names_itself_by_name => {}
            Some(Refusal::IssuerSignature(_)) if !names_itself_by_name => {}
            other => panic!("case {index}: {other:?}"),
        }
        // The caller can trust it as an anchor, whoever signed it.
        let mut builder = TrustBuilder::new();
        builder.add_link_as_anchor(&forged).unwrap();
        assert_eq!(builder.build().links_as_anchors().len(), 1, "case {index}");
    }
}

#[test]
fn a_certificate_whose_key_identifiers_name_itself_must_verify_under_its_own_key() {
    let (own, stranger) = (generation(0), generation(1));
    let forged = stranger.sign_with_csca(&own.csca_fields()).unwrap();
    let mut builder = TrustBuilder::new();
    assert!(matches!(builder.add_file("forged", &forged), Err(Refusal::OwnSignature(_))));
    assert!(matches!(builder.add_certificate(&forged), Err(Refusal::OwnSignature(_))));
    assert!(matches!(builder.add_link_as_anchor(&forged), Err(Refusal::OwnSignature(_))));
    assert!(builder.build().is_empty());
}

#[test]
fn a_cycle_of_links_under_an_anchor_is_followed_once() {
    let (root, one, two) = (generation(0), generation(1), generation(2));
    let down = one.link(&root).unwrap();
    let (there, back) = (two.link(&one).unwrap(), one.link(&two).unwrap());
    let trust = store(&[&there, &back, root.csca(), &down]);
    assert_eq!((trust.anchors().len(), trust.links().len()), (1, 3));
    assert_eq!(anchor(&trust, one.ds()), Some((root.csca().to_vec(), 1)));
    assert_eq!(anchor(&trust, two.ds()), Some((root.csca().to_vec(), 2)));
    // Without the link from the anchor, the cycle verifies itself and is not trusted.
    let trust = store(&[&there, &back, root.csca()]);
    assert!(trust.links().is_empty());
    assert_eq!([refusal(&trust, 0), refusal(&trust, 1)], [Some(Refusal::NoAnchor); 2]);
    assert_eq!(anchor(&trust, one.ds()), None);
}

#[test]
fn a_link_with_the_key_of_an_anchor_does_not_take_its_place() {
    let (own, other) = (generation(0), generation(1));
    let link = own.link(&other).unwrap();
    let trust = store(&[&link, own.csca(), other.csca()]);
    assert!(is_link(&trust, &link) && trust.anchors().len() == 2);
    assert_eq!(anchor(&trust, own.ds()), Some((own.csca().to_vec(), 0)));
    // A forged link with the anchor's key neither replaces nor revokes it.
    let forged = generation(2).sign_with_csca(&own.link_fields(&other)).unwrap();
    let list = revoking(&other, &[Certificate::parse(&forged).unwrap().serial()]);
    let trust = store(&[&forged, own.csca(), other.csca(), &list]);
    assert_eq!(anchor(&trust, own.ds()), Some((own.csca().to_vec(), 0)));
    assert!(!trust.is_revoked(&Certificate::parse(own.csca()).unwrap()));
    // A link that the other authority signed and revoked revokes the key.
    let trust = store(&[&link, own.csca(), other.csca(), &list]);
    assert!(trust.is_revoked(&Certificate::parse(own.csca()).unwrap()));
}

#[test]
fn a_link_by_a_revoked_anchor_fails_the_document_and_certifies_no_list() {
    let (old, vietnam) = (neighbour(), profile::vn().issuer().unwrap());
    let plan = IssuerPlan { label: "next".to_owned(), ..old.plan().clone() };
    let heir = Issuer::new(plan).unwrap();
    let link = heir.link(&old).unwrap();
    let list = heir.master_list(&[vietnam.csca()]).unwrap();
    let verdict = |trust: &TrustStore| reading::read(&profile::vn()).verify(trust, reading::now()).verdict();
    let good = store(&[&list, &link, old.csca()]);
    assert_eq!(verdict(&good), Verdict::Genuine);
    let SourceKind::MasterList(signer) = &good.sources()[0].kind else { panic!("a master list") };
    assert_eq!((signer.authority.der(), signer.links.len(), signer.anchored), (old.csca(), 1, true));
    let list_of_itself = revoking(&old, &[Certificate::parse(old.csca()).unwrap().serial()]);
    let revoked = store(&[&list, &link, old.csca(), &list_of_itself]);
    assert_eq!(refusal(&revoked, 0), Some(ListError::SignerUnanchored.into()));
    assert_eq!(verdict(&revoked), Verdict::Undetermined);
    // A document over such a link fails: the path to the revoked anchor is known.
    let old = Issuer::new(IssuerPlan { label: "old".to_owned(), ..vietnam.plan().clone() }).unwrap();
    let link = vietnam.link(&old).unwrap();
    assert_eq!(verdict(&store(&[&link, old.csca()])), Verdict::Genuine);
    let list_of_itself = revoking(&old, &[Certificate::parse(old.csca()).unwrap().serial()]);
    assert_eq!(verdict(&store(&[&link, old.csca(), &list_of_itself])), Verdict::Failed);
}

#[test]
fn a_master_list_is_signed_under_as_many_links_as_are_allowed() {
    let issuers: Vec<Issuer> = (0..BOUNDS.certificate_links + 2).map(generation).collect();
    let links: Vec<Vec<u8>> = issuers.windows(2).map(|pair| pair[1].link(&pair[0]).unwrap()).collect();
    for (depth, issuer) in issuers.iter().enumerate().skip(1) {
        let list = issuer.master_list(&[neighbour().csca()]).unwrap();
        let mut files: Vec<&[u8]> = vec![&list];
        files.extend(links.iter().map(Vec::as_slice));
        files.push(issuers[0].csca());
        let trust = store(&files);
        assert_eq!(trust.links().len(), BOUNDS.certificate_links);
        if depth <= BOUNDS.certificate_links {
            let SourceKind::MasterList(signer) = &trust.sources()[0].kind else { panic!("a master list") };
            assert_eq!((signer.links.len(), signer.anchored), (depth, true));
            assert_eq!(trust.anchors().len(), 2);
        } else {
            assert_eq!(refusal(&trust, 0), Some(ListError::SignerUnanchored.into()));
            assert_eq!(refusal(&trust, depth), Some(Refusal::NoAnchor), "the last link");
            assert_eq!(trust.anchors().len(), 1);
        }
    }
}

#[test]
fn a_link_that_is_void_as_the_certificate_of_an_authority_is_refused() {
    let (old, new) = (generation(0), generation(1));
    let unknown = Extension::other(oid::DELTA_CRL_INDICATOR, true, vec![5, 0]);
    let void = [new.link_fields(&old).with(unknown), new.link_fields(&old).without(oid::BASIC_CONSTRAINTS)];
    for fields in void {
        let link = old.sign_with_csca(&fields).unwrap();
        let trust = store(&[&link, old.csca()]);
        assert_eq!(refusal(&trust, 0), Some(Refusal::Void));
        assert!(trust.links().is_empty() && anchor(&trust, new.ds()).is_none());
    }
}

#[test]
fn a_revocation_list_by_the_key_of_an_unanchored_link_is_not_consulted() {
    let (old, new) = (generation(0), generation(1));
    let link = new.link(&old).unwrap();
    let list = revoking(&new, &[Certificate::parse(new.ds()).unwrap().serial()]);
    let trust = store(&[&link, &list]);
    assert!(trust.revocation_lists()[0].authority().is_err());
    assert!(!trust.is_revoked(&Certificate::parse(new.ds()).unwrap()));
    let trust = store(&[&link, &list, old.csca()]);
    assert_eq!(trust.revocation_lists()[0].authority().unwrap().der(), link);
    assert!(trust.is_revoked(&Certificate::parse(new.ds()).unwrap()));
}

#[test]
fn a_bound_on_the_keys_that_are_tried_ends_the_search_at_the_same_place_in_every_order() {
    let roots: Vec<Issuer> = (0..90).map(generation).collect();
    let next = generation(100);
    // Nothing but the name points to the issuer.
    let links: Vec<Vec<u8>> = [0, 44, 89]
        .iter()
        .map(|index| {
            let fields = next.link_fields(&roots[*index]);
            let serial = vec![2, u8::try_from(*index).unwrap()];
            let fields = CertificateFields { serial, subject: Name::new("VN", "Invented", "Next"), ..fields };
            roots[*index].sign_with_csca(&fields.without(oid::AUTHORITY_KEY_IDENTIFIER)).unwrap()
        })
        .collect();
    let files: Vec<&[u8]> = links.iter().map(Vec::as_slice).chain(roots.iter().map(Issuer::csca)).collect();
    // `store` compares with the opposite order.
    let trust = store(&files);
    assert_eq!(trust.anchors().len(), 90);
}
