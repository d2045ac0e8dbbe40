//! The whole way on one page: `cargo run --example simple -- 001999 csca-master-list.ml`

use chipid::pcsc::Readers;
use chipid::{Card, Event, Password, ReadPlan, TrustBuilder};
use std::ops::ControlFlow;
use std::time::{Duration, SystemTime};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let can = arguments.next().ok_or("give the CAN: the last six digits of the number on the card")?;
    let mut trust = TrustBuilder::new();
    for path in arguments {
        trust.add_file(&path, &std::fs::read(&path)?)?;
    }
    let trust = trust.build();
    let mut show = |_: Event<'_>| ControlFlow::Continue(());

    let readers = Readers::connect()?;
    let link = readers.wait_for_card(Duration::from_secs(60), &mut show)?;
    let session = Card::connect(link)?.open(&Password::can(&can)?, &mut show)?;
    let document = session.read(&ReadPlan::full(), &mut show)?; // the card may now leave the reader
    let report = document.verify(&trust, SystemTime::now()); // never an Err: a failed check is a finding

    println!("{}, expired: {}", report.verdict().as_str(), report.is_expired());
    for check in report.checks() {
        println!("{}: {}", check.id, check.state.as_str());
    }
    Ok(())
}
