//! What each fuzz target does with the bytes it gets: every decoder of the library, and whole sessions with a card whose
//! answers the bytes are. Each looks for more than a panic: what is decoded encodes again, what is found lies within the
//! input, and nothing is ever worth more than the truth.
//!
//! `fuzz_targets/` gives these functions to libFuzzer; `tests/fuzz_corpus` of the library runs them on stable over the
//! committed inputs and over seeds it makes.

pub mod biometrics;
pub mod certificates;
pub mod image;
pub mod secure_messaging;
pub mod security_infos;
pub mod session_bytes;
pub mod session_faults;
pub mod signed_data;
pub mod stored;
pub mod texts;
pub mod trust;
pub mod words;

/// What a target does with its bytes.
pub type Target = fn(&[u8]);

/// Every target by its name, in the order of the fuzz binaries in `Cargo.toml`.
pub const TARGETS: &[(&str, Target)] = &[
    ("words", words::all),
    ("secure_messaging", secure_messaging::all),
    ("certificates", certificates::all),
    ("signed_data", signed_data::all),
    ("security_infos", security_infos::all),
    ("biometrics", biometrics::all),
    ("texts", texts::all),
    ("stored", stored::all),
    ("trust", trust::all),
    ("image", image::all),
    ("session_bytes", session_bytes::all),
    ("session_faults", session_faults::all),
];

/// Whether `part` is a piece of `whole`'s own memory that begins at `at`.
fn stands_at(whole: &[u8], at: usize, part: &[u8]) -> bool {
    whole.get(at..at + part.len()).is_some_and(|place| std::ptr::eq(place, part))
}

/// The moment that every target judges for: 1 January 2026.
fn now() -> std::time::SystemTime {
    std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_767_225_600)
}

/// Takes pieces off an input.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn u8(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes([self.u8()?, self.u8()?]))
    }

    /// So many bytes, or as many as there are.
    fn take(&mut self, most: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(most.min(self.0.len()));
        self.0 = rest;
        taken
    }
}
