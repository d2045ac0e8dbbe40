//! Does a terminal with its certificates read the fingers and irises, and is a reading without them as good otherwise?
//!
//! What is refused, row by row of the test plan, stands in `tests/refusals/`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[path = "support/reading.rs"]
mod reading;

use chipid::chip::{
    FileKey, SigningError, SigningRequest, Terminal, TerminalAuthentication, TerminalError, TerminalSigner,
};
use chipid::document::{FileState, NotRead};
use chipid::internals::crypto::{Cipher, CurveId, DhGroupId, GroupId, OsRandom};
use chipid::internals::issuer::{
    CurveForm, CvHolder, KeyKind, TERMINAL_PROTOCOLS, TerminalAuthority, TerminalAuthorityPlan,
};
use chipid::internals::oid::{self, Oid};
use chipid::lds::{DataGroup, FileId};
use chipid::sim::profile::{CardSecurityPlan, ChipAuthenticationPlan, TerminalPlan, eac};
use chipid::sim::{Folder, Mapping, PaceSuite, Profile, Quirk};
use chipid::{Card, CheckId, Document, ReadPlan, Report, State, Verdict};
use reading::{Issued, go_on, lines, mrz_only};

const DG3: FileId = FileId::DataGroup(DataGroup::DG3);
const DG4: FileId = FileId::DataGroup(DataGroup::DG4);

/// The terminal of a profile's authority, for a card that trusts this generation.
fn terminal(profile: &Profile, generation: u8) -> Terminal {
    let authority = TerminalAuthority::new(profile.terminal_authentication.clone().unwrap().authority);
    let key = authority.key(CvHolder::Terminal).unwrap();
    let mut terminal = Terminal::new(Box::new(FileKey::new(key, Box::new(OsRandom))));
    terminal.add_file("authority", authority.authority(1).unwrap().as_bytes()).unwrap();
    for later in 2..=generation {
        terminal.add_file("link", authority.link(later).unwrap().as_bytes()).unwrap();
    }
    for certificate in authority.chain(generation).unwrap() {
        terminal.add_file("chain", certificate.as_bytes()).unwrap();
    }
    terminal
}

fn read(issued: &Issued, terminal: Option<Terminal>, plan: &ReadPlan) -> (Document, Report) {
    let password = if issued.profile.pace.is_empty() { mrz_only(&issued.profile) } else { issued.password() };
    let card = Card::connect(Box::new(issued.card())).unwrap();
    let session = card.open(&password, &mut go_on).unwrap();
    let session = match terminal {
        Some(terminal) => session.with_terminal(terminal),
        None => session,
    };
    let document = session.read(plan, &mut go_on).unwrap();
    let report = issued.report(&document);
    (document, report)
}

/// Both biometric files were read, as the card holds them, and all is genuine.
#[track_caller]
fn reads_both(issued: &Issued, terminal: Terminal) -> Document {
    let (document, report) = read(issued, Some(terminal), &ReadPlan::full());
    assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
    assert_eq!(report.check(CheckId::AccessTerminal).unwrap().state, State::Successful, "{}", lines(&report));
    let contents = issued.profile.contents().unwrap();
    for (file, id) in [(DG3, CheckId::PaDg3), (DG4, CheckId::PaDg4)] {
        assert_eq!(document.file(file).bytes(), contents.file(Folder::Application, file.fid()), "{file}");
        assert_eq!(report.check(id).unwrap().state, State::Successful, "{}", lines(&report));
    }
    document
}

fn with_authority(kind: KeyKind, protocol: Oid) -> Profile {
    let authority = TerminalAuthorityPlan::new("UT", kind, protocol);
    Profile { terminal_authentication: Some(TerminalPlan::new(authority)), ..eac() }
}

#[test]
fn every_algorithm_of_terminal_authentication_opens_fingers_and_irises() {
    for (protocol, is_rsa) in TERMINAL_PROTOCOLS {
        let kind = if is_rsa { KeyKind::Rsa(2048) } else { KeyKind::Ec(CurveId::BrainpoolP384r1) };
        for max_answer in [256, 4_096] {
            let issued = Issued::new(with_authority(kind, protocol).with_max_answer(max_answer));
            reads_both(&issued, terminal(&issued.profile, 1));
        }
    }
}

#[test]
fn the_terminal_is_bound_to_bac_to_pace_and_to_chip_authentication_in_every_kind_of_group() {
    let dh = GroupId::Dh(DhGroupId::Modp1024Prime160);
    let curve = GroupId::Curve(CurveId::Secp384r1);
    let chip = |group, cipher| ChipAuthenticationPlan { group, cipher, key_id: None, form: CurveForm::Explicit };
    let base = eac();
    let cards = [
        Profile { pace: Vec::new(), bac: true, ..base.clone() },
        Profile { pace: vec![PaceSuite::new(Mapping::Integrated, curve, Cipher::Aes256)], ..base.clone() },
        Profile { pace: vec![PaceSuite::new(Mapping::Generic, dh, Cipher::Aes128)], ..base.clone() },
        Profile { chip_authentication: vec![chip(dh, Cipher::Aes128)], ..base.clone() },
        Profile { chip_authentication: vec![chip(curve, Cipher::TripleDes)], ..base.clone() },
        // Chip authentication mapping, with and without chip authentication besides.
        Profile {
            pace: vec![PaceSuite::new(Mapping::ChipAuthentication, curve, Cipher::Aes128)],
            card_security: Some(CardSecurityPlan::new()),
            ..base.clone()
        },
        Profile {
            pace: vec![PaceSuite::new(Mapping::ChipAuthentication, curve, Cipher::Aes128)],
            card_security: Some(CardSecurityPlan::new()),
            chip_authentication: Vec::new(),
            ..base
        },
    ];
    for card in cards {
        let issued = Issued::new(card);
        reads_both(&issued, terminal(&issued.profile, 1));
    }
}

