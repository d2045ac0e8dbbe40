//! Is this the person who was asked for, where it is not plain: fields that the chip holds twice, documents of other
//! countries, groups that were not read, names in several spellings, readings that were cut off, keys of three values.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[path = "support/reading.rs"]
mod reading;

use ClaimsOutcome::{Differs, Matches, NotComparable, NotGiven};
use chipid::compare::{HolderNames, NameMatch};
use chipid::internals::tlv::{self, Tag};
use chipid::lds::{DataGroup, FileId, Mrz, MrzInformation, MrzName, PartialDate};
use chipid::sim::person::{Layout, National, Person};
use chipid::sim::{Profile, SimulatedCard, profile};
use chipid::transport::Transport;
use chipid::trust::TrustStore;
use chipid::vietnam::{PersonalNumber, Qr};
use chipid::{
    Card, CheckId, ClaimField, Claims, ClaimsOutcome, ClaimsWarning, Document, Outcome, Password, Policy, ReadPlan,
    Report, State, TransportError, Verdict,
};
use reading::{go_on, lines, now, read_over};

const OWN: &str = "999199000001";
const OTHER: &str = "001199000001";

const DG1: DataGroup = DataGroup::DG1;
const DG11: DataGroup = DataGroup::DG11;
const DG13: DataGroup = DataGroup::DG13;

/// The files of these groups, as the profile's issuer makes them.
fn document(profile: &Profile, groups: &[DataGroup]) -> Document {
    let of = |number: u8| DataGroup::new(number).filter(|group| groups.contains(group));
    let files = profile.groups().unwrap().into_iter().filter_map(|(number, bytes)| Some((of(number)?, bytes)));
    Document::from_files(files.map(|(group, bytes)| (FileId::DataGroup(group), bytes)).collect::<Vec<_>>(), None)
}

fn compared(profile: &Profile, groups: &[DataGroup], claims: Claims) -> Report {
    document(profile, groups).with_claims(claims).verify(&TrustStore::empty(), now())
}

#[track_caller]
fn is(report: &Report, outcome: ClaimsOutcome) {
    assert_eq!(report.claims().outcome(), outcome, "{:?}\n{}", report.claims(), lines(report));
}

fn number(digits: &str) -> Claims {
    Claims { number: Some(PersonalNumber::parse(digits).unwrap()), ..Claims::default() }
}

fn qr(text: &str) -> Claims {
    Claims { qr: Some(Qr::parse(text).unwrap()), ..Claims::default() }
}

fn mrz(person: &Person, layout: Layout) -> Claims {
    Claims { mrz: Some(Mrz::parse(&person.mrz_lines(layout).concat()).unwrap()), ..Claims::default() }
}

fn mrz_key(number: &str, birth: &str, expiry: &str) -> Claims {
    Claims { mrz_key: Some(MrzInformation::from_parts(number, birth, expiry).unwrap()), ..Claims::default() }
}

fn name(text: &str) -> Claims {
    Claims { name: Some(text.to_owned().into()), ..number(OWN) }
}

/// The profile `vn` with another holder.
fn holder(change: impl FnOnce(&mut Person, &mut National)) -> Profile {
    let mut vn = profile::vn();
    let mut national = vn.person.national.take().unwrap();
    change(&mut vn.person, &mut national);
    vn.person.national = Some(national);
    vn
}

/// A passport of Vietnam: TD3, whose number is not the personal number.
fn vietnamese_passport() -> Profile {
    let person = Person {
        state: "VNM".into(),
        nationality: "VNM".into(),
        document_number: "C00000017".into(),
        primary: "NGUYEN".into(),
        secondary: "THI MAU".into(),
        birth: "990101".into(),
        ..Person::utopian()
    };
    Profile { person, ..profile::passport() }
}

