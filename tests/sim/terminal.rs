//! A terminal written from the standard for these tests alone: plain commands, PACE, secure messaging.
//!
//! It shares the room `crypto` with the card, and nothing of the reader.

use chipid::internals::crypto::{
    Cipher, DigestAlgorithm, Element, GroupId, KeyUse, Modulus, Secret, SeededRandom, kdf, pad, unpad,
};
use chipid::internals::iso7816::Command;
use chipid::internals::tlv::{self, Reader, Tag};
use chipid::sim::{Mapping, PaceSuite, SimulatedCard};
use chipid::transport::Transport;

/// Data and status word of an answer, or the status word alone.
pub type Answer = Result<Vec<u8>, u16>;

pub fn command(header: [u8; 4], data: &[u8], ne: Option<u32>) -> Command {
    let [cla, ins, p1, p2] = header;
    Command { cla, ins, p1, p2, data: data.to_vec(), ne }
}

/// Sends a command in its shortest form: the data of the answer, if it went well.
pub fn plain(card: &mut SimulatedCard, command: &Command) -> Answer {
    match transmit(card, command) {
        (data, 0x9000) => Ok(data),
        (_, status) => Err(status),
    }
}

/// Sends a command in its shortest form: data and status word of the answer.
pub fn transmit(card: &mut SimulatedCard, command: &Command) -> (Vec<u8>, u16) {
    let mut answer = card.transmit(&command.encode(command.form()).unwrap()).unwrap();
    let mut data = Vec::new();
    loop {
        let status = answer.split_off(answer.len() - 2);
        data.append(&mut answer);
        match (status[0], status[1]) {
            (0x61, left) => answer = card.transmit(&[0, 0xC0, 0, 0, left]).unwrap(),
            (sw1, sw2) => return (data, u16::from_be_bytes([sw1, sw2])),
        }
    }
}

/// DO'7C' around one data object, or around nothing.
pub fn dynamic(object: Option<(u32, &[u8])>) -> Vec<u8> {
    tlv::encode(Tag(0x7C), &object.map(|(tag, value)| tlv::encode(Tag(tag), value)).unwrap_or_default())
}

/// The data objects inside DO'7C'.
pub fn inside(answer: &[u8]) -> Vec<(u32, Vec<u8>)> {
    let outer = Reader::new(answer).expect(Tag(0x7C), "DO'7C'").unwrap();
    let mut objects = outer.children();
    let mut found = Vec::new();
    while !objects.is_empty() {
        let object = objects.next().unwrap();
        found.push((object.tag.0, object.value.to_vec()));
    }
    found
}

/// The session keys of a terminal and its counter.
pub struct Session {
    cipher: Cipher,
    pub ks_enc: Secret,
    ks_mac: Secret,
    ssc: Vec<u8>,
}

impl Session {
    pub fn new(cipher: Cipher, secret: &[u8]) -> Self {
        let (ks_enc, ks_mac) = (kdf(cipher, secret, KeyUse::Enc), kdf(cipher, secret, KeyUse::Mac));
        Self { cipher, ks_enc, ks_mac, ssc: vec![0; cipher.block_len()] }
    }

    fn step(&mut self) {
        for octet in self.ssc.iter_mut().rev() {
            *octet = octet.wrapping_add(1);
            if *octet != 0 {
                break;
            }
        }
    }

    fn iv(&self) -> Vec<u8> {
        let zero = vec![0; self.cipher.block_len()];
        match self.cipher {
            Cipher::TripleDes => zero,
            _ => self.cipher.encrypt_cbc(&self.ks_enc, &zero, &self.ssc).unwrap(),
        }
    }

    fn code(&self, parts: &[&[u8]]) -> [u8; 8] {
        let data = [self.ssc.as_slice(), &parts.concat()].concat();
        self.cipher.mac_padded(&self.ks_mac, &pad(&data, self.cipher.block_len())).unwrap()
    }

