//! Chip authentication version 1 (9303-11 §6.2): key agreement with the static key of DG14.
//!
//! Success is not the chip's 9000: it is an answer under the new keys, which the caller waits for.

use crate::channel::Channel;
use crate::checks::Reason;
use crate::crypto::{self, Cipher, CryptoError, Element, GroupId, KeyUse, PublicKey, Random};
use crate::error::{Broken, Error, Step};
use crate::event::Show;
use crate::iso7816::{Command, StatusWord};
use crate::lds::{ChipKey, Dg14, KeyId};
use crate::oid::Oid;
use crate::secure_messaging::SecureMessaging;
use crate::tlv::{self, Tag};

const DURING: Step = Step::ChipAuthentication;
/// The version of Doc 9303 (9303-11 §9.2.5).
const VERSION: u32 = 1;

/// What became of chip authentication.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChipAuthentication {
    /// It was not made: the plan left it out, the reading ended before it, or the document comes from a file.
    NotMade,
    /// It was not needed: chip authentication mapping had proven a key that DG14 holds too (9303-11 §4.4.3.5).
    ShownByMapping,
    /// DG14 holds no key for it.
    NotOffered,
    /// DG14 holds one that cannot be used; why.
    Impossible(Reason),
    /// The chip answered under the new keys.
    Proven(ChipAuthenticationSuite),
    /// A stored document states that its reader saw it proven; a file cannot prove it again.
    Attested,
    /// The chip refused, in an authentic answer: the old keys stayed in use.
    Refused(StatusWord),
    /// The session was lost while the keys were agreed on: the chip answered without protection, or not authentically.
    SessionLost,
    /// The chip accepted, and its next answer was not under the new keys: it kept the old ones, or has no others.
    NotUnderNewKeys,
}

/// The suite of chip authentication that was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChipAuthenticationSuite {
    /// The object identifier of the protocol, where DG14 names one.
    pub protocol: Option<Oid>,
    /// The group.
    pub group: GroupId,
    /// The suite of secure messaging afterwards.
    pub cipher: Cipher,
}

/// The key that chip authentication will use.
pub(crate) struct StaticKey {
    group: GroupId,
    public: Element,
    key_id: Option<KeyId>,
    protocol: Option<Oid>,
    cipher: Cipher,
}

impl StaticKey {
    pub(crate) fn suite(&self) -> ChipAuthenticationSuite {
        ChipAuthenticationSuite { protocol: self.protocol, group: self.group, cipher: self.cipher }
    }

    /// Strength for choosing: the weaker of cipher and group, then each.
    fn strength(&self) -> (usize, usize, usize) {
        let (key_bits, group_bits) = (self.cipher.strength(), self.group.strength());
        (key_bits.min(group_bits), key_bits, group_bits)
    }
}

/// What DG14 allows.
pub(crate) enum KeyChoice {
    /// This key.
    Key(StaticKey),
    /// There is none.
    None,
    /// There is one, but it cannot be used.
    Impossible(Reason),
}

/// The strongest key of DG14 whose ChipAuthenticationInfo names it exactly; keys are never tried over the card.
///
/// A key in a file without any ChipAuthenticationInfo, as French passports have it, means 3DES with MSE:Set KAT.
pub(crate) fn choose_key(dg14: &Dg14) -> KeyChoice {
    let infos = &dg14.security_infos;
    let names_none = infos.chip_authentication().next().is_none();
    if dg14.chip_keys.is_empty() {
        return if names_none { KeyChoice::None } else { KeyChoice::Impossible(Reason::Missing) };
    }
    let mut why = Reason::Mismatch;
    let mut best: Option<StaticKey> = None;
    for key in &dg14.chip_keys {
        let named = infos
            .chip_authentication()
            .filter(|(_, suite)| key.suites.contains(suite))
            .map(|(info, suite)| (Some(info.protocol), suite.cipher, suite.version));
        let unnamed = names_none.then_some((None, Cipher::TripleDes, VERSION));
        for (protocol, cipher, version) in named.chain(unnamed) {
            match static_key(key, protocol, cipher, version) {
                Ok(key) if best.as_ref().is_none_or(|best| key.strength() > best.strength()) => best = Some(key),
                Ok(_) => {}
                Err(reason) => why = reason,
            }
        }
    }
    best.map_or(KeyChoice::Impossible(why), KeyChoice::Key)
}

