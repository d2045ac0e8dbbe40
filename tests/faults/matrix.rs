//! The matrix: every exchange of a full reading × every fault × every card; and the pairs, drawn from a seed.
//!
//! By default each fault meets each *kind* of exchange of each card once, at changing places of that kind. With
//! `CHIPID_FULL` set each meets every exchange; `CHIPID_FAULT` names the only one to run. `CHIPID_PAIRS` is the number of pairs. One case in eight runs twice, another
//! one in eight is followed by a good card on the same reader.

use crate::cards::{Bench, all, by_name};
use crate::case::{Case, Outcome};
use crate::catalogue::{GROUPS, Group, Row, TABLE, applies, matrix};
use crate::oracles::{MAX_ELAPSED, findings};
use crate::shrink::shrunk;
use crate::wire::Planned;
use chipid::internals::crypto::{Random, SeededRandom};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{available_parallelism, scope, sleep, spawn};
use std::time::{Duration, Instant};

/// One case in so many is followed by a good card on the same reader, where it ended with an error.
const RETRIED: usize = 8;
/// One case in so many runs twice.
const REPEATED: usize = 8;
/// Cases after which a long run tells where it stands.
const TOLD: usize = 5_000;
/// Pairs by default.
const PAIRS: usize = 600;
/// Failing cases that are shrunk and shown.
const SHOWN: usize = 5;

fn is_full() -> bool {
    std::env::var_os("CHIPID_FULL").is_some()
}

/// What a run of many cases came to.
#[derive(Default)]
struct Figures {
    cases: usize,
    profiles: BTreeMap<&'static str, usize>,
    groups: BTreeMap<Group, usize>,
    verdicts: BTreeMap<String, usize>,
    errors: BTreeMap<String, usize>,
    exchanges: usize,
    longest: Duration,
    failing: Vec<(Case, Vec<String>)>,
}

impl Figures {
    fn add(&mut self, case: &Case, outcome: &Outcome, found: Vec<String>) {
        self.cases += 1;
        *self.profiles.entry(case.bench.name).or_default() += 1;
        for planned in &case.faults {
            *self.groups.entry(planned.row.group).or_default() += 1;
        }
        let verdict = outcome.verdict.map_or("not opened", |verdict| verdict.as_str());
        *self.verdicts.entry(verdict.to_owned()).or_default() += 1;
        let class = outcome.error.as_ref().map_or("none", |error| error.code.as_str());
        *self.errors.entry(class.to_owned()).or_default() += 1;
        self.exchanges += outcome.seen.len();
        self.longest = self.longest.max(outcome.elapsed);
        if !found.is_empty() {
            self.failing.push((case.clone(), found));
        }
    }

    fn join(&mut self, other: Figures) {
        fn sum<K: Ord>(into: &mut BTreeMap<K, usize>, from: BTreeMap<K, usize>) {
            from.into_iter().for_each(|(key, count)| *into.entry(key).or_default() += count);
        }
        self.cases += other.cases;
        self.exchanges += other.exchanges;
        self.longest = self.longest.max(other.longest);
        sum(&mut self.profiles, other.profiles);
        sum(&mut self.groups, other.groups);
        sum(&mut self.verdicts, other.verdicts);
        sum(&mut self.errors, other.errors);
        self.failing.extend(other.failing);
    }

    fn print(&self, what: &str, began: Instant) {
        println!("{what}: {} cases, {} exchanges, {:.1?}", self.cases, self.exchanges, began.elapsed());
        println!("  longest case: {:.1?}", self.longest);
        println!("  cards: {:?}", self.profiles);
        println!("  groups: {:?}", self.groups);
        println!("  verdicts: {:?}", self.verdicts);
        println!("  errors: {:?}", self.errors);
        println!("  failing: {}", self.failing.len());
    }

