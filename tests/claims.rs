//! Is this the person who was asked for? Each situation with its outcome, and the control that differs in one thing.

#[path = "support/reading.rs"]
mod reading;

use chipid::checks::{CheckId, Reason, State};
use chipid::compare::{DateMatch, dates};
use chipid::lds::{DataGroup, FileId, Mrz, PartialDate};
use chipid::sim::person::{Layout, Person};
use chipid::sim::{Profile, profile};
use chipid::trust::TrustStore;
use chipid::vietnam::{PersonalNumber, Qr};
use chipid::{
    ClaimField, Claims, ClaimsBasis, ClaimsOutcome, ClaimsWarning, Document, Outcome, Password, Policy, Proofs,
    ReadPlan, Report, Verdict,
};

/// The invented citizen's number, and one of another person with the same last six digits, hence the same CAN.
const OWN: &str = "999199000001";
const OTHER: &str = "001199000001";

fn number(digits: &str) -> Claims {
    Claims { number: Some(PersonalNumber::parse(digits).unwrap()), ..Claims::default() }
}

fn qr(text: &str) -> Claims {
    Claims { qr: Some(Qr::parse(text).unwrap()), ..Claims::default() }
}

fn mrz(person: &Person, layout: Layout) -> Claims {
    Claims { mrz: Some(Mrz::parse(&person.mrz_lines(layout).concat()).unwrap()), ..Claims::default() }
}

fn open_with(profile: &Profile, password: &Password, plan: &ReadPlan) -> (Document, Report) {
    let document = reading::read_over(reading::link(profile), password, plan, None).unwrap();
    let report = document.verify(&reading::trust(profile), reading::now());
    (document, report)
}

/// What `strict` and `field` decide.
fn decisions(report: &Report) -> [Outcome; 2] {
    [Policy::strict(), Policy::field()].map(|policy| report.decide(&policy).outcome())
}

fn has_the_outcome(report: &Report, outcome: ClaimsOutcome) {
    assert_eq!(report.claims().outcome(), outcome, "{:?}\n{}", report.claims(), reading::lines(report));
}

/// The stored files of a document, with its proofs as they are written and read.
fn stored(document: &Document) -> Document {
    let proofs: Proofs = serde_json::from_value(serde_json::to_value(document.proofs()).unwrap()).unwrap();
    let files: Vec<_> = document.files().map(|(file, bytes)| (file, bytes.to_vec())).collect();
    Document::from_files(files, Some(proofs.check().unwrap()))
}

fn judged(document: &Document, trust: &TrustStore) -> Report {
    document.verify(trust, reading::now())
}

#[test]
fn a_card_opened_with_its_can_has_no_claim() {
    let vn = profile::vn();
    let (_, report) = open_with(&vn, &Password::can("000001").unwrap(), &ReadPlan::full());
    has_the_outcome(&report, ClaimsOutcome::NotGiven);
    assert_eq!(report.claims().basis(), ClaimsBasis::Nothing);
    assert_eq!(report.verdict(), Verdict::Genuine);
    assert_eq!(decisions(&report), [Outcome::Refer, Outcome::Accept]);
}

#[test]
fn an_equal_number_matches() {
    let vn = profile::vn();
    let (_, report) = open_with(&vn, &Password::number(OWN).unwrap(), &ReadPlan::full());
    has_the_outcome(&report, ClaimsOutcome::Matches);
    assert_eq!(report.claims().compared(), [ClaimField::PersonalNumber]);
    assert_eq!(report.claims().checks(), [CheckId::VnNumberGiven]);
    // A revocation list is all that `strict` misses, with a claim as without.
    assert_eq!(decisions(&report), [Outcome::Refer, Outcome::Accept]);
}

#[test]
fn another_number_with_the_same_last_six_digits_differs_and_the_card_stays_genuine() {
    let vn = profile::vn();
    let passwords = [Password::number(OTHER), Password::qr(&vn.qr_text().unwrap().replace(OWN, OTHER))];
    for password in passwords {
        let (_, report) = open_with(&vn, &password.unwrap(), &ReadPlan::full());
        has_the_outcome(&report, ClaimsOutcome::Differs);
        assert_eq!(report.claims().different(), [ClaimField::PersonalNumber]);
        assert_eq!(report.verdict(), Verdict::Genuine);
        assert_eq!(decisions(&report), [Outcome::Reject, Outcome::Refer]);
        // It is the first reason of the decision.
        let decision = report.decide(&Policy::field());
        assert_eq!(decision.reasons()[0].claims, Some(ClaimsOutcome::Differs));
    }
}

