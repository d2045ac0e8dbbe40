//! What one source says against another: EF.CardAccess against its signed copy, DG1 against DG13, QR code and number.

use super::attestation::Attested;
use super::claims::{CLAIM_CHECKS, Claims};
use super::document::{Document, FileState, Origin};
use super::file_checks::Values;
use crate::access::AccessProtocol;
use crate::checks::{Check, CheckId, Reason, State, Warning};
use crate::chip::TerminalAuthentication;
use crate::lds::{DataGroup, FileId, Mrz, MrzField, MrzInformation, SecurityInfos};
use crate::passive_authentication::PassiveAuthentication;
use crate::vietnam::{self, Comparison, CrossCheck, CrossWarning, Sources};

/// Which protocol opened the chip.
pub(super) fn access_protocol(document: &Document, attested: &Attested<'_>) -> Check {
    let id = CheckId::AccessProtocol;
    if let Some(told) = attested.retold(id) {
        return told;
    }
    let Some(access) = document.access() else {
        let reason = if document.downgraded_by_file { Reason::DowngradeAllowed } else { Reason::FromFile };
        return Check::undetermined(id, reason);
    };
    let cipher = access.cipher.map(|cipher| cipher.name()).unwrap_or_default();
    let check = match &access.protocol {
        AccessProtocol::None => {
            return Check::new(id, State::NotSupported, Some(Reason::NoAccessControl)).comparing("no access control");
        }
        AccessProtocol::Bac if access.downgraded => {
            Check::undetermined(id, Reason::DowngradeAllowed).comparing(format!("BAC, {cipher}, after PACE had failed"))
        }
        AccessProtocol::Bac => Check::successful(id).comparing(format!("BAC, {cipher}")),
        AccessProtocol::Pace(suite) => Check::successful(id).comparing(format!(
            "PACE version 2, {}, {}, {cipher}",
            suite.mapping.name(),
            suite.group.name()
        )),
    };
    let check = if access.protocol == AccessProtocol::Bac { check.warning(Warning::BasicAccessControl) } else { check };
    if access.other_set_at_form { check.warning(Warning::OtherSetAtForm) } else { check }
}

/// Whether the chip let the terminal read what stands behind terminal authentication.
pub(super) fn terminal(document: &Document, attested: &Attested<'_>) -> Check {
    let id = CheckId::AccessTerminal;
    if let Some(told) = attested.retold(id) {
        return told;
    }
    let failed = |reason| Check::failed(id, reason);
    match document.terminal_authentication() {
        TerminalAuthentication::NotMade => Check::new(id, State::NotSupported, Some(Reason::NoTerminal)),
        TerminalAuthentication::NoChain(why) => failed(Reason::NoTerminalChain).comparing(why.to_string()),
        TerminalAuthentication::Refused { during, status } => {
            failed(Reason::Refused).comparing(format!("{during}, status {status}"))
        }
        TerminalAuthentication::BadAnswer => failed(Reason::Malformed).comparing("the chip's challenge"),
        TerminalAuthentication::SessionLost => failed(Reason::SessionLost),
        TerminalAuthentication::NoTrustPoints => failed(Reason::Missing).comparing("EF.CVCA"),
        TerminalAuthentication::SigningFailed(error) => failed(Reason::SigningFailed).comparing(error.to_string()),
        TerminalAuthentication::Done { rights, holder, authority } => {
            let groups: Vec<&str> =
                [(rights.dg3(), "DG3"), (rights.dg4(), "DG4")].iter().filter(|row| row.0).map(|row| row.1).collect();
            let rights = if groups.is_empty() { "no right to read".to_owned() } else { groups.join(", ") };
            Check::successful(id).comparing(format!("{holder} under {authority}: {rights}"))
        }
    }
}

