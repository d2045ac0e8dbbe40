//! Reads every file in `test-vectors/stored-0.1/`: what version 0.1.0 stored, as that version wrote it.
//!
//! Each row of a table holds the verdict and the decisions that version 0.1.0 gave. Where a later version gives another
//! one, the row states the new value and the reason. A file without a row, a row without a file and a stale change all
//! fail. The moment is fixed, so that nothing here expires.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use Outcome::{Accept, Refer, Reject};
use Verdict::{DataAuthentic, Failed, Genuine, Undetermined};
use chipid::document::Proofs;
use chipid::internals::crypto::DigestAlgorithm;
use chipid::lds::FileId;
use chipid::trust::{Age, AgePolicy, BundleUse, TrustBuilder, TrustBundle, TrustStore};
use chipid::{CheckId, Document, Evidence, Outcome, Policy, Report, State, Verdict};
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use time::OffsetDateTime;
use time::macros::datetime;

/// The moment that everything is judged for: half a day after the files were written.
const AT: OffsetDateTime = datetime!(2026-12-01 12:00 UTC);

/// SHA-256 over the names and contents of all files but the README: no later version writes into this folder.
const DIGEST: &str = "3cac00ff56d37495c19f8735fed9193439ad192c94c29c32a6b561fa8b55dad4";

/// A value that version 0.1.0 gave; and, where this version gives another one, that value with the reason.
#[derive(Clone, Copy)]
struct Held<T> {
    was: T,
    now: Option<(T, &'static str)>,
}

impl<T: Copy + PartialEq + Debug> Held<T> {
    const fn was(was: T) -> Self {
        Self { was, now: None }
    }

    /// Compares the value that this version gives with the table.
    ///
    /// # Errors
    /// A sentence that states the difference.
    fn compare(&self, given: T) -> Result<(), String> {
        match self.now {
            None if given == self.was => Ok(()),
            None => Err(format!("0.1.0 gave {:?}, this version gives {given:?}: state the change and why", self.was)),
            Some((now, _)) if now == self.was => Err(format!("the stated change to {now:?} is not a change")),
            Some((_, why)) if why.trim().is_empty() => Err("the change has no reason".to_owned()),
            Some((now, _)) if given == now => Ok(()),
            Some((now, _)) if given == self.was => {
                Err(format!("the change to {now:?} is stale: this version gives {given:?} as 0.1.0 did"))
            }
            Some((now, _)) => Err(format!("{now:?} is stated, this version gives {given:?}")),
        }
    }
}

/// A verdict, and what the policies `strict` and `field` decide.
#[derive(Clone, Copy)]
struct Judged {
    verdict: Held<Verdict>,
    strict: Held<Outcome>,
    field: Held<Outcome>,
}

impl Judged {
    const fn was(verdict: Verdict, strict: Outcome, field: Outcome) -> Self {
        Self { verdict: Held::was(verdict), strict: Held::was(strict), field: Held::was(field) }
    }

    fn compare(&self, document: &Document, trust: &TrustStore) -> Vec<String> {
        let report = document.verify(trust, at());
        let (strict, field) = (decide(document, trust, &Policy::strict()), decide(document, trust, &Policy::field()));
        let compared = [
            ("verdict", self.verdict.compare(report.verdict())),
            ("strict", self.strict.compare(strict)),
            ("field", self.field.compare(field)),
        ];
        compared.into_iter().filter_map(|(name, result)| Some(format!("{name}: {}", result.err()?))).collect()
    }
}

/// A stored document, the trusted certificates, and the result.
#[derive(Clone, Copy)]
struct Row {
    /// A folder in `folders/`, or a file in `evidence/`.
    path: &'static str,
    /// Files of the folder that are left out, as if its archive did not hold them.
    without: &'static [&'static str],
    /// Files in `certificates/` or `bundles/`.
    trust: &'static [&'static str],
    judged: Judged,
}

/// A row with what version 0.1.0 gave: the verdict, the decision of `strict` and that of `field`.
const fn row(
    path: &'static str,
    trust: &'static [&'static str],
    verdict: Verdict,
    strict: Outcome,
    field: Outcome,
) -> Row {
    Row { path, without: &[], trust, judged: Judged::was(verdict, strict, field) }
}

/// Changes since version 0.1.0, each with its reason; and files that are left out.
impl Row {
    const fn without(self, without: &'static [&'static str]) -> Self {
        Self { without, ..self }
    }

    const fn now_verdict(mut self, verdict: Verdict, why: &'static str) -> Self {
        self.judged.verdict.now = Some((verdict, why));
        self
    }

    const fn now_strict(mut self, outcome: Outcome, why: &'static str) -> Self {
        self.judged.strict.now = Some((outcome, why));
        self
    }

    const fn now_field(mut self, outcome: Outcome, why: &'static str) -> Self {
        self.judged.field.now = Some((outcome, why));
        self
    }
}

