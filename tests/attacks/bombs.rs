//! X-BOMB: what is made to cost. Every bound is counted: exchanges and bytes over the line, signatures tried, bytes that
//! the library holds and takes while it judges.
//!
//! **Memory**: whatever is in the files, judging them holds at no moment more than [`HELD`] times their bytes and 256 KiB,
//! and takes in all no more than [`TAKEN`] times their bytes and 4 MiB.

use crate::counting::counted;
use crate::forge::{P256, Trust, Victim, base, fails, foreign, listed, open, read};
use crate::reading::{lines, now, read_or_part};
use crate::trust_changes::AddTrust as _;
use chipid::image::{ImageLimits, decode};
use chipid::internals::crypto::PublicKey;
use chipid::internals::issuer::{
    CertificateFields, CurveForm, Extension, Issuer, IssuerPlan, SecurityObject, attribute,
};
use chipid::internals::oid;
use chipid::internals::pki::{Certificate, SignatureBudget, SignedData};
use chipid::internals::tlv::{self, Reader, Tag};
use chipid::lds::{DataGroup, Dg2, Dg11, Dg12, FileId, ImageFormat};
use chipid::sim::profile::{self, Contents};
use chipid::sim::{File, Folder, Profile, SimulatedCard};
use chipid::transport::Transport;
use chipid::trust::{Chain, Refusal, TrustStore, find_anchor};
use chipid::{BOUNDS, CheckId, Document, Error, Password, Proofs, Reason, Report, TransportError, Verdict};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering::SeqCst};
use time::macros::datetime;

pub const ITEMS: crate::Items = &[
    ("TLV nesting", &["x_bomb_data_objects_in_data_objects_end_at_the_sixteenth"]),
    ("length 2³²−1", &["x_bomb_a_length_of_four_gigabytes_is_not_believed"]),
    ("indefinite length", &["x_bomb_an_indefinite_length_ends_with_the_bytes"]),
    ("DG11/DG12 counts", &["x_bomb_counts_of_dg11_and_dg12_are_capped"]),
    ("DG2 with 255 faces", &["x_bomb_of_255_faces_sixteen_are_read"]),
    ("JP2 65535×65535", &["x_bomb_an_image_of_four_gigapixels_is_handed_out_and_not_decoded"]),
    ("endless file", &["x_bomb_an_endless_file_ends_with_the_budget"]),
    ("endless 61xx/6Cxx", &["x_bomb_61xx_and_6cxx_for_ever_end_with_the_budget"]),
    ("one-byte responses", &["x_bomb_one_byte_at_a_time_ends_with_the_budget"]),
    ("1 MB SOD", &["x_bomb_an_ef_sod_of_a_megabyte_is_judged_within_its_bounds"]),
    ("10 000 SecurityInfos", &["x_bomb_ten_thousand_security_infos_are_refused"]),
    (
        "RSA 65536-bit key, e of 4096 bits",
        &["x_bomb_a_giant_rsa_key_is_refused_before_it_is_computed_with", "x_bomb_signatures_tried_are_counted"],
    ),
    ("DH p of 32 kbit", &["x_bomb_a_giant_dh_group_is_refused_before_it_is_computed_with"]),
];

/// What judging holds at most, in multiples of the files' bytes, beside 256 KiB.
const HELD: usize = 2;
/// What judging takes in all, in multiples of the files' bytes, beside 4 MiB.
const TAKEN: usize = 16;
const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

/// The most that was held, and taken, in percent of the files' bytes.
static MOST_HELD: AtomicUsize = AtomicUsize::new(0);
static MOST_TAKEN: AtomicUsize = AtomicUsize::new(0);

/// A document as it is stored.
#[derive(Clone)]
struct Stored {
    files: BTreeMap<FileId, Vec<u8>>,
    proofs: Proofs,
}

impl Stored {
    fn of(victim: &Victim) -> Self {
        let document = read(victim.card(), &victim.password());
        let files = document.files().map(|(file, bytes)| (file, bytes.to_vec())).collect();
        Self { files, proofs: document.proofs() }
    }

    fn with(&self, file: FileId, content: &[u8]) -> Self {
        let mut other = self.clone();
        other.files.insert(file, content.to_vec());
        other
    }

    /// Judges it, within the bounds of memory.
    fn judge(&self, name: &str, trust: &TrustStore) -> Report {
        let bytes: usize = self.files.values().map(Vec::len).sum();
        let document = Document::from_files(self.files.clone(), Some(self.proofs.clone()));
        let found = counted(|| document.verify(trust, now()));
        let told = |what: &str, taken: usize| format!("{name}: {what} {taken} bytes for {bytes}");
        assert!(found.peak <= HELD * bytes + 256 * KIB, "{}", told("holds", found.peak));
        assert!(found.taken <= TAKEN * bytes + 4 * MIB, "{}", told("takes", found.taken));
        for (most, taken, what) in [(&MOST_HELD, found.peak, "holds"), (&MOST_TAKEN, found.taken, "takes")] {
            let percent = 100 * taken.saturating_sub(256 * KIB) / bytes;
            if most.fetch_max(percent, SeqCst) < percent {
                println!("{percent} % beyond 256 KiB: {}", told(what, taken));
            }
        }
        found.value
    }

    /// Judges it under the trust that knows most: never more than undetermined.
    fn is_refused(&self, name: &str, victim: &Victim) -> Report {
        let report = self.judge(name, victim.trust(Trust::All));
        assert!(report.verdict() <= Verdict::Undetermined, "{name}\n{}", lines(&report));
        report
    }
}

const FILES: [(FileId, u8); 14] = [
    (FileId::Sod, 0x77),
    (FileId::Com, 0x60),
    (FileId::CardAccess, 0x31),
    (FileId::CardSecurity, 0x30),
    (FileId::DataGroup(DataGroup::DG1), 0x61),
    (FileId::DataGroup(DataGroup::DG2), 0x75),
    (FileId::DataGroup(DataGroup::DG7), 0x67),
    (FileId::DataGroup(DataGroup::DG11), 0x6B),
    (FileId::DataGroup(DataGroup::DG12), 0x6C),
    (FileId::DataGroup(DataGroup::DG13), 0x6D),
    (FileId::DataGroup(DataGroup::DG14), 0x6E),
    (FileId::DataGroup(DataGroup::DG15), 0x6F),
    (FileId::DataGroup(DataGroup::DG16), 0x70),
    (FileId::DataGroup(DataGroup::DG5), 0x65),
];

