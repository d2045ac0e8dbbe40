//! Is an online answer worth just what its signature, its question and its time make it, in the reading, in a saved
//! document and in evidence?
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[path = "support/trust.rs"]
mod trust_changes;
#[path = "support/online.rs"]
mod online;
#[path = "support/paper.rs"]
#[allow(dead_code)]
mod paper;
#[path = "support/reading.rs"]
mod reading;

use chipid::document::{EvidenceSignature, Proofs};
use chipid::evidence::{EvidenceSigner, EvidenceSigningError};
use chipid::internals::crypto::DigestAlgorithm;
use chipid::internals::issuer::Scheme;
use chipid::internals::pki::Certificate;
use chipid::lds::{DataGroup, FileId};
use chipid::online::{OnlineError, OnlineQuestion, OnlineVerdict, OnlineVerifier};
use chipid::sim::profile;
use chipid::trust::TrustStore;
use chipid::{
    Check, CheckId, Clock, Document, Evidence, EvidenceError, EvidencePolicy, Policy, Reason, Report, State, Verdict,
    Warning,
};
use online::{Asked, Desk};
use proptest::prelude::*;
use reading::{lines, now, read, trust};
use serde_json::{Value, json};
use std::time::{Duration, SystemTime};
use trust_changes::AddTrust as _;

const DESK: &str = "online desk";

fn desk() -> Desk {
    Desk::new(DESK, now())
}

/// The trust of the Vietnamese profile, and this desk.
fn trusting(desk: &Desk) -> TrustStore {
    let mut trust = trust(&profile::vn());
    trust.add_online_signer(&desk.certificate).unwrap();
    trust
}

fn asked(mut desk: Desk) -> (Document, Result<(), OnlineError>, Desk) {
    let mut document = read(&profile::vn());
    let done = document.confirm_online(&mut desk, now());
    (document, done, desk)
}

fn confirmation(report: &Report) -> Option<(State, Option<Reason>)> {
    report.check(CheckId::OnlineConfirmation).map(|check| (check.state, check.reason))
}

fn open(reason: Reason) -> Option<(State, Option<Reason>)> {
    Some((State::Undetermined, Some(reason)))
}

const CONFIRMED: Option<(State, Option<Reason>)> = Some((State::Successful, None));
const DENIED: Option<(State, Option<Reason>)> = Some((State::Failed, Some(Reason::Denied)));

/// The document as it is saved and loaded again, with its proofs as text.
fn saved(document: &Document) -> (Vec<(FileId, Vec<u8>)>, Value) {
    let files = document.files().map(|(file, bytes)| (file, bytes.to_vec())).collect();
    (files, serde_json::to_value(document.proofs()).unwrap())
}

fn loaded(files: &[(FileId, Vec<u8>)], proofs: &Value) -> Option<Document> {
    let proofs: Proofs = serde_json::from_value(proofs.clone()).ok()?;
    Some(Document::from_files(files.to_vec(), Some(proofs.check().ok()?)))
}

#[test]
fn only_three_values_and_a_nonce_leave() {
    let (document, done, desk) = asked(desk());
    assert_eq!(done, Ok(()));
    let report = document.verify(&trusting(&desk), now());
    let [Asked { personal_number, ds_certificate, province, nonce, binding }] = &desk.asked[..] else { panic!() };
    assert_eq!(personal_number, "999199000001");
    assert_eq!(province.as_deref(), Some("Thành phố Mẫu"));
    let subject = Certificate::parse(ds_certificate).unwrap().subject().to_string();
    assert!(subject.contains("Document Signer"), "{subject}");
    // What the report hands to an operator is the same.
    let check = report.online_check().unwrap();
    assert_eq!(check.personal_number.as_ref(), Some(personal_number));
    assert_eq!(&check.province, province);
    // The binding is the documented one.
    let field = |value: &[u8]| [&[1][..], &u32::try_from(value.len()).unwrap().to_be_bytes(), value].concat();
    let parts = [
        b"chipid.online/1 question\0".to_vec(),
        field(personal_number.as_bytes()),
        field(ds_certificate),
        field(province.as_ref().unwrap().as_bytes()),
        nonce.to_vec(),
    ];
    assert_eq!(DigestAlgorithm::Sha256.digest(&[&parts.concat()]), binding);
    // No two questions are alike.
    let (_, _, other) = asked(self::desk());
    assert_ne!(other.asked[0].nonce, *nonce);
    assert_ne!(other.asked[0].binding, *binding);
}

