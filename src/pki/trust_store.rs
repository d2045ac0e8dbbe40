//! What the caller trusts: certification authorities from lists and files, and single document signers that are pinned.
//!
//! The store takes bytes, never paths: reading a folder is the caller's business. It counts what it refused and says why,
//! and it remembers each source by its hash, for the report. It holds no revocation lists yet.

use super::Budget;
use super::certificate::{Certificate, CertificateError};
use super::master_list::{ListError, ListSigner, MasterList};
use super::path::verify_among;
use crate::crypto::DigestAlgorithm;
use crate::tlv::{Reader, Tag};
use std::collections::{HashMap, HashSet};
use thiserror::Error;
use time::OffsetDateTime;
use x509_parser::pem::Pem;

/// Anchors and pinned document signers.
#[derive(Clone, Debug, Default)]
pub struct TrustStore {
    anchors: Vec<Certificate>,
    by_key_id: HashMap<Vec<u8>, Vec<usize>>,
    by_name: HashMap<String, Vec<usize>>,
    pinned: Vec<Certificate>,
    links: Vec<Certificate>,
    evidence_signers: Vec<Certificate>,
    sources: Vec<Source>,
}

/// Where anchors came from.
#[derive(Clone, Debug)]
pub struct Source {
    /// The caller's name for it.
    pub label: String,
    /// What it is.
    pub kind: SourceKind,
    /// SHA-256 of its bytes.
    pub sha256: Vec<u8>,
    /// When it was signed, by the word of a master list's signer.
    pub date: Option<OffsetDateTime>,
    /// Certificates accepted, those that were there already among them.
    pub accepted: usize,
    /// What was refused, and why.
    pub refused: Vec<Refused>,
}

/// What a source is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SourceKind {
    /// Certificates in DER or PEM.
    Certificates,
    /// A master list, and who signed it.
    MasterList(Box<ListSigner>),
    /// Nothing that is known.
    Unknown,
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
    /// A certificate that is called its own issuer does not verify under its own key.
    #[error("it does not verify under its own key: {0}")]
    OwnSignature(CertificateError),
    /// Not a certification authority; a document signer can only be pinned.
    #[error("it is no certification authority; a document signer can only be pinned")]
    NotCa,
    /// A master list that does not verify.
    #[error("{0}")]
    List(#[from] ListError),
    /// Neither a certificate nor a master list.
    #[error("neither a certificate nor a master list")]
    Unknown,
}

impl TrustStore {
    /// An empty store: it trusts nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// The certification authorities of a master list. **Handing in the list is the act of trust**: that it verifies shows
    /// only that it is whole.
    ///
    /// # Errors
    /// A list that is malformed or does not verify.
    pub fn from_trusted_master_list(bytes: &[u8]) -> Result<Self, ListError> {
        let mut store = Self::new();
        let source = store.take_master_list("master list", bytes)?;
        store.sources.push(source);
        Ok(store)
    }

    /// Whether nothing at all is trusted.
    pub fn is_empty(&self) -> bool {
        self.anchors.is_empty() && self.pinned.is_empty()
    }

    /// The anchors, in the order they came.
    pub fn anchors(&self) -> &[Certificate] {
        &self.anchors
    }

    /// The pinned document signers.
    pub fn pinned_signers(&self) -> &[Certificate] {
        &self.pinned
    }

    /// What was taken from where, and what was refused.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// Adds one anchor in DER. One that is called its own issuer must verify under its own key.
    ///
    /// # Errors
    /// No certificate, no certification authority, or not verified by its own key.
    pub fn add_certificate(&mut self, der: &[u8]) -> Result<(), Refusal> {
        let certificate = Certificate::parse(der)?;
        if !may_be_authority(&certificate) {
            return Err(Refusal::NotCa);
        }
        if certificate.names_as_issuer(&certificate) {
            let key = certificate.public_key().map_err(|error| Refusal::OwnSignature(error.into()))?;
            certificate.verify_signed_by(&key).map_err(Refusal::OwnSignature)?;
        }
        self.insert(certificate);
        Ok(())
    }

    /// Adds whatever a file holds: a certificate in DER, certificates or a list in PEM, a master list in DER. Gives what
    /// was accepted and refused; it also stands in [`TrustStore::sources`].
    pub fn add_file(&mut self, label: &str, bytes: &[u8]) -> &Source {
        let source = match Pieces::of(bytes) {
            Pieces::List(list) => self.take_master_list(label, &list).unwrap_or_else(|error| Source {
                refused: vec![Refused { subject: label.to_owned(), reason: error.into() }],
                ..Source::new(label, SourceKind::Unknown, bytes)
            }),
            Pieces::Certificates(pieces) if !pieces.is_empty() => {
                let mut source = Source::new(label, SourceKind::Certificates, bytes);
                for (index, der) in pieces.iter().enumerate() {
                    match self.add_certificate(der) {
                        Ok(()) => source.accepted += 1,
                        Err(reason) => source.refused.push(Refused { subject: subject(der, index), reason }),
                    }
                }
                source
            }
            Pieces::Certificates(_) | Pieces::Nothing => Source {
                refused: vec![Refused { subject: label.to_owned(), reason: Refusal::Unknown }],
                ..Source::new(label, SourceKind::Unknown, bytes)
            },
        };
        self.sources.push(source);
        self.sources.last().expect("it was pushed in the line above")
    }

