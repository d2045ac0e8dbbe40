//! The check of chip authentication.

use super::context::Context;
use super::key_file;
use super::pace_cam::KeyBinding;
use crate::checks::{Check, CheckId, Reason, State, Tolerance, Warning};
use crate::chip::{ChipAuthentication, ChipAuthenticationSuite, KeyChoice, choose_key};
use crate::crypto::Cipher;
use crate::document::{ChipProofs, Origin, suite_names};
use crate::lds::DataGroup;

const ID: CheckId = CheckId::ChipChipAuthentication;

/// Chip authentication: due where EF.SOD lists DG14 and DG14 holds a key for it, unless the mapping of PACE has proven
/// a key of DG14. `mapping`: the check of the mapping; `binding`: what ties its key to the document.
pub(super) fn chip_authentication(
    proofs: &ChipProofs,
    context: &Context<'_>,
    mapping: &Check,
    binding: Option<KeyBinding>,
) -> Check {
    if !context.is_listed(DataGroup::DG14) {
        return Check::new(ID, State::NotSupported, Some(Reason::NotDue)).comparing("EF.SOD lists no DG14");
    }
    let dg14 = match &context.values.dg14 {
        Some(Ok(dg14)) => dg14,
        Some(Err(_)) => return Check::failed(ID, Reason::Malformed).comparing("DG14"),
        None => return key_file::unread(context, ID, DataGroup::DG14, failure(proofs.chip())),
    };
    let key = match choose_key(dg14) {
        KeyChoice::None => {
            return Check::new(ID, State::NotSupported, Some(Reason::NotDue)).comparing("DG14 holds no key for it");
        }
        KeyChoice::Impossible(Reason::UnsupportedAlgorithm) => {
            return Check::undetermined(ID, Reason::UnsupportedAlgorithm).comparing("the keys of DG14");
        }
        KeyChoice::Impossible(reason) => return Check::failed(ID, reason).comparing("the keys of DG14"),
        KeyChoice::Key(key) => key,
    };
    let suite = key.suite();
    let mut compared = format!("{}, {}", suite.group.name(), suite.cipher.name());
    if let ChipAuthentication::Refused(status) = proofs.chip() {
        compared = format!("{compared}, status {status}");
        return Check::failed(ID, Reason::Refused).comparing(compared);
    }
    let check = of_record(proofs.chip(), &suite, context, mapping, binding);
    let check = if suite.cipher == Cipher::TripleDes { check.warning(Warning::Sha1) } else { check };
    check.comparing(compared)
}

/// How the protocol is recorded to have failed.
fn failure(record: &ChipAuthentication) -> Option<Reason> {
    match record {
        ChipAuthentication::Refused(_) => Some(Reason::Refused),
        ChipAuthentication::SessionLost => Some(Reason::SessionLost),
        ChipAuthentication::NotUnderNewKeys => Some(Reason::OldKeysKept),
        _ => None,
    }
}

/// The check of a record, where DG14 holds a key of this suite.
fn of_record(
    record: &ChipAuthentication,
    suite: &ChipAuthenticationSuite,
    context: &Context<'_>,
    mapping: &Check,
    binding: Option<KeyBinding>,
) -> Check {
    let attested = context.attested;
    let is_bound = binding == Some(KeyBinding::SameKey);
    match record {
        ChipAuthentication::Proven(used) if used != suite => Check::failed(ID, Reason::Mismatch),
        ChipAuthentication::Proven(_) => proven(suite, context, true, Check::successful(ID)),
        ChipAuthentication::Attested if attested.chip_suite().is_some_and(|used| *used != suite_names(suite)) => {
            Check::failed(ID, Reason::Mismatch)
        }
        ChipAuthentication::Attested => {
            proven(suite, context, attested.is_trusted(), attested.vouch(Check::successful(ID)))
        }
        // The stored proofs state that the mapping was all that was made, and it proves nothing of the keys of DG14.
        ChipAuthentication::NotMade if binding == Some(KeyBinding::OtherKeys) => {
            Check::undetermined(ID, Reason::NotMade)
        }
        ChipAuthentication::NotMade if context.origin == Origin::Files => Check::undetermined(ID, Reason::FromFile),
        ChipAuthentication::ShownByMapping if is_bound && mapping.is_successful() => {
            Check::new(ID, State::NotSupported, Some(Reason::ShownByMapping))
        }
        // The reader attests that as well.
        ChipAuthentication::ShownByMapping if is_bound && mapping.reason == Some(Reason::AttestedByReader) => {
            Check::undetermined(ID, Reason::AttestedByReader)
        }
        ChipAuthentication::NotMade | ChipAuthentication::NotOffered | ChipAuthentication::ShownByMapping => {
            Check::undetermined(ID, Reason::NotMade)
        }
        ChipAuthentication::Impossible(reason) => Check::failed(ID, *reason),
        ChipAuthentication::Refused(_) | ChipAuthentication::SessionLost | ChipAuthentication::NotUnderNewKeys => {
            Check::failed(ID, failure(record).unwrap_or(Reason::Refused))
        }
    }
}

/// A proof, with what limits it: a suite that DG14 does not name is guessed, and DG14 must be authentic. A record that does
/// not count for a success (`counts`) is limited only by a guess that is not allowed.
fn proven(suite: &ChipAuthenticationSuite, context: &Context<'_>, counts: bool, proven: Check) -> Check {
    let guess = Tolerance::MissingChipAuthenticationInfo;
    let warning = Warning::MissingChipAuthenticationInfo;
    let is_guessed = suite.protocol.is_none();
    let guessed = || Check::tolerating(ID, guess, context.allowed, Reason::Malformed).warning(warning);
    if is_guessed && !context.allowed.allows(guess) {
        return guessed();
    }
    if counts && !context.is_authentic(DataGroup::DG14) {
        let check = Check::undetermined(ID, Reason::KeyNotAuthenticated);
        return if is_guessed { check.warning(warning).needing([guess]) } else { check };
    }
    if counts && is_guessed { guessed() } else { proven }
}
