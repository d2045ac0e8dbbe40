//! Does a card that is lost in the middle of a reading go on where it stopped, and never earn more than the truth?
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::result_large_err, reason = "a test's own shorthand")]

#[path = "support/reading.rs"]
mod reading;

use chipid::document::FileState;
use chipid::error::{Broken, Step};
use chipid::event::Show;
use chipid::internals::crypto::GroupId;
use chipid::internals::issuer::AgreementKey;
use chipid::lds::{DataGroup, FileId};
use chipid::reading::{Options, Resume};
use chipid::sim::profile::CardSecurityPlan;
use chipid::sim::{Folder, PlantedDefect, Profile, Quirk, SimulatedCard, profile};
use chipid::transport::Transport;
use chipid::{
    Card, CheckId, Document, Error, Event, Limits, Password, ReadError, ReadPlan, Reason, State, TransportError,
    Verdict,
};
use reading::{Issued, go_on, lines, mrz_only};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A reader from which the card is taken at some exchanges, counted from 0, and laid back, perhaps another one.
struct Counter {
    card: SimulatedCard,
    next: Vec<SimulatedCard>,
    leaves_at: Vec<usize>,
    count: usize,
    away: bool,
    never_back: bool,
    commands: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Counter {
    fn new(card: SimulatedCard, leaves_at: &[usize]) -> Self {
        Self {
            card,
            next: Vec::new(),
            leaves_at: leaves_at.to_vec(),
            count: 0,
            away: false,
            never_back: false,
            commands: Arc::default(),
        }
    }
}

impl Transport for Counter {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let here = self.count;
        self.count += 1;
        if self.away || self.leaves_at.contains(&here) {
            self.away = true;
            return Err(TransportError::CardRemoved);
        }
        self.commands.lock().unwrap().push(command.to_vec());
        self.card.transmit(command)
    }

    fn reset(&mut self) -> Result<(), TransportError> {
        if self.away { Err(TransportError::CardRemoved) } else { self.card.reset() }
    }

    fn reconnect(&mut self, _: Duration, show: &mut Show<'_>) -> Result<(), Error> {
        if show(Event::Waiting { elapsed: Duration::ZERO }).is_break() {
            return Err(Error::Cancelled);
        }
        if self.never_back {
            return Err(TransportError::NoCard.into());
        }
        self.away = false;
        if let Some(next) = self.next.pop() {
            self.card = next;
        }
        Ok(self.card.reset()?)
    }

    fn atr(&self) -> &[u8] {
        self.card.atr()
    }

    fn reader(&self) -> &str {
        "Counter"
    }
}

fn options(attempts: u32) -> Options {
    let mut options = Options::default();
    options.resume = Resume { attempts, patience: Duration::ZERO };
    options
}

/// Reads with known lengths, and gives what was held also where the reading ended.
fn read(counter: Counter, issued: &Issued, attempts: u32) -> Result<Document, (Error, Option<Document>)> {
    let limits = match issued.profile.max_answer {
        0..=256 => Limits::SHORT,
        bytes => Limits::new(bytes, bytes),
    };
    let card = Card::connect(Box::new(counter)).unwrap().with_limits(limits).with_options(options(attempts));
    let session = card.open(&issued.password(), &mut go_on).map_err(|error| (error.error, None))?;
    session.read(&ReadPlan::full(), &mut go_on).map_err(|ReadError { error, document, .. }| (error, Some(*document)))
}

fn profiles() -> [Issued; 3] {
    [profile::vn().with_max_answer(2_048), profile::vn().with_max_answer(256), profile::passport()].map(Issued::new)
}

fn exchanges(issued: &Issued) -> usize {
    usize::try_from(read(Counter::new(issued.card(), &[]), issued, 0).unwrap().exchanges()).unwrap()
}

