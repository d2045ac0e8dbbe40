//! The card's side of secure messaging, 3DES and AES (9303-11 §9.8, 7816-4 §10).
//!
//! Opens a protected command and seals an answer; the send sequence counter moves once for each. Written from the
//! standard and apart from the reader's side: the two share the primitives of the room `crypto` and nothing else.
//! When a session ends is the card's business.

use super::faults::Deviation;
use crate::crypto::{Cipher, CryptoError, KeyUse, Secret, equal, kdf, pad, unpad};
use crate::iso7816::{Command, Response, StatusWord};
use crate::tlv::{self, Reader, Tag};

const PLAIN_FOR_ODD: Tag = Tag(0x85);
const CRYPTOGRAM: Tag = Tag(0x87);
const CHECKSUM: Tag = Tag(0x8E);
const EXPECTED: Tag = Tag(0x97);
const STATUS: Tag = Tag(0x99);

/// The keys and the counter of one session.
pub(super) struct Session {
    cipher: Cipher,
    ks_enc: Secret,
    ks_mac: Secret,
    ssc: Vec<u8>,
}

impl Session {
    /// A session from a shared secret, its counter at zero (PACE and chip authentication).
    pub(super) fn new(cipher: Cipher, secret: &[u8]) -> Self {
        // KS_Enc = KDF(K, 1), KS_MAC = KDF(K, 2), SSC = 0  (9303-11 §9.7.1, §9.8.6)
        Self {
            cipher,
            ks_enc: kdf(cipher, secret, KeyUse::Enc),
            ks_mac: kdf(cipher, secret, KeyUse::Mac),
            ssc: vec![0; cipher.block_len()],
        }
    }

    /// The 3DES session of basic access control, with its first counter.
    pub(super) fn after_bac(seed: &[u8], ssc: Vec<u8>) -> Self {
        Self { ssc, ..Self::new(Cipher::TripleDes, seed) }
    }

    /// A session of the same cipher under other keys, which nobody shares.
    pub(super) fn under_unshared_keys(&self) -> Self {
        Self::new(self.cipher, b"keys that nobody shares")
    }

    /// The code of a token or a command under the MAC key, over these bytes as the cipher's rule pads them.
    pub(super) fn code(&self, data: &[u8]) -> Result<[u8; 8], CryptoError> {
        self.cipher.mac(&self.ks_mac, data)
    }

    /// The same code by another cipher under the same key, as far as it goes: what no reader may take.
    pub(super) fn code_of_other_cipher(&self, data: &[u8]) -> Result<[u8; 8], CryptoError> {
        let other = if self.cipher == Cipher::TripleDes { Cipher::Aes128 } else { Cipher::TripleDes };
        let key = self.ks_mac.expose().get(..other.key_len()).unwrap_or_default();
        other.mac(&Secret::from_slice(key), data)
    }

    /// A_IC = E(KS_Enc, pad(CA_IC)) with IV = E(KS_Enc, −1), −1 in all bits of a block  (9303-11 §4.4.3.5.1).
    pub(super) fn authentication_data(
        &self,
        ca_ic: &[u8],
        deviation: Option<Deviation>,
    ) -> Result<Vec<u8>, CryptoError> {
        let block = self.cipher.block_len();
        let iv = self.cipher.encrypt_cbc(&self.ks_enc, &vec![0; block], &vec![0xFF; block])?;
        let mut padded = pad(ca_ic, block);
        if deviation == Some(Deviation::CamWrongPadding) {
            padded.get_mut(ca_ic.len()).into_iter().for_each(|marker| *marker = 0);
        }
        self.cipher.encrypt_cbc(&self.ks_enc, &iv, &padded)
    }

