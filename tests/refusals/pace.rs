//! PACE: the rows G of TR-03105-5.1, and those of 5.2 and 5.3 that stand beside them.

use super::reading::{Issued, go_on, lines, mrz_only};
use super::*;
use chipid::access::{AccessProtocol, PasswordKind};
use chipid::crypto::{Cipher, CurveId, DhGroupId, GroupId};
use chipid::lds::DataGroup;
use chipid::oid;
use chipid::sim::issuer::{IssuerPlan, KeyPlan};
use chipid::sim::profile::{self, CardSecurityPlan, ChipAuthenticationPlan};
use chipid::sim::{Defect, Mapping, PaceSuite, Quirk};
use chipid::{Event, Limits};
use std::ops::ControlFlow;

const CURVE: CurveId = CurveId::BrainpoolP256r1;

/// Generic mapping on a curve; BAC would be there too.
pub fn generic() -> Profile {
    profile::vn()
}

/// The other mappings and groups, on a chip that would take BAC too.
pub fn integrated() -> Profile {
    Profile { bac: true, ..profile::im() }
}

pub fn dh() -> Profile {
    Profile { bac: true, ..profile::dh() }
}

pub fn cam() -> Profile {
    Profile { bac: true, ..profile::cam() }
}

/// A card of this way of PACE that is quick to make.
fn quick(pace: Vec<PaceSuite>) -> Profile {
    let key = KeyPlan::ecdsa(CurveId::Secp256r1, chipid::crypto::DigestAlgorithm::Sha256);
    let is_cam = pace.iter().any(|suite| suite.mapping == Mapping::ChipAuthentication);
    Profile {
        card_security: is_cam.then(CardSecurityPlan::new),
        pace,
        bac: true,
        chip_authentication: vec![ChipAuthenticationPlan {
            group: GroupId::Curve(CURVE),
            cipher: Cipher::Aes128,
            key_id: None,
            form: chipid::sim::issuer::CurveForm::Explicit,
        }],
        active_authentication: None,
        issuer: IssuerPlan {
            states_signing_time: true,
            ..IssuerPlan::new("UT", "UTO", "Invented ID Office", key, key)
        },
        ..profile::hardened()
    }
}

/// The commands of so many steps of PACE.
fn steps(count: usize) -> Vec<&'static str> {
    [vec![SET_PACE], vec![GENERAL; count]].concat()
}

/// The reader stops after these commands with this error, tries no BAC, and reads an honest card of the profile next, on
/// the same reader and with the same object.
pub fn stops(desk: &Desk, commands: &[&str], code: &str, during: Option<Step>) {
    let password = mrz_only(desk.profile());
    let refused = desk.connect().open(&password, &mut go_on).err().unwrap();
    assert_eq!((refused.error.code().as_str(), step_of(&refused.error)), (code, during), "{}", refused.error);
    assert_eq!(desk.names(), [&[CARD_ACCESS, ATR_INFO], commands].concat(), "{}", refused.error);
    assert!(!desk.seen().contains(&Seen::Reset) && !desk.commands().iter().any(|command| is_protected(command)));
    desk.heal();
    let document = refused.card.open(&password, &mut go_on).unwrap().read(&ReadPlan::full(), &mut go_on).unwrap();
    let report = desk.issued.report(&document);
    assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
    assert_eq!(desk.seen()[0], Seen::Reset);
    assert!(!desk.names().contains(&EXTERNAL));
}

/// The same for a card with this deviation.
fn stops_over(profile: Profile, deviation: Deviation, count: usize, code: &str, during: Step) {
    let desk = Desk::new(profile);
    desk.deviate(deviation);
    stops(&desk, &steps(count), code, Some(during));
}

/// Opened by PACE with what the profile's first suite says.
fn opens(pace: PaceSuite) {
    let issued = Issued::new(quick(vec![pace]));
    let card = Card::connect(Box::new(issued.card())).unwrap().with_limits(Limits::EXTENDED);
    let session = card.open(&issued.password(), &mut go_on).unwrap_or_else(|error| panic!("{pace:?}: {error}"));
    match &session.access().protocol {
        AccessProtocol::Pace(suite) => assert_eq!((suite.group, suite.cipher), (pace.group, pace.cipher)),
        other => panic!("{pace:?}: {other:?}"),
    }
    let plan = ReadPlan::fastest().only([DataGroup::DG1]);
    let document = session.read(&plan, &mut go_on).unwrap();
    let report = issued.report(&document);
    is(&report, CheckId::AccessProtocol, State::Successful, None);
    is(&report, CheckId::PaDg1, State::Successful, None);
}

