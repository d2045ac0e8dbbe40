//! EF.CardSecurity: the signed form of what EF.CardAccess says, with the keys of chip authentication (9303-10 §3.11.4,
//! 9303-11 §9.2.11).
//!
//! Bytes in, values out: whose signature it is, and whether it counts, is the business of passive authentication.

use super::chip_key::{ChipKey, chip_keys};
use super::findings::{Finding, Findings};
use super::{FileId, SecurityInfos};
use crate::oid;
use crate::pki::{CmsError, SignedData};
use crate::tlv::{Reader, TlvError};
use thiserror::Error;

/// Why bytes are no EF.CardSecurity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CardSecurityError {
    /// The SignedData is not well formed.
    #[error("EF.CardSecurity, {0}")]
    Cms(#[from] CmsError),
    /// The signed content is not that of EF.CardSecurity.
    #[error("EF.CardSecurity: the signed content is not of type id-SecurityObject")]
    OtherContent,
    /// The SecurityInfos are not well formed; the offset counts from their own start.
    #[error("SecurityInfos of EF.CardSecurity {0}")]
    Content(#[from] TlvError),
}

/// EF.CardSecurity as a value.
///
/// ```text
/// CardSecurity ::= ContentInfo { id-signedData, SignedData over SecurityInfos, eContentType id-SecurityObject }
/// ```
#[derive(Clone, Debug)]
pub struct CardSecurity<'a> {
    signed: SignedData<'a>,
    /// The signed SecurityInfos.
    pub security_infos: SecurityInfos,
    /// The keys that the chip may prove, a row for each.
    pub chip_keys: Vec<ChipKey>,
}

impl<'a> CardSecurity<'a> {
    /// Parses the file, cut to the length that its tag gives.
    ///
    /// # Errors
    /// No SignedData, another content, or a malformed data object.
    pub fn parse(file: &'a [u8]) -> Result<Self, CardSecurityError> {
        let mut reader = Reader::ber(file);
        let signed = SignedData::read(&mut reader)?;
        reader.finish()?;
        if signed.content_type() != oid::ID_SECURITY_OBJECT {
            return Err(CardSecurityError::OtherContent);
        }
        let mut security_infos = SecurityInfos::parse(FileId::CardSecurity, signed.content())?;
        let mut findings = Findings::of(FileId::CardSecurity);
        let chip_keys = chip_keys(&security_infos, &mut findings);
        security_infos.findings.extend(findings.into_list());
        Ok(Self { signed, security_infos, chip_keys })
    }

    /// The SignedData around the content.
    pub fn signed_data(&self) -> &SignedData<'a> {
        &self.signed
    }

    /// Defects and remarks of the file.
    pub fn findings(&self) -> &[Finding] {
        &self.security_infos.findings
    }
}
