//! Attacks on the proofs of the chip: the rows CH of the conformance tables.

use super::*;
use chipid::chip::{ActiveAuthentication, ChallengeSource, ChipAuthentication};
use chipid::internals::crypto::{Cipher, CurveId, DhGroupId, DigestAlgorithm, GroupId};
use chipid::internals::iso7816::StatusWord;
use chipid::internals::issuer::{CurveForm, Holder, IssuerPlan, KeyKind, RsaKey, SigningKey};
use chipid::sim::profile::{self, ActiveAuthenticationPlan, ChipAuthenticationPlan};
use chipid::sim::{PlantedDefect, Quirk};
use chipid::trust::TrustStore;
use chipid::{Tolerance, Tolerances, Warning};
use std::time::Duration;

const ACTIVE: CheckId = CheckId::ChipActiveAuthentication;
const CHIP: CheckId = CheckId::ChipChipAuthentication;
const APPLICATION: Folder = Folder::Application;
const RSA: KeyKind = KeyKind::Rsa(2048);
const EC: GroupId = GroupId::Curve(CurveId::BrainpoolP256r1);

fn key(group: GroupId, key_id: Option<u8>) -> ChipAuthenticationPlan {
    ChipAuthenticationPlan { group, cipher: Cipher::Aes128, key_id, form: CurveForm::Explicit }
}

/// A card with one key of chip authentication, named in EF.DG14 only.
fn with_chip_key(group: GroupId) -> Profile {
    Profile { full_card_access: false, ..with_keys(vec![key(group, None)]) }
}

fn read_lying(desk: &Desk, id: CheckId, state: State, reason: Reason, verdict: Verdict) -> Document {
    let (document, report) = desk.read();
    is(&report, id, state, Some(reason));
    assert_eq!(report.verdict(), verdict, "{}", lines(&report));
    document
}

#[test]
fn ch_1_copied_data_on_a_blank_chip_fail_where_a_proof_is_due_and_are_no_more_than_data_where_none_is() {
    for (quirk, id) in [(Quirk::AaRefused, ACTIVE), (Quirk::CaRefused6d00, CHIP)] {
        let desk = Desk::new(profile::vn());
        desk.lay(profile::vn().with_quirk(quirk).card().unwrap());
        read_lying(&desk, id, State::Failed, Reason::Refused, Verdict::Failed);
        desk.is_genuine(&[ACTIVE, CHIP]);
    }
    // A proof that only the copier says is not needed: the signed list says it is.
    let desk = Desk::new(profile::vn());
    let blank = Profile { chip_authentication: Vec::new(), active_authentication: None, ..profile::vn() };
    desk.lay(blank.card_with(profile::vn().contents().unwrap()).unwrap());
    let document = read_lying(&desk, CHIP, State::Failed, Reason::Refused, Verdict::Failed);
    assert_eq!(document.active_authentication(), &ActiveAuthentication::Refused(StatusWord(0x6D00)));
    // Where the issuer made no proof due the verdict says that none was made.
    let desk = Desk::new(Profile { full_card_access: false, ..blank });
    let (_, report) = desk.read();
    assert_eq!(report.verdict(), Verdict::DataAuthentic, "{}", lines(&report));
    for id in [ACTIVE, CHIP, CheckId::ChipPaceCam] {
        is(&report, id, State::NotSupported, Some(Reason::NotDue));
    }
    let sentence = include_str!("../../examples/chipid/messages/en.txt");
    assert!(sentence.contains("verdict.data_authentic = DATA AUTHENTIC, CHIP NOT PROVEN"));
}

/// EF.COM without the tags of these data groups.
fn strip(com: &mut Vec<u8>, tags: &[u8]) {
    let fields = objects(&objects(com)[0].1);
    let stripped = fields.into_iter().map(|(tag, value)| match tag {
        0x5C => tlv::encode(Tag(0x5C), &value.into_iter().filter(|own| !tags.contains(own)).collect::<Vec<_>>()),
        _ => tlv::encode(Tag(tag), &value),
    });
    *com = tlv::encode(Tag(0x60), &stripped.collect::<Vec<_>>().concat());
}

