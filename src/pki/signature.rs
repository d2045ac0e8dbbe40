//! Verification of the signature of a certificate, a list or a signed object with the encodings that real issuers use, and
//! the number of signatures that may be tried.

use crate::bounds::BOUNDS;
use crate::crypto::{CryptoError, DigestAlgorithm, EncodingNote, PublicKey, SignatureAlgorithm};
use crate::tlv::{self, Reader, Tag, Tlv, TlvError};
use core::ops::Range;

/// A signed structure of X.509 with its bytes, a certificate or a revocation list (RFC 5280 §4.1, §5.1).
///
/// `SEQUENCE { body SEQUENCE, signatureAlgorithm AlgorithmIdentifier, signatureValue BIT STRING }`
#[derive(Clone)]
pub(super) struct Signed {
    der: Vec<u8>,
    body: Range<usize>,
    algorithm: Range<usize>,
    signature: Range<usize>,
}

impl Signed {
    /// Parses the structure, which must be all of `der`, and gives its body too; `what` names both in errors.
    pub(super) fn parse<'d>(der: &'d [u8], what: [&'static str; 2]) -> Result<(Self, Tlv<'d>), TlvError> {
        let [whole, part] = what;
        let mut reader = Reader::new(der);
        let mut fields = reader.expect(Tag::SEQUENCE, whole)?.children();
        reader.finish()?;
        let body = fields.expect(Tag::SEQUENCE, part)?;
        let algorithm = fields.expect(Tag::SEQUENCE, "a signatureAlgorithm")?;
        let signature = fields.expect(Tag::BIT_STRING, "a signatureValue")?;
        fields.finish()?;
        let octets = tlv::bit_string_octets(signature.value).ok_or(signature.expected("whole octets"))?;
        let end = signature.value_at + signature.value.len();
        let signed = Self {
            der: der.to_vec(),
            body: range_of(&body),
            algorithm: range_of(&algorithm),
            signature: end - octets.len()..end,
        };
        Ok((signed, body))
    }

    /// The octets of a part of the structure.
    pub(super) fn part(&self, range: &Range<usize>) -> &[u8] {
        self.der.get(range.clone()).expect("ranges were taken from these bytes")
    }

    /// The whole encoding.
    pub(super) fn der(&self) -> &[u8] {
        &self.der
    }

    /// SHA-256 of the whole encoding.
    pub(super) fn fingerprint(&self) -> Vec<u8> {
        DigestAlgorithm::Sha256.digest(&[&self.der])
    }

    /// The encoding of the body.
    pub(super) fn body(&self) -> &[u8] {
        self.part(&self.body)
    }

    /// The encoding of the AlgorithmIdentifier beside the signature.
    pub(super) fn algorithm(&self) -> &[u8] {
        self.part(&self.algorithm)
    }

    /// Verifies the signature over the body as received.
    pub(super) fn verify(&self, key: &PublicKey) -> Result<CertificateSignature, CryptoError> {
        let (algorithm, notes) = SignatureAlgorithm::from_algorithm_identifier(self.algorithm())?;
        let null_missing = verify(&algorithm, key, self.body(), self.part(&self.signature), None)?;
        Ok(CertificateSignature { algorithm, null_missing, odd_parameters: odd_parameters(&notes) })
    }
}

/// Where a data object stands in the outermost buffer.
pub(super) fn range_of(tlv: &Tlv<'_>) -> Range<usize> {
    tlv.at..tlv.at + tlv.raw.len()
}

/// The algorithm of a verified signature, and how its encoding deviates from the standard.
#[derive(Clone, Debug)]
pub struct CertificateSignature {
    /// The signature algorithm.
    pub algorithm: SignatureAlgorithm,
    /// The DigestInfo lacks its NULL (RFC 8017 §A.2.4): a laxity, for the whole block was compared.
    pub null_missing: bool,
    /// The algorithm's NULL is missing, or present against the rule: a laxity.
    pub odd_parameters: bool,
}

/// Verifies a signature; the result is whether its DigestInfo lacks its NULL (RFC 8017 §A.2.4). That is a laxity, seen in a
/// public list, and not a weakness: the whole block is compared either way.
pub(super) fn verify(
    algorithm: &SignatureAlgorithm,
    key: &PublicKey,
    message: &[u8],
    signature: &[u8],
    digest: Option<DigestAlgorithm>,
) -> Result<bool, CryptoError> {
    match algorithm.verify(key, message, signature, digest) {
        Ok(()) => Ok(false),
        Err(error) => match algorithm.verify_without_null(key, message, signature, digest) {
            Ok(()) => Ok(true),
            Err(_) => Err(error),
        },
    }
}

/// Whether an algorithm's NULL is missing, or present against the rule.
pub(super) fn odd_parameters(notes: &[EncodingNote]) -> bool {
    notes.iter().any(|note| matches!(note, EncodingNote::ParametersMissing | EncodingNote::ParametersPresent))
}

/// How many signatures may still be tried: a card can name many certificates, and each costs a computation.
#[derive(Debug)]
pub struct SignatureBudget {
    left: u32,
}

impl SignatureBudget {
    /// Signatures tried for one document at most.
    pub const DOCUMENT: u32 = BOUNDS.signatures;

    /// A budget of this many signatures.
    pub fn new(signatures: u32) -> Self {
        Self { left: signatures }
    }

    /// Takes one signature; `None` if none is left.
    pub fn take(&mut self) -> Option<()> {
        self.left = self.left.checked_sub(1)?;
        Some(())
    }
}