fn all_groups(mapping: Mapping) -> Vec<PaceSuite> {
    let suites = GroupId::all().map(|group| PaceSuite::new(mapping, group, Cipher::Aes128));
    suites.filter(PaceSuite::is_allowed).collect()
}

#[test]
fn g_01_pace_as_it_should_be_opens_the_chip_in_five_commands() {
    for profile in [generic(), integrated(), dh(), cam()] {
        let desk = Desk::new(profile);
        let (document, report) = desk.read_with(&mrz_only(desk.profile()), &ReadPlan::full());
        assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
        assert_eq!(desk.names()[..7], [&[CARD_ACCESS, ATR_INFO], steps(4).as_slice()].concat());
        assert!(desk.commands()[7..].iter().all(|command| is_protected(command)));
        assert_eq!(document.access().unwrap().password, Some(PasswordKind::Mrz));
        is(&report, CheckId::AccessProtocol, State::Successful, None);
    }
}

#[test]
fn g_02_generic_mapping_works_with_all_standardized_domain_parameters() {
    let all = all_groups(Mapping::Generic);
    assert_eq!(all.len(), 14);
    all.into_iter().for_each(opens);
}

#[test]
fn g_03_integrated_mapping_works_with_all_standardized_domain_parameters_but_p_224() {
    let all = all_groups(Mapping::Integrated);
    assert_eq!(all.len(), 13);
    all.into_iter().for_each(opens);
}

#[test]
fn g_04_every_cipher_works_with_every_mapping() {
    let groups = [GroupId::Curve(CURVE), GroupId::Dh(DhGroupId::Modp2048Prime256)];
    let mappings = [Mapping::Generic, Mapping::Integrated, Mapping::ChipAuthentication];
    let mut count = 0;
    for mapping in mappings {
        for group in groups {
            let suites = Cipher::ALL.map(|cipher| PaceSuite::new(mapping, group, cipher));
            for suite in suites.into_iter().filter(PaceSuite::is_allowed) {
                opens(suite);
                count += 1;
            }
        }
    }
    assert_eq!(count, 4 * 4 + 3);
}

#[test]
fn g_05_unknown_entries_beside_the_known_ones_are_passed_over() {
    let desk = Desk::new(generic().with_quirk(Quirk::CardAccessUnknownInfos));
    desk.is_genuine(&[CheckId::AccessProtocol, CheckId::AccessCardAccess]);
}

/// The protocol and the parameter that MSE:Set AT named.
fn asked_for(desk: &Desk) -> (Vec<u8>, Option<u8>) {
    let sets = desk.named(SET_PACE);
    assert_eq!(sets.len(), 1);
    let objects = objects(&data_of(&sets[0]));
    let value = |tag| objects.iter().find(|(own, _)| *own == tag).map(|(_, value)| value.clone());
    (value(0x80).unwrap(), value(0x84).map(|value| value[0]))
}

#[test]
fn g_06_of_several_entries_the_strongest_is_chosen_and_named_where_the_protocol_is_not_enough() {
    let strong = PaceSuite::generic(CurveId::Secp256r1, Cipher::Aes256);
    let weak = PaceSuite::generic(CurveId::Secp192r1, Cipher::Aes256);
    let other = PaceSuite::new(Mapping::Integrated, GroupId::Curve(CurveId::Secp192r1), Cipher::Aes128);
    for (pace, named) in [(vec![weak, strong], Some(12)), (vec![strong, other], None), (vec![other, strong], None)] {
        let desk = Desk::new(quick(pace));
        desk.is_genuine(&[CheckId::AccessProtocol, CheckId::AccessCardAccess]);
        assert_eq!(asked_for(&desk), (strong.oid().as_der().to_vec(), named));
    }
}

