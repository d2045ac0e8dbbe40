//! Terminal authentication: the rows E of TR-03105-5.1.
//!
//! What fails here costs the fingers and the irises, and nothing else: the card is as genuine as without a terminal.

use super::*;
use crate::reading::mrz_only;
use chipid::chip::{FileKey, Terminal, TerminalAuthentication, TerminalStep};
use chipid::crypto::{Cipher, CurveId, DhGroupId, GroupId, OsRandom, PrivateKey};
use chipid::inspection::{FileState, NotRead};
use chipid::iso7816::StatusWord;
use chipid::lds::{DataGroup, FileId};
use chipid::oid::{self, Oid};
use chipid::pki::cvc::{ChainDefect, CvCertificate, NoChain};
use chipid::sim::issuer::{CurveForm, CvHolder, KeyKind, TerminalAuthority, TerminalAuthorityPlan, spoiled};
use chipid::sim::profile::{CardSecurityPlan, ChipAuthenticationPlan, TerminalPlan, eac};
use chipid::sim::{Defect, Mapping, PaceSuite, Quirk, ReadRule};
use time::Duration;
use time::macros::date;

const CHECK: CheckId = CheckId::AccessTerminal;
const DG3: FileId = FileId::DataGroup(DataGroup::DG3);
const DG4: FileId = FileId::DataGroup(DataGroup::DG4);
const CURVE: CurveId = CurveId::BrainpoolP256r1;
const APPLICATION: Folder = Folder::Application;

fn plan() -> TerminalAuthorityPlan {
    eac().terminal_authentication.unwrap().authority
}

fn authority() -> TerminalAuthority {
    TerminalAuthority::new(plan())
}

fn with_plan(authority: TerminalAuthorityPlan) -> Profile {
    Profile { terminal_authentication: Some(TerminalPlan::new(authority)), ..eac() }
}

/// A terminal of this authority with these certificates.
fn terminal(authority: &TerminalAuthority, certificates: &[CvCertificate]) -> Terminal {
    with_key(authority.key(CvHolder::Terminal).unwrap(), certificates)
}

fn with_key(key: PrivateKey, certificates: &[CvCertificate]) -> Terminal {
    let mut terminal = Terminal::new(Box::new(FileKey::new(key, Box::new(OsRandom))));
    for certificate in certificates {
        terminal.add_file("certificates", certificate.as_bytes()).unwrap();
    }
    terminal
}

/// The terminal of the desk's card, with the authority's own certificate where it `knows` that.
fn own_terminal(desk: &Desk, knows: bool) -> Terminal {
    let plan = desk.profile().terminal_authentication.clone().unwrap();
    let (authority, first) = (TerminalAuthority::new(plan.authority), plan.trusted[0]);
    let own = knows.then(|| authority.authority(first).unwrap());
    let chain = authority.chain(first).unwrap();
    terminal(&authority, &own.into_iter().chain(chain).collect::<Vec<_>>())
}

fn read(desk: &Desk, terminal: Terminal) -> (Document, Report) {
    let password = if desk.profile().pace.is_empty() { mrz_only(desk.profile()) } else { desk.issued.password() };
    let session = desk.connect().open(&password, &mut go_on).unwrap();
    let document = session.with_terminal(terminal).read(&ReadPlan::full(), &mut go_on).unwrap();
    let report = desk.issued.report(&document);
    assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
    (document, report)
}

/// The chip accepts the terminal and gives what of both files it has.
#[track_caller]
fn opens(desk: &Desk, terminal: Terminal) {
    let (document, report) = read(desk, terminal);
    assert!(matches!(document.terminal_authentication(), TerminalAuthentication::Done { .. }), "{}", lines(&report));
    is(&report, CHECK, State::Successful, None);
    let contents = desk.wire().card.files_mut().clone();
    for (file, check) in [(DG3, CheckId::PaDg3), (DG4, CheckId::PaDg4)] {
        let held = contents.iter().find(|held| held.folder == APPLICATION && held.fid == file.fid());
        assert_eq!(document.file(file).bytes(), held.map(|held| held.content.as_slice()), "{file}");
        if held.is_some() {
            is(&report, check, State::Successful, None);
        }
    }
}

