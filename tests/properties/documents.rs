//! From a genuine document, whatever is taken away, altered or taken from another: it is worth no more than the verdict's
//! definition says; and no more than a list against it allows. That definition stands here once more, in a few lines that share nothing with the library's.

use crate::reading;
use crate::trust_changes::AddTrust as _;
use chipid::internals::issuer::{
    DefectFields, DeviationFields, Extension, Issuer, IssuerPlan, RevocationListFields, RevokedEntry, SignerId,
    defect_list_content, deviation_list_content,
};
use chipid::internals::oid::{self, Oid};
use chipid::internals::pki::Certificate;
use chipid::lds::{Com, DataGroup, FileId, SecurityObject};
use chipid::sim::person::Person;
use chipid::sim::{Profile, profile};
use chipid::trust::TrustStore;
use chipid::{Clock, Document, Evidence, EvidencePolicy, KeptGroups, Proofs, ReadPlan, Verdict};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;
use time::macros::datetime;

type Files = BTreeMap<FileId, Vec<u8>>;

/// A document that was issued and read: what is true of it.
struct Issued {
    files: Files,
    proofs: Proofs,
    csca: Vec<u8>,
    evidence: Vec<u8>,
    truth: Verdict,
    /// Lists that count against it, each with the best that it may be worth by them.
    against: Vec<(Vec<u8>, Verdict)>,
    /// Lists that say nothing of it, or excuse it.
    beside: Vec<Vec<u8>>,
}

impl Issued {
    fn new(profile: &Profile) -> Self {
        let document =
            reading::read_over(reading::link(profile), &reading::password(profile), &ReadPlan::full(), None).unwrap();
        let trust = reading::trust(profile);
        let clock = Clock { read_at: reading::now(), source: "a test".into() };
        let evidence = document.to_evidence(&trust, reading::now(), &EvidencePolicy::all(), &clock).unwrap().encode();
        let files: Files = document.files().map(|(file, bytes)| (file, bytes.to_vec())).collect();
        let proofs = document.proofs();
        let stored = Document::from_files(files.clone(), Some(proofs.clone()));
        let truth = stored.verify(&trust, reading::now()).verdict();
        let lists = Lists::new(profile);
        let csca = profile.csca().unwrap();
        Self { files, proofs, csca, evidence, truth, against: lists.against(), beside: lists.beside() }
    }
}

/// Who makes the lists for a document, and what entries know it by.
struct Lists {
    issuer: Issuer,
    signer: SignerId,
    number: String,
    code: String,
}

impl Lists {
    fn new(profile: &Profile) -> Self {
        let issuer = profile.issuer().unwrap();
        let ds = Certificate::parse(issuer.ds()).unwrap();
        Self {
            signer: SignerId::IssuerAndSerial(ds.issuer().raw().to_vec(), ds.serial().to_vec()),
            number: profile.person.mrz_information().chars().take(9).collect(),
            code: profile.person.document_code.clone(),
            issuer,
        }
    }

    /// The entries that mean the document, by all that an entry may know it by.
    fn entries(&self, defects: &[(Oid, Option<u8>)]) -> Vec<DeviationFields> {
        let numbers = Some(vec!["X00000000".to_owned(), self.number.trim_end_matches('<').to_owned()]);
        let signer = Some(self.signer.clone());
        let issued = Some((datetime!(1990-01-01 0:00 UTC), datetime!(2090-01-01 0:00 UTC)));
        let document_type = Some(self.code.clone());
        let by = DeviationFields { defects: defects.to_vec(), ..Default::default() };
        vec![
            DeviationFields { numbers: numbers.clone(), ..by.clone() },
            DeviationFields { numbers, signer: signer.clone(), ..by.clone() },
            DeviationFields { issued, signer: signer.clone(), ..by.clone() },
            DeviationFields { document_type, ..by.clone() },
            DeviationFields { signer, ..by },
        ]
    }

    fn deviations(&self, entry: DeviationFields) -> Vec<u8> {
        let content = deviation_list_content(&[entry]);
        self.signed(oid::ID_ICAO_DEVIATION_LIST, content, oid::ID_ICAO_DEVIATION_LIST_SIGNING_KEY)
    }

