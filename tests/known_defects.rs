//! Lists of known defects against the checks: what an entry turns, what it does not, and that it never helps a document
//! beyond undetermined.

#[path = "support/trust.rs"]
mod trust_changes;
#[path = "support/reading.rs"]
mod reading;

use chipid::checks::{Check, CheckId, Reason, State, Tolerance, Tolerances, Warning};
use chipid::internals::crypto::DigestAlgorithm;
use chipid::internals::issuer::{
    CertificateFields, DefectFields, DeviationFields, Extension, Issuer, IssuerPlan, KeyPlan, RevocationListFields,
    RevokedEntry, Scheme, SignedDataFields, SignerId, defect_list_content, deviation_list_content,
};
use chipid::internals::oid::{self, Oid};
use chipid::internals::pki::{Certificate, ProfileDefect};
use chipid::internals::signed_lists::{DefectList, DefectListForm, ListError};
use chipid::internals::tlv::{self, Tag};
use chipid::lds::{DataGroup, FileId};
use chipid::sim::{Profile, Quirk, profile};
use chipid::trust::{Refusal, TrustStore};
use chipid::{Document, Report, Verdict};
use time::OffsetDateTime;
use time::macros::datetime;
use trust_changes::AddTrust as _;

/// The files of a genuine card, its issuer and its document number.
struct Case {
    issuer: Issuer,
    files: Vec<(FileId, Vec<u8>)>,
    number: String,
}

impl Case {
    fn new() -> Self {
        Self::of(profile::vn())
    }

    fn of(profile: Profile) -> Self {
        let document = reading::read(&profile);
        let files: Vec<_> = document.files().map(|(file, bytes)| (file, bytes.to_vec())).collect();
        let number = profile.person.mrz_information().chars().take(9).collect();
        Self { issuer: profile.issuer().unwrap(), files, number }
    }

    /// The document, its file altered in the last byte.
    fn altered(&self, file: FileId) -> Document {
        let mut files = self.files.clone();
        let (_, bytes) = files.iter_mut().find(|(known, _)| *known == file).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        Document::from_files(files, None)
    }

    fn ds(&self) -> Certificate {
        Certificate::parse(self.issuer.ds()).unwrap()
    }

    fn by_serial(&self) -> SignerId {
        let ds = self.ds();
        SignerId::IssuerAndSerial(ds.issuer().raw().to_vec(), ds.serial().to_vec())
    }

    /// A deviation list of the issuer with one entry for this document's number.
    fn deviation(&self, id: Oid, file: Option<u8>) -> Vec<u8> {
        let numbers = Some(vec!["X00000000".to_owned(), self.number.clone()]);
        deviations(&self.issuer, &[DeviationFields { numbers, defects: vec![(id, file)], ..Default::default() }])
    }

    /// A defect list with one entry for this document's signer.
    fn defect(&self, id: Oid, parameters: &[u8]) -> Vec<u8> {
        let entry =
            DefectFields { signer: self.by_serial(), certificate_hash: None, defects: vec![(id, parameters.to_vec())] };
        defects(&self.issuer, &[entry])
    }

    fn store(&self, lists: &[Vec<u8>]) -> TrustStore {
        let mut store = TrustStore::empty();
        store.add_certificate(self.issuer.csca()).unwrap();
        for list in lists {
            let source = store.add_file("list", list);
            assert_eq!(source.accepted, 1, "{:?}", source.refused);
        }
        store
    }

    fn verify(&self, document: &Document, lists: &[Vec<u8>]) -> Report {
        document.verify(&self.store(lists), reading::now())
    }
}

fn deviations(issuer: &Issuer, entries: &[DeviationFields]) -> Vec<u8> {
    issuer.sign_list(&deviation_fields(issuer, entries)).unwrap()
}

fn deviation_fields(issuer: &Issuer, entries: &[DeviationFields]) -> SignedDataFields {
    let purpose = Extension::extended_key_usage(oid::ID_ICAO_DEVIATION_LIST_SIGNING_KEY);
    issuer.list_fields(oid::ID_ICAO_DEVIATION_LIST, deviation_list_content(entries), &[purpose]).unwrap()
}

fn defects(issuer: &Issuer, entries: &[DefectFields]) -> Vec<u8> {
    let purpose = Extension::extended_key_usage(oid::ID_DEFECT_LIST_SIGNING_KEY);
    let content = defect_list_content(entries);
    issuer.sign_list(&issuer.list_fields(oid::ID_DEFECT_LIST, content, &[purpose]).unwrap()).unwrap()
}

fn check(report: &Report, id: CheckId) -> &Check {
    report.check(id).unwrap_or_else(|| panic!("{id}"))
}

#[track_caller]
fn assert_state(report: &Report, id: CheckId, state: State, reason: Option<Reason>) {
    let check = check(report, id);
    assert_eq!((check.state, check.reason), (state, reason), "{id}: {}", check.compared);
}

#[track_caller]
fn assert_turned(report: &Report, id: CheckId) {
    assert_state(report, id, State::Undetermined, Some(Reason::KnownDefect));
    assert_eq!(report.verdict(), Verdict::Undetermined, "{}", reading::lines(report));
}

const DG13: FileId = FileId::DataGroup(DataGroup::DG13);

#[test]
fn a_wrong_hash_that_was_to_be_expected_is_undetermined() {
    let case = Case::new();
    let document = case.altered(DG13);
    assert_eq!(case.verify(&document, &[]).verdict(), Verdict::Failed);
    let report = case.verify(&document, &[case.deviation(oid::ID_DEVIATION_DG_HASH_WRONG, Some(13))]);
    assert_turned(&report, CheckId::PaDg13);
    assert_turned(&report, CheckId::PaDataGroups);
    let told = check(&report, CheckId::PaDg13);
    assert!(told.compared.contains("was failed, mismatch; id-Deviation-LDS-DGHashWrong (EF.DG13) by C=VN"), "{told:?}");
    assert_state(&report, CheckId::PaKnownDefects, State::Successful, None);
    assert_eq!(check(&report, CheckId::PaKnownDefects).warnings, [Warning::KnownDefect]);
}

#[test]
fn an_entry_excuses_what_it_names_and_nothing_else() {
    let case = Case::new();
    let document = case.altered(DG13);
    // Another data group, another kind of defect, a kind that bears on nothing.
    for list in [
        case.deviation(oid::ID_DEVIATION_DG_HASH_WRONG, Some(2)),
        case.deviation(oid::ID_DEVIATION_DG_HASH_WRONG, None),
        case.deviation(oid::ID_DEVIATION_SOD_SIGNATURE_WRONG, None),
        case.deviation(oid::ID_DEVIATION_CHIP, None),
        case.deviation(oid::ID_DEVIATION_NATIONAL_USE, None),
        case.defect(oid::ID_SOD_INVALID, &[]),
        case.defect(oid::ID_EPASSPORT_DG_MALFORMED, &tlv::encode(Tag::SET, &tlv::encode(Tag::INTEGER, &[13]))),
    ] {
        let report = case.verify(&document, &[list]);
        assert_state(&report, CheckId::PaDg13, State::Failed, Some(Reason::Mismatch));
        assert_eq!(report.verdict(), Verdict::Failed);
    }
    // One excused group does not excuse another that fails beside it.
    let mut files = case.files.clone();
    for (_, bytes) in files.iter_mut().filter(|(file, _)| [DG13, FileId::DataGroup(DataGroup::DG2)].contains(file)) {
        *bytes.last_mut().unwrap() ^= 1;
    }
    let both = Document::from_files(files, None);
    let report = case.verify(&both, &[case.deviation(oid::ID_DEVIATION_DG_HASH_WRONG, Some(13))]);
    assert_state(&report, CheckId::PaDataGroups, State::Failed, Some(Reason::Mismatch));
    assert_eq!(report.verdict(), Verdict::Failed);
}

