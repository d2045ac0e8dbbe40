//! Which certificates and master lists signatures lead to, from the trust anchors.
//!
//! **One search of a graph.** The nodes are the certificates and the master lists. The search starts at the certificates
//! that are trusted by themselves, and at the lists that contain the issuer of their own signer. Edges lead from a
//! certificate to the links and to the list signers that it issued, and from a list to its entries. Whether an edge exists,
//! and what it requires, depends on its two ends only. Nothing that was reached is taken back; what must not count is left
//! out from the beginning (`is_revoked`).
//!
//! **Why it does not depend on the order of files.** Each node gets the least [`Requirement`] of the paths to it. A queue
//! gives the node with the least one first, and of equal ones the node with the least hash, so that even where a bound
//! ends the search it ends at the same place.
//!
//! **Why it is linear.** Requirements never fall along a path, but for the number of links, which begins again at the entries of
//! a list: so a node is visited again at most once for each link of a path. Each signature is verified once for each key
//! that may have made it, for at most [`KEYS`] keys with the right key identifier and as many with the right name. These
//! only show where to try; where more keys share them, the rest is not tried.

use super::issuer_candidates::{AnchorSet, Hint, RequiredTolerance, hint};
use super::material::{Added, Candidate, Material, Place};
use super::source::Refusal;
use crate::bounds::BOUNDS;
use crate::crypto::{CryptoError, PublicKey};
use crate::pki::{Certificate, CertificateError, csca_defects, issue_for_one_state};
use crate::signed_lists::{ListError, Signature};
use core::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use time::Duration;

/// Keys tried on one signature by key identifier, and by name.
const KEYS: usize = 64;
/// The number of signatures from which on a key is made ready to verify many.
const MANY_SIGNATURES: usize = 16;

/// What a path from an anchor requires, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Requirement {
    /// Only documents may rest on it, and what is wrong with it fails them. On the others master lists may rest, too: each
    /// certificate of the path was in force when it certified, and none is revoked.
    for_documents_only: bool,
    pub(super) tolerance: RequiredTolerance,
    /// The links of the path: none at an anchor.
    pub(super) links: usize,
}

impl Requirement {
    fn at_anchor(tolerance: RequiredTolerance) -> Self {
        Self { for_documents_only: false, tolerance, links: 0 }
    }
}

/// A certificate that is an anchor or a link to one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reached {
    pub(super) requirement: Requirement,
    /// The certificate that verifies it, where it is a link.
    pub(super) issuer: Option<Place>,
}

/// A master list whose signer chains to an anchor, or to an entry of the list itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct ReachedList {
    tolerance: RequiredTolerance,
    /// The place of the signer among those of the list.
    pub(super) signer: usize,
    pub(super) issuer: Place,
}

/// The result of a search.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    certificates: Vec<Option<Reached>>,
    /// Why links were not reached from an issuer that was.
    refusals: Vec<Option<Refusal>>,
    lists: Vec<Result<ReachedList, ListError>>,
}

impl Found {
    pub(super) fn reached(&self, place: Place) -> Option<Reached> {
        self.certificates.get(place).copied().flatten()
    }

    /// Why a certificate that was not reached was refused by an issuer that was.
    pub(super) fn refusal(&self, place: Place) -> Option<Refusal> {
        self.refusals.get(place).copied().flatten()
    }

    /// The signer of a master list and its issuer, or why the list is not accepted.
    pub(super) fn list(&self, list: usize) -> Result<ReachedList, ListError> {
        self.lists.get(list).copied().unwrap_or(Err(ListError::SignerUnanchored))
    }

    pub(super) fn anchor_set(&self, material: &Material) -> AnchorSet {
        let mut set = AnchorSet::default();
        for (candidate, reached) in material.candidates.iter().zip(&self.certificates) {
            match reached.map(|reached| reached.requirement) {
                Some(Requirement { links: 0, tolerance, .. }) => set.insert_anchor(&candidate.certificate, tolerance),
                Some(Requirement { tolerance, .. }) => set.insert_link(&candidate.certificate, tolerance),
                None => {}
            }
        }
        set
    }

