//! X-PA, revocation lists: only a list in force that the signer's own authority signed says that a signer is good, and no
//! list of anybody else's takes a word of it away.

use crate::forge::{Trust, Victim, Way, base, foreign, forger, read, seeded};
use crate::reading::{lines, now};
use crate::trust_changes::AddTrust as _;
use chipid::internals::issuer::{Extension, Issuer, RevocationListFields, RevokedEntry};
use chipid::internals::pki::Certificate;
use chipid::trust::TrustStore;
use chipid::{CheckId, Document, Reason, Report, State, Verdict};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

const REVOCATION: CheckId = CheckId::PaRevocation;
/// A month before the moment that all is judged for.
const LATELY: OffsetDateTime = datetime!(2025-12-01 0:00 UTC);

/// A genuine document, and lists about its signer.
struct Case {
    victim: Victim,
    document: Document,
    serial: Vec<u8>,
}

impl Case {
    fn new() -> Self {
        let victim = Victim::new(base());
        let document = read(victim.card(), &victim.password());
        let serial = Certificate::parse(victim.issuer.ds()).unwrap().serial().to_vec();
        Self { victim, document, serial }
    }

    /// The fields of a list of this issuer's, and of one in which the victim's signer stands.
    fn fields(&self, issuer: &Issuer, at: OffsetDateTime) -> [RevocationListFields; 2] {
        let good = issuer.revocation_list_fields(at);
        let entry = RevokedEntry::new(&self.serial, at - Duration::DAY);
        [good.clone(), RevocationListFields { revoked: vec![entry], ..good }]
    }

    /// The genuine authority's own lists, neither and with the signer in it.
    fn own(&self, at: OffsetDateTime) -> [Vec<u8>; 2] {
        self.fields(&self.victim.issuer, at).map(|fields| self.victim.issuer.sign_revocation_list(&fields).unwrap())
    }

    /// The report under the authority, some others and these lists.
    fn report(&self, anchors: &[&[u8]], lists: &[&[u8]]) -> Report {
        let mut trust = TrustStore::empty();
        trust.add_certificate(self.victim.issuer.csca()).unwrap();
        anchors.iter().for_each(|anchor| trust.add_certificate(anchor).unwrap());
        for list in lists {
            trust.add_file("list", list);
        }
        self.document.verify(&trust, now())
    }

    /// Revocation is in this state under these lists, and the verdict this one.
    fn is(&self, name: &str, anchors: &[&[u8]], lists: &[&[u8]], state: State, verdict: Verdict) -> Option<Reason> {
        let report = self.report(anchors, lists);
        let check = report.check(REVOCATION).unwrap();
        assert_eq!((check.state, report.verdict()), (state, verdict), "{name}\n{}", lines(&report));
        check.reason
    }
}

#[test]
fn x_pa_a_revoked_signer_fails_in_every_way_and_a_list_in_force_clears_it() {
    let case = Case::new();
    let [good, revoking] = case.own(LATELY);
    case.is("good", &[], &[&good], State::Successful, Verdict::Genuine);
    case.is("revoking", &[], &[&revoking], State::Failed, Verdict::Failed);
    let mut trust = case.victim.trust(Trust::All).clone();
    assert_eq!(trust.add_file("list", &revoking).accepted, 1);
    // Pinned or not, from files and from evidence too.
    case.victim.judge(&case.document, &Way::ALL, |_, way, report| {
        assert!(way != Way::Line || report.check(REVOCATION).unwrap().state == State::Undetermined);
    });
    let files: Vec<_> = case.document.files().map(|(file, bytes)| (file, bytes.to_vec())).collect();
    let stored = Document::from_files(files, Some(case.document.proofs()));
    for document in [&case.document, &stored] {
        let report = document.verify(&trust, now());
        assert_eq!(report.verdict(), Verdict::Failed, "{}", lines(&report));
        assert_eq!(report.check(REVOCATION).unwrap().reason, Some(Reason::Revoked));
    }
}

