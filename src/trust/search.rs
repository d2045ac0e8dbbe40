//! Which certificates signatures lead to, from what is trusted by itself.
//!
//! **One search of a graph, and why one is enough.** The nodes of the graph are the certificates and the master lists. The
//! search starts at the certificates that are trusted by themselves, and at the lists that contain the issuer of their own
//! signer. Edges lead from a certificate to the links and to the list signers that it issued, and from a list to its entries.
//! Whether an edge exists depends on its two ends only, never on what was found elsewhere. Therefore the result is the set of
//! nodes that can be reached, and it does not depend on the order in which edges are followed. Nothing that was reached is
//! taken back; what must not count is left out from the beginning (`revoked`).
//!
//! What needs no tolerance is searched first, then what needs one and then the other, so that each node gets the weakest
//! tolerance that suffices.
//!
//! **Why it is linear.** A node is visited again only when a shorter path to it is found, at most once for each link of a
//! path. Each signature is verified once for each key that may have made it: for at most [`KEYS`] keys with the right key
//! identifier, and as many with the right name. Key identifiers and names only say where to try; where more keys share them,
//! the rest is not tried.

use super::anchors::{AnchorSet, Footing};
use super::material::{Added, Candidate, Material, Place};
use super::source::Refusal;
use crate::bounds::BOUNDS;
use crate::crypto::{CryptoError, PublicKey};
use crate::pki::{Certificate, CertificateError, csca_defects, issue_for_one_state};
use crate::signed_lists::{ListError, Signature};
use std::collections::{HashMap, VecDeque};
use time::Duration;

/// Keys tried on one signature by key identifier, and by name.
const KEYS: usize = 64;

/// What was found of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reached {
    pub(super) footing: Footing,
    /// Links on the shortest path to an anchor, itself included: none for an anchor.
    pub(super) links: usize,
    /// The certificate that verifies it, where it is a link.
    pub(super) issuer: Option<Place>,
    /// Whether the entries of lists may rest on it, too.
    for_lists: bool,
}

/// What was found of a master list.
#[derive(Clone, Debug)]
pub(super) enum ListState {
    /// Its entries are anchors, unless something better is known of them.
    Taken(Taken),
    /// Its signer has an issuer, but its entries need this tolerance.
    Ready(Footing, Taken),
    Waiting(ListError),
}

/// Under which certificates a list was taken.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    /// The place of the signer among those of the list.
    pub(super) signer: usize,
    pub(super) issuer: Place,
}

/// The result of a search.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) certificates: Vec<Option<Reached>>,
    /// Why links were not reached from an issuer that was.
    refusals: Vec<Option<Refusal>>,
    pub(super) lists: Vec<ListState>,
}

impl Found {
    pub(super) fn reached(&self, place: Place) -> Option<Reached> {
        self.certificates.get(place).copied().flatten()
    }

    /// Why a certificate is neither an anchor nor a link that leads to one.
    pub(super) fn refusal(&self, place: Place) -> Option<Refusal> {
        match self.reached(place) {
            Some(_) => None,
            None => Some(self.refusals.get(place).copied().flatten().unwrap_or(Refusal::NoAnchor)),
        }
    }

    pub(super) fn anchor_set(&self, material: &Material) -> AnchorSet {
        let mut set = AnchorSet::default();
        for (candidate, reached) in material.candidates.iter().zip(&self.certificates) {
            match reached {
                Some(Reached { footing, links: 0, .. }) => set.insert_anchor(candidate.certificate.clone(), *footing),
                Some(Reached { footing, .. }) => set.insert_link(candidate.certificate.clone(), *footing),
                None => {}
            }
        }
        set
    }
}

/// What must not certify a link for a list or the signer of one.
pub(super) trait Revoked {
    fn is_revoked(&self, certificate: &Certificate) -> bool;
}

