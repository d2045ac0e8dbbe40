//! The cards of the matrix: profiles with seeds, so that the same reading gives the same octets every time.
//!
//! The simplest card stands first: what fails is shrunk towards it. All issuers sign with RSA, which is verified fastest:
//! with what an issuer signs is no question of the line.

use crate::reading::{Issued, password};
use crate::wire::{Desk, Seen};
use chipid::chip::{FileKey, Terminal};
use chipid::internals::crypto::{Cipher, CurveId, DhGroupId, DigestAlgorithm, GroupId, SeededRandom};
use chipid::internals::issuer::{
    CurveForm, CvHolder, IssuerPlan, KeyKind, KeyPlan, TerminalAuthority, TerminalAuthorityPlan,
};
use chipid::internals::oid;
use chipid::sim::profile::{
    self, ActiveAuthenticationPlan, CardSecurityPlan, ChipAuthenticationPlan, Sizes, TerminalPlan,
};
use chipid::sim::{Mapping, PaceSuite, Profile};
use chipid::{CheckId, Document, Password, Report, State, Verdict};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// A card of the matrix, and what an unfaulted reading of it is.
pub struct Bench {
    pub name: &'static str,
    pub issued: Issued,
    with_mrz: bool,
    pub truth: Truth,
    /// What another reading, with other random numbers, passed over the line.
    pub old_session: Exchanges,
    /// What no message may hold: MRZ, CAN, numbers, names.
    pub canaries: Vec<String>,
}

/// What an unfaulted reading comes to.
pub struct Truth {
    pub verdict: Verdict,
    pub successful: BTreeSet<CheckId>,
    pub exchanges: Exchanges,
    /// The kind of each exchange.
    pub kinds: Vec<String>,
    /// What the reading takes at the line's pace.
    pub clock: Duration,
}

/// Commands and answers, in their order.
pub type Exchanges = Vec<(Vec<u8>, Vec<u8>)>;

/// The seeds of chip and reader.
#[derive(Clone, Copy)]
pub enum Seeds {
    Now,
    Old,
}

fn chip_on(group: GroupId, cipher: Cipher) -> Vec<ChipAuthenticationPlan> {
    vec![ChipAuthenticationPlan { group, cipher, key_id: None, form: CurveForm::Explicit }]
}

const P256: GroupId = GroupId::Curve(CurveId::Secp256r1);
const RSA: KeyPlan = KeyPlan::rsa(2048, DigestAlgorithm::Sha256);
/// Octets of the image file: about seventy short reads.
const DG2: usize = 15_000;
const SHORT: usize = 256;

/// A card of Utopia with PACE, short lengths, no proof of the chip.
fn utopian(name: &'static str, mapping: Mapping, cipher: Cipher) -> Profile {
    let base = profile::hardened();
    let mut issuer = IssuerPlan::new("UT", "UTO", "Invented ID Office", RSA, RSA);
    issuer.lds_version = 1;
    Profile {
        name,
        pace: vec![PaceSuite::new(mapping, P256, cipher)],
        can: Some("739184".to_owned()),
        chip_authentication: Vec::new(),
        active_authentication: None,
        issuer,
        sizes: Sizes { dg2: Some(DG2), ..Sizes::default() },
        ..base
    }
    .with_max_answer(SHORT)
}

fn of_chip_authentication(
    name: &'static str,
    mapping: Mapping,
    pace: Cipher,
    group: GroupId,
    cipher: Cipher,
) -> Profile {
    Profile { chip_authentication: chip_on(group, cipher), ..utopian(name, mapping, pace) }
}

fn of_active_authentication(name: &'static str, cipher: Cipher, kind: KeyKind) -> Profile {
    let digest = DigestAlgorithm::Sha256;
    Profile {
        active_authentication: Some(ActiveAuthenticationPlan { kind, digest }),
        ..utopian(name, Mapping::Generic, cipher)
    }
}

fn of_chip_mapping(name: &'static str, cipher: Cipher) -> Profile {
    Profile { card_security: Some(CardSecurityPlan::new()), ..utopian(name, Mapping::ChipAuthentication, cipher) }
}

/// The Vietnamese card, its person's number and so its CAN another than the demonstration's.
fn vietnamese(name: &'static str) -> Profile {
    let mut profile = Profile { name, can: Some("739184".to_owned()), ..profile::vn() };
    profile.person.optional = "999199739184".to_owned();
    profile.person.document_number = "199739184".to_owned();
    profile.issuer = IssuerPlan::new("VN", "VNM", "Invented ID Authority", RSA, RSA);
    profile.sizes.dg2 = Some(DG2);
    profile
}

