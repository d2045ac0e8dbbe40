//! Bytes that must not leave the program: keys, passwords, nonces, shared secrets.
//!
//! A [`Secret`] has no `Debug`, `Clone` or `==`, and is wiped on drop. [`equal`] is the only comparison of secret
//! bytes. This room does not derive or make keys.

use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// Secret bytes, wiped on drop.
pub struct Secret(Vec<u8>);

impl Secret {
    /// Takes over these bytes.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// A copy of these bytes; the caller's own copy stays the caller's to wipe.
    pub fn from_slice(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }

    /// The bytes themselves: the name admits that they leave their guard here.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Octets held.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether no octet is held.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// Whether both are the same octets, in a time that depends on their lengths only.
pub fn equal(a: &[u8], b: &[u8]) -> bool {
    bool::from(a.ct_eq(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_compares_every_octet_and_the_length() {
        assert!(equal(b"abc", b"abc"));
        assert!(!equal(b"abc", b"abd"));
        assert!(!equal(b"abc", b"ab"));
        assert!(equal(b"", b""));
    }
}
