//! From a document signer to an anchor: link certificates, generations under one name, and what must not be a way.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/trust.rs"]
mod trust_changes;
#[path = "support/reading.rs"]
mod reading;

use chipid::checks::{Check, CheckId, Reason, State, Tolerances, Warning};
use chipid::internals::crypto::{CurveId, DigestAlgorithm};
use chipid::internals::issuer::{
    CertificateFields, Extension, Issuer, IssuerPlan, KeyPlan, Name, RevocationListFields, RevokedEntry,
};
use chipid::internals::oid;
use chipid::internals::passive_authentication::{InputFile, Inputs, PassiveAuthentication, passive_authentication};
use chipid::internals::pki::{Certificate, Role, SignatureBudget};
use chipid::lds::{DataGroup, FileId};
use chipid::trust::{Chain, Refusal, TrustBuilder, TrustStore, Unverified, find_path, verify_among};
use chipid::{BOUNDS, Document, Verdict};
use std::collections::BTreeMap;
use time::OffsetDateTime;
use time::macros::datetime;
use trust_changes::AddTrust as _;

const NOW: OffsetDateTime = datetime!(2026-01-01 12:00 UTC);
const DG1: &[u8] = &[0x61, 3, 4, 1, 1];

/// A generation of the authority of one country, all under one name.
fn generation(number: usize) -> Issuer {
    let key = KeyPlan::ecdsa(CurveId::Secp256r1, DigestAlgorithm::Sha256);
    let plan =
        IssuerPlan { label: format!("generation {number}"), ..IssuerPlan::new("VN", "VNM", "Invented", key, key) };
    Issuer::new(plan).unwrap()
}

/// The authority's generations, the oldest first, and the links from each to the next.
struct Line {
    issuers: Vec<Issuer>,
    links: Vec<Vec<u8>>,
}

impl Line {
    fn of(count: usize) -> Self {
        let issuers: Vec<Issuer> = (0..count).map(generation).collect();
        let links = issuers.windows(2).map(|pair| pair[1].link(&pair[0]).unwrap()).collect();
        Self { issuers, links }
    }

    fn oldest(&self) -> TrustStore {
        trusting(&[self.issuers[0].csca()])
    }

    fn newest(&self) -> &Issuer {
        self.issuers.last().unwrap()
    }
}

fn trusting(anchors: &[&[u8]]) -> TrustStore {
    let mut trust = TrustStore::empty();
    anchors.iter().for_each(|der| trust.add_certificate(der).unwrap());
    trust
}

/// The statement that an authority's name has changed (9303-12 §7.1.1).
fn new_name() -> Extension {
    Extension { id: oid::ID_ICAO_NAME_CHANGE, critical: false, value: vec![5, 0] }
}

fn with_links(mut trust: TrustStore, links: &[Vec<u8>]) -> TrustStore {
    links.iter().for_each(|link| trust.add_links(link).unwrap());
    trust
}

/// EF.SOD by this issuer with these certificates besides the document signer's.
fn sod(issuer: &Issuer, besides: &[Vec<u8>]) -> Vec<u8> {
    let mut fields = issuer.sod_fields(&[(1, DG1)]);
    fields.certificates.extend(besides.iter().cloned());
    issuer.sign_sod(&fields).unwrap()
}

fn judge<'a>(sod: &'a [u8], trust: &'a TrustStore) -> PassiveAuthentication<'a> {
    passive_authentication(&Inputs {
        sod: InputFile::Read(sod),
        files: BTreeMap::from([(DataGroup::DG1, InputFile::Read(DG1))]),
        trust,
        at: NOW,
        issued: None,
        issuing_state: Some("VNM"),
        presumed_state: None,
        document_code: Some("ID"),
        tolerances: Tolerances::none(),
    })
}

fn check(findings: &PassiveAuthentication<'_>, id: CheckId) -> Check {
    findings.check(id).unwrap().clone()
}

fn roles(findings: &PassiveAuthentication<'_>) -> Vec<Role> {
    findings.path().iter().map(|one| one.role).collect()
}

use Role::{Csca, DocumentSigner, Link};

#[test]
fn a_document_of_the_trusted_generation_needs_no_link() {
    let line = Line::of(2);
    let (sod, trust) = (sod(&line.issuers[0], &line.links), line.oldest());
    let findings = judge(&sod, &trust);
    assert_eq!(findings.authenticity(), State::Successful);
    assert_eq!(roles(&findings), [DocumentSigner, Csca]);
    for check in findings.checks() {
        assert!(check.warnings.is_empty(), "{check:?}");
    }
}

