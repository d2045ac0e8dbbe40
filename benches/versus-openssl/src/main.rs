//! How quick is the library's arithmetic beside OpenSSL's, operation by operation and curve by curve?
//!
//! Both sides run in one process, in turns, on the same keys and signatures, and must agree before they are timed. By
//! default it prints medians of time; `--counted` prints instructions instead, as valgrind's callgrind counts them: free
//! of noise, but blind to how many a processor does at once, and OpenSSL may choose other code there than it does outside.
//! What both sides do is the same where that can be had: OpenSSL's key agreement checks the peer's key fully (EVP), as
//! ours does.

mod cases;

use cases::{Case, RSA_KEY, Side, cases};
use std::process::Command;
use std::time::{Duration, Instant};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Rounds of each side; the median of so many stands in the table.
const ROUNDS: usize = 101;
/// A round lasts at least as long: much less than a busy machine lets one process run at a time.
const ROUND: Duration = Duration::from_micros(250);
/// Calls that are counted.
const COUNTED: u32 = 4;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--repeat", operation, name, side, times] => repeat(operation, name, side, times.parse()?),
        ["--counted", words @ ..] => table("thousand instructions", words, counted),
        words => table("µs", words, timed),
    }
}

/// Prints a row of each case whose operation or name contains one of the words, or of all: what a call costs us, what it
/// costs OpenSSL, and the ratio.
fn table(unit: &str, words: &[&str], measure: fn(&mut Case) -> Outcome<[f64; 2]>) -> Outcome<()> {
    println!("{}", openssl::version::version());
    println!("| operation | with | ours, {unit} | OpenSSL, {unit} | ratio |");
    println!("|---|---|---|---|---|");
    let wanted = |operation: &str, name: &str| {
        words.is_empty() || words.iter().any(|word| operation.contains(word) || name.contains(word))
    };
    for case in &mut cases(wanted)? {
        let [ours, theirs] = measure(case)?;
        println!("| {} | {} | {ours:.1} | {theirs:.1} | {:.2} |", case.operation, case.name, ours / theirs);
    }
    Ok(())
}

/// Medians in microseconds; the sides take turns, so that a busy machine is busy for both.
fn timed(case: &mut Case) -> Outcome<[f64; 2]> {
    let mut round = |side: Side, times: u32| -> Outcome<Duration> {
        let began = Instant::now();
        for _ in 0..times {
            case.call(side)?;
        }
        Ok(began.elapsed())
    };
    let mut times = [1; 2];
    for (side, times) in Side::BOTH.into_iter().zip(&mut times) {
        while round(side, *times)? < ROUND {
            *times *= 2;
        }
    }
    let mut measured = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        for ((side, &times), measured) in Side::BOTH.into_iter().zip(&times).zip(&mut measured) {
            measured.push(round(side, times)?.as_secs_f64() * 1e6 / f64::from(times));
        }
    }
    Ok(measured.map(|mut measured| {
        measured.sort_by(f64::total_cmp);
        measured[ROUNDS / 2]
    }))
}

/// Thousands of instructions: what a few calls cost more than none, each in a process of its own.
fn counted(case: &mut Case) -> Outcome<[f64; 2]> {
    let mut counts = [0.0; 2];
    for (side, count) in Side::BOTH.into_iter().zip(&mut counts) {
        // The first call of all fills tables.
        let (some, more) = (instructions(case, side, 1)?, instructions(case, side, 1 + COUNTED)?);
        *count = (more - some) / f64::from(COUNTED) / 1e3;
    }
    Ok(counts)
}

fn instructions(case: &Case, side: Side, times: u32) -> Outcome<f64> {
    let mut command = Command::new("valgrind");
    if let Some(key) = &case.rsa_key {
        command.env(RSA_KEY, key);
    }
    let output = command
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe()?)
        .args(["--repeat", case.operation, &case.name, side.name(), &times.to_string()])
        .output()?;
    let told = String::from_utf8_lossy(&output.stderr);
    let count = told.lines().find_map(|line| line.split_once("Collected : ")).map(|(_, count)| count.trim());
    Ok(count.ok_or_else(|| format!("callgrind counted nothing: {told}"))?.parse()?)
}

fn repeat(operation: &str, name: &str, side: &str, times: u32) -> Outcome<()> {
    let side = Side::BOTH.into_iter().find(|one| one.name() == side).ok_or("no such side")?;
    let mut cases = cases(|one, with| one == operation && with == name)?;
    let case = cases.first_mut().ok_or("no such case")?;
    for _ in 0..times {
        case.call(side)?;
    }
    Ok(())
}
