//! Chip authentication: the rows D of TR-03105-5.1.

use crate::case::{Case, Row, case};
use crate::desk::*;
use crate::protocols::*;
use crate::reading::lines;
use chipid::chip::ChipAuthentication;
use chipid::internals::crypto::{Cipher, CurveId, DhGroupId, GroupId};
use chipid::internals::iso7816::StatusWord;
use chipid::internals::issuer::explicit_parameters;
use chipid::internals::oid;
use chipid::internals::tlv::{self, Tag};
use chipid::sim::profile::{self, ChipAuthenticationPlan};
use chipid::sim::{PlantedDefect, Profile, Quirk};
use chipid::{CheckId, Reason, State, Verdict};

const CHECK: CheckId = CheckId::ChipChipAuthentication;
const DH: GroupId = GroupId::Dh(DhGroupId::Modp2048Prime256);
const EC: GroupId = GroupId::Curve(CURVE);

pub const ROWS: &[Row] = &[
    case("ISO7816_D_01", chip_authentication_with_dh_proves_the_chip),
    case("ISO7816_D_02", chip_authentication_with_ecdh_proves_the_chip),
    case("ISO7816_D_03", one_key_is_used_and_named_by_its_number_where_it_has_one),
    case("ISO7816_D_04", of_two_keys_the_stronger_is_named),
    case("ISO7816_D_05", of_three_keys_the_strongest_is_named),
    case("ISO7816_D_06", a_key_reference_that_the_chip_does_not_know_fails),
    case("ISO7816_D_07", a_corrupt_dh_key_in_ef_dg14_is_never_agreed_with),
    case("ISO7816_D_08", a_corrupt_ecdh_key_in_ef_dg14_is_never_agreed_with),
    case("ISO7816_D_09", old_session_keys_after_chip_authentication_fail),
    case("ISO7816_D_10", the_readers_ephemeral_key_differs_from_run_to_run),
    case("ISO7816_D_11", a_dh_key_in_parameters_that_are_no_known_group_is_never_agreed_with),
    case("ISO7816_D_12", an_ecdh_key_in_parameters_that_are_no_known_curve_is_never_agreed_with),
    case("ISO7816_D_13", a_key_that_no_info_names_is_not_tried),
    case("ISO7816_D_14", extended_length_is_used_only_where_the_key_needs_it),
    case("ISO7816_D_15", every_status_to_a_bad_key_reference_fails_without_another_try),
];

/// A card without access control, so that the commands of chip authentication come in the clear.
fn bare(keys: Vec<ChipAuthenticationPlan>) -> Profile {
    Profile { chip_authentication: keys, ..profile::plain() }
}

