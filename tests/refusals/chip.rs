//! Chip authentication: the rows D of TR-03105-5.1, and what is left of version 2 in 5.2.

use super::*;
use chipid::chip::ChipAuthentication;
use chipid::crypto::{Cipher, CurveId, DhGroupId, GroupId};
use chipid::iso7816::StatusWord;
use chipid::oid;
use chipid::sim::issuer::{CurveForm, explicit_parameters};
use chipid::sim::profile::{self, ChipAuthenticationPlan};
use chipid::sim::{Defect, Quirk};

const CHECK: CheckId = CheckId::ChipChipAuthentication;
const CURVE: CurveId = CurveId::BrainpoolP256r1;
const DH: GroupId = GroupId::Dh(DhGroupId::Modp2048Prime256);
const EC: GroupId = GroupId::Curve(CURVE);

fn key(group: GroupId, cipher: Cipher, key_id: Option<u8>) -> ChipAuthenticationPlan {
    ChipAuthenticationPlan { group, cipher, key_id, form: CurveForm::Explicit }
}

/// A card with PACE whose only proof is chip authentication with these keys.
pub fn with_keys(keys: Vec<ChipAuthenticationPlan>) -> Profile {
    Profile { chip_authentication: keys, active_authentication: None, ..profile::vn() }
}

/// The same with these keys in EF.DG14 only, and a number for the one key.
fn numbered() -> Profile {
    Profile { full_card_access: false, ..with_keys(vec![key(EC, Cipher::Aes128, Some(1))]) }
}

/// A card without access control, so that the commands of chip authentication come in the clear.
fn bare(keys: Vec<ChipAuthenticationPlan>) -> Profile {
    Profile { chip_authentication: keys, ..profile::plain() }
}

/// Chip authentication was made, once, and proves the chip.
fn is_proven(profile: Profile, group: GroupId) -> Desk {
    let desk = Desk::new(profile);
    let (document, report) = desk.read();
    let ChipAuthentication::Proven(suite) = document.chip_authentication() else {
        panic!("{:?}", document.chip_authentication())
    };
    assert_eq!(suite.group, group);
    is(&report, CHECK, State::Successful, None);
    assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
    assert_eq!(desk.named(SET_CHIP).len(), 1);
    desk
}

/// Chip authentication does not prove the card that lies on the reader, after so many tries; an honest one is proven next.
pub fn is_unproven(desk: &Desk, tries: usize, state: State, reason: Reason) -> Document {
    let (document, report) = desk.read();
    is(&report, CHECK, state, Some(reason));
    let worth = if state == State::Failed { Verdict::Failed } else { Verdict::Undetermined };
    assert_eq!(report.verdict(), worth, "{}", lines(&report));
    assert_eq!(desk.named(SET_CHIP).len(), tries, "{reason}");
    desk.is_genuine(&[CHECK]);
    document
}

#[test]
fn d_01_chip_authentication_with_dh_proves_the_chip() {
    for cipher in [Cipher::TripleDes, Cipher::Aes128, Cipher::Aes256] {
        is_proven(with_keys(vec![key(DH, cipher, None)]), DH);
    }
}

#[test]
fn d_02_chip_authentication_with_ecdh_proves_the_chip() {
    for cipher in [Cipher::TripleDes, Cipher::Aes128, Cipher::Aes256] {
        is_proven(with_keys(vec![key(EC, cipher, None)]), EC);
    }
}

/// The key reference that was sent, DO'84'.
fn reference(desk: &Desk) -> Option<Vec<u8>> {
    let objects = objects(&data_of(&desk.named(SET_CHIP)[0]));
    objects.into_iter().find(|(tag, _)| *tag == 0x84).map(|(_, value)| value)
}

/// Of these keys the strongest is proven, and named by its number, in every order.
fn names_the_strongest(ciphers: &[Cipher]) {
    let strongest = GroupId::Curve(CurveId::Secp384r1);
    let groups = [strongest, EC, GroupId::Curve(CurveId::Secp224r1)];
    for cipher in ciphers {
        for turn in 0..3 {
            let mut keys: Vec<_> =
                groups.iter().zip([5, 6, 200]).map(|(group, id)| key(*group, *cipher, Some(id))).collect();
            keys.truncate(ciphers.len());
            let length = keys.len();
            keys.rotate_left(turn % length);
            let desk = is_proven(bare(keys), strongest);
            assert_eq!(reference(&desk), Some(vec![5]), "{cipher:?}, turn {turn}");
        }
    }
}

