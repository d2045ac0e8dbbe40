//! Which certificates lead from what a chip trusts to an inspection system, and what the chip would refuse on the way.

use chipid::BOUNDS;
use chipid::internals::crypto::{CurveId, PrivateKey, SeededRandom};
use chipid::internals::cvc::{
    CertificateReference, Chain, ChainDefect, CvCertificate, CvTemplate, NoChain, Rights, Role, TerminalType,
    find_chain,
};
use chipid::internals::oid;
use std::collections::BTreeMap;
use time::Date;
use time::macros::date;

const SPAN: [Date; 2] = [date!(2024 - 01 - 01), date!(2026 - 12 - 31)];
const PROTOCOL: oid::Oid = oid::ID_TA_ECDSA_SHA256;

fn reference(name: &str) -> CertificateReference {
    CertificateReference::new(format!("UT{name}00001").as_bytes()).unwrap()
}

/// Issues certificates; a holder keeps its key.
struct World {
    rng: SeededRandom,
    keys: BTreeMap<String, PrivateKey>,
    terminal_type: TerminalType,
}

impl World {
    fn new() -> Self {
        let terminal_type = TerminalType::InspectionSystem;
        Self { rng: SeededRandom::new([7; 32]), keys: BTreeMap::new(), terminal_type }
    }

    fn issue(&mut self, authority: &str, holder: &str, role: Role, rights: u8, span: [Date; 2]) -> CvCertificate {
        for name in [authority, holder] {
            let key = PrivateKey::generate_ec(CurveId::Secp256r1, &mut self.rng).unwrap();
            self.keys.entry(name.to_owned()).or_insert(key);
        }
        let [effective, expiration] = span;
        let template = CvTemplate {
            authority: reference(authority),
            holder: reference(holder),
            terminal_type: self.terminal_type,
            role,
            rights: Rights::of_inspection_system(rights),
            effective,
            expiration,
            protocol: PROTOCOL,
        };
        template.sign(&self.keys[holder].public_key(), &self.keys[authority], PROTOCOL, &mut self.rng).unwrap()
    }

    fn cvca(&mut self, name: &str) -> CvCertificate {
        self.issue(name, name, Role::Cvca, 3, SPAN)
    }

    fn link(&mut self, from: &str, to: &str, span: [Date; 2]) -> CvCertificate {
        self.issue(from, to, Role::Cvca, 3, span)
    }

    fn dv(&mut self, cvca: &str, name: &str) -> CvCertificate {
        self.issue(cvca, name, Role::DvDomestic, 3, SPAN)
    }

    fn terminal(&mut self, dv: &str, name: &str) -> CvCertificate {
        self.issue(dv, name, Role::Terminal, 3, SPAN)
    }
}

fn find<'a>(certificates: &'a [CvCertificate], trust_points: &[&str]) -> Result<Chain<'a>, NoChain> {
    let trust_points: Vec<CertificateReference> = trust_points.iter().copied().map(reference).collect();
    find_chain(certificates, &trust_points, TerminalType::InspectionSystem)
}

/// The holders of the chain that is found, after its trust point.
fn way(certificates: &[CvCertificate], trust_points: &[&str]) -> Vec<CertificateReference> {
    let chain = find(certificates, trust_points).unwrap();
    assert_eq!(chain.certificates.last(), Some(&chain.terminal));
    std::iter::once(chain.trust_point).chain(chain.certificates.iter().map(|found| *found.holder())).collect()
}

