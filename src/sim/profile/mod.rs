//! What cards there are: a profile is a value with a knob for everything, and makes the files and the card.
//!
//! [`vn`] is the Vietnamese chip ID card as far as it is known, [`passport`] an older passport (BAC, TD3), [`hardened`] a
//! card with PACE only and the longest keys, [`plain`] one without access control, [`reference()`] the one that exchanges
//! are counted on. A profile makes the same files each time; the card's own nonces and keys are random.

use super::access::{PaceSuite, Passwords, suite};
use super::card::{Equipment, SimulatedCard};
use super::chip::{ActiveAuthentication, ChipKey};
use super::files::{File, Folder, ReadRule};
use super::issuer::{CurveForm, Holder, Issuer, IssuerPlan, KeyKind, KeyPlan, Scheme, SigningKey, seeded};
use super::person::{self, Layout, PORTRAIT, Person};
use super::quirks::{Quirk, Quirks};
use crate::crypto::{Cipher, CryptoError, CurveId, DigestAlgorithm, OsRandom, Random, Secret};
use crate::iso7816::StatusWord;
use crate::iso7816::instruction::EMRTD_AID;
use crate::oid::{self, Oid};
use crate::tlv::{self, Tag};

/// One key pair of chip authentication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChipAuthenticationPlan {
    /// The curve.
    pub curve: CurveId,
    /// The cipher: 3DES is used with MSE:Set KAT or GENERAL AUTHENTICATE, AES with the latter.
    pub cipher: Cipher,
    /// The key's number, needed where there are several.
    pub key_id: Option<u8>,
    /// How EF.DG14 names the curve.
    pub form: CurveForm,
}

/// Active authentication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActiveAuthenticationPlan {
    /// The key.
    pub kind: KeyKind,
    /// The digest.
    pub digest: DigestAlgorithm,
}

/// What the card says of the lengths it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LengthInfo {
    /// Nothing: no EF.ATR/INFO, no mark in the historical bytes.
    Absent,
    /// The historical bytes say that extended length is taken, and nothing says how much.
    HistoricalBytes,
    /// EF.ATR/INFO holds the true numbers.
    True,
    /// EF.ATR/INFO holds these numbers: the longest command and answer, in bytes.
    Stated(u32, u32),
}

/// Lengths that files are brought to by legal padding; `None` leaves a file as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// EF.CardAccess (an unknown info is added).
    pub card_access: Option<usize>,
    /// EF.DG2 (a comment is added to the image).
    pub dg2: Option<usize>,
    /// EF.DG13 (the address grows).
    pub dg13: Option<usize>,
    /// EF.DG14 (an unknown info is added).
    pub dg14: Option<usize>,
    /// EF.SOD (an address in the document signer's certificate grows).
    pub sod: Option<usize>,
}

/// What a card is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Its name: `vn`.
    pub name: &'static str,
    /// Its holder.
    pub person: Person,
    /// The form of its MRZ.
    pub layout: Layout,
    /// Whether BAC is there.
    pub bac: bool,
    /// The ways of PACE it offers.
    pub pace: Vec<PaceSuite>,
    /// Whether PACE takes the MRZ.
    pub pace_with_mrz: bool,
    /// The card access number, where PACE takes one.
    pub can: Option<String>,
    /// Whether EF.CardAccess also holds TerminalAuthenticationInfo and the ChipAuthenticationInfos, as Vietnam's does.
    pub full_card_access: bool,
    /// The keys of chip authentication.
    pub chip_authentication: Vec<ChipAuthenticationPlan>,
    /// Active authentication.
    pub active_authentication: Option<ActiveAuthenticationPlan>,
    /// Whether there is an EF.DG3, which nobody may read.
    pub fingers: bool,
    /// Further data groups, number and file.
    pub more_groups: Vec<(u8, Vec<u8>)>,
    /// The issuing state.
    pub issuer: IssuerPlan,
    /// What the card says of lengths.
    pub lengths: LengthInfo,
    /// The most data bytes of a command; more than 255 need extended length.
    pub max_command: usize,
    /// The most data bytes of an answer; 256 is a chip without extended length.
    pub max_answer: usize,
    /// Lengths of files.
    pub sizes: Sizes,
    /// Its quirks.
    pub quirks: Quirks,
    /// Makes the card's nonces and ephemeral keys follow from this seed, for tests that must repeat.
    pub seed: Option<String>,
}

