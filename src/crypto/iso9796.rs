//! ISO/IEC 9796-2 digital signature scheme 1 with partial recovery, as active authentication uses it (9303-11 §6.1,
//! Appendix F).
//!
//! The signature's block is `F = 6A ‖ M1 ‖ H(M1 ‖ M2) ‖ T`: M1 is recovered from it, M2 is the challenge. The card may
//! give s or n − s. Every octet of F is accounted for; other headers, the padding of a shorter M1 apart, are refused.

use super::{CryptoError, DigestAlgorithm, RsaPublicKey, equal};

/// The trailer of SHA-1 alone, and those that name their digest (9303-11 §6.1.2.2, ISO/IEC 10118-3).
const TRAILERS: [(&[u8], DigestAlgorithm); 6] = [
    (&[0xBC], DigestAlgorithm::Sha1),
    (&[0x33, 0xCC], DigestAlgorithm::Sha1),
    (&[0x38, 0xCC], DigestAlgorithm::Sha224),
    (&[0x34, 0xCC], DigestAlgorithm::Sha256),
    (&[0x36, 0xCC], DigestAlgorithm::Sha384),
    (&[0x35, 0xCC], DigestAlgorithm::Sha512),
];

/// Verifies the signature over a challenge and gives the digest algorithm that its trailer names.
///
/// # Errors
/// [`CryptoError::BadSignature`] for anything but such a signature; [`CryptoError::Unsupported`] for a modulus that does
/// not fill its octets.
pub fn verify_iso9796_2(
    key: &RsaPublicKey,
    challenge: &[u8],
    signature: &[u8],
) -> Result<DigestAlgorithm, CryptoError> {
    let f = recover(key, signature)?;
    let block = Block::parse(&f).ok_or(CryptoError::BadSignature)?;
    // H = hash(M1 ‖ M2), M2 = RND.IFD
    let digest = block.algorithm.digest(&[block.m1, challenge]);
    if equal(&digest, block.digest) { Ok(block.algorithm) } else { Err(CryptoError::BadSignature) }
}

/// The block F: s^e mod n or its complement, whichever ends with the nibble C, as all trailers do.
fn recover(key: &RsaPublicKey, signature: &[u8]) -> Result<Vec<u8>, CryptoError> {
    if !key.modulus_bits().is_multiple_of(8) {
        return Err(CryptoError::Unsupported);
    }
    let block = key.raw(signature)?;
    // J = s^e mod n; F = J if J mod 16 = 12, else n − J; as n is odd, at most one of both is 12  (ISO/IEC 9796-2 §B.6)
    if block.last().is_some_and(|last| last & 0x0F == 0x0C) {
        return Ok(block);
    }
    key.modulus_minus(&block).ok_or(CryptoError::BadSignature)
}

/// The parts of the block F.
struct Block<'a> {
    algorithm: DigestAlgorithm,
    m1: &'a [u8],
    digest: &'a [u8],
}

impl<'a> Block<'a> {
    fn parse(f: &'a [u8]) -> Option<Self> {
        let (trailer, algorithm) = TRAILERS.into_iter().find(|(trailer, _)| f.ends_with(trailer))?;
        let body = f.get(..f.len().checked_sub(trailer.len())?)?;
        let (front, digest) = body.split_at_checked(body.len().checked_sub(algorithm.len())?)?;
        let m1 = recoverable(front)?;
        (!m1.is_empty()).then_some(Self { algorithm, m1, digest })
    }
}

/// M1 after its header: 6A where M1 fills the block, else `6B BB … BB BA` (header 01, partial recovery 1, padding).
fn recoverable(front: &[u8]) -> Option<&[u8]> {
    match front.split_first()? {
        (0x6A, m1) => Some(m1),
        (0x6B, padded) => {
            let padding = padded.iter().take_while(|&&octet| octet == 0xBB).count();
            match padded.get(padding..)?.split_first()? {
                (0xBA, m1) => Some(m1),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The block F over M1 of a given filling and a challenge; `explicit` chooses 33CC rather than BC for SHA-1.
#[cfg(feature = "sim")]
pub(super) fn block(
    algorithm: DigestAlgorithm,
    explicit: bool,
    challenge: &[u8],
    modulus_len: usize,
    fill: &mut dyn FnMut(&mut [u8]) -> Result<(), CryptoError>,
) -> Result<Vec<u8>, CryptoError> {
    let named =
        |(trailer, digest): &(&[u8], DigestAlgorithm)| *digest == algorithm && (!explicit || trailer.len() == 2);
    let (trailer, _) = TRAILERS.iter().find(|entry| named(entry)).ok_or(CryptoError::Unsupported)?;
    let fixed = 1 + algorithm.len() + trailer.len();
    let m1_len = modulus_len.checked_sub(fixed).filter(|&len| len > 0).ok_or(CryptoError::BadKey)?;
    let mut m1 = vec![0; m1_len];
    fill(&mut m1)?;
    Ok([&[0x6A], m1.as_slice(), &algorithm.digest(&[&m1, challenge]), trailer].concat())
}
