//! The chip's keys, and what it trusts for terminal authentication.

use super::super::access::{Mapping, PaceSuite};
use super::super::issuer::{AgreementKey, TerminalAuthority};
use super::super::terminal_authentication::TrustPoints;
use super::plan::{CardSecurityPlan, ChipAuthenticationPlan, Profile};
use crate::crypto::{Cipher, CryptoError, CurveId, GroupId};
use crate::cvc::CvcError;

impl Profile {
    /// The key of one plan of chip authentication; `index` is its place in the profile.
    pub(super) fn chip_key(index: usize, plan: &ChipAuthenticationPlan) -> Result<AgreementKey, CryptoError> {
        AgreementKey::of(plan.group, &format!("chip authentication {index}"))
    }

    /// The static keys of chip authentication mapping: one for each of its curves.
    pub(super) fn mapping_keys(&self) -> Result<Vec<(CurveId, AgreementKey)>, CryptoError> {
        let suites = self.pace.iter().filter(|suite| suite.mapping == Mapping::ChipAuthentication);
        let mut curves: Vec<CurveId> = Vec::new();
        for suite in suites.filter(|suite| suite.is_allowed()) {
            if let GroupId::Curve(curve) = suite.group
                && !curves.contains(&curve)
            {
                curves.push(curve);
            }
        }
        let key = |curve| AgreementKey::of(GroupId::Curve(curve), "chip authentication mapping");
        curves.into_iter().map(|curve| Ok((curve, key(curve)?))).collect()
    }

    /// The keys of chip authentication mapping that EF.DG14 holds for chip authentication too, each with its plan.
    pub(super) fn shared_keys(&self) -> Result<Vec<(ChipAuthenticationPlan, AgreementKey)>, CryptoError> {
        let Some(CardSecurityPlan { form, keys_in_dg14: true }) = self.card_security else {
            return Ok(Vec::new());
        };
        let shared = |(curve, key): (CurveId, AgreementKey)| {
            let group = GroupId::Curve(curve);
            let of_mapping = |suite: &&PaceSuite| suite.mapping == Mapping::ChipAuthentication && suite.group == group;
            let cipher = self.pace.iter().find(of_mapping).map_or(Cipher::Aes128, |suite| suite.cipher);
            (ChipAuthenticationPlan { group, cipher, key_id: curve.parameter_id(), form }, key)
        };
        Ok(self.mapping_keys()?.into_iter().map(shared).collect())
    }

    /// What the card trusts for terminal authentication.
    pub(super) fn trust(&self) -> Result<Option<TrustPoints>, CvcError> {
        let Some(plan) = &self.terminal_authentication else {
            return Ok(None);
        };
        let authority = TerminalAuthority::new(plan.authority.clone());
        let certificates: Result<Vec<_>, _> =
            plan.trusted.iter().map(|generation| authority.authority(*generation)).collect();
        Ok(Some(TrustPoints::new(&certificates?, plan.today)))
    }

    /// File identifier and short identifier of EF.CVCA.
    pub(super) fn cvca_place(&self) -> (u16, u8) {
        self.terminal_authentication.as_ref().and_then(|plan| plan.cvca_file).unwrap_or((0x011C, 0x1C))
    }
}
