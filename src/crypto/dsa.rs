//! DSA: keys with their domain parameters, and verification (FIPS 186-4 §4, 9303-12 §4.4).
//!
//! Unlike a curve, the group comes with the key. What can be checked of it is: the sizes, q | p − 1, and that g and y are
//! of the subgroup of order q. That p and q are prime is the word of who certified the key. The arithmetic is that of
//! [`Modulus`]: all numbers here are public, and the checks above cost as much as the verification, so that a crate for
//! the latter alone would not pay.

use super::modular::{Modulus, Residue, significant};
use super::{CryptoError, Secret};
#[cfg(feature = "sim")]
use super::{Random, random::random_below};
use crate::bounds::BOUNDS;

/// Bits of p, at least and at most.
const P_BITS: core::ops::RangeInclusive<usize> = 1024..=BOUNDS.dsa_modulus_bits;
/// Bits of q: 160 with SHA-1, 224 or 256 with the others (FIPS 186-4 §4.2).
const Q_BITS: [usize; 3] = [160, 224, 256];

/// A public key with its domain parameters, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DsaPublicKey {
    p: Vec<u8>,
    q: Vec<u8>,
    g: Vec<u8>,
    y: Vec<u8>,
}

impl DsaPublicKey {
    /// The key of these unsigned big-endian numbers; leading zeros do not count.
    ///
    /// # Errors
    /// [`CryptoError::BadKey`] for sizes other than p of 1024 to 3072 bits and q of 160, 224 or 256, for a q that does
    /// not divide p − 1, and for a g or y that is 0, 1, not below p or outside the subgroup of order q.
    pub fn new(p: &[u8], q: &[u8], g: &[u8], y: &[u8]) -> Result<Self, CryptoError> {
        let key = Self {
            p: significant(p).to_vec(),
            q: significant(q).to_vec(),
            g: significant(g).to_vec(),
            y: significant(y).to_vec(),
        };
        // Sizes come before arithmetic.
        if !P_BITS.contains(&bits(&key.p))
            || !Q_BITS.contains(&bits(&key.q))
            || key.g.len().max(key.y.len()) > key.p.len()
        {
            return Err(CryptoError::BadKey);
        }
        let Group { modulus, order, g, y } = key.group()?;
        // q | p − 1, or p mod q = 1
        let divides = order.reduce(&key.p) == order.one();
        // g^q mod p = 1 and y^q mod p = 1, neither of them 0 or 1  (FIPS 186-4 §A.2.2, SP 800-89 §5.3.1)
        let of_order_q = |number: &Residue| {
            !modulus.is_zero(number)
                && *number != modulus.one()
                && modulus.power(number, &Secret::from_slice(&key.q)) == modulus.one()
        };
        if divides && of_order_q(&g) && of_order_q(&y) { Ok(key) } else { Err(CryptoError::BadKey) }
    }

    /// Bits of the prime p.
    pub fn modulus_bits(&self) -> usize {
        bits(&self.p)
    }

    /// Octets of the order q, and of r and s.
    pub fn order_len(&self) -> usize {
        self.q.len()
    }

    /// The domain parameters p, q and g, unsigned big-endian.
    pub fn domain(&self) -> [&[u8]; 3] {
        [&self.p, &self.q, &self.g]
    }

    /// The public number y, unsigned big-endian.
    pub fn public(&self) -> &[u8] {
        &self.y
    }

    /// Verifies a signature (r, s) over a digest, of which the leftmost bits of the order count (FIPS 186-4 §4.7).
    ///
    /// # Errors
    /// [`CryptoError::BadSignature`].
    pub fn verify(&self, digest: &[u8], r: &[u8], s: &[u8]) -> Result<(), CryptoError> {
        let Group { modulus, order, g, y } = self.group()?;
        let bad = CryptoError::BadSignature;
        // 0 < r < q, 0 < s < q
        let r = order.residue(r).filter(|r| !order.is_zero(r)).ok_or(bad)?;
        let s = order.residue(s).filter(|s| !order.is_zero(s)).ok_or(bad)?;
        // w = s⁻¹ mod q, u1 = z·w mod q, u2 = r·w mod q
        let w = order.invert(&s).ok_or(bad)?;
        let exponent = |number: &Residue| Secret::new(order.encode(&order.multiply(number, &w)));
        let (u1, u2) = (exponent(&self.leftmost(digest, &order)), exponent(&r));
        // v = (g^u1 · y^u2 mod p) mod q
        let product = modulus.multiply(&modulus.power(&g, &u1), &modulus.power(&y, &u2));
        let v = order.reduce(&modulus.encode(&product));
        if v == r { Ok(()) } else { Err(bad) }
    }