/// The Vietnamese chip ID card.
pub fn vn() -> Profile {
    let csca = KeyPlan::ecdsa(CurveId::BrainpoolP512r1, DigestAlgorithm::Sha512);
    let ds = KeyPlan::ecdsa(CurveId::BrainpoolP384r1, DigestAlgorithm::Sha256);
    Profile {
        name: "vn",
        person: Person::vietnamese(),
        layout: Layout::Td1Vietnam,
        bac: true,
        pace: vec![PaceSuite::generic(CurveId::BrainpoolP256r1, Cipher::Aes128)],
        pace_with_mrz: true,
        can: Some("000001".to_owned()),
        full_card_access: true,
        chip_authentication: vec![ChipAuthenticationPlan {
            curve: CurveId::BrainpoolP256r1,
            cipher: Cipher::Aes128,
            key_id: None,
            form: CurveForm::Explicit,
        }],
        active_authentication: Some(ActiveAuthenticationPlan {
            kind: KeyKind::Rsa(2048),
            digest: DigestAlgorithm::Sha256,
        }),
        fingers: true,
        more_groups: Vec::new(),
        issuer: IssuerPlan::new("VN", "VNM", "Invented ID Authority", csca, ds),
        lengths: LengthInfo::True,
        max_command: 2_048,
        max_answer: 4_096,
        sizes: Sizes { dg2: Some(15_000), ..Sizes::default() },
        quirks: Quirks::default(),
        seed: None,
    }
}

/// A passport of the older kind: TD3, BAC, chip authentication with 3DES, active authentication, RSA throughout, short
/// lengths only.
pub fn passport() -> Profile {
    let csca = KeyPlan::rsa(3072, DigestAlgorithm::Sha256);
    let ds = KeyPlan::rsa(2048, DigestAlgorithm::Sha256);
    let mut issuer = IssuerPlan::new("UT", "UTO", "Invented Passport Office", csca, ds);
    issuer.document_types = vec!["P".to_owned()];
    Profile {
        name: "passport",
        person: Person::utopian(),
        layout: Layout::Td3,
        pace: Vec::new(),
        can: None,
        full_card_access: false,
        chip_authentication: vec![ChipAuthenticationPlan {
            curve: CurveId::Secp256r1,
            cipher: Cipher::TripleDes,
            key_id: None,
            form: CurveForm::Explicit,
        }],
        active_authentication: Some(ActiveAuthenticationPlan {
            kind: KeyKind::Rsa(1536),
            digest: DigestAlgorithm::Sha1,
        }),
        fingers: false,
        issuer,
        lengths: LengthInfo::Absent,
        max_command: 255,
        max_answer: 256,
        sizes: Sizes::default(),
        ..vn()
    }
}

/// A card with PACE only (BAC refused), AES-256 and brainpoolP512r1 throughout.
pub fn hardened() -> Profile {
    let curve = CurveId::BrainpoolP512r1;
    let key = KeyPlan::ecdsa(curve, DigestAlgorithm::Sha512);
    Profile {
        name: "hardened",
        person: Person { document_code: "ID".into(), document_number: "L00000026".into(), ..Person::utopian() },
        layout: Layout::Td1,
        bac: false,
        pace: vec![PaceSuite::generic(curve, Cipher::Aes256)],
        can: Some("424242".to_owned()),
        full_card_access: false,
        chip_authentication: vec![ChipAuthenticationPlan {
            curve,
            cipher: Cipher::Aes256,
            key_id: Some(1),
            form: CurveForm::Explicit,
        }],
        active_authentication: Some(ActiveAuthenticationPlan {
            kind: KeyKind::Ec(curve),
            digest: DigestAlgorithm::Sha512,
        }),
        fingers: false,
        issuer: IssuerPlan {
            lds_version: 1,
            signer_by_key_id: true,
            states_signing_time: true,
            ..IssuerPlan::new("UT", "UTO", "Invented ID Office", key, key)
        },
        max_command: 65_535,
        max_answer: 65_536,
        sizes: Sizes::default(),
        ..vn()
    }
}

