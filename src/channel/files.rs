//! Reading whole files in the fewest exchanges (9303-10 §3.6, 7816-4 §11.3).
//!
//! READ BINARY by short file identifier, as much as the line takes, cut by the length in the file's first bytes; the
//! rest at its true offset. A refused short identifier is believed only after SELECT by FID fails too. Every status a
//! card may give to too large an `L_e` lowers the length and never loops.

use super::chip_channel::Channel;
use super::lengths::SHORT_READ;
use super::link::tell;
use crate::error::{Broken, Error, Step};
use crate::event::{Event, Show};
use crate::iso7816::{Command, Response, StatusWord};
use crate::lds::FileId;
use crate::tlv::{self, Reader, Tag};
use zeroize::{Zeroize, Zeroizing};

/// What became of a file.
#[derive(Clone, PartialEq, Eq)]
pub enum FileOutcome {
    /// Its bytes, cut by the length in its header.
    Read(Vec<u8>),
    /// The chip answers that it does not have it (6A82, 6A88).
    Absent(StatusWord),
    /// The chip refuses it.
    Refused(StatusWord),
}

/// `Debug` output omits the content.
impl core::fmt::Debug for FileOutcome {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Read(bytes) => write!(f, "Read({} bytes)", bytes.len()),
            Self::Absent(status) => write!(f, "Absent({status})"),
            Self::Refused(status) => write!(f, "Refused({status})"),
        }
    }
}

/// The largest offset of the even READ BINARY, plus one.
const EVEN_OFFSETS: usize = 0x8000;
/// The most header bytes of DO'53' around odd reads.
const DO_53_HEADER: usize = 4;
/// The fewest.
const SHORT_DO_53_HEADER: u32 = 2;
/// Bytes that show the length of any file.
const FILE_HEADER: usize = 4;
/// Bytes after which a file without a readable header is no data object.
const HEADER: usize = 10;

/// What one READ BINARY gave.
enum Part {
    /// Bytes, at least one.
    Data(Vec<u8>),
    /// Nothing, and this status.
    Status(StatusWord),
}

impl Channel {
    /// Reads a whole file of the current folder.
    ///
    /// # Errors
    /// The line was lost, the session ended, the caller stopped, or the chip makes no progress. A file that the chip
    /// does not have or does not give is an [`FileOutcome`], not an error.
    pub fn read_file(&mut self, file: FileId, during: Step, show: &mut Show<'_>) -> Result<FileOutcome, Error> {
        // In the clear the files are short; they are read before it is known what lengths are safe.
        let first = (!self.is_protected() && file.is_in_master_file()).then_some(SHORT_READ);
        let mut held = Vec::new();
        self.addressing.set_short_id_status(None);
        let mut by_fid = self.addressing.is_by_fid();
        if !by_fid {
            match self.read_part(Some(file.sfi()), 0, first, during, show)? {
                Part::Data(data) => held = data,
                Part::Status(status) => {
                    self.addressing.set_short_id_status(Some(status));
                    by_fid = true;
                }
            }
        }
        if by_fid {
            let status = self.send(&Command::select_file(file.fid()), during, show)?.status;
            if !is_selected(status) {
                return Ok(refusal(status));
            }
            held = match self.read_part(None, 0, first, during, show)? {
                Part::Data(data) => data,
                Part::Status(status) => return Ok(refusal(status)),
            };
            // The short identifier failed and the file is there: by FID from now on.
            self.addressing.set_by_fid();
        }
        self.read_rest(file, held, during, show)
    }

    /// Reads on until the length in the file's header is reached.
    fn read_rest(
        &mut self,
        file: FileId,
        mut held: Vec<u8>,
        during: Step,
        show: &mut Show<'_>,
    ) -> Result<FileOutcome, Error> {
        if file.tag().is_none() {
            return Ok(FileOutcome::Read(held));
        }
        loop {
            let total = match tlv::total_length(&held) {
                Some(total) if total > self.link.spending().file_bytes() => {
                    return Err(self.protection.end(during, Broken::Budget));
                }
                Some(total) => Some(total),
                // Not a data object (a national file, an erased one): what one read gave is all that can be known.
                None if held.len() >= HEADER => return Ok(FileOutcome::Read(held)),
                None => None,
            };
            let due = total.unwrap_or(HEADER);
            tell(show, Event::Reading { file, done: held.len().min(due), total: due })?;
            if held.len() >= due {
                held.truncate(due);
                return Ok(FileOutcome::Read(held));
            }
            match self.read_part(None, held.len(), Some(due - held.len()), during, show) {
                Ok(Part::Data(mut data)) => {
                    append(&mut held, &data, due);
                    data.zeroize();
                }
                // The file is shorter than its header states: the bytes that came are taken, and its hash decides.
                Ok(Part::Status(_)) => return Ok(FileOutcome::Read(held)),
                Err(error) => {
                    self.partial = Some((file, held));
                    return Err(error);
                }
            }
        }
    }