#[test]
fn a_wrong_signature_that_was_to_be_expected_is_undetermined() {
    let case = Case::new();
    let document = case.altered(FileId::Sod);
    assert_state(&case.verify(&document, &[]), CheckId::PaSignature, State::Failed, Some(Reason::BadSignature));
    for list in [case.deviation(oid::ID_DEVIATION_SOD_SIGNATURE_WRONG, None), case.defect(oid::ID_SOD_INVALID, &[])] {
        let report = case.verify(&document, &[list]);
        assert_turned(&report, CheckId::PaSignature);
        // And what such an EF.SOD lists authenticates nothing.
        assert!(!check(&report, CheckId::ChipActiveAuthentication).is_successful());
    }
}

#[test]
fn an_inconsistent_com_that_was_to_be_expected_caps_the_verdict() {
    let case = Case::new();
    // EF.COM lists one data group less than EF.SOD.
    let mut files = case.files.clone();
    let (_, com) = files.iter_mut().find(|(file, _)| *file == FileId::Com).unwrap();
    let tags = com.len() - 1;
    assert_eq!(com[tags], 0x6F, "DG15 is the last");
    com[tags] = 0x6E;
    let document = Document::from_files(files, None);
    assert_eq!(case.verify(&document, &[]).verdict(), Verdict::Failed);
    for list in [
        case.deviation(oid::ID_DEVIATION_COM_INCONSISTENT, None),
        case.defect(oid::ID_COM_SOD_DISCREPANCY, &[]),
        case.deviation(oid::ID_DEVIATION_DG_MALFORMED, Some(21)),
    ] {
        assert_turned(&case.verify(&document, &[list]), CheckId::LdsCom);
    }
}

#[test]
fn a_proof_by_a_compromised_key_proves_nothing() {
    let case = Case::new();
    let genuine = reading::read(&profile::vn());
    assert_eq!(case.verify(&genuine, &[]).verdict(), Verdict::Genuine);
    let (active, chip) = (CheckId::ChipActiveAuthentication, CheckId::ChipChipAuthentication);
    let proofs = [active, chip].map(|id| check(&case.verify(&genuine, &[]), id).is_successful());
    assert!(proofs.contains(&true));
    let compromised =
        [case.deviation(oid::ID_DEVIATION_AA_KEY_COMPROMISED, None), case.defect(oid::ID_CHIP_AUTH_KEY_REVOKED, &[])];
    // Every proof that there is: nothing proves the chip.
    let report = case.verify(&genuine, &compromised);
    for id in [active, chip] {
        assert!(!check(&report, id).is_successful());
    }
    assert_eq!(report.verdict(), Verdict::Undetermined);
    // Of two proofs, the one that is left is enough.
    if proofs == [true, true] {
        let report = case.verify(&genuine, &compromised[..1]);
        assert_state(&report, active, State::Undetermined, Some(Reason::KnownDefect));
        assert_eq!(report.verdict(), Verdict::Genuine);
    }
}

#[test]
fn a_compromised_key_does_not_hide_that_the_mapping_is_not_bound_to_the_document() {
    // A folder that attests the mapping alone, while DG14 holds another key; active authentication can be verified again.
    let profile = Profile {
        chip_authentication: profile::hardened().chip_authentication,
        active_authentication: profile::vn().active_authentication,
        ..profile::cam()
    };
    let case = Case::of(profile.clone());
    let folder = |has_mapping: bool| {
        let mut proofs = serde_json::to_value(reading::read(&profile).proofs()).unwrap();
        proofs["chip_authentication"] = serde_json::Value::Null;
        if !has_mapping {
            proofs.as_object_mut().unwrap().remove("pace_cam");
        }
        let proofs = serde_json::from_value::<chipid::Proofs>(proofs).unwrap().check().unwrap();
        Document::from_files(case.files.clone(), Some(proofs))
    };
    let compromised = [case.deviation(oid::ID_DEVIATION_AA_KEY_COMPROMISED, None)];
    for lists in [&[][..], &compromised] {
        let report = case.verify(&folder(true), lists);
        assert_state(&report, CheckId::ChipPaceCam, State::Undetermined, Some(Reason::KeyNotBound));
        assert_eq!(report.verdict(), Verdict::Undetermined, "{}", reading::lines(&report));
    }
    // The control: without any mapping the same folder holds a proof, and none where its key is compromised.
    assert_eq!(case.verify(&folder(false), &[]).verdict(), Verdict::Genuine);
    assert_eq!(case.verify(&folder(false), &compromised).verdict(), Verdict::DataAuthentic);
}

fn status(code: u8) -> Vec<u8> {
    tlv::encode(Tag::ENUMERATED, &[code])
}

// TR-03129-2 §7.3.1.5.
#[test]
fn a_protocol_that_is_known_to_fail_is_undetermined_and_no_other_proof_makes_up_for_it() {
    let case = Case::new();
    let (active, chip) = (CheckId::ChipActiveAuthentication, CheckId::ChipChipAuthentication);
    let list = |code| case.defect(oid::ID_AUTHENTICATION_PROTOCOL_FAILURE, &status(code));
    for (quirk, failed, right, wrong) in
        [(Quirk::CaRefused, chip, [0, 2, 4, 6], [1, 3, 5, 7]), (Quirk::AaRefused, active, [1, 2, 5, 6], [0, 3, 4, 7])]
    {
        let document = reading::read(&profile::vn().with_quirk(quirk));
        let report = case.verify(&document, &[]);
        assert_eq!((check(&report, failed).state, report.verdict()), (State::Failed, Verdict::Failed));
        for code in right {
            let report = case.verify(&document, &[list(code)]);
            assert_turned(&report, failed);
        }
        for code in wrong {
            let report = case.verify(&document, &[list(code)]);
            assert_eq!((check(&report, failed).state, report.verdict()), (State::Failed, Verdict::Failed), "{code}");
        }
        // Without its status it says nothing.
        let silent = case.defect(oid::ID_AUTHENTICATION_PROTOCOL_FAILURE, &[]);
        assert_eq!(case.verify(&document, &[silent]).verdict(), Verdict::Failed);
    }
    // A chip that proves itself all the same is no worse for it.
    assert_eq!(case.verify(&reading::read(&profile::vn()), &[list(2)]).verdict(), Verdict::Genuine);
}