/// What passes over a line.
#[derive(Default)]
struct Counts {
    exchanges: AtomicU32,
    bytes: AtomicUsize,
}

/// A line that counts; what comes back is up to whoever speaks for the card.
struct Line<F> {
    card: SimulatedCard,
    counts: Arc<Counts>,
    speak: F,
}

impl<F: FnMut(&mut SimulatedCard, &[u8]) -> Vec<u8> + Send> Transport for Line<F> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let answer = (self.speak)(&mut self.card, command);
        self.counts.exchanges.fetch_add(1, SeqCst);
        self.counts.bytes.fetch_add(answer.len(), SeqCst);
        Ok(answer)
    }

    fn reset(&mut self) -> Result<(), TransportError> {
        self.card.reset()
    }

    fn atr(&self) -> &[u8] {
        self.card.atr()
    }

    fn reader(&self) -> &str {
        self.card.reader()
    }
}

/// A reading and what it cost.
struct Reading {
    outcome: Result<Document, (Error, Option<Document>)>,
    exchanges: u32,
    bytes: usize,
}

impl Reading {
    /// Reads over such a line; the budgets hold whatever the card says.
    fn over(
        card: SimulatedCard,
        password: &Password,
        speak: impl FnMut(&mut SimulatedCard, &[u8]) -> Vec<u8> + Send + 'static,
    ) -> Self {
        let counts = Arc::new(Counts::default());
        let outcome = read_or_part(Box::new(Line { card, counts: Arc::clone(&counts), speak }), password);
        let reading = Self { outcome, exchanges: counts.exchanges.load(SeqCst), bytes: counts.bytes.load(SeqCst) };
        assert!(reading.exchanges <= BOUNDS.exchanges, "{} exchanges", reading.exchanges);
        assert!(reading.bytes < BOUNDS.total_bytes + 65_538, "{} bytes", reading.bytes);
        reading
    }

    fn document(&self) -> Option<&Document> {
        match &self.outcome {
            Ok(document) => Some(document),
            Err((_, document)) => document.as_ref(),
        }
    }

    /// What was read is worth nothing; gives the code of the error, where one ended the reading.
    fn is_refused(&self, name: &str, trust: &TrustStore) -> Option<String> {
        if let Some(document) = self.document() {
            let report = document.verify(trust, now());
            assert!(report.verdict() <= Verdict::Undetermined, "{name}\n{}", lines(&report));
        }
        self.outcome.as_ref().err().map(|(error, _)| error.code())
    }
}

/// An honest line.
fn honest(card: &mut SimulatedCard, command: &[u8]) -> Vec<u8> {
    card.transmit(command).unwrap()
}

/// The card with this content in this file.
fn with_file(mut card: SimulatedCard, file: FileId, content: &[u8]) -> SimulatedCard {
    let folder = if file.is_in_master_file() { Folder::Master } else { Folder::Application };
    let files = card.files_mut();
    match files.iter_mut().find(|own| (own.folder, own.fid) == (folder, file.fid())) {
        Some(own) => own.content = content.to_vec(),
        None => files.push(File { folder, sfi: file.sfi(), ..File::application(file.fid(), content.to_vec()) }),
    }
    card
}

/// Data objects in data objects, each of these first octets and a length of three, `octets` in all.
fn nested(outer: u8, tag: u8, octets: usize) -> Vec<u8> {
    let mut whole = Vec::with_capacity(octets);
    while octets - whole.len() >= 5 {
        let length = u32::try_from(octets - whole.len() - 5).unwrap().to_be_bytes();
        whole.push(if whole.is_empty() { outer } else { tag });
        whole.extend([0x83, length[1], length[2], length[3]]);
    }
    whole.resize(octets, 0);
    whole
}

/// The same with indefinite lengths, closed or open.
fn nested_indefinite(outer: u8, tag: u8, depth: usize, closed: bool) -> Vec<u8> {
    let open = [[outer, 0x80].as_slice(), &[tag, 0x80].repeat(depth - 1)].concat();
    let close = if closed { vec![0; 2 * depth] } else { Vec::new() };
    [open, close].concat()
}

#[test]
fn x_bomb_data_objects_in_data_objects_end_at_the_sixteenth() {
    let victim = Victim::new(base());
    let stored = Stored::of(&victim);
    for (file, tag) in FILES {
        for inner in [0x30, 0x31, 0xA0, 0x24, 0x7F] {
            // 7F is the first octet of a long tag: 7F83….
            let bomb = nested(tag, inner, MIB);
            stored.with(file, &bomb).is_refused(&format!("{file} of {inner:02X}"), &victim);
        }
        for closed in [true, false] {
            let bomb = nested_indefinite(tag, 0x30, MIB / 4, closed);
            stored.with(file, &bomb).is_refused(&format!("{file}, indefinite, {closed}"), &victim);
        }
    }
    // In the middle of a genuine file: as deep as is read, and one deeper, in the content of EF.SOD.
    for depth in [1, usize::from(BOUNDS.tlv_depth), usize::from(BOUNDS.tlv_depth) + 1, 1_000] {
        let card = victim.with_fields(|fields| {
            let nested = (0..depth).fold(vec![0x05, 0x00], |inner, _| tlv::encode(Tag::SEQUENCE, &inner));
            let mut attributes = fields.signed_attributes.take().unwrap();
            attributes.push(attribute(oid::COMMON_NAME, &nested));
            attributes.sort();
            fields.signed_attributes = Some(attributes);
        });
        // What is signed beside what counts is never walked into.
        victim.accepts(&format!("an attribute {depth} deep"), card);
    }
    // Over the line: a megabyte of nesting costs what a megabyte costs.
    let bomb = nested(0x77, 0x30, MIB);
    let reading = Reading::over(with_file(victim.card(), FileId::Sod, &bomb), &victim.password(), honest);
    assert_eq!(reading.is_refused("EF.SOD", victim.trust(Trust::All)), None);
    assert!(reading.exchanges < 64, "{} exchanges", reading.exchanges);
}

