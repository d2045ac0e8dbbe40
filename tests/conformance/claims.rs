//! What the library claims: the head of the conformance statement, drawn from the library itself wherever it can be asked.

use chipid::internals::crypto::{Cipher, CurveId, DhGroupId, DigestAlgorithm, RsaPublicKey, SignatureAlgorithm};
use chipid::internals::issuer::{Scheme, TERMINAL_PROTOCOLS};
use chipid::internals::tlv::{self, Tag};
use chipid::lds::{DataGroup, FileId};
use chipid::reading::Options;
use chipid::sim::{Mapping, PaceSuite};
use chipid::{Budget, Limits};

/// The table of claims.
pub fn claims() -> String {
    let curves = list(CurveId::ALL.map(CurveId::name));
    let groups = list(DhGroupId::ALL.map(DhGroupId::name));
    let ciphers = list(Cipher::ALL.map(Cipher::name));
    let suites = |mapping| PaceSuite::all().filter(|suite| suite.mapping == mapping).count();
    let (rsa, ecdsa): (Vec<_>, Vec<_>) = TERMINAL_PROTOCOLS.into_iter().partition(|(_, is_rsa)| *is_rsa);
    let (budget, extended) = (Budget::default(), Limits::EXTENDED.answer_data());
    let rows = [
        ("access without control", "yes, and told as such".to_owned()),
        ("basic access control", "yes, where the chip offers no PACE; told by a warning".to_owned()),
        ("BAC after a failed PACE", (if Options::default().allow_bac_after_pace { "yes" } else { "no" }).to_owned()),
        ("PACE, generic mapping", format!("yes, {} suites", suites(Mapping::Generic))),
        ("PACE, integrated mapping", format!("yes, {} suites", suites(Mapping::Integrated))),
        ("PACE, chip authentication mapping", format!("yes, {} suites", suites(Mapping::ChipAuthentication))),
        ("PACE passwords", "CAN, MRZ".to_owned()),
        ("curves, all protocols", curves),
        ("groups, all protocols", groups),
        (
            "domain parameters of the chip's own",
            "no; explicit ones of certificates and keys must be those of a curve above".to_owned(),
        ),
        ("ciphers of secure messaging", ciphers),
        ("chip authentication", "version 1, by MSE:Set KAT and by MSE:Set AT with GENERAL AUTHENTICATE".to_owned()),
        ("active authentication", "RSA by ISO/IEC 9796-2, ECDSA".to_owned()),
        (
            "terminal authentication",
            format!("version 1, {} algorithms with RSA, {} with ECDSA", rsa.len(), ecdsa.len()),
        ),
        ("signatures", signatures()),
        ("digests", digests()),
        ("RSA moduli", moduli()),
        ("data groups as values", data_groups()),
        ("machine readable zone", "TD1, TD2 and TD3; DG1 against the printed one, where that is given".to_owned()),
        (
            "biometric records",
            "ISO/IEC 19794-4, -5, -6 and 39794-4, -5, -6; images handed out, never decoded".to_owned(),
        ),
        ("READ BINARY", "even and odd instruction; by short identifier, by SELECT".to_owned()),
        (
            "lengths",
            format!("short; extended up to {extended} bytes of data in an answer; command chaining, GET RESPONSE"),
        ),
        (
            "a card's budget",
            format!(
                "{} exchanges, {} bytes, {} bytes a file, {} seconds",
                budget.exchanges,
                budget.bytes,
                budget.file_bytes,
                budget.time.as_secs()
            ),
        ),
    ];
    let mut table = "| profile | claim |\n|---|---|\n".to_owned();
    rows.into_iter().for_each(|(profile, claim)| table += &format!("| {profile} | {claim} |\n"));
    table
}

fn list<const N: usize>(names: [&str; N]) -> String {
    names.join(", ")
}

/// An identifier without parameters.
fn identifier(oid: &[u8]) -> Vec<u8> {
    tlv::encode(Tag::SEQUENCE, &tlv::encode(Tag::OID, oid))
}

/// The algorithms whose identifiers the library reads, by kind, with their digests.
fn signatures() -> String {
    let digests = DigestAlgorithm::ALL;
    // 1.2.840.10040.4.3 with SHA-1, 2.16.840.1.101.3.4.3.1 and .2 with SHA-224 and SHA-256.
    let dsa = ["2A8648CE380403", "608648016503040301", "608648016503040302"];
    let kinds: [(&str, Vec<Vec<u8>>); 6] = [
        ("RSA PKCS #1 v1.5", digests.map(|digest| Scheme::RsaPkcs1(digest).algorithm_identifier()).to_vec()),
        ("rsaEncryption", vec![Scheme::RsaEncryption(DigestAlgorithm::Sha256).algorithm_identifier()]),
        (
            "RSA PSS",
            digests.map(|digest| Scheme::RsaPss { digest, mgf: digest, salt: 32 }.algorithm_identifier()).to_vec(),
        ),
        ("ECDSA X9.62", digests.map(|digest| Scheme::Ecdsa(digest).algorithm_identifier()).to_vec()),
        ("ECDSA plain", digests.map(|digest| Scheme::EcdsaPlain(digest).algorithm_identifier()).to_vec()),
        ("DSA", dsa.map(|oid| identifier(&hex::decode(oid).unwrap())).to_vec()),
    ];
    let told = kinds.map(|(kind, identifiers)| {
        let known = identifiers.iter().filter_map(|der| SignatureAlgorithm::from_algorithm_identifier(der).ok());
        let digests: Vec<&str> =
            known.map(|(algorithm, _)| algorithm.digest().map_or("any digest", DigestAlgorithm::name)).collect();
        format!("{kind} ({})", if digests.is_empty() { "no".to_owned() } else { digests.join(", ") })
    });
    told.join("; ")
}

/// The digests, with a warning where there is one.
fn digests() -> String {
    let warned = |digest| if digest == DigestAlgorithm::Sha1 { " (deprecated: a warning)" } else { "" };
    let told = DigestAlgorithm::ALL.map(|digest| format!("{}{}", digest.name(), warned(digest)));
    told.join(", ")
}

/// The shortest and the longest modulus that is taken, in bits.
fn moduli() -> String {
    let is_taken = |bits: &usize| {
        let mut modulus = vec![0x80; bits / 8];
        modulus[0] = 0x80;
        *modulus.last_mut().unwrap() = 0x01;
        RsaPublicKey::new(&modulus, &[1, 0, 1]).is_ok()
    };
    let taken: Vec<usize> = (512..=16_384).step_by(256).filter(is_taken).collect();
    format!("{} to {} bits", taken[0], taken[taken.len() - 1])
}

/// The data groups that have a value of their own in the report's checks.
fn data_groups() -> String {
    let has_value = |group: &DataGroup| {
        let id = format!("lds.dg{}", group.number());
        FileId::DataGroup(*group).tag().is_some() && chipid::CheckId::from_code(&id).is_some()
    };
    let (with, without): (Vec<DataGroup>, Vec<DataGroup>) = DataGroup::all().partition(has_value);
    let names = |groups: &[DataGroup]| groups.iter().map(DataGroup::to_string).collect::<Vec<_>>().join(", ");
    format!("{}; by their hash alone {}", names(&with), names(&without))
}
