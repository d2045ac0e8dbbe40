//! What it costs to evaluate trust material: processor time, the fastest of a few runs.
//!
//! `cargo bench --bench trust`. The tests of `src/trust/evaluation.rs` count the signatures that are verified.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "../tests/support/shared.rs"]
mod shared;

use chipid::internals::crypto::{CurveId, DigestAlgorithm};
use chipid::internals::issuer::{CertificateFields, Extension, Issuer, IssuerPlan, KeyPlan};
use chipid::internals::oid;
use chipid::internals::signed_lists::MasterList;
use chipid::{TrustBuilder, TrustStore};
use std::time::{Duration, Instant};

/// Processor time of this thread where the system tells it (Linux), else wall clock: these machines are shared.
fn clock(began: Instant) -> Duration {
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = spent.and_then(|text| text.split(' ').next()?.parse().ok());
    nanoseconds.map_or_else(|| began.elapsed(), Duration::from_nanos)
}

fn fastest(runs: usize, mut run: impl FnMut()) -> Duration {
    let began = Instant::now();
    let once = |_| {
        let before = clock(began);
        run();
        clock(began).saturating_sub(before)
    };
    (0..runs).map(once).min().unwrap()
}

fn issuer(label: &str) -> Issuer {
    let key = KeyPlan::ecdsa(CurveId::Secp256r1, DigestAlgorithm::Sha256);
    Issuer::new(IssuerPlan { label: label.to_owned(), ..IssuerPlan::new("VN", "VNM", "Invented", key, key) }).unwrap()
}

fn load(files: &[Vec<u8>]) -> TrustStore {
    let mut builder = TrustBuilder::new();
    for (index, bytes) in files.iter().enumerate() {
        // What is refused is part of what is measured.
        let _ = builder.add_file(&format!("file {index}"), bytes);
    }
    builder.build()
}

fn row(name: &str, files: &[Vec<u8>]) {
    let store = load(files);
    let (anchors, links) = (store.anchors().len(), store.links().len());
    let time = fastest(3, || drop(load(files)));
    println!("| {name} | {} | {anchors} | {links} | {:.0} ms |", files.len(), time.as_secs_f64() * 1e3);
}

/// Link certificates of one authority for keys with identifiers of their own; each names an issuer's key identifier.
fn links(by: &Issuer, count: usize, issuer: impl Fn(usize) -> Vec<u8>) -> Vec<Vec<u8>> {
    let one = |index: usize| {
        let fields = by.csca_fields().without(oid::SUBJECT_KEY_IDENTIFIER).without(oid::AUTHORITY_KEY_IDENTIFIER);
        let fields =
            CertificateFields { serial: [&[1][..], &u32::try_from(index).unwrap().to_be_bytes()].concat(), ..fields };
        let own = [&[7; 16][..], &u32::try_from(index + 1).unwrap().to_be_bytes()].concat();
        let fields = fields.with(Extension::subject_key_id(&own)).with(Extension::authority_key_id(&issuer(index)));
        by.sign_with_csca(&fields).unwrap()
    };
    (0..count).map(one).collect()
}

fn main() {
    println!("| files | number | anchors | links | time |");
    println!("|---|---|---|---|---|");
    let names = [
        "DE_ML_2026-05-28-08-28-45.ml",
        "IT_ML_2023-07-31.ml",
        "ICAO_ml_September2023.ml",
        "DE_ML_2024-08-07-07-38-24.ml",
    ];
    let lists: Vec<Vec<u8>> = names
        .iter()
        .filter_map(|name| shared::shared_data(&format!("csca/{name}")))
        .map(|path| std::fs::read(path).unwrap())
        .collect();
    let mut certificates: Vec<Vec<u8>> = Vec::new();
    for list in &lists {
        certificates.extend(MasterList::parse(list).unwrap().entries().map(<[u8]>::to_vec));
    }
    certificates.truncate(941);
    if !certificates.is_empty() {
        row("certificates of real lists", &certificates);
        row("real lists", &lists);
    }
    let root = issuer("root");
    let root_id = root.csca_key().key_id();
    let under_root = links(&root, 2000, |_| root_id.to_vec());
    row("links of one root", &[vec![root.csca().to_vec()], under_root.clone()].concat());
    row("links without their root", &under_root);
    let chain = links(&root, 2000, |index| match index {
        0 => root_id.to_vec(),
        index => [&[7; 16][..], &u32::try_from(index).unwrap().to_be_bytes()].concat(),
    });
    row("links in a chain", &[vec![root.csca().to_vec()], chain].concat());
    let signers: Vec<Vec<u8>> = (0..8000u32)
        .map(|index| {
            let mut one = root.ds().to_vec();
            let at = one.len() - 4;
            one[at..].copy_from_slice(&index.to_be_bytes());
            one
        })
        .collect();
    let list = root.master_list(&[root.csca()]).unwrap();
    row("a master list and document signers, a file each", &[vec![list.clone()], signers.clone()].concat());
    row("a master list and a file of document signers", &[list, signers.concat()]);
    let entries: Vec<&[u8]> = signers.iter().map(Vec::as_slice).chain([root.csca()]).collect();
    row("a master list that holds document signers", &[root.master_list(&entries).unwrap()]);
}
