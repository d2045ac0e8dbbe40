//! Does each bound of the table hold, and is it reached? For each name a test: the last that is accepted, and the first that
//! is not. A bound that has no test here, or names one elsewhere that is not there, fails.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "support/trust.rs"]
mod trust_changes;
#[path = "support/paper.rs"]
#[allow(dead_code, reason = "shared with the tests of passive authentication, which use all of it")]
mod paper;
#[path = "support/reading.rs"]
mod reading;

use chipid::chip::{FileKey, Terminal, TerminalError};
use chipid::document::EvidenceSignature;
use chipid::document::{Consent, StatementError};
use chipid::error::{Broken, Step};
use chipid::evidence::{EvidenceSigner, EvidenceSigningError};
use chipid::image::{ImageError, ImageLimits, decode};
use chipid::internals::channel::Channel;
use chipid::internals::crypto::{
    CryptoError, CurveId, DhGroupId, DigestAlgorithm, GroupId, Random, SeededRandom, SignatureAlgorithm,
};
use chipid::internals::cvc::CvCertificate;
use chipid::internals::iso7816::Command;
use chipid::internals::issuer::{
    CvHolder, DefectFields, DeviationFields, Extension, Issuer, KeyKind, RevocationListFields, RevokedEntry,
    SignedDataFields, SignerId, TerminalAuthority, TerminalAuthorityPlan, defect_list_content, deviation_list_content,
    master_list_content,
};
use chipid::internals::oid::{self, Oid};
use chipid::internals::pki::{
    Certificate, CertificateError, CmsError, RevocationList, RevocationListError, SignatureBudget as Signatures,
    SignedData,
};
use chipid::internals::signed_lists::{DefectList, ListError, MasterList};
use chipid::internals::tlv::{self, Problem, Reader, Tag};
use chipid::lds::{DataGroup, Dg3, Dg4, Dg7, Dir, FileId, OpaqueGroup, SecurityInfos};
use chipid::policy::Policy;
use chipid::reading::Resume;
use chipid::sim::profile;
use chipid::transport::Transport;
use chipid::trust::{
    BundleError, BundlePart, BundleUse, Chain, Refusal, TrustBuilder, TrustBundle, TrustStore, find_anchor,
};
use chipid::vietnam::{Dg13, Qr, expiry_candidates};
use chipid::{BOUNDS, Bounds, Budget, Card, Error, EvidencePolicy, Options, ReadPlan, TransportError};
use reading::{Issued, go_on};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use time::macros::{date, datetime};
use trust_changes::AddTrust as _;

/// Bounds whose tests stand where the things to build are at hand: bound, file, test.
const ELSEWHERE: &[(&str, &str, &str)] = &[
    ("transcript_octets", "src/transport/transcript.rs", "refuses_lines_that_make_no_sense"),
    ("tlv_depth", "src/tlv.rs", "refuses_to_go_deeper_than_sixteen"),
    ("rsa_modulus_bits", "src/crypto/rsa.rs", "keys_stay_within_their_limits"),
    ("rsa_exponent_bits", "src/crypto/rsa.rs", "keys_stay_within_their_limits"),
    ("dsa_modulus_bits", "src/crypto/dsa.rs", "refuses_keys_outside_their_limits_and_their_group"),
    ("certificate_links", "tests/paths.rs", "a_path_has_as_many_links_as_are_allowed_and_no_more"),
    ("online_octets", "src/document/online_record.rs", "reads_back_no_longer_octets_than_the_bound"),
    ("cv_chain", "tests/cvc_chain.rs", "circles_and_long_rows_of_links_end"),
    ("cv_signatures", "tests/cvc_chain.rs", "circles_and_long_rows_of_links_end"),
    ("findings", "src/lds/findings.rs", "a_hostile_file_cannot_fill_the_report"),
    ("cvca_references", "src/lds/cvca.rs", "three_references_stay_in_use_with_a_finding"),
    ("faces", "tests/lds.rs", "more_faces_than_the_bound_are_told"),
    ("names", "tests/data_groups.rs", "counts_are_capped_whatever_the_file_says"),
    ("other_objects", "tests/data_groups.rs", "counts_are_capped_whatever_the_file_says"),
    ("tag_list_octets", "tests/data_groups.rs", "counts_are_capped_whatever_the_file_says"),
    ("persons", "tests/data_groups.rs", "counts_are_capped_whatever_the_file_says"),
    ("evidence_octets", "tests/evidence.rs", "only_the_one_form_is_read"),
    ("image_pixels", "tests/image.rs", "a_jpeg_that_promises_too_much_is_refused_before_it_is_decoded"),
    ("image_components", "tests/image.rs", "a_jpeg_that_promises_too_much_is_refused_before_it_is_decoded"),
    ("image_bytes", "tests/image.rs", "a_jpeg_that_promises_too_much_is_refused_before_it_is_decoded"),
    ("image_scans", "tests/image.rs", "a_jpeg_that_promises_too_much_is_refused_before_it_is_decoded"),
    ("image_tiles", "tests/image.rs", "a_jpeg_2000_that_promises_too_much_is_refused_before_it_is_decoded"),
    ("image_packets", "tests/image.rs", "a_jpeg_2000_that_promises_too_much_is_refused_before_it_is_decoded"),
    ("image_code_blocks", "tests/image.rs", "a_jpeg_2000_that_promises_too_much_is_refused_before_it_is_decoded"),
    ("image_coding_styles", "tests/image.rs", "a_jpeg_2000_that_promises_too_much_is_refused_before_it_is_decoded"),
    ("image_side", "tests/image.rs", "a_jpeg_2000_that_promises_too_much_is_refused_before_it_is_decoded"),
    ("image_palette", "tests/image.rs", "a_jpeg_2000_that_promises_too_much_is_refused_before_it_is_decoded"),
];

