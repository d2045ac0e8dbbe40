//! PACE: password authenticated connection establishment (9303-11 §4.4, worked examples in Appendices G to I).
//!
//! One function from a plain channel to a protected one, over every group, mapping and cipher that Doc 9303-11 allows
//! together. What the chip showed on the way and later protocols need (its ephemeral key, its chip authentication data)
//! comes back as [`Opened`].

use super::chip_mapping::ChipMapping;
use super::mapping;
use super::password::{Password, PasswordKind, is_wrong_password};
use crate::channel::Channel;
use crate::crypto::{self, Cipher, CurveId, Element, GroupId, KeyUse, Random, Secret};
use crate::error::{Broken, Error, NeededPassword, Step};
use crate::event::{Event, Show};
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
/// The encrypted chip authentication data of the last answer (9303-11 §4.4.4.2).
const CHIP_AUTHENTICATION_DATA: Tag = Tag(0x8A);
/// References of certification authorities beside the token: a leftover that readers tolerate (TR-03110-3 §B.1).
const AUTHORITIES: [Tag; 2] = [Tag(0x87), Tag(0x88)];

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
    /// The group.
    pub group: GroupId,
    /// The suite of secure messaging.
    pub cipher: Cipher,
    /// Several entries have this protocol: MSE:Set AT names the parameter.
    ambiguous: bool,
}

impl Suite {
    /// Strength for choosing: the weaker of cipher and group, then each; of equals the mapping that also proves the chip.
    fn strength(&self) -> (usize, usize, usize, bool) {
        let key_bits = self.cipher.strength();
        let group_bits = self.group.strength();
        (key_bits.min(group_bits), key_bits, group_bits, self.mapping == Mapping::ChipAuthentication)
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
                suite: suite(info.protocol, pace, ambiguous(info.protocol)),
            },
            _ => Offer { protocol: info.protocol, parameter_id: None, suite: None },
        })
        .collect();
    // Of equals the first.
    let strongest = offers.iter().filter_map(|offer| offer.suite).rev().max_by_key(Suite::strength);
    (offers, strongest)
}

/// The suite of a PACEInfo, where Doc 9303-11 allows its parts together: no chip authentication mapping with DH or 3DES
/// (the latter has no identifier), no integrated mapping on P-224, whose prime is not 3 mod 4 (9303-11 §9.2.1, §9.5.1).
fn suite(protocol: Oid, info: &PaceInfo, ambiguous: bool) -> Option<Suite> {
    let PaceSuite { mapping, agreement, cipher } = info.suite;
    let group = GroupId::from_parameter_id(u8::try_from(info.parameter_id?).ok()?)?;
    let fits = matches!((agreement, group), (Agreement::Ecdh, GroupId::Curve(_)) | (Agreement::Dh, GroupId::Dh(_)));
    let allowed = match mapping {
        Mapping::Generic => true,
        Mapping::Integrated => group != GroupId::Curve(CurveId::Secp224r1),
        Mapping::ChipAuthentication => agreement == Agreement::Ecdh && cipher != Cipher::TripleDes,
    };
    (fits && allowed && info.version == VERSION).then_some(Suite { protocol, mapping, group, cipher, ambiguous })
}

/// What PACE gave beside the protected channel.
pub(crate) struct Opened {
    /// Which form of MSE:Set AT the chip took.
    pub(crate) form: SetAtForm,
    /// `Comp(PK_IC)`: how terminal authentication names the chip (9303-11 §7.1.1).
    pub(crate) id_ic: Vec<u8>,
    /// `Comp(PK_IFD)`: the reader's ephemeral key, which terminal authentication signs after chip authentication mapping.
    pub(crate) ephemeral: Vec<u8>,
    /// What the chip showed of itself in chip authentication mapping.
    pub(crate) chip_mapping: Option<ChipMapping>,
}

