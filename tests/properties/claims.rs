//! Of a document and another person's number, QR code or MRZ, whatever the two persons share, none gives a result that a
//! process may accept; and a person's own never gives *differs*.
//!
//! The documents are files without signatures: the comparison does not depend on them. `tests/cli_claims.rs` repeats it
//! with whole genuine cards and exit codes.

use crate::reading;
use ClaimsOutcome::{Differs, Matches, NotComparable};
use chipid::lds::{DataGroup, FileId, Mrz, MrzInformation, PartialDate};
use chipid::sim::person::{Layout, National, Person};
use chipid::sim::{Profile, profile};
use chipid::trust::TrustStore;
use chipid::vietnam::{PersonalNumber, Qr};
use chipid::{Claims, ClaimsOutcome, Document, Report};
use proptest::prelude::*;
use proptest::sample::select;

/// Surnames and what follows them, as written and as in an MRZ. The last one is cut by every MRZ, within a word.
const SURNAMES: [(&str, &str); 5] =
    [("Nguyễn", "NGUYEN"), ("Trần", "TRAN"), ("Đỗ", "DO"), ("Ưng", "UNG"), ("Hoàng Phủ", "HOANG PHU")];
const GIVEN: [(&str, &str); 6] = [
    ("Thị Mẫu", "THI MAU"),
    ("Văn Hòa", "VAN HOA"),
    ("Lý", "LY"),
    ("Thị Đào", "THI DAO"),
    ("Thủy Tiên", "THUY TIEN"),
    ("Thị Kim Thanhthủyngọcquỳnhnhưhoàngyến", "THI KIM THANHTHUYNGOCQUYNHNHUHOANGYEN"),
];

/// A person, by what is compared and what is not.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Who {
    /// Twelve digits; the number of a passport is made of them too.
    number: [u8; 12],
    surname: usize,
    given: usize,
    /// Year without century, month, day; a month or a day of 0 is unknown.
    birth: (u8, u8, u8),
    is_woman: bool,
    expiry: u8,
    street: u8,
}

impl Who {
    fn digits(&self) -> String {
        self.number.iter().map(|digit| char::from(b'0' + digit)).collect()
    }

    fn name(&self) -> String {
        format!("{} {}", SURNAMES[self.surname].0, GIVEN[self.given].0)
    }

    fn birth_text(&self) -> String {
        let part = |part: u8| if part == 0 { "<<".to_owned() } else { format!("{part:02}") };
        let (year, month, day) = self.birth;
        format!("{year:02}{}{}", part(month), part(day))
    }

    fn birth_date(&self) -> PartialDate {
        let (year, month, day) = self.birth;
        let known = |part: u8| (part != 0).then_some(part);
        PartialDate { year: Some(1900 + u16::from(year)), month: known(month), day: known(day) }
    }

    /// As field 3 of DG13 and the QR code have it: a year alone where the day is unknown.
    fn written_birth(&self) -> String {
        match self.birth {
            (year, 0, _) | (year, _, 0) => format!("19{year:02}"),
            (year, month, day) => format!("{day:02}/{month:02}/19{year:02}"),
        }
    }

    fn person(&self, kind: Kind) -> Person {
        let (vietnamese, utopian) = (Person::vietnamese(), Person::utopian());
        let national = National {
            full_name: self.name(),
            birth: self.written_birth(),
            sex: if self.is_woman { "Nữ".into() } else { "Nam".into() },
            residence: format!("Số {}, Phố Mẫu, Thành phố Mẫu", self.street),
            expiry: format!("01/01/20{:02}", self.expiry),
            ..vietnamese.national.clone().unwrap()
        };
        let base = match kind {
            Kind::VietnameseCard => Person { national: Some(national), ..vietnamese },
            Kind::VietnamesePassport => Person { state: "VNM".into(), nationality: "VNM".into(), ..utopian },
            _ => utopian,
        };
        Person {
            document_number: match kind {
                Kind::VietnameseCard => self.digits()[3..].to_owned(),
                _ => format!("C{}", &self.digits()[4..]),
            },
            optional: if kind == Kind::VietnameseCard { self.digits() } else { String::new() },
            primary: SURNAMES[self.surname].1.into(),
            secondary: GIVEN[self.given].1.into(),
            birth: self.birth_text(),
            sex: if self.is_woman { 'F' } else { 'M' },
            expiry: format!("{:02}0101", self.expiry),
            ..base
        }
    }

    fn mrz(&self, kind: Kind) -> Mrz {
        Mrz::parse(&self.person(kind).mrz_lines(kind.layout()).concat()).unwrap()
    }

    fn qr_text(&self, is_short: bool) -> String {
        let text = self.person(Kind::VietnameseCard).qr_text().unwrap();
        let mut fields: Vec<&str> = text.split('|').collect();
        let birth = self.written_birth();
        if is_short {
            fields.remove(1);
            fields[2] = &birth;
        }
        fields.join("|")
    }
}

/// A document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    VietnameseCard,
    VietnamesePassport,
    Passport,
    Card,
    TwoLines,
}

