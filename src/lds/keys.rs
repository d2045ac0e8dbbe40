//! EF.DG14, the security options with the chip authentication keys, and EF.DG15, the active authentication key
//! (9303-10 §4.7.14, §4.7.15; 9303-11 §6).
//!
//! Keys are checked before anyone uses them: a point off its curve never leaves this room. Which key of several is
//! taken, and what it proves, is the business of the chip room.

use crate::crypto::{CryptoError, PublicKey};
use crate::lds::finding::{Defect, Finding, Findings};
use crate::lds::security_infos::{Agreement, ChipAuthenticationInfo, ChipAuthenticationPublicKeyInfo, read_set};
use crate::lds::{DataGroup, FileId, SecurityInfos};
use crate::oid::{ID_PK_DH, ID_PK_ECDH};
use crate::tlv::{Tag, TlvError};

/// EF.DG14 as a value.
#[derive(Clone, Debug)]
pub struct Dg14 {
    /// Its SecurityInfos, with the offsets of the file.
    pub security_infos: SecurityInfos,
    /// Which key can be proven by chip authentication, and how: a row for each key.
    pub chip_keys: Vec<ChipKey>,
}

/// A key that chip authentication may prove.
#[derive(Clone)]
pub struct ChipKey {
    /// The key as the file holds it.
    pub info: ChipAuthenticationPublicKeyInfo,
    /// The suites that the file offers for it; empty where it offers none (then 3DES is meant: a tolerance).
    pub suites: Vec<ChipAuthenticationInfo>,
    /// The key, or why it is not used.
    pub key: Result<PublicKey, CryptoError>,
}

/// Shows what kind of key it is: the key itself tells one chip from all others.
impl core::fmt::Debug for ChipKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "ChipKey({:?}, {:?})", self.info, self.key.as_ref().map(PublicKey::describe))
    }
}

impl Dg14 {
    /// Reads an EF.DG14.
    ///
    /// ```text
    /// DG14 ::= 6E L SecurityInfos
    /// ```
    ///
    /// # Errors
    /// No data object 6E with SecurityInfos in it.
    pub fn parse(file: &[u8]) -> Result<Self, TlvError> {
        let mut findings = Findings::of(FileId::DataGroup(DataGroup::DG14));
        let dg14 = findings.object(file, Tag(0x6E), "DG14, tag 6E")?;
        let mut inside = dg14.children();
        let infos = read_set(&mut inside, &mut findings)?;
        // Some chips fill up with zeros here.
        findings.rest(&inside);

        let mut security_infos = SecurityInfos { infos, findings: Vec::new() };
        let chip_keys = chip_keys(&security_infos, &mut findings);
        security_infos.findings = findings.into_list();
        Ok(Self { security_infos, chip_keys })
    }

    /// Whether this key is one of its keys for chip authentication, whatever its number and its form.
    pub(crate) fn holds(&self, key: &PublicKey) -> bool {
        self.chip_keys.iter().any(|own| own.key.as_ref() == Ok(key))
    }

    /// Whether it holds a key for chip authentication, also one that cannot be used.
    pub(crate) fn has_chip_key(&self) -> bool {
        self.security_infos.infos.iter().any(|info| [ID_PK_DH, ID_PK_ECDH].contains(&info.protocol))
    }

    /// What was found amiss or unusual.
    pub fn findings(&self) -> &[Finding] {
        &self.security_infos.findings
    }
}

/// Matches keys and suites by key id: equal ids, or neither has one (9303-11 §9.2.5).
pub(super) fn chip_keys(infos: &SecurityInfos, findings: &mut Findings) -> Vec<ChipKey> {
    let belongs = |suite: &ChipAuthenticationInfo, key: &ChipAuthenticationPublicKeyInfo| {
        suite.agreement == key.agreement && suite.key_id == key.key_id
    };
    for (info, suite) in infos.chip_authentication() {
        if !infos.chip_authentication_keys().any(|(_, key)| belongs(suite, key)) {
            findings.add(info.at, Defect::ChipKeyMissing);
        }
    }
    let mut keys = Vec::new();
    for (info, key) in infos.chip_authentication_keys() {
        let suites: Vec<_> = infos
            .chip_authentication()
            .filter(|(_, suite)| belongs(suite, key))
            .map(|(_, suite)| suite.clone())
            .collect();
        if suites.is_empty() {
            findings.add(info.at, Defect::ChipInfoMissing);
        }
        let public = match (key.agreement, PublicKey::from_spki(&key.spki)) {
            (Agreement::Ecdh, Ok(public @ PublicKey::Ec { .. })) => Ok(public),
            (Agreement::Dh, Ok(public @ PublicKey::Dh { .. })) => Ok(public),
            (_, Ok(_)) => Err(CryptoError::BadKey),
            (_, Err(error)) => Err(error),
        };
        note_key(&public, info.at, findings);
        keys.push(ChipKey { info: key.clone(), suites, key: public });
    }
    keys
}

/// EF.DG15 as a value.
#[derive(Clone)]
pub struct Dg15 {
    /// The SubjectPublicKeyInfo as it stands in the file, tag and length included.
    pub spki: Vec<u8>,
    /// The key, or why it is not used.
    pub key: Result<PublicKey, CryptoError>,
    /// What was found amiss or unusual.
    pub findings: Vec<Finding>,
}

/// Shows what kind of key it is: the key itself tells one chip from all others.
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

fn note_key(key: &Result<PublicKey, CryptoError>, at: usize, findings: &mut Findings) {
    match key {
        Ok(_) => {}
        Err(CryptoError::Unsupported) => findings.add(at, Defect::KeyUnsupported),
        Err(_) => findings.add(at, Defect::KeyInvalid),
    }
}
