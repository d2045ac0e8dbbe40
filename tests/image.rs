//! Do pictures come out of the images that cards hold, and is every bomb refused before it costs anything?
//!
//! The program counts what it allocates, in every thread: a test that asks for the peak must run alone, so all run in turn.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[path = "support/shared.rs"]
mod support;

use chipid::BOUNDS;
use chipid::image::{ImageError, ImageLimits, Picture, decode};
use chipid::lds::{Dg2, FileDefect, ImageFormat};
use proptest::prelude::*;
use std::alloc::{GlobalAlloc, Layout, System};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};
use support::shared_data;

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);
static TURN: Mutex<()> = Mutex::new(());

/// The system's allocator, counted.
struct Counting;

// SAFETY: every call goes to the system's allocator as it came; the counters touch no memory of its.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        PEAK.fetch_max(LIVE.fetch_add(layout.size(), SeqCst) + layout.size(), SeqCst);
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        PEAK.fetch_max(LIVE.fetch_add(layout.size(), SeqCst) + layout.size(), SeqCst);
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), SeqCst);
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// One test at a time.
fn alone() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// What a decoding gave, and the bytes and the time that it took.
fn measured(image: &[u8], limits: &ImageLimits) -> (Result<Picture, ImageError>, usize, Duration) {
    let before = LIVE.load(SeqCst);
    PEAK.store(before, SeqCst);
    let start = Instant::now();
    let outcome = decode(image, limits);
    (outcome, PEAK.load(SeqCst).saturating_sub(before), start.elapsed())
}

/// Refused by its headers: for the reason told, at once, and with next to no memory.
fn refused_at_once(name: &str, image: &[u8]) -> ImageError {
    let (outcome, bytes, time) = measured(image, &ImageLimits::default());
    let error = outcome.expect_err(name);
    assert!(bytes <= 64 * 1024 + 2 * image.len(), "{name}: {error}: {bytes} bytes");
    assert!(time < Duration::from_secs(1), "{name}: {error}: {time:?}");
    error
}

fn picture(image: &[u8]) -> Picture {
    decode(image, &ImageLimits::default()).unwrap()
}

/// The value of a key of a vector in `test-vectors/image`.
fn vector(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("test-vectors/image").join(format!("{name}.txt"));
    let text = std::fs::read_to_string(path).unwrap();
    hex::decode(text.lines().find_map(|line| line.strip_prefix("image: ")).unwrap()).unwrap()
}

const VECTORS: [&str; 8] = [
    "jpeg-rgb-420",
    "jpeg-progressive",
    "jpeg-with-exif",
    "jp2-rgb",
    "jp2-palette",
    "jp2-tiles",
    "jp2-layers-precincts-sop-eph",
    "j2c-gray-12-bits",
];

/// The mean of red, green and blue.
fn means(picture: &Picture) -> [f64; 3] {
    let pixels = picture.rgb().len() / 3;
    [0, 1, 2].map(|colour| {
        let sum: f64 = picture.rgb().iter().skip(colour).step_by(3).map(|value| f64::from(*value)).sum();
        sum / pixels as f64
    })
}

fn pixel(picture: &Picture, x: usize, y: usize) -> [u8; 3] {
    let at = 3 * (y * usize::try_from(picture.width()).unwrap() + x);
    picture.rgb()[at..at + 3].try_into().unwrap()
}

/// The image in a file, found by its first bytes, as no parser of records would.
fn image_within(file: &[u8], begins: &[u8]) -> Vec<u8> {
    let at = file.windows(begins.len()).position(|window| window == begins).unwrap();
    file[at..].to_vec()
}

const JP2: &[u8] = b"\x00\x00\x00\x0CjP  ";
const JPEG: &[u8] = &[0xFF, 0xD8, 0xFF];

/// How a picture looks: width and height, means of the colours, and three pixels.
type Look = ([u32; 2], [f64; 3], [(usize, usize, [u8; 3]); 3]);