#[test]
fn d_03_one_key_is_used_and_named_by_its_number_where_it_has_one() {
    for cipher in [Cipher::TripleDes, Cipher::Aes192] {
        assert_eq!(reference(&is_proven(bare(vec![key(EC, cipher, None)]), EC)), None);
        assert_eq!(reference(&is_proven(bare(vec![key(EC, cipher, Some(9))]), EC)), Some(vec![9]));
    }
}

#[test]
fn d_04_of_two_keys_the_stronger_is_named() {
    names_the_strongest(&[Cipher::TripleDes, Cipher::Aes192]);
}

#[test]
fn d_05_of_three_keys_the_strongest_is_named() {
    names_the_strongest(&[Cipher::TripleDes, Cipher::Aes128, Cipher::Aes256]);
}

#[test]
fn d_06_a_key_reference_that_the_chip_does_not_know_fails() {
    let desk = Desk::new(numbered());
    let other = Profile { chip_authentication: vec![key(EC, Cipher::Aes128, Some(7))], ..numbered() };
    desk.lay(desk.profile().card_with(other.contents().unwrap()).unwrap());
    let document = is_unproven(&desk, 1, State::Failed, Reason::Refused);
    assert_eq!(document.chip_authentication(), &ChipAuthentication::Refused(StatusWord(0x6A88)));
}

/// A card of the profile whose EF.DG14 is changed, hashed and signed.
fn with_dg14(profile: &Profile, change: impl FnOnce(&mut Vec<u8>)) -> SimulatedCard {
    let contents = forged(profile, |groups| change(group(groups, 14)));
    profile.card_with(contents).unwrap()
}

#[test]
fn d_07_a_corrupt_dh_key_in_ef_dg14_is_never_agreed_with() {
    let desk = Desk::new(with_keys(vec![key(DH, Cipher::Aes128, None)]));
    desk.lay(desk.profile().clone().with_defect(Defect::CaKeyCorrupt).card().unwrap());
    is_unproven(&desk, 0, State::Failed, Reason::BadKey);
}

#[test]
fn d_08_a_corrupt_ecdh_key_in_ef_dg14_is_never_agreed_with() {
    for cipher in [Cipher::TripleDes, Cipher::Aes128] {
        let desk = Desk::new(with_keys(vec![key(EC, cipher, None)]));
        desk.lay(desk.profile().clone().with_defect(Defect::CaKeyCorrupt).card().unwrap());
        is_unproven(&desk, 0, State::Failed, Reason::BadKey);
    }
}

#[test]
fn d_09_old_session_keys_after_chip_authentication_fail() {
    for cipher in [Cipher::TripleDes, Cipher::Aes128] {
        let desk = Desk::new(with_keys(vec![key(EC, cipher, None)]));
        desk.lay(desk.profile().clone().with_quirk(Quirk::CaKeepsOldKeys).card().unwrap());
        let (document, report) = desk.read();
        assert_eq!(document.chip_authentication(), &ChipAuthentication::NotUnderNewKeys);
        is(&report, CHECK, State::Failed, Some(Reason::OldKeysKept));
        assert_eq!(report.verdict(), Verdict::Failed);
        ends_the_session_after_chip_authentication(&desk);
        desk.is_genuine(&[CHECK]);
    }
}

/// After the agreement one command went out under the new keys; then the session was over, the card was reset, access
/// opened anew, and chip authentication left alone.
pub fn ends_the_session_after_chip_authentication(desk: &Desk) {
    let seen = desk.seen();
    let is = |seen: &Seen, name| matches!(seen, Seen::Command(command) if name_of(command) == name);
    let agreed = seen.iter().position(|seen| is(seen, SET_CHIP)).unwrap();
    let reset = agreed + seen[agreed..].iter().position(|seen| *seen == Seen::Reset).unwrap();
    let under_new_keys: Vec<_> = seen[agreed + 1..reset].iter().filter(|seen| !is(seen, GENERAL)).collect();
    assert_eq!(under_new_keys.len(), 1);
    assert!(is(&seen[reset + 1], SET_PACE));
    assert!(!seen[reset..].iter().any(|seen| is(seen, SET_CHIP)));
}

/// The reader's ephemeral keys of chip authentication, from the clear commands.
fn ephemeral_key(desk: &Desk) -> Vec<u8> {
    let data = match desk.named(GENERAL).first() {
        Some(command) => objects(&data_of(command))[0].1.clone(),
        None => data_of(&desk.named(SET_CHIP)[0]),
    };
    let mut objects = objects(&data).into_iter();
    objects.find(|(tag, _)| matches!(tag, 0x80 | 0x91)).unwrap().1
}

