//! Does a policy decide as its text says, over the reports of real readings; and is a file that says what no policy may say
//! refused with its line?
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[path = "support/trust.rs"]
mod trust_changes;
#[path = "support/paper.rs"]
#[allow(dead_code)]
mod paper;
#[path = "support/reading.rs"]
mod reading;

use chipid::checks::{Tolerance, Tolerances};
use chipid::document::Proofs;
use chipid::internals::crypto::DigestAlgorithm;
use chipid::internals::issuer::{RevocationListFields, RevokedEntry};
use chipid::internals::oid;
use chipid::internals::pki::Certificate;
use chipid::lds::{DataGroup, FileId};
use chipid::policy::{Basis, PolicyError};
use chipid::sim::profile::PlantedDefect;
use chipid::sim::{Profile, Quirk, profile};
use chipid::trust::{AgePolicy, BundlePart, BundleUse, TrustBundle, TrustStore};
use chipid::{
    CheckId, Clock, Decision, Document, Evidence, EvidencePolicy, Outcome, Policy, Reason, Report, State, Verdict,
    Warning,
};
use proptest::prelude::*;
use proptest::sample::select;
use reading::{lines, now, read, trust};
use serde_json::{Value, json};
use std::sync::LazyLock;
use std::time::Duration;
use time::OffsetDateTime;
use trust_changes::AddTrust as _;

const HEAD: &str = "schema = \"chipid.policy/1\"\nname = \"counter\"\nextends = \"strict\"\n";

fn file(rest: &str) -> Policy {
    Policy::from_toml(&format!("{HEAD}{rest}")).unwrap_or_else(|error| panic!("{error}\n{rest}"))
}

fn vn() -> Document {
    read(&profile::vn())
}

fn decided(document: &Document, trust: &TrustStore, policy: &Policy) -> (Report, Decision) {
    let report = document.verify_with(trust, now(), policy.tolerances());
    let decision = report.decide(policy);
    (report, decision)
}

/// What stands against acceptance: basis, check, reason code, rule.
fn against(decision: &Decision) -> Vec<(Basis, Option<CheckId>, Option<Reason>, String)> {
    let against = decision.reasons().iter().filter(|reason| reason.outcome != Outcome::Accept);
    against.map(|reason| (reason.basis, reason.check, reason.reason, reason.rule.clone())).collect()
}

#[test]
fn field_accepts_a_genuine_card_and_strict_refers_what_it_leaves_open() {
    let trust = trust(&profile::vn());
    let (report, decision) = decided(&vn(), &trust, &Policy::field());
    assert_eq!(
        (report.verdict(), decision.outcome()),
        (Verdict::Genuine, Outcome::Accept),
        "{:#?}",
        decision.reasons()
    );
    // What was accepted all the same is told with its rule.
    let revocation = decision.reasons().iter().find(|reason| reason.check == Some(CheckId::PaRevocation)).unwrap();
    assert_eq!(revocation.rule, "checks.\"pa.revocation\".accept: undetermined:revocation_not_checked");
    assert_eq!((revocation.state, revocation.reason), (Some(State::Undetermined), Some(Reason::RevocationNotChecked)));
    assert_eq!(decision.reasons()[0].verdict, Some(Verdict::Genuine));
    let (_, decision) = decided(&vn(), &trust, &Policy::strict());
    assert_eq!(decision.outcome(), Outcome::Refer);
    let rule = "checks.\"pa.revocation\".refer: undetermined".to_owned();
    let due = (Basis::Rule, Some(CheckId::PaRevocation), Some(Reason::RevocationNotChecked), rule);
    assert_eq!(against(&decision), [due]);
    // A bank that accepts this one point says so in one line, and then the card is accepted.
    let own =
        file("[checks]\n\"pa.revocation\" = { accept = [\"successful\", \"undetermined:revocation_not_checked\"] }\n");
    let (_, decision) = decided(&vn(), &trust, &own);
    assert_eq!(decision.outcome(), Outcome::Accept, "{:#?}", decision.reasons());
    assert_eq!((decision.policy(), decision.policy_sha256()), ("counter", hex::encode(own.sha256()).as_str()));
}

