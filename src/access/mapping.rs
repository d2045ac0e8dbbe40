//! PACE step 2: from the nonce to an ephemeral generator (9303-11 §4.4.3.3, Appendix B).
//!
//! A mapping is one function from the domain parameters, the nonce and what was exchanged to a new generator. Generic
//! mapping serves chip authentication mapping too: the two differ only in what the chip shows at the end.

use crate::crypto::{Cipher, CryptoError, Curve, Element, GroupId, Modulus, Point, Residue, Secret};

/// Bytes of half of the longest nonce.
const HALF: usize = 16;

/// Generic mapping: `H = KA(SK_map, PK_map,IC)`, `Ĝ = s·G + H` or `ĝ = g^s · h` (9303-11 §4.4.3.3.1).
pub(crate) fn generic(
    group: GroupId,
    nonce: &Secret,
    private: &Secret,
    public_ic: &Element,
) -> Result<Element, CryptoError> {
    let h = group.power(private, public_ic)?;
    match nonce_element(group, nonce)? {
        Some(s_g) => group.combine(&s_g, &h),
        None => Ok(h),
    }
}

/// `s·G` for a nonce of up to 32 bytes, which may exceed the order of a short group: `s·G = hi·(2¹²⁸·G) + lo·G`, so that
/// no half does. `None` is the neutral element.
fn nonce_element(group: GroupId, nonce: &Secret) -> Result<Option<Element>, CryptoError> {
    let (hi, lo) = nonce.expose().split_at(nonce.len().saturating_sub(HALF));
    if hi.len() > HALF {
        return Err(CryptoError::BadLength);
    }
    let times = |half: &[u8], element: &Element| {
        let is_zero = half.iter().all(|&octet| octet == 0);
        (!is_zero).then(|| group.power(&Secret::from_slice(half), element)).transpose()
    };
    let g = group.generator();
    let lo = times(lo, &g)?;
    let hi = if hi.is_empty() {
        None
    } else {
        let shift = Secret::new([&[1], [0; HALF].as_slice()].concat());
        times(hi, &group.power(&shift, &g)?)?
    };
    match (hi, lo) {
        (Some(hi), Some(lo)) => group.combine(&hi, &lo).map(Some),
        (hi, lo) => Ok(hi.or(lo)),
    }
}

/// Bytes of the nonce t that the reader gives for integrated mapping: as long as the key of the cipher (9303-11 §B.1).
pub(crate) fn reader_nonce_len(cipher: Cipher) -> usize {
    cipher.key_len()
}

/// Integrated mapping: `Ĝ = f(R_p(s, t))` (9303-11 §4.4.3.3.2).
pub(crate) fn integrated(
    group: GroupId,
    cipher: Cipher,
    nonce: &Secret,
    reader_nonce: &[u8],
) -> Result<Element, CryptoError> {
    let prime = match group {
        GroupId::Curve(curve) => curve.curve().prime(),
        GroupId::Dh(group) => group.prime(),
    };
    let random = pseudo_random(cipher, nonce, reader_nonce, prime.len())?;
    match group {
        GroupId::Curve(curve) => encode_to_curve(curve.curve(), &random).map(Element::Point),
        // ĝ = R_p^a mod p with a = (p − 1)/q  (9303-11 §B.3)
        GroupId::Dh(group) => group.into_subgroup(random.expose()).map(Element::Number),
    }
}