/// A card without access control and without chip proofs.
pub fn plain() -> Profile {
    Profile { name: "plain", bac: false, chip_authentication: Vec::new(), active_authentication: None, ..passport() }
}

/// The card that exchanges are counted on: EF.CardAccess 90 bytes, EF.SOD 2 200, EF.DG2 15 000, EF.DG13 500, EF.DG14 300.
pub fn reference() -> Profile {
    let base = vn();
    Profile {
        name: "reference",
        fingers: false,
        chip_authentication: base
            .chip_authentication
            .into_iter()
            .map(|plan| ChipAuthenticationPlan { form: CurveForm::Named, ..plan })
            .collect(),
        max_command: 65_535,
        max_answer: 65_536,
        sizes: Sizes { card_access: Some(90), dg2: Some(15_000), dg13: Some(500), dg14: Some(300), sod: Some(2_200) },
        ..vn()
    }
}

/// The files of a profile's card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// All files, with their places and rules.
    pub files: Vec<File>,
    /// The data groups that EF.SOD lists, number and file.
    pub groups: Vec<(u8, Vec<u8>)>,
}

impl Contents {
    /// The file with this identifier in this folder.
    pub fn file(&self, folder: Folder, fid: u16) -> Option<&[u8]> {
        let found = self.files.iter().find(|file| file.folder == folder && file.fid == fid);
        found.map(|file| file.content.as_slice())
    }
}

impl Profile {
    /// The profile of this name: `vn`, `passport`, `hardened`, `plain`, `reference`.
    pub fn by_name(name: &str) -> Option<Self> {
        [vn(), passport(), hardened(), plain(), reference()].into_iter().find(|profile| profile.name == name)
    }

    /// The same with this quirk.
    pub fn with_quirk(mut self, quirk: Quirk) -> Self {
        self.quirks.add(quirk);
        self
    }

    /// The same with answers of at most so many data bytes: 256 is a chip without extended length, more is stated in
    /// EF.ATR/INFO.
    pub fn with_max_answer(self, bytes: usize) -> Self {
        let (lengths, max_command) = match bytes {
            0..=256 => (LengthInfo::Absent, 255),
            _ => (LengthInfo::True, self.max_command.max(2_048)),
        };
        Self { lengths, max_command, max_answer: bytes.clamp(64, 65_536), ..self }
    }

    /// The card access number.
    pub fn can(&self) -> Option<&str> {
        self.can.as_deref()
    }

    /// The lines of the MRZ.
    pub fn mrz_lines(&self) -> Vec<String> {
        self.person.mrz_lines(self.layout)
    }

    /// The number of the document, or the 12-digit number of the Vietnamese holder.
    pub fn number(&self) -> &str {
        if self.layout == Layout::Td1Vietnam { &self.person.optional } else { &self.person.document_number }
    }

    /// The text of the QR code, on a Vietnamese card.
    pub fn qr_text(&self) -> Option<String> {
        self.person.qr_text()
    }

    /// The issuing state, with a document signer of its own where EF.SOD is to have a given length.
    ///
    /// # Errors
    /// [`CryptoError`] where the plan asks for a key that there is not.
    pub fn issuer(&self) -> Result<Issuer, CryptoError> {
        let groups = self.groups()?;
        let groups: Vec<(u8, &[u8])> = groups.iter().map(|(number, file)| (*number, file.as_slice())).collect();
        let with = |path_letters| Issuer::new(IssuerPlan { path_letters, ..self.issuer.clone() });
        let mut issuer = with(self.issuer.path_letters)?;
        let Some(due) = self.sizes.sod else {
            return Ok(issuer);
        };
        // A signature's length varies by a byte or two: try until it fits.
        let mut letters = due.saturating_sub(issuer.sod(&groups)?.len());
        for _ in 0..32 {
            issuer = with(letters)?;
            let length = issuer.sod(&groups)?.len();
            match length.cmp(&due) {
                core::cmp::Ordering::Equal => break,
                core::cmp::Ordering::Greater => letters = letters.saturating_sub(length - due),
                core::cmp::Ordering::Less => letters += due - length,
            }
        }
        Ok(issuer)
    }

