//! Is every document that Doc 9303-11 allows read whole and judged genuine, whatever protocols its chip speaks?
//!
//! The table has a row for each legal mapping × parameter × cipher × chip authentication × active authentication ×
//! lengths. The default run takes rows until every pair of values that occurs together was read; `CHIPID_FULL=1` takes
//! all of them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[path = "support/reading.rs"]
mod reading;

use chipid::access::AccessProtocol;
use chipid::chip::ChipAuthentication;
use chipid::internals::crypto::{Cipher, CurveId, DhGroupId, DigestAlgorithm, GroupId};
use chipid::internals::issuer::{CurveForm, KeyKind};
use chipid::lds::Mapping as ReaderMapping;
use chipid::sim::profile::{
    ActiveAuthenticationPlan, CardSecurityPlan, ChipAuthenticationPlan, LengthInfo, Sizes, hardened,
};
use chipid::sim::{Mapping, PaceSuite, Profile, Quirk};
use chipid::{CheckId, Limits, Password, ReadPlan, Reason, State, Verdict};
use reading::{Issued, go_on, lines, read_over};
use std::collections::BTreeSet;

/// Chip authentication, by its commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chip {
    None,
    /// MSE:Set KAT, with 3DES.
    SetKat,
    /// MSE:Set AT and GENERAL AUTHENTICATE, with AES.
    SetAt,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Active {
    None,
    Rsa,
    Ecdsa,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    pace: PaceSuite,
    chip: Chip,
    active: Active,
    extended: bool,
}

impl Row {
    fn all() -> Vec<Row> {
        let mut rows = Vec::new();
        for pace in PaceSuite::all() {
            for chip in [Chip::None, Chip::SetKat, Chip::SetAt] {
                for active in [Active::None, Active::Rsa, Active::Ecdsa] {
                    rows.extend([true, false].map(|extended| Row { pace, chip, active, extended }));
                }
            }
        }
        rows
    }

    /// The values of the row, one a column.
    fn values(&self) -> [String; 6] {
        [
            format!("{:?}", self.pace.mapping),
            self.pace.parameter_id().to_string(),
            self.pace.cipher.name().to_owned(),
            format!("{:?}", self.chip),
            format!("{:?}", self.active),
            self.extended.to_string(),
        ]
    }

    fn pairs(&self) -> Vec<(usize, String, usize, String)> {
        let values = self.values();
        let columns = 0..values.len();
        let pairs = columns.clone().flat_map(|a| (a + 1..columns.end).map(move |b| (a, b)));
        pairs.map(|(a, b)| (a, values[a].clone(), b, values[b].clone())).collect()
    }

    /// The group of chip authentication: another one for each parameter, so that all come by.
    fn chip_group(&self) -> GroupId {
        let groups: Vec<GroupId> = GroupId::all().collect();
        let at = groups.iter().position(|group| *group == self.pace.group).unwrap();
        groups[(at + if self.extended { 5 } else { 9 }) % groups.len()]
    }

    fn profile(&self) -> Profile {
        let chip_cipher = match self.chip {
            Chip::SetKat => Cipher::TripleDes,
            _ if self.pace.cipher == Cipher::TripleDes => Cipher::Aes192,
            _ => self.pace.cipher,
        };
        let plan = ChipAuthenticationPlan {
            group: self.chip_group(),
            cipher: chip_cipher,
            key_id: self.extended.then_some(5),
            form: if self.extended { CurveForm::Explicit } else { CurveForm::Standardized },
        };
        let active = match self.active {
            Active::None => None,
            Active::Rsa => Some((KeyKind::Rsa(2048), DigestAlgorithm::Sha256)),
            Active::Ecdsa => Some((KeyKind::Ec(CurveId::BrainpoolP320r1), DigestAlgorithm::Sha224)),
        };
        let profile = Profile {
            name: "row",
            pace: vec![self.pace],
            card_security: (self.pace.mapping == Mapping::ChipAuthentication).then(CardSecurityPlan::new),
            chip_authentication: (self.chip != Chip::None).then_some(plan).into_iter().collect(),
            active_authentication: active.map(|(kind, digest)| ActiveAuthenticationPlan { kind, digest }),
            sizes: Sizes::default(),
            ..hardened()
        };
        if self.extended {
            return profile.with_max_answer(4_096);
        }
        Profile { lengths: LengthInfo::Absent, ..profile.with_max_answer(256) }
    }

