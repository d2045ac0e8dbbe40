//! Failures of the program: exit code, stable code, sentence and remedy.

use crate::console_text::plain;
use crate::messages::{Messages, displayed, fill};
use chipid::error::{Broken, Error, NeededPassword, Step, TransportError};
use std::fmt::Display;

pub const EXIT_OTHER: u8 = 1;
pub const EXIT_USAGE: u8 = 2;
pub const EXIT_FAILED: u8 = 3;
pub const EXIT_UNDETERMINED: u8 = 4;
pub const EXIT_WRONG_PASSWORD: u8 = 5;
pub const EXIT_NO_READER: u8 = 6;
pub const EXIT_NO_CARD: u8 = 7;
pub const EXIT_LOST: u8 = 8;
pub const EXIT_SERVICE: u8 = 9;
pub const EXIT_UNSUPPORTED: u8 = 10;
pub const EXIT_NOT_PROVEN: u8 = 11;
pub const EXIT_EXPIRED: u8 = 12;
/// Of several documents at least one is not what it must be.
pub const EXIT_SEVERAL: u8 = 13;
/// A policy refers the document to a person.
pub const EXIT_REFERRED: u8 = 14;
/// A policy rejects the document.
pub const EXIT_REJECTED: u8 = 15;
/// The document is not that of the person who was asked for.
pub const EXIT_DIFFERS: u8 = 16;
/// What was given could not be compared with the document.
pub const EXIT_NOT_COMPARABLE: u8 = 17;
pub const EXIT_INTERRUPTED: u8 = 130;

/// What ended the program.
#[derive(Debug)]
pub enum Failure {
    /// An error of the library.
    Library(Error),
    /// The command line does not parse.
    Line(Box<clap::Error>),
    /// An error of the program, under its code in the catalogue, with the values of its places.
    Own { code: &'static str, exit: u8, values: Vec<(&'static str, Value)> },
    /// Ctrl-C.
    Interrupted,
}

/// The value of a place in a text.
#[derive(Debug)]
pub enum Value {
    /// Itself.
    Text(String),
    /// The text of the catalogue under this key.
    Key(String),
}

impl Failure {
    /// The command line, or a file that it names, is wrong.
    pub fn usage(code: &'static str, values: &[(&'static str, &dyn Display)]) -> Self {
        Self::with_exit(EXIT_USAGE, code, values)
    }

    /// Something else went wrong.
    pub fn other(code: &'static str, values: &[(&'static str, &dyn Display)]) -> Self {
        Self::with_exit(EXIT_OTHER, code, values)
    }

    /// An error of the program with an exit code of its own.
    pub fn with_exit(exit: u8, code: &'static str, values: &[(&'static str, &dyn Display)]) -> Self {
        let values = values.iter().map(|(place, value)| (*place, Value::Text(value.to_string()))).collect();
        Self::Own { code, exit, values }
    }

    /// The same with a text of the catalogue in this place.
    pub fn naming(mut self, place: &'static str, key: String) -> Self {
        if let Self::Own { values, .. } = &mut self {
            values.push((place, Value::Key(key)));
        }
        self
    }

    /// The program was built without PC/SC.
    #[cfg(not(feature = "pcsc"))]
    pub fn no_pcsc() -> Self {
        Self::with_exit(EXIT_SERVICE, "no_pcsc", &[])
    }

    /// The stable code.
    pub fn code(&self) -> String {
        match self {
            Self::Library(Error::Cancelled) | Self::Interrupted => "interrupted".into(),
            Self::Library(error) => error.code(),
            Self::Line(_) => "usage".into(),
            Self::Own { code, .. } => (*code).into(),
        }
    }

    /// The exit code.
    pub fn exit(&self) -> u8 {
        match self {
            Self::Library(error) => exit_of(error),
            Self::Line(_) => EXIT_USAGE,
            Self::Own { exit, .. } => *exit,
            Self::Interrupted => EXIT_INTERRUPTED,
        }
    }

    /// The sentence and the remedy, safe for a terminal.
    pub fn message_and_remedy(&self, messages: &Messages) -> (String, String) {
        let (message, remedy) = match self {
            Self::Library(error) => library(error, messages),
            Self::Line(error) => line(error, messages),
            Self::Own { code, values, .. } => {
                let text = |value: &'_ Value| match value {
                    Value::Text(text) => text.clone(),
                    Value::Key(key) => messages.get(key).to_owned(),
                };
                let values: Vec<(&str, String)> = values.iter().map(|(place, value)| (*place, text(value))).collect();
                let values = displayed(&values);
                (messages.fill(&format!("error.{code}"), &values), messages.fill(&format!("remedy.{code}"), &values))
            }
            Self::Interrupted => (messages.get("error.interrupted").into(), messages.get("remedy.interrupted").into()),
        };
        // A place that stays empty leaves two spaces.
        let words = message.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        (plain(&words), plain(&remedy))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Library(error)
    }
}

