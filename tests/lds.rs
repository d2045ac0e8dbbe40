//! Do the parsers of the files take what they must, refuse what they must, and name what is amiss, with its place?
//!
//! Every file of `malformed/` stands in a table here with what it gives; a file that is not in the table fails, and so
//! does a row without its file.

#[path = "support/shared.rs"]
mod support;

use chipid::BOUNDS;
use chipid::internals::crypto::{CryptoError, PublicKey};
use chipid::internals::tlv::{self, Tag};
use chipid::lds::{
    Com, DataGroup, Dg2, Dg14, Dg15, FileDefect, FileId, Finding, ImageFormat, Mrz, MrzField, SecurityInfos,
};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;

/// The files of a folder of the shared data, by name; `None` (with a printed line) where the data is not at hand.
fn folder(name: &str) -> Option<BTreeMap<String, Vec<u8>>> {
    let folder = support::shared_data(name)?;
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let file = |path: &Path| (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(path).unwrap());
    Some(entries.map(|entry| file(&entry.unwrap().path())).collect())
}

/// Runs each file of the folder against its row: the outcome as words, `error: …` or the codes of the findings.
fn check_folder(name: &str, outcome: impl Fn(&[u8]) -> String, table: &[(&str, &str)]) {
    let Some(files) = folder(name) else { return };
    for (file, bytes) in &files {
        let due = table.iter().find(|row| row.0 == file).unwrap_or_else(|| panic!("{name}/{file} is in no table")).1;
        assert_eq!(outcome(bytes), due, "{name}/{file}");
    }
    for (file, _) in table {
        assert!(files.contains_key(*file), "{name}/{file} is in the table and not in the folder");
    }
}

fn codes(findings: &[Finding]) -> String {
    let codes: Vec<&str> = findings.iter().map(|finding| finding.defect.as_str()).collect();
    codes.join(" ")
}

/// `error` with its place, or what the value shows and the findings.
fn words<T>(parsed: Result<T, tlv::TlvError>, show: impl Fn(&T) -> String) -> String {
    match parsed {
        Ok(value) => show(&value).trim().to_owned(),
        Err(error) => format!("error {error}"),
    }
}

#[test]
fn every_malformed_com_gives_what_it_must() {
    let outcome = |bytes: &[u8]| {
        words(Com::parse(bytes), |com| {
            let groups = com.data_groups.as_ref().map_or("none".into(), |groups| {
                groups.iter().map(|group| group.number().to_string()).collect::<Vec<_>>().join(",")
            });
            format!("{groups}: {}", codes(&com.findings))
        })
    };
    check_folder(
        "malformed/com",
        outcome,
        &[
            ("com_bsi_ok.bin", "1,2,3,4,14:"),
            ("com_unknown_tag_in_list.bin", "1,2: com_list_unknown com_list_unknown"),
            ("com_dup_and_unsorted.bin", "1,2,14,15: com_list_duplicate com_list_duplicate"),
            ("com_no_unicode.bin", "1,2: com_unicode_missing"),
            ("com_no_list.bin", "none: com_list_missing"),
            // The chip hides 14 and 15; EF.SOD decides what is read, so nothing is amiss here.
            ("com_hides_dg14_dg15.bin", "1,2:"),
        ],
    );
}

/// LDS_A_01 to LDS_A_10.
#[test]
fn com_departures_are_named() {
    let com = |inside: &str| {
        let bytes = tlv::encode(Tag(0x60), &hex::decode(inside.replace(' ', "")).unwrap());
        words(Com::parse(&bytes), |com| codes(&com.findings))
    };
    let (lds, unicode, list) = ("5F01 04 30313037", "5F36 06 303430303030", "5C 02 6175");
    assert_eq!(com(&[lds, unicode, list].concat()), "");
    assert_eq!(com(&["5F01 04 30313038", unicode, list].concat()), "");
    assert_eq!(com(&["5F01 04 30333030", unicode, list].concat()), "com_version_unknown");
    assert_eq!(com(&[unicode, list].concat()), "com_version_missing");
    assert_eq!(com(&[lds, "5F36 06 303530303030", list].concat()), "com_unicode_unknown");
    assert_eq!(com(&[lds, list].concat()), "com_unicode_missing");
    assert_eq!(com(&[lds, unicode, "5C 01 75"].concat()), "com_list_without_mandatory");
    assert_eq!(com(&[lds, unicode].concat()), "com_list_missing");
    assert_eq!(com(&[list, unicode, lds].concat()), "wrong_order wrong_order");
    assert!(com(&[lds, unicode, "5C 02 615F"].concat()).starts_with("error at byte 21"));

    let good = hex::decode("60135F0104303130375F36063034303030305C026175").unwrap();
    let good = [&good[..1], &[good[1] + 1], &good[2..]].concat();
    assert_eq!(words(Com::parse(&good), |com| codes(&com.findings)), "");
    let error = |bytes: Vec<u8>| Com::parse(&bytes).is_err();
    assert!(error([&[0x61], &good[1..]].concat()), "another tag");
    assert!(error([&good[..1], &[good[1] - 1], &good[2..]].concat()), "length too small");
    assert!(error([&good[..1], &[good[1] + 1], &good[2..]].concat()), "length too big");
}

