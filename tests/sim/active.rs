//! Active authentication with every key and digest, and what cards do otherwise.

use super::chip::{SUITE, opened};
use super::terminal::command;
use chipid::internals::crypto::{CurveId, DigestAlgorithm, Modulus, PublicKey, verify_iso9796_2};
use chipid::internals::issuer::KeyKind;
use chipid::internals::oid;
use chipid::internals::tlv::Reader;
use chipid::lds::{FileId, SecurityInfos};
use chipid::sim::profile::{self, ActiveAuthenticationPlan, Profile};
use chipid::sim::{Deviation, Folder, PlantedDefect, Quirk};

const CHALLENGE: &[u8; 8] = b"RND.IFD.";

fn profile_of(kind: KeyKind, digest: DigestAlgorithm) -> Profile {
    let active_authentication = Some(ActiveAuthenticationPlan { kind, digest });
    Profile { pace: vec![SUITE], chip_authentication: Vec::new(), active_authentication, ..profile::hardened() }
}

/// The public key of EF.DG15 and the signature over the challenge.
fn signed(profile: &Profile, deviation: Option<Deviation>) -> (PublicKey, Vec<u8>) {
    let contents = profile.contents().unwrap();
    let dg15 = Reader::new(contents.file(Folder::Application, 0x010F).unwrap()).next().unwrap().value;
    let key = PublicKey::from_spki(dg15).unwrap();
    let (mut card, mut session) = opened(profile);
    if let Some(deviation) = deviation {
        card.deviate(0, deviation);
    }
    let signature = session.exchange(&mut card, &command([0, 0x88, 0, 0], CHALLENGE, Some(65_535)));
    (key, signature.unwrap())
}

fn rsa_digest(profile: &Profile, deviation: Option<Deviation>) -> Option<DigestAlgorithm> {
    let (PublicKey::Rsa(key), signature) = signed(profile, deviation) else { panic!("no RSA key") };
    verify_iso9796_2(&key, CHALLENGE, &signature).ok()
}

fn trailer(profile: &Profile) -> Vec<u8> {
    let (PublicKey::Rsa(key), signature) = signed(profile, None) else { panic!("no RSA key") };
    let block = key.raw(&signature).unwrap();
    assert_eq!(block[0], 0x6A);
    block[block.len() - 2..].to_vec()
}

/// Whether the plain signature verifies under this digest, and its s.
fn ecdsa(profile: &Profile, deviation: Option<Deviation>, digest: DigestAlgorithm) -> (bool, Vec<u8>) {
    let (PublicKey::Ec { curve, point }, signature) = signed(profile, deviation) else { panic!("no EC key") };
    let (r, s) = signature.split_at(curve.curve().order_len());
    (curve.curve().verify_ecdsa(&point, &digest.digest(&[CHALLENGE]), r, s).is_ok(), s.to_vec())
}

#[test]
fn every_key_signs_with_every_digest() {
    for digest in DigestAlgorithm::ALL {
        for bits in [1024, 1536, 2048, 3072, 4096] {
            let profile = profile_of(KeyKind::Rsa(bits), digest);
            assert_eq!(rsa_digest(&profile, None), Some(digest), "{bits}");
        }
        for curve in CurveId::ALL {
            // A digest longer than the order is cut; the standard forbids it, and the card does it.
            assert!(ecdsa(&profile_of(KeyKind::Ec(curve), digest), None, digest).0, "{curve:?} {digest:?}");
        }
    }
}

#[test]
fn the_trailer_of_sha_1_is_bc_or_33cc() {
    let profile = profile_of(KeyKind::Rsa(1024), DigestAlgorithm::Sha1);
    assert_eq!(trailer(&profile)[1..], [0xBC]);
    assert_eq!(trailer(&profile.with_quirk(Quirk::AaExplicitTrailer)), [0x33, 0xCC]);
    assert_eq!(trailer(&profile_of(KeyKind::Rsa(1024), DigestAlgorithm::Sha224)), [0x38, 0xCC]);
}

#[test]
fn s_is_above_or_below_half_the_order_where_the_card_has_the_habit() {
    let profile = profile_of(KeyKind::Ec(CurveId::Secp256r1), DigestAlgorithm::Sha256);
    let order = CurveId::Secp256r1.curve().order();
    let n = Modulus::new(order).unwrap();
    for _ in 0..4 {
        for (quirk, high) in [(Quirk::AaHighS, true), (Quirk::AaLowS, false)] {
            let (verifies, s) = ecdsa(&profile.clone().with_quirk(quirk), None, DigestAlgorithm::Sha256);
            let residue = n.residue(&s).unwrap();
            let opposite = n.encode(&n.subtract(&n.subtract(&residue, &residue), &residue));
            assert!(verifies && (s > opposite) == high, "{quirk:?}");
        }
    }
}

#[test]
fn a_der_signature_is_no_plain_one() {
    let profile = profile_of(KeyKind::Ec(CurveId::Secp256r1), DigestAlgorithm::Sha256);
    let (_, signature) = signed(&profile.with_quirk(Quirk::AaDerSignature), None);
    assert!(signature[0] == 0x30 && usize::from(signature[1]) == signature.len() - 2);
}

#[test]
fn a_hostile_card_signs_something_else() {
    let rsa = profile_of(KeyKind::Rsa(2048), DigestAlgorithm::Sha256);
    let ec = profile_of(KeyKind::Ec(CurveId::Secp256r1), DigestAlgorithm::Sha256);
    for deviation in [Deviation::AaOtherChallenge, Deviation::AaOtherDigest] {
        assert_eq!(rsa_digest(&rsa, Some(deviation)), None, "{deviation:?}");
        assert!(!ecdsa(&ec, Some(deviation), DigestAlgorithm::Sha256).0, "{deviation:?}");
    }
    assert_eq!(rsa_digest(&rsa, Some(Deviation::AaWrongTrailer)), None);
    assert!(ecdsa(&ec, Some(Deviation::AaOtherDigest), DigestAlgorithm::Sha224).0);
}

#[test]
fn the_algorithm_in_dg14_is_the_one_or_another() {
    let profile = profile_of(KeyKind::Ec(CurveId::Secp256r1), DigestAlgorithm::Sha384);
    let named = |profile: &Profile| {
        let contents = profile.contents().unwrap();
        let dg14 = Reader::new(contents.file(Folder::Application, 0x010E).unwrap()).next().unwrap().value;
        let infos = SecurityInfos::parse(FileId::CardAccess, dg14).unwrap();
        infos.active_authentication().unwrap().signature_algorithm
    };
    assert_eq!(named(&profile), oid::ECDSA_PLAIN_SHA384);
    assert_eq!(named(&profile.clone().with_defect(PlantedDefect::AaInfoOfRsa)), oid::SHA384_WITH_RSA);
    assert_eq!(named(&profile.with_defect(PlantedDefect::AaInfoUnknown)).to_string(), "2.999.1");
}