#[test]
fn long_certificates_go_in_links_that_are_protected_one_by_one() {
    let profile = with_authority(KeyKind::Rsa(3072), oid::ID_TA_RSA_PSS_SHA256);
    let issued = Issued::new(profile.with_max_answer(256).with_quirk(Quirk::ChainsLinkByLink));
    reads_both(&issued, terminal(&issued.profile, 1));
}

#[test]
fn link_certificates_lead_to_the_authoritys_later_generations() {
    for generation in [2, 3] {
        let issued = Issued::new(eac());
        let document = reads_both(&issued, terminal(&issued.profile, generation));
        match document.terminal_authentication() {
            TerminalAuthentication::Done { authority, .. } => assert_eq!(authority.to_string(), "UTCVCA00001"),
            other => panic!("{other:?}"),
        }
    }
    // A card that trusts two generations: the current one is enough.
    let plan = eac().terminal_authentication.unwrap();
    let issued =
        Issued::new(Profile { terminal_authentication: Some(TerminalPlan { trusted: vec![2, 1], ..plan }), ..eac() });
    reads_both(&issued, terminal(&issued.profile, 2));
}

#[test]
fn without_a_terminal_both_are_never_asked_for_and_the_card_is_genuine() {
    let issued = Issued::new(eac());
    let (document, report) = read(&issued, None, &ReadPlan::full());
    assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
    for file in [DG3, DG4] {
        assert_eq!(*document.file(file), FileState::NotRead(NotRead::NeedsTerminalAuthentication));
    }
    assert_eq!(report.check(CheckId::AccessTerminal).unwrap().state, State::NotSupported);
    // Its exchanges are those of a card that has no such files.
    let plain = Issued::new(Profile { terminal_authentication: None, ..eac() });
    let (other, _) = read(&plain, None, &ReadPlan::full());
    assert_eq!(document.exchanges(), other.exchanges());
}

#[test]
fn only_what_the_terminal_may_read_is_read() {
    for (rights, dg3, dg4) in [(1, true, false), (2, false, true), (0, false, false)] {
        let mut plan = eac().terminal_authentication.unwrap();
        plan.authority.terminal_rights = rights;
        let issued = Issued::new(Profile { terminal_authentication: Some(plan), ..eac() });
        let (document, report) = read(&issued, Some(terminal(&issued.profile, 1)), &ReadPlan::full());
        assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
        assert_eq!((document.file(DG3).bytes().is_some(), document.file(DG4).bytes().is_some()), (dg3, dg4));
    }
}

#[test]
fn a_plan_without_biometrics_spends_nothing_on_the_terminal() {
    let issued = Issued::new(eac());
    let plan = ReadPlan::full().only([DataGroup::DG1]);
    let (document, report) = read(&issued, Some(terminal(&issued.profile, 1)), &plan);
    let (without, _) = read(&issued, None, &plan);
    assert_eq!(document.exchanges(), without.exchanges());
    assert_eq!(*document.file(DG3), FileState::NotRead(NotRead::Plan));
    assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
}

#[test]
fn a_signer_that_fails_costs_the_biometrics_and_nothing_else() {
    struct Away;
    impl TerminalSigner for Away {
        fn sign(&mut self, request: &SigningRequest<'_>) -> Result<Vec<u8>, SigningError> {
            assert_eq!(request.holder().to_string(), "UTIS00001");
            Err(SigningError::Unavailable("no line to the security module".into()))
        }
    }
    struct Wrong;
    impl TerminalSigner for Wrong {
        fn sign(&mut self, _: &SigningRequest<'_>) -> Result<Vec<u8>, SigningError> {
            Ok(vec![1; 64])
        }
    }
    let issued = Issued::new(eac());
    let authority = TerminalAuthority::new(eac().terminal_authentication.unwrap().authority);
    for signer in [Box::new(Away) as Box<dyn TerminalSigner>, Box::new(Wrong)] {
        let mut terminal = Terminal::new(signer);
        for certificate in [vec![authority.authority(1).unwrap()], authority.chain(1).unwrap().to_vec()].concat() {
            terminal.add_file("certificates", certificate.as_bytes()).unwrap();
        }
        let (document, report) = read(&issued, Some(terminal), &ReadPlan::full());
        assert!(matches!(document.terminal_authentication(), TerminalAuthentication::SigningFailed(_)));
        assert_eq!(report.check(CheckId::AccessTerminal).unwrap().state, State::Failed);
        assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
        assert_eq!(*document.file(DG3), FileState::NotRead(NotRead::NeedsTerminalAuthentication));
    }
}

#[test]
fn a_file_that_is_no_certificate_is_named() {
    let mut terminal = terminal(&eac(), 1);
    let error = terminal.add_file("certs/dv.cvcert", b"no certificate").unwrap_err();
    assert!(matches!(error, TerminalError::Certificate { .. }));
    assert!(error.to_string().starts_with("certs/dv.cvcert: "), "{error}");
}

#[test]
fn fingers_come_whole_also_where_a_long_answer_costs_the_session() {
    for quirk in [Quirk::LargeLe6700Naked, Quirk::LargeLeTruncated, Quirk::ShortAnswers, Quirk::OddReadOnly] {
        let issued = Issued::new(eac().with_max_answer(4_096).with_quirk(quirk));
        reads_both(&issued, terminal(&issued.profile, 1));
    }
}