// The values are those of Pillow 9.4 (libjpeg-turbo 2.1.5, OpenJPEG 2.5.0).
const BSI_FACE: Look = (
    [413, 531],
    [171.93, 113.17, 91.29],
    [(206, 265, [202, 103, 81]), (103, 177, [239, 173, 138]), (309, 354, [168, 82, 60])],
);
const ICAO_FACE: Look = (
    [413, 531],
    [172.20, 141.01, 122.34],
    [(206, 265, [221, 167, 145]), (103, 177, [166, 121, 92]), (309, 354, [153, 105, 81])],
);
const LOGO: Look = ([148, 70], [227.74; 3], [(74, 35, [19; 3]), (37, 23, [254; 3]), (111, 46, [13; 3])]);
const IRIS: Look = (
    [163, 149],
    [155.95, 174.53, 178.69],
    [(81, 74, [14, 31, 56]), (40, 49, [158, 192, 196]), (122, 99, [149, 181, 184])],
);
const SIGNATURE: Look = (
    [550, 142],
    [255.0, 160.0, 122.0],
    [(275, 71, [255, 160, 122]), (137, 47, [255, 160, 122]), (412, 94, [255, 160, 122])],
);

/// File, how its image begins, and how that looks.
const KNOWN: [(&str, &[u8], Look); 12] = [
    ("biometrics/iso19794-5-face/bsi_1.jp2", JP2, BSI_FACE),
    ("biometrics/iso19794-5-face/bsi_1.bdb", JP2, BSI_FACE),
    ("biometrics/iso19794-5-face/ISO19794_Test1_Face.jpg", JPEG, LOGO),
    ("biometrics/iso19794-5-face/ISO19794_Test1_Data.bin", JPEG, LOGO),
    // By its name a JPEG; by its bytes it is none.
    ("biometrics/iso39794-5-face/ICAO_39794_5_AP_Face.jpg", JP2, ICAO_FACE),
    ("biometrics/iso39794-5-face/ICAO_39794_5_AP_AllFields.dat", JP2, ICAO_FACE),
    ("biometrics/iso39794-5-face/ICAO_39794_5_AP_DG2_AllFields.dat", JP2, ICAO_FACE),
    ("biometrics/iso19794-6-iris/bsi_1.bdb", JP2, IRIS),
    ("specimens/bsi-tr03105-5-2008/EF_DG2.bin", JP2, BSI_FACE),
    ("specimens/bsi-tr03105-5-2008/EF_DG4.bin", JP2, IRIS),
    ("specimens/synthetic-dg/EF_DG5.bin", JP2, BSI_FACE),
    ("specimens/synthetic-dg/EF_DG7.bin", JP2, SIGNATURE),
];

fn assert_look(name: &str, picture: &Picture, (size, mean, pixels): Look) {
    assert_eq!([picture.width(), picture.height()], size, "{name}");
    let found = means(picture);
    assert!(found.iter().zip(mean).all(|(one, other)| (one - other).abs() < 0.5), "{name}: {found:?}");
    for (x, y, expected) in pixels {
        let found = pixel(picture, x, y);
        assert!(
            found.iter().zip(expected).all(|(one, other)| one.abs_diff(other) <= 3),
            "{name}: {found:?} at {x} {y}"
        );
    }
}

#[test]
fn pictures_of_specimens_are_those_that_other_programs_see() {
    let _turn = alone();
    for (file, begins, look) in KNOWN {
        let Some(path) = shared_data(file) else { continue };
        let image = image_within(&std::fs::read(path).unwrap(), begins);
        let (outcome, bytes, time) = measured(&image, &ImageLimits::default());
        println!("{file}: {} bytes of image, {bytes} bytes allocated, {time:?}", image.len());
        assert_look(file, &outcome.unwrap(), look);
        assert!(bytes < 8 << 20, "{file}: {bytes}");
    }
}

#[test]
fn the_portrait_in_a_face_file_is_decoded_as_it_was_found() {
    let _turn = alone();
    let Some(path) = shared_data("specimens/bsi-tr03105-5-2008/EF_DG2.bin") else { return };
    let file = std::fs::read(path).unwrap();
    let dg2 = Dg2::parse(&file).unwrap();
    assert_look("EF.DG2", &picture(dg2.faces[0].image), BSI_FACE);
}