#[test]
fn what_is_not_trusted_is_referred_and_what_failed_is_rejected() {
    for policy in [Policy::strict(), Policy::field()] {
        let (report, decision) = decided(&vn(), &TrustStore::empty(), &policy);
        assert_eq!((report.verdict(), decision.outcome()), (Verdict::Undetermined, Outcome::Refer));
        let chain = against(&decision).into_iter().find(|(_, check, ..)| *check == Some(CheckId::PaChain)).unwrap();
        assert_eq!(chain.2, Some(Reason::NoTrustAnchor));
        let copy = profile::vn().with_quirk(Quirk::CaRefused6d00);
        let (report, decision) = decided(&read(&copy), &trust(&copy), &policy);
        assert_eq!((report.verdict(), decision.outcome()), (Verdict::Failed, Outcome::Reject));
        // The worst comes first: the verdict, and the check that failed.
        assert_eq!((decision.reasons()[0].basis, decision.reasons()[0].outcome), (Basis::Verdict, Outcome::Reject));
        assert_eq!(decision.reasons()[1].check, Some(CheckId::ChipChipAuthentication));
        assert_eq!(decision.reasons()[1].basis, Basis::NotListed);
    }
}

#[test]
fn a_list_of_the_revoked_decides_about_revocation() {
    let issuer = profile::vn().issuer().unwrap();
    let at = |days: i64| OffsetDateTime::from(now()) + time::Duration::days(days);
    let list = |issued: OffsetDateTime, revoked: Vec<RevokedEntry>| {
        let fields = RevocationListFields { revoked, ..issuer.revocation_list_fields(issued) };
        let mut trust = TrustStore::empty();
        trust.add_certificate(issuer.csca()).unwrap();
        assert_eq!(trust.add_file("list", &issuer.sign_revocation_list(&fields).unwrap()).accepted, 1);
        trust
    };
    let serial = Certificate::parse(issuer.ds()).unwrap().serial().to_vec();
    let outcomes = |trust: &TrustStore| {
        [Policy::strict(), Policy::field()].map(|policy| decided(&vn(), trust, &policy).1.outcome())
    };
    // With it strict has nothing left to refer.
    assert_eq!(outcomes(&list(at(-10), Vec::new())), [Outcome::Accept; 2]);
    assert_eq!(outcomes(&list(at(-400), Vec::new())), [Outcome::Refer; 2], "a stale list");
    assert_eq!(outcomes(&list(at(-10), vec![RevokedEntry::new(&serial, at(-20))])), [Outcome::Reject; 2]);
}

#[test]
fn the_age_of_what_is_trusted_is_the_policys_business() {
    let part = BundlePart::new(BundleUse::Trust, "csca.der", profile::vn().csca().unwrap());
    let made = OffsetDateTime::from(now());
    let (bundle, refused) = TrustBundle::make(made, [part]).unwrap();
    assert!(refused.is_empty());
    let trust = TrustStore::from_bundle(&bundle.encode(), made, AgePolicy::default()).unwrap();
    let mut own =
        "[checks]\n\"pa.revocation\" = { accept = [\"successful\", \"undetermined:revocation_not_checked\"] }\n"
            .to_owned();
    let strict = file(&own);
    own.push_str("\"trust.age\" = { accept = [\"successful\"] }\n");
    let demanding = file(&own);
    let after = |days: u64, policy: &Policy| {
        let report = vn().verify(&trust, now() + Duration::from_secs(days * 86_400));
        report.decide(policy).outcome()
    };
    for (days, strictly, in_the_field) in [
        (10, Outcome::Accept, Outcome::Accept),
        (40, Outcome::Refer, Outcome::Accept),
        (100, Outcome::Reject, Outcome::Reject),
    ] {
        assert_eq!((after(days, &strict), after(days, &Policy::field())), (strictly, in_the_field), "{days} days");
    }
    // Whoever demands a bundle rejects where there is none, and a stale one.
    assert_eq!((after(10, &demanding), after(40, &demanding)), (Outcome::Accept, Outcome::Reject));
    let plain = vn().verify(&self::trust(&profile::vn()), now());
    assert_eq!(plain.decide(&demanding).outcome(), Outcome::Reject);
    assert_eq!(plain.decide(&strict).outcome(), Outcome::Accept);
}

#[test]
fn an_expired_card_is_for_a_person_or_for_nobody() {
    let later = now() + Duration::from_secs(13 * 365 * 86_400 + 200 * 86_400);
    let report = vn().verify(&trust(&profile::vn()), later);
    assert!(report.is_expired() && report.verdict() == Verdict::Genuine, "{}", lines(&report));
    assert_eq!(report.decide(&Policy::field()).outcome(), Outcome::Refer);
    assert_eq!(report.decide(&Policy::strict()).outcome(), Outcome::Reject);
    let own = "[checks]\n\"lds.expiry\" = { accept = [\"successful\", \"failed:expired\"] }\n";
    let own = Policy::from_toml(&format!("{HEAD}{own}").replace("\"strict\"", "\"field\"")).unwrap();
    assert_eq!(report.decide(&own).outcome(), Outcome::Accept);
}