#[test]
fn a_card_lost_at_any_exchange_comes_back_and_is_as_genuine_as_before() {
    let mut resumed_files = 0;
    let mut cases = 0;
    for issued in profiles() {
        let whole = exchanges(&issued);
        for at in 0..whole {
            let name = format!("{} at {at}", issued.profile.name);
            match read(Counter::new(issued.card(), &[at]), &issued, 2) {
                Ok(document) => {
                    let report = issued.report(&document);
                    assert_eq!(report.verdict(), Verdict::Genuine, "{name}\n{}", lines(&report));
                    assert_eq!((document.resumes(), report.resumes()), (1, 1), "{name}");
                    resumed_files += document.resumed_files().len();
                }
                // Before the chip was open there is nothing to resume.
                Err((error, None)) => assert!(matches!(error, Error::Transport(_)), "{name}: {error}"),
                Err((error, Some(_))) => panic!("{name}: {error}"),
            }
            cases += 1;
        }
    }
    println!("{cases} losses, {resumed_files} files went on at their offset");
    assert!(resumed_files > 50, "{resumed_files}");
}

#[test]
fn a_file_goes_on_at_its_offset_and_no_command_is_sent_twice() {
    let issued = Issued::new(profile::vn().with_max_answer(256));
    let whole = exchanges(&issued);
    // In the middle of EF.DG2, by far the longest file.
    let counter = Counter::new(issued.card(), &[whole * 2 / 3]);
    let commands = Arc::clone(&counter.commands);
    let document = read(counter, &issued, 2).unwrap();
    assert_eq!(document.resumed_files(), [FileId::DataGroup(DataGroup::DG2)]);
    // Access, EF.SOD and chip authentication again, and the lost exchange; not EF.DG2 from its start.
    let again = usize::try_from(document.exchanges()).unwrap() - whole;
    assert!(again < 30, "{again} exchanges more");
    let commands = commands.lock().unwrap();
    let protected: Vec<_> = commands.iter().filter(|command| command[0] & 0x0C == 0x0C).collect();
    let mut distinct = protected.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), protected.len(), "a protected command was sent again");
}

#[test]
fn retries_are_bounded_and_a_card_that_stays_away_gives_what_was_held() {
    let issued = Issued::new(profile::vn().with_max_answer(2_048));
    let whole = exchanges(&issued);
    let every_third: Vec<usize> = (whole - 4..whole * 10).step_by(3).collect();
    let Err((error, Some(document))) = read(Counter::new(issued.card(), &every_third), &issued, 2) else {
        panic!("a card that leaves for ever")
    };
    assert!(matches!(error, Error::Transport(TransportError::CardRemoved)), "{error}");
    assert_eq!(document.resumes(), 2);
    assert_eq!(issued.report(&document).verdict(), Verdict::Undetermined);

    let mut counter = Counter::new(issued.card(), &[whole - 4]);
    counter.never_back = true;
    let Err((error, Some(document))) = read(counter, &issued, 2) else { panic!("a card that stays away") };
    assert!(matches!(error, Error::Transport(TransportError::CardRemoved)), "{error}");
    assert_eq!(document.resumes(), 1);
    assert_eq!(issued.report(&document).verdict(), Verdict::Undetermined);

    // Without resuming the first loss is the end.
    let Err((error, Some(document))) = read(Counter::new(issued.card(), &[whole - 4]), &issued, 0) else {
        panic!("no attempt is allowed")
    };
    assert!(matches!(error, Error::Transport(TransportError::CardRemoved)) && document.resumes() == 0, "{error}");
}

#[test]
fn another_card_is_refused_also_where_the_same_password_opens_it() {
    let issued = Issued::new(profile::vn().with_max_answer(2_048));
    let whole = exchanges(&issued);
    let other = |profile: Profile| {
        let mut counter = Counter::new(issued.card(), &[whole - 3]);
        counter.next.push(profile.card().unwrap());
        read(counter, &issued, 2)
    };
    // Another holder whose card has the same CAN, and one with another.
    let mut same_can = profile::vn().with_max_answer(2_048);
    same_can.person.primary = "TRAN".into();
    let other_can = Profile { can: Some("424242".into()), ..profile::vn().with_max_answer(2_048) };
    for profile in [same_can, other_can] {
        let Err((error, Some(document))) = other(profile) else { panic!("another card was taken") };
        let is_other = matches!(error, Error::Protocol { during: Step::Resume, broken: Broken::OtherCard });
        assert!(is_other, "{error}");
        assert_eq!(issued.report(&document).verdict(), Verdict::Undetermined);
    }
}

