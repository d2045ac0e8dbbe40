//! What the tests over a real PC/SC stack share; those without one take `shared.rs` alone.
#![allow(dead_code, reason = "each test program uses a part of it")]

pub mod pcscd;
pub mod scripted_card;
pub mod shared;
pub mod sim_card;
