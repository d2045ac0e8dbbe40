//! From a profile to the card: its data groups, EF.SOD, the files of the master file, its answer to reset.
//!
//! Everything follows from the profile; lengths are met by padding that the standards allow.

use super::super::access::{CamKey, Mapping, PaceSuite, Passwords};
use super::super::biometrics;
use super::super::card::{Equipment, SimulatedCard};
use super::super::chip::{ActiveAuthentication, ChipKey};
use super::super::files::{File, ReadRule, cvca};
use super::super::issuer::{
    AgreementKey, CurveForm, Holder, Issuer, IssuerPlan, SigningKey, TerminalAuthority, seeded,
};
use super::super::person::{self, PORTRAIT};
use super::super::quirks::Quirk;
use super::super::terminal::Trust;
use super::{CardSecurityPlan, ChipAuthenticationPlan, Contents, Defect, LengthInfo, Profile};
use crate::crypto::{Cipher, CryptoError, CurveId, GroupId, OsRandom, Random, Secret};
use crate::iso7816::StatusWord;
use crate::iso7816::instruction::EMRTD_AID;
use crate::pki::cvc::CvcError;
use crate::tlv::{self, Tag};
use time::Duration;

impl Profile {
    /// The issuing state, with a document signer of its own where EF.SOD is to have a given length.
    ///
    /// # Errors
    /// [`CryptoError`] where the plan asks for a key that there is not.
    pub fn issuer(&self) -> Result<Issuer, CryptoError> {
        let groups = self.groups()?;
        let groups: Vec<(u8, &[u8])> = groups.iter().map(|(number, file)| (*number, file.as_slice())).collect();
        // Another second in the certificate draws another signature, whose length varies by a byte or two.
        let (from, to) = self.issuer.ds_validity;
        let with = |path_letters, second| {
            let ds_validity = (from + Duration::seconds(second), to);
            Issuer::new(IssuerPlan { path_letters, ds_validity, ..self.issuer.clone() })
        };
        let mut issuer = with(self.issuer.path_letters, 0)?;
        let Some(due) = self.sizes.sod else {
            return Ok(issuer);
        };
        let mut letters = due.saturating_sub(issuer.sod(&groups)?.len());
        for second in 0..32 {
            issuer = with(letters, second)?;
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
            chip_keys.push(ChipKey { group: plan.group, cipher: plan.cipher, key_id, private });
        }
        for (plan, key) in self.shared_keys()? {
            let key_id = plan.key_id.map(|id| vec![id]);
            chip_keys.push(ChipKey { group: plan.group, cipher: plan.cipher, key_id, private: key.private });
        }
        let mut cam_keys = Vec::new();
        for (curve, key) in self.mapping_keys()? {
            cam_keys.push(CamKey { curve, private: key.private });
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

    /// What the card trusts for terminal authentication.
    fn trust(&self) -> Result<Option<Trust>, CvcError> {
        let Some(plan) = &self.terminal_authentication else {
            return Ok(None);
        };
        let authority = TerminalAuthority::new(plan.authority.clone());
        let certificates: Result<Vec<_>, _> =
            plan.trusted.iter().map(|generation| authority.authority(*generation)).collect();
        Ok(Some(Trust::new(&certificates?, plan.today)))
    }

    /// EF.CVCA, where there is terminal authentication.
    fn cvca(&self) -> Option<Vec<u8>> {
        let mut references = self.trust().ok()??.references();
        let nobody = |number: u8| format!("XXCVCA{number:05}").into_bytes();
        match self.defect {
            Some(Defect::CvcaAbsent) => return None,
            Some(Defect::CvcaOtherReference) => references = vec![nobody(1)],
            Some(Defect::CvcaThreeReferences) => {
                references.truncate(1);
                references.extend([nobody(1), nobody(2)]);
            }
            _ => {}
        }
        let mut file = cvca(&references);
        if self.defect == Some(Defect::CvcaTag43) {
            file.first_mut().into_iter().for_each(|tag| *tag = 0x43);
        }
        Some(file)
    }

    pub(super) fn chip_key(index: usize, plan: &ChipAuthenticationPlan) -> Result<AgreementKey, CryptoError> {
        AgreementKey::of(plan.group, &format!("chip authentication {index}"))
    }

    /// The static keys of chip authentication mapping: one for each of its curves.
    pub(super) fn mapping_keys(&self) -> Result<Vec<(CurveId, AgreementKey)>, CryptoError> {
        let suites = self.pace.iter().filter(|suite| suite.mapping == Mapping::ChipAuthentication);
        let mut curves: Vec<CurveId> = Vec::new();
        for suite in suites.filter(|suite| suite.is_allowed()) {
            if let GroupId::Curve(curve) = suite.group
                && !curves.contains(&curve)
            {
                curves.push(curve);
            }
        }
        let key = |curve| AgreementKey::of(GroupId::Curve(curve), "chip authentication mapping");
        curves.into_iter().map(|curve| Ok((curve, key(curve)?))).collect()
    }

    /// The keys of chip authentication mapping that EF.DG14 holds for chip authentication too, each with its plan.
    pub(super) fn shared_keys(&self) -> Result<Vec<(ChipAuthenticationPlan, AgreementKey)>, CryptoError> {
        let Some(CardSecurityPlan { form, keys_in_dg14: true }) = self.card_security else {
            return Ok(Vec::new());
        };
        let shared = |(curve, key): (CurveId, AgreementKey)| {
            let group = GroupId::Curve(curve);
            let of_mapping = |suite: &&PaceSuite| suite.mapping == Mapping::ChipAuthentication && suite.group == group;
            let cipher = self.pace.iter().find(of_mapping).map_or(Cipher::Aes128, |suite| suite.cipher);
            (ChipAuthenticationPlan { group, cipher, key_id: curve.parameter_id(), form }, key)
        };
        Ok(self.mapping_keys()?.into_iter().map(shared).collect())
    }

    /// The data groups, in order.
    ///
    /// # Errors
    /// [`CryptoError`] where the plan asks for a key that there is not.
    pub fn groups(&self) -> Result<Vec<(u8, Vec<u8>)>, CryptoError> {
        let separator = if self.quirks.has(Quirk::LineBreaksInMrz) { "\n" } else { "" };
        let dg2_length = if self.quirks.has(Quirk::LargeDg2) { Some(40_000) } else { self.sizes.dg2 };
        let mut groups = vec![(1, person::dg1(&self.mrz_lines(), separator)), (2, person::dg2(PORTRAIT, dg2_length))];
        if self.terminal_authentication.is_some() {
            groups.extend([(3, biometrics::dg3()), (4, biometrics::dg4())]);
        } else if self.fingers {
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

    /// EF.DIR: an application template for each application (7816-4 §12.2.3, 9303-10 §3.11.2).
    fn dir(&self) -> Vec<u8> {
        let names: &[&[u8]] = match self.quirks.has(Quirk::DirSeveralTemplates) {
            true => &[&TRAVEL_RECORDS_AID, &EMRTD_AID, &VISA_RECORDS_AID],
            false => &[&EMRTD_AID],
        };
        names.iter().flat_map(|name| tlv::encode(Tag(0x61), &tlv::encode(Tag(0x4F), name))).collect()
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