#[test]
fn d_10_the_readers_ephemeral_key_differs_from_run_to_run() {
    for cipher in [Cipher::TripleDes, Cipher::Aes128] {
        let desk = Desk::new(Profile { seed: Some("the same".into()), ..bare(vec![key(EC, cipher, None)]) });
        let mut shown = Vec::new();
        for _ in 0..3 {
            desk.is_genuine(&[CHECK]);
            let key = ephemeral_key(&desk);
            assert_eq!(key.len(), 65);
            assert!(!shown.contains(&key));
            shown.push(key);
        }
    }
}

/// The last octet of these bytes, where they stand in the file, changed.
fn change_where(file: &mut [u8], bytes: &[u8]) {
    let at = file.windows(bytes.len()).position(|window| window == bytes).unwrap();
    file[at + bytes.len() - 1] ^= 1;
}

#[test]
fn d_11_a_dh_key_in_parameters_that_are_no_known_group_is_never_agreed_with() {
    let group = DhGroupId::Modp2048Prime256;
    for bytes in [group.prime(), group.generator().unsigned(), group.order()] {
        let desk = Desk::new(with_keys(vec![key(DH, Cipher::Aes128, None)]));
        desk.lay(with_dg14(desk.profile(), |dg14| change_where(dg14, bytes)));
        // It may be a group that somebody has; nothing is proven.
        is_unproven(&desk, 0, State::Undetermined, Reason::UnsupportedAlgorithm);
    }
    // A key of DH under the identifier of ECDH.
    let desk = Desk::new(with_keys(vec![key(DH, Cipher::Aes128, None)]));
    desk.lay(with_dg14(desk.profile(), |dg14| rename(dg14, oid::ID_PK_DH, oid::ID_PK_ECDH)));
    is_unproven(&desk, 0, State::Failed, Reason::Mismatch);
}

fn rename(file: &mut [u8], from: oid::Oid, to: oid::Oid) {
    let (from, to) = (tlv::encode(Tag::OID, from.as_der()), tlv::encode(Tag::OID, to.as_der()));
    let at = file.windows(from.len()).position(|window| window == from).unwrap();
    file[at..at + to.len()].copy_from_slice(&to);
}

#[test]
fn d_12_an_ecdh_key_in_parameters_that_are_no_known_curve_is_never_agreed_with() {
    // p, a, b, G, n of ECParameters.
    let parameters = explicit_parameters(CURVE);
    let fields: Vec<_> = objects(&objects(&parameters)[0].1);
    let (field, curve) = (objects(&fields[1].1), objects(&fields[2].1));
    for bytes in [&field[1].1, &curve[0].1, &curve[1].1, &fields[3].1, &fields[4].1] {
        let desk = Desk::new(with_keys(vec![key(EC, Cipher::Aes128, None)]));
        desk.lay(with_dg14(desk.profile(), |dg14| change_where(dg14, bytes)));
        is_unproven(&desk, 0, State::Undetermined, Reason::UnsupportedAlgorithm);
    }
    let desk = Desk::new(with_keys(vec![key(EC, Cipher::Aes128, None)]));
    desk.lay(with_dg14(desk.profile(), |dg14| rename(dg14, oid::ID_PK_ECDH, oid::ID_PK_DH)));
    is_unproven(&desk, 0, State::Failed, Reason::Mismatch);
}

/// EF.DG14 of the profile with its ChipAuthenticationInfo changed: protocol, version, number of the key.
fn with_info(desk: &Desk, change: impl Fn(&mut Vec<u8>)) -> SimulatedCard {
    let protocol = tlv::encode(Tag::OID, oid::ID_CA_ECDH_AES_CBC_CMAC_128.as_der());
    with_dg14(desk.profile(), |dg14| {
        *dg14 = with_infos(dg14, |infos| {
            let mut of_chip = infos.iter_mut().filter(|info| info[2..].starts_with(&protocol));
            change(of_chip.next().unwrap());
            assert!(of_chip.next().is_none());
        });
    })
}

#[test]
fn d_13_a_key_that_no_info_names_is_not_tried() {
    // Another number, no number.
    let desk = Desk::new(numbered());
    desk.lay(with_info(&desk, |info| *info.last_mut().unwrap() = 2));
    is_unproven(&desk, 0, State::Failed, Reason::Mismatch);
    desk.lay(with_info(&desk, |info| *info = self::info(oid::ID_CA_ECDH_AES_CBC_CMAC_128.as_der(), &[1])));
    desk.wire().seen.clear();
    is_unproven(&desk, 0, State::Failed, Reason::Mismatch);
    // A number for a key without one.
    let desk = Desk::new(Profile { full_card_access: false, ..with_keys(vec![key(EC, Cipher::Aes128, None)]) });
    desk.lay(with_info(&desk, |info| *info = self::info(oid::ID_CA_ECDH_AES_CBC_CMAC_128.as_der(), &[1, 1])));
    is_unproven(&desk, 0, State::Failed, Reason::Mismatch);
}

