//! PACE on the card, from MSE:Set AT to the tokens (9303-11 §4.4.4), for every mapping and group.

use super::super::der;
use super::super::faults::Deviation;
use super::super::quirks::{Quirk, Quirks};
use super::super::secure_messaging::Session;
use super::mapping;
use super::password::Passwords;
use super::suite::{Mapping, PaceSuite};
use crate::crypto::{CurveId, DigestAlgorithm, Element, GroupId, KeyUse, Modulus, Random, Secret, equal, kdf};
use crate::iso7816::StatusWord;
use crate::oid::Oid;
use crate::tlv::{self, Reader, Tag};

/// A static key of chip authentication mapping.
pub(crate) struct CamKey {
    pub(crate) curve: CurveId,
    pub(crate) private: Secret,
}

/// What the card brings to each step.
pub(crate) struct PaceCard<'a> {
    pub(crate) random: &'a mut dyn Random,
    pub(crate) deviation: Option<Deviation>,
    pub(crate) cam_keys: &'a [CamKey],
    /// Certification authority references for the last answer.
    pub(crate) references: &'a [Vec<u8>],
}

impl PaceCard<'_> {
    fn deviates(&self, deviation: Deviation) -> bool {
        self.deviation == Some(deviation)
    }
}

/// What was chosen with MSE:Set AT.
struct Chosen {
    suite: PaceSuite,
    k_pi: Secret,
}

/// The steps of PACE, in order; each holds what the next needs.
#[derive(Default)]
enum Stage {
    #[default]
    Idle,
    Chosen(Chosen),
    Nonce(Chosen, Secret),
    Mapped(Chosen, Mapped),
    Agreed(KeysAgreed),
}

/// The generator, and the card's mapping key where chip authentication mapping still needs it.
struct Mapped {
    generator: Element,
    sk_map: Option<Secret>,
}

struct KeysAgreed {
    suite: PaceSuite,
    session: Session,
    own: Element,
    theirs: Element,
    sk_map: Option<Secret>,
}

/// What a step of GENERAL AUTHENTICATE comes to.
pub(crate) enum PaceStep {
    /// An answer, and more to come.
    Answer(Vec<u8>),
    /// The last answer.
    Done {
        /// The answer.
        data: Vec<u8>,
        /// The session that it opens.
        keys: Session,
        /// Comp(PK_IC), which stands for the chip in terminal authentication  (TR-03110-3 §B.3).
        id_ic: Vec<u8>,
        /// Comp(PK_IFD) where the mapping also authenticated the chip.
        terminal: Option<Vec<u8>>,
    },
}

/// PACE, from MSE:Set AT to the tokens.
#[derive(Default)]
pub(crate) struct Pace {
    stage: Stage,
}

impl Pace {
    /// Whether MSE:Set AT was accepted, so that GENERAL AUTHENTICATE belongs here.
    pub(crate) fn is_open(&self) -> bool {
        !matches!(self.stage, Stage::Idle)
    }

    /// MSE:Set AT: DO'80' protocol, DO'83' password, DO'84' parameters where ambiguous (9303-11 §4.4.4.1).
    pub(crate) fn set_at(
        &mut self,
        data: &[u8],
        suites: &[PaceSuite],
        passwords: &Passwords,
        quirks: &Quirks,
    ) -> Result<(), StatusWord> {
        self.stage = Stage::Idle;
        let wrong = StatusWord::WRONG_DATA;
        let (mut protocol, mut password, mut parameter) = (None, None, None);
        let mut objects = Reader::new(data);
        while !objects.is_empty() {
            let object = objects.next().map_err(|_| wrong)?;
            match object.tag {
                Tag(0x80) if protocol.is_none() => protocol = Some(object.value),
                Tag(0x83) if password.is_none() => password = Some(object.value),
                Tag(0x84) if parameter.is_none() => parameter = Some(object.value),
                Tag(0x7F4C) => {}
                _ => return Err(wrong),
            }
        }
        let protocol = protocol.ok_or(wrong)?;
        let parameter = match parameter {
            Some(_) if quirks.has(Quirk::PaceRefusesParameterId) => return Err(wrong),
            None if quirks.has(Quirk::PaceRequiresParameterId) => return Err(StatusWord::REFERENCE_NOT_FOUND),
            Some([id]) => Some(*id),
            Some(_) => return Err(wrong),
            None => None,
        };
        let is_it = |suite: &&PaceSuite| suite.is_allowed() && suite.oid().as_der() == protocol;
        let of_protocol: Vec<_> = suites.iter().filter(is_it).collect();
        if of_protocol.is_empty() {
            return Err(wrong);
        }
        let mut fitting = of_protocol.iter().filter(|suite| parameter.is_none_or(|id| id == suite.parameter_id()));
        let (Some(chosen), None) = (fitting.next(), fitting.next()) else {
            return Err(StatusWord::REFERENCE_NOT_FOUND);
        };
        // K = SHA-1(MRZ information) or the CAN; K_π = KDF(K, 3)  (9303-11 §9.7.3)
        let secret = match (password, &passwords.can) {
            (Some([1]), _) if passwords.pace_with_mrz => {
                Secret::new(DigestAlgorithm::Sha1.digest(&[passwords.mrz.expose()]))
            }
            (Some([2]), Some(can)) => Secret::from_slice(can.expose()),
            _ => return Err(StatusWord::REFERENCE_NOT_FOUND),
        };
        let k_pi = kdf(chosen.cipher, secret.expose(), KeyUse::Password);
        self.stage = Stage::Chosen(Chosen { suite: **chosen, k_pi });
        Ok(())
    }