/// Each info of EF.CardAccess stands byte-equal in DG14 or EF.CardSecurity, and each PACEInfo signed there was offered:
/// else somebody took the stronger suites away (9303-11 §9.2.11). Signed files without any PACEInfo cannot tell.
///
/// A success rests on files that a trusted signer signed: `card_security` is what EF.CardSecurity is worth.
pub(super) fn card_access(
    document: &Document,
    values: &Values<'_>,
    pa: &PassiveAuthentication<'_>,
    card_security_is: &Check,
) -> Check {
    let id = CheckId::AccessCardAccess;
    let offered = match document.file(FileId::CardAccess) {
        FileState::Read(bytes) => match SecurityInfos::parse(FileId::CardAccess, bytes) {
            Ok(infos) => Some(infos),
            Err(error) => return Check::failed(id, Reason::Malformed).comparing(format!("EF.CardAccess {error}")),
        },
        _ if document.origin() == Origin::Files => return Check::undetermined(id, Reason::FromFile),
        _ => None,
    };
    let dg14 = match &values.dg14 {
        Some(Ok(dg14)) => Some(("EF.DG14", &dg14.security_infos)),
        Some(Err(_)) => return Check::undetermined(id, Reason::Malformed).comparing("EF.DG14"),
        None => None,
    };
    let card_security = match &values.card_security {
        Some(Ok(file)) => Some(("EF.CardSecurity", &file.security_infos)),
        Some(Err(_)) => return Check::undetermined(id, Reason::Malformed).comparing("EF.CardSecurity"),
        None => None,
    };
    // A file without any PACEInfo says nothing of PACE: old chips, and DG14 written before it (design, point 3.1).
    let signed: Vec<_> = [dg14, card_security].into_iter().flatten().collect();
    let telling: Vec<_> = signed.iter().filter(|(_, infos)| infos.pace_raw().next().is_some()).collect();
    let names: Vec<&str> = signed.iter().map(|(name, _)| *name).collect();
    if telling.is_empty() {
        let compared = if names.is_empty() { "no EF.DG14".to_owned() } else { names.join(", ") };
        return Check::undetermined(id, Reason::NoSignedPaceInfo).comparing(compared);
    }
    let was_offered = |raw: &[u8]| offered.as_ref().is_some_and(|offered| offered.contains(raw));
    let hidden = telling.iter().find(|(_, infos)| !infos.pace_raw().all(|info| was_offered(&info.raw)));
    let is_signed = |raw: &[u8]| signed.iter().any(|(_, infos)| infos.contains(raw));
    // EF.CardSecurity, where it was read, holds all that EF.CardAccess holds (conformance J_02, J_03).
    let is_in_card_security = |raw: &[u8]| card_security.is_none_or(|(_, infos)| infos.contains(raw));
    let mut infos = offered.iter().flat_map(|offered| &offered.infos);
    let compared = format!("EF.CardAccess and {}", names.join(", "));
    if let Some((name, _)) = hidden {
        return Check::failed(id, Reason::PaceInfoHidden).comparing(format!("EF.CardAccess and {name}"));
    }
    if !infos.all(|info| is_signed(&info.raw) && is_in_card_security(&info.raw)) {
        return Check::failed(id, Reason::CardAccessDiffers).comparing(compared);
    }
    let is_authentic = |name: &str| match name {
        "EF.DG14" => pa.authenticated(DataGroup::DG14).is_some(),
        _ => card_security_is.is_successful(),
    };
    match telling.iter().all(|(name, _)| is_authentic(name)) {
        true => Check::successful(id).comparing(compared),
        false => Check::undetermined(id, Reason::KeyNotAuthenticated).comparing(compared),
    }
}

