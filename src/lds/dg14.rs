//! EF.DG14: the security options, among them the keys of chip authentication (9303-10 §4.7.14).

use super::chip_key::{ChipKey, chip_keys};
use super::findings::{Finding, Findings};
use super::security_infos::{SecurityInfos, read_set};
use super::{DataGroup, FileId};
use crate::crypto::PublicKey;
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

    /// Defects and remarks of the file.
    pub fn findings(&self) -> &[Finding] {
        &self.security_infos.findings
    }
}
