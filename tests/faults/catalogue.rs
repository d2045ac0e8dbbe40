//! The faults: one table, in the order of the matrix, with stable names.
//!
//! Eight groups: what the line to the reader does (9), status words in the plain (9), the same inside secure messaging
//! (9), families of status words (4), mutations of secure messaging under right keys (13), replay (4), length (5),
//! content (4): 57 rows. Two rows come in two forms. Faults of a ninth group stand beside the matrix: pairs draw from them
//! too.

use crate::cards::Bench;
use crate::wire::Planned;
use chipid::TransportError;
use chipid::sim::Deviation;
use chipid::sim::faults::Fault;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    Transport,
    Status,
    StatusInside,
    Families,
    SecureMessaging,
    Replay,
    Length,
    Content,
    Further,
}

/// The groups and how many rows the matrix has of each.
pub const GROUPS: [(Group, usize); 8] = [
    (Group::Transport, 9),
    (Group::Status, 9),
    (Group::StatusInside, 9),
    (Group::Families, 4),
    (Group::SecureMessaging, 13),
    (Group::Replay, 4),
    (Group::Length, 5),
    (Group::Content, 4),
];

/// How a fault is made.
pub enum How {
    /// By the line, at this exchange.
    Line(fn() -> Fault),
    /// By the line, from here on.
    LineFromHere(fn() -> Fault),
    /// By the card, at this exchange.
    Card(Deviation),
    /// By the card, from here on.
    CardFromHere(Deviation),
    /// By the line, with what it has seen before or in another session.
    Recorded(Record),
}

/// What a line plays back in the place of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record {
    /// The answer that the next command will get.
    Next,
    /// What an earlier file gave at the same offset.
    EarlierFile,
    /// The answer to the same command in another session.
    OldSession,
}

/// A fault.
pub struct Row {
    pub name: &'static str,
    pub group: Group,
    pub how: How,
    /// Under secure messaging the answer is then not authentic, whatever else befalls: the session must end with it.
    pub ends_session: bool,
}

impl PartialEq for Row {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Row {}

impl core::fmt::Debug for Row {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name)
    }
}

impl Row {
    /// The row of the matrix: two forms of one fault are one row.
    pub fn row(&self) -> &'static str {
        self.name.split('/').next().unwrap()
    }

    /// Whether it plays back what was recorded of a good reading, exchange by exchange.
    pub fn is_played_back(&self) -> bool {
        matches!(self.how, Recorded(_))
    }

    /// Whether the card does it to DO'87', so that it needs one.
    pub fn is_of_data(&self) -> bool {
        use Deviation::{DoubleData, DropData, FlippedData, WrongPadding};
        matches!(self.how, Card(FlippedData | DropData | DoubleData | WrongPadding))
    }
}

const fn row(name: &'static str, group: Group, ends_session: bool, how: How) -> Row {
    Row { name, group, how, ends_session }
}

use Group::{Content, Families, Further, Length, Replay, SecureMessaging, Status, StatusInside};
use How::{Card, CardFromHere, Line, LineFromHere, Recorded};

