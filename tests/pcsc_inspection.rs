//! Is a card read and verified over a real PC/SC stack, and what happens when it is lifted, the service restarts, or the
//! password is wrong?
#![cfg(target_os = "linux")]

#[path = "support/trust.rs"]
mod trust_changes;
mod support;

use chipid::pcsc::Readers;
use chipid::reading::{Options, Resume};
use chipid::sim::profile::{self, Profile};
use chipid::sim::{SimulatedCard, vpcd};
use chipid::transport::Transport;
use chipid::trust::TrustStore;
use chipid::{Card, Document, Error, Event, Password, ReadPlan, TransportError, Verdict};
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::scope;
use std::time::{Duration, Instant, SystemTime};
use support::pcscd::until;
use support::scripted_card::{ScriptedCard, Seen};
use support::sim_card::{lay, lay_until};
use trust_changes::AddTrust as _;

const SLOTS: [&str; 2] = ["Virtual PCD 00 00", "Virtual PCD 00 01"];

fn quiet(_: Event<'_>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn link(slot: usize) -> Box<dyn Transport> {
    Readers::connect().unwrap().wait_for_card_in(SLOTS[slot], Duration::from_secs(10), &mut quiet).unwrap()
}

/// A card that is not waited for once it is lost.
fn at_once() -> Options {
    let mut options = Options::default();
    options.resume = Resume { attempts: 0, patience: Duration::ZERO };
    options
}

/// Lifts what lies on the readers, and waits until they have noticed.
fn lift(card: ScriptedCard) {
    drop(card);
    all_lifted();
}

fn all_lifted() {
    let readers = Readers::connect().unwrap();
    until("the card is lifted", || readers.list().unwrap().iter().all(|reader| !reader.card_present));
}

/// The password that a clerk would have.
fn password(profile: &Profile) -> Password {
    match profile.can() {
        Some(can) => Password::can(can).unwrap(),
        None => Password::mrz(&profile.mrz_lines().join("\n")).unwrap(),
    }
}

fn verdict(document: &Document, profile: &Profile) -> Verdict {
    let mut trust = TrustStore::empty();
    trust.add_certificate(&profile.csca().unwrap()).unwrap();
    document.verify(&trust, SystemTime::now()).verdict()
}

fn read(slot: usize, profile: &Profile) -> Result<Document, Error> {
    let session = Card::connect(link(slot))?.open(&password(profile), &mut quiet)?;
    Ok(session.read(&ReadPlan::full(), &mut quiet)?)
}

/// The bytes that were read are those of the card.
#[track_caller]
fn same_bytes(document: &Document, profile: &Profile) {
    let contents = profile.contents().unwrap();
    let mut groups = 0;
    for (file, bytes) in document.files() {
        if let Some(file) = contents.files.iter().find(|of_card| of_card.fid == file.fid() && of_card.content.len() > 2)
        {
            assert_eq!(bytes, file.content, "{:04X}", file.fid);
            groups += 1;
        }
    }
    assert!(groups >= 5, "{groups} files");
}

/// Runs `read` while the card lies in the first slot by its own vpcd client, then lifts it.
fn while_it_attaches_itself<T>(mut card: SimulatedCard, read: impl FnOnce() -> T) -> T {
    let lifted = AtomicBool::new(false);
    let slot = SocketAddr::from((Ipv4Addr::LOCALHOST, vpcd::FIRST_PORT));
    let mut line = None;
    until("the virtual reader listens", || {
        line = vpcd::connect(slot).ok();
        line.is_some()
    });
    scope(|scope| {
        let serving = scope.spawn(|| line.unwrap().serve(&mut card, &|| lifted.load(Ordering::Relaxed)));
        let outcome = read();
        lifted.store(true, Ordering::Relaxed);
        serving.join().unwrap().unwrap();
        outcome
    })
}