fn static_key(key: &ChipKey, protocol: Option<Oid>, cipher: Cipher, version: u32) -> Result<StaticKey, Reason> {
    if version != VERSION {
        return Err(Reason::UnknownVersion);
    }
    let (group, public) = match &key.key {
        Ok(PublicKey::Ec { curve, point }) => (GroupId::Curve(*curve), Element::Point(point.clone())),
        Ok(PublicKey::Dh { group, number }) => (GroupId::Dh(*group), Element::Number(number.clone())),
        Err(CryptoError::Unsupported) => return Err(Reason::UnsupportedAlgorithm),
        _ => return Err(Reason::BadKey),
    };
    Ok(StaticKey { group, public, key_id: key.info.key_id.clone(), protocol, cipher })
}

/// What the agreement came to.
pub(crate) enum Agreed {
    /// New keys, in use from the next command on; `Comp(PK_DH,IFD)` names the reader in terminal authentication.
    NewKeys {
        /// The compressed ephemeral key.
        ephemeral: Vec<u8>,
    },
    /// The chip refused in an authentic answer: the old keys stay.
    Refused(StatusWord),
}

/// Agrees on new keys (9303-11 §6.2.2).
pub(crate) fn agree(
    channel: &mut Channel,
    key: &StaticKey,
    random: &mut dyn Random,
    show: &mut Show<'_>,
) -> Result<Agreed, Error> {
    let broken = |broken| Error::Protocol { during: DURING, broken };
    // A fresh ephemeral key for every run (9303-11 §6.2.1).
    let private = key.group.random_private(random).map_err(|_| broken(Broken::Crypto))?;
    let public = key.group.power(&private, &key.group.generator()).map_err(|_| broken(Broken::Crypto))?;
    let encoded = key.group.encode(&public);
    let key_id = key.key_id.as_ref().map(|id| tlv::encode(Tag(0x84), id.reference())).unwrap_or_default();
    let commands = if key.cipher == Cipher::TripleDes {
        // MSE:Set KAT: 91 ephemeral public key, 84 key reference  (9303-11 §6.2.4.1)
        vec![Command::mse_set_kat([tlv::encode(Tag(0x91), &encoded), key_id].concat())]
    } else {
        // MSE:Set AT: 80 protocol, 84 key reference; GENERAL AUTHENTICATE: 80 public key  (9303-11 §6.2.4.2)
        let protocol = key.protocol.map(|oid| tlv::encode(Tag(0x80), oid.as_der())).unwrap_or_default();
        vec![
            Command::mse_set_at(0x41, [protocol, key_id].concat()),
            Command::general_authenticate(&tlv::encode(Tag(0x80), &encoded), true),
        ]
    };
    for command in commands {
        let status = channel.send(&command, DURING, show)?.status;
        if !status.is_success() {
            return Ok(Agreed::Refused(status));
        }
    }
    // K = KA(SK_IFD, PK_IC);  KS_Enc = KDF(K, 1), KS_MAC = KDF(K, 2)  (9303-11 §6.2.2, §9.7.4)
    let shared = key.group.power(&private, &key.public).map_err(|_| broken(Broken::BadPublicKey))?;
    let k = shared.shared_secret();
    let ks_enc = crypto::kdf(key.cipher, k.expose(), KeyUse::Enc);
    let ks_mac = crypto::kdf(key.cipher, k.expose(), KeyUse::Mac);
    channel.protect(SecureMessaging::new(key.cipher, ks_enc, ks_mac));
    Ok(Agreed::NewKeys { ephemeral: public.compressed() })
}
