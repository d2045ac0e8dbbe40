//! How a trust store takes files: each piece by its kind, told by its bytes.

use super::anchors::Origin;
use super::bundle::{AgePolicy, BundleError, BundleUse, TrustBundle};
use super::list_signer::{ListSigner, authority};
use super::lists::Listed;
use super::pieces::{Piece, pieces};
use super::settle::{ListStanding, TakenList};
use super::source::{Refusal, Refused, Source, SourceKind};
use super::trust_store::TrustStore;
use crate::bounds::BOUNDS;
use crate::checks::Tolerance;
use crate::pki::{Budget, Certificate, DefectList, ListError, MasterList, RevocationList, RevocationListError};
use time::OffsetDateTime;

impl TrustStore {
    /// Adds whatever a file holds, in DER or PEM: certificates, a master list, revocation lists, a deviation or defect list,
    /// a trust bundle. Gives what was accepted and refused; it also stands in [`TrustStore::sources`].
    ///
    /// A list is accepted when it is well formed; whether an anchor vouches for it stands in
    /// [`TrustStore::revocation_lists`] and [`TrustStore::defect_lists`], for the anchor may come later. There is no clock
    /// here: a bundle's age is told by the report, and judged by [`TrustStore::add_bundle`].
    pub fn add_file(&mut self, label: &str, bytes: &[u8]) -> &Source {
        let source = match TrustBundle::is_bundle(bytes) {
            true => match TrustBundle::parse(bytes) {
                Ok(bundle) => self.take_bundle(label, bytes, &bundle),
                Err(error) => Source::refused(label, bytes, error.into()),
            },
            false => self.take_pieces(label, bytes),
        };
        self.sources.push(source);
        self.settle();
        self.sources.last().expect("it was pushed in the line above")
    }

    /// Adds a trust bundle, if it is not too old at this moment. Everything in it is verified as if the caller had handed in
    /// its files one by one.
    ///
    /// # Errors
    /// A bundle that is not whole, or too old; nothing of it is then trusted.
    pub fn add_bundle(
        &mut self,
        label: &str,
        bytes: &[u8],
        at: OffsetDateTime,
        policy: AgePolicy,
    ) -> Result<&Source, BundleError> {
        let bundle = TrustBundle::parse(bytes)?;
        policy.admit(bundle.made(), at)?;
        self.age_policy = policy;
        let source = self.take_bundle(label, bytes, &bundle);
        self.sources.push(source);
        self.settle();
        Ok(self.sources.last().expect("it was pushed in the line above"))
    }

    /// Adds the certification authorities of a master list, or of a bare `CscaMasterList`, **without verifying who signed
    /// it**: for a list from a source that the caller has authenticated otherwise. What only such a list brings needs the
    /// tolerance `unverified_list` wherever a document is judged, and never makes one better than undetermined. An authority
    /// that is called its own issuer must verify under its own key, any other under its issuer's if that is an anchor.
    ///
    /// # Errors
    /// No master list.
    pub fn add_unverified_master_list(&mut self, label: &str, bytes: &[u8]) -> Result<&Source, ListError> {
        let Authorities { own, accepted, refused } = match MasterList::parse(bytes) {
            Ok(list) => authorities(list.entries(), own_signature),
            Err(error) => {
                let entries = MasterList::bare_entries(bytes).map_err(|_| error)?;
                authorities(entries.into_iter(), own_signature)
            }
        };
        let source = Source { accepted, refused, ..Source::new(label, SourceKind::UnverifiedMasterList, bytes) };
        self.has_room_for(&own)?;
        let place = self.sources.len();
        for certificate in own.anchors.into_all() {
            self.hand_in(certificate, Some(Tolerance::UnverifiedList), Some(place));
        }
        self.sources.push(source);
        self.settle();
        Ok(self.sources.last().expect("it was pushed in the line above"))
    }

    pub(super) fn take_certificate(&mut self, der: &[u8], source: Option<usize>) -> Result<(), Refusal> {
        let certificate = Certificate::parse(der)?;
        if !may_be_authority(&certificate) {
            return Err(Refusal::NotCa);
        }
        own_signature(&certificate)?;
        if !self.has_room() {
            return Err(Refusal::TooMany);
        }
        self.hand_in(certificate, None, source);
        Ok(())
    }

