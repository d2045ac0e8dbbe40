//! The pitfalls SM of secure messaging, one test each, over a chip's side that is written here: it seals what it likes under
//! valid keys. (What a line can do at each exchange is in `hostile` and `faults`.)

use crate::forge::{Trust, Victim, base, read};
use crate::pitfalls::{code_of, sources};
use crate::reading::{lines, now, read_or_part};
use chipid::document::FileState;
use chipid::error::{Broken, Step};
use chipid::internals::channel::Channel;
use chipid::internals::crypto::{Cipher, KeyUse, Secret, kdf, pad};
use chipid::internals::iso7816::{Command, Response, StatusWord};
use chipid::internals::secure_messaging::SecureMessaging;
use chipid::internals::tlv::{self, Tag};
use chipid::lds::FileId;
use chipid::sim::faults::{Fault, Faulty};
use chipid::sim::{Folder, profile};
use chipid::transport::Transport;
use chipid::{Error, TransportError, Verdict};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

const CIPHERS: [Cipher; 4] = [Cipher::TripleDes, Cipher::Aes128, Cipher::Aes192, Cipher::Aes256];

/// The chip's side of a session.
#[derive(Clone, Copy)]
struct Chip {
    cipher: Cipher,
    /// The counter of the answer that comes next.
    ssc: u128,
}

impl Chip {
    /// A session after PACE, whose first command was sent.
    fn new(cipher: Cipher) -> Self {
        Self { cipher, ssc: 2 }
    }

    fn key(self, key_use: KeyUse) -> Secret {
        kdf(self.cipher, b"a shared secret", key_use)
    }

    fn block(self) -> Vec<u8> {
        let octets = self.ssc.to_be_bytes();
        octets[octets.len() - self.cipher.block_len()..].to_vec()
    }

    fn cryptogram(self, padded: &[u8]) -> Vec<u8> {
        let zero = vec![0; self.cipher.block_len()];
        let iv = match self.cipher {
            Cipher::TripleDes => zero,
            _ => self.cipher.encrypt_cbc(&self.key(KeyUse::Enc), &zero, &self.block()).unwrap(),
        };
        self.cipher.encrypt_cbc(&self.key(KeyUse::Enc), &iv, padded).unwrap()
    }

    /// DO'87' of this data, honestly padded.
    fn data(self, data: &[u8]) -> Vec<u8> {
        let body = self.cryptogram(&pad(data, self.cipher.block_len()));
        tlv::encode(Tag(0x87), &[&[1], body.as_slice()].concat())
    }

    /// The checksum over these data objects.
    fn mac(self, objects: &[u8]) -> Vec<u8> {
        let message = [self.block(), objects.to_vec()].concat();
        let padded = pad(&message, self.cipher.block_len());
        self.cipher.mac_padded(&self.key(KeyUse::Mac), &padded).unwrap().to_vec()
    }

    /// These data objects with their checksum.
    fn sealed(self, objects: &[&[u8]]) -> Vec<u8> {
        let objects = objects.concat();
        [objects.clone(), tlv::encode(Tag(0x8E), &self.mac(&objects))].concat()
    }

    /// An honest answer.
    fn answer(self, data: &[u8]) -> Vec<u8> {
        self.sealed(&[&self.data(data), &OK])
    }

    /// The reader's side, its first command sent.
    fn reader(self) -> SecureMessaging {
        let mut session = SecureMessaging::new(self.cipher, self.key(KeyUse::Enc), self.key(KeyUse::Mac));
        session.protect(&Command::new(0x00, 0xB0, 0x00, 0x00).expecting(16)).unwrap();
        session
    }

    /// What the reader makes of it.
    fn takes(self, data: Vec<u8>, status: u16) -> Result<Response, Broken> {
        let response = Response { data, status: StatusWord(status) };
        self.reader().unprotect(0xB0, &response).map(|(_, plain)| plain)
    }

