//! Where random bytes come from: the operating system.
//!
//! Protocols take a [`Random`] as an argument, so that worked examples can be replayed. The seeded and the scripted one
//! exist only with feature `sim`; the reader's own default is [`OsRandom`].

#[cfg(feature = "sim")]
use super::DigestAlgorithm;
use super::{CryptoError, Secret};
use crate::bounds::BOUNDS;

/// A source of random bytes.
pub trait Random: Send {
    /// Fills `out` with random bytes.
    ///
    /// # Errors
    /// [`CryptoError::Random`] if the source cannot.
    fn fill(&mut self, out: &mut [u8]) -> Result<(), CryptoError>;
}

/// A number from 1 to `order` − 1, evenly drawn, as many octets as the order has, which begins with no zero.
///
/// # Errors
/// [`CryptoError::Random`] if the source fails or never gives such a number.
pub(super) fn random_below(order: &[u8], rng: &mut dyn Random) -> Result<Secret, CryptoError> {
    // The bits above those of the order are cleared, so that a draw fails with a probability below 1/2.
    let mask = order.first().map_or(0xFF, |first| 0xFF >> first.leading_zeros());
    for _ in 0..BOUNDS.random_draws {
        let mut number = vec![0; order.len()];
        rng.fill(&mut number)?;
        if let Some(first) = number.first_mut() {
            *first &= mask;
        }
        let number = Secret::new(number);
        if number.expose().iter().any(|&octet| octet != 0) && number.expose() < order {
            return Ok(number);
        }
    }
    Err(CryptoError::Random)
}

/// The operating system's random bytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsRandom;

impl Random for OsRandom {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), CryptoError> {
        getrandom::fill(out).map_err(|_| CryptoError::Random)
    }
}

/// Bytes that follow from a seed of 32 bytes: SHA-256(seed ‖ counter), the counter in 8 bytes. For demonstrations only.
#[cfg(feature = "sim")]
pub struct SeededRandom {
    seed: [u8; 32],
    counter: u64,
    block: Vec<u8>,
}

#[cfg(feature = "sim")]
impl SeededRandom {
    /// A source that gives the same bytes for the same seed.
    pub fn new(seed: [u8; 32]) -> Self {
        Self { seed, counter: 0, block: Vec::new() }
    }
}

#[cfg(feature = "sim")]
impl Random for SeededRandom {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), CryptoError> {
        for octet in out {
            if self.block.is_empty() {
                self.block = DigestAlgorithm::Sha256.digest(&[&self.seed, &self.counter.to_be_bytes()]);
                self.counter = self.counter.checked_add(1).ok_or(CryptoError::Random)?;
            }
            *octet = self.block.pop().ok_or(CryptoError::Random)?;
        }
        Ok(())
    }
}

/// Hands out given byte strings in order, one to each request of exactly its length: replays worked examples.
#[cfg(feature = "sim")]
pub struct ScriptedRandom {
    script: std::collections::VecDeque<Vec<u8>>,
}

#[cfg(feature = "sim")]
impl ScriptedRandom {
    /// A source of these byte strings.
    pub fn new<I: IntoIterator<Item = Vec<u8>>>(script: I) -> Self {
        Self { script: script.into_iter().collect() }
    }

    /// Byte strings not yet handed out.
    pub fn left(&self) -> usize {
        self.script.len()
    }
}

#[cfg(feature = "sim")]
impl Random for ScriptedRandom {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), CryptoError> {
        let next = self.script.pop_front().ok_or(CryptoError::Random)?;
        if next.len() != out.len() {
            return Err(CryptoError::Random);
        }
        out.copy_from_slice(&next);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operating_system_fills_the_whole_buffer() {
        let (mut a, mut b) = ([0; 64], [0; 64]);
        OsRandom.fill(&mut a).unwrap();
        OsRandom.fill(&mut b).unwrap();
        assert_ne!(a, b);
        assert_ne!(a, [0; 64]);
    }

    #[cfg(feature = "sim")]
    #[test]
    fn a_script_is_handed_out_in_order_and_ends_with_an_error() {
        let mut random = ScriptedRandom::new([vec![1, 2], vec![3]]);
        let mut two = [0; 2];
        random.fill(&mut two).unwrap();
        assert_eq!((two, random.left()), ([1, 2], 1));
        assert_eq!(random.fill(&mut two), Err(CryptoError::Random));
        assert_eq!(random.fill(&mut [0]), Err(CryptoError::Random));
    }

    #[cfg(feature = "sim")]
    #[test]
    fn a_seed_gives_the_same_bytes_however_they_are_asked_for() {
        let (mut once, mut twice) = ([0; 50], [0; 50]);
        SeededRandom::new([7; 32]).fill(&mut once).unwrap();
        let mut random = SeededRandom::new([7; 32]);
        let (head, tail) = twice.split_at_mut(13);
        random.fill(head).unwrap();
        random.fill(tail).unwrap();
        assert_eq!(once, twice);
        SeededRandom::new([8; 32]).fill(&mut twice).unwrap();
        assert_ne!(once, twice);
    }
}
