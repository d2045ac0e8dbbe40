//! What the contents of a trust store say of each other, in whatever order they came: which anchor vouches for a list,
//! which issuer disowns a link certificate that was handed in, which master list is the word of one who was revoked.
//!
//! It is judged from what rests on nobody: roots that were handed in, and master lists that hold their own authority. Lists
//! that lean on an anchor and links that one verifies join them. A link whose issuer is then at hand and does not verify it is
//! refused; any other is the caller's word, and joins last, unless another of them disowns it. A master list whose signer turns out to be revoked is left out,
//! and all is judged again without it; but what its entries revoke stays revoked: whoever stole its signer's key would else
//! take revocations back by the same act.
//!
//! As long as nothing is refused or leans on others, a new file only adds: then only what is new is looked at.

use super::anchors::{Anchors, Origin};
use super::list_signer::{ListSigner, authority};
use super::source::{Refusal, Refused, SourceKind};
use super::trust_store::TrustStore;
use crate::bounds::BOUNDS;
use crate::checks::Tolerance;
use crate::pki::{Budget, Certificate, CertificateError, ListError, Signature};

/// A master list whose signature verifies.
#[derive(Clone, Debug)]
pub(super) struct TakenList {
    /// Its signers, each fit to sign it.
    pub(super) signatures: Vec<Signature>,
    /// The authorities in it, those that stand twice once.
    pub(super) entries: Vec<Certificate>,
    /// How many of its entries are accepted where it is.
    pub(super) accepted: usize,
    /// The entries that are refused, until its source has told them.
    pub(super) refused: Vec<Refused>,
    /// Where a signer leads within the list itself.
    pub(super) own: Option<ListSigner>,
    /// Its place among the sources.
    pub(super) source: usize,
    pub(super) standing: ListStanding,
    /// What its source tells of it.
    pub(super) told: Option<ListError>,
    /// The tolerance that its entries need.
    pub(super) tolerance: Option<Tolerance>,
}

/// How a master list stands.
#[derive(Clone, Debug)]
pub(super) enum ListStanding {
    /// Its signer leads to no anchor yet, or to none that stood when he was certified.
    Waiting(ListError),
    /// Its entries are anchors.
    Taken(Box<ListSigner>),
    /// Its signer or an authority of his was revoked.
    Revoked,
}

impl TakenList {
    /// Why it brings no anchors.
    pub(super) fn refusal(&self) -> Option<ListError> {
        match &self.standing {
            ListStanding::Waiting(error) => Some(*error),
            ListStanding::Taken(_) => None,
            ListStanding::Revoked => Some(ListError::SignerRevoked),
        }
    }
}

/// A link certificate that no list's signature covers: its issuer must verify it, once he is at hand.
#[derive(Clone, Debug)]
pub(super) struct HandedLink {
    pub(super) certificate: Certificate,
    /// Each time that it was handed in.
    places: Vec<Place>,
    /// The number of the newest anchor when its issuer was looked for.
    seen: usize,
    standing: Standing,
    /// The issuers that were asked, by their fingerprints, and what came of it.
    answers: Vec<(Vec<u8>, Result<(), CertificateError>)>,
}

/// How a link certificate came.
#[derive(Clone, Copy, Debug)]
struct Place {
    tolerance: Option<Tolerance>,
    /// Its place among the sources, if it came from one.
    source: Option<usize>,
    /// Whether that source tells that it was refused.
    is_told: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// No anchor is called its issuer.
    Open,
    /// An anchor verifies it.
    Verified,
    /// Anchors are called its issuer, and none verifies it.
    Disowned(Refusal),
}

impl HandedLink {
    /// Why it is no anchor.
    pub(super) fn refusal(&self) -> Option<Refusal> {
        match self.standing {
            Standing::Disowned(refusal) => Some(refusal),
            Standing::Open | Standing::Verified => None,
        }
    }

    /// How it stands, asked of the anchors with a number above `seen`.
    fn ask(&mut self, anchors: &Anchors, seen: usize) -> Standing {
        let key_id = self.certificate.extensions().authority_key_id.as_deref();
        let is_tolerated = self.places.iter().all(|place| place.tolerance.is_some());
        let mut budget = Budget::new(Budget::DOCUMENT);
        let mut standing = self.standing;
        for issuer in anchors.fresh_candidates(key_id, self.certificate.issuer(), seen) {
            // What needs a tolerance says nothing of what the caller handed in without one.
            let is_weak = !is_tolerated && anchors.tolerance_of(issuer).is_some();
            if *issuer == self.certificate || !self.certificate.names_as_issuer(issuer) || is_weak {
                continue;
            }
            let fingerprint = issuer.fingerprint();
            let known = self.answers.iter().find(|(known, _)| *known == fingerprint).map(|(_, answer)| *answer);
            let answer = match known {
                Some(answer) => answer,
                None if budget.take().is_none() => continue,
                None => {
                    let key = issuer.public_key().map_err(CertificateError::from);
                    let answer = key.and_then(|key| self.certificate.verify_signed_by(&key).map(|_| ()));
                    self.answers.push((fingerprint, answer));
                    answer
                }
            };
            match answer {
                Ok(()) => return Standing::Verified,
                Err(error) if standing == Standing::Open => {
                    standing = Standing::Disowned(Refusal::IssuerSignature(error));
                }
                Err(_) => {}
            }
        }
        standing
    }
}