/// EF.DG11 with a name, other names and a date of birth.
fn dg11(name: &str, others: &[&str], birth: &str) -> Vec<u8> {
    let tags = tlv::encode(Tag(0x5C), &[0x5F, 0x0E, 0x5F, 0x2B, 0xA0]);
    let count = tlv::encode(Tag::INTEGER, &[u8::try_from(others.len()).unwrap()]);
    let others: Vec<u8> = others.iter().flat_map(|name| tlv::encode(Tag(0x5F0F), name.as_bytes())).collect();
    let parts = [
        tags,
        tlv::encode(Tag(0x5F0E), name.as_bytes()),
        tlv::encode(Tag(0xA0), &[count, others].concat()),
        tlv::encode(Tag(0x5F2B), birth.as_bytes()),
    ];
    tlv::encode(Tag(0x6B), &parts.concat())
}

#[test]
fn a_qr_code_with_the_number_equal_and_another_date_of_birth_differs() {
    let vn = profile::vn();
    let text = vn.qr_text().unwrap();
    for groups in [&[DG1, DG13][..], &[DG1], &[DG13]] {
        is(&compared(&vn, groups, qr(&text)), Matches);
        for birth in ["02011999", "01021999", "01011998"] {
            let report = compared(&vn, groups, qr(&text.replace("01011999", birth)));
            is(&report, Differs);
            assert_eq!(report.claims().different(), [ClaimField::DateOfBirth], "{birth} {groups:?}");
        }
        let report = compared(&vn, groups, qr(&text.replace("Nguyễn", "Trần")));
        is(&report, Differs);
        assert_eq!(report.claims().different(), [ClaimField::Name], "{groups:?}");
    }
}

#[test]
fn an_mrz_is_compared_with_dg13_where_dg1_was_not_read() {
    let vn = profile::vn();
    let of = |change: fn(&mut Person)| {
        let mut person = vn.person.clone();
        change(&mut person);
        compared(&vn, &[DG13], mrz(&person, Layout::Td1Vietnam))
    };
    is(&of(|_| {}), Matches);
    for (change, field) in [
        ((|person| person.optional = OTHER.into()) as fn(&mut Person), ClaimField::PersonalNumber),
        (|person| person.document_number = "199000002".into(), ClaimField::DocumentNumber),
        (|person| person.birth = "990102".into(), ClaimField::DateOfBirth),
        (|person| person.primary = "TRAN".into(), ClaimField::Name),
    ] {
        let report = of(change);
        is(&report, Differs);
        assert_eq!(report.claims().different(), [field]);
    }
    // Sex and date of expiry only warn.
    for change in [(|person| person.sex = 'M') as fn(&mut Person), |person| person.expiry = "380101".into()] {
        let report = of(change);
        is(&report, Matches);
        assert!(report.claims().warnings().contains(&ClaimsWarning::OtherFieldDiffers));
    }
    // The three values of the key too.
    is(&compared(&vn, &[DG13], mrz_key("199000001", "990101", "390101")), Matches);
    is(&compared(&vn, &[DG13], mrz_key("199000002", "990101", "390101")), Differs);
    is(&compared(&vn, &[DG13], mrz_key("199000001", "990102", "390101")), Differs);
    // Without both groups there is nothing to compare.
    is(&compared(&vn, &[DataGroup::DG2], mrz_key("199000002", "990101", "390101")), NotComparable);
}

#[test]
fn a_date_of_birth_that_dg1_does_not_know_is_compared_with_the_other_groups() {
    let vn = holder(|person, _| person.birth = "<<<<<<".into());
    is(&compared(&vn, &[DG1, DG13], mrz_key("199000001", "990101", "390101")), Matches);
    is(&compared(&vn, &[DG1, DG13], mrz_key("199000001", "990102", "390101")), Differs);
    // The control: where no group knows it, it is not compared.
    let report = compared(&vn, &[DG1], mrz_key("199000001", "990102", "390101"));
    is(&report, Matches);
    assert!(!report.claims().compared().contains(&ClaimField::DateOfBirth));
    // A passport that has the whole date in DG11 alone.
    let more_groups = vec![(11, dg11("MUSTER<<ANNA<BEATA", &[], "19850412"))];
    let person = Person { birth: "<<<<<<".into(), ..Person::utopian() };
    let passport = Profile { more_groups, person, ..profile::plain() };
    is(&compared(&passport, &[DG1, DG11], mrz_key("X00000017", "850412", "331231")), Matches);
    is(&compared(&passport, &[DG1, DG11], mrz_key("X00000017", "850413", "331231")), Differs);
}

