//! Does `dmrtd`, which shares no code with us, read the simulated card, and find it genuine?

use chipid::internals::crypto::{Cipher, CurveId, DigestAlgorithm};
use chipid::internals::issuer::KeyKind;
use chipid::sim::profile::{self, ActiveAuthenticationPlan, Contents, Profile};
use chipid::sim::{Folder, PaceSuite};
use chipid_partners::Line;
use chrono::NaiveDate;
use dmrtd::auth::passive::{DataGroup, TrustAnchor, verify};
use dmrtd::lds::ef::ElementaryFile;
use dmrtd::lds::efcard_access::EfCardAccess;
use dmrtd::passport::Passport;
use dmrtd::proto::can_key::CanKey;
use dmrtd::proto::dba_key::DBAKey;

const CHALLENGE: [u8; 8] = [1, 2, 3, 4, 5, 6, 7, 8];

fn lay(profile: &Profile) -> Passport<Line> {
    Passport::new(Line(Box::new(profile.card().unwrap())))
}

/// The key of the MRZ: number, birth and expiry.
fn mrz_key(profile: &Profile, pace: bool) -> DBAKey {
    let date =
        |yymmdd: &str, century: &str| NaiveDate::parse_from_str(&format!("{century}{yymmdd}"), "%Y%m%d").unwrap();
    let person = &profile.person;
    DBAKey::new(&person.document_number, date(&person.birth, "19"), date(&person.expiry, "20"), pace).unwrap()
}

/// EF.CardAccess by its short identifier, from the master file where a card begins.
fn card_access(card: &mut Passport<Line>) -> EfCardAccess {
    EfCardAccess::from_bytes(card.api_mut().read_file_by_sfi(EfCardAccess::SFI).unwrap()).unwrap()
}

fn group(contents: &Contents, number: u8) -> &[u8] {
    &contents.groups.iter().find(|(group, _)| *group == number).unwrap().1
}

/// Reads what an opened card holds, compares it byte for byte, and has it judged.
fn read_all(card: &mut Passport<Line>, profile: &Profile) {
    let contents = profile.contents().unwrap();
    assert_eq!(card.read_ef_com().unwrap().to_bytes(), contents.file(Folder::Application, 0x011E).unwrap());
    let dg1 = card.read_ef_dg1().unwrap();
    assert_eq!(dg1.to_bytes(), group(&contents, 1));
    assert_eq!(dg1.mrz().document_number(), profile.person.document_number);
    let dg2 = card.read_ef_dg2().unwrap();
    assert_eq!(dg2.to_bytes(), group(&contents, 2));
    assert!(dg2.image_type().is_some());
    let dg14 = card.read_ef_dg14().unwrap();
    assert_eq!(dg14.to_bytes(), group(&contents, 14));
    let dg15 = card.read_ef_dg15().unwrap();
    assert_eq!(dg15.to_bytes(), group(&contents, 15));
    let sod = card.read_ef_sod().unwrap();
    assert_eq!(sod.to_bytes(), contents.file(Folder::Application, 0x011D).unwrap());

    let read = [(1, dg1.to_bytes()), (2, dg2.to_bytes()), (14, dg14.to_bytes()), (15, dg15.to_bytes())];
    let groups = read.map(|(number, bytes)| DataGroup { number, bytes });
    let csca = TrustAnchor::from_certificate(&profile.csca().unwrap()).unwrap();
    let judged = verify(sod.to_bytes(), &groups, &[csca]).unwrap();
    assert!(judged.is_authentic(), "{:?}", judged.chain);
    assert!(!verify(sod.to_bytes(), &groups, &[]).unwrap().is_authentic());
}

#[test]
fn opens_the_vietnamese_card_with_pace_by_its_can() {
    let profile = profile::vn();
    let mut card = lay(&profile);
    let access = card_access(&mut card);
    card.start_session_pace(CanKey::new(profile.can().unwrap()).unwrap(), &access).unwrap();
    read_all(&mut card, &profile);
    assert_eq!(card.read_ef_dg13().unwrap().to_bytes(), group(&profile.contents().unwrap(), 13));
}

#[test]
fn proves_a_chip_under_pace() {
    // Not RSA-2048: it asks for short answers only, and does not fetch the rest of a longer one.
    for kind in [KeyKind::Rsa(1536), KeyKind::Ec(CurveId::Secp256r1)] {
        let digest = DigestAlgorithm::Sha256;
        let profile =
            Profile { active_authentication: Some(ActiveAuthenticationPlan { kind, digest }), ..profile::vn() };
        let mut card = lay(&profile);
        let access = card_access(&mut card);
        card.start_session_pace(CanKey::new(profile.can().unwrap()).unwrap(), &access).unwrap();
        card.verify_active_authentication(&CHALLENGE).unwrap_or_else(|error| panic!("{kind:?}: {error}"));
    }
}

#[test]
fn opens_the_vietnamese_card_with_pace_by_its_mrz() {
    let profile = profile::vn();
    let mut card = lay(&profile);
    let access = card_access(&mut card);
    card.start_session_pace(mrz_key(&profile, true), &access).unwrap();
    assert_eq!(card.read_ef_dg1().unwrap().to_bytes(), group(&profile.contents().unwrap(), 1));
}

#[test]
fn opens_every_suite_of_pace_that_it_knows() {
    for curve in [CurveId::Secp256r1, CurveId::BrainpoolP256r1, CurveId::Secp384r1, CurveId::BrainpoolP384r1] {
        for cipher in [Cipher::Aes128, Cipher::Aes192, Cipher::Aes256] {
            let profile = Profile { pace: vec![PaceSuite::generic(curve, cipher)], ..profile::vn() };
            let mut card = lay(&profile);
            let access = card_access(&mut card);
            let key = CanKey::new(profile.can().unwrap()).unwrap();
            card.start_session_pace(key, &access).unwrap_or_else(|error| panic!("{curve:?} {cipher:?}: {error}"));
            assert_eq!(
                card.read_ef_dg1().unwrap().to_bytes(),
                group(&profile.contents().unwrap(), 1),
                "{curve:?} {cipher:?}"
            );
        }
    }
}

#[test]
fn is_refused_with_a_wrong_can() {
    let mut card = lay(&profile::vn());
    let access = card_access(&mut card);
    assert!(card.start_session_pace(CanKey::new("654321").unwrap(), &access).is_err());
    assert!(card.read_ef_dg1().is_err());
}

#[test]
fn opens_the_passport_with_bac() {
    let profile = profile::passport();
    let mut card = lay(&profile);
    card.start_session(mrz_key(&profile, false)).unwrap();
    read_all(&mut card, &profile);
    card.verify_active_authentication(&CHALLENGE).unwrap();
}

#[test]
fn is_refused_with_a_wrong_mrz() {
    let mut profile = profile::passport();
    let mut card = lay(&profile);
    profile.person.birth = "850413".into();
    assert!(card.start_session(mrz_key(&profile, false)).is_err());
    assert!(card.read_ef_dg1().is_err());
}

#[test]
fn is_refused_without_any_key() {
    assert!(lay(&profile::vn()).read_ef_dg1().is_err());
    assert!(lay(&profile::passport()).read_ef_dg1().is_err());
}
