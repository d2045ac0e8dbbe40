//! What the nonce of PACE becomes on the card: the generator that both sides agree on (9303-11 §4.4.3.3, App. B).
//!
//! Generic mapping adds the nonce to a key agreement; integrated mapping takes both nonces through a pseudo-random
//! function and encodes its result in the group.

use crate::crypto::{Cipher, CryptoError, Curve, Element, GroupId, Modulus, Residue, Secret};

/// The constants of the pseudo-random function for l = 128: 3DES and AES-128 (9303-11 §4.4.3.3.2).
const C_128: (&[u8], &[u8]) = (
    &[0xA6, 0x68, 0x89, 0x2A, 0x7C, 0x41, 0xE3, 0xCA, 0x73, 0x9F, 0x40, 0xB0, 0x57, 0xD8, 0x59, 0x04],
    &[0xA4, 0xE1, 0x36, 0xAC, 0x72, 0x5F, 0x73, 0x8B, 0x01, 0xC1, 0xF6, 0x02, 0x17, 0xC1, 0x88, 0xAD],
);

/// The constants for l = 256: AES-192 and AES-256 (9303-11 §4.4.3.3.2).
const C_256: (&[u8], &[u8]) = (
    &[
        0xD4, 0x63, 0xD6, 0x52, 0x34, 0x12, 0x4E, 0xF7, 0x89, 0x70, 0x54, 0x98, 0x6D, 0xCA, 0x0A, 0x17, 0x4E, 0x28,
        0xDF, 0x75, 0x8C, 0xBA, 0xA0, 0x3F, 0x24, 0x06, 0x16, 0x41, 0x4D, 0x5A, 0x16, 0x76,
    ],
    &[
        0x54, 0xBD, 0x72, 0x55, 0xF0, 0xAA, 0xF8, 0x31, 0xBE, 0xC3, 0x42, 0x3F, 0xCF, 0x39, 0xD6, 0x9B, 0x6C, 0xBF,
        0x06, 0x66, 0x77, 0xD0, 0xFA, 0xAE, 0x5A, 0xAD, 0xD9, 0x9D, 0xF8, 0xE5, 0x35, 0x17,
    ],
);

/// The order of the group.
pub(super) fn order(group: GroupId) -> &'static [u8] {
    match group {
        GroupId::Curve(curve) => curve.curve().order(),
        GroupId::Dh(group) => group.order(),
    }
}

/// Octets of the nonce: whole blocks of 128 bits that hold the cipher's key  (9303-11 §4.4.3.1).
pub(super) fn nonce_len(cipher: Cipher) -> usize {
    cipher.key_len().next_multiple_of(16)
}

/// G' = s·G + H, or g' = g^s · h  (9303-11 §4.4.3.3.1).
pub(super) fn generic(group: GroupId, s: &Secret, h: &Element) -> Result<Element, CryptoError> {
    // A nonce may exceed the order of the group.
    let modulus = Modulus::new(order(group)).ok_or(CryptoError::BadKey)?;
    let s = modulus.reduce(s.expose());
    if modulus.is_zero(&s) {
        return Ok(h.clone());
    }
    let term = group.power(&Secret::new(modulus.encode(&s)), &group.generator())?;
    group.combine(&term, h)
}

/// G' = f(R_p(s, t)), the element that the pseudo-random number stands for  (9303-11 §4.4.3.3.2).
pub(super) fn integrated(group: GroupId, cipher: Cipher, s: &Secret, t: &[u8]) -> Result<Element, CryptoError> {
    match group {
        GroupId::Curve(id) => {
            let modulus = Modulus::new(id.curve().prime()).ok_or(CryptoError::BadKey)?;
            let r = modulus.reduce(&pseudo_random(cipher, s, t, id.bits())?);
            point(group, id.curve(), &modulus, &r)
        }
        // g' = R_p(s, t)^a with a = (p − 1)/q  (9303-11 App. B.2)
        GroupId::Dh(id) => id.into_subgroup(&pseudo_random(cipher, s, t, id.bits())?).map(Element::Number),
    }
}

/// R(s, t): k_0 = E(t, s), then x_i = E(k_i, c_1) and k_{i+1} = E(k_i, c_0), until n·l ≥ log_2 p + 64
/// (9303-11 §4.4.3.3.2, figure 2).
fn pseudo_random(cipher: Cipher, s: &Secret, t: &[u8], bits: usize) -> Result<Vec<u8>, CryptoError> {
    let (c_0, c_1) = if nonce_len(cipher) == 16 { C_128 } else { C_256 };
    let encrypt = |key: &[u8], data: &[u8]| {
        // A key is cut to the cipher's length: for AES-192 octets 1 to 24 count.
        let key = key.get(..cipher.key_len()).ok_or(CryptoError::BadLength)?;
        cipher.encrypt_cbc(&Secret::from_slice(key), &vec![0; cipher.block_len()], data)
    };
    let mut key = encrypt(t, s.expose())?;
    let mut x = Vec::new();
    while x.len() * 8 < bits + 64 {
        x.extend(encrypt(&key, c_1)?);
        key = encrypt(&key, c_0)?;
    }
    Ok(x)
}

