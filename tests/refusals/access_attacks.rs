//! Attacks on access control: the rows AC of the conformance tables.

use super::*;
use crate::reading::mrz_only;
use chipid::access::AccessProtocol;
use chipid::internals::crypto::{Cipher, CryptoError, CurveId, DhGroupId, OsRandom, Random};
use chipid::sim::person::{Layout, Person};
use chipid::sim::profile;
use chipid::sim::{PaceSuite, Quirk};
use chipid::{Event, Options, PasswordError, Warning};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// A whole MRZ: of a Vietnamese card it gives the CAN too.
fn whole_mrz(profile: &Profile) -> Password {
    Password::mrz(&profile.mrz_lines().concat()).unwrap()
}

#[test]
fn ac_1_bac_after_pace_only_where_the_caller_says_so_after_a_reset_and_on_record() {
    let desk = Desk::new(generic().with_quirk(Quirk::PaceOffered6fff));
    let refused = desk.connect().open(&mrz_only(desk.profile()), &mut go_on).err().unwrap();
    assert_eq!((refused.error.code().as_str(), step_of(&refused.error)), ("refused", Some(Step::PaceSetAt)));
    assert_eq!(desk.names(), [CARD_ACCESS, ATR_INFO, SET_PACE]);

    desk.heal();
    let mut options = Options::default();
    options.allow_bac_after_pace = true;
    let card = desk.connect().with_options(options);
    let session = card.open(&mrz_only(desk.profile()), &mut go_on).unwrap();
    assert!(session.access().downgraded);
    let seen = desk.seen();
    let at = |name| seen.iter().rposition(|seen| matches!(seen, Seen::Command(command) if name_of(command) == name));
    let reset = seen.iter().position(|seen| *seen == Seen::Reset).unwrap();
    assert!(at(SET_PACE).unwrap() < reset && reset < at(CHALLENGE).unwrap() && at(CHALLENGE) < at(EXTERNAL));
    let document = session.read(&ReadPlan::full(), &mut go_on).unwrap();
    let report = desk.issued.report(&document);
    is(&report, CheckId::AccessProtocol, State::Undetermined, Some(Reason::DowngradeAllowed));
    assert!(report.access().unwrap().downgraded);
    // How the chip was opened says nothing of its data and of its proof.
    assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));

    // A chip without PACE is opened by BAC, and nothing is said of a downgrade.
    let desk = Desk::new(profile::passport());
    desk.is_genuine(&[CheckId::AccessProtocol]);
    assert!(!desk.names().contains(&SET_PACE));
    // An honest one is opened by PACE, whatever was allowed.
    let desk = Desk::new(generic());
    let session = desk.connect().with_options(options).open(&whole_mrz(desk.profile()), &mut go_on).unwrap();
    assert!(!session.access().downgraded && matches!(session.access().protocol, AccessProtocol::Pace(_)));
}

#[test]
fn ac_2_a_hidden_ef_card_access_is_found_by_what_is_signed() {
    let desk = Desk::new(generic());
    desk.lay(generic().with_quirk(Quirk::CardAccessHidden).card().unwrap());
    let (document, report) = desk.read_with(&whole_mrz(desk.profile()), &ReadPlan::full());
    assert_eq!(document.access().unwrap().protocol, AccessProtocol::Bac);
    is(&report, CheckId::AccessCardAccess, State::Failed, Some(Reason::PaceInfoHidden));
    assert_eq!(report.verdict(), Verdict::Failed);
    desk.is_genuine(&[CheckId::AccessCardAccess]);
    // On a line that says 6A82 for the card, to the short identifier and to the long one.
    desk.tamper(|command, answer| match name_of(command) {
        CARD_ACCESS => vec![0x6A, 0x82],
        SELECT if command.ends_with(&[0x01, 0x1C]) && !is_protected(command) => vec![0x6A, 0x82],
        _ => answer,
    });
    let (_, report) = desk.read_with(&whole_mrz(desk.profile()), &ReadPlan::full());
    is(&report, CheckId::AccessCardAccess, State::Failed, Some(Reason::PaceInfoHidden));
    assert_eq!(report.verdict(), Verdict::Failed);
}