/// Terminal authentication fails for this reason, neither file is asked for or told, and all else is as good as ever; a
/// right terminal at an untouched card is then accepted. What became of it, and the commands of it that were sent.
#[track_caller]
fn fails(desk: &Desk, terminal: Terminal, reason: Reason) -> (TerminalAuthentication, Vec<&'static str>) {
    let (document, report) = read(desk, terminal);
    is(&report, CHECK, State::Failed, Some(reason));
    for (file, check) in [(DG3, CheckId::PaDg3), (DG4, CheckId::PaDg4)] {
        assert_eq!(*document.file(file), FileState::NotRead(NotRead::NeedsTerminalAuthentication));
        is(&report, check, State::NotSupported, Some(Reason::NeedsTerminalAuthentication));
    }
    let of_terminal = [SET_DST, VERIFY, SET_TERMINAL, CHALLENGE, EXTERNAL];
    let sent = desk.names().into_iter().filter(|name| of_terminal.contains(name)).collect();
    desk.heal();
    opens(desk, own_terminal(desk, true));
    (document.terminal_authentication().clone(), sent)
}

/// Terminal authentication under this algorithm opens fingers and irises.
fn opens_under(kind: KeyKind, protocol: Oid) {
    let desk = Desk::new(with_plan(TerminalAuthorityPlan::new("UT", kind, protocol)));
    opens(&desk, own_terminal(&desk, true));
}

#[test]
fn e_01_rsa_v1_5_with_sha_1_opens_both() {
    opens_under(KeyKind::Rsa(2048), oid::ID_TA_RSA_V1_5_SHA1);
}

#[test]
fn e_02_rsa_v1_5_with_sha_256_opens_both() {
    opens_under(KeyKind::Rsa(2048), oid::ID_TA_RSA_V1_5_SHA256);
}

#[test]
fn e_03_rsa_pss_with_sha_1_opens_both() {
    opens_under(KeyKind::Rsa(2048), oid::ID_TA_RSA_PSS_SHA1);
}

#[test]
fn e_04_rsa_pss_with_sha_256_opens_both() {
    opens_under(KeyKind::Rsa(2048), oid::ID_TA_RSA_PSS_SHA256);
}

#[test]
fn e_05_ecdsa_with_sha_1_opens_both() {
    opens_under(KeyKind::Ec(CURVE), oid::ID_TA_ECDSA_SHA1);
}

#[test]
fn e_06_ecdsa_with_sha_224_opens_both() {
    opens_under(KeyKind::Ec(CurveId::Secp224r1), oid::ID_TA_ECDSA_SHA224);
}

#[test]
fn e_07_ecdsa_with_sha_256_opens_both() {
    opens_under(KeyKind::Ec(CURVE), oid::ID_TA_ECDSA_SHA256);
}

/// The untouched profile's desk, with a card of this defect on it.
fn with_defect(defect: Defect) -> Desk {
    let desk = Desk::new(eac());
    desk.lay(eac().with_defect(defect).card().unwrap());
    desk
}

#[test]
fn e_08_a_reference_in_ef_cvca_of_another_authority_fails_before_a_certificate_is_sent() {
    let desk = with_defect(Defect::CvcaOtherReference);
    let (became, sent) = fails(&desk, own_terminal(&desk, true), Reason::NoTerminalChain);
    assert!(matches!(became, TerminalAuthentication::NoChain(NoChain::Unconnected(_))), "{became:?}");
    assert!(sent.is_empty(), "{sent:?}");
}

