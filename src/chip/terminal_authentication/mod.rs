//! Terminal authentication version 1 (9303-11 §7.1, TR-03110-3 §B.3): the terminal proves to the chip that it may read the
//! fingers and the irises.
//!
//! The chip is shown the certificates from one that it trusts down to the terminal's, and then a signature over its own
//! challenge. It follows chip authentication, whose ephemeral key the signature holds. A refusal of the chip is a result,
//! not an error: the reading goes on without DG3 and DG4. Keys and certificates are the caller's (`terminal.rs`);
//! which certificates make a chain is the business of `cvc`.

mod terminal;
mod protocol;
#[cfg(test)]
mod tests;

pub use protocol::{TerminalAuthentication, TerminalStep};
pub(crate) use protocol::{TerminalInputs, authenticate};
#[cfg(feature = "sim")]
pub use terminal::FileKey;
pub use terminal::{SigningError, SigningRequest, Terminal, TerminalError, TerminalSigner};
