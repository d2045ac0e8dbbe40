//! Lies, for hostile tests: on the line ([`Faulty`], a [`Transport`] around another) and in the card ([`Deviation`]).
//!
//! The line can drop, flip, cut, replay and swap what passes, and cannot make a valid checksum; a hostile card can.

use crate::error::{Error, TransportError};
use crate::event::Show;
use crate::transport::Transport;
use std::time::Duration;

/// What a hostile card does otherwise than the standard has it, under valid keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Deviation {
    /// Protected answers lack DO'87', where data is due.
    DropData,
    /// Protected answers hold DO'87' twice.
    DoubleData,
    /// Protected answers lack DO'99'.
    DropStatus,
    /// Protected answers hold tag 98 in the place of 99.
    StatusTag98,
    /// DO'99' holds 9001 beside another status word.
    OtherStatus,
    /// Protected answers lack DO'8E'.
    DropMac,
    /// DO'8E' is wrong in one bit.
    WrongMac,
    /// DO'8E' has seven bytes.
    ShortMac,
    /// DO'8E' has nine bytes.
    LongMac,
    /// A byte follows DO'8E'.
    TrailingByte,
    /// The padding begins with 00 for 80, under a right checksum.
    WrongPadding,
    /// Protected commands are answered in the plain.
    Unprotected,
    /// BAC answers with another challenge than the card gave.
    BacOtherChallenge,
    /// BAC answers with a wrong checksum.
    BacWrongMac,
    /// PACE shows another nonce than the card uses.
    PaceOtherNonce,
    /// PACE agrees on another generator than the nonces give.
    PaceOtherGenerator,
    /// Integrated mapping answers with data where it must answer with none.
    PaceImMappingData,
    /// PACE maps with a key that is no point of the curve: its y-coordinate, or its number, is wrong in the last bit.
    PaceBadMappingPoint,
    /// PACE maps with a key whose x-coordinate is wrong in its last bit, or its number in the first octet.
    PaceBadMappingX,
    /// PACE maps with a key of a small subgroup: p − 1, or a point of zeros.
    PaceNeutralMappingKey,
    /// PACE shows the reader its own mapping key.
    PaceEchoesMappingKey,
    /// PACE agrees with a key that is no point of the curve: its y-coordinate, or its number, is wrong in the last bit.
    PaceBadPoint,
    /// PACE agrees with a key whose x-coordinate is wrong in its last bit, or its number in the first octet.
    PaceBadX,
    /// PACE agrees with a key of a small subgroup: p − 1, or a point of zeros.
    PaceNeutralKey,
    /// PACE shows the reader its own ephemeral key.
    PaceEchoesKey,
    /// PACE ends with a wrong token.
    PaceWrongToken,
    /// PACE ends with a token made by another cipher.
    PaceTokenOfOtherCipher,
    /// PACE answers with an empty DO'7C'.
    PaceWithoutObject,
    /// PACE answers with DO'90' for DO'80'.
    PaceTag90,
    /// PACE answers with DO'92' for DO'82'.
    PaceTag92,
    /// PACE answers with DO'94' for DO'84'.
    PaceTag94,
    /// PACE answers with DO'96' for DO'86'.
    PaceTag96,
    /// Chip authentication mapping ends without DO'8A'.
    CamMissing,
    /// Chip authentication mapping ends with an empty DO'8A'.
    CamEmpty,
    /// DO'8A' has one byte too few for whole blocks.
    CamOddLength,
    /// DO'8A' holds its octets inside a data object of their own.
    CamWrapped,
    /// DO'8A' stands there twice.
    CamDoubled,
    /// DO'8A' holds the data of another key.
    CamOtherData,
    /// The data in DO'8A' is padded wrongly.
    CamWrongPadding,
    /// Chip authentication mapping ends with DO'8B' for DO'8A'.
    CamTag8b,
    /// Generic or integrated mapping ends with a DO'8A'.
    CamUnasked,
    /// Active authentication signs another challenge.
    AaOtherChallenge,
    /// Active authentication ends its block with another trailer.
    AaWrongTrailer,
    /// Active authentication signs with another digest than its trailer or EF.DG14 names.
    AaOtherDigest,
    /// Chip authentication succeeds in words, under keys that nobody has.
    CaOtherKeys,
    /// The challenge of terminal authentication has seven bytes.
    TaShortChallenge,
    /// The challenge of terminal authentication has nine bytes.
    TaLongChallenge,
    /// The card finds terminal authentication right only over another document number or key than its own.
    TaOtherDocument,
}

