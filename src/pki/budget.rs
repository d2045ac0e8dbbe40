//! How many signatures may still be verified.

use crate::bounds::BOUNDS;

/// How many signatures may still be tried: a card can name many certificates, and each costs a computation.
#[derive(Debug)]
pub struct Budget {
    left: u32,
}

impl Budget {
    /// Signatures tried for one document at most.
    pub const DOCUMENT: u32 = BOUNDS.signatures;

    /// A budget of this many signatures.
    pub fn new(signatures: u32) -> Self {
        Self { left: signatures }
    }

    /// Takes one signature; `None` if none is left.
    pub fn take(&mut self) -> Option<()> {
        self.left = self.left.checked_sub(1)?;
        Some(())
    }
}
