//! Evaluates the trust material after all of it has been added; the result does not depend on its order.
//!
//! Four steps, each made once, each from the results of the steps before it:
//!
//! 1. [`Search`] without revocations: the certificates that are *known*, those of lists by revoked signers among them.
//! 2. The revocation lists that a known certificate verifies, and with them everything that is revoked.
//! 3. [`Search`] again, without the edges from revoked certificates: the anchors and links that *stand*. A master list is not
//!    among it if its signer, or an authority of its signer, was revoked, and neither is what only that list brought.
//! 4. The authorities of the lists of known defects, and for each source what became of its contents.
//!
//! **Why no step is repeated.** Step 3 can remove the authority of a revocation list, but not what that list revokes:
//! revocations count from every known certificate, standing or not. (If they did not, whoever stole the key of a list signer
//! could take revocations back by having that signer revoked.) So what is revoked is final after step 2 and does not depend on
//! step 3. That a certificate is *not* revoked is believed only of an authority that stands (`passive_authentication`).

use super::issuer_candidates::AnchorSet;
use super::list_authority::{Listed, defect_list, revocation_list};
use super::material::{Added, Candidate, Content, Material, Place, SourceRecord};
use super::reachable::{Found, ReachedList, Search};
use super::source::{ListSigner, Refusal, Refused, Source, SourceKind};
use crate::bounds::BOUNDS;
use crate::pki::{Certificate, RevocationList};
use crate::signed_lists::DefectList;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What the material is worth.
#[derive(Clone, Debug, Default)]
pub(super) struct Evaluation {
    /// The anchors and links that stand; beside them certificates that only count by their key: anchors that the list of a
    /// revoked signer brought, and links whose issuer is not there.
    pub(super) standing: AnchorSet,
    pub(super) revocation_lists: Vec<Listed<RevocationList>>,
    pub(super) defect_lists: Vec<Listed<DefectList>>,
    pub(super) sources: Vec<Source>,
    /// What was refused, each once: a bundle repeats what its parts refused.
    pub(super) refused: Vec<Refused>,
    /// Of these, certificates that were added one by one.
    pub(super) refused_alone: Vec<Refused>,
    pub(super) links_as_anchors: Vec<Certificate>,
    /// Links that lead to no anchor, but for those that their issuer did not sign.
    pub(super) unanchored_links: Vec<Certificate>,
    /// Signatures that were verified to find out what signatures lead to.
    #[cfg(test)]
    signatures: usize,
}

/// Evaluates everything.
pub(super) fn evaluate(material: &Material) -> Evaluation {
    let mut search = Search::new(material);
    let known = search.run(&|_| false);
    let known_set = known.anchor_set(material);
    let lists = material.revocation_lists.iter();
    let mut revocation_lists: Vec<_> = lists.map(|one| revocation_list(one, &known_set)).collect();
    let verified: Vec<_> = revocation_lists.iter().filter(|one| one.authority().is_ok()).map(Listed::shared).collect();
    let revocations = Revocations::of(material, &known, &verified);
    let has_revoked = !revocations.is_empty(material);
    let found = if has_revoked { search.run(&|one| revocations.is_revoked(one)) } else { known.clone() };
    let mut standing = found.anchor_set(material);
    for one in &mut revocation_lists {
        one.prefer(&standing);
    }
    let mut unanchored_links = Vec::new();
    for (place, candidate) in material.candidates.iter().enumerate() {
        if found.reached(place).is_none() && counts_by_key(material, &known, place) {
            standing.insert_other(&candidate.certificate);
            unanchored_links.extend((candidate.added == Added::Link).then(|| candidate.certificate.clone()));
        }
    }
    let defect_lists =
        material.defect_lists.iter().map(|one| defect_list(one, &standing, &known_set, material)).collect();
    let mut outcomes =
        Outcomes { material, known: &known, found: &found, revocations: &revocations, holders: HashMap::new() };
    outcomes.count_holders();
    let (sources, mut refused) = outcomes.sources(&mut search);
    let refused_alone: Vec<Refused> = material.alone.iter().filter_map(|place| outcomes.refused(*place)).collect();
    refused.extend(refused_alone.iter().cloned());
    let is_named = |one: &&Candidate| one.added == Added::LinkAsAnchor;
    let links_as_anchors = material.candidates.iter().filter(is_named).map(|one| one.certificate.clone()).collect();
    Evaluation {
        standing,
        revocation_lists,
        defect_lists,
        sources,
        refused,
        refused_alone,
        links_as_anchors,
        unanchored_links,
        #[cfg(test)]
        signatures: search.signatures(),
    }
}