    /// Keeps the first reason that is more than the lack of an anchor.
    fn refuse(&mut self, place: Place, refusal: Refusal) {
        if let Some(slot) = self.refusals.get_mut(place)
            && slot.is_none_or(|known| known == Refusal::NoAnchor)
        {
            *slot = Some(refusal);
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Node {
    Certificate(Place),
    List(usize),
}

/// What a certificate may have signed.
#[derive(Clone, Copy)]
enum Child {
    Link(Place),
    /// A list and the place of one of its signers.
    Signer(usize, usize),
}

/// What may have been signed, by the key identifiers and names of the issuers.
#[derive(Default)]
struct Children<'m> {
    by_key_id: HashMap<&'m [u8], Vec<Child>>,
    by_name: HashMap<&'m str, Vec<Child>>,
    /// The same without the links that name a key identifier.
    by_name_alone: HashMap<&'m str, Vec<Child>>,
}

impl<'m> Children<'m> {
    fn insert(&mut self, certificate: &'m Certificate, child: Child) {
        let (key_id, name) = (certificate.extensions().authority_key_id.as_deref(), certificate.issuer().folded());
        if let Some(key_id) = key_id {
            self.by_key_id.entry(key_id).or_default().push(child);
        }
        self.by_name.entry(name).or_default().push(child);
        if key_id.is_none() || matches!(child, Child::Signer(..)) {
            self.by_name_alone.entry(name).or_default().push(child);
        }
    }

    fn of(&self, issuer: &Certificate) -> impl Iterator<Item = Child> {
        let name = issuer.subject().folded();
        let (by_key_id, by_name) = match issuer.extensions().subject_key_id.as_deref() {
            Some(key_id) => (self.by_key_id.get(key_id), self.by_name_alone.get(name)),
            None => (None, self.by_name.get(name)),
        };
        by_key_id.into_iter().chain(by_name).flatten().copied()
    }
}

/// The key of an issuer, and how many signatures were verified under it.
#[derive(Clone)]
struct IssuerKey {
    key: Result<PublicKey, CryptoError>,
    signatures: usize,
}

/// The keys that were tried on one signature.
#[derive(Clone, Debug, Default)]
struct Tried {
    answers: Vec<(usize, Result<(), CertificateError>)>,
    /// How many keys were tried by key identifier, and how many by name.
    counts: [usize; 2],
}

impl Tried {
    fn verify(
        &mut self,
        certificate: &Certificate,
        issuer: &Candidate,
        keys: &mut [Option<IssuerKey>],
    ) -> Result<(), CertificateError> {
        const WRONG: CertificateError = CertificateError::Crypto(CryptoError::BadSignature);
        if let Some((_, answer)) = self.answers.iter().find(|(key, _)| *key == issuer.key) {
            return *answer;
        }
        let count = match hint(certificate, &issuer.certificate) {
            Some(Hint::KeyIdentifier) => &mut self.counts[0],
            Some(Hint::Name) => &mut self.counts[1],
            None => return Err(WRONG),
        };
        // The key that verifies a signature is the only one that does.
        if *count >= KEYS || self.answers.iter().any(|(_, answer)| answer.is_ok()) {
            return Err(WRONG);
        }
        *count += 1;
        let answer = keys.get_mut(issuer.key).map_or(Err(WRONG), |key| {
            let key = key.get_or_insert_with(|| IssuerKey { key: issuer.certificate.public_key(), signatures: 0 });
            key.verify(certificate)
        });
        self.answers.push((issuer.key, answer));
        answer
    }
}

impl IssuerKey {
    fn verify(&mut self, certificate: &Certificate) -> Result<(), CertificateError> {
        self.signatures += 1;
        if self.signatures == MANY_SIGNATURES {
            self.key = self.key.clone().map(PublicKey::for_many_signatures);
        }
        let key = self.key.as_ref().map_err(|error| CertificateError::from(*error))?;
        certificate.verify_signed_by(key).map(|_| ())
    }
}

/// Searches the same material once or more; signatures that were verified are not verified again.
pub(super) struct Search<'m> {
    material: &'m Material,
    children: Children<'m>,
    keys: Vec<Option<IssuerKey>>,
    is_sound: Vec<Option<bool>>,
    link_signatures: Vec<Tried>,
    list_signatures: Vec<Vec<Tried>>,
}

impl<'m> Search<'m> {
    pub(super) fn new(material: &'m Material) -> Self {
        let count = material.candidates.len();
        let mut children = Children::default();
        for (place, candidate) in material.candidates.iter().enumerate() {
            if candidate.added == Added::Link {
                children.insert(&candidate.certificate, Child::Link(place));
            }
        }
        for (list, taken) in material.master_lists.iter().enumerate() {
            for (signer, signature) in taken.signatures.iter().enumerate() {
                children.insert(&signature.certificate, Child::Signer(list, signer));
            }
        }
        Self {
            material,
            children,
            keys: vec![None; material.keys.len()],
            is_sound: vec![None; count],
            link_signatures: vec![Tried::default(); count],
            list_signatures: material
                .master_lists
                .iter()
                .map(|list| vec![Tried::default(); list.signatures.len()])
                .collect(),
        }
    }

