//! Documents one file of which is altered, hashed and signed again by their issuer, so that nothing but the alteration
//! shows; and what is then said of them.

use crate::case::Case;
use crate::desk::{Cut, Desk, MASTER, forged, group, is};
use crate::reading::{go_on, lines};
use chipid::chip::{FileKey, Terminal};
use chipid::internals::crypto::{Cipher, CurveId, OsRandom};
use chipid::internals::issuer::{CvHolder, TerminalAuthority};
use chipid::internals::tlv::Reader;
use chipid::lds::{DataGroup, FileDefect, FileId};
use chipid::sim::profile::{self, Contents};
use chipid::sim::{PaceSuite, Profile};
use chipid::{Card, CheckId, Document, ReadPlan, Reason, Report, State};

/// A passport that opens by a CAN, so that nothing is compared with a printed page; it proves itself in both ways.
pub fn passport() -> Profile {
    Profile {
        pace: vec![PaceSuite::generic(CurveId::Secp256r1, Cipher::Aes128)],
        can: Some("424242".to_owned()),
        ..profile::passport()
    }
}

/// A passport that opens by its MRZ and proves nothing of the chip: for what is a matter of its signed files alone.
pub fn simple() -> Profile {
    Profile { chip_authentication: Vec::new(), active_authentication: None, ..profile::passport() }
}

/// Lays a card with these files on the reader.
pub fn lay(desk: &Desk, contents: Contents) {
    desk.lay(desk.profile().card_with(contents).unwrap());
}

/// The files of a card that holds these data groups, while its EF.SOD has the hashes of those.
pub fn issued(profile: &Profile, held: Vec<(u8, Vec<u8>)>, hashed: &[(u8, Vec<u8>)]) -> Contents {
    let hashed: Vec<(u8, &[u8])> = hashed.iter().map(|(number, file)| (*number, file.as_slice())).collect();
    let sod = profile.issuer().unwrap().sod(&hashed).unwrap();
    profile.contents_with(held, sod)
}

/// One inspection, with the terminal of the card's authority where the card asks for one.
pub fn inspect(desk: &Desk) -> Result<(Document, Report), Box<Cut>> {
    let terminal = desk.profile().terminal_authentication.is_some().then(|| terminal(desk.profile()));
    desk.inspect(|card: Card| {
        let session = card.open(&desk.issued.password(), &mut go_on)?;
        let session = match terminal {
            Some(terminal) => session.with_terminal(terminal),
            None => session,
        };
        Ok(session.read(&ReadPlan::full(), &mut go_on)?)
    })
}

/// The same; it must come to its end.
#[track_caller]
pub fn report(desk: &Desk) -> Report {
    inspect(desk).unwrap_or_else(|cut| panic!("{}", cut.error)).1
}

/// The card as its profile has it, at the same reader: these checks of it are successful.
#[track_caller]
pub fn control(desk: &Desk, checks: &[CheckId]) {
    desk.heal();
    let report = report(desk);
    for id in checks {
        is(&report, *id, State::Successful, None);
    }
}

fn terminal(profile: &Profile) -> Terminal {
    let authority = TerminalAuthority::new(profile.terminal_authentication.clone().unwrap().authority);
    let key = authority.key(CvHolder::Terminal).unwrap();
    let mut terminal = Terminal::new(Box::new(FileKey::new(key, Box::new(OsRandom))));
    for certificate in authority.chain(1).unwrap() {
        terminal.add_file("chain", certificate.as_bytes()).unwrap();
    }
    terminal
}

/// `lds.dg2`.
pub fn of_file(number: u8) -> CheckId {
    CheckId::from_code(&format!("lds.dg{number}")).unwrap()
}

/// `pa.dg2`.
pub fn of_hash(number: u8) -> CheckId {
    CheckId::data_group(number).unwrap()
}