    /// z: the leftmost bits of the digest, as many as q has, which are whole octets.
    fn leftmost(&self, digest: &[u8], order: &Modulus) -> Residue {
        order.reduce(digest.get(..self.q.len()).unwrap_or(digest))
    }

    fn group(&self) -> Result<Group, CryptoError> {
        let modulus = Modulus::new(&self.p).ok_or(CryptoError::BadKey)?;
        let order = Modulus::new(&self.q).ok_or(CryptoError::BadKey)?;
        let g = modulus.residue(&self.g).ok_or(CryptoError::BadKey)?;
        let y = modulus.residue(&self.y).ok_or(CryptoError::BadKey)?;
        Ok(Group { modulus, order, g, y })
    }
}

/// A key ready to compute with.
struct Group {
    modulus: Modulus,
    order: Modulus,
    g: Residue,
    y: Residue,
}

/// Bits of a number without leading zeros.
fn bits(number: &[u8]) -> usize {
    let zeros = number.first().map_or(0, |first| first.leading_zeros());
    (number.len() * 8).saturating_sub(usize::try_from(zeros).unwrap_or_default())
}

/// A private key, for the simulated issuer only.
#[cfg(feature = "sim")]
pub struct DsaPrivateKey {
    public: DsaPublicKey,
    x: Secret,
}

#[cfg(feature = "sim")]
impl DsaPrivateKey {
    /// The key with this private number in the group of these domain parameters.
    ///
    /// # Errors
    /// As [`DsaPublicKey::new`]; [`CryptoError::BadKey`] for a private number of zero or not below q.
    pub fn new(domain: [&[u8]; 3], x: Secret) -> Result<Self, CryptoError> {
        let [p, q, g] = domain;
        let modulus = Modulus::new(p).ok_or(CryptoError::BadKey)?;
        let order = Modulus::new(q).ok_or(CryptoError::BadKey)?;
        if order.residue(x.expose()).is_none_or(|x| order.is_zero(&x)) {
            return Err(CryptoError::BadKey);
        }
        // y = g^x mod p
        let g_residue = modulus.residue(g).ok_or(CryptoError::BadKey)?;
        let y = modulus.encode(&modulus.power(&g_residue, &x));
        Ok(Self { public: DsaPublicKey::new(p, q, g, &y)?, x })
    }

    /// A key in the group of these domain parameters.
    ///
    /// # Errors
    /// As [`DsaPrivateKey::new`]; [`CryptoError::Random`] if the source fails.
    pub fn generate(domain: [&[u8]; 3], rng: &mut dyn Random) -> Result<Self, CryptoError> {
        Self::new(domain, random_below(domain[1], rng)?)
    }

    /// The public key to it.
    pub fn public_key(&self) -> &DsaPublicKey {
        &self.public
    }