#[test]
fn an_image_is_what_its_own_bytes_say_not_its_label() {
    let _turn = alone();
    let Some(path) = shared_data("biometrics/iso19794-5-face/ISO19794_Test1_Data.bin") else { return };
    // The record says JPEG 2000.
    let record = std::fs::read(path).unwrap();
    let object = |tag: &[u8], content: &[u8]| {
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        [tag, &[0x82], &length, content].concat()
    };
    let header = object(&[0xA1], &[0x87, 2, 1, 1, 0x88, 2, 0, 8]);
    let template = object(&[0x7F, 0x60], &[header, object(&[0x5F, 0x2E], &record)].concat());
    let group = object(&[0x7F, 0x61], &[&[2, 1, 1], &template[..]].concat());
    let file = object(&[0x75], &group);
    let dg2 = Dg2::parse(&file).unwrap();
    assert!(
        dg2.findings.iter().any(|finding| finding.defect == FileDefect::FaceImageMislabelled),
        "{:?}",
        dg2.findings
    );
    assert_look("a JPEG labelled JPEG 2000", &picture(dg2.faces[0].image), LOGO);
}

#[test]
fn the_drawn_portrait_is_decoded() {
    let _turn = alone();
    let image = chipid::sim::person::PORTRAIT;
    let pixels = [(180, 240, [233, 189, 160]), (90, 160, [38, 29, 30]), (270, 320, [38, 29, 30])];
    assert_look("portrait", &picture(image), ([360, 480], [163.33, 164.65, 172.91], pixels));
}

#[test]
fn what_is_not_decoded_is_told_and_left_to_the_caller() {
    let _turn = alone();
    for (image, format) in [
        (&[0xFF, 0xA0, 0xFF, 0xA8, 0x00][..], ImageFormat::Wsq),
        (&[0x89, 0x50, 0x4E, 0x47, 0x0D], ImageFormat::Png),
        (&[0, 0, 0, 0, 0], ImageFormat::Unknown),
        (&[], ImageFormat::Unknown),
    ] {
        let error = decode(image, &ImageLimits::default()).unwrap_err();
        assert_eq!(error, ImageError::NotDecoded(format));
        assert!(error.to_string().contains("handed out as it is"), "{error}");
    }
    if let Some(path) = shared_data("biometrics/wsq/sample_image.wsq") {
        let image = std::fs::read(path).unwrap();
        assert_eq!(refused_at_once("WSQ", &image), ImageError::NotDecoded(ImageFormat::Wsq));
    }
    // Fifteen thousand octets that are no image.
    if let Some(path) = shared_data("biometrics/iso39794-5-face/ICAO_39794_5_AP_MandFields_InvalidImage.dat") {
        let image = &std::fs::read(path).unwrap()[44..];
        assert_eq!(refused_at_once("invalid image", image), ImageError::NotDecoded(ImageFormat::Unknown));
    }
}

#[test]
fn a_png_of_a_picture_holds_its_pixels() {
    let _turn = alone();
    let picture = picture(&vector("jp2-rgb"));
    let file = picture.to_png();
    assert_eq!(ImageFormat::sniff(&file), ImageFormat::Png);
    let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut pixels).unwrap();
    assert_eq!((frame.width, frame.height), (picture.width(), picture.height()));
    assert_eq!(pixels, picture.rgb());
}

#[test]
fn nothing_of_a_picture_is_told_but_its_size() {
    let _turn = alone();
    assert_eq!(format!("{:?}", picture(&vector("jp2-rgb"))), "Picture(21 × 19)");
}

#[test]
fn the_limits_are_those_of_the_caller() {
    let _turn = alone();
    let wide = ImageLimits::default();
    for name in ["jpeg-rgb-444", "jp2-rgb"] {
        let image = vector(name);
        let exact = ImageLimits { pixels: 21 * 19, components: 3, bytes: image.len(), ..wide };
        assert!(decode(&image, &exact).is_ok(), "{name}");
        for (limits, what) in [
            (ImageLimits { pixels: 21 * 19 - 1, ..exact }, "pixels"),
            (ImageLimits { components: 2, ..exact }, "components"),
            (ImageLimits { bytes: image.len() - 1, ..exact }, "bytes"),
        ] {
            let error = decode(&image, &limits).unwrap_err();
            assert!(matches!(error, ImageError::TooMuch { what: found, .. } if found == what), "{name}: {error}");
        }
    }
}

fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).unwrap();
    [&[0xFF, marker][..], &length.to_be_bytes(), content].concat()
}

