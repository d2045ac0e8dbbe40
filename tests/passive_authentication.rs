//! Passive authentication on a document made on paper, one defect at a time, and on the real specimen.

#[path = "support/trust.rs"]
mod trust_changes;
#[path = "support/paper.rs"]
mod paper;
#[path = "support/shared.rs"]
mod support;

use chipid::checks::{Check, CheckId, Reason, State, Tolerance, Tolerances, Warning};
use chipid::internals::crypto::{CurveId, DigestAlgorithm};
use chipid::internals::oid;
use chipid::internals::passive_authentication::{
    InputFile, Inputs, PassiveAuthentication, passive_authentication, provisional,
};
use chipid::internals::tlv::{Tag, encode, encode_all};
use chipid::lds::{DataGroup, SecurityObject};
use chipid::trust::TrustStore;
use paper::{Document, Key, algorithm, authority_key_id, integer, key_usage, name, object, period, types};
use std::collections::BTreeMap;
use std::time::Instant;
use time::OffsetDateTime;
use time::macros::datetime;
use trust_changes::AddTrust as _;

const NOW: OffsetDateTime = datetime!(2026-06-01 12:00:00 UTC);

/// A file of the shared data.
fn shared(name: &str) -> Option<Vec<u8>> {
    support::shared_data(name).map(|path| std::fs::read(path).unwrap())
}

/// What is handed in with a document, apart from its bytes.
#[derive(Clone)]
struct Setting {
    trust: TrustStore,
    at: OffsetDateTime,
    issued: Option<OffsetDateTime>,
    state: Option<&'static str>,
    code: Option<&'static str>,
    tolerances: Tolerances,
}

impl Setting {
    fn trusting(document: &Document) -> Self {
        let mut trust = TrustStore::empty();
        trust.add_certificate(&document.csca_der()).unwrap();
        let tolerances = Tolerances::none();
        Self { trust, at: NOW, issued: None, state: Some("VNM"), code: Some("I<"), tolerances }
    }
}

fn files(document: &Document) -> BTreeMap<DataGroup, InputFile<'_>> {
    document.files.iter().map(|(n, file)| (DataGroup::new(*n).unwrap(), InputFile::Read(file))).collect()
}

fn judge<'a>(
    sod: &'a [u8],
    files: BTreeMap<DataGroup, InputFile<'a>>,
    setting: &'a Setting,
) -> PassiveAuthentication<'a> {
    passive_authentication(&Inputs {
        sod: InputFile::Read(sod),
        files,
        trust: &setting.trust,
        at: setting.at,
        issued: setting.issued,
        issuing_state: setting.state,
        presumed_state: None,
        document_code: setting.code,
        tolerances: setting.tolerances,
    })
}

fn check(findings: &PassiveAuthentication<'_>, id: CheckId) -> Check {
    findings.check(id).unwrap_or_else(|| panic!("{id} is missing")).clone()
}

/// Judges a document under its own authority; the authority's own certificate is the sound one unless `alter` changes it.
fn finding(document: &Document, setting: &Setting, id: CheckId) -> (State, Option<Reason>) {
    let sod = document.sod();
    let findings = judge(&sod, files(document), setting);
    let check = check(&findings, id);
    if check.state != State::Successful {
        let gating = [CheckId::PaSecurityObject, CheckId::PaSignature, CheckId::PaChain, CheckId::PaCertificates];
        assert!(
            !gating.contains(&id) || findings.authenticated(DataGroup::DG1).is_none(),
            "nothing is authentic with {check:?}"
        );
    }
    (check.state, check.reason)
}

#[test]
fn a_sound_document_is_authentic() {
    let document = Document::new();
    let setting = Setting::trusting(&document);
    let sod = document.sod();
    let findings = judge(&sod, files(&document), &setting);
    for check in findings.checks() {
        let expected = if check.id == CheckId::PaRevocation { State::Undetermined } else { State::Successful };
        assert_eq!(check.state, expected, "{check:?}");
        assert!(check.warnings.is_empty(), "{check:?}");
    }
    assert_eq!(findings.authenticity(), State::Successful);
    let groups: Vec<u8> = findings.data_groups().iter().map(|group| group.number()).collect();
    assert_eq!(groups, [1, 2, 13]);
    let authentic = findings.authenticated(DataGroup::DG13).unwrap();
    assert_eq!((authentic.group(), authentic.bytes()), (DataGroup::DG13, document.files[&13].as_slice()));
    assert_eq!(findings.document_signer().unwrap().der(), document.ds_der());
    assert_eq!(findings.anchor().unwrap().der(), document.csca_der());
    assert_eq!(findings.signing_time(), Some(datetime!(2025-06-01 12:00:00 UTC)));
}

#[test]
fn every_curve_and_digest_verifies() {
    for curve in CurveId::ALL {
        for digest in DigestAlgorithm::ALL {
            let document = Document::on(curve, digest);
            let setting = Setting::trusting(&document);
            let sod = document.sod();
            let start = Instant::now();
            let findings = judge(&sod, files(&document), &setting);
            if digest == DigestAlgorithm::Sha256 {
                println!("{}: passive authentication in {:?}", curve.name(), start.elapsed());
            }
            assert_eq!(findings.authenticity(), State::Successful, "{curve:?} {digest:?}: {:?}", findings.checks());
            let sha1 = check(&findings, CheckId::PaSignature).warnings.contains(&Warning::Sha1);
            assert_eq!(sha1, digest == DigestAlgorithm::Sha1);
        }
    }
}

