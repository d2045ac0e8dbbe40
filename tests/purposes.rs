//! Does a reading with a purpose read and hand out what it names, and nothing else?
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[path = "support/reading.rs"]
mod reading;

use chipid::lds::{DataGroup, FileId};
use chipid::sim::profile;
use chipid::{ReadPlan, Verdict};
use reading::{Issued, lines, read_over};

/// What of the Vietnamese card is read for a purpose: data groups, fields, whether the portrait.
fn read(plan: &ReadPlan) -> (Vec<u8>, Vec<&'static str>, bool, Vec<&'static str>) {
    let issued = Issued::new(profile::vn().with_max_answer(65_536));
    let document = read_over(Box::new(issued.card()), &issued.password(), plan, None).unwrap();
    let groups = document.files().filter_map(|(file, _)| match file {
        FileId::DataGroup(group) => Some(group.number()),
        _ => None,
    });
    let groups = groups.collect();
    let report = issued.report(&document);
    assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
    let not_read = report.not_read().iter().filter(|one| one.why == "plan").map(|one| one.file).collect();
    (groups, report.holder().fields().map(|(name, _)| name).collect(), report.portrait().is_some(), not_read)
}

#[test]
fn age_needs_the_birth_date_and_the_portrait_and_no_name() {
    let (groups, fields, portrait, not_read) = read(&ReadPlan::age_and_portrait());
    assert_eq!((groups, fields, portrait), (vec![1, 2, 14, 15], vec!["date_of_birth"], true));
    assert_eq!(not_read, ["EF.DG13"]);
}

#[test]
fn the_number_alone_needs_dg1_and_no_portrait() {
    let (groups, fields, portrait, not_read) = read(&ReadPlan::number());
    assert_eq!((groups, fields, portrait), (vec![1, 14, 15], vec!["personal_number", "document_number"], false));
    assert_eq!(not_read, ["EF.DG2", "EF.DG13"]);
}

#[test]
fn the_residence_stands_in_dg13() {
    let (groups, fields, portrait, not_read) = read(&ReadPlan::residence());
    let expected = vec!["personal_number", "full_name", "place_of_residence"];
    assert_eq!((groups, fields, portrait), (vec![13, 14, 15], expected, false));
    assert_eq!(not_read, ["EF.DG1", "EF.DG2"]);
}

#[test]
fn a_full_reading_leaves_out_nothing_on_purpose() {
    let (groups, fields, portrait, not_read) = read(&ReadPlan::full());
    assert!(fields.len() > 15 && portrait && not_read.is_empty(), "{fields:?}");
    assert_eq!(groups, [1, 2, 13, 14, 15]);
    // A caller's own choice of fields.
    let (_, fields, _, _) = read(&ReadPlan::full().keeping(["sex"]).only([DataGroup::DG1]));
    assert_eq!(fields, ["sex"]);
}
