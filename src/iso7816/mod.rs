//! Commands and responses (7816-3 §12, 7816-4 §5), short and extended, and the instructions that this library sends.
//!
//! Encoding and decoding only: who sends them, and what answers mean, is the channel's business.

pub mod command;
pub mod instruction;
mod response;
mod status;

pub use command::{ApduError, Command, Form};
pub use response::Response;
pub use status::StatusWord;
