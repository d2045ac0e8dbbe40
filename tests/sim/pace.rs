//! PACE by every mapping in every group, the worked examples of Doc 9303-11 (App. G.2, H, I.1), and what hostile cards do.

use super::support::shared_data;
use super::terminal::{self, Stopped, authenticate, command, dynamic, inside, plain};
use super::{bytes, example};
use chipid::internals::crypto::{Cipher, CurveId, DhGroupId, Element, GroupId, Modulus, ScriptedRandom, Secret};
use chipid::internals::crypto::{KeyUse, SeededRandom, kdf, unpad};
use chipid::sim::profile::{self, Profile};
use chipid::sim::{Deviation, Mapping, PaceSuite, Quirk, SimulatedCard};
use chipid::transport::Transport;
use std::collections::BTreeMap;

const CAN: &str = "424242";

fn card_of(suites: &[PaceSuite]) -> SimulatedCard {
    let base = Profile { chip_authentication: Vec::new(), active_authentication: None, ..profile::hardened() };
    Profile { pace: suites.to_vec(), ..base }.card().unwrap()
}

/// The card's random numbers, drawn from the group again and again.
fn seeded(card: &mut SimulatedCard) {
    card.set_random(Box::new(SeededRandom::new([3; 32])));
}

/// The generator that the card maps to, from the key it shows and its private number: PK_IC = G'^SK_IC.
fn generator_of(suite: &PaceSuite) -> Element {
    let group = suite.group;
    let mut card = card_of(&[*suite]);
    seeded(&mut card);
    // The token is another's, so the card stops at the last step; its key is known by then.
    plain(&mut card, &terminal::set_at(suite, 2, false)).unwrap();
    plain(&mut card, &authenticate(false, &dynamic(None))).unwrap();
    let t = vec![9; suite.cipher.key_len()];
    plain(&mut card, &authenticate(false, &dynamic(Some((0x81, &t))))).unwrap();
    let any = group.encode(&group.generator());
    let shown = inside(&plain(&mut card, &authenticate(false, &dynamic(Some((0x83, &any))))).unwrap()).remove(0).1;
    let mut random = SeededRandom::new([3; 32]);
    let mut s = vec![0; suite.cipher.key_len().next_multiple_of(16)];
    chipid::internals::crypto::Random::fill(&mut random, &mut s).unwrap();
    let sk_ic = group.random_private(&mut random).unwrap();
    let n = Modulus::new(terminal::order(group)).unwrap();
    let inverse = n.encode(&n.invert(&n.reduce(sk_ic.expose())).unwrap());
    group.power(&Secret::new(inverse), &group.decode(&shown).unwrap()).unwrap()
}

#[test]
fn every_suite_opens_the_card_and_its_session_reads() {
    let mut count = 0;
    for suite in PaceSuite::all() {
        let generator = (suite.mapping == Mapping::Integrated).then(|| generator_of(&suite));
        let mut card = card_of(&[suite]);
        seeded(&mut card);
        let mut opened = terminal::pace(&mut card, &suite, CAN, 9, generator.as_ref()).unwrap();
        assert_eq!(opened.last[0], (0x86, opened.token_due.to_vec()), "{suite:?}");
        assert_eq!(opened.last.len(), if suite.mapping == Mapping::ChipAuthentication { 2 } else { 1 }, "{suite:?}");
        let select = command([0, 0xA4, 4, 0x0C], &bytes("A0000002471001"), None);
        assert_eq!(opened.session.exchange(&mut card, &select), Ok(Vec::new()), "{suite:?}");
        let com = opened.session.exchange(&mut card, &command([0, 0xB0, 0x9E, 0], &[], Some(4))).unwrap();
        assert_eq!((com.len(), com[0]), (4, 0x60), "{suite:?}");
        count += 1;
    }
    // Generic 14 groups, integrated 13, with 4 ciphers each; chip authentication mapping 11 curves with 3.
    assert_eq!(count, 14 * 4 + 13 * 4 + 11 * 3);
}

