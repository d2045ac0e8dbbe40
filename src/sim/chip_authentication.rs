//! The card's side of chip authentication (9303-11 §6.2): new session keys over ECDH or DH, by MSE:Set KAT (3DES) or by
//! MSE:Set AT and GENERAL AUTHENTICATE.

use super::access::suite;
use super::secure_messaging::Session;
use crate::crypto::{Cipher, GroupId, Secret};
use crate::iso7816::StatusWord;
use crate::oid::{self, Oid};
use crate::tlv::{self, Reader, Tag};

/// One key pair of chip authentication.
pub(crate) struct ChipAuthenticationKey {
    pub(crate) group: GroupId,
    pub(crate) cipher: Cipher,
    pub(crate) key_id: Option<Vec<u8>>,
    pub(crate) private: Secret,
}

/// What a key agreement comes to: the new keys, and Comp(PK_IFD) for terminal authentication.
pub(crate) struct AgreedKeys {
    pub(crate) session: Session,
    pub(crate) terminal: Vec<u8>,
}

impl ChipAuthenticationKey {
    /// Its protocol, id-CA-DH-… or id-CA-ECDH-….
    pub(crate) fn oid(&self) -> Oid {
        chip_authentication_protocol(self.group, self.cipher)
    }

    /// K = KA(SK_IC, PK_IFD), whose shared secret gives the keys  (9303-11 §6.2.3.2).
    fn agree(&self, theirs: &[u8]) -> Result<AgreedKeys, StatusWord> {
        let wrong = |_| StatusWord::WRONG_DATA;
        let theirs = self.group.decode(theirs).map_err(wrong)?;
        let shared = self.group.power(&self.private, &theirs).map_err(wrong)?;
        let session = Session::new(self.cipher, shared.shared_secret().expose());
        Ok(AgreedKeys { session, terminal: theirs.compressed() })
    }
}

/// The protocol of chip authentication in this group with this cipher (9303-11 §9.2.5).
pub(crate) fn chip_authentication_protocol(group: GroupId, cipher: Cipher) -> Oid {
    match group {
        GroupId::Curve(_) => suite(oid::ID_CA_ECDH, cipher),
        GroupId::Dh(_) => suite(oid::ID_CA_DH, cipher),
    }
}

/// Chip authentication: which key MSE:Set AT chose.
#[derive(Default)]
pub(crate) struct ChipAuthenticationState {
    chosen: Option<usize>,
}

impl ChipAuthenticationState {
    /// Whether MSE:Set AT was accepted, so that GENERAL AUTHENTICATE belongs here.
    pub(crate) fn is_open(&self) -> bool {
        self.chosen.is_some()
    }

    /// MSE:Set KAT: DO'91' ephemeral key, DO'84' key id; 3DES only (9303-11 §6.2.4.1).
    pub(crate) fn set_kat(&mut self, data: &[u8], keys: &[ChipAuthenticationKey]) -> Result<AgreedKeys, StatusWord> {
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
    pub(crate) fn set_at(&mut self, data: &[u8], keys: &[ChipAuthenticationKey]) -> Result<(), StatusWord> {
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
    pub(crate) fn general_authenticate(
        &mut self,
        data: &[u8],
        keys: &[ChipAuthenticationKey],
    ) -> Result<(Vec<u8>, AgreedKeys), StatusWord> {
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
fn choose(
    keys: &[ChipAuthenticationKey],
    key_id: Option<&[u8]>,
    fits: impl Fn(&ChipAuthenticationKey) -> bool,
) -> Result<usize, StatusWord> {
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
