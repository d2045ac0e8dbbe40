//! What a piece of work allocates: counted by the allocator, for each thread on its own.
#![allow(unsafe_code, reason = "an allocator that counts can be written in no other way")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
    static MOST: Cell<isize> = const { Cell::new(0) };
    static TAKEN: Cell<isize> = const { Cell::new(0) };
}

/// The system's allocator; beside it stands what the thread holds, held at most, and took in all.
struct Counting;

fn count(bytes: isize) {
    // A thread that is ending has no counters any more, and nobody asks for them.
    let _ = HELD.try_with(|held| {
        held.set(held.get() + bytes);
        let _ = MOST.try_with(|most| most.set(most.get().max(held.get())));
    });
    if bytes > 0 {
        let _ = TAKEN.try_with(|taken| taken.set(taken.get() + bytes));
    }
}

fn signed(bytes: usize) -> isize {
    isize::try_from(bytes).unwrap_or(isize::MAX)
}

// SAFETY: all is left to the system's allocator; only numbers are kept beside it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(signed(layout.size()));
        // SAFETY: the caller's promise is handed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-signed(layout.size()));
        // SAFETY: the caller's promise is handed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What a piece of work gave, the bytes that it held at most beyond those before, and the bytes that it took in all.
pub struct Counted<T> {
    pub value: T,
    pub peak: usize,
    pub taken: usize,
}

/// Does this work, and counts.
pub fn counted<T>(work: impl FnOnce() -> T) -> Counted<T> {
    let before = HELD.get();
    let taken = TAKEN.get();
    MOST.set(before);
    let value = work();
    let of = |bytes: isize| usize::try_from(bytes).unwrap();
    Counted { value, peak: of(MOST.get() - before), taken: of(TAKEN.get() - taken) }
}

#[test]
fn what_is_allocated_is_counted() {
    let found = counted(|| {
        let first = vec![0_u8; 1000];
        drop(std::hint::black_box(first));
        std::hint::black_box(vec![1_u8; 500])
    });
    assert_eq!((found.value.len(), found.peak, found.taken), (500, 1000, 1500));
}