    /// The CSCA certificate, DER: what a reader must trust.
    ///
    /// # Errors
    /// [`CryptoError`] where the plan asks for a key that there is not.
    pub fn csca(&self) -> Result<Vec<u8>, CryptoError> {
        Ok(self.issuer()?.csca().to_vec())
    }

    /// The card's files.
    ///
    /// # Errors
    /// [`CryptoError`] where the plan asks for a key that there is not, or a scheme that its key cannot do.
    pub fn contents(&self) -> Result<Contents, CryptoError> {
        let groups = self.groups()?;
        let listed: Vec<(u8, &[u8])> = groups.iter().map(|(number, file)| (*number, file.as_slice())).collect();
        let sod = self.issuer()?.sod(&listed)?;
        Ok(self.contents_with(groups, sod))
    }

    /// The card's files with these data groups and this EF.SOD: what a test has forged.
    pub fn contents_with(&self, groups: Vec<(u8, Vec<u8>)>, sod: Vec<u8>) -> Contents {
        let mut files = Vec::new();
        let absent = [Quirk::CardAccessAbsent6a82, Quirk::CardAccessAbsent6a88, Quirk::CardAccessHidden];
        let infos = self.card_access_infos();
        if !infos.is_empty() && !absent.iter().any(|quirk| self.quirks.has(*quirk)) {
            files.push(File::master(0x011C, 0x1C, tlv::encode(Tag::SET, &infos.concat())));
        }
        let name = tlv::encode(Tag(0x4F), &EMRTD_AID);
        files.push(File::master(0x2F00, 0x1E, tlv::encode(Tag(0x61), &name)));
        files.extend(self.atr_info().map(|content| File::master(0x2F01, 0x01, content)));
        files.push(File::application(0x011E, com(&groups)));
        files.push(File::application(0x011D, sod));
        let last = groups.iter().map(|(number, _)| *number).filter(|number| *number < 14).max();
        for (number, content) in &groups {
            let rule = match number {
                3 | 4 => ReadRule::Terminal,
                13 if self.quirks.has(Quirk::Dg13Unreadable) => ReadRule::Refused(StatusWord::SECURITY_STATUS),
                _ if Some(*number) == last && self.quirks.has(Quirk::LastGroupUnreadable) => {
                    ReadRule::Refused(StatusWord::NOT_FOUND)
                }
                _ => ReadRule::Holder,
            };
            files.push(File::application(0x0100 | u16::from(*number), content.clone()).with_rule(rule));
        }
        Contents { files, groups }
    }

    /// The card.
    ///
    /// # Errors
    /// [`CryptoError`] where the plan asks for a key that there is not, or a scheme that its key cannot do.
    pub fn card(&self) -> Result<SimulatedCard, CryptoError> {
        self.card_with(self.contents()?)
    }

    /// A card with these files.
    ///
    /// # Errors
    /// [`CryptoError`] where the plan asks for a key that there is not.
    pub fn card_with(&self, contents: Contents) -> Result<SimulatedCard, CryptoError> {
        let secret = |text: &str| Secret::from_slice(text.as_bytes());
        let random: Box<dyn Random> = match &self.seed {
            Some(seed) => Box::new(seeded(seed)),
            None => Box::new(OsRandom),
        };
        let mut chip_keys = Vec::new();
        for (index, plan) in self.chip_authentication.iter().enumerate() {
            let SigningKey::Ec(key) = self.chip_key(index, plan)? else {
                return Err(CryptoError::BadKey);
            };
            let key_id = plan.key_id.map(|id| vec![id]);
            chip_keys.push(ChipKey { curve: plan.curve, cipher: plan.cipher, key_id, private: key.private });
        }
        let active = match self.active_authentication {
            Some(plan) => {
                let key = SigningKey::of(plan.kind, Holder::Chip, "active authentication")?;
                Some(ActiveAuthentication { key, digest: plan.digest })
            }
            None => None,
        };
        Ok(SimulatedCard::new(Equipment {
            atr: self.atr(),
            files: contents.files,
            bac: self.bac,
            pace: self.pace.clone(),
            passwords: Passwords {
                mrz: secret(&self.person.mrz_information()),
                can: self.can.as_deref().map(secret),
                pace_with_mrz: self.pace_with_mrz,
            },
            chip_keys,
            active,
            max_command: if self.pretends() { 65_535 } else { self.max_command },
            max_answer: if self.pretends() { 65_536 } else { self.max_answer },
            quirks: self.quirks.clone(),
            random,
        }))
    }

