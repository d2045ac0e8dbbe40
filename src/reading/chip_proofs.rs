//! The proofs of the chip, asked for in an open session.

use super::plan::ReadPlan;
use super::progress::{Reading, is_lost_card};
use super::session::Session;
use crate::channel::{FileOutcome, ends_session};
use crate::chip::{
    ActiveAuthentication, Agreed, ChipAuthentication, KeyChoice, TerminalAuthentication, TerminalInputs, agree, ask,
    authenticate, choose_key,
};
use crate::crypto::PublicKey;
use crate::document::Document;
use crate::error::{Broken, Error, Step};
use crate::event::{Phase, Show};
use crate::iso7816::StatusWord;
use crate::lds::{Cvca, DataGroup, Dg14, Dg15, FileId};

/// Plain bytes that the shortest protected answer surely carries.
const SHORT_ANSWER: usize = 223;
/// The version of terminal authentication that Doc 9303 has (9303-11 §9.2.9).
const TERMINAL_VERSION: u32 = 1;
/// Bytes of EF.CVCA (TR-03110-3 §A.1.2).
const CVCA_LENGTH: usize = 36;

impl Reading {
    pub(super) fn chip_authentication(&mut self, document: &mut Document, show: &mut Show<'_>) -> Result<(), Error> {
        if self.is_chip_done {
            return Ok(());
        }
        self.is_chip_done = true;
        // The chip has proven a key in PACE already (9303-11 §4.4.3.5). Only a key that DG14 holds too belongs to this
        // document: with any other, the EF.CardSecurity of another chip could stand beside copied files.
        if self.session.terminal.is_none() && document.proofs.is_mapping_bound(&document.files) {
            document.proofs.set_chip(ChipAuthentication::ShownByMapping);
            return Ok(());
        }
        let choice = match document.files.group(DataGroup::DG14).map(Dg14::parse) {
            Some(Ok(dg14)) => choose_key(&dg14),
            _ => return Ok(()),
        };
        let key = match choice {
            KeyChoice::Key(key) => key,
            KeyChoice::None => {
                document.proofs.set_chip(ChipAuthentication::NotOffered);
                return Ok(());
            }
            KeyChoice::Impossible(reason) => {
                document.proofs.set_chip(ChipAuthentication::Impossible(reason));
                return Ok(());
            }
        };
        self.session.channel.phase(Phase::ChipAuthentication, show)?;
        let session = &mut self.session;
        match agree(&mut session.channel, &key, session.random.as_mut(), show) {
            Ok(Agreed::NewKeys { ephemeral }) => {
                self.chip_unproven = Some(ChipAuthentication::Proven(key.suite()));
                self.ephemeral = Some(ephemeral);
            }
            Ok(Agreed::Refused(status)) => document.proofs.set_chip(ChipAuthentication::Refused(status)),
            Err(error) if ends_session(&error) => {
                document.proofs.set_chip(ChipAuthentication::SessionLost);
                self.reopen(document, show)?;
            }
            Err(error) => {
                self.is_chip_done = false;
                return Err(error);
            }
        }
        Ok(())
    }

    /// Shows the chip the terminal's certificates and signature, once in a session (9303-11 §7.1).
    pub(super) fn terminal_authentication(
        &mut self,
        document: &mut Document,
        show: &mut Show<'_>,
    ) -> Result<(), Error> {
        if core::mem::replace(&mut self.is_terminal_done, true) {
            return Ok(());
        }
        document.proofs.set_terminal(TerminalAuthentication::NotMade);
        let dg14 = document.files.group(DataGroup::DG14).map(Dg14::parse);
        let Some(Ok(dg14)) = dg14 else { return Ok(()) };
        let info = dg14.security_infos.terminal_authentication().filter(|info| info.version == TERMINAL_VERSION);
        let Some(info) = info else { return Ok(()) };
        // Chip authentication comes first; without it there is nothing to bind the signature to.
        let (Some(id_ic), Some(ephemeral)) = (self.session.granted.id_ic.clone(), self.ephemeral.clone()) else {
            return Ok(());
        };
        self.session.channel.phase(Phase::TerminalAuthentication, show)?;
        let made = self.show_terminal(info.cvca_fid, info.cvca_sfi, &id_ic, &ephemeral, show);
        self.take_chip_proof(document);
        let made = match made {
            Ok(made) => made,
            Err(error) if ends_session(&error) => {
                let was_unproven = self.chip_unproven.is_some();
                self.reopen(document, show)?;
                // There is no second try in this reading.
                self.is_terminal_done = true;
                if was_unproven {
                    document.proofs.set_chip(ChipAuthentication::NotUnderNewKeys);
                }
                TerminalAuthentication::SessionLost
            }
            Err(error) => return Err(error),
        };
        document.proofs.set_terminal(made);
        Ok(())
    }

