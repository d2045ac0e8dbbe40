//! The parts of a report that list what was judged: certificates, missing files, tolerances.

use crate::checks::{Check, CheckId, Reason, Tolerances};
use crate::document::{FileState, Files};
use crate::lds::{DataGroup, FileId};
use crate::national::province_of_residence;
use crate::passive_authentication::{PassiveAuthentication, PathCertificate};
use crate::report::{DataGroupCount, Holder, NotReadFile, OnlineCheck, PathEntry, UnusedTrust, UsedTolerance};
use crate::trust::TrustStore;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use std::collections::BTreeSet;
use zeroize::Zeroizing;

pub(super) fn path_entry(one: &PathCertificate) -> PathEntry {
    let certificate = &one.certificate;
    let codes = |void: bool| {
        one.findings.iter().filter(|finding| finding.is_void() == void).map(|finding| finding.to_string()).collect()
    };
    PathEntry {
        role: if one.is_link_as_anchor { "link_as_anchor" } else { one.role.as_str() },
        subject: certificate.subject().to_string(),
        issuer: certificate.issuer().to_string(),
        serial: hex::encode(certificate.serial()),
        sha256: hex::encode(certificate.fingerprint()),
        not_before: certificate.validity().not_before.date().to_string(),
        not_after: certificate.validity().not_after.date().to_string(),
        void: codes(true),
        remarks: codes(false),
    }
}

/// The files that are missing, each with the reason that its check has where a stored document does not hold it.
pub(super) fn not_read(files: &Files, checks: &[Check]) -> Vec<NotReadFile> {
    let missing: Vec<NotReadFile> = DataGroup::all()
        .filter_map(|group| {
            let id = CheckId::data_group(group.number())?;
            let reason = checks.iter().find(|check| check.id == id)?.reason?;
            let is_missing = matches!(reason, Reason::NotHeld | Reason::NotKept);
            is_missing.then_some(NotReadFile { file: FileId::DataGroup(group).name(), why: reason.as_str() })
        })
        .collect();
    let plan = files.known().filter_map(|(file, state)| match state {
        FileState::NotRead(why) => Some((file, why.as_str())),
        _ => None,
    });
    let removed = files.removed().map(|file| (file, "removed"));
    let known = plan.chain(removed).map(|(file, why)| NotReadFile { file: file.name(), why });
    let others = known.filter(|one| !missing.iter().any(|missing| missing.file == one.file));
    others.chain(missing.iter().copied()).collect()
}

pub(super) fn data_groups(pa: &PassiveAuthentication<'_>, checks: &[Check]) -> DataGroupCount {
    let listed: BTreeSet<DataGroup> = pa.data_groups().iter().copied().collect();
    let is_unchanged = |group: &&DataGroup| {
        let id = CheckId::data_group(group.number());
        checks.iter().any(|check| Some(check.id) == id && check.is_successful())
    };
    DataGroupCount { listed: listed.len(), unchanged: listed.iter().filter(is_unchanged).count() }
}

/// `None` where the document has no personal number.
pub(super) fn online_check(holder: &Holder, pa: &PassiveAuthentication<'_>) -> Option<OnlineCheck> {
    let personal_number = holder.value("personal_number")?;
    let residence = holder.value("place_of_residence").map(Zeroizing::new);
    let province = residence.as_ref().and_then(|residence| province_of_residence(residence)).map(str::to_owned);
    let ds_certificate = pa.document_signer().map(|signer| BASE64_STANDARD.encode(signer.der()));
    Some(OnlineCheck { personal_number: Some(personal_number), ds_certificate, province })
}

/// The tolerances that were used, each with its check.
pub(super) fn used_tolerances(checks: &[Check], allowed: &Tolerances) -> Vec<UsedTolerance> {
    let needed = checks.iter().flat_map(|check| check.tolerances.iter().map(|tolerance| (check.id, *tolerance)));
    let used = needed.filter(|(_, tolerance)| allowed.allows(*tolerance));
    used.map(|(check, tolerance)| UsedTolerance { check, tolerance }).collect()
}

pub(super) fn unused_trust(trust: &TrustStore) -> Vec<UnusedTrust> {
    let unused = trust.unused().into_iter();
    unused.map(|(source, why)| UnusedTrust { source: source.to_owned(), why: why.to_string() }).collect()
}
