//! What the contents of a trust store say of each other, in whatever order they came: which anchor vouches for a list,
//! which issuer disowns a link certificate that was handed in, which master list is the word of one who was revoked.
//!
//! Whatever rests on an anchor that goes is judged anew without it: master lists that lean on others are all taken out and
//! taken again, so that two that are gone cannot hold each other up. Only that a list's signer was revoked is final, and
//! what its entries revoke: whoever holds that key would else take revocations back with it.

use super::Budget;
use super::anchors::Origin;
use super::certificate::Certificate;
use super::list_signer::{ListError, ListSigner, Signature, authority};
use super::source::{Refusal, Refused, SourceKind};
use super::trust_store::TrustStore;
use crate::bounds::BOUNDS;
use crate::checks::Tolerance;

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

    /// Whether its word rests on anchors that others bring.
    fn leans(&self) -> bool {
        self.own.is_none() && matches!(self.standing, ListStanding::Taken(_))
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
    /// Whether it was judged anew since the last file, because those who disowned it were disowned themselves, or others came
    /// that disown it.
    is_reopened: bool,
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

    /// Looks for its issuer anew, among all anchors.
    fn reopen(&mut self) {
        self.seen = 0;
    }
}

/// Why anchors went.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gone {
    /// They are disowned.
    Links,
    /// The list that brought them is gone.
    Lists,
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
                    if known.refusal().is_some() {
                        return;
                    }
                }
                None => self.handed.push(HandedLink {
                    certificate: certificate.clone(),
                    places: vec![place],
                    seen: 0,
                    standing: Standing::Open,
                    is_reopened: false,
                }),
            }
        }
        self.anchors.insert(certificate, Origin { list: None, tolerance });
    }

    /// Whether one more certificate may be handed in.
    pub(super) fn has_room(&self) -> bool {
        self.anchors().len() < BOUNDS.anchors && self.handed.len() < BOUNDS.anchors
    }

    /// Judges anew whatever waits for an anchor or rests on one, until nothing changes. A link is reopened once, a list
    /// revoked once: it ends.
    pub(super) fn settle(&mut self) {
        self.handed.iter_mut().for_each(|link| link.is_reopened = false);
        loop {
            // Links first: a list may lean on one.
            if self.ask_issuers() {
                continue;
            }
            let mut has_changed = self.admit_lists();
            let mut lists = std::mem::take(&mut self.lists);
            lists.settle(self);
            self.lists = lists;
            has_changed |= self.withdraw_lists();
            has_changed |= self.inherit_tolerances();
            if !has_changed {
                break;
            }
        }
        self.tell();
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

    /// Looks for the issuers of link certificates among the anchors that came since; gives whether an anchor is gone or back.
    fn ask_issuers(&mut self) -> bool {
        let newest = self.anchors.newest();
        let mut handed = std::mem::take(&mut self.handed);
        let (mut gone, mut back) = (Vec::new(), Vec::new());
        let mut is_contested = false;
        for link in handed.iter_mut().filter(|link| link.seen == 0 || link.seen < newest) {
            if link.standing == Standing::Verified && link.seen > 0 {
                // Who verified it may rest on it: it is judged without what leans on others.
                let is_new_word = !link.is_reopened && matches!(self.asked(link), Standing::Disowned(_));
                is_contested |= is_new_word;
                link.is_reopened |= is_new_word;
                link.seen = if is_new_word { 0 } else { newest };
                continue;
            }
            let was_refused = link.refusal().is_some();
            link.standing = self.asked(link);
            link.seen = newest;
            match (was_refused, link.refusal().is_some()) {
                (false, true) => gone.push(link.certificate.clone()),
                (true, false) => back.push((link.certificate.clone(), link.places.clone())),
                _ => {}
            }
        }
        self.handed = handed;
        for (certificate, places) in &back {
            for place in places {
                self.anchors.insert(certificate.clone(), Origin { list: None, tolerance: place.tolerance });
            }
        }
        if !gone.is_empty() {
            let (handed, at) = (&self.handed, &self.handed_at);
            let disowned = |one: &Certificate| {
                let link = at.get(&one.fingerprint()).and_then(|index| handed.get(*index));
                link.is_some_and(|link| link.refusal().is_some())
            };
            self.anchors.withdraw(|one, origin| origin.list.is_none() && disowned(one));
        }
        if is_contested || !gone.is_empty() {
            self.without(&gone, Gone::Links);
        }
        is_contested || !gone.is_empty() || !back.is_empty()
    }

    /// How a link certificate stands, seen with the anchors that are new to it.
    fn asked(&self, link: &HandedLink) -> Standing {
        let certificate = &link.certificate;
        let key_id = certificate.extensions().authority_key_id.as_deref();
        let mut budget = Budget::new(Budget::DOCUMENT);
        let is_new = link.seen == 0 || link.standing == Standing::Verified;
        let mut standing = if is_new { Standing::Open } else { link.standing };
        for issuer in self.anchors.fresh_candidates(key_id, certificate.issuer(), link.seen) {
            if issuer == certificate || !certificate.names_as_issuer(issuer) || budget.take().is_none() {
                continue;
            }
            let key = issuer.public_key().map_err(Into::into);
            match key.and_then(|key| certificate.verify_signed_by(&key)) {
                Ok(_) => return Standing::Verified,
                Err(error) if standing == Standing::Open => {
                    standing = Standing::Disowned(Refusal::IssuerSignature(error));
                }
                Err(_) => {}
            }
        }
        standing
    }

    /// Withdraws the master lists whose signer was revoked, or one of those that certified him; gives whether there was one.
    /// What another source brought as well stays.
    fn withdraw_lists(&mut self) -> bool {
        let mut masters = std::mem::take(&mut self.masters);
        let mut gone = Vec::new();
        for list in &mut masters {
            let ListStanding::Taken(signer) = &list.standing else { continue };
            let path = [&signer.certificate, &signer.authority].into_iter().chain(&signer.links);
            if path.into_iter().any(|one| self.is_revoked(one)) {
                list.standing = ListStanding::Revoked;
                gone.extend(list.entries.iter().cloned());
                // Nobody's anchors any more; what their lists revoke stays revoked.
                let origin = Origin { list: None, tolerance: None };
                list.entries.iter().for_each(|one| self.fallen.insert(one.clone(), origin));
            }
        }
        self.masters = masters;
        if !gone.is_empty() {
            let masters = &self.masters;
            let is_void = |list: usize| masters.get(list).is_some_and(|list| list.refusal().is_some());
            self.anchors.withdraw(|_, origin| origin.list.is_some_and(is_void));
            self.without(&gone, Gone::Lists);
        }
        !gone.is_empty()
    }

    /// Takes back what may have rested on certificates that an origin was taken from.
    fn without(&mut self, gone: &[Certificate], why: Gone) {
        let leaning: Vec<bool> = self.masters.iter().map(TakenList::leans).collect();
        let leans = |list: usize| leaning.get(list).is_some_and(|leans| *leans);
        self.anchors.withdraw(|_, origin| origin.list.is_some_and(leans));
        let mut all = gone.to_vec();
        for list in self.masters.iter_mut().filter(|list| list.leans()) {
            all.extend(list.entries.iter().cloned());
            list.standing = ListStanding::Waiting(ListError::SignerUnanchored);
        }
        for link in self.handed.iter_mut().filter(|link| all.iter().any(|one| link.certificate.names_as_issuer(one))) {
            let once = why == Gone::Links && link.refusal().is_some();
            if !(once && link.is_reopened) {
                link.is_reopened |= once;
                link.reopen();
            }
        }
        let mut lists = std::mem::take(&mut self.lists);
        lists.forget(self);
        self.lists = lists;
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
