//! What an archive keeps of each document, as the caller of the verification states it.

use crate::lds::DataGroup;
use std::collections::BTreeSet;

/// The data groups that the caller's archive keeps. Without such a statement every data group that EF.SOD lists is expected.
///
/// It is the caller's own statement: it is never read from the stored document, nor written into it, because whoever can
/// take a file away could also write that it was not kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeptGroups {
    /// `None`: all.
    groups: Option<BTreeSet<DataGroup>>,
}

impl KeptGroups {
    /// The archive keeps every data group.
    pub fn all() -> Self {
        Self { groups: None }
    }

    /// The archive keeps these data groups and no others.
    pub fn only(groups: impl IntoIterator<Item = DataGroup>) -> Self {
        Self { groups: Some(groups.into_iter().collect()) }
    }

    /// Whether the archive keeps this data group.
    pub fn contains(&self, group: DataGroup) -> bool {
        self.groups.as_ref().is_none_or(|groups| groups.contains(&group))
    }
}