#[test]
fn e_09_an_ef_cvca_without_a_reference_fails_before_a_certificate_is_sent() {
    for defect in [Defect::CvcaAbsent, Defect::CvcaTag43] {
        let desk = with_defect(defect);
        let (became, sent) = fails(&desk, own_terminal(&desk, true), Reason::Missing);
        assert_eq!((became, sent), (TerminalAuthentication::NoTrustPoints, vec![]));
    }
    for content in [vec![0; 36], vec![0x42, 0x00], vec![0x42, 0x7F]] {
        let desk = Desk::new(eac());
        desk.change_file(APPLICATION, 0x011C, |file| *file = content);
        let (became, sent) = fails(&desk, own_terminal(&desk, true), Reason::Missing);
        assert_eq!((became, sent), (TerminalAuthentication::NoTrustPoints, vec![]));
    }
}

#[test]
fn e_10_three_references_in_ef_cvca_leave_the_reader_in_working_order() {
    let desk = with_defect(Defect::CvcaThreeReferences);
    let (document, _) = read(&desk, own_terminal(&desk, true));
    assert!(matches!(document.terminal_authentication(), TerminalAuthentication::Done { .. }));
    desk.heal();
    opens(&desk, own_terminal(&desk, true));
}

/// The chip deviates, and terminal authentication comes to this, after these commands.
fn deviates(deviation: Deviation, reason: Reason, last: &str) -> TerminalAuthentication {
    let desk = Desk::new(eac());
    desk.deviate(deviation);
    let (became, sent) = fails(&desk, own_terminal(&desk, true), reason);
    assert_eq!(sent.iter().filter(|name| **name == VERIFY).count(), 2);
    assert_eq!(sent.last(), Some(&last));
    became
}

#[test]
fn e_11_a_chip_that_signs_for_another_document_does_not_accept_the_terminal() {
    let became = deviates(Deviation::TaOtherDocument, Reason::Refused, EXTERNAL);
    let (during, status) = (TerminalStep::Signature, StatusWord(0x6300));
    assert_eq!(became, TerminalAuthentication::Refused { during, status });
}

#[test]
fn e_12_a_challenge_of_seven_bytes_is_not_signed() {
    let became = deviates(Deviation::TaShortChallenge, Reason::Malformed, CHALLENGE);
    assert_eq!(became, TerminalAuthentication::BadAnswer);
}

#[test]
fn e_13_a_challenge_of_nine_bytes_is_not_signed() {
    let became = deviates(Deviation::TaLongChallenge, Reason::Malformed, CHALLENGE);
    assert_eq!(became, TerminalAuthentication::BadAnswer);
}

/// The chip accepts the terminal and then denies these files: they are not read, the rest is, and all is genuine.
fn denies(files: &[FileId], lie: impl FnOnce(&Desk)) {
    let desk = Desk::new(eac());
    lie(&desk);
    let (document, report) = read(&desk, own_terminal(&desk, true));
    is(&report, CHECK, State::Successful, None);
    for (file, check) in [(DG3, CheckId::PaDg3), (DG4, CheckId::PaDg4)] {
        if files.contains(&file) {
            assert_eq!(*document.file(file), FileState::NotRead(NotRead::NeedsTerminalAuthentication));
            is(&report, check, State::NotSupported, Some(Reason::NeedsTerminalAuthentication));
        } else {
            assert!(document.file(file).bytes().is_some());
            is(&report, check, State::Successful, None);
        }
    }
    desk.heal();
    opens(&desk, own_terminal(&desk, true));
}

/// The card refuses this file to everybody.
fn refuse_file(desk: &Desk, file: FileId) {
    let mut wire = desk.wire();
    let files = wire.card.files_mut().iter_mut();
    let own = files.filter(|own| own.folder == APPLICATION && own.fid == file.fid());
    own.for_each(|own| own.rule = ReadRule::Refused(StatusWord(0x6982)));
}

#[test]
fn e_14_denied_access_to_dg3_is_no_fault_of_the_card() {
    denies(&[DG3], |desk| refuse_file(desk, DG3));
}

#[test]
fn e_15_denied_access_to_dg4_is_no_fault_of_the_card() {
    denies(&[DG4], |desk| refuse_file(desk, DG4));
}

#[test]
fn e_16_denied_access_to_both_is_no_fault_of_the_card() {
    denies(&[DG3, DG4], |desk| desk.lay(eac().with_quirk(Quirk::BiometricsDenied).card().unwrap()));
}

