//! What the tests over a real PC/SC stack share.

pub mod pcscd;
pub mod scripted_card;