#[test]
fn a_file_may_demand_one_proof_of_the_chip_or_one_confirmation() {
    let trust = trust(&profile::vn());
    let with = |lines: &str| {
        Policy::from_toml(&format!("{HEAD}[checks]\n{lines}").replace("\"strict\"", "\"field\"")).unwrap()
    };
    // The card of this profile has active and chip authentication; a passport has neither mapping nor, here, the former.
    let active = with("\"chip.active_authentication\" = { accept = [\"successful\"] }\n");
    assert_eq!(decided(&vn(), &trust, &active).1.outcome(), Outcome::Accept);
    let mapping = with("\"chip.pace_cam\" = { accept = [\"successful\"], refer = [\"not_supported:not_due\"] }\n");
    assert_eq!(decided(&vn(), &trust, &mapping).1.outcome(), Outcome::Refer);
    let confirmed = with("\"online.confirmation\" = { accept = [\"successful\"] }\n");
    let (_, decision) = decided(&vn(), &trust, &confirmed);
    assert_eq!(decision.outcome(), Outcome::Reject);
    let rule = "checks.\"online.confirmation\"".to_owned();
    assert_eq!(against(&decision), [(Basis::Missing, Some(CheckId::OnlineConfirmation), None, rule)]);
}

#[test]
fn unknown_and_missing_checks_refuse() {
    let trust = trust(&profile::vn());
    let whole = Policy::field().to_toml().replace("name = \"field\"", "name = \"whole\"");
    let policy = |text: &str| Policy::from_toml(text).unwrap();
    assert_eq!(decided(&vn(), &trust, &policy(&whole)).1.outcome(), Outcome::Accept, "the control");
    let rows: Vec<&str> = whole.lines().filter(|line| line.starts_with('"')).collect();
    assert_eq!(rows.len(), CheckId::ALL.len());
    let report = vn().verify(&trust, now());
    for line in rows {
        let id = CheckId::from_code(line.split('"').nth(1).unwrap()).unwrap();
        // Without its line: a report that has the check is rejected.
        let less = policy(&whole.replace(&format!("{line}\n"), ""));
        assert_eq!(less.unnamed_checks().collect::<Vec<_>>(), [id]);
        let decision = report.decide(&less);
        let is_there = report.check(id).is_some();
        assert_eq!(decision.outcome() == Outcome::Reject, is_there, "{id}");
        assert_eq!(against(&decision).iter().any(|why| (why.0, why.1) == (Basis::UnknownCheck, Some(id))), is_there);
        // Without the word `missing`: a report that lacks the check is rejected.
        let due = policy(&whole.replace(line, &line.replace("\"missing\", ", "").replace(", \"missing\"", "")));
        let decision = report.decide(&due);
        assert_eq!(decision.outcome() == Outcome::Reject, !is_there, "{id}");
    }
    // A warning that is not named rejects as well.
    let own = profile::vn().with_quirk(Quirk::LineBreaksInMrz);
    let report = read(&own).verify(&self::trust(&own), now());
    let warned = report.checks().iter().any(|check| check.warnings.contains(&Warning::OddCharacters));
    assert!(warned, "{}", lines(&report));
    assert_ne!(report.decide(&policy(&whole)).outcome(), Outcome::Reject);
    let decision = report.decide(&policy(&whole.replace("odd_characters = \"accept\"\n", "")));
    assert_eq!(decision.outcome(), Outcome::Reject);
    assert!(decision.reasons().iter().any(|why| why.basis == Basis::UnknownWarning));
}

