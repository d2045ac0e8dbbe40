//! Are keys, nonces, shared secrets and passwords gone from memory when what held them is dropped?
//!
//! A card is read once, and the exchanges recorded; from the randomness of both sides and from the files follow all the
//! secrets of the session. Then the recording is read again with the same randomness, no card in memory, while the
//! allocator searches every block that is freed.

use crate::allocator::{Hit, Needle, scan};
use crate::reading;
use chipid::internals::crypto::{
    Cipher, CryptoError, CurveId, DigestAlgorithm, Element, GroupId, KeyUse, PublicKey, Random, Secret, SeededRandom,
    kdf,
};
use chipid::internals::tlv::{Reader, Tag};
use chipid::lds::{DataGroup, Dg14, FileId};
use chipid::sim::person::Person;
use chipid::sim::{Profile, profile};
use chipid::transport::Transport;
use chipid::transport::transcript::{Recorder, Replay, Transcript, TranscriptStep};
use chipid::trust::TrustStore;
use chipid::{Card, Document, Password, ReadPlan, Report, TransportError, Verdict};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

const CAN: &str = "739164";

/// What is left in freed memory and cannot be wiped by this library, each with its reason. An entry that nothing hits fails.
const KNOWN: &[(&str, &str, &str)] = &[];

/// Random bytes that follow from a seed, each draw written down; no buffer of its own.
struct Recording {
    source: SeededRandom,
    drawn: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Random for Recording {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), CryptoError> {
        self.source.fill(out)?;
        self.drawn.lock().unwrap().push(out.to_vec());
        Ok(())
    }
}

/// Hands out what was drawn before, from memory that is never freed.
struct Again {
    drawn: &'static [Vec<u8>],
    next: usize,
}

impl Random for Again {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), CryptoError> {
        out.copy_from_slice(self.drawn.get(self.next).ok_or(CryptoError::Random)?);
        self.next += 1;
        Ok(())
    }
}

/// The replayed line; with each exchange it overwrites what finished calls left on the stack.
///
/// Copies on the stack are beyond a library without unsafe code: the compiler makes them where it moves a value, ciphers
/// and curves hold keys there. They are not searched; but a value that is moved to the heap takes along, in its unused
/// bytes, whatever lay on the stack in its place, by chance of the build.
struct OverCleanStack(Replay);

impl Transport for OverCleanStack {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        overwrite_stack();
        self.0.transmit(command)
    }

    fn reset(&mut self) -> Result<(), TransportError> {
        overwrite_stack();
        self.0.reset()
    }

    fn atr(&self) -> &[u8] {
        self.0.atr()
    }

    fn reader(&self) -> &str {
        self.0.reader()
    }

    fn max_apdu(&self) -> Option<usize> {
        self.0.max_apdu()
    }
}

#[inline(never)]
fn overwrite_stack() {
    let mut block = [0x55_u8; 1 << 17];
    std::hint::black_box(&mut block);
}

/// A reading that can be had again.
pub struct Recorded {
    name: &'static str,
    password: fn() -> Password,
    drawn: &'static [Vec<u8>],
    transcript: Transcript,
    trust: TrustStore,
    pub secrets: Vec<Needle>,
    pub personal: Vec<Needle>,
}

impl Recorded {
    pub fn new(profile: &Profile, password: fn() -> Password) -> Self {
        let (ours, theirs) = (Arc::<Mutex<Vec<Vec<u8>>>>::default(), Arc::<Mutex<Vec<Vec<u8>>>>::default());
        let random = |seed, drawn: &Arc<_>| {
            Box::new(Recording { source: SeededRandom::new([seed; 32]), drawn: Arc::clone(drawn) })
        };
        let mut card = profile.card().unwrap();
        card.set_random(random(3, &theirs));
        let recorder = Recorder::new(Box::new(card));
        let recording = recorder.recording();
        let card = Card::connect_with_random(Box::new(recorder), random(5, &ours));
        let session = card.open(&password(), &mut reading::go_on).unwrap();
        let document = session.read(&ReadPlan::full(), &mut reading::go_on).unwrap();
        let trust = reading::trust(profile);
        let report = document.verify(&trust, reading::now());
        assert_eq!(report.verdict(), Verdict::Genuine, "{}", profile.name);
        let drawn: &'static [Vec<u8>] = Vec::leak(ours.lock().unwrap().clone());
        let theirs = theirs.lock().unwrap().clone();
        let transcript = recording.transcript();
        let secrets = secrets(profile, &document, &transcript, drawn, &theirs);
        let personal = personal(&document, &report);
        Self { name: profile.name, password, drawn, transcript, trust, secrets, personal }
    }

