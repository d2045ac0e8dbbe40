//! The card's end of vpcd's wire: inserts a simulated card into the virtual reader of a real pcscd (vsmartcard-vpcd).
//!
//! TCP; the card connects, and an open connection is a card in the reader: port 35963 is the first slot, 35964 the
//! second. Each message is a 16-bit big-endian length and that many bytes. From the reader: one byte, 00 power off,
//! 01 power on, 02 reset, without answer, and 04, which asks for the ATR; two bytes or more are a command APDU. Each part
//! is acknowledged at once: otherwise an exchange takes 40 ms instead of 0.07.

use crate::transport::Transport;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

/// The port of the first slot; the second has the next.
pub const FIRST_PORT: u16 = 35_963;
/// How often a silent line looks whether it shall stop.
const LOOK: Duration = Duration::from_millis(100);
/// How long the reader may take to accept the card, or an answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// A connection to the virtual reader: a card lies in it as long as this lives.
pub struct Line {
    stream: TcpStream,
}

/// Inserts a card into the virtual reader that listens at this address.
///
/// # Errors
/// No virtual reader listens there.
pub fn connect(address: SocketAddr) -> io::Result<Line> {
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(LOOK))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    Ok(Line { stream })
}

impl Line {
    /// Answers for the card until `stop` says so, asked ten times a second, or the reader hangs up; then lifts the card.
    ///
    /// # Errors
    /// The line broke, the card's own line failed, or an answer is longer than the 65 535 bytes that the wire takes.
    pub fn serve(mut self, card: &mut dyn Transport, stop: &dyn Fn() -> bool) -> io::Result<()> {
        let served = self.answer_all(card, stop);
        // The reader may have hung up before.
        let _ = self.stream.shutdown(Shutdown::Both);
        served
    }

    fn answer_all(&mut self, card: &mut dyn Transport, stop: &dyn Fn() -> bool) -> io::Result<()> {
        while let Some(message) = self.receive(stop)? {
            match message.as_slice() {
                [] => {}
                [0x04] => self.send(card.atr())?,
                [_] => card.reset().map_err(io::Error::other)?,
                command => {
                    let response = card.transmit(command).map_err(io::Error::other)?;
                    self.send(&response)?;
                }
            }
        }
        Ok(())
    }

    /// The next message; nothing once the reader hung up or it is time to stop.
    fn receive(&mut self, stop: &dyn Fn() -> bool) -> io::Result<Option<Vec<u8>>> {
        let mut length = [0; 2];
        if !self.fill(&mut length, stop)? {
            return Ok(None);
        }
        let mut message = vec![0; u16::from_be_bytes(length).into()];
        Ok(self.fill(&mut message, stop)?.then_some(message))
    }

    /// Fills the buffer; `false` once the reader hung up or it is time to stop.
    fn fill(&mut self, mut buffer: &mut [u8], stop: &dyn Fn() -> bool) -> io::Result<bool> {
        while !buffer.is_empty() {
            if stop() {
                return Ok(false);
            }
            match self.stream.read(buffer) {
                Ok(0) => return Ok(false),
                Ok(count) => buffer = buffer.get_mut(count..).unwrap_or_default(),
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted => {}
                    ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => return Ok(false),
                    _ => return Err(error),
                },
            }
            #[cfg(target_os = "linux")]
            std::os::linux::net::TcpStreamExt::set_quickack(&self.stream, true)?;
        }
        Ok(true)
    }

    fn send(&mut self, message: &[u8]) -> io::Result<()> {
        let length = u16::try_from(message.len())
            .map_err(|_| io::Error::new(ErrorKind::InvalidData, "the answer is longer than vpcd's wire takes"))?;
        // In one piece: Nagle's algorithm would hold back the second.
        self.stream.write_all(&[length.to_be_bytes().as_slice(), message].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::TransportError;
    use std::net::TcpListener;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread::scope;

    struct Echo {
        resets: usize,
    }

    impl Transport for Echo {
        fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
            match command {
                [0xFF, 0xFF, ..] => Ok(vec![0; 65_536]),
                [0xFF, ..] => Err(TransportError::CardRemoved),
                _ => Ok([command, &[0x90, 0x00]].concat()),
            }
        }

        fn reset(&mut self) -> Result<(), TransportError> {
            self.resets += 1;
            Ok(())
        }

        fn atr(&self) -> &[u8] {
            &[0x3B, 0x00]
        }

        fn reader(&self) -> &str {
            "test"
        }
    }

    /// Plays the reader against an echo card; gives the card's resets and how its line ended.
    fn with_reader(
        reader: impl FnOnce(&mut TcpStream) + Send,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> (usize, io::Result<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        scope(|scope| {
            let card = scope.spawn(move || {
                let mut card = Echo { resets: 0 };
                let ended = connect(address).unwrap().serve(&mut card, stop);
                (card.resets, ended)
            });
            let (mut stream, _) = listener.accept().unwrap();
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            reader(&mut stream);
            stream.shutdown(Shutdown::Write).unwrap();
            card.join().unwrap()
        })
    }

    fn message(bytes: &[u8]) -> Vec<u8> {
        [&u16::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat()
    }

    #[test]
    fn answers_commands_and_the_atr_and_passes_resets_on() {
        let (resets, ended) = with_reader(
            |stream| {
                for (sent, answer) in [(&[0x01][..], None), (&[0x04], Some(&[0x3B, 0x00][..])), (&[0x02], None)] {
                    stream.write_all(&message(sent)).unwrap();
                    if let Some(answer) = answer {
                        let mut got = vec![0; answer.len() + 2];
                        stream.read_exact(&mut got).unwrap();
                        assert_eq!(got, message(answer));
                    }
                }
                // A command in three parts.
                for part in [&[0x00][..], &[0x05, 0x00, 0xB0], &[0x00, 0x00, 0x00]] {
                    stream.write_all(part).unwrap();
                    stream.flush().unwrap();
                }
                let mut got = [0; 9];
                stream.read_exact(&mut got).unwrap();
                assert_eq!(got, [0x00, 0x07, 0x00, 0xB0, 0x00, 0x00, 0x00, 0x90, 0x00]);
            },
            &|| false,
        );
        assert_eq!(resets, 2);
        assert!(ended.is_ok());
    }

    #[test]
    fn stops_when_told_though_the_reader_is_silent() {
        let stopping = AtomicBool::new(false);
        let (_, ended) = with_reader(
            |stream| {
                stopping.store(true, Ordering::Relaxed);
                assert_eq!(stream.read(&mut [0; 1]).unwrap(), 0, "the card is lifted");
            },
            &|| stopping.load(Ordering::Relaxed),
        );
        assert!(ended.is_ok());
    }

    #[test]
    fn lifts_the_card_when_its_own_line_fails() {
        let (_, ended) = with_reader(
            |stream| {
                stream.write_all(&message(&[0xFF, 0x00])).unwrap();
                assert_eq!(stream.read(&mut [0; 1]).unwrap(), 0);
            },
            &|| false,
        );
        assert!(ended.is_err());
    }

    #[test]
    fn refuses_an_answer_that_is_too_long_for_the_wire() {
        let (_, ended) = with_reader(|stream| stream.write_all(&message(&[0xFF, 0xFF])).unwrap(), &|| false);
        assert_eq!(ended.unwrap_err().kind(), ErrorKind::InvalidData);
    }
}
