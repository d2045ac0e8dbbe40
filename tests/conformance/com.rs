//! EF.COM: the rows LDS_A, and those that compare its list with that of EF.SOD (LDS_H_90 to H_92).

use crate::case::{Case, Row, case};
use crate::desk::is;
use crate::issue::{control, inspect, is_named, passport, report, unsigned, with_length};
use crate::reading::{lines, now};
use chipid::internals::tlv::{Tag, encode, encode_all};
use chipid::lds::FileDefect;
use chipid::{CheckId, Reason, State, Tolerances, Verdict};

pub const ROWS: &[Row] = &[
    case("LDS_A_01", |case| malformed(case, |com| com.tag = 0x61, 0, "tag 60")),
    case("LDS_A_02", |case| {
        malformed(case, |_| {}, -1, "");
        malformed(case, |_| {}, -5, "");
    }),
    case("LDS_A_03", |case| {
        malformed(case, |_| {}, 1, "");
        malformed(case, |_| {}, 20, "");
    }),
    case("LDS_A_04", |case| unknown_version(case, |com| com.lds = Some(b"0300"), FileDefect::ComVersionUnknown)),
    case("LDS_A_05", |case| malformed(case, |com| com.lds = None, 0, FileDefect::ComVersionMissing.sentence())),
    case("LDS_A_06", |case| unknown_version(case, |com| com.unicode = Some(b"050000"), FileDefect::ComUnicodeUnknown)),
    case("LDS_A_07", |case| tolerable(case, |com| com.unicode = None, FileDefect::ComUnicodeMissing)),
    case("LDS_A_08", |case| {
        let sentence = FileDefect::ComListWithoutMandatory.sentence();
        malformed(case, |com| com.list.as_mut().unwrap().retain(|tag| *tag != 0x61), 0, sentence);
    }),
    case("LDS_A_09", |case| tolerable(case, |com| com.list = None, FileDefect::ComListMissing)),
    case("LDS_A_10", the_file_of_lds_1_8_is_read),
    case("LDS_H_90", |case| inconsistent(case, |tags| tags.retain(|tag| *tag != 0x6F))),
    case("LDS_H_91", |case| inconsistent(case, |tags| tags.push(0x6B))),
    case("LDS_H_92", |case| {
        inconsistent(case, |tags| tags.iter_mut().filter(|tag| **tag == 0x6F).for_each(|tag| *tag = 0x6B))
    }),
];

const EF_COM: u16 = 0x011E;

/// EF.COM before it is encoded.
struct Com {
    tag: u32,
    lds: Option<&'static [u8]>,
    unicode: Option<&'static [u8]>,
    list: Option<Vec<u8>>,
}

/// What is said of a card whose EF.COM is altered, nobody signs it; and of the same card unaltered.
#[track_caller]
fn with_com(case: &mut Case, change: fn(&mut Com), length: isize) -> (chipid::Document, chipid::Report) {
    let desk = case.desk(passport());
    let groups = desk.profile().groups().unwrap();
    let mut com = Com {
        tag: 0x60,
        lds: Some(b"0107"),
        unicode: Some(b"040000"),
        list: Some(groups.iter().map(|(_, file)| file[0]).collect()),
    };
    let encoded = |com: &Com| {
        let part = |tag, value: Option<&[u8]>| value.map(|value| encode(Tag(tag), value)).unwrap_or_default();
        let list = part(0x5C, com.list.as_deref());
        encode_all(Tag(com.tag), &[&part(0x5F01, com.lds), &part(0x5F36, com.unicode), &list])
    };
    let sound = encoded(&com);
    change(&mut com);
    unsigned(&desk, false, EF_COM, |file| {
        assert_eq!(*file, sound, "the card's own EF.COM");
        *file = with_length(&encoded(&com), length);
    });
    let inspected = inspect(&desk).unwrap_or_else(|cut| panic!("{}", cut.error));
    control(&desk, &[CheckId::LdsCom]);
    inspected
}

fn malformed(case: &mut Case, change: fn(&mut Com), length: isize, sentence: &str) {
    let (_, report) = with_com(case, change, length);
    is_named(&report, CheckId::LdsCom, sentence);
    assert_eq!(report.verdict(), Verdict::Failed);
    // The reading follows EF.SOD, and is none the worse for it.
    is(&report, CheckId::PaDataGroups, State::Successful, None);
}

/// A version that is not known is no success by silence.
fn unknown_version(case: &mut Case, change: fn(&mut Com), defect: FileDefect) {
    let (_, report) = with_com(case, change, 0);
    is(&report, CheckId::LdsCom, State::Failed, Some(Reason::UnknownVersion));
    is_named(&report, CheckId::LdsCom, defect.sentence());
}

/// What cards in the field lack: failed, and where it is tolerated no better than undetermined.
fn tolerable(case: &mut Case, change: fn(&mut Com), defect: FileDefect) {
    let (document, report) = with_com(case, change, 0);
    is_named(&report, CheckId::LdsCom, defect.sentence());
    assert_eq!(report.verdict(), Verdict::Failed);
    let trust = crate::reading::trust(&passport());
    let tolerated = document.verify_with(&trust, now(), &Tolerances::field());
    assert_eq!(tolerated.check(CheckId::LdsCom).unwrap().reason, Some(Reason::Tolerance), "{}", lines(&tolerated));
    assert_eq!(tolerated.verdict(), Verdict::Undetermined);
}

fn the_file_of_lds_1_8_is_read(case: &mut Case) {
    let (_, report) = with_com(case, |com| com.lds = Some(b"0108"), 0);
    is(&report, CheckId::LdsCom, State::Successful, None);
    assert_eq!(report.verdict(), Verdict::Genuine);
}

/// EF.COM lists other data groups than EF.SOD: what is read is what EF.SOD lists.
fn inconsistent(case: &mut Case, change: fn(&mut Vec<u8>)) {
    let desk = case.desk(passport());
    unsigned(&desk, false, EF_COM, |file| {
        let list = file.windows(2).position(|pair| pair[0] == 0x5C).unwrap();
        let mut tags = file.split_off(list)[2..].to_vec();
        change(&mut tags);
        file.extend(encode(Tag(0x5C), &tags));
        file[1] = u8::try_from(file.len() - 2).unwrap();
    });
    let report = report(&desk);
    is(&report, CheckId::LdsCom, State::Failed, Some(Reason::Mismatch));
    is(&report, CheckId::PaDataGroups, State::Successful, None);
    is(&report, CheckId::ChipActiveAuthentication, State::Successful, None);
    assert_eq!(report.verdict(), Verdict::Failed);
    control(&desk, &[CheckId::LdsCom]);
}
