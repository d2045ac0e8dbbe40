//! Why there is no evidence.

use crate::lds::FileId;
use thiserror::Error;

/// Why there is no evidence, or why bytes are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EvidenceError {
    /// Evidence is made of a card in the reader only: a stored document cannot be attested.
    #[error("the document does not come from a card")]
    NotFromCard,
    /// A moment before the year 0 or after the year 9999.
    #[error("a moment that cannot be written")]
    Moment,
    /// Longer than is read.
    #[error("longer than 32 MiB")]
    TooLong,
    /// Another form, or another version of it.
    #[error("the form is not chipid.evidence/2 or chipid.evidence/1")]
    Schema,
    /// Not JSON, or not with the fields of this form.
    #[error("byte {at}: not JSON of this form")]
    Json {
        /// The place.
        at: usize,
    },
    /// JSON, but not in its one canonical form.
    #[error("byte {at}: not in canonical form")]
    NotCanonical {
        /// The place.
        at: usize,
    },
    /// The manifest is not the one that was written.
    #[error("the manifest does not have the hash that is written beside it")]
    ManifestDiffers,
    /// A word, number or moment that has no meaning there.
    #[error("manifest, {0}: not a value that is known")]
    Value(&'static str),
    /// A part is not the one that the manifest describes.
    #[error("part {0}: not the file that the manifest describes")]
    PartDiffers(FileId),
    /// A part is missing that is never removed.
    #[error("part {0} is missing, which cannot be removed")]
    PartMissing(FileId),
    /// A part that the manifest does not describe.
    #[error("a part that the manifest does not describe")]
    PartUnknown,
}
