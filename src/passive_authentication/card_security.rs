//! EF.CardSecurity, judged as EF.SOD is: its signer's signature, chain, profile, validity and country (9303-11 §9.2.11).
//!
//! One check for all of it: a key of the file counts only where it is successful.

use super::inputs::Inputs;
use super::signer::{self, Judgement, laxities};
use crate::checks::{Check, CheckId, State, Warning};
use crate::lds::CardSecurity;
use crate::pki::SignatureBudget;

/// Whether EF.CardSecurity is a trusted signer's word: the first of the findings that stands in the way, else
/// *successful*.
pub fn card_security(file: &CardSecurity<'_>, inputs: &Inputs<'_>) -> Check {
    let id = CheckId::AccessCardSecurity;
    let mut budget = SignatureBudget::new(SignatureBudget::DOCUMENT);
    let Judgement { signature, chain, certificates, validity, revocation, country, .. } =
        signer::judge(file.signed_data(), inputs, &mut budget);
    let warnings: Vec<Warning> = [&signature, &chain, &certificates].iter().flat_map(|c| c.warnings.clone()).collect();
    let needed: Vec<_> =
        [&signature, &chain, &certificates].iter().flat_map(|check| check.tolerances.clone()).collect();
    let compared = format!("signature: {}; chain: {}", signature.compared, chain.compared);
    // What must be successful; a country or a revocation that could not be looked up does not matter here.
    let must = [signature, chain, certificates, validity];
    let failed = must.iter().chain([&revocation, &country]).find(|check| check.state == State::Failed);
    let check = match failed.or_else(|| must.iter().find(|check| !check.is_successful())) {
        Some(found) => Check::new(id, found.state, found.reason).comparing(format!("{}: {}", found.id, found.compared)),
        None => Check::successful(id).comparing(compared),
    };
    check.warnings(laxities(file.signed_data().laxities())).warnings(warnings).needing(needed)
}
