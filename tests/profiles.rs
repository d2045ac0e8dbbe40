//! The profiles of certificates: each finding has a certificate that shows it and one that does not; the real ones are
//! measured.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/trust.rs"]
mod trust_changes;
#[path = "support/shared.rs"]
mod support;

use ProfileDefect::*;
use Severity::{Remark, Void};
use chipid::internals::crypto::{CurveId, DhGroupId, DigestAlgorithm, GroupId};
use chipid::internals::issuer::{
    AgreementKey, CertificateFields, CurveForm, DIGITAL_SIGNATURE, Extension, Issuer, IssuerPlan, KeyPlan, Scheme,
};
use chipid::internals::oid::{self, Oid};
use chipid::internals::pki::{
    Certificate, ProfileDefect, ProfileFinding, Role, Severity, csca_defects, document_signer_defects, profile,
};
use chipid::internals::signed_lists::MasterList;
use chipid::internals::tlv::{Tag, encode, encode_all};
use chipid::trust::{SourceKind, TrustStore, authority_role};
use std::collections::{BTreeMap, BTreeSet};
use time::macros::datetime;
use trust_changes::AddTrust as _;

fn shared(name: &str) -> Option<Vec<u8>> {
    support::shared_data(name).map(|path| std::fs::read(path).unwrap())
}

/// An issuer on curves; `label` makes its keys differ from another's.
fn issuer(label: &str) -> Issuer {
    let key = KeyPlan::ecdsa(CurveId::BrainpoolP256r1, DigestAlgorithm::Sha256);
    Issuer::new(IssuerPlan { label: label.to_owned(), ..IssuerPlan::new("VN", "VNM", "Invented", key, key) }).unwrap()
}

/// A sound certificate of a role, before it is signed.
fn fields(role: Role) -> CertificateFields {
    let own = issuer("one");
    let signer = |purpose| {
        let fields = own.ds_fields().without(oid::ID_ICAO_DOCUMENT_TYPE_LIST);
        fields.with(Extension::extended_key_usage(purpose))
    };
    match role {
        Role::Csca => own.csca_fields(),
        Role::Link => own.link_fields(&issuer("older")),
        Role::DocumentSigner => own.ds_fields(),
        Role::MasterListSigner => signer(oid::ID_ICAO_CSCA_MASTER_LIST_SIGNING_KEY),
        Role::DeviationListSigner => signer(oid::ID_ICAO_DEVIATION_LIST_SIGNING_KEY),
        other => panic!("{other:?} is new"),
    }
}

const ROLES: [Role; 5] =
    [Role::Csca, Role::Link, Role::DocumentSigner, Role::MasterListSigner, Role::DeviationListSigner];

fn judge(role: Role, fields: &CertificateFields) -> Vec<ProfileFinding> {
    profile(&Certificate::parse(&issuer("one").sign_with_csca(fields).unwrap()).unwrap(), role)
}

#[test]
fn a_sound_certificate_of_each_role_has_no_finding() {
    for role in ROLES {
        assert_eq!(judge(role, &fields(role)), [], "{role:?}");
    }
    for scheme in [
        KeyPlan::rsa(3072, DigestAlgorithm::Sha256),
        KeyPlan::pss(2048, DigestAlgorithm::Sha512, 64),
        KeyPlan::ecdsa(CurveId::Secp521r1, DigestAlgorithm::Sha512),
        KeyPlan::ecdsa(CurveId::BrainpoolP224r1, DigestAlgorithm::Sha224),
    ] {
        let issuer = Issuer::new(IssuerPlan::new("DE", "D", "Invented", scheme, scheme)).unwrap();
        assert_eq!(profile(&Certificate::parse(issuer.csca()).unwrap(), Role::Csca), []);
        assert_eq!(profile(&Certificate::parse(issuer.ds()).unwrap(), Role::DocumentSigner), []);
    }
}

/// Roles, an alteration, and the findings it must give: exactly these.
type Case = (&'static [Role], fn(&mut CertificateFields), &'static [(ProfileDefect, Severity)]);

