//! A question and its answer as they are kept: in a document, and as text beside its files and in evidence.

use crate::bounds::BOUNDS;

/// Octets of a nonce and of a binding.
pub(crate) const LENGTH: usize = 32;

/// What was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnlineVerdict {
    /// The certificate belongs to the card.
    Confirmed,
    /// It does not.
    Denied,
}

/// An answer, as it was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnlineAnswer {
    /// The binding that it is over: of the question, if it is the answer to it.
    pub binding: [u8; LENGTH],
    /// What it says.
    pub verdict: OnlineVerdict,
    /// When, in seconds since 1970 UTC.
    pub answered_at: u64,
    /// The signature; an answer without one is kept, and counts for nothing.
    pub signature: Option<OnlineSignature>,
}

/// A signature over an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnlineSignature {
    /// The AlgorithmIdentifier of the signature, DER; never with SHA-1.
    pub algorithm: Vec<u8>,
    /// The signer's certificate, DER.
    pub certificate: Vec<u8>,
    /// The signature over [`OnlineAnswer::message`].
    pub signature: Vec<u8>,
}

impl OnlineAnswer {
    /// What is signed: the name of the form, the binding, the answer, the time.
    pub fn message(&self) -> Vec<u8> {
        let verdict = match self.verdict {
            OnlineVerdict::Confirmed => 1,
            OnlineVerdict::Denied => 0,
        };
        [b"chipid.online/1 answer\0", &self.binding[..], &[verdict], &self.answered_at.to_be_bytes()].concat()
    }
}

/// What was asked, and what came of it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct OnlineRecord {
    pub(crate) nonce: [u8; LENGTH],
    /// Seconds since 1970 UTC.
    pub(crate) asked_at: u64,
    /// The binding of the question, as the asker computed it.
    pub(crate) binding: [u8; LENGTH],
    pub(crate) answer: Option<OnlineAnswer>,
}

/// The same as text: octets in hexadecimal digits, the fields in the order of their names.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub(crate) struct KeptOnline {
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    answer: Option<KeptAnswer>,
    asked_at: u64,
    binding: String,
    nonce: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
struct KeptAnswer {
    answered_at: u64,
    binding: String,
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    signature: Option<KeptSignature>,
    /// `confirmed`, `denied`.
    verdict: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
struct KeptSignature {
    algorithm: String,
    certificate: String,
    signature: String,
}

/// The words for what was answered.
const VERDICTS: [(&str, OnlineVerdict); 2] =
    [("confirmed", OnlineVerdict::Confirmed), ("denied", OnlineVerdict::Denied)];
/// The largest integer that every reader of JSON keeps (RFC 8785 §3.2.2.3).
const MAX_INTEGER: u64 = (1 << 53) - 1;
impl KeptOnline {
    pub(crate) fn of(record: &OnlineRecord) -> Self {
        let answer = record.answer.as_ref().map(|answer| KeptAnswer {
            answered_at: answer.answered_at.min(MAX_INTEGER),
            binding: hex::encode(answer.binding),
            signature: answer.signature.as_ref().map(|signature| KeptSignature {
                algorithm: hex::encode(&signature.algorithm),
                certificate: hex::encode(&signature.certificate),
                signature: hex::encode(&signature.signature),
            }),
            verdict: word_of(answer.verdict).to_owned(),
        });
        Self {
            answer,
            asked_at: record.asked_at.min(MAX_INTEGER),
            binding: hex::encode(record.binding),
            nonce: hex::encode(record.nonce),
        }
    }

    /// What the text says; `None` where it says nothing that can be understood.
    pub(crate) fn read(&self) -> Option<OnlineRecord> {
        let answer = match &self.answer {
            None => None,
            Some(answer) => Some(OnlineAnswer {
                binding: fixed(&answer.binding)?,
                verdict: VERDICTS.iter().find(|(word, _)| *word == answer.verdict).map(|(_, verdict)| *verdict)?,
                answered_at: answer.answered_at,
                signature: match &answer.signature {
                    None => None,
                    Some(signature) => Some(OnlineSignature {
                        algorithm: octets(&signature.algorithm)?,
                        certificate: octets(&signature.certificate)?,
                        signature: octets(&signature.signature)?,
                    }),
                },
            }),
        };
        let (nonce, binding) = (fixed(&self.nonce)?, fixed(&self.binding)?);
        Some(OnlineRecord { nonce, asked_at: self.asked_at, binding, answer })
    }
}

fn word_of(verdict: OnlineVerdict) -> &'static str {
    VERDICTS.iter().find(|(_, known)| *known == verdict).map_or("", |(word, _)| word)
}

/// Hexadecimal digits in their one form.
fn octets(text: &str) -> Option<Vec<u8>> {
    let octets = hex::decode(text).ok()?;
    (octets.len() <= BOUNDS.online_octets && hex::encode(&octets) == text).then_some(octets)
}

fn fixed(text: &str) -> Option<[u8; LENGTH]> {
    octets(text)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_no_longer_octets_than_the_bound() {
        let most = BOUNDS.online_octets;
        assert_eq!(octets(&"00".repeat(most)).map(|octets| octets.len()), Some(most));
        assert_eq!(octets(&"00".repeat(most + 1)), None);
    }
}
