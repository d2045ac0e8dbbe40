//! What ends the program: an exit code, a stable code, a sentence and a remedy.

use crate::console_text;
use crate::messages::Messages;
use chipid::error::{Broken, Error, Step, TransportError};

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
    Own { code: &'static str, exit: u8, values: Vec<(&'static str, String)> },
    /// Ctrl-C.
    Interrupted,
}

impl Failure {
    /// The command line, or what it names, is wrong.
    pub fn usage(code: &'static str, values: Vec<(&'static str, String)>) -> Self {
        Self::Own { code, exit: EXIT_USAGE, values }
    }

    /// Something else went wrong.
    pub fn other(code: &'static str, values: Vec<(&'static str, String)>) -> Self {
        Self::Own { code, exit: EXIT_OTHER, values }
    }

    /// The program was built without PC/SC.
    #[cfg(not(feature = "pcsc"))]
    pub fn no_pcsc() -> Self {
        Self::Own { code: "no_pcsc", exit: EXIT_SERVICE, values: Vec::new() }
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
    pub fn tell(&self, messages: &Messages) -> (String, String) {
        let (message, remedy) = match self {
            Self::Library(error) => library(error, messages),
            Self::Line(error) => line(error, messages),
            Self::Own { code, values, .. } => {
                // A value that begins with `@` names a text of the catalogue.
                let word = |value: &'_ String| match value.strip_prefix('@') {
                    Some(key) => messages.get(key).to_owned(),
                    None => value.clone(),
                };
                let values: Vec<(&str, String)> = values.iter().map(|(name, value)| (*name, word(value))).collect();
                let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
                (messages.fill(&format!("error.{code}"), &values), messages.fill(&format!("remedy.{code}"), &values))
            }
            Self::Interrupted => (messages.get("error.interrupted").into(), messages.get("remedy.interrupted").into()),
        };
        // A place that stays empty leaves two spaces.
        let words = message.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        (console_text::plain(&words), console_text::plain(&remedy))
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
    let mut values: Vec<(&str, String)> = Vec::new();
    match error {
        Error::WrongPassword { password, attempts_left } => {
            values.push(("password", (*password).into()));
            let left =
                attempts_left.map(|left| messages.fill("error.wrong_password.left", &[("left", &left.to_string())]));
            values.push(("left", left.unwrap_or_default()));
        }
        Error::PasswordBlocked(password) => values.push(("password", (*password).into())),
        Error::NoApplication { status, others } => {
            values.push(("status", status.to_string()));
            let others = others.as_ref().map(ToString::to_string).filter(|others| !others.is_empty());
            let others = others.map(|others| messages.fill("error.no_application.others", &[("others", &others)]));
            values.push(("others", others.unwrap_or_default()));
        }
        Error::Refused { during, status } => {
            values.push(("step", step(*during, messages)));
            values.push(("status", status.to_string()));
        }
        Error::Protocol { during, broken } => {
            values.push(("step", step(*during, messages)));
            if let Broken::Unprotected(status) = broken {
                values.push(("status", status.to_string()));
            }
        }
        Error::Malformed { file, at, expected } => {
            values.push(("file", file.to_string()));
            values.push(("at", at.to_string()));
            values.push(("expected", (*expected).into()));
        }
        Error::PasswordNeeded(needed) => {
            let key = if needed.contains("CAN") { "needed.can_or_mrz" } else { "needed.mrz" };
            values.push(("needed", messages.get(key).to_owned()));
        }
        Error::Unsupported(what) => values.push(("what", (*what).into())),
        Error::Transport(TransportError::Transcript(at)) => values.push(("at", at.to_string())),
        Error::Transport(TransportError::Service(status)) => values.push(("status", format!("{status:#010X}"))),
        _ => {}
    }
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let message = messages.find(&format!("error.{code}")).map(|text| crate::messages::fill(text, &values));
    // All errors of the protocol have one remedy.
    let group = code.split('.').next().unwrap_or_default();
    let remedy = messages.find(&format!("remedy.{code}")).or_else(|| messages.find(&format!("remedy.{group}")));
    (message.unwrap_or_else(|| error.to_string()), remedy.unwrap_or(error.remedy()).to_owned())
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
        Step::Read(file) => return messages.fill("step.read", &[("file", file.name())]),
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
    let place = match context(ContextKind::InvalidArg) {
        place if place.is_empty() => context(ContextKind::InvalidSubcommand),
        place => place,
    };
    let valid = match context(ContextKind::ValidValue) {
        valid if valid.is_empty() => context(ContextKind::SuggestedArg),
        valid => valid,
    };
    let valid = [valid, context(ContextKind::SuggestedSubcommand), context(ContextKind::ValidSubcommand)]
        .into_iter()
        .find(|valid| !valid.is_empty())
        .unwrap_or_default();
    let text = error.to_string();
    let values = [
        ("place", place.as_str()),
        ("value", &context(ContextKind::InvalidValue)),
        ("other", &context(ContextKind::PriorArg)),
        ("text", text.lines().next().unwrap_or_default()),
    ];
    let remedy = if valid.is_empty() {
        messages.get("remedy.usage").to_owned()
    } else {
        messages.fill("remedy.usage.choose", &[("valid", &valid)])
    };
    (messages.fill(key, &values), remedy)
}
