//! Basic access control, and secure messaging after it and after PACE: the rows B of TR-03105-5.1; and revocation,
//! which the plan has among them.

use crate::case::{Case, Row, case};
use crate::desk::*;
use crate::outcome::step_of;
use crate::protocols::{ends_at, generic, protected_reads, sessions};
use crate::reading::{go_on, lines};
use crate::session::{Seal, the_channel_is_dead_after};
use crate::trust_changes::AddTrust as _;
use chipid::error::Step;
use chipid::internals::crypto::{Cipher, DigestAlgorithm, KeyUse, kdf};
use chipid::internals::issuer::{RevocationListFields, RevokedEntry};
use chipid::internals::pki::Certificate;
use chipid::sim::{Deviation, Profile, profile};
use chipid::{Card, CheckId, Error, Password, ReadPlan, Reason, State, Verdict};
use time::OffsetDateTime;
use time::macros::datetime;

pub const ROWS: &[Row] = &[
    case("ISO7816_B_01", a_wrong_checksum_of_mutual_authentication_opens_nothing),
    case("ISO7816_B_02", a_wrong_cryptogram_of_mutual_authentication_opens_nothing),
    case("ISO7816_B_03", a_chip_that_refuses_mutual_authentication_is_asked_once),
    case("ISO7816_B_04", a_plain_error_of_secure_messaging_ends_the_session),
    case("ISO7816_B_05", |case| the_session_ends(case, Deviation::DropMac, Seal::WithoutMac)),
    case("ISO7816_B_06", data_that_are_due_and_missing_end_the_session),
    case("ISO7816_B_07", |case| the_session_ends(case, Deviation::DropStatus, Seal::WithoutStatus)),
    case("ISO7816_B_08", |case| the_session_ends(case, Deviation::WrongMac, Seal::WrongMac)),
    // The same error as for a wrong checksum: nobody learns which of the two it was.
    case("ISO7816_B_09", |case| the_session_ends(case, Deviation::WrongPadding, Seal::WrongPadding)),
    case("ISO7816_B_10", a_revoked_document_signer_fails_the_document),
];

/// Basic access control ends with this error after EXTERNAL AUTHENTICATE, which was sent once: no keys, so nothing is sent
/// under them, and nothing else is tried. The same card object opens an honest chip next.
#[track_caller]
fn opens_nothing(desk: &Desk, code: &str, during: Option<Step>) {
    let read = |card: Card| Ok(card.open(&desk.issued.password(), &mut go_on)?.read(&ReadPlan::full(), &mut go_on)?);
    let cut = desk.inspect(read).err().unwrap();
    assert_eq!((cut.error.code().as_str(), step_of(&cut.error)), (code, during), "{}", cut.error);
    let names = desk.names();
    assert_eq!(names[names.len() - 2..], [CHALLENGE, EXTERNAL]);
    assert_eq!(desk.named(EXTERNAL).len(), 1);
    assert!(!desk.seen().contains(&Seen::Reset) && !desk.commands().iter().any(|command| is_protected(command)));
    desk.heal();
    let card = *cut.card.unwrap();
    let (_, report) = desk.inspect_with(card, read).unwrap_or_else(|cut| panic!("{}", cut.error));
    assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
    assert_eq!(desk.seen()[0], Seen::Reset);
}

const WRONG_TOKEN: &str = "protocol.wrong_token";

fn a_wrong_checksum_of_mutual_authentication_opens_nothing(case: &mut Case) {
    let desk = case.desk(profile::passport());
    desk.deviate(Deviation::BacWrongMac);
    opens_nothing(&desk, WRONG_TOKEN, Some(Step::Bac));
    // Each octet of it counts.
    for octet in 32..40 {
        let desk = case.desk(profile::passport());
        desk.change(EXTERNAL, 1, move |mut answer| {
            answer[octet] ^= 0x80;
            answer
        });
        opens_nothing(&desk, WRONG_TOKEN, Some(Step::Bac));
    }
    // One that is cut off, and one that is missing.
    for length in [39, 32, 31, 0] {
        let desk = case.desk(profile::passport());
        desk.change(EXTERNAL, 1, move |answer| [&answer[..length], &[0x90, 0x00]].concat());
        let code = if length < 32 { "protocol.bad_answer" } else { WRONG_TOKEN };
        opens_nothing(&desk, code, Some(Step::Bac));
    }
}