#[test]
fn a_year_alone_is_compared_as_a_year() {
    let vn = holder(|person, national| {
        person.birth = "99<<<<".into();
        national.birth = "1999".into();
    });
    let born = |year, month, day| Claims { birth_date: Some(PartialDate::new(year, month, day)), ..number(OWN) };
    for groups in [&[DG1, DG13][..], &[DG1], &[DG13]] {
        is(&compared(&vn, groups, born(1999, 6, 30)), Matches);
        is(&compared(&vn, groups, born(1998, 6, 30)), Differs);
        is(&compared(&vn, groups, mrz_key("199000001", "990630", "390101")), Matches);
        is(&compared(&vn, groups, mrz_key("199000001", "980630", "390101")), Differs);
    }
}

#[test]
fn names_in_two_spellings_match_and_another_name_differs() {
    let vn = holder(|person, national| {
        (person.primary, person.secondary) = ("LY".into(), "HOA THUY".into());
        national.full_name = "Lý Hòa Thúy".into();
    });
    for (claimed, warns) in [
        ("Lý Hòa Thúy", false),
        ("LÝ  HÒA THÚY", false),
        ("Ly\u{301} Ho\u{300}a Thu\u{301}y", false),
        ("Lý Hoà Thuý", true),
        ("Lí Hòa Thúy", true),
        // The name of DG1 to the letter, but without the marks of DG13.
        ("Ly Hoa Thuy", true),
        ("Hòa Thúy Lý", true),
    ] {
        let report = compared(&vn, &[DG1, DG13], name(claimed));
        is(&report, Matches);
        assert_eq!(report.claims().warnings() == [ClaimsWarning::NameNotExact], warns, "{claimed}");
    }
    for claimed in ["Lý Hòa", "Lý Hòa Thúy Nga", "Trần Hòa Thúy", "Lý Hà Thúy", "Hòa Lý Thúy"] {
        let report = compared(&vn, &[DG1, DG13], name(claimed));
        is(&report, Differs);
        assert_eq!(report.claims().different(), [ClaimField::Name], "{claimed}");
    }
    // What has no letter, or only another script than the chip, is no name to compare.
    for claimed in ["", "123", "李和"] {
        let report = compared(&vn, &[DG1, DG13], name(claimed));
        is(&report, Matches);
        assert!(!report.claims().compared().contains(&ClaimField::Name), "{claimed}");
    }
}

#[test]
fn a_name_that_dg1_cuts_never_outweighs_the_whole_name() {
    let vn = holder(|person, national| {
        (person.primary, person.secondary) = ("NGUYEN".into(), "HOANG PHUONGANHTHUY TIENNU".into());
        national.full_name = "Nguyễn Hoàng Phươnganhthủy Tiênnữ".into();
    });
    let lines = vn.person.mrz_lines(Layout::Td1Vietnam);
    assert!(lines[2].ends_with("TI"), "{}: the name is cut within its last word", lines[2]);
    let (own, other) = ("Nguyễn Hoàng Phươnganhthủy Tiênnữ", "Nguyễn Hoàng Phươnganhthủy Tiến");
    is(&compared(&vn, &[DG1, DG13], name(own)), Matches);
    let report = compared(&vn, &[DG1, DG13], name(other));
    is(&report, Differs);
    assert_eq!(report.claims().different(), [ClaimField::Name]);
    // DG1 alone cannot tell them apart: it matches, with a warning.
    for claimed in [own, other] {
        let report = compared(&vn, &[DG1], name(claimed));
        is(&report, Matches);
        assert_eq!(report.claims().warnings(), [ClaimsWarning::NameNotExact]);
    }
    // The printed MRZ is cut in the same way.
    is(&compared(&vn, &[DG1, DG13], mrz(&vn.person, Layout::Td1Vietnam)), Matches);
    is(&compared(&vn, &[DG13], mrz(&vn.person, Layout::Td1Vietnam)), Matches);
}

