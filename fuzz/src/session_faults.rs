//! A whole session with a good simulated card whose files, answers and habits the bytes alter, also beneath secure
//! messaging.
//!
//! The truth is known: nothing is authentic but the very data groups that were issued, under an anchor; nothing is genuine
//! but the chip that holds its keys.

use super::{Bytes, now};
use chipid::event::Show;
use chipid::internals::crypto::SeededRandom;
use chipid::lds::FileId;
use chipid::sim::profile::{self, Contents};
use chipid::sim::{Deviation, Profile, Quirk, SimulatedCard};
use chipid::transport::Transport;
use chipid::trust::{TrustBuilder, TrustStore};
use chipid::{Budget, Card, Document, Error, Event, Password, ReadPlan, TransportError, Verdict};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

/// `profile and anchor ‖ acts`; an act is `what ‖ number ‖ place (2) ‖ value`.
pub fn all(bytes: &[u8]) {
    let _ = verdict(bytes);
}

/// What the reading is worth; `None` where none came about.
pub fn verdict(bytes: &[u8]) -> Option<Verdict> {
    let mut input = Bytes(bytes);
    let mode = input.u8().unwrap_or(0);
    let issued = &issued()[usize::from(mode & 7) % issued().len()];
    let is_clone = mode & 8 != 0;
    let is_trusted = mode & 16 == 0;
    let mut acts = Acts::default();
    let mut profile = issued.profile.clone();
    let mut contents = issued.contents.clone();
    while let Some(act) = Act::read(&mut input) {
        acts.take(act, &mut profile, &mut contents, &mut input);
    }
    if is_clone {
        // The files of a genuine card on a chip that has no key.
        profile.chip_authentication.clear();
        profile.active_authentication = None;
    }
    let Ok(mut card) = profile.card_with(contents) else { return None };
    card.set_random(Box::new(SeededRandom::new([9; 32])));
    if let Some((at, deviation)) = acts.deviation {
        card.deviate(at, deviation);
    }
    let exchanges = Arc::new(Mutex::new(0));
    let line = Line { card, acts, exchanges: Arc::clone(&exchanges), last: Vec::new() };
    let card = Card::connect_with_random(Box::new(line), Box::new(SeededRandom::new([8; 32])));
    let (document, is_whole) = match read(card, &issued.password()) {
        Ok(document) => (document, true),
        Err(Some(document)) => (*document, false),
        Err(None) => return None,
    };
    let trust = if is_trusted { &issued.trust } else { &TrustStore::empty() };
    let verdict = document.verify(trust, now()).verdict();
    let name = issued.profile.name;
    assert!(is_whole || verdict <= Verdict::Undetermined, "{name}: a reading that was cut off looks whole");
    assert!(is_trusted || verdict <= Verdict::Undetermined, "{name}: nobody was trusted");
    assert!(!is_clone || !issued.has_proof || verdict <= Verdict::Undetermined, "{name}: a copy is {verdict:?}");
    assert!(issued.has_proof || verdict <= Verdict::DataAuthentic, "{name}: no proof was due");
    if verdict >= Verdict::DataAuthentic {
        issued.assert_holds(&document);
    }
    Some(verdict)
}

fn read(card: Card, password: &Password) -> Result<Document, Option<Box<Document>>> {
    let mut show = |_: Event<'_>| ControlFlow::Continue(());
    let session = card.open(password, &mut show).map_err(|_| None)?;
    session.read(&ReadPlan::full(), &mut show).map_err(|error| Some(error.document))
}

struct Issued {
    profile: Profile,
    contents: Contents,
    trust: TrustStore,
    has_proof: bool,
}

impl Issued {
    fn new(profile: Profile) -> Self {
        let contents = profile.contents().expect("an issuer");
        let mut trust = TrustBuilder::new();
        trust.add_certificate(&profile.csca().expect("an issuer")).expect("an anchor");
        let trust = trust.build();
        let has_proof = !profile.chip_authentication.is_empty() || profile.active_authentication.is_some();
        Self { profile, contents, trust, has_proof }
    }

    fn password(&self) -> Password {
        match self.profile.can() {
            Some(can) => Password::can(can).expect("a CAN"),
            None if self.profile.bac => Password::mrz(&self.profile.mrz_lines().concat()).expect("an MRZ"),
            None => Password::none(),
        }
    }

    /// Every data group of the document is the one that was issued.
    fn assert_holds(&self, document: &Document) {
        for (file, bytes) in document.files() {
            let FileId::DataGroup(group) = file else { continue };
            let issued = self.contents.groups.iter().find(|(number, _)| *number == group.number());
            assert!(issued.is_some_and(|(_, issued)| issued == bytes), "{file} is not the one that was signed");
        }
    }
}