    /// What is held of this file, where the line was lost in it.
    pub(crate) fn take_partial(&mut self, file: FileId) -> Option<Vec<u8>> {
        self.partial.take_if(|(of, _)| *of == file).map(|(_, held)| held)
    }

    /// Reads on where another session was lost in a file: its first bytes must be the same again. `None`: they are not,
    /// or the file cannot be addressed; it must be read from its start.
    pub(crate) fn continue_file(
        &mut self,
        file: FileId,
        held: Vec<u8>,
        during: Step,
        show: &mut Show<'_>,
    ) -> Result<Option<FileOutcome>, Error> {
        let sfi = if self.addressing.is_by_fid() {
            if !is_selected(self.send(&Command::select_file(file.fid()), during, show)?.status) {
                return Ok(None);
            }
            None
        } else {
            Some(file.sfi())
        };
        let first = match self.read_part(sfi, 0, Some(held.len().min(HEADER)), during, show) {
            Ok(Part::Data(data)) => data,
            Ok(Part::Status(_)) => return Ok(None),
            Err(error) => {
                self.partial = Some((file, held));
                return Err(error);
            }
        };
        if !held.starts_with(&first) {
            return Ok(None);
        }
        self.read_rest(file, held, during, show).map(Some)
    }

    /// The first bytes of a file of the current folder, at most so many (256 or fewer), by its short identifier and in one
    /// answer. A chip that does not know the even READ BINARY is asked by the odd one.
    pub(crate) fn read_start(
        &mut self,
        file: FileId,
        bytes: u32,
        during: Step,
        show: &mut Show<'_>,
    ) -> Result<Response, Error> {
        let answer = self.send(&Command::read_binary_short_id(file.sfi(), bytes), during, show)?;
        if answer.status != StatusWord::INS_NOT_SUPPORTED {
            return Ok(answer);
        }
        let room = bytes.saturating_add(SHORT_DO_53_HEADER).min(256);
        let answer = self.send(&Command::read_binary_odd(file.sfi(), 0, room), during, show)?;
        let status = answer.status;
        Ok(Response { data: unwrap_odd(answer).unwrap_or_default(), status })
    }

    /// Reads a whole file of the current folder that is not in the table under these identifiers: by SELECT where a file
    /// identifier is stated, then by the short identifier where one is.
    pub(crate) fn read_stated_file(
        &mut self,
        fid: Option<u16>,
        sfi: Option<u8>,
        length: usize,
        during: Step,
        show: &mut Show<'_>,
    ) -> Result<FileOutcome, Error> {
        if let Some(fid) = fid {
            let status = self.send(&Command::select_file(fid), during, show)?.status;
            if !is_selected(status) {
                return Ok(refusal(status));
            }
        }
        Ok(match self.read_part(sfi, 0, Some(length), during, show)? {
            Part::Data(data) => FileOutcome::Read(data),
            Part::Status(status) => refusal(status),
        })
    }