    /// Fails with the smallest scripts that still fail.
    fn must_all_hold(&self) {
        if self.failing.is_empty() {
            return;
        }
        let mut report = format!("{} cases fail; as scripts:\n", self.failing.len());
        let mut shown = BTreeSet::new();
        for (case, found) in &self.failing {
            let what = found[0].split(':').next().unwrap().to_owned();
            if shown.len() < SHOWN && shown.insert((what, case.faults[0].row.name)) {
                let small = shrunk(case, &|case| !findings(case, &case.run(true), Some(&case.run(false))).is_empty());
                report += &format!("\n{small}# found in a case of {}: {}\n", case.bench.name, found.join("; "));
            }
        }
        panic!("{report}");
    }
}

/// Ends the process where a case hangs: nothing else could.
struct Watch(Arc<Mutex<BTreeMap<usize, (Instant, String)>>>);

impl Watch {
    fn start() -> Self {
        let running: Arc<Mutex<BTreeMap<usize, (Instant, String)>>> = Arc::default();
        let watched = Arc::downgrade(&running);
        spawn(move || {
            while let Some(running) = watched.upgrade() {
                for (since, script) in running.lock().unwrap().values() {
                    if since.elapsed() > 2 * MAX_ELAPSED {
                        eprintln!("a case hangs:\n{script}");
                        std::process::abort();
                    }
                }
                drop(running);
                sleep(Duration::from_secs(1));
            }
        });
        Self(running)
    }

    fn over<T>(&self, number: usize, case: &Case, run: impl FnOnce() -> T) -> T {
        self.0.lock().unwrap().insert(number, (Instant::now(), case.to_string()));
        let outcome = run();
        self.0.lock().unwrap().remove(&number);
        outcome
    }
}

/// Runs the cases on all processors.
fn run_all(cases: &[Case]) -> Figures {
    let began = Instant::now();
    let next = AtomicUsize::new(0);
    let watch = Watch::start();
    let work = || {
        let mut figures = Figures::default();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(case) = cases.get(number) else { return figures };
            let (outcome, again) = watch.over(number, case, || {
                let outcome = case.run(number.is_multiple_of(RETRIED));
                (outcome, (number % REPEATED == REPEATED / 2).then(|| case.run(false)))
            });
            if number > 0 && number.is_multiple_of(TOLD) {
                eprintln!("{number} of {} cases, {:.0?}", cases.len(), began.elapsed());
            }
            let found = findings(case, &outcome, again.as_ref());
            if !found.is_empty() {
                eprintln!("fails:\n{case}# {}", found.join("; "));
            }
            figures.add(case, &outcome, found);
        }
    };
    let threads = available_parallelism().map_or(1, usize::from);
    scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let mut figures = Figures::default();
        workers.into_iter().for_each(|worker| figures.join(worker.join().unwrap()));
        figures
    })
}

/// The cases of these faults on these cards, and how many combinations mean nothing.
fn cases(benches: &[&'static Bench], rows: &[&'static Row], full: bool) -> (Vec<Case>, usize) {
    let mut cases = Vec::new();
    let mut without_meaning = 0;
    for bench in benches {
        let kinds: BTreeSet<&String> = bench.truth.kinds.iter().collect();
        for (number, row) in rows.iter().enumerate() {
            let mut add = |at: usize| {
                let planned = Planned { at, row };
                let is_case = applies(bench, &planned);
                if is_case {
                    cases.push(Case { bench, faults: vec![planned] });
                }
                is_case
            };
            if full {
                without_meaning += (1..=bench.truth.kinds.len()).filter(|at| !add(*at)).count();
                continue;
            }
            for kind in &kinds {
                let places: Vec<usize> =
                    (1..=bench.truth.kinds.len()).filter(|at| bench.truth.kinds[at - 1] == **kind).collect();
                // Another place of the kind for each fault, the first that means something.
                let from = number * 7 % places.len();
                let found = (0..places.len()).any(|step| add(places[(from + step) % places.len()]));
                without_meaning += usize::from(!found);
            }
        }
    }
    (cases, without_meaning)
}