#[test]
fn a_new_generation_is_reached_over_its_link_from_the_store_or_the_document() {
    let line = Line::of(2);
    let bare = sod(line.newest(), &[]);
    let full = sod(line.newest(), &line.links);
    let plain = line.oldest();
    let linked = with_links(line.oldest(), &line.links);
    assert_eq!(judge(&bare, &plain).authenticity(), State::Undetermined, "without the link there is no way");
    for (sod, trust) in [(&bare, &linked), (&full, &plain), (&full, &linked)] {
        let findings = judge(sod, trust);
        assert_eq!(findings.authenticity(), State::Successful, "{:?}", findings.checks());
        assert!(findings.authenticated(DataGroup::DG1).is_some());
        assert_eq!(roles(&findings), [DocumentSigner, Link, Csca]);
        assert_eq!(findings.path()[1].certificate.der(), line.links[0]);
        assert_eq!(findings.anchor().unwrap().der(), line.issuers[0].csca());
        assert_eq!(check(&findings, CheckId::PaCertificates).warnings, []);
        let told = check(&findings, CheckId::PaChain).compared;
        let step = "ECDSA SHA-256 under EC secp256r1 of C=VN, O=Invented, CN=CSCA (invented)";
        assert_eq!(told, format!("{step}; its link by {step}"));
        assert!(check(&findings, CheckId::PaValidity).compared.contains(", link 20"));
    }
}

#[test]
fn a_path_has_as_many_links_as_are_allowed_and_no_more() {
    let line = Line::of(BOUNDS.certificate_links + 2);
    let trust = with_links(line.oldest(), &line.links);
    for (index, issuer) in line.issuers.iter().enumerate() {
        let sod = sod(issuer, &[]);
        let findings = judge(&sod, &trust);
        let chain = check(&findings, CheckId::PaChain);
        if index > BOUNDS.certificate_links {
            assert_eq!((chain.state, chain.reason), (State::Undetermined, Some(Reason::AnchorNotFound)));
            assert_eq!(roles(&findings), [DocumentSigner]);
        } else {
            assert_eq!(findings.authenticity(), State::Successful, "{index} links");
            let due: Vec<Role> = [DocumentSigner].into_iter().chain(vec![Link; index]).chain([Csca]).collect();
            assert_eq!(roles(&findings), due);
            // From the signer up: each verifies the one before.
            for pair in findings.path().windows(2) {
                pair[0].certificate.verify_signed_by(&pair[1].certificate.public_key().unwrap()).unwrap();
            }
        }
    }
}

#[test]
fn the_shortest_way_is_taken() {
    let line = Line::of(4);
    // The third generation is trusted too.
    let trust = with_links(trusting(&[line.issuers[0].csca(), line.issuers[2].csca()]), &line.links);
    let sod = sod(line.newest(), &[]);
    let findings = judge(&sod, &trust);
    assert_eq!(roles(&findings), [DocumentSigner, Link, Csca]);
    assert_eq!(findings.anchor().unwrap().der(), line.issuers[2].csca());
}

#[test]
fn a_link_is_never_an_anchor_by_itself() {
    let line = Line::of(2);
    let (sod, trust) = (sod(line.newest(), &line.links), with_links(TrustStore::empty(), &line.links));
    assert!(trust.is_empty(), "links alone are no trust");
    let chain = check(&judge(&sod, &trust), CheckId::PaChain);
    assert_eq!((chain.state, chain.reason), (State::Undetermined, Some(Reason::NoTrustAnchor)));
    // Neither is one that was added as any certificate of an authority is.
    let mut added = TrustBuilder::new();
    added.add_certificate(&line.links[0]).unwrap();
    added.add_file("links", &line.links.concat()).unwrap();
    let added = added.build();
    assert!(added.is_empty() && added.links().is_empty());
    assert!(added.refused().iter().all(|one| one.reason == Refusal::NoAnchor), "{:?}", added.refused());
    assert_eq!(check(&judge(&sod, &added), CheckId::PaChain).reason, Some(Reason::NoTrustAnchor));
    let mut builder = TrustBuilder::new();
    assert_eq!(builder.add_links(b"no certificate"), Err(Refusal::Unknown));
    assert_eq!(builder.add_link_as_anchor(b"no certificate"), Err(Refusal::Unknown));
    assert_eq!(builder.add_link_as_anchor(line.newest().ds()), Err(Refusal::NotCa));
}

