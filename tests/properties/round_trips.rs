//! What is written reads again: data objects, commands, MRZ, data groups, transcripts, proofs.

use chipid::internals::iso7816::command::{Command, Form};
use chipid::internals::iso7816::{Response, StatusWord};
use chipid::internals::tlv::{self, Reader, Tag};
use chipid::lds::{Dg2, Mrz, MrzInformation};
use chipid::sim::person::{Layout, National, PORTRAIT, Person};
use chipid::sim::profile::{self, Sizes};
use chipid::sim::{Folder, Profile};
use chipid::transport::transcript::{Transcript, TranscriptStep};
use chipid::vietnam::{Dg13, Dg13Field, Qr, td1_number};
use chipid::{Proofs, TransportError};
use proptest::collection::vec;
use proptest::prelude::*;

/// A data object: its tag, and what stands in it.
#[derive(Clone, Debug)]
enum Object {
    Primitive(u32, Vec<u8>),
    Constructed(u32, Vec<Object>),
}

fn object() -> impl Strategy<Value = Object> {
    let primitive = prop_oneof![Just(0x02), Just(0x04), Just(0x5F1F), Just(0x80), Just(0x9F_81_7F)];
    let constructed = prop_oneof![Just(0x30), Just(0x31), Just(0x7F61), Just(0xA0)];
    let leaf = (primitive, vec(any::<u8>(), 0..300)).prop_map(|(tag, value)| Object::Primitive(tag, value));
    leaf.prop_recursive(6, 40, 5, move |inner| {
        (constructed.clone(), vec(inner, 0..5)).prop_map(|(tag, inside)| Object::Constructed(tag, inside))
    })
}

fn encoded(object: &Object) -> Vec<u8> {
    match object {
        Object::Primitive(tag, value) => tlv::encode(Tag(*tag), value),
        Object::Constructed(tag, inside) => {
            tlv::encode(Tag(*tag), &inside.iter().flat_map(encoded).collect::<Vec<u8>>())
        }
    }
}

fn assert_reads(reader: &mut Reader<'_>, objects: &[Object]) {
    for object in objects {
        let read = reader.next().unwrap();
        assert!(!read.lax_length);
        match object {
            Object::Primitive(tag, value) => assert_eq!((read.tag, read.value), (Tag(*tag), value.as_slice())),
            Object::Constructed(tag, inside) => {
                assert_eq!(read.tag, Tag(*tag));
                assert_reads(&mut read.children(), inside);
            }
        }
    }
    reader.finish().unwrap();
}

fn name() -> impl Strategy<Value = String> {
    "[A-Z]{1,8}( [A-Z]{1,6}){0,1}"
}

fn date() -> impl Strategy<Value = String> {
    (0..100_u8, 1..=12_u8, 1..=28_u8).prop_map(|(year, month, day)| format!("{year:02}{month:02}{day:02}"))
}

fn person() -> impl Strategy<Value = Person> {
    (name(), name(), "[A-Z0-9]{9}", date(), prop_oneof![Just('M'), Just('F'), Just('<')], date()).prop_map(
        |(primary, secondary, document_number, birth, sex, expiry)| Person {
            primary,
            secondary,
            document_number,
            birth,
            sex,
            expiry,
            ..Person::utopian()
        },
    )
}

fn layout() -> impl Strategy<Value = Layout> {
    prop_oneof![Just(Layout::Td1), Just(Layout::Td2), Just(Layout::Td3)]
}

fn bytes(most: usize) -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..most)
}