#[test]
fn a_trusted_signature_over_this_question_confirms_or_denies() {
    let (document, done, desk) = asked(desk());
    assert_eq!(done, Ok(()));
    let report = document.verify(&trusting(&desk), now());
    assert_eq!(confirmation(&report), CONFIRMED, "{}", lines(&report));
    assert_eq!(report.verdict(), Verdict::Genuine);
    let (document, _, desk) = asked(self::desk().denying());
    let report = document.verify(&trusting(&desk), now());
    assert_eq!(confirmation(&report), DENIED);
    assert_eq!(report.verdict(), Verdict::Failed, "a denial gates");
    assert!(report.check(CheckId::OnlineConfirmation).unwrap().compared.contains(DESK));
}

#[test]
fn where_nobody_was_asked_there_is_no_such_check() {
    let report = read(&profile::vn()).verify(&trusting(&desk()), now());
    assert_eq!(confirmation(&report), None);
    assert_eq!(report.verdict(), Verdict::Genuine);
}

#[test]
fn a_confirmation_raises_no_verdict() {
    let (document, _, desk) = asked(desk());
    let mut without_anchor = TrustStore::empty();
    without_anchor.add_online_signer(&desk.certificate).unwrap();
    let report = document.verify(&without_anchor, now());
    assert_eq!(confirmation(&report), CONFIRMED);
    assert_eq!(report.verdict(), Verdict::Undetermined);
    // Nor of a copy, whose chip does not prove itself.
    let copy = profile::vn().with_quirk(chipid::sim::Quirk::CaRefused6d00);
    let (mut document, mut desk) = (read(&copy), self::desk());
    document.confirm_online(&mut desk, now()).unwrap();
    let report = document.verify(&trusting(&desk), now());
    assert_eq!((confirmation(&report), report.verdict()), (CONFIRMED, Verdict::Failed));
}

#[test]
fn an_answer_that_is_not_one_leaves_the_check_open_and_the_verdict_as_it_was() {
    type Alter = fn(&mut Desk);
    let cases: [(&str, Alter, Reason); 10] = [
        ("nobody signed", |desk| desk.after_signing = |answer| answer.signature = None, Reason::AnswerNotSigned),
        (
            "turned round",
            |desk| desk.after_signing = |answer| answer.verdict = OnlineVerdict::Denied,
            Reason::BadSignature,
        ),
        ("post-dated", |desk| desk.after_signing = |answer| answer.answered_at += 1, Reason::BadSignature),
        ("bound otherwise", |desk| desk.after_signing = |answer| answer.binding[0] ^= 1, Reason::BadSignature),
        ("another question", |desk| desk.before_signing = |answer| answer.binding[0] ^= 1, Reason::OtherQuestion),
        ("too early", |desk| desk.clock = now() - Duration::from_secs(901), Reason::StaleAnswer),
        ("too late", |desk| desk.clock = now() + Duration::from_secs(901), Reason::StaleAnswer),
        ("before its certificate", |desk| desk.clock = SystemTime::UNIX_EPOCH, Reason::NotYetValid),
        (
            "after its certificate",
            |desk| desk.before_signing = |answer| answer.answered_at = 4_000_000_000,
            Reason::Lapsed,
        ),
        ("SHA-1", |desk| desk.scheme = Scheme::Ecdsa(DigestAlgorithm::Sha1), Reason::ForbiddenAlgorithm),
    ];
    for denies in [false, true] {
        for (name, alter, reason) in &cases {
            let mut one = if denies { desk().denying() } else { desk() };
            alter(&mut one);
            let (document, done, one) = asked(one);
            assert_eq!(done, Ok(()), "{name}");
            let report = document.verify(&trusting(&one), now());
            // A denial that is turned round is none; one of this very question counts whatever the clocks say.
            let (due, verdict) = match (denies, *name, *reason) {
                (true, "turned round", _) => continue,
                (true, _, Reason::StaleAnswer) => (DENIED, Verdict::Failed),
                _ => (open(*reason), Verdict::Genuine),
            };
            assert_eq!(confirmation(&report), due, "{name}");
            assert_eq!(report.verdict(), verdict, "{name}");
        }
        // Just in time is in time.
        for clock in [now() - Duration::from_secs(900), now() + Duration::from_secs(900)] {
            let one = Desk { clock, ..desk() };
            let (document, _, one) = asked(one);
            assert_eq!(confirmation(&document.verify(&trusting(&one), now())), CONFIRMED);
        }
    }
}

