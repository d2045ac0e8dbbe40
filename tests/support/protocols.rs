//! Cards for PACE and for the proofs of the chip, and what a reader does at one that lies: scenarios that the published
//! test plans and the attacks share.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "each test program uses a part of it"
)]

use crate::desk::*;
use crate::outcome::step_of;
use crate::reading::{go_on, lines, mrz_only};
use chipid::error::Step;
use chipid::internals::crypto::{Cipher, CurveId, DigestAlgorithm, GroupId};
use chipid::internals::issuer::{CurveForm, IssuerPlan, KeyKind, KeyPlan};
use chipid::internals::oid;
use chipid::internals::tlv::{self, Tag};
use chipid::sim::profile::{self, ActiveAuthenticationPlan, CardSecurityPlan, ChipAuthenticationPlan};
use chipid::sim::{Mapping, PaceSuite, Profile, SimulatedCard};
use chipid::{Card, CheckId, Document, Error, ReadPlan, Reason, State, Verdict};

/// The curve of most cards here.
pub const CURVE: CurveId = CurveId::BrainpoolP256r1;

/// Generic mapping on a curve; BAC would be there too.
pub fn generic() -> Profile {
    profile::vn()
}

/// The other mappings and groups, on a chip that would take BAC too.
pub fn integrated() -> Profile {
    Profile { bac: true, ..profile::im() }
}

pub fn dh() -> Profile {
    Profile { bac: true, ..profile::dh() }
}

pub fn cam() -> Profile {
    Profile { bac: true, ..profile::cam() }
}

/// One key of chip authentication.
pub fn chip_key(group: GroupId, cipher: Cipher, key_id: Option<u8>) -> ChipAuthenticationPlan {
    ChipAuthenticationPlan { group, cipher, key_id, form: CurveForm::Explicit }
}

/// A card of this way of PACE that is quick to make.
pub fn quick(pace: Vec<PaceSuite>) -> Profile {
    let key = KeyPlan::ecdsa(CurveId::Secp256r1, DigestAlgorithm::Sha256);
    let is_cam = pace.iter().any(|suite| suite.mapping == Mapping::ChipAuthentication);
    Profile {
        card_security: is_cam.then(CardSecurityPlan::new),
        pace,
        bac: true,
        chip_authentication: vec![chip_key(GroupId::Curve(CURVE), Cipher::Aes128, None)],
        active_authentication: None,
        issuer: IssuerPlan {
            states_signing_time: true,
            ..IssuerPlan::new("UT", "UTO", "Invented ID Office", key, key)
        },
        ..profile::hardened()
    }
}

/// A card with PACE whose only proof is chip authentication with these keys.
pub fn with_keys(keys: Vec<ChipAuthenticationPlan>) -> Profile {
    Profile { chip_authentication: keys, active_authentication: None, ..profile::vn() }
}

/// A card whose only proof is active authentication.
pub fn with_key(kind: KeyKind, digest: DigestAlgorithm) -> Profile {
    let active_authentication = Some(ActiveAuthenticationPlan { kind, digest });
    Profile { chip_authentication: Vec::new(), full_card_access: false, active_authentication, ..profile::vn() }
}

/// The commands of so many steps of PACE.
pub fn steps(count: usize) -> Vec<&'static str> {
    [vec![SET_PACE], vec![GENERAL; count]].concat()
}

/// The reader stops after these commands with this error, tries no BAC, and reads an honest card of the profile next, on
/// the same reader and with the same object.
#[track_caller]
pub fn stops(desk: &Desk, commands: &[&str], code: &str, during: Option<Step>) {
    let password = mrz_only(desk.profile());
    let read = |card: Card| Ok(card.open(&password, &mut go_on)?.read(&ReadPlan::full(), &mut go_on)?);
    let cut = desk.inspect(read).err().unwrap();
    assert_eq!((cut.error.code().as_str(), step_of(&cut.error)), (code, during), "{}", cut.error);
    assert_eq!(desk.names(), [&[CARD_ACCESS, ATR_INFO], commands].concat(), "{}", cut.error);
    assert!(!desk.seen().contains(&Seen::Reset) && !desk.commands().iter().any(|command| is_protected(command)));
    desk.heal();
    let (_, report) = desk.inspect_with(*cut.card.unwrap(), read).unwrap_or_else(|cut| panic!("{}", cut.error));
    assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
    assert_eq!(desk.seen()[0], Seen::Reset);
    assert!(!desk.names().contains(&EXTERNAL));
}

/// An answer of PACE with one data object.
pub fn key_object(tag: u32, value: &[u8]) -> Vec<u8> {
    [tlv::encode(Tag(0x7C), &tlv::encode(Tag(tag), value)), vec![0x90, 0x00]].concat()
}

/// The last answer of PACE, with this token.
pub fn token(token: &[u8]) -> Vec<u8> {
    key_object(0x86, token)
}

/// The protocol and the parameter that MSE:Set AT named.
pub fn asked_for(desk: &Desk) -> (Vec<u8>, Option<u8>) {
    let sets = desk.named(SET_PACE);
    assert_eq!(sets.len(), 1);
    let objects = objects(&data_of(&sets[0]));
    let value = |tag| objects.iter().find(|(own, _)| *own == tag).map(|(_, value)| value.clone());
    (value(0x80).unwrap(), value(0x84).map(|value| value[0]))
}

/// PACEDomainParameterInfo with explicit parameters of nobody's, under the number 32.
pub fn proprietary_parameters() -> Vec<u8> {
    let algorithm = chipid::internals::issuer::explicit_parameters(CurveId::Secp192r1);
    let algorithm =
        tlv::encode_all(Tag::SEQUENCE, &[&tlv::encode(Tag::OID, oid::ID_EC_PUBLIC_KEY.as_der()), &algorithm]);
    let protocol = tlv::encode(Tag::OID, oid::ID_PACE_ECDH_GM.as_der());
    tlv::encode_all(Tag::SEQUENCE, &[&protocol, &algorithm, &tlv::encode(Tag::INTEGER, &[32])])
}

