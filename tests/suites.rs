//! Is a card read and judged with every curve, cipher, key and signature algorithm that the library has?
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "support/reading.rs"]
mod reading;

use chipid::internals::crypto::{Cipher, CurveId, DigestAlgorithm, GroupId};
use chipid::internals::issuer::{CurveForm, IssuerPlan, KeyKind, KeyPlan, Scheme};
use chipid::sim::profile::{ActiveAuthenticationPlan, ChipAuthenticationPlan};
use chipid::sim::{PaceSuite, Profile, profile};
use chipid::{CheckId, Verdict, Warning};
use reading::{lines, read, report};

/// The curves of PACE and chip authentication (9303-11 §9.5.1), without the old 192-bit ones.
const CURVES: [CurveId; 9] = [
    CurveId::BrainpoolP224r1,
    CurveId::BrainpoolP256r1,
    CurveId::BrainpoolP320r1,
    CurveId::BrainpoolP384r1,
    CurveId::BrainpoolP512r1,
    CurveId::Secp224r1,
    CurveId::Secp256r1,
    CurveId::Secp384r1,
    CurveId::Secp521r1,
];
const CIPHERS: [Cipher; 4] = [Cipher::TripleDes, Cipher::Aes128, Cipher::Aes192, Cipher::Aes256];
const DIGESTS: [DigestAlgorithm; 5] = [
    DigestAlgorithm::Sha1,
    DigestAlgorithm::Sha224,
    DigestAlgorithm::Sha256,
    DigestAlgorithm::Sha384,
    DigestAlgorithm::Sha512,
];

/// A card without EF.CardAccess' own copy of what DG14 says, so that suites can be put together freely.
fn base() -> Profile {
    Profile { full_card_access: false, ..profile::hardened() }
}

#[test]
fn pace_and_chip_authentication_over_every_curve_with_every_cipher() {
    let mut cases = 0;
    for (row, curve) in CURVES.into_iter().enumerate() {
        for (column, cipher) in CIPHERS.into_iter().enumerate() {
            // Another curve, another cipher: the two protocols do not lean on each other.
            let chip = ChipAuthenticationPlan {
                group: GroupId::Curve(CURVES[(row + 4) % CURVES.len()]),
                cipher: CIPHERS[(column + row) % CIPHERS.len()],
                key_id: (row % 2 == 0).then_some(7),
                form: if column % 2 == 0 { CurveForm::Named } else { CurveForm::Explicit },
            };
            let profile =
                Profile { pace: vec![PaceSuite::generic(curve, cipher)], chip_authentication: vec![chip], ..base() };
            let report = report(&profile);
            let name = format!("{} with {}, CA {}", curve.name(), cipher.name(), lines(&report));
            assert_eq!(report.verdict(), Verdict::Genuine, "{name}");
            let access = report.access().unwrap();
            assert_eq!((access.parameter, access.cipher), (Some(curve.name()), Some(cipher.name())), "{name}");
            assert!(report.check(CheckId::ChipChipAuthentication).unwrap().is_successful(), "{name}");
            cases += 1;
        }
    }
    println!("{cases} cards");
    assert_eq!(cases, 36);
}

#[test]
fn the_strongest_suite_of_several_is_chosen_and_named() {
    let weak = PaceSuite::generic(CurveId::Secp224r1, Cipher::TripleDes);
    let strong = PaceSuite::generic(CurveId::BrainpoolP384r1, Cipher::Aes256);
    let twin = PaceSuite::generic(CurveId::BrainpoolP256r1, Cipher::Aes256);
    let profile = Profile { pace: vec![weak, twin, strong], ..base() };
    let report = report(&profile);
    assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
    let access = report.access().unwrap();
    assert_eq!(access.parameter, Some("brainpoolP384r1"));
    assert_eq!(access.offered.len(), 3);
}

#[test]
fn several_chip_authentication_keys_are_told_apart_by_their_numbers() {
    let key = |curve, cipher, number| ChipAuthenticationPlan {
        group: GroupId::Curve(curve),
        cipher,
        key_id: Some(number),
        form: CurveForm::Named,
    };
    let keys = vec![
        key(CurveId::Secp256r1, Cipher::TripleDes, 1),
        key(CurveId::BrainpoolP384r1, Cipher::Aes256, 2),
        key(CurveId::Secp224r1, Cipher::Aes128, 3),
    ];
    let report = report(&Profile { chip_authentication: keys, ..base() });
    assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
    let check = report.check(CheckId::ChipChipAuthentication).unwrap();
    assert_eq!(check.compared, "brainpoolP384r1, aes-256");
}

