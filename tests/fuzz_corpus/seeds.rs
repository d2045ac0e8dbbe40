//! The seeds of each target: what the vectors, the invented cards and the shared data hold.

use crate::shared::shared_data;
use crate::targets::session_bytes;
use chipid::internals::crypto::{CurveId, DigestAlgorithm, SeededRandom};
use chipid::internals::issuer::{
    DefectFields, DeviationFields, Extension, Issuer, IssuerPlan, KeyPlan, RevocationListFields, RevokedEntry,
    SignerId, defect_list_content, deviation_list_content,
};
use chipid::internals::oid;
use chipid::internals::tlv::{self, Tag};
use chipid::sim::person::PORTRAIT;
use chipid::sim::{Profile, profile};
use chipid::transport::transcript::{Recorder, Transcript, TranscriptStep};
use chipid::trust::{BundlePart, BundleUse, TrustBundle, TrustStore};
use chipid::{Card, Clock, Document, EvidencePolicy, Policy, ReadPlan};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

/// Longer ones make a fuzzer slow, and show no more.
const LONGEST: usize = 24 << 10;

/// Kinds of vectors, and the target whose input their values in hexadecimal digits or in text are.
const KINDS: &[(&str, &str)] = &[
    ("card-access", "security_infos"),
    ("spki", "security_infos"),
    ("dg11", "texts"),
    ("dg12", "texts"),
    ("dg13-vn", "texts"),
    ("dg16", "texts"),
    ("optional-details", "texts"),
    ("mrz", "texts"),
    ("mrz-name", "texts"),
    ("qr-vn", "texts"),
    ("images", "biometrics"),
    ("image", "image"),
    ("cv-certificate", "certificates"),
    ("ef-cvca", "certificates"),
    ("evidence", "stored"),
    ("secure-messaging", "words"),
    ("bac", "words"),
];

/// Folders of the shared data, and the target whose input their files are.
const SHARED: &[(&str, &str)] = &[
    ("malformed/tlv", "words"),
    ("malformed/com", "words"),
    ("malformed/cardaccess", "security_infos"),
    ("malformed/dg14", "security_infos"),
    ("malformed/dg15", "security_infos"),
    ("malformed/dg1", "texts"),
    ("malformed/dg13_vn", "texts"),
    ("specimens/synthetic-dg", "biometrics"),
    ("specimens/bsi-tr03105-5-2008", "biometrics"),
    ("specimens/bsi-tr03105-5-2008", "signed_data"),
    ("specimens/icao-9303-10-appendixA", "biometrics"),
    ("specimens/icao-9303-10-appendixA", "texts"),
    ("biometrics/iso39794-5-face", "biometrics"),
    ("biometrics/iso19794-5-face", "image"),
    ("ds", "certificates"),
    ("crl", "trust"),
    ("csca", "trust"),
    ("cvc/eid-testbed-server/certs", "certificates"),
];

/// The seeds of a target, without doubles, in an order that stays.
pub fn of(target: &str) -> Vec<Vec<u8>> {
    let mut seeds = made(target);
    seeds.extend(of_vectors(target));
    for (sub, _) in SHARED.iter().filter(|(_, of)| *of == target) {
        seeds.extend(shared_data(sub).map(|folder| files(&folder)).unwrap_or_default());
    }
    seeds.retain(|seed| seed.len() <= LONGEST);
    seeds.sort();
    seeds.dedup();
    seeds
}

fn files(folder: &Path) -> Vec<Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.is_file()).map(|path| std::fs::read(path).unwrap()).collect()
}

fn of_vectors(target: &str) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("test-vectors")];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                // What version 0.1.0 stored is not in the form of a vector.
                if !path.ends_with("test-vectors/stored-0.1") {
                    folders.push(path);
                }
                continue;
            }
            let text = std::fs::read_to_string(path).unwrap();
            let lines = text.lines().filter_map(|line| line.split_once(": "));
            let kind = lines.clone().find(|(key, _)| *key == "kind").map_or("", |(_, value)| value.trim());
            if !KINDS.contains(&(kind, target)) {
                continue;
            }
            let values = lines.filter(|(key, _)| !["kind", "source", "recipe", "rgb", "expect"].contains(key));
            seeds.extend(values.map(|(_, value)| hex::decode(value).unwrap_or_else(|_| value.as_bytes().to_vec())));
        }
    }
    seeds.retain(|seed| seed.len() >= 8);
    seeds
}

