//! X-DOWN: whoever stands between reader and chip takes the stronger way away, or what would show it.

use crate::forge::{Victim, Way, base, fails, read_with};
use crate::reading::{go_on, lines, mrz_only, now};
use chipid::access::AccessProtocol;
use chipid::chip::{ActiveAuthentication, ChipAuthentication};
use chipid::error::Step;
use chipid::internals::crypto::{Cipher, CurveId};
use chipid::internals::tlv::{self, Tag};
use chipid::reading::Options;
use chipid::sim::faults::{Fault, Faulty};
use chipid::sim::profile::{self, PlantedDefect};
use chipid::sim::{File, Folder, PaceSuite, Profile, Quirk, SimulatedCard};
use chipid::transport::Transport;
use chipid::{Card, CheckId, Error, Reason, State, Verdict};

pub const ITEMS: crate::Items = &[
    (
        "CardAccess absent/empty/6A82 while DG14 or CardSecurity has PACEInfo",
        &[
            "x_down_an_absent_ef_card_access_is_found_by_dg14",
            "x_down_an_ef_card_access_that_answers_6a82_is_found_by_dg14",
            "x_down_an_empty_ef_card_access_is_found_by_dg14",
            "x_down_an_ef_card_access_without_what_ef_card_security_has_is_found_by_it",
        ],
    ),
    (
        "6FFF on first PACE APDU then working BAC (a public differential harness)",
        &["x_down_6fff_at_the_first_command_of_pace_is_no_way_to_bac"],
    ),
    ("CardAccess with only 3DES while DG14 has AES", &["x_down_3des_alone_while_dg14_has_aes_is_found"]),
    ("DG14 or DG15 hashed in SOD but 6A82", &["x_down_a_hashed_dg14_or_dg15_that_answers_6a82_fails_with_its_proof"]),
    ("EF.COM stripped of 6E/6F", &["x_down_an_ef_com_stripped_of_6e_and_6f_hides_no_proof"]),
];

/// The file of a card under this identifier.
fn file_of(card: &mut SimulatedCard, folder: Folder, fid: u16) -> &mut File {
    card.files_mut().iter_mut().find(|file| (file.folder, file.fid) == (folder, fid)).unwrap()
}

/// The card without this file: it answers 6A82.
fn without(mut card: SimulatedCard, folder: Folder, fid: u16) -> SimulatedCard {
    card.files_mut().retain(|file| (file.folder, file.fid) != (folder, fid));
    card
}

/// The card with these infos in EF.CardAccess.
fn with_card_access(mut card: SimulatedCard, infos: &[Vec<u8>]) -> SimulatedCard {
    file_of(&mut card, Folder::Master, 0x011C).content = tlv::encode(Tag::SET, &infos.concat());
    card
}

/// PACEInfo of a suite.
fn pace_info(suite: PaceSuite) -> Vec<u8> {
    let numbers = [tlv::encode(Tag::INTEGER, &[2]), tlv::encode(Tag::INTEGER, &[suite.parameter_id()])].concat();
    tlv::encode_all(Tag::SEQUENCE, &[&tlv::encode(Tag::OID, suite.oid().as_der()), &numbers])
}

const HIDDEN: Reason = Reason::PaceInfoHidden;

#[test]
fn x_down_an_absent_ef_card_access_is_found_by_dg14() {
    let victim = Victim::new(base());
    for quirk in [Quirk::CardAccessHidden, Quirk::CardAccessAbsent6a88] {
        // The chip itself hides the file, and its signed files are the genuine ones.
        let card = base().with_quirk(quirk).card_with(victim.contents());
        let mut card = card.unwrap();
        card.files_mut().retain(|file| (file.folder, file.fid) != (Folder::Master, 0x011C));
        let by = [fails(CheckId::AccessCardAccess, HIDDEN)];
        let document = victim.refuses_in(quirk.name(), card, Verdict::Failed, &by, &Way::COUNTER);
        assert_eq!(document.access().unwrap().protocol, AccessProtocol::Bac);
    }
    // What no signed file tells cannot be missed: the check says so, and is no success.
    let silent = Victim::new(base().with_defect(PlantedDefect::Dg14WithoutInfos));
    let document = crate::forge::read(without(silent.card(), Folder::Master, 0x011C), &silent.password());
    silent.judge(&document, &Way::COUNTER, |_, _, report| {
        let check = report.check(CheckId::AccessCardAccess).unwrap();
        assert_eq!((check.state, check.reason), (State::Undetermined, Some(Reason::NoSignedPaceInfo)));
        assert_eq!(report.access().map(|access| access.protocol), Some("bac"));
    });
}