fn mrz_outcome(bytes: &[u8]) -> String {
    words(Mrz::from_dg1(bytes), |mrz| {
        format!("{:?} {}: {}", mrz.format(), mrz.document_number(), codes(mrz.findings()))
    })
}

#[test]
fn every_malformed_dg1_gives_what_it_must() {
    check_folder(
        "malformed/dg1",
        mrz_outcome,
        &[
            ("td3_icao.bin", "Td3 L898902C3:"),
            ("td1_icao.bin", "Td1 D23145890:"),
            ("td3_optional_all_filler_cd_lt.bin", "Td3 L898902C3:"),
            ("td3_optional_all_filler_cd_0.bin", "Td3 L898902C3:"),
            ("td3_germany_D.bin", "Td3 L898902C3:"),
            ("td3_sex_filler.bin", "Td3 L898902C3:"),
            ("td3_sex_X.bin", "Td3 L898902C3: mrz_sex_x"),
            ("td3_dob_unknown_day.bin", "Td3 L898902C3: mrz_birth_partial"),
            ("td3_dob_all_unknown.bin", "Td3 L898902C3: mrz_birth_partial"),
            ("td1_long_number_10.bin", "Td1 1234567890: mrz_long_number"),
            ("td1_long_number_22.bin", "Td1 1234567890123456789012: mrz_long_number"),
            ("td1_be_like.bin", "Td1 590000000026: mrz_long_number"),
            ("td1_lt_cd_but_no_overflow.bin", "Td1 D23145890: mrz_document_number mrz_composite_check_digit"),
            ("td1_vn_like_synthetic.bin", "Td1 099012345:"),
            ("td1_turkish_opt.bin", "Td1 A00A00000:"),
            ("td3_wrong_composite.bin", "Td3 L898902C3: mrz_composite_check_digit"),
            ("td3_lowercase.bin", "Td3 L898902C3: mrz_lower_case"),
            ("td3_newline.bin", "Td3 L898902C3: mrz_line_breaks"),
            ("mrz_len_81.bin", "error at byte 2: expected an MRZ of 90, 72 or 88 characters"),
            ("mrz_len_0.bin", "error at byte 2: expected an MRZ of 90, 72 or 88 characters"),
            ("mrz_non_ascii.bin", "Td3 L898902C3: mrz_name_syntax mrz_character"),
            // 61 states one byte more than there is.
            ("dg1_len_58_wrong.bin", "error at byte 0: the data ends before the data object does"),
        ],
    );
}

