//! When the certificates of a document were in force, by three clocks and by the periods of their private keys; and whose
//! country they are, with the exceptions that Doc 9303 names.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "support/trust.rs"]
mod trust_changes;
use chipid::checks::{Check, CheckId, Reason, State, Tolerances, Warning};
use chipid::internals::crypto::{CurveId, DigestAlgorithm};
use chipid::internals::issuer::{
    CertificateFields, Extension, Issuer, IssuerPlan, KeyPlan, Name, RevocationListFields, RevokedEntry,
};
use chipid::internals::oid;
use chipid::internals::passive_authentication::{InputFile, Inputs, passive_authentication};
use chipid::internals::pki::{Certificate, Exception};
use chipid::lds::DataGroup;
use chipid::trust::TrustStore;
use std::collections::BTreeMap;
use time::OffsetDateTime;
use time::macros::datetime;
use trust_changes::AddTrust as _;

const DG1: &[u8] = &[0x61, 3, 4, 1, 1];

fn plan(country: &str, state: &str) -> IssuerPlan {
    let key = KeyPlan::ecdsa(CurveId::Secp256r1, DigestAlgorithm::Sha256);
    IssuerPlan { states_signing_time: true, ..IssuerPlan::new(country, state, "Invented", key, key) }
}

/// What is handed in with a document.
struct Setting {
    at: OffsetDateTime,
    issued: Option<OffsetDateTime>,
    state: Option<&'static str>,
}

fn check(issuer: &Issuer, sod: &[u8], setting: &Setting, id: CheckId) -> Check {
    let mut trust = TrustStore::empty();
    trust.add_certificate(issuer.csca()).unwrap();
    let findings = passive_authentication(&Inputs {
        sod: InputFile::Read(sod),
        files: BTreeMap::from([(DataGroup::DG1, InputFile::Read(DG1))]),
        trust: &trust,
        at: setting.at,
        issued: setting.issued,
        issuing_state: setting.state,
        presumed_state: None,
        document_code: Some("ID"),
        tolerances: Tolerances::none(),
    });
    findings.check(id).unwrap().clone()
}

