//! RSA public keys within limits, and the three ways a signature carries a digest: PKCS #1 v1.5, PSS (RFC 8017 §8), and
//! the raw block that ISO/IEC 9796-2 builds on.
//!
//! Verification builds the block that must come out, or recomputes every part of it; nothing is searched for in it. The
//! crate `rsa` gives the raw operation only, since its PSS knows no mask digest other than the message's.

use super::modular::significant;
use super::{CryptoError, DigestAlgorithm, equal};
use crate::bounds::BOUNDS;
use crate::tlv::{Tag, encode, encode_all, integer_content};
use rsa::traits::PublicKeyParts;
use rsa::{BoxedUint, hazmat};

/// Bits of the modulus that are accepted.
const MODULUS_BITS: std::ops::RangeInclusive<u32> = 1024..=BOUNDS.rsa_modulus_bits;

/// An RSA public key with a modulus of 1024 to 8192 bits and an odd exponent from 3 to 2^33 − 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RsaPublicKey {
    key: rsa::PublicKey,
    pss_only: bool,
}

impl RsaPublicKey {
    /// The key with this modulus and exponent, unsigned big-endian numbers.
    ///
    /// # Errors
    /// [`CryptoError::BadKey`] for a number outside the limits.
    pub fn new(n: &[u8], e: &[u8]) -> Result<Self, CryptoError> {
        let n = number(n, *MODULUS_BITS.end())?;
        let e = number(e, BOUNDS.rsa_exponent_bits)?;
        if !MODULUS_BITS.contains(&n.bit_width()) || e < BoxedUint::from(3_u8) {
            return Err(CryptoError::BadKey);
        }
        // The crate refuses an even modulus and an even exponent.
        let key = rsa::PublicKey::new(n, e).map_err(|_| CryptoError::BadKey)?;
        Ok(Self { key, pss_only: false })
    }

    /// The key for RSASSA-PSS only, as its owner named it id-RSASSA-PSS (RFC 4055 §1.2).
    pub(super) fn restricted_to_pss(self) -> Self {
        Self { pss_only: true, ..self }
    }

    /// Whether the key is for RSASSA-PSS only.
    pub fn is_pss_only(&self) -> bool {
        self.pss_only
    }

    /// The modulus n, unsigned big-endian without leading zeros.
    pub fn modulus(&self) -> Vec<u8> {
        self.key.n_bytes().to_vec()
    }

    /// The public exponent e, unsigned big-endian without leading zeros.
    pub fn exponent(&self) -> Vec<u8> {
        self.key.e_bytes().to_vec()
    }

    /// Octets of the modulus, and of every signature.
    pub fn modulus_len(&self) -> usize {
        self.key.size()
    }

    /// Bits of the modulus.
    pub fn modulus_bits(&self) -> usize {
        usize::try_from(self.key.n().bit_width()).expect("at most 8192 bits")
    }

    /// s^e mod n, as many octets as the modulus has (RSAVP1, RFC 8017 §5.2.2).
    ///
    /// # Errors
    /// [`CryptoError::BadSignature`] for a signature of another length than the modulus, or not below it.
    pub fn raw(&self, signature: &[u8]) -> Result<Vec<u8>, CryptoError> {
        if signature.len() != self.modulus_len() {
            return Err(CryptoError::BadSignature);
        }
        let s = BoxedUint::from_be_slice(signature, self.key.n_bits_precision());
        let s = s.map_err(|_| CryptoError::BadSignature)?;
        if s >= *self.key.n().as_ref() {
            return Err(CryptoError::BadSignature);
        }
        let m = hazmat::rsa_encrypt(&self.key, &s).map_err(|_| CryptoError::BadSignature)?;
        fixed(&m, self.modulus_len()).ok_or(CryptoError::BadSignature)
    }

    /// n − m, as many octets as the modulus has, for a number m below n.
    pub(super) fn modulus_minus(&self, m: &[u8]) -> Option<Vec<u8>> {
        let m = BoxedUint::from_be_slice(m, self.key.n_bits_precision()).ok()?;
        if m >= *self.key.n().as_ref() {
            return None;
        }
        fixed(&self.key.n().as_ref().wrapping_sub(&m), self.modulus_len())
    }

    /// Verifies a signature of PKCS #1 v1.5; `null` says whether its DigestInfo has the NULL that it must have.
    pub(super) fn verify_pkcs1(
        &self,
        digest: DigestAlgorithm,
        message: &[u8],
        signature: &[u8],
        null: Null,
    ) -> Result<(), CryptoError> {
        if self.pss_only {
            return Err(CryptoError::BadKey);
        }
        let expected = pkcs1_block(digest, message, self.modulus_len(), null).ok_or(CryptoError::BadSignature)?;
        if equal(&self.raw(signature)?, &expected) { Ok(()) } else { Err(CryptoError::BadSignature) }
    }

