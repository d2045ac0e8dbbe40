//! The protocol against a chip that follows the standard, and against ones that do not.

use super::*;
use crate::channel::Channel;
use crate::crypto::{CurveId, PrivateKey, SeededRandom};
use crate::cvc::{
    CertificateReference, ChainDefect, CvCertificate, CvTemplate, NoChain, Rights, Role, TerminalType, VerificationKey,
};
use crate::error::{Error, TransportError};
use crate::iso7816::{Command, Response, StatusWord};
use crate::oid::{self, Oid};
use crate::transport::Transport;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};
use time::Date;
use time::macros::date;

const ID_IC: &[u8] = b"L898902C<3";
const EPHEMERAL: &[u8] = &[0xAB; 32];
const R_IC: [u8; 8] = [0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17];

fn reference(text: &str) -> CertificateReference {
    CertificateReference::new(text.as_bytes()).unwrap()
}

/// Two certification authorities with a link, a document verifier, an inspection system, and their keys.
struct World {
    cvca_1: CvCertificate,
    link: CvCertificate,
    dv: CvCertificate,
    terminal: CvCertificate,
    terminal_key: Vec<u8>,
}

impl World {
    fn new(protocol: Oid) -> Self {
        let mut rng = SeededRandom::new([9; 32]);
        let is_rsa = [oid::ID_TA_RSA_V1_5_SHA256, oid::ID_TA_RSA_PSS_SHA256].contains(&protocol);
        let mut key = || {
            let key = if is_rsa {
                PrivateKey::generate_rsa(1024, &mut rng)
            } else {
                PrivateKey::generate_ec(CurveId::BrainpoolP256r1, &mut rng)
            };
            key.unwrap()
        };
        let (cvca_1, cvca_2, dv, terminal) = (key(), key(), key(), key());
        let mut sign =
            |names: [&str; 2], role, rights, [effective, expiration]: [Date; 2], key: &PrivateKey, issuer| {
                let [authority, holder] = names.map(reference);
                let rights = Rights::of_inspection_system(rights);
                let terminal_type = TerminalType::InspectionSystem;
                let template =
                    CvTemplate { authority, holder, terminal_type, role, rights, effective, expiration, protocol };
                template.sign(&key.public_key(), issuer, protocol, &mut rng).unwrap()
            };
        let (first, second) = ("UTCVCA00001", "UTCVCA00002");
        let days = [date!(2024 - 01 - 01), date!(2026 - 12 - 31)];
        Self {
            cvca_1: sign([first, first], Role::Cvca, 3, days, &cvca_1, &cvca_1),
            link: sign([first, second], Role::Cvca, 3, days, &cvca_2, &cvca_1),
            dv: sign([second, "UTDV00001"], Role::DvDomestic, 3, days, &dv, &cvca_2),
            terminal: sign(["UTDV00001", "UTIS00001"], Role::Terminal, 1, days, &terminal, &dv),
            terminal_key: terminal.to_pkcs8().unwrap().expose().to_vec(),
        }
    }

    fn terminal(&self, signer: Box<dyn TerminalSigner>) -> Terminal {
        let mut terminal = Terminal::new(signer);
        // Any order.
        for certificate in [&self.terminal, &self.cvca_1, &self.dv, &self.link] {
            terminal.add_file("a file", certificate.as_bytes()).unwrap();
        }
        terminal
    }

    fn file_key(&self) -> Box<dyn TerminalSigner> {
        Box::new(FileKey::from_pkcs8(&self.terminal_key, Box::new(SeededRandom::new([8; 32]))).unwrap())
    }

    fn key_of(&self, certificate: &CvCertificate) -> VerificationKey {
        let cvca = self.cvca_1.public_key().complete(None).unwrap();
        certificate.public_key().complete(Some(&cvca)).unwrap()
    }
}

/// The commands that a chip got, chained ones joined.
type Seen = Arc<Mutex<Vec<Command>>>;

/// A chip that answers as its closure says.
struct Chip {
    answer: Box<dyn FnMut(&Command) -> Response + Send>,
    begun: Vec<u8>,
    seen: Seen,
}

impl Transport for Chip {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let mut command = Command::decode(command).unwrap();
        self.begun.append(&mut command.data);
        if command.cla & 0x10 != 0 {
            return Ok(vec![0x90, 0x00]);
        }
        command.data = core::mem::take(&mut self.begun);
        self.seen.lock().unwrap().push(command.clone());
        Ok((self.answer)(&command).encode())
    }

    fn reset(&mut self) -> Result<(), TransportError> {
        Ok(())
    }

    fn atr(&self) -> &[u8] {
        &[]
    }

    fn reader(&self) -> &str {
        "a chip of a test"
    }
}

fn status(status: u16) -> Response {
    Response { data: Vec::new(), status: StatusWord(status) }
}

/// A chip that says yes, and gives this challenge.
fn willing(challenge: &[u8]) -> impl FnMut(&Command) -> Response + Send + use<> {
    let challenge = challenge.to_vec();
    move |command| match command.ins {
        0x84 => Response { data: challenge.clone(), status: StatusWord::SUCCESS },
        _ => status(0x9000),
    }
}

