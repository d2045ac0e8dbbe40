//! A reader with a simulated card on it that stays with the test: what passes over the line is written down, the card can
//! change its manner between two readings, and every inspection is judged and kept.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "each test program uses a part of it"
)]

use crate::outcome::Outcome;
use crate::reading::{Issued, go_on, lines};
use chipid::internals::iso7816::Command;
use chipid::internals::tlv::{self, Reader, Tag};
use chipid::reading::{OpenError, ReadError};
use chipid::sim::profile::Contents;
use chipid::sim::{Deviation, File, Folder, Profile, SimulatedCard};
use chipid::transport::Transport;
use chipid::trust::TrustStore;
use chipid::{Card, CheckId, Document, Error, Password, ReadPlan, Reason, Report, State, TransportError, Verdict};
use std::sync::{Arc, Mutex, MutexGuard};

/// What came over the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    Reset,
    Command(Vec<u8>),
}

/// Changes an answer: the command, and what the card says to it.
pub type Tamper = Box<dyn FnMut(&[u8], Vec<u8>) -> Vec<u8> + Send>;

pub struct Wire {
    card: SimulatedCard,
    pub seen: Vec<Seen>,
    tampers: Vec<Tamper>,
}

/// What is kept of the inspections at a desk.
#[derive(Default)]
struct Kept {
    /// The card on the reader, or the line, is not as the profile has it.
    is_altered: bool,
    /// It was altered, and is as the profile has it again: what is read now is the control.
    is_healed: bool,
    /// Of the inspections that are no controls.
    outcomes: Vec<Outcome>,
    controls: usize,
    /// What is trusted, where it is not the profile's authority alone.
    trust: Option<TrustStore>,
}

/// A reader with a card on it that stays with the test: what passes is written down, and the card can change its manner
/// between two readings.
#[derive(Clone)]
pub struct Desk {
    pub issued: Arc<Issued>,
    pub wire: Arc<Mutex<Wire>>,
    kept: Arc<Mutex<Kept>>,
}

/// What ended an inspection, and what is left of it.
pub struct Cut {
    pub error: Error,
    /// Where the chip was not opened: the card, for another try.
    pub card: Option<Box<Card>>,
    /// Where the reading was cut off: what was read until then.
    pub document: Option<Box<Document>>,
}

impl From<OpenError> for Cut {
    fn from(OpenError { error, card, .. }: OpenError) -> Self {
        Self { error, card: Some(card), document: None }
    }
}

impl From<ReadError> for Cut {
    fn from(ReadError { error, document, .. }: ReadError) -> Self {
        Self { error, card: None, document: Some(document) }
    }
}

impl Desk {
    pub fn new(profile: Profile) -> Self {
        let issued = Issued::new(profile);
        let wire = Wire { card: issued.card(), seen: Vec::new(), tampers: Vec::new() };
        Self { issued: Arc::new(issued), wire: Arc::new(Mutex::new(wire)), kept: Arc::default() }
    }

    pub fn profile(&self) -> &Profile {
        &self.issued.profile
    }

