//! The signed lists beside the anchors of a store: revocation lists and lists of known defects, and whose word each is.
//!
//! A list and the anchor that vouches for it may come in any order: whatever has not found its authority is tried again
//! when anchors come, with those that are new. What has none is kept, told, and never consulted.

use super::list_signer::{AuthorityPath, authority};
use super::source::Refusal;
use super::trust_store::TrustStore;
use crate::oid;
use crate::pki::{
    Budget, Certificate, DefectList, DefectListForm, ListError, RevocationList, RevocationListError, Signature,
};
use std::collections::HashSet;
use std::sync::Arc;

/// A list that the caller handed in, and whose word it is as far as the anchors tell.
#[derive(Clone, Debug)]
pub struct Listed<T> {
    list: Arc<T>,
    label: String,
    authority: Result<Certificate, Refusal>,
    /// Who signed it, where an authority vouches for him.
    signer: Option<Signature>,
    /// The link certificates from the signer to the authority.
    links: Vec<Certificate>,
    /// The authority of before, which verified it.
    last: Option<Certificate>,
    /// The anchors that do not verify it, by their fingerprints, and what came of it.
    tried: HashSet<Vec<u8>>,
    failure: Option<Refusal>,
    /// The number of the newest anchor when its authority was looked for.
    seen: usize,
}

impl<T> Listed<T> {
    pub(super) fn new(list: T, label: &str, unknown: Refusal) -> Self {
        Self {
            list: Arc::new(list),
            label: label.to_owned(),
            authority: Err(unknown),
            signer: None,
            links: Vec::new(),
            last: None,
            tried: HashSet::new(),
            failure: None,
            seen: 0,
        }
    }

    /// Looks for its authority anew; the one of before is asked first.
    fn reset(&mut self, unknown: Refusal) {
        if let Ok(authority) = std::mem::replace(&mut self.authority, Err(unknown)) {
            self.last = Some(authority);
        }
        (self.signer, self.links, self.seen) = (None, Vec::new(), 0);
    }

    /// The list.
    pub fn list(&self) -> &T {
        &self.list
    }

    /// The caller's name for where it came from.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The anchor that vouches for it.
    ///
    /// # Errors
    /// Why there is none; the list is then never consulted.
    pub fn authority(&self) -> Result<&Certificate, Refusal> {
        self.authority.as_ref().map_err(|refusal| *refusal)
    }
}

impl Listed<DefectList> {
    /// Who signed it, once somebody vouches for him.
    pub fn signer(&self) -> Option<&Certificate> {
        self.signer.as_ref().map(|signer| &signer.certificate)
    }

    /// The link certificates from the signer up to the authority.
    pub(super) fn links(&self) -> &[Certificate] {
        &self.links
    }

    /// Whether its signature lacks the NULL in its DigestInfo: it needs the tolerance `digest_info_without_null`.
    pub(super) fn lacks_null(&self) -> bool {
        self.signer.as_ref().is_some_and(|signer| signer.null_missing)
    }
}

/// All lists of a store.
#[derive(Clone, Debug, Default)]
pub(super) struct Lists {
    pub(super) revocation: Vec<Listed<RevocationList>>,
    pub(super) defects: Vec<Listed<DefectList>>,
}

impl Lists {
    /// Looks for the authorities that are missing, among the anchors that came since.
    pub(super) fn settle(&mut self, store: &TrustStore) {
        let count = store.anchors.newest();
        let is_left = |one: &Certificate| store.is_anchor(one) || store.fallen.contain(one);
        for one in self.revocation.iter_mut().filter(|one| one.authority.is_err()) {
            if let Some(last) = one.last.take().filter(is_left) {
                one.authority = Ok(last);
                continue;
            }
            let (key_id, issuer) = (one.list.authority_key_id(), one.list.issuer());
            // What has fallen is asked too, each time: that is rare.
            let fallen = store.fallen.fresh_candidates(key_id, issuer, 0);
            let fresh = store.fresh_candidates(key_id, issuer, one.seen);
            let mut new: Vec<&Certificate> = fresh.into_iter().chain(fallen).collect();
            new.retain(|one_of| !one.tried.contains(&one_of.fingerprint()));
            match one.list.verify(new.iter().copied(), &mut Budget::new(Budget::DOCUMENT)) {
                Ok(anchor) => one.authority = Ok(anchor.clone()),
                Err(error) => {
                    if error != RevocationListError::IssuerUnknown {
                        one.failure = Some(error.into());
                    }
                    if error != RevocationListError::Budget {
                        one.tried.extend(new.iter().map(|one_of| one_of.fingerprint()));
                    }
                    one.authority = Err(one.failure.unwrap_or(RevocationListError::IssuerUnknown.into()));
                }
            }
            one.seen = count;
        }
        // What has fallen excuses nothing any more; what it revoked stays revoked.
        let fallen = TrustStore::of_anchors(&store.fallen);
        for one in self.defects.iter_mut().filter(|one| one.authority.is_err()) {
            match vouched(&one.list, store).or_else(|error| vouched(&one.list, &fallen).map_err(|_| error)) {
                Ok((path, signer)) => {
                    (one.authority, one.links, one.signer) = (Ok(path.authority), path.links, Some(signer));
                }
                Err(error) => one.authority = Err(error.into()),
            }
        }
    }

    /// Takes back the word of every authority.
    pub(super) fn reset(&mut self) {
        self.revocation.iter_mut().for_each(|one| one.reset(RevocationListError::IssuerUnknown.into()));
        self.reset_defects();
    }

    /// Takes back the word of those who vouch for lists of known defects.
    pub(super) fn reset_defects(&mut self) {
        self.defects.iter_mut().for_each(|one| one.reset(ListError::SignerUnanchored.into()));
    }
}

/// The anchor that a list's signer leads to, or the signer himself where the caller named him; and the signer. One whose
/// signature needs no tolerance comes first.
fn vouched(list: &DefectList, store: &TrustStore) -> Result<(AuthorityPath, Signature), ListError> {
    let mut failure = ListError::SignerUnanchored;
    let mut budget = Budget::new(Budget::DOCUMENT);
    let mut signers: Vec<&Signature> = list.signers().iter().collect();
    signers.sort_by_key(|signature| signature.null_missing);
    for signature in signers {
        let signer = &signature.certificate;
        if signature.null_missing && !store.tolerates_digest_info_without_null() {
            failure = ListError::NeedsDigestInfoWithoutNull;
            continue;
        }
        if store.is_list_signer(signer) {
            return Ok((AuthorityPath { authority: signer.clone(), links: Vec::new() }, signature.clone()));
        }
        // TR-03129-2 §7.2 recommends the purpose and announces it as a duty: without it a signer has to be named.
        let purposes = &signer.extensions().extended_key_usage;
        if list.form() == DefectListForm::Defect && !purposes.contains(&oid::ID_DEFECT_LIST_SIGNING_KEY) {
            failure = ListError::SignerPurpose;
            continue;
        }
        match authority(signer, store, &mut budget) {
            Ok(path) => return Ok((path, signature.clone())),
            Err(ListError::SignerUnanchored) => {}
            Err(error) => failure = error,
        }
    }
    Err(failure)
}
