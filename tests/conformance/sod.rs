//! EF.SOD: its structure, its signer info, its LDS security object, and the document signer's certificate in it: those
//! rows of LDS_H that ask whether a defect is found. Each document is on paper before it is on a card, and signed again
//! with its defect, so that nothing else shows.

use crate::case::{Case, Row, case};
use crate::desk::{Desk, is};
use crate::issue::{lay, with_length};
use crate::paper::{CertificatePart as Part, Document, SodPart, algorithm, integer, key_usage, name, object};
use crate::reading::{go_on, lines, now};
use crate::trust_changes::AddTrust as _;
use chipid::internals::crypto::{CurveId, DhGroupId, PublicKey};
use chipid::internals::oid;
use chipid::internals::tlv::{Tag, encode, encode_all};
use chipid::lds::{DataGroup, FileId};
use chipid::report::Source;
use chipid::sim::profile::Sizes;
use chipid::sim::{Profile, profile};
use chipid::trust::TrustStore;
use chipid::{Card, CheckId, Event, ReadPlan, Reason, Report, State, Tolerances, Verdict};
use std::ops::ControlFlow;
use std::sync::Once;

use CheckId::{
    LdsCom, PaCertificates as Certificates, PaChain as Chain, PaCountry as Country, PaDataGroups as Groups,
    PaSecurityObject as Object, PaSignature as Signature,
};