/// PACEDomainParameterInfo with explicit parameters of nobody's, under the number 32.
fn proprietary_parameters() -> Vec<u8> {
    let algorithm = chipid::sim::issuer::explicit_parameters(CurveId::Secp192r1);
    let algorithm =
        tlv::encode_all(Tag::SEQUENCE, &[&tlv::encode(Tag::OID, oid::ID_EC_PUBLIC_KEY.as_der()), &algorithm]);
    let protocol = tlv::encode(Tag::OID, oid::ID_PACE_ECDH_GM.as_der());
    tlv::encode_all(Tag::SEQUENCE, &[&protocol, &algorithm, &tlv::encode(Tag::INTEGER, &[32])])
}

/// A card of the profile whose EF.CardAccess and EF.DG14 hold more infos.
pub fn with_more_infos(profile: &Profile, more: &[Vec<u8>]) -> SimulatedCard {
    let add = |infos: &mut Vec<Vec<u8>>| infos.extend_from_slice(more);
    let mut contents = forged(profile, |groups| {
        let dg14 = group(groups, 14);
        *dg14 = with_infos(dg14, add);
    });
    let card_access = contents.files.iter_mut().find(|file| (file.folder, file.fid) == (MASTER, 0x011C)).unwrap();
    card_access.content = with_infos(&card_access.content, add);
    profile.card_with(contents).unwrap()
}

/// A PACEInfo that refers to proprietary parameters, and those.
pub fn proprietary() -> [Vec<u8>; 2] {
    let suite = PaceSuite::generic(CURVE, Cipher::Aes128);
    [info(suite.oid().as_der(), &[2, 32]), proprietary_parameters()]
}

#[test]
fn g_07_of_two_entries_the_one_with_parameters_of_its_own_is_left_and_the_other_named() {
    let desk = Desk::new(generic());
    desk.lay(with_more_infos(desk.profile(), &proprietary()));
    let (document, report) = desk.read();
    assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
    assert_eq!(asked_for(&desk).1, Some(13));
    let offered = &document.access().unwrap().offered;
    assert_eq!(
        offered.iter().map(|offer| (offer.parameter_id, offer.suite.is_some())).collect::<Vec<_>>(),
        [(Some(13), true), (Some(32), false)]
    );
    desk.is_genuine(&[CheckId::AccessProtocol]);
}

#[test]
fn g_08_an_error_at_mse_set_at_stops_pace_without_bac() {
    let during = Some(Step::PaceSetAt);
    for status in [0x6A80, 0x6A88, 0x6982, 0x6985, 0x6700, 0x6F00, 0x6D00] {
        let desk = Desk::new(generic());
        desk.tamper(move |command, answer| match name_of(command) {
            SET_PACE => u16::to_be_bytes(status).to_vec(),
            _ => answer,
        });
        // What may be the form of the command is tried in the other form, once.
        let sets = if matches!(status, 0x6A80 | 0x6A88) { 2 } else { 1 };
        stops(&desk, &vec![SET_PACE; sets], "refused", during);
    }
}

#[test]
fn g_09_an_altered_nonce_ends_with_the_tokens() {
    for profile in [generic(), integrated(), dh(), cam()] {
        // The honest chip finds the reader's token wrong: it looks as a wrong password does.
        let desk = Desk::new(profile.clone());
        desk.deviate(Deviation::PaceOtherNonce);
        stops(&desk, &steps(4), "wrong_password", None);
        // A chip that accepts anything has no token to show.
        let desk = Desk::new(profile);
        desk.deviate(Deviation::PaceOtherNonce);
        desk.change(GENERAL, 4, |_| token(&[0x5A; 8]));
        stops(&desk, &steps(4), "protocol.wrong_token", Some(Step::PaceTokens));
    }
}

/// The last answer of PACE, with this token.
fn token(token: &[u8]) -> Vec<u8> {
    [tlv::encode(Tag(0x7C), &tlv::encode(Tag(0x86), token)), vec![0x90, 0x00]].concat()
}

