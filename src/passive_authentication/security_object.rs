//! EF.SOD by itself: its version, its hash algorithm and its content type (9303-10 §4.6.2).

use super::signer::sha1;
use crate::checks::{Check, CheckId, Reason, Tolerance, Tolerances, Warning};
use crate::lds::{SecurityObject, SodDefect};
use crate::oid;

/// The check of the LDS security object.
pub(super) fn security_object(sod: &SecurityObject<'_>, allowed: &Tolerances) -> Check {
    let id = CheckId::PaSecurityObject;
    let content = sod.content();
    let compared = match content.lds_version() {
        Some((lds, _)) => format!("LDS security object version {}, LDS {lds}", content.version()),
        None => format!("LDS security object version {}", content.version()),
    };
    if let Some(defect) = content.defects().first() {
        let reason = match defect {
            SodDefect::Version => Reason::UnknownVersion,
            SodDefect::VersionInfo | SodDefect::OldLdsVersion => Reason::Mismatch,
            _ => Reason::Malformed,
        };
        return Check::failed(id, reason).comparing(format!("{compared}: {defect}"));
    }
    if content.digest_oid() == oid::MD5 {
        return Check::failed(id, Reason::ForbiddenAlgorithm).comparing(format!("{compared}, MD5"));
    }
    let Some(digest) = content.digest() else {
        let oid = content.digest_oid();
        return Check::undetermined(id, Reason::UnsupportedAlgorithm).comparing(format!("{compared}, hash {oid}"));
    };
    let compared = format!("{compared}, {}", digest.name());
    if sod.has_legacy_oid() {
        let content_type = sod.signed_data().content_type();
        let compared = format!("{compared}, content type {content_type}");
        return Check::tolerating(id, Tolerance::LegacyLdsOid, allowed, Reason::Malformed)
            .warning(Warning::LegacyLdsOid)
            .comparing(compared);
    }
    if content.is_of_the_future() {
        return Check::undetermined(id, Reason::UnknownVersion).comparing(compared);
    }
    Check::successful(id).warnings(sha1(digest)).comparing(compared)
}
