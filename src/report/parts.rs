//! What a report lists: certificates, tolerances, files, unused trust, the values of an online check.

use crate::checks::{CheckId, Tolerance};
use zeroize::Zeroize;

/// Something that the caller supplied as trusted and that is of no use: a revocation list that no anchor verifies, a file that
/// could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct UnusedTrust {
    /// The caller's name for it.
    pub source: String,
    /// Why it is of no use, in words.
    pub why: String,
}

/// A certificate on the path from the document signer to the anchor.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PathEntry {
    /// `document_signer`, `link`, `csca`; `link_as_anchor` for a link certificate that the caller trusts as an anchor.
    pub role: &'static str,
    /// The subject's name.
    pub subject: String,
    /// The issuer's name.
    pub issuer: String,
    /// The serial number's octets, hexadecimal.
    pub serial: String,
    /// SHA-256 of the certificate, hexadecimal.
    pub sha256: String,
    /// First day of its validity: `2024-01-01`.
    pub not_before: String,
    /// Last day of its validity.
    pub not_after: String,
    /// The codes of what makes it void; then the check of the profiles failed.
    pub void: Vec<String>,
    /// The codes of its other deviations from the profile.
    pub remarks: Vec<String>,
}

/// A tolerance that was used, and the check that would have failed without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct UsedTolerance {
    /// The check that needed it.
    pub check: CheckId,
    /// The tolerance.
    pub tolerance: Tolerance,
}

/// A file that was not read, or that the stored document does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NotReadFile {
    /// Its name: `EF.DG2`.
    pub file: &'static str,
    /// `plan`: the reading plan left it out; `needs_terminal_authentication`; `removed`: taken out of the evidence after it
    /// was read; `not_held`: EF.SOD lists it, and it is missing from the stored document; `not_kept`: the same, and the
    /// caller states that the archive does not keep it.
    pub why: &'static str,
}

/// How many of the data groups that the issuer signed were there to be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct DataGroupCount {
    /// The data groups that EF.SOD lists.
    pub listed: usize,
    /// Those of them that were compared with their hashes and are unchanged.
    pub unchanged: usize,
}

/// What an operator under contract hands to the Ministry's online check (this library has no client for it).
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct OnlineCheck {
    /// Twelve digits.
    pub personal_number: Option<String>,
    /// The document signer's certificate: DER in Base64, one line.
    pub ds_certificate: Option<String>,
    /// The province of residence.
    pub province: Option<String>,
}

impl Drop for OnlineCheck {
    fn drop(&mut self) {
        self.personal_number.zeroize();
        self.province.zeroize();
    }
}

/// `Debug` output omits the contents.
impl core::fmt::Debug for OnlineCheck {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("OnlineCheck(..)")
    }
}
