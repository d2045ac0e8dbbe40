//! Suite X-SM: is every answer that is not exactly what secure messaging has it the end of the session?
//!
//! A test for each item, twice over: against a card of two lines with keys of this test, for every cipher, where it is seen
//! that nothing more leaves the channel; and at every APDU of two whole readings, one under 3DES, one under AES.

use crate::cards::by_name;
use crate::case::{Case, Outcome};
use crate::catalogue::{self, applies, is_secured};
use crate::oracles::findings;
use crate::reading::go_on;
use crate::wire::{Planned, Seen};
use chipid::error::{Broken, Step};
use chipid::internals::channel::Channel;
use chipid::internals::crypto::{Cipher, Secret, pad};
use chipid::internals::iso7816::{Command, Response, StatusWord};
use chipid::internals::secure_messaging::SecureMessaging;
use chipid::internals::tlv::{Tag, encode};
use chipid::lds::FileId;
use chipid::transport::Transport;
use chipid::{Error, TransportError};
use std::sync::{Arc, Mutex};

const DURING: Step = Step::Read(FileId::Com);

/// A card that has a session's keys, and answers as a test says: it is given the counter of its answer.
struct Sealer {
    cipher: Cipher,
    counter: u64,
    sent: Arc<Mutex<usize>>,
    answer: Answer,
}

/// What a card answers, by its keys and the counter of its answer.
type Answer = Box<dyn FnMut(&Keys, u64) -> Vec<u8> + Send>;

/// The keys of a session, as the card has them.
struct Keys {
    cipher: Cipher,
    enc: Secret,
    mac: Secret,
}

impl Keys {
    fn new(cipher: Cipher) -> Self {
        let key = |octet| Secret::new(vec![octet; cipher.key_len()]);
        Self { cipher, enc: key(0x3D), mac: key(0x5B) }
    }

    fn counter(&self, counter: u64) -> Vec<u8> {
        let octets = u128::from(counter).to_be_bytes();
        octets[16 - self.cipher.block_len()..].to_vec()
    }

    /// DO'87' around these octets.
    fn data(&self, counter: u64, plain: &[u8]) -> Vec<u8> {
        let zero = vec![0; self.cipher.block_len()];
        let iv = match self.cipher {
            Cipher::TripleDes => zero,
            aes => aes.encrypt_cbc(&self.enc, &zero, &self.counter(counter)).unwrap(),
        };
        let padded = pad(plain, self.cipher.block_len());
        let body = self.cipher.encrypt_cbc(&self.enc, &iv, &padded).unwrap();
        encode(Tag(0x87), &[&[1], body.as_slice()].concat())
    }

    /// The checksum over these objects.
    fn code(&self, counter: u64, objects: &[u8]) -> Vec<u8> {
        let message = pad(&[&self.counter(counter), objects].concat(), self.cipher.block_len());
        self.cipher.mac_padded(&self.mac, &message).unwrap().to_vec()
    }

    /// These objects, their checksum in DO'8E', and the status word behind.
    fn sealed(&self, counter: u64, objects: &[u8]) -> Vec<u8> {
        [objects, &encode(Tag(0x8E), &self.code(counter, objects)), &[0x90, 0x00]].concat()
    }

    /// An answer as it has to be.
    fn right(&self, counter: u64, plain: &[u8]) -> Vec<u8> {
        self.sealed(counter, &[self.data(counter, plain), STATUS.to_vec()].concat())
    }
}

/// DO'99' of 9000.
const STATUS: [u8; 4] = [0x99, 0x02, 0x90, 0x00];
const PLAIN: &[u8] = b"an answer";

impl Transport for Sealer {
    fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, TransportError> {
        *self.sent.lock().unwrap() += 1;
        self.counter += 2;
        Ok((self.answer)(&Keys::new(self.cipher), self.counter))
    }

    fn reset(&mut self) -> Result<(), TransportError> {
        Ok(())
    }

    fn atr(&self) -> &[u8] {
        &[0x3B, 0x80, 0x80, 0x01, 0x01]
    }