/// The matrix, then what stands beside it.
#[rustfmt::skip]
pub static TABLE: [Row; 91] = [
    row("card-removed-before", Group::Transport, false, Line(|| Fault::RemoveCard)),
    row("card-removed-after", Group::Transport, false, Line(|| Fault::LostAfter(TransportError::CardRemoved))),
    row("reader-gone", Group::Transport, false, Line(|| Fault::LostBefore(TransportError::ReaderGone))),
    row("card-reset", Group::Transport, false, Line(|| Fault::LostBefore(TransportError::CardReset))),
    row("timeout", Group::Transport, false, Line(|| Fault::LostAfter(TransportError::CardUnresponsive))),
    row("comm-error-once", Group::Transport, false, Line(|| Fault::LostAfter(TransportError::Communication))),
    row("sharing-violation", Group::Transport, false, Line(|| Fault::LostBefore(TransportError::Busy))),
    row("no-service", Group::Transport, false, Line(|| Fault::LostBefore(TransportError::NoService))),
    row("answers-late", Group::Transport, true, Line(|| Fault::Late)),

    row("naked-6985", Status, true, Line(|| Fault::Status(0x6985))),
    row("naked-6982", Status, true, Line(|| Fault::Status(0x6982))),
    row("naked-6988", Status, true, Line(|| Fault::Status(0x6988))),
    row("naked-6987", Status, true, Line(|| Fault::Status(0x6987))),
    row("naked-6a82", Status, true, Line(|| Fault::Status(0x6A82))),
    row("naked-6700", Status, true, Line(|| Fault::Status(0x6700))),
    row("naked-6f00", Status, true, Line(|| Fault::Status(0x6F00))),
    row("naked-9000", Status, true, Line(|| Fault::Status(0x9000))),
    row("naked-6300", Status, true, Line(|| Fault::Status(0x6300))),

    row("inside-6985", StatusInside, false, Card(Deviation::Status(0x6985))),
    row("inside-6982", StatusInside, false, Card(Deviation::Status(0x6982))),
    row("inside-6988", StatusInside, false, Card(Deviation::Status(0x6988))),
    row("inside-6987", StatusInside, false, Card(Deviation::Status(0x6987))),
    row("inside-6a82", StatusInside, false, Card(Deviation::Status(0x6A82))),
    row("inside-6700", StatusInside, false, Card(Deviation::Status(0x6700))),
    row("inside-6f00", StatusInside, false, Card(Deviation::Status(0x6F00))),
    row("inside-9000", StatusInside, false, Card(Deviation::Status(0x9000))),
    row("inside-6300", StatusInside, false, Card(Deviation::Status(0x6300))),

    row("61xx/true", Families, false, Line(|| Fault::InParts(0))),
    row("61xx/false", Families, false, Line(|| Fault::InParts(16))),
    row("6cxx/once", Families, true, Line(|| Fault::Status(0x6C10))),
    row("6cxx/for-ever", Families, true, LineFromHere(|| Fault::Status(0x6C10))),
    row("62xx", Families, true, Line(|| Fault::OtherTrailer(0x6282))),
    row("63cx", Families, true, Line(|| Fault::Status(0x63C2))),

    row("sm-flipped-87", SecureMessaging, true, Card(Deviation::FlippedData)),
    row("sm-flipped-99", SecureMessaging, true, Card(Deviation::FlippedStatus)),
    row("sm-flipped-8e", SecureMessaging, true, Card(Deviation::WrongMac)),
    row("sm-without-87", SecureMessaging, false, Card(Deviation::DropData)),
    row("sm-without-99", SecureMessaging, true, Card(Deviation::DropStatus)),
    row("sm-without-8e", SecureMessaging, true, Card(Deviation::DropMac)),
    row("sm-doubled", SecureMessaging, true, Card(Deviation::DoubleStatus)),
    row("sm-other-order", SecureMessaging, true, Card(Deviation::OtherOrder)),
    row("sm-99-is-not-the-trailer", SecureMessaging, true, Card(Deviation::OtherStatus)),
    row("sm-short-mac", SecureMessaging, true, Card(Deviation::ShortMac)),
    row("sm-long-mac", SecureMessaging, true, Card(Deviation::LongestMac)),
    row("sm-wrong-padding", SecureMessaging, true, Card(Deviation::WrongPadding)),
    row("sm-old-session", SecureMessaging, true, Recorded(Record::OldSession)),

    row("replay-previous", Replay, true, Line(|| Fault::Replay)),
    row("replay-next", Replay, true, Recorded(Record::Next)),
    row("replay-earlier-file", Replay, true, Recorded(Record::EarlierFile)),
    row("replay-counter-off-by-one", Replay, true, Card(Deviation::SkippedCount)),

    row("length-cut-by-one", Length, true, Line(|| Fault::Truncate(1))),
    row("length-empty-body", Length, true, Line(|| Fault::EmptyBody)),
    row("length-one-more", Length, true, Line(|| Fault::Insert(vec![0]))),
    row("length-65538", Length, true, Line(|| Fault::Answer([vec![0; 65_536], vec![0x90, 0x00]].concat()))),
    row("length-one-byte-reads", Length, false, CardFromHere(Deviation::OneByteReads)),

    row("content-other-file", Content, false, Card(Deviation::OtherFile)),
    row("content-other-offset", Content, false, Card(Deviation::OtherOffset)),
    row("content-huge-length", Content, false, Card(Deviation::HugeLength)),
    row("content-small-length", Content, false, Card(Deviation::SmallLength)),

    row("card-lifted-and-back", Further, false, Line(|| Fault::LeaveAndReturn)),
    row("card-gone-for-the-reader", Further, false, Line(|| Fault::LostBefore(TransportError::CardRemoved))),
    row("power-loss", Further, false, Line(|| Fault::PowerLoss)),
    row("too-long", Further, false, Line(|| Fault::LostAfter(TransportError::TooLong))),
    row("comm-error-for-ever", Further, false, LineFromHere(|| Fault::LostBefore(TransportError::Communication))),
    row("after-6985", Further, true, Line(|| Fault::StatusAfter(0x6985))),
    row("after-9000", Further, true, Line(|| Fault::StatusAfter(0x9000))),
    row("after-6a82", Further, true, Line(|| Fault::StatusAfter(0x6A82))),
    row("naked-6a88", Further, true, Line(|| Fault::Status(0x6A88))),
    row("naked-6d00", Further, true, Line(|| Fault::Status(0x6D00))),
    row("naked-6982-for-ever", Further, true, LineFromHere(|| Fault::Status(0x6982))),
    row("naked-6a82-for-ever", Further, true, LineFromHere(|| Fault::Status(0x6A82))),
    row("naked-9000-for-ever", Further, true, LineFromHere(|| Fault::Status(0x9000))),
    row("61xx/empty", Further, true, Line(|| Fault::Status(0x6110))),
    row("sm-unknown-object", Further, true, Card(Deviation::UnknownObject)),
    row("sm-echoed-length", Further, true, Card(Deviation::EchoedLength)),
    row("sm-long-form", Further, true, Card(Deviation::LongForm)),
    row("sm-two-macs", Further, true, Card(Deviation::DoubleMac)),
    row("sm-data-twice", Further, true, Card(Deviation::DoubleData)),
    row("sm-tag-98", Further, true, Card(Deviation::StatusTag98)),
    row("sm-trailing-byte", Further, true, Card(Deviation::TrailingByte)),
    row("sm-mac-of-nine", Further, true, Card(Deviation::LongMac)),
    row("sm-none", Further, true, Card(Deviation::Unprotected)),
    row("inside-6c10", Further, false, Card(Deviation::Status(0x6C10))),
    row("inside-6282", Further, false, Card(Deviation::Status(0x6282))),
    row("flipped-first-octet", Further, true, Line(|| Fault::Flip(0, 0))),
    row("flipped-octet-in-the-middle", Further, true, Line(|| Fault::Flip(usize::MAX / 2, 7))),
    row("flipped-command", Further, false, Line(|| Fault::FlipCommand(0, 2))),
    row("flipped-command-data", Further, false, Line(|| Fault::FlipCommand(5, 0))),
    row("cut-by-ten", Further, true, Line(|| Fault::Truncate(10))),
    row("no-answer", Further, false, Line(|| Fault::Answer(Vec::new()))),
    row("command-twice", Further, true, Line(|| Fault::Twice)),
];