beside_pcscd! {
    fn a_card_that_attaches_itself_is_read_and_verified(service) {
        for profile in [profile::vn(), profile::passport(), profile::hardened()] {
            let began = Instant::now();
            let document = while_it_attaches_itself(profile.card().unwrap(), || read(0, &profile).unwrap());
            eprintln!("{}: {} exchanges, {:?}", profile.name, document.exchanges(), document.elapsed());
            same_bytes(&document, &profile);
            assert_eq!(verdict(&document, &profile), Verdict::Genuine);
            assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
            all_lifted();
        }
    }

    fn reads_and_verifies_the_vietnamese_card(service) {
        let profile = profile::vn();
        let card = lay(0, profile.card().unwrap());
        let document = read(0, &profile).unwrap();
        same_bytes(&document, &profile);
        assert_eq!(verdict(&document, &profile), Verdict::Genuine);
        assert_eq!(card.seen().last(), Some(&Seen::Reset), "the next program finds a clean card");
        let commands = card.seen().iter().filter(|seen| matches!(seen, Seen::Command(_))).count();
        eprintln!("{commands} commands");
        assert_eq!(commands, usize::try_from(document.exchanges()).unwrap());
    }

    fn reads_and_verifies_the_passport(service) {
        let profile = profile::passport();
        let _card = lay(0, profile.card().unwrap());
        let document = read(0, &profile).unwrap();
        same_bytes(&document, &profile);
        assert_eq!(verdict(&document, &profile), Verdict::Genuine);
    }

    fn reads_and_verifies_the_hardened_card(service) {
        let profile = profile::hardened();
        let _card = lay(0, profile.card().unwrap());
        let document = read(0, &profile).unwrap();
        same_bytes(&document, &profile);
        assert_eq!(verdict(&document, &profile), Verdict::Genuine);
    }

    fn another_try_after_a_wrong_can_needs_no_lifting(service) {
        let profile = profile::vn();
        let laid = lay(0, profile.card().unwrap());
        let refused = Card::connect(link(0)).unwrap().open(&Password::can("123456").unwrap(), &mut quiet).err().unwrap();
        assert!(matches!(refused.error, Error::WrongPassword { password: "CAN", .. }), "{}", refused.error);
        let session = refused.card.open(&password(&profile), &mut quiet).unwrap();
        let document = session.read(&ReadPlan::full(), &mut quiet).unwrap();
        assert_eq!(verdict(&document, &profile), Verdict::Genuine);
        drop(laid);
    }

    fn a_card_lifted_at_each_tenth_exchange_is_told_and_never_genuine(service) {
        let profile = profile::vn().with_max_answer(256);
        let whole = {
            let card = lay(0, profile.card().unwrap());
            let exchanges = read(0, &profile).unwrap().exchanges();
            lift(card);
            exchanges
        };
        eprintln!("lifted at each tenth of {whole} exchanges");
        assert!(whole > 90);
        for last in (10..=whole).step_by(10) {
            let card = lay_until(0, profile.card().unwrap(), usize::try_from(last).unwrap());
            let card_there = Card::connect(link(0)).unwrap().with_options(at_once());
            let session = card_there.open(&password(&profile), &mut quiet).unwrap();
            let cut = session.read(&ReadPlan::full(), &mut quiet).err().unwrap();
            assert!(matches!(cut.error, Error::Transport(TransportError::CardRemoved)), "at {last}: {}", cut.error);
            assert!(verdict(&cut.document, &profile) < Verdict::DataAuthentic, "at {last}");
            lift(card);
        }
        // The same card, laid anew, is read as if nothing had happened.
        let _card = lay(0, profile.card().unwrap());
        assert_eq!(verdict(&read(0, &profile).unwrap(), &profile), Verdict::Genuine);
    }

    fn a_card_that_is_laid_back_goes_on_where_it_stopped(service) {
        let profile = profile::vn().with_max_answer(256);
        let mut lying = Some(lay(0, profile.card().unwrap()));
        let session = Card::connect(link(0)).unwrap().open(&password(&profile), &mut quiet).unwrap();
        let mut waits = 0;
        let document = session.read(&ReadPlan::full(), &mut |event| {
            match event {
                Event::Exchange { number: 60 } => lying = None,
                // After a second on the table it is laid back.
                Event::Waiting { elapsed } if elapsed > Duration::from_secs(1) && lying.is_none() => {
                    lying = Some(lay(0, profile.card().unwrap()));
                }
                Event::Waiting { .. } => waits += 1,
                _ => {}
            }
            ControlFlow::Continue(())
        }).unwrap();
        eprintln!("{} exchanges, {waits} looks for the card", document.exchanges());
        assert_eq!(document.resumes(), 1);
        assert_eq!(document.resumed_files().len(), 1, "{:?}", document.resumed_files());
        same_bytes(&document, &profile);
        assert_eq!(verdict(&document, &profile), Verdict::Genuine);
    }

    fn a_card_that_stays_away_is_told_when_patience_ends(service) {
        let profile = profile::vn();
        let mut lying = Some(lay(0, profile.card().unwrap()));
        let mut options = Options::default();
        options.resume = Resume { attempts: 2, patience: Duration::from_secs(1) };
        let card_there = Card::connect(link(0)).unwrap().with_options(options);
        let session = card_there.open(&password(&profile), &mut quiet).unwrap();
        let began = Instant::now();
        let cut = session.read(&ReadPlan::full(), &mut |event| {
            if matches!(event, Event::Exchange { number: 15 }) {
                lying = None;
            }
            ControlFlow::Continue(())
        }).err().unwrap();
        assert!(matches!(cut.error, Error::Transport(TransportError::CardRemoved)), "{}", cut.error);
        assert!(began.elapsed() < Duration::from_secs(6), "{:?}", began.elapsed());
        assert!(verdict(&cut.document, &profile) < Verdict::DataAuthentic);
    }

    fn a_service_that_restarts_ends_the_reading_and_not_the_program(service) {
        let profile = profile::vn().with_max_answer(256);
        let mut card = Some(lay(0, profile.card().unwrap()));
        let card_there = Card::connect(link(0)).unwrap().with_options(at_once());
        let session = card_there.open(&password(&profile), &mut quiet).unwrap();
        let cut = session.read(&ReadPlan::full(), &mut |event| {
            if matches!(event, Event::Exchange { number: 40 }) {
                service.restart_with(true);
                card = None;
            }
            ControlFlow::Continue(())
        }).err().unwrap();
        assert!(matches!(cut.error, Error::Transport(TransportError::NoService)), "{}", cut.error);
        assert!(verdict(&cut.document, &profile) < Verdict::DataAuthentic);
        let _again = lay(0, profile.card().unwrap());
        assert_eq!(verdict(&read(0, &profile).unwrap(), &profile), Verdict::Genuine);
    }

    fn two_readers_read_at_once(service) {
        let profiles = [profile::vn(), profile::hardened()];
        let _cards = [lay(0, profiles[0].card().unwrap()), lay(1, profiles[1].card().unwrap())];
        scope(|scope| {
            for (slot, profile) in profiles.iter().enumerate() {
                scope.spawn(move || {
                    for _ in 0..3 {
                        let document = read(slot, profile).unwrap();
                        same_bytes(&document, profile);
                        assert_eq!(verdict(&document, profile), Verdict::Genuine);
                    }
                });
            }
        });
    }

    fn a_cancelled_reading_leaves_a_clean_card(service) {
        let profile = profile::vn();
        let card = lay(0, profile.card().unwrap());
        let session = Card::connect(link(0)).unwrap().open(&password(&profile), &mut quiet).unwrap();
        let cut = session.read(&ReadPlan::full(), &mut |event| match event {
            Event::Exchange { number } if number > 12 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }).err().unwrap();
        assert!(matches!(cut.error, Error::Cancelled), "{}", cut.error);
        until("the card is reset", || card.seen().last() == Some(&Seen::Reset));
        assert_eq!(verdict(&read(0, &profile).unwrap(), &profile), Verdict::Genuine);
    }
}
