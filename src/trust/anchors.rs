//! The anchors of a trust store, found by key identifier and by name, each with the sources that it comes from.

use crate::checks::Tolerance;
use crate::pki::{Certificate, Name};
use std::collections::{HashMap, HashSet};

/// How an anchor came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    /// The place, among the master lists of the store, of the one whose signature covers it; `None` where it was handed in
    /// by itself, or in a list that nobody signed.
    pub(super) list: Option<usize>,
    /// The tolerance that this origin needs.
    pub(super) tolerance: Option<Tolerance>,
}

/// Certification authorities in the order they came, no two of them the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Anchors {
    all: Vec<Certificate>,
    /// Of each, in the same order.
    marks: Vec<Mark>,
    /// The number of the one that came last.
    newest: usize,
    by_key_id: HashMap<Vec<u8>, Vec<usize>>,
    by_name: HashMap<String, Vec<usize>>,
}

#[derive(Clone, Debug)]
struct Mark {
    /// Counted from 1, in the order in which anchors came, or came to need no tolerance; kept when others go.
    number: usize,
    /// Never empty.
    origins: Vec<Origin>,
}

impl Mark {
    fn needs_tolerance(&self) -> bool {
        self.origins.iter().all(|origin| origin.tolerance.is_some())
    }
}

impl Anchors {
    pub(super) fn all(&self) -> &[Certificate] {
        &self.all
    }

    /// The certificates alone.
    pub(super) fn into_all(self) -> Vec<Certificate> {
        self.all
    }

    /// The number of the one that came last: none has a greater one.
    pub(super) fn newest(&self) -> usize {
        self.newest
    }

    /// Whether this very certificate is one.
    pub(super) fn contain(&self, certificate: &Certificate) -> bool {
        self.place(certificate).is_some()
    }

    /// The tolerance without which no origin brought this very certificate.
    pub(super) fn tolerance_of(&self, certificate: &Certificate) -> Option<Tolerance> {
        let mark = self.marks.get(self.place(certificate)?)?;
        let needed: Option<Vec<Tolerance>> = mark.origins.iter().map(|origin| origin.tolerance).collect();
        needed?.first().copied()
    }

    /// Adds an anchor, or another origin of one.
    pub(super) fn insert(&mut self, certificate: Certificate, origin: Origin) {
        if let Some(place) = self.place(&certificate) {
            if let Some(mark) = self.marks.get_mut(place)
                && !mark.origins.contains(&origin)
            {
                if mark.needs_tolerance() && origin.tolerance.is_none() {
                    self.newest += 1;
                    mark.number = self.newest;
                }
                mark.origins.push(origin);
            }
            return;
        }
        self.newest += 1;
        self.push(certificate, Mark { number: self.newest, origins: vec![origin] });
    }

    /// Takes back origins; a certificate that has none left is an anchor no longer.
    pub(super) fn withdraw(&mut self, is_void: impl Fn(&Certificate, Origin) -> bool) {
        let old = std::mem::take(self);
        self.newest = old.newest;
        for (certificate, mut mark) in old.all.into_iter().zip(old.marks) {
            mark.origins.retain(|origin| !is_void(&certificate, *origin));
            if !mark.origins.is_empty() {
                self.push(certificate, mark);
            }
        }
    }

    /// Gives the origins from a master list another tolerance. Who needs none any more is new.
    pub(super) fn set_tolerance(&mut self, list: usize, tolerance: Option<Tolerance>) {
        for mark in &mut self.marks {
            let needed = mark.needs_tolerance();
            let origins = mark.origins.iter_mut().filter(|origin| origin.list == Some(list));
            origins.for_each(|origin| origin.tolerance = tolerance);
            if needed && !mark.needs_tolerance() {
                self.newest += 1;
                mark.number = self.newest;
            }
        }
    }

    /// Those with this key identifier, then those with this name; only those with a number above `seen`.
    pub(super) fn fresh_candidates(&self, key_id: Option<&[u8]>, name: &Name, seen: usize) -> Vec<&Certificate> {
        let key_id = key_id.and_then(|id| self.by_key_id.get(id));
        let name = self.by_name.get(name.folded());
        let is_fresh = |index: &usize| self.marks.get(*index).is_some_and(|mark| mark.number > seen);
        let mut met = HashSet::new();
        key_id
            .into_iter()
            .chain(name)
            .flatten()
            .filter(|index| is_fresh(index) && met.insert(**index))
            .filter_map(|index| self.all.get(*index))
            .collect()
    }

    fn place(&self, certificate: &Certificate) -> Option<usize> {
        let same_name = self.by_name.get(certificate.subject().folded())?;
        same_name.iter().copied().find(|index| self.all.get(*index) == Some(certificate))
    }

    fn push(&mut self, certificate: Certificate, mark: Mark) {
        let index = self.all.len();
        if let Some(key_id) = &certificate.extensions().subject_key_id {
            self.by_key_id.entry(key_id.clone()).or_default().push(index);
        }
        self.by_name.entry(certificate.subject().folded().to_owned()).or_default().push(index);
        self.all.push(certificate);
        self.marks.push(mark);
    }
}