#[test]
fn a_mapping_that_failed_is_written_as_failed_into_evidence_also_where_a_list_explains_the_failure() {
    let profile = profile::cam();
    let case = Case::of(profile.clone());
    let chipid::internals::crypto::GroupId::Curve(curve) = profile.pace[0].group else { panic!("a curve") };
    let read = |own_key: bool| {
        let mut card = profile.card().unwrap();
        if own_key {
            let octets = [vec![0; curve.curve().order_len() - 1], vec![7]].concat();
            card.set_mapping_key(curve, chipid::internals::crypto::Secret::new(octets));
        }
        let plan = chipid::ReadPlan::full();
        reading::read_over(Box::new(card), &reading::password(&profile), &plan, None).unwrap()
    };
    let list = case.defect(oid::ID_AUTHENTICATION_PROTOCOL_FAILURE, &status(6));
    let outcome = |document: &Document| {
        let clock = chipid::Clock { read_at: reading::now(), source: "test".into() };
        let store = case.store(std::slice::from_ref(&list));
        let state = check(&document.verify(&store, reading::now()), CheckId::ChipPaceCam).state;
        let policy = chipid::EvidencePolicy::all();
        let evidence = document.to_evidence(&store, reading::now(), &policy, &clock).unwrap();
        let manifest: serde_json::Value = serde_json::from_slice(&evidence.manifest()).unwrap();
        let again = Document::from_evidence(&evidence);
        (state, manifest["pace_cam"]["outcome"].clone(), check(&case.verify(&again, &[]), CheckId::ChipPaceCam).state)
    };
    assert_eq!(outcome(&read(true)), (State::Undetermined, "failed".into(), State::Failed));
    assert_eq!(outcome(&read(false)), (State::Successful, "proven".into(), State::Undetermined));
}

// TR-03129-2 §7.3.1.6.
#[test]
fn a_validity_that_is_known_to_be_wrong_is_undetermined_where_the_other_certificate_is_in_force() {
    let case = Case::new();
    let document = reading::read(&profile::vn());
    let signer = case.ds().validity().not_after;
    let authority = Certificate::parse(case.issuer.csca()).unwrap().validity().not_after;
    assert!(signer < authority);
    let list = |code| case.defect(oid::ID_VALIDITY_PERIOD_INCORRECT, &status(code));
    let day = time::Duration::DAY;
    for (at, right, wrong) in [(signer + 2 * day, &[1, 2][..], &[0, 3][..]), (authority + 2 * day, &[2], &[0, 1, 3])] {
        let state = |lists: &[Vec<u8>]| {
            let report = document.verify(&case.store(lists), std::time::SystemTime::from(at));
            (check(&report, CheckId::PaValidity).state, check(&report, CheckId::PaValidity).reason)
        };
        let before = state(&[]);
        assert_ne!(before.0, State::Successful);
        for code in wrong {
            assert_eq!(state(&[list(*code)]), before, "{code}");
        }
        for code in right {
            assert_eq!(state(&[list(*code)]).0, State::Undetermined, "{code}");
        }
    }
}

// TR-03129-2 §7.3.2.4, §7.3.2.5, §7.3.3, §7.3.3.4.
#[test]
fn the_later_kinds_bear_on_what_they_name() {
    let case = Case::new();
    let genuine = reading::read(&profile::vn());
    for (id, parameters) in [
        (oid::ID_SOD_WRONG_SIGNER_IDENTIFIER, vec![]),
        (oid::ID_ISSUING_COUNTRY_DEFECT, tlv::encode(Tag::PRINTABLE_STRING, b"VN")),
        (oid::ID_DS_MALFORMED, status(2)),
    ] {
        // What did not fail is no worse for it.
        let report = case.verify(&genuine, &[case.defect(id, &parameters)]);
        assert_eq!(report.verdict(), Verdict::Genuine, "{id}");
        assert_state(&report, CheckId::PaKnownDefects, State::Successful, None);
    }
    // A card whose certificates name another country than its DG1.
    let mut profile = profile::vn();
    profile.issuer.country = "LA".into();
    let abroad = Case::of(profile.clone());
    let document = reading::read(&profile);
    let country = CheckId::PaCountry;
    assert_state(&abroad.verify(&document, &[]), country, State::Failed, Some(Reason::Mismatch));
    let list = |id, parameters: &[u8]| abroad.defect(id, parameters);
    let corrected = tlv::encode(Tag::PRINTABLE_STRING, b"VN");
    assert_turned(&abroad.verify(&document, &[list(oid::ID_ISSUING_COUNTRY_DEFECT, &corrected)]), country);
    let others = [list(oid::ID_DS_MALFORMED, &status(2)), list(oid::ID_VALIDITY_PERIOD_INCORRECT, &status(2))];
    assert_state(&abroad.verify(&document, &others), country, State::Failed, Some(Reason::Mismatch));
    // A defect of the whole document that nobody understands: it is not to be relied on.
    let report = case.verify(&genuine, &[case.defect(oid_under(oid::ID_DOCUMENT_DEFECT, 99), &[])]);
    assert_state(&report, CheckId::PaKnownDefects, State::Undetermined, Some(Reason::UnknownDefect));
    assert_eq!(report.verdict(), Verdict::Undetermined);
}

#[test]
fn a_signer_revoked_by_a_defect_list_fails_the_document() {
    let case = Case::new();
    let genuine = reading::read(&profile::vn());
    let list = case.defect(oid::ID_CERT_REVOKED, &tlv::encode(Tag::ENUMERATED, &[4]));
    let report = case.verify(&genuine, &[list]);
    assert_state(&report, CheckId::PaRevocation, State::Failed, Some(Reason::Revoked));
    assert_eq!(report.verdict(), Verdict::Failed);
    assert!(!check(&report, CheckId::ChipActiveAuthentication).is_successful(), "its keys are not authentic");
}

#[test]
fn a_signer_revoked_for_named_documents_fails_these() {
    let case = Case::new();
    let genuine = reading::read(&profile::vn());
    let report = case.verify(&genuine, &[case.deviation(oid::ID_CERT_REVOKED, None)]);
    assert_state(&report, CheckId::PaRevocation, State::Failed, Some(Reason::Revoked));
    assert!(check(&report, CheckId::PaRevocation).compared.contains("id-CertRevoked by C=VN"));
    assert_eq!(report.verdict(), Verdict::Failed);
    // Beside a revocation list in force that lacks the signer, too.
    let since = OffsetDateTime::from(reading::now()) - time::Duration::DAY;
    let good = case.issuer.sign_revocation_list(&case.issuer.revocation_list_fields(since)).unwrap();
    assert_state(&case.verify(&genuine, std::slice::from_ref(&good)), CheckId::PaRevocation, State::Successful, None);
    let report = case.verify(&genuine, &[good, case.deviation(oid::ID_CERT_REVOKED, None)]);
    assert_state(&report, CheckId::PaRevocation, State::Failed, Some(Reason::Revoked));
    // Other documents are not meant.
    let numbers = Some(vec!["X00000000".to_owned()]);
    let defects = vec![(oid::ID_CERT_REVOKED, None)];
    let other = deviations(&case.issuer, &[DeviationFields { numbers, defects, ..Default::default() }]);
    assert_eq!(case.verify(&genuine, &[other]).verdict(), Verdict::Genuine);
}

#[test]
fn a_list_that_does_not_say_when_it_was_signed_excuses_nothing_once_its_signer_lapsed() {
    let case = Case::new();
    let document = case.altered(DG13);
    let now = OffsetDateTime::from(reading::now());
    let later = now + time::Duration::days(40 * 365);
    let list = |id: Oid, file: Option<u8>, dated: bool| {
        let numbers = Some(vec![case.number.clone()]);
        let entry = DeviationFields { numbers, defects: vec![(id, file)], ..Default::default() };
        let purpose = Extension::extended_key_usage(oid::ID_ICAO_DEVIATION_LIST_SIGNING_KEY);
        let content = deviation_list_content(&[entry]);
        let mut fields = case.issuer.list_fields(oid::ID_ICAO_DEVIATION_LIST, content, &[purpose]).unwrap();
        let is_time =
            |attribute: &[u8]| attribute.windows(9).any(|part| part == [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 5]);
        fields.signed_attributes.as_mut().unwrap().retain(|attribute| dated || !is_time(attribute));
        case.issuer.sign_list(&fields).unwrap()
    };
    let state = |dated: bool, at: OffsetDateTime| {
        let store = case.store(&[list(oid::ID_DEVIATION_DG_HASH_WRONG, Some(13), dated)]);
        assert_eq!(store.defect_lists()[0].list().signing_time().is_some(), dated);
        check(&document.verify(&store, at.into()), CheckId::PaDg13).state
    };
    assert_eq!((state(true, now), state(true, later)), (State::Undetermined, State::Undetermined));
    assert_eq!((state(false, now), state(false, later)), (State::Undetermined, State::Failed));
    // What it warns of stands.
    let report = document.verify(&case.store(&[list(oid::ID_CERT_REVOKED, None, false)]), later.into());
    assert_state(&report, CheckId::PaRevocation, State::Failed, Some(Reason::Revoked));
}

