//! PACE: the rows G_01 to G_28 of TR-03105-5.1. What belongs to chip authentication mapping alone is in `mapping.rs`.

use crate::case::{Case, Row, case};
use crate::desk::*;
use crate::protocols::*;
use crate::reading::{go_on, lines, mrz_only};
use chipid::access::{AccessProtocol, PasswordKind};
use chipid::error::Step;
use chipid::internals::crypto::{Cipher, CurveId, DhGroupId, GroupId};
use chipid::internals::tlv::{self, Tag};
use chipid::sim::{Deviation, Mapping, PaceSuite, Profile, Quirk};
use chipid::{Card, CheckId, Limits, ReadPlan, State, Verdict};

pub const ROWS: &[Row] = &[
    case("ISO7816_G_01", pace_as_it_should_be_opens_the_chip_in_five_commands),
    case("ISO7816_G_02", generic_mapping_works_with_all_standardized_domain_parameters),
    case("ISO7816_G_03", integrated_mapping_works_with_all_standardized_domain_parameters_but_p_224),
    case("ISO7816_G_04", every_cipher_works_with_every_mapping),
    case("ISO7816_G_05", unknown_entries_beside_the_known_ones_are_passed_over),
    case("ISO7816_G_06", of_several_entries_the_strongest_is_chosen_and_named_where_the_protocol_is_not_enough),
    case("ISO7816_G_07", of_two_entries_the_one_with_parameters_of_its_own_is_left_and_the_other_named),
    case("ISO7816_G_08", an_error_at_mse_set_at_stops_pace_without_bac),
    case("ISO7816_G_09", an_altered_nonce_ends_with_the_tokens),
    case("ISO7816_G_10", |case| refuses_at(case, 1, Step::PaceNonce)),
    case("ISO7816_G_11", |case| other_tag(case, Deviation::PaceTag90, 1, Step::PaceNonce)),
    case("ISO7816_G_12", |case| refuses_at(case, 2, Step::PaceMapping)),
    case("ISO7816_G_13", |case| other_tag(case, Deviation::PaceTag92, 2, Step::PaceMapping)),
    case("ISO7816_G_14", wrong_mapping_data_of_generic_mapping_end_with_the_tokens),
    case("ISO7816_G_15", data_in_the_answer_of_integrated_mapping_stop_pace),
    case("ISO7816_G_16", a_mapping_key_that_is_corrupt_in_a_coordinate_is_no_point),
    case("ISO7816_G_17", a_mapping_number_that_is_corrupt_is_none_of_the_subgroup),
    case("ISO7816_G_18", |case| refuses_at(case, 3, Step::PaceKeyAgreement)),
    case("ISO7816_G_19", |case| other_tag(case, Deviation::PaceTag94, 3, Step::PaceKeyAgreement)),
    case("ISO7816_G_20", a_valid_key_that_is_not_the_chips_ends_with_the_tokens),
    case("ISO7816_G_21", an_ephemeral_key_that_is_corrupt_in_a_coordinate_is_no_point),
    case("ISO7816_G_22", an_ephemeral_number_that_is_corrupt_is_none_of_the_subgroup),
    case("ISO7816_G_23", the_readers_own_ephemeral_key_is_refused_before_the_tokens),
    case("ISO7816_G_24", an_error_at_the_tokens_stops_pace),
    case("ISO7816_G_25", |case| other_tag(case, Deviation::PaceTag96, 4, Step::PaceTokens)),
    case("ISO7816_G_26", a_wrong_token_stops_pace),
    case("ISO7816_G_27", a_tlv_error_in_ef_card_access_stops_before_mse_set_at),
    case("ISO7816_G_28", an_unknown_parameter_id_stops_before_mse_set_at_or_another_entry_is_taken),
];

fn pace_as_it_should_be_opens_the_chip_in_five_commands(case: &mut Case) {
    for profile in [generic(), integrated(), dh(), cam()] {
        let desk = case.desk(profile);
        let (document, report) = desk.read_with(&mrz_only(desk.profile()), &ReadPlan::full());
        assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
        assert_eq!(desk.names()[..7], [&[CARD_ACCESS, ATR_INFO], steps(4).as_slice()].concat());
        assert!(desk.commands()[7..].iter().all(|command| is_protected(command)));
        assert_eq!(document.access().unwrap().password, Some(PasswordKind::Mrz));
        is(&report, CheckId::AccessProtocol, State::Successful, None);
    }
}