    /// Whether a quirk makes the card take long lengths in word and then not in deed.
    fn pretends(&self) -> bool {
        PRETENDING.iter().any(|quirk| self.quirks.has(*quirk))
    }

    fn chip_key(&self, index: usize, plan: &ChipAuthenticationPlan) -> Result<SigningKey, CryptoError> {
        SigningKey::of(KeyKind::Ec(plan.curve), Holder::Chip, &format!("chip authentication {index}"))
    }

    /// The data groups, in order.
    ///
    /// # Errors
    /// [`CryptoError`] where the plan asks for a key that there is not.
    pub fn groups(&self) -> Result<Vec<(u8, Vec<u8>)>, CryptoError> {
        let separator = if self.quirks.has(Quirk::LineBreaksInMrz) { "\n" } else { "" };
        let dg2_length = if self.quirks.has(Quirk::LargeDg2) { Some(40_000) } else { self.sizes.dg2 };
        let mut groups = vec![(1, person::dg1(&self.mrz_lines(), separator)), (2, person::dg2(PORTRAIT, dg2_length))];
        if self.fingers {
            // A template of no fingers: nobody ever sees it.
            let none = tlv::encode(Tag(0x7F61), &tlv::encode(Tag::INTEGER, &[0]));
            groups.push((3, tlv::encode(Tag(0x63), &none)));
        }
        if let Some(national) = &self.person.national {
            groups.push((13, person::dg13(&self.person.optional, national, self.sizes.dg13)));
        }
        groups.extend(self.dg14()?.map(|file| (14, file)));
        if let Some(plan) = self.active_authentication {
            let key = SigningKey::of(plan.kind, Holder::Chip, "active authentication")?;
            groups.push((15, tlv::encode(Tag(0x6F), &key.spki(CurveForm::Explicit))));
        }
        groups.extend(self.more_groups.iter().cloned());
        groups.sort_by_key(|(number, _)| *number);
        Ok(groups)
    }

    /// The infos of EF.CardAccess, in the order of DER.
    fn card_access_infos(&self) -> Vec<Vec<u8>> {
        let mut infos = self.open_infos();
        if infos.is_empty() {
            return infos;
        }
        if self.quirks.has(Quirk::CardAccessUnknownInfos) {
            infos.extend((1..=3).map(|length| unknown_info(UNKNOWN_INFO, length * 7)));
        }
        if let Some(due) = self.sizes.card_access {
            infos.extend(filler(FILLER_OF_CARD_ACCESS, Tag::SET, &infos, due));
        }
        infos.sort();
        infos
    }

    /// The infos of EF.CardAccess that count.
    fn open_infos(&self) -> Vec<Vec<u8>> {
        let hidden = [Quirk::CardAccessWithoutPace, Quirk::CardAccessAbsent6a82, Quirk::CardAccessAbsent6a88];
        let mut infos = Vec::new();
        if self.full_card_access {
            infos.push(info(oid::ID_TA, &[1]));
            infos.extend(self.chip_authentication_infos());
        }
        if !hidden.iter().any(|quirk| self.quirks.has(*quirk)) {
            // PACEInfo ::= SEQUENCE { protocol, version 2, parameterId }  (9303-11 §9.2.1)
            infos.extend(self.pace.iter().map(|suite| info(suite.oid(), &[2, suite.parameter_id()])));
        }
        infos
    }

