//! Proofs that the chip is the one that was issued: it holds a private key that no reading gives away (9303-11 §6). And
//! the terminal's proof to the chip, that it may read fingers and irises (9303-11 §7).
//!
//! What the chip answered is kept as a record; what a record is worth is judged later, and only under passive
//! authentication of the key that it proves.

mod active_authentication;
mod chip_authentication;
mod terminal_authentication;

pub use crate::cvc::{CertificateReference, ChainDefect, CvCertificate, NoChain, Rights};
pub use active_authentication::{ActiveAuthentication, ChallengeSource};
pub(crate) use active_authentication::{ask, verify};
pub(crate) use chip_authentication::{Agreed, KeyChoice, agree, choose_key};
pub use chip_authentication::{ChipAuthentication, ChipAuthenticationSuite};
#[cfg(feature = "sim")]
pub use terminal_authentication::FileKey;
pub use terminal_authentication::{
    SigningError, SigningRequest, Terminal, TerminalAuthentication, TerminalError, TerminalSigner, TerminalStep,
};
pub(crate) use terminal_authentication::{TerminalInputs, authenticate};
