//! One SecurityInfo as a value: the fields of each protocol (9303-11 §9.2.1 to §9.2.10).

use super::suites::{Agreement, PaceSuite};
use crate::crypto::Cipher;
use crate::oid::Oid;

/// The standardized domain parameters (9303-11 §9.5.1): DH groups 0–2, curves 8–18.
const STANDARDIZED_PARAMETERS: [core::ops::RangeInclusive<u32>; 2] = [0..=2, 8..=18];

/// Whether a number is that of standardized domain parameters.
pub(super) fn is_standardized(parameter_id: u32) -> bool {
    STANDARDIZED_PARAMETERS.iter().any(|range| range.contains(&parameter_id))
}

/// One info, with its bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct SecurityInfo {
    /// The SEQUENCE as it stands in the file, tag and length included.
    pub raw: Vec<u8>,
    /// Its offset in the file.
    pub at: usize,
    /// The protocol.
    pub protocol: Oid,
    /// What it says.
    pub kind: SecurityInfoKind,
}

/// `Debug` output omits the bytes: the key of a chip identifies it.
impl core::fmt::Debug for SecurityInfo {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "SecurityInfo({} at {}: {:?})", self.protocol, self.at, self.kind)
    }
}

/// What an info says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecurityInfoKind {
    /// PACEInfo (9303-11 §9.2.1).
    Pace(PaceInfo),
    /// PACEDomainParameterInfo (9303-11 §9.2.2).
    PaceDomainParameter(PaceDomainParameterInfo),
    /// ChipAuthenticationInfo (9303-11 §9.2.5).
    ChipAuthentication(ChipAuthenticationInfo),
    /// ChipAuthenticationPublicKeyInfo (9303-11 §9.2.6).
    ChipAuthenticationPublicKey(ChipAuthenticationPublicKeyInfo),
    /// TerminalAuthenticationInfo (9303-11 §9.2.9).
    TerminalAuthentication(TerminalAuthenticationInfo),
    /// ActiveAuthenticationInfo (9303-11 §9.2.10).
    ActiveAuthentication(ActiveAuthenticationInfo),
    /// A known protocol whose fields are not as it has them.
    Malformed,
    /// Another protocol.
    Unknown,
}

/// ```text
/// PACEInfo ::= SEQUENCE {
///     protocol     OBJECT IDENTIFIER,
///     version      INTEGER, -- SHALL be 2
///     parameterId  INTEGER OPTIONAL }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaceInfo {
    /// Mapping, group and cipher.
    pub suite: PaceSuite,
    /// The version; only 2 is known.
    pub version: u32,
    /// The domain parameters, as a number of 9303-11 §9.5.1 or of a PACEDomainParameterInfo.
    pub parameter_id: Option<u32>,
}

impl PaceInfo {
    /// Whether the version is known and the domain parameters are standardized.
    pub fn is_standard(&self) -> bool {
        self.version == 2 && self.parameter_id.is_some_and(is_standardized)
    }
}

/// ```text
/// PACEDomainParameterInfo ::= SEQUENCE {
///     protocol         OBJECT IDENTIFIER,
///     domainParameter  AlgorithmIdentifier,
///     parameterId      INTEGER OPTIONAL }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaceDomainParameterInfo {
    /// The AlgorithmIdentifier, tag and length included.
    pub domain_parameter: Vec<u8>,
    /// The number that a PACEInfo refers to it by.
    pub parameter_id: Option<u32>,
}

/// ```text
/// ChipAuthenticationInfo ::= SEQUENCE {
///     protocol  OBJECT IDENTIFIER,
///     version   INTEGER, -- SHALL be 1
///     keyId     INTEGER OPTIONAL }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChipAuthenticationInfo {
    /// The group.
    pub agreement: Agreement,
    /// The cipher of the channel after it.
    pub cipher: Cipher,
    /// The version; 1 is known.
    pub version: u32,
    /// The key that it belongs to.
    pub key_id: Option<KeyId>,
}

/// ```text
/// ChipAuthenticationPublicKeyInfo ::= SEQUENCE {
///     protocol                       OBJECT IDENTIFIER,
///     chipAuthenticationPublicKey    SubjectPublicKeyInfo,
///     keyId                          INTEGER OPTIONAL }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ChipAuthenticationPublicKeyInfo {
    /// The group.
    pub agreement: Agreement,
    /// The SubjectPublicKeyInfo, tag and length included.
    pub spki: Vec<u8>,
    /// Its number.
    pub key_id: Option<KeyId>,
}

/// Shows nothing of the key.
impl core::fmt::Debug for ChipAuthenticationPublicKeyInfo {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "ChipAuthenticationPublicKeyInfo({:?}, {:?})", self.agreement, self.key_id)
    }
}

/// ```text
/// TerminalAuthenticationInfo ::= SEQUENCE {
///     protocol  OBJECT IDENTIFIER,
///     version   INTEGER, -- SHALL be 1
///     efCVCA    FileID OPTIONAL }
/// FileID ::= SEQUENCE { fid OCTET STRING (SIZE(2)), sfid OCTET STRING (SIZE(1)) OPTIONAL }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TerminalAuthenticationInfo {
    /// The version.
    pub version: u32,
    /// The file identifier of EF.CVCA, where it is stated.
    pub cvca_fid: Option<u16>,
    /// The short file identifier of EF.CVCA, where it is stated.
    pub cvca_sfi: Option<u8>,
}

/// ```text
/// ActiveAuthenticationInfo ::= SEQUENCE {
///     protocol            OBJECT IDENTIFIER,
///     version             INTEGER, -- SHALL be 1
///     signatureAlgorithm  OBJECT IDENTIFIER }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActiveAuthenticationInfo {
    /// The version; 1 is known.
    pub version: u32,
    /// The algorithm of the chip's signature.
    pub signature_algorithm: Oid,
}

/// The number of a key: the octets of an INTEGER of any size, equal where the integers are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyId(Vec<u8>);

impl KeyId {
    pub(super) fn from_integer(content: &[u8]) -> Option<Self> {
        let mut octets = content;
        // The shortest two's complement: an octet that only repeats the sign goes.
        while let [0x00, 0x00..=0x7F, ..] | [0xFF, 0x80..=0xFF, ..] = octets {
            octets = octets.get(1..)?;
        }
        (!octets.is_empty()).then(|| Self(octets.to_vec()))
    }

    /// The octets that DO'84' of MSE:Set AT takes as the reference of the key: without a leading zero.
    pub fn reference(&self) -> &[u8] {
        match self.0.as_slice() {
            [0, rest @ ..] if !rest.is_empty() => rest,
            whole => whole,
        }
    }
}
