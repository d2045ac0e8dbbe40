//! Is each misbehaviour of a card in PACE and in the proofs of the chip refused at its step, and nothing but that?
//!
//! A test for each row of the conformance tables, its name beginning with the row's id: G for PACE, D for chip, F for
//! active, E for terminal authentication (TR-03105-5.1), R and TS for the plans of TR-03105-5.2 and 5.3, AC and CH for
//! attacks. Each refusal has its accept: the untouched card, on the same reader, is genuine.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod access_attacks;
mod active;
mod chip;
mod chip_attacks;
mod pace;
#[path = "../support/reading.rs"]
mod reading;
mod terminal;

use chipid::error::Step;
use chipid::iso7816::Command;
use chipid::sim::profile::Contents;
use chipid::sim::{Deviation, File, Folder, Profile, SimulatedCard};
use chipid::tlv::{self, Reader, Tag};
use chipid::transport::Transport;
use chipid::{Card, CheckId, Document, Error, Password, ReadPlan, Reason, Report, State, TransportError, Verdict};
use reading::{Issued, go_on, lines};
use std::sync::{Arc, Mutex, MutexGuard};

/// What came over the line.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Seen {
    Reset,
    Command(Vec<u8>),
}

/// Changes an answer: the command, and what the card says to it.
type Tamper = Box<dyn FnMut(&[u8], Vec<u8>) -> Vec<u8> + Send>;

struct Wire {
    card: SimulatedCard,
    seen: Vec<Seen>,
    tampers: Vec<Tamper>,
}

/// A reader with a card on it that stays with the test: what passes is written down, and the card can change its manner
/// between two readings.
struct Desk {
    issued: Issued,
    wire: Arc<Mutex<Wire>>,
}

impl Desk {
    fn new(profile: Profile) -> Self {
        let issued = Issued::new(profile);
        let wire = Wire { card: issued.card(), seen: Vec::new(), tampers: Vec::new() };
        Self { issued, wire: Arc::new(Mutex::new(wire)) }
    }

    fn profile(&self) -> &Profile {
        &self.issued.profile
    }

    fn wire(&self) -> MutexGuard<'_, Wire> {
        self.wire.lock().unwrap()
    }

    /// Lays another card on the reader.
    fn lay(&self, card: SimulatedCard) {
        self.wire().card = card;
    }

    /// The card lies from its first exchange on.
    fn deviate(&self, deviation: Deviation) {
        self.wire().card.deviate(0, deviation);
    }

    /// Something on the line, or in the card, changes answers.
    fn tamper(&self, tamper: impl FnMut(&[u8], Vec<u8>) -> Vec<u8> + Send + 'static) {
        self.wire().tampers.push(Box::new(tamper));
    }

    /// The answer to the command of this name, the `nth` from 1, is changed.
    fn change(&self, name: &'static str, nth: usize, with: impl Fn(Vec<u8>) -> Vec<u8> + Send + 'static) {
        let mut count = 0;
        self.tamper(move |command, answer| {
            count += usize::from(name_of(command) == name);
            if name_of(command) == name && count == nth { with(answer) } else { answer }
        });
    }

    /// That command is answered by this status alone.
    fn refuse(&self, name: &'static str, nth: usize, status: u16) {
        self.change(name, nth, move |_| status.to_be_bytes().to_vec());
    }

    /// A file of the card is changed.
    fn change_file(&self, folder: Folder, fid: u16, change: impl FnOnce(&mut Vec<u8>)) {
        let mut wire = self.wire();
        let is_it = |file: &&mut File| (file.folder, file.fid) == (folder, fid);
        change(&mut wire.card.files_mut().iter_mut().find(is_it).unwrap().content);
    }

    /// An honest card of the profile lies on the reader, and nothing was written down yet.
    fn heal(&self) {
        let mut wire = self.wire();
        wire.card = self.issued.card();
        wire.seen.clear();
        wire.tampers.clear();
    }

    fn line(&self) -> Box<dyn Transport> {
        let card = &self.wire().card;
        let (atr, reader) = (card.atr().to_vec(), card.reader().to_owned());
        Box::new(Line { wire: Arc::clone(&self.wire), atr, reader })
    }

    fn connect(&self) -> Card {
        Card::connect(self.line()).unwrap()
    }

    fn seen(&self) -> Vec<Seen> {
        self.wire().seen.clone()
    }

    /// The commands that came, by name.
    fn names(&self) -> Vec<&'static str> {
        self.commands().iter().map(|command| name_of(command)).collect()
    }

    fn commands(&self) -> Vec<Vec<u8>> {
        let of = |seen| if let Seen::Command(command) = seen { Some(command) } else { None };
        self.seen().into_iter().filter_map(of).collect()
    }

    /// The commands of this name.
    fn named(&self, name: &str) -> Vec<Vec<u8>> {
        self.commands().into_iter().filter(|command| name_of(command) == name).collect()
    }

    /// Reads the whole card; the reading must come to its end.
    fn read(&self) -> (Document, Report) {
        self.read_with(&self.issued.password(), &ReadPlan::full())
    }

    fn read_with(&self, password: &Password, plan: &ReadPlan) -> (Document, Report) {
        let session = self.connect().open(password, &mut go_on).unwrap_or_else(|error| panic!("{error}"));
        let document = session.read(plan, &mut go_on).unwrap_or_else(|error| panic!("{error}"));
        let report = self.issued.report(&document);
        (document, report)
    }

    /// The untouched card is genuine, and these checks of it are successful.
    fn is_genuine(&self, checks: &[CheckId]) {
        self.heal();
        let (_, report) = self.read();
        assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
        for id in checks {
            is(&report, *id, State::Successful, None);
        }
    }
}

