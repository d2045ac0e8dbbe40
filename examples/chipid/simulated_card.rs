//! The built-in card: the simulated chip of an invented person, the key that opens it, and the certificate of its issuer.

use crate::arguments::Profile as Name;
use crate::failure::Failure;
use chipid::OsRandom;
use chipid::Password;
use chipid::chip::{FileKey, Terminal};
use chipid::sim::profile::{self, Profile};
use chipid::sim::{CvHolder, TerminalAuthority, TerminalAuthorityPlan};
use chipid::sim::{Quirk, SimulatedCard};
use std::fmt::Display;

/// A simulated card, and what a person at the counter would know of it.
pub struct Demo {
    pub card: SimulatedCard,
    pub csca: Vec<u8>,
    pub can: Option<String>,
    pub mrz: Vec<String>,
    /// It has no access control.
    pub is_open: bool,
    /// A terminal that may read all of it, where the card asks for one.
    pub terminal: Option<Terminal>,
}

/// The card of this profile.
pub fn card(name: Name, quirks: &[Quirk], max_answer: Option<usize>) -> Result<Demo, Failure> {
    let profile = match name {
        Name::Vn => profile::vn(),
        Name::Passport => profile::passport(),
        Name::Hardened => profile::hardened(),
        Name::Plain => profile::plain(),
        Name::Cam => profile::cam(),
        Name::Im => profile::im(),
        Name::Dh => profile::dh(),
        Name::Eac => profile::eac(),
    };
    let profile = quirks.iter().fold(profile, |profile, quirk| profile.with_quirk(*quirk));
    let profile = max_answer.into_iter().fold(profile, Profile::with_max_answer);
    Ok(Demo {
        card: profile.card().map_err(|error| failed(&error))?,
        csca: profile.csca().map_err(|error| failed(&error))?,
        can: profile.can().map(str::to_owned),
        mrz: profile.mrz_lines(),
        is_open: !profile.bac && profile.pace.is_empty(),
        terminal: profile.terminal_authentication.map(|plan| terminal(plan.authority)).transpose()?,
    })
}

/// The terminal that this authority allows to read fingers and irises.
fn terminal(authority: TerminalAuthorityPlan) -> Result<Terminal, Failure> {
    let authority = TerminalAuthority::new(authority);
    let key = authority.key(CvHolder::Terminal).map_err(|error| failed(&error))?;
    let mut terminal = Terminal::new(Box::new(FileKey::new(key, Box::new(OsRandom))));
    for certificate in authority.chain(1).map_err(|error| failed(&error))? {
        terminal.add_file("the built-in card", certificate.as_bytes()).map_err(|error| failed(&error))?;
    }
    Ok(terminal)
}

impl Demo {
    /// The key that opens it: the CAN where it has one, as at a counter. It is not a claim: only what the command line
    /// gives is compared.
    pub fn password(&self) -> Result<Password, Failure> {
        match &self.can {
            Some(can) => Password::can(can),
            None if self.is_open => Ok(Password::none()),
            None => Password::mrz(&self.mrz.concat()).map(Password::without_claims),
        }
        .map_err(|error| failed(&error))
    }
}

/// The simulated card could not be made.
pub fn failed(why: &dyn Display) -> Failure {
    Failure::other("simulation", &[("why", why)])
}
