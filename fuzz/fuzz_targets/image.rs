#![no_main]

// The library runs a decoder on a thread of its own and makes an error of its panic: that one does not end the fuzzer.
libfuzzer_sys::fuzz_target!(
    init: {
        let end = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| match std::thread::current().name() {
            Some("chipid-image") => {}
            _ => end(panic),
        }));
    },
    |bytes: &[u8]| chipid_fuzz::image::all(bytes)
);
