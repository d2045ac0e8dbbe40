//! The key that opens the chip: from an option, from standard input, or asked for at a prompt that does not show it.
//!
//! It is wiped from memory after use and never stands in an error.

use crate::arguments::ClaimArguments;
use crate::failure::Failure;
use crate::interrupt;
use crate::messages::Messages;
use chipid::access::PasswordError;
use chipid::lds::Mrz;
use chipid::vietnam::{PersonalNumber, Qr};
use chipid::{Claims, Password};
use std::io::{BufRead, Read};
use zeroize::Zeroizing;

/// How often `--ask` asks.
pub const TRIES: u32 = 3;
/// The longest key that is read from standard input, in bytes.
const MOST: u64 = 64 << 10;

/// What a key is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Can,
    Mrz,
    Number,
    Qr,
}

/// What the command line says of the person who was asked for, each with its kind.
pub struct Given(Vec<(Kind, Zeroizing<String>)>);

/// Reads number, QR code and MRZ of the command line; at most one of them, or the CAN, from standard input.
pub fn given(arguments: ClaimArguments, can: Option<&str>) -> Result<Given, Failure> {
    let ClaimArguments { mrz, number, qr } = arguments;
    let texts = [(Kind::Number, number), (Kind::Qr, qr), (Kind::Mrz, mrz)];
    let from_input = texts.iter().filter(|(_, text)| text.as_deref() == Some("-")).count();
    if from_input + usize::from(can == Some("-")) > 1 {
        return Err(Failure::usage("usage.one_input", Vec::new()));
    }
    let mut given = Vec::new();
    for (kind, text) in texts {
        if let Some(text) = text {
            given.push((kind, text_or_input(text)?));
        }
    }
    Ok(Given(given))
}

impl Given {
    /// The key of the command line: all that was given together, the CAN first.
    pub fn password(&self, can: Option<String>) -> Result<Password, Failure> {
        let can = can.map(|can| parse(Kind::Can, Kind::Can.option(), &text_or_input(can)?)).transpose()?;
        let others = self.0.iter().map(|(kind, text)| parse(*kind, kind.option(), text));
        let mut password = can;
        for other in others {
            let other = other?;
            password = Some(match password {
                Some(password) => password.or(other),
                None => other,
            });
        }
        password.ok_or_else(|| Failure::usage("no_answer", Vec::new()))
    }

    /// The same as claims, to be compared with the document.
    pub fn claims(&self) -> Result<Claims, Failure> {
        let mut claims = Claims::default();
        for (kind, text) in &self.0 {
            let wrong = |()| refused(*kind, kind.option(), "usage.key");
            match kind {
                Kind::Number => claims.number = Some(PersonalNumber::parse(text).map_err(|_| wrong(()))?),
                Kind::Qr => claims.qr = Some(Qr::parse(text).map_err(|_| wrong(()))?),
                Kind::Mrz => {
                    let mrz = Mrz::parse(text).map_err(|_| wrong(()))?;
                    if !mrz.key_check_digits_hold() {
                        return Err(refused(*kind, kind.option(), "usage.check_digit"));
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

/// Asks for a key without showing it; what it is shows in its form.
pub fn ask(messages: &Messages) -> Result<Password, Failure> {
    let text = prompt(messages)?;
    let text = text.trim();
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    let kind = match text.len() {
        0 => return Err(Failure::usage("no_answer", Vec::new())),
        _ if text.contains('|') => Kind::Qr,
        12 if is_number => Kind::Number,
        _ if is_number => Kind::Can,
        _ => Kind::Mrz,
    };
    parse(kind, "--ask", text)
}

/// Whether another answer may do better.
pub fn is_mistyped(failure: &Failure) -> bool {
    matches!(failure, Failure::Own { code: "usage.key" | "usage.check_digit" | "no_answer", .. })
}

fn parse(kind: Kind, option: &'static str, text: &str) -> Result<Password, Failure> {
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

/// A text that is not of its kind.
fn refused(kind: Kind, option: &'static str, code: &'static str) -> Failure {
    let place = |name, group: &str| (name, format!("@{group}.{}", kind.name()));
    Failure::usage(code, vec![("option", option.to_owned()), place("kind", "kind"), place("hint", "hint")])
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

    fn option(self) -> &'static str {
        match self {
            Self::Can => "--can",
            Self::Mrz => "--mrz",
            Self::Number => "--number",
            Self::Qr => "--qr",
        }
    }
}

fn standard_input() -> Result<Zeroizing<String>, Failure> {
    let mut text = Zeroizing::new(String::new());
    let read = interrupt::blocking(|| std::io::stdin().lock().take(MOST).read_to_string(&mut text));
    read.map_err(|error| Failure::other("unreadable", vec![("path", "-".into()), ("why", error.to_string())]))?;
    if text.trim().is_empty() {
        return Err(Failure::usage("usage.empty_input", Vec::new()));
    }
    Ok(Zeroizing::new(text.trim().to_owned()))
}

/// At a terminal the answer is not shown; without one, a line of standard input.
fn prompt(messages: &Messages) -> Result<Zeroizing<String>, Failure> {
    let answer = match rpassword::prompt_password(format!("{} ", messages.get("prompt.key"))) {
        Ok(answer) => Ok(Zeroizing::new(answer)),
        Err(error) if error.kind() == std::io::ErrorKind::Interrupted => Err(Failure::Interrupted),
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(Zeroizing::default()),
        Err(_) => {
            let mut line = Zeroizing::new(String::new());
            let read = interrupt::blocking(|| std::io::stdin().lock().take(MOST).read_line(&mut line));
            read.map(|_| line)
                .map_err(|error| Failure::other("unreadable", vec![("path", "-".into()), ("why", error.to_string())]))
        }
    };
    interrupt::check()?;
    answer
}
