//! What the caller decides about evidence: the files that it keeps, and the clock.

use crate::checks::Tolerances;
use crate::lds::DataGroup;
use crate::policy::Policy;
use std::collections::BTreeSet;
use std::time::SystemTime;

/// Which files of a document evidence keeps, of the others only the hashes; and how the reading is judged for it.
///
/// That a file was read and matched before it was removed counts only where a trusted reader attests it. Evidence with
/// fewer files than EF.SOD lists is therefore *undetermined* at best, unless a reader that the verifier trusts signs it or the
/// verifier states what its archive keeps ([`Document::with_kept`](crate::Document::with_kept)).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidencePolicy {
    /// `None`: all.
    groups: Option<BTreeSet<DataGroup>>,
    pub(super) tolerances: Tolerances,
    pub(super) decided_by: Option<Policy>,
}

impl EvidencePolicy {
    /// Every file that was read.
    pub fn all() -> Self {
        Self { groups: None, tolerances: Tolerances::none(), decided_by: None }
    }

    /// No portrait, no fingers, no irises, no signature's image: DG2 to DG10 are left out.
    pub fn without_biometrics() -> Self {
        Self::only(DataGroup::all().filter(|group| !(2..=10).contains(&group.number())))
    }

    /// These data groups, and DG14 and DG15, which hold the chip's keys and nothing of the holder's.
    pub fn only(groups: impl IntoIterator<Item = DataGroup>) -> Self {
        Self {
            groups: Some(groups.into_iter().chain([DataGroup::DG14, DataGroup::DG15]).collect()),
            tolerances: Tolerances::none(),
            decided_by: None,
        }
    }

    /// The same, the reading judged with these tolerances; the manifest lists those that were used.
    pub fn tolerating(self, tolerances: Tolerances) -> Self {
        Self { tolerances, ..self }
    }

    /// The same, the reading judged with the tolerances of this policy; its name, its hash and what it decides stand in the
    /// manifest.
    pub fn under(self, policy: &Policy) -> Self {
        Self { tolerances: *policy.tolerances(), decided_by: Some(policy.clone()), ..self }
    }

    pub(super) fn keeps(&self, group: DataGroup) -> bool {
        self.groups.as_ref().is_none_or(|groups| groups.contains(&group))
    }
}

/// When the card was read, and whose word that is. The library has no clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clock {
    /// When the card was read.
    pub read_at: SystemTime,
    /// The source of the caller's times: `system clock`, `NTP ntp.example`, with its quality where that is known.
    pub source: String,
}
