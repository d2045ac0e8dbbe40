//! Terminal authentication: the rows E of TR-03105-5.1; those about the files behind it are in `guarded.rs`.
//!
//! What fails here costs the fingers and the irises, and nothing else: the card is as genuine as without a terminal.

use crate::case::{Case, Row, case};
use crate::desk::*;
use crate::reading::{go_on, lines, mrz_only};
use chipid::chip::{FileKey, Terminal, TerminalAuthentication, TerminalStep};
use chipid::document::{FileState, NotRead};
use chipid::internals::crypto::{Cipher, CurveId, DhGroupId, GroupId, OsRandom, PrivateKey};
use chipid::internals::cvc::{ChainDefect, CvCertificate, NoChain};
use chipid::internals::iso7816::StatusWord;
use chipid::internals::issuer::{CurveForm, CvHolder, KeyKind, TerminalAuthority, TerminalAuthorityPlan, spoiled};
use chipid::internals::oid::{self, Oid};
use chipid::lds::{DataGroup, FileId};
use chipid::sim::profile::{CardSecurityPlan, ChipAuthenticationPlan, TerminalPlan, eac};
use chipid::sim::{Deviation, File, Folder, Mapping, PaceSuite, PlantedDefect, Profile};
use chipid::{Card, CheckId, Document, ReadPlan, Reason, Report, State, Verdict};
use time::Duration;
use time::macros::date;

pub const CHECK: CheckId = CheckId::AccessTerminal;
pub const DG3: FileId = FileId::DataGroup(DataGroup::DG3);
pub const DG4: FileId = FileId::DataGroup(DataGroup::DG4);
const CURVE: CurveId = CurveId::BrainpoolP256r1;
pub const APPLICATION: Folder = Folder::Application;

pub const ROWS: &[Row] = &[
    case("ISO7816_E_01", rsa_v1_5_with_sha_1_opens_both),
    case("ISO7816_E_02", rsa_v1_5_with_sha_256_opens_both),
    case("ISO7816_E_03", rsa_pss_with_sha_1_opens_both),
    case("ISO7816_E_04", rsa_pss_with_sha_256_opens_both),
    case("ISO7816_E_05", ecdsa_with_sha_1_opens_both),
    case("ISO7816_E_06", ecdsa_with_sha_224_opens_both),
    case("ISO7816_E_07", ecdsa_with_sha_256_opens_both),
    case("ISO7816_E_08", a_reference_in_ef_cvca_of_another_authority_fails_before_a_certificate_is_sent),
    case("ISO7816_E_09", an_ef_cvca_without_a_reference_fails_before_a_certificate_is_sent),
    case("ISO7816_E_10", three_references_in_ef_cvca_leave_the_reader_in_working_order),
    case("ISO7816_E_11", a_chip_that_signs_for_another_document_does_not_accept_the_terminal),
    case("ISO7816_E_12", a_challenge_of_seven_bytes_is_not_signed),
    case("ISO7816_E_13", a_challenge_of_nine_bytes_is_not_signed),
    case("ISO7816_E_17", a_wrong_signature_in_the_document_verifiers_certificate_fails),
    case("ISO7816_E_18", a_wrong_signature_in_the_terminals_certificate_fails),
    case("ISO7816_E_19", a_chain_that_has_expired_fails),
    case("ISO7816_E_22", a_file_identifier_of_ef_cvca_that_is_not_there_fails),
    case("ISO7816_E_23", a_short_identifier_that_is_not_ef_cvcas_fails),
    case("ISO7816_E_24", missing_certificates_fail_before_one_is_sent),
    case("ISO7816_E_27", dh_with_2048_bits_for_the_chip_goes_with_rsa_of_1024_for_the_terminal),
    case("ISO7816_E_28", a_224_bit_chip_goes_with_a_256_bit_terminal),
    case("ISO7816_E_31", the_signature_binds_the_terminal_to_the_session_of_pace),
    case("ISO7816_E_32", a_link_certificate_brings_the_chip_a_new_trust_point),
    case("ISO7816_E_33", two_link_certificates_bring_it_two),
    case("ISO7816_E_34", a_link_certificate_that_is_not_needed_is_not_sent),
    case("ISO7816_E_35", rsa_v1_5_with_sha_512_opens_both),
    case("ISO7816_E_36", rsa_pss_with_sha_512_opens_both),
    case("ISO7816_E_37", ecdsa_with_sha_384_opens_both),
    case("ISO7816_E_38", ecdsa_with_sha_512_opens_both),
];

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
pub fn own_terminal(desk: &Desk, knows: bool) -> Terminal {
    let plan = desk.profile().terminal_authentication.clone().unwrap();
    let (authority, first) = (TerminalAuthority::new(plan.authority), plan.trusted[0]);
    let own = knows.then(|| authority.authority(first).unwrap());
    let chain = authority.chain(first).unwrap();
    terminal(&authority, &own.into_iter().chain(chain).collect::<Vec<_>>())
}

