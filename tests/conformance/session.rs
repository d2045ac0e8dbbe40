//! What becomes of a channel after an answer that is not as secure messaging has it: nothing is sent over it any more.
//!
//! The answers are sealed here, with keys of the test's own, so that what is right about them is right and what is wrong
//! is one thing (9303-11 §9.8).

use crate::reading::go_on;
use chipid::TransportError;
use chipid::error::Step;
use chipid::internals::channel::{Channel, FileOutcome};
use chipid::internals::crypto::{Cipher, Secret, pad};
use chipid::internals::secure_messaging::SecureMessaging;
use chipid::internals::tlv::{self, Tag};
use chipid::lds::FileId;
use chipid::transport::Transport;
use std::sync::{Arc, Mutex};

/// How an answer is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seal {
    Right,
    /// This status alone, in the clear.
    Plain(u16),
    WithoutMac,
    WithoutStatus,
    /// No DO'87', under a right checksum.
    WithoutData,
    WrongMac,
    /// The padding begins with 00 for 80, under a right checksum.
    WrongPadding,
}

/// EF.COM, short enough for one answer.
const FILE: [u8; 24] = *b"\x60\x16\x5F\x01\x040107\x5F\x36\x06040000\x5C\x04\x61\x75\x6E\x6F";

/// A chip that answers every command with the file, sealed so.
struct Chip {
    cipher: Cipher,
    seal: Seal,
    commands: Arc<Mutex<usize>>,
}

impl Transport for Chip {
    fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, TransportError> {
        let mut commands = self.commands.lock().unwrap();
        *commands += 1;
        Ok(self.answer(2 * *commands as u128))
    }

    fn reset(&mut self) -> Result<(), TransportError> {
        Ok(())
    }

    fn atr(&self) -> &[u8] {
        &[0x3B, 0x80, 0x80, 0x01, 0x01]
    }

    fn reader(&self) -> &str {
        "a test"
    }
}

fn key(octet: u8) -> Secret {
    Secret::from_slice(&[octet; 16])
}

impl Chip {
    /// The answer under this send sequence counter.
    fn answer(&self, ssc: u128) -> Vec<u8> {
        if let Seal::Plain(status) = self.seal {
            return status.to_be_bytes().to_vec();
        }
        let block = self.cipher.block_len();
        let ssc = ssc.to_be_bytes()[16 - block..].to_vec();
        let zero = vec![0; block];
        let iv = match self.cipher {
            Cipher::TripleDes => zero.clone(),
            _ => self.cipher.encrypt_cbc(&key(0xE1), &zero, &ssc).unwrap(),
        };
        let mut padded = pad(&FILE, block);
        if self.seal == Seal::WrongPadding {
            padded[FILE.len()] = 0;
        }
        let cryptogram = self.cipher.encrypt_cbc(&key(0xE1), &iv, &padded).unwrap();
        let mut objects = Vec::new();
        if self.seal != Seal::WithoutData {
            objects = tlv::encode_all(Tag(0x87), &[&[0x01], &cryptogram]);
        }
        if self.seal != Seal::WithoutStatus {
            objects.extend(tlv::encode(Tag(0x99), &[0x90, 0x00]));
        }
        let covered = pad(&[ssc.as_slice(), &objects].concat(), block);
        let mut code = self.cipher.mac_padded(&key(0x3A), &covered).unwrap();
        if self.seal == Seal::WrongMac {
            code[7] ^= 1;
        }
        if self.seal != Seal::WithoutMac {
            objects.extend(tlv::encode(Tag(0x8E), &code));
        }
        [objects, vec![0x90, 0x00]].concat()
    }
}

/// A channel with the chip's keys, and how many commands the chip has seen.
fn open(cipher: Cipher, seal: Seal) -> (Channel, Arc<Mutex<usize>>) {
    let commands = Arc::new(Mutex::new(0));
    let mut channel = Channel::new(Box::new(Chip { cipher, seal, commands: Arc::clone(&commands) }));
    channel.protect(SecureMessaging::new(cipher, key(0xE1), key(0x3A)));
    (channel, commands)
}

/// Reading a file from a chip that seals so ends with this error; the session is dead, and a further call sends nothing.
/// One that seals rightly is read, and read again.
pub fn the_channel_is_dead_after(seal: Seal, code: &str) {
    let file = FileId::Com;
    let read = |channel: &mut Channel| channel.read_file(file, Step::Read(file), &mut go_on);
    for cipher in [Cipher::TripleDes, Cipher::Aes128] {
        let (mut channel, commands) = open(cipher, seal);
        let error = read(&mut channel).err().unwrap();
        assert_eq!(error.code(), code, "{seal:?}, {cipher:?}: {error}");
        assert!(!channel.is_protected());
        let sent = *commands.lock().unwrap();
        for _ in 0..2 {
            assert_eq!(read(&mut channel).err().unwrap().code(), "protocol.session_dead");
        }
        assert_eq!(*commands.lock().unwrap(), sent);
        let (mut channel, _) = open(cipher, Seal::Right);
        for _ in 0..2 {
            assert_eq!(read(&mut channel).unwrap(), FileOutcome::Read(FILE.to_vec()));
        }
        assert!(channel.is_protected());
    }
}