proptest! {
    #[test]
    fn data_objects_read_as_they_were_written(objects in vec(object(), 0..4)) {
        let whole: Vec<u8> = objects.iter().flat_map(encoded).collect();
        assert_reads(&mut Reader::new(&whole), &objects);
        assert_reads(&mut Reader::ber(&whole), &objects);
        // Cut anywhere, the last object is not whole.
        if let Some(cut) = whole.len().checked_sub(1) {
            let mut reader = Reader::new(&whole[..cut]);
            // To the end, or to the object that is cut.
            while reader.next().is_ok() {}
            prop_assert!(!reader.is_empty() || objects.len() > 1 || cut == 0);
        }
    }

    #[test]
    fn numbers_read_as_they_were_written(number in bytes(40), small in any::<u32>()) {
        let significant: Vec<u8> = number.iter().copied().skip_while(|octet| *octet == 0).collect();
        let due: &[u8] = if significant.is_empty() { &[0] } else { &significant };
        let written = tlv::integer_content(&number);
        prop_assert_eq!(tlv::unsigned_integer(&written), Some(due));
        prop_assert_eq!(tlv::small_integer(&tlv::integer_content(&small.to_be_bytes())), Some(small));
    }

    #[test]
    fn commands_and_answers_read_as_they_were_written(
        header in any::<[u8; 4]>(), data in bytes(600), ne in proptest::option::of(1..=65_536_u32), status in any::<u16>(),
    ) {
        let [cla, ins, p1, p2] = header;
        let command = Command { cla, ins, p1, p2, data: data.clone(), ne };
        for form in [Form::Short, Form::Extended] {
            match command.encode(form) {
                Ok(bytes) => {
                    let read = Command::decode(&bytes).unwrap();
                    // Without data and without expectation both forms are the header.
                    prop_assert_eq!(read, command.clone());
                }
                Err(_) => prop_assert!(form == Form::Short && (data.len() > 255 || ne.is_some_and(|ne| ne > 256))),
            }
        }
        let answer = Response { data, status: StatusWord(status) };
        prop_assert_eq!(Response::decode(&answer.encode()), Some(answer));
    }

    #[test]
    fn an_mrz_reads_as_the_person_it_was_made_of(person in person(), layout in layout()) {
        let document_code = if layout == Layout::Td3 { "P" } else { "I" };
        let person = Person { document_code: document_code.into(), ..person };
        // A name that fills its line is cut: not what is asked here.
        let room = [30, 31, 39][[Layout::Td1, Layout::Td2, Layout::Td3].iter().position(|one| *one == layout).unwrap()];
        prop_assume!(person.primary.len() + 2 + person.secondary.len() <= room);
        let lines = person.mrz_lines(layout);
        let mrz = Mrz::parse(&lines.join("\n")).unwrap();
        prop_assert!(mrz.findings().iter().all(|finding| !finding.kind().is_fault()), "{:?} {lines:?}", mrz.findings());
        prop_assert_eq!(mrz.lines(), lines.iter().map(String::as_str).collect::<Vec<_>>());
        prop_assert_eq!(mrz.document_number(), person.document_number.as_str());
        let name = mrz.name();
        prop_assert_eq!((&name.primary, &name.secondary), (&person.primary, &person.secondary));
        let information = person.mrz_information();
        let made = mrz.information();
        prop_assert_eq!(made.expose(), information.as_bytes());
        let parts = MrzInformation::from_parts(&person.document_number, &person.birth, &person.expiry).unwrap();
        prop_assert_eq!(parts.expose(), information.as_bytes());
        // EF.DG1 around it is the same MRZ.
        let file = tlv::encode(Tag(0x61), &tlv::encode(Tag(0x5F1F), lines.concat().as_bytes()));
        let read = Mrz::from_dg1(&file).unwrap();
        prop_assert_eq!(read.lines(), mrz.lines());
        // One letter read wrongly is a check digit that does not hold, where one covers it.
        prop_assert!(mrz.key_check_digits_hold());
        let wrong = lines.concat().replacen(&person.birth, "000000", 1);
        if person.birth != "000000" && !person.document_number.contains(&person.birth) {
            let misread = Mrz::parse(&wrong).unwrap();
            let digit = |text: &str| chipid::lds::check_digit(text);
            prop_assert!(!misread.key_check_digits_hold() || digit(&person.birth) == digit("000000"));
        }
    }

    #[test]
    fn a_vietnamese_card_reads_as_its_holder(number in "999[0-9]{9}", name in "[A-ZĐÊÔ]{2,9} [a-zđêô]{2,9}", place in "[A-Za-zẫỹ ,]{1,40}") {
        let national = National {
            full_name: name.clone(),
            residence: format!("x{place}x"),
            ..Person::vietnamese().national.unwrap()
        };
        let person = Person {
            document_number: number[3..].into(),
            optional: number.clone(),
            national: Some(national.clone()),
            ..Person::vietnamese()
        };
        let qr = Qr::parse(&person.qr_text().unwrap()).unwrap();
        prop_assert_eq!((qr.number.as_str(), qr.name.as_deref()), (number.as_str(), Some(name.as_str())));
        prop_assert_eq!(qr.residence.as_deref(), Some(national.residence.as_str()));
        let mrz = Mrz::parse(&person.mrz_lines(Layout::Td1Vietnam).concat()).unwrap();
        let found = td1_number(&mrz).unwrap();
        prop_assert_eq!(found.number.as_str(), number.as_str());
        prop_assert!(found.matches_document_number && found.check_digit_holds == Some(true));
    }

    #[test]
    fn a_transcript_reads_as_it_was_written(
        steps in vec((bytes(30), proptest::option::of(bytes(40))), 0..12), atr in bytes(20), max in proptest::option::of(any::<usize>()),
    ) {
        let transcript = Transcript {
            reader: "a reader".into(),
            atr,
            max_apdu: max,
            steps: steps
                .into_iter()
                .map(|(command, answer)| match answer {
                    Some(answer) if command.is_empty() => TranscriptStep::Reset(if answer.is_empty() { Err(TransportError::CardReset) } else { Ok(()) }),
                    Some(answer) => TranscriptStep::Exchange(command, Ok(answer)),
                    None => TranscriptStep::Exchange(command, Err(TransportError::CardRemoved)),
                })
                .collect(),
        };
        let read: Transcript = transcript.to_string().parse().unwrap();
        prop_assert!(read == transcript);
    }

    #[test]
    fn proofs_read_as_they_were_written(
        outcome in "answered|refused|session_lost|bad_key", challenge in any::<[u8; 8]>(), signature in bytes(80),
        attested in proptest::option::of("proven|refused|session_lost|not_under_new_keys"), downgraded in any::<bool>(),
    ) {
        let text = serde_json::json!({
            "schema": "chipid.proofs/1",
            "active_authentication": {
                "outcome": outcome, "challenge": hex::encode(challenge), "chosen_by": "reader",
                "signature": hex::encode(&signature), "status": "6985",
            },
            "chip_authentication": attested.map(|outcome| serde_json::json!({ "outcome": outcome })),
            "access": { "protocol": "pace", "downgraded": downgraded },
        });
        let proofs: Proofs = serde_json::from_value(text).unwrap();
        let again: Proofs = serde_json::from_slice(&serde_json::to_vec(&proofs).unwrap()).unwrap();
        prop_assert!(again == proofs);
        // A document keeps what it was given of the chip's answer.
        let kept = serde_json::to_value(chipid::Document::from_files([], Some(proofs)).proofs()).unwrap();
        prop_assert_eq!(kept["active_authentication"]["outcome"].as_str(), Some(outcome.as_str()));
        if outcome == "answered" {
            prop_assert_eq!(kept["active_authentication"]["signature"].clone(), hex::encode(&signature));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn data_groups_read_as_they_were_built(dg2 in 9_000..16_000_usize, number in "999[0-9]{9}", name in "[A-ZĐ]{2,9} [a-zê]{2,9}", place in "[A-Za-z ]{1,30}") {
        let national = National { full_name: name, origin: format!("x{place}x"), ..Person::vietnamese().national.unwrap() };
        let person = Person { optional: number.clone(), document_number: number[3..].into(), national: Some(national.clone()), ..Person::vietnamese() };
        let profile = Profile { person, sizes: Sizes { dg2: Some(dg2), ..Sizes::default() }, ..profile::vn() };
        let contents = profile.contents().unwrap();
        let file = |fid| contents.file(Folder::Application, fid).unwrap();
        // A shorter file than the portrait's own is not made.
        prop_assert!(file(0x0102).len() == dg2 || file(0x0102).len() > PORTRAIT.len());
        let read = Dg2::parse(file(0x0102)).unwrap();
        prop_assert!(read.faces.len() == 1 && read.faces[0].image.starts_with(&[0xFF, 0xD8]) && read.faces[0].image.ends_with(&[0xFF, 0xD9]));
        prop_assert_eq!(read.faces[0].size, Some((360, 480)));
        let read = Dg13::parse(file(0x010D)).unwrap();
        prop_assert_eq!(read.text(Dg13Field::FullName), Some(national.full_name.as_str()));
        prop_assert_eq!(read.text(Dg13Field::PlaceOfOrigin), Some(national.origin.as_str()));
        let found = read.personal_number().unwrap();
        prop_assert_eq!(found.as_str(), number.as_str());
        prop_assert_eq!((read.father(), read.mother()), (Some(national.father.as_str()), Some(national.mother.as_str())));
    }
}
