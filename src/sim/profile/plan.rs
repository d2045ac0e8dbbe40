//! What a card is to be: one value with a knob for everything.

use super::super::access::PaceSuite;
use super::super::issuer::{CurveForm, IssuerPlan, KeyKind, TerminalAuthorityPlan};
use super::super::person::{Layout, Person};
use super::super::quirks::{Quirk, Quirks};
use super::defect::PlantedDefect;
use crate::crypto::{Cipher, DigestAlgorithm, GroupId};
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

/// How the card states the lengths it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LengthInfo {
    /// Nothing: no EF.ATR/INFO, no mark in the historical bytes.
    Absent,
    /// The historical bytes state that extended length is taken, and nothing states how much.
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
    /// How the card states its lengths.
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
    pub defect: Option<PlantedDefect>,
    /// Makes the card's nonces and ephemeral keys follow from this seed, for tests that must repeat.
    pub seed: Option<String>,
}

impl Profile {
    /// The same with this defect.
    pub fn with_defect(self, defect: PlantedDefect) -> Self {
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