#[test]
fn a_defect_that_nobody_understands_leaves_the_document_in_the_dark() {
    let case = Case::new();
    let genuine = reading::read(&profile::vn());
    // Kinds of this arc are for authentication: such documents must not be relied on.
    let unknown = oid_under(oid::ID_AUTH_DEFECT, 99);
    let report = case.verify(&genuine, &[case.defect(unknown, &[])]);
    assert_state(&report, CheckId::PaKnownDefects, State::Undetermined, Some(Reason::UnknownDefect));
    assert_eq!(report.verdict(), Verdict::Undetermined);
    // Those of another application do not concern this one.
    let report = case.verify(&genuine, &[case.defect(oid_under(oid::ID_EID_DEFECT, 99), &[])]);
    assert_eq!(report.verdict(), Verdict::Genuine);
}

fn oid_under(arc: Oid, last: u8) -> Oid {
    Oid::from_der(&[arc.as_der(), &[last]].concat()).unwrap()
}

#[test]
fn a_document_is_meant_only_where_every_criterion_fits() {
    let case = Case::new();
    let document = case.altered(DG13);
    let ds = case.ds();
    let defects = vec![(oid::ID_DEVIATION_DG_HASH_WRONG, Some(13))];
    let base = DeviationFields { defects, ..Default::default() };
    let day = |text: time::Date| text.midnight().assume_utc();
    let period = |from, to| Some((day(from), day(to)));
    let digest = DigestAlgorithm::Sha256.digest(&[ds.der()]);
    let key_id = ds.extensions().subject_key_id.clone().unwrap();
    let numbers = |number: &str| Some(vec![number.to_owned()]);
    use time::macros::date;
    let fits = [
        DeviationFields { document_type: Some("ID".into()), signer: Some(case.by_serial()), ..base.clone() },
        DeviationFields { signer: Some(SignerId::KeyId(key_id.clone())), ..base.clone() },
        DeviationFields { certificate_digest: Some(digest.clone()), ..base.clone() },
        DeviationFields { numbers: numbers(&case.number), signer: Some(case.by_serial()), ..base.clone() },
    ];
    let fits_not = [
        base.clone(),
        DeviationFields { document_type: Some("P".into()), signer: Some(case.by_serial()), ..base.clone() },
        DeviationFields { signer: Some(SignerId::KeyId(vec![1; 20])), ..base.clone() },
        DeviationFields { certificate_digest: Some(vec![1; 32]), ..base.clone() },
        DeviationFields { numbers: numbers("X00000000"), signer: Some(case.by_serial()), ..base.clone() },
        DeviationFields {
            issued: period(date!(1990 - 01 - 01), date!(1991 - 01 - 01)),
            signer: Some(case.by_serial()),
            ..base.clone()
        },
    ];
    for entry in &fits {
        assert_turned(
            &case.verify(&document, &[deviations(&case.issuer, std::slice::from_ref(entry))]),
            CheckId::PaDg13,
        );
    }
    let report = case.verify(&document, &[deviations(&case.issuer, &fits_not)]);
    assert_eq!(report.verdict(), Verdict::Failed);
    let own = check(&report, CheckId::PaKnownDefects);
    assert_eq!((own.state, own.compared.as_str()), (State::Successful, "no entry in 1 lists of known defects"));

    // A hash beside the signer's name must fit as well.
    let entry = |hash| DefectFields {
        signer: case.by_serial(),
        certificate_hash: Some(hash),
        defects: vec![(oid::ID_CERT_REVOKED, Vec::new())],
    };
    let verdict =
        |hash| case.verify(&document, &[defects_of(&case, entry(hash))]).check(CheckId::PaRevocation).unwrap().state;
    assert_eq!((verdict(digest), verdict(vec![1; 32])), (State::Failed, State::Undetermined));
}

fn defects_of(case: &Case, entry: DefectFields) -> Vec<u8> {
    defects(&case.issuer, &[entry])
}

#[test]
fn the_period_of_issue_is_compared_with_the_day_of_issue() {
    // The day of issue stands in DG13, which is left as it is; DG2 fails.
    let case = Case::new();
    let document = case.altered(FileId::DataGroup(DataGroup::DG2));
    let entry = |from, to| DeviationFields {
        issued: Some((from, to)),
        signer: Some(case.by_serial()),
        defects: vec![(oid::ID_DEVIATION_DG_HASH_WRONG, Some(2))],
        ..Default::default()
    };
    let wide = entry(datetime!(2000-01-01 0:00 UTC), datetime!(2026-01-01 0:00 UTC));
    let before = entry(datetime!(2000-01-01 0:00 UTC), datetime!(2001-01-01 0:00 UTC));
    assert_turned(&case.verify(&document, &[deviations(&case.issuer, &[wide])]), CheckId::PaDg2);
    assert_eq!(case.verify(&document, &[deviations(&case.issuer, &[before])]).verdict(), Verdict::Failed);
}

#[test]
fn a_state_speaks_for_its_own_documents_only() {
    let case = Case::new();
    let document = case.altered(DG13);
    let plan =
        IssuerPlan { country: "XX".into(), state: "XXX".into(), label: "x".into(), ..case.issuer.plan().clone() };
    let foreign = Issuer::new(plan).unwrap();
    let entry = DeviationFields {
        signer: Some(case.by_serial()),
        defects: vec![(oid::ID_DEVIATION_DG_HASH_WRONG, Some(13))],
        ..Default::default()
    };
    let mut store = case.store(&[deviations(&foreign, &[entry])]);
    store.add_certificate(foreign.csca()).unwrap();
    assert!(store.defect_lists()[0].authority().is_ok());
    assert_eq!(document.verify(&store, reading::now()).verdict(), Verdict::Failed);
}

#[test]
fn a_defect_list_under_a_foreign_authority_bears_on_its_own_country_only() {
    let case = Case::new();
    let plan =
        IssuerPlan { country: "LA".into(), state: "LAO".into(), label: "la".into(), ..case.issuer.plan().clone() };
    let foreign = Issuer::new(plan).unwrap();
    let groups = tlv::encode(Tag::SET, &tlv::encode(Tag::INTEGER, &[13]));
    let genuine = reading::read(&profile::vn());
    let altered = case.altered(DG13);
    for (document, defect, alone, named) in [
        // It excuses no forgery …
        (&altered, (oid::ID_DEVIATION_DG_HASH_WRONG, groups), Verdict::Failed, Verdict::Undetermined),
        // … and revokes no signer, unless the caller named its signer.
        (&genuine, (oid::ID_CERT_REVOKED, Vec::new()), Verdict::Genuine, Verdict::Failed),
    ] {
        let entry = DefectFields { signer: case.by_serial(), certificate_hash: None, defects: vec![defect] };
        let content = defect_list_content(&[entry]);
        let purpose = Extension::extended_key_usage(oid::ID_DEFECT_LIST_SIGNING_KEY);
        let fields = foreign.list_fields(oid::ID_DEFECT_LIST, content, &[purpose]).unwrap();
        let list = foreign.sign_list(&fields).unwrap();
        let mut store = case.store(&[]);
        store.add_certificate(foreign.csca()).unwrap();
        assert_eq!(store.add_file("defects", &list).accepted, 1);
        assert!(store.defect_lists()[0].authority().is_ok());
        assert_eq!(document.verify(&store, reading::now()).verdict(), alone);
        let mut store = case.store(&[]);
        store.add_list_signer(&fields.certificates[0]).unwrap();
        assert_eq!(store.add_file("defects", &list).accepted, 1);
        assert_eq!(document.verify(&store, reading::now()).verdict(), named);
    }
}