/// What the invented cards and their issuers make for a target.
fn made(target: &str) -> Vec<Vec<u8>> {
    let pick = |tags: &[u8]| -> Vec<Vec<u8>> {
        files_of_cards().iter().filter(|file| tags.contains(&file[0])).cloned().collect()
    };
    match target {
        "words" => pick(&[0x60, 0x61, 0x7F, 0x42]).into_iter().chain(commands()).collect(),
        "secure_messaging" => secure_messaging(),
        "certificates" => certificates(),
        "signed_data" => pick(&[0x77, 0x30]).into_iter().chain(lists()).collect(),
        "security_infos" => pick(&[0x31, 0x6E, 0x6F]),
        "biometrics" => pick(&[0x75, 0x63, 0x76, 0x65, 0x67]),
        "texts" => pick(&[0x61, 0x6B, 0x6C, 0x6D, 0x70]).into_iter().chain(texts()).collect(),
        "stored" => stored(),
        "trust" => trust(),
        "image" => vec![PORTRAIT.to_vec()],
        "session_bytes" => recorded(),
        "session_faults" => acts(),
        _ => Vec::new(),
    }
}

fn profiles() -> [Profile; 9] {
    let names = ["vn", "passport", "hardened", "plain", "reference", "cam", "im", "dh", "eac"];
    names.map(|name| Profile::by_name(name).unwrap())
}

fn files_of_cards() -> &'static [Vec<u8>] {
    static FILES: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    FILES.get_or_init(|| {
        let contents = profiles().map(|profile| profile.contents().unwrap());
        contents.into_iter().flat_map(|contents| contents.files).map(|file| file.content).collect()
    })
}

fn commands() -> Vec<Vec<u8>> {
    let transcript = transcript(&profile::plain(), 0);
    let mut seeds = Vec::new();
    for step in transcript.steps.iter().take(8) {
        if let TranscriptStep::Exchange(command, Ok(response)) = step {
            seeds.extend([command.clone(), response.clone()]);
        }
    }
    seeds
}

fn secure_messaging() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for cipher in 0..4 {
        for ins in [0xB0, 0xB1] {
            for length in [0, 1, 15, 16, 100] {
                let good = [&[cipher, ins, 0x90, 0x00, length][..], &vec![0x5A; length.into()]].concat();
                seeds.extend((0..5).map(|what| [good.as_slice(), &[what, length / 2, 0x01]].concat()));
                seeds.push(good);
            }
        }
    }
    seeds
}

fn certificates() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for profile in profiles() {
        let issuer = profile.issuer().unwrap();
        for der in [issuer.csca(), issuer.ds()] {
            let certificate = chipid::internals::pki::Certificate::parse(der).unwrap();
            seeds.extend([certificate.subject().raw().to_vec(), certificate.spki().to_vec()]);
            seeds.extend([certificate.signature_algorithm().to_vec(), der.to_vec()]);
        }
    }
    seeds
}

fn lists() -> Vec<Vec<u8>> {
    let key = KeyPlan::ecdsa(CurveId::Secp256r1, DigestAlgorithm::Sha256);
    let issuer = Issuer::new(IssuerPlan::new("UT", "UTO", "Invented Office", key, key)).unwrap();
    let list = issuer.master_list(&[issuer.csca()]).unwrap();
    vec![list, issuer.csca().to_vec()]
}

