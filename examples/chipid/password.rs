//! The password that opens the chip, and the claims: from options, from standard input, or from a prompt that does not
//! show the answer.
//!
//! Both are wiped from memory after use and never appear in an error.

use crate::arguments::ClaimArguments;
use crate::failure::Failure;
use crate::interrupt;
use crate::messages::Messages;
use chipid::access::PasswordError;
use chipid::lds::Mrz;
use chipid::vietnam::{PersonalNumber, Qr};
use chipid::{Claims, Password};
use std::io::{self, BufRead, Read};
use zeroize::Zeroizing;

/// How often `--ask` asks.
pub const TRIES: u32 = 3;
/// The longest text that is read from standard input, in bytes.
const MOST: u64 = 64 << 10;

/// What a text is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Can,
    Mrz,
    Number,
    Qr,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Can => "can",
            Self::Mrz => "mrz",
            Self::Number => "number",
            Self::Qr => "qr",
        }
    }
}

/// The person's number, QR code and MRZ from the command line, each with its kind.
pub struct Given(Vec<(Kind, Zeroizing<String>)>);

/// Reads number, QR code and MRZ of the command line; at most one of them, or the CAN, from standard input.
pub fn given(arguments: ClaimArguments, can: Option<&str>) -> Result<Given, Failure> {
    let ClaimArguments { mrz, number, qr } = arguments;
    let texts = [(Kind::Number, number), (Kind::Qr, qr), (Kind::Mrz, mrz)];
    let from_input = texts.iter().filter(|(_, text)| text.as_deref() == Some("-")).count();
    if from_input + usize::from(can == Some("-")) > 1 {
        return Err(Failure::usage("usage.one_input", &[]));
    }
    let given = texts.into_iter().filter_map(|(kind, text)| Some(text_or_input(text?).map(|text| (kind, text))));
    given.collect::<Result<_, _>>().map(Given)
}

impl Given {
    /// All that opens the chip, together: the CAN first.
    pub fn password(&self, can: Option<String>) -> Result<Password, Failure> {
        let can = can.map(|can| parse(Kind::Can, None, &text_or_input(can)?));
        let others = self.0.iter().map(|(kind, text)| parse(*kind, None, text));
        let all = can.into_iter().chain(others).collect::<Result<Vec<_>, _>>()?;
        all.into_iter().reduce(Password::or).ok_or_else(|| Failure::usage("no_answer", &[]))
    }

    /// The same as claims, to be compared with the document.
    pub fn claims(&self) -> Result<Claims, Failure> {
        let mut claims = Claims::default();
        for (kind, text) in &self.0 {
            let wrong = |code| refused(*kind, None, code);
            match kind {
                Kind::Number => claims.number = Some(PersonalNumber::parse(text).map_err(|_| wrong("usage.key"))?),
                Kind::Qr => claims.qr = Some(Qr::parse(text).map_err(|_| wrong("usage.key"))?),
                Kind::Mrz => {
                    let mrz = Mrz::parse(text).map_err(|_| wrong("usage.key"))?;
                    if !mrz.key_check_digits_hold() {
                        return Err(wrong("usage.check_digit"));
                    }
                    claims.mrz = Some(mrz);
                }
                Kind::Can => {}
            }
        }
        Ok(claims)
    }
}

/// A text of the command line, or for `-` standard input.
pub fn text_or_input(text: String) -> Result<Zeroizing<String>, Failure> {
    if text == "-" { standard_input() } else { Ok(Zeroizing::new(text)) }
}

/// An answer at the prompt.
pub enum Answer {
    Password(Box<Password>),
    /// Another answer may be right.
    Mistyped(Failure),
}

/// Asks for a password without showing it; its kind follows from its form.
pub fn ask(messages: &Messages) -> Result<Answer, Failure> {
    let text = prompt(messages)?;
    let text = text.trim();
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    let kind = match text.len() {
        0 => return Ok(Answer::Mistyped(Failure::usage("no_answer", &[]))),
        _ if text.contains('|') => Kind::Qr,
        12 if is_number => Kind::Number,
        _ if is_number => Kind::Can,
        _ => Kind::Mrz,
    };
    Ok(parse(kind, Some("--ask"), text).map_or_else(Answer::Mistyped, |password| Answer::Password(Box::new(password))))
}

fn parse(kind: Kind, option: Option<&str>, text: &str) -> Result<Password, Failure> {
    let password = match kind {
        Kind::Can => Password::can(text),
        Kind::Mrz => Password::mrz(text),
        Kind::Number => Password::number(text),
        Kind::Qr => Password::qr(text),
    };
    password.map_err(|error| {
        let code = if error == PasswordError::CheckDigit { "usage.check_digit" } else { "usage.key" };
        refused(kind, option, code)
    })
}

/// A text that is not of its kind, of the option of its kind unless another is given.
fn refused(kind: Kind, option: Option<&str>, code: &'static str) -> Failure {
    let option = option.map_or_else(|| format!("--{}", kind.name()), str::to_owned);
    let failure = Failure::usage(code, &[("option", &option)]);
    failure.naming("kind", format!("kind.{}", kind.name())).naming("hint", format!("hint.{}", kind.name()))
}

fn standard_input() -> Result<Zeroizing<String>, Failure> {
    let mut text = Zeroizing::new(String::new());
    let read = interrupt::blocking(|| io::stdin().lock().take(MOST).read_to_string(&mut text));
    read.map_err(unreadable)?;
    if text.trim().is_empty() {
        return Err(Failure::usage("usage.empty_input", &[]));
    }
    Ok(Zeroizing::new(text.trim().to_owned()))
}

/// At a terminal the answer is not shown; without a terminal, a line of standard input.
fn prompt(messages: &Messages) -> Result<Zeroizing<String>, Failure> {
    let answer = match rpassword::prompt_password(format!("{} ", messages.get("prompt.key"))) {
        Ok(answer) => Ok(Zeroizing::new(answer)),
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(Failure::Interrupted),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(Zeroizing::default()),
        Err(_) => {
            let mut line = Zeroizing::new(String::new());
            let read = interrupt::blocking(|| io::stdin().lock().take(MOST).read_line(&mut line));
            read.map(|_| line).map_err(unreadable)
        }
    };
    interrupt::check()?;
    answer
}

fn unreadable(error: io::Error) -> Failure {
    Failure::other("unreadable", &[("path", &"-"), ("why", &error)])
}