#[test]
fn a_tolerance_is_for_a_person_and_only_where_the_policy_names_it() {
    // A document signer without the identifier of its authority's key.
    let mut paper = paper::Document::new();
    let groups = vn()
        .files()
        .filter_map(|(file, bytes)| match file {
            FileId::DataGroup(group) => Some((group.number(), bytes.to_vec())),
            _ => None,
        })
        .collect();
    paper.files = groups;
    let document = |paper: &paper::Document| {
        let files = paper
            .files
            .iter()
            .map(|(number, bytes)| (FileId::DataGroup(DataGroup::new(*number).unwrap()), bytes.clone()));
        Document::from_files(files.chain([(FileId::Sod, paper.sod())]), None)
    };
    let trusting = |paper: &paper::Document| {
        let mut trust = TrustStore::empty();
        trust.add_certificate(&paper.csca_der()).unwrap();
        trust
    };
    let (_, control) = decided(&document(&paper), &trusting(&paper), &Policy::field());
    assert_eq!(control.outcome(), Outcome::Accept, "{:#?}", control.reasons());
    paper.ds.set(oid::AUTHORITY_KEY_IDENTIFIER, None);
    let (document, trust) = (document(&paper), trusting(&paper));
    let (report, decision) = decided(&document, &trust, &Policy::field());
    assert_eq!(decision.outcome(), Outcome::Refer);
    assert_eq!(decision.tolerances(), report.tolerances());
    assert_eq!(decision.tolerances()[0].tolerance, Tolerance::DsWithoutAki);
    let told = decision.reasons().iter().find(|reason| reason.basis == Basis::Tolerance).unwrap();
    assert_eq!((told.tolerance, told.outcome), (Some(Tolerance::DsWithoutAki), Outcome::Refer));
    assert_eq!(decided(&document, &trust, &Policy::strict()).1.outcome(), Outcome::Reject);
    // A report that used a tolerance which this policy does not name is rejected, whoever made it.
    let lenient = document.verify_with(&trust, now(), &Tolerances::field());
    let decision = lenient.decide(&Policy::strict());
    assert_eq!(decision.outcome(), Outcome::Reject);
    assert!(decision.reasons().iter().any(|reason| reason.basis == Basis::ToleranceNotAllowed));
    let named = file("tolerances = [\"ds_without_aki\"]\n");
    let (_, decision) = decided(&document, &trust, &named);
    assert_eq!(decision.outcome(), Outcome::Refer, "{:#?}", decision.reasons());
    let other = file("tolerances = [\"legacy_lds_oid\"]\n");
    assert_eq!(decided(&document, &trust, &other).1.outcome(), Outcome::Reject);
}

#[test]
fn the_hash_of_a_policy_is_over_all_that_it_says() {
    let field = Policy::field();
    assert_ne!(field.sha256(), Policy::strict().sha256());
    let again = Policy::from_toml(&field.to_toml()).unwrap();
    assert_eq!((again.sha256(), again), (field.sha256(), Policy::field()));
    // Comments, order and spelling do not enter; a rule and a name do.
    let commented = field.to_toml_with(|about| Some(format!("about {about}\nin two lines")));
    assert_eq!(Policy::from_toml(&commented).unwrap(), field);
    let plain = file("[checks]\n\"lds.expiry\" = { accept = [\"successful\"] }\n");
    let spelt = file(
        "[checks.\"lds.expiry\"]\nreject = [ 'missing', \"failed\" ] # as it is anyway\naccept = ['successful']\n",
    );
    assert_eq!(plain.sha256(), spelt.sha256());
    assert_ne!(plain.sha256(), file("").sha256());
    let named = Policy::from_toml(&HEAD.replace("counter", "desk")).unwrap();
    assert_ne!(named.sha256(), file("").sha256());
    assert_eq!(named.sha256(), DigestAlgorithm::Sha256.digest(&[named.to_toml().as_bytes()]));
}

