//! The card's side of access control: BAC (9303-11 §4.3) and PACE with generic mapping over ECDH (9303-11 §4.4).
//!
//! Each is a small machine of its own that answers one step at a time and forgets all on the first error. The other
//! mappings and DH groups take their place beside [`Mapping::Generic`]; nothing else here depends on the mapping.

use super::faults::Deviation;
use super::quirks::{Quirk, Quirks};
use super::secure_messaging::Session;
use crate::crypto::{Cipher, Curve, CurveId, DigestAlgorithm, KeyUse, Point, Random, Secret, equal, kdf};
use crate::iso7816::StatusWord;
use crate::oid::{self, Oid};
use crate::tlv::{self, Reader, Tag};

/// How the nonce becomes a generator (9303-11 §4.4.3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mapping {
    /// Generic mapping: G' = s·G + H.
    Generic,
}

/// One way of PACE that a card offers: a PACEInfo of EF.CardAccess (9303-11 §9.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaceSuite {
    /// The mapping.
    pub mapping: Mapping,
    /// The cipher of the session that it opens.
    pub cipher: Cipher,
    /// The curve of its standardized domain parameters.
    pub curve: CurveId,
}

impl PaceSuite {
    /// Generic mapping over this curve, with this cipher.
    pub const fn generic(curve: CurveId, cipher: Cipher) -> Self {
        Self { mapping: Mapping::Generic, cipher, curve }
    }

    /// Its object identifier, id-PACE-ECDH-GM-….
    pub fn oid(&self) -> Oid {
        let arc = match self.mapping {
            Mapping::Generic => oid::ID_PACE_ECDH_GM,
        };
        suite(arc, self.cipher)
    }

    /// The number of its domain parameters (9303-11 §9.5.1).
    pub fn parameter_id(&self) -> u8 {
        parameter_id(self.curve)
    }
}

/// The identifier under `arc` for this cipher: 1 is 3DES, 2 to 4 are AES-128 to AES-256 (9303-11 §9.2.1, §9.2.5).
pub(super) fn suite(arc: Oid, cipher: Cipher) -> Oid {
    let last = match cipher {
        Cipher::TripleDes => 1,
        Cipher::Aes128 => 2,
        Cipher::Aes192 => 3,
        Cipher::Aes256 => 4,
    };
    Oid::from_der(&[arc.as_der(), &[last]].concat()).expect("a suite's identifier is short and ends in one octet")
}

/// Standardized domain parameters (9303-11 §9.5.1).
pub(super) fn parameter_id(curve: CurveId) -> u8 {
    match curve {
        CurveId::Secp192r1 => 8,
        CurveId::BrainpoolP192r1 => 9,
        CurveId::Secp224r1 => 10,
        CurveId::BrainpoolP224r1 => 11,
        CurveId::Secp256r1 => 12,
        CurveId::BrainpoolP256r1 => 13,
        CurveId::BrainpoolP320r1 => 14,
        CurveId::Secp384r1 => 15,
        CurveId::BrainpoolP384r1 => 16,
        CurveId::BrainpoolP512r1 => 17,
        CurveId::Secp521r1 => 18,
    }
}

/// What the card compares a holder's knowledge with.
pub(super) struct Passwords {
    /// The MRZ information: document number, birth and expiry, each with its check digit.
    pub(super) mrz: Secret,
    /// The card access number, where the card has one.
    pub(super) can: Option<Secret>,
    /// Whether PACE takes the MRZ.
    pub(super) pace_with_mrz: bool,
}

/// Basic access control: one challenge, one answer.
#[derive(Default)]
pub(super) struct Bac {
    rnd_ic: Option<[u8; 8]>,
}

impl Bac {
    /// GET CHALLENGE.
    pub(super) fn challenge(&mut self, random: &mut dyn Random) -> Result<Vec<u8>, StatusWord> {
        let mut rnd_ic = [0; 8];
        random.fill(&mut rnd_ic).map_err(|_| StatusWord::NO_DIAGNOSIS)?;
        self.rnd_ic = Some(rnd_ic);
        Ok(rnd_ic.to_vec())
    }

