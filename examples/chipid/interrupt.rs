//! Ctrl-C: the first one asks the work to stop and put the card in order, the second one ends the program.

use crate::failure::{EXIT_INTERRUPTED, Failure};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

static STOP: AtomicBool = AtomicBool::new(false);
static BLOCKED: AtomicBool = AtomicBool::new(false);

/// From now on Ctrl-C asks the work to stop.
pub fn listen() {
    let handler = || {
        if STOP.swap(true, Ordering::SeqCst) || BLOCKED.load(Ordering::SeqCst) {
            std::process::exit(i32::from(EXIT_INTERRUPTED));
        }
    };
    // Where no handler can be set, the system's own ends the program: as good, less tidy.
    let _ = ctrlc::set_handler(handler);
}

/// Whether the work was asked to stop.
pub fn is_asked() -> bool {
    STOP.load(Ordering::SeqCst)
}

/// An error if the work was asked to stop.
pub fn check() -> Result<(), Failure> {
    if is_asked() { Err(Failure::Interrupted) } else { Ok(()) }
}

/// The same for the library's closures.
pub fn flow() -> ControlFlow<()> {
    if is_asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

/// Waits for this time, or until Ctrl-C.
pub fn wait(time: Duration) {
    let end = Instant::now() + time;
    while !is_asked() && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Does a thing that cannot be asked to stop, such as reading a line: Ctrl-C ends the program at once meanwhile.
pub fn blocking<T>(work: impl FnOnce() -> T) -> T {
    BLOCKED.store(true, Ordering::SeqCst);
    let done = work();
    BLOCKED.store(false, Ordering::SeqCst);
    done
}
