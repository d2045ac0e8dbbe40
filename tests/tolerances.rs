//! The named tolerances of trust: what needs one fails without it, is undetermined with it, and never more.

#![allow(clippy::unwrap_used)]

#[path = "support/trust.rs"]
mod trust_changes;
#[path = "support/paper.rs"]
#[allow(dead_code, reason = "shared with the tests of passive authentication, which use all of it")]
mod paper;
#[path = "support/reading.rs"]
mod reading;

use chipid::checks::{CheckId, Reason, State, Tolerance, Tolerances};
use chipid::internals::crypto::{CurveId, DigestAlgorithm};
use chipid::internals::issuer::KeyKind;
use chipid::internals::oid;
use chipid::internals::tlv::{Reader, Tag, encode};
use chipid::lds::{DataGroup, FileId};
use chipid::report::UsedTolerance;
use chipid::sim::profile::ActiveAuthenticationPlan;
use chipid::sim::{PlantedDefect, Profile, Quirk, profile};
use chipid::trust::TrustStore;
use chipid::{Document, ReadPlan, Report, Verdict};
use reading::{lines, now};
use trust_changes::AddTrust as _;

/// A document and who is trusted for it.
struct Case {
    document: Document,
    trust: TrustStore,
}

impl Case {
    /// The files of the Vietnamese profile in a document on paper; each part may be altered before it is signed.
    fn on_paper(alter: impl Fn(&mut paper::Document), alter_com: impl Fn(Vec<u8>) -> Vec<u8>) -> Self {
        let read = reading::read(&profile::vn());
        let mut paper = paper::Document::new();
        let groups = read.files().filter_map(|(file, bytes)| match file {
            FileId::DataGroup(group) => Some((group.number(), bytes.to_vec())),
            _ => None,
        });
        paper.files = groups.collect();
        alter(&mut paper);
        // DG3 is listed by the card, but not among the files.
        let tags: Vec<u8> = paper.files.values().map(|file| file[0]).collect();
        let versions = [encode(Tag(0x5F01), b"0107"), encode(Tag(0x5F36), b"040000")].concat();
        let com = encode(Tag(0x60), &[versions, encode(Tag(0x5C), &tags)].concat());
        let files = paper
            .files
            .iter()
            .map(|(number, file)| (FileId::DataGroup(DataGroup::new(*number).unwrap()), file.clone()));
        let own = [(FileId::Sod, paper.sod()), (FileId::Com, alter_com(com))];
        let mut trust = TrustStore::empty();
        trust.add_certificate(&paper.csca_der()).unwrap();
        Self { document: Document::from_files(files.chain(own), None), trust }
    }

    fn on_card(profile: &Profile) -> Self {
        Self { document: reading::read(profile), trust: reading::trust(profile) }
    }

    fn judge(&self, tolerances: &Tolerances) -> Report {
        self.document.verify_with(&self.trust, now(), tolerances)
    }
}

/// EF.COM without one of its data objects.
fn without(tag: u32) -> impl Fn(Vec<u8>) -> Vec<u8> {
    move |com| {
        let mut inside = Reader::new(&com).next().unwrap().children();
        let mut kept = Vec::new();
        while !inside.is_empty() {
            let object = inside.next().unwrap();
            if object.tag != Tag(tag) {
                kept.extend_from_slice(object.raw);
            }
        }
        encode(Tag(0x60), &kept)
    }
}

fn as_it_is(com: Vec<u8>) -> Vec<u8> {
    com
}

/// A tolerance, a case that needs it, the checks that it stands in, and the reason they fail for.
type Needed = (Tolerance, Case, Vec<(CheckId, Reason)>);

/// Every tolerance of a document.
fn cases() -> Vec<Needed> {
    let der = Profile {
        active_authentication: Some(ActiveAuthenticationPlan {
            kind: KeyKind::Ec(CurveId::BrainpoolP256r1),
            digest: DigestAlgorithm::Sha256,
        }),
        ..profile::passport()
    };
    vec![
        (
            Tolerance::LegacyLdsOid,
            Case::on_paper(|paper| paper.content_type = oid::LEGACY_LDS_SECURITY_OBJECT_ICAO, as_it_is),
            vec![(CheckId::PaSecurityObject, Reason::Malformed)],
        ),
        (
            Tolerance::SignedAttributesUnsorted,
            Case::on_paper(|paper| paper.unsorted = true, as_it_is),
            vec![(CheckId::PaSignature, Reason::BadSignature)],
        ),
        (
            Tolerance::DsWithoutAki,
            Case::on_paper(|paper| paper.ds.set(oid::AUTHORITY_KEY_IDENTIFIER, None), as_it_is),
            vec![(CheckId::PaCertificates, Reason::CertificateProfile)],
        ),
        (
            Tolerance::MissingUnicodeVersion,
            Case::on_paper(|_| (), without(0x5F36)),
            vec![(CheckId::LdsCom, Reason::Malformed)],
        ),
        (
            Tolerance::MissingDataGroupList,
            Case::on_paper(|_| (), without(0x5C)),
            vec![(CheckId::LdsCom, Reason::Malformed)],
        ),
        (
            Tolerance::MissingChipAuthenticationInfo,
            Case::on_card(&profile::passport().with_quirk(Quirk::CaWithoutInfo)),
            vec![(CheckId::ChipChipAuthentication, Reason::Malformed), (CheckId::LdsDg14, Reason::Malformed)],
        ),
        (
            Tolerance::DerSignature,
            Case::on_card(&der.with_quirk(Quirk::AaDerSignature)),
            vec![(CheckId::ChipActiveAuthentication, Reason::BadSignature)],
        ),
    ]
}

