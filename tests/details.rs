//! Do the details of DG11 and DG12 reach the report, each with its source and state, and does a malformed one lose only
//! itself?
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[path = "support/reading.rs"]
mod reading;

use chipid::internals::tlv::{Tag, encode};
use chipid::report::Source;
use chipid::sim::Profile;
use chipid::sim::profile::passport;
use chipid::{CheckId, ReadPlan, State, Verdict};
use reading::{Issued, lines, read_over};

fn group(tag: u32, list: &[u32], objects: &[(u32, &[u8])]) -> Vec<u8> {
    let tags: Vec<u8> = list.iter().flat_map(|tag| Tag(*tag).to_bytes()).collect();
    let objects: Vec<u8> = objects.iter().flat_map(|(tag, value)| encode(Tag(*tag), value)).collect();
    encode(Tag(tag), &[encode(Tag(0x5C), &tags), objects].concat())
}

fn issued(birth: &[u8]) -> Issued {
    let dg11 = group(
        0x6B,
        &[0x5F0E, 0x5F2B, 0x5F11, 0x5F42],
        &[
            (0x5F0E, "ERIKSSON<<ÅSA<MARIA".as_bytes()),
            (0x5F2B, birth),
            (0x5F11, b"ZENITH<UTO"),
            (0x5F42, b"1 SAMPLE ST<SAMPLE CITY"),
        ],
    );
    let dg12 =
        group(0x6C, &[0x5F19, 0x5F26], &[(0x5F19, b"INVENTED PASSPORT OFFICE"), (0x5F26, &[0x20, 0x23, 0x01, 0x02])]);
    Issued::new(Profile { more_groups: vec![(11, dg11), (12, dg12)], ..passport() })
}

#[test]
fn details_reach_the_report_with_their_source_and_state() {
    let issued = issued(b"19740812");
    let document = read_over(Box::new(issued.card()), &issued.password(), &ReadPlan::full(), None).unwrap();
    let report = issued.report(&document);
    assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
    let field = |name| report.holder().field(name).unwrap();
    for (name, value, source) in [
        ("full_name", "ERIKSSON ÅSA MARIA", Source::Dg11),
        ("date_of_birth", "1974-08-12", Source::Dg11),
        ("place_of_birth", "ZENITH, UTO", Source::Dg11),
        ("permanent_address", "1 SAMPLE ST, SAMPLE CITY", Source::Dg11),
        ("issuing_authority", "INVENTED PASSPORT OFFICE", Source::Dg12),
        ("date_of_issue", "2023-01-02", Source::Dg12),
        ("issuing_state", "UTO", Source::Dg1),
    ] {
        let found = field(name);
        assert_eq!((found.value.as_str(), found.source, found.state), (value, source, State::Successful), "{name}");
    }
    for id in [CheckId::LdsDg11, CheckId::LdsDg12] {
        assert_eq!(report.check(id).unwrap().state, State::Successful, "{}", lines(&report));
    }
}

#[test]
fn a_malformed_date_loses_only_itself_and_is_named_with_its_place() {
    let issued = issued(b"1974X812");
    let document = read_over(Box::new(issued.card()), &issued.password(), &ReadPlan::full(), None).unwrap();
    let report = issued.report(&document);
    // The data is authentic all the same: what a file says is another matter than who signed it.
    assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
    let check = report.check(CheckId::LdsDg11).unwrap();
    assert_eq!(check.state, State::Failed);
    assert!(check.compared.contains("EF.DG11"), "{}", check.compared);
    assert_eq!(report.holder().field("place_of_birth").unwrap().source, Source::Dg11);
    // The machine readable zone gives the date instead.
    assert_eq!(report.holder().field("date_of_birth").unwrap().source, Source::Dg1);
}