#[test]
fn only_the_desk_that_was_named_counts() {
    for one in [desk(), desk().denying()] {
        let (document, _, one) = asked(one);
        // Another desk of the same name of its key's label, an anchor, one who signs evidence: none of them answers.
        let mut others = trusting(&Desk::new("another desk", now()));
        others.add_evidence_signer(&one.certificate).unwrap();
        others.pin_signer(&one.certificate).unwrap();
        let report = document.verify(&others, now());
        assert_eq!(confirmation(&report), open(Reason::ConfirmerNotTrusted));
        assert_eq!(report.verdict(), Verdict::Genuine);
        assert!(confirmation(&document.verify(&trusting(&one), now())) != open(Reason::ConfirmerNotTrusted));
    }
}

#[test]
fn without_an_answer_the_error_is_typed_and_the_report_says_so() {
    for error in [OnlineError::Unreachable, OnlineError::Refused, OnlineError::NoAnswer] {
        let (mut document, done, one) = asked(Desk { error: Some(error), ..desk() });
        assert_eq!(done, Err(error));
        let report = document.verify(&trusting(&one), now());
        assert_eq!((confirmation(&report), report.verdict()), (open(Reason::NoAnswer), Verdict::Genuine));
        // It may be asked again; an answer stays.
        let mut again = desk().denying();
        assert_eq!(document.confirm_online(&mut again, now()), Ok(()));
        let mut kinder = desk();
        assert_eq!(document.confirm_online(&mut kinder, now()), Err(OnlineError::Answered));
        assert!(kinder.asked.is_empty());
        assert_eq!(confirmation(&document.verify(&trusting(&again), now())), DENIED);
    }
    // A passport has no personal number: nothing is sent.
    let (mut passport, mut one) = (read(&profile::passport()), desk());
    assert_eq!(passport.confirm_online(&mut one, now()), Err(OnlineError::NothingToAsk));
    assert_eq!(
        passport.confirm_online(&mut one, SystemTime::UNIX_EPOCH - Duration::from_secs(1)),
        Err(OnlineError::Moment)
    );
    assert!(one.asked.is_empty());
    assert_eq!(confirmation(&passport.verify(&trust(&profile::passport()), now())), None);
}

#[test]
fn a_saved_document_is_judged_again_with_its_answer() {
    for (one, due) in [(desk(), CONFIRMED), (desk().denying(), DENIED)] {
        let (document, _, one) = asked(one);
        let (files, proofs) = saved(&document);
        let years_later = now() + Duration::from_secs(3 * 365 * 86_400);
        for at in [now(), years_later] {
            let again = loaded(&files, &proofs).unwrap().verify(&trusting(&one), at);
            assert_eq!(confirmation(&again), due);
            // It says its day, and that this is another.
            let check = again.check(CheckId::OnlineConfirmation).unwrap();
            let day = time::OffsetDateTime::from(now()).date().to_string();
            assert!(check.compared.ends_with(&day), "{}", check.compared);
            assert_eq!(check.warnings.contains(&Warning::OldAnswer), at == years_later);
            let told =
                again.decide(&Policy::strict()).reasons().iter().any(|one| one.warning == Some(Warning::OldAnswer));
            assert_eq!(told, at == years_later);
        }
        let untrusted = loaded(&files, &proofs).unwrap().verify(&trust(&profile::vn()), now());
        assert_eq!(confirmation(&untrusted), open(Reason::ConfirmerNotTrusted));
    }
    // Without one, the proofs are as before.
    let (_, proofs) = saved(&read(&profile::vn()));
    assert!(proofs.get("online").is_none());
}

