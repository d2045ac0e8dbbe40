//! What the card holds, where it stands, and what a reset and the end of a session change.

use super::super::access::{Bac, CamKey, Pace, PaceSuite, Passwords};
use super::super::active_authentication::ActiveAuthenticationKey;
use super::super::chip_authentication::{ChipAuthenticationKey, ChipAuthenticationState};
use super::super::faults::Deviation;
use super::super::files::{File, SecurityStatus};
use super::super::quirks::{Quirk, Quirks};
use super::super::secure_messaging::Session;
use super::super::terminal_authentication::{TerminalAuthenticationState, TrustPoints};
use crate::crypto::{CurveId, Random, Secret};
use crate::iso7816::{Command, StatusWord};

/// All that a card is made of; a profile fills it.
pub(crate) struct Equipment {
    pub(crate) atr: Vec<u8>,
    pub(crate) files: Vec<File>,
    pub(crate) bac: bool,
    pub(crate) pace: Vec<PaceSuite>,
    pub(crate) passwords: Passwords,
    pub(crate) cam_keys: Vec<CamKey>,
    pub(crate) chip_keys: Vec<ChipAuthenticationKey>,
    pub(crate) active: Option<ActiveAuthenticationKey>,
    /// What active authentication answers in the place of a signature.
    pub(crate) replayed: Option<Vec<u8>>,
    pub(crate) trust: Option<TrustPoints>,
    pub(crate) max_command: usize,
    pub(crate) max_answer: usize,
    pub(crate) quirks: Quirks,
    pub(crate) random: Box<dyn Random>,
}

/// A chip ID card in a reader of its own: a [`Transport`](crate::transport::Transport).
pub struct SimulatedCard {
    pub(super) equipment: Equipment,
    pub(super) volatile: VolatileState,
    pub(super) exchanges: usize,
    pub(super) failures: u32,
    /// From which exchange on, whether only there, and how.
    pub(super) deviation: Option<(usize, bool, Deviation)>,
}

/// What a reset wipes.
#[derive(Default)]
pub(super) struct VolatileState {
    pub(super) application: bool,
    pub(super) current: Option<usize>,
    pub(super) session: Option<Session>,
    pub(super) security_status: SecurityStatus,
    /// What stands for the chip in terminal authentication.
    pub(super) id_ic: Vec<u8>,
    /// Comp(PK_IFD) of the chip's authentication, once it was made.
    pub(super) terminal: Option<Vec<u8>>,
    pub(super) bac: Bac,
    pub(super) pace: Pace,
    pub(super) ca: ChipAuthenticationState,
    pub(super) ta: TerminalAuthenticationState,
    pub(super) chain: Option<Command>,
    pub(super) protected_chain: Option<Command>,
    pub(super) waiting: Vec<u8>,
    pub(super) waiting_in_session: bool,
    pub(super) locked: Option<StatusWord>,
}

impl SimulatedCard {
    pub(crate) fn new(equipment: Equipment) -> Self {
        let mut card =
            Self { equipment, volatile: VolatileState::default(), exchanges: 0, failures: 0, deviation: None };
        card.power_on(card.has(Quirk::ApplicationSelected));
        card
    }

    /// Commands that came since the card was made; GET RESPONSE counts, resets do not.
    pub fn exchanges(&self) -> usize {
        self.exchanges
    }

    /// From exchange `at` on, counted from 0, the card deviates from the standard in this way.
    pub fn deviate(&mut self, at: usize, deviation: Deviation) {
        self.deviation = Some((at, false, deviation));
    }

    /// The card deviates in this way at its next exchange, and only there.
    pub fn deviate_once(&mut self, deviation: Deviation) {
        self.deviation = Some((self.exchanges, true, deviation));
    }

    /// Puts this random source in place of the card's.
    pub fn set_random(&mut self, random: Box<dyn Random>) {
        self.equipment.random = random;
    }

    /// Puts this private number in place of the card's key of chip authentication mapping on the curve.
    pub fn set_mapping_key(&mut self, curve: CurveId, private: Secret) {
        self.equipment.cam_keys.retain(|key| key.curve != curve);
        self.equipment.cam_keys.push(CamKey { curve, private });
    }

    /// Active authentication answers with these bytes from now on, whatever is asked: what was once heard of another chip.
    pub fn replay_active(&mut self, answer: Vec<u8>) {
        self.equipment.replayed = Some(answer);
    }

    /// The card's files, to look at or to change.
    pub fn files_mut(&mut self) -> &mut Vec<File> {
        &mut self.equipment.files
    }

    pub(super) fn has(&self, quirk: Quirk) -> bool {
        self.equipment.quirks.has(quirk)
    }

    pub(super) fn deviates(&self) -> Option<Deviation> {
        let (at, once, deviation) = self.deviation?;
        let number = at.saturating_add(1);
        (self.exchanges == number || !once && self.exchanges > number).then_some(deviation)
    }

    pub(super) fn power_on(&mut self, application: bool) {
        self.volatile = VolatileState { application, ..VolatileState::default() };
        self.end_session();
    }

    /// The keys are forgotten, and what they opened is closed.
    pub(super) fn end_session(&mut self) {
        self.volatile.session = None;
        let opened = !self.equipment.bac && self.equipment.pace.is_empty();
        self.volatile.security_status = SecurityStatus { opened, ..SecurityStatus::default() };
        self.volatile.id_ic.clear();
        self.volatile.terminal = None;
        self.volatile.ta = TerminalAuthenticationState::default();
    }
}
