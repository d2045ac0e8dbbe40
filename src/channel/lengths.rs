//! The lengths in use with a card: what chip and reader state, lowered where the card refused them.

use super::limits::Limits;
use super::protection::Protection;

/// Plain bytes to try after a refused length, in turn.
const LADDER: [usize; 5] = [4096, 2048, 256, 224, 128];
/// Bytes of one plain read in the short form.
pub(super) const SHORT_READ: usize = 256;

/// The lengths in use, and what the card has shown of them.
pub(super) struct Lengths {
    limits: Limits,
    /// The plain bytes to ask for in one READ BINARY, where a refusal has taught less than the limits state.
    read_cap: Option<usize>,
    /// The longest answer that has come whole over this line, in plain bytes.
    proven: usize,
    /// The plain bytes that the last READ BINARY asked for.
    asked: usize,
}

impl Lengths {
    pub(super) fn short() -> Self {
        Self { limits: Limits::SHORT, read_cap: None, proven: 0, asked: 0 }
    }

    pub(super) fn limits(&self) -> Limits {
        self.limits
    }

    pub(super) fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// The bytes to ask for in one READ BINARY: what the longest answer carries, or what a refusal has left.
    pub(super) fn read_length(&self, protection: &Protection) -> usize {
        let capacity = protection.plain_capacity(self.limits.answer_data());
        capacity.min(self.read_cap.unwrap_or(usize::MAX)).max(1)
    }

    /// The next shorter length of the ladder, or with `last` the first that every line takes; `false` at its end.
    pub(super) fn lower(&mut self, protection: &Protection, last: bool) -> bool {
        let now = self.read_length(protection);
        let lower = LADDER.into_iter().find(|&length| length < now && (!last || length <= SHORT_READ));
        if let Some(lower) = lower {
            self.read_cap = Some(lower);
            self.limits = Limits::new(self.limits.max_command, self.limits.max_answer.min(lower));
        }
        lower.is_some()
    }

    /// The next READ BINARY asks for this many plain bytes.
    pub(super) fn ask(&mut self, bytes: usize) {
        self.asked = bytes;
    }

    /// An answer with this many plain bytes has come whole.
    pub(super) fn prove(&mut self, bytes: usize) {
        self.proven = self.proven.max(bytes);
    }

    /// Whether the last READ BINARY asked for more than has ever come: then a lost session may be the length's fault.
    pub(super) fn is_unproven(&self) -> bool {
        self.asked > self.proven
    }
}
