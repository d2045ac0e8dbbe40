//! The manifest: what the evidence says of the reading and of each part, and what every signature is over.
//!
//! The fields stand in the order of their names, which is the order of canonical JSON; a word is one of a fixed list, a
//! number an integer, a moment `2026-01-31T12:00:00Z`. Never in it: passwords, keys, nonces, and what the person at the
//! counter typed.

use crate::document::KeptClaims;
use crate::document::KeptOnline;
use crate::document::KeptStatements;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Everything but the parts and the signatures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    /// How the chip was opened: attested by the reader.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) access: Option<ManifestAccess>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) active_authentication: Option<ManifestActiveAuthentication>,
    /// The certificates that the reader's judgement rested on: hints, never trust.
    pub(super) certificates: ManifestCertificates,
    /// The checks as the reader judged them.
    pub(super) checks: Vec<ManifestCheck>,
    pub(super) chip_authentication: ManifestChipAuthentication,
    /// The outcome of comparing the operator's claims with the chip: the reader's statement. Not in version 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) claims: Option<KeptClaims>,
    /// The revocation lists that were consulted.
    pub(super) crls: Vec<ManifestRevocationList>,
    /// The reading was cut off.
    pub(super) cut_off: bool,
    /// Every file of which something is known, by the standard's name.
    pub(super) files: BTreeMap<String, ManifestFile>,
    pub(super) library: ManifestLibrary,
    /// What was asked online, and the signed answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) online: Option<KeptOnline>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pace_cam: Option<ManifestChipMapping>,
    /// The policy that the reading was judged under, and what it decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) policy: Option<DecidedBy>,
    pub(super) reading: ManifestReading,
    /// What the operator states of the reading. Not in version 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) statements: Option<KeptStatements>,
    pub(super) times: ManifestTimes,
    /// The checks that a tolerance of trust was needed for.
    pub(super) tolerances: Vec<ManifestTolerance>,
    pub(super) trust: ManifestTrust,
    /// The verdict with the trust of then.
    pub(super) verdict: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ManifestAccess {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cipher: Option<String>,
    pub(super) downgraded: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mapping: Option<String>,
    pub(super) offered: Vec<String>,
    /// The curve or group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) parameter: Option<String>,
    /// The kind of password, never the password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) password: Option<String>,
    pub(super) protocol: String,
}

/// Active authentication: all that is needed to judge it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ManifestActiveAuthentication {
    /// Eight bytes, in hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) challenge: Option<String>,
    /// `reader`, `caller`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) chosen_by: Option<String>,
    /// `answered`, `refused`, `session_lost`, `bad_key`.
    pub(super) outcome: String,
    /// In hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) signature: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ManifestCertificates {
    /// The anchor, DER in Base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) anchor: Option<String>,
    /// The document signer, DER in Base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) signer: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ManifestCheck {
    pub(super) compared: String,
    pub(super) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
    pub(super) state: String,
    pub(super) warnings: Vec<String>,
}

/// Chip authentication: no file shows it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ManifestChipAuthentication {
    /// `reader`.
    pub(super) attested_by: String,
    /// `proven`, `not_made`, `shown_by_mapping`, `not_offered`, `impossible`, `refused`, `session_lost`,
    /// `not_under_new_keys`.
    pub(super) outcome: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) suite: Option<ManifestSuite>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ManifestSuite {
    pub(super) cipher: String,
    pub(super) group: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) protocol: Option<String>,
}

/// Chip authentication mapping: no file shows it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ManifestChipMapping {
    /// `reader`.
    pub(super) attested_by: String,
    /// `true` where DG14 holds the key that was proven; absent otherwise. Not in version 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) key_in_dg14: Option<bool>,
    /// `proven`, `failed`.
    pub(super) outcome: String,
}

/// A revocation list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ManifestRevocationList {
    pub(super) issuer: String,
    pub(super) next_update: String,
    /// In decimal digits, or `0x` and hexadecimal ones where it is longer than 64 bits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) number: Option<String>,
    /// SHA-256 of its encoding, in hexadecimal digits.
    pub(super) sha256: String,
    pub(super) this_update: String,
}

/// What was trusted: certificates, lists, a bundle of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct List {
    /// When it was signed, where it says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// `certificates`, `master_list`, `unverified_master_list`, `revocation_lists`, `deviation_list`, `defect_list`,
    /// `bundle`.
    pub kind: String,
    /// The name of its file, without the folder.
    pub name: String,
    /// SHA-256 of the file, in hexadecimal digits.
    pub sha256: String,
}

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ManifestFile {
    /// The hash with the algorithm of EF.SOD, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) lds_hash: Option<ManifestHash>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) length: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sha256: Option<String>,
    /// `read`, `absent`, `refused`, `cut_off`, `not_read`, `needs_terminal_authentication`.
    pub(super) state: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ManifestHash {
    /// `SHA-384`.
    pub(super) algorithm: String,
    /// In hexadecimal digits.
    pub(super) value: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ManifestLibrary {
    pub(super) name: String,
    pub(super) version: String,
}

/// A policy, and what it decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct DecidedBy {
    /// `accept`, `refer`, `reject`.
    pub decision: String,
    /// The name of the policy.
    pub name: String,
    /// Its hash, in hexadecimal digits: [`Policy::sha256`](crate::policy::Policy::sha256).
    pub sha256: String,
}

/// What the reading cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ManifestReading {
    pub(super) elapsed_ms: u64,
    pub(super) exchanges: u32,
    pub(super) restarts: u32,
    pub(super) resumed_files: Vec<String>,
    pub(super) resumes: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ManifestTimes {
    pub(super) read_at: String,
    /// Where the times are from, in the caller's words.
    pub(super) source: String,
    pub(super) verified_at: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ManifestTolerance {
    pub(super) check: String,
    /// The tolerances by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) tolerances: Vec<String>,
    pub(super) warnings: Vec<String>,
}

/// What the reader trusted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ManifestTrust {
    pub(super) anchors: u64,
    /// SHA-256 over all of them.
    pub(super) fingerprint: String,
    pub(super) lists: Vec<List>,
    pub(super) pinned: u64,
}
