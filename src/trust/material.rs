//! What was added to a builder: each file taken apart, each certificate and each list held once. Nothing here is evaluated
//! beside the rest; that is done when all of it is there.

use super::anchors::Footing;
use super::bundle::{AgePolicy, BundleUse, TrustBundle};
use super::file_content::{Piece, pieces};
use super::source::{Refusal, Refused, Source, SourceKind};
use crate::bounds::BOUNDS;
use crate::crypto::DigestAlgorithm;
use crate::pki::{Budget, Certificate, CertificateError, RevocationList};
use crate::signed_lists::{DefectList, ListError, MasterList, Signature};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use time::OffsetDateTime;

/// The place of a certificate in the material.
pub(super) type Place = usize;

/// A certificate that may become an anchor or a link.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) certificate: Certificate,
    /// The number of its key: certificates of one key have the same.
    pub(super) key: usize,
    pub(super) added: Added,
}

/// How a certificate came by itself, in a file or alone; entries of signed lists did not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Added {
    /// As an entry of signed lists only.
    InLists,
    /// As a link, used only if it leads to an anchor.
    Link,
    /// It verifies under its own key.
    Root(Footing),
    /// The caller trusts this link as an anchor.
    LinkAsAnchor,
}

/// A master list whose signature verifies.
#[derive(Clone, Debug)]
pub(super) struct TakenList {
    pub(super) signatures: Vec<Signature>,
    /// The authorities in it, each once.
    pub(super) entries: Vec<Place>,
    /// How many of its entries are accepted with it.
    pub(super) accepted: usize,
    /// The entries that are not certificates of authorities.
    pub(super) refused: Vec<Refused>,
    date: Option<OffsetDateTime>,
}

/// A list beside the master lists, and the file that it came in.
#[derive(Debug)]
pub(super) struct Labelled<T> {
    pub(super) list: Arc<T>,
    pub(super) label: String,
}

impl<T> Clone for Labelled<T> {
    fn clone(&self) -> Self {
        Self { list: Arc::clone(&self.list), label: self.label.clone() }
    }
}

/// A source, as far as it is known by itself.
#[derive(Clone, Debug)]
pub(super) struct SourceRecord {
    pub(super) source: Source,
    pub(super) contents: Vec<Content>,
}

/// One part of a source.
#[derive(Clone, Debug)]
pub(super) enum Content {
    Refused(Refused),
    /// Accepted whatever the rest is.
    Accepted,
    Certificate(Place),
    MasterList(usize),
}

/// Everything that was added.
#[derive(Clone, Debug, Default)]
pub(super) struct Material {
    pub(super) candidates: Vec<Candidate>,
    places: HashMap<Vec<u8>, Place>,
    /// The numbers of their keys, by the encoding of the key.
    pub(super) keys: HashMap<Vec<u8>, usize>,
    /// The candidates of each key.
    of_key: Vec<Vec<Place>>,
    /// Certificates that were added one by one, outside of any source.
    pub(super) alone: Vec<Place>,
    pub(super) master_lists: Vec<TakenList>,
    master_list_places: HashMap<Vec<u8>, usize>,
    pub(super) revocation_lists: Vec<Labelled<RevocationList>>,
    pub(super) defect_lists: Vec<Labelled<DefectList>>,
    list_fingerprints: HashSet<Vec<u8>>,
    pub(super) sources: Vec<SourceRecord>,
    pub(super) named: Named,
    pub(super) bundles: Vec<OffsetDateTime>,
    pub(super) age_policy: AgePolicy,
    /// Whether lists are taken whose signature lacks the NULL in its DigestInfo.
    pub(super) without_null: bool,
}

/// Certificates that the caller names for one purpose each.
#[derive(Clone, Debug, Default)]
pub(super) struct Named {
    pub(super) pinned: Vec<Certificate>,
    pub(super) evidence_signers: Vec<Certificate>,
    pub(super) online_signers: Vec<Certificate>,
    pub(super) list_signers: Vec<Certificate>,
    /// How many links were named: they are candidates.
    links: usize,
}

impl Material {
    /// Adds one certificate of an authority, outside of any source.
    pub(super) fn add_certificate(&mut self, der: &[u8]) -> Result<(), Refusal> {
        let place = self.take_certificate(der)?;
        self.alone.push(place);
        Ok(())
    }