/// Searches the same material once or more; signatures that were verified are not verified again.
pub(super) struct Search<'m> {
    material: &'m Material,
    children: Children<'m>,
    keys: Vec<Option<Result<PublicKey, CryptoError>>>,
    soundness: Vec<Option<bool>>,
    link_signatures: Vec<Tried>,
    list_signatures: Vec<Vec<Tried>>,
}

/// The keys that were tried on one signature.
#[derive(Clone, Debug, Default)]
struct Tried {
    answers: Vec<(usize, Result<(), CertificateError>)>,
    /// How many keys were tried by key identifier, and how many by name.
    counts: [usize; 2],
    /// The key that verifies it: no other does.
    good: Option<usize>,
}

/// What each certificate may have signed, by the key identifiers and names that point to it.
#[derive(Default)]
struct Children<'m> {
    by_key_id: HashMap<&'m [u8], Vec<Child>>,
    /// Links by the name of their issuer.
    by_name: HashMap<&'m str, Vec<Child>>,
    /// The same without those that name a key identifier.
    by_name_alone: HashMap<&'m str, Vec<Child>>,
}

#[derive(Clone, Copy)]
enum Child {
    Link(Place),
    /// A list and the place of one of its signers.
    Signer(usize, usize),
}

/// What kinds of edges are followed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Those on which the entries of lists may rest: every certificate was in force when it certified, none is revoked.
    Lists,
    /// Also those on which only documents may rest: what is wrong with them fails the document.
    Documents,
}

impl<'m> Search<'m> {
    pub(super) fn new(material: &'m Material) -> Self {
        let count = material.candidates.len();
        let mut children = Children::default();
        for (place, candidate) in material.candidates.iter().enumerate() {
            if candidate.added == Added::Link {
                children.insert(&candidate.certificate, Child::Link(place), false);
            }
        }
        for (list, taken) in material.master_lists.iter().enumerate() {
            for (signer, signature) in taken.signatures.iter().enumerate() {
                children.insert(&signature.certificate, Child::Signer(list, signer), true);
            }
        }
        Self {
            material,
            children,
            keys: vec![None; material.keys.len()],
            soundness: vec![None; count],
            link_signatures: vec![Tried::default(); count],
            list_signatures: material
                .master_lists
                .iter()
                .map(|list| vec![Tried::default(); list.signatures.len()])
                .collect(),
        }
    }

    /// Searches; what is `revoked` certifies nothing on which a list rests.
    pub(super) fn run(&mut self, revoked: Option<&dyn Revoked>) -> Found {
        let mut found = Found {
            certificates: vec![None; self.material.candidates.len()],
            refusals: vec![None; self.material.candidates.len()],
            lists: (0..self.material.master_lists.len()).map(|list| self.own_authority(list, revoked)).collect(),
        };
        for footing in Footing::ALL {
            let mut queue = VecDeque::new();
            for (place, candidate) in self.material.candidates.iter().enumerate() {
                let starts = match candidate.added {
                    Added::Root(own) => own == footing,
                    Added::LinkAsAnchor => footing == Footing::Full,
                    Added::Link | Added::InLists => false,
                };
                if starts {
                    found.add_anchor(place, footing, &mut queue);
                }
            }
            for list in 0..found.lists.len() {
                if matches!(found.lists.get(list), Some(ListState::Ready(ready, _)) if *ready == footing) {
                    self.take(list, footing, &mut found, &mut queue);
                }
            }
            while let Some(place) = queue.pop_front() {
                self.visit(place, Phase::Lists, revoked, &mut found, &mut queue);
            }
        }
        for footing in Footing::ALL {
            let is_of = |place: &Place| found.reached(*place).is_some_and(|reached| reached.footing == footing);
            let mut queue: VecDeque<Place> = (0..found.certificates.len()).filter(is_of).collect();
            while let Some(place) = queue.pop_front() {
                self.visit(place, Phase::Documents, revoked, &mut found, &mut queue);
            }
        }
        found
    }