fn passport(name: &'static str) -> Profile {
    let mut profile = Profile { name, ..profile::passport() };
    profile.issuer.csca = RSA;
    profile.sizes.dg2 = Some(DG2);
    profile
}

/// The profiles, the simplest first; whether each is opened by its MRZ though it has a CAN.
fn profiles() -> Vec<(Profile, bool)> {
    use Mapping::{Generic, Integrated};
    let plain = Profile {
        name: "plain",
        bac: false,
        chip_authentication: Vec::new(),
        active_authentication: None,
        ..passport("plain")
    };
    let bac = Profile { chip_authentication: Vec::new(), ..passport("bac-3des-aa-rsa") };
    let modp = GroupId::Dh(DhGroupId::Modp1024Prime160);
    let authority = TerminalAuthorityPlan::new("UT", KeyKind::Ec(CurveId::Secp256r1), oid::ID_TA_ECDSA_SHA256);
    let terminal = Profile {
        terminal_authentication: Some(TerminalPlan::new(authority)),
        ..of_chip_authentication("eac-ta", Generic, Cipher::Aes128, P256, Cipher::Aes128)
    };
    let extended = |profile: Profile, bytes| profile.with_max_answer(bytes);
    vec![
        (plain, false),
        (bac, false),
        (passport("bac-3des-ca-3des"), false),
        (of_active_authentication("gm-aes128-aa-ec", Cipher::Aes128, KeyKind::Ec(CurveId::Secp256r1)), false),
        (of_active_authentication("gm-aes256-aa-rsa", Cipher::Aes256, KeyKind::Rsa(2048)), false),
        (of_chip_authentication("gm-aes128-ca-ec", Generic, Cipher::Aes128, P256, Cipher::Aes128), false),
        (of_chip_authentication("gm-aes256-ca-dh", Generic, Cipher::Aes256, modp, Cipher::Aes256), false),
        (of_chip_authentication("im-aes128-ca-ec", Integrated, Cipher::Aes128, P256, Cipher::Aes256), false),
        (of_chip_authentication("im-aes256-ca-ec", Integrated, Cipher::Aes256, P256, Cipher::Aes128), false),
        (of_chip_mapping("cam-aes128", Cipher::Aes128), false),
        (of_chip_mapping("cam-aes256", Cipher::Aes256), false),
        (terminal, false),
        (vietnamese("vn-short").with_max_answer(SHORT), false),
        (extended(vietnamese("vn-extended"), 4_096), false),
        (vietnamese("vn-mrz").with_max_answer(SHORT), true),
        (
            extended(
                of_chip_authentication("gm-aes256-extended", Generic, Cipher::Aes256, P256, Cipher::Aes256),
                65_536,
            ),
            false,
        ),
    ]
}

/// All cards, the simplest first.
pub fn benches() -> Vec<Bench> {
    let profiles = profiles();
    let made: Vec<Bench> = std::thread::scope(|scope| {
        let threads: Vec<_> = profiles
            .into_iter()
            .map(|(profile, with_mrz)| scope.spawn(move || Bench::new(profile, with_mrz)))
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    made
}

/// The cards, made once for all tests.
pub fn all() -> &'static [Bench] {
    static ALL: std::sync::OnceLock<Vec<Bench>> = std::sync::OnceLock::new();
    ALL.get_or_init(benches)
}

/// The card of this name.
pub fn by_name(name: &str) -> Option<&'static Bench> {
    all().iter().find(|bench| bench.name == name)
}

impl Bench {
    fn new(profile: Profile, with_mrz: bool) -> Self {
        let name = profile.name;
        let canaries = canaries(&profile);
        let issued = Issued::new(profile);
        let truth = Truth {
            verdict: Verdict::Failed,
            successful: BTreeSet::new(),
            exchanges: Vec::new(),
            kinds: Vec::new(),
            clock: Duration::ZERO,
        };
        let mut bench = Self { name, issued, with_mrz, truth, old_session: Vec::new(), canaries };
        bench.old_session = bench.unfaulted(Seeds::Old).0;
        let (exchanges, document, clock) = bench.unfaulted(Seeds::Now);
        let report = bench.report(&document);
        bench.truth = Truth {
            verdict: report.verdict(),
            successful: successful(&report),
            kinds: kinds(&exchanges),
            exchanges,
            clock,
        };
        bench
    }

