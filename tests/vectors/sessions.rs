//! Whole sessions: the reader sends exactly the commands of the file, with the file's random octets, and accepts exactly
//! its answers.

use crate::format::{Failure, Vector, same};
use chipid::chip::ChipAuthentication;
use chipid::crypto::{Random, ScriptedRandom, Secret};
use chipid::iso7816::{Command, Form, Response};
use chipid::lds::{DataGroup, FileId};
use chipid::secure_messaging::SecureMessaging;
use chipid::transport::transcript::{Replay, Transcript};
use chipid::{Card, Document, Error, Event, Password, ReadPlan};
use std::ops::ControlFlow;

fn show(_: Event<'_>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// The values of `key_1`, `key_2` and so on.
fn row(vector: &Vector, key: &str) -> Vec<Vec<u8>> {
    (1..).map_while(|index| vector.optional(&format!("{key}_{index}"))).map(|text| hex::decode(text).unwrap()).collect()
}

/// The stable code comes first, so that a vector can say why it is refused.
fn refused(error: Error) -> Failure {
    Failure::Refused(format!("{}: {error}", error.code()))
}

fn password(text: &str) -> Result<Password, Failure> {
    match text.split(' ').collect::<Vec<_>>()[..] {
        ["none"] => Ok(Password::none()),
        ["can", digits] => Ok(Password::can(digits).unwrap()),
        ["mrz", number, birth, expiry] => Ok(Password::mrz_parts(number, birth, expiry).unwrap()),
        _ => Err(Failure::Malformed("password".into())),
    }
}

/// The parts of a session, so that a test may alter them.
struct Parts {
    password: String,
    random: Vec<Vec<u8>>,
    commands: Vec<Vec<u8>>,
    responses: Vec<Vec<u8>>,
    reads: bool,
}

impl Parts {
    fn of(vector: &Vector) -> Result<Self, Failure> {
        let reads = match vector.text("outcome")? {
            "opened_bac" | "opened_pace" | "refused" => false,
            "chip_authentication_proven" => true,
            other => return Err(Failure::Malformed(format!("outcome: {other}"))),
        };
        Ok(Self {
            password: vector.text("password")?.into(),
            random: row(vector, "random"),
            commands: row(vector, "command"),
            responses: row(vector, "response"),
            reads,
        })
    }

    /// Runs the session; the document where it reads one.
    fn run(&self) -> Result<Option<Document>, Failure> {
        let exchanges = self.commands.iter().zip(&self.responses);
        let line = |(command, response): (&Vec<u8>, &Vec<u8>)| {
            format!("> {}\n< {}\n", hex::encode(command), hex::encode(response))
        };
        let transcript: Transcript = exchanges.map(line).collect::<String>().parse().unwrap();
        let random: Box<dyn Random> = Box::new(ScriptedRandom::new(self.random.clone()));
        let card = Card::connect_with_random(Box::new(Replay::new(transcript)), random);
        let session = card.open(&password(&self.password)?, &mut show).map_err(|error| refused(error.into()))?;
        if !self.reads {
            return Ok(None);
        }
        session.read(&ReadPlan::fastest(), &mut show).map(Some).map_err(|error| refused(error.into()))
    }

    fn is_proven(&self) -> bool {
        match self.run() {
            Ok(Some(document)) => matches!(document.chip_authentication(), ChipAuthentication::Proven(_)),
            Ok(None) => true,
            Err(_) => false,
        }
    }
}

/// A session from the first command on; one that is refused states the `code` of the error.
pub fn session(vector: &Vector) -> Result<(), Failure> {
    let mut parts = Parts::of(vector)?;
    let dg1 = if parts.reads { vector.hex("file_dg1")? } else { Vec::new() };
    let code = vector.optional("code");
    let document = match (parts.run(), code) {
        (Err(Failure::Refused(why)), Some(code)) if !why.starts_with(&format!("{code}: ")) => {
            return Err(Failure::Differs(format!("code is not {code}: {why}")));
        }
        (Err(Failure::Refused(why)), None) => return Err(Failure::Differs(format!("refused without a code: {why}"))),
        (outcome, _) => outcome?,
    };
    if let Some(document) = document {
        if !matches!(document.chip_authentication(), ChipAuthentication::Proven(_)) {
            return Err(Failure::Refused("chip authentication is not proven".into()));
        }
        let read = document.file(FileId::DataGroup(DataGroup::DG1)).bytes().unwrap_or_default();
        same("EF.DG1", read, &dg1)?;
        same(
            "exchanges",
            &document.exchanges().to_be_bytes(),
            &u32::try_from(parts.commands.len()).unwrap().to_be_bytes(),
        )?;
    }
    // Its refuse: the last answer is under the new keys, and any bit of it altered must be noticed.
    let last = parts.responses.len() - 1;
    for index in 0..parts.responses[last].len() {
        parts.responses[last][index] ^= 0x01;
        if parts.is_proven() {
            return Err(Failure::Differs(format!("byte {index} of the last answer may be altered")));
        }
        parts.responses[last][index] ^= 0x01;
    }
    Ok(())
}

/// Commands protected and responses unprotected with given keys.
pub fn secure_messaging(vector: &Vector) -> Result<(), Failure> {
    let ssc = u64::from_be_bytes(vector.hex("ssc")?.try_into().map_err(|_| Failure::Malformed("ssc".into()))?);
    let (ks_enc, ks_mac) = (Secret::new(vector.hex("ks_enc")?), Secret::new(vector.hex("ks_mac")?));
    let mut session = SecureMessaging::after_bac(ks_enc, ks_mac, ssc);
    let (plain_commands, commands) = (row(vector, "plain_command"), row(vector, "command"));
    let (responses, plain_responses) = (row(vector, "response"), row(vector, "plain_response"));
    for (index, plain) in plain_commands.iter().enumerate() {
        let command = Command::decode(plain).unwrap();
        let protected = session.protect(&command)?.expecting(256).encode(Form::Short).unwrap();
        same("command", &protected, &commands[index])?;
        let response = Response::decode(&responses[index]).unwrap();
        let (next, response) =
            session.unprotect(command.ins, &response).map_err(|broken| Failure::Refused(broken.to_string()))?;
        session = next;
        same("response", &response.encode(), &plain_responses[index])?;
    }
    Ok(())
}
