//! What passive authentication judges, and with what: the files as they were read, the trust store, the moment.

use crate::checks::Tolerances;
use crate::crypto::DigestAlgorithm;
use crate::lds::DataGroup;
use crate::trust::TrustStore;
use std::collections::BTreeMap;
use time::OffsetDateTime;

/// What became of a file in the reading.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum InputFile<'a> {
    /// Read whole: its bytes, cut to the length that its tag gives.
    Read(&'a [u8]),
    /// The chip does not have it.
    Absent,
    /// The chip refuses it.
    Refused,
    /// The reading of it was cut off.
    CutOff,
    /// Not read, on purpose.
    NotRead,
    /// Not asked for: it needs terminal authentication.
    NeedsTerminalAuthentication,
    /// Read, and removed from the evidence later: its hashes, as the reader took them.
    Removed(&'a [(DigestAlgorithm, Vec<u8>)]),
    /// Missing from the stored document, for whatever reason: the hashes that are recorded of it, if any.
    NotHeld(&'a [(DigestAlgorithm, Vec<u8>)]),
    /// The same, and the caller states that the archive does not keep this file.
    NotKept(&'a [(DigestAlgorithm, Vec<u8>)]),
}

/// `Debug` output omits the contents.
impl core::fmt::Debug for InputFile<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Read(bytes) => write!(f, "Read({} bytes)", bytes.len()),
            Self::Absent => f.write_str("Absent"),
            Self::Refused => f.write_str("Refused"),
            Self::CutOff => f.write_str("CutOff"),
            Self::NotRead => f.write_str("NotRead"),
            Self::NeedsTerminalAuthentication => f.write_str("NeedsTerminalAuthentication"),
            Self::Removed(_) => f.write_str("Removed"),
            Self::NotHeld(_) => f.write_str("NotHeld"),
            Self::NotKept(_) => f.write_str("NotKept"),
        }
    }
}

/// What passive authentication judges, and with what.
#[derive(Clone, Debug)]
pub struct Inputs<'a> {
    /// EF.SOD.
    pub sod: InputFile<'a>,
    /// The data groups; one that is missing here was not read, on purpose.
    pub files: BTreeMap<DataGroup, InputFile<'a>>,
    /// What the caller trusts.
    pub trust: &'a TrustStore,
    /// The moment to judge for.
    pub at: OffsetDateTime,
    /// When the document was issued, where that is known.
    pub issued: Option<OffsetDateTime>,
    /// The issuing state of the machine readable zone in DG1, as it stands there: `VNM`, `D<<`.
    pub issuing_state: Option<&'a str>,
    /// Where DG1 is not there: the issuing state that DG13 suggests by its form. It can only count against a signer of
    /// another country.
    pub presumed_state: Option<&'a str>,
    /// The document code of the machine readable zone in DG1, as it stands there: `I<`, `P<`.
    pub document_code: Option<&'a str>,
    /// The tolerances that the caller allows.
    pub tolerances: Tolerances,
}
