//! Key derivation from a shared secret, a password or a key seed (9303-11 §9.7.1, TR-03110-3 §A.2.3).
//!
//! `KDF(K, c) = H(K ‖ c)`, with c as a 32-bit big-endian counter; SHA-1 for 3DES and AES-128, SHA-256 for AES-192 and
//! AES-256. What K is (a shared secret, an MRZ hash, a CAN) is the caller's matter.

use super::{Cipher, DigestAlgorithm, Secret};
use zeroize::Zeroizing;

/// What the derived key is for; its number is the counter c.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyUse {
    /// Encryption, c = 1.
    Enc,
    /// Message authentication, c = 2.
    Mac,
    /// The password key K_π of PACE, c = 3.
    Password,
}

impl KeyUse {
    fn counter(self) -> u32 {
        match self {
            Self::Enc => 1,
            Self::Mac => 2,
            Self::Password => 3,
        }
    }
}

/// The key for this cipher and use, derived from `secret`.
pub fn kdf(cipher: Cipher, secret: &[u8], key_use: KeyUse) -> Secret {
    let digest = match cipher {
        Cipher::TripleDes | Cipher::Aes128 => DigestAlgorithm::Sha1,
        Cipher::Aes192 | Cipher::Aes256 => DigestAlgorithm::Sha256,
    };
    // keydata = H(K ‖ c), of which the first octets are the key  (9303-11 §9.7.1)
    let key_data = Zeroizing::new(digest.digest(&[secret, &key_use.counter().to_be_bytes()]));
    let mut key: Vec<u8> = key_data.iter().copied().take(cipher.key_len()).collect();
    if cipher == Cipher::TripleDes {
        key.iter_mut().for_each(|octet| *octet = odd_parity(*octet));
    }
    Secret::new(key)
}

/// The octet with its lowest bit set so that the number of ones is odd (FIPS 46-3).
fn odd_parity(octet: u8) -> u8 {
    if octet.count_ones().is_multiple_of(2) { octet ^ 1 } else { octet }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_their_lengths_and_des_keys_odd_parity() {
        for cipher in Cipher::ALL {
            for key_use in [KeyUse::Enc, KeyUse::Mac, KeyUse::Password] {
                assert_eq!(kdf(cipher, b"seed", key_use).len(), cipher.key_len());
            }
        }
        let key = kdf(Cipher::TripleDes, b"seed", KeyUse::Enc);
        assert!(key.expose().iter().all(|octet| octet.count_ones() % 2 == 1));
    }

    #[test]
    fn each_use_gives_its_own_key() {
        let enc = kdf(Cipher::Aes256, b"seed", KeyUse::Enc);
        let mac = kdf(Cipher::Aes256, b"seed", KeyUse::Mac);
        assert_ne!(enc.expose(), mac.expose());
    }
}