/// Chip authentication was made, once, and proves the chip.
fn is_proven(case: &mut Case, profile: Profile, group: GroupId) -> Desk {
    let desk = case.desk(profile);
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

fn chip_authentication_with_dh_proves_the_chip(case: &mut Case) {
    for cipher in [Cipher::TripleDes, Cipher::Aes128, Cipher::Aes256] {
        is_proven(case, with_keys(vec![chip_key(DH, cipher, None)]), DH);
    }
}

fn chip_authentication_with_ecdh_proves_the_chip(case: &mut Case) {
    for cipher in [Cipher::TripleDes, Cipher::Aes128, Cipher::Aes256] {
        is_proven(case, with_keys(vec![chip_key(EC, cipher, None)]), EC);
    }
}

/// The key reference that was sent, DO'84'.
fn reference(desk: &Desk) -> Option<Vec<u8>> {
    let objects = objects(&data_of(&desk.named(SET_CHIP)[0]));
    objects.into_iter().find(|(tag, _)| *tag == 0x84).map(|(_, value)| value)
}

/// Of these keys the strongest is proven, and named by its number, in every order.
fn names_the_strongest(case: &mut Case, ciphers: &[Cipher]) {
    let strongest = GroupId::Curve(CurveId::Secp384r1);
    let groups = [strongest, EC, GroupId::Curve(CurveId::Secp224r1)];
    for cipher in ciphers {
        for turn in 0..3 {
            let mut keys: Vec<_> =
                groups.iter().zip([5, 6, 200]).map(|(group, id)| chip_key(*group, *cipher, Some(id))).collect();
            keys.truncate(ciphers.len());
            let length = keys.len();
            keys.rotate_left(turn % length);
            let desk = is_proven(case, bare(keys), strongest);
            assert_eq!(reference(&desk), Some(vec![5]), "{cipher:?}, turn {turn}");
        }
    }
}

fn one_key_is_used_and_named_by_its_number_where_it_has_one(case: &mut Case) {
    for cipher in [Cipher::TripleDes, Cipher::Aes192] {
        assert_eq!(reference(&is_proven(case, bare(vec![chip_key(EC, cipher, None)]), EC)), None);
        assert_eq!(reference(&is_proven(case, bare(vec![chip_key(EC, cipher, Some(9))]), EC)), Some(vec![9]));
    }
}

fn of_two_keys_the_stronger_is_named(case: &mut Case) {
    names_the_strongest(case, &[Cipher::TripleDes, Cipher::Aes192]);
}

fn of_three_keys_the_strongest_is_named(case: &mut Case) {
    names_the_strongest(case, &[Cipher::TripleDes, Cipher::Aes128, Cipher::Aes256]);
}

fn a_key_reference_that_the_chip_does_not_know_fails(case: &mut Case) {
    let desk = case.desk(numbered());
    let other = Profile { chip_authentication: vec![chip_key(EC, Cipher::Aes128, Some(7))], ..numbered() };
    desk.lay(desk.profile().card_with(other.contents().unwrap()).unwrap());
    let document = is_unproven(&desk, CHECK, 1, State::Failed, Reason::Refused);
    assert_eq!(document.chip_authentication(), &ChipAuthentication::Refused(StatusWord(0x6A88)));
}

fn a_corrupt_dh_key_in_ef_dg14_is_never_agreed_with(case: &mut Case) {
    let desk = case.desk(with_keys(vec![chip_key(DH, Cipher::Aes128, None)]));
    desk.lay(desk.profile().clone().with_defect(PlantedDefect::CaKeyCorrupt).card().unwrap());
    is_unproven(&desk, CHECK, 0, State::Failed, Reason::BadKey);
}

fn a_corrupt_ecdh_key_in_ef_dg14_is_never_agreed_with(case: &mut Case) {
    for cipher in [Cipher::TripleDes, Cipher::Aes128] {
        let desk = case.desk(with_keys(vec![chip_key(EC, cipher, None)]));
        desk.lay(desk.profile().clone().with_defect(PlantedDefect::CaKeyCorrupt).card().unwrap());
        is_unproven(&desk, CHECK, 0, State::Failed, Reason::BadKey);
    }
}

fn old_session_keys_after_chip_authentication_fail(case: &mut Case) {
    for cipher in [Cipher::TripleDes, Cipher::Aes128] {
        let desk = case.desk(with_keys(vec![chip_key(EC, cipher, None)]));
        desk.lay(desk.profile().clone().with_quirk(Quirk::CaKeepsOldKeys).card().unwrap());
        let (document, report) = desk.read();
        assert_eq!(document.chip_authentication(), &ChipAuthentication::NotUnderNewKeys);
        is(&report, CHECK, State::Failed, Some(Reason::OldKeysKept));
        assert_eq!(report.verdict(), Verdict::Failed);
        ends_the_session_after_chip_authentication(&desk);
        desk.is_genuine(&[CHECK]);
    }
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

fn the_readers_ephemeral_key_differs_from_run_to_run(case: &mut Case) {
    for cipher in [Cipher::TripleDes, Cipher::Aes128] {
        let desk = case.desk(Profile { seed: Some("the same".into()), ..bare(vec![chip_key(EC, cipher, None)]) });
        let mut shown = Vec::new();
        for _ in 0..3 {
            desk.forget();
            let (_, report) = desk.read();
            is(&report, CHECK, State::Successful, None);
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

fn a_dh_key_in_parameters_that_are_no_known_group_is_never_agreed_with(case: &mut Case) {
    let group = DhGroupId::Modp2048Prime256;
    for bytes in [group.prime(), group.generator().unsigned(), group.order()] {
        let desk = case.desk(with_keys(vec![chip_key(DH, Cipher::Aes128, None)]));
        desk.lay(with_dg14(desk.profile(), |dg14| change_where(dg14, bytes)));
        // It may be a group that somebody has; nothing is proven.
        is_unproven(&desk, CHECK, 0, State::Undetermined, Reason::UnsupportedAlgorithm);
    }
    // A key of DH under the identifier of ECDH.
    let desk = case.desk(with_keys(vec![chip_key(DH, Cipher::Aes128, None)]));
    desk.lay(with_dg14(desk.profile(), |dg14| rename(dg14, oid::ID_PK_DH, oid::ID_PK_ECDH)));
    is_unproven(&desk, CHECK, 0, State::Failed, Reason::Mismatch);
}

fn rename(file: &mut [u8], from: oid::Oid, to: oid::Oid) {
    let (from, to) = (tlv::encode(Tag::OID, from.as_der()), tlv::encode(Tag::OID, to.as_der()));
    let at = file.windows(from.len()).position(|window| window == from).unwrap();
    file[at..at + to.len()].copy_from_slice(&to);
}

fn an_ecdh_key_in_parameters_that_are_no_known_curve_is_never_agreed_with(case: &mut Case) {
    // p, a, b, G, n of ECParameters.
    let parameters = explicit_parameters(CURVE);
    let fields: Vec<_> = objects(&objects(&parameters)[0].1);
    let (field, curve) = (objects(&fields[1].1), objects(&fields[2].1));
    for bytes in [&field[1].1, &curve[0].1, &curve[1].1, &fields[3].1, &fields[4].1] {
        let desk = case.desk(with_keys(vec![chip_key(EC, Cipher::Aes128, None)]));
        desk.lay(with_dg14(desk.profile(), |dg14| change_where(dg14, bytes)));
        is_unproven(&desk, CHECK, 0, State::Undetermined, Reason::UnsupportedAlgorithm);
    }
    let desk = case.desk(with_keys(vec![chip_key(EC, Cipher::Aes128, None)]));
    desk.lay(with_dg14(desk.profile(), |dg14| rename(dg14, oid::ID_PK_ECDH, oid::ID_PK_DH)));
    is_unproven(&desk, CHECK, 0, State::Failed, Reason::Mismatch);
}

fn a_key_that_no_info_names_is_not_tried(case: &mut Case) {
    // Another number, no number.
    let desk = case.desk(numbered());
    desk.lay(with_chip_info(desk.profile(), |info| *info.last_mut().unwrap() = 2));
    is_unproven(&desk, CHECK, 0, State::Failed, Reason::Mismatch);
    desk.lay(with_chip_info(desk.profile(), |own| *own = info(oid::ID_CA_ECDH_AES_CBC_CMAC_128.as_der(), &[1])));
    desk.forget();
    is_unproven(&desk, CHECK, 0, State::Failed, Reason::Mismatch);
    // A number for a key without one.
    let desk = case.desk(Profile { full_card_access: false, ..with_keys(vec![chip_key(EC, Cipher::Aes128, None)]) });
    desk.lay(with_chip_info(desk.profile(), |own| *own = info(oid::ID_CA_ECDH_AES_CBC_CMAC_128.as_der(), &[1, 1])));
    is_unproven(&desk, CHECK, 0, State::Failed, Reason::Mismatch);
}

fn extended_length_is_used_only_where_the_key_needs_it(case: &mut Case) {
    let is_extended = |command: &Vec<u8>| command[4] == 0 && command.len() > 7;
    for cipher in [Cipher::TripleDes, Cipher::Aes128] {
        let long = || bare(vec![chip_key(DH, cipher, None)]).with_max_answer(4_096);
        let name = if cipher == Cipher::TripleDes { SET_CHIP } else { GENERAL };
        let commands = is_proven(case, long(), DH).named(name);
        assert!(commands.len() == 1 && is_extended(&commands[0]));
        let commands = is_proven(case, bare(vec![chip_key(EC, cipher, None)]).with_max_answer(4_096), EC).named(name);
        assert!(commands.len() == 1 && !is_extended(&commands[0]));
        // A chip that has short lengths only gets the key in a chain.
        let desk = case.desk(long().with_max_answer(256));
        desk.is_genuine(&[CHECK]);
        let commands = desk.named(name);
        assert_eq!(commands.iter().map(|command| command[0]).collect::<Vec<_>>(), [0x10, 0x00]);
        assert!(!commands.iter().any(is_extended));
    }
}

fn every_status_to_a_bad_key_reference_fails_without_another_try(case: &mut Case) {
    for cipher in [Cipher::TripleDes, Cipher::Aes128] {
        for status in [0x6A80, 0x6A88, 0x6A82, 0x6985, 0x6982, 0x6300, 0x63C1, 0x6400, 0x6700, 0x6D00, 0x6F00, 0x6282] {
            let desk = case.desk(bare(vec![chip_key(EC, cipher, Some(1)), chip_key(DH, cipher, Some(2))]));
            desk.refuse(SET_CHIP, 1, status);
            let document = is_unproven(&desk, CHECK, 1, State::Failed, Reason::Refused);
            assert_eq!(document.chip_authentication(), &ChipAuthentication::Refused(StatusWord(status)));
        }
    }
    // The same in an authentic answer, after which the old keys stay in use.
    for quirk in [Quirk::CaRefused, Quirk::CaRefused6a88, Quirk::CaRefused6985, Quirk::CaRefused6d00] {
        let desk = case.desk(numbered());
        desk.lay(desk.profile().clone().with_quirk(quirk).card().unwrap());
        is_unproven(&desk, CHECK, 1, State::Failed, Reason::Refused);
    }
    // And in the plain, which ends the session.
    let desk = case.desk(numbered());
    desk.lay(desk.profile().clone().with_quirk(Quirk::CaRefusedNaked).card().unwrap());
    is_unproven(&desk, CHECK, 1, State::Failed, Reason::SessionLost);
}