    /// GENERAL AUTHENTICATE: the next step, which must be the one that is due (9303-11 §4.4.4.2).
    pub(crate) fn general_authenticate(
        &mut self,
        data: &[u8],
        last: bool,
        card: &mut PaceCard<'_>,
    ) -> Result<PaceStep, StatusWord> {
        let stage = core::mem::take(&mut self.stage);
        let step = DynamicAuthenticationData::read(data)?;
        if last != matches!(stage, Stage::Agreed { .. }) {
            return Err(StatusWord::CONDITIONS_OF_USE);
        }
        let (stage, tag, value) = match stage {
            Stage::Idle => return Err(StatusWord::CONDITIONS_OF_USE),
            Stage::Chosen(chosen) => {
                step.finish(None)?;
                let (z, s) = nonce(&chosen, card)?;
                (Stage::Nonce(chosen, s), tag(card, 0x80, Deviation::PaceTag90), z)
            }
            Stage::Nonce(chosen, s) => {
                let theirs = step.finish(Some(0x81))?;
                let (mapped, shown) = map(&chosen.suite, &s, theirs, card)?;
                (Stage::Mapped(chosen, mapped), tag(card, 0x82, Deviation::PaceTag92), shown)
            }
            Stage::Mapped(chosen, mapped) => {
                let theirs = step.finish(Some(0x83))?;
                let (agreed, shown) = agree(&chosen.suite, mapped, theirs, card)?;
                (Stage::Agreed(agreed), tag(card, 0x84, Deviation::PaceTag94), shown)
            }
            Stage::Agreed(agreed) => return agreed.finish(step.finish(Some(0x85))?, card),
        };
        self.stage = stage;
        let object =
            if card.deviates(Deviation::PaceWithoutObject) { Vec::new() } else { tlv::encode(Tag(tag), &value) };
        Ok(PaceStep::Answer(tlv::encode(DYNAMIC_AUTHENTICATION_DATA, &object)))
    }
}

const DYNAMIC_AUTHENTICATION_DATA: Tag = Tag(0x7C);

/// The data of one GENERAL AUTHENTICATE: the objects in DO'7C'.
struct DynamicAuthenticationData<'a> {
    objects: Reader<'a>,
}

impl<'a> DynamicAuthenticationData<'a> {
    fn read(data: &'a [u8]) -> Result<Self, StatusWord> {
        let wrong = |_| StatusWord::WRONG_DATA;
        let mut outer = Reader::new(data);
        let dynamic = outer.expect(DYNAMIC_AUTHENTICATION_DATA, "DO'7C'").map_err(wrong)?;
        outer.finish().map_err(wrong)?;
        Ok(Self { objects: dynamic.children() })
    }

    /// The value of the one object of this step, or nothing where none is due.
    fn finish(mut self, tag: Option<u32>) -> Result<&'a [u8], StatusWord> {
        let wrong = |_| StatusWord::WRONG_DATA;
        let value = match tag {
            None => &[],
            Some(tag) => self.objects.expect(Tag(tag), "the data object of this step").map_err(wrong)?.value,
        };
        self.objects.finish().map_err(wrong)?;
        Ok(value)
    }
}

/// The tag of an answer: the one that is due, or a hostile card's.
fn tag(card: &PaceCard<'_>, due: u32, deviating: Deviation) -> u32 {
    if card.deviates(deviating) { due + 0x10 } else { due }
}

fn broken<E>(_: E) -> StatusWord {
    StatusWord::NO_DIAGNOSIS
}

/// z = E(K_π, s)  (9303-11 §4.4.3.1).
fn nonce(chosen: &Chosen, card: &mut PaceCard<'_>) -> Result<(Vec<u8>, Secret), StatusWord> {
    let cipher = chosen.suite.cipher;
    let mut s = vec![0; mapping::nonce_len(cipher)];
    card.random.fill(&mut s).map_err(broken)?;
    let s = Secret::new(s);
    let iv = vec![0; cipher.block_len()];
    let mut z = cipher.encrypt_cbc(&chosen.k_pi, &iv, s.expose()).map_err(broken)?;
    if card.deviates(Deviation::PaceOtherNonce) {
        flip(z.first_mut());
    }
    Ok((z, s))
}