/// A spoiled certificate: who knows the authority does not send it; who does not learns it from the chip.
fn spoils(which: usize) {
    let own = authority();
    let mut chain = own.chain(1).unwrap().to_vec();
    let holder = *chain[which].holder();
    chain[which] = spoiled(&chain[which]).unwrap();
    let desk = Desk::new(eac());
    let knowing = [vec![own.authority(1).unwrap()], chain.clone()].concat();
    let (became, sent) = fails(&desk, terminal(&own, &knowing), Reason::NoTerminalChain);
    let TerminalAuthentication::NoChain(NoChain::Defective { holder: named, defect }) = became else {
        panic!("{became:?}")
    };
    assert_eq!(named, holder);
    assert!(matches!(defect, ChainDefect::Unverified(_)), "{defect}");
    assert!(sent.is_empty());
    desk.heal();
    let (became, sent) = fails(&desk, terminal(&own, &chain), Reason::Refused);
    let (during, status) = (TerminalStep::VerifyCertificate(holder), StatusWord(0x6300));
    assert_eq!(became, TerminalAuthentication::Refused { during, status });
    assert_eq!(sent, [SET_DST, VERIFY].repeat(which + 1));
}

#[test]
fn e_17_a_wrong_signature_in_the_document_verifiers_certificate_fails() {
    spoils(0);
}

#[test]
fn e_18_a_wrong_signature_in_the_terminals_certificate_fails() {
    spoils(1);
}

#[test]
fn e_19_a_chain_that_has_expired_fails() {
    // The chip knows by its own date.
    let mut late = eac();
    late.terminal_authentication.as_mut().unwrap().today = date!(2026 - 01 - 01);
    let desk = Desk::new(eac());
    desk.lay(late.card().unwrap());
    let (became, sent) = fails(&desk, own_terminal(&desk, true), Reason::Refused);
    let during = TerminalStep::VerifyCertificate(authority().reference(CvHolder::Verifier).unwrap());
    assert_eq!(became, TerminalAuthentication::Refused { during, status: StatusWord(0x6300) });
    assert_eq!(sent, [SET_DST, VERIFY]);
    // The reader knows where the terminal's certificate ended before the document verifier's began.
    let mut plan = plan();
    plan.terminal_validity = (date!(2022 - 06 - 01), plan.verifier_validity.0 - Duration::days(1));
    let expired = TerminalAuthority::new(plan);
    desk.heal();
    let (became, sent) = fails(&desk, terminal(&expired, &expired.chain(1).unwrap()), Reason::NoTerminalChain);
    let NoChain::Defective { defect, .. } = no_chain(became) else { panic!("a chain, or none") };
    assert_eq!(defect, ChainDefect::Expired);
    assert!(sent.is_empty());
}