/// Why `strict` refers what it accepted.
const NO_CLAIMS: &str = "version 1 does not record whether the person who was asked for was compared";

/// Why a document without a data group that EF.SOD lists is no longer better than undetermined.
const NOT_HELD: &str =
    "a data group that EF.SOD lists is missing, and no trusted reader attests that it was read or left out";

/// Why chip authentication mapping alone is no longer enough.
const UNBOUND: &str = "DG14 holds other keys than the proven one, and chip authentication was not made";

const NOBODY: &[&str] = &[];
const VN: &[&str] = &["csca-vn.der"];
const PASSPORT: &[&str] = &["csca-passport.der"];
const HARDENED: &[&str] = &["csca-hardened.der"];
const VN_READER: &[&str] = &["csca-vn.der", "reader.der"];
const PASSPORT_READER: &[&str] = &["csca-passport.der", "reader.der"];
const HARDENED_READER: &[&str] = &["csca-hardened.der", "reader.der"];
const VN_ONLINE: &[&str] = &["csca-vn.der", "online.der"];
/// With a revocation list, so that `strict` has nothing left to refer in evidence of a trusted reader.
const VN_CRL: &[&str] = &["crl.bundle", "reader.der"];
const HARDENED_CRL: &[&str] = &["crl-hardened.bundle", "reader.der"];