    /// The command inside a protected one.
    ///
    /// # Errors
    /// 6987 where data objects are missing, 6988 where they are wrong: the session must then end.
    pub(super) fn open(&mut self, command: &Command) -> Result<Command, StatusWord> {
        self.step();
        let mut covered = Vec::new();
        let mut cryptogram = None;
        let mut expected = None;
        let mut checksum = None;
        let mut objects = Reader::new(&command.data);
        while !objects.is_empty() {
            let object = objects.next().map_err(|_| StatusWord::SM_INCORRECT)?;
            if checksum.is_some() {
                return Err(StatusWord::SM_INCORRECT);
            }
            match object.tag {
                CRYPTOGRAM | PLAIN_FOR_ODD if cryptogram.is_none() && expected.is_none() => cryptogram = Some(object),
                EXPECTED if expected.is_none() => expected = Some(object.value),
                CHECKSUM => {
                    checksum = Some(object.value);
                    continue;
                }
                _ => return Err(StatusWord::SM_INCORRECT),
            }
            covered.extend_from_slice(object.raw);
        }
        let checksum = checksum.ok_or(StatusWord::SM_MISSING)?;
        // CC = MAC(KS_MAC, SSC ‖ pad(header) ‖ DO'87' ‖ DO'97'), padded  (9303-11 §9.8.4)
        let code = self.mac(&[&pad(&command.header(), self.cipher.block_len()), &covered])?;
        if !equal(&code, checksum) {
            return Err(StatusWord::SM_INCORRECT);
        }
        let data = match cryptogram {
            None => Vec::new(),
            Some(object) if object.tag == CRYPTOGRAM && command.ins & 1 == 0 => {
                // The first byte states that the content is padded  (7816-4 §10.3)
                let (_, body) =
                    object.value.split_first().filter(|(first, _)| **first == 1).ok_or(StatusWord::SM_INCORRECT)?;
                self.decrypt(body)?
            }
            Some(object) if object.tag == PLAIN_FOR_ODD && command.ins & 1 == 1 => self.decrypt(object.value)?,
            Some(_) => return Err(StatusWord::SM_INCORRECT),
        };
        let ne = match expected {
            None => None,
            Some([0]) => Some(256),
            Some([le]) => Some(u32::from(*le)),
            Some([0, 0]) => Some(65_536),
            Some([high, low]) => Some(u32::from(u16::from_be_bytes([*high, *low]))),
            Some(_) => return Err(StatusWord::SM_INCORRECT),
        };
        Ok(Command { cla: command.cla & !0x0C, data, ne, ..command.clone() })
    }

    /// The protected form of an answer; `odd` is that of the command's instruction, `deviation` what a hostile card does.
    pub(super) fn seal(&mut self, answer: &Response, odd: bool, deviation: Option<Deviation>) -> Vec<u8> {
        self.step();
        if deviation == Some(Deviation::SkippedCount) {
            self.step();
        }
        let sealed = self.objects(answer, odd, deviation).unwrap_or_default();
        [sealed.as_slice(), &answer.status.0.to_be_bytes()].concat()
    }

    /// DO'87' or DO'85', DO'99' and DO'8E'.
    fn objects(&self, answer: &Response, odd: bool, deviation: Option<Deviation>) -> Result<Vec<u8>, StatusWord> {
        let mut data = self.cryptogram(answer, odd, deviation)?;
        let mut status = status_object(answer.status, deviation);
        let unknown = tlv::encode(Tag(0x80), &[0]);
        let echoed = tlv::encode(EXPECTED, &[0]);
        let objects: &[&[u8]] = match deviation {
            Some(Deviation::DoubleData) => &[&data, &data, &status],
            Some(Deviation::DoubleStatus) => &[&data, &status, &status],
            Some(Deviation::OtherOrder) => &[&status, &data],
            Some(Deviation::UnknownObject) => &[&data, &unknown, &status],
            Some(Deviation::EchoedLength) => &[&data, &echoed, &status],
            _ => &[&data, &status],
        };
        // CC = MAC(KS_MAC, SSC ‖ DO'87' ‖ DO'99'), padded  (9303-11 §9.8.4)
        let mut code = self.mac(objects)?.to_vec();
        let mut covered = objects.concat();
        let flip = |object: &mut Vec<u8>| object.last_mut().into_iter().for_each(|octet| *octet ^= 1);
        match deviation {
            Some(Deviation::DropMac) => return Ok(covered),
            Some(Deviation::WrongMac) => code.iter_mut().take(1).for_each(|octet| *octet ^= 1),
            Some(Deviation::ShortMac) => code.truncate(7),
            Some(Deviation::LongMac) => code.push(0),
            Some(Deviation::LongestMac) => code.extend_from_within(..),
            Some(Deviation::FlippedData) => {
                flip(&mut data);
                covered = [data, status].concat();
            }
            Some(Deviation::FlippedStatus) => {
                flip(&mut status);
                covered = [data, status].concat();
            }
            _ => {}
        }
        let checksum = tlv::encode(CHECKSUM, &code);
        Ok(match deviation {
            Some(Deviation::OtherOrder) if answer.data.is_empty() => [checksum, covered].concat(),
            Some(Deviation::DoubleMac) => [covered, checksum.clone(), checksum].concat(),
            Some(Deviation::TrailingByte) => [covered, checksum, vec![0]].concat(),
            _ => [covered, checksum].concat(),
        })
    }

