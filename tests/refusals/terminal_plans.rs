//! What TR-03105-5.2 (R) and 5.3 (TS) ask beside the rows of TR-03105-5.1, which `tests/conformance` runs.

use super::*;
use crate::reading::mrz_only;
use chipid::Event;
use chipid::internals::crypto::{Cipher, DhGroupId, GroupId};
use chipid::internals::oid;
use chipid::sim::{Mapping, PaceSuite, Quirk};
use std::ops::ControlFlow;

const CHECK: CheckId = CheckId::ChipChipAuthentication;

/// The reader stops after so many commands of PACE over a card with this deviation.
fn stops_over(profile: Profile, deviation: Deviation, count: usize, code: &str, during: Step) {
    let desk = Desk::new(profile);
    desk.deviate(deviation);
    stops(&desk, &steps(count), code, Some(during));
}

/// EF.CardAccess of the card is changed: the reader stops before MSE:Set AT.
fn stops_over_card_access(code: &str, change: impl FnOnce(&mut Vec<u8>)) {
    let desk = Desk::new(generic());
    desk.change_file(MASTER, 0x011C, change);
    stops(&desk, &[], code, None);
}

#[test]
fn r_pace_3_4_an_echoed_key_is_refused_with_dh_and_integrated_mapping_too() {
    for profile in [dh(), integrated()] {
        stops_over(profile, Deviation::PaceEchoesKey, 3, "protocol.same_public_key", Step::PaceKeyAgreement);
    }
}

#[test]
fn ts_pace_3_4_an_echoed_key_is_refused_with_chip_authentication_mapping_too() {
    stops_over(cam(), Deviation::PaceEchoesKey, 3, "protocol.same_public_key", Step::PaceKeyAgreement);
}

#[test]
fn r_pace_3_5_a_token_that_is_short_long_or_missing_stops_pace() {
    for length in [0, 7, 9, 16] {
        let desk = Desk::new(generic());
        desk.change(GENERAL, 4, move |answer| token(&[&answer[4..12], &[0; 8]].concat()[..length]));
        stops(&desk, &steps(4), "protocol.wrong_token", Some(Step::PaceTokens));
    }
    stops_over(generic(), Deviation::PaceWithoutObject, 1, "protocol.bad_answer", Step::PaceNonce);
    let desk = Desk::new(generic());
    desk.change(GENERAL, 4, |_| vec![0x7C, 0x00, 0x90, 0x00]);
    stops(&desk, &steps(4), "protocol.bad_answer", Some(Step::PaceTokens));
}

#[test]
fn r_pace_3_6_a_token_made_with_another_cipher_stops_pace() {
    for profile in [generic(), integrated(), dh()] {
        stops_over(profile, Deviation::PaceTokenOfOtherCipher, 4, "protocol.wrong_token", Step::PaceTokens);
    }
}

#[test]
fn r_pace_3_1_an_inconsistent_ef_card_access_stops_before_mse_set_at() {
    let suite = PaceSuite::generic(CURVE, Cipher::Aes128);
    let only = |infos: Vec<Vec<u8>>| move |file: &mut Vec<u8>| *file = tlv::encode(Tag::SET, &infos.concat());
    // PACE without version, with another version, without parameters, and on a curve's parameters for DH.
    for numbers in [&[][..], &[1, 13], &[3, 13], &[2]] {
        stops_over_card_access("unsupported", only(vec![info(suite.oid().as_der(), numbers)]));
    }
    let dh = PaceSuite::new(Mapping::Generic, GroupId::Dh(DhGroupId::Modp2048Prime256), Cipher::Aes128);
    stops_over_card_access("unsupported", only(vec![info(dh.oid().as_der(), &[2, 13])]));
    // Parameters alone, to which no PACEInfo refers.
    stops_over_card_access("unsupported", only(vec![proprietary_parameters()]));
}

#[test]
fn r_pace_3_2_an_unknown_algorithm_stops_before_mse_set_at_or_another_entry_is_taken() {
    let known = PaceSuite::generic(CURVE, Cipher::Aes128).oid();
    let unknown = [&known.as_der()[..known.as_der().len() - 1], &[9]].concat();
    let file = tlv::encode(Tag::SET, &info(&unknown, &[2, 13]));
    stops_over_card_access("unsupported", |old| *old = file);
    let desk = Desk::new(generic());
    desk.lay(with_more_infos(desk.profile(), &[info(&unknown, &[2, 13])]));
    let (document, report) = desk.read();
    assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
    assert_eq!(document.access().unwrap().offered.len(), 2);
    assert_eq!(asked_for(&desk).0, known.as_der());
}

#[test]
fn ts_pace_1_9_the_readers_keys_and_nonces_differ_from_run_to_run() {
    for profile in [generic(), integrated(), dh(), cam()] {
        // The same card, with the same nonces and keys, each time.
        let desk = Desk::new(Profile { seed: Some("the same".into()), ..profile });
        let mut shown = Vec::new();
        for _ in 0..3 {
            desk.heal();
            let opened = desk.connect().open(&mrz_only(desk.profile()), &mut go_on);
            assert!(opened.is_ok());
            for command in &desk.named(GENERAL)[1..3] {
                let inside = objects(&objects(&data_of(command))[0].1);
                assert!(!shown.contains(&inside[0].1), "{}", desk.profile().name);
                shown.push(inside[0].1.clone());
            }
        }
        assert_eq!(shown.len(), 6);
    }
}