#[test]
fn x_bomb_a_length_of_four_gigabytes_is_not_believed() {
    let victim = Victim::new(base());
    let stored = Stored::of(&victim);
    let huge = [0x84, 0xFF, 0xFF, 0xFF, 0xFF];
    for (file, tag) in FILES {
        let content = [&[tag][..], &huge, &[0x5A; 4_000]].concat();
        stored.with(file, &content).is_refused(&file.to_string(), &victim);
        // Over the line: refused by its header.
        if matches!(file, FileId::Sod | FileId::Com | FileId::DataGroup(_)) && stored.files.contains_key(&file) {
            let reading = Reading::over(with_file(victim.card(), file, &content), &victim.password(), honest);
            let code = reading.is_refused(&file.to_string(), victim.trust(Trust::All));
            assert_eq!(code.as_deref(), Some("protocol.budget"), "{file}");
            assert!(reading.exchanges < 32, "{file}: {} exchanges", reading.exchanges);
        }
    }
    // Every length within the genuine EF.SOD, one after the other.
    let sod = stored.files[&FileId::Sod].clone();
    let mut replaced = 0;
    for at in 1..sod.len() {
        let is_length = matches!(sod[at - 1], 0x02 | 0x04 | 0x06 | 0x30 | 0x31 | 0xA0 | 0x77);
        if is_length {
            let bomb = [&sod[..at], &huge, &sod[at + 1..]].concat();
            stored.with(FileId::Sod, &bomb).is_refused(&format!("EF.SOD at {at}"), &victim);
            replaced += 1;
        }
    }
    println!("{replaced} lengths of EF.SOD");
    assert!(replaced > 100);
}

#[test]
fn x_bomb_an_indefinite_length_ends_with_the_bytes() {
    let victim = Victim::new(base());
    let stored = Stored::of(&victim);
    for (file, tag) in FILES {
        for content in [
            [&[tag, 0x80][..], &[0x5A; 40_000]].concat(),
            [&[tag, 0x80][..], &[0x30, 0x80, 0x00].repeat(100_000)].concat(),
            [&[tag, 0x80][..], &[0x04, 0x00].repeat(200_000)].concat(),
            [&[tag, 0x80][..], &[0x30, 0x80, 0x00, 0x00].repeat(100_000)].concat(),
        ] {
            stored.with(file, &content).is_refused(&format!("{file}, {} bytes", content.len()), &victim);
        }
    }
    // A length that is not told cannot cut the file: what one read gave is what there is.
    for file in [FileId::Sod, FileId::DataGroup(DataGroup::DG1), FileId::DataGroup(DataGroup::DG14)] {
        let tag = stored.files[&file][0];
        let content = [&[tag, 0x80][..], &[0x04, 0x00].repeat(400_000)].concat();
        let reading = Reading::over(with_file(victim.card(), file, &content), &victim.password(), honest);
        reading.is_refused(&file.to_string(), victim.trust(Trust::All));
        assert!(reading.exchanges < 32, "{file}: {} exchanges", reading.exchanges);
    }
}

/// A victim whose issuer signed this data group too, or in the place of its own.
fn with_group(number: u8, file: Vec<u8>) -> Victim {
    let profile = base();
    let issuer = profile.issuer().unwrap();
    let mut groups = profile.groups().unwrap();
    groups.retain(|(own, _)| *own != number);
    groups.push((number, file));
    groups.sort();
    let contents = contents_of(&profile, &issuer, groups);
    let (csca, ds) = (issuer.csca().to_vec(), issuer.ds().to_vec());
    Victim::issued_by(profile, issuer, contents, &csca, &ds)
}

fn contents_of(profile: &Profile, issuer: &Issuer, groups: Vec<(u8, Vec<u8>)>) -> Contents {
    let sod = issuer.sod(&listed(&groups)).unwrap();
    profile.contents_with(groups, sod)
}

#[test]
fn x_bomb_counts_of_dg11_and_dg12_are_capped() {
    for (number, outer, inner) in [(11, 0x6B, 0x5F0F), (12, 0x6C, 0x5F1A)] {
        let one = tlv::encode(Tag(inner), b"MUSTER<<ANNA");
        let names = |count: usize, stated: u8| tlv::encode_all(Tag(0xA0), &[&[0x02, 0x01, stated], &one.repeat(count)]);
        let list = |octets: usize| tlv::encode(Tag(0x5C), &[0x5F, 0x0E].repeat(octets / 2));
        let bombs = [
            ("names", [list(2), names(16_000, 0xFF)].concat()),
            ("more names stated than there are", [list(2), names(1, 0xFF)].concat()),
            ("a tag list", list(200_000)),
            ("tag lists", list(2).repeat(40_000)),
            ("templates of names", names(1, 1).repeat(10_000)),
            ("loose names", one.repeat(16_000)),
            ("unknown objects", [0x5F, 0x70, 0x00].repeat(70_000)),
            ("empty fields", [0x5F, 0x0E, 0x00].repeat(70_000)),
        ];
        for (what, content) in bombs {
            // The issuer signed it: nothing is wrong with the document but the form of one group.
            let file = tlv::encode(Tag(outer), &content);
            let (names, others, findings) = match number {
                11 => {
                    let dg11 = Dg11::parse(&file).unwrap();
                    (dg11.other_names.len(), dg11.others.len(), dg11.findings.len())
                }
                _ => {
                    let dg12 = Dg12::parse(&file).unwrap();
                    (dg12.other_persons.len(), dg12.others.len(), dg12.findings.len())
                }
            };
            let counts = format!("{what}: {names} names, {others} others, {findings} findings");
            assert!(names <= BOUNDS.names && others <= BOUNDS.other_objects && findings <= BOUNDS.findings, "{counts}");
            let victim = with_group(number, file);
            let report = Stored::of(&victim).judge(&format!("DG{number} of {what}"), victim.trust(Trust::All));
            assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
        }
    }
}

