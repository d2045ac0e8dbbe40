//! The allocator of this test program: while a thread scans, every block that it frees or that grows is searched for the
//! needles of the run. The only unsafe code of the tests.
//!
//! A block that grows is always moved, so that whatever was left behind shows every time.

use std::alloc::{GlobalAlloc, Layout, System};
use std::backtrace::Backtrace;
use std::cell::Cell;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};

/// Bytes that must not be left in freed memory.
#[derive(Clone)]
pub struct Needle {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// A needle in a freed block.
#[derive(Clone, Debug)]
pub struct Hit {
    pub needle: String,
    pub block: usize,
    /// The first function that is neither this test's nor the standard library's, with its file.
    pub place: String,
}

/// Backtraces are dear: of each needle so many.
const MAX_HITS: usize = 40;

static NEEDLES: RwLock<Vec<Needle>> = RwLock::new(Vec::new());
static HITS: Mutex<Vec<Hit>> = Mutex::new(Vec::new());
/// One scan at a time.
static TURN: Mutex<()> = Mutex::new(());

thread_local! {
    static SCANS: Cell<bool> = const { Cell::new(false) };
}

struct Scanner;

#[global_allocator]
static ALLOCATOR: Scanner = Scanner;

// SAFETY: all memory comes from and goes to the system's allocator, under the layouts it was asked for.
unsafe impl GlobalAlloc for Scanner {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // What others left in the block is not this thread's: it must not be found again.
        match SCANS.try_with(Cell::get) {
            Ok(true) => unsafe { System.alloc_zeroed(layout) },
            _ => unsafe { System.alloc(layout) },
        }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block is still the caller's, whole. Bytes that were never written are read as whatever they are.
        unsafe { look(block, layout.size()) };
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let moved = unsafe { self.alloc(Layout::from_size_align_unchecked(size, layout.align())) };
        if !moved.is_null() {
            unsafe { moved.copy_from_nonoverlapping(block, layout.size().min(size)) };
            unsafe { self.dealloc(block, layout) };
        }
        moved
    }
}

unsafe fn look(block: *const u8, size: usize) {
    if size < 6 || !SCANS.try_with(Cell::get).unwrap_or(false) {
        return;
    }
    SCANS.with(|scans| scans.set(false));
    let bytes = unsafe { std::slice::from_raw_parts(block, size) };
    search(bytes);
    SCANS.with(|scans| scans.set(true));
}

fn search(block: &[u8]) {
    let needles = NEEDLES.read().unwrap_or_else(PoisonError::into_inner);
    for needle in needles.iter().filter(|needle| needle.bytes.len() <= block.len()) {
        let first = needle.bytes[0];
        let mut rest = block;
        while let Some(at) = rest.iter().position(|octet| *octet == first) {
            rest = &rest[at..];
            if rest.starts_with(&needle.bytes) {
                record(needle, block.len());
                break;
            }
            rest = &rest[1..];
        }
    }
}

fn record(needle: &Needle, block: usize) {
    let mut hits = hits();
    if hits.iter().filter(|hit| hit.needle == needle.name).count() < MAX_HITS {
        let place = place(&Backtrace::force_capture().to_string());
        hits.push(Hit { needle: needle.name.clone(), block, place });
    }
}

fn hits() -> MutexGuard<'static, Vec<Hit>> {
    HITS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// `function (file)` of the innermost frame that is of the library or of a crate it uses.
fn place(backtrace: &str) -> String {
    let mut lines = backtrace.lines().map(str::trim).peekable();
    let own = [
        "drop_in_place",
        "{impl#",
        "std::",
        "core::",
        "alloc::",
        "__rust",
        "secrets::",
        "<alloc::",
        "<core::",
        "zeroize::",
        "hashbrown::",
    ];
    while let Some(line) = lines.next() {
        let Some((_, function)) = line.split_once(": ") else { continue };
        let file = match lines.peek() {
            Some(next) if next.starts_with("at ") => next.trim_start_matches("at "),
            _ => continue,
        };
        let is_own = own.iter().any(|start| function.starts_with(start));
        if is_own || file.contains("tests/secrets/allocator") || file.starts_with("/rustc/") {
            continue;
        }
        let mut parts = file.rsplit(':');
        let (_, _, path) = (parts.next(), parts.next(), parts.next().unwrap_or(file));
        let short = path.rsplit("/registry/src/").next().unwrap_or(path);
        let short = short.split_once("-").map_or(short, |_| short);
        let file: Vec<&str> = short.rsplit('/').take(3).collect();
        let file: Vec<&str> = file.into_iter().rev().collect();
        return format!("{function} ({})", file.join("/"));
    }
    "nobody known".to_owned()
}

/// What is found while `run` frees memory on this thread.
pub fn scan<T>(needles: &[Needle], run: impl FnOnce() -> T) -> (T, Vec<Hit>) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(needles.iter().all(|needle| needle.bytes.len() >= 6), "shorter ones stand anywhere");
    *NEEDLES.write().unwrap_or_else(PoisonError::into_inner) = needles.to_vec();
    hits().clear();
    // A panic in the run must not leave the thread scanning.
    struct End;
    impl Drop for End {
        fn drop(&mut self) {
            SCANS.with(|scans| scans.set(false));
        }
    }
    let end = End;
    SCANS.with(|scans| scans.set(true));
    let done = run();
    drop(end);
    NEEDLES.write().unwrap_or_else(PoisonError::into_inner).clear();
    (done, std::mem::take(&mut *hits()))
}
