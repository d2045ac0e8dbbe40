//! Whole sessions: the reader sends exactly the commands of the file, with the file's random octets, and accepts exactly
//! its answers.

use crate::format::{Failure, Vector, same};
use crate::trust_changes::AddTrust as _;
use chipid::checks::{CheckId, Reason};
use chipid::chip::ChipAuthentication;
use chipid::internals::crypto::{Random, ScriptedRandom, Secret};
use chipid::internals::iso7816::{Command, Form, Response};
use chipid::internals::secure_messaging::SecureMessaging;
use chipid::lds::{DataGroup, FileId};
use chipid::transport::transcript::{Replay, Transcript};
use chipid::trust::TrustStore;
use chipid::{Card, Document, Error, Event, Password, ReadPlan};
use std::ops::ControlFlow;
use std::time::{Duration, SystemTime};

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

/// What a session comes to.
#[derive(Clone, Copy, PartialEq)]
enum Outcome {
    /// Access is granted; nothing is read.
    Opened,
    /// Chip authentication is proven.
    ChipAuthentication,
    /// The chip has shown itself in PACE, and EF.CardSecurity is its authority's word.
    ChipMapping,
}

/// The parts of a session, so that a test may alter them.
struct Parts {
    password: String,
    random: Vec<Vec<u8>>,
    commands: Vec<Vec<u8>>,
    responses: Vec<Vec<u8>>,
    outcome: Outcome,
    trust: TrustStore,
}

impl Parts {
    fn of(vector: &Vector) -> Result<Self, Failure> {
        let outcome = match vector.text("outcome")? {
            "opened_bac" | "opened_pace" => Outcome::Opened,
            "chip_authentication_proven" => Outcome::ChipAuthentication,
            "chip_mapping_proven" => Outcome::ChipMapping,
            other => return Err(Failure::Malformed(format!("outcome: {other}"))),
        };
        let mut trust = TrustStore::empty();
        if outcome == Outcome::ChipMapping {
            trust.add_certificate(&vector.hex("csca")?).map_err(|why| Failure::Malformed(format!("csca: {why:?}")))?;
        }
        Ok(Self {
            password: vector.text("password")?.into(),
            random: row(vector, "random"),
            commands: row(vector, "command"),
            responses: row(vector, "response"),
            outcome,
            trust,
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
        if self.outcome == Outcome::Opened {
            return Ok(None);
        }
        let document = session.read(&ReadPlan::fastest(), &mut show).map_err(|error| refused(error.into()))?;
        self.proof(&document).map(|()| Some(document))
    }

    /// Whether the document holds the proof that is due.
    fn proof(&self, document: &Document) -> Result<(), Failure> {
        if self.outcome == Outcome::ChipAuthentication {
            let is_proven = matches!(document.chip_authentication(), ChipAuthentication::Proven(_));
            return if is_proven { Ok(()) } else { Err(Failure::Refused("chip authentication is not proven".into())) };
        }
        // 1 January 2026
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
        let report = document.verify(&self.trust, at);
        let check = report.check(CheckId::ChipPaceCam).unwrap();
        let reason = check.reason.map_or("", Reason::as_str);
        if check.is_successful() { Ok(()) } else { Err(Failure::Refused(format!("{reason}: {}", check.compared))) }
    }

    /// The answers that must not be altered, as exchange and byte: the last, which is under the new keys, and the one
    /// in which the chip shows itself, a byte of each block.
    fn alterations(&self) -> Vec<(usize, usize)> {
        let last = self.responses.len() - 1;
        let bytes = |exchange: usize| 0..self.responses[exchange].len();
        let shown = self.commands.iter().position(|command| command.starts_with(&[0x00, 0x86, 0x00, 0x00]));
        match shown {
            Some(shown) if self.outcome == Outcome::ChipMapping => {
                bytes(shown).step_by(16).map(|byte| (shown, byte)).collect()
            }
            _ => bytes(last).map(|byte| (last, byte)).collect(),
        }
    }
}

/// A session from the first command on; one that is refused states the `code` of the error, or of the check's reason.
pub fn session(vector: &Vector) -> Result<(), Failure> {
    let mut parts = Parts::of(vector)?;
    let code = vector.optional("code");
    let dg1 = match parts.outcome {
        Outcome::ChipAuthentication => vector.hex("file_dg1")?,
        _ => Vec::new(),
    };
    let document = match (parts.run(), code) {
        (Err(Failure::Refused(why)), Some(code)) if !why.starts_with(&format!("{code}: ")) => {
            return Err(Failure::Differs(format!("code is not {code}: {why}")));
        }
        (Err(Failure::Refused(why)), None) => return Err(Failure::Differs(format!("refused without a code: {why}"))),
        (outcome, _) => outcome?,
    };
    if let Some(document) = document {
        let read = document.file(FileId::DataGroup(DataGroup::DG1)).bytes().unwrap_or_default();
        same("EF.DG1", read, &dg1)?;
        same(
            "exchanges",
            &document.exchanges().to_be_bytes(),
            &u32::try_from(parts.commands.len()).unwrap().to_be_bytes(),
        )?;
    }
    // Its refuse: any bit altered must be noticed.
    for (exchange, byte) in parts.alterations() {
        parts.responses[exchange][byte] ^= 0x01;
        if parts.run().is_ok() {
            return Err(Failure::Differs(format!("byte {byte} of answer {} may be altered", exchange + 1)));
        }
        parts.responses[exchange][byte] ^= 0x01;
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
