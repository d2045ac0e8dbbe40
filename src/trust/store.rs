//! What the caller trusts. A store never changes; [`TrustBuilder`](super::TrustBuilder) makes it.

use super::bundle::Age;
use super::certification_path::{self, Chain, Unverified};
use super::evaluation::{Evaluation, evaluate};
use super::issuer_candidates::AnchorSet;
use super::list_authority::Listed;
use super::material::Material;
use super::source::{Refusal, Refused, Source};
use crate::checks::Tolerance;
use crate::crypto::DigestAlgorithm;
use crate::pki::{Certificate, RevocationList, SignatureBudget};
use crate::signed_lists::DefectList;
use core::fmt;
use std::sync::Arc;
use time::OffsetDateTime;

/// Trust anchors, the link certificates and lists that lead to them, and the signers that are trusted by name.
///
/// A store is a value: it never changes, and a clone shares its contents. A store takes bytes, never paths; it remembers each
/// source by its hash, and what was refused and why.
#[derive(Clone, Default)]
pub struct TrustStore {
    contents: Arc<Contents>,
}

#[derive(Default)]
struct Contents {
    material: Material,
    evaluation: Evaluation,
}

/// `Debug` output gives counts only.
impl fmt::Debug for TrustStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TrustStore({} anchors, {} sources)", self.anchors().len(), self.sources().len())
    }
}

impl TrustStore {
    pub(super) fn of(material: Material) -> Self {
        let evaluation = evaluate(&material);
        Self { contents: Arc::new(Contents { material, evaluation }) }
    }

    pub(super) fn material(&self) -> &Material {
        &self.contents.material
    }

    fn evaluation(&self) -> &Evaluation {
        &self.contents.evaluation
    }

    fn set(&self) -> &AnchorSet {
        &self.evaluation().standing
    }

    /// A store that trusts nothing.
    pub fn empty() -> Self {
        Self::default()
    }

    /// Whether it has neither anchors nor pinned document signers.
    pub fn is_empty(&self) -> bool {
        self.anchors().is_empty() && self.pinned_signers().is_empty()
    }

    /// The anchors: certificates that verify under their own key, the entries of master lists whose signer chains to an
    /// anchor or to an entry of the list itself, and links that the caller trusts as anchors.
    pub fn anchors(&self) -> &[Certificate] {
        self.set().anchors()
    }

    /// Whether this very certificate is an anchor.
    pub fn is_anchor(&self, certificate: &Certificate) -> bool {
        self.set().is_anchor(certificate)
    }

    /// The link certificates from which signatures lead to an anchor. One that was revoked is among them: a document that
    /// rests on it fails.
    pub fn links(&self) -> &[Certificate] {
        self.set().links()
    }

    /// Whether this very certificate is a link from which signatures lead to an anchor.
    pub fn is_link(&self, certificate: &Certificate) -> bool {
        self.set().is_link(certificate)
    }

    /// The link certificates that lead to no anchor and are not used, but for those that their issuer did not sign.
    pub fn unanchored_links(&self) -> &[Certificate] {
        &self.evaluation().unanchored_links
    }

    /// The link certificates that the caller trusts as anchors.
    pub fn links_as_anchors(&self) -> &[Certificate] {
        &self.evaluation().links_as_anchors
    }

    /// The document signers that are trusted directly.
    pub fn pinned_signers(&self) -> &[Certificate] {
        &self.material().named.pinned
    }

    /// Whether this very certificate is that of a document signer trusted directly.
    pub fn is_pinned(&self, certificate: &Certificate) -> bool {
        self.pinned_signers().contains(certificate)
    }

    /// Whether the holder of this very certificate is trusted to sign evidence.
    pub fn is_evidence_signer(&self, certificate: &Certificate) -> bool {
        self.material().named.evidence_signers.contains(certificate)
    }

    /// Whether the holder of this very certificate is trusted to answer online questions.
    pub fn is_online_signer(&self, certificate: &Certificate) -> bool {
        self.material().named.online_signers.contains(certificate)
    }

