//! Vectors of active authentication, judged as a whole document is: the key stands in DG15, the digest of ECDSA in DG14,
//! and EF.SOD covers both; the chip's answer is a stored proof.

#[allow(dead_code)]
#[path = "../support/paper.rs"]
mod paper;

use crate::format::{Failure, Vector, same};
use crate::trust_changes::AddTrust as _;
use chipid::checks::{CheckId, Reason, State, Tolerances, Warning};
use chipid::document::Proofs;
use chipid::internals::crypto::DigestAlgorithm;
use chipid::internals::oid;
use chipid::internals::tlv::{Tag, encode, encode_all};
use chipid::lds::{DataGroup, FileId};
use chipid::trust::TrustStore;
use std::time::{Duration, SystemTime};

/// `spki`, `digest_of_dg14` for ECDSA where DG14 names one, `challenge`, `signature`; `finding` is the state of the check
/// and its reason, `warnings` what is worth knowing, `digest` that which the trailer of RSA names.
pub fn active_authentication(vector: &Vector) -> Result<(), Failure> {
    let (spki, challenge, signature) = (vector.hex("spki")?, vector.hex("challenge")?, vector.hex("signature")?);
    let (finding, warnings) = (vector.text("finding")?, vector.optional("warnings").unwrap_or_default());
    let digest = vector.optional("digest");
    let of_dg14 = vector.optional("digest_of_dg14");
    let of_dg14 = of_dg14.map(|_| vector.named("digest_of_dg14", &DigestAlgorithm::ALL, DigestAlgorithm::name));

    let mut document = paper::Document::new();
    document.files.insert(14, dg14(of_dg14.transpose()?));
    document.files.insert(15, encode(Tag(0x6F), &spki));
    let group = |number| FileId::DataGroup(DataGroup::new(number).unwrap());
    let mut files: Vec<_> = document.files.iter().map(|(number, file)| (group(*number), file.clone())).collect();
    files.push((FileId::Sod, document.sod()));
    let mut trust = TrustStore::empty();
    trust.add_certificate(&document.csca_der()).unwrap();
    let proofs = serde_json::json!({
        "schema": "chipid.proofs/1",
        "active_authentication": {
            "outcome": "answered",
            "challenge": hex::encode(challenge),
            "chosen_by": "reader",
            "signature": hex::encode(signature),
        },
    });
    let proofs: Proofs = serde_json::from_value(proofs).unwrap();
    // 1 January 2026
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
    let document = chipid::Document::from_files(files, Some(proofs));
    let report = document.verify_with(&trust, at, &Tolerances::field());

    let check = report.check(CheckId::ChipActiveAuthentication).unwrap();
    let found = [check.state.as_str(), check.reason.map_or("", Reason::as_str)].join(" ");
    same("finding", found.trim().as_bytes(), finding.as_bytes())?;
    let found: Vec<&str> = check.warnings.iter().copied().map(Warning::as_str).collect();
    same("warnings", found.join(" ").as_bytes(), warnings.as_bytes())?;
    if let Some(digest) = digest {
        same("digest", check.compared.rsplit(", ").next().unwrap_or_default().as_bytes(), digest.as_bytes())?;
    }
    // What needs the tolerance fails without it.
    let strict = document.verify(&trust, at);
    let state = strict.check(CheckId::ChipActiveAuthentication).unwrap().state;
    let due = if check.reason == Some(Reason::Tolerance) { State::Failed } else { check.state };
    same("state without tolerances", state.as_str().as_bytes(), due.as_str().as_bytes())?;
    match (check.state, check.reason) {
        (State::Successful, _) | (State::Undetermined, Some(Reason::Tolerance)) => Ok(()),
        _ => Err(Failure::Refused(finding.into())),
    }
}

/// EF.DG14 with an ActiveAuthenticationInfo (9303-11 §9.2.10), or with none.
fn dg14(digest: Option<DigestAlgorithm>) -> Vec<u8> {
    let plain = |digest| match digest {
        DigestAlgorithm::Sha1 => oid::ECDSA_PLAIN_SHA1,
        DigestAlgorithm::Sha224 => oid::ECDSA_PLAIN_SHA224,
        DigestAlgorithm::Sha256 => oid::ECDSA_PLAIN_SHA256,
        DigestAlgorithm::Sha384 => oid::ECDSA_PLAIN_SHA384,
        DigestAlgorithm::Sha512 => oid::ECDSA_PLAIN_SHA512,
    };
    let info = digest.map(|digest| {
        let parts =
            [paper::object(oid::ID_ICAO_AA_PROTOCOL_OBJECT), paper::integer(&[1]), paper::object(plain(digest))];
        encode(Tag::SEQUENCE, &parts.concat())
    });
    encode_all(Tag(0x6E), &[&encode(Tag::SET, &info.unwrap_or_default())])
}