    /// The reader takes none of it, with its one error.
    fn is_refused(self, name: &str, data: Vec<u8>) {
        let found = self.takes(data, 0x9000);
        assert_eq!(found.err(), Some(Broken::BadResponse), "{name}, {:?}", self.cipher);
    }
}

/// DO'99' of 9000.
const OK: [u8; 4] = [0x99, 0x02, 0x90, 0x00];
const DATA: &[u8] = b"what is in a file";

#[test]
fn sm_1_a_plain_answer_is_neither_data_nor_a_status() {
    // In one protected exchange after the other the line answers in the plain.
    let victim = Victim::new(base());
    let whole = usize::try_from(read(victim.card(), &victim.password()).exchanges()).unwrap();
    let protected = 7;
    for at in protected..whole {
        for answer in [
            vec![0x6A, 0x82],
            vec![0x62, 0x82],
            vec![0x6B, 0x00],
            vec![0x6C, 0x10],
            vec![0x90, 0x00],
            vec![0x61, 0x00, 0x90, 0x00],
            [&[0x61, 0x0E, 0x5F, 0x1F, 0x0B][..], &[0x3C; 11], &[0x90, 0x00]].concat(),
        ] {
            let line = Faulty::new(victim.card(), at, Fault::Answer(answer.clone()));
            let outcome = read_or_part(Box::new(line), &victim.password());
            let document = match &outcome {
                Ok(document) => document,
                Err((error, document)) => {
                    assert!(matches!(error, Error::Protocol { .. }), "{answer:02X?} at {at}: {error}");
                    // Before the first file there is no document.
                    let Some(document) = document else { continue };
                    document
                }
            };
            // It is not the end of a file, nor its absence, nor its content.
            for file in [FileId::Sod, FileId::Com].into_iter().chain((1..=16).filter_map(group)) {
                let state = document.file(file);
                assert!(!matches!(state, FileState::Absent(_)), "{answer:02X?} at {at}: {file}: {state:?}");
                assert!(state.bytes().is_none_or(|bytes| bytes != answer), "{answer:02X?} at {at}: {file}");
            }
            let report = document.verify(victim.trust(Trust::Csca), now());
            // A session that was opened anew, because a length may have been to blame, may end well.
            let is_honest = outcome.is_ok() && document.restarts() > 0;
            assert!(is_honest || report.verdict() < Verdict::Genuine, "{answer:02X?} at {at}\n{}", lines(&report));
        }
    }
}

fn group(number: u8) -> Option<FileId> {
    chipid::lds::DataGroup::new(number).map(FileId::DataGroup)
}

#[test]
fn sm_2_the_authenticated_status_is_there_and_is_the_lines() {
    for chip in CIPHERS.map(Chip::new) {
        assert_eq!(chip.takes(chip.answer(DATA), 0x9000).unwrap().data, DATA);
        chip.is_refused("none", chip.sealed(&[&chip.data(DATA)]));
        chip.is_refused("nothing at all", chip.sealed(&[]));
        for other in [[0x99, 0x02, 0x90, 0x01], [0x99, 0x02, 0x6A, 0x82], [0x98, 0x02, 0x90, 0x00]] {
            chip.is_refused("another", chip.sealed(&[&chip.data(DATA), &other]));
        }
        for wrong in [vec![0x99, 0x01, 0x90], vec![0x99, 0x03, 0x90, 0x00, 0x00], vec![0x99, 0x00]] {
            chip.is_refused("of another length", chip.sealed(&[&chip.data(DATA), &wrong]));
        }
        // The status of the line alone says nothing.
        let found = chip.takes(chip.answer(DATA), 0x6282);
        assert_eq!(found.err(), Some(Broken::BadResponse));
        // An authentic error status is an ordinary answer.
        let refused = chip.takes(chip.sealed(&[&[0x99, 0x02, 0x6A, 0x82]]), 0x6A82).unwrap();
        assert_eq!((refused.data, refused.status), (vec![], StatusWord(0x6A82)));
    }
}