    /// Reads the recording again, with what was altered in it, to its end or its error; the verdict where there is one.
    fn again(&self, transcript: Transcript) -> Option<Report> {
        let random = Again { drawn: self.drawn, next: 0 };
        let line = OverCleanStack(Replay::new(transcript));
        let card = Card::connect_with_random(Box::new(line), Box::new(random));
        let session = card.open(&(self.password)(), &mut reading::go_on).ok()?;
        let document = match session.read(&ReadPlan::full(), &mut reading::go_on) {
            Ok(document) => document,
            Err(error) => *error.document,
        };
        overwrite_stack();
        Some(document.verify(&self.trust, reading::now()))
    }

    /// The recording with one bit of the answer to this exchange flipped; `None` where there is none.
    fn altered(&self, exchange: usize) -> Option<Transcript> {
        let mut transcript = self.transcript.clone();
        let answers = transcript.steps.iter_mut().filter_map(|step| match step {
            TranscriptStep::Exchange(_, Ok(answer)) => Some(answer),
            _ => None,
        });
        let answer = answers.skip(exchange).find(|answer| !answer.is_empty())?;
        let middle = answer.len() / 2;
        answer[middle] ^= 4;
        Some(transcript)
    }
}

/// Every secret of the session, under its name in the standard.
fn secrets(
    profile: &Profile,
    document: &Document,
    transcript: &Transcript,
    ours: &[Vec<u8>],
    theirs: &[Vec<u8>],
) -> Vec<Needle> {
    let mut needles = Vec::new();
    let mut add = |name: &str, bytes: &[u8]| needles.push(Needle { name: name.to_owned(), bytes: bytes.to_vec() });
    let sent = |part: &[u8]| {
        transcript
            .steps
            .iter()
            .any(|step| matches!(step, TranscriptStep::Exchange(command, _) if contains(command, part)))
    };
    // What the reader drew and did not send: K.IFD, private keys.
    for drawn in ours.iter().filter(|drawn| drawn.len() >= 16 && !sent(drawn)) {
        add("a number that the reader drew", drawn);
        add("a number that the reader drew, as limbs", &limbs(drawn));
    }
    let information = profile.person.mrz_information();
    let hash = DigestAlgorithm::Sha1.digest(&[information.as_bytes()]);
    add("MRZ_information", information.as_bytes());
    add("SHA-1(MRZ_information)", &hash);
    add("K_seed of the MRZ", &hash[..16]);
    add("CAN", CAN.as_bytes());
    profile.mrz_lines().iter().for_each(|line| add("a line of the MRZ", line.as_bytes()));
    if profile.person.national.is_some() {
        add("the personal number", profile.number().as_bytes());
    }
    let derived = |add: &mut dyn FnMut(&str, &[u8]), name: &str, secret: &[u8], cipher: Cipher| {
        for (of, key_use) in [("Enc", KeyUse::Enc), ("MAC", KeyUse::Mac), ("π", KeyUse::Password)] {
            add(&format!("K_{of} of {name}"), kdf(cipher, secret, key_use).expose());
        }
    };
    derived(&mut add, "the MRZ", &hash[..16], Cipher::TripleDes);
    // BAC: K_seed = K.IFD ⊕ K.IC
    for k_ifd in ours.iter().filter(|drawn| drawn.len() == 16) {
        for k_ic in theirs.iter().filter(|drawn| drawn.len() == 16) {
            let seed: Vec<u8> = k_ifd.iter().zip(k_ic).map(|(a, b)| a ^ b).collect();
            add("K.IC", k_ic);
            add("K_seed of BAC", &seed);
            derived(&mut add, "BAC", &seed, Cipher::TripleDes);
        }
    }
    // PACE: the nonce, and what every private number makes of every key of the chip
    let shown = |tag: u32| {
        transcript.steps.iter().find_map(|step| match step {
            TranscriptStep::Exchange(_, Ok(response)) => dynamic_data(response, Tag(tag)),
            _ => None,
        })
    };
    for suite in &profile.pace {
        for password in [CAN.as_bytes(), &hash] {
            let k_pi = kdf(suite.cipher, password, KeyUse::Password);
            add("K_π", k_pi.expose());
            if let Some(z) = shown(0x80) {
                let nonce = suite.cipher.decrypt_cbc(&k_pi, &vec![0; suite.cipher.block_len()], &z).unwrap();
                add("the nonce s", &nonce);
            }
        }
        for (name, tag) in [("PACE's mapping", 0x82), ("PACE", 0x84)] {
            let Some(key) = shown(tag).filter(|key| !key.is_empty()) else { continue };
            let key = suite.group.decode(&key).unwrap();
            for k in agreed(suite.group, &key, ours) {
                add(&format!("the shared secret of {name}"), &k);
                add(&format!("the shared secret of {name}, as limbs"), &limbs(&k));
                derived(&mut add, name, &k, suite.cipher);
            }
        }
    }
    // Chip authentication
    let dg14 = document.file(FileId::DataGroup(DataGroup::DG14)).bytes().map(|file| Dg14::parse(file).unwrap());
    for (plan, key) in profile.chip_authentication.iter().zip(dg14.iter().flat_map(|dg14| &dg14.chip_keys)) {
        let key = match key.key.as_ref().unwrap() {
            PublicKey::Ec { point, .. } => Element::Point(point.clone()),
            PublicKey::Dh { number, .. } => Element::Number(number.clone()),
            _ => continue,
        };
        for k in agreed(plan.group, &key, ours) {
            add("the shared secret of chip authentication", &k);
            add("the shared secret of chip authentication, as limbs", &limbs(&k));
            derived(&mut add, "chip authentication", &k, plan.cipher);
        }
    }
    needles.sort_by(|a, b| (&a.name, &a.bytes).cmp(&(&b.name, &b.bytes)));
    needles.dedup_by(|a, b| a.bytes == b.bytes);
    needles
}