    /// ChipAuthenticationInfo ::= SEQUENCE { protocol, version 1, keyId OPTIONAL }  (9303-11 §9.2.5).
    fn chip_authentication_infos(&self) -> Vec<Vec<u8>> {
        let of = |plan: &ChipAuthenticationPlan| {
            let numbers: Vec<u8> = core::iter::once(1).chain(plan.key_id).collect();
            info(suite(oid::ID_CA_ECDH, plan.cipher), &numbers)
        };
        match self.quirks.has(Quirk::CaWithoutInfo) {
            true => Vec::new(),
            false => self.chip_authentication.iter().map(of).collect(),
        }
    }

    /// EF.DG14: all of EF.CardAccess, the keys of chip authentication, the algorithm of active authentication.
    fn dg14(&self) -> Result<Option<Vec<u8>>, CryptoError> {
        let mut infos = self.card_access_infos();
        infos.extend(self.chip_authentication_infos());
        for (index, plan) in self.chip_authentication.iter().enumerate() {
            // ChipAuthenticationPublicKeyInfo ::= SEQUENCE { protocol, SubjectPublicKeyInfo, keyId OPTIONAL }
            let key = self.chip_key(index, plan)?.spki(plan.form);
            let id = plan.key_id.map(|id| tlv::encode(Tag::INTEGER, &[id])).unwrap_or_default();
            let protocol = tlv::encode(Tag::OID, oid::ID_PK_ECDH.as_der());
            infos.push(tlv::encode_all(Tag::SEQUENCE, &[&protocol, &key, &id]));
        }
        if let Some(ActiveAuthenticationPlan { kind: KeyKind::Ec(_), digest }) = self.active_authentication {
            // ActiveAuthenticationInfo ::= SEQUENCE { protocol, version 1, signatureAlgorithm OID }  (9303-11 §9.2.10)
            let protocol = tlv::encode(Tag::OID, oid::ID_ICAO_AA_PROTOCOL_OBJECT.as_der());
            let version = tlv::encode(Tag::INTEGER, &[1]);
            let algorithm = Scheme::EcdsaPlain(digest).algorithm_identifier();
            let algorithm = tlv::Reader::new(&algorithm).next().map(|outer| outer.value.to_vec()).unwrap_or_default();
            infos.push(tlv::encode_all(Tag::SEQUENCE, &[&protocol, &version, &algorithm]));
        }
        if infos.is_empty() {
            return Ok(None);
        }
        infos.sort();
        infos.dedup();
        let around = |infos: &[Vec<u8>]| tlv::encode(Tag(0x6E), &tlv::encode(Tag::SET, &infos.concat()));
        if let Some(due) = self.sizes.dg14 {
            // DO'6E' and its length stand around the SET.
            let header = around(&infos).len() - tlv::encode(Tag::SET, &infos.concat()).len();
            infos.extend(filler(FILLER_OF_DG14, Tag::SET, &infos, due.saturating_sub(header)));
            infos.sort();
        }
        Ok(Some(around(&infos)))
    }

    /// EF.ATR/INFO: DO'47' card capabilities, DO'7F66' the longest command and answer (7816-4 §12.7, 9303-10 §3.11.1).
    fn atr_info(&self) -> Option<Vec<u8>> {
        let long = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        let (command, answer) = match self.lengths {
            _ if self.quirks.has(Quirk::AtrInfoAbsent) => return None,
            _ if self.pretends() || self.quirks.has(Quirk::AtrInfoLies) => (65_536, 65_536),
            LengthInfo::Absent | LengthInfo::HistoricalBytes => return None,
            LengthInfo::True => (long(self.max_command), long(self.max_answer)),
            LengthInfo::Stated(command, answer) => (command, answer),
        };
        let integer = |number: u32| tlv::encode(Tag::INTEGER, &tlv::integer_content(&number.to_be_bytes()));
        let lengths = match self.quirks.has(Quirk::AtrInfoOneLength) {
            true => integer(command),
            false => [integer(command), integer(answer)].concat(),
        };
        let tag = if self.quirks.has(Quirk::AtrInfoTag7f65) { Tag(0x7F65) } else { Tag(0x7F66) };
        let capabilities = [&[0x47, 3], self.capabilities(true).as_slice()].concat();
        Some([capabilities, tlv::encode(tag, &lengths)].concat())
    }