    /// Makes a signature (r, s) over a digest, each as many octets as the order has (FIPS 186-4 §4.6).
    ///
    /// # Errors
    /// [`CryptoError::Random`] if the source fails, [`CryptoError::BadKey`] where r or s comes to zero.
    pub fn sign(&self, digest: &[u8], rng: &mut dyn Random) -> Result<(Vec<u8>, Vec<u8>), CryptoError> {
        let Group { modulus, order, g, .. } = self.public.group()?;
        let k = random_below(&self.public.q, rng)?;
        let x = order.residue(self.x.expose()).ok_or(CryptoError::BadKey)?;
        // r = (g^k mod p) mod q, s = k⁻¹·(z + x·r) mod q
        let r = order.reduce(&modulus.encode(&modulus.power(&g, &k)));
        let inverse = order.residue(k.expose()).and_then(|k| order.invert(&k)).ok_or(CryptoError::BadKey)?;
        let sum = order.add(&self.public.leftmost(digest, &order), &order.multiply(&x, &r));
        let s = order.multiply(&inverse, &sum);
        if order.is_zero(&r) || order.is_zero(&s) {
            return Err(CryptoError::BadKey);
        }
        Ok((order.encode(&r), order.encode(&s)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{DhGroupId, DigestAlgorithm, SeededRandom};
    use super::*;

    fn domain() -> [Vec<u8>; 3] {
        let group = DhGroupId::Modp2048Prime224;
        [group.prime().to_vec(), group.order().to_vec(), group.generator().unsigned().to_vec()]
    }

    #[test]
    fn signs_and_verifies_in_every_group() {
        let mut rng = SeededRandom::new([1; 32]);
        for group in DhGroupId::ALL {
            let generator = group.generator();
            let key = DsaPrivateKey::generate([group.prime(), group.order(), generator.unsigned()], &mut rng).unwrap();
            for digest in DigestAlgorithm::ALL {
                let hash = digest.digest(&[b"message"]);
                let (r, s) = key.sign(&hash, &mut rng).unwrap();
                let public = key.public_key();
                assert_eq!((r.len(), s.len()), (public.order_len(), public.order_len()));
                assert_eq!(public.verify(&hash, &r, &s), Ok(()));
                let other = digest.digest(&[b"massage"]);
                assert_eq!(public.verify(&other, &r, &s), Err(CryptoError::BadSignature));
            }
        }
    }

    #[test]
    fn refuses_r_and_s_that_are_zero_or_not_below_the_order() {
        let [p, q, g] = domain();
        let mut rng = SeededRandom::new([2; 32]);
        let key = DsaPrivateKey::generate([&p, &q, &g], &mut rng).unwrap();
        let hash = [7; 28];
        let (r, s) = key.sign(&hash, &mut rng).unwrap();
        let public = key.public_key();
        assert_eq!(public.verify(&hash, &[&[0, 0], r.as_slice()].concat(), &s), Ok(()), "leading zeros do not count");
        let beyond = |number: &[u8]| {
            // number + q: the same residue, and out of range
            let mut carry = 0_u16;
            let mut sum: Vec<u8> = (number.iter().rev().zip(q.iter().rev()))
                .map(|(a, b)| {
                    carry += u16::from(*a) + u16::from(*b);
                    let octet = carry.to_be_bytes()[1];
                    carry >>= 8;
                    octet
                })
                .collect();
            sum.push(carry.to_be_bytes()[1]);
            sum.reverse();
            sum
        };
        let zero = vec![0; 28];
        for (r, s) in [(&zero, &s), (&r, &zero), (&q, &s), (&r, &q), (&beyond(&r), &s), (&r, &beyond(&s))] {
            assert_eq!(public.verify(&hash, r, s), Err(CryptoError::BadSignature));
        }
    }

    #[test]
    fn refuses_keys_outside_their_limits_and_their_group() {
        let [p, q, g] = domain();
        let key = DsaPrivateKey::generate([&p, &q, &g], &mut SeededRandom::new([3; 32])).unwrap();
        let y = key.public_key().public().to_vec();
        assert_eq!(DsaPublicKey::new(&p, &q, &g, &y).unwrap(), *key.public_key());
        let minus_one = {
            let mut number = p.clone();
            *number.last_mut().unwrap() -= 1;
            number
        };
        let (zero, one, two) = (vec![0], vec![1], vec![2]);
        for outside in [&zero, &one, &two, &minus_one, &p, &[&[1], p.as_slice()].concat()] {
            assert_eq!(DsaPublicKey::new(&p, &q, outside, &y), Err(CryptoError::BadKey), "g");
            assert_eq!(DsaPublicKey::new(&p, &q, &g, outside), Err(CryptoError::BadKey), "y");
        }
        // An order of another length, an even one, one that does not divide p − 1.
        let mut even = q.clone();
        *even.last_mut().unwrap() ^= 1;
        let mut other = q.clone();
        *other.last_mut().unwrap() ^= 2;
        for q in [&q[1..], &even, &other] {
            assert_eq!(DsaPublicKey::new(&p, q, &g, &y), Err(CryptoError::BadKey), "q");
        }
        // A modulus too short, even, too long.
        let mut even = p.clone();
        *even.last_mut().unwrap() ^= 1;
        for p in [&p[p.len() - 127..], &even, &[[0xFF].as_slice(), &[0xFF; 384]].concat()] {
            assert_eq!(DsaPublicKey::new(p, &q, &g, &y), Err(CryptoError::BadKey), "p");
        }
        let refused = |x: &[u8]| DsaPrivateKey::new([&p, &q, &g], Secret::from_slice(x)).is_err();
        assert!(refused(&[0]) && refused(&q) && !refused(&[2]));
    }
}
