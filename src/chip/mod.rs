//! Proofs that the chip is the one that was issued: it holds a private key that no reading gives away (9303-11 §6).
//!
//! What the chip answered is kept as a record; what a record is worth is judged later, and only under passive
//! authentication of the key that it proves.

mod active;
mod chip_authentication;
mod terminal_authentication;

pub use active::{ActiveAuthentication, ChallengeSource};
pub(crate) use active::{ask, verify};
pub use chip_authentication::{ChipAuthentication, ChipAuthenticationSuite};
pub(crate) use chip_authentication::{KeyChoice, agree, choose_key};
#[cfg(feature = "sim")]
pub use terminal_authentication::FileKey;
pub use terminal_authentication::{
    SigningError, SigningRequest, Terminal, TerminalAuthentication, TerminalError, TerminalSigner, TerminalStep,
};
#[expect(unused_imports, reason = "the session makes terminal authentication next")]
pub(crate) use terminal_authentication::{TerminalInputs, authenticate};