#[test]
fn sm_3_there_is_one_way_out_and_no_switch_to_turn_it_off() {
    let code = |file: &str| code_of(&std::fs::read_to_string(crate::root().join("src").join(file)).unwrap());
    let room = code("secure_messaging.rs");
    // One function makes a plain response of a protected one, and it takes no option.
    assert_eq!(room.matches("pub fn unprotect(mut self, ins: u8, response: &Response)").count(), 1);
    assert_eq!(room.matches(": bool").count(), 1, "the instruction's parity, and no flag");
    assert!(room.contains("fn read(data: &'a [u8], odd: bool)"));
    // It is called in one place, and nobody else decrypts answers of a card.
    let all = sources("src");
    let calls: Vec<_> = all.iter().filter(|(_, source)| code_of(source).contains(".unprotect(")).collect();
    assert_eq!(calls.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["src/channel/protection.rs"]);
    let decrypts = |(name, source): &&(String, String)| {
        !name.starts_with("src/sim/") && !name.starts_with("src/crypto/") && code_of(source).contains(".decrypt_cbc(")
    };
    let mut names: Vec<&str> = all.iter().filter(decrypts).map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    // BAC, PACE and its chip authentication mapping decrypt what is no protected answer: nonces and A_IC.
    assert_eq!(
        names,
        ["src/access/bac.rs", "src/access/chip_mapping.rs", "src/access/pace.rs", "src/secure_messaging.rs"]
    );
}

#[test]
fn sm_4_a_checksum_has_eight_octets_and_all_of_them_count() {
    for chip in CIPHERS.map(Chip::new) {
        let objects = [chip.data(DATA), OK.to_vec()].concat();
        let mac = chip.mac(&objects);
        let with = |mac: &[u8]| [objects.clone(), tlv::encode(Tag(0x8E), mac)].concat();
        assert!(chip.takes(with(&mac), 0x9000).is_ok());
        for bit in 0..64 {
            let mut wrong = mac.clone();
            wrong[bit / 8] ^= 1 << (bit % 8);
            chip.is_refused("one bit", with(&wrong));
        }
        for length in (0..=16).filter(|length| *length != 8) {
            let mut other = mac.clone();
            other.resize(length, 0);
            chip.is_refused(&format!("{length} octets"), with(&other));
        }
    }
    // Compared in constant time: by `equal`, which is subtle's.
    let source = std::fs::read_to_string(crate::root().join("src/secure_messaging.rs")).unwrap();
    assert!(source.contains("!crypto::equal(&expected, parts.checksum)"));
    let equal = std::fs::read_to_string(crate::root().join("src/crypto/secret.rs")).unwrap();
    assert!(equal.contains("ct_eq"));
}

#[test]
fn sm_5_the_checksum_goes_first_and_every_fault_is_the_same_error() {
    for chip in CIPHERS.map(Chip::new) {
        let block = chip.cipher.block_len();
        let whole = |body: &[u8]| tlv::encode(Tag(0x87), &[&[1], body].concat());
        // A right checksum over what cannot be decrypted or is not padded.
        for (name, body) in [
            ("no padding", chip.cryptogram(&vec![0x5A; block])),
            ("zeros", chip.cryptogram(&vec![0; block])),
            ("padding in the wrong place", chip.cryptogram(&[vec![0x80], vec![1; block - 1]].concat())),
            ("half a block", vec![0x5A; block / 2]),
            ("a block and a half", vec![0x5A; block + block / 2]),
            ("nothing", vec![]),
        ] {
            chip.is_refused(name, chip.sealed(&[&whole(&body), &OK]));
        }
        // A wrong checksum over the same, and over what is in order: no difference shows.
        for body in [chip.cryptogram(&vec![0x5A; block]), chip.cryptogram(&pad(DATA, block))] {
            let mut answer = chip.sealed(&[&whole(&body), &OK]);
            *answer.last_mut().unwrap() ^= 1;
            chip.is_refused("a wrong checksum", answer);
        }
    }
    // One guess a session: `unprotect` takes the session, and gives it back with an authentic answer alone.
    let source = std::fs::read_to_string(crate::root().join("src/secure_messaging.rs")).unwrap();
    assert!(source.contains("pub fn unprotect(mut self,") && source.contains("-> Result<(Self, Response), Broken>"));
}