/// c0 and c1 for blocks of 128 bits (9303-11 §B.1).
const CONSTANTS_128: [[u8; 16]; 2] = [
    [0xA6, 0x68, 0x89, 0x2A, 0x7C, 0x41, 0xE3, 0xCA, 0x73, 0x9F, 0x40, 0xB0, 0x57, 0xD8, 0x59, 0x04],
    [0xA4, 0xE1, 0x36, 0xAC, 0x72, 0x5F, 0x73, 0x8B, 0x01, 0xC1, 0xF6, 0x02, 0x17, 0xC1, 0x88, 0xAD],
];
/// c0 and c1 for blocks of 256 bits (9303-11 §B.1).
const CONSTANTS_256: [[u8; 32]; 2] = [
    [
        0xD4, 0x63, 0xD6, 0x52, 0x34, 0x12, 0x4E, 0xF7, 0x89, 0x70, 0x54, 0x98, 0x6D, 0xCA, 0x0A, 0x17, //
        0x4E, 0x28, 0xDF, 0x75, 0x8C, 0xBA, 0xA0, 0x3F, 0x24, 0x06, 0x16, 0x41, 0x4D, 0x5A, 0x16, 0x76,
    ],
    [
        0x54, 0xBD, 0x72, 0x55, 0xF0, 0xAA, 0xF8, 0x31, 0xBE, 0xC3, 0x42, 0x3F, 0xCF, 0x39, 0xD6, 0x9B, //
        0x6C, 0xBF, 0x06, 0x66, 0x77, 0xD0, 0xFA, 0xAE, 0x5A, 0xAD, 0xD9, 0x9D, 0xF8, 0xE5, 0x35, 0x17,
    ],
];

/// `R(s, t)`, at least 64 bits longer than a prime of so many octets (9303-11 §B.1):
///
/// ```text
/// k_0 = E(t, s);  k_{i+1} = E(k_i, c0);  x_i = E(k_i, c1);  R = x_1 ‖ x_2 ‖ …
/// ```
///
/// E is CBC with a zero initialisation vector; a key shorter than its block takes the block's first octets.
fn pseudo_random(cipher: Cipher, nonce: &Secret, t: &[u8], prime: usize) -> Result<Secret, CryptoError> {
    let (block, c0, c1): (usize, &[u8], &[u8]) = match (&CONSTANTS_128, &CONSTANTS_256) {
        ([c0, c1], _) if cipher.key_len() == 16 => (16, c0, c1),
        (_, [c0, c1]) => (32, c0, c1),
    };
    if nonce.len() != block || t.len() != cipher.key_len() {
        return Err(CryptoError::BadLength);
    }
    let zero = vec![0; cipher.block_len()];
    let encrypt = |key: &Secret, data: &[u8]| cipher.encrypt_cbc(key, &zero, data);
    let key = |block: Vec<u8>| {
        let block = Secret::new(block);
        block.expose().get(..cipher.key_len()).map(Secret::from_slice).ok_or(CryptoError::BadLength)
    };
    let mut k = key(encrypt(&Secret::from_slice(t), nonce.expose())?)?;
    let mut random = Vec::new();
    while random.len() < prime.saturating_add(8) {
        random.extend_from_slice(&encrypt(&k, c1)?);
        k = key(encrypt(&k, c0)?)?;
    }
    Ok(Secret::new(random))
}

/// The point encoding of Brier, Coron and others for `p ≡ 3 mod 4`, with `t = R_p` (9303-11 §B.2):
///
/// ```text
/// α = −t²;  X2 = −b·a⁻¹·(1 + (α + α²)⁻¹);  X3 = α·X2
/// h2 = X2³ + a·X2 + b;  h3 = X3³ + a·X3 + b;  U = t³·h2;  A = h2^(p−1−(p+1)/4)
/// A²·h2 = 1: (X2, A·h2);  else (X3, A·U)
/// ```
fn encode_to_curve(curve: &dyn Curve, random: &Secret) -> Result<Point, CryptoError> {
    let p = Modulus::new(curve.prime()).ok_or(CryptoError::Unsupported)?;
    let t = p.reduce(random.expose());
    let residue = |number: &[u8]| p.residue(number).ok_or(CryptoError::Unsupported);
    let (a, b) = (residue(curve.a())?, residue(curve.b())?);
    let zero = residue(&[0])?;
    let square = |x: &Residue| p.multiply(x, x);
    let right_side = |x: &Residue| p.add(&p.add(&p.multiply(&square(x), x), &p.multiply(&a, x)), &b);

    let alpha = p.subtract(&zero, &square(&t));
    let inverse = p.invert(&p.add(&alpha, &square(&alpha))).ok_or(CryptoError::BadPoint)?;
    let b_by_a = p.multiply(&b, &p.invert(&a).ok_or(CryptoError::Unsupported)?);
    let x2 = p.subtract(&zero, &p.multiply(&b_by_a, &p.add(&p.one(), &inverse)));
    let x3 = p.multiply(&alpha, &x2);
    let h2 = right_side(&x2);
    let u = p.multiply(&p.multiply(&square(&t), &t), &h2);
    // p − 1 − (p + 1)/4 = (3·p − 5)/4, an exponent that all may know
    let power = p.power(&h2, &exponent(&p, curve.prime())?);
    let (x, y) = if p.multiply(&square(&power), &h2) == p.one() {
        (x2, p.multiply(&power, &h2))
    } else {
        (x3, p.multiply(&power, &u))
    };
    // The cofactor is 1; decoding checks that the point is on the curve.
    curve.decode_point(&[vec![0x04], p.encode(&x), p.encode(&y)].concat())
}

