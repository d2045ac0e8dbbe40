//! What was added to a builder: each file taken apart, each certificate and each list held once. Nothing here is evaluated
//! beside the rest; that is done when all of it is there.

use super::bundle::{AgePolicy, BundleUse, TrustBundle};
use super::source::{Refusal, Refused, Source, SourceKind};
use crate::bounds::BOUNDS;
use crate::crypto::DigestAlgorithm;
use crate::pki::{Certificate, CertificateError, FileObject, RevocationList, SignatureBudget, file_objects};
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
    pub(super) fingerprint: Vec<u8>,
    /// The number of its key: certificates of one key have the same.
    pub(super) key: usize,
    pub(super) added: Added,
    /// Why a certificate with its own name as its issuer's does not verify under its own key.
    pub(super) own_signature: Option<CertificateError>,
}

/// How a certificate was added, the weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Added {
    /// As an entry of signed lists only.
    InLists,
    /// As a link, used only if it leads to an anchor.
    Link,
    /// It verifies under its own key, and stands in a list whose signature was not verified.
    UnverifiedRoot,
    /// It verifies under its own key.
    Root,
    /// The caller trusts this link as an anchor.
    LinkAsAnchor,
}

/// A master list whose signature verifies.
#[derive(Clone, Debug)]
pub(super) struct VerifiedList {
    pub(super) fingerprint: Vec<u8>,
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
    pub(super) master_lists: Vec<VerifiedList>,
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

    /// Adds all certificates of a file as links, or as links that are trusted, or none.
    pub(super) fn add_links(&mut self, bytes: &[u8], as_anchors: bool) -> Result<(), Refusal> {
        let mut links = Vec::new();
        for certificate in certificates(bytes)? {
            let (mut added, mut own_signature) = (Added::Link, None);
            if as_anchors {
                may_be_authority(&certificate)?;
                (added, own_signature) = classified(&certificate)?;
                added = if added == Added::Root { added } else { Added::LinkAsAnchor };
            }
            links.push((certificate, added, own_signature));
        }
        let count = self.named.links.saturating_add(links.len());
        if count > BOUNDS.named_certificates || !self.has_room(links.len()) {
            return Err(Refusal::TooMany);
        }
        self.named.links = count;
        for (certificate, added, own_signature) in links {
            let place = self.insert(certificate, added, own_signature);
            self.alone.push(place);
        }
        Ok(())
    }

