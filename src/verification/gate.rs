//! How each check bears on the verdict: one table.
//!
//! `failed`: a gating check failed. `undetermined`: passive authentication could not be concluded, or a due proof could
//! not be made. `data_authentic`: passive authentication successful and no proof is due, or none can be verified from a
//! file. `genuine`: all that, and the chip proven.

use crate::checks::CheckId;

/// How a check bears on the verdict.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gate {
    /// It must be successful.
    MustSucceed,
    /// It must not fail; where it could not be made it caps nothing.
    MustNotFail,
    /// A proof of the chip: due or not.
    Proof,
    /// It informs.
    None,
}

pub(crate) fn gate(id: CheckId) -> Gate {
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