/// The fault of this name.
pub fn by_name(name: &str) -> Option<&'static Row> {
    TABLE.iter().find(|row| row.name == name)
}

/// The faults of the matrix.
pub fn matrix() -> impl Iterator<Item = &'static Row> {
    TABLE.iter().filter(|row| row.group != Further)
}

/// Whether a fault means something at this exchange of this card's reading: a status word inside secure messaging needs
/// secure messaging, another file needs a file that is read.
pub fn applies(bench: &Bench, planned: &Planned) -> bool {
    let Some((command, answer)) = bench.truth.exchanges.get(planned.at.wrapping_sub(1)) else { return false };
    let is_secured = is_secured(command);
    let has_data = if is_secured { matches!(answer.first(), Some(0x85 | 0x87)) } else { answer.len() > 2 };
    let is_read = matches!(command.get(1), Some(0xB0 | 0xB1));
    match (planned.row.group, &planned.row.how) {
        (_, Recorded(_)) if planned.row.name == "sm-old-session" && !is_secured => false,
        (_, Recorded(_)) => recorded(bench, planned).is_some(),
        _ if planned.row.is_of_data() => is_secured && has_data,
        (_, Card(Deviation::OtherFile | Deviation::OtherOffset)) => is_read,
        (_, Card(Deviation::HugeLength | Deviation::SmallLength)) => has_data && command.get(1) != Some(&0xC0),
        (StatusInside | SecureMessaging, _) | (_, Card(Deviation::SkippedCount | Deviation::Status(_))) => is_secured,
        (_, Card(deviation)) if deviation.is_of_secure_messaging() => is_secured,
        (_, Line(fault)) => match fault() {
            Fault::Replay | Fault::Late => planned.at > 1,
            Fault::EmptyBody => answer.len() > 2,
            Fault::InParts(_) => answer.len() > 3,
            _ => true,
        },
        _ => true,
    }
}