pub const ROWS: &[Row] = &[
    // The file and the SignedData.
    case("LDS_H_17", |case| fails(case, Object, &[|d| d.outer_tag = 0x78])),
    case("LDS_H_18", |case| with_lengths(case, &[-1, -9])),
    case("LDS_H_19", |case| with_lengths(case, &[1, 9, 300])),
    case("LDS_H_20", |case| {
        fails(
            case,
            Signature,
            &[
                |d| d.signed_version = encode(Tag::INTEGER, &[2]),
                |d| d.signed_version = encode(Tag::INTEGER, &[1]),
                |d| d.signed_version = encode(Tag::INTEGER, &[4]),
            ],
        )
    }),
    case("LDS_H_21", |case| fails(case, Object, &[|d| d.signed_version = Vec::new()])),
    case("LDS_H_22", |case| {
        fails(case, Signature, &[|d| d.digest_algorithms = vec![oid::MD5], |d| d.digest_algorithms.push(oid::MD5)])
    }),
    case("LDS_H_23", |case| {
        fails(case, Signature, &[|d| d.digest_algorithms = Vec::new()]);
        fails(case, Object, &[|d| d.left_out = Some(SodPart::DigestAlgorithms)]);
    }),
    case("LDS_H_24", another_content_type),
    case("LDS_H_25", |case| fails(case, Object, &[|d| d.left_out = Some(SodPart::ContentType)])),
    // The signer info.
    case("LDS_H_26", |case| fails(case, Signature, &[|d| d.signer_version = 2, |d| d.signer_version = 0])),
    case("LDS_H_27", |case| fails(case, Object, &[|d| d.left_out = Some(SodPart::SignerVersion)])),
    case("LDS_H_28", |case| {
        fails(
            case,
            Signature,
            &[|d| d.sid = Some(sid("another", &[0x12, 0x34])), |d| d.sid = Some(sid("CSCA on paper", &[0x12, 0x35]))],
        )
    }),
    case("LDS_H_29", |case| {
        fails(
            case,
            Signature,
            &[|d| {
                d.sid = Some(encode(Tag(0x80), &[7; 20]));
                d.signer_version = 3;
            }],
        )
    }),
    case("LDS_H_30", |case| {
        fails(
            case,
            Signature,
            &[|d| {
                d.digest_oid = oid::MD5;
                d.digest_algorithms = vec![oid::MD5, oid::SHA256];
            }],
        )
    }),
    case("LDS_H_31", |case| fails(case, Object, &[|d| d.left_out = Some(SodPart::SignerDigest)])),
    case("LDS_H_32", |case| {
        fails(
            case,
            Signature,
            &[
                |d| d.attributes = Some(|a| a[2].1 = vec![encode(Tag::OCTET_STRING, &[7; 32])]),
                |d| d.attributes = Some(|a| a[2].1 = vec![encode(Tag::OCTET_STRING, &[7; 20])]),
            ],
        )
    }),
    case("LDS_H_33", |case| {
        fails(case, Signature, &[|d| d.attributes = Some(|a| drop(a.remove(2))), |d| d.no_attributes = true])
    }),
    case("LDS_H_36", |case| fails(case, Signature, &[|d| d.signature_algorithm = algorithm(oid::MD5_WITH_RSA)])),
    case("LDS_H_37", |case| fails(case, Signature, &[|d| d.spoil_signature = true])),
    case("LDS_H_38", |case| fails(case, Object, &[|d| d.no_signature = true])),
    case("LDS_H_84", |case| fails(case, Signature, &[|d| d.signer_version = 3])),
    case("LDS_H_85", |case| fails(case, Signature, &[|d| d.sid = Some(encode(Tag(0x80), &d.ds.key.id()))])),
    // The LDS security object.
    case("LDS_H_39", |case| fails(case, Object, &[|d| d.content.version = 2, |d| d.content.version = 9])),
    case("LDS_H_40", |case| fails(case, Object, &[|d| d.left_out = Some(SodPart::ContentVersion)])),
    case("LDS_H_41", |case| fails(case, Object, &[|d| d.content.digest_oid = oid::MD5])),
    case("LDS_H_42", |case| fails(case, Object, &[|d| d.left_out = Some(SodPart::ContentDigest)])),
    case("LDS_H_43", a_wrong_hash_is_told_of_its_data_group),
    case("LDS_H_44", a_data_group_without_hash_is_not_covered),
    case("LDS_H_45", a_hash_without_its_data_group_fails),
    case("LDS_H_46", |case| {
        fails(
            case,
            Object,
            &[
                |d| d.content.hashes = Some(numbered(d, 255)),
                |d| d.content.hashes = Some(numbered(d, 0)),
                |d| d.content.hashes = Some(numbered(d, 17)),
                // The number of another one.
                |d| d.content.hashes = Some(numbered(d, 1)),
            ],
        )
    }),
    case("LDS_H_47", |case| fails(case, Object, &[|d| d.left_out = Some(SodPart::DataGroupNumber(1))])),
    case("LDS_H_69", nothing_is_shown_before_its_hash_is_checked),
    case("LDS_H_86", lds_1_8_is_read),
    case("LDS_H_87", |case| fails(case, Object, &[|d| d.content.lds_version = Some(("0108", "040000"))])),
    case("LDS_H_88", |case| {
        fails(
            case,
            Object,
            &[
                |d| (d.content.version, d.content.lds_version) = (1, Some(("0107", "040000"))),
                |d| d.content.version = 1,
            ],
        )
    }),
    case("LDS_H_89", lds_1_9_is_no_success_by_silence),
    // The document signer's certificate.
    case("LDS_H_48", |case| fails(case, Certificates, &[|d| d.ds.version = 1, |d| d.ds.version = 3])),
    case("LDS_H_49", |case| unreadable_or(case, Certificates, |d| d.ds.left_out = Some(Part::Version))),
    case("LDS_H_50", |case| unreadable(case, Part::Serial)),
    case("LDS_H_51", |case| {
        fails(
            case,
            Certificates,
            &[|d| d.ds.inner = algorithm(oid::ECDSA_WITH_SHA384), |d| d.ds.outer = algorithm(oid::ECDSA_WITH_SHA384)],
        )
    }),
    case("LDS_H_52", |case| unreadable(case, Part::Inner)),
    case("LDS_H_53", an_issuer_against_the_naming_convention_fails),
    case("LDS_H_54", |case| {
        fails(
            case,
            Certificates,
            &[|d| d.ds.issuer = name(&[(oid::COUNTRY_NAME, "VN"), (oid::COMMON_NAME, "another")])],
        )
    }),
    case("LDS_H_55", |case| unreadable(case, Part::Issuer)),
    case("LDS_H_56", |case| {
        fails(
            case,
            Certificates,
            &[
                |d| d.ds.validity[1] = (Tag::GENERALIZED_TIME, "20350101000000Z"),
                |d| d.ds.validity[0] = (Tag::GENERALIZED_TIME, "20240101000000Z"),
            ],
        );
        // A period that ends before it begins.
        fails(case, CheckId::PaValidity, &[|d| d.ds.validity.swap(0, 1)]);
    }),
    case("LDS_H_57", |case| unreadable(case, Part::Validity)),
    case("LDS_H_58", a_key_that_is_not_allowed_verifies_nothing),
    case("LDS_H_59", |case| unreadable(case, Part::Spki)),
    case("LDS_H_60", |case| {
        fails(
            case,
            Certificates,
            &[|d| {
                d.ds.set(oid::AUTHORITY_KEY_IDENTIFIER, Some((false, encode(Tag::SEQUENCE, &[]))));
            }],
        )
    }),
    case("LDS_H_61", a_certificate_without_authority_key_identifier_fails),
    case("LDS_H_62", |case| fails(case, Certificates, &[|d| d.ds.set(oid::KEY_USAGE, Some((false, key_usage(0x80))))])),
    case("LDS_H_63", |case| {
        fails(
            case,
            Certificates,
            &[
                |d| d.ds.set(oid::KEY_USAGE, Some((true, key_usage(0x40)))),
                |d| d.ds.set(oid::KEY_USAGE, Some((true, key_usage(0x06)))),
            ],
        )
    }),
    case("LDS_H_64", |case| fails(case, Certificates, &[|d| d.ds.set(oid::KEY_USAGE, None)])),
    case("LDS_H_65", |case| {
        fails(
            case,
            Chain,
            &[|d| {
                d.ds.inner = algorithm(oid::MD5_WITH_RSA);
                d.ds.outer = d.ds.inner.clone();
            }],
        )
    }),
    case("LDS_H_66", |case| unreadable(case, Part::Outer)),
    case("LDS_H_67", |case| fails(case, Chain, &[|d| d.ds.spoil_signature = true])),
    case("LDS_H_68", |case| unreadable(case, Part::Signature)),
];

