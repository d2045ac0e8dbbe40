//! The real public lists: what is in them, who signed them, what verifies and what does not, and why; real document
//! signers under them; a forged root and a link certificate that was encoded again.

#[path = "support/trust.rs"]
mod trust_changes;
#[path = "support/shared.rs"]
mod support;

use chipid::internals::pki::{Certificate, CmsError, SignatureBudget, bindings, csca_defects, document_signer_defects};
use chipid::internals::signed_lists::{DefectKind, DefectList, DefectListForm, DocumentFacts, ListError, MasterList};
use chipid::trust::{
    Chain, Examination, Refusal, SourceKind, TrustBuilder, TrustStore, Unverified, find_anchor, verify_among,
};
use std::collections::BTreeMap;
use std::time::Instant;
use time::OffsetDateTime;
use time::macros::datetime;
use trust_changes::AddTrust as _;

/// A file of the shared data.
fn shared(name: &str) -> Option<Vec<u8>> {
    support::shared_data(name).map(|path| std::fs::read(path).unwrap())
}

const DE_2026: &str = "csca/DE_ML_2026-05-28-08-28-45.ml";
const DE_2024: &str = "csca/DE_ML_2024-08-07-07-38-24.ml";
const IT_2023: &str = "csca/IT_ML_2023-07-31.ml";
const ICAO_2023: &str = "csca/ICAO_ml_September2023.ml";
/// Each list with the number of its certificates.
const LISTS: [(&str, usize); 4] = [(DE_2026, 588), (DE_2024, 541), (IT_2023, 333), (ICAO_2023, 394)];
const NOW: OffsetDateTime = datetime!(2026-06-01 12:00:00 UTC);

/// A store that takes the ICAO list.
fn lenient() -> TrustBuilder {
    let mut builder = TrustBuilder::new();
    builder.tolerate_digest_info_without_null();
    builder
}

/// The store of one list, under the tolerance that one of them needs.
fn store_of(name: &str, bytes: &[u8]) -> TrustStore {
    let mut store = lenient().build();
    let source = store.add_file(name, bytes);
    assert!(source.accepted > 0, "{name}: {:?}", source.refused);
    store
}

#[test]
fn every_certificate_of_the_real_lists_parses() {
    for (name, count) in LISTS {
        let Some(bytes) = shared(name) else { return };
        let list = MasterList::parse(&bytes).unwrap();
        for (index, der) in list.entries().enumerate() {
            let certificate = Certificate::parse(der).unwrap_or_else(|error| panic!("{name}, {index}: {error}"));
            assert_eq!(certificate.der(), der);
            assert!(certificate.validity().not_before < certificate.validity().not_after);
        }
        assert_eq!(list.entries().count(), count);
        println!("{name}: {count} certificates, all parse");
    }
}

#[test]
fn the_signatures_of_the_real_lists_verify() {
    for (name, count) in LISTS {
        let Some(bytes) = shared(name) else { return };
        let store = store_of(name, &bytes);
        let [source] = store.sources() else { panic!("one source") };
        let SourceKind::MasterList(signer) = &source.kind else { panic!("a master list") };
        assert!(!signer.anchored, "{name} is self-contained");
        assert_eq!(signer.null_missing, name == ICAO_2023, "only the ICAO list lacks the NULL");
        assert_eq!(source.accepted + source.refused.len(), count);
        println!(
            "{name}: {} accepted, signed by {}, {}",
            source.accepted,
            signer.certificate.subject(),
            if signer.null_missing { "NULL missing in its DigestInfo" } else { "" }
        );
        for refused in &source.refused {
            println!("  refused {}: {}", refused.subject, refused.reason);
        }
        // The same list as a caller's file, and again: nothing is taken twice.
        let mut twice = store.clone();
        assert_eq!(twice.add_file(name, &bytes).accepted, source.accepted);
        assert_eq!(twice.anchors().len(), store.anchors().len());
        assert_eq!(twice.fingerprint(), store.fingerprint());
    }
}