impl From<TransportError> for Failure {
    fn from(error: TransportError) -> Self {
        Self::Library(Error::Transport(error))
    }
}

fn exit_of(error: &Error) -> u8 {
    match error {
        Error::WrongPassword { .. } | Error::PasswordBlocked(_) | Error::PasswordNeeded(_) => EXIT_WRONG_PASSWORD,
        Error::Refused { .. } | Error::NoApplication { .. } | Error::Unsupported(_) => EXIT_UNSUPPORTED,
        Error::Protocol { broken: Broken::Unprotected(_) | Broken::BadResponse | Broken::SessionDead, .. } => EXIT_LOST,
        Error::Cancelled => EXIT_INTERRUPTED,
        Error::Transport(error) => match error {
            TransportError::NoReader | TransportError::UnknownReader => EXIT_NO_READER,
            TransportError::NoCard => EXIT_NO_CARD,
            TransportError::NotSmartCard => EXIT_UNSUPPORTED,
            TransportError::NoService
            | TransportError::Denied
            | TransportError::Busy
            | TransportError::Service(_)
            | TransportError::Binding => EXIT_SERVICE,
            TransportError::Transcript(_) => EXIT_OTHER,
            _ => EXIT_LOST,
        },
        _ => EXIT_OTHER,
    }
}

/// The sentence of a library error: from the catalogue where it has the code, else the library's own.
fn library(error: &Error, messages: &Messages) -> (String, String) {
    let code = match error {
        Error::Cancelled => "interrupted".to_owned(),
        error => error.code(),
    };
    let values = places(error, messages);
    let values = displayed(&values);
    let message = messages.find(&format!("error.{code}")).map(|text| fill(text, &values));
    // All errors of the protocol have one remedy.
    let group = code.split('.').next().unwrap_or_default();
    let remedy = messages.find(&format!("remedy.{code}")).or_else(|| messages.find(&format!("remedy.{group}")));
    (message.unwrap_or_else(|| error.to_string()), remedy.unwrap_or(error.remedy()).to_owned())
}

/// The values of the places in the sentence of a library error.
fn places(error: &Error, messages: &Messages) -> Vec<(&'static str, String)> {
    match error {
        Error::WrongPassword { password, attempts_left } => {
            let left = attempts_left.map(|left| messages.fill("error.wrong_password.left", &[("left", &left)]));
            vec![("password", (*password).into()), ("left", left.unwrap_or_default())]
        }
        Error::PasswordBlocked(password) => vec![("password", (*password).into())],
        Error::NoApplication { status, others } => {
            let others = others.as_ref().map(ToString::to_string).filter(|others| !others.is_empty());
            let others = others.map(|others| messages.fill("error.no_application.others", &[("others", &others)]));
            vec![("status", status.to_string()), ("others", others.unwrap_or_default())]
        }
        Error::Refused { during, status } => vec![("step", step(*during, messages)), ("status", status.to_string())],
        Error::Protocol { during, broken: Broken::Unprotected(status) } => {
            vec![("step", step(*during, messages)), ("status", status.to_string())]
        }
        Error::Protocol { during, .. } => vec![("step", step(*during, messages))],
        Error::Malformed { file, at, expected } => {
            vec![("file", file.to_string()), ("at", at.to_string()), ("expected", (*expected).into())]
        }
        Error::PasswordNeeded(needed) => {
            let key = match needed {
                NeededPassword::Can | NeededPassword::CanOrMrz => "needed.can_or_mrz",
                NeededPassword::Mrz => "needed.mrz",
            };
            vec![("needed", messages.get(key).to_owned())]
        }
        Error::Unsupported(what) => vec![("what", (*what).into())],
        Error::Transport(TransportError::Transcript(at)) => vec![("at", at.to_string())],
        Error::Transport(TransportError::Service(status)) => vec![("status", format!("{status:#010X}"))],
        _ => Vec::new(),
    }
}