/// A frame header of these dimensions and so many components.
fn frame(marker: u8, precision: u8, width: u16, height: u16, components: u8) -> Vec<u8> {
    let mut content = vec![precision];
    content.extend(height.to_be_bytes());
    content.extend(width.to_be_bytes());
    content.push(components);
    content.extend((0..components).flat_map(|id| [id, 0x11, 0]));
    segment(marker, &content)
}

fn jpeg(parts: &[&[u8]]) -> Vec<u8> {
    [&[0xFF, 0xD8][..], &parts.concat(), &[0xFF, 0xD9]].concat()
}

#[test]
fn a_jpeg_that_promises_too_much_is_refused_before_it_is_decoded() {
    let _turn = alone();
    let scan = segment(0xDA, &[1, 0, 0, 0, 63, 0]);
    let too_much = |name: &str, image: &[u8], wanted: &str| match refused_at_once(name, image) {
        ImageError::TooMuch { what, .. } if what == wanted => {}
        other => panic!("{name}: {other}"),
    };
    for (width, height) in [(65_535, 65_535), (65_535, 33), (33, 65_535), (1_449, 1_449)] {
        for marker in [0xC0, 0xC1, 0xC2] {
            too_much("pixels", &jpeg(&[&frame(marker, 8, width, height, 3), &scan]), "pixels");
        }
    }
    for components in [5, 255] {
        too_much("components", &jpeg(&[&frame(0xC0, 8, 16, 16, components), &scan]), "components");
    }
    let scans = scan.repeat(BOUNDS.image_scans + 1);
    too_much("scans", &jpeg(&[&frame(0xC2, 8, 16, 16, 1), &scans]), "scans");
    too_much("bytes", &jpeg(&[&vec![0; 1 << 20]]), "bytes");
}

#[test]
fn a_jpeg_against_the_rules_is_refused_before_it_is_decoded() {
    let _turn = alone();
    let scan = segment(0xDA, &[1, 0, 0, 0, 63, 0]);
    let one = frame(0xC0, 8, 16, 16, 1);
    let mut sampled = one.clone();
    sampled[11] = 0x51;
    for (name, image, code) in [
        ("no frame", jpeg(&[&scan]), "malformed"),
        ("no scan", jpeg(&[&one]), "malformed"),
        ("nothing", jpeg(&[]), "malformed"),
        ("two frames", jpeg(&[&one, &one, &scan]), "malformed"),
        ("a frame in a frame's place", jpeg(&[&one, &scan, &frame(0xC0, 8, 16, 16, 1)]), "malformed"),
        ("no width", jpeg(&[&frame(0xC0, 8, 0, 16, 1), &scan]), "malformed"),
        ("a height to come", jpeg(&[&frame(0xC0, 8, 16, 0, 1), &scan]), "malformed"),
        ("no components", jpeg(&[&frame(0xC0, 8, 16, 16, 0), &scan]), "malformed"),
        ("sampling of 5", jpeg(&[&sampled, &scan]), "malformed"),
        ("a segment beyond the end", [&[0xFF, 0xD8, 0xFF, 0xE1, 0xFF, 0xFF][..], &[0; 9]].concat(), "malformed"),
        ("a segment of no length", [&[0xFF, 0xD8, 0xFF, 0xE1, 0, 1][..], &[0; 9]].concat(), "malformed"),
        ("octets between segments", jpeg(&[&one, &[0, 0], &scan]), "malformed"),
        ("an image in the image", jpeg(&[&jpeg(&[&one, &scan])]), "malformed"),
        ("two components", jpeg(&[&frame(0xC0, 8, 16, 16, 2), &scan]), "unsupported"),
        ("twelve bits", jpeg(&[&frame(0xC1, 12, 16, 16, 1), &scan]), "unsupported"),
        ("lossless", jpeg(&[&frame(0xC3, 8, 16, 16, 1), &scan]), "unsupported"),
        ("arithmetic", jpeg(&[&frame(0xC9, 8, 16, 16, 1), &scan]), "unsupported"),
    ] {
        assert_eq!(refused_at_once(name, &image).code(), code, "{name}");
    }
    // A scan without tables goes to the decoder, which refuses it or shows gray: no panic, and no more memory.
    let (_, bytes, _) = measured(&jpeg(&[&one, &scan]), &ImageLimits::default());
    assert!(bytes < 1 << 20, "{bytes}");
}