/// The point that stands for a number t, where p = 3 mod 4  (9303-11 App. B.1).
fn point(group: GroupId, curve: &dyn Curve, p: &Modulus, t: &Residue) -> Result<Element, CryptoError> {
    let bad = CryptoError::BadPoint;
    if curve.prime().last().is_none_or(|last| last & 3 != 3) {
        return Err(CryptoError::Unsupported);
    }
    let (a, b, one) = (p.reduce(curve.a()), p.reduce(curve.b()), p.one());
    let zero = p.subtract(&one, &one);
    let square = |x: &Residue| p.multiply(x, x);
    let cube = |x: &Residue| p.multiply(x, &p.multiply(x, x));
    // α = −t²,  X_2 = −b·a⁻¹·(1 + (α + α²)⁻¹),  X_3 = α·X_2
    let alpha = p.subtract(&zero, &square(t));
    let fraction = p.invert(&p.add(&alpha, &square(&alpha))).ok_or(bad)?;
    let quotient = p.multiply(&b, &p.invert(&a).ok_or(bad)?);
    let x_2 = p.subtract(&zero, &p.multiply(&quotient, &p.add(&one, &fraction)));
    let x_3 = p.multiply(&alpha, &x_2);
    // h_2 = X_2³ + a·X_2 + b,  U = t³·h_2
    let h_2 = p.add(&p.add(&cube(&x_2), &p.multiply(&a, &x_2)), &b);
    let u = p.multiply(&cube(t), &h_2);
    // A = h_2^(p−1−(p+1)/4) = 1/h_2^((p+1)/4)
    let root = p.power(&h_2, &Secret::new(quarter(curve.prime())));
    let big_a = p.invert(&root).ok_or(bad)?;
    // If A²·h_2 = 1 then (X_2, A·h_2), else (X_3, A·U); all our curves have cofactor 1
    let (x, y) = if p.multiply(&square(&big_a), &h_2) == one {
        (x_2, p.multiply(&big_a, &h_2))
    } else {
        (x_3, p.multiply(&big_a, &u))
    };
    group.decode(&[&[4], p.encode(&x).as_slice(), &p.encode(&y)].concat())
}

/// (p + 1)/4, for p = 3 mod 4: ⌊p/4⌋ + 1.
fn quarter(p: &[u8]) -> Vec<u8> {
    let mut high = 0;
    let mut quotient: Vec<u8> = Vec::with_capacity(p.len());
    for &octet in p {
        quotient.push(high << 6 | octet >> 2);
        high = octet & 3;
    }
    for octet in quotient.iter_mut().rev() {
        *octet = octet.wrapping_add(1);
        if *octet != 0 {
            break;
        }
    }
    quotient
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{CurveId, DhGroupId};

    fn octets(hex: &str) -> Vec<u8> {
        hex::decode(hex).unwrap()
    }

    #[test]
    fn the_point_of_the_worked_example() {
        // 9303-11 App. H.1
        let group = GroupId::Curve(CurveId::BrainpoolP256r1);
        let s = Secret::new(octets("2923BE84E16CD6AE529049F1F1BBE9EB"));
        let t = octets("5DD4CBFC96F5453B130D890A1CDBAE32");
        let r = pseudo_random(Cipher::Aes128, &s, &t, 256).unwrap();
        let due = "E4447E2DFB3586BAC05DDB00156B57FBB2179A3949294C97254189800C517BAA8DA0FF397ED8C445D3E421E4FEB57322";
        assert_eq!(r, octets(due));
        let generator = integrated(group, Cipher::Aes128, &s, &t).unwrap();
        let due = "048E82D31559ED0FDE92A4D0498ADD3C23BABA94FB77691E31E90AEA77FB17D4274C1AE14BD0C3DBAC0C871B7F3608169364\
                   437CA30AC243A089D3F266C1E60FAD";
        assert_eq!(group.encode(&generator), octets(due));
    }

    #[test]
    fn every_number_is_an_element_of_every_group_but_of_the_one_curve() {
        for group in GroupId::all() {
            for cipher in Cipher::ALL {
                let s = Secret::new(vec![5; nonce_len(cipher)]);
                let generator = integrated(group, cipher, &s, &vec![9; cipher.key_len()]);
                if group == GroupId::Curve(CurveId::Secp224r1) {
                    assert_eq!(generator, Err(CryptoError::Unsupported));
                } else {
                    let generator = generator.unwrap();
                    assert_eq!(group.decode(&group.encode(&generator)), Ok(generator));
                }
            }
        }
        let dh = GroupId::Dh(DhGroupId::Modp1024Prime160);
        assert!(integrated(dh, Cipher::Aes128, &Secret::new(vec![5; 16]), &[9; 15]).is_err());
    }

    #[test]
    fn a_nonce_beyond_the_order_counts_modulo_it() {
        let group = GroupId::Curve(CurveId::Secp192r1);
        let h = group.generator();
        let order = order(group);
        let mut five = order.to_vec();
        five.iter_mut().rev().take(1).for_each(|octet| *octet += 5);
        let long = Secret::new([&[0; 8], five.as_slice()].concat());
        assert_eq!(generic(group, &long, &h), generic(group, &Secret::new(vec![5]), &h));
        assert_eq!(generic(group, &Secret::from_slice(order), &h), Ok(h));
    }
}