    /// Searches; a certificate that `is_revoked` certifies nothing on which a list rests.
    pub(super) fn run(&mut self, is_revoked: &dyn Fn(&Certificate) -> bool) -> Found {
        let count = self.material.candidates.len();
        let found = Found { certificates: vec![None; count], refusals: vec![None; count], lists: Vec::new() };
        let mut run = Run { search: self, is_revoked, found, queue: BinaryHeap::new() };
        run.start();
        while let Some(Reverse((requirement, _, node))) = run.queue.pop() {
            match node {
                Node::Certificate(place) => run.visit(place, requirement),
                Node::List(list) => run.visit_list(list, requirement.tolerance),
            }
        }
        run.found
    }

    /// How many signatures were verified.
    #[cfg(test)]
    pub(super) fn signatures(&self) -> usize {
        self.link_signatures.iter().chain(self.list_signatures.iter().flatten()).map(|tried| tried.answers.len()).sum()
    }

    /// Whether this issuer certified a link, as it may: whether only documents may rest on that.
    fn certified_link(
        &mut self,
        place: Place,
        link: Place,
        is_revoked: &dyn Fn(&Certificate) -> bool,
    ) -> Result<bool, Refusal> {
        let material = self.material;
        let (issuer, certificate) = (material.candidate(place), &material.candidate(link).certificate);
        if !self.is_sound(link) {
            return Err(Refusal::Void);
        }
        let tried = self.link_signatures.get_mut(link).ok_or(Refusal::NoAnchor)?;
        tried.verify(certificate, issuer, &mut self.keys).map_err(Refusal::IssuerSignature)?;
        let issuer = &issuer.certificate;
        if !is_of_one_state(certificate, issuer) {
            return Err(Refusal::OtherCountry);
        }
        Ok(!self.is_sound(place) || !was_in_force(certificate, issuer) || is_revoked(issuer))
    }

    /// Whether this issuer certified the signer of a list, as it may.
    pub(super) fn certified_signer(
        &mut self,
        place: Place,
        list: usize,
        signer: usize,
        is_revoked: &dyn Fn(&Certificate) -> bool,
    ) -> Result<(), ListError> {
        let material = self.material;
        let issuer = material.candidate(place);
        let signatures = material.master_lists.get(list).map(|list| list.signatures.as_slice()).unwrap_or_default();
        let tried = self.list_signatures.get_mut(list).and_then(|all| all.get_mut(signer));
        let (Some(signature), Some(tried)) = (signatures.get(signer), tried) else {
            return Err(ListError::SignerUnanchored);
        };
        if signature.null_missing && !material.without_null {
            return Err(ListError::NeedsDigestInfoWithoutNull);
        }
        let verified = tried.verify(&signature.certificate, issuer, &mut self.keys);
        verified.map_err(|_| ListError::SignerUnanchored)?;
        if !self.is_sound(place) {
            return Err(ListError::AuthorityVoid);
        }
        if !was_in_force(&signature.certificate, &issuer.certificate) {
            return Err(ListError::AuthorityLapsed);
        }
        // One signer who was revoked is enough: whoever holds its key may have made the list.
        let mut path = signatures.iter().map(|one| &one.certificate).chain([&issuer.certificate]);
        if path.any(is_revoked) { Err(ListError::SignerRevoked) } else { Ok(()) }
    }

