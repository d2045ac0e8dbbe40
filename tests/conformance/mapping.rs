//! PACE with chip authentication mapping: the rows G_29 to G_41 of TR-03105-5.1.

use crate::case::{Case, Row, case};
use crate::desk::*;
use crate::pace::{all_groups, stops_over};
use crate::protocols::*;
use crate::reading::{self, go_on, lines, mrz_only};
use chipid::error::Step;
use chipid::internals::crypto::{Cipher, DhGroupId, GroupId};
use chipid::sim::{Deviation, Mapping, PaceSuite, PlantedDefect, Profile, SimulatedCard};
use chipid::trust::TrustStore;
use chipid::{CheckId, Reason, State, Verdict};

const CHECK: CheckId = CheckId::ChipPaceCam;

pub const ROWS: &[Row] = &[
    case("ISO7816_G_29", |case| does_not_show_by(case, Deviation::CamMissing, Reason::ChipDataMissing)),
    case("ISO7816_G_30", chip_data_that_are_encoded_wrongly_do_not_show_the_chip),
    case("ISO7816_G_31", |case| does_not_show_by(case, Deviation::CamOtherData, Reason::BadKey)),
    case("ISO7816_G_32", |case| does_not_show_by(case, Deviation::CamTag8b, Reason::ChipDataMissing)),
    case("ISO7816_G_33", |case| does_not_show_by(case, Deviation::CamEmpty, Reason::ChipDataMissing)),
    case("ISO7816_G_34", a_shown_chip_counts_only_under_a_valid_ef_card_security),
    case("ISO7816_G_35", chip_data_that_nobody_asked_for_stop_pace),
    case("ISO7816_G_36", beside_an_identifier_that_does_not_exist_the_valid_one_is_used),
    case("ISO7816_G_38", ef_dg14_without_the_infos_of_pace_does_not_let_the_chip_be_shown),
    case("ISO7816_G_39", a_signed_key_that_is_not_the_chips_does_not_show_it),
    case("ISO7816_G_40", ef_card_security_without_a_key_does_not_show_the_chip),
    case("ISO7816_G_41", |case| all_groups(case, Mapping::ChipAuthentication, 11)),
];

/// Chip authentication mapping that does not show the chip: the reading ends, its check fails, and so does the verdict.
fn does_not_show(case: &mut Case, lying: impl FnOnce(&Desk), reason: Reason) {
    let desk = case.desk(cam());
    lying(&desk);
    let (_, report) = desk.read();
    is(&report, CHECK, State::Failed, Some(reason));
    is(&report, CheckId::AccessProtocol, State::Successful, None);
    assert_eq!(report.verdict(), Verdict::Failed);
    assert!(!desk.names().contains(&EXTERNAL));
    desk.is_genuine(&[CHECK]);
}

fn does_not_show_by(case: &mut Case, deviation: Deviation, reason: Reason) {
    does_not_show(case, |desk| desk.deviate(deviation), reason);
}

fn chip_data_that_are_encoded_wrongly_do_not_show_the_chip(case: &mut Case) {
    for deviation in [Deviation::CamWrapped, Deviation::CamOddLength, Deviation::CamWrongPadding] {
        does_not_show_by(case, deviation, Reason::ChipDataMissing);
    }
    // Twice is once too often: nobody knows which of the two is meant.
    stops_over(case, cam(), Deviation::CamDoubled, 4, "protocol.bad_answer", Step::PaceTokens);
}

/// Another card of the profile, with this defect in its files.
fn with_defect(profile: &Profile, defect: PlantedDefect) -> SimulatedCard {
    profile.clone().with_defect(defect).card().unwrap()
}

