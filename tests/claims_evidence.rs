//! Is this the person who was asked for? The same question for evidence: unsigned, signed by a reader that is trusted, and by
//! one that is not; with records that were deleted or edited; and for what version 0.1.0 stored.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[path = "support/trust.rs"]
mod trust_changes;
#[path = "support/paper.rs"]
#[allow(dead_code, reason = "each test program uses a part of it")]
mod paper;
#[path = "support/reading.rs"]
mod reading;

use ClaimsOutcome::{Differs, Matches, NotComparable, NotGiven, NotRecorded};
use chipid::document::EvidenceSignature;
use chipid::evidence::{EvidenceSigner, EvidenceSigningError};
use chipid::internals::crypto::DigestAlgorithm;
use chipid::internals::issuer::RevocationListFields;
use chipid::lds::{DataGroup, FileId, Mrz};
use chipid::sim::person::Layout;
use chipid::sim::profile;
use chipid::trust::TrustStore;
use chipid::vietnam::{PersonalNumber, Qr};
use chipid::{
    CheckId, ClaimField, Claims, ClaimsBasis, ClaimsOutcome, ClaimsWarning, Clock, Document, Evidence, EvidenceError,
    EvidencePolicy, Outcome, Password, Policy, ReadPlan, Report, State, Verdict,
};
use reading::{lines, link, now, read_over, trust};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::LazyLock;
use std::time::{Duration, SystemTime};
use time::OffsetDateTime;
use time::macros::datetime;
use trust_changes::AddTrust as _;

/// The invented citizen's number, and that of another person with the same last six digits.
const OWN: &str = "999199000001";
const OTHER: &str = "001199000001";

const DG1: FileId = FileId::DataGroup(DataGroup::DG1);
const DG2: FileId = FileId::DataGroup(DataGroup::DG2);
const DG13: FileId = FileId::DataGroup(DataGroup::DG13);

/// A reader with a key and a certificate.
struct Reader {
    certificate: Vec<u8>,
    key: paper::Key,
}

impl Reader {
    fn new() -> Self {
        let document = paper::Document::new();
        Self { certificate: document.ds_der(), key: document.ds.key }
    }

    /// Another one, whose certificate has the same names.
    fn other() -> Self {
        let mut document = paper::Document::new();
        document.ds.key = paper::Key::new(chipid::internals::crypto::CurveId::Secp256r1, 0x77);
        document.ds.spki = document.ds.key.spki();
        Self { certificate: document.ds_der(), key: document.ds.key }
    }
}

impl EvidenceSigner for Reader {
    fn sign(&mut self, data: &[u8]) -> Result<EvidenceSignature, EvidenceSigningError> {
        Ok(EvidenceSignature::Certificate {
            algorithm: paper::algorithm(paper::ecdsa(DigestAlgorithm::Sha256)),
            certificate: self.certificate.clone(),
            signature: self.key.sign(DigestAlgorithm::Sha256, data),
        })
    }
}

/// Who signed evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Signer {
    Nobody,
    Stranger,
    Trusted,
}

const SIGNERS: [Signer; 3] = [Signer::Nobody, Signer::Stranger, Signer::Trusted];

impl Signer {
    fn sign(self, mut evidence: Evidence) -> Evidence {
        match self {
            Signer::Nobody => {}
            Signer::Stranger => evidence.sign(&mut Reader::other()).unwrap(),
            Signer::Trusted => evidence.sign(&mut Reader::new()).unwrap(),
        }
        Evidence::decode(&evidence.encode()).unwrap()
    }
}

/// The authority, its revocation list, and the trusted reader: nothing is left for `strict` to refer but claims.
static TRUST: LazyLock<TrustStore> = LazyLock::new(|| {
    let profile = profile::vn();
    let mut trust = trust(&profile);
    let issuer = profile.issuer().unwrap();
    let made = datetime!(2025-12-15 0:00 UTC);
    let fields = RevocationListFields { revoked: Vec::new(), ..issuer.revocation_list_fields(made) };
    assert_eq!(trust.add_file("crl", &issuer.sign_revocation_list(&fields).unwrap()).accepted, 1);
    trust.add_evidence_signer(&Reader::new().certificate).unwrap();
    trust
});

/// Evidence of a reading that this password opened.
fn evidence(password: Password) -> Evidence {
    let vn = profile::vn();
    let document = read_over(link(&vn), &password, &ReadPlan::full(), None).unwrap();
    let clock = Clock { read_at: now() - Duration::from_secs(60), source: "the test".into() };
    document.to_evidence(&TRUST, now(), &EvidencePolicy::all(), &clock).unwrap()
}