    /// Verifies a signature of RSASSA-PSS (EMSA-PSS-VERIFY, RFC 8017 §9.1.2).
    pub(super) fn verify_pss(&self, pss: Pss, message: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
        let block = self.raw(signature)?;
        pss.verify(&pss.digest.digest(&[message]), &block, self.modulus_bits())
    }
}

/// A number of at most `max_bits` bits, leading zeros left out.
fn number(octets: &[u8], max_bits: u32) -> Result<BoxedUint, CryptoError> {
    let significant = significant(octets);
    let bits = u32::try_from(significant.len()).ok().and_then(|len| len.checked_mul(8)).ok_or(CryptoError::BadKey)?;
    if bits > max_bits.next_multiple_of(8) {
        return Err(CryptoError::BadKey);
    }
    let number = BoxedUint::from_be_slice(significant, bits.max(8)).map_err(|_| CryptoError::BadKey)?;
    if number.bit_width() > max_bits { Err(CryptoError::BadKey) } else { Ok(number) }
}

/// The number in exactly `len` octets, if it fits.
pub(super) fn fixed(number: &BoxedUint, len: usize) -> Option<Vec<u8>> {
    let octets = number.to_be_bytes_trimmed_vartime();
    let zeros = len.checked_sub(octets.len())?;
    Some([vec![0; zeros].as_slice(), &octets].concat())
}

/// Whether the parameters of a DigestInfo's algorithm are the NULL that PKCS #1 demands (RFC 8017 §A.2.4).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Null {
    Present,
    Missing,
}

/// `00 01 FF … FF 00 ‖ DigestInfo` of `len` octets (EMSA-PKCS1-v1_5, RFC 8017 §9.2).
///
/// `DigestInfo ::= SEQUENCE { digestAlgorithm AlgorithmIdentifier, digest OCTET STRING }`
pub(super) fn pkcs1_block(digest: DigestAlgorithm, message: &[u8], len: usize, null: Null) -> Option<Vec<u8>> {
    let oid = encode(Tag::OID, digest.oid().as_der());
    let parameters = if null == Null::Present { encode(Tag::NULL, &[]) } else { Vec::new() };
    let algorithm = encode_all(Tag::SEQUENCE, &[&oid, &parameters]);
    let octets = encode(Tag::OCTET_STRING, &digest.digest(&[message]));
    let digest_info = encode_all(Tag::SEQUENCE, &[&algorithm, &octets]);
    // At least eight octets of FF.
    let padding = len.checked_sub(digest_info.len() + 3).filter(|&padding| padding >= 8)?;
    Some([&[0x00, 0x01], vec![0xFF; padding].as_slice(), &[0x00], &digest_info].concat())
}

/// The parameters of RSASSA-PSS (RFC 8017 §A.2.3), with the trailer field 1.
#[derive(Clone, Copy)]
pub(super) struct Pss {
    pub(super) digest: DigestAlgorithm,
    pub(super) mgf_digest: DigestAlgorithm,
    pub(super) salt_len: usize,
}

impl Pss {
    /// EMSA-PSS-VERIFY over a block of the modulus's length (RFC 8017 §9.1.2); the step numbers are the standard's.
    fn verify(self, m_hash: &[u8], block: &[u8], modulus_bits: usize) -> Result<(), CryptoError> {
        let bad = CryptoError::BadSignature;
        // emBits = modBits − 1, emLen = ⌈emBits / 8⌉: one octet less than the modulus where its first has one bit
        let em_bits = modulus_bits.checked_sub(1).ok_or(bad)?;
        let em_len = em_bits.div_ceil(8);
        let (above, em) = block.split_at_checked(block.len().checked_sub(em_len).ok_or(bad)?).ok_or(bad)?;
        if above.iter().any(|&octet| octet != 0) {
            return Err(bad);
        }
        // 3. emLen ≥ hLen + sLen + 2; 4. and 5. EM = maskedDB ‖ H ‖ BC
        let h_len = self.digest.len();
        let ps_len = em_len.checked_sub(h_len + 2).and_then(|rest| rest.checked_sub(self.salt_len)).ok_or(bad)?;
        let (masked_db, rest) = em.split_at_checked(em_len - h_len - 1).ok_or(bad)?;
        let (h, trailer) = rest.split_at_checked(h_len).ok_or(bad)?;
        if trailer != [0xBC] {
            return Err(bad);
        }
        // 6. the bits above emBits are zero
        let mask = top_mask(em_len, em_bits);
        if masked_db.first().is_none_or(|first| first & !mask != 0) {
            return Err(bad);
        }
        // 7. to 9. DB = maskedDB ⊕ MGF(H)
        let mut db = xor(masked_db, &mgf1(self.mgf_digest, h, masked_db.len()));
        if let Some(first) = db.first_mut() {
            *first &= mask;
        }
        // 10. DB = 00 … 00 ‖ 01 ‖ salt
        let (ps, rest) = db.split_at_checked(ps_len).ok_or(bad)?;
        let (marker, salt) = rest.split_at_checked(1).ok_or(bad)?;
        if ps.iter().any(|&octet| octet != 0) || marker != [0x01] {
            return Err(bad);
        }
        // 12. to 14. H = Hash(00 00 00 00 00 00 00 00 ‖ mHash ‖ salt)
        if equal(h, &self.digest.digest(&[&[0; 8], m_hash, salt])) { Ok(()) } else { Err(bad) }
    }

