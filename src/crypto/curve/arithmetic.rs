//! Points, the trait [`Curve`], and its implementation on the curve crates and `primeorder`.

use super::super::modular::significant;
use super::super::random::random_below;
use super::CurveId;
use super::domain_parameters::DomainParameters;
use super::multiples::EcdsaKey;
#[cfg(feature = "sim")]
use crate::bounds::BOUNDS;
use crate::crypto::{CryptoError, Random, Secret};
use ecdsa::{EcdsaCurve, Signature, hazmat};
use elliptic_curve::point::{AffineCoordinates, DecompressPoint};
use elliptic_curve::subtle::Choice;
use elliptic_curve::{
    AffinePoint, CurveArithmetic, CurveGroup, Field, FieldBytes, Group, PrimeField, ProjectivePoint, Scalar,
};
use std::any::Any;
use std::marker::PhantomData;
use std::sync::Arc;
use zeroize::Zeroize;

/// A point of a curve in affine coordinates, each of the field's length; never the identity. Wiped on drop, since it
/// may be a shared secret.
#[derive(Clone)]
pub struct Point {
    x: Vec<u8>,
    y: Vec<u8>,
    /// The [`EcdsaKey`] of this public point, where it verifies many signatures.
    ecdsa_key: Option<Arc<dyn Any + Send + Sync>>,
}

impl PartialEq for Point {
    fn eq(&self, other: &Self) -> bool {
        (&self.x, &self.y) == (&other.x, &other.y)
    }
}

impl Eq for Point {}

impl Point {
    fn new(x: &[u8], y: &[u8]) -> Self {
        Self { x: x.to_vec(), y: y.to_vec(), ecdsa_key: None }
    }

    /// The x-coordinate, as many octets as the field has.
    pub fn x(&self) -> &[u8] {
        &self.x
    }

    /// The y-coordinate, as many octets as the field has.
    pub fn y(&self) -> &[u8] {
        &self.y
    }
}

impl Drop for Point {
    fn drop(&mut self) {
        self.x.zeroize();
        self.y.zeroize();
    }
}

impl std::fmt::Debug for Point {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Point({} octets a coordinate)", self.x.len())
    }
}

/// An elliptic curve with its generator.
pub trait Curve: Send + Sync {
    /// Which curve this is.
    fn id(&self) -> CurveId;

    /// Octets of a field element.
    fn field_len(&self) -> usize;

    /// Octets of the order n.
    fn order_len(&self) -> usize;

    /// The order n, unsigned big-endian.
    fn order(&self) -> &[u8];

    /// The prime p of the field, unsigned big-endian.
    fn prime(&self) -> &[u8];

    /// The coefficient a, as many octets as the field has.
    fn a(&self) -> &[u8];

    /// The coefficient b, as many octets as the field has.
    fn b(&self) -> &[u8];

    /// The generator G.
    fn generator(&self) -> Point;

    /// Reads a point: `04 ‖ x ‖ y`, or compressed `02 ‖ x`, `03 ‖ x` (TR-03111 §3.2).
    ///
    /// # Errors
    /// [`CryptoError::BadPoint`] for another form or length, a coordinate not below p, a point off the curve, the
    /// identity.
    fn decode_point(&self, bytes: &[u8]) -> Result<Point, CryptoError>;

    /// `04 ‖ x ‖ y`, each coordinate of the field's length (TR-03111 §3.2.1).
    fn encode_point(&self, point: &Point) -> Vec<u8>;

    /// A scalar from 1 to n−1, evenly drawn, as many octets as the order has.
    ///
    /// # Errors
    /// [`CryptoError::Random`] if the source fails or never gives such a number.
    fn random_scalar(&self, rng: &mut dyn Random) -> Result<Secret, CryptoError>;

    /// scalar · point.
    ///
    /// # Errors
    /// [`CryptoError::BadKey`] for a scalar of zero or not below n, [`CryptoError::BadPoint`] for a point that is not of
    /// this curve.
    fn multiply(&self, scalar: &Secret, point: &Point) -> Result<Point, CryptoError>;

    /// a + b.
    ///
    /// # Errors
    /// [`CryptoError::BadPoint`] for points that are not of this curve, or whose sum is the identity.
    fn add(&self, a: &Point, b: &Point) -> Result<Point, CryptoError>;