#[test]
fn a_sound_document_needs_no_tolerance() {
    let sound = Case::on_paper(|_| (), as_it_is);
    for tolerances in [Tolerances::none(), Tolerances::field()] {
        let report = sound.judge(&tolerances);
        assert_eq!(report.verdict(), Verdict::DataAuthentic, "{}", lines(&report));
        assert_eq!(report.tolerances(), []);
    }
    let card = Case::on_card(&profile::passport());
    assert_eq!(card.judge(&Tolerances::field()).verdict(), Verdict::Genuine);
}

#[test]
fn what_needs_a_tolerance_fails_without_it_and_is_undetermined_with_it() {
    for (tolerance, case, stands_in) in cases() {
        let others: Tolerances = Tolerance::ALL.iter().copied().filter(|other| *other != tolerance).collect();
        for strict in [Tolerances::none(), others] {
            let report = case.judge(&strict);
            assert_eq!(report.verdict(), Verdict::Failed, "{tolerance}\n{}", lines(&report));
            assert_eq!(report.tolerances(), [], "{tolerance}: none was used");
            for (id, reason) in &stands_in {
                let check = report.check(*id).unwrap();
                assert_eq!((check.state, check.reason), (State::Failed, Some(*reason)), "{tolerance} {check:?}");
            }
        }
        for lenient in [Tolerances::none().with(tolerance), Tolerances::field()] {
            let report = case.judge(&lenient);
            assert_eq!(report.verdict(), Verdict::Undetermined, "{tolerance}\n{}", lines(&report));
            for (id, _) in &stands_in {
                let check = report.check(*id).unwrap();
                let found = (check.state, check.reason);
                assert_eq!(found, (State::Undetermined, Some(Reason::Tolerance)), "{tolerance} {check:?}");
            }
            let due: Vec<_> = stands_in.iter().map(|(check, _)| UsedTolerance { check: *check, tolerance }).collect();
            assert_eq!(report.tolerances(), due, "{tolerance}");
        }
    }
}

/// Those that are for lists only are tried with the lists.
#[test]
fn every_tolerance_of_a_document_has_its_case() {
    let tried: Vec<Tolerance> = cases().into_iter().map(|(tolerance, ..)| tolerance).collect();
    let of_lists = [Tolerance::DigestInfoWithoutNull, Tolerance::UnverifiedList];
    let due: Vec<_> = Tolerance::ALL.iter().copied().filter(|one| !of_lists.contains(one)).collect();
    assert_eq!(tried, due);
}

/// EF.COM does not gate where it could not be read; with a tolerance it caps.
#[test]
fn a_tolerance_in_a_check_that_does_not_gate_caps_the_verdict_all_the_same() {
    let case = Case::on_paper(|_| (), without(0x5F36));
    let unread = Case {
        document: Document::from_files(
            case.document.files().filter(|(file, _)| *file != FileId::Com).map(|(file, bytes)| (file, bytes.to_vec())),
            None,
        ),
        ..Case::on_paper(|_| (), as_it_is)
    };
    assert_eq!(unread.judge(&Tolerances::field()).verdict(), Verdict::DataAuthentic);
    assert_eq!(case.judge(&Tolerances::field()).verdict(), Verdict::Undetermined);
}

#[test]
fn a_tolerance_excuses_nothing_else() {
    // EF.COM without Unicode version that lists too few data groups besides.
    let shorter = |com: Vec<u8>| {
        let com = without(0x5F36)(com);
        let mut inside = Reader::new(&com).next().unwrap().children();
        let version = inside.next().unwrap().raw.to_vec();
        encode(Tag(0x60), &[version, encode(Tag(0x5C), &[0x61, 0x75])].concat())
    };
    let report = Case::on_paper(|_| (), shorter).judge(&Tolerances::field());
    let check = report.check(CheckId::LdsCom).unwrap();
    assert_eq!((check.state, check.reason), (State::Failed, Some(Reason::Mismatch)));
    assert_eq!(report.verdict(), Verdict::Failed);

    // A document signer without key identifier that is an authority besides.
    let report = Case::on_paper(
        |paper| {
            paper.ds.set(oid::AUTHORITY_KEY_IDENTIFIER, None);
            paper.ds.set(oid::KEY_USAGE, Some((true, paper::key_usage(0x84))));
        },
        as_it_is,
    )
    .judge(&Tolerances::field());
    let check = report.check(CheckId::PaCertificates).unwrap();
    assert_eq!((check.state, check.reason), (State::Failed, Some(Reason::CertificateProfile)));
    assert_eq!(report.verdict(), Verdict::Failed);

    // Unsorted attributes under a wrong signature.
    let wrong = |paper: &mut paper::Document| {
        paper.unsorted = true;
        paper.spoil_signature = true;
    };
    let report = Case::on_paper(wrong, as_it_is).judge(&Tolerances::field());
    assert_eq!(report.check(CheckId::PaSignature).unwrap().reason, Some(Reason::BadSignature));
    assert_eq!(report.tolerances(), []);
}

