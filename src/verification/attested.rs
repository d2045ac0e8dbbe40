//! What a document from evidence records that no file can show again: what the reader that held the card attests, and
//! who signed it.
//!
//! The attestation counts for a proof of the chip only where a signer that the caller named signed the evidence
//! ([`TrustBuilder::add_evidence_signer`](crate::trust::TrustBuilder::add_evidence_signer)); a bad word counts always. Where a file was removed later, what had failed with
//! it stays failed: removing never helps.

use super::certified_signature::verify_evidence_signature;
use crate::checks::{Check, CheckId, Reason, State, Warning};
use crate::document::{Attestation, Claims, Files, RecordedRevocation, SuiteNames};
use crate::lds::{DataGroup, FileId};
use crate::trust::TrustStore;

/// What the attestation is worth to the caller.
pub(crate) struct Attested<'a> {
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
    pub(crate) fn of(attestation: Option<&'a Attestation>, files: &Files, trust: &TrustStore) -> Self {
        let checks = attestation.map(|attestation| signatures(attestation, trust)).unwrap_or_default();
        let is_trusted = checks.iter().any(|check| check.id == CheckId::EvidenceSignature && check.is_successful());
        let has_removed = files.removed().next().is_some();
        let has_removed_name = files.removed().any(|file| NAMING.contains(&file));
        Self { attestation, checks, is_trusted, has_removed, has_removed_name, superseded: Vec::new() }
    }

    /// The same without these recorded checks.
    pub(super) fn without(self, superseded: Vec<CheckId>) -> Self {
        Self { superseded, ..self }
    }

    /// Whether a signer that the caller trusts signed it.
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

    /// All checks of the reader.
    pub(super) fn checks_of_reader(&self) -> &'a [Check] {
        self.attestation.map(Attestation::checks).unwrap_or_default()
    }

    fn recorded_checks(&self) -> impl Iterator<Item = &'a Check> {
        let checks = self.attestation.into_iter().flat_map(|attestation| attestation.checks());
        checks.filter(|check| !self.superseded.contains(&check.id))
    }

    /// The suite of chip authentication, as the reader saw it proven.
    pub(super) fn chip_suite(&self) -> Option<&'a SuiteNames> {
        self.attestation?.chip_suite()
    }

    /// The domain parameters of PACE, as the reader recorded them.
    pub(super) fn pace_parameter(&self) -> Option<&'static str> {
        self.attestation?.access()?.parameter
    }

    /// Whether a trusted reader recorded that DG14 held the key proven by chip authentication mapping. Evidence written before
    /// this was recorded does not show it: chip authentication was then left out whatever keys DG14 held.
    pub(super) fn is_mapping_bound(&self) -> bool {
        self.is_trusted && self.attestation.is_some_and(|attestation| attestation.is_mapping_bound())
    }

    /// A check that only the reader could make, as it recorded it: a success is worth what its attestation is.
    pub(super) fn of_reader(&self, id: CheckId) -> Option<Check> {
        let told = self.recorded(id)?.clone();
        Some(if told.is_successful() { self.vouch(told) } else { told })
    }

    /// A success that only the reader saw.
    pub(super) fn vouch(&self, check: Check) -> Check {
        let (state, reason) = if self.is_trusted {
            (State::Successful, Reason::AttestedByTrustedReader)
        } else {
            (State::Undetermined, Reason::AttestedByReader)
        };
        Check { state, reason: Some(reason), ..check }
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
        let recorded = self.attestation.iter().flat_map(|attestation| attestation.checks());
        let failed = recorded.filter(|told| told.id == check.id).find(|told| told.state == State::Failed);
        match failed {
            Some(told) if check.state != State::Failed && !(is_lax(told) && is_lax(&check)) => told.clone(),
            _ => check,
        }
    }

    /// Whether the document was revoked by a name that was removed later, so that no list can name it again. Whether that
    /// list counts is a matter of trust: the record of a reader that the caller does not trust is not enough.
    fn is_named_revoked(&self, told: &Check) -> bool {
        let recorded = self.attestation.and_then(Attestation::revocation);
        let is_revoked = (told.id, told.reason) == (CheckId::PaRevocation, Some(Reason::Revoked));
        self.is_trusted && self.has_removed_name && is_revoked && recorded == Some(RecordedRevocation::Document)
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
            let all = told.id.is_data_group().then(|| Check { id: CheckId::PaDataGroups, ..told.clone() });
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
/// those that verify, one by a trusted signer is enough; its certificate must have been in force at the moment of the judgement.
fn signatures(attestation: &Attestation, trust: &TrustStore) -> Vec<Check> {
    let id = CheckId::EvidenceSignature;
    let mut stamped = false;
    let mut found: Vec<Check> = Vec::new();
    for signature in attestation.signatures() {
        let check = match verify_evidence_signature(signature, attestation.message()) {
            Ok(None) => {
                stamped = true;
                continue;
            }
            Ok(Some(certificate)) => {
                let period = certificate.validity();
                let check = if !trust.is_evidence_signer(&certificate) {
                    Check::undetermined(id, Reason::SignerNotTrusted)
                } else if attestation.judged_at() < period.not_before {
                    Check::undetermined(id, Reason::NotYetValid)
                } else if attestation.judged_at() > period.not_after {
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
