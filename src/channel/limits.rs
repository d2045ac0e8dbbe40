//! The lengths that chip and reader take together.

/// The longest APDUs, in bytes, that chip and reader take together (EF.ATR/INFO DO'7F66', 7816-4 §12.7.1).
///
/// A caller keeps the value that a reading returns, per reader and ATR, and supplies it for the next card: the first
/// contact then costs one exchange less. A wrong value never changes data or verdict, only the count of exchanges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Limits {
    /// Bytes of the longest command APDU.
    pub max_command: usize,
    /// Bytes of the longest response APDU, status word included.
    pub max_answer: usize,
}

impl Limits {
    /// Short lengths only: 255 data bytes out, 256 in.
    pub const SHORT: Limits = Limits { max_command: 261, max_answer: 258 };
    /// The longest that extended lengths allow.
    pub const EXTENDED: Limits = Limits { max_command: 65_544, max_answer: 65_538 };

    /// The first to try where a chip states that it takes extended lengths, but not how long: then down the ladder of
    /// `lengths.rs`.
    pub(crate) const UNSTATED: Limits = Limits { max_command: 4096, max_answer: 4096 };

    /// These lengths, at least the short ones.
    pub fn new(max_command: usize, max_answer: usize) -> Self {
        Self {
            max_command: max_command.clamp(Self::SHORT.max_command, Self::EXTENDED.max_command),
            max_answer: max_answer.clamp(Self::SHORT.max_answer, Self::EXTENDED.max_answer),
        }
    }

    /// Whether answers longer than the short form are possible.
    pub fn is_extended(&self) -> bool {
        self.max_answer > Self::SHORT.max_answer
    }

    /// The data bytes of the longest answer.
    pub fn answer_data(&self) -> usize {
        self.max_answer.saturating_sub(2)
    }

    /// Whether an extended command with this much data is taken: header, `L_c` and `L_e` are 9 bytes.
    pub fn takes_command(&self, data: usize) -> bool {
        self.max_command > Self::SHORT.max_command && data.saturating_add(9) <= self.max_command
    }

    /// The lengths that also a reader with this longest APDU takes.
    pub(crate) fn within(self, reader: usize) -> Self {
        Self::new(self.max_command.min(reader), self.max_answer.min(reader))
    }
}
