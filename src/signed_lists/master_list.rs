//! Master lists: certification authorities that one country has verified (9303-12 §9).
//!
//! The list's own signature is verified here; whether its signer has a chain to a certification authority of the caller, or
//! of the list itself, is decided in `trust`.

use super::signer::{ListError, ListKind, Signature, signatures};
use crate::bounds::BOUNDS;
use crate::pki::{SignatureBudget, SignedData, SignerInfo};
use crate::tlv::{Reader, Tag};
use core::ops::Range;
use time::OffsetDateTime;

/// A parsed master list.
///
/// ```asn1
/// CscaMasterList ::= SEQUENCE { version INTEGER { v0(0) }, certList SET OF Certificate }
/// ```
#[derive(Clone, Debug)]
pub struct MasterList<'a> {
    signed: SignedData<'a>,
    entries: Vec<Range<usize>>,
}

impl<'a> MasterList<'a> {
    /// Parses a list; nothing is verified yet.
    ///
    /// # Errors
    /// No SignedData, no master list in it, or one too long.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ListError> {
        let signed = SignedData::parse(bytes)?;
        if ListKind::of_content(signed.content_type()) != Some(ListKind::Master) {
            return Err(ListError::OtherContent);
        }
        let entries = entries(signed.content())?;
        Ok(Self { signed, entries })
    }

    /// The certificates of an unsigned list: a `CscaMasterList` alone.
    pub(crate) fn bare_entries(bytes: &[u8]) -> Result<Vec<&[u8]>, ListError> {
        Ok(entries(bytes)?.into_iter().filter_map(|range| bytes.get(range)).collect())
    }

    /// The encodings of the certificates in the list.
    pub fn entries(&self) -> impl Iterator<Item = &[u8]> {
        self.entries.iter().filter_map(|range| self.signed.content().get(range.clone()))
    }

    /// The signing time that the first signer with one states; only as trustworthy as the list.
    pub fn signing_time(&self) -> Option<OffsetDateTime> {
        self.signed.signers().iter().find_map(SignerInfo::signing_time)
    }

    /// The signers whose signatures verify and that state when they signed (9303-12 §9).
    pub(crate) fn signatures(&self, budget: &mut SignatureBudget) -> Result<Vec<Signature>, ListError> {
        let mut signatures = signatures(&self.signed, ListKind::Master, budget)?;
        signatures.retain(|signature| signature.signed.is_some());
        if signatures.is_empty() { Err(ListError::Undated) } else { Ok(signatures) }
    }
}

/// The ranges of the certificates in a CscaMasterList.
fn entries(content: &[u8]) -> Result<Vec<Range<usize>>, ListError> {
    let mut reader = Reader::new(content);
    let mut fields = reader.expect(Tag::SEQUENCE, "a CscaMasterList")?.children();
    reader.finish()?;
    if fields.expect(Tag::INTEGER, "a version")?.value != [0] {
        return Err(ListError::Version);
    }
    let mut list = fields.expect(Tag::SET, "a certList")?.children();
    fields.finish()?;
    let mut entries = Vec::new();
    while !list.is_empty() {
        let entry = list.next()?;
        entries.push(entry.at..entry.at + entry.raw.len());
        if entries.len() > BOUNDS.master_list_certificates {
            return Err(ListError::TooMany);
        }
    }
    Ok(entries)
}