const ALL: &[Role] = &ROLES;
const AUTHORITIES: &[Role] = &[Role::Csca, Role::Link];
const SIGNERS: &[Role] = &[Role::DocumentSigner, Role::MasterListSigner, Role::DeviationListSigner];
const LIST_SIGNERS: &[Role] = &[Role::MasterListSigner, Role::DeviationListSigner];
const DS: &[Role] = &[Role::DocumentSigner];
const NOT_DS: &[Role] = &[Role::Csca, Role::Link, Role::MasterListSigner, Role::DeviationListSigner];
const NOT_ROOT: &[Role] = &[Role::Link, Role::MasterListSigner, Role::DeviationListSigner];
const LISTED: &[Role] = &[Role::Csca, Role::Link, Role::DocumentSigner];

#[rustfmt::skip]
const CASES: &[Case] = &[
    (ALL, |f| f.version = None, &[(Version, Void)]),
    (ALL, |f| f.version = Some(1), &[(Version, Void)]),
    (AUTHORITIES, |f| f.serial = vec![0x92, 0x34], &[(SerialNotPositive, Remark)]),
    (SIGNERS, |f| f.serial = vec![0x92, 0x34], &[(SerialNotPositive, Void)]),
    (SIGNERS, |f| f.serial = vec![0], &[(SerialNotPositive, Void)]),
    (ALL, |f| f.serial = vec![0x12; 21], &[(SerialTooLong, Remark)]),
    (ALL, |f| f.serial = vec![0x12; 20], &[]),
    (ALL, |f| f.serial = [vec![0], vec![0x92; 19]].concat(), &[]),
    (ALL, |f| f.serial = vec![0, 0x12], &[(SerialNotShortest, Remark)]),
    (ALL, |f| f.outer_algorithm = Some(Scheme::Ecdsa(DigestAlgorithm::Sha384).algorithm_identifier()), &[(AlgorithmsDiffer, Void)]),
    (ALL, |f| f.scheme = Scheme::Ecdsa(DigestAlgorithm::Sha1), &[(WeakHash, Remark)]),
    (ALL, |f| f.outer_algorithm = Some(encode_all(Tag::SEQUENCE, &[&encode(Tag::OID, oid::MD5_WITH_RSA.as_der()), &[5, 0]])),
        &[(AlgorithmsDiffer, Void), (ForbiddenAlgorithm, Void)]),
    (NOT_DS, |f| f.issuer.0.remove(0).2.clear(), &[(IssuerCountry, Remark), (CountriesDiffer, Remark)]),
    (NOT_DS, |f| f.issuer.0[0].2 = "VNM".into(), &[(IssuerCountry, Remark), (CountriesDiffer, Remark)]),
    (NOT_DS, |f| f.subject.0.insert(0, f.subject.0[0].clone()), &[(SubjectCountry, Remark)]),
    (DS, |f| f.issuer.0.remove(0).2.clear(), &[(IssuerCountry, Void), (CountriesDiffer, Remark)]),
    (DS, |f| f.issuer.0[0].2 = "VNM".into(), &[(IssuerCountry, Void), (CountriesDiffer, Remark)]),
    (DS, |f| f.subject.0.insert(0, f.subject.0[0].clone()), &[(SubjectCountry, Void)]),
    (ALL, |f| f.subject.0[0].2 = "vn".into(), &[(CountryCase, Remark)]),
    (ALL, |f| f.subject.0[0].2 = "LA".into(), &[(CountriesDiffer, Remark)]),
    (ALL, |f| f.subject.0.retain(|part| part.0 != oid::COMMON_NAME), &[(NoCommonName, Remark)]),
    (ALL, |f| f.subject.0[0].1 = Tag::UTF8_STRING, &[(NameStringType, Remark)]),
    (ALL, |f| f.issuer.0[1].1 = Tag(20), &[(NameStringType, Remark)]),
    (DS, |f| f.always_generalized_time = true, &[(GeneralizedTime, Void)]),
    (AUTHORITIES, |f| f.always_generalized_time = true, &[(GeneralizedTime, Remark)]),
    (LIST_SIGNERS, |f| f.always_generalized_time = true, &[(GeneralizedTime, Remark)]),
    (ALL, |f| f.not_after = datetime!(2051-01-01 0:00 UTC), &[]),
    (ALL, |f| f.not_after = datetime!(2010-01-01 0:00 UTC), &[(ValidityReversed, Void), (PrivateKeyUsageBounds, Remark)]),
    (ALL, |f| *f.public_key.last_mut().unwrap() ^= 1, &[(KeyInvalid, Void)]),
    (ALL, |f| f.public_key = agreement_key(), &[(KeyInvalid, Void)]),
    (ALL, |f| f.public_key = unknown_key(), &[(KeyUnknown, Remark)]),
    (ALL, |f| f.public_key = ec_key(CurveId::Secp192r1, CurveForm::Explicit), &[(WeakKey, Remark)]),
    (ALL, |f| f.public_key = ec_key(CurveId::Secp256r1, CurveForm::Named), &[(NamedCurve, Remark)]),
    (ALL, |f| f.public_key = ec_key(CurveId::Secp256r1, CurveForm::Explicit), &[]),
    (ALL, |f| f.unique_identifier = Some(vec![1, 2, 3]), &[(UniqueIdentifier, Remark)]),
    (DS, |f| leave_out(f, oid::AUTHORITY_KEY_IDENTIFIER), &[(NoAuthorityKeyId, Void)]),
    (DS, |f| put(f, oid::AUTHORITY_KEY_IDENTIFIER, false, &encode(Tag::SEQUENCE, &[])), &[(NoAuthorityKeyId, Void)]),
    (NOT_ROOT, |f| leave_out(f, oid::AUTHORITY_KEY_IDENTIFIER), &[(NoAuthorityKeyId, Remark)]),
    (&[Role::Csca], |f| leave_out(f, oid::AUTHORITY_KEY_IDENTIFIER), &[]),
    (AUTHORITIES, |f| leave_out(f, oid::SUBJECT_KEY_IDENTIFIER), &[(NoSubjectKeyId, Remark)]),
    (SIGNERS, |f| leave_out(f, oid::SUBJECT_KEY_IDENTIFIER), &[]),
    (AUTHORITIES, |f| leave_out(f, oid::KEY_USAGE), &[(NoKeyUsage, Remark)]),
    (SIGNERS, |f| leave_out(f, oid::KEY_USAGE), &[(NoKeyUsage, Void)]),
    (AUTHORITIES, |f| set_critical(f, oid::KEY_USAGE, false), &[(KeyUsageNotCritical, Remark)]),
    (SIGNERS, |f| set_critical(f, oid::KEY_USAGE, false), &[(KeyUsageNotCritical, Void)]),
    (SIGNERS, |f| usage(f, 0x40), &[(NoDigitalSignature, Void), (OtherKeyUsage, Remark)]),
    (SIGNERS, |f| usage(f, DIGITAL_SIGNATURE | 0x40), &[(OtherKeyUsage, Remark)]),
    (SIGNERS, |f| usage(f, DIGITAL_SIGNATURE | 0x04), &[(IsCa, Void)]),
    (SIGNERS, |f| usage(f, DIGITAL_SIGNATURE | 0x02), &[(IsCa, Void)]),
    (AUTHORITIES, |f| usage(f, 0x02), &[(NoKeyCertSign, Void)]),
    (AUTHORITIES, |f| usage(f, 0x04), &[(NoCrlSign, Remark)]),
    (AUTHORITIES, |f| usage(f, 0x86), &[(OtherKeyUsage, Remark)]),
    (ALL, |f| put(f, oid::KEY_USAGE, true, &[5, 0]), &[(MalformedExtension, Void)]),
    (SIGNERS, |f| f.extensions.push(Extension::authority(Some(0))), &[(IsCa, Void), (BasicConstraintsPresent, Remark)]),
    (SIGNERS, |f| put(f, oid::BASIC_CONSTRAINTS, true, &encode(Tag::SEQUENCE, &[])), &[(BasicConstraintsPresent, Remark)]),
    (AUTHORITIES, |f| leave_out(f, oid::BASIC_CONSTRAINTS), &[(NotCa, Void)]),
    (AUTHORITIES, |f| put(f, oid::BASIC_CONSTRAINTS, true, &encode(Tag::SEQUENCE, &[])), &[(NotCa, Void)]),
    (AUTHORITIES, |f| set_critical(f, oid::BASIC_CONSTRAINTS, false), &[(BasicConstraintsNotCritical, Remark)]),
    (AUTHORITIES, |f| put_extension(f, Extension::authority(None)), &[(PathLength, Remark)]),
    (AUTHORITIES, |f| put_extension(f, Extension::authority(Some(1))), &[(PathLength, Remark)]),
    (SIGNERS, |f| f.subject = f.issuer.clone(), &[(SelfIssued, Void)]),
    (LISTED, |f| leave_out(f, oid::PRIVATE_KEY_USAGE_PERIOD), &[(NoPrivateKeyUsage, Remark)]),
    (LIST_SIGNERS, |f| leave_out(f, oid::PRIVATE_KEY_USAGE_PERIOD), &[]),
    (ALL, |f| put(f, oid::PRIVATE_KEY_USAGE_PERIOD, false, &encode(Tag::SEQUENCE, &[])), &[(PrivateKeyUsageBounds, Remark)]),
    (ALL, |f| put_extension(f, Extension::private_key_usage(f.not_before, datetime!(2060-01-01 0:00 UTC))), &[(PrivateKeyUsageBounds, Remark)]),
    (ALL, |f| put(f, oid::PRIVATE_KEY_USAGE_PERIOD, false, &encode(Tag::SEQUENCE, &encode(Tag(0x80), b"tomorrow"))),
        &[(MalformedExtension, Void)]),
    (LISTED, |f| leave_out(f, oid::SUBJECT_ALT_NAME), &[(NoSubjectAltName, Remark)]),
    (LISTED, |f| leave_out(f, oid::ISSUER_ALT_NAME), &[(NoIssuerAltName, Remark)]),
    (LIST_SIGNERS, |f| leave_out(f, oid::SUBJECT_ALT_NAME), &[]),
    (ALL, |f| put_extension(f, Extension::alternative_name(oid::SUBJECT_ALT_NAME, "Ha Noi")), &[(AltNameLocality, Remark)]),
    (ALL, |f| put_extension(f, Extension::alternative_name(oid::ISSUER_ALT_NAME, "VN")), &[(AltNameLocality, Remark)]),
    (ALL, |f| put_extension(f, Extension::alternative_name(oid::SUBJECT_ALT_NAME, "D<<")), &[]),
    (ALL, |f| put(f, oid::SUBJECT_ALT_NAME, false, &[5, 0]), &[(MalformedExtension, Remark)]),
    (DS, |f| leave_out(f, oid::ID_ICAO_DOCUMENT_TYPE_LIST), &[(NoDocumentTypes, Remark)]),
    (DS, |f| put(f, oid::ID_ICAO_DOCUMENT_TYPE_LIST, false, &encode(Tag::SEQUENCE, &encode(Tag::PRINTABLE_STRING, b"P"))), &[(DocumentTypesSyntax, Remark)]),
    (DS, |f| f.extensions.push(Extension::extended_key_usage(oid::ID_ICAO_CSCA_MASTER_LIST_SIGNING_KEY)), &[(OtherPurpose, Void)]),
    (DS, |f| put(f, oid::EXT_KEY_USAGE, false, &purpose(oid::ID_ICAO_DEVIATION_LIST_SIGNING_KEY)), &[(OtherPurpose, Void)]),
    (LISTED, |f| put(f, oid::EXT_KEY_USAGE, true, &purpose(oid::ID_TA)), &[(OtherPurpose, Void)]),
    (DS, |f| put(f, oid::EXT_KEY_USAGE, false, &purpose(oid::ID_TA)), &[(ExtendedKeyUsagePresent, Void)]),
    (AUTHORITIES, |f| put(f, oid::EXT_KEY_USAGE, false, &purpose(oid::ID_TA)), &[(ExtendedKeyUsagePresent, Remark)]),
    (LIST_SIGNERS, |f| leave_out(f, oid::EXT_KEY_USAGE), &[(NoPurpose, Void)]),
    (LIST_SIGNERS, |f| put(f, oid::EXT_KEY_USAGE, true, &purpose(oid::ID_TA)), &[(NoPurpose, Void)]),
    (LIST_SIGNERS, |f| set_critical(f, oid::EXT_KEY_USAGE, false), &[(PurposeNotCritical, Remark)]),
    (LISTED, |f| leave_out(f, oid::CRL_DISTRIBUTION_POINTS), &[(NoCrlDistributionPoints, Remark)]),
    (ALL, |f| put(f, oid::NAME_CONSTRAINTS, false, &encode(Tag::SEQUENCE, &[])), &[(ForbiddenExtension, Remark)]),
    (ALL, |f| put(f, oid::NAME_CONSTRAINTS, true, &encode(Tag::SEQUENCE, &[])), &[(ForbiddenExtension, Remark), (UnknownCritical, Void)]),
    (ALL, |f| put(f, oid::NETSCAPE_CERT_TYPE, false, &[3, 2, 7, 128]), &[(ForbiddenExtension, Remark)]),
    (AUTHORITIES, |f| put(f, oid::AUTHORITY_INFO_ACCESS, false, &encode(Tag::SEQUENCE, &[])), &[(ForbiddenExtension, Remark)]),
    (SIGNERS, |f| put(f, oid::AUTHORITY_INFO_ACCESS, false, &encode(Tag::SEQUENCE, &[])), &[]),
    (AUTHORITIES, |f| put_extension(f, Extension::document_types(&["P"])), &[(ForbiddenExtension, Remark)]),
    (AUTHORITIES, |f| put(f, oid::ID_ICAO_NAME_CHANGE, false, &[5, 0]), &[]),
    (SIGNERS, |f| put(f, oid::ID_ICAO_NAME_CHANGE, false, &[5, 0]), &[(ForbiddenExtension, Remark)]),
    (ALL, |f| set_critical(f, oid::SUBJECT_ALT_NAME, true), &[(CriticalExtension, Remark)]),
    (ALL, |f| put(f, oid::ID_TA, true, &[5, 0]), &[(UnknownCritical, Void)]),
    (ALL, |f| put(f, oid::ID_TA, false, &[5, 0]), &[]),
    (ALL, |f| put(f, oid::SUBJECT_KEY_IDENTIFIER, false, &[5, 0]), &[(MalformedExtension, Remark)]),
    (ALL, |f| f.extensions.push(f.extensions[0].clone()), &[(DuplicateExtension, Void)]),
];