/// An error status at a step before the last.
fn refuses_at(step: usize, during: Step) {
    for status in [0x6A80, 0x6982, 0x6985, 0x6300, 0x63C1, 0x6700, 0x6F00, 0x6282] {
        let desk = Desk::new(generic());
        desk.refuse(GENERAL, step, status);
        stops(&desk, &steps(step), "refused", Some(during));
    }
}

#[test]
fn g_10_an_error_at_the_nonce_stops_pace() {
    refuses_at(1, Step::PaceNonce);
}

#[test]
fn g_11_tag_90_for_80_stops_pace_at_the_nonce() {
    stops_over(generic(), Deviation::PaceTag90, 1, "protocol.bad_answer", Step::PaceNonce);
}

#[test]
fn g_12_an_error_at_the_mapping_stops_pace() {
    refuses_at(2, Step::PaceMapping);
}

#[test]
fn g_13_tag_92_for_82_stops_pace_at_the_mapping() {
    stops_over(generic(), Deviation::PaceTag92, 2, "protocol.bad_answer", Step::PaceMapping);
}

/// A chip that maps to another generator: alone, and when it accepts every token.
fn other_generator(profile: Profile) {
    let desk = Desk::new(profile.clone());
    desk.deviate(Deviation::PaceOtherGenerator);
    stops(&desk, &steps(4), "wrong_password", None);
    let desk = Desk::new(profile);
    desk.deviate(Deviation::PaceOtherGenerator);
    desk.change(GENERAL, 4, |_| token(&[0; 8]));
    stops(&desk, &steps(4), "protocol.wrong_token", Some(Step::PaceTokens));
}

#[test]
fn g_14_wrong_mapping_data_of_generic_mapping_end_with_the_tokens() {
    other_generator(generic());
    other_generator(dh());
    // Another point of the curve than the chip used.
    let desk = Desk::new(generic());
    desk.change(GENERAL, 2, |_| key_object(0x82, &generator()));
    desk.change(GENERAL, 4, |_| token(&[0; 8]));
    stops(&desk, &steps(4), "protocol.wrong_token", Some(Step::PaceTokens));
}

/// The generator of the curve, encoded: a point that is none of the chip's.
fn generator() -> Vec<u8> {
    CURVE.curve().encode_point(&CURVE.curve().generator())
}

/// An answer of PACE with one data object.
pub fn key_object(tag: u32, value: &[u8]) -> Vec<u8> {
    [tlv::encode(Tag(0x7C), &tlv::encode(Tag(tag), value)), vec![0x90, 0x00]].concat()
}

#[test]
fn g_15_data_in_the_answer_of_integrated_mapping_stop_pace() {
    stops_over(integrated(), Deviation::PaceImMappingData, 2, "protocol.bad_answer", Step::PaceMapping);
    other_generator(integrated());
}

/// The chip's key of a step, corrupt in each of its parts: refused at that step.
fn corrupt_keys(profile: &Profile, deviations: [Deviation; 2], step: usize, tag: u32, more: &[Vec<u8>]) {
    let during = if step == 2 { Step::PaceMapping } else { Step::PaceKeyAgreement };
    for deviation in deviations {
        stops_over(profile.clone(), deviation, step, "protocol.bad_public_key", during);
    }
    for bytes in more {
        let (desk, bytes) = (Desk::new(profile.clone()), bytes.clone());
        desk.change(GENERAL, step, move |_| key_object(tag, &bytes));
        stops(&desk, &steps(step), "protocol.bad_public_key", Some(during));
    }
}

/// What is no point: nothing, infinity, another format, a coordinate missing, one too long, coordinates not below p.
fn no_points() -> Vec<Vec<u8>> {
    let (point, p) = (generator(), vec![0xFF; 32]);
    let with_format = |format: u8| [&[format], &point[1..]].concat();
    vec![
        Vec::new(),
        vec![0x00],
        with_format(0x00),
        with_format(0x05),
        [&[0x02], &point[1..33]].concat(),
        point[..33].to_vec(),
        [point.as_slice(), &[0]].concat(),
        [&point[..33], &p].concat(),
        [&[0x04], p.as_slice(), &point[33..]].concat(),
        [&[0x04][..], &[0; 64]].concat(),
    ]
}