fn defect(certificates: &[CvCertificate], trust_points: &[&str]) -> (CertificateReference, ChainDefect) {
    match find(certificates, trust_points) {
        Err(NoChain::Defective { holder, defect }) => (holder, defect),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_chain_is_found_in_any_order_of_the_certificates() {
    let mut world = World::new();
    let mut certificates = vec![
        world.cvca("A"),
        world.link("A", "B", SPAN),
        world.link("B", "C", SPAN),
        world.dv("C", "DV"),
        world.terminal("DV", "IS"),
    ];
    for _ in 0..certificates.len() {
        certificates.rotate_left(1);
        let names = |names: &[&str]| names.iter().copied().map(reference).collect::<Vec<_>>();
        assert_eq!(way(&certificates, &["A"]), names(&["A", "B", "C", "DV", "IS"]));
        assert_eq!(way(&certificates, &["C"]), names(&["C", "DV", "IS"]));
        assert_eq!(way(&certificates, &["C", "B"]), names(&["C", "DV", "IS"]));
        assert_eq!(way(&certificates, &["X", "B"]), names(&["B", "C", "DV", "IS"]));
    }
    assert!(find(&certificates, &["A"]).unwrap().key.is_some());
}

#[test]
fn the_current_trust_point_and_the_shortest_way_are_preferred() {
    let mut world = World::new();
    let certificates = [
        world.link("A", "B", SPAN),
        world.link("B", "C", SPAN),
        world.dv("C", "DVC"),
        world.terminal("DVC", "ISC"),
        world.dv("A", "DVA"),
        world.terminal("DVA", "ISA"),
    ];
    assert_eq!(way(&certificates, &["A"]).last(), Some(&reference("ISA")));
    assert_eq!(way(&certificates, &["C", "A"]).last(), Some(&reference("ISC")));
    assert_eq!(way(&certificates, &["B", "A"]), ["B", "C", "DVC", "ISC"].map(reference));
}

#[test]
fn rights_are_what_all_certificates_allow() {
    let mut world = World::new();
    for (cvca, dv, terminal, rights) in
        [(3, 3, 3, 3), (3, 3, 1, 1), (3, 1, 3, 1), (2, 3, 3, 2), (1, 2, 3, 0), (3, 2, 1, 0)]
    {
        let certificates = [
            world.issue("A", "A", Role::Cvca, cvca, SPAN),
            world.issue("A", "DV", Role::DvForeign, dv, SPAN),
            world.issue("DV", "IS", Role::Terminal, terminal, SPAN),
        ];
        assert_eq!(find(&certificates, &["A"]).unwrap().rights, Rights::of_inspection_system(rights));
    }
}

#[test]
fn a_certificate_that_the_chip_knows_to_be_expired_is_not_sent() {
    let mut world = World::new();
    let (old, new) = ([date!(2024 - 01 - 01), date!(2024 - 12 - 31)], [date!(2025 - 01 - 01), date!(2027 - 12 - 31)]);
    let mut check = |link, dv, terminal, role, expired: Option<&str>| {
        let certificates = [
            world.cvca("A"),
            world.link("A", "B", link),
            world.issue("B", "DV", role, 3, dv),
            world.issue("DV", "IS", Role::Terminal, 3, terminal),
        ];
        match expired {
            None => assert_eq!(way(&certificates, &["A"]).len(), 4),
            Some(name) => assert_eq!(defect(&certificates, &["A"]), (reference(name), ChainDefect::Expired)),
        }
    };
    check(old, old, old, Role::DvDomestic, None);
    check(new, old, new, Role::DvDomestic, Some("DV"));
    check(old, new, old, Role::DvDomestic, Some("IS"));
    check(new, new, old, Role::DvForeign, Some("IS"));
    // A foreign document verifier does not move the chip's date.
    check(old, new, old, Role::DvForeign, None);
    check(old, old, new, Role::DvDomestic, None);
}

#[test]
fn an_expired_link_is_followed() {
    let mut world = World::new();
    let (old, new) = ([date!(2020 - 01 - 01), date!(2020 - 12 - 31)], [date!(2025 - 01 - 01), date!(2027 - 12 - 31)]);
    let certificates = [
        world.issue("A", "A", Role::Cvca, 3, new),
        world.link("A", "B", old),
        world.issue("B", "DV", Role::DvDomestic, 3, new),
        world.issue("DV", "IS", Role::Terminal, 3, new),
    ];
    assert_eq!(way(&certificates, &["A"]), ["A", "B", "DV", "IS"].map(reference));
}

#[test]
fn a_terminal_is_not_issued_by_an_authority_nor_a_verifier_by_a_verifier() {
    let mut world = World::new();
    let (cvca, terminal) = (world.cvca("A"), world.terminal("A", "IS"));
    assert_eq!(defect(&[cvca.clone(), terminal], &["A"]), (reference("IS"), ChainDefect::Role));
    let (dv, second) = (world.dv("A", "DV"), world.dv("DV", "DV2"));
    let certificates = [cvca, dv, second, world.terminal("DV2", "IS2")];
    assert_eq!(defect(&certificates, &["A"]), (reference("DV2"), ChainDefect::Role));
}

#[test]
fn a_certificate_for_another_type_of_terminal_is_none() {
    let mut world = World::new();
    let cvca = world.cvca("A");
    world.terminal_type = TerminalType::AuthenticationTerminal;
    let certificates = [cvca, world.dv("A", "DV"), world.terminal("DV", "AT")];
    assert_eq!(defect(&certificates, &["A"]), (reference("DV"), ChainDefect::TerminalType));
}

#[test]
fn a_signature_of_another_key_of_the_same_name_is_refused_and_another_certificate_is_tried() {
    let mut world = World::new();
    let (cvca, dv, terminal) = (world.cvca("A"), world.dv("A", "DV"), world.terminal("DV", "IS"));
    let mut impostor = World { rng: SeededRandom::new([6; 32]), ..World::new() };
    let (false_dv, false_cvca) = (impostor.dv("A", "DV"), impostor.cvca("A"));
    let found = defect(&[cvca.clone(), false_dv.clone(), terminal.clone()], &["A"]);
    assert!(matches!(found, (holder, ChainDefect::Unverified(_)) if holder == reference("DV")));
    for certificates in [
        [false_cvca.clone(), false_dv.clone(), cvca.clone(), dv.clone(), terminal.clone()],
        [cvca, false_dv, dv, terminal, false_cvca],
    ] {
        assert_eq!(way(&certificates, &["A"]), ["A", "DV", "IS"].map(reference));
    }
}

#[test]
fn without_the_authority_only_the_chip_can_judge() {
    let mut world = World::new();
    let chain = [world.dv("A", "DV"), world.terminal("DV", "IS")];
    let found = find(&chain, &["A"]).unwrap();
    assert!(found.key.is_none(), "its curve is not known");
    assert_eq!(found.rights, Rights::of_inspection_system(3));
    // A link certificate states its curve: from there on signatures are verified.
    let chain = [world.link("A", "B", SPAN), world.dv("B", "DV"), world.terminal("DV", "IS")];
    assert!(find(&chain, &["A"]).unwrap().key.is_some());
    let mut impostor = World { rng: SeededRandom::new([6; 32]), ..World::new() };
    let chain = [world.link("A", "B", SPAN), impostor.dv("B", "DV"), impostor.terminal("DV", "IS")];
    assert!(matches!(defect(&chain, &["A"]), (_, ChainDefect::Unverified(_))));
}

#[test]
fn circles_and_long_rows_of_links_end() {
    let mut world = World::new();
    let circle = [world.link("A", "B", SPAN), world.link("B", "A", SPAN), world.cvca("A")];
    assert_eq!(find(&circle, &["A"]).map(|_| ()), Err(NoChain::Unconnected(reference("A"))));
    let names: Vec<String> = (b'A'..=b'P').map(|letter| char::from(letter).to_string()).collect();
    let mut row: Vec<CvCertificate> = names.windows(2).map(|pair| world.link(&pair[0], &pair[1], SPAN)).collect();
    row.extend([world.dv("P", "DV"), world.terminal("DV", "IS")]);
    assert_eq!(defect(&row, &["A"]).1, ChainDefect::TooLong);
    assert_eq!(way(&row, &["H"]).len(), BOUNDS.cv_chain + 1);
    assert_eq!(defect(&row, &["G"]).1, ChainDefect::TooLong);
    // Many certificates under false names cost no more than the budget.
    let mut impostor = World { rng: SeededRandom::new([6; 32]), ..World::new() };
    let mut many = vec![world.cvca("A")];
    many.extend((0..BOUNDS.cv_signatures + 44).map(|number| impostor.dv("A", &format!("DV{number}"))));
    assert_eq!(find(&many, &["A"]).map(|_| ()), Err(NoChain::Budget));
}

#[test]
fn no_trust_point_and_none_that_is_known_are_told_apart() {
    let mut world = World::new();
    let certificates = [world.cvca("A"), world.dv("A", "DV"), world.terminal("DV", "IS")];
    assert_eq!(find(&certificates, &[]).map(|_| ()), Err(NoChain::NoTrustPoint));
    assert_eq!(find(&certificates, &["B", "C"]).map(|_| ()), Err(NoChain::Unconnected(reference("B"))));
    assert_eq!(find(&certificates[..2], &["A"]).map(|_| ()), Err(NoChain::Unconnected(reference("A"))));
    assert_eq!(find(&[], &["A"]).map(|_| ()), Err(NoChain::Unconnected(reference("A"))));
}