/// A JPEG 2000 codestream's headers, to be changed; one component, one tile and one packet unless told otherwise.
#[derive(Clone)]
struct Stream {
    sides: [u32; 2],
    starts: [u32; 2],
    tile: [u32; 2],
    components: u16,
    layers: u16,
    levels: u8,
    /// Exponents, less 2.
    block: [u8; 2],
    precinct: Option<u8>,
    /// Segments of the main header beside SIZ, COD and QCD.
    more: Vec<u8>,
    /// Segments of the tile-part's header.
    in_tile: Vec<u8>,
    data: Vec<u8>,
}

impl Stream {
    fn new(width: u32, height: u32) -> Self {
        Self {
            sides: [width, height],
            starts: [0, 0],
            tile: [width, height],
            components: 1,
            layers: 1,
            levels: 0,
            block: [4, 4],
            precinct: None,
            more: Vec::new(),
            in_tile: Vec::new(),
            data: Vec::new(),
        }
    }

    fn style(&self) -> Vec<u8> {
        let [width, height] = self.block;
        let mut style = vec![self.levels, width, height, 0, 1];
        style.extend(self.precinct.iter().flat_map(|exponents| vec![*exponents; usize::from(self.levels) + 1]));
        style
    }

    fn bytes(&self) -> Vec<u8> {
        let mut size = vec![0, 0];
        for pair in [self.sides, self.starts, self.tile, [0, 0]] {
            size.extend(pair.iter().flat_map(|value| value.to_be_bytes()));
        }
        size.extend(self.components.to_be_bytes());
        size.extend([7, 1, 1].repeat(self.components.into()));
        let [high, low] = self.layers.to_be_bytes();
        let coding = [vec![u8::from(self.precinct.is_some()), 0, high, low, 0], self.style()].concat();
        // Seven guard bits and an exponent of 26: 32 bit planes.
        let steps = [vec![0xE0], vec![26 << 3; 3 * usize::from(self.levels) + 1]].concat();
        let part = [&self.in_tile[..], &[0xFF, 0x93], &self.data].concat();
        let length = u32::try_from(part.len() + 12).unwrap();
        let start = [&[0, 0][..], &length.to_be_bytes(), &[0, 1]].concat();
        [
            vec![0xFF, 0x4F],
            segment(0x51, &size),
            segment(0x52, &coding),
            segment(0x5C, &steps),
            self.more.clone(),
            segment(0x90, &start),
            part,
            vec![0xFF, 0xD9],
        ]
        .concat()
    }

    /// The same in the boxes of JP2, with these in its header.
    fn boxed(&self, header: &[u8]) -> Vec<u8> {
        [
            jp2_box(b"jP  ", &[0x0D, 0x0A, 0x87, 0x0A]),
            jp2_box(b"ftyp", b"jp2 \0\0\0\0jp2 "),
            jp2_box(b"jp2h", header),
            jp2_box(b"jp2c", &self.bytes()),
        ]
        .concat()
    }
}

fn jp2_box(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len() + 8).unwrap();
    [&length.to_be_bytes(), &kind[..], content].concat()
}

