//! What the caller trusts: certification authorities from lists and files, the lists that their keys signed, and single
//! document signers that are pinned.
//!
//! The store takes bytes, never paths: reading a folder is the caller's business. It counts what it refused and says why,
//! and it remembers each source by its hash, for the report. A list counts only where an anchor vouches for it. How files
//! are taken apart stands in `intake`.

use super::anchors::Anchors;
use super::bundle::{Age, AgePolicy, BundleError};
use super::intake::add_named;
use super::lists::{Listed, Lists};
use super::settle::{HandedLink, TakenList};
use super::source::{Refusal, Refused, Source, SourceKind};
use crate::checks::Tolerance;
use crate::crypto::DigestAlgorithm;
use crate::pki::{Certificate, DefectList, ListError, Name, RevocationList};
use std::collections::HashMap;
use time::OffsetDateTime;

/// Anchors and pinned document signers.
#[derive(Clone, Debug, Default)]
pub struct TrustStore {
    pub(super) anchors: Anchors,
    /// Link certificates among them that no list's signature covers.
    pub(super) handed: Vec<HandedLink>,
    /// Their places, by their fingerprints.
    pub(super) handed_at: HashMap<Vec<u8>, usize>,
    /// The master lists that bring the others.
    pub(super) masters: Vec<TakenList>,
    /// What master lists by revoked signers held: no anchors, but what their revocation lists revoke stays revoked.
    pub(super) fallen: Anchors,
    pub(super) pinned: Vec<Certificate>,
    pub(super) links: Vec<Certificate>,
    evidence_signers: Vec<Certificate>,
    online_signers: Vec<Certificate>,
    pub(super) list_signers: Vec<Certificate>,
    pub(super) lists: Lists,
    pub(super) sources: Vec<Source>,
    pub(super) bundles: Vec<OffsetDateTime>,
    pub(super) age_policy: AgePolicy,
    pub(super) without_null: bool,
}

impl TrustStore {
    /// These anchors and nothing else.
    pub(super) fn of_anchors(anchors: &Anchors) -> Self {
        Self { anchors: anchors.clone(), ..Self::default() }
    }

    /// An empty store: it trusts nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// The certification authorities of a master list. **Handing in the list is the act of trust**: that it verifies shows
    /// only that it is whole.
    ///
    /// # Errors
    /// A list that is malformed or does not verify.
    pub fn from_trusted_master_list(bytes: &[u8]) -> Result<Self, ListError> {
        let mut store = Self::new();
        let date = store.take_master_list(bytes)?;
        let refused = vec![Refused { subject: "master list".to_owned(), reason: ListError::SignerUnanchored.into() }];
        store.sources.push(Source { date, refused, ..Source::new("master list", SourceKind::Unknown, bytes) });
        store.settle();
        store.masters.first().and_then(TakenList::refusal).map_or(Ok(store), Err)
    }

    /// The store of a trust bundle, if it is not too old at this moment.
    ///
    /// # Errors
    /// A bundle that is not whole, or too old; nothing of it is then trusted.
    pub fn from_bundle(bytes: &[u8], at: OffsetDateTime, policy: AgePolicy) -> Result<Self, BundleError> {
        let mut store = Self::new();
        store.add_bundle("trust bundle", bytes, at, policy)?;
        Ok(store)
    }

    /// Takes lists whose signature lacks the NULL in its DigestInfo (RFC 8017 §A.2.4), as one well-known list does: the
    /// tolerance `digest_info_without_null`. It holds for what is added from now on. What only such a list brings never
    /// makes a document better than undetermined.
    pub fn tolerate_digest_info_without_null(&mut self) {
        self.without_null = true;
    }

    /// Whether such lists are taken.
    pub fn tolerates_digest_info_without_null(&self) -> bool {
        self.without_null
    }

    /// Whether this very anchor comes only from lists under a tolerance.
    pub fn is_tolerated(&self, certificate: &Certificate) -> bool {
        self.tolerance_of(certificate).is_some()
    }

    /// The tolerance that the lists need which alone brought this very anchor.
    pub fn tolerance_of(&self, certificate: &Certificate) -> Option<Tolerance> {
        self.anchors.tolerance_of(certificate)
    }

    /// The tolerance under which alone a list of known defects counts: its signature needs one, or its authority comes only
    /// from lists that do.
    pub fn needed_tolerance(&self, list: &Listed<DefectList>) -> Option<Tolerance> {
        let own = list.lacks_null().then_some(Tolerance::DigestInfoWithoutNull);
        own.or_else(|| self.tolerance_of(list.authority().ok()?))
    }

    /// Whether a list of known defects is the word of one who was revoked: its signer, or one of those that certified him.
    pub fn is_by_revoked(&self, list: &Listed<DefectList>) -> bool {
        let path = list.signer().into_iter().chain(list.authority().ok()).chain(list.links());
        let is_fallen = |one: &Certificate| !self.is_anchor(one) && !self.is_list_signer(one);
        path.into_iter().any(|one| self.is_revoked(one)) || list.authority().is_ok_and(is_fallen)
    }

