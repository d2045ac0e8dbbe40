//! The suites of PACE: mapping, group and cipher, with their identifiers (9303-11 §9.2.1, §9.5.1).

use crate::crypto::{Cipher, CurveId, GroupId};
use crate::oid::{self, Oid};

/// How the nonce becomes a generator (9303-11 §4.4.3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mapping {
    /// Generic mapping: G' = s·G + H.
    Generic,
    /// Integrated mapping: G' is the pseudo-random function of both nonces, as an element of the group.
    Integrated,
    /// Chip authentication mapping: generic mapping, whose key the chip then joins to its static key.
    ChipAuthentication,
}

/// One way of PACE that a card offers: a PACEInfo of EF.CardAccess (9303-11 §9.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaceSuite {
    /// The mapping.
    pub mapping: Mapping,
    /// The cipher of the session that it opens.
    pub cipher: Cipher,
    /// The group of its standardized domain parameters.
    pub group: GroupId,
}

/// An arc that no standard has: chip authentication mapping over DH.
const PACE_DH_CAM: Oid = Oid::of(&[0, 4, 0, 127, 0, 7, 2, 2, 4, 5]);

impl PaceSuite {
    /// This mapping over this group, with this cipher. One that is not allowed is offered, and refused.
    pub const fn new(mapping: Mapping, group: GroupId, cipher: Cipher) -> Self {
        Self { mapping, cipher, group }
    }

    /// Generic mapping over this curve, with this cipher.
    pub const fn generic(curve: CurveId, cipher: Cipher) -> Self {
        Self::new(Mapping::Generic, GroupId::Curve(curve), cipher)
    }

    /// All that Doc 9303 allows: no integrated mapping on secp224r1, whose prime is 1 modulo 4; no chip authentication
    /// mapping with DH or 3DES (9303-11 §4.4.3.3, §9.2.1).
    pub fn all() -> impl Iterator<Item = Self> {
        let mappings = [Mapping::Generic, Mapping::Integrated, Mapping::ChipAuthentication];
        let of_mapping = |mapping| {
            let of_group = move |group| Cipher::ALL.into_iter().map(move |cipher| Self::new(mapping, group, cipher));
            GroupId::all().flat_map(of_group)
        };
        mappings.into_iter().flat_map(of_mapping).filter(Self::is_allowed)
    }

    /// Whether Doc 9303 allows it.
    pub fn is_allowed(&self) -> bool {
        match (self.mapping, self.group) {
            (Mapping::Generic, _) => true,
            (Mapping::Integrated, group) => group != GroupId::Curve(CurveId::Secp224r1),
            (Mapping::ChipAuthentication, GroupId::Curve(_)) => self.cipher != Cipher::TripleDes,
            (Mapping::ChipAuthentication, GroupId::Dh(_)) => false,
        }
    }

    /// Its object identifier, id-PACE-….
    pub fn oid(&self) -> Oid {
        let arc = match (self.mapping, self.group) {
            (Mapping::Generic, GroupId::Dh(_)) => oid::ID_PACE_DH_GM,
            (Mapping::Generic, GroupId::Curve(_)) => oid::ID_PACE_ECDH_GM,
            (Mapping::Integrated, GroupId::Dh(_)) => oid::ID_PACE_DH_IM,
            (Mapping::Integrated, GroupId::Curve(_)) => oid::ID_PACE_ECDH_IM,
            (Mapping::ChipAuthentication, GroupId::Dh(_)) => PACE_DH_CAM,
            (Mapping::ChipAuthentication, GroupId::Curve(_)) => oid::ID_PACE_ECDH_CAM,
        };
        suite(arc, self.cipher)
    }

    /// The number of its domain parameters (9303-11 §9.5.1).
    pub fn parameter_id(&self) -> u8 {
        parameter_id(self.group)
    }
}

/// The identifier under `arc` for this cipher: 1 is 3DES, 2 to 4 are AES-128 to AES-256 (9303-11 §9.2.1, §9.2.5).
pub(crate) fn suite(arc: Oid, cipher: Cipher) -> Oid {
    let last = match cipher {
        Cipher::TripleDes => 1,
        Cipher::Aes128 => 2,
        Cipher::Aes192 => 3,
        Cipher::Aes256 => 4,
    };
    Oid::from_der(&[arc.as_der(), &[last]].concat()).expect("a suite's identifier is short and ends in one octet")
}

/// Standardized domain parameters (9303-11 §9.5.1).
fn parameter_id(group: GroupId) -> u8 {
    match group {
        GroupId::Dh(group) => group.parameter_id(),
        GroupId::Curve(curve) => match curve {
            CurveId::Secp192r1 => 8,
            CurveId::BrainpoolP192r1 => 9,
            CurveId::Secp224r1 => 10,
            CurveId::BrainpoolP224r1 => 11,
            CurveId::Secp256r1 => 12,
            CurveId::BrainpoolP256r1 => 13,
            CurveId::BrainpoolP320r1 => 14,
            CurveId::Secp384r1 => 15,
            CurveId::BrainpoolP384r1 => 16,
            CurveId::BrainpoolP512r1 => 17,
            CurveId::Secp521r1 => 18,
        },
    }
}
