//! The inner half of the card: plain commands and what they come to (7816-4 §11, 9303-10 §3, 9303-11 §4, §6).

use super::super::access::{Pace, PaceCard, PaceStep};
use super::super::chip_authentication::AgreedKeys;
use super::super::faults::Deviation;
use super::super::files::{self, File, Folder, ReadRequest};
use super::super::quirks::Quirk;
use super::super::terminal_authentication::TerminalAuthenticationState;
use super::reply::Reply;
use super::state::{Equipment, SimulatedCard};
use crate::cvc::Rights;
use crate::iso7816::instruction::EMRTD_AID;
use crate::iso7816::{Command, Response, StatusWord};
use crate::tlv::{self, Reader, Tag};
use std::time::Duration;

impl SimulatedCard {
    pub(super) fn dispatch(&mut self, command: &Command, last: bool, room: usize) -> Result<Reply, StatusWord> {
        match (command.ins, command.p1, command.p2) {
            (0xA4, ..) => self.select(command),
            (0xB0 | 0xB1, ..) => self.read_binary(command, room),
            (0x84, 0, 0) => self.get_challenge(command),
            (0x82, 0, 0) => self.external_authenticate(command),
            (0x88, 0, 0) => self.internal_authenticate(command),
            (0x22, ..) => self.manage_security_environment(command),
            (0x2A, 0, 0xBE) => self.verify_certificate(command),
            (0x86, 0, 0) => self.general_authenticate(command, last),
            (0x84 | 0x82 | 0x88 | 0x86 | 0x2A, ..) => Err(StatusWord::WRONG_P1_P2),
            _ => Err(StatusWord::INS_NOT_SUPPORTED),
        }
    }

    fn select(&mut self, command: &Command) -> Result<Reply, StatusWord> {
        let silent = command.p2 & 0x0C == 0x0C;
        if silent && command.ne.is_some() && self.has(Quirk::SelectRefusesLe) {
            return Err(StatusWord::WRONG_LENGTH);
        }
        let mut template = Vec::new();
        match (command.p1, command.data.as_slice()) {
            (0x00, [] | [0x3F, 0x00]) => {
                if let Some(status) = self.equipment.quirks.first_of(&SELECT_MF) {
                    return Err(status);
                }
                if !self.has(Quirk::SelectMfWithoutEffect) {
                    self.volatile.application = false;
                    self.volatile.current = None;
                }
            }
            (0x04, name) => {
                if name != EMRTD_AID {
                    return Err(StatusWord::NOT_FOUND);
                }
                self.only_after_pace()?;
                self.volatile.application = true;
                self.volatile.current = None;
                template = tlv::encode(Tag(0x84), &EMRTD_AID);
            }
            (0x00 | 0x02, &[high, low]) => {
                let fid = u16::from_be_bytes([high, low]);
                let index = self.find(|file| file.fid == fid, fid == 0x011C)?;
                self.volatile.current = Some(index);
                let size = self.equipment.files.get(index).map_or(0, |file| file.content.len());
                let size = u16::try_from(size).unwrap_or(u16::MAX).to_be_bytes();
                template = [tlv::encode(Tag(0x80), &size), tlv::encode(Tag(0x83), &[high, low])].concat();
            }
            (0x00 | 0x02, _) => return Err(StatusWord::WRONG_DATA),
            _ => return Err(StatusWord::WRONG_P1_P2),
        }
        let template = match (command.p2 & 0x0C, command.ne) {
            (0x0C, _) | (_, None) => Vec::new(),
            (0x04, _) => tlv::encode(Tag(0x62), &template),
            _ => tlv::encode(Tag(0x6F), &template),
        };
        let status = if self.has(Quirk::Select6283) { StatusWord::DEACTIVATED } else { StatusWord::SUCCESS };
        Ok(Reply { answer: Response { data: template, status }, keys: None })
    }

