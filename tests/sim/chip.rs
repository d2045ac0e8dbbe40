//! Chip authentication in every group, by both its commands, and EF.CardSecurity with its defects.

use super::bytes;
use super::terminal::{self, Answer, Session, command, dynamic, plain};
use super::{Scratch, Trust, cms_verifies};
use chipid::internals::crypto::{Cipher, CurveId, DhGroupId, GroupId, PublicKey, SeededRandom};
use chipid::internals::issuer::CurveForm;
use chipid::internals::oid::{self, Oid};
use chipid::internals::tlv::{self, Reader, Tag};
use chipid::lds::{FileId, SecurityInfos};
use chipid::sim::profile::{self, ChipAuthenticationPlan, Profile};
use chipid::sim::{Folder, PaceSuite, PlantedDefect, Quirk, SimulatedCard};

pub const SUITE: PaceSuite = PaceSuite::generic(CurveId::Secp256r1, Cipher::Aes128);

fn key(group: GroupId, cipher: Cipher, key_id: Option<u8>) -> ChipAuthenticationPlan {
    ChipAuthenticationPlan { group, cipher, key_id, form: CurveForm::Explicit }
}

fn profile_of(keys: &[ChipAuthenticationPlan]) -> Profile {
    Profile { pace: vec![SUITE], chip_authentication: keys.to_vec(), ..profile::hardened() }
}

/// The card opened, with the application selected.
pub fn opened(profile: &Profile) -> (SimulatedCard, Session) {
    let mut card = profile.card().unwrap();
    let mut session = terminal::pace(&mut card, &SUITE, "424242", 5, None).unwrap().session;
    session.exchange(&mut card, &command([0, 0xA4, 4, 0x0C], &bytes("A0000002471001"), None)).unwrap();
    (card, session)
}

/// The public keys of a file of SecurityInfos, each with its group.
fn public_keys(infos: &[u8]) -> Vec<PublicKey> {
    let mut found = Vec::new();
    let mut objects = Reader::new(infos).expect(Tag::SET, "the infos").unwrap().children();
    while !objects.is_empty() {
        let mut fields = objects.next().unwrap().children();
        let protocol = fields.next().unwrap().value;
        if [oid::ID_PK_DH, oid::ID_PK_ECDH].iter().any(|known| known.as_der() == protocol) {
            found.push(PublicKey::from_spki(fields.next().unwrap().raw).unwrap());
        }
    }
    found
}

pub fn dg14_keys(profile: &Profile) -> Vec<PublicKey> {
    let contents = profile.contents().unwrap();
    public_keys(Reader::new(contents.file(Folder::Application, 0x010E).unwrap()).next().unwrap().value)
}

/// The terminal's ephemeral key and the session that both sides then have.
pub fn agreement(group: GroupId, cipher: Cipher, theirs: &PublicKey) -> (Vec<u8>, Session) {
    let mut random = SeededRandom::new([8; 32]);
    let private = group.random_private(&mut random).unwrap();
    let theirs = match theirs {
        PublicKey::Ec { point, .. } => chipid::internals::crypto::Element::Point(point.clone()),
        PublicKey::Dh { number, .. } => chipid::internals::crypto::Element::Number(number.clone()),
        PublicKey::Rsa(_) | PublicKey::Dsa(_) => panic!("no key of agreement"),
    };
    let shared = group.power(&private, &theirs).unwrap();
    let own = group.encode(&group.power(&private, &group.generator()).unwrap());
    (own, Session::new(cipher, shared.shared_secret().expose()))
}

pub fn set_at(protocol: Oid, key_id: Option<u8>) -> Vec<u8> {
    let id = key_id.map(|id| tlv::encode(Tag(0x84), &[id])).unwrap_or_default();
    [tlv::encode(Tag(0x80), protocol.as_der()), id].concat()
}