#[test]
fn a_list_that_leads_to_no_anchor_is_never_consulted() {
    let case = Case::new();
    let document = case.altered(DG13);
    let other = Issuer::new(IssuerPlan { label: "other".to_owned(), ..case.issuer.plan().clone() }).unwrap();
    let entry = DeviationFields {
        signer: Some(case.by_serial()),
        defects: vec![(oid::ID_DEVIATION_DG_HASH_WRONG, Some(13))],
        ..Default::default()
    };
    let store = case.store(&[deviations(&other, &[entry])]);
    assert_eq!(store.defect_lists()[0].authority().unwrap_err(), Refusal::List(ListError::SignerUnanchored));
    let report = document.verify(&store, reading::now());
    assert_eq!(report.verdict(), Verdict::Failed);
    assert_state(&report, CheckId::PaKnownDefects, State::Undetermined, Some(Reason::NotVerified));
    // Without any list there is no such check.
    assert!(case.verify(&document, &[]).check(CheckId::PaKnownDefects).is_none());
}

#[test]
fn a_list_under_a_tolerance_excuses_nothing_where_that_is_not_allowed() {
    let case = Case::new();
    let rsa = KeyPlan::rsa(2048, DigestAlgorithm::Sha256);
    let plan = IssuerPlan { label: "other".into(), csca: rsa, ds: rsa, ..case.issuer.plan().clone() };
    let other = Issuer::new(plan).unwrap();
    let without_null = |mut fields: SignedDataFields| {
        fields.scheme = Scheme::RsaPkcs1WithoutNull(DigestAlgorithm::Sha256);
        other.sign_list(&fields).unwrap()
    };
    let store = |lists: &[Vec<u8>], anchor: Option<&[u8]>| {
        let mut store = case.store(&[]);
        store.tolerate_digest_info_without_null();
        anchor.into_iter().for_each(|anchor| store.add_certificate(anchor).unwrap());
        lists.iter().for_each(|list| assert_eq!(store.add_file("list", list).accepted, 1));
        assert!(store.defect_lists()[0].authority().is_ok());
        store
    };
    let authorities = without_null(other.master_list_fields(&[other.csca()]).unwrap());
    let fields = |id, file| {
        let signer = Some(case.by_serial());
        deviation_fields(&other, &[DeviationFields { signer, defects: vec![(id, file)], ..Default::default() }])
    };
    // The list itself lacks the NULL, or the one that its authority comes from.
    let stores = |id, file| {
        let own = store(&[without_null(fields(id, file))], Some(other.csca()));
        [own, store(&[authorities.clone(), other.sign_list(&fields(id, file)).unwrap()], None)]
    };
    let document = case.altered(DG13);
    for mut store in stores(oid::ID_DEVIATION_DG_HASH_WRONG, Some(13)) {
        let strict = document.verify(&store, reading::now());
        assert_state(&strict, CheckId::PaDg13, State::Failed, Some(Reason::Mismatch));
        assert_state(&strict, CheckId::PaKnownDefects, State::Undetermined, Some(Reason::NotVerified));
        assert_eq!((strict.verdict(), strict.tolerances()), (Verdict::Failed, &[][..]));
        let field = document.verify_with(&store, reading::now(), &Tolerances::field());
        assert_turned(&field, CheckId::PaDg13);
        let used: Vec<_> = field.tolerances().iter().map(|used| (used.check, used.tolerance)).collect();
        assert_eq!(used, [(CheckId::PaKnownDefects, Tolerance::DigestInfoWithoutNull)]);
        // On a document that needs no excuse no tolerance is used.
        let genuine = reading::read(&profile::vn()).verify_with(&store, reading::now(), &Tolerances::field());
        assert_eq!((genuine.verdict(), genuine.tolerances()), (Verdict::Genuine, &[][..]));
        // What the caller hands in himself needs none.
        store.add_certificate(other.csca()).unwrap();
        store.add_file("again", &other.sign_list(&fields(oid::ID_DEVIATION_DG_HASH_WRONG, Some(13))).unwrap());
        assert_turned(&document.verify(&store, reading::now()), CheckId::PaDg13);
    }
    // What is held against a document counts all the same.
    let genuine = reading::read(&profile::vn());
    for store in stores(oid::ID_CERT_REVOKED, None) {
        let report = genuine.verify(&store, reading::now());
        assert_state(&report, CheckId::PaRevocation, State::Failed, Some(Reason::Revoked));
    }
    for store in stores(oid::ID_DEVIATION_AA_KEY_COMPROMISED, None) {
        let report = genuine.verify(&store, reading::now());
        assert!(!check(&report, CheckId::ChipActiveAuthentication).is_successful());
    }
}

#[test]
fn a_list_by_a_revoked_signer_excuses_nothing() {
    let case = Case::new();
    let entry =
        |id, file| DeviationFields { signer: Some(case.by_serial()), defects: vec![(id, file)], ..Default::default() };
    let fields = deviation_fields(&case.issuer, &[entry(oid::ID_DEVIATION_DG_HASH_WRONG, Some(13))]);
    let signer = Certificate::parse(&fields.certificates[0]).unwrap();
    let since = datetime!(2026-04-01 0:00 UTC);
    let revoking = |serial: &[u8]| {
        let revoked = vec![RevokedEntry::new(serial, since)];
        let fields = RevocationListFields { revoked, ..case.issuer.revocation_list_fields(since) };
        case.issuer.sign_revocation_list(&fields).unwrap()
    };
    let document = case.altered(DG13);
    let list = case.issuer.sign_list(&fields).unwrap();
    assert_turned(&case.verify(&document, &[list.clone(), revoking(&[9])]), CheckId::PaDg13);
    // Whichever of the two comes first.
    let revoked = revoking(signer.serial());
    for lists in [[list.clone(), revoked.clone()], [revoked.clone(), list]] {
        let report = case.verify(&document, &lists);
        assert_state(&report, CheckId::PaDg13, State::Failed, Some(Reason::Mismatch));
        assert_state(&report, CheckId::PaKnownDefects, State::Undetermined, Some(Reason::NotVerified));
        assert!(check(&report, CheckId::PaKnownDefects).compared.ends_with("the list's signer was revoked"));
        assert_eq!(report.verdict(), Verdict::Failed);
    }
    // What it holds against a document counts all the same.
    let against = deviations(&case.issuer, &[entry(oid::ID_CERT_REVOKED, None)]);
    let report = case.verify(&reading::read(&profile::vn()), &[against, revoked]);
    assert_state(&report, CheckId::PaRevocation, State::Failed, Some(Reason::Revoked));
}