/// Opens the chip with this password; the channel is protected afterwards.
///
/// # Errors
/// [`Error::WrongPassword`] where the chip refuses the reader's token; [`Error::Protocol`] where the chip's keys or its
/// token are not valid; [`Error::Refused`] for a refused step; [`Error::PasswordBlocked`] where the chip states that no try
/// is left.
pub(crate) fn password_authenticated_connection_establishment(
    channel: &mut Channel,
    suite: &Suite,
    kind: PasswordKind,
    password: &Password,
    random: &mut dyn Random,
    show: &mut Show<'_>,
) -> Result<Opened, Error> {
    let secret = password.pace_secret(kind).ok_or(Error::PasswordNeeded(kind.into()))?;
    let form = set_at(channel, suite, kind, show)?;

    // K_π = KDF(f(π), 3);  s = D(K_π, z)  (9303-11 §4.4.3.4, §9.7.3)
    let during_nonce = Step::PaceNonce;
    let k_pi = crypto::kdf(suite.cipher, secret.expose(), KeyUse::Password);
    let z = step(channel, suite, &[], Tag(0x80), during_nonce, show)?;
    let zero_iv = vec![0; suite.cipher.block_len()];
    if !matches!(z.len(), 16 | 32) {
        return Err(Error::Protocol { during: during_nonce, broken: Broken::BadAnswer });
    }
    let nonce = suite.cipher.decrypt_cbc(&k_pi, &zero_iv, &z).map_err(|_| failed(during_nonce))?;
    let nonce = Secret::new(nonce);

    let Mapped { generator, shown } = map(channel, suite, &nonce, random, show)?;

    // PK_IFD = SK_IFD · Ĝ out, PK_IC in;  K = KA(SK_IFD, PK_IC, Ĝ)
    let during_agreement = Step::PaceKeyAgreement;
    let (private, public_ifd) = key_pair(suite.group, &generator, random, during_agreement)?;
    let data = tlv::encode(Tag(0x83), &suite.group.encode(&public_ifd));
    let received = step(channel, suite, &data, Tag(0x84), during_agreement, show)?;
    let public_ic = decode(suite.group, &received, &public_ifd, during_agreement)?;
    let k = suite.group.power(&private, &public_ic).map_err(|_| bad_key(during_agreement))?.shared_secret();
    drop(private);

    // KS_Enc = KDF(K, 1), KS_MAC = KDF(K, 2)  (9303-11 §9.7.4)
    let ks_enc = crypto::kdf(suite.cipher, k.expose(), KeyUse::Enc);
    let ks_mac = crypto::kdf(suite.cipher, k.expose(), KeyUse::Mac);

    // T_IFD = MAC(KS_MAC, PK_IC), T_IC = MAC(KS_MAC, PK_IFD)  (9303-11 §4.4.3.4)
    let during_tokens = Step::PaceTokens;
    let token = |public: &[u8]| -> Result<[u8; TOKEN], Error> {
        suite.cipher.mac(&ks_mac, &public_key_data(suite, public)).map_err(|_| failed(during_tokens))
    };
    // The chip's key as the chip writes it: chips differ in the leading zeros of a number.
    let t_ifd = token(&received)?;
    let expected = token(&suite.group.encode(&public_ifd))?;
    let last = last_step(channel, suite, kind, &t_ifd, show)?;
    if !crypto::equal(&expected, &last.token) {
        return Err(Error::Protocol { during: during_tokens, broken: Broken::WrongToken });
    }
    // A_IC = E(KS_Enc, CA_IC)  (9303-11 §4.4.3.5)
    let chip_mapping = match (suite.group, shown) {
        (GroupId::Curve(curve), Some(Element::Point(shown))) if suite.mapping == Mapping::ChipAuthentication => {
            Some(ChipMapping::new(curve, suite.cipher, &ks_enc, last.chip_data.as_deref(), shown))
        }
        _ => None,
    };
    channel.protect(SecureMessaging::new(suite.cipher, ks_enc, ks_mac));
    Ok(Opened { form, id_ic: public_ic.compressed(), ephemeral: public_ifd.compressed(), chip_mapping })
}

impl From<PasswordKind> for NeededPassword {
    fn from(kind: PasswordKind) -> Self {
        match kind {
            PasswordKind::Can => Self::Can,
            PasswordKind::Mrz => Self::Mrz,
        }
    }
}

/// The ephemeral generator, and the key that the chip showed for it.
struct Mapped {
    generator: Element,
    shown: Option<Element>,
}

