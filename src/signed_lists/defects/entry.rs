//! The entries of a list, and how a document fits their criteria.

use super::KnownDefect;
use crate::crypto::DigestAlgorithm;
use crate::pki::{Certificate, Name};
use crate::tlv::{self, Tlv, TlvError};
use std::collections::HashSet;
use time::OffsetDateTime;

/// A set of documents with their defects.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) documents: Documents,
    pub(super) defects: Vec<KnownDefect>,
}

/// The criteria of an entry: it means the documents that fulfil all that are present.
#[derive(Clone, Default)]
pub(super) struct Documents {
    pub(super) document_type: Option<String>,
    pub(super) signer: Option<SignerReference>,
    /// SHA-… of the document signer's certificate, beside the reference.
    pub(super) certificate_hash: Option<(DigestAlgorithm, Vec<u8>)>,
    pub(super) issued: Option<(OffsetDateTime, OffsetDateTime)>,
    pub(super) numbers: Option<HashSet<Box<[u8]>>>,
}

/// How an entry names a document signer.
#[derive(Clone)]
pub(super) enum SignerReference {
    IssuerAndSerial(Name, Vec<u8>),
    KeyId(Vec<u8>),
    Digest(Option<DigestAlgorithm>, Vec<u8>),
}

/// What is known of a document, to find its entries.
#[derive(Clone, Copy)]
pub struct DocumentFacts<'a> {
    /// The document signer's certificate.
    pub signer: Option<&'a Certificate>,
    /// The two-letter codes of its issuing state.
    pub countries: &'a [String],
    /// The document code of its machine readable zone.
    pub document_code: Option<&'a str>,
    /// The document number of its machine readable zone.
    pub number: Option<&'a str>,
    /// The date of issue, if the document states it.
    pub issued: Option<OffsetDateTime>,
    /// The signing time that its signer states. Where the date of issue is not known, a signing time within a period of
    /// issue fulfils that criterion; one outside it rules nothing out.
    pub signed: Option<OffsetDateTime>,
}

/// `Debug` output omits the document number.
impl core::fmt::Debug for DocumentFacts<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "DocumentFacts({:?}, {:?}, {:?})", self.countries, self.document_code, self.issued)
    }
}

/// A criterion of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Criterion {
    /// The issuing state: a list applies to the documents of its own.
    IssuingState,
    /// The document code.
    DocumentCode,
    /// The document signer.
    Signer,
    /// The algorithm of the hash by which the entry names the document signer.
    SignerHash,
    /// The date of issue.
    DateOfIssue,
    /// The document number.
    Number,
}

impl Criterion {
    /// Its name in the text of a check.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::IssuingState => "the issuing state",
            Self::DocumentCode => "the document code",
            Self::Signer => "the document signer",
            Self::SignerHash => "the hash that names the document signer",
            Self::DateOfIssue => "the date of issue",
            Self::Number => "the document number",
        }
    }
}

/// Whether a document fulfils a criterion.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    Fits,
    RuledOut,
    Unknown(Criterion),
}

impl Fit {
    /// Evaluates a criterion on a value of the document, if it is known.
    pub(super) fn of<T>(criterion: Criterion, known: Option<T>, fits: impl FnOnce(T) -> bool) -> Self {
        match known.map(fits) {
            Some(true) => Self::Fits,
            Some(false) => Self::RuledOut,
            None => Self::Unknown(criterion),
        }
    }
}

/// The criteria that cannot be evaluated, each once; `None` if a criterion rules the document out.
pub(super) fn unknown(fits: impl IntoIterator<Item = Fit>) -> Option<Vec<Criterion>> {
    let mut unknown = Vec::new();
    for fit in fits {
        match fit {
            Fit::Fits => {}
            Fit::RuledOut => return None,
            Fit::Unknown(criterion) if unknown.contains(&criterion) => {}
            Fit::Unknown(criterion) => unknown.push(criterion),
        }
    }
    Some(unknown)
}

impl Documents {
    /// Whether the document fulfils each criterion that is present.
    pub(super) fn fits(&self, document: &DocumentFacts<'_>) -> Vec<Fit> {
        let document_type = self.document_type.as_ref().map(|code| {
            Fit::of(Criterion::DocumentCode, document.document_code, |known| {
                known.trim_end_matches('<') == code.trim_end_matches('<')
            })
        });
        let signer = self.signer.as_ref().map(|reference| reference.fits(document.signer));
        let hash = self.certificate_hash.as_ref().map(|(digest, hash)| {
            Fit::of(Criterion::Signer, document.signer, |signer| digest.digest(&[signer.der()]) == *hash)
        });
        let issued = self.issued.map(|period| fits_period(period, document));
        let numbers = self.numbers.as_ref().map(|numbers| {
            Fit::of(Criterion::Number, document.number, |number| {
                numbers.contains(number.trim_end_matches('<').as_bytes())
            })
        });
        [document_type, signer, hash, issued, numbers].into_iter().flatten().collect()
    }
}

fn fits_period((first, last): (OffsetDateTime, OffsetDateTime), document: &DocumentFacts<'_>) -> Fit {
    let is_within = |moment: OffsetDateTime| (first..=last).contains(&moment);
    match (document.issued, document.signed) {
        (None, Some(signed)) if is_within(signed) => Fit::Fits,
        (issued, _) => Fit::of(Criterion::DateOfIssue, issued, is_within),
    }
}

impl SignerReference {
    fn fits(&self, signer: Option<&Certificate>) -> Fit {
        let number = |octets| tlv::unsigned_integer(octets).unwrap_or(octets);
        match self {
            Self::Digest(None, _) => Fit::Unknown(Criterion::SignerHash),
            Self::IssuerAndSerial(issuer, serial) => Fit::of(Criterion::Signer, signer, |signer| {
                number(serial.as_slice()) == number(signer.serial()) && issuer.matches(signer.issuer())
            }),
            Self::KeyId(id) => {
                Fit::of(Criterion::Signer, signer, |signer| signer.extensions().subject_key_id.as_ref() == Some(id))
            }
            Self::Digest(Some(digest), hash) => {
                Fit::of(Criterion::Signer, signer, |signer| digest.digest(&[signer.der()]) == *hash)
            }
        }
    }

    /// `IssuerAndSerialNumber ::= SEQUENCE { issuer Name, serialNumber INTEGER }`
    pub(super) fn issuer_and_serial(pair: &Tlv<'_>) -> Result<Self, TlvError> {
        let mut fields = pair.children();
        let issuer = fields.expect(tlv::Tag::SEQUENCE, "an issuer")?;
        let serial = fields.expect(tlv::Tag::INTEGER, "a serialNumber")?;
        fields.finish()?;
        let name = Name::parse(issuer.raw).ok_or(issuer.expected("a Name"))?;
        Ok(Self::IssuerAndSerial(name, serial.value.to_vec()))
    }
}