    /// Whether a certificate is that of an authority by its profile.
    fn is_sound(&mut self, place: Place) -> bool {
        let certificate = &self.material.candidate(place).certificate;
        let known = self.is_sound.get_mut(place);
        known.is_some_and(|known| *known.get_or_insert_with(|| csca_defects(certificate).is_empty()))
    }
}

/// One search.
struct Run<'r, 'm> {
    search: &'r mut Search<'m>,
    is_revoked: &'r dyn Fn(&Certificate) -> bool,
    found: Found,
    queue: BinaryHeap<Reverse<(Requirement, &'m [u8], Node)>>,
}

impl Run<'_, '_> {
    fn start(&mut self) {
        let material = self.search.material;
        for (place, candidate) in material.candidates.iter().enumerate() {
            let tolerance = match candidate.added {
                Added::Root | Added::LinkAsAnchor => RequiredTolerance::None,
                Added::UnverifiedRoot => RequiredTolerance::UnverifiedList,
                Added::Link | Added::InLists => continue,
            };
            self.reach(place, Reached { requirement: Requirement::at_anchor(tolerance), issuer: None });
        }
        for list in 0..material.master_lists.len() {
            self.found.lists.push(Err(ListError::SignerUnanchored));
            match self.own_authority(list) {
                Ok(reached) => self.reach_list(list, reached),
                Err(error) => self.refuse_list(list, error),
            }
        }
    }

    /// A list that contains the issuer of its own signer needs no other: to add it is the act of trust.
    fn own_authority(&mut self, list: usize) -> Result<ReachedList, ListError> {
        let material = self.search.material;
        let taken = material.master_lists.get(list).ok_or(ListError::SignerUnanchored)?;
        if !taken.signatures.iter().any(|signature| material.without_null || !signature.null_missing) {
            return Err(ListError::NeedsDigestInfoWithoutNull);
        }
        let mut signers: Vec<(usize, &Signature)> = taken.signatures.iter().enumerate().collect();
        signers.sort_by_key(|(_, signature)| required_by(signature));
        let mut failure = ListError::SignerUnanchored;
        for (signer, signature) in signers {
            let hint_of = |place: &Place| hint(&signature.certificate, &material.candidate(*place).certificate);
            let mut issuers: Vec<(Hint, Place)> =
                taken.entries.iter().filter_map(|place| Some((hint_of(place)?, *place))).collect();
            issuers.sort_by_key(|(hint, _)| *hint);
            for (_, issuer) in issuers {
                match self.search.certified_signer(issuer, list, signer, self.is_revoked) {
                    Ok(()) => return Ok(ReachedList { tolerance: required_by(signature), signer, issuer }),
                    Err(ListError::SignerRevoked) => failure = ListError::SignerRevoked,
                    Err(_) => {}
                }
            }
        }
        Err(failure)
    }

    /// Follows the edges from a certificate, unless a better path to it was found since.
    fn visit(&mut self, place: Place, from: Requirement) {
        if self.found.reached(place).is_none_or(|reached| reached.requirement != from) {
            return;
        }
        let children: Vec<Child> =
            self.search.children.of(&self.search.material.candidate(place).certificate).collect();
        for child in children {
            match child {
                Child::Link(link) if link != place => self.visit_link(link, place, from),
                Child::Signer(list, signer) if !from.for_documents_only => {
                    self.visit_signer((list, signer), place, from.tolerance);
                }
                _ => {}
            }
        }
    }