const DOCUMENTS: &[Row] = &[
    // Folders.
    row("folders/vn", VN, Genuine, Refer, Accept),
    row("folders/vn", NOBODY, Undetermined, Refer, Refer),
    row("folders/vn", VN, Genuine, Refer, Accept)
        .without(&["EF_DG1.bin"])
        .now_verdict(Undetermined, NOT_HELD)
        .now_field(Refer, NOT_HELD),
    row("folders/vn", VN, Genuine, Refer, Accept)
        .without(&["EF_DG2.bin"])
        .now_verdict(Undetermined, NOT_HELD)
        .now_field(Refer, NOT_HELD),
    row("folders/vn", VN, Genuine, Refer, Accept)
        .without(&["EF_DG13.bin"])
        .now_verdict(Undetermined, NOT_HELD)
        .now_field(Refer, NOT_HELD),
    row("folders/vn", VN, Genuine, Refer, Accept)
        .without(&["EF_DG14.bin"])
        .now_verdict(Undetermined, NOT_HELD)
        .now_field(Refer, NOT_HELD),
    row("folders/vn", VN, DataAuthentic, Refer, Accept)
        .without(&["EF_DG15.bin"])
        .now_verdict(Undetermined, NOT_HELD)
        .now_field(Refer, NOT_HELD),
    row("folders/vn", VN, DataAuthentic, Refer, Accept)
        .without(&["EF_DG14.bin", "EF_DG15.bin"])
        .now_verdict(Undetermined, NOT_HELD)
        .now_field(Refer, NOT_HELD),
    row("folders/vn", VN, Genuine, Refer, Accept).without(&["EF_COM.bin", "EF_CardAccess.bin"]),
    row("folders/vn", VN, DataAuthentic, Refer, Accept).without(&["proofs.json"]),
    row("folders/vn-plan-number", VN, Genuine, Refer, Accept)
        .now_verdict(Undetermined, NOT_HELD)
        .now_field(Refer, NOT_HELD),
    row("folders/vn-plan-residence-online-confirmed", VN, Genuine, Refer, Refer).now_verdict(Undetermined, NOT_HELD),
    row("folders/vn-plan-residence-online-confirmed", VN_ONLINE, Genuine, Refer, Accept)
        .now_verdict(Undetermined, NOT_HELD)
        .now_field(Refer, NOT_HELD),
    row("folders/vn-number-of-another-person", VN, Genuine, Refer, Accept),
    row("folders/vn-copied-chip", VN, Failed, Reject, Reject),
    row("folders/passport", PASSPORT, Genuine, Refer, Accept),
    row("folders/passport", PASSPORT, Genuine, Refer, Accept)
        .without(&["EF_DG2.bin"])
        .now_verdict(Undetermined, NOT_HELD)
        .now_field(Refer, NOT_HELD),
    row("folders/hardened", HARDENED, Genuine, Refer, Accept),
    row("folders/plain", PASSPORT, DataAuthentic, Refer, Accept),
    row("folders/eac", HARDENED, Genuine, Refer, Accept),
    row("folders/eac", HARDENED, Genuine, Refer, Accept).without(&["EF_DG3.bin", "EF_DG4.bin"]),
    row("folders/cam", HARDENED, DataAuthentic, Refer, Accept),
    row("folders/cam", HARDENED, DataAuthentic, Refer, Refer).without(&["EF_CardSecurity.bin"]),
    row("folders/cam", HARDENED, DataAuthentic, Refer, Accept)
        .without(&["EF_DG14.bin"])
        .now_verdict(Undetermined, NOT_HELD)
        .now_field(Refer, NOT_HELD),
    row("folders/cam-same-key-in-dg14", HARDENED, DataAuthentic, Refer, Accept),
    row("folders/cam-another-key-in-dg14", HARDENED, DataAuthentic, Refer, Accept)
        .now_verdict(Undetermined, UNBOUND)
        .now_field(Refer, UNBOUND),
    row("folders/cam-another-key-in-dg14", HARDENED, DataAuthentic, Refer, Accept)
        .without(&["EF_DG14.bin"])
        .now_verdict(Undetermined, NOT_HELD)
        .now_field(Refer, NOT_HELD),
    // Evidence of Vietnamese cards.
    row("evidence/vn.chipid.json", VN, Genuine, Refer, Accept),
    row("evidence/vn.chipid.json", NOBODY, Undetermined, Refer, Refer),
    row("evidence/vn-no-biometrics.chipid.json", VN, Genuine, Refer, Accept)
        .now_verdict(Undetermined, NOT_HELD)
        .now_field(Refer, NOT_HELD),
    row("evidence/vn-without-dg1.chipid.json", VN, Genuine, Refer, Accept)
        .now_verdict(Undetermined, NOT_HELD)
        .now_field(Refer, NOT_HELD),
    row("evidence/vn-without-dg2.chipid.json", VN, Genuine, Refer, Accept)
        .now_verdict(Undetermined, NOT_HELD)
        .now_field(Refer, NOT_HELD),
    row("evidence/vn-without-dg14-dg15.chipid.json", VN, DataAuthentic, Refer, Accept)
        .now_verdict(Undetermined, NOT_HELD)
        .now_field(Refer, NOT_HELD),
    row("evidence/vn-keeps-keys-only.chipid.json", VN, Undetermined, Refer, Refer),
    row("evidence/vn-signed.chipid.json", VN_READER, Genuine, Refer, Accept),
    row("evidence/vn-signed.chipid.json", VN_CRL, Genuine, Accept, Accept).now_strict(Refer, NO_CLAIMS),
    row("evidence/vn-signed.chipid.json", VN, Genuine, Refer, Accept),
    row("evidence/vn-signed-without-dg1.chipid.json", VN_READER, Genuine, Refer, Accept),
    row("evidence/vn-signed-without-dg1.chipid.json", VN_CRL, Genuine, Refer, Accept),
    row("evidence/vn-signed-without-dg1.chipid.json", VN, Genuine, Refer, Accept)
        .now_verdict(Undetermined, NOT_HELD)
        .now_field(Refer, NOT_HELD),
    row("evidence/vn-signed-without-dg2.chipid.json", VN_READER, Genuine, Refer, Accept),
    row("evidence/vn-signed-without-dg2.chipid.json", VN_CRL, Genuine, Refer, Accept),
    row("evidence/vn-signed-without-dg2.chipid.json", VN, Genuine, Refer, Accept)
        .now_verdict(Undetermined, NOT_HELD)
        .now_field(Refer, NOT_HELD),
    row("evidence/vn-signed-without-dg14-dg15.chipid.json", VN_READER, DataAuthentic, Refer, Accept),
    row("evidence/vn-signed-without-dg14-dg15.chipid.json", VN_CRL, DataAuthentic, Refer, Accept),
    row("evidence/vn-signed-without-dg14-dg15.chipid.json", VN, DataAuthentic, Refer, Accept)
        .now_verdict(Undetermined, NOT_HELD)
        .now_field(Refer, NOT_HELD),
    row("evidence/vn-keeps-keys-only-signed.chipid.json", VN_READER, Genuine, Refer, Refer),
    row("evidence/vn-keeps-keys-only-signed.chipid.json", VN, Undetermined, Refer, Refer),
    row("evidence/vn-judged-without-trust.chipid.json", VN, Genuine, Refer, Accept)
        .now_verdict(Undetermined, NOT_HELD)
        .now_field(Refer, NOT_HELD),
    row("evidence/vn-decided-by-field.chipid.json", VN, Genuine, Refer, Accept)
        .now_verdict(Undetermined, NOT_HELD)
        .now_field(Refer, NOT_HELD),
    row("evidence/vn-decided-by-strict.chipid.json", VN, Genuine, Refer, Accept)
        .now_verdict(Undetermined, NOT_HELD)
        .now_field(Refer, NOT_HELD),
    row("evidence/vn-plan-number-copied-chip.chipid.json", VN, Failed, Reject, Reject),
    row("evidence/vn-plan-number-copied-chip-signed.chipid.json", VN_READER, Failed, Reject, Reject),
    row("evidence/vn-plan-residence-online-confirmed.chipid.json", VN_ONLINE, Genuine, Refer, Accept)
        .now_verdict(Undetermined, NOT_HELD)
        .now_field(Refer, NOT_HELD),
    row("evidence/vn-plan-residence-online-confirmed.chipid.json", VN, Genuine, Refer, Refer)
        .now_verdict(Undetermined, NOT_HELD),
    row("evidence/vn-plan-residence-online-denied.chipid.json", VN_ONLINE, Failed, Reject, Reject),
    // Evidence with a claim.
    row("evidence/vn-qr-matches-signed.chipid.json", VN_READER, Genuine, Refer, Accept),
    row("evidence/vn-qr-matches-signed.chipid.json", VN_CRL, Genuine, Accept, Accept),
    row("evidence/vn-qr-matches-signed.chipid.json", VN, Genuine, Refer, Accept),
    row("evidence/vn-plan-number-matches.chipid.json", VN, Genuine, Refer, Accept)
        .now_verdict(Undetermined, NOT_HELD)
        .now_field(Refer, NOT_HELD),
    row("evidence/vn-plan-number-matches-signed.chipid.json", VN_READER, Genuine, Refer, Accept),
    row("evidence/vn-plan-number-matches-signed.chipid.json", VN_CRL, Genuine, Accept, Accept),
    row("evidence/vn-plan-number-matches-signed.chipid.json", VN, Genuine, Refer, Accept)
        .now_verdict(Undetermined, NOT_HELD)
        .now_field(Refer, NOT_HELD),
    row("evidence/vn-number-of-another-person.chipid.json", VN, Genuine, Reject, Refer),
    row("evidence/vn-number-of-another-person-signed.chipid.json", VN_READER, Genuine, Reject, Refer),
    row("evidence/vn-number-of-another-person-signed.chipid.json", VN_CRL, Genuine, Reject, Refer),
    row("evidence/vn-number-of-another-person-signed.chipid.json", VN, Genuine, Reject, Refer),
    row("evidence/vn-plan-number-of-another-person.chipid.json", VN, Genuine, Reject, Refer)
        .now_verdict(Undetermined, NOT_HELD),
    row("evidence/vn-plan-number-of-another-person-signed.chipid.json", VN_READER, Genuine, Reject, Refer),
    row("evidence/vn-plan-number-of-another-person-signed.chipid.json", VN_CRL, Genuine, Reject, Refer),
    row("evidence/vn-plan-number-of-another-person-signed.chipid.json", VN, Genuine, Reject, Refer)
        .now_verdict(Undetermined, NOT_HELD),
    row("evidence/passport-mrz-matches-signed.chipid.json", PASSPORT_READER, Genuine, Refer, Accept),
    row("evidence/passport-mrz-matches-signed.chipid.json", PASSPORT, Genuine, Refer, Accept),
    // Evidence of other documents.
    row("evidence/passport.chipid.json", PASSPORT, Genuine, Refer, Accept),
    row("evidence/passport-signed-without-dg2.chipid.json", PASSPORT_READER, Genuine, Refer, Accept),
    row("evidence/passport-signed-without-dg2.chipid.json", PASSPORT, Genuine, Refer, Accept)
        .now_verdict(Undetermined, NOT_HELD)
        .now_field(Refer, NOT_HELD),
    row("evidence/plain.chipid.json", PASSPORT, DataAuthentic, Refer, Accept),
    row("evidence/hardened.chipid.json", HARDENED, Genuine, Refer, Accept),
    row("evidence/eac.chipid.json", HARDENED, Genuine, Refer, Accept),
    row("evidence/cam.chipid.json", HARDENED, DataAuthentic, Refer, Accept),
    row("evidence/cam-signed.chipid.json", HARDENED_READER, Genuine, Refer, Accept),
    row("evidence/cam-signed.chipid.json", HARDENED_CRL, Genuine, Accept, Accept).now_strict(Refer, NO_CLAIMS),
    row("evidence/cam-signed.chipid.json", HARDENED, DataAuthentic, Refer, Accept),
    row("evidence/cam-signed-without-dg14.chipid.json", HARDENED_READER, DataAuthentic, Refer, Accept),
    row("evidence/cam-signed-without-dg14.chipid.json", HARDENED_CRL, DataAuthentic, Refer, Accept),
    row("evidence/cam-signed-without-dg14.chipid.json", HARDENED, DataAuthentic, Refer, Accept)
        .now_verdict(Undetermined, NOT_HELD)
        .now_field(Refer, NOT_HELD),
    row("evidence/cam-same-key-in-dg14.chipid.json", HARDENED, DataAuthentic, Refer, Accept),
    row("evidence/cam-same-key-in-dg14-signed.chipid.json", HARDENED_READER, Genuine, Refer, Accept),
    row("evidence/cam-same-key-in-dg14-signed.chipid.json", HARDENED_CRL, Genuine, Accept, Accept)
        .now_strict(Refer, NO_CLAIMS),
    row("evidence/cam-another-key-in-dg14.chipid.json", HARDENED, DataAuthentic, Refer, Accept)
        .now_verdict(Undetermined, UNBOUND)
        .now_field(Refer, UNBOUND),
    row("evidence/cam-another-key-in-dg14-signed.chipid.json", HARDENED_READER, Genuine, Refer, Accept)
        .now_verdict(Undetermined, UNBOUND)
        .now_field(Refer, UNBOUND),
    row("evidence/cam-another-key-in-dg14-signed.chipid.json", HARDENED_CRL, Genuine, Accept, Accept)
        .now_strict(Refer, NO_CLAIMS)
        .now_verdict(Undetermined, UNBOUND)
        .now_field(Refer, UNBOUND),
];