impl TrustStore {
    /// Adds an anchor that no list's signature covers; one that its issuer disowns waits for another issuer.
    pub(super) fn hand_in(&mut self, certificate: Certificate, tolerance: Option<Tolerance>, source: Option<usize>) {
        if !certificate.names_as_issuer(&certificate) {
            let place = Place { tolerance, source, is_told: false };
            let index = *self.handed_at.entry(certificate.fingerprint()).or_insert(self.handed.len());
            match self.handed.get_mut(index) {
                Some(known) => {
                    known.places.push(place);
                    known.seen = 0;
                    if known.refusal().is_some() {
                        return;
                    }
                }
                None => self.handed.push(HandedLink {
                    certificate: certificate.clone(),
                    places: vec![place],
                    seen: 0,
                    standing: Standing::Open,
                    answers: Vec::new(),
                }),
            }
        }
        self.anchors.insert(certificate, Origin { list: None, tolerance });
    }

    /// Whether one more certificate may be handed in.
    pub(super) fn has_room(&self) -> bool {
        self.anchors().len() < BOUNDS.anchors && self.handed.len() < BOUNDS.anchors
    }

    /// Judges what is new, or all anew where that may change what was judged before.
    pub(super) fn settle(&mut self) {
        if !self.adds_only() {
            self.judge_anew();
        }
        while self.inherit_tolerances() {}
        self.tell();
    }

    /// Looks at what is new; whether nothing is refused, nothing leans on others and no link is spoken of, so that this is
    /// all.
    fn adds_only(&mut self) -> bool {
        if self.masters.iter().any(|list| list.own.is_none() || matches!(list.standing, ListStanding::Revoked)) {
            return false;
        }
        self.admit_lists();
        let newest = self.anchors.newest();
        let is_spoken_of = |link: &HandedLink| {
            let key_id = link.certificate.extensions().authority_key_id.as_deref();
            let fresh = self.anchors.fresh_candidates(key_id, link.certificate.issuer(), link.seen);
            fresh.into_iter().any(|one| *one != link.certificate && link.certificate.names_as_issuer(one))
        };
        if self.handed.iter().any(|link| link.refusal().is_some() || (link.seen < newest && is_spoken_of(link))) {
            return false;
        }
        self.handed.iter_mut().for_each(|link| link.seen = newest);
        if self.masters.iter().any(|list| self.leads_elsewhere(list)) {
            return false;
        }
        self.settle_lists();
        !self.masters.iter().any(|list| self.is_by_revoked_signer(list))
    }

    /// Judges all, from what rests on nobody. A list that turns out to be by one who was revoked is left out of the next
    /// round: it ends.
    fn judge_anew(&mut self) {
        for list in &mut self.masters {
            list.standing = ListStanding::Waiting(ListError::SignerUnanchored);
        }
        self.fallen = Anchors::default();
        loop {
            self.back_to_roots();
            while self.admit_lists() | self.inherit_tolerances() | self.admit_links() {}
            self.admit_unnamed_links();
            while self.admit_lists() | self.inherit_tolerances() {}
            self.lead_anew();
            self.settle_lists();
            let is_revoked: Vec<bool> = self.masters.iter().map(|list| self.is_by_revoked_signer(list)).collect();
            if !is_revoked.contains(&true) {
                return;
            }
            self.let_fall();
            for (list, _) in self.masters.iter_mut().zip(is_revoked).filter(|(_, is_revoked)| *is_revoked) {
                list.standing = ListStanding::Revoked;
            }
        }
    }

    /// Keeps what the lists of this round hold, for what it revokes: some of them are gone in the next.
    fn let_fall(&mut self) {
        let origin = Origin { list: None, tolerance: None };
        for list in self.masters.iter().filter(|list| list.refusal().is_none()) {
            list.entries.iter().for_each(|one| self.fallen.insert(one.clone(), origin));
        }
    }

