//! Who issues certificates to terminals: a certification authority in generations, a document verifier, an inspection
//! system (TR-03110-3 §2.2, §C).
//!
//! [`TerminalAuthority`] makes a correct chain; a defective one comes from a changed [`CvTemplate`], signed with a key of
//! the authority's, or from [`spoiled`].

use super::key::{Holder, KeyKind, rsa_pkcs8, seeded};
use crate::crypto::{CryptoError, DigestAlgorithm, PrivateKey};
use crate::cvc::{CertificateReference, CvCertificate, CvTemplate, CvcError, Rights, Role, TerminalType};
use crate::oid::{self, Oid};
use time::Date;
use time::macros::date;

/// What an authority for terminals is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TerminalAuthorityPlan {
    /// Two letters, for references: `UT`.
    pub country: String,
    /// The keys of all holders: RSA with 2048 bits (the authority's other generations have 3072), or a curve.
    pub kind: KeyKind,
    /// The algorithm of all holders: id-TA-ECDSA-SHA-256 and the like.
    pub protocol: Oid,
    /// Whether the document verifier is the authority's own; else it is another country's.
    pub domestic: bool,
    /// What the authority allows.
    pub authority_rights: u8,
    /// What the document verifier allows.
    pub verifier_rights: u8,
    /// What the inspection system may do: bit 0 is EF.DG3, bit 1 EF.DG4.
    pub terminal_rights: u8,
    /// Validity of the first generation of the authority; each later one begins and ends a year later.
    pub authority_validity: (Date, Date),
    /// Validity of the document verifier's certificate.
    pub verifier_validity: (Date, Date),
    /// Validity of the inspection system's certificate.
    pub terminal_validity: (Date, Date),
}

impl TerminalAuthorityPlan {
    /// An authority that allows both biometrics, with certificates for the years in which cards are read: authority
    /// 2022–2025, document verifier 2023–2024, inspection system the first half of 2024.
    pub fn new(country: &str, kind: KeyKind, protocol: Oid) -> Self {
        Self {
            country: country.to_owned(),
            kind,
            protocol,
            domestic: true,
            authority_rights: 3,
            verifier_rights: 3,
            terminal_rights: 3,
            authority_validity: (date!(2022 - 01 - 01), date!(2025 - 01 - 01)),
            verifier_validity: (date!(2023 - 01 - 01), date!(2024 - 12 - 31)),
            terminal_validity: (date!(2024 - 01 - 01), date!(2024 - 06 - 30)),
        }
    }
}

/// The holder of a key of an authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CvHolder {
    /// The certification authority in this generation, from 1.
    Authority(u8),
    /// The document verifier.
    Verifier,
    /// The inspection system.
    Terminal,
}

/// An authority for terminals with its keys.
pub struct TerminalAuthority {
    plan: TerminalAuthorityPlan,
}

impl TerminalAuthority {
    /// The authority of this plan.
    pub fn new(plan: TerminalAuthorityPlan) -> Self {
        Self { plan }
    }

    /// What it is.
    pub fn plan(&self) -> &TerminalAuthorityPlan {
        &self.plan
    }

    /// The reference of a holder: country, mnemonic, sequence number.
    ///
    /// # Errors
    /// [`CvcError`] where the plan's country is none.
    pub fn reference(&self, holder: CvHolder) -> Result<CertificateReference, CvcError> {
        let country = &self.plan.country;
        let text = match holder {
            CvHolder::Authority(generation) => format!("{country}CVCA{generation:05}"),
            CvHolder::Verifier => format!("{country}DV00001"),
            CvHolder::Terminal => format!("{country}IS00001"),
        };
        CertificateReference::new(text.as_bytes()).ok_or(CvcError::Key(CryptoError::Malformed))
    }

    /// The private key of a holder.
    ///
    /// # Errors
    /// [`CryptoError::Unsupported`] where there is no RSA key of that size, and for DSA.
    pub fn key(&self, holder: CvHolder) -> Result<PrivateKey, CryptoError> {
        match self.plan.kind {
            KeyKind::Rsa(bits) => {
                let (of, bits) = match holder {
                    CvHolder::Authority(1) => (Holder::Csca, bits),
                    CvHolder::Authority(_) => (Holder::Csca, 3072),
                    CvHolder::Verifier => (Holder::DocumentSigner, bits),
                    CvHolder::Terminal => (Holder::Chip, bits),
                };
                PrivateKey::from_pkcs8(rsa_pkcs8(of, bits).ok_or(CryptoError::Unsupported)?)
            }
            KeyKind::Ec(curve) => {
                let label = format!("terminal authentication {} {holder:?} {}", self.plan.country, curve.name());
                PrivateKey::generate_ec(curve, &mut seeded(&label))
            }
            KeyKind::Dsa(_) => Err(CryptoError::Unsupported),
        }
    }

