//! The report: the verdict, the checks with their reasons, the holder's fields with their state.

use super::claims_result::ClaimsResult;
use super::holder::{Holder, Portrait};
use super::parts::{DataGroupCount, NotReadFile, OnlineCheck, PathEntry, UnusedTrust, UsedTolerance};
use super::verdict::Verdict;
use crate::channel::Limits;
use crate::checks::{Check, CheckId};
use crate::document::{AccessSummary, ReportedStatements};

/// The name of the shape of the JSON output.
pub(crate) const SCHEMA: &str = "chipid.result/1";

/// What verifying a document gave. Serde output (feature `serde`) has the shape `chipid.result/1`.
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Report {
    pub(crate) schema: &'static str,
    pub(crate) verdict: Verdict,
    pub(crate) expired: bool,
    pub(crate) claims: ClaimsResult,
    pub(crate) statements: ReportedStatements,
    pub(crate) checks: Vec<Check>,
    pub(crate) holder: Holder,
    pub(crate) portrait: Option<Portrait>,
    pub(crate) access: Option<AccessSummary>,
    pub(crate) online_check: Option<OnlineCheck>,
    pub(crate) exchanges: u32,
    pub(crate) elapsed_ms: u64,
    pub(crate) limits: Option<Limits>,
    pub(crate) restarts: u32,
    pub(crate) resumes: u32,
    pub(crate) resumed_files: Vec<&'static str>,
    pub(crate) not_read: Vec<NotReadFile>,
    pub(crate) data_groups: DataGroupCount,
    pub(crate) tolerances: Vec<UsedTolerance>,
    pub(crate) certificate_path: Vec<PathEntry>,
    pub(crate) unused_trust: Vec<UnusedTrust>,
}

impl Report {
    /// Whether the document belongs to the person who was asked for: a third axis beside [`Report::verdict`] and
    /// [`Report::is_expired`]. A genuine document of another person stays genuine, and [`ClaimsOutcome::Differs`] must
    /// still stop the process that asked for it.
    ///
    /// [`ClaimsOutcome::Differs`]: crate::ClaimsOutcome::Differs
    ///
    /// ```
    /// use chipid::{Claims, ClaimsOutcome, Document};
    /// use chipid::trust::TrustStore;
    /// use chipid::vietnam::PersonalNumber;
    /// # fn run(stored: Document, trust: &TrustStore, now: std::time::SystemTime) -> Result<bool, Box<dyn std::error::Error>> {
    /// let claims = Claims { number: Some(PersonalNumber::parse("999199000001")?), ..Claims::default() };
    /// let report = stored.with_claims(claims).verify(trust, now);
    /// let is_right_person = report.claims().outcome() == ClaimsOutcome::Matches;
    /// # Ok(is_right_person)
    /// # }
    /// ```
    pub fn claims(&self) -> &ClaimsResult {
        &self.claims
    }

    /// What the operator states of the reading: consent, a face comparison, identification by another scheme. None of it
    /// is verified here.
    pub fn statements(&self) -> &ReportedStatements {
        &self.statements
    }

    /// The name of this shape of the JSON output.
    pub fn schema(&self) -> &'static str {
        self.schema
    }

    /// How often access was opened again because an answer was too long.
    pub fn restarts(&self) -> u32 {
        self.restarts
    }

    /// How often the card was lost during the reading and came back.
    pub fn resumes(&self) -> u32 {
        self.resumes
    }

    /// The files that were read in parts, before and after the card was lost: `EF.DG2`.
    pub fn resumed_files(&self) -> &[&'static str] {
        &self.resumed_files
    }

    /// The files that were not read, because the plan left them out or because they need terminal authentication, and
    /// those that the stored document does not hold.
    pub fn not_read(&self) -> &[NotReadFile] {
        &self.not_read
    }

    /// How many of the data groups that EF.SOD lists were compared and are unchanged.
    pub fn data_groups(&self) -> DataGroupCount {
        self.data_groups
    }

    /// The certificates from the document signer's to the anchor's, links between them; the first alone where no anchor was
    /// found, none where there is no certificate.
    pub fn certificate_path(&self) -> &[PathEntry] {
        &self.certificate_path
    }

    /// What the caller supplied as trusted and that is of no use.
    pub fn unused_trust(&self) -> &[UnusedTrust] {
        &self.unused_trust
    }

    /// The tolerances that were used, each with the check that would have failed without it. Where one was used the verdict
    /// is *undetermined* at best.
    pub fn tolerances(&self) -> &[UsedTolerance] {
        &self.tolerances
    }

    /// The verdict. It is never the whole story: the checks say why.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// Whether the document has expired at the time of checking; its own matter beside the verdict.
    pub fn is_expired(&self) -> bool {
        self.expired
    }

    /// All checks, in a fixed order.
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// The check with this id, if it was made.
    pub fn check(&self, id: CheckId) -> Option<&Check> {
        self.checks.iter().find(|check| check.id == id)
    }

    /// The holder's fields, each with its source and state.
    pub fn holder(&self) -> &Holder {
        &self.holder
    }

    /// The portrait, if DG2 holds one.
    pub fn portrait(&self) -> Option<&Portrait> {
        self.portrait.as_ref()
    }

    /// How the chip was opened; `None` for a document from files. From evidence it is what the reader recorded.
    pub fn access(&self) -> Option<&AccessSummary> {
        self.access.as_ref()
    }

    /// What an operator hands to an online check; `None` where the document has no personal number.
    pub fn online_check(&self) -> Option<&OnlineCheck> {
        self.online_check.as_ref()
    }

    /// Exchanges with the card.
    pub fn exchanges(&self) -> u32 {
        self.exchanges
    }

    /// Duration of the reading, in milliseconds.
    pub fn elapsed_ms(&self) -> u64 {
        self.elapsed_ms
    }

    /// The lengths that worked, for the next card of this kind in this reader.
    pub fn limits(&self) -> Option<Limits> {
        self.limits
    }
}
