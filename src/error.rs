//! One public [`enum@Error`], one variant per thing that a caller can do about it.
//!
//! Low-level modules have small errors of their own; the code that knows the file or the step adds it once. The text is a
//! sentence with a place and contains no personal data and no keys. Each error has a stable [`Error::code`] and a remedy.

use crate::iso7816::StatusWord;
use crate::lds::{Dir, FileId};
use crate::tlv::{Problem, TlvError};
use thiserror::Error;

/// What ended a step, sorted by what the caller can do.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The card, the reader or the service was lost, or never there: put it right and begin again.
    #[error("{0}")]
    Transport(#[from] TransportError),
    /// The CAN or the MRZ is wrong: ask for it again.
    #[error("the chip refused the {password}: it was misread or mistyped{}", tries(*.attempts_left))]
    WrongPassword {
        /// Which password was tried: `CAN`, `MRZ`.
        password: &'static str,
        /// Tries that the chip says are left, where it says so.
        attempts_left: Option<u8>,
    },
    /// The chip says that no try is left for this password; nothing was tried.
    #[error("the chip has blocked the {0}: no try is left")]
    PasswordBlocked(&'static str),
    /// The chip asks for a password that was not given: the MRZ where it has no PACE, the CAN or the MRZ where it has.
    #[error("this chip needs {0} to be opened")]
    PasswordNeeded(NeededPassword),
    /// The chip has no eMRTD application: it is another kind of card.
    #[error("the chip has no eMRTD application (status {status}){}", applications(.others))]
    NoApplication {
        /// The status word of SELECT.
        status: StatusWord,
        /// EF.DIR, where the chip gives it: what applications it has instead.
        others: Option<Dir>,
    },
    /// The chip refused a step with a status word: it does not do what was asked.
    #[error("the chip refused {during} with status {status}")]
    Refused {
        /// The step.
        during: Step,
        /// The status word.
        status: StatusWord,
    },
    /// The line to the chip broke a rule that protects it: do not trust this line; open a new session.
    #[error("{during}: {broken}")]
    Protocol {
        /// The step.
        during: Step,
        /// The rule.
        broken: Broken,
    },
    /// A file that the step needs does not conform to the standard.
    #[error("{file} at byte {at}: expected {expected}")]
    Malformed {
        /// The file.
        file: FileId,
        /// Offset in the file.
        at: usize,
        /// What is due there.
        expected: &'static str,
    },
    /// The card asks for something that this library does not do.
    #[error("not supported: {0}")]
    Unsupported(&'static str),
    /// The caller's closure asked to stop.
    #[error("cancelled by the caller")]
    Cancelled,
}

fn tries(left: Option<u8>) -> String {
    left.map(|left| format!("; {left} tries left")).unwrap_or_default()
}

fn applications(dir: &Option<Dir>) -> String {
    dir.as_ref().map(|dir| format!("; its applications: {dir}")).unwrap_or_default()
}

/// A password that was not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NeededPassword {
    /// The card access number.
    Can,
    /// The machine-readable zone.
    Mrz,
    /// Either of them.
    CanOrMrz,
}

impl core::fmt::Display for NeededPassword {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Can => "the CAN",
            Self::Mrz => "the MRZ",
            Self::CanOrMrz => "the CAN or the MRZ",
        })
    }
}

impl Error {
    /// The error for a file that does not conform to the standard, from a decoder's error.
    pub(crate) fn malformed(file: FileId, error: TlvError) -> Self {
        let expected = match error.problem {
            Problem::Expected(what) => what,
            _ => "a well-formed data object",
        };
        Self::Malformed { file, at: error.at, expected }
    }

    /// A stable code: `transport.card_removed`, `wrong_password`, `protocol.bad_mac`.
    pub fn code(&self) -> String {
        match self {
            Error::Transport(error) => format!("transport.{}", error.code()),
            Error::WrongPassword { .. } => "wrong_password".into(),
            Error::PasswordBlocked(_) => "password_blocked".into(),
            Error::PasswordNeeded(_) => "password_needed".into(),
            Error::NoApplication { .. } => "no_application".into(),
            Error::Refused { .. } => "refused".into(),
            Error::Protocol { broken, .. } => format!("protocol.{}", broken.code()),
            Error::Malformed { .. } => "malformed".into(),
            Error::Unsupported(_) => "unsupported".into(),
            Error::Cancelled => "cancelled".into(),
        }
    }