    /// EF.CVCA, under the identifiers that DG14 states, and the protocol itself.
    pub(super) fn show_terminal(
        &mut self,
        fid: Option<u16>,
        sfi: Option<u8>,
        id_ic: &[u8],
        ephemeral: &[u8],
        show: &mut Show<'_>,
    ) -> Result<TerminalAuthentication, Error> {
        let Session { channel, terminal, .. } = &mut self.session;
        let Some(terminal) = terminal else { return Ok(TerminalAuthentication::NotMade) };
        let file = FileId::Cvca;
        let outcome = match (fid, sfi) {
            (None, None) => channel.read_file(file, Step::Read(file), show)?,
            _ => channel.read_stated_file(fid, sfi, CVCA_LENGTH, Step::Read(file), show)?,
        };
        let cvca = match &outcome {
            FileOutcome::Read(bytes) => Cvca::parse(bytes),
            _ => return Ok(TerminalAuthentication::NoTrustPoints),
        };
        let Ok(cvca) = cvca else { return Ok(TerminalAuthentication::NoTrustPoints) };
        let inputs = TerminalInputs { trust_points: &cvca.references, id_ic, ephemeral };
        authenticate(channel, terminal, &inputs, show)
    }

    pub(super) fn active_authentication(
        &mut self,
        plan: &ReadPlan,
        document: &mut Document,
        show: &mut Show<'_>,
    ) -> Result<(), Error> {
        let again = core::mem::take(&mut self.ask_again);
        if !again && *document.proofs.active() != ActiveAuthentication::NotMade {
            return Ok(());
        }
        let key = match document.files.group(DataGroup::DG15).map(Dg15::parse) {
            Some(Ok(Dg15 { key: Ok(key), .. })) => key,
            Some(_) => {
                document.proofs.set_active(ActiveAuthentication::BadKey);
                return Ok(());
            }
            None => return Ok(()),
        };
        self.session.channel.phase(Phase::ActiveAuthentication, show)?;
        let challenge = match plan.challenge {
            Some(challenge) => challenge,
            None => self.fresh_challenge()?,
        };
        let asked = ask(&mut self.session.channel, &key, challenge, plan.challenge_source(), show);
        self.take_chip_proof(document);
        if self.chip_unproven.take().is_some() && asked.as_ref().is_err_and(ends_session) {
            document.proofs.set_chip(ChipAuthentication::NotUnderNewKeys);
        }
        // Over a short-only line a long signature comes in parts, which some chips refuse or cut: it is asked for last,
        // where that does no harm.
        let is_long = matches!(&key, PublicKey::Rsa(key) if key.modulus_len() > SHORT_ANSWER);
        let may_be_cut = is_long && !self.session.limits().is_extended();
        let was_collected = self.session.channel.answer_came_in_parts();
        let made = match asked {
            Ok(answer) => answer,
            Err(Error::Protocol { broken: Broken::Unprotected(StatusWord(0x9000 | 0x6700)), .. }) if is_long => {
                ActiveAuthentication::SessionLost
            }
            // A chip that answers a naked refusal has refused: a clone does.
            Err(Error::Protocol { broken: Broken::Unprotected(status), .. }) if !may_be_cut || !was_collected => {
                ActiveAuthentication::Refused(status)
            }
            Err(Error::Protocol { broken: Broken::BadResponse | Broken::Unprotected(_), .. }) if may_be_cut => {
                ActiveAuthentication::SessionLost
            }
            Err(error) => {
                document.proofs.set_active(ActiveAuthentication::SessionLost);
                // A challenge of the caller is never used twice: its answer may already be known to others.
                self.ask_again = is_lost_card(&error) && plan.challenge.is_none();
                return Err(error);
            }
        };
        document.proofs.set_active(made);
        Ok(())
    }

    pub(super) fn fresh_challenge(&mut self) -> Result<[u8; 8], Error> {
        let mut challenge = [0; 8];
        let filled = self.session.random.fill(&mut challenge);
        filled.map_err(|_| Error::Protocol { during: Step::ActiveAuthentication, broken: Broken::Crypto })?;
        Ok(challenge)
    }
}