#[test]
fn a_file_that_is_wrong_is_refused_with_its_line_and_key() {
    let line = |text: &str| format!("[checks]\n{text}\n");
    let cases: Vec<(String, usize, &str, &str)> = vec![
        ("tolerances = [".into(), 4, "", "policy.syntax"),
        ("name = \"again\"".into(), 4, "", "policy.syntax"),
        ("colour = \"red\"".into(), 4, "", "policy.unknown_key"),
        ("tolerances = \"none\"".into(), 4, "tolerances", "policy.wrong_kind"),
        ("tolerances = [1]".into(), 4, "tolerances", "policy.wrong_kind"),
        (
            "tolerances = [\n  \"legacy_lds_oid\",\n  \"laziness\",\n]".into(),
            6,
            "tolerances",
            "policy.unknown_tolerance",
        ),
        ("tolerances = [\"der_signature\", \"der_signature\"]".into(), 4, "tolerances", "policy.twice"),
        ("verdict = \"genuine\"".into(), 4, "verdict", "policy.wrong_kind"),
        ("[verdict]\nleast = \"genuine\"".into(), 5, "verdict", "policy.unknown_key"),
        ("[verdict]\naccept = \"fine\"".into(), 5, "verdict.accept", "policy.unknown_verdict"),
        ("[verdict]\naccept = \"undetermined\"".into(), 5, "verdict.accept", "policy.verdict_too_low"),
        ("[verdict]\naccept = \"failed\"".into(), 5, "verdict.accept", "policy.verdict_too_low"),
        ("[verdict]\nrefer = \"failed\"".into(), 5, "verdict.refer", "policy.verdict_too_low"),
        ("[verdict]\naccept = \"data_authentic\"\nrefer = \"genuine\"".into(), 4, "verdict", "policy.verdict_order"),
        ("[warnings]\nsha0 = \"accept\"".into(), 5, "warnings.sha0", "policy.unknown_warning"),
        ("[warnings]\nsha1 = \"ignore\"".into(), 5, "warnings.sha1", "policy.unknown_decision"),
        ("[warnings]\nsha1 = true".into(), 5, "warnings.sha1", "policy.wrong_kind"),
        (line("\"pa.chian\" = { accept = [\"successful\"] }"), 5, "checks.\"pa.chian\"", "policy.unknown_check"),
        (line("\"pa.chain\" = \"accept\""), 5, "checks.\"pa.chain\"", "policy.wrong_kind"),
        (line("\"pa.chain\" = { allow = [\"successful\"] }"), 5, "checks.\"pa.chain\"", "policy.unknown_decision"),
        (line("\"pa.chain\" = { accept = \"successful\" }"), 5, "checks.\"pa.chain\".accept", "policy.wrong_kind"),
        (line("\"pa.chain\" = { accept = [\"good\"] }"), 5, "checks.\"pa.chain\".accept", "policy.unknown_state"),
        (line("\"pa.chain\" = { accept = [\"good:sha1\"] }"), 5, "checks.\"pa.chain\".accept", "policy.unknown_state"),
        (
            line("\"pa.chain\" = { refer = [\"undetermined:lazy\"] }"),
            5,
            "checks.\"pa.chain\".refer",
            "policy.unknown_reason",
        ),
        (
            line("\"pa.chain\" = { refer = [\"warning:sha0\"] }"),
            5,
            "checks.\"pa.chain\".refer",
            "policy.unknown_warning",
        ),
        (
            line("\"pa.chain\" = { accept = [\"successful\"], refer = [\"successful\"] }"),
            5,
            "checks.\"pa.chain\".refer",
            "policy.twice",
        ),
        // What no policy may say.
        (line("\"pa.chain\" = { accept = [\"failed\"] }"), 5, "checks.\"pa.chain\".accept", "policy.takes_failure"),
        (
            line("\"vn.number\" = { refer = [\"failed:mismatch\"] }"),
            5,
            "checks.\"vn.number\".refer",
            "policy.takes_failure",
        ),
        (
            line("\"chip.active_authentication\" = { refer = [\"failed:refused\"] }"),
            5,
            "checks.\"chip.active_authentication\".refer",
            "policy.takes_failure",
        ),
        (
            line("\"online.confirmation\" = { refer = [\"failed\"] }"),
            5,
            "checks.\"online.confirmation\".refer",
            "policy.takes_failure",
        ),
        (
            line("\"pa.revocation\" = { refer = [\"failed\"] }"),
            5,
            "checks.\"pa.revocation\".refer",
            "policy.takes_failure",
        ),
        (
            line("\"pa.chain\" = { accept = [\"successful\", \"undetermined\"] }"),
            5,
            "checks.\"pa.chain\".accept",
            "policy.accepts_open",
        ),
        (
            line("\"pa.signature\" = { accept = [\"successful\", \"missing\"] }"),
            5,
            "checks.\"pa.signature\".accept",
            "policy.accepts_open",
        ),
        ("[claims]\ndiffers = \"accept\"".into(), 5, "claims.differs", "policy.accepts_other_person"),
        ("[claims]\nmatches = \"accept\"".into(), 5, "claims", "policy.unknown_key"),
        ("[claims]\nnot_given = \"maybe\"".into(), 5, "claims.not_given", "policy.unknown_decision"),
        ("claims = \"refer\"".into(), 4, "claims", "policy.wrong_kind"),
        (line("\"lds.com\" = { accept = [\"undetermined\"] }"), 5, "checks.\"lds.com\".accept", "policy.above_success"),
        (
            line("\"lds.com\" = { accept = [\"missing\"], refer = [\"successful\"] }"),
            5,
            "checks.\"lds.com\".accept",
            "policy.above_success",
        ),
    ];
    let mut seen: Vec<&str> = Vec::new();
    for (rest, line, key, code) in &cases {
        let error = Policy::from_toml(&format!("{HEAD}{rest}\n")).unwrap_err();
        assert_eq!((error.line, error.key.as_str(), error.fault.code()), (*line, *key, *code), "{rest}: {error}");
        assert!(error.to_string().contains(&format!("line {line}")) && !error.fault.remedy().is_empty());
        seen.push(code);
    }
    // What stands at the head of the file.
    let head = |from: &str, to: &str| Policy::from_toml(&HEAD.replace(from, to)).unwrap_err();
    let missing = |key: &str| {
        let kept: Vec<&str> = HEAD.lines().filter(|line| !line.starts_with(key)).collect();
        Policy::from_toml(&kept.join("\n"))
    };
    let heads: [(PolicyError, usize, &str); 7] = [
        (head("policy/1", "policy/2"), 1, "policy.schema"),
        (head("counter", "the counter"), 2, "policy.name"),
        (head("counter", "x".repeat(65).as_str()), 2, "policy.name"),
        (head("\"strict\"", "\"lax\""), 3, "policy.unknown_policy"),
        (missing("schema").unwrap_err(), 1, "policy.missing_key"),
        (missing("name").unwrap_err(), 1, "policy.missing_key"),
        (missing("extends").unwrap_err(), 1, "policy.missing_key"),
    ];
    for (error, line, code) in &heads {
        assert_eq!((error.line, error.fault.code()), (*line, *code), "{error}");
        seen.push(code);
    }
    // Without anything to extend, both verdicts are due.
    let half = Policy::from_toml("schema = \"chipid.policy/1\"\nname = \"a\"\n[verdict]\naccept = \"genuine\"\n");
    assert_eq!(half.unwrap_err().fault.code(), "policy.missing_key");
    // Nobody calls his own policy strict.
    let own = Policy::from_toml(&format!("{}tolerances = [\"der_signature\"]\n", HEAD.replace("counter", "strict")));
    assert_eq!(own.unwrap_err().fault.code(), "policy.reserved_name");
    assert_eq!(Policy::from_toml(&HEAD.replace("counter", "strict")).unwrap(), Policy::strict());
    let long = format!("{HEAD}#{}\n", "x".repeat(64 << 10));
    assert_eq!(Policy::from_toml(&long).unwrap_err().fault.code(), "policy.too_long");
    let just = format!("{HEAD}#{}\n", "x".repeat((64 << 10) - HEAD.len() - 2));
    assert!(Policy::from_toml(&just).is_ok());
    seen.extend(["policy.reserved_name", "policy.too_long"]);
    let untried: Vec<_> = chipid::policy::PolicyFault::CODES.iter().filter(|code| !seen.contains(code)).collect();
    assert!(untried.is_empty(), "{untried:?}");
}

