//! What a document from evidence brings along that no file can show again: the word of the reader that held the card, and
//! who signed it.
//!
//! The word counts for a proof of the chip only where a signature over the evidence is by one whom the caller named
//! ([`TrustBuilder::add_evidence_signer`](crate::trust::TrustBuilder::add_evidence_signer)); a bad word counts always. Where a file was removed later, what had failed with
//! it stays failed: removing never helps.
#![cfg_attr(not(feature = "evidence"), expect(dead_code, reason = "only evidence brings one along"))]

use super::claims::Claims;
use super::document::Document;
use super::known_defects::is_revoked_by_entry;
use super::report::Access;
use crate::checks::{Check, CheckId, Reason, State, Warning};
use crate::chip::ChipAuthenticationSuite;
use crate::crypto::{CryptoError, DigestAlgorithm, SignatureAlgorithm};
use crate::lds::{DataGroup, FileId};
use crate::pki::{Certificate, CertificateError};
use crate::trust::TrustStore;
use time::OffsetDateTime;

/// What the reader attests.
pub(crate) struct Attestation {
    /// What the signatures are over.
    pub(crate) message: Vec<u8>,
    /// The signatures and time stamps.
    pub(crate) signatures: Vec<EvidenceSignature>,
    /// The moment that the reader judged for.
    pub(crate) judged_at: OffsetDateTime,
    /// The checks as the reader judged them, with the trust of then.
    pub(crate) checks: Vec<Check>,
    /// How the chip was opened.
    pub(crate) access: Option<Access>,
    /// The suite of chip authentication, where it was proven.
    pub(crate) chip_suite: Option<SuiteNames>,
    /// The key that chip authentication mapping proved stood in DG14.
    pub(crate) is_mapping_bound: bool,
}

/// Protocol, group and cipher of chip authentication, by name.
pub(crate) type SuiteNames = (Option<String>, String, String);

/// The names of a suite.
pub(crate) fn suite_names(suite: &ChipAuthenticationSuite) -> SuiteNames {
    let protocol = suite.protocol.map(|oid| oid.to_string());
    (protocol, suite.group.name().to_owned(), suite.cipher.name().to_owned())
}

/// What somebody put on evidence to vouch for it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EvidenceSignature {
    /// A signature by the key of a certificate.
    Certificate {
        /// The AlgorithmIdentifier of the signature, DER.
        algorithm: Vec<u8>,
        /// The signer's certificate, DER.
        certificate: Vec<u8>,
        /// The signature.
        signature: Vec<u8>,
    },
    /// A time stamp token (RFC 3161 §2.4.2), DER. It is kept for others to verify; this library does not.
    Timestamp(Vec<u8>),
}

impl EvidenceSignature {
    /// Verifies a signature by a certificate's key; the certificate. Who that is, and when, is not judged here.
    pub(crate) fn verify(&self, message: &[u8]) -> Result<Option<Certificate>, Reason> {
        let Self::Certificate { algorithm, certificate, signature } = self else { return Ok(None) };
        verify_certified(algorithm, certificate, signature, message).map(Some)
    }
}

/// Verifies a signature by the key of a certificate that comes along; the certificate. Who that is, and when, is not judged
/// here.
pub(super) fn verify_certified(
    algorithm: &[u8],
    certificate: &[u8],
    signature: &[u8],
    message: &[u8],
) -> Result<Certificate, Reason> {
    let (algorithm, _) = SignatureAlgorithm::from_algorithm_identifier(algorithm).map_err(reason)?;
    let certificate = Certificate::parse(certificate).map_err(|error| match error {
        CertificateError::Crypto(error) => reason(error),
        _ => Reason::Malformed,
    })?;
    // The forms are new: nothing old needs a digest that can be made to collide.
    if matches!(algorithm.digest(), None | Some(DigestAlgorithm::Sha1)) {
        return Err(Reason::ForbiddenAlgorithm);
    }
    if certificate.extensions().key_usage.is_some_and(|usage| !usage.digital_signature) {
        return Err(Reason::CertificateProfile);
    }
    let key = certificate.public_key().map_err(reason)?;
    algorithm.verify(&key, message, signature, None).map_err(reason)?;
    Ok(certificate)
}

fn reason(error: CryptoError) -> Reason {
    match error {
        CryptoError::Unsupported => Reason::UnsupportedAlgorithm,
        CryptoError::Forbidden => Reason::ForbiddenAlgorithm,
        CryptoError::BadKey | CryptoError::BadPoint => Reason::BadKey,
        CryptoError::Malformed => Reason::Malformed,
        _ => Reason::BadSignature,
    }
}

