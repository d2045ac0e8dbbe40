//! The proofs of the chip: what was recorded, judged under passive authentication of the key that it proves.

use super::attested::Attested;
use super::values::Values;
use crate::checks::{Check, CheckId, Reason, State, Tolerance, Tolerances, Warning};
use crate::chip::{ActiveAuthentication, ChipAuthentication, KeyChoice, choose_key, verify};
use crate::crypto::{Cipher, CryptoError, PublicKey};
use crate::document::{ChipProofs, FileState, MappingRecord, Origin, suite_names};
use crate::lds::{DataGroup, Dg15, FileId};
use crate::passive_authentication::PassiveAuthentication;

/// What the due proofs came to, all together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// None is due.
    None,
    /// At least one was made and none is open.
    Proven,
    /// Those that are due cannot be judged again: nothing is held against them.
    Past,
    /// One that is due could not be made.
    Open,
    /// PACE proved a key that is not known to belong to this document, and chip authentication, which would decide, was
    /// not made. This holds for stored files as well.
    Unbound,
}

/// What ties the key that the chip proved by chip authentication mapping to the EF.SOD of this document.
///
/// EF.CardSecurity is signed by the issuer, and nothing in it names the document: a clone can bring that of another chip of
/// the product, together with its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Binding {
    /// DG14 holds the same key.
    SameKey,
    /// DG14 holds other keys: chip authentication decides.
    OtherKeys,
    /// EF.SOD lists no DG14, or DG14 holds no key: nothing can tie it.
    NoKey,
    /// DG14 is not held.
    Unknown,
}

/// The checks, and what they come to. (A failed one fails the verdict by itself.) `card_security`: what EF.CardSecurity is
/// worth.
pub(super) fn all(
    proofs: &ChipProofs,
    origin: Origin,
    values: &Values<'_>,
    pa: &PassiveAuthentication<'_>,
    card_security: &Check,
    attested: &Attested<'_>,
    allowed: &Tolerances,
) -> (Vec<Check>, Due) {
    let shown = attested.keep_failed_proof(chip_authentication_mapping(proofs, values, card_security, attested));
    let binding = binding(proofs, values, pa, attested);
    let bound = bind(shown.clone(), binding, values, pa);
    let chip = chip_authentication(proofs, origin, values, pa, &bound, binding, attested, allowed);
    let chip = attested.keep_failed_proof(chip);
    let is_made = match chip.reason {
        Some(Reason::Removed) => attested.was_sound(chip.id),
        reason => chip.is_successful() || reason == Some(Reason::AttestedByReader),
    };
    // Chip authentication with a key of DG14, made in the session that the mapping opened, shows that it is the same chip.
    let mapping = if binding == Some(Binding::OtherKeys) && is_made { shown } else { bound };
    let is_unbound = mapping.reason == Some(Reason::KeyNotBound);
    let active = attested.keep_failed_proof(active_authentication(proofs, origin, values, pa, allowed));
    let checks = vec![mapping, chip, active];
    let due = checks
        .iter()
        .filter(|check| !matches!(check.reason, Some(Reason::NotDue | Reason::ShownByMapping)))
        .collect::<Vec<_>>();
    // What a file cannot prove again neither helps nor stands in the way.
    let is_past = |check: &Check| matches!(check.reason, Some(Reason::AttestedByReader | Reason::FromFile));
    // A proof whose key is missing stands in the way of *genuine*, and of more if it was open before.
    let is_removed = |check: &Check| matches!(check.reason, Some(Reason::Removed | Reason::NotHeld | Reason::NotKept));
    let is_open = |check: &Check| match is_removed(check) {
        true => !attested.was_sound(check.id),
        false => !check.is_successful() && !is_past(check),
    };
    let proven = due.iter().any(|check| check.is_successful());
    let outcome = match proven {
        _ if is_unbound => Due::Unbound,
        _ if due.iter().any(|check| is_open(check)) => Due::Open,
        _ if due.iter().any(|check| is_removed(check)) => Due::Past,
        true => Due::Proven,
        false if due.is_empty() => Due::None,
        false => Due::Past,
    };
    (checks, outcome)
}