#[test]
fn a_file_that_differs_after_the_loss_is_read_anew_and_judged_by_its_hash() {
    let issued = Issued::new(profile::vn().with_max_answer(256));
    let whole = exchanges(&issued);
    let altered = |at_end: bool| {
        let mut card = issued.card();
        let dg2 = card.files_mut().iter_mut().find(|file| file.fid == 0x0102).unwrap();
        let at = if at_end { dg2.content.len() - 1 } else { 50 };
        dg2.content[at] ^= 1;
        card
    };
    for at_end in [false, true] {
        let mut counter = Counter::new(issued.card(), &[whole * 2 / 3]);
        counter.next.push(altered(at_end));
        let document = read(counter, &issued, 2).unwrap();
        let report = issued.report(&document);
        // Altered in what was held already: the whole has the right hash. Altered in what came after: failed.
        let expected = if at_end { (Verdict::Failed, State::Failed) } else { (Verdict::Genuine, State::Successful) };
        let got = (report.verdict(), report.check(CheckId::PaDg2).unwrap().state);
        assert_eq!(got, expected, "{}", lines(&report));
    }
}

#[test]
fn a_copy_laid_in_place_of_the_card_does_not_inherit_its_proof() {
    let issued = Issued::new(profile::vn().with_max_answer(2_048));
    let whole = exchanges(&issued);
    // After chip authentication was proven the card is changed for one with the same files and no keys.
    let copy = Profile { chip_authentication: Vec::new(), active_authentication: None, ..issued.profile.clone() };
    let mut card = copy.card().unwrap();
    card.files_mut().clear();
    card.files_mut().extend(issued.card().files_mut().iter().cloned());
    let mut counter = Counter::new(issued.card(), &[whole - 3]);
    counter.next.push(card);
    let document = read(counter, &issued, 2).unwrap();
    let report = issued.report(&document);
    assert_eq!(report.verdict(), Verdict::Failed, "{}", lines(&report));
    assert_eq!(report.check(CheckId::ChipChipAuthentication).unwrap().state, State::Failed);
}

#[test]
fn another_chip_of_the_product_does_not_inherit_what_the_mapping_proved() {
    let shared = Some(CardSecurityPlan { keys_in_dg14: true, ..CardSecurityPlan::new() });
    for card_security in [shared, Some(CardSecurityPlan::new())] {
        let issued = Issued::new(Profile { card_security, ..profile::cam() }.with_max_answer(2_048));
        let whole = exchanges(&issued);
        let GroupId::Curve(curve) = issued.profile.pace[0].group else { panic!("not a curve") };
        // The same files, with the key and the EF.CardSecurity of another chip.
        let other_chip = || {
            let mut card = issued.card();
            card.set_mapping_key(curve, AgreementKey::of(GroupId::Curve(curve), "another").unwrap().private);
            let other = issued.profile.clone().with_defect(PlantedDefect::CardSecurityOtherKey);
            let mut files = card.files_mut().iter_mut();
            let file = files.find(|file| (file.folder, file.fid) == (Folder::Master, 0x011D)).unwrap();
            file.content = other.card_security().unwrap().unwrap();
            drop(files);
            card
        };
        let lost = |first: SimulatedCard, second: SimulatedCard| {
            let mut counter = Counter::new(first, &[whole - 2]);
            counter.next.push(second);
            let document = read(counter, &issued, 2).unwrap();
            assert_eq!(document.resumes(), 1);
            let report = issued.report(&document);
            (report.verdict(), report.check(CheckId::ChipPaceCam).unwrap().reason, lines(&report))
        };
        // The control: the card itself proves the key again, and chip authentication is still not needed.
        let (verdict, reason, told) = lost(issued.card(), issued.card());
        assert_eq!((verdict, reason), (Verdict::Genuine, None), "{told}");
        // EF.CardSecurity is read once. The key of the file that is held is what each session must prove.
        for (first, second) in [(issued.card(), other_chip()), (other_chip(), issued.card())] {
            let (verdict, reason, told) = lost(first, second);
            assert_eq!((verdict, reason), (Verdict::Failed, Some(Reason::BadKey)), "{told}");
        }
    }
}