    /// Whether the holder of this very certificate is trusted to sign lists of known defects.
    pub fn is_list_signer(&self, certificate: &Certificate) -> bool {
        self.material().named.list_signers.contains(certificate)
    }

    /// Whether lists are accepted whose signature lacks the NULL in its DigestInfo.
    pub fn tolerates_digest_info_without_null(&self) -> bool {
        self.material().without_null
    }

    /// Whether this very anchor or link needs a tolerance.
    pub fn is_tolerated(&self, certificate: &Certificate) -> bool {
        self.tolerance_of(certificate).is_some()
    }

    /// The tolerance without which this very certificate would be neither an anchor nor a link that leads to one.
    pub fn tolerance_of(&self, certificate: &Certificate) -> Option<Tolerance> {
        self.set().tolerance_of(certificate)
    }

    /// The tolerance under which alone a list of known defects counts: its signature needs one, or its authority does.
    pub fn needed_tolerance(&self, list: &Listed<DefectList>) -> Option<Tolerance> {
        let own = list.lacks_null().then_some(Tolerance::DigestInfoWithoutNull);
        own.or_else(|| self.tolerance_of(list.authority().ok()?))
    }

    /// Every source, and what of it was accepted and refused.
    pub fn sources(&self) -> &[Source] {
        &self.evaluation().sources
    }

    /// All certificates and lists that were refused, of sources and of what was added one by one, each once.
    pub fn refused(&self) -> &[Refused] {
        &self.evaluation().refused
    }

    /// What the caller added and the store makes no use of, by the caller's names, and why: files of which nothing was
    /// accepted, certificates that were added one by one, lists without an authority. Certificates that are refused within a
    /// file of which others were accepted are listed with their source.
    pub fn unused(&self) -> Vec<(&str, Refusal)> {
        let files = self.sources().iter().filter(|source| source.accepted == 0 && source.parts == 0);
        let files = files.filter_map(|source| Some((source.label.as_str(), source.refused.last()?.reason)));
        let alone = self.evaluation().refused_alone.iter().map(|one| (one.subject.as_str(), one.reason));
        let revocation = self.revocation_lists().iter().map(|one| (one.label(), one.authority()));
        let defects = self.defect_lists().iter().map(|one| (one.label(), one.authority()));
        let lists = revocation.chain(defects).filter_map(|(label, found)| Some((label, found.err()?)));
        files.chain(alone).chain(lists).collect()
    }

    /// The revocation lists, each with the certificate that issued it.
    pub fn revocation_lists(&self) -> &[Listed<RevocationList>] {
        &self.evaluation().revocation_lists
    }

    /// The deviation and defect lists, each with its authority.
    pub fn defect_lists(&self) -> &[Listed<DefectList>] {
        &self.evaluation().defect_lists
    }