#[test]
fn refuses_lists_by_a_signer_who_may_not_sign_them() {
    let case = Case::new();
    let issuer = &case.issuer;
    let content = deviation_list_content(&[]);
    let sign = |kind, content: &[u8], extensions: &[Extension]| {
        issuer.sign_list(&issuer.list_fields(kind, content.to_vec(), extensions).unwrap()).unwrap()
    };
    let deviation = oid::ID_ICAO_DEVIATION_LIST;
    let right = Extension::extended_key_usage(oid::ID_ICAO_DEVIATION_LIST_SIGNING_KEY);
    let wrong = Extension::extended_key_usage(oid::ID_ICAO_CSCA_MASTER_LIST_SIGNING_KEY);
    assert!(DefectList::parse(&sign(deviation, &content, std::slice::from_ref(&right))).is_ok());
    for (extensions, error) in [
        (vec![], ListError::SignerPurpose),
        (vec![wrong.clone()], ListError::SignerPurpose),
        (vec![right.clone(), Extension::key_usage(0x06)], ListError::SignerUsage),
        (vec![right.clone(), Extension::authority(None)], ListError::SignerUsage),
        (
            vec![right.clone(), Extension::other(oid::DELTA_CRL_INDICATOR, true, vec![0x05, 0])],
            ListError::SignerProfile(ProfileDefect::UnknownCritical),
        ),
    ] {
        assert_eq!(DefectList::parse(&sign(deviation, &content, &extensions)).unwrap_err(), error);
    }
    // A defect list: a purpose of another kind, or none, unless the caller names the signer.
    let content = defect_list_content(&[]);
    for extensions in [vec![], vec![wrong]] {
        let bytes = sign(oid::ID_DEFECT_LIST, &content, &extensions);
        let mut store = case.store(&[bytes]);
        assert_eq!(store.defect_lists()[0].list().form(), DefectListForm::Defect);
        assert_eq!(store.defect_lists()[0].authority().unwrap_err(), Refusal::List(ListError::SignerPurpose));
        let fields = issuer.list_fields(oid::ID_DEFECT_LIST, content.clone(), &extensions).unwrap();
        store.add_list_signer(&fields.certificates[0]).unwrap();
        assert!(store.defect_lists()[0].authority().is_ok());
    }
    assert_eq!(
        DefectList::parse(&sign(oid::ID_SECURITY_OBJECT, &content, &[right])).unwrap_err(),
        ListError::OtherContent
    );
}

// TR-03129-2 §7.1, version 2: optional signer, descriptions, a CHOICE by [0] that replaces the SEQUENCE or stands before it.
#[test]
fn the_second_version_of_a_defect_list_is_read() {
    let case = Case::new();
    let genuine = reading::read(&profile::vn());
    let list = |version: u8, entry: &[&[u8]]| {
        let content = tlv::encode_all(
            Tag::SEQUENCE,
            &[
                &tlv::encode(Tag::INTEGER, &[version]),
                &tlv::encode(Tag::OID, oid::SHA256.as_der()),
                &tlv::encode(Tag::SET, &tlv::encode_all(Tag::SEQUENCE, entry)),
            ],
        );
        let purpose = Extension::extended_key_usage(oid::ID_DEFECT_LIST_SIGNING_KEY);
        case.issuer.sign_list(&case.issuer.list_fields(oid::ID_DEFECT_LIST, content, &[purpose]).unwrap()).unwrap()
    };
    let ds = case.ds();
    let signer = tlv::encode(Tag(0x80), ds.extensions().subject_key_id.as_ref().unwrap());
    let hash = tlv::encode(Tag::OCTET_STRING, &DigestAlgorithm::Sha256.digest(&[ds.der()]));
    let words = tlv::encode(Tag::UTF8_STRING, "an invented defect".as_bytes());
    let kind = tlv::encode(Tag::OID, oid::ID_EPASSPORT_DG_MALFORMED.as_der());
    let groups = tlv::encode(Tag::SET, &tlv::encode(Tag::INTEGER, &[13]));
    let (tagged, described) = (tlv::encode(Tag(0xA0), &groups), tlv::encode(Tag(0x81), b"more"));
    let fields: [&[u8]; 3] = [&kind, &tagged, &described];
    let implicit = tlv::encode_all(Tag(0xA0), &fields);
    let explicit = tlv::encode(Tag(0xA0), &tlv::encode_all(Tag::SEQUENCE, &[&kind, &tagged]));
    let first = tlv::encode_all(Tag::SEQUENCE, &[&kind, &groups]);
    for known in [&implicit, &explicit, &first] {
        let known = tlv::encode(Tag::SET, known);
        for entry in [&[&signer, &known, &words][..], &[&signer, &hash, &known], &[&hash, &known, &words]] {
            let entry: Vec<&[u8]> = entry.iter().map(|part| part.as_slice()).collect();
            let bytes = list(1, &entry);
            let read = DefectList::parse(&bytes).unwrap();
            assert_eq!((read.len(), read.defects()[0].files.as_slice()), (1, &[13][..]));
            let report = case.verify(&genuine, std::slice::from_ref(&bytes));
            assert_eq!(check(&report, CheckId::PaKnownDefects).warnings, [Warning::KnownDefect]);
        }
    }
    // None of that is in the first version; a third is not known.
    let known = tlv::encode(Tag::SET, &implicit);
    assert!(DefectList::parse(&list(0, &[&signer, &known])).is_err());
    let known = tlv::encode(Tag::SET, &first);
    assert!(DefectList::parse(&list(0, &[&hash, &known])).is_err());
    assert!(DefectList::parse(&list(0, &[&signer, &known, &words])).is_err());
    assert!(DefectList::parse(&list(0, &[&signer, &known])).is_ok());
    assert_eq!(DefectList::parse(&list(2, &[&signer, &known])).unwrap_err(), ListError::Version);
    // An entry that names no signer at all means no document.
    let report = case.verify(&genuine, &[list(1, &[&tlv::encode(Tag::SET, &first)])]);
    assert!(check(&report, CheckId::PaKnownDefects).warnings.is_empty());
}

#[test]
fn no_cut_list_is_taken() {
    let case = Case::new();
    for list in [case.deviation(oid::ID_DEVIATION_CHIP, None), case.defect(oid::ID_CERT_REVOKED, &[])] {
        for end in 0..list.len() {
            assert!(DefectList::parse(&list[..end]).is_err(), "cut to {end}");
        }
    }
}

const DG1: FileId = FileId::DataGroup(DataGroup::DG1);

/// The files that were read but one, with what the chip proved.
fn without(document: &Document, file: FileId) -> Document {
    let files = document.files().filter(|(one, _)| *one != file).map(|(one, bytes)| (one, bytes.to_vec()));
    Document::from_files(files, Some(document.proofs()))
}

/// The card read under a plan that leaves this file out.
fn read_without(file: FileId) -> Document {
    let groups = DataGroup::all().filter(|group| FileId::DataGroup(*group) != file);
    let plan = chipid::ReadPlan::full().only(groups);
    reading::read_over(reading::link(&profile::vn()), &reading::password(&profile::vn()), &plan, None).unwrap()
}

/// The kinds that count against a document, and what one that could mean it is told for.
fn against() -> [(Oid, Reason); 4] {
    [
        (oid::ID_CERT_REVOKED, Reason::KnownDefect),
        (oid::ID_DEVIATION_AA_KEY_COMPROMISED, Reason::KnownDefect),
        (oid::ID_CHIP_AUTH_KEY_REVOKED, Reason::KnownDefect),
        (oid_under(oid::ID_AUTH_DEFECT, 99), Reason::UnknownDefect),
    ]
}