    /// EMSA-PSS-ENCODE into a block of the modulus's length (RFC 8017 §9.1.1).
    #[cfg(feature = "sim")]
    pub(super) fn encode(self, m_hash: &[u8], salt: &[u8], modulus_bits: usize) -> Option<Vec<u8>> {
        let em_bits = modulus_bits.checked_sub(1)?;
        let em_len = em_bits.div_ceil(8);
        let h = self.digest.digest(&[&[0; 8], m_hash, salt]);
        let ps_len = em_len.checked_sub(h.len() + salt.len() + 2)?;
        let db = [vec![0; ps_len].as_slice(), &[0x01], salt].concat();
        let mut masked_db = xor(&db, &mgf1(self.mgf_digest, &h, db.len()));
        *masked_db.first_mut()? &= top_mask(em_len, em_bits);
        let above = vec![0; modulus_bits.div_ceil(8) - em_len];
        Some([above.as_slice(), &masked_db, &h, &[0xBC]].concat())
    }
}

/// The bits of the first of `em_len` octets that belong to `em_bits` bits.
fn top_mask(em_len: usize, em_bits: usize) -> u8 {
    0xFF_u8.checked_shr(u32::try_from(8 * em_len - em_bits).unwrap_or(8)).unwrap_or(0)
}

/// MGF1 (RFC 8017 §B.2.1).
fn mgf1(digest: DigestAlgorithm, seed: &[u8], len: usize) -> Vec<u8> {
    // T = Hash(seed ‖ 0) ‖ Hash(seed ‖ 1) ‖ …
    let mask = (0_u32..).flat_map(|counter| digest.digest(&[seed, &counter.to_be_bytes()]));
    mask.take(len).collect()
}

fn xor(a: &[u8], b: &[u8]) -> Vec<u8> {
    a.iter().zip(b).map(|(a, b)| a ^ b).collect()
}

/// `RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }` (RFC 8017 §A.1.1)
pub(super) fn encode_public_key(key: &RsaPublicKey) -> Vec<u8> {
    let integer = |number: &[u8]| encode(Tag::INTEGER, &integer_content(number));
    encode_all(Tag::SEQUENCE, &[&integer(&key.modulus()), &integer(&key.exponent())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stay_within_their_limits() {
        let modulus = |bits: usize| {
            let mut n = vec![0xFF; bits.div_ceil(8)];
            n[0] = 0xFF >> (8 * n.len() - bits);
            n
        };
        let e = [1, 0, 1];
        for bits in [1024, 1025, 2048, 4095, 8192] {
            let key = RsaPublicKey::new(&[&[0], modulus(bits).as_slice()].concat(), &e).unwrap();
            assert_eq!((key.modulus_bits(), key.modulus_len()), (bits, bits.div_ceil(8)));
            assert_eq!((key.modulus(), key.exponent()), (modulus(bits), e.to_vec()));
        }
        for bits in [512, 1023, 8193, 16384] {
            assert_eq!(RsaPublicKey::new(&modulus(bits), &e), Err(CryptoError::BadKey), "{bits}");
        }
        let n = modulus(1024);
        for e in [&[3][..], &[0, 3], &[1, 0xFF, 0xFF, 0xFF, 0xFF]] {
            assert!(RsaPublicKey::new(&n, e).is_ok());
        }
        for e in [&[][..], &[0], &[1], &[2], &[1, 0, 0], &[2, 0, 0, 0, 1], &[1; 40]] {
            assert_eq!(RsaPublicKey::new(&n, e), Err(CryptoError::BadKey), "{e:?}");
        }
        let mut even = n.clone();
        even[127] = 0xFE;
        assert_eq!(RsaPublicKey::new(&even, &[1, 0, 1]), Err(CryptoError::BadKey));
    }

    #[test]
    fn a_signature_is_as_long_as_the_modulus_and_below_it() {
        let key = RsaPublicKey::new(&[0xFF; 128], &[3]).unwrap();
        assert_eq!(key.raw(&[[0; 127].as_slice(), &[2]].concat()).unwrap().last(), Some(&8));
        assert_eq!(key.raw(&[0xFF; 128]), Err(CryptoError::BadSignature));
        assert_eq!(key.raw(&[1; 127]), Err(CryptoError::BadSignature));
        assert_eq!(key.raw(&[[0].as_slice(), &[1; 128]].concat()), Err(CryptoError::BadSignature));
    }
}