/// A face record of ISO/IEC 19794-5 with this many images.
fn faces(image: &[u8], count: usize, size: [u16; 2]) -> Vec<u8> {
    let one = [
        &u32::try_from(32 + image.len()).unwrap().to_be_bytes()[..],
        &[0; 16],
        &[1, 1],
        &size[0].to_be_bytes(),
        &size[1].to_be_bytes(),
        &[1, 0, 0, 0, 0, 0],
        image,
    ]
    .concat();
    let all = one.repeat(count);
    let length = u32::try_from(14 + all.len()).unwrap().to_be_bytes();
    [b"FAC\x00010\x00".as_slice(), &length, &[0, u8::try_from(count).unwrap()], &all].concat()
}

/// EF.DG2 of these records, a template for each.
fn dg2(stated: u8, records: &[Vec<u8>]) -> Vec<u8> {
    let header = tlv::encode(Tag(0xA1), &[0x81, 1, 2, 0x82, 1, 0, 0x87, 2, 1, 1, 0x88, 2, 0, 8]);
    let template = |record: &Vec<u8>| tlv::encode_all(Tag(0x7F60), &[&header, &tlv::encode(Tag(0x5F2E), record)]);
    let templates: Vec<u8> = records.iter().flat_map(template).collect();
    tlv::encode(Tag(0x75), &tlv::encode_all(Tag(0x7F61), &[&[0x02, 0x01, stated], &templates]))
}

/// A JPEG 2000 image that states this size and holds nothing, in the boxes of JP2.
fn jp2(width: u32, height: u32) -> Vec<u8> {
    let boxed = |kind: &[u8; 4], content: &[u8]| {
        [&u32::try_from(content.len() + 8).unwrap().to_be_bytes()[..], kind, content].concat()
    };
    let segment = |marker: u8, content: &[u8]| {
        [&[0xFF, marker][..], &u16::try_from(content.len() + 2).unwrap().to_be_bytes(), content].concat()
    };
    let sides = [width.to_be_bytes(), height.to_be_bytes()].concat();
    let size = [&[0, 0][..], &sides, &[0; 8], &sides, &[0; 8], &[0, 3], &[7, 1, 1].repeat(3)].concat();
    let stream = [
        vec![0xFF, 0x4F],
        segment(0x51, &size),
        segment(0x52, &[0, 0, 0, 1, 0, 5, 4, 4, 0, 1]),
        segment(0x5C, &[&[0xE0][..], &[26 << 3; 16]].concat()),
        segment(0x90, &[0, 0, 0, 0, 0, 14, 0, 1]),
        vec![0xFF, 0x93, 0xFF, 0xD9],
    ]
    .concat();
    let header = [&height.to_be_bytes()[..], &width.to_be_bytes(), &[0, 3, 7, 7, 0, 0]].concat();
    [
        boxed(b"jP  ", &[0x0D, 0x0A, 0x87, 0x0A]),
        boxed(b"ftyp", b"jp2 \0\0\0\0jp2 "),
        boxed(b"jp2h", &boxed(b"ihdr", &header)),
        boxed(b"jp2c", &stream),
    ]
    .concat()
}

#[test]
fn x_bomb_of_255_faces_sixteen_are_read() {
    let image = [&[0xFF, 0xD8, 0xFF, 0xE0][..], &[0; 60], &[0xFF, 0xD9]].concat();
    for (what, file) in [
        ("in one record", dg2(1, &[faces(&image, 255, [16, 16])])),
        ("in templates", dg2(255, &vec![faces(&image, 1, [16, 16]); 255])),
        ("in templates of many", dg2(255, &vec![faces(&image, 20, [16, 16]); 255])),
        ("stated alone", dg2(255, &[faces(&image, 1, [16, 16])])),
    ] {
        let parsed = counted(|| Dg2::parse(&file).map(|dg2| (dg2.faces.len(), dg2.findings.len())));
        let (read, findings) = parsed.value.unwrap();
        assert!(read <= BOUNDS.faces && findings <= BOUNDS.findings, "{what}: {read} faces, {findings} findings");
        assert!(parsed.peak <= 32 * KIB, "{what}: {} bytes", parsed.peak);
        let victim = with_group(2, file);
        let report = Stored::of(&victim).judge(what, victim.trust(Trust::All));
        assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
        assert_eq!(report.portrait().unwrap().image, image, "{what}");
    }
}

#[test]
fn x_bomb_an_image_of_four_gigapixels_is_handed_out_and_not_decoded() {
    let bomb = jp2(65_535, 65_535);
    let file = dg2(1, &[faces(&bomb, 1, [65_535, 65_535])]);
    let dg2 = Dg2::parse(&file).unwrap();
    assert_eq!((dg2.faces[0].format, dg2.faces[0].image), (ImageFormat::Jp2, bomb.as_slice()));
    let victim = with_group(2, file.clone());
    let report = Stored::of(&victim).judge("JP2", victim.trust(Trust::All));
    assert_eq!(report.portrait().unwrap().image, bomb);
    // Who does decode refuses it by its headers, and takes no memory for it.
    let refused = counted(|| decode(&bomb, &ImageLimits::default()).map(|_| ()));
    assert_eq!(refused.value.unwrap_err().code(), "too_much");
    assert!(refused.taken <= 4 * KIB + 2 * bomb.len(), "{} bytes", refused.taken);
    // The same headers of a small image pass this gate: it is the size that is refused.
    let small = decode(&jp2(16, 16), &ImageLimits::default());
    assert_ne!(small.err().map(|error| error.code()), Some("too_much"));
}

/// A card without access control whose data groups are these many files of a megabyte, each filled to the end.
fn fat(groups: core::ops::RangeInclusive<u8>, max_answer: usize) -> (Profile, SimulatedCard) {
    let tags = [(5, 0x65), (6, 0x66), (7, 0x67), (8, 0x68), (9, 0x69), (10, 0x6A), (16, 0x70)];
    let file = |tag| tlv::encode(Tag(tag), &vec![0x5A; MIB - 5]);
    let more = tags.into_iter().filter(|(number, _)| groups.contains(number)).map(|(number, tag)| (number, file(tag)));
    let profile = Profile { more_groups: more.collect(), ..profile::plain() }.with_max_answer(max_answer);
    let card = profile.card().unwrap();
    (profile, card)
}