    /// EXTERNAL AUTHENTICATE: the answer and the session it opens (9303-11 §4.3.3).
    pub(super) fn authenticate(
        &mut self,
        data: &[u8],
        passwords: &Passwords,
        random: &mut dyn Random,
        deviation: Option<Deviation>,
    ) -> Result<(Vec<u8>, Session), StatusWord> {
        let rnd_ic = self.rnd_ic.take().ok_or(StatusWord::CONDITIONS_OF_USE)?;
        let (e_ifd, m_ifd) = data.split_at_checked(32).ok_or(StatusWord::WRONG_LENGTH)?;
        // K_seed = SHA-1(MRZ information), its first 16 bytes  (9303-11 §9.7.2)
        let hash = DigestAlgorithm::Sha1.digest(&[passwords.mrz.expose()]);
        let seed = Secret::from_slice(hash.get(..16).unwrap_or_default());
        let k_enc = kdf(Cipher::TripleDes, seed.expose(), KeyUse::Enc);
        let k_mac = kdf(Cipher::TripleDes, seed.expose(), KeyUse::Mac);
        let broken = |_| StatusWord::NO_DIAGNOSIS;
        if !equal(&Cipher::TripleDes.mac(&k_mac, e_ifd).map_err(broken)?, m_ifd) {
            return Err(StatusWord::VERIFICATION_FAILED);
        }
        // S = RND.IFD ‖ RND.IC ‖ K.IFD
        let s = Secret::new(Cipher::TripleDes.decrypt_cbc(&k_enc, &[0; 8], e_ifd).map_err(broken)?);
        let (rnd_ifd, rest) = s.expose().split_at_checked(8).ok_or(StatusWord::WRONG_LENGTH)?;
        let (echoed, k_ifd) = rest.split_at_checked(8).ok_or(StatusWord::WRONG_LENGTH)?;
        if !equal(echoed, &rnd_ic) {
            return Err(StatusWord::VERIFICATION_FAILED);
        }
        let mut k_ic = [0; 16];
        random.fill(&mut k_ic).map_err(broken)?;
        // R = RND.IC ‖ RND.IFD ‖ K.IC
        let mut r = [&rnd_ic, rnd_ifd, &k_ic].concat();
        if deviation == Some(Deviation::BacOtherChallenge) {
            r.iter_mut().take(1).for_each(|octet| *octet ^= 1);
        }
        let e_ic = Cipher::TripleDes.encrypt_cbc(&k_enc, &[0; 8], &r).map_err(broken)?;
        let mut m_ic = Cipher::TripleDes.mac(&k_mac, &e_ic).map_err(broken)?;
        if deviation == Some(Deviation::BacWrongMac) {
            m_ic.iter_mut().take(1).for_each(|octet| *octet ^= 1);
        }
        // K_seed = K.IFD ⊕ K.IC; SSC = the last four bytes of RND.IC ‖ those of RND.IFD
        let seed: Vec<u8> = k_ifd.iter().zip(k_ic).map(|(a, b)| a ^ b).collect();
        let ssc = [rnd_ic.get(4..).unwrap_or_default(), rnd_ifd.get(4..).unwrap_or_default()].concat();
        Ok(([e_ic, m_ic.to_vec()].concat(), Session::after_bac(&seed, ssc)))
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
    Mapped(Chosen, Point),
    Agreed {
        suite: PaceSuite,
        session: Session,
        own: Point,
        theirs: Point,
    },
}

/// What a step of GENERAL AUTHENTICATE comes to.
pub(super) enum PaceStep {
    /// An answer, and more to come.
    Answer(Vec<u8>),
    /// The last answer, and the session that it opens.
    Done(Vec<u8>, Session),
}

/// PACE, from MSE:Set AT to the tokens.
#[derive(Default)]
pub(super) struct Pace {
    stage: Stage,
}

impl Pace {
    /// Whether MSE:Set AT was accepted, so that GENERAL AUTHENTICATE belongs here.
    pub(super) fn is_open(&self) -> bool {
        !matches!(self.stage, Stage::Idle)
    }

