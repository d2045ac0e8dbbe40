//! The verdict: a lattice, not a boolean.
//!
//! `verification/gate.rs` has the table of the checks that decide it.

/// What the document is worth, from worst to best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Verdict {
    /// A gating check failed: do not accept it.
    Failed,
    /// Nothing contradicts it, but it could not be concluded.
    Undetermined,
    /// The data is authentic; that the chip is the one it was issued with is not proven.
    DataAuthentic,
    /// Data and chip are genuine.
    Genuine,
}

impl Verdict {
    /// The code in the JSON output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Undetermined => "undetermined",
            Self::DataAuthentic => "data_authentic",
            Self::Genuine => "genuine",
        }
    }
}