    fn defects(&self, id: Oid) -> Vec<u8> {
        let entry =
            DefectFields { signer: self.signer.clone(), certificate_hash: None, defects: vec![(id, Vec::new())] };
        self.signed(oid::ID_DEFECT_LIST, defect_list_content(&[entry]), oid::ID_DEFECT_LIST_SIGNING_KEY)
    }

    fn signed(&self, kind: Oid, content: Vec<u8>, purpose: Oid) -> Vec<u8> {
        let fields = self.issuer.list_fields(kind, content, &[Extension::extended_key_usage(purpose)]).unwrap();
        self.issuer.sign_list(&fields).unwrap()
    }

    fn revoking(&self, serial: &[u8]) -> Vec<u8> {
        let since = datetime!(2025-12-01 0:00 UTC);
        let revoked = vec![RevokedEntry::new(serial, since)];
        let fields = RevocationListFields { revoked, ..self.issuer.revocation_list_fields(since) };
        self.issuer.sign_revocation_list(&fields).unwrap()
    }

    fn against(&self) -> Vec<(Vec<u8>, Verdict)> {
        let unknown = Oid::from_der(&[oid::ID_AUTH_DEFECT.as_der(), &[99]].concat()).unwrap();
        let ds = Certificate::parse(self.issuer.ds()).unwrap();
        let mut lists = vec![(self.revoking(ds.serial()), Verdict::Undetermined)];
        // From files nothing but active authentication proves the chip.
        for (id, best) in [
            (oid::ID_CERT_REVOKED, Verdict::Undetermined),
            (unknown, Verdict::Undetermined),
            (oid::ID_DEVIATION_AA_KEY_COMPROMISED, Verdict::DataAuthentic),
        ] {
            lists.extend(self.entries(&[(id, None)]).into_iter().map(|entry| (self.deviations(entry), best)));
            lists.push((self.defects(id), best));
        }
        lists
    }

    fn beside(&self) -> Vec<Vec<u8>> {
        let excuses = [(oid::ID_DEVIATION_DG_HASH_WRONG, Some(13)), (oid::ID_DEVIATION_SOD_SIGNATURE_WRONG, None)];
        let mut lists: Vec<Vec<u8>> = self.entries(&excuses).into_iter().map(|entry| self.deviations(entry)).collect();
        lists.push(self.revoking(&[9]));
        lists.push(self.defects(oid::ID_SOD_INVALID));
        lists
    }
}

/// A document, another person's of the same issuer, and another issuer's of the same kind; of three kinds.
fn issued() -> &'static [[Issued; 3]] {
    static ISSUED: OnceLock<Vec<[Issued; 3]>> = OnceLock::new();
    ISSUED.get_or_init(|| {
        [profile::vn(), profile::passport(), profile::hardened(), profile::plain(), profile::cam()]
            .map(|one| {
                let national = one
                    .person
                    .national
                    .clone()
                    .map(|national| chipid::sim::person::National {
                        full_name: "Trần Văn Thử".into(), ..national
                    });
                let person = Person { primary: "TRAN".into(), national, ..one.person.clone() };
                let other = Profile { person, ..one.clone() };
                let curve = chipid::internals::crypto::CurveId::Secp256r1;
                let key = chipid::internals::issuer::KeyPlan::ecdsa(
                    curve,
                    chipid::internals::crypto::DigestAlgorithm::Sha256,
                );
                let plan = IssuerPlan {
                    label: "two".into(),
                    organization: "Another Invented Office".into(),
                    csca: key,
                    ds: key,
                    ..one.issuer.clone()
                };
                let foreign = Profile { issuer: plan, ..one.clone() };
                [&one, &other, &foreign].map(Issued::new)
            })
            .into()
    })
}

/// What is done to a document.
#[derive(Clone, Debug)]
enum Act {
    Remove(usize),
    Flip(usize, usize, u8),
    Cut(usize, usize),
    Append(usize, u8),
    /// The file of the other person, or of the other issuer's document.
    Swap(usize, usize),
    /// A file under another file's name.
    Rename(usize, usize),
    NoProofs,
    /// The proofs of another document.
    OtherProofs(usize),
    /// A hexadecimal digit of the chip's answer is another.
    AlterProofs(usize),
}

