//! The certificates of a path, from the signer's to the anchor's: their profiles, their periods, their countries
//! (9303-12 §4, §7.1).
//!
//! Three findings that stay apart. Which signatures lead from one certificate to the next is decided before.

use super::inputs::Inputs;
use crate::checks::{Check, CheckId, Reason, State, Tolerance, Tolerances, Warning};
use crate::pki::{
    AlternativeName, Binding, Certificate, ProfileDefect, ProfileFinding, Role, Validity, beside, bindings, profile,
};
use crate::trust::authority_role;
use time::{Date, OffsetDateTime};

/// A certificate on the path, and how it deviates from its profile.
#[derive(Clone, Debug)]
pub struct PathCertificate {
    /// What it is for.
    pub role: Role,
    /// The certificate.
    pub certificate: Certificate,
    /// Its deviations; void ones fail the check of the profiles.
    pub findings: Vec<ProfileFinding>,
    /// Whether it is a link certificate that the caller trusts as an anchor.
    pub is_link_as_anchor: bool,
}

impl PathCertificate {
    fn of(certificate: &Certificate, role: Role) -> Self {
        let findings = profile(certificate, role);
        Self { role, certificate: certificate.clone(), findings, is_link_as_anchor: false }
    }

    /// What it is called in what a check compared.
    fn called(&self) -> &'static str {
        match self.role {
            Role::DocumentSigner => "document signer",
            Role::Link => "link",
            _ => "authority",
        }
    }
}

/// The path from the signer's certificate over its issuers, the anchor last.
pub(super) fn path(signer: &Certificate, issuers: &[&Certificate], inputs: &Inputs<'_>) -> Vec<PathCertificate> {
    let mut first = PathCertificate::of(signer, Role::DocumentSigner);
    if inputs.trust.is_anchor(signer) {
        first.findings.push(beside(Role::DocumentSigner, ProfileDefect::IsAnchor));
    }
    let mut path = vec![first];
    for issuer in issuers {
        if let Some(below) = path.last_mut()
            && !below.certificate.issuer().matches(issuer.subject())
        {
            below.findings.push(beside(below.role, ProfileDefect::IssuerName));
        }
        let is_link_as_anchor = inputs.trust.links_as_anchors().contains(issuer);
        path.push(PathCertificate { is_link_as_anchor, ..PathCertificate::of(issuer, authority_role(issuer)) });
    }
    path
}

/// The profiles: a void certificate fails; every finding is named by its code.
pub(super) fn profiles(path: &[PathCertificate], allowed: &Tolerances) -> Check {
    let id = CheckId::PaCertificates;
    let findings = |void: bool| -> Vec<String> {
        let of = |one: &PathCertificate| {
            let codes: Vec<String> =
                one.findings.iter().filter(|finding| finding.is_void() == void).map(ToString::to_string).collect();
            (!codes.is_empty()).then(|| format!("{}: {}", one.called(), codes.join(", ")))
        };
        path.iter().filter_map(of).collect()
    };
    let (void, remarks) = (findings(true), findings(false));
    let count = path.iter().flat_map(|one| &one.findings).filter(|finding| finding.is_void()).count();
    let no_key_id = path
        .iter()
        .flat_map(|one| &one.findings)
        .any(|one| one.is_void() && one.defect == ProfileDefect::NoAuthorityKeyId);
    let check = match (count, no_key_id) {
        (0, _) => Check::successful(id),
        (1, true) => Check::tolerating(id, Tolerance::DsWithoutAki, allowed, Reason::CertificateProfile),
        _ => Check::failed(id, Reason::CertificateProfile),
    };
    let remarked = (!remarks.is_empty()).then(|| format!("remarks: {}", remarks.join("; ")));
    check
        .comparing(void.into_iter().chain(remarked).collect::<Vec<_>>().join("; "))
        .warnings(no_key_id.then_some(Warning::NoAuthorityKeyIdentifier))
        .warnings((!remarks.is_empty()).then_some(Warning::CertificateProfile))
}