#[test]
fn what_is_not_known_of_a_document_hides_it_from_no_list() {
    let case = Case::new();
    let whole = reading::read(&profile::vn());
    let bare = case.files.iter().filter(|(file, _)| *file != DG1).cloned();
    let unread = [read_without(DG1), without(&whole, DG1), Document::from_files(bare, None)];
    // The plan of this process may leave DG1 out. Missing from stored files, it makes the verdict undetermined already:
    // there the check of the list alone shows the difference.
    assert_eq!(case.verify(&unread[0], &[]).verdict(), Verdict::Genuine);
    for (id, reason) in against() {
        let list = case.deviation(id, None);
        for document in &unread {
            assert!(case.verify(document, &[]).check(CheckId::PaKnownDefects).is_none());
            let report = case.verify(document, std::slice::from_ref(&list));
            assert_state(&report, CheckId::PaKnownDefects, State::Undetermined, Some(reason));
            let told = &check(&report, CheckId::PaKnownDefects).compared;
            assert!(told.ends_with("if it means this document: not known is the document number"), "{told}");
            assert_eq!(report.verdict(), Verdict::Undetermined, "{id}");
        }
    }
}

#[test]
fn an_entry_that_something_rules_out_could_not_mean_the_document() {
    let case = Case::new();
    let unread = read_without(DG1);
    let number = || Some(vec![case.number.clone()]);
    let other = SignerId::KeyId(vec![1; 20]);
    for (id, _) in against() {
        let defects = vec![(id, None)];
        for entry in [
            DeviationFields {
                numbers: number(),
                signer: Some(other.clone()),
                defects: defects.clone(),
                ..Default::default()
            },
            // Without any criterion it means no document.
            DeviationFields { defects: defects.clone(), ..Default::default() },
        ] {
            let report = case.verify(&unread, &[deviations(&case.issuer, &[entry])]);
            assert_state(&report, CheckId::PaKnownDefects, State::Successful, None);
            assert_eq!(report.verdict(), Verdict::Genuine);
        }
        // Another document of the same signer.
        let numbers = Some(vec!["X00000000".to_owned()]);
        let entry = DeviationFields { numbers, signer: Some(case.by_serial()), defects, ..Default::default() };
        let list = deviations(&case.issuer, &[entry]);
        assert_eq!(case.verify(&reading::read(&profile::vn()), &[list]).verdict(), Verdict::Genuine);
    }
}

#[test]
fn nothing_is_excused_by_an_entry_that_only_could_mean_the_document() {
    let case = Case::new();
    let unread = without(&case.altered(DG13), DG1);
    let report = case.verify(&unread, &[case.deviation(oid::ID_DEVIATION_DG_HASH_WRONG, Some(13))]);
    assert_state(&report, CheckId::PaDg13, State::Failed, Some(Reason::Mismatch));
    assert_state(&report, CheckId::PaKnownDefects, State::Successful, None);
    assert!(check(&report, CheckId::PaKnownDefects).warnings.is_empty());
    assert_eq!(report.verdict(), Verdict::Failed);
}

#[test]
fn a_date_of_issue_that_was_not_read_hides_no_document() {
    let case = Case::new();
    let whole = reading::read(&profile::vn());
    let entry = DeviationFields {
        issued: Some((datetime!(2000-01-01 0:00 UTC), datetime!(2026-01-01 0:00 UTC))),
        signer: Some(case.by_serial()),
        defects: vec![(oid::ID_CERT_REVOKED, None)],
        ..Default::default()
    };
    let list = [deviations(&case.issuer, &[entry])];
    assert_eq!(case.verify(&whole, &list).verdict(), Verdict::Failed);
    assert_eq!(case.verify(&read_without(DG13), &[]).verdict(), Verdict::Genuine);
    for document in [read_without(DG13), without(&whole, DG13)] {
        let report = case.verify(&document, &list);
        assert_state(&report, CheckId::PaKnownDefects, State::Undetermined, Some(Reason::KnownDefect));
        assert!(check(&report, CheckId::PaKnownDefects).compared.ends_with("not known is the date of issue"));
        assert_eq!(report.verdict(), Verdict::Undetermined);
    }
}

#[test]
fn of_an_unknown_signer_an_entry_by_number_is_certain_and_one_by_signer_is_not() {
    let case = Case::new();
    let unsigned = without(&reading::read(&profile::vn()), FileId::Sod);
    let report = case.verify(&unsigned, &[case.deviation(oid::ID_CERT_REVOKED, None)]);
    assert_state(&report, CheckId::PaRevocation, State::Failed, Some(Reason::Revoked));
    let report = case.verify(&unsigned, &[case.defect(oid::ID_CERT_REVOKED, &[])]);
    assert_state(&report, CheckId::PaKnownDefects, State::Undetermined, Some(Reason::KnownDefect));
    assert!(check(&report, CheckId::PaKnownDefects).compared.ends_with("not known is the document signer"));
    assert_eq!(report.verdict(), Verdict::Undetermined);
    // Without DG1 nobody knows either whose document it is.
    let report = case.verify(&without(&unsigned, DG1), &[case.defect(oid::ID_CERT_REVOKED, &[])]);
    let told = &check(&report, CheckId::PaKnownDefects).compared;
    assert!(told.contains("the document signer"), "{told}");
    // A list of another country says nothing of it.
    let abroad =
        IssuerPlan { country: "LA".into(), state: "LAO".into(), label: "la".into(), ..case.issuer.plan().clone() };
    let abroad = Issuer::new(abroad).unwrap();
    let entry = DeviationFields {
        numbers: Some(vec![case.number.clone()]),
        defects: vec![(oid::ID_CERT_REVOKED, None)],
        ..Default::default()
    };
    let mut store = case.store(&[deviations(&abroad, &[entry])]);
    store.add_certificate(abroad.csca()).unwrap();
    let report = unsigned.verify(&store, reading::now());
    assert_state(&report, CheckId::PaKnownDefects, State::Successful, None);
}

#[test]
fn what_does_not_count_is_told_beside_what_does() {
    let case = Case::new();
    let numbers = Some(vec![case.number.clone()]);
    let defects = vec![(oid::ID_DEVIATION_DG_HASH_WRONG, Some(13)), (oid::ID_DEVIATION_AA_KEY_COMPROMISED, None)];
    let fields = deviation_fields(&case.issuer, &[DeviationFields { numbers, defects, ..Default::default() }]);
    let signer = Certificate::parse(&fields.certificates[0]).unwrap();
    let since = datetime!(2026-04-01 0:00 UTC);
    let revoked = vec![RevokedEntry::new(signer.serial(), since)];
    let revoking = RevocationListFields { revoked, ..case.issuer.revocation_list_fields(since) };
    let lists = [case.issuer.sign_list(&fields).unwrap(), case.issuer.sign_revocation_list(&revoking).unwrap()];
    let report = case.verify(&reading::read(&profile::vn()), &lists);
    let own = check(&report, CheckId::PaKnownDefects);
    assert_eq!(own.warnings, [Warning::KnownDefect]);
    assert!(own.compared.starts_with("id-Deviation-CertOrKey-AAKeyCompromised by C=VN"), "{}", own.compared);
    assert!(own.compared.contains("; id-Deviation-LDS-DGHashWrong (EF.DG13) by C=VN"), "{}", own.compared);
    assert!(own.compared.ends_with("the list's signer was revoked"), "{}", own.compared);
}

