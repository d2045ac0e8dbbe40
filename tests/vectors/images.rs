//! Small images that other programs made and decoded.

use crate::format::{Failure, Vector, same};
use chipid::image::{ImageLimits, decode};

/// A picture, each value as far from the vector's as its tolerance allows: lossy formats leave rounding open.
pub fn image(vector: &Vector) -> Result<(), Failure> {
    let number = |key: &str| -> Result<u32, Failure> {
        vector.optional(key).unwrap_or("0").parse().map_err(|_| Failure::Malformed(format!("{key} is no number")))
    };
    let (width, height, tolerance) = (number("width")?, number("height")?, number("tolerance")?);
    let rgb = vector.optional("rgb").map(|digits| hex::decode(digits).unwrap_or_default()).unwrap_or_default();
    let error = vector.optional("error");
    let picture = match decode(&vector.hex("image")?, &ImageLimits::default()) {
        Ok(picture) => picture,
        Err(refused) if error == Some(refused.code()) => return Err(Failure::Refused(refused.to_string())),
        Err(refused) => return Err(Failure::Differs(refused.to_string())),
    };
    if (picture.width(), picture.height()) != (width, height) || picture.rgb().len() != rgb.len() {
        return Err(Failure::Differs(format!("{} × {}", picture.width(), picture.height())));
    }
    let is_near = picture.rgb().iter().zip(&rgb).all(|(one, other)| u32::from(one.abs_diff(*other)) <= tolerance);
    if is_near { Ok(()) } else { same("rgb", picture.rgb(), &rgb) }
}