/// A line that says 6A82 wherever EF.CardAccess is asked for.
struct Hides(SimulatedCard);

impl Transport for Hides {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, chipid::TransportError> {
        match command {
            [0x00, 0xB0, 0x9C, ..] | [0x00, 0xA4, 0x02, 0x0C, 0x02, 0x01, 0x1C, ..] => Ok(vec![0x6A, 0x82]),
            _ => self.0.transmit(command),
        }
    }

    fn reset(&mut self) -> Result<(), chipid::TransportError> {
        self.0.reset()
    }

    fn atr(&self) -> &[u8] {
        self.0.atr()
    }

    fn reader(&self) -> &str {
        self.0.reader()
    }
}

#[test]
fn x_down_an_ef_card_access_that_answers_6a82_is_found_by_dg14() {
    let victim = Victim::new(base());
    let session = Card::connect(Box::new(Hides(victim.card()))).unwrap().open(&victim.password(), &mut go_on).unwrap();
    assert_eq!(session.access().protocol, AccessProtocol::Bac);
    let document = session.read(&chipid::ReadPlan::full(), &mut go_on).unwrap();
    let by = [fails(CheckId::AccessCardAccess, HIDDEN)];
    victim.refuses_document("a line that hides it", &document, Verdict::Failed, &by, &Way::COUNTER);
    // A chip that knows PACE alone is not opened in another way.
    let strict = Victim::new(Profile { bac: false, ..base() });
    let error =
        Card::connect(Box::new(Hides(strict.card()))).unwrap().open(&strict.password(), &mut go_on).err().unwrap();
    assert!(matches!(error.error, Error::Refused { .. }), "{error}");
}

#[test]
fn x_down_an_empty_ef_card_access_is_found_by_dg14() {
    let victim = Victim::new(base());
    // A set of nothing: the chip is opened by BAC, and the signed file tells.
    let by = [fails(CheckId::AccessCardAccess, HIDDEN)];
    victim.refuses_in("no infos", with_card_access(victim.card(), &[]), Verdict::Failed, &by, &Way::COUNTER);
    // A file of no bytes, or of zeros, is no file without PACE: the reading does not begin.
    for content in [vec![], vec![0; 40], vec![0x31]] {
        let mut card = victim.card();
        file_of(&mut card, Folder::Master, 0x011C).content = content.clone();
        let opened = Card::connect(Box::new(card)).unwrap().open(&victim.password(), &mut go_on);
        let error = opened.err().unwrap_or_else(|| panic!("opened by {content:02X?}"));
        assert!(
            matches!(error.error, Error::Malformed { .. } | Error::Protocol { .. } | Error::Refused { .. }),
            "{error}"
        );
    }
}

