//! Revocation lists: which are taken, whose word they are, and what they say.

#[path = "support/trust.rs"]
mod trust_changes;
#[path = "support/shared.rs"]
mod support;

use chipid::internals::crypto::{CurveId, DigestAlgorithm};
use chipid::internals::issuer::{Extension, Issuer, IssuerPlan, KeyPlan, RevocationListFields, RevokedEntry};
use chipid::internals::oid;
use chipid::internals::pki::{Certificate, Currency, RevocationList, RevocationListError, SignatureBudget};
use chipid::internals::tlv::{self, Tag};
use chipid::trust::{Refusal, SourceKind, TrustStore};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use trust_changes::AddTrust as _;

const ISSUED: OffsetDateTime = datetime!(2026-05-01 0:00 UTC);

/// An invented issuer; the label makes its keys its own.
fn issuer(label: &str) -> Issuer {
    let key = KeyPlan::ecdsa(CurveId::Secp256r1, DigestAlgorithm::Sha256);
    let plan = IssuerPlan::new("UT", "UTO", "State of Utopia", key, key);
    Issuer::new(IssuerPlan { label: label.to_owned(), ..plan }).unwrap()
}

fn list(issuer: &Issuer, change: impl FnOnce(RevocationListFields) -> RevocationListFields) -> Vec<u8> {
    issuer.sign_revocation_list(&change(issuer.revocation_list_fields(ISSUED))).unwrap()
}

fn parse(issuer: &Issuer, change: impl FnOnce(RevocationListFields) -> RevocationListFields) -> RevocationListError {
    RevocationList::parse(&list(issuer, change)).unwrap_err()
}

/// A store with this authority and these lists.
fn store(issuer: &Issuer, lists: &[Vec<u8>]) -> TrustStore {
    let mut store = TrustStore::empty();
    store.add_certificate(issuer.csca()).unwrap();
    for list in lists {
        assert_eq!(store.add_file("list", list).accepted, 1);
    }
    store
}

/// Why the only list of a store is not consulted.
fn refusal(store: &TrustStore) -> RevocationListError {
    let [only] = store.revocation_lists() else { panic!("one list") };
    let refusal = only.authority().expect_err("it must not be consulted");
    let Refusal::RevocationList(error) = refusal else { panic!("{refusal:?}") };
    error
}

#[test]
fn tells_what_a_list_says() {
    let one = issuer("one");
    let since = datetime!(2026-04-01 12:30 UTC);
    let ds = Certificate::parse(one.ds()).unwrap();
    let csca = Certificate::parse(one.csca()).unwrap();
    let bytes = list(&one, |mut fields| {
        fields.revoked = vec![RevokedEntry::new(ds.serial(), since), RevokedEntry::new(&[0x7F], since)];
        fields
    });
    let list = RevocationList::parse(&bytes).unwrap();
    assert!(list.issuer().matches(csca.subject()));
    assert_eq!((list.this_update(), list.next_update()), (ISSUED, ISSUED + Duration::days(90)));
    assert_eq!((list.number(), list.len()), (Some(&[1][..]), 2));
    assert_eq!(list.authority_key_id(), csca.extensions().subject_key_id.as_deref());
    let entry = list.entry(&ds).unwrap();
    assert_eq!((entry.since, entry.reason.map(|reason| reason.as_str())), (since, Some("keyCompromise")));
    assert_eq!(list.entry(&csca), None);
    assert_eq!(list.verify([&csca], &mut SignatureBudget::new(4)).unwrap(), &csca);
}

#[test]
fn a_number_is_told_as_people_write_it() {
    let one = issuer("one");
    let told = |octets: &[u8]| {
        let number = Extension::other(oid::CRL_NUMBER, false, tlv::encode(Tag::INTEGER, octets));
        let bytes = list(&one, |fields| fields.without(oid::CRL_NUMBER).with(number));
        RevocationList::parse(&bytes).unwrap().number_text()
    };
    assert_eq!(told(&[0]).as_deref(), Some("0"));
    assert_eq!(told(&[0x03, 0x7B]).as_deref(), Some("891"));
    assert_eq!(told(&[0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]).as_deref(), Some("18446744073709551615"));
    assert_eq!(told(&[1, 0, 0, 0, 0, 0, 0, 0, 0]).as_deref(), Some("0x010000000000000000"));
    let none = list(&one, |fields| fields.without(oid::CRL_NUMBER));
    assert_eq!(RevocationList::parse(&none).unwrap().number_text(), None);
}

