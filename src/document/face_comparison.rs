//! Face comparison by a program of the operator's: the library hands out two images and keeps the answer.

use super::document::Document;
use super::statements::{FaceComparison, FaceResult, StatementError};
use crate::lds::{DataGroup, Dg2};
use std::time::SystemTime;
use thiserror::Error;

/// A program of the operator's that compares faces. The library has none of its own.
///
/// ```
/// use chipid::document::{FaceAnswer, FaceError, FaceMatcher, FaceQuestion, FaceResult};
///
/// /// The operator's own service.
/// struct Service;
///
/// impl FaceMatcher for Service {
///     fn compare(&mut self, question: &FaceQuestion<'_>) -> Result<FaceAnswer, FaceError> {
///         let (portrait, image) = (question.portrait(), question.image());
///         # let _ = (portrait, image);
///         # let ask = |_: &[u8], _: &[u8]| Some(0.91);
///         let score: f64 = ask(portrait, image).ok_or(FaceError::Unreachable)?;
///         let result = if score >= 0.8 { FaceResult::Match } else { FaceResult::NoMatch };
///         Ok(FaceAnswer { result, vendor: "Example Faces 4".into(), threshold: "0.80".into() })
///     }
/// }
///
/// # fn run(document: &mut chipid::Document, photo: &[u8], now: std::time::SystemTime) {
/// let compared = document.compare_face(&mut Service, photo, now);
/// # let _ = compared;
/// # }
/// ```
pub trait FaceMatcher {
    /// Compares the two images.
    ///
    /// # Errors
    /// [`FaceError`] where there is no answer.
    fn compare(&mut self, question: &FaceQuestion<'_>) -> Result<FaceAnswer, FaceError>;
}

/// The two images of a comparison.
pub struct FaceQuestion<'a> {
    portrait: &'a [u8],
    mime: &'static str,
    image: &'a [u8],
}

impl FaceQuestion<'_> {
    /// The portrait of the chip, as its file holds it. Whether that file is authentic is in the report.
    pub fn portrait(&self) -> &[u8] {
        self.portrait
    }

    /// The media type of the portrait, by its first bytes: `image/jpeg`, `image/jp2`.
    pub fn portrait_mime(&self) -> &'static str {
        self.mime
    }

    /// The caller's image, as it was given.
    pub fn image(&self) -> &[u8] {
        self.image
    }
}

/// `Debug` output omits the contents.
impl core::fmt::Debug for FaceQuestion<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("FaceQuestion(..)")
    }
}

/// The answer of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaceAnswer {
    /// The result.
    pub result: FaceResult,
    /// Whose program made it, with its version.
    pub vendor: String,
    /// The threshold of a match, in the vendor's notation.
    pub threshold: String,
}

/// Why there is no comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FaceError {
    /// The document holds no portrait that can be read.
    #[error("the document has no portrait to compare with")]
    NoPortrait,
    /// The program cannot be reached.
    #[error("the face comparison cannot be reached")]
    Unreachable,
    /// The program gave no answer.
    #[error("the face comparison gave no answer")]
    NoAnswer,
    /// The answer cannot be kept.
    #[error(transparent)]
    Statement(#[from] StatementError),
}

impl Document {
    /// Compares the portrait of the chip with an image of the bearer, and keeps the answer as a statement of the
    /// operator. It changes no verdict. `at`: the moment of the comparison.
    ///
    /// # Errors
    /// [`FaceError`]; then nothing is kept.
    pub fn compare_face(
        &mut self,
        matcher: &mut dyn FaceMatcher,
        image: &[u8],
        at: SystemTime,
    ) -> Result<FaceResult, FaceError> {
        let file = self.files.group(DataGroup::DG2).ok_or(FaceError::NoPortrait)?;
        let dg2 = Dg2::parse(file).map_err(|_| FaceError::NoPortrait)?;
        let face = dg2.faces.first().filter(|face| !face.image.is_empty()).ok_or(FaceError::NoPortrait)?;
        let question = FaceQuestion { portrait: face.image, mime: face.format.mime(), image };
        let FaceAnswer { result, vendor, threshold } = matcher.compare(&question)?;
        self.statements.compared(FaceComparison::new(at, result, &vendor, &threshold)?);
        Ok(result)
    }
}