/// What the attestation is worth to the caller.
pub(super) struct Attested<'a> {
    attestation: Option<&'a Attestation>,
    /// The checks of the signatures; none for a document that is not from evidence.
    pub(super) checks: Vec<Check>,
    is_trusted: bool,
    has_removed: bool,
    /// What an entry of a list may know the document by: its number, its code, its date of issue.
    has_removed_name: bool,
    /// Recorded checks that count no more.
    superseded: Vec<CheckId>,
}

impl<'a> Attested<'a> {
    pub(super) fn of(document: &'a Document, trust: &TrustStore) -> Self {
        let attestation = document.attestation.as_deref();
        let checks = attestation.map(|attestation| signatures(attestation, trust)).unwrap_or_default();
        let is_trusted = checks.iter().any(|check| check.id == CheckId::EvidenceSignature && check.is_successful());
        let has_removed = document.removed_files().next().is_some();
        let has_removed_name = document.removed_files().any(|file| NAMING.contains(&file));
        Self { attestation, checks, is_trusted, has_removed, has_removed_name, superseded: Vec::new() }
    }

    /// The same without these recorded checks.
    pub(super) fn without(self, superseded: Vec<CheckId>) -> Self {
        Self { superseded, ..self }
    }

    /// Whether one whom the caller trusts signed it.
    pub(super) fn is_trusted(&self) -> bool {
        self.is_trusted
    }

    /// Whether a reader that the caller trusts attests that it read this data group and that it matched its hash in EF.SOD.
    pub(super) fn saw_match(&self, group: DataGroup) -> bool {
        let recorded = CheckId::data_group(group.number()).and_then(|id| self.recorded(id));
        self.is_trusted && recorded.is_some_and(Check::is_successful)
    }

    /// The check as the reader judged it.
    pub(super) fn recorded(&self, id: CheckId) -> Option<&'a Check> {
        self.recorded_checks().find(|check| check.id == id)
    }

    fn recorded_checks(&self) -> impl Iterator<Item = &'a Check> {
        let checks = self.attestation.into_iter().flat_map(|attestation| &attestation.checks);
        checks.filter(|check| !self.superseded.contains(&check.id))
    }

    /// The suite of chip authentication, as the reader saw it proven.
    pub(super) fn chip_suite(&self) -> Option<&'a SuiteNames> {
        self.attestation?.chip_suite.as_ref()
    }

    /// The domain parameters of PACE, as the reader recorded them.
    pub(super) fn pace_parameter(&self) -> Option<&'static str> {
        self.attestation?.access.as_ref()?.parameter
    }

    /// Whether a trusted reader recorded that DG14 held the key proven by chip authentication mapping. Evidence written before
    /// this was recorded does not show it: chip authentication was then left out whatever keys DG14 held.
    pub(super) fn is_mapping_bound(&self) -> bool {
        self.is_trusted && self.attestation.is_some_and(|attestation| attestation.is_mapping_bound)
    }

    /// A check that only the reader could make, as it told it: a success is worth what its word is.
    pub(super) fn retold(&self, id: CheckId) -> Option<Check> {
        let told = self.recorded(id)?.clone();
        Some(if told.is_successful() { self.vouch(told) } else { told })
    }

    /// A success that only the reader saw.
    pub(super) fn vouch(&self, check: Check) -> Check {
        match self.is_trusted {
            true => Check { state: State::Successful, reason: Some(Reason::AttestedByTrustedReader), ..check },
            false => Check { state: State::Undetermined, reason: Some(Reason::AttestedByReader), ..check },
        }
    }

    /// Whether the reader found nothing against a proof whose key file was removed later.
    pub(super) fn was_sound(&self, id: CheckId) -> bool {
        self.recorded(id).is_some_and(|check| match check.state {
            State::Successful => true,
            // Trust was lacking then, and no tolerance was needed besides.
            State::Undetermined => check.reason == Some(Reason::KeyNotAuthenticated) && !is_lax(check),
            State::NotSupported => match check.reason {
                Some(Reason::NotDue) => true,
                Some(Reason::ShownByMapping) => self.is_mapping_bound(),
                _ => false,
            },
            _ => false,
        })
    }

    /// A proof that the reader recorded as failed stays failed, whatever else the evidence states of it and whoever signed
    /// it. Only a failure for want of a tolerance is judged again, with the tolerances of now.
    pub(super) fn keep_failed_proof(&self, check: Check) -> Check {
        let recorded = self.attestation.iter().flat_map(|attestation| &attestation.checks);
        let failed = recorded.filter(|told| told.id == check.id).find(|told| told.state == State::Failed);
        match failed {
            Some(told) if check.state != State::Failed && !(is_lax(told) && is_lax(&check)) => told.clone(),
            _ => check,
        }
    }

    /// Whether the document was revoked by a name that was removed later, so that no list can tell it again. Whose list that
    /// was is a matter of trust: the word of a reader whom the caller does not trust is not enough.
    fn is_named_revoked(&self, told: &Check) -> bool {
        self.is_trusted && self.has_removed_name && is_revoked_by_entry(told)
    }

    /// Where files were removed, what had failed stays failed, but for what is judged by trust and time alone and so again.
    /// So is the comparison of claims that were supplied now.
    pub(super) fn keep_failures(&self, checks: &mut Vec<Check>, claims: &Claims) {
        if !self.has_removed {
            return;
        }
        let failed = self.recorded_checks().filter(|check| check.state == State::Failed);
        let failed = failed.filter(|check| !claims.make(check.id));
        for told in failed.filter(|check| !is_judged_anew(check.id) || self.is_named_revoked(check)) {
            // The check of all files fails with the check of one.
            let all =
                told.id.as_str().starts_with("pa.dg").then(|| Check { id: CheckId::PaDataGroups, ..told.clone() });
            for told in [told.clone()].into_iter().chain(all) {
                match checks.iter_mut().find(|check| check.id == told.id) {
                    Some(check) if check.state != State::Failed => *check = told,
                    Some(_) => {}
                    None => checks.push(told),
                }
            }
        }
    }
}