fn is_listed(pa: &PassiveAuthentication<'_>, group: DataGroup) -> bool {
    pa.data_groups().contains(&group)
}

/// PACE with chip authentication mapping: due where that mapping was used. The chip's mapping key must be the factor it
/// gave times a key of EF.CardSecurity, and EF.CardSecurity a trusted signer's word (9303-11 §4.4.3.5).
fn chip_authentication_mapping(
    proofs: &ChipProofs,
    values: &Values<'_>,
    card_security: &Check,
    attested: &Attested<'_>,
) -> Check {
    let id = CheckId::ChipPaceCam;
    let mapping = match proofs.mapping() {
        MappingRecord::None => {
            return Check::new(id, State::NotSupported, Some(Reason::NotDue)).comparing("another mapping was used");
        }
        MappingRecord::Attested => {
            // What the chip showed was the key of EF.CardSecurity, which is at hand, and whose signer is judged now: a key
            // of nobody's proves nothing, whoever attests that it was shown.
            let told = attested.recorded(id).map(|told| told.compared.clone()).unwrap_or_default();
            return match card_security.is_successful() {
                true => attested.vouch(Check::successful(id)),
                false => Check::undetermined(id, Reason::KeyNotAuthenticated),
            }
            .comparing(told);
        }
        MappingRecord::AttestedFailed => {
            let told = attested.recorded(id).filter(|told| told.state == State::Failed).cloned();
            return told.unwrap_or_else(|| Check::failed(id, Reason::BadKey).comparing("as its reader saw it"));
        }
        MappingRecord::Shown(mapping) => mapping,
    };
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
    // DG14 says again what the chip can do, also here (conformance G_38).
    if let Some(Ok(dg14)) = &values.dg14
        && dg14.security_infos.pace_raw().next().is_none()
    {
        return Check::failed(id, Reason::NoSignedPaceInfo).comparing("DG14 holds no PACEInfo");
    }
    let keys = file.chip_keys.iter().filter_map(|key| key.key.as_ref().ok());
    let on_the_curve: Vec<_> =
        keys.filter(|key| matches!(key, PublicKey::Ec { curve: its, .. } if its == &curve)).collect();
    let check = if on_the_curve.is_empty() {
        Check::failed(id, Reason::Missing).comparing(format!("no key on {} in EF.CardSecurity", curve.name()))
    } else if !on_the_curve.iter().any(|key| mapping.proves(key)) {
        Check::failed(id, Reason::BadKey)
    } else if card_security.is_successful() {
        Check::successful(id)
    } else {
        Check::undetermined(id, Reason::KeyNotAuthenticated)
    };
    match check.compared.is_empty() {
        true => check.comparing(format!("{}, the key of EF.CardSecurity", curve.name())),
        false => check,
    }
}

/// How the key that the mapping proved stands to DG14; `None` where no mapping proved one.
///
/// Keys are compared by value: numbers and forms may differ between the two files.
fn binding(
    proofs: &ChipProofs,
    values: &Values<'_>,
    pa: &PassiveAuthentication<'_>,
    attested: &Attested<'_>,
) -> Option<Binding> {
    let is_proven = |key: &PublicKey| match proofs.mapping() {
        MappingRecord::Shown(mapping) => mapping.proves(key),
        // Which key it was is not recorded: one on the curve of PACE, where that is.
        MappingRecord::Attested => match (key, attested.pace_parameter()) {
            (PublicKey::Ec { curve, .. }, Some(parameter)) => curve.name() == parameter,
            (key, _) => matches!(key, PublicKey::Ec { .. }),
        },
        MappingRecord::None | MappingRecord::AttestedFailed => false,
    };
    if matches!(proofs.mapping(), MappingRecord::None | MappingRecord::AttestedFailed) {
        return None;
    }
    if !is_listed(pa, DataGroup::DG14) {
        return Some(Binding::NoKey);
    }
    let dg14 = match &values.dg14 {
        Some(Ok(dg14)) => dg14,
        _ if matches!(values.files.state(FileId::DataGroup(DataGroup::DG14)), FileState::Removed(_)) => {
            return Some(recorded_binding(proofs, attested));
        }
        _ => return Some(Binding::Unknown),
    };
    if !dg14.has_chip_key() {
        return Some(Binding::NoKey);
    }
    let keys = values.card_security.iter().flatten().flat_map(|file| &file.chip_keys);
    let mut proven = keys.filter_map(|key| key.key.as_ref().ok()).filter(|key| is_proven(key)).peekable();
    let is_same = proven.peek().is_some() && proven.all(|key| dg14.holds(key));
    Some(if is_same { Binding::SameKey } else { Binding::OtherKeys })
}