/// Revocation lists, lists of deviations and of defects, a bundle, policies.
fn trust() -> Vec<Vec<u8>> {
    let key = KeyPlan::ecdsa(CurveId::Secp256r1, DigestAlgorithm::Sha256);
    let issuer = Issuer::new(IssuerPlan::new("UT", "UTO", "Invented Office", key, key)).unwrap();
    let made = IssuerPlan::new("UT", "UTO", "Invented Office", key, key).issued;
    let empty = issuer.revocation_list_fields(made);
    let revoked = [vec![0x10, 0x01], vec![0x7F]].map(|serial| RevokedEntry {
        serial,
        since: made,
        extensions: vec![Extension::crl_reason(1)],
    });
    let full = RevocationListFields { revoked: revoked.into(), ..empty.clone() };
    let deviation = DeviationFields {
        document_type: Some("P".into()),
        signer: Some(SignerId::KeyId(vec![7; 20])),
        issued: Some((made, made)),
        numbers: Some(vec!["X00000017".into()]),
        defects: vec![(oid::ID_ICAO_DEVIATION_LIST, Some(2)), (oid::ID_DEFECT_LIST, None)],
        ..DeviationFields::default()
    };
    let defect = DefectFields {
        signer: SignerId::KeyId(vec![7; 20]),
        certificate_hash: Some(vec![9; 32]),
        defects: vec![(oid::ID_DEFECT_LIST, Vec::new())],
    };
    let purpose = Extension::extended_key_usage(oid::ID_ICAO_DEVIATION_LIST_SIGNING_KEY);
    let signed = |id, content, extensions: &[Extension]| {
        issuer.sign_list(&issuer.list_fields(id, content, extensions).unwrap()).unwrap()
    };
    let lists = [
        issuer.sign_revocation_list(&empty).unwrap(),
        issuer.sign_revocation_list(&full).unwrap(),
        signed(oid::ID_ICAO_DEVIATION_LIST, deviation_list_content(&[deviation]), &[purpose]),
        signed(oid::ID_DEFECT_LIST, defect_list_content(&[defect]), &[]),
        signed(oid::ID_DEFECT_LIST, second_defect_list_content(), &[]),
    ];
    let anchor = BundlePart::new(BundleUse::Trust, "csca.der", issuer.csca().to_vec());
    let list = BundlePart::new(BundleUse::Trust, "a.crl", lists[1].clone());
    let (bundle, _) = TrustBundle::make(made, [anchor, list]).unwrap();
    let own = "schema = \"chipid.policy/1\"\nname = \"counter\"\nextends = \"strict\"\n\
               tolerances = [\"ds_without_aki\"]\n[verdict]\naccept = \"genuine\"\nrefer = \"undetermined\"\n\
               [warnings]\nsha1 = \"refer\"\n[checks]\n\"lds.expiry\" = { accept = [\"successful\"], refer = [\"failed:expired\"] }\n";
    let texts = [Policy::strict().to_toml(), Policy::field().to_toml(), own.to_owned()];
    lists.into_iter().chain([bundle.encode()]).chain(texts.map(String::into_bytes)).collect()
}

/// A defect list of version 2: a signer by its hash, a kind with its status, descriptions (TR-03129-2 §7.1).
fn second_defect_list_content() -> Vec<u8> {
    let kind = tlv::encode(Tag::OID, oid::ID_AUTHENTICATION_PROTOCOL_FAILURE.as_der());
    let status = tlv::encode(Tag(0xA0), &tlv::encode(Tag::ENUMERATED, &[2]));
    let known = tlv::encode_all(Tag(0xA0), &[&kind, &status, &tlv::encode(Tag(0x81), b"both fail")]);
    let hash = tlv::encode(Tag::OCTET_STRING, &[9; 32]);
    let words = tlv::encode(Tag::UTF8_STRING, b"invented");
    let defect = tlv::encode_all(Tag::SEQUENCE, &[&hash, &tlv::encode(Tag::SET, &known), &words]);
    let version = tlv::encode(Tag::INTEGER, &[1]);
    let digest = tlv::encode(Tag::OID, oid::SHA256.as_der());
    tlv::encode_all(Tag::SEQUENCE, &[&version, &digest, &tlv::encode(Tag::SET, &defect)])
}

