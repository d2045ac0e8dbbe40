//! Secure messaging: protects a command, unprotects a response (9303-11 §9.8, 7816-4 §10).
//!
//! One exit: the checksum first, in constant time, all eight bytes; then DO'99' against the status; then decryption;
//! one uniform error. [`SecureMessaging::unprotect`] consumes the session and gives it back only with an authentic
//! answer, so that after any error the keys are gone. The send sequence counter has no setter and never goes back.

use crate::crypto::{self, Cipher, CryptoError, Secret};
use crate::error::Broken;
use crate::iso7816::{Command, Response, StatusWord};
use crate::tlv::{self, Reader, Tag};
use zeroize::Zeroizing;

/// Cryptogram of a command with an odd instruction: plain BER-TLV, no padding indicator.
const DO_85: Tag = Tag(0x85);
/// Padding indicator and cryptogram.
const DO_87: Tag = Tag(0x87);
/// Cryptographic checksum.
const DO_8E: Tag = Tag(0x8E);
/// Protected `L_e`.
const DO_97: Tag = Tag(0x97);
/// Processing status.
const DO_99: Tag = Tag(0x99);
/// Padding method 2 (7816-4 §10.3.2).
const PADDING_INDICATOR: u8 = 0x01;
/// Bytes of a checksum.
const MAC_LEN: usize = 8;

/// An open secure messaging session: two keys and the send sequence counter.
pub struct SecureMessaging {
    cipher: Cipher,
    ks_enc: Secret,
    ks_mac: Secret,
    ssc: u128,
}

impl SecureMessaging {
    /// A session after PACE or chip authentication: `SSC = 0` (9303-11 §9.8.6.3).
    pub fn new(cipher: Cipher, ks_enc: Secret, ks_mac: Secret) -> Self {
        Self { cipher, ks_enc, ks_mac, ssc: 0 }
    }

    /// A session after BAC: 3DES, and `SSC = RND.IC[4..8] ‖ RND.IFD[4..8]` (9303-11 §9.8.6.2).
    pub fn after_bac(ks_enc: Secret, ks_mac: Secret, ssc: u64) -> Self {
        Self { cipher: Cipher::TripleDes, ks_enc, ks_mac, ssc: u128::from(ssc) }
    }

    /// The suite of the session.
    pub fn cipher(&self) -> Cipher {
        self.cipher
    }

    /// The most plain bytes that a protected answer of `answer` data bytes carries.
    ///
    /// `n = ⌊(answer − |DO'99'| − |DO'8E'| − |header of DO'87'|) / block⌋ · block − 1`
    pub fn plain_capacity(&self, answer: usize) -> usize {
        let block = self.cipher.block_len();
        let room = answer.saturating_sub(14);
        // Tag, length and padding indicator, by the octets that the length takes for so long a value at most.
        let fitting = [(3, 0x7F), (4, 0xFF), (5, 0xFFFF)]
            .map(|(header, longest): (usize, usize)| room.saturating_sub(header).min(longest - 1) / block * block);
        fitting.into_iter().max().unwrap_or_default().saturating_sub(1)
    }

    /// The data bytes of a protected answer that carries `plain` bytes.
    pub fn protected_length(&self, plain: usize) -> usize {
        let block = self.cipher.block_len();
        let cryptogram = plain / block * block + block + 1;
        14 + tlv::encode(DO_87, &[]).len()
            + cryptogram
            + if cryptogram > 0xFF { 2 } else { usize::from(cryptogram > 0x7F) }
    }

    /// `SSC := SSC + 1`, as the block that starts the checksum's input; it never wraps.
    fn count(&mut self) -> Result<Vec<u8>, CryptoError> {
        self.ssc = self.ssc.checked_add(1).ok_or(CryptoError::BadLength)?;
        let octets = self.ssc.to_be_bytes();
        let block = self.cipher.block_len();
        if block < octets.len() && self.ssc > u128::from(u64::MAX) {
            return Err(CryptoError::BadLength);
        }
        Ok(octets.get(octets.len() - block..).unwrap_or_default().to_vec())
    }