/// Whether a revocation of this certificate revokes its key, whatever it is worth itself: it was found while nothing was
/// revoked, or it is a link that no known issuer disproves.
fn counts_by_key(material: &Material, known: &Found, place: Place) -> bool {
    let candidate = material.candidate(place);
    let is_disproved = matches!(known.refusal(place), Some(Refusal::IssuerSignature(_)));
    let may_be_link = candidate.added == Added::Link && candidate.own_signature.is_none() && !is_disproved;
    known.reached(place).is_some() || may_be_link
}

/// What is revoked. A certificate is revoked where it, or any known one of its key, is in a verified revocation list.
struct Revocations<'l> {
    by_issuer: HashMap<&'l str, Vec<&'l RevocationList>>,
    key_numbers: &'l HashMap<Vec<u8>, usize>,
    keys: HashSet<usize>,
}

impl<'l> Revocations<'l> {
    fn of(material: &'l Material, known: &Found, lists: &'l [Arc<RevocationList>]) -> Self {
        let mut by_issuer: HashMap<&str, Vec<&RevocationList>> = HashMap::new();
        for list in lists {
            by_issuer.entry(list.issuer().folded()).or_default().push(list);
        }
        let mut all = Self { by_issuer, key_numbers: &material.keys, keys: HashSet::new() };
        for (place, candidate) in material.candidates.iter().enumerate() {
            if all.has_entry(&candidate.certificate) && counts_by_key(material, known, place) {
                all.keys.insert(candidate.key);
            }
        }
        all
    }

    /// Whether nothing is revoked on which a list rests.
    fn is_empty(&self, material: &Material) -> bool {
        let mut signers = material.master_lists.iter().flat_map(|list| &list.signatures);
        self.keys.is_empty() && !signers.any(|signature| self.has_entry(&signature.certificate))
    }

    fn has_entry(&self, certificate: &Certificate) -> bool {
        let lists = self.by_issuer.get(certificate.issuer().folded());
        lists.into_iter().flatten().any(|list| list.entry(certificate).is_some())
    }

    fn is_revoked(&self, certificate: &Certificate) -> bool {
        let key = self.key_numbers.get(certificate.spki());
        key.is_some_and(|key| self.keys.contains(key)) || self.has_entry(certificate)
    }
}

/// What became of everything that was added.
struct Outcomes<'m> {
    material: &'m Material,
    known: &'m Found,
    found: &'m Found,
    revocations: &'m Revocations<'m>,
    /// How many of the lists that stand contain a certificate.
    holders: HashMap<Place, usize>,
}