#[test]
fn x_bomb_an_endless_file_ends_with_the_budget() {
    // Files that each may be that long, and together may not.
    let (profile, card) = fat(5..=16, 65_536);
    let trust = crate::reading::trust(&profile);
    let reading = Reading::over(card, &Password::none(), honest);
    assert_eq!(reading.is_refused("seven megabytes", &trust).as_deref(), Some("protocol.budget"));
    assert!(reading.bytes >= BOUNDS.total_bytes && reading.exchanges < 128, "{} exchanges", reading.exchanges);
    // In short answers the exchanges are spent first.
    let (_, card) = fat(5..=6, 128);
    let reading = Reading::over(card, &Password::none(), honest);
    assert_eq!(reading.is_refused("short answers", &trust).as_deref(), Some("protocol.budget"));
    assert_eq!(reading.exchanges, BOUNDS.exchanges);
    // One of them, whole: it is read.
    let (profile, card) = fat(5..=5, 65_536);
    let reading = Reading::over(card, &Password::none(), honest);
    let report = reading.document().unwrap().verify(&crate::reading::trust(&profile), now());
    assert_eq!(report.verdict(), Verdict::DataAuthentic, "{}", lines(&report));
    // A file that states one byte more than may be is refused by its header.
    let stated = u32::try_from(BOUNDS.file_bytes - 4).unwrap().to_be_bytes();
    for file in [FileId::Sod, FileId::DataGroup(DataGroup::DG1)] {
        let tag = if file == FileId::Sod { 0x77 } else { 0x61 };
        let content = [&[tag, 0x83, stated[1], stated[2], stated[3]][..], &[0; 100]].concat();
        let card = with_file(profile::plain().card().unwrap(), file, &content);
        let reading = Reading::over(card, &Password::none(), honest);
        assert_eq!(reading.is_refused("one more", &trust).as_deref(), Some("protocol.budget"));
        assert!(reading.exchanges < 16, "{} exchanges", reading.exchanges);
    }
    // A card that answers each READ BINARY with as many bytes as were asked for, whatever the offset.
    for first in [[0x77, 0x83, 0x0F, 0xFF, 0xFB], [0x5F, 0x81, 0x81, 0x01, 0x00], [0x77, 0x84, 0x00, 0x0F, 0xFF]] {
        let card = profile::plain().card().unwrap();
        let reading = Reading::over(card, &Password::none(), move |card, command| match command {
            [0x00, 0xB0 | 0xB1, at, _, rest @ ..] if *at != 0x9C && *at != 0x81 => {
                let asked = match rest {
                    [0] => 256,
                    [length] => usize::from(*length),
                    _ => 256,
                };
                let mut data = vec![0x04; asked];
                data.iter_mut()
                    .zip(first)
                    .take(if at & 0x80 == 0 { 0 } else { 5 })
                    .for_each(|(own, first)| *own = first);
                [data, vec![0x90, 0x00]].concat()
            }
            _ => honest(card, command),
        });
        reading.is_refused("for ever", &trust);
        assert!(reading.bytes <= BOUNDS.total_bytes + 65_538);
    }
}

#[test]
fn x_bomb_61xx_and_6cxx_for_ever_end_with_the_budget() {
    type Speak = fn(&mut SimulatedCard, &[u8]) -> Vec<u8>;
    let trust = crate::reading::trust(&profile::plain());
    let cases: [(&str, Speak, u32); 8] = [
        ("61 without data", |_, _| vec![0x61, 0x01], 8),
        ("61 with a byte", |_, _| vec![7, 0x61, 0x01], BOUNDS.answer_parts + 8),
        ("61 with 256 bytes", |_, _| [vec![7; 256], vec![0x61, 0x00]].concat(), BOUNDS.answer_parts + 8),
        ("6C", |_, _| vec![0x6C, 0x05], 64),
        ("6C 00", |_, _| vec![0x6C, 0x00], 64),
        ("6C as was asked", |_, command| vec![0x6C, *command.last().unwrap()], 64),
        ("61, then 6C", |_, command| if command[1] == 0xC0 { vec![0x6C, 0x01] } else { vec![0x61, 0x01] }, 64),
        (
            "6C, then 61 with a byte",
            |_, command| match command {
                [_, 0xC0, _, _, 1] => vec![7, 0x61, 0x02],
                [_, 0xC0, ..] => vec![0x6C, 0x01],
                _ => vec![0x61, 0x02],
            },
            2 * BOUNDS.answer_parts + 8,
        ),
    ];
    // From each of the first exchanges on, over a plain card and over one with PACE.
    let victim = Victim::new(base());
    let whole_plain = read(profile::plain().card().unwrap(), &Password::none()).exchanges();
    let whole = read(victim.card(), &victim.password()).exchanges();
    for (name, speak, most) in cases {
        for (plain, password, whole) in [(true, Password::none(), whole_plain), (false, victim.password(), whole)] {
            for at in 0..whole {
                let card = if plain { profile::plain().card().unwrap() } else { victim.card() };
                let mut count = 0;
                let reading = Reading::over(card, &password, move |card, command| {
                    count += 1;
                    if count > at { speak(card, command) } else { honest(card, command) }
                });
                let trust = if plain { &trust } else { victim.trust(Trust::All) };
                reading.is_refused(name, trust);
                // Access may be opened anew where a length may be to blame, and the file be asked for in another way.
                let most = at + 4 * most;
                assert!(reading.exchanges <= most, "{name} from {at}: {} exchanges", reading.exchanges);
            }
        }
    }
    // Honest cards answer in parts too, and with 6Cxx: they are read.
    for quirk in [chipid::sim::Quirk::ChopsAnswers, chipid::sim::Quirk::LargeLe6cxx] {
        let card = base().with_quirk(quirk).card_with(victim.contents()).unwrap();
        let document = read(card, &victim.password());
        assert_eq!(document.verify(victim.trust(Trust::Csca), now()).verdict(), Verdict::Genuine, "{quirk}");
    }
}