/// The card that the paper belongs to: a card of Vietnam, opened by its MRZ, without proofs of its chip.
fn card() -> Profile {
    let mut base = profile::vn();
    // Signed on the day that EF.SOD states.
    base.person.national.as_mut().unwrap().issued = "01/06/2025".into();
    Profile {
        pace: Vec::new(),
        can: None,
        full_card_access: false,
        fingers: false,
        chip_authentication: Vec::new(),
        active_authentication: None,
        sizes: Sizes::default(),
        ..base
    }
}

/// The sound document on paper, of the card's own data groups.
fn paper(desk: &Desk) -> Document {
    Document { files: desk.profile().groups().unwrap().into_iter().collect(), ..Document::new() }
}

/// What is said of a card whose EF.SOD is this one, by a reader that trusts the authority on paper.
fn read(desk: &Desk, document: &Document, sod: Vec<u8>) -> (chipid::Document, Report) {
    let contents = desk.profile().contents_with(desk.profile().groups().unwrap(), sod);
    lay(desk, contents);
    let password = desk.issued.password();
    let read = |card: Card| Ok(card.open(&password, &mut go_on)?.read(&ReadPlan::full(), &mut go_on)?);
    desk.inspect_trusting(&trust(document), read).unwrap_or_else(|cut| panic!("{}", cut.error))
}

fn trust(document: &Document) -> TrustStore {
    let mut trust = TrustStore::empty();
    trust.add_certificate(&document.csca_der()).unwrap();
    trust
}

/// The sound document is authentic: once, before its defects count.
fn is_sound(case: &Case) {
    static SOUND: Once = Once::new();
    SOUND.call_once(|| {
        let desk = case.aside(card());
        let document = paper(&desk);
        let (_, report) = read(&desk, &document, document.sod());
        assert_eq!(report.verdict(), Verdict::DataAuthentic, "{}", lines(&report));
        let failed = report.checks().iter().filter(|check| check.state == State::Failed).count();
        assert_eq!(failed, 0, "{}", lines(&report));
    });
}

type Alter = fn(&mut Document);

/// Each document so altered fails by this check, and nothing of it is shown as authentic.
#[track_caller]
fn fails(case: &mut Case, id: CheckId, alterations: &[Alter]) {
    for alter in alterations {
        let (_, report) = altered(case, *alter);
        let check = report.check(id).unwrap();
        assert_eq!(check.state, State::Failed, "{id}\n{}", lines(&report));
        shows_nothing(&report);
    }
}

#[track_caller]
fn altered(case: &mut Case, alter: Alter) -> (chipid::Document, Report) {
    is_sound(case);
    let desk = case.desk(card());
    let mut document = paper(&desk);
    alter(&mut document);
    let (read, report) = read(&desk, &document, document.sod());
    assert_eq!(report.verdict(), Verdict::Failed, "{}", lines(&report));
    (read, report)
}