#[test]
fn ac_3_weaker_suites_than_those_that_are_signed_fail() {
    let strong = PaceSuite::generic(CurveId::Secp384r1, Cipher::Aes256);
    let weak = PaceSuite::generic(CurveId::Secp192r1, Cipher::TripleDes);
    let weak_info = || info(weak.oid().as_der(), &[2, weak.parameter_id()]);
    let desk = Desk::new(Profile { pace: vec![weak, strong], ..generic() });
    desk.is_genuine(&[CheckId::AccessCardAccess]);
    // The stronger one taken away.
    desk.heal();
    desk.change_file(MASTER, 0x011C, |file| {
        let strong = tlv::encode(Tag::OID, strong.oid().as_der());
        *file = with_infos(file, |infos| infos.retain(|info| !info.windows(strong.len()).any(|part| part == strong)));
    });
    let (document, report) = desk.read();
    assert_eq!(document.access().unwrap().cipher, Some(Cipher::TripleDes));
    is(&report, CheckId::AccessCardAccess, State::Failed, Some(Reason::PaceInfoHidden));
    assert_eq!(report.verdict(), Verdict::Failed);
    // Another one in its place, and another one beside it.
    for beside in [false, true] {
        let desk = Desk::new(Profile { pace: vec![strong], ..generic() });
        let wide = Profile { pace: vec![weak, strong], ..generic() };
        desk.lay(wide.card_with(desk.profile().contents().unwrap()).unwrap());
        desk.change_file(MASTER, 0x011C, |file| {
            let strong = tlv::encode(Tag::OID, strong.oid().as_der());
            *file = with_infos(file, |infos| {
                infos.retain(|info| beside || !info.windows(strong.len()).any(|part| part == strong));
                infos.push(weak_info());
            });
        });
        let (_, report) = desk.read();
        let reason = if beside { Reason::CardAccessDiffers } else { Reason::PaceInfoHidden };
        is(&report, CheckId::AccessCardAccess, State::Failed, Some(reason));
        assert_eq!(report.verdict(), Verdict::Failed);
        desk.is_genuine(&[CheckId::AccessCardAccess]);
    }
}

#[test]
fn ac_4_keys_that_give_a_known_secret_are_refused_in_the_mapping_and_in_the_agreement() {
    let steps = |count| [vec![SET_PACE], vec![GENERAL; count]].concat();
    let bad = "protocol.bad_public_key";
    let same = "protocol.same_public_key";
    for profile in [generic(), dh(), cam(), integrated()] {
        for (deviation, count, code, during) in [
            (Deviation::PaceNeutralMappingKey, 2, bad, Step::PaceMapping),
            (Deviation::PaceEchoesMappingKey, 2, same, Step::PaceMapping),
            (Deviation::PaceNeutralKey, 3, bad, Step::PaceKeyAgreement),
            (Deviation::PaceEchoesKey, 3, same, Step::PaceKeyAgreement),
        ] {
            // Integrated mapping maps with no key.
            if count == 2 && profile.name == "im" {
                continue;
            }
            let desk = Desk::new(profile.clone());
            desk.deviate(deviation);
            stops(&desk, &steps(count), code, Some(during));
        }
    }
    // Infinity as one octet, and a number of the small subgroup: 1.
    let one = [vec![0; 255], vec![1]].concat();
    for (profile, key) in [(generic(), vec![0]), (dh(), one)] {
        for (step, tag, during) in [(2, 0x82, Step::PaceMapping), (3, 0x84, Step::PaceKeyAgreement)] {
            let (desk, key) = (Desk::new(profile.clone()), key.clone());
            desk.change(GENERAL, step, move |_| key_object(tag, &key));
            stops(&desk, &steps(step), bad, Some(during));
        }
    }
    // A number that is no member of the subgroup of order q.
    let group = DhGroupId::Modp2048Prime256;
    for number in [vec![2], group.prime()[..255].to_vec()] {
        let desk = Desk::new(dh());
        desk.change(GENERAL, 3, move |_| key_object(0x84, &[vec![0; 256 - number.len()], number.clone()].concat()));
        stops(&desk, &steps(3), bad, Some(Step::PaceKeyAgreement));
    }
}