fn no_chain(became: TerminalAuthentication) -> NoChain {
    match became {
        TerminalAuthentication::NoChain(why) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn e_22_a_file_identifier_of_ef_cvca_that_is_not_there_fails() {
    let desk = with_defect(Defect::TaInfoOtherFile);
    let (became, sent) = fails(&desk, own_terminal(&desk, true), Reason::Missing);
    assert_eq!((became, sent), (TerminalAuthentication::NoTrustPoints, vec![]));
}

#[test]
fn e_23_a_short_identifier_that_is_not_ef_cvcas_fails() {
    let desk = with_defect(Defect::TaInfoOtherShortId);
    let (became, sent) = fails(&desk, own_terminal(&desk, true), Reason::Missing);
    assert_eq!((became, sent), (TerminalAuthentication::NoTrustPoints, vec![]));
    // Both right, at another place than the usual one.
    let mut elsewhere = eac();
    elsewhere.terminal_authentication.as_mut().unwrap().cvca_file = Some((0x0123, 0x19));
    let desk = Desk::new(elsewhere);
    opens(&desk, own_terminal(&desk, true));
}

#[test]
fn e_24_missing_certificates_fail_before_one_is_sent() {
    let own = authority();
    let [verifier, inspection] = own.chain(1).unwrap();
    let first = own.authority(1).unwrap();
    for certificates in [vec![], vec![first.clone()], vec![inspection], vec![first, verifier]] {
        let desk = Desk::new(eac());
        let (became, sent) = fails(&desk, terminal(&own, &certificates), Reason::NoTerminalChain);
        assert!(matches!(became, TerminalAuthentication::NoChain(_)), "{became:?}");
        assert!(sent.is_empty(), "{sent:?}");
    }
}

#[test]
fn e_26_further_data_groups_are_read_beside_the_biometrics() {
    // DG11 with a name, DG12 with a date of issue.
    let text = |tag: u32, text: &[u8]| tlv::encode(Tag(tag), text);
    let dg11 = tlv::encode_all(Tag(0x6B), &[&text(0x5C, &[0x5F, 0x0E]), &text(0x5F0E, b"MUSTER<<MIA")]);
    let dg12 = tlv::encode_all(Tag(0x6C), &[&text(0x5C, &[0x5F, 0x26]), &text(0x5F26, b"20230701")]);
    let desk = Desk::new(Profile { more_groups: vec![(11, dg11), (12, dg12)], ..eac() });
    opens(&desk, own_terminal(&desk, true));
    let (_, report) = read(&desk, own_terminal(&desk, true));
    for check in [CheckId::PaDg11, CheckId::PaDg12] {
        is(&report, check, State::Successful, None);
    }
}

/// The same with another key of chip authentication.
fn with_chip_key(profile: Profile, group: GroupId) -> Profile {
    let key = ChipAuthenticationPlan { group, cipher: Cipher::Aes128, key_id: None, form: CurveForm::Explicit };
    Profile { chip_authentication: vec![key], ..profile }
}

#[test]
fn e_27_dh_with_2048_bits_for_the_chip_goes_with_rsa_of_1024_for_the_terminal() {
    let plan = TerminalAuthorityPlan::new("UT", KeyKind::Rsa(2048), oid::ID_TA_RSA_V1_5_SHA256);
    let desk = Desk::new(with_chip_key(with_plan(plan.clone()), GroupId::Dh(DhGroupId::Modp2048Prime256)));
    opens(&desk, own_terminal(&desk, true));
    // The terminal's key, and its certificate from the document verifier.
    let own = TerminalAuthority::new(plan.clone());
    let key = || PrivateKey::from_pkcs8(include_bytes!("../../src/sim/keys/aa-1024.der")).unwrap();
    let template = own.template(CvHolder::Terminal, CvHolder::Verifier).unwrap();
    let verifier = own.key(CvHolder::Verifier).unwrap();
    let certificate = template.sign(&key().public_key(), &verifier, plan.protocol, &mut OsRandom).unwrap();
    let certificates = [own.authority(1).unwrap(), own.chain(1).unwrap()[0].clone(), certificate];
    desk.heal();
    opens(&desk, with_key(key(), &certificates));
}

#[test]
fn e_28_224_bits_for_the_chip_go_with_256_for_the_terminal() {
    let desk = Desk::new(with_chip_key(eac(), GroupId::Curve(CurveId::BrainpoolP224r1)));
    opens(&desk, own_terminal(&desk, true));
}

/// A card without one of the two biometric files.
fn without(number: u8) -> Desk {
    let desk = Desk::new(eac());
    let contents = forged(desk.profile(), |groups| groups.retain(|(own, _)| *own != number));
    desk.lay(desk.profile().card_with(contents).unwrap());
    desk
}

#[test]
fn e_29_dg3_is_read_where_there_is_no_dg4() {
    let desk = without(4);
    opens(&desk, own_terminal(&desk, true));
}

#[test]
fn e_30_dg4_is_read_where_there_is_no_dg3() {
    let desk = without(3);
    opens(&desk, own_terminal(&desk, true));
}

#[test]
fn e_31_the_signature_binds_the_terminal_to_the_session_of_pace() {
    let curve = GroupId::Curve(CURVE);
    let cam = Profile {
        pace: vec![PaceSuite::new(Mapping::ChipAuthentication, curve, Cipher::Aes128)],
        card_security: Some(CardSecurityPlan::new()),
        ..eac()
    };
    let im = Profile { pace: vec![PaceSuite::new(Mapping::Integrated, curve, Cipher::Aes128)], ..eac() };
    let bac = Profile { pace: Vec::new(), bac: true, ..eac() };
    for profile in [eac(), im, cam, bac] {
        let desk = Desk::new(profile);
        opens(&desk, own_terminal(&desk, true));
        // A chip that believes in another key of its own than the one of PACE.
        desk.heal();
        desk.deviate(Deviation::TaOtherDocument);
        let (became, _) = fails(&desk, own_terminal(&desk, true), Reason::Refused);
        assert!(matches!(became, TerminalAuthentication::Refused { during: TerminalStep::Signature, .. }));
    }
}

/// A terminal with the links to this generation and its chain.
fn of_generation(generation: u8) -> Terminal {
    let own = authority();
    let links = (2..=generation).map(|generation| own.link(generation).unwrap());
    terminal(&own, &links.chain(own.chain(generation).unwrap()).collect::<Vec<_>>())
}

/// What the chip then trusts, by its EF.CVCA.
fn trusted(desk: &Desk) -> Vec<u8> {
    let mut wire = desk.wire();
    let files = wire.card.files_mut().iter();
    files
        .filter(|file| file.folder == APPLICATION && file.fid == 0x011C)
        .flat_map(|file| file.content.clone())
        .collect()
}

#[test]
fn e_32_a_link_certificate_brings_the_chip_a_new_trust_point() {
    let desk = Desk::new(eac());
    opens(&desk, of_generation(2));
    assert_eq!(desk.named(VERIFY).len(), 3);
    assert!(trusted(&desk).starts_with(b"\x42\x0BUTCVCA00002\x42\x0BUTCVCA00001"));
    // It keeps it: the link is not needed any more.
    desk.wire().seen.clear();
    opens(&desk, terminal(&authority(), &authority().chain(2).unwrap()));
    assert_eq!(desk.named(VERIFY).len(), 2);
}

#[test]
fn e_33_two_link_certificates_bring_it_two() {
    let desk = Desk::new(eac());
    opens(&desk, of_generation(3));
    assert_eq!(desk.named(VERIFY).len(), 4);
    assert!(trusted(&desk).starts_with(b"\x42\x0BUTCVCA00003\x42\x0BUTCVCA00002"));
}

#[test]
fn e_34_a_link_certificate_that_is_not_needed_is_not_sent() {
    let plan = TerminalPlan { trusted: vec![2, 1], ..eac().terminal_authentication.unwrap() };
    let desk = Desk::new(Profile { terminal_authentication: Some(plan), ..eac() });
    opens(&desk, of_generation(2));
    assert_eq!(desk.named(VERIFY).len(), 2);
    // Nor where the terminal is certified under the authority that the chip trusts already.
    let desk = Desk::new(eac());
    let own = authority();
    let certificates = [vec![own.link(2).unwrap()], own.chain(1).unwrap().to_vec()].concat();
    opens(&desk, terminal(&own, &certificates));
    assert_eq!(desk.named(VERIFY).len(), 2);
}

#[test]
fn e_35_rsa_v1_5_with_sha_512_opens_both() {
    opens_under(KeyKind::Rsa(2048), oid::ID_TA_RSA_V1_5_SHA512);
}

#[test]
fn e_36_rsa_pss_with_sha_512_opens_both() {
    opens_under(KeyKind::Rsa(2048), oid::ID_TA_RSA_PSS_SHA512);
}

#[test]
fn e_37_ecdsa_with_sha_384_opens_both() {
    opens_under(KeyKind::Ec(CurveId::Secp384r1), oid::ID_TA_ECDSA_SHA384);
}

#[test]
fn e_38_ecdsa_with_sha_512_opens_both() {
    opens_under(KeyKind::Ec(CurveId::BrainpoolP512r1), oid::ID_TA_ECDSA_SHA512);
}