    /// Follows the edges from one certificate.
    fn visit(
        &mut self,
        place: Place,
        phase: Phase,
        revoked: Option<&dyn Revoked>,
        found: &mut Found,
        queue: &mut VecDeque<Place>,
    ) {
        let Some(from) = found.reached(place) else { return };
        for child in self.children.of(self.certificate(place)) {
            match child {
                Child::Link(link) if link != place => {
                    let for_lists = phase == Phase::Lists;
                    let reached =
                        Reached { footing: from.footing, links: from.links + 1, issuer: Some(place), for_lists };
                    let is_better = found.reached(link).is_none_or(|known| {
                        known.for_lists == for_lists && (reached.footing, reached.links) < (known.footing, known.links)
                    });
                    if !is_better || reached.links > BOUNDS.certificate_links {
                        continue;
                    }
                    match self.leads_to_link(place, link, phase, revoked) {
                        Ok(()) => {
                            found.set(link, reached);
                            queue.push_back(link);
                        }
                        Err(refusal) => found.refuse(link, refusal),
                    }
                }
                Child::Signer(list, signer) if phase == Phase::Lists => {
                    self.visit_signer((list, signer), place, from.footing, revoked, found, queue);
                }
                _ => {}
            }
        }
    }

    fn visit_signer(
        &mut self,
        (list, signer): (usize, usize),
        place: Place,
        footing: Footing,
        revoked: Option<&dyn Revoked>,
        found: &mut Found,
        queue: &mut VecDeque<Place>,
    ) {
        let edge = self.leads_to_signer(place, list, signer, revoked);
        let Some(signature) = self.signature(list, signer) else { return };
        let needed = footing.max(footing_of(signature));
        let Some(state) = found.lists.get_mut(list) else { return };
        match (edge, &mut *state) {
            (Ok(()), ListState::Taken(_)) => {}
            (Ok(()), ListState::Ready(ready, _)) if *ready <= needed => {}
            (Ok(()), _) => {
                *state = ListState::Ready(needed, Taken { signer, issuer: place });
                if needed == footing {
                    self.take(list, footing, found, queue);
                }
            }
            (Err(error), ListState::Waiting(known)) if *known == ListError::SignerUnanchored => *known = error,
            (Err(_), _) => {}
        }
    }

    /// Makes the entries of a list anchors.
    fn take(&self, list: usize, footing: Footing, found: &mut Found, queue: &mut VecDeque<Place>) {
        let Some(state) = found.lists.get_mut(list) else { return };
        if let ListState::Ready(_, taken) = state {
            *state = ListState::Taken(taken.clone());
        }
        let entries = self.material.master_lists.get(list).map(|taken| taken.entries.as_slice()).unwrap_or_default();
        for entry in entries {
            found.add_anchor(*entry, footing, queue);
        }
    }

    /// A list that holds the issuer of its own signer needs no other: adding it is the act of trust.
    fn own_authority(&mut self, list: usize, revoked: Option<&dyn Revoked>) -> ListState {
        let Some(taken) = self.material.master_lists.get(list) else {
            return ListState::Waiting(ListError::SignerUnanchored);
        };
        let is_usable = |signature: &Signature| self.material.without_null || !signature.null_missing;
        if !taken.signatures.iter().any(is_usable) {
            return ListState::Waiting(ListError::NeedsDigestInfoWithoutNull);
        }
        let mut failure = ListError::SignerUnanchored;
        let mut ready: Option<(Footing, Taken)> = None;
        for (signer, signature) in taken.signatures.iter().enumerate() {
            let footing = footing_of(signature);
            if ready.as_ref().is_some_and(|(known, _)| *known <= footing) {
                continue;
            }
            // Those with its authority key identifier first, then those with its issuer's name.
            let rank = |place: &Place| issuer_rank(self.certificate(*place), &signature.certificate);
            let mut issuers: Vec<(usize, Place)> =
                taken.entries.iter().filter_map(|place| Some((rank(place)?, *place))).collect();
            issuers.sort_by_key(|(rank, _)| *rank);
            for (_, issuer) in issuers {
                match self.leads_to_signer(issuer, list, signer, revoked) {
                    Ok(()) => {
                        ready = Some((footing, Taken { signer, issuer }));
                        break;
                    }
                    Err(ListError::SignerRevoked) => failure = ListError::SignerRevoked,
                    Err(_) => {}
                }
            }
        }
        ready.map_or(ListState::Waiting(failure), |(footing, taken)| ListState::Ready(footing, taken))
    }