    fn reader(&self) -> &str {
        "Sealer"
    }
}

/// A channel under session keys, and the count of what it sent.
fn channel(cipher: Cipher, answer: impl FnMut(&Keys, u64) -> Vec<u8> + Send + 'static) -> (Channel, Arc<Mutex<usize>>) {
    let sent = Arc::default();
    let card = Sealer { cipher, counter: 0, sent: Arc::clone(&sent), answer: Box::new(answer) };
    let mut channel = Channel::new(Box::new(card));
    let Keys { enc, mac, .. } = Keys::new(cipher);
    channel.protect(SecureMessaging::new(cipher, enc, mac));
    (channel, sent)
}

fn ask(channel: &mut Channel) -> Result<Response, Error> {
    channel.send(&Command::read_binary_short_id(0x1E, 16), DURING, &mut go_on)
}

/// Every cipher: the answers before the last are taken, the last ends the session, and then nothing is sent any more.
#[track_caller]
fn ends_with(answers: usize, answer: impl Fn(&Keys, u64) -> Vec<u8> + Copy + Send + 'static) -> Vec<Broken> {
    let mut ends = Vec::new();
    for cipher in Cipher::ALL {
        let (mut channel, sent) = channel(cipher, answer);
        for _ in 1..answers {
            let taken = ask(&mut channel).unwrap();
            assert_eq!((taken.data.as_slice(), taken.status), (PLAIN, StatusWord::SUCCESS), "{cipher:?}");
        }
        match ask(&mut channel) {
            Err(Error::Protocol { broken: broken @ (Broken::BadResponse | Broken::Unprotected(_)), .. }) => {
                ends.push(broken);
            }
            Err(error) => panic!("{cipher:?}: {error}"),
            Ok(response) => panic!("{cipher:?}: taken as {response:?}"),
        }
        assert!(!channel.is_protected());
        assert_eq!(*sent.lock().unwrap(), answers);
        for _ in 0..2 {
            let dead = ask(&mut channel);
            assert!(matches!(dead, Err(Error::Protocol { broken: Broken::SessionDead, .. })), "{cipher:?}: {dead:?}");
        }
        assert_eq!(*sent.lock().unwrap(), answers, "{cipher:?}: sent in a dead session");
    }
    ends
}

/// The same where the checksum covers these objects and is right: what is wrong is what they are.
#[track_caller]
fn refuses_objects(objects: impl Fn(&Keys, u64) -> Vec<u8> + Copy + Send + 'static) {
    assert_eq!(
        ends_with(2, move |keys, counter| match counter {
            2 => keys.right(counter, PLAIN),
            _ => keys.sealed(counter, &objects(keys, counter)),
        }),
        [Broken::BadResponse; 4]
    );
}

/// The control of every test above: the same card, answering as it has to.
#[test]
fn right_answers_are_taken() {
    for cipher in Cipher::ALL {
        let (mut channel, sent) = channel(cipher, |keys, counter| keys.right(counter, PLAIN));
        for _ in 0..5 {
            assert_eq!(ask(&mut channel).unwrap().data, PLAIN);
        }
        assert_eq!(*sent.lock().unwrap(), 5);
        // A status word inside is an ordinary answer.
        let (mut channel, _) = self::channel(cipher, |keys, counter| {
            let objects = [0x99, 0x02, 0x6A, 0x82];
            let sealed = keys.sealed(counter, &objects);
            [&sealed[..sealed.len() - 2], &[0x6A, 0x82]].concat()
        });
        assert_eq!(ask(&mut channel).unwrap(), Response { data: Vec::new(), status: StatusWord::NOT_FOUND });
        assert!(channel.is_protected());
    }
}

/// The two readings: 3DES, and AES in short lengths.
const READINGS: [&str; 2] = ["bac-3des-ca-3des", "gm-aes128-aa-ec"];