/// The periods by three clocks, each by itself: the moment of checking, the signing time, the date of issue.
///
/// What has lapsed since is undetermined where every moment that is known lies within, for then it was valid when the
/// document was made; a document signer must have been valid when it signed. The private key's periods: of the document
/// signer for what it signed, of an authority for the certificates below it (9303-12 §7.1.1.1).
pub(super) fn validity(path: &[PathCertificate], signed: Option<OffsetDateTime>, inputs: &Inputs<'_>) -> Check {
    let mut periods = Periods { worst: Check::successful(CheckId::PaValidity), compared: Vec::new() };
    let past: Vec<OffsetDateTime> = [signed, inputs.issued].into_iter().flatten().collect();
    for one in path {
        let period = one.certificate.validity();
        periods.note(format!("{} {} to {}", one.called(), period.not_before.date(), period.not_after.date()));
        if inputs.at < period.not_before {
            periods.fail(Reason::NotYetValid);
        } else if inputs.at > period.not_after {
            if !past.is_empty() && past.iter().all(|moment| period.covers_day(*moment)) {
                periods.leave_open(Reason::LapsedValidAtIssue);
            } else {
                periods.fail(Reason::Lapsed);
            }
        }
    }
    periods.note(format!("now {}: {}", inputs.at.date(), in_force(path, |period| period.contains(inputs.at))));
    for (clock, moment, unknown) in [("signed", signed, "not stated"), ("issued", inputs.issued, "not known")] {
        periods.note(match moment {
            Some(day) => format!("{clock} {}: {}", day.date(), in_force(path, |period| period.covers_day(day))),
            None => format!("{clock}: {unknown}"),
        });
    }
    if let Some(signer) = path.first() {
        validity_of_signer(&mut periods, &signer.certificate, signed, inputs);
    }
    for (below, issuer) in path.iter().zip(path.iter().skip(1)) {
        validity_of_authority(&mut periods, below, &issuer.certificate);
    }
    periods.worst.comparing(periods.compared.join(", "))
}

/// The document signer when it signed: within its validity and within the period of its private key.
fn validity_of_signer(
    periods: &mut Periods,
    signer: &Certificate,
    signed: Option<OffsetDateTime>,
    inputs: &Inputs<'_>,
) {
    let (first, last) = signer.extensions().private_key_usage;
    let Some(signed) = signed else {
        // A date of issue is the office's, not the signer's: without a signing time it is a hint.
        if inputs.issued.is_some_and(|issued| is_outside(first, last, issued).is_some()) {
            periods.remark("issued outside the period of the signer's private key".to_owned());
        }
        return;
    };
    let period = signer.validity();
    if let Some(reason) = is_outside(Some(period.not_before), Some(period.not_after), signed) {
        periods.note("signed outside the document signer's validity".to_owned());
        periods.fail(reason);
    }
    if is_outside(first, last, signed).is_some() {
        periods.note("signed outside the period of the signer's private key".to_owned());
        periods.fail_by_key();
    }
    if signed.date() > day_after(inputs.at) {
        periods.note("signed after the moment of checking".to_owned());
        periods.leave_open(Reason::NotYetValid);
    }
}

/// An authority when it certified: within its validity and within the period of its private key.
fn validity_of_authority(periods: &mut Periods, below: &PathCertificate, issuer: &Certificate) {
    let begun = below.certificate.validity().not_before;
    let (first, last) = issuer.extensions().private_key_usage;
    let called = below.called();
    if last.is_some_and(|last| begun.date() > day_after(last)) {
        periods.note(format!("{called}: certified after the period of its authority's private key"));
        periods.fail_by_key();
    } else if begun.date() > day_after(issuer.validity().not_after) {
        periods.note(format!("{called}: certified after its authority had lapsed"));
        periods.fail(Reason::Lapsed);
    } else if first.is_some_and(|first| begun.date() < day_before(first)) {
        // An authority's certificate may be younger than its key: a new certificate was issued for the same key.
        periods.remark(format!("{called}: older than the period of its authority's private key"));
    }
}

/// The check of the periods so far, and what was compared.
struct Periods {
    worst: Check,
    compared: Vec<String>,
}

impl Periods {
    fn note(&mut self, compared: String) {
        self.compared.push(compared);
    }

    /// Notes what is unusual but fails nothing.
    fn remark(&mut self, compared: String) {
        self.note(compared);
        self.worst = self.worst.clone().warning(Warning::Unusual);
    }

    /// The first failure of a validity stays.
    fn fail(&mut self, reason: Reason) {
        if self.worst.state != State::Failed {
            self.worst = Check { state: State::Failed, reason: Some(reason), ..self.worst.clone() };
        }
    }

    fn leave_open(&mut self, reason: Reason) {
        if self.worst.is_successful() {
            self.worst = Check { state: State::Undetermined, reason: Some(reason), ..self.worst.clone() };
        }
    }

    /// A private key that was used outside its period takes precedence over every other reason: what explains a lapsed
    /// certificate does not explain that.
    fn fail_by_key(&mut self) {
        self.worst = Check { state: State::Failed, reason: Some(Reason::OutsideKeyPeriod), ..self.worst.clone() };
    }
}

/// Whether a day lies before or after a period; a day more at both ends is within.
fn is_outside(first: Option<OffsetDateTime>, last: Option<OffsetDateTime>, moment: OffsetDateTime) -> Option<Reason> {
    if first.is_some_and(|first| moment.date() < day_before(first)) {
        Some(Reason::NotYetValid)
    } else if last.is_some_and(|last| moment.date() > day_after(last)) {
        Some(Reason::Lapsed)
    } else {
        None
    }
}

