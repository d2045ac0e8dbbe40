#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| chipid_fuzz::trust::all(bytes));
