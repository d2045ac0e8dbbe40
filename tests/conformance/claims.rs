//! What the library claims: the head of the conformance statement, drawn from the library's own tables where it has them.

use chipid::Limits;
use chipid::crypto::{Cipher, CurveId, DhGroupId, DigestAlgorithm};
use chipid::sim::issuer::TERMINAL_PROTOCOLS;
use chipid::sim::{Mapping, PaceSuite};

/// The table of claims.
pub fn claims() -> String {
    let curves = list(CurveId::ALL.map(CurveId::name));
    let groups = list(DhGroupId::ALL.map(DhGroupId::name));
    let ciphers = list(Cipher::ALL.map(Cipher::name));
    let digests = list(DigestAlgorithm::ALL.map(DigestAlgorithm::name));
    let suites = |mapping| PaceSuite::all().filter(|suite| suite.mapping == mapping).count().to_string();
    let rows = [
        ("access without control", "read, and told as such".to_owned()),
        ("basic access control", "yes".to_owned()),
        (
            "PACE, generic mapping",
            format!("{} suites: every curve and group with every cipher", suites(Mapping::Generic)),
        ),
        (
            "PACE, integrated mapping",
            format!("{} suites: all but NIST P-224, on which it is not defined", suites(Mapping::Integrated)),
        ),
        (
            "PACE, chip authentication mapping",
            format!("{} suites: every curve, AES", suites(Mapping::ChipAuthentication)),
        ),
        ("PACE passwords", "CAN, MRZ".to_owned()),
        ("curves", curves),
        ("groups", groups),
        ("ciphers of secure messaging", ciphers),
        ("chip authentication", "version 1, DH and ECDH, 3DES and AES, one key or several".to_owned()),
        ("active authentication", "RSA by ISO/IEC 9796-2, ECDSA; SHA-1 with a warning".to_owned()),
        ("terminal authentication", format!("version 1, {} algorithms; reads DG3 and DG4", TERMINAL_PROTOCOLS.len())),
        ("signatures of EF.SOD and of certificates", "RSA PKCS #1 v1.5, RSA PSS, ECDSA (X9.62 and plain)".to_owned()),
        ("digests", format!("{digests}; SHA-1 with a warning")),
        ("lengths", format!("short; extended up to {} bytes of data in an answer", Limits::EXTENDED.answer_data())),
        ("READ BINARY", "even and odd instruction, by short identifier or by SELECT".to_owned()),
    ];
    let mut table = "| profile | claim |\n|---|---|\n".to_owned();
    for (profile, claim) in rows {
        table += &format!("| {profile} | {claim} |\n");
    }
    table
}

fn list<const N: usize>(names: [&str; N]) -> String {
    names.join(", ")
}