struct Line {
    wire: Arc<Mutex<Wire>>,
    atr: Vec<u8>,
    reader: String,
}

impl Transport for Line {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let mut wire = self.wire.lock().unwrap();
        wire.seen.push(Seen::Command(command.to_vec()));
        let answer = wire.card.transmit(command)?;
        Ok(wire.tampers.iter_mut().fold(answer, |answer, tamper| tamper(command, answer)))
    }

    fn reset(&mut self) -> Result<(), TransportError> {
        let mut wire = self.wire.lock().unwrap();
        wire.seen.push(Seen::Reset);
        wire.card.reset()
    }

    fn atr(&self) -> &[u8] {
        &self.atr
    }

    fn reader(&self) -> &str {
        &self.reader
    }
}

const CARD_ACCESS: &str = "EF.CardAccess";
const ATR_INFO: &str = "EF.ATR/INFO";
const SET_PACE: &str = "MSE:Set AT for PACE";
const SET_CHIP: &str = "MSE:Set AT or KAT for chip authentication";
const SET_TERMINAL: &str = "MSE:Set AT for terminal authentication";
const SET_DST: &str = "MSE:Set DST";
const GENERAL: &str = "GENERAL AUTHENTICATE";
const INTERNAL: &str = "INTERNAL AUTHENTICATE";
const EXTERNAL: &str = "EXTERNAL AUTHENTICATE";
const CHALLENGE: &str = "GET CHALLENGE";
const VERIFY: &str = "PSO: VERIFY CERTIFICATE";
const SELECT: &str = "SELECT";
const READ: &str = "READ BINARY";

/// What a command is: its header stands in the clear under secure messaging too.
fn name_of(command: &[u8]) -> &'static str {
    match (is_protected(command), command[1], command[2], command[3]) {
        (false, 0xB0, 0x9C, _) => CARD_ACCESS,
        (false, 0xB0, 0x81, _) => ATR_INFO,
        (_, 0x22, 0xC1, _) => SET_PACE,
        (_, 0x22, 0x41, _) => SET_CHIP,
        (_, 0x22, 0x81, 0xA4) => SET_TERMINAL,
        (_, 0x22, 0x81, _) => SET_DST,
        (_, 0x86, ..) => GENERAL,
        (_, 0x88, ..) => INTERNAL,
        (_, 0x82, ..) => EXTERNAL,
        (_, 0x84, ..) => CHALLENGE,
        (_, 0x2A, ..) => VERIFY,
        (_, 0xA4, ..) => SELECT,
        (_, 0xB0 | 0xB1, ..) => READ,
        _ => "another command",
    }
}

/// Whether a command is under secure messaging.
fn is_protected(command: &[u8]) -> bool {
    command[0] & 0x0C == 0x0C
}

/// The data of a plain command.
fn data_of(command: &[u8]) -> Vec<u8> {
    Command::decode(command).unwrap().data
}

/// The values of data objects, tag and value.
fn objects(bytes: &[u8]) -> Vec<(u32, Vec<u8>)> {
    let mut reader = Reader::new(bytes);
    let mut found = Vec::new();
    while !reader.is_empty() {
        let object = reader.next().unwrap();
        found.push((object.tag.0, object.value.to_vec()));
    }
    found
}

