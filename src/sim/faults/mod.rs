//! Lies, for hostile tests: on the line ([`Faulty`], a [`Transport`](crate::transport::Transport) around another) and in
//! the card ([`Deviation`]).
//!
//! The line can drop, flip, cut, replay and swap what passes, and cannot make a valid checksum; a hostile card can.

mod deviation;
mod line;

pub use deviation::Deviation;
pub use line::{Fault, Faulty};
