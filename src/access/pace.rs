//! PACE: password authenticated connection establishment (9303-11 §4.4, worked examples in Appendix G).
//!
//! One function from a plain channel to a protected one. Generic mapping over ECDH stands here; a suite with another
//! mapping or group is an [`Offer`] that [`choose`] passes over until its arithmetic is in `mapping`.

use super::mapping;
use super::password::{Password, PasswordKind};
use crate::channel::Channel;
use crate::crypto::{self, Cipher, Curve, CurveId, KeyUse, Point, Random, Secret};
use crate::error::{Broken, Error, Step};
use crate::event::Show;
use crate::iso7816::{Command, Response, StatusWord};
use crate::lds::{Agreement, Mapping, PaceInfo, PaceSuite, SecurityInfoKind, SecurityInfos};
use crate::oid::Oid;
use crate::secure_messaging::SecureMessaging;
use crate::tlv::{self, Reader, Tag};

/// The version of PACE that Doc 9303 has (9303-11 §9.2.1).
const VERSION: u32 = 2;
/// Bytes of an authentication token.
const TOKEN: usize = 8;
/// Dynamic authentication data (9303-11 §4.4.4.2).
const DYNAMIC_AUTHENTICATION_DATA: Tag = Tag(0x7C);

/// A suite that EF.CardAccess offered, by name, supported or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The object identifier of the protocol.
    pub protocol: Oid,
    /// The identifier of the domain parameters (9303-11 §9.5.1), where it stands.
    pub parameter_id: Option<u32>,
    /// The suite, where this library has it.
    pub suite: Option<Suite>,
}

/// A suite that this library has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suite {
    /// The object identifier of the protocol.
    pub protocol: Oid,
    /// The mapping.
    pub mapping: Mapping,
    /// The curve.
    pub curve: CurveId,
    /// The suite of secure messaging.
    pub cipher: Cipher,
    /// Several entries have this protocol: MSE:Set AT names the parameter.
    ambiguous: bool,
}

impl Suite {
    /// Strength for choosing: cipher before curve.
    fn strength(&self) -> (usize, usize) {
        let key_bits = match self.cipher {
            Cipher::TripleDes => 112,
            other => other.key_len() * 8,
        };
        (key_bits, self.curve.curve().order_len())
    }
}

/// What EF.CardAccess offers, and the strongest suite of it that this library has.
pub(crate) fn choose(infos: &SecurityInfos) -> (Vec<Offer>, Option<Suite>) {
    let ambiguous = |protocol: Oid| infos.pace().filter(|(info, _)| info.protocol == protocol).count() > 1;
    let offers: Vec<Offer> = infos
        .pace_raw()
        .map(|info| match &info.kind {
            SecurityInfoKind::Pace(pace) => Offer {
                protocol: info.protocol,
                parameter_id: pace.parameter_id,
                suite: supported(info.protocol, pace, ambiguous(info.protocol)),
            },
            _ => Offer { protocol: info.protocol, parameter_id: None, suite: None },
        })
        .collect();
    let best = offers.iter().filter_map(|offer| offer.suite).max_by_key(Suite::strength);
    (offers, best)
}

fn supported(protocol: Oid, info: &PaceInfo, ambiguous: bool) -> Option<Suite> {
    let PaceSuite { mapping, agreement, cipher } = info.suite;
    let is_ours = mapping == Mapping::Generic && agreement == Agreement::Ecdh && info.version == VERSION;
    let curve = CurveId::from_parameter_id(u8::try_from(info.parameter_id?).ok()?)?;
    is_ours.then_some(Suite { protocol, mapping, curve, cipher, ambiguous })
}