fn texts() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> =
        profiles().iter().map(|profile| profile.mrz_lines().join("\n").into_bytes()).collect();
    seeds.extend(profile::vn().qr_text().map(String::into_bytes));
    seeds.extend(["000001", "999199000001", "X00000017\n850412\n331231"].map(|text| text.as_bytes().to_vec()));
    seeds
}

fn stored() -> Vec<Vec<u8>> {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
    let clock = Clock { read_at: now, source: "a test".into() };
    let cam = Profile { can: Some("000001".into()), ..profile::cam() };
    let mut seeds = Vec::new();
    for profile in [profile::plain(), profile::passport(), cam, profile::vn()] {
        let document = read(Box::new(profile.card().unwrap()), mode_of(&profile));
        seeds.push(serde_json::to_vec(&document.proofs()).unwrap());
        let policy = EvidencePolicy::without_biometrics();
        seeds.push(document.to_evidence(&TrustStore::empty(), now, &policy, &clock).unwrap().encode());
        let transcript = transcript(&profile, mode_of(&profile));
        let start = Transcript { steps: transcript.steps.iter().take(12).cloned().collect(), ..transcript };
        seeds.push(start.to_string().into_bytes());
    }
    seeds
}

/// Recorded sessions, as `session_bytes` takes them: one whose issuer it trusts, others.
fn recorded() -> Vec<Vec<u8>> {
    let key = KeyPlan::ecdsa(CurveId::Secp256r1, DigestAlgorithm::Sha256);
    let other = IssuerPlan::new("UT", "UTO", "Another Passport Office", key, key);
    let cards = [
        profile::plain().with_max_answer(65_536),
        Profile { issuer: other, ..profile::passport() },
        Profile { seed: Some("one".into()), ..profile::vn() },
    ];
    let mut seeds = Vec::new();
    for card in cards {
        let mode = mode_of(&card);
        let mut bytes = vec![mode];
        for step in transcript(&card, mode).steps {
            if let TranscriptStep::Exchange(_, Ok(response)) = step {
                bytes.extend(u16::try_from(response.len()).unwrap().to_be_bytes());
                bytes.extend(response);
            }
        }
        // The opening alone is a seed too, and quicker.
        seeds.push(bytes[..bytes.len().min(1_200)].to_vec());
        seeds.push(bytes);
    }
    seeds
}

/// Each act on the line and each on a file, early and late; some deviations and habits of the card.
fn acts() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> =
        (0..7).flat_map(|profile| [vec![profile], vec![profile | 8], vec![profile | 16]]).collect();
    for profile in [0, 2, 5] {
        for what in 0..14 {
            for number in [2, 9] {
                seeds.push(vec![profile, what, number, 0, 20, 7, 1, 2, 3, 4, 5, 6, 7]);
            }
        }
    }
    seeds.extend((0..48).map(|deviation| vec![2, 8, 6, 0, 0, deviation]));
    seeds.extend((0..60).map(|quirk| vec![5, 9, 0, 0, 0, quirk]));
    seeds
}

fn mode_of(profile: &Profile) -> u8 {
    match profile.name {
        "plain" => 0,
        "passport" => 2,
        _ => 1,
    }
}

fn read(line: Box<dyn chipid::transport::Transport>, mode: u8) -> Document {
    let mut show = |_: chipid::Event<'_>| ControlFlow::Continue(());
    let card = Card::connect_with_random(line, session_bytes::random());
    card.open(&password(mode), &mut show).unwrap().read(&ReadPlan::full(), &mut show).unwrap()
}

fn password(mode: u8) -> chipid::Password {
    session_bytes::password(mode)
}

fn transcript(profile: &Profile, mode: u8) -> Transcript {
    let mut card = profile.card().unwrap();
    card.set_random(Box::new(SeededRandom::new([3; 32])));
    let recorder = Recorder::new(Box::new(card));
    let recording = recorder.recording();
    read(Box::new(recorder), mode);
    recording.transcript()
}