const KINDS: [Kind; 5] = [Kind::VietnameseCard, Kind::VietnamesePassport, Kind::Passport, Kind::Card, Kind::TwoLines];

impl Kind {
    fn layout(self) -> Layout {
        match self {
            Kind::VietnameseCard => Layout::Td1Vietnam,
            Kind::VietnamesePassport | Kind::Passport => Layout::Td3,
            Kind::Card => Layout::Td1,
            Kind::TwoLines => Layout::Td2,
        }
    }

    fn is_vietnamese_card(self) -> bool {
        self == Kind::VietnameseCard
    }
}

/// What is claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Number,
    Qr,
    ShortQr,
    Mrz,
    MrzKey,
    /// Document number, name and date of birth of a record.
    Record,
    /// Personal number, name and date of birth of a record.
    NumberRecord,
}

const FORMS: [Form; 7] =
    [Form::Number, Form::Qr, Form::ShortQr, Form::Mrz, Form::MrzKey, Form::Record, Form::NumberRecord];

impl Form {
    /// Whether it names a person by the personal number of a Vietnamese card.
    fn is_vietnamese(self) -> bool {
        matches!(self, Form::Number | Form::Qr | Form::ShortQr | Form::NumberRecord)
    }

    fn claims(self, who: &Who, kind: Kind) -> Claims {
        let number = || Some(PersonalNumber::parse(&who.digits()).unwrap());
        let (none, person) = (Claims::default(), who.person(kind));
        match self {
            Form::Number => Claims { number: number(), ..none },
            Form::Qr | Form::ShortQr => {
                Claims { qr: Some(Qr::parse(&who.qr_text(self == Form::ShortQr)).unwrap()), ..none }
            }
            Form::Mrz => Claims { mrz: Some(who.mrz(kind)), ..none },
            Form::MrzKey => {
                let key = MrzInformation::from_parts(&person.document_number, &person.birth, &person.expiry);
                Claims { mrz_key: Some(key.unwrap()), ..none }
            }
            Form::Record => Claims {
                document_number: Some(person.document_number.into()),
                name: Some(who.name().into()),
                birth_date: Some(who.birth_date()),
                ..none
            },
            Form::NumberRecord => {
                Claims { number: number(), name: Some(who.name().into()), birth_date: Some(who.birth_date()), ..none }
            }
        }
    }

    /// Whether the claims of the two persons are different in a field that identifies a person.
    fn tells_apart(self, kind: Kind, holder: &Who, other: &Who) -> bool {
        let number = holder.number != other.number;
        let document = holder.person(kind).document_number != other.person(kind).document_number;
        let birth = holder.birth != other.birth;
        // The surname stands first: it is never what an MRZ cuts off.
        let name = holder.surname != other.surname;
        match self {
            Form::Number => number,
            Form::Qr | Form::ShortQr | Form::NumberRecord => number || birth || name,
            Form::Mrz => document || birth || name || (kind.is_vietnamese_card() && number),
            Form::MrzKey => document || birth,
            Form::Record => document || birth || name,
        }
    }
}

/// The groups that are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Held {
    Both,
    Dg1,
    Dg13,
    Neither,
}

fn document(who: &Who, kind: Kind, held: Held) -> Document {
    let base = if kind.is_vietnamese_card() { profile::vn() } else { profile::plain() };
    let plain = Profile {
        person: who.person(kind),
        layout: kind.layout(),
        chip_authentication: Vec::new(),
        active_authentication: None,
        fingers: false,
        ..base
    };
    let groups: &[u8] = match held {
        Held::Both => &[1, 13],
        Held::Dg1 => &[1],
        Held::Dg13 => &[13],
        Held::Neither => &[2],
    };
    let files = plain.groups().unwrap().into_iter().filter(|(number, _)| groups.contains(number));
    let files = files.map(|(number, bytes)| (FileId::DataGroup(DataGroup::new(number).unwrap()), bytes));
    Document::from_files(files.collect::<Vec<_>>(), None)
}

fn judged(document: Document, claims: Claims) -> Report {
    document.with_claims(claims).verify(&TrustStore::empty(), reading::now())
}

fn who() -> impl Strategy<Value = Who> {
    let birth = (0..100_u8, 0..=12_u8, 0..=28_u8);
    (any::<[u8; 12]>(), 0..SURNAMES.len(), 0..GIVEN.len(), birth, any::<bool>(), 26..60_u8, 1..9_u8).prop_map(
        |(number, surname, given, (year, month, day), is_woman, expiry, street)| Who {
            number: number.map(|octet| octet % 10),
            surname,
            given,
            birth: (year, month, if month == 0 { 0 } else { day }),
            is_woman,
            expiry,
            street,
        },
    )
}

/// How another person differs: never in everything, so that the two share as much as possible.
#[derive(Clone, Debug)]
enum Difference {
    /// The digit at this place: from 0 to 5 both have the same CAN, from 0 to 2 also the same document number.
    Digit(usize, u8),
    /// All six digits before the CAN.
    SameCan([u8; 6]),
    Birth(usize, u8),
    Surname(usize),
    /// Nothing that identifies a person.
    Beside(u8),
}

