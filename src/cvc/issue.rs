//! Issues card-verifiable certificates, for the simulated card, its issuer and tests only (feature `sim`).

use super::data_objects::{
    AUTHORITY, AUTHORIZATION, BODY, CERTIFICATE, EFFECTIVE, EXPIRATION, HOLDER, PROFILE, PUBLIC_KEY, SIGNATURE,
};
use super::key::algorithm_of;
use super::{CertificateReference, CvCertificate, CvcError, Rights, Role, TerminalType};
use crate::crypto::{CryptoError, PrivateKey, PublicKey, Random};
use crate::oid::Oid;
use crate::tlv::{Tag, encode, encode_all};
use time::Date;

/// The contents of a certificate to issue, except its public key.
#[derive(Clone, Debug)]
pub struct CvTemplate {
    /// Whose key signs it.
    pub authority: CertificateReference,
    /// Whose key it certifies.
    pub holder: CertificateReference,
    /// The kind of terminal.
    pub terminal_type: TerminalType,
    /// What the holder is.
    pub role: Role,
    /// What the holder may do or allow.
    pub rights: Rights,
    /// The first day it is valid.
    pub effective: Date,
    /// The last day it is valid.
    pub expiration: Date,
    /// The algorithm of the holder's key: id-TA-ECDSA-SHA-256 and the like.
    pub protocol: Oid,
}

impl CvTemplate {
    /// The certificate of this key, signed with the issuer's key under `issuer_protocol`; an elliptic curve key gets its
    /// domain parameters where the holder is a country verifying certification authority.
    ///
    /// # Errors
    /// [`CvcError::UnknownAlgorithm`]; [`CvcError::Signature`] where the issuer's key cannot sign under its algorithm;
    /// an error of [`CvCertificate::parse`] for the result.
    pub fn sign(
        &self,
        key: &PublicKey,
        issuer: &PrivateKey,
        issuer_protocol: Oid,
        rng: &mut dyn Random,
    ) -> Result<CvCertificate, CvcError> {
        let algorithm = algorithm_of(issuer_protocol).ok_or(CvcError::UnknownAlgorithm)?;
        let body = self.body(key)?;
        let signature = issuer.sign(&algorithm, &body, None, rng).map_err(CvcError::Signature)?;
        CvCertificate::parse(&encode_all(CERTIFICATE, &[&body, &encode(SIGNATURE, &signature)]))
    }

    fn body(&self, key: &PublicKey) -> Result<Vec<u8>, CvcError> {
        let oid = encode(Tag::OID, self.terminal_type.oid().as_der());
        let rights_len = self.terminal_type.rights_len().unwrap_or(1);
        let bits = self.rights.bits().to_be_bytes();
        let mut rights = bits.get(bits.len().saturating_sub(rights_len)..).unwrap_or_default().to_vec();
        if let Some(first) = rights.first_mut() {
            *first |= self.role.bits();
        }
        let authorization = encode_all(AUTHORIZATION, &[&oid, &encode(Tag(0x53), &rights)]);
        let parts = [
            encode(PROFILE, &[0]),
            encode(AUTHORITY, self.authority.as_bytes()),
            encode_all(PUBLIC_KEY, &[&encode(Tag::OID, self.protocol.as_der()), &self.key(key)?]),
            encode(HOLDER, self.holder.as_bytes()),
            authorization,
            encode(EFFECTIVE, &digits(self.effective)),
            encode(EXPIRATION, &digits(self.expiration)),
        ];
        Ok(encode(BODY, &parts.concat()))
    }

    fn key(&self, key: &PublicKey) -> Result<Vec<u8>, CvcError> {
        match key {
            PublicKey::Rsa(key) => Ok([encode(Tag(0x81), &key.modulus()), encode(Tag(0x82), &key.exponent())].concat()),
            PublicKey::Ec { curve, point } => {
                let curve = curve.curve();
                let point = encode(Tag(0x86), &curve.encode_point(point));
                if self.role != Role::Cvca {
                    return Ok(point);
                }
                let domain = [
                    encode(Tag(0x81), curve.prime()),
                    encode(Tag(0x82), curve.a()),
                    encode(Tag(0x83), curve.b()),
                    encode(Tag(0x84), &curve.encode_point(&curve.generator())),
                    encode(Tag(0x85), curve.order()),
                ];
                Ok([domain.concat(), point, encode(Tag(0x87), &[1])].concat())
            }
            PublicKey::Dh { .. } | PublicKey::Dsa(_) => Err(CvcError::Key(CryptoError::Unsupported)),
        }
    }
}

/// `YYMMDD`, an octet a digit.
fn digits(date: Date) -> Vec<u8> {
    let year = u8::try_from(date.year().rem_euclid(100)).unwrap_or_default();
    [year, u8::from(date.month()), date.day()].into_iter().flat_map(|pair| [pair / 10, pair % 10]).collect()
}