impl Outcomes<'_> {
    fn count_holders(&mut self) {
        for (place, list) in self.material.master_lists.iter().enumerate() {
            if self.found.list(place).is_ok() {
                list.entries.iter().for_each(|place| *self.holders.entry(*place).or_default() += 1);
            }
        }
    }

    /// The sources, and all that was refused. A bundle follows its parts and repeats what became of them.
    fn sources(&self, search: &mut Search<'_>) -> (Vec<Source>, Vec<Refused>) {
        let (mut all, mut refused): (Vec<Source>, Vec<Refused>) = (Vec::new(), Vec::new());
        for record in &self.material.sources {
            let mut source = self.source(record, search);
            refused.extend(source.refused.iter().cloned());
            let first = all.len().saturating_sub(source.parts);
            for part in all.get(first..).unwrap_or_default() {
                source.accepted += part.accepted;
                source.refused.extend(part.refused.iter().cloned());
            }
            all.push(source);
        }
        (all, refused)
    }

    fn source(&self, record: &SourceRecord, search: &mut Search<'_>) -> Source {
        let mut source = record.source.clone();
        for content in &record.contents {
            match content {
                Content::Refused(refused) => source.refused.push(refused.clone()),
                Content::Accepted => source.accepted += 1,
                Content::Certificate(place) => match self.refused(*place) {
                    Some(refused) => source.refused.push(refused),
                    None => source.accepted += 1,
                },
                Content::MasterList(list) => self.add_master_list(*list, &mut source, search),
            }
        }
        source
    }

    fn add_master_list(&self, list: usize, source: &mut Source, search: &mut Search<'_>) {
        let Some(taken) = self.material.master_lists.get(list) else { return };
        let standing = self.found.list(list);
        let signed = standing.map(|reached| (self.found, reached));
        if let Ok((found, reached)) = signed.or_else(|_| self.known.list(list).map(|reached| (self.known, reached))) {
            source.kind = SourceKind::MasterList(Box::new(self.signer(list, reached, found, search)));
        }
        match standing {
            Ok(_) => {
                source.accepted += taken.accepted;
                source.refused.extend(taken.refused.iter().cloned());
            }
            Err(error) => {
                source.refused.push(Refused { subject: source.label.clone(), reason: error.into() });
            }
        }
    }

    /// Why a certificate is not used.
    fn refused(&self, place: Place) -> Option<Refused> {
        let candidate = self.material.candidate(place);
        let reason = match (self.found.reached(place), self.found.refusal(place), candidate.own_signature) {
            (Some(_), ..) if candidate.added == Added::Link && self.revocations.is_revoked(&candidate.certificate) => {
                Refusal::Revoked
            }
            (Some(_), ..) => return None,
            (None, None | Some(Refusal::IssuerSignature(_)), Some(error)) => Refusal::OwnSignature(error),
            (None, refusal, _) => refusal.unwrap_or(Refusal::NoAnchor),
        };
        Some(Refused { subject: candidate.certificate.subject().to_string(), reason })
    }

    /// Who signed a list, up to an anchor outside of the list where there is one.
    fn signer(&self, list: usize, reached: ReachedList, found: &Found, search: &mut Search<'_>) -> ListSigner {
        let outside = self.outside(list, reached, found, search);
        let mut path = vec![outside.unwrap_or(reached.issuer)];
        while let Some(above) = path.last().and_then(|place| found.reached(*place)).and_then(|reached| reached.issuer)
            && path.len() <= BOUNDS.certificate_links
        {
            path.push(above);
        }
        let certificate = |place| self.material.candidate(place).certificate.clone();
        let mut certificates: Vec<Certificate> = path.into_iter().map(certificate).collect();
        let authority = certificates.pop().expect("the path has the issuer of the signer");
        let signature = self.material.master_lists.get(list).and_then(|list| list.signatures.get(reached.signer));
        let signature = signature.expect("a list was reached by one of its signers");
        ListSigner::new(signature, authority, certificates, outside.is_some())
    }

    /// The issuer of the signer, or another certificate of its key, if it is trusted not only by this list.
    fn outside(&self, list: usize, reached: ReachedList, found: &Found, search: &mut Search<'_>) -> Option<Place> {
        let entries = &self.material.master_lists.get(list)?.entries;
        let is_outside = |place: Place| {
            let holders = self.holders.get(&place).copied().unwrap_or_default();
            let others = holders.saturating_sub(usize::from(entries.contains(&place)));
            let is_link = found.reached(place).is_some_and(|reached| reached.requirement.links > 0);
            let added = self.material.candidate(place).added;
            is_link || matches!(added, Added::UnverifiedRoot | Added::Root | Added::LinkAsAnchor) || others > 0
        };
        let twins = self.material.of_key(self.material.candidate(reached.issuer).key).iter().copied();
        core::iter::once(reached.issuer).chain(twins).find(|place| {
            found.reached(*place).is_some()
                && is_outside(*place)
                && search.certified_signer(*place, list, reached.signer, &|_| false).is_ok()
        })
    }
}

