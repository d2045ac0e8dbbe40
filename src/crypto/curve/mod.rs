//! Elliptic curves behind one object-safe trait, so that no protocol is generic over a curve (9303-11 §9.5.1).
//!
//! The arithmetic is that of the curve crates and `primeorder`; here points and scalars go in and out as octets, and
//! every point that comes in is checked: coordinates below p, on the curve, not the identity. [`CurveId`] names the
//! curves; explicit parameters are matched exactly to one of them, or refused.

mod id;
mod domain_parameters;
mod multiples;
mod arithmetic;
mod table;
#[cfg(test)]
mod tests;

pub use arithmetic::{Curve, Point};
pub use id::CurveId;