/// One defect of a document, and the check that must find it.
type Defect = (&'static str, fn(&mut Document), CheckId, State, Option<Reason>);

use CheckId::{
    PaCertificates as Certificates, PaChain as Chain, PaCountry as Country, PaDataGroups as Groups,
    PaSecurityObject as Object, PaSignature as Signature, PaValidity as Validity,
};
use State::{Failed, Successful, Undetermined};

#[rustfmt::skip]
const DEFECTS: &[Defect] = &[
    // The file and the SignedData. The rows of the test plan stand in tests/conformance.
    ("another digest algorithm listed", |d| d.digest_algorithms = vec![oid::SHA512], Signature, Failed, Some(Reason::Malformed)),
    ("an early content type", |d| d.content_type = oid::LEGACY_LDS_SECURITY_OBJECT_ICAO, Object, Failed, Some(Reason::Malformed)),
    ("a national content type", |d| d.content_type = oid::LEGACY_LDS_SECURITY_OBJECT_NL, Object, Failed, Some(Reason::Malformed)),
    ("id-data", |d| d.content_type = oid::ID_DATA, Object, Failed, Some(Reason::Malformed)),
    ("id-data in version 1", |d| { d.content_type = oid::ID_DATA; d.signed_version = encode(Tag::INTEGER, &[1]) }, Signature, Successful, None),
    // The SignerInfo.
    ("version 3 with key identifier", |d| { d.sid = Some(encode(Tag(0x80), &d.ds.key.id())); d.signer_version = 3 }, Signature, Successful, None),
    ("an issuer in another order and case", |d| d.sid = Some(encode_all(Tag::SEQUENCE, &[
        &name(&[(oid::COMMON_NAME, "csca  ON paper"), (oid::COUNTRY_NAME, "vn")]), &integer(&[0x12, 0x34])])), Signature, Successful, None),
    ("another message digest", |d| d.attributes = Some(|a| a[2].1 = vec![encode(Tag::OCTET_STRING, &[7; 32])]), Signature, Failed, Some(Reason::MessageDigestMismatch)),
    ("MD5", |d| { d.digest_oid = oid::MD5; d.digest_algorithms = vec![oid::MD5] }, Signature, Failed, Some(Reason::ForbiddenAlgorithm)),
    ("a signature with MD5", |d| d.signature_algorithm = with_null(oid::MD5_WITH_RSA), Signature, Failed, Some(Reason::ForbiddenAlgorithm)),
    ("no certificate comes along", |d| d.certificates = Some(vec![]), Signature, Undetermined, Some(Reason::SignerCertificateMissing)),
    ("an unknown digest", |d| { d.digest_oid = oid::ID_DSA; d.digest_algorithms = vec![oid::ID_DSA] }, Signature, Undetermined, Some(Reason::UnsupportedAlgorithm)),
    ("two message digests", |d| d.attributes = Some(|a| { let one = a[2].clone(); a.push(one) }), Signature, Failed, Some(Reason::Malformed)),
    ("two values of the message digest", |d| d.attributes = Some(|a| { let one = a[2].1[0].clone(); a[2].1.push(one) }), Signature, Failed, Some(Reason::Malformed)),
    ("no content type attribute", |d| d.attributes = Some(|a| { a.remove(0); }), Signature, Failed, Some(Reason::Malformed)),
    ("another content type attribute", |d| d.attributes = Some(|a| a[0].1 = vec![object(oid::ID_DATA)]), Signature, Failed, Some(Reason::Mismatch)),
    ("no signing time", |d| d.attributes = Some(|a| { a.remove(1); }), Signature, Successful, None),
    ("no signed attributes", |d| d.no_attributes = true, Signature, Failed, Some(Reason::Malformed)),
    ("attributes that verify only sorted", |d| d.unsorted = true, Signature, Failed, Some(Reason::BadSignature)),
    ("an unknown algorithm", |d| d.signature_algorithm = algorithm(oid::ID_TA), Signature, Undetermined, Some(Reason::UnsupportedAlgorithm)),
    ("a signature with another hash than the digest", |d| d.signature_algorithm = algorithm(oid::ECDSA_WITH_SHA384), Signature, Failed, Some(Reason::Mismatch)),
    ("an algorithm for another key", |d| d.signature_algorithm = encode_all(Tag::SEQUENCE, &[&object(oid::SHA256_WITH_RSA), &[5, 0]]), Signature, Failed, Some(Reason::BadKey)),
    ("two signers", |d| d.signers = 2, Signature, Failed, Some(Reason::Malformed)),
    ("no signer", |d| d.signers = 0, Signature, Failed, Some(Reason::Malformed)),
    ("a certificate that is none", |d| d.certificates = Some(vec![encode(Tag::SEQUENCE, &[5, 0])]), Signature, Failed, Some(Reason::Malformed)),
    ("thirty-three certificates", |d| d.certificates = Some(vec![d.ds_der(); 33]), Object, Failed, Some(Reason::Malformed)),
    ("indefinite lengths", |d| d.indefinite = true, Signature, Successful, None),
    // The LDS security object.
    ("version 7", |d| d.content.version = 7, Object, Failed, Some(Reason::UnknownVersion)),
    ("an unknown hash", |d| d.content.digest_oid = oid::ID_DSA, Object, Undetermined, Some(Reason::UnsupportedAlgorithm)),
    ("data group 0", |d| d.content.hashes = Some(more(d, 0, &[7; 32])), Object, Failed, Some(Reason::Malformed)),
    ("a data group twice", |d| d.content.hashes = Some(more(d, 2, &[7; 32])), Object, Failed, Some(Reason::Malformed)),
    ("a hash too short", |d| d.content.hashes = Some(more(d, 3, &[7; 31])), Object, Failed, Some(Reason::Malformed)),
    ("no hashes", |d| d.content.hashes = Some(vec![]), Object, Failed, Some(Reason::Malformed)),
    ("LDS 1.7 in version 1", |d| { d.content.version = 1; d.content.lds_version = Some(("0107", "040000")) }, Object, Failed, Some(Reason::Mismatch)),
    // The document signer's certificate.
    ("a negative serial number", |d| d.ds.serial = vec![0x92, 0x34], Certificates, Failed, Some(Reason::CertificateProfile)),
    ("inner and outer algorithm differ, the chain", |d| d.ds.inner = algorithm(oid::ECDSA_WITH_SHA384), Chain, Failed, Some(Reason::AnchorDoesNotVerify)),
    ("no authority key identifier, the chain", |d| d.ds.set(oid::AUTHORITY_KEY_IDENTIFIER, None), Chain, Successful, None),
    ("a malformed key usage", |d| d.ds.set(oid::KEY_USAGE, Some((true, vec![5, 0]))), Certificates, Failed, Some(Reason::CertificateProfile)),
    ("a document signer that is an authority", |d| d.ds.set(oid::BASIC_CONSTRAINTS, Some((true, authority()))), Certificates, Failed, Some(Reason::CertificateProfile)),
    ("an unknown critical extension", |d| d.ds.set(oid::ID_TA, Some((true, vec![5, 0]))), Certificates, Failed, Some(Reason::CertificateProfile)),
    ("an unknown extension", |d| d.ds.set(oid::ID_TA, Some((false, vec![5, 0]))), Certificates, Successful, None),
    ("an extension twice", |d| d.ds.extensions.push((oid::KEY_USAGE, true, key_usage(0x80))), Certificates, Failed, Some(Reason::CertificateProfile)),
    ("a key for signing lists", |d| d.ds.set(oid::EXT_KEY_USAGE, Some((true, encode(Tag::SEQUENCE, &object(oid::ID_ICAO_CSCA_MASTER_LIST_SIGNING_KEY))))), Certificates, Failed, Some(Reason::CertificateProfile)),
    ("an unknown algorithm in the certificate", |d| { d.ds.inner = algorithm(oid::ID_TA); d.ds.outer = d.ds.inner.clone() }, Chain, Undetermined, Some(Reason::UnsupportedAlgorithm)),
    ("a document signer that signed itself", |d| { d.issuer_key = Some(d.ds.key.clone()); d.ds.issuer = d.ds.subject.clone() }, Certificates, Failed, Some(Reason::CertificateProfile)),
    ("signed by another authority that names itself so", |d| d.issuer_key = Some(Key::new(CurveId::Secp256r1, 0x33)), Chain, Failed, Some(Reason::AnchorDoesNotVerify)),
    ("signed by a successor of the same name", |d| { let key = Key::new(CurveId::Secp256r1, 0x33);
        d.ds.set(oid::AUTHORITY_KEY_IDENTIFIER, Some((false, authority_key_id(&key.id())))); d.issuer_key = Some(key) }, Chain, Undetermined, Some(Reason::AnchorNotFound)),
    ("a key identifier of nobody, but signed by the authority", |d| d.ds.set(oid::AUTHORITY_KEY_IDENTIFIER, Some((false, authority_key_id(&[9; 20])))), Chain, Successful, None),
    // Validity.
    ("a document signer of tomorrow", |d| d.ds.validity[0] = (Tag::UTC_TIME, "260701000000Z"), Validity, Failed, Some(Reason::NotYetValid)),
    ("a lapsed document signer, valid when it signed", |d| d.ds.validity[1] = (Tag::UTC_TIME, "260101000000Z"), Validity, Undetermined, Some(Reason::LapsedValidAtIssue)),
    ("a document signer that had lapsed when it signed", |d| d.ds.validity[1] = (Tag::UTC_TIME, "250101000000Z"), Validity, Failed, Some(Reason::Lapsed)),
    ("a lapsed document signer, no signing time", |d| { d.ds.validity[1] = (Tag::UTC_TIME, "260101000000Z"); d.attributes = Some(|a| { a.remove(1); }) }, Validity, Failed, Some(Reason::Lapsed)),
    ("signed after the private key's period", |d| d.ds.set(oid::PRIVATE_KEY_USAGE_PERIOD, Some((false, period("20240101000000Z", "20240401000000Z")))), Validity, Failed, Some(Reason::OutsideKeyPeriod)),
    ("signed before the private key's period", |d| d.ds.set(oid::PRIVATE_KEY_USAGE_PERIOD, Some((false, period("20250701000000Z", "20260401000000Z")))), Validity, Failed, Some(Reason::OutsideKeyPeriod)),
    ("signed within the private key's period", |d| d.ds.set(oid::PRIVATE_KEY_USAGE_PERIOD, Some((false, period("20250101000000Z", "20250701000000Z")))), Validity, Successful, None),
    ("a lapsed authority, valid when the document was signed", |d| d.csca.validity[1] = (Tag::UTC_TIME, "260101000000Z"), Validity, Undetermined, Some(Reason::LapsedValidAtIssue)),
    ("an authority that had lapsed", |d| d.csca.validity[1] = (Tag::UTC_TIME, "240601000000Z"), Validity, Failed, Some(Reason::Lapsed)),
    // The authority.
    ("an authority without cA", |d| d.csca.set(oid::BASIC_CONSTRAINTS, None), Certificates, Failed, Some(Reason::CertificateProfile)),
    ("an authority that may not sign certificates", |d| d.csca.set(oid::KEY_USAGE, Some((true, key_usage(0x02)))), Certificates, Failed, Some(Reason::CertificateProfile)),
    ("an authority with an unknown critical extension", |d| d.csca.set(oid::ID_TA, Some((true, vec![5, 0]))), Certificates, Failed, Some(Reason::CertificateProfile)),
    // The country.
    ("another country's signer", |d| d.ds.subject = name(&[(oid::COUNTRY_NAME, "LA"), (oid::COMMON_NAME, "DS")]), Country, Failed, Some(Reason::Mismatch)),
    ("the country in small letters", |d| d.ds.subject = name(&[(oid::COUNTRY_NAME, "vn"), (oid::COMMON_NAME, "DS")]), Country, Successful, None),
    ("a signer for other documents", |d| d.ds.set(oid::ID_ICAO_DOCUMENT_TYPE_LIST, Some((false, types(&["P", "AC"])))), Country, Failed, Some(Reason::OtherDocumentType)),
    ("a signer for these documents", |d| d.ds.set(oid::ID_ICAO_DOCUMENT_TYPE_LIST, Some((false, types(&["P", "I"])))), Country, Successful, None),
];

fn sid(country: &str, common: &str, serial: &[u8]) -> Vec<u8> {
    let issuer = name(&[(oid::COUNTRY_NAME, country), (oid::COMMON_NAME, common)]);
    encode_all(Tag::SEQUENCE, &[&issuer, &integer(serial)])
}

fn with_null(id: oid::Oid) -> Vec<u8> {
    encode_all(Tag::SEQUENCE, &[&object(id), &[5, 0]])
}

fn more(document: &Document, number: u32, hash: &[u8]) -> Vec<(u32, Vec<u8>)> {
    let mut hashes = document.hashes();
    hashes.push((number, hash.to_vec()));
    hashes
}

fn authority() -> Vec<u8> {
    encode(Tag::SEQUENCE, &encode(Tag::BOOLEAN, &[0xFF]))
}

#[test]
fn finds_each_defect_of_a_document() {
    for (what, alter, id, state, reason) in DEFECTS {
        let mut document = Document::new();
        alter(&mut document);
        let found = finding(&document, &Setting::trusting(&document), *id);
        assert_eq!(found, (*state, *reason), "{what}");
    }
    println!("{} defects and oddities, each found as due", DEFECTS.len());
}

#[test]
fn tolerances_and_laxities_are_named() {
    type Oddity = (&'static str, fn(&mut Document), CheckId, Warning);
    let cases: [Oddity; 8] = [
        ("id-data", |d| d.content_type = oid::ID_DATA, Object, Warning::LegacyLdsOid),
        ("unsorted", |d| d.unsorted = true, Signature, Warning::SignedAttributesUnsorted),
        ("another signer", |d| d.sid = Some(sid("VN", "another", &[1])), Signature, Warning::SignerIdMismatch),
        ("indefinite", |d| d.indefinite = true, Object, Warning::IndefiniteLength),
        ("a NULL", |d| d.signature_algorithm = with_null(oid::ECDSA_WITH_SHA256), Signature, Warning::NullParameter),
        (
            "a NULL in the certificate",
            |d| {
                d.ds.inner = with_null(oid::ECDSA_WITH_SHA256);
                d.ds.outer = d.ds.inner.clone()
            },
            Chain,
            Warning::NullParameter,
        ),
        (
            "an issuer in small letters",
            |d| d.sid = Some(sid("vn", "csca on paper", &[0x12, 0x34])),
            Signature,
            Warning::LaxEncoding,
        ),
        ("no AKI", |d| d.ds.set(oid::AUTHORITY_KEY_IDENTIFIER, None), Certificates, Warning::NoAuthorityKeyIdentifier),
    ];
    for (what, alter, id, warning) in cases {
        let mut document = Document::new();
        alter(&mut document);
        let (sod, setting) = (document.sod(), Setting::trusting(&document));
        let findings = judge(&sod, files(&document), &setting);
        assert_eq!(check(&findings, id).warnings, [warning], "{what}");
    }
}

/// A tolerance, what needs it, the check that it stands in, and why that fails without.
type Tolerable = (Tolerance, fn(&mut Document), CheckId, Reason);

#[rustfmt::skip]
const TOLERABLE: &[Tolerable] = &[
    (Tolerance::LegacyLdsOid, |d| d.content_type = oid::LEGACY_LDS_SECURITY_OBJECT_ICAO, Object, Reason::Malformed),
    (Tolerance::LegacyLdsOid, |d| d.content_type = oid::LEGACY_LDS_SECURITY_OBJECT_NL, Object, Reason::Malformed),
    (Tolerance::LegacyLdsOid, |d| d.content_type = oid::ID_DATA, Object, Reason::Malformed),
    (Tolerance::SignedAttributesUnsorted, |d| d.unsorted = true, Signature, Reason::BadSignature),
    (Tolerance::DsWithoutAki, |d| d.ds.set(oid::AUTHORITY_KEY_IDENTIFIER, None), Certificates, Reason::CertificateProfile),
    (Tolerance::DsWithoutAki, |d| d.ds.set(oid::AUTHORITY_KEY_IDENTIFIER, Some((false, encode(Tag::SEQUENCE, &[])))),
        Certificates, Reason::CertificateProfile),
];

#[test]
fn what_needs_a_tolerance_is_never_authentic() {
    for (tolerance, alter, id, reason) in TOLERABLE {
        let mut document = Document::new();
        alter(&mut document);
        let sod = document.sod();
        let others: Tolerances = Tolerance::ALL.iter().copied().filter(|other| other != tolerance).collect();
        let cases = [
            (Tolerances::none(), Failed, *reason),
            (others, Failed, *reason),
            (Tolerances::none().with(*tolerance), Undetermined, Reason::Tolerance),
            (Tolerances::field(), Undetermined, Reason::Tolerance),
        ];
        for (tolerances, state, reason) in cases {
            let setting = Setting { tolerances, ..Setting::trusting(&document) };
            let findings = judge(&sod, files(&document), &setting);
            let check = check(&findings, *id);
            assert_eq!((check.state, check.reason), (state, Some(reason)), "{tolerance}");
            assert_eq!(check.tolerances, [*tolerance]);
            assert_eq!(findings.authenticity(), state);
            assert!(findings.authenticated(DataGroup::DG1).is_none());
        }
    }
}

#[test]
fn without_a_fitting_anchor_nothing_is_authentic() {
    let document = Document::new();
    let sod = document.sod();
    let mut setting = Setting::trusting(&document);
    setting.trust = TrustStore::empty();
    let findings = judge(&sod, files(&document), &setting);
    let chain = check(&findings, Chain);
    assert_eq!((chain.state, chain.reason), (Undetermined, Some(Reason::NoTrustAnchor)));
    assert_eq!(findings.authenticity(), Undetermined);
    assert!(findings.authenticated(DataGroup::DG1).is_none());
    assert_eq!(check(&findings, CheckId::PaDg1).state, Successful, "the hash matches all the same");

    let mut stranger = Document::new();
    stranger.csca.key = Key::new(CurveId::Secp256r1, 0x44);
    stranger.csca.spki = stranger.csca.key.spki();
    stranger.csca.subject = name(&[(oid::COUNTRY_NAME, "LA"), (oid::COMMON_NAME, "CSCA")]);
    stranger.csca.issuer = stranger.csca.subject.clone();
    stranger.csca.set(oid::SUBJECT_KEY_IDENTIFIER, None);
    setting.trust.add_certificate(&stranger.csca_der()).unwrap();
    let findings = judge(&sod, files(&document), &setting);
    let chain = check(&findings, Chain);
    assert_eq!((chain.state, chain.reason), (Undetermined, Some(Reason::AnchorNotFound)));
    assert!(findings.authenticated(DataGroup::DG1).is_none());
}

#[test]
fn certificates_in_the_security_object_are_never_anchors() {
    let mut document = Document::new();
    document.certificates = Some(vec![document.ds_der(), document.csca_der()]);
    let sod = document.sod();
    let setting = Setting { trust: TrustStore::empty(), ..Setting::trusting(&document) };
    let findings = judge(&sod, files(&document), &setting);
    assert_eq!(check(&findings, Chain).reason, Some(Reason::NoTrustAnchor));
    assert!(findings.authenticated(DataGroup::DG1).is_none());
}

#[test]
fn an_authority_cannot_sign_documents_itself() {
    let mut document = Document::new();
    document.ds = document.csca.clone();
    document.certificates = Some(vec![document.csca_der()]);
    assert_eq!(finding(&document, &Setting::trusting(&document), Certificates).0, Failed);
}

#[test]
fn the_right_one_of_two_authorities_with_one_name_is_found() {
    let document = Document::new();
    let mut setting = Setting::trusting(&document);
    let mut trust = TrustStore::empty();
    for seed in [0x51, 0x52, 0x53] {
        let mut other = document.csca.clone();
        other.key = Key::new(CurveId::Secp256r1, seed);
        other.spki = other.key.spki();
        // One bears the very key identifier of the right one.
        if seed != 0x52 {
            other.set(oid::SUBJECT_KEY_IDENTIFIER, None);
        }
        trust.add_certificate(&other.sign(&other.key)).unwrap();
    }
    trust.add_certificate(&document.csca_der()).unwrap();
    setting.trust = trust;
    let sod = document.sod();
    let findings = judge(&sod, files(&document), &setting);
    assert_eq!(findings.authenticity(), Successful);
    assert_eq!(findings.anchor().unwrap().der(), document.csca_der());
}

#[test]
fn a_link_certificate_is_an_anchor_only_where_the_caller_trusts_it_as_one() {
    let document = Document::new();
    let mut link = document.csca.clone();
    let old = Key::new(CurveId::Secp256r1, 0x61);
    link.issuer = name(&[(oid::COUNTRY_NAME, "VN"), (oid::COMMON_NAME, "CSCA of old")]);
    link.set(oid::AUTHORITY_KEY_IDENTIFIER, Some((false, authority_key_id(&old.id()))));
    let mut setting = Setting::trusting(&document);
    setting.trust = TrustStore::empty();
    setting.trust.add_certificate(&link.sign(&old)).unwrap();
    assert_eq!(finding(&document, &setting, Chain), (Undetermined, Some(Reason::NoTrustAnchor)));
    setting.trust.change(|builder| builder.add_link_as_anchor(&link.sign(&old))).unwrap();
    assert_eq!(finding(&document, &setting, Chain), (Successful, None));
    assert_eq!(finding(&document, &setting, Certificates), (Successful, None));
}

#[test]
fn a_valid_certificate_of_the_same_authority_is_preferred_to_a_lapsed_one() {
    let mut document = Document::new();
    let sound = document.csca_der();
    document.csca.validity[1] = (Tag::UTC_TIME, "250101000000Z");
    let mut setting = Setting::trusting(&document);
    setting.trust.add_certificate(&sound).unwrap();
    assert_eq!(finding(&document, &setting, Validity), (Successful, None));
}

#[test]
fn a_pinned_document_signer_is_trusted_by_name() {
    let document = Document::new();
    let sod = document.sod();
    let mut setting = Setting::trusting(&document);
    setting.trust = TrustStore::empty();
    setting.trust.pin_signer(&document.ds_der()).unwrap();
    let findings = judge(&sod, files(&document), &setting);
    let chain = check(&findings, Chain);
    assert_eq!((chain.state, chain.reason), (Successful, Some(Reason::PinnedSigner)));
    assert!(chain.compared.contains("DS on paper"));
    assert!(findings.authenticated(DataGroup::DG1).is_some());
    assert!(findings.anchor().is_none());

    // Another certificate of the same key and name is another certificate.
    let mut renewed = document.clone();
    renewed.ds.validity[1] = (Tag::UTC_TIME, "360101000000Z");
    let sod = renewed.sod();
    let findings = judge(&sod, files(&renewed), &setting);
    assert_eq!(check(&findings, Chain).state, Undetermined);
    assert!(findings.authenticated(DataGroup::DG1).is_none());

    // A pinned certificate serves where none comes along (H_15).
    let mut bare = document.clone();
    bare.certificates = Some(vec![]);
    let sod = bare.sod();
    assert!(judge(&sod, files(&bare), &setting).authenticated(DataGroup::DG1).is_some());
    bare.spoil_signature = true;
    let sod = bare.sod();
    assert_eq!(judge(&sod, files(&bare), &setting).authenticity(), Failed);
}

#[test]
fn the_issuing_state_must_be_the_signers() {
    let document = Document::new();
    let cases = [
        (Some("VNM"), Successful, None),
        (Some("LAO"), Failed, Some(Reason::Mismatch)),
        (Some("D<<"), Failed, Some(Reason::Mismatch)),
        (Some("ZZZ"), Undetermined, Some(Reason::NothingToCompare)),
        (None, Undetermined, Some(Reason::NothingToCompare)),
    ];
    for (state, expected, reason) in cases {
        let setting = Setting { state, ..Setting::trusting(&document) };
        assert_eq!(finding(&document, &setting, Country), (expected, reason), "{state:?}");
    }
}

#[test]
fn a_date_of_issue_stands_in_for_a_signing_time() {
    let mut document = Document::new();
    document.ds.validity[1] = (Tag::UTC_TIME, "260101000000Z");
    document.attributes = Some(|attributes| {
        attributes.remove(1);
    });
    let issued = Some(datetime!(2025-02-01 0:00 UTC));
    let setting = Setting { issued, ..Setting::trusting(&document) };
    assert_eq!(finding(&document, &setting, Validity), (Undetermined, Some(Reason::LapsedValidAtIssue)));
    let issued = Some(datetime!(2026-02-01 0:00 UTC));
    let setting = Setting { issued, ..Setting::trusting(&document) };
    assert_eq!(finding(&document, &setting, Validity), (Failed, Some(Reason::Lapsed)));
}

#[test]
fn the_security_object_decides_what_the_document_consists_of() {
    let mut document = Document::new();
    document.files.insert(3, vec![0x63, 0]);
    document.files.insert(14, vec![0x6E, 0]);
    document.files.insert(15, vec![0x6F, 0]);
    let sod = document.sod();
    let setting = Setting::trusting(&document);
    let dg = |number| DataGroup::new(number).unwrap();
    let cases = [
        (14, InputFile::Absent, Failed, Some(Reason::Missing), Failed),
        (14, InputFile::Refused, Failed, Some(Reason::Missing), Failed),
        (14, InputFile::CutOff, State::Aborted, Some(Reason::CutOff), State::Aborted),
        (14, InputFile::NotRead, Undetermined, Some(Reason::NotRead), Successful),
        (14, InputFile::NotHeld(&[]), Undetermined, Some(Reason::NotHeld), Undetermined),
        (14, InputFile::NotKept(&[]), Undetermined, Some(Reason::NotKept), Successful),
        (14, InputFile::Read(&[0x6E, 1, 0]), Failed, Some(Reason::Mismatch), Failed),
        (
            3,
            InputFile::NeedsTerminalAuthentication,
            State::NotSupported,
            Some(Reason::NeedsTerminalAuthentication),
            Successful,
        ),
        (3, InputFile::Refused, State::NotSupported, Some(Reason::NeedsTerminalAuthentication), Successful),
        (3, InputFile::Absent, Failed, Some(Reason::Missing), Failed),
        (11, InputFile::Read(&[0x6B, 0]), Failed, Some(Reason::NotCovered), Failed),
    ];
    for (number, state, expected, reason, overall) in cases {
        let mut files = files(&document);
        files.insert(dg(number), state);
        let findings = judge(&sod, files, &setting);
        let group = check(&findings, CheckId::data_group(number).unwrap());
        assert_eq!((group.state, group.reason), (expected, reason), "DG{number} {state:?}");
        assert_eq!(check(&findings, Groups).state, overall, "DG{number} {state:?}");
        assert!(findings.authenticated(dg(number)).is_none());
        assert!(findings.authenticated(DataGroup::DG1).is_some());
    }
    // Nothing is said of a file that is neither read nor listed.
    let mut files = files(&document);
    files.insert(dg(11), InputFile::Absent);
    assert!(judge(&sod, files, &setting).check(CheckId::PaDg11).is_none());
    let none = judge(&sod, BTreeMap::new(), &setting);
    assert_eq!(check(&none, Groups).reason, Some(Reason::NotRead));
}

#[test]
fn a_security_object_without_dg1_covers_no_document() {
    let mut document = Document::new();
    document.files.remove(&1);
    let (sod, setting) = (document.sod(), Setting::trusting(&document));
    let findings = judge(&sod, files(&document), &setting);
    let dg1 = check(&findings, CheckId::PaDg1);
    assert_eq!((dg1.state, dg1.reason), (Failed, Some(Reason::NotCovered)));
    assert_eq!(check(&findings, Groups).state, Failed);
}

#[test]
fn a_file_that_was_removed_is_known_by_the_hash_that_was_taken_of_it() {
    let document = Document::new();
    let (sod, setting) = (document.sod(), Setting::trusting(&document));
    let hash = |digest: DigestAlgorithm| (digest, digest.digest(&[&document.files[&13]]));
    let other = (DigestAlgorithm::Sha256, vec![7; 32]);
    let (right, besides) = (hash(DigestAlgorithm::Sha256), hash(DigestAlgorithm::Sha384));
    for (known, due, reason, overall) in [
        (vec![right.clone()], Undetermined, Reason::Removed, Successful),
        (vec![besides.clone(), right], Undetermined, Reason::Removed, Successful),
        (vec![other], Failed, Reason::Mismatch, Failed),
        (vec![besides], Undetermined, Reason::NothingToCompare, Undetermined),
        (vec![], Undetermined, Reason::NothingToCompare, Undetermined),
    ] {
        let mut files = files(&document);
        files.insert(DataGroup::DG13, InputFile::Removed(&known));
        let findings = judge(&sod, files, &setting);
        let found = check(&findings, CheckId::PaDg13);
        assert_eq!((found.state, found.reason), (due, Some(reason)), "{known:?}");
        assert_eq!(check(&findings, Groups).state, overall, "{known:?}");
        assert!(findings.authenticated(DataGroup::DG13).is_none());
        // Without a trusted reader the recorded hash can only count against the document.
        for (state, reason, overall) in [
            (InputFile::NotHeld(&known), Reason::NotHeld, Undetermined),
            (InputFile::NotKept(&known), Reason::NotKept, Successful),
        ] {
            let mut files = self::files(&document);
            files.insert(DataGroup::DG13, state);
            let findings = judge(&sod, files, &setting);
            let (found, all) = (check(&findings, CheckId::PaDg13), check(&findings, Groups).state);
            match due {
                Failed => assert_eq!((found.state, found.reason, all), (Failed, Some(Reason::Mismatch), Failed)),
                _ => assert_eq!((found.state, found.reason, all), (Undetermined, Some(reason), overall)),
            }
        }
    }
    // A hash of a file that EF.SOD does not list.
    let unlisted = [(DigestAlgorithm::Sha256, vec![7; 32])];
    for state in [InputFile::Removed(&unlisted), InputFile::NotHeld(&unlisted), InputFile::NotKept(&unlisted)] {
        let mut files = files(&document);
        files.insert(DataGroup::new(11).unwrap(), state);
        let findings = judge(&sod, files, &setting);
        assert_eq!(check(&findings, CheckId::PaDg11).reason, Some(Reason::NotCovered));
        assert_eq!(check(&findings, Groups).state, Failed);
    }
}

#[test]
fn the_tolerance_of_a_missing_key_identifier_excuses_no_other_finding() {
    let field = |alter: fn(&mut Document)| {
        let mut document = Document::new();
        alter(&mut document);
        let tolerances = Tolerances::none().with(Tolerance::DsWithoutAki);
        let setting = Setting { tolerances, ..Setting::trusting(&document) };
        let sod = document.sod();
        check(&judge(&sod, files(&document), &setting), Certificates)
    };
    let without = field(|d| d.ds.set(oid::AUTHORITY_KEY_IDENTIFIER, None));
    assert_eq!((without.state, without.reason), (Undetermined, Some(Reason::Tolerance)));
    let other = field(|d| d.ds.set(oid::ID_TA, Some((true, vec![5, 0]))));
    assert_eq!((other.state, other.reason), (Failed, Some(Reason::CertificateProfile)));
    assert!(!other.warnings.contains(&Warning::NoAuthorityKeyIdentifier));
    let both = field(|d| {
        d.ds.set(oid::ID_TA, Some((true, vec![5, 0])));
        d.ds.set(oid::AUTHORITY_KEY_IDENTIFIER, None);
    });
    assert_eq!((both.state, both.reason), (Failed, Some(Reason::CertificateProfile)));
    // What is sound is told in no words.
    assert_eq!(field(|_| ()).compared, "");
}

#[test]
fn a_short_key_of_the_signer_is_warned_of() {
    use chipid::internals::issuer::{Issuer, IssuerPlan, KeyPlan};
    let csca = KeyPlan::ecdsa(CurveId::Secp256r1, DigestAlgorithm::Sha256);
    let warned = |ds: KeyPlan| {
        let issuer = Issuer::new(IssuerPlan::new("VN", "VNM", "Invented", csca, ds)).unwrap();
        let mut setting = Setting::trusting(&Document::new());
        setting.trust = TrustStore::empty();
        setting.trust.add_certificate(issuer.csca()).unwrap();
        let sod = issuer.sod(&[(1, &[0x61, 0])]).unwrap();
        let check = check(&judge(&sod, BTreeMap::new(), &setting), Signature);
        assert_eq!(check.state, Successful, "{}", check.compared);
        check.warnings
    };
    assert_eq!(warned(KeyPlan::rsa(2048, DigestAlgorithm::Sha256)), []);
    assert_eq!(warned(KeyPlan::dsa(1024, DigestAlgorithm::Sha256)), [Warning::ShortDsaKey]);
    assert_eq!(warned(KeyPlan::dsa(2048, DigestAlgorithm::Sha256)), []);
}

#[test]
fn what_is_shown_of_files_is_their_length() {
    let file = [0x61, 1, 0xAB];
    let states = [
        InputFile::Read(&file),
        InputFile::Absent,
        InputFile::Refused,
        InputFile::CutOff,
        InputFile::NotRead,
        InputFile::NeedsTerminalAuthentication,
        InputFile::Removed(&[]),
        InputFile::NotHeld(&[]),
        InputFile::NotKept(&[]),
    ];
    let shown = states.map(|state| format!("{state:?}"));
    let due = ["Read(3 bytes)", "Absent", "Refused", "CutOff", "NotRead", "NeedsTerminalAuthentication", "Removed"];
    assert_eq!(shown[..7], due);
    assert_eq!(shown[7..], ["NotHeld", "NotKept"]);
    let document = Document::new();
    let (sod, setting) = (document.sod(), Setting::trusting(&document));
    let findings = judge(&sod, files(&document), &setting);
    let dg1 = findings.authenticated(DataGroup::DG1).unwrap();
    assert_eq!(format!("{dg1:?}"), format!("Authenticated(DG1, {} bytes)", document.files[&1].len()));
    let object = SecurityObject::parse(&sod).unwrap();
    let matching = provisional(&object, DataGroup::DG1, &document.files[&1]).unwrap();
    assert!(format!("{matching:?}").contains("DG1"), "{matching:?}");
}

#[test]
fn data_groups_of_another_person_do_not_match() {
    let document = Document::new();
    let sod = document.sod();
    let setting = Setting::trusting(&document);
    let other =
        Document { files: [(1, vec![0x61, 1, 9]), (2, vec![0x75, 1, 9]), (13, vec![0x6D, 1, 9])].into(), ..document };
    let findings = judge(&sod, files(&other), &setting);
    assert_eq!(check(&findings, Groups).state, Failed);
    assert!(DataGroup::all().all(|group| findings.authenticated(group).is_none()));
}

#[test]
fn a_missing_security_object_is_a_finding() {
    let document = Document::new();
    let setting = Setting::trusting(&document);
    let cases = [
        (InputFile::Absent, Failed, Reason::Missing),
        (InputFile::Refused, Failed, Reason::Refused),
        (InputFile::NotRead, Undetermined, Reason::NotRead),
        (InputFile::NotHeld(&[]), Undetermined, Reason::NotHeld),
        (InputFile::CutOff, State::Aborted, Reason::CutOff),
        (InputFile::Read(&[]), Failed, Reason::Malformed),
    ];
    for (sod, state, reason) in cases {
        let inputs = Inputs {
            sod,
            files: files(&document),
            trust: &setting.trust,
            at: NOW,
            issued: None,
            issuing_state: None,
            presumed_state: None,
            document_code: None,
            tolerances: Tolerances::field(),
        };
        let findings = passive_authentication(&inputs);
        let object = check(&findings, Object);
        assert_eq!((object.state, object.reason), (state, Some(reason)));
        assert_ne!(findings.authenticity(), Successful);
        assert!(findings.authenticated(DataGroup::DG1).is_none());
        assert_eq!(check(&findings, CheckId::PaDg1).state, Undetermined);
    }
}

#[test]
fn a_file_that_came_early_is_only_provisional() {
    let document = Document::new();
    let file = document.sod();
    let sod = SecurityObject::parse(&file).unwrap();
    let matching = provisional(&sod, DataGroup::DG1, &document.files[&1]).unwrap();
    assert_eq!((matching.group(), matching.bytes()), (DataGroup::DG1, document.files[&1].as_slice()));
    assert!(provisional(&sod, DataGroup::DG2, &document.files[&1]).is_none());
    assert!(provisional(&sod, DataGroup::DG11, &document.files[&1]).is_none());
}

/// Every byte of EF.SOD altered, with the control that the untouched one is authentic. The bytes that may change are those
/// that no signature covers and that say nothing: each is listed by the field it stands in.
#[test]
fn no_altered_byte_of_the_security_object_passes() {
    let document = Document::new();
    let sod = document.sod();
    let setting = Setting::trusting(&document);
    assert_eq!(judge(&sod, files(&document), &setting).authenticity(), Successful);
    let mut harmless = Vec::new();
    for at in 0..sod.len() {
        for bit in [0x01, 0x20, 0x80] {
            let mut altered = sod.clone();
            altered[at] ^= bit;
            if judge(&altered, files(&document), &setting).authenticity() == Successful {
                harmless.push((at, bit));
            }
        }
    }
    for end in 0..sod.len() {
        assert_eq!(judge(&sod[..end], files(&document), &setting).authenticity(), Failed, "cut to {end}");
    }
    // The signer's identifier is not signed, and names are compared whatever their case and string type: only there.
    let issuer = sod.windows(document.ds.issuer.len()).rposition(|window| window == document.ds.issuer).unwrap();
    let identifier = issuer..issuer + document.ds.issuer.len();
    println!("{} of {} alterations change nothing that is signed", harmless.len(), sod.len() * 3);
    assert!(harmless.iter().all(|(at, _)| identifier.contains(at)), "{harmless:?} outside {identifier:?}");
}

#[test]
fn the_specimen_gives_the_findings_that_its_description_implies() {
    let read = |name: &str| shared(&format!("specimens/bsi-tr03105-5-2008/EF_{name}.bin"));
    let Some(sod) = read("SOD") else { return };
    let groups: Vec<(u8, Vec<u8>)> =
        [1, 2, 3, 4, 14, 15].map(|number| (number, read(&format!("DG{number}")).unwrap())).into();
    let files: BTreeMap<DataGroup, InputFile<'_>> =
        groups.iter().map(|(number, file)| (DataGroup::new(*number).unwrap(), InputFile::Read(file))).collect();
    let list = shared("csca/DE_ML_2026-05-28-08-28-45.ml").unwrap();
    let setting = Setting {
        trust: TrustStore::from_trusted_master_list(&list).unwrap(),
        at: NOW,
        issued: None,
        state: Some("D<<"),
        code: Some("P<"),
        tolerances: Tolerances::none(),
    };
    let findings = judge(&sod, files, &setting);
    let expected = [
        (Object, Successful, None),
        (Signature, Successful, None),
        // Its authority is not public.
        (Chain, Undetermined, Some(Reason::AnchorNotFound)),
        // A certificate of 2008 without keyUsage, valid for a year; the SOD has no signing time.
        (Certificates, Failed, Some(Reason::CertificateProfile)),
        (Validity, Failed, Some(Reason::Lapsed)),
        (CheckId::PaRevocation, Undetermined, Some(Reason::RevocationNotChecked)),
        (Country, Successful, None),
        // DG4 and DG15 are on the chip, but not in the SOD.
        (Groups, Failed, Some(Reason::NotCovered)),
        (CheckId::PaDg1, Successful, None),
        (CheckId::PaDg2, Successful, None),
        (CheckId::PaDg3, Successful, None),
        (CheckId::PaDg4, Failed, Some(Reason::NotCovered)),
        (CheckId::PaDg14, Successful, None),
        (CheckId::PaDg15, Failed, Some(Reason::NotCovered)),
    ];
    let found: Vec<_> = findings.checks().iter().map(|check| (check.id, check.state, check.reason)).collect();
    assert_eq!(found, expected);
    let signature = check(&findings, Signature);
    // Its ECDSA algorithm bears a NULL.
    assert_eq!(signature.warnings, [Warning::Sha1, Warning::NullParameter]);
    assert_eq!(signature.compared, "ECDSA SHA-1 under EC brainpoolP224r1, named by issuer and serial number");
    assert!(findings.authenticated(DataGroup::DG1).is_none());
}
