//! The report: the verdict, the checks with their reasons, the holder's fields with their state.

use super::claims_result::ClaimsResult;
use super::holder::{Holder, Portrait};
use super::verdict::Verdict;
use crate::channel::Limits;
use crate::checks::{Check, CheckId, Reason, Tolerance, Tolerances};
use crate::document::{AccessSummary, Document, ReportedStatements};
use crate::lds::{DataGroup, FileId};
use crate::national::province_of_residence;
use crate::passive_authentication::{PassiveAuthentication, PathCertificate};
use crate::trust::TrustStore;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use std::collections::BTreeSet;
use zeroize::{Zeroize, Zeroizing};

/// What verifying a document gave. Serde output (feature `serde`) has the shape `chipid.result/1`.
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Report {
    schema: &'static str,
    verdict: Verdict,
    expired: bool,
    claims: ClaimsResult,
    statements: ReportedStatements,
    checks: Vec<Check>,
    holder: Holder,
    portrait: Option<Portrait>,
    access: Option<AccessSummary>,
    online_check: Option<OnlineCheck>,
    exchanges: u32,
    elapsed_ms: u64,
    limits: Option<Limits>,
    restarts: u32,
    resumes: u32,
    resumed_files: Vec<&'static str>,
    not_read: Vec<NotReadFile>,
    data_groups: DataGroupCount,
    tolerances: Vec<UsedTolerance>,
    certificate_path: Vec<PathEntry>,
    unused_trust: Vec<UnusedTrust>,
}

/// Something that the caller handed in as trusted and that was of no use: a revocation list that no anchor vouches for, a file
/// that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct UnusedTrust {
    /// The caller's name for it.
    pub source: String,
    /// Why it is of no use, in words.
    pub why: String,
}

/// A certificate on the path from the document signer to the anchor.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PathEntry {
    /// `document_signer`, `link`, `csca`; `link_as_anchor` for a link certificate that the caller trusts as an anchor.
    pub role: &'static str,
    /// The subject's name.
    pub subject: String,
    /// The issuer's name.
    pub issuer: String,
    /// The serial number's octets, hexadecimal.
    pub serial: String,
    /// SHA-256 of the certificate, hexadecimal.
    pub sha256: String,
    /// First day of its validity: `2024-01-01`.
    pub not_before: String,
    /// Last day of its validity.
    pub not_after: String,
    /// The codes of what makes it void; then the check of the profiles failed.
    pub void: Vec<String>,
    /// The codes of its other deviations from the profile.
    pub remarks: Vec<String>,
}

impl PathEntry {
    fn of(one: &PathCertificate) -> Self {
        let certificate = &one.certificate;
        let codes = |void: bool| {
            one.findings.iter().filter(|finding| finding.is_void() == void).map(|finding| finding.to_string()).collect()
        };
        Self {
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
}

/// A tolerance that was used, and the check that would have failed without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct UsedTolerance {
    /// The check that it stands in.
    pub check: CheckId,
    /// The tolerance.
    pub tolerance: Tolerance,
}

/// A file that was not read, or that the stored document does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NotReadFile {
    /// Its name: `EF.DG2`.
    pub file: &'static str,
    /// `plan`: the reading plan left it out; `needs_terminal_authentication`; `removed`: taken out of the evidence after it
    /// was read; `not_held`: EF.SOD lists it, and it is missing from the stored document; `not_kept`: the same, and the
    /// caller states that the archive does not keep it.
    pub why: &'static str,
}

impl NotReadFile {
    /// The files that are missing, each with the reason that its check has where a stored document does not hold it.
    fn all(document: &Document, checks: &[Check]) -> Vec<Self> {
        let missing: Vec<Self> = DataGroup::all()
            .filter_map(|group| {
                let id = CheckId::data_group(group.number())?;
                let reason = checks.iter().find(|check| check.id == id)?.reason?;
                let is_missing = matches!(reason, Reason::NotHeld | Reason::NotKept);
                is_missing.then_some(Self { file: FileId::DataGroup(group).name(), why: reason.as_str() })
            })
            .collect();
        let plan = document.not_read().map(|(file, why)| (file, why.as_str()));
        let removed = document.removed_files().map(|file| (file, "removed"));
        let known = plan.chain(removed).map(|(file, why)| Self { file: file.name(), why });
        let others = known.filter(|one| !missing.iter().any(|missing| missing.file == one.file));
        others.chain(missing.iter().copied()).collect()
    }
}

