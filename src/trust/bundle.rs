//! One file that holds all that an operator trusts, for use without a network: `chipid.trust/1`.
//!
//! It holds the files as their issuers signed them, so that everything is verified again when it is read: a bundle is no
//! more trusted than its files would be, handed in one by one. Its hash tells a slip of the disk from a forgery, it proves
//! nothing. The form is DER, by the same reader and writer that all certificates and lists go through: no other encoding
//! has to be kept, signed lists stay the bytes that they are, and the same files give the same bundle.
//!
//! ```asn1
//! TrustBundle ::= SEQUENCE {
//!     schema UTF8String,                 -- chipid.trust/1
//!     made   GeneralizedTime,
//!     parts  SEQUENCE OF Part,           -- in the order of their purposes and hashes
//!     sha256 OCTET STRING }              -- of schema, made and parts as they are encoded
//! Part ::= SEQUENCE {
//!     purpose UTF8String,                -- trust, pinned_signer, list_signer
//!     name    UTF8String,                -- of the file, without its folder
//!     signer  UTF8String,                -- who signed it, as its maker saw it; told, never trusted
//!     sha256  OCTET STRING,
//!     file    OCTET STRING }
//! ```

use super::source::{Refusal, Refused, SourceKind};
use super::trust_store::TrustStore;
use crate::bounds::BOUNDS;
use crate::crypto::DigestAlgorithm;
use crate::pki::moment;
use crate::tlv::{self, Reader, Tag, Tlv, TlvError};
use core::fmt;
use thiserror::Error;
use time::{Duration, OffsetDateTime};

/// The name and version of the form.
const SCHEMA: &str = "chipid.trust/1";

/// Why a bundle is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BundleError {
    /// A data object is not as it is due.
    #[error("trust bundle {0}")]
    Tlv(#[from] TlvError),
    /// Longer than 256 MiB, or of more than 8 192 files.
    #[error("the trust bundle is longer than 256 MiB, or has more than 8192 files")]
    TooLong,
    /// Another form, or another version of it.
    #[error("the form is not chipid.trust/1")]
    Schema,
    /// The hash at its end is not its own.
    #[error("the trust bundle does not have the hash that is written in it: it was damaged or altered")]
    Damaged,
    /// Not in its one form: parts out of order or twice, or lengths not in their shortest form.
    #[error("the trust bundle is not in its one form")]
    NotCanonical,
    /// A purpose that is not known.
    #[error("a part of the trust bundle has a purpose that is not known")]
    Purpose,
    /// Made at a moment that cannot be written: with parts of a second, or outside the years 0 to 9999.
    #[error("a moment that cannot be written")]
    Moment,
    /// Older than the policy allows.
    #[error("the trust bundle is {days} days old, more than the {most} that are allowed")]
    TooOld {
        /// Its age.
        days: i64,
        /// The oldest that is taken.
        most: i64,
    },
}

/// How old a bundle may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AgePolicy {
    /// Older ones are told.
    pub warn_after: Duration,
    /// Older ones are refused.
    pub refuse_after: Duration,
}

/// Lists are renewed every four weeks where that is done by hand (TR-03135-2); after 90 days every revocation list in the
/// bundle is stale (9303-12 §4), and nothing in it can be relied on to be of today.
impl Default for AgePolicy {
    fn default() -> Self {
        Self { warn_after: Duration::days(28), refuse_after: Duration::days(90) }
    }
}

/// How a bundle's age stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// Made more than a day after the moment that it is judged for: a clock is wrong, or the bundle says of itself that it
    /// never ages.
    Early,
    /// Young enough.
    Fresh,
    /// It should be renewed.
    Stale,
    /// It must be renewed.
    TooOld,
}

impl Age {
    /// The word of the JSON output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Early => "early",
            Self::Fresh => "fresh",
            Self::Stale => "stale",
            Self::TooOld => "too_old",
        }
    }
}

impl AgePolicy {
    /// How the age of a bundle stands at a moment. One that is made later is told, and not refused: evidence may be judged at
    /// its own day with what is known today.
    pub fn judge(&self, made: OffsetDateTime, at: OffsetDateTime) -> Age {
        match at - made {
            age if age < -Duration::DAY => Age::Early,
            age if age > self.refuse_after => Age::TooOld,
            age if age > self.warn_after => Age::Stale,
            _ => Age::Fresh,
        }
    }