/// `p − 1 − (p + 1)/4` for `p ≡ 3 mod 4`; [`CryptoError::Unsupported`] for another p, as that of P-224.
fn exponent(p: &Modulus, prime: &[u8]) -> Result<Secret, CryptoError> {
    if prime.last().is_none_or(|last| last & 3 != 3) {
        return Err(CryptoError::Unsupported);
    }
    // p − 1 − (p + 1)/4 = p − (p + 5)/4, and (p + 5)/4 = ⌊p/4⌋ + 2
    let mut quarter = vec![0; prime.len()];
    let mut carry = 0;
    for (to, from) in quarter.iter_mut().zip(prime) {
        *to = carry | from >> 2;
        carry = from << 6;
    }
    let number = |octets: &[u8]| p.residue(octets).ok_or(CryptoError::Unsupported);
    let subtrahend = p.add(&number(&quarter)?, &number(&[2])?);
    Ok(Secret::new(p.encode(&p.subtract(&number(&[0])?, &subtrahend))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::CurveId;

    fn octets(digits: &str) -> Vec<u8> {
        hex::decode(digits).unwrap()
    }

    #[test]
    fn integrated_mapping_maps_the_worked_example_of_appendix_h_1() {
        let s = Secret::new(octets("2923BE84E16CD6AE529049F1F1BBE9EB"));
        let t = octets("5DD4CBFC96F5453B130D890A1CDBAE32");
        let mapped = integrated(GroupId::Curve(CurveId::BrainpoolP256r1), Cipher::Aes128, &s, &t).unwrap();
        let Element::Point(point) = mapped else { panic!("a curve gives a point") };
        let x = "8E82D31559ED0FDE92A4D0498ADD3C23BABA94FB77691E31E90AEA77FB17D427";
        let y = "4C1AE14BD0C3DBAC0C871B7F3608169364437CA30AC243A089D3F266C1E60FAD";
        assert_eq!((hex::encode_upper(point.x()), hex::encode_upper(point.y())), (x.to_owned(), y.to_owned()));
    }

    #[test]
    fn integrated_mapping_gives_a_point_of_every_curve_but_p_224() {
        for group in GroupId::all() {
            for cipher in Cipher::ALL {
                let nonce = Secret::new(vec![0x5A; if cipher.key_len() == 16 { 16 } else { 32 }]);
                let mapped = integrated(group, cipher, &nonce, &vec![0xA5; cipher.key_len()]);
                let is_p_224 = group == GroupId::Curve(CurveId::Secp224r1);
                assert_eq!(mapped.is_err(), is_p_224, "{}", group.name());
                // Its refuse: a nonce of another length.
                let short = Secret::new(vec![0x5A; 15]);
                assert!(integrated(group, cipher, &short, &vec![0xA5; cipher.key_len()]).is_err());
            }
        }
    }
}