pub fn protocol(group: GroupId, cipher: Cipher) -> Oid {
    let arc = if matches!(group, GroupId::Dh(_)) { oid::ID_CA_DH } else { oid::ID_CA_ECDH };
    let last = 1 + Cipher::ALL.iter().position(|known| *known == cipher).unwrap() as u8;
    Oid::from_der(&[arc.as_der(), &[last]].concat()).unwrap()
}

const READ_COM: [u8; 4] = [0, 0xB0, 0x9E, 0];

fn reads(card: &mut SimulatedCard, session: &mut Session) -> Answer {
    session.exchange(card, &command(READ_COM, &[], Some(1)))
}

#[test]
fn every_group_and_cipher_gives_new_keys_by_mse_set_at() {
    for group in GroupId::all() {
        for cipher in Cipher::ALL {
            let profile = profile_of(&[key(group, cipher, Some(3))]);
            let (mut card, mut session) = opened(&profile);
            let (own, mut new) = agreement(group, cipher, &dg14_keys(&profile)[0]);
            let select = set_at(protocol(group, cipher), Some(3));
            session.exchange(&mut card, &command([0, 0x22, 0x41, 0xA4], &select, None)).unwrap();
            let data = dynamic(Some((0x80, &own)));
            let answer = session.exchange(&mut card, &command([0, 0x86, 0, 0], &data, Some(256)));
            assert_eq!(answer, Ok(bytes("7C00")), "{group:?} {cipher:?}");
            assert_eq!(reads(&mut card, &mut new), Ok(vec![0x60]), "{group:?} {cipher:?}");
        }
    }
}

#[test]
fn every_group_gives_new_keys_by_mse_set_kat() {
    for group in GroupId::all() {
        let profile = profile_of(&[key(group, Cipher::TripleDes, None)]);
        let (mut card, mut session) = opened(&profile);
        let (own, mut new) = agreement(group, Cipher::TripleDes, &dg14_keys(&profile)[0]);
        let data = tlv::encode(Tag(0x91), &own);
        assert_eq!(session.exchange(&mut card, &command([0, 0x22, 0x41, 0xA6], &data, None)), Ok(Vec::new()));
        assert_eq!(reads(&mut card, &mut new), Ok(vec![0x60]), "{group:?}");
    }
    // MSE:Set KAT is of 3DES alone.
    let group = GroupId::Curve(CurveId::Secp256r1);
    let (mut card, mut session) = opened(&profile_of(&[key(group, Cipher::Aes128, None)]));
    let data = tlv::encode(Tag(0x91), &group.encode(&group.generator()));
    assert_eq!(session.exchange(&mut card, &command([0, 0x22, 0x41, 0xA6], &data, None)), Err(0x6A88));
}

#[test]
fn several_keys_are_told_apart_by_their_numbers() {
    let curve = GroupId::Curve(CurveId::BrainpoolP256r1);
    let keys = [key(curve, Cipher::Aes128, Some(1)), key(curve, Cipher::Aes128, Some(2))];
    let profile = profile_of(&keys);
    let publics = dg14_keys(&profile);
    assert!(publics.len() == 2 && publics[0] != publics[1]);
    let select = |key_id| command([0, 0x22, 0x41, 0xA4], &set_at(protocol(curve, Cipher::Aes128), key_id), None);
    let (mut card, mut session) = opened(&profile);
    assert_eq!(session.exchange(&mut card, &select(None)), Err(0x6A88));
    assert_eq!(session.exchange(&mut card, &select(Some(7))), Err(0x6A88));
    assert_eq!(session.exchange(&mut card, &select(Some(2))), Ok(Vec::new()));
    let foreign = command([0, 0x22, 0x41, 0xA4], &set_at(protocol(curve, Cipher::Aes256), Some(1)), None);
    assert_eq!(session.exchange(&mut card, &foreign), Err(0x6A80));
}