#[test]
fn names_and_date_of_birth_of_dg11_are_compared() {
    let more_groups = vec![(11, dg11("Muster<<Anna<Beata", &["Probe<<Anna"], "19850412"))];
    let passport = Profile { more_groups, ..profile::plain() };
    let record = |name: &str, year| Claims {
        document_number: Some("X00000017".to_owned().into()),
        name: Some(name.to_owned().into()),
        birth_date: Some(PartialDate::new(year, 4, 12)),
        ..Claims::default()
    };
    for (name, warns) in [("Muster Anna Beata", false), ("Anna Beata Muster", true), ("Probe Anna", true)] {
        let report = compared(&passport, &[DG1, DG11], record(name, 1985));
        is(&report, Matches);
        assert_eq!(report.claims().warnings() == [ClaimsWarning::NameNotExact], warns, "{name}");
    }
    is(&compared(&passport, &[DG1, DG11], record("Probe Berta", 1985)), Differs);
    // DG11 has the century, DG1 has not.
    is(&compared(&passport, &[DG1, DG11], record("Muster Anna Beata", 1885)), Differs);
    is(&compared(&passport, &[DG1], record("Muster Anna Beata", 1885)), Matches);
    is(&compared(&passport, &[DG1], record("Probe Anna", 1985)), Differs);
    // DG11 alone has no number.
    is(&compared(&passport, &[DG11], record("Muster Anna Beata", 1985)), NotComparable);
    is(&compared(&passport, &[DG11], record("Muster Anna Beata", 1984)), Differs);
}

#[test]
fn the_personal_number_of_a_record_may_stand_as_the_number_of_a_vietnamese_card() {
    let vn = profile::vn();
    let record = |text: &str| Claims { document_number: Some(text.to_owned().into()), ..Claims::default() };
    for groups in [&[DG1, DG13][..], &[DG1], &[DG13]] {
        for own in [OWN, "999 199 000 001", "199000001"] {
            is(&compared(&vn, groups, record(own)), Matches);
        }
        for other in [OTHER, "999199000002", "199000002", "X00000017"] {
            is(&compared(&vn, groups, record(other)), Differs);
        }
    }
    is(&compared(&profile::plain(), &[DG1], record(OWN)), Differs);
    is(&compared(&profile::plain(), &[DG1], record("x00000017")), Matches);
}

#[test]
fn a_passport_of_vietnam_has_no_personal_number_to_compare() {
    let passport = vietnamese_passport();
    for digits in [OWN, OTHER] {
        is(&compared(&passport, &[DG1], number(digits)), NotComparable);
    }
    let text = profile::vn().qr_text().unwrap();
    is(&compared(&passport, &[DG1], qr(&text)), NotComparable);
    // Name and date of birth of the QR code are compared all the same.
    is(&compared(&passport, &[DG1], qr(&text.replace("Nguyễn", "Trần"))), Differs);
    is(&compared(&passport, &[DG1], qr(&text.replace("01011999", "02011999"))), Differs);
    is(&compared(&passport, &[DG1], mrz(&passport.person, Layout::Td3)), Matches);
    // The MRZ of the same person's ID card is that of another document.
    is(&compared(&passport, &[DG1], mrz(&profile::vn().person, Layout::Td1Vietnam)), Differs);
}

