//! Suite X-PCSC: is every way to lose card, reader or service told as what it is, at every APDU, and never as more?
//!
//! In process each error of the reader's side befalls every APDU of whole readings; over a real PC/SC stack it is seen that
//! the stack's own errors are these.

use crate::cards::{Bench, by_name};
use crate::case::{Case, Outcome};
use crate::catalogue;
use crate::oracles::findings;
use crate::reading::{Issued, now};
use crate::support::pcscd::until;
use crate::support::scripted_card::Seen as OnCard;
use crate::support::sim_card::{lay, lay_until};
use crate::wire::{Planned, Seen};
use chipid::pcsc::Readers;
use chipid::reading::{Options, Resume};
use chipid::sim::profile;
use chipid::transport::Transport;
use chipid::{Card, Document, Error, Event, ReadError, ReadPlan, TransportError, Verdict};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

/// A card with extended lengths, one with short ones, one without PACE.
const CARDS: [&str; 3] = ["vn-extended", "gm-aes256-aa-rsa", "bac-3des-ca-3des"];

/// This fault at every APDU of these cards: all oracles hold, and where the reading ended it is told by this code, at this
/// exchange. Gives how many readings went on to their end.
fn at_every_apdu(fault: &str, code: &str) -> usize {
    let row = catalogue::by_name(fault).unwrap();
    let mut went_on = 0;
    let mut cases = 0;
    for bench in CARDS.map(|name| by_name(name).unwrap()) {
        for at in 1..=bench.truth.exchanges.len() {
            let case = Case { bench, faults: vec![Planned { at, row }] };
            let outcome = case.run(true);
            let found = findings(&case, &outcome, None);
            assert!(found.is_empty(), "{case}{found:?}");
            match &outcome.error {
                Some(error) => {
                    assert_eq!((error.code.as_str(), error.is_retryable), (code, true), "{case}");
                    assert_eq!(usize::try_from(error.place.exchange).unwrap(), at, "{case}");
                }
                None => {
                    assert_eq!(outcome.verdict, Some(bench.truth.verdict), "{case}");
                    assert!(resumed(&outcome, bench), "{case}");
                    went_on += 1;
                }
            }
            cases += 1;
        }
    }
    println!("{fault}: {cases} cases, {went_on} read on");
    went_on
}

/// The card was waited for and opened anew: more was sent than by a reading without a fault.
fn resumed(outcome: &Outcome, bench: &Bench) -> bool {
    let exchanges = outcome.seen.iter().filter(|seen| matches!(seen, Seen::Exchange { .. })).count();
    outcome.seen.contains(&Seen::Reconnect) && exchanges > bench.truth.exchanges.len()
}

#[test]
fn a_card_removed_for_good_is_told_at_every_apdu() {
    assert_eq!(at_every_apdu("card-removed-before", "transport.card_removed"), 0);
}

#[test]
fn a_card_removed_and_laid_back_is_read_on_at_every_apdu_after_it_was_opened() {
    assert!(at_every_apdu("card-removed-after", "transport.card_removed") > 150);
    assert!(at_every_apdu("card-lifted-and-back", "transport.card_removed") > 150);
}

#[test]
fn an_unplugged_reader_is_told_at_every_apdu() {
    assert!(at_every_apdu("reader-gone", "transport.reader_gone") > 150);
}

#[test]
fn a_reset_by_another_program_is_told_at_every_apdu() {
    assert!(at_every_apdu("card-reset", "transport.card_reset") > 150);
}

#[test]
fn a_service_that_is_gone_is_told_at_every_apdu() {
    assert!(at_every_apdu("no-service", "transport.no_service") > 150);
}

#[test]
fn a_timeout_is_told_at_every_apdu() {
    assert!(at_every_apdu("timeout", "transport.card_unresponsive") > 150);
}

#[test]
fn a_sharing_violation_is_told_at_every_apdu() {
    // Another program holds the card: nothing is waited for, the caller says when to try again.
    assert_eq!(at_every_apdu("sharing-violation", "transport.busy"), 0);
}

/// A reset that nobody reports: the card has lost its session, and says so by a plain status word.
#[test]
fn a_reset_that_is_not_reported_never_goes_unseen_at_any_apdu() {
    let row = catalogue::by_name("power-loss").unwrap();
    let mut worse = 0;
    for bench in CARDS.map(|name| by_name(name).unwrap()) {
        for at in 1..=bench.truth.exchanges.len() {
            let case = Case { bench, faults: vec![Planned { at, row }] };
            let outcome = case.run(false);
            let found = findings(&case, &outcome, None);
            assert!(found.is_empty(), "{case}{found:?}");
            worse += usize::from(outcome.verdict != Some(bench.truth.verdict));
        }
    }
    assert!(worse > 150, "{worse}");
}

const SLOT: &str = "Virtual PCD 00 00";

