//! Active authentication: the rows F of TR-03105-5.1.

use super::*;
use chipid::Warning;
use chipid::chip::{ActiveAuthentication, ChallengeSource};
use chipid::crypto::{CurveId, DigestAlgorithm};
use chipid::sim::Defect;
use chipid::sim::issuer::KeyKind;
use chipid::sim::profile::{self, ActiveAuthenticationPlan};

pub const CHECK: CheckId = CheckId::ChipActiveAuthentication;

/// A card whose only proof is active authentication.
pub fn with_key(kind: KeyKind, digest: DigestAlgorithm) -> Profile {
    let active_authentication = Some(ActiveAuthenticationPlan { kind, digest });
    Profile { chip_authentication: Vec::new(), full_card_access: false, active_authentication, ..profile::vn() }
}

/// It was made once, over a challenge of the reader's, and proves the chip.
fn is_proven(kind: KeyKind, digest: DigestAlgorithm) -> Vec<Warning> {
    let desk = Desk::new(with_key(kind, digest));
    let (document, report) = desk.read();
    assert!(matches!(
        document.active_authentication(),
        ActiveAuthentication::Answered { chosen_by: ChallengeSource::Reader, .. }
    ));
    is(&report, CHECK, State::Successful, None);
    assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
    assert_eq!(desk.named(INTERNAL).len(), 1);
    let check = report.check(CHECK).unwrap();
    assert!(check.compared.ends_with(digest.name()), "{}", check.compared);
    check.warnings.clone()
}

/// It does not prove the card that lies on the reader; an honest one is proven next.
pub fn is_unproven(desk: &Desk, state: State, reason: Reason) {
    let (_, report) = desk.read();
    is(&report, CHECK, state, Some(reason));
    let worth = if state == State::Failed { Verdict::Failed } else { Verdict::Undetermined };
    assert_eq!(report.verdict(), worth, "{}", lines(&report));
    assert_eq!(desk.named(INTERNAL).len(), 1);
    desk.is_genuine(&[CHECK]);
}

#[test]
fn f_01_rsa_with_sha_1_proves_the_chip_and_warns() {
    assert_eq!(is_proven(KeyKind::Rsa(2048), DigestAlgorithm::Sha1), [Warning::Sha1]);
}

#[test]
fn f_02_ecdsa_proves_the_chip() {
    for (curve, digest) in [
        (CurveId::BrainpoolP256r1, DigestAlgorithm::Sha256),
        (CurveId::Secp224r1, DigestAlgorithm::Sha224),
        (CurveId::Secp384r1, DigestAlgorithm::Sha384),
        (CurveId::Secp521r1, DigestAlgorithm::Sha512),
    ] {
        assert_eq!(is_proven(KeyKind::Ec(curve), digest), []);
    }
}

#[test]
fn f_04_rsa_with_sha_224_proves_the_chip() {
    assert_eq!(is_proven(KeyKind::Rsa(2048), DigestAlgorithm::Sha224), []);
}

#[test]
fn f_05_rsa_with_sha_256_proves_the_chip() {
    assert_eq!(is_proven(KeyKind::Rsa(2048), DigestAlgorithm::Sha256), []);
}

#[test]
fn f_06_rsa_with_sha_384_proves_the_chip() {
    assert_eq!(is_proven(KeyKind::Rsa(3072), DigestAlgorithm::Sha384), []);
}

#[test]
fn f_07_rsa_with_sha_512_proves_the_chip() {
    assert_eq!(is_proven(KeyKind::Rsa(4096), DigestAlgorithm::Sha512), []);
}

#[test]
fn f_08_a_wrong_trailer_fails() {
    for digest in [DigestAlgorithm::Sha1, DigestAlgorithm::Sha256, DigestAlgorithm::Sha512] {
        let desk = Desk::new(with_key(KeyKind::Rsa(2048), digest));
        desk.deviate(Deviation::AaWrongTrailer);
        is_unproven(&desk, State::Failed, Reason::BadSignature);
    }
}

#[test]
fn f_09_an_identifier_in_ef_dg14_that_is_none_of_a_signature_on_a_curve_fails() {
    for defect in [Defect::AaInfoUnknown, Defect::AaInfoOfRsa] {
        let desk = Desk::new(with_key(KeyKind::Ec(CurveId::BrainpoolP256r1), DigestAlgorithm::Sha256));
        desk.lay(desk.profile().clone().with_defect(defect).card().unwrap());
        is_unproven(&desk, State::Failed, Reason::ForbiddenAlgorithm);
    }
}
