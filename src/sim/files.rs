//! The card's files and READ BINARY (9303-10 §3.6, 7816-4 §11.3), with what real cards do at lengths and ends.
//!
//! A file lies in the master file or in the eMRTD application, under a file identifier and perhaps a short one. Who may
//! read it is a rule of the file; whether the rule is met is the card's state.

use super::quirks::{Quirk, Quirks};
use crate::cvc::Rights;
use crate::iso7816::{Response, StatusWord};
use crate::tlv::{self, Tag};

/// The folder a file lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Folder {
    /// The master file, 3F00.
    Master,
    /// The eMRTD application, A0000002471001.
    Application,
}

/// The condition for reading a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadRule {
    /// Anybody.
    Free,
    /// Readers that opened the chip with BAC or PACE, or any reader where the chip has neither.
    Holder,
    /// Readers that opened the chip with PACE.
    Pace,
    /// Readers that also passed terminal authentication, with the right to it.
    Terminal,
    /// Nobody: the file is announced and answers this status.
    Refused(StatusWord),
}

/// What a reader has reached.
#[derive(Clone, Copy, Debug)]
pub(super) struct SecurityStatus {
    /// By BAC or PACE, or on a chip that needs neither.
    pub(super) opened: bool,
    /// By PACE.
    pub(super) pace: bool,
    /// By terminal authentication.
    pub(super) rights: Rights,
}

impl Default for SecurityStatus {
    fn default() -> Self {
        Self { opened: false, pace: false, rights: Rights::of_inspection_system(0) }
    }
}

/// A file of the card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The folder it lies in.
    pub folder: Folder,
    /// Its file identifier.
    pub fid: u16,
    /// Its short file identifier, 1 to 30.
    pub sfi: u8,
    /// The condition for reading it.
    pub rule: ReadRule,
    /// Its bytes.
    pub content: Vec<u8>,
}

impl File {
    /// A file in the master file, free to read.
    pub fn master(fid: u16, sfi: u8, content: Vec<u8>) -> Self {
        Self { folder: Folder::Master, fid, sfi, rule: ReadRule::Free, content }
    }

    /// A file of the application, for holders; its short identifier is the low part of the long one.
    pub fn application(fid: u16, content: Vec<u8>) -> Self {
        let [_, low] = fid.to_be_bytes();
        Self { folder: Folder::Application, fid, sfi: low & 0x1F, rule: ReadRule::Holder, content }
    }

    /// The same under another rule.
    pub fn with_rule(self, rule: ReadRule) -> Self {
        Self { rule, ..self }
    }

    /// Whether it may be read now.
    pub(super) fn check(&self, access: &SecurityStatus) -> Result<(), StatusWord> {
        let right = match self.fid {
            0x0103 => access.rights.dg3(),
            0x0104 => access.rights.dg4(),
            _ => false,
        };
        match self.rule {
            ReadRule::Free => Ok(()),
            ReadRule::Holder if access.opened => Ok(()),
            ReadRule::Pace if access.pace => Ok(()),
            ReadRule::Terminal if access.opened && right => Ok(()),
            ReadRule::Holder | ReadRule::Pace | ReadRule::Terminal => Err(StatusWord::SECURITY_STATUS),
            ReadRule::Refused(status) => Err(status),
        }
    }
}

/// Octets of EF.CVCA, filled up with zeros (TR-03110-3 §A.7).
const CVCA_LEN: usize = 36;

/// EF.CVCA: the references of what the card trusts, the current one first.
pub(super) fn cvca(references: &[Vec<u8>]) -> Vec<u8> {
    let mut file: Vec<u8> = references.iter().flat_map(|reference| tlv::encode(Tag(0x42), reference)).collect();
    file.resize(file.len().max(CVCA_LEN), 0);
    file
}

