//! ECDSA verification under a key that verifies many signatures: multiples of its point and of the generator are computed
//! once, and then a multiplication takes additions only. It takes variable time and is for public data alone.

use ecdsa::{EcdsaCurve, Signature};
use elliptic_curve::ops::{Invert, Reduce};
use elliptic_curve::point::AffineCoordinates;
use elliptic_curve::{CurveArithmetic, CurveGroup, FieldBytes, Group, PrimeField, ProjectivePoint, Scalar};

/// j · 16^i · point: i is the place of a hexadecimal digit in a scalar, the last one first, and j its value.
struct Multiples<C: CurveArithmetic>(Vec<[ProjectivePoint<C>; 15]>);

impl<C: CurveArithmetic> Multiples<C> {
    fn of(point: ProjectivePoint<C>) -> Self {
        let mut power = point;
        let multiples = |_| {
            let mut multiple = ProjectivePoint::<C>::identity();
            let multiples = std::array::from_fn(|_| {
                multiple += power;
                multiple
            });
            power += multiple;
            multiples
        };
        Self((0..2 * FieldBytes::<C>::default().len()).map(multiples).collect())
    }

    fn multiply(&self, scalar: &Scalar<C>) -> ProjectivePoint<C> {
        let octets = scalar.to_repr();
        let digits = octets.iter().rev().flat_map(|octet| [octet & 0x0F, octet >> 4]);
        let terms = digits.zip(&self.0).filter_map(|(digit, of)| of.get(usize::from(digit).checked_sub(1)?));
        terms.sum()
    }
}

/// A public key that verifies many signatures.
pub(super) struct EcdsaKey<C: CurveArithmetic> {
    generator: Multiples<C>,
    public: Multiples<C>,
}

impl<C: CurveArithmetic + EcdsaCurve> EcdsaKey<C> {
    pub(super) fn new(public: ProjectivePoint<C>) -> Self {
        Self { generator: Multiples::of(ProjectivePoint::<C>::generator()), public: Multiples::of(public) }
    }

    /// Whether a signature over this digest, a number of the order's length, verifies (TR-03111 §4.2.1.2).
    pub(super) fn verifies(&self, digest: &FieldBytes<C>, signature: &Signature<C>) -> bool {
        let (r, s) = signature.split_scalars();
        // w = s⁻¹ mod n, u1 = z·w mod n, u2 = r·w mod n
        let w = *s.invert_vartime();
        let (u1, u2) = (<Scalar<C> as Reduce<FieldBytes<C>>>::reduce(digest) * w, *r * w);
        let sum = self.generator.multiply(&u1) + self.public.multiply(&u2);
        // The x-coordinate of the identity is 0 here, and r is not.
        <Scalar<C> as Reduce<FieldBytes<C>>>::reduce(&sum.to_affine().x()) == *r
    }
}