#[test]
fn an_answer_does_not_pass_to_another_card() {
    let (document, _, one) = asked(desk());
    let (_, proofs) = saved(&document);
    let mut other = profile::vn();
    other.person.optional = "999199000002".into();
    other.person.document_number = "199000002".into();
    let (files, mut forged) = saved(&read(&other));
    let genuine = loaded(&files, &forged).unwrap().verify(&trusting(&one), now());
    assert_eq!(genuine.verdict(), Verdict::Genuine, "{}", lines(&genuine));
    forged["online"] = proofs["online"].clone();
    let report = loaded(&files, &forged).unwrap().verify(&trusting(&one), now());
    assert_eq!(confirmation(&report), open(Reason::OtherQuestion));
    // Nor to the same card under another document signer's certificate, or from another province.
    let mut paper = paper::Document::new();
    let groups = document.files().filter_map(|(file, bytes)| match file {
        FileId::DataGroup(group) => Some((group.number(), bytes.to_vec())),
        _ => None,
    });
    paper.files = groups.collect();
    let (mut files, proofs) = saved(&document);
    files.retain(|(file, _)| *file != FileId::Sod);
    files.push((FileId::Sod, paper.sod()));
    let report = loaded(&files, &proofs).unwrap().verify(&trusting(&one), now());
    assert_eq!(confirmation(&report), open(Reason::OtherQuestion), "under another document signer");
    let (mut files, proofs) = saved(&document);
    files.retain(|(file, _)| *file != FileId::DataGroup(DataGroup::DG13));
    let report = loaded(&files, &proofs).unwrap().verify(&trusting(&one), now());
    assert_eq!(confirmation(&report), open(Reason::OtherQuestion), "without the province");
    files.retain(|(file, _)| *file != FileId::DataGroup(DataGroup::DG1));
    let report = loaded(&files, &proofs).unwrap().verify(&trusting(&one), now());
    assert_eq!(confirmation(&report), open(Reason::NothingToCompare), "without the number");
}

#[test]
fn no_altered_record_confirms_or_denies() {
    let (document, _, one) = asked(desk());
    let (files, proofs) = saved(&document);
    let trust = trusting(&one);
    let mut seen = 0;
    for place in [
        "/online/nonce",
        "/online/answer/binding",
        "/online/answer/signature/signature",
        "/online/answer/signature/certificate",
        "/online/answer/signature/algorithm",
    ] {
        let text = proofs.pointer(place).unwrap().as_str().unwrap();
        for at in (0..text.len()).step_by(text.len() / 16 + 1) {
            let mut altered = proofs.clone();
            let digit = if text.as_bytes()[at] == b'0' { "1" } else { "0" };
            *altered.pointer_mut(place).unwrap() = json!(format!("{}{digit}{}", &text[..at], &text[at + 1..]));
            let Some(document) = loaded(&files, &altered) else { continue };
            let report = document.verify(&trust, now());
            assert_eq!(confirmation(&report).unwrap().0, State::Undetermined, "{place} {at}");
            assert_eq!(report.verdict(), document_without(&files, &proofs).verify(&trust, now()).verdict());
            seen += 1;
        }
    }
    println!("{seen} altered records");
    for (place, value) in [
        ("/online/answer/verdict", json!("denied")),
        ("/online/answer/answered_at", json!(1_767_225_601)),
        ("/online/asked_at", json!(1_767_225_600 + 1_000)),
    ] {
        let mut altered = proofs.clone();
        *altered.pointer_mut(place).unwrap() = value;
        let report = loaded(&files, &altered).unwrap().verify(&trust, now());
        assert_eq!(confirmation(&report).unwrap().0, State::Undetermined, "{place}");
    }
    for (place, value) in [
        ("/online/answer/verdict", json!("perhaps")),
        ("/online/nonce", json!("00")),
        ("/online/nonce", json!("AB".repeat(32))),
        ("/online/answer/signature/signature", json!("zz")),
        ("/online/answer/signature/certificate", json!("00".repeat(65_537))),
    ] {
        let mut altered = proofs.clone();
        *altered.pointer_mut(place).unwrap() = value;
        assert!(loaded(&files, &altered).is_none(), "{place}: proofs that nobody understands are refused");
    }
    let mut surplus = proofs.clone();
    surplus["online"]["surplus"] = json!(1);
    assert!(loaded(&files, &surplus).is_none());
}

/// The same without its answer.
fn document_without(files: &[(FileId, Vec<u8>)], proofs: &Value) -> Document {
    let mut proofs = proofs.clone();
    proofs.as_object_mut().unwrap().remove("online");
    loaded(files, &proofs).unwrap()
}