impl Deviation {
    /// All of them.
    pub const ALL: [Deviation; 48] = [
        Deviation::DropData,
        Deviation::DoubleData,
        Deviation::DropStatus,
        Deviation::StatusTag98,
        Deviation::OtherStatus,
        Deviation::DropMac,
        Deviation::WrongMac,
        Deviation::ShortMac,
        Deviation::LongMac,
        Deviation::TrailingByte,
        Deviation::WrongPadding,
        Deviation::Unprotected,
        Deviation::BacOtherChallenge,
        Deviation::BacWrongMac,
        Deviation::PaceOtherNonce,
        Deviation::PaceOtherGenerator,
        Deviation::PaceImMappingData,
        Deviation::PaceBadMappingPoint,
        Deviation::PaceBadMappingX,
        Deviation::PaceNeutralMappingKey,
        Deviation::PaceEchoesMappingKey,
        Deviation::PaceBadPoint,
        Deviation::PaceBadX,
        Deviation::PaceNeutralKey,
        Deviation::PaceEchoesKey,
        Deviation::PaceWrongToken,
        Deviation::PaceTokenOfOtherCipher,
        Deviation::PaceWithoutObject,
        Deviation::PaceTag90,
        Deviation::PaceTag92,
        Deviation::PaceTag94,
        Deviation::PaceTag96,
        Deviation::CamMissing,
        Deviation::CamEmpty,
        Deviation::CamOddLength,
        Deviation::CamWrapped,
        Deviation::CamDoubled,
        Deviation::CamOtherData,
        Deviation::CamWrongPadding,
        Deviation::CamTag8b,
        Deviation::CamUnasked,
        Deviation::AaOtherChallenge,
        Deviation::AaWrongTrailer,
        Deviation::AaOtherDigest,
        Deviation::CaOtherKeys,
        Deviation::TaShortChallenge,
        Deviation::TaLongChallenge,
        Deviation::TaOtherDocument,
    ];

    /// Whether it concerns the answers of secure messaging, so that every protected exchange can show it.
    pub fn is_of_secure_messaging(self) -> bool {
        matches!(
            self,
            Self::DropData
                | Self::DoubleData
                | Self::DropStatus
                | Self::StatusTag98
                | Self::OtherStatus
                | Self::DropMac
                | Self::WrongMac
                | Self::ShortMac
                | Self::LongMac
                | Self::TrailingByte
                | Self::WrongPadding
                | Self::Unprotected
        )
    }
}

/// What happens to an exchange on the line.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The command does not reach the card, and this error comes back.
    LostBefore(TransportError),
    /// The card answers, and this error comes back in place of the answer.
    LostAfter(TransportError),
    /// The card is gone from here on.
    RemoveCard,
    /// The card is lifted before the command comes, and lies in the field again when the line is asked to reconnect.
    LeaveAndReturn,
    /// The card loses its power before the command comes: it answers as after a reset.
    PowerLoss,
    /// Only this status word comes back, and the card never sees the command.
    Status(u16),
    /// The card answers, and only this status word comes back.
    StatusAfter(u16),
    /// This answer comes back whatever the card said.
    Answer(Vec<u8>),
    /// One bit of the answer is flipped: octet (modulo its length) and bit.
    Flip(usize, u8),
    /// One bit of the command is flipped: octet (modulo its length) and bit.
    FlipCommand(usize, u8),
    /// The last octets of the answer are cut off.
    Truncate(usize),
    /// These octets are put before the status word.
    Insert(Vec<u8>),
    /// The answer to the exchange before comes again; the card does answer.
    Replay,
    /// The command reaches the card twice; the second answer comes back.
    Twice,
    /// From here on every answer comes one exchange late: first the one before, again.
    Late,
}