    /// Takes a file apart; an error where nothing in it can be used.
    pub(super) fn add_file(&mut self, label: &str, bytes: &[u8]) -> Result<(), Refusal> {
        if TrustBundle::is_bundle(bytes) {
            match TrustBundle::parse(bytes) {
                Ok(bundle) => self.add_bundle(label, bytes, &bundle),
                Err(error) => {
                    let mut record = SourceRecord::new(label, SourceKind::Unknown, bytes);
                    record.push(Err(error.into()), || label.to_owned());
                    self.sources.push(record);
                }
            }
        } else {
            let record = self.take_file(label, bytes);
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
                    let record = self.take_file(&name, part.bytes());
                    self.sources.push(record);
                    continue;
                }
                BundleUse::PinnedSigner => add_named(&mut self.named.pinned, part.bytes()),
                BundleUse::ListSigner => add_named(&mut self.named.list_signers, part.bytes()),
            };
            whole.push(named.map(|()| Content::Accepted), || name);
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
            let taken = authority(der).and_then(|certificate| {
                let (added, own_signature) = classified(&certificate)?;
                Ok(self.insert(certificate, added.min(Added::UnverifiedRoot), own_signature))
            });
            record.push(taken.map(Content::Certificate), || subject(der, index));
        }
        self.sources.push(record);
        Ok(())
    }

    pub(super) fn candidate(&self, place: Place) -> &Candidate {
        self.candidates.get(place).expect("a place is that of a candidate")
    }

    /// The candidates with this key.
    pub(super) fn of_key(&self, key: usize) -> &[Place] {
        self.of_key.get(key).map(Vec::as_slice).unwrap_or_default()
    }

    fn take_certificate(&mut self, der: &[u8]) -> Result<Place, Refusal> {
        // The same bytes again: their signature was verified then.
        if let Some(place) = self.places.get(&DigestAlgorithm::Sha256.digest(&[der]))
            && matches!(self.candidate(*place).added, Added::Root | Added::LinkAsAnchor)
        {
            return Ok(*place);
        }
        let certificate = authority(der)?;
        let (added, own_signature) = classified(&certificate)?;
        if !self.has_room(1) {
            return Err(Refusal::TooMany);
        }
        Ok(self.insert(certificate, added, own_signature))
    }

    fn take_file(&mut self, label: &str, bytes: &[u8]) -> SourceRecord {
        let mut record = SourceRecord::new(label, SourceKind::Unknown, bytes);
        let objects = file_objects(bytes);
        if objects.is_empty() || objects.len() > BOUNDS.pieces {
            let reason = if objects.is_empty() { Refusal::Unknown } else { Refusal::TooMany };
            record.push(Err(reason), || label.to_owned());
            return record;
        }
        for (index, object) in objects.iter().enumerate() {
            let (kind, taken) = match object {
                FileObject::Certificate(der) => {
                    let taken = self.take_certificate(der).map(Content::Certificate);
                    record.set_kind(SourceKind::Certificates);
                    record.push(taken, || subject(der, index));
                    continue;
                }
                FileObject::Unreadable => {
                    record.push(Err(Refusal::Unknown), || format!("{label}, piece {}", index + 1));
                    continue;
                }
                FileObject::RevocationList(der) => {
                    (SourceKind::RevocationLists, self.take_revocation_list(label, der).map(|()| Content::Accepted))
                }
                FileObject::DefectList(der) => match DefectList::parse(der) {
                    Ok(list) => {
                        record.source.date = list.signing_time();
                        let kind = SourceKind::DefectList(list.form());
                        (kind, self.take_defect_list(label, list).map(|()| Content::Accepted))
                    }
                    Err(error) => (SourceKind::Unknown, Err(error.into())),
                },
                FileObject::MasterList(der) => {
                    let taken = self.take_master_list(der).map_err(Refusal::from);
                    let list = taken.ok().and_then(|place| self.master_lists.get(place));
                    record.source.date = list.and_then(|list| list.date).or(record.source.date);
                    (SourceKind::Unknown, taken.map(Content::MasterList))
                }
                FileObject::OtherSigned => (SourceKind::Unknown, Err(ListError::OtherContent.into())),
            };
            record.set_kind(kind);
            record.push(taken, || label.to_owned());
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
        let signatures = list.signatures(&mut SignatureBudget::new(SignatureBudget::DOCUMENT))?;
        if self.master_lists.len() >= BOUNDS.lists || !self.has_room(list.entries().count()) {
            return Err(ListError::TooMany);
        }
        let (mut entries, mut met, mut accepted, mut refused) = (Vec::new(), HashSet::new(), 0, Vec::new());
        for (index, der) in list.entries().enumerate() {
            match authority(der) {
                Ok(certificate) => {
                    accepted += 1;
                    let place = self.insert(certificate, Added::InLists, None);
                    if met.insert(place) {
                        entries.push(place);
                    }
                }
                Err(reason) => refused.push(Refused { subject: subject(der, index), reason }),
            }
        }
        let place = self.master_lists.len();
        self.master_list_places.insert(fingerprint.clone(), place);
        let date = list.signing_time();
        self.master_lists.push(VerifiedList { fingerprint, signatures, entries, accepted, refused, date });
        Ok(place)
    }

    fn has_room(&self, count: usize) -> bool {
        self.candidates.len().saturating_add(count) <= BOUNDS.anchors
    }

    /// Holds a certificate once. Of several ways in which it was added the strongest counts.
    fn insert(&mut self, certificate: Certificate, added: Added, own_signature: Option<CertificateError>) -> Place {
        let fingerprint = certificate.fingerprint();
        if let Some(place) = self.places.get(&fingerprint).copied() {
            if let Some(known) = self.candidates.get_mut(place) {
                known.added = known.added.max(added);
                known.own_signature = known.own_signature.or(own_signature);
            }
            return place;
        }
        let (place, next) = (self.candidates.len(), self.keys.len());
        let key = *self.keys.entry(certificate.spki().to_vec()).or_insert(next);
        if key == self.of_key.len() {
            self.of_key.push(Vec::new());
        }
        self.of_key.get_mut(key).into_iter().for_each(|places| places.push(place));
        self.places.insert(fingerprint.clone(), place);
        self.candidates.push(Candidate { certificate, fingerprint, key, added, own_signature });
        place
    }
}