fn a_shown_chip_counts_only_under_a_valid_ef_card_security(case: &mut Case) {
    let desk = case.desk(cam());
    let (_, report) = desk.read();
    is(&report, CHECK, State::Successful, None);
    is(&report, CheckId::AccessCardSecurity, State::Successful, None);
    assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
    for defect in [PlantedDefect::CardSecurityWrongSignature, PlantedDefect::CardSecurityWrongHash] {
        let desk = case.aside(cam());
        desk.lay(with_defect(desk.profile(), defect));
        let (_, report) = desk.read();
        is(&report, CHECK, State::Undetermined, Some(Reason::KeyNotAuthenticated));
        assert_eq!(report.check(CheckId::AccessCardSecurity).unwrap().state, State::Failed);
        assert_eq!(report.verdict(), Verdict::Failed);
    }
    // Whoever trusts nobody has a shown chip, and nothing that says whose.
    let (document, _) = case.aside(cam()).read();
    let report = document.verify(&TrustStore::empty(), reading::now());
    is(&report, CHECK, State::Undetermined, Some(Reason::KeyNotAuthenticated));
    assert_eq!(report.verdict(), Verdict::Undetermined);
}

fn chip_data_that_nobody_asked_for_stop_pace(case: &mut Case) {
    for profile in [generic(), integrated(), dh()] {
        stops_over(case, profile, Deviation::CamUnasked, 4, "protocol.bad_answer", Step::PaceTokens);
    }
}

fn beside_an_identifier_that_does_not_exist_the_valid_one_is_used(case: &mut Case) {
    let group = GroupId::Dh(DhGroupId::Modp2048Prime256);
    let invalid = PaceSuite::new(Mapping::ChipAuthentication, group, Cipher::Aes256);
    let valid = PaceSuite::generic(CURVE, Cipher::Aes128);
    for pace in [vec![invalid, valid], vec![valid, invalid]] {
        let desk = case.desk(quick(pace));
        let (_, report) = desk.read();
        is(&report, CheckId::AccessProtocol, State::Successful, None);
        is(&report, CheckId::AccessCardAccess, State::Successful, None);
        assert_eq!(asked_for(&desk), (valid.oid().as_der().to_vec(), None));
    }
    // Alone it is no way in, and BAC is none either.
    let desk = case.aside(quick(vec![invalid]));
    let refused = desk.connect().open(&mrz_only(desk.profile()), &mut go_on).err().unwrap();
    assert_eq!(refused.error.code(), "unsupported");
    assert_eq!(desk.names(), [CARD_ACCESS, ATR_INFO]);
}

fn ef_dg14_without_the_infos_of_pace_does_not_let_the_chip_be_shown(case: &mut Case) {
    let suite = PaceSuite::new(Mapping::ChipAuthentication, GroupId::Curve(CURVE), Cipher::Aes128);
    let desk = case.desk(quick(vec![suite]));
    let unshown = |desk: &Desk| {
        let (_, report) = desk.read();
        is(&report, CHECK, State::Failed, Some(Reason::NoSignedPaceInfo));
        assert_eq!(report.verdict(), Verdict::Failed);
        desk.is_genuine(&[CHECK]);
    };
    desk.lay(with_defect(desk.profile(), PlantedDefect::Dg14WithoutInfos));
    unshown(&desk);
    // No info at all in it.
    desk.lay(with_dg14(desk.profile(), |dg14| *dg14 = vec![0x6E, 0x02, 0x31, 0x00]));
    unshown(&desk);
}

fn a_signed_key_that_is_not_the_chips_does_not_show_it(case: &mut Case) {
    for (defect, reason) in
        [(PlantedDefect::CardSecurityOtherKey, Reason::BadKey), (PlantedDefect::CardSecurityKeyOfDh, Reason::Missing)]
    {
        does_not_show(case, |desk| desk.lay(with_defect(desk.profile(), defect)), reason);
    }
}

fn ef_card_security_without_a_key_does_not_show_the_chip(case: &mut Case) {
    does_not_show(
        case,
        |desk| desk.lay(with_defect(desk.profile(), PlantedDefect::CardSecurityNoKey)),
        Reason::Missing,
    );
}
