//! X-CLONE: genuine data on a chip that is not the one it was issued with.

use crate::forge::{Trust, Victim, Way, base, fails, forger, open, read};
use crate::reading::{go_on, lines, now};
use chipid::chip::{ActiveAuthentication, ChallengeSource, ChipAuthentication};
use chipid::internals::crypto::{CurveId, DigestAlgorithm, GroupId, Secret};
use chipid::internals::issuer::{Extension, IssuerPlan, KeyKind};
use chipid::sim::profile::{self, ActiveAuthenticationPlan, ChipAuthenticationPlan};
use chipid::sim::{Deviation, Folder, Profile, Quirk, SimulatedCard};
use chipid::{Card, CheckId, Document, Proofs, ReadPlan, Reason, Verdict};

pub const ITEMS: crate::Items = &[
    ("valid SOD copied to a card without AA/CA key", &["x_clone_copied_files_on_a_blank_chip_fail_at_the_due_proofs"]),
    (
        "clone with its own key pair and its own DG14 (SOD hash breaks)",
        &["x_clone_a_key_pair_of_its_own_breaks_the_hash", "x_clone_a_signed_file_of_its_own_is_nobodys"],
    ),
    ("CA \"success\" without key switch", &["x_clone_a_yes_without_new_keys_fails"]),
    ("AA signature over another challenge", &["x_clone_a_signature_over_another_challenge_fails"]),
    ("AA replay", &["x_clone_an_old_answer_to_active_authentication_fails"]),
    ("CAM with own key", &["x_clone_a_mapping_key_of_its_own_shows_no_chip"]),
];

const CHIP: CheckId = CheckId::ChipChipAuthentication;
const ACTIVE: CheckId = CheckId::ChipActiveAuthentication;

/// The card with this file of the application.
fn with_file(mut card: SimulatedCard, fid: u16, content: Vec<u8>) -> SimulatedCard {
    let mut files = card.files_mut().iter_mut();
    let file = files.find(|file| (file.folder, file.fid) == (Folder::Application, fid)).unwrap();
    file.content = content;
    drop(files);
    card
}

#[test]
fn x_clone_copied_files_on_a_blank_chip_fail_at_the_due_proofs() {
    let victim = Victim::new(base());
    // No key at all; one of the two; and chips that refuse with other words.
    let blank = Profile { chip_authentication: Vec::new(), active_authentication: None, ..base() };
    let without_active = Profile { active_authentication: None, ..base() };
    let (chip, active) = (fails(CHIP, Reason::Refused), fails(ACTIVE, Reason::Refused));
    for (name, clone, by) in [
        ("blank", blank.clone(), vec![chip, active]),
        ("without AA", without_active, vec![active]),
        ("without CA", Profile { chip_authentication: Vec::new(), ..base() }, vec![chip]),
        ("AA 6D00", base().with_quirk(Quirk::AaRefused), vec![active]),
        ("CA 6D00", base().with_quirk(Quirk::CaRefused6d00), vec![chip]),
        ("CA 6A80", base().with_quirk(Quirk::CaRefused), vec![chip]),
        ("CA 6A88", base().with_quirk(Quirk::CaRefused6a88), vec![chip]),
        ("CA 6985", base().with_quirk(Quirk::CaRefused6985), vec![chip]),
        ("CA at the key", base().with_quirk(Quirk::CaRefusedAtKey), vec![chip]),
        ("CA naked", base().with_quirk(Quirk::CaRefusedNaked), vec![fails(CHIP, Reason::SessionLost)]),
    ] {
        let card = clone.card_with(victim.contents()).unwrap();
        victim.refuses_in(name, card, Verdict::Failed, &by, &Way::COUNTER);
    }
    // Stored files of a clone are the genuine files: without a proof they are data, and the sentence says no more.
    let document = read(blank.card_with(victim.contents()).unwrap(), &victim.password());
    let files: Vec<_> = document.files().map(|(file, bytes)| (file, bytes.to_vec())).collect();
    let report = Document::from_files(files, None).verify(victim.trust(Trust::Csca), now());
    assert_eq!(report.verdict(), Verdict::DataAuthentic, "{}", lines(&report));
    // Where the issuer made no proof due, the same blank chip is data authentic from the card too, and never genuine.
    let bare = Profile { full_card_access: false, ..blank };
    let document = read(bare.card().unwrap(), &victim.password());
    let report = document.verify(&crate::reading::trust(&bare), now());
    assert_eq!(report.verdict(), Verdict::DataAuthentic, "{}", lines(&report));
}