#[test]
fn what_the_standard_does_not_allow_is_offered_and_refused() {
    let curve = GroupId::Curve(CurveId::BrainpoolP256r1);
    let dh = GroupId::Dh(DhGroupId::Modp2048Prime256);
    let legal = PaceSuite::generic(CurveId::BrainpoolP256r1, Cipher::Aes128);
    for illegal in [
        PaceSuite::new(Mapping::ChipAuthentication, dh, Cipher::Aes128),
        PaceSuite::new(Mapping::ChipAuthentication, curve, Cipher::TripleDes),
        PaceSuite::new(Mapping::Integrated, GroupId::Curve(CurveId::Secp224r1), Cipher::Aes128),
    ] {
        assert!(!illegal.is_allowed() && PaceSuite::all().all(|suite| suite != illegal));
        let mut card = card_of(&[illegal, legal]);
        let access = card.files_mut().iter().find(|file| file.fid == 0x011C).unwrap().content.clone();
        let oid = illegal.oid();
        assert!(access.windows(oid.as_der().len()).any(|window| window == oid.as_der()));
        assert_eq!(plain(&mut card, &terminal::set_at(&illegal, 2, false)), Err(0x6A80));
        assert!(terminal::pace(&mut card, &legal, CAN, 1, None).is_ok());
    }
}

#[test]
fn several_suites_of_one_protocol_need_the_parameter() {
    let suites = [CurveId::Secp256r1, CurveId::BrainpoolP256r1].map(|curve| PaceSuite::generic(curve, Cipher::Aes128));
    let mut card = card_of(&suites);
    assert_eq!(plain(&mut card, &terminal::set_at(&suites[0], 2, false)), Err(0x6A88));
    assert_eq!(plain(&mut card, &terminal::set_at(&suites[0], 2, true)), Ok(Vec::new()));
}

#[test]
fn the_nonce_of_integrated_mapping_has_the_length_of_the_ciphers_key() {
    for cipher in Cipher::ALL {
        let suite = PaceSuite::new(Mapping::Integrated, GroupId::Curve(CurveId::Secp256r1), cipher);
        for (length, status) in [(cipher.key_len(), None), (cipher.key_len() - 1, Some(0x6A80)), (0, Some(0x6A80))] {
            let mut card = card_of(&[suite]);
            plain(&mut card, &terminal::set_at(&suite, 2, false)).unwrap();
            let z = inside(&plain(&mut card, &authenticate(false, &dynamic(None))).unwrap()).remove(0).1;
            assert_eq!(z.len(), cipher.key_len().next_multiple_of(16));
            let answer = plain(&mut card, &authenticate(false, &dynamic(Some((0x81, &vec![7; length])))));
            assert_eq!(answer, status.map_or(Ok(bytes("7C028200")), Err), "{cipher:?} {length}");
        }
    }
}

/// The values of a worked example in the shared data.
fn worked(name: &str) -> Option<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(shared_data(&format!("worked/{name}"))?).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    Some(lines.filter_map(|line| line.split_once(" = ")).map(|(key, value)| (key.into(), value.into())).collect())
}

/// The private number of a worked example as a card draws it: modulo the order, as long as the order.
fn private(group: GroupId, number: &str) -> Vec<u8> {
    let n = Modulus::new(terminal::order(group)).unwrap();
    n.encode(&n.reduce(&bytes(number)))
}

/// The commands and answers of an example, laid on the card one by one.
fn replay(card: &mut SimulatedCard, values: &BTreeMap<String, String>, steps: &[(&str, &str)]) {
    for (command, answer) in steps {
        let got = card.transmit(&bytes(&values[*command])).unwrap();
        assert_eq!(hex::encode_upper(got), values[*answer], "{command}");
    }
}

const STEPS: [(&str, &str); 4] = [
    ("apdu1.command", "apdu1.response"),
    ("apdu2.command", "apdu2.response"),
    ("apdu3.command", "apdu3.response"),
    ("apdu4.command", "apdu4.response"),
];

#[test]
fn answers_the_worked_example_of_generic_mapping_over_dh() {
    // 9303-11 App. G.2
    let Some(values) = worked("G2_pace_dh_gm.txt") else { return };
    let group = GroupId::Dh(DhGroupId::Modp1024Prime160);
    let mut profile = example("T22000129", "640812", "101031");
    profile.pace = vec![PaceSuite::new(Mapping::Generic, group, Cipher::Aes128)];
    let mut card = profile.card().unwrap();
    card.set_random(Box::new(ScriptedRandom::new([
        bytes(&values["nonce_s"]),
        private(group, &values["map.SK_IC"]),
        private(group, &values["ka.SK_IC"]),
    ])));
    replay(&mut card, &values, &STEPS);
    replay(&mut card, &values, &[("apdu5.command", "apdu5.response_table_form")]);
}