#[test]
fn ac_5_parameters_that_come_from_the_card_are_never_used() {
    // Nothing else is offered.
    let desk = Desk::new(generic());
    desk.change_file(MASTER, 0x011C, |file| *file = tlv::encode(Tag::SET, &proprietary().concat()));
    stops(&desk, &[], "unsupported", None);
    // Parameters of the card's own under the number of standardized ones.
    let [_, parameters] = proprietary();
    let renamed = [&parameters[..parameters.len() - 1], &[13]].concat();
    let desk = Desk::new(generic());
    desk.lay(with_more_infos(desk.profile(), &[renamed]));
    let (document, report) = desk.read();
    assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
    let AccessProtocol::Pace(suite) = &document.access().unwrap().protocol else { panic!("not PACE") };
    assert_eq!(suite.group.name(), "brainpoolP256r1");
}

/// The operating system's random bytes, until so many commands of this name have come: then none.
struct Failing {
    wire: Arc<Mutex<Wire>>,
    name: &'static str,
    count: usize,
}

impl Random for Failing {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), CryptoError> {
        let wire = self.wire.lock().unwrap();
        let is_it = |seen: &&Seen| matches!(seen, Seen::Command(command) if name_of(command) == self.name);
        if wire.seen.iter().filter(is_it).count() >= self.count {
            return Err(CryptoError::Random);
        }
        OsRandom.fill(out)
    }
}

/// A source that is stuck.
struct Stuck(u8);

impl Random for Stuck {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), CryptoError> {
        out.fill(self.0);
        Ok(())
    }
}

/// Opens and reads with this randomness.
fn read_with_random(desk: &Desk, random: Box<dyn Random>) -> Result<Document, Error> {
    let card = Card::connect_with_random(desk.line(), random);
    let session = card.open(&mrz_only(desk.profile()), &mut go_on)?;
    Ok(session.read(&ReadPlan::full(), &mut go_on)?)
}

#[test]
fn ac_6_a_random_source_that_fails_or_is_stuck_ends_the_work_at_once() {
    for (profile, name, count, step, next) in [
        (generic(), GENERAL, 1, Step::PaceMapping, GENERAL),
        (generic(), GENERAL, 2, Step::PaceKeyAgreement, GENERAL),
        (integrated(), GENERAL, 1, Step::PaceMapping, GENERAL),
        (generic(), GENERAL, 4, Step::ChipAuthentication, SET_CHIP),
        (generic(), SET_CHIP, 1, Step::ActiveAuthentication, INTERNAL),
        (profile::passport(), CHALLENGE, 1, Step::Bac, EXTERNAL),
        (profile::passport(), EXTERNAL, 1, Step::ChipAuthentication, SET_CHIP),
    ] {
        let desk = Desk::new(profile);
        let random = Failing { wire: Arc::clone(&desk.wire), name, count };
        let error = read_with_random(&desk, Box::new(random)).err().unwrap();
        assert_eq!((error.code().as_str(), step_of(&error)), ("protocol.crypto", Some(step)), "{error}");
        // The command that had no bytes was not sent.
        assert_eq!(desk.named(next).len(), if next == name { count } else { 0 }, "{step:?}");
        desk.heal();
        let document = read_with_random(&desk, Box::new(OsRandom)).unwrap();
        assert_eq!(desk.issued.report(&document).verdict(), Verdict::Genuine);
    }
    // All zeros are no key, and neither are all ones.
    for octet in [0x00, 0xFF] {
        let desk = Desk::new(generic());
        let error = read_with_random(&desk, Box::new(Stuck(octet))).err().unwrap();
        assert_eq!((error.code().as_str(), step_of(&error)), ("protocol.crypto", Some(Step::PaceMapping)));
    }
    // Without the feature for tests there is no other source than the operating system's.
    let guarded = "#[cfg(feature = \"sim\")]\n";
    let random = include_str!("../../src/crypto/random.rs");
    for item in ["pub struct SeededRandom", "pub struct ScriptedRandom"] {
        assert!(random.contains(&format!("{guarded}{item}")), "{item}");
    }
    let card = include_str!("../../src/reading/card.rs");
    assert!(card.contains("#[cfg(feature = \"sim\")]\n    pub fn connect_with_random"));
}