    /// DO'87', or DO'85' after an odd instruction; nothing where the answer has no data.
    fn cryptogram(&self, answer: &Response, odd: bool, deviation: Option<Deviation>) -> Result<Vec<u8>, StatusWord> {
        if answer.data.is_empty() || deviation == Some(Deviation::DropData) {
            return Ok(Vec::new());
        }
        let mut padded = pad(&answer.data, self.cipher.block_len());
        if deviation == Some(Deviation::WrongPadding) {
            let mut mark = |octet| {
                padded.get_mut(answer.data.len()).into_iter().for_each(|marker| *marker = octet);
                unpad(&padded).is_some()
            };
            // After data that ends with 80 this would be a valid padding again, of less data.
            if mark(0) {
                mark(1);
            }
        }
        let body = self.encrypt(&padded)?;
        Ok(if odd { tlv::encode(PLAIN_FOR_ODD, &body) } else { tlv::encode_all(CRYPTOGRAM, &[&[1], &body]) })
    }

    /// The most plain bytes whose sealed answer has at most `limit` bytes of data field.
    pub(super) fn room(&self, limit: usize) -> usize {
        let block = self.cipher.block_len();
        // DO'99' has 4 bytes, DO'8E' 10; DO'87' a tag, a length of one to four bytes, 01 and whole blocks.
        let sealed = |blocks: usize| tlv::encode(CRYPTOGRAM, &vec![0; blocks * block + 1]).len() + 14;
        let mut blocks = limit / block;
        while blocks > 0 && sealed(blocks) > limit {
            blocks -= 1;
        }
        (blocks * block).saturating_sub(1)
    }

    fn step(&mut self) {
        for octet in self.ssc.iter_mut().rev() {
            *octet = octet.wrapping_add(1);
            if *octet != 0 {
                break;
            }
        }
    }

    fn mac(&self, parts: &[&[u8]]) -> Result<[u8; 8], StatusWord> {
        let data = [self.ssc.as_slice(), &parts.concat()].concat();
        let padded = pad(&data, self.cipher.block_len());
        self.cipher.mac_padded(&self.ks_mac, &padded).map_err(|_| StatusWord::NO_DIAGNOSIS)
    }

    fn encrypt(&self, padded: &[u8]) -> Result<Vec<u8>, StatusWord> {
        self.cipher.encrypt_cbc(&self.ks_enc, &self.iv()?, padded).map_err(|_| StatusWord::NO_DIAGNOSIS)
    }

    fn decrypt(&self, body: &[u8]) -> Result<Vec<u8>, StatusWord> {
        let padded = self.cipher.decrypt_cbc(&self.ks_enc, &self.iv()?, body).map_err(|_| StatusWord::SM_INCORRECT)?;
        unpad(&padded).map(<[u8]>::to_vec).ok_or(StatusWord::SM_INCORRECT)
    }

    /// IV = 0 for 3DES, IV = E(KS_Enc, SSC) for AES  (9303-11 §9.8.6.1).
    fn iv(&self) -> Result<Vec<u8>, StatusWord> {
        let zero = vec![0; self.cipher.block_len()];
        match self.cipher {
            Cipher::TripleDes => Ok(zero),
            _ => self.cipher.encrypt_cbc(&self.ks_enc, &zero, &self.ssc).map_err(|_| StatusWord::NO_DIAGNOSIS),
        }
    }
}

/// DO'99'.
fn status_object(status: StatusWord, deviation: Option<Deviation>) -> Vec<u8> {
    let stated = match deviation {
        Some(Deviation::OtherStatus) => [0x90, 0x01],
        _ => status.0.to_be_bytes(),
    };
    match deviation {
        Some(Deviation::DropStatus) => Vec::new(),
        Some(Deviation::StatusTag98) => tlv::encode(Tag(0x98), &stated),
        Some(Deviation::LongForm) => [&[0x99, 0x81, 0x02], stated.as_slice()].concat(),
        _ => tlv::encode(STATUS, &stated),
    }
}