#[test]
fn x_pa_a_list_out_of_its_time_says_nothing_good() {
    let case = Case::new();
    for (name, at, reason) in [
        ("of last year", datetime!(2025-01-01 0:00 UTC), Reason::RevocationListStale),
        ("of tomorrow", datetime!(2026-06-01 0:00 UTC), Reason::RevocationListNotYetValid),
    ] {
        let [good, revoking] = case.own(at);
        let found = case.is(name, &[], &[&good], State::Undetermined, Verdict::Genuine);
        assert_eq!(found, Some(reason), "{name}");
        // What stands in it stands, and a list in force that lacks it is newer, or it is the one that counts.
        case.is(name, &[], &[&revoking], State::Failed, Verdict::Failed);
    }
    // A forger cannot make an old list young: the dates are signed.
    let [old, _] = case.own(datetime!(2025-01-01 0:00 UTC));
    let [young, _] = case.own(LATELY);
    let at = old.windows(13).position(|window| window == b"250101000000Z").unwrap();
    let of_young = young.windows(13).position(|window| window == b"251201000000Z").unwrap();
    let mut redated = old.clone();
    redated[at..at + 13 + 2 + 13].copy_from_slice(&young[of_young..of_young + 13 + 2 + 13]);
    let reason = case.is("redated", &[], &[&redated], State::Undetermined, Verdict::Genuine);
    assert_eq!(reason, Some(Reason::RevocationListNotVerified));
}

#[test]
fn x_pa_a_list_of_another_issuer_neither_clears_nor_revokes() {
    let case = Case::new();
    let foreign = foreign();
    let [_, revoking_own] = case.own(LATELY);
    let lists = case.fields(&foreign, LATELY).map(|fields| foreign.sign_revocation_list(&fields).unwrap());
    for list in &lists {
        // Whoever trusts that authority too learns nothing of this one's signers, whose serial number it names.
        for anchors in [vec![], vec![foreign.csca()]] {
            let reason = case.is("foreign", &anchors, &[list], State::Undetermined, Verdict::Genuine);
            assert_eq!(reason, Some(Reason::RevocationNotChecked));
            case.is("beside the own", &anchors, &[list, &revoking_own], State::Failed, Verdict::Failed);
        }
    }
    // Its key under the victim's authority's name: not the name that its certificate has.
    for fields in case.fields(&foreign, LATELY) {
        let fields = RevocationListFields { issuer: case.victim.issuer.csca_fields().subject, ..fields };
        let list = foreign.sign_revocation_list(&fields).unwrap();
        let anchors = [foreign.csca()];
        case.is("borrowed name", &anchors, &[&list], State::Undetermined, Verdict::Genuine);
        case.is("borrowed name, own", &anchors, &[&list, &revoking_own], State::Failed, Verdict::Failed);
    }
}

#[test]
fn x_pa_a_list_signed_by_another_key_neither_clears_nor_revokes() {
    let case = Case::new();
    let own = forger(&base().issuer);
    let [good, revoking] = case.own(LATELY);
    let key_id = case.victim.issuer.csca_key().key_id();
    // The forger's key under the authority's names; and under its key identifier; and a document signer's key.
    for (name, key) in [("the forger's", own.csca_key()), ("the signer's", case.victim.issuer.ds_key())] {
        for fields in case.fields(&case.victim.issuer, LATELY).into_iter().chain(case.fields(&own, LATELY)) {
            for named in [false, true] {
                let mut fields = fields.clone();
                if named {
                    fields.extensions = vec![Extension::authority_key_id(&key_id), Extension::crl_number(9)];
                }
                let list = fields.sign(key, &mut seeded(b"list")).unwrap();
                let reason = case.is(name, &[], &[&list], State::Undetermined, Verdict::Genuine);
                assert_eq!(reason, Some(Reason::RevocationListNotVerified), "{name}, {named}");
                // Beside the genuine ones it changes nothing.
                case.is(name, &[], &[&list, &good], State::Successful, Verdict::Genuine);
                case.is(name, &[], &[&good, &list], State::Successful, Verdict::Genuine);
                case.is(name, &[], &[&list, &revoking], State::Failed, Verdict::Failed);
            }
        }
    }
    // One altered octet of the genuine one: the serial number in it, its date, its signature.
    for at in [revoking.len() - 1, revoking.len() / 2, 40] {
        let mut altered = revoking.clone();
        altered[at] ^= 1;
        let report = case.report(&[], &[&altered]);
        assert_ne!(report.check(REVOCATION).unwrap().state, State::Successful, "{at}\n{}", lines(&report));
        case.is("altered", &[], &[&altered, &revoking], State::Failed, Verdict::Failed);
    }
}