/// A card whose random numbers are those of an example of integrated mapping: the key it shows, its last answer.
fn integrated_example(values: &BTreeMap<String, String>, group: GroupId) -> (Vec<u8>, Vec<u8>) {
    let suite = PaceSuite::new(Mapping::Integrated, group, Cipher::Aes128);
    let mut card = card_of(&[suite]);
    card.set_random(Box::new(ScriptedRandom::new([bytes(&values["nonce_s"]), private(group, &values["ka.SK_IC"])])));
    plain(&mut card, &terminal::set_at(&suite, 2, false)).unwrap();
    let z = inside(&plain(&mut card, &authenticate(false, &dynamic(None))).unwrap()).remove(0).1;
    // The example's K_π belongs to another password; under the card's own the nonce is the same.
    let k_pi = kdf(Cipher::Aes128, CAN.as_bytes(), KeyUse::Password);
    assert_eq!(Cipher::Aes128.decrypt_cbc(&k_pi, &[0; 16], &z).unwrap(), bytes(&values["nonce_s"]));
    let t = bytes(&values["nonce_t"]);
    assert_eq!(plain(&mut card, &authenticate(false, &dynamic(Some((0x81, &t))))), Ok(bytes("7C028200")));
    let theirs = values.get("ka.PK_IFD").cloned().unwrap_or_else(|| format!("04{}", values["ka.PK_IFD_xy"]));
    let shown = plain(&mut card, &authenticate(false, &dynamic(Some((0x83, &bytes(&theirs)))))).unwrap();
    let shown = inside(&shown).remove(0).1;
    let answer = plain(&mut card, &authenticate(true, &dynamic(Some((0x85, &bytes(&values["T_IFD"]))))));
    let answer = answer.unwrap_or_else(|status| panic!("{status:04X}"));
    (shown, answer)
}

#[test]
fn answers_the_worked_examples_of_integrated_mapping() {
    // 9303-11 App. H.1 and H.2
    for (file, group) in [
        ("H1_pace_ecdh_im.txt", GroupId::Curve(CurveId::BrainpoolP256r1)),
        ("H2_pace_dh_im.txt", GroupId::Dh(DhGroupId::Modp1024Prime160)),
    ] {
        let Some(values) = worked(file) else { return };
        let (shown, answer) = integrated_example(&values, group);
        let due = values.get("ka.PK_IC").cloned().unwrap_or_else(|| format!("04{}", values["ka.PK_IC_xy"]));
        assert_eq!(hex::encode_upper(shown), due, "{file}");
        assert_eq!(hex::encode_upper(answer), format!("7C0A8608{}", values["T_IC"]), "{file}");
    }
}

fn cam_example(values: &BTreeMap<String, String>) -> SimulatedCard {
    let curve = CurveId::BrainpoolP256r1;
    let group = GroupId::Curve(curve);
    let mut profile = example("C11T002JM", "960812", "231031");
    profile.pace = vec![PaceSuite::new(Mapping::ChipAuthentication, group, Cipher::Aes128)];
    let mut card = profile.card().unwrap();
    // The static key is not printed; it follows: SK_IC = SK_Map,IC / CA_IC mod n.
    let n = Modulus::new(terminal::order(group)).unwrap();
    let ca_ic = n.invert(&n.reduce(&bytes(&values["cam.CA_IC"]))).unwrap();
    let static_key = n.multiply(&ca_ic, &n.reduce(&bytes(&values["map.SK_IC"])));
    let static_key = Secret::new(n.encode(&static_key));
    let public = group.power(&static_key, &group.generator()).unwrap();
    assert_eq!(hex::encode_upper(group.encode(&public)), format!("04{}", values["cam.PK_IC_xy"]));
    card.set_mapping_key(curve, static_key);
    card.set_random(Box::new(ScriptedRandom::new([
        bytes(&values["nonce_s"]),
        private(group, &values["map.SK_IC"]),
        private(group, &values["ka.SK_IC"]),
    ])));
    card
}