#[test]
fn x_bomb_one_byte_at_a_time_ends_with_the_budget() {
    let trust = crate::reading::trust(&profile::plain());
    let one_byte = |card: &mut SimulatedCard, command: &[u8]| match command {
        [0x00, 0xB0, p1, p2, ..] => honest(card, &[0x00, 0xB0, *p1, *p2, 0x01]),
        _ => honest(card, command),
    };
    let reading = Reading::over(profile::plain().card().unwrap(), &Password::none(), one_byte);
    assert_eq!(reading.is_refused("one byte", &trust).as_deref(), Some("protocol.budget"));
    assert_eq!(reading.exchanges, BOUNDS.exchanges);
    assert!(reading.bytes <= 3 * usize::try_from(BOUNDS.exchanges).unwrap() + 64);
    // None at all is no progress.
    let none = |card: &mut SimulatedCard, command: &[u8]| match command {
        [0x00, 0xB0, ..] => vec![0x90, 0x00],
        _ => honest(card, command),
    };
    let reading = Reading::over(profile::plain().card().unwrap(), &Password::none(), none);
    assert_eq!(reading.is_refused("no byte", &trust).as_deref(), Some("protocol.no_progress"));
    assert!(reading.exchanges < 64, "{} exchanges", reading.exchanges);
    // A hundred bytes at a time are slow and honest.
    let victim = Victim::new(base());
    let card = base().with_quirk(chipid::sim::Quirk::ShortAnswers).card_with(victim.contents()).unwrap();
    let reading = Reading::over(card, &victim.password(), honest);
    let report = reading.document().unwrap().verify(victim.trust(Trust::Csca), now());
    assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
}

#[test]
fn x_bomb_an_ef_sod_of_a_megabyte_is_judged_within_its_bounds() {
    let victim = Victim::new(base());
    let stored = Stored::of(&victim);
    let signed = |change: &dyn Fn(&mut chipid::internals::issuer::SignedDataFields)| {
        let mut fields = victim.sod_fields();
        change(&mut fields);
        victim.issuer.sign_sod(&fields).unwrap()
    };
    let large = |serial: u8, octets: usize| {
        let filler = Extension { id: oid::CERTIFICATE_POLICIES, critical: false, value: vec![0x5A; octets] };
        let ds = CertificateFields { serial: vec![0x10, 0x01], ..victim.issuer.ds_fields().with(filler) };
        let ds =
            CertificateFields { subject: chipid::internals::issuer::Name::new("VN", "DS", &serial.to_string()), ..ds };
        victim.issuer.sign_with_csca(&ds).unwrap()
    };
    let certificates: Vec<Vec<u8>> = (0..32).map(|serial| large(serial, 31 * KIB)).collect();
    let malformed = fails(CheckId::PaSecurityObject, Reason::Malformed);
    let bombs = [
        (
            "a thousand certificates",
            signed(&|fields| fields.certificates = vec![victim.issuer.ds().to_vec(); 1_000]),
            malformed,
        ),
        // Thirty-two that all bear the signer's name and number: the first is the signer, and it is not.
        (
            "32 of 32 KiB",
            signed(&|fields| fields.certificates = certificates.clone()),
            open(CheckId::PaRevocation, Reason::RevocationNotChecked),
        ),
        (
            "one of a megabyte",
            signed(&|fields| fields.certificates = vec![large(1, MIB - 4 * KIB)]),
            fails(CheckId::PaSignature, Reason::Malformed),
        ),
        (
            "an attribute",
            signed(&|fields| {
                let attributes = fields.signed_attributes.as_mut().unwrap();
                attributes.push(attribute(oid::COMMON_NAME, &tlv::encode(Tag::OCTET_STRING, &vec![0; MIB - 8 * KIB])));
                attributes.sort();
            }),
            open(CheckId::PaRevocation, Reason::RevocationNotChecked),
        ),
        (
            "attributes",
            signed(&|fields| {
                let attributes = fields.signed_attributes.as_mut().unwrap();
                attributes.extend(vec![attribute(oid::COMMON_NAME, &[0x05, 0x00]); 50_000]);
                attributes.sort();
            }),
            malformed,
        ),
        (
            "digest algorithms",
            signed(&|fields| fields.digest_algorithms = vec![fields.digest_algorithms.concat(); 50_000]),
            malformed,
        ),
        ("signers", signed(&|fields| fields.more_signers = vec![vec![0x30, 0x00]; 300_000]), malformed),
        (
            "a signature",
            signed(&|fields| fields.signature = Some(vec![0x30; MIB - 8 * KIB])),
            fails(CheckId::PaSignature, Reason::BadSignature),
        ),
        (
            "hashes",
            {
                let mut object = SecurityObject::over(
                    0,
                    chipid::internals::crypto::DigestAlgorithm::Sha256,
                    &listed(&victim.groups),
                );
                object.hashes = (0..24_000).map(|_| (1, vec![0; 32])).collect();
                victim.issuer.sign_sod(&victim.issuer.sod_fields_over(&object)).unwrap()
            },
            malformed,
        ),
        (
            "a hash",
            {
                let mut object = SecurityObject::over(
                    0,
                    chipid::internals::crypto::DigestAlgorithm::Sha256,
                    &listed(&victim.groups),
                );
                object.hashes[0].1 = vec![0; MIB - 8 * KIB];
                victim.issuer.sign_sod(&victim.issuer.sod_fields_over(&object)).unwrap()
            },
            malformed,
        ),
    ];
    for (name, sod, (id, state, reason)) in bombs {
        assert!(sod.len() > MIB / 8, "{name}: {} bytes", sod.len());
        let report = stored.with(FileId::Sod, &sod).judge(name, victim.trust(Trust::Csca));
        let check = report.check(id).unwrap();
        assert_eq!((check.state, check.reason), (state, reason), "{name}\n{}", lines(&report));
        // Signed in earnest, and only long.
        let is_sound = matches!(name, "32 of 32 KiB" | "an attribute");
        let truth = if is_sound { Verdict::Genuine } else { Verdict::Failed };
        assert_eq!(report.verdict(), truth, "{name}\n{}", lines(&report));
        // One signature at most is tried for it, however it is made.
        if let Ok(data) = SignedData::parse(Reader::ber(&sod).next().unwrap().value)
            && let Ok(signer) = data.only_signer()
        {
            let mut budget = SignatureBudget::new(8);
            let key = PublicKey::from_spki(&victim.issuer.ds_key().spki(CurveForm::Explicit)).unwrap();
            let _ = data.verify(signer, &key, &mut budget);
            let left = core::iter::from_fn(|| budget.take()).count();
            assert!(left >= 6, "{name}: {} signatures", 8 - left);
        }
    }
}

