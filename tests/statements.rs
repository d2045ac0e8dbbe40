//! Statements of the operator: kept as they were made, in the report and in every stored form, and raising nothing.

#[path = "support/trust.rs"]
mod trust_changes;
#[path = "support/paper.rs"]
#[allow(dead_code, reason = "the tests use a part of it")]
mod paper;
#[path = "support/reading.rs"]
mod reading;

use chipid::document::{EvidenceSignature, FaceAnswer, FaceError, FaceMatcher, FaceQuestion, StatementError};
use chipid::evidence::{EvidenceSigner, EvidenceSigningError};
use chipid::internals::crypto::DigestAlgorithm;
use chipid::lds::{DataGroup, FileId};
use chipid::sim::profile;
use chipid::{
    Clock, Consent, Document, Evidence, EvidencePolicy, FaceComparison, FaceResult, Identification, Policy, Proofs,
    Report, Statements,
};
use serde_json::{Value, json};
use std::time::{Duration, SystemTime};
use trust_changes::AddTrust as _;

fn statements() -> Statements {
    Statements {
        consent: Some(Consent::new(reading::now(), "opening an account").unwrap()),
        face: Some(FaceComparison::new(reading::now(), FaceResult::NoMatch, "Example Faces 4", "0.80").unwrap()),
        identification: Some(Identification::new(reading::now(), "VNeID").unwrap()),
    }
}

fn judged(document: &Document) -> Report {
    document.verify(&reading::trust(&profile::vn()), reading::now())
}

fn shown(report: &Report) -> Value {
    serde_json::to_value(report).unwrap()["statements"].clone()
}

fn expected(basis: &str) -> Value {
    let at = "2026-01-01T00:00:00Z";
    json!({
        "consent": {"basis": basis, "given_at": at, "purpose": "opening an account"},
        "face": {
            "basis": basis, "compared_at": at, "result": "no_match", "threshold": "0.80", "vendor": "Example Faces 4",
        },
        "identification": {"basis": basis, "identified_at": at, "scheme": "VNeID"},
    })
}

fn stored(document: &Document) -> Document {
    let proofs: Proofs = serde_json::from_value(serde_json::to_value(document.proofs()).unwrap()).unwrap();
    let files: Vec<_> = document.files().map(|(file, bytes)| (file, bytes.to_vec())).collect();
    Document::from_files(files, Some(proofs.check().unwrap()))
}

fn evidence(document: &Document) -> Evidence {
    let clock = Clock { read_at: reading::now(), source: "the test".into() };
    document.to_evidence(&reading::trust(&profile::vn()), reading::now(), &EvidencePolicy::all(), &clock).unwrap()
}

#[test]
fn statements_stand_in_the_report_and_change_nothing_else() {
    let document = reading::read(&profile::vn());
    let without = judged(&document);
    let nothing = json!({"consent": null, "face": null, "identification": null});
    assert_eq!(shown(&without), nothing);
    let with = judged(&document.with_statements(statements()));
    assert_eq!(shown(&with), expected("given"));
    assert_eq!(with.verdict(), without.verdict());
    assert_eq!(with.claims(), without.claims());
    for policy in [Policy::strict(), Policy::field()] {
        assert_eq!(with.decide(&policy), without.decide(&policy));
    }
}

#[test]
fn statements_are_kept_in_folders_and_evidence_with_their_source() {
    let document = reading::read(&profile::vn()).with_statements(statements());
    assert_eq!(shown(&judged(&stored(&document))), expected("record"));
    // What is stored again is still there.
    assert_eq!(shown(&judged(&stored(&stored(&document)))), expected("record"));
    let evidence = Evidence::decode(&evidence(&document).encode()).unwrap();
    assert_eq!(shown(&judged(&Document::from_evidence(&evidence))), expected("record"));
    let mut bank = Bank::new();
    let mut signed = evidence.clone();
    signed.sign(&mut bank).unwrap();
    let mut trust = reading::trust(&profile::vn());
    trust.add_evidence_signer(&bank.certificate).unwrap();
    let report = Document::from_evidence(&signed).verify(&trust, reading::now());
    assert_eq!(shown(&report), expected("signed_record"));
}

#[test]
fn a_statement_made_now_stands_before_a_recorded_one() {
    let document = stored(&reading::read(&profile::vn()).with_statements(statements()));
    let now = Statements { consent: Some(Consent::new(reading::now(), "a loan").unwrap()), ..Statements::default() };
    let shown = shown(&judged(&document.with_statements(now)));
    assert_eq!((&shown["consent"]["basis"], &shown["consent"]["purpose"]), (&json!("given"), &json!("a loan")));
    assert_eq!(shown["identification"], expected("record")["identification"]);
}

