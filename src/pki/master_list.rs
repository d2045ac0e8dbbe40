//! Master lists: the certification authorities that one country vouches for (9303-12 §9).
//!
//! The list's own signature is verified, and its signer must chain to a certification authority of the caller or of the
//! list itself. The second proves only that the list is whole: trust in it comes from the caller, who hands it in as
//! trusted ([`TrustStore::from_trusted_master_list`](super::TrustStore::from_trusted_master_list)).

use super::Budget;
use super::certificate::{Certificate, CertificateError};
use super::cms::{CmsError, SignedData, SignerInfo};
use super::path::{Chain, find_anchor};
use super::trust_store::TrustStore;
use crate::bounds::BOUNDS;
use crate::crypto::CryptoError;
use crate::oid;
use crate::tlv::{Reader, Tag, TlvError};
use core::ops::Range;
use thiserror::Error;
use time::OffsetDateTime;

/// Why a master list is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ListError {
    /// Its SignedData is not well formed or does not verify.
    #[error("{0}")]
    Cms(#[from] CmsError),
    /// Its content is not well formed.
    #[error("master list {0}")]
    Tlv(#[from] TlvError),
    /// The signed content is no master list.
    #[error("the signed content is no master list")]
    OtherContent,
    /// A version other than 0.
    #[error("the version of the master list is not known")]
    Version,
    /// More than 16 384 certificates.
    #[error("more than 16384 certificates")]
    TooMany,
    /// The signer's certificate is not in the list's SignedData.
    #[error("the signer's certificate does not come with the list")]
    SignerMissing,
    /// The signer's certificate is not one.
    #[error("the signer's certificate: {0}")]
    Signer(CertificateError),
    /// The signer's key is not meant to sign master lists (9303-12 §7.1.1).
    #[error("the signer's key is not meant to sign master lists")]
    SignerPurpose,
    /// The signer's certificate leads to no certification authority of the caller or of the list.
    #[error("the signer's certificate leads to no certification authority")]
    SignerUnanchored,
}

/// Who signed a master list.
#[derive(Clone, Debug)]
pub struct ListSigner {
    /// The signer's certificate.
    pub certificate: Certificate,
    /// Its certification authority.
    pub authority: Certificate,
    /// Whether that authority is an anchor of the caller; else it stands in the list itself (self-contained).
    pub anchored: bool,
    /// The list's signature lacks the NULL in its DigestInfo (RFC 8017 §A.2.4), as the ICAO list's does.
    pub null_missing: bool,
}

/// A parsed master list.
///
/// ```asn1
/// CscaMasterList ::= SEQUENCE { version INTEGER { v0(0) }, certList SET OF Certificate }
/// ```
#[derive(Clone, Debug)]
pub struct MasterList<'a> {
    signed: SignedData<'a>,
    entries: Vec<Range<usize>>,
}

impl<'a> MasterList<'a> {
    /// Parses a list; nothing is verified yet.
    ///
    /// # Errors
    /// No SignedData, no master list in it, or one too long.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ListError> {
        let signed = SignedData::parse(bytes)?;
        if signed.content_type() != oid::ID_ICAO_CSCA_MASTER_LIST {
            return Err(ListError::OtherContent);
        }
        let mut reader = Reader::new(signed.content());
        let mut fields = reader.expect(Tag::SEQUENCE, "a CscaMasterList")?.children();
        reader.finish()?;
        if fields.expect(Tag::INTEGER, "a version")?.value != [0] {
            return Err(ListError::Version);
        }
        let mut list = fields.expect(Tag::SET, "a certList")?.children();
        fields.finish()?;
        let mut entries = Vec::new();
        while !list.is_empty() {
            let entry = list.next()?;
            entries.push(entry.at..entry.at + entry.raw.len());
            if entries.len() > BOUNDS.master_list_certificates {
                return Err(ListError::TooMany);
            }
        }
        Ok(Self { signed, entries })
    }

    /// The certificates of the list, each as it stands.
    pub fn entries(&self) -> impl Iterator<Item = &[u8]> {
        self.entries.iter().filter_map(|range| self.signed.content().get(range.clone()))
    }

    /// When the list was signed, by the word of its first signer that says so; trusted no further than the list.
    pub fn signing_time(&self) -> Option<OffsetDateTime> {
        self.signed.signers().iter().find_map(SignerInfo::signing_time)
    }

    /// Verifies the list's signature and looks for the authority of its signer: among the caller's anchors first, then in
    /// the list itself. Of several signers one that verifies is enough (9303-12 §9).
    ///
    /// # Errors
    /// Why the last signer tried does not verify.
    pub fn verify(&self, anchors: &TrustStore, own: &TrustStore) -> Result<ListSigner, ListError> {
        let mut budget = Budget::new(Budget::DOCUMENT);
        let mut failure = ListError::SignerMissing;
        for signer in self.signed.signers() {
            for der in self.signed.certificates() {
                let certificate = match Certificate::parse(der) {
                    Ok(certificate) if signer.sid().names(&certificate) => certificate,
                    Ok(_) => continue,
                    Err(error) => {
                        failure = ListError::Signer(error);
                        continue;
                    }
                };
                if !certificate.extensions().extended_key_usage.contains(&oid::ID_ICAO_CSCA_MASTER_LIST_SIGNING_KEY) {
                    failure = ListError::SignerPurpose;
                    continue;
                }
                let verified = certificate
                    .public_key()
                    .map_err(CmsError::from)
                    .and_then(|key| self.signed.verify(signer, &key, &mut budget));
                let null_missing = match verified {
                    // A list must verify over the bytes received; the tolerance for unsorted attributes is for cards.
                    Ok(signature) if signature.attributes_sorted => {
                        failure = CmsError::Crypto(CryptoError::BadSignature).into();
                        continue;
                    }
                    Ok(signature) => signature.null_missing,
                    Err(error) => {
                        failure = error.into();
                        continue;
                    }
                };
                let at = certificate.validity().not_before;
                for (store, anchored) in [(anchors, true), (own, false)] {
                    if let Chain::Anchored { anchor, .. } = find_anchor(&certificate, store, at, &mut budget) {
                        let authority = anchor.clone();
                        return Ok(ListSigner { certificate, authority, anchored, null_missing });
                    }
                }
                failure = ListError::SignerUnanchored;
            }
        }
        Err(failure)
    }
}