#[test]
fn ch_2_a_stripped_ef_com_hides_no_proof_and_a_listed_file_that_is_gone_fails() {
    let desk = Desk::new(profile::vn());
    desk.change_file(APPLICATION, 0x011E, |com| strip(com, &[0x6E, 0x6F]));
    let (_, report) = desk.read();
    is(&report, ACTIVE, State::Successful, None);
    is(&report, CHIP, State::Successful, None);
    is(&report, CheckId::LdsCom, State::Failed, Some(Reason::Mismatch));
    assert_eq!(report.verdict(), Verdict::Failed);
    desk.is_genuine(&[ACTIVE, CHIP, CheckId::LdsCom]);
    for (fid, id, dg) in [(0x010E, CHIP, CheckId::PaDg14), (0x010F, ACTIVE, CheckId::PaDg15)] {
        for stripped in [false, true] {
            let desk = Desk::new(profile::vn());
            if stripped {
                desk.change_file(APPLICATION, 0x011E, |com| strip(com, &[0x6E, 0x6F]));
            }
            desk.change_files(|files| files.retain(|file| (file.folder, file.fid) != (APPLICATION, fid)));
            let (_, report) = desk.read();
            is(&report, id, State::Failed, Some(Reason::Missing));
            assert_eq!(report.check(dg).unwrap().state, State::Failed);
            assert_eq!(report.verdict(), Verdict::Failed);
        }
    }
}

#[test]
fn ch_3_a_clone_with_a_key_of_its_own_proves_nothing() {
    // Active authentication under the clone's key, which is in order, and which nobody signed.
    let (genuine, clone) =
        (with_key(RSA, DigestAlgorithm::Sha256), with_key(KeyKind::Rsa(3072), DigestAlgorithm::Sha256));
    let desk = Desk::new(genuine.clone());
    lay_clone(&desk, &clone, 15);
    let (_, report) = desk.read();
    is(&report, ACTIVE, State::Undetermined, Some(Reason::KeyNotAuthenticated));
    is(&report, CheckId::PaDg15, State::Failed, Some(Reason::Mismatch));
    assert_eq!(report.verdict(), Verdict::Failed);
    desk.is_genuine(&[ACTIVE]);
    // Chip authentication the same.
    let (genuine, clone) = (with_chip_key(EC), with_chip_key(GroupId::Curve(CurveId::Secp256r1)));
    let desk = Desk::new(genuine);
    lay_clone(&desk, &clone, 14);
    let (document, report) = desk.read();
    assert!(matches!(document.chip_authentication(), ChipAuthentication::Proven(_)));
    is(&report, CHIP, State::Undetermined, Some(Reason::KeyNotAuthenticated));
    is(&report, CheckId::PaDg14, State::Failed, Some(Reason::Mismatch));
    assert_eq!(report.verdict(), Verdict::Failed);
    desk.is_genuine(&[CHIP]);
    // Without an anchor both keys are nobody's.
    let desk = Desk::new(profile::vn());
    let (document, _) = desk.read();
    let report = document.verify(&TrustStore::empty(), reading::now());
    for id in [ACTIVE, CHIP] {
        is(&report, id, State::Undetermined, Some(Reason::KeyNotAuthenticated));
    }
    assert_eq!(report.verdict(), Verdict::Undetermined);
}

/// The clone's chip with the genuine files, but for this data group of its own.
fn lay_clone(desk: &Desk, clone: &Profile, number: u8) {
    let own = clone.contents().unwrap();
    desk.lay(clone.card_with(desk.profile().contents().unwrap()).unwrap());
    let fid = 0x0100 | u16::from(number);
    desk.change_file(APPLICATION, fid, |file| *file = own.file(APPLICATION, fid).unwrap().to_vec());
}

#[test]
fn ch_4_a_yes_of_the_chip_proves_nothing_before_an_answer_under_the_new_keys() {
    let desk = Desk::new(with_chip_key(EC));
    desk.deviate(Deviation::CaOtherKeys);
    read_lying(&desk, CHIP, State::Failed, Reason::OldKeysKept, Verdict::Failed);
    ends_the_session_after_chip_authentication(&desk);
    desk.is_genuine(&[CHIP]);
    // Nothing is read after it: nothing is proven.
    let desk = Desk::new(with_chip_key(EC));
    let plan = ReadPlan::fastest().only([]);
    let (document, report) = desk.read_with(&desk.issued.password(), &plan);
    assert_eq!(desk.named(SET_CHIP).len(), 1);
    assert_eq!(document.chip_authentication(), &ChipAuthentication::NotMade);
    is(&report, CHIP, State::Undetermined, Some(Reason::NotMade));
    assert_eq!(report.verdict(), Verdict::Undetermined);
}