    /// Looks where the signers of the lists lead among all anchors, not only those that were there first.
    fn lead_anew(&mut self) {
        let mut masters = std::mem::take(&mut self.masters);
        for list in masters.iter_mut().filter(|list| list.refusal().is_none()) {
            if let Ok(signer) = self.signer_of(list) {
                list.standing = ListStanding::Taken(Box::new(signer));
            }
        }
        self.masters = masters;
    }

    /// Whether a list's signer leads elsewhere than before.
    fn leads_elsewhere(&self, list: &TakenList) -> bool {
        let ListStanding::Taken(signer) = &list.standing else { return false };
        self.signer_of(list).is_ok_and(|found| {
            (&found.certificate, &found.authority, &found.links)
                != (&signer.certificate, &signer.authority, &signer.links)
        })
    }

    /// Leaves the roots that were handed in, and nothing that was judged.
    fn back_to_roots(&mut self) {
        let links = &self.handed_at;
        self.anchors.withdraw(|one, origin| origin.list.is_some() || links.contains_key(&one.fingerprint()));
        for list in self.masters.iter_mut().filter(|list| !matches!(list.standing, ListStanding::Revoked)) {
            list.standing = ListStanding::Waiting(ListError::SignerUnanchored);
        }
        for link in &mut self.handed {
            (link.standing, link.seen) = (Standing::Open, 0);
        }
        self.lists.reset();
    }

    fn settle_lists(&mut self) {
        let mut lists = std::mem::take(&mut self.lists);
        lists.settle(self);
        self.lists = lists;
    }

    /// Takes the master lists whose signer leads to an anchor, or within the list itself; gives whether there was one.
    fn admit_lists(&mut self) -> bool {
        let mut masters = std::mem::take(&mut self.masters);
        let mut has_changed = false;
        for (place, list) in masters.iter_mut().enumerate() {
            if !matches!(list.standing, ListStanding::Waiting(_)) {
                continue;
            }
            match self.signer_of(list) {
                Err(error) => list.standing = ListStanding::Waiting(error),
                Ok(_) if self.anchors().len().saturating_add(list.entries.len()) > BOUNDS.anchors => {
                    list.standing = ListStanding::Waiting(ListError::TooMany);
                }
                Ok(signer) => {
                    has_changed = true;
                    list.tolerance = self.tolerance_by(list, &signer);
                    let origin = Origin { list: Some(place), tolerance: list.tolerance };
                    list.entries.iter().for_each(|one| self.anchors.insert(one.clone(), origin));
                    list.standing = ListStanding::Taken(Box::new(signer));
                }
            }
        }
        self.masters = masters;
        has_changed
    }

    /// Who signed a master list, as far as he leads to an anchor, else as far as he leads within the list.
    fn signer_of(&self, list: &TakenList) -> Result<ListSigner, ListError> {
        let mut failure = ListError::SignerUnanchored;
        let mut budget = Budget::new(Budget::DOCUMENT);
        for signature in &list.signatures {
            match authority(&signature.certificate, self, &mut budget) {
                Ok(path) => return Ok(ListSigner::new(signature, path, true)),
                Err(error) => failure = error,
            }
        }
        list.own.clone().ok_or(failure)
    }

    /// The tolerance that a list needs: its own, or that of the authority which others brought.
    fn tolerance_by(&self, list: &TakenList, signer: &ListSigner) -> Option<Tolerance> {
        let own = signer.null_missing.then_some(Tolerance::DigestInfoWithoutNull);
        let leans = list.own.is_none();
        own.or_else(|| self.anchors.tolerance_of(&signer.authority).filter(|_| leans))
    }

    /// Takes the link certificates that an anchor verifies; gives whether there was one.
    fn admit_links(&mut self) -> bool {
        let newest = self.anchors.newest();
        let mut verified = Vec::new();
        for link in self.handed.iter_mut().filter(|link| link.seen < newest && link.standing != Standing::Verified) {
            link.standing = link.ask(&self.anchors, link.seen);
            link.seen = newest;
            if link.standing == Standing::Verified {
                verified.push((link.certificate.clone(), link.places.clone()));
            }
        }
        self.insert_links(&verified);
        !verified.is_empty()
    }

    /// Takes the link certificates whose issuer is not at hand: the caller's word, as far as they do not disown each other.
    /// One that is refused says nothing of the others.
    fn admit_unnamed_links(&mut self) {
        let origin = Origin { list: None, tolerance: None };
        let mut open: Vec<usize> = (0..self.handed.len()).collect();
        open.retain(|at| self.handed.get(*at).is_some_and(|link| link.standing == Standing::Open));
        loop {
            let mut among = Anchors::default();
            let left = open.iter().filter_map(|at| self.handed.get(*at));
            left.for_each(|link| among.insert(link.certificate.clone(), origin));
            let before = open.len();
            open.retain(|at| {
                let Some(link) = self.handed.get_mut(*at) else { return false };
                link.standing = Standing::Open;
                link.standing = link.ask(&among, 0);
                link.refusal().is_none()
            });
            if open.len() == before {
                break;
            }
        }
        let admitted = open.iter().filter_map(|at| self.handed.get(*at));
        let admitted: Vec<_> = admitted.map(|link| (link.certificate.clone(), link.places.clone())).collect();
        self.insert_links(&admitted);
        let newest = self.anchors.newest();
        self.handed.iter_mut().for_each(|link| link.seen = newest);
    }

