//! The content of deviation lists (9303-12 §10).

use super::KnownDefect;
use super::entry::{Documents, Entry, SignerReference};
use crate::bounds::BOUNDS;
use crate::crypto::DigestAlgorithm;
use crate::oid::Oid;
use crate::pki::moment;
use crate::signed_lists::signer::ListError;
use crate::tlv::{self, Reader, Tag, Tlv};
use std::collections::HashSet;
use time::OffsetDateTime;

/// The entries of a list.
///
/// ```asn1
/// DeviationList ::= SEQUENCE {
///     version    INTEGER { v0(0) },
///     digestAlg  AlgorithmIdentifier OPTIONAL,
///     deviations SET OF Deviation }
/// Deviation ::= SEQUENCE { documents DeviationDocuments, descriptions SET OF DeviationDescription }
/// ```
pub(super) fn entries(content: &[u8]) -> Result<Vec<Entry>, ListError> {
    let mut reader = Reader::new(content);
    let mut fields = reader.expect(Tag::SEQUENCE, "a DeviationList")?.children();
    reader.finish()?;
    if fields.expect(Tag::INTEGER, "a version")?.value != [0] {
        return Err(ListError::Version);
    }
    let digest = match fields.optional(Tag::SEQUENCE)? {
        Some(algorithm) => {
            let id = algorithm.children().expect(Tag::OID, "a digest algorithm")?;
            Oid::from_der(id.value).and_then(DigestAlgorithm::from_oid)
        }
        None => None,
    };
    let mut deviations = fields.expect(Tag::SET, "deviations")?.children();
    fields.finish()?;
    let mut entries = Vec::new();
    let mut numbers = 0;
    while !deviations.is_empty() {
        let mut deviation = deviations.expect(Tag::SEQUENCE, "a Deviation")?.children();
        let documents = documents(&deviation.expect(Tag::SEQUENCE, "DeviationDocuments")?, digest, &mut numbers)?;
        let mut descriptions = deviation.expect(Tag::SET, "descriptions")?.children();
        deviation.finish()?;
        let mut defects = Vec::new();
        while !descriptions.is_empty() {
            defects.push(description(&descriptions.expect(Tag::SEQUENCE, "a DeviationDescription")?)?);
            if defects.len() > BOUNDS.known_defects {
                return Err(ListError::TooMany);
            }
        }
        entries.push(Entry { documents, defects });
        if entries.len() > BOUNDS.defect_list_entries {
            return Err(ListError::TooMany);
        }
    }
    Ok(entries)
}

/// ```asn1
/// DeviationDocuments ::= SEQUENCE {
///     documentType    [0] PrintableString (SIZE(2)) OPTIONAL,
///     dscIdentifier       CHOICE { issuerAndSerialNumber [1], subjectKeyIdentifier [2], certificateDigest [3] } OPTIONAL,
///     issuingDate     [4] SEQUENCE { firstIssued GeneralizedTime, lastIssued GeneralizedTime } OPTIONAL,
///     documentNumbers [5] SET OF PrintableString OPTIONAL }
/// ```
fn documents(sequence: &Tlv<'_>, digest: Option<DigestAlgorithm>, count: &mut usize) -> Result<Documents, ListError> {
    let mut fields = sequence.children();
    let mut documents = Documents::default();
    if let Some(code) = fields.optional(Tag(0x80))? {
        documents.document_type = Some(String::from_utf8_lossy(code.value).into_owned());
    }
    if let Some(pair) = fields.optional(Tag(0xA1))? {
        documents.signer = Some(SignerReference::issuer_and_serial(&pair)?);
    } else if let Some(key_id) = fields.optional(Tag(0x82))? {
        documents.signer = Some(SignerReference::KeyId(key_id.value.to_vec()));
    } else if let Some(hash) = fields.optional(Tag(0x83))? {
        documents.signer = Some(SignerReference::Digest(digest, hash.value.to_vec()));
    }
    if let Some(period) = fields.optional(Tag(0xA4))? {
        let mut bounds = period.children();
        let mut bound = || -> Result<OffsetDateTime, ListError> {
            let time = bounds.expect(Tag::GENERALIZED_TIME, "a GeneralizedTime")?;
            Ok(moment(&time).ok_or(time.expected("a moment in UTC"))?)
        };
        documents.issued = Some((bound()?, bound()?));
        bounds.finish()?;
    }
    if let Some(list) = fields.optional(Tag(0xA5))? {
        let mut list = list.children();
        let mut numbers = HashSet::new();
        while !list.is_empty() {
            numbers.insert(list.expect(Tag::PRINTABLE_STRING, "a document number")?.value.into());
            *count += 1;
            if *count > BOUNDS.defect_list_numbers {
                return Err(ListError::TooMany);
            }
        }
        documents.numbers = Some(numbers);
    }
    fields.finish()?;
    Ok(documents)
}

/// ```asn1
/// DeviationDescription ::= SEQUENCE {
///     description     PrintableString OPTIONAL,
///     deviationType   OBJECT IDENTIFIER,
///     parameters  [0] ANY DEFINED BY deviationType OPTIONAL,   -- Datagroup ::= INTEGER: 1 to 16, 20 EF.SOD, 21 EF.COM
///     nationalUse [1] ANY OPTIONAL }
/// ```
fn description(sequence: &Tlv<'_>) -> Result<KnownDefect, ListError> {
    let mut fields = sequence.children();
    fields.optional(Tag::PRINTABLE_STRING)?;
    let id = fields.expect(Tag::OID, "a deviationType")?;
    let id = Oid::from_der(id.value).ok_or(id.expected("an object identifier"))?;
    let mut defect = KnownDefect::new(id);
    if let Some(parameters) = fields.optional(Tag(0xA0))? {
        let number = parameters.children().optional(Tag::INTEGER)?;
        let number = number.and_then(|number| tlv::small_integer(number.value));
        defect.files.extend(number.and_then(|number| u8::try_from(number).ok()));
    }
    fields.optional(Tag(0xA1))?;
    fields.finish()?;
    Ok(defect)
}
