//! The forger's bench: a victim's genuine documents, what is laid on the reader in their place, and who judges it.
//!
//! Everything forged is judged three ways (read over the line, from the stored files, from evidence) under seven kinds of
//! trust, and once more with every tolerance allowed. Whatever a case expects besides, no forgery is ever more than
//! *undetermined*, under any trust and in any way.

use crate::reading::{go_on, lines, now};
use crate::trust_changes::AddTrust as _;
use chipid::internals::crypto::{CurveId, DigestAlgorithm, SeededRandom};
use chipid::internals::issuer::{
    CertificateFields, Issuer, IssuerPlan, KeyKind, KeyPlan, Scheme, SignedDataFields, SignerId, SigningKey,
};
use chipid::internals::tlv::{self, Tag};
use chipid::reading::Options;
use chipid::sim::person::Person;
use chipid::sim::profile::{self, ActiveAuthenticationPlan, ChipAuthenticationPlan, Contents, Sizes};
use chipid::sim::{PaceSuite, Profile, SimulatedCard};
use chipid::trust::TrustStore;
use chipid::{
    Card, CheckId, Clock, Document, Evidence, EvidencePolicy, Password, ReadPlan, Reason, Report, State, Tolerances,
    Verdict,
};

/// Whom a verifier trusts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// The victim's authority.
    Csca,
    /// A master list of another country's that holds the victim's authority among others.
    List,
    /// The victim's document signer, pinned, and no authority.
    Pinned,
    /// All of these.
    All,
    /// An authority of the victim's name with another key.
    Homonym,
    /// Another country's authority.
    Foreign,
    /// Nobody.
    None,
}

impl Trust {
    pub const ALL: [Trust; 7] =
        [Trust::Csca, Trust::List, Trust::Pinned, Trust::All, Trust::Homonym, Trust::Foreign, Trust::None];

    /// Whether the victim's authority is trusted.
    pub fn knows_the_authority(self) -> bool {
        matches!(self, Trust::Csca | Trust::List | Trust::All)
    }

    /// Whether the victim's genuine document can be more than undetermined.
    pub fn knows_the_signer(self) -> bool {
        self.knows_the_authority() || self == Trust::Pinned
    }
}

/// How a document comes before the verifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Read from the card.
    Line,
    /// From its stored files and proofs.
    Files,
    /// From evidence of the reading.
    Evidence,
}

impl Way {
    pub const ALL: [Way; 3] = [Way::Line, Way::Files, Way::Evidence];
    /// Where it is known how the chip was opened.
    pub const COUNTER: [Way; 2] = [Way::Line, Way::Evidence];
}

/// The check that must find a forgery, and how.
pub type Finding = (CheckId, State, Option<Reason>);

/// A check that fails for this reason.
pub fn fails(id: CheckId, reason: Reason) -> Finding {
    (id, State::Failed, Some(reason))
}

/// A check that cannot be concluded for this reason.
pub fn open(id: CheckId, reason: Reason) -> Finding {
    (id, State::Undetermined, Some(reason))
}

/// A curve's plan: ECDSA with SHA-256 on secp256r1, the curve by its parameters as 9303-12 has it.
pub const P256: KeyPlan = KeyPlan::ecdsa(CurveId::Secp256r1, DigestAlgorithm::Sha256);

/// The card that most forgeries begin from: quick to make and to judge, with both proofs of the chip.
pub fn base() -> Profile {
    let group = chipid::internals::crypto::GroupId::Curve(CurveId::Secp256r1);
    let vn = profile::vn();
    Profile {
        name: "victim",
        pace: vec![PaceSuite::generic(CurveId::Secp256r1, chipid::internals::crypto::Cipher::Aes128)],
        chip_authentication: vec![ChipAuthenticationPlan { group, ..vn.chip_authentication[0].clone() }],
        active_authentication: Some(ActiveAuthenticationPlan {
            kind: KeyKind::Ec(CurveId::Secp256r1),
            digest: DigestAlgorithm::Sha256,
        }),
        fingers: false,
        issuer: IssuerPlan {
            states_signing_time: true,
            ..IssuerPlan::new("VN", "VNM", "Invented ID Authority", P256, P256)
        },
        max_command: 65_535,
        max_answer: 65_536,
        sizes: Sizes::default(),
        ..vn
    }
}