    /// Adds all certificates of a file as `added`, or none.
    pub(super) fn add_named_links(&mut self, bytes: &[u8], added: Added) -> Result<(), Refusal> {
        let certificates = certificates(bytes)?;
        if added == Added::LinkAsAnchor {
            for certificate in &certificates {
                if !may_be_authority(certificate) {
                    return Err(Refusal::NotCa);
                }
                own_signature(certificate)?;
            }
        }
        let count = self.named.links.saturating_add(certificates.len());
        if count > BOUNDS.named_certificates || !self.has_room(certificates.len()) {
            return Err(Refusal::TooMany);
        }
        self.named.links = count;
        for certificate in certificates {
            let is_root = added == Added::LinkAsAnchor && certificate.names_as_issuer(&certificate);
            let place = self.insert(certificate, if is_root { Added::Root(Footing::Full) } else { added });
            self.alone.push(place);
        }
        Ok(())
    }

    /// Takes a file apart; an error where nothing in it can be used.
    pub(super) fn add_file(&mut self, label: &str, bytes: &[u8]) -> Result<(), Refusal> {
        if TrustBundle::is_bundle(bytes) {
            match TrustBundle::parse(bytes) {
                Ok(bundle) => self.add_bundle(label, bytes, &bundle),
                Err(error) => self.push_refused(label, bytes, error.into()),
            }
        } else {
            let record = self.take_pieces(label, bytes);
            self.sources.push(record);
        }
        self.sources.last().map_or(Ok(()), SourceRecord::error)
    }

    pub(super) fn add_bundle(&mut self, label: &str, bytes: &[u8], bundle: &TrustBundle) {
        let mut whole = SourceRecord::new(label, SourceKind::Bundle, bytes);
        whole.source.date = Some(bundle.made());
        let before = self.sources.len();
        for part in bundle.parts() {
            let name = format!("{label}: {}", part.name());
            let named = match part.purpose() {
                BundleUse::Trust => {
                    let record = self.take_pieces(&name, part.bytes());
                    self.sources.push(record);
                    continue;
                }
                BundleUse::PinnedSigner => add_named(&mut self.named.pinned, part.bytes()),
                BundleUse::ListSigner => add_named(&mut self.named.list_signers, part.bytes()),
            };
            whole.contents.push(match named {
                Ok(()) => Content::Accepted,
                Err(reason) => Content::Refused(Refused { subject: name, reason }),
            });
        }
        self.bundles.push(bundle.made());
        whole.source.parts = self.sources.len() - before;
        self.sources.push(whole);
    }

    /// Adds the authorities of a master list without looking at its signature.
    pub(super) fn add_unverified_master_list(&mut self, label: &str, bytes: &[u8]) -> Result<(), ListError> {
        let list = MasterList::parse(bytes);
        let entries: Vec<&[u8]> = match &list {
            Ok(list) => list.entries().collect(),
            Err(error) => MasterList::bare_entries(bytes).map_err(|_| *error)?,
        };
        if !self.has_room(entries.len()) {
            return Err(ListError::TooMany);
        }
        let mut record = SourceRecord::new(label, SourceKind::UnverifiedMasterList, bytes);
        for (index, der) in entries.into_iter().enumerate() {
            record.contents.push(
                match authority(der).and_then(|one| Ok((added_by(&one, Footing::Unverified)?, one))) {
                    Ok((added, certificate)) => Content::Certificate(self.insert(certificate, added)),
                    Err(reason) => Content::Refused(Refused { subject: subject(der, index), reason }),
                },
            );
        }
        self.sources.push(record);
        Ok(())
    }

    /// The candidates with this key.
    pub(super) fn of_key(&self, key: usize) -> &[Place] {
        self.of_key.get(key).map(Vec::as_slice).unwrap_or_default()
    }

    fn take_certificate(&mut self, der: &[u8]) -> Result<Place, Refusal> {
        // The same bytes again: it was verified then.
        if let Some(place) = self.places.get(&DigestAlgorithm::Sha256.digest(&[der])).copied()
            && let Some(Candidate { added: Added::Root(Footing::Full) | Added::LinkAsAnchor, .. }) =
                self.candidates.get(place)
        {
            return Ok(place);
        }
        let certificate = authority(der)?;
        let added = added_by(&certificate, Footing::Full)?;
        if !self.has_room(1) {
            return Err(Refusal::TooMany);
        }
        Ok(self.insert(certificate, added))
    }

