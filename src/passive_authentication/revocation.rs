//! Whether the document signer or an authority on its path was revoked, by the revocation lists that the caller supplied
//! (9303-12 §4, §7).
//!
//! **Revoked means all.** A revoked signer's documents all fail, also those that say they were signed before: the signing
//! time is the signer's own statement, and whoever stole the key can state any time. For the same reason an entry counts in
//! whatever list an anchor verified, be it stale, of a later day than the one judged for, or followed by one that drops the
//! entry: full lists take nothing back but a hold, and one that was put on hold is not to be relied on. That a certificate is *not*
//! listed, on the other hand, counts only in a list that is in force. A list that no anchor verified is never consulted.
//! Nor does one clear anything whose own authority was revoked: whoever stole that key writes such lists; nor one whose
//! authority's certificate is void; nor one
//! whose authority comes only from a list under a tolerance, be it allowed or not.
//! An authority is its key: it is revoked where any certificate of that key is that the caller supplied.

use super::inputs::Inputs;
use crate::checks::{Check, CheckId, Reason};
use crate::pki::{Certificate, Currency, RevocationList, Revoked, csca_defects};
use crate::signed_lists::{DefectKind, DocumentDefect, DocumentFacts};
use crate::trust::TrustStore;
use time::OffsetDateTime;

/// A revocation list that was consulted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsultedList {
    /// Its issuer.
    pub issuer: String,
    /// Its number as people write it, where it has one.
    pub number: Option<String>,
    /// When it was issued.
    pub this_update: OffsetDateTime,
    /// When the next one comes.
    pub next_update: OffsetDateTime,
    /// SHA-256 of its encoding.
    pub sha256: Vec<u8>,
}

impl ConsultedList {
    fn of(list: &RevocationList) -> Self {
        Self {
            issuer: list.issuer().to_string(),
            number: list.number_text(),
            this_update: list.this_update(),
            next_update: list.next_update(),
            sha256: list.fingerprint(),
        }
    }
}

/// The check, and the lists that it rests on.
pub(super) fn revocation(
    signer: Option<&Certificate>,
    issuers: &[&Certificate],
    signed: Option<OffsetDateTime>,
    inputs: &Inputs<'_>,
) -> (Check, Vec<ConsultedList>) {
    let id = CheckId::PaRevocation;
    let Some(signer) = signer else { return (Check::undetermined(id, Reason::RevocationNotChecked), Vec::new()) };
    let mut consulted: Vec<ConsultedList> = Vec::new();
    let mut found = None;
    let links = core::iter::repeat_n("link", issuers.len().saturating_sub(1));
    let roles = core::iter::once("document signer").chain(links).chain(["authority"]);
    let path = roles.zip(core::iter::once(&signer).chain(issuers));
    // Which of its certificates an authority's key was found by is chance: each of them may be the one that is listed.
    for (role, certificate) in path.flat_map(|(role, one)| inputs.trust.of_same_key(one).map(move |one| (role, one))) {
        for (list, _) in inputs.trust.revocation_lists_for(certificate) {
            let one = ConsultedList::of(list);
            if !consulted.contains(&one) {
                consulted.push(one);
            }
            if let Some(entry) = list.entry(certificate) {
                found.get_or_insert_with(|| revoked(role, entry, list, signed));
            }
        }
    }
    let found = found.or_else(|| revoked_by_defect_list(signer, inputs.trust));
    (found.unwrap_or_else(|| not_listed(signer, issuers.first().copied(), inputs)), consulted)
}

/// A list of known defects that names the signer as revoked counts as a revocation list does (TR-03129-2 §7.3.1.1): by the
/// signer alone. An entry that asks for more means some of its documents; whether this is one is judged where all that is
/// known of the document is.
fn revoked_by_defect_list(signer: &Certificate, trust: &TrustStore) -> Option<Check> {
    let facts = DocumentFacts {
        signer: Some(signer),
        countries: &[],
        document_code: None,
        number: None,
        issued: None,
        signed: None,
    };
    trust.defect_lists().iter().find_map(|one| {
        let authority = one.authority().ok()?;
        let mut certain = one.list().of_document(authority, &facts).into_iter().filter(DocumentDefect::is_certain);
        let DocumentDefect { defect, .. } = certain.find(|one| one.defect.kind == DefectKind::SignerRevoked)?;
        Some(Check::failed(CheckId::PaRevocation, Reason::Revoked).comparing(format!(
            "document signer: {} by {}",
            defect.name(),
            authority.subject()
        )))
    })
}