/// The same with RSA throughout: PKCS #1 v1.5 and SHA-256, 2048 bits.
pub fn base_rsa() -> Profile {
    let key = KeyPlan::rsa(2048, DigestAlgorithm::Sha256);
    Profile { name: "victim with RSA", issuer: IssuerPlan { csca: key, ds: key, ..base().issuer }, ..base() }
}

/// Another holder of the same kind of card.
pub fn another(profile: &Profile) -> Profile {
    let mut other = profile.clone();
    other.person = Person { primary: "TRAN".into(), document_number: "199000002".into(), ..other.person };
    other.person.optional = "999199000002".into();
    if let Some(national) = &mut other.person.national {
        national.full_name = "Trần Thị Mẫu".into();
    }
    other
}

/// A country that has nothing to do with it.
pub fn foreign() -> Issuer {
    let plan = IssuerPlan::new("LA", "LAO", "Invented Foreign Office", P256, P256);
    Issuer::new(IssuerPlan { label: "foreign".into(), ..plan }).unwrap()
}

/// The forger's authority and document signer, under the names of the genuine ones.
pub fn forger(plan: &IssuerPlan) -> Issuer {
    Issuer::new(IssuerPlan { label: "forger".into(), csca: P256, ds: P256, ..plan.clone() }).unwrap()
}

/// Another authority of the same names, which some trust: a predecessor, say.
fn homonym(plan: &IssuerPlan) -> Issuer {
    Issuer::new(IssuerPlan { label: "homonym".into(), csca: P256, ds: P256, ..plan.clone() }).unwrap()
}

/// Random bytes that are always the same for the same content.
pub fn seeded(content: &[u8]) -> SeededRandom {
    SeededRandom::new(DigestAlgorithm::Sha256.digest(&[content]).try_into().unwrap())
}

/// Who is imitated: a genuine card and its issuer.
pub struct Victim {
    pub profile: Profile,
    pub issuer: Issuer,
    pub groups: Vec<(u8, Vec<u8>)>,
    contents: Contents,
    trusts: Vec<(Trust, TrustStore)>,
}

impl Victim {
    /// A card of the profile; it is shown to be genuine.
    pub fn new(profile: Profile) -> Self {
        let issuer = profile.issuer().unwrap();
        let contents = profile.contents().unwrap();
        let (csca, ds) = (issuer.csca().to_vec(), issuer.ds().to_vec());
        Self::issued_by(profile, issuer, contents, &csca, &ds)
    }

    /// The same with files that another authority than the profile's signed.
    pub fn issued_by(profile: Profile, issuer: Issuer, contents: Contents, csca: &[u8], ds: &[u8]) -> Self {
        let (foreign, homonym) = (foreign(), homonym(&profile.issuer));
        let list = foreign.master_list(&[foreign.csca(), homonym.csca(), csca]).unwrap();
        let with = |anchors: &[&[u8]], list: Option<&[u8]>, pinned: Option<&[u8]>| {
            let mut store =
                list.map_or_else(TrustStore::empty, |list| TrustStore::from_trusted_master_list(list).unwrap());
            anchors.iter().for_each(|anchor| store.add_certificate(anchor).unwrap());
            pinned.iter().for_each(|pinned| store.pin_signer(pinned).unwrap());
            store
        };
        let trusts = Trust::ALL.map(|trust| {
            let store = match trust {
                Trust::Csca => with(&[csca], None, None),
                Trust::List => with(&[], Some(&list), None),
                Trust::Pinned => with(&[], None, Some(ds)),
                Trust::All => with(&[homonym.csca(), csca, foreign.csca()], None, Some(ds)),
                Trust::Homonym => with(&[homonym.csca()], None, None),
                Trust::Foreign => with(&[foreign.csca()], None, None),
                Trust::None => TrustStore::empty(),
            };
            (trust, store)
        });
        let groups = contents.groups.clone();
        let victim = Self { profile, issuer, groups, contents, trusts: trusts.to_vec() };
        victim.is_genuine();
        victim
    }

