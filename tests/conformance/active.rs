//! Active authentication: the rows F of TR-03105-5.1.

use crate::case::{Case, Row, case};
use crate::desk::*;
use crate::protocols::*;
use crate::reading::lines;
use chipid::chip::{ActiveAuthentication, ChallengeSource};
use chipid::internals::crypto::{CurveId, DigestAlgorithm};
use chipid::internals::issuer::KeyKind;
use chipid::sim::{Deviation, PlantedDefect};
use chipid::{CheckId, Reason, State, Verdict, Warning};

const CHECK: CheckId = CheckId::ChipActiveAuthentication;

pub const ROWS: &[Row] = &[
    // SHA-1 is allowed here, and told.
    case("ISO7816_F_01", |case| is_proven(case, KeyKind::Rsa(2048), DigestAlgorithm::Sha1, &[Warning::Sha1])),
    case("ISO7816_F_02", ecdsa_proves_the_chip),
    case("ISO7816_F_04", |case| is_proven(case, KeyKind::Rsa(2048), DigestAlgorithm::Sha224, &[])),
    case("ISO7816_F_05", |case| is_proven(case, KeyKind::Rsa(2048), DigestAlgorithm::Sha256, &[])),
    case("ISO7816_F_06", |case| is_proven(case, KeyKind::Rsa(3072), DigestAlgorithm::Sha384, &[])),
    case("ISO7816_F_07", |case| is_proven(case, KeyKind::Rsa(4096), DigestAlgorithm::Sha512, &[])),
    case("ISO7816_F_08", a_wrong_trailer_fails),
    case("ISO7816_F_09", an_identifier_in_ef_dg14_that_is_none_of_a_signature_on_a_curve_fails),
];

/// It was made once, over a challenge of the reader's, and proves the chip with these warnings.
fn is_proven(case: &mut Case, kind: KeyKind, digest: DigestAlgorithm, warnings: &[Warning]) {
    let desk = case.desk(with_key(kind, digest));
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
    assert_eq!(check.warnings, warnings);
}

fn ecdsa_proves_the_chip(case: &mut Case) {
    for (curve, digest) in [
        (CURVE, DigestAlgorithm::Sha256),
        (CurveId::Secp224r1, DigestAlgorithm::Sha224),
        (CurveId::Secp384r1, DigestAlgorithm::Sha384),
        (CurveId::Secp521r1, DigestAlgorithm::Sha512),
    ] {
        is_proven(case, KeyKind::Ec(curve), digest, &[]);
    }
}

fn a_wrong_trailer_fails(case: &mut Case) {
    for digest in [DigestAlgorithm::Sha1, DigestAlgorithm::Sha256, DigestAlgorithm::Sha512] {
        let desk = case.desk(with_key(KeyKind::Rsa(2048), digest));
        desk.deviate(Deviation::AaWrongTrailer);
        is_unproven(&desk, CHECK, 1, State::Failed, Reason::BadSignature);
    }
}

fn an_identifier_in_ef_dg14_that_is_none_of_a_signature_on_a_curve_fails(case: &mut Case) {
    for defect in [PlantedDefect::AaInfoUnknown, PlantedDefect::AaInfoOfRsa] {
        let desk = case.desk(with_key(KeyKind::Ec(CURVE), DigestAlgorithm::Sha256));
        desk.lay(desk.profile().clone().with_defect(defect).card().unwrap());
        is_unproven(&desk, CHECK, 1, State::Failed, Reason::ForbiddenAlgorithm);
    }
}
