//! What a trust store took, from where, and what it refused.

use super::bundle::BundleError;
use crate::crypto::DigestAlgorithm;
use crate::pki::{Certificate, CertificateError, RevocationListError};
use crate::signed_lists::{DefectListForm, ListError, Signature};
use thiserror::Error;
use time::OffsetDateTime;

/// Where anchors came from.
#[derive(Clone, Debug)]
pub struct Source {
    /// The caller's name for it.
    pub label: String,
    /// What it is.
    pub kind: SourceKind,
    /// SHA-256 of its bytes.
    pub sha256: Vec<u8>,
    /// When a list was signed or a bundle was made, as it states itself.
    pub date: Option<OffsetDateTime>,
    /// Certificates and lists accepted, those that were there already among them.
    pub accepted: usize,
    /// What was refused, and why.
    pub refused: Vec<Refused>,
    /// How many of the sources before it came in it.
    pub(super) parts: usize,
}

/// What a source is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SourceKind {
    /// Certificates in DER or PEM.
    Certificates,
    /// A master list, and who signed it.
    MasterList(Box<ListSigner>),
    /// The certificates of a master list whose signature was not verified.
    UnverifiedMasterList,
    /// Revocation lists in DER or PEM.
    RevocationLists,
    /// A deviation list or a defect list.
    DefectList(DefectListForm),
    /// A trust bundle; its parts are sources of their own.
    Bundle,
    /// Nothing that is known.
    Unknown,
}

impl SourceKind {
    /// The name in the JSON output and in evidence.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Certificates => "certificates",
            Self::MasterList(_) => "master_list",
            Self::UnverifiedMasterList => "unverified_master_list",
            Self::RevocationLists => "revocation_lists",
            Self::DefectList(form) => form.as_str(),
            Self::Bundle => "bundle",
            Self::Unknown => "unknown",
        }
    }
}

/// Who signed a list.
#[derive(Clone, Debug)]
pub struct ListSigner {
    /// The signer's certificate.
    pub certificate: Certificate,
    /// Its certification authority.
    pub authority: Certificate,
    /// Whether that authority is an anchor by more than this list; else the list is self-contained.
    pub anchored: bool,
    /// The link certificates between, from the signer up.
    pub links: Vec<Certificate>,
    /// The list's signature lacks the NULL in its DigestInfo (RFC 8017 §A.2.4), as the ICAO list's does.
    pub null_missing: bool,
}

impl ListSigner {
    pub(super) fn new(signature: &Signature, authority: Certificate, links: Vec<Certificate>, anchored: bool) -> Self {
        let (certificate, null_missing) = (signature.certificate.clone(), signature.null_missing);
        Self { certificate, authority, anchored, links, null_missing }
    }
}

/// Something that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The subject's name where it can be read, else its place in the source.
    pub subject: String,
    /// Why.
    pub reason: Refusal,
}

/// Why the store refuses something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Refusal {
    /// No certificate.
    #[error("{0}")]
    Certificate(#[from] CertificateError),
    /// A certificate that names itself as its issuer does not verify under its own key, nor do signatures lead from it to an
    /// anchor.
    #[error("it does not verify under its own key: {0}")]
    OwnSignature(CertificateError),
    /// A link certificate does not verify under the key of the anchor that it names as its issuer.
    #[error("it does not verify under the key of its issuer, which is an anchor or leads to one: {0}")]
    IssuerSignature(CertificateError),
    /// No signatures lead from a certificate that did not sign itself to an anchor.
    #[error("it did not sign itself, and no signatures lead from it to a trust anchor")]
    NoAnchor,
    /// A certificate that did not sign itself is void as an authority's certificate by its profile (9303-12 §7.1).
    #[error("it did not sign itself, and is void as the certificate of an authority")]
    Void,
    /// A link certificate is of another country than its issuer.
    #[error("it is of another country than its issuer")]
    OtherCountry,
    /// A revocation list names a link certificate, or another certificate of its key.
    #[error("it was revoked")]
    Revoked,
    /// Not a certification authority; a document signer can only be pinned.
    #[error("it is no certification authority; a document signer can only be pinned")]
    NotCa,
    /// A signed list that does not verify.
    #[error("{0}")]
    List(#[from] ListError),
    /// A revocation list that is not taken, or that no anchor verifies.
    #[error("{0}")]
    RevocationList(#[from] RevocationListError),
    /// A trust bundle that is not whole.
    #[error("{0}")]
    Bundle(#[from] BundleError),
    /// More than 65 536 anchors, or more than 4 096 lists of one kind or certificates named for one purpose.
    #[error("more than 65536 anchors or parts of one file, or more than 4096 lists of one kind or named certificates")]
    TooMany,
    /// Neither a certificate nor a list that is known.
    #[error("neither a certificate nor a list that is known")]
    Unknown,
}

impl Refusal {
    /// Whether it concerns a link certificate that could be used beside other anchors.
    pub fn is_of_link(&self) -> bool {
        matches!(self, Self::NoAnchor | Self::Void | Self::OtherCountry | Self::Revoked)
    }

    /// Whether a whole signed list is refused, not an entry of it.
    pub(super) fn is_of_list(&self) -> bool {
        matches!(self, Self::List(_))
    }
}

impl Source {
    pub(super) fn new(label: &str, kind: SourceKind, bytes: &[u8]) -> Self {
        let sha256 = DigestAlgorithm::Sha256.digest(&[bytes]);
        Self { label: label.to_owned(), kind, sha256, date: None, accepted: 0, refused: Vec::new(), parts: 0 }
    }
}