/// Which of the certificates are in force by a clock.
fn in_force(path: &[PathCertificate], is_in_force: impl Fn(&Validity) -> bool) -> String {
    let out: Vec<&str> =
        path.iter().filter(|one| !is_in_force(one.certificate.validity())).map(PathCertificate::called).collect();
    if out.is_empty() { "in force".to_owned() } else { format!("not in force: {}", out.join(", ")) }
}

fn day_before(moment: OffsetDateTime) -> Date {
    moment.date().previous_day().unwrap_or(Date::MIN)
}

fn day_after(moment: OffsetDateTime) -> Date {
    moment.date().next_day().unwrap_or(Date::MAX)
}

/// The countries that the certificates name, by two letters and by the three of their alternative names, against the issuing
/// state of the document; and the documents that the signer may sign. An exception of Doc 9303 is named.
pub(super) fn country(path: &[PathCertificate], inputs: &Inputs<'_>) -> Check {
    let id = CheckId::PaCountry;
    let Some(signer) = path.first().map(|first| &first.certificate) else {
        return Check::undetermined(id, Reason::SignerCertificateMissing);
    };
    // The name of the anchor's issuer is left out: the anchor is trusted by itself.
    let issuers = path.iter().take(path.len().saturating_sub(1).max(1)).map(|one| one.certificate.issuer());
    let names = path.iter().map(|one| one.certificate.subject()).chain(issuers);
    let mut countries: Vec<String> = names.filter_map(|name| name.country()).collect();
    countries.sort_unstable();
    countries.dedup();
    let compared = format!("certificates {}", countries.join(", "));
    if signer.subject().country().is_none() {
        return Check::failed(id, Reason::CertificateProfile).comparing("the document signer names no country");
    }
    let [country] = countries.as_slice() else { return Check::failed(id, Reason::Mismatch).comparing(compared) };
    let alternative: Vec<&str> = path.iter().flat_map(states).collect();
    let compared = match alternative.as_slice() {
        [] => compared,
        states => format!("{compared}, alternative names {}", unique(states).join(", ")),
    };
    // What the certificates say by three letters must be what they say by two.
    let is_own = |state: &&str| bindings(state).is_empty() || bindings(state).iter().any(|one| one.country == country);
    if !alternative.iter().all(is_own) {
        return Check::failed(id, Reason::Mismatch).comparing(compared);
    }
    let (state, compared) = match (inputs.issuing_state, inputs.presumed_state) {
        (Some(state), _) => (state.trim_end_matches('<'), format!("{compared}, DG1 {}", state.trim_end_matches('<'))),
        (None, presumed) => {
            let compared = format!("{compared}; no DG1 that names the issuing state");
            let Some(state) = presumed.map(|state| state.trim_end_matches('<')) else {
                return Check::undetermined(id, Reason::NothingToCompare).comparing(compared);
            };
            (state, format!("{compared}, DG13 suggests {state}"))
        }
    };
    let allowed = bindings(state);
    if allowed.is_empty() {
        return Check::undetermined(id, Reason::NothingToCompare)
            .comparing(format!("{compared}, a state that is not known"));
    }
    let Some(Binding { exception, .. }) = allowed.iter().find(|one| one.country == country) else {
        return Check::failed(id, Reason::Mismatch).comparing(compared);
    };
    // The form of a national file is a hint: it does not confirm the country.
    if inputs.issuing_state.is_none() {
        return Check::undetermined(id, Reason::NothingToCompare).comparing(compared);
    }
    let compared = match exception {
        Some(exception) => format!("{compared}, by exception: {exception}"),
        None => compared,
    };
    match (&signer.extensions().document_types, inputs.document_code.map(|code| code.trim_end_matches('<'))) {
        (Some(types), Some(code)) if !may_sign(types, code) => Check::failed(id, Reason::OtherDocumentType)
            .comparing(format!("{compared}; the signer is for documents {}, DG1 has {code}", types.join(", "))),
        _ => Check::successful(id).comparing(compared),
    }
}

/// The states that a certificate's subject names by their codes of a machine readable zone (9303-12 §7.1.1.2).
fn states(one: &PathCertificate) -> impl Iterator<Item = &str> {
    one.certificate.extensions().subject_alt_name.iter().flat_map(AlternativeName::states)
}

fn unique<'a>(states: &[&'a str]) -> Vec<&'a str> {
    let mut unique = states.to_vec();
    unique.sort_unstable();
    unique.dedup();
    unique
}

/// Whether a document code is listed; a listed single letter stands for all codes that begin with it (9303-12 §7.1.1.6).
fn may_sign(types: &[String], code: &str) -> bool {
    types.iter().map(|listed| listed.trim_end_matches('<')).any(|listed| match listed.len() {
        1 => code.starts_with(listed),
        _ => code == listed,
    })
}