#[test]
fn ac_7_pace_goes_before_bac_the_can_before_the_mrz_and_bac_is_told() {
    let desk = Desk::new(generic());
    let (_, report) = desk.read_with(&whole_mrz(desk.profile()), &ReadPlan::full());
    let access = report.access().unwrap();
    assert_eq!((access.protocol, access.password), ("pace", Some("can")));
    assert!(!report.check(CheckId::AccessProtocol).unwrap().warnings.contains(&Warning::BasicAccessControl));
    let sets = desk.named(SET_PACE);
    assert_eq!(sets.len(), 1);
    assert!(objects(&data_of(&sets[0])).contains(&(0x83, vec![0x02])));

    let desk = Desk::new(profile::passport());
    let (_, report) = desk.read();
    assert_eq!(report.access().unwrap().protocol, "bac");
    let check = report.check(CheckId::AccessProtocol).unwrap();
    assert!(check.warnings.contains(&Warning::BasicAccessControl) && check.compared.starts_with("BAC"));
}

#[test]
fn ac_8_no_password_is_tried_twice_and_tries_left_are_told_before_one_is_spent() {
    let wrong = || Password::can("999999").unwrap();
    // One try, and the card is given back.
    let desk = Desk::new(generic().with_quirk(Quirk::WrongPassword63cx));
    let first = desk.connect().open(&wrong(), &mut go_on).err().unwrap();
    assert!(matches!(first.error, Error::WrongPassword { attempts_left: Some(2), .. }), "{}", first.error);
    assert_eq!((desk.named(SET_PACE).len(), desk.named(GENERAL).len()), (1, 4));
    assert!(!first.error.is_retryable());
    let second = first.card.open(&wrong(), &mut go_on).err().unwrap();
    assert!(matches!(second.error, Error::WrongPassword { attempts_left: Some(1), .. }), "{}", second.error);
    assert_eq!(desk.named(SET_PACE).len(), 2);
    // Two passwords that were given are tried once each.
    let desk = Desk::new(generic());
    let other = Password::mrz_parts("X00000000", "900101", "300101").unwrap();
    let both = desk.connect().open(&wrong().or(other), &mut go_on).err().unwrap();
    assert!(matches!(both.error, Error::WrongPassword { password: "MRZ", .. }), "{}", both.error);
    let references: Vec<_> = desk.named(SET_PACE).iter().map(|set| objects(&data_of(set))[1].clone()).collect();
    assert_eq!(references, [(0x83, vec![2]), (0x83, vec![1])]);
    // Blocked: nothing is spent.
    let desk = Desk::new(generic());
    desk.refuse(SET_PACE, 1, 0x63C0);
    let blocked = desk.connect().open(&desk.issued.password(), &mut go_on).err().unwrap();
    assert!(matches!(blocked.error, Error::PasswordBlocked("CAN")), "{}", blocked.error);
    assert_eq!(desk.names(), [CARD_ACCESS, ATR_INFO, SET_PACE]);
    // The last one: only if the caller goes on.
    for goes_on in [false, true] {
        let desk = Desk::new(generic());
        desk.refuse(SET_PACE, 1, 0x63C1);
        let mut told = Vec::new();
        let mut show = |event: Event<'_>| match event {
            Event::TriesLeft { password, left } => {
                told.push((password, left));
                if goes_on { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            }
            _ => ControlFlow::Continue(()),
        };
        let opened = desk.connect().open(&desk.issued.password(), &mut show);
        assert_eq!(told, [("CAN", 1)]);
        if goes_on {
            assert!(opened.is_ok());
        } else {
            assert!(matches!(opened.err().unwrap().error, Error::Cancelled));
            assert_eq!(desk.named(GENERAL).len(), 0);
        }
    }
}

#[test]
fn ac_9_a_card_that_takes_its_time_after_a_wrong_password_is_not_broken() {
    for profile in [generic(), profile::passport()] {
        let desk = Desk::new(profile.with_quirk(Quirk::SlowAfterFailure));
        let began = Instant::now();
        let other = Password::mrz_parts("X00000000", "900101", "300101").unwrap();
        let wrong = desk.connect().open(&other, &mut go_on).err().unwrap();
        assert!(matches!(wrong.error, Error::WrongPassword { .. }), "{}", wrong.error);
        assert!(began.elapsed() >= Duration::from_millis(500));
        let session = wrong.card.open(&mrz_only(desk.profile()), &mut go_on).unwrap();
        let report = desk.issued.report(&session.read(&ReadPlan::full(), &mut go_on).unwrap());
        assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
    }
}