#[test]
fn a_link_that_the_caller_trusts_is_an_anchor_and_the_report_names_it() {
    let line = Line::of(2);
    let (sod, link) = (sod(line.newest(), &[]), Certificate::parse(&line.links[0]).unwrap());
    let mut builder = TrustBuilder::new();
    builder.add_link_as_anchor(link.der()).unwrap();
    let trust = builder.build();
    assert_eq!((trust.anchors(), trust.links_as_anchors()), (&[link.clone()][..], &[link.clone()][..]));
    let findings = judge(&sod, &trust);
    assert_eq!(findings.authenticity(), State::Successful);
    assert_eq!(roles(&findings), [DocumentSigner, Link]);
    let is_named = |findings: &PassiveAuthentication<'_>| {
        findings.path().iter().map(|one| one.is_link_as_anchor).collect::<Vec<_>>()
    };
    assert_eq!(is_named(&findings), [false, true]);
    let chain = check(&findings, CheckId::PaChain);
    let named = format!("a link certificate that the caller trusts, SHA-256 {}", hex::encode(link.fingerprint()));
    assert!(chain.compared.ends_with(&named), "{}", chain.compared);
    // Beside its issuer it is one still; what the issuer revokes fails all the same.
    let mut builder = trust.to_builder();
    builder.add_certificate(line.issuers[0].csca()).unwrap();
    let fields = line.issuers[0].revocation_list_fields(NOW - time::Duration::DAY);
    let revoked = vec![RevokedEntry::new(link.serial(), NOW - time::Duration::DAY)];
    let list = line.issuers[0].sign_revocation_list(&RevocationListFields { revoked, ..fields }).unwrap();
    assert_eq!(is_named(&judge(&sod, &builder.clone().build())), [false, true]);
    builder.add_file("list", &list).unwrap();
    assert_eq!(check(&judge(&sod, &builder.build()), CheckId::PaRevocation).state, State::Failed);
    // A certificate that verifies under its own key is an anchor like any other.
    let mut builder = TrustBuilder::new();
    builder.add_link_as_anchor(line.newest().csca()).unwrap();
    let trust = builder.build();
    assert_eq!((trust.anchors().len(), trust.links_as_anchors().len()), (1, 0));
    assert_eq!(is_named(&judge(&sod, &trust)), [false, false]);
}

#[test]
fn a_link_of_a_file_leads_to_the_anchor_of_another() {
    let line = Line::of(3);
    let sod = sod(line.newest(), &[]);
    let mut builder = TrustBuilder::new();
    builder.add_file("newest link", &line.links[1]).unwrap();
    builder.add_file("root and link", &[line.issuers[0].csca(), &line.links[0]].concat()).unwrap();
    let trust = builder.build();
    assert_eq!((trust.anchors().len(), trust.links().len(), trust.refused().len()), (1, 2, 0));
    assert_eq!(trust.sources().iter().map(|one| one.accepted).collect::<Vec<_>>(), [1, 2]);
    let findings = judge(&sod, &trust);
    assert_eq!(roles(&findings), [DocumentSigner, Link, Link, Csca]);
    assert_eq!(findings.authenticity(), State::Successful);
    // Without the link between, the newest leads nowhere.
    let mut builder = TrustBuilder::new();
    builder.add_file("newest link", &line.links[1]).unwrap();
    builder.add_certificate(line.issuers[0].csca()).unwrap();
    let trust = builder.build();
    assert_eq!(trust.unused(), [("newest link", Refusal::NoAnchor)]);
    assert_eq!(check(&judge(&sod, &trust), CheckId::PaChain).reason, Some(Reason::AnchorNotFound));
}

