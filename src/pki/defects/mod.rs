//! Lists of known defects: the deviation lists of issuing states (9303-12 §10) and the defect lists of BSI TR-03129-2.
//!
//! Both say that documents which somebody issued are not as the standard has them, and how. An entry never makes a
//! document better than *undetermined*: it tells that a failure was to be expected, not that the document is genuine. What
//! each kind bears on stands in one table where the checks are judged; here a list is read, its signer known, and an entry
//! matched to a document.
//!
//! An entry means the documents that fulfil each of its criteria. What is not known of a document neither fulfils one nor
//! rules it out: the entry then could mean the document, and what is not known is told with it. An entry without any
//! criterion means no document.
//!
//! The form of defect lists and their kinds are those of TR-03129-2, version 1.4.1; an entry of a kind that is not there is
//! told as unknown.

mod defect_list;
mod deviation_list;

use super::budget::Budget;
use super::certificate::Certificate;
use super::cms::{SignedData, SignerInfo};
use super::list_signer::{ListError, ListKind, Signature, signatures};
use super::name::Name;
use crate::crypto::DigestAlgorithm;
use crate::oid::{self, Oid};
use crate::tlv::{self, Tlv, TlvError};
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

/// What is wrong with the documents of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DefectKind {
    /// The signature of the document signer's certificate is wrong.
    SignerSignature,
    /// The document signer's certificate is not as it should be.
    SignerEncoding,
    /// The authority's certificate is not as it should be.
    AuthorityEncoding,
    /// The document signer was revoked.
    SignerRevoked,
    /// The keys of active authentication are compromised.
    ActiveAuthenticationKey,
    /// The keys of chip authentication are compromised.
    ChipAuthenticationKey,
    /// Data groups are not as they should be.
    FileMalformed,
    /// The hash of a data group is wrong.
    FileHash,
    /// The signature of EF.SOD is wrong.
    SecurityObjectSignature,
    /// EF.SOD is not valid.
    SecurityObject,
    /// EF.SOD names another signer than its own.
    SignerIdentifier,
    /// Active authentication, chip authentication or PACE with chip authentication mapping fails, as the status says.
    ProtocolFailure,
    /// The validity of the document signer's certificate or its authority's is wrong, as the status says.
    ValidityPeriod,
    /// The country in the name of the document signer's issuer is wrong or missing.
    IssuingCountry,
    /// EF.COM does not list what EF.SOD lists.
    ComInconsistent,
    /// A field of the machine readable zone is wrong.
    MrzData,
    /// A check digit of the machine readable zone is wrong.
    MrzCheckDigit,
    /// EF.CardSecurity is not as it should be.
    CardSecurity,
    /// It bears on nothing that is judged here.
    NoBearing,
    /// A kind that is not known, of the passport application, its authentication or the whole document: such documents are
    /// not to be relied on (TR-03129-2 §7.3.3).
    Unknown,
}

/// One defect of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownDefect {
    /// Its kind.
    pub kind: DefectKind,
    /// Its identifier.
    pub id: Oid,
    /// The files that it concerns: 1 to 16 data groups, 20 EF.SOD, 21 EF.COM.
    pub files: Vec<u8>,
    /// The status code beside it, where there is one.
    pub status: Option<u8>,
}

impl KnownDefect {
    fn new(id: Oid) -> Self {
        let kind = match KINDS.iter().find(|(known, ..)| *known == id) {
            Some((_, kind, _)) => *kind,
            // Defects of another application bear on nothing here; the rest may bear on anything.
            None if id.is_under(&oid::ID_EID_DEFECT) => DefectKind::NoBearing,
            None => DefectKind::Unknown,
        };
        Self { kind, id, files: Vec::new(), status: None }
    }

    /// The standard's name, or the identifier.
    pub fn name(&self) -> String {
        let known = KINDS.iter().find(|(known, ..)| *known == self.id);
        let name = known.map_or_else(|| self.id.to_string(), |(.., name)| (*name).to_owned());
        let files: Vec<String> = self.files.iter().map(|number| file_name(*number)).collect();
        if files.is_empty() { name } else { format!("{name} ({})", files.join(", ")) }
    }
}