/// Whether a proof of the chip needed a tolerance.
fn is_lax(check: &Check) -> bool {
    let lax = [Warning::DerSignature, Warning::MissingChipAuthenticationInfo];
    check.warnings.iter().any(|warning| lax.contains(warning))
}

/// The files that name a document to a list of known defects.
const NAMING: [FileId; 2] = [FileId::DataGroup(DataGroup::DG1), FileId::DataGroup(DataGroup::DG13)];

/// Checks that need no file that can be removed, or can do without it: whose answer counts is a matter of trust alone.
fn is_judged_anew(id: CheckId) -> bool {
    matches!(
        id,
        CheckId::PaSecurityObject
            | CheckId::PaSignature
            | CheckId::PaChain
            | CheckId::PaCertificates
            | CheckId::PaValidity
            | CheckId::PaRevocation
            | CheckId::AccessCardSecurity
            | CheckId::OnlineConfirmation
    )
}

/// The checks of signatures and time stamps. A signature that does not verify fails: what it was over was altered. Of
/// those that verify, one by a trusted signer is enough; his certificate must have been in force when he judged.
fn signatures(attestation: &Attestation, trust: &TrustStore) -> Vec<Check> {
    let id = CheckId::EvidenceSignature;
    let mut stamped = false;
    let mut found: Vec<Check> = Vec::new();
    for signature in &attestation.signatures {
        let check = match signature.verify(&attestation.message) {
            Ok(None) => {
                stamped = true;
                continue;
            }
            Ok(Some(certificate)) => {
                let period = certificate.validity();
                let check = if !trust.is_evidence_signer(&certificate) {
                    Check::undetermined(id, Reason::SignerNotTrusted)
                } else if attestation.judged_at < period.not_before {
                    Check::undetermined(id, Reason::NotYetValid)
                } else if attestation.judged_at > period.not_after {
                    Check::undetermined(id, Reason::Lapsed)
                } else {
                    Check::successful(id)
                };
                check.comparing(format!("signed by {}", certificate.subject()))
            }
            Err(Reason::UnsupportedAlgorithm) => Check::undetermined(id, Reason::UnsupportedAlgorithm),
            Err(reason) => Check::failed(id, reason),
        };
        found.push(check);
    }
    let first = |state| found.iter().find(|check| check.state == state);
    let worst = first(State::Failed).or(first(State::Successful)).or(first(State::Undetermined));
    let signed = worst.cloned().unwrap_or_else(|| Check::new(id, State::NotSupported, Some(Reason::NotSigned)));
    let stamp = stamped.then(|| Check::undetermined(CheckId::EvidenceTimestamp, Reason::NotVerified));
    [signed].into_iter().chain(stamp).collect()
}