/// The plan as it is: authority 2020 to 2045, its key until 2025; signer 2022 to 2042, its key until 2024; signed on
/// 1 July 2023. Then the moment of checking, the date of issue, and what the periods come to.
type Period = (&'static str, fn(&mut IssuerPlan), OffsetDateTime, Option<OffsetDateTime>, State, Option<Reason>);

const NOW: OffsetDateTime = datetime!(2026-01-01 12:00 UTC);
const IN_2023: Option<OffsetDateTime> = Some(datetime!(2023-07-05 0:00 UTC));

#[rustfmt::skip]
const PERIODS: &[Period] = &[
    ("all in force", |_| (), NOW, IN_2023, State::Successful, None),
    ("no date of issue", |_| (), NOW, None, State::Successful, None),
    ("no moment at all", |p| p.states_signing_time = false, NOW, None, State::Successful, None),
    // The moment of checking.
    ("before the signer", |_| (), datetime!(2021-12-31 23:59:59 UTC), IN_2023, State::Failed, Some(Reason::NotYetValid)),
    ("the signer's first second", |p| p.states_signing_time = false, datetime!(2022-01-01 0:00 UTC), None, State::Successful, None),
    ("the signer's last second", |_| (), datetime!(2042-01-01 0:00 UTC), IN_2023, State::Successful, None),
    ("after the signer, made within", |_| (), datetime!(2042-01-01 0:00:01 UTC), IN_2023, State::Undetermined, Some(Reason::LapsedValidAtIssue)),
    ("after both, made within", |_| (), datetime!(2046-01-01 0:00 UTC), None, State::Undetermined, Some(Reason::LapsedValidAtIssue)),
    ("after both, made within, by the date of issue alone", |p| p.states_signing_time = false, datetime!(2046-01-01 0:00 UTC), IN_2023,
        State::Undetermined, Some(Reason::LapsedValidAtIssue)),
    ("after both, nobody knows when it was made", |p| p.states_signing_time = false, datetime!(2046-01-01 0:00 UTC), None,
        State::Failed, Some(Reason::Lapsed)),
    // Signing time and date of issue must agree to excuse a lapse.
    ("lapsed, signed within and issued before", |_| (), datetime!(2043-01-01 0:00 UTC), Some(datetime!(2019-01-01 0:00 UTC)),
        State::Failed, Some(Reason::Lapsed)),
    ("in force, issued before", |_| (), NOW, Some(datetime!(2019-01-01 0:00 UTC)), State::Successful, None),
    // The signing time.
    // Before its key's period too, which comes first.
    ("signed before the signer was certified", |p| p.issued = datetime!(2021-12-30 0:00 UTC), NOW, None, State::Failed, Some(Reason::OutsideKeyPeriod)),
    ("signed on the day before", |p| p.issued = datetime!(2021-12-31 0:00 UTC), NOW, None, State::Successful, None),
    ("signed after the signer's validity", |p| { p.ds_validity.1 = datetime!(2023-01-01 0:00 UTC) }, datetime!(2022-06-01 0:00 UTC), None,
        State::Failed, Some(Reason::Lapsed)),
    ("signed two days after the moment of checking", |_| (), datetime!(2023-06-29 12:00 UTC), None, State::Undetermined, Some(Reason::NotYetValid)),
    ("signed on the day after it", |_| (), datetime!(2023-06-30 0:00 UTC), None, State::Successful, None),
    // The signer's private key.
    ("signed after the period of the key", |p| p.issued = datetime!(2024-06-01 0:00 UTC), NOW, None, State::Failed, Some(Reason::OutsideKeyPeriod)),
    ("signed on the day after its last", |p| p.issued = datetime!(2024-01-02 0:00 UTC), NOW, None, State::Successful, None),
    ("signed two days after its last", |p| p.issued = datetime!(2024-01-03 0:00 UTC), NOW, None, State::Failed, Some(Reason::OutsideKeyPeriod)),
    ("signed on its last day", |p| p.issued = datetime!(2024-01-01 0:00 UTC), NOW, None, State::Successful, None),
    // The authority's.
    ("certified after the period of the authority's key", |p| { p.ds_validity.0 = datetime!(2025-06-01 0:00 UTC);
        p.issued = datetime!(2025-07-01 0:00 UTC) }, NOW, None, State::Failed, Some(Reason::OutsideKeyPeriod)),
    ("certified on its last day", |p| { p.ds_validity.0 = datetime!(2025-01-01 0:00 UTC);
        p.issued = datetime!(2025-07-01 0:00 UTC) }, NOW, None, State::Successful, None),
    ("certified after the authority had lapsed", |p| p.csca_validity.1 = datetime!(2021-01-01 0:00 UTC), datetime!(2023-08-01 0:00 UTC), None,
        State::Failed, Some(Reason::Lapsed)),
];

#[test]
fn the_periods_are_judged_by_three_clocks() {
    for (what, alter, at, issued, state, reason) in PERIODS {
        let mut plan = plan("VN", "VNM");
        alter(&mut plan);
        let issuer = Issuer::new(plan).unwrap();
        let sod = issuer.sod(&[(1, DG1)]).unwrap();
        let setting = Setting { at: *at, issued: *issued, state: Some("VNM") };
        let check = check(&issuer, &sod, &setting, CheckId::PaValidity);
        let found = (check.state, check.reason);
        assert_eq!(found, (*state, *reason), "{what}: {}", check.compared);
    }
}

#[test]
fn each_clock_is_a_statement_of_its_own() {
    let issuer = Issuer::new(plan("VN", "VNM")).unwrap();
    let sod = issuer.sod(&[(1, DG1)]).unwrap();
    let told = |at, issued| check(&issuer, &sod, &Setting { at, issued, state: None }, CheckId::PaValidity).compared;
    assert_eq!(
        told(NOW, IN_2023),
        "document signer 2022-01-01 to 2042-01-01, authority 2020-01-01 to 2045-01-01, now 2026-01-01: in force, \
         signed 2023-07-01: in force, issued 2023-07-05: in force"
    );
    let late = told(datetime!(2043-01-01 0:00 UTC), Some(datetime!(2021-01-01 0:00 UTC)));
    assert!(late.contains("now 2043-01-01: not in force: document signer,"), "{late}");
    assert!(late.contains("signed 2023-07-01: in force,"), "{late}");
    assert!(late.contains("issued 2021-01-01: not in force: document signer"), "{late}");
    let lapsed = IssuerPlan {
        csca_validity: (datetime!(2019-01-01 0:00 UTC), datetime!(2021-01-01 0:00 UTC)),
        ..plan("VN", "VNM")
    };
    let lapsed = Issuer::new(lapsed).unwrap();
    let early = lapsed.sod(&[(1, DG1)]).unwrap();
    let setting = Setting { at: NOW, issued: None, state: None };
    let told = check(&lapsed, &early, &setting, CheckId::PaValidity).compared;
    assert!(told.ends_with("document signer: certified after its authority had lapsed"), "{told}");
    let silent = Issuer::new(IssuerPlan { states_signing_time: false, ..plan("VN", "VNM") }).unwrap();
    let sod = silent.sod(&[(1, DG1)]).unwrap();
    let setting = Setting { at: NOW, issued: None, state: None };
    let told = check(&silent, &sod, &setting, CheckId::PaValidity).compared;
    assert!(told.ends_with("signed: not stated, issued: not known"), "{told}");
}

/// A day more at both ends is within.
#[test]
fn an_authority_certifies_until_the_day_after_its_last_and_from_the_day_before_its_first() {
    let told = |alter: &dyn Fn(&mut IssuerPlan)| {
        let mut plan = plan("VN", "VNM");
        alter(&mut plan);
        let issuer = Issuer::new(plan).unwrap();
        let sod = issuer.sod(&[(1, DG1)]).unwrap();
        check(&issuer, &sod, &Setting { at: NOW, issued: None, state: None }, CheckId::PaValidity).compared
    };
    let until = |last: OffsetDateTime| told(&|plan| plan.csca_validity.1 = last);
    assert!(!until(datetime!(2021-12-31 0:00 UTC)).contains("certified after its authority had lapsed"));
    assert!(until(datetime!(2021-12-30 0:00 UTC)).contains("certified after its authority had lapsed"));
    let from = |first: OffsetDateTime| told(&|plan| plan.csca_validity.0 = first);
    assert!(!from(datetime!(2022-01-02 0:00 UTC)).contains("older than the period"));
    assert!(from(datetime!(2022-01-03 0:00 UTC)).contains("older than the period"));
}

#[test]
fn that_a_document_says_it_was_signed_before_is_told_only_where_it_says_so() {
    let issuer = Issuer::new(plan("VN", "VNM")).unwrap();
    let sod = issuer.sod(&[(1, DG1)]).unwrap();
    let signed = issuer.plan().issued;
    let told = |since: OffsetDateTime| {
        let serial = Certificate::parse(issuer.ds()).unwrap().serial().to_vec();
        let fields = issuer.revocation_list_fields(datetime!(2025-12-01 0:00 UTC));
        let fields = RevocationListFields { revoked: vec![RevokedEntry::new(&serial, since)], ..fields };
        let mut trust = TrustStore::empty();
        trust.add_certificate(issuer.csca()).unwrap();
        trust.add_file("crl", &issuer.sign_revocation_list(&fields).unwrap());
        let findings = passive_authentication(&Inputs {
            sod: InputFile::Read(&sod),
            files: BTreeMap::from([(DataGroup::DG1, InputFile::Read(DG1))]),
            trust: &trust,
            at: NOW,
            issued: None,
            issuing_state: Some("VNM"),
            presumed_state: None,
            document_code: Some("ID"),
            tolerances: Tolerances::none(),
        });
        let check = findings.check(CheckId::PaRevocation).unwrap();
        assert_eq!(check.reason, Some(Reason::Revoked));
        check.compared.contains("that the document says it was signed before does not count")
    };
    let day = time::Duration::DAY;
    assert_eq!([told(signed - day), told(signed), told(signed + day)], [false, false, true]);
}

/// What the periods of keys say besides is worth knowing.
#[test]
fn what_is_odd_about_the_periods_is_remarked() {
    type Oddity = (fn(&mut IssuerPlan), Option<OffsetDateTime>, &'static str);
    let cases: [Oddity; 3] = [
        // The authority's certificate is younger than its key.
        (
            |plan| plan.csca_validity.0 = datetime!(2023-01-01 0:00 UTC),
            None,
            "document signer: older than the period of its authority's private key",
        ),
        (
            |plan| plan.states_signing_time = false,
            Some(datetime!(2024-06-01 0:00 UTC)),
            "issued outside the period of the signer's private key",
        ),
        (|_| (), Some(datetime!(2024-06-01 0:00 UTC)), ""),
    ];
    for (alter, issued, remark) in cases {
        let mut plan = plan("VN", "VNM");
        alter(&mut plan);
        let issuer = Issuer::new(plan).unwrap();
        let sod = issuer.sod(&[(1, DG1)]).unwrap();
        let check = check(&issuer, &sod, &Setting { at: NOW, issued, state: None }, CheckId::PaValidity);
        assert_eq!(check.state, State::Successful, "{}", check.compared);
        let due: &[Warning] = if remark.is_empty() { &[] } else { &[Warning::Unusual] };
        assert_eq!(check.warnings, due, "{}", check.compared);
        assert!(check.compared.ends_with(remark), "{}", check.compared);
    }
}

/// The country of the certificates, the state of their alternative names, the issuing state of DG1, and the exception.
const ALLOWED: &[(&str, &str, &str, Option<Exception>)] = &[
    ("VN", "VNM", "VNM", None),
    ("FR", "FRA", "FRA", None),
    ("DE", "D", "D<<", Some(Exception::GermanyD)),
    ("DE", "DEU", "D", Some(Exception::GermanyD)),
    ("DE", "D", "DEU", None),
    ("EU", "EUE", "EUE", Some(Exception::EuropeanUnion)),
    ("GB", "GBR", "GBR", None),
    ("GB", "GBR", "GBD", Some(Exception::British)),
    ("GB", "GBR", "GBN", Some(Exception::British)),
    ("GB", "GBR", "GBO", Some(Exception::British)),
    ("GB", "GBR", "GBP", Some(Exception::British)),
    ("GB", "GBR", "GBS", Some(Exception::British)),
    ("HK", "HKG", "CHN", Some(Exception::ChinaRegions)),
    ("HK", "CHN", "HKG", None),
    ("MO", "MAC", "CHN", Some(Exception::ChinaRegions)),
    ("CN", "CHN", "HKG", Some(Exception::ChinaRegions)),
    ("CN", "CHN", "MAC", Some(Exception::ChinaRegions)),
    ("KS", "RKS", "RKS", Some(Exception::Kosovo)),
    ("XK", "RKS", "RKS", Some(Exception::Kosovo)),
    ("UN", "UNO", "UNO", Some(Exception::UnitedNations)),
    ("ZZ", "UNO", "UNO", Some(Exception::UnitedNations)),
    ("UN", "UNO", "UNA", Some(Exception::UnitedNations)),
    ("UN", "UNK", "UNK", Some(Exception::UnitedNations)),
    ("XO", "XOM", "XOM", Some(Exception::OrderOfMalta)),
    ("XM", "XOM", "XOM", Some(Exception::OrderOfMalta)),
    ("XP", "XPO", "XPO", Some(Exception::Interpol)),
    ("UT", "UTO", "UTO", Some(Exception::Utopia)),
];

#[test]
fn the_state_of_the_document_is_the_country_of_its_certificates_or_a_named_exception() {
    for (country, state, dg1, exception) in ALLOWED {
        let issuer = Issuer::new(plan(country, state)).unwrap();
        let sod = issuer.sod(&[(1, DG1)]).unwrap();
        let check = check(&issuer, &sod, &Setting { at: NOW, issued: None, state: Some(dg1) }, CheckId::PaCountry);
        assert_eq!((check.state, check.reason), (State::Successful, None), "{country} {state} {dg1}");
        let dg1 = dg1.trim_end_matches('<');
        let plain = format!("certificates {country}, alternative names {state}, DG1 {dg1}");
        let due = match exception {
            Some(exception) => format!("{plain}, by exception: {exception}"),
            None => plain,
        };
        assert_eq!(check.compared, due);
    }
    for exception in Exception::ALL {
        assert!(ALLOWED.iter().any(|(.., used)| used.as_ref() == Some(exception)), "{exception} is not shown");
    }
}

/// Pairs among the states above that are bound too, and stand there only for others.
const ALSO: [(&str, &str); 6] =
    [("MO", "MAC"), ("CN", "CHN"), ("ZZ", "UNA"), ("ZZ", "UNK"), ("KS", "UNK"), ("XK", "UNK")];

/// No exception reaches further than it says: of all pairs of these states, only those above pass.
#[test]
fn no_exception_reaches_further_than_it_says() {
    let mut refused = 0;
    for (country, state, ..) in ALLOWED {
        let issuer = Issuer::new(plan(country, state)).unwrap();
        let sod = issuer.sod(&[(1, DG1)]).unwrap();
        for (.., dg1, _) in ALLOWED {
            let check = check(&issuer, &sod, &Setting { at: NOW, issued: None, state: Some(dg1) }, CheckId::PaCountry);
            let bare = dg1.trim_end_matches('<');
            let is_due = |(one, other): (&str, &str)| one == *country && other == bare;
            let stands_above = ALLOWED.iter().any(|(one, _, other, _)| is_due((one, other.trim_end_matches('<'))));
            let is_bound = stands_above || ALSO.iter().any(|pair| is_due(*pair));
            assert_eq!(check.state == State::Successful, is_bound, "{country} for {dg1}");
            if !is_bound {
                assert_eq!((check.state, check.reason), (State::Failed, Some(Reason::Mismatch)));
                refused += 1;
            }
        }
    }
    println!("{refused} pairs refused");
    assert!(refused > 500);
}

type Bend = fn(CertificateFields) -> CertificateFields;

#[test]
fn names_and_alternative_names_must_be_of_one_country() {
    let cases: [(&str, Bend, State, Option<Reason>); 8] = [
        ("as it is", |fields| fields, State::Successful, None),
        ("in small letters", |fields| subject(fields, "vn"), State::Successful, None),
        ("another subject", |fields| subject(fields, "LA"), State::Failed, Some(Reason::Mismatch)),
        (
            "no country",
            |fields| CertificateFields { subject: Name::default(), ..fields },
            State::Failed,
            Some(Reason::CertificateProfile),
        ),
        ("another state", |fields| state(fields, "LAO"), State::Failed, Some(Reason::Mismatch)),
        ("Germany's one letter", |fields| state(fields, "D"), State::Failed, Some(Reason::Mismatch)),
        ("a place", |fields| state(fields, "Ha Noi"), State::Successful, None),
        ("no alternative name", |fields| fields.without(oid::SUBJECT_ALT_NAME), State::Successful, None),
    ];
    let issuer = Issuer::new(plan("VN", "VNM")).unwrap();
    for (what, bend, due, reason) in cases {
        let ds = issuer.sign_with_csca(&bend(issuer.ds_fields())).unwrap();
        let sod = issuer.sign_sod(&issuer.sod_fields(&[(1, DG1)]).with_certificates(&[&ds])).unwrap();
        let setting = Setting { at: NOW, issued: None, state: Some("VNM") };
        let check = check(&issuer, &sod, &setting, CheckId::PaCountry);
        assert_eq!((check.state, check.reason), (due, reason), "{what}: {}", check.compared);
    }
}

fn subject(fields: CertificateFields, country: &str) -> CertificateFields {
    CertificateFields { subject: Name::new(country, "Invented", "Document Signer"), ..fields }
}

fn state(fields: CertificateFields, state: &str) -> CertificateFields {
    fields.with(Extension::alternative_name(oid::SUBJECT_ALT_NAME, state))
}

#[test]
fn a_state_that_nobody_knows_leaves_the_country_open() {
    let issuer = Issuer::new(plan("VN", "VNM")).unwrap();
    let sod = issuer.sod(&[(1, DG1)]).unwrap();
    for state in [Some("XXZ"), Some("<<<"), None] {
        let check = check(&issuer, &sod, &Setting { at: NOW, issued: None, state }, CheckId::PaCountry);
        assert_eq!((check.state, check.reason), (State::Undetermined, Some(Reason::NothingToCompare)), "{state:?}");
    }
}