    fn insert_links(&mut self, links: &[(Certificate, Vec<Place>)]) {
        for (certificate, places) in links {
            for place in places {
                self.anchors.insert(certificate.clone(), Origin { list: None, tolerance: place.tolerance });
            }
        }
    }

    /// Whether a list counts although its signer was revoked, or one of those that certified him.
    fn is_by_revoked_signer(&self, list: &TakenList) -> bool {
        let ListStanding::Taken(signer) = &list.standing else { return false };
        let path = [&signer.certificate, &signer.authority].into_iter().chain(&signer.links);
        path.into_iter().any(|one| self.is_revoked(one))
    }

    /// Gives each master list the tolerance of the authority that it leans on; gives whether one has changed.
    fn inherit_tolerances(&mut self) -> bool {
        let mut masters = std::mem::take(&mut self.masters);
        let mut has_changed = false;
        for (place, list) in masters.iter_mut().enumerate() {
            let ListStanding::Taken(signer) = &list.standing else { continue };
            let tolerance = self.tolerance_by(list, signer);
            if tolerance != list.tolerance {
                list.tolerance = tolerance;
                self.anchors.set_tolerance(place, tolerance);
                has_changed = true;
            }
        }
        self.masters = masters;
        has_changed
    }

    /// Has each source tell what became of what came in it.
    fn tell(&mut self) {
        let mut masters = std::mem::take(&mut self.masters);
        for list in &mut masters {
            let refusal = list.refusal();
            if refusal == list.told {
                continue;
            }
            let (told, entries) = (list.told, std::mem::take(&mut list.refused));
            let signer = match &list.standing {
                ListStanding::Taken(signer) => Some(signer),
                _ => None,
            };
            self.amend(Some(list.source), |source| {
                if let Some(signer) = signer {
                    source.kind = match &source.kind {
                        SourceKind::Bundle => SourceKind::Bundle,
                        _ => SourceKind::MasterList(signer.clone()),
                    };
                    source.refused.extend(entries.iter().cloned());
                }
                match (told, refusal) {
                    (None, Some(_)) => source.accepted -= list.accepted,
                    (Some(_), None) => source.accepted += list.accepted,
                    _ => {}
                }
                let is_told = |one: &Refused| told.is_some_and(|told| one.reason == told.into());
                if let Some(at) = source.refused.iter().position(is_told) {
                    source.refused.remove(at);
                }
                let label = source.label.clone();
                source.refused.extend(refusal.map(|reason| Refused { subject: label, reason: reason.into() }));
            });
            list.told = refusal;
            if signer.is_none() {
                list.refused = entries;
            }
        }
        self.masters = masters;
        let mut handed = std::mem::take(&mut self.handed);
        handed.iter_mut().for_each(|link| self.tell_link(link));
        self.handed = handed;
    }

    fn tell_link(&mut self, link: &mut HandedLink) {
        let refusal = link.refusal();
        let subject = || link.certificate.subject().to_string();
        let is_own = |refused: &Refused| matches!(refused.reason, Refusal::IssuerSignature(_));
        for place in link.places.iter_mut().filter(|place| place.is_told != refusal.is_some()) {
            place.is_told = refusal.is_some();
            self.amend(place.source, |source| match refusal {
                Some(reason) => {
                    source.accepted -= 1;
                    source.refused.push(Refused { subject: subject(), reason });
                }
                None => {
                    source.accepted += 1;
                    let found = source.refused.iter().position(|one| is_own(one) && one.subject == subject());
                    found.map(|at| source.refused.remove(at));
                }
            });
        }
    }

    /// Changes what is told of a source, and of the bundle that it came in.
    fn amend(&mut self, source: Option<usize>, change: impl Fn(&mut super::Source)) {
        let Some(place) = source else { return };
        let is_whole = |(index, one): &(usize, &mut super::Source)| *index > place && *index - one.parts <= place;
        let mut sources = self.sources.iter_mut().enumerate();
        if let Some((_, part)) = sources.by_ref().nth(place) {
            change(part);
        }
        if let Some((_, whole)) = sources.find(is_whole) {
            change(whole);
        }
    }
}
