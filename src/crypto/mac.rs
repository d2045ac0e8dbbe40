//! Message authentication codes, 8 bytes each: retail MAC for 3DES, CMAC for AES (9303-11 §9.8.6, §4.4.3.4).
//!
//! Retail MAC is ISO/IEC 9797-1 MAC algorithm 3 with DES and a zero initialisation vector; AES-CMAC (NIST SP 800-38B)
//! is cut to its leftmost 8 bytes. Comparing is for the caller, with `equal`.

use super::{Cipher, CryptoError, Secret, cipher::pad};
use cmac::{Cmac, KeyInit, Mac};
use retail_mac::RetailMac;

/// Octets of a message authentication code.
pub const MAC_LEN: usize = 8;

impl Cipher {
    /// The code over `data`, which 3DES pads by method 2 and AES takes as it is.
    ///
    /// # Errors
    /// [`CryptoError::BadKey`] for a key of another length.
    pub fn mac(self, key: &Secret, data: &[u8]) -> Result<[u8; MAC_LEN], CryptoError> {
        match self {
            Self::TripleDes => self.mac_padded(key, &pad(data, self.block_len())),
            Self::Aes128 => of::<Cmac<aes::Aes128>>(key, data),
            Self::Aes192 => of::<Cmac<aes::Aes192>>(key, data),
            Self::Aes256 => of::<Cmac<aes::Aes256>>(key, data),
        }
    }

    /// The code over `data` that the caller has padded, as secure messaging does for every cipher (9303-11 §9.8.6.1).
    ///
    /// # Errors
    /// [`CryptoError::BadKey`] for a key of another length, [`CryptoError::BadLength`] for data that is not a whole number of
    /// blocks.
    pub fn mac_padded(self, key: &Secret, data: &[u8]) -> Result<[u8; MAC_LEN], CryptoError> {
        if data.is_empty() || !data.len().is_multiple_of(self.block_len()) {
            return Err(CryptoError::BadLength);
        }
        match self {
            Self::TripleDes => of::<RetailMac<des::Des>>(key, data),
            Self::Aes128 | Self::Aes192 | Self::Aes256 => self.mac(key, data),
        }
    }
}

fn of<M: Mac + KeyInit>(key: &Secret, data: &[u8]) -> Result<[u8; MAC_LEN], CryptoError> {
    let mut mac = <M as KeyInit>::new_from_slice(key.expose()).map_err(|_| CryptoError::BadKey)?;
    mac.update(data);
    let tag = mac.finalize().into_bytes();
    tag.first_chunk().copied().ok_or(CryptoError::BadLength)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retail_mac_pads_by_method_2_and_not_with_zeros() {
        let key = Secret::new((1..=16).collect());
        let padded = Cipher::TripleDes.mac(&key, b"12345678").unwrap();
        assert_eq!(padded, Cipher::TripleDes.mac_padded(&key, b"12345678\x80\0\0\0\0\0\0\0").unwrap());
        assert_ne!(padded, Cipher::TripleDes.mac_padded(&key, b"12345678").unwrap());
    }

    #[test]
    fn refuses_unpadded_data_where_padded_is_due() {
        for cipher in Cipher::ALL {
            let key = Secret::new(vec![3; cipher.key_len()]);
            assert_eq!(cipher.mac_padded(&key, b"12345").err(), Some(CryptoError::BadLength));
            assert_eq!(cipher.mac_padded(&key, b"").err(), Some(CryptoError::BadLength));
            assert_eq!(cipher.mac(&Secret::new(vec![3; 7]), b"").err(), Some(CryptoError::BadKey));
        }
    }
}