#[test]
fn refuses_a_list_with_one_altered_byte() {
    for (name, _) in LISTS {
        let Some(mut bytes) = shared(name) else { return };
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        let refusal = TrustStore::from_trusted_master_list(&bytes).unwrap_err();
        let in_place = matches!(refusal, ListError::Cms(CmsError::MessageDigestMismatch) | ListError::Tlv(_));
        assert!(in_place, "{name}: {refusal:?}");
        bytes[middle] ^= 1;
        *bytes.last_mut().unwrap() ^= 1;
        assert!(TrustStore::from_trusted_master_list(&bytes).is_err(), "{name}: an altered signature");
        let mut store = TrustStore::empty();
        assert_eq!(store.add_file("altered", &bytes).accepted, 0);
        assert!(store.is_empty());
    }
}

#[test]
fn certificates_of_the_german_list_verify_within_it() {
    let Some(bytes) = shared(DE_2026) else { return };
    let found = Examination::examine([("DE", bytes.as_slice())]);
    println!("{} certificates, {} parse, {} verify", found.certificates, found.parsed, found.verified);
    for (subject, reason) in &found.unverified {
        println!("  not verified: {subject}: {reason}");
    }
    assert_eq!((found.certificates, found.parsed, found.verified), (588, 588, 576));
    // Twelve link certificates whose issuing authority has been dropped from the list.
    assert_eq!(found.unverified.len(), 12);
    assert!(found.unverified.iter().all(|(_, reason)| reason == "its issuer is not among the certificates"));
    assert_eq!(found.signers.len(), 1);
}

#[test]
fn a_list_is_loaded_in_the_blink_of_an_eye() {
    let Some(bytes) = shared(DE_2026) else { return };
    let once = || {
        let start = Instant::now();
        let store = TrustStore::from_trusted_master_list(&bytes).unwrap();
        (start.elapsed(), store.anchors().len())
    };
    let (fastest, anchors) = (0..5).map(|_| once()).min().unwrap();
    println!("{anchors} anchors of the German list loaded in {fastest:?}");
    // Far above what it takes, for slow machines and builds without optimisation.
    assert!(fastest.as_secs() < 2);
}

#[test]
fn real_document_signers_chain_as_far_as_their_authorities_are_listed() {
    let mut lists = Vec::new();
    for (name, _) in LISTS {
        let Some(bytes) = shared(name) else { return };
        lists.push((name, store_of(name, &bytes)));
    }
    let mut chained = 0;
    for (file, algorithm, italian) in DOCUMENT_SIGNERS {
        let Some(der) = shared(&format!("ds/{file}.cer")) else { return };
        let signer = Certificate::parse(&der).unwrap();
        assert_eq!(document_signer_defects(&signer), [], "{file}");
        for (list, store) in &lists {
            let listed = algorithm.is_some() && (italian || *list != IT_2023);
            match find_anchor(&signer, store, NOW, &mut SignatureBudget::new(SignatureBudget::DOCUMENT)) {
                Chain::Anchored { anchor, signature, .. } if listed => {
                    assert_eq!(Some(signature.algorithm.name().as_str()), algorithm, "{file}");
                    assert_eq!(anchor.subject().country(), signer.subject().country());
                    assert!(signer.issuer().matches(anchor.subject()), "{file} under {list}");
                    // What fails a document elsewhere is met in none of them.
                    let begun = signer.validity().not_before;
                    let (first, last) = anchor.extensions().private_key_usage;
                    assert!(
                        first.is_none_or(|first| first <= begun) && last.is_none_or(|last| begun <= last),
                        "{file}"
                    );
                    let country = signer.subject().country().unwrap();
                    let names =
                        signer.extensions().subject_alt_name.iter().chain(&anchor.extensions().subject_alt_name);
                    for state in names.flat_map(|name| name.states()) {
                        assert!(bindings(state).iter().any(|one| one.country == country), "{file}: {state}");
                    }
                    assert!(csca_defects(anchor).is_empty() && anchor.validity().contains(NOW));
                    chained += 1;
                }
                Chain::NotFound if !listed => {}
                other => panic!("{file} under {list}: {other:?}"),
            }
        }
    }
    println!("{chained} chains of {} document signers under {} lists", DOCUMENT_SIGNERS.len(), lists.len());
}