#[test]
fn the_mrz_of_another_person_whose_number_ends_in_the_same_digits_differs() {
    let vn = profile::vn();
    let other = Person { optional: OTHER.into(), ..vn.person.clone() };
    let (_, report) =
        open_with(&vn, &Password::mrz(&other.mrz_lines(Layout::Td1Vietnam).concat()).unwrap(), &ReadPlan::full());
    has_the_outcome(&report, ClaimsOutcome::Differs);
    assert_eq!(report.claims().different(), [ClaimField::PersonalNumber]);
    let own = Password::mrz(&vn.mrz_lines().concat()).unwrap();
    let (_, report) = open_with(&vn, &own, &ReadPlan::full());
    has_the_outcome(&report, ClaimsOutcome::Matches);
    assert!(report.claims().warnings().is_empty());
}

#[test]
fn a_plan_that_hides_the_number_still_compares_it() {
    let vn = profile::vn();
    for plan in [ReadPlan::number(), ReadPlan::age_and_portrait(), ReadPlan::residence()] {
        for (digits, outcome) in [(OWN, ClaimsOutcome::Matches), (OTHER, ClaimsOutcome::Differs)] {
            let (_, report) = open_with(&vn, &Password::number(digits).unwrap(), &plan);
            has_the_outcome(&report, outcome);
        }
    }
    let (_, report) = open_with(&vn, &Password::number(OWN).unwrap(), &ReadPlan::age_and_portrait());
    assert!(report.holder().field("personal_number").is_none());
}

#[test]
fn a_plan_without_any_group_that_holds_a_claimed_value_is_not_comparable() {
    let vn = profile::vn();
    let (_, report) = open_with(&vn, &Password::number(OTHER).unwrap(), &ReadPlan::full().only([DataGroup::DG2]));
    has_the_outcome(&report, ClaimsOutcome::NotComparable);
    assert_eq!(decisions(&report), [Outcome::Refer, Outcome::Refer]);
    assert!(report.claims().compared().is_empty());
}

#[test]
fn a_vietnamese_number_or_qr_code_is_not_comparable_on_another_countrys_document() {
    let passport = profile::passport();
    let document = reading::read(&passport);
    let trust = reading::trust(&passport);
    // The date of birth of the QR code is another one; it is not held against a foreign document.
    for claims in [number(OTHER), qr(&profile::vn().qr_text().unwrap())] {
        let report = judged(&stored(&document).with_claims(claims), &trust);
        has_the_outcome(&report, ClaimsOutcome::NotComparable);
        assert_eq!(decisions(&report)[1], Outcome::Refer);
    }
    let report = judged(&stored(&document).with_claims(mrz(&passport.person, Layout::Td3)), &trust);
    has_the_outcome(&report, ClaimsOutcome::Matches);
}

#[test]
fn the_last_nine_digits_alone_never_match_a_personal_number() {
    // DG1 without the personal number in its optional data, and no DG13.
    let vn = profile::vn();
    let person = Person { optional: String::new(), national: None, ..vn.person.clone() };
    let card = Profile { person, ..vn };
    let plan = ReadPlan::full().only([DataGroup::DG1]);
    for (digits, outcome) in [
        (OWN, ClaimsOutcome::NotComparable),
        ("001199000001", ClaimsOutcome::NotComparable),
        ("999299000001", ClaimsOutcome::Differs),
    ] {
        let document =
            reading::read_over(reading::link(&card), &Password::can("000001").unwrap(), &plan, None).unwrap();
        let report = judged(&document.with_claims(number(digits)), &reading::trust(&card));
        has_the_outcome(&report, outcome);
    }
}

#[test]
fn a_name_that_dg1_cuts_or_transliterates_matches_with_a_warning() {
    let vn = profile::vn();
    let (document, _) = open_with(&vn, &Password::can("000001").unwrap(), &ReadPlan::number());
    let of_dg1 = |claims| judged(&stored(&document).with_claims(claims), &reading::trust(&vn));
    let report = of_dg1(qr(&vn.qr_text().unwrap()));
    has_the_outcome(&report, ClaimsOutcome::Matches);
    assert_eq!(report.claims().warnings(), [ClaimsWarning::NameNotExact]);
    // Another name, with the number and the date of birth equal.
    let report = of_dg1(qr(&vn.qr_text().unwrap().replace("Mẫu", "Hoa")));
    has_the_outcome(&report, ClaimsOutcome::Differs);
    assert_eq!(report.claims().different(), [ClaimField::Name]);
    // A name of a record.
    for (name, outcome) in [
        ("Nguyễn Thị Mẫu", ClaimsOutcome::Matches),
        ("NGUYEN THI MAU", ClaimsOutcome::Matches),
        ("Trần Văn Nam", ClaimsOutcome::Differs),
    ] {
        let claims = Claims { name: Some(name.to_owned().into()), ..number(OWN) };
        has_the_outcome(&of_dg1(claims), outcome);
    }
    // A name alone does not make the same person.
    let claims = Claims { name: Some("Nguyễn Thị Mẫu".to_owned().into()), ..Claims::default() };
    has_the_outcome(&of_dg1(claims), ClaimsOutcome::NotComparable);
}