    fn visit_link(&mut self, link: Place, issuer: Place, from: Requirement) {
        let best = Requirement { links: from.links + 1, ..from };
        let is_known = |found: &Found| found.reached(link).is_some_and(|known| known.requirement <= best);
        if is_known(&self.found) || best.links > BOUNDS.certificate_links {
            return;
        }
        match self.search.certified_link(issuer, link, self.is_revoked) {
            Ok(for_documents_only) => {
                let for_documents_only = from.for_documents_only || for_documents_only;
                let requirement = Requirement { for_documents_only, ..best };
                self.reach(link, Reached { requirement, issuer: Some(issuer) });
            }
            Err(refusal) => self.found.refuse(link, refusal),
        }
    }

    fn visit_signer(&mut self, (list, signer): (usize, usize), issuer: Place, from: RequiredTolerance) {
        let certified = self.search.certified_signer(issuer, list, signer, self.is_revoked);
        let signature = self.search.material.master_lists.get(list).and_then(|taken| taken.signatures.get(signer));
        match (certified, signature) {
            (Ok(()), Some(signature)) => {
                let tolerance = from.max(required_by(signature));
                self.reach_list(list, ReachedList { tolerance, signer, issuer });
            }
            (Ok(()), None) => {}
            (Err(error), _) => self.refuse_list(list, error),
        }
    }

    /// Makes the entries of a list anchors, unless a better signer was found since.
    fn visit_list(&mut self, list: usize, tolerance: RequiredTolerance) {
        let is_best = self.found.list(list).is_ok_and(|reached| reached.tolerance == tolerance);
        let taken = self.search.material.master_lists.get(list).filter(|_| is_best);
        for entry in taken.into_iter().flat_map(|taken| &taken.entries) {
            self.reach(*entry, Reached { requirement: Requirement::at_anchor(tolerance), issuer: None });
        }
    }

    fn reach(&mut self, place: Place, reached: Reached) {
        let Some(slot) = self.found.certificates.get_mut(place) else { return };
        if slot.is_none_or(|known| reached.requirement < known.requirement) {
            *slot = Some(reached);
            let fingerprint = &self.search.material.candidate(place).fingerprint;
            self.queue.push(Reverse((reached.requirement, fingerprint, Node::Certificate(place))));
        }
    }

    fn reach_list(&mut self, list: usize, reached: ReachedList) {
        let (Some(slot), Some(taken)) = (self.found.lists.get_mut(list), self.search.material.master_lists.get(list))
        else {
            return;
        };
        if slot.is_ok_and(|known| known.tolerance <= reached.tolerance) {
            return;
        }
        *slot = Ok(reached);
        let requirement = Requirement::at_anchor(reached.tolerance);
        self.queue.push(Reverse((requirement, &taken.fingerprint, Node::List(list))));
    }

    /// Keeps the first reason that is more than the lack of an anchor.
    fn refuse_list(&mut self, list: usize, error: ListError) {
        if let Some(slot) = self.found.lists.get_mut(list)
            && slot.is_err_and(|known| known == ListError::SignerUnanchored)
        {
            *slot = Err(error);
        }
    }
}

fn required_by(signature: &Signature) -> RequiredTolerance {
    if signature.null_missing { RequiredTolerance::DigestInfoWithoutNull } else { RequiredTolerance::None }
}

/// A change of country between a link and its issuer is possible only where both stand for documents of one state.
fn is_of_one_state(link: &Certificate, issuer: &Certificate) -> bool {
    let countries: Vec<String> =
        [link.subject(), link.issuer(), issuer.subject()].iter().filter_map(|name| name.country()).collect();
    countries.iter().all(|one| countries.iter().all(|other| issue_for_one_state(one, other)))
}

/// Whether an authority's certificate was in force when it certified another; a day more at both ends is within.
fn was_in_force(below: &Certificate, issuer: &Certificate) -> bool {
    let period = issuer.validity();
    (period.not_before - Duration::DAY..=period.not_after + Duration::DAY).contains(&below.validity().not_before)
}