/// The real document signers: the algorithm of the signature under its authority, which all lists but the Italian hold
/// (`None`: its authority is of 2025 and in no list here), and whether the Italian holds it too.
const DOCUMENT_SIGNERS: [(&str, Option<&str>, bool); 12] = [
    ("AT_826f19db1e75", Some("ECDSA SHA-384"), false),
    ("AU_9b8ba4079268", Some("RSA-PKCS1 SHA-256"), true),
    ("CN_d252a1b5cd50", Some("RSA-PKCS1 SHA-256"), false),
    ("DE_d32264af4c00", Some("ECDSA SHA-512"), true),
    ("FI_18f912128b12", Some("ECDSA SHA-512"), false),
    ("FR_53e97518c800", Some("RSA-PKCS1 SHA-256"), true),
    ("GB_9006c9675a79", Some("ECDSA SHA-256"), true),
    ("GB_b0de209986f0", Some("RSA-PKCS1 SHA-256"), true),
    ("ID_584b63fe071d", None, false),
    ("MY_a5932724e057", Some("RSA-PSS SHA-256"), false),
    ("NZ_a209c51e066e", Some("RSA-PKCS1 SHA-256"), false),
    ("PH_ecc35fcb0dbb", Some("RSA-PSS SHA-256"), false),
];

#[test]
fn refuses_a_real_document_signer_with_one_altered_byte() {
    let (Some(list), Some(der)) = (shared(DE_2026), shared("ds/DE_d32264af4c00.cer")) else { return };
    let store = TrustStore::from_trusted_master_list(&list).unwrap();
    let mut unparsable = 0;
    for at in (0..der.len()).step_by(31) {
        let mut altered = der.clone();
        altered[at] ^= 1;
        let Ok(signer) = Certificate::parse(&altered) else {
            unparsable += 1;
            continue;
        };
        let chain = find_anchor(&signer, &store, NOW, &mut SignatureBudget::new(SignatureBudget::DOCUMENT));
        assert!(!matches!(chain, Chain::Anchored { .. }), "byte {at} altered");
    }
    for end in 0..der.len() {
        assert!(Certificate::parse(&der[..end]).is_err(), "cut to {end}");
    }
    println!("{unparsable} of {} altered certificates no longer parse, none verifies", der.len().div_ceil(31));
}

#[test]
fn a_link_certificate_verifies_as_it_came_and_not_when_altered() {
    let Some(list) = shared(DE_2026) else { return };
    let store = TrustStore::from_trusted_master_list(&list).unwrap();
    for (name, sound) in [("good_ef7c66d6", true), ("badsig_81a46f68", false)] {
        let der = shared(&format!("csca/broken/CI_link_{name}.der")).unwrap();
        let link = Certificate::parse(&der).unwrap();
        let outcome = verify_among(&link, &store, &mut SignatureBudget::new(8));
        println!("{name}: {outcome:?}");
        assert_eq!(outcome.is_ok(), sound, "{name}");
    }
}

#[test]
fn refuses_a_forged_root() {
    let Some(pem) = shared("csca/broken/korean_csca_altered.pem") else { return };
    let mut store = TrustStore::empty();
    let source = store.add_file("forged", &pem);
    assert_eq!((source.accepted, source.refused.len()), (0, 1));
    assert!(matches!(source.refused[0].reason, Refusal::OwnSignature(_)));
    assert!(store.is_empty());
}

/// Reasons, and how many certificates do not verify for each.
type Reasons = &'static [(&'static str, usize)];

/// What of each list verifies within it: parsed, verified, and of the rest how many for which reason.
const WITHIN: [(&str, usize, usize, Reasons); 4] = [
    (DE_2026, 588, 576, &[("its issuer is not among the certificates", 12)]),
    (DE_2024, 541, 534, &[("its issuer is not among the certificates", 7)]),
    (IT_2023, 333, 319, &[("its issuer is not among the certificates", 14)]),
    (ICAO_2023, 394, 394, &[]),
];