#[test]
fn a_date_of_birth_is_compared_by_its_known_parts_and_falls_back_to_dg1() {
    let vn = profile::vn();
    let (whole, _) = open_with(&vn, &Password::can("000001").unwrap(), &ReadPlan::full());
    let (dg1_only, _) = open_with(&vn, &Password::can("000001").unwrap(), &ReadPlan::number());
    let year = |year| PartialDate { year: Some(year), ..PartialDate::default() };
    for document in [&whole, &dg1_only] {
        for (date, outcome) in [
            (PartialDate::new(1999, 1, 1), ClaimsOutcome::Matches),
            (year(1999), ClaimsOutcome::Matches),
            (year(1998), ClaimsOutcome::Differs),
            (PartialDate::new(1999, 1, 2), ClaimsOutcome::Differs),
            (PartialDate::default(), ClaimsOutcome::Matches),
        ] {
            let claims = Claims { birth_date: Some(date), ..number(OWN) };
            has_the_outcome(&judged(&stored(document).with_claims(claims), &reading::trust(&vn)), outcome);
        }
    }
    // DG13 has the century, DG1 two digits of the year.
    let hundred = Claims { birth_date: Some(year(1899)), ..number(OWN) };
    has_the_outcome(&judged(&stored(&whole).with_claims(hundred), &reading::trust(&vn)), ClaimsOutcome::Differs);
    let hundred = Claims { birth_date: Some(year(1899)), ..number(OWN) };
    has_the_outcome(&judged(&stored(&dg1_only).with_claims(hundred), &reading::trust(&vn)), ClaimsOutcome::Matches);
    assert_eq!(dates(year(1999), year(1998)), Some(DateMatch::Different));
}

#[test]
fn fields_that_do_not_identify_a_person_only_warn() {
    let passport = profile::passport();
    let document = stored(&reading::read(&passport));
    let trust = reading::trust(&passport);
    let (own, expiry) = (&passport.person, "391231");
    assert_ne!(own.expiry, expiry);
    let other = Person { expiry: expiry.into(), ..own.clone() };
    let document = document.with_claims(mrz(&other, Layout::Td3));
    let report = judged(&document, &trust);
    has_the_outcome(&report, ClaimsOutcome::Matches);
    assert_eq!(report.claims().warnings(), [ClaimsWarning::OtherFieldDiffers]);
    assert_eq!(report.claims().different(), [ClaimField::DateOfExpiry]);
    // The check itself still names the field, and the policies decide about it as before.
    let check = report.check(CheckId::LdsDg1Printed).unwrap();
    assert_eq!((check.state, check.reason), (State::Failed, Some(Reason::Mismatch)));
    assert_eq!(decisions(&report), [Outcome::Reject, Outcome::Refer]);
    // Another issuing state and nationality.
    let other = Person { state: "SWE".into(), nationality: "SWE".into(), ..own.clone() };
    let report = judged(&stored(&reading::read(&passport)).with_claims(mrz(&other, Layout::Td3)), &trust);
    has_the_outcome(&report, ClaimsOutcome::Matches);
    assert_eq!(report.claims().warnings(), [ClaimsWarning::OtherFieldDiffers]);
    // The warning is stored with the outcome.
    let kept = stored(&stored(&reading::read(&passport)).with_claims(mrz(&other, Layout::Td3)));
    let proofs = serde_json::to_value(kept.proofs()).unwrap();
    assert_eq!(proofs["claims"]["different"], serde_json::json!(["issuing_state", "nationality"]));
    let vn = profile::vn();
    let address = vn.qr_text().unwrap().replace("Tỉnh", "Thành");
    let report = judged(&stored(&reading::read(&vn)).with_claims(qr(&address)), &reading::trust(&vn));
    has_the_outcome(&report, ClaimsOutcome::Matches);
}