/// What one READ BINARY asks for, and what the answer can hold.
pub(super) struct ReadRequest {
    /// First byte.
    pub(super) offset: usize,
    /// N_e: for the odd instruction the header of DO'53' counts too.
    pub(super) ne: usize,
    /// The most data bytes that fit the answer.
    pub(super) room: usize,
    /// The odd instruction.
    pub(super) odd: bool,
}

/// Beyond this many bytes a card with a quirk of large lengths shows it.
pub(super) const QUIRKY_CAPACITY: usize = 1_000;

/// What becomes of an Le that is larger than the card can.
#[derive(Clone, Copy)]
enum Large {
    Fewer(StatusWord),
    Refuse(StatusWord),
    Nothing,
}

const LARGE: [(Quirk, Large); 6] = [
    (Quirk::LargeLeFewerBytes, Large::Fewer(StatusWord::SUCCESS)),
    (Quirk::LargeLe6282, Large::Fewer(StatusWord::END_OF_FILE)),
    (Quirk::LargeLe6700, Large::Refuse(StatusWord::WRONG_LENGTH)),
    (Quirk::LargeLe6700Naked, Large::Refuse(StatusWord::WRONG_LENGTH)),
    (Quirk::LargeLe6cxx, Large::Refuse(StatusWord(0x6C00))),
    (Quirk::LargeLeZeroBytes, Large::Nothing),
];

/// The answer to one READ BINARY of this content.
pub(super) fn read(content: &[u8], reading: &ReadRequest, quirks: &Quirks) -> Response {
    let refuse = |status| Response { data: Vec::new(), status };
    let Some(rest) = content.get(reading.offset..).filter(|rest| !rest.is_empty()) else {
        return refuse(StatusWord::WRONG_OFFSET);
    };
    let after_end: &[u8] = if quirks.has(Quirk::ZerosAfterEnd) {
        &[0; 16]
    } else if quirks.has(Quirk::PaddingInFile) {
        &[0x80, 0, 0, 0, 0, 0, 0, 0]
    } else {
        &[]
    };
    let rest = [rest, after_end].concat();
    let mut status = StatusWord::SUCCESS;
    let header = |length: usize| if reading.odd { tlv::encode(Tag(0x53), &vec![0; length]).len() - length } else { 0 };
    // The most content whose DO'53' still fits N_e, and the room.
    let fitting = |limit: usize| {
        let most = limit.saturating_sub(header(0));
        (0..=5).map(|less| most.saturating_sub(less)).find(|length| length + header(*length) <= limit).unwrap_or(0)
    };
    let mut asked = fitting(reading.ne);
    if reading.ne > QUIRKY_CAPACITY
        && let Some(large) = quirks.first_of(&LARGE)
    {
        match large {
            Large::Fewer(with) => {
                status = if rest.len() > QUIRKY_CAPACITY { with } else { StatusWord::SUCCESS };
                asked = QUIRKY_CAPACITY;
            }
            Large::Refuse(with) => return refuse(with),
            Large::Nothing => return refuse(StatusWord::SUCCESS),
        }
    }
    let mut length = asked.min(fitting(reading.room));
    if quirks.has(Quirk::OneByteShort) && length > 1 {
        length -= 1;
    }
    if quirks.has(Quirk::ShortAnswers) {
        length = length.min(100);
    }
    if length > rest.len() {
        if quirks.has(Quirk::EndOfFile6b00) {
            return refuse(StatusWord::WRONG_OFFSET);
        }
        if let Ok(left) = u8::try_from(rest.len())
            && quirks.has(Quirk::EndOfFile6cxx)
            && !reading.odd
        {
            return refuse(StatusWord(0x6C00 | u16::from(left)));
        }
        if quirks.has(Quirk::EndOfFile6282) {
            status = StatusWord::END_OF_FILE;
        }
        length = rest.len();
    }
    let bytes = rest.get(..length).unwrap_or_default();
    Response { data: if reading.odd { tlv::encode(Tag(0x53), bytes) } else { bytes.to_vec() }, status }
}