    fn unfaulted(&self, seeds: Seeds) -> (Exchanges, Document, Duration) {
        let desk = Desk::new(self, seeds);
        let card = desk.connect(self, seeds);
        let session = card.open(&self.password(), &mut crate::reading::go_on).unwrap_or_else(|error| panic!("{error}"));
        let session = self.with_terminal(session);
        let document =
            session.read(&crate::case::plan(), &mut crate::reading::go_on).unwrap_or_else(|error| panic!("{error}"));
        let clock = desk.wire().clock;
        let of = |seen| match seen {
            Seen::Exchange { command, answer: Ok(answer) } => Some((command, answer)),
            _ => None,
        };
        (desk.wire().seen.drain(..).filter_map(of).collect(), document, clock)
    }

    pub fn password(&self) -> Password {
        if self.with_mrz {
            Password::mrz(&self.issued.profile.mrz_lines().concat()).unwrap()
        } else {
            password(&self.issued.profile)
        }
    }

    /// The session with a terminal, where the card guards files by one.
    pub fn with_terminal(&self, session: chipid::Session) -> chipid::Session {
        let Some(plan) = self.issued.profile.terminal_authentication.clone() else { return session };
        let authority = TerminalAuthority::new(plan.authority);
        let key = authority.key(CvHolder::Terminal).unwrap();
        let mut terminal = Terminal::new(Box::new(FileKey::new(key, Box::new(SeededRandom::new([9; 32])))));
        terminal.add_file("authority", authority.authority(1).unwrap().as_bytes()).unwrap();
        for certificate in authority.chain(1).unwrap() {
            terminal.add_file("chain", certificate.as_bytes()).unwrap();
        }
        session.with_terminal(terminal)
    }

    pub fn report(&self, document: &Document) -> Report {
        self.issued.report(document)
    }
}

/// The checks of a report that are successful.
pub fn successful(report: &Report) -> BTreeSet<CheckId> {
    report.checks().iter().filter(|check| check.state == State::Successful).map(|check| check.id).collect()
}

fn canaries(profile: &Profile) -> Vec<String> {
    let person = &profile.person;
    let mut found = profile.mrz_lines();
    found.extend(profile.can.clone());
    found.extend([&person.document_number, &person.primary, &person.optional].map(String::clone));
    found.extend(person.secondary.split(' ').map(str::to_owned));
    if let Some(national) = &person.national
        && profile.name.starts_with("vn")
    {
        found.extend([&national.full_name, &national.father, &national.mother, &national.residence].map(String::clone));
    }
    found.retain(|canary| canary.chars().count() >= 4);
    found
}

/// What each exchange is for: the header stands in the clear under secure messaging too.
fn kinds(exchanges: &[(Vec<u8>, Vec<u8>)]) -> Vec<String> {
    let mut kinds = Vec::new();
    let mut steps: BTreeMap<&str, usize> = BTreeMap::new();
    let mut file = String::new();
    for (command, _) in exchanges {
        let secured = command[0] & 0x0C == 0x0C;
        let kind = match (command[1], command[2], command[3]) {
            (0xB0, p1, _) if p1 & 0x80 != 0 => {
                file = format!("{}{:02X}", if secured { "protected " } else { "" }, p1 & 0x1F);
                format!("read {file}")
            }
            (0xB0 | 0xB1, ..) => format!("read on {file}"),
            (0xA4, p1, _) => format!("select {p1:02X}"),
            (0x22, p1, p2) => {
                steps.remove("general");
                format!("MSE {p1:02X}{p2:02X}")
            }
            (0x86, ..) => {
                let step = steps.entry("general").or_default();
                *step += 1;
                format!("general authenticate {step}{}", if secured { " protected" } else { "" })
            }
            (0x2A, ..) => {
                let step = steps.entry("verify").or_default();
                *step += 1;
                format!("verify certificate {step}")
            }
            (0x84, ..) => "get challenge".to_owned(),
            (0x82, ..) => "external authenticate".to_owned(),
            (0x88, ..) => "internal authenticate".to_owned(),
            (0xC0, ..) => "get response".to_owned(),
            (ins, ..) => format!("instruction {ins:02X}"),
        };
        kinds.push(kind);
    }
    kinds
}
