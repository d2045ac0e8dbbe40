//! The check of PACE with chip authentication mapping, and what ties the key that it proved to the document.

use super::attested::Attested;
use super::context::Context;
use super::values::Values;
use crate::access::ChipMapping;
use crate::checks::{Check, CheckId, Reason, State, Warning};
use crate::chip::ChipAuthentication;
use crate::crypto::PublicKey;
use crate::document::{ChipProofs, FileState, MappingRecord};
use crate::lds::{DataGroup, FileId};

/// PACE with chip authentication mapping: due where that mapping was used. The chip's mapping key must be the factor it
/// gave times a key of EF.CardSecurity, and EF.CardSecurity must be signed by a trusted signer (9303-11 §4.4.3.5).
/// `card_security`: what EF.CardSecurity is worth.
pub(super) fn chip_authentication_mapping(
    proofs: &ChipProofs,
    values: &Values<'_>,
    card_security: &Check,
    attested: &Attested<'_>,
) -> Check {
    let id = CheckId::ChipPaceCam;
    match proofs.mapping() {
        MappingRecord::None => {
            Check::new(id, State::NotSupported, Some(Reason::NotDue)).comparing("another mapping was used")
        }
        // The chip proved the key of EF.CardSecurity, which is at hand and whose signer is judged now: without a trusted
        // signer the key proves nothing, whoever attests the proof.
        MappingRecord::Attested => {
            let recorded = attested.recorded(id).map(|recorded| recorded.compared.clone()).unwrap_or_default();
            let check = if card_security.is_successful() {
                attested.vouch(Check::successful(id))
            } else {
                Check::undetermined(id, Reason::KeyNotAuthenticated)
            };
            check.comparing(recorded)
        }
        MappingRecord::AttestedFailed => {
            let recorded = attested.recorded(id).filter(|recorded| recorded.state == State::Failed).cloned();
            recorded.unwrap_or_else(|| Check::failed(id, Reason::BadKey).comparing("as its reader saw it"))
        }
        MappingRecord::Shown(mapping) => shown(mapping, values, card_security),
    }
}

/// A mapping of this reading, against EF.CardSecurity.
fn shown(mapping: &ChipMapping, values: &Values<'_>, card_security: &Check) -> Check {
    let id = CheckId::ChipPaceCam;
    let file = match &values.card_security {
        Some(Ok(file)) => file,
        Some(Err(error)) => return Check::failed(id, Reason::Malformed).comparing(error.to_string()),
        None => {
            let reason = match values.files.state(FileId::CardSecurity) {
                FileState::Absent(_) => Reason::Missing,
                FileState::Refused(_) => Reason::Refused,
                _ => Reason::NotRead,
            };
            return Check::failed(id, reason).comparing("EF.CardSecurity");
        }
    };
    let curve = mapping.curve();
    if !mapping.is_shown() {
        return Check::failed(id, Reason::ChipDataMissing).comparing("DO'8A'");
    }
    // DG14 states again what the chip can do, also here (conformance G_38).
    if let Some(Ok(dg14)) = &values.dg14
        && dg14.security_infos.pace_raw().next().is_none()
    {
        return Check::failed(id, Reason::NoSignedPaceInfo).comparing("DG14 holds no PACEInfo");
    }
    let keys = file.chip_keys.iter().filter_map(|key| key.key.as_ref().ok());
    let mut on_the_curve =
        keys.filter(|key| matches!(key, PublicKey::Ec { curve: its, .. } if its == &curve)).peekable();
    if on_the_curve.peek().is_none() {
        let compared = format!("no key on {} in EF.CardSecurity", curve.name());
        return Check::failed(id, Reason::Missing).comparing(compared);
    }
    let check = if !on_the_curve.any(|key| mapping.proves(key)) {
        Check::failed(id, Reason::BadKey)
    } else if card_security.is_successful() {
        Check::successful(id)
    } else {
        Check::undetermined(id, Reason::KeyNotAuthenticated)
    };
    check.comparing(format!("{}, the key of EF.CardSecurity", curve.name()))
}