impl Case {
    /// The genuine files, their EF.SOD signed by the same signer under other fields, over an altered content.
    fn signed_under(&self, ds: &CertificateFields, alter: impl FnOnce(Vec<u8>) -> Vec<u8>) -> Document {
        let der = self.issuer.sign_with_csca(ds).unwrap();
        let groups = self.files.iter().filter_map(|(file, bytes)| match file {
            FileId::DataGroup(group) => Some((group.number(), bytes.as_slice())),
            _ => None,
        });
        let genuine = self.issuer.sod_fields(&groups.collect::<Vec<_>>());
        let plan = self.issuer.plan();
        let signed = plan.states_signing_time.then_some(plan.issued);
        let content = alter(genuine.content.unwrap());
        let fields = SignedDataFields::new(genuine.content_type, content, self.by_serial(), genuine.scheme, signed)
            .with_certificates(&[&der]);
        let sod = self.issuer.sign_sod(&fields).unwrap();
        // EF.COM lists what was not read as well.
        let files = self.files.iter().filter(|(file, _)| *file != FileId::Com).map(|(file, bytes)| match file {
            FileId::Sod => (*file, sod.clone()),
            _ => (*file, bytes.clone()),
        });
        Document::from_files(files.collect::<Vec<_>>(), None)
    }

    /// A store that trusts this authority, with a list of these defects of the signer by somebody whom the caller named.
    fn store_with(&self, authority: &[u8], known: &[Oid]) -> TrustStore {
        let entry = DefectFields {
            signer: self.by_serial(),
            certificate_hash: None,
            defects: known.iter().map(|id| (*id, Vec::new())).collect(),
        };
        let purpose = Extension::extended_key_usage(oid::ID_DEFECT_LIST_SIGNING_KEY);
        let content = defect_list_content(&[entry]);
        let fields = self.issuer.list_fields(oid::ID_DEFECT_LIST, content, &[purpose]).unwrap();
        let mut store = TrustStore::empty();
        store.add_certificate(authority).unwrap();
        store.add_list_signer(&fields.certificates[0]).unwrap();
        assert_eq!(store.add_file("list", &self.issuer.sign_list(&fields).unwrap()).accepted, 1);
        store
    }
}

#[test]
fn a_certificate_is_excused_by_an_entry_for_its_own_role_only() {
    let case = Case::new();
    let issuer = &case.issuer;
    let void_authority = issuer.sign_with_csca(&issuer.csca_fields().without(oid::BASIC_CONSTRAINTS)).unwrap();
    let void_signer = case.signed_under(&issuer.ds_fields().without(oid::KEY_USAGE), |content| content);
    let sound = reading::read(&profile::vn());
    let (of_signer, of_authority) = (oid::ID_DS_MALFORMED, oid::ID_DEVIATION_CSCA_ENCODING);
    for (document, authority, known, excused) in [
        (&sound, void_authority.as_slice(), &[of_signer][..], false),
        (&sound, &void_authority, &[of_authority], true),
        (&void_signer, issuer.csca(), &[of_signer], true),
        (&void_signer, issuer.csca(), &[of_authority], false),
        // Both are void.
        (&void_signer, &void_authority, &[of_signer], false),
        (&void_signer, &void_authority, &[of_authority], false),
        (&void_signer, &void_authority, &[of_signer, of_authority], true),
    ] {
        let report = document.verify(&case.store_with(authority, known), reading::now());
        if excused {
            assert_turned(&report, CheckId::PaCertificates);
        } else {
            assert_state(&report, CheckId::PaCertificates, State::Failed, Some(Reason::CertificateProfile));
            assert_eq!(report.verdict(), Verdict::Failed);
        }
    }
}

#[test]
fn a_wrong_country_excuses_no_document_of_another_type() {
    let mut profile = profile::vn();
    profile.issuer.document_types = vec!["P".into()];
    let case = Case::of(profile.clone());
    let country = tlv::encode(Tag::PRINTABLE_STRING, b"VN");
    let report = case.verify(&reading::read(&profile), &[case.defect(oid::ID_ISSUING_COUNTRY_DEFECT, &country)]);
    assert_state(&report, CheckId::PaCountry, State::Failed, Some(Reason::OtherDocumentType));
    assert_eq!(report.verdict(), Verdict::Failed);
}

#[test]
fn a_malformed_security_object_excuses_no_forbidden_algorithm() {
    let case = Case::new();
    let rewritten = |digest: Option<Oid>, version: u8| {
        case.signed_under(&case.issuer.ds_fields(), |content| {
            let mut parts = tlv::Reader::new(&content).next().unwrap().children();
            let (_, algorithm) = (parts.next().unwrap(), parts.next().unwrap().raw.to_vec());
            let of = |id: Oid| tlv::encode(Tag::SEQUENCE, &tlv::encode(Tag::OID, id.as_der()));
            let algorithm = digest.map_or(algorithm, of);
            let rest: Vec<u8> = core::iter::from_fn(|| parts.next().ok()).flat_map(|part| part.raw.to_vec()).collect();
            tlv::encode_all(Tag::SEQUENCE, &[&tlv::encode(Tag::INTEGER, &[version]), &algorithm, &rest])
        })
    };
    let id = CheckId::PaSecurityObject;
    let lists = [case.deviation(oid::ID_DEVIATION_DG_MALFORMED, Some(20))];
    let md5 = rewritten(Some(oid::MD5), 0);
    assert_state(&case.verify(&md5, &lists), id, State::Failed, Some(Reason::ForbiddenAlgorithm));
    // Version 1 without its own field is malformed.
    let malformed = rewritten(None, 1);
    assert_eq!(check(&case.verify(&malformed, &[]), id).state, State::Failed);
    assert_turned(&case.verify(&malformed, &lists), id);
    // Nor is a file excused that is not there.
    let reason = |lists: &[Vec<u8>]| {
        let report = case.verify(&without(&reading::read(&profile::vn()), FileId::Sod), lists);
        (check(&report, id).state, check(&report, id).reason)
    };
    assert_eq!(reason(&lists), reason(&[]));
}

#[test]
fn a_wrong_validity_excuses_no_period_of_a_private_key_and_no_other_certificate() {
    let mut profile = profile::vn();
    profile.issuer.states_signing_time = true;
    let case = Case::of(profile.clone());
    let signed = profile.issuer.issued;
    let day = time::Duration::DAY;
    let list = |code| [case.defect(oid::ID_VALIDITY_PERIOD_INCORRECT, &status(code))];
    let id = CheckId::PaValidity;
    let plain = case.issuer.ds_fields().without(oid::PRIVATE_KEY_USAGE_PERIOD);
    // The key was used after its period, in itself and beside a validity that had not begun.
    let spent = Extension::private_key_usage(signed - 90 * day, signed - 30 * day);
    let spent = plain.clone().with(spent);
    let late = CertificateFields { not_before: signed + 2 * day, ..spent.clone() };
    for fields in [spent, late] {
        let document = case.signed_under(&fields, |content| content);
        for code in 0..=2 {
            assert_state(&case.verify(&document, &list(code)), id, State::Failed, Some(Reason::OutsideKeyPeriod));
        }
    }
    // The signer's validity had not begun when it signed: that is not its authority's.
    let fields = CertificateFields { not_before: signed + 2 * day, ..plain };
    let document = case.signed_under(&fields, |content| content);
    assert_state(&case.verify(&document, &list(0)), id, State::Failed, Some(Reason::NotYetValid));
    assert_turned(&case.verify(&document, &list(1)), id);
}