/// The same where DG14 was removed from evidence: what its reader recorded is all that is left.
fn recorded_binding(proofs: &ChipProofs, attested: &Attested<'_>) -> Binding {
    let recorded = attested.recorded(CheckId::ChipChipAuthentication);
    match proofs.chip() {
        ChipAuthentication::Attested => Binding::OtherKeys,
        ChipAuthentication::ShownByMapping if attested.is_mapping_bound() => Binding::SameKey,
        _ if recorded.is_some_and(|check| check.reason == Some(Reason::NotDue)) => Binding::NoKey,
        _ => Binding::Unknown,
    }
}

/// The check of the mapping, as far as the key that it proved is bound to this document.
fn bind(shown: Check, binding: Option<Binding>, values: &Values<'_>, pa: &PassiveAuthentication<'_>) -> Check {
    let Some(binding) = binding.filter(|_| shown.state != State::Failed) else { return shown };
    // Which keys DG14 holds, or that it holds none, counts only where the file is authentic.
    let is_authentic = match values.files.group(DataGroup::DG14) {
        _ if !is_listed(pa, DataGroup::DG14) => true,
        Some(_) => pa.authenticated(DataGroup::DG14).is_some(),
        None => pa.authenticity() == State::Successful,
    };
    let open = |reason| Check::undetermined(shown.id, reason).comparing(shown.compared.clone());
    match binding {
        // What the archive does not keep limits nothing, and proves nothing.
        Binding::Unknown if missing(pa, DataGroup::DG14) == Some(Reason::NotKept) => open(Reason::NotKept),
        Binding::OtherKeys | Binding::Unknown => open(Reason::KeyNotBound),
        _ if !is_authentic => open(Reason::KeyNotAuthenticated),
        Binding::SameKey => shown,
        Binding::NoKey => shown.warning(Warning::UnboundChipKey),
    }
}

