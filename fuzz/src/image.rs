//! Pictures out of JPEG and JPEG 2000, under limits.

use chipid::image::{ImageError, ImageLimits, decode};
use std::time::{Duration, Instant};

/// What a run allows: little, so that it is quick.
const LIMITS: ImageLimits =
    ImageLimits { pixels: 1 << 16, components: 4, bytes: 1 << 16, time: Duration::from_secs(120) };

/// A picture has the size it says, within the limits; what is refused is refused in time.
pub fn all(bytes: &[u8]) {
    let begun = Instant::now();
    match decode(bytes, &LIMITS) {
        Ok(picture) => {
            let pixels = u64::from(picture.width()) * u64::from(picture.height());
            assert!(pixels > 0 && pixels <= LIMITS.pixels && bytes.len() <= LIMITS.bytes);
            assert_eq!(u64::try_from(picture.rgb().len()), Ok(pixels * 3));
            assert!(picture.to_png().starts_with(b"\x89PNG"));
        }
        Err(error) => {
            assert_ne!(error, ImageError::TooSlow, "a small picture takes {:?}", begun.elapsed());
            assert!(!error.code().is_empty() && !error.to_string().is_empty());
        }
    }
}