#[test]
fn an_error_offers_the_words_that_were_meant() {
    let choices = |rest: &str| Policy::from_toml(&format!("{HEAD}{rest}")).unwrap_err().choices;
    assert_eq!(choices("[checks]\n\"pa.chian\" = {}\n")[0], "pa.chain");
    assert_eq!(choices("[warnings]\nsha2 = \"accept\"\n")[0], "sha1");
    assert_eq!(choices("[warnings]\nsha1 = \"acept\"\n"), ["reject", "refer", "accept"]);
    assert_eq!(
        choices("extend = \"strict\"\n"),
        ["schema", "name", "extends", "tolerances", "verdict", "warnings", "checks", "claims"]
    );
    let line = "[checks]\n\"pa.chain\" = { refer = [\"undetermined:no_anchor\"] }\n";
    assert!(choices(line).contains(&"no_trust_anchor"), "{:?}", choices(line));
}

/// Reports of real readings: good, open, failed, from cards and from files, each with its verdict.
fn reports() -> Vec<Report> {
    let mut found = Vec::new();
    let profiles = [profile::vn(), profile::passport(), profile::hardened(), profile::plain(), profile::cam()];
    for profile in &profiles {
        let (document, trust) = (read(profile), trust(profile));
        let stored = Document::from_files(
            document.files().map(|(file, bytes)| (file, bytes.to_vec())).collect::<Vec<_>>(),
            Some(document.proofs()),
        );
        for document in [&document, &stored] {
            found.push(document.verify(&trust, now()));
            found.push(document.verify_with(&trust, now(), &Tolerances::field()));
            found.push(document.verify(&TrustStore::empty(), now()));
        }
        found.push(document.verify(&trust, now() + Duration::from_secs(30 * 365 * 86_400)));
    }
    for quirk in
        [Quirk::CaRefused6d00, Quirk::AaRefused, Quirk::CaKeepsOldKeys, Quirk::AaDerSignature, Quirk::CardAccessHidden]
    {
        let mut profile = profile::vn().with_quirk(quirk);
        if quirk == Quirk::CardAccessHidden {
            profile.can = None;
        }
        let Ok(document) = read_over(&profile) else { continue };
        found.push(document.verify(&trust(&profile), now()));
        found.push(document.verify_with(&trust(&profile), now(), &Tolerances::field()));
    }
    for defect in PlantedDefect::ALL {
        let profile = profile::vn().with_defect(defect);
        if profile.card().is_err() {
            continue;
        }
        let Ok(document) = read_over(&profile) else { continue };
        found.push(document.verify_with(&trust(&profile), now(), &Tolerances::field()));
    }
    found
}

