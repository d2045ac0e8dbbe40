//! Exchanges with a card as a text, recorded and played back.
//!
//! **The transcript of a real card holds personal data**: what was read in the clear, the ATR, and, for whoever knows
//! the password, all the rest. Keep it as the card itself, or not at all.
//!
//! One line each: `reader: NAME`, `atr: HEX`, `max: BYTES`, `> HEX` a command, `< HEX` its response, `! CODE` a
//! transport error in its place, `reset`, `# …` a comment. A protected session replays only with the randomness that it
//! was recorded with.

use super::connection::Transport;
use crate::bounds::BOUNDS;
use crate::error::{Error, TransportError};
use crate::event::Show;
use core::fmt;
use core::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use thiserror::Error;

/// A card's side of a line, step by step.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Transcript {
    /// The reader's name.
    pub reader: String,
    /// The answer to reset.
    pub atr: Vec<u8>,
    /// The longest APDU that the reader said it carries, in bytes.
    pub max_apdu: Option<usize>,
    /// What was asked and answered, in order.
    pub steps: Vec<TranscriptStep>,
}

/// One step of a transcript.
#[derive(Clone, PartialEq, Eq)]
pub enum TranscriptStep {
    /// The card was reset.
    Reset(Result<(), TransportError>),
    /// A command APDU, and its response APDU or the error in its place.
    Exchange(Vec<u8>, Result<Vec<u8>, TransportError>),
}

impl fmt::Debug for Transcript {
    /// Shows no data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Transcript of {} steps", self.steps.len())
    }
}

impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# The transcript of a real card holds personal data.")?;
        // A name with a line break would become another line.
        let name: String = self.reader.chars().filter(|c| !c.is_control()).collect();
        writeln!(f, "reader: {name}")?;
        writeln!(f, "atr: {}", hex::encode_upper(&self.atr))?;
        if let Some(max) = self.max_apdu {
            writeln!(f, "max: {max}")?;
        }
        for step in &self.steps {
            let error = match step {
                TranscriptStep::Reset(outcome) => {
                    writeln!(f, "reset")?;
                    outcome.as_ref().err()
                }
                TranscriptStep::Exchange(command, outcome) => {
                    writeln!(f, "> {}", hex::encode_upper(command))?;
                    if let Ok(response) = outcome {
                        writeln!(f, "< {}", hex::encode_upper(response))?;
                    }
                    outcome.as_ref().err()
                }
            };
            if let Some(error) = error {
                writeln!(f, "! {}", error.code())?;
            }
        }
        Ok(())
    }
}

/// A line of a transcript that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("line {line}: {problem}")]
pub struct TranscriptError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: &'static str,
}

impl FromStr for Transcript {
    type Err = TranscriptError;

    /// Reads a transcript.
    ///
    /// # Errors
    /// [`TranscriptError`] with the line that cannot be read.
    fn from_str(text: &str) -> Result<Self, TranscriptError> {
        let mut transcript = Transcript::default();
        let mut pending: Option<Vec<u8>> = None;
        let mut end = 0;
        for (number, line) in (1..).zip(text.lines()) {
            end = number;
            let at = |problem| TranscriptError { line: number, problem };
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let step = match (pending.take(), line.split_at_checked(1).unwrap_or((line, ""))) {
                (Some(command), ("<", response)) => TranscriptStep::Exchange(command, Ok(bytes(response).map_err(at)?)),
                (Some(command), ("!", code)) => TranscriptStep::Exchange(command, Err(error_of(code).map_err(at)?)),
                (Some(_), _) => return Err(at("expected the response to the command above")),
                (None, (">", command)) => {
                    pending = Some(bytes(command).map_err(at)?);
                    continue;
                }
                (None, ("!", code)) => match transcript.steps.last_mut() {
                    Some(TranscriptStep::Reset(outcome @ Ok(()))) => {
                        *outcome = Err(error_of(code).map_err(at)?);
                        continue;
                    }
                    _ => return Err(at("an error stands below a command or a reset")),
                },
                (None, _) => match line.split_once(':') {
                    None if line == "reset" => TranscriptStep::Reset(Ok(())),
                    Some(("reader", name)) => {
                        transcript.reader = name.trim().into();
                        continue;
                    }
                    Some(("atr", atr)) => {
                        transcript.atr = bytes(atr).map_err(at)?;
                        continue;
                    }
                    Some(("max", max)) => {
                        transcript.max_apdu = Some(max.trim().parse().map_err(|_| at("expected a number of bytes"))?);
                        continue;
                    }
                    _ => return Err(at("expected >, <, !, reset, reader:, atr:, max: or #")),
                },
            };
            transcript.steps.push(step);
        }
        match pending {
            Some(_) => Err(TranscriptError { line: end, problem: "the last command has no response" }),
            None => Ok(transcript),
        }
    }
}

