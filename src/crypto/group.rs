//! The groups that keys are agreed in, curves and DH groups alike, so that no protocol is written twice (9303-11 §9.5.1).
//!
//! [`GroupId`] names a group by its standardised domain parameters; an [`Element`] is a point or a number of one.

use super::{CryptoError, CurveId, DhGroupId, DigestAlgorithm, Number, Point, Random, Secret};

/// A group of the standardised domain parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GroupId {
    /// An elliptic curve, for ECDH.
    Curve(CurveId),
    /// A group modulo p, for DH.
    Dh(DhGroupId),
}

/// A point of a curve or a number of a DH group; never the neutral element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Element {
    /// A point.
    Point(Point),
    /// A number.
    Number(Number),
}

impl Element {
    /// The shared secret that it is: the x-coordinate, or the number as long as p (9303-11 §9.6).
    pub fn shared_secret(&self) -> Secret {
        Secret::from_slice(match self {
            Self::Point(point) => point.x(),
            Self::Number(number) => number.padded(),
        })
    }

    /// Comp(PK): the x-coordinate, or the SHA-1 of the number (9303-11 §7.1.1, TR-03110-3 §A.2.2.3).
    pub fn compressed(&self) -> Vec<u8> {
        match self {
            Self::Point(point) => point.x().to_vec(),
            Self::Number(number) => DigestAlgorithm::Sha1.digest(&[number.unsigned()]),
        }
    }
}

impl GroupId {
    /// All groups: the curves, then the DH groups.
    pub fn all() -> impl Iterator<Item = Self> {
        CurveId::ALL.into_iter().map(Self::Curve).chain(DhGroupId::ALL.into_iter().map(Self::Dh))
    }

    /// Its short name: `brainpoolP256r1`, `modp-2048-256`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Curve(curve) => curve.name(),
            Self::Dh(group) => group.name(),
        }
    }

    /// Its standardised domain parameter id (9303-11 §9.5.1).
    pub fn parameter_id(self) -> Option<u8> {
        match self {
            Self::Curve(curve) => curve.parameter_id(),
            Self::Dh(group) => Some(group.parameter_id()),
        }
    }

    /// The group with this standardised domain parameter id; `None` for a reserved one (9303-11 §9.5.1).
    pub fn from_parameter_id(id: u8) -> Option<Self> {
        let curve = CurveId::from_parameter_id(id).map(Self::Curve);
        curve.or_else(|| DhGroupId::from_parameter_id(id).map(Self::Dh))
    }

    /// Bits of security, roughly: half the order of a curve; 80 and 112 for primes of 1024 and 2048 bits (SP 800-57).
    pub fn strength(self) -> usize {
        match self {
            Self::Curve(curve) => curve.bits() / 2,
            Self::Dh(DhGroupId::Modp1024Prime160) => 80,
            Self::Dh(DhGroupId::Modp2048Prime224 | DhGroupId::Modp2048Prime256) => 112,
        }
    }

    /// The generator.
    pub fn generator(self) -> Element {
        match self {
            Self::Curve(curve) => Element::Point(curve.curve().generator()),
            Self::Dh(group) => Element::Number(group.generator()),
        }
    }

    /// A private key, evenly drawn from 1 to the order minus 1.
    ///
    /// # Errors
    /// [`CryptoError::Random`].
    pub fn random_private(self, random: &mut dyn Random) -> Result<Secret, CryptoError> {
        match self {
            Self::Curve(curve) => curve.curve().random_scalar(random),
            Self::Dh(group) => group.random_private(random),
        }
    }

    /// private · base, or base^private.
    ///
    /// # Errors
    /// [`CryptoError::BadKey`] for a private key of zero or out of range, [`CryptoError::BadPoint`] for a base of another
    /// group or a result that is the neutral element.
    pub fn power(self, private: &Secret, base: &Element) -> Result<Element, CryptoError> {
        match (self, base) {
            (Self::Curve(curve), Element::Point(base)) => curve.curve().multiply(private, base).map(Element::Point),
            (Self::Dh(group), Element::Number(base)) => group.power(private, base).map(Element::Number),
            _ => Err(CryptoError::BadPoint),
        }
    }

    /// a + b, or a · b.
    ///
    /// # Errors
    /// [`CryptoError::BadPoint`] for elements of another group, or where the result is the neutral element.
    pub fn combine(self, a: &Element, b: &Element) -> Result<Element, CryptoError> {
        match (self, a, b) {
            (Self::Curve(curve), Element::Point(a), Element::Point(b)) => curve.curve().add(a, b).map(Element::Point),
            (Self::Dh(group), Element::Number(a), Element::Number(b)) => group.multiply(a, b).map(Element::Number),
            _ => Err(CryptoError::BadPoint),
        }
    }

    /// A public key as it stands in a data object: `04 ‖ x ‖ y`, or the number without leading zeros
    /// (TR-03110-3 §D.2.1.1, §D.3.2, §D.3.3).
    pub fn encode(self, element: &Element) -> Vec<u8> {
        match element {
            Element::Point(point) => [&[0x04], point.x(), point.y()].concat(),
            Element::Number(number) => number.unsigned().to_vec(),
        }
    }

    /// Reads a public key: an uncompressed point of the curve, or a number of the subgroup.
    ///
    /// # Errors
    /// [`CryptoError::BadPoint`] for anything else (9303-11 §4.4.3.3, RFC 2631 §2.1.5).
    pub fn decode(self, bytes: &[u8]) -> Result<Element, CryptoError> {
        match self {
            Self::Curve(_) if bytes.first() != Some(&0x04) => Err(CryptoError::BadPoint),
            Self::Curve(curve) => curve.curve().decode_point(bytes).map(Element::Point),
            Self::Dh(group) => group.decode(bytes).map(Element::Number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::SeededRandom;

    #[test]
    fn every_standardised_parameter_id_is_one_group() {
        let ids: Vec<u8> = (0..=255).filter(|id| GroupId::from_parameter_id(*id).is_some()).collect();
        assert_eq!(ids, [0, 1, 2, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18]);
        for group in GroupId::all() {
            assert_eq!(group.parameter_id().and_then(GroupId::from_parameter_id), Some(group));
        }
    }

    #[test]
    fn both_sides_of_every_group_agree_and_elements_of_another_group_are_refused() {
        let mut random = SeededRandom::new([7; 32]);
        for group in GroupId::all() {
            let pair = |random: &mut SeededRandom| {
                let private = group.random_private(random).unwrap();
                let public = group.power(&private, &group.generator()).unwrap();
                (private, group.decode(&group.encode(&public)).unwrap())
            };
            let ((a, a_public), (b, b_public)) = (pair(&mut random), pair(&mut random));
            assert_eq!(group.power(&a, &b_public), group.power(&b, &a_public));
            let other = match group {
                GroupId::Dh(_) => GroupId::Curve(CurveId::Secp256r1),
                GroupId::Curve(_) => GroupId::Dh(DhGroupId::Modp2048Prime256),
            };
            assert_eq!(group.power(&a, &other.generator()), Err(CryptoError::BadPoint));
            assert_eq!(group.combine(&a_public, &other.generator()), Err(CryptoError::BadPoint));
        }
    }
}
