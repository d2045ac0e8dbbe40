//! Pictures out of JPEG and JPEG 2000, for showing a portrait (feature `image`).
//!
//! No other room imports this one: it stands beside the verdict, never in its path. An image comes from a card that may
//! be hostile, so its headers are walked here first, with checked arithmetic: sizes, components, tiles, scans and all
//! that multiplies a decoder's work are bounded before a decoder sees a byte. Then the decoder runs on a thread of its
//! own until a deadline. A thread cannot be cancelled: one that is late runs on, unheard, to an end that those bounds set.
//! At the default limits the most laborious images that `tests/image.rs` could make take 5 s of a small virtual machine and
//! 100 MiB, so that hardly more than one late thread lives at a time for each that calls.
//!
//! Colours are taken as sRGB: no ICC profile is applied, and an alpha channel is left out. What the decoders allocate
//! within is not wiped; a [`Picture`] is.

mod limits;
mod picture;
mod cursor;
mod jpeg;
mod jpeg2000;
mod decode;

pub use decode::decode;
pub use limits::{ImageError, ImageLimits};
pub use picture::Picture;