/// Sends protected pieces: of one protected command, or each protected for itself.
pub fn chained(
    card: &mut SimulatedCard,
    session: &mut Session,
    whole: &chipid::internals::iso7816::Command,
    by_link: bool,
) -> Answer {
    let pieces = if by_link { whole.data.clone() } else { session.protect(whole).data };
    let mut pieces = pieces.chunks(200).peekable();
    let header = whole.header();
    while let Some(piece) = pieces.next() {
        let last = pieces.peek().is_none();
        let link = [header[0] | if last { 0 } else { 0x10 }, header[1], header[2], header[3]];
        let answer = if by_link {
            let ne = if last { whole.ne } else { None };
            session.exchange(card, &command(link, piece, ne))
        } else {
            let link = [link[0] | 0x0C, link[1], link[2], link[3]];
            let sealed = plain(card, &command(link, piece, last.then_some(256)))?;
            if last { session.unprotect(&sealed) } else { Ok(sealed) }
        };
        if last || answer.is_err() {
            return answer;
        }
        assert_eq!(answer, Ok(Vec::new()));
    }
    panic!("no pieces")
}

#[test]
fn long_keys_come_in_chained_commands_where_the_card_takes_short_ones_alone() {
    let group = GroupId::Dh(DhGroupId::Modp2048Prime256);
    for quirk in [None, Some(Quirk::ChainsLinkByLink), Some(Quirk::ChainingRefused)] {
        for (cipher, by_link) in
            [(Cipher::Aes128, true), (Cipher::Aes128, false), (Cipher::TripleDes, true), (Cipher::TripleDes, false)]
        {
            let mut profile = profile_of(&[key(group, cipher, None)]).with_max_answer(256);
            quirk.into_iter().for_each(|quirk| profile.quirks.add(quirk));
            let (mut card, mut session) = opened(&profile);
            let (own, mut new) = agreement(group, cipher, &dg14_keys(&profile)[0]);
            let whole = if cipher == Cipher::TripleDes {
                command([0, 0x22, 0x41, 0xA6], &tlv::encode(Tag(0x91), &own), None)
            } else {
                let select = set_at(protocol(group, cipher), None);
                session.exchange(&mut card, &command([0, 0x22, 0x41, 0xA4], &select, None)).unwrap();
                command([0, 0x86, 0, 0], &dynamic(Some((0x80, &own))), Some(256))
            };
            let answer = chained(&mut card, &mut session, &whole, by_link);
            let name = format!("{quirk:?} {cipher:?} by link: {by_link}");
            match quirk {
                Some(Quirk::ChainingRefused) => assert_eq!(answer, Err(0x6884), "{name}"),
                Some(_) if !by_link => assert_eq!(answer, Err(0x6988), "{name}"),
                _ => {
                    assert!(answer.is_ok(), "{name}: {answer:?}");
                    assert_eq!(reads(&mut card, &mut new), Ok(vec![0x60]), "{name}");
                }
            }
        }
    }
}

#[test]
fn chip_authentication_refuses_what_is_no_key_of_the_group() {
    for group in [GroupId::Curve(CurveId::Secp256r1), GroupId::Dh(DhGroupId::Modp1024Prime160)] {
        let (mut card, mut session) = opened(&profile_of(&[key(group, Cipher::Aes128, None)]));
        let mut own = group.encode(&group.generator());
        *own.last_mut().unwrap() ^= 1;
        let select = command([0, 0x22, 0x41, 0xA4], &set_at(protocol(group, Cipher::Aes128), None), None);
        session.exchange(&mut card, &select).unwrap();
        let refused = session.exchange(&mut card, &command([0, 0x86, 0, 0], &dynamic(Some((0x80, &own))), Some(256)));
        assert_eq!(refused, Err(0x6A80));
        // The old keys stay.
        assert_eq!(reads(&mut card, &mut session), Ok(vec![0x60]));
    }
}