    pub(super) fn admit(&self, made: OffsetDateTime, at: OffsetDateTime) -> Result<(), BundleError> {
        match self.judge(made, at) {
            Age::TooOld => {
                Err(BundleError::TooOld { days: (at - made).whole_days(), most: self.refuse_after.whole_days() })
            }
            _ => Ok(()),
        }
    }
}

/// What a file in a bundle is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BundleUse {
    /// Whatever it holds, as [`TrustStore::add_file`] takes it.
    Trust,
    /// Document signers to be pinned.
    PinnedSigner,
    /// Signers of lists of known defects to be named.
    ListSigner,
}

impl BundleUse {
    const ALL: [Self; 3] = [Self::Trust, Self::PinnedSigner, Self::ListSigner];

    /// The word of the form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trust => "trust",
            Self::PinnedSigner => "pinned_signer",
            Self::ListSigner => "list_signer",
        }
    }
}

/// One file of a bundle.
#[derive(Clone, PartialEq, Eq)]
pub struct BundlePart {
    purpose: BundleUse,
    name: String,
    signer: String,
    sha256: Vec<u8>,
    bytes: Vec<u8>,
}

impl BundlePart {
    /// A file, by the name that it is to have in the bundle.
    pub fn new(purpose: BundleUse, name: &str, bytes: Vec<u8>) -> Self {
        let sha256 = DigestAlgorithm::Sha256.digest(&[&bytes]);
        Self { purpose, name: name.to_owned(), signer: String::new(), sha256, bytes }
    }

    /// What it is for.
    pub fn purpose(&self) -> BundleUse {
        self.purpose
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Who signed it, as the bundle's maker saw it; empty where nobody did.
    pub fn signer(&self) -> &str {
        &self.signer
    }

    /// Its SHA-256.
    pub fn sha256(&self) -> &[u8] {
        &self.sha256
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn order(&self) -> (BundleUse, &[u8]) {
        (self.purpose, &self.sha256)
    }

    fn encode(&self) -> Vec<u8> {
        let text = |text: &str| tlv::encode(Tag::UTF8_STRING, text.as_bytes());
        tlv::encode_all(
            Tag::SEQUENCE,
            &[
                &text(self.purpose.as_str()),
                &text(&self.name),
                &text(&self.signer),
                &tlv::encode(Tag::OCTET_STRING, &self.sha256),
                &tlv::encode(Tag::OCTET_STRING, &self.bytes),
            ],
        )
    }

    fn parse(part: &Tlv<'_>) -> Result<Self, BundleError> {
        let mut fields = part.children();
        let purpose = fields.expect(Tag::UTF8_STRING, "a purpose")?;
        let purpose = BundleUse::ALL.into_iter().find(|one| one.as_str().as_bytes() == purpose.value);
        let name = text(&fields.expect(Tag::UTF8_STRING, "a name")?)?;
        let signer = text(&fields.expect(Tag::UTF8_STRING, "a signer")?)?;
        let sha256 = fields.expect(Tag::OCTET_STRING, "a SHA-256")?.value;
        let bytes = fields.expect(Tag::OCTET_STRING, "a file")?.value.to_vec();
        fields.finish()?;
        let mut part = Self::new(purpose.ok_or(BundleError::Purpose)?, &name, bytes);
        if part.sha256 != sha256 {
            return Err(BundleError::Damaged);
        }
        part.signer = signer;
        Ok(part)
    }
}

impl fmt::Debug for BundlePart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BundlePart({}, {}, {} bytes)", self.purpose.as_str(), self.name, self.bytes.len())
    }
}

/// A bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustBundle {
    made: OffsetDateTime,
    parts: Vec<BundlePart>,
}

impl TrustBundle {
    /// A bundle of these files, made at this moment (in whole seconds). Each file is taken as a store would take it: those
    /// in which a store accepts nothing, and lists that nobody in the bundle vouches for, are left out and told.
    ///
    /// A file that is a bundle itself is unpacked, and the new one is no younger than it: packing anew makes nothing fresh.
    ///
    /// # Errors
    /// A moment that cannot be written, or more files than a bundle holds.
    pub fn make(
        made: OffsetDateTime,
        parts: impl IntoIterator<Item = BundlePart>,
    ) -> Result<(Self, Vec<Refused>), BundleError> {
        Self::make_with(TrustStore::new(), made, parts)
    }