/// A trust bundle: its contents, and the result for `folders/vn` when the bundle is trusted.
struct BundleRow {
    path: &'static str,
    /// Parts by their use: trust, pinned signers, signers of lists.
    parts: [usize; 3],
    anchors: usize,
    pinned: usize,
    /// Revocation lists and defect lists whose authority is in the bundle.
    revocation_lists: usize,
    defect_lists: usize,
    vn: Judged,
}

const BUNDLES: &[BundleRow] = &[
    BundleRow {
        path: "bundles/csca.bundle",
        parts: [1, 0, 0],
        anchors: 1,
        pinned: 0,
        revocation_lists: 0,
        defect_lists: 0,
        vn: Judged::was(Genuine, Refer, Accept),
    },
    BundleRow {
        path: "bundles/pinned-signer-and-lister.bundle",
        parts: [2, 1, 1],
        anchors: 1,
        pinned: 1,
        revocation_lists: 0,
        defect_lists: 1,
        // The defect list of the trusted publisher states that the document signer was revoked.
        vn: Judged::was(Failed, Reject, Reject),
    },
    BundleRow {
        path: "bundles/crl.bundle",
        parts: [2, 0, 0],
        anchors: 1,
        pinned: 0,
        revocation_lists: 1,
        defect_lists: 0,
        vn: Judged::was(Genuine, Refer, Accept),
    },
    BundleRow {
        path: "bundles/crl-hardened.bundle",
        parts: [2, 0, 0],
        anchors: 1,
        pinned: 0,
        revocation_lists: 1,
        defect_lists: 0,
        // The authority is another issuer's.
        vn: Judged::was(Failed, Reject, Reject),
    },
    BundleRow {
        path: "bundles/crl-revoking.bundle",
        parts: [2, 0, 0],
        anchors: 1,
        pinned: 0,
        revocation_lists: 1,
        defect_lists: 0,
        vn: Judged::was(Failed, Reject, Reject),
    },
    BundleRow {
        path: "bundles/lists.bundle",
        parts: [4, 0, 0],
        anchors: 1,
        pinned: 0,
        revocation_lists: 1,
        defect_lists: 1,
        vn: Judged::was(Genuine, Refer, Accept),
    },
];

