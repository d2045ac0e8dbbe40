//! Anchors and the link certificates that lead to them, found by key identifier, by name and by key.

use crate::checks::Tolerance;
use crate::pki::{Certificate, Name};
use std::collections::{HashMap, HashSet};

/// What the trust in a certificate rests on, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Footing {
    /// Nothing that needs a tolerance.
    Full,
    /// A list whose signature lacks the NULL in its DigestInfo.
    WithoutNull,
    /// A list whose signature was not verified.
    Unverified,
}

impl Footing {
    pub(super) const ALL: [Self; 3] = [Self::Full, Self::WithoutNull, Self::Unverified];

    /// The tolerance that it needs.
    pub(super) fn tolerance(self) -> Option<Tolerance> {
        match self {
            Self::Full => None,
            Self::WithoutNull => Some(Tolerance::DigestInfoWithoutNull),
            Self::Unverified => Some(Tolerance::UnverifiedList),
        }
    }
}

/// Certificates with their places by key identifier and by subject.
#[derive(Clone, Debug, Default)]
struct Index {
    all: Vec<Certificate>,
    footings: Vec<Footing>,
    places: HashMap<Vec<u8>, usize>,
    by_key_id: HashMap<Vec<u8>, Vec<usize>>,
    by_name: HashMap<String, Vec<usize>>,
    by_key: HashMap<Vec<u8>, Vec<usize>>,
}

impl Index {
    fn insert(&mut self, certificate: Certificate, footing: Footing) {
        let place = self.all.len();
        if let Some(key_id) = &certificate.extensions().subject_key_id {
            self.by_key_id.entry(key_id.clone()).or_default().push(place);
        }
        self.by_name.entry(certificate.subject().folded().to_owned()).or_default().push(place);
        self.by_key.entry(certificate.spki().to_vec()).or_default().push(place);
        self.places.insert(certificate.fingerprint(), place);
        self.all.push(certificate);
        self.footings.push(footing);
    }

    fn footing(&self, certificate: &Certificate) -> Option<Footing> {
        // The name spares the hash of most certificates that are not here.
        self.by_name.get(certificate.subject().folded())?;
        self.footings.get(*self.places.get(&certificate.fingerprint())?).copied()
    }

    fn of_key(&self, spki: &[u8]) -> impl Iterator<Item = &Certificate> {
        self.by_key.get(spki).into_iter().flatten().filter_map(|place| self.all.get(*place))
    }

    /// First those with this key identifier, then those with this name; each group in the order of insertion.
    fn candidates(&self, key_id: Option<&[u8]>, name: &Name) -> Vec<&Certificate> {
        let key_id = key_id.and_then(|id| self.by_key_id.get(id));
        let name = self.by_name.get(name.folded());
        let mut met = HashSet::new();
        let places = key_id.into_iter().chain(name).flatten().filter(|place| met.insert(**place));
        places.filter_map(|place| self.all.get(*place)).collect()
    }
}

/// Anchors, and links from which signatures lead to one of them.
#[derive(Clone, Debug, Default)]
pub(super) struct AnchorSet {
    anchors: Index,
    links: Index,
    /// Neither, but their key may be that of one.
    others: Index,
}

impl AnchorSet {
    pub(super) fn insert_anchor(&mut self, certificate: Certificate, footing: Footing) {
        self.anchors.insert(certificate, footing);
    }

    pub(super) fn insert_link(&mut self, certificate: Certificate, footing: Footing) {
        self.links.insert(certificate, footing);
    }

    pub(super) fn insert_other(&mut self, certificate: Certificate) {
        self.others.insert(certificate, Footing::Full);
    }

    /// Every certificate of this key that is held here.
    pub(super) fn of_key(&self, spki: &[u8]) -> impl Iterator<Item = &Certificate> {
        self.anchors.of_key(spki).chain(self.links.of_key(spki)).chain(self.others.of_key(spki))
    }

    pub(super) fn anchors(&self) -> &[Certificate] {
        &self.anchors.all
    }

    pub(super) fn links(&self) -> &[Certificate] {
        &self.links.all
    }

    pub(super) fn is_anchor(&self, certificate: &Certificate) -> bool {
        self.anchors.footing(certificate).is_some()
    }

    pub(super) fn is_link(&self, certificate: &Certificate) -> bool {
        self.links.footing(certificate).is_some()
    }

    /// The tolerance without which this very certificate is neither an anchor nor a link that leads to one.
    pub(super) fn tolerance_of(&self, certificate: &Certificate) -> Option<Tolerance> {
        self.anchors.footing(certificate).or_else(|| self.links.footing(certificate))?.tolerance()
    }

    /// The anchors under which a signature may verify: first those with the key identifier of the issuer, then those with
    /// the issuer's name. These only say where to try; several authorities may have the same name.
    pub(super) fn issuers(&self, key_id: Option<&[u8]>, name: &Name) -> Vec<&Certificate> {
        self.anchors.candidates(key_id, name)
    }

    /// The links under which a signature may verify, in the same order.
    pub(super) fn linked_issuers(&self, key_id: Option<&[u8]>, name: &Name) -> Vec<&Certificate> {
        self.links.candidates(key_id, name)
    }
}