    /// Whether nothing at all is trusted.
    pub fn is_empty(&self) -> bool {
        self.anchors.all().is_empty() && self.pinned.is_empty()
    }

    /// The anchors, in the order they came.
    pub fn anchors(&self) -> &[Certificate] {
        self.anchors.all()
    }

    /// The pinned document signers.
    pub fn pinned_signers(&self) -> &[Certificate] {
        &self.pinned
    }

    /// What was taken from where, and what was refused.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// What the caller handed in and the store makes no use of, by the caller's names, and why: files of which it took
    /// nothing, lists that nobody vouches for. Certificates that are refused within a file stand with their source.
    pub fn unused(&self) -> Vec<(&str, Refusal)> {
        let files = self.sources.iter().filter(|source| source.accepted == 0 && source.parts == 0);
        let files = files.filter_map(|source| Some((source.label.as_str(), source.refused.last()?.reason)));
        let revocation = self.lists.revocation.iter().map(|one| (one.label(), one.authority()));
        let defects = self.lists.defects.iter().map(|one| (one.label(), one.authority()));
        files.chain(revocation.chain(defects).filter_map(|(label, found)| Some((label, found.err()?)))).collect()
    }

    /// Adds one anchor in DER. One that is called its own issuer must verify under its own key, any other under the key of
    /// the anchor that it names as its issuer by key identifier, if that is there or comes later.
    ///
    /// # Errors
    /// No certificate, no certification authority, or not verified by its own key or its issuer's.
    pub fn add_certificate(&mut self, der: &[u8]) -> Result<(), Refusal> {
        self.take_certificate(der, None)?;
        self.settle();
        let of_der = self.handed.iter().rev().find(|link| link.certificate.der() == der);
        of_der.and_then(HandedLink::refusal).map_or(Ok(()), Err)
    }

    /// Adds link certificates, in DER or PEM, that may lead from a signer to an anchor. They are **not trusted**: one is used
    /// only where an anchor's signature vouches for it.
    ///
    /// # Errors
    /// No certificate.
    pub fn add_links(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        add_named(&mut self.links, bytes)?;
        self.settle();
        Ok(())
    }

    /// The link certificates that are not trusted by themselves.
    pub fn links(&self) -> &[Certificate] {
        &self.links
    }

    /// Pins one document signer's certificate, in DER or PEM: documents that it signed are trusted although no authority
    /// is known, and the report says so.
    ///
    /// # Errors
    /// No certificate.
    pub fn add_pinned_signer(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        add_named(&mut self.pinned, bytes)
    }

    /// Trusts whoever holds the key of this certificate (DER or PEM) to tell what a chip showed: evidence that he signed
    /// counts for the proofs that no file can show again. **Naming him is the act of trust**: no authority is asked.
    ///
    /// # Errors
    /// No certificate.
    pub fn add_evidence_signer(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        add_named(&mut self.evidence_signers, bytes)
    }

    /// Trusts whoever holds the key of this certificate (DER or PEM) to sign lists of known defects. **Naming him is the act
    /// of trust**: no authority is asked.
    ///
    /// # Errors
    /// No certificate.
    pub fn add_list_signer(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        add_named(&mut self.list_signers, bytes)?;
        self.lists.reset_defects();
        self.settle();
        Ok(())
    }

    /// Whether this very certificate's holder is trusted to sign lists of known defects.
    pub fn is_list_signer(&self, certificate: &Certificate) -> bool {
        self.list_signers.contains(certificate)
    }

    /// The revocation lists, each with the anchor that vouches for it.
    pub fn revocation_lists(&self) -> &[Listed<RevocationList>] {
        &self.lists.revocation
    }

    /// The deviation and defect lists, each with whoever vouches for it.
    pub fn defect_lists(&self) -> &[Listed<DefectList>] {
        &self.lists.defects
    }