fn difference() -> impl Strategy<Value = Difference> {
    prop_oneof![
        3 => (0..12_usize, 1..10_u8).prop_map(|(at, by)| Difference::Digit(at, by)),
        2 => (0..3_usize, 1..10_u8).prop_map(|(at, by)| Difference::Digit(at, by)),
        1 => any::<[u8; 6]>().prop_map(|digits| Difference::SameCan(digits.map(|digit| digit % 10))),
        2 => (0..3_usize, 1..12_u8).prop_map(|(at, by)| Difference::Birth(at, by)),
        2 => (1..SURNAMES.len()).prop_map(Difference::Surname),
        1 => (1..9_u8).prop_map(Difference::Beside),
    ]
}

impl Difference {
    fn apply(&self, who: &mut Who) {
        match *self {
            Difference::Digit(at, by) => who.number[at] = (who.number[at] + by) % 10,
            Difference::SameCan(digits) => who.number[..6].copy_from_slice(&digits),
            // Of a date that is not whole only the year: what is unknown is not compared.
            Difference::Birth(at, by) => match (at, &mut who.birth) {
                (1, (_, month, day)) if *month != 0 && *day != 0 => *month = (*month - 1 + by % 12) % 12 + 1,
                (2, (_, month, day)) if *month != 0 && *day != 0 => *day = (*day - 1 + by) % 28 + 1,
                (_, (year, ..)) => *year = (*year + by) % 100,
            },
            Difference::Surname(by) => who.surname = (who.surname + by) % SURNAMES.len(),
            Difference::Beside(by) => {
                who.is_woman = by % 2 == 0;
                who.street = by;
                who.expiry = 26 + by;
            }
        }
    }
}

fn held() -> impl Strategy<Value = Held> {
    prop_oneof![4 => Just(Held::Both), 2 => Just(Held::Dg1), 2 => Just(Held::Dg13), 1 => Just(Held::Neither)]
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![3 => Just(Kind::VietnameseCard), 2 => select(&KINDS[..])]
}

/// What a claim of another person gives, as the table of outcomes has it.
fn due(kind: Kind, held: Held, form: Form, holder: &Who, other: &Who) -> ClaimsOutcome {
    let has_mrz = matches!(held, Held::Both | Held::Dg1);
    match kind {
        Kind::VietnameseCard if held == Held::Neither => NotComparable,
        Kind::VietnameseCard => Differs,
        // The personal number of Vietnam does not stand in a passport; name and date of birth do. Of a foreign document
        // nothing that a QR code holds is compared.
        Kind::VietnamesePassport if has_mrz && matches!(form, Form::Qr | Form::ShortQr | Form::NumberRecord) => {
            let differs = holder.surname != other.surname || holder.birth != other.birth;
            if differs { Differs } else { NotComparable }
        }
        _ if has_mrz && form == Form::NumberRecord => {
            let differs = holder.surname != other.surname || holder.birth != other.birth;
            if differs { Differs } else { NotComparable }
        }
        _ if !has_mrz || form.is_vietnamese() => NotComparable,
        _ => Differs,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn of_10_000_documents_and_claims_of_another_person_none_is_accepted(
        holder in who(), first in difference(), second in proptest::option::of(difference()), kind in kind(),
        held in held(), form in select(&FORMS[..]), also_own in any::<bool>(),
    ) {
        let mut other = holder.clone();
        first.apply(&mut other);
        second.iter().for_each(|second| second.apply(&mut other));
        if !form.tells_apart(kind, &holder, &other) {
            // The document number is another one, and the CAN the same.
            other.number[5] = (holder.number[5] + 1) % 10;
        }
        prop_assert!(form.tells_apart(kind, &holder, &other));
        let claims = form.claims(&other, kind);
        let report = judged(document(&holder, kind, held), claims);
        let outcome = report.claims().outcome();
        prop_assert!([Differs, NotComparable].contains(&outcome), "{:?}", report.claims());
        prop_assert_eq!(outcome, due(kind, held, form, &holder, &other), "{:?}", report.claims());
        // The holder's own beside it takes nothing away from a difference.
        if also_own && outcome == Differs && form != Form::Mrz {
            let own = Claims { mrz: Some(holder.mrz(kind)), ..Claims::default() };
            let both = if form == Form::MrzKey { form.claims(&other, kind) } else { form.claims(&other, kind).or(own) };
            prop_assert_eq!(judged(document(&holder, kind, held), both).claims().outcome(), Differs);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_own_claims_of_a_person_never_differ(
        holder in who(), kind in kind(), held in held(), form in select(&FORMS[..]),
    ) {
        let report = judged(document(&holder, kind, held), form.claims(&holder, kind));
        let is_held = matches!(held, Held::Both | Held::Dg1) || (kind.is_vietnamese_card() && held == Held::Dg13);
        let is_named = kind.is_vietnamese_card() || !form.is_vietnamese();
        let due = if is_held && is_named { Matches } else { NotComparable };
        prop_assert_eq!(report.claims().outcome(), due, "{:?}", report.claims());
        prop_assert!(report.claims().different().is_empty(), "{:?}", report.claims());
    }
}
