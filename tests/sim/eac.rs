//! Terminal authentication, command by command: who may read EF.DG3 and EF.DG4, and who may not.

use super::bytes;
use super::chip::{agreement, chained, dg14_keys, protocol, set_at};
use super::terminal::{self, Answer, Session, command, dynamic, plain};
use chipid::internals::crypto::{Cipher, CurveId, DhGroupId, GroupId};
use chipid::internals::cvc::CvCertificate;
use chipid::internals::issuer::{
    CvHolder, KeyKind, TERMINAL_PROTOCOLS, TerminalAuthority, TerminalAuthorityPlan, spoiled,
};
use chipid::internals::tlv::{self, Reader, Tag};
use chipid::lds::{FileId, SecurityInfos};
use chipid::sim::profile::{self, ChipAuthenticationPlan, Profile, TerminalPlan};
use chipid::sim::{Deviation, Folder, PlantedDefect, Quirk, SimulatedCard};
use chipid::transport::Transport;
use time::macros::date;

const SELECT: [u8; 4] = [0, 0xA4, 4, 0x0C];

/// A terminal at a card that it has opened and authenticated.
struct Inspection {
    card: SimulatedCard,
    session: Session,
    id_ic: Vec<u8>,
    ephemeral: Vec<u8>,
    authority: TerminalAuthority,
}

/// The ephemeral key's compressed form, and the session after chip authentication.
fn chip_authentication(card: &mut SimulatedCard, session: &mut Session, profile: &Profile) -> (Session, Vec<u8>) {
    let plan = &profile.chip_authentication[0];
    let (own, new) = agreement(plan.group, plan.cipher, &dg14_keys(profile)[0]);
    if plan.cipher == Cipher::TripleDes {
        let data = tlv::encode(Tag(0x91), &own);
        session.exchange(card, &command([0, 0x22, 0x41, 0xA6], &data, None)).unwrap();
    } else {
        let select = set_at(protocol(plan.group, plan.cipher), plan.key_id);
        session.exchange(card, &command([0, 0x22, 0x41, 0xA4], &select, None)).unwrap();
        let data = dynamic(Some((0x80, &own)));
        session.exchange(card, &command([0, 0x86, 0, 0], &data, Some(256))).unwrap();
    }
    (new, plan.group.decode(&own).unwrap().compressed())
}

impl Inspection {
    fn of(profile: &Profile) -> Self {
        Self::at(profile.card().unwrap(), profile)
    }

    /// PACE, the application, chip authentication.
    fn at(mut card: SimulatedCard, profile: &Profile) -> Self {
        let opened = terminal::pace(&mut card, &profile.pace[0], "424242", 6, None).unwrap();
        let mut session = opened.session;
        session.exchange(&mut card, &command(SELECT, &bytes("A0000002471001"), None)).unwrap();
        let mut ephemeral = opened.own_key.compressed();
        if !profile.chip_authentication.is_empty() {
            (session, ephemeral) = chip_authentication(&mut card, &mut session, profile);
        }
        let authority = TerminalAuthority::new(profile.terminal_authentication.clone().unwrap().authority);
        Self { card, session, id_ic: opened.key.compressed(), ephemeral, authority }
    }

    fn send(&mut self, header: [u8; 4], data: &[u8], ne: Option<u32>) -> Answer {
        self.session.exchange(&mut self.card, &command(header, data, ne))
    }

    fn choose(&mut self, p2: u8, reference: &[u8]) -> Answer {
        self.send([0, 0x22, 0x81, p2], &tlv::encode(Tag(0x83), reference), None)
    }

    /// MSE:Set DST and PSO: VERIFY CERTIFICATE.
    fn show(&mut self, certificate: &CvCertificate) -> Answer {
        self.choose(0xB6, certificate.authority().as_bytes())?;
        self.send([0, 0x2A, 0, 0xBE], certificate.contents(), None)
    }

    /// MSE:Set AT and GET CHALLENGE.
    fn challenge(&mut self) -> Answer {
        let terminal = self.authority.reference(CvHolder::Terminal).unwrap();
        self.choose(0xA4, terminal.as_bytes())?;
        self.send([0, 0x84, 0, 0], &[], Some(8))
    }