/// A chip behind a channel: seals its answers by a script, and counts what comes.
struct Script {
    chip: Chip,
    answers: Box<dyn FnMut(Chip) -> Vec<u8> + Send>,
    count: Arc<AtomicUsize>,
}

impl Transport for Script {
    fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.count.fetch_add(1, SeqCst);
        let answer = (self.answers)(self.chip);
        self.chip.ssc += 2;
        Ok([answer, vec![0x90, 0x00]].concat())
    }

    fn reset(&mut self) -> Result<(), TransportError> {
        Ok(())
    }

    fn atr(&self) -> &[u8] {
        &[]
    }

    fn reader(&self) -> &str {
        "a script"
    }
}

/// A channel under secure messaging to such a chip, and the count of what was sent.
fn channel(cipher: Cipher, answers: impl FnMut(Chip) -> Vec<u8> + Send + 'static) -> (Channel, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let chip = Chip::new(cipher);
    let mut channel = Channel::new(Box::new(Script { chip, answers: Box::new(answers), count: Arc::clone(&count) }));
    channel.protect(SecureMessaging::new(cipher, chip.key(KeyUse::Enc), chip.key(KeyUse::Mac)));
    (channel, count)
}

fn ask(channel: &mut Channel) -> Result<Vec<u8>, Error> {
    let command = Command::new(0x00, 0xB0, 0x00, 0x00).expecting(16);
    channel.send(&command, Step::Read(FileId::Sod), &mut crate::reading::go_on).map(|response| response.data)
}

#[test]
fn sm_6_the_counter_never_goes_back_and_after_an_error_nothing_is_sent() {
    for cipher in CIPHERS {
        // Each answer counts on: three in a row.
        let (mut honest, count) = channel(cipher, |chip| chip.answer(DATA));
        for sent in 1..=3 {
            assert_eq!((ask(&mut honest).unwrap(), count.load(SeqCst)), (DATA.to_vec(), sent));
        }
        // The same answer again, one of before, one too early, and one of a counter that stands still.
        for skew in [-2_i128, -1, 1, 2] {
            let mut number = 0;
            let (mut lying, count) = channel(cipher, move |mut chip| {
                number += 1;
                if number == 2 {
                    chip.ssc = u128::try_from(i128::try_from(chip.ssc).unwrap() + skew).unwrap();
                }
                chip.answer(DATA)
            });
            assert!(ask(&mut lying).is_ok());
            let broken = |error: Error| match error {
                Error::Protocol { broken, .. } => broken,
                other => panic!("{other}"),
            };
            assert_eq!(broken(ask(&mut lying).unwrap_err()), Broken::BadResponse, "{skew}");
            // The chip is in order again: nothing is sent to it all the same.
            for _ in 0..3 {
                assert_eq!(broken(ask(&mut lying).unwrap_err()), Broken::SessionDead, "{skew}");
            }
            assert_eq!(count.load(SeqCst), 2);
        }
    }
    // No setter: the counter is a field that one function changes, by one.
    let source = code_of(&std::fs::read_to_string(crate::root().join("src/secure_messaging.rs")).unwrap());
    assert_eq!(source.matches("self.ssc =").count(), 1);
    assert!(source.contains("self.ssc = self.ssc.checked_add(1)"));
}

