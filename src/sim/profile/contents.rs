//! From a profile to the card: the files of the master file and of the application, the answer to reset, the keys.
//!
//! Everything follows from the profile; lengths are met by padding that the standards allow.

use super::super::access::{CamKey, Passwords};
use super::super::active_authentication::ActiveAuthenticationKey;
use super::super::card::{Equipment, SimulatedCard};
use super::super::chip_authentication::ChipAuthenticationKey;
use super::super::der;
use super::super::files::{File, Folder, ReadRule, cvca};
use super::super::issuer::{Holder, SigningKey, seeded};
use super::super::quirks::Quirk;
use super::defect::PlantedDefect;
use super::plan::{LengthInfo, Profile};
use crate::crypto::{CryptoError, OsRandom, Random, Secret};
use crate::iso7816::StatusWord;
use crate::iso7816::instruction::EMRTD_AID;
use crate::tlv::{self, Tag};

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
    /// The card's files.
    ///
    /// # Errors
    /// [`CryptoError`] where the plan asks for a key that there is not, or a scheme that its key cannot do.
    pub fn contents(&self) -> Result<Contents, CryptoError> {
        let groups = self.groups()?;
        let listed: Vec<(u8, &[u8])> = groups.iter().map(|(number, file)| (*number, file.as_slice())).collect();
        let sod = self.issuer()?.sod(&listed)?;
        // What contents_with leaves out where it fails must not go unnoticed here.
        self.card_security()?;
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
        files.extend(
            self.card_security().ok().flatten().map(|file| File::master(0x011D, 0x1D, file).with_rule(ReadRule::Pace)),
        );
        files.push(File::master(0x2F00, 0x1E, self.dir()));
        files.extend(self.atr_info().map(|content| File::master(0x2F01, 0x01, content)));
        files.push(File::application(0x011E, com(&groups)));
        files.push(File::application(0x011D, sod));
        files.extend(self.cvca().map(|content| {
            let (fid, sfi) = self.cvca_place();
            File { sfi, ..File::application(fid, content) }
        }));
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
            let private = Self::chip_key(index, plan)?.private;
            let key_id = plan.key_id.map(|id| vec![id]);
            chip_keys.push(ChipAuthenticationKey { group: plan.group, cipher: plan.cipher, key_id, private });
        }
        for (plan, key) in self.shared_keys()? {
            let key_id = plan.key_id.map(|id| vec![id]);
            chip_keys.push(ChipAuthenticationKey {
                group: plan.group,
                cipher: plan.cipher,
                key_id,
                private: key.private,
            });
        }
        let mut cam_keys = Vec::new();
        for (curve, key) in self.mapping_keys()? {
            cam_keys.push(CamKey { curve, private: key.private });
        }
        let active = match self.active_authentication {
            Some(plan) => {
                let key = SigningKey::of(plan.kind, Holder::Chip, "active authentication")?;
                Some(ActiveAuthenticationKey { key, digest: plan.digest })
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
            cam_keys,
            chip_keys,
            active,
            replayed: None,
            trust: self.trust().map_err(|_| CryptoError::BadKey)?,
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

    /// EF.CVCA, where there is terminal authentication.
    fn cvca(&self) -> Option<Vec<u8>> {
        let mut references = self.trust().ok()??.references();
        let nobody = |number: u8| format!("XXCVCA{number:05}").into_bytes();
        match self.defect {
            Some(PlantedDefect::CvcaAbsent) => return None,
            Some(PlantedDefect::CvcaOtherReference) => references = vec![nobody(1)],
            Some(PlantedDefect::CvcaThreeReferences) => {
                references.truncate(1);
                references.extend([nobody(1), nobody(2)]);
            }
            _ => {}
        }
        let mut file = cvca(&references);
        if self.defect == Some(PlantedDefect::CvcaTag43) {
            file.first_mut().into_iter().for_each(|tag| *tag = 0x43);
        }
        Some(file)
    }

    /// EF.DIR: an application template for each application (7816-4 §12.2.3, 9303-10 §3.11.2).
    fn dir(&self) -> Vec<u8> {
        let names: &[&[u8]] = if self.quirks.has(Quirk::DirSeveralTemplates) {
            &[&TRAVEL_RECORDS_AID, &EMRTD_AID, &VISA_RECORDS_AID]
        } else {
            &[&EMRTD_AID]
        };
        names.iter().flat_map(|name| tlv::encode(Tag(0x61), &tlv::encode(Tag(0x4F), name))).collect()
    }

    /// EF.ATR/INFO: DO'47' card capabilities, DO'7F66' the longest command and answer (7816-4 §12.7, 9303-10 §3.11.1).
    fn atr_info(&self) -> Option<Vec<u8>> {
        let long = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        if self.quirks.has(Quirk::AtrInfoAbsent) {
            return None;
        }
        let (command, answer) = match self.lengths {
            _ if self.pretends() || self.quirks.has(Quirk::AtrInfoLies) => (65_536, 65_536),
            LengthInfo::Absent | LengthInfo::HistoricalBytes => return None,
            LengthInfo::True => (long(self.max_command), long(self.max_answer)),
            LengthInfo::Stated(command, answer) => (command, answer),
        };
        let integer = |number: u32| der::integer(&number.to_be_bytes());
        let mut lengths = integer(command);
        if !self.quirks.has(Quirk::AtrInfoOneLength) {
            lengths.extend(integer(answer));
        }
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

/// The applications of LDS 2 (9303-10 §1).
const TRAVEL_RECORDS_AID: [u8; 7] = [0xA0, 0x00, 0x00, 0x02, 0x47, 0x20, 0x01];
const VISA_RECORDS_AID: [u8; 7] = [0xA0, 0x00, 0x00, 0x02, 0x47, 0x20, 0x02];

const PRETENDING: [Quirk; 7] = [
    Quirk::LargeLeFewerBytes,
    Quirk::LargeLe6282,
    Quirk::LargeLe6700,
    Quirk::LargeLe6700Naked,
    Quirk::LargeLe6cxx,
    Quirk::LargeLeZeroBytes,
    Quirk::LargeLeTruncated,
];

/// EF.COM: LDS 1.7, Unicode 4.0.0, the tags of the data groups (9303-10 §4.6.1).
fn com(groups: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let tags: Vec<u8> = groups.iter().filter_map(|(_, file)| file.first().copied()).collect();
    let lds = tlv::encode(Tag(0x5F01), b"0107");
    let unicode = tlv::encode(Tag(0x5F36), b"040000");
    tlv::encode_all(Tag(0x60), &[&lds, &unicode, &tlv::encode(Tag(0x5C), &tags)])
}