    pub fn trust(&self, trust: Trust) -> &TrustStore {
        &self.trusts.iter().find(|(own, _)| *own == trust).unwrap().1
    }

    /// What opens the card: the whole MRZ, which gives the CAN too.
    pub fn password(&self) -> Password {
        Password::mrz(&self.profile.mrz_lines().concat()).unwrap()
    }

    /// The genuine card.
    pub fn card(&self) -> SimulatedCard {
        self.profile.card_with(self.contents.clone()).unwrap()
    }

    /// The genuine files.
    pub fn contents(&self) -> Contents {
        self.contents.clone()
    }

    /// The genuine card is what it is worth under each trust, in each way.
    pub fn is_genuine(&self) {
        let document = read(self.card(), &self.password());
        self.judge(&document, &Way::ALL, |trust, way, report| {
            let truth = if trust.knows_the_signer() { Verdict::Genuine } else { Verdict::Undetermined };
            assert_eq!(report.verdict(), truth, "genuine, {trust:?}, {way:?}\n{}", lines(report));
        });
    }

    /// The fields of the genuine EF.SOD.
    pub fn sod_fields(&self) -> SignedDataFields {
        self.issuer.sod_fields(&listed(&self.groups))
    }

    /// The genuine chip and groups with another EF.SOD.
    pub fn with_sod(&self, sod: Vec<u8>) -> SimulatedCard {
        self.profile.card_with(self.profile.contents_with(self.groups.clone(), sod)).unwrap()
    }

    /// The genuine chip and groups, and EF.SOD changed before the document signer signs it.
    pub fn with_fields(&self, change: impl FnOnce(&mut SignedDataFields)) -> SimulatedCard {
        let mut fields = self.sod_fields();
        change(&mut fields);
        self.with_sod(self.issuer.sign_sod(&fields).unwrap())
    }

    /// The genuine chip and groups, under a document signer of these fields and this key, whom the authority certified.
    pub fn with_signer(&self, ds: &CertificateFields, key: &SigningKey, scheme: Scheme) -> SimulatedCard {
        self.with_certificate(ds, &self.issuer.sign_with_csca(ds).unwrap(), key, scheme)
    }

    /// The genuine chip and groups, signed with this key under this certificate.
    pub fn with_certificate(
        &self,
        ds: &CertificateFields,
        der: &[u8],
        key: &SigningKey,
        scheme: Scheme,
    ) -> SimulatedCard {
        self.with_sod(signed(&self.fields_under(ds, der, scheme), key))
    }

    /// The fields of an EF.SOD over the genuine groups under this certificate.
    pub fn fields_under(&self, ds: &CertificateFields, der: &[u8], scheme: Scheme) -> SignedDataFields {
        let genuine = self.sod_fields();
        let signer = SignerId::IssuerAndSerial(ds.issuer.encode(), ds.serial.clone());
        let time = Some(self.profile.issuer.issued);
        let content = genuine.content.unwrap();
        SignedDataFields::new(genuine.content_type, content, signer, scheme, time).with_certificates(&[der])
    }

    /// Reads a forged card, and judges it in all ways: never more than undetermined; under a trust that knows the victim's
    /// authority just this verdict, by these checks.
    pub fn refuses(&self, case: &str, card: SimulatedCard, verdict: Verdict, by: &[Finding]) -> Document {
        self.refuses_in(case, card, verdict, by, &Way::ALL)
    }

    /// The same in these ways.
    pub fn refuses_in(
        &self,
        case: &str,
        card: SimulatedCard,
        verdict: Verdict,
        by: &[Finding],
        ways: &[Way],
    ) -> Document {
        let document = read(card, &self.password());
        self.refuses_document(case, &document, verdict, by, ways);
        document
    }