    /// The protected form of a command of an even instruction.
    pub fn protect(&mut self, plain: &Command) -> Command {
        self.step();
        let block = self.cipher.block_len();
        let header = [plain.cla | 0x0C, plain.ins, plain.p1, plain.p2];
        let mut objects = Vec::new();
        if !plain.data.is_empty() {
            let body = self.cipher.encrypt_cbc(&self.ks_enc, &self.iv(), &pad(&plain.data, block)).unwrap();
            objects.extend(tlv::encode(Tag(0x87), &[&[1], body.as_slice()].concat()));
        }
        if let Some(ne) = plain.ne {
            let le = if ne > 256 { vec![(ne >> 8) as u8, ne as u8] } else { vec![ne as u8] };
            objects.extend(tlv::encode(Tag(0x97), &le));
        }
        let code = self.code(&[&pad(&header, block), &objects]);
        objects.extend(tlv::encode(Tag(0x8E), &code));
        let ne = if objects.len() > 255 || plain.ne.is_some_and(|ne| ne > 256) { 65_536 } else { 256 };
        command(header, &objects, Some(ne))
    }

    /// The answer inside a protected one.
    pub fn unprotect(&mut self, sealed: &[u8]) -> Answer {
        self.step();
        let mut objects = Reader::new(sealed);
        let (mut covered, mut data, mut status) = (Vec::new(), Vec::new(), 0);
        while !objects.is_empty() {
            let object = objects.next().unwrap();
            match object.tag {
                Tag(0x87) => {
                    let body = self.cipher.decrypt_cbc(&self.ks_enc, &self.iv(), &object.value[1..]).unwrap();
                    data = unpad(&body).unwrap().to_vec();
                }
                Tag(0x99) => status = u16::from_be_bytes(object.value.try_into().unwrap()),
                Tag(0x8E) => {
                    assert_eq!(self.code(&[&covered]), object.value, "DO'8E'");
                    continue;
                }
                other => panic!("{other:?}"),
            }
            covered.extend_from_slice(object.raw);
        }
        if status == 0x9000 { Ok(data) } else { Err(status) }
    }

    /// One protected exchange; a status word in the plain is an error too, and its session is gone.
    pub fn exchange(&mut self, card: &mut SimulatedCard, command: &Command) -> Answer {
        let protected = self.protect(command);
        match transmit(card, &protected) {
            (sealed, status) if sealed.is_empty() => Err(status),
            (sealed, status) => {
                let answer = self.unprotect(&sealed);
                assert_eq!(answer.as_ref().err().copied().unwrap_or(0x9000), status, "DO'99'");
                answer
            }
        }
    }
}

/// Opens the card by BAC with this MRZ information, the application being selected.
pub fn bac(card: &mut SimulatedCard, mrz_information: &str) -> Session {
    let cipher = Cipher::TripleDes;
    let seed = DigestAlgorithm::Sha1.digest(&[mrz_information.as_bytes()])[..16].to_vec();
    let (k_enc, k_mac) = (kdf(cipher, &seed, KeyUse::Enc), kdf(cipher, &seed, KeyUse::Mac));
    let rnd_ic = plain(card, &command([0, 0x84, 0, 0], &[], Some(8))).unwrap();
    let (rnd_ifd, k_ifd) = ([0x11; 8], [0x22; 16]);
    let s = [&rnd_ifd[..], &rnd_ic, &k_ifd].concat();
    let e_ifd = cipher.encrypt_cbc(&k_enc, &[0; 8], &s).unwrap();
    let m_ifd = cipher.mac(&k_mac, &e_ifd).unwrap();
    let data = [e_ifd.as_slice(), &m_ifd].concat();
    let answer = plain(card, &command([0, 0x82, 0, 0], &data, Some(40))).unwrap();
    let r = cipher.decrypt_cbc(&k_enc, &[0; 8], &answer[..32]).unwrap();
    let seed: Vec<u8> = k_ifd.iter().zip(&r[16..]).map(|(a, b)| a ^ b).collect();
    Session { ssc: [&rnd_ic[4..], &rnd_ifd[4..]].concat(), ..Session::new(cipher, &seed) }
}

/// What PACE came to.
pub struct Opened {
    pub session: Session,
    /// The data objects of the last answer.
    pub last: Vec<(u32, Vec<u8>)>,
    pub token_due: [u8; 8],
    pub mapping_key: Vec<u8>,
    pub key: Element,
    pub own_key: Element,
}