/// The printed machine readable zone against DG1, where it was given; what differs is named, never told.
pub(super) fn printed(document: &Document, values: &Values<'_>, attested: &Attested<'_>) -> Option<Check> {
    let id = CheckId::LdsDg1Printed;
    let Claims { mrz, mrz_key, .. } = &document.claims;
    if mrz.is_none() && mrz_key.is_none() {
        return attested.retold(id);
    }
    let Some(chip) = values.mrz() else { return Some(Check::undetermined(id, Reason::NothingToCompare)) };
    let Some(printed) = mrz else { return mrz_key.as_ref().map(|key| printed_key(key, chip)) };
    if printed.format() != chip.format() {
        return Some(Check::failed(id, Reason::Mismatch).comparing("the format"));
    }
    let differ = MrzField::all().filter(|field| printed.raw(*field) != chip.raw(*field)).map(MrzField::name);
    let differ = differ.collect::<Vec<_>>().join(", ");
    Some(match differ.is_empty() {
        true => Check::successful(id).comparing("every field"),
        false => Check::failed(id, Reason::Mismatch).comparing(differ),
    })
}

/// The three values that make the key of BAC against DG1; those that differ are named.
fn printed_key(key: &MrzInformation, chip: &Mrz) -> Check {
    let id = CheckId::LdsDg1Printed;
    let of_chip = chip.information();
    let differ: Vec<&str> = match (key.parts(), of_chip.parts()) {
        (Some(key), Some(chip)) => {
            let equal = [
                (MrzField::DocumentNumber, key.document_number == chip.document_number),
                (MrzField::BirthDate, key.birth == chip.birth),
                (MrzField::ExpiryDate, key.expiry == chip.expiry),
            ];
            equal.iter().filter(|(_, equal)| !equal).map(|(field, _)| field.name()).collect()
        }
        _ => vec![MrzField::DocumentNumber.name()],
    };
    match differ.is_empty() {
        true => Check::successful(id).comparing("document number, date of birth, date of expiry"),
        false => Check::failed(id, Reason::Mismatch).comparing(differ.join(", ")),
    }
}

/// The comparisons of the Vietnamese profile: those that have something to compare.
///
/// What was typed and scanned at the counter is not in evidence: where it is not supplied again, the checks are the
/// recorded ones.
pub(super) fn vietnam(document: &Document, values: &Values<'_>, attested: &Attested<'_>) -> Vec<Check> {
    let mut checks = vietnam_of_files(document, values);
    let recorded = CLAIM_CHECKS.iter().filter(|id| **id != CheckId::LdsDg1Printed && !document.claims.make(**id));
    checks.extend(recorded.filter_map(|id| attested.retold(*id)));
    checks
}

fn vietnam_of_files(document: &Document, values: &Values<'_>) -> Vec<Check> {
    let sources = Sources {
        mrz: values.mrz(),
        dg11: values.dg11(),
        dg13: values.dg13(),
        qr: document.claims.qr.as_ref(),
        given: document.claims.number.as_ref(),
    };
    // Without DG13 and without a Vietnamese MRZ this is another country's document.
    if sources.dg13.is_none() && !sources.mrz.is_some_and(vietnam::is_vietnamese) {
        return Vec::new();
    }
    let is_asked = |check: &CrossCheck| {
        let of_qr = check.named.as_str().starts_with("vn.qr_");
        let of_number = check.named == vietnam::Named::NumberGiven;
        (!of_qr || sources.qr.is_some()) && (!of_number || sources.given.is_some())
    };
    vietnam::cross_checks(&sources).into_iter().filter(is_asked).filter_map(check).collect()
}

fn check(cross: CrossCheck) -> Option<Check> {
    let id = CheckId::from_code(cross.named.as_str())?;
    let check = match cross.comparison {
        Comparison::Equal => Check::successful(id),
        Comparison::Differs => Check::failed(id, Reason::Mismatch),
        Comparison::NothingToCompare => Check::undetermined(id, Reason::NothingToCompare),
    };
    Some(check.warnings(cross.warnings.into_iter().map(|warning| match warning {
        CrossWarning::NumberProvince => Warning::NumberProvince,
        CrossWarning::NumberSex => Warning::NumberSex,
        CrossWarning::NumberYear => Warning::NumberYear,
        CrossWarning::PartialDate => Warning::PartialDate,
        _ => Warning::Unusual,
    })))
}