/// These faults at every protected APDU of both readings: nothing follows in the same session, and the reading is worth
/// less, or began anew. Gives the count of cases.
fn at_every_apdu(faults: &[&str]) -> usize {
    let mut cases = 0;
    for bench in READINGS.map(|name| by_name(name).unwrap()) {
        let before = cases;
        for row in faults.iter().map(|name| catalogue::by_name(name).unwrap()) {
            assert!(row.ends_session, "{}", row.name);
            for at in 1..=bench.truth.exchanges.len() {
                let planned = Planned { at, row };
                if !is_secured(&bench.truth.exchanges[at - 1].0) || !applies(bench, &planned) {
                    continue;
                }
                let case = Case { bench, faults: vec![planned] };
                let outcome = case.run(false);
                let found = findings(&case, &outcome, None);
                assert!(found.is_empty(), "{case}{found:?}");
                assert!(ended(&outcome, at) || began_anew(&outcome, at), "{case}{:?}", outcome.error);
                cases += 1;
            }
        }
        assert!(cases > before + 60, "{}", bench.name);
    }
    cases
}

/// The number of the last exchange that this one took: the parts of a long answer are collected by GET RESPONSE.
fn last_part(outcome: &Outcome, at: usize) -> usize {
    let of = |seen: &Seen| match seen {
        Seen::Exchange { command, .. } => Some(command[1]),
        _ => None,
    };
    at + outcome.seen.iter().filter_map(of).skip(at).take_while(|instruction| *instruction == 0xC0).count()
}

/// The reading ended with this exchange: by an error, or as the refusal of a proof that was asked for last.
fn ended(outcome: &Outcome, at: usize) -> bool {
    let last = last_part(outcome, at);
    let is_last = outcome.seen.iter().filter(|seen| matches!(seen, Seen::Exchange { .. })).count() == last;
    let is_told = outcome.error.as_ref().is_some_and(|error| {
        ["protocol.unprotected", "protocol.bad_response"].contains(&error.code.as_str())
            && usize::try_from(error.place.exchange).unwrap() == last
    });
    is_told || is_last && outcome.verdict.is_some_and(|verdict| verdict < chipid::Verdict::Genuine)
}

/// The exchange was followed by a reset.
fn began_anew(outcome: &Outcome, at: usize) -> bool {
    let last = last_part(outcome, at);
    let is_exchange = |(_, seen): &(usize, &Seen)| matches!(seen, Seen::Exchange { .. });
    let index = outcome.seen.iter().enumerate().filter(is_exchange).nth(last - 1).map(|(index, _)| index);
    index.is_some_and(|index| outcome.seen.get(index + 1) == Some(&Seen::Reset))
}

#[test]
fn an_unauthenticated_status_is_never_data_and_never_a_status() {
    const NAKED: [u16; 14] = [
        0x9000, 0x6282, 0x6283, 0x6300, 0x63C0, 0x6700, 0x6982, 0x6985, 0x6987, 0x6988, 0x6A82, 0x6B00, 0x6C10, 0x6F00,
    ];
    for status in NAKED {
        let ends = ends_with(2, move |keys, counter| match counter {
            2 => keys.right(counter, PLAIN),
            _ => status.to_be_bytes().to_vec(),
        });
        assert_eq!(ends, [Broken::Unprotected(StatusWord(status)); 4]);
    }
    // Data in the clear is as little an answer.
    let clear = |keys: &Keys, counter| match counter {
        2 => keys.right(counter, PLAIN),
        _ => [&[0x60, 0x00], &[0x90, 0x00][..]].concat(),
    };
    assert_eq!(ends_with(2, clear), [Broken::BadResponse; 4]);
}

#[test]
fn an_unauthenticated_status_ends_the_session_at_every_apdu() {
    let naked = ["naked-9000", "naked-6a82", "naked-6982", "naked-6985", "naked-6987", "naked-6988", "naked-6700"];
    let families = ["naked-6f00", "naked-6300", "62xx", "63cx", "6cxx/once", "length-empty-body"];
    println!("{} cases", at_every_apdu(&[naked.as_slice(), &families].concat()));
}