/// Opens the chip with this password; the channel is protected afterwards.
///
/// # Errors
/// [`Error::WrongPassword`] where the chip refuses the reader's token; [`Error::Protocol`] where the chip's keys or its
/// token are not valid; [`Error::Refused`] for a refused step.
pub(crate) fn password_authenticated_connection_establishment(
    channel: &mut Channel,
    suite: &Suite,
    kind: PasswordKind,
    password: &Password,
    random: &mut dyn Random,
    show: &mut Show<'_>,
) -> Result<SetAtForm, Error> {
    let secret = password.pace_secret(kind).ok_or(Error::PasswordNeeded(kind.name()))?;
    let form = set_at(channel, suite, kind, show)?;

    // K_π = KDF(f(π), 3);  s = D(K_π, z)  (9303-11 §4.4.3.4, §9.7.3)
    let during_nonce = Step::PaceNonce;
    let k_pi = crypto::kdf(suite.cipher, secret.expose(), KeyUse::Password);
    let z = step(channel, &[], None, Tag(0x80), during_nonce, show)?;
    let zero_iv = vec![0; suite.cipher.block_len()];
    let is_whole = matches!(z.len(), 16 | 32);
    if !is_whole {
        return Err(Error::Protocol { during: during_nonce, broken: Broken::BadAnswer });
    }
    let nonce = suite.cipher.decrypt_cbc(&k_pi, &zero_iv, &z).map_err(|_| failed(during_nonce))?;
    let nonce = Secret::new(nonce);

    // SK_map,IFD · G out, PK_map,IC in, then the mapping
    let during_mapping = Step::PaceMapping;
    let curve = suite.curve.curve();
    let (private, public) = key_pair(curve, &curve.generator(), random, during_mapping)?;
    let answer = step(channel, &encode_point(0x81, curve, &public), None, Tag(0x82), during_mapping, show)?;
    let public_ic = decode_point(curve, &answer, &public, during_mapping)?;
    let generator = mapping::generic(curve, &nonce, &private, &public_ic).map_err(|_| bad_key(during_mapping))?;
    drop(private);

    // PK_IFD = SK_IFD · Ĝ out, PK_IC in;  K = x(SK_IFD · PK_IC)
    let during_agreement = Step::PaceKeyAgreement;
    let (private, public_ifd) = key_pair(curve, &generator, random, during_agreement)?;
    let answer = step(channel, &encode_point(0x83, curve, &public_ifd), None, Tag(0x84), during_agreement, show)?;
    let public_ic = decode_point(curve, &answer, &public_ifd, during_agreement)?;
    let shared = curve.multiply(&private, &public_ic).map_err(|_| bad_key(during_agreement))?;
    drop(private);
    let k = Secret::from_slice(shared.x());

    // KS_Enc = KDF(K, 1), KS_MAC = KDF(K, 2)  (9303-11 §9.7.4)
    let ks_enc = crypto::kdf(suite.cipher, k.expose(), KeyUse::Enc);
    let ks_mac = crypto::kdf(suite.cipher, k.expose(), KeyUse::Mac);

    // T_IFD = MAC(KS_MAC, PK_IC), T_IC = MAC(KS_MAC, PK_IFD)  (9303-11 §4.4.3.4)
    let during_tokens = Step::PaceTokens;
    let token = |public: &Point| -> Result<[u8; TOKEN], Error> {
        suite.cipher.mac(&ks_mac, &public_key_data(suite, curve, public)).map_err(|_| failed(during_tokens))
    };
    let t_ifd = token(&public_ic)?;
    let expected = token(&public_ifd)?;
    let t_ic = step(channel, &tlv::encode(Tag(0x85), &t_ifd), Some(kind), Tag(0x86), during_tokens, show)?;
    if !crypto::equal(&expected, &t_ic) {
        return Err(Error::Protocol { during: during_tokens, broken: Broken::WrongToken });
    }
    channel.protect(SecureMessaging::new(suite.cipher, ks_enc, ks_mac));
    Ok(form)
}

/// Which form of MSE:Set AT the chip took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SetAtForm {
    /// The standard's: DO'84' only where the parameter is ambiguous.
    Standard,
    /// The other one, after a refusal (field note §2).
    Other,
}

impl SetAtForm {
    pub(crate) fn is_other(self) -> bool {
        self == Self::Other
    }
}