fn quiet(_: Event<'_>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn link() -> Box<dyn Transport> {
    Readers::connect().unwrap().wait_for_card_in(SLOT, Duration::from_secs(10), &mut quiet).unwrap()
}

fn issued() -> Issued {
    Issued::new(profile::vn().with_max_answer(4_096))
}

/// Reads the card in the reader, which is not waited for once it is lost, and tells of each exchange.
fn read(issued: &Issued, on_exchange: &mut dyn FnMut(u32)) -> Result<Document, ReadError> {
    let mut options = Options::default();
    options.resume = Resume { attempts: 0, patience: Duration::ZERO };
    let mut show = |event: Event<'_>| {
        if let Event::Exchange { number } = event {
            on_exchange(number);
        }
        ControlFlow::Continue(())
    };
    let card = Card::connect(link()).unwrap().with_options(options);
    card.open(&issued.password(), &mut show)
        .unwrap_or_else(|error| panic!("{error}"))
        .read(&ReadPlan::full(), &mut show)
}

/// The exchanges of opening this card, and of all.
const OPENING: u32 = 8;
const WHOLE: u32 = 21;

crate::beside_pcscd! {
    fn over_a_real_stack_a_card_lifted_at_any_apdu_of_the_reading_is_told(service) {
        let issued = issued();
        for at in OPENING + 1..=WHOLE {
            let card = lay_until(0, issued.card(), usize::try_from(at).unwrap());
            let cut = read(&issued, &mut |_| {}).err().unwrap();
            assert!(matches!(cut.error, Error::Transport(TransportError::CardRemoved)), "at {at}: {}", cut.error);
            assert_eq!(cut.place.exchange, at);
            assert!(issued.report(&cut.document).verdict() <= Verdict::Undetermined);
            drop(card);
            until("the card is gone", || !Readers::connect().unwrap().list().unwrap()[0].card_present);
        }
        let _card = lay(0, issued.card());
        let document = read(&issued, &mut |_| {}).unwrap();
        assert_eq!((document.exchanges(), issued.report(&document).verdict()), (WHOLE, Verdict::Genuine));
    }

    fn over_a_real_stack_a_reader_that_goes_with_the_service_is_told(service) {
        let issued = issued();
        for at in [OPENING + 1, WHOLE - 4, WHOLE] {
            let mut card = Some(lay(0, issued.card()));
            let cut = read(&issued, &mut |number| {
                if number == at {
                    // Its readers are gone when it comes back.
                    service.restart_with(false);
                    card = None;
                }
            }).err().unwrap();
            assert!(matches!(cut.error, Error::Transport(TransportError::NoService)), "at {at}: {}", cut.error);
            assert_eq!(cut.place.exchange, at);
            assert!(matches!(
                Readers::connect().unwrap().wait_for_card(Duration::from_millis(300), &mut quiet),
                Err(Error::Transport(TransportError::NoReader))
            ));
            service.restart_with(true);
        }
        let _card = lay(0, issued.card());
        assert_eq!(issued.report(&read(&issued, &mut |_| {}).unwrap()).verdict(), Verdict::Genuine);
    }

    fn over_a_real_stack_a_service_that_stops_is_told(service) {
        let issued = issued();
        for at in [OPENING + 1, WHOLE] {
            let card = lay(0, issued.card());
            let cut = read(&issued, &mut |number| {
                if number == at {
                    service.stop();
                }
            }).err().unwrap();
            assert!(matches!(cut.error, Error::Transport(TransportError::NoService)), "at {at}: {}", cut.error);
            assert!(cut.error.is_retryable());
            drop(card);
            service.start();
        }
        let _card = lay(0, issued.card());
        assert_eq!(issued.report(&read(&issued, &mut |_| {}).unwrap()).verdict(), Verdict::Genuine);
    }

    fn over_a_real_stack_no_other_program_comes_between_two_apdus(service) {
        // Another program tries to get at the card all along: it is told that the card is held, and the card sees no reset.
        let issued = issued();
        let card = lay(0, issued.card());
        let over = AtomicBool::new(false);
        let (document, refused) = scope(|scope| {
            let other = scope.spawn(|| {
                let readers = Readers::connect().unwrap();
                let mut refused = 0;
                while !over.load(Ordering::Relaxed) {
                    // Only once the card is held: before, it would be the first.
                    if card.seen().iter().any(|seen| matches!(seen, OnCard::Command(_))) {
                        match readers.wait_for_card_in(SLOT, Duration::from_secs(10), &mut quiet) {
                            Err(Error::Transport(TransportError::Busy)) => refused += 1,
                            Err(error) => panic!("another error: {error}"),
                            Ok(_) if over.load(Ordering::Relaxed) => {}
                            Ok(_) => panic!("the other program has the card"),
                        }
                    }
                    sleep(Duration::from_millis(20));
                }
                refused
            });
            let document = read(&issued, &mut |_| sleep(Duration::from_millis(400))).unwrap();
            over.store(true, Ordering::Relaxed);
            (document, other.join().unwrap())
        });
        assert!(refused >= 2, "{refused} tries");
        assert_eq!(issued.report(&document).verdict(), Verdict::Genuine);
        let seen = card.seen();
        let first = seen.iter().position(|seen| matches!(seen, OnCard::Command(_))).unwrap();
        let last = seen.iter().rposition(|seen| matches!(seen, OnCard::Command(_))).unwrap();
        assert!(seen[first..last].iter().all(|seen| matches!(seen, OnCard::Command(_))), "{seen:?}");
    }

    fn over_a_real_stack_a_card_that_another_program_holds_is_told(service) {
        let issued = issued();
        let _card = lay(0, issued.card());
        let held = link();
        let outcome = Readers::connect().unwrap().wait_for_card_in(SLOT, Duration::from_secs(10), &mut quiet);
        assert!(matches!(outcome, Err(Error::Transport(TransportError::Busy))));
        drop(held);
        assert_eq!(issued.report(&read(&issued, &mut |_| {}).unwrap()).verdict(), Verdict::Genuine);
    }

    fn over_a_real_stack_a_card_that_does_not_answer_for_long_is_waited_for(service) {
        // No time-out of our own within what a chip may need: eight seconds over one APDU.
        let issued = issued();
        let mut sim = issued.card();
        let atr = sim.atr().to_vec();
        let mut commands = 0;
        let _card = crate::support::scripted_card::ScriptedCard::lay(0, &atr, move |command| {
            commands += 1;
            if commands == OPENING + 2 {
                sleep(Duration::from_secs(8));
            }
            crate::support::scripted_card::Reply::Answer(sim.transmit(command).unwrap())
        });
        let began = Instant::now();
        let document = read(&issued, &mut |_| {}).unwrap();
        assert!(began.elapsed() > Duration::from_secs(8));
        assert_eq!(issued.report(&document).verdict(), Verdict::Genuine);
    }

    fn over_a_real_stack_a_caller_who_dawdles_keeps_the_card(service) {
        // Windows resets a card that is held and hears nothing for five seconds: the line asks for its state meanwhile.
        let asked = |log: &str| log.matches("SCardStatus()").count() + log.matches("STATUS").count();
        let issued = issued();
        let card = lay(0, issued.card());
        let mut idle = 0;
        let document = read(&issued, &mut |number| {
            if number == OPENING + 3 {
                let before = asked(&service.log());
                sleep(Duration::from_millis(6_500));
                idle = asked(&service.log()) - before;
            }
        }).unwrap();
        assert!(idle >= 2, "asked {idle} times in six seconds and a half");
        assert_eq!(document.resumes() + document.restarts(), 0);
        assert_eq!(document.verify(&crate::reading::trust(&issued.profile), now()).verdict(), Verdict::Genuine);
        assert!(card.seen().iter().filter(|seen| matches!(seen, OnCard::Command(_))).count() == 21);
    }
}

