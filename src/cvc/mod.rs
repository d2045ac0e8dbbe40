//! Card-verifiable certificates: what a terminal shows a chip to prove what it may read (TR-03110-3 §C.1, §D).
//!
//! A certificate is parsed whole or refused, and keeps its bytes: the signature is judged over the body as it came, and
//! the chip is sent the same octets. Names are [`CertificateReference`]s, what a holder may do is its
//! [`Authorization`]; a key without domain parameters is none until its issuer's key lends them ([`CvPublicKey`]). There
//! is no clock here: a chip's date is what the certificates have told it, see [`find_chain`].

mod authorization;
mod chain;
#[cfg(feature = "sim")]
mod issue;
mod key;
mod reference;

pub use authorization::{Authorization, Rights, Role, TerminalType};
pub use chain::{Chain, ChainDefect, NoChain, find_chain};
#[cfg(feature = "sim")]
pub use issue::CvTemplate;
pub use key::{CvPublicKey, VerificationKey};
pub use reference::CertificateReference;

use crate::bounds::BOUNDS;
use crate::crypto::CryptoError;
use crate::oid::Oid;
use crate::tlv::{self, Reader, Tag, Tlv, TlvError};
use core::ops::Range;
use thiserror::Error;
use time::{Date, Month};

/// CV Certificate.
const CERTIFICATE: Tag = Tag(0x7F21);
/// Certificate Body.
const BODY: Tag = Tag(0x7F4E);
/// Certificate Profile Identifier.
const PROFILE: Tag = Tag(0x5F29);
/// Certification Authority Reference.
const AUTHORITY: Tag = Tag(0x42);
/// Public Key.
const PUBLIC_KEY: Tag = Tag(0x7F49);
/// Certificate Holder Reference.
const HOLDER: Tag = Tag(0x5F20);
/// Certificate Holder Authorization Template.
const AUTHORIZATION: Tag = Tag(0x7F4C);
/// Certificate Effective Date.
const EFFECTIVE: Tag = Tag(0x5F25);
/// Certificate Expiration Date.
const EXPIRATION: Tag = Tag(0x5F24);
/// Certificate Extensions.
const EXTENSIONS: Tag = Tag(0x65);
/// Discretionary Data Template: one extension.
const EXTENSION: Tag = Tag(0x73);
/// Signature.
const SIGNATURE: Tag = Tag(0x5F37);

/// Why bytes are no card-verifiable certificate, or one does not verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CvcError {
    /// A data object is missing or not as the standard has it; its offset counts from the first byte given.
    #[error("the card-verifiable certificate is malformed {0}")]
    Malformed(#[from] TlvError),
    /// More octets than any card-verifiable certificate has.
    #[error("longer than any card-verifiable certificate")]
    TooLong,
    /// The public key's algorithm is none of terminal authentication.
    #[error("the public key is of an unknown algorithm of terminal authentication")]
    UnknownAlgorithm,
    /// The public key cannot be used.
    #[error("the public key of the card-verifiable certificate: {0}")]
    Key(CryptoError),
    /// Only a country verifying certification authority's certificate holds domain parameters.
    #[error("domain parameters in a certificate that must take over those of its issuer")]
    UnexpectedDomainParameters,
    /// The key lacks domain parameters, and no issuer's key lends them.
    #[error("the public key lacks domain parameters, and its issuer's are not known")]
    NoDomainParameters,
    /// The certificate ends before it begins.
    #[error("the certificate expires before it becomes effective")]
    Validity,
    /// The signature is not the issuer's.
    #[error("the certificate's signature: {0}")]
    Signature(CryptoError),
}

/// A card-verifiable certificate, its public key known as far as the certificate alone tells.
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
    /// [`CvcError`]: a data object missing, malformed or out of its order, an unknown algorithm, a key that is none.
    pub fn parse(bytes: &[u8]) -> Result<Self, CvcError> {
        let mut reader = Reader::new(bytes);
        let certificate = Self::read(&mut reader)?;
        reader.finish()?;
        Ok(certificate)
    }

    /// Reads the certificates of a file, one after the other.
    ///
    /// # Errors
    /// As [`CvCertificate::parse`], of the first that is none; a file without any.
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

    /// The whole certificate as it came.
    pub fn as_bytes(&self) -> &[u8] {
        &self.raw
    }

    /// Body and signature without the tag around them: the data of PSO:Verify Certificate.
    pub fn contents(&self) -> &[u8] {
        self.part(&self.contents)
    }

    /// The signature as it came: an RSA block, or r ‖ s.
    pub fn signature(&self) -> &[u8] {
        self.part(&self.signature)
    }

    fn part(&self, range: &Range<usize>) -> &[u8] {
        self.raw.get(range.clone()).unwrap_or_default()
    }

    /// Whose key signed it: the certification authority reference.
    pub fn authority(&self) -> &CertificateReference {
        &self.authority
    }

    /// Whose key it certifies: the certificate holder reference.
    pub fn holder(&self) -> &CertificateReference {
        &self.holder
    }

    /// The key it certifies.
    pub fn public_key(&self) -> &CvPublicKey {
        &self.public_key
    }

    /// What its holder is, and what it may allow.
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

    /// The object identifiers of its extensions; none of them bears on inspection systems.
    pub fn extensions(&self) -> &[Oid] {
        &self.extensions
    }

    /// Whether its holder is called its own issuer.
    pub fn is_self_issued(&self) -> bool {
        self.authority == self.holder
    }

    /// Verifies its signature over its body as it came.
    ///
    /// # Errors
    /// [`CvcError::Signature`].
    pub fn verify_signed_by(&self, issuer: &VerificationKey) -> Result<(), CvcError> {
        issuer.verify(self.part(&self.body), self.signature()).map_err(CvcError::Signature)
    }
}

/// A reference in the place where one is due.
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

fn object_identifier(fields: &mut Reader<'_>, what: &'static str) -> Result<Oid, TlvError> {
    let tlv = fields.expect(Tag::OID, what)?;
    Oid::from_der(tlv.value).ok_or(tlv.expected(what))
}
