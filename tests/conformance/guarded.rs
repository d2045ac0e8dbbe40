//! What a terminal reads, and what it is denied: rows E of TR-03105-5.1 about EF.DG3 and EF.DG4.

use crate::case::{Case, Row, case};
use crate::desk::*;
use crate::terminal::{APPLICATION, CHECK, DG3, DG4, opens, own_terminal, read};
use chipid::document::{FileState, NotRead};
use chipid::internals::iso7816::StatusWord;
use chipid::internals::tlv::{self, Tag};
use chipid::lds::FileId;
use chipid::sim::profile::eac;
use chipid::sim::{Profile, Quirk, ReadRule};
use chipid::{CheckId, Reason, State};

pub const ROWS: &[Row] = &[
    case("ISO7816_E_14", denied_access_to_dg3_is_no_fault_of_the_card),
    case("ISO7816_E_15", denied_access_to_dg4_is_no_fault_of_the_card),
    case("ISO7816_E_16", denied_access_to_both_is_no_fault_of_the_card),
    case("ISO7816_E_26", further_data_groups_are_read_beside_the_biometrics),
    case("ISO7816_E_29", dg3_is_read_where_there_is_no_dg4),
    case("ISO7816_E_30", dg4_is_read_where_there_is_no_dg3),
];

/// The chip accepts the terminal and then denies these files: they are not read, the rest is, and all is genuine.
fn denies(case: &mut Case, files: &[FileId], lie: impl FnOnce(&Desk)) {
    let desk = case.desk(eac());
    lie(&desk);
    let (document, report) = read(&desk, own_terminal(&desk, true));
    is(&report, CHECK, State::Successful, None);
    for (file, check) in [(DG3, CheckId::PaDg3), (DG4, CheckId::PaDg4)] {
        if files.contains(&file) {
            assert_eq!(*document.file(file), FileState::NotRead(NotRead::NeedsTerminalAuthentication));
            is(&report, check, State::NotSupported, Some(Reason::NeedsTerminalAuthentication));
        } else {
            assert!(document.file(file).bytes().is_some());
            is(&report, check, State::Successful, None);
        }
    }
    desk.heal();
    opens(&desk, own_terminal(&desk, true));
}

/// The card refuses this file to everybody.
fn refuse_file(desk: &Desk, file: FileId) {
    desk.change_files(|files| {
        let own = files.iter_mut().filter(|own| own.folder == APPLICATION && own.fid == file.fid());
        own.for_each(|own| own.rule = ReadRule::Refused(StatusWord(0x6982)));
    });
}

fn denied_access_to_dg3_is_no_fault_of_the_card(case: &mut Case) {
    denies(case, &[DG3], |desk| refuse_file(desk, DG3));
}

fn denied_access_to_dg4_is_no_fault_of_the_card(case: &mut Case) {
    denies(case, &[DG4], |desk| refuse_file(desk, DG4));
}

fn denied_access_to_both_is_no_fault_of_the_card(case: &mut Case) {
    denies(case, &[DG3, DG4], |desk| desk.lay(eac().with_quirk(Quirk::BiometricsDenied).card().unwrap()));
}

fn further_data_groups_are_read_beside_the_biometrics(case: &mut Case) {
    // DG11 with a name, DG12 with a date of issue.
    let text = |tag: u32, text: &[u8]| tlv::encode(Tag(tag), text);
    let dg11 = tlv::encode_all(Tag(0x6B), &[&text(0x5C, &[0x5F, 0x0E]), &text(0x5F0E, b"MUSTER<<MIA")]);
    let dg12 = tlv::encode_all(Tag(0x6C), &[&text(0x5C, &[0x5F, 0x26]), &text(0x5F26, b"20230701")]);
    let desk = case.desk(Profile { more_groups: vec![(11, dg11), (12, dg12)], ..eac() });
    opens(&desk, own_terminal(&desk, true));
    let (_, report) = read(&desk, own_terminal(&desk, true));
    for check in [CheckId::PaDg11, CheckId::PaDg12] {
        is(&report, check, State::Successful, None);
    }
}

/// A card without one of the two biometric files.
fn without(case: &mut Case, number: u8) -> Desk {
    let desk = case.desk(eac());
    let contents = forged(desk.profile(), |groups| groups.retain(|(own, _)| *own != number));
    desk.lay(desk.profile().card_with(contents).unwrap());
    desk
}

fn dg3_is_read_where_there_is_no_dg4(case: &mut Case) {
    let desk = without(case, 4);
    opens(&desk, own_terminal(&desk, true));
}

fn dg4_is_read_where_there_is_no_dg3(case: &mut Case) {
    let desk = without(case, 3);
    opens(&desk, own_terminal(&desk, true));
}
