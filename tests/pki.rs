//! Certificates, signed data and trust, on public test data where it is at hand.

#[path = "support/trust.rs"]
mod trust_changes;
#[path = "support/paper.rs"]
#[allow(dead_code, reason = "shared with the tests of passive authentication, which use all of it")]
mod paper;
#[path = "support/shared.rs"]
mod support;

use chipid::internals::crypto::CryptoError;
use chipid::internals::oid;
use chipid::internals::pki::{Certificate, CmsError, SignatureBudget, SignedData};
use chipid::internals::signed_lists::ListError;
use chipid::trust::{Chain, Refusal, TrustStore, find_anchor};
use time::OffsetDateTime;
use time::macros::datetime;
use trust_changes::AddTrust as _;

/// A file of the shared data.
fn shared(name: &str) -> Option<Vec<u8>> {
    support::shared_data(name).map(|path| std::fs::read(path).unwrap())
}

const NOW: OffsetDateTime = datetime!(2026-06-01 12:00:00 UTC);

#[test]
fn mock_chains_of_every_algorithm_verify() {
    let Some(folder) = support::shared_data("specimens/mock-pki") else { return };
    let mut store = TrustStore::empty();
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
        let mut pinned = TrustStore::empty();
        pinned.pin_signer(&std::fs::read(path).unwrap()).unwrap();
        let signer = &pinned.pinned_signers()[0];
        let key = signer.public_key().unwrap();
        match find_anchor(signer, &store, NOW, &mut SignatureBudget::new(64)) {
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
            signed.verify(signer, &key, &mut SignatureBudget::new(4)).map(|verified| verified.algorithm.name())
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
    let mut store = TrustStore::empty();
    store.add_file("authority", &shared(&format!("{folder}/CERT_ECARD_CSCA_1.DER")).unwrap());
    assert_eq!(store.anchors().len(), 1);
    let source = store.add_file("list", &list);
    assert_eq!(source.refused[0].reason, Refusal::List(ListError::SignerPurpose));
    assert_eq!(store.anchors().len(), 1);
}

#[test]
fn a_document_signer_is_no_anchor_but_can_be_pinned() {
    let Some(der) = shared("ds/DE_d32264af4c00.cer") else { return };
    let mut store = TrustStore::empty();
    assert_eq!(store.add_certificate(&der), Err(Refusal::NotCa));
    assert!(store.is_empty());
    store.pin_signer(&der).unwrap();
    store.pin_signer(&der).unwrap();
    assert_eq!((store.anchors().len(), store.pinned_signers().len()), (0, 1));
    assert!(!store.is_empty());
}

#[test]
fn refuses_files_that_hold_nothing_known() {
    let mut store = TrustStore::empty();
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
    assert!(store.pin_signer(b"hello").is_err());
}

/// An authority and its revocation list, each as DER and PEM.
struct Pair {
    csca: Vec<u8>,
    crl: Vec<u8>,
    csca_pem: String,
    crl_pem: String,
}

impl Pair {
    fn new() -> Self {
        let issuer = chipid::sim::profile::vn().issuer().unwrap();
        let crl = issuer.sign_revocation_list(&issuer.revocation_list_fields(NOW)).unwrap();
        let csca = issuer.csca().to_vec();
        let (csca_pem, crl_pem) = (pem("CERTIFICATE", &csca), pem("X509 CRL", &crl));
        Self { csca, crl, csca_pem, crl_pem }
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}-----END {label}-----\n", lines(der))
}

/// Base64 in lines of 64.
fn lines(der: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::prelude::BASE64_STANDARD.encode(der);
    text.as_bytes().chunks(64).map(|line| format!("{}\n", std::str::from_utf8(line).unwrap())).collect()
}

/// How many certificates and revocation lists a file gives, and how many refusals it tells.
fn taken(file: &[u8]) -> (usize, usize, usize) {
    let mut store = TrustStore::empty();
    let refused = store.add_file("file", file).refused.len();
    (store.anchors().len(), store.revocation_lists().len(), refused)
}

#[test]
fn a_revocation_list_behind_a_certificate_is_read_however_the_two_were_joined() {
    let Pair { csca, crl, csca_pem, crl_pem } = Pair::new();
    let open = csca_pem.trim_end();
    let indented = |text: &str| text.lines().map(|line| format!("  {line}\r\n")).collect::<String>();
    let text = "Certificate:\n    Data:\n        Serial Number: 4096 (0x1000)\n            00:b3:ff\n";
    let long = "000 a line of a long preface\n".repeat(400);
    for (name, file) in [
        ("as it is due", [csca_pem.as_bytes(), crl_pem.as_bytes()].concat()),
        ("no line end between them", [open.as_bytes(), crl_pem.as_bytes()].concat()),
        ("one dash more between them", [open.as_bytes(), b"-", crl_pem.as_bytes()].concat()),
        ("the closing dashes lost", [open.trim_end_matches('-').as_bytes(), crl_pem.as_bytes()].concat()),
        ("blanks", [csca_pem.as_bytes(), indented(&crl_pem).as_bytes()].concat()),
        ("a tab", [csca_pem.as_bytes(), b"\t", crl_pem.as_bytes()].concat()),
        ("DER behind PEM", [csca_pem.as_bytes(), &crl].concat()),
        ("DER behind PEM without a line end", [open.as_bytes(), &crl].concat()),
        ("PEM behind DER", [&csca, crl_pem.as_bytes()].concat()),
        ("PEM, DER, PEM", [crl_pem.as_bytes(), &csca, crl_pem.as_bytes()].concat()),
        ("what openssl prints", [text, &csca_pem, "\n", text, &crl_pem, text].concat().into_bytes()),
        ("a byte order mark", ["\u{FEFF}", &csca_pem, "Thu hồi:\n", &crl_pem].concat().into_bytes()),
        ("comments in Latin-1", [b"R\xE9publique\n", csca_pem.as_bytes(), crl_pem.as_bytes()].concat()),
        ("a rule", [&csca_pem, "----------\n======\n", &crl_pem].concat().into_bytes()),
        ("padding", [csca_pem.as_bytes(), crl_pem.as_bytes(), &[0; 16]].concat()),
        ("a long preface", format!("{long}{csca_pem}{long}{crl_pem}").into_bytes()),
    ] {
        assert_eq!(taken(&file), (1, 1, 0), "{name}");
    }
}

#[test]
fn what_is_lost_in_a_file_of_blocks_is_told() {
    let Pair { csca, crl, csca_pem, crl_pem } = Pair::new();
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let misspelt = |from: &str, to: &str| crl_pem.replacen(from, to, 1).into_bytes();
    for (name, tail) in [
        ("four dashes", misspelt("-----BEGIN", "----BEGIN")),
        ("a blank in the mark", misspelt("-----BEGIN", "----- BEGIN")),
        ("no blank behind the mark", misspelt("BEGIN ", "BEGIN")),
        ("another letter", misspelt("BEGIN", "BEGlN")),
        ("small letters", misspelt("BEGIN", "begin")),
        ("both marks misspelt", crl_pem.replace("-----", "--").replace("BEGIN", "BEGIM").into_bytes()),
        ("no marks", lines(&crl).into_bytes()),
        ("the mark not closed", misspelt("CRL-----", "CRL")),
        ("no end", crl_pem.split("-----END").next().unwrap().into()),
        ("another end", misspelt("END X509 CRL", "END CERTIFICATE")),
        ("no Base64", misspelt("\n", "\n!")),
        ("UTF-16", utf16(&crl_pem)),
        ("UTF-16 with its mark", utf16(&format!("\u{FEFF}{crl_pem}"))),
        ("DER cut short", crl[..crl.len() - 1].to_vec()),
        ("DER behind a word", [b"list: ", &crl[..]].concat()),
        ("DER in another object", [&[4, 0], &crl[..]].concat()),
    ] {
        let (certificates, lists, refused) = taken(&[csca_pem.as_bytes(), &tail].concat());
        assert_eq!((certificates, lists, refused > 0), (1, 0, true), "{name}");
        // And hides nothing that follows.
        if tail.ends_with(b"-----\n") {
            let (certificates, lists, refused) = taken(&[&tail, csca_pem.as_bytes()].concat());
            assert_eq!((certificates, lists, refused > 0), (1, 0, true), "{name}, before the other");
        }
    }
    // Every mark without a block counts.
    let (_, _, refused) = taken([&csca_pem, "-----BEGIN X509 CRL-----\n".repeat(3).as_str()].concat().as_bytes());
    assert_eq!(refused, 3);
    // A mark within a certificate is no mark of the file.
    let mut inside = csca.clone();
    let at = inside.len() - 40;
    inside[at..at + 27].copy_from_slice(b"-----BEGIN CERTIFICATE-----");
    let mut store = TrustStore::empty();
    let source = store.add_file("inside", &[inside, csca].concat());
    assert_eq!((source.accepted, source.refused.len()), (1, 1));
    assert!(matches!(source.refused[0].reason, Refusal::OwnSignature(_)), "{:?}", source.refused);
}

#[test]
fn a_hostile_file_of_many_megabytes_takes_a_moment() {
    let empty = "-----BEGIN X-----\n-----END X-----\n";
    let started = std::time::Instant::now();
    for unit in [
        &b"-----BEGIN"[..],
        b"-----BEGIN X",
        b"-----BEGIN X-----",
        b"-----BEGIN X-----\n-----END X",
        b"-----BEGIN X-----\n-----END X-----\x30\x80",
        b"-----BEGIN X-----\n-----END X-----\x30\x84\x00\x7F\xFF\xFF\x30",
        b"-----END",
        b"END ",
        b"-",
        b"MI",
        b"\x30\x80",
    ] {
        let file = [empty.as_bytes(), &unit.repeat((8 << 20) / unit.len())].concat();
        taken(&file);
    }
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}