#[test]
fn no_fault_earns_more_than_the_truth() {
    let began = Instant::now();
    let benches = all();
    println!("{} cards made in {:.1?}", benches.len(), began.elapsed());
    for bench in benches {
        let kinds: BTreeSet<_> = bench.truth.kinds.iter().collect();
        println!(
            "  {}: {} exchanges of {} kinds, {:?}",
            bench.name,
            bench.truth.kinds.len(),
            kinds.len(),
            bench.truth.verdict
        );
    }
    let only = std::env::var("CHIPID_FAULT").ok();
    let rows: Vec<&'static Row> = matrix().filter(|row| only.as_ref().is_none_or(|only| row.name == only)).collect();
    let (cases, without_meaning) = cases(&benches.iter().collect::<Vec<_>>(), &rows, is_full());
    let began = Instant::now();
    let figures = run_all(&cases);
    figures.print("matrix", began);
    println!("  combinations without a meaning: {without_meaning}");
    assert!(benches.len() >= 12);
    if only.is_none() {
        assert!(GROUPS.iter().all(|(group, _)| figures.groups.contains_key(group)), "{:?}", figures.groups.keys());
    }
    figures.must_all_hold();
}

#[test]
fn no_fault_beside_the_matrix_earns_more_than_the_truth() {
    let further: Vec<&'static Row> = TABLE.iter().filter(|row| row.group == Group::Further).collect();
    // One card of each access protocol, and one whose MRZ opens both.
    let benches = ["bac-3des-ca-3des", "gm-aes128-ca-ec", "vn-mrz"].map(|name| by_name(name).unwrap());
    let (cases, _) = cases(&benches, &further, is_full());
    let began = Instant::now();
    let figures = run_all(&cases);
    figures.print("beside the matrix", began);
    figures.must_all_hold();
}

/// Seeded pairs of any two faults anywhere.
fn pairs(benches: &'static [Bench], count: usize) -> Vec<Case> {
    let mut random = SeededRandom::new([0x2F; 32]);
    let mut below = move |limit: usize| {
        let mut octets = [0; 8];
        random.fill(&mut octets).unwrap();
        usize::try_from(u64::from_be_bytes(octets) % u64::try_from(limit).unwrap()).unwrap()
    };
    let mut cases = Vec::new();
    while cases.len() < count {
        let bench = &benches[below(benches.len())];
        let mut draw = || Planned { at: 1 + below(bench.truth.kinds.len()), row: &TABLE[below(TABLE.len())] };
        let mut faults = vec![draw(), draw()];
        faults.sort_by_key(|planned| planned.at);
        if applies(bench, &faults[0]) {
            cases.push(Case { bench, faults });
        }
    }
    cases
}

#[test]
fn no_pair_of_faults_earns_more_than_the_truth() {
    let count = std::env::var("CHIPID_PAIRS").map_or(PAIRS, |count| count.parse().unwrap());
    let cases = pairs(all(), count);
    let began = Instant::now();
    let figures = run_all(&cases);
    figures.print("pairs", began);
    figures.must_all_hold();
}

#[test]
fn by_default_every_fault_meets_every_kind_of_exchange_of_every_card() {
    let (cases, _) = cases(&all().iter().collect::<Vec<_>>(), &matrix().collect::<Vec<_>>(), false);
    for bench in all() {
        let kinds: BTreeSet<&String> = bench.truth.kinds.iter().collect();
        for row in matrix() {
            let of = |case: &&Case| case.bench.name == bench.name && case.faults[0].row == row;
            let met: BTreeSet<&String> =
                cases.iter().filter(of).map(|case| &bench.truth.kinds[case.faults[0].at - 1]).collect();
            let means = |kind: &&&String| {
                let places = (1..=bench.truth.kinds.len()).filter(|at| bench.truth.kinds[at - 1] == ***kind);
                places.map(|at| Planned { at, row }).any(|planned| applies(bench, &planned))
            };
            assert_eq!(met.len(), kinds.iter().filter(means).count(), "{} on {}", row.name, bench.name);
        }
    }
}