/// What stands in the way: at which step, from 0, the card answered with which status word.
#[derive(Debug, PartialEq, Eq)]
pub struct Stopped(pub usize, pub u16);

pub fn order(group: GroupId) -> &'static [u8] {
    match group {
        GroupId::Curve(curve) => curve.curve().order(),
        GroupId::Dh(group) => group.order(),
    }
}

/// MSE:Set AT for this suite with a password: 1 the MRZ, 2 the CAN.
pub fn set_at(suite: &PaceSuite, password: u8, parameter: bool) -> Command {
    let parameter = if parameter { tlv::encode(Tag(0x84), &[suite.parameter_id()]) } else { Vec::new() };
    let data = [tlv::encode(Tag(0x80), suite.oid().as_der()), tlv::encode(Tag(0x83), &[password]), parameter].concat();
    command([0, 0x22, 0xC1, 0xA4], &data, None)
}

pub fn authenticate(last: bool, data: &[u8]) -> Command {
    let ne = if data.len() > 240 { 65_536 } else { 256 };
    command([if last { 0 } else { 0x10 }, 0x86, 0, 0], data, Some(ne))
}

/// Runs PACE with the CAN. Of integrated mapping the terminal knows the generator beforehand, from `generator`.
pub fn pace(
    card: &mut SimulatedCard,
    suite: &PaceSuite,
    can: &str,
    seed: u8,
    generator: Option<&Element>,
) -> Result<Opened, Stopped> {
    let (group, cipher) = (suite.group, suite.cipher);
    let mut random = SeededRandom::new([seed; 32]);
    plain(card, &set_at(suite, 2, false)).map_err(|status| Stopped(0, status))?;
    let mut step = |number, last, object: Option<(u32, &[u8])>| {
        plain(card, &authenticate(last, &dynamic(object))).map_err(|status| Stopped(number, status))
    };
    let z = inside(&step(1, false, None)?).remove(0);
    assert_eq!(z.0, 0x80);
    let k_pi = kdf(cipher, can.as_bytes(), KeyUse::Password);
    let s = cipher.decrypt_cbc(&k_pi, &vec![0; cipher.block_len()], &z.1).unwrap();

    let (generator, mapping_key) = if suite.mapping == Mapping::Integrated {
        let shown = inside(&step(2, false, Some((0x81, &vec![seed; cipher.key_len()])))?).remove(0);
        assert_eq!(shown, (0x82, Vec::new()));
        (generator.cloned().unwrap_or_else(|| group.generator()), Vec::new())
    } else {
        let private = group.random_private(&mut random).unwrap();
        let own = group.encode(&group.power(&private, &group.generator()).unwrap());
        let shown = inside(&step(2, false, Some((0x81, &own)))?).remove(0);
        assert_eq!(shown.0, 0x82);
        let h = group.power(&private, &group.decode(&shown.1).unwrap()).unwrap();
        let modulus = Modulus::new(order(group)).unwrap();
        let s = Secret::new(modulus.encode(&modulus.reduce(&s)));
        let mapped = group.combine(&h, &group.power(&s, &group.generator()).unwrap()).unwrap();
        (mapped, shown.1)
    };

    let private = group.random_private(&mut random).unwrap();
    let own_key = group.power(&private, &generator).unwrap();
    let shown = inside(&step(3, false, Some((0x83, &group.encode(&own_key))))?).remove(0);
    assert_eq!(shown.0, 0x84);
    let theirs = group.decode(&shown.1).unwrap();
    let shared = group.power(&private, &theirs).unwrap();
    let session = Session::new(cipher, shared.shared_secret().expose());
    let token = |key: &Element| {
        let tag = if matches!(group, GroupId::Curve(_)) { 0x86 } else { 0x84 };
        let objects = [tlv::encode(Tag::OID, suite.oid().as_der()), tlv::encode(Tag(tag), &group.encode(key))];
        cipher.mac(&session.ks_mac, &tlv::encode(Tag(0x7F49), &objects.concat())).unwrap()
    };
    let last = inside(&step(4, true, Some((0x85, &token(&theirs))))?);
    let token_due = token(&own_key);
    Ok(Opened { token_due, session, last, mapping_key, key: theirs, own_key })
}