#[test]
fn version_1_has_no_statements_and_cannot_be_given_any() {
    let document = reading::read(&profile::vn()).with_statements(statements());
    let mut proofs = serde_json::to_value(document.proofs()).unwrap();
    proofs["schema"] = "chipid.proofs/1".into();
    proofs.as_object_mut().unwrap().remove("claims");
    let refused = serde_json::from_value::<Proofs>(proofs).unwrap().check().unwrap_err();
    assert!(refused.to_string().contains("statements"), "{refused}");
}

#[test]
fn texts_that_cannot_be_kept_are_refused() {
    let now = reading::now();
    for text in ["", "  ", "two\nlines", "\u{1b}[31m", &"x".repeat(201)] {
        assert_eq!(Consent::new(now, text).unwrap_err(), StatementError::Text, "{text:?}");
        assert_eq!(Identification::new(now, text).unwrap_err(), StatementError::Text);
        assert_eq!(FaceComparison::new(now, FaceResult::Match, "a", text).unwrap_err(), StatementError::Text);
    }
    let document = reading::read(&profile::vn()).with_statements(statements());
    let proofs = serde_json::to_value(document.proofs()).unwrap();
    for (pointer, value) in [
        ("/statements/consent/purpose", json!("two\nlines")),
        ("/statements/consent/given_at", json!("yesterday")),
        ("/statements/consent/given_at", json!("2026-01-01T07:00:00+07:00")),
        ("/statements/face/result", json!("perhaps")),
    ] {
        let mut changed = proofs.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        assert!(serde_json::from_value::<Proofs>(changed).unwrap().check().is_err(), "{pointer}");
    }
}

/// A program that compares faces: it must get the two images, and answers as it is told.
struct Faces(Result<FaceResult, FaceError>);

impl FaceMatcher for Faces {
    fn compare(&mut self, question: &FaceQuestion<'_>) -> Result<FaceAnswer, FaceError> {
        assert_eq!(question.portrait_mime(), "image/jpeg");
        assert!(question.portrait().starts_with(&[0xFF, 0xD8, 0xFF]));
        assert_eq!(question.image(), b"the bearer");
        let result = self.0?;
        Ok(FaceAnswer { result, vendor: "Example Faces 4".into(), threshold: "0.80".into() })
    }
}

#[test]
fn a_face_matcher_gets_both_images_and_its_answer_is_a_statement() {
    let mut document = reading::read(&profile::vn());
    let compared = document.compare_face(&mut Faces(Ok(FaceResult::NoMatch)), b"the bearer", reading::now());
    assert_eq!(compared, Ok(FaceResult::NoMatch));
    assert_eq!(shown(&judged(&document))["face"], expected("given")["face"]);
    assert_eq!(judged(&document).verdict(), chipid::Verdict::Genuine);
}

#[test]
fn without_an_answer_or_a_portrait_nothing_is_stated() {
    let mut document = reading::read(&profile::vn());
    let compared = document.compare_face(&mut Faces(Err(FaceError::Unreachable)), b"the bearer", reading::now());
    assert_eq!(compared, Err(FaceError::Unreachable));
    assert!(document.statements().is_empty());
    let others = document.files().filter(|(file, _)| *file != FileId::DataGroup(DataGroup::DG2));
    let mut without =
        Document::from_files(others.map(|(file, bytes)| (file, bytes.to_vec())).collect::<Vec<_>>(), None);
    let compared = without.compare_face(&mut Faces(Ok(FaceResult::Match)), b"the bearer", reading::now());
    assert_eq!(compared, Err(FaceError::NoPortrait));
}

#[test]
fn a_moment_that_cannot_be_written_is_refused() {
    let far = SystemTime::UNIX_EPOCH + Duration::from_secs(300_000_000_000);
    assert_eq!(Consent::new(far, "x").unwrap_err(), StatementError::Moment);
}

/// A bank's key, with its certificate.
struct Bank {
    certificate: Vec<u8>,
    key: paper::Key,
}

impl Bank {
    fn new() -> Self {
        let document = paper::Document::new();
        Self { certificate: document.ds_der(), key: document.ds.key }
    }
}

impl EvidenceSigner for Bank {
    fn sign(&mut self, data: &[u8]) -> Result<EvidenceSignature, EvidenceSigningError> {
        Ok(EvidenceSignature::Certificate {
            algorithm: paper::algorithm(paper::ecdsa(DigestAlgorithm::Sha256)),
            certificate: self.certificate.clone(),
            signature: self.key.sign(DigestAlgorithm::Sha256, data),
        })
    }
}