/// A bank's key.
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

fn evidence_of(document: &Document, trust: &TrustStore) -> Evidence {
    let clock = Clock { read_at: now(), source: "the test".into() };
    document.to_evidence(trust, now(), &EvidencePolicy::all(), &clock).unwrap()
}

fn judged(evidence: &Evidence, trust: &TrustStore) -> Report {
    let again = Evidence::decode(&evidence.encode()).unwrap();
    assert_eq!(again.encode(), evidence.encode());
    Document::from_evidence(&again).verify(trust, now())
}

#[test]
fn evidence_keeps_the_answer_and_judges_it_again() {
    for (one, due) in [(desk(), CONFIRMED), (desk().denying(), DENIED)] {
        let (document, _, one) = asked(one);
        let trust = trusting(&one);
        let mut evidence = evidence_of(&document, &trust);
        assert_eq!(confirmation(&judged(&evidence, &trust)), due, "also where nobody signed the evidence");
        assert_eq!(confirmation(&judged(&evidence, &self::trust(&profile::vn()))), open(Reason::ConfirmerNotTrusted));
        // Whose answer counts is a matter of now, also where a file was removed.
        let less = evidence.without(FileId::DataGroup(DataGroup::DG13)).unwrap();
        let stranger = judged(&less, &self::trust(&profile::vn()));
        assert_eq!(confirmation(&stranger), open(Reason::ConfirmerNotTrusted));
        // No reader that this verifier trusts attests that the removed file was read and matched.
        assert_eq!(stranger.verdict(), Verdict::Undetermined);
        // Without DG13 nobody can see any more what was asked: it is the reader's word, and a denial stands.
        let mut bank = Bank::new();
        let mut with_bank = trust.clone();
        with_bank.add_evidence_signer(&bank.certificate).unwrap();
        let less = |evidence: &Evidence| evidence.without(FileId::DataGroup(DataGroup::DG13)).unwrap();
        let removed = judged(&less(&evidence), &with_bank);
        let unsigned = if due == DENIED { DENIED } else { open(Reason::AttestedByReader) };
        assert_eq!(confirmation(&removed), unsigned, "{}", lines(&removed));
        evidence.sign(&mut bank).unwrap();
        let signed =
            if due == DENIED { DENIED } else { Some((State::Successful, Some(Reason::AttestedByTrustedReader))) };
        assert_eq!(confirmation(&judged(&less(&evidence), &with_bank)), signed);
    }
}

#[test]
fn evidence_with_an_answer_that_nobody_understands_is_refused() {
    let (document, _, one) = asked(desk());
    let evidence = evidence_of(&document, &trusting(&one));
    let value: Value = serde_json::from_slice(&evidence.encode()).unwrap();
    let forge = |place: &str, new: Value| {
        let mut value = value.clone();
        *value.pointer_mut(place).unwrap() = new;
        let manifest = serde_json::to_vec(&value["manifest"]).unwrap();
        value["sha256"] = json!(hex::encode(DigestAlgorithm::Sha256.digest(&[&manifest])));
        Evidence::decode(&serde_json::to_vec(&value).unwrap())
    };
    assert!(forge("/manifest/online/asked_at", json!(1_767_225_600)).is_ok(), "the control");
    for (place, new) in [
        ("/manifest/online/answer/verdict", json!("perhaps")),
        ("/manifest/online/binding", json!("00")),
        ("/manifest/online/nonce", json!("AB".repeat(32))),
    ] {
        assert_eq!(forge(place, new).unwrap_err(), EvidenceError::Value("online"), "{place}");
    }
}