    /// The verified revocation lists of a certificate's issuer, of any date: an entry counts in each.
    pub fn revocation_lists_for<'s>(
        &'s self,
        certificate: &'s Certificate,
    ) -> impl Iterator<Item = (&'s RevocationList, &'s Certificate)> {
        let verified = self.revocation_lists().iter().filter_map(|one| Some((one.list(), one.authority().ok()?)));
        verified.filter(|(list, _)| list.speaks_for(certificate))
    }

    /// Of those that were issued by this moment, the newest of each key that signed some: a certificate that is **not**
    /// listed there is not revoked, as far as that key can state it.
    pub fn newest_revocation_lists_for(
        &self,
        certificate: &Certificate,
        at: OffsetDateTime,
    ) -> Vec<(&RevocationList, &Certificate)> {
        let mut newest: Vec<(&RevocationList, &Certificate)> = Vec::new();
        let verified = self.revocation_lists().iter().filter_map(|one| Some((one.list(), one.authority().ok()?)));
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

    /// The certificate, and all others of its key: anchors, links, and what only a list of a revoked signer brought. A
    /// revocation of any of them revokes the key.
    pub fn of_same_key<'s>(&'s self, certificate: &'s Certificate) -> impl Iterator<Item = &'s Certificate> {
        let others = self.set().of_key(certificate.spki()).filter(move |one| *one != certificate);
        core::iter::once(certificate).chain(others)
    }

    /// Whether a verified revocation list, of any date, has an entry for this certificate or another of its key.
    pub fn is_revoked(&self, certificate: &Certificate) -> bool {
        self.of_same_key(certificate)
            .any(|one| self.revocation_lists_for(one).any(|(list, _)| list.entry(one).is_some()))
    }

    /// Whether a list of known defects was signed under a revoked certificate, or its authority came only from a list of a
    /// revoked signer.
    pub fn is_by_revoked(&self, list: &Listed<DefectList>) -> bool {
        let mut path = list.signer().into_iter().chain(list.authority().ok()).chain(list.links());
        let is_gone = |one: &Certificate| !self.is_anchor(one) && !self.is_list_signer(one);
        path.any(|one| self.is_revoked(one)) || list.authority().is_ok_and(is_gone)
    }

    /// Of the trust bundles that were added, the worst at a moment: too old, else of the future, else the oldest. When it was
    /// made, and its age.
    pub fn worst_bundle(&self, at: OffsetDateTime) -> Option<(OffsetDateTime, Age)> {
        let rank = |age: Age| match age {
            Age::TooOld => 0,
            Age::Early => 1,
            Age::Stale => 2,
            Age::Fresh => 3,
        };
        let policy = &self.material().age_policy;
        let ages = self.material().bundles.iter().map(|made| (*made, policy.judge(*made, at)));
        ages.min_by_key(|(made, age)| (rank(*age), *made))
    }

    /// SHA-256 over all anchors, links, document signers that are trusted directly, and lists with an authority, in no order:
    /// two stores that trust the same for documents have the same.
    pub fn fingerprint(&self) -> Vec<u8> {
        let marked = |mark: u8, certificate: &Certificate| [vec![mark], certificate.fingerprint()].concat();
        let anchors = self.anchors().iter().map(|one| marked(0, one));
        let pinned = self.pinned_signers().iter().map(|one| marked(1, one));
        let revocation = self.revocation_lists().iter().filter(|one| one.authority().is_ok());
        let revocation = revocation.map(|one| [vec![2], one.list().fingerprint()].concat());
        let defects = self.defect_lists().iter().filter(|one| one.authority().is_ok());
        let defects = defects.map(|one| [&[3], one.list().fingerprint()].concat());
        let links = self.links().iter().map(|one| marked(4, one));
        let mut all: Vec<Vec<u8>> = anchors.chain(pinned).chain(revocation).chain(defects).chain(links).collect();
        all.sort();
        DigestAlgorithm::Sha256.digest(&[&all.concat()])
    }

    /// Where to try a certificate's signature: anchors with its authority key identifier, then those with its issuer's name.
    pub fn candidates(&self, certificate: &Certificate) -> Vec<&Certificate> {
        self.set().issuers(certificate)
    }
}

/// Looks for the anchor that verifies a signer's certificate, over the links of the store alone: [`find_path`] without hints.
pub fn find_anchor<'s>(
    signer: &Certificate,
    store: &'s TrustStore,
    at: OffsetDateTime,
    budget: &mut SignatureBudget,
) -> Chain<'s> {
    find_path(signer, store, &[], at, budget)
}

/// Looks for a certificate chain from a signer to an anchor: at each step first the anchors with its authority key
/// identifier, then those with its issuer's name, then the links of the store and the hints likewise. Among anchors with the
/// same key, one that is sound and valid at the moment is preferred.
///
/// Hints that are not valid as certificates of authorities are ignored, and so are those of an authority below another.
pub fn find_path<'s>(
    signer: &Certificate,
    store: &'s TrustStore,
    hints: &'s [Certificate],
    at: OffsetDateTime,
    budget: &mut SignatureBudget,
) -> Chain<'s> {
    certification_path::find_path(signer, store.set(), hints, at, budget)
}

/// Whether a certificate verifies under itself, or under an anchor or a link of the store.
///
/// # Errors
/// Why it does not.
pub fn verify_among(
    certificate: &Certificate,
    store: &TrustStore,
    budget: &mut SignatureBudget,
) -> Result<(), Unverified> {
    certification_path::verify_among(certificate, store.set(), budget)
}
