//! The block ciphers of secure messaging, in CBC mode without padding, and the padding of ISO/IEC 9797-1 method 2
//! (9303-11 §9.8.3, §9.8.6).
//!
//! 3DES is two-key, in encrypt-decrypt-encrypt mode. The message authentication codes are in the room `mac`.

use super::{CryptoError, Secret};
use aes::cipher::{Block, BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use zeroize::Zeroize;

/// A block cipher with its key length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cipher {
    /// Two-key 3DES.
    TripleDes,
    /// AES with 128-bit keys.
    Aes128,
    /// AES with 192-bit keys.
    Aes192,
    /// AES with 256-bit keys.
    Aes256,
}

impl Cipher {
    /// All of them, the weakest first.
    pub const ALL: [Self; 4] = [Self::TripleDes, Self::Aes128, Self::Aes192, Self::Aes256];

    /// Octets of a block: 8 or 16.
    pub fn block_len(self) -> usize {
        match self {
            Self::TripleDes => 8,
            Self::Aes128 | Self::Aes192 | Self::Aes256 => 16,
        }
    }

    /// Octets of a key: 16, 24 or 32.
    pub fn key_len(self) -> usize {
        match self {
            Self::TripleDes | Self::Aes128 => 16,
            Self::Aes192 => 24,
            Self::Aes256 => 32,
        }
    }

    /// Bits of security: 112 for two-key 3DES, else the key's (SP 800-57).
    pub fn strength(self) -> usize {
        match self {
            Self::TripleDes => 112,
            aes => aes.key_len().saturating_mul(8),
        }
    }

    /// Its name: `3des`, `aes-128`.
    pub fn name(self) -> &'static str {
        match self {
            Self::TripleDes => "3des",
            Self::Aes128 => "aes-128",
            Self::Aes192 => "aes-192",
            Self::Aes256 => "aes-256",
        }
    }

    /// Encrypts whole blocks in CBC mode.
    ///
    /// # Errors
    /// [`CryptoError::BadKey`] for a key or initialisation vector of another length, [`CryptoError::BadLength`] for
    /// data that is not a whole number of blocks.
    pub fn encrypt_cbc(self, key: &Secret, iv: &[u8], data: &[u8]) -> Result<Vec<u8>, CryptoError> {
        match self {
            Self::TripleDes => encrypt::<cbc::Encryptor<des::TdesEde2>>(key, iv, data),
            Self::Aes128 => encrypt::<cbc::Encryptor<aes::Aes128>>(key, iv, data),
            Self::Aes192 => encrypt::<cbc::Encryptor<aes::Aes192>>(key, iv, data),
            Self::Aes256 => encrypt::<cbc::Encryptor<aes::Aes256>>(key, iv, data),
        }
    }

    /// Decrypts whole blocks in CBC mode.
    ///
    /// # Errors
    /// As [`Cipher::encrypt_cbc`].
    pub fn decrypt_cbc(self, key: &Secret, iv: &[u8], data: &[u8]) -> Result<Vec<u8>, CryptoError> {
        match self {
            Self::TripleDes => decrypt::<cbc::Decryptor<des::TdesEde2>>(key, iv, data),
            Self::Aes128 => decrypt::<cbc::Decryptor<aes::Aes128>>(key, iv, data),
            Self::Aes192 => decrypt::<cbc::Decryptor<aes::Aes192>>(key, iv, data),
            Self::Aes256 => decrypt::<cbc::Decryptor<aes::Aes256>>(key, iv, data),
        }
    }
}

fn encrypt<M: BlockModeEncrypt + KeyIvInit>(key: &Secret, iv: &[u8], data: &[u8]) -> Result<Vec<u8>, CryptoError> {
    let mut mode = M::new_from_slices(key.expose(), iv).map_err(|_| CryptoError::BadKey)?;
    let (blocks, rest) = Block::<M>::slice_as_chunks(data);
    if !rest.is_empty() {
        return Err(CryptoError::BadLength);
    }
    let mut blocks = blocks.to_vec();
    mode.encrypt_blocks(&mut blocks);
    Ok(blocks.concat())
}

fn decrypt<M: BlockModeDecrypt + KeyIvInit>(key: &Secret, iv: &[u8], data: &[u8]) -> Result<Vec<u8>, CryptoError> {
    let mut mode = M::new_from_slices(key.expose(), iv).map_err(|_| CryptoError::BadKey)?;
    let (blocks, rest) = Block::<M>::slice_as_chunks(data);
    if !rest.is_empty() {
        return Err(CryptoError::BadLength);
    }
    let mut blocks = blocks.to_vec();
    mode.decrypt_blocks(&mut blocks);
    let plain = blocks.concat();
    blocks.iter_mut().for_each(|block| block.as_mut_slice().zeroize());
    Ok(plain)
}

/// Pads with `80 00 … 00` to whole blocks, always by at least one octet (ISO/IEC 9797-1 method 2, 7816-4 §11.2.2).
pub fn pad(data: &[u8], block_len: usize) -> Vec<u8> {
    let mut padded = data.to_vec();
    padded.push(0x80);
    padded.resize(padded.len().next_multiple_of(block_len.max(1)), 0);
    padded
}

/// The data before its padding of method 2; `None` where there is no such padding.
pub fn unpad(data: &[u8]) -> Option<&[u8]> {
    let marker = data.iter().rposition(|&octet| octet != 0)?;
    (data.get(marker) == Some(&0x80)).then(|| data.get(..marker)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encrypted_is_decrypted_by_every_cipher() {
        for cipher in Cipher::ALL {
            let key = Secret::new((1..).take(cipher.key_len()).collect());
            let iv = vec![0x5A; cipher.block_len()];
            let data: Vec<u8> = (0..96).collect();
            let encrypted = cipher.encrypt_cbc(&key, &iv, &data).unwrap();
            assert_ne!(encrypted, data);
            assert_eq!(cipher.decrypt_cbc(&key, &iv, &encrypted).unwrap(), data);
            assert!(cipher.encrypt_cbc(&key, &iv, &[]).unwrap().is_empty());
        }
    }

    #[test]
    fn refuses_broken_blocks_and_keys_of_another_length() {
        for cipher in Cipher::ALL {
            let key = Secret::new(vec![1; cipher.key_len()]);
            let iv = vec![0; cipher.block_len()];
            assert_eq!(cipher.encrypt_cbc(&key, &iv, &[0; 15]).err(), Some(CryptoError::BadLength));
            assert_eq!(cipher.decrypt_cbc(&key, &iv, &[0; 17]).err(), Some(CryptoError::BadLength));
            assert_eq!(cipher.decrypt_cbc(&key, &[0; 7], &[0; 16]).err(), Some(CryptoError::BadKey));
            assert_eq!(cipher.encrypt_cbc(&Secret::new(vec![1; 8]), &iv, &[]).err(), Some(CryptoError::BadKey));
        }
    }

    #[test]
    fn padding_is_always_there_and_always_found() {
        for len in 0..33_u8 {
            let data: Vec<u8> = (0..len).map(|octet| octet % 3).collect();
            for block_len in [8, 16] {
                let padded = pad(&data, block_len);
                assert!(padded.len() > data.len() && padded.len().is_multiple_of(block_len));
                assert_eq!(unpad(&padded), Some(data.as_slice()));
            }
        }
        assert_eq!(unpad(&[]), None);
        assert_eq!(unpad(&[0, 0]), None);
        assert_eq!(unpad(&[0x80, 0x01]), None);
    }
}