fn act() -> impl Strategy<Value = Act> {
    let file = 0..12_usize;
    prop_oneof![
        file.clone().prop_map(Act::Remove),
        (file.clone(), any::<usize>(), 1..=255_u8).prop_map(|(file, at, mask)| Act::Flip(file, at, mask)),
        (file.clone(), any::<usize>()).prop_map(|(file, at)| Act::Cut(file, at)),
        (file.clone(), any::<u8>()).prop_map(|(file, octet)| Act::Append(file, octet)),
        (file.clone(), 1..3_usize).prop_map(|(file, of)| Act::Swap(file, of)),
        (file.clone(), file).prop_map(|(from, to)| Act::Rename(from, to)),
        Just(Act::NoProofs),
        (1..3_usize).prop_map(Act::OtherProofs),
        any::<usize>().prop_map(Act::AlterProofs),
    ]
}

/// Which anchors the verifier has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trust {
    None,
    Right,
    Other,
    Both,
}

fn trust() -> impl Strategy<Value = Trust> {
    prop_oneof![3 => Just(Trust::Right), 1 => Just(Trust::None), 1 => Just(Trust::Other), 1 => Just(Trust::Both)]
}

fn store(kind: &[Issued; 3], trust: Trust) -> TrustStore {
    let mut store = TrustStore::empty();
    let [right, _, other] = kind;
    if matches!(trust, Trust::Right | Trust::Both) {
        store.add_certificate(&right.csca).unwrap();
    }
    if matches!(trust, Trust::Other | Trust::Both) {
        store.add_certificate(&other.csca).unwrap();
    }
    store
}

/// The right anchor, a list against the document, and others before or after it.
fn store_against(kind: &[Issued; 3], has_anchor: bool, list: &[u8], beside: &[usize], is_first: bool) -> TrustStore {
    let mut store = store(kind, if has_anchor { Trust::Right } else { Trust::None });
    let mut lists: Vec<&[u8]> =
        beside.iter().map(|index| kind[0].beside[index % kind[0].beside.len()].as_slice()).collect();
    lists.insert(if is_first { 0 } else { lists.len() }, list);
    lists.into_iter().for_each(|list| assert_eq!(store.add_file("list", list).accepted, 1));
    store
}

/// What became of a document.
struct Altered {
    files: Files,
    proofs: Option<Proofs>,
}

impl Altered {
    /// The chip's answer is one that a chip gave.
    fn has_answer(&self, kind: &[Issued; 3]) -> bool {
        let answer = |proofs: &Proofs| serde_json::to_value(proofs).unwrap()["active_authentication"].clone();
        self.proofs.as_ref().is_some_and(|proofs| kind.iter().any(|issued| answer(&issued.proofs) == answer(proofs)))
    }
}

fn alter(kind: &[Issued; 3], acts: &[Act]) -> Altered {
    let [own, ..] = kind;
    let mut altered = Altered { files: own.files.clone(), proofs: Some(own.proofs.clone()) };
    let names: Vec<FileId> = own.files.keys().copied().collect();
    for act in acts {
        let name = |index: usize| names[index % names.len()];
        let mut edit = |index: usize, edit: &dyn Fn(&mut Vec<u8>)| {
            if let Some(bytes) = altered.files.get_mut(&name(index)).filter(|bytes| !bytes.is_empty()) {
                edit(bytes);
            }
        };
        match act {
            Act::Remove(file) => drop(altered.files.remove(&name(*file))),
            Act::Flip(file, at, mask) => edit(*file, &|bytes| {
                let at = at % bytes.len();
                bytes[at] ^= mask;
            }),
            Act::Cut(file, at) => edit(*file, &|bytes| bytes.truncate(at % bytes.len())),
            Act::Append(file, octet) => edit(*file, &|bytes| bytes.push(*octet)),
            Act::Swap(file, of) => {
                if let Some(bytes) = kind[*of].files.get(&name(*file)) {
                    altered.files.insert(name(*file), bytes.clone());
                }
            }
            Act::Rename(from, to) => {
                if let Some(bytes) = own.files.get(&name(*from)) {
                    altered.files.insert(name(*to), bytes.clone());
                }
            }
            Act::NoProofs => altered.proofs = None,
            Act::OtherProofs(of) => altered.proofs = Some(kind[*of].proofs.clone()),
            Act::AlterProofs(at) => {
                let mut value =
                    serde_json::to_value(altered.proofs.clone().unwrap_or_else(|| own.proofs.clone())).unwrap();
                let active = &mut value["active_authentication"];
                for (key, share) in [("challenge", 5), ("signature", 1)] {
                    let Some(text) = active[key].as_str().filter(|text| !text.is_empty() && at % 5 != share % 5) else {
                        continue;
                    };
                    let at = at % text.len();
                    let digit = if &text[at..=at] == "0" { "1" } else { "0" };
                    active[key] = format!("{}{digit}{}", &text[..at], &text[at + 1..]).into();
                }
                altered.proofs = Some(serde_json::from_value(value).unwrap());
            }
        }
    }
    altered
}

