//! Opening the application: the rows A of TR-03105-5.1.

use crate::case::{Case, Row, case};
use crate::desk::*;
use crate::outcome::step_of;
use crate::reading::lines;
use chipid::error::Step;
use chipid::sim::profile;
use chipid::{CheckId, Reason, State, Verdict};

pub const ROWS: &[Row] = &[
    case("ISO7816_A_01", a_chip_without_access_control_is_read_and_told_as_such),
    case("ISO7816_A_02", a_chip_with_basic_access_control_is_read),
    case("ISO7816_A_03", a_chip_that_refuses_the_application_is_no_emrtd),
];

fn a_chip_without_access_control_is_read_and_told_as_such(case: &mut Case) {
    let desk = case.desk(profile::plain());
    let (_, report) = desk.read();
    assert_eq!(report.verdict(), Verdict::DataAuthentic, "{}", lines(&report));
    assert_eq!(report.access().unwrap().protocol, "none");
    is(&report, CheckId::AccessProtocol, State::NotSupported, Some(Reason::NoAccessControl));
    assert!(!desk.commands().iter().any(|command| is_protected(command)));
}

fn a_chip_with_basic_access_control_is_read(case: &mut Case) {
    let desk = case.desk(profile::passport());
    let (_, report) = desk.read();
    assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
    assert_eq!(report.access().unwrap().protocol, "bac");
    is(&report, CheckId::AccessProtocol, State::Successful, None);
    let names = desk.names();
    let opened = names.iter().position(|name| *name == EXTERNAL).unwrap();
    assert!(desk.commands()[opened + 1..].iter().all(|command| is_protected(command)));
}

/// The statuses by which the application is refused: there is none, the name is wrong, nobody may, and others.
const REFUSALS: [u16; 7] = [0x6A82, 0x6A80, 0x6A86, 0x6982, 0x6985, 0x6D00, 0x6F00];

fn a_chip_that_refuses_the_application_is_no_emrtd(case: &mut Case) {
    for profile in [profile::passport(), profile::plain()] {
        for status in REFUSALS {
            let desk = case.desk(profile.clone());
            desk.tamper(move |command, answer| match command {
                [_, 0xA4, 0x04, ..] => status.to_be_bytes().to_vec(),
                _ => answer,
            });
            let error = desk.try_read().err().unwrap().error;
            match status {
                0x6A82 => assert_eq!(error.code(), "no_application", "{error}"),
                _ => assert_eq!((error.code().as_str(), step_of(&error)), ("refused", Some(Step::SelectApplication))),
            }
            // Nothing is tried after it, but to ask what applications there are instead.
            let commands = desk.commands();
            let refused = commands.iter().position(|command| command[1..3] == [0xA4, 0x04]).unwrap();
            let after: Vec<_> = commands[refused + 1..].iter().map(|command| name_of(command)).collect();
            assert!(after.iter().all(|name| status == 0x6A82 && [SELECT, READ].contains(name)), "{after:?}");
        }
    }
}