#[test]
fn chip_authentication_is_refused_with_many_statuses() {
    let group = GroupId::Curve(CurveId::Secp256r1);
    for (quirk, status, stays) in [
        (Quirk::CaRefused, 0x6A80, true),
        (Quirk::CaRefused6d00, 0x6D00, true),
        (Quirk::CaRefused6a88, 0x6A88, true),
        (Quirk::CaRefused6985, 0x6985, true),
        (Quirk::CaRefusedNaked, 0x6985, false),
    ] {
        let profile = profile_of(&[key(group, Cipher::Aes128, None)]).with_quirk(quirk);
        let (mut card, mut session) = opened(&profile);
        let select = command([0, 0x22, 0x41, 0xA4], &set_at(protocol(group, Cipher::Aes128), None), None);
        assert_eq!(session.exchange(&mut card, &select), Err(status), "{quirk:?}");
        assert_eq!(reads(&mut card, &mut session), if stays { Ok(vec![0x60]) } else { Err(0x6988) }, "{quirk:?}");
    }
    let profile = profile_of(&[key(group, Cipher::Aes128, None)]).with_quirk(Quirk::CaRefusedAtKey);
    let (mut card, mut session) = opened(&profile);
    let select = command([0, 0x22, 0x41, 0xA4], &set_at(protocol(group, Cipher::Aes128), None), None);
    assert_eq!(session.exchange(&mut card, &select), Ok(Vec::new()));
    let key = dynamic(Some((0x80, &group.encode(&group.generator()))));
    assert_eq!(session.exchange(&mut card, &command([0, 0x86, 0, 0], &key, Some(256))), Err(0x6A80));
}

#[test]
fn the_infos_of_chip_authentication_have_the_defects_that_their_plan_says() {
    for group in [GroupId::Curve(CurveId::Secp256r1), GroupId::Dh(DhGroupId::Modp1024Prime160)] {
        let right = profile_of(&[key(group, Cipher::Aes128, Some(3))]);
        let of = |defect| {
            let contents = right.clone().with_defect(defect).contents().unwrap();
            let dg14 = contents.file(Folder::Application, 0x010E).unwrap().to_vec();
            let infos = Reader::new(&dg14).next().unwrap().value.to_vec();
            (SecurityInfos::parse(FileId::CardAccess, &infos).unwrap(), infos)
        };
        let versions = |defect| {
            let (infos, _) = of(defect);
            let found: Vec<_> =
                infos.chip_authentication().map(|(_, info)| (info.version, info.key_id.clone())).collect();
            found
        };
        let three = versions(PlantedDefect::CardSecurityNoKey)[0].1.clone();
        assert!(three.is_some());
        assert_eq!(versions(PlantedDefect::CaInfoVersion10), [(10, three.clone())]);
        // Without its version the number of the key is taken for it.
        assert_eq!(versions(PlantedDefect::CaInfoWithoutVersion), [(3, None)]);
        assert_eq!(versions(PlantedDefect::CaInfoUnknown), []);
        let keys = |defect| {
            let (infos, _) = of(defect);
            let found: Vec<_> = infos.chip_authentication_keys().map(|(_, info)| info.key_id.clone()).collect();
            found
        };
        assert_ne!(keys(PlantedDefect::CaKeyOtherId)[0], three);
        let readable = |defect| {
            let (_, infos) = of(defect);
            std::panic::catch_unwind(|| public_keys(&infos)).is_ok()
        };
        assert!(readable(PlantedDefect::CaKeyOtherId));
        assert!(!readable(PlantedDefect::CaKeyCorrupt) && !readable(PlantedDefect::CaParametersCorrupt));
    }
}

// EF.CardSecurity

/// The infos inside EF.CardSecurity, without a look at the signature.
fn infos_of(file: &[u8]) -> Vec<u8> {
    let mut content = Reader::new(file).next().unwrap().children();
    content.next().unwrap();
    let mut signed = content.next().unwrap().children().next().unwrap().children();
    signed.next().unwrap();
    signed.next().unwrap();
    let mut encapsulated = signed.next().unwrap().children();
    assert_eq!(encapsulated.next().unwrap().value, oid::ID_SECURITY_OBJECT.as_der());
    encapsulated.next().unwrap().children().next().unwrap().value.to_vec()
}