#[test]
fn x_bomb_ten_thousand_security_infos_are_refused() {
    let victim = Victim::new(base());
    let stored = Stored::of(&victim);
    let info = tlv::encode(Tag::SEQUENCE, &[0x06, 0x01, 0x2A, 0x02, 0x01, 0x00]);
    let infos = tlv::encode(Tag::SET, &info.repeat(10_000));
    // In EF.CardAccess: nothing is opened by it.
    let card = with_file(victim.card(), FileId::CardAccess, &infos);
    let reading = Reading::over(card, &victim.password(), honest);
    let (error, document) = reading.outcome.as_ref().err().unwrap();
    assert!(matches!(error, Error::Malformed { .. }) && document.is_none(), "{error}");
    assert!(usize::try_from(reading.exchanges).unwrap() <= infos.len() / 256 + 8, "{} exchanges", reading.exchanges);
    stored.with(FileId::CardAccess, &infos).is_refused("EF.CardAccess", &victim);
    stored.with(FileId::CardSecurity, &infos).is_refused("EF.CardSecurity", &victim);
    // In a DG14 that the issuer signed, the genuine infos first.
    let genuine = stored.files[&FileId::DataGroup(DataGroup::DG14)].clone();
    let set = Reader::new(&genuine).next().unwrap().children().next().unwrap();
    let all = [set.value, &info.repeat(10_000)].concat();
    let dg14 = tlv::encode(Tag(0x6E), &tlv::encode(Tag::SET, &all));
    let mut groups = victim.groups.clone();
    groups.iter_mut().filter(|(number, _)| *number == 14).for_each(|(_, file)| file.clone_from(&dg14));
    let card = victim.profile.card_with(contents_of(&victim.profile, &victim.issuer, groups)).unwrap();
    let by = [fails(CheckId::ChipChipAuthentication, Reason::Malformed)];
    let document = victim.refuses_in("DG14", card, Verdict::Failed, &by, &crate::forge::Way::COUNTER);
    let files = document.files().map(|(file, bytes)| (file, bytes.to_vec())).collect();
    Stored { files, proofs: document.proofs() }.is_refused("DG14", &victim);
}

/// A SubjectPublicKeyInfo of RSA.
fn rsa(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let integer = |number: &[u8]| tlv::encode(Tag::INTEGER, &tlv::integer_content(number));
    let key = tlv::encode_all(Tag::SEQUENCE, &[&integer(modulus), &integer(exponent)]);
    let algorithm = tlv::encode_all(Tag::SEQUENCE, &[&tlv::encode(Tag::OID, oid::RSA_ENCRYPTION.as_der()), &[5, 0]]);
    tlv::encode_all(Tag::SEQUENCE, &[&algorithm, &tlv::encode_all(Tag::BIT_STRING, &[&[0], &key])])
}

/// An odd number of so many octets.
fn odd(octets: usize) -> Vec<u8> {
    [vec![0xC3], vec![0x5A; octets - 2], vec![0x01]].concat()
}

#[test]
fn x_bomb_a_giant_rsa_key_is_refused_before_it_is_computed_with() {
    let victim = Victim::new(base());
    let keys = [
        ("65536 bits", rsa(&odd(8_192), &[1, 0, 1])),
        ("e of 4096 bits", rsa(&odd(256), &odd(512))),
        ("e of 34 bits", rsa(&odd(256), &[2, 0, 0, 0, 1])),
        ("both", rsa(&odd(8_192), &odd(8_190))),
        ("leading zeros", {
            let number = [vec![0; 20_000], odd(1_025)].concat();
            let integer = |number: &[u8]| tlv::encode(Tag::INTEGER, number);
            let key = tlv::encode_all(Tag::SEQUENCE, &[&integer(&number), &integer(&[3])]);
            let algorithm =
                tlv::encode_all(Tag::SEQUENCE, &[&tlv::encode(Tag::OID, oid::RSA_ENCRYPTION.as_der()), &[5, 0]]);
            tlv::encode_all(Tag::SEQUENCE, &[&algorithm, &tlv::encode_all(Tag::BIT_STRING, &[&[0], &key])])
        }),
    ];
    for (name, spki) in keys {
        // Refused by its length: nothing as long as it is even held.
        let refused = counted(|| PublicKey::from_spki(&spki));
        assert!(refused.value.is_err(), "{name}");
        assert!(refused.taken <= 2 * KIB, "{name}: {} bytes", refused.taken);
        // As a document signer that the authority certified.
        let ds = CertificateFields { public_key: spki.clone(), ..victim.issuer.ds_fields() };
        let card = victim.with_signer(&ds, victim.issuer.ds_key(), P256.scheme);
        let by = [fails(CheckId::PaSignature, Reason::BadKey)];
        victim.refuses(name, card, Verdict::Failed, &by);
        // As an authority that somebody hands in.
        let csca = CertificateFields { public_key: spki.clone(), ..victim.issuer.csca_fields() };
        let refusal = TrustStore::empty().add_certificate(&victim.issuer.sign_with_csca(&csca).unwrap());
        assert!(matches!(refusal, Err(Refusal::OwnSignature(_))), "{name}: {refusal:?}");
        // As the chip's key, which the issuer signed: it is not asked for a signature.
        let mut groups = victim.groups.clone();
        let dg15 = tlv::encode(Tag(0x6F), &spki);
        groups.iter_mut().filter(|(number, _)| *number == 15).for_each(|(_, file)| file.clone_from(&dg15));
        let card = victim.profile.card_with(contents_of(&victim.profile, &victim.issuer, groups)).unwrap();
        let reading = Reading::over(card, &victim.password(), honest);
        let document = reading.outcome.unwrap_or_else(|(error, _)| panic!("{name}: {error}"));
        let genuine = read(victim.card(), &victim.password());
        let more_reads = u32::try_from(dg15.len() / 60_000).unwrap();
        assert!(reading.exchanges < genuine.exchanges() + more_reads, "{name}: the chip is not asked");
        let by = [fails(CheckId::ChipActiveAuthentication, Reason::BadKey)];
        victim.refuses_document(name, &document, Verdict::Failed, &by, &crate::forge::Way::COUNTER);
    }
}

