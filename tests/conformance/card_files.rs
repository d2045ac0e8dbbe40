//! The files of the card itself: EF.CardSecurity (LDS_J, LDS_H_93) and EF.ATR/INFO (LDS_K).

use crate::case::{Case, Row, case};
use crate::desk::{ATR_INFO, is};
use crate::issue::{control, passport, report};
use crate::reading::lines;
use chipid::sim::profile::{LengthInfo, cam};
use chipid::sim::{PlantedDefect, Profile, Quirk};
use chipid::{CheckId, Reason, Report, State, Verdict};

pub const ROWS: &[Row] = &[
    case("LDS_H_93", a_card_security_that_is_not_signed_fails),
    case("LDS_J_01", |case| {
        let report = with(case, PlantedDefect::CardSecurityMoreInfos);
        is(&report, CheckId::AccessCardAccess, State::Successful, None);
        assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
    }),
    case("LDS_J_02", |case| downgraded(case, PlantedDefect::CardSecurityFewerInfos, Reason::CardAccessDiffers)),
    case("LDS_J_03", |case| downgraded(case, PlantedDefect::CardSecurityOtherInfos, Reason::PaceInfoHidden)),
    case("LDS_J_04", another_key_than_the_chips_shows_nothing),
    case("LDS_K_01", |case| lengths(case, 1_024, 2_048)),
    case("LDS_K_02", |case| lengths(case, 65_535, 65_536)),
    case("LDS_K_03", |case| malformed(case, Quirk::AtrInfoOneLength, Reason::Malformed)),
    case("LDS_K_04", |case| malformed(case, Quirk::AtrInfoTag7f65, Reason::Missing)),
];

/// What is said of the card of chip authentication mapping with this defect; and of the one without.
fn with(case: &mut Case, defect: PlantedDefect) -> Report {
    let desk = case.desk(cam());
    desk.lay(desk.profile().clone().with_defect(defect).card().unwrap());
    let report = report(&desk);
    control(&desk, &[CheckId::AccessCardAccess, CheckId::AccessCardSecurity, CheckId::ChipPaceCam]);
    report
}

/// What shows the chip is a key that nobody signed.
fn a_card_security_that_is_not_signed_fails(case: &mut Case) {
    for (defect, reason) in [
        (PlantedDefect::CardSecurityWrongSignature, Reason::BadSignature),
        (PlantedDefect::CardSecurityWrongHash, Reason::MessageDigestMismatch),
    ] {
        let report = with(case, defect);
        is(&report, CheckId::AccessCardSecurity, State::Failed, Some(reason));
        assert!(!report.check(CheckId::ChipPaceCam).unwrap().is_successful(), "{}", lines(&report));
        // EF.SOD is another matter.
        is(&report, CheckId::PaSignature, State::Successful, None);
        assert_eq!(report.verdict(), Verdict::Failed);
    }
}

/// What EF.CardAccess offers is not what its signed copy has.
fn downgraded(case: &mut Case, defect: PlantedDefect, reason: Reason) {
    let report = with(case, defect);
    is(&report, CheckId::AccessCardSecurity, State::Successful, None);
    is(&report, CheckId::AccessCardAccess, State::Failed, Some(reason));
    assert_eq!(report.verdict(), Verdict::Failed);
}

fn another_key_than_the_chips_shows_nothing(case: &mut Case) {
    let report = with(case, PlantedDefect::CardSecurityOtherKey);
    is(&report, CheckId::AccessCardSecurity, State::Successful, None);
    assert_eq!(report.check(CheckId::ChipPaceCam).unwrap().state, State::Failed, "{}", lines(&report));
    assert_eq!(report.verdict(), Verdict::Failed);
}

/// A card that states these lengths, the longest command and answer, and takes them.
fn card(command: usize, answer: usize) -> Profile {
    Profile { lengths: LengthInfo::True, max_command: command, max_answer: answer, ..passport() }
}

fn lengths(case: &mut Case, command: usize, answer: usize) {
    let desk = case.desk(card(command, answer));
    let report = report(&desk);
    is(&report, CheckId::LdsAtrInfo, State::Successful, None);
    assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
    assert_eq!(desk.named(ATR_INFO).len(), 1);
    // They are made use of: EF.DG2 alone is longer than 20 short answers.
    assert!(desk.commands().len() < 40, "{} commands", desk.commands().len());
}

/// It is told, and the reading goes on all the same.
fn malformed(case: &mut Case, quirk: Quirk, reason: Reason) {
    let desk = case.desk(card(2_048, 4_096));
    desk.lay(desk.profile().clone().with_quirk(quirk).card().unwrap());
    let report = report(&desk);
    is(&report, CheckId::LdsAtrInfo, State::Failed, Some(reason));
    assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
    control(&desk, &[CheckId::LdsAtrInfo]);
}
