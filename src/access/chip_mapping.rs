//! What a chip shows of itself in PACE with chip authentication mapping (9303-11 §4.4.3.5, worked example in App. I.1).
//!
//! The chip's mapping key is a known multiple of its static key: `PK_map,IC = CA_IC · PK_IC`. Who does not hold the static
//! private key cannot tell that factor. What it is worth is judged later: under the signature of EF.CardSecurity.

use crate::crypto::{Cipher, CurveId, Point, PublicKey, Secret, unpad};

/// A chip's mapping key, and the factor that it gave.
pub struct ChipMapping {
    curve: CurveId,
    shown: Point,
    factor: Option<Secret>,
}

/// `Debug` output omits the key and the factor.
impl core::fmt::Debug for ChipMapping {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "ChipMapping({}, {})", self.curve.name(), if self.factor.is_some() { "shown" } else { "not shown" })
    }
}

impl ChipMapping {
    /// The chip's mapping key `PK_map,IC`, and the encrypted chip authentication data of DO'8A' where it stands.
    ///
    /// `CA_IC = D(KS_Enc, A_IC)` with `IV = E(KS_Enc, −1)`, padded by method 2 (9303-11 §4.4.3.5).
    pub(super) fn new(curve: CurveId, cipher: Cipher, ks_enc: &Secret, data: Option<&[u8]>, shown: Point) -> Self {
        let decrypt = |data: &[u8]| {
            let zero = vec![0; cipher.block_len()];
            let minus_one = vec![0xFF; cipher.block_len()];
            let iv = cipher.encrypt_cbc(ks_enc, &zero, &minus_one).ok()?;
            let padded = Secret::new(cipher.decrypt_cbc(ks_enc, &iv, data).ok()?);
            unpad(padded.expose()).map(Secret::from_slice)
        };
        Self { curve, shown, factor: data.filter(|data| !data.is_empty()).and_then(decrypt) }
    }

    /// The curve.
    pub(crate) fn curve(&self) -> CurveId {
        self.curve
    }

    /// Whether the chip gave a factor at all.
    pub(crate) fn is_shown(&self) -> bool {
        self.factor.is_some()
    }

    /// Whether the chip holds the private key of this public key: `PK_map,IC = CA_IC · PK_IC`.
    pub(crate) fn proves(&self, key: &PublicKey) -> bool {
        match (key, &self.factor) {
            (PublicKey::Ec { curve, point }, Some(factor)) if *curve == self.curve => {
                curve.curve().multiply(factor, point).is_ok_and(|product| product == self.shown)
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn octets(digits: &str) -> Vec<u8> {
        hex::decode(digits).unwrap()
    }

    fn point(xy: &str) -> Point {
        CurveId::BrainpoolP256r1.curve().decode_point(&[vec![4], octets(xy)].concat()).unwrap()
    }

    /// Doc 9303-11 App. I.1.
    #[test]
    fn the_worked_example_proves_its_static_key_and_no_other() {
        let curve = CurveId::BrainpoolP256r1;
        let ks_enc = Secret::new(octets("0A9DA4DB03BDDE39FC5202BC44B2E89E"));
        let data =
            octets("1EEA964DAAE372AC990E3EFDE6333353BFC89A6704D93DA8798CF77F5B7A54BD10CBA372B42BE0B9B5F28AA8DE2F4F92");
        let shown = "A234236AA9B9621E8EFB73B5245C0E09D2576E5277183C1208BDD55280CAE8B3\
                     04F365713A356E65A451E165ECC9AC0AC46E3771342C8FE5AEDD092685338E23";
        let key = point(
            "1872709494399E7470A6431BE25E83EEE24FEA568C2ED28DB48E05DB3A610DC8\
             84D256A40E35EFCB59BF6753D3A489D28C7A4D973C2DA138A6E7A4A08F68E16F",
        );
        let mapping = |data: Option<&[u8]>| ChipMapping::new(curve, Cipher::Aes128, &ks_enc, data, point(shown));
        let key = PublicKey::Ec { curve, point: key };
        assert!(mapping(Some(&data)).proves(&key));
        let other = PublicKey::Ec { curve, point: curve.curve().generator() };
        assert!(!mapping(Some(&data)).proves(&other));
        for index in 0..data.len() {
            let mut altered = data.clone();
            altered[index] ^= 1;
            assert!(!mapping(Some(&altered)).proves(&key), "byte {index}");
        }
        for short in [None, Some(&[][..]), data.get(..32), data.get(..47)] {
            assert!(!mapping(short).proves(&key));
        }
        assert!(!mapping(Some(&[])).is_shown() && mapping(Some(&data)).is_shown());
    }
}