#[test]
fn every_malformed_card_access_gives_what_it_must() {
    let outcome = |bytes: &[u8]| {
        words(SecurityInfos::parse(FileId::CardAccess, bytes), |infos| {
            let pace: Vec<String> = infos
                .pace()
                .map(|(_, pace)| {
                    let suite = pace.suite;
                    let id = pace.parameter_id.map_or("-".into(), |id| id.to_string());
                    format!("{:?}-{}-{} {id}", suite.agreement, suite.mapping.name(), suite.cipher.name())
                })
                .collect();
            format!("{} [{}]: {}", infos.infos.len(), pace.join(", "), codes(&infos.findings))
        })
    };
    check_folder(
        "malformed/cardaccess",
        outcome,
        &[
            ("vn_cccd.bin", "3 [Ecdh-gm-aes-128 13]:"),
            ("im_param18.bin", "1 [Ecdh-im-aes-256 18]:"),
            ("it_cie_dh_gm_3des.bin", "1 [Dh-gm-3des 2]:"),
            ("two_params_same_oid.bin", "2 [Ecdh-gm-aes-128 12, Ecdh-gm-aes-128 13]:"),
            ("no_param_id.bin", "1 [Ecdh-gm-aes-128 -]: pace_parameter_missing"),
            ("version1.bin", "1 [Ecdh-gm-aes-128 13]: info_version"),
            (
                "param_id_31_and_255.bin",
                "2 [Ecdh-gm-aes-128 31, Ecdh-gm-aes-128 255]: pace_parameter_unknown pace_parameter_unknown",
            ),
            ("unknown_protocol_oid.bin", "2 [Ecdh-gm-aes-128 13]: info_unknown"),
            ("unsorted_set.bin", "2 [Ecdh-gm-aes-128 13]: info_unknown"),
            ("trailing_9000.bin", "1 [Ecdh-gm-aes-128 13]: trailing_bytes"),
            ("empty_set.bin", "0 []: infos_empty"),
            ("weak_first.bin", "2 [Dh-gm-3des 0, Ecdh-gm-aes-128 13]:"),
            ("cam_only.bin", "1 [Ecdh-cam-aes-128 13]:"),
            // The outer length is one more than there is.
            ("kerberos_len.bin", "error at byte 0: the data ends before the data object does"),
        ],
    );
}

#[test]
fn every_malformed_dg14_gives_what_it_must() {
    let outcome = |bytes: &[u8]| {
        words(Dg14::parse(bytes), |dg14| {
            let keys: Vec<String> = dg14
                .chip_keys
                .iter()
                .map(|key| {
                    let suites: Vec<&str> = key.suites.iter().map(|suite| suite.cipher.name()).collect();
                    let id = key.info.key_id.as_ref().map_or("-".into(), |id| hex::encode(id.reference()));
                    let key = key.key.as_ref().map_or_else(|error| format!("{error:?}"), PublicKey::describe);
                    format!("{key} {id} {}", suites.join("/"))
                })
                .collect();
            format!("[{}]: {}", keys.join(", "), codes(dg14.findings()))
        })
    };
    check_folder(
        "malformed/dg14",
        outcome,
        &[
            ("trailing_sm_error.bin", "[EC brainpoolP224r1 - 3des]: trailing_bytes"),
            ("trailing_inside.bin", "[EC brainpoolP224r1 - 3des]: trailing_bytes"),
            ("ca_info_no_key.bin", "[]: chip_key_missing"),
            ("key_no_ca_info.bin", "[EC brainpoolP224r1 - ]: chip_info_missing"),
            ("two_keys_two_ids.bin", "[EC brainpoolP224r1 01 aes-128, EC brainpoolP224r1 02 aes-256]:"),
            ("key_id_mismatch.bin", "[EC brainpoolP224r1 02 ]: chip_key_missing chip_info_missing"),
            ("negative_key_id.bin", "[EC brainpoolP224r1 80 aes-128]:"),
            ("point_not_on_curve.bin", "[BadPoint - aes-128]: key_invalid"),
            ("unknown_oids_only.bin", "[]: info_unknown"),
            ("outer_is_sequence.bin", "[]: infos_not_a_set chip_key_missing"),
        ],
    );
}

#[test]
fn every_malformed_dg15_gives_what_it_must() {
    let outcome = |bytes: &[u8]| {
        words(Dg15::parse(bytes), |dg15| {
            let key = dg15.key.as_ref().map_or_else(|error| format!("{error:?}"), PublicKey::describe);
            format!("{key}: {}", codes(&dg15.findings))
        })
    };
    check_folder(
        "malformed/dg15",
        outcome,
        &[
            ("rsa_e_1.bin", "BadKey: key_invalid"),
            ("rsa_even_modulus.bin", "BadKey: key_invalid"),
            ("rsa_modulus_negative.bin", "Malformed: key_invalid"),
            ("rsa_no_null.bin", "RSA-1024:"),
            ("ec_point_infinity.bin", "BadPoint: key_invalid"),
            ("ec_compressed.bin", "EC secp256r1:"),
        ],
    );
}

