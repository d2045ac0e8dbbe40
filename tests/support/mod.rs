//! What the tests over a real PC/SC stack share; those without one take `shared.rs` alone.

pub mod pcscd;
pub mod scripted_card;
#[allow(dead_code, reason = "a file of its own, so that tests without a PC/SC stack can take it alone")]
pub mod shared;