/// A card with this suite alone is opened by it, read, and found genuine.
pub fn opens(case: &mut Case, pace: PaceSuite) {
    let desk = case.desk(quick(vec![pace]));
    let read = |card: Card| {
        let card = card.with_limits(Limits::EXTENDED);
        Ok(card.open(&desk.issued.password(), &mut go_on)?.read(&ReadPlan::full(), &mut go_on)?)
    };
    let inspected = desk.inspect(read);
    let (document, report) = inspected.unwrap_or_else(|cut| panic!("{pace:?}: {}", cut.error));
    match &document.access().unwrap().protocol {
        AccessProtocol::Pace(suite) => assert_eq!((suite.group, suite.cipher), (pace.group, pace.cipher)),
        other => panic!("{pace:?}: {other:?}"),
    }
    let names = [(Mapping::Generic, "gm"), (Mapping::Integrated, "im"), (Mapping::ChipAuthentication, "cam")];
    let name = names.iter().find(|(mapping, _)| *mapping == pace.mapping).map(|(_, name)| *name);
    assert_eq!(report.access().unwrap().mapping, name);
    is(&report, CheckId::AccessProtocol, State::Successful, None);
    assert_eq!(report.verdict(), Verdict::Genuine, "{pace:?}\n{}", lines(&report));
}

/// Every group with every cipher; by default every group, each with another cipher.
pub fn all_groups(case: &mut Case, mapping: Mapping, groups: usize) {
    let all: Vec<PaceSuite> = PaceSuite::all().filter(|suite| suite.mapping == mapping).collect();
    let mut known: Vec<GroupId> = all.iter().map(|suite| suite.group).collect();
    known.dedup();
    assert_eq!(known.len(), groups);
    let suites = case.covering(all, |suite| {
        let row = known.iter().position(|group| *group == suite.group).unwrap();
        let ciphers: Vec<Cipher> =
            Cipher::ALL.into_iter().filter(|c| PaceSuite { cipher: *c, ..*suite }.is_allowed()).collect();
        suite.cipher == ciphers[row % ciphers.len()]
    });
    suites.into_iter().for_each(|suite| opens(case, suite));
}

fn generic_mapping_works_with_all_standardized_domain_parameters(case: &mut Case) {
    all_groups(case, Mapping::Generic, 14);
}

fn integrated_mapping_works_with_all_standardized_domain_parameters_but_p_224(case: &mut Case) {
    all_groups(case, Mapping::Integrated, 13);
}

fn every_cipher_works_with_every_mapping(case: &mut Case) {
    let groups = [GroupId::Curve(CURVE), GroupId::Dh(DhGroupId::Modp2048Prime256)];
    let suites: Vec<PaceSuite> = PaceSuite::all().filter(|suite| groups.contains(&suite.group)).collect();
    assert_eq!(suites.len(), 4 * 4 + 3);
    suites.into_iter().for_each(|suite| opens(case, suite));
}

fn unknown_entries_beside_the_known_ones_are_passed_over(case: &mut Case) {
    let desk = case.desk(generic().with_quirk(Quirk::CardAccessUnknownInfos));
    let (_, report) = desk.read();
    assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
    is(&report, CheckId::AccessProtocol, State::Successful, None);
    is(&report, CheckId::AccessCardAccess, State::Successful, None);
}

fn of_several_entries_the_strongest_is_chosen_and_named_where_the_protocol_is_not_enough(case: &mut Case) {
    let strong = PaceSuite::generic(CurveId::Secp256r1, Cipher::Aes256);
    let weak = PaceSuite::generic(CurveId::Secp192r1, Cipher::Aes256);
    let other = PaceSuite::new(Mapping::Integrated, GroupId::Curve(CurveId::Secp192r1), Cipher::Aes128);
    for (pace, named) in [(vec![weak, strong], Some(12)), (vec![strong, other], None), (vec![other, strong], None)] {
        let desk = case.desk(quick(pace));
        let (_, report) = desk.read();
        is(&report, CheckId::AccessProtocol, State::Successful, None);
        is(&report, CheckId::AccessCardAccess, State::Successful, None);
        assert_eq!(asked_for(&desk), (strong.oid().as_der().to_vec(), named));
    }
}