    /// Adds link certificates, in DER or PEM, that may lead from a signer to an anchor. They are **not trusted**: one is used
    /// only where an anchor's signature vouches for it.
    ///
    /// # Errors
    /// No certificate.
    pub fn add_links(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        add_named(&mut self.links, bytes)
    }

    /// The link certificates that are not trusted by themselves.
    pub fn links(&self) -> &[Certificate] {
        &self.links
    }

    /// Pins one document signer's certificate, in DER or PEM: documents that it signed are trusted although no authority
    /// is known, and the report says so.
    ///
    /// # Errors
    /// No certificate.
    pub fn add_pinned_signer(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        add_named(&mut self.pinned, bytes)
    }

    /// Trusts whoever holds the key of this certificate (DER or PEM) to tell what a chip showed: evidence that he signed
    /// counts for the proofs that no file can show again. **Naming him is the act of trust**: no authority is asked.
    ///
    /// # Errors
    /// No certificate.
    pub fn add_evidence_signer(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        add_named(&mut self.evidence_signers, bytes)
    }

    /// Whether the holder of this very certificate is trusted to sign evidence.
    pub fn is_evidence_signer(&self, certificate: &Certificate) -> bool {
        self.evidence_signers.contains(certificate)
    }

    /// SHA-256 over all anchors and pinned document signers, in no order: two stores that trust the same for documents
    /// have the same.
    pub fn fingerprint(&self) -> Vec<u8> {
        let marked = |mark: u8, certificate: &Certificate| [vec![mark], certificate.fingerprint()].concat();
        let anchors = self.anchors.iter().map(|certificate| marked(0, certificate));
        let mut all: Vec<Vec<u8>> = anchors.chain(self.pinned.iter().map(|one| marked(1, one))).collect();
        all.sort();
        DigestAlgorithm::Sha256.digest(&[&all.concat()])
    }

    /// Whether this very certificate is pinned.
    pub fn is_pinned(&self, certificate: &Certificate) -> bool {
        self.pinned.contains(certificate)
    }

    /// Whether this very certificate is an anchor.
    pub fn is_anchor(&self, certificate: &Certificate) -> bool {
        let same_name = self.by_name.get(certificate.subject().folded()).into_iter().flatten();
        same_name.filter_map(|index| self.anchors.get(*index)).any(|anchor| anchor == certificate)
    }

    /// Where to try a certificate's signature: anchors with its authority key identifier, then those with its issuer's name.
    pub fn candidates(&self, certificate: &Certificate) -> Vec<&Certificate> {
        let key_id = certificate.extensions().authority_key_id.as_ref().and_then(|id| self.by_key_id.get(id));
        let name = self.by_name.get(certificate.issuer().folded());
        let mut seen = HashSet::new();
        key_id
            .into_iter()
            .chain(name)
            .flatten()
            .filter(|index| seen.insert(**index))
            .filter_map(|index| self.anchors.get(*index))
            .collect()
    }

    /// Adds the entries of a list that verifies. They are covered by its signature; their own are not verified here.
    fn take_master_list(&mut self, label: &str, bytes: &[u8]) -> Result<Source, ListError> {
        let list = MasterList::parse(bytes)?;
        let mut own = Self::new();
        let mut refused = Vec::new();
        let mut accepted = 0;
        for (index, der) in list.entries().enumerate() {
            match Certificate::parse(der) {
                Ok(certificate) if may_be_authority(&certificate) => {
                    own.insert(certificate);
                    accepted += 1;
                }
                Ok(certificate) => {
                    refused.push(Refused { subject: certificate.subject().to_string(), reason: Refusal::NotCa });
                }
                Err(error) => refused.push(Refused { subject: subject(der, index), reason: error.into() }),
            }
        }
        let signer = list.verify(self, &own)?;
        if self.anchors.is_empty() {
            self.anchors = own.anchors;
            self.by_key_id = own.by_key_id;
            self.by_name = own.by_name;
        } else {
            own.anchors.into_iter().for_each(|certificate| self.insert(certificate));
        }
        let date = list.signing_time();
        Ok(Source { accepted, refused, date, ..Source::new(label, SourceKind::MasterList(Box::new(signer)), bytes) })
    }

    fn insert(&mut self, certificate: Certificate) {
        if self.is_anchor(&certificate) {
            return;
        }
        let index = self.anchors.len();
        if let Some(key_id) = &certificate.extensions().subject_key_id {
            self.by_key_id.entry(key_id.clone()).or_default().push(index);
        }
        self.by_name.entry(certificate.subject().folded().to_owned()).or_default().push(index);
        self.anchors.push(certificate);
    }
}