    fn read(&self) {
        let name = format!("{self:?}");
        let issued = Issued::new(self.profile());
        // Every second row opens with the MRZ.
        let password = match self.pace.parameter_id() % 2 {
            0 => issued.password(),
            _ => reading::mrz_only(&issued.profile),
        };
        let document = read_over(Box::new(issued.card()), &password, &ReadPlan::full(), None)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let report = issued.report(&document);
        let told = || format!("{name}\n{}", lines(&report));

        let mapping = match self.pace.mapping {
            Mapping::Generic => ReaderMapping::Generic,
            Mapping::Integrated => ReaderMapping::Integrated,
            _ => ReaderMapping::ChipAuthentication,
        };
        match &document.access().unwrap().protocol {
            AccessProtocol::Pace(suite) => {
                assert_eq!((suite.mapping, suite.group, suite.cipher), (mapping, self.pace.group, self.pace.cipher));
            }
            other => panic!("{name}: {other:?}"),
        }
        let state = |id| report.check(id).unwrap().state;
        let is_cam = mapping == ReaderMapping::ChipAuthentication;
        let is = |due: bool| if due { State::Successful } else { State::NotSupported };
        assert_eq!(state(CheckId::ChipPaceCam), is(is_cam), "{}", told());
        // The key of chip authentication is never that of the mapping here: it is made after the mapping as well, or the
        // EF.CardSecurity of another chip could stand beside copied files.
        assert_eq!(state(CheckId::ChipChipAuthentication), is(self.chip != Chip::None), "{}", told());
        assert_eq!(state(CheckId::ChipActiveAuthentication), is(self.active != Active::None), "{}", told());
        assert_eq!(state(CheckId::AccessCardAccess), is(true), "{}", told());
        let is_proven = is_cam || self.chip != Chip::None || self.active != Active::None;
        let verdict = if is_proven { Verdict::Genuine } else { Verdict::DataAuthentic };
        // Where no proof is due DG14 still says that PACE was offered.
        assert_eq!(report.verdict(), verdict, "{}", told());
    }
}

/// Rows until every pair of values that some row has is covered, each time the row with the most new pairs.
fn covering(rows: &[Row]) -> Vec<Row> {
    let mut open: BTreeSet<_> = rows.iter().flat_map(Row::pairs).collect();
    let mut taken = Vec::new();
    while !open.is_empty() {
        let new = |row: &Row| row.pairs().iter().filter(|pair| open.contains(pair)).count();
        let best = *rows.iter().max_by_key(|row| new(row)).unwrap();
        best.pairs().iter().for_each(|pair| {
            open.remove(pair);
        });
        taken.push(best);
    }
    taken
}

/// Runs jobs on all cores; the first failure is told.
fn on_all_cores<T: Sync>(jobs: &[T], run: impl Fn(&T) + Sync) {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for core in 0..cores {
            let run = &run;
            scope.spawn(move || jobs.iter().skip(core).step_by(cores).for_each(run));
        }
    });
}

fn is_full() -> bool {
    std::env::var_os("CHIPID_FULL").is_some()
}

#[test]
fn every_legal_combination_is_read_and_judged() {
    let all = Row::all();
    let pairs: BTreeSet<_> = all.iter().flat_map(Row::pairs).collect();
    let rows = if is_full() { all.clone() } else { covering(&all) };
    on_all_cores(&rows, Row::read);
    println!("{} of {} readings, {} pairs covered", rows.len(), all.len(), pairs.len());
    // 56 generic, 52 integrated, 33 chip authentication; 3 × 3 × 2 of each.
    assert_eq!(all.len(), (56 + 52 + 33) * 18);
}