/// A policy file: its name, whether it is still what this version has built in under that name, and its decision about
/// `folders/vn` and `evidence/vn.chipid.json`.
struct PolicyRow {
    path: &'static str,
    name: &'static str,
    is_built_in: Held<bool>,
    folder: Held<Outcome>,
    evidence: Held<Outcome>,
    /// Its decision about a card whose chip proved a key that nothing ties to the document.
    cam: Held<Outcome>,
    /// Whether the hash is what it was; a policy that extends a built-in one has the rules that this one got since.
    sha256: Held<bool>,
}

/// Why the built-in policies are not what they were.
const NEW_RULES: &str = "the built-in policies have rules for the warning unbound_chip_key and the reason not_kept";

/// Why policies that are written out in full reject what they accepted or referred.
const UNNAMED: &str = "the policy does not name the warning unbound_chip_key, and what it does not name it rejects";

const POLICIES: &[PolicyRow] = &[
    PolicyRow {
        path: "policies/strict.toml",
        name: "strict",
        is_built_in: Held { was: true, now: Some((false, NEW_RULES)) },
        folder: Held::was(Refer),
        evidence: Held::was(Refer),
        cam: Held { was: Refer, now: Some((Reject, UNNAMED)) },
        sha256: Held::was(true),
    },
    PolicyRow {
        path: "policies/field.toml",
        name: "field",
        is_built_in: Held { was: true, now: Some((false, NEW_RULES)) },
        folder: Held::was(Accept),
        evidence: Held::was(Accept),
        cam: Held { was: Accept, now: Some((Reject, UNNAMED)) },
        sha256: Held::was(true),
    },
    PolicyRow {
        path: "policies/counter.toml",
        name: "counter",
        is_built_in: Held::was(false),
        folder: Held::was(Refer),
        evidence: Held::was(Refer),
        cam: Held::was(Refer),
        sha256: Held { was: true, now: Some((false, NEW_RULES)) },
    },
    PolicyRow {
        path: "policies/alone.toml",
        name: "alone",
        is_built_in: Held::was(false),
        folder: Held::was(Accept),
        evidence: Held::was(Accept),
        cam: Held { was: Accept, now: Some((Reject, UNNAMED)) },
        sha256: Held::was(true),
    },
];

