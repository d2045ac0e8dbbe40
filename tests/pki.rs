//! Certificates, signed data, lists and trust, on real public data where it is at hand.

#[path = "support/paper.rs"]
#[allow(dead_code, reason = "shared with the tests of passive authentication, which use all of it")]
mod paper;
#[path = "support/shared.rs"]
mod support;

use chipid::crypto::CryptoError;
use chipid::oid;
use chipid::pki::{
    Budget, Certificate, Chain, CmsError, Collection, ListError, MasterList, Refusal, SignedData, SourceKind,
    TrustStore, csca_defects, document_signer_defects, find_anchor, verify_among,
};
use std::time::Instant;
use time::OffsetDateTime;
use time::macros::datetime;

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
        let store = TrustStore::from_trusted_master_list(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
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
        let again = twice.sources().last().unwrap();
        assert!(
            matches!(&again.kind, SourceKind::MasterList(signer) if signer.anchored),
            "now its authority is trusted"
        );
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
        let mut store = TrustStore::new();
        assert_eq!(store.add_file("altered", &bytes).accepted, 0);
        assert!(store.is_empty());
    }
}

#[test]
fn certificates_of_the_german_list_verify_within_it() {
    let Some(bytes) = shared(DE_2026) else { return };
    let found = Collection::examine([("DE", bytes.as_slice())]);
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
        lists.push((name, TrustStore::from_trusted_master_list(&bytes).unwrap()));
    }
    let mut chained = 0;
    for (file, algorithm, italian) in DOCUMENT_SIGNERS {
        let Some(der) = shared(&format!("ds/{file}.cer")) else { return };
        let signer = Certificate::parse(&der).unwrap();
        assert_eq!(document_signer_defects(&signer), [], "{file}");
        for (list, store) in &lists {
            let listed = algorithm.is_some() && (italian || *list != IT_2023);
            match find_anchor(&signer, store, NOW, &mut Budget::new(Budget::DOCUMENT)) {
                Chain::Anchored { anchor, signature, .. } if listed => {
                    assert_eq!(Some(signature.algorithm.name().as_str()), algorithm, "{file}");
                    assert_eq!(anchor.subject().country(), signer.subject().country());
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
        let chain = find_anchor(&signer, &store, NOW, &mut Budget::new(Budget::DOCUMENT));
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
        let outcome = verify_among(&link, &store, &mut Budget::new(8));
        println!("{name}: {outcome:?}");
        assert_eq!(outcome.is_ok(), sound, "{name}");
    }
}

#[test]
fn refuses_a_forged_root() {
    let Some(pem) = shared("csca/broken/korean_csca_altered.pem") else { return };
    let mut store = TrustStore::new();
    let source = store.add_file("forged", &pem);
    assert_eq!((source.accepted, source.refused.len()), (0, 1));
    assert!(matches!(source.refused[0].reason, Refusal::OwnSignature(_)));
    assert!(store.is_empty());
}

#[test]
fn mock_chains_of_every_algorithm_verify() {
    let Some(folder) = support::shared_data("specimens/mock-pki") else { return };
    let mut store = TrustStore::new();
    let mut signers = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        if let Ok(pem) = std::fs::read(entry.join("mock_csca.pem")) {
            let source = store.add_file("mock", &pem);
            assert_eq!(source.accepted, 1, "{}: {:?}", entry.display(), source.refused);
        }
        signers.push(entry.join("mock_dsc.pem"));
    }
    signers.sort();
    let mut algorithms = Vec::new();
    for path in signers.iter().filter(|path| path.exists()) {
        let mut pinned = TrustStore::new();
        pinned.add_pinned_signer(&std::fs::read(path).unwrap()).unwrap();
        let signer = &pinned.pinned_signers()[0];
        let key = signer.public_key().unwrap();
        match find_anchor(signer, &store, NOW, &mut Budget::new(64)) {
            Chain::Anchored { anchor, signature, .. } => algorithms.push(format!(
                "{} by {} for {}",
                signature.algorithm.name(),
                anchor.public_key().unwrap().describe(),
                key.describe()
            )),
            other => panic!("{}: {other:?}", path.display()),
        }
    }
    println!("{} mock document signers chain to {} authorities:", algorithms.len(), store.anchors().len());
    algorithms.sort();
    algorithms.iter().for_each(|algorithm| println!("  {algorithm}"));
    assert!(algorithms.len() >= 38);
}

#[test]
fn verifies_the_card_security_of_the_worked_examples() {
    for name in ["ecdh", "dh"] {
        let Some(text) = shared(&format!("worked/eac_worked_example_{name}.txt")) else { return };
        let text = String::from_utf8(text).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix("ef_cardsecurity = ")).unwrap();
        let mut file = hex::decode(line.trim()).unwrap();
        let verify = |file: &[u8]| {
            let signed = SignedData::parse(file)?;
            assert_eq!(signed.content_type(), oid::ID_SECURITY_OBJECT);
            let signer = signed.only_signer()?;
            let certificate = Certificate::parse(signed.certificates()[0]).unwrap();
            assert!(signer.sid().names(&certificate));
            let key = certificate.public_key().unwrap();
            signed.verify(signer, &key, &mut Budget::new(4)).map(|verified| verified.algorithm.name())
        };
        assert_eq!(verify(&file).unwrap(), "RSA-PSS SHA-256");
        // The first protocol identifier of the signed content.
        let content = file.windows(4).position(|four| four == [0x04, 0x00, 0x7F, 0x00]).unwrap() + 30;
        file[content] ^= 1;
        assert_eq!(verify(&file).unwrap_err(), CmsError::MessageDigestMismatch);
        file[content] ^= 1;
        *file.last_mut().unwrap() ^= 1;
        assert_eq!(verify(&file).unwrap_err(), CmsError::Crypto(CryptoError::BadSignature));
    }
}