#[test]
fn every_bound_has_its_test() {
    let here = include_str!("bounds.rs");
    let is_here = |name: &str| here.contains(&format!("#[test]\nfn {name}() {{"));
    for name in Bounds::NAMES {
        let elsewhere: Vec<_> = ELSEWHERE.iter().filter(|(bound, ..)| bound == name).collect();
        assert_eq!(elsewhere.len() + usize::from(is_here(name)), 1, "{name} has one test");
        for (_, file, test) in elsewhere {
            let source = std::fs::read_to_string(format!("{}/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap();
            assert!(source.contains(&format!("fn {test}() {{")), "{name}: no {test} in {file}");
        }
    }
    assert!(ELSEWHERE.iter().all(|(bound, ..)| Bounds::NAMES.contains(bound)), "a stale entry");
}

/// Reads a Vietnamese card with this budget: what ends the reading, or the exchanges it took.
fn read_within(budget: Budget) -> Result<u32, Error> {
    let issued = Issued::new(profile::vn());
    let mut options = Options::default();
    options.budget = budget;
    let card = Card::connect(Box::new(issued.card())).unwrap().with_options(options);
    let session = card.open(&issued.password(), &mut go_on)?;
    Ok(session.read(&ReadPlan::full(), &mut go_on)?.exchanges())
}

fn is_over_budget(error: &Error) -> bool {
    matches!(error, Error::Protocol { broken: Broken::Budget, .. })
}

#[test]
fn exchanges() {
    assert_eq!(Budget::default().exchanges, BOUNDS.exchanges);
    let needed = read_within(Budget::default()).unwrap();
    let within = |exchanges| read_within(Budget { exchanges, ..Budget::default() });
    assert_eq!(within(needed).unwrap(), needed);
    assert!(is_over_budget(&within(needed - 1).unwrap_err()));
}

#[test]
fn total_bytes() {
    assert_eq!(Budget::default().bytes, BOUNDS.total_bytes);
    for bytes in [1, 100, 2_000, 10_000] {
        let error = read_within(Budget { bytes, ..Budget::default() }).unwrap_err();
        assert!(is_over_budget(&error), "{bytes}: {error}");
    }
}

#[test]
fn file_bytes() {
    assert_eq!(Budget::default().file_bytes, BOUNDS.file_bytes);
    let largest = profile::vn().contents().unwrap().groups.iter().map(|(_, file)| file.len()).max().unwrap();
    let within = |file_bytes| read_within(Budget { file_bytes, ..Budget::default() });
    assert!(within(largest).is_ok());
    assert!(is_over_budget(&within(largest - 1).unwrap_err()));
}

#[test]
fn reading_time() {
    assert_eq!(Budget::default().time, BOUNDS.reading_time);
    let started = Instant::now();
    assert!(is_over_budget(&read_within(Budget { time: Duration::ZERO, ..Budget::default() }).unwrap_err()));
    assert!(started.elapsed() < BOUNDS.reading_time);
}

/// A chip that answers by a closure.
struct Chip<F>(F, Arc<AtomicU32>);

impl<F: FnMut(&[u8]) -> Vec<u8> + Send> Transport for Chip<F> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.1.fetch_add(1, Ordering::SeqCst);
        Ok((self.0)(command))
    }

    fn reset(&mut self) -> Result<(), TransportError> {
        Ok(())
    }

    fn atr(&self) -> &[u8] {
        &[]
    }

    fn reader(&self) -> &str {
        "a chip of the test"
    }
}

#[test]
fn answer_parts() {
    for (parts, accepted) in [(BOUNDS.answer_parts, true), (BOUNDS.answer_parts + 1, false)] {
        let seen = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&seen);
        // Each part brings one byte and tells of one more; the last tells of none.
        let answer = move |_: &[u8]| match counted.load(Ordering::SeqCst) {
            last if last >= parts => vec![7, 0x90, 0x00],
            _ => vec![7, 0x61, 0x01],
        };
        let mut channel = Channel::new(Box::new(Chip(answer, Arc::clone(&seen))));
        let command = Command::new(0x00, 0x84, 0, 0).expecting(8);
        let answer = channel.send(&command, Step::Bac, &mut go_on);
        match answer {
            Ok(answer) => assert!(accepted && answer.data.len() == usize::try_from(parts).unwrap(), "{parts}"),
            Err(error) => assert!(!accepted && is_over_budget(&error), "{parts}: {error}"),
        }
        assert!(seen.load(Ordering::SeqCst) <= BOUNDS.answer_parts + 1);
    }
}

