//! A document that was saved or read, its report, and what a policy decides about it.

use crate::arguments::{ClaimArguments, JudgeArguments, TrustArguments};
use crate::failure::{
    EXIT_DIFFERS, EXIT_EXPIRED, EXIT_FAILED, EXIT_NOT_COMPARABLE, EXIT_NOT_PROVEN, EXIT_REFERRED, EXIT_REJECTED,
    EXIT_UNDETERMINED, Failure,
};
use crate::output::Output;
use crate::password::{self, Given};
use crate::saved_document::{self, PROOFS, no_document};
use crate::trust::{self, Signers};
use crate::{evidence, moment, policy};
use chipid::lds::DataGroup;
use chipid::trust::TrustStore;
use chipid::{ClaimsOutcome, Decision, Document, KeptGroups, Outcome, Policy, Proofs, Report, Verdict};
use serde_json::{Value, json};
use std::path::Path;
use std::time::SystemTime;

/// How documents are judged.
pub struct Judge {
    store: TrustStore,
    at: SystemTime,
    policy: Option<Policy>,
    /// Who was asked for.
    given: Given,
    /// What the archive keeps, as the caller states.
    kept: KeptGroups,
}

impl Judge {
    /// By the command line; what is wrong in it is found before any document is read.
    pub fn new(
        claims: ClaimArguments,
        trust: &TrustArguments,
        at: Option<&str>,
        arguments: &JudgeArguments,
        output: &Output,
    ) -> Result<Self, Failure> {
        let at = moment::parse(at)?;
        let kept = kept(arguments.kept.as_deref())?;
        let policy = arguments.policy.as_deref().map(policy::load).transpose()?;
        let store = trust::store(trust, Signers::of(arguments), policy.as_ref(), at, output)?;
        let given = password::given(claims, None)?;
        given.claims()?;
        Ok(Self { store, at, policy, given, kept })
    }

    /// The moment that documents are judged for.
    pub fn at(&self) -> SystemTime {
        self.at
    }

    /// The policy that decides, where there is one.
    pub fn policy(&self) -> Option<&Policy> {
        self.policy.as_ref()
    }

    /// Judges a document.
    pub fn judge(&self, document: Document) -> Result<Judged, Failure> {
        let document = document.with_claims(self.given.claims()?).with_kept(self.kept.clone());
        Ok(Judged::new(&document, &self.store, self.at, self.policy.as_ref()))
    }
}

/// A judged document.
pub struct Judged {
    pub report: Report,
    /// Where there is a policy.
    pub decision: Option<Decision>,
}

impl Judged {
    /// Verifies a document, with the tolerances of a policy where there is one, which then decides.
    pub fn new(document: &Document, store: &TrustStore, at: SystemTime, policy: Option<&Policy>) -> Self {
        match policy {
            None => Self { report: document.verify(store, at), decision: None },
            Some(policy) => {
                let report = document.verify_with(store, at, policy.tolerances());
                let decision = Some(report.decide(policy));
                Self { report, decision }
            }
        }
    }

    /// The exit code: of the decision where there is a policy, else of verdict, claims and expiry, the worst first.
    pub fn exit(&self) -> u8 {
        let claims = self.report.claims().outcome();
        let differs = claims == ClaimsOutcome::Differs;
        match (self.decision.as_ref().map(Decision::outcome), self.report.verdict()) {
            (Some(Outcome::Reject), _) => EXIT_REJECTED,
            (None, Verdict::Failed) => EXIT_FAILED,
            _ if differs => EXIT_DIFFERS,
            (Some(Outcome::Refer), _) => EXIT_REFERRED,
            (Some(Outcome::Accept), _) => 0,
            (None, Verdict::Undetermined) => EXIT_UNDETERMINED,
            (None, _) if claims == ClaimsOutcome::NotComparable => EXIT_NOT_COMPARABLE,
            (None, _) if self.report.is_expired() => EXIT_EXPIRED,
            (None, Verdict::DataAuthentic) => EXIT_NOT_PROVEN,
            (None, Verdict::Genuine) => 0,
        }
    }

    /// The JSON value `chipid.result/1`, with the place where the portrait is saved and the decision.
    pub fn json(&self, portrait: Option<&Path>) -> Value {
        let mut value = serde_json::to_value(&self.report).unwrap_or(Value::Null);
        if let Some(Value::Object(fields)) = value.get_mut("portrait") {
            fields.insert("file".into(), json!(portrait.map(|path| path.display().to_string())));
        }
        if let Some(decision) = &self.decision {
            value["decision"] = serde_json::to_value(decision).unwrap_or(Value::Null);
        }
        value
    }
}

/// A document that was saved, or that evidence holds.
pub fn document(path: &Path) -> Result<Document, Failure> {
    if path.is_file() {
        return Ok(Document::from_evidence(&evidence::load(path)?));
    }
    let saved = saved_document::load(path)?;
    let proofs = saved.proofs.as_deref().map(|text| proofs(path, text)).transpose()?;
    Ok(Document::from_files(saved.files, proofs))
}

fn proofs(folder: &Path, text: &str) -> Result<Proofs, Failure> {
    let path = folder.join(PROOFS);
    // The parser's own words may hold a piece of the text: only the place is shown.
    let proofs: Proofs = serde_json::from_str(text).map_err(|error| {
        no_document(&path, &format!("no proofs at line {}, column {}", error.line(), error.column()))
    })?;
    proofs.check().map_err(|error| no_document(&path, &error))
}

/// What the archive keeps: the data groups that are given, else all.
fn kept(given: Option<&str>) -> Result<KeptGroups, Failure> {
    let Some(given) = given else { return Ok(KeptGroups::all()) };
    let mut groups = Vec::new();
    for word in given.split(',').map(str::trim) {
        let wrong = |code| Failure::usage(code, &[("value", &word)]);
        let is_number = word.bytes().all(|octet| octet.is_ascii_digit());
        let number = if is_number { word.parse().ok() } else { None };
        let group = number.and_then(DataGroup::new).ok_or_else(|| wrong("usage.kept"))?;
        if groups.contains(&group) {
            return Err(wrong("usage.kept_twice"));
        }
        groups.push(group);
    }
    Ok(KeptGroups::only(groups))
}
