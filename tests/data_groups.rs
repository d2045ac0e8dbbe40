//! Does every data group give what its specimen holds, field by field? Does a malformed field lose only itself, and does no
//! byte, cut or altered, make a parser panic or a value speak?
//!
//! The vectors in `test-vectors/data-groups/` say what each quirk gives; here they are the seeds of what is altered.

#[path = "support/shared.rs"]
mod support;

use chipid::BOUNDS;
use chipid::internals::tlv::{self, Tag};
use chipid::lds::{
    BiometricHeader, DataGroup, Dg2, Dg3, Dg4, Dg5, Dg7, Dg11, Dg12, Dg16, Dimensions, Eye, FaceDetails, FingerDetails,
    FingerPosition, ImageFormat, IrisDetails, OpaqueGroup, RecordFormat, RecordVersion, Text, comparable,
};
use chipid::national::{COUNTRIES, OptionalDetails};
use proptest::prelude::*;
use std::path::Path;

/// A file of the shared data; `None` (with a printed line) where the data is not at hand.
fn shared(name: &str) -> Option<Vec<u8>> {
    support::shared_data(name).map(|path| std::fs::read(path).unwrap())
}

fn codes(findings: &[chipid::lds::Finding]) -> String {
    findings.iter().map(|finding| finding.defect.as_str()).collect::<Vec<_>>().join(" ")
}

fn size(dimensions: Option<Dimensions>) -> (u32, u32) {
    dimensions.map_or((0, 0), |size| (size.width, size.height))
}

fn text(text: Option<Text<'_>>) -> String {
    text.map_or("absent".into(), |text| text.text().into_owned())
}

fn bsi(name: &str) -> Option<Vec<u8>> {
    shared(&format!("specimens/bsi-tr03105-5-2008/{name}"))
}

#[test]
fn the_fingers_of_the_bsi_read() {
    let Some(file) = bsi("EF_DG3.bin") else { return };
    let dg3 = Dg3::parse(&file).unwrap();
    assert_eq!((codes(&dg3.findings).as_str(), dg3.instances), ("", Some(2)));
    let [right, left] = dg3.fingers.as_slice() else { panic!("two fingers") };
    for (finger, position, subtype) in
        [(right, FingerPosition::RightIndex, 0x09), (left, FingerPosition::LeftIndex, 0x0A)]
    {
        assert!(finger.position == Some(position));
        assert_eq!((finger.image.format, size(finger.image.dimensions)), (ImageFormat::Wsq, (620, 620)));
        assert_eq!((finger.size, finger.record), (Some((620, 620)), RecordFormat::Iso19794));
        let header = &finger.header;
        let numbers = (header.biometric_type, header.biometric_subtype, header.format_owner, header.format_type);
        assert_eq!(numbers, (Some(8), Some(subtype), Some(0x0101), Some(7)));
        let FingerDetails::Iso19794(record) = &finger.details else { panic!("of 19794") };
        assert_eq!((record.image_acquisition_level, record.scale_units), (31, 1));
        assert_eq!((record.scan_resolution, record.image_resolution), ((500, 500), (500, 500)));
        assert_eq!((record.pixel_depth, record.image_compression_algorithm), (8, 2));
        assert_eq!((record.count_of_views, record.view_number, record.image_quality), (1, 1, 100));
    }
    let record = shared("biometrics/iso19794-4-finger/bsi_1.bdb").unwrap();
    assert_eq!(right.image.bytes, &record[46..]);
    assert_eq!(&file[right.image.at..][..record.len() - 46], right.image.bytes);
}