    /// The same, the files being taken by this store, with the tolerances that it has. Whoever reads the bundle needs them
    /// again: it does not hand them on.
    ///
    /// # Errors
    /// As [`TrustBundle::make`].
    pub fn make_with(
        mut store: TrustStore,
        made: OffsetDateTime,
        parts: impl IntoIterator<Item = BundlePart>,
    ) -> Result<(Self, Vec<Refused>), BundleError> {
        let made = made.to_offset(time::UtcOffset::UTC);
        if made.nanosecond() != 0 || !(0..=9999).contains(&made.year()) {
            return Err(BundleError::Moment);
        }
        let mut refused = Vec::new();
        let (made, mut parts) = unpacked(made, parts, &mut refused);
        parts.sort_by(|one, other| one.order().cmp(&other.order()).then_with(|| one.name.cmp(&other.name)));
        parts.dedup_by(|one, other| one.order() == other.order());
        if parts.len() > BOUNDS.bundle_parts {
            return Err(BundleError::TooLong);
        }
        take(&mut store, &mut parts, &mut refused);
        parts.retain_mut(|part| match signer_of(part, &store) {
            Ok(signer) => {
                part.signer = signer;
                true
            }
            Err(one) => {
                refused.push(one);
                false
            }
        });
        Ok((Self { made, parts }, refused))
    }

    /// Whether bytes look like a bundle: a SEQUENCE that begins with a UTF8String.
    pub fn is_bundle(bytes: &[u8]) -> bool {
        Reader::new(bytes).next().ok().and_then(|whole| whole.children().peek()) == Some(Tag::UTF8_STRING)
    }

    /// Reads a bundle. Its files are not looked into: that is the store's business.
    ///
    /// # Errors
    /// No bundle, or one that is not whole.
    pub fn parse(bytes: &[u8]) -> Result<Self, BundleError> {
        if bytes.len() > BOUNDS.bundle_octets {
            return Err(BundleError::TooLong);
        }
        let mut reader = Reader::new(bytes);
        let whole = reader.expect(Tag::SEQUENCE, "a TrustBundle")?;
        reader.finish()?;
        let mut fields = whole.children();
        let schema = fields.expect(Tag::UTF8_STRING, "a schema")?;
        if schema.value != SCHEMA.as_bytes() {
            return Err(BundleError::Schema);
        }
        let made = fields.expect(Tag::GENERALIZED_TIME, "a GeneralizedTime")?;
        let list = fields.expect(Tag::SEQUENCE, "parts")?;
        let hash = fields.expect(Tag::OCTET_STRING, "a SHA-256")?;
        fields.finish()?;
        if DigestAlgorithm::Sha256.digest(&[schema.raw, made.raw, list.raw]) != hash.value {
            return Err(BundleError::Damaged);
        }
        let mut parts: Vec<BundlePart> = Vec::new();
        let mut inside = list.children();
        while !inside.is_empty() {
            let part = BundlePart::parse(&inside.expect(Tag::SEQUENCE, "a Part")?)?;
            if parts.last().is_some_and(|before| before.order() >= part.order()) {
                return Err(BundleError::NotCanonical);
            }
            parts.push(part);
            if parts.len() > BOUNDS.bundle_parts {
                return Err(BundleError::TooLong);
            }
        }
        let bundle = Self { made: moment(&made).ok_or(made.expected("a moment in UTC"))?, parts };
        if bundle.encode() != bytes {
            return Err(BundleError::NotCanonical);
        }
        Ok(bundle)
    }

    /// Its bytes: the same files and moment always give the same.
    pub fn encode(&self) -> Vec<u8> {
        let schema = tlv::encode(Tag::UTF8_STRING, SCHEMA.as_bytes());
        let made = tlv::encode(Tag::GENERALIZED_TIME, generalized(self.made).as_bytes());
        let parts: Vec<u8> = self.parts.iter().flat_map(BundlePart::encode).collect();
        let parts = tlv::encode(Tag::SEQUENCE, &parts);
        let hash = DigestAlgorithm::Sha256.digest(&[&schema, &made, &parts]);
        tlv::encode_all(Tag::SEQUENCE, &[&schema, &made, &parts, &tlv::encode(Tag::OCTET_STRING, &hash)])
    }