fn agreed(group: GroupId, key: &Element, private: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let order = match group {
        GroupId::Curve(curve) => curve.curve().order_len(),
        GroupId::Dh(group) => group.order().len(),
    };
    let numbers = private.iter().filter(|number| number.len() == order);
    numbers
        .filter_map(|number| group.power(&Secret::from_slice(number), key).ok())
        .map(|element| element.shared_secret().expose().to_vec())
        .collect()
}

/// A number as a crate for long numbers holds it on this machine: the lowest octet first.
fn limbs(number: &[u8]) -> Vec<u8> {
    number.iter().rev().copied().collect()
}

/// The data object inside DO'7C' of an answer.
fn dynamic_data(response: &[u8], tag: Tag) -> Option<Vec<u8>> {
    let outer = Reader::new(response.get(..response.len() - 2)?).expect(Tag(0x7C), "").ok()?;
    let inner = outer.children().next().ok()?;
    (inner.tag == tag).then(|| inner.value.to_vec())
}

/// Pieces of what the chip holds of its holder: of its files, and its fields as a report has them.
fn personal(document: &Document, report: &Report) -> Vec<Needle> {
    let groups = [1, 2, 11, 13].map(|number| FileId::DataGroup(DataGroup::new(number).unwrap()));
    let files = document.files().filter(|(file, _)| groups.contains(file));
    let fields =
        report.holder().fields().filter(|(name, field)| field.value.len() >= 10 && !name.starts_with("date_of_expiry"));
    let fields = fields.map(|(name, field)| Needle { name: name.to_owned(), bytes: field.value.clone().into_bytes() });
    files
        .map(|(file, bytes)| {
            let middle = bytes.len() / 2;
            Needle { name: file.to_string(), bytes: bytes[middle..(middle + 24).min(bytes.len())].to_vec() }
        })
        .chain(fields)
        .collect()
}

fn contains(whole: &[u8], part: &[u8]) -> bool {
    whole.windows(part.len()).any(|window| window == part)
}

fn can() -> Password {
    Password::can(CAN).unwrap()
}

fn mrz() -> Password {
    Password::mrz_parts("X00000017", "850412", "331231").unwrap()
}

fn mrz_of_hardened() -> Password {
    Password::mrz_parts("L00000026", "850412", "331231").unwrap()
}

fn whole_mrz() -> Password {
    Password::mrz("IDVNM1997391649999199739164<<8\n9901018F3901016VNM<<<<<<<<<<<2\nNGUYEN<<THI<MAU<<<<<<<<<<<<<<<")
        .unwrap()
}

fn number() -> Password {
    Password::number("999199739164").unwrap()
}

fn qr() -> Password {
    Password::qr("999199739164||Nguyễn Thị Mẫu|01011999|Nữ|Số 1, Phố Mẫu, Phường Mẫu|01072023").unwrap()
}

/// The Vietnamese card whose number ends with the CAN.
fn vietnamese() -> Profile {
    let person =
        Person { document_number: "199739164".into(), optional: "999199739164".into(), ..Person::vietnamese() };
    Profile { person, can: Some(CAN.into()), ..profile::vn().with_max_answer(65_536) }
}