/// The mapping: the generator, and what the card answers (9303-11 §4.4.3.3).
fn map(suite: &PaceSuite, s: &Secret, theirs: &[u8], card: &mut PaceCard<'_>) -> Result<(Mapped, Vec<u8>), StatusWord> {
    let group = suite.group;
    let mut s = Secret::from_slice(s.expose());
    if card.deviates(Deviation::PaceOtherGenerator) {
        s = Secret::new(s.expose().iter().map(|octet| !octet).collect());
    }
    if suite.mapping == Mapping::Integrated {
        // The nonce t has k bits, those of the cipher's key; the answer is empty  (9303-11 §4.4.3.3.2, §4.4.4.2)
        if theirs.len() != suite.cipher.key_len() {
            return Err(StatusWord::WRONG_DATA);
        }
        let generator = mapping::integrated(group, suite.cipher, &s, theirs).map_err(broken)?;
        let shown = if card.deviates(Deviation::PaceImMappingData) { theirs.to_vec() } else { Vec::new() };
        return Ok((Mapped { generator, sk_map: None }, shown));
    }
    let theirs = group.decode(theirs).map_err(|_| StatusWord::WRONG_DATA)?;
    // H = KA(SK_Map,IC, PK_Map,IFD)  (9303-11 §4.4.3.3.1)
    let sk_map = group.random_private(card.random).map_err(broken)?;
    let own = group.power(&sk_map, &group.generator()).map_err(broken)?;
    let h = group.power(&sk_map, &theirs).map_err(broken)?;
    let generator = mapping::generic(group, &s, &h).map_err(broken)?;
    let shown = match card.deviation {
        Some(Deviation::PaceBadMappingPoint) => corrupt(group, &own, Part::Last),
        Some(Deviation::PaceBadMappingX) => corrupt(group, &own, Part::First),
        Some(Deviation::PaceNeutralMappingKey) => neutral(group),
        Some(Deviation::PaceEchoesMappingKey) => group.encode(&theirs),
        _ => group.encode(&own),
    };
    let sk_map = (suite.mapping == Mapping::ChipAuthentication).then_some(sk_map);
    Ok((Mapped { generator, sk_map }, shown))
}

/// The key agreement on the mapped generator (9303-11 §4.4.1).
fn agree(
    suite: &PaceSuite,
    mapped: Mapped,
    theirs: &[u8],
    card: &mut PaceCard<'_>,
) -> Result<(KeysAgreed, Vec<u8>), StatusWord> {
    let group = suite.group;
    let theirs = group.decode(theirs).map_err(|_| StatusWord::WRONG_DATA)?;
    // K = KA(SK_IC, PK_IFD, G')
    let secret = group.random_private(card.random).map_err(broken)?;
    let own = group.power(&secret, &mapped.generator).map_err(broken)?;
    if own == theirs {
        return Err(StatusWord::WRONG_DATA);
    }
    let shared = group.power(&secret, &theirs).map_err(|_| StatusWord::WRONG_DATA)?;
    let session = Session::new(suite.cipher, shared.shared_secret().expose());
    let shown = match card.deviation {
        Some(Deviation::PaceBadPoint) => corrupt(group, &own, Part::Last),
        Some(Deviation::PaceBadX) => corrupt(group, &own, Part::First),
        Some(Deviation::PaceNeutralKey) => neutral(group),
        Some(Deviation::PaceEchoesKey) => group.encode(&theirs),
        _ => group.encode(&own),
    };
    Ok((KeysAgreed { suite: *suite, session, own, theirs, sk_map: mapped.sk_map }, shown))
}