    /// Verifies an ECDSA signature over a digest, of which the leftmost bits of the order count (TR-03111 §4.2.1.2).
    ///
    /// # Errors
    /// [`CryptoError::BadPoint`] for a public key that is not of this curve, [`CryptoError::BadSignature`] for all else.
    fn verify_ecdsa(&self, public: &Point, digest: &[u8], r: &[u8], s: &[u8]) -> Result<(), CryptoError>;

    /// The same public key with multiples of its point: each signature is then verified in about a third of the time. To
    /// compute them takes about as long as eight verifications.
    ///
    /// # Errors
    /// [`CryptoError::BadPoint`] for a point that is not of this curve.
    fn for_many_signatures(&self, public: &Point) -> Result<Point, CryptoError>;

    /// Makes an ECDSA signature (r, s), each as many octets as the order has.
    ///
    /// # Errors
    /// [`CryptoError::BadKey`] for a private key of zero or not below n, [`CryptoError::Random`] if the source fails.
    #[cfg(feature = "sim")]
    fn sign_ecdsa(
        &self,
        private: &Secret,
        digest: &[u8],
        rng: &mut dyn Random,
    ) -> Result<(Vec<u8>, Vec<u8>), CryptoError>;
}

/// The curve `C` under its name and with its parameters.
pub(super) struct NamedCurve<C> {
    id: CurveId,
    parameters: DomainParameters,
    curve: PhantomData<C>,
}

impl<C> NamedCurve<C> {
    pub(super) const fn new(id: CurveId, parameters: DomainParameters) -> Self {
        Self { id, parameters, curve: PhantomData }
    }
}

impl<C> NamedCurve<C>
where
    C: CurveArithmetic + EcdsaCurve,
    AffinePoint<C>: DecompressPoint<C>,
{
    /// Checks coordinates below p and the equation of the curve.
    fn point_in(&self, point: &Point) -> Result<ProjectivePoint<C>, CryptoError> {
        let coordinate = |octets: &[u8]| FieldBytes::<C>::try_from(octets).map_err(|_| CryptoError::BadPoint);
        let affine = AffinePoint::<C>::from_coordinates(&coordinate(&point.x)?, &coordinate(&point.y)?);
        affine.into_option().map(Into::into).ok_or(CryptoError::BadPoint)
    }

    fn point_out(&self, point: ProjectivePoint<C>) -> Result<Point, CryptoError> {
        if bool::from(point.is_identity()) {
            return Err(CryptoError::BadPoint);
        }
        let affine = point.to_affine();
        Ok(Point::new(&affine.x(), &affine.y()))
    }

    /// A number of the order's length; leading zeros are filled up or left out.
    fn fixed(&self, number: &[u8]) -> Option<FieldBytes<C>> {
        let significant = significant(number);
        let mut fixed = FieldBytes::<C>::default();
        let start = fixed.len().checked_sub(significant.len())?;
        fixed.get_mut(start..)?.copy_from_slice(significant);
        Some(fixed)
    }

    /// The digest's leftmost bits, as many as the order has (TR-03111 §4.2.1.2), as a number of the order's length; the
    /// crate cuts whole octets only, and the order of secp521r1 has 521 bits.
    fn leftmost_bits(&self, digest: &[u8]) -> Vec<u8> {
        let order = self.order();
        let Some(cut) = digest.get(..order.len()) else { return digest.to_vec() };
        let surplus = order.first().map_or(0, |first| first.leading_zeros());
        let shifted = std::iter::once(&0).chain(cut).zip(cut).map(|(&high, &low)| {
            let [_, octet] = (u16::from_be_bytes([high, low]) >> surplus).to_be_bytes();
            octet
        });
        shifted.collect()
    }

    /// A scalar from 1 to n−1.
    fn scalar_in(&self, number: &[u8]) -> Result<Scalar<C>, CryptoError> {
        let mut fixed = self.fixed(number).ok_or(CryptoError::BadKey)?;
        let scalar = Scalar::<C>::from_repr(fixed).into_option().ok_or(CryptoError::BadKey);
        fixed.as_mut_slice().zeroize();
        scalar.and_then(|scalar| if bool::from(scalar.is_zero()) { Err(CryptoError::BadKey) } else { Ok(scalar) })
    }
}