fn leave_out(fields: &mut CertificateFields, id: Oid) {
    fields.extensions.retain(|extension| extension.id != id);
}

fn put_extension(fields: &mut CertificateFields, extension: Extension) {
    *fields = fields.clone().with(extension);
}

fn put(fields: &mut CertificateFields, id: Oid, critical: bool, value: &[u8]) {
    put_extension(fields, Extension { id, critical, value: value.to_vec() });
}

fn set_critical(fields: &mut CertificateFields, id: Oid, critical: bool) {
    fields.extensions.iter_mut().filter(|one| one.id == id).for_each(|one| one.critical = critical);
}

fn usage(fields: &mut CertificateFields, bits: u8) {
    put_extension(fields, Extension::key_usage(bits));
}

fn purpose(id: Oid) -> Vec<u8> {
    encode(Tag::SEQUENCE, &encode(Tag::OID, id.as_der()))
}

fn ec_key(curve: CurveId, form: CurveForm) -> Vec<u8> {
    let issuer = Issuer::new(IssuerPlan::new(
        "VN",
        "VNM",
        "Invented",
        KeyPlan { form, ..KeyPlan::ecdsa(curve, DigestAlgorithm::Sha256) },
        KeyPlan::ecdsa(curve, DigestAlgorithm::Sha256),
    ));
    issuer.unwrap().csca_fields().public_key
}