    /// The contents of the certificate of a holder; an authority's is its own issuer's.
    ///
    /// # Errors
    /// As [`TerminalAuthority::reference`].
    pub fn template(&self, holder: CvHolder, issuer: CvHolder) -> Result<CvTemplate, CvcError> {
        let plan = &self.plan;
        let (role, rights, validity) = match holder {
            CvHolder::Authority(generation) => {
                let (from, to) = plan.authority_validity;
                let years = i32::from(generation.saturating_sub(1));
                let later = |date: Date| date.replace_year(date.year() + years).unwrap_or(date);
                (Role::Cvca, plan.authority_rights, (later(from), later(to)))
            }
            CvHolder::Verifier if plan.domestic => (Role::DvDomestic, plan.verifier_rights, plan.verifier_validity),
            CvHolder::Verifier => (Role::DvForeign, plan.verifier_rights, plan.verifier_validity),
            CvHolder::Terminal => (Role::Terminal, plan.terminal_rights, plan.terminal_validity),
        };
        Ok(CvTemplate {
            authority: self.reference(issuer)?,
            holder: self.reference(holder)?,
            terminal_type: TerminalType::InspectionSystem,
            role,
            rights: Rights::of_inspection_system(rights),
            effective: validity.0,
            expiration: validity.1,
            protocol: plan.protocol,
        })
    }

    /// The certificate of a template for this holder's key, signed by the issuer.
    ///
    /// # Errors
    /// [`CvcError`] where a key is missing or cannot sign under the plan's algorithm.
    pub fn sign(&self, template: &CvTemplate, holder: CvHolder, issuer: CvHolder) -> Result<CvCertificate, CvcError> {
        let key = self.key(holder).map_err(CvcError::Key)?;
        let issuer_key = self.key(issuer).map_err(CvcError::Key)?;
        let mut random = seeded(&format!("certificate of a terminal {template:?}"));
        template.sign(&key.public_key(), &issuer_key, self.plan.protocol, &mut random)
    }

    /// The self-signed certificate of the authority in this generation: what a card is personalised with.
    ///
    /// # Errors
    /// As [`TerminalAuthority::sign`].
    pub fn authority(&self, generation: u8) -> Result<CvCertificate, CvcError> {
        let holder = CvHolder::Authority(generation);
        self.sign(&self.template(holder, holder)?, holder, holder)
    }

    /// The certificate of the authority in this generation, signed by the one before.
    ///
    /// # Errors
    /// As [`TerminalAuthority::sign`].
    pub fn link(&self, generation: u8) -> Result<CvCertificate, CvcError> {
        let (holder, issuer) = (CvHolder::Authority(generation), CvHolder::Authority(generation.saturating_sub(1)));
        self.sign(&self.template(holder, issuer)?, holder, issuer)
    }

    /// The certificates of the document verifier, issued by this generation of the authority, and of the inspection
    /// system.
    ///
    /// # Errors
    /// As [`TerminalAuthority::sign`].
    pub fn chain(&self, generation: u8) -> Result<[CvCertificate; 2], CvcError> {
        let authority = CvHolder::Authority(generation);
        let verifier = self.sign(&self.template(CvHolder::Verifier, authority)?, CvHolder::Verifier, authority)?;
        let terminal = self.template(CvHolder::Terminal, CvHolder::Verifier)?;
        Ok([verifier, self.sign(&terminal, CvHolder::Terminal, CvHolder::Verifier)?])
    }

    /// The inspection system's signature over a message.
    ///
    /// # Errors
    /// [`CvcError`] where its key cannot sign under the plan's algorithm.
    pub fn terminal_signature(&self, message: &[u8]) -> Result<Vec<u8>, CvcError> {
        let algorithm = self.chain(1)?[1].public_key().algorithm();
        let key = self.key(CvHolder::Terminal).map_err(CvcError::Key)?;
        let digest = hex::encode(DigestAlgorithm::Sha256.digest(&[message]));
        key.sign(&algorithm, message, None, &mut seeded(&digest)).map_err(CvcError::Signature)
    }
}

/// The same certificate with a wrong signature.
///
/// # Errors
/// [`CvcError`] never, in fact: the last octet of a certificate is one of its signature.
pub fn spoiled(certificate: &CvCertificate) -> Result<CvCertificate, CvcError> {
    let mut bytes = certificate.as_bytes().to_vec();
    bytes.last_mut().into_iter().for_each(|octet| *octet ^= 1);
    CvCertificate::parse(&bytes)
}

/// The algorithms of terminal authentication, with a kind of key that each takes.
pub const TERMINAL_PROTOCOLS: [(Oid, bool); 11] = [
    (oid::ID_TA_RSA_V1_5_SHA1, true),
    (oid::ID_TA_RSA_V1_5_SHA256, true),
    (oid::ID_TA_RSA_V1_5_SHA512, true),
    (oid::ID_TA_RSA_PSS_SHA1, true),
    (oid::ID_TA_RSA_PSS_SHA256, true),
    (oid::ID_TA_RSA_PSS_SHA512, true),
    (oid::ID_TA_ECDSA_SHA1, false),
    (oid::ID_TA_ECDSA_SHA224, false),
    (oid::ID_TA_ECDSA_SHA256, false),
    (oid::ID_TA_ECDSA_SHA384, false),
    (oid::ID_TA_ECDSA_SHA512, false),
];