    /// The initialisation vector: `E(KS_Enc, SSC)` for AES, zero for 3DES (9303-11 §9.8.6.3.1, §9.8.6.2).
    fn iv(&self, ssc: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let zero = vec![0; self.cipher.block_len()];
        match self.cipher {
            Cipher::TripleDes => Ok(zero),
            _ => self.cipher.encrypt_cbc(&self.ks_enc, &zero, ssc),
        }
    }

    /// `MAC(KS_MAC, pad(SSC ‖ parts))`
    fn checksum(&self, ssc: &[u8], parts: &[&[u8]]) -> Result<[u8; MAC_LEN], CryptoError> {
        let message = [ssc, parts.concat().as_slice()].concat();
        self.cipher.mac_padded(&self.ks_mac, &crypto::pad(&message, self.cipher.block_len()))
    }

    /// The protected form of a command; its `N_e` is left for the channel to set.
    ///
    /// # Errors
    /// [`CryptoError`] where a primitive fails or the counter is spent.
    pub fn protect(&mut self, command: &Command) -> Result<Command, CryptoError> {
        let ssc = self.count()?;
        let block = self.cipher.block_len();
        let cla = command.cla | 0x0C;
        // DO'87' = 87 ‖ L ‖ 01 ‖ E(KS_Enc, pad(data));  odd INS: DO'85' = 85 ‖ L ‖ E(KS_Enc, pad(data))
        let cryptogram = if command.data.is_empty() {
            Vec::new()
        } else {
            let encrypted =
                self.cipher.encrypt_cbc(&self.ks_enc, &self.iv(&ssc)?, &crypto::pad(&command.data, block))?;
            if is_odd(command.ins) {
                tlv::encode(DO_85, &encrypted)
            } else {
                tlv::encode_all(DO_87, &[&[PADDING_INDICATOR], &encrypted])
            }
        };
        let le = command.ne.map(|ne| tlv::encode(DO_97, &le_octets(ne))).unwrap_or_default();
        // CC = MAC(KS_MAC, SSC ‖ pad(header) ‖ DO'87' ‖ DO'97')
        let header = crypto::pad(&[cla, command.ins, command.p1, command.p2], block);
        let checksum = self.checksum(&ssc, &[&header, &cryptogram, &le])?;
        let data = [cryptogram, le, tlv::encode(DO_8E, &checksum)].concat();
        Ok(Command::new(cla, command.ins, command.p1, command.p2).with_data(data))
    }

    /// The plain response, and the session to go on with; on any error the session and its keys are gone.
    ///
    /// # Errors
    /// [`Broken::Unprotected`] for a naked status, [`Broken::BadResponse`] for everything else that is not authentic.
    pub fn unprotect(mut self, ins: u8, response: &Response) -> Result<(Self, Response), Broken> {
        if response.data.is_empty() {
            return Err(Broken::Unprotected(response.status));
        }
        let parts = Parts::read(&response.data, is_odd(ins)).ok_or(Broken::BadResponse)?;
        let ssc = self.count().map_err(|_| Broken::BadResponse)?;
        let expected =
            self.checksum(&ssc, &[parts.cryptogram_raw, parts.status_raw]).map_err(|_| Broken::BadResponse)?;
        let status = u16::from_be_bytes(parts.status);
        if !crypto::equal(&expected, parts.checksum) || status != response.status.0 {
            return Err(Broken::BadResponse);
        }
        let data = match parts.cryptogram {
            None => Vec::new(),
            Some(cryptogram) => {
                let iv = self.iv(&ssc).map_err(|_| Broken::BadResponse)?;
                let padded = self.cipher.decrypt_cbc(&self.ks_enc, &iv, cryptogram).map_err(|_| Broken::BadResponse)?;
                // What a chip holds of its holder comes through here.
                let padded = Zeroizing::new(padded);
                crypto::unpad(&padded).ok_or(Broken::BadResponse)?.to_vec()
            }
        };
        Ok((self, Response { data, status: StatusWord(status) }))
    }
}

/// The data objects of a protected response.
struct Parts<'a> {
    cryptogram: Option<&'a [u8]>,
    cryptogram_raw: &'a [u8],
    status: [u8; 2],
    status_raw: &'a [u8],
    checksum: &'a [u8],
}

