//! Does the line hold over a real PC/SC stack? Each test has a pcscd of its own with two virtual readers.
#![cfg(target_os = "linux")]

mod support;

use chipid::error::{Error, TransportError};
use chipid::event::Event;
use chipid::pcsc::{Change, Readers};
use chipid::transport::Transport;
use chipid::transport::transcript::{Recorder, Replay, Transcript};
use std::ops::ControlFlow;
use std::sync::mpsc::channel;
use std::thread::{scope, sleep, spawn};
use std::time::{Duration, Instant};
use support::pcscd::until;
use support::scripted_card::{ATR, Reply, ScriptedCard, Seen};

const FIRST: &str = "Virtual PCD 00 00";
const SECOND: &str = "Virtual PCD 00 01";
const COMMAND: [u8; 5] = [0x00, 0xB0, 0x9C, 0x00, 0x00];

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

fn quiet(_: Event<'_>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// Connects to the card in a reader, within ten seconds.
fn link(reader: &str) -> Box<dyn Transport> {
    Readers::connect().unwrap().wait_for_card_in(reader, seconds(10), &mut quiet).unwrap()
}

#[track_caller]
fn transport_error<T>(outcome: Result<T, Error>) -> TransportError {
    match outcome {
        Err(Error::Transport(error)) => error,
        Err(other) => panic!("another error: {other}"),
        Ok(_) => panic!("no error"),
    }
}

fn echoed(command: &[u8]) -> Vec<u8> {
    [command, &[0x90, 0x00]].concat()
}

beside_pcscd! {
    fn lists_the_readers_and_the_card_in_them(service) {
        let readers = Readers::connect().unwrap();
        let _card = ScriptedCard::echo(1);
        until("the card is seen", || readers.list().unwrap().iter().any(|reader| reader.card_present));
        let list = readers.list().unwrap();
        assert_eq!(list.iter().map(|reader| reader.name.as_str()).collect::<Vec<_>>(), [FIRST, SECOND]);
        assert!(!list[0].card_present && list[0].atr.is_none());
        assert!(list[1].card_present);
        assert_eq!(list[1].atr.as_deref(), Some(&ATR[..]));
        assert!(!list[1].in_use);
        let _link = link(SECOND);
        assert!(readers.list().unwrap()[1].in_use);
    }

    fn waits_for_a_card_that_comes_later(service) {
        let later = spawn(|| {
            sleep(Duration::from_millis(700));
            ScriptedCard::echo(0)
        });
        let mut asked = 0;
        let mut link = Readers::connect().unwrap().wait_for_card(seconds(10), &mut |event| {
            assert!(matches!(event, Event::Waiting { .. }));
            asked += 1;
            ControlFlow::Continue(())
        }).unwrap();
        assert!(asked >= 3, "the closure was asked {asked} times in 700 ms");
        assert_eq!(link.reader(), FIRST);
        assert_eq!(link.atr(), ATR);
        assert_eq!(link.max_apdu(), None);
        assert_eq!(link.transmit(&COMMAND).unwrap(), echoed(&COMMAND));
        drop(later.join().unwrap());
    }

    fn a_wait_ends_in_time(service) {
        let began = Instant::now();
        let outcome = Readers::connect().unwrap().wait_for_card(seconds(1), &mut quiet);
        assert_eq!(transport_error(outcome), TransportError::NoCard);
        assert!((900..2_000).contains(&began.elapsed().as_millis()), "{:?}", began.elapsed());
    }

    fn a_wait_is_cancelled_by_the_closure(service) {
        let began = Instant::now();
        let outcome = Readers::connect().unwrap().wait_for_card(seconds(60), &mut |event| match event {
            Event::Waiting { elapsed } if elapsed > Duration::from_millis(500) => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        });
        assert!(matches!(outcome, Err(Error::Cancelled)));
        assert!(began.elapsed() < seconds(2), "{:?}", began.elapsed());
    }

    fn an_unknown_reader_has_its_own_error(service) {
        let _card = ScriptedCard::echo(0);
        let outcome = Readers::connect().unwrap().wait_for_card_in("No such reader", seconds(1), &mut quiet);
        assert_eq!(transport_error(outcome), TransportError::UnknownReader);
    }

    fn readers_come_and_go(service) {
        let readers = Readers::connect().unwrap();
        service.restart_with(false);
        assert!(readers.list().unwrap().is_empty());
        let outcome = readers.wait_for_card(Duration::from_millis(600), &mut quiet);
        assert_eq!(transport_error(outcome), TransportError::NoReader);
        let mut card = None;
        let mut link = readers.wait_for_card(seconds(20), &mut |event| {
            if let Event::Waiting { elapsed } = event && elapsed > Duration::from_millis(400) && card.is_none() {
                service.restart_with(true);
                card = Some(ScriptedCard::echo(0));
            }
            ControlFlow::Continue(())
        }).unwrap();
        assert_eq!(link.transmit(&COMMAND).unwrap(), echoed(&COMMAND));
    }

    fn two_readers_work_at_once(service) {
        let slow = ScriptedCard::lay(0, &ATR, |_| {
            sleep(seconds(2));
            Reply::Answer(vec![0x0A, 0x90, 0x00])
        });
        let fast = ScriptedCard::lay(1, &ATR, |_| Reply::Answer(vec![0x0B, 0x90, 0x00]));
        let (mut first, mut second) = (link(FIRST), link(SECOND));
        scope(|scope| {
            let waiting = scope.spawn(move || first.transmit(&COMMAND).unwrap());
            let began = Instant::now();
            for _ in 0..20 {
                assert_eq!(second.transmit(&COMMAND).unwrap(), [0x0B, 0x90, 0x00]);
            }
            assert!(began.elapsed() < Duration::from_millis(1_500), "{:?}", began.elapsed());
            assert_eq!(waiting.join().unwrap(), [0x0A, 0x90, 0x00]);
        });
        assert_eq!(slow.seen().iter().filter(|seen| matches!(seen, Seen::Command(_))).count(), 1);
        assert_eq!(fast.seen().iter().filter(|seen| matches!(seen, Seen::Command(_))).count(), 20);
    }

    fn a_card_removed_in_mid_exchange_is_told(service) {
        let mut count = 0;
        let card = ScriptedCard::lay(0, &ATR, move |command| {
            count += 1;
            if count == 3 { Reply::HangUp } else { Reply::Answer(echoed(command)) }
        });
        let mut line = link(FIRST);
        assert!(line.transmit(&COMMAND).is_ok());
        assert!(line.transmit(&COMMAND).is_ok());
        assert_eq!(line.transmit(&COMMAND), Err(TransportError::CardRemoved));
        assert_eq!(line.transmit(&COMMAND), Err(TransportError::CardRemoved));
        drop(line);
        drop(card);
        let _again = ScriptedCard::echo(0);
        assert!(link(FIRST).transmit(&COMMAND).is_ok());
    }

    fn a_card_removed_between_exchanges_is_told(service) {
        let card = ScriptedCard::echo(0);
        let mut line = link(FIRST);
        assert!(line.transmit(&COMMAND).is_ok());
        card.lift();
        assert_eq!(line.transmit(&COMMAND), Err(TransportError::CardRemoved));
        assert_eq!(line.reset(), Err(TransportError::CardRemoved));
    }

    fn an_answer_of_one_byte_is_an_error_of_the_line(service) {
        let _card = ScriptedCard::lay(0, &ATR, |_| Reply::Answer(vec![0x90]));
        assert_eq!(link(FIRST).transmit(&COMMAND), Err(TransportError::Communication));
    }

    fn another_program_finds_the_card_held(service) {
        let card = ScriptedCard::echo(0);
        let mut line = link(FIRST);
        let began = Instant::now();
        let outcome = Readers::connect().unwrap().wait_for_card_in(FIRST, seconds(30), &mut quiet);
        assert_eq!(transport_error(outcome), TransportError::Busy);
        assert!((1_500..4_000).contains(&began.elapsed().as_millis()), "{:?}", began.elapsed());
        assert!(line.transmit(&COMMAND).is_ok());
        drop(line);
        assert!(link(FIRST).transmit(&COMMAND).is_ok());
        drop(card);
    }

    fn a_card_held_for_a_moment_is_waited_for(service) {
        let _card = ScriptedCard::echo(0);
        let line = link(FIRST);
        let leaving = spawn(move || {
            sleep(Duration::from_millis(800));
            drop(line);
        });
        assert!(link(FIRST).transmit(&COMMAND).is_ok());
        leaving.join().unwrap();
    }

    fn takes_the_free_card_where_another_is_held(service) {
        let (_one, _two) = (ScriptedCard::echo(0), ScriptedCard::echo(1));
        let _held = link(FIRST);
        let free = Readers::connect().unwrap().wait_for_card(seconds(10), &mut quiet).unwrap();
        assert_eq!(free.reader(), SECOND);
    }

    fn leaving_resets_the_card(service) {
        let card = ScriptedCard::echo(0);
        let mut line = link(FIRST);
        line.transmit(&COMMAND).unwrap();
        let before = card.seen();
        assert_eq!(before.last(), Some(&Seen::Command(COMMAND.to_vec())));
        drop(line);
        until("the card is reset", || card.seen()[before.len()..].contains(&Seen::Reset));
    }

    fn leaving_after_an_error_resets_the_card(service) {
        let card = ScriptedCard::lay(0, &ATR, |_| Reply::Answer(vec![0x90]));
        let mut line = link(FIRST);
        assert!(line.transmit(&COMMAND).is_err());
        let before = card.seen().len();
        drop(line);
        until("the card is reset", || card.seen()[before..].contains(&Seen::Reset));
    }

    fn a_reset_reaches_the_card(service) {
        let card = ScriptedCard::echo(0);
        let mut line = link(FIRST);
        line.transmit(&COMMAND).unwrap();
        let before = card.seen().len();
        line.reset().unwrap();
        assert!(card.seen()[before..].contains(&Seen::Reset), "{:?}", card.seen());
        assert_eq!(line.atr(), ATR);
        assert!(line.transmit(&COMMAND).is_ok());
    }

    fn carries_the_longest_answers_and_commands(service) {
        let _card = ScriptedCard::lay(0, &ATR, |command| {
            let mut answer = vec![command[command.len() - 1]; 65_533];
            answer.extend([0x90, 0x00]);
            Reply::Answer(answer)
        });
        let mut line = link(FIRST);
        for length in [5, 261, 262, 4_096, 65_535] {
            let mut command = vec![0x5A; length];
            command[..5].copy_from_slice(&COMMAND);
            *command.last_mut().unwrap() = 0xA5;
            let answer = line.transmit(&command).unwrap();
            assert_eq!(answer.len(), 65_535, "after {length}");
            assert_eq!(&answer[65_531..], [0xA5, 0xA5, 0x90, 0x00]);
        }
        assert_eq!(line.transmit(&vec![0; 65_545]), Err(TransportError::TooLong));
    }

    fn a_slow_card_is_waited_for(service) {
        let _card = ScriptedCard::lay(0, &ATR, |_| {
            sleep(seconds(8));
            Reply::Answer(vec![0x90, 0x00])
        });
        assert_eq!(link(FIRST).transmit(&COMMAND).unwrap(), [0x90, 0x00]);
    }

    fn a_memory_card_is_no_chip_card(service) {
        let mut atr = vec![0x3B, 0x8F, 0x80, 0x01, 0x80, 0x4F, 0x0C, 0xA0, 0, 0, 3, 6, 3, 0, 1, 0, 0, 0, 0];
        atr.push(atr[1..].iter().fold(0, |sum, byte| sum ^ byte));
        let _card = ScriptedCard::lay(0, &atr, |_| Reply::Answer(vec![0x6D, 0x00]));
        let outcome = Readers::connect().unwrap().wait_for_card(seconds(10), &mut quiet);
        assert_eq!(transport_error(outcome), TransportError::NotSmartCard);
    }

    fn an_idle_line_is_kept_warm_until_it_is_dropped(service) {
        let asked = |log: &str| log.matches("SCardStatus()").count() + log.matches("STATUS").count();
        let _card = ScriptedCard::echo(0);
        let mut line = link(FIRST);
        line.transmit(&COMMAND).unwrap();
        let before = asked(&service.log());
        sleep(seconds(6));
        let idle = asked(&service.log());
        assert!(idle >= before + 2, "asked {before} times before six seconds of idleness, {idle} times after");
        assert!(line.transmit(&COMMAND).is_ok());
        drop(line);
        let dropped = asked(&service.log());
        sleep(seconds(4));
        assert_eq!(asked(&service.log()), dropped);
    }

    fn says_when_the_service_does_not_run(service) {
        let readers = Readers::connect().unwrap();
        service.stop();
        assert_eq!(transport_error(Readers::connect()), TransportError::NoService);
        assert_eq!(transport_error(readers.list()), TransportError::NoService);
        let began = Instant::now();
        assert_eq!(transport_error(readers.wait_for_card(seconds(60), &mut quiet)), TransportError::NoService);
        assert!(began.elapsed() < seconds(10), "{:?}", began.elapsed());
        service.start();
        until("the readers are back", || readers.list().is_ok_and(|list| list.len() == 2));
    }

    fn a_wait_outlives_a_restart_of_the_service(service) {
        let mut card = None;
        let mut restarted = false;
        let mut line = Readers::connect().unwrap().wait_for_card(seconds(30), &mut |event| {
            if let Event::Waiting { elapsed } = event && elapsed > Duration::from_millis(400) && !restarted {
                restarted = true;
                service.restart_with(true);
                card = Some(ScriptedCard::echo(0));
            }
            ControlFlow::Continue(())
        }).unwrap();
        assert!(restarted);
        assert!(line.transmit(&COMMAND).is_ok());
    }

    fn a_line_outlives_a_restart_of_the_service(service) {
        let card = ScriptedCard::echo(0);
        let mut line = link(FIRST);
        assert!(line.transmit(&COMMAND).is_ok());
        service.stop();
        drop(card);
        assert_eq!(line.transmit(&COMMAND), Err(TransportError::NoService));
        assert_eq!(line.reset(), Err(TransportError::NoService));
        service.start();
        let _again = ScriptedCard::echo(0);
        let readers = Readers::connect().unwrap();
        until("the card is seen", || readers.list().unwrap().iter().any(|reader| reader.card_present));
        assert_eq!(line.transmit(&COMMAND), Err(TransportError::NoService), "never resent behind the caller's back");
        // What lies there now may be another card: said once.
        assert_eq!(line.reset(), Err(TransportError::CardReset));
        line.reset().unwrap();
        assert_eq!(line.transmit(&COMMAND).unwrap(), echoed(&COMMAND));
    }

    fn watches_cards_and_the_service_come_and_go(service) {
        let (told, tell) = channel();
        let watcher = spawn(move || {
            Readers::connect().unwrap().watch(Some(seconds(60)), &mut |change| {
                let word = match change {
                    Change::ReaderAttached(info) => format!("reader {}", info.name),
                    Change::ReaderDetached { reader } => format!("no reader {reader}"),
                    Change::CardInserted(info) => format!("card {}", info.name),
                    Change::CardRemoved { reader } => format!("no card {reader}"),
                    Change::ServiceLost => "service lost".into(),
                    Change::ServiceBack => "service back".into(),
                    _ => return ControlFlow::Continue(()),
                };
                match told.send(word) {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(_) => ControlFlow::Break(()),
                }
            })
        });
        let next = |expected: &str| assert_eq!(tell.recv_timeout(seconds(10)).as_deref(), Ok(expected));
        next("reader Virtual PCD 00 00");
        next("reader Virtual PCD 00 01");
        let card = ScriptedCard::echo(1);
        next("card Virtual PCD 00 01");
        card.lift();
        next("no card Virtual PCD 00 01");
        service.stop();
        next("no reader Virtual PCD 00 00");
        next("no reader Virtual PCD 00 01");
        next("service lost");
        service.start();
        next("service back");
        next("reader Virtual PCD 00 00");
        next("reader Virtual PCD 00 01");
        drop(tell);
        let _card = ScriptedCard::echo(0);
        watcher.join().unwrap().unwrap();
    }

    fn a_watch_ends_in_time(service) {
        let mut waits = 0;
        Readers::connect().unwrap().watch(Some(seconds(1)), &mut |change| {
            waits += usize::from(matches!(change, Change::Waiting { .. }));
            ControlFlow::Continue(())
        }).unwrap();
        assert!(waits >= 4, "{waits} times");
    }

    fn a_recording_of_a_real_line_replays(service) {
        let _card = ScriptedCard::echo(0);
        let mut recorder = Recorder::new(link(FIRST));
        let recording = recorder.recording();
        recorder.transmit(&COMMAND).unwrap();
        recorder.reset().unwrap();
        drop(recorder);
        let transcript: Transcript = recording.transcript().to_string().parse().unwrap();
        let mut replay = Replay::new(transcript);
        assert_eq!((replay.reader(), replay.atr()), (FIRST, &ATR[..]));
        assert_eq!(replay.transmit(&COMMAND).unwrap(), echoed(&COMMAND));
        assert_eq!(replay.reset(), Ok(()));
        assert_eq!(replay.transmit(&COMMAND), Err(TransportError::Transcript(3)));
    }
}
