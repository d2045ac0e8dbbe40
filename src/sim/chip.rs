//! The card's side of the chip proofs: active authentication (9303-11 §6.1) and chip authentication (9303-11 §6.2).
//!
//! Active authentication signs a challenge, with RSA by ISO/IEC 9796-2 scheme 1 or with plain ECDSA. Chip authentication
//! agrees on new session keys over ECDH or DH, by MSE:Set KAT (3DES) or by MSE:Set AT and GENERAL AUTHENTICATE.

use super::access::suite;
use super::faults::Deviation;
use super::issuer::{SigningKey, ecdsa_der};
use super::quirks::{Quirk, Quirks};
use super::secure_messaging::Session;
use crate::crypto::{Cipher, DigestAlgorithm, GroupId, Modulus, Random, Secret};
use crate::iso7816::StatusWord;
use crate::oid::{self, Oid};
use crate::tlv::{self, Reader, Tag};

/// The key pair of active authentication and its digest.
pub(super) struct ActiveAuthentication {
    pub(super) key: SigningKey,
    pub(super) digest: DigestAlgorithm,
}

impl ActiveAuthentication {
    /// INTERNAL AUTHENTICATE over a challenge of eight bytes (9303-11 §6.1.2).
    pub(super) fn sign(
        &self,
        challenge: &[u8],
        random: &mut dyn Random,
        deviation: Option<Deviation>,
        quirks: &Quirks,
    ) -> Result<Vec<u8>, StatusWord> {
        if challenge.len() != 8 {
            return Err(StatusWord::WRONG_LENGTH);
        }
        let mut rnd_ifd = challenge.to_vec();
        if deviation == Some(Deviation::AaOtherChallenge) {
            rnd_ifd.iter_mut().take(1).for_each(|octet| *octet ^= 1);
        }
        let broken = |_| StatusWord::NO_DIAGNOSIS;
        let digest = match (deviation, self.digest) {
            (Some(Deviation::AaOtherDigest), DigestAlgorithm::Sha256) => DigestAlgorithm::Sha224,
            (Some(Deviation::AaOtherDigest), _) => DigestAlgorithm::Sha256,
            (_, digest) => digest,
        };
        match &self.key {
            SigningKey::Ec(key) => {
                let curve = key.curve.curve();
                let hash = digest.digest(&[&rnd_ifd]);
                let (r, mut s) = curve.sign_ecdsa(&key.private, &hash, random).map_err(broken)?;
                // s and n − s both verify
                let opposite = opposite(&s, curve.order()).ok_or(StatusWord::NO_DIAGNOSIS)?;
                if quirks.has(Quirk::AaHighS) && opposite > s || quirks.has(Quirk::AaLowS) && opposite < s {
                    s = opposite;
                }
                Ok(if quirks.has(Quirk::AaDerSignature) { ecdsa_der(&r, &s) } else { [r, s].concat() })
            }
            SigningKey::Rsa(key) => {
                let mut trailer = match self.digest {
                    DigestAlgorithm::Sha1 if quirks.has(Quirk::AaExplicitTrailer) => vec![0x33, 0xCC],
                    digest => trailer(digest),
                };
                if deviation == Some(Deviation::AaWrongTrailer) {
                    trailer.iter_mut().rev().take(1).for_each(|octet| *octet ^= 1);
                }
                // F = 6A ‖ M1 ‖ H(M1 ‖ RND.IFD) ‖ trailer, M1 random  (9303-11 §6.1.2.2)
                let taken = 1 + digest.len() + trailer.len();
                let mut m1 = vec![0; key.modulus_len().checked_sub(taken).ok_or(StatusWord::NO_DIAGNOSIS)?];
                random.fill(&mut m1).map_err(broken)?;
                let hash = digest.digest(&[&m1, &rnd_ifd]);
                key.raw(&[&[0x6A], m1.as_slice(), &hash, &trailer].concat()).map_err(broken)
            }
            // There is no active authentication with DSA (9303-11 §6.1).
            SigningKey::Dsa(_) => Err(StatusWord::NO_DIAGNOSIS),
        }
    }
}

/// n − s, as long as s.
fn opposite(s: &[u8], order: &[u8]) -> Option<Vec<u8>> {
    let n = Modulus::new(order)?;
    let s = n.residue(s)?;
    Some(n.encode(&n.subtract(&n.subtract(&s, &s), &s)))
}

/// The trailer that names the digest: BC alone for SHA-1, else its ISO/IEC 10118 number and CC.
fn trailer(digest: DigestAlgorithm) -> Vec<u8> {
    match digest {
        DigestAlgorithm::Sha1 => vec![0xBC],
        DigestAlgorithm::Sha224 => vec![0x38, 0xCC],
        DigestAlgorithm::Sha256 => vec![0x34, 0xCC],
        DigestAlgorithm::Sha384 => vec![0x36, 0xCC],
        DigestAlgorithm::Sha512 => vec![0x35, 0xCC],
    }
}

/// One key pair of chip authentication.
pub(super) struct ChipKey {
    pub(super) group: GroupId,
    pub(super) cipher: Cipher,
    pub(super) key_id: Option<Vec<u8>>,
    pub(super) private: Secret,
}

/// What a key agreement comes to: the new keys, and Comp(PK_IFD) for terminal authentication.
pub(super) struct Agreed {
    pub(super) session: Session,
    pub(super) terminal: Vec<u8>,
}