/// The data group is not as the standard has it, and what is amiss is named; its hash is right all the same, and that
/// is told apart.
#[track_caller]
pub fn is_non_conformant(report: &Report, number: u8, sentence: &str) {
    is(report, of_hash(number), State::Successful, None);
    is_named(report, of_file(number), sentence);
}

/// The check failed, and says this.
#[track_caller]
pub fn is_named(report: &Report, id: CheckId, sentence: &str) {
    let check = report.check(id).unwrap();
    assert_eq!(check.state, State::Failed, "{sentence}\n{}", lines(report));
    assert!(check.compared.contains(sentence), "{sentence}\n{}", lines(report));
}

/// A card whose data group is altered and signed again: it is found amiss by this defect.
#[track_caller]
pub fn altered(
    case: &mut Case,
    profile: Profile,
    number: u8,
    defect: FileDefect,
    change: impl FnOnce(&mut Vec<u8>),
) -> Report {
    let desk = case.desk(profile);
    lay(&desk, forged(desk.profile(), |groups| change(group(groups, number))));
    let report = report(&desk);
    is_non_conformant(&report, number, defect.sentence());
    control(&desk, &[of_file(number), of_hash(number)]);
    report
}

/// A card whose data group has another tag: it is no such file, whatever its hash says.
pub fn other_tag(case: &mut Case, profile: Profile, number: u8, tag: u8) {
    let desk = case.desk(profile);
    lay(&desk, forged(desk.profile(), |groups| group(groups, number)[0] = tag));
    let due = FileId::DataGroup(DataGroup::new(number).unwrap()).tag().unwrap().0;
    is_non_conformant(&report(&desk), number, &format!("tag {due:02X}"));
    control(&desk, &[of_file(number), of_hash(number)]);
}

/// A card whose data group is longer than its length says. Its issuer hashed the whole of it, or what a reader takes by
/// that length: then the hash is right, and the file is malformed all the same.
pub fn length_too_small(case: &mut Case, profile: Profile, number: u8) {
    for by in [-1, -7] {
        for is_hashed_whole in [true, false] {
            let desk = case.desk(profile.clone());
            let mut held = desk.profile().groups().unwrap();
            let file = group(&mut held, number);
            *file = with_length(file, by);
            let mut hashed = held.clone();
            if !is_hashed_whole {
                let file = group(&mut hashed, number);
                file.truncate(file.len().checked_add_signed(by).unwrap());
            }
            lay(&desk, issued(desk.profile(), held, &hashed));
            let report = report(&desk);
            if is_hashed_whole {
                is(&report, of_hash(number), State::Failed, Some(Reason::Mismatch));
            } else {
                is(&report, of_hash(number), State::Successful, None);
            }
            is_named(&report, of_file(number), "");
            control(&desk, &[of_file(number), of_hash(number)]);
        }
    }
}

/// A card whose data group ends before its length says; its issuer hashed what there is.
pub fn length_too_big(case: &mut Case, profile: Profile, number: u8) {
    for by in [1, 7, 300] {
        let desk = case.desk(profile.clone());
        lay(
            &desk,
            forged(desk.profile(), |groups| {
                let file = group(groups, number);
                *file = with_length(file, by);
            }),
        );
        let report = report(&desk);
        is_named(&report, of_file(number), "");
        control(&desk, &[of_file(number), of_hash(number)]);
    }
}

/// The file, the length in its header changed.
pub fn with_length(file: &[u8], by: isize) -> Vec<u8> {
    let object = Reader::new(file).next().unwrap();
    let length = object.value.len().checked_add_signed(by).unwrap();
    let head = chipid::internals::tlv::encode(object.tag, &vec![0; length]);
    [&head[..head.len() - length], object.value].concat()
}

/// A file of the master file or of the application, changed as it lies on the card; nobody signs it.
pub fn unsigned(desk: &Desk, is_master: bool, fid: u16, change: impl FnOnce(&mut Vec<u8>)) {
    desk.change_file(if is_master { MASTER } else { chipid::sim::Folder::Application }, fid, change);
}