    /// The index of a file of the current folder that may be read.
    fn find(&self, is_it: impl Fn(&File) -> bool, card_access: bool) -> Result<usize, StatusWord> {
        let folder = if self.volatile.application { Folder::Application } else { Folder::Master };
        let after_aid = self.has(Quirk::CardAccessAfterAid6982) || self.has(Quirk::ApplicationSelected);
        let found = self.equipment.files.iter().position(|file| file.folder == folder && is_it(file));
        // Inside the application the identifiers of EF.CardAccess are those of EF.CVCA.
        if card_access && folder == Folder::Application && found.is_none() && after_aid {
            return Err(StatusWord::SECURITY_STATUS);
        }
        let absent = if card_access && folder == Folder::Master && self.has(Quirk::CardAccessAbsent6a88) {
            StatusWord::REFERENCE_NOT_FOUND
        } else {
            StatusWord::NOT_FOUND
        };
        let index = found.ok_or(absent)?;
        self.equipment.files.get(index).ok_or(absent)?.check(&self.volatile.security_status)?;
        Ok(index)
    }

    fn only_after_pace(&self) -> Result<(), StatusWord> {
        match self.equipment.quirks.first_of(&PACE_ONLY) {
            Some(status) if !self.volatile.security_status.opened => Err(status),
            _ => Ok(()),
        }
    }

    fn only_with_bac(&self) -> Result<(), StatusWord> {
        self.only_after_pace()?;
        if self.equipment.bac {
            Ok(())
        } else if self.equipment.pace.is_empty() {
            Err(StatusWord::INS_NOT_SUPPORTED)
        } else {
            Err(StatusWord::SECURITY_STATUS)
        }
    }

    fn read_binary(&mut self, command: &Command, room: usize) -> Result<Reply, StatusWord> {
        let ne = command.ne.and_then(|ne| usize::try_from(ne).ok()).ok_or(StatusWord::WRONG_LENGTH)?;
        let odd = command.ins == 0xB1;
        let (p1, p2) = (usize::from(command.p1), usize::from(command.p2));
        let (short_id, offset) = if odd {
            let mut objects = Reader::new(&command.data);
            let object = objects.expect(Tag(0x54), "DO'54'").map_err(|_| StatusWord::WRONG_DATA)?;
            objects.finish().map_err(|_| StatusWord::WRONG_DATA)?;
            if object.value.is_empty() || object.value.len() > 4 {
                return Err(StatusWord::WRONG_DATA);
            }
            if p1 != 0 || p2 > 0x1E {
                return Err(StatusWord::WRONG_P1_P2);
            }
            let offset = object.value.iter().fold(0, |offset, octet| (offset << 8) | usize::from(*octet));
            ((p2 != 0).then_some(command.p2), offset)
        } else if self.has(Quirk::OddReadOnly) {
            return Err(StatusWord::INS_NOT_SUPPORTED);
        } else if p1 & 0x80 != 0 {
            if p1 & 0x60 != 0 {
                return Err(StatusWord::WRONG_P1_P2);
            }
            (Some(command.p1 & 0x1F), p2)
        } else {
            (None, p1 << 8 | p2)
        };
        let index = match short_id {
            None => self.volatile.current.ok_or(StatusWord(0x6986))?,
            Some(sfi) => {
                let card_access = sfi == 0x1C;
                let refused = self.has(Quirk::NoShortIds)
                    || card_access && !self.volatile.application && self.has(Quirk::NoShortIdForCardAccess);
                if refused {
                    return Err(StatusWord::NOT_FOUND);
                }
                self.find(|file| file.sfi == sfi, card_access)?
            }
        };
        let file = self.equipment.files.get(index).ok_or(StatusWord::NOT_FOUND)?;
        file.check(&self.volatile.security_status)?;
        let (file, offset, room) = match self.deviates() {
            Some(Deviation::OtherFile) => (self.another(file).unwrap_or(file), offset, room),
            Some(Deviation::OtherOffset) => (file, offset + 16, room),
            // DO'53' has a header of two bytes.
            Some(Deviation::OneByteReads) => (file, offset, if odd { 3 } else { 1 }),
            _ => (file, offset, room),
        };
        let answer = files::read(&file.content, &ReadRequest { offset, ne, room, odd }, &self.equipment.quirks);
        self.volatile.current = Some(index);
        Ok(Reply { answer, keys: None })
    }

