//! The card's side of active authentication (9303-11 §6.1): it signs a challenge, with RSA by ISO/IEC 9796-2 scheme 1 or
//! with plain ECDSA.

use super::faults::Deviation;
use super::issuer::{SigningKey, ecdsa_der};
use super::quirks::{Quirk, Quirks};
use crate::crypto::{DigestAlgorithm, Modulus, Random};
use crate::iso7816::StatusWord;

/// The key pair of active authentication and its digest.
pub(crate) struct ActiveAuthenticationKey {
    pub(crate) key: SigningKey,
    pub(crate) digest: DigestAlgorithm,
}

impl ActiveAuthenticationKey {
    /// INTERNAL AUTHENTICATE over a challenge of eight bytes (9303-11 §6.1.2).
    pub(crate) fn sign(
        &self,
        challenge: &[u8],
        random: &mut dyn Random,
        deviation: Option<Deviation>,
        quirks: &Quirks,
    ) -> Result<Vec<u8>, StatusWord> {
        if challenge.len() != 8 {
            return Err(StatusWord::WRONG_LENGTH);
        }
        let mut rnd_ifd = challenge.to_vec();
        if deviation == Some(Deviation::AaOtherChallenge) {
            rnd_ifd.iter_mut().take(1).for_each(|octet| *octet ^= 1);
        }
        let broken = |_| StatusWord::NO_DIAGNOSIS;
        let digest = match (deviation, self.digest) {
            (Some(Deviation::AaOtherDigest), DigestAlgorithm::Sha256) => DigestAlgorithm::Sha224,
            (Some(Deviation::AaOtherDigest), _) => DigestAlgorithm::Sha256,
            (_, digest) => digest,
        };
        match &self.key {
            SigningKey::Ec(key) => {
                let curve = key.curve.curve();
                let hash = digest.digest(&[&rnd_ifd]);
                let (r, mut s) = curve.sign_ecdsa(&key.private, &hash, random).map_err(broken)?;
                // s and n − s both verify
                let opposite = opposite(&s, curve.order()).ok_or(StatusWord::NO_DIAGNOSIS)?;
                if quirks.has(Quirk::AaHighS) && opposite > s || quirks.has(Quirk::AaLowS) && opposite < s {
                    s = opposite;
                }
                Ok(if quirks.has(Quirk::AaDerSignature) { ecdsa_der(&r, &s) } else { [r, s].concat() })
            }
            SigningKey::Rsa(key) => {
                let mut trailer = match self.digest {
                    DigestAlgorithm::Sha1 if quirks.has(Quirk::AaExplicitTrailer) => vec![0x33, 0xCC],
                    digest => trailer(digest),
                };
                if deviation == Some(Deviation::AaWrongTrailer) {
                    trailer.iter_mut().rev().take(1).for_each(|octet| *octet ^= 1);
                }
                // F = 6A ‖ M1 ‖ H(M1 ‖ RND.IFD) ‖ trailer, M1 random  (9303-11 §6.1.2.2)
                let taken = 1 + digest.len() + trailer.len();
                let mut m1 = vec![0; key.modulus_len().checked_sub(taken).ok_or(StatusWord::NO_DIAGNOSIS)?];
                random.fill(&mut m1).map_err(broken)?;
                let hash = digest.digest(&[&m1, &rnd_ifd]);
                key.raw(&[&[0x6A], m1.as_slice(), &hash, &trailer].concat()).map_err(broken)
            }
            // There is no active authentication with DSA (9303-11 §6.1).
            SigningKey::Dsa(_) => Err(StatusWord::NO_DIAGNOSIS),
        }
    }
}

/// n − s, as long as s.
fn opposite(s: &[u8], order: &[u8]) -> Option<Vec<u8>> {
    let n = Modulus::new(order)?;
    let s = n.residue(s)?;
    Some(n.encode(&n.subtract(&n.subtract(&s, &s), &s)))
}

/// The trailer that names the digest: BC alone for SHA-1, else its ISO/IEC 10118 number and CC.
fn trailer(digest: DigestAlgorithm) -> Vec<u8> {
    match digest {
        DigestAlgorithm::Sha1 => vec![0xBC],
        DigestAlgorithm::Sha224 => vec![0x38, 0xCC],
        DigestAlgorithm::Sha256 => vec![0x34, 0xCC],
        DigestAlgorithm::Sha384 => vec![0x36, 0xCC],
        DigestAlgorithm::Sha512 => vec![0x35, 0xCC],
    }
}