/// A card without access control, so that active authentication comes in the clear.
fn bare(digest: DigestAlgorithm) -> Profile {
    Profile { active_authentication: Some(ActiveAuthenticationPlan { kind: RSA, digest }), ..profile::plain() }
        .with_max_answer(4_096)
}

#[test]
fn ch_5_the_challenge_is_the_verifiers_and_an_old_answer_is_none() {
    let desk = Desk::new(bare(DigestAlgorithm::Sha256));
    let plan = ReadPlan::full().with_challenge(*b"verifier");
    let (document, report) = desk.read_with(&Password::none(), &plan);
    is(&report, ACTIVE, State::Successful, None);
    let ActiveAuthentication::Answered { challenge, chosen_by, signature } = document.active_authentication() else {
        panic!("{:?}", document.active_authentication())
    };
    assert_eq!((challenge, *chosen_by), (b"verifier", ChallengeSource::Caller));
    assert_eq!(data_of(&desk.named(INTERNAL)[0]), b"verifier");
    let old = [signature.as_slice(), &[0x90, 0x00]].concat();
    // The answer to that challenge is none to another.
    desk.heal();
    desk.change(INTERNAL, 1, move |_| old.clone());
    read_lying(&desk, ACTIVE, State::Failed, Reason::BadSignature, Verdict::Failed);
    desk.is_genuine(&[ACTIVE]);
    let desk = Desk::new(with_key(RSA, DigestAlgorithm::Sha256));
    desk.deviate(Deviation::AaOtherChallenge);
    read_lying(&desk, ACTIVE, State::Failed, Reason::BadSignature, Verdict::Failed);
    desk.is_genuine(&[ACTIVE]);
}

#[test]
fn ch_6_by_default_the_challenge_means_nothing_and_chip_authentication_goes_first() {
    let desk = Desk::new(bare(DigestAlgorithm::Sha256));
    let mut challenges = Vec::new();
    for _ in 0..4 {
        desk.heal();
        let (document, _) = desk.read();
        let chosen_by = ChallengeSource::Reader;
        assert!(
            matches!(document.active_authentication(), ActiveAuthentication::Answered { chosen_by: by, .. } if *by == chosen_by)
        );
        let challenge = data_of(&desk.named(INTERNAL)[0]);
        assert!(challenge.len() == 8 && !challenges.contains(&challenge));
        challenges.push(challenge);
    }
    let desk = Desk::new(profile::vn());
    desk.is_genuine(&[ACTIVE, CHIP]);
    let names = desk.names();
    let at = |name| names.iter().position(|own| *own == name).unwrap();
    assert!(at(SET_CHIP) < at(INTERNAL));
}

/// The chip's own key.
fn chip_key() -> RsaKey {
    match SigningKey::of(RSA, Holder::Chip, "active authentication").unwrap() {
        SigningKey::Rsa(key) => key,
        SigningKey::Ec(_) | SigningKey::Dsa(_) => panic!("an RSA key"),
    }
}

/// A block from a challenge.
type MakeBlock = fn(&[u8]) -> Vec<u8>;

/// A signature of the chip's key over a block of 256 bytes that this makes from the challenge.
fn signs(block: impl Fn(&[u8]) -> Vec<u8> + Send + 'static) -> Desk {
    let desk = Desk::new(bare(DigestAlgorithm::Sha256));
    desk.tamper(move |command, answer| match name_of(command) {
        INTERNAL => {
            let block = block(&data_of(command));
            assert_eq!(block.len(), 256);
            [chip_key().raw(&block).unwrap(), vec![0x90, 0x00]].concat()
        }
        _ => answer,
    });
    desk
}

/// F = header ‖ M1 ‖ H(M1 ‖ RND.IFD) ‖ trailer.
fn block(header: &[u8], m1: &[u8], digest: DigestAlgorithm, challenge: &[u8], trailer: &[u8]) -> Vec<u8> {
    [header, m1, &digest.digest(&[m1, challenge]), trailer].concat()
}