#[test]
fn sm_7_two_answers_that_are_exchanged_and_a_file_for_another_are_found() {
    for cipher in CIPHERS {
        // The answers to two commands in the other order.
        let mut number = 0;
        let (mut lying, _) = channel(cipher, move |mut chip| {
            number += 1;
            chip.ssc = if number == 1 { 4 } else { 2 };
            chip.answer(DATA)
        });
        assert!(ask(&mut lying).is_err());
    }
    // Nothing binds an answer to its command but the counter: the chip answers with another file, under valid keys, and
    // the signed hash finds it; with other bytes of the same file, the same.
    let victim = Victim::new(base());
    let of = |fid: u16| victim.contents().file(Folder::Application, fid).unwrap().to_vec();
    let swaps: [(u16, Vec<u8>); 4] = [
        (0x0101, of(0x010D)),
        (0x010D, of(0x0101)),
        (0x0102, [&of(0x0102)[..100], &of(0x0102)[..of(0x0102).len() - 100]].concat()),
        (0x010E, of(0x010F)),
    ];
    for (fid, content) in swaps {
        let mut card = victim.card();
        let mut files = card.files_mut().iter_mut();
        files.find(|file| (file.folder, file.fid) == (Folder::Application, fid)).unwrap().content = content;
        let document = read(card, &victim.password());
        let report = document.verify(victim.trust(Trust::Csca), now());
        assert_eq!(report.verdict(), Verdict::Failed, "{fid:04X}\n{}", lines(&report));
    }
    // More bytes than were asked for are no answer to this command.
    let mut card = victim.card();
    card.deviate(0, chipid::sim::Deviation::DoubleData);
    assert!(read_or_part(Box::new(card), &victim.password()).is_err());
}

#[test]
fn sm_8_the_counter_begins_at_zero_or_at_the_halves_of_the_nonces() {
    for cipher in CIPHERS {
        for ssc in 0..6 {
            let chip = Chip { cipher, ssc };
            assert_eq!(chip.takes(chip.answer(DATA), 0x9000).is_ok(), ssc == 2, "{ssc}");
        }
    }
    // After BAC: RND.IC[4..8] ‖ RND.IFD[4..8]; the worked example of Doc 9303 has 887022120C06C226.
    let start = 0x8870_2212_0C06_C226_u64;
    let chip = Chip { cipher: Cipher::TripleDes, ssc: u128::from(start) + 2 };
    let mut session = SecureMessaging::after_bac(chip.key(KeyUse::Enc), chip.key(KeyUse::Mac), start);
    session.protect(&Command::new(0x00, 0xB0, 0x00, 0x00).expecting(16)).unwrap();
    let response = Response { data: chip.answer(DATA), status: StatusWord::SUCCESS };
    assert_eq!(session.unprotect(0xB0, &response).map(|(_, plain)| plain.data), Ok(DATA.to_vec()));
    // New keys come with a new counter, at once and as a whole.
    let (mut line, _) = channel(Cipher::Aes128, |chip| chip.answer(DATA));
    assert!(ask(&mut line).is_ok());
    let chip = Chip::new(Cipher::Aes128);
    line.protect(SecureMessaging::new(chip.cipher, chip.key(KeyUse::Enc), chip.key(KeyUse::Mac)));
    // The chip's counter stands at four, the new session's answer is due at two.
    assert!(ask(&mut line).is_err());
}

#[test]
fn sm_9_the_counter_does_not_wrap_and_the_budget_ends_long_before() {
    let chip = Chip::new(Cipher::TripleDes);
    let session = |ssc| SecureMessaging::after_bac(chip.key(KeyUse::Enc), chip.key(KeyUse::Mac), ssc);
    let command = Command::new(0x00, 0xB0, 0x00, 0x00).expecting(16);
    assert!(session(u64::MAX - 1).protect(&command).is_ok());
    assert!(session(u64::MAX).protect(&command).is_err());
    let mut last = session(u64::MAX - 1);
    last.protect(&command).unwrap();
    let response = Response { data: chip.answer(DATA), status: StatusWord::SUCCESS };
    assert_eq!(last.unprotect(0xB0, &response).err(), Some(Broken::BadResponse));
    // 2^30 commands are not reached: a reading ends at its budget.
    const { assert!(chipid::BOUNDS.exchanges < 1 << 30) };
    let (mut line, count) = channel(Cipher::Aes128, |chip| chip.answer(DATA));
    let ended = (0..=chipid::BOUNDS.exchanges).find_map(|_| ask(&mut line).err()).unwrap();
    assert!(matches!(ended, Error::Protocol { broken: Broken::Budget, .. }), "{ended}");
    assert_eq!(count.load(SeqCst), usize::try_from(chipid::BOUNDS.exchanges).unwrap());
}