fn revoked(role: &str, entry: &Revoked, list: &RevocationList, signed: Option<OffsetDateTime>) -> Check {
    let reason = entry.reason.map(|reason| format!(" ({})", reason.as_str())).unwrap_or_default();
    let earlier = signed.is_some_and(|signed| signed < entry.since);
    let earlier = if earlier { "; that the document says it was signed before does not count" } else { "" };
    Check::failed(CheckId::PaRevocation, Reason::Revoked).comparing(format!(
        "{role} revoked since {}{reason}, by {}{earlier}",
        entry.since.date(),
        named(list)
    ))
}

/// No list has an entry: a list in force says that the certificates are good, others say nothing.
fn not_listed(signer: &Certificate, issuer: Option<&Certificate>, inputs: &Inputs<'_>) -> Check {
    let id = CheckId::PaRevocation;
    let clears = |(_, authority): &(&RevocationList, &Certificate)| clears_nothing(authority, inputs.trust).is_none();
    let mut lists = inputs.trust.newest_revocation_lists_for(signer, inputs.at);
    lists.retain(clears);
    let of = |currency| lists.iter().find(|(list, _)| list.currency(inputs.at) == currency);
    if let Some((list, authority)) = of(Currency::Current) {
        // A later key of the same authority speaks for what an earlier one signed (9303-12 §4).
        let other_key = issuer.is_some_and(|issuer| issuer.spki() != authority.spki());
        let key = if other_key { ", signed with another key of that authority" } else { "" };
        return Check::successful(id).comparing(format!("not on {}{key}", named(list)));
    }
    if let Some((list, _)) = of(Currency::Stale) {
        return Check::undetermined(id, Reason::RevocationListStale).comparing(format!("not on {}", named(list)));
    }
    if let Some((list, _)) = inputs.trust.revocation_lists_for(signer).find(clears) {
        return Check::undetermined(id, Reason::RevocationListNotYetValid).comparing(format!("not on {}", named(list)));
    }
    match without_effect(signer, inputs.trust) {
        Some((list, refusal)) => Check::undetermined(id, Reason::RevocationListNotVerified)
            .comparing(format!("not consulted: {}: {refusal}", named(list))),
        None => Check::undetermined(id, Reason::RevocationNotChecked),
    }
}

/// Why a list by this authority cannot say that a certificate is good; its entries count all the same.
fn clears_nothing(authority: &Certificate, trust: &TrustStore) -> Option<String> {
    if trust.is_revoked(authority) {
        return Some("its authority was revoked".to_owned());
    }
    if !trust.is_anchor(authority) && !trust.is_link(authority) {
        return Some("its authority came only from a list whose signer was revoked".to_owned());
    }
    if !csca_defects(authority).is_empty() {
        return Some("its authority's certificate is void".to_owned());
    }
    let tolerance = trust.tolerance_of(authority)?;
    Some(format!("its authority comes only from a list that needs the tolerance {tolerance}"))
}

/// A list in the name of the certificate's issuer that says nothing good, and why.
fn without_effect<'t>(certificate: &Certificate, trust: &'t TrustStore) -> Option<(&'t RevocationList, String)> {
    trust.revocation_lists().iter().filter(|one| one.list().speaks_for(certificate)).find_map(|one| {
        let refusal = match one.authority() {
            Ok(authority) => clears_nothing(authority, trust)?,
            Err(refusal) => refusal.to_string(),
        };
        Some((one.list(), refusal))
    })
}

fn named(list: &RevocationList) -> String {
    let number = list.number_text().map(|number| format!(" {number}")).unwrap_or_default();
    let (this, next) = (list.this_update().date(), list.next_update().date());
    format!("revocation list{number} of {} of {this}, next {next}", list.issuer())
}