#[test]
fn a_replayed_answer_ends_the_session() {
    // The same octets once more.
    assert_eq!(ends_with(2, |keys, _| keys.right(2, PLAIN)), [Broken::BadResponse; 4]);
    println!("{} cases", at_every_apdu(&["replay-previous", "replay-earlier-file", "sm-old-session"]));
}

#[test]
fn a_counter_that_is_rewound_or_skips_ends_the_session() {
    // Not the old octets, but a new answer under an old counter, and one too far ahead.
    for off in [-4_i64, -2, -1, 1, 2, 256] {
        let answer = move |keys: &Keys, counter: u64| match counter {
            2 | 4 => keys.right(counter, PLAIN),
            _ => keys.right(counter.wrapping_add_signed(off), PLAIN),
        };
        assert_eq!(ends_with(3, answer), [Broken::BadResponse; 4], "{off}");
    }
    println!("{} cases", at_every_apdu(&["replay-counter-off-by-one"]));
}

#[test]
fn two_answers_that_changed_places_end_the_session() {
    let swapped = |keys: &Keys, counter| match counter {
        2 => keys.right(counter, PLAIN),
        4 => keys.right(6, PLAIN),
        _ => keys.right(4, PLAIN),
    };
    assert_eq!(ends_with(2, swapped), [Broken::BadResponse; 4]);
    println!("{} cases", at_every_apdu(&["replay-next", "answers-late"]));
}

#[test]
fn objects_in_another_order_end_the_session() {
    refuses_objects(|keys, counter| [STATUS.to_vec(), keys.data(counter, PLAIN)].concat());
    // The checksum before what it covers.
    let first = |keys: &Keys, counter| {
        let objects = [keys.data(counter, PLAIN), STATUS.to_vec()].concat();
        [encode(Tag(0x8E), &keys.code(counter, &objects)), objects, vec![0x90, 0x00]].concat()
    };
    assert_eq!(ends_with(1, first), [Broken::BadResponse; 4]);
    let between = |keys: &Keys, counter| {
        let data = keys.data(counter, PLAIN);
        let code = keys.code(counter, &[data.as_slice(), &STATUS].concat());
        [data, encode(Tag(0x8E), &code), STATUS.to_vec(), vec![0x90, 0x00]].concat()
    };
    assert_eq!(ends_with(1, between), [Broken::BadResponse; 4]);
    println!("{} cases", at_every_apdu(&["sm-other-order"]));
}

#[test]
fn objects_that_stand_there_twice_end_the_session() {
    refuses_objects(|keys, counter| [keys.data(counter, PLAIN), keys.data(counter, PLAIN), STATUS.to_vec()].concat());
    refuses_objects(|keys, counter| [keys.data(counter, PLAIN), STATUS.to_vec(), STATUS.to_vec()].concat());
    refuses_objects(|keys, counter| {
        let plain = encode(Tag(0x81), PLAIN);
        [keys.data(counter, PLAIN), plain, STATUS.to_vec()].concat()
    });
    println!("{} cases", at_every_apdu(&["sm-doubled", "sm-without-99", "sm-without-8e"]));
}

#[test]
fn unknown_objects_end_the_session() {
    for tag in [0x00, 0x04, 0x80, 0x81, 0x86, 0x8A, 0x96, 0x98, 0xB1, 0x7F49] {
        for place in 0..3 {
            refuses_objects(move |keys, counter| {
                let mut objects = vec![keys.data(counter, PLAIN), STATUS.to_vec()];
                objects.insert(place, encode(Tag(tag), &[0]));
                objects.concat()
            });
        }
    }
    println!("{} cases", at_every_apdu(&["sm-unknown-object"]));
}