/// No field of the holder, and no portrait, is told as authentic.
#[track_caller]
fn shows_nothing(report: &Report) {
    let shown: Vec<&str> = (report.holder().fields())
        .filter(|(_, field)| field.state == State::Successful)
        .map(|(name, _)| name)
        .collect();
    assert!(shown.is_empty(), "{shown:?}\n{}", lines(report));
    assert!(report.portrait().is_none_or(|portrait| portrait.state != State::Successful));
}

/// The certificate cannot be read without this part: there is no key to verify EF.SOD with.
fn unreadable(case: &mut Case, part: Part) {
    // The part stands in a constant, since alterations are plain functions.
    let alter: Alter = match part {
        Part::Serial => |d| d.ds.left_out = Some(Part::Serial),
        Part::Inner => |d| d.ds.left_out = Some(Part::Inner),
        Part::Issuer => |d| d.ds.left_out = Some(Part::Issuer),
        Part::Validity => |d| d.ds.left_out = Some(Part::Validity),
        Part::Spki => |d| d.ds.left_out = Some(Part::Spki),
        Part::Outer => |d| d.ds.left_out = Some(Part::Outer),
        Part::Signature => |d| d.ds.left_out = Some(Part::Signature),
        Part::Version => |d| d.ds.left_out = Some(Part::Version),
    };
    fails(case, Signature, &[alter]);
}

/// A certificate that can be read by some and not by others: by either check it fails.
fn unreadable_or(case: &mut Case, id: CheckId, alter: Alter) {
    let (_, report) = altered(case, alter);
    let failed = |id| report.check(id).is_some_and(|check| check.state == State::Failed);
    assert!(failed(id) || failed(Signature), "{}", lines(&report));
}

fn with_lengths(case: &mut Case, by: &[isize]) {
    is_sound(case);
    for by in by {
        let desk = case.desk(card());
        let document = paper(&desk);
        let (_, report) = read(&desk, &document, with_length(&document.sod(), *by));
        assert_eq!(report.check(Object).unwrap().state, State::Failed, "{}", lines(&report));
        shows_nothing(&report);
    }
}

/// Another content type fails. That of early documents fails too, unless the caller tolerates it by name; then the
/// document is no better than undetermined.
fn another_content_type(case: &mut Case) {
    fails(case, Object, &[|d| d.content_type = oid::ID_SECURITY_OBJECT]);
    let early: [Alter; 3] = [
        |d| d.content_type = oid::LEGACY_LDS_SECURITY_OBJECT_ICAO,
        |d| d.content_type = oid::LEGACY_LDS_SECURITY_OBJECT_NL,
        |d| d.content_type = oid::ID_DATA,
    ];
    for alter in early {
        let (read, report) = altered(case, alter);
        assert_eq!(report.check(Object).unwrap().state, State::Failed, "{}", lines(&report));
        let mut document = Document::new();
        alter(&mut document);
        let tolerated = read.verify_with(&trust(&document), now(), &Tolerances::field());
        is(&tolerated, Object, State::Undetermined, Some(Reason::Tolerance));
        assert_eq!(tolerated.verdict(), Verdict::Undetermined, "{}", lines(&tolerated));
        shows_nothing(&tolerated);
    }
}

fn a_certificate_without_authority_key_identifier_fails(case: &mut Case) {
    let alter: Alter = |d| d.ds.set(oid::AUTHORITY_KEY_IDENTIFIER, None);
    let (read, report) = altered(case, alter);
    assert_eq!(report.check(Certificates).unwrap().state, State::Failed, "{}", lines(&report));
    let tolerated = read.verify_with(&trust(&Document::new()), now(), &Tolerances::field());
    assert!(tolerated.verdict() <= Verdict::Undetermined, "{}", lines(&tolerated));
    shows_nothing(&tolerated);
}