#[test]
fn x_down_an_ef_card_access_without_what_ef_card_security_has_is_found_by_it() {
    let weak = PaceSuite::generic(CurveId::Secp256r1, Cipher::TripleDes);
    let with_both = |pace: Vec<PaceSuite>| Profile { pace, full_card_access: false, ..profile::cam() };
    let strong = profile::cam().pace[0];
    // DG14 says nothing of PACE: EF.CardSecurity alone does.
    let victim = {
        let profile = with_both(vec![weak, strong]).with_defect(PlantedDefect::Dg14WithoutInfos);
        Profile { active_authentication: base().active_authentication, ..profile }
    };
    let genuine = victim.card().unwrap();
    let mut options = Options::default();
    options.card_security = true;
    let password = crate::reading::password(&victim);
    let trust = crate::reading::trust(&victim);
    let card = with_card_access(victim.card().unwrap(), &[pace_info(weak)]);
    let document = read_with(card, &password, options);
    let report = document.verify(&trust, now());
    let check = report.check(CheckId::AccessCardAccess).unwrap();
    assert_eq!((check.state, check.reason), (State::Failed, Some(HIDDEN)), "{}", lines(&report));
    assert_eq!(report.verdict(), Verdict::Failed);
    // The genuine one, with the stronger way: EF.CardSecurity agrees.
    let report = read_with(genuine, &password, options).verify(&trust, now());
    assert!(report.check(CheckId::AccessCardAccess).unwrap().is_successful(), "{}", lines(&report));
}

#[test]
fn x_down_6fff_at_the_first_command_of_pace_is_no_way_to_bac() {
    let victim = Victim::new(base());
    let exchanges_to_pace = 2;
    let line = |card| Faulty::new(card, exchanges_to_pace, Fault::Status(0x6FFF));
    let refused = Card::connect(Box::new(line(victim.card()))).unwrap().open(&victim.password(), &mut go_on);
    let error = refused.err().unwrap().error;
    assert!(matches!(error, Error::Refused { during: Step::PaceSetAt, status } if status.0 == 0x6FFF), "{error}");
    // The harness's chip: PACE offered and dead, BAC alive.
    let card = || base().with_quirk(Quirk::PaceOffered6fff).card_with(victim.contents()).unwrap();
    let refused = Card::connect(Box::new(card())).unwrap().open(&mrz_only(&victim.profile), &mut go_on);
    assert!(matches!(refused.err().unwrap().error, Error::Refused { during: Step::PaceSetAt, .. }));
    // By the caller's own word only, and then it stands in every report, from the card and from evidence.
    let mut options = Options::default();
    options.allow_bac_after_pace = true;
    let document = read_with(card(), &mrz_only(&victim.profile), options);
    assert!(document.access().unwrap().downgraded);
    victim.judge(&document, &Way::COUNTER, |trust, way, report| {
        let check = report.check(CheckId::AccessProtocol).unwrap();
        let reason = Some(Reason::DowngradeAllowed);
        let is_told = match way {
            Way::Line => (check.state, check.reason) == (State::Undetermined, reason),
            _ => !check.is_successful(),
        };
        assert!(is_told, "{trust:?}, {way:?}\n{}", lines(report));
    });
}

#[test]
fn x_down_3des_alone_while_dg14_has_aes_is_found() {
    let weak = PaceSuite::generic(CurveId::Secp256r1, Cipher::TripleDes);
    let strong = PaceSuite::generic(CurveId::Secp256r1, Cipher::Aes128);
    // The chip can both, both are signed, and the line takes the stronger one away.
    let both = Profile { pace: vec![weak, strong], ..base() };
    let victim = Victim::new(both);
    let rest = |card: &mut SimulatedCard| {
        let strong = pace_info(strong);
        let content = file_of(card, Folder::Master, 0x011C).content.clone();
        let at = content.windows(strong.len()).position(|part| part == strong).unwrap();
        let set = tlv::Reader::new(&content).next().unwrap();
        let header = content.len() - set.value.len();
        [&content[header..at], &content[at + strong.len()..]].concat()
    };
    let mut card = victim.card();
    let infos = rest(&mut card);
    let card = with_card_access(card, &[infos]);
    let by = [fails(CheckId::AccessCardAccess, HIDDEN)];
    let document = victim.refuses_in("AES taken away", card, Verdict::Failed, &by, &Way::COUNTER);
    assert_eq!(document.access().unwrap().cipher, Some(Cipher::TripleDes));
    // The chip signed AES alone, and a clone of it offers 3DES in its place.
    let victim = Victim::new(base());
    let clone = Profile { pace: vec![weak], ..base() }.card_with(victim.contents()).unwrap();
    let clone = with_card_access(clone, &[pace_info(weak)]);
    victim.refuses_in("3DES in its place", clone, Verdict::Failed, &by, &Way::COUNTER);
}

