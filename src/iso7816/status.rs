//! Status words (7816-4 §5.6).

use core::fmt;

/// A status word, SW1-SW2.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatusWord(pub u16);

impl StatusWord {
    /// Normal end.
    pub const SUCCESS: StatusWord = StatusWord(0x9000);
    /// End of file reached before N_e bytes.
    pub const END_OF_FILE: StatusWord = StatusWord(0x6282);
    /// Selected file deactivated; on SELECT still a success.
    pub const DEACTIVATED: StatusWord = StatusWord(0x6283);
    /// Verification failed, without a counter.
    pub const VERIFICATION_FAILED: StatusWord = StatusWord(0x6300);
    /// Wrong length.
    pub const WRONG_LENGTH: StatusWord = StatusWord(0x6700);
    /// Security status not satisfied.
    pub const SECURITY_STATUS: StatusWord = StatusWord(0x6982);
    /// Conditions of use not satisfied.
    pub const CONDITIONS_OF_USE: StatusWord = StatusWord(0x6985);
    /// Expected secure messaging data objects missing.
    pub const SM_MISSING: StatusWord = StatusWord(0x6987);
    /// Secure messaging data objects incorrect.
    pub const SM_INCORRECT: StatusWord = StatusWord(0x6988);
    /// Incorrect parameters in the data field.
    pub const WRONG_DATA: StatusWord = StatusWord(0x6A80);
    /// File or application not found.
    pub const NOT_FOUND: StatusWord = StatusWord(0x6A82);
    /// Incorrect parameters P1-P2.
    pub const WRONG_P1_P2: StatusWord = StatusWord(0x6A86);
    /// Referenced data not found.
    pub const REFERENCE_NOT_FOUND: StatusWord = StatusWord(0x6A88);
    /// Offset outside the file.
    pub const WRONG_OFFSET: StatusWord = StatusWord(0x6B00);
    /// Instruction not supported.
    pub const INS_NOT_SUPPORTED: StatusWord = StatusWord(0x6D00);
    /// No precise diagnosis.
    pub const NO_DIAGNOSIS: StatusWord = StatusWord(0x6F00);

    /// SW1.
    pub fn sw1(self) -> u8 {
        self.0.to_be_bytes()[0]
    }

    /// SW2.
    pub fn sw2(self) -> u8 {
        self.0.to_be_bytes()[1]
    }

    /// Whether it is 9000.
    pub fn is_success(self) -> bool {
        self == Self::SUCCESS
    }

    /// Whether the command was carried out: 9000, 61xx, 62xx or 63xx without a counter's meaning.
    pub fn is_success_or_warning(self) -> bool {
        matches!(self.sw1(), 0x90 | 0x61 | 0x62)
    }

    /// 61xx: how many bytes wait for GET RESPONSE (256 for 6100).
    pub fn bytes_waiting(self) -> Option<u32> {
        (self.sw1() == 0x61).then(|| if self.sw2() == 0 { 256 } else { u32::from(self.sw2()) })
    }

    /// 6Cxx: the N_e that the card wants (256 for 6C00).
    pub fn right_length(self) -> Option<u32> {
        (self.sw1() == 0x6C).then(|| if self.sw2() == 0 { 256 } else { u32::from(self.sw2()) })
    }

    /// 63Cx: tries left.
    pub fn tries_left(self) -> Option<u8> {
        (self.0 & 0xFFF0 == 0x63C0).then(|| self.sw2() & 0x0F)
    }
}

impl fmt::Display for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.0)
    }
}

impl fmt::Debug for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.0)
    }
}