    fn sign(&mut self, r_ic: &[u8]) -> Answer {
        let signed = [self.id_ic.as_slice(), r_ic, &self.ephemeral].concat();
        let signature = self.authority.terminal_signature(&signed).unwrap();
        self.send([0, 0x82, 0, 0], &signature, None)
    }

    /// All of it, with these certificates.
    fn authenticate(&mut self, certificates: &[CvCertificate]) -> Answer {
        for certificate in certificates {
            self.show(certificate)?;
        }
        let r_ic = self.challenge()?;
        self.sign(&r_ic)
    }

    /// Which of EF.DG3 and EF.DG4 can be read.
    fn readable(&mut self) -> [bool; 2] {
        [0x83, 0x84].map(|sfi| match self.send([0, 0xB0, sfi, 0], &[], Some(1)) {
            Ok(first) => first == [if sfi == 0x83 { 0x63 } else { 0x76 }],
            Err(status) => {
                assert_eq!(status, 0x6982);
                false
            }
        })
    }
}

fn with_authority(plan: TerminalAuthorityPlan) -> Profile {
    Profile { terminal_authentication: Some(TerminalPlan::new(plan)), ..profile::eac() }
}

fn eac_plan() -> TerminalAuthorityPlan {
    profile::eac().terminal_authentication.unwrap().authority
}

#[test]
fn every_algorithm_opens_the_biometrics() {
    for (oid, is_rsa) in TERMINAL_PROTOCOLS {
        let kind = if is_rsa { KeyKind::Rsa(2048) } else { KeyKind::Ec(CurveId::BrainpoolP384r1) };
        let mut inspection = Inspection::of(&with_authority(TerminalAuthorityPlan::new("UT", kind, oid)));
        assert_eq!(inspection.readable(), [false, false]);
        let chain = inspection.authority.chain(1).unwrap();
        assert_eq!(inspection.authenticate(&chain), Ok(Vec::new()), "{oid}");
        assert_eq!(inspection.readable(), [true, true], "{oid}");
    }
}

#[test]
fn the_chip_is_named_by_its_document_number_after_bac() {
    let person = profile::passport().person;
    let plan = TerminalPlan::new(eac_plan());
    let profile = Profile { terminal_authentication: Some(plan), ..profile::passport() }.with_max_answer(4_096);
    let mut card = profile.card().unwrap();
    plain(&mut card, &command(SELECT, &bytes("A0000002471001"), None)).unwrap();
    let information = person.mrz_information();
    let mut session = terminal::bac(&mut card, &information);
    let (session, ephemeral) = chip_authentication(&mut card, &mut session, &profile);
    let id_ic = information.as_bytes()[..10].to_vec();
    let authority = TerminalAuthority::new(eac_plan());
    let mut inspection = Inspection { card, session, id_ic, ephemeral, authority };
    let chain = inspection.authority.chain(1).unwrap();
    assert_eq!(inspection.authenticate(&chain), Ok(Vec::new()));
    assert_eq!(inspection.readable(), [true, true]);
}

#[test]
fn chip_authentication_mapping_stands_for_chip_authentication() {
    let plan = TerminalPlan::new(eac_plan());
    let profile = Profile { terminal_authentication: Some(plan), ..profile::cam() };
    let mut inspection = Inspection::of(&profile);
    let chain = inspection.authority.chain(1).unwrap();
    assert_eq!(inspection.authenticate(&chain), Ok(Vec::new()));
    assert_eq!(inspection.readable(), [true, true]);
}

#[test]
fn keys_of_dh_are_compressed_by_their_digest() {
    let group = GroupId::Dh(DhGroupId::Modp2048Prime256);
    let key = ChipAuthenticationPlan { group, ..profile::eac().chip_authentication.remove(0) };
    let mut inspection = Inspection::of(&Profile { chip_authentication: vec![key], ..profile::eac() });
    assert_eq!(inspection.ephemeral.len(), 20);
    let chain = inspection.authority.chain(1).unwrap();
    assert_eq!(inspection.authenticate(&chain), Ok(Vec::new()));
}

