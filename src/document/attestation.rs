//! What a document from evidence brings along: what the reader that held the card attests, and who signed it.

use super::opening::AccessSummary;
use super::recorded_revocation::RecordedRevocation;
use crate::checks::Check;
use crate::chip::ChipAuthenticationSuite;
use time::OffsetDateTime;

/// What the reader attests.
pub(crate) struct Attestation {
    message: Vec<u8>,
    signatures: Vec<EvidenceSignature>,
    judged_at: OffsetDateTime,
    checks: Vec<Check>,
    revocation: Option<RecordedRevocation>,
    access: Option<AccessSummary>,
    chip_suite: Option<SuiteNames>,
    is_mapping_bound: bool,
}

#[cfg_attr(not(feature = "evidence"), expect(dead_code, reason = "only evidence holds an attestation"))]
impl Attestation {
    /// What signatures over `message` attest: the checks as they were judged for this moment.
    pub(crate) fn new(
        message: Vec<u8>,
        signatures: Vec<EvidenceSignature>,
        judged_at: OffsetDateTime,
        checks: Vec<Check>,
    ) -> Self {
        let revocation = RecordedRevocation::among(&checks);
        Self {
            message,
            signatures,
            judged_at,
            checks,
            revocation,
            access: None,
            chip_suite: None,
            is_mapping_bound: false,
        }
    }

    /// How the chip was opened.
    pub(crate) fn opened(self, access: Option<AccessSummary>) -> Self {
        Self { access, ..self }
    }

    /// The suite of chip authentication, where it was proven; whether DG14 held the key that the mapping proved.
    pub(crate) fn proven(self, chip_suite: Option<SuiteNames>, is_mapping_bound: bool) -> Self {
        Self { chip_suite, is_mapping_bound, ..self }
    }

    /// What the signatures are over.
    pub(crate) fn message(&self) -> &[u8] {
        &self.message
    }

    /// The signatures and time stamps.
    pub(crate) fn signatures(&self) -> &[EvidenceSignature] {
        &self.signatures
    }

    /// The moment that the reader judged for.
    pub(crate) fn judged_at(&self) -> OffsetDateTime {
        self.judged_at
    }

    /// The checks as the reader judged them, with the trust of then.
    pub(crate) fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// The revocation among the checks.
    pub(crate) fn revocation(&self) -> Option<RecordedRevocation> {
        self.revocation
    }

    /// How the chip was opened.
    pub(crate) fn access(&self) -> Option<&AccessSummary> {
        self.access.as_ref()
    }

    /// The suite of chip authentication, where it was proven.
    pub(crate) fn chip_suite(&self) -> Option<&SuiteNames> {
        self.chip_suite.as_ref()
    }

    /// Whether the key that chip authentication mapping proved stood in DG14.
    pub(crate) fn is_mapping_bound(&self) -> bool {
        self.is_mapping_bound
    }
}

/// Protocol, group and cipher of chip authentication, by name.
pub(crate) type SuiteNames = (Option<String>, String, String);

/// The names of a suite.
pub(crate) fn suite_names(suite: &ChipAuthenticationSuite) -> SuiteNames {
    let protocol = suite.protocol.map(|oid| oid.to_string());
    (protocol, suite.group.name().to_owned(), suite.cipher.name().to_owned())
}

/// A signature or time stamp over evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EvidenceSignature {
    /// A signature by the key of a certificate.
    Certificate {
        /// The AlgorithmIdentifier of the signature, DER.
        algorithm: Vec<u8>,
        /// The signer's certificate, DER.
        certificate: Vec<u8>,
        /// The signature.
        signature: Vec<u8>,
    },
    /// A time stamp token (RFC 3161 §2.4.2), DER. It is kept for others to verify; this library does not.
    Timestamp(Vec<u8>),
}
