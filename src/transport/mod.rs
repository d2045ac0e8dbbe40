//! The line to a card: one command out, one response in.
//!
//! A [`Transport`] carries bytes and knows nothing of them. Implementations: PC/SC readers (feature `pcsc`), the
//! simulated card (feature `sim`), a [`transcript`] that records and replays.

mod connection;
#[cfg(feature = "pcsc")]
pub mod pcsc;
pub mod transcript;

pub use connection::Transport;