pub fn read(desk: &Desk, terminal: Terminal) -> (Document, Report) {
    let password = if desk.profile().pace.is_empty() { mrz_only(desk.profile()) } else { desk.issued.password() };
    let read = |card: Card| {
        let session = card.open(&password, &mut go_on)?.with_terminal(terminal);
        Ok(session.read(&ReadPlan::full(), &mut go_on)?)
    };
    let inspected = desk.inspect(read);
    let (document, report) = inspected.unwrap_or_else(|cut| panic!("{}", cut.error));
    assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
    (document, report)
}

/// The chip accepts the terminal and gives what of both files it has.
#[track_caller]
pub fn opens(desk: &Desk, terminal: Terminal) {
    let (document, report) = read(desk, terminal);
    assert!(matches!(document.terminal_authentication(), TerminalAuthentication::Done { .. }), "{}", lines(&report));
    is(&report, CHECK, State::Successful, None);
    let contents = desk.files();
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
fn opens_under(case: &mut Case, kind: KeyKind, protocol: Oid) {
    let desk = case.desk(with_plan(TerminalAuthorityPlan::new("UT", kind, protocol)));
    opens(&desk, own_terminal(&desk, true));
}

fn rsa_v1_5_with_sha_1_opens_both(case: &mut Case) {
    opens_under(case, KeyKind::Rsa(2048), oid::ID_TA_RSA_V1_5_SHA1);
}

fn rsa_v1_5_with_sha_256_opens_both(case: &mut Case) {
    opens_under(case, KeyKind::Rsa(2048), oid::ID_TA_RSA_V1_5_SHA256);
}

fn rsa_pss_with_sha_1_opens_both(case: &mut Case) {
    opens_under(case, KeyKind::Rsa(2048), oid::ID_TA_RSA_PSS_SHA1);
}

fn rsa_pss_with_sha_256_opens_both(case: &mut Case) {
    opens_under(case, KeyKind::Rsa(2048), oid::ID_TA_RSA_PSS_SHA256);
}

fn ecdsa_with_sha_1_opens_both(case: &mut Case) {
    opens_under(case, KeyKind::Ec(CURVE), oid::ID_TA_ECDSA_SHA1);
}

fn ecdsa_with_sha_224_opens_both(case: &mut Case) {
    opens_under(case, KeyKind::Ec(CurveId::Secp224r1), oid::ID_TA_ECDSA_SHA224);
}

fn ecdsa_with_sha_256_opens_both(case: &mut Case) {
    opens_under(case, KeyKind::Ec(CURVE), oid::ID_TA_ECDSA_SHA256);
}

/// The untouched profile's desk, with a card of this defect on it.
fn with_defect(case: &mut Case, defect: PlantedDefect) -> Desk {
    let desk = case.desk(eac());
    desk.lay(eac().with_defect(defect).card().unwrap());
    desk
}

fn a_reference_in_ef_cvca_of_another_authority_fails_before_a_certificate_is_sent(case: &mut Case) {
    let desk = with_defect(case, PlantedDefect::CvcaOtherReference);
    let (became, sent) = fails(&desk, own_terminal(&desk, true), Reason::NoTerminalChain);
    assert!(matches!(became, TerminalAuthentication::NoChain(NoChain::Unconnected(_))), "{became:?}");
    assert!(sent.is_empty(), "{sent:?}");
}

fn an_ef_cvca_without_a_reference_fails_before_a_certificate_is_sent(case: &mut Case) {
    for defect in [PlantedDefect::CvcaAbsent, PlantedDefect::CvcaTag43] {
        let desk = with_defect(case, defect);
        let (became, sent) = fails(&desk, own_terminal(&desk, true), Reason::Missing);
        assert_eq!((became, sent), (TerminalAuthentication::NoTrustPoints, vec![]));
    }
    for content in [vec![0; 36], vec![0x42, 0x00], vec![0x42, 0x7F]] {
        let desk = case.desk(eac());
        desk.change_file(APPLICATION, 0x011C, |file| *file = content);
        let (became, sent) = fails(&desk, own_terminal(&desk, true), Reason::Missing);
        assert_eq!((became, sent), (TerminalAuthentication::NoTrustPoints, vec![]));
    }
}

fn three_references_in_ef_cvca_leave_the_reader_in_working_order(case: &mut Case) {
    let desk = with_defect(case, PlantedDefect::CvcaThreeReferences);
    let (document, _) = read(&desk, own_terminal(&desk, true));
    assert!(matches!(document.terminal_authentication(), TerminalAuthentication::Done { .. }));
    desk.heal();
    opens(&desk, own_terminal(&desk, true));
}

/// The chip deviates, and terminal authentication comes to this, after these commands.
fn deviates(case: &mut Case, deviation: Deviation, reason: Reason, last: &str) -> TerminalAuthentication {
    let desk = case.desk(eac());
    desk.deviate(deviation);
    let (became, sent) = fails(&desk, own_terminal(&desk, true), reason);
    assert_eq!(sent.iter().filter(|name| **name == VERIFY).count(), 2);
    assert_eq!(sent.last(), Some(&last));
    became
}

fn a_chip_that_signs_for_another_document_does_not_accept_the_terminal(case: &mut Case) {
    let became = deviates(case, Deviation::TaOtherDocument, Reason::Refused, EXTERNAL);
    let (during, status) = (TerminalStep::Signature, StatusWord(0x6300));
    assert_eq!(became, TerminalAuthentication::Refused { during, status });
}

fn a_challenge_of_seven_bytes_is_not_signed(case: &mut Case) {
    let became = deviates(case, Deviation::TaShortChallenge, Reason::Malformed, CHALLENGE);
    assert_eq!(became, TerminalAuthentication::BadAnswer);
}

fn a_challenge_of_nine_bytes_is_not_signed(case: &mut Case) {
    let became = deviates(case, Deviation::TaLongChallenge, Reason::Malformed, CHALLENGE);
    assert_eq!(became, TerminalAuthentication::BadAnswer);
}

/// A spoiled certificate: who knows the authority does not send it; who does not learns it from the chip.
fn spoils(case: &mut Case, which: usize) {
    let own = authority();
    let mut chain = own.chain(1).unwrap().to_vec();
    let holder = *chain[which].holder();
    chain[which] = spoiled(&chain[which]).unwrap();
    let desk = case.desk(eac());
    let knowing = [vec![own.authority(1).unwrap()], chain.clone()].concat();
    let (became, sent) = fails(&desk, terminal(&own, &knowing), Reason::NoTerminalChain);
    let TerminalAuthentication::NoChain(NoChain::Defective { holder: named, defect }) = became else {
        panic!("{became:?}")
    };
    assert_eq!(named, holder);
    assert!(matches!(defect, ChainDefect::Unverified(_)), "{defect}");
    assert!(sent.is_empty());
    let desk = case.desk(eac());
    let (became, sent) = fails(&desk, terminal(&own, &chain), Reason::Refused);
    let (during, status) = (TerminalStep::VerifyCertificate(holder), StatusWord(0x6300));
    assert_eq!(became, TerminalAuthentication::Refused { during, status });
    assert_eq!(sent, [SET_DST, VERIFY].repeat(which + 1));
}

fn a_wrong_signature_in_the_document_verifiers_certificate_fails(case: &mut Case) {
    spoils(case, 0);
}

fn a_wrong_signature_in_the_terminals_certificate_fails(case: &mut Case) {
    spoils(case, 1);
}

fn a_chain_that_has_expired_fails(case: &mut Case) {
    // The chip knows by its own date.
    let mut late = eac();
    late.terminal_authentication.as_mut().unwrap().today = date!(2026 - 01 - 01);
    let desk = case.desk(eac());
    desk.lay(late.card().unwrap());
    let (became, sent) = fails(&desk, own_terminal(&desk, true), Reason::Refused);
    let during = TerminalStep::VerifyCertificate(authority().reference(CvHolder::Verifier).unwrap());
    assert_eq!(became, TerminalAuthentication::Refused { during, status: StatusWord(0x6300) });
    assert_eq!(sent, [SET_DST, VERIFY]);
    // The reader knows where the terminal's certificate ended before the document verifier's began.
    let mut plan = plan();
    plan.terminal_validity = (date!(2022 - 06 - 01), plan.verifier_validity.0 - Duration::days(1));
    let expired = TerminalAuthority::new(plan);
    let desk = case.desk(eac());
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

fn a_file_identifier_of_ef_cvca_that_is_not_there_fails(case: &mut Case) {
    let desk = with_defect(case, PlantedDefect::TaInfoOtherFile);
    let (became, sent) = fails(&desk, own_terminal(&desk, true), Reason::Missing);
    assert_eq!((became, sent), (TerminalAuthentication::NoTrustPoints, vec![]));
}

fn a_short_identifier_that_is_not_ef_cvcas_fails(case: &mut Case) {
    let desk = with_defect(case, PlantedDefect::TaInfoOtherShortId);
    let (became, sent) = fails(&desk, own_terminal(&desk, true), Reason::Missing);
    assert_eq!((became, sent), (TerminalAuthentication::NoTrustPoints, vec![]));
    // Both right, at another place than the usual one.
    let mut elsewhere = eac();
    elsewhere.terminal_authentication.as_mut().unwrap().cvca_file = Some((0x0123, 0x19));
    let desk = case.aside(elsewhere);
    opens(&desk, own_terminal(&desk, true));
}

fn missing_certificates_fail_before_one_is_sent(case: &mut Case) {
    let own = authority();
    let [verifier, inspection] = own.chain(1).unwrap();
    let first = own.authority(1).unwrap();
    for certificates in [vec![], vec![first.clone()], vec![inspection], vec![first, verifier]] {
        let desk = case.desk(eac());
        let (became, sent) = fails(&desk, terminal(&own, &certificates), Reason::NoTerminalChain);
        assert!(matches!(became, TerminalAuthentication::NoChain(_)), "{became:?}");
        assert!(sent.is_empty(), "{sent:?}");
    }
}

/// The same with another key of chip authentication.
fn with_chip_key(profile: Profile, group: GroupId) -> Profile {
    let key = ChipAuthenticationPlan { group, cipher: Cipher::Aes128, key_id: None, form: CurveForm::Explicit };
    Profile { chip_authentication: vec![key], ..profile }
}

fn dh_with_2048_bits_for_the_chip_goes_with_rsa_of_1024_for_the_terminal(case: &mut Case) {
    let plan = TerminalAuthorityPlan::new("UT", KeyKind::Rsa(2048), oid::ID_TA_RSA_V1_5_SHA256);
    let desk = case.desk(with_chip_key(with_plan(plan.clone()), GroupId::Dh(DhGroupId::Modp2048Prime256)));
    opens(&desk, own_terminal(&desk, true));
    // The terminal's key, and its certificate from the document verifier.
    let own = TerminalAuthority::new(plan.clone());
    let key = || PrivateKey::from_pkcs8(include_bytes!("../../src/sim/keys/aa-1024.der")).unwrap();
    let template = own.template(CvHolder::Terminal, CvHolder::Verifier).unwrap();
    let verifier = own.key(CvHolder::Verifier).unwrap();
    let certificate = template.sign(&key().public_key(), &verifier, plan.protocol, &mut OsRandom).unwrap();
    let certificates = [own.authority(1).unwrap(), own.chain(1).unwrap()[0].clone(), certificate];
    let desk = case.desk(desk.profile().clone());
    opens(&desk, with_key(key(), &certificates));
}

fn a_224_bit_chip_goes_with_a_256_bit_terminal(case: &mut Case) {
    let desk = case.desk(with_chip_key(eac(), GroupId::Curve(CurveId::BrainpoolP224r1)));
    opens(&desk, own_terminal(&desk, true));
}

fn the_signature_binds_the_terminal_to_the_session_of_pace(case: &mut Case) {
    let curve = GroupId::Curve(CURVE);
    let cam = Profile {
        pace: vec![PaceSuite::new(Mapping::ChipAuthentication, curve, Cipher::Aes128)],
        card_security: Some(CardSecurityPlan::new()),
        ..eac()
    };
    let im = Profile { pace: vec![PaceSuite::new(Mapping::Integrated, curve, Cipher::Aes128)], ..eac() };
    let bac = Profile { pace: Vec::new(), bac: true, ..eac() };
    for profile in [eac(), im, cam, bac] {
        let desk = case.desk(profile.clone());
        opens(&desk, own_terminal(&desk, true));
        // A chip that believes in another key of its own than the one of PACE.
        let desk = case.aside(profile);
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
    let of_cvca = |file: &File| file.folder == APPLICATION && file.fid == 0x011C;
    desk.files().into_iter().filter(of_cvca).flat_map(|file| file.content).collect()
}

fn a_link_certificate_brings_the_chip_a_new_trust_point(case: &mut Case) {
    let desk = case.desk(eac());
    opens(&desk, of_generation(2));
    assert_eq!(desk.named(VERIFY).len(), 3);
    assert!(trusted(&desk).starts_with(b"\x42\x0BUTCVCA00002\x42\x0BUTCVCA00001"));
    // It keeps it: the link is not needed any more.
    desk.forget();
    opens(&desk, terminal(&authority(), &authority().chain(2).unwrap()));
    assert_eq!(desk.named(VERIFY).len(), 2);
}

fn two_link_certificates_bring_it_two(case: &mut Case) {
    let desk = case.desk(eac());
    opens(&desk, of_generation(3));
    assert_eq!(desk.named(VERIFY).len(), 4);
    assert!(trusted(&desk).starts_with(b"\x42\x0BUTCVCA00003\x42\x0BUTCVCA00002"));
}

fn a_link_certificate_that_is_not_needed_is_not_sent(case: &mut Case) {
    let plan = TerminalPlan { trusted: vec![2, 1], ..eac().terminal_authentication.unwrap() };
    let desk = case.desk(Profile { terminal_authentication: Some(plan), ..eac() });
    opens(&desk, of_generation(2));
    assert_eq!(desk.named(VERIFY).len(), 2);
    // Nor where the terminal is certified under the authority that the chip trusts already.
    let desk = case.desk(eac());
    let own = authority();
    let certificates = [vec![own.link(2).unwrap()], own.chain(1).unwrap().to_vec()].concat();
    opens(&desk, terminal(&own, &certificates));
    assert_eq!(desk.named(VERIFY).len(), 2);
}

fn rsa_v1_5_with_sha_512_opens_both(case: &mut Case) {
    opens_under(case, KeyKind::Rsa(2048), oid::ID_TA_RSA_V1_5_SHA512);
}

fn rsa_pss_with_sha_512_opens_both(case: &mut Case) {
    opens_under(case, KeyKind::Rsa(2048), oid::ID_TA_RSA_PSS_SHA512);
}

fn ecdsa_with_sha_384_opens_both(case: &mut Case) {
    opens_under(case, KeyKind::Ec(CurveId::Secp384r1), oid::ID_TA_ECDSA_SHA384);
}

fn ecdsa_with_sha_512_opens_both(case: &mut Case) {
    opens_under(case, KeyKind::Ec(CurveId::BrainpoolP512r1), oid::ID_TA_ECDSA_SHA512);
}
