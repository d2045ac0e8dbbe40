//! The smallest card on vpcd's wire: answers what a closure says, writes down what it saw, and can misbehave.
//!
//! TCP; each message is a 16-bit big-endian length and that many bytes. From the reader: one byte, 00 power off,
//! 01 power on, 02 reset, 04 asks for the ATR; longer: a command.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

/// What a contactless reader makes up for a chip card.
pub const ATR: [u8; 5] = [0x3B, 0x80, 0x80, 0x01, 0x01];
const FIRST_PORT: u16 = 35_963;

/// What the card saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    PowerOff,
    PowerOn,
    Reset,
    Command(Vec<u8>),
}

/// What the card does with a command.
pub enum Reply {
    Answer(Vec<u8>),
    HangUp,
    /// To what is no command.
    None,
}

/// A card that lies on the reader as long as this lives.
pub struct ScriptedCard {
    stream: TcpStream,
    seen: Arc<Mutex<Vec<Seen>>>,
    thread: Option<JoinHandle<()>>,
}

impl ScriptedCard {
    /// Lays a card in a slot, 0 or 1, that answers commands.
    pub fn lay(slot: u16, atr: &[u8], mut answer: impl FnMut(&[u8]) -> Reply + Send + 'static) -> Self {
        Self::lay_chip(slot, atr, move |seen| match seen {
            Seen::Command(command) => answer(command),
            _ => Reply::None,
        })
    }

    /// Lays a card in a slot, 0 or 1, that is told all it sees.
    pub fn lay_chip(slot: u16, atr: &[u8], mut chip: impl FnMut(&Seen) -> Reply + Send + 'static) -> Self {
        let mut stream = connect(slot);
        let all_seen = Arc::new(Mutex::new(Vec::new()));
        let (ours, theirs, atr) = (stream.try_clone().unwrap(), Arc::clone(&all_seen), atr.to_vec());
        let thread = spawn(move || {
            while let Some(message) = receive(&mut stream) {
                let seen = match message[..] {
                    [0x00] => Seen::PowerOff,
                    [0x01] => Seen::PowerOn,
                    [0x02] => Seen::Reset,
                    [0x04] => {
                        send(&mut stream, &atr);
                        continue;
                    }
                    _ => Seen::Command(message),
                };
                theirs.lock().unwrap().push(seen.clone());
                match chip(&seen) {
                    Reply::Answer(response) if send(&mut stream, &response).is_none() => break,
                    Reply::HangUp => break,
                    Reply::Answer(_) | Reply::None => {}
                }
            }
            let _ = stream.shutdown(Shutdown::Both);
        });
        Self { stream: ours, seen: all_seen, thread: Some(thread) }
    }

    /// A card that answers each command with its own bytes and 9000.
    pub fn echo(slot: u16) -> Self {
        Self::lay(slot, &ATR, |command| Reply::Answer([command, &[0x90, 0x00]].concat()))
    }

    /// What it has seen so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// Lifts the card.
    pub fn lift(self) {}
}

impl Drop for ScriptedCard {
    fn drop(&mut self) {
        let _ = self.stream.shutdown(Shutdown::Both);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Connects to a slot as soon as the virtual reader listens.
fn connect(slot: u16) -> TcpStream {
    let since = Instant::now();
    loop {
        match TcpStream::connect(("127.0.0.1", FIRST_PORT + slot)) {
            Ok(stream) => {
                stream.set_nodelay(true).unwrap();
                return stream;
            }
            Err(error) => assert!(since.elapsed() < Duration::from_secs(10), "no virtual reader: {error}"),
        }
        sleep(Duration::from_millis(20));
    }
}

fn receive(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut length = [0; 2];
    read(stream, &mut length)?;
    let mut message = vec![0; u16::from_be_bytes(length).into()];
    read(stream, &mut message)?;
    Some(message)
}

/// Reads, and acknowledges at once: otherwise the reader's next part waits 40 ms for a delayed acknowledgement.
fn read(stream: &mut TcpStream, into: &mut [u8]) -> Option<()> {
    stream.read_exact(into).ok()?;
    #[cfg(target_os = "linux")]
    std::os::linux::net::TcpStreamExt::set_quickack(stream, true).ok()?;
    Some(())
}

fn send(stream: &mut TcpStream, message: &[u8]) -> Option<()> {
    let length = u16::try_from(message.len()).unwrap().to_be_bytes();
    stream.write_all(&[&length[..], message].concat()).ok()
}
