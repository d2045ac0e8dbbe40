//! Reading files: the rows C of TR-03105-5.1.

use crate::case::{Case, Row, case};
use crate::desk::*;
use crate::protocols::generic;
use crate::reading::lines;
use chipid::internals::tlv::{self, Tag};
use chipid::lds::{DataGroup, FileId};
use chipid::sim::{Folder, Profile, Quirk, profile};
use chipid::{CheckId, Document, Reason, Report, State, Verdict};

const APPLICATION: Folder = Folder::Application;

pub const ROWS: &[Row] = &[
    case("ISO7816_C_01", a_data_group_that_is_announced_and_not_there_is_missed),
    case("ISO7816_C_02", a_file_beyond_32_kilobytes_is_read_whole_by_the_odd_instruction),
    case("ISO7816_C_03", bytes_beyond_the_end_of_a_file_are_none_of_it),
    case("ISO7816_C_04", |case| the_end_of_a_file_is_survived(case, Quirk::EndOfFile6b00)),
    case("ISO7816_C_05", |case| the_end_of_a_file_is_survived(case, Quirk::EndOfFile6282)),
    case("ISO7816_C_06", |case| the_end_of_a_file_is_survived(case, Quirk::EndOfFile6cxx)),
    case("ISO7816_C_07", a_chip_with_the_odd_instruction_only_is_read),
    case("ISO7816_C_08", an_image_of_no_bytes_is_told_and_crashes_nothing),
];

/// Cards without access control, with BAC and with PACE; of short lengths and of extended ones.
fn cards() -> [Profile; 4] {
    [profile::plain(), profile::passport(), generic(), generic().with_max_answer(256)]
}

/// A card of the profile with this quirk; control is the card without it.
fn with_quirk(case: &mut Case, profile: &Profile, quirk: Quirk) -> Desk {
    let desk = case.desk(profile.clone());
    let contents = profile.clone().with_quirk(quirk).contents().unwrap();
    desk.lay(profile.clone().with_quirk(quirk).card_with(contents).unwrap());
    desk
}

/// The card is read to its end and is what it is; every file came as it is on the card, not a byte more or less.
#[track_caller]
fn is_read(desk: &Desk) -> (Document, Report) {
    let (document, report) = desk.read();
    let is_plain = desk.profile().chip_authentication.is_empty();
    let worth = if is_plain { Verdict::DataAuthentic } else { Verdict::Genuine };
    assert_eq!(report.verdict(), worth, "{}\n{}", desk.profile().name, lines(&report));
    let held = desk.files();
    for group in DataGroup::all().filter(|group| *group != DataGroup::DG3) {
        let file = FileId::DataGroup(group);
        let on_card = held.iter().find(|held| (held.folder, held.fid) == (APPLICATION, file.fid()));
        assert_eq!(document.file(file).bytes(), on_card.map(|held| held.content.as_slice()), "{file}");
    }
    (document, report)
}

fn a_data_group_that_is_announced_and_not_there_is_missed(case: &mut Case) {
    // EF.COM and EF.SOD both list it.
    for (profile, fid, id) in [
        (profile::plain(), 0x0102, CheckId::PaDg2),
        (profile::passport(), 0x0102, CheckId::PaDg2),
        (generic(), 0x010D, CheckId::PaDg13),
    ] {
        let desk = case.desk(profile);
        desk.change_files(|files| files.retain(|file| (file.folder, file.fid) != (APPLICATION, fid)));
        let (_, report) = desk.read();
        is(&report, id, State::Failed, Some(Reason::Missing));
        is(&report, CheckId::PaDataGroups, State::Failed, Some(Reason::Missing));
        assert_eq!(report.verdict(), Verdict::Failed);
    }
    // EF.COM alone does: whether it is there is not asked, since EF.SOD says what is.
    let desk = case.desk(profile::passport());
    desk.change_file(APPLICATION, 0x011E, |com| {
        let at = com.windows(2).position(|two| two == [0x5C, 0x04]).unwrap();
        com[1] += 1;
        com[at + 1] += 1;
        com.push(0x6B);
    });
    let (_, report) = desk.read();
    is(&report, CheckId::LdsCom, State::Failed, Some(Reason::Mismatch));
    assert_eq!(report.verdict(), Verdict::Failed);
}

fn a_file_beyond_32_kilobytes_is_read_whole_by_the_odd_instruction(case: &mut Case) {
    for profile in cards() {
        let desk = case.desk(profile.with_quirk(Quirk::LargeDg2));
        let (document, _) = is_read(&desk);
        assert!(document.file(FileId::DataGroup(DataGroup::DG2)).bytes().unwrap().len() > 0x7FFF);
        let odd: Vec<_> = desk.commands().into_iter().filter(|command| command[1] == 0xB1).collect();
        assert!(!odd.is_empty());
        for command in odd {
            // The offset in DO'54'; under secure messaging in DO'85', the odd instruction's cryptogram.
            let first = if is_protected(&command) { 0x85 } else { 0x54 };
            assert_eq!(objects(&data_of(&command))[0].0, first);
        }
    }
}