fn at() -> SystemTime {
    AT.into()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("test-vectors/stored-0.1")
}

fn bytes(path: &str) -> Vec<u8> {
    fs::read(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn text(path: &str) -> String {
    String::from_utf8(bytes(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Trusts these bundles and certificates, the latter each in the role that its name states.
fn trust(names: &[&str]) -> TrustStore {
    let mut trust = TrustBuilder::new();
    for name in names {
        if name.ends_with(".bundle") {
            let bundle = bytes(&format!("bundles/{name}"));
            trust.add_bundle(name, &bundle, AT, AgePolicy::default()).unwrap();
            continue;
        }
        let certificate = bytes(&format!("certificates/{name}"));
        let added = match *name {
            "reader.der" => trust.add_evidence_signer(&certificate),
            "online.der" => trust.add_online_signer(&certificate),
            _ => trust.add_certificate(&certificate),
        };
        added.unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
    }
    trust.build()
}

/// Reads evidence or a saved folder, as `chipid verify` does.
fn document(path: &str, without: &[&str]) -> Document {
    if path.starts_with("evidence/") {
        assert!(without.is_empty(), "{path}: files are left out of folders only");
        return Document::from_evidence(&evidence(path));
    }
    let folder = root().join(path);
    for name in without {
        assert!(folder.join(name).is_file(), "{path}: {name} is not there to be left out");
    }
    let is_kept = |name: &str| !without.contains(&name) && folder.join(name).is_file();
    let files = FileId::all().filter(|file| is_kept(file.file_name()));
    let files: Vec<(FileId, Vec<u8>)> =
        files.map(|file| (file, bytes(&format!("{path}/{}", file.file_name())))).collect();
    let proofs = is_kept("proofs.json").then(|| {
        let proofs: Proofs = serde_json::from_str(&text(&format!("{path}/proofs.json"))).unwrap();
        proofs.check().unwrap_or_else(|error| panic!("{path}: {error}"))
    });
    Document::from_files(files, proofs)
}

fn evidence(path: &str) -> Evidence {
    Evidence::decode(&bytes(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Decides with the tolerances of the policy, as `chipid verify --policy` does.
fn decide(document: &Document, trust: &TrustStore, policy: &Policy) -> Outcome {
    document.verify_with(trust, at(), policy.tolerances()).decide(policy).outcome()
}

/// The check's state, where the report has the check.
fn state(report: &Report, id: CheckId) -> Option<State> {
    report.check(id).map(|check| check.state)
}

/// All files below the folder, by their path in it.
fn files(folder: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(root().join(folder)).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
        if entry.file_type().unwrap().is_dir() {
            found.extend(files(&path));
        } else {
            found.insert(path);
        }
    }
    found
}

#[test]
fn every_stored_document_gives_its_verdict_and_decisions() {
    let mut wrong = Vec::new();
    for row in DOCUMENTS {
        let differences = row.judged.compare(&document(row.path, row.without), &trust(row.trust));
        let of = format!("{} without {:?} trusting {:?}", row.path, row.without, row.trust);
        wrong.extend(differences.into_iter().map(|difference| format!("{of}: {difference}")));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_file_has_a_row() {
    let named = |path: &str| {
        let of_document = DOCUMENTS.iter().any(|row| path == row.path || path.starts_with(&format!("{}/", row.path)));
        let is_trusted = |name: &str| DOCUMENTS.iter().any(|row| row.trust.contains(&name));
        of_document
            || BUNDLES.iter().any(|row| path == row.path)
            || POLICIES.iter().any(|row| path == row.path)
            || path.strip_prefix("certificates/").is_some_and(is_trusted)
            || ["README.md", "policies/sha256.txt"].contains(&path)
    };
    let unnamed: Vec<String> = files("").into_iter().filter(|path| !named(path)).collect();
    assert!(unnamed.is_empty(), "no row names {unnamed:#?}");
    assert!(!named("evidence/another.chipid.json") && !named("folders/vn-another/EF_SOD.bin"), "the control");
}

#[test]
fn the_files_are_as_version_0_1_0_wrote_them() {
    let all = files("").into_iter().filter(|path| path != "README.md");
    let lines = all.map(|path| format!("{}  {path}\n", hex::encode(DigestAlgorithm::Sha256.digest(&[&bytes(&path)]))));
    let lines: String = lines.collect();
    assert_eq!(hex::encode(DigestAlgorithm::Sha256.digest(&[lines.as_bytes()])), DIGEST, "a file was changed or added");
}

#[test]
fn the_stored_forms_are_version_1() {
    let all = files("");
    let starts = |ending: &str, schema: &str| {
        let of_form: Vec<&String> = all.iter().filter(|path| path.ends_with(ending)).collect();
        assert!(!of_form.is_empty(), "{ending}");
        for path in of_form {
            let value: serde_json::Value = serde_json::from_str(&text(path)).unwrap();
            assert_eq!(value["schema"], schema, "{path}");
        }
    };
    starts("/proofs.json", "chipid.proofs/1");
    starts(".chipid.json", "chipid.evidence/1");
}

#[test]
fn evidence_of_version_1_states_what_was_removed_and_who_decided() {
    for (path, removed, signatures) in [
        ("evidence/vn.chipid.json", &[][..], 0),
        ("evidence/vn-signed.chipid.json", &[], 1),
        ("evidence/vn-signed-without-dg1.chipid.json", &["EF.DG1"], 1),
        ("evidence/vn-signed-without-dg2.chipid.json", &["EF.DG2"], 1),
        ("evidence/vn-signed-without-dg14-dg15.chipid.json", &["EF.DG14", "EF.DG15"], 1),
        ("evidence/vn-no-biometrics.chipid.json", &["EF.DG2"], 0),
        ("evidence/vn-keeps-keys-only.chipid.json", &["EF.DG1", "EF.DG2", "EF.DG13"], 0),
    ] {
        let evidence = evidence(path);
        let mut names: Vec<&str> = evidence.removed().map(|file| file.name()).collect();
        let mut due = removed.to_vec();
        names.sort_unstable();
        due.sort_unstable();
        assert_eq!((names, evidence.signatures().len()), (due, signatures), "{path}");
    }
    for (path, decided) in [
        ("evidence/vn-decided-by-field.chipid.json", Some(("field", "accept"))),
        ("evidence/vn-decided-by-strict.chipid.json", Some(("strict", "refer"))),
        ("evidence/vn.chipid.json", None),
    ] {
        let evidence = evidence(path);
        let by = evidence.decided_by();
        assert_eq!(by.map(|by| (by.name.as_str(), by.decision.as_str())), decided, "{path}");
        let sums = text("policies/sha256.txt");
        let is_listed = |name: &str, sha256: &str| sums.contains(&format!("{sha256}  {name}.toml\n"));
        assert!(by.is_none_or(|by| is_listed(&by.name, &by.sha256)), "{path}");
    }
}

#[test]
fn a_claim_that_version_1_recorded_is_read_from_signed_evidence() {
    for (path, of, id, due) in [
        ("evidence/vn-qr-matches-signed.chipid.json", VN_READER, CheckId::VnQrNumber, Some(State::Successful)),
        (
            "evidence/vn-plan-number-matches-signed.chipid.json",
            VN_READER,
            CheckId::VnNumberGiven,
            Some(State::Successful),
        ),
        (
            "evidence/vn-number-of-another-person-signed.chipid.json",
            VN_READER,
            CheckId::VnNumberGiven,
            Some(State::Failed),
        ),
        (
            "evidence/vn-plan-number-of-another-person-signed.chipid.json",
            VN_READER,
            CheckId::VnNumberGiven,
            Some(State::Failed),
        ),
        (
            "evidence/passport-mrz-matches-signed.chipid.json",
            PASSPORT_READER,
            CheckId::LdsDg1Printed,
            Some(State::Successful),
        ),
        ("evidence/vn-signed.chipid.json", VN_READER, CheckId::VnNumberGiven, None),
    ] {
        let report = document(path, &[]).verify(&trust(of), at());
        assert_eq!(state(&report, id), due, "{path}");
    }
}

#[test]
fn an_online_answer_that_version_1_recorded_is_read() {
    let confirmed = Some(State::Successful);
    for (path, of, due) in [
        ("folders/vn-plan-residence-online-confirmed", VN_ONLINE, confirmed),
        ("folders/vn-plan-residence-online-confirmed", VN, Some(State::Undetermined)),
        ("evidence/vn-plan-residence-online-confirmed.chipid.json", VN_ONLINE, confirmed),
        ("evidence/vn-plan-residence-online-denied.chipid.json", VN_ONLINE, Some(State::Failed)),
        ("folders/vn", VN_ONLINE, None),
    ] {
        let report = document(path, &[]).verify(&trust(of), at());
        assert_eq!(state(&report, CheckId::OnlineConfirmation), due, "{path}");
    }
}

#[test]
fn every_trust_bundle_holds_what_it_held() {
    let mut wrong = Vec::new();
    for row in BUNDLES {
        let path = row.path;
        let written = bytes(path);
        let bundle = TrustBundle::parse(&written).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert_eq!(bundle.made(), datetime!(2026-12-01 0:00 UTC), "{path}");
        assert_eq!(bundle.encode(), written, "{path}");
        let parts = [BundleUse::Trust, BundleUse::PinnedSigner, BundleUse::ListSigner]
            .map(|of| bundle.parts().iter().filter(|part| part.purpose() == of).count());
        assert_eq!(parts, row.parts, "{path}");
        let store = TrustStore::from_bundle(&written, AT, AgePolicy::default()).unwrap();
        assert_eq!((store.anchors().len(), store.pinned_signers().len()), (row.anchors, row.pinned), "{path}");
        assert_eq!(store.revocation_lists().len(), row.revocation_lists, "{path}");
        assert!(store.revocation_lists().iter().all(|list| list.authority().is_ok()), "{path}");
        assert_eq!(store.defect_lists().len(), row.defect_lists, "{path}");
        assert_eq!(store.worst_bundle(AT), Some((bundle.made(), Age::Fresh)), "{path}");
        wrong.extend(
            row.vn
                .compare(&document("folders/vn", &[]), &store)
                .iter()
                .map(|difference| format!("{path}: {difference}")),
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_policy_file_is_the_policy_that_it_was() {
    let sums = text("policies/sha256.txt");
    assert_eq!(sums.lines().count(), POLICIES.len());
    let mut wrong = Vec::new();
    for row in POLICIES {
        let path = row.path;
        let policy = Policy::from_toml(&text(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert_eq!(policy.name(), row.name, "{path}");
        let line = format!("{}  {}.toml", hex::encode(policy.sha256()), row.name);
        let is_built_in = Policy::built_in(policy.name()).is_some_and(|built_in| built_in == policy);
        let decided = |stored| decide(&document(stored, &[]), &trust(VN), &policy);
        let results = [
            ("built in", row.is_built_in.compare(is_built_in)),
            ("the SHA-256 is", row.sha256.compare(sums.lines().any(|sum| sum == line))),
            ("folder", row.folder.compare(decided("folders/vn"))),
            ("evidence", row.evidence.compare(decided("evidence/vn.chipid.json"))),
            (
                "cam",
                row.cam.compare(decide(
                    &document("evidence/cam-signed.chipid.json", &[]),
                    &trust(HARDENED_READER),
                    &policy,
                )),
            ),
        ];
        wrong.extend(results.into_iter().filter_map(|(of, result)| Some(format!("{path}, {of}: {}", result.err()?))));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Checks the table itself: a change must be stated with a reason, and must agree with what this version gives.
#[test]
fn a_change_that_is_not_stated_and_a_stated_change_that_is_stale_both_fail() {
    let same = row("folders/vn", VN, Genuine, Refer, Accept);
    let message = |row: Row, verdict| row.judged.verdict.compare(verdict).err().unwrap_or_default();
    assert_eq!(message(same, Genuine), "");
    assert!(message(same, Undetermined).contains("state the change and why"));
    let changed = same.now_verdict(Undetermined, "EF.DG2 is missing");
    assert_eq!(message(changed, Undetermined), "");
    assert!(message(changed, Genuine).contains("stale"));
    assert!(message(changed, DataAuthentic).contains("is stated"));
    assert!(message(same.now_verdict(Undetermined, " "), Undetermined).contains("no reason"));
    assert!(message(same.now_verdict(Genuine, "the same"), Genuine).contains("not a change"));
    let changed = same.now_strict(Reject, "a new check").now_field(Refer, "a new check");
    assert_eq!((changed.judged.strict.compare(Reject), changed.judged.field.compare(Refer)), (Ok(()), Ok(())));
    assert!(changed.judged.strict.compare(Refer).is_err() && changed.judged.field.compare(Accept).is_err());
}