    /// The same for what was read already.
    pub fn refuses_document(&self, case: &str, document: &Document, verdict: Verdict, by: &[Finding], ways: &[Way]) {
        assert!(verdict <= Verdict::Undetermined && !by.is_empty());
        for trust in Trust::ALL {
            let report = document.verify_with(self.trust(trust), now(), &Tolerances::field());
            assert!(report.verdict() <= Verdict::Undetermined, "{case}: {trust:?}, tolerant\n{}", lines(&report));
        }
        self.judge(document, ways, |trust, way, report| {
            let told = || format!("{case}: {trust:?}, {way:?}\n{}", lines(report));
            assert!(report.verdict() <= Verdict::Undetermined, "{}", told());
            if trust.knows_the_authority() {
                assert_eq!(report.verdict(), verdict, "{}", told());
                for (id, state, reason) in by.iter().filter(|(id, ..)| way == Way::Line || outlasts_the_reading(*id)) {
                    let check = report.check(*id).unwrap_or_else(|| panic!("{id}: {}", told()));
                    assert_eq!((check.state, check.reason), (*state, *reason), "{id}: {}", told());
                }
            }
        });
    }

    /// The forged card is worth no less than this under the authority, and no more than undetermined under nobody: what
    /// looks odd and is none.
    pub fn accepts(&self, case: &str, card: SimulatedCard) -> Document {
        let document = read(card, &self.password());
        self.judge(&document, &Way::ALL, |trust, way, report| {
            let worth = report.verdict();
            let is_due = if trust.knows_the_authority() { worth == Verdict::Genuine } else { true };
            let told = format!("{case}: {trust:?}, {way:?}\n{}", lines(report));
            assert!(is_due && (trust.knows_the_signer() || worth <= Verdict::Undetermined), "{told}");
        });
        document
    }

    /// Shows each report on a document.
    pub fn judge(&self, document: &Document, ways: &[Way], mut look: impl FnMut(Trust, Way, &Report)) {
        let clock = Clock { read_at: now(), source: "the test".into() };
        for way in ways {
            let again = match way {
                Way::Line => None,
                Way::Files => {
                    let files: Vec<_> = document.files().map(|(file, bytes)| (file, bytes.to_vec())).collect();
                    Some(Document::from_files(files, Some(document.proofs())))
                }
                Way::Evidence => {
                    let trust = self.trust(Trust::Csca);
                    let written = document.to_evidence(trust, now(), &EvidencePolicy::all(), &clock).unwrap();
                    Some(Document::from_evidence(&Evidence::decode(&written.encode()).unwrap()))
                }
            };
            for (trust, store) in &self.trusts {
                look(*trust, *way, &again.as_ref().unwrap_or(document).verify(store, now()));
            }
        }
    }
}

/// Whether a check is made again from stored files.
fn outlasts_the_reading(id: CheckId) -> bool {
    id.as_str().starts_with("pa.")
}

/// Data groups as the issuer takes them.
pub fn listed(groups: &[(u8, Vec<u8>)]) -> Vec<(u8, &[u8])> {
    groups.iter().map(|(number, file)| (*number, file.as_slice())).collect()
}

/// EF.SOD of these fields under this key.
pub fn signed(fields: &SignedDataFields, key: &SigningKey) -> Vec<u8> {
    let mut random = seeded(&fields.content.clone().unwrap_or_default());
    tlv::encode(Tag(0x77), &fields.sign(key, &mut random).unwrap())
}

/// Reads a whole card; the reading must come to its end.
pub fn read(card: SimulatedCard, password: &Password) -> Document {
    read_with(card, password, Options::default())
}

/// The same with these options.
pub fn read_with(card: SimulatedCard, password: &Password, options: Options) -> Document {
    let card = Card::connect(Box::new(card)).unwrap().with_options(options);
    let session = card.open(password, &mut go_on).unwrap_or_else(|error| panic!("{error}"));
    session.read(&ReadPlan::full(), &mut go_on).unwrap_or_else(|error| panic!("{error}"))
}
