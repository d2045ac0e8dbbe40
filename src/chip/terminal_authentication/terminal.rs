//! The terminal: its certificates, and the signer that holds its private key.
//!
//! The key stays where it is, in a security module or behind a service: it is asked for a signature and never shown. The
//! library takes bytes, never paths; the caller's names for them stand in the errors.

use crate::bounds::BOUNDS;
use crate::crypto::SignatureAlgorithm;
#[cfg(feature = "sim")]
use crate::crypto::{CryptoError, PrivateKey, Random};
use crate::cvc::{CertificateReference, CvCertificate, CvcError};
use crate::oid::Oid;
use thiserror::Error;

/// The signer with the terminal's private key: a security module, a service, a file.
pub trait TerminalSigner: Send {
    /// Signs the data of a request with the key of its holder, under its algorithm.
    ///
    /// The signature is what the standard has: for RSA a block as long as the modulus, for ECDSA r ‖ s, each as long as
    /// the order of the curve.
    ///
    /// # Errors
    /// [`SigningError`]: no such key, or it cannot be used now. The reading then goes on without DG3 and DG4.
    fn sign(&mut self, request: &SigningRequest<'_>) -> Result<Vec<u8>, SigningError>;
}

/// Why there is no signature.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SigningError {
    /// The signer has no key of that holder.
    #[error("the signer has no key of {0}")]
    NoKey(CertificateReference),
    /// The signer cannot be reached now; the text is its own.
    #[error("the signer cannot be reached: {0}")]
    Unavailable(String),
    /// The signer refused or failed; the text is its own.
    #[error("the signer failed: {0}")]
    Failed(String),
    /// The signature is not of the key in the terminal's certificate; it was not sent.
    #[error("the signature is not of the key in the terminal's certificate")]
    BadSignature,
}

/// What is to be signed, with which key and how. The data holds the document's number or a key: it is not to be logged.
pub struct SigningRequest<'a> {
    certificate: &'a CvCertificate,
    data: &'a [u8],
}

impl<'a> SigningRequest<'a> {
    pub(super) fn new(certificate: &'a CvCertificate, data: &'a [u8]) -> Self {
        Self { certificate, data }
    }

    /// Whose key is to sign: the holder reference of the terminal's certificate.
    pub fn holder(&self) -> CertificateReference {
        *self.certificate.holder()
    }

    /// The terminal's certificate.
    pub fn certificate(&self) -> &'a CvCertificate {
        self.certificate
    }

    /// The object identifier of the algorithm: id-TA-ECDSA-SHA-256 and the like.
    pub fn protocol(&self) -> Oid {
        self.certificate.public_key().protocol()
    }

    /// The algorithm. PSS has MGF1 of the same digest and a salt as long as it.
    pub fn algorithm(&self) -> SignatureAlgorithm {
        self.certificate.public_key().algorithm()
    }

    /// The data to be signed, not yet hashed: ID_IC ‖ r_IC ‖ Comp(PK_DH,IFD).
    pub fn data(&self) -> &'a [u8] {
        self.data
    }

    /// The hash of the data, for signers that are given nothing else.
    pub fn digest(&self) -> Vec<u8> {
        let digest = self.algorithm().digest().expect("every algorithm of terminal authentication names its digest");
        digest.digest(&[self.data])
    }
}

/// Why a terminal's file cannot be used; `file` is the caller's name for it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TerminalError {
    /// A file that is not a card-verifiable certificate.
    #[error("{file}: {error}")]
    Certificate {
        /// The file.
        file: String,
        /// What is wrong with it.
        error: CvcError,
    },
    /// A file that brings the terminal to more than 64 certificates.
    #[error("{file}: a terminal holds at most 64 certificates")]
    TooMany {
        /// The file.
        file: String,
    },
}

/// A terminal: certificates in any order, and the signer.
pub struct Terminal {
    certificates: Vec<CvCertificate>,
    signer: Box<dyn TerminalSigner>,
}

impl Terminal {
    /// A terminal without certificates.
    pub fn new(signer: Box<dyn TerminalSigner>) -> Self {
        Self { certificates: Vec::new(), signer }
    }

    /// Adds the certificates of a file, one or several one after the other: the terminal's own, its document verifier's,
    /// link certificates; a certification authority's own certificate lets the first signature be verified too. `label` is
    /// the caller's name for the file.
    ///
    /// # Errors
    /// [`TerminalError`], with the label; nothing of the file is added.
    pub fn add_file(&mut self, label: &str, bytes: &[u8]) -> Result<(), TerminalError> {
        let file = || label.to_owned();
        let certificates =
            CvCertificate::parse_all(bytes).map_err(|error| TerminalError::Certificate { file: file(), error })?;
        if self.certificates.len().saturating_add(certificates.len()) > BOUNDS.terminal_certificates {
            return Err(TerminalError::TooMany { file: file() });
        }
        self.certificates.extend(certificates);
        Ok(())
    }

    /// The certificates, in the order they came.
    pub fn certificates(&self) -> &[CvCertificate] {
        &self.certificates
    }

    pub(super) fn parts(&mut self) -> (&[CvCertificate], &mut dyn TerminalSigner) {
        (&self.certificates, self.signer.as_mut())
    }
}

/// A private key out of a file, for tests and demonstrations (feature `sim`): an inspection system keeps its key in a
/// security module.
#[cfg(feature = "sim")]
pub struct FileKey {
    key: PrivateKey,
    random: Box<dyn Random>,
}

#[cfg(feature = "sim")]
impl FileKey {
    /// This key, signing with this randomness.
    pub fn new(key: PrivateKey, random: Box<dyn Random>) -> Self {
        Self { key, random }
    }

    /// The key of a PrivateKeyInfo (PKCS #8), RSA or elliptic curve.
    ///
    /// # Errors
    /// As [`PrivateKey::from_pkcs8`].
    pub fn from_pkcs8(der: &[u8], random: Box<dyn Random>) -> Result<Self, CryptoError> {
        PrivateKey::from_pkcs8(der).map(|key| Self::new(key, random))
    }
}

#[cfg(feature = "sim")]
impl TerminalSigner for FileKey {
    fn sign(&mut self, request: &SigningRequest<'_>) -> Result<Vec<u8>, SigningError> {
        let signature = self.key.sign(&request.algorithm(), request.data(), None, self.random.as_mut());
        signature.map_err(|error| SigningError::Failed(error.to_string()))
    }
}