/// Step 2: what is exchanged for the mapping, and the mapping (9303-11 §4.4.3.3).
fn map(
    channel: &mut Channel,
    suite: &Suite,
    nonce: &Secret,
    random: &mut dyn Random,
    show: &mut Show<'_>,
) -> Result<Mapped, Error> {
    let during = Step::PaceMapping;
    let group = suite.group;
    if suite.mapping == Mapping::Integrated {
        // A fresh nonce t out, nothing in
        let mut t = vec![0; mapping::reader_nonce_len(suite.cipher)];
        random.fill(&mut t).map_err(|_| failed(during))?;
        let answer = send(channel, suite, &tlv::encode(Tag(0x81), &t), false, during, show)?;
        is_empty_mapping(&answer).then_some(()).ok_or(Error::Protocol { during, broken: Broken::BadAnswer })?;
        let generator = mapping::integrated(group, suite.cipher, nonce, &t).map_err(|_| bad_key(during))?;
        return Ok(Mapped { generator, shown: None });
    }
    // PK_map,IFD = SK_map,IFD · G out, PK_map,IC in
    let (private, public) = key_pair(group, &group.generator(), random, during)?;
    let data = tlv::encode(Tag(0x81), &group.encode(&public));
    let answer = step(channel, suite, &data, Tag(0x82), during, show)?;
    let shown = decode(group, &answer, &public, during)?;
    let generator = mapping::generic(group, nonce, &private, &shown).map_err(|_| bad_key(during))?;
    Ok(Mapped { generator, shown: Some(shown) })
}

/// Which form of MSE:Set AT the chip took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SetAtForm {
    /// The standard's: DO'84' only where the parameter is ambiguous.
    Standard,
    /// The other one, after a refusal: some chips demand DO'84', others refuse it.
    Other,
}

impl SetAtForm {
    pub(crate) fn is_other(self) -> bool {
        self == Self::Other
    }
}

/// MSE:Set AT with protocol, password and, where it is ambiguous, the domain parameters (9303-11 §4.4.4.1).
///
/// A chip that counts tries states those left here, before one is spent: 63Cx (TR-03110-3 §B.11.1).
fn set_at(channel: &mut Channel, suite: &Suite, kind: PasswordKind, show: &mut Show<'_>) -> Result<SetAtForm, Error> {
    let during = Step::PaceSetAt;
    let data = |with_parameter: bool| {
        let parameter = if with_parameter { suite.group.parameter_id() } else { None };
        [
            tlv::encode(Tag(0x80), suite.protocol.as_der()),
            tlv::encode(Tag(0x83), &[kind.reference()]),
            parameter.map(|id| tlv::encode(Tag(0x84), &[id])).unwrap_or_default(),
        ]
        .concat()
    };
    let mut set = |with_parameter, show: &mut Show<'_>| -> Result<(StatusWord, bool), Error> {
        let status = channel.send(&Command::mse_set_at(0xC1, data(with_parameter)), during, show)?.status;
        let Some(left) = status.tries_left() else { return Ok((status, status.is_success())) };
        let password = kind.name();
        if left == 0 {
            return Err(Error::PasswordBlocked(password));
        }
        if show(Event::TriesLeft { password, left }).is_break() {
            return Err(Error::Cancelled);
        }
        Ok((status, true))
    };
    let (first, taken) = set(suite.ambiguous, show)?;
    if taken {
        return Ok(SetAtForm::Standard);
    }
    if matches!(first, StatusWord::WRONG_DATA | StatusWord(0x6A87) | StatusWord::REFERENCE_NOT_FOUND)
        && set(!suite.ambiguous, show)?.1
    {
        return Ok(SetAtForm::Other);
    }
    Err(Error::Refused { during, status: first })
}

/// One GENERAL AUTHENTICATE, in the extended form where the answer may need it and the line takes it.
fn send(
    channel: &mut Channel,
    suite: &Suite,
    content: &[u8],
    last: bool,
    during: Step,
    show: &mut Show<'_>,
) -> Result<Response, Error> {
    let command = Command::general_authenticate(content, last);
    let limits = channel.limits();
    let is_long = suite.group.encode(&suite.group.generator()).len().saturating_add(ANSWER_HEADER) > 256;
    let command = match u32::try_from(limits.answer_data()) {
        Ok(ne) if is_long && !content.is_empty() && limits.is_extended() => command.expecting(ne),
        _ => command,
    };
    channel.send(&command, during, show)
}

/// Bytes around a public key in an answer: DO'7C' and DO'84' with lengths of three bytes.
const ANSWER_HEADER: usize = 8;

/// A step before the last: the value of the one data object that is due in the answer.
fn step(
    channel: &mut Channel,
    suite: &Suite,
    content: &[u8],
    due: Tag,
    during: Step,
    show: &mut Show<'_>,
) -> Result<Vec<u8>, Error> {
    let answer = send(channel, suite, content, false, during, show)?;
    if answer.status != StatusWord::SUCCESS {
        return Err(Error::Refused { during, status: answer.status });
    }
    match objects(&answer).as_deref() {
        Some([(tag, value)]) if *tag == due => Ok(value.clone()),
        _ => Err(Error::Protocol { during, broken: Broken::BadAnswer }),
    }
}