    /// The revocation lists that speak for a certificate and that an anchor verified: all of them, of whatever day. An entry
    /// counts in each.
    pub fn revocation_lists_for<'s>(
        &'s self,
        certificate: &'s Certificate,
    ) -> impl Iterator<Item = (&'s RevocationList, &'s Certificate)> {
        let verified = self.lists.revocation.iter().filter_map(|one| Some((one.list(), one.authority().ok()?)));
        verified.filter(|(list, _)| list.speaks_for(certificate))
    }

    /// Of those that were issued by this moment, the newest of each key that signed some: what is **not** listed there is
    /// not revoked, as far as that key tells.
    pub fn newest_revocation_lists_for(
        &self,
        certificate: &Certificate,
        at: OffsetDateTime,
    ) -> Vec<(&RevocationList, &Certificate)> {
        let mut newest: Vec<(&RevocationList, &Certificate)> = Vec::new();
        let verified = self.lists.revocation.iter().filter_map(|one| Some((one.list(), one.authority().ok()?)));
        for (list, authority) in verified.filter(|(list, _)| list.speaks_for(certificate) && list.this_update() <= at) {
            let age = |list: &RevocationList| (list.this_update(), list.number().map(|n| (n.len(), n.to_vec())));
            match newest.iter_mut().find(|(_, other)| other.spki() == authority.spki()) {
                Some(kept) if age(list) > age(kept.0) => *kept = (list, authority),
                Some(_) => {}
                None => newest.push((list, authority)),
            }
        }
        newest
    }

    /// The certificate, and the anchors and links that are of the same key, those that have fallen too: what befell the key is
    /// told of any of them.
    pub fn of_same_key<'s>(&'s self, certificate: &'s Certificate) -> impl Iterator<Item = &'s Certificate> {
        let all = self.anchors().iter().chain(&self.links).chain(self.fallen.all());
        let others = all.filter(move |one| *one != certificate);
        core::iter::once(certificate).chain(others.filter(move |one| one.spki() == certificate.spki()))
    }

    /// Whether a revocation list that an anchor verified, of whatever day, has an entry of this certificate or of an anchor or
    /// link of its key.
    pub fn is_revoked(&self, certificate: &Certificate) -> bool {
        self.of_same_key(certificate)
            .any(|one| self.revocation_lists_for(one).any(|(list, _)| list.entry(one).is_some()))
    }

    /// Of the bundles that the store took, the one that is worst off at a moment: too old, else of the future, else the
    /// oldest. When it was made, and its age.
    pub fn worst_bundle(&self, at: OffsetDateTime) -> Option<(OffsetDateTime, Age)> {
        let rank = |age: Age| match age {
            Age::TooOld => 0,
            Age::Early => 1,
            Age::Stale => 2,
            Age::Fresh => 3,
        };
        let ages = self.bundles.iter().map(|made| (*made, self.age_policy.judge(*made, at)));
        ages.min_by_key(|(made, age)| (rank(*age), *made))
    }

    /// Whether the holder of this very certificate is trusted to sign evidence.
    pub fn is_evidence_signer(&self, certificate: &Certificate) -> bool {
        self.evidence_signers.contains(certificate)
    }

    /// Trusts whoever holds the key of this certificate (DER or PEM) to answer whether a document signer's certificate
    /// belongs to a card. **Naming him is the act of trust**: no authority is asked, and what he denies fails.
    ///
    /// # Errors
    /// No certificate.
    pub fn add_online_signer(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        add_named(&mut self.online_signers, bytes)
    }

    /// Whether the holder of this very certificate is trusted to answer online questions.
    pub fn is_online_signer(&self, certificate: &Certificate) -> bool {
        self.online_signers.contains(certificate)
    }

    /// SHA-256 over all anchors, pinned document signers and lists that an anchor vouches for, in no order: two stores that
    /// trust the same for documents have the same.
    pub fn fingerprint(&self) -> Vec<u8> {
        let marked = |mark: u8, certificate: &Certificate| [vec![mark], certificate.fingerprint()].concat();
        let anchors = self.anchors().iter().map(|certificate| marked(0, certificate));
        let revoking = self.lists.revocation.iter().filter(|one| one.authority().is_ok());
        let revoking = revoking.map(|one| [vec![2], one.list().fingerprint()].concat());
        let excusing = self.lists.defects.iter().filter(|one| one.authority().is_ok());
        let excusing = excusing.map(|one| [&[3], one.list().fingerprint()].concat());
        let pinned = self.pinned.iter().map(|one| marked(1, one));
        let mut all: Vec<Vec<u8>> = anchors.chain(pinned).chain(revoking).chain(excusing).collect();
        all.sort();
        DigestAlgorithm::Sha256.digest(&[&all.concat()])
    }

    /// Whether this very certificate is pinned.
    pub fn is_pinned(&self, certificate: &Certificate) -> bool {
        self.pinned.contains(certificate)
    }

    /// Whether this very certificate is an anchor.
    pub fn is_anchor(&self, certificate: &Certificate) -> bool {
        self.anchors.contain(certificate)
    }

    /// Where to try a certificate's signature: anchors with its authority key identifier, then those with its issuer's name.
    pub fn candidates(&self, certificate: &Certificate) -> Vec<&Certificate> {
        self.fresh_candidates(certificate.extensions().authority_key_id.as_deref(), certificate.issuer(), 0)
    }

    /// Anchors with this key identifier, then those with this name; only those that came after the first `seen`.
    pub(super) fn fresh_candidates(&self, key_id: Option<&[u8]>, name: &Name, seen: usize) -> Vec<&Certificate> {
        self.anchors.fresh_candidates(key_id, name, seen)
    }
}
