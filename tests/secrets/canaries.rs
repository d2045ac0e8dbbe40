//! What must not get out, planted where a card holds it, and the search for it: as it is, in hexadecimal digits of either
//! case, in Base64, as a list of numbers, with separators between.

use crate::memory::Recorded;
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use chipid::internals::crypto::{CurveId, DhGroupId, Number, Point};
use chipid::sim::person::{National, PORTRAIT, Person};
use chipid::sim::{Profile, profile};
use std::collections::BTreeSet;

pub const CAN: &str = "739164";
pub const NUMBER: &str = "999171739164";

/// What is never a canary: shorter, it stands anywhere.
const SHORTEST: usize = 6;

pub struct Canary {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// A holder whose every field stands nowhere else.
pub fn person() -> Person {
    Person {
        document_number: "171739164".into(),
        primary: "ZYQXWVOLAND".into(),
        secondary: "KANARI VOGELSANG".into(),
        birth: "710923".into(),
        optional: NUMBER.into(),
        national: Some(National {
            full_name: "Đỗ Kanari Vogelsang".into(),
            birth: "23/09/1971".into(),
            ethnic_group: "Kanaritum".into(),
            religion: "Kanarglaube".into(),
            origin: "Xã Kanarihof".into(),
            residence: "Số 77, Phố Kanarienweg, Tỉnh Kanarland".into(),
            marks: "Sẹo Kanarimal".into(),
            father: "Đỗ Vater Kanarpa".into(),
            mother: "Lê Mutter Kanarma".into(),
            spouse: "Lý Gatte Kanarus".into(),
            former_number: "285461937".into(),
            code: "KANARICODE285461".into(),
            ..Person::vietnamese().national.unwrap()
        }),
        ..Person::vietnamese()
    }
}

/// A holder of a passport, likewise.
pub fn utopian() -> Person {
    Person {
        document_number: "Q7391642Z".into(),
        primary: "ZYQXWVOLAND".into(),
        secondary: "KANARI VOGELSANG".into(),
        birth: "710923".into(),
        ..Person::utopian()
    }
}

pub fn vn() -> Profile {
    Profile { person: person(), can: Some(CAN.into()), ..profile::vn().with_max_answer(65_536) }
}

pub fn passport() -> Profile {
    Profile { person: utopian(), ..profile::passport().with_max_answer(65_536) }
}

pub fn hardened() -> Profile {
    Profile { person: Person { document_code: "ID".into(), ..utopian() }, can: Some(CAN.into()), ..profile::hardened() }
}

pub fn cam() -> Profile {
    Profile { can: Some(CAN.into()), person: hardened().person, ..profile::cam() }
}

/// All of them: what the holders are, what opens their cards, pieces of their files, and the keys of their sessions.
pub fn all() -> Vec<Canary> {
    let mut canaries = Vec::new();
    let mut add = |name: &str, bytes: &[u8]| {
        if bytes.len() >= SHORTEST {
            canaries.push(Canary { name: name.to_owned(), bytes: bytes.to_vec() });
        }
    };
    add("CAN", CAN.as_bytes());
    let (point, number) = shared_secrets();
    add("a point", point.x());
    add("a number", number.padded());
    add("date of birth", b"1971-09-23");
    add("date of birth", b"23/09/1971");
    add("date of birth", b"19710923");
    add("portrait", &PORTRAIT[PORTRAIT.len() / 2..][..16]);
    for person in [person(), utopian()] {
        for (name, text) in [
            ("document number", &person.document_number),
            ("surname", &person.primary),
            ("given names", &person.secondary),
            ("given name", &"VOGELSANG".into()),
            ("MRZ_information", &person.mrz_information()),
        ] {
            add(name, text.as_bytes());
        }
        let Some(national) = person.national else { continue };
        add("personal number", NUMBER.as_bytes());
        for text in [
            national.full_name,
            national.ethnic_group,
            national.religion,
            national.origin,
            national.residence,
            national.marks,
            national.father,
            national.mother,
            national.spouse,
            national.former_number,
            national.code,
            "Kanarienweg".into(),
            "Kanarland".into(),
        ] {
            add("a field of DG13", text.as_bytes());
        }
    }
    let (can, mrz) = (
        || chipid::Password::can(CAN).unwrap(),
        || chipid::Password::mrz_parts("Q7391642Z", "710923", "331231").unwrap(),
    );
    for recorded in [
        Recorded::new(&vn(), can),
        Recorded::new(&passport(), mrz),
        Recorded::new(&hardened(), can),
        Recorded::new(&cam(), can),
    ] {
        recorded.secrets.iter().for_each(|secret| add(&secret.name, &secret.bytes));
        // A piece of each line and file is enough to tell it by.
        recorded
            .personal
            .iter()
            .filter(|piece| piece.name.starts_with("EF."))
            .for_each(|piece| add(&piece.name, &piece.bytes));
    }
    canaries.sort_by(|a, b| a.bytes.cmp(&b.bytes));
    canaries.dedup_by(|a, b| a.bytes == b.bytes);
    canaries
}

/// A point and a number that are shared secrets of sessions among the canaries.
pub fn shared_secrets() -> (Point, Number) {
    let curve = CurveId::BrainpoolP256r1.curve();
    let group = DhGroupId::Modp1024Prime160;
    (curve.generator(), group.generator())
}

/// The canaries that a text holds in any form, each with the form.
pub fn find(canaries: &[Canary], text: &str) -> BTreeSet<String> {
    let lower = text.to_lowercase();
    let squeezed = squeezed(&lower);
    let listed = listed(text);
    let mut found = BTreeSet::new();
    for Canary { name, bytes } in canaries {
        let mut note = |is_found: bool, form: &str| {
            if is_found {
                found.insert(format!("{name}, {form}"));
            }
        };
        if let Ok(plain) = std::str::from_utf8(bytes) {
            let plain = plain.to_lowercase();
            note(lower.contains(&plain), "as it is");
            let plain = self::squeezed(&plain);
            note(plain.chars().count() >= SHORTEST && squeezed.contains(&plain), "with separators");
        }
        note(squeezed.contains(&hex::encode(bytes)), "in hexadecimal digits");
        note(base64_forms(bytes).iter().any(|form| text.contains(form)), "in Base64");
        note(listed.windows(bytes.len()).any(|window| window == bytes), "as a list of numbers");
    }
    found
}

/// A text without what may stand between its letters and digits.
fn squeezed(text: &str) -> String {
    text.replace("0x", "").chars().filter(|mark| !" \t\n\r:-_,;.<>/\\|'\"[]".contains(*mark)).collect()
}

/// The bytes of every row of numbers below 256, rows parted by a zero byte.
fn listed(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut row = 0;
    for word in text.split([',', ' ', '\n', '[', ']']).filter(|word| !word.is_empty()) {
        match word.parse::<u8>() {
            Ok(byte) => {
                bytes.push(byte);
                row += 1;
            }
            Err(_) if row > 0 => {
                bytes.push(0);
                row = 0;
            }
            Err(_) => {}
        }
    }
    bytes
}

/// How the bytes show in Base64, at each of the three places where they can begin; the letters that others share left out.
fn base64_forms(bytes: &[u8]) -> Vec<String> {
    let mut forms = Vec::new();
    for before in 0..3 {
        let whole = [&vec![0; before], bytes].concat();
        let whole_groups = &whole[..whole.len() / 3 * 3];
        for text in [BASE64_STANDARD_NO_PAD.encode(whole_groups), BASE64_URL_SAFE_NO_PAD.encode(whole_groups)] {
            let own = &text[[0, 2, 3][before]..];
            // Fewer letters than these stand anywhere.
            if own.len() >= 6 {
                forms.push(own.to_owned());
            }
        }
    }
    forms
}

/// The control: a planted canary is found in every form, and nothing is found in a text without.
#[test]
fn a_planted_canary_is_found_in_every_form() {
    let name = "ZYQXWVOLAND";
    let key: Vec<u8> = (0..16).map(|number| number * 11 + 3).collect();
    let canaries =
        [Canary { name: "name".into(), bytes: name.into() }, Canary { name: "key".into(), bytes: key.clone() }];
    for planted in [
        format!("the holder {name} is"),
        "the holder Zyqxwvoland is".into(),
        "Z Y Q X W V O L A N D".into(),
        "ZYQXW<VOLAND<<".into(),
        hex::encode(&key),
        hex::encode_upper(&key),
        key.iter().map(|octet| format!("{octet:02X}:")).collect(),
        key.iter().map(|octet| format!("{octet:02x} ")).collect(),
        format!("{key:02X?}"),
        format!("{key:#04x?}"),
        format!("{key:?}"),
        format!("{key:#?}"),
        format!("{:?}", name.as_bytes()),
        BASE64_STANDARD_NO_PAD.encode(&key),
        BASE64_STANDARD_NO_PAD.encode(["x".as_bytes(), &key].concat()),
        BASE64_URL_SAFE_NO_PAD.encode(["xy".as_bytes(), &key, b"z"].concat()),
    ] {
        assert!(!find(&canaries, &planted).is_empty(), "{planted}");
    }
    assert!(find(&canaries, "ZYQXWVOLAN 030e1924 [3, 14, 25] Aw4ZJC8").is_empty());
}