#[test]
fn d_14_extended_length_is_used_only_where_the_key_needs_it() {
    let is_extended = |command: &Vec<u8>| command[4] == 0 && command.len() > 7;
    for cipher in [Cipher::TripleDes, Cipher::Aes128] {
        let long = || bare(vec![key(DH, cipher, None)]).with_max_answer(4_096);
        let name = if cipher == Cipher::TripleDes { SET_CHIP } else { GENERAL };
        let commands = is_proven(long(), DH).named(name);
        assert!(commands.len() == 1 && is_extended(&commands[0]));
        let commands = is_proven(bare(vec![key(EC, cipher, None)]).with_max_answer(4_096), EC).named(name);
        assert!(commands.len() == 1 && !is_extended(&commands[0]));
        // A chip that has short lengths only gets the key in a chain.
        let desk = Desk::new(long().with_max_answer(256));
        desk.is_genuine(&[CHECK]);
        let commands = desk.named(name);
        assert_eq!(commands.iter().map(|command| command[0]).collect::<Vec<_>>(), [0x10, 0x00]);
        assert!(!commands.iter().any(is_extended));
    }
}

#[test]
fn d_15_every_status_to_a_bad_key_reference_fails_without_another_try() {
    for cipher in [Cipher::TripleDes, Cipher::Aes128] {
        for status in [0x6A80, 0x6A88, 0x6A82, 0x6985, 0x6982, 0x6300, 0x63C1, 0x6400, 0x6700, 0x6D00, 0x6F00, 0x6282] {
            let desk = Desk::new(bare(vec![key(EC, cipher, Some(1)), key(DH, cipher, Some(2))]));
            desk.refuse(SET_CHIP, 1, status);
            let document = is_unproven(&desk, 1, State::Failed, Reason::Refused);
            assert_eq!(document.chip_authentication(), &ChipAuthentication::Refused(StatusWord(status)));
        }
    }
    // The same in an authentic answer, after which the old keys stay in use.
    for quirk in [Quirk::CaRefused, Quirk::CaRefused6a88, Quirk::CaRefused6985, Quirk::CaRefused6d00] {
        let desk = Desk::new(numbered());
        desk.lay(desk.profile().clone().with_quirk(quirk).card().unwrap());
        is_unproven(&desk, 1, State::Failed, Reason::Refused);
    }
    // And in the plain, which ends the session.
    let desk = Desk::new(numbered());
    desk.lay(desk.profile().clone().with_quirk(Quirk::CaRefusedNaked).card().unwrap());
    is_unproven(&desk, 1, State::Failed, Reason::SessionLost);
}

#[test]
fn r_ca_3_1_to_3_4_version_2_is_not_spoken_and_proves_nothing() {
    let desk = Desk::new(numbered());
    desk.lay(with_info(&desk, |info| *info = self::info(oid::ID_CA_ECDH_AES_CBC_CMAC_128.as_der(), &[2, 1])));
    is_unproven(&desk, 0, State::Failed, Reason::UnknownVersion);
    // Beside version 1 it is passed over.
    let desk = Desk::new(numbered());
    desk.lay(with_dg14(desk.profile(), |dg14| {
        let version_2 = info(oid::ID_CA_ECDH_AES_CBC_CMAC_256.as_der(), &[2, 1]);
        *dg14 = with_infos(dg14, |infos| infos.push(version_2));
    }));
    let (_, report) = desk.read();
    is(&report, CHECK, State::Successful, None);
    // The static key of another chip gives other keys than the chip's.
    let other = Profile {
        chip_authentication: vec![key(DH, Cipher::Aes128, None), key(EC, Cipher::Aes128, Some(1))],
        ..numbered()
    };
    let mut foreign = Vec::new();
    with_infos(&other.groups().unwrap().iter().find(|(number, _)| *number == 14).unwrap().1, |infos| {
        let key = tlv::encode(Tag::OID, oid::ID_PK_ECDH.as_der());
        foreign = infos.iter().find(|info| info.windows(key.len()).any(|window| window == key)).unwrap().clone();
    });
    let desk = Desk::new(numbered());
    desk.lay(with_dg14(desk.profile(), |dg14| {
        *dg14 = with_infos(dg14, |infos| {
            let key = tlv::encode(Tag::OID, oid::ID_PK_ECDH.as_der());
            let own = infos.iter_mut().find(|info| info.windows(key.len()).any(|window| window == key)).unwrap();
            *own = foreign;
        });
    }));
    is_unproven(&desk, 1, State::Failed, Reason::OldKeysKept);
}