#[test]
fn the_irises_of_the_bsi_read() {
    let Some(file) = bsi("EF_DG4.bin") else { return };
    let dg4 = Dg4::parse(&file).unwrap();
    assert_eq!((codes(&dg4.findings).as_str(), dg4.instances), ("", Some(2)));
    let [right, left] = dg4.irises.as_slice() else { panic!("two irises") };
    for (iris, eye, subtype, (width, height)) in [(right, Eye::Right, 1, (163, 149)), (left, Eye::Left, 2, (160, 152))]
    {
        assert_eq!((iris.eye, iris.header.biometric_subtype), (Some(eye), Some(subtype)));
        assert_eq!(
            (iris.image.format, size(iris.image.dimensions)),
            (ImageFormat::Jp2, (u32::from(width), u32::from(height)))
        );
        assert_eq!((iris.size, iris.record), (Some((width, height)), RecordFormat::Iso19794));
        assert_eq!(iris.header.header_version, Some((1, 1)));
        let IrisDetails::Iso19794(record) = &iris.details else { panic!("of 19794") };
        assert_eq!((record.image_format, record.intensity_depth, record.iris_diameter), (16, 24, 150));
        assert_eq!((record.number_of_images, record.image_number), (1, 1));
        assert_eq!((record.rotation_angle, record.rotation_uncertainty), (0xFFFF, 0xFFFF));
    }
    let record = shared("biometrics/iso19794-6-iris/bsi_1.bdb").unwrap();
    assert_eq!(right.image.bytes, &record[59..]);
}

#[test]
fn the_faces_of_both_standards_read_field_by_field() {
    let Some(file) = bsi("EF_DG2.bin") else { return };
    let dg2 = Dg2::parse(&file).unwrap();
    let face = &dg2.faces[0];
    assert_eq!((size(face.dimensions), face.size), ((413, 531), Some((337, 449))));
    let FaceDetails::Iso19794(details) = &face.details else { panic!("of 19794") };
    assert_eq!((details.gender, details.eye_colour, details.hair_colour, details.expression), (0, 0, 0, 0));
    assert_eq!((details.face_image_type, details.image_data_type, details.feature_points.len()), (1, 1, 0));

    let file = shared("biometrics/iso39794-5-face/ICAO_39794_5_AP_DG2_AllFields.dat").unwrap();
    let dg2 = Dg2::parse(&file).unwrap();
    assert_eq!(codes(&dg2.findings), "");
    let [face] = dg2.faces.as_slice() else { panic!("one face") };
    assert_eq!(face.image, shared("biometrics/iso39794-5-face/ICAO_39794_5_AP_Face.jpg").unwrap());
    assert_eq!((face.record, face.format), (RecordFormat::Iso39794, ImageFormat::Jp2));
    assert_eq!((size(face.dimensions), face.size), ((413, 531), Some((572, 731))));
    let FaceDetails::Iso39794(details) = &face.details else { panic!("of 39794") };
    assert_eq!(details.version, Some(RecordVersion { generation: 3, year: 2019 }));
    assert_eq!((details.representation_id, details.image_data_format), (Some(0), Some(3)));
    assert_eq!((details.face_image_kind, details.image_size), (Some(0), Some((572, 731))));
    assert_eq!(details.capture_date_time.unwrap().to_text(), "2024-01-20 13:23:09");
    assert_eq!((details.gender, details.eye_colour, details.hair_colour), (Some(3), Some(3), Some(5)));
    assert_eq!(details.subject_height, Some(1786));
    let [yaw, pitch, roll] = details.pose_angle.map(|angle| angle.map(|angle| (angle.value, angle.uncertainty)));
    assert_eq!((yaw, pitch, roll), (Some((2, Some(1))), Some((3, Some(1))), Some((1, Some(2)))));
    let header = &face.header;
    assert_eq!((header.header_version, header.biometric_subtype), (Some((1, 1)), Some(0)));
    assert_eq!(header.creation.unwrap().to_text(), "2124-01-05 11:23:45");
    let (from, through) = header.validity.unwrap();
    assert_eq!((from.to_text(), through.to_text()), ("2124-01-05".into(), "2129-01-05".into()));
    assert_eq!((header.creator, header.format_type), (Some(0x0103_0001), Some(0x002A)));

    // The same record as the data block alone, and one with its mandatory fields only.
    let wrap = |record: &[u8]| {
        let header = hex::decode("A10B810102870201018802002A").unwrap();
        let template = tlv::encode_all(Tag(0x7F60), &[&header, &tlv::encode(Tag(0x7F2E), record)]);
        tlv::encode(Tag(0x75), &tlv::encode_all(Tag(0x7F61), &[&[2, 1, 1], &template]))
    };
    let alone = wrap(&shared("biometrics/iso39794-5-face/ICAO_39794_5_AP_AllFields.dat").unwrap());
    assert_eq!(Dg2::parse(&alone).unwrap().faces[0].details, face.details);
    let few = wrap(&shared("biometrics/iso39794-5-face/ICAO_39794_5_AP_MandFields_InvalidImage.dat").unwrap());
    let few = Dg2::parse(&few).unwrap();
    assert_eq!((codes(&few.findings).as_str(), size(few.faces[0].dimensions)), ("face_image_unknown", (0, 0)));
    let FaceDetails::Iso39794(details) = &few.faces[0].details else { panic!("of 39794") };
    assert!((details.gender, details.image_size, details.capture_date_time) == (None, None, None));
}

