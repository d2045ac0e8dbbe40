//! Terminal authentication: card-verifiable certificates, EF.CVCA, and the terminal's signature.

use crate::format::{Failure, Vector, same};
use chipid::internals::crypto::DigestAlgorithm;
use chipid::internals::cvc::{CvCertificate, CvcError, VerificationKey};
use chipid::lds::Cvca;

fn refused(error: CvcError) -> Failure {
    Failure::Refused(error.to_string())
}

/// `certificate`; of one that is accepted what it says.
pub fn cv_certificate(vector: &Vector) -> Result<(), Failure> {
    let bytes = vector.hex("certificate")?;
    let certificate = CvCertificate::parse(&bytes).map_err(refused)?;
    let (key, authorization) = (certificate.public_key(), certificate.authorization());
    let said = [
        ("authority", certificate.authority().to_string()),
        ("holder", certificate.holder().to_string()),
        ("algorithm", key.algorithm().name()),
        ("curve", key.curve().map_or("none", |curve| curve.name()).to_owned()),
        ("terminal_type", format!("{:?}", authorization.terminal_type())),
        ("role", format!("{:?}", authorization.role())),
        ("rights", format!("{:X}", authorization.rights().bits())),
        ("effective", certificate.effective().to_string()),
        ("expiration", certificate.expiration().to_string()),
    ];
    said.iter().try_for_each(|(name, said)| same(name, said.as_bytes(), vector.text(name)?.as_bytes()))
}

/// `file`, `references`, `findings`.
pub fn ef_cvca(vector: &Vector) -> Result<(), Failure> {
    let file = vector.hex("file")?;
    let cvca = Cvca::parse(&file).map_err(|error| Failure::Refused(error.to_string()))?;
    let references: Vec<String> = cvca.references.iter().map(ToString::to_string).collect();
    same("references", references.join(" ").as_bytes(), vector.text("references")?.as_bytes())?;
    let found: Vec<&str> = cvca.findings.iter().map(|finding| finding.defect.as_str()).collect();
    same("findings", found.join(" ").as_bytes(), vector.optional("findings").unwrap_or_default().as_bytes())
}

/// `cvca`, `dv`, `terminal`: certificates; `pk_ic`, `r_ic`, `pk_ifd` and how public keys are compressed (x, sha-1);
/// `signature`. An altered octet of any of them must be noticed (`tests/cvc.rs` alters each of a certificate).
pub fn terminal_authentication(vector: &Vector) -> Result<(), Failure> {
    let names = ["cvca", "dv", "terminal", "pk_ic", "r_ic", "pk_ifd", "signature"];
    let mut values = Vec::new();
    for name in names {
        values.push(vector.hex(name)?);
    }
    let compression = vector.named("compression", &["x", "sha-1"], |name| name)?;
    verify(&values, compression)?;
    for (at, name) in names.into_iter().enumerate() {
        // Of an uncompressed point only x counts; of a certificate each seventh octet is enough here.
        let only_x = name.starts_with("pk_") && compression == "x";
        let octets = if only_x { 1..values[at].len() / 2 + 1 } else { 0..values[at].len() };
        for index in octets.step_by(if at < 3 { 7 } else { 1 }) {
            values[at][index] ^= 0x01;
            if verify(&values, compression).is_ok() {
                return Err(Failure::Differs(format!("octet {index} of {name} may be altered")));
            }
            values[at][index] ^= 0x01;
        }
    }
    Ok(())
}

fn verify(values: &[Vec<u8>], compression: &str) -> Result<(), Failure> {
    let mut key: Option<VerificationKey> = None;
    for certificate in &values[..3] {
        let certificate = CvCertificate::parse(certificate).map_err(refused)?;
        let issuer = match &key {
            Some(issuer) => issuer.clone(),
            None => certificate.public_key().complete(None).map_err(refused)?,
        };
        certificate.verify_signed_by(&issuer).map_err(refused)?;
        key = Some(certificate.public_key().complete(Some(&issuer)).map_err(refused)?);
    }
    let compressed = |key: &[u8]| match compression {
        "x" => key[1..=key.len() / 2].to_vec(),
        _ => DigestAlgorithm::Sha1.digest(&[key]),
    };
    // s_IFD = Sign(SK_IFD, ID_IC ‖ r_IC ‖ Comp(PK_IFD))
    let data = [compressed(&values[3]), values[4].clone(), compressed(&values[5])].concat();
    Ok(key.ok_or(Failure::Malformed("no certificate".into()))?.verify(&data, &values[6])?)
}
