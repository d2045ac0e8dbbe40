//! A decoded picture, and its encoding as PNG.

use super::limits::ImageError;
use zeroize::Zeroizing;

/// A decoded picture, wiped on drop.
pub struct Picture {
    width: u32,
    height: u32,
    rgb: Zeroizing<Vec<u8>>,
}

/// `Debug` output shows the size only.
impl core::fmt::Debug for Picture {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Picture({} × {})", self.width, self.height)
    }
}

impl Picture {
    /// A picture of these bytes, if they are as many as its size asks for, and it has a size.
    pub(super) fn new(width: u32, height: u32, rgb: Zeroizing<Vec<u8>>) -> Result<Self, ImageError> {
        let bytes = u64::from(width).checked_mul(u64::from(height)).and_then(|pixels| pixels.checked_mul(3));
        match bytes {
            Some(bytes) if bytes > 0 && u64::try_from(rgb.len()) == Ok(bytes) => Ok(Self { width, height, rgb }),
            _ => Err(ImageError::Undecodable("the picture does not have the size that its headers state")),
        }
    }

    /// Width in pixels, at least 1.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels, at least 1.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The pixels, row by row from the top left, each red, green and blue in one byte each.
    pub fn rgb(&self) -> &[u8] {
        &self.rgb
    }

    /// The picture as a PNG file, eight bits a colour.
    pub fn to_png(&self) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header().expect("a picture has a size, and a vector takes every byte");
        writer.write_image_data(&self.rgb).expect("a picture has as many bytes as its size asks for");
        writer.finish().expect("one image was written, and a vector takes every byte");
        file
    }
}