#[test]
fn chip_authentication_agrees_in_every_group_with_every_cipher() {
    let rows: Vec<(GroupId, Cipher)> =
        GroupId::all().flat_map(|group| Cipher::ALL.map(|cipher| (group, cipher))).collect();
    on_all_cores(&rows, |&(group, cipher)| {
        let plan = |key_id, group| ChipAuthenticationPlan { group, cipher, key_id, form: CurveForm::Explicit };
        // One key alone, then three with numbers; short lengths, so that long keys are chained.
        let strongest = GroupId::all().filter(|other| *other != group).filter(|o| o.strength() < group.strength());
        let others = strongest.take(2).zip([8, 9]).map(|(other, id)| plan(Some(id), other));
        let several: Vec<_> = [plan(Some(7), group)].into_iter().chain(others).collect();
        for keys in [vec![plan(None, group)], several] {
            let count = keys.len();
            let profile = Profile { chip_authentication: keys, active_authentication: None, ..hardened() };
            // Chips protect and answer each link for itself.
            let issued = Issued::new(profile.with_max_answer(256).with_quirk(Quirk::ChainsLinkByLink));
            let document = reading::read_or_part(Box::new(issued.card()), &issued.password()).unwrap();
            let report = issued.report(&document);
            let name = format!("{} {} of {count}", group.name(), cipher.name());
            assert_eq!(report.verdict(), Verdict::Genuine, "{name}\n{}", lines(&report));
            match document.chip_authentication() {
                ChipAuthentication::Proven(suite) => assert_eq!((suite.group, suite.cipher), (group, cipher), "{name}"),
                other => panic!("{name}: {other:?}"),
            }
        }
    });
    println!("{} groups and ciphers", rows.len());
}

#[test]
fn the_strongest_suite_that_is_supported_is_chosen_and_all_that_were_offered_are_told() {
    let weak = PaceSuite::generic(CurveId::Secp192r1, Cipher::Aes256);
    let middle = PaceSuite::new(Mapping::Integrated, GroupId::Dh(DhGroupId::Modp2048Prime256), Cipher::Aes128);
    let strong = PaceSuite::generic(CurveId::Secp384r1, Cipher::Aes192);
    // Not allowed by the standard: passed over, not tried (conformance G_36).
    let illegal = [
        PaceSuite::new(Mapping::ChipAuthentication, GroupId::Dh(DhGroupId::Modp2048Prime256), Cipher::Aes256),
        PaceSuite::new(Mapping::Integrated, GroupId::Curve(CurveId::Secp224r1), Cipher::Aes256),
    ];
    for order in [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 4, 0, 3, 1]] {
        let offers = [weak, illegal[0], middle, illegal[1], strong];
        let pace: Vec<_> = order.iter().map(|at| offers[*at]).collect();
        let issued = Issued::new(Profile { pace: pace.clone(), ..hardened() });
        let document = reading::read_or_part(Box::new(issued.card()), &issued.password()).unwrap();
        let access = document.access().unwrap();
        assert!(matches!(&access.protocol, AccessProtocol::Pace(suite) if suite.group == strong.group));
        assert_eq!(access.offered.len(), 5);
        assert_eq!(access.offered.iter().filter(|offer| offer.suite.is_none()).count(), 2);
        let report = issued.report(&document);
        assert_eq!(report.access().unwrap().offered.len(), 5);
        assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
    }
    // Nothing but what is not allowed: no try, and no silent BAC.
    for pace in illegal {
        let issued = Issued::new(Profile { pace: vec![pace], bac: true, ..hardened() });
        let error = read_over(Box::new(issued.card()), &issued.password(), &ReadPlan::full(), None).unwrap_err();
        assert!(matches!(error, chipid::Error::Unsupported(_)), "{error}");
    }
}