/// The name of the authority, and so of the issuer, states no country, or none by its code of two letters.
fn an_issuer_against_the_naming_convention_fails(case: &mut Case) {
    let alterations: [Alter; 2] = [
        |d| {
            d.csca.subject = name(&[(oid::COMMON_NAME, "CSCA on paper")]);
            d.csca.issuer = d.csca.subject.clone();
            d.ds.issuer = d.csca.subject.clone();
        },
        // Three letters for two.
        |d| {
            d.csca.subject = name(&[(oid::COUNTRY_NAME, "VNM"), (oid::COMMON_NAME, "CSCA on paper")]);
            d.csca.issuer = d.csca.subject.clone();
            d.ds.issuer = d.csca.subject.clone();
        },
    ];
    for alter in alterations {
        let (_, report) = altered(case, alter);
        let failed = |id| report.check(id).is_some_and(|check| check.state == State::Failed);
        assert!(failed(Certificates) || failed(Country), "{}", lines(&report));
    }
}

/// Keys that sign nothing, or nothing that counts: too short, of agreement, of a curve that is not the one it names.
fn a_key_that_is_not_allowed_verifies_nothing(case: &mut Case) {
    fails(
        case,
        Signature,
        &[
            // RSA with 512 bits.
            |d| {
                let key = encode_all(Tag::SEQUENCE, &[&integer(&[0xC1; 64]), &integer(&[1, 0, 1])]);
                let algorithm = encode_all(Tag::SEQUENCE, &[&object(oid::RSA_ENCRYPTION), &[5, 0]]);
                let bits = encode(Tag::BIT_STRING, &[&[0][..], &key].concat());
                d.ds.spki = encode_all(Tag::SEQUENCE, &[&algorithm, &bits]);
            },
            |d| {
                let group = DhGroupId::Modp2048Prime256;
                d.ds.spki = PublicKey::Dh { group, number: group.generator() }.to_spki();
            },
            // A point that is not of its curve.
            |d| {
                let last = d.ds.spki.len() - 1;
                d.ds.spki[last] ^= 1;
            },
        ],
    );
    // Explicit parameters that are no known curve's: nobody computes with them, and so nothing is verified.
    is_sound(case);
    let desk = case.desk(card());
    let mut document = paper(&desk);
    let point = document.ds.key.public.clone();
    let mut spki = PublicKey::Ec { curve: CurveId::Secp256r1, point }.to_spki_explicit();
    let generator = CurveId::Secp256r1.curve().generator().x().to_vec();
    let at = spki.windows(generator.len()).position(|window| window == generator).unwrap();
    spki[at + 31] ^= 1;
    document.ds.spki = spki;
    let (_, report) = read(&desk, &document, document.sod());
    assert!(!report.check(Signature).unwrap().is_successful(), "{}", lines(&report));
    assert!(report.verdict() <= Verdict::Undetermined, "{}", lines(&report));
    shows_nothing(&report);
}

fn sid(common: &str, serial: &[u8]) -> Vec<u8> {
    encode_all(Tag::SEQUENCE, &[&name(&[(oid::COUNTRY_NAME, "VN"), (oid::COMMON_NAME, common)]), &integer(serial)])
}

/// The hashes of the document, that of DG2 under another number.
fn numbered(document: &Document, number: u32) -> Vec<(u32, Vec<u8>)> {
    let mut hashes = document.hashes();
    hashes.iter_mut().find(|(own, _)| *own == 2).unwrap().0 = number;
    hashes
}

fn a_wrong_hash_is_told_of_its_data_group(case: &mut Case) {
    let (_, report) = altered(case, |d| {
        let mut hashes = d.hashes();
        hashes.iter_mut().find(|(number, _)| *number == 2).unwrap().1[0] ^= 1;
        d.content.hashes = Some(hashes);
    });
    is(&report, CheckId::PaDg2, State::Failed, Some(Reason::Mismatch));
    is(&report, CheckId::PaDg1, State::Successful, None);
    is(&report, CheckId::LdsDg2, State::Successful, None);
    assert_eq!(report.portrait().unwrap().state, State::Failed, "the fields of DG1 have their own state");
    assert_eq!(report.check(Groups).unwrap().state, State::Failed);
}

fn a_data_group_without_hash_is_not_covered(case: &mut Case) {
    is_sound(case);
    let desk = case.desk(card());
    let mut document = paper(&desk);
    document.content.hashes = Some(document.hashes().into_iter().filter(|(number, _)| *number != 1).collect());
    let (read, report) = read(&desk, &document, document.sod());
    // What EF.SOD does not list is not read, or not covered where it is.
    let covered = report.check(CheckId::PaDg1).map(|check| check.state);
    assert!(covered.is_none_or(|state| state == State::Failed), "{}", lines(&report));
    let has_dg1 = read.file(FileId::DataGroup(DataGroup::DG1)).bytes().is_some();
    assert!(has_dg1 || report.holder().fields().all(|(name, _)| name != "document_number"));
    assert_eq!(report.check(LdsCom).unwrap().state, State::Failed, "{}", lines(&report));
    assert_eq!(report.verdict(), Verdict::Failed, "{}", lines(&report));
}