    /// Card capabilities: selection by name and identifiers; data units of a byte; chaining, extended length, and whether
    /// EF.ATR/INFO states lengths (7816-4 §12.1.1.9).
    fn capabilities(&self, stated: bool) -> [u8; 3] {
        let extended = if self.max_answer > 256 || self.pretends() { 0x40 } else { 0 };
        [0x94, 0x01, 0x80 | extended | if stated { 0x20 } else { 0 }]
    }

    /// The answer to reset that a PC/SC reader makes for a contactless card: its historical bytes hold the capabilities.
    fn atr(&self) -> Vec<u8> {
        let capabilities = match self.lengths {
            LengthInfo::Absent => vec![0x80],
            _ => [&[0x80, 0x73], self.capabilities(self.atr_info().is_some()).as_slice()].concat(),
        };
        let length = u8::try_from(capabilities.len()).unwrap_or(0);
        let mut atr = [&[0x3B, 0x80 | length, 0x80, 0x01], capabilities.as_slice()].concat();
        // TCK: all bytes after TS give zero  (7816-3 §8.2.5)
        atr.push(atr.iter().skip(1).fold(0, |sum, octet| sum ^ octet));
        atr
    }
}

const PRETENDING: [Quirk; 7] = [
    Quirk::LargeLeFewerBytes,
    Quirk::LargeLe6282,
    Quirk::LargeLe6700,
    Quirk::LargeLe6700Naked,
    Quirk::LargeLe6cxx,
    Quirk::LargeLeZeroBytes,
    Quirk::LargeLeTruncated,
];

/// Identifiers of nobody (2.999 is for examples).
const UNKNOWN_INFO: Oid = Oid::of(&[2, 999, 1]);
const FILLER_OF_CARD_ACCESS: Oid = Oid::of(&[2, 999, 2]);
const FILLER_OF_DG14: Oid = Oid::of(&[2, 999, 3]);

/// SecurityInfo ::= SEQUENCE { protocol, then small INTEGERs }.
fn info(protocol: Oid, numbers: &[u8]) -> Vec<u8> {
    let numbers: Vec<u8> = numbers.iter().flat_map(|number| tlv::encode(Tag::INTEGER, &[*number])).collect();
    tlv::encode_all(Tag::SEQUENCE, &[&tlv::encode(Tag::OID, protocol.as_der()), &numbers])
}

/// A SecurityInfo that no reader knows, with so many octets in its OCTET STRING.
fn unknown_info(protocol: Oid, octets: usize) -> Vec<u8> {
    let protocol = tlv::encode(Tag::OID, protocol.as_der());
    tlv::encode_all(Tag::SEQUENCE, &[&protocol, &tlv::encode(Tag::OCTET_STRING, &vec![0; octets])])
}

/// An unknown info that makes the row under this tag `due` octets long, where one can.
fn filler(protocol: Oid, tag: Tag, infos: &[Vec<u8>], due: usize) -> Option<Vec<u8>> {
    let row = infos.concat();
    let with = |octets| unknown_info(protocol, octets);
    (0..due).map(with).find(|filler| tlv::encode_all(tag, &[&row, filler]).len() == due)
}

/// EF.COM: LDS 1.7, Unicode 4.0.0, the tags of the data groups (9303-10 §4.6.1).
fn com(groups: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let tags: Vec<u8> = groups.iter().filter_map(|(_, file)| file.first().copied()).collect();
    let lds = tlv::encode(Tag(0x5F01), b"0107");
    let unicode = tlv::encode(Tag(0x5F36), b"040000");
    tlv::encode_all(Tag(0x60), &[&lds, &unicode, &tlv::encode(Tag(0x5C), &tags)])
}