/// LDS_F_01 to LDS_F_03 and LDS_I_01 to LDS_I_03.
#[test]
fn key_files_of_another_tag_or_length_are_refused() {
    let Some(files) = folder("specimens/bsi-tr03105-5-2008") else { return };
    for (name, file) in [("EF_DG14.bin", &files["EF_DG14.bin"]), ("EF_DG15.bin", &files["EF_DG15.bin"])] {
        let is_refused = |file: &[u8]| Dg14::parse(file).is_err() && Dg15::parse(file).is_err();
        assert!(!is_refused(file), "{name}");
        let length_at = if file[1] == 0x82 { 3 } else { 2 };
        for (at, by) in [(0, 8), (length_at, -1), (length_at, 1)] {
            let mut file = file.clone();
            file[at] = file[at].checked_add_signed(by).unwrap();
            assert!(is_refused(&file), "{name}: octet {at} by {by}");
        }
    }
    let dg14 = Dg14::parse(&files["EF_DG14.bin"]).unwrap();
    assert_eq!(codes(dg14.findings()), "");
    assert!(dg14.chip_keys[0].key.is_ok());
    // The chip's own key tells one chip from all others, and is never shown.
    assert!(!format!("{dg14:?}").contains("54, 116, 172, 37") && format!("{dg14:?}").contains("brainpoolP224r1"));
    let dg15 = Dg15::parse(&files["EF_DG15.bin"]).unwrap();
    assert_ne!(dg15.key, Err(CryptoError::Unsupported));
}

#[test]
fn every_malformed_tlv_is_refused_or_cut() {
    // As the files that they pretend to be: each row names the parser that is asked.
    let outcome = |bytes: &[u8]| match bytes.first() {
        Some(0x75) => words(Dg2::parse(bytes), |dg2| codes(&dg2.findings)),
        Some(0x30 | 0x31 | 0x04) => {
            words(SecurityInfos::parse(FileId::CardAccess, bytes), |infos| codes(&infos.findings))
        }
        _ => mrz_outcome(bytes),
    };
    let mrz = "error at byte 0: expected DG1, tag 61";
    let cut = "error at byte 0: expected DG1, tag 61";
    let no_mrz = "expected an MRZ of 90, 72 or 88 characters";
    check_folder(
        "malformed/tlv",
        outcome,
        &[
            ("len_84_ffffffff.bin", "error at byte 0: the data ends before the data object does"),
            ("len_88_max.bin", cut),
            ("len_85_five_bytes.bin", "error at byte 7: expected the MRZ, tag 5F1F"),
            ("len_non_minimal_81.bin", &format!("error at byte 3: {no_mrz}")),
            ("len_non_minimal_82.bin", &format!("error at byte 4: {no_mrz}")),
            ("len_80_no_eoc.bin", "error at byte 0: an indefinite length where a definite one is due"),
            ("len_80_primitive.bin", "error at byte 0: an indefinite length where a definite one is due"),
            ("len_ff_reserved.bin", cut),
            ("tag_1f_endless.bin", mrz),
            ("tag_1f_leading_zero.bin", mrz),
            ("depth_4000_definite.bin", "error at byte 8: expected the protocol, an OBJECT IDENTIFIER"),
            ("depth_20000_indefinite.bin", "error at byte 0: an indefinite length where a definite one is due"),
            ("ef_short_0.bin", cut),
            ("ef_short_1.bin", cut),
            ("ef_short_2.bin", cut),
            ("ef_short_3.bin", cut),
            ("ef_all_ff.bin", mrz),
            ("ef_all_00.bin", mrz),
            ("dg1_padded_00.bin", "Td3 C11T002JM: trailing_bytes"),
            ("dg2_truncated.bin", "error at byte 0: the data ends before the data object does"),
        ],
    );
}

