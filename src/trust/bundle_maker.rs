//! Makes trust bundles: what is not used in a bundle is left out and reported.

use super::builder::TrustBuilder;
use super::bundle::{BundleError, BundlePart, BundleUse, TrustBundle};
use super::source::{Refusal, Refused, SourceKind};
use super::store::TrustStore;
use crate::bounds::BOUNDS;
use std::collections::HashMap;
use time::OffsetDateTime;

impl TrustBundle {
    /// A bundle of these files, made at this moment (in whole seconds). Files of which a store that
    /// holds all of them uses nothing, and lists without an authority among them, are left out; they are returned with the
    /// reason.
    ///
    /// A file that is a bundle itself is unpacked, and the new bundle is as old as the oldest of them.
    ///
    /// # Errors
    /// A moment that cannot be written, or more files than a bundle holds.
    pub fn make(
        made: OffsetDateTime,
        parts: impl IntoIterator<Item = BundlePart>,
    ) -> Result<(Self, Vec<Refused>), BundleError> {
        Self::make_with(TrustBuilder::new(), made, parts)
    }

    /// The same with the tolerances of this builder, which must hold nothing else. Whoever reads the bundle needs the
    /// tolerances again: the bundle does not contain them.
    ///
    /// # Errors
    /// As [`TrustBundle::make`].
    pub fn make_with(
        mut builder: TrustBuilder,
        made: OffsetDateTime,
        parts: impl IntoIterator<Item = BundlePart>,
    ) -> Result<(Self, Vec<Refused>), BundleError> {
        let made = made.to_offset(time::UtcOffset::UTC);
        if made.nanosecond() != 0 || !(0..=9999).contains(&made.year()) {
            return Err(BundleError::Moment);
        }
        let mut refused = Vec::new();
        let (made, mut parts) = unpacked(made, parts, &mut refused);
        parts.sort_by(|one, other| one.order().cmp(&other.order()).then_with(|| one.name().cmp(other.name())));
        parts.dedup_by(|one, other| one.order() == other.order());
        if parts.len() > BOUNDS.bundle_parts {
            return Err(BundleError::TooLong);
        }
        let places = add(&mut builder, &mut parts, &mut refused);
        let store = builder.build();
        leave_out_unused(&store, &places, &mut parts, &mut refused);
        let signers = signers(&store);
        parts.retain_mut(|part| match signers.get(hex::encode(part.sha256()).as_str()) {
            Some(Err(reason)) if part.purpose() == BundleUse::Trust => {
                refused.push(Refused { subject: part.name().to_owned(), reason: *reason });
                false
            }
            Some(Ok(signer)) if part.purpose() == BundleUse::Trust => {
                part.signer = signer.clone();
                true
            }
            _ => true,
        });
        Ok((Self::of(made, parts), refused))
    }
}

/// The files, those of bundles among them, and the oldest of the moments.
fn unpacked(
    made: OffsetDateTime,
    given: impl IntoIterator<Item = BundlePart>,
    refused: &mut Vec<Refused>,
) -> (OffsetDateTime, Vec<BundlePart>) {
    let (mut oldest, mut parts) = (made, Vec::new());
    let is_bundle = |part: &BundlePart| part.purpose() == BundleUse::Trust && TrustBundle::is_bundle(part.bytes());
    for part in given {
        if !is_bundle(&part) {
            parts.push(part);
            continue;
        }
        match TrustBundle::parse(part.bytes()) {
            // A store that takes a bundle takes none within it.
            Ok(bundle) if !bundle.parts().iter().any(is_bundle) => {
                oldest = oldest.min(bundle.made());
                parts.extend(bundle.parts().iter().cloned());
            }
            Ok(_) => refused.push(Refused { subject: part.name().to_owned(), reason: Refusal::Unknown }),
            Err(error) => refused.push(Refused { subject: part.name().to_owned(), reason: error.into() }),
        }
    }
    (oldest, parts)
}

/// Adds all files; those that cannot be read are taken out. Gives the place of each that is left among the sources, where it
/// has one.
fn add(builder: &mut TrustBuilder, parts: &mut Vec<BundlePart>, refused: &mut Vec<Refused>) -> Vec<Option<usize>> {
    let mut places = Vec::new();
    parts.retain(|part| {
        let added = match part.purpose() {
            BundleUse::Trust => {
                places.push(Some(builder.source_count()));
                // The sources of the store list what was refused.
                let _ = builder.add_file(&hex::encode(part.sha256()), part.bytes());
                return true;
            }
            BundleUse::PinnedSigner => builder.pin_signer(part.bytes()),
            BundleUse::ListSigner => builder.add_list_signer(part.bytes()),
        };
        match added {
            Ok(()) => places.push(None),
            Err(reason) => refused.push(Refused { subject: part.name().to_owned(), reason }),
        }
        added.is_ok()
    });
    places
}

/// Takes out the files of which nothing is used.
fn leave_out_unused(
    store: &TrustStore,
    places: &[Option<usize>],
    parts: &mut Vec<BundlePart>,
    refused: &mut Vec<Refused>,
) {
    let mut places = places.iter();
    parts.retain(|part| {
        let source = places.next().copied().flatten().and_then(|place| store.sources().get(place));
        let Some(source) = source.filter(|source| source.accepted == 0) else { return true };
        let reason = source.refused.last().map_or(Refusal::Unknown, |last| last.reason);
        // What was revoked is kept: a document that rests on it fails.
        if reason == Refusal::Revoked {
            return true;
        }
        refused.push(Refused { subject: part.name().to_owned(), reason });
        false
    });
}

/// Who signed the lists of each source, by its label; an error where no list of the source has an authority.
fn signers(store: &TrustStore) -> HashMap<&str, Result<String, Refusal>> {
    let mut all: HashMap<&str, Result<String, Refusal>> = HashMap::new();
    let revocation = store.revocation_lists().iter().map(|one| (one.label(), one.authority()));
    let defects = store.defect_lists().iter().map(|one| (one.label(), one.authority()));
    for (label, authority) in revocation.chain(defects) {
        let signer = authority.map(|one| one.subject().to_string());
        let known = all.entry(label).or_insert_with(|| signer.clone());
        // Of several lists in one file one that has an authority is enough.
        if known.is_err() && signer.is_ok() {
            *known = signer;
        }
    }
    for source in store.sources() {
        if let SourceKind::MasterList(signer) = &source.kind {
            all.insert(&source.label, Ok(signer.certificate.subject().to_string()));
        }
    }
    all
}