/// What is no number of the subgroup: nothing, 0, 1, p, and a number that is too long.
fn no_numbers() -> Vec<Vec<u8>> {
    let p = DhGroupId::Modp2048Prime256.prime().to_vec();
    let mut before_p = p.clone();
    *before_p.last_mut().unwrap() -= 1;
    vec![Vec::new(), vec![0; 256], [vec![0; 255], vec![1]].concat(), before_p, p, vec![0xFF; 257]]
}

#[test]
fn g_16_a_mapping_key_that_is_corrupt_in_a_coordinate_is_no_point() {
    let deviations = [Deviation::PaceBadMappingX, Deviation::PaceBadMappingPoint];
    corrupt_keys(&generic(), deviations, 2, 0x82, &no_points());
    corrupt_keys(&cam(), deviations, 2, 0x82, &[]);
}

#[test]
fn g_17_a_mapping_number_that_is_corrupt_is_none_of_the_subgroup() {
    let deviations = [Deviation::PaceBadMappingX, Deviation::PaceBadMappingPoint];
    corrupt_keys(&dh(), deviations, 2, 0x82, &no_numbers());
}

#[test]
fn g_18_an_error_at_the_key_agreement_stops_pace() {
    refuses_at(3, Step::PaceKeyAgreement);
}

#[test]
fn g_19_tag_94_for_84_stops_pace_at_the_key_agreement() {
    stops_over(generic(), Deviation::PaceTag94, 3, "protocol.bad_answer", Step::PaceKeyAgreement);
}

#[test]
fn g_20_a_valid_key_that_is_not_the_chips_ends_with_the_tokens() {
    let desk = Desk::new(generic());
    desk.change(GENERAL, 3, |_| key_object(0x84, &generator()));
    stops(&desk, &steps(4), "wrong_password", None);
    let desk = Desk::new(generic());
    desk.change(GENERAL, 3, |_| key_object(0x84, &generator()));
    desk.change(GENERAL, 4, |_| token(&[0x11; 8]));
    stops(&desk, &steps(4), "protocol.wrong_token", Some(Step::PaceTokens));
}

#[test]
fn g_21_an_ephemeral_key_that_is_corrupt_in_a_coordinate_is_no_point() {
    let deviations = [Deviation::PaceBadX, Deviation::PaceBadPoint];
    corrupt_keys(&generic(), deviations, 3, 0x84, &no_points());
    corrupt_keys(&integrated(), deviations, 3, 0x84, &[]);
    corrupt_keys(&cam(), deviations, 3, 0x84, &[]);
}

#[test]
fn g_22_an_ephemeral_number_that_is_corrupt_is_none_of_the_subgroup() {
    corrupt_keys(&dh(), [Deviation::PaceBadX, Deviation::PaceBadPoint], 3, 0x84, &no_numbers());
}