#[test]
fn answers_the_worked_example_of_chip_authentication_mapping() {
    // 9303-11 App. I.1; the printed document number is C11T002JM, with its check digit 4.
    let Some(values) = worked("I1_pace_cam.txt") else { return };
    let mut card = cam_example(&values);
    replay(&mut card, &values, &STEPS);
    replay(&mut card, &values, &[("apdu5.command", "apdu5.response")]);
}

#[test]
fn the_authentication_data_belongs_to_the_key_of_card_security() {
    for curve in CurveId::ALL {
        let suite = PaceSuite::new(Mapping::ChipAuthentication, GroupId::Curve(curve), Cipher::Aes192);
        let profile = Profile { pace: vec![suite], ..profile::cam() };
        let mut card = profile.card().unwrap();
        let mut opened = terminal::pace(&mut card, &suite, CAN, 4, None).unwrap();
        let (tag, data) = opened.last.remove(1);
        assert_eq!(tag, 0x8A);
        let block = Cipher::Aes192;
        let iv = block.encrypt_cbc(&opened.session.ks_enc, &[0; 16], &[0xFF; 16]).unwrap();
        let padded = block.decrypt_cbc(&opened.session.ks_enc, &iv, &data).unwrap();
        let ca_ic = Secret::from_slice(unpad(&padded).unwrap());
        assert_eq!(ca_ic.len(), curve.curve().order_len());
        // PK_Map,IC = KA(CA_IC, PK_IC) with the static key, which EF.CardSecurity holds.
        let file = opened.session.exchange(&mut card, &command([0, 0xB0, 0x9D, 0], &[], Some(65_535))).unwrap();
        let group = suite.group;
        let width = curve.curve().field_len() * 2;
        let found = file.windows(width + 2).filter(|window| window[..2] == [0, 4]).any(|window| {
            group.decode(&window[1..]).is_ok_and(|static_key| {
                group.power(&ca_ic, &static_key).is_ok_and(|key| group.encode(&key) == opened.mapping_key)
            })
        });
        assert!(found, "{curve:?}");
    }
}

/// Runs PACE with a card that deviates from the first exchange on.
fn deviating(suite: &PaceSuite, deviation: Deviation) -> SimulatedCard {
    let mut card = card_of(&[*suite]);
    card.deviate(0, deviation);
    card
}

#[test]
fn a_hostile_card_shows_keys_that_are_none() {
    for group in [GroupId::Curve(CurveId::Secp256r1), GroupId::Dh(DhGroupId::Modp2048Prime224)] {
        let suite = PaceSuite::new(Mapping::Generic, group, Cipher::Aes128);
        for deviation in [
            Deviation::PaceBadMappingPoint,
            Deviation::PaceBadMappingX,
            Deviation::PaceNeutralMappingKey,
            Deviation::PaceBadPoint,
            Deviation::PaceBadX,
            Deviation::PaceNeutralKey,
        ] {
            let mut card = deviating(&suite, deviation);
            plain(&mut card, &terminal::set_at(&suite, 2, false)).unwrap();
            plain(&mut card, &authenticate(false, &dynamic(None))).unwrap();
            let own = group.encode(&group.generator());
            let mut shown = [0x81, 0x83].map(|tag| {
                inside(&plain(&mut card, &authenticate(false, &dynamic(Some((tag, &own))))).unwrap()).remove(0).1
            });
            if format!("{deviation:?}").contains("Mapping") {
                shown.reverse();
            }
            assert!(group.decode(&shown[0]).is_ok() && group.decode(&shown[1]).is_err(), "{deviation:?} {group:?}");
        }
    }
}

#[test]
fn a_hostile_card_ends_pace_with_a_wrong_token_or_none() {
    let suite = PaceSuite::generic(CurveId::Secp256r1, Cipher::Aes128);
    for deviation in [Deviation::PaceWrongToken, Deviation::PaceTokenOfOtherCipher] {
        let opened = terminal::pace(&mut deviating(&suite, deviation), &suite, CAN, 1, None).unwrap();
        assert!(opened.last[0].0 == 0x86 && opened.last[0].1 != opened.token_due, "{deviation:?}");
    }
    // With another nonce or another generator the keys are not the same: the card finds the terminal's token wrong.
    for deviation in [Deviation::PaceOtherNonce, Deviation::PaceOtherGenerator] {
        let stopped = terminal::pace(&mut deviating(&suite, deviation), &suite, CAN, 1, None).err();
        assert_eq!(stopped, Some(Stopped(4, 0x6300)), "{deviation:?}");
    }
    let mut card = deviating(&suite, Deviation::PaceWithoutObject);
    plain(&mut card, &terminal::set_at(&suite, 2, false)).unwrap();
    assert_eq!(plain(&mut card, &authenticate(false, &dynamic(None))), Ok(bytes("7C00")));
}