    fn take_pieces(&mut self, label: &str, bytes: &[u8]) -> SourceRecord {
        let mut record = SourceRecord::new(label, SourceKind::Unknown, bytes);
        let pieces = pieces(bytes);
        let refused = |subject: String, reason| Content::Refused(Refused { subject, reason });
        if pieces.is_empty() || pieces.len() > BOUNDS.pieces {
            let reason = if pieces.is_empty() { Refusal::Unknown } else { Refusal::TooMany };
            record.contents.push(refused(label.to_owned(), reason));
            return record;
        }
        for (index, piece) in pieces.iter().enumerate() {
            let (kind, content) = match piece {
                Piece::Certificate(der) => {
                    let taken = self.take_certificate(der).map(Content::Certificate);
                    (SourceKind::Certificates, taken.unwrap_or_else(|reason| refused(subject(der, index), reason)))
                }
                Piece::RevocationList(der) => {
                    let taken = self.take_revocation_list(label, der).map(|()| Content::Accepted);
                    (SourceKind::RevocationLists, taken.unwrap_or_else(|reason| refused(label.to_owned(), reason)))
                }
                Piece::DefectList(der) => match DefectList::parse(der) {
                    Ok(list) => {
                        record.source.date = list.signing_time();
                        let kind = SourceKind::DefectList(list.form());
                        let taken = self.take_defect_list(label, list).map(|()| Content::Accepted);
                        (kind, taken.unwrap_or_else(|reason| refused(label.to_owned(), reason)))
                    }
                    Err(error) => (SourceKind::Unknown, refused(label.to_owned(), error.into())),
                },
                Piece::MasterList(der) => match self.take_master_list(der) {
                    Ok(place) => {
                        let date = self.master_lists.get(place).and_then(|list| list.date);
                        record.source.date = date.or(record.source.date);
                        (SourceKind::Unknown, Content::MasterList(place))
                    }
                    Err(error) => (SourceKind::Unknown, refused(label.to_owned(), error.into())),
                },
                Piece::Unreadable => {
                    (SourceKind::Unknown, refused(format!("{label}, piece {}", index + 1), Refusal::Unknown))
                }
                Piece::OtherSigned => (SourceKind::Unknown, refused(label.to_owned(), ListError::OtherContent.into())),
            };
            if matches!(record.source.kind, SourceKind::Unknown) {
                record.source.kind = kind;
            }
            record.contents.push(content);
        }
        record
    }

    /// Adds a source that is a master list and nothing else.
    pub(super) fn add_master_list(&mut self, label: &str, bytes: &[u8]) -> Result<(), ListError> {
        let place = self.take_master_list(bytes)?;
        let mut record = SourceRecord::new(label, SourceKind::Unknown, bytes);
        record.source.date = self.master_lists.get(place).and_then(|list| list.date);
        record.contents.push(Content::MasterList(place));
        self.sources.push(record);
        Ok(())
    }

    fn take_revocation_list(&mut self, label: &str, der: &[u8]) -> Result<(), Refusal> {
        let list = RevocationList::parse(der)?;
        if self.list_fingerprints.contains(&list.fingerprint()) {
            return Ok(());
        }
        if self.revocation_lists.len() >= BOUNDS.lists {
            return Err(Refusal::TooMany);
        }
        self.list_fingerprints.insert(list.fingerprint());
        self.revocation_lists.push(Labelled { list: Arc::new(list), label: label.to_owned() });
        Ok(())
    }

    fn take_defect_list(&mut self, label: &str, list: DefectList) -> Result<(), Refusal> {
        if self.list_fingerprints.contains(list.fingerprint()) {
            return Ok(());
        }
        if self.defect_lists.len() >= BOUNDS.lists {
            return Err(Refusal::TooMany);
        }
        self.list_fingerprints.insert(list.fingerprint().to_vec());
        self.defect_lists.push(Labelled { list: Arc::new(list), label: label.to_owned() });
        Ok(())
    }

    /// Takes a master list whose signature verifies. Its entries are covered by that signature; their own signatures are not
    /// verified.
    fn take_master_list(&mut self, bytes: &[u8]) -> Result<usize, ListError> {
        let fingerprint = DigestAlgorithm::Sha256.digest(&[bytes]);
        if let Some(place) = self.master_list_places.get(&fingerprint) {
            return Ok(*place);
        }
        let list = MasterList::parse(bytes)?;
        let signatures = list.signatures(&mut Budget::new(Budget::DOCUMENT))?;
        if self.master_lists.len() >= BOUNDS.lists || !self.has_room(list.entries().count()) {
            return Err(ListError::TooMany);
        }
        let (mut entries, mut met, mut accepted, mut refused) = (Vec::new(), HashSet::new(), 0, Vec::new());
        for (index, der) in list.entries().enumerate() {
            match authority(der) {
                Ok(certificate) => {
                    accepted += 1;
                    let place = self.insert(certificate, Added::InLists);
                    if met.insert(place) {
                        entries.push(place);
                    }
                }
                Err(reason) => refused.push(Refused { subject: subject(der, index), reason }),
            }
        }
        self.master_lists.push(TakenList { signatures, entries, accepted, refused, date: list.signing_time() });
        let place = self.master_lists.len() - 1;
        self.master_list_places.insert(fingerprint, place);
        Ok(place)
    }

    fn push_refused(&mut self, label: &str, bytes: &[u8], reason: Refusal) {
        let mut record = SourceRecord::new(label, SourceKind::Unknown, bytes);
        record.contents.push(Content::Refused(Refused { subject: label.to_owned(), reason }));
        self.sources.push(record);
    }