/// The answer to EXTERNAL AUTHENTICATE with R = RND.IC ‖ RND.IFD ‖ K.IC changed in the clear, or the cryptogram where
/// `is_clear` is not, under a right checksum (9303-11 §4.3.3).
fn resealed(profile: &Profile, answer: &[u8], is_clear: bool, change: impl Fn(&mut [u8])) -> Vec<u8> {
    let cipher = Cipher::TripleDes;
    let seed = DigestAlgorithm::Sha1.digest(&[profile.person.mrz_information().as_bytes()]);
    let (k_enc, k_mac) = (kdf(cipher, &seed[..16], KeyUse::Enc), kdf(cipher, &seed[..16], KeyUse::Mac));
    let mut e_ic = answer[..32].to_vec();
    if is_clear {
        let mut r = cipher.decrypt_cbc(&k_enc, &[0; 8], &e_ic).unwrap();
        change(&mut r);
        e_ic = cipher.encrypt_cbc(&k_enc, &[0; 8], &r).unwrap();
    } else {
        change(&mut e_ic);
    }
    let m_ic = cipher.mac(&k_mac, &e_ic).unwrap();
    [e_ic.as_slice(), &m_ic, &[0x90, 0x00]].concat()
}

/// Changes octets.
type Change = fn(&mut [u8]);

fn a_wrong_cryptogram_of_mutual_authentication_opens_nothing(case: &mut Case) {
    let desk = case.desk(profile::passport());
    desk.deviate(Deviation::BacOtherChallenge);
    opens_nothing(&desk, WRONG_TOKEN, Some(Step::Bac));
    // Another RND.IC, another RND.IFD, the two exchanged; a cryptogram that decrypts to anything.
    let exchanged = |r: &mut [u8]| r[..16].rotate_left(8);
    let changes: [(bool, Change); 6] = [
        (true, |r| r[7] ^= 1),
        (true, |r| r[8] ^= 1),
        (true, |r| r[15] ^= 0x80),
        (true, exchanged),
        (false, |e_ic| e_ic[0] ^= 1),
        (false, |e_ic| e_ic.fill(0)),
    ];
    for (is_clear, change) in changes {
        let desk = case.desk(profile::passport());
        let profile = desk.profile().clone();
        desk.change(EXTERNAL, 1, move |answer| resealed(&profile, &answer, is_clear, change));
        opens_nothing(&desk, WRONG_TOKEN, Some(Step::Bac));
    }
    // That the checksum is right: resealed without a change the chip is opened.
    let desk = case.aside(profile::passport());
    let profile = desk.profile().clone();
    desk.change(EXTERNAL, 1, move |answer| resealed(&profile, &answer, true, |_| {}));
    assert_eq!(desk.read().1.verdict(), Verdict::Genuine);
}

fn a_chip_that_refuses_mutual_authentication_is_asked_once(case: &mut Case) {
    for status in [0x6300, 0x63C2, 0x6982, 0x6985, 0x6988, 0x6A80] {
        let desk = case.desk(profile::passport());
        desk.refuse(EXTERNAL, 1, status);
        opens_nothing(&desk, "wrong_password", None);
    }
    for status in [0x6700, 0x6D00, 0x6F00, 0x6282] {
        let desk = case.desk(profile::passport());
        desk.refuse(EXTERNAL, 1, status);
        opens_nothing(&desk, "refused", Some(Step::Bac));
    }
    // The chip's own refusal of another MRZ, which says how many tries are left where the chip does.
    let desk = case.desk(profile::passport());
    desk.tamper(|_, answer| answer);
    let other = Password::mrz_parts("X00000000", "900101", "300101").unwrap();
    let read = |card: Card| Ok(card.open(&other, &mut go_on)?.read(&ReadPlan::full(), &mut go_on)?);
    let cut = desk.inspect(read).err().unwrap();
    assert!(matches!(cut.error, Error::WrongPassword { password: "MRZ", attempts_left: None }), "{}", cut.error);
    assert_eq!(desk.named(EXTERNAL).len(), 1);
    assert!(!cut.error.is_retryable());
}