    /// MSE:Set AT: DO'80' protocol, DO'83' password, DO'84' parameters where ambiguous (9303-11 §4.4.4.1).
    pub(super) fn set_at(
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
        let of_protocol: Vec<_> = suites.iter().filter(|suite| suite.oid().as_der() == protocol).collect();
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
    pub(super) fn general_authenticate(
        &mut self,
        data: &[u8],
        last: bool,
        random: &mut dyn Random,
        deviation: Option<Deviation>,
    ) -> Result<PaceStep, StatusWord> {
        let wrong = StatusWord::WRONG_DATA;
        let stage = core::mem::take(&mut self.stage);
        let mut outer = Reader::new(data);
        let dynamic = outer.expect(Tag(0x7C), "DO'7C'").map_err(|_| wrong)?;
        outer.finish().map_err(|_| wrong)?;
        let mut objects = dynamic.children();
        let mut due = |tag| -> Result<Vec<u8>, StatusWord> {
            let object = objects.expect(Tag(tag), "the data object of this step").map_err(|_| wrong)?;
            objects.finish().map_err(|_| wrong)?;
            Ok(object.value.to_vec())
        };
        if last != matches!(stage, Stage::Agreed { .. }) {
            return Err(StatusWord::CONDITIONS_OF_USE);
        }
        let answer = |tag, value: &[u8]| tlv::encode(Tag(0x7C), &tlv::encode(Tag(tag), value));
        let tag = |due: u32, deviating| if deviation == Some(deviating) { due + 0x10 } else { due };
        match stage {
            Stage::Idle => Err(StatusWord::CONDITIONS_OF_USE),
            Stage::Chosen(chosen) => {
                if !dynamic.value.is_empty() {
                    return Err(wrong);
                }
                let (mut z, s) = nonce(&chosen, random)?;
                if deviation == Some(Deviation::PaceOtherNonce) {
                    z.iter_mut().take(1).for_each(|octet| *octet ^= 1);
                }
                self.stage = Stage::Nonce(chosen, s);
                Ok(PaceStep::Answer(answer(tag(0x80, Deviation::PaceTag90), &z)))
            }
            Stage::Nonce(chosen, s) => {
                let theirs = due(0x81)?;
                let curve = chosen.suite.curve.curve();
                let theirs = curve.decode_point(&theirs).map_err(|_| wrong)?;
                let (own, generator) = match chosen.suite.mapping {
                    Mapping::Generic => map_generic(curve, &s, &theirs, random)?,
                };
                self.stage = Stage::Mapped(chosen, generator);
                let own = public_key(curve, &own, &theirs, deviation == Some(Deviation::PaceBadMappingPoint), false);
                Ok(PaceStep::Answer(answer(tag(0x82, Deviation::PaceTag92), &own)))
            }
            Stage::Mapped(chosen, generator) => {
                let theirs = due(0x83)?;
                let curve = chosen.suite.curve.curve();
                let theirs = curve.decode_point(&theirs).map_err(|_| wrong)?;
                // K = KA(SK_IC, PK_IFD, G')  (9303-11 §4.4.1)
                let secret = curve.random_scalar(random).map_err(|_| StatusWord::NO_DIAGNOSIS)?;
                let own = curve.multiply(&secret, &generator).map_err(|_| StatusWord::NO_DIAGNOSIS)?;
                if own == theirs {
                    return Err(wrong);
                }
                let shared = curve.multiply(&secret, &theirs).map_err(|_| wrong)?;
                let session = Session::new(chosen.suite.cipher, shared.x());
                let bad = deviation == Some(Deviation::PaceBadPoint);
                let echo = deviation == Some(Deviation::PaceEchoesKey);
                let shown = public_key(curve, &own, &theirs, bad, echo);
                self.stage = Stage::Agreed { suite: chosen.suite, session, own, theirs };
                Ok(PaceStep::Answer(answer(tag(0x84, Deviation::PaceTag94), &shown)))
            }
            Stage::Agreed { suite, session, own, theirs } => {
                let theirs_token = due(0x85)?;
                let broken = |_| StatusWord::NO_DIAGNOSIS;
                // T_IFD = MAC(KS_MAC, PK_IC), T_IC = MAC(KS_MAC, PK_IFD)  (9303-11 §4.4.3.4)
                let expected = session.code(&token_input(&suite, &own)).map_err(broken)?;
                if !equal(&expected, &theirs_token) {
                    return Err(StatusWord::VERIFICATION_FAILED);
                }
                let mut token = session.code(&token_input(&suite, &theirs)).map_err(broken)?;
                if deviation == Some(Deviation::PaceWrongToken) {
                    token.iter_mut().take(1).for_each(|octet| *octet ^= 1);
                }
                Ok(PaceStep::Done(answer(tag(0x86, Deviation::PaceTag96), &token), session))
            }
        }
    }
}

/// z = E(K_π, s), with as many whole blocks as hold the cipher's key length  (9303-11 §4.4.3.1).
fn nonce(chosen: &Chosen, random: &mut dyn Random) -> Result<(Vec<u8>, Secret), StatusWord> {
    let cipher = chosen.suite.cipher;
    let mut s = vec![0; cipher.key_len().next_multiple_of(16)];
    random.fill(&mut s).map_err(|_| StatusWord::NO_DIAGNOSIS)?;
    let s = Secret::new(s);
    let iv = vec![0; cipher.block_len()];
    let z = cipher.encrypt_cbc(&chosen.k_pi, &iv, s.expose()).map_err(|_| StatusWord::NO_DIAGNOSIS)?;
    Ok((z, s))
}

/// G' = s·G + H with H = KA(SK_Map,IC, PK_Map,IFD); also the card's mapping key  (9303-11 §4.4.3.3.1).
fn map_generic(
    curve: &dyn Curve,
    s: &Secret,
    theirs: &Point,
    random: &mut dyn Random,
) -> Result<(Point, Point), StatusWord> {
    let broken = |_| StatusWord::NO_DIAGNOSIS;
    let secret = curve.random_scalar(random).map_err(broken)?;
    let generator = curve.generator();
    let own = curve.multiply(&secret, &generator).map_err(broken)?;
    let h = curve.multiply(&secret, theirs).map_err(broken)?;
    // A nonce may exceed the group's order: s·G = s_high·(2^128·G) + s_low·G, each factor below every order.
    let mut mapped = h;
    let mut base = generator;
    let two_to_128 = Secret::new([&[1][..], &[0; 16]].concat());
    for part in s.expose().rchunks(16) {
        if part.iter().any(|&octet| octet != 0) {
            let term = curve.multiply(&Secret::from_slice(part), &base).map_err(broken)?;
            mapped = curve.add(&mapped, &term).map_err(broken)?;
        }
        base = curve.multiply(&two_to_128, &base).map_err(broken)?;
    }
    Ok((own, mapped))
}

/// The encoded public key that the card shows: its own, or what a hostile card shows.
fn public_key(curve: &dyn Curve, own: &Point, theirs: &Point, bad: bool, echo: bool) -> Vec<u8> {
    let mut encoded = curve.encode_point(if echo { theirs } else { own });
    if bad {
        encoded.iter_mut().rev().take(1).for_each(|octet| *octet ^= 1);
    }
    encoded
}

/// DO'7F49' { DO'06' protocol, DO'86' public key }  (9303-11 §9.4.4).
fn token_input(suite: &PaceSuite, key: &Point) -> Vec<u8> {
    let key = suite.curve.curve().encode_point(key);
    tlv::encode_all(Tag(0x7F49), &[&tlv::encode(Tag::OID, suite.oid().as_der()), &tlv::encode(Tag(0x86), &key)])
}