#[test]
fn a_link_of_another_country_than_its_issuer_is_void_unless_an_exception_pairs_them() {
    for (country, other, is_link) in [
        ("VN", "VN", true),
        ("VN", "LA", false),
        ("CN", "HK", true),
        ("HK", "MO", true),
        ("KS", "UN", true),
        ("UN", "US", false),
    ] {
        let key = KeyPlan::ecdsa(CurveId::Secp256r1, DigestAlgorithm::Sha256);
        let old = Issuer::new(IssuerPlan::new(country, "VNM", "Invented", key, key)).unwrap();
        let plan = IssuerPlan { label: "next".to_owned(), ..IssuerPlan::new(other, "VNM", "Invented", key, key) };
        let link = Issuer::new(plan).unwrap().link_fields(&old);
        let link = old.sign_with_csca(&link).unwrap();
        let mut builder = TrustBuilder::new();
        builder.add_file("link", &link).unwrap();
        builder.add_certificate(old.csca()).unwrap();
        let trust = builder.build();
        assert_eq!(trust.is_link(&Certificate::parse(&link).unwrap()), is_link, "{country} to {other}");
        let unused = if is_link { Vec::new() } else { vec![("link", Refusal::OtherCountry)] };
        assert_eq!(trust.unused(), unused, "{country} to {other}");
    }
}

#[test]
fn the_key_of_a_link_signs_revocation_lists() {
    let line = Line::of(2);
    let new = line.newest();
    let serial = Certificate::parse(new.ds()).unwrap().serial().to_vec();
    let fields = new.revocation_list_fields(NOW - time::Duration::DAY);
    let list = |revoked| new.sign_revocation_list(&RevocationListFields { revoked, ..fields.clone() }).unwrap();
    let sod = sod(new, &[]);
    for (revoked, state) in
        [(vec![RevokedEntry::new(&serial, NOW - time::Duration::DAY)], State::Failed), (Vec::new(), State::Successful)]
    {
        let mut builder = TrustBuilder::new();
        builder.add_file("list", &list(revoked)).unwrap();
        builder.add_file("link", &line.links[0]).unwrap();
        builder.add_certificate(line.issuers[0].csca()).unwrap();
        let trust = builder.build();
        assert_eq!(trust.revocation_lists()[0].authority().unwrap().der(), line.links[0]);
        let check = check(&judge(&sod, &trust), CheckId::PaRevocation);
        assert_eq!(check.state, state, "{}", check.compared);
    }
}

#[test]
fn a_revoked_link_of_a_file_fails_the_document_and_is_reported() {
    let line = Line::of(2);
    let (sod, old) = (sod(line.newest(), &[]), &line.issuers[0]);
    let serial = Certificate::parse(&line.links[0]).unwrap().serial().to_vec();
    let fields = old.revocation_list_fields(NOW - time::Duration::DAY);
    let revoked = vec![RevokedEntry::new(&serial, NOW - time::Duration::DAY)];
    let list = old.sign_revocation_list(&RevocationListFields { revoked, ..fields }).unwrap();
    let mut builder = TrustBuilder::new();
    builder.add_file("list", &list).unwrap();
    builder.add_file("link", &line.links[0]).unwrap();
    builder.add_certificate(old.csca()).unwrap();
    let trust = builder.build();
    assert_eq!(trust.unused(), [("link", Refusal::Revoked)]);
    let findings = judge(&sod, &trust);
    assert_eq!(check(&findings, CheckId::PaRevocation).reason, Some(Reason::Revoked));
    assert_eq!(findings.authenticity(), State::Failed);
}

#[test]
fn of_the_certificates_of_one_key_the_sound_one_is_the_anchor_and_no_other_key_takes_its_place() {
    let issuer = generation(0);
    let certified = |change: fn(CertificateFields) -> CertificateFields| {
        issuer.sign_with_csca(&change(issuer.csca_fields())).unwrap()
    };
    let lapsed = certified(|fields| CertificateFields { not_after: NOW - time::Duration::DAY, ..fields });
    let unknown = || Extension::other(oid::DELTA_CRL_INDICATOR, true, vec![0x05, 0]);
    let void = issuer.sign_with_csca(&issuer.csca_fields().with(unknown())).unwrap();
    let (sound, other) = (issuer.csca().to_vec(), generation(1).csca().to_vec());
    let sod = sod(&issuer, &[]);
    let anchor = |anchors: &[&[u8]]| judge(&sod, &trusting(anchors)).anchor().unwrap().der().to_vec();
    for worse in [&lapsed, &void] {
        assert_eq!(anchor(&[worse, &sound]), sound);
        assert_eq!(anchor(&[&sound, worse]), sound);
        // Without a sound one it is what there is; one of another key, however sound, did not sign.
        assert_eq!(anchor(&[worse, &other]), *worse);
        assert_eq!(anchor(&[&other, worse]), *worse);
        assert_eq!(anchor(&[worse, &other, &sound]), sound);
    }
    // Of equals the one that came first.
    let renewed = certified(|fields| CertificateFields { serial: vec![0x44], ..fields });
    assert_eq!(anchor(&[&sound, &renewed]), sound);
    assert_eq!(anchor(&[&renewed, &sound]), renewed);
    assert_eq!(anchor(&[&lapsed, &void]), lapsed);
    assert_eq!(anchor(&[&void, &lapsed]), void);
}