#[test]
fn x_down_a_hashed_dg14_or_dg15_that_answers_6a82_fails_with_its_proof() {
    let victim = Victim::new(base());
    for (fid, hash, proof) in [
        (0x010E, CheckId::PaDg14, CheckId::ChipChipAuthentication),
        (0x010F, CheckId::PaDg15, CheckId::ChipActiveAuthentication),
    ] {
        let card = without(victim.card(), Folder::Application, fid);
        let by = [
            fails(hash, Reason::Missing),
            fails(CheckId::PaDataGroups, Reason::Missing),
            fails(proof, Reason::Missing),
        ];
        let document = victim.refuses_in(&format!("{fid:04X}"), card, Verdict::Failed, &by, &[Way::Line]);
        // Evidence keeps what the reader saw; in stored files the group is only not there.
        let by = [fails(proof, Reason::Missing)];
        victim.refuses_document("evidence", &document, Verdict::Failed, &by, &[Way::Evidence]);
        match proof {
            CheckId::ChipChipAuthentication => assert_eq!(document.chip_authentication(), &ChipAuthentication::NotMade),
            _ => assert_eq!(document.active_authentication(), &ActiveAuthentication::NotMade),
        }
        victim.judge(&document, &[Way::Files], |trust, way, report| {
            let check = report.check(proof).unwrap();
            assert!(!check.is_successful(), "{trust:?}, {way:?}\n{}", lines(report));
            let other_proof = report.check(CheckId::ChipActiveAuthentication).unwrap().is_successful();
            assert!(report.verdict() < Verdict::Genuine || other_proof, "{trust:?}, {way:?}\n{}", lines(report));
        });
    }
}

#[test]
fn x_down_an_ef_com_stripped_of_6e_and_6f_hides_no_proof() {
    let victim = Victim::new(base());
    let stripped = |tags: &[u8]| {
        let mut card = victim.card();
        let com = &mut file_of(&mut card, Folder::Application, 0x011E).content;
        let length = com.len();
        com.retain(|octet| !tags.contains(octet));
        let gone = u8::try_from(length - com.len()).unwrap();
        let list = com.iter().position(|octet| *octet == 0x5C).unwrap();
        com[list + 1] -= gone;
        com[1] -= gone;
        card
    };
    for tags in [&[0x6E][..], &[0x6F], &[0x6E, 0x6F]] {
        let by = [fails(CheckId::LdsCom, Reason::Mismatch)];
        let document = victim.refuses(&format!("without {tags:02X?}"), stripped(tags), Verdict::Failed, &by);
        // The signed list says what is due, and it is made.
        assert!(matches!(document.chip_authentication(), ChipAuthentication::Proven(_)));
        assert!(matches!(document.active_authentication(), ActiveAuthentication::Answered { .. }));
    }
    // A blank chip with the stripped list: what is due is asked for, and fails.
    let blank = Profile { chip_authentication: Vec::new(), active_authentication: None, ..base() };
    let mut card = blank.card_with(victim.contents()).unwrap();
    let com = file_of(&mut stripped(&[0x6E, 0x6F]), Folder::Application, 0x011E).content.clone();
    file_of(&mut card, Folder::Application, 0x011E).content = com;
    let by = [
        fails(CheckId::ChipChipAuthentication, Reason::Refused),
        fails(CheckId::ChipActiveAuthentication, Reason::Refused),
    ];
    let document = victim.refuses_in("blank", card, Verdict::Failed, &by, &Way::COUNTER);
    // Without the counter's word the files are no more than data.
    victim.judge(&document, &[Way::Files], |trust, _, report| {
        assert_eq!(report.verdict(), Verdict::Failed, "{trust:?}\n{}", lines(report));
    });
}
