//! Secure messaging: a session with known keys gets an answer that was protected well and then altered. It takes exactly
//! the answer that was protected; the model beside it is written from 9303-11 §9.8 alone.

use super::Bytes;
use chipid::internals::crypto::{Cipher, Secret, pad};
use chipid::internals::iso7816::{Command, Response, StatusWord};
use chipid::internals::secure_messaging::SecureMessaging;
use chipid::internals::tlv::{Tag, encode};

const CIPHERS: [Cipher; 4] = [Cipher::TripleDes, Cipher::Aes128, Cipher::Aes192, Cipher::Aes256];

/// `cipher ‖ instruction ‖ status (2) ‖ length of the data ‖ data ‖ alterations`; an alteration is `what ‖ place ‖ value`.
pub fn all(bytes: &[u8]) {
    let _ = altered(bytes);
    raw(bytes);
}

fn keys(cipher: Cipher) -> (Secret, Secret) {
    let key = |first: u8| Secret::new((first..).take(cipher.key_len()).collect());
    (key(0x10), key(0x60))
}

fn session(cipher: Cipher) -> SecureMessaging {
    let (ks_enc, ks_mac) = keys(cipher);
    match cipher {
        Cipher::TripleDes => SecureMessaging::after_bac(ks_enc, ks_mac, 0),
        _ => SecureMessaging::new(cipher, ks_enc, ks_mac),
    }
}

fn altered(bytes: &[u8]) -> Option<()> {
    let mut input = Bytes(bytes);
    let cipher = CIPHERS[usize::from(input.u8()? & 3)];
    let ins = input.u8()?;
    let status = input.u16()?;
    let length = usize::from(input.u8()?);
    let data = input.take(length);
    let mut session = session(cipher);
    let command = Command::new(0, ins, 0, 0).with_data(data.to_vec()).expecting(256);
    let protected = session.protect(&command).expect("the counter is young");
    assert_eq!(protected.header(), [0x0C, ins, 0, 0]);
    assert_eq!(protected.data, expected(cipher, ins, data, 256), "a command is not protected as the standard has it");
    let good = answer(cipher, ins, data, status);
    lengths(cipher, ins, data.len(), &good);
    let mut bad = good.clone();
    while let (Some(what), Some(place), Some(value)) = (input.u8(), input.u8(), input.u8()) {
        let place = usize::from(place) % (bad.len() + 1);
        match what % 5 {
            0 if place < bad.len() => bad[place] ^= value,
            1 => bad.insert(place, value),
            2 => bad.truncate(place),
            3 => bad.extend_from_slice(&good[place.min(good.len())..]),
            _ if place < bad.len() => drop(bad.remove(place)),
            _ => {}
        }
    }
    let response = Response::decode(&bad)?;
    match session.unprotect(ins, &response) {
        Ok((mut session, plain)) => {
            // Only the tag of the cryptogram may differ from what was sent: none here, the checksum covers it.
            assert_eq!(bad, good, "an altered answer was taken");
            assert_eq!((plain.data.as_slice(), plain.status.0), (data, status));
            // The counter went on: the same answer is no answer to the next command.
            session.protect(&command).expect("the counter is young");
            assert!(session.unprotect(ins, &response).is_err(), "an answer was taken twice");
        }
        Err(_) => assert_ne!(bad, good, "a good answer was refused"),
    }
    Some(())
}

/// Bytes that nobody protected are never an answer.
fn raw(bytes: &[u8]) {
    let Some(response) = Response::decode(bytes) else { return };
    for cipher in CIPHERS {
        // Other keys than the model's: a fuzzer sees what a model compares, and takes its answers from there.
        let key = |first: u8| Secret::new((first..).take(cipher.key_len()).collect());
        let mut session = SecureMessaging::new(cipher, key(0x90), key(0xB0));
        session.protect(&Command::new(0, 0xB0, 0, 0)).expect("the counter is young");
        assert!(session.unprotect(0xB0, &response).is_err());
    }
}

/// What secure messaging says of lengths: exactly how long a protected answer is, and what fits.
fn lengths(cipher: Cipher, ins: u8, plain: usize, good: &[u8]) {
    let session = session(cipher);
    let length = good.len() - 2;
    // An odd instruction has no padding indicator, and data that is empty no cryptogram.
    let due = length + usize::from(ins & 1 == 1);
    assert!(plain == 0 || session.protected_length(plain).abs_diff(due) <= 1);
    let fits = session.plain_capacity(length);
    assert!(plain == 0 || fits.abs_diff(plain) <= cipher.block_len(), "{fits} for {plain}");
    for answer in [length, length + 1, 256, 4_096, 65_536] {
        let fits = session.plain_capacity(answer);
        assert!(fits == 0 || session.protected_length(fits) <= answer, "{fits} bytes do not fit {answer}");
        assert!(session.protected_length(fits + 2 * cipher.block_len()) > answer, "more than {fits} fit {answer}");
    }
}

/// SSC = n.
fn counter(cipher: Cipher, n: u8) -> Vec<u8> {
    let mut ssc = vec![0; cipher.block_len()];
    ssc[cipher.block_len() - 1] = n;
    ssc
}

/// DO'87', or DO'85' for an odd instruction, of this data; nothing for none.
fn cryptogram(cipher: Cipher, ins: u8, data: &[u8], ssc: &[u8]) -> Vec<u8> {
    let (ks_enc, _) = keys(cipher);
    let zero = vec![0; cipher.block_len()];
    let iv = match cipher {
        Cipher::TripleDes => zero,
        _ => cipher.encrypt_cbc(&ks_enc, &zero, ssc).expect("one block"),
    };
    if data.is_empty() {
        return Vec::new();
    }
    let encrypted = cipher.encrypt_cbc(&ks_enc, &iv, &pad(data, cipher.block_len())).expect("whole blocks");
    match ins & 1 {
        1 => encode(Tag(0x85), &encrypted),
        _ => encode(Tag(0x87), &[&[1], encrypted.as_slice()].concat()),
    }
}

fn checksum(cipher: Cipher, message: &[u8]) -> Vec<u8> {
    let (_, ks_mac) = keys(cipher);
    let message = pad(message, cipher.block_len());
    encode(Tag(0x8E), &cipher.mac_padded(&ks_mac, &message).expect("whole blocks"))
}

/// The data field of the first command of the session: SSC = 1.
fn expected(cipher: Cipher, ins: u8, data: &[u8], ne: usize) -> Vec<u8> {
    let ssc = counter(cipher, 1);
    let le = encode(Tag(0x97), if ne == 256 { &[0] } else { &[0, 0] });
    let objects = [cryptogram(cipher, ins, data, &ssc), le].concat();
    let header = pad(&[0x0C, ins, 0, 0], cipher.block_len());
    let mac = checksum(cipher, &[ssc, header, objects.clone()].concat());
    [objects, mac].concat()
}

/// What a card answers to the first command of the session: SSC = 2.
fn answer(cipher: Cipher, ins: u8, data: &[u8], status: u16) -> Vec<u8> {
    let ssc = counter(cipher, 2);
    let objects = [cryptogram(cipher, ins, data, &ssc), encode(Tag(0x99), &status.to_be_bytes())].concat();
    let mac = checksum(cipher, &[ssc, objects.clone()].concat());
    Response { data: [objects, mac].concat(), status: StatusWord(status) }.encode()
}
