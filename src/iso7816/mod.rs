//! Commands and responses (7816-3 §12, 7816-4 §5), short and extended, and the instructions that this library sends.
//!
//! Encoding and decoding only; the channel sends commands and interprets the responses.

pub mod command;
pub mod instruction;
mod status;
mod response;

pub use command::{ApduError, Command, Form};
pub use response::Response;
pub use status::StatusWord;
