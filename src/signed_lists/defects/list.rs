//! A list of known defects of either form, with its signers.

use super::entry::{Criterion, DocumentFacts, Entry, Fit, unknown};
use super::{KnownDefect, defect_list, deviation_list};
use crate::crypto::DigestAlgorithm;
use crate::pki::{Certificate, SignatureBudget, SignedData, SignerInfo};
use crate::signed_lists::signer::{ListError, ListKind, Signature, signatures};
use core::fmt;
use std::collections::HashSet;
use time::OffsetDateTime;

/// The form of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefectListForm {
    /// A deviation list of an issuing state (9303-12 §10): it applies to the documents of its own country.
    Deviation,
    /// A defect list (TR-03129-2 §7): it applies to the documents of the signers that it names, of all countries if the caller
    /// trusts the list's signer directly, else of the country whose authority certified it.
    Defect,
}

impl DefectListForm {
    /// The code in the JSON output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deviation => "deviation_list",
            Self::Defect => "defect_list",
        }
    }
}

/// A list of known defects with a verified signature; whether its signer is trusted is decided by the trust store.
#[derive(Clone)]
pub struct DefectList {
    form: DefectListForm,
    entries: Vec<Entry>,
    signers: Vec<Signature>,
    signing_time: Option<OffsetDateTime>,
    sha256: Vec<u8>,
}

/// A defect that a document has, or could have, according to a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentDefect<'l> {
    /// The defect.
    pub defect: &'l KnownDefect,
    /// The criteria of the entry that cannot be evaluated for the document; all others fit. Empty if the entry certainly
    /// means it.
    pub unknown: Vec<Criterion>,
}

impl DocumentDefect<'_> {
    /// Whether every criterion of the entry was evaluated and fits.
    pub fn is_certain(&self) -> bool {
        self.unknown.is_empty()
    }
}

impl DefectList {
    /// Reads a list and verifies its signature under the certificate of a signer that comes with it.
    ///
    /// # Errors
    /// The bytes are not a list of defects, no signature verifies, or the signer's certificate is not valid for such lists.
    pub fn parse(bytes: &[u8]) -> Result<Self, ListError> {
        let signed = SignedData::parse(bytes)?;
        let content = signed.content();
        let (form, kind, entries) = match ListKind::of_content(signed.content_type()) {
            Some(kind @ ListKind::Deviation) => (DefectListForm::Deviation, kind, deviation_list::entries(content)?),
            Some(kind @ ListKind::Defect) => (DefectListForm::Defect, kind, defect_list::entries(content)?),
            Some(ListKind::Master) | None => return Err(ListError::OtherContent),
        };
        Ok(Self {
            form,
            entries,
            signers: signatures(&signed, kind, &mut SignatureBudget::new(SignatureBudget::DOCUMENT))?,
            signing_time: signed.signers().iter().find_map(SignerInfo::signing_time),
            sha256: DigestAlgorithm::Sha256.digest(&[bytes]),
        })
    }

    /// Its form.
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

    /// The signing time that its first signer with one states.
    pub fn signing_time(&self) -> Option<OffsetDateTime> {
        self.signing_time
    }

    /// Whether the certificate of a signer was valid at the signing time that it states or, without one, at this moment.
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

    /// The defects that a document has or could have according to this list, whose signer `authority` certified.
    pub fn of_document(&self, authority: &Certificate, document: &DocumentFacts<'_>) -> Vec<DocumentDefect<'_>> {
        let applies_to_all = self.form == DefectListForm::Defect && self.is_signed_by(authority);
        let state = if applies_to_all { Fit::Fits } else { same_state(authority, document) };
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

    /// Whether the list's own signer, which the caller trusts directly, is given in the place of an authority.
    fn is_signed_by(&self, authority: &Certificate) -> bool {
        let signs_certificates = authority.extensions().key_usage.is_some_and(|usage| usage.key_cert_sign);
        !authority.is_ca() && !signs_certificates && self.signers.iter().any(|one| one.certificate == *authority)
    }
}

/// The list of a state applies to its own documents only.
fn same_state(authority: &Certificate, document: &DocumentFacts<'_>) -> Fit {
    let Some(country) = authority.subject().country() else { return Fit::RuledOut };
    match document.signer.and_then(|signer| signer.issuer().country()) {
        Some(issuer) => Fit::of(Criterion::IssuingState, Some(issuer), |issuer| issuer == country),
        None => {
            let known = (!document.countries.is_empty()).then_some(document.countries);
            Fit::of(Criterion::IssuingState, known, |known| known.contains(&country))
        }
    }
}

/// `Debug` output omits the document numbers.
impl fmt::Debug for DefectList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DefectList({:?}, {} entries, {} numbers)", self.form, self.entries.len(), self.numbers())
    }
}