#[test]
fn g_23_the_readers_own_ephemeral_key_is_refused_before_the_tokens() {
    stops_over(generic(), Deviation::PaceEchoesKey, 3, "protocol.same_public_key", Step::PaceKeyAgreement);
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
fn g_24_an_error_at_the_tokens_stops_pace() {
    for (status, code, during) in [
        (0x6300, "wrong_password", None),
        (0x63C2, "wrong_password", None),
        (0x6A80, "wrong_password", None),
        (0x6F00, "refused", Some(Step::PaceTokens)),
        (0x6700, "refused", Some(Step::PaceTokens)),
        (0x6282, "refused", Some(Step::PaceTokens)),
    ] {
        let desk = Desk::new(generic());
        desk.refuse(GENERAL, 4, status);
        stops(&desk, &steps(4), code, during);
    }
}

#[test]
fn g_25_tag_96_for_86_stops_pace_at_the_tokens() {
    stops_over(generic(), Deviation::PaceTag96, 4, "protocol.bad_answer", Step::PaceTokens);
}

#[test]
fn g_26_a_wrong_token_stops_pace() {
    for profile in [generic(), integrated(), dh(), cam()] {
        stops_over(profile, Deviation::PaceWrongToken, 4, "protocol.wrong_token", Step::PaceTokens);
    }
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

/// EF.CardAccess of the card is changed: the reader stops before MSE:Set AT.
fn stops_over_card_access(code: &str, change: impl FnOnce(&mut Vec<u8>)) {
    let desk = Desk::new(generic());
    desk.change_file(MASTER, 0x011C, change);
    stops(&desk, &[], code, None);
}

#[test]
fn g_27_a_tlv_error_in_ef_card_access_stops_before_mse_set_at() {
    // An info longer than the file, one shorter than its fields, a field longer than its info, a tag for the set.
    stops_over_card_access("malformed", |file| file[3] = 0x7F);
    stops_over_card_access("malformed", |file| file[3] -= 1);
    stops_over_card_access("malformed", |file| *file.iter_mut().rev().nth(1).unwrap() = 0x7F);
    stops_over_card_access("malformed", |file| file[0] = 0x04);
    // An info that is not one.
    stops_over_card_access("malformed", |file| file[2] = 0x04);
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
fn g_28_an_unknown_parameter_id_stops_before_mse_set_at_or_another_entry_is_taken() {
    let suite = PaceSuite::generic(CURVE, Cipher::Aes128);
    for id in [3, 7, 19, 31, 32, 127] {
        stops_over_card_access("unsupported", |file| *file.last_mut().unwrap() = id);
        let desk = Desk::new(generic());
        desk.lay(with_more_infos(desk.profile(), &[info(suite.oid().as_der(), &[2, id])]));
        let (_, report) = desk.read();
        assert_eq!(report.verdict(), Verdict::Genuine, "{id}\n{}", lines(&report));
        assert_eq!(asked_for(&desk).1, Some(13));
    }
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

/// Chip authentication mapping that does not show the chip: the reading ends, its check fails, and so does the verdict.
fn does_not_show(lying: impl FnOnce(&Desk), reason: Reason) {
    let desk = Desk::new(cam());
    lying(&desk);
    let (_, report) = desk.read();
    is(&report, CheckId::ChipPaceCam, State::Failed, Some(reason));
    is(&report, CheckId::AccessProtocol, State::Successful, None);
    assert_eq!(report.verdict(), Verdict::Failed);
    assert!(!desk.names().contains(&EXTERNAL));
    desk.is_genuine(&[CheckId::ChipPaceCam]);
}

#[test]
fn g_29_chip_data_that_are_missing_do_not_show_the_chip() {
    does_not_show(|desk| desk.deviate(Deviation::CamMissing), Reason::ChipDataMissing);
}

#[test]
fn g_30_chip_data_that_are_encoded_wrongly_do_not_show_the_chip() {
    does_not_show(|desk| desk.deviate(Deviation::CamWrapped), Reason::ChipDataMissing);
    does_not_show(|desk| desk.deviate(Deviation::CamOddLength), Reason::ChipDataMissing);
    does_not_show(|desk| desk.deviate(Deviation::CamWrongPadding), Reason::ChipDataMissing);
    // Twice is once too often: nobody knows which of the two is meant.
    stops_over(cam(), Deviation::CamDoubled, 4, "protocol.bad_answer", Step::PaceTokens);
}

#[test]
fn g_31_chip_data_of_another_key_do_not_show_the_chip() {
    does_not_show(|desk| desk.deviate(Deviation::CamOtherData), Reason::BadKey);
}

#[test]
fn g_32_chip_data_under_tag_8b_do_not_show_the_chip() {
    does_not_show(|desk| desk.deviate(Deviation::CamTag8b), Reason::ChipDataMissing);
}

#[test]
fn g_33_chip_data_without_content_do_not_show_the_chip() {
    does_not_show(|desk| desk.deviate(Deviation::CamEmpty), Reason::ChipDataMissing);
}

/// Another card of the profile, with this defect in its files.
fn with_defect(profile: &Profile, defect: Defect) -> SimulatedCard {
    profile.clone().with_defect(defect).card().unwrap()
}

#[test]
fn g_34_a_shown_chip_counts_only_under_a_valid_ef_card_security() {
    for defect in [Defect::CardSecurityWrongSignature, Defect::CardSecurityWrongHash] {
        let desk = Desk::new(cam());
        desk.lay(with_defect(desk.profile(), defect));
        let (_, report) = desk.read();
        is(&report, CheckId::ChipPaceCam, State::Undetermined, Some(Reason::KeyNotAuthenticated));
        assert_eq!(report.check(CheckId::AccessCardSecurity).unwrap().state, State::Failed);
        assert_eq!(report.verdict(), Verdict::Failed);
        desk.is_genuine(&[CheckId::ChipPaceCam, CheckId::AccessCardSecurity]);
    }
    // Whoever trusts nobody has a shown chip, and nothing that says whose.
    let desk = Desk::new(cam());
    let (document, _) = desk.read();
    let report = document.verify(&chipid::pki::TrustStore::new(), reading::now());
    is(&report, CheckId::ChipPaceCam, State::Undetermined, Some(Reason::KeyNotAuthenticated));
    assert_eq!(report.verdict(), Verdict::Undetermined);
}

#[test]
fn g_35_chip_data_that_nobody_asked_for_stop_pace() {
    for profile in [generic(), integrated(), dh()] {
        stops_over(profile, Deviation::CamUnasked, 4, "protocol.bad_answer", Step::PaceTokens);
    }
}

#[test]
fn g_36_beside_an_identifier_that_does_not_exist_the_valid_one_is_used() {
    let group = GroupId::Dh(DhGroupId::Modp2048Prime256);
    let invalid = PaceSuite::new(Mapping::ChipAuthentication, group, Cipher::Aes256);
    let valid = PaceSuite::generic(CURVE, Cipher::Aes128);
    for pace in [vec![invalid, valid], vec![valid, invalid]] {
        let desk = Desk::new(quick(pace));
        desk.is_genuine(&[CheckId::AccessProtocol, CheckId::AccessCardAccess]);
        assert_eq!(asked_for(&desk), (valid.oid().as_der().to_vec(), None));
    }
    // Alone it is no way in, and BAC is none either.
    let desk = Desk::new(quick(vec![invalid]));
    let refused = desk.connect().open(&mrz_only(desk.profile()), &mut go_on).err().unwrap();
    assert_eq!(refused.error.code(), "unsupported");
    assert_eq!(desk.names(), [CARD_ACCESS, ATR_INFO]);
}

#[test]
fn g_38_ef_dg14_without_the_infos_of_pace_does_not_let_the_chip_be_shown() {
    let desk =
        Desk::new(quick(vec![PaceSuite::new(Mapping::ChipAuthentication, GroupId::Curve(CURVE), Cipher::Aes128)]));
    desk.lay(with_defect(desk.profile(), Defect::Dg14WithoutInfos));
    let (_, report) = desk.read();
    is(&report, CheckId::ChipPaceCam, State::Failed, Some(Reason::NoSignedPaceInfo));
    assert_eq!(report.verdict(), Verdict::Failed);
    desk.is_genuine(&[CheckId::ChipPaceCam]);
    // No info at all in it.
    let contents = forged(desk.profile(), |groups| *group(groups, 14) = vec![0x6E, 0x02, 0x31, 0x00]);
    desk.lay(desk.profile().card_with(contents).unwrap());
    let (_, report) = desk.read();
    is(&report, CheckId::ChipPaceCam, State::Failed, Some(Reason::NoSignedPaceInfo));
    assert_eq!(report.verdict(), Verdict::Failed);
}

#[test]
fn g_39_a_signed_key_that_is_not_the_chips_does_not_show_it() {
    for (defect, reason) in
        [(Defect::CardSecurityOtherKey, Reason::BadKey), (Defect::CardSecurityKeyOfDh, Reason::Missing)]
    {
        does_not_show(|desk| desk.lay(with_defect(desk.profile(), defect)), reason);
    }
}

#[test]
fn g_40_ef_card_security_without_a_key_does_not_show_the_chip() {
    does_not_show(|desk| desk.lay(with_defect(desk.profile(), Defect::CardSecurityNoKey)), Reason::Missing);
}

#[test]
fn g_41_chip_authentication_mapping_works_with_all_standardized_curves() {
    let all = all_groups(Mapping::ChipAuthentication);
    assert_eq!(all.len(), 11);
    all.into_iter().for_each(opens);
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