fn file_name(number: u8) -> String {
    match number {
        20 => "EF.SOD".to_owned(),
        21 => "EF.COM".to_owned(),
        number => format!("EF.DG{number}"),
    }
}

/// Every kind that is known, with the standard's name.
#[rustfmt::skip]
const KINDS: &[(Oid, DefectKind, &str)] = &[
    (oid::ID_DEVIATION_DS_SIGNATURE, DefectKind::SignerSignature, "id-Deviation-CertOrKey-DSSignature"),
    (oid::ID_DEVIATION_DS_ENCODING, DefectKind::SignerEncoding, "id-Deviation-CertOrKey-DSEncoding"),
    (oid::ID_DEVIATION_CSCA_ENCODING, DefectKind::AuthorityEncoding, "id-Deviation-CertOrKey-CSCAEncoding"),
    (oid::ID_DEVIATION_AA_KEY_COMPROMISED, DefectKind::ActiveAuthenticationKey, "id-Deviation-CertOrKey-AAKeyCompromised"),
    (oid::ID_DEVIATION_DG_MALFORMED, DefectKind::FileMalformed, "id-Deviation-LDS-DGMalformed"),
    (oid::ID_DEVIATION_DG_HASH_WRONG, DefectKind::FileHash, "id-Deviation-LDS-DGHashWrong"),
    (oid::ID_DEVIATION_SOD_SIGNATURE_WRONG, DefectKind::SecurityObjectSignature, "id-Deviation-LDS-SODSignatureWrong"),
    (oid::ID_DEVIATION_COM_INCONSISTENT, DefectKind::ComInconsistent, "id-Deviation-LDS-COMInconsistent"),
    (oid::ID_DEVIATION_MRZ_WRONG_DATA, DefectKind::MrzData, "id-Deviation-MRZ-WrongData"),
    (oid::ID_DEVIATION_MRZ_WRONG_CHECK_DIGIT, DefectKind::MrzCheckDigit, "id-Deviation-MRZ-WrongCheckDigit"),
    (oid::ID_DEVIATION_CHIP, DefectKind::NoBearing, "id-Deviation-Chip"),
    (oid::ID_DEVIATION_NATIONAL_USE, DefectKind::NoBearing, "id-Deviation-NationalUse"),
    (oid::ID_CERT_REVOKED, DefectKind::SignerRevoked, "id-CertRevoked"),
    (oid::ID_CERT_REPLACED, DefectKind::SignerEncoding, "id-CertReplaced"),
    (oid::ID_CHIP_AUTH_KEY_REVOKED, DefectKind::ChipAuthenticationKey, "id-ChipAuthKeyRevoked"),
    (oid::ID_ACTIVE_AUTH_KEY_REVOKED, DefectKind::ActiveAuthenticationKey, "id-ActiveAuthKeyRevoked"),
    (oid::ID_AUTHENTICATION_PROTOCOL_FAILURE, DefectKind::ProtocolFailure, "id-AuthenticationProtocolFailure"),
    (oid::ID_VALIDITY_PERIOD_INCORRECT, DefectKind::ValidityPeriod, "id-ValidityPeriodIncorrect"),
    (oid::ID_EPASSPORT_DG_MALFORMED, DefectKind::FileMalformed, "id-ePassportDGMalformed"),
    (oid::ID_SOD_INVALID, DefectKind::SecurityObject, "id-SODInvalid"),
    (oid::ID_COM_SOD_DISCREPANCY, DefectKind::ComInconsistent, "id-COMSODDiscrepancy"),
    (oid::ID_SOD_WRONG_SIGNER_IDENTIFIER, DefectKind::SignerIdentifier, "id-sodWrongSignerIdentifier"),
    (oid::ID_ISSUING_COUNTRY_DEFECT, DefectKind::IssuingCountry, "id-IssuingCountryDefect"),
    (oid::ID_CARD_SECURITY_MALFORMED, DefectKind::CardSecurity, "id-CardSecurityMalformed"),
    (oid::ID_CHIP_SECURITY_MALFORMED, DefectKind::NoBearing, "id-ChipSecurityMalformed"),
    (oid::ID_POWER_DOWN_REQ, DefectKind::NoBearing, "id-PowerDownReq"),
    (oid::ID_DS_MALFORMED, DefectKind::SignerEncoding, "id-DSMalformed"),
];

