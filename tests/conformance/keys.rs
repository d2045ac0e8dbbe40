//! The files that chip proofs and terminals need: EF.DG14 (LDS_F), EF.CVCA (LDS_G), EF.DG15 (LDS_I).

use crate::case::{Case, Row, case};
use crate::desk::{forged, group, info, is, with_infos};
use crate::issue::{
    control, inspect, is_named, is_non_conformant, lay, length_too_big, length_too_small, of_hash, other_tag, passport,
    report, unsigned,
};
use crate::reading::{lines, now, trust};
use chipid::chip::TerminalAuthentication;
use chipid::document::{FileState, NotRead};
use chipid::internals::oid;
use chipid::internals::tlv::{Reader, Tag, encode};
use chipid::lds::{DataGroup, FileDefect, FileId};
use chipid::sim::{PlantedDefect as Flaw, profile};
use chipid::{CheckId, Reason, State, Tolerances, Verdict};

pub const ROWS: &[Row] = &[
    case("LDS_F_01", |case| other_tag(case, passport(), 14, 0x6F)),
    case("LDS_F_02", |case| length_too_small(case, passport(), 14)),
    case("LDS_F_03", |case| length_too_big(case, passport(), 14)),
    case("LDS_F_04", |case| {
        without_info(case, |infos| {
            // A protocol below the arc of chip authentication that there is not.
            let protocol = [oid::ID_CA.as_der(), &[9]].concat();
            let at = infos.iter().position(|one| is_chip_info(one)).unwrap();
            infos[at] = info(&protocol, &[1]);
        })
    }),
    case("LDS_F_05", without_the_protocol),
    case("LDS_F_06", |case| flawed(case, Flaw::CaInfoVersion10, FileDefect::InfoVersion)),
    case("LDS_F_07", |case| flawed(case, Flaw::CaInfoWithoutVersion, FileDefect::InfoMalformed)),
    case("LDS_G_01", |case| {
        no_trust_point(case, |file| file[0] = 0x43);
        no_trust_point(case, |file| file[0] = 0x82);
    }),
    case("LDS_G_02", |case| {
        no_trust_point(case, |file| file.fill(0));
        no_trust_point(case, Vec::clear);
    }),
    case("LDS_I_01", |case| other_tag(case, passport(), 15, 0x70)),
    case("LDS_I_02", |case| length_too_small(case, passport(), 15)),
    case("LDS_I_03", |case| length_too_big(case, passport(), 15)),
];

/// Whether an info is a ChipAuthenticationInfo: an identifier below id-CA.
fn is_chip_info(info: &[u8]) -> bool {
    let protocol = Reader::new(info).next().unwrap().children().next().unwrap();
    protocol.value.starts_with(oid::ID_CA.as_der())
}

/// EF.DG14 with other infos, signed again: which protocol its key is for, no known info says. A card in the field may
/// lack the info, and is then no better than undetermined.
fn without_info(case: &mut Case, change: fn(&mut Vec<Vec<u8>>)) {
    let desk = case.desk(passport());
    lay(
        &desk,
        forged(desk.profile(), |groups| {
            let file = group(groups, 14);
            *file = with_infos(file, change);
        }),
    );
    let (document, report) = inspect(&desk).unwrap_or_else(|cut| panic!("{}", cut.error));
    is_non_conformant(&report, 14, FileDefect::ChipInfoMissing.sentence());
    assert!(!report.check(CheckId::ChipChipAuthentication).unwrap().is_successful(), "{}", lines(&report));
    let tolerated = document.verify_with(&trust(desk.profile()), now(), &Tolerances::field());
    assert!(tolerated.verdict() <= Verdict::Undetermined, "{}", lines(&tolerated));
    control(&desk, &[CheckId::LdsDg14, CheckId::ChipChipAuthentication]);
}

fn without_the_protocol(case: &mut Case) {
    // No info at all for the key.
    without_info(case, |infos| infos.retain(|one| !is_chip_info(one)));
    // An info that does not say which protocol it is of.
    let desk = case.desk(passport());
    lay(
        &desk,
        forged(desk.profile(), |groups| {
            let file = group(groups, 14);
            *file = with_infos(file, |infos| {
                let at = infos.iter().position(|one| is_chip_info(one)).unwrap();
                infos[at] = encode(Tag::SEQUENCE, &encode(Tag::INTEGER, &[1]));
            });
        }),
    );
    let report = report(&desk);
    is_non_conformant(&report, 14, "expected the protocol");
    control(&desk, &[CheckId::LdsDg14, CheckId::ChipChipAuthentication]);
}

/// A ChipAuthenticationInfo that is not as its protocol has it: chip authentication is not made by it.
fn flawed(case: &mut Case, flaw: Flaw, defect: FileDefect) {
    let desk = case.desk(passport());
    desk.lay(desk.profile().clone().with_defect(flaw).card().unwrap());
    let report = report(&desk);
    is_non_conformant(&report, 14, defect.sentence());
    let proof = report.check(CheckId::ChipChipAuthentication).unwrap();
    assert!(!proof.is_successful(), "{}", lines(&report));
    assert!(report.verdict() <= Verdict::Undetermined, "{}", lines(&report));
    control(&desk, &[CheckId::LdsDg14, CheckId::ChipChipAuthentication]);
}

/// EF.CVCA, which nobody signs, names no authority first: terminal authentication fails, and all else is as good as ever.
fn no_trust_point(case: &mut Case, change: fn(&mut Vec<u8>)) {
    let desk = case.desk(profile::eac());
    unsigned(&desk, false, FileId::Cvca.fid(), change);
    let (document, report) = inspect(&desk).unwrap_or_else(|cut| panic!("{}", cut.error));
    is(&report, CheckId::AccessTerminal, State::Failed, Some(Reason::Missing));
    is_named(&report, CheckId::AccessTerminal, "EF.CVCA");
    assert!(matches!(document.terminal_authentication(), TerminalAuthentication::NoTrustPoints));
    for number in [3, 4] {
        let file = FileId::DataGroup(DataGroup::new(number).unwrap());
        assert_eq!(*document.file(file), FileState::NotRead(NotRead::NeedsTerminalAuthentication));
        is(&report, of_hash(number), State::NotSupported, Some(Reason::NeedsTerminalAuthentication));
    }
    assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
    control(&desk, &[CheckId::AccessTerminal, CheckId::PaDg3, CheckId::PaDg4]);
}
