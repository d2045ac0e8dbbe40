//! Certificates, signed data and trust, on public test data where it is at hand.

#[path = "support/paper.rs"]
#[allow(dead_code, reason = "shared with the tests of passive authentication, which use all of it")]
mod paper;
#[path = "support/shared.rs"]
mod support;

use chipid::crypto::CryptoError;
use chipid::oid;
use chipid::pki::{Budget, Certificate, Chain, CmsError, ListError, Refusal, SignedData, TrustStore, find_anchor};
use time::OffsetDateTime;
use time::macros::datetime;

/// A file of the shared data.
fn shared(name: &str) -> Option<Vec<u8>> {
    support::shared_data(name).map(|path| std::fs::read(path).unwrap())
}

const NOW: OffsetDateTime = datetime!(2026-06-01 12:00:00 UTC);

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