    /// Another file of the same folder that may be read now: one that is as long, where there is one.
    fn another(&self, than: &File) -> Option<&File> {
        let is_it = |file: &&File| {
            file.folder == than.folder && file.fid != than.fid && file.check(&self.volatile.security_status).is_ok()
        };
        self.equipment.files.iter().filter(is_it).max_by_key(|file| file.content.len().min(than.content.len()))
    }

    fn get_challenge(&mut self, command: &Command) -> Result<Reply, StatusWord> {
        if command.ne.is_none_or(|ne| ne < 8) {
            return Err(StatusWord::WRONG_LENGTH);
        }
        if self.volatile.ta.is_open() {
            let deviation = self.deviates();
            return Reply::data(self.volatile.ta.challenge(&mut *self.equipment.random, deviation)?);
        }
        self.only_with_bac()?;
        Reply::data(self.volatile.bac.challenge(&mut *self.equipment.random)?)
    }

    fn external_authenticate(&mut self, command: &Command) -> Result<Reply, StatusWord> {
        if self.volatile.ta.is_open() {
            return self.authenticate_terminal(command);
        }
        self.only_with_bac()?;
        if !self.volatile.application {
            return Err(StatusWord::CONDITIONS_OF_USE);
        }
        if command.data.len() != 40 {
            return Err(StatusWord::WRONG_LENGTH);
        }
        let deviation = self.deviates();
        let Equipment { passwords, random, .. } = &mut self.equipment;
        match self.volatile.bac.authenticate(&command.data, passwords, &mut **random, deviation) {
            Ok((data, keys)) => {
                let answer = Response { data, status: StatusWord::SUCCESS };
                // ID_IC = the document number with its check digit; birth and expiry follow it  (9303-11 §7.1.2)
                let mrz = passwords.mrz.expose();
                self.volatile.id_ic = mrz.get(..mrz.len().saturating_sub(14)).unwrap_or_default().to_vec();
                Ok(Reply { answer, keys: Some(keys) })
            }
            Err(status) => {
                self.failed();
                Err(status)
            }
        }
    }

    fn internal_authenticate(&mut self, command: &Command) -> Result<Reply, StatusWord> {
        if self.has(Quirk::AaRefused) {
            return Err(StatusWord::INS_NOT_SUPPORTED);
        }
        if !self.volatile.security_status.opened || !self.volatile.application {
            return Err(StatusWord::SECURITY_STATUS);
        }
        if command.ne.is_none() {
            return Err(StatusWord::WRONG_LENGTH);
        }
        let deviation = self.deviates();
        let Equipment { active, replayed, random, quirks, .. } = &mut self.equipment;
        if let Some(answer) = replayed {
            return Reply::data(answer.clone());
        }
        let active = active.as_ref().ok_or(StatusWord::INS_NOT_SUPPORTED)?;
        Reply::data(active.sign(&command.data, &mut **random, deviation, quirks)?)
    }

    fn manage_security_environment(&mut self, command: &Command) -> Result<Reply, StatusWord> {
        if command.ne.is_some() && self.has(Quirk::MseRefusesLe) {
            return Err(StatusWord::WRONG_LENGTH);
        }
        self.volatile.pace = Pace::default();
        let data = command.data.as_slice();
        match (command.p1, command.p2) {
            (0xC1, 0xA4) => {
                if self.has(Quirk::PaceOffered6fff) {
                    return Err(StatusWord(0x6FFF));
                }
                let Equipment { pace, passwords, quirks, .. } = &self.equipment;
                if pace.is_empty() || quirks.has(Quirk::CardAccessWithoutPace) {
                    return Err(StatusWord::WRONG_P1_P2);
                }
                self.volatile.pace.set_at(data, pace, passwords, quirks)?;
                if self.failures > 0 && self.has(Quirk::MseShows63cx) {
                    let answer = Response { data: Vec::new(), status: self.tries_left() };
                    return Ok(Reply { answer, keys: None });
                }
                Reply::done()
            }
            (0x41, 0xA4 | 0xA6) => {
                self.may_authenticate_chip()?;
                if command.p2 == 0xA4 {
                    self.volatile.ca.set_at(data, &self.equipment.chip_keys)?;
                    return Reply::done();
                }
                let agreed = self.volatile.ca.set_kat(data, &self.equipment.chip_keys)?;
                Ok(self.switched(Vec::new(), agreed))
            }
            (0x81, 0xA4 | 0xB6) => {
                let trust = self.equipment.trust.as_ref().ok_or(StatusWord::WRONG_P1_P2)?;
                // Terminal authentication comes after that of the chip  (9303-11 §7.1)
                if self.volatile.terminal.is_none() {
                    return Err(StatusWord::SECURITY_STATUS);
                }
                match command.p2 {
                    0xB6 => self.volatile.ta.set_dst(data, trust)?,
                    _ => self.volatile.ta.set_at(data)?,
                }
                Reply::done()
            }
            _ => Err(StatusWord::WRONG_P1_P2),
        }
    }