/// Chip authentication: due where EF.SOD lists DG14 and DG14 holds a key for it, unless the mapping of PACE has proven
/// a key of DG14.
fn chip_authentication(
    proofs: &ChipProofs,
    origin: Origin,
    values: &Values<'_>,
    pa: &PassiveAuthentication<'_>,
    mapping: &Check,
    binding: Option<Binding>,
    attested: &Attested<'_>,
    allowed: &Tolerances,
) -> Check {
    let is_bound = binding == Some(Binding::SameKey);
    let id = CheckId::ChipChipAuthentication;
    if !is_listed(pa, DataGroup::DG14) {
        return Check::new(id, State::NotSupported, Some(Reason::NotDue)).comparing("EF.SOD lists no DG14");
    }
    let dg14 = match &values.dg14 {
        Some(Ok(dg14)) => dg14,
        Some(Err(_)) => return Check::failed(id, Reason::Malformed).comparing("DG14"),
        None => {
            let check = unread_key_file(values, pa, id, DataGroup::DG14);
            return match proofs.chip() {
                ChipAuthentication::Refused(_) => keep_refusal(check, Reason::Refused),
                ChipAuthentication::SessionLost => keep_refusal(check, Reason::SessionLost),
                ChipAuthentication::NotUnderNewKeys => keep_refusal(check, Reason::OldKeysKept),
                _ => check,
            };
        }
    };
    let key = match choose_key(dg14) {
        KeyChoice::None => {
            return Check::new(id, State::NotSupported, Some(Reason::NotDue)).comparing("DG14 holds no key for it");
        }
        KeyChoice::Impossible(Reason::UnsupportedAlgorithm) => {
            return Check::undetermined(id, Reason::UnsupportedAlgorithm).comparing("the keys of DG14");
        }
        KeyChoice::Impossible(reason) => return Check::failed(id, reason).comparing("the keys of DG14"),
        KeyChoice::Key(key) => key,
    };
    let suite = key.suite();
    let compared = format!("{}, {}", suite.group.name(), suite.cipher.name());
    // A suite that DG14 does not name is guessed; whether that is allowed.
    let guess = Tolerance::MissingChipAuthenticationInfo;
    let unnamed = suite.protocol.is_none().then_some(allowed.allows(guess));
    let guessed =
        |reason| Check::tolerating(id, guess, allowed, reason).warning(Warning::MissingChipAuthenticationInfo);
    let key_not_authenticated = |is_guessed: bool| {
        let check = Check::undetermined(id, Reason::KeyNotAuthenticated);
        match is_guessed {
            true => check.warning(Warning::MissingChipAuthenticationInfo).needing([guess]),
            false => check,
        }
    };
    let check = match proofs.chip() {
        ChipAuthentication::Proven(used) if *used != suite => Check::failed(id, Reason::Mismatch),
        ChipAuthentication::Proven(_) if unnamed == Some(false) => guessed(Reason::Malformed),
        ChipAuthentication::Proven(_) if pa.authenticated(DataGroup::DG14).is_none() => {
            key_not_authenticated(unnamed.is_some())
        }
        ChipAuthentication::Proven(_) if unnamed.is_some() => guessed(Reason::Malformed),
        ChipAuthentication::Proven(_) => Check::successful(id),
        ChipAuthentication::Attested if attested.chip_suite().is_some_and(|told| *told != suite_names(&suite)) => {
            Check::failed(id, Reason::Mismatch)
        }
        ChipAuthentication::Attested if unnamed == Some(false) => guessed(Reason::Malformed),
        ChipAuthentication::Attested if attested.is_trusted() && pa.authenticated(DataGroup::DG14).is_none() => {
            key_not_authenticated(unnamed.is_some())
        }
        ChipAuthentication::Attested if attested.is_trusted() && unnamed.is_some() => guessed(Reason::Malformed),
        ChipAuthentication::Attested => attested.vouch(Check::successful(id)),
        // The stored proofs state that the mapping was all that was made, and it proves nothing of the keys of DG14.
        ChipAuthentication::NotMade if binding == Some(Binding::OtherKeys) => Check::undetermined(id, Reason::NotMade),
        ChipAuthentication::NotMade if origin == Origin::Files => Check::undetermined(id, Reason::FromFile),
        ChipAuthentication::ShownByMapping if is_bound && mapping.is_successful() => {
            Check::new(id, State::NotSupported, Some(Reason::ShownByMapping))
        }
        // The reader attests that as well.
        ChipAuthentication::ShownByMapping if is_bound && mapping.reason == Some(Reason::AttestedByReader) => {
            Check::undetermined(id, Reason::AttestedByReader)
        }
        ChipAuthentication::NotMade | ChipAuthentication::NotOffered | ChipAuthentication::ShownByMapping => {
            Check::undetermined(id, Reason::NotMade)
        }
        ChipAuthentication::Impossible(reason) => Check::failed(id, *reason),
        ChipAuthentication::Refused(status) => {
            return Check::failed(id, Reason::Refused).comparing(format!("{compared}, status {status}"));
        }
        ChipAuthentication::SessionLost => Check::failed(id, Reason::SessionLost),
        ChipAuthentication::NotUnderNewKeys => Check::failed(id, Reason::OldKeysKept),
    };
    let check = if suite.cipher == Cipher::TripleDes { check.warning(Warning::Sha1) } else { check };
    check.comparing(compared)
}