/// A Diffie-Hellman key, which signs nothing.
fn agreement_key() -> Vec<u8> {
    AgreementKey::of(GroupId::Dh(DhGroupId::ALL[0]), "profiles").unwrap().spki(CurveForm::Named)
}

/// A key of no kind that is known.
fn unknown_key() -> Vec<u8> {
    let algorithm = encode(Tag::SEQUENCE, &encode(Tag::OID, oid::ID_TA.as_der()));
    encode_all(Tag::SEQUENCE, &[&algorithm, &encode(Tag::BIT_STRING, &[0, 2, 1, 5])])
}

#[test]
fn each_finding_is_shown_and_nothing_else() {
    let mut count = 0;
    for (index, (roles, alter, due)) in CASES.iter().enumerate() {
        for role in *roles {
            let mut altered = fields(*role);
            alter(&mut altered);
            let mut found: Vec<_> =
                judge(*role, &altered).iter().map(|finding| (finding.defect, finding.severity)).collect();
            found.dedup();
            assert_eq!(found, *due, "case {index} for {role:?}");
            count += 1;
        }
    }
    println!("{count} certificates of {} cases, each with just its findings", CASES.len());
}

/// Those that one certificate alone does not show are shown by the paths.
#[test]
fn every_finding_has_its_case() {
    let shown: BTreeSet<ProfileDefect> =
        CASES.iter().flat_map(|(.., due)| due.iter().map(|(defect, _)| *defect)).collect();
    let missing: Vec<_> = ProfileDefect::ALL.iter().filter(|defect| !shown.contains(defect)).collect();
    assert_eq!(missing, [&IssuerName, &IsAnchor]);
    let codes: BTreeSet<&str> = ProfileDefect::ALL.iter().map(|defect| defect.as_str()).collect();
    assert_eq!(codes.len(), ProfileDefect::ALL.len());
    for defect in ProfileDefect::ALL {
        assert!(defect.as_str().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'));
        assert!(!defect.sentence().is_empty());
    }
}

#[test]
fn a_finding_says_which_extension_it_is_about() {
    let mut altered = fields(Role::DocumentSigner);
    put(&mut altered, oid::ID_TA, true, &[5, 0]);
    let findings = judge(Role::DocumentSigner, &altered);
    assert_eq!(findings[0].to_string(), "unknown_critical 0.4.0.127.0.7.2.2.2");
    assert_eq!(findings[0].about, Some(oid::ID_TA));
}

#[test]
fn the_signers_of_the_real_lists_are_as_their_profile_has_them() {
    for (name, ..) in LISTS {
        let Some(bytes) = shared(&format!("csca/{name}")) else { return };
        let mut store = TrustStore::empty();
        // The ICAO list needs it.
        store.tolerate_digest_info_without_null();
        store.add_file(name, &bytes);
        let SourceKind::MasterList(signer) = &store.sources()[0].kind else { panic!("a master list") };
        assert_eq!(profile(&signer.certificate, Role::MasterListSigner), [], "{name}");
    }
}

const LISTS: [(&str, usize); 4] = [
    ("DE_ML_2026-05-28-08-28-45.ml", 588),
    ("DE_ML_2024-08-07-07-38-24.ml", 541),
    ("IT_ML_2023-07-31.ml", 333),
    ("ICAO_ml_September2023.ml", 394),
];

/// The real authorities: how many of the 836 show a finding that voids them. All the others are remarks, met in the field.
#[test]
fn the_real_authorities_are_measured() {
    let mut seen = BTreeSet::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut clean = 0;
    for (name, _) in LISTS {
        let Some(bytes) = shared(&format!("csca/{name}")) else { return };
        for der in MasterList::parse(&bytes).unwrap().entries() {
            if !seen.insert(der.to_vec()) {
                continue;
            }
            let certificate = Certificate::parse(der).unwrap();
            let role = authority_role(&certificate);
            let findings = profile(&certificate, role);
            clean += usize::from(findings.is_empty());
            let void: Vec<_> = findings.iter().copied().filter(ProfileFinding::is_void).collect();
            assert_eq!(csca_defects(&certificate), void, "a link's void findings are an authority's");
            for finding in findings {
                *counts.entry(format!("{:?} {} {finding}", finding.severity, role.as_str())).or_default() += 1;
            }
        }
    }
    println!("{} distinct certificates, {clean} without any finding", seen.len());
    counts.iter().for_each(|(finding, count)| println!("  {finding}: {count}"));
    assert_eq!((seen.len(), clean), (836, 331));
    let void: Vec<_> = counts.iter().filter(|(finding, _)| finding.starts_with("Void")).collect();
    assert_eq!(void, [(&"Void link no_key_cert_sign".to_owned(), &3), (&"Void link not_ca".to_owned(), &12)]);
    // Some of what is only a remark for that reason.
    for (finding, count) in [
        ("Remark csca serial_not_positive", 4),
        ("Remark csca generalized_time", 1),
        ("Remark csca country_case", 15),
        ("Remark link malformed_extension 2.5.29.14", 3),
        ("Remark link no_key_usage", 1),
        ("Remark link basic_constraints_not_critical", 3),
    ] {
        assert_eq!(counts.get(finding), Some(&count), "{finding}");
    }
}

/// The real document signers, each with its remarks; none is void.
const REAL: [(&str, &[&str]); 12] = [
    ("AT_826f19db1e75", &[]),
    ("AU_9b8ba4079268", &[]),
    (
        "CN_d252a1b5cd50",
        &[
            "no_private_key_usage",
            "no_subject_alt_name",
            "no_issuer_alt_name",
            "no_document_types",
            "no_crl_distribution_points",
        ],
    ),
    ("DE_d32264af4c00", &[]),
    ("FI_18f912128b12", &[]),
    ("FR_53e97518c800", &["alt_name_locality"]),
    ("GB_9006c9675a79", &[]),
    ("GB_b0de209986f0", &["country_case", "no_subject_alt_name", "no_issuer_alt_name", "no_document_types"]),
    ("ID_584b63fe071d", &["document_types_syntax"]),
    ("MY_a5932724e057", &["alt_name_locality"]),
    (
        "NZ_a209c51e066e",
        &[
            "no_common_name",
            "no_subject_alt_name",
            "no_issuer_alt_name",
            "no_document_types",
            "no_crl_distribution_points",
        ],
    ),
    ("PH_ecc35fcb0dbb", &["document_types_syntax"]),
];

#[test]
fn the_real_document_signers_have_only_remarks() {
    for (file, remarks) in REAL {
        let Some(der) = shared(&format!("ds/{file}.cer")) else { return };
        let certificate = Certificate::parse(&der).unwrap();
        assert_eq!(document_signer_defects(&certificate), [], "{file}");
        let found: Vec<_> =
            profile(&certificate, Role::DocumentSigner).iter().map(|finding| finding.to_string()).collect();
        assert_eq!(found, remarks, "{file}");
    }
}

#[test]
fn a_key_made_for_another_role_is_void_in_this_one() {
    // An authority's certificate where a document signer's is due, and the other way round.
    let void = |role, of| judge(role, &fields(of)).iter().any(ProfileFinding::is_void);
    for role in ROLES {
        for of in ROLES {
            let same = role == of || (AUTHORITIES.contains(&role) && AUTHORITIES.contains(&of));
            assert_eq!(void(role, of), !same, "{of:?} as {role:?}");
        }
    }
}
