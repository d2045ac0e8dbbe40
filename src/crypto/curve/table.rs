//! The table of curves: names, object identifiers, standardised parameter ids, explicit parameters (9303-11 §9.5.1).
//!
//! Explicit parameters (RFC 3279 §2.3.5) are compared as numbers with every curve of the table. What is not in the
//! table, including the twisted curves of RFC 5639, is refused: a card cannot choose its own curve.

use super::super::modular::significant;
use super::CurveId;
use super::arithmetic::{Curve, NamedCurve};
use super::domain_parameters as known;
use crate::crypto::CryptoError;
use crate::oid::{self, Oid};

/// One line of the table.
struct Entry {
    id: CurveId,
    name: &'static str,
    bits: usize,
    oid: Oid,
    parameter_id: u8,
    curve: &'static dyn Curve,
}

macro_rules! table {
    ($($id:ident, $name:literal, $bits:literal, $oid:ident, $parameter_id:literal, $curve:ty, $parameters:expr;)*) => {
        static TABLE: &[Entry] = &[$(Entry {
            id: CurveId::$id,
            name: $name,
            bits: $bits,
            oid: oid::$oid,
            parameter_id: $parameter_id,
            curve: &NamedCurve::<$curve>::new(CurveId::$id, $parameters),
        }),*];
    };
}

// The last number is the standardised domain parameter id (9303-11 §9.5.1, TR-03110-3 §A.2.1.1).
#[rustfmt::skip]
table! {
    Secp192r1, "secp192r1", 192, SECP192R1, 8, known::Secp192r1, known::secp192r1::PARAMETERS;
    Secp224r1, "secp224r1", 224, SECP224R1, 10, known::Secp224r1, known::secp224r1::PARAMETERS;
    Secp256r1, "secp256r1", 256, SECP256R1, 12, p256::NistP256, known::SECP256R1;
    Secp384r1, "secp384r1", 384, SECP384R1, 15, p384::NistP384, known::SECP384R1;
    Secp521r1, "secp521r1", 521, SECP521R1, 18, p521::NistP521, known::SECP521R1;
    BrainpoolP192r1, "brainpoolP192r1", 192, BRAINPOOL_P192R1, 9, known::BrainpoolP192r1, known::brainpoolp192r1::PARAMETERS;
    BrainpoolP224r1, "brainpoolP224r1", 224, BRAINPOOL_P224R1, 11, known::BrainpoolP224r1, known::brainpoolp224r1::PARAMETERS;
    BrainpoolP256r1, "brainpoolP256r1", 256, BRAINPOOL_P256R1, 13, bp256::BrainpoolP256r1, known::BRAINPOOLP256R1;
    BrainpoolP320r1, "brainpoolP320r1", 320, BRAINPOOL_P320R1, 14, known::BrainpoolP320r1, known::brainpoolp320r1::PARAMETERS;
    BrainpoolP384r1, "brainpoolP384r1", 384, BRAINPOOL_P384R1, 16, bp384::BrainpoolP384r1, known::BRAINPOOLP384R1;
    BrainpoolP512r1, "brainpoolP512r1", 512, BRAINPOOL_P512R1, 17, known::BrainpoolP512r1, known::brainpoolp512r1::PARAMETERS;
}

impl CurveId {
    fn entry(self) -> &'static Entry {
        TABLE.iter().find(|entry| entry.id == self).expect("a test walks ALL and finds every curve in the table")
    }

    /// The curve itself.
    pub fn curve(self) -> &'static dyn Curve {
        self.entry().curve
    }

    /// Its standard name: `secp256r1`, `brainpoolP256r1`.
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    /// Bits of the field.
    pub fn bits(self) -> usize {
        self.entry().bits
    }

    /// Its object identifier.
    pub fn oid(self) -> Oid {
        self.entry().oid
    }

    /// The curve with this object identifier.
    pub fn from_oid(oid: Oid) -> Option<Self> {
        TABLE.iter().find(|entry| entry.oid == oid).map(|entry| entry.id)
    }

    /// Its standardised domain parameter id, 8 to 18 (9303-11 §9.5.1).
    pub fn parameter_id(self) -> Option<u8> {
        Some(self.entry().parameter_id)
    }

    /// The curve with this standardised domain parameter id; `None` for a DH group or a reserved one (9303-11 §9.5.1).
    pub fn from_parameter_id(id: u8) -> Option<Self> {
        TABLE.iter().find(|entry| entry.parameter_id == id).map(|entry| entry.id)
    }

    /// The curve that has exactly these explicit parameters: unsigned big-endian numbers (leading zeros do not count),
    /// the generator as an encoded point, the cofactor 1 if it is given.
    ///
    /// # Errors
    /// [`CryptoError::Unsupported`] if no curve of the table has them all.
    pub fn from_explicit(
        p: &[u8],
        a: &[u8],
        b: &[u8],
        g: &[u8],
        n: &[u8],
        h: Option<&[u8]>,
    ) -> Result<Self, CryptoError> {
        let matches = |entry: &&Entry| {
            let curve = entry.curve;
            same_number(p, curve.prime())
                && same_number(a, curve.a())
                && same_number(b, curve.b())
                && same_number(n, curve.order())
                && is_generator(g, curve)
                && h.is_none_or(|h| same_number(h, &[1]))
        };
        TABLE.iter().find(matches).map(|entry| entry.id).ok_or(CryptoError::Unsupported)
    }
}

fn same_number(a: &[u8], b: &[u8]) -> bool {
    significant(a) == significant(b)
}

/// Whether these octets are the curve's own generator, in uncompressed or compressed form.
fn is_generator(encoded: &[u8], curve: &dyn Curve) -> bool {
    let generator = curve.generator();
    let parity = generator.y().last().map_or(0, |last| last & 1);
    match encoded.split_first() {
        Some((0x04, _)) => encoded == curve.encode_point(&generator),
        Some((&form @ 0x02..=0x03, x)) => form & 1 == parity && x == generator.x(),
        _ => false,
    }
}