    /// Takes the pieces of a file; the source that this gives must be pushed next.
    fn take_pieces(&mut self, label: &str, bytes: &[u8]) -> Source {
        let pieces = pieces(bytes);
        if pieces.is_empty() {
            return Source::refused(label, bytes, Refusal::Unknown);
        }
        if pieces.len() > BOUNDS.pieces {
            return Source::refused(label, bytes, Refusal::TooMany);
        }
        let mut source = Source::new(label, SourceKind::Unknown, bytes);
        for (index, piece) in pieces.iter().enumerate() {
            let (kind, taken) = match piece {
                Piece::Certificate(der) => {
                    let taken = self
                        .take_certificate(der, Some(self.sources.len()))
                        .map_err(|reason| (subject(der, index), reason));
                    (SourceKind::Certificates, taken)
                }
                Piece::RevocationList(der) => {
                    let taken = self.take_revocation_list(label, der).map_err(|reason| (label.to_owned(), reason));
                    (SourceKind::RevocationLists, taken)
                }
                Piece::DefectList(der) => match DefectList::parse(der) {
                    Ok(list) => {
                        source.date = list.signing_time();
                        let kind = SourceKind::DefectList(list.form());
                        (kind, self.take_defect_list(label, list).map_err(|reason| (label.to_owned(), reason)))
                    }
                    Err(error) => (SourceKind::Unknown, Err((label.to_owned(), error.into()))),
                },
                Piece::MasterList(der) => {
                    let taken = self.take_master_list(der);
                    source.date = taken.ok().flatten().or(source.date);
                    let reason = taken.map_or_else(Refusal::from, |_| ListError::SignerUnanchored.into());
                    (SourceKind::Unknown, Err((label.to_owned(), reason)))
                }
                Piece::Unreadable => {
                    (SourceKind::Unknown, Err((format!("{label}, piece {}", index + 1), Refusal::Unknown)))
                }
                Piece::OtherSigned => (SourceKind::Unknown, Err((label.to_owned(), ListError::OtherContent.into()))),
            };
            if matches!(source.kind, SourceKind::Unknown) {
                source.kind = kind;
            }
            match taken {
                Ok(()) => source.accepted += 1,
                Err((subject, reason)) => source.refused.push(Refused { subject, reason }),
            }
        }
        source
    }

    fn take_bundle(&mut self, label: &str, bytes: &[u8], bundle: &TrustBundle) -> Source {
        let mut whole = Source::new(label, SourceKind::Bundle, bytes);
        whole.date = Some(bundle.made());
        let before = self.sources.len();
        for part in bundle.parts() {
            let name = format!("{label}: {}", part.name());
            let named = match part.purpose() {
                BundleUse::Trust => {
                    let source = self.take_pieces(&name, part.bytes());
                    whole.accepted += source.accepted;
                    whole.refused.extend(source.refused.iter().cloned());
                    self.sources.push(source);
                    continue;
                }
                BundleUse::PinnedSigner => add_named(&mut self.pinned, part.bytes()),
                BundleUse::ListSigner => {
                    self.lists.reset_defects();
                    add_named(&mut self.list_signers, part.bytes())
                }
            };
            match named {
                Ok(()) => whole.accepted += 1,
                Err(reason) => whole.refused.push(Refused { subject: name, reason }),
            }
        }
        self.bundles.push(bundle.made());
        whole.parts = self.sources.len() - before;
        whole
    }

    fn take_revocation_list(&mut self, label: &str, der: &[u8]) -> Result<(), Refusal> {
        let list = RevocationList::parse(der)?;
        if self.lists.revocation.iter().any(|one| one.list().der() == der) {
            return Ok(());
        }
        if self.lists.revocation.len() >= BOUNDS.lists {
            return Err(Refusal::TooMany);
        }
        let unknown = RevocationListError::IssuerUnknown.into();
        self.lists.revocation.push(Listed::new(list, label, unknown));
        Ok(())
    }

    fn take_defect_list(&mut self, label: &str, list: DefectList) -> Result<(), Refusal> {
        if self.lists.defects.iter().any(|one| one.list().fingerprint() == list.fingerprint()) {
            return Ok(());
        }
        if self.lists.defects.len() >= BOUNDS.lists {
            return Err(Refusal::TooMany);
        }
        self.lists.defects.push(Listed::new(list, label, ListError::SignerUnanchored.into()));
        Ok(())
    }