/// How many signatures the evaluation verifies.
#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{CurveId, DigestAlgorithm};
    use crate::oid;
    use crate::sim::issuer::{
        CertificateFields, Extension, Issuer, IssuerPlan, KeyPlan, Name, RevocationListFields, RevokedEntry,
    };

    fn issuer(label: &str) -> Issuer {
        let key = KeyPlan::ecdsa(CurveId::Secp256r1, DigestAlgorithm::Sha256);
        Issuer::new(IssuerPlan { label: label.to_owned(), ..IssuerPlan::new("VN", "VNM", "Invented", key, key) })
            .unwrap()
    }

    /// Links by one key, each with a key identifier of its own; each names its issuer by key identifier.
    fn links(by: &Issuer, count: u32, issuer: impl Fn(u32) -> Vec<u8>) -> Vec<Vec<u8>> {
        let one = |index: u32| {
            let fields = by.csca_fields().without(oid::SUBJECT_KEY_IDENTIFIER).without(oid::AUTHORITY_KEY_IDENTIFIER);
            let fields = CertificateFields { serial: [&[1][..], &index.to_be_bytes()].concat(), ..fields };
            let fields = fields.with(Extension::subject_key_id(&key_id(index)));
            by.sign_with_csca(&fields.with(Extension::authority_key_id(&issuer(index)))).unwrap()
        };
        (0..count).map(one).collect()
    }

    fn key_id(index: u32) -> Vec<u8> {
        [&[7; 16][..], &index.to_be_bytes()].concat()
    }

    /// How many signatures are verified, and how many links lead to an anchor.
    fn costs(files: &[Vec<u8>]) -> (usize, usize) {
        let mut material = Material::default();
        for file in files {
            // What is refused is refused by the evaluation, or not at all.
            let _ = material.add_file("a file", file);
        }
        let evaluation = evaluate(&material);
        (evaluation.signatures, evaluation.standing.links().len())
    }

    #[test]
    fn each_link_costs_one_signature_in_any_order() {
        let root = issuer("root");
        for count in [50, 100, 200] {
            let number = usize::try_from(count).unwrap();
            let mut files = links(&root, count, |_| root.csca_key().key_id().to_vec());
            assert_eq!(costs(&files), (0, 0), "without their root there is nothing to verify");
            files.push(root.csca().to_vec());
            assert_eq!(costs(&files), (number, number));
            files.reverse();
            assert_eq!(costs(&files), (number, number));
        }
    }

    #[test]
    fn a_chain_of_links_costs_no_more_than_a_path_has() {
        let root = issuer("root");
        let mut files = links(&root, 200, |index| match index.checked_sub(1) {
            Some(before) => key_id(before),
            None => root.csca_key().key_id().to_vec(),
        });
        files.push(root.csca().to_vec());
        assert_eq!(costs(&files), (BOUNDS.certificate_links, BOUNDS.certificate_links));
    }

    #[test]
    fn a_link_that_many_keys_could_have_signed_costs_no_more_than_the_bound() {
        let stranger = issuer("stranger");
        let nameless = stranger.link_fields(&issuer("root")).without(oid::AUTHORITY_KEY_IDENTIFIER);
        let nameless = CertificateFields { subject: Name::new("VN", "Invented", "Another"), ..nameless };
        let mut files = vec![stranger.sign_with_csca(&nameless).unwrap()];
        files.extend((0..100).map(|number| issuer(&format!("generation {number}")).csca().to_vec()));
        let (signatures, _) = costs(&files);
        assert_eq!(signatures, usize::try_from(BOUNDS.signatures).unwrap());
    }

    #[test]
    fn a_list_costs_its_signer_whatever_it_holds() {
        let key = KeyPlan::ecdsa(CurveId::Secp256r1, DigestAlgorithm::Sha256);
        let other = Issuer::new(IssuerPlan::new("LA", "LAO", "Neighbour", key, key)).unwrap();
        let root = issuer("root");
        let own = root.master_list(&[root.csca(), other.csca()]).unwrap();
        assert_eq!(costs(std::slice::from_ref(&own)), (1, 0));
        assert_eq!(costs(&[own.clone(), own.clone()]), (1, 0), "the same list is evaluated once");
        let leaning = other.master_list(&[issuer("third").csca()]).unwrap();
        assert_eq!(costs(&[leaning, own]), (2, 0));
    }

    #[test]
    fn a_revocation_repeats_no_signature() {
        let root = issuer("root");
        let files = links(&root, 100, |_| root.csca_key().key_id().to_vec());
        let at = root.plan().issued;
        let fields = root.revocation_list_fields(at);
        let revoked = vec![RevokedEntry::new(&[1, 0, 0, 0, 7], at)];
        let list = root.sign_revocation_list(&RevocationListFields { revoked, ..fields }).unwrap();
        let all = [files, vec![root.csca().to_vec(), list]].concat();
        assert_eq!(costs(&all), (100, 100));
    }
}