    /// Whether this issuer certified a link, as it may.
    fn leads_to_link(
        &mut self,
        place: Place,
        link: Place,
        phase: Phase,
        revoked: Option<&dyn Revoked>,
    ) -> Result<(), Refusal> {
        let (issuer, certificate) = (self.certificate(place), self.certificate(link));
        if !self.is_sound(link) {
            return Err(Refusal::Void);
        }
        self.verify_link(place, link).map_err(Refusal::IssuerSignature)?;
        if !is_of_one_state(certificate, issuer) {
            return Err(Refusal::OtherCountry);
        }
        let is_weak = !self.is_sound(place)
            || !was_in_force(certificate, issuer)
            || revoked.is_some_and(|revoked| revoked.is_revoked(issuer));
        if phase == Phase::Lists && is_weak { Err(Refusal::NoAnchor) } else { Ok(()) }
    }

    /// Whether this issuer certified the signer of a list, as it may.
    pub(super) fn leads_to_signer(
        &mut self,
        place: Place,
        list: usize,
        signer: usize,
        revoked: Option<&dyn Revoked>,
    ) -> Result<(), ListError> {
        let signatures =
            self.material.master_lists.get(list).map(|list| list.signatures.as_slice()).unwrap_or_default();
        let Some(signature) = signatures.get(signer) else { return Err(ListError::SignerUnanchored) };
        if signature.null_missing && !self.material.without_null {
            return Err(ListError::NeedsDigestInfoWithoutNull);
        }
        let Some(tried) = self.list_signatures.get_mut(list).and_then(|all| all.get_mut(signer)) else {
            return Err(ListError::SignerUnanchored);
        };
        let issuer = self.material.candidates.get(place);
        let Some(issuer) = issuer.filter(|issuer| tried.verify(&signature.certificate, issuer, &mut self.keys).is_ok())
        else {
            return Err(ListError::SignerUnanchored);
        };
        if !self.is_sound(place) {
            return Err(ListError::AuthorityVoid);
        }
        if !was_in_force(&signature.certificate, &issuer.certificate) {
            return Err(ListError::AuthorityLapsed);
        }
        // One signer who was revoked is enough: whoever holds its key may have made the list.
        let mut path = signatures.iter().map(|one| &one.certificate).chain([&issuer.certificate]);
        match revoked {
            Some(revoked) if path.any(|one| revoked.is_revoked(one)) => Err(ListError::SignerRevoked),
            _ => Ok(()),
        }
    }

    /// Verifies the signature of a link under the key of an issuer, once for each key.
    fn verify_link(&mut self, place: Place, link: Place) -> Result<(), CertificateError> {
        let certificate = self.certificate(link);
        match (self.material.candidates.get(place), self.link_signatures.get_mut(link)) {
            (Some(issuer), Some(tried)) => tried.verify(certificate, issuer, &mut self.keys),
            _ => Err(CertificateError::Malformed),
        }
    }

    /// How many signatures were verified.
    pub(super) fn signatures(&self) -> usize {
        self.link_signatures.iter().chain(self.list_signatures.iter().flatten()).map(|tried| tried.answers.len()).sum()
    }

    fn certificate(&self, place: Place) -> &'m Certificate {
        &self.material.candidates.get(place).expect("a place is that of a candidate").certificate
    }

    fn signature(&self, list: usize, signer: usize) -> Option<&'m Signature> {
        self.material.master_lists.get(list)?.signatures.get(signer)
    }

    /// Whether a certificate is that of an authority by its profile.
    fn is_sound(&mut self, place: Place) -> bool {
        let certificate = self.certificate(place);
        match self.soundness.get_mut(place) {
            Some(known) => *known.get_or_insert_with(|| csca_defects(certificate).is_empty()),
            None => false,
        }
    }
}