#[test]
fn every_certificate_of_every_list_verifies_or_says_why_not() {
    let mut differ = Vec::new();
    for (name, parsed, verified, reasons) in WITHIN {
        let Some(bytes) = shared(name) else { return };
        let found = Examination::examine_with(lenient(), [(name, bytes.as_slice())]);
        let mut why: BTreeMap<&str, usize> = BTreeMap::new();
        for (_, reason) in &found.unverified {
            *why.entry(reason).or_default() += 1;
        }
        println!("{name}: {} parsed, {} verified, {why:?}", found.parsed, found.verified);
        if (found.parsed, found.verified, why) != (parsed, verified, reasons.iter().copied().collect()) {
            differ.push(name);
        }
        assert_eq!(found.parsed, found.verified + found.unverified.len());
        assert_eq!(found.signers.len(), 1);
    }
    assert!(differ.is_empty(), "{differ:?}");
}

#[test]
fn all_lists_together_verify_more_than_each_alone() {
    let mut files = Vec::new();
    for (name, _) in LISTS {
        let Some(bytes) = shared(name) else { return };
        files.push((name, bytes));
    }
    let files = files.iter().map(|(name, bytes)| (*name, bytes.as_slice()));
    let found = Examination::examine_with(lenient(), files);
    println!("together: {} parsed, {} verified, {} anchors", found.parsed, found.verified, found.store.anchors().len());
    found.unverified.iter().for_each(|(subject, reason)| println!("  {subject}: {reason}"));
    assert_eq!(found.signers.len(), 4);
    assert_eq!((found.parsed, found.verified, found.store.anchors().len()), (1856, 1855, 835));
    let missing = Unverified::IssuerMissing.to_string();
    assert!(found.unverified.iter().all(|(_, reason)| *reason == missing));
}

#[test]
fn the_icao_list_is_refused_without_its_named_tolerance() {
    let Some(bytes) = shared(ICAO_2023) else { return };
    let refusal = TrustStore::from_trusted_master_list(&bytes).unwrap_err();
    assert_eq!(refusal, ListError::NeedsDigestInfoWithoutNull);
    assert!(refusal.to_string().contains("digest_info_without_null"));
    let mut store = TrustStore::empty();
    let source = store.add_file("ICAO", &bytes);
    assert_eq!((source.accepted, source.refused[0].reason), (0, Refusal::List(ListError::NeedsDigestInfoWithoutNull)));
    assert!(store.is_empty());

    let mut store = store_of("ICAO", &bytes);
    assert!(store.anchors().iter().all(|anchor| store.is_tolerated(anchor)));
    // What another list brings too is tolerated no longer.
    let Some(german) = shared(DE_2026) else { return };
    let all = store.anchors().len();
    store.add_file("DE", &german);
    let left = store.anchors().iter().filter(|anchor| store.is_tolerated(anchor)).count();
    println!("{all} anchors of the ICAO list, {left} of them in no other list");
    assert!(left > 0 && left < all);
}

#[test]
fn a_list_that_nobody_verified_is_taken_only_by_a_name_that_says_so() {
    let Some(mut bytes) = shared(DE_2026) else { return };
    *bytes.last_mut().unwrap() ^= 1;
    let mut store = TrustStore::empty();
    assert_eq!(store.add_file("altered", &bytes).accepted, 0);
    let source = store.add_unverified_master_list("altered", &bytes).unwrap();
    assert!(matches!(source.kind, SourceKind::UnverifiedMasterList));
    assert_eq!(source.accepted + source.refused.len(), 588);
    // The bare content of a list is one, too; other bytes are not.
    let list = MasterList::parse(&bytes).unwrap();
    let entries: Vec<&[u8]> = list.entries().collect();
    let bare = chipid::internals::issuer::master_list_content(&entries);
    let mut store = TrustStore::empty();
    assert_eq!(store.add_file("bare", &bare).accepted, 0);
    assert!(store.add_unverified_master_list("bare", &bare).unwrap().accepted > 500);
    assert!(TrustBuilder::new().add_unverified_master_list("odd", b"hello").is_err());
}