/// A check is in this state, for this reason.
fn is(report: &Report, id: CheckId, state: State, reason: Option<Reason>) {
    let check = report.check(id).unwrap();
    assert_eq!((check.state, check.reason), (state, reason), "{id}\n{}", lines(report));
}

/// The step that an error names.
fn step_of(error: &Error) -> Option<Step> {
    match error {
        Error::Refused { during, .. } | Error::Protocol { during, .. } => Some(*during),
        _ => None,
    }
}

const MASTER: Folder = Folder::Master;

/// A profile's files with changed data groups, hashed and signed again by its issuer.
fn forged(profile: &Profile, change: impl FnOnce(&mut Vec<(u8, Vec<u8>)>)) -> Contents {
    let mut groups = profile.groups().unwrap();
    change(&mut groups);
    let listed: Vec<(u8, &[u8])> = groups.iter().map(|(number, file)| (*number, file.as_slice())).collect();
    let sod = profile.issuer().unwrap().sod(&listed).unwrap();
    profile.contents_with(groups, sod)
}

/// The data group of this number.
fn group(groups: &mut [(u8, Vec<u8>)], number: u8) -> &mut Vec<u8> {
    &mut groups.iter_mut().find(|(own, _)| *own == number).unwrap().1
}

/// The infos of EF.CardAccess, or of EF.DG14 (`tag` 6E), changed.
fn with_infos(file: &[u8], change: impl FnOnce(&mut Vec<Vec<u8>>)) -> Vec<u8> {
    let outer = Reader::new(file).next().unwrap();
    let (is_dg14, set) = match outer.tag {
        Tag(0x6E) => (true, outer.children().next().unwrap()),
        _ => (false, outer),
    };
    let mut infos = Vec::new();
    let mut children = set.children();
    while !children.is_empty() {
        infos.push(children.next().unwrap().raw.to_vec());
    }
    change(&mut infos);
    let set = tlv::encode(Tag::SET, &infos.concat());
    if is_dg14 { tlv::encode(Tag(0x6E), &set) } else { set }
}

/// SecurityInfo ::= SEQUENCE { protocol, INTEGERs }, the protocol by its DER content.
fn info(protocol: &[u8], numbers: &[u8]) -> Vec<u8> {
    let numbers: Vec<u8> = numbers.iter().flat_map(|number| tlv::encode(Tag::INTEGER, &[*number])).collect();
    tlv::encode_all(Tag::SEQUENCE, &[&tlv::encode(Tag::OID, protocol), &numbers])
}

/// The ids of the rows that are shown here.
fn rows() -> Vec<String> {
    let of = |letter: &str, last: u32, deleted: &[u32]| -> Vec<String> {
        let live = (1..=last).filter(|number| !deleted.contains(number));
        live.map(|number| format!("{letter}_{number:02}_")).collect()
    };
    let named = [
        "r_pace_3_1_",
        "r_pace_3_2_",
        "r_pace_3_4_",
        "r_pace_3_5_",
        "r_pace_3_6_",
        "r_pace_4_x_",
        "ts_pace_1_9_",
        "ts_pace_3_4_",
        "ts_pace_4_x_",
        "r_ca_3_1_to_3_4_",
    ];
    [of("g", 41, &[37]), of("d", 15, &[]), of("f", 9, &[3]), named.map(str::to_owned).to_vec()].concat()
}

#[test]
fn every_row_has_its_test_and_every_test_its_row() {
    let sources = [include_str!("pace.rs"), include_str!("chip.rs"), include_str!("active.rs")];
    let tests: Vec<&str> = sources
        .iter()
        .flat_map(|source| source.split("#[test]\nfn ").skip(1))
        .map(|test| test.split('(').next().unwrap())
        .collect();
    let rows = rows();
    let missing: Vec<_> = rows.iter().filter(|row| !tests.iter().any(|test| test.starts_with(*row))).collect();
    assert!(missing.is_empty(), "rows without a test: {missing:?}");
    let stray: Vec<_> = tests.iter().filter(|test| !rows.iter().any(|row| test.starts_with(row))).collect();
    assert!(stray.is_empty(), "tests without a row: {stray:?}");
    println!("{} rows, {} tests", rows.len(), tests.len());
}