#[test]
fn images_state_their_size() {
    for (file, format, due) in [
        ("wsq/sample_image.wsq", ImageFormat::Wsq, (545, 622)),
        ("iso19794-5-face/ISO19794_Test1_Face.jpg", ImageFormat::Jpeg, (148, 70)),
        ("iso19794-5-face/bsi_1.jp2", ImageFormat::Jp2, (413, 531)),
    ] {
        let Some(image) = shared(&format!("biometrics/{file}")) else { return };
        assert_eq!((ImageFormat::sniff(&image), size(Dimensions::of(&image))), (format, due), "{file}");
    }
}

#[test]
fn the_details_of_the_standard_read() {
    let read = |name: &str| shared(&format!("specimens/icao-9303-10-appendixA/{name}"));
    let Some(file) = read("A5_DG11_consistent.bin") else { return };
    let dg11 = Dg11::parse(&file).unwrap();
    assert_eq!(codes(&dg11.findings), "");
    assert_eq!(dg11.tag_list.as_deref(), Some(&[0x5F0E, 0x5F11, 0x5F42, 0x5F12, 0x5F13].map(Tag)[..]));
    let name = dg11.full_name.unwrap().name();
    assert_eq!((name.primary.as_str(), name.secondary.as_str(), name.may_be_cut), ("SMITH", "JOHN J", false));
    assert_eq!(dg11.place_of_birth.unwrap().parts(), ["ANYTOWN", "MN"]);
    assert_eq!(dg11.permanent_address.unwrap().parts(), ["123 MAPLE RD", "ANYTOWN", "MN"]);
    assert_eq!((text(dg11.telephone), text(dg11.profession)), ("16125551212".into(), "TRAVEL<AGENT".into()));
    assert!(dg11.title.is_none() && dg11.full_date_of_birth.is_none() && dg11.other_names.is_empty());

    let file = read("A5_DG11_hyphenated.bin").unwrap();
    let dg11 = Dg11::parse(&file).unwrap();
    assert_eq!((codes(&dg11.findings), text(dg11.telephone)), (String::new(), "1-612-555-1212".into()));

    // As it is printed the file is shorter than it states, and the length of the telephone number takes in the tag of the
    // profession: with the first repaired, the profession is lost and no more.
    let mut file = read("A5_DG11_AS_PRINTED.bin").unwrap();
    assert_eq!(Dg11::parse(&file).unwrap_err().problem, tlv::Problem::Truncated);
    file[1] -= 3;
    let dg11 = Dg11::parse(&file).unwrap();
    assert_eq!(codes(&dg11.findings), "details_listed_absent details_character object_malformed");
    assert_eq!(dg11.full_name.unwrap().name().primary, "SMITH");
    assert!(text(dg11.telephone).starts_with("16125551212") && dg11.profession.is_none());

    let file = read("A6_DG16.bin").unwrap();
    let dg16 = Dg16::parse(&file).unwrap();
    assert_eq!((codes(&dg16.findings).as_str(), dg16.instances), ("", Some(2)));
    let persons: Vec<_> = dg16
        .persons
        .iter()
        .map(|person| {
            let (name, address) = (person.name_of_person.unwrap().name(), person.address.unwrap().parts().join(", "));
            let date = person.date_data_recorded.unwrap().to_text();
            format!("{date} {} / {} {} {address}", name.primary, name.secondary, text(person.telephone))
        })
        .collect();
    assert_eq!(
        persons,
        [
            "2002-01-01 SMITH / CHARLES R 19525551212 123 MAPLE RD, ANYTOWN, MN, 55100",
            "2002-03-15 BROWN / MARY J 14155551212 49 REDWOOD LN, OCEAN BREEZE, CA, 94000",
        ]
    );
}