#[test]
fn of_a_foreign_document_nothing_of_a_vietnamese_claim_is_compared_and_an_mrz_beside_it_is() {
    let plain = profile::plain();
    let text = profile::vn().qr_text().unwrap();
    for claims in [number(OWN), number(OTHER), qr(&text)] {
        is(&compared(&plain, &[DG1], claims), NotComparable);
    }
    let own = || mrz(&plain.person, Layout::Td3);
    is(&compared(&plain, &[DG1], number(OTHER).or(own())), Matches);
    let other = Person { document_number: "X00000018".into(), ..plain.person.clone() };
    is(&compared(&plain, &[DG1], number(OWN).or(mrz(&other, Layout::Td3))), Differs);
    // A group 13 of another country is not read as Vietnam's.
    let vietnamese = profile::vn().groups().unwrap().into_iter().filter(|(number, _)| *number == 13);
    let more_groups = vietnamese.collect::<Vec<_>>();
    let foreign = Profile { more_groups, ..plain };
    is(&compared(&foreign, &[DG1, DG13], number(OWN)), NotComparable);
}

#[test]
fn a_dg1_that_cannot_be_read_leaves_nothing_to_compare() {
    let vn = profile::vn();
    for broken in [&b""[..], b"\x61\x00", b"no DG1"] {
        let files = document(&vn, &[DG13]).files().map(|(file, bytes)| (file, bytes.to_vec())).collect::<Vec<_>>();
        let files = files.into_iter().chain([(FileId::DataGroup(DG1), broken.to_vec())]).collect::<Vec<_>>();
        for digits in [OWN, OTHER] {
            let report = Document::from_files(files.clone(), None)
                .with_claims(number(digits))
                .verify(&TrustStore::empty(), now());
            is(&report, NotComparable);
        }
    }
}

#[test]
fn of_several_claims_one_that_differs_is_enough() {
    let vn = profile::vn();
    let text = vn.qr_text().unwrap();
    let other = Person { optional: OTHER.into(), ..vn.person.clone() };
    for claims in [
        number(OTHER).or(qr(&text)),
        number(OWN).or(qr(&text.replace(OWN, OTHER))),
        number(OWN).or(mrz(&other, Layout::Td1Vietnam)),
        qr(&text).or(mrz(&other, Layout::Td1Vietnam)),
        number(OWN).or(mrz_key("199000002", "990101", "390101")),
    ] {
        is(&compared(&vn, &[DG1, DG13], claims), Differs);
    }
    let all = number(OWN).or(qr(&text)).or(mrz(&vn.person, Layout::Td1Vietnam));
    is(&compared(&vn, &[DG1, DG13], all), Matches);
}

#[test]
fn a_key_of_three_values_is_a_claim_and_gives_way_to_what_is_supplied_later() {
    let passport = profile::passport();
    let trust = reading::trust(&passport);
    let read = |password: Password| {
        read_over(reading::link(&passport), &password, &ReadPlan::full().only([DG1]), None).unwrap()
    };
    let parts = || Password::mrz_parts("X00000017", "850412", "331231").unwrap();
    let judge = |password: Password, claims: Claims| read(password).with_claims(claims).verify(&trust, now());
    is(&judge(parts(), Claims::default()), Matches);
    let other = Person { primary: "PROBE".into(), ..passport.person.clone() };
    is(&judge(parts(), mrz(&other, Layout::Td3)), Differs);
    is(&judge(parts(), mrz(&passport.person, Layout::Td3)), Matches);
    is(&judge(parts(), mrz_key("X00000018", "850412", "331231")), Differs);
    // A whole MRZ that opened the chip gives way to three values as well.
    let whole = || Password::mrz(&passport.mrz_lines().concat()).unwrap();
    is(&judge(whole(), Claims::default()), Matches);
    is(&judge(whole(), mrz_key("X00000018", "850412", "331231")), Differs);
    // A claim about something else stands beside them.
    is(&judge(parts(), number(OTHER)), Matches);
    // A key without claims opens the chip, and nothing is left of it.
    for password in [parts(), whole()] {
        is(&judge(password.without_claims(), Claims::default()), NotGiven);
    }
    is(&judge(whole().without_claims(), number(OTHER)), NotComparable);
    is(&judge(whole().without_claims(), mrz(&other, Layout::Td3)), Differs);
    let with_claims = whole().without_claims().or(Password::number(OTHER).unwrap());
    is(&judge(with_claims, Claims::default()), NotComparable);
    // The key that was refused is not a claim of the one that opened the chip.
    let vn = profile::vn();
    let card = Card::connect(reading::link(&vn)).unwrap();
    let refused = card.open(&Password::number("999199000002").unwrap(), &mut go_on).err().unwrap();
    let session = refused.card.open(&Password::can("000001").unwrap(), &mut go_on).unwrap();
    let report = session.read(&ReadPlan::full(), &mut go_on).unwrap().verify(&reading::trust(&vn), now());
    is(&report, NotGiven);
}

