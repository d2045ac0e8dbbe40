//! Certificates, signed data and trust: bytes in, values out.
//!
//! Everything here is judged over the bytes as they came, with no clock, no store and no network of its own: anchors, the
//! moment and the budget are arguments. Nothing that comes from a card is ever an anchor.

mod anchors;
mod bundle;
mod certificate;
mod cms;
mod collection;
mod country;
mod crl;
pub mod cvc;
mod defects;
mod intake;
mod list_signer;
mod lists;
mod master_list;
mod moment;
mod name;
mod path;
mod pieces;
mod profile;
mod settle;
mod source;
mod trust_store;

pub use bundle::{Age, AgePolicy, BundleError, BundlePart, BundleUse, TrustBundle};
pub use certificate::{
    AlternativeName, BasicConstraints, Certificate, CertificateError, CertificateSignature, Extensions, KeyUsage,
    Validity,
};
pub use cms::{CmsError, Laxities, SignedData, SignerId, SignerInfo, VerifiedSignature};
pub use collection::Collection;
pub use country::{Binding, Exception, alpha_2, bindings};
pub use crl::{Currency, RevocationList, RevocationListError, RevocationReason, Revoked};
pub use defects::{Criterion, DefectKind, DefectList, DefectListForm, DocumentDefect, DocumentFacts, KnownDefect};
pub use list_signer::{ListError, ListSigner};
pub use lists::Listed;
pub use master_list::MasterList;
pub use name::Name;
pub use path::{Chain, Unverified, authority_role, find_anchor, find_path, verify_among};
pub use profile::{Defect, ProfileFinding, Role, Severity, beside, csca_defects, document_signer_defects, profile};
pub use source::{Refusal, Refused, Source, SourceKind};
pub use trust_store::TrustStore;

use crate::bounds::BOUNDS;
use crate::crypto::{CryptoError, DigestAlgorithm, EncodingNote, PublicKey, SignatureAlgorithm};

/// How many signatures may still be tried: a card can name many certificates, and each costs a computation.
#[derive(Debug)]
pub struct Budget {
    left: u32,
}

impl Budget {
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

/// Verifies a signature; gives whether its DigestInfo lacks its NULL (RFC 8017 §A.2.4). That is a laxity, met in a public
/// list, and no weakness: the whole block is compared either way.
fn verify(
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

/// Whether an algorithm's NULL is missing, or stands against the rule.
fn odd_parameters(notes: &[EncodingNote]) -> bool {
    notes.iter().any(|note| matches!(note, EncodingNote::ParametersMissing | EncodingNote::ParametersPresent))
}