/// One reading of each kind of access, of each agreement, and of each way to give the password.
fn readings() -> Vec<Recorded> {
    let with_can = |profile: Profile| Profile { can: Some(CAN.into()), ..profile.with_max_answer(65_536) };
    vec![
        Recorded::new(&profile::passport(), mrz),
        Recorded::new(&vietnamese(), can),
        Recorded::new(&vietnamese(), whole_mrz),
        Recorded::new(&vietnamese(), number),
        Recorded::new(&vietnamese(), qr),
        Recorded::new(&with_can(profile::hardened()), can),
        Recorded::new(&profile::hardened(), mrz_of_hardened),
        Recorded::new(&with_can(profile::im()), can),
        Recorded::new(&with_can(profile::cam()), can),
        Recorded::new(&with_can(profile::dh()), can),
    ]
}

/// The needle and the place of each hit, once.
fn distinct(name: &str, hits: &[Hit]) -> BTreeSet<(String, String)> {
    let distinct: BTreeSet<_> = hits.iter().map(|hit| (hit.needle.clone(), hit.place.clone())).collect();
    for (needle, place) in &distinct {
        let blocks: BTreeSet<usize> = hits.iter().filter(|hit| hit.place == *place).map(|hit| hit.block).collect();
        println!("{name}: {needle} left by {place}, in blocks of {blocks:?} bytes");
    }
    distinct
}

/// Each reading whole, and with one answer altered: at the opening each, later every fifth.
#[test]
fn no_key_is_left_in_freed_memory() {
    let (mut met, mut unknown, mut runs, mut failed) = (BTreeSet::new(), BTreeSet::new(), 0, 0);
    for recorded in readings() {
        let altered = (0..).map(|exchange| (exchange, recorded.altered(exchange))).take_while(|(_, one)| one.is_some());
        let altered = altered.filter(|(exchange, _)| *exchange < 14 || exchange % 5 == 0);
        let whole = (usize::MAX, Some(recorded.transcript.clone()));
        for (exchange, transcript) in std::iter::once(whole).chain(altered) {
            let (report, hits) = scan(&recorded.secrets, || recorded.again(transcript.unwrap()));
            let verdict = report.map(|report| report.verdict());
            assert!(exchange != usize::MAX || verdict == Some(Verdict::Genuine), "{}", recorded.name);
            failed += usize::from(verdict != Some(Verdict::Genuine));
            for (needle, place) in distinct(recorded.name, &hits) {
                match KNOWN.iter().find(|(of, at, _)| needle.starts_with(of) && place.contains(at)) {
                    Some(known) => drop(met.insert(*known)),
                    None => drop(unknown.insert(format!("{}: {needle} left by {place}", recorded.name))),
                }
            }
            runs += 1;
        }
        println!("{}: {} secrets", recorded.name, recorded.secrets.len());
    }
    println!("{runs} readings, {failed} of them broken off or not genuine");
    assert!(failed > 50);
    assert!(unknown.is_empty(), "{unknown:#?}");
    let stale: Vec<_> = KNOWN.iter().filter(|known| !met.contains(*known)).collect();
    assert!(stale.is_empty(), "nothing hits any more: {stale:#?}");
}

/// The dates of validity stand in the comparisons of checks, on purpose; of the others nothing is left, once document and
/// report are dropped.
#[test]
fn nothing_of_the_holder_is_left_in_freed_memory() {
    let mut unknown = Vec::new();
    for recorded in readings() {
        let transcript = recorded.transcript.clone();
        let (_, hits) = scan(&recorded.personal, || drop(recorded.again(transcript)));
        for (needle, place) in distinct(recorded.name, &hits) {
            unknown.push(format!("{}: {needle} left by {place}", recorded.name));
        }
    }
    assert!(unknown.is_empty(), "{unknown:#?}");
}

/// The control: what is planted is found, in a block that is freed and in one that grows; what is wiped is not.
#[test]
fn a_planted_secret_is_found() {
    let planted = Needle { name: "planted".into(), bytes: (0x31..0x41).collect() };
    let make = |capacity: usize| {
        let mut block = Vec::with_capacity(capacity);
        block.push(0x77);
        block.extend(0x31..0x41);
        block
    };
    let (_, hits) = scan(std::slice::from_ref(&planted), || drop(make(64)));
    assert_eq!((hits.len(), hits[0].needle.as_str()), (1, "planted"));
    let (_, hits) = scan(std::slice::from_ref(&planted), || {
        let mut block: Vec<u8> = make(17);
        block.reserve(100);
        block.fill(0);
        block
    });
    assert_eq!(hits.len(), 1, "a block that grew leaves its old place");
    let (_, hits) = scan(std::slice::from_ref(&planted), || drop(Secret::new(make(64))));
    assert!(hits.is_empty(), "{hits:?}");
    // And the curve arithmetic: a shared secret that somebody copies.
    let key = CurveId::Secp256r1.curve().generator();
    let (_, hits) = scan(&[Needle { name: "x".into(), bytes: key.x().to_vec() }], || drop(key.x().to_vec()));
    assert_eq!(hits.len(), 1);
}