/// What the last answer holds.
struct LastAnswer {
    token: Vec<u8>,
    chip_data: Option<Vec<u8>>,
}

/// The last step: the tokens. A refusal means a wrong password. DO'8A' stands there if and only if the mapping is chip
/// authentication mapping; where it is due and missing, the chip has not shown itself (9303-11 §4.4.4.2).
fn last_step(
    channel: &mut Channel,
    suite: &Suite,
    kind: PasswordKind,
    token: &[u8],
    show: &mut Show<'_>,
) -> Result<LastAnswer, Error> {
    let during = Step::PaceTokens;
    let answer = send(channel, suite, &tlv::encode(Tag(0x85), token), true, during, show)?;
    if is_wrong_password(answer.status) {
        return Err(Error::WrongPassword { password: kind.name(), attempts_left: answer.status.tries_left() });
    }
    if answer.status != StatusWord::SUCCESS {
        return Err(Error::Refused { during, status: answer.status });
    }
    let bad = || Error::Protocol { during, broken: Broken::BadAnswer };
    let mut objects = objects(&answer).ok_or_else(bad)?.into_iter();
    let Some((Tag(0x86), token)) = objects.next() else { return Err(bad()) };
    let mut chip_data = None;
    for (tag, value) in objects {
        match tag {
            CHIP_AUTHENTICATION_DATA if suite.mapping == Mapping::ChipAuthentication && chip_data.is_none() => {
                chip_data = Some(value);
            }
            // What else a chip may put here proves nothing: its chip authentication data is then missing.
            tag if AUTHORITIES.contains(&tag) => {}
            Tag(0x8B) if suite.mapping == Mapping::ChipAuthentication => {}
            _ => return Err(bad()),
        }
    }
    Ok(LastAnswer { token, chip_data })
}

/// The data objects inside DO'7C', tag and value.
fn objects(answer: &Response) -> Option<Vec<(Tag, Vec<u8>)>> {
    let mut outer = Reader::new(&answer.data);
    let data = outer.expect(DYNAMIC_AUTHENTICATION_DATA, "DO'7C'").ok()?;
    outer.finish().ok()?;
    let mut inner = data.children();
    let mut objects = Vec::new();
    while !inner.is_empty() {
        let object = inner.next().ok()?;
        objects.push((object.tag, object.value.to_vec()));
    }
    Some(objects)
}

/// The answer of integrated mapping: DO'82' without content, or nothing at all (9303-11 §4.4.4.2).
fn is_empty_mapping(answer: &Response) -> bool {
    match objects(answer).as_deref() {
        Some([]) => true,
        Some([(Tag(0x82), value)]) => value.is_empty(),
        _ => false,
    }
}

fn key_pair(
    group: GroupId,
    generator: &Element,
    random: &mut dyn Random,
    during: Step,
) -> Result<(Secret, Element), Error> {
    let private = group.random_private(random).map_err(|_| failed(during))?;
    let public = group.power(&private, generator).map_err(|_| bad_key(during))?;
    Ok((private, public))
}

/// The chip's public key: of the group, and not the reader's own (9303-11 §4.4.3.3, §4.4.3.4).
fn decode(group: GroupId, bytes: &[u8], own: &Element, during: Step) -> Result<Element, Error> {
    let element = group.decode(bytes).map_err(|_| bad_key(during))?;
    if crypto::equal(element.shared_secret().expose(), own.shared_secret().expose()) {
        return Err(Error::Protocol { during, broken: Broken::SamePublicKey });
    }
    Ok(element)
}

/// The public key data object of the token: `7F49 { 06 protocol, 86 point }` or `7F49 { 06 protocol, 84 number }`
/// (9303-11 §4.4.3.4, TR-03110-3 §D.3).
fn public_key_data(suite: &Suite, public: &[u8]) -> Vec<u8> {
    let tag = match suite.group {
        GroupId::Curve(_) => Tag(0x86),
        GroupId::Dh(_) => Tag(0x84),
    };
    let protocol = tlv::encode(Tag::OID, suite.protocol.as_der());
    tlv::encode_all(Tag(0x7F49), &[&protocol, &tlv::encode(tag, public)])
}

fn bad_key(during: Step) -> Error {
    Error::Protocol { during, broken: Broken::BadPublicKey }
}

fn failed(during: Step) -> Error {
    Error::Protocol { during, broken: Broken::Crypto }
}