fn of_two_entries_the_one_with_parameters_of_its_own_is_left_and_the_other_named(case: &mut Case) {
    let desk = case.desk(generic());
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

fn an_error_at_mse_set_at_stops_pace_without_bac(case: &mut Case) {
    let during = Some(Step::PaceSetAt);
    for status in [0x6A80, 0x6A88, 0x6982, 0x6985, 0x6700, 0x6F00, 0x6D00] {
        let desk = case.desk(generic());
        desk.tamper(move |command, answer| match name_of(command) {
            SET_PACE => u16::to_be_bytes(status).to_vec(),
            _ => answer,
        });
        // What may be the form of the command is tried in the other form, once.
        let sets = if matches!(status, 0x6A80 | 0x6A88) { 2 } else { 1 };
        stops(&desk, &vec![SET_PACE; sets], "refused", during);
    }
}

/// A card with this deviation is refused after so many commands of PACE.
pub fn stops_over(case: &mut Case, profile: Profile, deviation: Deviation, count: usize, code: &str, during: Step) {
    let desk = case.desk(profile);
    desk.deviate(deviation);
    stops(&desk, &steps(count), code, Some(during));
}

fn an_altered_nonce_ends_with_the_tokens(case: &mut Case) {
    for profile in [generic(), integrated(), dh(), cam()] {
        // The honest chip finds the reader's token wrong: it looks as a wrong password does.
        let desk = case.desk(profile.clone());
        desk.deviate(Deviation::PaceOtherNonce);
        stops(&desk, &steps(4), "wrong_password", None);
        // A chip that accepts anything has no token to show.
        let desk = case.desk(profile);
        desk.deviate(Deviation::PaceOtherNonce);
        desk.change(GENERAL, 4, |_| token(&[0x5A; 8]));
        stops(&desk, &steps(4), "protocol.wrong_token", Some(Step::PaceTokens));
    }
}

/// An error status at a step before the last.
fn refuses_at(case: &mut Case, step: usize, during: Step) {
    for status in [0x6A80, 0x6982, 0x6985, 0x6300, 0x63C1, 0x6700, 0x6F00, 0x6282] {
        let desk = case.desk(generic());
        desk.refuse(GENERAL, step, status);
        stops(&desk, &steps(step), "refused", Some(during));
    }
}

/// A tag that is not due, in every mapping that answers with data at this step.
fn other_tag(case: &mut Case, deviation: Deviation, step: usize, during: Step) {
    let mut profiles = vec![generic(), dh(), cam()];
    // Integrated mapping answers step 2 without data.
    profiles.extend((step != 2).then(integrated));
    for profile in profiles {
        stops_over(case, profile, deviation, step, "protocol.bad_answer", during);
    }
}

/// A chip that maps to another generator: alone, and when it accepts every token.
fn other_generator(case: &mut Case, profile: Profile) {
    let desk = case.desk(profile.clone());
    desk.deviate(Deviation::PaceOtherGenerator);
    stops(&desk, &steps(4), "wrong_password", None);
    let desk = case.desk(profile);
    desk.deviate(Deviation::PaceOtherGenerator);
    desk.change(GENERAL, 4, |_| token(&[0; 8]));
    stops(&desk, &steps(4), "protocol.wrong_token", Some(Step::PaceTokens));
}

fn wrong_mapping_data_of_generic_mapping_end_with_the_tokens(case: &mut Case) {
    other_generator(case, generic());
    other_generator(case, dh());
    // Another point of the curve than the chip used.
    let desk = case.desk(generic());
    desk.change(GENERAL, 2, |_| key_object(0x82, &generator()));
    desk.change(GENERAL, 4, |_| token(&[0; 8]));
    stops(&desk, &steps(4), "protocol.wrong_token", Some(Step::PaceTokens));
}

/// The generator of the curve, encoded: a point that is none of the chip's.
fn generator() -> Vec<u8> {
    CURVE.curve().encode_point(&CURVE.curve().generator())
}

fn data_in_the_answer_of_integrated_mapping_stop_pace(case: &mut Case) {
    stops_over(case, integrated(), Deviation::PaceImMappingData, 2, "protocol.bad_answer", Step::PaceMapping);
    other_generator(case, integrated());
}

/// The chip's key of a step, corrupt in each of its parts: refused at that step.
fn corrupt_keys(case: &mut Case, profile: &Profile, deviations: [Deviation; 2], step: usize, more: &[Vec<u8>]) {
    let (during, tag) = if step == 2 { (Step::PaceMapping, 0x82) } else { (Step::PaceKeyAgreement, 0x84) };
    for deviation in deviations {
        stops_over(case, profile.clone(), deviation, step, "protocol.bad_public_key", during);
    }
    for bytes in more {
        let (desk, bytes) = (case.desk(profile.clone()), bytes.clone());
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

/// What is no number of the subgroup: nothing, 0, 1, p − 1, p, and a number that is too long.
fn no_numbers() -> Vec<Vec<u8>> {
    let p = DhGroupId::Modp2048Prime256.prime().to_vec();
    let mut before_p = p.clone();
    *before_p.last_mut().unwrap() -= 1;
    vec![Vec::new(), vec![0; 256], [vec![0; 255], vec![1]].concat(), before_p, p, vec![0xFF; 257]]
}

const BAD_MAPPING_KEYS: [Deviation; 2] = [Deviation::PaceBadMappingX, Deviation::PaceBadMappingPoint];
const BAD_KEYS: [Deviation; 2] = [Deviation::PaceBadX, Deviation::PaceBadPoint];

fn a_mapping_key_that_is_corrupt_in_a_coordinate_is_no_point(case: &mut Case) {
    corrupt_keys(case, &generic(), BAD_MAPPING_KEYS, 2, &no_points());
    corrupt_keys(case, &cam(), BAD_MAPPING_KEYS, 2, &[]);
}

fn a_mapping_number_that_is_corrupt_is_none_of_the_subgroup(case: &mut Case) {
    corrupt_keys(case, &dh(), BAD_MAPPING_KEYS, 2, &no_numbers());
}

fn a_valid_key_that_is_not_the_chips_ends_with_the_tokens(case: &mut Case) {
    let desk = case.desk(generic());
    desk.change(GENERAL, 3, |_| key_object(0x84, &generator()));
    stops(&desk, &steps(4), "wrong_password", None);
    let desk = case.desk(generic());
    desk.change(GENERAL, 3, |_| key_object(0x84, &generator()));
    desk.change(GENERAL, 4, |_| token(&[0x11; 8]));
    stops(&desk, &steps(4), "protocol.wrong_token", Some(Step::PaceTokens));
}

fn an_ephemeral_key_that_is_corrupt_in_a_coordinate_is_no_point(case: &mut Case) {
    corrupt_keys(case, &generic(), BAD_KEYS, 3, &no_points());
    corrupt_keys(case, &integrated(), BAD_KEYS, 3, &[]);
    corrupt_keys(case, &cam(), BAD_KEYS, 3, &[]);
}

fn an_ephemeral_number_that_is_corrupt_is_none_of_the_subgroup(case: &mut Case) {
    corrupt_keys(case, &dh(), BAD_KEYS, 3, &no_numbers());
}

fn the_readers_own_ephemeral_key_is_refused_before_the_tokens(case: &mut Case) {
    let (code, during) = ("protocol.same_public_key", Step::PaceKeyAgreement);
    stops_over(case, generic(), Deviation::PaceEchoesKey, 3, code, during);
}

fn an_error_at_the_tokens_stops_pace(case: &mut Case) {
    for (status, code, during) in [
        (0x6300, "wrong_password", None),
        (0x63C2, "wrong_password", None),
        (0x6A80, "wrong_password", None),
        (0x6F00, "refused", Some(Step::PaceTokens)),
        (0x6700, "refused", Some(Step::PaceTokens)),
        (0x6282, "refused", Some(Step::PaceTokens)),
    ] {
        let desk = case.desk(generic());
        desk.refuse(GENERAL, 4, status);
        stops(&desk, &steps(4), code, during);
    }
}

fn a_wrong_token_stops_pace(case: &mut Case) {
    for profile in [generic(), integrated(), dh(), cam()] {
        stops_over(case, profile, Deviation::PaceWrongToken, 4, "protocol.wrong_token", Step::PaceTokens);
    }
}

/// EF.CardAccess of the card is changed: the reader stops before MSE:Set AT.
fn stops_over_card_access(case: &mut Case, code: &str, change: impl FnOnce(&mut Vec<u8>)) {
    let desk = case.desk(generic());
    desk.change_file(MASTER, 0x011C, change);
    stops(&desk, &[], code, None);
}

fn a_tlv_error_in_ef_card_access_stops_before_mse_set_at(case: &mut Case) {
    // An info longer than the file, one shorter than its fields, a field longer than its info, a tag for the set.
    stops_over_card_access(case, "malformed", |file| file[3] = 0x7F);
    stops_over_card_access(case, "malformed", |file| file[3] -= 1);
    stops_over_card_access(case, "malformed", |file| *file.iter_mut().rev().nth(1).unwrap() = 0x7F);
    stops_over_card_access(case, "malformed", |file| file[0] = 0x04);
    // An info that is not one.
    stops_over_card_access(case, "malformed", |file| file[2] = 0x04);
}

fn an_unknown_parameter_id_stops_before_mse_set_at_or_another_entry_is_taken(case: &mut Case) {
    let suite = PaceSuite::generic(CURVE, Cipher::Aes128);
    for id in [3, 7, 19, 31, 32, 127] {
        stops_over_card_access(case, "unsupported", |file| *file.last_mut().unwrap() = id);
        let desk = case.aside(generic());
        desk.lay(with_more_infos(desk.profile(), &[info(suite.oid().as_der(), &[2, id])]));
        let (_, report) = desk.read();
        assert_eq!(report.verdict(), Verdict::Genuine, "{id}\n{}", lines(&report));
        assert_eq!(asked_for(&desk).1, Some(13));
    }
    // Parameters for the one protocol are none for the other: a curve's for DH.
    let dh = PaceSuite::new(Mapping::Generic, GroupId::Dh(DhGroupId::Modp2048Prime256), Cipher::Aes128);
    let only = tlv::encode(Tag::SET, &info(dh.oid().as_der(), &[2, 13]));
    stops_over_card_access(case, "unsupported", |file| *file = only);
}