/// What ties the key that the chip proved by chip authentication mapping to the EF.SOD of this document.
///
/// EF.CardSecurity is signed by the issuer, and nothing in it names the document: a clone can bring that of another chip of
/// the product, together with its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyBinding {
    /// DG14 holds the same key.
    SameKey,
    /// DG14 holds other keys: chip authentication decides.
    OtherKeys,
    /// EF.SOD lists no DG14, or DG14 holds no key: nothing can tie it.
    NoKey,
    /// DG14 is not held.
    Unknown,
}

impl KeyBinding {
    /// Compares the key that the mapping proved with those of DG14; `None` where no mapping proved one.
    ///
    /// Keys are compared by value: numbers and forms may differ between the two files.
    pub(super) fn of(proofs: &ChipProofs, context: &Context<'_>) -> Option<Self> {
        if matches!(proofs.mapping(), MappingRecord::None | MappingRecord::AttestedFailed) {
            return None;
        }
        if !context.is_listed(DataGroup::DG14) {
            return Some(Self::NoKey);
        }
        let dg14 = match &context.values.dg14 {
            Some(Ok(dg14)) => dg14,
            _ if matches!(context.values.files.state(FileId::DataGroup(DataGroup::DG14)), FileState::Removed(_)) => {
                return Some(Self::recorded(proofs, context.attested));
            }
            _ => return Some(Self::Unknown),
        };
        if !dg14.has_chip_key() {
            return Some(Self::NoKey);
        }
        let keys = context.values.card_security.iter().flatten().flat_map(|file| &file.chip_keys);
        let keys = keys.filter_map(|key| key.key.as_ref().ok());
        let mut proven = keys.filter(|key| may_be_proven(proofs, context.attested, key)).peekable();
        let is_same = proven.peek().is_some() && proven.all(|key| dg14.holds(key));
        Some(if is_same { Self::SameKey } else { Self::OtherKeys })
    }

    /// The same where DG14 was removed from evidence: only the record of its reader is left.
    fn recorded(proofs: &ChipProofs, attested: &Attested<'_>) -> Self {
        let recorded = attested.recorded(CheckId::ChipChipAuthentication);
        match proofs.chip() {
            ChipAuthentication::Attested => Self::OtherKeys,
            ChipAuthentication::ShownByMapping if attested.is_mapping_bound() => Self::SameKey,
            _ if recorded.is_some_and(|check| check.reason == Some(Reason::NotDue)) => Self::NoKey,
            _ => Self::Unknown,
        }
    }
}

/// Whether the mapping proved this key, as far as that is recorded.
fn may_be_proven(proofs: &ChipProofs, attested: &Attested<'_>, key: &PublicKey) -> bool {
    match proofs.mapping() {
        MappingRecord::Shown(mapping) => mapping.proves(key),
        // The record does not name the key: it may be any on the curve of PACE, where that is recorded.
        MappingRecord::Attested => match (key, attested.pace_parameter()) {
            (PublicKey::Ec { curve, .. }, Some(parameter)) => curve.name() == parameter,
            (key, _) => matches!(key, PublicKey::Ec { .. }),
        },
        MappingRecord::None | MappingRecord::AttestedFailed => false,
    }
}

/// The check of the mapping, as far as the key that it proved is bound to this document.
pub(super) fn bind(shown: Check, binding: Option<KeyBinding>, context: &Context<'_>) -> Check {
    let binding = match binding {
        Some(binding) if shown.state != State::Failed => binding,
        _ => return shown,
    };
    // Which keys DG14 holds, or that it holds none, counts only where the file is authentic.
    let is_authentic = match context.values.files.group(DataGroup::DG14) {
        _ if !context.is_listed(DataGroup::DG14) => true,
        Some(_) => context.is_authentic(DataGroup::DG14),
        None => context.pa.authenticity() == State::Successful,
    };
    let open = |reason| Check::undetermined(shown.id, reason).comparing(shown.compared.clone());
    match binding {
        // What the archive does not keep limits nothing, and proves nothing.
        KeyBinding::Unknown if context.missing(DataGroup::DG14) == Some(Reason::NotKept) => open(Reason::NotKept),
        KeyBinding::OtherKeys | KeyBinding::Unknown => open(Reason::KeyNotBound),
        _ if !is_authentic => open(Reason::KeyNotAuthenticated),
        KeyBinding::SameKey => shown,
        KeyBinding::NoKey => shown.warning(Warning::UnboundChipKey),
    }
}