/// A line over which each long protected answer is lost in the plain, as some chips drop the session over a length.
struct Shy {
    inner: Box<dyn Transport>,
    resets: Arc<AtomicU32>,
}

impl Transport for Shy {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let answer = self.inner.transmit(command)?;
        let is_long = matches!(command, [0x0C, 0xB0, ..]) && answer.len() > 120;
        Ok(if is_long { vec![0x67, 0x00] } else { answer })
    }

    fn reset(&mut self) -> Result<(), TransportError> {
        self.resets.fetch_add(1, Ordering::SeqCst);
        self.inner.reset()
    }

    fn atr(&self) -> &[u8] {
        self.inner.atr()
    }

    fn reader(&self) -> &str {
        self.inner.reader()
    }
}

#[test]
fn restarts() {
    let issued = Issued::new(profile::vn().with_max_answer(65_536));
    let resets = Arc::new(AtomicU32::new(0));
    let line = Shy { inner: Box::new(issued.card()), resets: Arc::clone(&resets) };
    let session = Card::connect(Box::new(line)).unwrap().open(&issued.password(), &mut go_on).unwrap();
    let opened = resets.load(Ordering::SeqCst);
    let error = session.read(&ReadPlan::full(), &mut go_on).unwrap_err();
    assert_eq!(error.document.restarts(), BOUNDS.restarts);
    assert!(matches!(error.error, Error::Protocol { broken: Broken::Unprotected(_), .. }), "{}", error.error);
    assert_eq!(resets.load(Ordering::SeqCst) - opened, BOUNDS.restarts);
}

#[test]
fn resumes() {
    assert_eq!(Resume::default().attempts, BOUNDS.resumes);
    // A card that leaves before each exchange from the eighth on, and always comes back.
    struct Restless {
        inner: Box<dyn Transport>,
        exchanges: u32,
        away: bool,
        returns: Arc<AtomicU32>,
    }
    impl Transport for Restless {
        fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
            self.exchanges += 1;
            self.away |= matches!(command, [0x0C, 0xB0, 0x82, ..]);
            if self.away { Err(TransportError::CardRemoved) } else { self.inner.transmit(command) }
        }
        fn reset(&mut self) -> Result<(), TransportError> {
            if self.away { Err(TransportError::CardRemoved) } else { self.inner.reset() }
        }
        fn reconnect(&mut self, _: Duration, _: &mut chipid::event::Show<'_>) -> Result<(), Error> {
            self.returns.fetch_add(1, Ordering::SeqCst);
            self.away = false;
            Ok(self.inner.reset()?)
        }
        fn atr(&self) -> &[u8] {
            self.inner.atr()
        }
        fn reader(&self) -> &str {
            self.inner.reader()
        }
    }
    let issued = Issued::new(profile::vn().with_max_answer(65_536));
    let returns = Arc::new(AtomicU32::new(0));
    let inner = Box::new(issued.card());
    let line = Restless { inner, exchanges: 0, away: false, returns: Arc::clone(&returns) };
    let session = Card::connect(Box::new(line)).unwrap().open(&issued.password(), &mut go_on).unwrap();
    let error = session.read(&ReadPlan::full(), &mut go_on).unwrap_err();
    assert!(matches!(error.error, Error::Transport(TransportError::CardRemoved)), "{}", error.error);
    assert_eq!((error.document.resumes(), returns.load(Ordering::SeqCst)), (BOUNDS.resumes, BOUNDS.resumes));
}

#[test]
fn bac_candidates() {
    let most = (0..36_500)
        .map(|days| expiry_candidates(date!(1980 - 01 - 01), date!(1981 - 01 - 01) + time::Duration::days(days)).len());
    assert_eq!(most.max(), Some(BOUNDS.bac_candidates));
}

#[test]
fn random_draws() {
    /// A source whose numbers are never below the order.
    struct Stuck(usize);
    impl Random for Stuck {
        fn fill(&mut self, out: &mut [u8]) -> Result<(), CryptoError> {
            self.0 += 1;
            out.fill(0xFF);
            Ok(())
        }
    }
    for group in [GroupId::Curve(CurveId::BrainpoolP256r1), GroupId::Dh(DhGroupId::Modp2048Prime256)] {
        let mut stuck = Stuck(0);
        assert!(matches!(group.random_private(&mut stuck), Err(CryptoError::Random)), "{}", group.name());
        assert_eq!(stuck.0, BOUNDS.random_draws, "{}", group.name());
    }
}

#[test]
fn oid_octets() {
    assert!(Oid::from_der(&[0x2A; BOUNDS.oid_octets]).is_some());
    assert!(Oid::from_der(&[0x2A; BOUNDS.oid_octets + 1]).is_none());
}

#[test]
fn tag_octets() {
    let with_tag = |octets: usize| [&[0x5F][..], &vec![0x81; octets - 2], &[0x01, 0x00]].concat();
    assert!(Reader::new(&with_tag(BOUNDS.tag_octets)).next().is_ok());
    assert_eq!(Reader::new(&with_tag(BOUNDS.tag_octets + 1)).next().unwrap_err().problem, Problem::BadTag);
}

