//! Certificate revocation lists as 9303-12 §7 has them, each field open to be bent.
//!
//! [`RevocationListFields`] is what gets signed, ready to be changed by a test before [`RevocationListFields::sign`];
//! nothing is checked here.

use super::super::der;
use super::certificate::{Extension, Name, signed, time};
use super::key::{Scheme, SigningKey};
use crate::crypto::{CryptoError, Random};
use crate::oid::Oid;
use crate::tlv::{self, Tag};
use time::OffsetDateTime;

/// A revocation list before it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevocationListFields {
    /// 1 is version 2; `None` leaves the field out (version 1).
    pub version: Option<u8>,
    /// The algorithm that signs.
    pub scheme: Scheme,
    /// The outer AlgorithmIdentifier, where it is to differ from the inner.
    pub outer_algorithm: Option<Vec<u8>>,
    /// The issuer.
    pub issuer: Name,
    /// When it is issued.
    pub this_update: OffsetDateTime,
    /// When the next one comes; `None` leaves it out.
    pub next_update: Option<OffsetDateTime>,
    /// What is revoked.
    pub revoked: Vec<RevokedEntry>,
    /// The extensions, in order.
    pub extensions: Vec<Extension>,
}

/// One revoked certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevokedEntry {
    /// Content octets of the serial number.
    pub serial: Vec<u8>,
    /// Since when.
    pub since: OffsetDateTime,
    /// The extensions, in order.
    pub extensions: Vec<Extension>,
}

impl RevokedEntry {
    /// A certificate by its serial number, with the reason keyCompromise.
    pub fn new(serial: &[u8], since: OffsetDateTime) -> Self {
        Self { serial: serial.to_vec(), since, extensions: vec![Extension::crl_reason(1)] }
    }

    fn encode(&self) -> Vec<u8> {
        let extensions: Vec<u8> = self.extensions.iter().flat_map(Extension::encode).collect();
        let extensions = if extensions.is_empty() { extensions } else { tlv::encode(Tag::SEQUENCE, &extensions) };
        der::sequence(&[&tlv::encode(Tag::INTEGER, &self.serial), &time(self.since), &extensions])
    }
}

impl RevocationListFields {
    /// Leaves the extension out.
    pub fn without(mut self, id: Oid) -> Self {
        self.extensions.retain(|extension| extension.id != id);
        self
    }

    /// Adds an extension.
    pub fn with(mut self, extension: Extension) -> Self {
        self.extensions.push(extension);
        self
    }

    /// The TBSCertList.
    pub fn encode(&self) -> Vec<u8> {
        let revoked: Vec<u8> = self.revoked.iter().flat_map(RevokedEntry::encode).collect();
        // An empty list is left out (RFC 5280 §5.1.2.6).
        let revoked = if revoked.is_empty() { revoked } else { tlv::encode(Tag::SEQUENCE, &revoked) };
        let extensions: Vec<u8> = self.extensions.iter().flat_map(Extension::encode).collect();
        let extensions = if extensions.is_empty() {
            extensions
        } else {
            tlv::encode(Tag(0xA0), &tlv::encode(Tag::SEQUENCE, &extensions))
        };
        der::sequence(&[
            &self.version.map(|version| tlv::encode(Tag::INTEGER, &[version])).unwrap_or_default(),
            &self.scheme.algorithm_identifier(),
            &self.issuer.encode(),
            &time(self.this_update),
            &self.next_update.map(time).unwrap_or_default(),
            &revoked,
            &extensions,
        ])
    }

    /// The list, signed with this key.
    ///
    /// # Errors
    /// [`CryptoError`] where key and scheme do not belong together.
    pub fn sign(&self, key: &SigningKey, random: &mut dyn Random) -> Result<Vec<u8>, CryptoError> {
        signed(&self.encode(), self.scheme, self.outer_algorithm.as_deref(), key, random)
    }
}
