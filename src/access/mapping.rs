//! PACE step 2: from the nonce to an ephemeral generator (9303-11 §4.4.3.3).
//!
//! A mapping is one function from the domain parameters, the nonce and two exchanged values to a new generator. Generic
//! mapping stands here; integrated and chip authentication mapping have their place beside it, as does DH.

use crate::crypto::{CryptoError, Curve, Point, Secret};

/// Generic mapping over ECDH: `H = SK_map · PK_map,IC`, `Ĝ = s·G + H` (9303-11 §4.4.3.3.1).
pub(crate) fn generic(
    curve: &dyn Curve,
    nonce: &Secret,
    private: &Secret,
    public_ic: &Point,
) -> Result<Point, CryptoError> {
    let h = curve.multiply(private, public_ic)?;
    match nonce_point(curve, nonce)? {
        Some(s_g) => curve.add(&s_g, &h),
        None => Ok(h),
    }
}

/// `s·G` for a nonce of up to 32 bytes, which may exceed the order of a short curve: `s·G = hi·(2¹²⁸·G) + lo·G`, so
/// that no half does. `None` is the identity.
fn nonce_point(curve: &dyn Curve, nonce: &Secret) -> Result<Option<Point>, CryptoError> {
    let (hi, lo) = nonce.expose().split_at(nonce.len().saturating_sub(HALF));
    if hi.len() > HALF {
        return Err(CryptoError::BadLength);
    }
    let times = |half: &[u8], point: &Point| {
        let is_zero = half.iter().all(|&octet| octet == 0);
        (!is_zero).then(|| curve.multiply(&Secret::from_slice(half), point)).transpose()
    };
    let g = curve.generator();
    let lo = times(lo, &g)?;
    let hi = if hi.is_empty() {
        None
    } else {
        let shift = Secret::new([&[1], [0; HALF].as_slice()].concat());
        times(hi, &curve.multiply(&shift, &g)?)?
    };
    match (hi, lo) {
        (Some(hi), Some(lo)) => curve.add(&hi, &lo).map(Some),
        (hi, lo) => Ok(hi.or(lo)),
    }
}

/// Bytes of half of the longest nonce.
const HALF: usize = 16;