#[test]
fn a_certificate_verifies_among_others_or_it_is_told_why_not() {
    let (issuer, other) = (generation(0), generation(1));
    let among = |der: &[u8], anchors: &[&[u8]], signatures: u32| {
        verify_among(&Certificate::parse(der).unwrap(), &trusting(anchors), &mut SignatureBudget::new(signatures))
    };
    assert_eq!(among(issuer.csca(), &[], 1), Ok(()), "by its own key");
    assert_eq!(among(issuer.ds(), &[issuer.csca()], 1), Ok(()));
    assert_eq!(among(issuer.ds(), &[], 1), Err(Unverified::IssuerMissing));
    // One of the same name that has another key is not its issuer.
    assert_eq!(among(issuer.ds(), &[other.csca()], 1), Err(Unverified::IssuerMissing));
    assert_eq!(among(issuer.ds(), &[other.csca(), issuer.csca()], 2), Ok(()));
    let mut forged = issuer.ds().to_vec();
    *forged.last_mut().unwrap() ^= 1;
    assert!(matches!(among(&forged, &[issuer.csca()], 1), Err(Unverified::Signature(_))));
    assert_eq!(among(issuer.ds(), &[issuer.csca()], 0), Err(Unverified::OutOfBudget));
}

#[test]
fn links_of_others_are_not_tried() {
    let line = Line::of(2);
    // More than may be tried, of another name and with another key identifier.
    let key = KeyPlan::ecdsa(CurveId::Secp256r1, DigestAlgorithm::Sha256);
    let others = ["one", "two"].map(|label| {
        let plan = IssuerPlan { label: label.to_owned(), ..IssuerPlan::new("LA", "LAO", "Others", key, key) };
        Issuer::new(plan).unwrap()
    });
    let other = others[1].link(&others[0]).unwrap();
    let mut many = Vec::new();
    for number in 0..=BOUNDS.signatures {
        let at = other.len() - 2;
        many.extend_from_slice(&other[..at]);
        many.extend_from_slice(&u16::try_from(number).unwrap().to_be_bytes());
    }
    let trust = with_links(line.oldest(), &[many, line.links[0].clone()]);
    assert_eq!(trust.links().len(), 1, "the others lead to no anchor");
    let sod = sod(line.newest(), &[]);
    assert_eq!(roles(&judge(&sod, &trust)), [DocumentSigner, Link, Csca]);
}

/// A stranger's authority of the same name, with a link to it that the trusted authority did not sign.
#[test]
fn a_forged_link_leads_nowhere() {
    let (old, stranger) = (generation(0), generation(9));
    let trust = trusting(&[old.csca()]);
    // Signed by the stranger's own key, in the trusted authority's name and with its key identifier.
    let forged = stranger.sign_with_csca(&stranger.link_fields(&old)).unwrap();
    let besides = [forged, stranger.csca().to_vec()];
    let sod = sod(&stranger, &besides);
    for trust in [trust.clone(), with_links(trust, &besides)] {
        let findings = judge(&sod, &trust);
        let chain = check(&findings, CheckId::PaChain);
        assert_eq!((chain.state, chain.reason), (State::Undetermined, Some(Reason::AnchorNotFound)));
        assert!(findings.authenticated(DataGroup::DG1).is_none());
    }
}

