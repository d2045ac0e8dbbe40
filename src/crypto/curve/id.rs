//! The curves of Doc 9303 (9303-11 §9.5.1).

/// An elliptic curve with standardised domain parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CurveId {
    /// secp192r1, NIST P-192.
    Secp192r1,
    /// secp224r1, NIST P-224.
    Secp224r1,
    /// secp256r1, NIST P-256.
    Secp256r1,
    /// secp384r1, NIST P-384.
    Secp384r1,
    /// secp521r1, NIST P-521.
    Secp521r1,
    /// brainpoolP192r1.
    BrainpoolP192r1,
    /// brainpoolP224r1.
    BrainpoolP224r1,
    /// brainpoolP256r1.
    BrainpoolP256r1,
    /// brainpoolP320r1.
    BrainpoolP320r1,
    /// brainpoolP384r1.
    BrainpoolP384r1,
    /// brainpoolP512r1.
    BrainpoolP512r1,
}

impl CurveId {
    /// All curves.
    pub const ALL: [Self; 11] = [
        Self::Secp192r1,
        Self::Secp224r1,
        Self::Secp256r1,
        Self::Secp384r1,
        Self::Secp521r1,
        Self::BrainpoolP192r1,
        Self::BrainpoolP224r1,
        Self::BrainpoolP256r1,
        Self::BrainpoolP320r1,
        Self::BrainpoolP384r1,
        Self::BrainpoolP512r1,
    ];
}