/// A list of known defects, its signature verified; where its signer leads is the trust store's business.
#[derive(Clone)]
pub struct DefectList {
    form: DefectListForm,
    entries: Vec<Entry>,
    signers: Vec<Signature>,
    signing_time: Option<OffsetDateTime>,
    sha256: Vec<u8>,
}

/// Documents, and what is wrong with all of them.
#[derive(Clone)]
struct Entry {
    documents: Documents,
    defects: Vec<KnownDefect>,
}

/// Which documents an entry means: those that fulfil every criterion that is there.
#[derive(Clone, Default)]
struct Documents {
    document_type: Option<String>,
    signer: Option<SignerReference>,
    /// SHA-… of the document signer's certificate, beside the reference.
    certificate_hash: Option<(DigestAlgorithm, Vec<u8>)>,
    issued: Option<(OffsetDateTime, OffsetDateTime)>,
    numbers: Option<HashSet<Box<[u8]>>>,
}

/// How an entry names a document signer.
#[derive(Clone)]
enum SignerReference {
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
    /// When it was issued, where it says so.
    pub issued: Option<OffsetDateTime>,
    /// When it was signed, by its signer's word: within a period of issue it stands for the date of issue where that is not
    /// known; outside it rules nothing out.
    pub signed: Option<OffsetDateTime>,
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

/// What an entry may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Criterion {
    /// The issuing state: a list speaks for the documents of its own.
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
    /// What it is called in what a check compared.
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

/// How a document stands to a criterion.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fit {
    Fits,
    FitsNot,
    Unknown(Criterion),
}

impl Fit {
    /// By what is known of the document.
    fn of<T>(criterion: Criterion, known: Option<T>, fits: impl FnOnce(T) -> bool) -> Self {
        match known.map(fits) {
            Some(true) => Self::Fits,
            Some(false) => Self::FitsNot,
            None => Self::Unknown(criterion),
        }
    }
}

/// What is not known of a document that fits all the rest; `None` where a criterion rules it out.
fn unknown(fits: impl IntoIterator<Item = Fit>) -> Option<Vec<Criterion>> {
    let mut unknown = Vec::new();
    for fit in fits {
        match fit {
            Fit::Fits => {}
            Fit::FitsNot => return None,
            Fit::Unknown(criterion) if unknown.contains(&criterion) => {}
            Fit::Unknown(criterion) => unknown.push(criterion),
        }
    }
    Some(unknown)
}

/// Says nothing of the document number.
impl core::fmt::Debug for DocumentFacts<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "DocumentFacts({:?}, {:?}, {:?})", self.countries, self.document_code, self.issued)
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

impl Documents {
    /// How the document stands to each criterion that is there.
    fn fits(&self, document: &DocumentFacts<'_>) -> Vec<Fit> {
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
    fn issuer_and_serial(pair: &Tlv<'_>) -> Result<Self, TlvError> {
        let mut fields = pair.children();
        let issuer = fields.expect(tlv::Tag::SEQUENCE, "an issuer")?;
        let serial = fields.expect(tlv::Tag::INTEGER, "a serialNumber")?;
        fields.finish()?;
        let name = Name::parse(issuer.raw).ok_or(issuer.expected("a Name"))?;
        Ok(Self::IssuerAndSerial(name, serial.value.to_vec()))
    }
}

/// Says nothing of the document numbers.
impl fmt::Debug for DefectList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DefectList({:?}, {} entries, {} numbers)", self.form, self.entries.len(), self.numbers())
    }
}