#[test]
fn the_estonian_deviation_list_is_its_states_word() {
    let (Some(bytes), Some(german)) = (shared("csca/EE_erpdeviationlist.bin"), shared(DE_2026)) else { return };
    let list = DefectList::parse(&bytes).unwrap();
    println!("{list:?}, signed {:?}", list.signing_time());
    assert_eq!((list.form(), list.len()), (DefectListForm::Deviation, 1));
    assert_eq!(list.numbers(), 169_422);
    assert_eq!(list.signing_time(), Some(datetime!(2018-06-26 12:39:52 UTC)));
    let [defect] = list.defects().try_into().unwrap();
    assert_eq!(defect.kind, DefectKind::SecurityObjectSignature);
    assert_eq!(defect.name(), "id-Deviation-LDS-SODSignatureWrong");

    // Nobody's word without the anchors, Estonia's with them, in either order.
    let mut store = TrustStore::empty();
    let source = store.add_file("EE", &bytes);
    assert_eq!((source.accepted, source.date), (1, list.signing_time()));
    assert_eq!(store.defect_lists()[0].authority().unwrap_err(), Refusal::List(ListError::SignerUnanchored));
    store.add_file("DE", &german);
    let authority = store.defect_lists()[0].authority().unwrap();
    assert_eq!(authority.subject().country().as_deref(), Some("EE"));

    // An invented document with one of its numbers: Estonian ones are meant, and no others.
    let facts = |country: &str, number| {
        let countries = [country.to_owned()];
        let facts = DocumentFacts {
            signer: None,
            countries: &countries,
            document_code: None,
            number: Some(number),
            issued: None,
            signed: None,
        };
        list.of_document(authority, &facts).len()
    };
    assert_eq!(facts("EE", "BB0000001"), 1);
    assert_eq!(facts("EE", "BB0000001<"), 1);
    assert_eq!(facts("LV", "BB0000001"), 0);
    assert_eq!(facts("EE", "XX0000001"), 0);

    let mut altered = bytes.clone();
    altered[900_000] ^= 1;
    assert!(matches!(
        DefectList::parse(&altered),
        Err(ListError::Cms(CmsError::MessageDigestMismatch) | ListError::Tlv(_))
    ));
    let last = altered.len() - 1;
    altered = bytes;
    altered[last] ^= 1;
    assert!(matches!(DefectList::parse(&altered), Err(ListError::Cms(CmsError::Crypto(_)))));
}

#[test]
fn the_defect_list_of_the_test_bed_counts_where_its_signer_is_named() {
    let folder = "cvc/eid-testbed-server/CSCA";
    let Some(bytes) = shared(&format!("{folder}/BLACKLIST_ECARD_DS_1.DER")) else { return };
    let part = |name: &str| shared(&format!("{folder}/{name}.DER")).unwrap();
    let list = DefectList::parse(&bytes).unwrap();
    assert_eq!((list.form(), list.len(), list.numbers()), (DefectListForm::Defect, 1, 0));
    assert_eq!(list.defects()[0].kind, DefectKind::SignerRevoked);
    let mut store = TrustStore::empty();
    store.add_file("authority", &part("CERT_ECARD_CSCA_1"));
    store.add_file("list", &bytes);
    // His certificate bears no purpose at all.
    assert_eq!(store.defect_lists()[0].authority().unwrap_err(), Refusal::List(ListError::SignerPurpose));
    store.add_list_signer(&part("CERT_ECARD_CSCA_1_DEFECTLIST_SIGNER")).unwrap();
    let authority = store.defect_lists()[0].authority().unwrap();
    let revoked = ["CERT_ECARD_DS_1_B", "CERT_ECARD_CSCA_1_DEFECTLIST_SIGNER"].map(|name| {
        let signer = Certificate::parse(&part(name)).unwrap();
        let facts = DocumentFacts {
            signer: Some(&signer),
            countries: &[],
            document_code: None,
            number: None,
            issued: None,
            signed: None,
        };
        list.of_document(authority, &facts).len()
    });
    assert_eq!(revoked, [1, 0], "the test bed's second document signer, and no other of its issuer");
}
