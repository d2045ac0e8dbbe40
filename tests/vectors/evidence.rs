//! Evidence that earlier versions wrote: it still reads, and gives the verdict that it gave.

use crate::format::{Failure, Vector, same};
use crate::trust_changes::AddTrust as _;
use chipid::report::Report;
use chipid::trust::TrustStore;
use chipid::{Document, Evidence};

/// `csca`, `signer` (the certificate of a trusted signer of evidence), `online` (of one who answers online questions) and
/// `policy` (name, decision and hash, as recorded) may be missing.
pub fn evidence(vector: &Vector) -> Result<(), Failure> {
    let text = vector.text("evidence")?;
    let (checks, verdict) = (vector.text("checks")?, vector.text("verdict")?);
    let refused = |error: &dyn core::fmt::Display| Failure::Refused(error.to_string());
    let mut trust = TrustStore::empty();
    if vector.optional("csca").is_some() {
        trust.add_certificate(&vector.hex("csca")?).map_err(|error| refused(&error))?;
    }
    if vector.optional("signer").is_some() {
        trust.add_evidence_signer(&vector.hex("signer")?).map_err(|error| refused(&error))?;
    }
    if vector.optional("online").is_some() {
        trust.add_online_signer(&vector.hex("online")?).map_err(|error| refused(&error))?;
    }
    let policy = vector.optional("policy").unwrap_or_default();
    let evidence = Evidence::decode(text.as_bytes()).map_err(|error| refused(&error))?;
    let by = evidence.decided_by().map(|by| format!("{} {} {}", by.name, by.decision, by.sha256)).unwrap_or_default();
    same("policy", by.as_bytes(), policy.as_bytes())?;
    same("evidence", &evidence.encode(), text.as_bytes())?;
    let report = Document::from_evidence(&evidence).verify(&trust, evidence.verified_at());
    same("verdict", report.verdict().as_str().as_bytes(), verdict.as_bytes())?;
    same("checks", told(&report).as_bytes(), checks.as_bytes())
}

/// The checks of chip and evidence, and those that did not succeed.
fn told(report: &Report) -> String {
    let shown = report.checks().iter().filter(|check| {
        !check.is_successful()
            || ["chip.", "evidence.", "online."].iter().any(|group| check.id.as_str().starts_with(group))
    });
    let line = |check: &chipid::Check| match check.reason {
        Some(reason) => format!("{} {} {reason}", check.id, check.state.as_str()),
        None => format!("{} {}", check.id, check.state.as_str()),
    };
    shown.map(line).collect::<Vec<_>>().join(", ")
}
