//! Arithmetic modulo an odd prime, for the groups of Diffie-Hellman and the integrated mapping of PACE.
//!
//! The arithmetic is that of `crypto-bigint` in Montgomery form: its time depends on lengths, not on values. Numbers go
//! in and out as unsigned big-endian octets; what comes out has as many as the modulus.

use super::Secret;
use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, NonZero, Odd, Resize};
use zeroize::Zeroize;

/// An odd prime to compute by. That it is prime is its giver's word.
pub struct Modulus {
    parameters: BoxedMontyParams,
    octets: usize,
}

/// A number below a [`Modulus`]; wiped on drop, since it may be a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Residue(BoxedMontyForm);

impl Drop for Residue {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl Modulus {
    /// The modulus with these octets; `None` where it is even, or below 3.
    pub fn new(prime: &[u8]) -> Option<Self> {
        let number = BoxedUint::from_be_slice_vartime(prime);
        let octets = usize::try_from(number.bit_width().div_ceil(8)).ok()?;
        if number.bit_width() < 2 {
            return None;
        }
        let odd: Option<Odd<BoxedUint>> = Odd::new(number).into();
        Some(Self { parameters: BoxedMontyParams::new(odd?), octets })
    }

    /// Octets of the modulus.
    pub fn octets(&self) -> usize {
        self.octets
    }

    /// A number that is below the modulus; `None` for any other.
    pub fn residue(&self, number: &[u8]) -> Option<Residue> {
        let number = significant(number);
        let bits = self.parameters.bits_precision();
        let number = BoxedUint::from_be_slice(number, bits).ok()?;
        (number < *self.parameters.modulus().as_ref()).then(|| self.of(number))
    }

    /// number mod p, for a number of any length.
    pub fn reduce(&self, number: &[u8]) -> Residue {
        let bits = u32::try_from(number.len().saturating_mul(8)).unwrap_or(u32::MAX);
        let precision = bits.max(self.parameters.bits_precision());
        let modulus = self.parameters.modulus().as_ref().clone().resize(precision);
        let modulus: Option<NonZero<BoxedUint>> = NonZero::new(modulus).into();
        let number = BoxedUint::from_be_slice(number, precision).expect("the precision is that of the number, or more");
        let rest = number.rem(&modulus.expect("an odd number is not zero"));
        self.of(rest.resize(self.parameters.bits_precision()))
    }

    fn of(&self, number: BoxedUint) -> Residue {
        Residue(BoxedMontyForm::new(number, &self.parameters))
    }

    /// The octets of a number, as many as the modulus has.
    pub fn encode(&self, number: &Residue) -> Vec<u8> {
        let mut plain = number.0.retrieve();
        let mut whole = plain.to_be_bytes();
        plain.zeroize();
        let start = whole.len().saturating_sub(self.octets);
        let octets = whole.get(start..).unwrap_or_default().to_vec();
        whole.zeroize();
        octets
    }

    /// a + b mod p.
    pub fn add(&self, a: &Residue, b: &Residue) -> Residue {
        Residue(a.0.add(&b.0))
    }

    /// a − b mod p.
    pub fn subtract(&self, a: &Residue, b: &Residue) -> Residue {
        Residue(a.0.sub(&b.0))
    }

    /// a · b mod p.
    pub fn multiply(&self, a: &Residue, b: &Residue) -> Residue {
        Residue(a.0.mul(&b.0))
    }

    /// 1/a mod p; `None` for zero.
    pub fn invert(&self, a: &Residue) -> Option<Residue> {
        let inverse: Option<BoxedMontyForm> = a.0.invert().into();
        inverse.map(Residue)
    }

    /// base^exponent mod p; the exponent is a number of any length, whose length alone shows in the time.
    pub fn power(&self, base: &Residue, exponent: &Secret) -> Residue {
        let bits = u32::try_from(exponent.len().saturating_mul(8)).unwrap_or(u32::MAX);
        let mut number = BoxedUint::from_be_slice(exponent.expose(), bits.max(1)).expect("the precision is its own");
        let power = Residue(base.0.pow(&number));
        number.zeroize();
        power
    }

    /// Whether a number is 0.
    pub fn is_zero(&self, a: &Residue) -> bool {
        a.0.is_zero().into()
    }

    /// The number 1.
    pub fn one(&self) -> Residue {
        Residue(BoxedMontyForm::one(&self.parameters))
    }
}

/// A number without its leading zeros.
pub(super) fn significant(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|&&octet| octet == 0).count();
    number.get(zeros..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computes_as_on_paper() {
        let modulus = Modulus::new(&[0, 101]).unwrap();
        let number = |n: u8| modulus.residue(&[n]).unwrap();
        assert_eq!(modulus.encode(&modulus.add(&number(100), &number(3))), [2]);
        assert_eq!(modulus.encode(&modulus.subtract(&number(2), &number(3))), [100]);
        assert_eq!(modulus.encode(&modulus.multiply(&number(51), &number(2))), [1]);
        assert!(modulus.invert(&number(2)) == Some(number(51)));
        assert!(modulus.invert(&number(0)).is_none());
        // 2^100 = 1 mod 101 (Fermat); 2^10 = 1024 = 14 mod 101
        assert!(modulus.power(&number(2), &Secret::new(vec![100])) == modulus.one());
        assert_eq!(modulus.encode(&modulus.power(&number(2), &Secret::new(vec![0, 0, 10]))), [14]);
        assert!(modulus.power(&number(2), &Secret::new(Vec::new())) == modulus.one());
        // 256^9 = 54^9 = 24 mod 101
        assert_eq!(modulus.encode(&modulus.reduce(&[1, 0, 0, 0, 0, 0, 0, 0, 0, 0])), [24]);
        assert!(modulus.is_zero(&modulus.reduce(&[202])));
    }

    #[test]
    fn refuses_even_moduli_and_numbers_that_are_not_below_it() {
        assert!(Modulus::new(&[100]).is_none() && Modulus::new(&[]).is_none() && Modulus::new(&[1]).is_none());
        let modulus = Modulus::new(&[101]).unwrap();
        assert!(modulus.residue(&[101]).is_none() && modulus.residue(&[1, 0]).is_none());
        assert!(modulus.residue(&[0; 40]).is_some() && modulus.residue(&[1; 40]).is_none());
    }
}
