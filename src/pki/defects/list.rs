//! A list of known defects of either form, with its signers.

use super::entry::{Criterion, DocumentFacts, Entry, Fit, unknown};
use super::{KnownDefect, defect_list, deviation_list};
use crate::crypto::DigestAlgorithm;
use crate::pki::certificate::Certificate;
use crate::pki::cms::{SignedData, SignerInfo};
use crate::pki::list_signer::{ListError, ListKind, Signature, signatures};
use crate::pki::signature::Budget;
use core::fmt;
use std::collections::HashSet;
use time::OffsetDateTime;

/// Whose form a list has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefectListForm {
    /// A deviation list of an issuing state (9303-12 §10): it speaks for the documents of its own country.
    Deviation,
    /// A defect list (TR-03129-2 §7): it speaks for the documents of the signers that it names, of all countries where the caller
    /// named the list's signer, else of the country whose authority vouches for it.
    Defect,
}

impl DefectListForm {
    /// The word of the JSON output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deviation => "deviation_list",
            Self::Defect => "defect_list",
        }
    }
}

/// A list of known defects, its signature verified; where its signer leads is the trust store's business.
#[derive(Clone)]
pub struct DefectList {
    form: DefectListForm,
    entries: Vec<Entry>,
    signers: Vec<Signature>,
    signing_time: Option<OffsetDateTime>,
    sha256: Vec<u8>,
}

/// A defect that a document has by a list, or could have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentDefect<'l> {
    /// The defect.
    pub defect: &'l KnownDefect,
    /// What the entry asks for and nobody knows of the document; all else fits. Nothing where it certainly means it.
    pub unknown: Vec<Criterion>,
}

impl DocumentDefect<'_> {
    /// Whether the entry certainly means the document, and not only for all that is known of it.
    pub fn is_certain(&self) -> bool {
        self.unknown.is_empty()
    }
}

impl DefectList {
    /// Reads a list and verifies its signature under the certificate of a signer that comes with it.
    ///
    /// # Errors
    /// No list of defects, or one whose signature does not verify, or whose signer is not fit to sign it.
    pub fn parse(bytes: &[u8]) -> Result<Self, ListError> {
        let signed = SignedData::parse(bytes)?;
        let (form, kind) = match ListKind::of_content(signed.content_type()) {
            Some(kind @ ListKind::Deviation) => (DefectListForm::Deviation, kind),
            Some(kind @ ListKind::Defect) => (DefectListForm::Defect, kind),
            Some(ListKind::Master) | None => return Err(ListError::OtherContent),
        };
        let entries = match form {
            DefectListForm::Deviation => deviation_list::entries(signed.content())?,
            DefectListForm::Defect => defect_list::entries(signed.content())?,
        };
        Ok(Self {
            form,
            entries,
            signers: signatures(&signed, kind, &mut Budget::new(Budget::DOCUMENT))?,
            signing_time: signed.signers().iter().find_map(SignerInfo::signing_time),
            sha256: DigestAlgorithm::Sha256.digest(&[bytes]),
        })
    }

    /// Whose form it has.
    pub fn form(&self) -> DefectListForm {
        self.form
    }

    /// How many entries it has.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many document numbers it names.
    pub fn numbers(&self) -> usize {
        self.entries.iter().filter_map(|entry| entry.documents.numbers.as_ref()).map(HashSet::len).sum()
    }

    /// The defects of all entries, each once.
    pub fn defects(&self) -> Vec<&KnownDefect> {
        let mut all: Vec<&KnownDefect> = Vec::new();
        for defect in self.entries.iter().flat_map(|entry| &entry.defects) {
            if !all.contains(&defect) {
                all.push(defect);
            }
        }
        all
    }

    /// When it was signed, by its signer's word.
    pub fn signing_time(&self) -> Option<OffsetDateTime> {
        self.signing_time
    }

    /// Whether a signer's certificate covers his signature: at the moment that he says, else at this one.
    pub fn is_covered(&self, at: OffsetDateTime) -> bool {
        self.signers.iter().any(|one| one.signed.is_some() || one.certificate.validity().contains(at))
    }

    /// SHA-256 of its bytes.
    pub fn fingerprint(&self) -> &[u8] {
        &self.sha256
    }

    /// The signers whose signatures verify.
    pub(crate) fn signers(&self) -> &[Signature] {
        &self.signers
    }

    /// The defects that a document has or could have by this list, which is its authority's word.
    pub fn of_document(&self, authority: &Certificate, document: &DocumentFacts<'_>) -> Vec<DocumentDefect<'_>> {
        let speaks_for_all = self.form == DefectListForm::Defect && self.is_signed_by(authority);
        let state = if speaks_for_all { Fit::Fits } else { speaks_for(authority, document) };
        let mut found = Vec::new();
        for entry in &self.entries {
            let criteria = entry.documents.fits(document);
            if criteria.is_empty() {
                continue;
            }
            let Some(unknown) = unknown(core::iter::once(state).chain(criteria)) else { continue };
            found.extend(entry.defects.iter().map(|defect| DocumentDefect { defect, unknown: unknown.clone() }));
        }
        found
    }

    /// Whether the list is the word of its very signer, whom the caller named, and not of an authority.
    fn is_signed_by(&self, authority: &Certificate) -> bool {
        let signs_certificates = authority.extensions().key_usage.is_some_and(|usage| usage.key_cert_sign);
        !authority.is_ca() && !signs_certificates && self.signers.iter().any(|one| one.certificate == *authority)
    }
}

/// A state speaks for its own documents only.
fn speaks_for(authority: &Certificate, document: &DocumentFacts<'_>) -> Fit {
    let Some(country) = authority.subject().country() else { return Fit::FitsNot };
    match document.signer.and_then(|signer| signer.issuer().country()) {
        Some(issuer) => Fit::of(Criterion::IssuingState, Some(issuer), |issuer| issuer == country),
        None => {
            let known = (!document.countries.is_empty()).then_some(document.countries);
            Fit::of(Criterion::IssuingState, known, |known| known.contains(&country))
        }
    }
}

/// Says nothing of the document numbers.
impl fmt::Debug for DefectList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DefectList({:?}, {} entries, {} numbers)", self.form, self.entries.len(), self.numbers())
    }
}