fn bytes(text: &str) -> Result<Vec<u8>, &'static str> {
    let digits: String = text.split_ascii_whitespace().collect();
    if digits.len() > 2 * BOUNDS.transcript_octets {
        return Err("longer than any APDU");
    }
    hex::decode(digits).map_err(|_| "expected pairs of hexadecimal digits")
}

/// The errors that a line can have, by their codes.
fn error_of(code: &str) -> Result<TransportError, &'static str> {
    use TransportError as E;
    [
        E::CardRemoved,
        E::CardReset,
        E::CardUnresponsive,
        E::Communication,
        E::NoCard,
        E::NoReader,
        E::UnknownReader,
        E::ReaderGone,
        E::Busy,
        E::NoService,
        E::Denied,
        E::NotSmartCard,
        E::TooLong,
        E::Binding,
        E::Service(0),
        E::Transcript(0),
    ]
    .into_iter()
    .find(|error| error.code() == code.trim())
    .ok_or("expected the code of a transport error")
}

/// A line that writes down what passes over it.
pub struct Recorder {
    line: Box<dyn Transport>,
    recording: Recording,
}

/// What a [`Recorder`] has written down so far; it outlives the recorder.
#[derive(Clone, Default)]
pub struct Recording(Arc<Mutex<Transcript>>);

impl Recording {
    /// A copy of what was recorded so far.
    pub fn transcript(&self) -> Transcript {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Transcript> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recorder {
    /// Records what passes over a line.
    pub fn new(line: Box<dyn Transport>) -> Self {
        let start = Transcript {
            reader: line.reader().into(),
            atr: line.atr().into(),
            max_apdu: line.max_apdu(),
            steps: Vec::new(),
        };
        Self { line, recording: Recording(Arc::new(Mutex::new(start))) }
    }

    /// Where the recording is found while and after the recorder is in use.
    pub fn recording(&self) -> Recording {
        self.recording.clone()
    }
}

impl Transport for Recorder {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let outcome = self.line.transmit(command);
        self.recording.lock().steps.push(TranscriptStep::Exchange(command.to_vec(), outcome.clone()));
        outcome
    }

    fn reset(&mut self) -> Result<(), TransportError> {
        let outcome = self.line.reset();
        self.recording.lock().steps.push(TranscriptStep::Reset(outcome.clone()));
        outcome
    }

    fn reconnect(&mut self, patience: Duration, show: &mut Show<'_>) -> Result<(), Error> {
        let outcome = self.line.reconnect(patience, show);
        // A card that is back is recorded as a reset: played back, that is what it is.
        match &outcome {
            Ok(()) => self.recording.lock().steps.push(TranscriptStep::Reset(Ok(()))),
            Err(Error::Transport(error)) => self.recording.lock().steps.push(TranscriptStep::Reset(Err(error.clone()))),
            Err(_) => {}
        }
        outcome
    }

    fn atr(&self) -> &[u8] {
        self.line.atr()
    }

    fn reader(&self) -> &str {
        self.line.reader()
    }

    fn max_apdu(&self) -> Option<usize> {
        self.line.max_apdu()
    }
}

/// A line that answers from a transcript, and only what was asked then.
pub struct Replay {
    transcript: Transcript,
    next: usize,
}

impl Replay {
    /// Plays a transcript back, from its beginning.
    pub fn new(transcript: Transcript) -> Self {
        Self { transcript, next: 0 }
    }

    /// How many steps were not asked for yet.
    pub fn left(&self) -> usize {
        self.transcript.steps.len().saturating_sub(self.next)
    }

    /// The answer of the next step if it is the one that was asked for; another one stays the next.
    fn step<T>(
        &mut self,
        pick: impl FnOnce(&TranscriptStep) -> Option<Result<T, TransportError>>,
    ) -> Result<T, TransportError> {
        let answer = self.transcript.steps.get(self.next).and_then(pick);
        let number = self.next.saturating_add(1);
        let outcome = answer.ok_or(TransportError::Transcript(number))?;
        self.next = number;
        outcome
    }
}

impl Transport for Replay {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.step(|step| match step {
            TranscriptStep::Exchange(recorded, outcome) if recorded == command => Some(outcome.clone()),
            _ => None,
        })
    }