/// Whether a command is under secure messaging.
pub fn is_secured(command: &[u8]) -> bool {
    command.first().is_some_and(|cla| cla & 0x0C == 0x0C)
}

/// What a line plays back for this fault, where it has seen such an answer.
pub fn recorded(bench: &Bench, planned: &Planned) -> Option<Vec<u8>> {
    let How::Recorded(record) = planned.row.how else { return None };
    let here = planned.at.checked_sub(1)?;
    let exchanges = &bench.truth.exchanges;
    let (command, answer) = exchanges.get(here)?;
    let other = match record {
        Record::Next => exchanges.get(here + 1).map(|(_, answer)| answer.clone()),
        Record::OldSession => bench.old_session.get(here).map(|(_, answer)| answer.clone()),
        Record::EarlierFile => {
            let place = |command: &[u8]| match command {
                [cla, 0xB0, p1, _, ..] if p1 & 0x80 != 0 => Some((*cla, None)),
                [cla, 0xB0, p1, p2, ..] => Some((*cla, Some((*p1, *p2)))),
                _ => None,
            };
            let wanted = place(command)?;
            let is_it = |(earlier, _): &&(Vec<u8>, Vec<u8>)| place(earlier) == Some(wanted);
            exchanges.get(..here)?.iter().rev().find(is_it).map(|(_, answer)| answer.clone())
        }
    };
    other.filter(|other| other != answer)
}

#[test]
fn the_table_has_the_rows_of_the_matrix_in_every_group() {
    let mut rows: Vec<(Group, &str)> = matrix().map(|row| (row.group, row.row())).collect();
    rows.dedup();
    let count = |group| rows.iter().filter(|(of, _)| *of == group).count();
    assert_eq!(GROUPS.map(|(group, _)| (group, count(group))), GROUPS);
    assert_eq!(rows.len(), 57);
    let names: std::collections::BTreeSet<_> = TABLE.iter().map(|row| row.name).collect();
    assert_eq!(names.len(), TABLE.len(), "a name is taken twice");
    // A group stands in one piece, in the order of the matrix.
    assert!(TABLE.windows(2).all(|two| two[0].group <= two[1].group));
}
