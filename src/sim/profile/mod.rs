//! What cards there are: a profile is a value with a knob for everything, and makes the files and the card.
//!
//! [`vn`] is the Vietnamese chip ID card as far as it is known, [`passport`] an older passport (BAC, TD3), [`hardened`] a
//! card with PACE only and the longest keys, [`plain`] one without access control, [`reference()`] the one that exchanges
//! are counted on; [`cam`], [`im`] and [`dh`] have the other mappings and groups, [`eac`] guards biometrics. A profile makes the same files each time; the card's own nonces and keys are random.

mod contents;
mod defect;
mod infos;

pub use defect::Defect;

use super::access::{Mapping, PaceSuite};
use super::files::{File, Folder};
use super::issuer::{CurveForm, IssuerPlan, KeyKind, KeyPlan, TerminalAuthorityPlan};
use super::person::{Layout, Person};
use super::quirks::{Quirk, Quirks};
use crate::crypto::{Cipher, CurveId, DhGroupId, DigestAlgorithm, GroupId};
use crate::oid;
use time::Date;
use time::macros::date;

/// One key pair of chip authentication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChipAuthenticationPlan {
    /// The group.
    pub group: GroupId,
    /// The cipher: 3DES is used with MSE:Set KAT or GENERAL AUTHENTICATE, AES with the latter.
    pub cipher: Cipher,
    /// The key's number, needed where there are several.
    pub key_id: Option<u8>,
    /// How EF.DG14 names the group.
    pub form: CurveForm,
}

/// EF.CardSecurity, which chip authentication mapping needs (9303-11 §9.2.11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CardSecurityPlan {
    /// How the keys of chip authentication mapping name their curve.
    pub form: CurveForm,
    /// Whether the keys of chip authentication mapping stand in EF.DG14 too, for chip authentication: then the mapping is
    /// bound to the document.
    pub keys_in_dg14: bool,
}

impl CardSecurityPlan {
    /// Keys by the number of their domain parameters, in EF.CardSecurity only.
    pub const fn new() -> Self {
        Self { form: CurveForm::Standardized, keys_in_dg14: false }
    }
}

impl Default for CardSecurityPlan {
    fn default() -> Self {
        Self::new()
    }
}

/// Active authentication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActiveAuthenticationPlan {
    /// The key.
    pub kind: KeyKind,
    /// The digest.
    pub digest: DigestAlgorithm,
}

/// Terminal authentication, which guards EF.DG3 and EF.DG4 (9303-11 §7.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TerminalPlan {
    /// The authority that the card trusts.
    pub authority: TerminalAuthorityPlan,
    /// The generations of it that the card trusts, the current one first: one or two.
    pub trusted: Vec<u8>,
    /// The date that the card believes in at first.
    pub today: Date,
    /// File identifier and short identifier of EF.CVCA, where TerminalAuthenticationInfo states them.
    pub cvca_file: Option<(u16, u8)>,
}

impl TerminalPlan {
    /// A card that trusts the first generation of this authority and was made on 1 July 2023.
    pub fn new(authority: TerminalAuthorityPlan) -> Self {
        Self { authority, trusted: vec![1], today: date!(2023 - 07 - 01), cvca_file: None }
    }
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
    /// EF.CardSecurity.
    pub card_security: Option<CardSecurityPlan>,
    /// The keys of chip authentication.
    pub chip_authentication: Vec<ChipAuthenticationPlan>,
    /// Terminal authentication: EF.DG3 and EF.DG4 are there, for terminals with the right.
    pub terminal_authentication: Option<TerminalPlan>,
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
    /// What is wrong with its files.
    pub defect: Option<Defect>,
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
        card_security: None,
        chip_authentication: vec![ChipAuthenticationPlan {
            group: GroupId::Curve(CurveId::BrainpoolP256r1),
            cipher: Cipher::Aes128,
            key_id: None,
            form: CurveForm::Explicit,
        }],
        terminal_authentication: None,
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
        defect: None,
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
            group: GroupId::Curve(CurveId::Secp256r1),
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
            group: GroupId::Curve(curve),
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

/// A card with PACE by chip authentication mapping, whose key stands in EF.CardSecurity; no other chip proof.
pub fn cam() -> Profile {
    let curve = GroupId::Curve(CurveId::BrainpoolP256r1);
    Profile {
        name: "cam",
        pace: vec![PaceSuite::new(Mapping::ChipAuthentication, curve, Cipher::Aes128)],
        full_card_access: false,
        card_security: Some(CardSecurityPlan::new()),
        chip_authentication: Vec::new(),
        active_authentication: None,
        ..hardened()
    }
}

/// A card with PACE by integrated mapping.
pub fn im() -> Profile {
    let curve = GroupId::Curve(CurveId::BrainpoolP256r1);
    Profile { name: "im", pace: vec![PaceSuite::new(Mapping::Integrated, curve, Cipher::Aes128)], ..hardened() }
}

/// A card that agrees on its keys in a DH group throughout.
pub fn dh() -> Profile {
    let group = GroupId::Dh(DhGroupId::Modp2048Prime256);
    Profile {
        name: "dh",
        pace: vec![PaceSuite::new(Mapping::Generic, group, Cipher::Aes128)],
        chip_authentication: vec![ChipAuthenticationPlan {
            group,
            cipher: Cipher::Aes128,
            key_id: None,
            form: CurveForm::Explicit,
        }],
        ..hardened()
    }
}

/// A card whose EF.DG3 and EF.DG4 are guarded by terminal authentication, after PACE and chip authentication.
pub fn eac() -> Profile {
    let curve = CurveId::BrainpoolP256r1;
    let authority = TerminalAuthorityPlan::new("UT", KeyKind::Ec(curve), oid::ID_TA_ECDSA_SHA256);
    Profile {
        name: "eac",
        pace: vec![PaceSuite::generic(curve, Cipher::Aes128)],
        chip_authentication: vec![ChipAuthenticationPlan {
            group: GroupId::Curve(curve),
            cipher: Cipher::Aes128,
            key_id: None,
            form: CurveForm::Explicit,
        }],
        terminal_authentication: Some(TerminalPlan::new(authority)),
        ..hardened()
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
    /// The profile of this name: `vn`, `passport`, `hardened`, `plain`, `reference`, `cam`, `im`, `dh`,
    /// `eac`.
    pub fn by_name(name: &str) -> Option<Self> {
        let all = [vn(), passport(), hardened(), plain(), reference(), cam(), im(), dh(), eac()];
        all.into_iter().find(|profile| profile.name == name)
    }

    /// The same with this defect.
    pub fn with_defect(self, defect: Defect) -> Self {
        Self { defect: Some(defect), ..self }
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
}