#[test]
fn a_stored_document_is_compared_with_what_is_supplied_now() {
    let vn = profile::vn();
    let document = reading::read(&vn);
    for (claims, outcome) in [
        (number(OWN), ClaimsOutcome::Matches),
        (number(OTHER), ClaimsOutcome::Differs),
        (qr(&vn.qr_text().unwrap()), ClaimsOutcome::Matches),
        (mrz(&vn.person, Layout::Td1Vietnam), ClaimsOutcome::Matches),
        (mrz(&Person { birth: "980101".into(), ..vn.person.clone() }, Layout::Td1Vietnam), ClaimsOutcome::Differs),
    ] {
        let report = judged(&stored(&document).with_claims(claims), &reading::trust(&vn));
        has_the_outcome(&report, outcome);
        assert_eq!(report.claims().basis(), ClaimsBasis::Given);
    }
}

#[test]
fn a_folder_records_the_outcome_and_no_value() {
    let vn = profile::vn();
    let trust = reading::trust(&vn);
    let (differs, _) = open_with(&vn, &Password::number(OTHER).unwrap(), &ReadPlan::full());
    let text = serde_json::to_string(&differs.proofs()).unwrap();
    assert!(text.contains("\"outcome\":\"differs\"") && !text.contains(OTHER) && !text.contains(OWN), "{text}");
    let report = judged(&stored(&differs), &trust);
    has_the_outcome(&report, ClaimsOutcome::Differs);
    assert_eq!(report.claims().basis(), ClaimsBasis::Record);
    assert_eq!(decisions(&report), [Outcome::Reject, Outcome::Refer]);
    // A claim supplied now decides; the recorded difference stays as a warning that `strict` refers.
    let report = judged(&stored(&differs).with_claims(number(OWN)), &trust);
    has_the_outcome(&report, ClaimsOutcome::Matches);
    assert_eq!(report.claims().warnings(), [ClaimsWarning::RecordedDiffers]);
    let rule = |policy: Policy| {
        let decision = report.decide(&policy);
        decision.reasons().iter().find(|reason| reason.claims.is_some()).map(|reason| reason.outcome)
    };
    assert_eq!(rule(Policy::strict()), Some(Outcome::Refer));
    assert_eq!(rule(Policy::field()), None);
    // Stored again, the difference stays: the claim that matched was another one.
    let again = stored(&stored(&differs).with_claims(number(OWN)));
    has_the_outcome(&judged(&again, &trust), ClaimsOutcome::Differs);
    // What cannot be compared decides nothing against it.
    let report = judged(&stored(&differs).with_claims(mrz_of_no_document()), &trust);
    has_the_outcome(&report, ClaimsOutcome::Differs);
}

/// A record with a name alone.
fn mrz_of_no_document() -> Claims {
    Claims { name: Some("Nguyễn Thị Mẫu".to_owned().into()), ..Claims::default() }
}

#[test]
fn a_folder_that_states_a_match_states_nothing() {
    let vn = profile::vn();
    let trust = reading::trust(&vn);
    let (matches, _) = open_with(&vn, &Password::number(OWN).unwrap(), &ReadPlan::full());
    let report = judged(&stored(&matches), &trust);
    has_the_outcome(&report, ClaimsOutcome::NotGiven);
    assert_eq!(report.claims().warnings(), [ClaimsWarning::RecordedMatchNotSigned]);
    assert_eq!(decisions(&report), [Outcome::Refer, Outcome::Accept]);
    // Without a claim there is nothing to state.
    let (none, _) = open_with(&vn, &Password::can("000001").unwrap(), &ReadPlan::full());
    let report = judged(&stored(&none), &trust);
    has_the_outcome(&report, ClaimsOutcome::NotGiven);
    assert!(report.claims().warnings().is_empty());
    // Without a record nobody knows.
    let files: Vec<_> = none.files().map(|(file, bytes)| (file, bytes.to_vec())).collect();
    let report = judged(&Document::from_files(files, None), &trust);
    has_the_outcome(&report, ClaimsOutcome::NotRecorded);
    assert_eq!(decisions(&report)[1], Outcome::Accept);
}