    /// One READ BINARY that brings bytes, or the status that ends the reading; lengths are lowered on the way.
    fn read_part(
        &mut self,
        sfi: Option<u8>,
        offset: usize,
        wanted: Option<usize>,
        during: Step,
        show: &mut Show<'_>,
    ) -> Result<Part, Error> {
        let mut exact = None;
        loop {
            let odd = self.addressing.is_odd_only() || offset >= EVEN_OFFSETS;
            let longest =
                self.lengths.read_length(&self.protection).saturating_sub(if odd { DO_53_HEADER } else { 0 }).max(1);
            let header = (self.addressing.is_header_first() && offset == 0).then_some(FILE_HEADER);
            let asked = exact.or(header).unwrap_or(longest).min(wanted.unwrap_or(usize::MAX));
            self.lengths.ask(asked);
            let response = self.send(&read_binary(sfi, offset, asked, odd)?, during, show)?;
            let status = response.status;
            let data = if odd { unwrap_odd(response) } else { Some(response.data) };
            let Some(data) = data else { return Err(self.protection.end(during, Broken::BadAnswer)) };
            if data.len() > asked {
                return Err(self.protection.end(during, Broken::NoProgress));
            }
            if !data.is_empty() {
                self.lengths.prove(data.len());
                return Ok(Part::Data(data));
            }
            match status {
                status if status.right_length().is_some() && exact.is_none() => {
                    exact = status.right_length().and_then(|ne| usize::try_from(ne).ok()).filter(|&ne| ne < asked);
                    if exact.is_none() && !self.lower_read_length(false) {
                        return Ok(Part::Status(status));
                    }
                }
                StatusWord::INS_NOT_SUPPORTED if !odd => self.addressing.set_odd_only(),
                // Nothing beyond the end of a file is given: its header first, then exactly the rest, from now on.
                StatusWord::WRONG_OFFSET if offset == 0 && !self.addressing.is_header_first() => {
                    self.addressing.set_header_first()
                }
                status if is_length_refusal(status, offset) && asked > 128 && self.lower_read_length(false) => {
                    exact = None
                }
                StatusWord::SUCCESS => return Err(self.protection.end(during, Broken::NoProgress)),
                _ => return Ok(Part::Status(status)),
            }
        }
    }
}

/// Statuses without data that a card may give to too large an `L_e`; 6282 past the start is the end of the file.
fn is_length_refusal(status: StatusWord, offset: usize) -> bool {
    matches!(status, StatusWord::SUCCESS | StatusWord::WRONG_LENGTH)
        || (status == StatusWord::END_OF_FILE && offset == 0)
        || status.right_length().is_some()
}

/// Appends a part of a file of `due` bytes in all; where the file moves for it, its old place is wiped.
fn append(held: &mut Vec<u8>, part: &[u8], due: usize) {
    let length = held.len().saturating_add(part.len());
    if held.capacity() < length {
        let mut moved = Vec::with_capacity(length.max(due));
        moved.extend_from_slice(held);
        core::mem::replace(held, moved).zeroize();
    }
    held.extend_from_slice(part);
}

fn refusal(status: StatusWord) -> FileOutcome {
    match status {
        StatusWord::NOT_FOUND | StatusWord::REFERENCE_NOT_FOUND => FileOutcome::Absent(status),
        _ => FileOutcome::Refused(status),
    }
}

fn read_binary(sfi: Option<u8>, offset: usize, asked: usize, odd: bool) -> Result<Command, Error> {
    let ne = |bytes: usize| u32::try_from(bytes.min(65_536)).unwrap_or(65_536);
    let far = u32::try_from(offset).unwrap_or(u32::MAX);
    if odd {
        // The answer's data field is DO'53': its header counts.
        let header = match asked {
            0..=0x7F => 2,
            0x80..=0xFF => 3,
            _ => DO_53_HEADER,
        };
        return Ok(Command::read_binary_odd(sfi.unwrap_or_default(), far, ne(asked.saturating_add(header))));
    }
    match sfi {
        Some(sfi) => Ok(Command::read_binary_short_id(sfi, ne(asked))),
        None => Command::read_binary(far, ne(asked)).ok_or(Error::Unsupported("an offset beyond the even READ BINARY")),
    }
}

/// The bytes inside DO'53' (7816-4 §11.3.3); no data stays no data.
fn unwrap_odd(response: Response) -> Option<Vec<u8>> {
    if response.data.is_empty() {
        return Some(Vec::new());
    }
    let data = Zeroizing::new(response.data);
    let mut reader = Reader::new(&data);
    reader.expect(Tag(0x53), "DO'53'").ok().map(|tlv| tlv.value.to_vec())
}

/// SELECT's answers that mean success: 9000, and 6283 for a deactivated file (7816-4 §11.2.2).
pub(crate) fn is_selected(status: StatusWord) -> bool {
    status.is_success() || status == StatusWord::DEACTIVATED
}
