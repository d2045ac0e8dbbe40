//! The certificate (TR-03110-3 §C.1, §D.2).

use super::authorization::{Authorization, Role};
use super::data_objects::{
    AUTHORITY, AUTHORIZATION, BODY, CERTIFICATE, EFFECTIVE, EXPIRATION, EXTENSION, EXTENSIONS, HOLDER, PROFILE,
    PUBLIC_KEY, SIGNATURE, object_identifier,
};
use super::error::CvcError;
use super::key::{CvPublicKey, VerificationKey};
use super::reference::CertificateReference;
use crate::bounds::BOUNDS;
use crate::oid::Oid;
use crate::tlv::{self, Reader, Tlv, TlvError};
use core::ops::Range;
use time::{Date, Month};

/// A card-verifiable certificate; its public key may lack the domain parameters, which its issuer's key then supplies.
///
/// ```text
/// CV Certificate ::= 7F21 L { Certificate Body, 5F37 L signature }
/// Certificate Body ::= 7F4E L {
///     5F29 01 00                    -- Certificate Profile Identifier, version 1
///     42 L                          -- Certification Authority Reference
///     7F49 L { 06 L oid, … }        -- Public Key
///     5F20 L                        -- Certificate Holder Reference
///     7F4C L { 06 L oid, 53 L }     -- Certificate Holder Authorization Template
///     5F25 06 YYMMDD                -- Certificate Effective Date, an octet a digit
///     5F24 06 YYMMDD                -- Certificate Expiration Date
///     65 L { 73 L { 06 L oid, … }* }  -- Certificate Extensions, optional
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CvCertificate {
    raw: Vec<u8>,
    contents: Range<usize>,
    body: Range<usize>,
    signature: Range<usize>,
    authority: CertificateReference,
    holder: CertificateReference,
    public_key: CvPublicKey,
    authorization: Authorization,
    effective: Date,
    expiration: Date,
    extensions: Vec<Oid>,
}

impl CvCertificate {
    /// Reads a whole certificate, tag 7F21.
    ///
    /// # Errors
    /// [`CvcError`]: a data object missing, malformed or out of order, an unknown algorithm, an invalid key.
    pub fn parse(bytes: &[u8]) -> Result<Self, CvcError> {
        let mut reader = Reader::new(bytes);
        let certificate = Self::read(&mut reader)?;
        reader.finish()?;
        Ok(certificate)
    }

    /// Reads the certificates of a file, one after the other.
    ///
    /// # Errors
    /// As [`CvCertificate::parse`], for the first invalid certificate; also for an empty file.
    pub fn parse_all(file: &[u8]) -> Result<Vec<Self>, CvcError> {
        let mut reader = Reader::new(file);
        let mut certificates = vec![Self::read(&mut reader)?];
        while !reader.is_empty() {
            certificates.push(Self::read(&mut reader)?);
        }
        Ok(certificates)
    }

