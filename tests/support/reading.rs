//! Reading a simulated card in process, as the tests of whole readings do.
#![allow(dead_code, clippy::unwrap_used)]

use chipid::sim::profile::Contents;
use chipid::sim::{Profile, SimulatedCard};
use chipid::transport::Transport;
use chipid::trust::{TrustBuilder, TrustStore};
use chipid::{Card, Document, Error, Event, Limits, Password, ReadError, ReadPlan, Report};
use std::ops::ControlFlow;
use std::time::{Duration, SystemTime};

/// The moment that all tests judge for: 1 January 2026.
pub fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600)
}

pub fn go_on(_: Event<'_>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// What opens a card of this profile: its CAN where it has one, else its MRZ, else nothing.
pub fn password(profile: &Profile) -> Password {
    match profile.can() {
        Some(can) => Password::can(can).unwrap(),
        None if profile.bac || !profile.pace.is_empty() => Password::mrz(&profile.mrz_lines().concat()).unwrap(),
        None => Password::none(),
    }
}

/// The MRZ of a profile alone, without the CAN that a Vietnamese one gives.
pub fn mrz_only(profile: &Profile) -> Password {
    let information = profile.person.mrz_information();
    let (number, birth, expiry) = (&information[..9], &information[10..16], &information[17..23]);
    Password::mrz_parts(number, birth, expiry).unwrap()
}

pub fn trust(profile: &Profile) -> TrustStore {
    let mut trust = TrustBuilder::new();
    trust.add_certificate(&profile.csca().unwrap()).unwrap();
    trust.build()
}

/// A profile whose files are issued once, for tests that read it often.
pub struct Issued {
    pub profile: Profile,
    contents: Contents,
    trust: TrustStore,
}

impl Issued {
    pub fn new(profile: Profile) -> Self {
        let contents = profile.contents().unwrap();
        let trust = trust(&profile);
        Self { profile, contents, trust }
    }

    pub fn card(&self) -> SimulatedCard {
        self.profile.card_with(self.contents.clone()).unwrap()
    }

    pub fn password(&self) -> Password {
        password(&self.profile)
    }

    /// What the tests trust: the profile's authority.
    pub fn trust(&self) -> &TrustStore {
        &self.trust
    }

    pub fn report(&self, document: &Document) -> Report {
        self.report_with(&self.trust, document)
    }

    pub fn report_with(&self, trust: &TrustStore, document: &Document) -> Report {
        document.verify(trust, now())
    }
}

pub fn link(profile: &Profile) -> Box<dyn Transport> {
    Box::new(profile.card().unwrap())
}

/// Reads over this line.
pub fn read_over(
    link: Box<dyn Transport>,
    password: &Password,
    plan: &ReadPlan,
    limits: Option<Limits>,
) -> Result<Document, Error> {
    let card = Card::connect(link)?;
    let card = match limits {
        Some(limits) => card.with_limits(limits),
        None => card,
    };
    Ok(card.open(password, &mut go_on)?.read(plan, &mut go_on)?)
}

/// Reads over this line; after a cut also what was held.
#[allow(clippy::result_large_err, reason = "a test's own shorthand")]
pub fn read_or_part(link: Box<dyn Transport>, password: &Password) -> Result<Document, (Error, Option<Document>)> {
    let card = Card::connect(link).map_err(|error| (error, None))?;
    let session = card.open(password, &mut go_on).map_err(|error| (error.error, None))?;
    session.read(&ReadPlan::full(), &mut go_on).map_err(|ReadError { error, document, .. }| (error, Some(*document)))
}

pub fn read(profile: &Profile) -> Document {
    read_over(link(profile), &password(profile), &ReadPlan::full(), None).unwrap()
}

pub fn report(profile: &Profile) -> Report {
    read(profile).verify(&trust(profile), now())
}

/// The checks of a report in lines, for a failing test.
pub fn lines(report: &Report) -> String {
    let line = |check: &chipid::Check| {
        format!("{} {:?} {:?} {} {:?}\n", check.id, check.state, check.reason, check.compared, check.warnings)
    };
    report.checks().iter().map(line).collect()
}