#[test]
fn proofs_of_version_1_have_no_record_and_cannot_be_given_one() {
    let vn = profile::vn();
    let (document, _) = open_with(&vn, &Password::number(OWN).unwrap(), &ReadPlan::full());
    let mut first = serde_json::to_value(document.proofs()).unwrap();
    assert_eq!(first["schema"], "chipid.proofs/2");
    let read = |value: serde_json::Value| serde_json::from_value::<Proofs>(value).unwrap().check();
    first["schema"] = "chipid.proofs/1".into();
    assert!(read(first.clone()).unwrap_err().to_string().contains("claims"));
    first.as_object_mut().unwrap().remove("claims");
    let files: Vec<_> = document.files().map(|(file, bytes)| (file, bytes.to_vec())).collect();
    let report = judged(&Document::from_files(files, Some(read(first).unwrap())), &reading::trust(&vn));
    has_the_outcome(&report, ClaimsOutcome::NotRecorded);
}

#[test]
fn a_record_that_contradicts_itself_is_refused() {
    let vn = profile::vn();
    let (document, _) = open_with(&vn, &Password::number(OTHER).unwrap(), &ReadPlan::full());
    let proofs = serde_json::to_value(document.proofs()).unwrap();
    let check = |member: &str, value: serde_json::Value| {
        let mut changed = proofs.clone();
        changed["claims"][member] = value;
        serde_json::from_value::<Proofs>(changed).unwrap().check()
    };
    assert!(check("outcome", "differs".into()).is_ok());
    assert!(check("outcome", "matches".into()).is_err());
    assert!(check("outcome", "fine".into()).is_err());
    assert!(check("compared", serde_json::json!([])).is_err());
    assert!(check("different", serde_json::json!(["shoe_size"])).is_err());
    assert!(check("compared", serde_json::json!(["personal_number", "personal_number"])).is_err());
}

#[test]
fn a_failed_undetermined_or_expired_document_keeps_its_verdict_beside_the_claim() {
    let vn = profile::vn();
    let document = stored(&reading::read(&vn)).with_claims(number(OTHER));
    let nobody = judged(&document, &TrustStore::empty());
    has_the_outcome(&nobody, ClaimsOutcome::Differs);
    assert_eq!(nobody.verdict(), Verdict::Undetermined);
    assert_eq!(decisions(&nobody), [Outcome::Reject, Outcome::Refer]);
    let later = reading::now() + std::time::Duration::from_secs(40 * 366 * 86_400);
    let expired = document.verify(&reading::trust(&vn), later);
    has_the_outcome(&expired, ClaimsOutcome::Differs);
    assert!(expired.is_expired());
    let altered = document.files().map(|(file, bytes)| {
        let mut bytes = bytes.to_vec();
        if file == FileId::DataGroup(DataGroup::DG2) {
            bytes.last_mut().unwrap().clone_from(&0);
        }
        (file, bytes)
    });
    let altered = Document::from_files(altered.collect::<Vec<_>>(), None).with_claims(number(OTHER));
    let failed = judged(&altered, &reading::trust(&vn));
    has_the_outcome(&failed, ClaimsOutcome::Differs);
    assert_eq!(failed.verdict(), Verdict::Failed);
    assert_eq!(decisions(&failed), [Outcome::Reject, Outcome::Reject]);
}

#[test]
fn a_policy_decides_about_claims_and_never_accepts_another_person() {
    let vn = profile::vn();
    let document = stored(&reading::read(&vn));
    let policy = |lines: &str| {
        let text =
            format!("schema = \"chipid.policy/1\"\nname = \"counter\"\nextends = \"field\"\n[claims]\n{lines}\n");
        Policy::from_toml(&text).unwrap()
    };
    let decide = |policy: &Policy, claims: Claims| {
        let files: Vec<_> = document.files().map(|(file, bytes)| (file, bytes.to_vec())).collect();
        let document = Document::from_files(files, Some(document.proofs())).with_claims(claims);
        judged(&document, &reading::trust(&vn)).decide(policy).outcome()
    };
    let due = policy("not_given = \"refer\"\ndiffers = \"reject\"");
    assert_eq!(decide(&due, Claims::default()), Outcome::Refer);
    assert_eq!(decide(&due, number(OWN)), Outcome::Accept);
    assert_eq!(decide(&due, number(OTHER)), Outcome::Reject);
    assert_eq!(decide(&policy("not_given = \"reject\""), Claims::default()), Outcome::Reject);
    // The hash of a policy without the key is what it was.
    let plain = Policy::from_toml("schema = \"chipid.policy/1\"\nname = \"counter\"\nextends = \"field\"\n").unwrap();
    assert!(!plain.to_toml().contains("claims"));
    assert_eq!(policy("differs = \"refer\"").sha256(), plain.sha256());
    assert_ne!(due.sha256(), plain.sha256());
    assert_eq!(Policy::from_toml(&due.to_toml()).unwrap(), due);
}