fn without_a_claim() -> Evidence {
    static MADE: LazyLock<Evidence> = LazyLock::new(|| evidence(Password::can("000001").unwrap()));
    MADE.clone()
}

fn of_the_person() -> Evidence {
    static MADE: LazyLock<Evidence> = LazyLock::new(|| evidence(Password::number(OWN).unwrap()));
    MADE.clone()
}

fn of_another_person() -> Evidence {
    static MADE: LazyLock<Evidence> = LazyLock::new(|| evidence(Password::number(OTHER).unwrap()));
    MADE.clone()
}

fn judge(evidence: &Evidence, claims: Claims) -> Report {
    Document::from_evidence(evidence).with_claims(claims).verify(&TRUST, now())
}

/// What `strict` and `field` decide.
fn decisions(report: &Report) -> [Outcome; 2] {
    [Policy::strict(), Policy::field()].map(|policy| report.decide(&policy).outcome())
}

/// What the rule about claims decides in each of the policies.
fn rules(report: &Report) -> [Outcome; 2] {
    [Policy::strict(), Policy::field()].map(|policy| {
        let decision = report.decide(&policy);
        let outcome = decision.reasons().iter().find(|reason| reason.claims.is_some()).map(|reason| reason.outcome);
        outcome.unwrap_or(Outcome::Accept)
    })
}

fn is(report: &Report, outcome: ClaimsOutcome, what: &str) {
    assert_eq!(report.claims().outcome(), outcome, "{what}: {:?}\n{}", report.claims(), lines(report));
}

fn number(digits: &str) -> Claims {
    Claims { number: Some(PersonalNumber::parse(digits).unwrap()), ..Claims::default() }
}