/// Writes the vector of this version: `cargo test --test online -- --ignored writes_a_vector`. One that is there is never
/// written again: it is what an old version wrote.
#[test]
#[ignore = "writes into test-vectors/"]
fn writes_a_vector() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("test-vectors/evidence");
    let path = folder.join("vn-2-decided-and-confirmed.txt");
    if path.exists() {
        return;
    }
    let (document, _, one) = asked(desk());
    let trust = trusting(&one);
    let kept = EvidencePolicy::without_biometrics().under(&chipid::Policy::field());
    let clock = Clock { read_at: now(), source: "the test".into() };
    let evidence = document.to_evidence(&trust, now(), &kept, &clock).unwrap();
    let report = judged(&evidence, &trust);
    let shown = report.checks().iter().filter(|check| {
        let groups = ["chip.", "evidence.", "online."];
        !check.is_successful() || groups.iter().any(|group| check.id.as_str().starts_with(group))
    });
    let line = |check: &Check| match check.reason {
        Some(reason) => format!("{} {} {reason}", check.id, check.state.as_str()),
        None => format!("{} {}", check.id, check.state.as_str()),
    };
    let by = evidence.decided_by().unwrap();
    let text = format!(
        "# Evidence of the invented person of the profile vn, decided upon by a policy and confirmed by an invented desk, as \
         this version wrote it; never written again.\n\
         kind: evidence\nsource: chipid {}\nrecipe: cargo test --test online -- --ignored writes_a_vector\n\
         expect: accepted\nverdict: {}\nchecks: {}\npolicy: {} {} {}\ncsca: {}\nonline: {}\nevidence: {}\n",
        env!("CARGO_PKG_VERSION"),
        report.verdict().as_str(),
        shown.map(line).collect::<Vec<_>>().join(", "),
        by.name,
        by.decision,
        by.sha256,
        hex::encode(profile::vn().csca().unwrap()),
        hex::encode(&one.certificate),
        String::from_utf8(evidence.encode()).unwrap(),
    );
    std::fs::write(path, text).unwrap();
}

#[test]
fn nothing_personal_is_told() {
    let (document, _, one) = asked(desk());
    let (_, proofs) = saved(&document);
    let report = document.verify(&trusting(&one), now());
    let shown = format!("{document:?} {:?}", report.check(CheckId::OnlineConfirmation));
    let errors =
        [OnlineError::NothingToAsk, OnlineError::Answered, OnlineError::Refused].map(|error| error.to_string());
    for secret in ["999199000001", "Mẫu"] {
        assert!(!shown.contains(secret) && !errors.concat().contains(secret) && !proofs.to_string().contains(secret));
    }
    struct Shows(String);
    impl OnlineVerifier for Shows {
        fn ask(&mut self, question: &OnlineQuestion<'_>) -> Result<chipid::online::OnlineAnswer, OnlineError> {
            self.0 = format!("{question:?}");
            Err(OnlineError::Refused)
        }
    }
    let mut shows = Shows(String::new());
    read(&profile::vn()).confirm_online(&mut shows, now()).unwrap_err();
    assert_eq!(shows.0, "OnlineQuestion(..)");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever stands in the record: only the very answer confirms, and nothing raises the verdict.
    #[test]
    fn arbitrary_answers_raise_nothing(
        confirmed in any::<bool>(), at in any::<u64>(), binding in any::<[u8; 32]>(), nonce in any::<[u8; 32]>(),
        signature in proptest::collection::vec(any::<u8>(), 0..80),
    ) {
        thread_local! {
            static DOCUMENT: (Vec<(FileId, Vec<u8>)>, Value, TrustStore) = {
                let (document, _, one) = asked(desk());
                let (files, proofs) = saved(&document);
                (files, proofs, trusting(&one))
            };
        }
        DOCUMENT.with(|(files, proofs, trust)| {
            let mut proofs = proofs.clone();
            proofs["online"]["nonce"] = json!(hex::encode(nonce));
            proofs["online"]["answer"]["verdict"] = json!(if confirmed { "confirmed" } else { "denied" });
            proofs["online"]["answer"]["answered_at"] = json!(at);
            proofs["online"]["answer"]["binding"] = json!(hex::encode(binding));
            proofs["online"]["answer"]["signature"]["signature"] = json!(hex::encode(&signature));
            let report = loaded(files, &proofs).unwrap().verify(trust, now());
            assert_eq!(confirmation(&report).unwrap().0, State::Undetermined);
            assert_eq!(report.verdict(), Verdict::Genuine);
        });
    }
}

#[test]
fn a_check_of_an_answer_is_told_in_full() {
    let (document, _, one) = asked(desk());
    let report = document.verify(&trusting(&one), now());
    let due = Check::successful(CheckId::OnlineConfirmation)
        .comparing(format!("signed by {} on 2026-01-01", Certificate::parse(&one.certificate).unwrap().subject()));
    assert_eq!(report.check(CheckId::OnlineConfirmation), Some(&due));
}
