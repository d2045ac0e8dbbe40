//! The machine readable zone in EF.DG1: the rows LDS_B. Each runs on a passport (TD3) and on a card (TD1), where both
//! have the field.

use crate::case::{Case, Row, case};
use crate::desk::{Desk, forged, group, is};
use crate::issue::{
    altered, control, is_named, is_non_conformant, lay, length_too_big, length_too_small, of_file, of_hash, other_tag,
    passport, report,
};
use crate::reading::{lines, mrz_only};
use chipid::internals::tlv::{Tag, encode};
use chipid::lds::{FileDefect, Mrz, MrzField};
use chipid::sim::Profile;
use chipid::sim::person::{Layout, Person};
use chipid::{Card, CheckId, Password, ReadPlan, Reason, Report, State, Verdict, Warning};

pub const ROWS: &[Row] = &[
    case("LDS_B_01", |case| {
        legal(
            case,
            |person| person.optional = "ZE184226B".into(),
            |mrz| {
                assert_eq!(mrz.optional_data().trim_end_matches('<'), "ZE184226B");
            },
        )
    }),
    case("LDS_B_02", |case| {
        legal(
            case,
            |person| person.secondary = "ANNA BEATA CHARLOTTE DOROTHEA EMILIA FRIEDA".into(),
            |mrz| {
                assert!(mrz.name().may_be_cut);
            },
        )
    }),
    case("LDS_B_03", |case| {
        legal(
            case,
            |person| person.secondary = String::new(),
            |mrz| {
                assert_eq!((mrz.name().primary.as_str(), mrz.name().secondary.as_str()), ("MUSTER", ""));
            },
        )
    }),
    case("LDS_B_04", a_zero_where_a_filler_could_stand_is_legal),
    case("LDS_B_05", |case| cards(case, |case, profile| other_tag(case, profile, 1, 0x62))),
    case("LDS_B_06", |case| cards(case, |case, profile| length_too_small(case, profile, 1))),
    case("LDS_B_07", |case| cards(case, |case, profile| length_too_big(case, profile, 1))),
    case("LDS_B_08", |case| both(case, |person| person.document_code = "X<".into(), FileDefect::MrzDocumentCode)),
    case("LDS_B_09", |case| both(case, |person| person.state = "U2O".into(), FileDefect::MrzIssuingState)),
    case("LDS_B_10", |case| {
        both(case, |person| (person.primary, person.secondary) = Default::default(), FileDefect::MrzNameVoid)
    }),
    case("LDS_B_11", |case| other_page(case, |person| person.primary = "MUSTERMANN".into(), "name")),
    case("LDS_B_12", |case| other_page(case, |person| person.document_number = "X00000025".into(), "document number")),
    case("LDS_B_13", |case| {
        wrong_digit(case, MrzField::DocumentNumberCheckDigit, FileDefect::MrzDocumentNumberCheckDigit)
    }),
    case("LDS_B_14", |case| both(case, |person| person.nationality = "U2O".into(), FileDefect::MrzNationality)),
    case("LDS_B_15", |case| both(case, |person| person.birth = "85A412".into(), FileDefect::MrzBirthSyntax)),
    case("LDS_B_16", |case| {
        both(case, |person| person.birth = "851312".into(), FileDefect::MrzBirthDate);
        both(case, |person| person.birth = "850231".into(), FileDefect::MrzBirthDate);
    }),
    case("LDS_B_17", |case| wrong_digit(case, MrzField::BirthDateCheckDigit, FileDefect::MrzBirthCheckDigit)),
    case("LDS_B_18", |case| both(case, |person| person.sex = '1', FileDefect::MrzSex)),
    case("LDS_B_19", |case| {
        both(case, |person| person.expiry = "33A231".into(), FileDefect::MrzExpirySyntax);
        both(case, |person| person.expiry = "33<<<<".into(), FileDefect::MrzExpirySyntax);
    }),
    case("LDS_B_20", |case| both(case, |person| person.expiry = "331331".into(), FileDefect::MrzExpiryDate)),
    case("LDS_B_21", |case| wrong_digit(case, MrzField::ExpiryDateCheckDigit, FileDefect::MrzExpiryCheckDigit)),
    case("LDS_B_22", |case| wrong_digit(case, MrzField::OptionalDataCheckDigit, FileDefect::MrzOptionalCheckDigit)),
    case("LDS_B_23", |case| wrong_digit(case, MrzField::CompositeCheckDigit, FileDefect::MrzCompositeCheckDigit)),
    case("LDS_B_24", a_file_without_its_zone_is_none),
    case("LDS_B_25", |case| partial(case, "8504<<")),
    case("LDS_B_26", |case| partial(case, "85<<12")),
    case("LDS_B_27", |case| partial(case, "<<0412")),
    case("LDS_B_28", |case| partial(case, "<<<<<<")),
];

/// A card that opens like the passport, with an MRZ of three lines.
fn card() -> Profile {
    let mut profile = Profile { layout: Layout::Td1, ..passport() };
    profile.person.document_code = "I".into();
    profile.issuer.document_types = vec!["I".to_owned()];
    profile
}

fn cards(case: &mut Case, row: fn(&mut Case, Profile)) {
    [passport(), card()].into_iter().for_each(|profile| row(case, profile));
}

fn dg1(lines: &[String]) -> Vec<u8> {
    encode(Tag(0x61), &encode(Tag(0x5F1F), lines.concat().as_bytes()))
}