#[test]
fn a_copy_that_is_opened_by_bac_does_not_inherit_what_pace_showed() {
    let mut options = options(2);
    options.allow_bac_after_pace = true;
    let issued = Issued::new(Profile { bac: true, ..profile::cam() });
    let refusing = issued.profile.clone().with_quirk(Quirk::PaceOffered6fff);
    let password = || Password::can(issued.profile.can().unwrap()).unwrap().or(mrz_only(&issued.profile));
    let read = |counter: Counter| {
        let card = Card::connect(Box::new(counter)).unwrap().with_limits(Limits::SHORT).with_options(options);
        card.open(&password(), &mut go_on).unwrap().read(&ReadPlan::full(), &mut go_on)
    };
    let whole = read(Counter::new(issued.card(), &[])).unwrap();
    assert_eq!(issued.report(&whole).verdict(), Verdict::Genuine);
    let exchanges = usize::try_from(whole.exchanges()).unwrap();
    // After EF.CardSecurity the card is changed for one with the same files that refuses PACE.
    for at in [exchanges / 2, exchanges - 1] {
        let mut card = refusing.card().unwrap();
        card.files_mut().clear();
        card.files_mut().extend(issued.card().files_mut().iter().cloned());
        let mut counter = Counter::new(issued.card(), &[at]);
        counter.next.push(card);
        let report = issued.report(&read(counter).unwrap());
        assert!(report.access().unwrap().downgraded);
        assert!(report.verdict() < Verdict::Genuine, "at {at}\n{}", lines(&report));
    }
}

#[test]
fn a_challenge_of_the_callers_is_never_used_twice() {
    let issued = Issued::new(profile::vn().with_max_answer(2_048));
    let whole = exchanges(&issued);
    let plan = ReadPlan::full().with_challenge([7; 8]);
    let card = Card::connect(Box::new(Counter::new(issued.card(), &[whole - 1]))).unwrap();
    let card = card.with_limits(Limits::new(2_048, 2_048)).with_options(options(2));
    let session = card.open(&issued.password(), &mut go_on).unwrap();
    let document = session.read(&plan, &mut go_on).unwrap();
    let report = issued.report(&document);
    let check = report.check(CheckId::ChipActiveAuthentication).unwrap();
    assert_eq!(check.state, State::Undetermined, "{}", lines(&report));
    assert_eq!(report.verdict(), Verdict::Undetermined);
}

#[test]
fn the_caller_can_stop_the_wait() {
    let issued = Issued::new(profile::vn().with_max_answer(2_048));
    let whole = exchanges(&issued);
    let card = Card::connect(Box::new(Counter::new(issued.card(), &[whole - 3]))).unwrap();
    let card = card.with_limits(Limits::new(2_048, 2_048)).with_options(options(2));
    let session = card.open(&issued.password(), &mut go_on).unwrap();
    let mut stop = |event: Event<'_>| match event {
        Event::Waiting { .. } => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    };
    let error = session.read(&ReadPlan::full(), &mut stop).unwrap_err();
    assert!(matches!(error.error, Error::Cancelled), "{}", error.error);
    assert!(matches!(error.document.file(FileId::Sod), FileState::Read(_)));
}