#[test]
fn x_bomb_signatures_tried_are_counted() {
    // Two hundred authorities of one name that say nothing of their keys, and a signer of that name.
    let victim = Victim::new(base());
    let mut trust = TrustStore::empty();
    for number in 0..200 {
        let issuer = Issuer::new(IssuerPlan { label: format!("number {number}"), ..base().issuer }).unwrap();
        trust.add_certificate(issuer.csca()).unwrap();
    }
    let ds = victim.issuer.ds_fields().without(oid::AUTHORITY_KEY_IDENTIFIER);
    let signer = Certificate::parse(&victim.issuer.sign_with_csca(&ds).unwrap()).unwrap();
    for limit in [0, 1, 64, 199, 200, 201] {
        let mut budget = SignatureBudget::new(limit);
        let chain = find_anchor(&signer, &trust, datetime!(2026-01-01 0:00 UTC), &mut budget);
        let left = u32::try_from(core::iter::from_fn(|| budget.take()).count()).unwrap();
        let ended = matches!(chain, Chain::OutOfBudget);
        assert_eq!((limit - left, ended), (limit.min(200), limit < 200), "{limit}: {chain:?}");
    }
    // A whole document under them: cut off at the bound, and never more than undetermined.
    let card = victim.with_signer(&ds, victim.issuer.ds_key(), P256.scheme);
    let report = read(card, &victim.password()).verify(&trust, now());
    let check = report.check(CheckId::PaChain).unwrap();
    assert_eq!((check.reason, report.verdict()), (Some(Reason::CutOff), Verdict::Failed), "{}", lines(&report));
    // With the key identifier the right one of them is tried first, wherever it stands.
    trust.add_certificate(victim.issuer.csca()).unwrap();
    let report = read(victim.card(), &victim.password()).verify(&trust, now());
    assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
    // Two hundred genuine-looking certificates in EF.SOD buy no more: too many are malformed, the others are not tried.
    let mut fields = victim.sod_fields();
    fields.certificates = (0..200).map(|_| foreign().ds().to_vec()).collect();
    let card = victim.with_sod(victim.issuer.sign_sod(&fields).unwrap());
    victim.refuses("200 certificates", card, Verdict::Failed, &[fails(CheckId::PaSecurityObject, Reason::Malformed)]);
}

#[test]
fn x_bomb_a_giant_dh_group_is_refused_before_it_is_computed_with() {
    let victim = Victim::new(base());
    let integer = |number: &[u8]| tlv::encode(Tag::INTEGER, &tlv::integer_content(number));
    let p = odd(4_096);
    for (name, algorithm, parameters) in [
        ("X9.42", oid::DH_PUBLIC_NUMBER, vec![integer(&p), integer(&[2]), integer(&odd(4_095))]),
        ("PKCS #3", oid::DH_KEY_AGREEMENT, vec![integer(&p), integer(&[2])]),
    ] {
        let identifier = [tlv::encode(Tag::OID, algorithm.as_der()), tlv::encode(Tag::SEQUENCE, &parameters.concat())];
        let key = tlv::encode_all(Tag::BIT_STRING, &[&[0], &integer(&odd(4_090))]);
        let spki = tlv::encode_all(Tag::SEQUENCE, &[&tlv::encode(Tag::SEQUENCE, &identifier.concat()), &key]);
        let refused = counted(|| PublicKey::from_spki(&spki));
        assert!(refused.value.is_err() && refused.taken <= 2 * spki.len(), "{name}: {} bytes", refused.taken);
        // In DG14, in the place of the chip's key, signed: nothing is agreed on, and the chip is not asked.
        let genuine = victim.groups.iter().find(|(number, _)| *number == 14).unwrap().1.clone();
        let set = Reader::new(&genuine).next().unwrap().children().next().unwrap();
        let mut infos = Vec::new();
        let mut children = set.children();
        while !children.is_empty() {
            infos.push(children.next().unwrap().raw.to_vec());
        }
        let ecdh = tlv::encode(Tag::OID, oid::ID_PK_ECDH.as_der());
        let is_key = |info: &Vec<u8>| info.windows(ecdh.len()).any(|part| part == ecdh);
        let dh = tlv::encode(Tag::OID, oid::ID_PK_DH.as_der());
        infos
            .iter_mut()
            .filter(|info| is_key(info))
            .for_each(|info| *info = tlv::encode_all(Tag::SEQUENCE, &[&dh, &spki]));
        let dg14 = tlv::encode(Tag(0x6E), &tlv::encode(Tag::SET, &infos.concat()));
        let mut groups = victim.groups.clone();
        groups.iter_mut().filter(|(number, _)| *number == 14).for_each(|(_, file)| file.clone_from(&dg14));
        let card = victim.profile.card_with(contents_of(&victim.profile, &victim.issuer, groups)).unwrap();
        let document = read(card, &victim.password());
        let report = document.verify(victim.trust(Trust::All), now());
        let check = report.check(CheckId::ChipChipAuthentication).unwrap();
        assert!(!check.is_successful() && report.verdict() <= Verdict::Undetermined, "{name}\n{}", lines(&report));
        assert!(
            document.exchanges() < read(victim.card(), &victim.password()).exchanges(),
            "{name}: the chip is not asked"
        );
        let files = document.files().map(|(file, bytes)| (file, bytes.to_vec())).collect();
        Stored { files, proofs: document.proofs() }.judge(name, victim.trust(Trust::All));
    }
}