#[test]
fn card_security_is_read_after_pace_alone_and_openssl_verifies_it() {
    let profile = profile::cam();
    let mut card = profile.card().unwrap();
    assert_eq!(plain(&mut card, &command([0, 0xB0, 0x9D, 0], &[], Some(256))), Err(0x6982));
    let mut session = terminal::pace(&mut card, &profile.pace[0], "424242", 5, None).unwrap().session;
    let file = session.exchange(&mut card, &command([0, 0xB0, 0x9D, 0], &[], Some(65_535))).unwrap();
    assert_eq!(Some(&file), profile.card_security().unwrap().as_ref());
    let content = infos_of(&file);
    let scratch = Scratch::new("card-security");
    assert_eq!(cms_verifies(&scratch, Trust::Anybody, &file, &content), Ok(()));
    let contents = profile.contents().unwrap();
    let access = contents.file(Folder::Master, 0x011C).unwrap();
    let offered = SecurityInfos::parse(FileId::CardAccess, access).unwrap();
    let signed = SecurityInfos::parse(FileId::CardSecurity, &content).unwrap();
    assert!(offered.pace_raw().all(|info| signed.contains(&info.raw)));
    assert_eq!(public_keys(&content).len(), 1);
}

#[test]
fn card_security_has_the_defects_that_its_plan_says() {
    let right = profile::cam();
    let file = right.card_security().unwrap().unwrap();
    let content = infos_of(&file);
    let scratch = Scratch::new("card-security-defects");
    for defect in PlantedDefect::ALL {
        let profile = right.clone().with_defect(defect);
        let bad = profile.card_security().unwrap().unwrap();
        let infos = infos_of(&bad);
        let verifies = cms_verifies(&scratch, Trust::Anybody, &bad, &infos).is_ok();
        let broken = matches!(defect, PlantedDefect::CardSecurityWrongSignature | PlantedDefect::CardSecurityWrongHash);
        assert_eq!(verifies, !broken, "{defect:?}");
        let keys = || public_keys(&infos);
        let pace = |infos: &[u8]| SecurityInfos::parse(FileId::CardSecurity, infos).unwrap().pace_raw().count();
        match defect {
            PlantedDefect::CardSecurityFewerInfos => assert_eq!((pace(&infos), keys().len()), (0, 1)),
            PlantedDefect::CardSecurityOtherInfos => assert!(pace(&infos) == 1 && infos.len() == content.len()),
            PlantedDefect::CardSecurityMoreInfos => assert!(infos.len() > content.len()),
            PlantedDefect::CardSecurityOtherKey => assert!(keys().len() == 1 && keys() != public_keys(&content)),
            PlantedDefect::CardSecurityKeyOfDh => assert!(matches!(keys()[..], [PublicKey::Dh { .. }])),
            PlantedDefect::CardSecurityNoKey => assert_eq!((pace(&infos), keys().len()), (1, 0)),
            _ if !broken => {}
            _ => assert_eq!(infos, content),
        }
    }
}

#[test]
fn the_directory_holds_several_templates_where_the_card_has_the_habit() {
    let one = bytes("61094F07A0000002471001");
    let mut card = profile::vn().card().unwrap();
    assert_eq!(plain(&mut card, &command([0, 0xB0, 0x9E, 0], &[], Some(256))), Ok(one.clone()));
    let mut card = profile::vn().with_quirk(Quirk::DirSeveralTemplates).card().unwrap();
    let several = plain(&mut card, &command([0, 0xB0, 0x9E, 0], &[], Some(256))).unwrap();
    assert_eq!(several.len(), 33);
    assert_eq!(several[11..22], one);
}
