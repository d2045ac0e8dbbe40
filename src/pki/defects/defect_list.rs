//! The content of defect lists (TR-03129 §A.1).

use super::{Documents, Entry, KnownDefect, SignerReference};
use crate::bounds::BOUNDS;
use crate::crypto::DigestAlgorithm;
use crate::oid::Oid;
use crate::pki::list_signer::ListError;
use crate::tlv::{self, Reader, Tag, Tlv};

/// The entries of a list.
///
/// ```asn1
/// DefectList ::= SEQUENCE { version INTEGER { v1(0) }, hashAlg OBJECT IDENTIFIER, defects SET OF Defect }
/// Defect ::= SEQUENCE {
///     signerIdentifier SignerIdentifier,
///     certificateHash  OCTET STRING OPTIONAL,
///     knownDefects     SET OF SEQUENCE { defectType OBJECT IDENTIFIER, parameters ANY DEFINED BY defectType OPTIONAL } }
/// ```
pub(super) fn entries(content: &[u8]) -> Result<Vec<Entry>, ListError> {
    let mut reader = Reader::new(content);
    let mut fields = reader.expect(Tag::SEQUENCE, "a DefectList")?.children();
    reader.finish()?;
    if fields.expect(Tag::INTEGER, "a version")?.value != [0] {
        return Err(ListError::Version);
    }
    let digest = fields.expect(Tag::OID, "a hashAlg")?;
    let digest = Oid::from_der(digest.value).and_then(DigestAlgorithm::from_oid);
    let mut defects = fields.expect(Tag::SET, "defects")?.children();
    fields.finish()?;
    let mut entries = Vec::new();
    while !defects.is_empty() {
        entries.push(entry(&defects.expect(Tag::SEQUENCE, "a Defect")?, digest)?);
        if entries.len() > BOUNDS.defect_list_entries {
            return Err(ListError::TooMany);
        }
    }
    Ok(entries)
}

fn entry(defect: &Tlv<'_>, digest: Option<DigestAlgorithm>) -> Result<Entry, ListError> {
    let mut fields = defect.children();
    let signer = match fields.next()? {
        key_id if key_id.tag == Tag(0x80) => SignerReference::KeyId(key_id.value.to_vec()),
        pair if pair.tag == Tag::SEQUENCE => SignerReference::issuer_and_serial(&pair)?,
        other => return Err(other.expected("a signer identifier").into()),
    };
    let mut documents = Documents { signer: Some(signer), ..Documents::default() };
    if let Some(hash) = fields.optional(Tag::OCTET_STRING)? {
        // With a hash that cannot be computed nobody knows which certificate is meant.
        let digest = digest.ok_or(hash.expected("a hash with a known algorithm"))?;
        documents.certificate_hash = Some((digest, hash.value.to_vec()));
    }
    let mut known = fields.expect(Tag::SET, "knownDefects")?.children();
    fields.finish()?;
    let mut defects = Vec::new();
    while !known.is_empty() {
        defects.push(known_defect(&known.expect(Tag::SEQUENCE, "a KnownDefect")?)?);
        if defects.len() > BOUNDS.known_defects {
            return Err(ListError::TooMany);
        }
    }
    Ok(Entry { documents, defects })
}

/// Of the parameters only the data groups of a malformed one are of use; a replaced certificate or EF.CardSecurity is not
/// taken from a list.
fn known_defect(sequence: &Tlv<'_>) -> Result<KnownDefect, ListError> {
    let mut fields = sequence.children();
    let id = fields.expect(Tag::OID, "a defectType")?;
    let id = Oid::from_der(id.value).ok_or(id.expected("an object identifier"))?;
    let mut defect = KnownDefect::new(id);
    if !fields.is_empty() {
        let parameters = fields.next()?;
        if parameters.tag == Tag::SET {
            let mut groups = parameters.children();
            while let Some(group) = groups.optional(Tag::INTEGER)? {
                defect.files.extend(tlv::small_integer(group.value).and_then(|number| u8::try_from(number).ok()));
                if defect.files.len() > BOUNDS.known_defects {
                    return Err(ListError::TooMany);
                }
            }
        }
    }
    fields.finish()?;
    Ok(defect)
}