/// MSE:Set AT with protocol, password and, where it is ambiguous, the domain parameters (9303-11 §4.4.4.1).
fn set_at(channel: &mut Channel, suite: &Suite, kind: PasswordKind, show: &mut Show<'_>) -> Result<SetAtForm, Error> {
    let during = Step::PaceSetAt;
    let data = |with_parameter: bool| {
        let parameter = suite.curve.parameter_id().filter(|_| with_parameter);
        [
            tlv::encode(Tag(0x80), suite.protocol.as_der()),
            tlv::encode(Tag(0x83), &[kind.reference()]),
            parameter.map(|id| tlv::encode(Tag(0x84), &[id])).unwrap_or_default(),
        ]
        .concat()
    };
    let mut set = |with_parameter| channel.send(&Command::mse_set_at(0xC1, data(with_parameter)), during, show);
    let first = set(suite.ambiguous)?.status;
    if first.is_success() {
        return Ok(SetAtForm::Standard);
    }
    if matches!(first, StatusWord::WRONG_DATA | StatusWord(0x6A87) | StatusWord::REFERENCE_NOT_FOUND) {
        let second = set(!suite.ambiguous)?.status;
        if second.is_success() {
            return Ok(SetAtForm::Other);
        }
    }
    Err(Error::Refused { during, status: first })
}

/// One GENERAL AUTHENTICATE: the value of the data object that is due in the answer. `password` marks the last step,
/// where a refusal means a wrong password.
fn step(
    channel: &mut Channel,
    content: &[u8],
    password: Option<PasswordKind>,
    due: Tag,
    during: Step,
    show: &mut Show<'_>,
) -> Result<Vec<u8>, Error> {
    let command = Command::general_authenticate(content, password.is_some());
    let answer = channel.send(&command, during, show)?;
    match (answer.status, password) {
        (StatusWord::SUCCESS, _) => {}
        (status, Some(kind)) if is_wrong_password(status) => {
            return Err(Error::WrongPassword { password: kind.name(), attempts_left: status.tries_left() });
        }
        (status, _) => return Err(Error::Refused { during, status }),
    }
    only_object(&answer, due).ok_or(Error::Protocol { during, broken: Broken::BadAnswer })
}

/// The value of the one data object, with this tag, inside DO'7C'.
fn only_object(answer: &Response, due: Tag) -> Option<Vec<u8>> {
    let mut outer = Reader::new(&answer.data);
    let data = outer.expect(DYNAMIC_AUTHENTICATION_DATA, "DO'7C'").ok()?;
    outer.finish().ok()?;
    let mut inner = data.children();
    let object = inner.expect(due, "the data object of this step").ok()?;
    inner.finish().ok()?;
    Some(object.value.to_vec())
}

/// Statuses by which chips refuse the reader's token.
fn is_wrong_password(status: StatusWord) -> bool {
    matches!(status.0, 0x6300 | 0x63C0..=0x63CF | 0x6982 | 0x6985 | 0x6988 | 0x6A80)
}

fn key_pair(
    curve: &dyn Curve,
    generator: &Point,
    random: &mut dyn Random,
    during: Step,
) -> Result<(Secret, Point), Error> {
    let private = curve.random_scalar(random).map_err(|_| failed(during))?;
    let public = curve.multiply(&private, generator).map_err(|_| bad_key(during))?;
    Ok((private, public))
}

fn encode_point(tag: u32, curve: &dyn Curve, point: &Point) -> Vec<u8> {
    tlv::encode(Tag(tag), &curve.encode_point(point))
}

/// The chip's public key: uncompressed, on the curve, and not the reader's own (9303-11 §4.4.3.3, §4.4.3.4).
fn decode_point(curve: &dyn Curve, bytes: &[u8], own: &Point, during: Step) -> Result<Point, Error> {
    if bytes.first() != Some(&0x04) {
        return Err(bad_key(during));
    }
    let point = curve.decode_point(bytes).map_err(|_| bad_key(during))?;
    if point.x() == own.x() {
        return Err(Error::Protocol { during, broken: Broken::SamePublicKey });
    }
    Ok(point)
}

/// The public key data object of the token: `7F49 { 06 protocol, 86 point }` (9303-11 §4.4.3.4, §9.4.4).
fn public_key_data(suite: &Suite, curve: &dyn Curve, public: &Point) -> Vec<u8> {
    let protocol = tlv::encode(Tag::OID, suite.protocol.as_der());
    tlv::encode_all(Tag(0x7F49), &[&protocol, &encode_point(0x86, curve, public)])
}

fn bad_key(during: Step) -> Error {
    Error::Protocol { during, broken: Broken::BadPublicKey }
}

fn failed(during: Step) -> Error {
    Error::Protocol { during, broken: Broken::Crypto }
}