#[test]
fn a_jpeg_2000_that_promises_too_much_is_refused_before_it_is_decoded() {
    let _turn = alone();
    let small = Stream::new(16, 16);
    // The headers as such are accepted.
    assert_ne!(decode(&small.bytes(), &ImageLimits::default()).err().map(|error| error.code()), Some("malformed"));
    let large = Stream::new(1_448, 1_448);
    let style = |marker: u8, component: &[u8]| {
        let tiny = Stream { levels: 5, precinct: Some(0x11), ..small.clone() };
        segment(marker, &[component, &tiny.style()].concat())
    };
    for (name, stream, wanted) in [
        ("sides", Stream::new(65_535, 65_535), "pixels"),
        ("greatest sides", Stream::new(u32::MAX, u32::MAX), "pixels"),
        ("one row", Stream::new(u32::MAX, 1), "pixels"),
        (
            "far off",
            Stream { sides: [1 << 25, 16], starts: [(1 << 25) - 16, 0], tile: [1 << 25, 16], ..small.clone() },
            "points on a side",
        ),
        ("components", Stream { components: 5, ..small.clone() }, "components"),
        ("all components", Stream { components: 16_384, ..small.clone() }, "components"),
        ("tiles of a pixel", Stream { tile: [1, 1], ..large.clone() }, "tiles"),
        ("tiles in a row", Stream { tile: [1, 1_448], ..large.clone() }, "tiles"),
        ("precincts of a pixel", Stream { precinct: Some(0x00), ..large.clone() }, "packets"),
        ("precincts at each level", Stream { precinct: Some(0x11), levels: 32, ..large.clone() }, "packets"),
        ("layers", Stream { layers: u16::MAX, levels: 32, ..small.clone() }, "packets"),
        ("blocks and layers", Stream { block: [0, 0], layers: 4, components: 4, ..large.clone() }, "code-blocks"),
        ("rounds", Stream { layers: 32, levels: 32, more: segment(0x5F, &[0; 65_527]), ..small.clone() }, "packets"),
        ("a component's style", Stream { more: style(0x53, &[0, 1]), ..large.clone() }, "packets"),
        ("a tile's style", Stream { in_tile: style(0x52, &[1, 0, 0, 1, 0]), ..large.clone() }, "packets"),
        (
            "styles",
            Stream { in_tile: segment(0x53, &[&[0, 0][..], &small.style()].concat()).repeat(16), ..small.clone() },
            "coding styles",
        ),
    ] {
        for image in [stream.bytes(), stream.boxed(&[])] {
            match refused_at_once(name, &image) {
                ImageError::TooMuch { what, .. } if what.starts_with(wanted) => {}
                other => panic!("{name}: {other}"),
            }
        }
    }
    const { assert!(BOUNDS.image_tiles < 1_448) }
    let palette = |columns: u8| [&[0, 1, columns][..], &[7; 255][..columns.into()], &[0; 255]].concat();
    for (name, header) in [
        ("palette", jp2_box(b"pclr", &palette(255))),
        ("a palette after a good one", [jp2_box(b"pclr", &palette(3)), jp2_box(b"pclr", &palette(5))].concat()),
        ("mapping", jp2_box(b"cmap", &[0, 0, 1, 0].repeat(60_000))),
        ("channels", jp2_box(b"cdef", &[0xFF, 0xFF])),
    ] {
        let error = refused_at_once(name, &small.boxed(&header));
        assert!(matches!(error, ImageError::TooMuch { what: "components", .. }), "{name}: {error}");
    }
}

#[test]
fn a_jpeg_2000_against_the_rules_is_refused_before_it_is_decoded() {
    let _turn = alone();
    let small = Stream::new(16, 16);
    let good = small.bytes();
    let with = |at: usize, octets: &[u8]| {
        let mut changed = good.clone();
        changed[at..at + octets.len()].copy_from_slice(octets);
        changed
    };
    let more = |more: Vec<u8>| Stream { more, ..small.clone() }.bytes();
    let mut two = small.boxed(&[]);
    two.extend(jp2_box(b"jp2c", &good));
    let mut long = small.boxed(&[]);
    let at = long.len() - good.len() - 8;
    long[at..at + 4].copy_from_slice(&u32::MAX.to_be_bytes());
    for (name, image, code) in [
        ("no width", Stream::new(0, 16).bytes(), "malformed"),
        ("begins beyond its end", Stream { starts: [17, 0], ..small.clone() }.bytes(), "malformed"),
        ("tiles of nothing", Stream { tile: [0, 16], ..small.clone() }.bytes(), "malformed"),
        ("no components", Stream { components: 0, ..small.clone() }.bytes(), "malformed"),
        ("sampled at no distance", with(43, &[0]), "malformed"),
        ("33 levels", Stream { levels: 33, ..small.clone() }.bytes(), "malformed"),
        ("a block of 128 by 64", Stream { block: [5, 4], ..small.clone() }.bytes(), "malformed"),
        ("precincts of half a sample", Stream { levels: 1, precinct: Some(0), ..small.clone() }.bytes(), "malformed"),
        ("steps that run over", more(segment(0x5C, &[0x41, 0, 0, 0xFF, 0x52])), "malformed"),
        ("steps for 98 bands", more(segment(0x5C, &[&[0][..], &[0; 98]].concat())), "malformed"),
        ("a style that runs over", more(segment(0x53, &[0, 0, 0, 4, 4, 0, 1, 9])), "malformed"),
        ("a region that runs over", more(segment(0x5E, &[0; 4])), "malformed"),
        ("an unknown marker", more(segment(0x54, &[0; 4])), "malformed"),
        ("packed headers", more(segment(0x60, &[0; 4])), "unsupported"),
        ("high throughput", more(segment(0x50, &[0; 4])), "unsupported"),
        ("two codestreams", two, "malformed"),
        ("a box beyond the end", long, "malformed"),
        ("no codestream", jp2_box(b"jP  ", &[0x0D, 0x0A, 0x87, 0x0A]), "malformed"),
        ("a palette of 128 bits", small.boxed(&jp2_box(b"pclr", &[0, 1, 1, 127, 0])), "malformed"),
    ] {
        assert_eq!(refused_at_once(name, &image).code(), code, "{name}");
    }
}

