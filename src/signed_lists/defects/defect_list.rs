//! The content of defect lists (TR-03129-2 §7.1).

use super::KnownDefect;
use super::entry::{Documents, Entry, SignerReference};
use crate::bounds::BOUNDS;
use crate::crypto::DigestAlgorithm;
use crate::oid::Oid;
use crate::signed_lists::signer::ListError;
use crate::tlv::{self, Reader, Tag, Tlv};

/// [0], constructed: knownDefectV2, and its parameters.
const CONTEXT_0: Tag = Tag(0xA0);
/// [1]: the description of a KnownDefectV2, implicit or explicit.
const DESCRIPTIONS: [Tag; 2] = [Tag(0x81), Tag(0xA1)];

/// The entries of a list.
///
/// ```asn1
/// DefectList ::= SEQUENCE { version INTEGER { v1(0), v2(1) }, hashAlg OBJECT IDENTIFIER, defects SET OF Defect }
/// Defect ::= SEQUENCE {
///     signerIdentifier SignerIdentifier OPTIONAL, -- present in v1
///     certificateHash  OCTET STRING OPTIONAL,
///     knownDefects     SET OF CHOICE { knownDefect KnownDefect, knownDefectV2 [0] KnownDefectV2 },
///     description      UTF8String OPTIONAL -- only present in v2 }
/// KnownDefect ::= SEQUENCE { defectType OBJECT IDENTIFIER, parameters ANY DEFINED BY defectType OPTIONAL }
/// KnownDefectV2 ::= SEQUENCE { defectType OBJECT IDENTIFIER, parameters [0] ANY DEFINED BY defectType OPTIONAL,
///     description [1] UTF8String OPTIONAL }
/// ```
pub(super) fn entries(content: &[u8]) -> Result<Vec<Entry>, ListError> {
    let mut reader = Reader::new(content);
    let mut fields = reader.expect(Tag::SEQUENCE, "a DefectList")?.children();
    reader.finish()?;
    let is_first = match fields.expect(Tag::INTEGER, "a version")?.value {
        [0] => true,
        [1] => false,
        _ => return Err(ListError::Version),
    };
    let digest = fields.expect(Tag::OID, "a hashAlg")?;
    let digest = Oid::from_der(digest.value).and_then(DigestAlgorithm::from_oid);
    let mut defects = fields.expect(Tag::SET, "defects")?.children();
    fields.finish()?;
    let mut entries = Vec::new();
    while !defects.is_empty() {
        entries.push(entry(&defects.expect(Tag::SEQUENCE, "a Defect")?, digest, is_first)?);
        if entries.len() > BOUNDS.defect_list_entries {
            return Err(ListError::TooMany);
        }
    }
    Ok(entries)
}

fn entry(defect: &Tlv<'_>, digest: Option<DigestAlgorithm>, is_first: bool) -> Result<Entry, ListError> {
    let mut fields = defect.children();
    let signer = match fields.peek() {
        Some(Tag(0x80)) => Some(SignerReference::KeyId(fields.next()?.value.to_vec())),
        Some(Tag::SEQUENCE) => Some(SignerReference::issuer_and_serial(&fields.next()?)?),
        _ if is_first => return Err(fields.next()?.expected("a signer identifier").into()),
        _ => None,
    };
    let mut documents = Documents { signer, ..Documents::default() };
    if let Some(hash) = fields.optional(Tag::OCTET_STRING)? {
        // With a hash that cannot be computed it is unknown which certificate is meant.
        let digest = digest.ok_or(hash.expected("a hash with a known algorithm"))?;
        documents.certificate_hash = Some((digest, hash.value.to_vec()));
    }
    let mut known = fields.expect(Tag::SET, "knownDefects")?.children();
    if !is_first {
        fields.optional(Tag::UTF8_STRING)?;
    }
    fields.finish()?;
    let mut defects = Vec::new();
    while !known.is_empty() {
        let choice = known.next()?;
        defects.push(match choice.tag {
            Tag::SEQUENCE => known_defect(&choice)?,
            CONTEXT_0 if !is_first => known_defect_v2(&choice)?,
            _ => return Err(choice.expected("a KnownDefect").into()),
        });
        if defects.len() > BOUNDS.known_defects {
            return Err(ListError::TooMany);
        }
    }
    Ok(Entry { documents, defects })
}

fn known_defect(sequence: &Tlv<'_>) -> Result<KnownDefect, ListError> {
    let mut fields = sequence.children();
    let mut defect = kind(&mut fields)?;
    if !fields.is_empty() {
        parameters(&fields.next()?, &mut defect)?;
    }
    fields.finish()?;
    Ok(defect)
}

/// The guideline leaves open whether the tag of the CHOICE replaces that of the SEQUENCE or stands before it.
fn known_defect_v2(choice: &Tlv<'_>) -> Result<KnownDefect, ListError> {
    let mut fields = choice.children();
    if fields.peek() == Some(Tag::SEQUENCE) {
        let sequence = fields.next()?;
        fields.finish()?;
        fields = sequence.children();
    }
    let mut defect = kind(&mut fields)?;
    if let Some(tagged) = fields.optional(CONTEXT_0)? {
        let mut inside = tagged.children();
        parameters(&inside.next()?, &mut defect)?;
        inside.finish()?;
    }
    if fields.peek().is_some_and(|tag| DESCRIPTIONS.contains(&tag)) {
        fields.next()?;
    }
    fields.finish()?;
    Ok(defect)
}

fn kind(fields: &mut Reader<'_>) -> Result<KnownDefect, ListError> {
    let id = fields.expect(Tag::OID, "a defectType")?;
    Ok(KnownDefect::new(Oid::from_der(id.value).ok_or(id.expected("an object identifier"))?))
}

/// Of the parameters the data groups of a malformed one and the status codes are of use; a replaced certificate or
/// EF.CardSecurity is not taken from a list.
fn parameters(parameters: &Tlv<'_>, defect: &mut KnownDefect) -> Result<(), ListError> {
    let small = |value| tlv::small_integer(value).and_then(|number| u8::try_from(number).ok());
    match parameters.tag {
        Tag::SET => {
            let mut groups = parameters.children();
            while let Some(group) = groups.optional(Tag::INTEGER)? {
                defect.files.extend(small(group.value));
                if defect.files.len() > BOUNDS.known_defects {
                    return Err(ListError::TooMany);
                }
            }
        }
        Tag::ENUMERATED => defect.status = small(parameters.value),
        _ => {}
    }
    Ok(())
}
