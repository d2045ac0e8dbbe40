//! The check of active authentication.

use super::context::Context;
use super::key_file;
use crate::checks::{Check, CheckId, Reason, State, Tolerance, Warning};
use crate::chip::{ActiveAuthentication, verify};
use crate::crypto::{CryptoError, PublicKey};
use crate::document::{ChipProofs, Origin};
use crate::lds::{DataGroup, Dg15};

const ID: CheckId = CheckId::ChipActiveAuthentication;

/// Active authentication: due where EF.SOD lists DG15.
pub(super) fn active_authentication(proofs: &ChipProofs, context: &Context<'_>) -> Check {
    if !context.is_listed(DataGroup::DG15) {
        return Check::new(ID, State::NotSupported, Some(Reason::NotDue)).comparing("EF.SOD lists no DG15");
    }
    let key = match &context.values.dg15 {
        Some(Ok(Dg15 { key: Ok(key), .. })) => key,
        Some(Ok(Dg15 { key: Err(CryptoError::Unsupported), .. })) => {
            return Check::undetermined(ID, Reason::UnsupportedAlgorithm).comparing("the key of DG15");
        }
        Some(_) => return Check::failed(ID, Reason::BadKey).comparing("DG15"),
        None => {
            let failure = match proofs.active() {
                ActiveAuthentication::Refused(_) => Some(Reason::Refused),
                ActiveAuthentication::BadKey => Some(Reason::BadKey),
                _ => None,
            };
            return key_file::unread(context, ID, DataGroup::DG15, failure);
        }
    };
    let compared = key.describe();
    let check = match proofs.active() {
        ActiveAuthentication::Answered { challenge, signature, .. } => {
            return answered(key, challenge, signature, context, &compared);
        }
        ActiveAuthentication::Refused(status) => {
            return Check::failed(ID, Reason::Refused).comparing(format!("{compared}, status {status}"));
        }
        ActiveAuthentication::NotMade if context.origin == Origin::Files => Check::undetermined(ID, Reason::FromFile),
        ActiveAuthentication::NotMade => Check::undetermined(ID, Reason::NotMade),
        ActiveAuthentication::SessionLost => Check::undetermined(ID, Reason::SessionLost),
        ActiveAuthentication::BadKey => Check::failed(ID, Reason::BadKey),
    };
    check.comparing(compared)
}

/// The chip's signature over the challenge.
fn answered(key: &PublicKey, challenge: &[u8; 8], signature: &[u8], context: &Context<'_>, compared: &str) -> Check {
    let verified = match verify(key, context.values.active_authentication_digest(), challenge, signature) {
        Ok(verified) => verified,
        // DG14 names the digest.
        Err(Reason::UnsupportedAlgorithm) => {
            let reason = context.missing(DataGroup::DG14).unwrap_or(Reason::UnsupportedAlgorithm);
            return Check::undetermined(ID, reason).comparing(compared);
        }
        Err(reason) => return Check::failed(ID, reason).comparing(compared),
    };
    let check = if verified.warnings.contains(&Warning::DerSignature) {
        Check::tolerating(ID, Tolerance::DerSignature, context.allowed, Reason::BadSignature)
    } else {
        Check::successful(ID)
    };
    let check = if check.state != State::Failed && !context.is_authentic(DataGroup::DG15) {
        Check::undetermined(ID, Reason::KeyNotAuthenticated).needing(check.tolerances)
    } else {
        check
    };
    check.warnings(verified.warnings).comparing(format!("{compared}, {}", verified.digest.name()))
}