/// A PACEInfo that refers to proprietary parameters, and those.
pub fn proprietary() -> [Vec<u8>; 2] {
    let suite = PaceSuite::generic(CURVE, Cipher::Aes128);
    [info(suite.oid().as_der(), &[2, 32]), proprietary_parameters()]
}

/// A card of the profile whose EF.CardAccess and EF.DG14 hold more infos.
pub fn with_more_infos(profile: &Profile, more: &[Vec<u8>]) -> SimulatedCard {
    let add = |infos: &mut Vec<Vec<u8>>| infos.extend_from_slice(more);
    let mut contents = forged(profile, |groups| {
        let dg14 = group(groups, 14);
        *dg14 = with_infos(dg14, add);
    });
    let card_access = contents.files.iter_mut().find(|file| (file.folder, file.fid) == (MASTER, 0x011C)).unwrap();
    card_access.content = with_infos(&card_access.content, add);
    profile.card_with(contents).unwrap()
}

/// A card of the profile whose EF.DG14 is changed, hashed and signed.
pub fn with_dg14(profile: &Profile, change: impl FnOnce(&mut Vec<u8>)) -> SimulatedCard {
    let contents = forged(profile, |groups| change(group(groups, 14)));
    profile.card_with(contents).unwrap()
}

/// A card with a key of chip authentication in EF.DG14 only, and a number for the one key.
pub fn numbered() -> Profile {
    let keys = vec![chip_key(GroupId::Curve(CURVE), Cipher::Aes128, Some(1))];
    Profile { full_card_access: false, ..with_keys(keys) }
}

/// A card of the profile [`numbered`] with its ChipAuthenticationInfo changed: protocol, version, number of the key.
pub fn with_chip_info(profile: &Profile, change: impl Fn(&mut Vec<u8>)) -> SimulatedCard {
    let protocol = tlv::encode(Tag::OID, oid::ID_CA_ECDH_AES_CBC_CMAC_128.as_der());
    with_dg14(profile, |dg14| {
        *dg14 = with_infos(dg14, |infos| {
            let mut of_chip = infos.iter_mut().filter(|info| info[2..].starts_with(&protocol));
            change(of_chip.next().unwrap());
            assert!(of_chip.next().is_none());
        });
    })
}

/// After the agreement one command went out under the new keys; then the session was over, the card was reset, access
/// opened anew, and chip authentication left alone.
pub fn ends_the_session_after_chip_authentication(desk: &Desk) {
    let seen = desk.seen();
    let is = |seen: &Seen, name| matches!(seen, Seen::Command(command) if name_of(command) == name);
    let agreed = seen.iter().position(|seen| is(seen, SET_CHIP)).unwrap();
    let reset = agreed + seen[agreed..].iter().position(|seen| *seen == Seen::Reset).unwrap();
    let under_new_keys: Vec<_> = seen[agreed + 1..reset].iter().filter(|seen| !is(seen, GENERAL)).collect();
    assert_eq!(under_new_keys.len(), 1);
    assert!(is(&seen[reset + 1], SET_PACE));
    assert!(!seen[reset..].iter().any(|seen| is(seen, SET_CHIP)));
}

/// The proof of this check does not prove the card that lies on the reader, and its first command was sent so many times;
/// an honest card is proven next.
#[track_caller]
pub fn is_unproven(desk: &Desk, id: CheckId, tries: usize, state: State, reason: Reason) -> Document {
    let (document, report) = desk.read();
    is(&report, id, state, Some(reason));
    let worth = if state == State::Failed { Verdict::Failed } else { Verdict::Undetermined };
    assert_eq!(report.verdict(), worth, "{}", lines(&report));
    let name = if id == CheckId::ChipActiveAuthentication { INTERNAL } else { SET_CHIP };
    assert_eq!(desk.named(name).len(), tries, "{reason}");
    desk.is_genuine(&[id]);
    document
}

/// Cards that are opened by BAC and by PACE, with no proof but active authentication: their sessions have one kind of keys.
pub fn sessions() -> [Profile; 2] {
    let bac = Profile { chip_authentication: Vec::new(), ..profile::passport() };
    [bac, Profile { full_card_access: false, ..with_keys(Vec::new()) }]
}

/// The exchanges, counted from 0, in which an honest card of the profile answers READ BINARY: the first, some in the
/// midst, the last.
pub fn protected_reads(profile: &Profile) -> Vec<usize> {
    let desk = Desk::new(profile.clone());
    desk.read();
    let names = desk.names();
    let reads = (0..names.len()).filter(|at| names[*at] == READ && is_protected(&desk.commands()[*at]));
    let reads: Vec<usize> = reads.collect();
    [0, 1, reads.len() / 2, reads.len() - 2, reads.len() - 1].map(|at| reads[at]).to_vec()
}

/// The reading ends with this error over what the card on the reader said in this exchange, the last one: no further
/// command is sent, protected or not. A fresh access to an honest card succeeds on the same reader.
#[track_caller]
pub fn ends_at(desk: &Desk, exchange: usize, code: &str) -> Error {
    let cut = desk.try_read().err().unwrap();
    assert_eq!(cut.error.code(), code, "{}", cut.error);
    assert!(!cut.error.is_retryable());
    assert_eq!(desk.commands().len(), exchange + 1, "{}", cut.error);
    assert!(!desk.seen().contains(&Seen::Reset));
    desk.heal();
    assert!(desk.read().1.verdict() >= Verdict::DataAuthentic);
    cut.error
}