/// Over everything that the simulated cards can get wrong: a tolerance never worsens a verdict, and never lifts one above
/// undetermined.
#[test]
fn allowing_more_never_worsens_a_verdict_nor_lifts_it_above_undetermined() {
    let mut judged = 0;
    let mut lifted = 0;
    for base in [profile::vn(), profile::passport()] {
        let quirks = Quirk::ALL.iter().map(|quirk| base.clone().with_quirk(*quirk));
        let defects = PlantedDefect::ALL.iter().map(|defect| base.clone().with_defect(*defect));
        for profile in quirks.chain(defects) {
            let Ok(card) = profile.card() else { continue };
            let read = reading::read_over(Box::new(card), &reading::password(&profile), &ReadPlan::full(), None);
            let Ok(document) = read else { continue };
            for trust in [reading::trust(&profile), TrustStore::empty()] {
                let report = |tolerances: Tolerances| document.verify_with(&trust, now(), &tolerances);
                let (strict, lenient) = (report(Tolerances::none()), report(Tolerances::field()));
                let steps: Vec<Report> = match lenient.tolerances() {
                    [] => Vec::new(),
                    used => used.iter().map(|used| report(Tolerances::none().with(used.tolerance))).collect(),
                };
                assert_eq!(strict.tolerances(), []);
                for report in steps.iter().chain([&lenient]) {
                    let (verdict, worst) = (report.verdict(), strict.verdict());
                    assert!(worst <= verdict && verdict <= lenient.verdict(), "{}", lines(report));
                    assert!(verdict == worst || verdict == Verdict::Undetermined, "{}", lines(report));
                    assert!(report.tolerances().is_empty() || verdict <= Verdict::Undetermined, "{}", lines(report));
                    lifted += usize::from(verdict > worst);
                    judged += 1;
                }
            }
        }
    }
    println!("{judged} judgements, {lifted} lifted from failed to undetermined");
    assert!(judged > 150 && lifted > 4);
}

/// Evidence is judged with the tolerances that its policy names, says which were used, and is judged again with the caller's.
#[cfg(feature = "evidence")]
#[test]
fn evidence_tells_the_tolerances_that_were_used() {
    use chipid::{Clock, Evidence, EvidencePolicy};
    let case = Case::on_card(&profile::passport().with_quirk(Quirk::CaWithoutInfo));
    let clock = Clock { read_at: now(), source: "the test's own".into() };
    let evidence = |policy: EvidencePolicy| case.document.to_evidence(&case.trust, now(), &policy, &clock).unwrap();
    let manifest = |evidence: &Evidence| String::from_utf8(evidence.manifest()).unwrap();
    let strict = evidence(EvidencePolicy::all());
    assert!(manifest(&strict).contains("\"tolerances\":[]"));
    assert!(manifest(&strict).contains("\"verdict\":\"failed\""));
    let lenient = evidence(EvidencePolicy::all().tolerating(Tolerances::field()));
    let told = manifest(&lenient);
    assert!(told.contains("\"verdict\":\"undetermined\""), "{told}");
    for check in ["chip.chip_authentication", "lds.dg14"] {
        let row = format!("{{\"check\":\"{check}\",\"tolerances\":[\"missing_chip_authentication_info\"]");
        assert!(told.contains(&row), "{told}");
    }
    // Its bytes are read again, and judged by the tolerances of now.
    let again = Evidence::decode(&lenient.encode()).unwrap();
    let document = Document::from_evidence(&again);
    assert_eq!(document.verify(&case.trust, now()).verdict(), Verdict::Failed);
    assert_eq!(document.verify_with(&case.trust, now(), &Tolerances::field()).verdict(), Verdict::Undetermined);
}

#[test]
fn a_set_of_tolerances_is_what_it_was_made_of() {
    assert_eq!(Tolerances::none().iter().count(), 0);
    assert_eq!(Tolerances::field().iter().collect::<Vec<_>>(), Tolerance::ALL);
    let two = Tolerances::none().with(Tolerance::DsWithoutAki).with(Tolerance::LegacyLdsOid);
    assert_eq!(two.iter().collect::<Vec<_>>(), [Tolerance::LegacyLdsOid, Tolerance::DsWithoutAki]);
    assert!(two.allows(Tolerance::DsWithoutAki) && !two.allows(Tolerance::DerSignature));
    assert_eq!(two, two.iter().collect());
    for tolerance in Tolerance::ALL {
        assert_eq!(Tolerance::from_code(tolerance.as_str()), Some(*tolerance));
    }
}