#[test]
fn a_terminal_may_read_what_all_certificates_allow() {
    for (authority, verifier, terminal, due) in
        [(3, 1, 3, [true, false]), (2, 3, 3, [false, true]), (3, 3, 0, [false, false]), (1, 2, 3, [false, false])]
    {
        let plan = TerminalAuthorityPlan {
            authority_rights: authority,
            verifier_rights: verifier,
            terminal_rights: terminal,
            domestic: false,
            ..eac_plan()
        };
        let mut inspection = Inspection::of(&with_authority(plan));
        let chain = inspection.authority.chain(1).unwrap();
        assert_eq!(inspection.authenticate(&chain), Ok(Vec::new()));
        assert_eq!(inspection.readable(), due);
    }
}

#[test]
fn certificates_are_refused_that_do_not_belong_to_the_chain() {
    let profile = profile::eac();
    let authority = TerminalAuthority::new(eac_plan());
    let [verifier, terminal] = authority.chain(1).unwrap();
    let of = |holder, issuer| authority.template(holder, issuer).unwrap();

    let mut inspection = Inspection::of(&profile);
    assert_eq!(inspection.show(&spoiled(&verifier).unwrap()), Err(0x6300));
    // Nobody has vouched for the verifier, so the card does not know it.
    assert_eq!(inspection.show(&terminal), Err(0x6A88));
    assert_eq!(inspection.challenge(), Err(0x6A88));

    let mut inspection = Inspection::of(&profile);
    inspection.show(&verifier).unwrap();
    assert_eq!(inspection.show(&spoiled(&terminal).unwrap()), Err(0x6300));
    // A terminal below the authority, and a verifier below a verifier.
    let direct = of(CvHolder::Terminal, CvHolder::Authority(1));
    let direct = authority.sign(&direct, CvHolder::Terminal, CvHolder::Authority(1)).unwrap();
    assert_eq!(inspection.show(&direct), Err(0x6300));
    inspection.show(&verifier).unwrap();
    let below = authority.sign(&of(CvHolder::Verifier, CvHolder::Verifier), CvHolder::Verifier, CvHolder::Verifier);
    assert_eq!(inspection.show(&below.unwrap()), Err(0x6300));
    // The key chosen is not the one that the certificate names.
    inspection.choose(0xB6, authority.reference(CvHolder::Authority(1)).unwrap().as_bytes()).unwrap();
    assert_eq!(inspection.send([0, 0x2A, 0, 0xBE], terminal.contents(), None), Err(0x6300));
    // Each certificate needs its key chosen anew; a verifier is no terminal.
    assert_eq!(inspection.send([0, 0x2A, 0, 0xBE], terminal.contents(), None), Err(0x6985));
    let verifier_reference = authority.reference(CvHolder::Verifier).unwrap();
    assert_eq!(inspection.choose(0xA4, verifier_reference.as_bytes()), Err(0x6A88));
    assert_eq!(inspection.readable(), [false, false]);
}

#[test]
fn expired_certificates_are_refused_by_the_date_that_the_card_believes_in() {
    let authority = TerminalAuthority::new(eac_plan());
    let mut late = profile::eac();
    late.terminal_authentication.as_mut().unwrap().today = date!(2025 - 02 - 01);
    let chain = authority.chain(1).unwrap();
    assert_eq!(Inspection::of(&late).show(&chain[0]), Err(0x6300));
    // A domestic terminal's certificate moves the date on, over the end of another's; a reset does not take it back.
    let mut inspection = Inspection::of(&profile::eac());
    let mut early = authority.template(CvHolder::Terminal, CvHolder::Verifier).unwrap();
    (early.effective, early.expiration) = (date!(2023 - 02 - 01), date!(2023 - 12 - 01));
    let early = authority.sign(&early, CvHolder::Terminal, CvHolder::Verifier).unwrap();
    inspection.show(&chain[0]).unwrap();
    assert_eq!(inspection.show(&early), Ok(Vec::new()));
    inspection.show(&chain[0]).unwrap();
    assert_eq!(inspection.show(&chain[1]), Ok(Vec::new()));
    let mut card = inspection.card;
    card.reset().unwrap();
    let mut inspection = Inspection::at(card, &profile::eac());
    inspection.show(&chain[0]).unwrap();
    assert_eq!(inspection.show(&early), Err(0x6300));
}