#[test]
fn lengths_in_more_bytes_than_needed_end_the_session() {
    refuses_objects(|keys, counter| [keys.data(counter, PLAIN), vec![0x99, 0x81, 0x02, 0x90, 0x00]].concat());
    refuses_objects(|keys, counter| [keys.data(counter, PLAIN), vec![0x99, 0x82, 0x00, 0x02, 0x90, 0x00]].concat());
    refuses_objects(|keys, counter| {
        let data = keys.data(counter, PLAIN);
        [&[0x87, 0x81], &data[1..], &STATUS].concat()
    });
    let long_checksum = |keys: &Keys, counter| {
        let objects = [keys.data(counter, PLAIN), STATUS.to_vec()].concat();
        let code = keys.code(counter, &objects);
        [objects, vec![0x8E, 0x81, 0x08], code, vec![0x90, 0x00]].concat()
    };
    assert_eq!(ends_with(1, long_checksum), [Broken::BadResponse; 4]);
    // No length at all, ended by two zeros.
    refuses_objects(|keys, counter| {
        let data = keys.data(counter, PLAIN);
        [&[0x87, 0x80], &data[2..], &[0, 0], &STATUS].concat()
    });
    println!("{} cases", at_every_apdu(&["sm-long-form"]));
}

#[test]
fn an_echoed_length_ends_the_session() {
    refuses_objects(|keys, counter| [keys.data(counter, PLAIN), encode(Tag(0x97), &[0x10]), STATUS.to_vec()].concat());
    refuses_objects(|_, _| [encode(Tag(0x97), &[0x10]), STATUS.to_vec()].concat());
    println!("{} cases", at_every_apdu(&["sm-echoed-length"]));
}

#[test]
fn a_status_object_that_is_not_the_trailer_ends_the_session() {
    for (inside, trailer) in [(0x6A82, 0x9000), (0x9000, 0x6A82), (0x9000, 0x6282), (0x6282, 0x9000), (0x9000, 0x9001)]
    {
        let answer = move |keys: &Keys, counter| {
            let status = encode(Tag(0x99), &u16::to_be_bytes(inside));
            let sealed = keys.sealed(counter, &[keys.data(counter, PLAIN), status].concat());
            [&sealed[..sealed.len() - 2], &u16::to_be_bytes(trailer)].concat()
        };
        assert_eq!(ends_with(1, answer), [Broken::BadResponse; 4], "{inside:04X} and {trailer:04X}");
    }
    for length in [0, 1, 3] {
        refuses_objects(move |keys, counter| {
            let status = encode(Tag(0x99), &[0x90, 0x00, 0x00][..length]);
            [keys.data(counter, PLAIN), status].concat()
        });
    }
    println!("{} cases", at_every_apdu(&["sm-99-is-not-the-trailer", "sm-flipped-99", "62xx"]));
}

#[test]
fn bytes_after_the_checksum_end_the_session() {
    for more in [&[0x00][..], &[0x90, 0x00], &[0x8E, 0x00], &[0x87, 0x01, 0x01], &[0xFF; 16]] {
        let answer = move |keys: &Keys, counter| {
            let right = keys.right(counter, PLAIN);
            let (objects, status) = right.split_at(right.len() - 2);
            [objects, more, status].concat()
        };
        assert_eq!(ends_with(1, answer), [Broken::BadResponse; 4], "{more:02X?}");
    }
    println!("{} cases", at_every_apdu(&["length-one-more"]));
}

#[test]
fn two_checksums_end_the_session() {
    // The right one twice; a wrong one before or behind it.
    for (first, second) in [(false, false), (true, false), (false, true)] {
        let answer = move |keys: &Keys, counter| {
            let objects = [keys.data(counter, PLAIN), STATUS.to_vec()].concat();
            let code = |is_wrong: bool| {
                let mut code = keys.code(counter, &objects);
                code[7] ^= u8::from(is_wrong);
                encode(Tag(0x8E), &code)
            };
            [objects.clone(), code(first), code(second), vec![0x90, 0x00]].concat()
        };
        assert_eq!(ends_with(1, answer), [Broken::BadResponse; 4]);
    }
    println!("{} cases", at_every_apdu(&["sm-two-macs"]));
}

