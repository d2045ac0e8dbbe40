//! Certificates, revocation lists and signed data: bytes in, values out.
//!
//! Structures are parsed and signatures verified over the bytes as received, without a clock, a trust store or a network:
//! keys, the moment and the budget of signatures are arguments. Trust is decided in `trust`.

mod asn1_time;
mod signature;
mod name;
mod country;
mod certificate;
mod profile;
mod crl;
mod cms;
mod certificate_file;

pub(crate) use asn1_time::moment;
pub use certificate::{
    AlternativeName, BasicConstraints, Certificate, CertificateError, Extensions, KeyUsage, Validity,
};
pub(crate) use certificate_file::{FileObject, file_objects};
pub use cms::{CmsError, Laxities, SignedData, SignerId, SignerInfo, VerifiedSignature};
pub(crate) use country::issue_for_one_state;
pub use country::{Binding, Exception, alpha_2, bindings};
pub use crl::{Currency, RevocationList, RevocationListError, RevocationReason, Revoked};
pub use name::Name;
pub use profile::{
    ProfileDefect, ProfileFinding, Role, Severity, beside, csca_defects, document_signer_defects, profile,
};
pub use signature::{CertificateSignature, SignatureBudget};