fn run(
    terminal: &mut Terminal,
    trust_points: &[&str],
    chip: impl FnMut(&Command) -> Response + Send + 'static,
) -> (Result<TerminalAuthentication, Error>, Vec<Command>) {
    let seen = Seen::default();
    let chip = Chip { answer: Box::new(chip), begun: Vec::new(), seen: Arc::clone(&seen) };
    let trust_points: Vec<CertificateReference> = trust_points.iter().copied().map(reference).collect();
    let inputs = TerminalInputs { trust_points: &trust_points, id_ic: ID_IC, ephemeral: EPHEMERAL };
    let mut channel = Channel::new(Box::new(chip));
    let outcome = authenticate(&mut channel, terminal, &inputs, &mut |_| ControlFlow::Continue(()));
    let seen = seen.lock().unwrap().clone();
    (outcome, seen)
}

#[test]
fn the_chip_sees_the_chain_in_its_order_and_a_signature_over_its_challenge() {
    for protocol in [oid::ID_TA_ECDSA_SHA256, oid::ID_TA_RSA_V1_5_SHA256, oid::ID_TA_RSA_PSS_SHA256] {
        let world = World::new(protocol);
        let (outcome, seen) = run(&mut world.terminal(world.file_key()), &["UTCVCA00001"], willing(&R_IC));
        let expected = TerminalAuthentication::Done {
            rights: Rights::of_inspection_system(1),
            holder: reference("UTIS00001"),
            authority: reference("UTCVCA00001"),
        };
        assert_eq!(outcome.unwrap(), expected);

        let headers: Vec<[u8; 4]> = seen.iter().map(Command::header).collect();
        let (set_dst, verify) = ([0x00, 0x22, 0x81, 0xB6], [0x00, 0x2A, 0x00, 0xBE]);
        let last = [[0x00, 0x22, 0x81, 0xA4], [0x00, 0x84, 0x00, 0x00], [0x00, 0x82, 0x00, 0x00]];
        assert_eq!(headers, [[set_dst, verify].repeat(3), last.to_vec()].concat());
        let certificates = [(b"UTCVCA00001", &world.link), (b"UTCVCA00002", &world.dv)];
        for (pair, (issuer, certificate)) in seen.chunks(2).zip(certificates) {
            assert_eq!(pair[0].data, [&[0x83, 11][..], issuer].concat());
            assert_eq!(pair[1].data, certificate.contents());
            assert_eq!(pair[1].data.get(..2), Some(&[0x7F, 0x4E][..]));
        }
        assert_eq!(seen[4].data, b"\x83\x09UTDV00001");
        assert_eq!(seen[5].data, world.terminal.contents());
        assert_eq!(seen[6].data, b"\x83\x09UTIS00001");
        assert_eq!((seen[7].ne, seen[8].ne), (Some(8), None));
        let data = [ID_IC, &R_IC, EPHEMERAL].concat();
        world.key_of(&world.terminal).verify(&data, &seen[8].data).unwrap();
    }
}

#[test]
fn the_current_authority_is_preferred_and_the_one_before_is_tried() {
    let world = World::new(oid::ID_TA_ECDSA_SHA256);
    for (trust_points, authority, commands) in [
        (&["UTCVCA00002", "UTCVCA00001"][..], "UTCVCA00002", 7),
        (&["UTCVCA00003", "UTCVCA00002"], "UTCVCA00002", 7),
        (&["UTCVCA00003", "UTCVCA00004", "UTCVCA00001"], "UTCVCA00001", 9),
    ] {
        let (outcome, seen) = run(&mut world.terminal(world.file_key()), trust_points, willing(&R_IC));
        let Ok(TerminalAuthentication::Done { authority: found, .. }) = outcome else { panic!("not done") };
        assert_eq!((found, seen.len()), (reference(authority), commands));
    }
}

#[test]
fn without_a_chain_nothing_is_sent() {
    let world = World::new(oid::ID_TA_ECDSA_SHA256);
    for (trust_points, reason) in [
        (&[][..], NoChain::NoTrustPoint),
        (&["UTCVCA00009", "UTCVCA00008"], NoChain::Unconnected(reference("UTCVCA00009"))),
    ] {
        let (outcome, seen) = run(&mut world.terminal(world.file_key()), trust_points, willing(&R_IC));
        assert_eq!((outcome.unwrap(), seen.len()), (TerminalAuthentication::NoChain(reason), 0));
    }
    // A certificate whose signature is another one.
    let mut forged = world.dv.as_bytes().to_vec();
    *forged.last_mut().unwrap() ^= 1;
    let mut terminal = Terminal::new(world.file_key());
    for file in [world.terminal.as_bytes(), &forged, world.link.as_bytes()] {
        terminal.add_file("a file", file).unwrap();
    }
    let (outcome, seen) = run(&mut terminal, &["UTCVCA00002"], willing(&R_IC));
    let Ok(TerminalAuthentication::NoChain(NoChain::Defective { holder, defect })) = outcome else { panic!("sent") };
    assert!(matches!(defect, ChainDefect::Unverified(_)));
    assert_eq!((holder, seen.len()), (reference("UTDV00001"), 0));
}