#[test]
fn link_certificates_bring_new_trust_points_that_outlast_a_reset() {
    let authority = TerminalAuthority::new(eac_plan());
    let profile = profile::eac();
    let mut inspection = Inspection::of(&profile);
    let read = |inspection: &mut Inspection| inspection.send([0, 0xB0, 0x9C, 0], &[], Some(36)).unwrap();
    let names = |generations: &[u8]| {
        let one = |generation: &u8| tlv::encode(Tag(0x42), format!("UTCVCA{generation:05}").as_bytes());
        let mut file: Vec<u8> = generations.iter().flat_map(one).collect();
        file.resize(36, 0);
        file
    };
    assert_eq!(read(&mut inspection), names(&[1]));
    assert_eq!(inspection.show(&authority.link(2).unwrap()), Ok(Vec::new()));
    assert_eq!(read(&mut inspection), names(&[2, 1]));
    let mut card = inspection.card;
    card.reset().unwrap();
    let mut inspection = Inspection::at(card, &profile);
    assert_eq!(read(&mut inspection), names(&[2, 1]));
    assert_eq!(inspection.authenticate(&authority.chain(2).unwrap()), Ok(Vec::new()));
    assert_eq!(inspection.readable(), [true, true]);
    assert_eq!(inspection.show(&authority.link(3).unwrap()), Ok(Vec::new()));
    assert_eq!(read(&mut inspection), names(&[3, 2]));
    assert_eq!(inspection.show(&authority.chain(1).unwrap()[0]), Err(0x6A88));
    // A card may be made with two trust points.
    let mut two = profile::eac();
    two.terminal_authentication.as_mut().unwrap().trusted = vec![2, 1];
    assert_eq!(Inspection::of(&two).authenticate(&authority.chain(1).unwrap()), Ok(Vec::new()));
}

#[test]
fn a_signature_over_anything_else_gives_no_rights() {
    let mut inspection = Inspection::of(&profile::eac());
    let chain = inspection.authority.chain(1).unwrap();
    for certificate in &chain {
        inspection.show(certificate).unwrap();
    }
    let r_ic = inspection.challenge().unwrap();
    assert_eq!(inspection.sign(&[0; 8]), Err(0x6300));
    // A challenge serves once.
    assert_eq!(inspection.sign(&r_ic), Err(0x6982));
    let r_ic = inspection.challenge().unwrap();
    inspection.ephemeral[0] ^= 1;
    assert_eq!(inspection.sign(&r_ic), Err(0x6300));
    inspection.ephemeral[0] ^= 1;
    let r_ic = inspection.challenge().unwrap();
    assert_eq!(inspection.sign(&r_ic), Ok(Vec::new()));
    assert_eq!(inspection.readable(), [true, true]);
}

#[test]
fn terminal_authentication_needs_chip_authentication() {
    let profile = profile::eac();
    let mut card = profile.card().unwrap();
    let opened = terminal::pace(&mut card, &profile.pace[0], "424242", 6, None).unwrap();
    let authority = TerminalAuthority::new(eac_plan());
    let mut inspection = Inspection { card, session: opened.session, id_ic: vec![], ephemeral: vec![], authority };
    let chain = inspection.authority.chain(1).unwrap();
    assert_eq!(inspection.show(&chain[0]), Err(0x6982));
    // A card without terminal authentication has none of its commands.
    let mut without = profile::eac();
    without.terminal_authentication = None;
    let mut card = without.card().unwrap();
    let mut session = terminal::pace(&mut card, &without.pace[0], "424242", 6, None).unwrap().session;
    let certificate = command([0, 0x2A, 0, 0xBE], chain[0].contents(), None);
    assert_eq!(session.exchange(&mut card, &certificate), Err(0x6D00));
}

