//! That the frame itself refuses what it must: each of its rules, broken once.

use crate::case::{Case, Got};
use crate::desk::*;
use crate::outcome::Outcome;
use crate::plan::{Entry, Expectation, collected, held, text};
use crate::protocols::generic;
use crate::reading::go_on;
use crate::record::Told;
use chipid::sim::{Deviation, Folder, Profile, Quirk, profile};
use chipid::{Card, Password, ReadPlan};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What a failing assertion says.
fn refusal(run: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(run)).expect_err("an assertion that fails");
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => (*panic.downcast::<&str>().unwrap()).to_owned(),
    }
}

#[test]
fn refuses_a_case_that_inspects_nothing() {
    assert!(refusal(|| drop(Case::new(false).finish())).contains("inspected no card"));
    // A reading aside is none of the case.
    let told = refusal(|| {
        let case = Case::new(false);
        case.aside(profile::plain()).read();
        case.finish();
    });
    assert!(told.contains("inspected no card"), "{told}");
}

#[test]
fn refuses_a_failure_without_its_control() {
    // The card is as it should be; it is the password that is wrong.
    let mut case = Case::new(false);
    let desk = case.desk(generic());
    let wrong = Password::can("999999").unwrap();
    let read = |card: Card| Ok(card.open(&wrong, &mut go_on)?.read(&ReadPlan::full(), &mut go_on)?);
    assert!(desk.inspect(read).is_err());
    assert!(refusal(|| drop(case.finish())).contains("without its control"));
}

#[test]
fn refuses_a_control_that_fails() {
    // Unaltered, this card is refused too.
    let mut case = Case::new(false);
    let desk = case.desk(generic().with_quirk(Quirk::CaRefused));
    desk.deviate(Deviation::PaceWrongToken);
    assert!(desk.try_read().is_err());
    let told = refusal(|| drop(case.finish()));
    assert!(told.contains("the untouched card: chip.chip_authentication refused"), "{told}");
}

#[test]
fn makes_the_control_of_an_altered_card_that_the_case_left_out() {
    let mut case = Case::new(false);
    let desk = case.desk(profile::plain());
    desk.change_file(Folder::Application, 0x0101, |dg1| *dg1.last_mut().unwrap() ^= 1);
    desk.read();
    assert!(!desk.is_controlled());
    let got = case.finish();
    assert!(desk.is_controlled());
    assert_eq!((got.is_ok, got.inspections), (Some(false), 1));
    assert!(got.texts[0].contains("pa.dg1 mismatch"), "{:?}", got.texts);
}

#[test]
fn an_inspection_is_ok_only_where_the_verdict_is_and_no_check_failed() {
    let of = |profile: Profile| Outcome::of(&Desk::new(profile).read().1);
    assert_eq!(of(generic()), Outcome { is_ok: true, text: "genuine".into() });
    assert_eq!(of(profile::plain()), Outcome { is_ok: true, text: "data_authentic".into() });
    let refused = Outcome { is_ok: false, text: "chip.chip_authentication refused".into() };
    assert_eq!(of(generic().with_quirk(Quirk::CaRefused)), refused);
    // Nobody is trusted: nothing failed, and nothing is concluded.
    let desk = Desk::new(profile::plain());
    desk.change_trust(|trust| *trust = chipid::trust::TrustStore::empty());
    let outcome = Outcome::of(&desk.read().1);
    assert!(!outcome.is_ok && outcome.text.contains("pa.chain no_trust_anchor"), "{}", outcome.text);
}

#[test]
fn what_is_not_expected_is_told_apart() {
    let entry = |expectation| Entry { id: "X_01".into(), icao: "-".into(), expectation, is_inferred: false };
    let run = |is_ok| Told::Run(Got { is_ok, texts: Vec::new(), inspections: 1, has_more: false });
    for (told, ok, fail, either, deleted) in [
        (run(Some(true)), true, false, true, false),
        (run(Some(false)), false, true, true, false),
        // Some of each is neither.
        (run(None), false, false, true, false),
        (Told::NotApplicable("a reason"), true, true, true, false),
        (Told::Deleted, false, false, false, true),
    ] {
        for (expectation, due) in [
            (Expectation::Ok, ok),
            (Expectation::Fail, fail),
            (Expectation::Either, either),
            (Expectation::Deleted, deleted),
        ] {
            assert_eq!(told.is_as_expected(&entry(expectation)), due, "{expectation}");
        }
    }
}

#[test]
fn reads_the_plan_and_writes_it_again() {
    let table = "| id | ICAO P4 id | what | exp |\n|---|---|---|---|\n| LDS_A_01 | LDS_A_01 | a tag | ~fail: EF.COM |\n\
                 | LDS_A_02 | - | a version | ~fail or warn: unknown |\n| LDS_A_03 | - | none | deleted |\n\
                 | LDS_A_04 | - | good | ok, shown |\n";
    let plan = "LDS_A_01 LDS_A_01 ~fail\nLDS_A_02 - ~either\nLDS_A_03 - deleted\nLDS_A_04 - ok\n";
    assert_eq!(text(&collected(table)), plan);
    assert_eq!(held(plan), collected(table));
    for wrong in ["LDS_A_01 - perhaps", "LDS_A_01 -", "LDS_A_01 - ok more"] {
        refusal(|| drop(held(wrong)));
    }
}