#[test]
fn ch_7_an_rsa_answer_is_recomputed_whole() {
    const SHA_256: DigestAlgorithm = DigestAlgorithm::Sha256;
    // In order: header, M1 of 221 bytes, digest, trailer.
    let desk = signs(|challenge| block(&[0x6A], &[0x5A; 221], SHA_256, challenge, &[0x34, 0xCC]));
    let (_, report) = desk.read();
    is(&report, ACTIVE, State::Successful, None);
    // Padding makes M1 shorter, and must fill the block.
    let padded = |m1: usize| [vec![0x6B], vec![0xBB; 256 - 36 - m1], vec![0xBA]].concat();
    let desk = signs(move |challenge| block(&padded(32 + 9), &[0x5A; 41], SHA_256, challenge, &[0x34, 0xCC]));
    let (_, report) = desk.read();
    is(&report, ACTIVE, State::Successful, None);
    let wrong: [MakeBlock; 8] = [
        // Another header, or none that 9796-2 has.
        |challenge| block(&[0x4A], &[0x5A; 221], SHA_256, challenge, &[0x34, 0xCC]),
        |challenge| block(&[0x00], &[0x5A; 221], SHA_256, challenge, &[0x34, 0xCC]),
        // Other trailers: another digest's, the implicit one, one of nobody.
        |challenge| block(&[0x6A], &[0x5A; 221], SHA_256, challenge, &[0x33, 0xCC]),
        |challenge| block(&[0x6A], &[0x5A; 222], SHA_256, challenge, &[0xBC]),
        |challenge| block(&[0x6A], &[0x5A; 221], SHA_256, challenge, &[0x3F, 0xCC]),
        // A digest that is not the trailer's.
        |challenge| block(&[0x6A], &[0x5A; 233], DigestAlgorithm::Sha1, challenge, &[0x34, 0xCC]),
        // Nothing recovered: padding throughout.
        |challenge| {
            block(&[vec![0x6B], vec![0xBB; 220], vec![0xBA]].concat(), &[], SHA_256, challenge, &[0x34, 0xCC])[..256]
                .to_vec()
        },
        // Padding that does not end.
        |challenge| block(&[vec![0x6B], vec![0xBB; 221]].concat(), &[], SHA_256, challenge, &[0x34, 0xCC]),
    ];
    for (row, wrong) in wrong.into_iter().enumerate() {
        let desk = signs(wrong);
        let (_, report) = desk.read();
        assert_eq!(report.check(ACTIVE).unwrap().reason, Some(Reason::BadSignature), "row {row}");
        assert_eq!(report.verdict(), Verdict::Failed, "row {row}");
    }
    // As long as the modulus, no byte more or less, and below it.
    let lengths: [fn(&mut Vec<u8>); 5] = [
        |signature| signature.insert(0, 0),
        |signature| signature.truncate(255),
        |signature| *signature = signature[1..].to_vec(),
        |signature| *signature = vec![0xFF; 256],
        |signature| signature.clear(),
    ];
    for change in lengths {
        let desk = Desk::new(bare(SHA_256));
        desk.change(INTERNAL, 1, move |mut answer| {
            let status = answer.split_off(answer.len() - 2);
            change(&mut answer);
            [answer, status].concat()
        });
        read_lying(&desk, ACTIVE, State::Failed, Reason::BadSignature, Verdict::Failed);
        desk.is_genuine(&[ACTIVE]);
    }
    // What the card itself signs wrongly.
    for deviation in [Deviation::AaWrongTrailer, Deviation::AaOtherDigest] {
        let desk = Desk::new(with_key(RSA, SHA_256));
        desk.deviate(deviation);
        is_unproven(&desk, ACTIVE, 1, State::Failed, Reason::BadSignature);
    }
    // A key that is too short is none, and is not asked.
    let short = [&[0xC3][..], &[0x5A; 62], &[0x01]].concat();
    let integer = |bytes: &[u8]| tlv::encode(Tag::INTEGER, &tlv::integer_content(bytes));
    let numbers = tlv::encode_all(Tag::SEQUENCE, &[&integer(&short), &integer(&[1, 0, 1])]);
    let algorithm = [tlv::encode(Tag::OID, chipid::internals::oid::RSA_ENCRYPTION.as_der()), vec![0x05, 0x00]].concat();
    let spki = tlv::encode_all(
        Tag::SEQUENCE,
        &[&tlv::encode(Tag::SEQUENCE, &algorithm), &tlv::encode_all(Tag::BIT_STRING, &[&[0], &numbers])],
    );
    let desk = Desk::new(with_key(RSA, SHA_256));
    let contents = forged(desk.profile(), |groups| *group(groups, 15) = tlv::encode(Tag(0x6F), &spki));
    desk.lay(desk.profile().card_with(contents).unwrap());
    read_lying(&desk, ACTIVE, State::Failed, Reason::BadKey, Verdict::Failed);
    assert_eq!(desk.named(INTERNAL).len(), 0);
    desk.is_genuine(&[ACTIVE]);
}