fn read_over(profile: &Profile) -> Result<Document, chipid::Error> {
    reading::read_over(reading::link(profile), &reading::password(profile), &chipid::ReadPlan::full(), None)
}

static REPORTS: LazyLock<Vec<Report>> = LazyLock::new(reports);

/// A policy's file: mostly known words, some that are not, in rules that may be forbidden.
fn text() -> impl Strategy<Value = String> {
    let id = select(CheckId::ALL).prop_map(|id| id.as_str());
    let state = select(vec!["successful", "failed", "undetermined", "not_supported", "aborted", "missing", "good"]);
    let reason = select(Reason::ALL).prop_map(|reason| reason.as_str());
    let condition = prop_oneof![
        3 => state.clone().prop_map(str::to_owned),
        1 => (state, reason).prop_map(|(state, reason)| format!("{state}:{reason}")),
    ];
    let list = |name: &'static str| {
        proptest::collection::vec(condition.clone(), 0..4)
            .prop_map(move |list| format!("{name} = {}", serde_json::to_string(&list).unwrap()))
    };
    let line = (id, list("accept"), list("refer"))
        .prop_map(|(id, accept, refer)| format!("\"{id}\" = {{ {accept}, {refer} }}"));
    let base = select(vec!["", "extends = \"strict\"\n", "extends = \"field\"\n"]);
    let verdict = select(vec!["", "[verdict]\naccept = \"data_authentic\"\nrefer = \"undetermined\"\n"]);
    (base, verdict, proptest::collection::vec(line, 0..4)).prop_map(|(base, verdict, lines)| {
        format!("schema = \"chipid.policy/1\"\nname = \"some\"\n{base}{verdict}[checks]\n{}\n", lines.join("\n"))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_file_makes_a_policy_that_accepts_what_failed(text in text()) {
        let Ok(policy) = Policy::from_toml(&text) else { return Ok(()) };
        for report in REPORTS.iter() {
            let decision = report.decide(&policy);
            let limit = match report.verdict() {
                Verdict::Failed => Outcome::Reject,
                Verdict::Undetermined => Outcome::Refer,
                _ if !report.tolerances().is_empty() => Outcome::Refer,
                _ => Outcome::Accept,
            };
            prop_assert!(decision.outcome() <= limit, "{text}\n{:?}", report.verdict());
        }
    }

    #[test]
    fn no_text_makes_the_reader_of_policies_stumble(text in "[ -~\n]{0,200}", at in 0..2_000usize, octet in any::<u8>()) {
        let _ = Policy::from_toml(&text);
        let mut altered = Policy::field().to_toml().into_bytes();
        let length = altered.len();
        altered[at * 7 % length] = octet;
        if let Ok(altered) = String::from_utf8(altered) {
            let _ = Policy::from_toml(&altered);
        }
    }
}

#[test]
fn the_reports_of_the_property_are_of_every_kind() {
    let all = &*REPORTS;
    for verdict in [Verdict::Failed, Verdict::Undetermined, Verdict::DataAuthentic, Verdict::Genuine] {
        assert!(all.iter().filter(|report| report.verdict() == verdict).count() >= 3, "{verdict:?}");
    }
    assert!(all.iter().any(|report| !report.tolerances().is_empty()));
    let outcomes: Vec<Outcome> = all.iter().map(|report| report.decide(&Policy::field()).outcome()).collect();
    println!("{} reports", all.len());
    assert!(Outcome::ALL.iter().all(|outcome| outcomes.contains(outcome)), "{outcomes:?}");
    // Strict is never milder.
    for (report, field) in all.iter().zip(outcomes) {
        assert!(report.decide(&Policy::strict()).outcome() <= field, "{}", lines(report));
    }
}

#[test]
fn taking_a_file_or_a_proof_away_never_improves_a_decision() {
    let mut cases = 0;
    for profile in [profile::vn(), profile::passport(), profile::hardened(), profile::cam(), profile::eac()] {
        let (document, trust) = (read(&profile), trust(&profile));
        let files: Vec<(FileId, Vec<u8>)> = document.files().map(|(file, bytes)| (file, bytes.to_vec())).collect();
        let evidence = document.to_evidence(&trust, now(), &EvidencePolicy::all(), &clock()).unwrap();
        for policy in [Policy::strict(), Policy::field()] {
            let decide = |document: &Document| decided(document, &trust, &policy).1.outcome();
            let whole = decide(&Document::from_files(files.clone(), Some(document.proofs())));
            for (taken, _) in &files {
                let rest = files.iter().filter(|(file, _)| file != taken).cloned();
                let less = decide(&Document::from_files(rest, Some(document.proofs())));
                // A data group that is missing makes the verdict undetermined; EF.CardAccess and EF.COM bear on nothing
                // that a file shows.
                assert!(less <= whole, "{} without {taken}: {less} instead of {whole}", profile.name);
                cases += 1;
            }
            let none = decide(&Document::from_files(files.clone(), None::<Proofs>));
            assert!(none <= whole, "{} without proofs", profile.name);
            let whole = decide(&Document::from_evidence(&evidence));
            for group in DataGroup::all() {
                let Some(less) = evidence.without(FileId::DataGroup(group)) else { continue };
                assert!(decide(&Document::from_evidence(&less)) <= whole, "{} without {group:?}", profile.name);
                cases += 1;
            }
            // And no anchor, no acceptance.
            assert!(decided(&document, &TrustStore::empty(), &policy).1.outcome() < Outcome::Accept);
        }
    }
    println!("{cases} cases");
}

fn clock() -> Clock {
    Clock { read_at: now(), source: "the test".into() }
}

#[test]
fn evidence_names_the_policy_its_hash_and_what_it_decided() {
    let (document, trust) = (vn(), trust(&profile::vn()));
    let with = |policy: &EvidencePolicy| document.to_evidence(&trust, now(), policy, &clock()).unwrap();
    let manifest = |evidence: &Evidence| serde_json::from_slice::<Value>(&evidence.manifest()).unwrap();
    for (policy, outcome) in [(Policy::field(), "accept"), (Policy::strict(), "refer")] {
        let evidence = with(&EvidencePolicy::all().under(&policy));
        let due = json!({"decision": outcome, "name": policy.name(), "sha256": hex::encode(policy.sha256())});
        assert_eq!(manifest(&evidence)["policy"], due);
        let again = Evidence::decode(&evidence.encode()).unwrap();
        assert_eq!(again.encode(), evidence.encode());
        let by = again.decided_by().unwrap();
        assert_eq!((by.name.as_str(), by.decision.as_str()), (policy.name(), outcome));
        // Judged again under the same policy it decides the same.
        let (report, decision) = decided(&Document::from_evidence(&again), &trust, &Policy::field());
        assert_eq!(report.verdict(), Verdict::Genuine);
        assert_eq!(decision.outcome(), Outcome::Accept, "{:#?}", decision.reasons());
    }
    // Without a policy nothing is said: the form is what it was.
    let plain = with(&EvidencePolicy::all());
    assert!(manifest(&plain).get("policy").is_none() && plain.decided_by().is_none());
    // The refuse: words that are none.
    let evidence = with(&EvidencePolicy::all().under(&Policy::field()));
    for (place, word) in [("decision", "perhaps"), ("sha256", "00"), ("sha256", "zz")] {
        let mut value: Value = serde_json::from_slice(&evidence.encode()).unwrap();
        value["manifest"]["policy"][place] = json!(word);
        let text = serde_json::to_vec(&value["manifest"]).unwrap();
        value["sha256"] = json!(hex::encode(DigestAlgorithm::Sha256.digest(&[&text])));
        assert!(Evidence::decode(&serde_json::to_vec(&value).unwrap()).is_err(), "{place} {word}");
    }
}

#[test]
fn the_decision_of_a_report_fits_the_published_schema() {
    let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
    compiler.add_resource("result.json", Report::json_schema()).unwrap();
    let index = compiler.compile("result.json", &mut schemas).unwrap();
    let mut seen = 0;
    for report in REPORTS.iter() {
        for policy in [Policy::strict(), Policy::field()] {
            let mut value = serde_json::to_value(report).unwrap();
            value["decision"] = serde_json::to_value(report.decide(&policy)).unwrap();
            schemas.validate(&value, index).unwrap_or_else(|error| panic!("{error}"));
            for (place, wrong) in [("/decision/outcome", json!("maybe")), ("/decision/reasons", json!([]))] {
                let mut altered = value.clone();
                *altered.pointer_mut(place).unwrap() = wrong;
                assert!(schemas.validate(&altered, index).is_err(), "{place}");
            }
            seen += 1;
        }
    }
    println!("{seen} decisions");
}