/// The data groups that this document's security object lists and that a reader without a terminal can read.
fn listed(files: &Files) -> BTreeSet<FileId> {
    let groups = SecurityObject::parse(&files[&FileId::Sod]).unwrap().data_groups().collect::<Vec<_>>();
    let needs_terminal = |group: &DataGroup| [3, 4].contains(&group.number());
    groups.into_iter().filter(|group| !needs_terminal(group)).map(FileId::DataGroup).collect()
}

/// The definition, from below: the best that these files can be worth.
///
/// *data_authentic*: a security object that an issuer of the verifier's signed, and exactly those data groups that were
/// hashed in it, each byte for byte. *genuine*: also the chip's answer under the key of that same document.
fn best(kind: &[Issued; 3], altered: &Altered, trust: Trust) -> Verdict {
    let signed = |files: &Files| {
        let sod = SecurityObject::parse(files.get(&FileId::Sod)?).ok()?;
        // The signer too: two issuers may have signed the same.
        let certificates: Vec<Vec<u8>> = sod.signed_data().certificates().iter().map(|der| der.to_vec()).collect();
        Some((sod.signed_data().content().to_vec(), certificates))
    };
    let Some(content) = signed(&altered.files) else { return Verdict::Undetermined };
    let Some(owner) = kind.iter().position(|issued| signed(&issued.files).as_ref() == Some(&content)) else {
        return Verdict::Undetermined;
    };
    let is_trusted = match owner {
        2 => matches!(trust, Trust::Other | Trust::Both),
        _ => matches!(trust, Trust::Right | Trust::Both),
    };
    let owner = &kind[owner];
    let groups = altered.files.iter().filter(|(file, _)| matches!(file, FileId::DataGroup(_)));
    let are_intact = groups.clone().all(|(file, bytes)| owner.files.get(file) == Some(bytes));
    if !is_trusted {
        return Verdict::Undetermined;
    }
    if !are_intact {
        return Verdict::Failed;
    }
    let com = altered.files.get(&FileId::Com);
    let right_com = owner.files.get(&FileId::Com).map(|file| Com::parse(file).unwrap().data_groups);
    let lists_the_same = com.is_none_or(|com| Com::parse(com).ok().map(|com| com.data_groups) == right_com);
    if !lists_the_same {
        return Verdict::Failed;
    }
    if !listed(&owner.files).iter().all(|file| altered.files.contains_key(file)) {
        return Verdict::Undetermined;
    }
    let key = FileId::DataGroup(DataGroup::DG15);
    let has_key = altered.files.get(&key).is_some_and(|key_file| owner.files.get(&key) == Some(key_file));
    if has_key && altered.has_answer(kind) { Verdict::Genuine } else { Verdict::DataAuthentic }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if std::env::var_os("CHIPID_FULL").is_some() { 20_000 } else { 400 }))]

    #[test]
    fn no_altered_document_is_worth_more_than_the_definition(
        kind in 0..5_usize, acts in vec(act(), 0..4), trust in trust(),
    ) {
        let kind = &issued()[kind];
        let altered = alter(kind, &acts);
        let best = best(kind, &altered, trust);
        let document = Document::from_files(altered.files.clone(), altered.proofs.clone());
        let report = document.verify(&store(kind, trust), reading::now());
        prop_assert!(report.verdict() <= best, "{:?}, at best {best:?}: {acts:?} {trust:?}\n{}", report.verdict(), reading::lines(&report));
        // And from above: nothing was done, nothing is lost.
        if acts.is_empty() && trust == Trust::Right {
            prop_assert_eq!(report.verdict(), kind[0].truth);
        }
        if trust == Trust::None {
            prop_assert!(report.verdict() <= Verdict::Undetermined);
        }
    }

    #[test]
    fn evidence_without_a_signature_is_worth_no_more_than_its_files(
        kind in 0..5_usize, removed in vec(1..=16_u8, 0..4), trust in trust(), words in any::<bool>(),
    ) {
        let kind = &issued()[kind];
        let mut evidence = Evidence::decode(&kind[0].evidence).unwrap();
        for number in &removed {
            let file = FileId::DataGroup(DataGroup::new(*number).unwrap());
            evidence = evidence.without(file).unwrap_or(evidence);
        }
        let bytes = if words { praised(&evidence.encode()) } else { evidence.encode() };
        let Ok(evidence) = Evidence::decode(&bytes) else {
            prop_assert!(words, "what was taken away leaves evidence");
            return Ok(());
        };
        prop_assert_eq!(evidence.encode(), bytes);
        let report = Document::from_evidence(&evidence).verify(&store(kind, trust), reading::now());
        let is_trusted = matches!(trust, Trust::Right | Trust::Both);
        let is_whole = listed(&kind[0].files).iter().all(|listed| evidence.files().any(|file| file == *listed));
        let has_key = evidence.files().any(|file| file == FileId::DataGroup(DataGroup::DG15));
        let best = match (is_trusted && is_whole, has_key) {
            (false, _) => Verdict::Undetermined,
            (true, true) => Verdict::Genuine,
            (true, false) => Verdict::DataAuthentic,
        };
        prop_assert!(report.verdict() <= best, "{:?}\n{}", report.verdict(), reading::lines(&report));
    }

    /// Files are taken away one after the other, from a folder and from unsigned evidence, with and without a statement of
    /// what the archive keeps: the verdict never rises.
    #[test]
    fn leaving_files_out_never_helps(
        kind in 0..5_usize, missing in vec(0..12_usize, 0..8), trust in trust(),
        keeps in prop::option::of(prop::collection::btree_set(1..=16_u8, 0..16)),
    ) {
        let kind = &issued()[kind];
        let [own, ..] = kind;
        let (store, listed) = (store(kind, trust), listed(&own.files));
        let kept = keeps.as_ref().map_or(KeptGroups::all(), |keeps| {
            KeptGroups::only(keeps.iter().map(|number| DataGroup::new(*number).unwrap()))
        });
        let names: Vec<FileId> = own.files.keys().copied().collect();
        let mut files = own.files.clone();
        let mut evidence = Evidence::decode(&own.evidence).unwrap();
        let judge = |document: Document| document.with_kept(kept.clone()).verify(&store, reading::now());
        let whole = |files: &Files| judge(Document::from_files(files.clone(), Some(own.proofs.clone())));
        let (mut of_folder, mut of_evidence) = (whole(&files).verdict(), judge(Document::from_evidence(&evidence)).verdict());
        if matches!(trust, Trust::Right | Trust::Both) {
            prop_assert_eq!(of_folder, own.truth);
        }
        for file in missing.into_iter().map(|index| names[index % names.len()]) {
            files.remove(&file);
            evidence = evidence.without(file).unwrap_or(evidence);
            let gone: Vec<FileId> = listed.iter().filter(|listed| !files.contains_key(listed)).copied().collect();
            let caps = gone.iter().any(|file| match file {
                FileId::DataGroup(group) => group.number() == 1 || kept.contains(*group),
                _ => false,
            });
            for (report, before) in [
                (whole(&files), &mut of_folder),
                (judge(Document::from_evidence(&evidence)), &mut of_evidence),
            ] {
                let told = || format!("without {gone:?}, keeping {keeps:?}\n{}", reading::lines(&report));
                prop_assert!(report.verdict() <= *before, "{:?} after {before:?}, {}", report.verdict(), told());
                prop_assert!(!caps || report.verdict() <= Verdict::Undetermined, "{:?}, {}", report.verdict(), told());
                *before = report.verdict();
            }
        }
    }

    /// Of an altered document too: EF.SOD and the data groups that it lists, left out, give no more than *undetermined*.
    /// (EF.COM, EF.CardAccess and files that EF.SOD does not list are of no use to a document and may be missing.)
    #[test]
    fn leaving_files_out_of_an_altered_document_never_helps(
        kind in 0..5_usize, acts in vec(act(), 1..4), missing in vec(0..12_usize, 1..6), trust in trust(),
    ) {
        let kind = &issued()[kind];
        let store = store(kind, trust);
        let judge =
            |altered: Altered| Document::from_files(altered.files, altered.proofs).verify(&store, reading::now());
        let before = judge(alter(kind, &acts)).verdict();
        let mut files: Vec<FileId> = listed(&kind[0].files).into_iter().collect();
        files.push(FileId::Sod);
        let mut less = alter(kind, &acts);
        let missing: Vec<FileId> = missing.into_iter().map(|index| files[index % files.len()]).collect();
        less.files.retain(|file, _| !missing.contains(file));
        let report = judge(less);
        let told = || format!("{acts:?} without {missing:?}\n{}", reading::lines(&report));
        let most = before.max(Verdict::Undetermined);
        prop_assert!(report.verdict() <= most, "{:?} after {before:?}: {}", report.verdict(), told());
    }

    /// Groups, proofs, other lists or the anchor taken away, and what else can be done to it.
    #[test]
    fn a_list_against_a_document_counts_whatever_is_taken_away(
        kind in 0..5_usize, removed in vec(0..12_usize, 0..8), acts in vec(act(), 0..2), has_anchor in prop::bool::weighted(0.9),
        list in any::<usize>(), beside in vec(any::<usize>(), 0..3), is_first in any::<bool>(),
    ) {
        let kind = &issued()[kind];
        let acts: Vec<Act> = removed.into_iter().map(Act::Remove).chain(acts).collect();
        let altered = alter(kind, &acts);
        let (list, best) = &kind[0].against[list % kind[0].against.len()];
        let store = store_against(kind, has_anchor, list, &beside, is_first);
        let report = Document::from_files(altered.files, altered.proofs).verify(&store, reading::now());
        prop_assert!(report.verdict() <= *best, "{:?}, at best {best:?}: {acts:?}\n{}", report.verdict(), reading::lines(&report));
    }

    #[test]
    fn a_list_against_a_document_counts_whatever_is_removed_from_its_evidence(
        kind in 0..5_usize, removed in vec(1..=16_u8, 0..6), list in any::<usize>(), beside in vec(any::<usize>(), 0..3),
    ) {
        let kind = &issued()[kind];
        let mut evidence = Evidence::decode(&kind[0].evidence).unwrap();
        for number in &removed {
            evidence = evidence.without(FileId::DataGroup(DataGroup::new(*number).unwrap())).unwrap_or(evidence);
        }
        let (list, best) = &kind[0].against[list % kind[0].against.len()];
        let store = store_against(kind, true, list, &beside, false);
        let report = Document::from_evidence(&evidence).verify(&store, reading::now());
        prop_assert!(report.verdict() <= *best, "{:?}, at best {best:?}: {removed:?}\n{}", report.verdict(), reading::lines(&report));
    }

    /// Whatever stands in the files and whatever was signed by whom: without an anchor nothing is authentic.
    #[test]
    fn without_an_anchor_nothing_is_authentic(
        files in vec((0..12_usize, 0..15_usize, vec(any::<u8>(), 0..40)), 0..10), proofs in 0..15_usize,
    ) {
        let all: Vec<&Issued> = issued().iter().flatten().collect();
        let names: Vec<FileId> = all[0].files.keys().copied().collect();
        let files = files.into_iter().map(|(name, of, random)| {
            let name = names[name % names.len()];
            let taken = all[of].files.get(&name).cloned();
            (name, if random.len() > 4 { taken.unwrap_or(random) } else { random })
        });
        let document = Document::from_files(files, Some(all[proofs].proofs.clone()));
        prop_assert!(document.verify(&TrustStore::empty(), reading::now()).verdict() <= Verdict::Undetermined);
    }
}

/// Evidence in which someone who cannot sign has made every check successful; its hash is right again.
fn praised(evidence: &[u8]) -> Vec<u8> {
    let text = String::from_utf8(evidence.to_vec()).unwrap();
    let words = ["undetermined", "not_supported", "failed"];
    let praised = words
        .iter()
        .fold(text, |text, word| text.replace(&format!("\"state\":\"{word}\""), "\"state\":\"successful\""));
    let start = praised.find("{\"manifest\":").unwrap() + "{\"manifest\":".len();
    let end = praised.find(",\"parts\":").unwrap();
    let hash =
        hex::encode(chipid::internals::crypto::DigestAlgorithm::Sha256.digest(&[&praised.as_bytes()[start..end]]));
    let key = "\"sha256\":\"";
    let at = praised.rfind(key).unwrap() + key.len();
    format!("{}{hash}{}", &praised[..at], &praised[at + 64..]).into_bytes()
}
