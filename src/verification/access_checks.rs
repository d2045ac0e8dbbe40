//! What one source says against another: EF.CardAccess against its signed copy, DG1 against DG13, QR code and number.

use super::attested::Attested;
use super::values::Values;
use crate::access::AccessProtocol;
use crate::checks::{Check, CheckId, Reason, State, Warning};
use crate::chip::TerminalAuthentication;
use crate::document::{ChipProofs, FileState, Opening, Origin};
use crate::lds::{DataGroup, FileId, SecurityInfos};
use crate::passive_authentication::PassiveAuthentication;

/// Which protocol opened the chip.
pub(super) fn access_protocol(opening: &Opening, attested: &Attested<'_>) -> Check {
    let id = CheckId::AccessProtocol;
    if let Some(recorded) = attested.of_reader(id) {
        return recorded;
    }
    let Some(access) = opening.access() else {
        let reason = if opening.is_downgraded_by_file() { Reason::DowngradeAllowed } else { Reason::FromFile };
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

/// Whether the chip let the terminal read the files that require terminal authentication.
pub(super) fn terminal(proofs: &ChipProofs, attested: &Attested<'_>) -> Check {
    let id = CheckId::AccessTerminal;
    if let Some(recorded) = attested.of_reader(id) {
        return recorded;
    }
    let failed = |reason| Check::failed(id, reason);
    match proofs.terminal() {
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
/// otherwise the stronger suites may have been removed (9303-11 §9.2.11). Signed files without any PACEInfo cannot show it.
///
/// A success rests on files that a trusted signer signed: `card_security` is what EF.CardSecurity is worth.
pub(super) fn card_access(
    origin: Origin,
    values: &Values<'_>,
    pa: &PassiveAuthentication<'_>,
    card_security_is: &Check,
) -> Check {
    let id = CheckId::AccessCardAccess;
    let offered = match values.files.state(FileId::CardAccess) {
        FileState::Read(bytes) => match SecurityInfos::parse(FileId::CardAccess, bytes) {
            Ok(infos) => Some(infos),
            Err(error) => return Check::failed(id, Reason::Malformed).comparing(format!("EF.CardAccess {error}")),
        },
        _ if origin == Origin::Files => return Check::undetermined(id, Reason::FromFile),
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
    // A file without any PACEInfo says nothing of PACE: old chips, and DG14 written before it.
    let signed: Vec<_> = [dg14, card_security].into_iter().flatten().collect();
    let with_pace_infos: Vec<_> = signed.iter().filter(|(_, infos)| infos.pace_raw().next().is_some()).collect();
    let names: Vec<&str> = signed.iter().map(|(name, _)| *name).collect();
    if with_pace_infos.is_empty() {
        let compared = if names.is_empty() { "no EF.DG14".to_owned() } else { names.join(", ") };
        return Check::undetermined(id, Reason::NoSignedPaceInfo).comparing(compared);
    }
    let was_offered = |raw: &[u8]| offered.as_ref().is_some_and(|offered| offered.contains(raw));
    let hidden = with_pace_infos.iter().find(|(_, infos)| !infos.pace_raw().all(|info| was_offered(&info.raw)));
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
    let check = if with_pace_infos.iter().all(|(name, _)| is_authentic(name)) {
        Check::successful(id)
    } else {
        Check::undetermined(id, Reason::KeyNotAuthenticated)
    };
    check.comparing(compared)
}