impl<C> Curve for NamedCurve<C>
where
    C: CurveArithmetic + EcdsaCurve,
    AffinePoint<C>: DecompressPoint<C>,
{
    fn id(&self) -> CurveId {
        self.id
    }

    fn field_len(&self) -> usize {
        self.parameters.p.len()
    }

    fn order_len(&self) -> usize {
        self.parameters.n.len()
    }

    fn order(&self) -> &[u8] {
        self.parameters.n
    }

    fn prime(&self) -> &[u8] {
        self.parameters.p
    }

    fn a(&self) -> &[u8] {
        self.parameters.a
    }

    fn b(&self) -> &[u8] {
        self.parameters.b
    }

    fn generator(&self) -> Point {
        Point::new(self.parameters.x, self.parameters.y)
    }

    fn decode_point(&self, bytes: &[u8]) -> Result<Point, CryptoError> {
        let (&form, coordinates) = bytes.split_first().ok_or(CryptoError::BadPoint)?;
        match form {
            0x04 if coordinates.len() == 2 * self.field_len() => {
                let (x, y) = coordinates.split_at_checked(self.field_len()).ok_or(CryptoError::BadPoint)?;
                let point = Point::new(x, y);
                self.point_in(&point)?;
                Ok(point)
            }
            0x02 | 0x03 => {
                let x = FieldBytes::<C>::try_from(coordinates).map_err(|_| CryptoError::BadPoint)?;
                let affine = AffinePoint::<C>::decompress(&x, Choice::from(form & 1));
                self.point_out(affine.into_option().ok_or(CryptoError::BadPoint)?.into())
            }
            _ => Err(CryptoError::BadPoint),
        }
    }

    fn encode_point(&self, point: &Point) -> Vec<u8> {
        [&[0x04], point.x(), point.y()].concat()
    }

    fn random_scalar(&self, rng: &mut dyn Random) -> Result<Secret, CryptoError> {
        random_below(self.order(), rng)
    }

    fn multiply(&self, scalar: &Secret, point: &Point) -> Result<Point, CryptoError> {
        let point = self.point_in(point)?;
        let mut scalar = self.scalar_in(scalar.expose())?;
        let product = self.point_out(point * scalar);
        scalar.zeroize();
        product
    }

    fn add(&self, a: &Point, b: &Point) -> Result<Point, CryptoError> {
        self.point_out(self.point_in(a)? + self.point_in(b)?)
    }

    fn verify_ecdsa(&self, public: &Point, digest: &[u8], r: &[u8], s: &[u8]) -> Result<(), CryptoError> {
        let point = self.point_in(public)?;
        let r = self.fixed(r).ok_or(CryptoError::BadSignature)?;
        let s = self.fixed(s).ok_or(CryptoError::BadSignature)?;
        let signature = Signature::<C>::from_scalars(r, s).map_err(|_| CryptoError::BadSignature)?;
        let digest = self.leftmost_bits(digest);
        let verifies = match public.ecdsa_key.as_ref().and_then(|key| key.downcast_ref::<EcdsaKey<C>>()) {
            Some(key) => self.fixed(&digest).is_some_and(|digest| key.verifies(&digest, &signature)),
            None => hazmat::verify_prehashed::<C>(&point, &digest, &signature).is_ok(),
        };
        if verifies { Ok(()) } else { Err(CryptoError::BadSignature) }
    }

    fn for_many_signatures(&self, public: &Point) -> Result<Point, CryptoError> {
        let key = EcdsaKey::<C>::new(self.point_in(public)?);
        let mut public = Point::new(&public.x, &public.y);
        public.ecdsa_key = Some(Arc::new(key));
        Ok(public)
    }

    #[cfg(feature = "sim")]
    fn sign_ecdsa(
        &self,
        private: &Secret,
        digest: &[u8],
        rng: &mut dyn Random,
    ) -> Result<(Vec<u8>, Vec<u8>), CryptoError> {
        use elliptic_curve::NonZeroScalar;
        let non_zero = |scalar| NonZeroScalar::<C>::new(scalar).into_option().ok_or(CryptoError::BadKey);
        let private = non_zero(self.scalar_in(private.expose())?)?;
        for _ in 0..BOUNDS.random_draws {
            let k = non_zero(self.scalar_in(self.random_scalar(rng)?.expose())?)?;
            if let Ok((signature, _)) = hazmat::sign_prehashed::<C>(&private, &k, &self.leftmost_bits(digest)) {
                let (r, s) = signature.split_bytes();
                return Ok((r.to_vec(), s.to_vec()));
            }
        }
        Err(CryptoError::Random)
    }
}