/// Active authentication: due where EF.SOD lists DG15.
fn active_authentication(
    proofs: &ChipProofs,
    origin: Origin,
    values: &Values<'_>,
    pa: &PassiveAuthentication<'_>,
    allowed: &Tolerances,
) -> Check {
    let id = CheckId::ChipActiveAuthentication;
    if !is_listed(pa, DataGroup::DG15) {
        return Check::new(id, State::NotSupported, Some(Reason::NotDue)).comparing("EF.SOD lists no DG15");
    }
    let key = match &values.dg15 {
        Some(Ok(Dg15 { key: Ok(key), .. })) => key,
        Some(Ok(Dg15 { key: Err(CryptoError::Unsupported), .. })) => {
            return Check::undetermined(id, Reason::UnsupportedAlgorithm).comparing("the key of DG15");
        }
        Some(_) => return Check::failed(id, Reason::BadKey).comparing("DG15"),
        None => {
            let check = unread_key_file(values, pa, id, DataGroup::DG15);
            return match proofs.active() {
                ActiveAuthentication::Refused(_) => keep_refusal(check, Reason::Refused),
                ActiveAuthentication::BadKey => keep_refusal(check, Reason::BadKey),
                _ => check,
            };
        }
    };
    let compared = key.describe();
    let check = match proofs.active() {
        ActiveAuthentication::Answered { challenge, signature, .. } => {
            match verify(key, values.active_authentication_digest(), challenge, signature) {
                Ok(verified) => {
                    let compared = format!("{compared}, {}", verified.digest.name());
                    let der = verified.warnings.contains(&Warning::DerSignature);
                    let check = match der {
                        true => Check::tolerating(id, Tolerance::DerSignature, allowed, Reason::BadSignature),
                        false => Check::successful(id),
                    };
                    let check = match pa.authenticated(DataGroup::DG15).is_none() && check.state != State::Failed {
                        true => Check::undetermined(id, Reason::KeyNotAuthenticated).needing(check.tolerances),
                        false => check,
                    };
                    return check.warnings(verified.warnings).comparing(compared);
                }
                // It is DG14 that names the digest.
                Err(Reason::UnsupportedAlgorithm) => {
                    let missing = missing(pa, DataGroup::DG14);
                    Check::undetermined(id, missing.unwrap_or(Reason::UnsupportedAlgorithm))
                }
                Err(reason) => Check::failed(id, reason),
            }
        }
        ActiveAuthentication::NotMade if origin == Origin::Files => Check::undetermined(id, Reason::FromFile),
        ActiveAuthentication::NotMade => Check::undetermined(id, Reason::NotMade),
        ActiveAuthentication::Refused(status) => {
            return Check::failed(id, Reason::Refused).comparing(format!("{compared}, status {status}"));
        }
        ActiveAuthentication::SessionLost => Check::undetermined(id, Reason::SessionLost),
        ActiveAuthentication::BadKey => Check::failed(id, Reason::BadKey),
    };
    check.comparing(compared)
}

/// A due proof whose key could not be had: hashed but absent or refused is the chip's failure, cut off is not.
fn unread_key_file(values: &Values<'_>, pa: &PassiveAuthentication<'_>, id: CheckId, group: DataGroup) -> Check {
    match values.files.state(FileId::DataGroup(group)) {
        FileState::Absent(_) | FileState::Refused(_) => Check::failed(id, Reason::Missing),
        FileState::CutOff => Check::new(id, State::Aborted, Some(Reason::CutOff)),
        FileState::Removed(_) => Check::undetermined(id, missing(pa, group).unwrap_or(Reason::Removed)),
        _ => Check::undetermined(id, missing(pa, group).unwrap_or(Reason::NotRead)),
    }
    .comparing(format!("EF.{group}"))
}

/// Why a file that EF.SOD lists is missing from a stored document.
fn missing(pa: &PassiveAuthentication<'_>, group: DataGroup) -> Option<Reason> {
    let reason = pa.check(CheckId::data_group(group.number())?)?.reason?;
    matches!(reason, Reason::Removed | Reason::NotHeld | Reason::NotKept).then_some(reason)
}

/// A proof that is recorded as failed stays failed where the file with its key was taken away.
fn keep_refusal(check: Check, reason: Reason) -> Check {
    match check.state {
        State::Failed => check,
        _ => Check { state: State::Failed, reason: Some(reason), ..check },
    }
}