    /// When it was made, by its maker's word.
    pub fn made(&self) -> OffsetDateTime {
        self.made
    }

    /// Its files.
    pub fn parts(&self) -> &[BundlePart] {
        &self.parts
    }
}

/// The files, those of bundles among them, and the oldest of the moments.
fn unpacked(
    made: OffsetDateTime,
    given: impl IntoIterator<Item = BundlePart>,
    refused: &mut Vec<Refused>,
) -> (OffsetDateTime, Vec<BundlePart>) {
    let (mut oldest, mut parts) = (made, Vec::new());
    let is_bundle = |part: &BundlePart| part.purpose == BundleUse::Trust && TrustBundle::is_bundle(&part.bytes);
    for part in given {
        if !is_bundle(&part) {
            parts.push(part);
            continue;
        }
        match TrustBundle::parse(&part.bytes) {
            // A store that takes a bundle takes none within it.
            Ok(bundle) if !bundle.parts.iter().any(is_bundle) => {
                oldest = oldest.min(bundle.made);
                parts.extend(bundle.parts);
            }
            Ok(_) => refused.push(Refused { subject: part.name, reason: Refusal::Unknown }),
            Err(error) => refused.push(Refused { subject: part.name, reason: error.into() }),
        }
    }
    (oldest, parts)
}

/// All files in one store; those of which it accepts nothing, once it has all, are taken out and told.
fn take(store: &mut TrustStore, parts: &mut Vec<BundlePart>, refused: &mut Vec<Refused>) {
    let mut places = Vec::new();
    parts.retain(|part| {
        let label = hex::encode(&part.sha256);
        let named = |reason| Refused { subject: part.name.clone(), reason };
        let result = match part.purpose {
            BundleUse::Trust => {
                store.add_file(&label, &part.bytes);
                places.push(Some(store.sources().len() - 1));
                return true;
            }
            BundleUse::PinnedSigner => store.add_pinned_signer(&part.bytes).map_err(named),
            BundleUse::ListSigner => store.add_list_signer(&part.bytes).map_err(named),
        };
        let is_taken = result.map_err(|one| refused.push(one)).is_ok();
        places.extend(is_taken.then_some(None));
        is_taken
    });
    let mut places = places.into_iter();
    parts.retain(|part| {
        let source = places.next().flatten().and_then(|place| store.sources().get(place));
        let Some(source) = source.filter(|source| source.accepted == 0) else { return true };
        let reason = source.refused.last().map_or(Refusal::Unknown, |last| last.reason);
        refused.push(Refused { subject: part.name.clone(), reason });
        false
    });
}

/// Who signed a file; an error for a list that nobody vouches for.
fn signer_of(part: &BundlePart, store: &TrustStore) -> Result<String, Refused> {
    if part.purpose != BundleUse::Trust {
        return Ok(String::new());
    }
    let label = hex::encode(&part.sha256);
    let named = |reason| Refused { subject: part.name.clone(), reason };
    let master = store.sources().iter().filter(|source| source.label == label).find_map(|source| match &source.kind {
        SourceKind::MasterList(signer) => Some(Ok(signer.certificate.subject().to_string())),
        _ => None,
    });
    let revocation = store.revocation_lists().iter().map(|one| (one.label(), one.authority()));
    let defects = store.defect_lists().iter().map(|one| (one.label(), one.authority()));
    let listed: Vec<_> = revocation
        .chain(defects)
        .filter(|(from, _)| *from == label)
        .map(|(_, authority)| authority.map(|one| one.subject().to_string()).map_err(named))
        .collect();
    // Of several lists in one file one that somebody vouches for is enough.
    let vouched = listed.iter().position(Result::is_ok).unwrap_or_default();
    master.or_else(|| listed.into_iter().nth(vouched)).unwrap_or_else(|| Ok(String::new()))
}

fn text(tlv: &Tlv<'_>) -> Result<String, TlvError> {
    core::str::from_utf8(tlv.value).map(str::to_owned).map_err(|_| tlv.expected("UTF-8"))
}

/// `YYYYMMDDHHMMSSZ`.
fn generalized(at: OffsetDateTime) -> String {
    let (month, day) = (u8::from(at.month()), at.day());
    format!("{:04}{month:02}{day:02}{:02}{:02}{:02}Z", at.year(), at.hour(), at.minute(), at.second())
}
