//! The anchors of a trust store, found by key identifier and by name, each with the sources that it comes from.

use super::certificate::Certificate;
use super::name::Name;
use crate::checks::Tolerance;
use std::collections::{HashMap, HashSet};

/// How an anchor came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    /// The place, among the lists that were taken, of the list whose signature covers it; `None` where it was handed in
    /// by itself, or in a list that nobody signed.
    pub(super) list: Option<usize>,
    /// The tolerance that this origin needs.
    pub(super) tolerance: Option<Tolerance>,
}

/// Certification authorities in the order they came, no two of them the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Anchors {
    all: Vec<Certificate>,
    /// Of each, in the same order; never empty.
    origins: Vec<Vec<Origin>>,
    by_key_id: HashMap<Vec<u8>, Vec<usize>>,
    by_name: HashMap<String, Vec<usize>>,
}

impl Anchors {
    pub(super) fn all(&self) -> &[Certificate] {
        &self.all
    }

    /// The certificates alone.
    pub(super) fn into_all(self) -> Vec<Certificate> {
        self.all
    }

    /// Whether this very certificate is one.
    pub(super) fn contain(&self, certificate: &Certificate) -> bool {
        self.place(certificate).is_some()
    }

    /// The tolerance without which no origin brought this very certificate.
    pub(super) fn tolerance_of(&self, certificate: &Certificate) -> Option<Tolerance> {
        let origins = self.origins.get(self.place(certificate)?)?;
        let needed: Option<Vec<Tolerance>> = origins.iter().map(|origin| origin.tolerance).collect();
        needed?.first().copied()
    }

    /// Adds an anchor, or another origin of one.
    pub(super) fn insert(&mut self, certificate: Certificate, origin: Origin) {
        if let Some(place) = self.place(&certificate) {
            if let Some(origins) = self.origins.get_mut(place)
                && !origins.contains(&origin)
            {
                origins.push(origin);
            }
            return;
        }
        self.push(certificate, vec![origin]);
    }

    /// Takes back origins; a certificate that has none left is an anchor no longer.
    pub(super) fn withdraw(&mut self, is_void: impl Fn(&Certificate, Origin) -> bool) {
        let old = std::mem::take(self);
        for (certificate, mut origins) in old.all.into_iter().zip(old.origins) {
            origins.retain(|origin| !is_void(&certificate, *origin));
            if !origins.is_empty() {
                self.push(certificate, origins);
            }
        }
    }

    /// Those with this key identifier, then those with this name; only those that came after the first `seen`.
    pub(super) fn fresh_candidates(&self, key_id: Option<&[u8]>, name: &Name, seen: usize) -> Vec<&Certificate> {
        let key_id = key_id.and_then(|id| self.by_key_id.get(id));
        let name = self.by_name.get(name.folded());
        let mut met = HashSet::new();
        key_id
            .into_iter()
            .chain(name)
            .flatten()
            .filter(|index| **index >= seen && met.insert(**index))
            .filter_map(|index| self.all.get(*index))
            .collect()
    }

    fn place(&self, certificate: &Certificate) -> Option<usize> {
        let same_name = self.by_name.get(certificate.subject().folded())?;
        same_name.iter().copied().find(|index| self.all.get(*index) == Some(certificate))
    }

    fn push(&mut self, certificate: Certificate, origins: Vec<Origin>) {
        let index = self.all.len();
        if let Some(key_id) = &certificate.extensions().subject_key_id {
            self.by_key_id.entry(key_id.clone()).or_default().push(index);
        }
        self.by_name.entry(certificate.subject().folded().to_owned()).or_default().push(index);
        self.all.push(certificate);
        self.origins.push(origins);
    }
}