/// The claims that can be made of a person with this number, who is otherwise the holder.
fn claims_of(digits: &str) -> [(&'static str, Claims); 3] {
    let vn = profile::vn();
    let qr = vn.qr_text().unwrap().replace(OWN, digits);
    let person = chipid::sim::person::Person { optional: digits.into(), ..vn.person.clone() };
    let mrz = Mrz::parse(&person.mrz_lines(Layout::Td1Vietnam).concat()).unwrap();
    [
        ("number", number(digits)),
        ("qr", Claims { qr: Some(Qr::parse(&qr).unwrap()), ..Claims::default() }),
        ("mrz", Claims { mrz: Some(mrz), ..Claims::default() }),
    ]
}

fn value(evidence: &Evidence) -> Value {
    serde_json::from_slice(&evidence.encode()).unwrap()
}

/// Canonical bytes with the hash of the manifest corrected, as somebody who edits the file would write them.
fn forge(mut value: Value) -> Result<Evidence, EvidenceError> {
    let manifest = serde_json::to_vec(&value["manifest"]).unwrap();
    value["sha256"] = json!(hex::encode(DigestAlgorithm::Sha256.digest(&[&manifest])));
    Evidence::decode(&serde_json::to_vec(&value).unwrap())
}

fn forged(evidence: &Evidence, change: impl FnOnce(&mut Value)) -> Result<Evidence, EvidenceError> {
    let mut value = value(evidence);
    change(&mut value["manifest"]);
    forge(value)
}

fn delete_record(manifest: &mut Value) {
    assert!(manifest.as_object_mut().unwrap().remove("claims").is_some());
}

fn delete_checks(manifest: &mut Value) {
    let checks = manifest["checks"].as_array_mut().unwrap();
    checks.retain(|check| check["id"] != "vn.number_given");
}

#[test]
fn row_8_evidence_is_compared_with_what_is_supplied_now_whoever_signed_it() {
    for (recorded, evidence) in [("no claim", without_a_claim()), ("a match", of_the_person())] {
        for signer in SIGNERS {
            let evidence = signer.sign(evidence.clone());
            let verdict = judge(&evidence, Claims::default()).verdict();
            for (digits, outcome) in [(OWN, Matches), (OTHER, Differs)] {
                for (kind, claims) in claims_of(digits) {
                    let what = format!("{recorded}, {signer:?}, {kind} {digits}");
                    let report = judge(&evidence, claims);
                    is(&report, outcome, &what);
                    assert_eq!(report.claims().basis(), ClaimsBasis::Given, "{what}");
                    assert_eq!(report.verdict(), verdict, "{what}");
                    assert!(report.claims().warnings().is_empty(), "{what}");
                    if outcome == Differs {
                        assert_eq!(decisions(&report), [Outcome::Reject, Outcome::Refer], "{what}");
                    }
                }
            }
        }
    }
}

#[test]
fn row_8_evidence_without_dg1_or_dg13_is_compared_with_the_other_one_and_without_both_not_at_all() {
    for signer in SIGNERS {
        for (removed, is_comparable) in
            [(&[DG1][..], true), (&[DG13], true), (&[DG2], true), (&[DG1, DG2], true), (&[DG1, DG13], false)]
        {
            let remove = |evidence: Evidence| removed.iter().fold(evidence, |less, file| less.without(*file).unwrap());
            let plain = signer.sign(remove(without_a_claim()));
            let differs = signer.sign(remove(of_another_person()));
            for (digits, outcome) in [(OWN, Matches), (OTHER, Differs)] {
                for (kind, claims) in claims_of(digits) {
                    let what = format!("{signer:?}, without {removed:?}, {kind} {digits}");
                    is(&judge(&plain, claims), if is_comparable { outcome } else { NotComparable }, &what);
                }
                // A claim that cannot be compared decides nothing against a recorded difference.
                for (kind, claims) in claims_of(digits) {
                    let what = format!("{signer:?}, recorded, without {removed:?}, {kind} {digits}");
                    is(&judge(&differs, claims), if is_comparable { outcome } else { Differs }, &what);
                }
            }
        }
    }
}

#[test]
fn row_9_evidence_without_a_record_is_not_recorded() {
    let evidence = forged(&without_a_claim(), delete_record).unwrap();
    let report = judge(&evidence, Claims::default());
    is(&report, NotRecorded, "deleted");
    assert_eq!((report.verdict(), report.claims().basis()), (Verdict::Genuine, ClaimsBasis::Nothing));
    assert_eq!((rules(&report), decisions(&report)[0]), ([Outcome::Refer, Outcome::Accept], Outcome::Refer));
    // The control: a record that nothing was supplied.
    let report = judge(&without_a_claim(), Claims::default());
    is(&report, NotGiven, "a record");
    assert_eq!(rules(&report), [Outcome::Accept, Outcome::Accept]);
}

#[test]
fn row_10_a_recorded_difference_counts_whoever_wrote_it() {
    for signer in SIGNERS {
        for removed in [&[][..], &[DG2], &[DG1], &[DG13], &[DG1, DG13]] {
            let evidence = removed.iter().fold(of_another_person(), |less, file| less.without(*file).unwrap());
            let report = judge(&signer.sign(evidence), Claims::default());
            let what = format!("{signer:?}, without {removed:?}");
            is(&report, Differs, &what);
            let basis = if signer == Signer::Trusted { ClaimsBasis::SignedRecord } else { ClaimsBasis::Record };
            assert_eq!(report.claims().basis(), basis, "{what}");
            assert_eq!(report.claims().different(), [ClaimField::PersonalNumber], "{what}");
            assert_eq!(rules(&report), [Outcome::Reject, Outcome::Refer], "{what}");
            assert!(decisions(&report)[1] < Outcome::Accept, "{what}");
        }
    }
}

#[test]
fn row_10_a_claim_that_matches_now_leaves_a_warning_that_strict_refers() {
    for signer in SIGNERS {
        for removed in [&[][..], &[DG1], &[DG13]] {
            let remove = |evidence: Evidence| removed.iter().fold(evidence, |less, file| less.without(*file).unwrap());
            let evidence = signer.sign(remove(of_another_person()));
            let none = signer.sign(remove(without_a_claim()));
            for ((kind, claims), (_, same)) in claims_of(OWN).into_iter().zip(claims_of(OWN)) {
                let what = format!("{signer:?}, without {removed:?}, {kind}");
                let (report, control) = (judge(&evidence, claims), judge(&none, same));
                is(&report, Matches, &what);
                assert!(report.claims().warnings().contains(&ClaimsWarning::RecordedDiffers), "{what}");
                assert_eq!(rules(&report), [Outcome::Refer, Outcome::Accept], "{what}");
                // The recorded check counts no more, whatever kind of claim is supplied now.
                assert_eq!(report.verdict(), control.verdict(), "{what}");
                assert_eq!(decisions(&report)[0], Outcome::Refer, "{what}\n{}", lines(&report));
                assert_eq!(decisions(&report)[1], decisions(&control)[1], "{what}\n{}", lines(&report));
            }
        }
    }
}

#[test]
fn a_recorded_difference_that_does_not_identify_a_person_stays_beside_a_claim_that_matches() {
    let text = profile::vn().qr_text().unwrap().replace("Số 1", "Số 2");
    let later = chipid::sim::person::Person { expiry: "380101".into(), ..profile::vn().person };
    let later = later.mrz_lines(Layout::Td1Vietnam).concat();
    for (password, id) in [(Password::qr(&text), CheckId::VnQrOther), (Password::mrz(&later), CheckId::LdsDg1Printed)] {
        let evidence = evidence(password.unwrap());
        for signer in SIGNERS {
            let report = judge(&signer.sign(evidence.clone()), number(OWN));
            is(&report, Matches, id.as_str());
            assert_eq!(report.check(id).map(|check| check.state), Some(State::Failed), "{signer:?} {id}");
            assert!(report.claims().warnings().is_empty(), "{signer:?} {id}");
        }
    }
}

#[test]
fn row_11_a_match_that_no_trusted_reader_signed_is_not_given_with_a_warning() {
    for signer in [Signer::Nobody, Signer::Stranger] {
        for removed in [&[][..], &[DG2], &[DG1], &[DG13]] {
            let remove = |evidence: Evidence| removed.iter().fold(evidence, |less, file| less.without(*file).unwrap());
            let report = judge(&signer.sign(remove(of_the_person())), Claims::default());
            let what = format!("{signer:?}, without {removed:?}");
            is(&report, NotGiven, &what);
            assert_eq!(report.claims().warnings(), [ClaimsWarning::RecordedMatchNotSigned], "{what}");
            assert!(report.claims().compared().is_empty(), "{what}");
            assert_eq!(rules(&report), [Outcome::Refer, Outcome::Accept], "{what}");
            let control = judge(&signer.sign(remove(without_a_claim())), Claims::default());
            assert_eq!(report.verdict(), control.verdict(), "{what}");
            assert_eq!(decisions(&report)[1], decisions(&control)[1], "{what}");
        }
    }
}

#[test]
fn row_12_a_match_that_a_trusted_reader_signed_is_a_match() {
    for removed in [&[][..], &[DG2], &[DG1, DG13]] {
        let evidence = removed.iter().fold(of_the_person(), |less, file| less.without(*file).unwrap());
        let report = judge(&Signer::Trusted.sign(evidence), Claims::default());
        is(&report, Matches, &format!("without {removed:?}"));
        assert_eq!(report.claims().basis(), ClaimsBasis::SignedRecord);
        assert_eq!(report.claims().compared(), [ClaimField::PersonalNumber]);
        assert!(report.claims().warnings().is_empty());
        assert_eq!(rules(&report), [Outcome::Accept, Outcome::Accept]);
        if removed.is_empty() {
            assert_eq!(decisions(&report), [Outcome::Accept, Outcome::Accept], "{}", lines(&report));
        }
    }
    // A reader that the verifier does not trust any more: the same file, and no match.
    let evidence = Signer::Trusted.sign(of_the_person());
    let report = Document::from_evidence(&evidence).verify(&trust(&profile::vn()), now());
    is(&report, NotGiven, "the reader is not trusted");
}

#[test]
fn a_recorded_match_is_contradicted_by_a_failed_check_of_the_same_file() {
    for outcome in ["matches", "not_given"] {
        let evidence = forged(&of_another_person(), |manifest| {
            let compared = if outcome == "matches" { json!(["personal_number"]) } else { json!([]) };
            manifest["claims"] = json!({"compared": compared, "different": [], "outcome": outcome});
        });
        let report = judge(&evidence.unwrap(), Claims::default());
        is(&report, Differs, outcome);
        assert_eq!(report.claims().different(), [ClaimField::PersonalNumber]);
    }
    // The control: the check agrees with the record.
    let control = forged(&of_the_person(), |manifest| {
        manifest["claims"] = json!({"compared": ["personal_number"], "different": [], "outcome": "matches"});
    });
    is(&judge(&control.unwrap(), Claims::default()), NotGiven, "control");
}

#[test]
fn a_record_that_is_deleted_is_read_from_the_checks_and_without_these_is_lost() {
    // What `SECURITY.md` states: whoever can write an unsigned file can delete the record, and only a signature shows it.
    let less = forged(&of_another_person(), delete_record).unwrap();
    is(&judge(&less, Claims::default()), Differs, "the record alone");
    let lost = |manifest: &mut Value| {
        delete_record(manifest);
        delete_checks(manifest);
    };
    let less = forged(&of_another_person(), lost).unwrap();
    let report = judge(&less, Claims::default());
    is(&report, NotRecorded, "the record and the check");
    assert_eq!(rules(&report), [Outcome::Refer, Outcome::Accept]);
    // A deleted match earns nothing either.
    let less = forged(&of_the_person(), delete_record).unwrap();
    is(&judge(&less, Claims::default()), NotGiven, "a match");
    // In signed evidence the same edits make the signature fail, and without the signature nothing is signed.
    for change in [delete_record, lost] {
        for evidence in [of_another_person(), of_the_person()] {
            let signed = Signer::Trusted.sign(evidence);
            let report = judge(&forged(&signed, change).unwrap(), Claims::default());
            assert_eq!(report.verdict(), Verdict::Failed);
            assert_ne!(report.claims().outcome(), Matches);
            assert_eq!(decisions(&report), [Outcome::Reject, Outcome::Reject]);
            let mut stripped = value(&signed);
            stripped["signatures"] = json!([]);
            change(&mut stripped["manifest"]);
            assert_ne!(judge(&forge(stripped).unwrap(), Claims::default()).claims().outcome(), Matches);
        }
    }
}

#[test]
fn no_edited_record_of_a_difference_gives_a_match() {
    let fields: Vec<&str> = ClaimField::ALL.iter().map(|field| field.as_str()).collect();
    let lists: Vec<Value> = std::iter::once(json!([]))
        .chain(fields.iter().map(|field| json!([field])))
        .chain([json!(fields), json!(["personal_number", "name"]), json!(["name", "personal_number"]), json!("x")])
        .collect();
    let (mut read, mut cases) = (0, 0);
    for signer in SIGNERS {
        let evidence = signer.sign(of_another_person());
        for outcome in ClaimsOutcome::ALL.iter().map(|outcome| outcome.as_str()).chain(["", "Matches"]) {
            for compared in &lists {
                for different in &lists {
                    cases += 1;
                    let edited = forged(&evidence, |manifest| {
                        manifest["claims"] = json!({"compared": compared, "different": different, "outcome": outcome});
                    });
                    let Ok(edited) = edited else { continue };
                    read += 1;
                    let report = judge(&edited, Claims::default());
                    is(&report, Differs, &format!("{outcome} {compared} {different}"));
                }
            }
        }
    }
    println!("{cases} records, {read} of them read");
    assert!(read > 20 && read < cases / 4);
}

#[test]
fn no_edited_record_of_a_match_counts_without_a_trusted_signature() {
    for edited in [
        json!({"compared": ["personal_number", "name"], "different": [], "outcome": "matches"}),
        json!({"compared": ["document_number"], "different": [], "outcome": "matches"}),
    ] {
        // Nothing was supplied when the card was read.
        for signer in SIGNERS {
            let signed = signer.sign(without_a_claim());
            let report =
                judge(&forged(&signed, |manifest| manifest["claims"] = edited.clone()).unwrap(), Claims::default());
            is(&report, NotGiven, &format!("{signer:?}"));
            assert_eq!(report.claims().warnings(), [ClaimsWarning::RecordedMatchNotSigned]);
            assert_eq!(report.verdict() == Verdict::Failed, signer != Signer::Nobody, "{signer:?}");
        }
    }
}

#[test]
fn evidence_of_version_1_cannot_be_given_a_record_and_keeps_what_its_checks_state() {
    let downgraded = |evidence: &Evidence, keep: bool| {
        let mut value = value(evidence);
        value["schema"] = json!("chipid.evidence/1");
        if !keep {
            delete_record(&mut value["manifest"]);
        }
        forge(value)
    };
    assert_eq!(downgraded(&of_the_person(), true).unwrap_err(), EvidenceError::Value("claims"));
    is(&judge(&downgraded(&of_another_person(), false).unwrap(), Claims::default()), Differs, "version 1");
    is(&judge(&downgraded(&without_a_claim(), false).unwrap(), Claims::default()), NotRecorded, "version 1");
    // The signature is over the name of the form too.
    let report = judge(&downgraded(&Signer::Trusted.sign(of_the_person()), false).unwrap(), Claims::default());
    assert_eq!(report.verdict(), Verdict::Failed);
    is(&report, NotGiven, "version 1");
}

/// A file that version 0.1.0 stored, the certificates that are trusted, and the outcome.
const GOLDEN: &[(&str, &[&str], ClaimsOutcome)] = &[
    ("evidence/vn-number-of-another-person.chipid.json", &["csca-vn.der"], Differs),
    ("evidence/vn-number-of-another-person-signed.chipid.json", &["csca-vn.der", "reader.der"], Differs),
    ("evidence/vn-number-of-another-person-signed.chipid.json", &["csca-vn.der"], Differs),
    ("evidence/vn-plan-number-of-another-person.chipid.json", &["csca-vn.der"], Differs),
    ("evidence/vn-plan-number-of-another-person-signed.chipid.json", &["csca-vn.der", "reader.der"], Differs),
    ("evidence/vn-qr-matches-signed.chipid.json", &["csca-vn.der", "reader.der"], Matches),
    ("evidence/vn-plan-number-matches-signed.chipid.json", &["csca-vn.der", "reader.der"], Matches),
    ("evidence/passport-mrz-matches-signed.chipid.json", &["csca-passport.der", "reader.der"], Matches),
    ("evidence/vn-qr-matches-signed.chipid.json", &["csca-vn.der"], NotGiven),
    ("evidence/vn-plan-number-matches-signed.chipid.json", &["csca-vn.der"], NotGiven),
    ("evidence/vn-plan-number-matches.chipid.json", &["csca-vn.der", "reader.der"], NotGiven),
    ("evidence/passport-mrz-matches-signed.chipid.json", &["csca-passport.der"], NotGiven),
    ("evidence/vn.chipid.json", &["csca-vn.der"], NotRecorded),
    ("evidence/vn-signed.chipid.json", &["csca-vn.der", "reader.der"], NotRecorded),
    ("evidence/vn-keeps-keys-only-signed.chipid.json", &["csca-vn.der", "reader.der"], NotRecorded),
    ("folders/vn", &["csca-vn.der"], NotRecorded),
    ("folders/vn-plan-number", &["csca-vn.der"], NotRecorded),
    // A folder of version 1 has no record: what was given is lost, and `verify --number` compares it again.
    ("folders/vn-number-of-another-person", &["csca-vn.der"], NotRecorded),
    ("folders/passport", &["csca-passport.der"], NotRecorded),
];

fn golden(path: &str) -> Document {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("test-vectors/stored-0.1").join(path);
    if place.is_file() {
        return Document::from_evidence(&Evidence::decode(&std::fs::read(place).unwrap()).unwrap());
    }
    let held = |file: FileId| Some((file, std::fs::read(place.join(file.file_name())).ok()?));
    let proofs: chipid::Proofs = serde_json::from_slice(&std::fs::read(place.join("proofs.json")).unwrap()).unwrap();
    let files = chipid::lds::FileId::all().filter_map(held).collect::<Vec<_>>();
    Document::from_files(files, Some(proofs.check().unwrap()))
}

#[test]
fn what_version_0_1_0_stored_has_the_outcome_of_its_row() {
    let at = SystemTime::from(datetime!(2026-12-01 12:00 UTC) as OffsetDateTime);
    for (path, trusted, outcome) in GOLDEN {
        let mut store = TrustStore::empty();
        for name in *trusted {
            let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("test-vectors/stored-0.1/certificates").join(name);
            let bytes = std::fs::read(place).unwrap();
            match *name {
                "reader.der" => store.add_evidence_signer(&bytes).unwrap(),
                _ => store.add_certificate(&bytes).unwrap(),
            }
        }
        let what = format!("{path} {trusted:?}");
        let report = golden(path).verify(&store, at);
        is(&report, *outcome, &what);
        let is_unsigned_match = report.claims().warnings() == [ClaimsWarning::RecordedMatchNotSigned];
        assert_eq!(is_unsigned_match, *outcome == NotGiven, "{what}");
        let rule = if *outcome == Differs { Outcome::Refer } else { Outcome::Accept };
        assert_eq!(rules(&report)[1], rule, "{what}");
        // A claim that is supplied now decides, whatever the file states.
        if path.contains("vn") && !path.contains("keys-only") {
            is(&golden(path).with_claims(number(OWN)).verify(&store, at), Matches, &what);
            is(&golden(path).with_claims(number(OTHER)).verify(&store, at), Differs, &what);
        }
    }
}