#[test]
fn the_specimens_of_the_standard_read() {
    let Some(files) = folder("specimens/icao-9303-10-appendixA") else { return };
    let com = |name: &str| Com::parse(&files[name]).unwrap();
    let groups = |com: &Com| com.data_groups.as_ref().unwrap().iter().map(|group| group.number()).collect::<Vec<_>>();
    let v17 = com("A1_EF_COM_v17.bin");
    assert_eq!((v17.lds_version, v17.unicode_version), (Some((1, 7)), Some((4, 0, 0))));
    assert_eq!(groups(&v17), [1, 2, 4, 12]);
    assert_eq!(codes(&v17.findings), "");
    assert_eq!(codes(&com("A1_EF_COM_v1599.bin").findings), "com_version_unknown");

    let td1 = Mrz::from_dg1(&files["A2_1_DG1_TD1.bin"]).unwrap();
    assert_eq!(td1.name().full(), "VAN DER STEEN MARIANNE LOUISE");
    assert_eq!(td1.issuing_state(), "NLD");
    assert_eq!(td1.document_number(), "XI85935F8");
    assert!(td1.name().may_be_cut);
    // The standard misprints it: 81 characters where the length says 72. It is cut there, and every field names itself.
    let misprint = mrz_outcome(&files["A2_2_DG1_TD2_AS_PRINTED.bin"]);
    assert!(
        misprint.starts_with("Td2") && misprint.ends_with("mrz_composite_check_digit trailing_bytes"),
        "{misprint}"
    );
}

#[test]
fn the_specimen_of_the_bsi_reads() {
    let Some(files) = folder("specimens/bsi-tr03105-5-2008") else { return };
    let com = Com::parse(&files["EF_COM.bin"]).unwrap();
    assert_eq!(codes(&com.findings), "");

    let mrz = Mrz::from_dg1(&files["EF_DG1.bin"]).unwrap();
    assert_eq!(codes(mrz.findings()), "");
    assert_eq!((mrz.document_code(), mrz.issuing_state()), ("P", "D"));

    let dg2 = Dg2::parse(&files["EF_DG2.bin"]).unwrap();
    assert_eq!(codes(&dg2.findings), "");
    let [face] = dg2.faces.as_slice() else { panic!("one face") };
    assert_eq!(face.format, ImageFormat::Jp2);
    assert_eq!(face.size, Some((0x151, 0x1C1)));
    assert_eq!(&files["EF_DG2.bin"][face.at..], face.image);

    assert!(Dg2::parse(&files["EF_DG2.bin"][..200]).is_err());
}

#[test]
fn records_of_both_standards_give_their_image_whole() {
    let (Some(old), Some(new)) = (folder("biometrics/iso19794-5-face"), folder("biometrics/iso39794-5-face")) else {
        return;
    };
    let wrap = |block: Tag, record: &[u8]| {
        let header = tlv::encode(Tag(0xA1), &hex::decode("8101028702010188020008").unwrap());
        let template = tlv::encode_all(Tag(0x7F60), &[&header, &tlv::encode(block, record)]);
        tlv::encode(Tag(0x75), &tlv::encode_all(Tag(0x7F61), &[&[2, 1, 1], &template]))
    };
    // The record calls a JPEG a JPEG 2000: the image's own bytes decide.
    let file = wrap(Tag(0x5F2E), &old["ISO19794_Test1_Data.bin"]);
    let dg2 = Dg2::parse(&file).unwrap();
    assert_eq!(dg2.faces[0].image, old["ISO19794_Test1_Face.jpg"]);
    assert_eq!(dg2.faces[0].format, ImageFormat::Jpeg);
    assert_eq!(codes(&dg2.findings), "face_image_mislabelled");

    let file = wrap(Tag(0x7F2E), &old["bsi_1.bdb"]);
    assert_eq!(Dg2::parse(&file).unwrap().faces[0].image, old["bsi_1.jp2"]);

    let dg2 = Dg2::parse(&new["ICAO_39794_5_AP_DG2_AllFields.dat"]).unwrap();
    assert_eq!(dg2.faces[0].format, ImageFormat::Jp2);
    assert_eq!(dg2.faces[0].image.len(), 15_000);
    let file = wrap(Tag(0x7F2E), &new["ICAO_39794_5_AP_MandFields_InvalidImage.dat"]);
    let dg2 = Dg2::parse(&file).unwrap();
    assert_eq!(dg2.faces[0].format, ImageFormat::Unknown);
    assert_eq!(codes(&dg2.findings), "face_image_unknown");
}

/// A face record of one invented image, with places to change.
struct Record {
    header: Vec<u8>,
    information: Vec<u8>,
    image_information: Vec<u8>,
    image: Vec<u8>,
    tail: Vec<u8>,
    biometric_header: Vec<u8>,
    group: Vec<u8>,
}