    fn verify_certificate(&mut self, command: &Command) -> Result<Reply, StatusWord> {
        let trust = self.equipment.trust.as_mut().ok_or(StatusWord::INS_NOT_SUPPORTED)?;
        let before = trust.references();
        self.volatile.ta.verify_certificate(&command.data, trust)?;
        let after = trust.references();
        if after != before {
            // EF.CVCA names what the card trusts now.
            let old = files::cvca(&before);
            let now = files::cvca(&after);
            self.equipment.files.iter_mut().filter(|file| file.content == old).for_each(|file| {
                file.content.clone_from(&now);
            });
        }
        Reply::done()
    }

    fn authenticate_terminal(&mut self, command: &Command) -> Result<Reply, StatusWord> {
        let ephemeral = self.volatile.terminal.clone().ok_or(StatusWord::SECURITY_STATUS)?;
        let mut id_ic = self.volatile.id_ic.clone();
        if self.deviates() == Some(Deviation::TaOtherDocument) {
            id_ic.first_mut().into_iter().for_each(|octet| *octet ^= 1);
        }
        let rights = self.volatile.ta.authenticate(&command.data, &id_ic, &ephemeral)?;
        if !self.has(Quirk::BiometricsDenied) {
            self.volatile.security_status.rights = rights;
        }
        Reply::done()
    }

    fn may_authenticate_chip(&self) -> Result<(), StatusWord> {
        if let Some(status) = self.equipment.quirks.first_of(&CA_REFUSED) {
            return Err(status);
        }
        if self.equipment.chip_keys.is_empty() {
            return Err(StatusWord::REFERENCE_NOT_FOUND);
        }
        if self.volatile.security_status.opened { Ok(()) } else { Err(StatusWord::SECURITY_STATUS) }
    }

    /// The outcome of chip authentication: these keys hold after the answer.
    fn switched(&mut self, data: Vec<u8>, agreed: AgreedKeys) -> Reply {
        let answer = Response { data, status: StatusWord::SUCCESS };
        self.volatile.terminal = Some(agreed.terminal);
        self.volatile.ta = TerminalAuthenticationState::default();
        self.volatile.security_status.rights = Rights::of_inspection_system(0);
        let keys = agreed.session;
        let keys = match self.deviates() {
            Some(Deviation::CaOtherKeys) => Some(keys.under_unshared_keys()),
            _ if self.has(Quirk::CaKeepsOldKeys) => None,
            _ => Some(keys),
        };
        Reply { answer, keys }
    }

    fn general_authenticate(&mut self, command: &Command, last: bool) -> Result<Reply, StatusWord> {
        if self.volatile.pace.is_open() {
            return self.pace_step(command, last);
        }
        if !self.volatile.ca.is_open() || !last {
            return Err(StatusWord::CONDITIONS_OF_USE);
        }
        self.may_authenticate_chip()?;
        if self.has(Quirk::CaRefusedAtKey) {
            return Err(StatusWord::WRONG_DATA);
        }
        let (data, agreed) = self.volatile.ca.general_authenticate(&command.data, &self.equipment.chip_keys)?;
        Ok(self.switched(data, agreed))
    }