#[test]
fn x_clone_a_key_pair_of_its_own_breaks_the_hash() {
    let victim = Victim::new(base());
    let own_chip =
        ChipAuthenticationPlan { group: GroupId::Curve(CurveId::Secp384r1), ..base().chip_authentication[0].clone() };
    let own_active =
        ActiveAuthenticationPlan { kind: KeyKind::Ec(CurveId::Secp384r1), digest: DigestAlgorithm::Sha256 };
    let clone = Profile { chip_authentication: vec![own_chip], active_authentication: Some(own_active), ..base() };
    let own = clone.contents().unwrap();
    // Its DG14 and its proof are in order; the hash is not.
    let keys = Profile { active_authentication: base().active_authentication, ..clone.clone() };
    let card = with_file(
        keys.card_with(victim.contents()).unwrap(),
        0x010E,
        own.file(Folder::Application, 0x010E).unwrap().to_vec(),
    );
    let by = [
        fails(CheckId::PaDg14, Reason::Mismatch),
        fails(CheckId::PaDataGroups, Reason::Mismatch),
        open(CHIP, Reason::KeyNotAuthenticated),
    ];
    let document = victim.refuses("own DG14", card, Verdict::Failed, &by);
    assert!(matches!(document.chip_authentication(), ChipAuthentication::Proven(_)), "the clone's proof is in order");
    // DG15 the same.
    let keys = Profile { chip_authentication: base().chip_authentication, ..clone };
    let card = with_file(
        keys.card_with(victim.contents()).unwrap(),
        0x010F,
        own.file(Folder::Application, 0x010F).unwrap().to_vec(),
    );
    let by = [fails(CheckId::PaDg15, Reason::Mismatch), open(ACTIVE, Reason::KeyNotAuthenticated)];
    victim.refuses("own DG15", card, Verdict::Failed, &by);
}

#[test]
fn x_clone_a_signed_file_of_its_own_is_nobodys() {
    // The clone's maker signs a whole EF.SOD over its own keys, under the names of the genuine authority.
    let victim = Victim::new(base());
    let own = Profile { issuer: IssuerPlan { label: "clone".into(), ..base().issuer }, ..base() };
    let by = [
        open(CheckId::PaChain, Reason::AnchorNotFound),
        open(CHIP, Reason::KeyNotAuthenticated),
        open(ACTIVE, Reason::KeyNotAuthenticated),
    ];
    let document = victim.refuses("own issuer", own.card().unwrap(), Verdict::Undetermined, &by);
    assert!(matches!(document.chip_authentication(), ChipAuthentication::Proven(_)));
    // Under the genuine authority's key identifier it is worse still: that authority did not sign it.
    let issuer = forger(&base().issuer);
    let mut ds = issuer.ds_fields();
    ds = ds.with(Extension::authority_key_id(&victim.issuer.csca_key().key_id()));
    let der = issuer.sign_with_csca(&ds).unwrap();
    let card = victim.with_certificate(&ds, &der, issuer.ds_key(), base().issuer.ds.scheme);
    victim.refuses("named", card, Verdict::Failed, &[fails(CheckId::PaChain, Reason::AnchorDoesNotVerify)]);
}

#[test]
fn x_clone_a_yes_without_new_keys_fails() {
    let victim = Victim::new(base());
    let by = [fails(CHIP, Reason::OldKeysKept)];
    let keeps = base().with_quirk(Quirk::CaKeepsOldKeys).card_with(victim.contents()).unwrap();
    let document = victim.refuses_in("old keys", keeps, Verdict::Failed, &by, &Way::COUNTER);
    assert_eq!(document.chip_authentication(), &ChipAuthentication::NotUnderNewKeys);
    let mut other = victim.card();
    other.deviate(0, Deviation::CaOtherKeys);
    victim.refuses_in("keys of nobody", other, Verdict::Failed, &by, &Way::COUNTER);
    // The clone that has no key says yes without any: it does not even know the name of the key.
    let mut blank = base();
    blank.chip_authentication[0].group = GroupId::Curve(CurveId::Secp384r1);
    let document = read(blank.card_with(victim.contents()).unwrap(), &victim.password());
    victim.refuses_document(
        "another group",
        &document,
        Verdict::Failed,
        &[fails(CHIP, Reason::Refused)],
        &Way::COUNTER,
    );
}

#[test]
fn x_clone_a_signature_over_another_challenge_fails() {
    let rsa = ActiveAuthenticationPlan { kind: KeyKind::Rsa(2048), digest: DigestAlgorithm::Sha256 };
    for active in [base().active_authentication.unwrap(), rsa] {
        let victim = Victim::new(Profile { active_authentication: Some(active), ..base() });
        for deviation in [Deviation::AaOtherChallenge, Deviation::AaOtherDigest] {
            let mut card = victim.card();
            card.deviate(0, deviation);
            // What was signed stays what it is in files and in evidence.
            let by = [fails(ACTIVE, Reason::BadSignature)];
            victim.refuses(&format!("{deviation:?}"), card, Verdict::Failed, &by);
        }
        // r or s of zero, or not below the order, and a number not below the modulus, are no signatures.
        let width = 32;
        let order = CurveId::Secp256r1.curve().order().to_vec();
        let one = [vec![0; width - 1], vec![1]].concat();
        let zero = vec![0; width];
        let pairs = [(&zero, &zero), (&zero, &one), (&one, &zero), (&order, &one), (&one, &order), (&order, &order)];
        let mut answers: Vec<Vec<u8>> = pairs.iter().map(|(r, s)| [r.as_slice(), s.as_slice()].concat()).collect();
        answers.extend([vec![0; 256], [vec![0; 255], vec![1]].concat(), vec![0xFF; 256], vec![1]]);
        for answer in answers {
            let mut card = victim.card();
            card.replay_active(answer.clone());
            victim.refuses(&format!("{answer:02X?}"), card, Verdict::Failed, &[fails(ACTIVE, Reason::BadSignature)]);
        }
    }
}