/// The image of the invented records: a JPEG by its first bytes.
const IMAGE: [u8; 20] = [0xFF, 0xD8, 0xFF, 0xE0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0xFF, 0xD9];

impl Record {
    fn good() -> Self {
        Self {
            header: hex::decode("4641430030313000000000420001").unwrap(),
            information: hex::decode("0000003400000000000000000000000000000000").unwrap(),
            image_information: hex::decode("010000A000C8000000000000").unwrap(),
            image: IMAGE.to_vec(),
            tail: Vec::new(),
            biometric_header: hex::decode("8101028702010188020008").unwrap(),
            group: vec![2, 1, 1],
        }
    }

    fn change(mut self, part: impl FnOnce(&mut Self)) -> Self {
        part(&mut self);
        self
    }

    fn file(&self) -> Vec<u8> {
        let block = [&self.header, &self.information, &self.image_information, &self.image, &self.tail]
            .map(Vec::as_slice)
            .concat();
        let template = tlv::encode_all(
            Tag(0x7F60),
            &[&tlv::encode(Tag(0xA1), &self.biometric_header), &tlv::encode(Tag(0x5F2E), &block)],
        );
        tlv::encode(Tag(0x75), &tlv::encode_all(Tag(0x7F61), &[&self.group, &template]))
    }

    /// The codes of the findings; the image must be handed out whole.
    fn codes(&self) -> String {
        let file = self.file();
        let dg2 = Dg2::parse(&file).unwrap();
        assert_eq!(dg2.faces[0].image, IMAGE, "the image is whole");
        codes(&dg2.findings)
    }
}

/// LDS_C_04 to LDS_C_28.
#[test]
fn face_departures_are_named_and_the_image_is_still_handed_out() {
    let changed = |change: &dyn Fn(&mut Record)| Record::good().change(change).codes();
    assert_eq!(Record::good().codes(), "");
    assert_eq!(changed(&|r| r.group.clear()), "face_count_missing");
    assert_eq!(changed(&|r| r.group[2] = 2), "face_count_wrong");
    assert_eq!(changed(&|r| r.biometric_header[6] = 2), "face_format_owner");
    assert_eq!(changed(&|r| drop(r.biometric_header.drain(3..7))), "face_format_owner_missing");
    assert_eq!(changed(&|r| r.biometric_header[10] = 9), "face_format_type");
    assert_eq!(changed(&|r| r.biometric_header.truncate(7)), "face_format_type_missing");
    assert_eq!(changed(&|r| r.biometric_header[2] = 8), "face_biometric_type");
    assert_eq!(changed(&|r| r.header[0] = b'X'), "face_format_identifier");
    assert_eq!(changed(&|r| r.header[6] = b'9'), "face_version");
    assert_eq!(changed(&|r| r.information[3] += 8), "face_data_length");
    let fields = [
        (6, 3, "face_gender"),
        (7, 8, "face_eye_colour"),
        (8, 10, "face_hair_colour"),
        (14, 182, "face_pose_yaw"),
        (15, 182, "face_pose_pitch"),
        (16, 182, "face_pose_roll"),
        (17, 182, "face_uncertainty_yaw"),
        (18, 182, "face_uncertainty_pitch"),
        (19, 182, "face_uncertainty_roll"),
    ];
    for (at, value, code) in fields {
        assert_eq!(changed(&|r| r.information[at] = value), code);
    }
    assert_eq!(changed(&|r| r.image_information[0] = 9), "face_image_type");
    assert_eq!(changed(&|r| r.image_information[1] = 9), "face_image_data_type");
    assert_eq!(changed(&|r| r.image_information[1] = 1), "face_image_mislabelled");

    let places: Vec<usize> = Dg2::parse(&Record::good().change(|r| r.information[6] = 3).file())
        .unwrap()
        .findings
        .iter()
        .map(|f| f.at)
        .collect();
    let file = Record::good().file();
    let record_at = file.windows(3).position(|window| window == b"FAC").unwrap();
    assert_eq!(places, [record_at + 14 + 6], "the place is that of the octet");

    // Another tag, a length that is too small or too big: nothing can be said.
    for (at, by) in [(0, 1), (1, -1), (1, 1)] {
        let mut file = file.clone();
        file[at] = file[at].checked_add_signed(by).unwrap();
        assert!(Dg2::parse(&file).is_err(), "octet {at} by {by}");
    }
}