impl<'a> Parts<'a> {
    /// The strict grammar: DO'85' or DO'87' at most once, then DO'99', then DO'8E', in their shortest lengths, and no
    /// byte more.
    fn read(data: &'a [u8], odd: bool) -> Option<Self> {
        let mut reader = Reader::new(data);
        let mut next = |tags: &[Tag]| match reader.peek() {
            Some(tag) if tags.contains(&tag) => reader.next().ok().filter(|tlv| !tlv.lax_length).map(Some),
            _ => Some(None),
        };
        let cryptogram = next(if odd { &[DO_85, DO_87] } else { &[DO_87] })?;
        let status = next(&[DO_99])??;
        let checksum = next(&[DO_8E])??;
        reader.finish().ok()?;
        let encrypted = match cryptogram {
            Some(tlv) if tlv.tag == DO_87 => Some(tlv.value.strip_prefix(&[PADDING_INDICATOR])?),
            Some(tlv) => Some(tlv.value),
            None => None,
        };
        (checksum.value.len() == MAC_LEN && encrypted.is_none_or(|encrypted| !encrypted.is_empty())).then_some(Self {
            cryptogram: encrypted,
            cryptogram_raw: cryptogram.map(|tlv| tlv.raw).unwrap_or_default(),
            status: status.value.try_into().ok()?,
            status_raw: status.raw,
            checksum: checksum.value,
        })
    }
}

fn is_odd(ins: u8) -> bool {
    ins & 1 == 1
}

/// `L_e` as DO'97' holds it: one byte up to 256, two beyond; all zeros for the maximum (7816-4 §10.5).
fn le_octets(ne: u32) -> Vec<u8> {
    let [.., high, low] = ne.to_be_bytes();
    if ne <= 256 { vec![low] } else { vec![high, low] }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What an answer is long by its data objects, and what fits one so long.
    #[test]
    fn the_length_of_an_answer_and_what_fits_it_agree() {
        let key = || Secret::from_slice(&[7; 16]);
        for cipher in [Cipher::TripleDes, Cipher::Aes128] {
            let session = SecureMessaging::new(cipher, key(), key());
            let block = cipher.block_len();
            for plain in 0..=700 {
                let padded = (plain / block + 1) * block;
                let objects = [(DO_87, padded + 1), (DO_99, 2), (DO_8E, MAC_LEN)];
                let length: usize = objects.map(|(tag, length)| tlv::encode(tag, &vec![0; length]).len()).iter().sum();
                assert_eq!(session.protected_length(plain), length, "{cipher:?} {plain}");
                assert_eq!(session.plain_capacity(length), padded - 1, "{cipher:?} {plain}");
                assert_eq!(
                    session.plain_capacity(length - 1),
                    (padded - block).saturating_sub(1),
                    "{cipher:?} {plain}"
                );
            }
        }
    }

    #[test]
    fn an_expected_length_is_one_octet_up_to_256_and_two_beyond() {
        let due: [(u32, &[u8]); 6] =
            [(1, &[1]), (255, &[255]), (256, &[0]), (257, &[1, 1]), (65_535, &[255, 255]), (65_536, &[0, 0])];
        for (ne, octets) in due {
            assert_eq!(le_octets(ne), octets, "{ne}");
        }
    }

    /// Eight octets with 3DES, sixteen with AES: the last number is used, and none after it.
    #[test]
    fn the_counter_never_wraps() {
        let key = || Secret::from_slice(&[7; 16]);
        let command = Command::new(0x00, 0xB0, 0x81, 0x00);
        let mut triple_des = SecureMessaging::after_bac(key(), key(), u64::MAX - 1);
        assert!(triple_des.protect(&command).is_ok());
        assert_eq!(triple_des.protect(&command).unwrap_err(), CryptoError::BadLength);
        let mut aes =
            SecureMessaging { ssc: u128::from(u64::MAX), ..SecureMessaging::new(Cipher::Aes128, key(), key()) };
        assert!(aes.protect(&command).is_ok());
        aes.ssc = u128::MAX - 1;
        assert!(aes.protect(&command).is_ok());
        assert_eq!(aes.protect(&command).unwrap_err(), CryptoError::BadLength);
    }
}
