//! Is every command and response what it was, after it was encoded and decoded?
#![allow(clippy::unwrap_used)]

use chipid::internals::crypto::{Cipher, Secret};
use chipid::internals::iso7816::{ApduError, Command, Form, Response, StatusWord};
use chipid::internals::secure_messaging::SecureMessaging;
use proptest::prelude::*;

/// The lengths at which a length field changes its form, and their neighbours.
const LC: [usize; 9] = [0, 1, 2, 127, 254, 255, 256, 65_534, 65_535];
const LE: [Option<u32>; 9] =
    [None, Some(1), Some(2), Some(255), Some(256), Some(257), Some(65_534), Some(65_535), Some(65_536)];

#[test]
fn every_case_at_every_length_border() {
    let mut short = 0;
    for lc in LC {
        for ne in LE {
            let mut command = Command::new(0x0C, 0xB1, 0x80, 0x01).with_data(vec![0xA5; lc]);
            command.ne = ne;
            let extended = command.encode(Form::Extended).unwrap();
            assert_eq!(Command::decode(&extended), Ok(command.clone()), "extended, {lc}, {ne:?}");
            match command.encode(Form::Short) {
                Ok(bytes) => {
                    assert_eq!(Command::decode(&bytes), Ok(command.clone()), "short, {lc}, {ne:?}");
                    assert_eq!(command.form(), Form::Short);
                    short += 1;
                }
                Err(error) => {
                    assert_eq!(error, ApduError::DoesNotFit);
                    assert!(lc > 255 || ne.is_some_and(|ne| ne > 256), "{lc}, {ne:?}");
                }
            }
        }
    }
    assert_eq!(short, 6 * 5);
}

proptest! {
    #[test]
    fn decoding_undoes_encoding(header: [u8; 4], data in prop::collection::vec(any::<u8>(), 0..600), ne in prop::option::of(1u32..=65_536)) {
        let mut command = Command::new(header[0], header[1], header[2], header[3]).with_data(data);
        command.ne = ne;
        let bytes = command.encode(command.form()).unwrap();
        prop_assert_eq!(Command::decode(&bytes).unwrap(), command);
    }

    #[test]
    fn decoding_never_panics_and_what_it_takes_encodes_again(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(command) = Command::decode(&bytes) {
            let again = [Form::Short, Form::Extended].map(|form| command.encode(form).ok());
            prop_assert!(again.contains(&Some(bytes)));
        }
    }

    #[test]
    fn responses_are_what_they_were(data in prop::collection::vec(any::<u8>(), 0..300), status: u16) {
        let response = Response { data, status: StatusWord(status) };
        prop_assert_eq!(Response::decode(&response.encode()), Some(response));
    }

    #[test]
    fn what_the_capacity_says_fits(answer in 40usize..70_000) {
        for cipher in [Cipher::TripleDes, Cipher::Aes128, Cipher::Aes256] {
            let key = || Secret::new(vec![7; cipher.key_len()]);
            let session = SecureMessaging::new(cipher, key(), key());
            let plain = session.plain_capacity(answer);
            prop_assert!(session.protected_length(plain) <= answer, "{cipher:?}: {plain} in {answer}");
        }
    }
}

#[test]
fn fewer_than_two_bytes_are_no_response() {
    assert_eq!(Response::decode(&[]), None);
    assert_eq!(Response::decode(&[0x90]), None);
}

#[test]
fn a_short_protected_answer_carries_223_bytes_under_aes_and_231_under_3des() {
    for (cipher, plain) in
        [(Cipher::Aes128, 223), (Cipher::Aes192, 223), (Cipher::Aes256, 223), (Cipher::TripleDes, 231)]
    {
        let key = || Secret::new(vec![7; cipher.key_len()]);
        assert_eq!(SecureMessaging::new(cipher, key(), key()).plain_capacity(256), plain);
    }
}