impl Source {
    fn new(label: &str, kind: SourceKind, bytes: &[u8]) -> Self {
        let sha256 = DigestAlgorithm::Sha256.digest(&[bytes]);
        Self { label: label.to_owned(), kind, sha256, date: None, accepted: 0, refused: Vec::new() }
    }
}

/// A set of certificates under examination: which verify within the set, and which do not, and why.
#[derive(Clone, Debug, Default)]
pub struct Collection {
    /// Certificates found.
    pub certificates: usize,
    /// Certificates that parse.
    pub parsed: usize,
    /// Certificates that verify under themselves or another of the set.
    pub verified: usize,
    /// Those that do not: subject and reason.
    pub unverified: Vec<(String, String)>,
    /// Who signed the lists among the files.
    pub signers: Vec<ListSigner>,
}

impl Collection {
    /// Examines files as [`TrustStore::add_file`] takes them: every certificate is verified under every candidate of the
    /// whole set. Seconds of work for a large list.
    pub fn examine<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        let mut found = Self::default();
        let mut store = TrustStore::new();
        let mut all = Vec::new();
        for (label, bytes) in files {
            let pieces: Vec<Vec<u8>> = match Pieces::of(bytes) {
                Pieces::List(list) => match MasterList::parse(&list) {
                    Ok(list) => list.entries().map(<[u8]>::to_vec).collect(),
                    Err(_) => Vec::new(),
                },
                Pieces::Certificates(pieces) => pieces,
                Pieces::Nothing => Vec::new(),
            };
            found.certificates += pieces.len();
            for (index, der) in pieces.iter().enumerate() {
                match Certificate::parse(der) {
                    Ok(certificate) => all.push(certificate),
                    Err(error) => found.unverified.push((subject(der, index), error.to_string())),
                }
            }
            let source = store.add_file(label, bytes);
            match &source.kind {
                SourceKind::MasterList(signer) => found.signers.push(signer.as_ref().clone()),
                SourceKind::Unknown => found
                    .unverified
                    .extend(source.refused.iter().map(|refused| (refused.subject.clone(), refused.reason.to_string()))),
                SourceKind::Certificates => {}
            }
        }
        found.parsed = all.len();
        for certificate in &all {
            let mut budget = Budget::new(Budget::DOCUMENT);
            match verify_among(certificate, &store, &mut budget) {
                Ok(()) => found.verified += 1,
                Err(reason) => found.unverified.push((certificate.subject().to_string(), reason.to_string())),
            }
        }
        found
    }
}

/// Adds the certificates of a file, in DER or PEM, to those that the caller names one by one.
fn add_named(named: &mut Vec<Certificate>, bytes: &[u8]) -> Result<(), Refusal> {
    let Pieces::Certificates(pieces) = Pieces::of(bytes) else { return Err(Refusal::Unknown) };
    if pieces.is_empty() {
        return Err(Refusal::Unknown);
    }
    for der in pieces {
        let certificate = Certificate::parse(&der)?;
        if !named.contains(&certificate) {
            named.push(certificate);
        }
    }
    Ok(())
}

/// Whether a certificate looks like an authority's. Some real ones lack cA: they are taken, and judged where they are used.
fn may_be_authority(certificate: &Certificate) -> bool {
    certificate.is_ca() || certificate.extensions().key_usage.is_some_and(|usage| usage.key_cert_sign)
}

/// What a file holds.
enum Pieces {
    List(Vec<u8>),
    Certificates(Vec<Vec<u8>>),
    Nothing,
}

impl Pieces {
    fn of(bytes: &[u8]) -> Self {
        let text = b"-----BEGIN ";
        if bytes.windows(text.len()).take(4096).any(|window| window == text) {
            let mut certificates = Vec::new();
            for pem in Pem::iter_from_buffer(bytes).map_while(Result::ok) {
                match pem.label.as_str() {
                    "CMS" | "PKCS7" => return Self::List(pem.contents),
                    _ => certificates.push(pem.contents),
                }
            }
            return Self::Certificates(certificates);
        }
        // SignedData begins with an OBJECT IDENTIFIER, a certificate with a SEQUENCE.
        let begins = Reader::ber(bytes).next().ok().and_then(|whole| whole.children().peek());
        match begins {
            Some(Tag::OID) => Self::List(bytes.to_vec()),
            Some(Tag::SEQUENCE) => {
                let mut reader = Reader::new(bytes);
                let mut certificates = Vec::new();
                while let Ok(certificate) = reader.next() {
                    certificates.push(certificate.raw.to_vec());
                }
                Self::Certificates(certificates)
            }
            _ => Self::Nothing,
        }
    }
}

/// The subject's name where it can be read, else the place.
fn subject(der: &[u8], index: usize) -> String {
    match Certificate::parse(der) {
        Ok(certificate) => certificate.subject().to_string(),
        Err(_) => format!("certificate {}", index + 1),
    }
}