impl KeysAgreed {
    /// The tokens, and what chip authentication mapping adds (9303-11 §4.4.3.4, §4.4.3.5).
    fn finish(self, theirs_token: &[u8], card: &mut PaceCard<'_>) -> Result<PaceStep, StatusWord> {
        let Self { suite, session, own, theirs, sk_map } = self;
        // T_IFD = MAC(KS_MAC, PK_IC), T_IC = MAC(KS_MAC, PK_IFD)  (9303-11 §4.4.3.4)
        let expected = session.code(&token_input(&suite, &own)).map_err(broken)?;
        if !equal(&expected, theirs_token) {
            return Err(StatusWord::VERIFICATION_FAILED);
        }
        let input = token_input(&suite, &theirs);
        let mut token = match card.deviation {
            Some(Deviation::PaceTokenOfOtherCipher) => session.code_of_other_cipher(&input),
            _ => session.code(&input),
        }
        .map_err(broken)?;
        if card.deviates(Deviation::PaceWrongToken) {
            flip(token.first_mut());
        }
        let mut objects = tlv::encode(Tag(tag(card, 0x86, Deviation::PaceTag96)), &token);
        for (reference, tag) in card.references.iter().zip([0x87, 0x88]) {
            objects.extend(tlv::encode(Tag(tag), reference));
        }
        let terminal = sk_map.is_some().then(|| theirs.compressed());
        match sk_map {
            Some(sk_map) => objects.extend(authentication_data(&suite, &session, &sk_map, card)?),
            None if card.deviates(Deviation::CamUnasked) => objects.extend(tlv::encode(Tag(0x8A), &[0x5A; 48])),
            None => {}
        }
        if card.deviates(Deviation::PaceWithoutObject) {
            objects.clear();
        }
        let data = tlv::encode(DYNAMIC_AUTHENTICATION_DATA, &objects);
        Ok(PaceStep::Done { data, keys: session, id_ic: own.compressed(), terminal })
    }
}

/// DO'8A': A_IC = E(KS_Enc, CA_IC) with CA_IC = SK_IC⁻¹ · SK_Map,IC mod n  (9303-11 §4.4.3.5.1).
fn authentication_data(
    suite: &PaceSuite,
    session: &Session,
    sk_map: &Secret,
    card: &PaceCard<'_>,
) -> Result<Vec<u8>, StatusWord> {
    let broken = StatusWord::NO_DIAGNOSIS;
    let key = card.cam_keys.iter().find(|key| GroupId::Curve(key.curve) == suite.group).ok_or(broken)?;
    let n = Modulus::new(mapping::order(suite.group)).ok_or(broken)?;
    let inverse = n.invert(&n.reduce(key.private.expose())).ok_or(broken)?;
    let mut ca_ic = n.encode(&n.multiply(&inverse, &n.reduce(sk_map.expose())));
    if card.deviates(Deviation::CamOtherData) {
        flip(ca_ic.last_mut());
    }
    let mut data = session.authentication_data(&ca_ic, card.deviation).map_err(|_| broken)?;
    match card.deviation {
        Some(Deviation::CamMissing) => return Ok(Vec::new()),
        Some(Deviation::CamEmpty) => data.clear(),
        Some(Deviation::CamOddLength) => data.truncate(data.len().saturating_sub(1)),
        Some(Deviation::CamWrapped) => data = tlv::encode(Tag(0x30), &data),
        Some(Deviation::CamDoubled) => {
            let object = tlv::encode(Tag(0x8A), &data);
            return Ok([object.as_slice(), &object].concat());
        }
        _ => {}
    }
    let tag = if card.deviates(Deviation::CamTag8b) { Tag(0x8B) } else { Tag(0x8A) };
    Ok(tlv::encode(tag, &data))
}

/// Which part of a key is corrupt: the x-coordinate or the y-coordinate; the first or the last octet of a number.
#[derive(Clone, Copy)]
enum Part {
    First,
    Last,
}

/// The encoded key with one bit changed.
fn corrupt(group: GroupId, key: &Element, part: Part) -> Vec<u8> {
    let mut encoded = group.encode(key);
    let middle = encoded.len() / 2;
    match (part, group) {
        (Part::Last, _) => flip(encoded.last_mut()),
        (Part::First, GroupId::Curve(_)) => flip(encoded.get_mut(middle)),
        (Part::First, GroupId::Dh(_)) => flip(encoded.first_mut()),
    }
    encoded
}

/// The element of order 2 of a DH group, p − 1; on a curve, whose cofactor is 1, a point of zeros.
fn neutral(group: GroupId) -> Vec<u8> {
    match group {
        GroupId::Curve(curve) => [vec![4], vec![0; curve.curve().field_len() * 2]].concat(),
        GroupId::Dh(group) => {
            let mut number = group.prime().to_vec();
            flip(number.last_mut());
            number
        }
    }
}

fn flip(octet: Option<&mut u8>) {
    if let Some(octet) = octet {
        *octet ^= 1;
    }
}

/// DO'7F49' { DO'06' protocol, DO'86' point or DO'84' number }  (9303-11 §9.4.4).
fn token_input(suite: &PaceSuite, key: &Element) -> Vec<u8> {
    let tag = match suite.group {
        GroupId::Curve(_) => Tag(0x86),
        GroupId::Dh(_) => Tag(0x84),
    };
    let protocol: Oid = suite.oid();
    let key = tlv::encode(tag, &suite.group.encode(key));
    tlv::encode_all(Tag(0x7F49), &[&der::oid(protocol), &key])
}