    fn has_room(&self, count: usize) -> bool {
        self.candidates.len().saturating_add(count) <= BOUNDS.anchors
    }

    /// Holds a certificate once. Of several ways in which it was added the strongest counts.
    fn insert(&mut self, certificate: Certificate, added: Added) -> Place {
        let fingerprint = certificate.fingerprint();
        if let Some(place) = self.places.get(&fingerprint).copied() {
            if let Some(known) = self.candidates.get_mut(place) {
                known.added = known.added.or_stronger(added);
            }
            return place;
        }
        let (place, next) = (self.candidates.len(), self.keys.len());
        let key = *self.keys.entry(certificate.spki().to_vec()).or_insert(next);
        if key == self.of_key.len() {
            self.of_key.push(Vec::new());
        }
        self.of_key.get_mut(key).into_iter().for_each(|places| places.push(place));
        self.candidates.push(Candidate { certificate, key, added });
        self.places.insert(fingerprint, place);
        place
    }
}

impl Added {
    fn or_stronger(self, other: Self) -> Self {
        let rank = |added| match added {
            Self::InLists => 0,
            Self::Link => 1,
            Self::Root(Footing::Unverified) => 2,
            Self::Root(Footing::WithoutNull) => 3,
            Self::Root(Footing::Full) => 4,
            Self::LinkAsAnchor => 5,
        };
        if rank(other) > rank(self) { other } else { self }
    }
}

impl SourceRecord {
    fn new(label: &str, kind: SourceKind, bytes: &[u8]) -> Self {
        Self { source: Source::new(label, kind, bytes), contents: Vec::new() }
    }

    /// Why nothing in it can be used, whatever else is added.
    fn error(&self) -> Result<(), Refusal> {
        if self.source.parts > 0 {
            return Ok(());
        }
        let mut last = None;
        for content in &self.contents {
            match content {
                Content::Refused(refused) => last = Some(refused.reason),
                _ => return Ok(()),
            }
        }
        last.map_or(Ok(()), Err)
    }
}

/// Adds the certificates of a file, in DER or PEM, to those that the caller names one by one: all of them, or none.
pub(super) fn add_named(named: &mut Vec<Certificate>, bytes: &[u8]) -> Result<(), Refusal> {
    let all = certificates(bytes)?;
    if named.len().saturating_add(all.len()) > BOUNDS.named_certificates {
        return Err(Refusal::TooMany);
    }
    for certificate in all {
        if !named.contains(&certificate) {
            named.push(certificate);
        }
    }
    Ok(())
}

/// The certificates of a file that holds nothing else, at most as many as may be named.
fn certificates(bytes: &[u8]) -> Result<Vec<Certificate>, Refusal> {
    let pieces = pieces(bytes);
    if pieces.is_empty() {
        return Err(Refusal::Unknown);
    }
    if pieces.len() > BOUNDS.named_certificates {
        return Err(Refusal::TooMany);
    }
    let parse = |piece| match piece {
        Piece::Certificate(der) => Ok(Certificate::parse(&der)?),
        _ => Err(Refusal::Unknown),
    };
    pieces.into_iter().map(parse).collect()
}

/// The certificate of an authority. Some real ones lack cA: they are taken, and judged where they are used.
fn authority(der: &[u8]) -> Result<Certificate, Refusal> {
    let certificate = Certificate::parse(der)?;
    if may_be_authority(&certificate) { Ok(certificate) } else { Err(Refusal::NotCa) }
}

fn may_be_authority(certificate: &Certificate) -> bool {
    certificate.is_ca() || certificate.extensions().key_usage.is_some_and(|usage| usage.key_cert_sign)
}

/// How a certificate counts that no signed list covers: as an anchor if it verifies under its own key, else as a link.
fn added_by(certificate: &Certificate, footing: Footing) -> Result<Added, Refusal> {
    own_signature(certificate)?;
    Ok(if certificate.names_as_issuer(certificate) { Added::Root(footing) } else { Added::Link })
}

/// A certificate that names itself as its issuer must verify under its own key.
fn own_signature(certificate: &Certificate) -> Result<(), Refusal> {
    if !certificate.names_as_issuer(certificate) {
        return Ok(());
    }
    let key = certificate.public_key().map_err(CertificateError::from);
    key.and_then(|key| certificate.verify_signed_by(&key)).map(|_| ()).map_err(Refusal::OwnSignature)
}

/// The subject's name where it can be read, else the place.
pub(super) fn subject(der: &[u8], index: usize) -> String {
    match Certificate::parse(der) {
        Ok(certificate) => certificate.subject().to_string(),
        Err(_) => format!("certificate {}", index + 1),
    }
}