    /// What the caller, or the person at the counter, can do.
    pub fn remedy(&self) -> &'static str {
        match self {
            Error::Transport(error) => error.remedy(),
            Error::WrongPassword { .. } => "compare the number with the one printed on the card and enter it again",
            Error::PasswordBlocked(_) => "use the other password of the card; its issuer can unblock this one",
            Error::PasswordNeeded(_) => {
                "give what is asked for: the MRZ stands on the card's data side, the CAN is printed on it"
            }
            Error::NoApplication { .. } => "lay a chip ID card or passport on the reader: this card is another one",
            Error::Refused { .. } => {
                "lift the card, lay it on the reader again, and repeat; if it persists, the chip lacks this function"
            }
            Error::Protocol { .. } => {
                "lift the card and begin anew; if it happens again, do not trust this card or this reader"
            }
            Error::Malformed { .. } => {
                "the chip's data is not as the standard has it; treat the document as unverified"
            }
            Error::Unsupported(_) => "this card cannot be read with this version",
            Error::Cancelled => "start again when ready",
        }
    }

    /// Whether the same step on a new session may succeed: a lost line, not a broken rule.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Error::Transport(error) if error.is_retryable())
    }
}

/// A step of the work, for errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Step {
    /// Reading EF.CardAccess.
    #[error("reading EF.CardAccess")]
    ReadCardAccess,
    /// Reading EF.ATR/INFO.
    #[error("reading EF.ATR/INFO")]
    ReadAtrInfo,
    /// Selecting the eMRTD application.
    #[error("selecting the eMRTD application")]
    SelectApplication,
    /// Basic access control.
    #[error("basic access control")]
    Bac,
    /// PACE, MSE:Set AT.
    #[error("PACE, MSE:Set AT")]
    PaceSetAt,
    /// PACE step 1, the nonce.
    #[error("PACE step 1, the nonce")]
    PaceNonce,
    /// PACE step 2, the mapping.
    #[error("PACE step 2, the mapping")]
    PaceMapping,
    /// PACE step 3, the key agreement.
    #[error("PACE step 3, the key agreement")]
    PaceKeyAgreement,
    /// PACE step 4, the tokens.
    #[error("PACE step 4, the authentication tokens")]
    PaceTokens,
    /// Chip authentication.
    #[error("chip authentication")]
    ChipAuthentication,
    /// Active authentication.
    #[error("active authentication")]
    ActiveAuthentication,
    /// Terminal authentication.
    #[error("terminal authentication")]
    TerminalAuthentication,
    /// Reading a file.
    #[error("reading {0}")]
    Read(FileId),
    /// Resuming after the card was lost.
    #[error("going on after the card was lost")]
    Resume,
    /// Opening the line to the card.
    #[error("connecting to the card")]
    Connect,
}

/// Where in the work an error arose; transport errors do not name the step themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The step that was under way, and the file that it reads; `None` before the first exchange.
    pub during: Option<Step>,
    /// The number of the last exchange that was sent, from 1 since the card was connected; 0 before the first.
    pub exchange: u32,
}

impl core::fmt::Display for Place {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.during {
            Some(step) => write!(f, "exchange {}, {step}", self.exchange),
            None => write!(f, "exchange {}", self.exchange),
        }
    }
}

/// A rule that the line or the chip broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Broken {
    /// A response without valid secure messaging while the channel is protected (9303-11 §9.8): never data, never a status.
    #[error("the answer was not protected (it showed status {0}); the session is ended")]
    Unprotected(StatusWord),
    /// The checksum, the status or the cryptogram of a protected answer is wrong: one uniform error.
    #[error("the protected answer is not authentic; the session is ended")]
    BadResponse,
    /// The session was ended by an earlier error.
    #[error("the session has ended; open a new one")]
    SessionDead,
    /// The chip's authentication token is wrong.
    #[error("the chip's authentication token is wrong")]
    WrongToken,
    /// A public key of the chip is no valid point or number.
    #[error("the chip's public key is not valid")]
    BadPublicKey,
    /// The chip echoed the reader's own public key.
    #[error("the chip sent the reader's own public key")]
    SamePublicKey,
    /// An answer lacks a data object that is due, or has another.
    #[error("the answer does not hold the data object that is due")]
    BadAnswer,
    /// The chip makes the reader do more than the budget allows.
    #[error("the chip asks for more work than the budget allows")]
    Budget,
    /// The chip answers a read with nothing, or with bytes that were not asked for.
    #[error("the chip answers a read with no bytes or with other bytes than were asked for")]
    NoProgress,
    /// The card that came back is another one than the card that left.
    #[error("the card that came back is not the one that left")]
    OtherCard,
    /// A cryptographic step failed for a reason of its own.
    #[error("a cryptographic step could not be done")]
    Crypto,
}