/// The profiles, their files made once; small portraits and cheap curves, so that a run is quick.
fn issued() -> &'static [Issued] {
    static ISSUED: OnceLock<Vec<Issued>> = OnceLock::new();
    ISSUED.get_or_init(|| {
        let long = |profile: Profile| profile.with_max_answer(65_536);
        [
            profile::plain(),
            long(profile::plain()),
            profile::passport(),
            long(profile::passport()),
            profile::passport().with_max_answer(4_096),
            long(profile::vn()),
            profile::vn().with_max_answer(1_000),
        ]
        .map(Issued::new)
        .into()
    })
}

struct Act {
    what: u8,
    number: u8,
    place: u16,
    value: u8,
}

impl Act {
    fn read(input: &mut Bytes<'_>) -> Option<Self> {
        Some(Self { what: input.u8()?, number: input.u8()?, place: input.u16()?, value: input.u8()? })
    }
}

/// What happens on the line, by the number of the exchange.
#[derive(Default)]
struct Acts {
    on_line: Vec<(usize, OnLine)>,
    deviation: Option<(usize, Deviation)>,
}

enum OnLine {
    Flip(usize, u8),
    Cut(usize),
    Status(u16),
    Replace(Vec<u8>),
    Replay,
    Twice,
    Lost(TransportError),
    Reset,
}

impl Acts {
    fn take(&mut self, act: Act, profile: &mut Profile, contents: &mut Contents, input: &mut Bytes<'_>) {
        let (number, place) = (usize::from(act.number), usize::from(act.place));
        let errors = [TransportError::CardRemoved, TransportError::CardReset, TransportError::Communication];
        let on_line = match act.what % 14 {
            0 => OnLine::Flip(place, act.value),
            1 => OnLine::Cut(place),
            2 => OnLine::Status(act.place),
            3 => OnLine::Replace(input.take(usize::from(act.value)).to_vec()),
            4 => OnLine::Replay,
            5 => OnLine::Twice,
            6 => OnLine::Lost(errors[usize::from(act.value) % errors.len()].clone()),
            7 => OnLine::Reset,
            8 => {
                self.deviation = Some((number, Deviation::ALL[usize::from(act.value) % Deviation::ALL.len()]));
                return;
            }
            9 => {
                profile.quirks.add(Quirk::ALL[usize::from(act.value) % Quirk::ALL.len()]);
                return;
            }
            what => {
                let count = contents.files.len();
                if count == 0 {
                    return;
                }
                let file = &mut contents.files[number % count].content;
                let place = place % (file.len() + 1);
                match what {
                    10 if place < file.len() => file[place] ^= act.value,
                    11 => file.truncate(place),
                    12 => drop(file.splice(place..place, input.take(usize::from(act.value)).iter().copied())),
                    13 => drop(contents.files.remove(number % count)),
                    _ => {}
                }
                return;
            }
        };
        self.on_line.push((number, on_line));
    }
}

struct Line {
    card: SimulatedCard,
    acts: Acts,
    exchanges: Arc<Mutex<usize>>,
    last: Vec<u8>,
}

impl Transport for Line {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let number = {
            let mut exchanges = self.exchanges.lock().expect("one thread");
            *exchanges += 1;
            *exchanges - 1
        };
        assert!(u32::try_from(number).is_ok_and(|number| number < Budget::default().exchanges), "beyond the budget");
        let mut answer = self.card.transmit(command)?;
        let good = answer.clone();
        for (_, act) in self.acts.on_line.iter().filter(|(at, _)| *at == number) {
            match act {
                OnLine::Flip(place, value) => {
                    let length = answer.len().max(1);
                    answer.get_mut(place % length).into_iter().for_each(|octet| *octet ^= value);
                }
                OnLine::Cut(place) => answer.truncate(place % (answer.len() + 1)),
                OnLine::Status(status) => answer = status.to_be_bytes().to_vec(),
                OnLine::Replace(bytes) => answer.clone_from(bytes),
                OnLine::Replay => answer.clone_from(&self.last),
                OnLine::Twice => answer = [answer.as_slice(), answer.as_slice()].concat(),
                OnLine::Lost(error) => return Err(error.clone()),
                OnLine::Reset => self.card.reset()?,
            }
        }
        self.last = good;
        Ok(answer)
    }

    fn reset(&mut self) -> Result<(), TransportError> {
        self.card.reset()
    }

    /// A line that fuzzes does not wait.
    fn reconnect(&mut self, _: Duration, _: &mut Show<'_>) -> Result<(), Error> {
        Ok(self.reset()?)
    }

    fn atr(&self) -> &[u8] {
        self.card.atr()
    }

    fn reader(&self) -> &str {
        self.card.reader()
    }
}