#[test]
fn long_certificates_come_in_chained_commands() {
    let plan = TerminalAuthorityPlan::new("UT", KeyKind::Rsa(2048), TERMINAL_PROTOCOLS[1].0);
    for by_link in [true, false] {
        let mut inspection = Inspection::of(&with_authority(plan.clone()).with_max_answer(256));
        let chain = inspection.authority.chain(1).unwrap();
        inspection.choose(0xB6, chain[0].authority().as_bytes()).unwrap();
        let whole = command([0, 0x2A, 0, 0xBE], chain[0].contents(), None);
        let Inspection { card, session, .. } = &mut inspection;
        assert_eq!(chained(card, session, &whole, by_link), Ok(Vec::new()), "by link: {by_link}");
        assert_eq!(inspection.choose(0xB6, chain[1].authority().as_bytes()), Ok(Vec::new()));
    }
}

#[test]
fn a_hostile_card_gives_odd_challenges_and_finds_right_signatures_wrong() {
    for (deviation, length) in [(Deviation::TaShortChallenge, 7), (Deviation::TaLongChallenge, 9)] {
        let mut inspection = Inspection::of(&profile::eac());
        inspection.card.deviate(0, deviation);
        let chain = inspection.authority.chain(1).unwrap();
        chain.iter().for_each(|certificate| drop(inspection.show(certificate).unwrap()));
        assert_eq!(inspection.challenge().unwrap().len(), length);
    }
    let mut inspection = Inspection::of(&profile::eac());
    inspection.card.deviate(0, Deviation::TaOtherDocument);
    let chain = inspection.authority.chain(1).unwrap();
    assert_eq!(inspection.authenticate(&chain), Err(0x6300));
    let mut inspection = Inspection::of(&profile::eac().with_quirk(Quirk::BiometricsDenied));
    assert_eq!(inspection.authenticate(&chain), Ok(Vec::new()));
    assert_eq!(inspection.readable(), [false, false]);
}

#[test]
fn the_files_of_terminal_authentication_have_the_defects_that_their_plan_says() {
    let cvca = |profile: &Profile| {
        let contents = profile.contents().unwrap();
        contents.file(Folder::Application, 0x011C).map(<[u8]>::to_vec)
    };
    let place = |profile: &Profile| {
        let contents = profile.contents().unwrap();
        let dg14 = contents.file(Folder::Application, 0x010E).unwrap();
        let infos = Reader::new(dg14).next().unwrap().value;
        let infos = SecurityInfos::parse(FileId::CardAccess, infos).unwrap();
        let info = infos.terminal_authentication().unwrap().clone();
        (info.version, info.cvca_fid, info.cvca_sfi)
    };
    let right = profile::eac();
    let file = cvca(&right).unwrap();
    assert_eq!((file.len(), &file[..2], place(&right)), (36, &[0x42, 11][..], (1, None, None)));
    let with = |defect| right.clone().with_defect(defect);
    assert_eq!(cvca(&with(PlantedDefect::CvcaAbsent)), None);
    assert_eq!(cvca(&with(PlantedDefect::CvcaTag43)).unwrap()[0], 0x43);
    assert_eq!(&cvca(&with(PlantedDefect::CvcaOtherReference)).unwrap()[2..4], b"XX");
    assert_eq!(cvca(&with(PlantedDefect::CvcaThreeReferences)).unwrap().len(), 39);
    assert_eq!(place(&with(PlantedDefect::TaInfoOtherFile)), (1, Some(0x0121), Some(0x1B)));
    assert_eq!(place(&with(PlantedDefect::TaInfoOtherShortId)), (1, Some(0x011C), Some(0x1B)));
    let mut elsewhere = profile::eac();
    elsewhere.terminal_authentication.as_mut().unwrap().cvca_file = Some((0x0123, 0x19));
    assert_eq!(place(&elsewhere), (1, Some(0x0123), Some(0x19)));
    assert!(elsewhere.contents().unwrap().file(Folder::Application, 0x0123).is_some());
}