    /// Reads the body and the signature without the tag around them, as PSO:Verify Certificate carries them.
    ///
    /// # Errors
    /// As [`CvCertificate::parse`].
    pub fn parse_contents(contents: &[u8]) -> Result<Self, CvcError> {
        Self::parse(&tlv::encode(CERTIFICATE, contents))
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, CvcError> {
        let certificate = reader.expect(CERTIFICATE, "a CV certificate, tag 7F21")?;
        if certificate.raw.len() > BOUNDS.cv_certificate_octets {
            return Err(CvcError::TooLong);
        }
        let mut parts = certificate.children();
        let body = parts.expect(BODY, "the certificate body, tag 7F4E")?;
        let signature = parts.expect(SIGNATURE, "the signature, tag 5F37")?;
        parts.finish()?;

        let mut fields = body.children();
        let profile = fields.expect(PROFILE, "the profile identifier, tag 5F29")?;
        if profile.value != [0] {
            return Err(profile.expected("profile identifier 0").into());
        }
        let authority = reference(&fields.expect(AUTHORITY, "the certification authority reference, tag 42")?)?;
        let public_key = CvPublicKey::read(&fields.expect(PUBLIC_KEY, "the public key, tag 7F49")?)?;
        let holder = reference(&fields.expect(HOLDER, "the certificate holder reference, tag 5F20")?)?;
        let authorization = fields.expect(AUTHORIZATION, "the holder authorization template, tag 7F4C")?;
        let authorization = Authorization::read(&authorization)?;
        let effective = date(&fields.expect(EFFECTIVE, "the effective date, tag 5F25")?)?;
        let expiration = date(&fields.expect(EXPIRATION, "the expiration date, tag 5F24")?)?;
        let extensions = match fields.optional(EXTENSIONS)? {
            Some(extensions) => extension_oids(&extensions)?,
            None => Vec::new(),
        };
        fields.finish()?;

        // Only a CVCA's certificate holds domain parameters  (TR-03110-3 §D.3.3)
        if public_key.curve().is_some() && authorization.role() != Role::Cvca {
            return Err(CvcError::UnexpectedDomainParameters);
        }
        if expiration < effective {
            return Err(CvcError::Validity);
        }
        let within = |at: usize, octets: &[u8]| at - certificate.at..at - certificate.at + octets.len();
        Ok(Self {
            raw: certificate.raw.to_vec(),
            contents: within(certificate.value_at, certificate.value),
            body: within(body.at, body.raw),
            signature: within(signature.value_at, signature.value),
            authority,
            holder,
            public_key,
            authorization,
            effective,
            expiration,
            extensions,
        })
    }

    /// The whole certificate as received.
    pub fn as_bytes(&self) -> &[u8] {
        &self.raw
    }

    /// Body and signature without the tag around them: the data of PSO:Verify Certificate.
    pub fn contents(&self) -> &[u8] {
        self.part(&self.contents)
    }

    /// The signature as received: an RSA block, or r ‖ s.
    pub fn signature(&self) -> &[u8] {
        self.part(&self.signature)
    }

    fn part(&self, range: &Range<usize>) -> &[u8] {
        self.raw.get(range.clone()).unwrap_or_default()
    }

    /// The certification authority reference: the key that signed it.
    pub fn authority(&self) -> &CertificateReference {
        &self.authority
    }

    /// The certificate holder reference: the key that it certifies.
    pub fn holder(&self) -> &CertificateReference {
        &self.holder
    }

    /// The key it certifies.
    pub fn public_key(&self) -> &CvPublicKey {
        &self.public_key
    }

    /// The role and the rights of its holder.
    pub fn authorization(&self) -> &Authorization {
        &self.authorization
    }

    /// The first day it is valid.
    pub fn effective(&self) -> Date {
        self.effective
    }

    /// The last day it is valid.
    pub fn expiration(&self) -> Date {
        self.expiration
    }

    /// The object identifiers of its extensions; none of them concerns inspection systems.
    pub fn extensions(&self) -> &[Oid] {
        &self.extensions
    }

    /// Whether holder and issuer have the same reference.
    pub fn is_self_issued(&self) -> bool {
        self.authority == self.holder
    }

    /// Verifies its signature over its body as received.
    ///
    /// # Errors
    /// [`CvcError::Signature`].
    pub fn verify_signed_by(&self, issuer: &VerificationKey) -> Result<(), CvcError> {
        issuer.verify(self.part(&self.body), self.signature()).map_err(CvcError::Signature)
    }
}

fn reference(tlv: &Tlv<'_>) -> Result<CertificateReference, TlvError> {
    CertificateReference::new(tlv.value).ok_or(tlv.expected("a country, a mnemonic and a sequence number"))
}

/// `YYMMDD`, years from 2000 on, each octet a digit from 0 to 9 (TR-03110-3 §D.2.1).
fn date(tlv: &Tlv<'_>) -> Result<Date, TlvError> {
    let day = || {
        let &[y1, y2, m1, m2, d1, d2] = tlv.value else { return None };
        if tlv.value.iter().any(|&digit| digit > 9) {
            return None;
        }
        let month = Month::try_from(m1 * 10 + m2).ok()?;
        Date::from_calendar_date(2000 + i32::from(y1 * 10 + y2), month, d1 * 10 + d2).ok()
    };
    day().ok_or(tlv.expected("a date of six digits, YYMMDD"))
}

/// `65 L { 73 L { 06 L oid, … }* }`
fn extension_oids(extensions: &Tlv<'_>) -> Result<Vec<Oid>, TlvError> {
    let mut oids = Vec::new();
    let mut templates = extensions.children();
    while !templates.is_empty() {
        let mut fields = templates.expect(EXTENSION, "an extension, tag 73")?.children();
        oids.push(object_identifier(&mut fields, "the extension's object identifier, tag 06")?);
        while !fields.is_empty() {
            fields.next()?;
        }
    }
    Ok(oids)
}