#[test]
fn sm_10_the_data_objects_stand_once_in_their_order_and_in_their_shortest_form() {
    for chip in CIPHERS.map(Chip::new) {
        let data = chip.data(DATA);
        let body = &tlv::Reader::new(&data).next().unwrap().value[1..];
        let mac = |objects: &[u8]| tlv::encode(Tag(0x8E), &chip.mac(objects));
        let long = |object: &[u8]| [&[object[0], 0x81, object[1]][..], &object[2..]].concat();
        let whole = [data.clone(), OK.to_vec()].concat();
        let rows = [
            ("two DO'87'", chip.sealed(&[&data, &data, &OK])),
            ("two DO'99'", chip.sealed(&[&data, &OK, &OK])),
            ("two DO'8E'", [whole.clone(), mac(&whole), mac(&whole)].concat()),
            ("DO'99' first", chip.sealed(&[&OK, &data])),
            ("DO'8E' first", [mac(&whole), whole.clone()].concat()),
            ("DO'8E' in the middle", [data.clone(), mac(&whole), OK.to_vec()].concat()),
            ("an unknown object before", chip.sealed(&[&[0x80, 0x01, 0x00], &data, &OK])),
            ("an unknown object between", chip.sealed(&[&data, &[0x80, 0x01, 0x00], &OK])),
            ("DO'97' echoed", chip.sealed(&[&data, &[0x97, 0x01, 0x00], &OK])),
            ("an octet behind", [whole.clone(), mac(&whole), vec![0]].concat()),
            ("an object behind", [whole.clone(), mac(&whole), vec![0x80, 0x00]].concat()),
            ("a long length of DO'87'", chip.sealed(&[&long(&data), &OK])),
            ("a long length of DO'99'", chip.sealed(&[&data, &long(&OK)])),
            ("a long length of DO'8E'", [whole.clone(), long(&mac(&whole))].concat()),
            ("an indefinite length", chip.sealed(&[&[&[0x87, 0x80, 0x01][..], body, &[0, 0]].concat(), &OK])),
            ("DO'87' without its indicator", chip.sealed(&[&tlv::encode(Tag(0x87), body), &OK])),
            ("another indicator", chip.sealed(&[&tlv::encode(Tag(0x87), &[&[2], body].concat()), &OK])),
            ("an empty DO'87'", chip.sealed(&[&[0x87, 0x00], &OK])),
            ("DO'85' where DO'87' is due", chip.sealed(&[&tlv::encode(Tag(0x85), body), &OK])),
            ("DO'81', plain", chip.sealed(&[&tlv::encode(Tag(0x81), DATA), &OK])),
            ("DO'86'", chip.sealed(&[&tlv::encode(Tag(0x86), &[&[1], body].concat()), &OK])),
        ];
        for (name, answer) in rows {
            chip.is_refused(name, answer);
        }
        // After an odd instruction the data is in DO'85'.
        let odd = Response { data: chip.sealed(&[&tlv::encode(Tag(0x85), body), &OK]), status: StatusWord::SUCCESS };
        assert_eq!(chip.reader().unprotect(0xB1, &odd).map(|(_, plain)| plain.data), Ok(DATA.to_vec()));
    }
    // A whole reading of an honest card, in both forms of secure messaging.
    for honest in [base(), profile::passport()] {
        let report = crate::reading::report(&honest);
        assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
    }
}
