//! What verifying evidence costs: files per second and core, and how that grows with the cores.
//!
//! `cargo bench --bench evidence` makes 1,000 invented persons' cards (the Vietnamese profile, each with its own number and
//! names, EF.SOD signed anew), reads each once, and keeps the evidence in memory. Every file is then decoded and verified
//! ten times, from its bytes: 10,000 verifications of 1,000 distinct files, by as many threads as are told. Nothing is
//! kept between two verifications but the trust. `CHIPID_PERSONS` changes the number of persons. Not measured: the disk.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "../tests/support/reading.rs"]
mod reading;

use chipid::sim::{Profile, profile};
use chipid::trust::TrustStore;
use chipid::{Clock, Document, Evidence, EvidencePolicy, Verdict};
use reading::{now, read, trust};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Verifications of each file.
const TIMES: usize = 10;

fn person(number: usize) -> Profile {
    let mut profile = profile::vn();
    let person = &mut profile.person;
    person.document_number = format!("199{number:06}");
    person.optional = format!("999199{number:06}");
    person.secondary = format!("THI MAU {}", letters(number));
    if let Some(national) = &mut person.national {
        national.full_name = format!("Nguyễn Thị Mẫu {}", letters(number));
    }
    profile
}

/// The number in letters, for a name.
fn letters(number: usize) -> String {
    number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'A')).collect()
}

/// Evidence of so many persons, made on every core.
fn evidence(persons: usize, trust: &TrustStore, policy: &EvidencePolicy) -> Vec<Vec<u8>> {
    let next = AtomicUsize::new(0);
    let clock = Clock { read_at: now(), source: "the bench".into() };
    let work = || {
        let mut made = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= persons {
                return made;
            }
            let document = read(&person(number));
            made.push(document.to_evidence(trust, now(), policy, &clock).unwrap().encode());
        }
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..cores()).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Verifies each file [`TIMES`] times by so many threads.
fn verify(files: &[Vec<u8>], trust: &TrustStore, threads: usize) -> Duration {
    let next = AtomicUsize::new(0);
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= files.len() * TIMES {
                        return;
                    }
                    let evidence = Evidence::decode(&files[at % files.len()]).unwrap();
                    let report = Document::from_evidence(&evidence).verify(trust, now());
                    assert_eq!(report.verdict(), Verdict::Genuine);
                }
            });
        }
    });
    began.elapsed()
}

fn main() {
    let persons = std::env::var("CHIPID_PERSONS").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000);
    let trust = trust(&profile::vn());
    let began = Instant::now();
    let files = evidence(persons, &trust, &EvidencePolicy::all());
    let bytes: usize = files.iter().map(Vec::len).sum();
    println!(
        "{persons} files made in {:.1} s, {} bytes each on average",
        began.elapsed().as_secs_f64(),
        bytes / persons
    );
    let count = persons * TIMES;
    let decoding = Instant::now();
    for file in &files {
        Evidence::decode(file).unwrap();
    }
    println!("decoding alone, one thread: {:.2} ms a file", decoding.elapsed().as_secs_f64() * 1e3 / persons as f64);
    println!("\n| threads | {count} verifications | a second | a second and thread |\n|---|---|---|---|");
    let mut threads = 1;
    while threads <= cores() {
        let time = verify(&files, &trust, threads).as_secs_f64();
        let rate = count as f64 / time;
        println!("| {threads} | {time:.1} s | {rate:.0} | {:.0} |", rate / threads as f64);
        threads = if threads < cores() { (threads * 2).min(cores()) } else { threads + 1 };
    }
}