    /// Takes a list whose signature verifies: its entries become anchors once its signer leads to one, or at once where he
    /// leads within the list. They are covered by its signature; their own are not verified here. The source that it comes in
    /// must be pushed next, and tells so far that its signer leads nowhere.
    pub(super) fn take_master_list(&mut self, bytes: &[u8]) -> Result<Option<OffsetDateTime>, ListError> {
        let list = MasterList::parse(bytes)?;
        let mut budget = Budget::new(Budget::DOCUMENT);
        let mut signatures = list.signatures(&mut budget)?;
        signatures.retain(|signature| self.without_null || !signature.null_missing);
        if signatures.is_empty() {
            return Err(ListError::NeedsDigestInfoWithoutNull);
        }
        if self.masters.len() >= BOUNDS.lists {
            return Err(ListError::TooMany);
        }
        let Authorities { own, accepted, refused } = authorities(list.entries(), |_| Ok(()));
        let own_signer = signatures.iter().find_map(|signature| {
            let path = authority(&signature.certificate, &own, &mut budget).ok()?;
            Some(ListSigner::new(signature, path, false))
        });
        self.masters.push(TakenList {
            signatures,
            entries: own.anchors.into_all(),
            accepted,
            refused,
            own: own_signer,
            source: self.sources.len(),
            standing: ListStanding::Waiting(ListError::SignerUnanchored),
            told: Some(ListError::SignerUnanchored),
            tolerance: None,
        });
        Ok(list.signing_time())
    }

    fn has_room_for(&self, own: &Self) -> Result<(), ListError> {
        match self.anchors().len().saturating_add(own.anchors().len()) > BOUNDS.anchors {
            true => Err(ListError::TooMany),
            false => Ok(()),
        }
    }
}

/// The authorities among certificates, and what was refused.
struct Authorities {
    own: TrustStore,
    /// Those that stand twice counted twice.
    accepted: usize,
    refused: Vec<Refused>,
}

/// Those that are fit to be taken.
fn authorities<'a>(
    entries: impl Iterator<Item = &'a [u8]>,
    fit: impl Fn(&Certificate) -> Result<(), Refusal>,
) -> Authorities {
    let mut all = Authorities { own: TrustStore::new(), accepted: 0, refused: Vec::new() };
    for (index, der) in entries.enumerate() {
        let reason = match Certificate::parse(der) {
            Ok(certificate) if may_be_authority(&certificate) => match fit(&certificate) {
                Ok(()) => {
                    all.own.anchors.insert(certificate, Origin { list: None, tolerance: None });
                    all.accepted += 1;
                    continue;
                }
                Err(refusal) => refusal,
            },
            Ok(_) => Refusal::NotCa,
            Err(error) => error.into(),
        };
        all.refused.push(Refused { subject: subject(der, index), reason });
    }
    all
}

/// Adds the certificates of a file, in DER or PEM, to those that the caller names one by one: all of them, or none.
pub(super) fn add_named(named: &mut Vec<Certificate>, bytes: &[u8]) -> Result<(), Refusal> {
    let pieces = pieces(bytes);
    if pieces.is_empty() {
        return Err(Refusal::Unknown);
    }
    if named.len().saturating_add(pieces.len()) > BOUNDS.named_certificates {
        return Err(Refusal::TooMany);
    }
    let mut all = Vec::new();
    for piece in pieces {
        let Piece::Certificate(der) = piece else { return Err(Refusal::Unknown) };
        all.push(Certificate::parse(&der)?);
    }
    for certificate in all {
        if !named.contains(&certificate) {
            named.push(certificate);
        }
    }
    Ok(())
}

/// A certificate that is called its own issuer must verify under its own key.
fn own_signature(certificate: &Certificate) -> Result<(), Refusal> {
    if !certificate.names_as_issuer(certificate) {
        return Ok(());
    }
    let key = certificate.public_key().map_err(|error| Refusal::OwnSignature(error.into()))?;
    certificate.verify_signed_by(&key).map(|_| ()).map_err(Refusal::OwnSignature)
}

/// Whether a certificate looks like an authority's. Some real ones lack cA: they are taken, and judged where they are used.
pub(super) fn may_be_authority(certificate: &Certificate) -> bool {
    certificate.is_ca() || certificate.extensions().key_usage.is_some_and(|usage| usage.key_cert_sign)
}

/// The subject's name where it can be read, else the place.
pub(super) fn subject(der: &[u8], index: usize) -> String {
    match Certificate::parse(der) {
        Ok(certificate) => certificate.subject().to_string(),
        Err(_) => format!("certificate {}", index + 1),
    }
}
