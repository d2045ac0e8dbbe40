//! One file that holds all that an operator trusts, for use without a network: `chipid.trust/1`.
//!
//! It contains the files as their issuers signed them, so that everything is verified again when it is read: a bundle is
//! trusted no more than its files would be one by one. Its hash detects damage; it does not prevent forgery. The encoding is
//! DER, with the reader and writer of all certificates and lists: signed lists stay the bytes that they are, and the same files
//! give the same bundle.
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
//!     signer  UTF8String,                -- who signed it, as its maker saw it; never trusted
//!     sha256  OCTET STRING,
//!     file    OCTET STRING }
//! ```

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
    /// Older ones cause a warning.
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

/// The age of a bundle at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// Made more than a day after the moment that it is judged for: a clock is wrong, or the bundle claims that it
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
    /// The name in the JSON output.
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
    /// The age of a bundle at a moment. One that was made later is reported, not refused: evidence may be judged at
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
    /// Whatever it holds, as `TrustBuilder::add_file` takes it.
    Trust,
    /// Document signers to be pinned.
    PinnedSigner,
    /// Signers of lists of known defects to be named.
    ListSigner,
}

impl BundleUse {
    const ALL: [Self; 3] = [Self::Trust, Self::PinnedSigner, Self::ListSigner];

    /// The name in the encoding.
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
    pub(super) signer: String,
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

    /// Who signed it, as the bundle's maker saw it; empty if it is not signed.
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

    pub(super) fn order(&self) -> (BundleUse, &[u8]) {
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
    /// A bundle of these parts, in their order.
    pub(super) fn of(made: OffsetDateTime, parts: Vec<BundlePart>) -> Self {
        Self { made, parts }
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

    /// When it was made, as it states itself.
    pub fn made(&self) -> OffsetDateTime {
        self.made
    }

    /// Its files.
    pub fn parts(&self) -> &[BundlePart] {
        &self.parts
    }
}

fn text(tlv: &Tlv<'_>) -> Result<String, TlvError> {
    core::str::from_utf8(tlv.value).map(str::to_owned).map_err(|_| tlv.expected("UTF-8"))
}

/// `YYYYMMDDHHMMSSZ`.
fn generalized(at: OffsetDateTime) -> String {
    let (month, day) = (u8::from(at.month()), at.day());
    format!("{:04}{month:02}{day:02}{:02}{:02}{:02}Z", at.year(), at.hour(), at.minute(), at.second())
}