#[test]
fn a_serial_number_means_nothing_under_another_issuer() {
    let (one, key) = (issuer("one"), KeyPlan::ecdsa(CurveId::Secp256r1, DigestAlgorithm::Sha256));
    let other = Issuer::new(IssuerPlan::new("XX", "XXX", "Elsewhere", key, key)).unwrap();
    let (ds, foreign) = (Certificate::parse(one.ds()).unwrap(), Certificate::parse(other.ds()).unwrap());
    assert_eq!(ds.serial(), foreign.serial());
    let bytes =
        list(&one, |fields| RevocationListFields { revoked: vec![RevokedEntry::new(ds.serial(), ISSUED)], ..fields });
    let list = RevocationList::parse(&bytes).unwrap();
    assert!(list.entry(&ds).is_some() && list.entry(&foreign).is_none());
}

#[test]
fn a_list_is_current_until_the_next_one_is_due() {
    let one = issuer("one");
    let parsed = |next: Duration| {
        RevocationList::parse(&list(&one, |fields| RevocationListFields { next_update: Some(ISSUED + next), ..fields }))
            .unwrap()
    };
    let soon = parsed(Duration::days(30));
    let second = Duration::SECOND;
    assert_eq!(soon.currency(ISSUED - second), Currency::NotYetValid);
    assert_eq!(soon.currency(ISSUED), Currency::Current);
    assert_eq!(soon.currency(ISSUED + Duration::days(30)), Currency::Current);
    assert_eq!(soon.currency(ISSUED + Duration::days(30) + second), Currency::Stale);
    // Whatever it says itself: the duty is 90 days.
    let late = parsed(Duration::days(3650));
    assert_eq!(late.currency(ISSUED + Duration::days(90)), Currency::Current);
    assert_eq!(late.currency(ISSUED + Duration::days(90) + second), Currency::Stale);
}

#[test]
fn refuses_lists_of_a_kind_that_is_not_taken() {
    let one = issuer("one");
    let null = || tlv::encode(Tag::NULL, &[]);
    let unknown = oid::ID_ICAO_NAME_CHANGE;
    assert_eq!(parse(&one, |fields| RevocationListFields { version: None, ..fields }), RevocationListError::Version);
    assert_eq!(parse(&one, |fields| RevocationListFields { version: Some(2), ..fields }), RevocationListError::Version);
    assert_eq!(
        parse(&one, |fields| RevocationListFields { next_update: None, ..fields }),
        RevocationListError::NoNextUpdate
    );
    assert_eq!(
        parse(&one, |fields| RevocationListFields { next_update: Some(ISSUED - Duration::DAY), ..fields }),
        RevocationListError::Dates
    );
    assert_eq!(
        parse(&one, |fields| fields.with(Extension::other(
            oid::DELTA_CRL_INDICATOR,
            true,
            tlv::encode(Tag::INTEGER, &[1])
        ))),
        RevocationListError::Delta
    );
    for critical in [true, false] {
        assert_eq!(
            parse(&one, |fields| fields.with(Extension::other(
                oid::ISSUING_DISTRIBUTION_POINT,
                critical,
                vec![0x30, 0]
            ))),
            RevocationListError::Indirect
        );
    }
    assert_eq!(
        parse(&one, |fields| fields.with(Extension::other(unknown, true, null()))),
        RevocationListError::UnknownCritical(unknown)
    );
    assert_eq!(
        parse(&one, |fields| fields.with(Extension::crl_number(2))),
        RevocationListError::DuplicateExtension(oid::CRL_NUMBER)
    );
    let with_entry = |extension: Extension| {
        parse(&one, |mut fields| {
            fields.revoked = vec![RevokedEntry { extensions: vec![extension], ..RevokedEntry::new(&[1], ISSUED) }];
            fields
        })
    };
    assert_eq!(with_entry(Extension::other(oid::CERTIFICATE_ISSUER, true, null())), RevocationListError::Indirect);
    assert_eq!(with_entry(Extension::other(unknown, true, null())), RevocationListError::UnknownCritical(unknown));
    assert_eq!(
        parse(&one, |fields| RevocationListFields {
            outer_algorithm: Some(KeyPlan::rsa(2048, DigestAlgorithm::Sha256).scheme.algorithm_identifier()),
            ..fields
        }),
        RevocationListError::AlgorithmsDiffer
    );
}

