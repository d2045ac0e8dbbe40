//! How much memory and time does the largest file of each kind take? The bounds, for a file of 1 MiB, however it is made:
//! no more memory than the file once over and 64 KiB, and no more than 2 seconds without optimisation on a busy machine.
//!
//! One test alone: it counts what the whole program allocates.
#![expect(unsafe_code, reason = "an allocator that counts can be written in no other way")]

use chipid::internals::tlv::{self, Tag};
use chipid::lds::{DataGroup, Dg2, Dg3, Dg4, Dg5, Dg7, Dg11, Dg12, Dg16, OpaqueGroup};
use chipid::national::OptionalDetails;
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// The system's allocator, with what is held now and what was held at most.
struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: all is left to the system's allocator; only numbers are kept beside it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Ordering::SeqCst) + layout.size();
        MOST.fetch_max(held, Ordering::SeqCst);
        // SAFETY: the caller's promise is handed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::SeqCst);
        // SAFETY: the caller's promise is handed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const MIB: usize = 1 << 20;
const MEMORY: usize = MIB + (64 << 10);
const TIME: Duration = Duration::from_secs(2);

/// A data object of just 1 MiB that is filled with as many of these as fit.
fn filled(tag: u32, begins: &[u8], unit: &[u8]) -> Vec<u8> {
    let room = MIB - 5 - begins.len();
    tlv::encode(Tag(tag), &[begins, &unit.repeat(room / unit.len())].concat())
}

/// A biometric information group of one template with this record.
fn group(tag: u32, block: u32, record: &[u8]) -> Vec<u8> {
    let template = tlv::encode(Tag(0x7F60), &tlv::encode(Tag(block), record));
    tlv::encode(Tag(tag), &tlv::encode_all(Tag(0x7F61), &[&[2, 1, 1], &template]))
}

/// Files of about 1 MiB, each made to take long or much.
fn files() -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let hex = |digits: &str| hex::decode(digits).unwrap();
    for tag in [0x63, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x6B, 0x6C, 0x6D, 0x70, 0x75, 0x76] {
        for unit in [
            "0000",
            "0500",
            "5F7000",
            "5F0E00",
            "5F0F0141",
            "5F1A0141",
            "A000",
            "A100",
            "5F4000",
            "5F43025035",
            "5F51",
            "30",
        ] {
            files.push((format!("{tag:X} of {unit}"), filled(tag, &[], &hex(unit))));
        }
        let inner = filled(0xA0, &[], &hex("5F0F0141"));
        files.push((format!("{tag:X} of names"), tlv::encode(Tag(tag), &inner[..inner.len() - 8])));
        let inner = filled(0x5C, &[], &[0x61]);
        files.push((format!("{tag:X} of a tag list"), tlv::encode(Tag(tag), &inner)));
        let image = filled(0x5F40, &[0xFF, 0xD8, 0xFF], &[0xFF, 0xE0, 0x00, 0x02]);
        files.push((format!("{tag:X} of a JPEG of segments"), tlv::encode(Tag(tag), &image)));
        let boxes = filled(0x5F40, &hex("0000000C6A502020"), &hex("0000000866726565"));
        files.push((format!("{tag:X} of a JP2 of boxes"), tlv::encode(Tag(tag), &boxes)));
        let templates = filled(0x7F61, &[2, 1, 1], &hex("7F6000"));
        files.push((format!("{tag:X} of templates"), tlv::encode(Tag(tag), &templates)));
        let templates = filled(0x7F61, &[2, 1, 1], &hex("7F6007A1058703010101"));
        files.push((format!("{tag:X} of headers"), tlv::encode(Tag(tag), &templates)));
    }
    // Records that count as much as their fields can hold.
    let points = [hex("46414300303130000000000000FF"), hex("00000000FFFF"), vec![1; MIB - 64]].concat();
    files.push(("feature points".into(), group(0x75, 0x5F2E, &points)));
    let views = hex("0000000E02FF0100000000000000");
    let fingers =
        [hex("4649520030313000000000000000000000000000FF01"), vec![0; 10], views.repeat((MIB - 64) / 14)].concat();
    files.push(("views".into(), group(0x63, 0x5F2E, &fingers)));
    let irises = [hex("4949520030313000000000000000FF002D"), vec![0; 28], hex("01FFFF"), vec![0; MIB - 128]].concat();
    files.push(("images of an eye".into(), group(0x76, 0x5F2E, &irises)));
    for (tag, application) in [(0x75, 0x65), (0x63, 0x64), (0x76, 0x66)] {
        for unit in ["3000", "3003800100", "300783000089008000", "30"] {
            let blocks = filled(0xA1, &[], &hex(unit));
            let data = tlv::encode(Tag(application), &blocks);
            files.push((format!("{tag:X} of blocks {unit}"), group(tag, 0x7F2E, &tlv::encode(Tag(0xA1), &data))));
        }
        let block = tlv::encode(Tag(application), &tlv::encode(Tag(0xA1), &filled(0x30, &[], &hex("0500"))));
        files.push((format!("{tag:X} of one block"), group(tag, 0x7F2E, &tlv::encode(Tag(0xA1), &block))));
    }
    files
}

#[test]
fn the_largest_file_of_each_kind_keeps_the_bounds() {
    type Parse = fn(&[u8]);
    let parsers: [(&str, Parse); 14] = [
        ("DG2", |file| drop(std::hint::black_box(Dg2::parse(file)))),
        ("DG3", |file| drop(std::hint::black_box(Dg3::parse(file)))),
        ("DG4", |file| drop(std::hint::black_box(Dg4::parse(file)))),
        ("DG5", |file| drop(std::hint::black_box(Dg5::parse(file)))),
        ("DG6", |file| drop(std::hint::black_box(OpaqueGroup::parse(DataGroup::DG6, file)))),
        ("DG7", |file| drop(std::hint::black_box(Dg7::parse(file)))),
        ("DG8", |file| drop(std::hint::black_box(OpaqueGroup::parse(DataGroup::DG8, file)))),
        ("DG9", |file| drop(std::hint::black_box(OpaqueGroup::parse(DataGroup::DG9, file)))),
        ("DG10", |file| drop(std::hint::black_box(OpaqueGroup::parse(DataGroup::DG10, file)))),
        ("DG11", |file| drop(std::hint::black_box(Dg11::parse(file)))),
        ("DG12", |file| drop(std::hint::black_box(Dg12::parse(file)))),
        ("DG13", |file| drop(std::hint::black_box(OptionalDetails::parse(file, Some("UTO"))))),
        ("DG13 of Vietnam", |file| drop(std::hint::black_box(OptionalDetails::parse(file, None)))),
        ("DG16", |file| drop(std::hint::black_box(Dg16::parse(file)))),
    ];
    let (mut longest, mut largest) = ((Duration::ZERO, String::new()), (0, String::new()));
    for (name, file) in files() {
        assert!(file.len() > MIB / 2 && file.len() <= MIB + 64, "{name}: {} bytes", file.len());
        for (parser, parse) in parsers {
            let case = format!("{parser} of {name}");
            let before = HELD.load(Ordering::SeqCst);
            MOST.store(before, Ordering::SeqCst);
            let start = Instant::now();
            parse(&file);
            let (time, memory) = (start.elapsed(), MOST.load(Ordering::SeqCst) - before);
            assert!(time <= TIME, "{case} takes {time:?}");
            assert!(memory <= MEMORY, "{case} takes {memory} bytes");
            longest = longest.max((time, case.clone()));
            largest = largest.max((memory, case));
        }
    }
    println!("longest {longest:?}, largest {largest:?}");
}