fn a_hash_without_its_data_group_fails(case: &mut Case) {
    let (_, report) = altered(case, |d| {
        let mut hashes = d.hashes();
        hashes.insert(2, (10, vec![7; 32]));
        d.content.hashes = Some(hashes);
    });
    is(&report, CheckId::PaDg10, State::Failed, Some(Reason::Missing));
    assert_eq!(report.check(Groups).unwrap().state, State::Failed);
}

fn lds_1_8_is_read(case: &mut Case) {
    is_sound(case);
    let desk = case.desk(card());
    let mut document = paper(&desk);
    document.content.version = 1;
    document.content.lds_version = Some(("0108", "040000"));
    let (_, report) = read(&desk, &document, document.sod());
    is(&report, Object, State::Successful, None);
    assert_eq!(report.verdict(), Verdict::DataAuthentic, "{}", lines(&report));
}

/// A version of the future may be read by its hashes, but is not known to be right.
fn lds_1_9_is_no_success_by_silence(case: &mut Case) {
    is_sound(case);
    let desk = case.desk(card());
    let mut document = paper(&desk);
    document.content.version = 1;
    document.content.lds_version = Some(("0109", "040000"));
    let (_, report) = read(&desk, &document, document.sod());
    is(&report, Object, State::Undetermined, Some(Reason::UnknownVersion));
    assert_eq!(report.verdict(), Verdict::Undetermined);
    shows_nothing(&report);
}

/// The verdict first, the data after: what comes in early is offered only where its hash is right, and the report tells
/// of no field that it is authentic where the signature is not.
fn nothing_is_shown_before_its_hash_is_checked(case: &mut Case) {
    is_sound(case);
    let offered = |document: &Document, desk: &Desk| {
        let contents = desk.profile().contents_with(desk.profile().groups().unwrap(), document.sod());
        lay(desk, contents);
        let mut offered = Vec::new();
        let password = desk.issued.password();
        let read = |card: Card| {
            let mut show = |event: Event<'_>| {
                if let Event::Provisional { file, .. } = event {
                    offered.push(file);
                }
                ControlFlow::Continue(())
            };
            Ok(card.open(&password, &mut show)?.read(&ReadPlan::full(), &mut show)?)
        };
        let (_, report) = desk.inspect_trusting(&trust(document), read).unwrap_or_else(|cut| panic!("{}", cut.error));
        (offered, report)
    };
    let dg1 = FileId::DataGroup(DataGroup::DG1);
    // Wrong hash of DG1, the signature right: DG1 is never offered.
    let desk = case.desk(card());
    let mut document = paper(&desk);
    let mut hashes = document.hashes();
    hashes.iter_mut().find(|(number, _)| *number == 1).unwrap().1[0] ^= 1;
    document.content.hashes = Some(hashes);
    let (early, report) = offered(&document, &desk);
    assert!(!early.contains(&dg1) && !early.is_empty(), "{early:?}");
    is(&report, CheckId::PaDg1, State::Failed, Some(Reason::Mismatch));
    let of_dg1 = report.holder().fields().filter(|(_, field)| field.source == Source::Dg1);
    assert!(of_dg1.map(|(_, field)| field.state).all(|state| state == State::Failed), "{}", lines(&report));
    // Both wrong.
    let desk = case.desk(card());
    document.spoil_signature = true;
    let (early, report) = offered(&document, &desk);
    assert!(!early.contains(&dg1), "{early:?}");
    shows_nothing(&report);
    // The signature wrong, the hashes right: what is offered is called provisional, and none of it is told as authentic.
    let desk = case.desk(card());
    document.content.hashes = None;
    let (early, report) = offered(&document, &desk);
    assert!(early.contains(&dg1), "{early:?}");
    is(&report, CheckId::PaDg1, State::Successful, None);
    is(&report, Signature, State::Failed, Some(Reason::BadSignature));
    shows_nothing(&report);
}