#[test]
fn x_clone_an_old_answer_to_active_authentication_fails() {
    let victim = Victim::new(base());
    let heard = read(victim.card(), &victim.password());
    let ActiveAuthentication::Answered { challenge, signature, .. } = heard.active_authentication() else {
        panic!("no answer to hear")
    };
    // The clone has chip authentication refused too, or it would have to be the chip.
    let blank = Profile { active_authentication: None, ..base() };
    let mut clone = blank.card_with(victim.contents()).unwrap();
    clone.replay_active(signature.clone());
    let document = victim.refuses("replay", clone, Verdict::Failed, &[fails(ACTIVE, Reason::BadSignature)]);
    let ActiveAuthentication::Answered { challenge: asked, chosen_by, .. } = document.active_authentication() else {
        panic!("the clone answers")
    };
    assert!(asked != challenge && *chosen_by == ChallengeSource::Reader);
    // A forger who also writes the stored proof puts the old challenge beside it: for him who knows which challenge he
    // gave it is another one, and the report says whose it was.
    let old = victim.card();
    let plan = ReadPlan::full().with_challenge(*b"counter1");
    let session = Card::connect(Box::new(old)).unwrap().open(&victim.password(), &mut go_on).unwrap();
    let document = session.read(&plan, &mut go_on).unwrap();
    let ActiveAuthentication::Answered { challenge, chosen_by, .. } = document.active_authentication() else {
        panic!("no answer")
    };
    assert_eq!((challenge, *chosen_by), (b"counter1", ChallengeSource::Caller));
    // The challenge of one reading and the answer of another are no proof in files either.
    let proofs = with_challenge_of(&document.proofs(), &heard.proofs());
    let files: Vec<_> = document.files().map(|(file, bytes)| (file, bytes.to_vec())).collect();
    let report = Document::from_files(files, Some(proofs)).verify(victim.trust(Trust::Csca), now());
    let check = report.check(ACTIVE).unwrap();
    assert_eq!((check.reason, report.verdict()), (Some(Reason::BadSignature), Verdict::Failed), "{}", lines(&report));
}

/// The proofs of one reading with the challenge of another.
fn with_challenge_of(proofs: &Proofs, other: &Proofs) -> Proofs {
    let mut mixed = serde_json::to_value(proofs).unwrap();
    mixed["active_authentication"]["challenge"] =
        serde_json::to_value(other).unwrap()["active_authentication"]["challenge"].take();
    serde_json::from_value::<Proofs>(mixed).unwrap().check().unwrap()
}

#[test]
fn x_clone_a_mapping_key_of_its_own_shows_no_chip() {
    let genuine = Profile { active_authentication: base().active_authentication, ..profile::cam() };
    let victim = Victim::new(genuine.clone());
    let GroupId::Curve(curve) = genuine.pace[0].group else { panic!("a curve") };
    let own = || Secret::new([vec![0; curve.curve().order_len() - 1], vec![7]].concat());
    // Its own key behind the genuine EF.CardSecurity.
    let mut card = victim.card();
    card.set_mapping_key(curve, own());
    let by = [fails(CheckId::ChipPaceCam, Reason::BadKey)];
    victim.refuses_in("own key", card, Verdict::Failed, &by, &Way::COUNTER);
    // An EF.CardSecurity of its own around it, signed by its own document signer.
    let forged = Profile { issuer: IssuerPlan { label: "clone".into(), ..genuine.issuer.clone() }, ..genuine };
    let mut card = victim.card();
    let mut files = card.files_mut().iter_mut();
    let file = files.find(|file| (file.folder, file.fid) == (Folder::Master, 0x011D)).unwrap();
    file.content = forged.card_security().unwrap().unwrap();
    drop(files);
    let by = [
        open(CheckId::ChipPaceCam, Reason::KeyNotAuthenticated),
        open(CheckId::AccessCardSecurity, Reason::AnchorNotFound),
    ];
    victim.refuses_in("own EF.CardSecurity", card, Verdict::Undetermined, &by, &Way::COUNTER);
}
