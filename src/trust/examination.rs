//! Examines a set of files: which certificates verify within the set, who signed the lists, and what is wrong.

use super::builder::TrustBuilder;
use super::bundle::TrustBundle;
use super::certification_path::{Unverified, verify_among};
use super::issuer_candidates::{AnchorSet, RequiredTolerance};
use super::material::subject;
use super::source::{ListSigner, Refusal, SourceKind};
use super::store::TrustStore;
use crate::pki::{Certificate, CertificateError, FileObject, RevocationListError, SignatureBudget, file_objects};
use crate::signed_lists::{ListError, MasterList};
use thiserror::Error;

/// What an examination of a set of files found: which certificates verify within the set, and which do not, and why.
#[derive(Clone, Debug, Default)]
pub struct Examination {
    /// Certificates found.
    pub certificates: usize,
    /// Certificates that parse.
    pub parsed: usize,
    /// Certificates that verify under themselves or another of the set.
    pub verified: usize,
    /// Those that do not, and lists without an authority.
    pub findings: Vec<ExaminationFinding>,
    /// The findings in words: subject and reason.
    pub unverified: Vec<(String, String)>,
    /// Who signed the master lists among the files.
    pub signers: Vec<ListSigner>,
    /// The trust store of all files, with their revocation lists and lists of known defects.
    pub store: TrustStore,
}

/// A certificate or a list that does not verify within the set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExaminationFinding {
    /// The subject of the certificate, or the caller's name for the file.
    pub subject: String,
    /// Why it does not verify.
    pub reason: ExaminationReason,
}

/// Why a certificate or a list does not verify within the set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ExaminationReason {
    /// The certificate does not parse.
    #[error("{0}")]
    Malformed(CertificateError),
    /// No certificate of the set verifies the certificate.
    #[error("{0}")]
    Unverified(Unverified),
    /// The trust store refuses the certificate.
    #[error("{0}")]
    CertificateRefused(Refusal),
    /// The trust store refuses the list or the file.
    #[error("{0}")]
    ListRefused(Refusal),
}

impl ExaminationReason {
    fn refused(reason: Refusal) -> Self {
        match reason {
            Refusal::List(_)
            | Refusal::RevocationList(_)
            | Refusal::Bundle(_)
            | Refusal::TooMany
            | Refusal::Unknown => Self::ListRefused(reason),
            _ => Self::CertificateRefused(reason),
        }
    }

    /// Whether only the issuer, or the authority of a list's signer, is missing among the files.
    pub fn is_issuer_missing(self) -> bool {
        let is_of_list = |refusal| {
            let signer = Refusal::List(ListError::SignerUnanchored);
            [Refusal::RevocationList(RevocationListError::IssuerUnknown), signer].contains(&refusal)
        };
        match self {
            Self::Unverified(reason) => reason == Unverified::IssuerMissing,
            Self::ListRefused(refusal) => is_of_list(refusal),
            Self::Malformed(_) | Self::CertificateRefused(_) => false,
        }
    }

    /// Whether it concerns a whole list or file, not one certificate.
    pub fn is_of_list(self) -> bool {
        matches!(self, Self::ListRefused(_))
    }
}

impl Examination {
    /// Examines files that [`TrustBuilder::add_file`] reads: every certificate is verified under itself, or under an authority
    /// of the whole set, whether that leads to an anchor or not. This takes seconds for a large list.
    pub fn examine<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        Self::examine_with(TrustBuilder::new(), files)
    }

    /// The same with the tolerances of this builder.
    pub fn examine_with<'a>(mut builder: TrustBuilder, files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        let mut found = Self::default();
        let mut all = Vec::new();
        for (label, bytes) in files {
            for der in certificates(bytes) {
                found.certificates += 1;
                match Certificate::parse(&der) {
                    Ok(certificate) => all.push(certificate),
                    Err(error) => {
                        found.push(subject(&der, found.certificates - 1), ExaminationReason::Malformed(error));
                    }
                }
            }
            // The sources of the store list what was refused.
            let _ = builder.add_file(label, bytes);
        }
        let store = builder.build();
        for source in store.sources() {
            match &source.kind {
                // Its signer may have been revoked by another of the files.
                SourceKind::MasterList(signer) => match source.refused.iter().find(|one| one.reason.is_of_list()) {
                    Some(refused) => found.push(source.label.clone(), ExaminationReason::ListRefused(refused.reason)),
                    None => found.signers.push(signer.as_ref().clone()),
                },
                // Certificates are examined one by one below; a bundle's parts are sources of their own.
                SourceKind::Certificates | SourceKind::Bundle => {}
                _ => source
                    .refused
                    .iter()
                    .for_each(|one| found.push(one.subject.clone(), ExaminationReason::refused(one.reason))),
            }
        }
        found.parsed = all.len();
        let mut authorities = AnchorSet::default();
        for one in store.anchors().iter().chain(store.links()).chain(store.unanchored_links()) {
            authorities.insert_anchor(one, RequiredTolerance::None);
        }
        for certificate in &all {
            let mut budget = SignatureBudget::new(SignatureBudget::DOCUMENT);
            match verify_among(certificate, &authorities, &mut budget) {
                Ok(()) => found.verified += 1,
                Err(reason) => found.push(certificate.subject().to_string(), ExaminationReason::Unverified(reason)),
            }
        }
        let revocation = store.revocation_lists().iter().map(|one| (one.label(), one.authority()));
        let defects = store.defect_lists().iter().map(|one| (one.label(), one.authority()));
        let unvouched = revocation.chain(defects).filter_map(|(label, authority)| Some((label, authority.err()?)));
        unvouched.for_each(|(label, refusal)| found.push(label.to_owned(), ExaminationReason::ListRefused(refusal)));
        Self { store, ..found }
    }

    fn push(&mut self, subject: String, reason: ExaminationReason) {
        self.unverified.push((subject.clone(), reason.to_string()));
        self.findings.push(ExaminationFinding { subject, reason });
    }
}

/// All certificates of a file, and those of master lists and bundles in it. As a store takes no
/// bundle within a bundle, none is opened here.
fn certificates(bytes: &[u8]) -> Vec<Vec<u8>> {
    match TrustBundle::parse(bytes) {
        Ok(bundle) => bundle.parts().iter().flat_map(|part| certificates_of_objects(part.bytes())).collect(),
        Err(_) => certificates_of_objects(bytes),
    }
}

fn certificates_of_objects(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for object in file_objects(bytes) {
        match object {
            FileObject::Certificate(der) => all.push(der),
            FileObject::MasterList(der) => {
                if let Ok(list) = MasterList::parse(&der) {
                    all.extend(list.entries().map(<[u8]>::to_vec));
                }
            }
            _ => {}
        }
    }
    all
}