#[test]
fn ch_8_an_ecdsa_answer_is_plain_der_by_tolerance_and_its_hash_no_longer_than_the_key() {
    let curve = CurveId::BrainpoolP256r1;
    let desk = Desk::new(with_key(KeyKind::Ec(curve), DigestAlgorithm::Sha256));
    desk.lay(desk.profile().clone().with_quirk(Quirk::AaDerSignature).card().unwrap());
    let (document, strict) = desk.read();
    is(&strict, ACTIVE, State::Failed, Some(Reason::BadSignature));
    assert_eq!(strict.verdict(), Verdict::Failed);
    let allowed = Tolerances::none().with(Tolerance::DerSignature);
    let report = document.verify_with(&reading::trust(desk.profile()), reading::now(), &allowed);
    is(&report, ACTIVE, State::Undetermined, Some(Reason::Tolerance));
    assert_eq!(report.check(ACTIVE).unwrap().warnings, [Warning::DerSignature]);
    assert_eq!(report.verdict(), Verdict::Undetermined);
    desk.is_genuine(&[ACTIVE]);
    for digest in [DigestAlgorithm::Sha1, DigestAlgorithm::Sha384, DigestAlgorithm::Sha512] {
        let desk = Desk::new(with_key(KeyKind::Ec(curve), digest));
        read_lying(&desk, ACTIVE, State::Failed, Reason::ForbiddenAlgorithm, Verdict::Failed);
    }
    for deviation in [Deviation::AaOtherChallenge, Deviation::AaOtherDigest] {
        let desk = Desk::new(with_key(KeyKind::Ec(curve), DigestAlgorithm::Sha224));
        desk.deviate(deviation);
        is_unproven(&desk, ACTIVE, 1, State::Failed, Reason::BadSignature);
    }
}

#[test]
fn ch_9_the_key_is_matched_exactly_and_no_other_is_tried_over_the_card() {
    // Two keys, whose numbers the chip does not have: the stronger is tried once.
    let keys = |first, second| vec![key(EC, Some(first)), key(GroupId::Curve(CurveId::Secp384r1), Some(second))];
    let of = |first, second| Profile { full_card_access: false, ..with_keys(keys(first, second)) };
    let desk = Desk::new(of(1, 2));
    desk.lay(of(1, 2).card_with(of(7, 8).contents().unwrap()).unwrap());
    read_lying(&desk, CHIP, State::Failed, Reason::Refused, Verdict::Failed);
    assert_eq!(desk.named(SET_CHIP).len(), 1);
    desk.is_genuine(&[CHIP]);
    // Numbers that stand the other way round name the other key, which gives other keys.
    desk.lay(of(1, 2).card_with(of(2, 1).contents().unwrap()).unwrap());
    desk.forget();
    let (_, report) = desk.read();
    assert_eq!(report.check(CHIP).unwrap().state, State::Failed);
    assert_eq!((report.verdict(), desk.named(SET_CHIP).len()), (Verdict::Failed, 1));
    // A key whose number no info has.
    let desk = Desk::new(of(1, 2));
    desk.lay(of(1, 2).with_defect(PlantedDefect::CaKeyOtherId).card().unwrap());
    read_lying(&desk, CHIP, State::Failed, Reason::Mismatch, Verdict::Failed);
    assert_eq!(desk.named(SET_CHIP).len(), 0);
}