#[test]
fn an_unknown_extension_that_is_not_critical_stands_in_nobodys_way() {
    let one = issuer("one");
    let bytes = list(&one, |fields| fields.with(Extension::other(oid::ID_ICAO_NAME_CHANGE, false, vec![0x05, 0])));
    assert!(RevocationList::parse(&bytes).is_ok());
}

#[test]
fn no_cut_and_no_altered_byte_is_taken() {
    let one = issuer("one");
    let bytes = list(&one, |mut fields| {
        fields.revoked = vec![RevokedEntry::new(&[1], ISSUED)];
        fields
    });
    for end in 0..bytes.len() {
        assert!(RevocationList::parse(&bytes[..end]).is_err(), "cut to {end}");
    }
    let csca = Certificate::parse(one.csca()).unwrap();
    for at in 0..bytes.len() {
        let mut altered = bytes.clone();
        altered[at] ^= 1;
        let verified =
            RevocationList::parse(&altered).map(|list| list.verify([&csca], &mut SignatureBudget::new(4)).is_ok());
        assert!(!matches!(verified, Ok(true)), "byte {at}");
    }
}

#[test]
fn a_list_counts_only_under_the_key_of_its_issuer() {
    let one = issuer("one");
    let usual = list(&one, |fields| fields);
    assert_eq!(store(&one, std::slice::from_ref(&usual)).revocation_lists()[0].authority().unwrap().der(), one.csca());

    // Another authority of the same name: by its key identifier it is not the one, and its key does not verify.
    let namesake = issuer("two");
    let forged = namesake.sign_revocation_list(&one.revocation_list_fields(ISSUED)).unwrap();
    assert!(matches!(refusal(&store(&one, &[forged])), RevocationListError::OtherKey(_)));

    // Nobody known.
    let mut nobody = TrustStore::empty();
    nobody.add_file("list", &usual);
    assert_eq!(refusal(&nobody), RevocationListError::IssuerUnknown);

    // The right key under another name.
    let renamed = list(&one, |mut fields| {
        fields.issuer.0[2].2 = "CSCA (another)".to_owned();
        fields
    });
    assert_eq!(refusal(&store(&one, &[renamed])), RevocationListError::OtherIssuer);
}

#[test]
fn refuses_a_list_by_a_key_that_signs_no_lists() {
    let one = issuer("one");
    let csca = one.sign_with_csca(&one.csca_fields().with(Extension::key_usage(0x04))).unwrap();
    let mut store = TrustStore::empty();
    store.add_certificate(&csca).unwrap();
    store.add_file("list", &list(&one, |fields| fields));
    assert_eq!(refusal(&store), RevocationListError::NotForRevocationLists);
    // The same key with the right usage, in another certificate.
    store.add_certificate(one.csca()).unwrap();
    assert!(store.revocation_lists()[0].authority().is_ok());
}

#[test]
fn refuses_a_list_issued_outside_the_validity_of_its_issuer() {
    let one = issuer("one");
    let late = list(&one, |fields| RevocationListFields {
        this_update: datetime!(2046-01-01 0:00 UTC),
        next_update: Some(datetime!(2046-03-01 0:00 UTC)),
        ..fields
    });
    assert_eq!(refusal(&store(&one, &[late])), RevocationListError::IssuerLapsed);
}

#[test]
fn a_list_may_come_before_its_authority() {
    let one = issuer("one");
    let mut store = TrustStore::empty();
    store.add_file("list", &list(&one, |fields| fields));
    store.add_certificate(issuer("two").csca()).unwrap();
    assert!(store.revocation_lists()[0].authority().is_err());
    store.add_certificate(one.csca()).unwrap();
    assert!(store.revocation_lists()[0].authority().is_ok());
}