/// What a document signer, a list signer or a bent authority certifies is nobody's word.
#[test]
fn what_may_not_certify_is_no_link() {
    let (old, rogue) = (generation(0), generation(9));
    let trust = trusting(&[old.csca()]);
    type Bend = fn(CertificateFields) -> CertificateFields;
    let cases: [(&str, Bend, bool); 6] = [
        ("a sound link", |fields| fields, true),
        ("without cA", |fields| fields.without(oid::BASIC_CONSTRAINTS), false),
        (
            "of a document signer",
            |fields| fields.with(Extension::key_usage(0x80)).without(oid::BASIC_CONSTRAINTS),
            false,
        ),
        ("without keyCertSign", |fields| fields.with(Extension::key_usage(0x02)), false),
        (
            "for lists",
            |fields| fields.with(Extension::extended_key_usage(oid::ID_ICAO_CSCA_MASTER_LIST_SIGNING_KEY)),
            false,
        ),
        (
            "with an unknown critical extension",
            |fields| fields.with(Extension { id: oid::ID_TA, critical: true, value: vec![5, 0] }),
            false,
        ),
    ];
    for (what, bend, sound) in cases {
        // The old authority has truly signed it.
        let link = old.sign_with_csca(&bend(rogue.link_fields(&old))).unwrap();
        let sod = sod(&rogue, &[link]);
        let authenticity = judge(&sod, &trust).authenticity();
        assert_eq!(authenticity == State::Successful, sound, "{what}");
    }
}

#[test]
fn circles_end() {
    let (one, two) = (generation(1), generation(2));
    let links = [one.link(&two).unwrap(), two.link(&one).unwrap()];
    let trust = with_links(trusting(&[generation(0).csca()]), &links);
    let signer = Certificate::parse(one.ds()).unwrap();
    let hints: Vec<Certificate> = [one.csca(), two.csca()].iter().map(|der| Certificate::parse(der).unwrap()).collect();
    for hints in [&hints[..0], &hints] {
        let mut budget = SignatureBudget::new(SignatureBudget::DOCUMENT);
        let chain = find_path(&signer, &trust, hints, NOW, &mut budget);
        assert!(matches!(chain, Chain::NotFound), "{chain:?}");
        // Each certificate was tried a few times, not for ever.
        let left = std::iter::from_fn(|| budget.take()).count();
        assert!(left > 32, "{left} signatures left");
    }
}

#[test]
fn the_budget_of_signatures_bounds_the_search() {
    let line = Line::of(3);
    let signer = Certificate::parse(line.newest().ds()).unwrap();
    let trust = with_links(line.oldest(), &line.links);
    // How many signatures the way takes, found by trying.
    let found = |signatures| {
        matches!(find_path(&signer, &trust, &[], NOW, &mut SignatureBudget::new(signatures)), Chain::Anchored { .. })
    };
    let needed = (0..64).find(|signatures| found(*signatures)).unwrap();
    println!("{needed} signatures for two links");
    assert!((3..16).contains(&needed));
    for signatures in 0..needed {
        let chain = find_path(&signer, &trust, &[], NOW, &mut SignatureBudget::new(signatures));
        assert!(matches!(chain, Chain::OutOfBudget), "{signatures}: {chain:?}");
    }
    // A document with thirty-one certificates that all claim to be the next generation.
    let newest = line.newest();
    let crowd: Vec<Vec<u8>> = (0..31)
        .map(|index| {
            let mut fields = newest.link_fields(&line.issuers[0]);
            fields.serial = vec![0x40, index];
            // Its key is another's.
            fields.public_key = generation(20).csca_fields().public_key;
            line.issuers[0].sign_with_csca(&fields).unwrap()
        })
        .collect();
    let sod = sod(newest, &crowd);
    let trust = with_links(line.oldest(), &line.links);
    // The links of the caller's store come first.
    assert_eq!(judge(&sod, &trust).authenticity(), State::Successful);
    let alone = line.oldest();
    let chain = check(&judge(&sod, &alone), CheckId::PaChain);
    assert_ne!(chain.state, State::Successful);
}