#[test]
fn the_synthetic_groups_read() {
    let read = |name: &str| shared(&format!("specimens/synthetic-dg/{name}"));
    let Some(file) = read("EF_DG11.bin") else { return };
    let dg11 = Dg11::parse(&file).unwrap();
    // Its tag list has the template of the other names for the numbers of other documents.
    assert_eq!(codes(&dg11.findings), "details_date_bcd image_unknown details_unlisted");
    assert_eq!((text(dg11.full_name), text(Some(dg11.other_names[0]))), ("Doe John".into(), "William".into()));
    assert_eq!((text(dg11.personal_number), text(dg11.telephone)), ("123".into(), "123".into()));
    assert_eq!(dg11.full_date_of_birth.unwrap().to_text(), "1970-01-01");
    assert_eq!(dg11.place_of_birth.unwrap().parts(), ["TEST", "TEST"]);
    assert_eq!(dg11.permanent_address.unwrap().parts(), ["TEST", "TEST"]);
    for field in [dg11.profession, dg11.title, dg11.personal_summary, dg11.custody_information] {
        assert_eq!(text(field), "TEST");
    }
    assert_eq!(dg11.other_valid_td_numbers.unwrap().parts(), ["123", "123"]);
    assert_eq!(dg11.proof_of_citizenship.unwrap().bytes, [0]);

    let file = read("EF_DG12.bin").unwrap();
    let dg12 = Dg12::parse(&file).unwrap();
    let found = "details_list_missing details_date_bcd image_unknown image_unknown details_date_bcd";
    assert_eq!(codes(&dg12.findings), found);
    assert_eq!((text(dg12.issuing_authority), text(Some(dg12.other_persons[0]))), ("TEST".into(), "William".into()));
    assert_eq!(dg12.date_of_issue.unwrap().to_text(), "2024-01-01");
    assert_eq!((text(dg12.endorsements), text(dg12.tax_exit_requirements)), ("TEST".into(), "TEST".into()));
    assert_eq!(dg12.personalization_time.unwrap().to_text(), "2024-01-01 12:30:59");
    assert_eq!(text(dg12.personalization_serial_number), "123");
    assert!(dg12.image_of_front.is_some() && dg12.image_of_rear.is_some());

    let (dg5, dg7) = (read("EF_DG5.bin").unwrap(), read("EF_DG7.bin").unwrap());
    let (dg5, dg7) = (Dg5::parse(&dg5).unwrap(), Dg7::parse(&dg7).unwrap());
    assert_eq!((codes(&dg5.findings), codes(&dg7.findings)), (String::new(), String::new()));
    assert_eq!((dg5.instances, dg7.instances), (Some(1), Some(1)));
    let (portrait, signature) = (dg5.displayed_portraits[0], dg7.displayed_signatures[0]);
    assert_eq!(
        (portrait.format, portrait.bytes.len(), size(portrait.dimensions)),
        (ImageFormat::Jp2, 14_999, (413, 531))
    );
    assert_eq!(
        (signature.format, signature.bytes.len(), size(signature.dimensions)),
        (ImageFormat::Jp2, 289, (550, 142))
    );
}