/// DG1 has the zone of this person, its check digits right.
fn both(case: &mut Case, change: fn(&mut Person), defect: FileDefect) {
    for profile in [passport(), card()] {
        let mut person = profile.person.clone();
        change(&mut person);
        let lines = person.mrz_lines(profile.layout);
        let report = altered(case, profile, 1, defect, |file| *file = dg1(&lines));
        // Nothing else is amiss with the file.
        let compared = &report.check(CheckId::LdsDg1).unwrap().compared;
        assert_eq!(compared.split("; ").count(), 1, "{compared}");
    }
}

/// One check digit is another: it is named, and so is what it makes wrong, the composite one.
fn wrong_digit(case: &mut Case, field: MrzField, defect: FileDefect) {
    for profile in [passport(), card()] {
        let text = profile.mrz_lines().concat();
        let Some(place) = Mrz::parse(&text).unwrap().format().position(field) else { continue };
        altered(case, profile, 1, defect, |file| {
            let at = file.len() - text.len() + place.start;
            file[at] = if file[at] == b'9' { b'0' } else { file[at].max(b'0') + 1 };
        });
    }
}

/// The MRZ of this person is legal: the card opens by it, and is found sound.
fn legal(case: &mut Case, change: fn(&mut Person), says: fn(&Mrz)) {
    for mut profile in [passport(), card()] {
        change(&mut profile.person);
        let desk = case.desk(profile);
        let report = opened_by_its_page(&desk);
        is(&report, CheckId::LdsDg1, State::Successful, None);
        is(&report, CheckId::LdsDg1Printed, State::Successful, None);
        assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
        says(&Mrz::parse(&desk.profile().mrz_lines().concat()).unwrap());
    }
}

/// Reads the card with the printed lines of its profile.
fn opened_by_its_page(desk: &Desk) -> Report {
    let password = Password::mrz(&desk.profile().mrz_lines().join("\n")).unwrap();
    desk.read_with(&password, &ReadPlan::full()).1
}

/// Only TD3 has a check digit of its own for the optional data, a filler or 0 where there are none.
fn a_zero_where_a_filler_could_stand_is_legal(case: &mut Case) {
    let desk = case.desk(passport());
    let mut lines = desk.profile().mrz_lines();
    assert_eq!(&lines[1][28..43], "<".repeat(15));
    lines[1].replace_range(42..43, "0");
    lay(&desk, forged(desk.profile(), |groups| *group(groups, 1) = dg1(&lines)));
    let report = report(&desk);
    is(&report, CheckId::LdsDg1, State::Successful, None);
    assert_eq!(report.verdict(), Verdict::Genuine);
    control(&desk, &[CheckId::LdsDg1]);
}

/// The chip holds the data of another page than the one it lies in: by hash and signature all is well, and the page tells.
fn other_page(case: &mut Case, change: fn(&mut Person), field: &str) {
    for profile in [passport(), card()] {
        let mut person = profile.person.clone();
        change(&mut person);
        let other = person.mrz_lines(profile.layout);
        let of_key = field == "document number";
        for is_whole in if of_key { vec![true, false] } else { vec![true] } {
            let desk = case.desk(profile.clone());
            lay(&desk, forged(desk.profile(), |groups| *group(groups, 1) = dg1(&other)));
            let password =
                if is_whole { Password::mrz(&profile.mrz_lines().concat()).unwrap() } else { mrz_only(&profile) };
            let read = |password: &Password| desk.read_with(password, &ReadPlan::full()).1;
            let report = read(&password);
            is(&report, of_hash(1), State::Successful, None);
            is(&report, CheckId::LdsDg1, State::Successful, None);
            is(&report, CheckId::LdsDg1Printed, State::Failed, Some(Reason::Mismatch));
            is_named(&report, CheckId::LdsDg1Printed, field);
            desk.heal();
            is(&read(&password), CheckId::LdsDg1Printed, State::Successful, None);
        }
    }
}

fn a_file_without_its_zone_is_none(case: &mut Case) {
    for profile in [passport(), card()] {
        for file in [vec![0x61, 0], encode(Tag(0x61), &encode(Tag(0x5F20), b"UTO"))] {
            let desk = case.desk(profile.clone());
            lay(&desk, forged(desk.profile(), |groups| *group(groups, 1) = file));
            let report = report(&desk);
            is_non_conformant(&report, 1, "tag 5F1F");
            assert!(report.holder().fields().next().is_none(), "there is nothing to show");
            control(&desk, &[of_file(1), of_hash(1)]);
        }
    }
}

/// Unknown parts of a date of birth are legal; BAC and PACE take them as they are printed (9303-3 §4.8).
fn partial(case: &mut Case, birth: &'static str) {
    for mut profile in [passport(), card()] {
        profile.person.birth = birth.to_owned();
        for is_by_can in [true, false] {
            let desk = case.desk(profile.clone());
            let report = if is_by_can {
                report(&desk)
            } else {
                let password = mrz_only(&profile);
                let read = |card: Card| {
                    Ok(card
                        .open(&password, &mut crate::reading::go_on)?
                        .read(&ReadPlan::full(), &mut crate::reading::go_on)?)
                };
                desk.inspect(read).unwrap_or_else(|cut| panic!("{}", cut.error)).1
            };
            let check = report.check(CheckId::LdsDg1).unwrap();
            assert_eq!(
                (check.state, check.warnings.as_slice()),
                (State::Successful, [Warning::PartialDate].as_slice())
            );
            assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
        }
    }
}