#[test]
fn pss_salt_octets() {
    let with_salt = |octets: u32| {
        let sha256 = paper::algorithm(oid::SHA256);
        let mgf = tlv::encode_all(Tag::SEQUENCE, &[&paper::object(oid::ID_MGF1), &sha256]);
        let salt = paper::integer(&octets.to_be_bytes());
        let fields = [tlv::encode(Tag(0xA0), &sha256), tlv::encode(Tag(0xA1), &mgf), tlv::encode(Tag(0xA2), &salt)];
        let parameters = tlv::encode(Tag::SEQUENCE, &fields.concat());
        let identifier = tlv::encode_all(Tag::SEQUENCE, &[&paper::object(oid::ID_RSASSA_PSS), &parameters]);
        SignatureAlgorithm::from_algorithm_identifier(&identifier)
    };
    assert!(with_salt(BOUNDS.pss_salt_octets).is_ok());
    assert!(with_salt(BOUNDS.pss_salt_octets + 1).is_err());
}

fn issuer(label: &str) -> Issuer {
    let mut plan = profile::vn().issuer;
    plan.label = label.to_owned();
    Issuer::new(plan).unwrap()
}

#[test]
fn signatures() {
    // Authorities of one name, each with a key of its own, and a signer that names none of them by key identifier.
    let count = usize::try_from(BOUNDS.signatures).unwrap();
    let right = issuer("right");
    let fields = right.ds_fields().without(oid::AUTHORITY_KEY_IDENTIFIER);
    let signer = Certificate::parse(&right.sign_with_csca(&fields).unwrap()).unwrap();
    let mut store = TrustStore::empty();
    for number in 1..count {
        store.add_certificate(issuer(&number.to_string()).csca()).unwrap();
    }
    let found = |store: &TrustStore| {
        let mut budget = Signatures::new(Signatures::DOCUMENT);
        match find_anchor(&signer, store, datetime!(2026-01-01 0:00 UTC), &mut budget) {
            Chain::Anchored { .. } => "anchored",
            Chain::OutOfBudget => "out of budget",
            _ => "not found",
        }
    };
    let mut last = store.clone();
    last.add_certificate(right.csca()).unwrap();
    assert_eq!(found(&last), "anchored");
    store.add_certificate(issuer("one more").csca()).unwrap();
    store.add_certificate(right.csca()).unwrap();
    assert_eq!(found(&store), "out of budget");
}

#[test]
fn certificate_octets() {
    let too_long = |octets: usize| Certificate::parse(&vec![0x30; octets]).unwrap_err() == CertificateError::TooLong;
    assert!(!too_long(BOUNDS.certificate_octets));
    assert!(too_long(BOUNDS.certificate_octets + 1));
}

#[test]
fn certificate_extensions() {
    let issuer = issuer("one");
    let with = |count: usize| {
        let mut fields = issuer.ds_fields();
        let more = count - fields.extensions.len();
        fields.extensions.extend((0..more).map(|number| {
            let octet = u8::try_from(number).unwrap();
            let id = Oid::from_der(&[0x2A, 0x03, octet]).unwrap();
            Extension { id, critical: false, value: vec![5, 0] }
        }));
        Certificate::parse(&issuer.sign_with_csca(&fields).unwrap()).map(|_| ())
    };
    assert_eq!(with(BOUNDS.certificate_extensions), Ok(()));
    assert_eq!(with(BOUNDS.certificate_extensions + 1), Err(CertificateError::TooLong));
}

/// A SignedData with some of its fields multiplied.
fn signed(change: impl FnOnce(&mut SignedDataFields)) -> Vec<u8> {
    let issuer = issuer("one");
    let key_id = SignerId::KeyId(issuer.ds_key().key_id());
    let plan = issuer.plan().ds;
    let content = master_list_content(&[issuer.csca()]);
    let mut fields = SignedDataFields::new(oid::ID_ICAO_CSCA_MASTER_LIST, content, key_id, plan.scheme, None);
    change(&mut fields);
    fields.sign(issuer.ds_key(), &mut SeededRandom::new([1; 32])).unwrap()
}

#[test]
fn signed_data_certificates() {
    let with = |count: usize| {
        let bytes = signed(|fields| fields.certificates = vec![vec![0x30, 0x00]; count]);
        SignedData::parse(&bytes).map(|_| ())
    };
    assert_eq!(with(BOUNDS.signed_data_certificates), Ok(()));
    assert_eq!(with(BOUNDS.signed_data_certificates + 1), Err(CmsError::TooMany));
}

#[test]
fn signed_data_entries() {
    let digests = |count: usize| {
        let bytes = signed(|fields| fields.digest_algorithms = vec![paper::algorithm(oid::SHA256); count]);
        SignedData::parse(&bytes).map(|_| ())
    };
    let signers = |count: usize| {
        let bytes = signed(|fields| {
            let signer = fields.signer_info(issuer("one").ds_key(), &mut SeededRandom::new([2; 32])).unwrap();
            fields.more_signers = vec![signer; count - 1];
        });
        SignedData::parse(&bytes).map(|_| ())
    };
    assert_eq!(digests(BOUNDS.signed_data_entries), Ok(()));
    assert_eq!(digests(BOUNDS.signed_data_entries + 1), Err(CmsError::TooMany));
    assert_eq!(signers(BOUNDS.signed_data_entries), Ok(()));
    assert_eq!(signers(BOUNDS.signed_data_entries + 1), Err(CmsError::TooMany));
}