impl Broken {
    /// A stable code.
    pub fn code(self) -> &'static str {
        match self {
            Broken::Unprotected(_) => "unprotected",
            Broken::BadResponse => "bad_response",
            Broken::SessionDead => "session_dead",
            Broken::WrongToken => "wrong_token",
            Broken::BadPublicKey => "bad_public_key",
            Broken::SamePublicKey => "same_public_key",
            Broken::BadAnswer => "bad_answer",
            Broken::Budget => "budget",
            Broken::NoProgress => "no_progress",
            Broken::OtherCard => "other_card",
            Broken::Crypto => "crypto",
        }
    }
}

/// What can happen between the program and the card.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TransportError {
    /// The card was lifted.
    #[error("the card was removed")]
    CardRemoved,
    /// The card was reset by another program, or by the system.
    #[error("the card was reset by another program or by the system")]
    CardReset,
    /// The card does not answer.
    #[error("the card does not answer")]
    CardUnresponsive,
    /// The line garbled an exchange, or the answer has fewer than two bytes.
    #[error("the exchange with the card was garbled")]
    Communication,
    /// No card came in time.
    #[error("no card was laid on a reader in time")]
    NoCard,
    /// No reader is attached.
    #[error("no reader is attached")]
    NoReader,
    /// The named reader is not there.
    #[error("no reader has that name")]
    UnknownReader,
    /// The reader was unplugged.
    #[error("the reader was unplugged")]
    ReaderGone,
    /// Another program holds the card.
    #[error("another program holds the card")]
    Busy,
    /// The PC/SC service does not run, or was stopped or restarted meanwhile.
    #[error("the PC/SC service does not run, or was stopped or restarted")]
    NoService,
    /// The PC/SC service does not serve this user.
    #[error("the PC/SC service refuses this user")]
    Denied,
    /// The card in the reader does not support ISO 7816-4.
    #[error("the card in the reader does not speak ISO 7816-4")]
    NotSmartCard,
    /// The command or the answer is longer than the reader takes.
    #[error("the exchange is longer than the reader takes")]
    TooLong,
    /// A recorded exchange does not fit what was sent.
    #[error("the recorded exchanges do not fit what was sent (exchange {0})")]
    Transcript(usize),
    /// Any other status of the PC/SC service, with its number.
    #[error("the PC/SC service reports status {0:#010X}")]
    Service(u32),
    /// The binding to the PC/SC service panicked on a status that it does not know.
    #[error("the binding to the PC/SC service failed")]
    Binding,
}

impl TransportError {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::CardRemoved => "card_removed",
            Self::CardReset => "card_reset",
            Self::CardUnresponsive => "card_unresponsive",
            Self::Communication => "communication",
            Self::NoCard => "no_card",
            Self::NoReader => "no_reader",
            Self::UnknownReader => "unknown_reader",
            Self::ReaderGone => "reader_gone",
            Self::Busy => "busy",
            Self::NoService => "no_service",
            Self::Denied => "denied",
            Self::NotSmartCard => "not_smart_card",
            Self::TooLong => "too_long",
            Self::Transcript(_) => "transcript",
            Self::Service(_) => "service",
            Self::Binding => "binding",
        }
    }

    /// What the person at the counter, or the operator, can do.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::CardRemoved | Self::CardReset => {
                "lay the card on the reader again and leave it there until the reading ends"
            }
            Self::CardUnresponsive | Self::Communication => "lift the card, lay it flat on the reader, and begin again",
            Self::NoCard => "lay the card on the reader",
            Self::NoReader => "attach a PC/SC reader; `chipid readers` lists those that are seen",
            Self::UnknownReader => "choose one of the names that `chipid readers` lists",
            Self::ReaderGone => "attach the reader again",
            Self::Busy => "close the other program that uses the reader",
            Self::NoService => {
                "start the PC/SC service: on Debian `systemctl start pcscd`, on Windows the service SCardSvr"
            }
            Self::Denied => {
                "run in the active local session, or let the administrator allow this user (polkit rule org.debian.pcsc-lite.access_card)"
            }
            Self::NotSmartCard => "lay one chip ID card on the contactless reader, and nothing else",
            Self::TooLong => "begin again with short lengths",
            Self::Transcript(_) => "record the exchanges anew",
            Self::Service(_) | Self::Binding => "begin again; if it persists, restart the PC/SC service",
        }
    }

    /// Whether a new session with the same reader may succeed.
    pub fn is_retryable(&self) -> bool {
        !matches!(self, Self::Denied | Self::NotSmartCard | Self::Transcript(_) | Self::UnknownReader)
    }
}