/// A reader from which the card is taken after so many exchanges.
struct Cut {
    card: SimulatedCard,
    left: usize,
}

impl Transport for Cut {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.left = self.left.checked_sub(1).ok_or(TransportError::CardRemoved)?;
        self.card.transmit(command)
    }

    fn reset(&mut self) -> Result<(), TransportError> {
        if self.left == 0 { Err(TransportError::CardRemoved) } else { self.card.reset() }
    }

    fn atr(&self) -> &[u8] {
        self.card.atr()
    }

    fn reader(&self) -> &str {
        self.card.reader()
    }
}

#[test]
fn a_reading_that_was_cut_off_never_matches_another_person() {
    let issued = reading::Issued::new(profile::vn());
    let (mut nothing, mut differs, mut matches) = (0, 0, 0);
    for left in 4..60 {
        let read = |digits: &str| {
            let link = Box::new(Cut { card: issued.card(), left });
            let cut = match reading::read_or_part(link, &Password::number(digits).unwrap()) {
                Ok(_) => return None,
                Err((_, cut)) => cut?,
            };
            Some(issued.report(&cut))
        };
        let (Some(own), Some(other)) = (read(OWN), read(OTHER)) else { continue };
        assert!(own.verdict() < Verdict::DataAuthentic && other.verdict() < Verdict::DataAuthentic, "{left}");
        match other.claims().outcome() {
            Differs => differs += 1,
            NotComparable => nothing += 1,
            outcome => panic!("{left}: {outcome}"),
        }
        match own.claims().outcome() {
            Matches => matches += 1,
            NotComparable => {}
            outcome => panic!("{left}: {outcome}"),
        }
        for policy in [Policy::strict(), Policy::field()] {
            assert!(other.decide(&policy).outcome() < Outcome::Accept, "{left}");
        }
    }
    assert!(nothing > 0 && differs > 0 && matches == differs, "{nothing} {differs} {matches}");
}