/// A step of the work in words.
fn step(step: Step, messages: &Messages) -> String {
    let key = match step {
        Step::ReadCardAccess => "step.read_card_access",
        Step::ReadAtrInfo => "step.read_atr_info",
        Step::SelectApplication => "step.select_application",
        Step::Bac => "step.bac",
        Step::PaceSetAt => "step.pace_set_at",
        Step::PaceNonce => "step.pace_nonce",
        Step::PaceMapping => "step.pace_mapping",
        Step::PaceKeyAgreement => "step.pace_key_agreement",
        Step::PaceTokens => "step.pace_tokens",
        Step::ChipAuthentication => "step.chip_authentication",
        Step::ActiveAuthentication => "step.active_authentication",
        Step::TerminalAuthentication => "step.terminal_authentication",
        Step::Resume => "step.resume",
        Step::Connect => "step.connect",
        Step::Read(file) => return messages.fill("step.read", &[("file", &file.name())]),
        other => return other.to_string(),
    };
    messages.get(key).to_owned()
}

/// What is wrong with the command line, and where.
fn line(error: &clap::Error, messages: &Messages) -> (String, String) {
    use clap::error::{ContextKind, ErrorKind};
    let context = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    let key = match error.kind() {
        ErrorKind::InvalidValue if context(ContextKind::InvalidValue).is_empty() => "usage.no_value",
        ErrorKind::InvalidValue => "usage.invalid_value",
        ErrorKind::ValueValidation => "usage.invalid_value",
        ErrorKind::UnknownArgument => "usage.unknown_argument",
        ErrorKind::InvalidSubcommand => "usage.unknown_command",
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => "usage.no_command",
        ErrorKind::MissingRequiredArgument => "usage.missing",
        ErrorKind::ArgumentConflict => "usage.conflict",
        ErrorKind::NoEquals | ErrorKind::TooFewValues => "usage.no_value",
        ErrorKind::TooManyValues | ErrorKind::WrongNumberOfValues => "usage.too_many",
        ErrorKind::InvalidUtf8 => "usage.not_utf8",
        _ => "usage.other",
    };
    let first_of = |kinds: &[ContextKind]| {
        kinds.iter().map(|kind| context(*kind)).find(|found| !found.is_empty()).unwrap_or_default()
    };
    let place = first_of(&[ContextKind::InvalidArg, ContextKind::InvalidSubcommand]);
    let valid = first_of(&[
        ContextKind::ValidValue,
        ContextKind::SuggestedArg,
        ContextKind::SuggestedSubcommand,
        ContextKind::ValidSubcommand,
    ]);
    let text = error.to_string();
    let (value, other) = (context(ContextKind::InvalidValue), context(ContextKind::PriorArg));
    let text = text.lines().next().unwrap_or_default();
    let message = messages.fill(key, &[("place", &place), ("value", &value), ("other", &other), ("text", &text)]);
    let remedy = if valid.is_empty() {
        messages.get("remedy.usage").to_owned()
    } else {
        messages.fill("remedy.usage.choose", &[("valid", &valid)])
    };
    (message, remedy)
}
