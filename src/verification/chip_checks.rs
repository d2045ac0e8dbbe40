//! The proofs of the chip: what was recorded, judged under passive authentication of the key that it proves.

use super::active_authentication::active_authentication;
use super::chip_authentication::chip_authentication;
use super::context::Context;
use super::pace_cam::{KeyBinding, bind, chip_authentication_mapping};
use crate::checks::{Check, Reason};
use crate::document::ChipProofs;

/// What the due proofs came to, all together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DueProofs {
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

/// The checks, and what they come to. (A failed one fails the verdict by itself.) `card_security`: what EF.CardSecurity is
/// worth.
pub(super) fn all(proofs: &ChipProofs, context: &Context<'_>, card_security: &Check) -> (Vec<Check>, DueProofs) {
    let attested = context.attested;
    let mapping = chip_authentication_mapping(proofs, context.values, card_security, attested);
    let shown = attested.keep_failed_proof(mapping);
    let binding = KeyBinding::of(proofs, context);
    let bound = bind(shown.clone(), binding, context);
    let chip = attested.keep_failed_proof(chip_authentication(proofs, context, &bound, binding));
    let is_made = match chip.reason {
        Some(Reason::Removed) => attested.was_sound(chip.id),
        reason => chip.is_successful() || reason == Some(Reason::AttestedByReader),
    };
    // Chip authentication with a key of DG14, made in the session that the mapping opened, shows that it is the same chip.
    let mapping = if binding == Some(KeyBinding::OtherKeys) && is_made { shown } else { bound };
    let active = attested.keep_failed_proof(active_authentication(proofs, context));
    let checks = vec![mapping, chip, active];
    let due = due(&checks, context);
    (checks, due)
}

fn due(checks: &[Check], context: &Context<'_>) -> DueProofs {
    let due = || checks.iter().filter(|check| !is(check, &[Reason::NotDue, Reason::ShownByMapping]));
    // A proof whose key is missing stands in the way of *genuine*, and of more if it was open before.
    let is_removed = |check: &Check| is(check, &[Reason::Removed, Reason::NotHeld, Reason::NotKept]);
    // What a file cannot prove again neither helps nor stands in the way.
    let is_past = |check: &Check| is(check, &[Reason::AttestedByReader, Reason::FromFile]);
    let is_open = |check: &Check| {
        if is_removed(check) {
            !context.attested.was_sound(check.id)
        } else {
            !check.is_successful() && !is_past(check)
        }
    };
    if checks.iter().any(|check| is(check, &[Reason::KeyNotBound])) {
        DueProofs::Unbound
    } else if due().any(is_open) {
        DueProofs::Open
    } else if due().any(is_removed) {
        DueProofs::Past
    } else if due().any(Check::is_successful) {
        DueProofs::Proven
    } else if due().next().is_none() {
        DueProofs::None
    } else {
        DueProofs::Past
    }
}

fn is(check: &Check, reasons: &[Reason]) -> bool {
    check.reason.is_some_and(|reason| reasons.contains(&reason))
}
