//! The chip as a state machine: what it holds, where it stands, what it answers.
//!
//! The outer half of [`SimulatedCard`] is the line's: lengths, command chaining, GET RESPONSE, secure messaging; the
//! inner half carries out plain commands (7816-4 §11, 9303-11 §4, §6). Any error of secure messaging ends its session
//! with a plain status word, as on real chips; any other error is answered inside the session.

mod reply;
mod state;
mod commands;
mod exchange;

pub(super) use state::Equipment;
pub use state::SimulatedCard;