/// The policy `field` in full, which extends nothing, with this line for the number, and these about claims.
fn alone(given: &str, claims: &str) -> Policy {
    let field = Policy::field().to_toml();
    let field = field.replace("name = \"field\"", "name = \"own\"");
    let others = field.lines().filter(|line| !line.starts_with("\"vn.number_given\""));
    let text = format!("{}\n{given}{claims}", others.collect::<Vec<_>>().join("\n"));
    assert!(!text.contains("extends"));
    Policy::from_toml(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn a_policy_that_extends_nothing_never_accepts_another_person() {
    let vn = profile::vn();
    let trust = reading::trust(&vn);
    let judge = |claims: Claims| reading::read(&vn).with_claims(claims).verify(&trust, now());
    let (none, own, other) = (judge(Claims::default()), judge(number(OWN)), judge(number(OTHER)));
    // The decision, and that of the rule about claims.
    let decide = |given: &str, claims: &str| {
        let policy = alone(given, claims);
        [&none, &own, &other].map(|report| {
            let decision = report.decide(&policy);
            let reason = decision.reasons().iter().find(|reason| reason.claims.is_some()).map(|reason| reason.outcome);
            (decision.outcome(), reason.unwrap_or(Outcome::Accept))
        })
    };
    // Without a line for the number the built-in line about claims is that of `strict`; the check itself is not named, and
    // so it is rejected wherever it was made.
    let [none_of, own_of, other_of] = decide("", "");
    assert_eq!((none_of, own_of.1, other_of.1), ((Outcome::Accept, Outcome::Accept), Outcome::Accept, Outcome::Reject));
    assert_eq!((own_of.0, other_of.0), (Outcome::Reject, Outcome::Reject));
    // A line that refers or accepts a failed comparison refers another person; none accepts it.
    for (more, due) in [
        ("", Outcome::Reject),
        (", refer = [\"failed:mismatch\"]", Outcome::Refer),
        (", refer = [\"failed\"]", Outcome::Refer),
    ] {
        let line = format!("\"vn.number_given\" = {{ accept = [\"successful\", \"missing\"]{more} }}\n");
        let [none_of, own_of, other_of] = decide(&line, "");
        assert_eq!((none_of.0, own_of.0), (Outcome::Accept, Outcome::Accept), "{line}");
        assert_eq!(other_of, (due, due), "{line}");
    }
    let lax = "\"vn.number_given\" = { accept = [\"successful\", \"missing\", \"failed\"] }\n";
    let all = "[claims]\nnot_given = \"accept\"\nnot_recorded = \"accept\"\nnot_comparable = \"accept\"\n";
    assert_eq!(decide(lax, "")[2].0, Outcome::Refer);
    assert_eq!(decide(lax, all)[2].0, Outcome::Refer);
    assert_eq!(decide(lax, "[claims]\ndiffers = \"reject\"\n")[2].0, Outcome::Reject);
    let accepted =
        "schema = \"chipid.policy/1\"\nname = \"own\"\nextends = \"field\"\n[claims]\ndiffers = \"accept\"\n";
    let refused = Policy::from_toml(accepted).unwrap_err().to_string();
    assert!(refused.contains("line 5") && refused.contains("claims.differs"), "{refused}");
}

#[test]
fn a_name_compares_alike_in_the_check_and_in_the_claim_and_in_what_is_stored() {
    for (written, mrz, claimed) in [
        ("H'Hen Niê", ("HHEN", "NIE"), "H Hen Niê"),
        ("H'Hen Niê", ("H HEN", "NIE"), "H HEN NIÊ"),
        ("Nguyễn Thị Mẫu", ("NGUYEN", "THI MAU"), "NguyễnThị Mẫu"),
        ("Nguyễn Thị Mẫu", ("NGUYEN", "THI MAU"), "Nguyễn Thị Mẫu (Nguyễn Thị B)"),
        ("Nguyễn Thị Mẫu (Nguyễn Thị B)", ("NGUYEN", "THI MAU"), "Nguyễn Thị Mẫu"),
    ] {
        let card = holder(|person, national| {
            (person.primary, person.secondary) = (mrz.0.into(), mrz.1.into());
            national.full_name = written.into();
        });
        let text = card.qr_text().unwrap().replace(written, claimed);
        let all = [DataGroup::DG1, DataGroup::DG13];
        for groups in [&all[..], &all[1..], &all[..1]] {
            let report = compared(&card, groups, qr(&text));
            is(&report, ClaimsOutcome::Matches);
            let check = report.check(CheckId::VnQrName).unwrap();
            assert_eq!(check.state, State::Successful, "{written} {claimed} {groups:?}");
        }
        // Another name differs in both.
        let other = card.qr_text().unwrap().replace(written, "Trần Văn Nam");
        let report = compared(&card, &all, qr(&other));
        is(&report, ClaimsOutcome::Differs);
        assert_eq!(report.check(CheckId::VnQrName).unwrap().state, State::Failed);
    }
}

#[test]
fn what_a_partial_date_of_dg13_leaves_open_dg1_tells() {
    for birth in ["1999", "01/1999"] {
        let card = holder(|_, national| national.birth = birth.into());
        let groups = [DataGroup::DG1, DataGroup::DG13];
        for (day, outcome) in [(1, ClaimsOutcome::Matches), (2, ClaimsOutcome::Differs)] {
            let claims = Claims { birth_date: Some(PartialDate::new(1999, 1, day)), ..number("999199000001") };
            is(&compared(&card, &groups, claims), outcome);
        }
    }
}

#[test]
fn the_personal_number_of_an_mrz_is_compared_whatever_state_it_names() {
    let card = holder(|_, _| {});
    let groups = [DataGroup::DG1, DataGroup::DG13];
    let other = Person { state: "UTO".into(), optional: "001199000001".into(), ..card.person.clone() };
    is(&compared(&card, &groups, mrz(&other, Layout::Td1Vietnam)), ClaimsOutcome::Differs);
    let own = Person { state: "UTO".into(), ..card.person.clone() };
    let report = compared(&card, &groups, mrz(&own, Layout::Td1Vietnam));
    is(&report, ClaimsOutcome::Matches);
    assert!(report.claims().warnings().contains(&ClaimsWarning::OtherFieldDiffers));
}

#[test]
fn another_name_of_the_holder_does_not_hide_a_match_with_a_name_that_dg1_cuts() {
    let cut =
        MrzName { primary: "MUSTER".into(), secondary: "ANNA BEATA CLAUDIA DOROTHEA EM".into(), may_be_cut: true };
    let claimed = "Muster Anna Beata Claudia Dorothea Emma Friederike";
    for (written, others, due) in [
        (vec![], vec![], NameMatch::Truncated),
        (vec![], vec!["Anna Schmidt"], NameMatch::Truncated),
        // The whole name decides where it is there.
        (vec!["Muster Anna Beata Claudia Dorothea Emilia"], vec![], NameMatch::Different),
    ] {
        assert_eq!(HolderNames { written, others, mrz: Some(&cut) }.compare(claimed), Some(due));
    }
}

#[test]
fn a_second_name_in_parentheses_makes_no_other_person_the_same() {
    let compare = |own, claimed| HolderNames { written: vec![own], ..HolderNames::default() }.compare(claimed);
    for (own, claimed, due) in [
        ("Nguyễn Văn An (Hoa)", "Nguyễn Văn An", NameMatch::MainAndOtherName),
        ("Nguyễn Văn An", "Nguyễn Văn An (Hoa)", NameMatch::MainAndOtherName),
        ("Nguyễn Văn An (Hoa)", "Hoa", NameMatch::MainAndOtherName),
        ("Nguyễn Văn An (Hoa)", "Trần Văn Bình (Hoa)", NameMatch::Different),
        ("Nguyễn Văn An", "Trần Văn Bình (Nguyễn Văn An)", NameMatch::Different),
        ("Nguyễn Văn An", "Trần Văn Bình (李小龍)", NameMatch::Different),
    ] {
        assert_eq!(compare(own, claimed), Some(due), "{own} {claimed}");
    }
}

#[test]
fn a_card_with_two_names_agrees_with_its_own_mrz() {
    let card = holder(|person, national| {
        (person.primary, person.secondary) = ("NGUYEN".into(), "THI MAU".into());
        national.full_name = "Nguyễn Thị Mẫu (Nguyễn Thị B)".into();
    });
    let report = compared(&card, &[DG1, DG13], number(OWN));
    assert_eq!(report.check(CheckId::VnName).unwrap().state, State::Successful);
}