#[test]
fn master_list_certificates() {
    let with = |count: usize| {
        let entries: Vec<&[u8]> = vec![&[0x30, 0x00]; count];
        let bytes = signed(|fields| fields.content = Some(master_list_content(&entries)));
        MasterList::parse(&bytes).map(|list| list.entries().count())
    };
    assert_eq!(with(BOUNDS.master_list_certificates), Ok(BOUNDS.master_list_certificates));
    assert_eq!(with(BOUNDS.master_list_certificates + 1), Err(ListError::TooMany));
}

/// The certificate of an authority under another name for each number: none verifies, which nobody asks of what another issued.
fn homonyms(numbers: std::ops::Range<usize>) -> Vec<u8> {
    let issuer = issuer("one");
    // Called its own issuer, it would have to verify under its own key.
    let fields = issuer.csca_fields().without(oid::AUTHORITY_KEY_IDENTIFIER);
    let der = issuer.sign_with_csca(&fields).unwrap();
    let organization = profile::vn().issuer.organization.into_bytes();
    let places: Vec<usize> = (0..der.len()).filter(|at| der[*at..].starts_with(&organization)).collect();
    assert_eq!(places.len(), 2, "issuer and subject");
    let one = |number: usize| {
        let mut der = der.clone();
        for place in &places[1..] {
            der[*place..place + 6].copy_from_slice(format!("{number:06}").as_bytes());
        }
        der
    };
    let entries: Vec<Vec<u8>> = numbers.map(one).collect();
    master_list_content(&entries.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

#[test]
fn anchors() {
    let one = issuer("one");
    let list = |numbers: std::ops::Range<usize>| {
        let purpose = Extension::extended_key_usage(oid::ID_ICAO_CSCA_MASTER_LIST_SIGNING_KEY);
        let fields = one.list_fields(oid::ID_ICAO_CSCA_MASTER_LIST, homonyms(numbers), &[purpose]).unwrap();
        one.sign_list(&fields).unwrap()
    };
    let mut builder = TrustBuilder::new();
    builder.add_certificate(one.csca()).unwrap();
    let step = BOUNDS.master_list_certificates;
    for first in (0..BOUNDS.anchors).step_by(step) {
        builder.add_file("list", &list(first.max(1)..first + step)).unwrap();
    }
    assert_eq!(builder.add_certificate(issuer("one more").csca()), Err(Refusal::TooMany));
    assert_eq!(builder.add_link_as_anchor(issuer("one more").csca()), Err(Refusal::TooMany));
    let more = list(BOUNDS.anchors..BOUNDS.anchors + 1);
    assert_eq!(builder.add_file("list", &more), Err(ListError::TooMany.into()));
    assert_eq!(builder.add_unverified_master_list("list", &more), Err(ListError::TooMany));
    assert_eq!(builder.build().anchors().len(), BOUNDS.anchors);
}

#[test]
fn pieces() {
    let refused = |count: usize| {
        let mut store = TrustStore::empty();
        let source = store.add_file("many", &[0x30, 0x02, 0x30, 0x00].repeat(count));
        (source.refused.len(), source.refused[0].reason)
    };
    let (all, reason) = refused(BOUNDS.pieces);
    assert!(all == BOUNDS.pieces && reason != Refusal::TooMany);
    assert_eq!(refused(BOUNDS.pieces + 1), (1, Refusal::TooMany));
}

/// A revocation list of an issuer, with some of its fields multiplied.
fn revocation_list(change: impl FnOnce(&mut RevocationListFields)) -> Vec<u8> {
    let issuer = issuer("one");
    let mut fields = issuer.revocation_list_fields(datetime!(2026-01-01 0:00 UTC));
    change(&mut fields);
    issuer.sign_revocation_list(&fields).unwrap()
}

#[test]
fn named_certificates() {
    let ds = profile::vn().issuer().unwrap().ds().to_vec();
    let many = |count: usize| {
        let mut file = Vec::new();
        for number in 0..count {
            let mut one = ds.clone();
            let at = one.len() - 2;
            one[at..].copy_from_slice(&u16::try_from(number).unwrap().to_be_bytes());
            file.extend(one);
        }
        file
    };
    let named = |bytes: &[u8]| {
        let mut store = TrustStore::empty();
        (store.pin_signer(bytes), store.pinned_signers().len())
    };
    assert_eq!(named(&many(BOUNDS.named_certificates)), (Ok(()), BOUNDS.named_certificates));
    assert_eq!(named(&many(BOUNDS.named_certificates + 1)), (Err(Refusal::TooMany), 0));
    // One by one they are counted too.
    let mut store = TrustStore::empty();
    store.add_links(&many(BOUNDS.named_certificates)).unwrap();
    assert_eq!(store.add_links(&ds), Err(Refusal::TooMany));
}

#[test]
fn lists() {
    let list = revocation_list(|_| {});
    let added = |count: usize| {
        let mut file = Vec::new();
        for number in 0..count {
            // Another signature each: whose it is, nobody knows here.
            let mut list = list.clone();
            let at = list.len() - 2;
            list[at..].copy_from_slice(&u16::try_from(number).unwrap().to_be_bytes());
            file.extend(list);
        }
        let mut store = TrustStore::empty();
        let source = store.add_file("many", &file).clone();
        let too_many = source.refused.iter().filter(|one| one.reason == Refusal::TooMany).count();
        (store.revocation_lists().len(), too_many)
    };
    assert_eq!(added(BOUNDS.lists), (BOUNDS.lists, 0));
    assert_eq!(added(BOUNDS.lists + 1), (BOUNDS.lists, 1));
}

#[test]
fn revocation_list_octets() {
    let too_long =
        |octets: usize| RevocationList::parse(&vec![0x30; octets]).unwrap_err() == RevocationListError::TooLong;
    assert!(!too_long(BOUNDS.revocation_list_octets));
    assert!(too_long(BOUNDS.revocation_list_octets + 1));
}

#[test]
fn revoked_certificates() {
    let with = |count: usize| {
        let list = revocation_list(|fields| {
            let entry = |number: usize| RevokedEntry {
                serial: [&[1][..], &u32::try_from(number).unwrap().to_be_bytes()].concat(),
                since: datetime!(2025-01-01 0:00 UTC),
                extensions: Vec::new(),
            };
            fields.revoked = (0..count).map(entry).collect();
        });
        RevocationList::parse(&list).map(|_| ())
    };
    assert_eq!(with(BOUNDS.revoked_certificates), Ok(()));
    assert_eq!(with(BOUNDS.revoked_certificates + 1), Err(RevocationListError::TooLong));
}

#[test]
fn revocation_list_extensions() {
    let with = |count: usize| {
        let list = revocation_list(|fields| {
            let more = count - fields.extensions.len();
            fields.extensions.extend((0..more).map(|number| {
                let id = Oid::from_der(&[0x2A, 0x03, u8::try_from(number).unwrap()]).unwrap();
                Extension { id, critical: false, value: vec![5, 0] }
            }));
        });
        RevocationList::parse(&list).map(|_| ())
    };
    assert_eq!(with(BOUNDS.revocation_list_extensions), Ok(()));
    assert_eq!(with(BOUNDS.revocation_list_extensions + 1), Err(RevocationListError::TooLong));
}

/// Whether a deviation list with this content has too much of something, and a defect list. Else it is its signer that is
/// missing: the content is read first.
fn is_too_many(deviations: &[DeviationFields], defects: &[DefectFields]) -> [bool; 2] {
    let parse = |kind: Oid, content: Vec<u8>| {
        let list = signed(|fields| (fields.content_type, fields.content) = (kind, Some(content)));
        match DefectList::parse(&list).unwrap_err() {
            ListError::TooMany => true,
            error => {
                assert_eq!(error, ListError::SignerMissing);
                false
            }
        }
    };
    [
        parse(oid::ID_ICAO_DEVIATION_LIST, deviation_list_content(deviations)),
        parse(oid::ID_DEFECT_LIST, defect_list_content(defects)),
    ]
}

fn defect_fields(defects: usize) -> DefectFields {
    let unknown = (Oid::from_der(&[0x2A, 0x03]).unwrap(), Vec::new());
    DefectFields { signer: SignerId::KeyId(vec![1]), certificate_hash: None, defects: vec![unknown; defects] }
}

#[test]
fn defect_list_entries() {
    let with = |count: usize| is_too_many(&vec![DeviationFields::default(); count], &vec![defect_fields(1); count]);
    assert_eq!(with(BOUNDS.defect_list_entries), [false; 2]);
    assert_eq!(with(BOUNDS.defect_list_entries + 1), [true; 2]);
}

#[test]
fn defect_list_numbers() {
    // Two entries: the numbers of all count together.
    let with = |count: usize| {
        let entry = |numbers: usize| DeviationFields {
            numbers: Some(vec!["1".to_owned(); numbers]),
            ..DeviationFields::default()
        };
        is_too_many(&[entry(count / 2), entry(count - count / 2)], &[])[0]
    };
    assert!(!with(BOUNDS.defect_list_numbers));
    assert!(with(BOUNDS.defect_list_numbers + 1));
}

#[test]
fn known_defects() {
    let with = |count: usize| {
        let unknown = (Oid::from_der(&[0x2A, 0x03]).unwrap(), None);
        let deviation = DeviationFields { defects: vec![unknown; count], ..DeviationFields::default() };
        is_too_many(&[deviation], &[defect_fields(count)])
    };
    assert_eq!(with(BOUNDS.known_defects), [false; 2]);
    assert_eq!(with(BOUNDS.known_defects + 1), [true; 2]);
}

#[test]
fn bundle_octets() {
    let too_long = |octets: usize| TrustBundle::parse(&vec![0; octets]).unwrap_err() == BundleError::TooLong;
    assert!(!too_long(BOUNDS.bundle_octets));
    assert!(too_long(BOUNDS.bundle_octets + 1));
}

#[test]
fn bundle_parts() {
    let with = |count: usize| {
        let part = |number: usize| {
            let bytes = u32::try_from(number).unwrap().to_be_bytes().to_vec();
            BundlePart::new(BundleUse::PinnedSigner, &format!("{number}.cer"), bytes)
        };
        TrustBundle::make(datetime!(2026-01-01 0:00 UTC), (0..count).map(part)).map(|(_, refused)| refused.len())
    };
    assert_eq!(with(BOUNDS.bundle_parts), Ok(BOUNDS.bundle_parts));
    assert_eq!(with(BOUNDS.bundle_parts + 1), Err(BundleError::TooLong));
}

#[test]
fn policy_octets() {
    let error = |octets: usize| Policy::from_toml(&" ".repeat(octets)).unwrap_err().to_string();
    let too_long = error(BOUNDS.policy_octets + 1);
    assert_ne!(error(BOUNDS.policy_octets), too_long);
    assert_eq!(error(2 * BOUNDS.policy_octets), too_long);
}

#[test]
fn cv_certificate_octets() {
    let of = |octets: usize| {
        let header = 6;
        CvCertificate::parse(&tlv::encode(Tag(0x7F21), &vec![0; octets - header + 1])).unwrap_err().to_string()
    };
    let too_long = chipid::internals::cvc::CvcError::TooLong.to_string();
    assert_ne!(of(BOUNDS.cv_certificate_octets), too_long);
    assert_eq!(of(BOUNDS.cv_certificate_octets + 1), too_long);
}

#[test]
fn terminal_certificates() {
    let plan = TerminalAuthorityPlan::new("UT", KeyKind::Ec(CurveId::Secp256r1), oid::ID_TA_ECDSA_SHA256);
    let authority = TerminalAuthority::new(plan);
    let certificate = authority.authority(1).unwrap();
    let key = authority.key(CvHolder::Terminal).unwrap();
    let mut terminal = Terminal::new(Box::new(FileKey::new(key, Box::new(SeededRandom::new([1; 32])))));
    terminal.add_file("full", &certificate.as_bytes().repeat(BOUNDS.terminal_certificates)).unwrap();
    let refused = terminal.add_file("one more", certificate.as_bytes());
    assert!(matches!(refused, Err(TerminalError::TooMany { .. })));
    assert_eq!(terminal.certificates().len(), BOUNDS.terminal_certificates);
}

#[test]
fn security_infos() {
    let with = |count: usize| {
        let info = tlv::encode_all(Tag::SEQUENCE, &[&paper::object(oid::SHA256), &paper::integer(&[1])]);
        SecurityInfos::parse(FileId::CardAccess, &tlv::encode(Tag::SET, &info.repeat(count)))
            .map(|infos| infos.infos.len())
    };
    assert_eq!(with(BOUNDS.security_infos), Ok(BOUNDS.security_infos));
    assert!(with(BOUNDS.security_infos + 1).is_err());
}

#[test]
fn applications() {
    let template = hex::decode("61094F07A0000002471001").unwrap();
    let count = |count: usize| Dir::parse(&template.repeat(count)).applications.len();
    assert_eq!(count(BOUNDS.applications), BOUNDS.applications);
    assert_eq!(count(10 * BOUNDS.applications), BOUNDS.applications);
}

/// The biometric data group of the simulated card with its first template as often as is asked.
fn repeated(group: DataGroup, count: usize) -> Vec<u8> {
    let files = profile::eac().contents().unwrap();
    let (_, file) = files.groups.iter().find(|(number, _)| *number == group.number()).unwrap();
    let whole = Reader::new(file).next().unwrap();
    let templates = whole.children().next().unwrap();
    let mut inside = templates.children();
    inside.next().unwrap();
    let template = inside.next().unwrap().raw.repeat(count);
    let number = paper::integer(&[u8::try_from(count).unwrap()]);
    tlv::encode(whole.tag, &tlv::encode_all(templates.tag, &[&number, &template]))
}

#[test]
fn fingers() {
    let read = |count| {
        let file = repeated(DataGroup::DG3, count);
        let dg3 = Dg3::parse(&file).unwrap();
        (dg3.fingers.len(), dg3.findings.iter().any(|finding| finding.defect.as_str() == "objects_too_many"))
    };
    assert_eq!(read(BOUNDS.fingers), (BOUNDS.fingers, false));
    assert_eq!(read(BOUNDS.fingers + 1), (BOUNDS.fingers, true));
}

#[test]
fn irises() {
    let read = |count| {
        let file = repeated(DataGroup::DG4, count);
        let dg4 = Dg4::parse(&file).unwrap();
        (dg4.irises.len(), dg4.findings.iter().any(|finding| finding.defect.as_str() == "objects_too_many"))
    };
    assert_eq!(read(BOUNDS.irises), (BOUNDS.irises, false));
    assert_eq!(read(BOUNDS.irises + 1), (BOUNDS.irises, true));
}

#[test]
fn displayed_images() {
    let read = |count: usize| {
        let number = paper::integer(&[u8::try_from(count).unwrap()]);
        let images = tlv::encode(Tag(0x5F43), &[0xFF, 0xD8, 0xFF]).repeat(count);
        let file = tlv::encode_all(Tag(0x67), &[&number, &images]);
        let dg7 = Dg7::parse(&file).unwrap();
        (
            dg7.displayed_signatures.len(),
            dg7.findings.iter().any(|finding| finding.defect.as_str() == "objects_too_many"),
        )
    };
    assert_eq!(read(BOUNDS.displayed_images), (BOUNDS.displayed_images, false));
    assert_eq!(read(BOUNDS.displayed_images + 1), (BOUNDS.displayed_images, true));
}

#[test]
fn opaque_objects() {
    let read = |count: usize| {
        let file = tlv::encode(Tag(0x6A), &[5, 0].repeat(count));
        let group = OpaqueGroup::parse(DataGroup::DG10, &file).unwrap();
        (group.objects.map(|objects| objects.len()), group.findings.len())
    };
    assert_eq!(read(BOUNDS.opaque_objects), (Some(BOUNDS.opaque_objects), 0));
    assert_eq!(read(BOUNDS.opaque_objects + 1), (Some(BOUNDS.opaque_objects), 1));
}

/// An EF.DG13 with these fields, each encoded.
fn dg13(fields: &[u8]) -> Dg13 {
    let identifier = hex::decode("0606 28D316010008".replace(' ', "")).unwrap();
    let list = tlv::encode_all(Tag::SEQUENCE, &[&paper::integer(&[1]), &identifier, &tlv::encode(Tag::SET, fields)]);
    Dg13::parse(&tlv::encode(Tag(0x6D), &list)).unwrap()
}

#[test]
fn dg13_fields() {
    let read = |count: usize| {
        let fields: Vec<u8> = (0..count)
            .flat_map(|number| tlv::encode(Tag::SEQUENCE, &paper::integer(&[u8::try_from(number + 1).unwrap()])))
            .collect();
        let dg13 = dg13(&fields);
        let told = dg13.findings().iter().any(|finding| finding.defect.as_str() == "trailing_bytes");
        (dg13.fields().len(), told)
    };
    assert_eq!(read(BOUNDS.dg13_fields), (BOUNDS.dg13_fields, false));
    assert_eq!(read(BOUNDS.dg13_fields + 1), (BOUNDS.dg13_fields, true));
}

#[test]
fn dg13_texts() {
    let read = |count: usize| {
        let texts = tlv::encode(Tag::UTF8_STRING, b"A").repeat(count);
        let dg13 = dg13(&tlv::encode_all(Tag::SEQUENCE, &[&paper::integer(&[13]), &texts]));
        let told = dg13.findings().iter().any(|finding| finding.defect.as_str() == "objects_too_many");
        (dg13.fields()[0].texts.len(), told)
    };
    assert_eq!(read(BOUNDS.dg13_texts), (BOUNDS.dg13_texts, false));
    assert_eq!(read(BOUNDS.dg13_texts + 1), (BOUNDS.dg13_texts, true));
}

#[test]
fn qr_octets() {
    let text = |octets: usize| format!("199000001234||NGUYEN|01011990|Nam|HA NOI|01072023|{}", "A".repeat(octets - 50));
    assert_eq!(text(100).len(), 100);
    assert!(Qr::parse(&text(BOUNDS.qr_octets)).is_ok());
    assert!(Qr::parse(&text(BOUNDS.qr_octets + 1)).is_err());
}

#[test]
fn statement_characters() {
    let most = BOUNDS.statement_characters;
    let of = |characters: usize| Consent::new(std::time::SystemTime::UNIX_EPOCH, &"ữ".repeat(characters));
    assert!(of(most).is_ok());
    assert_eq!(of(most + 1), Err(StatementError::Text));
}

#[test]
fn image_time() {
    let limits = ImageLimits::default();
    assert_eq!(limits.time, BOUNDS.image_time);
    let portrait = include_bytes!("../src/sim/portrait.jpg");
    assert!(decode(portrait, &limits).is_ok());
    assert_eq!(decode(portrait, &ImageLimits { time: Duration::ZERO, ..limits }).unwrap_err(), ImageError::TooSlow);
}

#[test]
fn evidence_signatures() {
    struct Bank(paper::Document);
    impl EvidenceSigner for Bank {
        fn sign(&mut self, data: &[u8]) -> Result<EvidenceSignature, EvidenceSigningError> {
            Ok(EvidenceSignature::Certificate {
                algorithm: paper::algorithm(paper::ecdsa(DigestAlgorithm::Sha256)),
                certificate: self.0.ds_der(),
                signature: self.0.ds.key.sign(DigestAlgorithm::Sha256, data),
            })
        }
    }
    let issued = Issued::new(profile::vn());
    let document = reading::read(&issued.profile);
    let trust = reading::trust(&issued.profile);
    let clock = chipid::Clock { read_at: reading::now(), source: "test".into() };
    let mut evidence = document.to_evidence(&trust, reading::now(), &EvidencePolicy::all(), &clock).unwrap();
    let mut bank = Bank(paper::Document::on(CurveId::Secp256r1, DigestAlgorithm::Sha256));
    for _ in 0..BOUNDS.evidence_signatures {
        evidence.sign(&mut bank).unwrap();
    }
    assert_eq!(evidence.sign(&mut bank), Err(EvidenceSigningError::TooMany));
    assert!(chipid::Evidence::decode(&evidence.encode()).is_ok());
}
