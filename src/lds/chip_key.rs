//! The keys of chip authentication that EF.DG14 and EF.CardSecurity hold, each with its suites (9303-11 §9.2.5, §9.2.6).
//!
//! Keys are checked before anyone uses them: a point off its curve never leaves this file. Which key of several is used,
//! and what it proves, is decided in `chip`.

use super::findings::{FileDefect, Findings};
use super::security_infos::{Agreement, ChipAuthenticationInfo, ChipAuthenticationPublicKeyInfo, SecurityInfos};
use crate::crypto::{CryptoError, PublicKey};

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

/// `Debug` output shows the kind of key only: the key identifies the chip.
impl core::fmt::Debug for ChipKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "ChipKey({:?}, {:?})", self.info, self.key.as_ref().map(PublicKey::describe))
    }
}

/// Matches keys and suites by key id: equal ids, or neither has one (9303-11 §9.2.5).
pub(super) fn chip_keys(infos: &SecurityInfos, findings: &mut Findings) -> Vec<ChipKey> {
    let belongs = |suite: &ChipAuthenticationInfo, key: &ChipAuthenticationPublicKeyInfo| {
        suite.agreement == key.agreement && suite.key_id == key.key_id
    };
    for (info, suite) in infos.chip_authentication() {
        if !infos.chip_authentication_keys().any(|(_, key)| belongs(suite, key)) {
            findings.add(info.at, FileDefect::ChipKeyMissing);
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
            findings.add(info.at, FileDefect::ChipInfoMissing);
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

/// Adds a finding for a key that is not used.
pub(super) fn note_key(key: &Result<PublicKey, CryptoError>, at: usize, findings: &mut Findings) {
    match key {
        Ok(_) => {}
        Err(CryptoError::Unsupported) => findings.add(at, FileDefect::KeyUnsupported),
        Err(_) => findings.add(at, FileDefect::KeyInvalid),
    }
}
