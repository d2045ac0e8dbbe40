//! The order in which anchors and link certificates are tried as the issuer of a certificate: those with its authority key
//! identifier, then those with its issuer's name, each in the order in which the caller added them. These only show where
//! to try, since several authorities may have the same name; the signature decides.

use crate::checks::Tolerance;
use crate::oid;
use crate::pki::{Certificate, Name, csca_defects};
use std::collections::{HashMap, HashSet};
use time::OffsetDateTime;

/// What the trust in a certificate requires, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum RequiredTolerance {
    None,
    /// It rests on a list whose signature lacks the NULL in its DigestInfo.
    DigestInfoWithoutNull,
    /// It rests on a list whose signature was not verified.
    UnverifiedList,
}

impl From<RequiredTolerance> for Option<Tolerance> {
    fn from(required: RequiredTolerance) -> Self {
        match required {
            RequiredTolerance::None => None,
            RequiredTolerance::DigestInfoWithoutNull => Some(Tolerance::DigestInfoWithoutNull),
            RequiredTolerance::UnverifiedList => Some(Tolerance::UnverifiedList),
        }
    }
}

/// By what a certificate points to its issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Hint {
    KeyIdentifier,
    Name,
}

/// By what a certificate points to this issuer, if it does.
pub(super) fn hint(certificate: &Certificate, issuer: &Certificate) -> Option<Hint> {
    let key_id = certificate.extensions().authority_key_id.as_ref();
    if key_id.is_some() && key_id == issuer.extensions().subject_key_id.as_ref() {
        return Some(Hint::KeyIdentifier);
    }
    certificate.issuer().matches(issuer.subject()).then_some(Hint::Name)
}

/// Certificates with their places by key identifier, by subject and by key.
#[derive(Clone, Debug, Default)]
struct Index {
    all: Vec<Certificate>,
    required: HashMap<Vec<u8>, RequiredTolerance>,
    by_key_id: HashMap<Vec<u8>, Vec<usize>>,
    by_name: HashMap<String, Vec<usize>>,
    by_key: HashMap<Vec<u8>, Vec<usize>>,
}

impl Index {
    fn insert(&mut self, certificate: &Certificate, required: RequiredTolerance) {
        let place = self.all.len();
        if let Some(key_id) = &certificate.extensions().subject_key_id {
            self.by_key_id.entry(key_id.clone()).or_default().push(place);
        }
        self.by_name.entry(certificate.subject().folded().to_owned()).or_default().push(place);
        self.by_key.entry(certificate.spki().to_vec()).or_default().push(place);
        self.required.insert(certificate.fingerprint(), required);
        self.all.push(certificate.clone());
    }

    fn required(&self, certificate: &Certificate) -> Option<RequiredTolerance> {
        // The name spares the hash of most certificates that are not here.
        self.by_name.get(certificate.subject().folded())?;
        self.required.get(&certificate.fingerprint()).copied()
    }

    fn of_key(&self, spki: &[u8]) -> impl Iterator<Item = &Certificate> {
        self.by_key.get(spki).into_iter().flatten().filter_map(|place| self.all.get(*place))
    }

    fn issuers(&self, key_id: Option<&[u8]>, name: &Name) -> Vec<&Certificate> {
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
    pub(super) fn insert_anchor(&mut self, certificate: &Certificate, required: RequiredTolerance) {
        self.anchors.insert(certificate, required);
    }

    pub(super) fn insert_link(&mut self, certificate: &Certificate, required: RequiredTolerance) {
        self.links.insert(certificate, required);
    }

    pub(super) fn insert_other(&mut self, certificate: &Certificate) {
        self.others.insert(certificate, RequiredTolerance::None);
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
        self.anchors.required(certificate).is_some()
    }

    pub(super) fn is_link(&self, certificate: &Certificate) -> bool {
        self.links.required(certificate).is_some()
    }

    /// The tolerance without which this very certificate is neither an anchor nor a link that leads to one.
    pub(super) fn tolerance_of(&self, certificate: &Certificate) -> Option<Tolerance> {
        self.anchors.required(certificate).or_else(|| self.links.required(certificate))?.into()
    }

    /// The anchors to try as the issuer of a certificate.
    pub(super) fn issuers(&self, certificate: &Certificate) -> Vec<&Certificate> {
        self.anchors.issuers(certificate.extensions().authority_key_id.as_deref(), certificate.issuer())
    }

    /// The anchors, then the links, to try as the issuer of a revocation list.
    pub(super) fn list_issuers(&self, key_id: Option<&[u8]>, name: &Name) -> impl Iterator<Item = &Certificate> {
        self.anchors.issuers(key_id, name).into_iter().chain(self.links.issuers(key_id, name))
    }

    /// The links to try as the issuer of a certificate, with others that came with a document (`hints`): of those with the
    /// key identifier, and then of those with the name, the links of this set come first.
    pub(super) fn link_issuers<'s>(
        &'s self,
        certificate: &Certificate,
        hints: &'s [Certificate],
    ) -> impl Iterator<Item = &'s Certificate> {
        let key_id = certificate.extensions().authority_key_id.as_deref();
        let known = self.links.issuers(key_id, certificate.issuer());
        let hinted = hints.iter().filter(|hinted| joins_generations(hinted));
        let mut all: Vec<(Hint, &Certificate)> =
            known.into_iter().chain(hinted).filter_map(|issuer| Some((hint(certificate, issuer)?, issuer))).collect();
        all.sort_by_key(|(hint, _)| *hint);
        all.into_iter().map(|(_, issuer)| issuer)
    }
}

/// Whether a certificate can join two generations of one authority: it has its issuer's name, or states that the name has
/// changed. Any other would be an authority below another, which is not allowed (9303-12 §7.1: pathLenConstraint 0). Real
/// authorities often change their name without stating it, but no caller has chosen what comes with a document.
fn joins_generations(link: &Certificate) -> bool {
    link.is_self_issued() || link.extensions().has(oid::ID_ICAO_NAME_CHANGE)
}

/// Which of several anchors with the key that verifies a certificate is preferred, the greatest first: one with its issuer's
/// name, since another is of another generation or a crosslink; then one that is sound and valid at the moment.
pub(super) fn preference(certificate: &Certificate, anchor: &Certificate, at: OffsetDateTime) -> (bool, bool) {
    let is_sound = csca_defects(anchor).is_empty() && anchor.validity().contains(at);
    (certificate.issuer().matches(anchor.subject()), is_sound)
}
