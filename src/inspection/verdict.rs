//! From checks to a verdict: a lattice, not a boolean.
//!
//! `failed`: a gating check failed. `undetermined`: passive authentication could not be concluded, or a due proof could
//! not be made. `data_authentic`: passive authentication successful and no proof is due, or none can be verified from a
//! file. `genuine`: all that, and the chip proven. Which checks gate stands in one table.

use super::attestation::Attested;
use super::chip_checks::{self, Due};
use super::claims;
use super::cross_checks;
use super::document::{Document, FileState, Origin};
use super::file_checks;
use super::holder;
use super::known_defects;
use super::online;
use super::report::Report;
use super::statements::ReportedStatements;
use crate::checks::{Check, CheckId, Reason, State, Tolerances};
use crate::lds::{DataGroup, FileId, Mrz};
use crate::passive_authentication::{ConsultedList, passive_authentication};
use crate::pki::{Certificate, DocumentFacts, alpha_2};
use crate::trust::TrustStore;
use std::time::SystemTime;
use time::OffsetDateTime;
use zeroize::Zeroizing;

/// What the document is worth, from worst to best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Verdict {
    /// A gating check failed: do not accept it.
    Failed,
    /// Nothing contradicts it, but it could not be concluded.
    Undetermined,
    /// The data is authentic; that the chip is the one it was issued with is not proven.
    DataAuthentic,
    /// Data and chip are genuine.
    Genuine,
}

impl Verdict {
    /// The word of the JSON output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Undetermined => "undetermined",
            Self::DataAuthentic => "data_authentic",
            Self::Genuine => "genuine",
        }
    }
}

/// How a check bears on the verdict.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Gate {
    /// It must be successful.
    MustSucceed,
    /// It must not fail; where it could not be made it caps nothing.
    MustNotFail,
    /// A proof of the chip: due or not.
    Proof,
    /// It informs.
    None,
}

pub(super) fn gate(id: CheckId) -> Gate {
    match id {
        CheckId::PaSecurityObject
        | CheckId::PaSignature
        | CheckId::PaChain
        | CheckId::PaCertificates
        | CheckId::PaValidity
        | CheckId::PaDataGroups => Gate::MustSucceed,
        CheckId::PaKnownDefects => Gate::MustNotFail,
        // A revocation that was found gates; that none could be looked up gates only where a policy asks.
        CheckId::PaRevocation
        | CheckId::PaCountry
        | CheckId::AccessProtocol
        | CheckId::AccessCardAccess
        | CheckId::AccessCardSecurity
        | CheckId::EvidenceSignature
        | CheckId::OnlineConfirmation
        | CheckId::LdsCom
        | CheckId::VnNumber => Gate::MustNotFail,
        CheckId::ChipPaceCam | CheckId::ChipActiveAuthentication | CheckId::ChipChipAuthentication => Gate::Proof,
        _ => Gate::None,
    }
}

pub(super) fn verify(document: &Document, trust: &TrustStore, at: SystemTime, allowed: &Tolerances) -> Report {
    judge(document, trust, at, allowed).0
}

/// The report, with the certificates that the judgement rests on.
pub(super) fn judge(
    document: &Document,
    trust: &TrustStore,
    at: SystemTime,
    allowed: &Tolerances,
) -> (Report, Certificates) {
    let at = OffsetDateTime::from(at);
    let files = file_checks::Values::of(document, at);
    let attested = Attested::of(document, trust).without(claims::superseded(document, &files));
    let inputs = file_checks::inputs(document, &files, &attested, trust, at, allowed);
    let pa = passive_authentication(&inputs);
    let card_security = file_checks::card_security(document, &files, &inputs);
    let mut checks = attested.checks.clone();
    checks.push(cross_checks::access_protocol(document, &attested));
    checks.push(cross_checks::card_access(document, &files, &pa, &card_security));
    checks.push(cross_checks::terminal(document, &attested));
    checks.push(card_security.clone());
    checks.extend(pa.checks().iter().cloned());
    let (chip, due) = chip_checks::all(document, &files, &pa, &card_security, &attested, allowed);
    checks.extend(chip);
    checks.extend(file_checks::atr_info(document, &attested, allowed));
    checks.extend(file_checks::all(document, &files, &pa, allowed));
    checks.extend(cross_checks::printed(document, &files, &attested));
    checks.extend(cross_checks::vietnam(document, &files, &attested));
    checks.extend(known_defects::trust_age(trust, at));
    checks.extend(online::check(document, &files, &pa, trust, &attested, at));
    attested.keep_failures(&mut checks, &document.claims);
    let state = inputs.issuing_state.or(inputs.presumed_state);
    let countries: Vec<String> = state.map(alpha_2).unwrap_or_default().into_iter().map(str::to_owned).collect();
    let number = files.mrz().map(Mrz::document_number).map(Zeroizing::new);
    let facts = DocumentFacts {
        signer: pa.document_signer(),
        countries: &countries,
        document_code: inputs.document_code,
        number: number.as_ref().map(|number| number.as_str()),
        issued: inputs.issued,
        signed: pa.signing_time(),
    };
    let (due, excused_proof) = known_defects::apply(&mut checks, due, &facts, pa.path(), trust, allowed, at);
    let verdict = conclude(&checks, due, excused_proof, document, &attested, allowed);
    let expired = checks.iter().any(|check| check.id == CheckId::LdsExpiry && check.reason == Some(Reason::Expired));
    let claims = claims::judge(document, &files, &attested, checks.iter().map(|check| check.id));
    let statements = ReportedStatements::of(&document.statements, &document.recorded_statements, attested.is_trusted());
    let (holder, portrait) = holder::of(document, &files, &pa);
    let certificates = Certificates {
        signer: pa.document_signer().cloned(),
        anchor: pa.anchor().cloned(),
        revocation_lists: pa.consulted_lists().to_vec(),
    };
    (
        Report::new(document, verdict, expired, claims, statements, checks, holder, portrait, &pa, allowed, trust),
        certificates,
    )
}