fn a_plain_error_of_secure_messaging_ends_the_session(case: &mut Case) {
    for profile in sessions() {
        for at in protected_reads(&profile) {
            for status in [0x6987, 0x6988, 0x6982] {
                let desk = case.desk(profile.clone());
                let mut exchange = 0;
                desk.tamper(move |_, answer| {
                    exchange += 1;
                    if exchange == at + 1 { u16::to_be_bytes(status).to_vec() } else { answer }
                });
                let error = ends_at(&desk, at, "protocol.unprotected");
                // The status is told, and is no more than a word in the reason.
                assert!(error.to_string().contains(&format!("{status:04X}")), "{error}");
            }
        }
    }
    the_channel_is_dead_after(Seal::Plain(0x6988), "protocol.unprotected");
    the_channel_is_dead_after(Seal::Plain(0x9000), "protocol.unprotected");
}

/// What a hostile card makes of every protected answer from some exchange on ends the session in that exchange.
fn the_session_ends(case: &mut Case, deviation: Deviation, seal: Seal) {
    for profile in sessions() {
        for at in protected_reads(&profile) {
            let desk = case.desk(profile.clone());
            desk.deviate_from(at, deviation);
            let error = ends_at(&desk, at, "protocol.bad_response");
            assert!(
                error.to_string().ends_with("the protected answer is not authentic; the session is ended"),
                "{error}"
            );
        }
    }
    the_channel_is_dead_after(seal, "protocol.bad_response");
}

fn data_that_are_due_and_missing_end_the_session(case: &mut Case) {
    for profile in sessions() {
        for at in protected_reads(&profile) {
            let desk = case.desk(profile.clone());
            desk.deviate_from(at, Deviation::DropData);
            let cut = desk.try_read().err().unwrap();
            assert_eq!(cut.error.code(), "protocol.no_progress", "{}", cut.error);
            // No data may be what a chip makes of too large an Le: shorter ones are tried, a few, and nothing else.
            let after: Vec<_> = desk.names()[at..].to_vec();
            assert!(after.len() <= 6 && after.iter().all(|name| *name == READ), "{after:?}");
            desk.heal();
            assert!(desk.read().1.verdict() >= Verdict::DataAuthentic);
        }
    }
    the_channel_is_dead_after(Seal::WithoutData, "protocol.no_progress");
}

/// The moment at which the lists here are issued, some weeks before that of all inspections.
const LIST: OffsetDateTime = datetime!(2025-12-01 0:00 UTC);

/// A revocation list of the profile's authority over these certificates, revoked since that moment.
fn list(profile: &Profile, revoked: &[&[u8]], since: OffsetDateTime) -> Vec<u8> {
    let issuer = profile.issuer().unwrap();
    let entry = |der: &&[u8]| RevokedEntry::new(Certificate::parse(der).unwrap().serial(), since);
    let revoked = revoked.iter().map(entry).collect();
    issuer.sign_revocation_list(&RevocationListFields { revoked, ..issuer.revocation_list_fields(LIST) }).unwrap()
}

fn a_revoked_document_signer_fails_the_document(case: &mut Case) {
    for profile in [profile::passport(), generic()] {
        let issuer = profile.issuer().unwrap();
        // Revoked after the document was signed, and before: the signing time is the signer's own word.
        for since in [datetime!(2025-11-01 0:00 UTC), datetime!(2022-06-01 0:00 UTC)] {
            for revoked in [vec![issuer.ds()], vec![issuer.csca()], vec![issuer.csca(), issuer.ds()]] {
                let desk = case.desk(profile.clone());
                let list = list(&profile, &revoked, since);
                desk.change_trust(|trust| assert_eq!(trust.add_file("list", &list).accepted, 1));
                let (_, report) = desk.read();
                is(&report, CheckId::PaRevocation, State::Failed, Some(Reason::Revoked));
                assert_eq!(report.verdict(), Verdict::Failed, "{}", lines(&report));
            }
        }
        // A list without it says that it is good; without a list nobody knows, and it is told.
        let desk = case.aside(profile.clone());
        is(&desk.read().1, CheckId::PaRevocation, State::Undetermined, Some(Reason::RevocationNotChecked));
        let desk = case.aside(profile.clone());
        let list = list(&profile, &[], LIST);
        desk.change_trust(|trust| assert_eq!(trust.add_file("list", &list).accepted, 1));
        is(&desk.read().1, CheckId::PaRevocation, State::Successful, None);
    }
}