#[test]
fn quirks_of_the_field_keep_the_image_whole() {
    let changed = |change: &dyn Fn(&mut Record)| Record::good().change(change).codes();
    // Records short by 1 and by 8, in one length or in both.
    assert_eq!(changed(&|r| r.header[11] -= 1), "face_record_length");
    assert_eq!(
        changed(&|r| {
            r.header[11] -= 8;
            r.information[3] -= 8;
        }),
        "face_record_length face_data_length"
    );
    assert_eq!(
        changed(&|r| r.tail = vec![0; 9]),
        "face_zeros_after_image face_zeros_after_image".split(' ').next().unwrap()
    );
    // A feature point is skipped.
    let with_point = |r: &mut Record| {
        r.header[11] += 8;
        r.information[3] += 8;
        r.information[5] = 1;
        r.information.extend([1, 2, 3, 4, 5, 6, 7, 8]);
    };
    assert_eq!(changed(&with_point), "");
}

#[test]
fn a_face_file_without_an_image_says_so() {
    let found = |record: Record| codes(&Dg2::parse(&record.file()).unwrap().findings);
    let empty = Record::good().change(|r| {
        r.image.clear();
        r.header[11] -= 20;
        r.information[3] -= 20;
    });
    assert_eq!(found(empty), "face_no_image face_no_image");
    let cut = Record::good().change(|r| {
        r.image.clear();
        r.image_information.clear();
    });
    assert!(found(cut).contains("face_record_truncated"));
    let many = Record::good().change(|r| r.header[12] = 0xFF);
    assert!(found(many).contains("face_too_many"));

    let header = tlv::encode(Tag(0xA1), &Record::good().biometric_header);
    let template = tlv::encode(Tag(0x7F60), &header);
    let file = tlv::encode(Tag(0x75), &tlv::encode_all(Tag(0x7F61), &[&[2, 1, 1], &template]));
    assert_eq!(codes(&Dg2::parse(&file).unwrap().findings), "face_no_image face_no_image");
}

#[test]
fn several_faces_are_read_in_order() {
    let record = Record::good().change(|r| {
        r.header[11] = 0x42 + 0x34;
        r.header[13] = 2;
        let second = [r.information.clone(), r.image_information.clone(), r.image.clone()].concat();
        r.tail = second;
    });
    let file = record.file();
    let dg2 = Dg2::parse(&file).unwrap();
    assert_eq!(codes(&dg2.findings), "");
    assert_eq!(dg2.faces.iter().map(|face| face.image).collect::<Vec<_>>(), [IMAGE, IMAGE]);
}

#[test]
fn more_faces_than_the_bound_are_told() {
    let read = |count: usize| {
        let record = Record::good().change(|r| {
            let one = [r.information.clone(), r.image_information.clone(), r.image.clone()].concat();
            r.header[8..12].copy_from_slice(&u32::try_from(14 + count * one.len()).unwrap().to_be_bytes());
            r.header[13] = u8::try_from(count).unwrap();
            r.tail = one.repeat(count - 1);
        });
        let file = record.file();
        let dg2 = Dg2::parse(&file).unwrap();
        (dg2.faces.len(), codes(&dg2.findings).contains("face_too_many"))
    };
    assert_eq!(read(BOUNDS.faces), (BOUNDS.faces, false));
    assert_eq!(read(BOUNDS.faces + 1), (BOUNDS.faces, true));
}

#[test]
fn card_access_infos_are_kept_as_bytes_and_unknown_ones_too() {
    let vn = hex::decode(
        "3134300D060804007F0007020202020101300F060A04007F000702020302020201013012060A04007F0007020204020202010202010D",
    )
    .unwrap();
    let infos = SecurityInfos::parse(FileId::CardAccess, &vn).unwrap();
    let raw: Vec<u8> = infos.infos.iter().flat_map(|info| info.raw.clone()).collect();
    assert_eq!(raw, vn[2..]);
    assert!(infos.offers_pace());
    assert!(infos.contains(&vn[34..]));
    assert!(!infos.contains(&vn[35..]));
    assert_eq!(infos.terminal_authentication().unwrap().version, 1);
    assert_eq!(infos.chip_authentication().count(), 1);
    assert!(infos.pace().all(|(_, pace)| pace.is_standard()));
    assert!(infos.findings.is_empty());
}

