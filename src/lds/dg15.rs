//! EF.DG15: the key of active authentication (9303-10 §4.7.15).

use super::chip_key::note_key;
use super::findings::{Finding, Findings};
use super::{DataGroup, FileId};
use crate::crypto::{CryptoError, PublicKey};
use crate::tlv::{Tag, TlvError};

/// EF.DG15 as a value.
#[derive(Clone)]
pub struct Dg15 {
    /// The SubjectPublicKeyInfo as it stands in the file, tag and length included.
    pub spki: Vec<u8>,
    /// The key, or why it is not used.
    pub key: Result<PublicKey, CryptoError>,
    /// Defects and remarks of the file.
    pub findings: Vec<Finding>,
}

/// `Debug` output shows the kind of key only: the key identifies the chip.
impl core::fmt::Debug for Dg15 {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Dg15({:?}, {} findings)", self.key.as_ref().map(PublicKey::describe), self.findings.len())
    }
}

impl Dg15 {
    /// Reads an EF.DG15.
    ///
    /// ```text
    /// DG15 ::= 6F L SubjectPublicKeyInfo
    /// ```
    ///
    /// # Errors
    /// No data object 6F with a SEQUENCE in it.
    pub fn parse(file: &[u8]) -> Result<Self, TlvError> {
        let mut findings = Findings::of(FileId::DataGroup(DataGroup::DG15));
        let dg15 = findings.object(file, Tag(0x6F), "DG15, tag 6F")?;
        let mut inside = dg15.children();
        let spki = inside.expect(Tag::SEQUENCE, "a SubjectPublicKeyInfo, a SEQUENCE")?;
        findings.note(&spki);
        findings.rest(&inside);
        let key = PublicKey::from_spki(spki.raw);
        note_key(&key, spki.at, &mut findings);
        Ok(Self { spki: spki.raw.to_vec(), key, findings: findings.into_list() })
    }
}