/// The certificates that a judgement rests on, and the revocation lists.
#[cfg_attr(not(feature = "evidence"), expect(dead_code, reason = "only evidence names them"))]
pub(super) struct Certificates {
    pub(super) signer: Option<Certificate>,
    pub(super) anchor: Option<Certificate>,
    pub(super) revocation_lists: Vec<ConsultedList>,
}

fn conclude(
    checks: &[Check],
    due: Due,
    excused_proof: bool,
    document: &Document,
    attested: &Attested<'_>,
    allowed: &Tolerances,
) -> Verdict {
    let failed = checks.iter().any(|check| check.state == State::Failed && gate(check.id) != Gate::None);
    // A tolerance caps the verdict wherever it stands, and one that is not allowed fails it: also in a check that does not
    // gate by itself. Else allowing one could lower a verdict, and a guess about DG14 could pass for genuine.
    let mut needed = checks.iter().flat_map(|check| &check.tolerances).peekable();
    let is_tolerated = needed.peek().is_some();
    if failed || needed.any(|tolerance| !allowed.allows(*tolerance)) {
        return Verdict::Failed;
    }
    let concluded = checks.iter().filter(|check| gate(check.id) == Gate::MustSucceed).all(Check::is_successful);
    // DG1 names the country. It may be left open only where a plan of this process, or of a reader that the caller trusts,
    // leaves DG1 out; where DG1 was removed later, only if such a reader recorded that the country was right.
    let may_be_open = match document.file(FileId::DataGroup(DataGroup::DG1)) {
        FileState::Removed(_) => {
            attested.is_trusted() && attested.recorded(CheckId::PaCountry).is_some_and(Check::is_successful)
        }
        FileState::NotRead(_) => document.origin() == Origin::Card || attested.is_trusted(),
        _ => false,
    };
    let country = checks.iter().find(|check| check.id == CheckId::PaCountry);
    let country_is_open = !may_be_open && !country.is_some_and(Check::is_successful);
    // What a list of known defects explains, or leaves in the dark, is no better than undetermined.
    let is_known = |check: &Check| matches!(check.reason, Some(Reason::KnownDefect | Reason::UnknownDefect));
    let gates = |check: &Check| matches!(gate(check.id), Gate::MustSucceed | Gate::MustNotFail);
    let is_excused = excused_proof
        || checks.iter().any(|check| check.state == State::Undetermined && is_known(check) && gates(check));
    if !concluded || country_is_open || is_excused || document.cut_off || is_tolerated {
        return Verdict::Undetermined;
    }
    match (due, document.origin()) {
        (Due::Proven, _) => Verdict::Genuine,
        (Due::Unbound, _) => Verdict::Undetermined,
        (Due::None | Due::Past, _) | (Due::Open, Origin::Files) => Verdict::DataAuthentic,
        (Due::Open, Origin::Card | Origin::Evidence) => Verdict::Undetermined,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_of_passive_authentication_but_three_gates() {
        for id in CheckId::ALL {
            let must = id.as_str().starts_with("pa.") && !id.as_str().starts_with("pa.dg");
            let lenient = matches!(id, CheckId::PaRevocation | CheckId::PaCountry | CheckId::PaKnownDefects);
            assert_eq!(gate(*id) == Gate::MustSucceed, must && !lenient, "{id}");
        }
    }
}