#[test]
fn ch_10_a_relayed_card_is_not_told_from_a_near_one_and_the_time_it_took_is() {
    let desk = Desk::new(profile::vn());
    desk.tamper(|_, answer| {
        std::thread::sleep(Duration::from_millis(20));
        answer
    });
    let (document, report) = desk.read();
    assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
    let far = Duration::from_millis(20) * (document.exchanges() - 8);
    assert!(document.elapsed() >= far && u128::from(report.elapsed_ms()) >= far.as_millis());
    // Nothing at this layer prevents it: it is said where users look.
    assert!(include_str!("../../SECURITY.md").contains("relay"));
}

#[test]
fn ch_11_a_chip_that_is_shown_by_an_ef_card_security_of_nobodys_is_not_proven() {
    // The same names, key identifiers of its own: whoever made the chip signed for it too.
    let other =
        |profile: Profile| Profile { issuer: IssuerPlan { label: "another".into(), ..profile.issuer }, ..profile };
    let desk = Desk::new(cam());
    let forged = other(cam()).card_security().unwrap().unwrap();
    desk.change_file(MASTER, 0x011D, |file| *file = forged);
    let (_, report) = desk.read();
    is(&report, CheckId::ChipPaceCam, State::Undetermined, Some(Reason::KeyNotAuthenticated));
    assert!(!report.check(CheckId::AccessCardSecurity).unwrap().is_successful());
    assert!(report.verdict() <= Verdict::Undetermined, "{}", lines(&report));
    desk.is_genuine(&[CheckId::ChipPaceCam, CheckId::AccessCardSecurity]);
    // None at all.
    desk.heal();
    desk.change_files(|files| files.retain(|file| (file.folder, file.fid) != (MASTER, 0x011D)));
    read_lying(&desk, CheckId::ChipPaceCam, State::Failed, Reason::Missing, Verdict::Failed);
}

#[test]
fn ch_12_a_static_key_of_a_small_subgroup_is_never_agreed_with() {
    let dh = DhGroupId::Modp2048Prime256;
    let mut before_p = dh.prime().to_vec();
    *before_p.last_mut().unwrap() -= 1;
    let number = |bytes: &[u8]| tlv::encode(Tag::INTEGER, &tlv::integer_content(bytes));
    let point = |coordinates: [u8; 64]| [&[0x04][..], &coordinates].concat();
    for (group, bad) in [
        (GroupId::Dh(dh), vec![number(&before_p), number(&[1]), number(&[0]), number(dh.prime()), number(&[2])]),
        (EC, vec![vec![0x00], point([0; 64]), point([1; 64]), point([0xFF; 64])]),
    ] {
        for key in bad {
            let desk = Desk::new(with_chip_key(group));
            let contents = forged(desk.profile(), |groups| {
                let dg14 = self::group(groups, 14);
                *dg14 = with_infos(dg14, |infos| infos.iter_mut().for_each(|info| replace_key(info, &key)));
            });
            desk.lay(desk.profile().card_with(contents).unwrap());
            // Also where nobody judges who signed it.
            let (document, _) = desk.read();
            let report = document.verify(&TrustStore::empty(), reading::now());
            is(&report, CHIP, State::Failed, Some(Reason::BadKey));
            assert_eq!(document.chip_authentication(), &ChipAuthentication::Impossible(Reason::BadKey));
            assert_eq!(desk.named(SET_CHIP).len(), 0);
            desk.is_genuine(&[CHIP]);
        }
    }
}

/// The key in the SubjectPublicKeyInfo of a ChipAuthenticationPublicKeyInfo; any other info stays as it is.
fn replace_key(info: &mut Vec<u8>, key: &[u8]) {
    let fields = objects(&objects(info)[0].1);
    let [(0x06, protocol), (0x30, spki)] = fields.as_slice() else { return };
    let parts = objects(spki);
    let [(0x30, algorithm), (0x03, _)] = parts.as_slice() else { return };
    let spki = [tlv::encode(Tag::SEQUENCE, algorithm), tlv::encode_all(Tag::BIT_STRING, &[&[0], key])].concat();
    *info = tlv::encode_all(Tag::SEQUENCE, &[&tlv::encode(Tag::OID, protocol), &tlv::encode(Tag::SEQUENCE, &spki)]);
}