#[test]
fn the_mapping_saves_chip_authentication_only_where_dg14_holds_its_key() {
    let plan =
        |group| ChipAuthenticationPlan { group, cipher: Cipher::Aes128, key_id: Some(1), form: CurveForm::Named };
    let group = GroupId::Curve(CurveId::BrainpoolP256r1);
    let shared = CardSecurityPlan { keys_in_dg14: true, ..CardSecurityPlan::new() };
    let exchanges = |mapping, card_security, keys: &[ChipAuthenticationPlan], needs_no: Option<Reason>| {
        let profile = Profile {
            pace: vec![PaceSuite::new(mapping, group, Cipher::Aes128)],
            card_security,
            chip_authentication: keys.to_vec(),
            active_authentication: None,
            ..hardened()
        };
        let issued = Issued::new(profile);
        let limits = Some(Limits::EXTENDED);
        let document = read_over(Box::new(issued.card()), &issued.password(), &ReadPlan::fastest(), limits).unwrap();
        let report = issued.report(&document);
        assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
        let check = report.check(CheckId::ChipChipAuthentication).unwrap();
        assert_eq!((check.is_successful(), check.reason), (needs_no.is_none(), needs_no), "{}", lines(&report));
        document.exchanges()
    };
    let cam = Mapping::ChipAuthentication;
    let generic = exchanges(Mapping::Generic, None, &[plan(group)], None);
    let other_key = exchanges(cam, Some(CardSecurityPlan::new()), &[plan(group)], None);
    let same_key = exchanges(cam, Some(shared), &[], Some(Reason::ShownByMapping));
    let one_of_two = exchanges(cam, Some(shared), &[plan(group)], Some(Reason::ShownByMapping));
    println!("generic mapping {generic}, other key in DG14 {other_key}, same key {same_key}, one of two {one_of_two}");
    // EF.CardSecurity costs one exchange, chip authentication two. Before the mapping was bound to DG14, it saved both
    // exchanges with other keys too.
    assert_eq!((other_key, same_key, one_of_two), (generic + 1, generic - 1, generic - 1));
}

#[test]
fn sessions_with_random_keys_open_whatever_bytes_come_up() {
    // One key in 256 begins with a zero byte; the small groups are quick.
    let each = if is_full() { 600 } else { 4 };
    let mappings = [Mapping::Generic, Mapping::Integrated, Mapping::ChipAuthentication];
    let suites: Vec<_> = GroupId::all()
        .flat_map(|group| mappings.map(|mapping| PaceSuite::new(mapping, group, Cipher::Aes128)))
        .filter(PaceSuite::is_allowed)
        .collect();
    on_all_cores(&suites, |&pace| {
        let plan =
            ChipAuthenticationPlan { group: pace.group, cipher: Cipher::Aes128, key_id: None, form: CurveForm::Named };
        let is_cam = pace.mapping == Mapping::ChipAuthentication;
        let issued = Issued::new(Profile {
            pace: vec![pace],
            card_security: is_cam.then_some(CardSecurityPlan { keys_in_dg14: true, ..CardSecurityPlan::new() }),
            chip_authentication: if is_cam { Vec::new() } else { vec![plan] },
            active_authentication: None,
            sizes: Sizes::default(),
            ..hardened()
        });
        let plan = ReadPlan::fastest().only([chipid::lds::DataGroup::DG1]);
        let password: Password = issued.password();
        for number in 0..each {
            let card = chipid::Card::connect(Box::new(issued.card())).unwrap().with_limits(Limits::EXTENDED);
            let session = card.open(&password, &mut go_on).unwrap_or_else(|error| panic!("{pace:?} {number}: {error}"));
            let document = session.read(&plan, &mut go_on).unwrap();
            let proven = match document.chip_authentication() {
                ChipAuthentication::Proven(_) => !is_cam,
                ChipAuthentication::ShownByMapping => is_cam,
                _ => false,
            };
            assert!(proven, "{pace:?} {number}: {:?}", document.chip_authentication());
        }
    });
    println!("{} sessions", suites.len() * each);
}