    fn pace_step(&mut self, command: &Command, last: bool) -> Result<Reply, StatusWord> {
        let deviation = self.deviates();
        let references =
            if self.has(Quirk::PaceShowsReferences) { REFERENCES.map(<[u8]>::to_vec).to_vec() } else { Vec::new() };
        let Equipment { random, cam_keys, .. } = &mut self.equipment;
        let mut card = PaceCard { random: &mut **random, deviation, cam_keys, references: &references };
        match self.volatile.pace.general_authenticate(&command.data, last, &mut card) {
            Ok(PaceStep::Answer(data)) => Reply::data(data),
            Ok(PaceStep::Done { data, keys, id_ic, terminal }) => {
                let answer = Response { data, status: StatusWord::SUCCESS };
                self.volatile.security_status.pace = true;
                self.volatile.id_ic = id_ic;
                self.volatile.terminal = terminal;
                Ok(Reply { answer, keys: Some(keys) })
            }
            Err(StatusWord::VERIFICATION_FAILED) => {
                self.failed();
                Err(self.wrong_password())
            }
            Err(status) => Err(status),
        }
    }

    /// A wrong password: what the card does about it until the next reset, and how long it takes.
    fn failed(&mut self) {
        self.failures = self.failures.saturating_add(1);
        self.volatile.locked = self.equipment.quirks.first_of(&LOCKED);
        if self.has(Quirk::SlowAfterFailure) {
            std::thread::sleep(Duration::from_millis(u64::from(self.failures.saturating_mul(500).min(2_000))));
        }
    }

    fn wrong_password(&self) -> StatusWord {
        if self.has(Quirk::WrongPassword63cx) {
            return self.tries_left();
        }
        self.equipment.quirks.first_of(&WRONG_PASSWORD).unwrap_or(StatusWord::VERIFICATION_FAILED)
    }

    /// 63Cx: three tries, less those that failed.
    fn tries_left(&self) -> StatusWord {
        let left = u16::try_from(3_u32.saturating_sub(self.failures)).unwrap_or(0);
        StatusWord(0x63C0 | left)
    }
}

/// References of nobody.
const REFERENCES: [&[u8]; 2] = [b"UTCVCA00002", b"UTCVCA00001"];

const CA_REFUSED: [(Quirk, StatusWord); 5] = [
    (Quirk::CaRefused, StatusWord(0x6A80)),
    (Quirk::CaRefused6d00, StatusWord(0x6D00)),
    (Quirk::CaRefused6a88, StatusWord(0x6A88)),
    (Quirk::CaRefused6985, StatusWord(0x6985)),
    (Quirk::CaRefusedNaked, StatusWord(0x6985)),
];

const SELECT_MF: [(Quirk, StatusWord); 6] = [
    (Quirk::SelectMf6d00, StatusWord(0x6D00)),
    (Quirk::SelectMf6982, StatusWord(0x6982)),
    (Quirk::SelectMf6985, StatusWord(0x6985)),
    (Quirk::SelectMf6a81, StatusWord(0x6A81)),
    (Quirk::SelectMf6a86, StatusWord(0x6A86)),
    (Quirk::SelectMf6a87, StatusWord(0x6A87)),
];

const PACE_ONLY: [(Quirk, StatusWord); 2] =
    [(Quirk::PaceOnly6982, StatusWord(0x6982)), (Quirk::PaceOnly6a88, StatusWord(0x6A88))];

const LOCKED: [(Quirk, StatusWord); 3] = [
    (Quirk::LockedAfterFailure6883, StatusWord(0x6883)),
    (Quirk::LockedAfterFailure6985, StatusWord(0x6985)),
    (Quirk::LockedAfterFailure6988, StatusWord(0x6988)),
];

const WRONG_PASSWORD: [(Quirk, StatusWord); 5] = [
    (Quirk::WrongPassword63cf, StatusWord(0x63CF)),
    (Quirk::WrongPassword6300, StatusWord(0x6300)),
    (Quirk::WrongPassword6a80, StatusWord(0x6A80)),
    (Quirk::WrongPassword6985, StatusWord(0x6985)),
    (Quirk::WrongPassword6988, StatusWord(0x6988)),
];
