//! Decodes an image of either format on a thread of its own, until a deadline.

use super::limits::{ImageError, ImageLimits};
use super::picture::Picture;
use super::{jpeg, jpeg2000};
use crate::lds::ImageFormat;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread::Builder;
use std::time::Duration;
use zeroize::Zeroizing;

/// Decodes an image within these limits; what it is is read from its own bytes.
///
/// # Errors
/// Another format than JPEG and JPEG 2000, headers that promise more than a limit, a malformed image, a late decoder.
pub fn decode(image: &[u8], limits: &ImageLimits) -> Result<Picture, ImageError> {
    let format = ImageFormat::sniff(image);
    if image.len() > limits.bytes {
        return Err(ImageError::too_much("bytes", limits.bytes));
    }
    match format {
        ImageFormat::Jpeg => {
            let frame = jpeg::examine(image, limits)?;
            until_deadline(limits.time, move || jpeg::decode(&frame))
        }
        ImageFormat::Jp2 | ImageFormat::Jpeg2000Codestream => {
            jpeg2000::examine(image, limits)?;
            let (image, pixels) = (Zeroizing::new(image.to_vec()), limits.pixels);
            until_deadline(limits.time, move || jpeg2000::decode(&image, pixels))
        }
        other => Err(ImageError::NotDecoded(other)),
    }
}

/// Runs the decoder on a thread of its own; a panic in it is an error here.
fn until_deadline(
    time: Duration,
    decoder: impl FnOnce() -> Result<Picture, ImageError> + Send + 'static,
) -> Result<Picture, ImageError> {
    let (done, result) = sync_channel(1);
    let work = move || {
        // Where the receiver is gone the picture is dropped here, and wiped.
        let _ = done.send(decoder());
    };
    Builder::new().name("chipid-image".into()).spawn(work).map_err(|_| ImageError::NoThread)?;
    match result.recv_timeout(time) {
        Ok(picture) => picture,
        Err(RecvTimeoutError::Timeout) => Err(ImageError::TooSlow),
        Err(RecvTimeoutError::Disconnected) => Err(ImageError::Undecodable("the decoder broke off")),
    }
}