#[test]
fn an_image_cut_anywhere_is_refused_at_once() {
    let _turn = alone();
    for name in VECTORS {
        let image = vector(name);
        for length in 0..image.len() {
            refused_at_once(&format!("{name} cut to {length}"), &image[..length]);
        }
    }
}

/// Writes the bits of a packet header (T.800 B.10.1): after an octet FF comes a zero bit.
#[derive(Default)]
struct Bits {
    octets: Vec<u8>,
    current: u8,
    left: u8,
}

impl Bits {
    fn put(&mut self, value: u32, count: u8) {
        for bit in (0..count).rev() {
            if self.left == 0 {
                self.left = if self.octets.last() == Some(&0xFF) { 7 } else { 8 };
            }
            self.left -= 1;
            self.current |= u8::try_from(value >> bit & 1).unwrap() << self.left;
            if self.left == 0 {
                self.octets.push(std::mem::take(&mut self.current));
            }
        }
    }

    fn finish(mut self) -> Vec<u8> {
        if self.left > 0 || self.octets.last() == Some(&0xFF) {
            self.octets.push(self.current);
        }
        self.octets
    }
}

/// The most work that an image of the default limits makes: 2 Mi pixels, each code-block with all 94 passes over 32 bit
/// planes, and noise as its data.
fn laborious(side: u32, components: u16, octets: u32) -> Vec<u8> {
    let mut stream = Stream { components, ..Stream::new(side, side) };
    let across = side.div_ceil(64);
    let mut noise = 1_u32;
    for _ in 0..components {
        let mut header = Bits::default();
        header.put(1, 1);
        let mut seen = std::collections::BTreeSet::new();
        for y in 0..across {
            for x in 0..across {
                // Nodes of the tag trees that are new on the way down to this code-block: each has the value 0.
                let new = (0..=across.next_power_of_two().ilog2())
                    .filter(|level| seen.insert((*level, x >> level, y >> level)))
                    .count();
                let ones = u8::try_from(new).unwrap();
                header.put((1 << ones) - 1, ones);
                header.put((1 << ones) - 1, ones);
                // 94 passes, the length's bits as they are, the length.
                header.put(0b1_1111_1111, 9);
                header.put(94 - 37, 7);
                header.put(0, 1);
                header.put(octets, 9);
            }
        }
        stream.data.extend(header.finish());
        for _ in 0..across * across * octets {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            // No marker in it.
            stream.data.push(u8::try_from(noise >> 24).unwrap() & 0x7F);
        }
    }
    stream.bytes()
}

