//! What the contents of a trust store say of each other, in whatever order they came: which anchor vouches for a list,
//! which issuer disowns a link certificate that was handed in, which master list is the word of one who was revoked.

use super::Budget;
use super::anchors::Origin;
use super::certificate::Certificate;
use super::list_signer::ListError;
use super::source::{Refusal, Refused};
use super::trust_store::TrustStore;
use crate::checks::Tolerance;

/// A master list whose entries became anchors.
#[derive(Clone, Debug)]
pub(super) struct TakenList {
    pub(super) signer: Certificate,
    /// Where the signer leads; an anchor, be it only by this list.
    pub(super) authority: Certificate,
    /// Its place among the sources.
    pub(super) source: usize,
    /// How many of its entries were accepted.
    pub(super) accepted: usize,
    pub(super) is_withdrawn: bool,
}

/// A link certificate that no list's signature covers: its issuer must verify it, once he is at hand.
#[derive(Clone, Debug)]
pub(super) struct HandedLink {
    pub(super) certificate: Certificate,
    /// Each time that it was handed in.
    places: Vec<Place>,
    /// How many anchors there were when its issuer was looked for.
    seen: usize,
    standing: Standing,
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
    /// No anchor has its issuer's key identifier.
    Open,
    /// An anchor verifies it.
    Verified,
    /// Anchors have its issuer's key identifier, and none verifies it.
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
}

impl TrustStore {
    /// Adds an anchor that no list's signature covers; one that its issuer disowns waits for another issuer.
    pub(super) fn hand_in(&mut self, certificate: Certificate, tolerance: Option<Tolerance>, source: Option<usize>) {
        let is_link = certificate.extensions().authority_key_id.is_some() && !certificate.names_as_issuer(&certificate);
        if is_link {
            let place = Place { tolerance, source, is_told: false };
            let index = *self.handed_at.entry(certificate.fingerprint()).or_insert(self.handed.len());
            match self.handed.get_mut(index) {
                Some(known) => {
                    known.places.push(place);
                    if known.refusal().is_some() {
                        return;
                    }
                }
                None => {
                    let certificate = certificate.clone();
                    let (places, standing) = (vec![place], Standing::Open);
                    self.handed.push(HandedLink { certificate, places, seen: 0, standing });
                }
            }
        }
        self.anchors.insert(certificate, Origin { list: None, tolerance });
    }

    /// Judges anew whatever waits for an anchor or rests on one, until nothing changes.
    pub(super) fn settle(&mut self) {
        loop {
            let links = self.ask_issuers();
            let mut lists = std::mem::take(&mut self.lists);
            lists.settle(self);
            self.lists = lists;
            if !links && !self.withdraw_lists() {
                return;
            }
            self.handed.iter_mut().for_each(|link| link.seen = 0);
            let mut lists = std::mem::take(&mut self.lists);
            lists.forget(self);
            self.lists = lists;
        }
    }

    /// Looks for the issuers of link certificates among the anchors that came since; gives whether an anchor is gone or back.
    fn ask_issuers(&mut self) -> bool {
        let count = self.anchors.all().len();
        let mut handed = std::mem::take(&mut self.handed);
        let (mut is_one_gone, mut is_one_back) = (false, false);
        for link in &mut handed {
            if link.standing != Standing::Verified && link.seen < count {
                let standing = self.asked(link);
                link.seen = count;
                is_one_gone |= link.standing == Standing::Open && matches!(standing, Standing::Disowned(_));
                if link.refusal().is_some() && standing == Standing::Verified {
                    is_one_back = true;
                    for place in &link.places {
                        let origin = Origin { list: None, tolerance: place.tolerance };
                        self.anchors.insert(link.certificate.clone(), origin);
                    }
                }
                link.standing = standing;
            }
            self.tell(link);
        }
        if is_one_gone {
            let at = &self.handed_at;
            let disowned = |one: &Certificate| {
                let link = at.get(&one.fingerprint()).and_then(|index| handed.get(*index));
                link.is_some_and(|link| link.refusal().is_some())
            };
            self.anchors.withdraw(|one, origin| origin.list.is_none() && disowned(one));
        }
        self.handed = handed;
        is_one_gone || is_one_back
    }

    /// Has each source of a link certificate tell what became of it.
    fn tell(&mut self, link: &mut HandedLink) {
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

    /// How a link certificate stands, seen with the anchors that are new to it.
    fn asked(&self, link: &HandedLink) -> Standing {
        let certificate = &link.certificate;
        let key_id = certificate.extensions().authority_key_id.as_deref();
        let mut budget = Budget::new(Budget::DOCUMENT);
        let mut standing = link.standing;
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

    /// Withdraws the master lists whose signer or authority was revoked, or whose authority is an anchor no longer; gives
    /// whether there was one. What another source brought as well stays.
    fn withdraw_lists(&mut self) -> bool {
        let mut masters = std::mem::take(&mut self.masters);
        let mut has_changed = false;
        for list in masters.iter_mut().filter(|list| !list.is_withdrawn) {
            let reason = if self.is_revoked(&list.signer) || self.is_revoked(&list.authority) {
                ListError::SignerRevoked
            } else if !self.is_anchor(&list.authority) {
                ListError::SignerUnanchored
            } else {
                continue;
            };
            list.is_withdrawn = true;
            has_changed = true;
            let accepted = list.accepted;
            self.amend(Some(list.source), |source| {
                source.accepted -= accepted;
                source.refused.push(Refused { subject: source.label.clone(), reason: reason.into() });
            });
        }
        if has_changed {
            let is_void = |list: usize| masters.get(list).is_some_and(|list| list.is_withdrawn);
            self.anchors.withdraw(|_, origin| origin.list.is_some_and(is_void));
        }
        self.masters = masters;
        has_changed
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