/// How many of the data groups that the issuer signed were there to be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct DataGroupCount {
    /// The data groups that EF.SOD lists.
    pub listed: usize,
    /// Those of them that were compared with their hashes and are unchanged.
    pub unchanged: usize,
}

impl DataGroupCount {
    fn of(pa: &PassiveAuthentication<'_>, checks: &[Check]) -> Self {
        let listed: BTreeSet<DataGroup> = pa.data_groups().iter().copied().collect();
        let is_unchanged = |group: &&DataGroup| {
            let id = CheckId::data_group(group.number());
            checks.iter().any(|check| Some(check.id) == id && check.is_successful())
        };
        Self { listed: listed.len(), unchanged: listed.iter().filter(is_unchanged).count() }
    }
}

/// What an operator under contract hands to the Ministry's online check (this library has no client for it).
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct OnlineCheck {
    /// Twelve digits.
    pub personal_number: Option<String>,
    /// The document signer's certificate: DER in Base64, one line.
    pub ds_certificate: Option<String>,
    /// The province of residence.
    pub province: Option<String>,
}

impl Report {
    #[expect(clippy::too_many_arguments, reason = "each is a part of the report")]
    pub(super) fn new(
        document: &Document,
        verdict: Verdict,
        expired: bool,
        claims: ClaimsResult,
        statements: ReportedStatements,
        checks: Vec<Check>,
        holder: Holder,
        portrait: Option<Portrait>,
        pa: &PassiveAuthentication<'_>,
        allowed: &Tolerances,
        trust: &TrustStore,
    ) -> Self {
        let unused = trust.unused().into_iter();
        let unused_trust =
            unused.map(|(source, why)| UnusedTrust { source: source.to_owned(), why: why.to_string() }).collect();
        let online_check = OnlineCheck::of(&holder, pa);
        let tolerances = checks
            .iter()
            .flat_map(|check| check.tolerances.iter().map(|tolerance| (check.id, *tolerance)))
            .filter(|(_, tolerance)| allowed.allows(*tolerance))
            .map(|(check, tolerance)| UsedTolerance { check, tolerance })
            .collect();
        let not_read = NotReadFile::all(document, &checks);
        let data_groups = DataGroupCount::of(pa, &checks);
        Self {
            schema: "chipid.result/1",
            verdict,
            expired,
            claims,
            statements,
            tolerances,
            unused_trust,
            certificate_path: pa.path().iter().map(PathEntry::of).collect(),
            checks,
            holder,
            portrait,
            access: document
                .access()
                .map(AccessSummary::of)
                .or_else(|| document.attestation.as_ref()?.access().cloned()),
            online_check,
            exchanges: document.exchanges(),
            elapsed_ms: u64::try_from(document.elapsed().as_millis()).unwrap_or(u64::MAX),
            limits: document.limits(),
            restarts: document.restarts(),
            resumes: document.resumes(),
            not_read,
            data_groups,
            resumed_files: document.resumed_files().iter().map(|file| file.name()).collect(),
        }
    }

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

    /// How often access was opened anew because of too long an answer.
    pub fn restarts(&self) -> u32 {
        self.restarts
    }

    /// How often the card was lost in the middle of the reading and came back.
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

    /// What the caller handed in as trusted and that was of no use.
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

    /// How the chip was opened; `None` for a document from files. From evidence it is the reader's word.
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

impl OnlineCheck {
    /// `None` where the document has no personal number.
    fn of(holder: &Holder, pa: &PassiveAuthentication<'_>) -> Option<Self> {
        let personal_number = holder.value("personal_number")?;
        let residence = holder.value("place_of_residence").map(Zeroizing::new);
        let province = residence.as_ref().and_then(|residence| province_of_residence(residence)).map(str::to_owned);
        let ds_certificate = pa.document_signer().map(|signer| BASE64_STANDARD.encode(signer.der()));
        Some(Self { personal_number: Some(personal_number), ds_certificate, province })
    }
}

impl Drop for OnlineCheck {
    fn drop(&mut self) {
        self.personal_number.zeroize();
        self.province.zeroize();
    }
}

/// Says nothing of its content.
impl core::fmt::Debug for OnlineCheck {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("OnlineCheck(..)")
    }
}
