//! Which identifier means which suite: PACE (9303-11 §9.2.1) and chip authentication (9303-11 §9.2.5), as tables.

use crate::crypto::Cipher;
use crate::oid::{
    ID_CA_DH, ID_CA_ECDH, ID_PACE_DH_GM, ID_PACE_DH_IM, ID_PACE_ECDH_CAM, ID_PACE_ECDH_GM, ID_PACE_ECDH_IM, ID_PK_DH,
    ID_PK_ECDH, Oid,
};

/// How PACE maps the nonce to a new generator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mapping {
    /// Generic mapping, GM.
    Generic,
    /// Integrated mapping, IM.
    Integrated,
    /// Chip authentication mapping, CAM.
    ChipAuthentication,
}

impl Mapping {
    /// The short name: `gm`, `im`, `cam`.
    pub fn name(self) -> &'static str {
        match self {
            Mapping::Generic => "gm",
            Mapping::Integrated => "im",
            Mapping::ChipAuthentication => "cam",
        }
    }
}

/// The group that keys are agreed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Agreement {
    /// Diffie-Hellman over the integers modulo a prime.
    Dh,
    /// Diffie-Hellman over an elliptic curve.
    Ecdh,
}

/// What the identifier of a PACE protocol says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PaceSuite {
    /// The mapping.
    pub mapping: Mapping,
    /// The group.
    pub agreement: Agreement,
    /// The cipher of the channel.
    pub cipher: Cipher,
}

#[rustfmt::skip]
static PACE: [(Oid, Mapping, Agreement); 5] = [
    (ID_PACE_DH_GM,    Mapping::Generic,            Agreement::Dh),
    (ID_PACE_ECDH_GM,  Mapping::Generic,            Agreement::Ecdh),
    (ID_PACE_DH_IM,    Mapping::Integrated,         Agreement::Dh),
    (ID_PACE_ECDH_IM,  Mapping::Integrated,         Agreement::Ecdh),
    (ID_PACE_ECDH_CAM, Mapping::ChipAuthentication, Agreement::Ecdh),
];

static CHIP: [(Oid, Agreement); 2] = [(ID_CA_DH, Agreement::Dh), (ID_CA_ECDH, Agreement::Ecdh)];

static CHIP_KEY: [(Oid, Agreement); 2] = [(ID_PK_DH, Agreement::Dh), (ID_PK_ECDH, Agreement::Ecdh)];

/// The last arc of a suite: 1 to 4.
#[rustfmt::skip]
static CIPHERS: [(u8, Cipher); 4] = [
    (1, Cipher::TripleDes),
    (2, Cipher::Aes128),
    (3, Cipher::Aes192),
    (4, Cipher::Aes256),
];

impl PaceSuite {
    /// The suite with this identifier; `None` if the table has none (CAM exists with AES only).
    pub fn from_oid(oid: &Oid) -> Option<Self> {
        let (mapping, agreement, cipher) =
            PACE.iter().find_map(|row| Some((row.1, row.2, cipher_under(&row.0, oid)?)))?;
        let exists = mapping != Mapping::ChipAuthentication || cipher != Cipher::TripleDes;
        exists.then_some(Self { mapping, agreement, cipher })
    }

    /// Whether the identifier is that of a PACEDomainParameterInfo: a suite without its cipher.
    pub(super) fn is_domain_parameter(oid: &Oid) -> bool {
        PACE.iter().any(|row| row.0 == *oid)
    }
}

/// The group and the cipher of a chip authentication suite, version 1.
pub(super) fn chip_suite(oid: &Oid) -> Option<(Agreement, Cipher)> {
    CHIP.iter().find_map(|row| Some((row.1, cipher_under(&row.0, oid)?)))
}

/// The group of a chip authentication key.
pub(super) fn chip_key(oid: &Oid) -> Option<Agreement> {
    CHIP_KEY.iter().find(|row| row.0 == *oid).map(|row| row.1)
}

fn cipher_under(arc: &Oid, oid: &Oid) -> Option<Cipher> {
    match oid.as_der().strip_prefix(arc.as_der())? {
        [last] => CIPHERS.iter().find(|row| row.0 == *last).map(|row| row.1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oid::{ID_CA_ECDH_AES_CBC_CMAC_128, ID_PACE};

    #[test]
    fn identifiers_name_their_suites() {
        let pace = |last: &[u8]| {
            let der = [ID_PACE.as_der(), last].concat();
            PaceSuite::from_oid(&Oid::from_der(&der).unwrap())
        };
        let suite = |mapping, agreement, cipher| Some(PaceSuite { mapping, agreement, cipher });
        assert_eq!(pace(&[2, 2]), suite(Mapping::Generic, Agreement::Ecdh, Cipher::Aes128));
        assert_eq!(pace(&[1, 1]), suite(Mapping::Generic, Agreement::Dh, Cipher::TripleDes));
        assert_eq!(pace(&[4, 4]), suite(Mapping::Integrated, Agreement::Ecdh, Cipher::Aes256));
        assert_eq!(pace(&[6, 3]), suite(Mapping::ChipAuthentication, Agreement::Ecdh, Cipher::Aes192));
        for none in [&[6, 1][..], &[5, 2], &[2], &[2, 5], &[2, 2, 1], &[]] {
            assert_eq!(pace(none), None, "{none:?}");
        }
        assert_eq!(chip_suite(&ID_CA_ECDH_AES_CBC_CMAC_128), Some((Agreement::Ecdh, Cipher::Aes128)));
        assert_eq!(chip_suite(&ID_CA_ECDH), None);
    }
}
