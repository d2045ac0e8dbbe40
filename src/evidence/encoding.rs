//! The one form of evidence: canonical JSON (RFC 8785 §3.2) of strings, integers and booleans.
//!
//! `{"manifest":{…},"parts":{"EF.SOD":"…"},"schema":"chipid.evidence/2","sha256":"…","signatures":[…]}`
//!
//! A decoder that accepted two forms of the same evidence would allow changes that no signature covers: whatever is read
//! is encoded again and must give the same bytes. So duplicate keys, spaces, another order and other
//! escapes are refused without a parser of our own.

use super::error::EvidenceError;
use super::manifest::Manifest;
use crate::bounds::BOUNDS;
use crate::document::EvidenceSignature;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use zeroize::Zeroize;

/// A version of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// Without claims and statements. It is read, and stays what it is where a part is removed, so that its signatures
    /// stand; a reading is never written in it.
    One,
    /// The version that is written.
    Two,
}

impl Version {
    const ALL: [Self; 2] = [Self::One, Self::Two];

    /// The name of the form.
    pub(super) fn schema(self) -> &'static str {
        match self {
            Self::One => "chipid.evidence/1",
            Self::Two => "chipid.evidence/2",
        }
    }

    fn of(schema: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.schema() == schema)
    }
}

/// The whole file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wire {
    pub(super) manifest: Manifest,
    pub(super) parts: BTreeMap<String, Bytes>,
    pub(super) schema: String,
    /// SHA-256 of the manifest: damage is noticed also in unsigned evidence.
    pub(super) sha256: String,
    pub(super) signatures: Vec<Signature>,
}

/// The bytes of a file of the chip, in Base64; wiped.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Bytes(pub(super) Vec<u8>);

impl Drop for Bytes {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = BASE64_STANDARD.encode(&self.0);
        let done = serializer.serialize_str(&text);
        text.zeroize();
        done
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Base64;
        impl Visitor<'_> for Base64 {
            type Value = Bytes;

            fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str("Base64")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Bytes, E> {
                BASE64_STANDARD.decode(text).map(Bytes).map_err(|_| E::custom("no Base64"))
            }
        }
        deserializer.deserialize_str(Base64)
    }
}

/// A signature or a time stamp.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Signature {
    #[serde(skip_serializing_if = "Option::is_none")]
    algorithm: Option<Bytes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<Bytes>,
    /// `certificate`, `timestamp`.
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<Bytes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<Bytes>,
}

impl From<&EvidenceSignature> for Signature {
    fn from(signature: &EvidenceSignature) -> Self {
        let bytes = |bytes: &[u8]| Some(Bytes(bytes.to_vec()));
        match signature {
            EvidenceSignature::Certificate { algorithm, certificate, signature } => Self {
                algorithm: bytes(algorithm),
                certificate: bytes(certificate),
                kind: "certificate".into(),
                signature: bytes(signature),
                token: None,
            },
            EvidenceSignature::Timestamp(token) => Self {
                algorithm: None,
                certificate: None,
                kind: "timestamp".into(),
                signature: None,
                token: bytes(token),
            },
        }
    }
}

impl Signature {
    pub(super) fn read(&self) -> Option<EvidenceSignature> {
        let bytes = |bytes: &Bytes| bytes.0.clone();
        match (self.kind.as_str(), &self.algorithm, &self.certificate, &self.signature, &self.token) {
            ("certificate", Some(algorithm), Some(certificate), Some(signature), None) => {
                Some(EvidenceSignature::Certificate {
                    algorithm: bytes(algorithm),
                    certificate: bytes(certificate),
                    signature: bytes(signature),
                })
            }
            ("timestamp", None, None, None, Some(token)) => Some(EvidenceSignature::Timestamp(bytes(token))),
            _ => None,
        }
    }
}

/// The canonical bytes of a value whose fields stand in the order of their names.
pub(super) fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).expect("text, integers and booleans under text keys always are JSON")
}

/// Reads what [`encode`] writes, and nothing else.
pub(super) fn decode(bytes: &[u8]) -> Result<(Wire, Version), EvidenceError> {
    if bytes.len() > BOUNDS.evidence_octets {
        return Err(EvidenceError::TooLong);
    }
    let wire: Wire = serde_json::from_slice(bytes).map_err(|error| match schema(bytes) {
        // A later version has other fields: it is reported by its name, not by its first unknown field.
        Some(schema) if Version::of(&schema).is_none() => EvidenceError::Schema,
        // The message of the parser may hold a piece of the text: only its place is reported.
        _ => EvidenceError::Json { at: error.column() },
    })?;
    let version = Version::of(&wire.schema).ok_or(EvidenceError::Schema)?;
    let mut again = encode(&wire);
    let same = again == bytes;
    let at = again.iter().zip(bytes).position(|(a, b)| a != b).unwrap_or(again.len().min(bytes.len()));
    again.zeroize();
    if same { Ok((wire, version)) } else { Err(EvidenceError::NotCanonical { at }) }
}

/// The name of the form, where the text has one.
fn schema(bytes: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Named {
        schema: String,
    }
    serde_json::from_slice::<Named>(bytes).ok().map(|named| named.schema)
}