    fn reset(&mut self) -> Result<(), TransportError> {
        self.step(|step| match step {
            TranscriptStep::Reset(outcome) => Some(outcome.clone()),
            TranscriptStep::Exchange(..) => None,
        })
    }

    fn atr(&self) -> &[u8] {
        &self.transcript.atr
    }

    fn reader(&self) -> &str {
        &self.transcript.reader
    }

    fn max_apdu(&self) -> Option<usize> {
        self.transcript.max_apdu
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# The transcript of a real card holds personal data.
reader: Virtual PCD 00 00
atr: 3B80800101
max: 65536
> 00A4020C02011C
< 9000
reset
> 00B0000000
! card_removed
reset
! reader_gone
";

    fn parsed(text: &str) -> Result<Transcript, (usize, &'static str)> {
        text.parse::<Transcript>().map_err(|error| (error.line, error.problem))
    }

    #[test]
    fn writes_what_it_reads() {
        let transcript = parsed(TEXT).unwrap();
        assert_eq!(transcript.steps.len(), 4);
        assert_eq!(transcript.to_string(), TEXT);
    }

    #[test]
    fn reads_spaces_and_comments() {
        let transcript = parsed("\n# a comment\n > 00 a4 00 00 \n# between\n<90 00\n").unwrap();
        assert_eq!(transcript.steps.len(), 1);
    }

    #[test]
    fn refuses_lines_that_make_no_sense() {
        for (text, line) in [
            ("> 00\n> 00\n", 2),
            ("< 9000\n", 1),
            ("! card_removed\n", 1),
            ("> 00\n! nonsense\n", 2),
            ("> 0\n< 9000\n", 1),
            ("> 0G\n< 9000\n", 1),
            ("atr: xyz\n", 1),
            ("max: many\n", 1),
            ("hello\n", 1),
            ("> 00B0\n", 1),
            ("reset\n! card_removed\n! card_removed\n", 3),
            ("é\n", 1),
        ] {
            assert_eq!(parsed(text).unwrap_err().0, line, "{text}");
        }
        assert!(parsed(&format!("> {}\n< 9000\n", "00".repeat(BOUNDS.transcript_octets + 1))).is_err());
        assert!(parsed(&format!("> {}\n< 9000\n", "00".repeat(BOUNDS.transcript_octets))).is_ok());
    }

    #[test]
    fn a_reader_name_cannot_add_a_line() {
        let transcript = Transcript { reader: "A\n> 00".into(), ..Transcript::default() };
        assert_eq!(parsed(&transcript.to_string()).unwrap().steps.len(), 0);
    }

    #[test]
    fn replays_what_was_recorded() {
        let mut recorder = Recorder::new(Box::new(Replay::new(parsed(TEXT).unwrap())));
        let recording = recorder.recording();
        assert_eq!(recorder.atr(), [0x3B, 0x80, 0x80, 0x01, 0x01]);
        assert_eq!(recorder.reader(), "Virtual PCD 00 00");
        assert_eq!(recorder.max_apdu(), Some(65_536));
        assert_eq!(recorder.transmit(&hex::decode("00A4020C02011C").unwrap()), Ok(vec![0x90, 0x00]));
        assert_eq!(recorder.reset(), Ok(()));
        assert_eq!(recorder.transmit(&[0x00, 0xB0, 0x00, 0x00, 0x00]), Err(TransportError::CardRemoved));
        assert_eq!(recorder.reset(), Err(TransportError::ReaderGone));
        drop(recorder);
        assert_eq!(recording.transcript().to_string(), TEXT);
    }

    #[test]
    fn refuses_another_command_than_the_recorded_one() {
        let mut replay = Replay::new(parsed(TEXT).unwrap());
        assert_eq!(replay.transmit(&[0x00, 0xB0, 0x00, 0x00, 0x00]), Err(TransportError::Transcript(1)));
        assert_eq!(replay.reset(), Err(TransportError::Transcript(1)));
        assert!(replay.transmit(&hex::decode("00A4020C02011C").unwrap()).is_ok());
        assert_eq!(replay.transmit(&hex::decode("00A4020C02011C").unwrap()), Err(TransportError::Transcript(2)));
        assert_eq!(replay.left(), 3);
    }

    #[test]
    fn ends_with_an_error_and_not_with_an_answer() {
        let mut replay = Replay::new(Transcript::default());
        assert_eq!(replay.transmit(&[0x00, 0xB0, 0x00, 0x00, 0x00]), Err(TransportError::Transcript(1)));
        assert_eq!(replay.left(), 0);
    }
}