#[test]
fn a_refusal_is_a_result_that_names_its_step() {
    let world = World::new(oid::ID_TA_ECDSA_SHA256);
    let steps = [
        TerminalStep::ChooseIssuer(reference("UTCVCA00002")),
        TerminalStep::VerifyCertificate(reference("UTDV00001")),
        TerminalStep::ChooseIssuer(reference("UTDV00001")),
        TerminalStep::VerifyCertificate(reference("UTIS00001")),
        TerminalStep::ChooseTerminal(reference("UTIS00001")),
        TerminalStep::Challenge,
        TerminalStep::Signature,
    ];
    for (index, during) in steps.into_iter().enumerate() {
        for refusal in [0x6300, 0x6982, 0x6A88, 0x6D00] {
            let (mut count, mut yes) = (0, willing(&R_IC));
            let (outcome, seen) = run(&mut world.terminal(world.file_key()), &["UTCVCA00002"], move |command| {
                count += 1;
                if count == index + 1 { status(refusal) } else { yes(command) }
            });
            let refused = TerminalAuthentication::Refused { during, status: StatusWord(refusal) };
            assert_eq!((outcome.unwrap(), seen.len()), (refused, index + 1));
        }
    }
}

#[test]
fn a_challenge_is_eight_octets_long() {
    let world = World::new(oid::ID_TA_ECDSA_SHA256);
    for len in [0, 7, 9, 16] {
        let (outcome, seen) = run(&mut world.terminal(world.file_key()), &["UTCVCA00002"], willing(&vec![1; len]));
        assert_eq!(outcome.unwrap(), TerminalAuthentication::BadAnswer);
        assert_eq!(seen.last().map(|command| command.ins), Some(0x84), "nothing is signed");
    }
}

/// A signer that answers as it was told.
struct Told(Result<Vec<u8>, SigningError>);

impl TerminalSigner for Told {
    fn sign(&mut self, request: &SigningRequest<'_>) -> Result<Vec<u8>, SigningError> {
        assert_eq!(request.holder(), reference("UTIS00001"));
        assert_eq!(request.protocol(), oid::ID_TA_ECDSA_SHA256);
        assert_eq!(request.data(), [ID_IC, &R_IC, EPHEMERAL].concat());
        assert_eq!(request.digest().len(), 32);
        self.0.clone()
    }
}

#[test]
fn what_the_signer_cannot_sign_is_not_sent() {
    let world = World::new(oid::ID_TA_ECDSA_SHA256);
    let unavailable = SigningError::Unavailable("the line is busy".into());
    for (told, error) in [
        (Err(unavailable.clone()), unavailable),
        (Err(SigningError::NoKey(reference("UTIS00001"))), SigningError::NoKey(reference("UTIS00001"))),
        (Ok(Vec::new()), SigningError::BadSignature),
        (Ok(vec![1; 64]), SigningError::BadSignature),
        (Ok(vec![0; 64]), SigningError::BadSignature),
    ] {
        let (outcome, seen) = run(&mut world.terminal(Box::new(Told(told))), &["UTCVCA00001"], willing(&R_IC));
        assert_eq!(outcome.unwrap(), TerminalAuthentication::SigningFailed(error));
        assert_eq!(seen.last().map(|command| command.ins), Some(0x84));
    }
}

#[test]
fn where_the_authority_is_not_known_the_chip_decides() {
    let world = World::new(oid::ID_TA_ECDSA_SHA256);
    let mut terminal = Terminal::new(Box::new(Told(Ok(vec![1; 64]))));
    for certificate in [&world.dv, &world.terminal] {
        terminal.add_file("a file", certificate.as_bytes()).unwrap();
    }
    let (outcome, seen) = run(&mut terminal, &["UTCVCA00002"], willing(&R_IC));
    assert!(matches!(outcome, Ok(TerminalAuthentication::Done { .. })));
    assert_eq!(seen.last().map(|command| command.data.clone()), Some(vec![1; 64]));
}

#[test]
fn a_file_that_is_no_certificate_is_named() {
    let world = World::new(oid::ID_TA_ECDSA_SHA256);
    let mut terminal = Terminal::new(world.file_key());
    let both = [world.dv.as_bytes(), world.terminal.as_bytes()].concat();
    terminal.add_file("both.cvcert", &both).unwrap();
    assert_eq!(terminal.certificates(), [world.dv.clone(), world.terminal.clone()]);
    for (label, bytes) in
        [("empty.cvcert", &[][..]), ("cut.cvcert", &both[..100]), ("tail.cvcert", &[&both[..], &[0]].concat())]
    {
        let error = terminal.add_file(label, bytes).unwrap_err();
        assert!(error.to_string().starts_with(&format!("{label}: ")), "{error}");
    }
    assert_eq!(terminal.certificates().len(), 2);
    let many = world.dv.as_bytes().repeat(63);
    assert_eq!(terminal.add_file("many.cvcert", &many), Err(TerminalError::TooMany { file: "many.cvcert".into() }));
}