impl SourceRecord {
    fn new(label: &str, kind: SourceKind, bytes: &[u8]) -> Self {
        Self { source: Source::new(label, kind, bytes), contents: Vec::new() }
    }

    /// The kind of a source is that of its first part that has one.
    fn set_kind(&mut self, kind: SourceKind) {
        if matches!(self.source.kind, SourceKind::Unknown) {
            self.source.kind = kind;
        }
    }

    fn push(&mut self, taken: Result<Content, Refusal>, subject: impl FnOnce() -> String) {
        self.contents.push(taken.unwrap_or_else(|reason| Content::Refused(Refused { subject: subject(), reason })));
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
    let objects = file_objects(bytes);
    if objects.is_empty() {
        return Err(Refusal::Unknown);
    }
    if objects.len() > BOUNDS.named_certificates {
        return Err(Refusal::TooMany);
    }
    let parse = |object| match object {
        FileObject::Certificate(der) => Ok(Certificate::parse(&der)?),
        _ => Err(Refusal::Unknown),
    };
    objects.into_iter().map(parse).collect()
}

/// The certificate of an authority.
fn authority(der: &[u8]) -> Result<Certificate, Refusal> {
    let certificate = Certificate::parse(der)?;
    may_be_authority(&certificate).map(|()| certificate)
}

/// Some real authorities lack cA: they are accepted here, and judged where they are used.
fn may_be_authority(certificate: &Certificate) -> Result<(), Refusal> {
    let signs_certificates = || certificate.extensions().key_usage.is_some_and(|usage| usage.key_cert_sign);
    if certificate.is_ca() || signs_certificates() { Ok(()) } else { Err(Refusal::NotCa) }
}

/// How a certificate counts that no signed list covers: as an anchor if it verifies under its own key, else as a link. One
/// whose key identifiers name itself as its issuer must verify; where only the names are equal, it may be a link between
/// generations of one name, and why it does not verify under its own key is kept.
fn classified(certificate: &Certificate) -> Result<(Added, Option<CertificateError>), Refusal> {
    if !certificate.names_as_issuer(certificate) {
        return Ok((Added::Link, None));
    }
    let extensions = certificate.extensions();
    let by_key_id = extensions.authority_key_id.is_some() && extensions.subject_key_id.is_some();
    let key = certificate.public_key().map_err(CertificateError::from);
    match key.and_then(|key| certificate.verify_signed_by(&key)) {
        Ok(_) => Ok((Added::Root, None)),
        Err(error) if by_key_id => Err(Refusal::OwnSignature(error)),
        Err(error) => Ok((Added::Link, Some(error))),
    }
}

/// The subject's name where it can be read, else the place.
pub(super) fn subject(der: &[u8], index: usize) -> String {
    match Certificate::parse(der) {
        Ok(certificate) => certificate.subject().to_string(),
        Err(_) => format!("certificate {}", index + 1),
    }
}