#[test]
fn the_newest_verified_list_of_an_issuer_wins() {
    let one = issuer("one");
    let at = |days: i64, number: u32| {
        let fields = one.revocation_list_fields(ISSUED + Duration::days(days)).without(oid::CRL_NUMBER);
        one.sign_revocation_list(&fields.with(Extension::crl_number(number))).unwrap()
    };
    // A forged list that claims to be newer displaces nothing.
    let forged = issuer("two").sign_revocation_list(&one.revocation_list_fields(ISSUED + Duration::days(30))).unwrap();
    let store = store(&one, &[at(10, 300), at(0, 1), forged, at(20, 301), at(20, 302), at(5, 299)]);
    let ds = Certificate::parse(one.ds()).unwrap();
    let newest = |days| {
        let found = store.newest_revocation_lists_for(&ds, ISSUED + Duration::days(days));
        found.iter().map(|(list, _)| list.number_text().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(newest(30), ["302"]);
    // And of those that were out on a day, the newest of that day.
    assert_eq!((newest(19), newest(9)), (vec!["300".to_owned()], vec!["299".to_owned()]));
    assert!(newest(-1).is_empty());
    assert_eq!(store.revocation_lists_for(&ds).count(), 5);
}

#[test]
fn a_file_of_lists_in_pem_is_told_by_its_bytes() {
    let one = issuer("one");
    let armour = |label: &str, der: &[u8]| {
        use base64::Engine as _;
        let text = base64::prelude::BASE64_STANDARD.encode(der);
        let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
        format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
    };
    let list = list(&one, |fields| fields);
    let file = format!("{}{}", armour("X509 CRL", &list), armour("CERTIFICATE", one.csca()));
    let mut store = TrustStore::empty();
    let source = store.add_file("both", file.as_bytes());
    assert_eq!((source.accepted, source.refused.len()), (2, 0));
    assert!(store.revocation_lists()[0].authority().is_ok());
    let mut store = TrustStore::empty();
    assert!(matches!(store.add_file("list", &list).kind, SourceKind::RevocationLists));
    // The same again is not kept twice.
    store.add_file("list", &list);
    assert_eq!(store.revocation_lists().len(), 1);
}

#[test]
fn real_lists_verify_under_the_authorities_of_the_real_master_lists() {
    let Some(master) = support::shared_data("csca/DE_ML_2026-05-28-08-28-45.ml") else { return };
    let mut store = TrustStore::from_trusted_master_list(&std::fs::read(master).unwrap()).unwrap();
    let cases = [
        ("COL", "CO", 891, 15, datetime!(2020-05-08 12:38:29 UTC), datetime!(2020-08-06 12:38:29 UTC)),
        ("IT_CRL_CSCA", "IT", 44, 2, datetime!(2025-10-15 8:58:04 UTC), datetime!(2026-01-13 8:58:04 UTC)),
    ];
    for (name, country, number, entries, this_update, next_update) in cases {
        let bytes = std::fs::read(support::shared_data(&format!("crl/{name}.crl")).unwrap()).unwrap();
        assert_eq!(store.add_file(name, &bytes).accepted, 1);
        let one = store.revocation_lists().last().unwrap();
        let list = one.list();
        println!("{list:?}: {:?}", one.authority());
        assert_eq!(list.issuer().country().as_deref(), Some(country));
        let told = list.number().unwrap().iter().fold(0, |number, octet| number << 8 | u32::from(*octet));
        assert_eq!((told, list.len()), (number, entries));
        assert_eq!((list.this_update(), list.next_update()), (this_update, next_update));
        assert_eq!(list.currency(this_update + Duration::days(1)), Currency::Current);
        assert_eq!(list.currency(datetime!(2026-06-01 0:00 UTC)), Currency::Stale);
        assert!(one.authority().is_ok(), "{name}: {:?}", one.authority());
        let mut altered = bytes.clone();
        let last = altered.len() - 1;
        altered[last] ^= 1;
        let list = RevocationList::parse(&altered).unwrap();
        let refusal = list.verify(
            store.anchors().iter().filter(|anchor| anchor.subject().matches(list.issuer())),
            &mut SignatureBudget::new(64),
        );
        assert!(matches!(refusal, Err(RevocationListError::OtherKey(_))), "{refusal:?}");
    }
}