impl Found {
    fn set(&mut self, place: Place, reached: Reached) {
        if let Some(slot) = self.certificates.get_mut(place) {
            *slot = Some(reached);
        }
    }

    /// Keeps the first reason that is more than the lack of an anchor.
    fn refuse(&mut self, place: Place, refusal: Refusal) {
        if let Some(slot) = self.refusals.get_mut(place)
            && slot.is_none_or(|known| known == Refusal::NoAnchor)
        {
            *slot = Some(refusal);
        }
    }

    /// Makes a certificate an anchor, unless it is one or needs a weaker tolerance as a link.
    fn add_anchor(&mut self, place: Place, footing: Footing, queue: &mut VecDeque<Place>) {
        let Some(slot) = self.certificates.get_mut(place) else { return };
        if slot.is_some_and(|known| known.footing < footing || known.links == 0) {
            return;
        }
        *slot = Some(Reached { footing, links: 0, issuer: None, for_lists: true });
        queue.push_back(place);
    }
}

impl Tried {
    fn verify(
        &mut self,
        certificate: &Certificate,
        issuer: &Candidate,
        keys: &mut [Option<Result<PublicKey, CryptoError>>],
    ) -> Result<(), CertificateError> {
        const WRONG: CertificateError = CertificateError::Crypto(CryptoError::BadSignature);
        if let Some((_, answer)) = self.answers.iter().find(|(key, _)| *key == issuer.key) {
            return *answer;
        }
        let rank = issuer_rank(&issuer.certificate, certificate);
        let Some(count) = rank.and_then(|rank| self.counts.get_mut(rank)) else { return Err(WRONG) };
        if self.good.is_some() || *count >= KEYS {
            return Err(WRONG);
        }
        *count += 1;
        let Some(key) = keys.get_mut(issuer.key) else { return Err(WRONG) };
        let key = key.get_or_insert_with(|| issuer.certificate.public_key());
        let answer = key.as_ref().map_err(|error| CertificateError::from(*error));
        let answer = answer.and_then(|key| certificate.verify_signed_by(key).map(|_| ()));
        self.answers.push((issuer.key, answer));
        self.good = answer.is_ok().then_some(issuer.key);
        answer
    }
}

impl<'m> Children<'m> {
    fn insert(&mut self, certificate: &'m Certificate, child: Child, always_by_name: bool) {
        let (key_id, name) = (certificate.extensions().authority_key_id.as_deref(), certificate.issuer().folded());
        if let Some(key_id) = key_id {
            self.by_key_id.entry(key_id).or_default().push(child);
        }
        self.by_name.entry(name).or_default().push(child);
        if key_id.is_none() || always_by_name {
            self.by_name_alone.entry(name).or_default().push(child);
        }
    }

    /// What an issuer may have signed.
    fn of(&self, issuer: &Certificate) -> Vec<Child> {
        let name = issuer.subject().folded();
        let (by_key_id, by_name) = match issuer.extensions().subject_key_id.as_deref() {
            Some(key_id) => (self.by_key_id.get(key_id), self.by_name_alone.get(name)),
            None => (None, self.by_name.get(name)),
        };
        by_key_id.into_iter().chain(by_name).flatten().copied().collect()
    }
}

fn footing_of(signature: &Signature) -> Footing {
    if signature.null_missing { Footing::WithoutNull } else { Footing::Full }
}

/// Whether the key identifier (0) or the name (1) points from a certificate to this issuer.
fn issuer_rank(issuer: &Certificate, certificate: &Certificate) -> Option<usize> {
    let key_id = certificate.extensions().authority_key_id.as_ref();
    if key_id.is_some() && key_id == issuer.extensions().subject_key_id.as_ref() {
        return Some(0);
    }
    certificate.issuer().matches(issuer.subject()).then_some(1)
}

/// A change of country between a link and its issuer is only possible where both stand for documents of one state.
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