#[test]
fn a_hostile_card_answers_integrated_mapping_with_data() {
    let suite = PaceSuite::new(Mapping::Integrated, GroupId::Curve(CurveId::Secp256r1), Cipher::Aes128);
    let mut card = deviating(&suite, Deviation::PaceImMappingData);
    plain(&mut card, &terminal::set_at(&suite, 2, false)).unwrap();
    plain(&mut card, &authenticate(false, &dynamic(None))).unwrap();
    let answer = plain(&mut card, &authenticate(false, &dynamic(Some((0x81, &[7; 16]))))).unwrap();
    assert_eq!(inside(&answer), [(0x82, vec![7; 16])]);
}

#[test]
fn a_hostile_card_bends_the_data_of_chip_authentication_mapping() {
    let suite = PaceSuite::new(Mapping::ChipAuthentication, GroupId::Curve(CurveId::Secp256r1), Cipher::Aes128);
    let last = |suite: &PaceSuite, deviation: Option<Deviation>| {
        let mut card = card_of(&[*suite]);
        seeded(&mut card);
        if let Some(deviation) = deviation {
            card.deviate(0, deviation);
        }
        terminal::pace(&mut card, suite, CAN, 1, None).unwrap().last.split_off(1)
    };
    let right = last(&suite, None);
    assert_eq!((right.len(), right[0].0, right[0].1.len()), (1, 0x8A, 48));
    assert_eq!(last(&suite, Some(Deviation::CamMissing)), []);
    assert_eq!(last(&suite, Some(Deviation::CamEmpty)), [(0x8A, Vec::new())]);
    assert_eq!(last(&suite, Some(Deviation::CamOddLength)), [(0x8A, right[0].1[..47].to_vec())]);
    assert_eq!(last(&suite, Some(Deviation::CamWrapped))[0].1[..2], [0x30, 48]);
    assert_eq!(last(&suite, Some(Deviation::CamDoubled)), [right[0].clone(), right[0].clone()]);
    assert_eq!(last(&suite, Some(Deviation::CamTag8b)), [(0x8B, right[0].1.clone())]);
    let other = last(&suite, Some(Deviation::CamOtherData));
    assert!(other != right && (other[0].0, other[0].1.len()) == (0x8A, 48));
    let other = last(&suite, Some(Deviation::CamWrongPadding));
    assert!(other[0].1[..32] == right[0].1[..32] && other[0].1[32..] != right[0].1[32..]);
    let generic = PaceSuite::generic(CurveId::Secp256r1, Cipher::Aes128);
    assert_eq!(last(&generic, None), []);
    assert_eq!(last(&generic, Some(Deviation::CamUnasked))[0].0, 0x8A);
}

#[test]
fn a_card_shows_tries_and_references_where_it_has_the_habit() {
    let suite = PaceSuite::generic(CurveId::Secp256r1, Cipher::Aes128);
    let profile = Profile { pace: vec![suite], ..profile::hardened() };
    let mut card = profile.clone().with_quirk(Quirk::MseShows63cx).card().unwrap();
    assert_eq!(terminal::pace(&mut card, &suite, "000000", 1, None).err(), Some(Stopped(4, 0x6300)));
    assert_eq!(plain(&mut card, &terminal::set_at(&suite, 2, false)), Err(0x63C2));
    // The warning is no refusal.
    assert!(plain(&mut card, &authenticate(false, &dynamic(None))).is_ok());
    let mut card = profile.with_quirk(Quirk::PaceShowsReferences).card().unwrap();
    let opened = terminal::pace(&mut card, &suite, CAN, 1, None).unwrap();
    let tags: Vec<u32> = opened.last.iter().map(|(tag, _)| *tag).collect();
    assert_eq!(tags, [0x86, 0x87, 0x88]);
}