/// A line that lies at the n-th exchange.
pub struct Faulty<T> {
    inner: T,
    at: usize,
    fault: Fault,
    for_ever: bool,
    count: usize,
    last: Vec<u8>,
    removed: bool,
    lifted: bool,
}

impl<T: Transport> Faulty<T> {
    /// The fault befalls exchange `at`, counted from 0; resets do not count.
    pub fn new(inner: T, at: usize, fault: Fault) -> Self {
        Self { inner, at, fault, for_ever: false, count: 0, last: Vec::new(), removed: false, lifted: false }
    }

    /// The same from that exchange on.
    pub fn for_ever(self) -> Self {
        Self { for_ever: true, ..self }
    }

    /// Exchanges so far.
    pub fn exchanges(&self) -> usize {
        self.count
    }

    /// The line without its fault.
    pub fn into_inner(self) -> T {
        self.inner
    }

    fn lie(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        match self.fault.clone() {
            Fault::LostBefore(error) => Err(error),
            Fault::LostAfter(error) => self.inner.transmit(command).and(Err(error)),
            Fault::RemoveCard => {
                self.removed = true;
                Err(TransportError::CardRemoved)
            }
            Fault::LeaveAndReturn => {
                self.lifted = true;
                Err(TransportError::CardRemoved)
            }
            Fault::PowerLoss => {
                self.inner.reset()?;
                self.inner.transmit(command)
            }
            Fault::Status(status) => Ok(status.to_be_bytes().to_vec()),
            Fault::StatusAfter(status) => self.inner.transmit(command).map(|_| status.to_be_bytes().to_vec()),
            Fault::Answer(answer) => Ok(answer),
            Fault::Flip(octet, bit) => self.inner.transmit(command).map(|answer| flipped(answer, octet, bit)),
            Fault::FlipCommand(octet, bit) => self.inner.transmit(&flipped(command.to_vec(), octet, bit)),
            Fault::Truncate(octets) => self.inner.transmit(command).map(|mut answer| {
                answer.truncate(answer.len().saturating_sub(octets));
                answer
            }),
            Fault::Insert(octets) => self.inner.transmit(command).map(|mut answer| {
                let status = answer.split_off(answer.len().saturating_sub(2));
                [answer, octets, status].concat()
            }),
            Fault::Replay | Fault::Late => {
                let before = self.last.clone();
                let answer = self.inner.transmit(command)?;
                self.last.clone_from(&answer);
                Ok(if before.is_empty() { answer } else { before })
            }
            Fault::Twice => self.inner.transmit(command).and_then(|_| self.inner.transmit(command)),
        }
    }
}

/// The bytes with one bit changed.
fn flipped(mut bytes: Vec<u8>, octet: usize, bit: u8) -> Vec<u8> {
    let at = octet.checked_rem(bytes.len()).unwrap_or(0);
    if let Some(octet) = bytes.get_mut(at) {
        *octet ^= 1 << (bit & 7);
    }
    bytes
}

impl<T: Transport> Transport for Faulty<T> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        if self.removed || self.lifted {
            return Err(TransportError::CardRemoved);
        }
        let here = self.count;
        self.count += 1;
        let lasting = self.for_ever || self.fault == Fault::Late;
        let answer = if here == self.at || (lasting && here > self.at) {
            self.lie(command)?
        } else {
            let answer = self.inner.transmit(command)?;
            self.last.clone_from(&answer);
            answer
        };
        if answer.len() < 2 { Err(TransportError::Communication) } else { Ok(answer) }
    }

    fn reset(&mut self) -> Result<(), TransportError> {
        if self.removed || self.lifted { Err(TransportError::CardRemoved) } else { self.inner.reset() }
    }

    fn reconnect(&mut self, patience: Duration, show: &mut Show<'_>) -> Result<(), Error> {
        if self.removed {
            return Err(TransportError::CardRemoved.into());
        }
        self.lifted = false;
        self.inner.reconnect(patience, show)
    }

    fn atr(&self) -> &[u8] {
        self.inner.atr()
    }

    fn reader(&self) -> &str {
        self.inner.reader()
    }

    fn max_apdu(&self) -> Option<usize> {
        self.inner.max_apdu()
    }
}
