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
    tolerance: Option<Tolerance>,
    /// Its place among the sources, if it came from one.
    source: Option<usize>,
    /// How many anchors there were when its issuer was looked for.
    seen: usize,
    standing: Standing,
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
    /// Adds an anchor that no list's signature covers.
    pub(super) fn hand_in(&mut self, certificate: Certificate, tolerance: Option<Tolerance>, source: Option<usize>) {
        if certificate.extensions().authority_key_id.is_some() && !certificate.names_as_issuer(&certificate) {
            let certificate = certificate.clone();
            self.handed.push(HandedLink { certificate, tolerance, source, seen: 0, standing: Standing::Open });
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
        let mut has_changed = false;
        for link in handed.iter_mut().filter(|link| link.standing != Standing::Verified && link.seen < count) {
            let standing = self.asked(link);
            link.seen = count;
            if standing == link.standing {
                continue;
            }
            let subject = link.certificate.subject().to_string();
            match (link.standing, standing) {
                (Standing::Open, Standing::Disowned(reason)) => {
                    has_changed = true;
                    self.amend(link.source, |source| {
                        source.accepted -= 1;
                        source.refused.push(Refused { subject: subject.clone(), reason });
                    });
                }
                (Standing::Disowned(reason), Standing::Verified) => {
                    has_changed = true;
                    self.anchors.insert(link.certificate.clone(), Origin { list: None, tolerance: link.tolerance });
                    let told = Refused { subject, reason };
                    self.amend(link.source, |source| {
                        source.accepted += 1;
                        source.refused.retain(|refused| *refused != told);
                    });
                }
                _ => {}
            }
            link.standing = standing;
        }
        if has_changed {
            let disowned =
                |one: &Certificate| handed.iter().any(|link| link.refusal().is_some() && link.certificate == *one);
            self.anchors.withdraw(|one, origin| origin.list.is_none() && disowned(one));
        }
        self.handed = handed;
        has_changed
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
