//! What the caller's plan hands out of a document, and what the caller's archive keeps of it.

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

/// What the caller's plan and archive cover.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    fields: Option<BTreeSet<&'static str>>,
    kept: KeptGroups,
}

impl Scope {
    /// A plan that hands out these fields of the holder; `None`: all.
    pub(crate) fn of_fields(fields: Option<BTreeSet<&'static str>>) -> Self {
        Self { fields, kept: KeptGroups::all() }
    }

    /// Whether the plan hands out this field of the holder.
    pub(crate) fn hands_out(&self, field: &str) -> bool {
        self.fields.as_ref().is_none_or(|fields| fields.contains(field))
    }

    /// What the archive keeps.
    pub(crate) fn kept(&self) -> &KeptGroups {
        &self.kept
    }

    pub(crate) fn keep(&mut self, kept: KeptGroups) {
        self.kept = kept;
    }
}