/// Every file of `malformed/dg13_vn/`, by the State and without it: the form that is read.
#[test]
fn every_dg13_finds_its_profile_or_stays_bytes() {
    let Some(folder) = support::shared_data("malformed/dg13_vn") else { return };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let file = std::fs::read(&path).unwrap();
        let form = |state| OptionalDetails::parse(&file, state).country().map_or("-", |country| country.issuing_state);
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        found.push(format!("{} {} {} {}", &name[..1], form(Some("VNM")), form(None), form(Some("UTO"))));
    }
    found.sort();
    let of_vietnam = ["a", "b", "c", "d", "e", "f", "h"].map(|file| format!("{file} VNM VNM -"));
    let mut due = [&of_vietnam[..], &["g VNM - -".into(), "i - - -".into()]].concat();
    due.sort();
    assert_eq!(found, due);
    assert_eq!(COUNTRIES.len(), 1);
}

#[test]
fn groups_without_a_definition_keep_their_tags() {
    let dg8 = hex::decode("680A 020101 5F7003414243".replace(' ', "")).unwrap();
    assert!(OpaqueGroup::parse(DataGroup::DG8, &dg8).is_err(), "a length beyond the file");
    let dg8 = hex::decode("6809 020101 5F7003414243".replace(' ', "")).unwrap();
    let group = OpaqueGroup::parse(DataGroup::DG8, &dg8).unwrap();
    let objects = group.objects.as_ref().unwrap();
    assert_eq!((group.instances, group.value, codes(&group.findings).as_str()), (Some(1), &dg8[2..], ""));
    assert_eq!((objects[1].tag, objects[1].value, objects[1].at), (Tag(0x5F70), &b"ABC"[..], 5));
    for (number, tag) in [(6, 0x66), (8, 0x68), (9, 0x69), (10, 0x6A)] {
        let group = DataGroup::new(number).unwrap();
        assert!(OpaqueGroup::parse(group, &tlv::encode(Tag(tag), b"\xFF")).unwrap().objects.is_none());
        assert!(OpaqueGroup::parse(group, &tlv::encode(Tag(tag + 1), b"")).is_err());
    }
    let many = tlv::encode(Tag(0x6A), &[5, 0].repeat(257));
    let many = OpaqueGroup::parse(DataGroup::DG10, &many).unwrap();
    assert_eq!((many.objects.unwrap().len(), codes(&many.findings).as_str()), (256, "objects_too_many"));
}

#[test]
fn counts_are_capped_whatever_the_file_says() {
    let names = tlv::encode(Tag(0xA0), &hex::decode("5F0F0141").unwrap().repeat(1000));
    let file = tlv::encode(Tag(0x6B), &[names, hex::decode("5F7000").unwrap().repeat(1000)].concat());
    let dg11 = Dg11::parse(&file).unwrap();
    assert_eq!(
        (dg11.other_names.len(), dg11.others.len(), dg11.findings.len()),
        (BOUNDS.names, BOUNDS.other_objects, BOUNDS.findings)
    );
    let list = tlv::encode(Tag(0x6B), &tlv::encode(Tag(0x5C), &[0x61; BOUNDS.tag_list_octets + 1]));
    let dg11 = Dg11::parse(&list).unwrap();
    assert!(dg11.tag_list.is_none() && codes(&dg11.findings).contains("objects_too_many"));
    let persons = tlv::encode(Tag(0x70), &[0xA1, 0].repeat(BOUNDS.persons + 1));
    assert_eq!(Dg16::parse(&persons).unwrap().persons.len(), BOUNDS.persons);
}

/// The files of the vectors of the data groups.
fn seeds() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("test-vectors/data-groups");
    let mut seeds: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let vector = std::fs::read_to_string(&path).unwrap();
            let file = vector.lines().find_map(|line| line.strip_prefix("file: ")).unwrap();
            (path.file_stem().unwrap().to_str().unwrap().to_owned(), hex::decode(file).unwrap())
        })
        .collect();
    seeds.sort();
    assert!(seeds.len() > 100);
    seeds
}

/// All parsers on one file: what they show of it.
fn parse_all(file: &[u8]) -> String {
    let groups = [6, 8, 9, 10].map(|number| DataGroup::new(number).unwrap());
    format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        Dg2::parse(file),
        Dg3::parse(file),
        Dg4::parse(file),
        Dg5::parse(file),
        Dg7::parse(file),
        Dg11::parse(file),
        Dg12::parse(file),
        Dg16::parse(file),
        OptionalDetails::parse(file, None),
        groups.map(|group| OpaqueGroup::parse(group, file)),
    )
}