fn bytes_beyond_the_end_of_a_file_are_none_of_it(case: &mut Case) {
    for profile in cards() {
        // By its rest with 9000, which every card here does; with bytes that are not the file's; in small parts.
        is_read(&case.desk(profile.clone()));
        for quirk in [Quirk::ZerosAfterEnd, Quirk::PaddingInFile, Quirk::ShortAnswers, Quirk::OneByteShort] {
            is_read(&with_quirk(case, &profile, quirk));
        }
    }
}

fn the_end_of_a_file_is_survived(case: &mut Case, quirk: Quirk) {
    for profile in cards() {
        let desk = with_quirk(case, &profile, quirk);
        is_read(&desk);
        let honest = case.aside(profile);
        honest.read();
        // No loop: a file costs a header more than without, or one more question.
        assert!(desk.commands().len() <= 3 * honest.commands().len(), "{}", desk.commands().len());
    }
    // Such a status counts inside verified secure messaging only: in the clear it ends the session, with data or without.
    for naked in [vec![0x62, 0x82], vec![0x6B, 0x00], vec![0x6C, 0x10], vec![0x61, 0x02, 0x62, 0x82]] {
        // Of lengths that have come before: with a new one it may be the length that the chip ends the session over.
        for profile in [profile::passport(), generic().with_max_answer(256)] {
            let desk = case.aside(Profile { chip_authentication: Vec::new(), full_card_access: false, ..profile });
            let (told, naked) = (naked.clone(), naked.clone());
            desk.change(READ, 4, move |_| naked.clone());
            let error = desk.try_read().err().unwrap().error;
            let code = if told.len() > 2 { "protocol.bad_response" } else { "protocol.unprotected" };
            assert_eq!(error.code(), code, "{told:02X?}: {error}");
            assert_eq!(desk.names().last(), Some(&READ));
            assert!(!desk.seen().contains(&Seen::Reset));
        }
    }
}

fn a_chip_with_the_odd_instruction_only_is_read(case: &mut Case) {
    for profile in cards() {
        let desk = with_quirk(case, &profile, Quirk::OddReadOnly);
        is_read(&desk);
        let odd = desk.commands().iter().filter(|command| command[1] == 0xB1).count();
        let even = desk.commands().iter().filter(|command| command[1] == 0xB0).count();
        assert!(odd > even && even <= 4, "{odd} odd, {even} even");
    }
}

/// EF.DG2 around another biometric data block.
fn with_record(dg2: &[u8], change: impl Fn(Vec<u8>) -> Vec<u8>) -> Vec<u8> {
    let value = |inside: &[u8], tag: u32| objects(inside).into_iter().find(|(own, _)| *own == tag).unwrap().1;
    let group = value(&value(dg2, 0x75), 0x7F61);
    let (count, template) = (value(&group, 0x02), value(&group, 0x7F60));
    let (header, record) = (value(&template, 0xA1), value(&template, 0x5F2E));
    let record = tlv::encode(Tag(0x5F2E), &change(record));
    let template = tlv::encode_all(Tag(0x7F60), &[&tlv::encode(Tag(0xA1), &header), &record]);
    let count = tlv::encode(Tag::INTEGER, &count);
    tlv::encode(Tag(0x75), &tlv::encode_all(Tag(0x7F61), &[&count, &template]))
}

/// Octets of a face record before its image, and of its own header alone (ISO/IEC 19794-5 §5).
const FACE_HEADERS: usize = 46;
const RECORD_HEADER: usize = 14;

/// The face record with lengths that leave no byte for the image.
fn without_length(mut record: Vec<u8>) -> Vec<u8> {
    record[8..12].copy_from_slice(&(FACE_HEADERS as u32).to_be_bytes());
    record[14..18].copy_from_slice(&((FACE_HEADERS - RECORD_HEADER) as u32).to_be_bytes());
    record
}

fn an_image_of_no_bytes_is_told_and_crashes_nothing(case: &mut Case) {
    for profile in [profile::passport(), generic()] {
        let changes: [fn(Vec<u8>) -> Vec<u8>; 2] = [
            |record| without_length(record)[..FACE_HEADERS].to_vec(),
            // The bytes are there, and the record says that they are not.
            without_length,
        ];
        for (row, change) in changes.into_iter().enumerate() {
            let desk = case.desk(profile.clone());
            let contents = forged(&profile, |groups| {
                let dg2 = group(groups, 2);
                *dg2 = with_record(dg2, change);
            });
            desk.lay(profile.card_with(contents).unwrap());
            let (_, report) = desk.read();
            let check = report.check(CheckId::LdsDg2).unwrap();
            assert_eq!(check.state, State::Failed, "row {row}\n{}", lines(&report));
            // What is wrong with the file is one thing, that it is the one which was signed another.
            is(&report, CheckId::PaDg2, State::Successful, None);
            // A length that is wrong loses no image that is there.
            assert_eq!(report.portrait().is_none(), row == 0, "row {row}");
        }
    }
}
