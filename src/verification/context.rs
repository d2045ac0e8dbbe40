//! What the checks of one document look at: its files as values, passive authentication, the attestation of its reader.

use super::attested::Attested;
use super::values::Values;
use crate::checks::{CheckId, Reason, Tolerances};
use crate::document::Origin;
use crate::lds::DataGroup;
use crate::passive_authentication::PassiveAuthentication;

/// The common inputs of the checks that rest on passive authentication.
pub(super) struct Context<'a> {
    pub(super) origin: Origin,
    pub(super) values: &'a Values<'a>,
    pub(super) attested: &'a Attested<'a>,
    pub(super) pa: &'a PassiveAuthentication<'a>,
    pub(super) allowed: &'a Tolerances,
}

impl Context<'_> {
    /// Whether EF.SOD lists a data group.
    pub(super) fn is_listed(&self, group: DataGroup) -> bool {
        self.pa.data_groups().contains(&group)
    }

    /// Whether a data group is authentic.
    pub(super) fn is_authentic(&self, group: DataGroup) -> bool {
        self.pa.authenticated(group).is_some()
    }

    /// Why a file that EF.SOD lists is missing from a stored document.
    pub(super) fn missing(&self, group: DataGroup) -> Option<Reason> {
        let reason = self.pa.check(CheckId::data_group(group.number())?)?.reason?;
        matches!(reason, Reason::Removed | Reason::NotHeld | Reason::NotKept).then_some(reason)
    }
}