#[test]
fn no_octet_cut_or_altered_makes_a_parser_panic() {
    for (_, file) in seeds() {
        for at in 0..file.len() {
            parse_all(&file[..at]);
            for value in [0x00, 0x7F, 0x80, 0xFF, file[at] ^ 1, file[at].wrapping_add(1)] {
                let mut altered = file.clone();
                altered[at] = value;
                parse_all(&altered);
            }
        }
    }
}

/// Of the full DG11 each field in turn is made unreadable: all others are given as before.
#[test]
fn a_malformed_field_loses_only_itself() {
    let fields = |file: &[u8]| {
        let dg11 = Dg11::parse(file).unwrap();
        let texts = [
            dg11.full_name,
            dg11.personal_number,
            dg11.place_of_birth,
            dg11.permanent_address,
            dg11.telephone,
            dg11.profession,
            dg11.title,
            dg11.personal_summary,
            dg11.other_valid_td_numbers,
            dg11.custody_information,
        ];
        let mut fields: Vec<String> = texts.map(text).to_vec();
        fields.push(dg11.full_date_of_birth.map_or("absent".into(), |date| date.to_text()));
        fields.push(dg11.proof_of_citizenship.map_or("absent".into(), |image| hex::encode(image.bytes)));
        fields.push(dg11.other_names.iter().map(|name| name.text()).collect::<Vec<_>>().join("|"));
        (fields, dg11.findings)
    };
    let (_, file) = seeds().into_iter().find(|(name, _)| name == "dg11-all-fields").unwrap();
    let (whole, _) = fields(&file);
    let mut inside = tlv::Reader::new(&file).next().unwrap().children();
    inside.next().unwrap(); // the tag list
    while !inside.is_empty() {
        let field = inside.next().unwrap();
        let mut altered = file.clone();
        altered[field.value_at..][..field.value.len()].fill(0xFF);
        let (read, findings) = fields(&altered);
        let lost = whole.iter().zip(&read).filter(|(before, after)| before != after).count();
        assert_eq!(lost, 1, "{}", field.tag);
        let place = field.at..field.value_at + field.value.len();
        assert!(findings.iter().any(|finding| place.contains(&finding.at)), "{}", field.tag);
    }
}

#[test]
fn debug_shows_nothing_personal() {
    for (name, file) in seeds() {
        let shown = parse_all(&file);
        for canary in ["MAU", "NGUY", "SAMPLE", "1990", "2024", "77, 65, 85", "4d4155", "index", "RightIndex"] {
            assert!(!shown.contains(canary), "{name}: {shown}");
        }
    }
    let header = BiometricHeader { biometric_subtype: Some(9), ..BiometricHeader::default() };
    assert!(header == header.clone());
    assert_eq!(comparable("  A  b "), "a b");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_bytes_make_a_parser_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), tag in 0x60u8..0x78) {
        parse_all(&bytes);
        parse_all(&tlv::encode(Tag(u32::from(tag)), &bytes));
        let group = tlv::encode(Tag(0x7F61), &tlv::encode(Tag(0x7F60), &tlv::encode(Tag(0x5F2E), &bytes)));
        parse_all(&tlv::encode(Tag(u32::from(tag)), &group));
        let _ = Dimensions::of(&bytes);
        for start in ["FFD8FF", "FFA0FF", "FF4FFF51", "0000000C6A502020", "89504E47", "50350A"] {
            let _ = Dimensions::of(&[hex::decode(start).unwrap(), bytes.clone()].concat());
        }
    }

    #[test]
    fn no_several_changes_make_a_parser_panic(
        seed in any::<proptest::sample::Index>(),
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let seeds = seeds();
        let mut file = seeds[seed.index(seeds.len())].1.clone();
        for (at, value) in changes {
            let at = at.index(file.len());
            file[at] = value;
        }
        parse_all(&file);
    }
}