impl ChipKey {
    /// Its protocol, id-CA-DH-… or id-CA-ECDH-….
    pub(super) fn oid(&self) -> Oid {
        chip_protocol(self.group, self.cipher)
    }

    /// K = KA(SK_IC, PK_IFD), whose shared secret gives the keys  (9303-11 §6.2.3.2).
    fn agree(&self, theirs: &[u8]) -> Result<Agreed, StatusWord> {
        let wrong = |_| StatusWord::WRONG_DATA;
        let theirs = self.group.decode(theirs).map_err(wrong)?;
        let shared = self.group.power(&self.private, &theirs).map_err(wrong)?;
        let session = Session::new(self.cipher, shared.shared_secret().expose());
        Ok(Agreed { session, terminal: theirs.compressed() })
    }
}

/// The protocol of chip authentication in this group with this cipher (9303-11 §9.2.5).
pub(super) fn chip_protocol(group: GroupId, cipher: Cipher) -> Oid {
    match group {
        GroupId::Curve(_) => suite(oid::ID_CA_ECDH, cipher),
        GroupId::Dh(_) => suite(oid::ID_CA_DH, cipher),
    }
}

/// Chip authentication: which key MSE:Set AT chose.
#[derive(Default)]
pub(super) struct ChipAuthentication {
    chosen: Option<usize>,
}

impl ChipAuthentication {
    /// Whether MSE:Set AT was accepted, so that GENERAL AUTHENTICATE belongs here.
    pub(super) fn is_open(&self) -> bool {
        self.chosen.is_some()
    }

    /// MSE:Set KAT: DO'91' ephemeral key, DO'84' key id; 3DES only (9303-11 §6.2.4.1).
    pub(super) fn set_kat(&mut self, data: &[u8], keys: &[ChipKey]) -> Result<Agreed, StatusWord> {
        self.chosen = None;
        let (mut theirs, mut key_id) = (None, None);
        for (tag, value) in objects(data)? {
            match tag {
                Tag(0x91) if theirs.is_none() => theirs = Some(value),
                Tag(0x84) if key_id.is_none() => key_id = Some(value),
                _ => return Err(StatusWord::WRONG_DATA),
            }
        }
        let index = choose(keys, key_id, |key| key.cipher == Cipher::TripleDes)?;
        keys.get(index).ok_or(StatusWord::REFERENCE_NOT_FOUND)?.agree(theirs.ok_or(StatusWord::WRONG_DATA)?)
    }

    /// MSE:Set AT: DO'80' protocol, DO'84' key id (9303-11 §6.2.4.2).
    pub(super) fn set_at(&mut self, data: &[u8], keys: &[ChipKey]) -> Result<(), StatusWord> {
        self.chosen = None;
        let (mut protocol, mut key_id) = (None, None);
        for (tag, value) in objects(data)? {
            match tag {
                Tag(0x80) if protocol.is_none() => protocol = Some(value),
                Tag(0x84) if key_id.is_none() => key_id = Some(value),
                _ => return Err(StatusWord::WRONG_DATA),
            }
        }
        let protocol = protocol.ok_or(StatusWord::WRONG_DATA)?;
        if !keys.iter().any(|key| key.oid().as_der() == protocol) {
            return Err(StatusWord::WRONG_DATA);
        }
        self.chosen = Some(choose(keys, key_id, |key| key.oid().as_der() == protocol)?);
        Ok(())
    }

    /// GENERAL AUTHENTICATE: DO'80' ephemeral key in DO'7C', answered by an empty DO'7C' (9303-11 §6.2.4.2).
    pub(super) fn general_authenticate(
        &mut self,
        data: &[u8],
        keys: &[ChipKey],
    ) -> Result<(Vec<u8>, Agreed), StatusWord> {
        let key = self.chosen.take().and_then(|index| keys.get(index)).ok_or(StatusWord::CONDITIONS_OF_USE)?;
        let wrong = |_| StatusWord::WRONG_DATA;
        let mut outer = Reader::new(data);
        let mut dynamic = outer.expect(Tag(0x7C), "DO'7C'").map_err(wrong)?.children();
        outer.finish().map_err(wrong)?;
        let theirs = dynamic.expect(Tag(0x80), "DO'80'").map_err(wrong)?;
        dynamic.finish().map_err(wrong)?;
        Ok((tlv::encode(Tag(0x7C), &[]), key.agree(theirs.value)?))
    }
}

/// The row of data objects in a command's data field.
fn objects(data: &[u8]) -> Result<Vec<(Tag, &[u8])>, StatusWord> {
    let mut found = Vec::new();
    let mut reader = Reader::new(data);
    while !reader.is_empty() {
        let object = reader.next().map_err(|_| StatusWord::WRONG_DATA)?;
        found.push((object.tag, object.value));
    }
    Ok(found)
}

/// The one key that fits, by its id where several do.
fn choose(keys: &[ChipKey], key_id: Option<&[u8]>, fits: impl Fn(&ChipKey) -> bool) -> Result<usize, StatusWord> {
    let mut found = keys
        .iter()
        .enumerate()
        .filter(|(_, key)| fits(key) && key_id.is_none_or(|id| key.key_id.as_deref() == Some(id)))
        .map(|(index, _)| index);
    match (found.next(), found.next()) {
        (Some(index), None) => Ok(index),
        _ => Err(StatusWord::REFERENCE_NOT_FOUND),
    }
}