#[test]
fn active_authentication_with_every_key_and_digest() {
    let mut cases = 0;
    for digest in DIGESTS {
        for bits in [1024, 2048, 3072] {
            let plan = ActiveAuthenticationPlan { kind: KeyKind::Rsa(bits), digest };
            let report = report(&Profile { active_authentication: Some(plan), ..base() });
            assert_eq!(report.verdict(), Verdict::Genuine, "RSA-{bits} {}\n{}", digest.name(), lines(&report));
            cases += 1;
        }
        for curve in CURVES {
            let plan = ActiveAuthenticationPlan { kind: KeyKind::Ec(curve), digest };
            let report = report(&Profile { active_authentication: Some(plan), ..base() });
            // SHA-1 is no hash of ECDSA here, and the hash is no longer than the key (9303-11 §6.1.2.3).
            let is_allowed = digest != DigestAlgorithm::Sha1 && digest.len() <= curve.curve().order_len();
            let due = if is_allowed { Verdict::Genuine } else { Verdict::Failed };
            assert_eq!(report.verdict(), due, "{} {}\n{}", curve.name(), digest.name(), lines(&report));
            cases += 1;
        }
    }
    println!("{cases} cards");
}

#[test]
fn rsa_2048_active_authentication_over_a_short_only_line() {
    let profile = profile::vn().with_max_answer(256);
    let report = report(&profile);
    assert!(report.check(CheckId::ChipActiveAuthentication).unwrap().is_successful(), "{}", lines(&report));
}

fn issuer(csca: KeyPlan, ds: KeyPlan) -> IssuerPlan {
    let plan = IssuerPlan::new("UT", "UTO", "Invented Passport Office", csca, ds);
    IssuerPlan { document_types: vec!["P".into()], ..plan }
}

#[test]
fn signatures_of_every_algorithm_are_verified() {
    let mut plans = Vec::new();
    for digest in DIGESTS {
        plans.push(KeyPlan::rsa(2048, digest));
        plans.push(KeyPlan { scheme: Scheme::RsaEncryption(digest), ..KeyPlan::rsa(3072, digest) });
        plans.push(KeyPlan::pss(2048, digest, u8::try_from(digest.len()).unwrap()));
        plans.push(KeyPlan {
            scheme: Scheme::RsaPss { digest, mgf: DigestAlgorithm::Sha1, salt: 0 },
            ..KeyPlan::rsa(3072, digest)
        });
        for curve in CURVES {
            plans.push(KeyPlan::ecdsa(curve, digest));
        }
        let plain = Scheme::EcdsaPlain(digest);
        plans.push(KeyPlan { form: CurveForm::Named, scheme: plain, ..KeyPlan::ecdsa(CurveId::Secp256r1, digest) });
    }
    let csca = KeyPlan::ecdsa(CurveId::BrainpoolP256r1, DigestAlgorithm::Sha256);
    for plan in &plans {
        // rsaEncryption is an algorithm of signer infos, not of certificates; the DS signs only EF.SOD here.
        let issuer = issuer(csca, *plan);
        let profile = Profile { issuer, ..profile::plain() };
        let report = report(&profile);
        let name = format!("{:?} {:?}\n{}", plan.kind, plan.scheme, lines(&report));
        assert_eq!(report.verdict(), Verdict::DataAuthentic, "{name}");
        let signature = report.check(CheckId::PaSignature).unwrap();
        let is_sha1 = plan.scheme.digest() == DigestAlgorithm::Sha1;
        assert_eq!(signature.warnings.contains(&Warning::Sha1), is_sha1, "{name}");
    }
    for plan in plans.iter().filter(|plan| !matches!(plan.scheme, Scheme::RsaEncryption(_))).step_by(3) {
        let ds = KeyPlan::ecdsa(CurveId::Secp256r1, DigestAlgorithm::Sha256);
        let issuer = issuer(*plan, ds);
        let report = report(&Profile { issuer, ..profile::plain() });
        assert_eq!(report.verdict(), Verdict::DataAuthentic, "CSCA {:?}\n{}", plan.scheme, lines(&report));
    }
    println!("{} signature algorithms", plans.len());
}

#[test]
fn each_byte_order_of_the_session_stays_the_same_for_many_random_keys() {
    // Leading zeros of coordinates and secrets come up once in 256 runs; `CHIPID_FULL=1` runs thousands.
    let runs = if std::env::var_os("CHIPID_FULL").is_some() { 4096 } else { 24 };
    let profile = profile::plain();
    let profile = Profile {
        pace: vec![PaceSuite::generic(CurveId::Secp256r1, Cipher::Aes128)],
        can: Some("123456".into()),
        ..profile
    };
    for _ in 0..runs {
        assert!(read(&profile).exchanges() > 0);
    }
}