    fn wire(&self) -> MutexGuard<'_, Wire> {
        self.wire.lock().unwrap()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap()
    }

    /// The wire, to change what lies on the reader or what passes.
    fn altered(&self) -> MutexGuard<'_, Wire> {
        let mut kept = self.kept();
        (kept.is_altered, kept.is_healed) = (true, false);
        self.wire()
    }

    /// Lays another card on the reader.
    pub fn lay(&self, card: SimulatedCard) {
        self.altered().card = card;
    }

    /// The card lies from its first exchange on.
    pub fn deviate(&self, deviation: Deviation) {
        self.deviate_from(0, deviation);
    }

    /// The card lies from this exchange on.
    pub fn deviate_from(&self, exchange: usize, deviation: Deviation) {
        self.altered().card.deviate(exchange, deviation);
    }

    /// Something on the line, or in the card, changes answers.
    pub fn tamper(&self, tamper: impl FnMut(&[u8], Vec<u8>) -> Vec<u8> + Send + 'static) {
        self.altered().tampers.push(Box::new(tamper));
    }

    /// The answer to the command of this name, the `nth` from 1, is changed.
    pub fn change(&self, name: &'static str, nth: usize, with: impl Fn(Vec<u8>) -> Vec<u8> + Send + 'static) {
        let mut count = 0;
        self.tamper(move |command, answer| {
            count += usize::from(name_of(command) == name);
            if name_of(command) == name && count == nth { with(answer) } else { answer }
        });
    }

    /// That command is answered by this status alone.
    pub fn refuse(&self, name: &'static str, nth: usize, status: u16) {
        self.change(name, nth, move |_| status.to_be_bytes().to_vec());
    }

    /// A file of the card is changed.
    pub fn change_file(&self, folder: Folder, fid: u16, change: impl FnOnce(&mut Vec<u8>)) {
        let is_it = |file: &&mut File| (file.folder, file.fid) == (folder, fid);
        self.change_files(|files| change(&mut files.iter_mut().find(is_it).unwrap().content));
    }

    /// The card's files are changed.
    pub fn change_files(&self, change: impl FnOnce(&mut Vec<File>)) {
        change(self.altered().card.files_mut());
    }

    /// The card's files, as they are now.
    pub fn files(&self) -> Vec<File> {
        self.wire().card.files_mut().clone()
    }

    /// What is trusted is changed.
    pub fn change_trust(&self, change: impl FnOnce(&mut TrustStore)) {
        drop(self.altered());
        let mut kept = self.kept();
        change(kept.trust.get_or_insert_with(|| self.issued.trust().clone()));
    }

    /// An honest card of the profile lies on the reader, its authority is trusted, and nothing was written down yet.
    pub fn heal(&self) {
        let mut kept = self.kept();
        kept.trust = None;
        (kept.is_altered, kept.is_healed) = (false, true);
        let mut wire = self.wire();
        wire.card = self.issued.card();
        wire.seen.clear();
        wire.tampers.clear();
    }

    /// What was written down is forgotten; the card stays as it is.
    pub fn forget(&self) {
        self.wire().seen.clear();
    }

    pub fn line(&self) -> Box<dyn Transport> {
        let card = &self.wire().card;
        let (atr, reader) = (card.atr().to_vec(), card.reader().to_owned());
        Box::new(Line { wire: Arc::clone(&self.wire), atr, reader })
    }

    pub fn connect(&self) -> Card {
        Card::connect(self.line()).unwrap()
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.wire().seen.clone()
    }

    /// The commands that came, by name.
    pub fn names(&self) -> Vec<&'static str> {
        self.commands().iter().map(|command| name_of(command)).collect()
    }

    pub fn commands(&self) -> Vec<Vec<u8>> {
        let of = |seen| if let Seen::Command(command) = seen { Some(command) } else { None };
        self.seen().into_iter().filter_map(of).collect()
    }

    /// The commands of this name.
    pub fn named(&self, name: &str) -> Vec<Vec<u8>> {
        self.commands().into_iter().filter(|command| name_of(command) == name).collect()
    }

    /// One inspection: reads the card that lies on the reader as this says, and judges what was read. What came of it is
    /// kept; a control must be ok.
    pub fn inspect(&self, read: impl FnOnce(Card) -> Result<Document, Cut>) -> Result<(Document, Report), Box<Cut>> {
        self.inspect_with(self.connect(), read)
    }

    /// The same, trusting this alone.
    pub fn inspect_trusting(
        &self,
        trust: &TrustStore,
        read: impl FnOnce(Card) -> Result<Document, Cut>,
    ) -> Result<(Document, Report), Box<Cut>> {
        let before = self.kept().trust.replace(trust.clone());
        let inspected = self.inspect(read);
        self.kept().trust = before;
        inspected
    }

    /// The same with a card object that was used before.
    pub fn inspect_with(
        &self,
        card: Card,
        read: impl FnOnce(Card) -> Result<Document, Cut>,
    ) -> Result<(Document, Report), Box<Cut>> {
        let trust = self.kept().trust.clone();
        let trust = trust.as_ref().unwrap_or(self.issued.trust());
        let inspected = read(card).map(|document| {
            let report = self.issued.report_with(trust, &document);
            (document, report)
        });
        let (outcome, told) = match &inspected {
            Ok((_, report)) => (Outcome::of(report), lines(report)),
            Err(cut) => {
                // What was cut off never looks whole.
                if let Some(part) = &cut.document {
                    let report = self.issued.report_with(trust, part);
                    assert!(report.verdict() <= Verdict::Undetermined, "{}\n{}", cut.error, lines(&report));
                }
                (Outcome::of_error(&cut.error), String::new())
            }
        };
        let mut kept = self.kept();
        if kept.is_healed {
            assert!(outcome.is_ok, "the untouched card: {}\n{told}", outcome.text);
            kept.controls += 1;
        } else {
            kept.outcomes.push(outcome);
        }
        inspected.map_err(Box::new)
    }

    /// Reads the whole card, or what can be had of it.
    pub fn try_read(&self) -> Result<(Document, Report), Box<Cut>> {
        self.inspect(|card| Ok(card.open(&self.issued.password(), &mut go_on)?.read(&ReadPlan::full(), &mut go_on)?))
    }

    /// Reads the whole card; the reading must come to its end.
    pub fn read(&self) -> (Document, Report) {
        self.read_with(&self.issued.password(), &ReadPlan::full())
    }

    pub fn read_with(&self, password: &Password, plan: &ReadPlan) -> (Document, Report) {
        let read = |card: Card| Ok(card.open(password, &mut go_on)?.read(plan, &mut go_on)?);
        self.inspect(read).unwrap_or_else(|cut| panic!("{}", cut.error))
    }

    /// The untouched card is genuine, and these checks of it are successful.
    pub fn is_genuine(&self, checks: &[CheckId]) {
        self.heal();
        let (_, report) = self.read();
        assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
        for id in checks {
            is(&report, *id, State::Successful, None);
        }
    }

    /// What came of the inspections so far that were no controls.
    pub fn outcomes(&self) -> Vec<Outcome> {
        self.kept().outcomes.clone()
    }

    /// Whether the card, or the line, was altered, and whether it was inspected unaltered after it.
    pub fn is_controlled(&self) -> bool {
        self.kept().controls > 0
    }

    /// Whether the card on the reader and the line are as the profile has them, and were never otherwise.
    pub fn is_untouched(&self) -> bool {
        let kept = self.kept();
        !kept.is_altered && !kept.is_healed
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

pub const CARD_ACCESS: &str = "EF.CardAccess";
pub const ATR_INFO: &str = "EF.ATR/INFO";
pub const SET_PACE: &str = "MSE:Set AT for PACE";
pub const SET_CHIP: &str = "MSE:Set AT or KAT for chip authentication";
pub const SET_TERMINAL: &str = "MSE:Set AT for terminal authentication";
pub const SET_DST: &str = "MSE:Set DST";
pub const GENERAL: &str = "GENERAL AUTHENTICATE";
pub const INTERNAL: &str = "INTERNAL AUTHENTICATE";
pub const EXTERNAL: &str = "EXTERNAL AUTHENTICATE";
pub const CHALLENGE: &str = "GET CHALLENGE";
pub const VERIFY: &str = "PSO: VERIFY CERTIFICATE";
pub const SELECT: &str = "SELECT";
pub const READ: &str = "READ BINARY";

/// What a command is: its header stands in the clear under secure messaging too.
pub fn name_of(command: &[u8]) -> &'static str {
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
pub fn is_protected(command: &[u8]) -> bool {
    command[0] & 0x0C == 0x0C
}

/// The data of a plain command.
pub fn data_of(command: &[u8]) -> Vec<u8> {
    Command::decode(command).unwrap().data
}

/// The values of data objects, tag and value.
pub fn objects(bytes: &[u8]) -> Vec<(u32, Vec<u8>)> {
    let mut reader = Reader::new(bytes);
    let mut found = Vec::new();
    while !reader.is_empty() {
        let object = reader.next().unwrap();
        found.push((object.tag.0, object.value.to_vec()));
    }
    found
}

/// A check is in this state, for this reason.
#[track_caller]
pub fn is(report: &Report, id: CheckId, state: State, reason: Option<Reason>) {
    let check = report.check(id).unwrap();
    assert_eq!((check.state, check.reason), (state, reason), "{id}\n{}", lines(report));
}

pub const MASTER: Folder = Folder::Master;

/// A profile's files with changed data groups, hashed and signed again by its issuer.
pub fn forged(profile: &Profile, change: impl FnOnce(&mut Vec<(u8, Vec<u8>)>)) -> Contents {
    let mut groups = profile.groups().unwrap();
    change(&mut groups);
    let listed: Vec<(u8, &[u8])> = groups.iter().map(|(number, file)| (*number, file.as_slice())).collect();
    let sod = profile.issuer().unwrap().sod(&listed).unwrap();
    profile.contents_with(groups, sod)
}

/// The data group of this number.
pub fn group(groups: &mut [(u8, Vec<u8>)], number: u8) -> &mut Vec<u8> {
    &mut groups.iter_mut().find(|(own, _)| *own == number).unwrap().1
}

/// The infos of EF.CardAccess, or of EF.DG14 (`tag` 6E), changed.
pub fn with_infos(file: &[u8], change: impl FnOnce(&mut Vec<Vec<u8>>)) -> Vec<u8> {
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
pub fn info(protocol: &[u8], numbers: &[u8]) -> Vec<u8> {
    let numbers: Vec<u8> = numbers.iter().flat_map(|number| tlv::encode(Tag::INTEGER, &[*number])).collect();
    tlv::encode_all(Tag::SEQUENCE, &[&tlv::encode(Tag::OID, protocol), &numbers])
}