#[test]
fn ac_10_nothing_of_one_try_is_sent_in_another_or_told_in_an_error() {
    // BAC: a challenge and a cryptogram of its own for each try, also where the card repeats its challenge.
    let desk = Desk::new(Profile { seed: Some("the same".into()), ..profile::passport() });
    let other = || Password::mrz_parts("X00000000", "900101", "300101").unwrap();
    let mut cryptograms = Vec::new();
    for _ in 0..3 {
        desk.heal();
        let wrong = desk.connect().open(&other(), &mut go_on).err().unwrap();
        assert_eq!(desk.named(CHALLENGE).len(), 1);
        let sent = data_of(&desk.named(EXTERNAL)[0]);
        let text = format!("{} {:?} {}", wrong.error, wrong, wrong.error.remedy());
        for part in sent.windows(4) {
            assert!(!text.contains(&hex::encode(part)) && !text.contains(&hex::encode_upper(part)));
        }
        assert!(!cryptograms.contains(&sent));
        cryptograms.push(sent);
    }
    // PACE: an error tells the step and no more, whichever part of a password or a key was wrong.
    let desk = Desk::new(generic());
    let wrong = desk.connect().open(&other(), &mut go_on).err().unwrap();
    let another = Desk::new(Profile { person: Person::utopian(), layout: Layout::Td1, ..profile::hardened() });
    let elsewhere = another.connect().open(&other(), &mut go_on).err().unwrap();
    assert_eq!(wrong.error.to_string(), elsewhere.error.to_string());
}

#[test]
fn ac_11_a_misread_mrz_costs_no_try_and_its_variants_open_the_chip() {
    // A check digit that does not hold is found before a card is asked.
    let profile = profile::passport();
    let [first, second] = profile.mrz_lines().try_into().unwrap();
    let misread = |at: usize| {
        let digit = second.as_bytes()[at];
        let other = if digit == b'0' { b'1' } else { b'0' };
        format!("{first}{}{}{}", &second[..at], char::from(other), &second[at + 1..])
    };
    for at in [9, 13, 19, 21, 27] {
        assert!(matches!(Password::mrz(&misread(at)), Err(PasswordError::CheckDigit)), "{at}");
    }
    // Spaces, line breaks, small letters and fillers are no difference.
    let person = profile.person.clone();
    let number = person.document_number.trim_end_matches('<').to_lowercase();
    for number in [number.clone(), format!("{number}<"), format!(" {number} ")] {
        let desk = Desk::new(profile.clone());
        let password = Password::mrz_parts(&number, &person.birth, &person.expiry).unwrap();
        let (_, report) = desk.read_with(&password, &ReadPlan::full());
        assert_eq!(report.verdict(), Verdict::Genuine, "{number}");
    }
    let desk = Desk::new(profile.clone());
    let text = format!(" {} \r\n{}\n", first.to_lowercase(), second.to_lowercase());
    let (_, report) = desk.read_with(&Password::mrz(&text).unwrap(), &ReadPlan::full());
    assert_eq!(report.verdict(), Verdict::Genuine);
    // A number of more than nine characters goes on in the optional data of TD1.
    for (bac, pace) in [(true, Vec::new()), (false, profile::hardened().pace)] {
        let person = Person { document_number: "D23145890734".into(), ..profile::hardened().person };
        let desk = Desk::new(Profile { bac, pace, person, can: None, ..profile::hardened() });
        let parts = &desk.profile().person;
        let whole = whole_mrz(desk.profile());
        let in_parts = Password::mrz_parts(&parts.document_number, &parts.birth, &parts.expiry).unwrap();
        for password in [whole, in_parts] {
            desk.heal();
            let (_, report) = desk.read_with(&password, &ReadPlan::full());
            assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
            assert_eq!(report.access().unwrap().password, Some("mrz"));
        }
    }
}