/// The checksum of the right answer, cut or filled to so many bytes.
fn checksum_of(length: usize, filled_with: u8) -> impl Fn(&Keys, u64) -> Vec<u8> + Copy + Send + 'static {
    move |keys, counter| {
        let objects = [keys.data(counter, PLAIN), STATUS.to_vec()].concat();
        let mut code = keys.code(counter, &objects);
        code.resize(length, filled_with);
        [objects, encode(Tag(0x8E), &code), vec![0x90, 0x00]].concat()
    }
}

#[test]
fn a_checksum_of_none_to_seven_bytes_ends_the_session() {
    for length in 0..8 {
        assert_eq!(ends_with(1, checksum_of(length, 0)), [Broken::BadResponse; 4], "{length}");
    }
    println!("{} cases", at_every_apdu(&["sm-short-mac"]));
}

#[test]
fn a_checksum_of_nine_to_sixteen_bytes_ends_the_session() {
    for length in 9..=16 {
        for filled_with in [0x00, 0x80] {
            assert_eq!(ends_with(1, checksum_of(length, filled_with)), [Broken::BadResponse; 4], "{length}");
        }
    }
    println!("{} cases", at_every_apdu(&["sm-long-mac"]));
}

#[test]
fn every_bit_of_an_answer_counts_under_both_ciphers() {
    for cipher in [Cipher::TripleDes, Cipher::Aes128] {
        let right = Keys::new(cipher).right(2, PLAIN);
        for octet in 0..right.len() {
            for bit in 0..8 {
                let (mut channel, sent) = channel(cipher, move |keys, counter| {
                    let mut answer = keys.right(counter, PLAIN);
                    answer[octet] ^= 1 << bit;
                    answer
                });
                // A status word of 61xx is no answer yet: the parts are asked for, and are none.
                assert!(ask(&mut channel).is_err(), "{cipher:?} octet {octet} bit {bit}");
                assert!(!channel.is_protected());
                let before = *sent.lock().unwrap();
                assert!(ask(&mut channel).is_err());
                assert_eq!(*sent.lock().unwrap(), before);
            }
        }
    }
    println!("{} cases", at_every_apdu(&["sm-flipped-8e", "length-cut-by-one"]));
}

/// The items of the suite, and the tests that show them.
const ITEMS: [(&str, &[&str]); 14] = [
    (
        "unauthenticated status word at every APDU",
        &[
            "an_unauthenticated_status_is_never_data_and_never_a_status",
            "an_unauthenticated_status_ends_the_session_at_every_apdu",
        ],
    ),
    ("counter replayed", &["a_replayed_answer_ends_the_session"]),
    ("counter rewound", &["a_counter_that_is_rewound_or_skips_ends_the_session"]),
    ("two answers swapped", &["two_answers_that_changed_places_end_the_session"]),
    ("order of the objects", &["objects_in_another_order_end_the_session"]),
    ("duplicates", &["objects_that_stand_there_twice_end_the_session"]),
    ("unknown objects", &["unknown_objects_end_the_session"]),
    ("lengths that are not the shortest", &["lengths_in_more_bytes_than_needed_end_the_session"]),
    ("DO'97' echoed", &["an_echoed_length_ends_the_session"]),
    ("DO'99' is not the trailer", &["a_status_object_that_is_not_the_trailer_ends_the_session"]),
    ("bytes after DO'8E'", &["bytes_after_the_checksum_end_the_session"]),
    ("two DO'8E'", &["two_checksums_end_the_session"]),
    (
        "checksum of 0 to 7, of 9 to 16 bytes",
        &["a_checksum_of_none_to_seven_bytes_ends_the_session", "a_checksum_of_nine_to_sixteen_bytes_ends_the_session"],
    ),
    ("3DES and AES both", &["right_answers_are_taken", "every_bit_of_an_answer_counts_under_both_ciphers"]),
];

#[test]
fn every_item_of_the_suite_has_its_test() {
    crate::suites::every_item_has_its_test(&ITEMS, include_str!("sm.rs"), "every_item_of_the_suite_has_its_test");
}
