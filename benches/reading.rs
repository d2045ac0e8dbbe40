//! What a reading costs: exchanges per read plan (counted), and host time (median of many runs, these machines are noisy).
//!
//! `cargo bench --bench reading` prints the tables of the README. The counts are also held by `tests/inspection.rs`.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "../tests/support/reading.rs"]
mod reading;
#[path = "../tests/support/shared.rs"]
mod shared;

use chipid::sim::{Profile, profile};
use chipid::trust::TrustStore;
use chipid::{Document, Limits, ReadPlan};
use reading::{link, now, password, read, read_over, trust};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// The median of so many runs, each with its own setting up.
fn median<S>(runs: usize, mut set_up: impl FnMut() -> S, mut run: impl FnMut(S)) -> Duration {
    let mut times: Vec<Duration> = (0..runs)
        .map(|_| {
            let state = set_up();
            let began = Instant::now();
            run(state);
            began.elapsed()
        })
        .collect();
    times.sort();
    times[runs / 2]
}

fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

fn exchanges() {
    println!("| answers up to | fastest | full | full, first contact |");
    println!("|---|---|---|---|");
    for (name, max_answer) in [("64 kB", 65_536), ("4 kB", 4_096), ("2 kB", 2_048), ("256 bytes (short only)", 256)] {
        let profile = profile::reference().with_max_answer(max_answer);
        let known = if max_answer <= 256 { Limits::SHORT } else { Limits::new(65_535, max_answer) };
        let count =
            |plan: &ReadPlan, limits| read_over(link(&profile), &password(&profile), plan, limits).unwrap().exchanges();
        let (fastest, full) = (ReadPlan::fastest(), ReadPlan::full());
        println!(
            "| {name} | {} | {} | {} |",
            count(&fastest, Some(known)),
            count(&full, Some(known)),
            count(&full, None)
        );
    }
}

fn times() {
    println!("\n| what | vn | passport | hardened |");
    println!("|---|---|---|---|");
    let profiles = [profile::vn(), profile::passport(), profile::hardened()];
    let row = |name: &str, measure: &dyn Fn(&Profile) -> Duration| {
        let cells: Vec<String> = profiles.iter().map(|profile| ms(measure(profile))).collect();
        println!("| {name} | {} |", cells.join(" | "));
    };
    row("whole read, every proof, and verification (the simulated card's own work included)", &|profile| {
        let (key, trust) = (password(profile), trust(profile));
        median(
            31,
            || link(profile),
            |link| {
                let document = read_over(link, &key, &ReadPlan::full(), None).unwrap();
                black_box(document.verify(&trust, now()));
            },
        )
    });
    row("verification of a stored document: passive and active authentication", &|profile| {
        let (document, trust) = (read(profile), trust(profile));
        median(101, || (), |()| drop(black_box(document.verify(&trust, now()))))
    });
    row("passive authentication alone", &|profile| {
        let document = read(profile);
        let files = document.files().map(|(file, bytes)| (file, bytes.to_vec()));
        let (stored, trust) = (Document::from_files(files, None), trust(profile));
        median(101, || (), |()| drop(black_box(stored.verify(&trust, now()))))
    });
}

fn master_list() {
    let Some(path) = shared::shared_data("csca/DE_ML_2026-05-28-08-28-45.ml") else { return };
    let bytes = std::fs::read(path).unwrap();
    let count = TrustStore::from_trusted_master_list(&bytes).unwrap().anchors().len();
    let time = median(31, || (), |()| drop(black_box(TrustStore::from_trusted_master_list(&bytes).unwrap())));
    println!("\nloading the German master list, its signature verified: {count} certificates, {}", ms(time));
}

fn main() {
    exchanges();
    times();
    master_list();
}