/// ISO7816_G_36, and forms that no PACEInfo has: PACE is offered all the same, so that nobody falls back to BAC.
#[test]
fn a_pace_info_of_an_unknown_form_still_offers_pace() {
    let infos = |hex: &str| SecurityInfos::parse(FileId::CardAccess, &hex::decode(hex.replace(' ', "")).unwrap());
    let dh_cam =
        infos("3128 3012 060A 04007F00070202040502 020102 02010D 3012 060A 04007F00070202040202 020102 02010D");
    let dh_cam = dh_cam.unwrap();
    assert_eq!((dh_cam.pace().count(), dh_cam.pace_raw().count()), (1, 2));
    assert_eq!(codes(&dh_cam.findings), "info_unknown");

    for form in [
        "310E 300C 060A 04007F00070202040202",
        "3111 300F 060A 04007F00070202040202 040102",
        "3117 3015 060A 04007F00070202040202 020102 02010D 020101",
        "3114 3012 060A 04007F00070202040202 020102 020180",
    ] {
        let infos = infos(form).unwrap();
        assert!(infos.offers_pace() && infos.pace().count() == 0, "{form}");
        assert_eq!(codes(&infos.findings), "info_malformed", "{form}");
    }
    assert!(infos("3002 0500").is_err());
    assert!(infos("3104 3002 0500").is_err());
    assert!(infos("0500").is_err());
}

#[test]
fn ten_thousand_security_infos_are_refused() {
    let info = tlv::encode(Tag::SEQUENCE, &hex::decode("06082B060104018237 0A".replace(' ', "")).unwrap());
    let file = tlv::encode(Tag::SET, &info.repeat(10_000));
    let error = SecurityInfos::parse(FileId::CardAccess, &file).unwrap_err();
    assert!(error.to_string().contains("at most 128"));
}

#[test]
fn debug_shows_nothing_personal() {
    let text = "IDVNM1990000014999199000001<<39901018F3901016VNM<<<<<<<<<<<0NGUYEN<<THI<MAU<<<<<<<<<<<<<<<";
    let mrz = Mrz::parse(text).unwrap();
    let at = time::Date::from_calendar_date(2026, time::Month::January, 1).unwrap();
    let shown = format!("{mrz:?} {:?} {:?} {:?}", mrz.name(), mrz.birth_date(at), mrz.sex());
    for canary in ["NGUYEN", "199", "1999", "99", "Female"] {
        assert!(!shown.contains(canary), "{shown}");
    }
    let finding = Finding { file: FileId::DataGroup(DataGroup::DG1), at: 49, defect: FileDefect::MrzSex };
    assert_eq!(finding.to_string(), "EF.DG1 at byte 49: a sex that is neither M nor F nor a filler");
    assert_eq!(mrz.offset(MrzField::DocumentNumber), 5);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_parser_panics_on_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Com::parse(&bytes);
        let _ = chipid::lds::Cvca::parse(&bytes);
        let _ = Dg2::parse(&bytes);
        let _ = Mrz::from_dg1(&bytes);
        let _ = SecurityInfos::parse(FileId::CardAccess, &bytes);
        let _ = Dg14::parse(&bytes);
        let _ = Dg15::parse(&bytes);
        let _ = chipid::lds::AtrInfo::parse(&bytes);
        let _ = chipid::lds::CardCapabilities::from_atr(&bytes);
    }

    #[test]
    fn no_parser_panics_on_a_changed_file(at in 0usize..120, value in any::<u8>(), cut in 0usize..120) {
        let mut file = Record::good().file();
        let end = file.len().saturating_sub(cut);
        if let Some(octet) = file.get_mut(at) {
            *octet = value;
        }
        let _ = Dg2::parse(&file);
        let _ = Dg2::parse(&file[..end]);
    }

    #[test]
    fn no_text_makes_the_mrz_panic(text in "\\PC{0,120}", mrz in "[A-Z0-9<]{90}|[A-Z0-9<]{72}|[A-Z0-9<]{88}") {
        let _ = Mrz::parse(&text);
        let parsed = Mrz::parse(&mrz).unwrap();
        let length = parsed.information().expose().len();
        prop_assert!((24..=38).contains(&length), "{length}");
        prop_assert_eq!(parsed.lines().concat(), mrz);
    }
}