#[test]
fn refuses_a_list_whose_signer_is_not_meant_to_sign_lists() {
    // The test bed's list is signed by a certificate without any purpose.
    let folder = "cvc/eid-testbed-server/CSCA";
    let Some(list) = shared(&format!("{folder}/MASTERLIST_ECARD_CSCA_1.DER")) else { return };
    let mut store = TrustStore::new();
    store.add_file("authority", &shared(&format!("{folder}/CERT_ECARD_CSCA_1.DER")).unwrap());
    assert_eq!(store.anchors().len(), 1);
    let source = store.add_file("list", &list);
    assert_eq!(source.refused[0].reason, Refusal::List(ListError::SignerPurpose));
    assert_eq!(store.anchors().len(), 1);
}

#[test]
fn a_document_signer_is_no_anchor_but_can_be_pinned() {
    let Some(der) = shared("ds/DE_d32264af4c00.cer") else { return };
    let mut store = TrustStore::new();
    assert_eq!(store.add_certificate(&der), Err(Refusal::NotCa));
    assert!(store.is_empty());
    store.add_pinned_signer(&der).unwrap();
    store.add_pinned_signer(&der).unwrap();
    assert_eq!((store.anchors().len(), store.pinned_signers().len()), (0, 1));
    assert!(!store.is_empty());
}

#[test]
fn refuses_files_that_hold_nothing_known() {
    let mut store = TrustStore::new();
    for bytes in [
        &b""[..],
        b"hello",
        &[0x30],
        &[0x30, 0x00],
        &[0x30, 0x80, 0x06],
        &[0xFF; 100],
        b"-----BEGIN CERTIFICATE-----\nAAAA\n",
    ] {
        let source = store.add_file("odd", bytes);
        assert_eq!(source.accepted, 0, "{bytes:?}");
        assert!(!source.refused.is_empty(), "{bytes:?}");
    }
    assert!(store.is_empty());
    assert!(store.add_pinned_signer(b"hello").is_err());
}