/// The items of the suite, and the tests that show them.
const ITEMS: [(&str, &[&str]); 8] = [
    (
        "removal",
        &[
            "a_card_removed_for_good_is_told_at_every_apdu",
            "a_card_removed_and_laid_back_is_read_on_at_every_apdu_after_it_was_opened",
            "over_a_real_stack_a_card_lifted_at_any_apdu_of_the_reading_is_told",
        ],
    ),
    (
        "reader unplugged",
        &["an_unplugged_reader_is_told_at_every_apdu", "over_a_real_stack_a_reader_that_goes_with_the_service_is_told"],
    ),
    (
        "SCARD_W_RESET_CARD",
        &[
            "a_reset_by_another_program_is_told_at_every_apdu",
            "a_reset_that_is_not_reported_never_goes_unseen_at_any_apdu",
        ],
    ),
    (
        "SCARD_E_NO_SERVICE",
        &["a_service_that_is_gone_is_told_at_every_apdu", "over_a_real_stack_a_service_that_stops_is_told"],
    ),
    (
        "timeouts",
        &["a_timeout_is_told_at_every_apdu", "over_a_real_stack_a_card_that_does_not_answer_for_long_is_waited_for"],
    ),
    (
        "sharing violation",
        &["a_sharing_violation_is_told_at_every_apdu", "over_a_real_stack_a_card_that_another_program_holds_is_told"],
    ),
    ("another process resets", &["over_a_real_stack_no_other_program_comes_between_two_apdus"]),
    ("five seconds idle on Windows", &["over_a_real_stack_a_caller_who_dawdles_keeps_the_card"]),
];

#[test]
fn every_item_of_the_suite_has_its_test() {
    crate::suites::every_item_has_its_test(&ITEMS, include_str!("pcsc.rs"), "every_item_of_the_suite_has_its_test");
}