/// A progressive JPEG of this side and so many scans, each over all of its blocks.
fn many_scans(side: u16, scans: usize) -> Vec<u8> {
    let blocks = usize::from(side.div_ceil(8)).pow(2);
    // One code each: DC difference 0; a run of 2^14 and up blocks without AC coefficients.
    let table = |class: u8, symbol: u8| {
        let mut counts = [0; 16];
        counts[0] = 1;
        segment(0xC4, &[&[class][..], &counts, &[symbol]].concat())
    };
    let mut parts = vec![
        segment(0xDB, &[&[0][..], &[1; 64]].concat()),
        frame(0xC2, 8, side, side, 1),
        table(0x00, 0),
        table(0x10, 0xE0),
        segment(0xDA, &[1, 0, 0, 0, 0, 0]),
        vec![0; blocks.div_ceil(8)],
    ];
    for scan in 1..scans {
        let band = u8::try_from((scan - 1) % 63 + 1).unwrap();
        parts.push(segment(0xDA, &[1, 0, 0, band, band, 0]));
        let mut left = blocks;
        let mut bits = Bits::default();
        while left > 0 {
            let run = left.clamp(1 << 14, (1 << 15) - 1);
            bits.put(u32::try_from(run - (1 << 14)).unwrap(), 15);
            left = left.saturating_sub(run);
        }
        parts.push(bits.finish());
    }
    jpeg(&parts.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

#[test]
fn the_largest_images_that_are_accepted_stay_within_their_bounds() {
    let _turn = alone();
    let patient = ImageLimits { time: Duration::from_secs(120), ..ImageLimits::default() };
    for (name, image, most_bytes) in [
        ("JPEG 2000, 1 448 × 1 448, 3 components, 94 passes each", laborious(1_448, 3, 511), 128 << 20),
        ("JPEG 2000, the same without data", laborious(1_448, 3, 0), 128 << 20),
        (
            "JPEG 2000, 1 448 × 1 448, 2 components, code-blocks of 4 × 4 in precincts of 4 × 4",
            Stream {
                components: 2,
                block: [0, 0],
                precinct: Some(0x22),
                data: vec![0; 1 << 19],
                ..Stream::new(1_448, 1_448)
            }
            .bytes(),
            128 << 20,
        ),
        ("JPEG, 1 448 × 1 448, 64 scans", many_scans(1_448, BOUNDS.image_scans), 64 << 20),
    ] {
        assert!(image.len() <= patient.bytes, "{name}: {}", image.len());
        let (outcome, bytes, time) = measured(&image, &patient);
        println!("{name}: {} bytes of image, {} MiB allocated, {time:?}", image.len(), bytes >> 20);
        assert_eq!(outcome.map(|picture| picture.width()).unwrap_or_default(), 1_448, "{name}");
        assert!(bytes < most_bytes, "{name}: {bytes}");
        assert!(time < Duration::from_secs(30), "{name}: {time:?}");
    }
}

#[test]
fn a_late_decoder_is_not_waited_for() {
    let _turn = alone();
    let before = LIVE.load(SeqCst);
    let image = laborious(1_448, 3, 511);
    let limits = ImageLimits { time: Duration::from_millis(1), ..ImageLimits::default() };
    let start = Instant::now();
    assert_eq!(decode(&image, &limits).unwrap_err(), ImageError::TooSlow);
    assert!(start.elapsed() < Duration::from_secs(1));
    // Unheard, it comes to its end, and what it took is given back.
    let end = Instant::now() + Duration::from_secs(60);
    while LIVE.load(SeqCst) > before + (8 << 20) && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(LIVE.load(SeqCst) <= before + (8 << 20), "{}", LIVE.load(SeqCst));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_changed_image_makes_a_panic_or_takes_more_than_it_may(
        which in 0..VECTORS.len(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        let _turn = alone();
        let mut image = vector(VECTORS[which]);
        for (at, octet) in changes {
            let at = at.index(image.len());
            image[at] = octet;
        }
        if let Some(cut) = cut {
            image.truncate(cut.index(image.len()));
        }
        let (outcome, bytes, time) = measured(&image, &ImageLimits::default());
        prop_assert!(bytes < 128 << 20, "{bytes}");
        prop_assert!(time < Duration::from_secs(5), "{time:?}");
        if let Ok(picture) = outcome {
            let pixels = u64::from(picture.width()) * u64::from(picture.height());
            prop_assert!(pixels <= ImageLimits::default().pixels);
            prop_assert_eq!(picture.rgb().len(), usize::try_from(pixels * 3).unwrap());
        }
    }

    #[test]
    fn no_octets_at_all_make_a_panic(begins in 0..4_usize, rest in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _turn = alone();
        let begins: &[u8] = [JPEG, JP2, &[0xFF, 0x4F, 0xFF, 0x51], &[]][begins];
        let _ = decode(&[begins, &rest].concat(), &ImageLimits::default());
    }
}