#[test]
fn r_pace_4_x_a_wrong_password_is_a_typed_error_after_one_try() {
    let mrz = || Password::mrz_parts("X00000000", "900101", "300101").unwrap();
    for (profile, password, name) in [
        (generic(), Password::can("999999").unwrap(), "CAN"),
        (generic(), mrz(), "MRZ"),
        (cam(), Password::can("999999").unwrap(), "CAN"),
        (dh(), mrz(), "MRZ"),
    ] {
        let desk = Desk::new(profile);
        let wrong = desk.connect().open(&password, &mut go_on).err().unwrap();
        let Error::WrongPassword { password: named, attempts_left: None } = wrong.error else {
            panic!("{}", wrong.error)
        };
        assert_eq!(named, name);
        assert_eq!(desk.names(), [&[CARD_ACCESS, ATR_INFO], steps(4).as_slice()].concat());
        desk.heal();
        assert!(wrong.card.open(&desk.issued.password(), &mut go_on).is_ok());
    }
}

#[test]
fn ts_pace_4_x_a_kind_of_password_that_the_chip_does_not_take_is_refused_at_mse_set_at() {
    // No CAN on the card; no MRZ for PACE.
    let without_can = Profile { can: None, ..generic() };
    let without_mrz = Profile { pace_with_mrz: false, ..generic() };
    let can = || Password::can("000001").unwrap();
    let mrz = || mrz_only(&generic());
    for (profile, password, right) in [(without_can, can(), mrz()), (without_mrz, mrz(), can())] {
        let desk = Desk::new(profile);
        let refused = desk.connect().open(&password, &mut go_on).err().unwrap();
        assert_eq!((refused.error.code().as_str(), step_of(&refused.error)), ("refused", Some(Step::PaceSetAt)));
        // The password's reference may as well be the parameter's: the other form is tried, and no BAC.
        assert_eq!(desk.names(), [CARD_ACCESS, ATR_INFO, SET_PACE, SET_PACE]);
        assert!(refused.card.open(&right, &mut go_on).is_ok());
    }
    // A chip that counts says how many tries are left, before and after one is spent.
    let desk = Desk::new(generic().with_quirk(Quirk::WrongPassword63cx).with_quirk(Quirk::MseShows63cx));
    let wrong = desk.connect().open(&Password::can("999999").unwrap(), &mut go_on).err().unwrap();
    assert!(matches!(wrong.error, Error::WrongPassword { attempts_left: Some(2), .. }), "{}", wrong.error);
    let mut left = Vec::new();
    let mut show = |event: Event<'_>| {
        if let Event::TriesLeft { left: tries, .. } = event {
            left.push(tries);
        }
        ControlFlow::Continue(())
    };
    assert!(wrong.card.open(&can(), &mut show).is_ok());
    assert_eq!(left, [2]);
}

#[test]
fn r_ca_3_1_to_3_4_version_2_is_not_spoken_and_proves_nothing() {
    let desk = Desk::new(numbered());
    desk.lay(with_chip_info(desk.profile(), |own| *own = info(oid::ID_CA_ECDH_AES_CBC_CMAC_128.as_der(), &[2, 1])));
    is_unproven(&desk, CHECK, 0, State::Failed, Reason::UnknownVersion);
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
        chip_authentication: vec![
            chip_key(GroupId::Dh(DhGroupId::Modp2048Prime256), Cipher::Aes128, None),
            chip_key(GroupId::Curve(CURVE), Cipher::Aes128, Some(1)),
        ],
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
    is_unproven(&desk, CHECK, 1, State::Failed, Reason::OldKeysKept);
}

/// What a hostile card makes of protected answers from some exchange on ends the session in that exchange, with its keys:
/// nothing more is sent, and a fresh access succeeds.
fn ends_the_session(deviation: Deviation, code: &str) {
    for profile in sessions() {
        for at in protected_reads(&profile) {
            let desk = Desk::new(profile.clone());
            desk.deviate_from(at, deviation);
            ends_at(&desk, at, code);
        }
    }
}

#[test]
fn r_ta_4_1_an_answer_without_secure_messaging_ends_the_session() {
    ends_the_session(Deviation::Unprotected, "protocol.bad_response");
}

#[test]
fn r_ta_4_2_tag_98_for_99_ends_the_session() {
    ends_the_session(Deviation::StatusTag98, "protocol.bad_response");
}

#[test]
fn r_ta_4_3_a_wrong_checksum_ends_the_session() {
    ends_the_session(Deviation::WrongMac, "protocol.bad_response");
}

#[test]
fn r_ta_4_4_a_status_beside_the_one_that_is_sealed_ends_the_session() {
    ends_the_session(Deviation::OtherStatus, "protocol.bad_response");
}

#[test]
fn r_ta_4_5_a_checksum_of_seven_octets_ends_the_session() {
    ends_the_session(Deviation::ShortMac, "protocol.bad_response");
}

#[test]
fn ts_ta_4_8_padding_that_begins_with_00_ends_the_session() {
    ends_the_session(Deviation::WrongPadding, "protocol.bad_response");
}