/// Under one name: the key identifier says where to try first, then the name, and the signature decides.
#[test]
fn the_right_one_of_many_generations_is_found() {
    let line = Line::of(6);
    let all: Vec<&[u8]> = line.issuers.iter().map(Issuer::csca).collect();
    let trust = trusting(&all);
    for issuer in &line.issuers {
        let sod = sod(issuer, &[]);
        let findings = judge(&sod, &trust);
        assert_eq!(findings.authenticity(), State::Successful);
        assert_eq!(findings.anchor().unwrap().der(), issuer.csca());
    }
    // Without key identifiers, and with another's: by name, then.
    let anonymous = |issuer: &Issuer| {
        issuer
            .sign_with_csca(
                &issuer.csca_fields().without(oid::SUBJECT_KEY_IDENTIFIER).without(oid::AUTHORITY_KEY_IDENTIFIER),
            )
            .unwrap()
    };
    let bare: Vec<Vec<u8>> = line.issuers.iter().map(anonymous).collect();
    let by_name = trusting(&bare.iter().map(Vec::as_slice).collect::<Vec<_>>());
    for (issuer, anchor) in line.issuers.iter().zip(&bare) {
        let signer = Certificate::parse(issuer.ds()).unwrap();
        let foreign = issuer.ds_fields().with(Extension::authority_key_id(&generation(7).csca_key().key_id()));
        let foreign = Certificate::parse(&issuer.sign_with_csca(&foreign).unwrap()).unwrap();
        for signer in [&signer, &foreign] {
            match find_path(signer, &by_name, &[], NOW, &mut SignatureBudget::new(64)) {
                Chain::Anchored { anchor: found, links, .. } => {
                    assert_eq!((found.der(), links.len()), (anchor.as_slice(), 0));
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn an_authority_below_the_authority_is_no_link() {
    let (old, below) = (generation(0), generation(9));
    let trust = trusting(&[old.csca()]);
    let renamed = Name::new("VN", "Invented", "CSCA under a new name");
    for (states_the_change, found) in [(true, State::Successful), (false, State::Undetermined)] {
        let fields = CertificateFields { subject: renamed.clone(), ..below.link_fields(&old) };
        let fields = if states_the_change { fields.with(new_name()) } else { fields };
        let link = old.sign_with_csca(&fields).unwrap();
        let sod = sod(&below, &[link]);
        let chain = check(&judge(&sod, &trust), CheckId::PaChain);
        assert_eq!(chain.state, found, "{}", chain.compared);
    }
}

#[test]
fn a_link_is_found_by_name_where_it_has_no_key_identifier() {
    let line = Line::of(2);
    let fields = line.newest().link_fields(&line.issuers[0]);
    let bare = fields.without(oid::SUBJECT_KEY_IDENTIFIER).without(oid::AUTHORITY_KEY_IDENTIFIER);
    let link = line.issuers[0].sign_with_csca(&bare).unwrap();
    let (sod, trust) = (sod(line.newest(), &[link]), line.oldest());
    let findings = judge(&sod, &trust);
    assert_eq!(findings.authenticity(), State::Successful);
    let certificates = check(&findings, CheckId::PaCertificates);
    assert_eq!(certificates.warnings, [Warning::CertificateProfile]);
    assert_eq!(certificates.compared, "remarks: authority: no_subject_key_id");
}

#[test]
fn names_along_the_path_must_be_those_of_the_issuers() {
    let (old, new) = (generation(0), generation(1));
    let trust = trusting(&[old.csca()]);
    // A link in the name of somebody else than the trusted authority, though by its key.
    let mut fields = new.link_fields(&old);
    fields.issuer = Name::new("VN", "Invented", "Somebody else");
    let fields = fields.with(new_name());
    let sod = sod(&new, &[old.sign_with_csca(&fields).unwrap()]);
    let findings = judge(&sod, &trust);
    let certificates = check(&findings, CheckId::PaCertificates);
    assert_eq!((certificates.state, certificates.reason), (State::Failed, Some(Reason::CertificateProfile)));
    assert_eq!(certificates.compared, "link: issuer_name");
    assert_eq!(check(&findings, CheckId::PaChain).state, State::Successful, "the signatures hold");
}

#[test]
fn every_certificate_of_the_path_is_judged() {
    let (old, new) = (generation(0), generation(1));
    let trust = trusting(&[old.csca()]);
    let judged = |alter: fn(&mut CertificateFields)| {
        let mut fields = new.link_fields(&old);
        alter(&mut fields);
        sod(&new, &[old.sign_with_csca(&fields).unwrap()])
    };
    // A link of another country.
    let foreign = judged(|fields| {
        fields.subject = Name::new("LA", "Invented", "CSCA (invented)");
        fields.extensions.push(new_name());
    });
    let findings = judge(&foreign, &trust);
    assert_eq!(check(&findings, CheckId::PaCountry).reason, Some(Reason::Mismatch));
    assert_ne!(findings.authenticity(), State::Successful);
    // A link that is not yet valid, nor was its authority's key to certify it then; and one that has lapsed.
    let early = judged(|fields| fields.not_before = datetime!(2027-01-01 0:00 UTC));
    let validity = check(&judge(&early, &trust), CheckId::PaValidity);
    assert_eq!((validity.state, validity.reason), (State::Failed, Some(Reason::OutsideKeyPeriod)));
    assert!(validity.compared.contains("now 2026-01-01: not in force: link"), "{}", validity.compared);
    let late = judged(|fields| fields.not_after = datetime!(2025-01-01 0:00 UTC));
    let validity = check(&judge(&late, &trust), CheckId::PaValidity);
    assert_eq!((validity.state, validity.reason), (State::Failed, Some(Reason::Lapsed)));
    assert!(validity.compared.contains("now 2026-01-01: not in force: link"), "{}", validity.compared);
    // One with a remark.
    let odd = judged(|fields| fields.extensions.retain(|one| one.id != oid::PRIVATE_KEY_USAGE_PERIOD));
    let findings = judge(&odd, &trust);
    assert_eq!(findings.authenticity(), State::Successful);
    assert_eq!(check(&findings, CheckId::PaCertificates).compared, "remarks: link: no_private_key_usage");
}

#[test]
fn a_revoked_link_fails_the_document() {
    let line = Line::of(2);
    let sod = sod(line.newest(), &line.links);
    let old = &line.issuers[0];
    let list = |serial: u8| {
        let fields = RevocationListFields {
            revoked: vec![RevokedEntry::new(&[serial], datetime!(2025-11-01 0:00 UTC))],
            ..old.revocation_list_fields(datetime!(2025-12-01 0:00 UTC))
        };
        let mut trust = line.oldest();
        assert_eq!(trust.add_file("list", &old.sign_revocation_list(&fields).unwrap()).accepted, 1);
        trust
    };
    // The link has the number 2; nobody here has 9.
    let revoked = check(&judge(&sod, &list(2)), CheckId::PaRevocation);
    assert_eq!((revoked.state, revoked.reason), (State::Failed, Some(Reason::Revoked)));
    assert!(revoked.compared.starts_with("link revoked since 2025-11-01"), "{}", revoked.compared);
    let other = check(&judge(&sod, &list(9)), CheckId::PaRevocation);
    assert_ne!(other.state, State::Failed, "{}", other.compared);
}

#[test]
fn an_anchor_is_no_document_signer() {
    let issuer = generation(0);
    let mut trust = trusting(&[issuer.csca()]);
    let certified = issuer.ds_fields().with(Extension::authority(Some(0)));
    let ds = issuer.sign_with_csca(&certified).unwrap();
    trust.change(|builder| builder.add_link_as_anchor(&ds)).unwrap();
    let fields = issuer.sod_fields(&[(1, DG1)]).with_certificates(&[&ds]);
    let sod = issuer.sign_sod(&fields).unwrap();
    let certificates = check(&judge(&sod, &trust), CheckId::PaCertificates);
    assert_eq!(certificates.reason, Some(Reason::CertificateProfile));
    assert!(certificates.compared.starts_with("document signer: is_ca, is_anchor"), "{}", certificates.compared);
}

/// The report tells the whole path.
#[test]
fn the_report_tells_the_whole_path() {
    let line = Line::of(3);
    let files = [(FileId::DataGroup(DataGroup::DG1), DG1.to_vec()), (FileId::Sod, sod(line.newest(), &line.links))];
    let report = Document::from_files(files, None).verify(&line.oldest(), reading::now());
    let told: Vec<_> = report.certificate_path().iter().map(|one| (one.role, one.serial.as_str())).collect();
    assert_eq!(told, [("document_signer", "1001"), ("link", "02"), ("link", "02"), ("csca", "01")]);
    let first = &report.certificate_path()[0];
    assert_eq!(first.subject, "C=VN, O=Invented, CN=Document Signer 001 (invented)");
    assert_eq!((first.not_before.as_str(), first.not_after.as_str()), ("2022-01-01", "2042-01-01"));
    assert!(
        report
            .certificate_path()
            .iter()
            .all(|one| one.void.is_empty() && one.remarks.is_empty() && one.sha256.len() == 64)
    );
    // DG1 is no machine readable zone: the country stays open.
    assert_eq!(report.verdict(), Verdict::Undetermined);
    let none = Document::from_files([], None).verify(&line.oldest(), reading::now());
    assert!(none.certificate_path().is_empty());
}
